//! What happens when an instruction or a frame does not simply give a value:
//! requests, returns across natives, exceptions, suspension.

use std::rc::Rc;

use airlock_bytecode::{ExceptionRange, Instr};
use smallvec::SmallVec;

use crate::builtins::generator::{AsyncMode, AsyncSend};
use crate::call::Flow;
use crate::fiber::{Fiber, FiberState, Frame, NativeFrame, PyFrame, Ret};
use crate::generator::{GeneratorKind, GeneratorState};
use crate::object::TraceEntry;
use crate::run::Exit;
use crate::throw::Request;
use crate::value::Kind;
use crate::{Completion, FiberId, Res, Throw, Value, Vm, Wake};

/// A request on its way, and where its value is to go.
pub(crate) type Undone = (Throw, Ret);

/// What a list that collects items has room for at first.
const FEW_ITEMS: usize = 8;

impl Vm {
    /// Carries out what an instruction of the top frame asked for. Afterwards
    /// the top frame is a Python frame, ready to go on; or the VM leaves.
    #[inline(never)]
    pub(crate) fn handle(&mut self, throw: Throw, ret: Ret) -> Result<(), Exit> {
        let mut undone = (throw, ret);
        loop {
            let result = match undone.0 {
                Throw::Raise(exception) => self.raise_at(exception, undone.1),
                Throw::Call => {
                    if let Request::Park(wake) = self.pending.what {
                        let ret = self.push_continuations(undone.1);
                        self.park(wake, ret);
                        return self.schedule();
                    }
                    if let Request::Yield = self.pending.what {
                        let ret = self.push_continuations(undone.1);
                        self.park(
                            Wake {
                                deadline_nanos: None,
                                blocking: false,
                            },
                            ret,
                        );
                        let id = self.current;
                        self.wake(id, Completion::Returned(Value::NONE));
                        return self.schedule();
                    }
                    self.start_pending(undone.1)
                }
                Throw::Park(wake) => {
                    self.park(wake, undone.1);
                    return self.schedule();
                }
                Throw::Halt(halt) => return Err(Exit::Halted(halt)),
                Throw::Python | Throw::Materialize(_) => {
                    undone.0 = self.not_implemented_error(
                        "this operation cannot call Python code from here in this version",
                    );
                    continue;
                }
            };
            match result {
                Ok(()) => return self.settle(),
                Err(next) => undone = next,
            }
        }
    }

    /// Starts what [`Vm::pending`] holds.
    fn start_pending(&mut self, ret: Ret) -> Result<(), Undone> {
        let ret = self.push_continuations(ret);
        let what = std::mem::replace(&mut self.pending.what, Request::None);
        let flow = match what {
            Request::None | Request::Park(_) | Request::Yield => Ok(Flow::Done(Value::NONE)),
            Request::Call {
                callee,
                args,
                names,
            } => self.call_args(callee, &args, names, ret),
            Request::Send { generator, value } => self.resume(generator, value, ret),
            Request::ThrowInto {
                generator,
                exception,
            } => self.throw_into(generator, exception, ret),
            Request::Collect(generator) => self.start_collecting(generator, ret),
            Request::Sum(generator) => self.start_adding(generator, ret),
            Request::While { generator, truth } => {
                debug_assert!(matches!(ret, Ret::Native));
                self.fuel -= 8;
                self.resume(generator, Value::NONE, Ret::While { truth })
            }
            Request::Body {
                function,
                namespace,
            } => self.start_body(function, namespace, ret),
        };
        match flow {
            Ok(Flow::Done(value)) => self.deliver(ret, Completion::Returned(value)),
            Ok(Flow::Pushed) => Ok(()),
            Err(throw) => Err((throw, ret)),
        }
    }

    /// Frames for the continuations of [`Vm::pending`]; where what it asks for
    /// delivers to.
    fn push_continuations(&mut self, mut ret: Ret) -> Ret {
        let then = std::mem::replace(&mut self.pending.then, SmallVec::new());
        for (then, state) in then.into_iter().rev() {
            self.frames
                .push(Frame::Native(NativeFrame { then, state, ret }));
            ret = Ret::Native;
        }
        ret
    }

    /// Runs a generator to its end for the native continuation below, which
    /// receives a list of the items. Costs what a loop over it would.
    fn start_collecting(&mut self, generator: Value, ret: Ret) -> Res<Flow> {
        debug_assert!(matches!(ret, Ret::Native));
        let list = self.heap.new_list(Vec::with_capacity(FEW_ITEMS));
        self.fuel -= 4;
        let flow = self.resume(generator, Value::NONE, Ret::Collect { list })?;
        Ok(match flow {
            Flow::Done(_) => Flow::Done(list),
            Flow::Pushed => {
                self.fuel -= 8;
                Flow::Pushed
            }
        })
    }

    /// Runs a generator to its end, its items added up in the state of the
    /// native continuation below. Costs what a loop in Python would.
    fn start_adding(&mut self, generator: Value, ret: Ret) -> Res<Flow> {
        debug_assert!(matches!(ret, Ret::Native));
        self.fuel -= match self.frames.last() {
            Some(Frame::Native(below)) if below.state[0].is_float() => 20,
            _ => 8,
        };
        let flow = self.resume(generator, Value::NONE, Ret::Sum)?;
        if let Flow::Pushed = flow {
            self.fuel -= 8;
        }
        Ok(flow)
    }

    /// An item of a generator that runs for a list.
    #[inline(always)]
    pub(crate) fn collect_item(&mut self, list: Value, item: Value) {
        self.heap.list_mut(list).push(item);
        self.heap.charge(8);
        self.fuel -= 8;
    }

    /// Whether what drives the generator on top takes an item at once, so that
    /// the generator goes on.
    #[inline(never)]
    pub(crate) fn take_item(&mut self, ret: Ret, item: Value) -> bool {
        match ret {
            Ret::Collect { list } => {
                self.collect_item(list, item);
                true
            }
            Ret::Sum => self.add_item(item),
            Ret::While { truth } if self.truthy(item).is_ok_and(|it| it == truth) => {
                self.fuel -= 8;
                true
            }
            _ => false,
        }
    }

    /// Adds an item to a sum of ints or, by Neumaier's compensated sum, of
    /// floats; false if it is another kind of number, or none.
    fn add_item(&mut self, item: Value) -> bool {
        let [.., Frame::Native(below), Frame::Python(_)] = &mut self.frames[..] else {
            return false;
        };
        let [total, low, ..] = &mut below.state;
        let int = match item.as_bool() {
            Some(truth) => Some(truth as i64),
            None => item.as_small(),
        };
        if let Some(before) = total.as_small() {
            let sum = match (int, item.as_float()) {
                (Some(int), _) => Value::small(before + int),
                (None, Some(float)) => {
                    self.fuel -= 12;
                    Some(Value::float(before as f64 + float))
                }
                _ => None,
            };
            let Some(sum) = sum else {
                return false;
            };
            *total = sum;
        } else {
            let (Some(high), Some(lost)) = (total.as_float(), low.as_float()) else {
                return false;
            };
            let x = match (item.as_float(), int) {
                (Some(float), _) => float,
                (None, Some(int)) => {
                    self.fuel -= 8;
                    int as f64
                }
                _ => return false,
            };
            let sum = high + x;
            let error = if high.abs() >= x.abs() {
                (high - sum) + x
            } else {
                (x - sum) + high
            };
            *low = Value::float(lost + error);
            *total = Value::float(sum);
        }
        self.fuel -= 12;
        true
    }

    fn start_body(&mut self, function: Value, namespace: Value, ret: Ret) -> Res<Flow> {
        let object = self.heap.function(function);
        let code = object.code.clone();
        let globals = object.globals;
        let base = self.stack_top();
        let registers = code.code.registers as usize;
        self.ensure_stack(base + registers);
        self.stack[base..base + registers].fill(Value::UNBOUND);
        let closure = &self.heap.function(function).closure;
        let captures = code.code.captures.len();
        self.stack[base..base + captures].copy_from_slice(&closure[..captures]);
        self.push_frame(PyFrame {
            code,
            pc: 0,
            base: base as u32,
            ret,
            globals,
            namespace,
            generator: Value::UNBOUND,
            handled: Value::NONE,
            function,
        })?;
        Ok(Flow::Pushed)
    }

    pub(crate) fn top(&mut self) -> &mut PyFrame {
        match self.frames.last_mut() {
            Some(Frame::Python(frame)) => frame,
            _ => unreachable!("the top frame is Python's"),
        }
    }

    fn set_top_register(&mut self, dst: u16, value: Value) {
        let at = self.top().base as usize + dst as usize;
        self.stack[at] = value;
    }

    /// Gives a value to whoever waits for it, by way of native continuations.
    pub(crate) fn deliver(&mut self, ret: Ret, completion: Completion) -> Result<(), Undone> {
        let (mut ret, mut completion) = (ret, completion);
        loop {
            let value = match completion {
                Completion::Raised(exception) => return Err((Throw::Raise(exception), ret)),
                Completion::Returned(value)
                | Completion::Yielded(value)
                | Completion::Item(value) => value,
            };
            match ret {
                Ret::Reg(dst) | Ret::YieldFrom { dst } => self.set_top_register(dst, value),
                Ret::Again(dst) => {
                    self.set_top_register(dst, value);
                    self.top().pc -= 1;
                }
                Ret::Discard => {}
                Ret::Init { instance, dst } => {
                    if !value.is_none() {
                        let message = format!(
                            "__init__() should return None, not '{}'",
                            self.type_name(value)
                        );
                        return Err((self.type_error(message), Ret::Discard));
                    }
                    self.set_top_register(dst, instance);
                }
                Ret::ForNext { .. } => {}
                Ret::Collect { list } => {
                    ret = Ret::Native;
                    completion = Completion::Returned(list);
                    continue;
                }
                Ret::Sum | Ret::While { .. } => {
                    ret = Ret::Native;
                    continue;
                }
                Ret::ForNextCall { dst, target } => {
                    self.set_top_register(dst, value);
                    self.top().pc = target;
                }
                Ret::YieldFromCall { .. } => {
                    self.top().pc -= 1;
                    self.delegation = true;
                    return self.suspend(value, false);
                }
                Ret::AsyncItem { dst, awaitable } => {
                    // The async generator's body ended.
                    return self.end_async_item(dst, awaitable, None);
                }
                Ret::Jump { when, target } => {
                    if (value == Value::TRUE) == when {
                        self.top().pc = target;
                    }
                }
                Ret::Not(dst) => self.set_top_register(dst, Value::bool(value != Value::TRUE)),
                Ret::Native => {
                    let Some(Frame::Native(frame)) = self.frames.pop() else {
                        unreachable!("a native frame waits for this value");
                    };
                    match (frame.then)(self, frame.state, completion) {
                        Ok(value) => {
                            ret = frame.ret;
                            completion = Completion::Returned(value);
                            continue;
                        }
                        Err(throw) => return Err((throw, frame.ret)),
                    }
                }
                Ret::Fiber => {
                    self.fibers[self.current].result = Some(Completion::Returned(value));
                }
            }
            return Ok(());
        }
    }

    /// The end of one step of an async generator: its body returned (`raised`
    /// is `None`) or raised.
    fn end_async_item(
        &mut self,
        dst: u16,
        awaitable: Value,
        raised: Option<Value>,
    ) -> Result<(), Undone> {
        let mut mode = AsyncMode::Send;
        if let Some(send) = self.heap.downcast_mut::<AsyncSend>(awaitable) {
            send.finished = true;
            mode = send.mode;
            let generator = send.generator;
            self.heap.generator_mut(generator).running_async = false;
        }
        let close = mode == AsyncMode::Close;
        match raised {
            Some(exception) => {
                let ends = [self.types.stop_async_iteration, self.types.generator_exit];
                if close && ends.iter().any(|&class| self.is_instance(exception, class)) {
                    self.set_top_register(dst, Value::NONE);
                    return Ok(());
                }
                Err((Throw::Raise(exception), Ret::Discard))
            }
            None if close => {
                self.set_top_register(dst, Value::NONE);
                Ok(())
            }
            None => {
                let class = self.types.stop_async_iteration;
                let exception = self.make_exception(class, &[]);
                Err((Throw::Raise(exception), Ret::Discard))
            }
        }
    }

    /// Suspends the generator whose frame is on top: a plain `yield`, or
    /// (`item`) the item of an async generator.
    #[inline(never)]
    pub(crate) fn suspend(&mut self, value: Value, item: bool) -> Result<(), Undone> {
        let mut item = item;
        loop {
            let delegating = std::mem::take(&mut self.delegation);
            let Some(Frame::Python(frame)) = self.frames.last() else {
                unreachable!("a generator's frame is on top");
            };
            let fresh = frame.generator.is_unbound();
            if fresh {
                self.make_awaited(self.frames.len() - 1);
            }
            let frame = self.top();
            let (base, ret) = (frame.base as usize, frame.ret);
            if self.take_item(ret, value) {
                self.send_into_top(Value::NONE, delegating);
                return Ok(());
            }
            if self.watching {
                self.note_suspension();
            }
            let Some(Frame::Python(frame)) = self.frames.last() else {
                unreachable!("a generator's frame is on top");
            };
            let generator = self.heap.generator_mut(frame.generator);
            for (at, register) in generator.registers.iter_mut().enumerate() {
                *register = self.stack[base + at];
            }
            generator.pc = frame.pc;
            generator.handled = frame.handled;
            generator.delegating = delegating;
            if !delegating
                && let Instr::Yield { dst, .. } = frame.code.code.instrs[frame.pc as usize - 1]
            {
                generator.sent_to = dst;
            }
            generator.state = GeneratorState::Suspended;
            self.frames.truncate(self.frames.len() - 1);
            self.depth -= 1;
            match ret {
                Ret::ForNext { dst, target } => {
                    self.set_top_register(dst, value);
                    self.top().pc = target;
                    return Ok(());
                }
                Ret::YieldFrom { .. } => {
                    self.top().pc -= 1;
                    if fresh {
                        // The frame's own registers began here.
                        self.send_into_top(Value::NONE, true);
                    }
                    self.delegation = true;
                }
                Ret::AsyncItem { dst, awaitable } if item => {
                    let mut ignored = false;
                    if let Some(send) = self.heap.downcast_mut::<AsyncSend>(awaitable) {
                        send.finished = true;
                        ignored = send.mode == AsyncMode::Close;
                        let generator = send.generator;
                        self.heap.generator_mut(generator).running_async = false;
                    }
                    if ignored {
                        return Err((
                            self.runtime_error("async generator ignored GeneratorExit"),
                            Ret::Discard,
                        ));
                    }
                    self.set_top_register(dst, value);
                    return Ok(());
                }
                Ret::AsyncItem { .. } => {
                    self.top().pc -= 1;
                    self.delegation = true;
                }
                Ret::Native | Ret::Sum | Ret::While { .. } => {
                    let completion = if item {
                        Completion::Item(value)
                    } else {
                        Completion::Yielded(value)
                    };
                    return self.deliver(Ret::Native, completion);
                }
                other => return self.deliver(other, Completion::Yielded(value)),
            }
            item = false;
        }
    }

    /// Puts a suspended generator's frame on the fiber.
    #[inline]
    fn push_generator(&mut self, generator: Value, ret: Ret) -> Res<()> {
        self.depth += 1;
        if self.depth > self.limits.recursion {
            self.depth -= 1;
            return Err(self.recursion_error("maximum recursion depth exceeded"));
        }
        let base = self.stack_top();
        let object = self.heap.generator_mut(generator);
        let end = base + object.registers.len();
        if self.stack.len() < end {
            self.stack.resize((end * 2).max(256), Value::UNBOUND);
        }
        for (at, register) in object.registers.iter().enumerate() {
            self.stack[base + at] = *register;
        }
        object.state = GeneratorState::Running;
        let frame = PyFrame {
            code: object.code.clone(),
            pc: object.pc,
            base: base as u32,
            ret,
            globals: object.globals,
            namespace: Value::UNBOUND,
            generator,
            handled: object.handled,
            function: object.function,
        };
        self.frames.push(Frame::Python(frame));
        Ok(())
    }

    /// Resumes a generator or coroutine with a value.
    #[inline(never)]
    pub(crate) fn resume(&mut self, generator: Value, value: Value, ret: Ret) -> Res<Flow> {
        let object = self.heap.generator(generator);
        match object.state {
            GeneratorState::Running => Err(self.already_running(generator)),
            GeneratorState::Finished => {
                if object.kind == GeneratorKind::Coroutine {
                    return Err(self.runtime_error("cannot reuse already awaited coroutine"));
                }
                Ok(Flow::Done(Value::NONE))
            }
            GeneratorState::Created => {
                if !value.is_none() {
                    let what = generator_word(object.kind);
                    let message = format!("can't send non-None value to a just-started {what}");
                    return Err(self.type_error(message));
                }
                let object = self.heap.generator_mut(generator);
                object.awaited = true;
                if object.kind == GeneratorKind::Coroutine {
                    object.made_at = None;
                }
                self.push_generator(generator, ret)?;
                Ok(Flow::Pushed)
            }
            GeneratorState::Suspended => {
                let delegating = object.delegating;
                self.push_generator(generator, ret)?;
                self.send_into_top(value, delegating);
                Ok(Flow::Pushed)
            }
        }
    }

    /// Gives the generator whose frame is on top, at a `Yield` or
    /// (`delegating`) a `YieldFrom`, what was sent.
    fn send_into_top(&mut self, value: Value, delegating: bool) {
        let frame = self.top();
        let at = if delegating { frame.pc } else { frame.pc - 1 } as usize;
        let register = match frame.code.code.instrs[at] {
            Instr::Yield { dst, .. } => dst,
            Instr::YieldFrom { value, .. } => value,
            _ => unreachable!("generators suspend at yields"),
        };
        self.set_top_register(register, value);
    }

    /// As [`Vm::resume`] for a generator that suspended at a `Yield`, sent
    /// None by a loop of the frame on top at `pc`, whose registers are to stand at
    /// `base`; false, and nothing done, if it is anything else.
    #[inline(always)]
    pub(crate) fn resume_plainly(
        &mut self,
        generator: Value,
        base: usize,
        pc: usize,
        dst: u16,
        target: u32,
    ) -> bool {
        let object = self.heap.generator_mut(generator);
        let end = base + object.registers.len();
        if object.state != GeneratorState::Suspended
            || object.delegating
            || self.depth >= self.limits.recursion
        {
            return false;
        }
        let Some(registers) = self.stack.get_mut(base..end) else {
            return false;
        };
        let Some(Frame::Python(caller)) = self.frames.last_mut() else {
            return false;
        };
        caller.pc = pc as u32;
        self.depth += 1;
        copy_few(registers, &object.registers);
        registers[object.sent_to as usize] = Value::NONE;
        object.state = GeneratorState::Running;
        let frame = PyFrame {
            code: object.code.clone(),
            pc: object.pc,
            base: base as u32,
            // See `call_plainly`.
            ret: Ret::ForNext { dst, target },
            globals: object.globals,
            namespace: Value::UNBOUND,
            generator,
            handled: object.handled,
            function: object.function,
        };
        self.frames.push(Frame::Python(frame));
        true
    }

    /// As [`Vm::suspend`] for a `Yield` into `dst`, before `pc`, whose item goes to
    /// a loop of the frame below; false, and nothing done, otherwise.
    #[inline(always)]
    pub(crate) fn suspend_plainly(&mut self, value: Value, pc: usize, dst: u16) -> bool {
        let [.., Frame::Python(caller), Frame::Python(frame)] = &mut self.frames[..] else {
            return false;
        };
        let Ret::ForNext { dst: item, target } = frame.ret else {
            return false;
        };
        let generator = self.heap.generator_mut(frame.generator);
        let base = frame.base as usize;
        copy_few(&mut generator.registers, &self.stack[base..]);
        generator.pc = pc as u32;
        generator.sent_to = dst;
        generator.handled = frame.handled;
        generator.delegating = false;
        generator.state = GeneratorState::Suspended;
        caller.pc = target;
        self.stack[caller.base as usize + item as usize] = value;
        self.frames.truncate(self.frames.len() - 1);
        self.depth -= 1;
        true
    }

    #[cold]
    fn already_running(&mut self, generator: Value) -> Throw {
        let message = format!(
            "{} already executing",
            generator_word(self.heap.generator(generator).kind)
        );
        self.value_error(message)
    }

    /// Resumes a generator or coroutine with an exception, raised in what it
    /// delegates to if that takes exceptions.
    pub(crate) fn throw_into(&mut self, generator: Value, exception: Value, ret: Ret) -> Res<Flow> {
        let (mut generator, mut ret) = (generator, ret);
        // What the innermost generator handles that handles anything: the
        // context of what is thrown.
        let mut handled = Value::NONE;
        loop {
            let object = self.heap.generator(generator);
            match object.state {
                GeneratorState::Running => return Err(self.already_running(generator)),
                GeneratorState::Finished => {
                    if object.kind == GeneratorKind::Coroutine {
                        return Err(self.runtime_error("cannot reuse already awaited coroutine"));
                    }
                    self.thrown_in = true;
                    return Err(Throw::Raise(exception));
                }
                GeneratorState::Created => {
                    // Its frame shows in the traceback, at its first line.
                    let entry = TraceEntry {
                        code: object.code.clone(),
                        pc: 0,
                        globals: object.globals,
                        kept: None,
                    };
                    let object = self.heap.generator_mut(generator);
                    object.finish();
                    object.awaited = true;
                    self.heap.exception_mut(exception).trace.push(entry);
                    self.thrown_in = true;
                    return Err(Throw::Raise(exception));
                }
                GeneratorState::Suspended => {}
            }
            let delegating = object.delegating;
            self.push_generator(generator, ret)?;
            if !self.top().handled.is_none() {
                handled = self.top().handled;
            }
            if !delegating {
                return Err(self.raise_thrown(exception, handled));
            }
            let frame = self.top();
            let base = frame.base as usize;
            let Instr::YieldFrom { dst, iter, .. } = frame.code.code.instrs[frame.pc as usize]
            else {
                unreachable!("a delegating generator stands at a YieldFrom");
            };
            frame.pc += 1;
            let mut inner = self.stack[base + iter as usize];
            if let crate::object::PyIter::Wrapped {
                inner: generator, ..
            } = match inner.kind() {
                Some(Kind::Iter) => self.heap.iter(inner),
                _ => &crate::object::PyIter::Exhausted { class: Value::NONE },
            } {
                inner = *generator;
            }
            let is_exit = self.is_instance(exception, self.types.generator_exit);
            if inner.is(Kind::Generator) && !is_exit {
                generator = inner;
                ret = Ret::YieldFrom { dst };
                continue;
            }
            if let Some(send) = self.heap.downcast::<AsyncSend>(inner) {
                generator = send.generator;
                ret = Ret::AsyncItem {
                    dst,
                    awaitable: inner,
                };
                continue;
            }
            let state = [exception, inner, Value::NONE, Value::NONE];
            if is_exit {
                return match self.get_attr(inner, self.names.close) {
                    Ok(close) => Err(self.call_then(close, &[], state, raise_again)),
                    Err(Throw::Call) => Err(self.and_then(state, close_delegate)),
                    Err(Throw::Raise(error)) => {
                        close_delegate(self, state, Completion::Raised(error)).map(Flow::Done)
                    }
                    Err(other) => Err(other),
                };
            }
            let flow = match self.get_attr(inner, self.names.throw) {
                Ok(throw) => self.call_args(
                    throw,
                    &[exception],
                    Value::UNBOUND,
                    Ret::YieldFromCall { dst },
                ),
                Err(Throw::Call) => Err(self.and_then(state, throw_into_delegate)),
                Err(Throw::Raise(error)) if self.is_instance(error, self.types.attribute_error) => {
                    return Err(self.raise_thrown(exception, handled));
                }
                Err(other) => Err(other),
            };
            return match flow {
                Ok(Flow::Done(value)) => {
                    // The iterator went on: its item is yielded.
                    self.top().pc -= 1;
                    self.delegation = true;
                    match self.suspend(value, false) {
                        Ok(()) => Ok(Flow::Pushed),
                        Err((throw, _)) => Err(throw),
                    }
                }
                Ok(Flow::Pushed) => Ok(Flow::Pushed),
                Err(Throw::Raise(raised))
                    if self.is_instance(raised, self.types.stop_iteration) =>
                {
                    let value = self.stop_value(raised);
                    self.set_top_register(dst, value);
                    Ok(Flow::Pushed)
                }
                Err(Throw::Call) => {
                    // Deliver as the YieldFrom would have.
                    match self.start_pending(Ret::YieldFromCall { dst }) {
                        Ok(()) => Ok(Flow::Pushed),
                        Err((throw, _)) => Err(throw),
                    }
                }
                // Thrown on as it is by an iterator that is no Python code.
                Err(Throw::Raise(raised)) if raised == exception => {
                    Err(self.raise_thrown(exception, handled))
                }
                Err(other) => Err(other),
            };
        }
    }

    /// Raises what was thrown into the generator on top.
    fn raise_thrown(&mut self, exception: Value, handled: Value) -> Throw {
        self.chain_context(exception, handled);
        self.thrown_in = true;
        Throw::Raise(exception)
    }

    /// `value` of a `StopIteration`.
    pub fn stop_value(&self, exception: Value) -> Value {
        if let Some(value) = self.own_attr(exception, self.names.value) {
            return value;
        }
        let args = self.heap.exception(exception).args;
        self.heap
            .tuple(args)
            .first()
            .copied()
            .unwrap_or(Value::NONE)
    }

    /// An exception raised by the top frame's instruction, whose value would
    /// have gone to `ret`.
    fn raise_at(&mut self, exception: Value, ret: Ret) -> Result<(), Undone> {
        if self.takes_stop(exception, ret) {
            return Ok(());
        }
        // One made by a native; `raise` has set it already.
        let settled = std::mem::take(&mut self.thrown_in) || self.reraising;
        let object = self.heap.exception(exception);
        if object.trace.is_empty() && object.context.is_none() && !settled {
            self.set_context(exception);
        }
        self.unwind(exception)
    }

    /// Whether a `StopIteration` only means the end of what the frame on top
    /// was driving.
    fn takes_stop(&mut self, exception: Value, ret: Ret) -> bool {
        match ret {
            Ret::ForNextCall { .. } if self.is_instance(exception, self.types.stop_iteration) => {
                true
            }
            Ret::YieldFromCall { dst }
                if self.is_instance(exception, self.types.stop_iteration) =>
            {
                let value = self.stop_value(exception);
                self.set_top_register(dst, value);
                true
            }
            _ => false,
        }
    }

    /// Finds the handler of an exception, ending frames on the way.
    fn unwind(&mut self, exception: Value) -> Result<(), Undone> {
        let mut exception = exception;
        loop {
            match self.frames.last_mut() {
                None => {
                    self.fibers[self.current].result = Some(Completion::Raised(exception));
                    return Ok(());
                }
                Some(Frame::Python(frame)) => {
                    let pc = frame.pc.saturating_sub(1);
                    let code = frame.code.clone();
                    let globals = frame.globals;
                    let new = !std::mem::take(&mut self.reraising);
                    if new && !code.code.flags.hidden {
                        self.heap.charge(24);
                        self.heap.exception_mut(exception).trace.push(TraceEntry {
                            code: code.clone(),
                            pc,
                            globals,
                            kept: None,
                        });
                        self.heap.exception_mut(exception).traceback = Value::UNBOUND;
                    }
                    let range = code
                        .code
                        .exception_table
                        .iter()
                        .find(|range| range.start <= pc && pc < range.end)
                        .copied();
                    if self.watching
                        && let Some(told) = self.before_unwinding(exception, new, range.is_none())
                    {
                        return Err((told, Ret::Discard));
                    }
                    if let Some(ExceptionRange {
                        handler,
                        exception: register,
                        ..
                    }) = range
                    {
                        self.set_top_register(register, exception);
                        self.top().pc = handler;
                        return Ok(());
                    }
                    self.keep_variables(exception);
                    let Some(Frame::Python(frame)) = self.frames.pop() else {
                        continue;
                    };
                    self.depth -= 1;
                    if !frame.generator.is_unbound() {
                        self.heap.generator_mut(frame.generator).finish();
                    }
                    if frame.code.suspends {
                        exception = self.stop_inside(frame.code.generator_kind(), exception);
                    }
                    match frame.ret {
                        Ret::Fiber => {
                            self.fibers[self.current].result = Some(Completion::Raised(exception));
                            return Ok(());
                        }
                        Ret::AsyncItem { dst, awaitable } => {
                            match self.end_async_item(dst, awaitable, Some(exception)) {
                                Ok(()) => return Ok(()),
                                Err((Throw::Raise(next), _)) => exception = next,
                                Err(other) => return Err(other),
                            }
                        }
                        ret if self.takes_stop(exception, ret) => return Ok(()),
                        _ => {}
                    }
                }
                Some(Frame::Native(_)) => {
                    let Some(Frame::Native(frame)) = self.frames.pop() else {
                        continue;
                    };
                    self.reraising = false;
                    match (frame.then)(self, frame.state, Completion::Raised(exception)) {
                        Ok(value) => return self.deliver(frame.ret, Completion::Returned(value)),
                        Err(Throw::Raise(next)) => {
                            exception = next;
                            if let Ret::Fiber = frame.ret {
                                self.fibers[self.current].result =
                                    Some(Completion::Raised(exception));
                                return Ok(());
                            }
                            if self.takes_stop(exception, frame.ret) {
                                return Ok(());
                            }
                        }
                        Err(throw) => return Err((throw, frame.ret)),
                    }
                }
            }
        }
    }

    /// Keeps the variables of the top frame, which an exception ends, for who
    /// looks at the traceback.
    fn keep_variables(&mut self, exception: Value) {
        let Some(Frame::Python(frame)) = self.frames.last() else {
            return;
        };
        let (base, count) = (frame.base as usize, frame.code.code.varnames.len());
        if count == 0 {
            return;
        }
        let exception = self.heap.exception_mut(exception);
        if let Some(entry) = exception.trace.last_mut()
            && Rc::ptr_eq(&entry.code, &frame.code)
            && entry.kept.is_none()
        {
            entry.kept = Some(self.stack[base..base + count].into());
            // A few are in what the entry is charged for.
            self.heap.charge(count.saturating_sub(8) * 8);
        }
    }

    /// A generator's frame ended by an exception; a `StopIteration` that
    /// leaves it becomes a `RuntimeError` (PEP 479).
    fn stop_inside(&mut self, kind: GeneratorKind, exception: Value) -> Value {
        let stop = self.is_instance(exception, self.types.stop_iteration);
        let stop_async = kind == GeneratorKind::AsyncGenerator
            && self.is_instance(exception, self.types.stop_async_iteration);
        if !stop && !stop_async {
            return exception;
        }
        let class = self.types.runtime_error;
        let raised = if stop {
            "StopIteration"
        } else {
            "StopAsyncIteration"
        };
        let message = self.string(format!("{} raised {raised}", generator_word(kind)));
        let error = self.make_exception(class, &[message]);
        let object = self.heap.exception_mut(error);
        object.cause = exception;
        object.context = exception;
        object.suppress_context = true;
        error
    }

    /// The exception being handled where the current fiber stands; None if
    /// there is none.
    #[inline(never)]
    pub fn handled_exception(&self) -> Value {
        self.frames
            .iter()
            .rev()
            .find_map(|frame| match frame {
                Frame::Python(frame) if !frame.handled.is_none() => Some(frame.handled),
                _ => None,
            })
            .unwrap_or(Value::NONE)
    }

    /// Sets `__context__` of an exception about to be raised.
    pub(crate) fn set_context(&mut self, exception: Value) {
        let handled = self.handled_exception();
        self.chain_context(exception, handled);
    }

    fn chain_context(&mut self, exception: Value, handled: Value) {
        if handled.is_none() || handled == exception {
            return;
        }
        // Cut a chain that leads back to the exception itself.
        let mut link = handled;
        for _ in 0..1000 {
            let next = self.heap.exception(link).context;
            if next.is_none() {
                break;
            }
            if next == exception {
                self.heap.exception_mut(link).context = Value::NONE;
                break;
            }
            link = next;
        }
        self.heap.exception_mut(exception).context = handled;
    }

    // Fibers.

    /// Makes a fiber that will call `callee`. It is ready at once.
    pub fn spawn(&mut self, callee: Value, args: &[Value], owner: Value, thread: u32) -> FiberId {
        let id = self.new_fiber(owner, thread);
        let state = [callee, self.pin_args(args), Value::NONE, Value::NONE];
        self.fibers[id].frames.push(Frame::Native(NativeFrame {
            then: start_call,
            state,
            ret: Ret::Fiber,
        }));
        self.fibers[id].inbox = Some(Completion::Returned(Value::NONE));
        self.fibers[id].state = FiberState::Ready;
        self.run_queue.push_back(id);
        id
    }

    fn pin_args(&mut self, args: &[Value]) -> Value {
        self.tuple(args)
    }

    fn new_fiber(&mut self, owner: Value, thread: u32) -> FiberId {
        let free = self
            .fibers
            .iter()
            .skip(1)
            .position(|fiber| fiber.state == FiberState::Finished && fiber.released);
        let fiber = Fiber {
            state: FiberState::Suspended,
            stack: Vec::new(),
            frames: Vec::new(),
            depth: 0,
            inbox: None,
            result: None,
            owner,
            context: Value::NONE,
            thread,
            released: false,
        };
        match free {
            Some(at) => {
                self.fibers[at + 1] = fiber;
                at + 1
            }
            None => {
                self.fibers.push(fiber);
                self.fibers.len() - 1
            }
        }
    }

    pub fn fiber(&self, id: FiberId) -> &Fiber {
        &self.fibers[id]
    }

    pub fn fiber_mut(&mut self, id: FiberId) -> &mut Fiber {
        &mut self.fibers[id]
    }

    pub fn current_fiber(&self) -> FiberId {
        self.current
    }

    /// Ends a parked fiber's waiting; its native gives this.
    pub fn wake(&mut self, id: FiberId, completion: Completion) {
        if matches!(self.fibers[id].state, FiberState::Parked(_)) {
            self.fibers[id].state = FiberState::Ready;
            self.fibers[id].inbox = Some(completion);
            self.run_queue.push_back(id);
        }
    }

    /// Lets a fiber that is ready run before all others.
    pub fn hurry(&mut self, id: FiberId) {
        if let Some(at) = self.run_queue.iter().position(|&other| other == id) {
            self.run_queue.remove(at);
            self.run_queue.push_front(id);
        }
    }

    /// Wakes every fiber whose deadline has come, in order of deadline.
    pub fn wake_due(&mut self, now_nanos: u64) {
        let mut due: Vec<(u64, FiberId)> = Vec::new();
        for (id, fiber) in self.fibers.iter().enumerate() {
            if let FiberState::Parked(Wake {
                deadline_nanos: Some(deadline),
                ..
            }) = fiber.state
                && deadline <= now_nanos
            {
                due.push((deadline, id));
            }
        }
        due.sort_unstable();
        for (_, id) in due {
            self.wake(id, Completion::Returned(Value::NONE));
        }
    }

    fn park(&mut self, wake: Wake, ret: Ret) {
        let state = [Value::NONE; 4];
        self.frames.push(Frame::Native(NativeFrame {
            then: pass,
            state,
            ret,
        }));
        self.fibers[self.current].state = FiberState::Parked(wake);
        if wake.deadline_nanos == Some(0) {
            // Only lets others run.
            self.wake(self.current, Completion::Returned(Value::NONE));
        }
    }

    /// Takes the current fiber off the machine and puts on the next that is
    /// ready.
    pub(crate) fn schedule(&mut self) -> Result<(), Exit> {
        if std::mem::take(&mut self.pause_requested) {
            self.swap_out();
            return Err(Exit::Paused);
        }
        loop {
            let Some(next) = self.run_queue.pop_front() else {
                self.swap_out();
                if self.finalize_when_stuck() {
                    continue;
                }
                return Err(self.idle_exit());
            };
            if self.fibers[next].state != FiberState::Ready {
                continue;
            }
            self.swap_out();
            self.swap_in(next);
            if let Some(completion) = self.fibers[next].inbox.take() {
                return match self.deliver(Ret::Native, completion) {
                    Ok(()) => self.settle(),
                    Err((throw, ret)) => self.handle(throw, ret),
                };
            }
            return Ok(());
        }
    }

    fn idle_exit(&self) -> Exit {
        let mut deadline: Option<u64> = None;
        let mut blocking = false;
        for fiber in &self.fibers {
            if let FiberState::Parked(wake) = fiber.state {
                blocking |= wake.blocking;
                if let Some(at) = wake.deadline_nanos {
                    deadline = Some(deadline.map_or(at, |other| other.min(at)));
                }
            }
        }
        Exit::Waiting {
            deadline_nanos: deadline,
            blocking,
        }
    }

    pub(crate) fn swap_out(&mut self) {
        if self.current == usize::MAX {
            return;
        }
        let fiber = &mut self.fibers[self.current];
        fiber.stack = std::mem::take(&mut self.stack);
        fiber.frames = std::mem::take(&mut self.frames);
        fiber.depth = self.depth;
        self.current = usize::MAX;
    }

    fn swap_in(&mut self, id: FiberId) {
        let fiber = &mut self.fibers[id];
        self.stack = std::mem::take(&mut fiber.stack);
        self.frames = std::mem::take(&mut fiber.frames);
        self.depth = fiber.depth;
        self.current = id;
        let thread = fiber.thread;
        let switched = self.last_fiber != id;
        if switched {
            self.fiber_switches += 1;
            self.last_fiber = id;
        }
        if self.last_thread != thread {
            self.thread_switches += 1;
            self.last_thread = thread;
        }
        if let Some(hook) = self.fiber_hook {
            hook(self, switched);
        }
    }

    /// After a value was delivered: goes on with the Python frame on top, or
    /// ends the fiber.
    #[inline(never)]
    pub(crate) fn settle(&mut self) -> Result<(), Exit> {
        match self.frames.last() {
            Some(Frame::Python(_)) => Ok(()),
            _ => self.finish_fiber(),
        }
    }

    /// The current fiber has no frames left.
    fn finish_fiber(&mut self) -> Result<(), Exit> {
        let id = self.current;
        self.fibers[id].state = FiberState::Finished;
        if id == 0 {
            let result = self.fibers[0]
                .result
                .unwrap_or(Completion::Returned(Value::NONE));
            return Err(Exit::Finished(result));
        }
        self.fibers[id].released = true;
        self.schedule()
    }

    /// Lets fibers of other threads run; the current one goes to the end of
    /// the queue. Fibers of one thread only switch where they wait.
    pub(crate) fn preempt(&mut self) -> Result<(), Exit> {
        let thread = self.fibers[self.current].thread;
        if self
            .run_queue
            .iter()
            .all(|&id| self.fibers[id].thread == thread)
        {
            return Ok(());
        }
        self.run_queue.push_back(self.current);
        self.schedule()
    }
}

fn start_call(vm: &mut Vm, [callee, args, ..]: [Value; 4], _: Completion) -> Res {
    let args: SmallVec<[Value; 6]> = vm.heap.tuple(args).into();
    Err(vm.tail_call(callee, &args))
}

fn pass(_: &mut Vm, _: [Value; 4], completion: Completion) -> Res {
    completion.value()
}

fn raise_again(_: &mut Vm, [exception, ..]: [Value; 4], completion: Completion) -> Res {
    completion.value()?;
    Err(Throw::Raise(exception))
}

/// Goes on with `GeneratorExit` once the iterator's `close` is known.
fn close_delegate(vm: &mut Vm, state: [Value; 4], completion: Completion) -> Res {
    let [exception, inner, ..] = state;
    match completion {
        Completion::Raised(error) if vm.is_instance(error, vm.types.attribute_error) => {
            Err(Throw::Raise(exception))
        }
        Completion::Raised(error) => {
            let report = vm.prelude("report_unraisable");
            Err(vm.call_then(report, &[error, inner], state, raise_again))
        }
        other => {
            let close = other.value()?;
            Err(vm.call_then(close, &[], state, raise_again))
        }
    }
}

/// Goes on with an exception once the iterator's `throw` is known.
fn throw_into_delegate(vm: &mut Vm, [exception, ..]: [Value; 4], completion: Completion) -> Res {
    match completion {
        Completion::Raised(error) if vm.is_instance(error, vm.types.attribute_error) => {
            Err(Throw::Raise(exception))
        }
        other => {
            let throw = other.value()?;
            Err(vm.tail_call(throw, &[exception]))
        }
    }
}

/// How messages call a generator.
pub(crate) fn generator_word(kind: GeneratorKind) -> &'static str {
    match kind {
        GeneratorKind::Generator => "generator",
        GeneratorKind::Coroutine => "coroutine",
        GeneratorKind::AsyncGenerator => "async generator",
    }
}

/// The candidate most like a word, for "Did you mean" (the edit distance and
/// the cut-off are those of CPython's `traceback.py`).
pub fn closest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates.take(750) {
        if candidate == word || candidate.is_empty() || word.len() > 40 || candidate.len() > 40 {
            continue;
        }
        let limit = (word.len() + candidate.len() + 3) * 2 / 6;
        let cost = edit_cost(word.as_bytes(), candidate.as_bytes());
        if cost <= limit && best.is_none_or(|(least, _)| cost < least) {
            best = Some((cost, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Levenshtein distance where a move costs 2 and a change of case 1.
fn edit_cost(a: &[u8], b: &[u8]) -> usize {
    let substitution = |x: u8, y: u8| match () {
        _ if x == y => 0,
        _ if x.eq_ignore_ascii_case(&y) => 1,
        _ => 2,
    };
    let mut row: Vec<usize> = (0..=b.len()).map(|at| at * 2).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = (i + 1) * 2;
        for (j, &y) in b.iter().enumerate() {
            let change = diagonal + substitution(x, y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 2).min(row[j + 1] + 2);
        }
    }
    row[b.len()]
}

/// Copies values into all of `to`, two at a time: the compiler makes a call of a
/// loop that copies one at a time, and in WebAssembly that is slower for a few.
#[inline(always)]
pub(crate) fn copy_few(to: &mut [Value], from: &[Value]) {
    let from = &from[..to.len()];
    let (pairs, last) = to.as_chunks_mut::<2>();
    let (from_pairs, from_last) = from.as_chunks::<2>();
    for (pair, from) in pairs.iter_mut().zip(from_pairs) {
        pair[0] = from[0];
        pair[1] = from[1];
    }
    if let ([last], [from]) = (last, from_last) {
        *last = *from;
    }
}
