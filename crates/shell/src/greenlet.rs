//! The greenlet adapter: the shell's fiber drives the coroutine itself.

use airlock_core::{crossing, task, trace};
use airlock_trace::{LaneState, Outcome};
use airlock_vm::{Completion, Kind, Res, Throw, Value, Vm, Wake};

/// A task that stands for the current fiber on a loop.
pub(crate) fn greenlet_task(vm: &mut Vm, args: &[Value]) -> Res {
    task::greenlet_task(vm, args[0])
}

/// Calls a function on a fiber of its own, of the same thread.
pub(crate) fn spawn_fiber(vm: &mut Vm, args: &[Value]) -> Res {
    let thread = vm.fiber(vm.current_fiber()).thread;
    let fiber = vm.spawn(args[0], &[], Value::NONE, thread);
    Ok(Value::count(fiber))
}

/// Lets the other fibers run that are ready.
pub(crate) fn yield_fiber(vm: &mut Vm, _: &[Value]) -> Res {
    Err(vm.yield_then([Value::NONE; 4], |_, _, completion| completion.value()))
}

/// One crossing: runs a coroutine to its end.
pub(crate) fn greenlet_await(vm: &mut Vm, args: &[Value]) -> Res {
    let [this, coroutine, name] = args[..] else { return Ok(Value::NONE) };
    let name = vm.as_text(name).unwrap_or("").to_owned();
    let number = crossing::enter(vm, &name);
    let number = vm.int(number as i64);
    resume(vm, this, coroutine, number, Value::NONE)
}

/// Resumes the coroutine with None or an exception.
fn resume(vm: &mut Vm, this: Value, coroutine: Value, number: Value, exception: Value) -> Res {
    let previous = task::set_current(vm, this, this);
    crossing::step_begins(vm);
    trace::enter(vm, 0, LaneState::Python);
    let state = [this, coroutine, number, previous];
    if coroutine.is(Kind::Generator) {
        let sent = if exception.is_none() { Ok(Value::NONE) } else { Err(exception) };
        return Err(vm.resume_then(coroutine, sent, state, after_step));
    }
    // An awaitable iterator of another kind (an async generator's step).
    let (name, arg) = if exception.is_none() { ("send", Value::NONE) } else { ("throw", exception) };
    let name = vm.intern(name);
    match vm.get_attr(coroutine, name) {
        Ok(method) => Err(vm.call_then(method, &[arg], state, |vm, state, completion| {
            let completion = match completion {
                Completion::Returned(value) => Completion::Yielded(value),
                Completion::Raised(exception) if vm.is_instance(exception, vm.types.stop_iteration) => {
                    Completion::Returned(vm.stop_value(exception))
                }
                other => other,
            };
            after_step(vm, state, completion)
        })),
        Err(throw) => {
            end(vm, this, number, previous, Outcome::Raised);
            Err(throw)
        }
    }
}

fn end(vm: &mut Vm, this: Value, number: Value, previous: Value, outcome: Outcome) {
    task::set_current(vm, this, previous);
    crossing::step_ended(vm);
    crossing::leave(vm, number.as_small().unwrap_or(0) as u64, outcome);
}

fn after_step(vm: &mut Vm, [this, coroutine, number, previous]: [Value; 4], completion: Completion) -> Res {
    match completion {
        Completion::Returned(value) => {
            end(vm, this, number, previous, Outcome::Returned);
            Ok(value)
        }
        Completion::Raised(exception) => {
            end(vm, this, number, previous, Outcome::Raised);
            Err(Throw::Raise(exception))
        }
        Completion::Yielded(value) | Completion::Item(value) => {
            task::set_current(vm, this, previous);
            crossing::step_ended(vm);
            let state = [this, coroutine, number, Value::NONE];
            if value.is_none() {
                task::wake_soon(vm, this)?;
            } else if !task::wait_for(vm, this, value)? {
                let shown = vm.type_name(value);
                let error = vm.runtime_error(format!(
                    "the greenlet adapter got {shown}, which is no pending future of its loop"
                ));
                let Throw::Raise(error) = error else { return Err(error) };
                return resume(vm, this, coroutine, number, error);
            }
            trace::enter(vm, 0, LaneState::Waiting);
            let wake = Wake { deadline_nanos: None, blocking: false };
            Err(vm.park_then(wake, state, after_wait))
        }
    }
}

fn after_wait(vm: &mut Vm, [this, coroutine, number, _]: [Value; 4], completion: Completion) -> Res {
    let exception = completion.value()?;
    let cancellation = task::take_cancellation(vm, this);
    let exception = if exception.is_none() { cancellation } else { exception };
    resume(vm, this, coroutine, number, exception)
}
