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

/// How many standstills are kept one by one before the first look at which of
/// them are settled.
const ROOM: usize = 4096;

#[derive(Debug)]
pub struct Stops {
    /// Standstills that count as blocked, and that others may still overlap.
    blocked: Vec<(u64, u64)>,
    /// How many there may be before [`Stops::are_many`].
    room: usize,
    /// How long those were that nothing will overlap any more, and the moment
    /// before which all of them ended.
    settled_nanos: u64,
    settled_until: u64,
    late: Vec<u64>,
    /// How long all loops existed, together.
    existed_nanos: u64,
    /// What is still to be told to a parent, if there is one.
    untold: Option<Stood>,
}

impl Default for Stops {
    fn default() -> Stops {
        Stops {
            blocked: Vec::new(),
            room: ROOM,
            settled_nanos: 0,
            settled_until: 0,
            late: Vec::new(),
            existed_nanos: 0,
            untold: None,
        }
    }
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
            self.note_blocked(since, until);
        }
        let mut beat = since / BEAT_NANOS * BEAT_NANOS + BEAT_NANOS;
        while beat <= until && self.late.len() < BEAT_LIMIT {
            self.late.push(until - beat);
            if let Some(untold) = &mut self.untold {
                untold.late.push(until - beat);
            }
            beat += BEAT_NANOS;
        }
    }

    fn note_blocked(&mut self, since: u64, until: u64) {
        append(&mut self.blocked, since.max(self.settled_until), until);
        if let Some(untold) = &mut self.untold {
            append(&mut untold.blocked, since, until);
        }
    }

    /// A loop existed for so long.
    pub fn note_life(&mut self, nanos: u64) {
        self.existed_nanos += nanos;
        if let Some(untold) = &mut self.untold {
            untold.existed_nanos += nanos;
        }
    }

    /// There is a parent, which is to be told.
    pub fn keep_untold(&mut self) {
        self.untold.get_or_insert_default();
    }

    /// What was noted since the last time.
    pub fn take_untold(&mut self) -> Stood {
        self.untold.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Loops of another VM stood still.
    pub fn add(&mut self, stood: Stood) {
        for (since, until) in stood.blocked {
            self.note_blocked(since, until);
        }
        let room = BEAT_LIMIT.saturating_sub(self.late.len());
        let late = &stood.late[..stood.late.len().min(room)];
        self.late.extend(late);
        if let Some(untold) = &mut self.untold {
            untold.late.extend(late);
        }
        self.note_life(stood.existed_nanos);
    }

    /// Whether it is time for [`Stops::settle`].
    pub fn are_many(&self) -> bool {
        self.blocked.len() >= self.room
    }

    /// No standstill that began before this moment will be noted from now on:
    /// what ended before it is only kept as a sum.
    pub fn settle(&mut self, began_nanos: u64) {
        let mut open: Vec<(u64, u64)> = Vec::new();
        self.blocked.sort_unstable();
        for &(start, end) in &self.blocked {
            match open.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => open.push((start, end)),
            }
        }
        let settled = open.partition_point(|&(_, end)| end < began_nanos);
        self.settled_nanos += open
            .drain(..settled)
            .map(|(start, end)| end - start)
            .sum::<u64>();
        self.settled_until = self.settled_until.max(began_nanos);
        self.room = ROOM.max(2 * open.len());
        self.blocked = open;
    }

    /// How long some loop was blocked.
    pub fn blocked_nanos(&self) -> u64 {
        self.settled_nanos + union_nanos(self.blocked.clone())
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

/// What goes on where the last one ended is the same standstill.
fn append(blocked: &mut Vec<(u64, u64)>, since: u64, until: u64) {
    match blocked.last_mut() {
        Some(last) if last.1 == since => last.1 = until,
        _ if since < until => blocked.push((since, until)),
        _ => {}
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
    fn standstills_that_are_settled_add_up_as_before() {
        let notes = [(0, 9), (2, 12), (20, 25), (22, 40), (50, 60), (45, 70)];
        let mut stops = Stops::default();
        for (since, until) in notes {
            stops.note(since, until, false);
        }
        let mut kept = notes.to_vec();
        // The loop that stands since 45 is the only one that may still add.
        stops.settle(45);
        assert_eq!(stops.blocked, [(45, 70)]);
        for (since, until) in [(45, 80), (90, 91)] {
            stops.note(since, until, false);
            kept.push((since, until));
        }
        assert_eq!(stops.blocked_nanos(), union_nanos(kept));
    }

    #[test]
    fn parent_hears_of_each_standstill_once() {
        let (mut stops, mut parent) = (Stops::default(), Stops::default());
        stops.keep_untold();
        stops.note(0, 5, false);
        parent.add(stops.take_untold());
        stops.note(5, 9, false);
        stops.settle(9);
        parent.add(stops.take_untold());
        assert_eq!(parent.blocked_nanos(), 9);
        assert!(stops.take_untold().is_nothing());
    }

    #[test]
    fn loops_that_stand_still_at_once_block_once() {
        assert_eq!(union_nanos(vec![(5, 9), (0, 6), (20, 21)]), 10);
    }
}
