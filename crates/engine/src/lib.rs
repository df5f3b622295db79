//! A session: one side of a playground, run to its end on a VM of its own.
//!
//! The engine decides what a run is (which code, which limits, which clock)
//! and what came of it (ledger, trace, ending). It waits for nothing: where
//! time has to pass on a real clock, [`Session::poll`] says until when.

mod clock;
mod outcome;
mod packages;
mod peers;
mod profile;
mod session;

pub use airlock_core::peers::{News, PARENT, PeerId, Peers};
pub use airlock_core::{Charge, Host, StackSwitch};
pub use airlock_shell::MODULES as SHELL_MODULES;
pub use airlock_stdlib::characters;
pub use airlock_stdlib::{FileError, Files, LIBRARY_FOLDER, Library, MemoryFiles, SharedFiles};
pub use airlock_trace::Activity;
pub use clock::VirtualClock;
pub use outcome::{RunReport, SideError, SideOutcome, compare, compare_advice, run_report};
pub use packages::{PACKAGES_FOLDER, Packages};
pub use peers::VirtualPeers;
pub use profile::{CPYTHON_311, CostProfile};
pub use session::{
    Poll, Prepared, Session, check, failure_of, playground_files, run_virtual, told, virtual_peers,
};
