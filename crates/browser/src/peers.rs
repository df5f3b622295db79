//! Peers on the browser's clock: Workers, each with a VM of its own.
//!
//! A Worker that is blocked cannot start another, so the page does it on
//! request. From then on the two talk over shared memory ([`Ring`]) and wake
//! each other by a bell: the second cell of the flags that each has of its
//! own, of which the first is its stop flag.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};

use airlock_engine::{
    Activity, News, PARENT, PeerId, Peers, Poll, Prepared, Session, failure_of, playground_files,
    told,
};
use airlock_link::Playground;
use js_sys::{Atomics, Int32Array, Object, Reflect, SharedArrayBuffer};
use wasm_bindgen::JsValue;

use crate::clock::BrowserClock;
use crate::packages::packages;
use crate::ring::Ring;
use crate::{modules, scope};

const SLICE: u64 = 200_000;
const STOP: u32 = 0;
const BELL: u32 = 1;
/// How long a writer waits for room before it looks again.
const ROOM_MILLIS: f64 = 50.0;
/// How long a Worker looks for the bell before it is put to sleep: to wake it
/// again takes the system longer than most calls into another Worker last.
const LOOK_MILLIS: f64 = 0.04;
/// Looks between two readings of the clock.
const LOOKS: usize = 32;
/// Looking in vain so often in a row is borne.
const PATIENCE: u32 = 4;
/// At most 2 to the power of this many waits go by without looking.
const CAUTION: u32 = 10;

/// How often a peer tells what happened in it.
const TELL_MILLIS: f64 = 16.0;

/// Whether to look for the bell. What looks in vain keeps a processor from the
/// Worker that is to ring, if that has none of its own.
#[derive(Clone, Copy, Default)]
struct Looking {
    /// Grows by what was in vain and shrinks by what was not.
    doubts: u32,
    /// How many waits go by without looking before it is tried again.
    rest: u32,
}

impl Looking {
    fn is_due(&mut self) -> bool {
        let due = self.rest == 0;
        self.rest = self.rest.saturating_sub(1);
        due
    }

    fn note(&mut self, found: bool) {
        if found {
            self.doubts = self.doubts.saturating_sub(1);
            return;
        }
        self.doubts = (self.doubts + 1).min(CAUTION);
        if self.doubts >= PATIENCE {
            self.rest = 1 << self.doubts;
        }
    }
}

thread_local! {
    /// None where looking is of no use: without another Worker that rings, or
    /// without a processor for it.
    static LOOKING: Cell<Option<Looking>> = const { Cell::new(None) };
}

/// Another Worker may ring from now on.
fn expect_bells() {
    if scope::processors() > 1 && LOOKING.get().is_none() {
        LOOKING.set(Some(Looking::default()));
    }
}

/// A Worker's own flags.
#[derive(Clone)]
pub struct Flags(pub Int32Array);

impl Flags {
    fn new() -> Flags {
        Flags(Int32Array::new(&SharedArrayBuffer::new(8)))
    }

    pub fn is_stopped(&self) -> bool {
        Atomics::load(&self.0, STOP).unwrap_or(0) != 0
    }

    /// To be read before looking for what the bell is rung for.
    pub fn bell(&self) -> i32 {
        Atomics::load(&self.0, BELL).unwrap_or(0)
    }

    pub fn ring(&self) {
        let _ = Atomics::add(&self.0, BELL, 1);
        let _ = Atomics::notify(&self.0, BELL);
    }

    /// Blocks until the bell is rung again or so much time has passed.
    pub fn wait(&self, bell: i32, millis: f64) {
        if let Some(mut looking) = LOOKING.get() {
            let due = looking.is_due();
            let found = due && self.look(bell, scope::now_millis() + millis.min(LOOK_MILLIS));
            if due {
                looking.note(found);
            }
            LOOKING.set(Some(looking));
            if found {
                return;
            }
        }
        let _ = Atomics::wait_with_timeout(&self.0, BELL, bell, millis);
    }

    /// Looks for the bell until a time; whether it has rung.
    fn look(&self, bell: i32, until_millis: f64) -> bool {
        loop {
            for _ in 0..LOOKS {
                if self.bell() != bell {
                    return true;
                }
            }
            if scope::now_millis() >= until_millis {
                return false;
            }
        }
    }

    fn stop(&self) {
        let _ = Atomics::store(&self.0, STOP, 1);
        self.ring();
    }
}

/// The way to another VM and back.
struct Line {
    out: Ring,
    back: Ring,
    theirs: Flags,
    /// What there was no room for yet.
    unsent: VecDeque<Vec<u8>>,
    /// After how many of our messages the other was idle, as far as is known.
    idle_after: Option<u64>,
    /// The other is to hear that we are, once it has all that was sent.
    untold_idle: Option<u64>,
}

impl Line {
    fn send(&mut self, kind: u8, message: &[u8]) {
        self.put(kind, message);
        self.flush();
    }

    /// To be sent with what comes next.
    fn put(&mut self, kind: u8, message: &[u8]) {
        let mut framed = Vec::with_capacity(message.len() + 5);
        framed.extend_from_slice(&(message.len() as u32 + 1).to_le_bytes());
        framed.push(kind);
        framed.extend_from_slice(message);
        self.unsent.push_back(framed);
    }

    fn flush(&mut self) {
        while let Some(bytes) = self.unsent.front_mut() {
            let written = self.out.write(bytes);
            if written > 0 {
                self.theirs.ring();
            }
            if written < bytes.len() {
                bytes.drain(..written);
                return;
            }
            self.unsent.pop_front();
        }
        if let Some(after) = self.untold_idle.take() {
            self.out.set_idle(after);
            self.theirs.ring();
        }
    }

    fn receive(&mut self) -> Option<News> {
        self.flush();
        let idle_after = self.back.idle();
        let message = self.back.read();
        if self.back.was_crowded() {
            self.theirs.ring();
        }
        let Some(message) = message else {
            if idle_after == self.idle_after {
                return None;
            }
            self.idle_after = idle_after;
            return idle_after.map(News::Idle);
        };
        let (&kind, bytes) = message.split_first()?;
        let text = || String::from_utf8_lossy(bytes).into_owned();
        Some(match kind {
            MESSAGE => News::Message(bytes.to_vec()),
            FAILED => News::Failed(failure_of(serde_json::from_slice(bytes).ok()?)),
            ENDED => News::Ended(text()),
            DID => News::Did(Activity::unpack(bytes)?),
            _ => News::Printed {
                error: kind == PRINTED_ERROR,
                text: text(),
            },
        })
    }
}

const MESSAGE: u8 = 0;
const PRINTED: u8 = 1;
const PRINTED_ERROR: u8 = 2;
const ENDED: u8 = 3;
const FAILED: u8 = 4;
const DID: u8 = 5;

/// The peers of one Worker.
pub struct WorkerPeers {
    /// None without shared memory.
    own: Option<Flags>,
    playground: String,
    /// When the clock of all that belong together was at zero.
    origin_millis: f64,
    parent: Option<Line>,
    children: BTreeMap<PeerId, Line>,
}

impl WorkerPeers {
    pub fn new(own: Option<Flags>, playground: &Playground, origin_millis: f64) -> WorkerPeers {
        WorkerPeers {
            own,
            origin_millis,
            playground: serde_json::to_string(playground).unwrap_or_default(),
            parent: None,
            children: BTreeMap::new(),
        }
    }
}

fn object(fields: &[(&str, &JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object
}

impl Peers for WorkerPeers {
    fn missing(&self) -> Option<String> {
        let none = self.own.is_none();
        none.then(|| {
            "the page is not cross-origin isolated, so Workers cannot share memory".to_owned()
        })
    }

    fn width(&self) -> usize {
        scope::processors()
    }

    fn turn_alone(&self) -> bool {
        self.own.is_some()
    }

    fn start(&mut self, peer: PeerId, _: u64) {
        let Some(own) = &self.own else { return };
        let line = Line {
            out: Ring::new(),
            back: Ring::new(),
            theirs: Flags::new(),
            unsent: VecDeque::new(),
            idle_after: None,
            untold_idle: None,
        };
        let request = object(&[
            ("peer", &JsValue::from(peer)),
            ("playground", &JsValue::from_str(&self.playground)),
            ("origin", &JsValue::from_f64(self.origin_millis)),
            ("flags", &line.theirs.0),
            ("parent", &own.0),
            ("down", &line.out.memory()),
            ("up", &line.back.memory()),
        ]);
        scope::post_value(&request);
        expect_bells();
        self.children.insert(peer, line);
    }

    fn send(&mut self, peer: PeerId, message: Vec<u8>, _: u64) {
        let line = match peer {
            PARENT => self.parent.as_mut(),
            _ => self.children.get_mut(&peer),
        };
        if let Some(line) = line {
            line.send(MESSAGE, &message);
        }
    }

    fn tell_parent(&mut self, news: News, _: u64) {
        let Some(parent) = &mut self.parent else {
            return;
        };
        match news {
            News::Message(message) => parent.send(MESSAGE, &message),
            News::Printed { error: false, text } => parent.send(PRINTED, text.as_bytes()),
            News::Printed { error: true, text } => parent.send(PRINTED_ERROR, text.as_bytes()),
            News::Failed(failure) => {
                let text = serde_json::to_vec(&told(&failure)).unwrap_or_default();
                parent.send(FAILED, &text);
            }
            News::Ended(why) => parent.send(ENDED, why.as_bytes()),
            // The parent need not hear of it at once.
            News::Did(activity) => parent.put(DID, &activity.pack()),
            News::Idle(after) => {
                parent.untold_idle = Some(after);
                parent.flush();
            }
        }
    }

    fn flush(&mut self) -> bool {
        let mut lines = self.parent.iter_mut().chain(self.children.values_mut());
        lines.all(|line| {
            line.flush();
            line.unsent.is_empty()
        })
    }

    fn stop(&mut self, peer: PeerId) {
        if let Some(line) = self.children.remove(&peer) {
            line.theirs.stop();
            scope::post_value(&object(&[("ended", &JsValue::from(peer))]));
        }
    }

    fn receive(&mut self, _: u64) -> Option<(PeerId, News)> {
        if let Some(news) = self.parent.as_mut().and_then(Line::receive) {
            return Some((PARENT, news));
        }
        let mut over = None;
        for (&peer, line) in &mut self.children {
            let gone = line.back.is_gone();
            if let Some(news) = line.receive() {
                return Some((peer, news));
            }
            if gone {
                over = Some(peer);
            }
        }
        let peer = over?;
        self.children.remove(&peer);
        Some((peer, News::Ended("its Worker failed".to_owned())))
    }
}

impl Drop for WorkerPeers {
    fn drop(&mut self) {
        let peers: Vec<PeerId> = self.children.keys().copied().collect();
        for peer in peers {
            self.stop(peer);
        }
    }
}

thread_local! {
    static PREPARED: RefCell<Option<Prepared>> = const { RefCell::new(None) };
}

/// Makes ready what a peer needs before it is known whose it will be.
pub fn prepare() {
    let clock = Box::new(BrowserClock::new(0));
    PREPARED.set(Some(Prepared::new(clock, modules::library())));
}

/// Whether [`prepare`] was called, which knows of the library.
pub fn is_prepared() -> bool {
    PREPARED.with_borrow(Option::is_some)
}

/// Runs a peer to its end; the Worker does nothing else, and its event loop
/// stands still.
pub fn serve(
    playground: &str,
    origin_millis: f64,
    flags: Int32Array,
    parent: Int32Array,
    down: &SharedArrayBuffer,
    up: &SharedArrayBuffer,
) {
    let Ok(playground) = serde_json::from_str::<Playground>(playground) else {
        return;
    };
    let (files, folders) = playground_files(&playground, packages());
    let clock = Box::new(BrowserClock::since(origin_millis, playground.seed));
    let library = modules::library();
    let prepared = PREPARED
        .take()
        .filter(|prepared| prepared.fits(&playground));
    let mut session = match prepared {
        Some(prepared) => {
            Session::prepared_peer(prepared, &playground, clock, library, files, &folders)
        }
        None => Session::peer(&playground, clock, library, files, &folders),
    };
    let flags = Flags(flags);
    let line = || Line {
        out: Ring::over(up),
        back: Ring::over(down),
        theirs: Flags(parent.clone()),
        unsent: VecDeque::new(),
        idle_after: None,
        untold_idle: None,
    };
    let mut peers = WorkerPeers::new(Some(flags.clone()), &playground, origin_millis);
    peers.parent = Some(line());
    session.set_peers(Box::new(peers));
    expect_bells();
    let mut told_millis = scope::now_millis();
    loop {
        let bell = flags.bell();
        if flags.is_stopped() {
            return;
        }
        let poll = session.poll(SLICE);
        for (error, text) in session.take_output() {
            session
                .peers()
                .tell_parent(News::Printed { error, text }, 0);
        }
        let now = scope::now_millis();
        if poll == Poll::Ended || now - told_millis >= TELL_MILLIS {
            told_millis = now;
            session.tell_activity();
        }
        match poll {
            Poll::Working | Poll::Switching(_) => {}
            Poll::Ended => break,
            Poll::Waiting { deadline_nanos, .. } => {
                if deadline_nanos.is_none() {
                    session.tell_idle();
                }
                let left = deadline_nanos.map_or(f64::INFINITY, |deadline| {
                    deadline.saturating_sub(session.now_nanos()) as f64 / 1e6
                });
                flags.wait(bell, left);
            }
        }
    }
    let why = session.why_ended();
    session.peers().tell_parent(News::Ended(why), 0);
    while !session.peers().flush() {
        if flags.is_stopped() {
            return;
        }
        flags.wait(flags.bell(), ROOM_MILLIS);
    }
}
