//! What happened in a run and what it cost.
//!
//! The VM, the core and the shell report [`Event`]s to a [`Recorder`]; the
//! page draws them and the ledger sums them up. This crate reads no clock:
//! every time is given by the caller, in nanoseconds since the run's start.

pub mod chrome;
mod event;
mod ledger;
mod recorder;

pub use event::{Event, EventKind, LaneId, LaneKind, LaneState, Outcome, pack, unpack};
pub use ledger::{Cost, Ledger};
pub use recorder::Recorder;
