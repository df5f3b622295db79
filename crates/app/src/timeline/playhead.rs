//! The playhead: a place among the events of both sides.
//!
//! Both sides' events form one sequence, by time; at the same time the core's
//! come first. On the exact clock many events share a time, so a place is an
//! event and not only a time.

use super::model::Model;
use airlock_trace::LaneKind;

/// Both sides, the core first.
pub type Models<'a> = [&'a Model; 2];

/// A move of the playhead from event to event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    First,
    Back,
    Forward,
    Last,
}

/// One event of one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventPlace {
    pub side: usize,
    pub index: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Playhead {
    pub nanos: u64,
    /// The last event that has happened, if any has.
    pub event: Option<EventPlace>,
}

impl Playhead {
    /// At a time, after all that happened until then.
    pub fn at(models: Models<'_>, nanos: u64) -> Self {
        let until = models.map(|model| model.events_until(nanos));
        Self {
            nanos,
            event: last_of(models, until),
        }
    }

    /// At the moment of an event.
    pub fn on(models: Models<'_>, place: EventPlace) -> Self {
        Self {
            nanos: time_of(models, place),
            event: Some(place),
        }
    }

    /// Where a step leads; `None` if there is no event to go to.
    pub fn stepped(models: Models<'_>, from: Option<Self>, step: Step) -> Option<Self> {
        let all = models.map(|model| model.events.len());
        let counts = from.map(|playhead| playhead.counts(models));
        let place = match (step, counts) {
            (Step::First, _) | (Step::Forward, None) => next_of(models, [0, 0]),
            (Step::Last, _) | (Step::Back, None) => last_of(models, all),
            (Step::Forward, Some(counts)) => next_of(models, counts),
            (Step::Back, Some(counts)) => {
                // Between two events the way back leads to the earlier one.
                let here = last_of(models, counts)?;
                if from.is_some_and(|playhead| playhead.nanos > time_of(models, here)) {
                    Some(here)
                } else {
                    let mut earlier = counts;
                    earlier[here.side] -= 1;
                    last_of(models, earlier)
                }
            }
        };
        place.map(|place| Self::on(models, place))
    }

    /// How many events of each side have happened.
    pub fn counts(&self, models: Models<'_>) -> [usize; 2] {
        let Some(place) = self.event else {
            return models.map(|model| model.events_until(self.nanos));
        };
        let nanos = time_of(models, place);
        let mut counts = [0; 2];
        for (side, model) in models.iter().enumerate() {
            counts[side] = if side == place.side {
                place.index + 1
            } else if side < place.side {
                model.events_until(nanos)
            } else {
                model.events_before(nanos)
            };
        }
        counts
    }

    /// The lines to show in both editors, 0 for none.
    ///
    /// Tasks of the shell's side run lines of the core; its fibers run the
    /// shell's.
    pub fn lines(&self, models: Models<'_>) -> [u32; 2] {
        let counts = self.counts(models);
        let of_shell =
            |kind| matches!(kind, LaneKind::Main | LaneKind::Thread | LaneKind::Greenlet);
        let core = match self.event {
            Some(EventPlace { side: 1, index }) => {
                let event = &models[1].events[index];
                Some(event.line)
                    .filter(|&line| line > 0 && models[1].kind_of(event) == Some(LaneKind::Task))
            }
            _ => None,
        };
        [
            core.unwrap_or_else(|| models[0].line_after(counts[0], |_| true)),
            models[1].line_after(counts[1], of_shell),
        ]
    }
}

/// The places around `counts`, in order: up to `before` that have happened
/// and up to `after` that have not.
pub fn around(
    models: Models<'_>,
    counts: [usize; 2],
    before: usize,
    after: usize,
) -> Vec<EventPlace> {
    let mut places = Vec::new();
    let mut earlier = counts;
    while places.len() < before {
        let Some(place) = last_of(models, earlier) else {
            break;
        };
        earlier[place.side] -= 1;
        places.push(place);
    }
    places.reverse();
    let mut later = counts;
    for _ in 0..after {
        let Some(place) = next_of(models, later) else {
            break;
        };
        later[place.side] += 1;
        places.push(place);
    }
    places
}

fn time_of(models: Models<'_>, place: EventPlace) -> u64 {
    models[place.side].events[place.index].at_nanos
}

/// The first event after these have happened.
fn next_of(models: Models<'_>, counts: [usize; 2]) -> Option<EventPlace> {
    (0..2)
        .filter(|&side| counts[side] < models[side].events.len())
        .map(|side| EventPlace {
            side,
            index: counts[side],
        })
        .min_by_key(|&place| (time_of(models, place), place.side))
}

/// The last event of those that have happened.
fn last_of(models: Models<'_>, counts: [usize; 2]) -> Option<EventPlace> {
    (0..2)
        .filter(|&side| counts[side] > 0)
        .map(|side| EventPlace {
            side,
            index: counts[side] - 1,
        })
        .max_by_key(|&place| (time_of(models, place), place.side))
}

#[cfg(test)]
mod tests {
    use airlock_trace::{Event, EventKind};

    use super::*;

    fn model(times: &[u64]) -> Model {
        let event = |&at_nanos: &u64| Event {
            at_nanos,
            line: at_nanos as u32,
            kind: EventKind::LoopStarted { lane: 0 },
        };
        let mut model = Model::default();
        model.extend(times.iter().map(event).collect());
        model
    }

    fn place(side: usize, index: usize) -> Option<EventPlace> {
        Some(EventPlace { side, index })
    }

    #[test]
    fn steps_visit_every_event_of_both_sides_once_in_order_of_time() {
        let (core, shell) = (model(&[1, 5, 5]), model(&[0, 5, 9]));
        let models = [&core, &shell];
        let mut visited = Vec::new();
        let mut playhead = None;
        while let Some(next) = Playhead::stepped(models, playhead, Step::Forward) {
            visited.push(next.event.unwrap());
            playhead = Some(next);
        }
        let order = [(1, 0), (0, 0), (0, 1), (0, 2), (1, 1), (1, 2)];
        assert_eq!(
            visited,
            order.map(|(side, index)| EventPlace { side, index })
        );
        let mut back = Vec::new();
        while let Some(earlier) = Playhead::stepped(models, playhead, Step::Back) {
            back.push(earlier.event.unwrap());
            playhead = Some(earlier);
        }
        visited.pop();
        visited.reverse();
        assert_eq!(back, visited);
    }

    #[test]
    fn a_time_between_events_is_left_for_the_nearest_of_either_direction() {
        let (core, shell) = (model(&[1, 8]), model(&[4]));
        let models = [&core, &shell];
        let between = Playhead::at(models, 6);
        assert_eq!(between.event, place(1, 0));
        assert_eq!(
            Playhead::stepped(models, Some(between), Step::Back)
                .unwrap()
                .event,
            place(1, 0)
        );
        assert_eq!(
            Playhead::stepped(models, Some(between), Step::Forward)
                .unwrap()
                .event,
            place(0, 1)
        );
    }

    #[test]
    fn before_all_events_there_is_only_forward() {
        let (core, shell) = (model(&[3]), model(&[]));
        let models = [&core, &shell];
        let start = Playhead::at(models, 0);
        assert_eq!(start.event, None);
        assert_eq!(Playhead::stepped(models, Some(start), Step::Back), None);
        assert_eq!(
            Playhead::stepped(models, Some(start), Step::Forward)
                .unwrap()
                .event,
            place(0, 0)
        );
    }

    #[test]
    fn nothing_to_step_over_without_a_run() {
        let (core, shell) = (model(&[]), model(&[]));
        for step in [Step::First, Step::Back, Step::Forward, Step::Last] {
            assert_eq!(Playhead::stepped([&core, &shell], None, step), None);
        }
    }

    #[test]
    fn events_around_the_playhead_come_in_order() {
        let (core, shell) = (model(&[1, 3]), model(&[2, 4]));
        let models = [&core, &shell];
        let counts = Playhead::at(models, 2).counts(models);
        let times: Vec<_> = around(models, counts, 1, 9)
            .into_iter()
            .map(|place| time_of(models, place))
            .collect();
        assert_eq!(times, [2, 3, 4]);
    }
}
