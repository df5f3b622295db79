//! The events around the playhead, as a list.

use airlock_trace::EventKind;
use yew::prelude::*;

use crate::format::{counted, grouped, moment};
use crate::timeline::{
    EventPlace, Model, Playhead, SharedModel, around, lane_of, outcome_name, state_name,
};

/// Few, so that what happens at the playhead is in sight without scrolling.
const ROWS_BEFORE: usize = 5;
const ROWS_AFTER: usize = 60;

#[derive(Properties, PartialEq)]
pub struct TraceTableProps {
    pub core: SharedModel,
    pub shell: SharedModel,
    pub playhead: Option<Playhead>,
    pub on_event: Callback<EventPlace>,
}

#[component]
pub fn TraceTable(props: &TraceTableProps) -> Html {
    let (core, shell) = (props.core.model.borrow(), props.shell.model.borrow());
    let models = [&*core, &*shell];
    let total = core.events.len() + shell.events.len();
    if total == 0 {
        return html! { <p class="quiet none" data-testid="trace-table">{ "No events yet: Run records them." }</p> };
    }
    let counts = props
        .playhead
        .map_or([0, 0], |playhead| playhead.counts(models));
    let now = props.playhead.and_then(|playhead| playhead.event);
    let caption = match props.playhead {
        Some(_) => format!(
            "event {} of {}",
            grouped((counts[0] + counts[1]) as u64),
            grouped(total as u64)
        ),
        None => format!(
            "the first of {}; step with the arrows above",
            counted(total as u64, "event")
        ),
    };
    let rows = around(models, counts, ROWS_BEFORE, ROWS_AFTER);
    html! {
        <div class="wide trace" tabindex="0" role="region" aria-label="Events around the playhead">
            <table data-testid="trace-table">
                <caption>{ caption }</caption>
                <thead><tr>
                    <th scope="col">{ "At" }</th><th scope="col">{ "Side" }</th><th scope="col">{ "Lane" }</th>
                    <th scope="col">{ "Line" }</th><th scope="col">{ "What happened" }</th>
                </tr></thead>
                <tbody>
                    { for rows.into_iter().map(|place| view_row(place, models[place.side], props, Some(place) == now)) }
                </tbody>
            </table>
        </div>
    }
}

fn view_row(place: EventPlace, model: &Model, props: &TraceTableProps, is_now: bool) -> Html {
    let event = &model.events[place.index];
    let lane = lane_of(&event.kind)
        .map(|lane| model.lane_title(lane))
        .unwrap_or_default();
    let line = if event.line > 0 {
        event.line.to_string()
    } else {
        String::new()
    };
    let onclick = props.on_event.reform(move |_: MouseEvent| place);
    let side = if place.side == 0 { "core" } else { "shell" };
    html! {
        <tr class={classes!(is_now.then_some("now"))} aria-current={is_now.then_some("true")}>
            <td><button type="button" {onclick}>{ moment(event.at_nanos) }</button></td>
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
        EventKind::Iteration { handles, .. } => {
            format!("iteration of {}", counted(u64::from(*handles), "handle"))
        }
        EventKind::Failure {
            failure,
            explanation,
        } => format!("{failure}: {explanation}"),
    }
}
