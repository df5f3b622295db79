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
        Self { events: Vec::new(), limit, dropped: 0 }
    }

    pub fn record(&mut self, event: Event) {
        if self.events.len() < self.limit {
            self.events.push(event);
        } else {
            self.dropped += 1;
        }
    }

    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// How many events came after the limit was reached.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}
