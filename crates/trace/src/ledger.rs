//! The ledger of one side of a run, and what the shell's side cost.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::LineWaits;

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
    /// The same waits by the lines that began them; only in the report of the
    /// whole run.
    #[serde(default)]
    pub waits: Vec<LineWaits>,
}

/// The shell's run against the core's, in nanoseconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    pub wall_ns: u64,
    pub python_ns: u64,
    pub wait_ns: u64,
    pub adapter_ns: u64,
    /// The part of `wait_ns` that passed one after the other where the core
    /// alone overlaps: line by line, what overlapped there and did not here;
    /// at most what the shell's longest wait leaves of its waiting.
    pub lost_concurrency_ns: u64,
    /// `adapter_ns` divided by the crossings; 0 without crossings.
    pub per_crossing_ns: u64,
    /// Which of the core's waits were lost, the most first.
    #[serde(default)]
    pub lost_at: Vec<LostAt>,
}

/// A line whose waits overlapped in the core alone and not in the shell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostAt {
    /// As in [`LineWaits`].
    pub file: String,
    pub line: u32,
    pub lost_ns: u64,
}

impl Cost {
    /// What `shell` paid for running one side's work through an adapter, where
    /// `core` is the same work by itself.
    pub fn between(core: &Ledger, shell: &Ledger) -> Self {
        let lost_at = lost(core, shell);
        Self {
            wall_ns: shell.wall_ns,
            python_ns: shell.python_ns,
            wait_ns: shell.wait_ns,
            adapter_ns: shell.adapter_ns,
            lost_concurrency_ns: lost_at
                .iter()
                .map(|lost| lost.lost_ns)
                .sum::<u64>()
                .min(shell.wait_ns.saturating_sub(shell.longest_wait_ns)),
            per_crossing_ns: shell.adapter_ns.checked_div(shell.crossings).unwrap_or(0),
            lost_at,
        }
    }
}

/// What of the core's overlap the shell did without, by the lines that began
/// the waits.
fn lost(core: &Ledger, shell: &Ledger) -> Vec<LostAt> {
    let lines = Lines::of(core, shell);
    let (alone, through) = (lines.seen(&core.waits), lines.seen(&shell.waits));
    let instead = untimed_nanos(shell);
    // Where the shell waits less than the core does, it can lose less.
    let could = |saved: u64, line: usize| {
        let sum = alone.sums[line];
        let waited = through.sums[line] + if line == ELSEWHERE { instead } else { 0 };
        u128::from(saved) * u128::from(waited.min(sum)) / u128::from(sum.max(1))
    };
    let mut lost = vec![0; lines.keys.len()];
    for (&(one, other), &saved) in &alone.saved {
        let could = could(saved, one).min(could(saved, other)) as u64;
        let kept = through.saved.get(&(one, other)).copied().unwrap_or(0);
        let nanos = could.saturating_sub(kept);
        lost[one] += nanos - nanos / 2;
        lost[other] += nanos / 2;
    }
    let mut found: Vec<LostAt> = lines
        .keys
        .iter()
        .zip(lost)
        .filter(|(_, lost_ns)| *lost_ns > 0)
        .map(|(key, lost_ns)| LostAt {
            file: key.0.to_owned(),
            line: key.1,
            lost_ns,
        })
        .collect();
    found.sort_by_key(|lost| std::cmp::Reverse(lost.lost_ns));
    found
}

/// The lines that both sides waited at. All other waits of the one are
/// compared with all other waits of the other: they took their place.
struct Lines<'a> {
    /// File and line; first what is [`ELSEWHERE`], by the line at which the
    /// core waited longest.
    keys: Vec<(&'a str, u32)>,
}

const ELSEWHERE: usize = 0;

/// One side's waits.
struct Seen {
    sums: Vec<u64>,
    saved: BTreeMap<(usize, usize), u64>,
}

fn key(waits: &LineWaits) -> (&str, u32) {
    (&waits.file, waits.line)
}

impl<'a> Lines<'a> {
    fn of(core: &'a Ledger, shell: &Ledger) -> Lines<'a> {
        let in_both = |of: &&LineWaits| shell.waits.iter().any(|own| key(own) == key(of));
        let (shared, other): (Vec<_>, Vec<_>) = core.waits.iter().partition(in_both);
        let elsewhere = other.into_iter().max_by_key(|waits| waits.sum_ns);
        let mut keys = vec![elsewhere.map_or(("", 0), key)];
        keys.extend(shared.into_iter().map(key));
        Lines { keys }
    }

    fn seen(&self, waits: &[LineWaits]) -> Seen {
        let place = |of: &LineWaits| {
            let shared = self.keys.iter().skip(1).position(|known| *known == key(of));
            shared.map_or(ELSEWHERE, |index| index + 1)
        };
        let mut seen = Seen {
            sums: vec![0; self.keys.len()],
            saved: BTreeMap::new(),
        };
        for of in waits {
            let one = place(of);
            seen.sums[one] += of.sum_ns;
            for (index, saved) in &of.beside {
                let other = waits.get(*index as usize).map_or(ELSEWHERE, place);
                *seen
                    .saved
                    .entry((one.min(other), one.max(other)))
                    .or_insert(0) += saved;
            }
        }
        seen
    }
}

/// What of a side's waiting was for something other than a timer or a sleep:
/// another VM's answer, say.
fn untimed_nanos(side: &Ledger) -> u64 {
    let sum: u64 = side.waits.iter().map(|waits| waits.sum_ns).sum();
    side.wait_ns
        .saturating_sub(sum - side.overlapped_ns.min(sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line of `core.py`, sum, and what was saved beside lines of the list.
    type OfLine<'a> = (u32, u64, &'a [(u32, u64)]);

    fn side(wait_ns: u64, longest_wait_ns: u64, waits: &[OfLine]) -> Ledger {
        let waits = waits.iter().map(|&(line, sum_ns, beside)| LineWaits {
            file: "core.py".to_owned(),
            line,
            count: 1,
            sum_ns,
            beside: beside.to_vec(),
        });
        let waits: Vec<LineWaits> = waits.collect();
        let beside = waits.iter().flat_map(|waits| &waits.beside);
        Ledger {
            wait_ns,
            longest_wait_ns,
            overlapped_ns: beside.map(|(_, saved)| saved).sum(),
            waits,
            ..Ledger::default()
        }
    }

    #[test]
    fn waiting_that_the_core_overlaps_is_lost_concurrency() {
        let core = side(5_000, 5_000, &[(5, 50_000, &[(0, 45_000)])]);
        let shell = Ledger {
            wall_ns: 52_300,
            python_ns: 400,
            adapter_ns: 400,
            crossings: 10,
            ..side(51_500, 5_100, &[(5, 51_500, &[])])
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
        assert_eq!(
            (&*cost.lost_at[0].file, cost.lost_at[0].line),
            ("core.py", 5)
        );
    }

    #[test]
    fn shell_that_makes_two_of_ten_calls_loses_one_wait() {
        let core = side(5_000, 5_000, &[(5, 50_000, &[(0, 45_000)])]);
        let shell = side(10_000, 5_000, &[(5, 10_000, &[])]);
        assert_eq!(Cost::between(&core, &shell).lost_concurrency_ns, 5_000);
    }

    #[test]
    fn what_overlaps_at_another_line_makes_up_for_nothing() {
        let core = side(
            5_000,
            5_000,
            &[(5, 50_000, &[(0, 45_000)]), (9, 5_000, &[])],
        );
        let shell = side(
            50_000,
            5_000,
            &[(5, 50_000, &[]), (9, 60_000, &[(1, 40_000)])],
        );
        assert_eq!(Cost::between(&core, &shell).lost_concurrency_ns, 45_000);
    }

    #[test]
    fn waits_beside_something_that_the_shell_does_not_do_are_not_lost() {
        let core = side(24, 8, &[(5, 24, &[(1, 20)]), (9, 26, &[])]);
        let shell = side(24, 8, &[(5, 24, &[])]);
        assert_eq!(Cost::between(&core, &shell).lost_concurrency_ns, 0);
    }

    #[test]
    fn waiting_for_another_vm_takes_the_place_of_the_cores_waits() {
        let core = side(5_000, 5_000, &[(5, 50_000, &[(0, 45_000)])]);
        let shell = side(51_000, 0, &[]);
        assert_eq!(Cost::between(&core, &shell).lost_concurrency_ns, 45_000);
    }

    #[test]
    fn shell_that_overlaps_as_its_core_loses_nothing() {
        let core = side(11, 10, &[(5, 20, &[(0, 9)])]);
        let shell = side(11, 2, &[(5, 20, &[(0, 9)])]);
        let cost = Cost::between(&core, &shell);
        assert_eq!((cost.lost_concurrency_ns, cost.per_crossing_ns), (0, 0));
        assert!(cost.lost_at.is_empty());
    }
}
