//! Waits for timers and sleeps, and how far they passed side by side.

use crate::stops::union_nanos;

/// How many waits are kept one by one.
const WAIT_LIMIT: usize = 200_000;

#[derive(Debug, Default)]
pub struct Waits {
    intervals: Vec<(u64, u64)>,
    sum_nanos: u64,
    longest_nanos: u64,
}

impl Waits {
    pub fn note(&mut self, since: u64, until: u64) {
        let length = until.saturating_sub(since);
        if length > 0 && self.intervals.len() < WAIT_LIMIT {
            self.intervals.push((since, until));
            self.sum_nanos += length;
            self.longest_nanos = self.longest_nanos.max(length);
        }
    }

    /// The sum of all waits less the time in which there was any.
    pub fn overlapped_nanos(&self) -> u64 {
        self.sum_nanos - union_nanos(self.intervals.clone())
    }

    pub fn longest_nanos(&self) -> u64 {
        self.longest_nanos
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_side_by_side_overlap() {
        let mut waits = Waits::default();
        for _ in 0..10 {
            waits.note(100, 150);
        }
        waits.note(150, 160);
        assert_eq!((waits.overlapped_nanos(), waits.longest_nanos()), (450, 50));
    }
}
