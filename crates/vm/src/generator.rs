//! Generators, coroutines and async generators: one frame, resumed on the
//! fiber that drives it.

use std::rc::Rc;

use smallvec::SmallVec;

use crate::Value;
use crate::codeobj::CodeObj;
use crate::gc::Tracer;

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
    /// Stale while running, when they are on the fiber's stack; empty once
    /// finished.
    pub registers: SmallVec<[Value; 6]>,
    pub pc: u32,
    /// The register of what is sent, where suspended at a `Yield`.
    pub sent_to: u16,
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
    /// Coroutines that were not begun: where they were made, for
    /// `coroutine ... was never awaited`. Async generators: where another one
    /// asked for the first item, if it was another.
    pub made_at: Option<(Rc<CodeObj>, u32)>,
    /// Coroutines: `cr_origin`.
    pub origin: Value,
}

impl Generator {
    /// It will not run again.
    pub(crate) fn finish(&mut self) {
        self.state = GeneratorState::Finished;
        self.running_async = false;
        self.registers = SmallVec::new();
    }

    pub(crate) fn trace(&self, tracer: &mut Tracer) {
        if self.state != GeneratorState::Running {
            tracer.extend(&self.registers);
        }
        tracer.extend(&[
            self.function,
            self.globals,
            self.name,
            self.qualname,
            self.handled,
            self.finalizer,
            self.origin,
        ]);
    }
}
