//! What a comparison of adapters comes down to, in one sentence.

use crate::Cost;

/// One adapter's run of the same pair.
#[derive(Clone, Copy, Debug)]
pub struct Compared<'a> {
    pub adapter: &'a str,
    /// The core's run alone.
    pub core_wall_ns: u64,
    pub cost: &'a Cost,
    /// Whether the shell reached its end.
    pub ended_well: bool,
}

/// A share of the wall time that is worth a word, in percent.
const WORTH_SAYING: u64 = 20;

/// The advice that follows from the rows, `direct` left aside.
pub fn advice(rows: &[Compared]) -> String {
    let through: Vec<&Compared> = rows.iter().filter(|row| row.adapter != "direct").collect();
    let good: Vec<&Compared> = through
        .iter()
        .copied()
        .filter(|row| row.ended_well)
        .collect();
    let (Some(best), Some(worst)) = (
        good.iter().min_by_key(|row| row.cost.wall_ns),
        good.iter().max_by_key(|row| row.cost.wall_ns),
    ) else {
        return "no adapter brings this shell to its end".to_owned();
    };
    let mut text = if share(best.cost.lost_concurrency_ns, best.cost.wall_ns) >= WORTH_SAYING {
        let dearest = good
            .iter()
            .map(|row| row.cost.per_crossing_ns)
            .max()
            .unwrap_or(0);
        format!(
            "fan out inside the core and cross once: {} with any adapter instead of {}",
            millis(best.core_wall_ns + dearest),
            millis(best.cost.wall_ns)
        )
    } else if share(worst.cost.wall_ns - best.cost.wall_ns, worst.cost.wall_ns) >= WORTH_SAYING {
        let why =
            if worst.cost.lost_concurrency_ns > best.cost.lost_concurrency_ns.saturating_mul(2) {
                "it lets calls wait side by side"
            } else {
                "its crossings cost least"
            };
        format!(
            "use {}: {} where {} takes {}, because {why}",
            best.adapter,
            millis(best.cost.wall_ns),
            worst.adapter,
            millis(worst.cost.wall_ns)
        )
    } else {
        format!(
            "any adapter will do here: {} takes {} and {} {}",
            best.adapter,
            millis(best.cost.wall_ns),
            worst.adapter,
            millis(worst.cost.wall_ns)
        )
    };
    let failed: Vec<&str> = through
        .iter()
        .filter(|row| !row.ended_well)
        .map(|row| row.adapter)
        .collect();
    if !failed.is_empty() {
        text.push_str(&format!("; {} did not reach the end", failed.join(", ")));
    }
    text
}

fn share(part: u64, whole: u64) -> u64 {
    (part as u128 * 100 / whole.max(1) as u128) as u64
}

fn millis(nanos: u64) -> String {
    format!("{:.1} ms", nanos as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn cost(wall_ns: u64, lost_concurrency_ns: u64, per_crossing_ns: u64) -> Cost {
        Cost {
            wall_ns,
            lost_concurrency_ns,
            per_crossing_ns,
            ..Cost::default()
        }
    }

    fn advice_on(rows: &[(&str, Cost, bool)]) -> String {
        let rows: Vec<_> = rows
            .iter()
            .map(|(adapter, cost, ended_well)| Compared {
                adapter,
                core_wall_ns: 5 * MS,
                cost,
                ended_well: *ended_well,
            })
            .collect();
        advice(&rows)
    }

    #[test]
    fn lost_concurrency_asks_for_a_fan_out() {
        let text = advice_on(&[
            ("run", cost(51 * MS, 45 * MS, 70_000), true),
            ("greenlet", cost(50 * MS, 45 * MS, 4_000), true),
        ]);
        assert_eq!(
            text,
            "fan out inside the core and cross once: 5.1 ms with any adapter instead of 50.0 ms"
        );
    }

    #[test]
    fn adapter_that_overlaps_is_the_one_to_use() {
        let text = advice_on(&[
            ("runner", cost(150 * MS, 135 * MS, 0), true),
            ("greenlet", cost(15 * MS, 0, 0), true),
        ]);
        assert_eq!(
            text,
            "use greenlet: 15.0 ms where runner takes 150.0 ms, because it lets calls wait side by side"
        );
    }

    #[test]
    fn adapters_that_fail_are_named() {
        let text = advice_on(&[
            ("thread", cost(5 * MS, 0, 0), false),
            ("run", cost(5 * MS, 0, 0), true),
        ]);
        assert_eq!(
            text,
            "any adapter will do here: run takes 5.0 ms and run 5.0 ms; thread did not reach the end"
        );
        assert_eq!(
            advice_on(&[("thread", cost(0, 0, 0), false)]),
            "no adapter brings this shell to its end"
        );
    }
}
