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
    /// Waits for timers and sleeps that passed beside others: the sum of all
    /// less the time in which there was any.
    #[serde(default)]
    pub overlapped_ns: u64,
    /// The longest single wait of that kind.
    #[serde(default)]
    pub longest_wait_ns: u64,
    /// Bytes a call through the adapter held while it waited, at the median.
    #[serde(default)]
    pub waiting_call_bytes: u64,
}

/// The shell's run against the core's, in nanoseconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    pub wall_ns: u64,
    pub python_ns: u64,
    pub wait_ns: u64,
    pub adapter_ns: u64,
    /// The part of `wait_ns` that passed one after the other where the core
    /// alone overlaps: what overlapped there and did not here, at most what
    /// the shell's longest wait leaves of its waiting.
    pub lost_concurrency_ns: u64,
    /// `adapter_ns` divided by the crossings; 0 without crossings.
    pub per_crossing_ns: u64,
}

impl Cost {
    /// What `shell` paid for running one side's work through an adapter, where
    /// `core` is the same work by itself.
    pub fn between(core: &Ledger, shell: &Ledger) -> Self {
        Self {
            wall_ns: shell.wall_ns,
            python_ns: shell.python_ns,
            wait_ns: shell.wait_ns,
            adapter_ns: shell.adapter_ns,
            lost_concurrency_ns: core
                .overlapped_ns
                .saturating_sub(shell.overlapped_ns)
                .min(shell.wait_ns.saturating_sub(shell.longest_wait_ns)),
            per_crossing_ns: shell.adapter_ns.checked_div(shell.crossings).unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_that_the_core_overlaps_is_lost_concurrency() {
        let core = Ledger {
            wall_ns: 5_400,
            wait_ns: 5_000,
            overlapped_ns: 45_000,
            ..Ledger::default()
        };
        let shell = Ledger {
            wall_ns: 52_300,
            python_ns: 400,
            wait_ns: 51_500,
            adapter_ns: 400,
            crossings: 10,
            longest_wait_ns: 5_100,
            ..Ledger::default()
        };
        let cost = Cost::between(&core, &shell);
        assert_eq!(
            (cost.lost_concurrency_ns, cost.per_crossing_ns),
            (45_000, 40)
        );
        assert_eq!(
            cost.python_ns + cost.wait_ns + cost.adapter_ns,
            cost.wall_ns
        );
    }

    #[test]
    fn shell_that_makes_two_of_ten_calls_loses_one_wait() {
        let core = Ledger {
            overlapped_ns: 45_000,
            ..Ledger::default()
        };
        let shell = Ledger {
            wait_ns: 10_000,
            longest_wait_ns: 5_000,
            ..Ledger::default()
        };
        assert_eq!(Cost::between(&core, &shell).lost_concurrency_ns, 5_000);
    }

    #[test]
    fn shell_that_overlaps_as_its_core_loses_nothing() {
        let core = Ledger {
            overlapped_ns: 9,
            ..Ledger::default()
        };
        let shell = Ledger {
            overlapped_ns: 9,
            wait_ns: 4,
            ..Ledger::default()
        };
        let cost = Cost::between(&core, &shell);
        assert_eq!((cost.lost_concurrency_ns, cost.per_crossing_ns), (0, 0));
    }
}
