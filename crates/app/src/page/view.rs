//! How the page looks; it changes nothing.

use airlock_link::{Adapter, Clock, examples};
use airlock_protocol::{Ending, Side, SideReport};
use yew::prelude::*;

use super::{Msg, Origin, Page, SIDES, Status, index_of, is_dark, now_millis};
use crate::compare::CompareView;
use crate::cost::CostView;
use crate::format::{counted, duration, grouped, moment};
use crate::notices::{Notice, NoticesView, Weight};
use crate::output::OutputView;
use crate::packages::PackagesPanel;
use crate::profiles::{Doing, ProfilePanel};
use crate::settings::{
    Menu, adapter_entries, clock_entries, clock_key, example_entries, example_value,
};
use crate::share::SharedView;
use crate::side::{Phase, SideState};
use crate::timeline::{Step, TimelineView};
use crate::trace_table::TraceTable;

impl Page {
    pub(super) fn view_page(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let on_place = link.callback(Msg::PlaceChosen);
        let running = self.status == Status::Running;
        html! {
            <>
                { self.view_header(ctx) }
                <main>
                    { self.view_controls(ctx) }
                    if let Some(shared) = &self.shared {
                        <SharedView shared={shared.clone()} packages={self.packages.names()} on_close={link.callback(|()| Msg::ShareClosed)} />
                    }
                    if self.profiles.panel {
                        <ProfilePanel own={self.profiles.own_names()} problem={self.profiles.problem.clone()}
                            busy={running || self.profiles.doing != Doing::Nothing} on_paste={link.callback(Msg::ProfilePasted)}
                            on_forget={link.callback(Msg::ProfileForgotten)} on_close={link.callback(|()| Msg::ProfilePanelClosed)} />
                    }
                    if self.packages.panel {
                        <PackagesPanel listed={self.packages.listed()} problems={self.packages.problems.clone()} {running}
                            on_read={link.callback(Msg::PackagesRead)} on_remove={link.callback(Msg::PackageRemoved)}
                            on_close={link.callback(|()| Msg::PackagesToggled)} />
                    }
                    <NoticesView notices={self.all_notices()} on_place={on_place.clone()} />
                    <div class="pair">
                        { self.view_pane(ctx, Side::Core) }
                        { self.view_lock() }
                        { self.view_pane(ctx, Side::Shell) }
                    </div>
                    <CostView about={self.example().map(|example| example.description)}
                        core={self.sides[0].ledger().cloned()} shell={self.sides[1].ledger().cloned()}
                        core_ending={self.sides[0].report().map(|report| report.ending)}
                        ending={self.sides[1].report().map(|report| report.ending)}
                        running={running && !self.is_comparing() && !self.is_measuring()}
                        crossings={self.sides[1].report().map(|report| report.crossings.clone())}
                        exact={self.ran_exactly} on_place={on_place.clone()} />
                    if let Some(comparison) = &self.comparison {
                        <CompareView comparison={comparison.clone()} adapter={self.playground.adapter}
                            on_adapter={link.callback(Msg::AdapterChosen)} on_close={link.callback(|()| Msg::CompareClosed)} />
                    }
                    { self.view_timelines(ctx) }
                    <details class="events" open={self.playhead.is_some()}>
                        <summary>{ "Events around the playhead" }</summary>
                        <TraceTable core={self.shared_model(Side::Core)} shell={self.shared_model(Side::Shell)}
                            playhead={self.playhead} on_event={link.callback(Msg::EventChosen)} />
                    </details>
                </main>
            </>
        }
    }

    fn view_header(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        html! {
            <header>
                <h1>{ "Airlock" }<small>{ "what an imperative shell costs an event-driven core" }</small></h1>
                <span class="grow"></span>
                <Menu testid="examples" label="Example" value={example_value(self.origin)}
                    entries={example_entries(self.origin, self.own.is_some())} on_change={link.callback(Msg::ExampleChosen)} />
                <button type="button" data-testid="packages" aria-expanded={self.packages.panel.to_string()}
                    onclick={link.callback(|_| Msg::PackagesToggled)}>{ self.packages_label() }</button>
                <button type="button" data-testid="share" onclick={link.callback(|_| Msg::Share)}>{ "Share" }</button>
                <button type="button" class="theme" data-testid="theme" onclick={link.callback(|_| Msg::ThemeToggled)}>
                    { if is_dark() { "Light" } else { "Dark" } }
                </button>
            </header>
        }
    }

    fn view_controls(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let running = self.status == Status::Running;
        let has_events = self.has_events();
        let step_button = |step: Step,
                           label: &'static str,
                           sign: &'static str,
                           testid: &'static str| {
            let onclick = link.callback(move |_| Msg::Stepped(step));
            html! {
                <button type="button" data-testid={testid} aria-label={label} title={label} disabled={!has_events} {onclick}>{ sign }</button>
            }
        };
        html! {
            <div class="controls">
                <button type="button" class="primary" data-testid="run" disabled={running} aria-keyshortcuts="Control+Enter Meta+Enter"
                    onclick={link.callback(|_| Msg::Run)}>{ "Run" }<kbd>{ if is_apple() { "⌘ ⏎" } else { "Ctrl ⏎" } }</kbd></button>
                <button type="button" data-testid="stop" disabled={!running} onclick={link.callback(|_| Msg::Stop)}>{ "Stop" }</button>
                <button type="button" data-testid="compare" disabled={running} title="Run the shell once through every adapter"
                    onclick={link.callback(|_| Msg::Compare)}>{ "Compare" }<span class="long">{ " adapters" }</span></button>
                <span class="steps" role="group" aria-label="Playhead">
                    { step_button(Step::First, "To the first event", "|◀", "step-first") }
                    { step_button(Step::Back, "One event back", "◀", "step-back") }
                    { step_button(Step::Forward, "One event on", "▶", "step-forward") }
                    { step_button(Step::Last, "To the last event", "▶|", "step-last") }
                </span>
                <span class="state"><span class={classes!("status", status_text(self.status))} data-testid="status" role="status">{ status_text(self.status) }</span>
                    <span class="note">{ self.status_note() }</span></span>
                <label class="clock"><span>{ "Clock" }</span>
                    <Menu testid="clock" label="Clock" value={clock_key(self.playground.clock)} entries={clock_entries()}
                        on_change={link.callback(Msg::ClockChosen)} />
                </label>
                <Menu testid="profile" label="Cost profile" value={self.playground.profile.clone()} entries={self.profiles.entries(&self.playground.profile)}
                    hidden={self.playground.clock == Clock::Real} on_change={link.callback(Msg::ProfileChosen)} />
            </div>
        }
    }

    fn view_pane(&self, ctx: &Context<Self>, side: Side) -> Html {
        let link = ctx.link();
        let state = &self.sides[index_of(side)];
        let pulse = state.pulse(now_millis());
        let oninput = link.callback(|_: InputEvent| Msg::Edited);
        let (name, manner, editor_id, output_id) = match side {
            Side::Core => ("core", "event-driven", "core-editor", "core-output"),
            Side::Shell => (
                "shell",
                "imperative, through",
                "shell-editor",
                "shell-output",
            ),
        };
        let title = match side {
            Side::Core => "core.main() by itself",
            Side::Shell => "shell.py through the adapter",
        };
        html! {
            <section class={classes!("pane", name)} aria-label={state.file()}>
                <h2>
                    { state.file() }<em>{ manner }</em>
                    if side == Side::Shell {
                        <Menu testid="adapter" label="Adapter" value={self.playground.adapter.key()} entries={adapter_entries(self.playground.clock)}
                            on_change={link.callback(|key: String| Msg::AdapterChosen(Adapter::from_key(&key).unwrap_or_default()))} />
                    }
                    <span class={pulse.class()} data-testid={format!("{name}-beat")}><i></i>{ pulse.text() }</span>
                </h2>
                <py-editor ref={self.editors[index_of(side)].clone()} data-testid={editor_id} aria-label={state.file()} {oninput}></py-editor>
                <h3>{ "Output" }<em>{ title }</em></h3>
                <OutputView output={state.output.clone()} testid={output_id} label={format!("Output of {}", state.file())}
                    on_place={link.callback(Msg::PlaceChosen)} />
            </section>
        }
    }

    /// The airlock between the editors: how often it was passed.
    fn view_lock(&self) -> Html {
        let counted_live = self.sides[1].timeline.borrow().crossings().len() as u64;
        let ledger = self.sides[1].ledger();
        let crossings = ledger.map_or(counted_live, |ledger| ledger.crossings);
        let each = ledger.and_then(|ledger| ledger.adapter_ns.checked_div(ledger.crossings));
        let idle = matches!(self.sides[1].phase, Phase::Idle)
            || self.sides[1]
                .report()
                .is_some_and(|report| report.ending == Ending::Refused);
        html! {
            <div class="lock" aria-label="The airlock">
                if idle {
                    <span>{ "air" }<br />{ "lock" }</span>
                } else {
                    <b>{ grouped(crossings) }</b>
                    <span>{ if crossings == 1 { "crossing" } else { "crossings" } }</span>
                    if let Some(each) = each {
                        <b class="each">{ duration(each) }</b><span>{ "each" }</span>
                    }
                }
            </div>
        }
    }

    fn view_timeline(&self, ctx: &Context<Self>, side: Side) -> Html {
        let link = ctx.link();
        let (testid, title) = match side {
            Side::Core => ("core-timeline", "core"),
            Side::Shell => ("shell-timeline", "shell"),
        };
        html! {
            <TimelineView shared={self.shared_model(side)} {testid} {title} window={self.shown_window()}
                playhead_nanos={self.playhead.map(|playhead| playhead.nanos)} appearance={self.appearance}
                on_playhead={link.callback(Msg::PlayheadSet)} on_step={link.callback(Msg::Stepped)}
                on_zoom={link.callback(|(factor, centre_nanos)| Msg::Zoomed { factor, centre_nanos })}
                on_pan={link.callback(|nanos| Msg::Panned { nanos })} />
        }
    }

    fn view_timelines(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let window = self.shown_window();
        let centre_nanos = self
            .playhead
            .map_or((window.start_nanos + window.end_nanos) / 2.0, |playhead| {
                playhead.nanos as f64
            });
        let zoom_button = |factor: f64, label: &'static str, sign: &'static str| {
            let onclick = link.callback(move |_| Msg::Zoomed {
                factor,
                centre_nanos,
            });
            html! { <button type="button" aria-label={label} title={label} {onclick}>{ sign }</button> }
        };
        html! {
            <section class="times" aria-label="Timelines">
                { for SIDES.map(|side| self.view_timeline(ctx, side)) }
                if self.has_events() {
                    <div class="under">
                        <ul class="key" aria-label="What the colours of the timelines mean">
                            <li class="python">{ "runs Python" }</li>
                            <li class="adapter">{ "in the adapter" }</li>
                            <li class="wait">{ "waits, the loop can turn" }</li>
                            <li class="stopped">{ "waits, holding its thread" }</li>
                            <li class="ready">{ "ready, another runs" }</li>
                            <li class="crossing">{ "a crossing" }</li>
                        </ul>
                        <span class="zoom" role="group" aria-label="Zoom">
                            { zoom_button(2.0, "Show more of the run", "−") }
                            { zoom_button(0.5, "Show less of the run, larger", "+") }
                            <button type="button" disabled={self.window.is_none()} onclick={link.callback(|_| Msg::ZoomedOut)}>{ "Whole run" }</button>
                        </span>
                    </div>
                }
            </section>
        }
    }

    fn packages_label(&self) -> String {
        match self.packages.names().len() {
            0 => "Packages".to_owned(),
            count => format!("Packages ({count})"),
        }
    }

    fn example(&self) -> Option<&'static examples::Example> {
        match self.origin {
            Origin::Example(key) => examples::by_key(key),
            Origin::Link | Origin::Own => None,
        }
    }

    fn has_events(&self) -> bool {
        self.sides
            .iter()
            .any(|side| !side.timeline.borrow().is_empty())
    }

    fn status_note(&self) -> String {
        let events: usize = self
            .sides
            .iter()
            .map(|side| side.timeline.borrow().events.len())
            .sum();
        let traced = match self.playhead {
            Some(playhead) => {
                let [core, shell] = self.with_models(|models| playhead.counts(models));
                format!(
                    "event {} of {} at {}",
                    grouped((core + shell) as u64),
                    grouped(events as u64),
                    moment(playhead.nanos)
                )
            }
            None => counted(events as u64, "event"),
        };
        match self.status {
            Status::Loading => "fetching the engine".to_owned(),
            Status::Ready => "nothing runs until you press Run".to_owned(),
            Status::Running
                if self
                    .comparison
                    .as_ref()
                    .is_some_and(|comparison| comparison.is_running()) =>
            {
                "each adapter in turn".to_owned()
            }
            Status::Running if self.is_measuring() => "measuring this browser".to_owned(),
            Status::Running => format!(
                "for {:.1} s",
                (now_millis() - self.run_started_millis) / 1e3
            ),
            Status::Done | Status::Stopped | Status::Failed => {
                match self
                    .sides
                    .iter()
                    .filter_map(|side| side.ledger())
                    .map(|ledger| ledger.wall_ns)
                    .max()
                {
                    Some(wall_ns) => format!("in {}, {traced}", duration(wall_ns)),
                    None if events > 0 => traced,
                    None => String::new(),
                }
            }
        }
    }

    /// What the page has to say, the programs' problems before the run's.
    pub(super) fn all_notices(&self) -> Vec<Notice> {
        let mut notices = self.notices.clone();
        for (side, problems) in self.sides.iter().zip(&self.problems) {
            notices.extend(problems.iter().map(|problem| {
                Notice::error(problem.message.clone()).at(side.file(), problem.line)
            }));
        }
        for side in &self.sides {
            for notice in notices_of_run(side) {
                // The check has found the same, in its own words.
                let refused = side
                    .report()
                    .is_some_and(|report| report.ending == Ending::Refused);
                let known = |other: &Notice| {
                    *other == notice
                        || (notice.place.is_some()
                            && other.place == notice.place
                            && (refused || says_the_same(other, &notice)))
                };
                if !notices.iter().any(known) {
                    notices.push(notice);
                }
            }
        }
        notices
    }
}

/// Whether two notices of one line differ in nothing that matters: the core
/// met there by itself what the shell met through the adapter, and who waits or
/// how long is another thing in each.
fn says_the_same(one: &Notice, other: &Notice) -> bool {
    let kind = |notice: &Notice| notice.text.split(':').next().map(str::to_owned);
    let both_warn = one.weight == Weight::Warning && other.weight == Weight::Warning;
    one.text == other.text || (both_warn && kind(one) == kind(other))
}

fn notices_of_run(side: &SideState) -> Vec<Notice> {
    match &side.phase {
        Phase::Idle | Phase::Running => Vec::new(),
        Phase::Failed { message } => vec![Notice::error(format!(
            "{}: {message}. A new engine takes its place.",
            side.file()
        ))],
        Phase::Terminated => vec![Notice::hint(format!(
            "{} did not answer Stop and was terminated; its output and trace so far are kept, its ledger is lost.",
            side.file()
        ))],
        Phase::Ended(report) => notices_of_report(side, report),
    }
}

/// How the explanation of a failed run begins, and what the page can add.
const ADVICE: [(&str, &str); 3] = [
    (
        "ModuleNotFoundError: No module named",
        "A pure-Python package can be added to this page under Packages.",
    ),
    (
        "EOFError: EOF when reading a line",
        "No one types while a program runs here, so input() finds nothing to read.",
    ),
    (
        "TypeError: cannot marshal",
        "On this clock the adapter runs the core in a Worker of its own, and what crosses is copied. On the exact clock the adapter \"thread\" shares one memory.",
    ),
];

fn notices_of_report(side: &SideState, report: &SideReport) -> Vec<Notice> {
    let mut notices = Vec::new();
    let weight = match report.ending {
        Ending::Completed => Weight::Warning,
        _ => Weight::Error,
    };
    for failure in &report.failures {
        let text = format!(
            "{}: {}",
            failure.kind.replace('_', " "),
            failure.explanation
        );
        let file = if failure.file.is_empty() {
            side.file()
        } else {
            &failure.file
        };
        notices.push(Notice {
            waits: failure.waits.clone(),
            ..Notice::new(weight, text).at(file, failure.line)
        });
    }
    let explained = report.ending == Ending::Deadlocked && !notices.is_empty();
    if !report.explanation.is_empty() && !explained {
        let notice = match report.ending {
            Ending::Stopped if report.problem.is_some() => {
                Notice::hint("the program was here when you stopped it")
            }
            Ending::Stopped => Notice::hint("stopped by you"),
            _ => Notice::error(report.explanation.clone()),
        };
        notices.push(match &report.problem {
            Some(problem) => notice.at(&problem.file, problem.problem.line),
            None => Notice {
                text: format!("{}: {}", side.file(), notice.text),
                ..notice
            },
        });
    }
    let hint = ADVICE
        .iter()
        .find(|(beginning, _)| report.explanation.starts_with(beginning));
    notices.extend(hint.map(|(_, advice)| Notice::hint(*advice)));
    if report.dropped_events > 0 {
        let text = format!(
            "{}: {} came after the limit and are not in the trace",
            side.file(),
            counted(report.dropped_events, "event")
        );
        notices.push(Notice::hint(text));
    }
    notices
}

/// Whether the keyboard has a command key in the place of Control.
fn is_apple() -> bool {
    web_sys::window()
        .and_then(|window| window.navigator().platform().ok())
        .is_some_and(|platform| platform.starts_with("Mac") || platform.starts_with("iP"))
}

fn status_text(status: Status) -> &'static str {
    match status {
        Status::Loading => "loading",
        Status::Ready => "ready",
        Status::Running => "running",
        Status::Stopped => "stopped",
        Status::Done => "done",
        Status::Failed => "failed",
    }
}
