//! Crossings, and whose the passing time is.
//!
//! Each fiber has a stack of modes: a crossing or a running loop pushes the
//! adapter's, the step of a coroutine pushes Python's. The mode on top of the
//! running fiber's stack is what time is booked to; waiting is booked by
//! whoever lets the time pass. Where there is no adapter (the core alone)
//! only crossings push anything, and there are none.

use std::rc::Rc;

use airlock_trace::{Event, EventKind, LaneId, LaneState, Outcome};
use airlock_vm::{FiberId, Value, Vm};

use crate::host::Charge;
use crate::state::{Core, Phase};
use crate::threads::current_thread;
use crate::{trace, witness};

/// Begins booking: `adapter` says whether the program has one.
pub fn start_booking(vm: &mut Vm, adapter: bool) {
    let core = vm.extension::<Core>();
    core.books_adapter = adapter;
    vm.fiber_hook = Some(fiber_resumed);
}

/// The shell enters the core; the crossing's number.
///
/// `name` is the str of what it calls there. The clock is read once: where
/// time passes by itself, reading it is dear in a browser.
pub fn enter(vm: &mut Vm, name: Value) -> u64 {
    begin(vm, name).number
}

/// As [`enter`], and what the shell calls runs at once on its own lane.
pub fn enter_and_step(vm: &mut Vm, name: Value, price: Charge) -> u64 {
    let Entered {
        number,
        fiber,
        lane,
        mut at,
    } = begin(vm, name);
    charge(vm, price);
    let instructions = vm.instructions();
    let core = vm.extension::<Core>();
    at.nanos = core.now_after_adapter(instructions);
    core.push_mode(fiber, Phase::Python, at.nanos);
    core.enter_lane(at, lane, LaneState::Python);
    number
}

/// A crossing that has just begun.
struct Entered {
    number: u64,
    fiber: FiberId,
    lane: LaneId,
    at: trace::At,
}

fn begin(vm: &mut Vm, name: Value) -> Entered {
    witness::confirm_left_over(vm);
    let (fiber, thread) = (vm.current_fiber(), current_thread(vm));
    let instructions = vm.instructions();
    let live_bytes = vm.heap.live_bytes() as u64;
    let place = vm.current_place(trace::is_program_file);
    let line = place.as_ref().map_or(0, |(_, line)| *line);
    let site = site(vm, place, name);
    let core = vm.extension::<Core>();
    let now = core.host.now_nanos(instructions);
    core.push_mode(fiber, Phase::Adapter, now);
    let lane = core.threads.shell_lane(fiber, thread);
    core.ledger.crossings += 1;
    core.next_crossing += 1;
    let number = core.next_crossing;
    core.crossing_log
        .enter(number, fiber, site, now, live_bytes);
    core.host.charge(Charge::Crossing);
    let mut at = trace::At { nanos: now, line };
    if core.recorder.is_open() {
        if core.virtual_clock {
            at.nanos = core.host.now_nanos(instructions);
        }
        core.recorder.record(&Event {
            at_nanos: at.nanos,
            line,
            kind: EventKind::CrossingEntered {
                crossing: number,
                lane,
                name: core.crossing_log.name_at(site),
            },
        });
        core.enter_lane(at, lane, LaneState::Adapter);
    }
    Entered {
        number,
        fiber,
        lane,
        at,
    }
}

/// Where a program crossed of late, and the site's number: looking it up takes
/// comparing texts.
pub(crate) struct KnownSite {
    pub name: Value,
    file: Rc<str>,
    line: u32,
    site: usize,
}

/// So many lines are remembered.
const KNOWN_SITES: usize = 16;

fn site(vm: &mut Vm, place: Option<(Rc<str>, u32)>, name: Value) -> usize {
    let Some((file, line)) = place else {
        let text = vm.as_text(name).unwrap_or("").to_owned();
        return vm.extension::<Core>().crossing_log.site("", 0, &text);
    };
    let at = line as usize % KNOWN_SITES;
    let core = vm.extension::<Core>();
    if let Some(Some(known)) = core.known_sites.get(at)
        && known.name == name
        && known.line == line
        && Rc::ptr_eq(&known.file, &file)
    {
        return known.site;
    }
    let text = vm.as_text(name).unwrap_or("").to_owned();
    let core = vm.extension::<Core>();
    let short = crate::failures::short_name(&file);
    let site = core.crossing_log.site(short, line, &text);
    core.known_sites.resize_with(KNOWN_SITES, || None);
    core.known_sites[at] = Some(KnownSite {
        name,
        file,
        line,
        site,
    });
    site
}

/// The answer is back in the shell.
pub fn leave(vm: &mut Vm, crossing: u64, outcome: Outcome) {
    end(vm, crossing, outcome, 1);
}

/// As [`leave`], at the end of a step that [`enter_and_step`] or
/// [`step_begins`] began.
pub fn leave_after_step(vm: &mut Vm, crossing: u64, outcome: Outcome) {
    end(vm, crossing, outcome, 2);
}

/// So many modes of the fiber end with it.
fn end(vm: &mut Vm, crossing: u64, outcome: Outcome, modes: usize) {
    let (fiber, thread) = (vm.current_fiber(), current_thread(vm));
    let instructions = vm.instructions();
    let core = vm.extension::<Core>();
    let nanos = core.now_after_adapter(instructions);
    core.pop_modes(fiber, modes, nanos);
    core.crossing_log.leave(crossing, fiber, nanos);
    if core.recorder.is_open() {
        let line = trace::program_line(vm);
        let core = vm.extension::<Core>();
        let lane = core.threads.shell_lane(fiber, thread);
        let at = trace::At { nanos, line };
        let left = EventKind::CrossingLeft {
            crossing,
            lane,
            outcome,
        };
        core.record_at(at, left);
        core.enter_lane(at, lane, LaneState::Python);
    }
}

/// Whether the running fiber is in a crossing.
pub fn is_open(vm: &mut Vm) -> bool {
    let fiber = vm.current_fiber();
    vm.extension::<Core>().crossing_log.is_open_on(fiber)
}

/// A coroutine is about to run, on this lane.
pub fn step_begins(vm: &mut Vm, lane: LaneId) {
    let (fiber, instructions) = (vm.current_fiber(), vm.instructions());
    let core = vm.extension::<Core>();
    let now = core.now_after_adapter(instructions);
    if core.has_modes(fiber) {
        core.push_mode(fiber, Phase::Python, now);
    }
    trace::enter_now(vm, now, lane, LaneState::Python);
}

/// A coroutine suspended or ended.
pub fn step_ended(vm: &mut Vm) {
    let (fiber, instructions) = (vm.current_fiber(), vm.instructions());
    let core = vm.extension::<Core>();
    if core.has_modes(fiber) {
        let now = core.host.now_nanos(instructions);
        core.pop_modes(fiber, 1, now);
    }
}

/// A loop is run: its own work is the adapter's, if there is one.
pub(crate) fn loop_begins(vm: &mut Vm) {
    if vm.extension::<Core>().books_adapter {
        push(vm, Phase::Adapter);
    }
}

pub(crate) fn loop_ended(vm: &mut Vm) {
    if vm.extension::<Core>().books_adapter {
        pop(vm);
    }
}

/// The running fiber exists for the adapter only.
pub fn serve_adapter(vm: &mut Vm) {
    push(vm, Phase::Adapter);
}

/// Whether the running fiber exists for the adapter only.
pub(crate) fn serves(vm: &mut Vm) -> bool {
    let fiber = vm.current_fiber();
    let modes = vm.extension::<Core>().modes.get(fiber);
    modes.is_some_and(|modes| modes.first() == Some(&Phase::Adapter))
}

/// From now on tasks are dearer: the adapter patches them.
pub fn patch_tasks(vm: &mut Vm) {
    vm.extension::<Core>().patched_tasks = true;
}

/// A fiber begins or ends: nothing of one that had its number is left.
pub fn forget_fiber(vm: &mut Vm, fiber: FiberId) {
    if let Some(modes) = vm.extension::<Core>().modes.get_mut(fiber) {
        modes.clear();
    }
}

/// Charges what is the adapter's wherever it happens: making loops, waking
/// threads.
pub fn charge(vm: &mut Vm, what: Charge) {
    let core = vm.extension::<Core>();
    if !core.virtual_clock {
        return;
    }
    if !core.books_adapter || core.phase == Phase::Adapter {
        core.host.charge(what);
        return;
    }
    let before = core.phase;
    let now = crate::now(vm);
    let core = vm.extension::<Core>();
    core.enter_phase(Phase::Adapter, now);
    core.host.charge(what);
    let now = crate::now(vm);
    vm.extension::<Core>().enter_phase(before, now);
}

fn push(vm: &mut Vm, phase: Phase) {
    let (fiber, instructions) = (vm.current_fiber(), vm.instructions());
    let core = vm.extension::<Core>();
    let now = core.host.now_nanos(instructions);
    core.push_mode(fiber, phase, now);
}

fn pop(vm: &mut Vm) {
    let (fiber, instructions) = (vm.current_fiber(), vm.instructions());
    let core = vm.extension::<Core>();
    let now = core.host.now_nanos(instructions);
    core.pop_modes(fiber, 1, now);
}

impl Core {
    /// The time where what the adapter did until now ends: much of it is native
    /// and runs no instruction, between which a host may not look at its clock.
    fn now_after_adapter(&mut self, instructions: u64) -> u64 {
        if self.phase == Phase::Adapter {
            self.host.let_time_pass();
        }
        self.host.now_nanos(instructions)
    }

    fn has_modes(&self, fiber: FiberId) -> bool {
        self.modes.get(fiber).is_some_and(|modes| !modes.is_empty())
    }

    fn push_mode(&mut self, fiber: FiberId, phase: Phase, now: u64) {
        self.enter_phase(phase, now);
        self.booked_fiber = fiber;
        if self.modes.len() <= fiber {
            self.modes.resize_with(fiber + 1, Vec::new);
        }
        self.modes[fiber].push(phase);
    }

    fn pop_modes(&mut self, fiber: FiberId, count: usize, now: u64) {
        if let Some(modes) = self.modes.get_mut(fiber) {
            modes.truncate(modes.len().saturating_sub(count));
        }
        let phase = self.mode(fiber);
        self.enter_phase(phase, now);
    }
}

/// The VM put a fiber on: time is booked to what that one is doing.
fn fiber_resumed(vm: &mut Vm, switched: bool) {
    let (fiber, thread) = (vm.current_fiber(), current_thread(vm));
    let core = vm.extension::<Core>();
    let target = core.mode(fiber);
    if switched {
        let what = if core.booked_thread == thread {
            Charge::FiberSwitch
        } else {
            Charge::ThreadSwitch
        };
        core.booked_thread = thread;
        charge(vm, what);
    }
    let instructions = vm.instructions();
    let core = vm.extension::<Core>();
    if core.phase != target || target == Phase::Adapter {
        let now = core.host.now_nanos(instructions);
        core.enter_phase(target, now);
    }
    core.booked_fiber = fiber;
}
