//! Waits for timers and sleeps: where each was begun, and how far they passed
//! side by side.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::stops::union_nanos;

/// How many waits are kept one by one.
const WAIT_LIMIT: usize = 200_000;

/// A line of the two programs, or none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct WaitLine {
    pub in_shell: bool,
    /// From 1; 0 for waits that no line of the programs began.
    pub line: u32,
}

#[derive(Debug, Default)]
pub struct Waits {
    waits: Vec<(u64, u64, WaitLine)>,
    longest_nanos: u64,
}

/// All waits that one line began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineWaits {
    /// `core.py` or `shell.py`; empty if no line of them began these waits.
    pub file: String,
    pub line: u32,
    pub count: u64,
    pub sum_ns: u64,
    /// What was saved because these waits passed beside those of a line, each
    /// such line once: its place in the list of all, from this one's on.
    pub beside: Vec<(u32, u64)>,
}

impl Waits {
    pub fn note(&mut self, since: u64, until: u64, line: WaitLine) {
        let length = until.saturating_sub(since);
        if length > 0 && self.waits.len() < WAIT_LIMIT {
            self.waits.push((since, until, line));
            self.longest_nanos = self.longest_nanos.max(length);
        }
    }

    /// The sum of all waits less the time in which there was any.
    pub fn overlapped_nanos(&self) -> u64 {
        let sum: u64 = self
            .waits
            .iter()
            .map(|(since, until, _)| until - since)
            .sum();
        let intervals = self.waits.iter().map(|&(since, until, _)| (since, until));
        sum - union_nanos(intervals.collect())
    }

    pub fn longest_nanos(&self) -> u64 {
        self.longest_nanos
    }

    /// In the order of the lines. All that is saved adds up to what
    /// [`Waits::overlapped_nanos`] says, but for nanoseconds lost in division.
    pub fn by_line(&self) -> Vec<LineWaits> {
        let mut places: BTreeMap<WaitLine, usize> = BTreeMap::new();
        for (_, _, line) in &self.waits {
            places.entry(*line).or_default();
        }
        let mut lines: Vec<LineWaits> = Vec::new();
        for (line, place) in &mut places {
            *place = lines.len();
            lines.push(LineWaits {
                file: line.file().to_owned(),
                line: line.line,
                ..LineWaits::default()
            });
        }
        for (since, until, line) in &self.waits {
            let of_line = &mut lines[places[line]];
            of_line.count += 1;
            of_line.sum_ns += until - since;
        }
        for ((one, other), saved) in self.saved_together(&places) {
            lines[one].beside.push((other as u32, saved));
        }
        lines
    }

    /// What waits of two lines saved by passing at once. Where a number of
    /// waits pass, all but one are saved, and each pair of them has an equal
    /// part in that.
    fn saved_together(&self, places: &BTreeMap<WaitLine, usize>) -> BTreeMap<(usize, usize), u64> {
        let mut steps: Vec<(u64, i64, usize)> = self
            .waits
            .iter()
            .flat_map(|(since, until, line)| {
                [(*since, 1, places[line]), (*until, -1, places[line])]
            })
            .collect();
        steps.sort_unstable();
        let mut saved = BTreeMap::new();
        // How many waits of a line pass, of those of which any do.
        let mut passing: BTreeMap<usize, u64> = BTreeMap::new();
        let mut reached = 0;
        for (moment, step, place) in steps {
            let all: u64 = passing.values().sum();
            if all > 1 && moment > reached {
                let length = u128::from(moment - reached);
                let part = |pairs: u64| (length * u128::from(2 * pairs) / u128::from(all)) as u64;
                for (&one, &count) in &passing {
                    let own = part(count * (count - 1) / 2);
                    let others = passing
                        .range(one + 1..)
                        .map(|(&other, n)| (other, part(count * n)));
                    for (other, nanos) in others.chain([(one, own)]).filter(|(_, nanos)| *nanos > 0)
                    {
                        *saved.entry((one, other)).or_insert(0) += nanos;
                    }
                }
            }
            reached = moment;
            let count = passing.entry(place).or_insert(0);
            *count = count.saturating_add_signed(step);
            if *count == 0 {
                passing.remove(&place);
            }
        }
        saved
    }
}

impl WaitLine {
    fn file(&self) -> &'static str {
        match self {
            WaitLine { line: 0, .. } => "",
            WaitLine { in_shell: true, .. } => "shell.py",
            _ => "core.py",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CORE: WaitLine = WaitLine {
        in_shell: false,
        line: 5,
    };

    #[test]
    fn waits_side_by_side_overlap() {
        let mut waits = Waits::default();
        for _ in 0..10 {
            waits.note(100, 150, CORE);
        }
        waits.note(150, 160, CORE);
        assert_eq!((waits.overlapped_nanos(), waits.longest_nanos()), (450, 50));
    }

    #[test]
    fn each_pair_of_lines_has_its_part_of_what_overlaps() {
        let mut waits = Waits::default();
        waits.note(0, 100, CORE);
        waits.note(40, 60, WaitLine { line: 9, ..CORE });
        waits.note(50, 60, WaitLine { line: 9, ..CORE });
        waits.note(200, 230, WaitLine::default());
        let lines: Vec<_> = waits
            .by_line()
            .into_iter()
            .map(|of| (of.file, of.line, of.count, of.sum_ns, of.beside))
            .collect();
        // From 40 to 50 two pass and one is saved; from 50 to 60 three pass
        // and two are, in three pairs.
        let expected = [
            ("", 0, 1, 30, vec![]),
            ("core.py", 5, 1, 100, vec![(2, 10 + 13)]),
            ("core.py", 9, 2, 30, vec![(2, 6)]),
        ];
        assert_eq!(
            lines,
            expected.map(|(file, line, count, sum, beside)| {
                (file.to_owned(), line, count, sum, beside)
            })
        );
        assert_eq!(waits.overlapped_nanos(), 30);
    }
}
