//! Lanes with their spans, built from events as they arrive.

use airlock_trace::{Event, EventKind, LaneId, LaneKind, LaneState, Outcome};
use rustc_hash::FxHashMap;

/// Rows beyond this are counted, not drawn: a thousand tasks at once tell no
/// more than this many.
const ROW_LIMIT: usize = 40;

/// The trace of one side so far.
#[derive(Debug, Default)]
pub struct Model {
    pub events: Vec<Event>,
    lanes: Vec<Lane>,
    lane_index: FxHashMap<LaneId, usize>,
    crossings: Vec<Crossing>,
    crossing_index: FxHashMap<u64, usize>,
    /// The latest time that is known of.
    end_nanos: u64,
}

#[derive(Debug)]
pub struct Lane {
    pub id: LaneId,
    pub kind: LaneKind,
    pub name: String,
    pub start_nanos: u64,
    /// `None` while it lives.
    pub end_nanos: Option<u64>,
    pub outcome: Option<Outcome>,
    /// In order of time; each lasts until the next, the last until the lane's
    /// end.
    pub spans: Vec<Span>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub start_nanos: u64,
    pub state: LaneState,
    pub line: u32,
}

/// One passage through the adapter.
#[derive(Debug)]
pub struct Crossing {
    pub lane: LaneId,
    pub name: String,
    pub line: u32,
    pub start_nanos: u64,
    pub end_nanos: Option<u64>,
    pub outcome: Option<Outcome>,
}

/// Lanes of one kind that never overlap share a row, as tasks that run one
/// after another do.
#[derive(Debug)]
pub struct Row {
    pub kind: LaneKind,
    pub label: String,
    /// Indices into [`Model::lanes`], in order of time.
    pub lanes: Vec<usize>,
}

#[derive(Debug, Default)]
pub struct Rows {
    pub rows: Vec<Row>,
    /// Lanes that found no room within the limit.
    pub hidden_lanes: usize,
}

impl Model {
    pub fn extend(&mut self, events: Vec<Event>) {
        for event in &events {
            self.handle_event(event);
        }
        self.events.extend(events);
    }

    /// The run is over at `end_nanos`.
    pub fn end(&mut self, end_nanos: u64) {
        self.end_nanos = self.end_nanos.max(end_nanos);
    }

    pub fn end_nanos(&self) -> u64 {
        self.end_nanos
    }

    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    pub fn crossings(&self) -> &[Crossing] {
        &self.crossings
    }

    pub fn lane(&self, index: usize) -> &Lane {
        &self.lanes[index]
    }

    pub fn lane_name(&self, id: LaneId) -> &str {
        self.lane_index
            .get(&id)
            .map_or("", |&index| &self.lanes[index].name)
    }

    /// The lanes of a row. Rows that were made of an earlier run may name
    /// lanes that this one does not have.
    pub fn lanes_of<'a>(&'a self, row: &'a Row) -> impl DoubleEndedIterator<Item = &'a Lane> {
        row.lanes.iter().filter_map(|&index| self.lanes.get(index))
    }

    fn lane_kind(&self, id: LaneId) -> Option<LaneKind> {
        self.lane_index
            .get(&id)
            .map(|&index| self.lanes[index].kind)
    }

    /// The first event later than `nanos`.
    pub fn next_time(&self, nanos: Option<u64>) -> Option<u64> {
        let Some(nanos) = nanos else {
            return self.events.first().map(|event| event.at_nanos);
        };
        let index = self.events.partition_point(|event| event.at_nanos <= nanos);
        self.events.get(index).map(|event| event.at_nanos)
    }

    /// The last event earlier than `nanos`.
    pub fn previous_time(&self, nanos: u64) -> Option<u64> {
        let index = self.events.partition_point(|event| event.at_nanos < nanos);
        index
            .checked_sub(1)
            .map(|index| self.events[index].at_nanos)
    }

    /// How many events there are up to `nanos`, `nanos` included.
    pub fn events_until(&self, nanos: u64) -> usize {
        self.events.partition_point(|event| event.at_nanos <= nanos)
    }

    /// The line that a lane for which `wanted` holds was at last, as seen at
    /// `nanos`; 0 if unknown.
    pub fn line_at(&self, nanos: u64, wanted: impl Fn(LaneKind) -> bool) -> u32 {
        let earlier = &self.events[..self.events_until(nanos)];
        // Far back the line says nothing about now.
        earlier
            .iter()
            .rev()
            .take(2_000)
            .find(|event| {
                event.line > 0
                    && lane_of(&event.kind)
                        .and_then(|lane| self.lane_kind(lane))
                        .is_some_and(&wanted)
            })
            .map_or(0, |event| event.line)
    }

    pub fn rows(&self) -> Rows {
        let mut rows = Rows::default();
        for kind in [
            LaneKind::Main,
            LaneKind::Thread,
            LaneKind::Greenlet,
            LaneKind::Loop,
            LaneKind::Task,
        ] {
            self.pack(kind, &mut rows);
        }
        rows
    }

    /// Places each lane in the first row that is free by then.
    fn pack(&self, kind: LaneKind, rows: &mut Rows) {
        let first = rows.rows.len();
        let mut free_from: Vec<u64> = Vec::new();
        let mut placed = 0;
        for (index, lane) in self
            .lanes
            .iter()
            .enumerate()
            .filter(|(_, lane)| lane.kind == kind)
        {
            let end = lane.end_nanos.unwrap_or(u64::MAX);
            match free_from.iter().position(|&free| free <= lane.start_nanos) {
                Some(row) => {
                    rows.rows[first + row].lanes.push(index);
                    free_from[row] = end;
                }
                None if rows.rows.len() < ROW_LIMIT => {
                    rows.rows.push(Row {
                        kind,
                        label: String::new(),
                        lanes: vec![index],
                    });
                    free_from.push(end);
                }
                None => {
                    rows.hidden_lanes += 1;
                    continue;
                }
            }
            placed += 1;
        }
        let one_per_row = placed == free_from.len();
        for (row, packed) in rows.rows[first..].iter_mut().enumerate() {
            packed.label = if one_per_row && (kind != LaneKind::Task || free_from.len() <= 4) {
                self.lanes[packed.lanes[0]].name.clone()
            } else if row == 0 {
                format!("{placed} {}s", kind_name(kind))
            } else {
                String::new()
            };
        }
    }

    fn handle_event(&mut self, event: &Event) {
        let at_nanos = event.at_nanos;
        self.end_nanos = self.end_nanos.max(at_nanos);
        match &event.kind {
            EventKind::LaneStarted { lane, of, name, .. } => {
                self.lane_index.insert(*lane, self.lanes.len());
                self.lanes.push(Lane {
                    id: *lane,
                    kind: *of,
                    name: name.clone(),
                    start_nanos: at_nanos,
                    end_nanos: None,
                    outcome: None,
                    spans: Vec::new(),
                });
            }
            EventKind::LaneEnded { lane, outcome } => {
                if let Some(lane) = self.lane_mut(*lane) {
                    lane.end_nanos = Some(at_nanos);
                    lane.outcome = Some(*outcome);
                }
            }
            EventKind::LaneEntered { lane, state } => {
                let span = Span {
                    start_nanos: at_nanos,
                    state: *state,
                    line: event.line,
                };
                if let Some(lane) = self.lane_mut(*lane) {
                    lane.spans.push(span);
                }
            }
            EventKind::CrossingEntered {
                crossing,
                lane,
                name,
            } => {
                self.crossing_index.insert(*crossing, self.crossings.len());
                self.crossings.push(Crossing {
                    lane: *lane,
                    name: name.clone(),
                    line: event.line,
                    start_nanos: at_nanos,
                    end_nanos: None,
                    outcome: None,
                });
            }
            EventKind::CrossingLeft {
                crossing, outcome, ..
            } => {
                if let Some(&index) = self.crossing_index.get(crossing) {
                    self.crossings[index].end_nanos = Some(at_nanos);
                    self.crossings[index].outcome = Some(*outcome);
                }
            }
            EventKind::LoopStarted { .. }
            | EventKind::LoopClosed { .. }
            | EventKind::Iteration { .. }
            | EventKind::Failure { .. } => {}
        }
    }

    fn lane_mut(&mut self, id: LaneId) -> Option<&mut Lane> {
        self.lane_index
            .get(&id)
            .map(|&index| &mut self.lanes[index])
    }
}

impl Lane {
    /// When the span at `index` ends, in a trace that ends at `end_nanos`.
    pub fn span_end(&self, index: usize, end_nanos: u64) -> u64 {
        match self.spans.get(index + 1) {
            Some(next) => next.start_nanos,
            None => self.end_nanos.unwrap_or(end_nanos),
        }
    }

    /// The span at `nanos`, if the lane lives then.
    pub fn span_at(&self, nanos: u64) -> Option<usize> {
        if self.end_nanos.is_some_and(|end| end < nanos) {
            return None;
        }
        self.spans
            .partition_point(|span| span.start_nanos <= nanos)
            .checked_sub(1)
    }
}

/// The lane that an event is about.
pub fn lane_of(kind: &EventKind) -> Option<LaneId> {
    match kind {
        EventKind::LaneStarted { lane, .. }
        | EventKind::LaneEnded { lane, .. }
        | EventKind::LaneEntered { lane, .. }
        | EventKind::CrossingEntered { lane, .. }
        | EventKind::CrossingLeft { lane, .. }
        | EventKind::LoopStarted { lane }
        | EventKind::LoopClosed { lane }
        | EventKind::Iteration { lane, .. } => Some(*lane),
        EventKind::Failure { .. } => None,
    }
}

pub fn kind_name(kind: LaneKind) -> &'static str {
    match kind {
        LaneKind::Main => "main",
        LaneKind::Thread => "thread",
        LaneKind::Greenlet => "greenlet",
        LaneKind::Loop => "loop",
        LaneKind::Task => "task",
    }
}

pub fn state_name(state: LaneState) -> &'static str {
    match state {
        LaneState::Python => "runs Python",
        LaneState::Waiting => "waits",
        LaneState::Ready => "is ready, another runs",
        LaneState::Adapter => "is in the adapter",
        LaneState::Blocked => "blocks its loop",
    }
}

pub fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Returned => "returned",
        Outcome::Raised => "raised",
        Outcome::Cancelled => "was cancelled",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(at_nanos: u64, kind: EventKind) -> Event {
        Event {
            at_nanos,
            line: at_nanos as u32,
            kind,
        }
    }

    fn started(at_nanos: u64, lane: LaneId, of: LaneKind) -> Event {
        at(
            at_nanos,
            EventKind::LaneStarted {
                lane,
                of,
                name: format!("lane{lane}"),
                parent: None,
            },
        )
    }

    fn ended(at_nanos: u64, lane: LaneId) -> Event {
        at(
            at_nanos,
            EventKind::LaneEnded {
                lane,
                outcome: Outcome::Returned,
            },
        )
    }

    fn entered(at_nanos: u64, lane: LaneId, state: LaneState) -> Event {
        at(at_nanos, EventKind::LaneEntered { lane, state })
    }

    fn model(events: Vec<Event>) -> Model {
        let mut model = Model::default();
        model.extend(events);
        model
    }

    #[test]
    fn tasks_one_after_another_share_a_row() {
        let model = model(vec![
            started(0, 1, LaneKind::Task),
            ended(10, 1),
            started(10, 2, LaneKind::Task),
            ended(20, 2),
            started(15, 3, LaneKind::Task),
        ]);
        let rows = model.rows().rows;
        let lanes: Vec<_> = rows.iter().map(|row| row.lanes.clone()).collect();
        assert_eq!(lanes, [vec![0, 1], vec![2]]);
        assert_eq!(rows[0].label, "3 tasks");
        assert_eq!(rows[1].label, "");
    }

    #[test]
    fn main_comes_first_and_keeps_its_name() {
        let model = model(vec![
            started(0, 1, LaneKind::Loop),
            started(0, 0, LaneKind::Main),
        ]);
        let labels: Vec<_> = model.rows().rows.into_iter().map(|row| row.label).collect();
        assert_eq!(labels, ["lane0", "lane1"]);
    }

    #[test]
    fn more_lanes_than_rows_are_counted() {
        let model = model(
            (0..ROW_LIMIT as u32 + 7)
                .map(|lane| started(0, lane, LaneKind::Task))
                .collect(),
        );
        let rows = model.rows();
        assert_eq!((rows.rows.len(), rows.hidden_lanes), (ROW_LIMIT, 7));
    }

    #[test]
    fn spans_last_until_the_next_or_the_end() {
        let model = model(vec![
            started(0, 1, LaneKind::Task),
            entered(0, 1, LaneState::Python),
            entered(5, 1, LaneState::Waiting),
            ended(9, 1),
        ]);
        let lane = model.lane(0);
        assert_eq!((lane.span_end(0, 100), lane.span_end(1, 100)), (5, 9));
        assert_eq!(
            (lane.span_at(4), lane.span_at(5), lane.span_at(10)),
            (Some(0), Some(1), None)
        );
    }

    #[test]
    fn playhead_steps_over_events() {
        let model = model(vec![
            started(3, 1, LaneKind::Task),
            ended(3, 1),
            started(8, 2, LaneKind::Task),
        ]);
        assert_eq!(model.next_time(None), Some(3));
        assert_eq!(
            (model.next_time(Some(3)), model.next_time(Some(8))),
            (Some(8), None)
        );
        assert_eq!(
            (model.previous_time(8), model.previous_time(3)),
            (Some(3), None)
        );
    }

    #[test]
    fn line_is_that_of_the_wanted_lane() {
        let model = model(vec![
            started(1, 0, LaneKind::Main),
            started(2, 1, LaneKind::Task),
            entered(7, 1, LaneState::Python),
        ]);
        assert_eq!(model.line_at(9, |kind| kind == LaneKind::Main), 1);
        assert_eq!(model.line_at(9, |kind| kind == LaneKind::Task), 7);
        assert_eq!(model.line_at(0, |_| true), 0);
    }
}
