//! When loops stood still, and how late that made others on them.
//!
//! A loop that exists can serve what is due while it waits, and at the start
//! of each iteration. From there until the next such moment it stands still.
//! A heartbeat of one beat each millisecond tells what that means: a beat
//! that falls into a standstill is served at its end, and late by the rest.

use crate::Stood;
use crate::crossings::quantile;

/// The heartbeat's period.
pub const BEAT_NANOS: u64 = 1_000_000;

/// How many late beats are kept.
const BEAT_LIMIT: usize = 1_000_000;

#[derive(Debug, Default)]
pub struct Stops {
    /// Standstills that count as blocked.
    blocked: Vec<(u64, u64)>,
    late: Vec<u64>,
    /// How long all loops existed, together.
    existed_nanos: u64,
}

/// How far someone has read what was noted.
#[derive(Clone, Copy, Debug, Default)]
pub struct StopsMark {
    blocked: usize,
    last_end: u64,
    late: usize,
    existed_nanos: u64,
}

/// The lag of a heartbeat on the loops, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lag {
    pub p50: u64,
    pub p99: u64,
    pub max: u64,
}

impl Stops {
    /// A loop stood still from `since` to `until`. It counts as blocked if
    /// nobody ran it, or if one turn lasted longer than a beat.
    pub fn note(&mut self, since: u64, until: u64, running: bool) {
        let length = until.saturating_sub(since);
        if length == 0 {
            return;
        }
        if !running || length >= BEAT_NANOS {
            match self.blocked.last_mut() {
                Some(last) if last.1 == since => last.1 = until,
                _ => self.blocked.push((since, until)),
            }
        }
        let mut beat = since / BEAT_NANOS * BEAT_NANOS + BEAT_NANOS;
        while beat <= until && self.late.len() < BEAT_LIMIT {
            self.late.push(until - beat);
            beat += BEAT_NANOS;
        }
    }

    /// A loop existed for so long.
    pub fn note_life(&mut self, nanos: u64) {
        self.existed_nanos += nanos;
    }

    /// What was noted since `mark`, which moves on. The last standstill comes
    /// again if it has grown meanwhile.
    pub fn since(&self, mark: &mut StopsMark) -> Stood {
        let last_end = self.blocked.last().map_or(0, |last| last.1);
        let grown = mark.blocked == self.blocked.len() && mark.last_end != last_end;
        let first = mark.blocked - usize::from(grown);
        let stood = Stood {
            blocked: self.blocked[first..].to_vec(),
            late: self.late[mark.late..].to_vec(),
            existed_nanos: self.existed_nanos - mark.existed_nanos,
        };
        *mark = StopsMark {
            blocked: self.blocked.len(),
            last_end,
            late: self.late.len(),
            existed_nanos: self.existed_nanos,
        };
        stood
    }

    /// Loops of another VM stood still.
    pub fn add(&mut self, stood: Stood) {
        self.blocked.extend(stood.blocked);
        let room = BEAT_LIMIT.saturating_sub(self.late.len());
        self.late.extend(stood.late.into_iter().take(room));
        self.existed_nanos += stood.existed_nanos;
    }

    /// How long some loop was blocked.
    pub fn blocked_nanos(&self) -> u64 {
        union_nanos(self.blocked.clone())
    }

    pub fn lag(&self) -> Lag {
        let mut late = self.late.clone();
        late.sort_unstable();
        let beats = (self.existed_nanos / BEAT_NANOS).max(late.len() as u64);
        let on_time = beats - late.len() as u64;
        let at = |share: f64| -> u64 {
            let rank = ((beats as f64 * share).ceil() as u64).max(1);
            match rank.checked_sub(on_time) {
                None | Some(0) => 0,
                Some(rank) => late.get(rank as usize - 1).copied().unwrap_or(0),
            }
        };
        Lag {
            p50: at(0.50),
            p99: at(0.99),
            max: quantile(&late, 1.0),
        }
    }
}

/// How much time the intervals cover.
pub fn union_nanos(mut intervals: Vec<(u64, u64)>) -> u64 {
    intervals.sort_unstable();
    let (mut covered, mut reached) = (0, 0);
    for (start, end) in intervals {
        covered += end.saturating_sub(start.max(reached));
        reached = reached.max(end);
    }
    covered
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    #[test]
    fn beats_of_a_standstill_are_late_by_its_rest() {
        let mut stops = Stops::default();
        stops.note(10 * MS, 14 * MS, true);
        stops.note_life(100 * MS);
        assert_eq!(stops.blocked_nanos(), 4 * MS);
        assert_eq!(
            stops.lag(),
            Lag {
                p50: 0,
                p99: 2 * MS,
                max: 3 * MS
            }
        );
    }

    #[test]
    fn short_turns_do_not_block() {
        let mut stops = Stops::default();
        stops.note(0, MS / 2, true);
        stops.note(MS, MS + MS / 4, false);
        assert_eq!(stops.blocked_nanos(), MS / 4);
    }

    #[test]
    fn loops_that_stand_still_at_once_block_once() {
        assert_eq!(union_nanos(vec![(5, 9), (0, 6), (20, 21)]), 10);
    }
}
