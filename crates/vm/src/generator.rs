//! Generators, coroutines and async generators: one frame, resumed on the
//! fiber that drives it.

use std::rc::Rc;

use crate::codeobj::CodeObj;
use crate::gc::Tracer;
use crate::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GeneratorKind {
    Generator,
    Coroutine,
    AsyncGenerator,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GeneratorState {
    /// Not begun; the first `send` starts it.
    Created,
    Suspended,
    /// Its frame is on a fiber.
    Running,
    /// Returned, raised or closed.
    Finished,
}

pub struct Generator {
    pub kind: GeneratorKind,
    pub state: GeneratorState,
    pub code: Rc<CodeObj>,
    /// Empty while running and once finished.
    pub registers: Box<[Value]>,
    pub pc: u32,
    pub globals: Value,
    pub name: Value,
    pub qualname: Value,
    pub function: Value,
    /// The exception being handled in the frame; None if none.
    pub handled: Value,
    /// Suspended at a `YieldFrom`, which `pc` points at.
    pub delegating: bool,
    /// A generator that `types.coroutine` made awaitable.
    pub iterable_coroutine: bool,
    /// Async generators: the hooks were called, an `anext` is running, the
    /// generator was closed.
    pub hooks_inited: bool,
    pub running_async: bool,
    pub closed: bool,
    /// Async generators: the finalizer hook, or None.
    pub finalizer: Value,
    /// Coroutines: whether it was ever awaited.
    pub awaited: bool,
    /// Where it was created, for `coroutine ... was never awaited`.
    pub created_line: u32,
}

impl Generator {
    pub(crate) fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&self.registers);
        tracer.extend(&[self.function, self.globals, self.name, self.qualname, self.handled, self.finalizer]);
    }
}
