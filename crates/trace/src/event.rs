//! The event schema: lanes, and what each lane was doing from when.

use serde::{Deserialize, Serialize};

/// Numbers a lane within one side of a run, from 0 in order of creation.
pub type LaneId = u32;

/// What a lane is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LaneKind {
    /// The fiber that runs the program's module code; always lane 0.
    Main,
    /// A `threading` thread.
    Thread,
    /// A greenlet.
    Greenlet,
    /// An event loop.
    Loop,
    /// A task on an event loop.
    Task,
}

/// What a lane is doing between two events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LaneState {
    /// Running Python instructions.
    Python,
    /// Waiting for a timer, I/O or another lane; its loop can turn.
    Waiting,
    /// Ready to run, but another lane is running.
    Ready,
    /// Running what exists only because of the adapter.
    Adapter,
    /// Holding its thread while it waits, so that no loop of that thread
    /// can turn (`time.sleep` in a task, a sync call into the core).
    Blocked,
}

/// How a lane or a crossing ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Returned,
    Raised,
    Cancelled,
}

/// One thing that happened. Who records one lends its texts (`S` is `&str`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event<S = String> {
    /// Nanoseconds since the run's start.
    pub at_nanos: u64,
    /// Line of the program's own source that was running, 0 if unknown.
    pub line: u32,
    pub kind: EventKind<S>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum EventKind<S = String> {
    /// A lane appeared. `parent` is the lane that created it.
    LaneStarted {
        lane: LaneId,
        of: LaneKind,
        name: S,
        parent: Option<LaneId>,
    },
    LaneEnded {
        lane: LaneId,
        outcome: Outcome,
    },
    /// From now on the lane does this; a span lasts until its next such event.
    LaneEntered {
        lane: LaneId,
        state: LaneState,
    },
    /// The shell enters the core through an adapter: `lane` calls `name`.
    CrossingEntered {
        crossing: u64,
        lane: LaneId,
        name: S,
    },
    /// The crossing's answer is back in the shell.
    CrossingLeft {
        crossing: u64,
        lane: LaneId,
        outcome: Outcome,
    },
    /// A loop was created or closed.
    LoopStarted {
        lane: LaneId,
    },
    LoopClosed {
        lane: LaneId,
    },
    /// One pass of a loop over its ready queue, with how many handles it ran.
    Iteration {
        lane: LaneId,
        handles: u32,
    },
    /// A named failure was recognised (`deadlock`, ...).
    Failure {
        failure: S,
        explanation: S,
    },
}
