//! A call into the core, from the coroutine that it gave to the answer that
//! the shell can use.
//!
//! Adapters are Python functions that take an awaitable and a name. For most
//! of them `drive_with` names what drives a coroutine to its end, and then
//! nothing of a crossing but that is Python code.

use airlock_core::{Core, crossing};
use airlock_trace::Outcome;
use airlock_vm::{Completion, GeneratorKind, Kind, PyDict, Res, Throw, Value, Vm};

use crate::{far, greenlet, stack};

/// Of the values that the core keeps for this crate, by number.
#[derive(Clone, Copy)]
pub(crate) enum Kept {
    /// The adapter that is chosen.
    Chosen,
    /// What drives coroutines, by adapter.
    Drives,
    /// The Python functions of `airlock` for what is rare.
    Await,
    AdaptRare,
    AdaptResult,
    FarAdapters,
    /// The adapter that suspends the host's stack, in Python.
    Switch,
    /// The tasks of fibers, and what makes one for a fiber that has none.
    Tasks,
    MakeTask,
    /// The adapter that a wrapped function used last, and what drives its
    /// coroutines: unbound if that is not known or not on this VM.
    LastAdapter,
    LastDrive,
}

pub(crate) fn kept(vm: &mut Vm, what: Kept) -> Value {
    vm.extension::<Core>().numbered(what as usize)
}

pub(crate) fn keep(vm: &mut Vm, what: Kept, value: Value) {
    vm.extension::<Core>().keep_numbered(what as usize, value);
}

pub(crate) fn choose(vm: &mut Vm, args: &[Value]) -> Res {
    keep(vm, Kept::Chosen, args[0]);
    Ok(Value::NONE)
}

/// `drive` drives the coroutines of an adapter; None: the shell's own fiber;
/// True: the loop while the host's stack is suspended.
pub(crate) fn drive_with(vm: &mut Vm, args: &[Value]) -> Res {
    let mut drives = kept(vm, Kept::Drives);
    if drives.is_none() {
        drives = vm.heap.new_dict(PyDict::default());
        keep(vm, Kept::Drives, drives);
    }
    vm.dict_set(drives, args[0], args[1])?;
    keep(vm, Kept::LastAdapter, Value::UNBOUND);
    Ok(Value::NONE)
}

/// The adapter that suspends the host's stack.
pub(crate) fn switch_with(vm: &mut Vm, args: &[Value]) -> Res {
    keep(vm, Kept::Switch, args[0]);
    drive_with(vm, &[args[0], Value::TRUE])
}

pub(crate) fn await_with(vm: &mut Vm, args: &[Value]) -> Res {
    keep(vm, Kept::Await, args[0]);
    Ok(Value::NONE)
}

pub(crate) fn adapt_with(vm: &mut Vm, args: &[Value]) -> Res {
    keep(vm, Kept::AdaptRare, args[0]);
    keep(vm, Kept::AdaptResult, args[1]);
    Ok(Value::NONE)
}

/// A dict whose keys are the adapters that can run the core on another VM.
pub(crate) fn far_adapters(vm: &mut Vm, args: &[Value]) -> Res {
    keep(vm, Kept::FarAdapters, args[0]);
    keep(vm, Kept::LastAdapter, Value::UNBOUND);
    Ok(Value::NONE)
}

pub(crate) fn may_be_far(vm: &mut Vm, args: &[Value]) -> Res {
    let adapter = chosen(vm, args[0]);
    let far = kept(vm, Kept::FarAdapters);
    let found = vm.dict_get(far, adapter)?;
    Ok(Value::bool(found.is_some()))
}

/// What a call into the core gave, made usable by the shell: one crossing if
/// that is a coroutine.
pub(crate) fn adapt(vm: &mut Vm, args: &[Value]) -> Res {
    let [value, adapter, name] = args[..] else {
        return Ok(Value::NONE);
    };
    if is_plain(value) {
        return Ok(value);
    }
    if !is_coroutine(vm, value) {
        let rare = kept(vm, Kept::AdaptRare);
        return Err(vm.tail_call(rare, args));
    }
    let crossed = cross_coroutine(vm, value, name, adapter);
    adapt_crossed(vm, crossed, adapter, Value::NONE)
}

/// What a crossing gives, made usable by the shell; of an exception the
/// traceback shows the wrapped function that was left out, if any.
fn adapt_crossed(vm: &mut Vm, crossed: Res, adapter: Value, left_out: Value) -> Res {
    match crossed {
        Ok(value) => adapt_result(vm, value, adapter),
        Err(Throw::Call) => {
            let state = [adapter, left_out, Value::NONE, Value::NONE];
            Err(
                vm.and_then(state, |vm, [adapter, left_out, ..], completion| {
                    let completed = completion.value();
                    let value = pass(vm, completed, left_out)?;
                    adapt_result(vm, value, adapter)
                }),
            )
        }
        raised => pass(vm, raised, left_out),
    }
}

/// What came, as if it had come out of this function.
pub(crate) fn pass(vm: &mut Vm, came: Res, left_out: Value) -> Res {
    if let Err(Throw::Raise(exception)) = came
        && !left_out.is_none()
    {
        vm.pass_through(exception, left_out);
    }
    came
}

fn adapt_result(vm: &mut Vm, value: Value, adapter: Value) -> Res {
    if is_plain(value) {
        return Ok(value);
    }
    let adapt = kept(vm, Kept::AdaptResult);
    Err(vm.tail_call(adapt, &[value, adapter]))
}

/// A value that is nothing asynchronous whatever it holds.
fn is_plain(value: Value) -> bool {
    // Numbers, None and the bools are no objects on the heap.
    value.kind().is_none_or(|kind| {
        matches!(
            kind,
            Kind::Str
                | Kind::Bytes
                | Kind::BigInt
                | Kind::Tuple
                | Kind::List
                | Kind::Dict
                | Kind::Set
        )
    })
}

fn is_coroutine(vm: &Vm, value: Value) -> bool {
    value.is(Kind::Generator) && vm.heap.generator(value).kind == GeneratorKind::Coroutine
}

/// One crossing: what the awaitable gives.
pub(crate) fn cross(vm: &mut Vm, args: &[Value]) -> Res {
    let [awaitable, name, adapter] = args[..] else {
        return Ok(Value::NONE);
    };
    if is_coroutine(vm, awaitable) {
        return cross_coroutine(vm, awaitable, name, adapter);
    }
    let adapter = chosen(vm, adapter);
    match drive_of(vm, adapter)? {
        None => Err(vm.tail_call(adapter, &[awaitable, name])),
        // A greenlet drives an async generator's step by its own methods.
        Some(drive) if drive.is_none() && has_send(vm, awaitable) => {
            greenlet::cross(vm, awaitable, name)
        }
        Some(_) => {
            let wrap = kept(vm, Kept::Await);
            let state = [name, adapter, Value::NONE, Value::NONE];
            Err(vm.call_then(
                wrap,
                &[awaitable],
                state,
                |vm, [name, adapter, ..], completion| {
                    let coroutine = completion.value()?;
                    cross_coroutine(vm, coroutine, name, adapter)
                },
            ))
        }
    }
}

fn has_send(vm: &mut Vm, value: Value) -> bool {
    let send = vm.intern("send");
    vm.lookup_special(value, send).is_some()
}

fn chosen(vm: &mut Vm, adapter: Value) -> Value {
    if adapter.is_none() {
        kept(vm, Kept::Chosen)
    } else {
        adapter
    }
}

/// What drives the coroutines of an adapter, if that was told.
fn drive_of(vm: &mut Vm, adapter: Value) -> Res<Option<Value>> {
    let drives = kept(vm, Kept::Drives);
    vm.dict_get(drives, adapter)
}

fn cross_coroutine(vm: &mut Vm, coroutine: Value, name: Value, adapter: Value) -> Res {
    let adapter = chosen(vm, adapter);
    match drive_of(vm, adapter)? {
        None => Err(vm.tail_call(adapter, &[coroutine, name])),
        Some(drive) => cross_by(vm, coroutine, name, drive),
    }
}

/// One crossing by an adapter that drives coroutines with `drive`.
fn cross_by(vm: &mut Vm, coroutine: Value, name: Value, drive: Value) -> Res {
    match drive {
        _ if drive.is_none() => greenlet::cross(vm, coroutine, name),
        _ if drive == Value::TRUE => stack::cross(vm, coroutine, name),
        _ => {
            let number = crossing::enter(vm, name);
            let number = vm.int(number as i64);
            let state = [number, Value::NONE, Value::NONE, Value::NONE];
            Err(vm.call_then(
                drive,
                &[coroutine],
                state,
                |vm, [number, ..], completion| {
                    let outcome = if matches!(completion, Completion::Raised(_)) {
                        Outcome::Raised
                    } else {
                        Outcome::Returned
                    };
                    crossing::leave(vm, number.as_small().unwrap_or(0) as u64, outcome);
                    completion.value()
                },
            ))
        }
    }
}

/// What a wrapped function takes from around it, in the order in which its
/// code has them.
const WRAPPED: [&str; 3] = ["adapter", "function", "name"];
pub(crate) const ADAPTER: usize = 0;

/// The functions named `call` that a function makes, as `wrap` does, cross
/// natively. On the virtual clock the instructions of their code have a price,
/// so it runs.
pub(crate) fn cross_natively(vm: &mut Vm, args: &[Value]) -> Res {
    if args[0].is(Kind::Function) && !vm.extension::<Core>().is_virtual() {
        vm.set_shortcut(args[0], "call", &WRAPPED, call_wrapped);
    }
    Ok(Value::NONE)
}

/// A call of a wrapped coroutine function.
fn call_wrapped(vm: &mut Vm, this: Value, args: &[Value], names: Value) -> Option<Res> {
    let [adapter, function, name] = [ADAPTER, 1, 2].map(|at| vm.captured(this, at));
    let chosen = chosen(vm, adapter);
    let Some(drive) = near_drive(vm, chosen) else {
        return far::call_wrapped(vm, chosen, this, [function, name], args, names);
    };
    let crossed = match vm.make_coroutine(function, args, names)? {
        Ok(coroutine) => cross_by(vm, coroutine, name, drive),
        Err(throw) => Err(throw),
    };
    Some(adapt_crossed(vm, crossed, adapter, this))
}

/// What drives the coroutines of an adapter that has no other VM to run them.
fn near_drive(vm: &mut Vm, adapter: Value) -> Option<Value> {
    if kept(vm, Kept::LastAdapter) == adapter {
        return kept(vm, Kept::LastDrive).bound();
    }
    let far = kept(vm, Kept::FarAdapters);
    let is_far = vm.dict_get(far, adapter).ok()?.is_some();
    let drive = if is_far {
        None
    } else {
        drive_of(vm, adapter).ok()?
    };
    keep(vm, Kept::LastAdapter, adapter);
    keep(vm, Kept::LastDrive, drive.unwrap_or(Value::UNBOUND));
    drive
}
