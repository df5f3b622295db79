//! The core's state in the VM: loops, threads, the ledger and the trace.

use std::collections::{BinaryHeap, VecDeque};

use airlock_trace::{LaneId, LaneState, Ledger, Recorder};
use airlock_vm::{Extension, FiberId, Tracer, Value};
use rustc_hash::FxHashMap;

use crate::host::Host;

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
    Call { callback: Value, future: Value, context: Value },
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
    pub running: bool,
    pub stopping: bool,
    pub closed: bool,
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
    /// Tasks that are not done, by order of creation.
    pub tasks: std::collections::BTreeMap<u64, Value>,
}

/// The core's part of the VM.
pub struct Core {
    pub host: Box<dyn Host>,
    pub recorder: Recorder,
    pub ledger: Ledger,
    pub(crate) loops: Vec<LoopState>,
    /// The running loop of each thread.
    pub(crate) running_loops: FxHashMap<u32, Value>,
    pub(crate) next_order: u64,
    pub(crate) next_lane: LaneId,
    pub(crate) lane_states: Vec<LaneState>,
    pub(crate) live_tasks: u64,
    pub(crate) ready_tasks: u64,
    pub(crate) task_names: u64,
    /// What time passes as now, since when.
    pub phase: Phase,
    pub phase_since_nanos: u64,
    /// What was going on before the wait that is on, and since when it is.
    pub phase_before_wait: Phase,
    pub waiting_since_nanos: u64,
    /// When the program itself began; the ledger counts from here.
    pub start_nanos: u64,
    /// Values that modules of this crate keep (types, cached functions).
    pub(crate) kept: FxHashMap<&'static str, Value>,
    /// Crossings entered and not left.
    pub crossing_depth: u32,
    pub(crate) next_crossing: u64,
    /// Lateness of handles that became ready, for the ledger's lag.
    pub lags: Vec<u64>,
    /// Lines of the program's source for events.
    pub(crate) source_files: Vec<String>,
}

impl Extension for Core {
    fn trace(&self, tracer: &mut Tracer) {
        for state in &self.loops {
            tracer.value(state.object);
            tracer.value(state.current_task);
            for ready in &state.ready {
                match *ready {
                    Ready::Handle(handle) => tracer.value(handle),
                    Ready::Step { task, exception } => tracer.extend(&[task, exception]),
                    Ready::Wakeup { task, future } => tracer.extend(&[task, future]),
                    Ready::Call { callback, future, context } => tracer.extend(&[callback, future, context]),
                }
            }
            for &value in state.timer_handles.values().chain(state.tasks.values()) {
                tracer.value(value);
            }
        }
        for &value in self.running_loops.values().chain(self.kept.values()) {
            tracer.value(value);
        }
    }
}

impl Core {
    pub(crate) fn new(host: Box<dyn Host>, trace_limit: usize) -> Core {
        Core {
            host,
            recorder: Recorder::new(trace_limit),
            ledger: Ledger::default(),
            loops: Vec::new(),
            running_loops: FxHashMap::default(),
            next_order: 0,
            next_lane: 0,
            lane_states: Vec::new(),
            live_tasks: 0,
            ready_tasks: 0,
            task_names: 0,
            phase: Phase::Python,
            phase_since_nanos: 0,
            phase_before_wait: Phase::Python,
            waiting_since_nanos: 0,
            start_nanos: 0,
            kept: FxHashMap::default(),
            crossing_depth: 0,
            next_crossing: 0,
            lags: Vec::new(),
            source_files: Vec::new(),
        }
    }

    /// Books the time since the last change and begins a new phase.
    pub fn enter_phase(&mut self, phase: Phase, now: u64) {
        let passed = now.saturating_sub(self.phase_since_nanos);
        match self.phase {
            Phase::Python => self.ledger.python_ns += passed,
            Phase::Wait => self.ledger.wait_ns += passed,
            Phase::Adapter => self.ledger.adapter_ns += passed,
        }
        self.phase_since_nanos = self.phase_since_nanos.max(now);
        self.ledger.wall_ns = self.phase_since_nanos.saturating_sub(self.start_nanos);
        self.phase = phase;
    }

    /// A value that a module of this crate keeps; None if it was not set.
    pub fn kept(&self, key: &'static str) -> Value {
        self.kept.get(key).copied().unwrap_or(Value::NONE)
    }

    pub fn keep(&mut self, key: &'static str, value: Value) {
        self.kept.insert(key, value);
    }
}
