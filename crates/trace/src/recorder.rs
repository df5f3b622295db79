//! Collects events up to a limit.
//!
//! They are packed as they come (postcard's form, about ten bytes each): a
//! program may cross a hundred thousand times a second, and what is recorded
//! is sent to the page and hashed in that form anyway.

use postcard::ser_flavors::Flavor;
use serde::Serialize;

use crate::Event;

/// Keeps the first `limit` events and counts the rest.
#[derive(Debug)]
pub struct Recorder {
    packed: Vec<u8>,
    count: usize,
    limit: usize,
    dropped: u64,
}

/// How far someone has read what was recorded.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mark {
    bytes: usize,
    count: usize,
}

/// Appends what is written to a vector.
struct Appending<'a>(&'a mut Vec<u8>);

impl Flavor for Appending<'_> {
    type Output = ();
    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }
    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }
    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

fn append<T: Serialize>(bytes: &mut Vec<u8>, value: &T) {
    postcard::serialize_with_flavor(value, Appending(bytes))
        .expect("events have no part that cannot be written");
}

impl Recorder {
    pub fn new(limit: usize) -> Self {
        Self {
            packed: Vec::new(),
            count: 0,
            limit,
            dropped: 0,
        }
    }

    pub fn record(&mut self, event: &Event<&str>) {
        if self.count < self.limit {
            self.count += 1;
            append(&mut self.packed, event);
        } else {
            self.dropped += 1;
        }
    }

    /// Whether another event would be kept.
    #[inline]
    pub fn is_open(&self) -> bool {
        self.count < self.limit
    }

    /// Counts an event that the caller did not make.
    pub fn drop_one(&mut self) {
        self.dropped += 1;
    }

    /// What was recorded, in order.
    pub fn events(&self) -> impl Iterator<Item = Event<&str>> {
        let mut rest = &self.packed[..];
        (0..self.count).map(move |_| {
            let (event, behind) = postcard::take_from_bytes(rest).expect("what was written");
            rest = behind;
            event
        })
    }

    /// All events as postcard packs a list of them: what a trace's hash is
    /// made of.
    pub fn pack(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.packed.len() + 8);
        append(&mut bytes, &self.count);
        bytes.extend_from_slice(&self.packed);
        bytes
    }

    /// The events since `mark`, which moves on, for [`unpack`]; `None` if there
    /// are none. Whoever reads them counts time from `origin_nanos`.
    pub fn pack_since(&self, mark: &mut Mark, origin_nanos: u64) -> Option<Vec<u8>> {
        let count = self.count - mark.count;
        if count == 0 {
            return None;
        }
        let new = &self.packed[mark.bytes..];
        let mut bytes = Vec::with_capacity(new.len() + 16);
        append(&mut bytes, &(origin_nanos, count));
        bytes.extend_from_slice(new);
        *mark = Mark {
            bytes: self.packed.len(),
            count: self.count,
        };
        Some(bytes)
    }

    /// How many events came after the limit was reached.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

/// The events that [`Recorder::pack_since`] packed; `None` if the bytes are
/// something else.
pub fn unpack(bytes: &[u8]) -> Option<Vec<Event>> {
    let (origin_nanos, mut events): (u64, Vec<Event>) = postcard::from_bytes(bytes).ok()?;
    for event in &mut events {
        event.at_nanos = event.at_nanos.saturating_sub(origin_nanos);
    }
    Some(events)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EventKind, LaneKind, LaneState, Outcome};

    fn event_at<S>(at_nanos: u64) -> Event<S> {
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
            recorder.record(&event_at(at_nanos));
        }
        let kept: Vec<_> = recorder.events().collect();
        assert_eq!(kept, [event_at(5), event_at(6)]);
        assert_eq!(recorder.dropped(), 2);
    }

    #[test]
    fn recorder_without_room_only_counts() {
        let mut recorder = Recorder::new(0);
        recorder.record(&event_at(1));
        assert_eq!(recorder.events().count(), 0);
        assert!(recorder.pack_since(&mut Mark::default(), 0).is_none());
        assert_eq!(recorder.dropped(), 1);
    }

    #[test]
    fn packed_events_come_back() {
        let event = |kind| Event {
            at_nanos: 1 << 60,
            line: 3,
            kind,
        };
        let mut recorder = Recorder::new(9);
        let mut mark = Mark::default();
        recorder.record(&event_at(7));
        assert!(recorder.pack_since(&mut mark, 0).is_some());
        for kind in [
            EventKind::LaneStarted {
                lane: 0,
                of: LaneKind::Task,
                name: "größer",
                parent: Some(7),
            },
            EventKind::LaneEntered {
                lane: 0,
                state: LaneState::Blocked,
            },
            EventKind::CrossingLeft {
                crossing: 1 << 40,
                lane: 0,
                outcome: Outcome::Cancelled,
            },
        ] {
            recorder.record(&event(kind));
        }
        let bytes = recorder.pack_since(&mut mark, 1 << 59).unwrap();
        assert!(recorder.pack_since(&mut mark, 0).is_none());
        let events = unpack(&bytes).unwrap();
        assert_eq!(events.len(), 3);
        assert_eq!(events[0].at_nanos, 1 << 59);
        assert!(matches!(
            &events[0].kind,
            EventKind::LaneStarted { name, parent: Some(7), .. } if name == "größer"
        ));
        assert_eq!(unpack(&bytes[..bytes.len() - 1]), None);
    }

    #[test]
    fn all_events_are_packed_as_a_list() {
        let mut recorder = Recorder::new(9);
        recorder.record(&event_at(7));
        let list: Vec<Event> = postcard::from_bytes(&recorder.pack()).unwrap();
        assert_eq!(list, [event_at(7)]);
    }
}
