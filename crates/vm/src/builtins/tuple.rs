//! `tuple`.

use super::iters::{has_python_operator, repeat_count, repeated, sequence_index};
use super::list::{COMPARISONS, contains, count, find, repr_items, sliced};
use super::slice::PySlice;
use crate::native::{NativeDef, method, new_method};
use crate::object::PyIter;
use crate::value::Kind;
use crate::{Res, Value, Vm};

static METHODS: &[NativeDef] = &[
    new_method("cls, iterable=..., /", new),
    method("count", "self, value, /", count).slow("seq_count"),
    method("index", "self, value, start=0, stop=..., /", index).slow("tuple_index"),
    method("__len__", "self, /", |vm, args| {
        Ok(Value::count(vm.heap.tuple(args[0]).len()))
    }),
    method("__getitem__", "self, key, /", getitem).slow("seq_getitem"),
    method("__contains__", "self, key, /", contains).slow("seq_contains"),
    method("__iter__", "self, /", iter),
    method("__add__", "self, value, /", add),
    method("__mul__", "self, value, /", mul).slow("seq_mul"),
    method("__rmul__", "self, value, /", mul).slow("seq_mul"),
    method("__hash__", "self, /", hash).slow("tuple_hash"),
    method("__repr__", "self, /", repr).slow("tuple_repr"),
    method("__getnewargs__", "self, /", |vm, args| {
        Ok(vm.tuple(&[args[0]]))
    }),
];

fn new(vm: &mut Vm, args: &[Value]) -> Res {
    let class = vm.types.tuple;
    let tuple = match args[1].bound() {
        None => vm.tuple(&[]),
        Some(tuple) if tuple.is(Kind::Tuple) => tuple,
        Some(iterable) => {
            let items = vm.collect_own(iterable)?;
            vm.reserve(items.len() * 8)?;
            if items.is_empty() {
                vm.empty_tuple
            } else {
                vm.heap.new_tuple(items)
            }
        }
    };
    Ok(vm.of_class(args[0], class, tuple))
}

fn index(vm: &mut Vm, args: &[Value]) -> Res {
    match find(vm, args)? {
        Some(at) => Ok(Value::count(at)),
        None => Err(vm.value_error("tuple.index(x): x not in tuple")),
    }
}

fn getitem(vm: &mut Vm, args: &[Value]) -> Res {
    let (tuple, key) = (args[0], args[1]);
    if vm.heap.downcast::<PySlice>(key).is_some() {
        let length = vm.heap.tuple(tuple).len();
        let range = vm.slice_indices(key, length)?;
        if range.count == length && range.step == 1 {
            return Ok(tuple);
        }
        vm.reserve(range.count * 8)?;
        let items = sliced(vm.heap.tuple(tuple), range);
        return Ok(vm.tuple(&items));
    }
    let index = sequence_index(vm, key, "tuple")?;
    let items = vm.heap.tuple(tuple);
    match Vm::position(index, items.len()) {
        Some(at) => Ok(items[at]),
        None => Err(vm.index_error("tuple index out of range")),
    }
}

fn iter(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(vm.heap.new_iter(PyIter::Tuple {
        tuple: args[0],
        at: 0,
    }))
}

fn add(vm: &mut Vm, args: &[Value]) -> Res {
    let other = vm.heap.payload(args[1]);
    if !other.is(Kind::Tuple) {
        if has_python_operator(vm, args[1], vm.names.radd) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let message = format!(
            "can only concatenate tuple (not \"{}\") to tuple",
            vm.type_name(args[1])
        );
        return Err(vm.type_error(message));
    }
    let total = vm.heap.tuple(args[0]).len() + vm.heap.tuple(other).len();
    vm.reserve(total * 8)?;
    vm.count_copy(total);
    let items = [vm.heap.tuple(args[0]), vm.heap.tuple(other)].concat();
    Ok(vm.tuple(&items))
}

fn mul(vm: &mut Vm, args: &[Value]) -> Res {
    let Some(count) = repeat_count(vm, args[1])? else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if count == 1 {
        return Ok(args[0]);
    }
    let items = vm.heap.tuple(args[0]).to_vec();
    let all = repeated(vm, &items, count)?;
    Ok(vm.tuple(&all))
}

fn hash(vm: &mut Vm, args: &[Value]) -> Res {
    let hash = vm.hash(args[0])?;
    Ok(vm.int(hash))
}

fn repr(vm: &mut Vm, args: &[Value]) -> Res {
    if vm.repr_running.contains(&args[0]) {
        return Ok(vm.str("(...)"));
    }
    let items = vm.heap.tuple(args[0]).to_vec();
    let inner = repr_items(vm, args[0], &items)?;
    let comma = if items.len() == 1 { "," } else { "" };
    Ok(vm.string(format!("({inner}{comma})")))
}

pub(crate) fn register(vm: &mut Vm) {
    vm.add_methods(vm.types.tuple, METHODS);
    vm.add_methods(vm.types.tuple, COMPARISONS);
}
