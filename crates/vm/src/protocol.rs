//! What natives ask of values, as far as no Python code has to run: type,
//! truth, integers, items. Where Python code decides, the answer is
//! [`Throw::Python`] (or [`Throw::Materialize`] for iterables).

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use crate::builtins::range::PyRange;
use crate::object::{PyIter, TableItem};
use crate::value::Kind;
use crate::{Res, Throw, Value, Vm};

impl Vm {
    /// The Python type of a value.
    #[inline]
    pub fn type_of(&self, value: Value) -> Value {
        if value.is_small() {
            return self.types.int;
        }
        if value.is_float() {
            return self.types.float;
        }
        let Some(kind) = value.kind() else {
            return match value {
                Value::NONE => self.types.none,
                Value::TRUE | Value::FALSE => self.types.bool,
                Value::NOT_IMPLEMENTED => self.types.not_implemented,
                Value::ELLIPSIS => self.types.ellipsis,
                _ => self.types.object,
            };
        };
        match kind {
            Kind::Instance => self.heap.instance(value).class,
            Kind::Str => self.types.str,
            Kind::Bytes => self.types.bytes,
            Kind::BigInt => self.types.int,
            Kind::Tuple => self.types.tuple,
            Kind::List => self.types.list,
            Kind::Dict => self.types.dict,
            Kind::Set => {
                if self.heap.set(value).frozen {
                    self.types.frozenset
                } else {
                    self.types.set
                }
            }
            Kind::Function => self.types.function,
            Kind::Native => self.native_type(value),
            Kind::Method => self.types.method,
            Kind::Type => self.heap.ty(value).metaclass,
            Kind::Exception => self.heap.exception(value).class,
            Kind::Module => self
                .heap
                .module(value)
                .class
                .bound()
                .unwrap_or(self.types.module),
            Kind::Cell => self.types.cell,
            Kind::Generator => match self.heap.generator(value).kind {
                crate::GeneratorKind::Generator => self.types.generator,
                crate::GeneratorKind::Coroutine => self.types.coroutine,
                crate::GeneratorKind::AsyncGenerator => self.types.async_generator,
            },
            Kind::Iter => match self.heap.iter(value) {
                PyIter::List { .. } => self.types.list_iterator,
                PyIter::Tuple { .. } => self.types.tuple_iterator,
                PyIter::Range { .. } => self.types.range_iterator,
                PyIter::Str { .. } => self.types.str_iterator,
                PyIter::Bytes { .. } => self.types.bytes_iterator,
                PyIter::Table {
                    table,
                    what,
                    reversed,
                    ..
                } => match (what, reversed) {
                    _ if table.is(Kind::Set) => self.types.set_iterator,
                    (TableItem::Key, false) => self.types.dict_keyiterator,
                    (TableItem::Key, true) => self.types.dict_reversekeyiterator,
                    (TableItem::Value, _) => self.types.dict_valueiterator,
                    (TableItem::Pair, _) => self.types.dict_itemiterator,
                },
                PyIter::Items { .. } => self.types.iterator,
                PyIter::Reversed { list, .. } => self.reversed_class(*list),
                PyIter::Enumerate { .. } => self.types.enumerate,
                PyIter::Zip { .. } => self.types.zip,
                PyIter::Wrapped { class, .. }
                | PyIter::Exhausted { class }
                | PyIter::Native { class, .. } => *class,
            },
            Kind::Object => self.heap.object(value).class(),
        }
    }

    fn native_type(&self, value: Value) -> Value {
        let native = self.heap.native(value);
        match native.def.role {
            crate::native::NativeRole::Method if native.owner.is(Kind::Type) => {
                let name = native.def.name;
                if name.starts_with("__") && name.ends_with("__") {
                    self.types.wrapper_descriptor
                } else {
                    self.types.method_descriptor
                }
            }
            _ => self.types.builtin_function,
        }
    }

    /// The name of a value's type as messages give it; see [`Vm::told_name`].
    pub fn type_name(&self, value: Value) -> String {
        self.told_name(self.type_of(value))
    }

    /// `type(value).__name__`.
    pub fn plain_type_name(&self, value: Value) -> String {
        self.heap.ty(self.type_of(value)).name.to_string()
    }

    /// A type's name as messages give it: types of native modules with the
    /// module, `collections.deque`, because CPython's types in C have it in
    /// their names.
    pub fn told_name(&self, class: Value) -> String {
        let ty = self.heap.ty(class);
        if ty.flags.heap && !ty.flags.native_name {
            return ty.name.to_string();
        }
        let module = self.namespace_get(ty.dict, self.names.module);
        match module.and_then(|module| self.as_text(module)) {
            Some(module) if module != "builtins" => format!("{module}.{}", ty.name),
            _ => ty.name.to_string(),
        }
    }

    /// Whether `sub` is `class` or has it in its MRO.
    #[inline]
    pub fn is_subtype(&self, sub: Value, class: Value) -> bool {
        sub == class || self.heap.ty(sub).mro.contains(&class)
    }

    /// `isinstance` by MRO alone (no `__instancecheck__`).
    #[inline]
    pub fn is_instance(&self, value: Value, class: Value) -> bool {
        self.is_subtype(self.type_of(value), class)
    }

    /// The text of a str or of an instance of a subclass of it.
    pub fn as_text(&self, value: Value) -> Option<&str> {
        self.heap.as_str(self.heap.payload(value))
    }

    /// The text of a str argument, else `TypeError("{what} must be str, not ...")`.
    pub fn expect_str(&mut self, value: Value, what: &str) -> Res<String> {
        match self.as_text(value) {
            Some(text) => Ok(text.to_owned()),
            None => {
                let message = format!("{what} must be str, not {}", self.type_name(value));
                Err(self.type_error(message))
            }
        }
    }

    /// The int that a value is (bools and subclasses of int included), small
    /// or big; `None` for other values.
    pub fn as_int(&self, value: Value) -> Option<BigInt> {
        let value = self.heap.payload(value);
        if let Some(int) = value.as_small() {
            Some(BigInt::from(int))
        } else if let Some(bool) = value.as_bool() {
            Some(BigInt::from(bool as u8))
        } else if value.is(Kind::BigInt) {
            Some(self.heap.bigint(value).clone())
        } else {
            None
        }
    }

    /// As [`Vm::as_int`] where it fits 64 bits.
    pub fn as_i64(&self, value: Value) -> Option<i64> {
        let value = self.heap.payload(value);
        if let Some(int) = value.as_small() {
            Some(int)
        } else if let Some(bool) = value.as_bool() {
            Some(bool as i64)
        } else if value.is(Kind::BigInt) {
            self.heap.bigint(value).to_i64()
        } else {
            None
        }
    }

    /// By `__index__`: an index or count. Ints beyond 64 bits are clamped, as
    /// slices clamp them. An instance with `__index__` in Python gives
    /// [`Throw::Python`].
    pub fn index(&mut self, value: Value) -> Res<i64> {
        if let Some(int) = value.as_small() {
            return Ok(int);
        }
        let int = self.index_big(value)?;
        Ok(int
            .to_i64()
            .unwrap_or(if int.sign() == num_bigint::Sign::Minus {
                i64::MIN
            } else {
                i64::MAX
            }))
    }

    /// The same for a subscript, where what does not fit is an `IndexError`.
    pub fn subscript_index(&mut self, key: Value) -> Res<i64> {
        if let Some(index) = key.as_small() {
            return Ok(index);
        }
        match self.index_big(key)?.to_i64() {
            Some(index) => Ok(index),
            None => {
                let message = format!(
                    "cannot fit '{}' into an index-sized integer",
                    self.type_name(key)
                );
                Err(self.index_error(message))
            }
        }
    }

    /// By `__index__`, any size.
    pub fn index_big(&mut self, value: Value) -> Res<BigInt> {
        if let Some(int) = self.as_int(value) {
            return Ok(int);
        }
        if self.lookup_special(value, self.names.index).is_some() {
            return Err(Throw::Python);
        }
        let message = format!(
            "'{}' object cannot be interpreted as an integer",
            self.type_name(value)
        );
        Err(self.type_error(message))
    }

    /// By `__index__`, `OverflowError` beyond 64 bits.
    pub fn index_exact(&mut self, value: Value) -> Res<i64> {
        if let Some(int) = value.as_small() {
            return Ok(int);
        }
        let int = self.index_big(value)?;
        match int.to_i64() {
            Some(int) => Ok(int),
            None => Err(self.overflow_error("Python int too large to convert to C ssize_t")),
        }
    }

    /// A real number as a float: float, int, bool, or `TypeError("must be
    /// real number, not ...")`.
    pub fn to_float(&mut self, value: Value) -> Res<f64> {
        let plain = self.heap.payload(value);
        if let Some(float) = plain.as_float() {
            return Ok(float);
        }
        if let Some(int) = plain.as_small() {
            return Ok(int as f64);
        }
        if let Some(int) = self.as_int(plain) {
            return match int.to_f64() {
                Some(float) if float.is_finite() => Ok(float),
                _ => Err(self.overflow_error("int too large to convert to float")),
            };
        }
        if self.lookup_special(value, self.names.float).is_some()
            || self.lookup_special(value, self.names.index).is_some()
        {
            return Err(Throw::Python);
        }
        let message = format!("must be real number, not {}", self.type_name(value));
        Err(self.type_error(message))
    }

    /// `bool(value)`.
    #[inline(never)]
    pub fn truthy(&mut self, value: Value) -> Res<bool> {
        if let Some(bool) = value.as_bool() {
            return Ok(bool);
        }
        if let Some(int) = value.as_small() {
            return Ok(int != 0);
        }
        if let Some(float) = value.as_float() {
            return Ok(float != 0.0);
        }
        let Some(kind) = value.kind() else {
            if value == Value::NOT_IMPLEMENTED {
                return Err(
                    self.type_error("NotImplemented should not be used in a boolean context")
                );
            }
            return Ok(!value.is_none());
        };
        Ok(match kind {
            Kind::Str => !self.heap.str(value).is_empty(),
            Kind::Bytes => !self.heap.pybytes(value).data.is_empty(),
            Kind::Tuple => !self.heap.tuple(value).is_empty(),
            Kind::List => !self.heap.list(value).is_empty(),
            Kind::Dict => !self.heap.dict(value).is_empty(),
            Kind::Set => !self.heap.set(value).table.is_empty(),
            Kind::Instance | Kind::Object | Kind::Exception | Kind::Type => {
                return self.truthy_by_class(value);
            }
            _ => true,
        })
    }

    fn truthy_by_class(&mut self, value: Value) -> Res<bool> {
        let method = match self.lookup_special(value, self.names.bool) {
            Some(method) => method,
            None if self.lookup(self.type_of(value), self.names.bool).is_some() => {
                return Err(self.type_error("'NoneType' object is not callable"));
            }
            None => match self.lookup_special(value, self.names.len) {
                Some(method) => method,
                None => return Ok(true),
            },
        };
        if method.is(Kind::Native) {
            // A built-in type's own method: no Python runs.
            let answer = self.call_native_now(method, value)?;
            return match answer.as_bool() {
                Some(bool) => Ok(bool),
                None => Ok(answer.as_small() != Some(0)),
            };
        }
        Err(Throw::Python)
    }

    /// Calls a native method with self alone; for lookups that must not run
    /// Python.
    pub(crate) fn call_native_now(&mut self, method: Value, receiver: Value) -> Res {
        let native = self.heap.native(method);
        let def = native.def;
        let receiver = if def.raw_self {
            receiver
        } else {
            self.heap.payload(receiver)
        };
        match (def.function)(self, &[receiver]) {
            // The call it asks for cannot be made from here.
            Err(Throw::Call | Throw::Materialize(_)) => Err(Throw::Python),
            answer => answer,
        }
    }

    /// The items of an iterable, in order. [`Throw::Materialize`] if Python
    /// code produces them.
    pub fn collect(&mut self, iterable: Value) -> Res<Vec<Value>> {
        if let Some(items) = self.collect_now(iterable)? {
            return Ok(items);
        }
        Err(Throw::Materialize(iterable))
    }

    /// As [`Vm::collect`], for a native that after it does not fail: a list
    /// made for it alone is emptied instead of copied.
    pub(crate) fn collect_own(&mut self, iterable: Value) -> Res<Vec<Value>> {
        if iterable != self.fresh_list {
            return self.collect(iterable);
        }
        let items = std::mem::take(self.heap.list_mut(iterable));
        self.count_instructions(items.len() as u64);
        Ok(items)
    }

    /// As [`Vm::collect`], with `None` where Python code must run.
    pub fn collect_now(&mut self, iterable: Value) -> Res<Option<Vec<Value>>> {
        let items = self.collect_free(iterable)?;
        if let Some(items) = &items {
            // Items that are at hand cost a native less than those it makes.
            let at_hand = matches!(iterable.kind(), Some(Kind::List | Kind::Tuple));
            self.count_instructions(items.len() as u64 * if at_hand { 1 } else { 3 });
        }
        Ok(items)
    }

    fn collect_free(&mut self, iterable: Value) -> Res<Option<Vec<Value>>> {
        let plain = if iterable.is(Kind::Instance) {
            // A subclass of a built-in container, unless it overrides __iter__.
            let payload = self.heap.payload(iterable);
            match self.lookup_special(iterable, self.names.iter) {
                Some(method) if method.is(Kind::Native) && payload != iterable => payload,
                _ => return Ok(None),
            }
        } else {
            iterable
        };
        match plain.kind() {
            Some(Kind::List) => Ok(Some(self.heap.list(plain).clone())),
            Some(Kind::Tuple) => Ok(Some(self.heap.tuple(plain).to_vec())),
            Some(Kind::Dict) => Ok(Some(
                self.heap.dict(plain).iter().map(|(key, _)| key).collect(),
            )),
            Some(Kind::Set) => Ok(Some(crate::builtins::set::keys_of(&self.heap, plain))),
            Some(Kind::Str) => {
                let text: Box<str> = self.heap.str(plain).into();
                let mut buffer = [0; 4];
                Ok(Some(
                    text.chars()
                        .map(|c| self.str(c.encode_utf8(&mut buffer)))
                        .collect(),
                ))
            }
            Some(Kind::Bytes) => Ok(Some(
                self.heap
                    .pybytes(plain)
                    .data
                    .iter()
                    .map(|&b| Value::int32(b as i32))
                    .collect(),
            )),
            _ => {
                let iter = match self.native_iter(plain)? {
                    Some(iter) => iter,
                    None => return Ok(None),
                };
                let mut items = Vec::new();
                if !iter.is(Kind::Iter) || !self.is_pure_native_iter(iter) {
                    return Ok(None);
                }
                while let Some(item) = self.iter_next(iter)? {
                    items.push(item);
                    if items.len() % (1 << 17) == 0 {
                        self.reserve(items.len() * 16)?;
                    }
                }
                Ok(Some(items))
            }
        }
    }

    /// Whether taking an item from this iterator never runs Python.
    pub fn is_pure_native_iter(&self, iter: Value) -> bool {
        if iter.is(Kind::Iter) {
            match self.heap.iter(iter) {
                PyIter::Wrapped { .. } => false,
                PyIter::Enumerate { inner, .. } => self.is_pure_native_iter(*inner),
                PyIter::Zip { inner, .. } => {
                    inner.iter().all(|inner| self.is_pure_native_iter(*inner))
                }
                _ => true,
            }
        } else {
            false
        }
    }

    /// `len(value)` of a built-in container; `None` for other values.
    #[inline(never)]
    pub fn native_len(&self, value: Value) -> Option<usize> {
        let value = self.heap.payload(value);
        Some(match value.kind()? {
            Kind::Str => self.heap.str_len(value),
            Kind::Bytes => self.heap.pybytes(value).data.len(),
            Kind::Tuple => self.heap.tuple(value).len(),
            Kind::List => self.heap.list(value).len(),
            Kind::Dict => self.heap.dict(value).len(),
            Kind::Set => self.heap.set(value).table.len(),
            Kind::Object => {
                let count = self.heap.downcast::<PyRange>(value)?.count()?;
                // Longer ones are no small ints, which these lengths become.
                u32::try_from(count).ok()? as usize
            }
            _ => return None,
        })
    }

    /// A slice's bounds against a length: start, stop (as positions to step
    /// through) and step, and how many items that selects. The rules are
    /// those of `slice.indices`.
    pub fn slice_indices(&mut self, slice: Value, length: usize) -> Res<SliceRange> {
        let (start, stop, step) = match self.heap.downcast::<crate::builtins::slice::PySlice>(slice)
        {
            Some(slice) => (slice.start, slice.stop, slice.step),
            None => return Err(self.type_error("slice indices must be integers")),
        };
        self.slice_range(start, stop, step, length)
    }

    /// As [`Vm::slice_indices`], of a slice that was not made an object.
    pub(crate) fn slice_range(
        &mut self,
        start: Value,
        stop: Value,
        step: Value,
        length: usize,
    ) -> Res<SliceRange> {
        let length = length as i64;
        let step = if step.is_none() {
            1
        } else {
            self.slice_index(step)?.max(-i64::MAX)
        };
        if step == 0 {
            return Err(self.value_error("slice step cannot be zero"));
        }
        let (low, high) = if step < 0 {
            (-1, length - 1)
        } else {
            (0, length)
        };
        let bound = |vm: &mut Vm, value: Value, default: i64| -> Res<i64> {
            if value.is_none() {
                return Ok(default);
            }
            let index = vm.slice_index(value)?;
            let index = if index < 0 {
                index.saturating_add(length)
            } else {
                index
            };
            Ok(index.clamp(low, high))
        };
        let start = bound(self, start, if step < 0 { high } else { low })?;
        let stop = bound(self, stop, if step < 0 { low } else { high })?;
        let count = if step < 0 {
            if stop < start {
                (start - stop - 1) / -step + 1
            } else {
                0
            }
        } else if start < stop {
            (stop - start - 1) / step + 1
        } else {
            0
        };
        Ok(SliceRange {
            start,
            stop,
            step,
            count: count as usize,
        })
    }

    pub(crate) fn slice_index(&mut self, value: Value) -> Res<i64> {
        if let Some(int) = value.as_small() {
            return Ok(int);
        }
        if self.as_int(value).is_none() && self.lookup_special(value, self.names.index).is_none() {
            return Err(self
                .type_error("slice indices must be integers or None or have an __index__ method"));
        }
        self.index(value)
    }

    /// Position for an index that may count from the end; `None` if it is out
    /// of range.
    #[inline]
    pub fn position(index: i64, length: usize) -> Option<usize> {
        let index = if index < 0 {
            index + length as i64
        } else {
            index
        };
        if index >= 0 && (index as usize) < length {
            Some(index as usize)
        } else {
            None
        }
    }
}

/// What a slice selects of a sequence: `count` items from `start`, `step`
/// apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SliceRange {
    pub start: i64,
    pub stop: i64,
    pub step: i64,
    pub count: usize,
}

impl SliceRange {
    /// What bounds that are None or small ints mean without a step.
    pub(crate) fn of_bounds(start: Value, stop: Value, length: usize) -> Self {
        let length = length as i64;
        let bound = |value: Value, default: i64| match value.as_small() {
            Some(index) if index < 0 => (index + length).max(0),
            Some(index) => index.min(length),
            None => default,
        };
        let (start, stop) = (bound(start, 0), bound(stop, length));
        SliceRange {
            start,
            stop,
            step: 1,
            count: (stop - start).max(0) as usize,
        }
    }

    /// The selected positions.
    pub fn positions(self) -> impl Iterator<Item = usize> {
        (0..self.count as i64).map(move |at| (self.start + at * self.step) as usize)
    }
}
