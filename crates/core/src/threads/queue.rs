//! Module `_queue`: `SimpleQueue`, which executors take their work from.

use std::collections::VecDeque;

use airlock_vm::module::ModuleDef;
use airlock_vm::{
    Completion, FiberId, FiberState, Layout, NativeDef, NativeObject, Res, Throw, Tracer, Value,
    Vm, Wake, class_method, method, new_method,
};

use super::{deadline, deadline_of, deadline_value, lanes, take_interrupt, wake_with};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_queue",
    functions: &[],
    init,
};

struct SimpleQueue {
    class: Value,
    items: VecDeque<Value>,
    /// Fibers that wait for an item, in order.
    waiters: VecDeque<FiberId>,
}

impl NativeObject for SimpleQueue {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.class);
        for &item in &self.items {
            tracer.value(item);
        }
    }
}

fn queue(vm: &mut Vm, value: Value) -> &mut SimpleQueue {
    vm.heap
        .downcast_mut::<SimpleQueue>(value)
        .expect("a queue's methods are called on queues")
}

/// How many items a queue holds; none if it is not one.
pub(crate) fn len(vm: &Vm, value: Value) -> usize {
    vm.heap
        .downcast::<SimpleQueue>(vm.heap.payload(value))
        .map_or(0, |queue| queue.items.len())
}

/// Whether a pool's queue holds the call whose future this is.
pub(crate) fn holds(vm: &mut Vm, value: Value, future: Value) -> bool {
    let name = vm.intern("future");
    let Some(queue) = vm.heap.downcast::<SimpleQueue>(vm.heap.payload(value)) else {
        return false;
    };
    queue
        .items
        .iter()
        .any(|&item| vm.own_attr(item, name) == Some(future))
}

fn new(vm: &mut Vm, args: &[Value]) -> Res {
    let class = vm.extension::<crate::Core>().kept("SimpleQueue");
    let (items, waiters) = (VecDeque::new(), VecDeque::new());
    let value = vm.heap.new_object(SimpleQueue {
        class,
        items,
        waiters,
    });
    Ok(vm.of_class(args[0], class, value))
}

fn put(vm: &mut Vm, args: &[Value]) -> Res {
    queue(vm, args[0]).items.push_back(args[1]);
    vm.heap.charge(8);
    loop {
        let Some(fiber) = queue(vm, args[0]).waiters.pop_front() else {
            return Ok(Value::NONE);
        };
        // One whose time is up has been woken, but could not run yet.
        if matches!(vm.fiber(fiber).state, FiberState::Parked(_)) {
            wake_with(vm, fiber, Value::TRUE);
            return Ok(Value::NONE);
        }
    }
}

fn empty_error(vm: &mut Vm) -> Throw {
    let class = vm.extension::<crate::Core>().kept("Empty");
    Throw::Raise(vm.make_exception(class, &[]))
}

fn get(vm: &mut Vm, args: &[Value]) -> Res {
    let blocking = vm.truthy(args[1])?;
    let mut nanos = -1;
    if blocking && !args[2].is_none() {
        nanos = crate::time::timeout_nanos(vm, args[2])?;
        if nanos < 0 {
            return Err(vm.value_error("'timeout' must be a non-negative number"));
        }
    }
    if let Some(item) = queue(vm, args[0]).items.pop_front() {
        return Ok(item);
    }
    if !blocking || nanos == 0 {
        return Err(empty_error(vm));
    }
    take_interrupt(vm)?;
    let deadline = deadline(vm, nanos);
    Err(wait(vm, args[0], deadline, false))
}

fn wait(vm: &mut Vm, value: Value, deadline: Option<u64>, again: bool) -> Throw {
    lanes::begin_wait(vm);
    lanes::note_wait(vm, crate::deadlock::WaitsOn::Queue);
    let fiber = vm.current_fiber();
    let waiters = &mut queue(vm, value).waiters;
    if again {
        waiters.push_front(fiber)
    } else {
        waiters.push_back(fiber)
    }
    let state = [
        value,
        deadline_value(vm, deadline),
        Value::NONE,
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

/// There is an item, unless someone was quicker (True), or the waiter has
/// waited long enough (None).
fn resumed(vm: &mut Vm, [value, end, ..]: [Value; 4], completion: Completion) -> Res {
    lanes::end_wait(vm);
    let fiber = vm.current_fiber();
    queue(vm, value).waiters.retain(|&waiter| waiter != fiber);
    let woken = completion.value()?;
    if let Some(item) = queue(vm, value).items.pop_front() {
        return Ok(item);
    }
    let end = deadline_of(vm, end);
    if woken.is_none() || end.is_some_and(|end| end <= crate::now(vm)) {
        return Err(empty_error(vm));
    }
    Err(wait(vm, value, end, true))
}

fn get_nowait(vm: &mut Vm, args: &[Value]) -> Res {
    match queue(vm, args[0]).items.pop_front() {
        Some(item) => Ok(item),
        None => Err(empty_error(vm)),
    }
}

static METHODS: &[NativeDef] = &[
    new_method("cls, /", new),
    method("put", "self, item, block=True, timeout=None", put),
    method("put_nowait", "self, item", put),
    method("get", "self, block=True, timeout=None", get),
    method("get_nowait", "self, /", get_nowait),
    method("empty", "self, /", |vm, args| {
        Ok(Value::bool(queue(vm, args[0]).items.is_empty()))
    }),
    method("qsize", "self, /", |vm, args| {
        Ok(Value::count(queue(vm, args[0]).items.len()))
    }),
    class_method("__class_getitem__", "cls, item, /", |vm, args| {
        Ok(vm.new_generic_alias(args[0], args[1]))
    }),
];

fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    let class = vm.module_type(dict, "SimpleQueue", METHODS, &[]);
    let exception = vm.types.exception;
    let empty = vm.builtin_type("Empty", exception, Layout::Exception);
    let (module, doc) = (
        vm.intern("_queue"),
        vm.str("Exception raised by Queue.get(block=0)/get_nowait()."),
    );
    vm.set_type_attr(empty, "__module__", module);
    vm.set_type_attr(empty, "__doc__", doc);
    vm.dict_set_text(dict, "Empty", empty);
    let core = vm.extension::<crate::Core>();
    core.keep("SimpleQueue", class);
    core.keep("Empty", empty);
    Ok(())
}
