//! The event-driven core: loop, tasks, futures, timers, threads' waiting,
//! over a [`Host`] that has the clock.
//!
//! The core never waits: a fiber that must wait is parked with a deadline,
//! and whoever runs the VM lets the time pass and calls [`wake_due`].

mod complete;
pub mod contexts;
pub mod crossing;
pub mod deadlock;
pub mod event_loop;
pub mod failures;
pub mod future;
mod host;
mod loops;
pub mod peers;
mod run_now;
pub mod stack;
mod state;
pub mod task;
pub mod threads;
pub mod time;
pub mod trace;
pub mod witness;

pub use host::{Charge, Host};
pub use stack::StackSwitch;
pub use state::{Core, LoopId, Phase};

use airlock_vm::Vm;
use airlock_vm::module::ModuleDef;

/// The native modules of this crate.
pub static MODULES: &[&ModuleDef] = &[
    &time::MODULE,
    &threads::MODULE,
    &threads::queue::MODULE,
    &contexts::MODULE,
    &future::MODULE,
    &peers::MODULE,
];

/// Adds the core to a VM.
pub fn install(vm: &mut Vm, host: Box<dyn Host>, trace_limit: usize) {
    vm.add_extension(Core::new(host, trace_limit));
}

/// Nanoseconds since the run's start.
pub fn now(vm: &mut Vm) -> u64 {
    let instructions = vm.instructions();
    vm.extension::<Core>().host.now_nanos(instructions)
}

/// Time may have passed without instructions, see [`Host::let_time_pass`].
pub fn let_time_pass(vm: &mut Vm) {
    vm.extension::<Core>().host.let_time_pass();
}

/// When the host ends a wait until `deadline`; `polled`: by an event loop.
pub(crate) fn end_of_wait(vm: &mut Vm, deadline: u64, polled: bool) -> u64 {
    // The host reckons from the time it told last.
    now(vm);
    vm.extension::<Core>().host.end_of_wait(deadline, polled)
}

/// Wakes every fiber whose deadline has come.
pub fn wake_due(vm: &mut Vm) {
    let now = now(vm);
    vm.wake_due(now);
}
