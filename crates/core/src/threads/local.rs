//! `_local`: an object whose attributes each thread has its own of.
//!
//! Whenever an attribute is looked up, set or deleted, the object's dict is
//! first exchanged for the running thread's.

use airlock_vm::{
    Completion, Kind, NativeDef, NativeObject, Res, Throw, Tracer, Value, Vm, method, new_method,
};
use rustc_hash::FxHashMap;

use super::{current_thread, threads};

/// The built-in part of a `_local` object.
struct Local {
    class: Value,
    /// What Python sees; this is its payload.
    object: Value,
    dicts: FxHashMap<u32, Value>,
    /// What `__init__` gets in each thread.
    args: Value,
    kwargs: Value,
}

impl NativeObject for Local {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[self.class, self.object, self.args, self.kwargs]);
        for &dict in self.dicts.values() {
            tracer.value(dict);
        }
    }
}

fn new(vm: &mut Vm, args: &[Value]) -> Res {
    let &[class, positional, keywords] = args else {
        return Err(vm.system_error("bad call"));
    };
    let given = !vm.heap.tuple(positional).is_empty() || !vm.heap.dict(keywords).is_empty();
    if given && init_of(vm, class).is_none() {
        return Err(vm.type_error("Initialization arguments are not supported"));
    }
    let base = vm.extension::<crate::Core>().kept("_local");
    let dicts = FxHashMap::default();
    let state = Local {
        class: base,
        object: Value::NONE,
        dicts,
        args: positional,
        kwargs: keywords,
    };
    let local = vm.heap.new_object(state);
    let object = vm.heap.new_instance(class, local);
    if let Some(state) = vm.heap.downcast_mut::<Local>(local) {
        state.object = object;
    }
    // The making of the object runs `__init__` in this thread.
    add_dict(vm, object);
    Ok(object)
}

/// The class's own `__init__`, if it has one.
fn init_of(vm: &Vm, class: Value) -> Option<Value> {
    let init = vm.lookup(class, vm.names.init)?;
    let is_objects = init.is(Kind::Native) && vm.heap.native(init).owner == vm.types.object;
    (!is_objects).then_some(init)
}

/// Gives the running thread a dict of its own.
fn add_dict(vm: &mut Vm, object: Value) {
    let thread = current_thread(vm);
    let dict = vm.heap.new_dict(Default::default());
    let local = vm.heap.payload(object);
    if let Some(state) = vm.heap.downcast_mut::<Local>(local) {
        state.dicts.insert(thread, dict);
    }
    if object.is(Kind::Instance) {
        vm.heap.instance_mut(object).dict = dict;
    }
    if thread != 0 {
        threads(vm).locals.entry(thread).or_default().push(local);
    }
}

/// Drops what an ended thread kept.
pub(super) fn forget(vm: &mut Vm, local: Value, thread: u32) {
    let Some(state) = vm.heap.downcast_mut::<Local>(local) else {
        return;
    };
    let dict = state.dicts.remove(&thread);
    let object = state.object;
    if object.is(Kind::Instance) && dict == Some(vm.heap.instance(object).dict) {
        let none = vm.heap.new_dict(Default::default());
        vm.heap.instance_mut(object).dict = none;
    }
}

/// Makes the running thread's attributes the object's, then does `what`.
fn with_own_dict(
    vm: &mut Vm,
    object: Value,
    name: Value,
    value: Value,
    what: airlock_vm::Continuation,
) -> Res {
    let thread = current_thread(vm);
    let local = vm.heap.payload(object);
    let Some(state) = vm.heap.downcast::<Local>(local) else {
        return Err(vm.type_error("a _local object was expected"));
    };
    let (dict, args, kwargs) = (state.dicts.get(&thread).copied(), state.args, state.kwargs);
    let name = intern_name(vm, name)?;
    let state = [object, name, value, Value::NONE];
    let done = Completion::Returned(Value::NONE);
    if let Some(dict) = dict {
        if object.is(Kind::Instance) {
            vm.heap.instance_mut(object).dict = dict;
        }
        return what(vm, state, done);
    }
    add_dict(vm, object);
    let class = vm.type_of(object);
    let Some(init) = init_of(vm, class) else {
        return what(vm, state, done);
    };
    let mut all = vec![object];
    all.extend_from_slice(vm.heap.tuple(args));
    let all = vm.tuple(&all);
    vm.tail_call_with(init, all, kwargs);
    vm.and_then(state, initialised);
    Err(vm.and_then(state, what))
}

fn initialised(vm: &mut Vm, [object, ..]: [Value; 4], completion: Completion) -> Res {
    if let Completion::Raised(exception) = completion {
        let thread = current_thread(vm);
        let local = vm.heap.payload(object);
        forget(vm, local, thread);
        return Err(Throw::Raise(exception));
    }
    // Another thread may have used the object meanwhile.
    let thread = current_thread(vm);
    let local = vm.heap.payload(object);
    let dict = vm
        .heap
        .downcast::<Local>(local)
        .and_then(|state| state.dicts.get(&thread).copied());
    if let Some(dict) = dict
        && object.is(Kind::Instance)
    {
        vm.heap.instance_mut(object).dict = dict;
    }
    completion.value()
}

fn intern_name(vm: &mut Vm, name: Value) -> Res {
    let plain = vm.heap.payload(name);
    if !plain.is(Kind::Str) {
        let message = format!(
            "attribute name must be string, not '{}'",
            vm.type_name(name)
        );
        return Err(vm.type_error(message));
    }
    Ok(vm.heap.intern_value(plain))
}

fn getattribute(vm: &mut Vm, args: &[Value]) -> Res {
    with_own_dict(
        vm,
        args[0],
        args[1],
        Value::NONE,
        |vm, [object, name, ..], completion| {
            completion.value()?;
            vm.get_attr_generic(object, name)
        },
    )
}

pub(crate) fn set(vm: &mut Vm, args: &[Value]) -> Res {
    with_own_dict(
        vm,
        args[0],
        args[1],
        args[2],
        |vm, [object, name, value, _], completion| {
            completion.value()?;
            refuse_dict(vm, object, name)?;
            vm.set_attr_generic(object, name, value)?;
            Ok(Value::NONE)
        },
    )
}

fn delete(vm: &mut Vm, args: &[Value]) -> Res {
    with_own_dict(
        vm,
        args[0],
        args[1],
        Value::NONE,
        |vm, [object, name, ..], completion| {
            completion.value()?;
            refuse_dict(vm, object, name)?;
            vm.set_attr_generic(object, name, Value::UNBOUND)?;
            Ok(Value::NONE)
        },
    )
}

fn refuse_dict(vm: &mut Vm, object: Value, name: Value) -> Res<()> {
    if name != vm.names.dict {
        return Ok(());
    }
    let message = format!(
        "'{}' object attribute '__dict__' is read-only",
        vm.type_name(object)
    );
    Err(vm.attribute_error(message))
}

static METHODS: &[NativeDef] = &[
    new_method("cls, /, *args, **kwargs", new),
    method("__getattribute__", "self, name, /", getattribute).raw_self(),
    method("__setattr__", "self, name, value, /", set).raw_self(),
    method("__delattr__", "self, name, /", delete).raw_self(),
];

pub(super) fn init(vm: &mut Vm, dict: Value) {
    let class = vm.module_type(dict, "_local", METHODS, &[]);
    // Whatever is set may hide a method.
    vm.heap.ty_mut(class).flags.shadowed = true;
    vm.extension::<crate::Core>().keep("_local", class);
}
