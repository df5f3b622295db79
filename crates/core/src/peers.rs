//! Peers: other VMs, each with a heap of its own, reached by bytes alone.
//!
//! The host has them ([`Peers`]); this module gives programs `_peers`, keeps
//! what came for each peer until a fiber asks for it, and tells a session
//! whether anything may still come. A peer knows the VM that started it as
//! [`PARENT`].

use std::collections::{BTreeMap, VecDeque};

use airlock_trace::{Activity, Counts, LaneKind, LaneState, Mark, Outcome, PeerLanes, Recorder};
use airlock_vm::module::ModuleDef;
use airlock_vm::{
    Completion, FiberId, FiberState, Layout, NativeDef, Res, Stream, Throw, Tracer, Value, Vm,
    Wake, function,
};

use crate::Core;
use crate::deadlock::WaitsOn;
use crate::event_loop;
use crate::failures::{self, Failure};
use crate::host::Charge;
use crate::threads::{self, lanes};
use crate::trace;

pub type PeerId = u32;

/// The VM that started this one.
pub const PARENT: PeerId = 0;

/// How often a running program looks for news, in instructions.
pub const NEWS_INSTRUCTIONS: u64 = 200_000;

/// What came from a peer, in the order in which it was sent.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    Message(Vec<u8>),
    /// The peer printed this.
    Printed {
        error: bool,
        text: String,
    },
    /// A failure was recognised there.
    Failed(Failure),
    /// What its loops did.
    Did(Activity),
    /// Having taken so many of our messages it waits for nothing but the next.
    Idle(u64),
    /// It runs no more; why, or empty if it came to its end. Nothing follows.
    Ended(String),
}

/// The peers that a host can have.
pub trait Peers {
    /// Why none can be started here.
    fn missing(&self) -> Option<String> {
        None
    }
    /// How many of them run side by side.
    fn width(&self) -> usize;
    /// Whether the adapter `thread` puts the core's loop into a peer, where it
    /// turns while this VM's own thread stands still.
    fn turn_alone(&self) -> bool {
        false
    }
    /// Starts a peer, which will know us as [`PARENT`]. That it cannot be
    /// had comes as [`News::Ended`].
    fn start(&mut self, peer: PeerId, now_nanos: u64);
    /// To a peer that was started, or to [`PARENT`]; lost if that has ended.
    fn send(&mut self, peer: PeerId, message: Vec<u8>, now_nanos: u64);
    /// Ends a peer wherever it stands; it sends no more news.
    fn stop(&mut self, peer: PeerId);
    /// The next news that have come by now.
    fn receive(&mut self, now_nanos: u64) -> Option<(PeerId, News)>;
    /// For peers that run only when told to: lets them run about so many
    /// instructions; whether they could go on at once. `now_nanos` is how far
    /// their timers may have come.
    fn work(&mut self, _instructions: u64, _now_nanos: u64) -> bool {
        false
    }
    /// To the parent.
    fn tell_parent(&mut self, _news: News, _now_nanos: u64) {}
    /// Sends on what there was no room for; whether all is sent.
    fn flush(&mut self) -> bool {
        true
    }
    /// When the next news come or a peer's timer is due, where that is known.
    fn next_nanos(&mut self) -> Option<u64> {
        None
    }
}

/// A host without peers.
pub struct NoPeers;

impl Peers for NoPeers {
    fn missing(&self) -> Option<String> {
        Some("this host runs one program at a time".to_owned())
    }
    fn width(&self) -> usize {
        1
    }
    fn start(&mut self, _: PeerId, _: u64) {}
    fn send(&mut self, _: PeerId, _: Vec<u8>, _: u64) {}
    fn stop(&mut self, _: PeerId) {}
    fn receive(&mut self, _: u64) -> Option<(PeerId, News)> {
        None
    }
}

#[derive(Default)]
struct Told {
    counts: Counts,
    events: Mark,
}

/// The peers of a VM, and what came from them.
pub struct Peering {
    pub host: Box<dyn Peers>,
    last: PeerId,
    /// Failures that the parent knows of.
    told_failures: usize,
    /// What the parent knows of what loops did here.
    told: Told,
    /// What all peers have counted.
    pub(crate) did: Counts,
    /// Their lanes.
    lanes: BTreeMap<PeerId, PeerLanes>,
    mailboxes: BTreeMap<PeerId, Mailbox>,
}

impl Peering {
    /// When the earliest standstill began of which a peer may still tell.
    pub(crate) fn stood_since_nanos(&self) -> Option<u64> {
        let peers = self.mailboxes.iter();
        let living = peers.filter(|(peer, mailbox)| **peer != PARENT && mailbox.ended.is_none());
        living.map(|(_, mailbox)| mailbox.stood_since_nanos).min()
    }

    pub(crate) fn trace(&self, tracer: &mut Tracer) {
        for mailbox in self.mailboxes.values() {
            tracer.extend(mailbox.reader.as_ref().map_or(&[], |reader| &reader[..]));
        }
    }
}

impl Default for Peering {
    fn default() -> Self {
        Peering {
            host: Box::new(NoPeers),
            last: PARENT,
            told_failures: 0,
            told: Told::default(),
            did: Counts::default(),
            lanes: BTreeMap::new(),
            mailboxes: BTreeMap::from([(PARENT, Mailbox::default())]),
        }
    }
}

#[derive(Default)]
struct Mailbox {
    messages: VecDeque<Vec<u8>>,
    /// Fibers that wait for a message, in order.
    waiters: VecDeque<FiberId>,
    /// The loop that each message goes to as a call, what is called, and the
    /// context that it runs in.
    reader: Option<[Value; 3]>,
    ended: Option<String>,
    /// How many messages went there, and came from there.
    sent: u64,
    received: u64,
    /// No standstill of its loops that it has not told of began before this.
    stood_since_nanos: u64,
    /// After how many of ours it said that it is idle.
    idle_after: Option<u64>,
    /// The number of what it was asked last.
    asked: u32,
    /// Who waits for the answer of which number.
    askers: BTreeMap<u32, FiberId>,
    /// Answers until who waits for them runs.
    answers: BTreeMap<u32, Vec<u8>>,
}

impl Mailbox {
    /// What it is asked is answered by number, in any order.
    fn answers_by_number(&self) -> bool {
        self.asked > 0
    }
}

/// Bytes before a message of a peer that answers by number: the number.
pub const NUMBER_BYTES: usize = 4;

/// The number of a message.
pub fn number_of(message: &[u8]) -> u32 {
    message
        .first_chunk()
        .map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_peers",
    functions: FUNCTIONS,
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    function("missing", "", missing),
    function("width", "", |vm, _| {
        Ok(Value::count(peering(vm).host.width()))
    }),
    function("turn_alone", "", |vm, _| {
        Ok(Value::bool(peering(vm).host.turn_alone()))
    }),
    function("start", "name, /", start),
    function("send", "peer, message, /", send),
    function("receive", "peer, timeout=None, /", receive),
    function("ask", "peer, message, /", |vm, args| {
        let peer = peer_of(vm, args[0])?;
        let body = message_of(vm, args[1])?;
        let mut message = vec![0; NUMBER_BYTES];
        message.extend_from_slice(&body);
        ask(vm, peer, message)
    }),
    function("answer", "number, message, /", |vm, args| {
        let number = vm.index(args[0])? as u32;
        let body = message_of(vm, args[1])?;
        let mut message = number.to_le_bytes().to_vec();
        message.extend_from_slice(&body);
        send_message(vm, PARENT, message);
        Ok(Value::NONE)
    }),
    function("read_with", "peer, loop, callback, /", read_with),
    function("stop", "peer, /", stop),
];

fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    let exception = vm.types.exception;
    let ended = vm.builtin_type("PeerEnded", exception, Layout::Exception);
    let module = vm.intern("_peers");
    vm.set_type_attr(ended, "__module__", module);
    vm.dict_set_text(dict, "PeerEnded", ended);
    vm.extension::<Core>().keep("PeerEnded", ended);
    Ok(())
}

fn peering(vm: &mut Vm) -> &mut Peering {
    &mut vm.extension::<Core>().peering
}

fn missing(vm: &mut Vm, _: &[Value]) -> Res {
    Ok(match peering(vm).host.missing() {
        Some(why) => vm.string(why),
        None => Value::NONE,
    })
}

/// Another VM; its lane has the name.
fn start(vm: &mut Vm, args: &[Value]) -> Res {
    if let Some(why) = peering(vm).host.missing() {
        return Err(vm.runtime_error(format!("no other process can be started: {why}")));
    }
    let name = vm.as_text(args[0]).unwrap_or("").to_owned();
    let parent = lanes::current_lane(vm);
    let lane = trace::start_lane(vm, LaneKind::Thread, &name, Some(parent));
    let now = crate::now(vm);
    let peering = peering(vm);
    peering.last += 1;
    peering
        .lanes
        .insert(peering.last, PeerLanes::begin_with(lane));
    let peer = peering.last;
    let mailbox = Mailbox {
        stood_since_nanos: now,
        ..Mailbox::default()
    };
    peering.mailboxes.insert(peer, mailbox);
    peering.host.start(peer, now);
    Ok(vm.int(i64::from(peer)))
}

fn peer_of(vm: &mut Vm, value: Value) -> Res<PeerId> {
    let number = vm.index(value)?;
    PeerId::try_from(number)
        .ok()
        .filter(|peer| peering(vm).mailboxes.contains_key(peer))
        .ok_or_else(|| vm.value_error("there is no such peer"))
}

fn message_of(vm: &mut Vm, value: Value) -> Res<Vec<u8>> {
    if !value.is(airlock_vm::Kind::Bytes) {
        return Err(vm.type_error("a message is bytes"));
    }
    Ok(vm.heap.pybytes(value).data.to_vec())
}

fn send(vm: &mut Vm, args: &[Value]) -> Res {
    let peer = peer_of(vm, args[0])?;
    let message = message_of(vm, args[1])?;
    send_message(vm, peer, message);
    Ok(Value::NONE)
}

/// Sends bytes to a peer, or to [`PARENT`].
pub fn send_message(vm: &mut Vm, peer: PeerId, message: Vec<u8>) {
    note_marshalled(vm, message.len());
    crate::crossing::charge(vm, Charge::PipeWoken);
    let now = crate::now(vm);
    if peer == PARENT {
        tell_failures(vm);
        tell_counts(vm);
        // What was printed before comes before.
        for (stream, text) in std::mem::take(&mut vm.output) {
            let error = stream == Stream::Error;
            let printed = News::Printed { error, text };
            peering(vm).host.tell_parent(printed, now);
        }
    }
    if let Some(mailbox) = peering(vm).mailboxes.get_mut(&peer) {
        mailbox.sent += 1;
    }
    peering(vm).host.send(peer, message, now);
}

/// Asks a peer that answers by number and waits for the answer, which is what
/// comes without its number: bytes. `message` has [`NUMBER_BYTES`] in front,
/// which are filled in here.
#[inline(never)]
pub fn ask(vm: &mut Vm, peer: PeerId, mut message: Vec<u8>) -> Res {
    threads::take_interrupt(vm)?;
    let fiber = vm.current_fiber();
    let Some(mailbox) = peering(vm).mailboxes.get_mut(&peer) else {
        return Err(vm.value_error("there is no such peer"));
    };
    mailbox.asked += 1;
    let number = mailbox.asked;
    mailbox.askers.insert(number, fiber);
    message[..NUMBER_BYTES].copy_from_slice(&number.to_le_bytes());
    send_message(vm, peer, message);
    if is_ended(vm, peer) {
        return answered(vm, peer, number);
    }
    lanes::begin_wait(vm);
    lanes::note_wait(vm, WaitsOn::Peer);
    vm.fibers_awaiting_news += 1;
    let state = [
        vm.int(i64::from(peer)),
        vm.int(i64::from(number)),
        Value::NONE,
        Value::NONE,
    ];
    let wake = Wake {
        deadline_nanos: None,
        blocking: true,
    };
    Err(
        vm.park_then(wake, state, |vm, [peer, number, ..], completion| {
            lanes::end_wait(vm);
            vm.fibers_awaiting_news -= 1;
            let peer = peer.as_small().unwrap_or(0) as PeerId;
            let number = number.as_small().unwrap_or(0) as u32;
            let answer = answered(vm, peer, number);
            completion.value()?;
            answer
        }),
    )
}

fn is_ended(vm: &mut Vm, peer: PeerId) -> bool {
    let mailbox = peering(vm).mailboxes.get(&peer);
    mailbox.is_none_or(|mailbox| mailbox.ended.is_some())
}

/// The answer, or the error that none will come.
fn answered(vm: &mut Vm, peer: PeerId, number: u32) -> Res {
    let mailbox = peering(vm).mailboxes.get_mut(&peer);
    let answer = mailbox.and_then(|mailbox| {
        mailbox.askers.remove(&number);
        mailbox.answers.remove(&number)
    });
    match answer {
        Some(answer) => {
            note_marshalled(vm, answer.len());
            Ok(vm.bytes(&answer[NUMBER_BYTES..]))
        }
        None => Err(ended_error(vm, peer)),
    }
}

fn stop(vm: &mut Vm, args: &[Value]) -> Res {
    let peer = peer_of(vm, args[0])?;
    if peer == PARENT {
        return Err(vm.value_error("a peer cannot stop the program that started it"));
    }
    peering(vm).host.stop(peer);
    end(vm, peer, "it was stopped".to_owned());
    Ok(Value::NONE)
}

/// The next message; None if `timeout` passes first. `PeerEnded` once the
/// peer runs no more and all it sent was received.
fn receive(vm: &mut Vm, args: &[Value]) -> Res {
    let peer = peer_of(vm, args[0])?;
    let nanos = if args[1].is_none() {
        -1
    } else {
        crate::time::timeout_nanos(vm, args[1])?.max(0)
    };
    take_news(vm);
    if let Some(message) = next_message(vm, peer)? {
        return Ok(message);
    }
    if nanos == 0 {
        return Ok(Value::NONE);
    }
    threads::take_interrupt(vm)?;
    let deadline = threads::deadline(vm, nanos);
    Err(wait(vm, peer, deadline, false))
}

/// From now on the loop calls the callback with each message, and with None
/// once the peer runs no more.
fn read_with(vm: &mut Vm, args: &[Value]) -> Res {
    let peer = peer_of(vm, args[0])?;
    if event_loop::loop_id(vm, args[1]).is_none() {
        return Err(vm.type_error("a loop of this module's make was expected"));
    }
    let context = crate::contexts::copy_current(vm);
    if let Some(mailbox) = peering(vm).mailboxes.get_mut(&peer) {
        mailbox.reader = Some([args[1], args[2], context]);
    }
    hand_over(vm, peer);
    Ok(Value::NONE)
}

/// Makes calls of the messages that a loop is to have.
fn hand_over(vm: &mut Vm, peer: PeerId) {
    while let Some(mailbox) = peering(vm).mailboxes.get_mut(&peer) {
        let Some(reader) = mailbox.reader else {
            return;
        };
        let message = match mailbox.messages.pop_front() {
            Some(message) => {
                note_marshalled(vm, message.len());
                vm.bytes(&message)
            }
            None if mailbox.ended.is_some() => {
                mailbox.reader = None;
                Value::NONE
            }
            None => return,
        };
        event_loop::call_from_outside(vm, reader, message);
    }
}

fn note_marshalled(vm: &mut Vm, bytes: usize) {
    vm.extension::<Core>().ledger.marshalled_bytes += bytes as u64;
    crate::crossing::charge(vm, Charge::Marshalled(bytes as u64));
}

fn next_message(vm: &mut Vm, peer: PeerId) -> Res<Option<Value>> {
    let Some(mailbox) = peering(vm).mailboxes.get_mut(&peer) else {
        return Ok(None);
    };
    if let Some(message) = mailbox.messages.pop_front() {
        note_marshalled(vm, message.len());
        return Ok(Some(vm.bytes(&message)));
    }
    if mailbox.ended.is_some() {
        return Err(ended_error(vm, peer));
    }
    Ok(None)
}

fn ended_error(vm: &mut Vm, peer: PeerId) -> Throw {
    let mailbox = peering(vm).mailboxes.get(&peer);
    let why = mailbox.and_then(|mailbox| mailbox.ended.clone());
    let class = vm.extension::<Core>().kept("PeerEnded");
    let why = vm.string(why.unwrap_or_default());
    Throw::Raise(vm.make_exception(class, &[why]))
}

fn wait(vm: &mut Vm, peer: PeerId, deadline: Option<u64>, again: bool) -> Throw {
    lanes::begin_wait(vm);
    lanes::note_wait(vm, WaitsOn::Peer);
    let fiber = vm.current_fiber();
    if let Some(mailbox) = peering(vm).mailboxes.get_mut(&peer) {
        if again {
            mailbox.waiters.push_front(fiber);
        } else {
            mailbox.waiters.push_back(fiber);
        }
    }
    vm.fibers_awaiting_news += 1;
    let state = [
        vm.int(i64::from(peer)),
        threads::deadline_value(vm, deadline),
        Value::NONE,
        Value::NONE,
    ];
    let wake = Wake {
        deadline_nanos: deadline,
        blocking: true,
    };
    vm.park_then(wake, state, resumed)
}

/// There are news (True), or the time is up (None).
fn resumed(vm: &mut Vm, [peer, end, ..]: [Value; 4], completion: Completion) -> Res {
    lanes::end_wait(vm);
    vm.fibers_awaiting_news -= 1;
    let fiber = vm.current_fiber();
    let peer = peer.as_small().unwrap_or(0) as PeerId;
    if let Some(mailbox) = peering(vm).mailboxes.get_mut(&peer) {
        mailbox.waiters.retain(|&waiter| waiter != fiber);
    }
    let woken = completion.value()?;
    if let Some(message) = next_message(vm, peer)? {
        return Ok(message);
    }
    let end = threads::deadline_of(vm, end);
    if woken.is_none() || end.is_some_and(|end| end <= crate::now(vm)) {
        return Ok(Value::NONE);
    }
    Err(wait(vm, peer, end, true))
}

fn end(vm: &mut Vm, peer: PeerId, why: String) {
    let Some(mailbox) = peering(vm).mailboxes.get_mut(&peer) else {
        return;
    };
    mailbox.ended.get_or_insert(why);
    let now_open = peering(vm).lanes.get_mut(&peer).map(PeerLanes::take_open);
    for lane in now_open.unwrap_or_default() {
        trace::end_lane(vm, lane, Outcome::Returned);
    }
    let Some(mailbox) = peering(vm).mailboxes.get_mut(&peer) else {
        return;
    };
    let waiters = std::mem::take(&mut mailbox.waiters);
    let askers = std::mem::take(&mut mailbox.askers);
    for fiber in waiters.into_iter().chain(askers.into_values()) {
        vm.wake(fiber, Completion::Returned(Value::TRUE));
    }
    hand_over(vm, peer);
}

/// Hands out what has come by now.
pub fn take_news(vm: &mut Vm) {
    let now = crate::now(vm);
    while let Some((peer, news)) = peering(vm).host.receive(now) {
        match news {
            News::Message(message) => take_message(vm, peer, message),
            News::Printed { error, text } => {
                let stream = if error { Stream::Error } else { Stream::Out };
                // Beyond the limit of output the program is stopped at what
                // it prints itself.
                let _ = vm.write(stream, &text);
            }
            News::Failed(failure) => failures::add(vm, failure),
            News::Did(activity) => take_activity(vm, peer, activity),
            News::Idle(after) => {
                if let Some(mailbox) = peering(vm).mailboxes.get_mut(&peer) {
                    mailbox.idle_after = Some(after);
                }
            }
            News::Ended(why) => end(vm, peer, why),
        }
    }
}

#[inline(never)]
fn take_message(vm: &mut Vm, peer: PeerId, message: Vec<u8>) {
    let Some(mailbox) = peering(vm).mailboxes.get_mut(&peer) else {
        return;
    };
    mailbox.received += 1;
    if mailbox.answers_by_number() {
        let number = number_of(&message);
        // None if who asked was interrupted.
        if let Some(fiber) = mailbox.askers.remove(&number) {
            mailbox.answers.insert(number, message);
            vm.wake(fiber, Completion::Returned(Value::TRUE));
        }
        return;
    }
    mailbox.messages.push_back(message);
    if mailbox.reader.is_some() {
        hand_over(vm, peer);
    } else {
        wake_one(vm, peer);
    }
}

fn wake_one(vm: &mut Vm, peer: PeerId) {
    loop {
        let waiter = peering(vm)
            .mailboxes
            .get_mut(&peer)
            .and_then(|mailbox| mailbox.waiters.pop_front());
        let Some(fiber) = waiter else { return };
        // One whose time is up has been woken, but could not run yet.
        if matches!(vm.fiber(fiber).state, FiberState::Parked(_)) {
            vm.wake(fiber, Completion::Returned(Value::TRUE));
            return;
        }
    }
}

/// Of what peers did what there is here becomes a part. Not inlined, as most
/// programs have no peers and the page fetches such code late.
#[inline(never)]
fn take_activity(vm: &mut Vm, peer: PeerId, activity: Activity) {
    let core = vm.extension::<Core>();
    core.peering.did.add(&activity.counts);
    if let Some(mailbox) = core.peering.mailboxes.get_mut(&peer) {
        mailbox.stood_since_nanos = activity.stood.rest_since_nanos;
    }
    core.stops.add(activity.stood);
    core.recorder.drop_more(activity.counts.dropped_events);
    let Some(lanes) = core.peering.lanes.get_mut(&peer) else {
        return;
    };
    let (next_lane, states, recorder) = (
        &mut core.next_lane,
        &mut core.lane_states,
        &mut core.recorder,
    );
    Recorder::unpack_each(&activity.events, |event| {
        let begin = || {
            let lane = *next_lane;
            *next_lane += 1;
            states.push(LaneState::Ready);
            lane
        };
        if let Some(event) = lanes.translate(event, begin) {
            recorder.record(&event);
        }
    });
}

/// This VM is another's peer.
pub fn be_peer(vm: &mut Vm) {
    vm.extension::<Core>().stops.keep_untold();
}

/// Tells the parent what is counted here: a message that it gets is to be
/// followed by nothing that came before.
#[inline(never)]
fn tell_counts(vm: &mut Vm) {
    let activity = take_counts(vm);
    tell(vm, activity);
}

/// Tells the parent all that happened since the last time.
#[inline(never)]
pub fn tell_activity(vm: &mut Vm) {
    let mut activity = take_counts(vm);
    let core = vm.extension::<Core>();
    let events = core.recorder.pack_since(&mut core.peering.told.events, 0);
    activity.events = events.unwrap_or_default();
    tell(vm, activity);
}

fn tell(vm: &mut Vm, activity: Activity) {
    let nothing = activity.counts.is_nothing() && activity.stood.is_nothing();
    if !(nothing && activity.events.is_empty()) {
        let now = crate::now(vm);
        peering(vm).host.tell_parent(News::Did(activity), now);
    }
}

fn take_counts(vm: &mut Vm) -> Activity {
    let now = crate::now(vm);
    let (fiber_switches, thread_switches) = (vm.fiber_switches, vm.thread_switches);
    let core = vm.extension::<Core>();
    let mut ledger = Counts::of(&core.ledger, core.recorder.dropped());
    ledger.fiber_switches = fiber_switches;
    ledger.thread_switches = thread_switches;
    // Peers of its own count as well.
    let dropped = ledger.dropped_events;
    ledger.add(&core.peering.did);
    ledger.dropped_events = dropped;
    let told = &mut core.peering.told;
    let counts = ledger.since(&told.counts);
    told.counts = ledger;
    let mut stood = core.stops.take_untold();
    stood.rest_since_nanos = core.stand_since(now);
    Activity {
        counts,
        stood,
        events: Vec::new(),
    }
}

/// Tells the parent which failures were recognised since the last time.
pub fn tell_failures(vm: &mut Vm) {
    let now = crate::now(vm);
    let core = vm.extension::<Core>();
    for failure in core.failures.iter().skip(core.peering.told_failures) {
        let news = News::Failed(failure.clone());
        core.peering.host.tell_parent(news, now);
    }
    core.peering.told_failures = core.failures.len();
}

/// Tells a parent that only its next message can make us go on: for hosts
/// whose VM has no timer and nothing else to wait for. Told once for each
/// message, and not by a VM that has peers of its own.
pub fn tell_idle(vm: &mut Vm) {
    let now = crate::now(vm);
    if are_used(vm) {
        return;
    }
    let Some(mailbox) = peering(vm).mailboxes.get_mut(&PARENT) else {
        return;
    };
    let after = mailbox.received;
    if mailbox.idle_after != Some(after) {
        mailbox.idle_after = Some(after);
        peering(vm).host.tell_parent(News::Idle(after), now);
    }
}

/// Whether news may still come of a peer: not if each has taken all that was
/// sent to it and waits for more.
pub fn may_tell(vm: &mut Vm) -> bool {
    peering(vm).mailboxes.iter().any(|(&peer, mailbox)| {
        peer != PARENT && mailbox.ended.is_none() && mailbox.idle_after != Some(mailbox.sent)
    })
}

/// Whether there are peers, or there were.
pub fn are_used(vm: &mut Vm) -> bool {
    peering(vm).last != PARENT
}

/// Whether a fiber waits for this peer, or for any but the parent.
pub fn is_awaited(vm: &mut Vm, peer: Option<PeerId>) -> bool {
    let boxes = peering(vm).mailboxes.iter();
    let mut waiting = boxes.filter(|(_, mailbox)| {
        !mailbox.waiters.is_empty() || !mailbox.askers.is_empty() || mailbox.reader.is_some()
    });
    waiting.any(|(&id, _)| match peer {
        Some(peer) => id == peer,
        None => id != PARENT,
    })
}
