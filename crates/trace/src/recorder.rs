//! Collects events up to a limit.
//!
//! They are packed as they come (postcard's form, about ten bytes each): a
//! program may cross a hundred thousand times a second, and what is recorded
//! is sent to the page and hashed in that form anyway.

use crate::{Event, EventKind};

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

/// Appends numbers in postcard's form: seven bits to the byte, the low ones
/// first. Written by hand because a crossing records four events; gathered in
/// words, as most events take less than two.
struct Numbers<'a> {
    bytes: &'a mut Vec<u8>,
    word: u64,
    used_bits: u32,
}

impl Numbers<'_> {
    fn to(bytes: &mut Vec<u8>) -> Numbers<'_> {
        Numbers {
            bytes,
            word: 0,
            used_bits: 0,
        }
    }

    #[inline(always)]
    fn and(mut self, number: impl Into<u64>) -> Self {
        let mut left = number.into();
        while left > 0x7f {
            self.put(left & 0x7f | 0x80);
            left >>= 7;
        }
        self.put(left);
        self
    }

    #[inline(always)]
    fn put(&mut self, byte: u64) {
        self.word |= byte << self.used_bits;
        self.used_bits += 8;
        if self.used_bits == u64::BITS {
            self.bytes.extend_from_slice(&self.word.to_le_bytes());
            (self.word, self.used_bits) = (0, 0);
        }
    }

    /// A whole word is written where it stands, which a few bytes are not.
    fn end(self) {
        let end = self.bytes.len() + self.used_bits as usize / 8;
        self.bytes.extend_from_slice(&self.word.to_le_bytes());
        self.bytes.truncate(end);
    }
}

fn append_text(bytes: &mut Vec<u8>, text: &str) {
    Numbers::to(bytes).and(text.len() as u64).end();
    bytes.extend_from_slice(text.as_bytes());
}

/// What postcard makes of an event: variants are numbered as they are
/// declared.
fn append(bytes: &mut Vec<u8>, event: &Event<&str>) {
    let head = Numbers::to(bytes).and(event.at_nanos).and(event.line);
    match event.kind {
        EventKind::LaneStarted {
            lane,
            of,
            name,
            parent,
        } => {
            head.and(0u8).and(lane).and(of as u8).end();
            append_text(bytes, name);
            match parent {
                Some(parent) => Numbers::to(bytes).and(1u8).and(parent),
                None => Numbers::to(bytes).and(0u8),
            }
            .end();
        }
        EventKind::LaneEnded { lane, outcome } => {
            head.and(1u8).and(lane).and(outcome as u8).end();
        }
        EventKind::LaneEntered { lane, state } => {
            head.and(2u8).and(lane).and(state as u8).end();
        }
        EventKind::CrossingEntered {
            crossing,
            lane,
            name,
        } => {
            head.and(3u8).and(crossing).and(lane).end();
            append_text(bytes, name);
        }
        EventKind::CrossingLeft {
            crossing,
            lane,
            outcome,
        } => {
            let head = head.and(4u8).and(crossing);
            head.and(lane).and(outcome as u8).end();
        }
        EventKind::LoopStarted { lane } => head.and(5u8).and(lane).end(),
        EventKind::LoopClosed { lane } => head.and(6u8).and(lane).end(),
        EventKind::Iteration { lane, handles } => {
            head.and(7u8).and(lane).and(handles).end();
        }
        EventKind::Failure {
            failure,
            explanation,
        } => {
            head.and(8u8).end();
            append_text(bytes, failure);
            append_text(bytes, explanation);
        }
    }
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

    /// Counts events that another recorder has dropped.
    pub fn drop_more(&mut self, count: u64) {
        self.dropped += count;
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
        Numbers::to(&mut bytes).and(self.count as u64).end();
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
        let head = Numbers::to(&mut bytes).and(origin_nanos);
        head.and(count as u64).end();
        bytes.extend_from_slice(new);
        *mark = Mark {
            bytes: self.packed.len(),
            count: self.count,
        };
        Some(bytes)
    }

    /// Whether nothing was recorded since.
    pub fn is_read(&self, mark: &Mark) -> bool {
        self.count == mark.count
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
    fn every_kind_of_event_is_packed_as_postcard_does_it() {
        let (lane, crossing, outcome) = (300, 1 << 40, Outcome::Cancelled);
        let kinds = [
            EventKind::LaneStarted {
                lane,
                of: LaneKind::Greenlet,
                name: "größer",
                parent: Some(1 << 20),
            },
            EventKind::LaneStarted {
                lane,
                of: LaneKind::Main,
                name: "",
                parent: None,
            },
            EventKind::LaneEnded { lane, outcome },
            EventKind::LaneEntered {
                lane: u32::MAX,
                state: LaneState::Blocked,
            },
            EventKind::CrossingEntered {
                crossing,
                lane,
                name: "price",
            },
            EventKind::CrossingLeft {
                crossing: u64::MAX,
                lane: u32::MAX,
                outcome,
            },
            EventKind::LoopStarted { lane },
            EventKind::LoopClosed { lane },
            EventKind::Iteration { lane, handles: 128 },
            EventKind::Failure {
                failure: "deadlock",
                explanation: "two wait",
            },
        ];
        for kind in kinds {
            let event = Event {
                at_nanos: u64::MAX,
                line: u32::MAX,
                kind,
            };
            let mut bytes = Vec::new();
            append(&mut bytes, &event);
            let as_postcard: Vec<u8> = postcard::to_allocvec(&event).unwrap();
            assert_eq!(bytes, as_postcard, "{event:?}");
        }
    }

    #[test]
    fn all_events_are_packed_as_a_list() {
        let mut recorder = Recorder::new(9);
        recorder.record(&event_at(7));
        let list: Vec<Event> = postcard::from_bytes(&recorder.pack()).unwrap();
        assert_eq!(list, [event_at(7)]);
    }
}
