//! The adapter `jspi`: the core's call is a task of the loop, and the shell
//! waits for it with the host's stack suspended.

use airlock_core::{crossing, future, stack, threads::lanes, trace};
use airlock_trace::{LaneState, Outcome};
use airlock_vm::{Completion, Res, Throw, Value, Vm};

use crate::cross::{Kept, kept};
use crate::greenlet;

/// Why the adapter is not offered by this host, or None.
pub(crate) fn stack_missing(vm: &mut Vm, _: &[Value]) -> Res {
    match stack::missing(vm) {
        Some(why) => Ok(vm.str(why)),
        None => Ok(Value::NONE),
    }
}

/// Why the running fiber cannot suspend the stack, or None.
pub(crate) fn stack_refusal(vm: &mut Vm, _: &[Value]) -> Res {
    match stack::refusal(vm) {
        Some(why) => Ok(vm.str(why)),
        None => Ok(Value::NONE),
    }
}

/// One crossing from a fiber that has crossed before and may: the others are
/// Python's.
pub(crate) fn cross(vm: &mut Vm, coroutine: Value, name: Value) -> Res {
    match greenlet::task_of_fiber(vm)? {
        Some(task) if stack::refusal(vm).is_none() => stack_await(vm, &[task, coroutine, name]),
        _ => {
            let switch = kept(vm, Kept::Switch);
            Err(vm.tail_call(switch, &[coroutine, name]))
        }
    }
}

/// One crossing: a task for the coroutine, awaited by the task that stands for
/// the current fiber.
pub(crate) fn stack_await(vm: &mut Vm, args: &[Value]) -> Res {
    let [stand_in, coroutine, name] = args[..] else {
        return Ok(Value::NONE);
    };
    let number = crossing::enter(vm, name);
    let task = match stack::start_task(vm, stand_in, coroutine) {
        Ok(task) => task,
        Err(throw) => {
            crossing::leave(vm, number, Outcome::Raised);
            return Err(throw);
        }
    };
    let lane = lanes::shell_lane(vm);
    trace::enter(vm, lane, LaneState::Waiting);
    let number = vm.int(number as i64);
    let state = [task, number, Value::NONE, Value::NONE];
    Err(stack::suspend_then(vm, state, after_suspension))
}

fn after_suspension(vm: &mut Vm, [task, number, ..]: [Value; 4], completion: Completion) -> Res {
    let result = completion.value().and_then(|exception| {
        if exception.is_none() {
            future::result_of(vm, task)
        } else {
            Err(Throw::Raise(exception))
        }
    });
    let outcome = match result {
        Ok(_) => Outcome::Returned,
        Err(_) => Outcome::Raised,
    };
    crossing::leave(vm, number.as_small().unwrap_or(0) as u64, outcome);
    result
}
