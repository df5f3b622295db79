//! The core's state in the VM: loops, threads, the ledger and the trace.

use std::collections::{BinaryHeap, VecDeque};
use std::rc::Rc;

use airlock_trace::{CrossingLog, LaneId, LaneState, Ledger, LineWaits, Recorder, Stops, Waits};
use airlock_vm::{Extension, FiberId, Held, Place, PyDict, Tracer, Value};
use rustc_hash::FxHashMap;

use crate::complete::Plain;
use crate::crossing::KnownSite;
use crate::deadlock::WaitsOn;
use crate::failures::Failure;
use crate::host::Host;
use crate::loops::Loops;
use crate::peers::Peering;
use crate::run_now::Runs;
use crate::stack::Stack;
use crate::threads::Threads;
use crate::witness::{GivenUp, LeftOver};

pub type LoopId = usize;

/// What the ledger books the passing time to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Python,
    Wait,
    Adapter,
}

/// Something in a loop's ready queue: one handle.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ready {
    /// A `Handle` object.
    Handle(Value),
    /// First or next step of a task, with an exception to throw or None.
    Step { task: Value, exception: Value },
    /// A task's wake-up by the future it waited for.
    Wakeup { task: Value, future: Value },
    /// A callback of a future that is done.
    Call {
        callback: Value,
        future: Value,
        context: Value,
    },
    /// Reading what `call_soon_threadsafe` wrote to wake the loop: CPython
    /// spends a handle on it.
    ReadSelf,
}

/// What a loop was doing when it was run once more inside one of its handles.
pub(crate) struct Nested {
    /// The inner run ends when this future is done; after one pass if it is
    /// unbound.
    pub until: Value,
    /// When it was found done while another run inside this one went on.
    pub done_nanos: Option<u64>,
    pub running: bool,
    pub runner: FiberId,
    pub remaining: usize,
    pub handles_this_iteration: u32,
    pub in_iteration: bool,
    pub current_task: Value,
    /// What the code that is interrupted has read and goes on to store.
    pub held: Vec<Held>,
}

/// A timer: ordered by time, then by when it was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Timer {
    pub at_nanos: std::cmp::Reverse<u64>,
    pub order: std::cmp::Reverse<u64>,
    /// Bits of the `TimerHandle` value (kept alive in `timer_handles`).
    pub key: u64,
}

pub(crate) struct LoopState {
    /// The Python loop object.
    pub object: Value,
    pub ready: VecDeque<Ready>,
    pub timers: BinaryHeap<Timer>,
    pub timer_handles: FxHashMap<u64, Value>,
    /// How many timers were cancelled since such were last thrown out.
    pub cancelled_timers: usize,
    pub running: bool,
    /// The fiber that runs it, or ran it last.
    pub runner: FiberId,
    /// Closing one that has run costs more than making it did.
    pub has_run: bool,
    pub stopping: bool,
    pub closed: bool,
    /// asyncio's debug mode: what is made remembers where.
    pub debug: bool,
    /// Handles still to run in this iteration.
    pub remaining: usize,
    pub handles_this_iteration: u32,
    /// Between the start of a pass and its last handle.
    pub in_iteration: bool,
    /// The fiber that waits in this loop for something to do.
    pub waiting: Option<FiberId>,
    /// Whether waiting leaves the host's own event loop free.
    pub cooperative: bool,
    pub lane: LaneId,
    /// The lane that waits while this loop turns on its fiber.
    pub driver: Option<LaneId>,
    /// Tasks entered, innermost last (one, unless re-entered).
    pub current_task: Value,
    /// Tasks that are not done, by order of creation; they are not kept alive.
    pub tasks: std::collections::BTreeMap<u64, Value>,
    /// Runs inside handles of this loop, outermost first.
    pub nested: Vec<Nested>,
    /// `call_soon_threadsafe` was called since the last iteration began.
    pub self_written: bool,
    pub created_nanos: u64,
    /// Since when the loop stands still (see `airlock_trace::Stops`); none
    /// while it waits.
    pub stands_since: Option<u64>,
    /// When the wait that is on, or was on last, ends by the clock.
    pub wait_ends: u64,
    /// Until when at least it could turn, or wait.
    pub turns_until: u64,
    /// The crossing that the run of this loop is, where no adapter told.
    pub crossing: Option<u64>,
    /// What the loop is run for by `run_until_complete`, where that is native;
    /// else unbound.
    pub completes: Value,
    /// `_thread_id`: an int while the loop runs, else None.
    pub thread_ident: Value,
    /// The methods that hear of asynchronous generators, bound.
    pub hooks: Option<[Value; 2]>,
    /// Crossings of code that turns the loop pass by pass, each with the task
    /// whose end it waits for, outermost first.
    pub pass_crossings: Vec<(u64, Value)>,
    /// The last order given out when a pass ended: what is younger was made
    /// by the code between the passes.
    pub pass_ended_order: u64,
}

impl LoopState {
    pub fn new(object: Value, lane: LaneId, now_nanos: u64) -> LoopState {
        LoopState {
            object,
            ready: Default::default(),
            timers: Default::default(),
            timer_handles: Default::default(),
            cancelled_timers: 0,
            running: false,
            runner: 0,
            has_run: false,
            stopping: false,
            closed: false,
            debug: false,
            remaining: 0,
            handles_this_iteration: 0,
            in_iteration: false,
            waiting: None,
            cooperative: false,
            lane,
            driver: None,
            current_task: Value::NONE,
            tasks: Default::default(),
            nested: Vec::new(),
            self_written: false,
            created_nanos: now_nanos,
            stands_since: Some(now_nanos),
            wait_ends: 0,
            turns_until: 0,
            crossing: None,
            completes: Value::UNBOUND,
            thread_ident: Value::NONE,
            hooks: None,
            pass_crossings: Vec::new(),
            pass_ended_order: 0,
        }
    }

    /// Until when, by now, the wait that is on leaves the loop free: from a
    /// timer's time on, or the system's, it is late.
    pub fn waited_until(&self, now: u64) -> u64 {
        let due = self.timers.peek();
        let due = due.map_or(now, |timer| timer.at_nanos.0.max(self.wait_ends));
        due.max(self.turns_until).min(now)
    }

    /// Of no loop.
    pub fn closed() -> LoopState {
        LoopState {
            closed: true,
            stands_since: None,
            ..LoopState::new(Value::NONE, 0, 0)
        }
    }
}

/// The core's part of the VM.
pub struct Core {
    pub host: Box<dyn Host>,
    pub recorder: Recorder,
    pub ledger: Ledger,
    pub(crate) loops: Loops,
    /// The running loop of each thread.
    pub(crate) running_loops: FxHashMap<u32, Value>,
    /// The fibers that turn loops written in Python, by thread.
    pub(crate) python_runners: FxHashMap<u32, FiberId>,
    /// The current tasks of loops written in Python, by loop.
    pub(crate) python_tasks: FxHashMap<Value, Value>,
    /// Loops whose `run_until_complete` is native.
    pub(crate) plain: Option<Plain>,
    /// What `asyncio.run` is, where that is native.
    pub(crate) runs: Option<Runs>,
    pub(crate) next_order: u64,
    pub(crate) next_lane: LaneId,
    pub(crate) lane_states: Vec<LaneState>,
    pub(crate) live_tasks: u64,
    pub(crate) task_names: u64,
    /// What time passes as now, since when.
    pub phase: Phase,
    pub phase_since_nanos: u64,
    /// What was going on before the wait that is on.
    pub phase_before_wait: Phase,
    /// When the program itself began; the ledger counts from here.
    pub start_nanos: u64,
    /// Values that modules of this crate keep (types, cached functions).
    pub(crate) kept: FxHashMap<&'static str, Value>,
    pub(crate) next_crossing: u64,
    pub(crate) known_sites: Vec<Option<KnownSite>>,
    /// Values that other crates keep, by numbers of their own.
    pub(crate) numbered: Vec<Value>,
    /// The variables of contexts that have none.
    pub(crate) no_vars: Rc<PyDict>,
    /// Whether there is an adapter: then what is no step of a coroutine and
    /// no line of the shell is booked to it.
    pub(crate) books_adapter: bool,
    pub(crate) virtual_clock: bool,
    /// Whether tasks cost what they do where `nest_asyncio` has made them
    /// Python code.
    pub(crate) patched_tasks: bool,
    /// What each fiber is doing, innermost last; Python if empty.
    pub(crate) modes: Vec<Vec<Phase>>,
    /// The fiber and the thread that time passes for.
    pub(crate) booked_fiber: FiberId,
    pub(crate) booked_thread: u32,
    pub crossing_log: CrossingLog,
    pub failures: Vec<Failure>,
    /// What the fibers that block are parked for.
    pub(crate) waits_on: FxHashMap<FiberId, WaitsOn>,
    pub(crate) given_up: Vec<GivenUp>,
    pub(crate) left_over: Vec<LeftOver>,
    /// Calls in threads that tasks wait for, and where.
    pub(crate) chained: Vec<(Value, Place)>,
    /// Futures that threads wait for and tasks end.
    pub(crate) of_tasks: Vec<Value>,
    pub(crate) waits: Waits,
    pub(crate) stops: Stops,
    pub(crate) stack: Stack,
    pub(crate) threads: Threads,
    pub peering: Peering,
}

impl Extension for Core {
    fn trace(&self, tracer: &mut Tracer) {
        for state in self.loops.iter() {
            // Nothing is left of one that is closed.
            if state.closed {
                continue;
            }
            tracer.value(state.object);
            tracer.value(state.current_task);
            tracer.extend(&[state.completes, state.thread_ident]);
            tracer.extend(state.hooks.as_ref().map_or(&[], |hooks| &hooks[..]));
            for ready in &state.ready {
                match *ready {
                    Ready::Handle(handle) => tracer.value(handle),
                    Ready::Step { task, exception } => tracer.extend(&[task, exception]),
                    Ready::Wakeup { task, future } => tracer.extend(&[task, future]),
                    Ready::Call {
                        callback,
                        future,
                        context,
                    } => tracer.extend(&[callback, future, context]),
                    Ready::ReadSelf => {}
                }
            }
            for (_, task) in &state.pass_crossings {
                tracer.value(*task);
            }
            for nested in &state.nested {
                tracer.extend(&[nested.until, nested.current_task]);
                for held in &nested.held {
                    tracer.extend(&held.values());
                }
            }
            for &value in state.timer_handles.values() {
                tracer.value(value);
            }
        }
        for given_up in &self.given_up {
            tracer.value(given_up.future);
        }
        for (future, _) in &self.chained {
            tracer.value(*future);
        }
        if let Some(plain) = &self.plain {
            tracer.extend(&plain.values());
            tracer.extend(plain.names());
        }
        if let Some(runs) = &self.runs {
            tracer.extend(&runs.values());
        }
        self.peering.trace(tracer);
        self.threads.trace(tracer);
        tracer.extend(&self.numbered);
        for known in self.known_sites.iter().flatten() {
            tracer.value(known.name);
        }
        tracer.extend(&self.of_tasks);
        for &value in self.running_loops.values().chain(self.kept.values()) {
            tracer.value(value);
        }
        for (&python_loop, &task) in &self.python_tasks {
            tracer.extend(&[python_loop, task]);
        }
    }
    fn forget(&mut self, is_alive: &dyn Fn(Value) -> bool) {
        for state in self.loops.iter_mut() {
            state.tasks.retain(|_, task| is_alive(*task));
        }
    }
}

impl Core {
    pub(crate) fn new(host: Box<dyn Host>, trace_limit: usize) -> Core {
        let virtual_clock = host.is_virtual();
        Core {
            host,
            recorder: Recorder::new(trace_limit),
            ledger: Ledger::default(),
            loops: Loops::default(),
            running_loops: FxHashMap::default(),
            python_runners: FxHashMap::default(),
            python_tasks: FxHashMap::default(),
            plain: None,
            runs: None,
            next_order: 0,
            next_lane: 0,
            lane_states: Vec::new(),
            live_tasks: 0,
            task_names: 0,
            phase: Phase::Python,
            phase_since_nanos: 0,
            phase_before_wait: Phase::Python,
            start_nanos: 0,
            kept: FxHashMap::default(),
            next_crossing: 0,
            known_sites: Vec::new(),
            numbered: Vec::new(),
            no_vars: Rc::default(),
            books_adapter: false,
            virtual_clock,
            patched_tasks: false,
            modes: Vec::new(),
            booked_fiber: 0,
            booked_thread: 0,
            crossing_log: CrossingLog::default(),
            failures: Vec::new(),
            waits_on: FxHashMap::default(),
            given_up: Vec::new(),
            left_over: Vec::new(),
            chained: Vec::new(),
            of_tasks: Vec::new(),
            waits: Waits::default(),
            stops: Stops::default(),
            stack: Stack::default(),
            threads: Threads::default(),
            peering: Peering::default(),
        }
    }

    /// Books the time since the last change and begins a new phase.
    pub fn enter_phase(&mut self, phase: Phase, now: u64) {
        let passed = now.saturating_sub(self.phase_since_nanos);
        match self.phase {
            Phase::Python => self.ledger.python_ns += passed,
            Phase::Wait => self.ledger.wait_ns += passed,
            Phase::Adapter => {
                self.ledger.adapter_ns += passed;
                self.crossing_log.book(self.booked_fiber, passed);
            }
        }
        self.phase_since_nanos = self.phase_since_nanos.max(now);
        self.ledger.wall_ns = self.phase_since_nanos.saturating_sub(self.start_nanos);
        self.phase = phase;
    }

    /// When the earliest standstill began that is still to be noted.
    pub(crate) fn stand_since(&mut self, now: u64) -> u64 {
        let mut earliest = self.peering.stood_since_nanos().unwrap_or(now).min(now);
        for state in self.loops.iter_mut().filter(|state| !state.closed) {
            let since = state.stands_since.unwrap_or_else(|| {
                state.turns_until = state.waited_until(now);
                state.turns_until
            });
            earliest = earliest.min(since);
        }
        earliest
    }

    /// Of what is settled of the loops' standstills only the sum is kept.
    pub(crate) fn settle_stops(&mut self, now: u64) {
        let since = self.stand_since(now);
        self.stops.settle(since);
    }

    /// What a fiber is doing while it runs.
    pub(crate) fn mode(&self, fiber: FiberId) -> Phase {
        self.modes
            .get(fiber)
            .and_then(|modes| modes.last())
            .copied()
            .unwrap_or(Phase::Python)
    }

    /// The ledger with what only the whole run tells, up to `now`.
    pub fn settled_ledger(&mut self, now: u64) -> Ledger {
        self.enter_phase(self.phase, now);
        let mut ledger = self.ledger.clone();
        let lag = self.stops.lag();
        (ledger.lag_p50_ns, ledger.lag_p99_ns, ledger.lag_max_ns) = (lag.p50, lag.p99, lag.max);
        ledger.blocked_ns = self.stops.blocked_nanos();
        self.peering.did.add_to(&mut ledger);
        ledger.overlapped_ns = self.waits.overlapped_nanos();
        ledger.longest_wait_ns = self.waits.longest_nanos();
        ledger.waiting_call_bytes = self.crossing_log.waiting_call_bytes();
        ledger
    }

    /// For the ledger at the end.
    pub fn waits_by_line(&self) -> Vec<LineWaits> {
        self.waits.by_line()
    }

    /// A value that a module of this crate keeps; None if it was not set.
    pub fn kept(&self, key: &'static str) -> Value {
        self.kept.get(key).copied().unwrap_or(Value::NONE)
    }

    pub fn keep(&mut self, key: &'static str, value: Value) {
        self.kept.insert(key, value);
    }

    /// As [`Core::kept`] by a number, for what each crossing asks for.
    #[inline]
    pub fn numbered(&self, number: usize) -> Value {
        self.numbered.get(number).copied().unwrap_or(Value::NONE)
    }

    pub fn keep_numbered(&mut self, number: usize, value: Value) {
        if self.numbered.len() <= number {
            self.numbered.resize(number + 1, Value::NONE);
        }
        self.numbered[number] = value;
    }

    /// Whether instructions have a price.
    pub fn is_virtual(&self) -> bool {
        self.virtual_clock
    }
}
