//! What the page knows of one side: what it printed, its trace so far, how
//! its loop beats and how it ended.

use std::cell::RefCell;
use std::rc::Rc;

use airlock_protocol::{Ending, FromWorker, Side, SideReport};
use airlock_trace::Ledger;

use crate::format;
use crate::output::Output;
use crate::timeline::Model;

/// A loop that was silent for longer than this is shown as stopped. The Worker
/// beats about every 50 ms.
const SILENCE_MILLIS: f64 = 150.0;

pub struct SideState {
    pub side: Side,
    pub output: Output,
    pub timeline: Rc<RefCell<Model>>,
    /// Grows with each change of `timeline`, so that views can tell.
    pub timeline_version: u64,
    pub phase: Phase,
    /// When the run began by the page's clock, if its time is that clock's.
    live_since_millis: Option<f64>,
    beat: Beat,
}

/// Where a side is in its run.
pub enum Phase {
    /// Nothing ran yet.
    Idle,
    /// Between Run and the Worker's report.
    Running,
    Ended(Box<SideReport>),
    /// The Worker did not answer Stop and was terminated.
    Terminated,
    /// The engine failed, or its Worker.
    Failed {
        message: String,
    },
}

#[derive(Default)]
struct Beat {
    /// When the loop was last known to turn, on the page's clock.
    last_millis: f64,
    lag_nanos: u64,
    /// It turned since this was last shown.
    fresh: bool,
    /// Changes whenever a turn is shown.
    odd: bool,
}

/// How the loop of a side is doing, for people to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pulse {
    Idle,
    Turning {
        lag_nanos: u64,
        odd: bool,
    },
    Standing {
        for_millis: u64,
    },
    /// The run is over; the loop could not turn for this long in all.
    Over {
        blocked_nanos: u64,
    },
    /// The run is over, and its loop would never have turned again.
    Stuck,
    /// The run is over, and there was no loop.
    NoLoop,
    /// The program was refused.
    NotRun,
    /// The run is over, and nothing is known of its loop.
    Unknown,
}

impl SideState {
    pub fn new(side: Side) -> Self {
        Self {
            side,
            output: Output::default(),
            timeline: Rc::default(),
            timeline_version: 0,
            phase: Phase::Idle,
            live_since_millis: None,
            beat: Beat::default(),
        }
    }

    pub fn file(&self) -> &'static str {
        match self.side {
            Side::Core => "core.py",
            Side::Shell => "shell.py",
        }
    }

    /// A run begins; `live` if its time is the page's.
    pub fn begin(&mut self, now_millis: f64, live: bool) {
        self.output = Output::default();
        *self.timeline.borrow_mut() = Model::default();
        self.timeline_version += 1;
        self.phase = Phase::Running;
        self.live_since_millis = live.then_some(now_millis);
        self.beat = Beat {
            last_millis: now_millis,
            ..Beat::default()
        };
    }

    /// Time passes. What the side does lasts, whether or not its Worker can
    /// say so.
    pub fn go_on(&mut self, now_millis: f64) {
        self.beat.odd ^= std::mem::take(&mut self.beat.fresh);
        if let Some(since) = self.live_since_millis.filter(|_| self.is_running()) {
            self.timeline
                .borrow_mut()
                .go_on(((now_millis - since) * 1e6) as u64);
            self.timeline_version += 1;
        }
    }

    /// Takes in what belongs to a run; the page handles the rest.
    pub fn handle_message(&mut self, message: FromWorker, now_millis: f64) {
        match message {
            FromWorker::Printed { error, text } => self.output.print(error, &text),
            FromWorker::Events { events } => {
                self.timeline.borrow_mut().extend(events);
                self.timeline_version += 1;
            }
            FromWorker::Beat { lag_nanos } => {
                self.beat = Beat {
                    last_millis: now_millis,
                    lag_nanos,
                    fresh: true,
                    odd: self.beat.odd,
                };
            }
            FromWorker::Finished { report } => {
                let refused = report.ending == Ending::Refused;
                self.timeline
                    .borrow_mut()
                    .end(if refused { 0 } else { report.ledger.wall_ns });
                self.timeline_version += 1;
                self.phase = Phase::Ended(report);
            }
            FromWorker::Failed { message } => self.phase = Phase::Failed { message },
            FromWorker::Ready { .. }
            | FromWorker::Checked { .. }
            | FromWorker::ProfileRead { .. } => {}
        }
    }

    /// A refused program that was edited may no longer be wrong; the check says
    /// what still is.
    pub fn forget_refusal(&mut self) {
        if self
            .report()
            .is_some_and(|report| report.ending == Ending::Refused)
        {
            self.phase = Phase::Idle;
        }
    }

    pub fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Running)
    }

    pub fn report(&self) -> Option<&SideReport> {
        match &self.phase {
            Phase::Ended(report) => Some(report),
            _ => None,
        }
    }

    pub fn ledger(&self) -> Option<&Ledger> {
        self.report()
            .filter(|report| report.ending != Ending::Refused)
            .map(|report| &report.ledger)
    }

    pub fn pulse(&self, now_millis: f64) -> Pulse {
        match &self.phase {
            Phase::Idle => Pulse::Idle,
            Phase::Running => {
                let silent_millis = now_millis - self.beat.last_millis;
                if silent_millis > SILENCE_MILLIS {
                    Pulse::Standing {
                        for_millis: silent_millis as u64 / 100 * 100,
                    }
                } else {
                    Pulse::Turning {
                        lag_nanos: self.beat.lag_nanos,
                        odd: self.beat.odd,
                    }
                }
            }
            Phase::Ended(report) if report.ending == Ending::Refused => Pulse::NotRun,
            Phase::Ended(report) if report.ending == Ending::Deadlocked => Pulse::Stuck,
            Phase::Ended(report) if report.ledger.loops == 0 => Pulse::NoLoop,
            Phase::Ended(report) => Pulse::Over {
                blocked_nanos: report.ledger.blocked_ns,
            },
            Phase::Terminated | Phase::Failed { .. } => Pulse::Unknown,
        }
    }
}

impl Pulse {
    pub fn class(&self) -> &'static str {
        match self {
            Pulse::Idle | Pulse::Unknown | Pulse::NoLoop | Pulse::NotRun => "beat idle",
            Pulse::Turning { odd: false, .. } => "beat turning even",
            Pulse::Turning { odd: true, .. } => "beat turning odd",
            Pulse::Standing { .. } => "beat standing",
            Pulse::Over { blocked_nanos: 0 } => "beat over",
            Pulse::Over { .. } | Pulse::Stuck => "beat over blocked",
        }
    }

    pub fn text(&self) -> String {
        match self {
            Pulse::Idle => "loop idle".to_owned(),
            Pulse::Turning { lag_nanos: 0, .. } => "loop turning".to_owned(),
            Pulse::Turning { lag_nanos, .. } => {
                format!("loop turning, lag {}", format::duration(*lag_nanos))
            }
            Pulse::Standing { for_millis } => {
                format!("loop stopped for {:.1} s", *for_millis as f64 / 1e3)
            }
            Pulse::Over { blocked_nanos: 0 } => "loop never stopped".to_owned(),
            Pulse::Over { blocked_nanos } => {
                format!("loop stopped for {}", format::duration(*blocked_nanos))
            }
            Pulse::Stuck => "loop stuck for good".to_owned(),
            Pulse::NoLoop => "no loop was started".to_owned(),
            Pulse::NotRun => "did not run".to_owned(),
            Pulse::Unknown => "ended without a report".to_owned(),
        }
    }
}
