//! `_asyncio.Task`: drives a coroutine, one step for each handle.
//!
//! The rules are those of `Task.__step` in CPython's `asyncio/tasks.py`.

use airlock_trace::{LaneId, LaneKind, LaneState, Outcome};
use airlock_vm::class::{GetterDef, getter, getter_setter};
use airlock_vm::{
    Completion, FiberId, GeneratorKind, Kind, NativeDef, Res, Throw, Value, Vm, function, method,
    new_method,
};

use crate::event_loop::{loop_id, push_ready, running_loop};
use crate::future::{self, Callback, FutureState, as_future, future, future_mut};
use crate::host::Charge;
use crate::state::{Core, LoopId, Ready};
use crate::trace;

/// What a task has beyond its future.
pub struct TaskPart {
    pub coroutine: Value,
    pub context: Value,
    /// A str, or None while it has its number as its name.
    pub name: Value,
    pub number: u64,
    pub waiter: Value,
    pub must_cancel: bool,
    pub cancels_requested: u32,
    pub log_destroy_pending: bool,
    pub lane: LaneId,
    /// Key in the loop's table of tasks.
    pub order: u64,
    /// The fiber of a greenlet that this task stands for: a step wakes it.
    pub fiber: Option<FiberId>,
}

fn part(vm: &Vm, task: Value) -> &TaskPart {
    future(vm, task)
        .task
        .as_deref()
        .expect("natives of Task receive tasks")
}

fn part_mut(vm: &mut Vm, task: Value) -> &mut TaskPart {
    future_mut(vm, task)
        .task
        .as_deref_mut()
        .expect("natives of Task receive tasks")
}

/// Makes a task and schedules its first step.
pub(crate) fn create(
    vm: &mut Vm,
    loop_object: Value,
    coroutine: Value,
    name: Value,
    context: Value,
    eager: bool,
) -> Res {
    let class = vm.extension::<Core>().kept("Task");
    let object = future::make(vm, class, loop_object);
    let value = vm.heap.new_object(object);
    future_mut(vm, value).outer = value;
    prepare(vm, value, coroutine, name, context);
    let debug = loop_id(vm, loop_object).is_some_and(|id| vm.extension::<Core>().loops[id].debug);
    if debug {
        // Its caller is `create_task`, which is not shown.
        let throw = vm.tail_prelude("note_source", &[value, Value::int32(1)]);
        let Throw::Call = throw else {
            return Err(throw);
        };
        let state = [value, Value::bool(eager), Value::NONE, Value::NONE];
        return Err(vm.and_then(state, |vm, [task, eager, ..], completion| {
            completion.value()?;
            begin_and_return(vm, task, eager == Value::TRUE)
        }));
    }
    begin_and_return(vm, value, eager)
}

fn begin_and_return(vm: &mut Vm, task: Value, eager: bool) -> Res {
    match begin(vm, task, eager) {
        Ok(_) => Ok(task),
        Err(Throw::Call) => Err(vm.and_then(
            [task, Value::NONE, Value::NONE, Value::NONE],
            |_, [task, ..], completion| {
                completion.value()?;
                Ok(task)
            },
        )),
        Err(other) => Err(other),
    }
}

/// Makes a new future a task, which is not scheduled yet.
fn prepare(vm: &mut Vm, this: Value, coroutine: Value, name: Value, context: Value) {
    let context = if context.is_none() {
        crate::contexts::copy_current(vm)
    } else {
        context
    };
    let id = future(vm, this).loop_id;
    let parent = current_lane(vm, id);
    let core = vm.extension::<Core>();
    core.host.charge(Charge::TaskCreated);
    if core.patched_tasks {
        core.host.charge(Charge::PatchedTask);
    }
    core.ledger.tasks += 1;
    core.live_tasks += 1;
    core.ledger.peak_tasks = core.ledger.peak_tasks.max(core.live_tasks);
    core.next_order += 1;
    let order = core.next_order;
    core.task_names += u64::from(name.is_none());
    let number = core.task_names;
    let label = if trace::is_open(vm) {
        lane_label(vm, coroutine, name, number)
    } else {
        String::new()
    };
    let lane = trace::start_lane(vm, LaneKind::Task, &label, parent);
    future_mut(vm, this).task = Some(Box::new(TaskPart {
        coroutine,
        context,
        name,
        number,
        waiter: Value::NONE,
        must_cancel: false,
        cancels_requested: 0,
        log_destroy_pending: true,
        lane,
        order,
        fiber: None,
    }));
}

/// Nobody is told if the loop goes before the task is done.
pub(crate) fn forgo_destroy_log(vm: &mut Vm, task: Value) {
    part_mut(vm, task).log_destroy_pending = false;
}

/// Schedules a task's first step, or takes it at once.
fn begin(vm: &mut Vm, this: Value, eager: bool) -> Res {
    let object = future(vm, this);
    let (id, outer, loop_object) = (object.loop_id, object.outer, object.loop_object);
    let Some(id) = id else {
        return Err(vm.tail_prelude(
            "task_begin_on_loop",
            &[outer, loop_object, Value::bool(eager)],
        ));
    };
    let order = part(vm, this).order;
    let loop_state = &mut vm.extension::<Core>().loops[id];
    loop_state.tasks.insert(order, outer);
    if eager && loop_state.running {
        return eager_step(vm, outer);
    }
    let exception = Value::NONE;
    push_ready(
        vm,
        id,
        Ready::Step {
            task: outer,
            exception,
        },
    )?;
    Ok(Value::NONE)
}

/// The first step of an eager task, inside the code that makes it.
fn eager_step(vm: &mut Vm, task: Value) -> Res {
    let context = part(vm, task).context;
    let previous = crate::contexts::enter(vm, context)?;
    let interrupted = swap_current(vm, task, task);
    count_switch(vm);
    let lane = part(vm, task).lane;
    crate::crossing::step_begins(vm, lane);
    let state = [task, previous, interrupted, Value::TRUE];
    drive(vm, task, Value::NONE, state)
}

fn eager_step_method(vm: &mut Vm, args: &[Value]) -> Res {
    let outer = future(vm, args[0]).outer;
    eager_step(vm, outer)
}

/// Makes a task, or None, the current one of the loop of `of`; the one before.
fn swap_current(vm: &mut Vm, of: Value, task: Value) -> Value {
    let object = future(vm, of);
    let (id, loop_object) = (object.loop_id, object.loop_object);
    swap_current_of(vm, id, loop_object, task)
}

fn swap_current_of(vm: &mut Vm, id: Option<LoopId>, loop_object: Value, task: Value) -> Value {
    let core = vm.extension::<Core>();
    if let Some(id) = id {
        return std::mem::replace(&mut core.loops[id].current_task, task);
    }
    let before = if task.is_none() {
        core.python_tasks.remove(&loop_object)
    } else {
        core.python_tasks.insert(loop_object, task)
    };
    before.unwrap_or(Value::NONE)
}

fn current_of(vm: &mut Vm, loop_object: Value) -> Value {
    match loop_id(vm, loop_object) {
        Some(id) => vm.extension::<Core>().loops[id].current_task,
        None => {
            let core = vm.extension::<Core>();
            let current = core.python_tasks.get(&loop_object);
            current.copied().unwrap_or(Value::NONE)
        }
    }
}

fn count_switch(vm: &mut Vm) {
    let core = vm.extension::<Core>();
    core.ledger.task_switches += 1;
    core.host.charge(Charge::TaskSwitch);
    if core.patched_tasks {
        core.host.charge(Charge::PatchedSwitch);
    }
}

/// A task's `_wakeup` and its context: what waits in a future for it, as
/// Python code sees it.
pub(crate) fn wakeup_callback(vm: &mut Vm, task: Value) -> Res<[Value; 2]> {
    let name = vm.intern("_wakeup");
    let wakeup = vm.get_attr(task, name)?;
    Ok([wakeup, part(vm, task).context])
}

fn lane_label(vm: &mut Vm, coroutine: Value, name: Value, number: u64) -> String {
    if let Some(name) = vm.as_text(name) {
        return name.to_owned();
    }
    if coroutine.is(Kind::Generator) {
        let qualname = vm.heap.generator(coroutine).qualname;
        if let Some(text) = vm.as_text(qualname) {
            return text.to_owned();
        }
    }
    format!("Task-{number}")
}

/// The lane of the loop's current task, or of the loop.
pub(crate) fn current_lane(vm: &mut Vm, id: Option<usize>) -> Option<LaneId> {
    let id = id?;
    let current = vm.extension::<Core>().loops[id].current_task;
    if current.is_none() {
        return Some(vm.extension::<Core>().loops[id].lane);
    }
    as_future(vm, current)
        .and_then(|future| future.task.as_ref())
        .map(|task| task.lane)
}

fn new(vm: &mut Vm, args: &[Value]) -> Res {
    let class = vm.extension::<Core>().kept("Task");
    let object = future::make(vm, class, Value::NONE);
    let value = vm.heap.new_object(object);
    let outer = vm.wrap_payload(args[0], class, value);
    future_mut(vm, value).outer = outer;
    Ok(outer)
}

fn init_task(vm: &mut Vm, args: &[Value]) -> Res {
    let [this, coroutine, loop_object, name, context, eager] = args[..] else {
        return Ok(Value::NONE);
    };
    if !is_coroutine(vm, coroutine) {
        return Err(vm.tail_prelude("raise_not_coroutine", &[coroutine]));
    }
    let eager = Value::bool(vm.truthy(eager)?);
    let named = vm.tuple(&[name, context, eager]);
    let state = [this, coroutine, named, Value::NONE];
    match future::set_loop(vm, this, loop_object) {
        Ok(_) => after_loop(vm, state, Completion::Returned(Value::NONE)),
        Err(Throw::Call) => Err(vm.and_then(state, after_loop)),
        Err(other) => Err(other),
    }
}

fn after_loop(vm: &mut Vm, [this, coroutine, named, _]: [Value; 4], completion: Completion) -> Res {
    completion.value()?;
    let [name, context, eager] = vm.heap.tuple(named)[..] else {
        return Ok(Value::NONE);
    };
    let name = if name.is_none() || vm.as_text(name).is_some() {
        name
    } else {
        let text = vm.str_of(name)?;
        vm.string(text)
    };
    prepare(vm, this, coroutine, name, context);
    match begin(vm, this, eager == Value::TRUE) {
        Ok(_) => Ok(Value::NONE),
        Err(Throw::Call) => Err(vm.and_then([Value::NONE; 4], future::to_none)),
        Err(other) => Err(other),
    }
}

/// The name of the coroutine that a task drives.
pub(crate) fn coroutine_name(vm: &Vm, task: Value) -> Option<String> {
    let coroutine = as_future(vm, task)?.task.as_ref()?.coroutine;
    let name = coroutine
        .is(Kind::Generator)
        .then(|| vm.heap.generator(coroutine).name)?;
    vm.as_text(name).map(str::to_owned)
}

/// When a task was made, among all tasks and timers.
pub(crate) fn order(vm: &Vm, task: Value) -> u64 {
    as_future(vm, task)
        .and_then(|future| future.task.as_ref())
        .map_or(0, |part| part.order)
}

/// The program's line at which a task's coroutine stands.
pub(crate) fn place(vm: &Vm, task: Value) -> Option<airlock_vm::Place> {
    let coroutine = as_future(vm, task)?.task.as_ref()?.coroutine;
    vm.generator_place(coroutine, trace::is_program_file)
}

/// Where a task stands, in the program or in the library.
pub(crate) fn innermost_place(vm: &Vm, task: Value) -> Option<airlock_vm::Place> {
    let coroutine = as_future(vm, task)?.task.as_ref()?.coroutine;
    vm.generator_place(coroutine, |_| true)
}

/// The loop of a task, and since when it stands still.
pub(crate) fn standing_loop(vm: &mut Vm, task: Value) -> Option<(usize, u64)> {
    let id = as_future(vm, task)?.loop_id?;
    let since = vm.extension::<Core>().loops[id].stands_since?;
    Some((id, since))
}

/// It was cancelled and has not been told.
pub(crate) fn is_to_be_cancelled(vm: &Vm, task: Value) -> bool {
    as_future(vm, task)
        .and_then(|future| future.task.as_ref())
        .is_some_and(|part| part.must_cancel)
}

/// What a task waits for, if it is a future of ours.
pub(crate) fn waiter(vm: &Vm, task: Value) -> Option<Value> {
    let waiter = as_future(vm, task)?.task.as_ref()?.waiter;
    as_future(vm, waiter).map(|future| future.outer)
}

pub(crate) fn is_task(vm: &Vm, value: Value) -> bool {
    as_future(vm, value).is_some_and(|future| future.task.is_some())
}

/// Whether a value can be driven as a coroutine.
pub(crate) fn is_coroutine(vm: &mut Vm, value: Value) -> bool {
    if value.is(Kind::Generator) {
        return vm.heap.generator(value).kind != GeneratorKind::AsyncGenerator;
    }
    ["send", "throw", "close"].iter().all(|name| {
        let name = vm.intern(name);
        vm.lookup_special(value, name).is_some()
    })
}

/// One step: resumes the coroutine with None or an exception.
pub(crate) fn step(vm: &mut Vm, task: Value, exception: Value) -> Res {
    let object = future_mut(vm, task);
    if object.state != FutureState::Pending {
        return Err(vm.tail_prelude("raise_step_done", &[task, exception]));
    }
    let (id, loop_object, outer) = (object.loop_id, object.loop_object, object.outer);
    let part = part_mut(vm, task);
    let (context, lane, fiber) = (part.context, part.lane, part.fiber);
    let waiter = std::mem::replace(&mut part.waiter, Value::NONE);
    let must_cancel = std::mem::take(&mut part.must_cancel);
    let mut exception = exception;
    if must_cancel {
        let class = future::cancelled_class(vm);
        if exception.is_none() || !vm.is_instance(exception, class) {
            exception = future::cancelled_error(vm, task);
        }
    }
    if !waiter.is_none() && as_future(vm, waiter).is_some() {
        future_mut(vm, waiter)
            .awaited_by
            .retain(|other| *other != outer);
    }
    if let Some(fiber) = fiber {
        vm.wake(fiber, Completion::Returned(exception));
        crate::stack::fiber_woken(vm, fiber);
        // The greenlet goes on at once, as a switch to it would have it.
        return Err(vm.yield_then([Value::NONE; 4], crate::future::to_none));
    }
    if id.is_none() {
        let current = current_of(vm, loop_object);
        if !current.is_none() {
            return Err(vm.tail_prelude("raise_cannot_enter", &[task, current]));
        }
    }
    swap_current_of(vm, id, loop_object, task);
    count_switch(vm);
    crate::crossing::step_begins(vm, lane);
    // A handle has entered the context when Python code scheduled the step.
    let is_entered = crate::contexts::current(vm) == context;
    let previous = if is_entered {
        Value::UNBOUND
    } else {
        crate::contexts::enter(vm, context)?
    };
    let state = [task, previous, Value::NONE, Value::FALSE];
    drive(vm, task, exception, state)
}

/// Resumes a task's coroutine with None or an exception.
fn drive(vm: &mut Vm, task: Value, exception: Value, state: [Value; 4]) -> Res {
    let coroutine = part(vm, task).coroutine;
    if coroutine.is(Kind::Generator) {
        let sent = if exception.is_none() {
            Ok(Value::NONE)
        } else {
            Err(exception)
        };
        return Err(vm.resume_then(coroutine, sent, state, after_step));
    }
    // A coroutine made in Python: its own methods.
    let (name, arg) = if exception.is_none() {
        ("send", Value::NONE)
    } else {
        ("throw", exception)
    };
    let name = vm.intern(name);
    let method = vm.get_attr(coroutine, name)?;
    Err(
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
    )
}

/// The state is the task, the context to go back to, the task that this one
/// interrupted and whether it did so by beginning eagerly.
fn after_step(
    vm: &mut Vm,
    [task, previous, interrupted, eager]: [Value; 4],
    completion: Completion,
) -> Res {
    if !previous.is_unbound() {
        let context = part(vm, task).context;
        crate::contexts::leave(vm, context, previous);
    }
    crate::crossing::step_ended(vm);
    swap_current(vm, task, interrupted);
    if eager == Value::TRUE && matches!(completion, Completion::Returned(_) | Completion::Raised(_))
    {
        part_mut(vm, task).coroutine = Value::NONE;
    }
    conclude_step(vm, task, completion)
}

/// What becomes of the task after its coroutine ended or suspended.
fn conclude_step(vm: &mut Vm, task: Value, completion: Completion) -> Res {
    match completion {
        Completion::Returned(value) => {
            if part(vm, task).must_cancel {
                part_mut(vm, task).must_cancel = false;
                let message = future(vm, task).cancel_message;
                finished(vm, task, Outcome::Cancelled);
                future::cancel_future(vm, task, message)?;
            } else {
                finished(vm, task, Outcome::Returned);
                future::finish_with_result(vm, task, value)?;
            }
            Ok(Value::NONE)
        }
        Completion::Raised(exception) => {
            let cancelled = future::cancelled_class(vm);
            if vm.is_instance(exception, cancelled) {
                finished(vm, task, Outcome::Cancelled);
                future_mut(vm, task).cancelled_exception = exception;
                future::cancel_future(vm, task, Value::NONE)?;
                return Ok(Value::NONE);
            }
            finished(vm, task, Outcome::Raised);
            let finish = future::finish_with_exception(vm, task, exception);
            let fatal = [vm.types.keyboard_interrupt, vm.types.system_exit];
            if !fatal.iter().any(|&class| vm.is_instance(exception, class)) {
                return finish.map(|()| Value::NONE);
            }
            match finish {
                Err(Throw::Call) => Err(vm.and_then(
                    [exception, Value::NONE, Value::NONE, Value::NONE],
                    |_, [exception, ..], _| Err(Throw::Raise(exception)),
                )),
                _ => Err(Throw::Raise(exception)),
            }
        }
        Completion::Yielded(value) | Completion::Item(value) => after_yield(vm, task, value),
    }
}

/// The task is done: it leaves the loop's table and its lane ends.
fn finished(vm: &mut Vm, task: Value, outcome: Outcome) {
    let object = future(vm, task);
    let id = object.loop_id;
    let part = part(vm, task);
    let (lane, order) = (part.lane, part.order);
    let core = vm.extension::<Core>();
    core.live_tasks = core.live_tasks.saturating_sub(1);
    if let Some(id) = id {
        core.loops[id].tasks.remove(&order);
    }
    trace::end_lane(vm, lane, outcome);
}

/// Registers a task as waiting for a future of its loop that was yielded to
/// it; false if the future is not such a one.
pub fn wait_for(vm: &mut Vm, task: Value, value: Value) -> Res<bool> {
    let loop_object = future(vm, task).loop_object;
    let Some(other) = as_future(vm, value) else {
        return Ok(false);
    };
    if other.loop_object != loop_object || !other.blocking {
        return Ok(false);
    }
    let other = future_mut(vm, value);
    other.blocking = false;
    other.awaited_by.push(task);
    future::add_callback(vm, value, Callback::Wakeup(task))?;
    part_mut(vm, task).waiter = value;
    if part(vm, task).must_cancel {
        let message = future(vm, task).cancel_message;
        let cancelled = if future(vm, value).task.is_some() {
            cancel(vm, value, message)? == Value::TRUE
        } else {
            future::cancel_future(vm, value, message)?
        };
        if cancelled {
            part_mut(vm, task).must_cancel = false;
        }
    }
    Ok(true)
}

/// Makes a task of a coroutine on a loop; `callback` is called with it once it
/// is done.
pub fn create_with_callback(
    vm: &mut Vm,
    loop_object: Value,
    coroutine: Value,
    callback: Value,
) -> Res {
    let task = create(vm, loop_object, coroutine, Value::NONE, Value::NONE, false)?;
    let context = part(vm, task).context;
    future::add_callback(vm, task, Callback::Function { callback, context })?;
    Ok(task)
}

/// What a task that is done returned; none if it raised or was cancelled.
pub fn returned(vm: &Vm, task: Value) -> Option<Value> {
    let future = as_future(vm, task)?;
    let returned = future.state == FutureState::Finished && future.exception.is_none();
    returned.then_some(future.result)
}

/// A task that stands for the greenlet on the current fiber. It is never
/// stepped as a coroutine.
pub fn greenlet_task(vm: &mut Vm, loop_object: Value) -> Res {
    let class = vm.extension::<Core>().kept("Task");
    let object = future::make(vm, class, loop_object);
    let value = vm.heap.new_object(object);
    let context = crate::contexts::current(vm);
    let fiber = vm.current_fiber();
    let core = vm.extension::<Core>();
    core.next_order += 1;
    let order = core.next_order;
    core.task_names += 1;
    let number = core.task_names;
    let object = future_mut(vm, value);
    object.outer = value;
    object.task = Some(Box::new(TaskPart {
        coroutine: Value::NONE,
        context,
        name: Value::NONE,
        number,
        waiter: Value::NONE,
        must_cancel: false,
        cancels_requested: 0,
        log_destroy_pending: false,
        lane: 0,
        order,
        fiber: Some(fiber),
    }));
    Ok(value)
}

/// What a greenlet's task must throw into the coroutine it drives next: a
/// cancellation that was asked for meanwhile, else None.
pub fn take_cancellation(vm: &mut Vm, task: Value) -> Value {
    part_mut(vm, task).waiter = Value::NONE;
    if std::mem::take(&mut part_mut(vm, task).must_cancel) {
        return future::cancelled_error(vm, task);
    }
    Value::NONE
}

/// Makes a task the current one of its loop; the one before.
pub fn set_current(vm: &mut Vm, task: Value, current: Value) -> Value {
    swap_current(vm, task, current)
}

/// Schedules the wake-up of a greenlet's task in the next iteration.
pub fn wake_soon(vm: &mut Vm, task: Value) -> Res<()> {
    again(vm, task, Value::NONE).map(drop)
}

/// The coroutine suspended with a value: what it waits for.
fn after_yield(vm: &mut Vm, task: Value, value: Value) -> Res {
    let lane = part(vm, task).lane;
    let loop_object = future(vm, task).loop_object;
    if value.is_none() {
        trace::enter(vm, lane, LaneState::Ready);
        return again(vm, task, Value::NONE);
    }
    // A class of its own may have an `add_done_callback` of its own.
    if let Some(other) = as_future(vm, value).filter(|_| !value.is(Kind::Instance)) {
        let (other_loop, blocking) = (other.loop_object, other.blocking);
        if other_loop != loop_object {
            crate::witness::report_different_loop_of(vm, task);
            return Err(vm.tail_prelude("task_bad_yield", &[task, value, Value::int32(0)]));
        }
        if !blocking {
            return Err(vm.tail_prelude("task_bad_yield", &[task, value, Value::int32(1)]));
        }
        if other.outer == task {
            return Err(vm.tail_prelude("task_bad_yield", &[task, value, Value::int32(2)]));
        }
        trace::enter(vm, lane, LaneState::Waiting);
        wait_for(vm, task, value)?;
        return Ok(Value::NONE);
    }
    trace::enter(vm, lane, LaneState::Waiting);
    // Futures of other makes, generators, anything else.
    Err(vm.tail_prelude("task_bad_yield", &[task, value, Value::int32(3)]))
}

/// Schedules the next step.
fn again(vm: &mut Vm, task: Value, exception: Value) -> Res {
    match future(vm, task).loop_id {
        Some(id) => push_ready(vm, id, Ready::Step { task, exception })?,
        None => return Err(vm.tail_prelude("task_step_soon", &[task, exception])),
    }
    Ok(Value::NONE)
}

/// The future a task waited for is done.
pub(crate) fn wakeup(vm: &mut Vm, task: Value, done: Value) -> Res {
    if as_future(vm, done).is_none() {
        return wakeup_by_other(vm, task, done);
    }
    let exception = match future::result_of(vm, done) {
        Ok(_) => Value::NONE,
        Err(Throw::Raise(exception)) => exception,
        Err(other) => return Err(other),
    };
    step(vm, task, exception)
}

/// As [`wakeup`] with a future of another make, which only its `result`
/// method can tell about.
fn wakeup_by_other(vm: &mut Vm, task: Value, done: Value) -> Res {
    let name = vm.intern("result");
    let method = vm.get_attr(done, name)?;
    let state = [task, Value::NONE, Value::NONE, Value::NONE];
    Err(vm.call_then(
        method,
        &[],
        state,
        |vm, [task, ..], completion| match completion {
            Completion::Raised(exception) => step(vm, task, exception),
            _ => step(vm, task, Value::NONE),
        },
    ))
}

/// `task.cancel(msg)`.
pub(crate) fn cancel(vm: &mut Vm, this: Value, message: Value) -> Res {
    future_mut(vm, this).log_traceback = false;
    if future(vm, this).state != FutureState::Pending {
        return Ok(Value::FALSE);
    }
    part_mut(vm, this).cancels_requested += 1;
    let waiter = part(vm, this).waiter;
    if !waiter.is_none() {
        if as_future(vm, waiter).is_none() || waiter.is(Kind::Instance) {
            // Its `cancel` may be Python code.
            let state = [this, message, Value::NONE, Value::NONE];
            let name = vm.intern("cancel");
            let method = vm.get_attr(waiter, name)?;
            let names = vm.intern("msg");
            let names = vm.tuple(&[names]);
            return Err(vm.call_kw_then(
                method,
                &[message],
                names,
                state,
                Some(after_waiter_cancel),
            ));
        }
        let cancelled = if future(vm, waiter).task.is_some() {
            match cancel(vm, waiter, message) {
                Err(Throw::Call) => {
                    let state = [this, message, Value::NONE, Value::NONE];
                    return Err(vm.and_then(state, after_waiter_cancel));
                }
                other => other?,
            }
        } else {
            Value::bool(future::cancel_future(vm, waiter, message)?)
        };
        if cancelled == Value::TRUE {
            return Ok(Value::TRUE);
        }
    }
    part_mut(vm, this).must_cancel = true;
    future_mut(vm, this).cancel_message = message;
    Ok(Value::TRUE)
}

fn after_waiter_cancel(
    vm: &mut Vm,
    [this, message, ..]: [Value; 4],
    completion: Completion,
) -> Res {
    let answer = completion.value()?;
    if vm.truthy(answer)? {
        return Ok(Value::TRUE);
    }
    part_mut(vm, this).must_cancel = true;
    future_mut(vm, this).cancel_message = message;
    Ok(Value::TRUE)
}

fn cancelling(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::count(part(vm, args[0]).cancels_requested as usize))
}

fn uncancel(vm: &mut Vm, args: &[Value]) -> Res {
    let part = part_mut(vm, args[0]);
    if part.cancels_requested > 0 {
        part.cancels_requested -= 1;
        if part.cancels_requested == 0 {
            part.must_cancel = false;
        }
    }
    Ok(Value::count(part.cancels_requested as usize))
}

fn get_name(vm: &mut Vm, args: &[Value]) -> Res {
    let part = part(vm, args[0]);
    if !part.name.is_none() {
        return Ok(part.name);
    }
    let text = format!("Task-{}", part.number);
    let name = vm.string(text);
    part_mut(vm, args[0]).name = name;
    Ok(name)
}

fn set_name(vm: &mut Vm, args: &[Value]) -> Res {
    let text = vm.str_of(args[1])?;
    let name = vm.string(text);
    part_mut(vm, args[0]).name = name;
    Ok(Value::NONE)
}

fn get_coro(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(part(vm, args[0]).coroutine)
}

fn get_context(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(part(vm, args[0]).context)
}

fn get_stack(vm: &mut Vm, args: &[Value]) -> Res {
    let function = future::python_member(vm, "asyncio.base_tasks", "_task_get_stack")?;
    let outer = future(vm, args[0]).outer;
    Err(vm.tail_call(function, &[outer, args[1]]))
}

fn print_stack(vm: &mut Vm, args: &[Value]) -> Res {
    let function = future::python_member(vm, "asyncio.base_tasks", "_task_print_stack")?;
    let outer = future(vm, args[0]).outer;
    Err(vm.tail_call(function, &[outer, args[1], args[2]]))
}

fn set_result(vm: &mut Vm, _: &[Value]) -> Res {
    Err(vm.runtime_error("Task does not support set_result operation"))
}

fn set_exception(vm: &mut Vm, _: &[Value]) -> Res {
    Err(vm.runtime_error("Task does not support set_exception operation"))
}

fn step_method(vm: &mut Vm, args: &[Value]) -> Res {
    let outer = future(vm, args[0]).outer;
    step(vm, outer, args[1])
}

fn wakeup_method(vm: &mut Vm, args: &[Value]) -> Res {
    let outer = future(vm, args[0]).outer;
    wakeup(vm, outer, args[1])
}

/// Sets what the task waits for, when that is no future of ours.
fn set_waiter(vm: &mut Vm, args: &[Value]) -> Res {
    part_mut(vm, args[0]).waiter = args[1];
    Ok(Value::NONE)
}

/// Schedules the next step with an exception.
fn throw_soon(vm: &mut Vm, args: &[Value]) -> Res {
    let outer = future(vm, args[0]).outer;
    again(vm, outer, args[1])
}

fn field_coroutine(vm: &mut Vm, this: Value) -> Res {
    Ok(part(vm, this).coroutine)
}

/// What drives the task from its next step on: `greenback` puts itself
/// between a task and its coroutine.
fn set_coroutine(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    future::refuse_deletion(vm, value)?;
    part_mut(vm, this).coroutine = value;
    Ok(())
}

fn field_waiter(vm: &mut Vm, this: Value) -> Res {
    Ok(part(vm, this).waiter)
}

fn field_must_cancel(vm: &mut Vm, this: Value) -> Res {
    Ok(Value::bool(part(vm, this).must_cancel))
}

fn field_log_destroy(vm: &mut Vm, this: Value) -> Res {
    Ok(Value::bool(part(vm, this).log_destroy_pending))
}

fn set_log_destroy(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    future::refuse_deletion(vm, value)?;
    let log = vm.truthy(value)?;
    part_mut(vm, this).log_destroy_pending = log;
    Ok(())
}

// Functions of the module.

fn loop_or_running(vm: &mut Vm, given: Value) -> Res {
    if !given.is_none() {
        return Ok(given);
    }
    match running_loop(vm) {
        Some(running) => Ok(running),
        None => Err(vm.runtime_error("no running event loop")),
    }
}

fn current_task(vm: &mut Vm, args: &[Value]) -> Res {
    let loop_object = loop_or_running(vm, args[0])?;
    Ok(current_of(vm, loop_object))
}

fn all_tasks(vm: &mut Vm, args: &[Value]) -> Res {
    let loop_object = loop_or_running(vm, args[0])?;
    let set = vm.heap.new_set(airlock_vm::PyDict::default(), false);
    if let Some(id) = loop_id(vm, loop_object) {
        let tasks: Vec<Value> = vm.extension::<Core>().loops[id]
            .tasks
            .values()
            .copied()
            .collect();
        for task in tasks {
            vm.set_add(set, task)?;
        }
        if vm.extension::<Core>().kept("knows_python_tasks").is_none() {
            return Ok(set);
        }
    }
    Err(vm.tail_prelude("add_python_tasks", &[set, loop_object]))
}

/// A task that is not in a native loop's table, or leaves it: the Python
/// functions of `asyncio.tasks` keep these.
fn register(vm: &mut Vm, name: &'static str, task: Value) -> Res {
    vm.extension::<Core>()
        .keep("knows_python_tasks", Value::TRUE);
    let function = future::python_member(vm, "asyncio.tasks", name)?;
    Err(vm.tail_call(function, &[task]))
}

fn register_task(vm: &mut Vm, args: &[Value]) -> Res {
    register(vm, "_py_register_task", args[0])
}

fn unregister_task(vm: &mut Vm, args: &[Value]) -> Res {
    if let Some(object) = as_future(vm, args[0]).filter(|object| object.task.is_some())
        && let Some(id) = object.loop_id
    {
        let order = part(vm, args[0]).order;
        vm.extension::<Core>().loops[id].tasks.remove(&order);
    }
    register(vm, "_py_unregister_task", args[0])
}

fn register_eager_task(vm: &mut Vm, args: &[Value]) -> Res {
    register(vm, "_py_register_eager_task", args[0])
}

fn unregister_eager_task(vm: &mut Vm, args: &[Value]) -> Res {
    register(vm, "_py_unregister_eager_task", args[0])
}

fn enter_task(vm: &mut Vm, args: &[Value]) -> Res {
    let current = current_of(vm, args[0]);
    if !current.is_none() {
        return Err(vm.tail_prelude("raise_cannot_enter", &[args[1], current]));
    }
    let id = loop_id(vm, args[0]);
    swap_current_of(vm, id, args[0], args[1]);
    Ok(Value::NONE)
}

fn leave_task(vm: &mut Vm, args: &[Value]) -> Res {
    let current = current_of(vm, args[0]);
    if current != args[1] {
        return Err(vm.tail_prelude("raise_cannot_leave", &[args[1], current]));
    }
    let id = loop_id(vm, args[0]);
    swap_current_of(vm, id, args[0], Value::NONE);
    Ok(Value::NONE)
}

fn swap_current_task(vm: &mut Vm, args: &[Value]) -> Res {
    let id = loop_id(vm, args[0]);
    Ok(swap_current_of(vm, id, args[0], args[1]))
}

static METHODS: &[NativeDef] = &[
    new_method("cls, /, *args, **kwargs", new),
    method(
        "__init__",
        "self, coro, *, loop=None, name=None, context=None, eager_start=False",
        init_task,
    ),
    method("cancelling", "self, /", cancelling),
    method("uncancel", "self, /", uncancel),
    method("get_name", "self, /", get_name),
    method("set_name", "self, value, /", set_name).slow("task_set_name"),
    method("get_coro", "self, /", get_coro),
    method("get_context", "self, /", get_context),
    method("get_stack", "self, /, *, limit=None", get_stack),
    method(
        "print_stack",
        "self, /, *, limit=None, file=None",
        print_stack,
    ),
    method("set_result", "self, result, /", set_result),
    method("set_exception", "self, exception, /", set_exception),
    method("_step", "self, exc=None, /", step_method),
    method("_wakeup", "self, future, /", wakeup_method),
    method("_set_waiter", "self, waiter, /", set_waiter),
    method("_eager_step", "self, /", eager_step_method),
    method("_throw_soon", "self, exception, /", throw_soon),
];

static GETTERS: &[GetterDef] = &[
    getter_setter("_coro", field_coroutine, set_coroutine),
    getter("_fut_waiter", field_waiter),
    getter("_must_cancel", field_must_cancel),
    getter_setter("_log_destroy_pending", field_log_destroy, set_log_destroy),
];

static FUNCTIONS: &[NativeDef] = &[
    function("current_task", "loop=None", current_task),
    function("all_tasks", "loop=None", all_tasks),
    function("_register_task", "task", register_task),
    function("_unregister_task", "task", unregister_task),
    function("_register_eager_task", "task", register_eager_task),
    function("_unregister_eager_task", "task", unregister_eager_task),
    function("_enter_task", "loop, task", enter_task),
    function("_leave_task", "loop, task", leave_task),
    function("_swap_current_task", "loop, task", swap_current_task),
];

pub(crate) fn init(vm: &mut Vm, dict: Value, future_class: Value) -> Res<()> {
    let layout = vm.heap.ty(future_class).layout;
    let class = vm.builtin_type("Task", future_class, layout);
    let module = vm.intern("_asyncio");
    vm.set_type_attr(class, "__module__", module);
    vm.add_methods(class, METHODS);
    vm.add_getters(class, GETTERS);
    vm.dict_set_text(dict, "Task", class);
    vm.extension::<Core>().keep("Task", class);
    vm.add_functions(dict, module, FUNCTIONS);
    Ok(())
}
