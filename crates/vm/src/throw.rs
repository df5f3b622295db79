//! Why an operation did not give a value.

use smallvec::SmallVec;

use crate::fiber::Wake;
use crate::{Value, Vm};

pub type Res<T = Value> = Result<T, Throw>;

/// Anything but a value. Only [`Throw::Raise`] is a Python exception; the
/// others are requests to the interpreter loop, which must reach it unchanged.
#[derive(Debug)]
pub enum Throw {
    /// A Python exception.
    Raise(Value),
    /// The answer depends on Python code (a user's `__eq__`, say): the caller
    /// is to be replaced by its Python version ([`crate::NativeDef::slow`]).
    Python,
    /// The native needs the items of this iterable and only Python code can
    /// give them: make a list of it, put the list in the place of the
    /// argument, and call the native again.
    Materialize(Value),
    /// Run [`Vm::pending`], made by [`Vm::call_then`] and its like; the
    /// native's own answer is what that gives.
    Call,
    /// The fiber waits; the native's answer is what wakes it.
    Park(Wake),
    /// The program ends at once (`os._exit`, a limit that nothing may catch).
    Halt(Halt),
}

/// Why a program ends without finishing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Halt {
    OutputLimit,
    InstructionLimit,
    MemoryLimit,
    Stopped,
    Exit(i32),
}

/// How what was called ended.
#[derive(Clone, Copy, Debug)]
pub enum Completion {
    Returned(Value),
    /// Only from [`Vm::resume_then`]: the generator or coroutine suspended.
    Yielded(Value),
    /// Only from [`Vm::resume_then`]: an async generator gave an item.
    Item(Value),
    Raised(Value),
}

impl Completion {
    /// For continuations that let exceptions pass.
    pub fn value(self) -> Res {
        match self {
            Completion::Returned(value) | Completion::Yielded(value) | Completion::Item(value) => {
                Ok(value)
            }
            Completion::Raised(exception) => Err(Throw::Raise(exception)),
        }
    }
}

/// What continues a native after the call it asked for.
pub type Continuation = fn(&mut Vm, state: [Value; 4], completion: Completion) -> Res;

/// The call that [`Throw::Call`] asks for.
#[derive(Debug)]
pub struct Pending {
    pub what: Request,
    /// Innermost first.
    pub then: SmallVec<[(Continuation, [Value; 4]); 2]>,
}

#[derive(Debug)]
pub enum Request {
    None,
    Call {
        callee: Value,
        args: SmallVec<[Value; 6]>,
        names: Value,
    },
    /// Resume a generator or coroutine; ends with its next suspension.
    Send {
        generator: Value,
        value: Value,
    },
    ThrowInto {
        generator: Value,
        exception: Value,
    },
    /// Run a generator to its end; a list of its items.
    Collect(Value),
    /// Run a generator to its end and add up its items: the first two values
    /// of the continuation's state are the sum so far and what floats lost.
    /// The continuation receives the first item that is no plain number.
    Sum(Value),
    /// Run a generator as long as its items are of this truth; the
    /// continuation receives the first other one.
    While {
        generator: Value,
        truth: bool,
    },
    /// Let the fiber wait.
    Park(Wake),
    /// Let every other fiber that is ready run first.
    Yield,
    /// Module code or a class body, run with a namespace of its own (unbound
    /// for none).
    Body {
        function: Value,
        namespace: Value,
    },
}

impl Vm {
    /// Asks for a call whose result is the native's own.
    #[inline(never)]
    pub fn tail_call(&mut self, callee: Value, args: &[Value]) -> Throw {
        self.pending = Pending {
            what: Request::Call {
                callee,
                args: SmallVec::from_slice(args),
                names: Value::UNBOUND,
            },
            then: SmallVec::new(),
        };
        Throw::Call
    }

    /// After a native has answered [`Throw::Call`]: lets `then` see how that
    /// ends, before whoever asked.
    #[inline(never)]
    pub fn and_then(&mut self, state: [Value; 4], then: Continuation) -> Throw {
        self.pending.then.push((then, state));
        Throw::Call
    }

    /// Asks for a call; `then` receives how it ended and gives the native's
    /// answer. `state` is kept for it, visible to the collector.
    pub fn call_then(
        &mut self,
        callee: Value,
        args: &[Value],
        state: [Value; 4],
        then: Continuation,
    ) -> Throw {
        self.pending = Pending {
            what: Request::Call {
                callee,
                args: SmallVec::from_slice(args),
                names: Value::UNBOUND,
            },
            then: SmallVec::from_slice(&[(then, state)]),
        };
        Throw::Call
    }

    /// As [`Vm::call_then`] with keyword arguments: the last `names.len()`
    /// arguments are named by the tuple `names`.
    pub fn call_kw_then(
        &mut self,
        callee: Value,
        args: &[Value],
        names: Value,
        state: [Value; 4],
        then: Option<Continuation>,
    ) -> Throw {
        self.pending = Pending {
            what: Request::Call {
                callee,
                args: SmallVec::from_slice(args),
                names,
            },
            then: then.map(|then| (then, state)).into_iter().collect(),
        };
        Throw::Call
    }

    /// Asks for a generator or coroutine to be resumed until it suspends,
    /// returns or raises.
    pub fn resume_then(
        &mut self,
        generator: Value,
        sent: Result<Value, Value>,
        state: [Value; 4],
        then: Continuation,
    ) -> Throw {
        self.pending = Pending {
            what: match sent {
                Ok(value) => Request::Send { generator, value },
                Err(exception) => Request::ThrowInto {
                    generator,
                    exception,
                },
            },
            then: SmallVec::from_slice(&[(then, state)]),
        };
        Throw::Call
    }

    /// Asks for a generator to be run, see [`Request::Sum`] and
    /// [`Request::While`].
    pub(crate) fn run_then(
        &mut self,
        what: Request,
        state: [Value; 4],
        then: Continuation,
    ) -> Throw {
        self.pending = Pending {
            what,
            then: SmallVec::from_slice(&[(then, state)]),
        };
        Throw::Call
    }

    /// Lets the fiber wait; `then` receives what wakes it.
    pub fn park_then(&mut self, wake: Wake, state: [Value; 4], then: Continuation) -> Throw {
        self.pending = Pending {
            what: Request::Park(wake),
            then: SmallVec::from_slice(&[(then, state)]),
        };
        Throw::Call
    }

    /// Lets every other fiber that is ready run first.
    pub fn yield_then(&mut self, state: [Value; 4], then: Continuation) -> Throw {
        self.pending = Pending {
            what: Request::Yield,
            then: SmallVec::from_slice(&[(then, state)]),
        };
        Throw::Call
    }

    /// Counts `instructions` for what a native did, and lets whoever waits for
    /// an instruction to end have its turn: the host, other threads, the
    /// collector. Then the native goes on in `then`.
    pub fn pause_then(
        &mut self,
        instructions: u64,
        state: [Value; 4],
        then: Continuation,
    ) -> Throw {
        self.count_instructions(instructions);
        let pause = self.prelude("pause");
        self.call_then(pause, &[], state, then)
    }

    /// For natives that cannot pause: counts, and ends the program if it is
    /// time.
    pub fn spend(&mut self, instructions: u64) -> Res<()> {
        self.count_instructions(instructions);
        if self.stop_requested {
            return Err(Throw::Halt(Halt::Stopped));
        }
        if self.instructions() >= self.limits.instructions {
            return Err(Throw::Halt(Halt::InstructionLimit));
        }
        Ok(())
    }

    /// Counts what copying so many values takes the time of, if it is much.
    pub(crate) fn count_copy(&mut self, values: usize) {
        if values > 4096 {
            self.count_instructions(values as u64 / 16);
        }
    }

    pub(crate) fn count_instructions(&mut self, instructions: u64) {
        self.fuel -= instructions.min(1 << 40) as i64;
    }

    /// Asks for a function of the prelude; its result is the native's own.
    #[inline(never)]
    pub fn tail_prelude(&mut self, name: &str, args: &[Value]) -> Throw {
        let callee = self.prelude(name);
        self.tail_call(callee, args)
    }
}
