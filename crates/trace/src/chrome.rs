//! Chrome's trace event format, which `chrome://tracing` and Perfetto open.
//!
//! Each side is a process, each lane one of its threads, each span between two
//! [`EventKind::LaneEntered`] a complete event. Crossings are flows from their
//! entry to their return. Times are in microseconds, as the format wants them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{Event, EventKind, LaneId, LaneState};

/// One side of a run: its name and what happened in it.
#[derive(Clone, Copy, Debug)]
pub struct TracedSide<'a> {
    pub name: &'a str,
    pub events: &'a [Event],
    /// The run's end, at which open spans close.
    pub end_nanos: u64,
}

/// The trace of all `sides` as one JSON text.
pub fn to_json(sides: &[TracedSide]) -> String {
    let mut rows = Vec::new();
    for (process, side) in sides.iter().enumerate() {
        rows.push(json!({ "ph": "M", "pid": process, "name": "process_name", "args": { "name": side.name } }));
        SideWriter {
            process,
            rows: &mut rows,
            open: BTreeMap::new(),
        }
        .write(side);
    }
    json!({ "displayTimeUnit": "ms", "traceEvents": rows }).to_string()
}

struct SideWriter<'a> {
    process: usize,
    rows: &'a mut Vec<Value>,
    /// What each lane is doing, since when and at which line.
    open: BTreeMap<LaneId, (LaneState, u64, u32)>,
}

impl SideWriter<'_> {
    fn write(mut self, side: &TracedSide) {
        for event in side.events {
            self.write_event(event);
        }
        for lane in self.open.keys().copied().collect::<Vec<_>>() {
            self.close_span(lane, side.end_nanos);
        }
    }

    fn write_event(&mut self, event: &Event) {
        let at = event.at_nanos;
        match &event.kind {
            EventKind::LaneStarted { lane, name, .. } => {
                self.push(json!({ "ph": "M", "tid": lane, "name": "thread_name", "args": { "name": name } }));
            }
            EventKind::LaneEnded { lane, .. } => self.close_span(*lane, at),
            EventKind::LaneEntered { lane, state } => {
                self.close_span(*lane, at);
                self.open.insert(*lane, (*state, at, event.line));
            }
            EventKind::CrossingEntered {
                crossing,
                lane,
                name,
            } => {
                self.push(json!({
                    "ph": "b", "cat": "crossing", "id": crossing, "tid": lane, "ts": micros(at),
                    "name": name, "args": { "line": event.line },
                }));
            }
            EventKind::CrossingLeft {
                crossing,
                lane,
                outcome,
            } => {
                self.push(json!({
                    "ph": "e", "cat": "crossing", "id": crossing, "tid": lane, "ts": micros(at),
                    "name": "", "args": { "outcome": outcome },
                }));
            }
            EventKind::LoopStarted { lane } => self.push_instant(*lane, at, "loop started"),
            EventKind::LoopClosed { lane } => self.push_instant(*lane, at, "loop closed"),
            EventKind::Iteration { lane, handles } => {
                self.push(json!({
                    "ph": "C", "tid": lane, "ts": micros(at), "name": "handles", "args": { "handles": handles },
                }));
            }
            EventKind::Failure { failure, .. } => self.push_instant(0, at, failure),
        }
    }

    fn close_span(&mut self, lane: LaneId, end_nanos: u64) {
        let Some((state, start_nanos, line)) = self.open.remove(&lane) else {
            return;
        };
        self.push(json!({
            "ph": "X", "tid": lane, "name": state, "ts": micros(start_nanos),
            "dur": micros(end_nanos.saturating_sub(start_nanos)), "args": { "line": line },
        }));
    }

    fn push_instant(&mut self, lane: LaneId, at_nanos: u64, name: &str) {
        self.push(
            json!({ "ph": "i", "s": "t", "tid": lane, "ts": micros(at_nanos), "name": name }),
        );
    }

    fn push(&mut self, mut row: Value) {
        row["pid"] = self.process.into();
        self.rows.push(row);
    }
}

fn micros(nanos: u64) -> f64 {
    nanos as f64 / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LaneKind, Outcome};

    fn at(at_nanos: u64, kind: EventKind) -> Event {
        Event {
            at_nanos,
            line: 4,
            kind,
        }
    }

    fn rows_of(events: &[Event]) -> Vec<Value> {
        let text = to_json(&[TracedSide {
            name: "shell",
            events,
            end_nanos: 9_000,
        }]);
        let Value::Array(rows) =
            serde_json::from_str::<Value>(&text).unwrap()["traceEvents"].take()
        else {
            panic!("no list of events in {text}");
        };
        rows
    }

    #[test]
    fn spans_last_until_the_lane_does_something_else() {
        let rows = rows_of(&[
            at(
                0,
                EventKind::LaneStarted {
                    lane: 0,
                    of: LaneKind::Main,
                    name: "main".into(),
                    parent: None,
                },
            ),
            at(
                1_000,
                EventKind::LaneEntered {
                    lane: 0,
                    state: LaneState::Python,
                },
            ),
            at(
                3_500,
                EventKind::LaneEntered {
                    lane: 0,
                    state: LaneState::Waiting,
                },
            ),
        ]);
        let spans: Vec<_> = rows.iter().filter(|row| row["ph"] == "X").collect();
        assert_eq!(spans.len(), 2);
        assert_eq!(
            (&spans[0]["name"], &spans[0]["ts"], &spans[0]["dur"]),
            (&json!("python"), &json!(1.0), &json!(2.5))
        );
        assert_eq!(
            (&spans[1]["name"], &spans[1]["dur"]),
            (&json!("waiting"), &json!(5.5))
        );
    }

    #[test]
    fn crossings_open_and_close_under_one_number() {
        let rows = rows_of(&[
            at(
                10,
                EventKind::CrossingEntered {
                    crossing: 3,
                    lane: 0,
                    name: "price".into(),
                },
            ),
            at(
                20,
                EventKind::CrossingLeft {
                    crossing: 3,
                    lane: 0,
                    outcome: Outcome::Raised,
                },
            ),
        ]);
        let ends: Vec<_> = rows.iter().filter(|row| row["cat"] == "crossing").collect();
        assert_eq!((&ends[0]["ph"], &ends[0]["id"]), (&json!("b"), &json!(3)));
        assert_eq!(
            (&ends[1]["ph"], &ends[1]["args"]["outcome"]),
            (&json!("e"), &json!("raised"))
        );
    }
}
