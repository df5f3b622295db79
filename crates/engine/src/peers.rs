//! Peers on the virtual clock: child sessions in the same thread.
//!
//! While a child has something to do, its parent stands still, so that what
//! the child sends and when depends on nothing but the clock. Both clocks
//! show the same time: a request sent at a moment is taken up at it, or when
//! the child is free, and its answer comes when the child's clock has got
//! there; several children so overlap.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use airlock_core::peers::{News, PARENT, PeerId, Peers};

use crate::clock::VirtualClock;
use crate::profile::CostProfile;
use crate::session::{Poll, Session};

/// Makes the session of a peer.
pub type MakePeer = Rc<dyn Fn(VirtualClock, VirtualPeers) -> Session>;

/// Peers of peers of peers: each has a session on Rust's stack.
const MAX_DEPTH: usize = 8;
/// How many run side by side, as far as programs are told.
const WIDTH: usize = 4;

/// What two VMs have sent each other and not yet received, with the moments.
#[derive(Default)]
struct Link {
    down: VecDeque<(u64, Vec<u8>)>,
    up: VecDeque<(u64, News)>,
}

struct Child {
    /// None before it is first run and once it has ended.
    session: Option<Box<Session>>,
    link: Rc<RefCell<Link>>,
    started_nanos: u64,
    ended: bool,
    /// When a timer of it is due while it waits for its parent.
    next_nanos: Option<u64>,
}

pub struct VirtualPeers {
    make: MakePeer,
    profile: CostProfile,
    seed: u64,
    parent: Option<Rc<RefCell<Link>>>,
    depth: usize,
    children: BTreeMap<PeerId, Child>,
    /// By the moment they come, then by when they were sent.
    news: BTreeMap<(u64, u64), (PeerId, News)>,
    order: u64,
}

impl VirtualPeers {
    pub fn new(make: MakePeer, profile: CostProfile, seed: u64) -> VirtualPeers {
        VirtualPeers {
            make,
            profile,
            seed,
            parent: None,
            depth: 0,
            children: BTreeMap::new(),
            news: BTreeMap::new(),
            order: 0,
        }
    }

    fn of_child(&self, link: Rc<RefCell<Link>>) -> VirtualPeers {
        VirtualPeers {
            parent: Some(link),
            depth: self.depth + 1,
            ..VirtualPeers::new(self.make.clone(), self.profile.clone(), self.seed)
        }
    }

    fn add_news(&mut self, at_nanos: u64, peer: PeerId, news: News) {
        self.order += 1;
        self.news.insert((at_nanos, self.order), (peer, news));
    }

    /// Lets a child run; whether it could go on at once.
    fn run(&mut self, peer: PeerId, instructions: u64, now_nanos: u64) -> bool {
        let Some(mut child) = self.children.remove(&peer) else {
            return false;
        };
        let mut session = child.session.take().unwrap_or_else(|| {
            let clock = VirtualClock::new(self.profile.clone(), self.seed);
            let mut session = Box::new((self.make)(clock, self.of_child(child.link.clone())));
            session.start_at(child.started_nanos);
            session
        });
        let poll = session.poll_until(instructions, now_nanos);
        session.tell_activity();
        let at_nanos = session.now_nanos();
        let sent = std::mem::take(&mut child.link.borrow_mut().up);
        for (sent_nanos, news) in sent {
            self.add_news(sent_nanos, peer, news);
        }
        for (error, text) in session.take_output() {
            self.add_news(at_nanos, peer, News::Printed { error, text });
        }
        child.next_nanos = match poll {
            Poll::Waiting { deadline_nanos, .. } => deadline_nanos,
            Poll::Working | Poll::Switching(_) | Poll::Ended => None,
        };
        if poll == Poll::Ended {
            child.ended = true;
            self.add_news(at_nanos, peer, News::Ended(session.why_ended()));
        } else {
            child.session = Some(session);
        }
        self.children.insert(peer, child);
        matches!(poll, Poll::Working | Poll::Switching(_))
    }
}

impl Peers for VirtualPeers {
    fn missing(&self) -> Option<String> {
        (self.depth >= MAX_DEPTH)
            .then(|| format!("processes were started by one another {MAX_DEPTH} deep"))
    }

    fn width(&self) -> usize {
        WIDTH
    }

    fn start(&mut self, peer: PeerId, now_nanos: u64) {
        let child = Child {
            session: None,
            link: Rc::default(),
            started_nanos: now_nanos,
            ended: false,
            next_nanos: Some(now_nanos),
        };
        self.children.insert(peer, child);
    }

    fn send(&mut self, peer: PeerId, message: Vec<u8>, now_nanos: u64) {
        if peer == PARENT {
            self.tell_parent(News::Message(message), now_nanos);
        } else if let Some(child) = self.children.get_mut(&peer) {
            child.link.borrow_mut().down.push_back((now_nanos, message));
            child.next_nanos = Some(now_nanos);
        }
    }

    fn tell_parent(&mut self, news: News, now_nanos: u64) {
        if let Some(link) = &self.parent {
            link.borrow_mut().up.push_back((now_nanos, news));
        }
    }

    fn stop(&mut self, peer: PeerId) {
        self.children.remove(&peer);
        self.news.retain(|_, (from, _)| *from != peer);
    }

    fn receive(&mut self, now_nanos: u64) -> Option<(PeerId, News)> {
        if let Some(link) = &self.parent {
            let mut link = link.borrow_mut();
            if link.down.front().is_some_and(|(at, _)| *at <= now_nanos) {
                let (_, message) = link.down.pop_front()?;
                return Some((PARENT, News::Message(message)));
            }
        }
        let first = self.news.first_entry()?;
        (first.key().0 <= now_nanos).then(|| first.remove())
    }

    fn work(&mut self, instructions: u64, now_nanos: u64) -> bool {
        let due =
            |child: &Child| !child.ended && child.next_nanos.is_some_and(|at| at <= now_nanos);
        let peers = self.children.iter();
        let Some((&peer, _)) = peers.clone().find(|(_, child)| due(child)) else {
            return false;
        };
        if self.run(peer, instructions, now_nanos)
            && let Some(child) = self.children.get_mut(&peer)
        {
            child.next_nanos = Some(now_nanos);
        }
        true
    }

    fn next_nanos(&mut self) -> Option<u64> {
        let link = self.parent.as_ref();
        let message = link.and_then(|link| link.borrow().down.front().map(|(at, _)| *at));
        let news = self.news.keys().next().map(|(at, _)| *at);
        let timers = self.children.values().filter_map(|child| child.next_nanos);
        timers.chain(message).chain(news).min()
    }
}
