//! What the Worker does: one run at a time.

use std::cell::RefCell;
use std::rc::Rc;

use airlock_engine::{
    CostProfile, Host, Poll, Session, StackSwitch, VirtualClock, check, virtual_peers,
};
use airlock_link::{Adapter, Clock, Playground};
use airlock_protocol::{FromWorker, Side, ToWorker};
use js_sys::{Function, Int32Array, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::clock::BrowserClock;
use crate::packages::packages;
use crate::peers::{Flags, WorkerPeers};
use crate::{modules, scope, stack, warm_up};

/// Instructions between two looks at the stop flag and the clock.
const SLICE: u64 = 200_000;
/// How long printed text and events are gathered.
const FLUSH_MILLIS: f64 = 16.0;
/// How long a loop may run before the browser's own gets a turn.
const TURN_MILLIS: f64 = 12.0;
const BEAT_MILLIS: f64 = 50.0;
/// Switches of stacks between two looks at the same: a crossing takes two.
const LOOK_SWITCHES: u32 = 64;

struct Run {
    session: Session,
    /// When the program began, by the session's clock: what the library
    /// needed before is no part of its trace.
    begun_nanos: u64,
    /// Whether waiting and running leave the Worker's event loop free.
    cooperative: bool,
    /// Whether the shell's program has a stack of its own.
    switching: bool,
    /// That stack is suspended: what runs is the core's loop.
    suspended: bool,
    flushed_millis: f64,
    turn_millis: f64,
    iterations: u64,
    /// How often stacks were switched, and whether that was why the last turn
    /// ended: then the browser's loop had none of its own meanwhile.
    switches: u32,
    switched: bool,
    beat: JsValue,
}

struct Postponed {
    side: Side,
    playground: Box<Playground>,
    profile: Option<String>,
}

#[derive(Default)]
struct State {
    flags: Option<Flags>,
    run: Option<Run>,
    /// Which program of the warm-up runs; `None` in Workers that have another
    /// purpose.
    warm_up: Option<usize>,
    /// A run that needs modules still on their way.
    postponed: Option<Postponed>,
    drive: Option<Closure<dyn FnMut()>>,
    tick: Option<Closure<dyn FnMut()>>,
    beat_due_millis: f64,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::new(State::default());
}

fn send(message: &FromWorker) {
    if let Ok(text) = serde_json::to_string(message) {
        scope::post(&text);
    }
}

pub fn start(flags: Option<Int32Array>, library: Vec<String>, starter: Option<Function>) {
    modules::expect(library);
    stack::offer(starter);
    std::panic::set_hook(Box::new(|info| {
        send(&FromWorker::Failed {
            message: info.to_string(),
        });
    }));
    STATE.with_borrow_mut(|state| {
        state.flags = flags.map(Flags);
        state.drive = Some(Closure::new(drive));
        state.tick = Some(Closure::new(beat));
    });
    send(&FromWorker::Ready {
        version: env!("CARGO_PKG_VERSION").to_owned(),
    });
}

/// Runs the warm-up from one of its programs on, and then ends this Worker.
pub fn warm_up_from(place: usize) {
    let next = warm_up::program(place);
    STATE.with_borrow_mut(|state| state.warm_up = next.is_some().then_some(place));
    let Some((side, playground)) = next else {
        return scope::close();
    };
    run(&Postponed {
        side,
        playground: Box::new(playground),
        profile: None,
    });
}

pub fn handle(message: &str) {
    match serde_json::from_str(message) {
        Ok(ToWorker::Run {
            side,
            playground,
            profile,
        }) => run_when_modules_are_there(Postponed {
            side,
            playground,
            profile,
        }),
        Ok(ToWorker::ReadProfile { text }) => {
            let (name, problem) = match CostProfile::read(&text) {
                Ok(profile) => (Some(profile.name), None),
                Err(problem) => (None, Some(problem)),
            };
            send(&FromWorker::ProfileRead { name, problem });
        }
        Ok(ToWorker::Check { core, shell }) => send(&FromWorker::Checked {
            core: check(&core, "core.py"),
            shell: check(&shell, "shell.py"),
        }),
        Ok(ToWorker::Stop) => {
            run_postponed();
            STATE.with_borrow_mut(|state| {
                if let Some(run) = &mut state.run {
                    run.session.stop();
                }
            });
            finish_if_ended();
        }
        Err(error) => send(&FromWorker::Failed {
            message: format!("the message cannot be read: {error}"),
        }),
    }
}

pub fn add_library(address: &str, bytes: Option<Uint8Array>) {
    modules::add(address, bytes);
    if let Some(postponed) = STATE.with_borrow_mut(|state| state.postponed.take()) {
        run_when_modules_are_there(postponed);
    }
}

fn run_when_modules_are_there(wanted: Postponed) {
    if modules::must_wait(&[&wanted.playground.core, &wanted.playground.shell]) {
        STATE.with_borrow_mut(|state| state.postponed = Some(wanted));
    } else {
        run(&wanted);
    }
}

fn run_postponed() {
    if let Some(postponed) = STATE.with_borrow_mut(|state| state.postponed.take()) {
        run(&postponed);
    }
}

fn run(wanted: &Postponed) {
    let (side, playground) = (wanted.side, &*wanted.playground);
    let profile = match &wanted.profile {
        Some(text) => CostProfile::read(text).ok(),
        None => CostProfile::by_name(&playground.profile),
    }
    .unwrap_or_else(CostProfile::cpython_311);
    let real = BrowserClock::new(playground.seed);
    let origin_millis = real.origin_millis();
    let host: Box<dyn Host> = match playground.clock {
        Clock::Virtual => Box::new(VirtualClock::new(profile.clone(), playground.seed)),
        Clock::Real => Box::new(real),
    };
    let mut session =
        Session::with_packages(playground, side, host, modules::library(), packages());
    let flags = STATE.with_borrow(|state| state.flags.clone());
    session.set_peers(match playground.clock {
        Clock::Virtual => {
            let library = Rc::new(modules::library);
            Box::new(virtual_peers(
                playground,
                profile,
                library,
                Rc::new(packages),
            ))
        }
        Clock::Real => Box::new(WorkerPeers::new(flags, playground, origin_millis)),
    });
    let begun_nanos = session.now_nanos();
    let cooperative =
        side == Side::Core || matches!(playground.adapter, Adapter::Direct | Adapter::Greenlet);
    STATE.with_borrow_mut(|state| {
        let now = scope::now_millis();
        state.beat_due_millis = now + BEAT_MILLIS;
        let beat = match &state.tick {
            Some(tick) => scope::call_every(tick.as_ref().unchecked_ref(), BEAT_MILLIS),
            None => JsValue::UNDEFINED,
        };
        state.run = Some(Run {
            session,
            begun_nanos,
            cooperative,
            switching: side == Side::Shell && playground.adapter == Adapter::Jspi,
            suspended: false,
            flushed_millis: now,
            turn_millis: now,
            iterations: 0,
            switches: 0,
            switched: false,
            beat,
        });
    });
    // In a turn of its own, so that the first beat and a Stop can come first.
    drive_later(0.0);
}

fn drive_later(delay_millis: f64) {
    STATE.with_borrow(|state| {
        let on_own_stack = state
            .run
            .as_ref()
            .is_some_and(|run| run.switching && !run.suspended);
        let starter = if on_own_stack { stack::starter() } else { None };
        if let Some(starter) = starter {
            scope::call_later(&starter, delay_millis);
        } else if let Some(drive) = &state.drive {
            scope::call_later(drive.as_ref().unchecked_ref(), delay_millis);
        }
    });
}

/// What to do once the state is no longer borrowed.
enum Next {
    Later(f64),
    /// This stack is to be suspended, and the core's loop to turn meanwhile.
    Suspend,
    /// The suspended stack goes on.
    Resume,
    Ended,
    Nothing,
}

/// Runs the program until it waits, ends, or the browser's loop is due a turn.
fn drive() {
    match turn() {
        Next::Later(delay) if delay.is_finite() => drive_later(delay),
        Next::Resume => stack::resume(),
        Next::Ended => finish_if_ended(),
        _ => {}
    }
}

/// As [`drive`] on a stack that may be suspended, whenever the shell waits for
/// the core; nothing is borrowed while it is.
pub fn drive_switching() {
    loop {
        match turn() {
            Next::Suspend => {
                STATE.with_borrow(|state| {
                    if let Some(drive) = &state.drive {
                        stack::soon(drive.as_ref().unchecked_ref());
                    }
                });
                stack::suspend();
            }
            Next::Later(delay) if delay.is_finite() => return drive_later(delay),
            Next::Ended => return finish_if_ended(),
            _ => return,
        }
    }
}

fn turn() -> Next {
    STATE.with_borrow_mut(|state| {
        let flags = state.flags.clone();
        let Some(run) = &mut state.run else {
            return Next::Nothing;
        };
        let mut switched = std::mem::take(&mut run.switched);
        if !switched {
            run.turn_millis = scope::now_millis();
        }
        loop {
            // Read before anything that the bell may be rung for.
            let bell = flags.as_ref().map_or(0, Flags::bell);
            let looks = !std::mem::take(&mut switched) || run.switches % LOOK_SWITCHES == 0;
            if looks && flags.as_ref().is_some_and(Flags::is_stopped) {
                run.session.stop();
            }
            let poll = run.session.poll(SLICE);
            if let Poll::Switching(switch) = poll {
                run.switches = run.switches.wrapping_add(1);
                run.switched = true;
                run.suspended = switch == StackSwitch::Suspend;
                if run.switches % LOOK_SWITCHES == 0 {
                    flush_if_due(run, scope::now_millis());
                }
                return match switch {
                    StackSwitch::Suspend => Next::Suspend,
                    StackSwitch::Resume => Next::Resume,
                };
            }
            let now = scope::now_millis();
            // A wait that blocks may be over before anybody can look.
            let blocks = flags.is_some() && matches!(poll, Poll::Waiting { blocking: true, .. });
            let rests = matches!(poll, Poll::Waiting { .. } | Poll::Ended) && !blocks;
            if rests {
                flush(run, now);
            } else {
                flush_if_due(run, now);
            }
            match poll {
                Poll::Ended => return Next::Ended,
                Poll::Switching(_) => unreachable!("the turn ended with it"),
                Poll::Working => {
                    // Between two iterations of a loop that shares the
                    // browser's, or where Stop can only come as a message.
                    let iterations = run.session.iterations();
                    let shared = run.cooperative || run.suspended;
                    let between = shared && iterations != run.iterations;
                    if (between || flags.is_none()) && now - run.turn_millis >= TURN_MILLIS {
                        run.iterations = iterations;
                        return Next::Later(0.0);
                    }
                }
                Poll::Waiting {
                    deadline_nanos,
                    blocking,
                } => {
                    let left = deadline_nanos.map_or(f64::INFINITY, |deadline| {
                        deadline.saturating_sub(run.session.now_nanos()) as f64 / 1e6
                    });
                    match &flags {
                        // Ends early if the page or a peer rings.
                        Some(flags) if blocking && run.session.is_all_read() => {
                            flags.wait(bell, left);
                        }
                        Some(flags) if blocking => {
                            let due = run.flushed_millis + FLUSH_MILLIS - now;
                            flags.wait(bell, left.min(due));
                        }
                        _ => return Next::Later(left),
                    }
                }
            }
        }
    })
}

fn flush_if_due(run: &mut Run, now_millis: f64) {
    if now_millis - run.flushed_millis >= FLUSH_MILLIS {
        flush(run, now_millis);
    }
}

/// Sends what was printed and what happened since the last time.
fn flush(run: &mut Run, now_millis: f64) {
    run.flushed_millis = now_millis;
    for (error, text) in run.session.take_output() {
        send(&FromWorker::Printed { error, text });
    }
    if let Some(events) = run.session.take_events(run.begun_nanos) {
        scope::post_bytes(&events);
    }
}

fn finish_if_ended() {
    let ended = STATE.with_borrow_mut(|state| {
        if state
            .run
            .as_ref()
            .is_some_and(|run| run.session.ending().is_some())
        {
            state.run.take()
        } else {
            None
        }
    });
    let Some(mut run) = ended else { return };
    scope::stop_calling(&run.beat);
    if run.suspended {
        // It finds no run and ends.
        stack::resume();
    }
    flush(&mut run, scope::now_millis());
    let report = Box::new(run.session.report());
    send(&FromWorker::Finished { report });
    if let Some(place) = STATE.with_borrow(|state| state.warm_up) {
        warm_up_from(place + 1);
    }
}

/// The Worker's event loop turned.
fn beat() {
    let lag = STATE.with_borrow_mut(|state| {
        let now = scope::now_millis();
        let late = (now - state.beat_due_millis).max(0.0);
        state.beat_due_millis = now + BEAT_MILLIS;
        late
    });
    send(&FromWorker::Beat {
        lag_nanos: (lag * 1e6) as u64,
    });
}
