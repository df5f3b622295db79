//! `_asyncio.Loop`: the ready queue, the timers, and running them.
//!
//! One pass of [`run_once`] is one iteration of CPython's
//! `BaseEventLoop._run_once`: due timers become ready, then exactly the
//! handles that were ready at the start of the pass run. Nothing here waits:
//! with nothing ready the fiber is parked until the next timer.

use std::cmp::Reverse;

use airlock_trace::{EventKind, LaneKind, LaneState, Outcome, WaitLine};
use airlock_vm::class::{GetterDef, getter, getter_setter};
use airlock_vm::{
    Completion, Kind, NativeDef, NativeObject, Res, Throw, Tracer, Value, Vm, Wake, function,
    method, new_method,
};
use smallvec::SmallVec;

use crate::future::python_member;
use crate::host::Charge;
use crate::loops::LoopTicket;
use crate::state::{Core, LoopId, LoopState, Nested, Ready, Timer};
use crate::threads::{current_thread, lanes};
use crate::{complete, contexts, crossing, run_now, task, trace};

/// The payload of a Python event loop.
pub struct LoopHandle {
    ticket: LoopTicket,
    /// The Python object around it. Futures can be made on a closed loop too,
    /// whose state no longer has it.
    object: Value,
    class: Value,
}

impl NativeObject for LoopHandle {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.object);
    }
}

/// `Handle` and `TimerHandle`.
pub struct PyHandle {
    callback: Value,
    /// A tuple.
    args: Value,
    context: Value,
    loop_object: Value,
    cancelled: bool,
    /// A timer's time as it was given.
    when: Value,
    /// When the timer was set.
    set_nanos: u64,
    set_at: WaitLine,
    /// Where it was made, in debug mode; else None.
    source_traceback: Value,
    /// What it is shown as once it is cancelled, in debug mode; else None.
    shown: Value,
    class: Value,
}

impl NativeObject for PyHandle {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[
            self.callback,
            self.args,
            self.context,
            self.loop_object,
            self.when,
            self.source_traceback,
            self.shown,
        ]);
    }
    fn bytes(&self) -> usize {
        96
    }
}

/// Which of our loops a value is.
pub(crate) fn loop_id(vm: &Vm, value: Value) -> Option<LoopId> {
    vm.heap
        .downcast::<LoopHandle>(vm.heap.payload(value))
        .map(|handle| handle.ticket.id)
}

fn id_of(vm: &Vm, this: Value) -> LoopId {
    loop_id(vm, this).expect("natives of Loop receive loops")
}

fn state(vm: &mut Vm, id: LoopId) -> &mut LoopState {
    &mut vm.extension::<Core>().loops[id]
}

/// The running loop of the current thread.
pub(crate) fn running_loop(vm: &mut Vm) -> Option<Value> {
    let thread = vm.fiber(vm.current_fiber()).thread;
    vm.extension::<Core>().running_loops.get(&thread).copied()
}

#[cold]
pub(crate) fn closed_error(vm: &mut Vm) -> Throw {
    vm.runtime_error("Event loop is closed")
}

/// Adds to the ready queue and wakes the loop if it waits.
pub(crate) fn push_ready(vm: &mut Vm, id: LoopId, ready: Ready) -> Res<()> {
    let loop_state = state(vm, id);
    if loop_state.closed {
        return Err(closed_error(vm));
    }
    loop_state.ready.push_back(ready);
    wake_loop(vm, id);
    Ok(())
}

/// Ends the loop's waiting, if it waits.
fn wake_loop(vm: &mut Vm, id: LoopId) {
    let Some(fiber) = state(vm, id).waiting.take() else {
        return;
    };
    if vm.fiber(fiber).thread != current_thread(vm) {
        vm.extension::<Core>().ledger.thread_wakes += 1;
        crossing::charge(vm, Charge::PipeWoken);
    }
    vm.wake(fiber, Completion::Returned(Value::TRUE));
}

pub(crate) fn new(vm: &mut Vm, args: &[Value]) -> Res {
    let class = vm.extension::<Core>().kept("Loop");
    let loops = &mut vm.extension::<Core>().loops;
    let (ticket, name) = (loops.reserve(), format!("loop {}", loops.made));
    let id = ticket.id;
    let payload = vm.heap.new_object(LoopHandle {
        ticket,
        object: Value::NONE,
        class,
    });
    let object = vm.wrap_payload(args[0], class, payload);
    if let Some(handle) = vm.heap.downcast_mut::<LoopHandle>(payload) {
        handle.object = object;
    }
    let lane = trace::start_lane(vm, LaneKind::Loop, &name, None);
    crossing::charge(vm, Charge::LoopCreated);
    let now = crate::now(vm);
    let core = vm.extension::<Core>();
    core.ledger.loops += 1;
    core.loops[id] = LoopState::new(object, lane, now);
    trace::record(vm, EventKind::LoopStarted { lane });
    Ok(object)
}

pub(crate) fn close(vm: &mut Vm, args: &[Value]) -> Res {
    let id = id_of(vm, args[0]);
    let loop_state = state(vm, id);
    if loop_state.running {
        return Err(vm.runtime_error("Cannot close a running event loop"));
    }
    if loop_state.closed {
        return Ok(Value::NONE);
    }
    loop_state.closed = true;
    loop_state.ready = Default::default();
    loop_state.timers = Default::default();
    loop_state.timer_handles = Default::default();
    loop_state.hooks = None;
    let lane = loop_state.lane;
    // What is bound to a closed loop no longer needs it as a root.
    loop_state.object = Value::NONE;
    crate::witness::destroyed(vm, id);
    let now = crate::now(vm);
    stood(vm, id, now, false, None);
    let core = vm.extension::<Core>();
    let created = core.loops[id].created_nanos;
    core.stops.note_life(now.saturating_sub(created));
    if vm.extension::<Core>().loops[id].has_run {
        crossing::charge(vm, Charge::LoopClosed);
    }
    trace::record(vm, EventKind::LoopClosed { lane });
    trace::end_lane(vm, lane, Outcome::Returned);
    Ok(Value::NONE)
}

fn is_closed(vm: &mut Vm, args: &[Value]) -> Res {
    let id = id_of(vm, args[0]);
    Ok(Value::bool(state(vm, id).closed))
}

fn is_running(vm: &mut Vm, args: &[Value]) -> Res {
    let id = id_of(vm, args[0]);
    Ok(Value::bool(state(vm, id).running))
}

fn stop(vm: &mut Vm, args: &[Value]) -> Res {
    let id = id_of(vm, args[0]);
    state(vm, id).stopping = true;
    wake_loop(vm, id);
    Ok(Value::NONE)
}

fn time(vm: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::float(seconds_now(vm)))
}

/// The loop's clock is `time.monotonic()`.
fn seconds_now(vm: &mut Vm) -> f64 {
    crate::time::monotonic_nanos(vm) as f64 / 1e9
}

// Handles.

fn make_handle(
    vm: &mut Vm,
    loop_object: Value,
    callback: Value,
    args: Value,
    context: Value,
    kind: &'static str,
) -> Value {
    let context = if context.is_none() {
        contexts::copy_current(vm)
    } else {
        context
    };
    let class = vm.extension::<Core>().kept(kind);
    vm.heap.new_object(PyHandle {
        callback,
        args,
        context,
        loop_object,
        cancelled: false,
        when: Value::NONE,
        set_nanos: 0,
        set_at: WaitLine::default(),
        source_traceback: Value::NONE,
        shown: Value::NONE,
        class,
    })
}

/// A new handle as the caller of `call_soon` and its like gets it.
fn handed_out(vm: &mut Vm, id: LoopId, handle: Value) -> Res {
    if state(vm, id).debug {
        return Err(vm.tail_prelude("note_source", &[handle, Value::int32(0)]));
    }
    Ok(handle)
}

/// What `call_soon` and its like check in debug mode.
fn check_call(vm: &mut Vm, id: LoopId, callback: Value, what: &str, threadsafe: bool) -> Res<()> {
    if state(vm, id).closed {
        return Err(closed_error(vm));
    }
    if !state(vm, id).debug {
        return Ok(());
    }
    if !threadsafe && state(vm, id).running {
        let runner = state(vm, id).runner;
        if vm.fiber(runner).thread != current_thread(vm) {
            return Err(vm.runtime_error(
                "Non-thread-safe operation invoked on an event loop other than the current one",
            ));
        }
    }
    check_callback(vm, callback, what)
}

fn check_callback(vm: &mut Vm, callback: Value, what: &str) -> Res<()> {
    let is_coroutine = callback.is(Kind::Generator)
        || callback.is(Kind::Function) && vm.heap.function(callback).code.code.flags.coroutine;
    if is_coroutine {
        return Err(vm.type_error(format!("coroutines cannot be used with {what}()")));
    }
    let callable = matches!(
        callback.kind(),
        Some(Kind::Function | Kind::Native | Kind::Method | Kind::Type)
    ) || {
        let call = vm.intern("__call__");
        vm.lookup_special(callback, call).is_some()
    };
    if !callable {
        let shown = vm.repr(callback).unwrap_or_else(|_| vm.type_name(callback));
        return Err(vm.type_error(format!(
            "a callable object was expected by {what}(), got {shown}"
        )));
    }
    Ok(())
}

fn call_soon(vm: &mut Vm, args: &[Value]) -> Res {
    let [this, callback, extra, context] = args[..] else {
        return Ok(Value::NONE);
    };
    let id = id_of(vm, this);
    check_call(vm, id, callback, "call_soon", false)?;
    let object = state(vm, id).object;
    let handle = make_handle(vm, object, callback, extra, context, "Handle");
    push_ready(vm, id, Ready::Handle(handle))?;
    handed_out(vm, id, handle)
}

/// Calls back with one argument in the next iteration; also where no fiber
/// runs. Nothing happens if the loop is closed.
pub(crate) fn call_from_outside(
    vm: &mut Vm,
    [loop_object, callback, context]: [Value; 3],
    arg: Value,
) {
    let id = id_of(vm, loop_object);
    if state(vm, id).closed {
        return;
    }
    let args = vm.tuple(&[arg]);
    let handle = make_handle(vm, loop_object, callback, args, context, "Handle");
    let loop_state = state(vm, id);
    loop_state.ready.push_back(Ready::Handle(handle));
    // Whoever calls from another thread wakes the loop through its pipe.
    loop_state.self_written = true;
    if let Some(fiber) = loop_state.waiting.take() {
        vm.wake(fiber, Completion::Returned(Value::TRUE));
    }
}

fn call_soon_threadsafe(vm: &mut Vm, args: &[Value]) -> Res {
    let [this, callback, extra, context] = args[..] else {
        return Ok(Value::NONE);
    };
    let id = id_of(vm, this);
    check_call(vm, id, callback, "call_soon_threadsafe", true)?;
    let object = state(vm, id).object;
    let handle = make_handle(vm, object, callback, extra, context, "_ThreadSafeHandle");
    state(vm, id).self_written = true;
    push_ready(vm, id, Ready::Handle(handle))?;
    handed_out(vm, id, handle)
}

fn seconds(vm: &mut Vm, value: Value) -> Res<f64> {
    vm.to_float(value)
}

fn set_timer(
    vm: &mut Vm,
    this: Value,
    (when, when_value): (f64, Value),
    callback: Value,
    extra: Value,
    context: Value,
) -> Res {
    let id = id_of(vm, this);
    let object = state(vm, id).object;
    let handle = make_handle(vm, object, callback, extra, context, "TimerHandle");
    let nanos = if when.is_nan() || when <= 0.0 {
        0
    } else {
        crate::time::from_monotonic((when * 1e9).round().min(9e18) as u64)
    };
    let (now, line) = (crate::now(vm), trace::wait_line(vm));
    if let Some(timer) = vm.heap.downcast_mut::<PyHandle>(handle) {
        (timer.set_nanos, timer.set_at) = (now, line);
        timer.when = when_value;
    }
    let core = vm.extension::<Core>();
    core.next_order += 1;
    let order = core.next_order;
    let loop_state = &mut core.loops[id];
    loop_state.timers.push(Timer {
        at_nanos: Reverse(nanos),
        order: Reverse(order),
        key: order,
    });
    loop_state.timer_handles.insert(order, handle);
    // A loop that waits on another fiber has to wait for this one instead.
    wake_loop(vm, id);
    handed_out(vm, id, handle)
}

fn call_later(vm: &mut Vm, args: &[Value]) -> Res {
    let [this, delay, callback, extra, context] = args[..] else {
        return Ok(Value::NONE);
    };
    if delay.is_none() {
        return Err(vm.type_error("delay must not be None"));
    }
    let delay = seconds(vm, delay)?;
    let id = id_of(vm, this);
    check_call(vm, id, callback, "call_later", false)?;
    let when = seconds_now(vm) + delay;
    set_timer(
        vm,
        this,
        (when, Value::float(when)),
        callback,
        extra,
        context,
    )
}

fn call_at(vm: &mut Vm, args: &[Value]) -> Res {
    let [this, when, callback, extra, context] = args[..] else {
        return Ok(Value::NONE);
    };
    if when.is_none() {
        return Err(vm.type_error("when cannot be None"));
    }
    let when_value = when;
    let when = seconds(vm, when)?;
    let id = id_of(vm, this);
    check_call(vm, id, callback, "call_at", false)?;
    set_timer(vm, this, (when, when_value), callback, extra, context)
}

fn create_future(vm: &mut Vm, args: &[Value]) -> Res {
    let id = id_of(vm, args[0]);
    let handle = vm
        .heap
        .downcast::<LoopHandle>(vm.heap.payload(args[0]))
        .expect("natives of Loop receive loops");
    let object = handle.object;
    let core = vm.extension::<Core>();
    if core.patched_tasks {
        core.host.charge(Charge::PatchedTask);
    }
    let future = crate::future::create(vm, object);
    if state(vm, id).debug {
        return Err(vm.tail_prelude("note_source", &[future, Value::int32(0)]));
    }
    Ok(future)
}

/// `create_task` without a task factory.
fn create_task(vm: &mut Vm, args: &[Value]) -> Res {
    let [this, coroutine, name, context, eager] = args[..] else {
        return Ok(Value::NONE);
    };
    let id = id_of(vm, this);
    if state(vm, id).closed {
        return Err(closed_error(vm));
    }
    if !task::is_coroutine(vm, coroutine) {
        return Err(vm.tail_prelude("raise_not_coroutine", &[coroutine]));
    }
    let object = state(vm, id).object;
    let name = if name.is_none() || vm.as_text(name).is_some() {
        name
    } else {
        let text = vm.str_of(name)?;
        vm.string(text)
    };
    let eager = vm.truthy(eager)?;
    task::create(vm, object, coroutine, name, context, eager)
}

// Running.

/// Runs until `stop`: what `run_forever` does between its set-up and clean-up.
pub(crate) fn run_loop(vm: &mut Vm, args: &[Value]) -> Res {
    let id = id_of(vm, args[0]);
    let runner = vm.current_fiber();
    let loop_state = state(vm, id);
    loop_state.running = true;
    loop_state.remaining = 0;
    loop_state.in_iteration = false;
    loop_state.runner = runner;
    loop_state.has_run = true;
    note_turning(vm, id);
    crossing::loop_begins(vm);
    begin_own_crossing(vm, id);
    show_turning(vm, id);
    run_once(vm, id)
}

/// The loop has stood still until now.
fn note_turning(vm: &mut Vm, id: LoopId) {
    let instructions = vm.instructions();
    let core = vm.extension::<Core>();
    let now = core.host.now_nanos(instructions);
    let since = core.loops[id].stands_since;
    if let Some(since) = since {
        crate::witness::resumed_loop(vm, id, [since, now], None);
    }
    stood(vm, id, now, false, Some(now));
}

/// The lane of the loop goes on, that of its driver waits.
fn show_turning(vm: &mut Vm, id: LoopId) {
    let lane = state(vm, id).lane;
    trace::enter(vm, lane, LaneState::Python);
    let driver = lanes::begin_driving(vm);
    state(vm, id).driver = driver;
}

fn begin_turning(vm: &mut Vm, id: LoopId) {
    note_turning(vm, id);
    show_turning(vm, id);
}

/// A shell that runs a loop by hand crosses as well, if it is no adapter that
/// does it for a crossing it has told of.
fn begin_own_crossing(vm: &mut Vm, id: LoopId) {
    if !vm.extension::<Core>().books_adapter || current_thread(vm) != 0 || crossing::is_open(vm) {
        return;
    }
    let Some(Ready::Step { task, .. }) = state(vm, id).ready.back().copied() else {
        return;
    };
    let Some(number) = enter_for(vm, task) else {
        return;
    };
    state(vm, id).crossing = Some(number);
}

/// Crosses for a task that the shell turns the loop for; none if that only
/// closes the loop.
fn enter_for(vm: &mut Vm, task: Value) -> Option<u64> {
    let name = task::coroutine_name(vm, task)?;
    // One that is cancelled before it begins is none of the shell's calls: a
    // loop that closes waits for those that were left on it.
    if task::is_to_be_cancelled(vm, task)
        || name == "shutdown_asyncgens"
        || name == "shutdown_default_executor"
    {
        return None;
    }
    let name = vm.str(&name);
    Some(crossing::enter(vm, name))
}

/// The loop no longer turns; whoever ran it goes on.
fn end_run(vm: &mut Vm, id: LoopId, outcome: Outcome) {
    let loop_state = state(vm, id);
    loop_state.running = false;
    loop_state.stopping = false;
    let crossing = loop_state.crossing.take();
    end_turning(vm, id);
    if let Some(number) = crossing {
        crossing::leave(vm, number, outcome);
    }
    crossing::loop_ended(vm);
}

fn end_turning(vm: &mut Vm, id: LoopId) {
    let instructions = vm.instructions();
    let core = vm.extension::<Core>();
    let now = core.host.now_nanos(instructions);
    core.stood(id, now, true, Some(now));
    let loop_state = &mut core.loops[id];
    let (lane, driver) = (loop_state.lane, loop_state.driver.take());
    trace::enter(vm, lane, LaneState::Ready);
    if let Some(driver) = driver {
        trace::enter(vm, driver, LaneState::Python);
    }
}

/// The loop could serve what was due just now; from `next` on it stands still
/// again.
fn stood(vm: &mut Vm, id: LoopId, now: u64, running: bool, next: Option<u64>) {
    vm.extension::<Core>().stood(id, now, running, next);
}

impl Core {
    fn stood(&mut self, id: LoopId, now: u64, running: bool, next: Option<u64>) {
        if let Some(since) = std::mem::replace(&mut self.loops[id].stands_since, next) {
            self.stops.note(since, now, running);
            if self.stops.are_many() {
                self.settle_stops(now);
            }
        }
    }
}

/// Runs a loop until a future is done or the loop is to stop, once more if it
/// is running: what `nest_asyncio` makes of a call to `run_until_complete`.
fn run_until_done(vm: &mut Vm, args: &[Value]) -> Res {
    let id = id_of(vm, args[0]);
    if state(vm, id).closed {
        return Err(closed_error(vm));
    }
    nest(vm, id, args[1]);
    run_once(vm, id)
}

/// One pass over the ready queue, after waiting for it as long as it takes:
/// what code that turns the loop by itself (`nest_asyncio`) makes of
/// `_run_once`.
fn run_pass(vm: &mut Vm, args: &[Value]) -> Res {
    let id = id_of(vm, args[0]);
    if state(vm, id).closed {
        return Err(closed_error(vm));
    }
    begin_pass_crossing(vm, id);
    nest(vm, id, Value::UNBOUND);
    run_once(vm, id)
}

/// Between two passes the shell made a task, whose end it now turns the loop
/// for: it crosses.
fn begin_pass_crossing(vm: &mut Vm, id: LoopId) {
    if !vm.extension::<Core>().books_adapter || current_thread(vm) != 0 {
        return;
    }
    let loop_state = state(vm, id);
    let ended = loop_state.pass_ended_order;
    let Some(Ready::Step { task, .. }) = loop_state.ready.back().copied() else {
        return;
    };
    if task::order(vm, task) <= ended {
        return;
    }
    let Some(number) = enter_for(vm, task) else {
        return;
    };
    state(vm, id).pass_crossings.push((number, task));
}

/// A pass is over: crossings whose tasks are done end with it.
fn end_pass_crossings(vm: &mut Vm, id: LoopId) {
    let order = vm.extension::<Core>().next_order;
    state(vm, id).pass_ended_order = order;
    while let Some(&(number, task)) = state(vm, id).pass_crossings.last() {
        if !crate::future::is_done(vm, task) {
            return;
        }
        state(vm, id).pass_crossings.pop();
        crossing::leave(vm, number, Outcome::Returned);
    }
}

/// Sets aside what the loop is doing, for a run inside it.
fn nest(vm: &mut Vm, id: LoopId, until: Value) {
    let fiber = vm.current_fiber();
    let held = vm.held_variables(fiber, trace::is_program_file);
    if !state(vm, id).running {
        begin_turning(vm, id);
    }
    let loop_state = state(vm, id);
    let nested = Nested {
        held,
        until,
        done_nanos: None,
        running: std::mem::replace(&mut loop_state.running, true),
        runner: std::mem::replace(&mut loop_state.runner, fiber),
        remaining: std::mem::take(&mut loop_state.remaining),
        handles_this_iteration: std::mem::take(&mut loop_state.handles_this_iteration),
        in_iteration: std::mem::take(&mut loop_state.in_iteration),
        current_task: std::mem::replace(&mut loop_state.current_task, Value::NONE),
    };
    loop_state.has_run = true;
    loop_state.nested.push(nested);
    crossing::loop_begins(vm);
}

/// Goes back to the handle that an inner run was begun in.
fn unnest(vm: &mut Vm, id: LoopId) {
    let loop_state = state(vm, id);
    if let Some(nested) = loop_state.nested.pop() {
        loop_state.remaining = nested.remaining;
        loop_state.handles_this_iteration = nested.handles_this_iteration;
        loop_state.in_iteration = nested.in_iteration;
        loop_state.current_task = nested.current_task;
        loop_state.running = nested.running;
        loop_state.runner = nested.runner;
        let is_pass = nested.until.is_unbound();
        if !nested.running {
            end_turning(vm, id);
        }
        crate::witness::interrupted(vm, &nested.held);
        if let Some(since) = nested.done_nanos {
            crate::witness::held_up(vm, since);
        }
        crossing::loop_ended(vm);
        if is_pass {
            end_pass_crossings(vm, id);
        }
        return;
    }
    crossing::loop_ended(vm);
}

/// What outer runs wait for may be done; they end when the runs inside them
/// have.
fn note_held_up(vm: &mut Vm, id: LoopId) {
    for index in 0..state(vm, id).nested.len().saturating_sub(1) {
        let outer = &state(vm, id).nested[index];
        let until = outer.until;
        if outer.done_nanos.is_none() && !until.is_unbound() && crate::future::is_done(vm, until) {
            let now = crate::now(vm);
            state(vm, id).nested[index].done_nanos = Some(now);
        }
    }
}

/// Runs handles until the loop is to stop or has to wait; called again by
/// the continuation of each handle.
fn run_once(vm: &mut Vm, id: LoopId) -> Res {
    loop {
        let loop_state = state(vm, id);
        if loop_state.remaining > 0 {
            loop_state.remaining -= 1;
            let Some(ready) = loop_state.ready.pop_front() else {
                loop_state.remaining = 0;
                continue;
            };
            let after = if loop_state.debug {
                begin_debugging(vm, id, ready)?
            } else {
                [Value::count(id), Value::NONE, Value::NONE, Value::NONE]
            };
            match run_ready(vm, id, ready) {
                Ok(_) => continue,
                Err(Throw::Call) => return Err(vm.and_then(after, after_handle)),
                Err(Throw::Raise(exception)) => {
                    return after_handle(vm, after, Completion::Raised(exception));
                }
                Err(other) => return Err(other),
            }
        }
        // Between two iterations.
        let passed = std::mem::take(&mut loop_state.in_iteration);
        let is_nested = !loop_state.nested.is_empty();
        if passed {
            let (lane, handles) = (
                loop_state.lane,
                std::mem::take(&mut loop_state.handles_this_iteration),
            );
            let ends = loop_state.stopping && !is_nested;
            if handles > 0 {
                trace::record(vm, EventKind::Iteration { lane, handles });
            }
            if ends {
                end_run(vm, id, Outcome::Returned);
                return Ok(Value::NONE);
            }
        }
        if is_nested && ends_nested(vm, id, passed) {
            return Ok(Value::NONE);
        }
        let loop_state = state(vm, id);
        if loop_state.ready.is_empty() && !loop_state.stopping {
            drop_cancelled_timers(vm, id);
            let next = state(vm, id).timers.peek().map(|timer| timer.at_nanos.0);
            let now = crate::now(vm);
            if next.is_none_or(|at| at > now) {
                return Err(wait(vm, id, next));
            }
        }
        begin_iteration(vm, id);
    }
}

/// Ends the innermost of the runs inside handles if it is to end, after a pass
/// or before the first one; whether it did.
fn ends_nested(vm: &mut Vm, id: LoopId, passed: bool) -> bool {
    if passed {
        note_held_up(vm, id);
    }
    let Some(nested) = state(vm, id).nested.last() else {
        return false;
    };
    let until = nested.until;
    // A stop is for the outer runs as well.
    let done = if until.is_unbound() {
        passed
    } else {
        crate::future::is_done(vm, until)
    };
    let ends = state(vm, id).stopping && (passed || !until.is_unbound()) || done;
    if ends {
        unnest(vm, id);
    }
    ends
}

/// Moves due timers into the ready queue and fixes how many handles run.
fn begin_iteration(vm: &mut Vm, id: LoopId) {
    throw_out_cancelled_timers(vm, id);
    let instructions = vm.instructions();
    let core = vm.extension::<Core>();
    let now = core.host.now_nanos(instructions);
    core.stood(id, now, true, Some(now));
    core.ledger.iterations += 1;
    core.host.charge(Charge::Iteration);
    let mut due = Vec::new();
    let loop_state = &mut core.loops[id];
    while let Some(timer) = loop_state.timers.peek() {
        if timer.at_nanos.0 > now {
            break;
        }
        let (key, at) = (timer.key, timer.at_nanos.0);
        loop_state.timers.pop();
        if let Some(handle) = loop_state.timer_handles.remove(&key) {
            due.push((handle, at));
        }
    }
    if std::mem::take(&mut loop_state.self_written) {
        loop_state.ready.push_back(Ready::ReadSelf);
    }
    loop_state.in_iteration = true;
    loop_state.remaining = loop_state.ready.len();
    if !due.is_empty() {
        make_ready(vm, id, due);
    }
}

/// Adds handles of timers to the iteration that begins.
fn make_ready(vm: &mut Vm, id: LoopId, due: Vec<(Value, u64)>) {
    for (handle, at) in due {
        let set = vm
            .heap
            .downcast::<PyHandle>(handle)
            .filter(|handle| !handle.cancelled)
            .map(|handle| (handle.set_nanos, handle.set_at));
        if let Some((set, line)) = set {
            let core = vm.extension::<Core>();
            core.waits.note(set, at, line);
            core.loops[id].ready.push_back(Ready::Handle(handle));
        }
    }
    let loop_state = state(vm, id);
    loop_state.remaining = loop_state.ready.len();
}

/// Throws out cancelled timers that are not due for long, once they are most
/// of many: CPython's two constants.
fn throw_out_cancelled_timers(vm: &mut Vm, id: LoopId) {
    let loop_state = state(vm, id);
    let count = loop_state.timers.len();
    if count <= 100 || loop_state.cancelled_timers * 2 <= count {
        return;
    }
    loop_state.cancelled_timers = 0;
    let (timers, mut handles) = (
        std::mem::take(&mut loop_state.timers),
        std::mem::take(&mut loop_state.timer_handles),
    );
    handles.retain(|_, &mut timer| {
        vm.heap
            .downcast::<PyHandle>(timer)
            .is_some_and(|timer| !timer.cancelled)
    });
    let kept = timers
        .into_iter()
        .filter(|timer| handles.contains_key(&timer.key))
        .collect();
    let loop_state = state(vm, id);
    loop_state.timers = kept;
    loop_state.timer_handles = handles;
}

fn drop_cancelled_timers(vm: &mut Vm, id: LoopId) {
    loop {
        let Some(key) = state(vm, id).timers.peek().map(|timer| timer.key) else {
            return;
        };
        let handle = state(vm, id).timer_handles.get(&key).copied();
        let cancelled = handle.is_none_or(|handle| {
            vm.heap
                .downcast::<PyHandle>(handle)
                .is_some_and(|handle| handle.cancelled)
        });
        if !cancelled {
            return;
        }
        let loop_state = state(vm, id);
        loop_state.timers.pop();
        loop_state.timer_handles.remove(&key);
    }
}

/// Parks the fiber until a timer is due or something is pushed.
fn wait(vm: &mut Vm, id: LoopId, next: Option<u64>) -> Throw {
    let fiber = vm.current_fiber();
    let now = crate::now(vm);
    stood(vm, id, now, true, None);
    let loop_state = state(vm, id);
    loop_state.waiting = Some(fiber);
    loop_state.turns_until = now;
    let cooperative = loop_state.cooperative;
    let lane = loop_state.lane;
    trace::enter(
        vm,
        lane,
        if cooperative {
            LaneState::Waiting
        } else {
            LaneState::Blocked
        },
    );
    let ends = next.map(|at| crate::end_of_wait(vm, at, true));
    state(vm, id).wait_ends = ends.unwrap_or(0);
    let wake = Wake {
        deadline_nanos: ends,
        blocking: !cooperative,
    };
    vm.park_then(
        wake,
        [Value::count(id), Value::NONE, Value::NONE, Value::NONE],
        |vm, [id, ..], completion| {
            let id = id.as_small().unwrap_or(0) as usize;
            let loop_state = state(vm, id);
            loop_state.waiting = None;
            let lane = loop_state.lane;
            trace::enter(vm, lane, LaneState::Python);
            // Late is what came after the timer's time, and after the
            // system's own lateness.
            let now = crate::now(vm);
            let loop_state = state(vm, id);
            loop_state.stands_since = Some(loop_state.waited_until(now));
            if let Completion::Raised(exception) = completion {
                return stopped_by(vm, id, exception);
            }
            run_once(vm, id)
        },
    )
}

/// What ends the program passes through a running loop.
fn stopped_by(vm: &mut Vm, id: LoopId, exception: Value) -> Res {
    if !state(vm, id).nested.is_empty() {
        unnest(vm, id);
        return Err(Throw::Raise(exception));
    }
    end_run(vm, id, Outcome::Raised);
    let loop_state = state(vm, id);
    loop_state.remaining = 0;
    loop_state.handles_this_iteration = 0;
    loop_state.in_iteration = false;
    Err(Throw::Raise(exception))
}

fn run_ready(vm: &mut Vm, id: LoopId, ready: Ready) -> Res {
    if let Ready::Handle(handle) = ready {
        let Some(object) = vm.heap.downcast::<PyHandle>(handle) else {
            return Ok(Value::NONE);
        };
        if object.cancelled {
            return Ok(Value::NONE);
        }
        let (callback, args, context) = (object.callback, object.args, object.context);
        count_handle(vm, id);
        let previous = contexts::enter(vm, context)?;
        let state = [context, previous, handle, Value::count(id)];
        let args: SmallVec<[Value; 4]> = vm.heap.as_items(args).unwrap_or(&[]).into();
        return Err(vm.call_then(callback, &args, state, after_callback));
    }
    count_handle(vm, id);
    match ready {
        Ready::Step { task, exception } => task::step(vm, task, exception),
        Ready::Wakeup { task, future } => task::wakeup(vm, task, future),
        Ready::Call {
            callback,
            future,
            context,
        } => {
            if complete::stops_loop(vm, id, callback, future) {
                return Ok(Value::NONE);
            }
            let previous = contexts::enter(vm, context)?;
            let state = [context, previous, callback, future];
            Err(vm.call_then(callback, &[future], state, after_future_callback))
        }
        Ready::Handle(_) | Ready::ReadSelf => Ok(Value::NONE),
    }
}

fn count_handle(vm: &mut Vm, id: LoopId) {
    let core = vm.extension::<Core>();
    core.ledger.handles += 1;
    core.host.charge(Charge::Handle);
    core.loops[id].handles_this_iteration += 1;
}

/// A plain callback ended: its context is left, its failure reported.
fn after_callback(
    vm: &mut Vm,
    [context, previous, handle, id]: [Value; 4],
    completion: Completion,
) -> Res {
    contexts::leave(vm, context, previous);
    match completion {
        Completion::Raised(exception) => {
            let fatal = [vm.types.keyboard_interrupt, vm.types.system_exit];
            if fatal.iter().any(|&class| vm.is_instance(exception, class)) {
                return Err(Throw::Raise(exception));
            }
            let id = id.as_small().unwrap_or(0) as usize;
            let object = state(vm, id).object;
            Err(vm.tail_prelude("callback_failed", &[object, handle, exception]))
        }
        _ => Ok(Value::NONE),
    }
}

/// As [`after_callback`] for what was added to a future, which has no handle
/// before one is to be shown.
fn after_future_callback(
    vm: &mut Vm,
    [context, previous, callback, future]: [Value; 4],
    completion: Completion,
) -> Res {
    if !matches!(completion, Completion::Raised(_)) {
        contexts::leave(vm, context, previous);
        return Ok(Value::NONE);
    }
    let object = crate::future::future(vm, future).loop_object;
    let id = loop_id(vm, object).unwrap_or(0);
    let args = vm.tuple(&[future]);
    let handle = make_handle(vm, object, callback, args, context, "Handle");
    let state = [context, previous, handle, Value::count(id)];
    after_callback(vm, state, completion)
}

/// A handle ended; the loop goes on.
fn after_handle(
    vm: &mut Vm,
    [id_value, shown, began, _]: [Value; 4],
    completion: Completion,
) -> Res {
    let id = id_value.as_small().unwrap_or(0) as usize;
    if let Completion::Raised(exception) = completion {
        // Only what ends the program comes this far.
        return stopped_by(vm, id, exception);
    }
    if let Some(began) = began.as_float() {
        let object = state(vm, id).object;
        let passed = Value::float(crate::now(vm) as f64 / 1e9 - began);
        let throw = vm.tail_prelude("handle_ended", &[object, shown, passed]);
        return match throw {
            Throw::Call => Err(vm.and_then(
                [id_value, Value::NONE, Value::NONE, Value::NONE],
                after_handle,
            )),
            other => Err(other),
        };
    }
    run_once(vm, id)
}

/// In debug mode the loop tells what it runs, and how long that took: the
/// state for [`after_handle`].
fn begin_debugging(vm: &mut Vm, id: LoopId, ready: Ready) -> Res<[Value; 4]> {
    let object = state(vm, id).object;
    let shown = match ready {
        Ready::Handle(handle) => handle,
        Ready::Step { task, .. } | Ready::Wakeup { task, .. } => task,
        Ready::Call {
            callback,
            future,
            context,
        } => {
            let args = vm.tuple(&[future]);
            make_handle(vm, object, callback, args, context, "Handle")
        }
        Ready::ReadSelf => Value::NONE,
    };
    if shown.is_none() {
        return Ok([Value::count(id), Value::NONE, Value::NONE, Value::NONE]);
    }
    if vm.heap.downcast::<PyHandle>(shown).is_some() {
        let name = vm.intern("_current_handle");
        vm.set_attr(object, name, shown)?;
    }
    let began = Value::float(crate::now(vm) as f64 / 1e9);
    Ok([Value::count(id), shown, began, Value::NONE])
}

// For explanations.

/// Whether the running fiber is the one that runs this loop.
pub(crate) fn runs_here(vm: &mut Vm, id: LoopId) -> bool {
    let fiber = vm.current_fiber();
    let loop_state = state(vm, id);
    loop_state.running && loop_state.runner == fiber && loop_state.waiting.is_none()
}

/// The tasks of a loop that are not done, by order of creation.
pub(crate) fn pending_tasks(vm: &mut Vm, id: LoopId) -> Vec<Value> {
    state(vm, id).tasks.values().copied().collect()
}

/// Of the timers that were due in a time without turns: the latest, as the
/// name of the task it is to wake and how late it is.
pub(crate) fn latest_due(vm: &mut Vm, id: LoopId, since: u64, now: u64) -> Option<(String, u64)> {
    let mut due: Vec<(u64, u64)> = state(vm, id)
        .timers
        .iter()
        .map(|timer| (timer.at_nanos.0, timer.key))
        .filter(|&(at, _)| since < at && at < now)
        .collect();
    due.sort_unstable();
    due.into_iter().find_map(|(at, key)| {
        let handle = state(vm, id).timer_handles.get(&key).copied()?;
        let name = woken_task(vm, handle)?;
        Some((format!("{name}()"), now - at))
    })
}

/// The coroutine of the task that waits for what a timer does.
fn woken_task(vm: &Vm, handle: Value) -> Option<String> {
    let handle = vm
        .heap
        .downcast::<PyHandle>(handle)
        .filter(|handle| !handle.cancelled)?;
    let first = vm.heap.as_items(handle.args)?.first().copied()?;
    let future = crate::future::as_future(vm, first)?;
    let task = future
        .callbacks
        .iter()
        .find_map(|callback| match callback {
            crate::future::Callback::Wakeup(task) => Some(*task),
            crate::future::Callback::Function { .. } => None,
        })?;
    task::coroutine_name(vm, task)
}

// Handle objects.

fn handle(vm: &mut Vm, this: Value) -> &mut PyHandle {
    vm.heap
        .downcast_mut::<PyHandle>(this)
        .expect("natives of Handle receive handles")
}

fn handle_cancel(vm: &mut Vm, args: &[Value]) -> Res {
    let object = handle(vm, args[0]);
    if object.cancelled {
        return Ok(Value::NONE);
    }
    let (loop_object, shown) = (object.loop_object, object.shown);
    if shown.is_none() && loop_id(vm, loop_object).is_some_and(|id| state(vm, id).debug) {
        return Err(vm.tail_prelude("handle_cancel", args));
    }
    let object = handle(vm, args[0]);
    let is_timer = !object.when.is_none();
    if is_timer && let Some(id) = loop_id(vm, loop_object) {
        state(vm, id).cancelled_timers += 1;
    }
    let object = handle(vm, args[0]);
    object.cancelled = true;
    object.callback = Value::NONE;
    object.args = Value::NONE;
    Ok(Value::NONE)
}

fn handle_cancelled(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::bool(handle(vm, args[0]).cancelled))
}

fn handle_context(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(handle(vm, args[0]).context)
}

fn handle_when(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(handle(vm, args[0]).when)
}

fn field_callback(vm: &mut Vm, this: Value) -> Res {
    Ok(handle(vm, this).callback)
}

fn field_args(vm: &mut Vm, this: Value) -> Res {
    Ok(handle(vm, this).args)
}

fn field_cancelled(vm: &mut Vm, this: Value) -> Res {
    Ok(Value::bool(handle(vm, this).cancelled))
}

fn field_loop(vm: &mut Vm, this: Value) -> Res {
    Ok(handle(vm, this).loop_object)
}

fn field_when(vm: &mut Vm, this: Value) -> Res {
    Ok(handle(vm, this).when)
}

fn field_context(vm: &mut Vm, this: Value) -> Res {
    Ok(handle(vm, this).context)
}

fn field_source(vm: &mut Vm, this: Value) -> Res {
    Ok(handle(vm, this).source_traceback)
}

fn set_source(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    handle(vm, this).source_traceback = value;
    Ok(())
}

fn field_shown(vm: &mut Vm, this: Value) -> Res {
    Ok(handle(vm, this).shown)
}

fn set_shown(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    handle(vm, this).shown = value;
    Ok(())
}

/// Whether a timer still waits in its loop.
fn field_scheduled(vm: &mut Vm, this: Value) -> Res {
    let object = handle(vm, this).loop_object;
    let scheduled = loop_id(vm, object).is_some_and(|id| {
        state(vm, id)
            .timer_handles
            .values()
            .any(|&timer| timer == this)
    });
    Ok(Value::bool(scheduled))
}

// Functions of the module.

fn get_running_loop_or_none(vm: &mut Vm, _: &[Value]) -> Res {
    Ok(running_loop(vm).unwrap_or(Value::NONE))
}

fn get_running_loop(vm: &mut Vm, _: &[Value]) -> Res {
    match running_loop(vm) {
        Some(running) => Ok(running),
        None => Err(vm.runtime_error("no running event loop")),
    }
}

fn set_running_loop(vm: &mut Vm, args: &[Value]) -> Res {
    let fiber = vm.current_fiber();
    let thread = vm.fiber(fiber).thread;
    let is_python = !args[0].is_none() && loop_id(vm, args[0]).is_none();
    let core = vm.extension::<Core>();
    if args[0].is_none() {
        core.running_loops.remove(&thread);
    } else {
        core.running_loops.insert(thread, args[0]);
    }
    // The time in a loop that is Python code is booked as that of ours.
    match (core.python_runners.get(&thread).copied(), is_python) {
        (None, true) => {
            core.python_runners.insert(thread, fiber);
            crossing::loop_begins(vm);
        }
        (Some(runner), false) => {
            core.python_runners.remove(&thread);
            if runner == fiber {
                crossing::loop_ended(vm);
            }
        }
        _ => {}
    }
    Ok(Value::NONE)
}

/// Whether each instruction takes its time of a virtual clock.
fn is_priced(vm: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::bool(vm.extension::<Core>().virtual_clock))
}

/// `BaseEventLoop.__init__` of a loop: one that is Python code is counted
/// here, ours where it is made.
fn loop_made(vm: &mut Vm, args: &[Value]) -> Res {
    if loop_id(vm, args[0]).is_none() {
        vm.extension::<Core>().ledger.loops += 1;
        crossing::charge(vm, Charge::LoopCreated);
    }
    Ok(Value::NONE)
}

/// `BaseEventLoop._run_once` is about to run so many handles.
fn loop_turns(vm: &mut Vm, args: &[Value]) -> Res {
    let handles = args[1].as_small().unwrap_or(0).max(0) as u64;
    let core = vm.extension::<Core>();
    core.ledger.iterations += 1;
    core.ledger.handles += handles;
    core.host.charge(Charge::Iteration);
    for _ in 0..handles {
        core.host.charge(Charge::Handle);
    }
    Ok(Value::NONE)
}

fn set_debug(vm: &mut Vm, args: &[Value]) -> Res {
    let id = id_of(vm, args[0]);
    let debug = vm.truthy(args[1])?;
    state(vm, id).debug = debug;
    Ok(Value::NONE)
}

/// Gives the native handles the classes of `asyncio.events` as bases: what
/// these say of handles, and `isinstance`, goes for ours as well.
fn derive_handles(vm: &mut Vm, args: &[Value]) -> Res {
    let [handle, timer, threadsafe] = args[..] else {
        return Ok(Value::NONE);
    };
    let object = vm.types.object;
    let core = vm.extension::<Core>();
    let ours = core.kept("Handle");
    let pairs = [
        (ours, vec![ours, handle, object]),
        (
            core.kept("TimerHandle"),
            vec![core.kept("TimerHandle"), ours, timer, handle, object],
        ),
        (
            core.kept("_ThreadSafeHandle"),
            vec![
                core.kept("_ThreadSafeHandle"),
                ours,
                threadsafe,
                handle,
                object,
            ],
        ),
    ];
    for (class, mro) in pairs {
        vm.set_mro(class, &mro)?;
    }
    Ok(Value::NONE)
}

/// A loop that is to turn by its Python code lets the native one go that was
/// made with it, and becomes an instance of a class without that.
fn become_python(vm: &mut Vm, args: &[Value]) -> Res {
    if let Some(id) = loop_id(vm, args[0]) {
        let loop_state = state(vm, id);
        loop_state.closed = true;
        loop_state.object = Value::NONE;
        loop_state.stands_since = None;
        let lane = loop_state.lane;
        trace::end_lane(vm, lane, Outcome::Returned);
        let nothing = vm.tuple(&[]);
        let instance = vm.heap.instance_mut(args[0]);
        instance.payload = nothing;
        instance.class = args[1];
    }
    Ok(Value::NONE)
}

/// An instance of a class of loops without a native loop.
fn python_instance(vm: &mut Vm, args: &[Value]) -> Res {
    let nothing = vm.tuple(&[]);
    Ok(vm.heap.new_instance(args[0], nothing))
}

/// A class of loops that turn by their Python code: the native loop's methods
/// are no longer among what it inherits.
fn leave_native(vm: &mut Vm, args: &[Value]) -> Res {
    let native = vm.extension::<Core>().kept("Loop");
    let mro: Vec<Value> = vm
        .heap
        .ty(args[0])
        .mro
        .iter()
        .copied()
        .filter(|&class| class != native)
        .collect();
    vm.set_mro(args[0], &mro)?;
    Ok(Value::NONE)
}

fn get_event_loop(vm: &mut Vm, _: &[Value]) -> Res {
    match running_loop(vm) {
        Some(running) => Ok(running),
        None => {
            let policy = python_member(vm, "asyncio.events", "_get_event_loop_policy")?;
            Err(
                vm.call_then(policy, &[], [Value::NONE; 4], |vm, _, completion| {
                    let policy = completion.value()?;
                    let name = vm.intern("get_event_loop");
                    let method = vm.get_attr(policy, name)?;
                    Err(vm.tail_call(method, &[]))
                }),
            )
        }
    }
}

/// Whether waiting in this loop leaves the host's own event loop free.
fn set_cooperative(vm: &mut Vm, args: &[Value]) -> Res {
    let id = id_of(vm, args[0]);
    let cooperative = vm.truthy(args[1])?;
    state(vm, id).cooperative = cooperative;
    Ok(Value::NONE)
}

fn field_stopping(vm: &mut Vm, this: Value) -> Res {
    let id = id_of(vm, this);
    Ok(Value::bool(state(vm, id).stopping))
}

fn set_stopping(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    let id = id_of(vm, this);
    state(vm, id).stopping = vm.truthy(value)?;
    Ok(())
}

fn field_thread_ident(vm: &mut Vm, this: Value) -> Res {
    let id = id_of(vm, this);
    Ok(state(vm, id).thread_ident)
}

fn set_thread_ident(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    let id = id_of(vm, this);
    state(vm, id).thread_ident = value;
    Ok(())
}

static LOOP_GETTERS: &[GetterDef] = &[
    getter_setter("_stopping", field_stopping, set_stopping),
    getter_setter("_thread_id", field_thread_ident, set_thread_ident),
];

static LOOP: &[NativeDef] = &[
    new_method("cls, /, *args, **kwargs", new),
    method("_close_now", "self, /", close),
    method("is_closed", "self, /", is_closed),
    method("is_running", "self, /", is_running),
    method("stop", "self, /", stop),
    method("time", "self, /", time),
    method(
        "call_soon",
        "self, callback, /, *args, context=None",
        call_soon,
    ),
    method(
        "call_soon_threadsafe",
        "self, callback, /, *args, context=None",
        call_soon_threadsafe,
    ),
    method(
        "call_later",
        "self, delay, callback, /, *args, context=None",
        call_later,
    ),
    method(
        "call_at",
        "self, when, callback, /, *args, context=None",
        call_at,
    ),
    method("create_future", "self, /", create_future),
    method(
        "_create_task_now",
        "self, coro, /, *, name=None, context=None, eager_start=None",
        create_task,
    ),
    method(
        "run_until_complete",
        "self, future",
        complete::run_until_complete,
    ),
    method("_run_loop", "self, /", run_loop),
    method("_run_pass", "self, /", run_pass),
    method("_set_debug", "self, enabled, /", set_debug),
    method("_run_until_done", "self, future, /", run_until_done),
    method("_set_cooperative", "self, cooperative, /", set_cooperative),
];

static HANDLE: &[NativeDef] = &[
    method("cancel", "self, /", handle_cancel),
    method("cancelled", "self, /", handle_cancelled),
    method("get_context", "self, /", handle_context),
];

static HANDLE_GETTERS: &[GetterDef] = &[
    getter("_callback", field_callback),
    getter("_args", field_args),
    getter("_cancelled", field_cancelled),
    getter("_loop", field_loop),
    getter("_context", field_context),
    getter_setter("_source_traceback", field_source, set_source),
    getter_setter("_repr", field_shown, set_shown),
];

static TIMER: &[NativeDef] = &[method("when", "self, /", handle_when)];
static TIMER_GETTERS: &[GetterDef] = &[
    getter("_when", field_when),
    getter("_scheduled", field_scheduled),
];

static FUNCTIONS: &[NativeDef] = &[
    function("_get_running_loop", "", get_running_loop_or_none),
    function("get_running_loop", "", get_running_loop),
    function("_set_running_loop", "loop, /", set_running_loop),
    function("get_event_loop", "", get_event_loop),
    function(
        "_complete_with",
        "cls, base, stopper, give, /",
        complete::complete_with,
    ),
    function(
        "_run_with",
        "cls, policy, environ, key, handlers, before, during, run, shut_down, give, /",
        run_now::run_with,
    ),
    function("_run_now", "main, /", run_now::run_now),
    function("_note_interrupt", "", run_now::note_interrupt),
    function("_interrupts", "task, /", run_now::interrupts),
    function("_is_priced", "", is_priced),
    function("_loop_made", "loop, /", loop_made),
    function("_loop_turns", "loop, handles, /", loop_turns),
    function(
        "_derive_handles",
        "handle, timer, threadsafe, /",
        derive_handles,
    ),
    function("_become_python", "loop, cls, /", become_python),
    function("_python_instance", "cls, /", python_instance),
    function("_leave_native", "cls, /", leave_native),
];

pub(crate) fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    let module = vm.intern("_asyncio");
    vm.add_functions(dict, module, crate::witness::FUNCTIONS);
    let class = vm.module_type(dict, "Loop", LOOP, LOOP_GETTERS);
    vm.extension::<Core>().keep("Loop", class);
    let handle = vm.module_type(dict, "Handle", HANDLE, HANDLE_GETTERS);
    vm.extension::<Core>().keep("Handle", handle);
    let layout = vm.heap.ty(handle).layout;
    let timer = vm.builtin_type("TimerHandle", handle, layout);
    vm.add_methods(timer, TIMER);
    vm.add_getters(timer, TIMER_GETTERS);
    let threadsafe = vm.builtin_type("_ThreadSafeHandle", handle, layout);
    let events = vm.intern("asyncio.events");
    for ty in [handle, timer, threadsafe] {
        vm.set_type_attr(ty, "__module__", events);
    }
    vm.extension::<Core>().keep("TimerHandle", timer);
    vm.extension::<Core>().keep("_ThreadSafeHandle", threadsafe);
    let name = vm.intern("_asyncio");
    vm.add_functions(dict, name, FUNCTIONS);
    Ok(())
}
