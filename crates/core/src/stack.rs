//! The host's own stack, suspended while the shell waits: what a browser calls
//! stack switching (`WebAssembly.Suspending`).
//!
//! A VM without recursion needs no such thing; a shell of the adapter `jspi`
//! asks for it nevertheless, to be what the same program is under Pyodide's
//! `run_sync`. The fiber that waits and the host's stack go together: the VM
//! pauses, the host suspends the stack on which it ran the fiber, and runs all
//! other fibers from further entries until the VM pauses again because the
//! fiber may go on. At most one stack is suspended at a time.

use airlock_vm::{Continuation, FiberId, Res, Throw, Value, Vm, Wake};

use crate::state::Core;
use crate::threads::{current_thread, lanes};
use crate::{future, task};

/// What the host is to do with its stack when the VM has paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StackSwitch {
    /// Suspend the stack that runs the VM now.
    Suspend,
    /// Let the suspended stack go on, which then runs the VM.
    Resume,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stack {
    /// None is suspended, or about to be.
    #[default]
    Running,
    /// A fiber waits for its task, and the host shall suspend the stack; left
    /// by [`Core::stack_switch`].
    Suspending(FiberId),
    /// Left when the fiber's task is done.
    Suspended(FiberId),
    /// The fiber is ready, and the host shall let its stack go on; left by
    /// [`Core::stack_switch`].
    Resuming,
}

impl Core {
    /// After the VM paused: what for. Asked once for each pause.
    pub fn stack_switch(&mut self) -> StackSwitch {
        match self.stack {
            Stack::Suspending(fiber) => {
                self.stack = Stack::Suspended(fiber);
                StackSwitch::Suspend
            }
            _ => {
                self.stack = Stack::Running;
                StackSwitch::Resume
            }
        }
    }
}

/// Why no stack can be suspended on this host, if so.
pub fn missing(vm: &mut Vm) -> Option<&'static str> {
    vm.extension::<Core>().host.keeps_stack()
}

/// Why the running fiber cannot suspend the stack, if so.
pub fn refusal(vm: &mut Vm) -> Option<&'static str> {
    let missing = missing(vm);
    if missing.is_some() {
        return missing;
    }
    let (fiber, thread) = (vm.current_fiber(), current_thread(vm));
    let core = vm.extension::<Core>();
    let runs_loop = core
        .loops
        .iter()
        .any(|state| state.running && state.runner == fiber);
    if runs_loop {
        Some("a loop runs on this stack and would stand still with it")
    } else if thread != 0 {
        Some("only the main thread's stack can be suspended")
    } else if core.stack != Stack::Running {
        Some("another stack of this program is suspended")
    } else {
        None
    }
}

/// Makes a task of a coroutine on the loop of `stand_in`, the task that stands
/// for the running fiber and from now on waits for it.
pub fn start_task(vm: &mut Vm, stand_in: Value, coroutine: Value) -> Res {
    let loop_object = future::future(vm, stand_in).loop_object;
    let task = task::create(vm, loop_object, coroutine, Value::NONE, Value::NONE, false)?;
    future::future_mut(vm, task).blocking = true;
    task::wait_for(vm, stand_in, task)?;
    Ok(task)
}

/// Parks the running fiber, with the stack it runs on, until what its stand-in
/// waits for is done; `then` gets None or the exception of that.
pub fn suspend_then(vm: &mut Vm, state: [Value; 4], then: Continuation) -> Throw {
    let fiber = vm.current_fiber();
    vm.extension::<Core>().stack = Stack::Suspending(fiber);
    vm.pause_requested = true;
    lanes::note_greenlet_wait(vm);
    let wake = Wake {
        deadline_nanos: None,
        blocking: false,
    };
    vm.park_then(wake, state, then)
}

/// A stand-in task wakes its fiber: if that one's stack is suspended, the VM
/// pauses for it.
pub(crate) fn fiber_woken(vm: &mut Vm, fiber: FiberId) {
    let core = vm.extension::<Core>();
    if core.stack == Stack::Suspended(fiber) {
        core.stack = Stack::Resuming;
        vm.hurry(fiber);
        vm.pause_requested = true;
    }
}
