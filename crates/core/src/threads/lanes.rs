//! Threads in the trace: their lanes, and when these wait.

use airlock_trace::{CallSite, LaneId, LaneKind, LaneState, Outcome};
use airlock_vm::{FiberId, Kind, Value, Vm};

use super::{MaybeCrossing, Threads, current_thread, threads};
use crate::deadlock::WaitsOn;
use crate::state::Core;
use crate::{event_loop, task, trace};

/// The lane of the program's main fiber.
const MAIN_LANE: LaneId = 0;

/// The lane of what runs now: a task, a loop or a thread.
pub fn current_lane(vm: &mut Vm) -> LaneId {
    let running = event_loop::running_loop(vm).and_then(|running| event_loop::loop_id(vm, running));
    if let Some(lane) = task::current_lane(vm, running) {
        return lane;
    }
    shell_lane(vm)
}

/// The lane of the greenlet or thread that runs here, be it in a task or not.
pub fn shell_lane(vm: &mut Vm) -> LaneId {
    let (fiber, thread) = (vm.current_fiber(), current_thread(vm));
    threads(vm).shell_lane(fiber, thread)
}

impl Threads {
    /// As [`shell_lane`], for what runs on this fiber of this thread.
    pub(crate) fn shell_lane(&self, fiber: FiberId, thread: u32) -> LaneId {
        if let Some(&lane) = self.greenlet_lanes.get(&fiber) {
            return lane;
        }
        match thread {
            0 => MAIN_LANE,
            thread => self.lanes.get(&thread).copied().unwrap_or(MAIN_LANE),
        }
    }
}

/// What runs now holds its thread from here on, until [`end_wait`].
pub(crate) fn begin_wait(vm: &mut Vm) {
    let (fiber, now) = (vm.current_fiber(), crate::now(vm));
    threads(vm).blocked_since.insert(fiber, now);
    let lane = current_lane(vm);
    trace::enter(vm, lane, LaneState::Blocked);
}

/// What the running fiber is about to be parked for.
pub(crate) fn note_wait(vm: &mut Vm, on: WaitsOn) {
    let fiber = vm.current_fiber();
    vm.extension::<Core>().waits_on.insert(fiber, on);
    if matches!(on, WaitsOn::Lock(_) | WaitsOn::Queue) {
        begin_maybe_crossing(vm);
    }
}

/// An adapter that is not ours blocks the shell in code of its own: the wait
/// is a crossing if a loop turns in another thread until it ends.
fn begin_maybe_crossing(vm: &mut Vm) {
    let fiber = vm.current_fiber();
    let core = vm.extension::<Core>();
    if !core.books_adapter
        || core.crossing_log.is_open_on(fiber)
        || event_loop::running_loop(vm).is_some()
    {
        return;
    }
    let (mut called, mut site) = (None, None);
    vm.fiber_places(fiber, |place| {
        if trace::is_program_file(&place.filename) {
            let file = crate::failures::short_name(&place.filename).to_owned();
            site = called.take().map(|name| CallSite {
                file,
                line: place.line,
                name,
            });
            return false;
        }
        // Threads that are started or joined are no answers.
        let of_thread = place.filename.ends_with("/threading.py")
            && matches!(&*place.function, "start" | "join");
        called = Some(place.function.clone());
        !of_thread
    });
    let Some(site) = site else { return };
    let (since_nanos, live_bytes) = (crate::now(vm), vm.heap.live_bytes() as u64);
    let iterations = vm.extension::<Core>().ledger.iterations;
    threads(vm).maybe_crossings.insert(
        fiber,
        MaybeCrossing {
            site,
            since_nanos,
            live_bytes,
            iterations,
        },
    );
}

fn end_maybe_crossing(vm: &mut Vm) {
    let fiber = vm.current_fiber();
    let Some(maybe) = threads(vm).maybe_crossings.remove(&fiber) else {
        return;
    };
    let now = crate::now(vm);
    let core = vm.extension::<Core>();
    if core.ledger.iterations > maybe.iterations {
        core.ledger.crossings += 1;
        core.next_crossing += 1;
        let number = core.next_crossing;
        let site = core
            .crossing_log
            .site(&maybe.site.file, maybe.site.line, &maybe.site.name);
        core.crossing_log
            .enter(number, fiber, site, maybe.since_nanos, maybe.live_bytes);
        core.crossing_log.leave(number, fiber, now);
    }
}

/// As [`note_wait`], for a shell that waits for the core on its greenlet.
pub fn note_greenlet_wait(vm: &mut Vm) {
    note_wait(vm, WaitsOn::Greenlet);
}

/// What explanations call a thread.
pub(crate) fn thread_name(vm: &mut Vm, thread: u32) -> String {
    match threads(vm).names.get(&thread) {
        Some(name) => format!("thread {name}"),
        None if thread == 0 => "the main thread".to_owned(),
        None => format!("thread {thread}"),
    }
}

pub(crate) fn end_wait(vm: &mut Vm) {
    let fiber = vm.current_fiber();
    vm.extension::<Core>().waits_on.remove(&fiber);
    end_maybe_crossing(vm);
    if let Some(since) = threads(vm).blocked_since.remove(&fiber) {
        crate::witness::blocked(vm, since);
    }
    let lane = current_lane(vm);
    trace::enter(vm, lane, LaneState::Python);
}

/// A loop begins to turn on the running fiber. The lane of that fiber waits
/// until then, unless more is known of it, as in a crossing; a fiber that is
/// there for its loop alone has none.
pub(crate) fn begin_driving(vm: &mut Vm) -> Option<LaneId> {
    let lane = match current_thread(vm) {
        0 if vm.current_fiber() == 0 => MAIN_LANE,
        0 => return None,
        thread => threads(vm).lanes.get(&thread).copied()?,
    };
    let runs_python =
        vm.extension::<Core>().lane_states.get(lane as usize) == Some(&LaneState::Python);
    runs_python
        .then(|| trace::enter(vm, lane, LaneState::Waiting))
        .map(|()| lane)
}

/// A new thread that will call `function`.
pub(super) fn start(vm: &mut Vm, thread: u32, function: Value) {
    let parent = current_lane(vm);
    let name = name_of(vm, function).unwrap_or_else(|| format!("thread {thread}"));
    let lane = trace::start_lane(vm, LaneKind::Thread, &name, Some(parent));
    threads(vm).names.insert(thread, name);
    threads(vm).lanes.insert(thread, lane);
}

/// The running thread is at its end.
pub(super) fn end(vm: &mut Vm, outcome: Outcome) {
    let thread = current_thread(vm);
    if let Some(lane) = threads(vm).lanes.remove(&thread) {
        trace::end_lane(vm, lane, outcome);
    }
}

/// The name of the `Thread` whose method this is, or of the function.
fn name_of(vm: &mut Vm, function: Value) -> Option<String> {
    let (owner, attribute) = match function.kind()? {
        Kind::Method => (vm.heap.method(function).receiver, vm.intern("_name")),
        Kind::Function => {
            let name = vm.heap.function(function).name;
            return vm.as_text(name).map(str::to_owned);
        }
        _ => return None,
    };
    let name = vm.own_attr(owner, attribute)?;
    vm.as_text(name).map(str::to_owned)
}

/// A new greenlet on a fiber of its own.
pub fn start_greenlet(vm: &mut Vm, fiber: FiberId, name: &str) {
    let parent = current_lane(vm);
    let lane = trace::start_lane(vm, LaneKind::Greenlet, name, Some(parent));
    threads(vm).greenlet_lanes.insert(fiber, lane);
}

/// The running greenlet begins.
pub fn begin_greenlet(vm: &mut Vm) {
    let fiber = vm.current_fiber();
    if let Some(&lane) = threads(vm).greenlet_lanes.get(&fiber) {
        trace::enter(vm, lane, LaneState::Python);
    }
}

/// The running greenlet is at its end.
pub fn end_greenlet(vm: &mut Vm, outcome: Outcome) {
    let fiber = vm.current_fiber();
    if let Some(lane) = threads(vm).greenlet_lanes.remove(&fiber) {
        trace::end_lane(vm, lane, outcome);
    }
    crate::crossing::forget_fiber(vm, fiber);
}
