//! What another VM's loops did, for the ledger and the timeline of the VM that
//! started it.

use serde::{Deserialize, Serialize};

use crate::{Event, EventKind, LaneId, Ledger, Recorder};

/// What happened in a peer since it told last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    pub counts: Counts,
    pub stood: Stood,
    /// As [`Recorder::pack_since`] packs them; empty if there are none.
    pub events: Vec<u8>,
}

/// Makes [`Counts`] of the fields of a [`Ledger`] that are sums.
macro_rules! counts {
    ($($sum:ident)*) => {
        /// Of a ledger what peers add to. All but `peak_tasks`, of which the
        /// highest goes, are counted.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub struct Counts {
            $(pub $sum: u64,)*
            pub peak_tasks: u64,
            pub dropped_events: u64,
        }

        impl Counts {
            pub fn of(ledger: &Ledger, dropped_events: u64) -> Counts {
                Counts {
                    $($sum: ledger.$sum,)*
                    peak_tasks: ledger.peak_tasks,
                    dropped_events,
                }
            }

            /// What came since `before`.
            pub fn since(&self, before: &Counts) -> Counts {
                Counts {
                    $($sum: self.$sum - before.$sum,)*
                    peak_tasks: self.peak_tasks,
                    dropped_events: self.dropped_events - before.dropped_events,
                }
            }

            pub fn add(&mut self, more: &Counts) {
                $(self.$sum += more.$sum;)*
                self.peak_tasks = self.peak_tasks.max(more.peak_tasks);
                self.dropped_events += more.dropped_events;
            }

            /// Adds these to a ledger's own.
            pub fn add_to(&self, ledger: &mut Ledger) {
                $(ledger.$sum += self.$sum;)*
                ledger.peak_tasks = ledger.peak_tasks.max(self.peak_tasks);
            }
        }
    };
}

counts! {
    loops iterations handles tasks task_switches fiber_switches thread_switches thread_wakes
}

/// When loops stood still (see [`crate::Stops`]).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stood {
    pub blocked: Vec<(u64, u64)>,
    pub late: Vec<u64>,
    pub existed_nanos: u64,
    /// What is told later began no earlier than this moment.
    pub rest_since_nanos: u64,
}

impl Counts {
    /// Whether nothing was counted.
    pub fn is_nothing(&self) -> bool {
        let mut rest = *self;
        rest.peak_tasks = 0;
        rest == Counts::default()
    }
}

impl Stood {
    pub fn is_nothing(&self) -> bool {
        self.blocked.is_empty() && self.late.is_empty() && self.existed_nanos == 0
    }
}

/// The lanes of a peer among those of the VM that started it.
#[derive(Debug, Default)]
pub struct PeerLanes {
    /// By the peer's numbers.
    lanes: Vec<LaneId>,
    /// Those that have not ended.
    open: Vec<LaneId>,
}

impl PeerLanes {
    /// An event of the peer as one of its parent: the lanes are the parent's,
    /// and the peer's main lane is the one that was begun for it. None for
    /// what has no place there: crossings are numbered in each VM, and lanes
    /// whose beginning was dropped are not known.
    pub fn translate<S>(
        &mut self,
        event: Event<S>,
        mut begin: impl FnMut() -> LaneId,
    ) -> Option<Event<S>> {
        let known = |lanes: &[LaneId], lane: LaneId| lanes.get(lane as usize).copied();
        let kind = match event.kind {
            EventKind::LaneStarted {
                lane,
                of,
                name,
                parent,
            } => {
                // The first stands for the peer itself and is there.
                if lane == 0 || lane as usize != self.lanes.len() {
                    return None;
                }
                let parent = parent.and_then(|parent| known(&self.lanes, parent));
                let own = begin();
                self.lanes.push(own);
                self.open.push(own);
                EventKind::LaneStarted {
                    lane: own,
                    of,
                    name,
                    parent: parent.or(self.lanes.first().copied()),
                }
            }
            EventKind::LaneEnded { lane, outcome } => {
                let lane = known(&self.lanes, lane)?;
                self.open.retain(|&open| open != lane);
                EventKind::LaneEnded { lane, outcome }
            }
            EventKind::LaneEntered { lane, state } => EventKind::LaneEntered {
                lane: known(&self.lanes, lane)?,
                state,
            },
            EventKind::LoopStarted { lane } => EventKind::LoopStarted {
                lane: known(&self.lanes, lane)?,
            },
            EventKind::LoopClosed { lane } => EventKind::LoopClosed {
                lane: known(&self.lanes, lane)?,
            },
            EventKind::Iteration { lane, handles } => EventKind::Iteration {
                lane: known(&self.lanes, lane)?,
                handles,
            },
            EventKind::CrossingEntered { .. } | EventKind::CrossingLeft { .. } => return None,
            failure @ EventKind::Failure { .. } => failure,
        };
        Some(Event { kind, ..event })
    }

    /// The lane that stands for the peer itself, which was begun before any of
    /// its own came.
    pub fn begin_with(main: LaneId) -> PeerLanes {
        PeerLanes {
            lanes: vec![main],
            open: vec![main],
        }
    }

    /// The peer is gone: what is left of its lanes.
    pub fn take_open(&mut self) -> Vec<LaneId> {
        std::mem::take(&mut self.open)
    }
}

impl Recorder {
    /// Hands on the events that [`Recorder::pack_since`] packed.
    pub fn unpack_each(bytes: &[u8], mut each: impl FnMut(Event<&str>)) {
        let Ok(((_, count), mut rest)) = postcard::take_from_bytes::<(u64, usize)>(bytes) else {
            return;
        };
        for _ in 0..count {
            let Ok((event, behind)) = postcard::take_from_bytes(rest) else {
                return;
            };
            rest = behind;
            each(event);
        }
    }
}

impl Activity {
    pub fn pack(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("it has no part that cannot be written")
    }

    pub fn unpack(bytes: &[u8]) -> Option<Activity> {
        postcard::from_bytes(bytes).ok()
    }
}
