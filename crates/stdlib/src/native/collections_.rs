//! `_collections`: `deque`, `defaultdict`, `OrderedDict` and helpers.

use std::collections::VecDeque;

use airlock_bytecode::CmpOp;
use airlock_vm::builtins::generic_alias::CLASS_GETITEM;
use airlock_vm::builtins::iters::{ITERATOR_METHODS, LENGTH_HINT};
use airlock_vm::module::ModuleDef;
use airlock_vm::{
    GetterDef, Kind, Layout, NativeDef, NativeIter, NativeObject, PyDict, PyIter, Res, TableItem,
    Throw, Tracer, Value, Vm, class_method, function, getter, getter_setter, method, new_method,
};

use super::itertools::base;

pub static MODULE: ModuleDef = ModuleDef {
    name: "_collections",
    functions: FUNCTIONS,
    init,
};

static FUNCTIONS: &[NativeDef] =
    &[function("_count_elements", "mapping, iterable, /", count_elements).slow("count_elements")];

fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    let collections = vm.intern("collections");
    let forward = vm.module_type(dict, "_deque_iterator", &[], &[]);
    let backward = vm.module_type(dict, "_deque_reverse_iterator", &[], &[]);
    for (ty, own) in [
        (forward, DEQUE_ITERATOR),
        (backward, DEQUE_REVERSE_ITERATOR),
    ] {
        vm.add_methods(ty, ITERATOR_METHODS);
        vm.add_methods(ty, LENGTH_HINT);
        vm.add_methods(ty, own);
    }
    let deque = vm.module_type(dict, "deque", DEQUE, DEQUE_GETTERS);
    vm.set_type_attr(deque, "__hash__", Value::NONE);
    vm.set_type_attr(deque, "__module__", collections);
    // The methods make iterators of these.
    vm.set_type_attr(deque, "_forward", forward);
    vm.set_type_attr(deque, "_backward", backward);
    for ty in [forward, backward] {
        vm.set_type_attr(ty, "_of", deque);
    }
    let flags = &mut vm.heap.ty_mut(deque).flags;
    flags.unhashable = true;
    flags.custom_eq = true;
    vm.add_methods(deque, CLASS_GETITEM);
    vm.add_methods(deque, DEQUE_COMPARISONS);

    let defaultdict = dict_type(vm, dict, "defaultdict", DEFAULTDICT, DEFAULTDICT_GETTERS);
    vm.heap.ty_mut(defaultdict).flags.no_dict = true;
    let ordered = dict_type(vm, dict, "OrderedDict", ORDERED_DICT, &[]);
    vm.heap.ty_mut(ordered).flags.custom_eq = true;
    vm.module_type(dict, "_tuplegetter", TUPLE_GETTER, TUPLE_GETTER_GETTERS);
    Ok(())
}

/// A subclass of dict made here: its instances keep the dict as their payload.
fn dict_type(
    vm: &mut Vm,
    dict: Value,
    name: &str,
    methods: &'static [NativeDef],
    getters: &'static [GetterDef],
) -> Value {
    let ty = vm.builtin_type(name, vm.types.dict, Layout::Payload(vm.types.dict));
    let collections = vm.intern("collections");
    vm.set_type_attr(ty, "__module__", collections);
    vm.set_type_attr(ty, "__hash__", Value::NONE);
    vm.add_methods(ty, methods);
    vm.add_getters(ty, getters);
    vm.dict_set_text(dict, name, ty);
    ty
}

// deque.

struct Deque {
    items: VecDeque<Value>,
    max: Option<usize>,
    /// Changes whenever an item is added or removed.
    changes: u32,
    class: Value,
}

impl NativeObject for Deque {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        let (front, back) = self.items.as_slices();
        tracer.extend(front);
        tracer.extend(back);
    }
    fn bytes(&self) -> usize {
        64 + self.items.len() * 8
    }
}

impl Deque {
    /// What went at the other end because there was no room; unbound if nothing.
    fn push_back(&mut self, item: Value) -> Value {
        if self.max == Some(0) {
            return item;
        }
        let full = self.max == Some(self.items.len());
        let pushed_out = full.then(|| self.items.pop_front()).flatten();
        self.items.push_back(item);
        self.changes += 1;
        pushed_out.unwrap_or(Value::UNBOUND)
    }

    fn extend(&mut self, items: impl IntoIterator<Item = Value>) {
        for item in items {
            self.push_back(item);
        }
    }

    /// As [`Deque::push_back`].
    fn push_front(&mut self, item: Value) -> Value {
        if self.max == Some(0) {
            return item;
        }
        let full = self.max == Some(self.items.len());
        let pushed_out = full.then(|| self.items.pop_back()).flatten();
        self.items.push_front(item);
        self.changes += 1;
        pushed_out.unwrap_or(Value::UNBOUND)
    }
}

static DEQUE_COMPARISONS: &[NativeDef] = airlock_vm::comparisons!(deque_compare, "deque");

static DEQUE: &[NativeDef] = &[
    new_method("cls, *args, **kwargs", |vm, args| {
        let class = base(vm, args[0]);
        let deque = vm.heap.new_object(Deque {
            items: VecDeque::new(),
            max: None,
            changes: 0,
            class,
        });
        Ok(vm.of_class(args[0], class, deque))
    }),
    method("__init__", "self, iterable=..., maxlen=None", deque_init).slow("deque_fill"),
    method("append", "self, item, /", |vm, args| {
        let deque = deque_of(vm, args[0])?;
        let pushed_out = deque.push_back(args[1]);
        vm.drop_in_native(pushed_out);
        vm.heap.charge(8);
        Ok(Value::NONE)
    }),
    method("appendleft", "self, item, /", |vm, args| {
        let deque = deque_of(vm, args[0])?;
        let pushed_out = deque.push_front(args[1]);
        vm.drop_in_native(pushed_out);
        vm.heap.charge(8);
        Ok(Value::NONE)
    }),
    method("clear", "self, /", |vm, args| {
        let deque = deque_of(vm, args[0])?;
        deque.changes += 1;
        let items = std::mem::take(&mut deque.items);
        vm.drop_all_in_native(items);
        Ok(Value::NONE)
    }),
    method("copy", "self, /", deque_copy).raw_self(),
    method("__copy__", "self, /", deque_copy).raw_self(),
    method("count", "self, value, /", |vm, args| {
        let mut count = 0;
        for item in items_of(vm, args[0]) {
            count += vm.same_or_equal(item, args[1])? as usize;
        }
        Ok(Value::count(count))
    })
    .slow("deque_count"),
    method("extend", "self, iterable, /", |vm, args| {
        let items = vm.collect(args[1])?;
        vm.reserve(items.len() * 8)?;
        vm.heap.charge(items.len() * 8);
        let deque = deque_of(vm, args[0])?;
        let pushed_out: Vec<Value> = items.into_iter().map(|it| deque.push_back(it)).collect();
        vm.drop_all_in_native(pushed_out);
        Ok(Value::NONE)
    }),
    method("extendleft", "self, iterable, /", |vm, args| {
        let items = vm.collect(args[1])?;
        vm.reserve(items.len() * 8)?;
        vm.heap.charge(items.len() * 8);
        let deque = deque_of(vm, args[0])?;
        let pushed_out: Vec<Value> = items.into_iter().map(|it| deque.push_front(it)).collect();
        vm.drop_all_in_native(pushed_out);
        Ok(Value::NONE)
    }),
    method("index", "self, value, start=0, stop=..., /", deque_index).slow("deque_index"),
    method("insert", "self, index, value, /", deque_insert).slow("deque_insert"),
    method("pop", "self, /", |vm, args| {
        let deque = deque_of(vm, args[0])?;
        match deque.items.pop_back() {
            Some(item) => {
                deque.changes += 1;
                vm.drop_in_native(item);
                Ok(item)
            }
            None => Err(vm.index_error("pop from an empty deque")),
        }
    }),
    method("popleft", "self, /", |vm, args| {
        let deque = deque_of(vm, args[0])?;
        match deque.items.pop_front() {
            Some(item) => {
                deque.changes += 1;
                vm.drop_in_native(item);
                Ok(item)
            }
            None => Err(vm.index_error("pop from an empty deque")),
        }
    }),
    method("remove", "self, value, /", |vm, args| {
        match deque_find(vm, args[0], args[1], 0, usize::MAX)? {
            Some(at) => {
                let deque = deque_of(vm, args[0])?;
                deque.changes += 1;
                let item = deque.items.remove(at).unwrap_or(Value::UNBOUND);
                vm.drop_in_native(item);
                Ok(Value::NONE)
            }
            None => Err(vm.value_error("deque.remove(x): x not in deque")),
        }
    })
    .slow("deque_remove"),
    method("reverse", "self, /", |vm, args| {
        let deque = deque_of(vm, args[0])?;
        deque.items.make_contiguous().reverse();
        Ok(Value::NONE)
    }),
    method("rotate", "self, n=1, /", |vm, args| {
        let n = vm.index(args[1])?;
        let deque = deque_of(vm, args[0])?;
        let length = deque.items.len() as i64;
        if length > 1 {
            deque.items.rotate_right(n.rem_euclid(length) as usize);
            deque.changes += 1;
        }
        Ok(Value::NONE)
    })
    .slow("deque_rotate"),
    method("__len__", "self, /", |vm, args| {
        Ok(Value::count(deque_of(vm, args[0])?.items.len()))
    }),
    method("__bool__", "self, /", |vm, args| {
        Ok(Value::bool(!deque_of(vm, args[0])?.items.is_empty()))
    }),
    method("__getitem__", "self, key, /", |vm, args| {
        let at = position(vm, args)?;
        Ok(deque_of(vm, args[0])?.items[at])
    })
    .slow("deque_getitem"),
    method("__setitem__", "self, key, value, /", |vm, args| {
        let at = position(vm, args)?;
        deque_of(vm, args[0])?.items[at] = args[2];
        Ok(Value::NONE)
    })
    .slow("deque_setitem"),
    method("__delitem__", "self, key, /", |vm, args| {
        let at = position(vm, args)?;
        let deque = deque_of(vm, args[0])?;
        deque.items.remove(at);
        deque.changes += 1;
        Ok(Value::NONE)
    })
    .slow("deque_delitem"),
    method("__contains__", "self, key, /", |vm, args| {
        Ok(Value::bool(
            deque_find(vm, args[0], args[1], 0, usize::MAX)?.is_some(),
        ))
    })
    .slow("deque_contains"),
    method("__iter__", "self, /", |vm, args| {
        deque_iter(vm, args[0], false)
    }),
    method("__reversed__", "self, /", |vm, args| {
        deque_iter(vm, args[0], true)
    }),
    method("__add__", "self, value, /", deque_add),
    method("__iadd__", "self, value, /", |vm, args| {
        let items = vm.collect(args[1])?;
        vm.reserve(items.len() * 8)?;
        vm.heap.charge(items.len() * 8);
        let deque = deque_of(vm, args[0])?;
        deque.extend(items);
        Ok(args[0])
    })
    .raw_self(),
    method("__mul__", "self, value, /", |vm, args| {
        deque_mul(vm, args, false)
    })
    .slow("deque_mul"),
    method("__rmul__", "self, value, /", |vm, args| {
        deque_mul(vm, args, false)
    })
    .slow("deque_mul"),
    method("__imul__", "self, value, /", |vm, args| {
        deque_mul(vm, args, true)
    })
    .raw_self()
    .slow("deque_imul"),
    method("__repr__", "self, /", |vm, args| {
        Err(vm.tail_prelude("deque_repr", args))
    })
    .raw_self(),
    method("__reduce__", "self, /", |vm, args| {
        Err(vm.tail_prelude("deque_reduce", args))
    })
    .raw_self(),
];

static DEQUE_ITERATOR: &[NativeDef] = &[
    new_method("cls, iterable, index=0, /", |vm, args| {
        deque_iterator(vm, args, false)
    }),
    DEQUE_ITERATOR_REDUCE,
];

static DEQUE_REVERSE_ITERATOR: &[NativeDef] = &[
    new_method("cls, iterable, index=0, /", |vm, args| {
        deque_iterator(vm, args, true)
    }),
    DEQUE_ITERATOR_REDUCE,
];

const DEQUE_ITERATOR_REDUCE: NativeDef = method("__reduce__", "self, /", |vm, args| {
    let place = match vm.heap.iter(args[0]) {
        PyIter::Native { state, .. } => state.place(),
        _ => None,
    };
    let class = vm.type_of(args[0]);
    let (deque, at) = match place {
        Some(place) => place,
        None => {
            let name = vm.intern("_of");
            let deque = vm.lookup(class, name).unwrap_or(Value::NONE);
            (
                vm.heap.new_object(Deque {
                    items: VecDeque::new(),
                    max: None,
                    changes: 0,
                    class: deque,
                }),
                0,
            )
        }
    };
    let given = vm.tuple(&[deque, Value::count(at)]);
    Ok(vm.tuple(&[class, given]))
});

fn deque_iterator(vm: &mut Vm, args: &[Value], reversed: bool) -> Res {
    deque_of(vm, args[1])?;
    let deque = vm.heap.payload(args[1]);
    let at = vm.index(args[2])?;
    let changes = deque_of(vm, deque)?.changes;
    let at = usize::try_from(at).unwrap_or(0);
    Ok(vm.native_iterator(
        args[0],
        DequeIter {
            deque,
            at,
            changes,
            reversed,
        },
    ))
}

static DEQUE_GETTERS: &[GetterDef] = &[getter("maxlen", |vm, deque| Ok(max_of(vm, deque)))];

fn deque_of(vm: &mut Vm, value: Value) -> Res<&mut Deque> {
    let value = vm.heap.payload(value);
    if vm.heap.downcast::<Deque>(value).is_none() {
        return Err(vm.type_error("a deque is needed"));
    }
    match vm.heap.downcast_mut::<Deque>(value) {
        Some(deque) => Ok(deque),
        None => Err(Throw::Python),
    }
}

fn items_of(vm: &Vm, value: Value) -> Vec<Value> {
    let deque = vm.heap.downcast::<Deque>(vm.heap.payload(value));
    deque.map_or(Vec::new(), |deque| deque.items.iter().copied().collect())
}

fn max_of(vm: &Vm, value: Value) -> Value {
    let deque = vm.heap.downcast::<Deque>(vm.heap.payload(value));
    deque
        .and_then(|deque| deque.max)
        .map_or(Value::NONE, Value::count)
}

fn deque_init(vm: &mut Vm, args: &[Value]) -> Res {
    let &[this, iterable, max] = args else {
        return Err(Throw::Python);
    };
    let max = if max.is_none() {
        None
    } else {
        if vm.as_int(max).is_none() {
            return Err(vm.type_error("an integer is required"));
        }
        match vm.as_i64(max) {
            Some(max) if max < 0 => return Err(vm.value_error("maxlen must be non-negative")),
            Some(max) => Some(max as usize),
            None => return Err(vm.overflow_error("Python int too large to convert to C ssize_t")),
        }
    };
    let items = match iterable.bound() {
        Some(iterable) => vm.collect(iterable)?,
        None => Vec::new(),
    };
    vm.reserve(items.len() * 8)?;
    vm.heap.charge(items.len() * 8);
    let deque = deque_of(vm, this)?;
    deque.max = max;
    deque.items = VecDeque::new();
    deque.changes += 1;
    deque.extend(items);
    Ok(Value::NONE)
}

/// A new plain deque.
fn new_deque(vm: &mut Vm, like: Value, items: VecDeque<Value>, max: Option<usize>) -> Res {
    let like = vm.heap.payload(like);
    let class = vm.type_of(like);
    let mut deque = Deque {
        items: VecDeque::new(),
        max,
        changes: 0,
        class,
    };
    match max {
        None => deque.items = items,
        Some(_) => deque.extend(items),
    }
    Ok(vm.heap.new_object(deque))
}

fn deque_copy(vm: &mut Vm, args: &[Value]) -> Res {
    if args[0].is(Kind::Instance) {
        let class = vm.type_of(args[0]);
        let max = max_of(vm, args[0]);
        let given: &[Value] = if max.is_none() {
            &[args[0]]
        } else {
            &[args[0], max]
        };
        return Err(vm.tail_call(class, given));
    }
    let deque = deque_of(vm, args[0])?;
    let (items, max) = (deque.items.clone(), deque.max);
    new_deque(vm, args[0], items, max)
}

fn deque_find(
    vm: &mut Vm,
    deque: Value,
    value: Value,
    start: usize,
    stop: usize,
) -> Res<Option<usize>> {
    let mut at = start;
    while at < stop {
        let Some(&item) = deque_of(vm, deque)?.items.get(at) else {
            break;
        };
        if vm.same_or_equal(item, value)? {
            return Ok(Some(at));
        }
        at += 1;
    }
    Ok(None)
}

fn deque_index(vm: &mut Vm, args: &[Value]) -> Res {
    let length = deque_of(vm, args[0])?.items.len() as i64;
    let bound = |index: i64| {
        (if index < 0 {
            (index + length).max(0)
        } else {
            index
        }) as usize
    };
    let start = bound(vm.index(args[2])?);
    let stop = match args[3].bound() {
        Some(stop) => bound(vm.index(stop)?),
        None => length as usize,
    };
    match deque_find(vm, args[0], args[1], start, stop)? {
        Some(at) => Ok(Value::count(at)),
        None => Err(vm.value_error("deque.index(x): x not in deque")),
    }
}

fn deque_insert(vm: &mut Vm, args: &[Value]) -> Res {
    let index = vm.index(args[1])?;
    let deque = deque_of(vm, args[0])?;
    if deque.max == Some(deque.items.len()) {
        return Err(vm.index_error("deque already at its maximum size"));
    }
    let length = deque.items.len() as i64;
    let at = if index < 0 {
        index.saturating_add(length).max(0)
    } else {
        index.min(length)
    };
    deque.items.insert(at as usize, args[2]);
    deque.changes += 1;
    vm.heap.charge(8);
    Ok(Value::NONE)
}

fn position(vm: &mut Vm, args: &[Value]) -> Res<usize> {
    if vm.as_int(args[1]).is_none() && vm.lookup_special(args[1], vm.names.index).is_none() {
        let message = format!(
            "sequence index must be integer, not '{}'",
            vm.type_name(args[1])
        );
        return Err(vm.type_error(message));
    }
    let index = vm.subscript_index(args[1])?;
    let length = deque_of(vm, args[0])?.items.len();
    match Vm::position(index, length) {
        Some(at) => Ok(at),
        None => Err(vm.index_error("deque index out of range")),
    }
}

struct DequeIter {
    deque: Value,
    at: usize,
    changes: u32,
    reversed: bool,
}

impl NativeIter for DequeIter {
    fn next(&mut self, vm: &mut Vm) -> Res<Option<Value>> {
        let Some(deque) = vm.heap.downcast::<Deque>(self.deque) else {
            return Ok(None);
        };
        if deque.changes != self.changes {
            return Err(vm.runtime_error("deque mutated during iteration"));
        }
        let length = deque.items.len();
        let Some(left) = length.checked_sub(self.at + 1) else {
            return Ok(None);
        };
        let item = deque.items[if self.reversed { left } else { self.at }];
        self.at += 1;
        Ok(Some(item))
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.deque);
    }
    fn place(&self) -> Option<(Value, usize)> {
        Some((self.deque, self.at))
    }
    fn remaining(&self, vm: &Vm) -> Option<usize> {
        let deque = vm.heap.downcast::<Deque>(self.deque)?;
        Some(deque.items.len().saturating_sub(self.at))
    }
}

fn deque_iter(vm: &mut Vm, deque: Value, reversed: bool) -> Res {
    let name = vm.intern(if reversed { "_backward" } else { "_forward" });
    let class = vm.lookup_special(deque, name).unwrap_or(vm.types.iterator);
    let changes = deque_of(vm, deque)?.changes;
    Ok(vm.native_iterator(
        class,
        DequeIter {
            deque,
            at: 0,
            changes,
            reversed,
        },
    ))
}

fn deque_add(vm: &mut Vm, args: &[Value]) -> Res {
    let other = vm.heap.payload(args[1]);
    if vm.heap.downcast::<Deque>(other).is_none() {
        let message = format!(
            "can only concatenate deque (not \"{}\") to deque",
            vm.type_name(args[1])
        );
        return Err(vm.type_error(message));
    }
    let more = items_of(vm, other);
    let deque = deque_of(vm, args[0])?;
    let (mut items, max) = (deque.items.clone(), deque.max);
    items.extend(more);
    new_deque(vm, args[0], items, max)
}

fn deque_mul(vm: &mut Vm, args: &[Value], in_place: bool) -> Res {
    if vm.as_int(args[1]).is_none() && vm.lookup_special(args[1], vm.names.index).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let count = vm.index(args[1])?.max(0) as usize;
    let deque = deque_of(vm, args[0])?;
    let (items, max) = (deque.items.clone(), deque.max);
    let Some(total) = items
        .len()
        .checked_mul(count)
        .filter(|total| *total < usize::MAX / 16)
    else {
        return Err(vm.memory_error(""));
    };
    // No more than the bound is kept in the end.
    let total = match max {
        Some(max) if total > max => max.saturating_add(items.len()).min(total),
        _ => total,
    };
    vm.reserve(total * 8)?;
    let skip = items.len().checked_mul(count).map_or(0, |all| all - total);
    let length = items.len().max(1);
    let all: VecDeque<Value> = (0..total).map(|at| items[(skip + at) % length]).collect();
    if !in_place {
        return new_deque(vm, args[0], all, max);
    }
    vm.heap.charge(all.len() * 8);
    let deque = deque_of(vm, args[0])?;
    deque.items = VecDeque::new();
    deque.changes += 1;
    deque.extend(all);
    Ok(args[0])
}

fn deque_compare(vm: &mut Vm, args: &[Value], op: CmpOp) -> Res {
    let other = vm.heap.payload(args[1]);
    if vm.heap.downcast::<Deque>(other).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (a, b) = (items_of(vm, args[0]), items_of(vm, other));
    let (a, b) = (vm.tuple(&a), vm.tuple(&b));
    Ok(Value::bool(vm.compare(op, a, b)?))
}

// defaultdict: an instance whose payload is the dict. The factory stands
// among its attributes.

static DEFAULTDICT: &[NativeDef] = &[
    new_method("cls, *args, **kwargs", |vm, args| {
        let dict = vm.heap.new_dict(PyDict::default());
        let object = vm.heap.new_instance(args[0], dict);
        let name = vm.intern("default_factory");
        vm.set_own_attr(object, name, Value::NONE);
        Ok(object)
    }),
    method(
        "__init__",
        "self, default_factory=None, /, *args, **kwargs",
        defaultdict_init,
    )
    .raw_self(),
    method("__missing__", "self, key, /", missing).raw_self(),
    method("__repr__", "self, /", |vm, args| {
        Err(vm.tail_prelude("defaultdict_repr", args))
    })
    .raw_self(),
    method("copy", "self, /", defaultdict_copy).raw_self(),
    method("__copy__", "self, /", defaultdict_copy).raw_self(),
    method("__or__", "self, value, /", |vm, args| {
        defaultdict_or(vm, args, false)
    })
    .raw_self(),
    method("__ror__", "self, value, /", |vm, args| {
        defaultdict_or(vm, args, true)
    })
    .raw_self(),
    method("__reduce__", "self, /", |vm, args| {
        let class = vm.type_of(args[0]);
        let factory = factory_of(vm, args[0]);
        let given = if factory.is_none() {
            vm.tuple(&[])
        } else {
            vm.tuple(&[factory])
        };
        let dict = vm.heap.payload(args[0]);
        let iter = dict_items_iter(vm, dict);
        Ok(vm.tuple(&[class, given, Value::NONE, Value::NONE, iter]))
    })
    .raw_self(),
];

static DEFAULTDICT_GETTERS: &[GetterDef] = &[getter_setter(
    "default_factory",
    |vm, object| Ok(factory_of(vm, object)),
    |vm, object, value| {
        let name = vm.intern("default_factory");
        vm.set_own_attr(object, name, value.bound().unwrap_or(Value::NONE));
        Ok(())
    },
)
.raw_self()];

fn factory_of(vm: &mut Vm, object: Value) -> Value {
    let name = vm.intern("default_factory");
    vm.own_attr(object, name).unwrap_or(Value::NONE)
}

fn dict_items_iter(vm: &mut Vm, dict: Value) -> Value {
    let size = vm.heap.dict(dict).len();
    vm.heap.new_iter(PyIter::Table {
        table: dict,
        at: 0,
        size,
        left: size,
        what: TableItem::Pair,
        reversed: false,
    })
}

fn defaultdict_init(vm: &mut Vm, args: &[Value]) -> Res {
    let &[this, factory, given, kwargs] = args else {
        return Err(Throw::Python);
    };
    if !factory.is_none() && !vm.is_callable(factory) {
        return Err(vm.type_error("first argument must be callable or None"));
    }
    let name = vm.intern("default_factory");
    vm.set_own_attr(this, name, factory);
    let mut all = vec![vm.heap.payload(this)];
    all.extend_from_slice(vm.heap.tuple(given));
    // `dict.__init__` with the rest.
    let Some(init) = vm.lookup(vm.types.dict, vm.names.init) else {
        return Ok(Value::NONE);
    };
    if all.len() == 1 && vm.heap.dict(kwargs).is_empty() {
        return Ok(Value::NONE);
    }
    let (names, values): (Vec<Value>, Vec<Value>) = vm.heap.dict(kwargs).iter().unzip();
    all.extend(values);
    let names = if names.is_empty() {
        Value::UNBOUND
    } else {
        vm.tuple(&names)
    };
    Err(vm.call_kw_then(init, &all, names, [Value::UNBOUND; 4], None))
}

fn missing(vm: &mut Vm, args: &[Value]) -> Res {
    let (this, key) = (args[0], args[1]);
    let factory = factory_of(vm, this);
    if factory.is_none() {
        return Err(vm.key_error(key));
    }
    // The usual factories without a call.
    let dict = vm.heap.payload(this);
    let simple = if factory == vm.types.list {
        Some(vm.list(Vec::new()))
    } else if factory == vm.types.int {
        Some(Value::int32(0))
    } else if factory == vm.types.dict {
        Some(vm.heap.new_dict(PyDict::default()))
    } else if factory == vm.types.set {
        Some(vm.heap.new_set(PyDict::default(), false))
    } else {
        None
    };
    let own_setitem = vm
        .lookup_special(this, vm.names.setitem)
        .is_some_and(|set| set.is(Kind::Native));
    if let Some(value) = simple
        && own_setitem
        && vm.dict_set(dict, key, value).is_ok()
    {
        return Ok(value);
    }
    let state = [this, key, Value::UNBOUND, Value::UNBOUND];
    Err(
        vm.call_then(factory, &[], state, |vm, [this, key, ..], completion| {
            let value = completion.value()?;
            let setitem = vm
                .lookup_special(this, vm.names.setitem)
                .unwrap_or(Value::NONE);
            let state = [value, Value::UNBOUND, Value::UNBOUND, Value::UNBOUND];
            Err(vm.call_then(
                setitem,
                &[this, key, value],
                state,
                |_, [value, ..], completion| {
                    completion.value()?;
                    Ok(value)
                },
            ))
        }),
    )
}

fn defaultdict_copy(vm: &mut Vm, args: &[Value]) -> Res {
    let class = vm.type_of(args[0]);
    let factory = factory_of(vm, args[0]);
    Err(vm.tail_call(class, &[factory, args[0]]))
}

fn defaultdict_or(vm: &mut Vm, args: &[Value], swapped: bool) -> Res {
    let (this, other) = (args[0], args[1]);
    if !vm.heap.payload(other).is(Kind::Dict) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (first, second) = if swapped {
        (other, this)
    } else {
        (this, other)
    };
    let class = vm.type_of(this);
    let factory = factory_of(vm, this);
    let state = [second, Value::UNBOUND, Value::UNBOUND, Value::UNBOUND];
    Err(vm.call_then(
        class,
        &[factory, first],
        state,
        |vm, [second, ..], completion| {
            let result = completion.value()?;
            let name = vm.intern("update");
            let update = vm.lookup(vm.types.dict, name).unwrap_or(Value::NONE);
            let dict = vm.heap.payload(result);
            let state = [result, Value::UNBOUND, Value::UNBOUND, Value::UNBOUND];
            Err(vm.call_then(
                update,
                &[dict, second],
                state,
                |_, [result, ..], completion| {
                    completion.value()?;
                    Ok(result)
                },
            ))
        },
    ))
}

// OrderedDict: a dict is in order already.

static ORDERED_DICT: &[NativeDef] = &[
    new_method("cls, *args, **kwargs", |vm, args| {
        let dict = vm.heap.new_dict(PyDict::default());
        Ok(vm.heap.new_instance(args[0], dict))
    }),
    class_method("fromkeys", "cls, iterable, value=None", |vm, args| {
        Err(vm.tail_prelude("dict_fromkeys", args))
    }),
    method("move_to_end", "self, key, last=True", |vm, args| {
        let last = vm.truthy(args[2])?;
        let dict = vm.heap.payload(args[0]);
        match vm.dict_find(dict, args[1])? {
            (Some(at), _) => {
                move_entry(vm, dict, at, last);
                Ok(Value::NONE)
            }
            (None, _) => Err(vm.key_error(args[1])),
        }
    })
    .raw_self()
    .slow("ordered_dict_move_to_end"),
    method("_move", "self, at, last, /", |vm, args| {
        let at = args[1].as_small().unwrap_or(0) as usize;
        if vm.heap.dict(args[0]).entry(at).is_some() {
            move_entry(vm, args[0], at, args[2] == Value::TRUE);
        }
        Ok(Value::NONE)
    }),
    method("popitem", "self, last=True", |vm, args| {
        let last = vm.truthy(args[1])?;
        let table = vm.heap.dict_mut(args[0]);
        let positions = table.positions();
        let at = if last {
            (0..positions).rev().find(|&at| table.entry(at).is_some())
        } else {
            (0..positions).find(|&at| table.entry(at).is_some())
        };
        match at {
            Some(at) => {
                let entry = table.remove_at(at);
                Ok(vm.tuple(&[entry.key, entry.value]))
            }
            None => {
                let message = vm.str("dictionary is empty");
                Err(vm.key_error(message))
            }
        }
    }),
    method("copy", "self, /", |vm, args| {
        let class = vm.type_of(args[0]);
        Err(vm.tail_call(class, &[args[0]]))
    })
    .raw_self(),
    method("__eq__", "self, value, /", |vm, args| {
        ordered_equal(vm, args, true)
    })
    .raw_self()
    .slow("ordered_dict_eq"),
    method("__ne__", "self, value, /", |vm, args| {
        ordered_equal(vm, args, false)
    })
    .raw_self()
    .slow("ordered_dict_ne"),
    method("__repr__", "self, /", |vm, args| {
        Err(vm.tail_prelude("ordered_dict_repr", args))
    })
    .raw_self(),
    method("__or__", "self, value, /", |vm, args| {
        ordered_or(vm, args, false)
    })
    .raw_self(),
    method("__ror__", "self, value, /", |vm, args| {
        ordered_or(vm, args, true)
    })
    .raw_self(),
    method("__ior__", "self, value, /", |vm, args| {
        Err(vm.tail_prelude("ordered_dict_ior", args))
    })
    .raw_self(),
    method("__reduce__", "self, /", |vm, args| {
        Err(vm.tail_prelude("ordered_dict_reduce", args))
    })
    .raw_self(),
    method("pop", "self, key, default=...", |vm, args| {
        dict_method(vm, "pop", args)
    }),
    method("setdefault", "self, key, default=None", |vm, args| {
        dict_method(vm, "setdefault", args)
    }),
];

/// A method of dict that takes keywords here.
fn dict_method(vm: &mut Vm, name: &str, args: &[Value]) -> Res {
    let name = vm.intern(name);
    let method = vm.lookup(vm.types.dict, name).unwrap_or(Value::NONE);
    let end = if args[2].is_unbound() { 2 } else { 3 };
    Err(vm.tail_call(method, &args[..end]))
}

fn move_entry(vm: &mut Vm, dict: Value, at: usize, last: bool) {
    let table = vm.heap.dict_mut(dict);
    if !last {
        table.move_entry(at, false);
    } else if at + 1 != table.positions() {
        let entry = table.remove_at(at);
        table.insert_new(entry.key, entry.value, entry.hash);
    }
}

fn is_ordered(vm: &Vm, value: Value) -> bool {
    value.is(Kind::Instance)
        && vm.heap.ty(vm.type_of(value)).mro.iter().any(|&ty| {
            let dict = vm.heap.ty(ty).dict;
            !vm.heap.ty(ty).flags.heap && vm.dict_get_text(dict, "move_to_end").is_some()
        })
}

fn ordered_equal(vm: &mut Vm, args: &[Value], wanted: bool) -> Res {
    let (this, other) = (vm.heap.payload(args[0]), vm.heap.payload(args[1]));
    if !other.is(Kind::Dict) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let mut equal = vm.equal(this, other)?;
    if equal && is_ordered(vm, args[1]) {
        let keys = |vm: &Vm, dict: Value| {
            vm.heap
                .dict(dict)
                .iter()
                .map(|(key, _)| key)
                .collect::<Vec<_>>()
        };
        let (a, b) = (keys(vm, this), keys(vm, other));
        for (a, b) in a.into_iter().zip(b) {
            if !vm.same_or_equal(a, b)? {
                equal = false;
                break;
            }
        }
    }
    Ok(Value::bool(equal == wanted))
}

fn ordered_or(vm: &mut Vm, args: &[Value], swapped: bool) -> Res {
    if !vm.heap.payload(args[1]).is(Kind::Dict) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (first, second) = if swapped {
        (args[1], args[0])
    } else {
        (args[0], args[1])
    };
    let class = vm.type_of(args[0]);
    Err(vm.tail_prelude("ordered_dict_or", &[class, first, second]))
}

// Counter and namedtuple.

fn count_elements(vm: &mut Vm, args: &[Value]) -> Res {
    let (mapping, iterable) = (args[0], args[1]);
    let dict = vm.heap.payload(mapping);
    let get = vm.intern("get");
    let plain = dict.is(Kind::Dict)
        && [get, vm.names.setitem].into_iter().all(|name| {
            vm.lookup_special(mapping, name)
                .is_some_and(|method| method.is(Kind::Native))
        });
    if !plain {
        return Err(Throw::Python);
    }
    let items = vm.collect_again(iterable)?;
    // Counted in a copy: Python may have to take over at any item.
    let counted = vm.heap.dict(dict).clone();
    let counted = vm.heap.new_dict(counted);
    for item in items {
        let (found, hash) = vm.dict_find(counted, item)?;
        match found {
            Some(at) => {
                let Some(count) = vm
                    .heap
                    .dict(counted)
                    .entry(at)
                    .and_then(|entry| entry.value.as_small())
                else {
                    return Err(Throw::Python);
                };
                let count = vm.int(count + 1);
                vm.heap.dict_mut(counted).set_value(at, count);
            }
            None => {
                vm.heap
                    .dict_mut(counted)
                    .insert_new(item, Value::int32(1), hash);
            }
        }
    }
    let table = std::mem::take(vm.heap.dict_mut(counted));
    vm.reserve(table.positions() * 24)?;
    vm.heap.charge(table.positions() * 24);
    *vm.heap.dict_mut(dict) = table;
    Ok(Value::NONE)
}

/// The descriptor of a named tuple's field.
struct TupleGetter {
    index: usize,
    doc: Value,
    class: Value,
}

impl NativeObject for TupleGetter {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.doc);
    }
}

static TUPLE_GETTER: &[NativeDef] = &[
    new_method("cls, index, doc, /", |vm, args| {
        let index = vm.index(args[1])?.max(0) as usize;
        let class = base(vm, args[0]);
        Ok(vm.heap.new_object(TupleGetter {
            index,
            doc: args[2],
            class,
        }))
    }),
    method("__get__", "self, instance, owner=None, /", |vm, args| {
        let (this, instance) = (args[0], args[1]);
        let Some(getter) = vm.heap.downcast::<TupleGetter>(this) else {
            return Ok(this);
        };
        let index = getter.index;
        if instance.is_none() {
            return Ok(this);
        }
        let tuple = vm.heap.payload(instance);
        if !tuple.is(Kind::Tuple) {
            let message = format!(
                "descriptor for index '{index}' for tuple subclasses doesn't apply to '{}' object",
                vm.type_name(instance)
            );
            return Err(vm.type_error(message));
        }
        match vm.heap.tuple(tuple).get(index) {
            Some(&item) => Ok(item),
            None => Err(vm.index_error("tuple index out of range")),
        }
    }),
    method("__set__", "self, instance, value, /", |vm, _| {
        Err(vm.attribute_error("can't set attribute"))
    }),
    method("__delete__", "self, instance, /", |vm, _| {
        Err(vm.attribute_error("can't delete attribute"))
    }),
    method("__reduce__", "self, /", |vm, args| {
        let class = vm.type_of(args[0]);
        let (index, doc) = match vm.heap.downcast::<TupleGetter>(args[0]) {
            Some(getter) => (getter.index, getter.doc),
            None => (0, Value::NONE),
        };
        let given = vm.tuple(&[Value::count(index), doc]);
        Ok(vm.tuple(&[class, given]))
    }),
    method("__repr__", "self, /", |vm, args| {
        let (index, doc) = match vm.heap.downcast::<TupleGetter>(args[0]) {
            Some(getter) => (getter.index, getter.doc),
            None => (0, Value::NONE),
        };
        let doc = vm.repr(doc)?;
        Ok(vm.string(format!("_tuplegetter({index}, {doc})")))
    }),
];

static TUPLE_GETTER_GETTERS: &[GetterDef] = &[getter_setter(
    "__doc__",
    |vm, object| {
        Ok(vm
            .heap
            .downcast::<TupleGetter>(object)
            .map_or(Value::NONE, |getter| getter.doc))
    },
    |vm, object, value| {
        if let Some(getter) = vm.heap.downcast_mut::<TupleGetter>(object) {
            getter.doc = value.bound().unwrap_or(Value::NONE);
        }
        Ok(())
    },
)];
