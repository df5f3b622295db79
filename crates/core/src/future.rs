//! `_asyncio`: `Future`, and what `await` makes of it.
//!
//! The rules are those of CPython's `asyncio/futures.py`, whose tests apply;
//! callbacks go straight into the ready queue of our loops.

use airlock_vm::class::{GetterDef, getter, getter_setter};
use airlock_vm::module::ModuleDef;
use airlock_vm::{
    Completion, IterStep, Kind, NativeDef, NativeObject, PyDict, Res, Stepper, Throw, Tracer,
    Value, Vm, function, method, new_method,
};
use smallvec::SmallVec;

use crate::event_loop::{loop_id, push_ready};
use crate::state::{Core, LoopId, Ready};
use crate::task::TaskPart;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FutureState {
    Pending,
    Cancelled,
    Finished,
}

/// What runs when a future is done.
#[derive(Clone, Copy, Debug)]
pub enum Callback {
    Function {
        callback: Value,
        context: Value,
    },
    /// The step of a task that waits for it.
    Wakeup(Value),
}

/// A future, or with [`TaskPart`] a task.
pub struct PyFuture {
    pub loop_object: Value,
    /// The loop, if it is one of ours.
    pub loop_id: Option<LoopId>,
    pub state: FutureState,
    pub result: Value,
    pub exception: Value,
    /// How many frames its traceback had when it was set: those of waiters do
    /// not pile up on it.
    pub traceback_frames: usize,
    pub callbacks: SmallVec<[Callback; 1]>,
    pub cancel_message: Value,
    pub cancelled_exception: Value,
    /// Set while its iterator has been yielded to a task.
    pub blocking: bool,
    pub log_traceback: bool,
    /// The Python object: itself, or the instance of a subclass around it.
    pub outer: Value,
    pub source_traceback: Value,
    pub awaited_by: SmallVec<[Value; 1]>,
    pub attrs: PyDict,
    pub task: Option<Box<TaskPart>>,
    pub class: Value,
}

impl NativeObject for PyFuture {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[
            self.loop_object,
            self.result,
            self.exception,
            self.cancel_message,
            self.cancelled_exception,
            self.outer,
            self.source_traceback,
        ]);
        tracer.extend(&self.awaited_by);
        for callback in &self.callbacks {
            match *callback {
                Callback::Function { callback, context } => tracer.extend(&[callback, context]),
                Callback::Wakeup(task) => tracer.value(task),
            }
        }
        if let Some(task) = &self.task {
            tracer.extend(&[task.coroutine, task.context, task.name, task.waiter]);
        }
    }
    fn bytes(&self) -> usize {
        if self.task.is_some() { 320 } else { 200 }
    }
    /// An error that nobody asked for, or work that will never end, is told
    /// of. An instance around it has a `__del__` of its own.
    fn wants_end(&self) -> bool {
        let unfinished = self.state == FutureState::Pending
            && self
                .task
                .as_ref()
                .is_some_and(|task| task.log_destroy_pending);
        (self.log_traceback || unfinished) && !self.outer.is(Kind::Instance)
    }
    fn attrs(&self) -> Option<&PyDict> {
        Some(&self.attrs)
    }
    fn attrs_mut(&mut self) -> Option<&mut PyDict> {
        Some(&mut self.attrs)
    }
}

/// The iterator of `await future`.
struct FutureIter {
    future: Value,
    waited: bool,
    class: Value,
}

impl NativeObject for FutureIter {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.future);
    }
    fn stepper(&self) -> Option<Stepper> {
        Some(step_iter)
    }
}

/// The future in a value, if it is one.
pub(crate) fn as_future(vm: &Vm, value: Value) -> Option<&PyFuture> {
    vm.heap.downcast::<PyFuture>(vm.heap.payload(value))
}

/// Whether a value is a future of ours that is done.
pub(crate) fn is_done(vm: &Vm, value: Value) -> bool {
    as_future(vm, value).is_none_or(|future| future.state != FutureState::Pending)
}

pub(crate) fn future_mut(vm: &mut Vm, value: Value) -> &mut PyFuture {
    let plain = vm.heap.payload(value);
    vm.heap
        .downcast_mut::<PyFuture>(plain)
        .expect("natives of Future receive futures")
}

pub(crate) fn future(vm: &Vm, value: Value) -> &PyFuture {
    as_future(vm, value).expect("natives of Future receive futures")
}

/// A class or function of a Python module of asyncio that is loaded.
pub(crate) fn python_member(vm: &mut Vm, module: &str, name: &str) -> Res {
    let found = vm
        .dict_get_text(vm.modules, module)
        .filter(|module| module.is(Kind::Module));
    let Some(found) = found else {
        return Err(vm.runtime_error(format!("module {module} is not loaded")));
    };
    let name = vm.intern(name);
    vm.get_attr(found, name)
}

fn exception_class(vm: &mut Vm, name: &'static str) -> Value {
    let kept = vm.extension::<Core>().kept(name);
    if !kept.is_none() {
        return kept;
    }
    let found = python_member(vm, "asyncio.exceptions", name).unwrap_or(vm.types.exception);
    vm.extension::<Core>().keep(name, found);
    found
}

pub(crate) fn cancelled_class(vm: &mut Vm) -> Value {
    exception_class(vm, "CancelledError")
}

#[cold]
pub(crate) fn invalid_state(vm: &mut Vm, message: &str) -> Throw {
    let class = exception_class(vm, "InvalidStateError");
    vm.error(class, message)
}

/// A pending future on a loop.
pub(crate) fn make(vm: &mut Vm, class: Value, loop_object: Value) -> PyFuture {
    let id = loop_id(vm, loop_object);
    PyFuture {
        loop_object,
        loop_id: id,
        state: FutureState::Pending,
        result: Value::NONE,
        exception: Value::NONE,
        traceback_frames: 0,
        callbacks: SmallVec::new(),
        cancel_message: Value::NONE,
        cancelled_exception: Value::NONE,
        blocking: false,
        log_traceback: false,
        outer: Value::NONE,
        source_traceback: Value::NONE,
        awaited_by: SmallVec::new(),
        attrs: PyDict::default(),
        task: None,
        class,
    }
}

/// `loop.create_future()` of one of our loops.
pub(crate) fn create(vm: &mut Vm, loop_object: Value) -> Value {
    let class = vm.extension::<Core>().kept("Future");
    let object = make(vm, class, loop_object);
    let value = vm.heap.new_object(object);
    future_mut(vm, value).outer = value;
    value
}

fn new(vm: &mut Vm, args: &[Value]) -> Res {
    let class = vm.extension::<Core>().kept("Future");
    let object = make(vm, class, Value::NONE);
    let value = vm.heap.new_object(object);
    let outer = vm.wrap_payload(args[0], class, value);
    future_mut(vm, value).outer = outer;
    Ok(outer)
}

fn init(vm: &mut Vm, args: &[Value]) -> Res {
    set_loop(vm, args[0], args[1])
}

/// Binds a new future to a loop, the running one if none is given.
pub(crate) fn set_loop(vm: &mut Vm, this: Value, loop_object: Value) -> Res {
    let loop_object = if loop_object.is_none() {
        match crate::event_loop::running_loop(vm) {
            Some(running) => running,
            None => {
                let getter = python_member(vm, "asyncio.events", "get_event_loop")?;
                let state = [this, Value::NONE, Value::NONE, Value::NONE];
                return Err(
                    vm.call_then(getter, &[], state, |vm, [this, ..], completion| {
                        let loop_object = completion.value()?;
                        set_loop(vm, this, loop_object)
                    }),
                );
            }
        }
    } else {
        loop_object
    };
    let id = loop_id(vm, loop_object);
    let object = future_mut(vm, this);
    object.loop_object = loop_object;
    object.loop_id = id;
    if debugs(vm, id) {
        let outer = future(vm, this).outer;
        return Err(vm.tail_prelude("note_source_in_debug", &[outer, loop_object]));
    }
    Ok(Value::NONE)
}

/// Whether the loop is in debug mode, or must be asked because it is Python
/// code.
fn debugs(vm: &mut Vm, id: Option<LoopId>) -> bool {
    id.is_none_or(|id| vm.extension::<Core>().loops[id].debug)
}

/// Puts every callback of a done future into the ready queue.
pub(crate) fn schedule_callbacks(vm: &mut Vm, this: Value) -> Res<()> {
    let object = future_mut(vm, this);
    if object.callbacks.is_empty() {
        return Ok(());
    }
    let callbacks = std::mem::take(&mut object.callbacks);
    let (outer, loop_object, id) = (object.outer, object.loop_object, object.loop_id);
    let Some(id) = id else {
        // A loop that is Python code: its own call_soon runs.
        let mut pairs = Vec::new();
        for callback in callbacks {
            let pair = match callback {
                Callback::Function { callback, context } => [callback, context],
                Callback::Wakeup(task) => crate::task::wakeup_callback(vm, task)?,
            };
            pairs.push(vm.tuple(&pair));
        }
        let pairs = vm.list(pairs);
        return Err(vm.tail_prelude("schedule_on_loop", &[loop_object, pairs, outer]));
    };
    for callback in callbacks {
        let ready = match callback {
            Callback::Function { callback, context } => Ready::Call {
                callback,
                future: outer,
                context,
            },
            Callback::Wakeup(task) => Ready::Wakeup {
                task,
                future: outer,
            },
        };
        push_ready(vm, id, ready)?;
    }
    Ok(())
}

/// Marks a future cancelled; whether it was pending.
pub(crate) fn cancel_future(vm: &mut Vm, this: Value, message: Value) -> Res<bool> {
    let object = future_mut(vm, this);
    object.log_traceback = false;
    if object.state != FutureState::Pending {
        return Ok(false);
    }
    object.state = FutureState::Cancelled;
    object.cancel_message = message;
    schedule_callbacks(vm, this)?;
    Ok(true)
}

pub(crate) fn finish_with_result(vm: &mut Vm, this: Value, result: Value) -> Res<()> {
    let object = future_mut(vm, this);
    object.result = result;
    object.state = FutureState::Finished;
    schedule_callbacks(vm, this)
}

pub(crate) fn finish_with_exception(vm: &mut Vm, this: Value, exception: Value) -> Res<()> {
    let traceback_frames = vm.heap.exception(exception).trace.len();
    let object = future_mut(vm, this);
    object.exception = exception;
    object.traceback_frames = traceback_frames;
    object.state = FutureState::Finished;
    object.log_traceback = true;
    schedule_callbacks(vm, this)
}

/// Adds a wake-up or callback; scheduled at once if the future is done.
pub(crate) fn add_callback(vm: &mut Vm, this: Value, callback: Callback) -> Res<()> {
    let object = future_mut(vm, this);
    object.callbacks.push(callback);
    if object.state != FutureState::Pending {
        return schedule_callbacks(vm, this);
    }
    Ok(())
}

/// The `CancelledError` that waiting for it gives.
pub(crate) fn cancelled_error(vm: &mut Vm, this: Value) -> Value {
    let object = future_mut(vm, this);
    if !object.cancelled_exception.is_none() {
        return std::mem::replace(&mut object.cancelled_exception, Value::NONE);
    }
    let message = object.cancel_message;
    let class = cancelled_class(vm);
    if message.is_none() {
        vm.make_exception(class, &[])
    } else {
        vm.make_exception(class, &[message])
    }
}

/// What a future was given, if that is no exception.
pub(crate) fn plain_result(vm: &Vm, this: Value) -> Option<Value> {
    let object = future(vm, this);
    let has_result = object.state == FutureState::Finished && object.exception.is_none();
    has_result.then_some(object.result)
}

/// `future.result()` of a future.
pub fn result_of(vm: &mut Vm, this: Value) -> Res {
    match future(vm, this).state {
        FutureState::Pending => Err(invalid_state(vm, "Result is not set.")),
        FutureState::Cancelled => Err(Throw::Raise(cancelled_error(vm, this))),
        FutureState::Finished => {
            let object = future_mut(vm, this);
            object.log_traceback = false;
            if object.exception.is_none() {
                return Ok(object.result);
            }
            let (exception, frames) = (object.exception, object.traceback_frames);
            let error = vm.heap.exception_mut(exception);
            if error.trace.len() > frames {
                error.trace.truncate(frames);
                error.traceback = Value::UNBOUND;
            }
            Err(Throw::Raise(exception))
        }
    }
}

fn result(vm: &mut Vm, args: &[Value]) -> Res {
    result_of(vm, args[0])
}

fn exception(vm: &mut Vm, args: &[Value]) -> Res {
    match future(vm, args[0]).state {
        FutureState::Pending => Err(invalid_state(vm, "Exception is not set.")),
        FutureState::Cancelled => Err(Throw::Raise(cancelled_error(vm, args[0]))),
        FutureState::Finished => {
            let object = future_mut(vm, args[0]);
            object.log_traceback = false;
            Ok(object.exception)
        }
    }
}

fn must_be_initialized(vm: &mut Vm, this: Value) -> Res<()> {
    if future(vm, this).loop_object.is_none() {
        return Err(vm.runtime_error("Future object is not initialized."));
    }
    Ok(())
}

fn must_be_pending(vm: &mut Vm, this: Value) -> Res<()> {
    if future(vm, this).state == FutureState::Pending {
        return Ok(());
    }
    Err(invalid_state(vm, "invalid state"))
}

fn set_result(vm: &mut Vm, args: &[Value]) -> Res {
    must_be_initialized(vm, args[0])?;
    must_be_pending(vm, args[0])?;
    finish_with_result(vm, args[0], args[1])?;
    Ok(Value::NONE)
}

fn set_exception(vm: &mut Vm, args: &[Value]) -> Res {
    must_be_initialized(vm, args[0])?;
    must_be_pending(vm, args[0])?;
    let exception = args[1];
    if exception.is(Kind::Type) {
        let state = [args[0], Value::NONE, Value::NONE, Value::NONE];
        return Err(
            vm.call_then(exception, &[], state, |vm, [this, ..], completion| {
                let exception = completion.value()?;
                set_exception(vm, &[this, exception])
            }),
        );
    }
    if !exception.is(Kind::Exception) {
        return Err(vm.type_error("exception must be an exception class or instance"));
    }
    let exception = if vm.is_instance(exception, vm.types.stop_iteration) {
        let throw = vm.runtime_error(
            "StopIteration interacts badly with generators and cannot be raised into a Future",
        );
        let Throw::Raise(error) = throw else {
            return Err(throw);
        };
        let object = vm.heap.exception_mut(error);
        object.cause = exception;
        object.context = exception;
        error
    } else {
        exception
    };
    finish_with_exception(vm, args[0], exception)?;
    Ok(Value::NONE)
}

fn cancel(vm: &mut Vm, args: &[Value]) -> Res {
    must_be_initialized(vm, args[0])?;
    if future(vm, args[0]).task.is_some() {
        return crate::task::cancel(vm, args[0], args[1]);
    }
    Ok(Value::bool(cancel_future(vm, args[0], args[1])?))
}

fn cancelled(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::bool(
        future(vm, args[0]).state == FutureState::Cancelled,
    ))
}

fn done(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::bool(
        future(vm, args[0]).state != FutureState::Pending,
    ))
}

fn get_loop(vm: &mut Vm, args: &[Value]) -> Res {
    let loop_object = future(vm, args[0]).loop_object;
    if loop_object.is_none() {
        return Err(vm.runtime_error("Future object is not initialized."));
    }
    Ok(loop_object)
}

fn add_done_callback(vm: &mut Vm, args: &[Value]) -> Res {
    must_be_initialized(vm, args[0])?;
    let context = if args[2].is_none() {
        crate::contexts::copy_current(vm)
    } else {
        args[2]
    };
    add_callback(
        vm,
        args[0],
        Callback::Function {
            callback: args[1],
            context,
        },
    )?;
    Ok(Value::NONE)
}

fn remove_done_callback(vm: &mut Vm, args: &[Value]) -> Res {
    must_be_initialized(vm, args[0])?;
    let callbacks = future(vm, args[0]).callbacks.clone();
    let mut kept = SmallVec::new();
    for &entry in &callbacks {
        let same = match entry {
            Callback::Function { callback, .. } => vm.same_or_equal(callback, args[1])?,
            Callback::Wakeup(_) => false,
        };
        if !same {
            kept.push(entry);
        }
    }
    let removed = callbacks.len() - kept.len();
    future_mut(vm, args[0]).callbacks = kept;
    Ok(Value::count(removed))
}

fn iter(vm: &mut Vm, args: &[Value]) -> Res {
    must_be_initialized(vm, args[0])?;
    let class = vm.extension::<Core>().kept("FutureIter");
    Ok(vm.heap.new_object(FutureIter {
        future: args[0],
        waited: false,
        class,
    }))
}

fn step_iter(vm: &mut Vm, this: Value, _sent: Value) -> Res<IterStep> {
    let Some(iter) = vm.heap.downcast_mut::<FutureIter>(this) else {
        return Ok(IterStep::Done(Value::NONE));
    };
    let (waited, object) = (iter.waited, iter.future);
    if future(vm, object).state == FutureState::Pending {
        if waited {
            return Err(vm.runtime_error("await wasn't used with future"));
        }
        if let Some(iter) = vm.heap.downcast_mut::<FutureIter>(this) {
            iter.waited = true;
        }
        let future = future_mut(vm, object);
        future.blocking = true;
        return Ok(IterStep::Item(future.outer));
    }
    Ok(IterStep::Done(result_of(vm, object)?))
}

fn iter_send(vm: &mut Vm, args: &[Value]) -> Res {
    match step_iter(vm, args[0], args[1])? {
        IterStep::Item(item) => Ok(item),
        IterStep::Done(value) => Err(vm.stop_iteration(value)),
    }
}

fn iter_next(vm: &mut Vm, args: &[Value]) -> Res {
    iter_send(vm, &[args[0], Value::NONE])
}

fn iter_throw(vm: &mut Vm, args: &[Value]) -> Res {
    let [_, kind, value, traceback] = args[..] else {
        return Ok(Value::NONE);
    };
    if !traceback.is_none() && !vm.is_instance(traceback, vm.types.traceback) {
        return Err(vm.type_error("throw() third argument must be a traceback"));
    }
    if kind.is(Kind::Exception) {
        if !value.is_none() {
            return Err(vm.type_error("instance exception may not have a separate value"));
        }
        return Err(Throw::Raise(kind));
    }
    if value.is(Kind::Exception) && vm.is_instance(value, kind) {
        return Err(Throw::Raise(value));
    }
    let is_class = kind.is(Kind::Type) && vm.is_subtype(kind, vm.types.base_exception);
    if !is_class {
        return Err(vm.type_error(format!(
            "exceptions must be classes or instances deriving from BaseException, not {}",
            vm.type_name(kind)
        )));
    }
    Err(vm.raise(kind, Value::UNBOUND))
}

fn itself(_: &mut Vm, args: &[Value]) -> Res {
    Ok(args[0])
}

fn nothing(_: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::NONE)
}

fn repr(vm: &mut Vm, args: &[Value]) -> Res {
    let (module, name) = match future(vm, args[0]).task {
        Some(_) => ("asyncio.base_tasks", "_task_repr"),
        None => ("asyncio.base_futures", "_future_repr"),
    };
    let outer = future(vm, args[0]).outer;
    let function = python_member(vm, module, name)?;
    Err(vm.tail_call(function, &[outer]))
}

fn make_cancelled_error(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(cancelled_error(vm, args[0]))
}

fn state_name(vm: &mut Vm, this: Value) -> Res {
    let text = match future(vm, this).state {
        FutureState::Pending => "PENDING",
        FutureState::Cancelled => "CANCELLED",
        FutureState::Finished => "FINISHED",
    };
    Ok(vm.intern(text))
}

fn callbacks(vm: &mut Vm, this: Value) -> Res {
    let callbacks = future(vm, this).callbacks.clone();
    let mut items = Vec::new();
    for callback in callbacks {
        let pair = match callback {
            Callback::Function { callback, context } => [callback, context],
            Callback::Wakeup(task) => crate::task::wakeup_callback(vm, task)?,
        };
        items.push(vm.tuple(&pair));
    }
    if items.is_empty() {
        Ok(Value::NONE)
    } else {
        Ok(vm.list(items))
    }
}

fn blocking(vm: &mut Vm, this: Value) -> Res {
    Ok(Value::bool(future(vm, this).blocking))
}

/// A setter is called with an unbound value for `del`.
pub(crate) fn refuse_deletion(vm: &mut Vm, value: Value) -> Res<()> {
    if value.is_unbound() {
        return Err(vm.error(vm.types.attribute_error, "cannot delete attribute"));
    }
    Ok(())
}

fn set_blocking(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    refuse_deletion(vm, value)?;
    let blocking = vm.truthy(value)?;
    future_mut(vm, this).blocking = blocking;
    Ok(())
}

fn log_traceback(vm: &mut Vm, this: Value) -> Res {
    Ok(Value::bool(future(vm, this).log_traceback))
}

fn set_log_traceback(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    refuse_deletion(vm, value)?;
    if vm.truthy(value)? {
        return Err(vm.value_error("_log_traceback can only be set to False"));
    }
    future_mut(vm, this).log_traceback = false;
    Ok(())
}

fn awaited_by(vm: &mut Vm, this: Value) -> Res {
    let waiters = future(vm, this).awaited_by.clone();
    if waiters.is_empty() {
        return Ok(Value::NONE);
    }
    let set = vm.heap.new_set(PyDict::default(), true);
    for waiter in waiters {
        vm.set_add(set, waiter)?;
    }
    Ok(set)
}

macro_rules! plain_field {
    ($name:ident, $field:ident) => {
        fn $name(vm: &mut Vm, this: Value) -> Res {
            Ok(future(vm, this).$field)
        }
    };
}
plain_field!(field_loop, loop_object);
plain_field!(field_result, result);
plain_field!(field_exception, exception);
plain_field!(field_cancel_message, cancel_message);
plain_field!(field_source_traceback, source_traceback);

fn set_cancel_message(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    future_mut(vm, this).cancel_message = value;
    Ok(())
}

fn set_source_traceback(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    future_mut(vm, this).source_traceback = value;
    Ok(())
}

/// `__del__`: a task that was still to end, or an error nobody asked for.
fn del(vm: &mut Vm, args: &[Value]) -> Res {
    let this = args[0];
    let (state, outer, loop_object) = {
        let object = future(vm, this);
        (object.state, object.outer, object.loop_object)
    };
    let object = future_mut(vm, this);
    let unfinished = state == FutureState::Pending
        && object
            .task
            .as_mut()
            .is_some_and(|task| std::mem::take(&mut task.log_destroy_pending));
    let unretrieved = std::mem::take(&mut object.log_traceback);
    if loop_object.is_none() || !(unfinished || unretrieved) {
        return Ok(Value::NONE);
    }
    if unfinished {
        crate::witness::collected(vm, this);
    }
    Err(vm.tail_prelude("future_gone", &[outer, Value::bool(unfinished)]))
}

fn class_getitem(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(vm.new_generic_alias(args[0], args[1]))
}

fn add_awaited_by(vm: &mut Vm, args: &[Value]) -> Res {
    if as_future(vm, args[0]).is_some() && as_future(vm, args[1]).is_some() {
        future_mut(vm, args[0]).awaited_by.push(args[1]);
    }
    Ok(Value::NONE)
}

fn discard_awaited_by(vm: &mut Vm, args: &[Value]) -> Res {
    if as_future(vm, args[0]).is_some() {
        future_mut(vm, args[0])
            .awaited_by
            .retain(|waiter| *waiter != args[1]);
    }
    Ok(Value::NONE)
}

pub(crate) static METHODS: &[NativeDef] = &[
    method("__init__", "self, *, loop=None", init),
    method("result", "self, /", result),
    method("exception", "self, /", exception),
    method("set_result", "self, result, /", set_result),
    method("set_exception", "self, exception, /", set_exception),
    method("cancel", "self, /, msg=None", cancel),
    method("cancelled", "self, /", cancelled),
    method("done", "self, /", done),
    method("get_loop", "self, /", get_loop),
    method(
        "add_done_callback",
        "self, fn, /, *, context=None",
        add_done_callback,
    ),
    method("remove_done_callback", "self, fn, /", remove_done_callback)
        .slow("future_remove_callback"),
    method("__await__", "self, /", iter),
    method("__iter__", "self, /", iter),
    method("__repr__", "self, /", repr),
    method("_make_cancelled_error", "self, /", make_cancelled_error),
    method("__del__", "self, /", del),
    airlock_vm::class_method("__class_getitem__", "cls, item, /", class_getitem),
];

static NEW: &[NativeDef] = &[new_method("cls, /, *args, **kwargs", new)];

pub(crate) static GETTERS: &[GetterDef] = &[
    getter("_state", state_name),
    getter("_callbacks", callbacks),
    getter("_loop", field_loop),
    getter("_result", field_result),
    getter("_exception", field_exception),
    getter_setter("_cancel_message", field_cancel_message, set_cancel_message),
    getter_setter(
        "_source_traceback",
        field_source_traceback,
        set_source_traceback,
    ),
    getter_setter("_asyncio_future_blocking", blocking, set_blocking),
    getter_setter("_log_traceback", log_traceback, set_log_traceback),
    getter("_asyncio_awaited_by", awaited_by),
];

static ITER: &[NativeDef] = &[
    method("__iter__", "self, /", itself),
    method("__next__", "self, /", iter_next),
    method("send", "self, value, /", iter_send),
    method(
        "throw",
        "self, type, value=None, traceback=None, /",
        iter_throw,
    ),
    method("close", "self, /", nothing),
];

static FUNCTIONS: &[NativeDef] = &[
    function("future_add_to_awaited_by", "fut, waiter, /", add_awaited_by),
    function(
        "future_discard_from_awaited_by",
        "fut, waiter, /",
        discard_awaited_by,
    ),
];

fn init_module(vm: &mut Vm, dict: Value) -> Res<()> {
    let class = vm.module_type(dict, "Future", METHODS, GETTERS);
    vm.add_methods(class, NEW);
    vm.extension::<Core>().keep("Future", class);
    let iter = vm.module_type(dict, "FutureIter", ITER, &[]);
    vm.extension::<Core>().keep("FutureIter", iter);
    let name = vm.intern("_asyncio");
    vm.add_functions(dict, name, FUNCTIONS);
    crate::task::init(vm, dict, class)?;
    crate::event_loop::init(vm, dict)
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_asyncio",
    functions: &[],
    init: init_module,
};

/// What a continuation that only passes a value on needs.
pub(crate) fn to_none(_: &mut Vm, _: [Value; 4], completion: Completion) -> Res {
    completion.value()?;
    Ok(Value::NONE)
}
