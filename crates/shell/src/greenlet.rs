//! The greenlet adapter: the shell's fiber drives the coroutine itself.

use airlock_core::threads::lanes;
use airlock_core::{Charge, crossing, task, trace};
use airlock_trace::{LaneId, LaneState, Outcome};
use airlock_vm::{Completion, Kind, NativeDef, PyNative, Res, Throw, Value, Vm, Wake, function};

use crate::cross::{Kept, keep, kept};

/// A task that stands for the current fiber on a loop.
pub(crate) fn greenlet_task(vm: &mut Vm, args: &[Value]) -> Res {
    task::greenlet_task(vm, args[0])
}

static FIBER_MAIN: NativeDef = function("fiber_main", "function, /", fiber_main);

/// Calls a function on a fiber of its own, of the same thread; one with a
/// name has a lane.
pub(crate) fn spawn_fiber(vm: &mut Vm, args: &[Value]) -> Res {
    let thread = vm.fiber(vm.current_fiber()).thread;
    let main = vm.heap.new_native(PyNative {
        def: &FIBER_MAIN,
        receiver: Value::UNBOUND,
        owner: Value::NONE,
    });
    let fiber = vm.spawn(main, &[args[0]], Value::NONE, thread);
    crossing::forget_fiber(vm, fiber);
    crossing::charge(vm, Charge::GreenletStarted);
    if let Some(name) = vm.as_text(args[1]).map(str::to_owned) {
        lanes::start_greenlet(vm, fiber, &name);
    }
    Ok(Value::count(fiber))
}

fn fiber_main(vm: &mut Vm, args: &[Value]) -> Res {
    lanes::begin_greenlet(vm);
    Err(
        vm.call_then(args[0], &[], [Value::NONE; 4], |vm, _, completion| {
            let outcome = if matches!(completion, Completion::Raised(_)) {
                Outcome::Raised
            } else {
                Outcome::Returned
            };
            lanes::end_greenlet(vm, outcome);
            completion.value()
        }),
    )
}

pub(crate) fn current_fiber(vm: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::count(vm.current_fiber()))
}

/// Waits for `wake_fiber`; the loop goes on meanwhile.
pub(crate) fn park_fiber(vm: &mut Vm, _: &[Value]) -> Res {
    let lane = lanes::current_lane(vm);
    trace::enter(vm, lane, LaneState::Waiting);
    let wake = Wake {
        deadline_nanos: None,
        blocking: false,
    };
    Err(vm.park_then(wake, [Value::NONE; 4], |vm, _, completion| {
        let lane = lanes::current_lane(vm);
        trace::enter(vm, lane, LaneState::Python);
        completion.value()
    }))
}

/// Waits for `wake_fiber_first`: another greenlet goes on.
pub(crate) fn park_greenlet(vm: &mut Vm, _: &[Value]) -> Res {
    let wake = Wake {
        deadline_nanos: None,
        blocking: false,
    };
    Err(vm.park_then(wake, [Value::NONE; 4], |_, _, completion| {
        completion.value()
    }))
}

pub(crate) fn wake_fiber(vm: &mut Vm, args: &[Value]) -> Res {
    let fiber = fiber_of(vm, args[0])?;
    vm.wake(fiber, Completion::Returned(Value::NONE));
    Ok(Value::NONE)
}

fn fiber_of(vm: &mut Vm, value: Value) -> Res<usize> {
    let fiber = vm.index(value)? as usize;
    let live = vm.live_fibers().any(|other| other == fiber);
    if live {
        Ok(fiber)
    } else {
        Err(vm.value_error("there is no such fiber"))
    }
}

/// Ends a fiber's parking with a value, and lets it run before all others.
pub(crate) fn wake_fiber_first(vm: &mut Vm, args: &[Value]) -> Res {
    let fiber = fiber_of(vm, args[0])?;
    vm.wake(fiber, Completion::Returned(args[1]));
    vm.hurry(fiber);
    Ok(Value::NONE)
}

pub(crate) fn hurry_fiber(vm: &mut Vm, args: &[Value]) -> Res {
    let fiber = fiber_of(vm, args[0])?;
    vm.hurry(fiber);
    Ok(Value::NONE)
}

pub(crate) fn fiber_context(vm: &mut Vm, args: &[Value]) -> Res {
    let fiber = fiber_of(vm, args[0])?;
    Ok(vm.fiber(fiber).context)
}

/// Gives a fiber a context, or takes its own away with None.
pub(crate) fn set_fiber_context(vm: &mut Vm, args: &[Value]) -> Res {
    let fiber = fiber_of(vm, args[0])?;
    if !args[1].is_none() && !airlock_core::contexts::is_context(vm, args[1]) {
        return Err(vm.type_error("a context was expected"));
    }
    vm.fiber_mut(fiber).context = args[1];
    Ok(Value::NONE)
}

pub(crate) fn current_thread(vm: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::count(
        airlock_core::threads::current_thread(vm) as usize
    ))
}

/// Lets the other fibers run that are ready.
pub(crate) fn yield_fiber(vm: &mut Vm, _: &[Value]) -> Res {
    Err(vm.yield_then([Value::NONE; 4], |_, _, completion| completion.value()))
}

/// Where tasks are looked up by the number of their fiber, and what makes one
/// for the current fiber.
pub(crate) fn greenlet_tasks(vm: &mut Vm, args: &[Value]) -> Res {
    keep(vm, Kept::Tasks, args[0]);
    keep(vm, Kept::MakeTask, args[1]);
    Ok(Value::NONE)
}

/// One crossing: runs a coroutine to its end.
pub(crate) fn cross(vm: &mut Vm, coroutine: Value, name: Value) -> Res {
    if let Some(task) = task_of_fiber(vm)? {
        return drive(vm, task, coroutine, name);
    }
    let make = kept(vm, Kept::MakeTask);
    let state = [coroutine, name, Value::NONE, Value::NONE];
    Err(
        vm.call_then(make, &[], state, |vm, [coroutine, name, ..], completion| {
            let task = completion.value()?;
            drive(vm, task, coroutine, name)
        }),
    )
}

/// The task that stands for the running fiber, once it was made.
pub(crate) fn task_of_fiber(vm: &mut Vm) -> Res<Option<Value>> {
    let tasks = kept(vm, Kept::Tasks);
    let fiber = Value::count(vm.current_fiber());
    vm.dict_get(tasks, fiber)
}

fn drive(vm: &mut Vm, this: Value, coroutine: Value, name: Value) -> Res {
    let previous = task::set_current(vm, this, this);
    let number = crossing::enter_and_step(vm, name, Charge::GreenletCrossing);
    let number = vm.int(number as i64);
    step(vm, [this, coroutine, number, previous], Value::NONE)
}

/// The lane of the shell that runs here, whatever task stands for it.
fn lane(vm: &mut Vm) -> LaneId {
    lanes::shell_lane(vm)
}

/// Resumes the coroutine with None or an exception.
fn resume(vm: &mut Vm, this: Value, coroutine: Value, number: Value, exception: Value) -> Res {
    let previous = task::set_current(vm, this, this);
    let lane = lane(vm);
    crossing::step_begins(vm, lane);
    step(vm, [this, coroutine, number, previous], exception)
}

/// The step itself. The state is the task, the coroutine, the crossing's number
/// and the task that was the current one before.
fn step(vm: &mut Vm, state: [Value; 4], exception: Value) -> Res {
    let [this, coroutine, number, previous] = state;
    if coroutine.is(Kind::Generator) {
        let sent = if exception.is_none() {
            Ok(Value::NONE)
        } else {
            Err(exception)
        };
        return Err(vm.resume_then(coroutine, sent, state, after_step));
    }
    // An awaitable iterator of another kind (an async generator's step).
    let (name, arg) = if exception.is_none() {
        ("send", Value::NONE)
    } else {
        ("throw", exception)
    };
    let name = vm.intern(name);
    match vm.get_attr(coroutine, name) {
        Ok(method) => Err(
            vm.call_then(method, &[arg], state, |vm, state, completion| {
                let completion = match completion {
                    Completion::Returned(value) => Completion::Yielded(value),
                    Completion::Raised(exception)
                        if vm.is_instance(exception, vm.types.stop_iteration) =>
                    {
                        Completion::Returned(vm.stop_value(exception))
                    }
                    other => other,
                };
                after_step(vm, state, completion)
            }),
        ),
        Err(throw) => {
            end(vm, this, number, previous, Outcome::Raised);
            Err(throw)
        }
    }
}

fn end(vm: &mut Vm, this: Value, number: Value, previous: Value, outcome: Outcome) {
    task::set_current(vm, this, previous);
    crossing::leave_after_step(vm, number.as_small().unwrap_or(0) as u64, outcome);
}

fn after_step(
    vm: &mut Vm,
    [this, coroutine, number, previous]: [Value; 4],
    completion: Completion,
) -> Res {
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
                let Throw::Raise(error) = error else {
                    return Err(error);
                };
                return resume(vm, this, coroutine, number, error);
            }
            let lane = lane(vm);
            trace::enter(vm, lane, LaneState::Waiting);
            lanes::note_greenlet_wait(vm);
            let wake = Wake {
                deadline_nanos: None,
                blocking: false,
            };
            Err(vm.park_then(wake, state, after_wait))
        }
    }
}

fn after_wait(
    vm: &mut Vm,
    [this, coroutine, number, _]: [Value; 4],
    completion: Completion,
) -> Res {
    let exception = completion.value()?;
    crossing::charge(vm, Charge::GreenletResumed);
    let cancellation = task::take_cancellation(vm, this);
    let exception = if exception.is_none() {
        cancellation
    } else {
        exception
    };
    resume(vm, this, coroutine, number, exception)
}
