//! Coroutines that are awaited right where they are called. Nobody can lay
//! hands on such a one before it suspends, so none is made until then: its
//! frame runs as a function's would, with nothing for the collector.

use airlock_bytecode::Instr;

use crate::Value;
use crate::Vm;
use crate::codeobj::CodeObj;
use crate::fiber::{Frame, PyFrame, Ret};
use crate::generator::{Generator, GeneratorKind, GeneratorState};

impl Vm {
    /// Calls `function` for the `await` with which the code of the top frame
    /// goes on at `pc`; false, and nothing done, if this is another call. Its
    /// arguments stand at `base`, the coroutine would go into `dst`.
    #[inline(never)]
    pub(crate) fn await_at_once(
        &mut self,
        code: &CodeObj,
        pc: usize,
        function: Value,
        base: usize,
        argc: usize,
        dst: u16,
    ) -> bool {
        let object = self.heap.function(function);
        let called = &object.code;
        if !called.awaits || argc != called.arity as usize {
            return false;
        }
        let &[
            Instr::GetAwaitable { dst: iter, src, .. },
            Instr::LoadNone { dst: sent },
            Instr::YieldFrom {
                dst: result,
                iter: driven,
                value,
            },
            ..,
        ] = &code.code.instrs[pc..]
        else {
            return false;
        };
        // The coroutine's place must lie below the frame: see `make_awaited`.
        let [.., Frame::Python(caller)] = &self.frames[..] else {
            return false;
        };
        let below = caller.base as usize + (iter as usize) < base;
        if src != dst || driven != iter || value != sent || !below {
            return false;
        }
        if self.depth >= self.limits.recursion || self.coroutine_origin_depth > 0 {
            return false;
        }
        let called = called.clone();
        let globals = object.globals;
        let (first, captures) = (base + argc, called.code.captures.len());
        self.ensure_stack(base + called.registers as usize);
        self.stack[first..base + called.variables as usize].fill(Value::UNBOUND);
        let closure = &self.heap.function(function).closure;
        self.stack[first..first + captures].copy_from_slice(&closure[..captures]);
        self.top().pc = pc as u32 + 3;
        // What `YieldFrom` takes.
        self.fuel -= 4;
        self.depth += 1;
        self.frames.push(Frame::Python(PyFrame {
            code: called,
            pc: 0,
            base: base as u32,
            ret: Ret::Reg(result),
            globals,
            namespace: Value::UNBOUND,
            generator: Value::UNBOUND,
            handled: Value::NONE,
            function,
        }));
        true
    }

    /// Makes the coroutine of frame `at` if that has none yet: it suspends, or
    /// somebody looks at the frame.
    pub(crate) fn make_awaited(&mut self, at: usize) {
        let Some([Frame::Python(caller), Frame::Python(frame)]) =
            self.frames.get_mut(at.wrapping_sub(1)..=at)
        else {
            return;
        };
        if !frame.generator.is_unbound() || !frame.code.awaits {
            return;
        }
        let Instr::YieldFrom { dst, iter, .. } = caller.code.code.instrs[caller.pc as usize - 1]
        else {
            unreachable!("a coroutine without an object is awaited");
        };
        let base = frame.base as usize;
        let registers = &self.stack[base..base + frame.code.registers as usize];
        let function = self.heap.function(frame.function);
        let generator = Generator {
            kind: GeneratorKind::Coroutine,
            state: GeneratorState::Running,
            code: frame.code.clone(),
            registers: registers.into(),
            pc: frame.pc,
            sent_to: 0,
            globals: frame.globals,
            name: function.name,
            qualname: function.qualname,
            function: frame.function,
            handled: Value::NONE,
            delegating: false,
            iterable_coroutine: false,
            hooks_inited: false,
            running_async: false,
            closed: false,
            finalizer: Value::NONE,
            awaited: true,
            made_at: None,
            origin: Value::NONE,
        };
        let generator = self.heap.new_generator(generator);
        frame.generator = generator;
        frame.ret = Ret::YieldFrom { dst };
        self.stack[caller.base as usize + iter as usize] = generator;
    }
}
