//! What the core needs of the world.

/// Something that has a price on the virtual clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charge {
    LoopCreated,
    /// A loop that has run is closed.
    LoopClosed,
    Iteration,
    Handle,
    TaskCreated,
    TaskSwitch,
    FiberSwitch,
    /// Another thread is put on.
    ThreadSwitch,
    ThreadStarted,
    /// A thread's lock, queue or join is over.
    ThreadWoken,
    /// Another thread's loop is woken through its pipe.
    PipeWoken,
    Crossing,
    GreenletStarted,
    /// A shell's greenlet begins to drive a coroutine.
    GreenletCrossing,
    /// It goes on with it after a wait.
    GreenletResumed,
    /// A task or future is made that is Python code, as all are where
    /// `nest_asyncio` has patched the process; beside [`Charge::TaskCreated`].
    PatchedTask,
    /// Such a task is stepped; beside [`Charge::TaskSwitch`].
    PatchedSwitch,
    /// Another VM is started.
    PeerStarted,
    /// So many bytes are written for a peer, or read.
    Marshalled(u64),
}

/// The clock and what is drawn from outside.
///
/// On a real clock time passes by itself and [`Host::charge`] does nothing;
/// on the virtual clock time is instructions plus charges plus what
/// [`Host::advance_to`] skipped.
pub trait Host {
    /// Nanoseconds since the run's start; never decreases. `instructions` is
    /// how many the VM has run.
    fn now_nanos(&mut self, instructions: u64) -> u64;
    /// Nanoseconds since 1970, UTC, now.
    fn unix_nanos(&mut self, instructions: u64) -> i128;
    fn charge(&mut self, what: Charge);
    /// Virtual clock: when a wait from now until `deadline` ends, as systems
    /// wake late, and event loops that poll in whole milliseconds (`polled`)
    /// later still. Real clocks are late by themselves.
    fn end_of_wait(&mut self, deadline: u64, polled: bool) -> u64 {
        let _ = polled;
        deadline
    }
    /// Virtual clock: lets the time be at least this. Real clocks ignore it.
    fn advance_to(&mut self, nanos: u64);
    /// Time may have passed without instructions. A clock that is slow to read
    /// may keep what it told until this or the next instruction.
    fn let_time_pass(&mut self) {}
    fn is_virtual(&self) -> bool;
    /// Why the stack that the VM runs on cannot be suspended while others run
    /// it; `None` if it can (see [`crate::stack`]).
    fn keeps_stack(&self) -> Option<&'static str> {
        Some("only a browser switches stacks")
    }
    /// Seed of everything random that a program did not seed itself.
    fn seed(&self) -> u64;
}
