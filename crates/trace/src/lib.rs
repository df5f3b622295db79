//! What happened in a run and what it cost.
//!
//! The VM, the core and the shell report [`Event`]s to a [`Recorder`]; the
//! page draws them and the ledger sums them up. This crate reads no clock:
//! every time is given by the caller, in nanoseconds since the run's start.

mod activity;
mod advice;
pub mod chrome;
mod crossings;
mod event;
mod ledger;
mod recorder;
mod stops;
mod waits;

pub use activity::{Activity, Counts, PeerLanes, Stood};
pub use advice::{Compared, advice};
pub use crossings::{Bucket, CallSite, CrossingLog, CrossingReport, Distribution, SiteReport};
pub use event::{Event, EventKind, LaneId, LaneKind, LaneState, Outcome};
pub use ledger::{Cost, Ledger, LostAt};
pub use recorder::{Mark, Recorder, unpack};
pub use stops::{BEAT_NANOS, Lag, Stops, union_nanos};
pub use waits::{LineWaits, WaitLine, Waits};
