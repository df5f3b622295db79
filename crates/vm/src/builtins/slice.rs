//! `slice`.

use airlock_bytecode::CmpOp;
use num_bigint::{BigInt, Sign};
use num_traits::{One, Signed, Zero};

use crate::class::{GetterDef, getter};
use crate::gc::Tracer;
use crate::native::{NativeDef, method, new_method};
use crate::object::NativeObject;
use crate::{Res, Value, Vm};

pub struct PySlice {
    pub start: Value,
    pub stop: Value,
    pub step: Value,
    pub(crate) class: Value,
}

impl NativeObject for PySlice {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[self.start, self.stop, self.step]);
    }
}

impl Vm {
    #[inline(never)]
    pub fn new_slice(&mut self, start: Value, stop: Value, step: Value) -> Value {
        let class = self.types.slice;
        self.heap.new_object(PySlice {
            start,
            stop,
            step,
            class,
        })
    }
}

static COMPARISONS: &[NativeDef] = crate::comparisons!(compare, "slice");

static METHODS: &[NativeDef] = &[
    new_method("cls, *args", new),
    method("indices", "self, len, /", indices).slow("slice_indices"),
    method("__hash__", "self, /", |vm, args| {
        let key = as_tuple(vm, args[0]);
        let hash = vm.hash(key)?;
        Ok(vm.int(hash))
    })
    .slow("slice_hash"),
    method("__reduce__", "self, /", |vm, args| {
        let given = as_tuple(vm, args[0]);
        Ok(vm.tuple(&[vm.types.slice, given]))
    }),
    method("__repr__", "self, /", |vm, args| {
        let [start, stop, step] = parts(vm, args[0]);
        let text = format!(
            "slice({}, {}, {})",
            vm.repr(start)?,
            vm.repr(stop)?,
            vm.repr(step)?
        );
        Ok(vm.string(text))
    })
    .slow("slice_repr"),
];

static GETTERS: &[GetterDef] = &[
    getter("start", |vm, slice| Ok(parts(vm, slice)[0])),
    getter("stop", |vm, slice| Ok(parts(vm, slice)[1])),
    getter("step", |vm, slice| Ok(parts(vm, slice)[2])),
];

fn parts(vm: &Vm, slice: Value) -> [Value; 3] {
    match vm.heap.downcast::<PySlice>(slice) {
        Some(slice) => [slice.start, slice.stop, slice.step],
        None => [Value::NONE; 3],
    }
}

fn as_tuple(vm: &mut Vm, slice: Value) -> Value {
    let parts = parts(vm, slice);
    vm.tuple(&parts)
}

fn new(vm: &mut Vm, args: &[Value]) -> Res {
    let given = vm.heap.tuple(args[1]).to_vec();
    match given[..] {
        [stop] => Ok(vm.new_slice(Value::NONE, stop, Value::NONE)),
        [start, stop] => Ok(vm.new_slice(start, stop, Value::NONE)),
        [start, stop, step] => Ok(vm.new_slice(start, stop, step)),
        [] => Err(vm.type_error("slice expected at least 1 argument, got 0")),
        _ => {
            let message = format!("slice expected at most 3 arguments, got {}", given.len());
            Err(vm.type_error(message))
        }
    }
}

/// Start, stop and step against a length of any size.
pub(crate) fn slice_bounds(vm: &mut Vm, slice: Value, length: BigInt) -> Res<[BigInt; 3]> {
    let [start, stop, step] = parts(vm, slice);
    let mut number = |value: Value| -> Res<Option<BigInt>> {
        if value.is_none() {
            return Ok(None);
        }
        // For its message.
        vm.slice_index(value)?;
        vm.index_big(value).map(Some)
    };
    let step = number(step)?.unwrap_or_else(BigInt::one);
    let (start, stop) = (number(start)?, number(stop)?);
    if step.is_zero() {
        return Err(vm.value_error("slice step cannot be zero"));
    }
    let down = step.is_negative();
    let (low, high) = if down {
        (-BigInt::one(), &length - BigInt::one())
    } else {
        (BigInt::zero(), length.clone())
    };
    let clamp = |bound: Option<BigInt>, default: &BigInt| match bound {
        None => default.clone(),
        Some(bound) => {
            let bound = if bound.sign() == Sign::Minus {
                bound + &length
            } else {
                bound
            };
            bound.clamp(low.clone(), high.clone())
        }
    };
    let (first, last) = if down { (&high, &low) } else { (&low, &high) };
    Ok([clamp(start, first), clamp(stop, last), step])
}

fn indices(vm: &mut Vm, args: &[Value]) -> Res {
    let length = vm.index_big(args[1])?;
    if length.is_negative() {
        return Err(vm.value_error("length should not be negative"));
    }
    let bounds = slice_bounds(vm, args[0], length)?;
    let bounds = bounds.map(|bound| vm.heap.new_bigint(bound));
    Ok(vm.tuple(&bounds))
}

fn compare(vm: &mut Vm, args: &[Value], op: CmpOp) -> Res {
    if vm.heap.downcast::<PySlice>(args[1]).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (a, b) = (as_tuple(vm, args[0]), as_tuple(vm, args[1]));
    Ok(Value::bool(vm.compare(op, a, b)?))
}

pub(crate) fn register(vm: &mut Vm) {
    let slice = vm.types.slice;
    vm.add_methods(slice, METHODS);
    vm.add_methods(slice, COMPARISONS);
    vm.add_getters(slice, GETTERS);
    let flags = &mut vm.heap.ty_mut(slice).flags;
    flags.custom_eq = true;
    flags.custom_hash = true;
}
