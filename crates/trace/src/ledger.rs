//! The ledger of one side of a run, and what the shell's side cost.

use serde::{Deserialize, Serialize};

/// Times in nanoseconds, sizes in bytes, the rest are counts.
///
/// `python_ns + wait_ns + adapter_ns == wall_ns`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    pub wall_ns: u64,
    /// Instructions run, the loop's own work included.
    pub python_ns: u64,
    /// Nothing was ready: timers, I/O.
    pub wait_ns: u64,
    /// Everything that exists only because of the adapter.
    pub adapter_ns: u64,
    /// How long a loop that existed could not turn.
    pub blocked_ns: u64,
    pub lag_p50_ns: u64,
    pub lag_p99_ns: u64,
    pub lag_max_ns: u64,
    pub loops: u64,
    pub iterations: u64,
    pub handles: u64,
    pub tasks: u64,
    pub task_switches: u64,
    pub fiber_switches: u64,
    pub thread_switches: u64,
    pub thread_wakes: u64,
    pub crossings: u64,
    pub marshalled_bytes: u64,
    pub peak_heap_bytes: u64,
    pub peak_tasks: u64,
    pub max_concurrency: u64,
}

/// The shell's run against the core's, in nanoseconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    pub wall_ns: u64,
    pub python_ns: u64,
    pub wait_ns: u64,
    pub adapter_ns: u64,
    /// The part of `wait_ns` that the core alone would have overlapped.
    pub lost_concurrency_ns: u64,
    /// `adapter_ns` divided by the crossings; 0 without crossings.
    pub per_crossing_ns: u64,
}
