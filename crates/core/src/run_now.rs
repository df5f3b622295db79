//! `asyncio.run()` of a coroutine, without running Python code for it.
//!
//! As with [`crate::complete`]: on the real clock, where nothing is out of the
//! ordinary, a loop is made and set, the coroutine's task is run, what is left
//! is shut down by CPython's own two coroutines, and the loop is closed: the
//! same loops, tasks, handles and iterations. Whatever is patched, debugged or
//! left over is Python's (`run` and `_shut_down` in `asyncio/unix_events.py`).

use airlock_vm::{Completion, Kind, Res, Throw, Value, Vm};

use crate::event_loop::{self, loop_id};
use crate::state::{Core, LoopId};
use crate::threads::{current_thread, local};
use crate::{complete, future, task};

/// What `asyncio.run` calls, by module: if one of these is not what it was
/// when asyncio was loaded, Python code runs.
const CALLED: [(&str, &str); 5] = [
    ("asyncio.events", "new_event_loop"),
    ("asyncio.events", "set_event_loop"),
    ("asyncio.events", "_get_event_loop_policy"),
    ("asyncio.coroutines", "_is_debug_mode"),
    ("asyncio.runners", "_cancel_all_tasks"),
];

pub(crate) struct Runs {
    /// The class of loops that turn natively.
    class: Value,
    /// The policy that makes them, and its class's version then.
    policy: (Value, u32),
    /// The environment's dict, and the key that asks for debug mode.
    environment: [Value; 2],
    /// Handlers of signals; that of an interrupt, before and during a run.
    handlers: [Value; 3],
    /// What does all this in Python; what closes a loop that has run; what
    /// gives or raises what the coroutine's task holds.
    run: Value,
    shut_down: Value,
    give: Value,
    /// The modules' dicts and what is in them.
    called: Vec<[Value; 3]>,
    /// The task that is run, and how often it was interrupted.
    interruptible: (Value, u32),
}

impl Runs {
    pub(crate) fn values(&self) -> Vec<Value> {
        let mut values = vec![self.class, self.policy.0, self.run, self.shut_down];
        values.extend([self.give, self.interruptible.0]);
        values.extend(self.environment.iter().chain(&self.handlers));
        values.extend(self.called.iter().flatten());
        values
    }
}

/// Tells of what Python has for it.
pub(crate) fn run_with(vm: &mut Vm, args: &[Value]) -> Res {
    let [
        class,
        policy,
        environment,
        key,
        handlers,
        before,
        during,
        run,
        shut_down,
        give,
    ] = args[..]
    else {
        return Ok(Value::NONE);
    };
    let mut called = Vec::new();
    for (module, name) in CALLED {
        let found = vm.dict_get_text(vm.modules, module);
        let Some(module) = found.filter(|module| module.is(Kind::Module)) else {
            return Ok(Value::NONE);
        };
        let (dict, name) = (vm.heap.module(module).dict, vm.intern(name));
        let value = vm.dict_get(dict, name)?.unwrap_or(Value::NONE);
        called.push([dict, name, value]);
    }
    let version = vm.type_version(policy);
    vm.extension::<Core>().runs = Some(Runs {
        class,
        policy: (policy, version),
        environment: [environment, key],
        handlers: [handlers, before, during],
        run,
        shut_down,
        give,
        called,
        interruptible: (Value::NONE, 0),
    });
    Ok(Value::NONE)
}

fn runs(vm: &mut Vm) -> &mut Runs {
    let runs = vm.extension::<Core>().runs.as_mut();
    runs.expect("asyncio told of it before it was loaded")
}

/// Where the policy keeps the loop that is set, if all is as it was.
fn plain_policy(vm: &mut Vm) -> Res<Option<Value>> {
    let [environment, key] = runs(vm).environment;
    let (policy_class, version) = runs(vm).policy;
    if vm.coroutine_origin_depth > 0
        || event_loop::running_loop(vm).is_some()
        || !complete::is_untouched(vm)
        || vm.type_version(policy_class) != version
        || vm.dict_get(environment, key)?.is_some()
    {
        return Ok(None);
    }
    for at in 0..CALLED.len() {
        let [dict, name, value] = runs(vm).called[at];
        if vm.dict_get(dict, name)? != Some(value) {
            return Ok(None);
        }
    }
    let [events, ..] = runs(vm).called[0];
    let name = vm.intern("_event_loop_policy");
    let Some(policy) = vm.dict_get(events, name)? else {
        return Ok(None);
    };
    if !policy.is(Kind::Instance) || vm.type_of(policy) != policy_class {
        return Ok(None);
    }
    for name in ["new_event_loop", "set_event_loop", "_loop_factory"] {
        let name = vm.intern(name);
        if vm.own_attr(policy, name).is_some() {
            return Ok(None);
        }
    }
    let name = vm.intern("_local");
    Ok(vm.own_attr(policy, name))
}

/// `asyncio.run(main)` for a coroutine.
pub(crate) fn run_now(vm: &mut Vm, args: &[Value]) -> Res {
    let Some(policy_local) = plain_policy(vm)? else {
        let run = runs(vm).run;
        return Err(vm.tail_call(run, args));
    };
    let class = runs(vm).class;
    let this = event_loop::new(vm, &[class])?;
    set_loop(vm, policy_local, this)?;
    let id = loop_id(vm, this).unwrap_or(0);
    let none = Value::NONE;
    let task = task::create(vm, this, args[0], none, none, false)?;
    begin_interruptible(vm, task)?;
    let state = [Value::count(id), policy_local, none, none];
    let run = complete::complete_raw(vm, this, id, task);
    complete::then_with(vm, run, state, give)
}

fn set_loop(vm: &mut Vm, policy_local: Value, to: Value) -> Res {
    let name = vm.intern("_loop");
    local::set(vm, &[policy_local, name, to])
}

/// An interrupt cancels the task first.
fn begin_interruptible(vm: &mut Vm, task: Value) -> Res<()> {
    if current_thread(vm) != 0 {
        return Ok(());
    }
    let [handlers, before, during] = runs(vm).handlers;
    let number = Value::int32(2);
    if vm.dict_get(handlers, number)?.unwrap_or(before) == before {
        vm.dict_set(handlers, number, during)?;
        runs(vm).interruptible = (task, 0);
    }
    Ok(())
}

fn end_interruptible(vm: &mut Vm) -> Res<()> {
    if current_thread(vm) != 0 {
        return Ok(());
    }
    let [handlers, before, during] = runs(vm).handlers;
    let number = Value::int32(2);
    if vm.dict_get(handlers, number)? == Some(during) {
        vm.dict_set(handlers, number, before)?;
        runs(vm).interruptible.0 = Value::NONE;
    }
    Ok(())
}

/// Counts an interrupt of the task that is run: both.
pub(crate) fn note_interrupt(vm: &mut Vm, _: &[Value]) -> Res {
    let interruptible = &mut runs(vm).interruptible;
    interruptible.1 += 1;
    let (task, count) = *interruptible;
    Ok(vm.tuple(&[task, Value::int32(count as i32)]))
}

/// How often the task was interrupted.
pub(crate) fn interrupts(vm: &mut Vm, args: &[Value]) -> Res {
    let (task, count) = runs(vm).interruptible;
    Ok(Value::int32(if task == args[0] { count as i32 } else { 0 }))
}

/// The loop has stopped: its task is given, or what ends the program.
fn give(vm: &mut Vm, state: [Value; 4], completion: Completion) -> Res {
    let task = match completion {
        Completion::Raised(_) => return ended(vm, state, completion),
        Completion::Returned(task) | Completion::Yielded(task) | Completion::Item(task) => task,
    };
    if let Some(result) = future::plain_result(vm, task) {
        return ended(vm, state, Completion::Returned(result));
    }
    let give = runs(vm).give;
    Err(vm.call_then(give, &[task], state, ended))
}

/// What the run gives is known; the loop is shut down. The state is the loop's
/// number, where the policy keeps it, and then the result, or the exception in
/// its place.
fn ended(vm: &mut Vm, [id, policy_local, ..]: [Value; 4], completion: Completion) -> Res {
    end_interruptible(vm)?;
    let state = match completion {
        Completion::Raised(exception) => [id, policy_local, Value::UNBOUND, exception],
        Completion::Returned(value) | Completion::Yielded(value) | Completion::Item(value) => {
            [id, policy_local, value, Value::UNBOUND]
        }
    };
    let at = id_of(id);
    let core = vm.extension::<Core>();
    let this = core.loops[at].object;
    if !core.loops[at].tasks.is_empty() || !core.kept("knows_python_tasks").is_none() {
        let shut_down = runs(vm).shut_down;
        return Err(vm.call_then(shut_down, &[this], state, given));
    }
    shut_down(vm, "shutdown_asyncgens", state, |vm, state, completion| {
        if matches!(completion, Completion::Raised(_)) {
            return closing(vm, state, completion);
        }
        shut_down(vm, "shutdown_default_executor", state, closing)
    })
}

fn id_of(id: Value) -> LoopId {
    id.as_small().unwrap_or(0) as usize
}

/// Runs one of the loop's two coroutines for its end.
fn shut_down(
    vm: &mut Vm,
    name: &'static str,
    state: [Value; 4],
    then: airlock_vm::Continuation,
) -> Res {
    let this = vm.extension::<Core>().loops[id_of(state[0])].object;
    let (class, name) = (runs(vm).class, vm.intern(name));
    let function = vm.lookup(class, name).unwrap_or(Value::NONE);
    let made = vm.make_coroutine(function, &[this], Value::UNBOUND);
    let run = match made {
        Some(Ok(coroutine)) => complete::run_until_complete(vm, &[this, coroutine]),
        Some(Err(throw)) => Err(throw),
        None => Ok(Value::NONE),
    };
    complete::then_with(vm, run, state, then)
}

/// The last step: no loop is set, and this one is closed.
fn closing(vm: &mut Vm, mut state: [Value; 4], completion: Completion) -> Res {
    let [id, policy_local, ..] = state;
    if let Completion::Raised(exception) = completion {
        state[3] = exception;
    }
    set_loop(vm, policy_local, Value::NONE)?;
    let loop_state = &vm.extension::<Core>().loops[id_of(id)];
    let (this, debug) = (loop_state.object, loop_state.debug);
    let mut is_plain = !debug;
    for name in ["_selector", "_default_executor"] {
        let name = vm.intern(name);
        is_plain &= vm.own_attr(this, name).is_none_or(Value::is_none);
    }
    if !is_plain {
        let name = vm.intern("close");
        let close = vm.get_attr(this, name)?;
        return Err(vm.call_then(close, &[], state, given));
    }
    event_loop::close(vm, &[this])?;
    let name = vm.intern("_closed");
    vm.set_attr_generic(this, name, Value::TRUE)?;
    // All that it does is to close a loop that was left open.
    vm.forgo_end(this);
    given(vm, state, Completion::Returned(Value::NONE))
}

fn given(_: &mut Vm, [_, _, result, raised]: [Value; 4], completion: Completion) -> Res {
    completion.value()?;
    if raised.is_unbound() {
        Ok(result)
    } else {
        Err(Throw::Raise(raised))
    }
}
