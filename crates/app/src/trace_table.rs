//! The events around the playhead, as a list.

use airlock_trace::EventKind;
use yew::prelude::*;

use crate::format::duration;
use crate::timeline::{Model, SharedModel, lane_of, outcome_name, state_name};

/// Few, so that what happens at the playhead is in sight without scrolling.
const ROWS_BEFORE: usize = 4;
const ROWS_AFTER: usize = 60;

#[derive(Properties, PartialEq)]
pub struct TraceTableProps {
    pub core: SharedModel,
    pub shell: SharedModel,
    pub playhead_nanos: Option<u64>,
    pub on_playhead: Callback<u64>,
}

/// A row: which side, and which of its events.
#[derive(Clone, Copy)]
struct Listed {
    at_nanos: u64,
    side: usize,
    index: usize,
}

#[component]
pub fn TraceTable(props: &TraceTableProps) -> Html {
    let models = [props.core.model.borrow(), props.shell.model.borrow()];
    let total = models[0].events.len() + models[1].events.len();
    if total == 0 {
        return html! { <p class="quiet none" data-testid="trace-table">{ "No events yet." }</p> };
    }
    let playhead = props.playhead_nanos.unwrap_or(0);
    let mut rows: Vec<Listed> = Vec::new();
    for (side, model) in models.iter().enumerate() {
        let now = model.events_until(playhead);
        let first = now.saturating_sub(ROWS_BEFORE);
        let last = (now + ROWS_AFTER).min(model.events.len());
        rows.extend((first..last).map(|index| Listed {
            at_nanos: model.events[index].at_nanos,
            side,
            index,
        }));
    }
    rows.sort_by_key(|row| (row.at_nanos, row.side, row.index));
    let now = rows.partition_point(|row| row.at_nanos <= playhead);
    let first = now.saturating_sub(ROWS_BEFORE);
    let shown = &rows[first..(now + ROWS_AFTER).min(rows.len())];
    html! {
        <div class="wide trace" tabindex="0" role="region" aria-label="Events around the playhead">
            <table data-testid="trace-table">
                <thead><tr>
                    <th scope="col">{ "At" }</th><th scope="col">{ "Side" }</th><th scope="col">{ "Lane" }</th>
                    <th scope="col">{ "Line" }</th><th scope="col">{ "What" }</th>
                </tr></thead>
                <tbody>
                    { for shown.iter().map(|row| view_row(row, &models[row.side], props, row.at_nanos == playhead)) }
                </tbody>
            </table>
        </div>
    }
}

fn view_row(row: &Listed, model: &Model, props: &TraceTableProps, is_now: bool) -> Html {
    let event = &model.events[row.index];
    let at_nanos = event.at_nanos;
    let lane = lane_of(&event.kind)
        .map(|lane| model.lane_name(lane).to_owned())
        .unwrap_or_default();
    let line = if event.line > 0 {
        event.line.to_string()
    } else {
        String::new()
    };
    let onclick = props.on_playhead.reform(move |_: MouseEvent| at_nanos);
    let side = if row.side == 0 { "core" } else { "shell" };
    html! {
        <tr class={classes!(is_now.then_some("now"))}>
            <td><button type="button" {onclick}>{ if at_nanos == 0 { "0".to_owned() } else { duration(at_nanos) } }</button></td>
            <td>{ side }</td><td>{ lane }</td><td>{ line }</td><td class={class_of(&event.kind)}>{ describe(&event.kind) }</td>
        </tr>
    }
}

fn class_of(kind: &EventKind) -> Option<&'static str> {
    match kind {
        EventKind::CrossingEntered { .. } | EventKind::CrossingLeft { .. } => Some("of-adapter"),
        EventKind::Failure { .. } => Some("error"),
        _ => None,
    }
}

fn describe(kind: &EventKind) -> String {
    match kind {
        EventKind::LaneStarted { .. } => "begins".to_owned(),
        EventKind::LaneEnded { outcome, .. } => outcome_name(*outcome).to_owned(),
        EventKind::LaneEntered { state, .. } => state_name(*state).to_owned(),
        EventKind::CrossingEntered { crossing, name, .. } => {
            format!("crossing {crossing} into {name}")
        }
        EventKind::CrossingLeft {
            crossing, outcome, ..
        } => format!("crossing {crossing} {}", outcome_name(*outcome)),
        EventKind::LoopStarted { .. } => "loop created".to_owned(),
        EventKind::LoopClosed { .. } => "loop closed".to_owned(),
        EventKind::Iteration { handles, .. } => format!(
            "iteration of {}",
            crate::format::counted(u64::from(*handles), "handle")
        ),
        EventKind::Failure {
            failure,
            explanation,
        } => format!("{failure}: {explanation}"),
    }
}
