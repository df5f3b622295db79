//! Peers on the real clock: threads of the operating system, each with a VM
//! of its own.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use airlock_core::peers::{News, PARENT, PeerId, Peers};
use airlock_engine::{Poll, Session};

/// Instructions between two looks at what a peer printed.
const SLICE: u64 = 1_000_000;
/// How often a peer tells what happened in it.
const TELL_NANOS: u64 = 16_000_000;
/// The VM does not recurse, but the compiler does.
const STACK_BYTES: usize = 8 << 20;

/// Makes the session of a peer, on its thread.
pub type MakePeer = Arc<dyn Fn(ThreadPeers) -> Session + Send + Sync>;

/// What has come for a VM. Waiting for it is the only waiting that its thread
/// does.
#[derive(Default)]
pub struct Inbox {
    news: Mutex<VecDeque<(PeerId, News)>>,
    rung: Condvar,
}

impl Inbox {
    fn put(&self, from: PeerId, news: News) {
        let mut queue = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        queue.push_back((from, news));
        self.rung.notify_all();
    }

    fn take(&self) -> Option<(PeerId, News)> {
        let mut queue = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        queue.pop_front()
    }

    /// Returns when there are news or so much time has passed.
    pub fn wait(&self, nanos: Option<u64>) {
        let mut queue = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        match nanos {
            Some(nanos) => {
                let time = Duration::from_nanos(nanos);
                let _ = self
                    .rung
                    .wait_timeout_while(queue, time, |queue| queue.is_empty());
            }
            None => {
                while queue.is_empty() {
                    #[expect(
                        clippy::disallowed_methods,
                        reason = "the command is the host of the programs it runs"
                    )]
                    let woken = self.rung.wait(queue);
                    queue = woken.unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }
}

struct Child {
    inbox: Arc<Inbox>,
    stop: Arc<AtomicBool>,
}

impl Child {
    fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        // So that it looks.
        self.inbox.put(PARENT, News::Message(Vec::new()));
    }
}

pub struct ThreadPeers {
    make: MakePeer,
    inbox: Arc<Inbox>,
    /// The inbox of who started this one, and the number there.
    parent: Option<(Arc<Inbox>, PeerId)>,
    children: BTreeMap<PeerId, Child>,
    /// As the Workers of a page are; the command leaves the core's loop of the
    /// adapter `thread` in the shell's VM.
    turn_alone: bool,
}

impl ThreadPeers {
    pub fn new(make: MakePeer) -> ThreadPeers {
        ThreadPeers {
            make,
            turn_alone: false,
            inbox: Arc::default(),
            parent: None,
            children: BTreeMap::new(),
        }
    }

    /// What the VM's thread waits for when the VM waits.
    pub fn inbox(&self) -> Arc<Inbox> {
        self.inbox.clone()
    }
}

impl Peers for ThreadPeers {
    fn turn_alone(&self) -> bool {
        self.turn_alone
    }

    fn width(&self) -> usize {
        std::thread::available_parallelism().map_or(1, usize::from)
    }

    fn start(&mut self, peer: PeerId, _: u64) {
        let (inbox, stop) = (Arc::<Inbox>::default(), Arc::<AtomicBool>::default());
        let peers = ThreadPeers {
            make: self.make.clone(),
            inbox: inbox.clone(),
            parent: Some((self.inbox.clone(), peer)),
            children: BTreeMap::new(),
            turn_alone: self.turn_alone,
        };
        let last_words = LastWords {
            parent: self.inbox.clone(),
            peer,
            why: "the engine failed".to_owned(),
        };
        let stopped = stop.clone();
        let started = std::thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn(move || run(peers, &stopped, last_words));
        if started.is_ok() {
            self.children.insert(peer, Child { inbox, stop });
        }
        // Where no thread could be had, the last words have said so.
    }

    fn send(&mut self, peer: PeerId, message: Vec<u8>, _: u64) {
        let message = News::Message(message);
        if peer == PARENT {
            self.tell_parent(message, 0);
        } else if let Some(child) = self.children.get(&peer) {
            child.inbox.put(PARENT, message);
        }
    }

    fn tell_parent(&mut self, news: News, _: u64) {
        if let Some((parent, number)) = &self.parent {
            parent.put(*number, news);
        }
    }

    fn stop(&mut self, peer: PeerId) {
        if let Some(child) = self.children.remove(&peer) {
            child.stop();
        }
    }

    fn receive(&mut self, _: u64) -> Option<(PeerId, News)> {
        self.inbox.take()
    }
}

impl Drop for ThreadPeers {
    fn drop(&mut self) {
        self.children.values().for_each(Child::stop);
    }
}

/// Tells the parent that a peer has ended, however it did.
struct LastWords {
    parent: Arc<Inbox>,
    peer: PeerId,
    why: String,
}

impl Drop for LastWords {
    fn drop(&mut self) {
        let why = std::mem::take(&mut self.why);
        self.parent.put(self.peer, News::Ended(why));
    }
}

/// A peer's thread.
fn run(peers: ThreadPeers, stop: &AtomicBool, mut last_words: LastWords) {
    let (parent, number) = (last_words.parent.clone(), last_words.peer);
    let inbox = peers.inbox();
    let mut session = (peers.make.clone())(peers);
    let mut told_nanos = 0;
    loop {
        let poll = session.poll(SLICE);
        let now = session.now_nanos();
        if poll == Poll::Ended || now - told_nanos >= TELL_NANOS {
            told_nanos = now;
            session.tell_activity();
        }
        for (error, text) in session.take_output() {
            parent.put(number, News::Printed { error, text });
        }
        if stop.load(Ordering::Relaxed) {
            return;
        }
        match poll {
            Poll::Working | Poll::Switching(_) => {}
            Poll::Ended => break,
            Poll::Waiting { deadline_nanos, .. } => {
                if deadline_nanos.is_none() {
                    session.tell_idle();
                }
                inbox.wait(deadline_nanos.map(|deadline| deadline.saturating_sub(now)));
            }
        }
    }
    last_words.why = session.why_ended();
}

#[cfg(test)]
mod tests {
    use airlock_engine::{Packages, playground_files};
    use airlock_link::{Adapter, Playground};
    use airlock_protocol::{Side, SideReport};
    use airlock_stdlib::Library;

    use super::*;
    use crate::clock::RealClock;

    /// A shell whose core's loop turns on a thread of its own, by itself.
    fn run(core: &str, shell: &str) -> (String, SideReport) {
        let playground = Playground {
            core: core.to_owned(),
            shell: shell.to_owned(),
            adapter: Adapter::Thread,
            ..Playground::default()
        };
        let (of_peers, clock) = (playground.clone(), RealClock::new());
        let of_peer = clock.clone();
        let make = move |peers: ThreadPeers| {
            let (files, folders) = playground_files(&of_peers, Packages::none());
            let clock = Box::new(of_peer.clone());
            let mut session = Session::peer(&of_peers, clock, Library::new(), files, &folders);
            session.set_peers(Box::new(peers));
            session
        };
        let mut peers = ThreadPeers::new(Arc::new(make));
        peers.turn_alone = true;
        let inbox = peers.inbox();
        let clock = Box::new(clock);
        let mut session = Session::new(&playground, Side::Shell, clock, Library::new());
        session.set_peers(Box::new(peers));
        loop {
            match session.poll(SLICE) {
                Poll::Ended => break,
                Poll::Waiting { deadline_nanos, .. } => {
                    let now = session.now_nanos();
                    inbox.wait(deadline_nanos.map(|deadline| deadline.saturating_sub(now)));
                }
                Poll::Working | Poll::Switching(_) => {}
            }
        }
        let printed = session.take_output().into_iter().map(|(_, text)| text);
        (printed.collect(), session.report())
    }

    const CORE: &str = "
import asyncio, os

class Point:
    def __init__(self, x):
        self.x = x

async def echo(*args, **kwargs):
    await asyncio.sleep(0)
    return args, kwargs

async def point(x):
    return Point(x)

async def slow(x):
    await asyncio.sleep(0.02)
    return x

async def fail():
    raise KeyError('no')

async def gives_a_generator():
    return (number for number in ())

async def leave():
    os._exit(3)
";

    const SHELL: &str = "
import threading
import airlock, core
core = airlock.wrap(core)
# The first call of each function tells its name, the next are plain.
for _ in range(2):
    print(core.echo(1, 'a', b=[1.5, None], c={'k': {1, 2}}), core.point(3).x)
    for call in core.fail, core.gives_a_generator, lambda: core.slow(1, 2), lambda: core.echo(i for i in ()):
        try:
            call()
        except Exception as error:
            print(type(error).__name__, error, 'in fail' in str(error.__cause__))
got = []
threads = [threading.Thread(target=lambda n=n: got.append(core.slow(n))) for n in range(5)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(got))
NAMES = 'loops', 'iterations', 'handles', 'tasks', 'task_switches', 'crossings'
before = airlock.ledger()
for _ in range(10):
    core.point(1)
    core.echo(2)
after = airlock.ledger()
print([after[name] - before[name] for name in NAMES])
try:
    core.leave()
except RuntimeError as error:
    print(error)
print(core.echo(2))
";

    #[test]
    fn calls_to_a_loop_that_turns_alone_answer_fail_overlap_and_are_counted() {
        let (printed, report) = run(CORE, SHELL);
        let round = "((1, 'a'), {'b': [1.5, None], 'c': {'k': {1, 2}}}) 3\n\
             KeyError 'no' True\n\
             TypeError cannot marshal 'generator' object at result False\n\
             TypeError slow() takes 1 positional argument but 2 were given False\n\
             TypeError cannot marshal 'generator' object at args[0] False\n";
        // Three passes of a call that does not wait, as of
        // `run_coroutine_threadsafe` in CPython.
        let rest = "[0, 1, 2, 3, 4]\n[0, 70, 90, 20, 30, 20]\n\
             the thread that the core ran in died: the program exited with status 3\n((2,), {})\n";
        assert_eq!(printed, format!("{round}{round}{rest}"));
        let ledger = &report.ledger;
        assert_eq!(
            ledger.python_ns + ledger.wait_ns + ledger.adapter_ns,
            ledger.wall_ns
        );
        assert!(ledger.max_concurrency >= 5, "{ledger:?}");
    }
}
