//! Fibers and frames: a fiber is one VM stack. The main program, a thread
//! and a greenlet are fibers.

use std::rc::Rc;

use crate::Value;
use crate::codeobj::CodeObj;
use crate::throw::{Completion, Continuation};

/// Numbers fibers in order of creation; 0 is the main program.
pub type FiberId = usize;

/// What ends a fiber's waiting. Whoever holds the fiber's id may also wake it
/// with [`crate::Vm::wake`] at any time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wake {
    /// When to wake with None at the latest, in nanoseconds of the run's
    /// clock; `None` to wait for [`crate::Vm::wake`] alone, 0 only to let
    /// others run.
    pub deadline_nanos: Option<u64>,
    /// Whether the thread is held meanwhile, so that no event loop of it can
    /// turn: `time.sleep`, a lock, a loop run by a sync call. Otherwise the
    /// host's own event loop goes on.
    pub blocking: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FiberState {
    /// May run; in the run queue or current.
    Ready,
    /// See [`Wake`].
    Parked(Wake),
    /// A greenlet that was switched away from: only a switch resumes it.
    Suspended,
    Finished,
}

pub struct Fiber {
    pub state: FiberState,
    pub(crate) stack: Vec<Value>,
    pub(crate) frames: Vec<Frame>,
    pub(crate) depth: usize,
    /// Delivered when it next runs.
    pub(crate) inbox: Option<Completion>,
    /// How it ended.
    pub result: Option<Completion>,
    /// The Python object that stands for it (a thread's, a greenlet's), or
    /// None.
    pub owner: Value,
    /// The current `contextvars` context, or None.
    pub context: Value,
    /// The running event loop of this fiber's thread is kept by the core
    /// under this key: fibers of one thread share it.
    pub thread: u32,
    /// Finished, and its number may be used again.
    pub(crate) released: bool,
}

/// What to do with the value a frame returns (or yields).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ret {
    /// Into a register of the frame below.
    Reg(u16),
    /// Into a register of the frame below, whose instruction then runs again:
    /// until it does, exceptions are its own.
    Again(u16),
    Discard,
    /// `__init__`: must be None; the instance goes into the register.
    Init {
        instance: Value,
        dst: u16,
    },
    /// A generator driven by `ForNext`: an item, or the end of the loop.
    ForNext {
        dst: u16,
        target: u32,
    },
    /// `__next__` called by `ForNext`.
    ForNextCall {
        dst: u16,
        target: u32,
    },
    /// A generator whose items go into a list until it ends; the list is for
    /// the native continuation below.
    Collect {
        list: Value,
    },
    /// A generator whose items are added up in the state of the native
    /// continuation below, as far as they are plain numbers.
    Sum,
    /// A generator whose items are passed over as long as they are of this
    /// truth; the native continuation below receives the first other one.
    While {
        truth: bool,
    },
    /// A generator driven by `YieldFrom`.
    YieldFrom {
        dst: u16,
    },
    /// `__next__` or `send` called by `YieldFrom`.
    YieldFromCall {
        dst: u16,
    },
    /// An async generator driven by `await agen.__anext__()` and the like.
    AsyncItem {
        dst: u16,
        awaitable: Value,
    },
    /// A truth value (a bool): jump if it is `when`.
    Jump {
        when: bool,
        target: u32,
    },
    /// The truth value's opposite goes into the register.
    Not(u16),
    /// The frame below is a native continuation.
    Native,
    /// The fiber's first frame.
    Fiber,
}

pub(crate) enum Frame {
    Python(PyFrame),
    Native(NativeFrame),
}

pub(crate) struct PyFrame {
    pub code: Rc<CodeObj>,
    pub pc: u32,
    pub base: u32,
    pub ret: Ret,
    pub globals: Value,
    /// The namespace of a class body or `exec`; else unbound.
    pub namespace: Value,
    /// The generator whose frame this is, or unbound.
    pub generator: Value,
    /// The exception being handled; None if none.
    pub handled: Value,
    /// The function, or unbound for module code.
    pub function: Value,
}

/// What continues a native after the call it asked for.
pub(crate) struct NativeFrame {
    pub then: Continuation,
    pub state: [Value; 4],
    pub ret: Ret,
}
