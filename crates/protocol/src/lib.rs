//! What the page and a Worker say to each other, as JSON text; the many events
//! of a run as bytes.
//!
//! One Worker runs one side. The page sends [`ToWorker`], the Worker answers
//! with [`FromWorker`]. Beside these the page sends what programs may import
//! ([`packages`]), as bytes. Nothing else crosses, but for two things where the
//! page is cross-origin isolated. The Worker's flags: a shared `Int32Array` whose
//! first cell the page sets to 1 to stop the Worker, and whose second it then
//! counts up and notifies to wake it. And what `web/src/boot.js` does for a
//! Worker that wants another one beside it.

pub mod packages;

use airlock_link::Playground;
use airlock_trace::{CrossingReport, Event, Ledger};
use serde::{Deserialize, Serialize};

/// Which of the two programs a Worker runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// `core.main()` by itself: the baseline.
    Core,
    /// `shell.py` through the adapter.
    Shell,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToWorker {
    Run {
        side: Side,
        playground: Box<Playground>,
        /// The text of the cost profile that the playground names, if that is
        /// none of the engine's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        profile: Option<String>,
    },
    /// Read the text of a cost profile; answered by `ProfileRead`.
    ReadProfile {
        text: String,
    },
    /// Compile both programs without running them; answered by `Checked`.
    Check {
        core: String,
        shell: String,
    },
    Stop,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromWorker {
    /// The engine is loaded and can run.
    Ready {
        version: String,
    },
    Checked {
        core: Vec<Problem>,
        shell: Vec<Problem>,
    },
    /// A cost profile's name, or what is wrong with its text.
    ProfileRead {
        name: Option<String>,
        problem: Option<String>,
    },
    /// `text` was printed; `error` tells stderr from stdout.
    Printed {
        error: bool,
        text: String,
    },
    /// Events since the last such message, in order of time. Crosses as the
    /// bytes of [`airlock_trace::Recorder::pack_since`], not as text.
    #[serde(skip)]
    Events {
        events: Vec<Event>,
    },
    /// The Worker's own event loop turned, late by `lag_nanos`. Sent about
    /// every 50 ms while a side runs; silence means that the loop stands still.
    Beat {
        lag_nanos: u64,
    },
    Finished {
        report: Box<SideReport>,
    },
    /// The engine itself failed; the Worker must be thrown away.
    Failed {
        message: String,
    },
}

/// Something wrong with a program, at a place. Lines and columns count from
/// 1; columns are in UTF-16 units, as editors count them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
    pub message: String,
}

/// How one side ended.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Ran to its end.
    Completed,
    /// An exception that nothing caught.
    Raised,
    /// A limit was reached; `problem` says which.
    LimitReached,
    /// The person pressed Stop.
    Stopped,
    /// Nothing can ever run again.
    Deadlocked,
    /// Refused before it started (a syntax error, an adapter not offered).
    Refused,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SideReport {
    pub side: Side,
    pub ending: Ending,
    /// One sentence for the person, empty if `Completed`.
    pub explanation: String,
    /// Where in this side's program (`file` is `core.py` or `shell.py`).
    pub problem: Option<PlacedProblem>,
    pub ledger: Ledger,
    pub failures: Vec<Failure>,
    /// Each crossing by itself and by call site.
    #[serde(default)]
    pub crossings: CrossingReport,
    pub dropped_events: u64,
    pub trace_hash: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlacedProblem {
    pub file: String,
    pub problem: Problem,
}

/// A named failure, recognised from the trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    pub kind: String,
    /// `core.py` or `shell.py`; empty if it is at no line of them.
    #[serde(default)]
    pub file: String,
    pub line: u32,
    /// Two sentences: what happened, and what to do instead.
    pub explanation: String,
    /// Who waits for whom, where that is the failure: a cycle, if each waits
    /// for the next and the last for the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits: Vec<Waits>,
}

/// Someone who waits, for what, and at which line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waits {
    pub who: String,
    pub what: String,
    pub line: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `web/src/boot.js` and `web/src/worker.js` write this one by hand.
    #[test]
    fn failure_written_in_javascript_is_read() {
        let message: FromWorker =
            serde_json::from_str(r#"{"type":"failed","message":"no"}"#).unwrap();
        let expected = FromWorker::Failed {
            message: "no".to_owned(),
        };
        assert_eq!(message, expected);
    }

    #[test]
    fn run_survives_its_way_as_text() {
        let message = ToWorker::Run {
            side: Side::Shell,
            playground: Box::new(Playground {
                seed: u64::MAX,
                ..Playground::default()
            }),
            profile: None,
        };
        let text = serde_json::to_string(&message).unwrap();
        assert!(
            text.starts_with(r#"{"type":"run","side":"shell","#),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<ToWorker>(&text).unwrap(), message);
    }
}
