//! What came of a run, in the JSON of the command line.

use airlock_link::{Clock, Playground};
use airlock_protocol::{Failure, SideReport};
use airlock_trace::{Compared, Cost, CrossingReport, Ledger, Recorder, advice};
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

#[derive(Clone, Debug, Serialize)]
pub struct SideError {
    #[serde(rename = "type")]
    pub kind: String,
    pub message: String,
    pub file: Option<String>,
    pub line: u32,
}

#[derive(Clone, Debug, Serialize)]
pub struct SideOutcome {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adapter: Option<String>,
    pub stdout: String,
    pub stderr: String,
    pub error: Option<SideError>,
    pub ledger: Ledger,
    pub crossings: CrossingReport,
}

/// `airlock run --json`.
#[derive(Clone, Debug, Serialize)]
pub struct RunReport {
    pub version: u32,
    pub clock: Clock,
    pub profile: String,
    pub seed: u64,
    pub core: SideOutcome,
    pub shell: SideOutcome,
    pub cost: Cost,
    pub failures: Vec<Failure>,
    /// What the cost profile predicts, where the run itself was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predicted: Option<Cost>,
    pub trace_hash: String,
}

/// Puts both sides together.
pub fn run_report(
    playground: &Playground,
    core: (SideOutcome, &SideReport),
    shell: (SideOutcome, &SideReport),
) -> RunReport {
    let cost = Cost::between(&core.0.ledger, &shell.0.ledger);
    let failures = core
        .1
        .failures
        .iter()
        .chain(&shell.1.failures)
        .cloned()
        .collect();
    let both = format!("{}{}", core.1.trace_hash, shell.1.trace_hash);
    RunReport {
        version: 1,
        clock: playground.clock,
        profile: playground.profile.clone(),
        seed: playground.seed,
        core: core.0,
        shell: shell.0,
        cost,
        failures,
        predicted: None,
        trace_hash: format!("{:016x}", xxh3_64(both.as_bytes())),
    }
}

/// `airlock compare --json`.
pub fn compare(rows: &[RunReport]) -> serde_json::Value {
    serde_json::json!({ "version": 1, "rows": rows, "advice": compare_advice(rows) })
}

/// What the rows come down to, in one sentence.
pub fn compare_advice(rows: &[RunReport]) -> String {
    let compared: Vec<Compared> = rows
        .iter()
        .map(|row| Compared {
            adapter: row.shell.adapter.as_deref().unwrap_or(""),
            core_wall_ns: row.core.ledger.wall_ns,
            cost: &row.cost,
            // A shell that lost part of its core's work has not done it.
            ended_well: row.shell.error.is_none()
                && row
                    .failures
                    .iter()
                    .all(|failure| failure.kind != "background_cancelled"),
        })
        .collect();
    advice(&compared)
}

/// Hash of all events, the same on every platform (XXH3 of their packed form).
pub(crate) fn trace_hash(recorder: &Recorder) -> String {
    format!("{:016x}", xxh3_64(&recorder.pack()))
}
