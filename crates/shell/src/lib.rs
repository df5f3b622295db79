//! The imperative shell: what the Python module `airlock` (in this crate's
//! `lib` folder) needs of the VM.
//!
//! A crossing through `greenlet` drives the core's coroutine right on the
//! shell's fiber, which is parked while the coroutine waits, so that the loop
//! on its own fiber keeps turning. What drives it for the other adapters is
//! Python code over `asyncio`'s own API; the rest of a crossing is native.

mod cross;
mod far;
mod greenlet;
mod ledger;
mod marshal;
mod stack;

use airlock_core::{crossing, failures};
use airlock_trace::Outcome;
use airlock_vm::module::ModuleDef;
use airlock_vm::{NativeDef, Res, Value, Vm, function};

pub use ledger::snapshot;

fn enter_crossing(vm: &mut Vm, args: &[Value]) -> Res {
    let crossing = crossing::enter(vm, args[0]);
    Ok(vm.int(crossing as i64))
}

fn leave_crossing(vm: &mut Vm, args: &[Value]) -> Res {
    let crossing = vm.index(args[0])? as u64;
    let outcome = if args[1] == Value::TRUE {
        Outcome::Raised
    } else {
        Outcome::Returned
    };
    crossing::leave(vm, crossing, outcome);
    Ok(Value::NONE)
}

/// Whether a crossing is open, so that another would be part of it.
fn in_crossing(vm: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::bool(crossing::is_open(vm)))
}

/// The running fiber exists for the adapter only.
fn serve_adapter(vm: &mut Vm, _: &[Value]) -> Res {
    crossing::serve_adapter(vm);
    Ok(Value::NONE)
}

/// The adapter makes tasks Python code.
fn patch_tasks(vm: &mut Vm, _: &[Value]) -> Res {
    crossing::patch_tasks(vm);
    Ok(Value::NONE)
}

/// A loop that ended between two items has closed an async generator that the
/// shell still reads.
fn generator_lost(vm: &mut Vm, args: &[Value]) -> Res {
    let name = vm.as_text(args[0]).unwrap_or("").to_owned();
    let given = vm.index(args[1])?;
    failures::report_here(
        vm,
        "background_cancelled",
        format!(
            "The async generator {name}() was closed with the loop of an earlier crossing, after {given} of its \
             items, so this line sees no more of them. Keep one loop for all items: choose another adapter than \
             'run', or collect the items inside the core."
        ),
    );
    Ok(Value::NONE)
}

static FUNCTIONS: &[NativeDef] = &[
    function("enter_crossing", "name, /", enter_crossing),
    function(
        "leave_crossing",
        "crossing, raised=False, /",
        leave_crossing,
    ),
    function("in_crossing", "", in_crossing),
    function("choose", "adapter, /", cross::choose),
    function("drive_with", "adapter, drive, /", cross::drive_with),
    function("switch_with", "adapter, /", cross::switch_with),
    function("await_with", "function, /", cross::await_with),
    function("adapt_with", "rare, result, /", cross::adapt_with),
    function("far_adapters", "adapters, /", cross::far_adapters),
    function("may_be_far", "adapter, /", cross::may_be_far),
    function("cross_natively", "maker, /", cross::cross_natively),
    function("adapt", "value, adapter, name, /", cross::adapt),
    function("cross", "awaitable, name, adapter=None, /", cross::cross),
    function("ledger", "", ledger::ledger),
    function("greenlet_task", "loop, /", greenlet::greenlet_task),
    function("greenlet_tasks", "tasks, make, /", greenlet::greenlet_tasks),
    function(
        "spawn_fiber",
        "function, name=None, /",
        greenlet::spawn_fiber,
    ),
    function("current_fiber", "", greenlet::current_fiber),
    function("park_fiber", "", greenlet::park_fiber),
    function("wake_fiber", "fiber, /", greenlet::wake_fiber),
    function("park_greenlet", "", greenlet::park_greenlet),
    function(
        "wake_fiber_first",
        "fiber, value, /",
        greenlet::wake_fiber_first,
    ),
    function("hurry_fiber", "fiber, /", greenlet::hurry_fiber),
    function("fiber_context", "fiber, /", greenlet::fiber_context),
    function(
        "set_fiber_context",
        "fiber, context, /",
        greenlet::set_fiber_context,
    ),
    function("current_thread", "", greenlet::current_thread),
    function("yield_fiber", "", greenlet::yield_fiber),
    function("stack_missing", "", stack::stack_missing),
    function("stack_refusal", "", stack::stack_refusal),
    function(
        "stack_await",
        "task, coroutine, name, /",
        stack::stack_await,
    ),
    function(
        "turn_with",
        "peer, adapter, answered, died, /",
        far::turn_with,
    ),
    function("serve_with", "loop, begin, finish, /", far::serve_with),
    function("serve", "message, /", far::serve),
    function("generator_lost", "name, given, /", generator_lost),
    function("serve_adapter", "", serve_adapter),
    function("patch_tasks", "", patch_tasks),
];

static MODULE: ModuleDef = ModuleDef {
    name: "_airlock_shell",
    functions: FUNCTIONS,
    init,
};

fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    marshal::init(vm, dict)?;
    far::init(vm);
    Ok(())
}

/// The native modules of this crate.
pub static MODULES: &[&ModuleDef] = &[&MODULE];
