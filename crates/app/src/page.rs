//! The page: all its state, and what each message does to it.
//!
//! Two Workers are kept warm, one per side. A run posts both programs to both
//! and ends when both reported. What arrives during a run only marks the page
//! as out of date; it is drawn once per animation frame, so that a flood of
//! prints or events costs a frame and not the page.

mod view;

use std::cmp::Ordering;

use airlock_link::{Adapter, Clock, DEFAULT_PROFILE, Playground, decode, examples};
use airlock_protocol::packages::PackageFile;
use airlock_protocol::{Ending, FromWorker, Problem, Side, ToWorker};
use gloo_events::{EventListener, EventListenerOptions};
use gloo_timers::callback::{Interval, Timeout};
use wasm_bindgen::JsCast;
use yew::prelude::*;

use crate::compare::{Comparison, Outcome};
use crate::editor::{self, Mark};
use crate::notices::Notice;
use crate::output::Place;
use crate::packages::OwnPackages;
use crate::profiles::{
    Doing, PASTE, Profiles, THIS_BROWSER, fetch_script, measurement, profile_name, refused_name,
};
use crate::settings::{clock_of_key, unavailable};
use crate::share::{self, Copied, Shared};
use crate::side::{Phase, SideState};
use crate::storage::{self, Stored};
use crate::timeline::{EventPlace, Model, Playhead, SharedModel, Step, Window};
use crate::worker::WorkerLink;

/// How long a Worker may take to answer Stop before it is terminated.
const STOP_PATIENCE_MILLIS: u32 = 120;
/// After the last key, before the programs are checked and kept.
const TYPING_PAUSE_MILLIS: u32 = 300;
/// How often the page shows what the programs do meanwhile. Not with each
/// message: drawing takes time of a processor that the programs may share.
const HEARTBEAT_MILLIS: u32 = 100;
/// More messages than this between two heartbeats are a flood: the browser has
/// more of them waiting, and a timer would have to wait behind them.
const FLOOD_MESSAGES: u32 = 200;

const SIDES: [Side; 2] = [Side::Core, Side::Shell];

/// What the whole page is doing; the text of `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// A Worker has not said that it is ready.
    Loading,
    /// Both can run, and nothing ran yet.
    Ready,
    Running,
    /// Stop ended the last run.
    Stopped,
    /// Both programs of the last run came to their end.
    Done,
    /// A program or a Worker did not.
    Failed,
}

pub enum Msg {
    FromWorker {
        side: Side,
        generation: u32,
        message: FromWorker,
    },
    /// While running: show what arrived, and whether the loops still beat.
    Heartbeat,
    Run,
    Stop,
    StopPatienceEnded,
    Edited,
    TypingPaused,
    ExampleChosen(String),
    AdapterChosen(Adapter),
    ClockChosen(String),
    ProfileChosen(String),
    /// The script that measures this browser, or why it cannot be had.
    ScriptFetched(Result<String, String>),
    ProfilePasted(String),
    ProfileForgotten(String),
    ProfilePanelClosed,
    PackagesToggled,
    /// Files to import from, or why they could not be read.
    PackagesRead(Result<Vec<PackageFile>, String>),
    PackageRemoved(String),
    Share,
    Copied(Copied),
    ShareClosed,
    Compare,
    CompareClosed,
    PlayheadSet(u64),
    EventChosen(EventPlace),
    Stepped(Step),
    /// Both timelines show the whole run again.
    ZoomedOut,
    Panned {
        nanos: f64,
    },
    Zoomed {
        factor: f64,
        centre_nanos: f64,
    },
    PlaceChosen(Place),
    LinkOpened,
    /// The page may be gone after this.
    Leaving,
    ThemeToggled,
    AppearanceChanged,
}

/// Where the programs in the editors come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The example of this key, unchanged.
    Example(&'static str),
    /// The link that was opened, unchanged.
    Link,
    /// The person wrote or changed them.
    Own,
}

/// One side's Worker.
#[derive(Default)]
struct Seat {
    worker: Option<WorkerLink>,
    /// Tells messages of this Worker from those of the one before.
    generation: u32,
    ready: bool,
}

pub struct Page {
    /// The settings; its two programs are brought up to date from the editors
    /// whenever they are needed.
    playground: Playground,
    /// Where what is in the editors comes from.
    origin: Origin,
    /// What the person wrote last, while something else is in the editors.
    own: Option<Playground>,
    editors: [NodeRef; 2],
    sides: [SideState; 2],
    seats: [Seat; 2],
    status: Status,
    run_started_millis: f64,
    /// What the check found in each program.
    problems: [Vec<Problem>; 2],
    /// The programs that ran last: lines of that run are theirs.
    ran: [String; 2],
    check_due: bool,
    /// About the page itself, not about a run.
    notices: Vec<Notice>,
    shared: Option<Shared>,
    /// The part of the run that is shown, if not the whole.
    window: Option<Window>,
    playhead: Option<Playhead>,
    /// Where the link that was opened has the playhead, until there is a run.
    linked_nanos: Option<u64>,
    comparison: Option<Comparison>,
    profiles: Profiles,
    packages: OwnPackages,
    /// Whether the last run was on the exact clock.
    ran_exactly: bool,
    appearance: u32,
    /// Messages of Workers since the last heartbeat.
    recent_messages: u32,
    typing_pause: Option<Timeout>,
    heartbeat: Option<Interval>,
    stop_patience: Option<Timeout>,
    _listeners: Vec<EventListener>,
}

impl Component for Page {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let mut page = Self {
            playground: examples::ALL[0].playground(),
            origin: Origin::Example(examples::ALL[0].key),
            own: storage::load_own(),
            editors: [NodeRef::default(), NodeRef::default()],
            sides: SIDES.map(SideState::new),
            seats: [Seat::default(), Seat::default()],
            status: Status::Loading,
            run_started_millis: 0.0,
            problems: [Vec::new(), Vec::new()],
            ran: Default::default(),
            check_due: true,
            notices: Vec::new(),
            shared: None,
            window: None,
            playhead: None,
            linked_nanos: None,
            comparison: None,
            profiles: Profiles::load(),
            packages: OwnPackages::default(),
            ran_exactly: false,
            appearance: 0,
            recent_messages: 0,
            typing_pause: None,
            heartbeat: None,
            stop_patience: None,
            _listeners: listen_to_page(ctx),
        };
        for side in SIDES {
            page.start_worker(ctx, side);
        }
        page.note_what_is_missing();
        if let Some(draft) = storage::load_draft() {
            page.take_playground(draft, Origin::Own);
        }
        if let Some(link) = location_hash() {
            page.open_link(&link);
        }
        page
    }

    fn update(&mut self, ctx: &Context<Self>, message: Msg) -> bool {
        match message {
            Msg::FromWorker {
                side,
                generation,
                message,
            } => return self.handle_worker(ctx, side, generation, message),
            Msg::Heartbeat => self.handle_heartbeat(),
            Msg::Run => self.run(ctx),
            Msg::Stop => self.stop(ctx),
            Msg::StopPatienceEnded => self.terminate_silent_workers(ctx),
            Msg::Edited => self.handle_edit(ctx),
            Msg::TypingPaused => self.handle_typing_pause(),
            Msg::ExampleChosen(key) => self.choose_example(&key),
            Msg::AdapterChosen(adapter) => {
                self.playground.adapter = adapter;
                self.keep_draft();
            }
            Msg::ClockChosen(key) => {
                self.playground.clock = clock_of_key(&key);
                self.keep_draft();
            }
            Msg::ProfileChosen(name) => self.choose_profile(ctx, name),
            Msg::ScriptFetched(Ok(script)) => self.measure_browser(ctx, &script),
            Msg::ScriptFetched(Err(message)) => {
                self.profiles.doing = Doing::Nothing;
                self.notices.push(Notice::error(message));
            }
            Msg::ProfilePasted(text) => self.read_profile(text),
            Msg::ProfileForgotten(name) => self.forget_profile(&name),
            Msg::ProfilePanelClosed => self.profiles.panel = false,
            Msg::PackagesToggled => self.packages.panel = !self.packages.panel,
            Msg::PackagesRead(read) => self.packages.add(read),
            Msg::PackageRemoved(name) => self.packages.remove(&name),
            Msg::Share => self.share(ctx),
            Msg::Copied(copied) => {
                if let Some(shared) = &mut self.shared {
                    shared.copied = copied;
                }
            }
            Msg::ShareClosed => self.shared = None,
            Msg::Compare => self.compare(ctx),
            Msg::CompareClosed => self.comparison = None,
            Msg::PlayheadSet(nanos) => {
                let playhead = self.with_models(|models| Playhead::at(models, nanos));
                self.set_playhead(Some(playhead));
            }
            Msg::EventChosen(place) => {
                let playhead = self.with_models(|models| Playhead::on(models, place));
                self.set_playhead(Some(playhead));
            }
            Msg::Stepped(step) => self.step(step),
            Msg::Zoomed {
                factor,
                centre_nanos,
            } => self.zoom(factor, centre_nanos),
            Msg::ZoomedOut => self.window = None,
            Msg::Panned { nanos } => {
                self.window = self
                    .window
                    .map(|window| window.panned(nanos, self.whole_window()));
            }
            Msg::PlaceChosen(place) => self.jump_to(&place),
            Msg::LinkOpened => {
                if let Some(link) = location_hash() {
                    self.read_editors();
                    self.open_link(&link);
                    self.show_programs();
                }
            }
            Msg::Leaving => {
                if self.typing_pause.is_some() {
                    self.read_editors();
                    self.keep_draft();
                }
            }
            Msg::ThemeToggled => self.toggle_theme(),
            Msg::AppearanceChanged => self.appearance += 1,
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        self.view_page(ctx)
    }

    fn rendered(&mut self, _ctx: &Context<Self>, first: bool) {
        if first {
            self.show_programs();
        }
    }
}

/// Workers and runs.
impl Page {
    fn start_worker(&mut self, ctx: &Context<Self>, side: Side) {
        let seat = &mut self.seats[index_of(side)];
        seat.generation += 1;
        seat.ready = false;
        let generation = seat.generation;
        let receive = ctx.link().callback(move |message| Msg::FromWorker {
            side,
            generation,
            message,
        });
        match WorkerLink::start(move |message| receive.emit(message)) {
            Ok(worker) => seat.worker = Some(worker),
            Err(message) => self.handle_worker_failure(ctx, side, message),
        }
    }

    fn handle_worker(
        &mut self,
        ctx: &Context<Self>,
        side: Side,
        generation: u32,
        message: FromWorker,
    ) -> bool {
        let index = index_of(side);
        self.recent_messages += 1;
        if self.seats[index].generation != generation {
            return false;
        }
        match message {
            FromWorker::Ready { .. } => {
                self.seats[index].ready = true;
                if self.status == Status::Loading && self.seats.iter().all(|seat| seat.ready) {
                    self.status = Status::Ready;
                }
                self.check_when_idle();
                true
            }
            // What was said of programs that have changed since is no longer true.
            FromWorker::Checked { .. } if self.check_due => false,
            FromWorker::Checked { core, shell } => {
                self.show_problems([core, shell]);
                true
            }
            FromWorker::Failed { message } => {
                self.handle_worker_failure(ctx, side, message);
                true
            }
            FromWorker::ProfileRead { name, problem } => {
                self.handle_read_profile(name, problem);
                true
            }
            FromWorker::Printed { text, .. } if self.is_measuring() => {
                if let Doing::Measuring(printed) = &mut self.profiles.doing {
                    printed.push_str(&text);
                }
                false
            }
            FromWorker::Finished { report } if self.is_measuring() => {
                self.end_measurement(report.ending);
                true
            }
            FromWorker::Finished { report } if self.is_comparing() => {
                self.handle_trial(ctx, Outcome::Ended(report));
                true
            }
            _ if !self.sides[index].is_running() => false,
            FromWorker::Finished { report } => {
                self.sides[index].handle_message(FromWorker::Finished { report }, now_millis());
                self.end_run_when_over();
                true
            }
            // Shown with the next heartbeat.
            other => {
                self.sides[index].handle_message(other, now_millis());
                false
            }
        }
    }

    /// A Worker that was ready once is replaced. One that never came up would
    /// only fail again; Run tries once more.
    fn handle_worker_failure(&mut self, ctx: &Context<Self>, side: Side, message: String) {
        let index = index_of(side);
        let was_ready = self.seats[index].ready;
        self.seats[index].worker = None;
        self.seats[index].ready = false;
        if self.sides[index].is_running() {
            self.sides[index].phase = Phase::Failed { message };
            self.end_run_when_over();
        } else if self.is_measuring() && side == Side::Shell {
            self.notices.push(Notice::error(message));
            self.end_measurement(Ending::Raised);
        } else if self.is_comparing() && side == Side::Shell {
            if was_ready {
                self.start_worker(ctx, side);
            }
            self.handle_trial(ctx, Outcome::Lost(message));
            return;
        } else {
            let notice = Notice::error(message);
            if !self.notices.contains(&notice) {
                self.notices.push(notice);
            }
            if self.status != Status::Running {
                self.status = Status::Failed;
            }
        }
        if was_ready {
            self.start_worker(ctx, side);
        }
    }

    fn run(&mut self, ctx: &Context<Self>) {
        if self.status == Status::Running {
            return;
        }
        self.prepare_run();
        self.ran = [self.playground.core.clone(), self.playground.shell.clone()];
        self.window = None;
        self.set_playhead(None);
        self.status = Status::Running;
        self.run_started_millis = now_millis();
        let live = self.playground.clock == Clock::Real;
        self.ran_exactly = !live;
        for side in SIDES {
            self.sides[index_of(side)].begin(self.run_started_millis, live);
        }
        for side in SIDES {
            if self.seats[index_of(side)].worker.is_none() {
                self.start_worker(ctx, side);
            }
            if let Some(worker) = &self.seats[index_of(side)].worker {
                worker.prepare_run();
                worker.send(&ToWorker::Run {
                    side,
                    playground: Box::new(self.playground.clone()),
                    profile: self.profile_text(),
                });
            }
        }
        self.start_heartbeat(ctx);
        // Both Workers may have failed to start just now.
        self.end_run_when_over();
    }

    /// What was typed last is taken in now, as the pause after it would.
    fn prepare_run(&mut self) {
        let before = [self.playground.core.clone(), self.playground.shell.clone()];
        self.read_editors();
        if self.typing_pause.take().is_some() {
            self.forget_link();
            self.check_due = true;
        }
        let unchanged = [
            before[0] == self.playground.core,
            before[1] == self.playground.shell,
        ];
        if unchanged != [true, true] {
            self.check_due = true;
            let mut problems = std::mem::take(&mut self.problems);
            for (problems, unchanged) in problems.iter_mut().zip(unchanged) {
                problems.retain(|_| unchanged);
            }
            self.show_problems(problems);
        }
        self.notices.clear();
        self.note_what_is_missing();
        self.keep_draft();
    }

    fn start_heartbeat(&mut self, ctx: &Context<Self>) {
        let link = ctx.link().clone();
        self.heartbeat = Some(Interval::new(HEARTBEAT_MILLIS, move || {
            link.send_message(Msg::Heartbeat)
        }));
    }

    fn handle_heartbeat(&mut self) {
        self.recent_messages = 0;
        for side in &mut self.sides {
            side.go_on(now_millis());
        }
    }

    fn compare(&mut self, ctx: &Context<Self>) {
        if self.status == Status::Running {
            return;
        }
        self.prepare_run();
        self.comparison = Some(Comparison::new(self.playground.clone()));
        self.status = Status::Running;
        self.run_started_millis = now_millis();
        self.start_heartbeat(ctx);
        self.run_next_trial(ctx);
    }

    fn is_comparing(&self) -> bool {
        self.comparison
            .as_ref()
            .is_some_and(|comparison| comparison.current.is_some())
    }

    fn run_next_trial(&mut self, ctx: &Context<Self>) {
        let Some(playground) = self.comparison.as_mut().and_then(Comparison::begin_next) else {
            self.end_comparison();
            return;
        };
        let index = index_of(Side::Shell);
        if self.seats[index].worker.is_none() {
            self.start_worker(ctx, Side::Shell);
        }
        if let Some(worker) = &self.seats[index].worker {
            worker.prepare_run();
            worker.send(&ToWorker::Run {
                side: Side::Shell,
                playground: Box::new(playground),
                profile: self.profile_text(),
            });
        }
    }

    fn handle_trial(&mut self, ctx: &Context<Self>, outcome: Outcome) {
        let Some(comparison) = &mut self.comparison else {
            return;
        };
        comparison.handle_outcome(outcome);
        // A Worker that cannot be had fails each trial, so this ends.
        if self.seats[index_of(Side::Shell)].worker.is_none() {
            comparison.stop();
        }
        self.run_next_trial(ctx);
    }

    fn end_comparison(&mut self) {
        let stopped = self
            .comparison
            .as_ref()
            .is_some_and(|comparison| comparison.stopped);
        self.status = if stopped {
            Status::Stopped
        } else {
            Status::Done
        };
        self.heartbeat = None;
        self.stop_patience = None;
        self.check_when_idle();
    }

    fn stop(&mut self, ctx: &Context<Self>) {
        if self.status != Status::Running || self.stop_patience.is_some() {
            return;
        }
        let comparing = self.is_comparing();
        if let Some(comparison) = &mut self.comparison {
            comparison.stop();
        }
        let alone = comparing || self.is_measuring();
        for (side, seat) in self.sides.iter().zip(&self.seats) {
            let runs = side.is_running() || (alone && side.side == Side::Shell);
            if let Some(worker) = seat.worker.as_ref().filter(|_| runs) {
                worker.stop();
            }
        }
        if self.recent_messages > FLOOD_MESSAGES {
            self.terminate_silent_workers(ctx);
            return;
        }
        let link = ctx.link().clone();
        self.stop_patience = Some(Timeout::new(STOP_PATIENCE_MILLIS, move || {
            link.send_message(Msg::StopPatienceEnded)
        }));
    }

    /// What the terminated run printed and traced so far stays on the page.
    fn terminate_silent_workers(&mut self, ctx: &Context<Self>) {
        self.stop_patience = None;
        for side in SIDES {
            let index = index_of(side);
            if self.sides[index].is_running() {
                self.sides[index].phase = Phase::Terminated;
                self.seats[index].worker = None;
                self.start_worker(ctx, side);
            }
        }
        if self.is_measuring() {
            self.seats[index_of(Side::Shell)].worker = None;
            self.start_worker(ctx, Side::Shell);
            self.end_measurement(Ending::Stopped);
            return;
        }
        if self.is_comparing() {
            self.seats[index_of(Side::Shell)].worker = None;
            self.start_worker(ctx, Side::Shell);
            self.handle_trial(ctx, Outcome::Lost("stopped".to_owned()));
            return;
        }
        self.end_run_when_over();
    }

    fn end_run_when_over(&mut self) {
        if self.status != Status::Running
            || self.is_comparing()
            || self.is_measuring()
            || self.sides.iter().any(SideState::is_running)
        {
            return;
        }
        self.status = self
            .sides
            .iter()
            .map(|side| status_of(&side.phase))
            .max_by(worse)
            .unwrap_or(Status::Done);
        self.heartbeat = None;
        self.stop_patience = None;
        self.mark_problems();
        if let Some(nanos) = self.linked_nanos.take() {
            let playhead = self.with_models(|models| Playhead::at(models, nanos));
            self.set_playhead(Some(playhead));
        }
        self.check_when_idle();
    }

    /// Checks both programs as they are, as soon as a Worker has time.
    fn check_when_idle(&mut self) {
        if !self.check_due || self.status == Status::Running {
            return;
        }
        if let Some(worker) = self
            .seats
            .iter()
            .find(|seat| seat.ready)
            .and_then(|seat| seat.worker.as_ref())
        {
            let (core, shell) = (self.playground.core.clone(), self.playground.shell.clone());
            worker.send(&ToWorker::Check { core, shell });
            self.check_due = false;
        }
    }
}

/// Cost profiles.
impl Page {
    fn choose_profile(&mut self, ctx: &Context<Self>, name: String) {
        if name == PASTE {
            self.profiles.panel = true;
            self.profiles.problem = None;
        } else if name == THIS_BROWSER {
            // Measured anew each time that it is chosen: the machine may be
            // another or busy with something else by now.
            self.fetch_measurement(ctx);
        } else {
            self.playground.profile = name;
            self.keep_draft();
        }
    }

    fn fetch_measurement(&mut self, ctx: &Context<Self>) {
        if self.status == Status::Running || self.profiles.doing != Doing::Nothing {
            return;
        }
        self.profiles.doing = Doing::Fetching;
        fetch_script(ctx.link().callback(Msg::ScriptFetched));
    }

    /// The measurement is a program like any other; it runs where the shell
    /// would.
    fn measure_browser(&mut self, ctx: &Context<Self>, script: &str) {
        let index = index_of(Side::Shell);
        if self.status == Status::Running {
            self.profiles.doing = Doing::Nothing;
            return;
        }
        if self.seats[index].worker.is_none() {
            self.start_worker(ctx, Side::Shell);
        }
        let Some(worker) = &self.seats[index].worker else {
            self.profiles.doing = Doing::Nothing;
            return;
        };
        worker.prepare_run();
        worker.send(&ToWorker::Run {
            side: Side::Shell,
            playground: Box::new(measurement(script)),
            profile: None,
        });
        self.profiles.doing = Doing::Measuring(String::new());
        self.status = Status::Running;
        self.run_started_millis = now_millis();
        self.start_heartbeat(ctx);
    }

    fn is_measuring(&self) -> bool {
        matches!(self.profiles.doing, Doing::Measuring(_))
    }

    fn end_measurement(&mut self, ending: Ending) {
        let Doing::Measuring(printed) = std::mem::take(&mut self.profiles.doing) else {
            return;
        };
        self.heartbeat = None;
        self.stop_patience = None;
        self.status = match ending {
            Ending::Stopped => Status::Stopped,
            Ending::Completed => Status::Done,
            _ => Status::Failed,
        };
        if ending == Ending::Completed {
            self.profiles.add(THIS_BROWSER, printed);
            self.playground.profile = THIS_BROWSER.to_owned();
            self.keep_draft();
        } else if ending != Ending::Stopped {
            let last = printed.trim_end().lines().last().unwrap_or("").to_owned();
            self.notices.push(Notice::error(format!(
                "This browser could not be measured: {last}"
            )));
        }
        self.check_when_idle();
    }

    fn read_profile(&mut self, text: String) {
        let idle = self.seats.iter().find(|seat| seat.ready);
        match idle.and_then(|seat| seat.worker.as_ref()) {
            Some(worker) if self.status != Status::Running => {
                worker.send(&ToWorker::ReadProfile { text: text.clone() });
                self.profiles.doing = Doing::Reading(text);
            }
            _ => self.profiles.problem = Some("wait until nothing runs".to_owned()),
        }
    }

    fn handle_read_profile(&mut self, name: Option<String>, problem: Option<String>) {
        let Doing::Reading(text) = std::mem::take(&mut self.profiles.doing) else {
            return;
        };
        self.profiles.problem = problem.or_else(|| name.as_deref().and_then(refused_name));
        if let (Some(name), None) = (name, &self.profiles.problem) {
            self.profiles.add(&name, text);
            self.profiles.panel = false;
            self.playground.profile = name;
            self.keep_draft();
        }
    }

    fn forget_profile(&mut self, name: &str) {
        self.profiles.forget(name);
        if self.playground.profile == name {
            self.playground.profile = DEFAULT_PROFILE.to_owned();
            self.keep_draft();
        }
    }

    /// What the engine needs to know of the chosen profile.
    fn profile_text(&self) -> Option<String> {
        self.profiles
            .text_of(&self.playground.profile)
            .map(str::to_owned)
    }
}

/// Programs and settings.
impl Page {
    fn handle_edit(&mut self, ctx: &Context<Self>) {
        self.origin = Origin::Own;
        let link = ctx.link().clone();
        self.typing_pause = Some(Timeout::new(TYPING_PAUSE_MILLIS, move || {
            link.send_message(Msg::TypingPaused)
        }));
    }

    fn handle_typing_pause(&mut self) {
        self.read_editors();
        self.keep_draft();
        for side in &mut self.sides {
            side.forget_refusal();
        }
        self.forget_link();
        self.check_due = true;
        self.check_when_idle();
    }

    /// Loading the page again must give what was typed or chosen, not what the
    /// link said before.
    fn forget_link(&mut self) {
        self.linked_nanos = None;
        if location_hash().is_some() {
            clear_location_hash();
        }
    }

    /// An example by its key, or what the person wrote before.
    fn choose_example(&mut self, key: &str) {
        let settings = &self.playground;
        let chosen = match examples::by_key(key) {
            Some(example) => Playground {
                clock: settings.clock,
                profile: settings.profile.clone(),
                seed: settings.seed,
                ..example.playground()
            },
            None => match self.own.clone() {
                Some(own) => own,
                None => return,
            },
        };
        self.read_editors();
        self.set_own_aside();
        self.take_playground(chosen, Origin::Own);
        self.forget_run();
        self.show_programs();
        self.keep_draft();
        self.forget_link();
    }

    /// What is in the editors gives way to something else. If the person wrote
    /// it, the menu of examples leads back to it.
    fn set_own_aside(&mut self) {
        if self.origin == Origin::Own {
            // Where it is not kept, it is there as long as the page is.
            let _ = storage::save_own(&self.playground);
            self.own = Some(self.playground.clone());
        }
    }

    /// Opens a link. One that cannot be read leaves the programs as they are.
    fn open_link(&mut self, link: &str) {
        match decode(link) {
            Ok(playground) => {
                self.set_own_aside();
                self.take_playground(playground, Origin::Link);
                self.forget_run();
            }
            Err(error) => {
                self.notices.push(Notice::error(format!(
                    "This link cannot be opened: {error}. The programs below are not from it."
                )));
            }
        }
    }

    /// Other programs are in the editors: figures, outputs and lines of those
    /// before would be taken for theirs.
    fn forget_run(&mut self) {
        if matches!(self.status, Status::Running | Status::Loading) {
            return;
        }
        self.status = Status::Ready;
        self.sides = SIDES.map(SideState::new);
        self.comparison = None;
        self.window = None;
        self.set_playhead(None);
        self.notices.clear();
        self.note_what_is_missing();
    }

    /// `origin` is where it comes from if it is no example.
    fn take_playground(&mut self, playground: Playground, origin: Origin) {
        let same = |example: &&examples::Example| {
            example.core == playground.core && example.shell == playground.shell
        };
        self.origin = examples::ALL
            .iter()
            .find(same)
            .map_or(origin, |example| Origin::Example(example.key));
        self.linked_nanos = playground.playhead_nanos;
        self.playground = playground;
        if let Some(reason) = unavailable(self.playground.adapter, self.playground.clock) {
            let text = format!(
                "The adapter \"{}\" is not offered: {reason}. A persistent loop takes its place.",
                self.playground.adapter.key()
            );
            self.notices.push(Notice::hint(text));
            self.playground.adapter = Adapter::Runner;
        }
        let profile = &self.playground.profile;
        if !self.profiles.has(profile) && profile != THIS_BROWSER {
            let text = format!(
                "The cost profile \"{profile}\" is not in this browser. On the exact clock, {} takes its place until you paste it.",
                profile_name(DEFAULT_PROFILE)
            );
            self.notices.push(Notice::hint(text));
        }
        self.check_due = true;
    }

    /// Puts the programs into the editors.
    fn show_programs(&mut self) {
        editor::set_value(&self.editors[0], &self.playground.core);
        editor::set_value(&self.editors[1], &self.playground.shell);
        self.show_problems([Vec::new(), Vec::new()]);
        self.check_due = true;
        self.check_when_idle();
    }

    fn read_editors(&mut self) {
        self.playground.core = editor::value(&self.editors[0]);
        self.playground.shell = editor::value(&self.editors[1]);
    }

    fn show_problems(&mut self, problems: [Vec<Problem>; 2]) {
        self.problems = problems;
        self.mark_problems();
    }

    /// Marks in the editors what the check found and, as long as a program is
    /// as it ran, what went wrong at its lines.
    fn mark_problems(&self) {
        let now = [&self.playground.core, &self.playground.shell];
        let notices = self.all_notices();
        for (index, editor) in self.editors.iter().enumerate() {
            let checked = &self.problems[index];
            let mut marks: Vec<Mark> = checked.iter().map(Mark::of).collect();
            if *now[index] == self.ran[index] {
                let file = self.sides[index].file();
                let new = notices.iter().filter_map(|notice| {
                    let place = notice.place.as_ref().filter(|place| place.file == file)?;
                    let known = checked.iter().any(|problem| problem.line == place.line);
                    (!known).then(|| Mark::line(place.line, notice.weight, &notice.text))
                });
                marks.extend(new);
            }
            editor::set_problems(editor, &marks);
        }
    }

    fn keep_draft(&mut self) {
        // A link that was made before must not be copied as one of this.
        if self
            .shared
            .as_ref()
            .is_some_and(|shared| shared.playground != self.playground)
        {
            self.shared = None;
        }
        if storage::save_draft(&self.playground) == Stored::Denied {
            self.note_denied_storage();
        }
    }

    fn note_denied_storage(&mut self) {
        let notice = Notice::hint(
            "Storage is denied here: the programs are not kept when you leave. Share makes a link that keeps them.",
        );
        if !self.notices.contains(&notice) {
            self.notices.push(notice);
        }
    }

    fn note_what_is_missing(&mut self) {
        if !storage::is_available() {
            self.note_denied_storage();
        }
        if !crate::worker::can_block() {
            self.notices.push(Notice::hint(
                "This page is not cross-origin isolated, so a program cannot really block here: blocking is emulated.",
            ));
        }
    }

    fn share(&mut self, ctx: &Context<Self>) {
        self.read_editors();
        let playground = Playground {
            playhead_nanos: self.playhead.map(|playhead| playhead.nanos),
            ..self.playground.clone()
        };
        match share::address_of(&playground) {
            Ok(address) => {
                share::copy(address.clone(), ctx.link().callback(Msg::Copied));
                self.shared = Some(Shared {
                    address,
                    playground: self.playground.clone(),
                    copied: Copied::Pending,
                });
            }
            Err(message) => self
                .notices
                .push(Notice::error(format!("No link: {message}."))),
        }
    }

    fn toggle_theme(&mut self) {
        let theme = if is_dark() { "light" } else { "dark" };
        if let Some(root) = document_element() {
            let _ = root.set_attribute("data-theme", theme);
        }
        // Where it is not kept, the next visit follows the system again.
        let _ = storage::save_theme(theme);
        self.appearance += 1;
    }
}

/// The playhead and the window on the trace.
impl Page {
    fn set_playhead(&mut self, playhead: Option<Playhead>) {
        self.playhead = playhead;
        if let (Some(playhead), Some(window)) = (playhead, self.window) {
            self.window = Some(window.moved_to(playhead.nanos as f64, self.whole_window()));
        }
        let lines = playhead.map_or([0, 0], |playhead| {
            self.with_models(|models| playhead.lines(models))
        });
        for (editor, line) in self.editors.iter().zip(lines) {
            editor::mark_line(editor, line);
        }
    }

    fn step(&mut self, step: Step) {
        let playhead = self.playhead;
        if let Some(stepped) = self.with_models(|models| Playhead::stepped(models, playhead, step))
        {
            self.set_playhead(Some(stepped));
        }
    }

    fn with_models<T>(&self, read: impl FnOnce([&Model; 2]) -> T) -> T {
        let (core, shell) = (
            self.sides[0].timeline.borrow(),
            self.sides[1].timeline.borrow(),
        );
        read([&core, &shell])
    }

    fn zoom(&mut self, factor: f64, centre_nanos: f64) {
        let whole = self.whole_window();
        let zoomed = self.shown_window().zoomed(factor, centre_nanos, whole);
        self.window = (zoomed != whole).then_some(zoomed);
    }

    fn shown_window(&self) -> Window {
        self.window.unwrap_or_else(|| self.whole_window())
    }

    fn whole_window(&self) -> Window {
        Window::whole(
            self.sides
                .iter()
                .map(|side| side.timeline.borrow().end_nanos())
                .max()
                .unwrap_or(0),
        )
    }

    fn shared_model(&self, side: Side) -> SharedModel {
        let side = &self.sides[index_of(side)];
        SharedModel {
            model: side.timeline.clone(),
            version: side.timeline_version,
        }
    }

    fn jump_to(&self, place: &Place) {
        let index = if place.file == "core.py" { 0 } else { 1 };
        editor::jump_to(&self.editors[index], place.line, 1);
    }
}

fn index_of(side: Side) -> usize {
    match side {
        Side::Core => 0,
        Side::Shell => 1,
    }
}

/// What a side's end means for the page.
fn status_of(phase: &Phase) -> Status {
    match phase {
        Phase::Terminated => Status::Stopped,
        Phase::Failed { .. } => Status::Failed,
        Phase::Ended(report) => match report.ending {
            Ending::Completed => Status::Done,
            Ending::Stopped => Status::Stopped,
            Ending::Raised | Ending::LimitReached | Ending::Deadlocked | Ending::Refused => {
                Status::Failed
            }
        },
        Phase::Idle | Phase::Running => Status::Done,
    }
}

/// A stop outweighs a failure: the person asked for it.
fn worse(one: &Status, other: &Status) -> Ordering {
    let weight = |status: &Status| match status {
        Status::Stopped => 2,
        Status::Failed => 1,
        _ => 0,
    };
    weight(one).cmp(&weight(other))
}

fn listen_to_page(ctx: &Context<Page>) -> Vec<EventListener> {
    let Some(window) = web_sys::window() else {
        return Vec::new();
    };
    let link = ctx.link().clone();
    let keys = EventListener::new_with_options(
        &window,
        "keydown",
        EventListenerOptions::enable_prevent_default(),
        move |event| {
            let key = event.unchecked_ref::<web_sys::KeyboardEvent>();
            if key.key() == "Enter" && (key.ctrl_key() || key.meta_key()) {
                event.prevent_default();
                link.send_message(Msg::Run);
            }
        },
    );
    let on = |name: &'static str, message: fn() -> Msg| {
        let link = ctx.link().clone();
        EventListener::new(&window, name, move |_| link.send_message(message()))
    };
    vec![
        keys,
        on("resize", || Msg::AppearanceChanged),
        on("hashchange", || Msg::LinkOpened),
        on("pagehide", || Msg::Leaving),
    ]
}

fn now_millis() -> f64 {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or(0.0, |performance| performance.now())
}

fn document_element() -> Option<web_sys::Element> {
    web_sys::window()?.document()?.document_element()
}

fn is_dark() -> bool {
    match document_element()
        .and_then(|root| root.get_attribute("data-theme"))
        .as_deref()
    {
        Some("dark") => true,
        Some("light") => false,
        _ => web_sys::window()
            .and_then(|window| {
                window
                    .match_media("(prefers-color-scheme: dark)")
                    .ok()
                    .flatten()
            })
            .is_some_and(|query| query.matches()),
    }
}

/// What follows the `#` of the page's address, if anything does.
fn location_hash() -> Option<String> {
    let hash = web_sys::window()?.location().hash().ok()?;
    (hash.len() > 1).then_some(hash)
}

fn clear_location_hash() {
    let Some(window) = web_sys::window() else {
        return;
    };
    let location = window.location();
    let address = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    if let Ok(history) = window.history() {
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&address));
    }
}
