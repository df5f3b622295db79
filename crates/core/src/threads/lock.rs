//! `lock` and `RLock`.
//!
//! Releasing wakes the first waiter, which then takes the lock unless someone
//! was quicker; the second time it is handed the lock. So a thread that uses a
//! lock all the time keeps running (as under CPython), and no one starves.

use std::collections::VecDeque;

use airlock_vm::{
    Completion, FiberId, FiberState, NativeDef, NativeObject, Res, Throw, Tracer, Value, Vm, Wake,
    method, new_method,
};

use crate::deadlock::WaitsOn;

use super::{
    current_thread, deadline, deadline_of, deadline_value, lanes, take_interrupt, wake_with,
};

struct Waiter {
    fiber: FiberId,
    /// How often an `RLock` will be held.
    count: u64,
    /// Was woken before, and came too late.
    insistent: bool,
}

/// Both kinds of lock.
struct Lock {
    class: Value,
    reentrant: bool,
    /// The thread that took it; any may release a `lock`.
    holder: Option<u32>,
    /// How often it is held; at most once for a `lock`.
    count: u64,
    waiters: VecDeque<Waiter>,
}

impl NativeObject for Lock {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.class);
    }
}

impl Lock {
    fn take(&mut self, thread: u32, count: u64) -> bool {
        match self.holder {
            Some(holder) if !self.reentrant || holder != thread => return false,
            _ => {}
        }
        self.holder = Some(thread);
        self.count += count;
        true
    }
}

fn lock(vm: &mut Vm, value: Value) -> &mut Lock {
    vm.heap
        .downcast_mut::<Lock>(value)
        .expect("a lock's methods are called on locks")
}

/// The thread that holds a lock.
pub(crate) fn holder(vm: &Vm, value: Value) -> Option<u32> {
    vm.heap
        .downcast::<Lock>(vm.heap.payload(value))
        .and_then(|lock| lock.holder)
}

fn new_lock(vm: &mut Vm, class: Value, reentrant: bool) -> Value {
    vm.heap.new_object(Lock {
        class,
        reentrant,
        holder: None,
        count: 0,
        waiters: VecDeque::new(),
    })
}

fn lock_new(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(new_lock(vm, args[0], false))
}

pub(super) fn allocate(vm: &mut Vm, _: &[Value]) -> Res {
    let class = vm.extension::<crate::Core>().kept("lock");
    Ok(new_lock(vm, class, false))
}

fn rlock_new(vm: &mut Vm, args: &[Value]) -> Res {
    let class = vm.extension::<crate::Core>().kept("RLock");
    let value = new_lock(vm, class, true);
    Ok(vm.of_class(args[0], class, value))
}

/// The timeout of `acquire` in nanoseconds: negative to wait for ever, 0 not
/// to wait.
fn acquire_timeout(vm: &mut Vm, blocking: Value, timeout: Value) -> Res<i64> {
    let blocking = vm.truthy(blocking)?;
    let nanos = crate::time::timeout_nanos(vm, timeout)?;
    if !blocking && nanos != -1_000_000_000 {
        return Err(vm.value_error("can't specify a timeout for a non-blocking call"));
    }
    if nanos < 0 && nanos != -1_000_000_000 {
        return Err(vm.value_error("timeout value must be a non-negative number"));
    }
    Ok(if blocking { nanos } else { 0 })
}

fn acquire(vm: &mut Vm, args: &[Value]) -> Res {
    let nanos = acquire_timeout(vm, args[1], args[2])?;
    let thread = current_thread(vm);
    if lock(vm, args[0]).take(thread, 1) {
        return Ok(Value::TRUE);
    }
    if nanos == 0 {
        return Ok(Value::FALSE);
    }
    take_interrupt(vm)?;
    let deadline = deadline(vm, nanos);
    Err(wait(vm, args[0], deadline, 1, false))
}

fn enter(vm: &mut Vm, args: &[Value]) -> Res {
    let thread = current_thread(vm);
    if lock(vm, args[0]).take(thread, 1) {
        return Ok(Value::TRUE);
    }
    take_interrupt(vm)?;
    Err(wait(vm, args[0], None, 1, false))
}

fn wait(vm: &mut Vm, value: Value, deadline: Option<u64>, count: u64, insistent: bool) -> Throw {
    lanes::begin_wait(vm);
    lanes::note_wait(vm, WaitsOn::Lock(value));
    let waiter = Waiter {
        fiber: vm.current_fiber(),
        count,
        insistent,
    };
    let lock = lock(vm, value);
    if insistent {
        lock.waiters.push_front(waiter)
    } else {
        lock.waiters.push_back(waiter)
    }
    let state = [
        value,
        deadline_value(vm, deadline),
        vm.int(count as i64),
        Value::NONE,
    ];
    vm.park_then(
        Wake {
            deadline_nanos: deadline,
            blocking: true,
        },
        state,
        resumed,
    )
}

/// The waiter was handed the lock (True), may try to take it (False), or has
/// waited long enough (None).
fn resumed(vm: &mut Vm, [value, end, count, _]: [Value; 4], completion: Completion) -> Res {
    lanes::end_wait(vm);
    let fiber = vm.current_fiber();
    match completion {
        Completion::Returned(Value::TRUE) => return Ok(Value::TRUE),
        Completion::Returned(Value::FALSE) => {}
        other => {
            lock(vm, value)
                .waiters
                .retain(|waiter| waiter.fiber != fiber);
            other.value()?;
            return Ok(Value::FALSE);
        }
    }
    let count = vm.as_i64(count).unwrap_or(1) as u64;
    let thread = current_thread(vm);
    if lock(vm, value).take(thread, count) {
        return Ok(Value::TRUE);
    }
    let end = deadline_of(vm, end);
    if end.is_some_and(|end| end <= crate::now(vm)) {
        return Ok(Value::FALSE);
    }
    Err(wait(vm, value, end, count, true))
}

/// Frees the lock and wakes who waits for it.
fn free(vm: &mut Vm, value: Value) {
    let held = lock(vm, value);
    held.holder = None;
    held.count = 0;
    loop {
        let Some(waiter) = lock(vm, value).waiters.pop_front() else {
            return;
        };
        // One whose time is up has been woken, but could not run yet.
        if !matches!(vm.fiber(waiter.fiber).state, FiberState::Parked(_)) {
            continue;
        }
        if waiter.insistent {
            let thread = vm.fiber(waiter.fiber).thread;
            lock(vm, value).take(thread, waiter.count);
        }
        wake_with(vm, waiter.fiber, Value::bool(waiter.insistent));
        return;
    }
}

fn release(vm: &mut Vm, args: &[Value]) -> Res {
    if lock(vm, args[0]).holder.is_none() {
        return Err(vm.runtime_error("release unlocked lock"));
    }
    free(vm, args[0]);
    Ok(Value::NONE)
}

fn release_owned(vm: &mut Vm, args: &[Value]) -> Res {
    let thread = current_thread(vm);
    let held = lock(vm, args[0]);
    if held.holder != Some(thread) {
        return Err(vm.runtime_error("cannot release un-acquired lock"));
    }
    held.count -= 1;
    if held.count == 0 {
        free(vm, args[0]);
    }
    Ok(Value::NONE)
}

fn locked(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::bool(lock(vm, args[0]).holder.is_some()))
}

fn lock_repr(vm: &mut Vm, args: &[Value]) -> Res {
    let word = if lock(vm, args[0]).holder.is_some() {
        "locked"
    } else {
        "unlocked"
    };
    let class = vm.type_of(args[0]);
    Ok(vm.string(format!(
        "<{word} {} object at {}>",
        vm.qualified_name(class),
        vm.address(args[0])
    )))
}

fn rlock_repr(vm: &mut Vm, args: &[Value]) -> Res {
    let plain = vm.heap.payload(args[0]);
    let held = lock(vm, plain);
    let (holder, count) = (held.holder, held.count);
    let word = if holder.is_some() {
        "locked"
    } else {
        "unlocked"
    };
    let owner = holder.map_or(0, super::ident_of);
    let class = vm.type_of(args[0]);
    Ok(vm.string(format!(
        "<{word} {} object owner={owner} count={count} at {}>",
        vm.qualified_name(class),
        vm.address(args[0])
    )))
}

fn is_owned(vm: &mut Vm, args: &[Value]) -> Res {
    let thread = current_thread(vm);
    Ok(Value::bool(lock(vm, args[0]).holder == Some(thread)))
}

fn recursion_count(vm: &mut Vm, args: &[Value]) -> Res {
    let thread = current_thread(vm);
    let held = lock(vm, args[0]);
    let count = if held.holder == Some(thread) {
        held.count
    } else {
        0
    };
    Ok(vm.int(count as i64))
}

/// Lets go of an `RLock` altogether; what `_acquire_restore` takes.
fn release_save(vm: &mut Vm, args: &[Value]) -> Res {
    let thread = current_thread(vm);
    let held = lock(vm, args[0]);
    if held.holder.is_none() {
        return Err(vm.runtime_error("cannot release un-acquired lock"));
    }
    let count = held.count;
    free(vm, args[0]);
    let state = [vm.int(count as i64), vm.int(super::ident_of(thread) as i64)];
    Ok(vm.tuple(&state))
}

fn acquire_restore(vm: &mut Vm, args: &[Value]) -> Res {
    let count = match vm.heap.as_items(args[1]) {
        Some(&[count, _]) => vm.as_i64(count).filter(|&count| count > 0),
        _ => None,
    };
    let Some(count) = count else {
        return Err(vm.type_error("a state as _release_save gives it was expected"));
    };
    let thread = current_thread(vm);
    if lock(vm, args[0]).take(thread, count as u64) {
        return Ok(Value::NONE);
    }
    wait(vm, args[0], None, count as u64, false);
    Err(vm.and_then([Value::NONE; 4], |_, _, completion| {
        completion.value()?;
        Ok(Value::NONE)
    }))
}

/// After a fork only the forking thread is left; there are no forks here.
fn at_fork(vm: &mut Vm, args: &[Value]) -> Res {
    let held = lock(vm, args[0]);
    held.holder = None;
    held.count = 0;
    held.waiters.clear();
    Ok(Value::NONE)
}

static LOCK_METHODS: &[NativeDef] = &[
    new_method("cls, /", lock_new),
    method("acquire", "self, blocking=True, timeout=-1", acquire),
    method("acquire_lock", "self, blocking=True, timeout=-1", acquire),
    method("release", "self, /", release),
    method("release_lock", "self, /", release),
    method("locked", "self, /", locked),
    method("locked_lock", "self, /", locked),
    method("__enter__", "self, /", enter),
    method("__exit__", "self, /, *exc_info", release),
    method("__repr__", "self, /", lock_repr),
    method("_at_fork_reinit", "self, /", at_fork),
];

static RLOCK_METHODS: &[NativeDef] = &[
    new_method("cls, /, *args, **kwargs", rlock_new),
    method("acquire", "self, blocking=True, timeout=-1", acquire),
    method("release", "self, /", release_owned),
    method("locked", "self, /", locked),
    method("_is_owned", "self, /", is_owned),
    method("_recursion_count", "self, /", recursion_count),
    method("_release_save", "self, /", release_save),
    method("_acquire_restore", "self, state, /", acquire_restore),
    method("__enter__", "self, /", enter),
    method("__exit__", "self, /, *exc_info", release_owned),
    method("__repr__", "self, /", rlock_repr).raw_self(),
    method("_at_fork_reinit", "self, /", at_fork),
];

pub(super) fn init(vm: &mut Vm, dict: Value) {
    let lock = vm.module_type(dict, "lock", LOCK_METHODS, &[]);
    vm.heap.ty_mut(lock).layout = airlock_vm::Layout::Final;
    vm.dict_set_text(dict, "LockType", lock);
    let rlock = vm.module_type(dict, "RLock", RLOCK_METHODS, &[]);
    let core = vm.extension::<crate::Core>();
    core.keep("lock", lock);
    core.keep("RLock", rlock);
}
