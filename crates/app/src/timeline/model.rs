//! Lanes with their spans, built from events as they arrive.

use airlock_trace::{Event, EventKind, LaneId, LaneKind, LaneState, Outcome};
use rustc_hash::FxHashMap;

use crate::format::counted;

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
    failures: Vec<FailureMark>,
    /// What the main program does beyond what its own events say.
    main: MainProgram,
    /// The task that blocks, and the index of the loop that it keeps from
    /// turning.
    stalled: Option<(LaneId, usize)>,
    /// The latest time that is known of.
    end_nanos: u64,
    /// How long the run goes on by the page's clock: a Worker that is blocked
    /// says nothing of the time that passes.
    live_nanos: u64,
}

/// Events say when the main program enters a crossing and leaves it. What it
/// does in between follows from its loop and its tasks: the adapter's work is
/// what is neither a task's step nor waiting.
#[derive(Debug, Default)]
struct MainProgram {
    index: Option<usize>,
    open_crossings: u32,
    /// Whether the state it is in now was concluded from another lane's.
    concluded: bool,
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

/// A named failure, where it was recognised.
#[derive(Debug)]
pub struct FailureMark {
    pub at_nanos: u64,
    pub name: String,
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
        // What happened on another VM is told later than what happened here.
        for event in events {
            let at = match self.events.last() {
                Some(last) if last.at_nanos > event.at_nanos => self.events_until(event.at_nanos),
                _ => self.events.len(),
            };
            self.events.insert(at, event);
        }
    }

    /// The run is over at `end_nanos`.
    pub fn end(&mut self, end_nanos: u64) {
        self.end_nanos = self.end_nanos.max(end_nanos);
        self.live_nanos = 0;
    }

    /// The run goes on and has come this far.
    pub fn go_on(&mut self, live_nanos: u64) {
        if !self.is_empty() {
            self.live_nanos = live_nanos;
        }
    }

    pub fn end_nanos(&self) -> u64 {
        self.end_nanos.max(self.live_nanos)
    }

    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    pub fn crossings(&self) -> &[Crossing] {
        &self.crossings
    }

    pub fn failures(&self) -> &[FailureMark] {
        &self.failures
    }

    pub fn lane(&self, index: usize) -> &Lane {
        &self.lanes[index]
    }

    pub fn lane_title(&self, id: LaneId) -> String {
        self.lane_index
            .get(&id)
            .map(|&index| self.lanes[index].title())
            .unwrap_or_default()
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

    /// How many events there are before `nanos`.
    pub fn events_before(&self, nanos: u64) -> usize {
        self.events.partition_point(|event| event.at_nanos < nanos)
    }

    /// How many events there are up to `nanos`, `nanos` included.
    pub fn events_until(&self, nanos: u64) -> usize {
        self.events.partition_point(|event| event.at_nanos <= nanos)
    }

    /// The line that a lane for which `wanted` holds was at last, after the
    /// first `count` events; 0 if unknown.
    pub fn line_after(&self, count: usize, wanted: impl Fn(LaneKind) -> bool) -> u32 {
        // Far back the line says nothing about now.
        self.events[..count]
            .iter()
            .rev()
            .take(2_000)
            .find(|event| event.line > 0 && self.kind_of(event).is_some_and(&wanted))
            .map_or(0, |event| event.line)
    }

    /// What kind of lane an event is about.
    pub fn kind_of(&self, event: &Event) -> Option<LaneKind> {
        lane_of(&event.kind).and_then(|lane| self.lane_kind(lane))
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
        let mut count = 0;
        for (index, lane) in self
            .lanes
            .iter()
            .enumerate()
            .filter(|(_, lane)| lane.kind == kind)
        {
            count += 1;
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
                None => rows.hidden_lanes += 1,
            }
        }
        let one_per_row = count == free_from.len();
        for (row, packed) in rows.rows[first..].iter_mut().enumerate() {
            packed.label = if one_per_row && (kind != LaneKind::Task || free_from.len() <= 4) {
                self.lanes[packed.lanes[0]].title()
            } else if row == 0 {
                counted(count as u64, kind_name(kind))
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
                let index = self.lanes.len();
                self.lane_index.insert(*lane, index);
                if *of == LaneKind::Main {
                    self.main.index.get_or_insert(index);
                }
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
                self.conclude(at_nanos, *lane, None);
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
                self.conclude(at_nanos, *lane, Some(*state));
            }
            EventKind::CrossingEntered {
                crossing,
                lane,
                name,
            } => {
                self.crossing_index.insert(*crossing, self.crossings.len());
                if self.is_main(*lane) {
                    self.main.open_crossings += 1;
                }
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
                crossing,
                lane,
                outcome,
            } => {
                if self.is_main(*lane) {
                    self.main.open_crossings = self.main.open_crossings.saturating_sub(1);
                }
                if let Some(&index) = self.crossing_index.get(crossing) {
                    self.crossings[index].end_nanos = Some(at_nanos);
                    self.crossings[index].outcome = Some(*outcome);
                }
            }
            EventKind::Failure { failure, .. } => self.failures.push(FailureMark {
                at_nanos,
                name: failure.replace('_', " "),
            }),
            EventKind::LoopStarted { .. }
            | EventKind::LoopClosed { .. }
            | EventKind::Iteration { .. } => {}
        }
    }

    fn is_main(&self, id: LaneId) -> bool {
        self.main.index.is_some() && self.lane_index.get(&id) == self.main.index.as_ref()
    }

    /// `lane` entered `state`, or ended: what that says of other lanes.
    fn conclude(&mut self, at_nanos: u64, lane: LaneId, state: Option<LaneState>) {
        if self.is_main(lane) {
            self.main.concluded = false;
        } else if let Some(kind) = self.lane_kind(lane) {
            self.conclude_about_main(at_nanos, kind, state);
            if kind == LaneKind::Task {
                self.conclude_about_loop(at_nanos, lane, state);
            }
        }
    }

    /// While the main program is in a crossing it is in the adapter but for
    /// the steps of tasks and for what keeps the loop from turning.
    fn conclude_about_main(&mut self, at_nanos: u64, of: LaneKind, state: Option<LaneState>) {
        let Some(index) = self.main.index.filter(|_| self.main.open_crossings > 0) else {
            return;
        };
        let Some(now) = self.lanes[index].spans.last().map(|span| span.state) else {
            return;
        };
        let concluded = self.main.concluded;
        let stepping = concluded && matches!(now, LaneState::Waiting | LaneState::Blocked);
        let next = match (of, state) {
            (LaneKind::Task, Some(LaneState::Python)) if stepping || now == LaneState::Adapter => {
                LaneState::Waiting
            }
            (LaneKind::Task, Some(LaneState::Blocked)) if stepping => LaneState::Blocked,
            (LaneKind::Task, Some(LaneState::Waiting | LaneState::Ready) | None) if stepping => {
                LaneState::Adapter
            }
            (LaneKind::Loop, Some(LaneState::Blocked)) if now == LaneState::Adapter => {
                LaneState::Blocked
            }
            (LaneKind::Loop, Some(LaneState::Python)) if concluded && now == LaneState::Blocked => {
                LaneState::Adapter
            }
            _ => return,
        };
        self.main.concluded = true;
        self.put_span(index, at_nanos, next);
    }

    /// A task that blocks keeps its loop from turning.
    fn conclude_about_loop(&mut self, at_nanos: u64, task: LaneId, state: Option<LaneState>) {
        if let Some((_, index)) = self.stalled.take_if(|(staller, _)| *staller == task) {
            self.put_span(index, at_nanos, LaneState::Python);
        }
        if state != Some(LaneState::Blocked) {
            return;
        }
        let turning = self.lanes.iter().enumerate().filter_map(|(index, lane)| {
            let span = lane.spans.last()?;
            let turns = lane.kind == LaneKind::Loop
                && lane.end_nanos.is_none()
                && span.state == LaneState::Python;
            turns.then_some((span.start_nanos, index))
        });
        if let Some((_, index)) = turning.max() {
            self.stalled = Some((task, index));
            self.put_span(index, at_nanos, LaneState::Blocked);
        }
    }

    /// The lane is in `state` from now on, on the line that it was at.
    fn put_span(&mut self, index: usize, at_nanos: u64, state: LaneState) {
        let spans = &mut self.lanes[index].spans;
        let span = Span {
            start_nanos: at_nanos,
            state,
            line: spans.last().map_or(0, |last| last.line),
        };
        match spans.last_mut() {
            // The event came late, of another VM.
            Some(last) if last.start_nanos > at_nanos => {}
            Some(last) if last.start_nanos == at_nanos => *last = span,
            _ => spans.push(span),
        }
    }

    fn lane_mut(&mut self, id: LaneId) -> Option<&mut Lane> {
        self.lane_index
            .get(&id)
            .map(|&index| &mut self.lanes[index])
    }
}

impl Lane {
    /// Its name, and what it is where that is not plain.
    pub fn title(&self) -> String {
        match self.kind {
            LaneKind::Task => format!("task {}", self.name),
            _ => self.name.clone(),
        }
    }

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
        LaneState::Blocked => "holds its thread, waiting",
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
    fn line_is_that_of_the_wanted_lane() {
        let model = model(vec![
            started(1, 0, LaneKind::Main),
            started(2, 1, LaneKind::Task),
            entered(7, 1, LaneState::Python),
        ]);
        assert_eq!(model.line_after(3, |kind| kind == LaneKind::Main), 1);
        assert_eq!(model.line_after(3, |kind| kind == LaneKind::Task), 7);
        assert_eq!(model.line_after(0, |_| true), 0);
    }

    fn crossing(at_nanos: u64) -> Event {
        let name = "price".to_owned();
        at(
            at_nanos,
            EventKind::CrossingEntered {
                crossing: 1,
                lane: 0,
                name,
            },
        )
    }

    #[test]
    fn main_in_a_crossing_is_in_the_adapter_only_between_steps_and_waits() {
        use LaneState::{Adapter, Blocked, Python, Ready, Waiting};
        let model = model(vec![
            started(0, 0, LaneKind::Main),
            entered(0, 0, Python),
            started(1, 1, LaneKind::Loop),
            crossing(2),
            entered(2, 0, Adapter),
            started(3, 2, LaneKind::Task),
            entered(4, 2, Python),
            entered(6, 2, Waiting),
            entered(7, 1, Blocked),
            entered(20, 1, Python),
            entered(21, 2, Python),
            ended(22, 2),
            entered(23, 1, Ready),
            entered(24, 0, Python),
        ]);
        let states: Vec<_> = model
            .lane(0)
            .spans
            .iter()
            .map(|span| (span.start_nanos, span.state))
            .collect();
        let expected = [
            (0, Python),
            (2, Adapter),
            (4, Waiting),
            (6, Adapter),
            (7, Blocked),
            (20, Adapter),
            (21, Waiting),
            (22, Adapter),
            (24, Python),
        ];
        assert_eq!(states, expected);
    }

    #[test]
    fn a_loop_is_blocked_while_one_of_its_tasks_is() {
        use LaneState::{Blocked, Python, Waiting};
        let model = model(vec![
            started(0, 0, LaneKind::Main),
            started(1, 1, LaneKind::Loop),
            entered(2, 1, Python),
            started(3, 2, LaneKind::Task),
            entered(4, 2, Python),
            entered(5, 2, Blocked),
            entered(30, 2, Python),
            entered(31, 2, Waiting),
            entered(32, 1, Waiting),
        ]);
        let states: Vec<_> = model
            .lane(1)
            .spans
            .iter()
            .map(|span| (span.start_nanos, span.state))
            .collect();
        assert_eq!(
            states,
            [(2, Python), (5, Blocked), (30, Python), (32, Waiting)]
        );
    }

    #[test]
    fn a_run_that_goes_on_is_as_long_as_the_page_has_waited() {
        let mut model = model(vec![started(0, 0, LaneKind::Main)]);
        model.go_on(900);
        assert_eq!(model.end_nanos(), 900);
        model.end(700);
        assert_eq!(model.end_nanos(), 700);
    }
}
