//! Collects events up to a limit.

use crate::Event;

/// Keeps the first `limit` events and counts the rest.
#[derive(Debug)]
pub struct Recorder {
    events: Vec<Event>,
    limit: usize,
    dropped: u64,
}

impl Recorder {
    pub fn new(limit: usize) -> Self {
        Self {
            events: Vec::new(),
            limit,
            dropped: 0,
        }
    }

    pub fn record(&mut self, event: Event) {
        if self.events.len() < self.limit {
            self.events.push(event);
        } else {
            self.dropped += 1;
        }
    }

    /// Whether another event would be kept.
    #[inline]
    pub fn is_open(&self) -> bool {
        self.events.len() < self.limit
    }

    /// Counts an event that the caller did not make.
    pub fn drop_one(&mut self) {
        self.dropped += 1;
    }

    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// How many events came after the limit was reached.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EventKind;

    fn event_at(at_nanos: u64) -> Event {
        Event {
            at_nanos,
            line: 1,
            kind: EventKind::LoopStarted { lane: 0 },
        }
    }

    #[test]
    fn events_are_kept_in_order_up_to_the_limit() {
        let mut recorder = Recorder::new(2);
        for at_nanos in [5, 6, 7, 8] {
            recorder.record(event_at(at_nanos));
        }
        assert_eq!(recorder.events(), [event_at(5), event_at(6)]);
        assert_eq!(recorder.dropped(), 2);
    }

    #[test]
    fn recorder_without_room_only_counts() {
        let mut recorder = Recorder::new(0);
        recorder.record(event_at(1));
        assert!(recorder.events().is_empty());
        assert_eq!(recorder.dropped(), 1);
    }
}
