//! Generators, coroutines, async generators and their awaitables.

use crate::call::Flow;
use crate::fiber::Ret;
use crate::gc::Tracer;
use crate::generator::{GeneratorKind, GeneratorState};
use crate::native::{NativeDef, method};
use crate::object::NativeObject;
use crate::value::Kind;
use crate::{
    Completion, Res, Throw, Value, Vm, class::GetterDef, class::getter, class::getter_setter,
};

/// What an async generator's awaitable does when first driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsyncMode {
    Send,
    Throw,
    Close,
}

impl AsyncMode {
    /// What is said to a second `await` of the same awaitable.
    pub(crate) fn reused(self) -> &'static str {
        match self {
            AsyncMode::Send => "cannot reuse already awaited __anext__()/asend()",
            AsyncMode::Throw | AsyncMode::Close => "cannot reuse already awaited aclose()/athrow()",
        }
    }
}

/// The awaitable that `__anext__`, `asend`, `athrow` and `aclose` give.
pub struct AsyncSend {
    pub generator: Value,
    pub mode: AsyncMode,
    /// What is sent or thrown.
    pub value: Value,
    pub started: bool,
    pub finished: bool,
    pub(crate) class: Value,
}

impl NativeObject for AsyncSend {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[self.generator, self.value]);
    }
}

/// What a generator's plain `send`, `throw` and `next` give.
fn after_step(vm: &mut Vm, _: [Value; 4], completion: Completion) -> Res {
    match completion {
        Completion::Returned(value) => Err(vm.stop_iteration(value)),
        other => other.value(),
    }
}

const NO_STATE: [Value; 4] = [Value::NONE; 4];

fn send(vm: &mut Vm, args: &[Value]) -> Res {
    if vm.heap.generator(args[0]).state == GeneratorState::Finished
        && vm.heap.generator(args[0]).kind == GeneratorKind::Generator
    {
        return Err(vm.stop_iteration(Value::NONE));
    }
    Err(vm.resume_then(args[0], Ok(args[1]), NO_STATE, after_step))
}

fn next(vm: &mut Vm, args: &[Value]) -> Res {
    send(vm, &[args[0], Value::NONE])
}

/// The exception that `throw(type, value, traceback)` means.
fn thrown(vm: &mut Vm, class: Value, value: Value) -> Res {
    if class.is(Kind::Exception) {
        if !value.is_none() && !value.is_unbound() {
            return Err(vm.type_error("instance exception may not have a separate value"));
        }
        return Ok(class);
    }
    if class.is(Kind::Type) && vm.is_subtype(class, vm.types.base_exception) {
        if value.is(Kind::Exception) && vm.is_instance(value, class) {
            return Ok(value);
        }
        let args = if value.is_none() || value.is_unbound() {
            Vec::new()
        } else if value.is(Kind::Tuple) {
            vm.heap.tuple(value).to_vec()
        } else {
            vec![value]
        };
        let state = [class, Value::NONE, Value::NONE, Value::NONE];
        return match vm.instantiate_native(class, &args, Value::UNBOUND) {
            Ok(made) => made_exception(vm, state, Completion::Returned(made)),
            Err(Throw::Raise(exception)) => Ok(exception),
            Err(Throw::Call) => Err(vm.and_then(state, made_exception)),
            Err(other) => Err(other),
        };
    }
    let message = format!(
        "exceptions must be classes or instances deriving from BaseException, not {}",
        vm.type_name(class)
    );
    Err(vm.type_error(message))
}

/// What making the exception gave. What goes wrong there is thrown instead.
fn made_exception(vm: &mut Vm, [class, ..]: [Value; 4], completion: Completion) -> Res {
    let made = match completion {
        Completion::Raised(exception) => return Ok(exception),
        other => other.value()?,
    };
    if made.is(Kind::Exception) {
        return Ok(made);
    }
    let class = vm.qualified_name(class);
    let name = vm.type_name(made);
    match vm.type_error(format!(
        "calling <class '{class}'> should have returned an instance of BaseException, not {name}"
    )) {
        Throw::Raise(error) => Ok(error),
        other => Err(other),
    }
}

/// The traceback that `throw` may be given besides.
fn thrown_traceback(vm: &mut Vm, exception: Value, traceback: Value) -> Res<()> {
    match traceback.bound() {
        Some(traceback) if !traceback.is_none() => vm.set_traceback(exception, traceback),
        _ => Ok(()),
    }
}

fn check_traceback(vm: &mut Vm, traceback: Value) -> Res<()> {
    let is_traceback = traceback.is_unbound()
        || traceback.is_none()
        || vm.type_of(traceback) == vm.types.traceback;
    if is_traceback {
        Ok(())
    } else {
        Err(vm.type_error("throw() third argument must be a traceback object"))
    }
}

fn throw(vm: &mut Vm, args: &[Value]) -> Res {
    let (generator, traceback) = (args[0], args[3]);
    check_traceback(vm, traceback)?;
    let state = [generator, traceback, Value::NONE, Value::NONE];
    match thrown(vm, args[1], args[2]) {
        Ok(exception) => throw_now(vm, state, Completion::Returned(exception)),
        Err(Throw::Call) => Err(vm.and_then(state, throw_now)),
        Err(other) => Err(other),
    }
}

fn throw_now(vm: &mut Vm, [generator, traceback, ..]: [Value; 4], completion: Completion) -> Res {
    let exception = completion.value()?;
    thrown_traceback(vm, exception, traceback)?;
    Err(vm.resume_then(generator, Err(exception), NO_STATE, after_step))
}

fn close(vm: &mut Vm, args: &[Value]) -> Res {
    let generator = vm.heap.generator_mut(args[0]);
    match generator.state {
        GeneratorState::Created => {
            generator.finish();
            generator.awaited = true;
            return Ok(Value::NONE);
        }
        GeneratorState::Finished => return Ok(Value::NONE),
        _ => {}
    }
    let class = vm.types.generator_exit;
    let exit = vm.make_exception(class, &[]);
    let state = [args[0], Value::NONE, Value::NONE, Value::NONE];
    Err(vm.resume_then(
        args[0],
        Err(exit),
        state,
        |vm, [generator, ..], completion| match completion {
            Completion::Returned(value) => Ok(value),
            Completion::Yielded(_) | Completion::Item(_) => {
                let word = crate::unwind::generator_word(vm.heap.generator(generator).kind);
                Err(vm.runtime_error(format!("{word} ignored GeneratorExit")))
            }
            Completion::Raised(exception) => {
                let quiet = [vm.types.generator_exit, vm.types.stop_iteration];
                if quiet.iter().any(|&class| vm.is_instance(exception, class)) {
                    // It has what the frame's variables were.
                    vm.drop_in_native(exception);
                    Ok(Value::NONE)
                } else {
                    Err(Throw::Raise(exception))
                }
            }
        },
    ))
}

fn itself(_: &mut Vm, args: &[Value]) -> Res {
    Ok(args[0])
}

fn repr(vm: &mut Vm, args: &[Value]) -> Res {
    let generator = vm.heap.generator(args[0]);
    let word = match generator.kind {
        GeneratorKind::AsyncGenerator => "async_generator",
        kind => crate::unwind::generator_word(kind),
    };
    let text = format!(
        "<{word} object {} at {}>",
        vm.as_text(generator.qualname).unwrap_or(""),
        vm.address(args[0])
    );
    Ok(vm.string(text))
}

fn name(vm: &mut Vm, this: Value) -> Res {
    Ok(vm.heap.generator(this).name)
}

fn set_name(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    if vm.as_text(value).is_none() {
        return Err(vm.type_error("__name__ must be set to a string object"));
    }
    vm.heap.generator_mut(this).name = value;
    Ok(())
}

fn qualname(vm: &mut Vm, this: Value) -> Res {
    Ok(vm.heap.generator(this).qualname)
}

fn set_qualname(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    if vm.as_text(value).is_none() {
        return Err(vm.type_error("__qualname__ must be set to a string object"));
    }
    vm.heap.generator_mut(this).qualname = value;
    Ok(())
}

fn code(vm: &mut Vm, this: Value) -> Res {
    let code = vm.heap.generator(this).code.clone();
    Ok(vm.code_object(code))
}

fn running(vm: &mut Vm, this: Value) -> Res {
    let generator = vm.heap.generator(this);
    Ok(Value::bool(
        generator.state == GeneratorState::Running || generator.running_async,
    ))
}

fn suspended(vm: &mut Vm, this: Value) -> Res {
    Ok(Value::bool(
        vm.heap.generator(this).state == GeneratorState::Suspended,
    ))
}

/// What the generator delegates to, or None.
fn delegate(vm: &mut Vm, this: Value) -> Res {
    let generator = vm.heap.generator(this);
    if generator.state == GeneratorState::Suspended
        && generator.delegating
        && let airlock_bytecode::Instr::YieldFrom { iter, .. } =
            generator.code.code.instrs[generator.pc as usize]
    {
        return Ok(generator.registers[iter as usize]);
    }
    Ok(Value::NONE)
}

fn frame(vm: &mut Vm, this: Value) -> Res {
    let generator = vm.heap.generator(this);
    if generator.state == GeneratorState::Finished {
        return Ok(Value::NONE);
    }
    let (code, pc, globals) = (generator.code.clone(), generator.pc, generator.globals);
    Ok(vm.suspended_frame(code, pc, globals, this))
}

fn origin(vm: &mut Vm, this: Value) -> Res {
    Ok(vm.heap.generator(this).origin)
}

// Async generators.

fn async_next(vm: &mut Vm, args: &[Value]) -> Res {
    vm.async_send(args[0], AsyncMode::Send, Value::NONE)
}

fn async_send(vm: &mut Vm, args: &[Value]) -> Res {
    vm.async_send(args[0], AsyncMode::Send, args[1])
}

fn async_throw(vm: &mut Vm, args: &[Value]) -> Res {
    check_traceback(vm, args[3])?;
    let state = [args[0], args[3], Value::NONE, Value::NONE];
    match thrown(vm, args[1], args[2]) {
        Ok(exception) => async_throw_now(vm, state, Completion::Returned(exception)),
        Err(Throw::Call) => Err(vm.and_then(state, async_throw_now)),
        Err(other) => Err(other),
    }
}

fn async_throw_now(
    vm: &mut Vm,
    [generator, traceback, ..]: [Value; 4],
    completion: Completion,
) -> Res {
    let exception = completion.value()?;
    thrown_traceback(vm, exception, traceback)?;
    vm.async_send(generator, AsyncMode::Throw, exception)
}

fn async_close(vm: &mut Vm, args: &[Value]) -> Res {
    vm.async_send(args[0], AsyncMode::Close, Value::NONE)
}

/// Drives an [`AsyncSend`] by hand (`send`, `throw`), as coroutine code
/// written without `await` does.
fn step(vm: &mut Vm, awaitable: Value, sent: Result<Value, Value>) -> Res {
    let state = [awaitable, Value::NONE, Value::NONE, Value::NONE];
    vm.async_step_request(awaitable, sent, state)
}

fn asend_send(vm: &mut Vm, args: &[Value]) -> Res {
    step(vm, args[0], Ok(args[1]))
}

fn asend_next(vm: &mut Vm, args: &[Value]) -> Res {
    step(vm, args[0], Ok(Value::NONE))
}

fn asend_throw(vm: &mut Vm, args: &[Value]) -> Res {
    check_traceback(vm, args[3])?;
    let state = [args[0], args[3], Value::NONE, Value::NONE];
    match thrown(vm, args[1], args[2]) {
        Ok(exception) => asend_throw_now(vm, state, Completion::Returned(exception)),
        Err(Throw::Call) => Err(vm.and_then(state, asend_throw_now)),
        Err(other) => Err(other),
    }
}

fn asend_throw_now(
    vm: &mut Vm,
    [awaitable, traceback, ..]: [Value; 4],
    completion: Completion,
) -> Res {
    let exception = completion.value()?;
    thrown_traceback(vm, exception, traceback)?;
    step(vm, awaitable, Err(exception))
}

fn asend_close(vm: &mut Vm, args: &[Value]) -> Res {
    match vm.heap.downcast_mut::<AsyncSend>(args[0]) {
        Some(send) if !send.finished => {}
        _ => return Ok(Value::NONE),
    }
    let class = vm.types.generator_exit;
    let exit = vm.make_exception(class, &[]);
    match step(vm, args[0], Err(exit)) {
        Ok(value) => closed(vm, NO_STATE, Completion::Returned(value)),
        Err(Throw::Raise(exception)) => closed(vm, NO_STATE, Completion::Raised(exception)),
        Err(Throw::Call) => Err(vm.and_then(NO_STATE, closed)),
        Err(other) => Err(other),
    }
}

/// How a step ended that was to be the last.
fn closed(vm: &mut Vm, _: [Value; 4], completion: Completion) -> Res {
    match completion {
        Completion::Raised(exception) => {
            let quiet = [
                vm.types.generator_exit,
                vm.types.stop_iteration,
                vm.types.stop_async_iteration,
            ];
            if quiet.iter().any(|&class| vm.is_instance(exception, class)) {
                return Ok(Value::NONE);
            }
            Err(Throw::Raise(exception))
        }
        _ => Err(vm.runtime_error("coroutine ignored GeneratorExit")),
    }
}

fn after_async_step(vm: &mut Vm, [awaitable, ..]: [Value; 4], completion: Completion) -> Res {
    let mut mode = AsyncMode::Send;
    let mut generator = Value::NONE;
    if !matches!(completion, Completion::Yielded(_))
        && let Some(send) = vm.heap.downcast_mut::<AsyncSend>(awaitable)
    {
        send.finished = true;
        mode = send.mode;
        generator = send.generator;
    }
    if generator.is(Kind::Generator) {
        vm.heap.generator_mut(generator).running_async = false;
    }
    match completion {
        Completion::Yielded(value) => Ok(value),
        Completion::Item(_) if mode == AsyncMode::Close => {
            Err(vm.runtime_error("async generator ignored GeneratorExit"))
        }
        Completion::Item(value) => Err(vm.stop_iteration(value)),
        Completion::Returned(_) if mode == AsyncMode::Close => Err(vm.stop_iteration(Value::NONE)),
        Completion::Returned(_) => {
            let class = vm.types.stop_async_iteration;
            Err(Throw::Raise(vm.make_exception(class, &[])))
        }
        Completion::Raised(exception) => {
            let ends = [vm.types.stop_async_iteration, vm.types.generator_exit];
            if mode == AsyncMode::Close
                && ends.iter().any(|&class| vm.is_instance(exception, class))
            {
                return Err(vm.stop_iteration(Value::NONE));
            }
            Err(Throw::Raise(exception))
        }
    }
}

impl Vm {
    fn async_step_request(
        &mut self,
        awaitable: Value,
        sent: Result<Value, Value>,
        state: [Value; 4],
    ) -> Res {
        // The checks of a first step, made without a frame to deliver to.
        let Some(send) = self.heap.downcast_mut::<AsyncSend>(awaitable) else {
            return Err(self.type_error("an async generator's awaitable is expected"));
        };
        let (generator, mode, value, started, finished) = (
            send.generator,
            send.mode,
            send.value,
            send.started,
            send.finished,
        );
        if finished {
            return Err(self.runtime_error(mode.reused()));
        }
        if !started {
            let busy = self.heap.generator(generator).running_async;
            let ended = self.heap.generator(generator).state;
            if busy
                || ended == GeneratorState::Finished
                || (mode == AsyncMode::Close && ended == GeneratorState::Created)
            {
                return match self.step_async(awaitable, sent, Ret::Discard)? {
                    Flow::Done(value) => Err(self.stop_iteration(value)),
                    Flow::Pushed => Ok(Value::NONE),
                };
            }
            if let Some(send) = self.heap.downcast_mut::<AsyncSend>(awaitable) {
                send.started = true;
            }
            self.heap.generator_mut(generator).running_async = true;
        }
        let sent = match (started, sent, mode) {
            (_, Err(exception), _) => Err(exception),
            (true, Ok(sent), _) => Ok(sent),
            (false, Ok(sent), AsyncMode::Send) => Ok(if sent.is_none() { value } else { sent }),
            (false, Ok(_), AsyncMode::Throw) => Err(value),
            (false, Ok(_), AsyncMode::Close) => {
                let class = self.types.generator_exit;
                Err(self.make_exception(class, &[]))
            }
        };
        Err(self.resume_then(generator, sent, state, after_async_step))
    }
}

static COMMON: &[NativeDef] = &[
    method("send", "self, value, /", send),
    method("throw", "self, type, value=None, traceback=None, /", throw),
    method("close", "self, /", close),
    method("__repr__", "self, /", repr),
];

static GENERATOR: &[NativeDef] = &[
    method("__iter__", "self, /", itself),
    method("__next__", "self, /", next),
];

static COROUTINE: &[NativeDef] = &[method("__await__", "self, /", coroutine_await)];

/// The iterator that `coroutine.__await__()` gives; it drives the coroutine.
struct CoroutineWrapper {
    coroutine: Value,
    class: Value,
}

impl NativeObject for CoroutineWrapper {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.coroutine);
    }
}

fn coroutine_await(vm: &mut Vm, args: &[Value]) -> Res {
    let class = vm.types.coroutine_wrapper;
    Ok(vm.heap.new_object(CoroutineWrapper {
        coroutine: args[0],
        class,
    }))
}

fn wrapped(vm: &Vm, wrapper: Value) -> Value {
    vm.heap
        .downcast::<CoroutineWrapper>(wrapper)
        .map_or(Value::NONE, |wrapper| wrapper.coroutine)
}

fn wrapper_send(vm: &mut Vm, args: &[Value]) -> Res {
    let coroutine = wrapped(vm, args[0]);
    send(vm, &[coroutine, args[1]])
}

fn wrapper_next(vm: &mut Vm, args: &[Value]) -> Res {
    let coroutine = wrapped(vm, args[0]);
    send(vm, &[coroutine, Value::NONE])
}

fn wrapper_throw(vm: &mut Vm, args: &[Value]) -> Res {
    let coroutine = wrapped(vm, args[0]);
    throw(vm, &[coroutine, args[1], args[2], args[3]])
}

fn wrapper_close(vm: &mut Vm, args: &[Value]) -> Res {
    let coroutine = wrapped(vm, args[0]);
    close(vm, &[coroutine])
}

static WRAPPER: &[NativeDef] = &[
    method("send", "self, value, /", wrapper_send),
    method(
        "throw",
        "self, type, value=None, traceback=None, /",
        wrapper_throw,
    ),
    method("close", "self, /", wrapper_close),
    method("__iter__", "self, /", itself),
    method("__next__", "self, /", wrapper_next),
];

static ASYNC_GENERATOR: &[NativeDef] = &[
    method("__aiter__", "self, /", itself),
    method("__anext__", "self, /", async_next),
    method("asend", "self, value, /", async_send),
    method(
        "athrow",
        "self, type, value=None, traceback=None, /",
        async_throw,
    ),
    method("aclose", "self, /", async_close),
    method("__repr__", "self, /", repr),
];

static ASEND: &[NativeDef] = &[
    method("send", "self, value, /", asend_send),
    method(
        "throw",
        "self, type, value=None, traceback=None, /",
        asend_throw,
    ),
    method("close", "self, /", asend_close),
    method("__await__", "self, /", itself),
    method("__iter__", "self, /", itself),
    method("__next__", "self, /", asend_next),
];

static NAMES: &[GetterDef] = &[
    getter_setter("__name__", name, set_name),
    getter_setter("__qualname__", qualname, set_qualname),
];

static GENERATOR_GETTERS: &[GetterDef] = &[
    getter("gi_code", code),
    getter("gi_running", running),
    getter("gi_suspended", suspended),
    getter("gi_yieldfrom", delegate),
    getter("gi_frame", frame),
];

static COROUTINE_GETTERS: &[GetterDef] = &[
    getter("cr_code", code),
    getter("cr_running", running),
    getter("cr_suspended", suspended),
    getter("cr_await", delegate),
    getter("cr_frame", frame),
    getter("cr_origin", origin),
];

static ASYNC_GETTERS: &[GetterDef] = &[
    getter("ag_code", code),
    getter("ag_running", running),
    getter("ag_suspended", suspended),
    getter("ag_await", delegate),
    getter("ag_frame", frame),
];

pub(crate) fn register(vm: &mut Vm) {
    vm.add_methods(vm.types.generator, COMMON);
    vm.add_methods(vm.types.generator, GENERATOR);
    vm.add_getters(vm.types.generator, NAMES);
    vm.add_getters(vm.types.generator, GENERATOR_GETTERS);
    vm.add_methods(vm.types.coroutine, COMMON);
    vm.add_methods(vm.types.coroutine, COROUTINE);
    vm.add_getters(vm.types.coroutine, NAMES);
    vm.add_getters(vm.types.coroutine, COROUTINE_GETTERS);
    vm.add_methods(vm.types.coroutine_wrapper, WRAPPER);
    vm.add_methods(vm.types.async_generator, ASYNC_GENERATOR);
    vm.add_getters(vm.types.async_generator, NAMES);
    vm.add_getters(vm.types.async_generator, ASYNC_GETTERS);
    vm.add_methods(vm.types.async_generator_asend, ASEND);
    vm.add_methods(vm.types.async_generator_athrow, ASEND);
}
