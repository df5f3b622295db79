//! `loop.run_until_complete()`, without running CPython's code for it.
//!
//! Where nothing is out of the ordinary (a loop of the plain class, no debug
//! mode, no task factory, no loop that runs) a coroutine's task is made, the
//! loop turns until it is done, and its result is given: the same handles,
//! iterations, callbacks and hooks as CPython's methods have it, with none of
//! their instructions. On the virtual clock these instructions have a price,
//! so CPython's code runs there; and it runs wherever it must raise.

use airlock_vm::{Completion, GeneratorKind, Kind, Res, Throw, Value, Vm};

use crate::event_loop::{self, loop_id, running_loop};
use crate::future::{self, Callback, FutureState, as_future, future_mut};
use crate::state::{Core, LoopId};
use crate::threads::{current_thread, ident_of};
use crate::{contexts, task};

/// What CPython's `run_until_complete` and `asyncio.run` call on a loop: if one of these is
/// not what it was when asyncio was loaded, its code runs.
const CALLED: &[&str] = &[
    "__del__",
    "__init__",
    "_check_closed",
    "_check_running",
    "_run_forever_cleanup",
    "_run_forever_setup",
    "_run_loop",
    "_set_coroutine_origin_tracking",
    "close",
    "create_task",
    "run_forever",
    "shutdown_asyncgens",
    "shutdown_default_executor",
    "stop",
];

/// What the plain way stands for.
pub(crate) struct Plain {
    class: Value,
    /// CPython's `BaseEventLoop`.
    base: Value,
    /// Its callback that stops the loop.
    stopper: Value,
    /// Python code that gives or raises what a future holds.
    give: Value,
    /// The context that the callback is scheduled in; it looks at none.
    context: Value,
    called: Vec<Option<Value>>,
    /// Names of what a plain loop has no values of its own for; the first may
    /// be None.
    own: [Value; 3],
    /// The class's version when it was looked at last, and what was found.
    looked: (u32, bool),
}

impl Plain {
    pub(crate) fn values(&self) -> [Value; 5] {
        [self.class, self.base, self.stopper, self.give, self.context]
    }

    pub(crate) fn names(&self) -> &[Value] {
        &self.own
    }
}

/// Tells of the class of loops that turn natively.
pub(crate) fn complete_with(vm: &mut Vm, args: &[Value]) -> Res {
    let [class, base, stopper, give] = args[..] else {
        return Ok(Value::NONE);
    };
    let called = look_up_called(vm, class, base);
    let looked = (vm.type_version(class), true);
    let context = contexts::copy_current(vm);
    let own = ["_task_factory", "create_task", "run_forever"].map(|name| vm.intern(name));
    vm.extension::<Core>().plain = Some(Plain {
        class,
        base,
        stopper,
        give,
        context,
        called,
        own,
        looked,
    });
    Ok(Value::NONE)
}

fn look_up_called(vm: &mut Vm, class: Value, base: Value) -> Vec<Option<Value>> {
    let mut found = Vec::new();
    for name in CALLED {
        let name = vm.intern(name);
        found.push(vm.lookup(class, name));
    }
    // The native method stands before this one.
    let name = vm.intern("run_until_complete");
    found.push(vm.lookup(base, name));
    found
}

/// Whether loops of the plain class are as they were.
pub(crate) fn is_untouched(vm: &mut Vm) -> bool {
    let Some(plain) = &vm.extension::<Core>().plain else {
        return false;
    };
    let (class, base, looked) = (plain.class, plain.base, plain.looked);
    let version = vm.type_version(class);
    if looked.0 == version {
        return looked.1;
    }
    let now = look_up_called(vm, class, base);
    let plain = vm.extension::<Core>().plain.as_mut();
    plain.is_some_and(|plain| {
        plain.looked = (version, plain.called == now);
        plain.looked.1
    })
}

/// Whether CPython's code would do nothing for this loop but what is done
/// here.
fn is_plain(vm: &mut Vm, this: Value, id: LoopId) -> bool {
    let core = vm.extension::<Core>();
    let loop_state = &core.loops[id];
    if core.virtual_clock || loop_state.debug || loop_state.running {
        return false;
    }
    let Some(plain) = &core.plain else {
        return false;
    };
    let (class, [factory, create_task, run_forever]) = (plain.class, plain.own);
    if class != vm.type_of(this)
        || vm.coroutine_origin_depth > 0
        || running_loop(vm).is_some()
        || !is_untouched(vm)
    {
        return false;
    }
    vm.own_attr(this, factory).is_none_or(Value::is_none)
        && vm.own_attr(this, create_task).is_none()
        && vm.own_attr(this, run_forever).is_none()
}

/// `loop.run_until_complete(future)`.
pub(crate) fn run_until_complete(vm: &mut Vm, args: &[Value]) -> Res {
    let [handle, awaited] = args[..] else {
        return Ok(Value::NONE);
    };
    let Some(id) = loop_id(vm, handle) else {
        return Err(vm.type_error("a loop was expected"));
    };
    let loop_state = &vm.extension::<Core>().loops[id];
    if loop_state.closed {
        return Err(event_loop::closed_error(vm));
    }
    // A native receives what is inside the instance.
    let this = loop_state.object;
    if !is_plain(vm, this, id) {
        return run_in_python(vm, &[this, awaited]);
    }
    let is_coroutine =
        awaited.is(Kind::Generator) && vm.heap.generator(awaited).kind == GeneratorKind::Coroutine;
    if is_coroutine {
        let none = Value::NONE;
        let task = task::create(vm, this, awaited, none, none, false)?;
        task::forgo_destroy_log(vm, task);
        return complete(vm, this, id, task, [true, false]);
    }
    let is_own = !awaited.is(Kind::Instance)
        && as_future(vm, awaited).is_some_and(|future| future.loop_object == this);
    if is_own {
        return complete(vm, this, id, awaited, [false, false]);
    }
    run_in_python(vm, &[this, awaited])
}

fn run_in_python(vm: &mut Vm, args: &[Value]) -> Res {
    let base = vm.extension::<Core>().plain.as_ref().map(|it| it.base);
    let name = vm.intern("run_until_complete");
    let method = vm.get_attr(base.unwrap_or(Value::NONE), name)?;
    Err(vm.tail_call(method, args))
}

/// Turns the loop, which is plain, until a future of its own is done, and gives
/// that.
pub(crate) fn complete_raw(vm: &mut Vm, this: Value, id: LoopId, awaited: Value) -> Res {
    complete(vm, this, id, awaited, [false, true])
}

/// Turns the loop until the future is done: whether it was made for this, and
/// whether it is to be given instead of what it holds.
fn complete(
    vm: &mut Vm,
    this: Value,
    id: LoopId,
    awaited: Value,
    [is_new, is_raw]: [bool; 2],
) -> Res {
    let [_, _, stopper, _, context] = plain_values(vm);
    let callback = Callback::Function {
        callback: stopper,
        context,
    };
    future::add_callback(vm, awaited, callback)?;
    let hooks = hooks(vm, this, id)?;
    let before = [vm.asyncgen_firstiter, vm.asyncgen_finalizer];
    [vm.asyncgen_firstiter, vm.asyncgen_finalizer] = hooks;
    let thread = current_thread(vm);
    let ident = vm.int(ident_of(thread) as i64);
    let core = vm.extension::<Core>();
    core.running_loops.insert(thread, this);
    let loop_state = &mut core.loops[id];
    loop_state.thread_ident = ident;
    loop_state.completes = awaited;
    let number = Value::count(id * 4 + usize::from(is_raw) * 2 + usize::from(is_new));
    let state = [number, awaited, before[0], before[1]];
    let run = event_loop::run_loop(vm, &[this]);
    then_with(vm, run, state, completed)
}

/// Goes on with what a run gave, or will have given once Python code was run.
pub(crate) fn then_with(
    vm: &mut Vm,
    run: Res,
    state: [Value; 4],
    then: airlock_vm::Continuation,
) -> Res {
    match run {
        Ok(value) => then(vm, state, Completion::Returned(value)),
        Err(Throw::Raise(exception)) => then(vm, state, Completion::Raised(exception)),
        Err(Throw::Call) => Err(vm.and_then(state, then)),
        Err(other) => Err(other),
    }
}

fn plain_values(vm: &mut Vm) -> [Value; 5] {
    let plain = vm.extension::<Core>().plain.as_ref();
    plain.map_or([Value::NONE; 5], Plain::values)
}

/// The loop's two methods that hear of asynchronous generators.
fn hooks(vm: &mut Vm, this: Value, id: LoopId) -> Res<[Value; 2]> {
    if let Some(known) = vm.extension::<Core>().loops[id].hooks {
        return Ok(known);
    }
    let [first, last] = ["_asyncgen_firstiter_hook", "_asyncgen_finalizer_hook"];
    let (first, last) = (vm.intern(first), vm.intern(last));
    let hooks = [vm.get_attr(this, first)?, vm.get_attr(this, last)?];
    vm.extension::<Core>().loops[id].hooks = Some(hooks);
    Ok(hooks)
}

/// The loop has stopped: because the future is done, because it was told to,
/// or because of an exception that ends the program.
fn completed(
    vm: &mut Vm,
    [number, awaited, firstiter, finalizer]: [Value; 4],
    completion: Completion,
) -> Res {
    let number = number.as_small().unwrap_or(0) as usize;
    let (id, is_raw, is_new) = (number / 4, number & 2 != 0, number & 1 != 0);
    let thread = current_thread(vm);
    let core = vm.extension::<Core>();
    core.running_loops.remove(&thread);
    let loop_state = &mut core.loops[id];
    loop_state.thread_ident = Value::NONE;
    loop_state.completes = Value::UNBOUND;
    let [_, _, stopper, give, _] = core.plain.as_ref().map_or([Value::NONE; 5], Plain::values);
    [vm.asyncgen_firstiter, vm.asyncgen_finalizer] = [firstiter, finalizer];
    let object = future_mut(vm, awaited);
    object.callbacks.retain(
        |callback| !matches!(callback, Callback::Function { callback, .. } if *callback == stopper),
    );
    if let Completion::Raised(exception) = completion {
        if is_new && object.state == FutureState::Finished {
            // Who called has no way to ask the task for its exception.
            object.log_traceback = false;
        }
        return Err(Throw::Raise(exception));
    }
    if is_raw {
        return Ok(awaited);
    }
    match future::plain_result(vm, awaited) {
        Some(result) => Ok(result),
        None => Err(vm.tail_call(give, &[awaited])),
    }
}

/// Whether a callback is the one that ends the plain run of a loop; if so it
/// has been called.
pub(crate) fn stops_loop(vm: &mut Vm, id: LoopId, callback: Value, future: Value) -> bool {
    let core = vm.extension::<Core>();
    let is_stopper = core.loops[id].completes == future
        && core
            .plain
            .as_ref()
            .is_some_and(|plain| plain.stopper == callback);
    if !is_stopper {
        return false;
    }
    let fatal = [vm.types.keyboard_interrupt, vm.types.system_exit];
    let object = future_mut(vm, future);
    object.log_traceback = false;
    let exception = object.exception;
    // Such an exception leaves the loop by itself.
    let leaves =
        !exception.is_none() && fatal.iter().any(|&class| vm.is_instance(exception, class));
    if !leaves {
        vm.extension::<Core>().loops[id].stopping = true;
    }
    true
}
