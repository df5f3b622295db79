//! A call into the core, from the coroutine that it gave to the answer that
//! the shell can use.
//!
//! Adapters are Python functions that take an awaitable and a name. For most
//! of them `drive_with` names what drives a coroutine to its end, and then
//! nothing of a crossing but that is Python code.

use airlock_core::{Core, crossing};
use airlock_trace::Outcome;
use airlock_vm::{Completion, GeneratorKind, Kind, PyDict, Res, Throw, Value, Vm};

use crate::greenlet;

/// Of the values that the core keeps: the adapter that is chosen, drives by
/// adapter, and the Python functions of `airlock` for what is rare.
const CHOSEN: &str = "airlock adapter";
const DRIVES: &str = "airlock drives";
const AWAIT: &str = "airlock await";
const FAR: &str = "airlock far adapters";
const ADAPT_RARE: &str = "airlock adapt rare";
const ADAPT_RESULT: &str = "airlock adapt result";

pub(crate) fn choose(vm: &mut Vm, args: &[Value]) -> Res {
    vm.extension::<Core>().keep(CHOSEN, args[0]);
    Ok(Value::NONE)
}

/// `drive` drives the coroutines of an adapter; None: the shell's own fiber.
pub(crate) fn drive_with(vm: &mut Vm, args: &[Value]) -> Res {
    let mut drives = vm.extension::<Core>().kept(DRIVES);
    if drives.is_none() {
        drives = vm.heap.new_dict(PyDict::default());
        vm.extension::<Core>().keep(DRIVES, drives);
    }
    vm.dict_set(drives, args[0], args[1])?;
    Ok(Value::NONE)
}

pub(crate) fn await_with(vm: &mut Vm, args: &[Value]) -> Res {
    vm.extension::<Core>().keep(AWAIT, args[0]);
    Ok(Value::NONE)
}

pub(crate) fn adapt_with(vm: &mut Vm, args: &[Value]) -> Res {
    let core = vm.extension::<Core>();
    core.keep(ADAPT_RARE, args[0]);
    core.keep(ADAPT_RESULT, args[1]);
    Ok(Value::NONE)
}

/// A dict whose keys are the adapters that can run the core on another VM.
pub(crate) fn far_adapters(vm: &mut Vm, args: &[Value]) -> Res {
    vm.extension::<Core>().keep(FAR, args[0]);
    Ok(Value::NONE)
}

pub(crate) fn may_be_far(vm: &mut Vm, args: &[Value]) -> Res {
    let adapter = chosen(vm, args[0]);
    let far = vm.extension::<Core>().kept(FAR);
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
        let rare = vm.extension::<Core>().kept(ADAPT_RARE);
        return Err(vm.tail_call(rare, args));
    }
    match cross_coroutine(vm, value, name, adapter) {
        Ok(value) => adapt_result(vm, value, adapter),
        Err(Throw::Call) => {
            let state = [adapter, Value::NONE, Value::NONE, Value::NONE];
            Err(vm.and_then(state, |vm, [adapter, ..], completion| {
                let value = completion.value()?;
                adapt_result(vm, value, adapter)
            }))
        }
        Err(other) => Err(other),
    }
}

fn adapt_result(vm: &mut Vm, value: Value, adapter: Value) -> Res {
    if is_plain(value) {
        return Ok(value);
    }
    let adapt = vm.extension::<Core>().kept(ADAPT_RESULT);
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
            let wrap = vm.extension::<Core>().kept(AWAIT);
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
        vm.extension::<Core>().kept(CHOSEN)
    } else {
        adapter
    }
}

/// What drives the coroutines of an adapter, if that was told.
fn drive_of(vm: &mut Vm, adapter: Value) -> Res<Option<Value>> {
    let drives = vm.extension::<Core>().kept(DRIVES);
    vm.dict_get(drives, adapter)
}

fn cross_coroutine(vm: &mut Vm, coroutine: Value, name: Value, adapter: Value) -> Res {
    let adapter = chosen(vm, adapter);
    match drive_of(vm, adapter)? {
        None => Err(vm.tail_call(adapter, &[coroutine, name])),
        Some(drive) if drive.is_none() => greenlet::cross(vm, coroutine, name),
        Some(drive) => {
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
