//! Module `_thread`: threads as fibers, locks, thread-local data.
//!
//! What waits is parked and stands in the queue of what it waits for; who
//! waited too long takes itself out of the queue when it runs again.

pub mod lanes;
pub(crate) mod local;
pub(crate) mod lock;
pub mod queue;

use airlock_trace::{CallSite, LaneId, Outcome};
use airlock_vm::module::ModuleDef;
use airlock_vm::{
    Completion, FiberId, GetterDef, Kind, NativeDef, NativeObject, PyNative, Res, Throw, Tracer,
    Value, Vm, Wake, function, getter, method, new_method,
};
use rustc_hash::FxHashMap;

use crate::{Charge, Core, crossing};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_thread",
    functions: FUNCTIONS,
    init,
};

/// How many threads may run at the same time.
const THREAD_LIMIT: usize = 20_000;

/// The longest timeout, in seconds: what 64 bits of nanoseconds hold.
const TIMEOUT_MAX: f64 = 9_223_372_036.0;

const SIGNAL_LIMIT: i64 = 65;

/// The threads of the VM.
#[derive(Default)]
pub(crate) struct Threads {
    /// The number of the thread made last; the main thread is 0.
    last: u32,
    running: usize,
    /// Handles of the threads that the program's end waits for.
    awaited: Vec<Value>,
    /// The `_local` objects that a thread has data in.
    locals: FxHashMap<u32, Vec<Value>>,
    /// The lane of each thread but the main one.
    lanes: FxHashMap<u32, LaneId>,
    names: FxHashMap<u32, String>,
    /// Waits in library code that may turn out to be crossings.
    maybe_crossings: FxHashMap<FiberId, MaybeCrossing>,
    /// When fibers began to block.
    blocked_since: FxHashMap<FiberId, u64>,
    /// The lanes of greenlets, by fiber.
    greenlet_lanes: FxHashMap<FiberId, LaneId>,
    /// Main is to get a `KeyboardInterrupt` when it next waits.
    interrupted: bool,
    stack_size: i64,
}

impl Threads {
    pub(crate) fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&self.awaited);
        for locals in self.locals.values() {
            tracer.extend(locals);
        }
    }
}

/// A wait that is a crossing if a loop turns in another thread meanwhile.
struct MaybeCrossing {
    site: CallSite,
    since_nanos: u64,
    live_bytes: u64,
    iterations: u64,
}

fn threads(vm: &mut Vm) -> &mut Threads {
    &mut vm.extension::<Core>().threads
}

/// What `get_ident()` gives in a thread: numbers from 1, never 0.
pub fn ident_of(thread: u32) -> u64 {
    u64::from(thread) + 1
}

/// The thread that the running fiber belongs to.
pub fn current_thread(vm: &Vm) -> u32 {
    vm.fiber(vm.current_fiber()).thread
}

/// Wakes a fiber that waits for another; crossing to another thread has its
/// price.
pub(crate) fn wake_with(vm: &mut Vm, fiber: FiberId, value: Value) {
    if vm.fiber(fiber).thread != current_thread(vm) {
        vm.extension::<Core>().ledger.thread_wakes += 1;
        crossing::charge(vm, Charge::ThreadWoken);
    }
    vm.wake(fiber, Completion::Returned(value));
}

/// The moment at which a wait of so many nanoseconds ends; none for a
/// negative one.
pub(crate) fn deadline(vm: &mut Vm, nanos: i64) -> Option<u64> {
    (nanos >= 0).then(|| crate::time::deadline_after(vm, nanos))
}

pub(crate) fn deadline_value(vm: &mut Vm, deadline: Option<u64>) -> Value {
    match deadline {
        Some(deadline) => vm.int(i64::try_from(deadline).unwrap_or(i64::MAX)),
        None => Value::NONE,
    }
}

pub(crate) fn deadline_of(vm: &Vm, value: Value) -> Option<u64> {
    vm.as_i64(value)
        .and_then(|deadline| u64::try_from(deadline).ok())
}

/// Raises what `interrupt_main` left for the main thread; called wherever a
/// thread may wait, whether it then does or not.
pub(crate) fn take_interrupt(vm: &mut Vm) -> Res<()> {
    if current_thread(vm) != 0 {
        return Ok(());
    }
    if std::mem::take(&mut threads(vm).interrupted) {
        let class = vm.types.keyboard_interrupt;
        return Err(Throw::Raise(vm.make_exception(class, &[])));
    }
    Ok(())
}

// Handles.

#[derive(Clone, Copy, PartialEq, Eq)]
enum HandleState {
    NotStarted,
    Running,
    Done,
}

/// `_ThreadHandle`: what joins a thread.
struct Handle {
    class: Value,
    state: HandleState,
    ident: u64,
    joiners: Vec<FiberId>,
}

impl NativeObject for Handle {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.class);
    }
}

fn new_handle(vm: &mut Vm, state: HandleState, ident: u64) -> Value {
    let class = vm.extension::<Core>().kept("_ThreadHandle");
    vm.heap.new_object(Handle {
        class,
        state,
        ident,
        joiners: Vec::new(),
    })
}

fn handle(vm: &mut Vm, value: Value) -> Res<&mut Handle> {
    if vm.heap.downcast::<Handle>(value).is_none() {
        return Err(vm.type_error("'handle' must be a _ThreadHandle"));
    }
    Ok(vm.heap.downcast_mut::<Handle>(value).expect("just seen"))
}

fn handle_new(vm: &mut Vm, _: &[Value]) -> Res {
    Ok(new_handle(vm, HandleState::NotStarted, 0))
}

fn make_thread_handle(vm: &mut Vm, args: &[Value]) -> Res {
    let ident = vm.index(args[0])?;
    Ok(new_handle(
        vm,
        HandleState::Running,
        u64::try_from(ident).unwrap_or(0),
    ))
}

fn handle_ident(vm: &mut Vm, this: Value) -> Res {
    let ident = handle(vm, this)?.ident;
    Ok(vm.int(ident as i64))
}

fn handle_repr(vm: &mut Vm, args: &[Value]) -> Res {
    let ident = handle(vm, args[0])?.ident;
    Ok(vm.string(format!("<_ThreadHandle object: ident={ident}>")))
}

fn handle_is_done(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::bool(handle(vm, args[0])?.state == HandleState::Done))
}

fn handle_set_done(vm: &mut Vm, args: &[Value]) -> Res {
    if handle(vm, args[0])?.state == HandleState::NotStarted {
        return Err(vm.runtime_error("thread not started"));
    }
    set_done(vm, args[0]);
    Ok(Value::NONE)
}

fn set_done(vm: &mut Vm, value: Value) {
    let Some(handle) = vm.heap.downcast_mut::<Handle>(value) else {
        return;
    };
    handle.state = HandleState::Done;
    for fiber in std::mem::take(&mut handle.joiners) {
        wake_with(vm, fiber, Value::TRUE);
    }
}

fn handle_join(vm: &mut Vm, args: &[Value]) -> Res {
    take_interrupt(vm)?;
    let nanos = if args[1].is_none() {
        -1
    } else {
        crate::time::timeout_nanos(vm, args[1])?
    };
    let current = ident_of(current_thread(vm));
    let handle = handle(vm, args[0])?;
    match handle.state {
        HandleState::NotStarted => Err(vm.runtime_error("thread not started")),
        HandleState::Done => Ok(Value::NONE),
        HandleState::Running if handle.ident == current => {
            Err(vm.runtime_error("Cannot join current thread"))
        }
        HandleState::Running if nanos == 0 => Ok(Value::NONE),
        HandleState::Running => {
            let deadline = deadline(vm, nanos);
            Err(wait_for(vm, args[0], deadline, joined))
        }
    }
}

/// Parks the fiber until the handle's thread is done.
fn wait_for(
    vm: &mut Vm,
    value: Value,
    deadline: Option<u64>,
    then: fn(&mut Vm, [Value; 4], Completion) -> Res,
) -> Throw {
    let fiber = vm.current_fiber();
    if let Some(handle) = vm.heap.downcast_mut::<Handle>(value) {
        handle.joiners.push(fiber);
    }
    lanes::begin_wait(vm);
    lanes::note_wait(vm, crate::deadlock::WaitsOn::Thread);
    let wake = Wake {
        deadline_nanos: deadline,
        blocking: true,
    };
    vm.park_then(wake, [value, Value::NONE, Value::NONE, Value::NONE], then)
}

fn joined(vm: &mut Vm, [value, ..]: [Value; 4], completion: Completion) -> Res {
    lanes::end_wait(vm);
    let fiber = vm.current_fiber();
    if let Some(handle) = vm.heap.downcast_mut::<Handle>(value) {
        handle.joiners.retain(|&joiner| joiner != fiber);
    }
    completion.value()?;
    Ok(Value::NONE)
}

// Starting and ending.

static THREAD_MAIN: NativeDef = function(
    "thread_main",
    "function, args, kwargs, handle, /",
    thread_main,
);

/// The first call of a thread's fiber.
fn thread_main(vm: &mut Vm, args: &[Value]) -> Res {
    lanes::end_wait(vm);
    vm.tail_call_with(args[0], args[1], args[2]);
    Err(vm.and_then([args[0], args[3], Value::NONE, Value::NONE], thread_ended))
}

fn thread_ended(vm: &mut Vm, [function, handle, ..]: [Value; 4], completion: Completion) -> Res {
    if let Completion::Raised(exception) = completion
        && !vm.is_instance(exception, vm.types.system_exit)
    {
        let report = vm.prelude("thread_died");
        let state = [handle, Value::NONE, Value::NONE, Value::NONE];
        return Err(vm.call_then(
            report,
            &[function, exception],
            state,
            |vm, [handle, ..], _| Ok(end_thread(vm, handle, Outcome::Raised)),
        ));
    }
    Ok(end_thread(vm, handle, Outcome::Returned))
}

fn end_thread(vm: &mut Vm, handle: Value, outcome: Outcome) -> Value {
    lanes::end(vm, outcome);
    let (thread, fiber) = (current_thread(vm), vm.current_fiber());
    crossing::forget_fiber(vm, fiber);
    let threads = threads(vm);
    threads.running = threads.running.saturating_sub(1);
    threads.awaited.retain(|&awaited| awaited != handle);
    for local in threads.locals.remove(&thread).unwrap_or_default() {
        local::forget(vm, local, thread);
    }
    set_done(vm, handle);
    Value::NONE
}

/// Makes the fiber of a new thread; its number.
fn start(vm: &mut Vm, function: Value, args: Value, kwargs: Value, handle: Value) -> Res<u32> {
    let threads = threads(vm);
    if threads.running >= THREAD_LIMIT {
        return Err(vm.runtime_error("can't start new thread"));
    }
    threads.running += 1;
    threads.last += 1;
    let thread = threads.last;
    // What a fiber holds beside the heap.
    vm.heap.charge(4096);
    let main = vm.heap.new_native(PyNative {
        def: &THREAD_MAIN,
        receiver: Value::UNBOUND,
        owner: Value::NONE,
    });
    let fiber = vm.spawn(main, &[function, args, kwargs, handle], handle, thread);
    crossing::forget_fiber(vm, fiber);
    lanes::start(vm, thread, function);
    crossing::charge(vm, Charge::ThreadStarted);
    Ok(thread)
}

fn start_new_thread(vm: &mut Vm, args: &[Value]) -> Res {
    if !vm.is_callable(args[0]) {
        return Err(vm.type_error("first arg must be callable"));
    }
    let positional = vm.heap.payload(args[1]);
    if !positional.is(Kind::Tuple) {
        return Err(vm.type_error("2nd arg must be a tuple"));
    }
    let kwargs = args[2]
        .bound()
        .map_or(Value::NONE, |kwargs| vm.heap.payload(kwargs));
    if !args[2].is_unbound() && !kwargs.is(Kind::Dict) {
        return Err(vm.type_error("optional 3rd arg must be a dictionary"));
    }
    let handle = new_handle(vm, HandleState::Running, 0);
    let thread = start(vm, args[0], positional, kwargs, handle)?;
    if let Some(handle) = vm.heap.downcast_mut::<Handle>(handle) {
        handle.ident = ident_of(thread);
    }
    Ok(vm.int(ident_of(thread) as i64))
}

fn start_joinable_thread(vm: &mut Vm, args: &[Value]) -> Res {
    let &[function, given, daemon] = args else {
        return Err(vm.system_error("bad call"));
    };
    if !vm.is_callable(function) {
        return Err(vm.type_error("thread function must be callable"));
    }
    let daemon = vm.truthy(daemon)?;
    let value = if given.is_none() {
        new_handle(vm, HandleState::NotStarted, 0)
    } else {
        given
    };
    if handle(vm, value)?.state != HandleState::NotStarted {
        return Err(vm.runtime_error("thread already started"));
    }
    let none = vm.tuple(&[]);
    let thread = start(vm, function, none, Value::NONE, value)?;
    let handle = handle(vm, value)?;
    handle.state = HandleState::Running;
    handle.ident = ident_of(thread);
    if !daemon {
        threads(vm).awaited.push(value);
    }
    Ok(value)
}

/// Waits for all threads that are not daemons, one after the other.
fn shutdown(vm: &mut Vm, _: &[Value]) -> Res {
    let current = ident_of(current_thread(vm));
    for value in threads(vm).awaited.clone() {
        let waits = vm
            .heap
            .downcast::<Handle>(value)
            .is_some_and(|handle| handle.state == HandleState::Running && handle.ident != current);
        if waits {
            return Err(wait_for(vm, value, None, |vm, state, completion| {
                joined(vm, state, completion)?;
                shutdown(vm, &[])
            }));
        }
    }
    Ok(Value::NONE)
}

fn exit(vm: &mut Vm, _: &[Value]) -> Res {
    let class = vm.types.system_exit;
    Err(Throw::Raise(vm.make_exception(class, &[])))
}

/// What the signal's handler does, as the module `signal` knows it.
fn interrupt_main(vm: &mut Vm, args: &[Value]) -> Res {
    match vm.index(args[0])? {
        1..SIGNAL_LIMIT => Err(vm.tail_prelude("interrupt_main_", args)),
        _ => Err(vm.value_error("signal number out of range")),
    }
}

/// `KeyboardInterrupt` in the main thread: now if it waits, else when it next
/// does.
fn interrupt(vm: &mut Vm, _: &[Value]) -> Res {
    let class = vm.types.keyboard_interrupt;
    let exception = vm.make_exception(class, &[]);
    if current_thread(vm) == 0 {
        return Err(Throw::Raise(exception));
    }
    if matches!(vm.fiber(0).state, airlock_vm::FiberState::Parked(_)) {
        vm.wake(0, Completion::Raised(exception));
    } else {
        threads(vm).interrupted = true;
    }
    Ok(Value::NONE)
}

fn get_ident(vm: &mut Vm, _: &[Value]) -> Res {
    let ident = ident_of(current_thread(vm));
    Ok(vm.int(ident as i64))
}

fn stack_size(vm: &mut Vm, args: &[Value]) -> Res {
    let size = vm.index(args[0])?;
    if size < 0 {
        return Err(vm.value_error("size must be 0 or a positive value"));
    }
    if size != 0 && size < 32_768 {
        return Err(vm.value_error(format!("size not valid: {size} bytes")));
    }
    let old = std::mem::replace(&mut threads(vm).stack_size, size);
    Ok(vm.int(old))
}

fn set_name(vm: &mut Vm, args: &[Value]) -> Res {
    vm.expect_str(args[0], "set_name() argument 'name'")?;
    Ok(Value::NONE)
}

static FUNCTIONS: &[NativeDef] = &[
    function(
        "start_new_thread",
        "function, args, kwargs=..., /",
        start_new_thread,
    ),
    function(
        "start_new",
        "function, args, kwargs=..., /",
        start_new_thread,
    ),
    function(
        "start_joinable_thread",
        "function, handle=None, daemon=True",
        start_joinable_thread,
    ),
    function("_make_thread_handle", "ident, /", make_thread_handle),
    function("daemon_threads_allowed", "", |_, _| Ok(Value::TRUE)),
    function("_is_main_interpreter", "", |_, _| Ok(Value::TRUE)),
    function("_get_main_thread_ident", "", |vm, _| {
        Ok(vm.int(ident_of(0) as i64))
    }),
    function("get_ident", "", get_ident),
    function("get_native_id", "", get_ident),
    function("_count", "", |vm, _| Ok(Value::count(threads(vm).running))),
    function("_shutdown", "", shutdown),
    function("exit", "", exit),
    function("exit_thread", "", exit),
    function("interrupt_main", "signum=2, /", interrupt_main),
    function("_interrupt", "", interrupt),
    function("stack_size", "size=0, /", stack_size),
    function("set_name", "name", set_name),
    function("allocate_lock", "", lock::allocate),
    function("allocate", "", lock::allocate),
];

static HANDLE_METHODS: &[NativeDef] = &[
    new_method("cls, /", handle_new),
    method("join", "self, timeout=None, /", handle_join),
    method("is_done", "self, /", handle_is_done),
    method("_set_done", "self, /", handle_set_done),
    method("__repr__", "self, /", handle_repr),
];

static HANDLE_GETTERS: &[GetterDef] = &[getter("ident", handle_ident)];

fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    let class = vm.module_type(dict, "_ThreadHandle", HANDLE_METHODS, HANDLE_GETTERS);
    vm.extension::<Core>().keep("_ThreadHandle", class);
    lock::init(vm, dict);
    local::init(vm, dict);
    let error = vm.types.runtime_error;
    vm.dict_set_text(dict, "error", error);
    vm.dict_set_text(dict, "TIMEOUT_MAX", Value::float(TIMEOUT_MAX));
    for (name, value) in [
        ("_excepthook", "thread_excepthook"),
        ("_ExceptHookArgs", "ThreadHookArgs"),
    ] {
        let value = vm.prelude(value);
        vm.dict_set_text(dict, name, value);
    }
    Ok(())
}
