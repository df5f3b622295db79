//! Crossings: what of the passing time is the adapter's.
//!
//! While a crossing is open, the time outside the steps of coroutines is the
//! adapter's: making the loop, scheduling, switching. A step's own time is
//! Python's, and waiting is booked by whoever lets the time pass.

use airlock_trace::{EventKind, LaneState, Outcome};
use airlock_vm::Vm;

use crate::host::Charge;
use crate::state::{Core, Phase};
use crate::trace;

/// The shell enters the core; the crossing's number.
pub fn enter(vm: &mut Vm, name: &str) -> u64 {
    let now = crate::now(vm);
    let core = vm.extension::<Core>();
    core.enter_phase(Phase::Adapter, now);
    core.crossing_depth += 1;
    core.ledger.crossings += 1;
    core.next_crossing += 1;
    let crossing = core.next_crossing;
    core.host.charge(Charge::Crossing);
    if core.recorder.is_open() {
        trace::record(vm, EventKind::CrossingEntered { crossing, lane: 0, name: name.to_owned() });
        trace::enter(vm, 0, LaneState::Adapter);
    }
    crossing
}

/// The answer is back in the shell.
pub fn leave(vm: &mut Vm, crossing: u64, outcome: Outcome) {
    let now = crate::now(vm);
    let core = vm.extension::<Core>();
    core.crossing_depth = core.crossing_depth.saturating_sub(1);
    if core.crossing_depth == 0 {
        core.enter_phase(Phase::Python, now);
    }
    if core.recorder.is_open() {
        trace::record(vm, EventKind::CrossingLeft { crossing, lane: 0, outcome });
        trace::enter(vm, 0, LaneState::Python);
    }
}

/// A coroutine is about to run.
pub fn step_begins(vm: &mut Vm) {
    if vm.extension::<Core>().crossing_depth > 0 {
        let now = crate::now(vm);
        vm.extension::<Core>().enter_phase(Phase::Python, now);
    }
}

/// A coroutine suspended or ended.
pub fn step_ended(vm: &mut Vm) {
    if vm.extension::<Core>().crossing_depth > 0 {
        let now = crate::now(vm);
        vm.extension::<Core>().enter_phase(Phase::Adapter, now);
    }
}
