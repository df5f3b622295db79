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
}

impl ThreadPeers {
    pub fn new(make: MakePeer) -> ThreadPeers {
        ThreadPeers {
            make,
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
    loop {
        let poll = session.poll(SLICE);
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
                let now = session.now_nanos();
                inbox.wait(deadline_nanos.map(|deadline| deadline.saturating_sub(now)));
            }
        }
    }
    last_words.why = session.why_ended();
}
