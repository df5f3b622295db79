//! `range`.

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::iters::sequence_index;
use super::slice::{PySlice, slice_bounds};
use crate::class::{GetterDef, getter};
use crate::gc::Tracer;
use crate::native::{NativeDef, method, new_method};
use crate::object::{NativeIter, NativeObject, PyIter};
use crate::{Res, Throw, Value, Vm};

/// Bounds within 64 bits are kept as such; others as Python ints.
pub struct PyRange {
    pub start: i64,
    pub stop: i64,
    pub step: i64,
    /// Start, stop and step when one of them does not fit.
    pub big: Option<Box<[BigInt; 3]>>,
    pub(crate) class: Value,
}

impl NativeObject for PyRange {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, _: &mut Tracer) {}
}

impl PyRange {
    /// Number of items, if the bounds are not big.
    pub fn count(&self) -> Option<u64> {
        if self.big.is_some() {
            return None;
        }
        // Dividing 128 bits is slow where it is not the machine's.
        if self.step > 0
            && let Some(span) = self.stop.checked_sub(self.start)
        {
            return Some(if span > 0 {
                ((span - 1) / self.step + 1) as u64
            } else {
                0
            });
        }
        let (start, stop, step) = (self.start as i128, self.stop as i128, self.step as i128);
        Some(if step > 0 && start < stop {
            ((stop - start - 1) / step + 1) as u64
        } else if step < 0 && start > stop {
            ((start - stop - 1) / -step + 1) as u64
        } else {
            0
        })
    }

    fn parts(&self) -> [BigInt; 3] {
        match &self.big {
            Some(parts) => (**parts).clone(),
            None => [self.start.into(), self.stop.into(), self.step.into()],
        }
    }
}

fn length_of(parts: &[BigInt; 3]) -> BigInt {
    let [start, stop, step] = parts;
    if step.is_positive() && start < stop {
        (stop - start - BigInt::one()).div_floor(step) + BigInt::one()
    } else if step.is_negative() && start > stop {
        (start - stop - BigInt::one()).div_floor(&-step) + BigInt::one()
    } else {
        BigInt::zero()
    }
}

impl Vm {
    pub fn new_range(&mut self, start: i64, stop: i64, step: i64) -> Value {
        let class = self.types.range;
        self.heap.new_object(PyRange {
            start,
            stop,
            step,
            big: None,
            class,
        })
    }

    fn new_range_big(&mut self, parts: [BigInt; 3]) -> Value {
        if let (Some(start), Some(stop), Some(step)) =
            (parts[0].to_i64(), parts[1].to_i64(), parts[2].to_i64())
        {
            return self.new_range(start, stop, step);
        }
        let class = self.types.range;
        self.heap.new_object(PyRange {
            start: 0,
            stop: 0,
            step: 1,
            big: Some(Box::new(parts)),
            class,
        })
    }
}

static METHODS: &[NativeDef] = &[
    new_method("cls, *args", new).slow("range_new"),
    method("count", "self, value, /", count).slow("range_count"),
    method("index", "self, value, /", index).slow("range_index"),
    method("__len__", "self, /", |vm, args| {
        let length = length_of(&parts(vm, args[0]));
        match length.to_i64() {
            Some(length) => Ok(vm.int(length)),
            None => Err(vm.overflow_error("Python int too large to convert to C ssize_t")),
        }
    }),
    method("__bool__", "self, /", |vm, args| {
        Ok(Value::bool(!length_of(&parts(vm, args[0])).is_zero()))
    }),
    method("__getitem__", "self, key, /", getitem).slow("seq_getitem"),
    method("__contains__", "self, key, /", contains).slow("range_contains"),
    method("__iter__", "self, /", iter),
    method("__reversed__", "self, /", reversed),
    method("__eq__", "self, value, /", |vm, args| equal(vm, args, true)),
    method("__ne__", "self, value, /", |vm, args| {
        equal(vm, args, false)
    }),
    method("__hash__", "self, /", hash),
    method("__reduce__", "self, /", |vm, args| {
        let given = parts(vm, args[0]).map(|part| vm.heap.new_bigint(part));
        let given = vm.tuple(&given);
        Ok(vm.tuple(&[vm.types.range, given]))
    }),
    method("__repr__", "self, /", |vm, args| {
        let [start, stop, step] = parts(vm, args[0]);
        Ok(vm.string(if step.is_one() {
            format!("range({start}, {stop})")
        } else {
            format!("range({start}, {stop}, {step})")
        }))
    }),
];

static GETTERS: &[GetterDef] = &[
    getter("start", |vm, range| part(vm, range, 0)),
    getter("stop", |vm, range| part(vm, range, 1)),
    getter("step", |vm, range| part(vm, range, 2)),
];

fn part(vm: &mut Vm, range: Value, at: usize) -> Res {
    let value = parts(vm, range)[at].clone();
    Ok(vm.heap.new_bigint(value))
}

fn parts(vm: &Vm, range: Value) -> [BigInt; 3] {
    match vm.heap.downcast::<PyRange>(range) {
        Some(range) => range.parts(),
        None => [BigInt::zero(), BigInt::zero(), BigInt::one()],
    }
}

fn new(vm: &mut Vm, args: &[Value]) -> Res {
    let given = vm.heap.tuple(args[1]).to_vec();
    let (start, stop, step) = match given[..] {
        [stop] => (Value::int32(0), stop, Value::int32(1)),
        [start, stop] => (start, stop, Value::int32(1)),
        [start, stop, step] => (start, stop, step),
        [] => return Err(vm.type_error("range expected at least 1 argument, got 0")),
        _ => {
            let message = format!("range expected at most 3 arguments, got {}", given.len());
            return Err(vm.type_error(message));
        }
    };
    if let (Some(start), Some(stop), Some(step)) =
        (start.as_small(), stop.as_small(), step.as_small())
        && step != 0
    {
        return Ok(vm.new_range(start, stop, step));
    }
    let start = vm.index_big(start)?;
    let stop = vm.index_big(stop)?;
    let step = vm.index_big(step)?;
    if step.is_zero() {
        return Err(vm.value_error("range() arg 3 must not be zero"));
    }
    Ok(vm.new_range_big([start, stop, step]))
}

fn getitem(vm: &mut Vm, args: &[Value]) -> Res {
    let (range, key) = (args[0], args[1]);
    if vm.heap.downcast::<PySlice>(key).is_some() {
        let [start, stop, step] = parts(vm, range);
        let length = length_of(&[start.clone(), stop, step.clone()]);
        let [from, to, by] = slice_bounds(vm, key, length)?;
        return Ok(vm.new_range_big([&start + from * &step, start + to * &step, step * by]));
    }
    if let Some(plain) = vm.heap.downcast::<PyRange>(range)
        && let (Some(count), Some(index)) = (plain.count(), key.as_small())
    {
        let index = if index < 0 {
            index as i128 + count as i128
        } else {
            index as i128
        };
        if index >= 0 && index < count as i128 {
            let item = plain.start as i128 + index * plain.step as i128;
            return Ok(vm.int(item as i64));
        }
        return Err(vm.index_error("range object index out of range"));
    }
    if vm.as_int(key).is_none() {
        sequence_index(vm, key, "range")?;
    }
    let [start, stop, step] = parts(vm, range);
    let length = length_of(&[start.clone(), stop, step.clone()]);
    let mut index = vm.index_big(key)?;
    if index.is_negative() {
        index += &length;
    }
    if index.is_negative() || index >= length {
        return Err(vm.index_error("range object index out of range"));
    }
    Ok(vm.heap.new_bigint(start + index * step))
}

/// Where an int stands in the range.
fn find(vm: &Vm, range: Value, value: &BigInt) -> Option<BigInt> {
    let [start, stop, step] = parts(vm, range);
    let inside = if step.sign() == Sign::Minus {
        *value <= start && *value > stop
    } else {
        *value >= start && *value < stop
    };
    let (at, rest) = (value - start).div_mod_floor(&step);
    (inside && rest.is_zero()).then_some(at)
}

/// The int that a value is by `==`: ints, bools and floats that are whole.
/// Other values have to be compared one by one if they bring their own `==`.
fn whole(vm: &mut Vm, value: Value) -> Res<Option<BigInt>> {
    if value.is_small() || value.as_bool().is_some() || value.is(crate::Kind::BigInt) {
        return Ok(vm.as_int(value));
    }
    if let Some(float) = value.as_float() {
        let whole = float.is_finite() && float.fract() == 0.0;
        return Ok(if whole {
            <BigInt as num_traits::FromPrimitive>::from_f64(float)
        } else {
            None
        });
    }
    match value.kind() {
        Some(crate::Kind::Instance | crate::Kind::Object) => Err(Throw::Python),
        _ => Ok(None),
    }
}

fn contains(vm: &mut Vm, args: &[Value]) -> Res {
    let value = whole(vm, args[1])?;
    Ok(Value::bool(
        value.is_some_and(|value| find(vm, args[0], &value).is_some()),
    ))
}

fn count(vm: &mut Vm, args: &[Value]) -> Res {
    let found = contains(vm, args)? == Value::TRUE;
    Ok(Value::int32(found as i32))
}

fn index(vm: &mut Vm, args: &[Value]) -> Res {
    let value = whole(vm, args[1])?;
    match value.and_then(|value| find(vm, args[0], &value)) {
        Some(at) => Ok(vm.heap.new_bigint(at)),
        None if vm.as_int(args[1]).is_some() => {
            Err(vm.value_error("range.index(x): x not in range"))
        }
        None => Err(vm.value_error("sequence.index(x): x not in sequence")),
    }
}

fn iter(vm: &mut Vm, args: &[Value]) -> Res {
    if let Some(range) = vm.heap.downcast::<PyRange>(args[0])
        && let Some(remaining) = range.count()
    {
        let (next, step) = (range.start, range.step);
        return Ok(vm.heap.new_iter(PyIter::Range {
            next,
            step,
            remaining,
        }));
    }
    let parts = parts(vm, args[0]);
    let remaining = length_of(&parts);
    let [next, _, step] = parts;
    Ok(vm.native_iterator(
        vm.types.range_iterator,
        BigRange {
            next,
            step,
            remaining,
        },
    ))
}

fn reversed(vm: &mut Vm, args: &[Value]) -> Res {
    if let Some(range) = vm.heap.downcast::<PyRange>(args[0])
        && let Some(remaining) = range.count()
    {
        let last = range.start as i128 + (remaining as i128 - 1) * range.step as i128;
        let (next, step) = (last as i64, range.step.wrapping_neg());
        return Ok(vm.heap.new_iter(PyIter::Range {
            next,
            step,
            remaining,
        }));
    }
    let parts = parts(vm, args[0]);
    let remaining = length_of(&parts);
    let [start, _, step] = parts;
    let next = start + (&remaining - BigInt::one()) * &step;
    Ok(vm.native_iterator(
        vm.types.range_iterator,
        BigRange {
            next,
            step: -step,
            remaining,
        },
    ))
}

/// The sum of a range's ints and of an int, and how many they are; `None` for
/// other values.
pub(super) fn sum(vm: &Vm, range: Value, start: Value) -> Option<(BigInt, usize)> {
    vm.heap.downcast::<PyRange>(range)?;
    let total = vm.as_int(start)?;
    let parts = parts(vm, range);
    let length = length_of(&parts);
    let [first, _, step] = parts;
    let twice: BigInt = (&first * 2 + (&length - 1) * &step) * &length;
    let count = usize::try_from(&length).unwrap_or(usize::MAX);
    Some((total + twice / 2, count))
}

/// The largest or smallest int of a range that has any.
pub(super) fn extreme(vm: &Vm, range: Value, largest: bool) -> Option<BigInt> {
    vm.heap.downcast::<PyRange>(range)?;
    let parts = parts(vm, range);
    let length = length_of(&parts);
    let [first, _, step] = parts;
    if length.is_zero() {
        return None;
    }
    let rising = step.sign() == Sign::Plus;
    Some(if rising == largest {
        first + (length - 1) * step
    } else {
        first
    })
}

/// Whether it is a range of so many ints that they should not be made all at
/// once.
pub(super) fn is_long(vm: &Vm, range: Value) -> bool {
    vm.heap
        .downcast::<PyRange>(range)
        .is_some_and(|range| range.count().is_none_or(|count| count > 1 << 20))
}

struct BigRange {
    next: BigInt,
    step: BigInt,
    remaining: BigInt,
}

impl NativeIter for BigRange {
    fn next(&mut self, vm: &mut Vm) -> Res<Option<Value>> {
        if self.remaining.is_zero() {
            return Ok(None);
        }
        self.remaining -= 1;
        let item = self.next.clone();
        self.next += &self.step;
        Ok(Some(vm.heap.new_bigint(item)))
    }
    fn trace(&self, _: &mut Tracer) {}
    fn remaining(&self, _: &Vm) -> Option<usize> {
        self.remaining.to_usize()
    }
}

/// What equality and hash depend on: the items alone.
fn identity(vm: &Vm, range: Value) -> (BigInt, Option<BigInt>, Option<BigInt>) {
    let parts = parts(vm, range);
    let length = length_of(&parts);
    let [start, _, step] = parts;
    let (any, many) = (!length.is_zero(), length > BigInt::one());
    (length, any.then_some(start), many.then_some(step))
}

fn equal(vm: &mut Vm, args: &[Value], wanted: bool) -> Res {
    if vm.heap.downcast::<PyRange>(args[1]).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    Ok(Value::bool(
        (identity(vm, args[0]) == identity(vm, args[1])) == wanted,
    ))
}

fn hash(vm: &mut Vm, args: &[Value]) -> Res {
    let (length, start, step) = identity(vm, args[0]);
    let length = vm.heap.new_bigint(length);
    let start = start.map_or(Value::NONE, |start| vm.heap.new_bigint(start));
    let step = step.map_or(Value::NONE, |step| vm.heap.new_bigint(step));
    let key = vm.tuple(&[length, start, step]);
    let hash = vm.hash(key)?;
    Ok(vm.int(hash))
}

pub(crate) fn register(vm: &mut Vm) {
    let range = vm.types.range;
    vm.add_methods(range, METHODS);
    vm.add_getters(range, GETTERS);
    let flags = &mut vm.heap.ty_mut(range).flags;
    flags.custom_eq = true;
    flags.custom_hash = true;
}
