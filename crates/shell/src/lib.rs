//! The imperative shell: what the Python module `airlock` (in this crate's
//! `lib` folder) needs of the VM.
//!
//! A crossing through `greenlet` drives the core's coroutine right on the
//! shell's fiber, which is parked while the coroutine waits, so that the loop
//! on its own fiber keeps turning. The other adapters are Python code over
//! `asyncio`'s own API; here they are only counted.

mod greenlet;
mod ledger;

use airlock_core::crossing;
use airlock_trace::Outcome;
use airlock_vm::module::{ModuleDef, no_init};
use airlock_vm::{NativeDef, Res, Value, Vm, function};

pub use ledger::snapshot;

fn enter_crossing(vm: &mut Vm, args: &[Value]) -> Res {
    let name = vm.as_text(args[0]).unwrap_or("").to_owned();
    let crossing = crossing::enter(vm, &name);
    Ok(vm.int(crossing as i64))
}

fn leave_crossing(vm: &mut Vm, args: &[Value]) -> Res {
    let crossing = vm.index(args[0])? as u64;
    let outcome = if args[1] == Value::TRUE { Outcome::Raised } else { Outcome::Returned };
    crossing::leave(vm, crossing, outcome);
    Ok(Value::NONE)
}

/// Whether a crossing is open, so that another would be part of it.
fn in_crossing(vm: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::bool(vm.extension::<airlock_core::Core>().crossing_depth > 0))
}

static FUNCTIONS: &[NativeDef] = &[
    function("enter_crossing", "name, /", enter_crossing),
    function("leave_crossing", "crossing, raised=False, /", leave_crossing),
    function("in_crossing", "", in_crossing),
    function("ledger", "", ledger::ledger),
    function("greenlet_task", "loop, /", greenlet::greenlet_task),
    function("greenlet_await", "task, coroutine, name, /", greenlet::greenlet_await),
    function("spawn_fiber", "function, /", greenlet::spawn_fiber),
    function("yield_fiber", "", greenlet::yield_fiber),
];

static MODULE: ModuleDef = ModuleDef { name: "_airlock_shell", functions: FUNCTIONS, init: no_init };

/// The native modules of this crate.
pub static MODULES: &[&ModuleDef] = &[&MODULE];
