//! `bytearray`.

use super::bytes::{bytes_from, bytes_of_items, sequence_index};
use super::iters::repeat_count;
use super::str::repeat_size;
use crate::gc::Tracer;
use crate::native::{NativeDef, method, new_method};
use crate::object::NativeObject;
use crate::{Res, Throw, Value, Vm};

pub struct PyByteArray {
    pub data: Vec<u8>,
    pub(crate) class: Value,
}

impl NativeObject for PyByteArray {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, _: &mut Tracer) {}
    fn bytes(&self) -> usize {
        self.data.len()
    }
    fn buffer(&self) -> Option<&[u8]> {
        Some(&self.data)
    }
    fn buffer_mut(&mut self) -> Option<&mut [u8]> {
        Some(&mut self.data)
    }
}

impl Vm {
    pub fn bytearray(&mut self, data: Vec<u8>) -> Value {
        let class = self.types.bytearray;
        self.heap.new_object(PyByteArray { data, class })
    }

    /// The bytes of a bytearray; the caller charges for growth.
    pub fn bytearray_mut(&mut self, value: Value) -> Option<&mut Vec<u8>> {
        let value = self.heap.payload(value);
        self.heap
            .downcast_mut::<PyByteArray>(value)
            .map(|object| &mut object.data)
    }
}

pub(crate) fn register(vm: &mut Vm) {
    vm.add_methods(vm.types.bytearray, super::bytes::SHARED);
    vm.add_methods(vm.types.bytearray, super::bytes::COMPARISONS);
    vm.add_methods(vm.types.bytearray, METHODS);
    vm.set_type_attr(vm.types.bytearray, "__hash__", Value::NONE);
    vm.heap.ty_mut(vm.types.bytearray).flags.unhashable = true;
}

static METHODS: &[NativeDef] = &[
    new_method("cls, *args, **kwargs", new),
    method(
        "__init__",
        "self, source=..., encoding=..., errors=...",
        init,
    )
    .slow("bytearray_init"),
    method("__setitem__", "self, key, value, /", setitem).slow("bytearray_setitem"),
    method("__delitem__", "self, key, /", delitem).slow("bytearray_delitem"),
    method("__iadd__", "self, value, /", iadd).raw_self(),
    method("__imul__", "self, value, /", imul)
        .slow("bytearray_imul")
        .raw_self(),
    method("__alloc__", "self, /", alloc),
    method("__reduce__", "self, /", reduce).raw_self(),
    method("append", "self, item, /", append).slow("bytearray_append"),
    method("clear", "self, /", clear),
    method("copy", "self, /", copy),
    method("extend", "self, iterable_of_ints, /", extend).slow("bytearray_extend"),
    method("insert", "self, index, item, /", insert).slow("bytearray_insert"),
    method("pop", "self, index=-1, /", pop).slow("bytearray_pop"),
    method("remove", "self, value, /", remove).slow("bytearray_remove"),
    method("resize", "self, size, /", resize).slow("bytearray_resize"),
    method("reverse", "self, /", reverse),
];

const RANGE: &str = "byte must be in range(0, 256)";

fn data(vm: &Vm, value: Value) -> &[u8] {
    vm.buffer(value).unwrap_or_default()
}

/// Puts other bytes in the place of all.
fn set(vm: &mut Vm, value: Value, data: Vec<u8>) {
    let before = self::data(vm, value).len();
    vm.heap.charge(data.len().saturating_sub(before));
    if let Some(own) = vm.bytearray_mut(value) {
        *own = data;
    }
}

/// Puts `new` in the place of `start..end`.
fn splice(vm: &mut Vm, value: Value, start: usize, end: usize, new: &[u8]) {
    vm.heap.charge(new.len().saturating_sub(end - start));
    if let Some(own) = vm.bytearray_mut(value) {
        own.splice(start..end, new.iter().copied());
    }
}

fn new(vm: &mut Vm, args: &[Value]) -> Res {
    let class = args[0];
    let value = vm.bytearray(Vec::new());
    Ok(if class == vm.types.bytearray {
        value
    } else {
        vm.heap.new_instance(class, value)
    })
}

fn init(vm: &mut Vm, args: &[Value]) -> Res {
    let data = bytes_from(vm, args[1], args[2], args[3], "bytearray")?;
    set(vm, args[0], data);
    Ok(Value::NONE)
}

fn setitem(vm: &mut Vm, args: &[Value]) -> Res {
    let (value, key, item) = (args[0], args[1], args[2]);
    let length = data(vm, value).len();
    if !vm.is_instance(key, vm.types.slice) {
        let index = sequence_index(vm, key, "bytearray")?;
        let byte = vm.expect_byte(item, RANGE)?;
        return match Vm::position(index, length) {
            Some(at) => {
                splice(vm, value, at, at + 1, &[byte]);
                Ok(Value::NONE)
            }
            None => Err(vm.index_error("bytearray index out of range")),
        };
    }
    let new = match vm.buffer_copy(item) {
        Some(new) => new,
        None => {
            if vm.as_int(item).is_some() || vm.as_text(item).is_some() {
                return Err(vm.type_error(
                    "can assign only bytes, buffers, or iterables of ints in range(0, 256)",
                ));
            }
            let items = vm.collect_again(item)?;
            bytes_of_items(vm, &items, "bytearray")?
        }
    };
    let range = vm.slice_indices(key, length)?;
    if range.step != 1 && new.is_empty() {
        return delitem(vm, &args[..2]);
    }
    if range.step == 1 {
        let start = range.start as usize;
        vm.reserve(new.len())?;
        splice(vm, value, start, start + range.count, &new);
    } else {
        if new.len() != range.count {
            let message = format!(
                "attempt to assign bytes of size {} to extended slice of size {}",
                new.len(),
                range.count
            );
            return Err(vm.value_error(message));
        }
        if let Some(own) = vm.bytearray_mut(value) {
            for (at, byte) in range.positions().zip(new) {
                own[at] = byte;
            }
        }
    }
    Ok(Value::NONE)
}

fn delitem(vm: &mut Vm, args: &[Value]) -> Res {
    let (value, key) = (args[0], args[1]);
    let length = data(vm, value).len();
    if vm.is_instance(key, vm.types.slice) {
        let range = vm.slice_indices(key, length)?;
        let mut drop = vec![false; length];
        range.positions().for_each(|at| drop[at] = true);
        if let Some(own) = vm.bytearray_mut(value) {
            let mut at = 0;
            own.retain(|_| {
                at += 1;
                !drop[at - 1]
            });
        }
        return Ok(Value::NONE);
    }
    let index = sequence_index(vm, key, "bytearray")?;
    match Vm::position(index, length) {
        Some(at) => {
            splice(vm, value, at, at + 1, &[]);
            Ok(Value::NONE)
        }
        None => Err(vm.index_error("bytearray index out of range")),
    }
}

fn iadd(vm: &mut Vm, args: &[Value]) -> Res {
    let Some(new) = vm.buffer_copy(args[1]) else {
        let message = format!("can't concat {} to bytearray", vm.type_name(args[1]));
        return Err(vm.type_error(message));
    };
    vm.reserve(new.len())?;
    let end = data(vm, args[0]).len();
    splice(vm, args[0], end, end, &new);
    Ok(args[0])
}

fn imul(vm: &mut Vm, args: &[Value]) -> Res {
    let Some(times) = repeat_count(vm, args[1])? else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let length = data(vm, args[0]).len();
    repeat_size(vm, length, times)?;
    let repeated = if length == 0 {
        Vec::new()
    } else {
        data(vm, args[0]).repeat(times)
    };
    set(vm, args[0], repeated);
    Ok(args[0])
}

fn alloc(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::count(data(vm, args[0]).len() + 1))
}

fn reduce(vm: &mut Vm, args: &[Value]) -> Res {
    Err(vm.tail_prelude("bytearray_reduce", args))
}

fn append(vm: &mut Vm, args: &[Value]) -> Res {
    let byte = vm.expect_byte(args[1], RANGE)?;
    vm.heap.charge(1);
    if let Some(own) = vm.bytearray_mut(args[0]) {
        own.push(byte);
    }
    Ok(Value::NONE)
}

fn clear(vm: &mut Vm, args: &[Value]) -> Res {
    set(vm, args[0], Vec::new());
    Ok(Value::NONE)
}

fn copy(vm: &mut Vm, args: &[Value]) -> Res {
    let copied = data(vm, args[0]).to_vec();
    Ok(vm.bytearray(copied))
}

fn extend(vm: &mut Vm, args: &[Value]) -> Res {
    let new = match vm.buffer_copy(args[1]) {
        Some(new) => new,
        None => {
            if vm.as_text(args[1]).is_some() {
                return Err(vm.type_error("expected iterable of integers; got: 'str'"));
            }
            if vm.lookup_special(args[1], vm.names.iter).is_none()
                && vm.lookup_special(args[1], vm.names.getitem).is_none()
            {
                let message = format!("can't extend bytearray with {}", vm.type_name(args[1]));
                return Err(vm.type_error(message));
            }
            let items = vm.collect_again(args[1])?;
            bytes_of_items(vm, &items, "bytearray")?
        }
    };
    iadd_bytes(vm, args[0], &new)
}

fn iadd_bytes(vm: &mut Vm, value: Value, new: &[u8]) -> Res {
    vm.reserve(new.len())?;
    let end = data(vm, value).len();
    splice(vm, value, end, end, new);
    Ok(Value::NONE)
}

fn insert(vm: &mut Vm, args: &[Value]) -> Res {
    let index = vm.int_argument(args[1])?;
    let byte = vm.expect_byte(args[2], RANGE)?;
    let length = data(vm, args[0]).len() as i64;
    let index = if index < 0 {
        index.saturating_add(length).max(0)
    } else {
        index.min(length)
    };
    splice(vm, args[0], index as usize, index as usize, &[byte]);
    Ok(Value::NONE)
}

fn pop(vm: &mut Vm, args: &[Value]) -> Res {
    let index = vm.int_argument(args[1])?;
    let length = data(vm, args[0]).len();
    if length == 0 {
        return Err(vm.index_error("pop from empty bytearray"));
    }
    match Vm::position(index, length) {
        Some(at) => {
            let byte = data(vm, args[0])[at];
            splice(vm, args[0], at, at + 1, &[]);
            Ok(Value::count(byte as usize))
        }
        None => Err(vm.index_error("pop index out of range")),
    }
}

fn remove(vm: &mut Vm, args: &[Value]) -> Res {
    let byte = vm.expect_byte(args[1], RANGE)?;
    match data(vm, args[0]).iter().position(|other| *other == byte) {
        Some(at) => {
            splice(vm, args[0], at, at + 1, &[]);
            Ok(Value::NONE)
        }
        None => Err(vm.value_error("value not found in bytearray")),
    }
}

fn resize(vm: &mut Vm, args: &[Value]) -> Res {
    let size = vm.int_argument(args[1])?;
    let Ok(size) = usize::try_from(size) else {
        let message = format!("bytearray.resize(): new size must be >= 0, got {size}");
        return Err(vm.value_error(message));
    };
    vm.reserve(size)?;
    let length = data(vm, args[0]).len();
    if size > length {
        splice(vm, args[0], length, length, &vec![0; size - length]);
    } else {
        splice(vm, args[0], size, length, &[]);
    }
    Ok(Value::NONE)
}

fn reverse(vm: &mut Vm, args: &[Value]) -> Res {
    match vm.bytearray_mut(args[0]) {
        Some(own) => own.reverse(),
        None => return Err(Throw::Python),
    }
    Ok(Value::NONE)
}
