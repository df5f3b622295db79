//! Iterators: taking items, the methods of the iterator types, `enumerate`,
//! `zip`, `map`, `filter`, `reversed`.
//!
//! An iterator whose items need Python is a generator of the prelude under
//! another class ([`PyIter::Wrapped`]); all others give their items here.

use std::rc::Rc;

use num_traits::ToPrimitive;
use smallvec::SmallVec;

use crate::gc::Tracer;
use crate::native::{NativeDef, method, new_method};
use crate::object::{NativeIter, PyIter, TableItem};
use crate::value::Kind;
use crate::{Completion, GeneratorKind, Res, Throw, Value, Vm};

impl Vm {
    /// The next item of a built-in iterator ([`crate::Kind::Iter`]) that runs
    /// no Python; `None` at its end. Once ended it stays so.
    #[inline(never)]
    pub fn iter_next(&mut self, iter: Value) -> Res<Option<Value>> {
        let heap = &mut self.heap;
        let state = heap.iters.get_mut(iter.index());
        let class = match state {
            PyIter::List { list, at } => {
                if let Some(&item) = heap.lists.get(list.index()).get(*at) {
                    *at += 1;
                    return Ok(Some(item));
                }
                self.types.list_iterator
            }
            PyIter::Tuple { tuple, at } => {
                if let Some(&item) = heap.tuples.get(tuple.index()).get(*at) {
                    *at += 1;
                    return Ok(Some(item));
                }
                self.types.tuple_iterator
            }
            PyIter::Range {
                next,
                step,
                remaining,
            } => {
                if *remaining == 0 {
                    return Ok(None);
                }
                let item = *next;
                *remaining -= 1;
                *next = item.wrapping_add(*step);
                return Ok(Some(heap.new_int(item)));
            }
            PyIter::Str { text, at } => {
                let text: &str = &heap.strs.get(text.index()).text;
                if let Some(&byte) = text.as_bytes().get(*at)
                    && byte.is_ascii()
                {
                    *at += 1;
                    return Ok(Some(self.single_chars[byte as usize]));
                }
                let rest = text.get(*at..).unwrap_or("");
                if let Some(c) = rest.chars().next() {
                    *at += c.len_utf8();
                    let mut buffer = [0; 4];
                    return Ok(Some(self.str(c.encode_utf8(&mut buffer))));
                }
                self.types.str_iterator
            }
            PyIter::Bytes { data, at } => {
                if let Some(&byte) = heap.bytes.get(data.index()).data.get(*at) {
                    *at += 1;
                    return Ok(Some(Value::int32(byte as i32)));
                }
                self.types.bytes_iterator
            }
            PyIter::Table {
                table,
                at,
                size,
                left,
                what,
                reversed,
            } => {
                let is_set = table.is(Kind::Set);
                let table = if is_set {
                    &heap.sets.get(table.index()).table
                } else {
                    heap.dicts.get(table.index())
                };
                if table.len() != *size {
                    // Raised again each time, as CPython does.
                    *size = usize::MAX;
                    let what = if is_set { "Set" } else { "dictionary" };
                    return Err(self.runtime_error(format!("{what} changed size during iteration")));
                }
                let entry = if *reversed {
                    let mut found = None;
                    while *at > 0 && found.is_none() {
                        *at -= 1;
                        found = table.entry(*at);
                    }
                    found
                } else {
                    let mut found = None;
                    while *at < table.positions() && found.is_none() {
                        found = table.entry(*at);
                        *at += 1;
                    }
                    found
                };
                if let Some(entry) = entry {
                    // Keys that come and go while it runs must not keep it
                    // running for ever.
                    if *left == 0 && !is_set {
                        *size = usize::MAX;
                        return Err(self.runtime_error("dictionary keys changed during iteration"));
                    }
                    *left = left.saturating_sub(1);
                    return Ok(Some(match what {
                        TableItem::Key => entry.key,
                        TableItem::Value => entry.value,
                        TableItem::Pair => heap.new_tuple([entry.key, entry.value]),
                    }));
                }
                self.type_of(iter)
            }
            PyIter::Items { items, at } => {
                if let Some(&item) = items.get(*at) {
                    *at += 1;
                    return Ok(Some(item));
                }
                self.types.iterator
            }
            PyIter::Reversed { list, next } => {
                let container = *list;
                let items: &[Value] = if container.is(Kind::Tuple) {
                    heap.tuples.get(container.index())
                } else {
                    heap.lists.get(container.index())
                };
                if let Some(at) = *next
                    && let Some(&item) = items.get(at)
                {
                    *next = at.checked_sub(1);
                    return Ok(Some(item));
                }
                self.reversed_class(container)
            }
            PyIter::Enumerate { inner, count } => {
                let (inner, number) = (*inner, *count);
                *count = number.saturating_add(1);
                if let Some(item) = self.iter_next(inner)? {
                    let number = self.int(number);
                    return Ok(Some(self.heap.new_tuple([number, item])));
                }
                self.types.enumerate
            }
            PyIter::Zip { inner, strict } => {
                let inner: SmallVec<[Value; 4]> = SmallVec::from_slice(inner);
                let strict = *strict;
                match self.zip_next(&inner, strict)? {
                    Some(items) => return Ok(Some(self.heap.new_tuple(items))),
                    None => self.types.zip,
                }
            }
            PyIter::Native { class, .. } => {
                let class = *class;
                let taken = std::mem::replace(state, PyIter::Exhausted { class });
                let PyIter::Native {
                    state: mut inner, ..
                } = taken
                else {
                    return Ok(None);
                };
                let item = inner.next(self);
                if !matches!(item, Ok(None)) {
                    *self.heap.iter_mut(iter) = PyIter::Native {
                        class,
                        state: inner,
                    };
                }
                return item;
            }
            PyIter::Exhausted { .. } => return Ok(None),
            PyIter::Wrapped { .. } => return Err(Throw::Python),
        };
        *self.heap.iter_mut(iter) = PyIter::Exhausted { class };
        Ok(None)
    }

    fn zip_next(&mut self, inner: &[Value], strict: bool) -> Res<Option<Box<[Value]>>> {
        let mut items: SmallVec<[Value; 4]> = SmallVec::new();
        for (at, &iter) in inner.iter().enumerate() {
            match self.iter_next(iter)? {
                Some(item) => items.push(item),
                None if !strict => return Ok(None),
                None if at > 0 => return Err(self.zip_mismatch(at, "shorter")),
                None => {
                    for (at, &iter) in inner.iter().enumerate().skip(1) {
                        if self.iter_next(iter)?.is_some() {
                            return Err(self.zip_mismatch(at, "longer"));
                        }
                    }
                    return Ok(None);
                }
            }
        }
        Ok(if items.is_empty() {
            None
        } else {
            Some(items.into_vec().into())
        })
    }

    fn zip_mismatch(&mut self, at: usize, than: &str) -> Throw {
        let plural = if at == 1 {
            " ".to_owned()
        } else {
            "s 1-".to_owned()
        };
        self.value_error(format!(
            "zip() argument {} is {than} than argument{plural}{at}",
            at + 1
        ))
    }

    /// An iterator written in Rust.
    pub fn native_iterator(&mut self, class: Value, state: impl NativeIter + 'static) -> Value {
        self.heap.new_iter(PyIter::Native {
            class,
            state: Box::new(state),
        })
    }

    /// As [`Vm::collect`], for a native that may still answer
    /// [`Throw::Python`] after it: an iterator is not used up by it.
    pub fn collect_again(&mut self, iterable: Value) -> Res<Vec<Value>> {
        if self.heap.payload(iterable).is(Kind::Iter) {
            return Err(Throw::Materialize(iterable));
        }
        self.collect(iterable)
    }

    /// The iterator of an iterable, if taking items from it runs no Python.
    /// `TypeError` if it is not iterable.
    pub fn pure_iter(&mut self, iterable: Value) -> Res<Option<Value>> {
        let iter = self.native_iter(iterable)?;
        Ok(iter.filter(|&iter| self.is_pure_native_iter(iter)))
    }

    /// `next(iter)`, or `next(iter, default)` if `default` is bound.
    pub fn next_or(&mut self, iter: Value, default: Value) -> Res {
        let inner = match iter.kind() {
            Some(Kind::Iter) => match self.heap.iter(iter) {
                PyIter::Wrapped { inner, .. } => *inner,
                _ => {
                    return match self.iter_next(iter)? {
                        Some(item) => Ok(item),
                        None => self.ended(Value::NONE, default),
                    };
                }
            },
            Some(Kind::Generator) if self.heap.generator(iter).kind == GeneratorKind::Generator => {
                iter
            }
            _ => {
                let Some(method) = self.lookup_special(iter, self.names.next) else {
                    let message = format!("'{}' object is not an iterator", self.type_name(iter));
                    return Err(self.type_error(message));
                };
                if default.is_unbound() {
                    return self.ask_special(method, iter, &[], Value::UNBOUND, return_it);
                }
                return self.ask_special(method, iter, &[], default, next_called);
            }
        };
        let state = [default, Value::UNBOUND, Value::UNBOUND, Value::UNBOUND];
        Err(self.resume_then(inner, Ok(Value::NONE), state, generator_resumed))
    }

    fn ended(&mut self, value: Value, default: Value) -> Res {
        match default.bound() {
            Some(default) => Ok(default),
            None => Err(self.stop_iteration(value)),
        }
    }

    /// Calls a special method as found on the type of `receiver`; `then` gives
    /// the answer from how that ended, with `state` first and `receiver`
    /// second in its state.
    pub fn ask_special(
        &mut self,
        method: Value,
        receiver: Value,
        args: &[Value],
        state: Value,
        then: crate::Continuation,
    ) -> Res {
        let state = [state, receiver, Value::UNBOUND, Value::UNBOUND];
        match self.call_special(method, receiver, args) {
            Ok(value) => then(self, state, Completion::Returned(value)),
            Err(Throw::Raise(exception)) => then(self, state, Completion::Raised(exception)),
            Err(Throw::Call) => Err(self.and_then(state, then)),
            Err(other) => Err(other),
        }
    }

    /// Answers with an iterator of class `class` over what the prelude's
    /// function `name` gives, a generator. `cls` is the class to make it of,
    /// `class` itself or a subclass.
    pub fn wrap_generator(&mut self, name: &str, args: &[Value], cls: Value, class: Value) -> Res {
        let callee = self.prelude(name);
        let state = [cls, class, Value::UNBOUND, Value::UNBOUND];
        Err(
            self.call_then(callee, args, state, |vm, [cls, class, ..], completion| {
                let inner = completion.value()?;
                if !inner.is(Kind::Generator) {
                    // Made natively after all.
                    return Ok(inner);
                }
                let iter = vm.heap.new_iter(PyIter::Wrapped { class, inner });
                Ok(vm.of_class(cls, class, iter))
            }),
        )
    }

    /// `value`, of built-in type `class`, as an instance of `cls`.
    pub fn of_class(&mut self, cls: Value, class: Value, value: Value) -> Value {
        if cls == class {
            value
        } else {
            self.heap.new_instance(cls, value)
        }
    }

    /// An iterator over items already at hand.
    pub fn items_iter(&mut self, items: Vec<Value>) -> Value {
        self.heap.charge(items.len() * 8);
        self.heap.new_iter(PyIter::Items {
            items: Rc::from(items),
            at: 0,
        })
    }
}

fn return_it(_: &mut Vm, _: [Value; 4], completion: Completion) -> Res {
    completion.value()
}

fn next_called(vm: &mut Vm, [default, ..]: [Value; 4], completion: Completion) -> Res {
    match completion {
        Completion::Raised(exception) if vm.is_instance(exception, vm.types.stop_iteration) => {
            Ok(default)
        }
        other => other.value(),
    }
}

fn generator_resumed(vm: &mut Vm, state: [Value; 4], completion: Completion) -> Res {
    match completion {
        Completion::Returned(value) => vm.ended(value, state[0]),
        other => next_called_or_raise(vm, state, other),
    }
}

fn next_called_or_raise(vm: &mut Vm, state: [Value; 4], completion: Completion) -> Res {
    if state[0].is_unbound() {
        completion.value()
    } else {
        next_called(vm, state, completion)
    }
}

/// The methods of every iterator type of [`Kind::Iter`].
pub static ITERATOR_METHODS: &[NativeDef] = &[
    method("__iter__", "self, /", |_, args| Ok(args[0])).raw_self(),
    method("__next__", "self, /", |vm, args| {
        vm.next_or(args[0], Value::UNBOUND)
    }),
];

/// `__length_hint__`, for those that know how many items are left.
pub static LENGTH_HINT: &[NativeDef] = &[method("__length_hint__", "self, /", length_hint)];

/// For the iterators of built-in containers: copied and pickled as an iterator
/// over the same container from the same place, or over what is left.
pub static REDUCE: &[NativeDef] = &[
    method("__reduce__", "self, /", reduce),
    method("__setstate__", "self, state, /", |vm, args| {
        let at = vm.index_exact(args[1])?;
        set_place(vm, args[0], at);
        Ok(Value::NONE)
    }),
];

/// `(iter, (container,), place)`; without a place for none.
fn reduced(vm: &mut Vm, function: &str, container: Value, place: Option<usize>) -> Res {
    let function = vm.builtin(function);
    let given = vm.tuple(&[container]);
    Ok(match place {
        Some(place) => vm.tuple(&[function, given, Value::count(place)]),
        None => vm.tuple(&[function, given]),
    })
}

fn reduce(vm: &mut Vm, args: &[Value]) -> Res {
    let left = match vm.heap.iter(args[0]) {
        &PyIter::List {
            list: container,
            at,
        }
        | &PyIter::Tuple {
            tuple: container,
            at,
        }
        | &PyIter::Bytes {
            data: container,
            at,
        } => return reduced(vm, "iter", container, Some(at)),
        &PyIter::Str { text, at } => {
            let place = vm
                .heap
                .str(text)
                .get(..at)
                .map_or(0, |before| before.chars().count());
            return reduced(vm, "iter", text, Some(place));
        }
        &PyIter::Range {
            next,
            step,
            remaining,
        } => {
            let given = [
                vm.int(next),
                vm.int(step),
                vm.heap.new_bigint(remaining.into()),
            ];
            return Err(vm.tail_prelude("range_iterator_reduce", &given));
        }
        &PyIter::Reversed {
            list,
            next: Some(next),
        } => return reduced(vm, "reversed", list, Some(next)),
        &PyIter::Reversed { list, next: None } => PyIter::Exhausted {
            class: vm.reversed_class(list),
        },
        &PyIter::Table {
            table,
            at,
            size,
            left,
            what,
            reversed,
        } => PyIter::Table {
            table,
            at,
            size,
            left,
            what,
            reversed,
        },
        PyIter::Items { items, at } => PyIter::Items {
            items: items.clone(),
            at: *at,
        },
        &PyIter::Exhausted { class } => PyIter::Exhausted { class },
        PyIter::Native { state, class } => match state.place() {
            Some((container, place)) => {
                let function = if *class == vm.types.reversed {
                    "reversed"
                } else {
                    "iter"
                };
                return reduced(vm, function, container, Some(place));
            }
            None if state.remaining(vm) == Some(0) => PyIter::Exhausted { class: *class },
            None => {
                let message = format!("cannot pickle '{}' object", vm.type_name(args[0]));
                return Err(vm.type_error(message));
            }
        },
        PyIter::Enumerate { inner, count } => {
            let (inner, count) = (*inner, vm.int(*count));
            let class = vm.types.enumerate;
            let given = vm.tuple(&[inner, count]);
            return Ok(vm.tuple(&[class, given]));
        }
        PyIter::Zip { inner, strict } => {
            let (inner, strict) = (inner.to_vec(), *strict);
            let class = vm.types.zip;
            let given = vm.tuple(&inner);
            let strict = strict.then_some(Value::TRUE);
            let parts: SmallVec<[Value; 3]> = [class, given].into_iter().chain(strict).collect();
            return Ok(vm.tuple(&parts));
        }
        PyIter::Wrapped { .. } => return Err(vm.tail_prelude("wrapped_reduce", args)),
    };
    if let PyIter::Exhausted { class } = left {
        let types = &vm.types;
        let container = match class {
            class if class == types.str_iterator => vm.str(""),
            class if class == types.tuple_iterator || class == types.bytes_iterator => {
                vm.tuple(&[])
            }
            class if class == types.reversed => {
                let container = vm.tuple(&[]);
                return reduced(vm, "reversed", container, None);
            }
            _ => vm.list(Vec::new()),
        };
        return reduced(vm, "iter", container, None);
    }
    let copy = vm.heap.new_iter(left);
    let items = vm.collect(copy)?;
    let items = vm.list(items);
    reduced(vm, "iter", items, None)
}

/// `__setstate__`: lets an iterator go on from a place, as near as there is.
fn set_place(vm: &mut Vm, iter: Value, place: i64) {
    let length = match vm.heap.iter(iter) {
        &PyIter::List {
            list: container, ..
        }
        | &PyIter::Tuple {
            tuple: container, ..
        }
        | &PyIter::Bytes {
            data: container, ..
        }
        | &PyIter::Str {
            text: container, ..
        }
        | &PyIter::Reversed {
            list: container, ..
        } => vm.native_len(container).unwrap_or(0),
        PyIter::Range { remaining, .. } => usize::try_from(*remaining).unwrap_or(usize::MAX),
        PyIter::Native { .. } | PyIter::Zip { .. } | PyIter::Wrapped { .. } => usize::MAX,
        _ => return,
    };
    let limit = i64::try_from(length).unwrap_or(i64::MAX);
    let at = place.clamp(0, limit) as usize;
    let byte = match vm.heap.iter(iter) {
        &PyIter::Str { text, .. } => {
            let text = vm.heap.str(text);
            text.char_indices()
                .nth(at)
                .map_or(text.len(), |(byte, _)| byte)
        }
        _ => at,
    };
    match vm.heap.iter_mut(iter) {
        PyIter::List { at, .. }
        | PyIter::Tuple { at, .. }
        | PyIter::Bytes { at, .. }
        | PyIter::Str { at, .. } => *at = byte,
        PyIter::Reversed { next, .. } => *next = usize::try_from(place.min(limit - 1)).ok(),
        PyIter::Range {
            next,
            step,
            remaining,
        } => {
            *next = next.wrapping_add(step.wrapping_mul(at as i64));
            *remaining -= at as u64;
        }
        PyIter::Zip { strict, .. } => *strict = place != 0,
        &mut PyIter::Wrapped { inner, .. } => {
            // The prelude's generators over a sequence keep the place in their
            // second parameter.
            let at = vm.int(place);
            let generator = vm.heap.generator_mut(inner);
            let seeks = matches!(
                &*generator.code.code.name,
                "sequence_items" | "reversed_items"
            );
            if let Some(place) = generator.registers.get_mut(1).filter(|_| seeks) {
                *place = at;
            }
        }
        PyIter::Native { state, .. } => state.set_place(at),
        _ => {}
    }
}

/// What the prelude's `wrapped_reduce` asks.
pub(crate) static ITER_FUNCTIONS: &[NativeDef] = &[crate::native::function(
    "wrapped_state",
    "iterator, /",
    wrapped_state,
)];

/// Class, name and arguments of the generator behind an iterator; None for
/// the name of one that has ended.
fn wrapped_state(vm: &mut Vm, args: &[Value]) -> Res {
    let PyIter::Wrapped { class, inner } = *vm.heap.iter(args[0]) else {
        return Err(Throw::Python);
    };
    let generator = vm.heap.generator(inner);
    let params = generator.code.code.params.count();
    let arguments = generator.registers.get(..params).map(<[Value]>::to_vec);
    let name = if arguments.is_some() {
        generator.name
    } else {
        Value::NONE
    };
    let arguments = vm.tuple(&arguments.unwrap_or_default());
    Ok(vm.tuple(&[class, name, arguments]))
}

impl Vm {
    /// The class of the reversed iterator of a list or tuple.
    pub(crate) fn reversed_class(&self, container: Value) -> Value {
        if container.is(Kind::List) {
            self.types.list_reverseiterator
        } else {
            self.types.reversed
        }
    }
}

fn length_hint(vm: &mut Vm, args: &[Value]) -> Res {
    let heap = &vm.heap;
    let length = match heap.iter(args[0]) {
        PyIter::List { list, at } => heap.list(*list).len().saturating_sub(*at),
        PyIter::Tuple { tuple, at } => heap.tuple(*tuple).len().saturating_sub(*at),
        PyIter::Range { remaining, .. } => usize::try_from(*remaining).unwrap_or(usize::MAX),
        PyIter::Str { text, at } => heap
            .str(*text)
            .get(*at..)
            .map_or(0, |rest| rest.chars().count()),
        PyIter::Bytes { data, at } => heap.pybytes(*data).data.len().saturating_sub(*at),
        PyIter::Table {
            table,
            at,
            size,
            reversed,
            ..
        } => {
            let table = if table.is(Kind::Set) {
                &heap.set(*table).table
            } else {
                heap.dict(*table)
            };
            if table.len() != *size {
                0
            } else if *reversed {
                (0..*at).filter(|&at| table.entry(at).is_some()).count()
            } else {
                (*at..table.positions())
                    .filter(|&at| table.entry(at).is_some())
                    .count()
            }
        }
        PyIter::Items { items, at } => items.len().saturating_sub(*at),
        PyIter::Reversed { list, next } => match next {
            Some(at) if heap.as_items(*list).is_some_and(|items| *at < items.len()) => at + 1,
            _ => 0,
        },
        PyIter::Native { state, .. } => match state.remaining(vm) {
            Some(remaining) => remaining,
            None => return Ok(Value::NOT_IMPLEMENTED),
        },
        PyIter::Exhausted { .. } => 0,
        PyIter::Wrapped { inner, .. } => {
            // The prelude's generator keeps the place in its second parameter.
            let generator = heap.generator(*inner);
            match generator.registers.get(1).and_then(|at| at.as_small()) {
                Some(at) if &*generator.code.code.name == "reversed_items" => {
                    (at + 1).max(0) as usize
                }
                _ => return Ok(Value::NOT_IMPLEMENTED),
            }
        }
        PyIter::Enumerate { .. } | PyIter::Zip { .. } => return Ok(Value::NOT_IMPLEMENTED),
    };
    Ok(vm.int(i64::try_from(length).unwrap_or(i64::MAX)))
}

// enumerate, zip, map, filter, reversed.

static ENUMERATE: &[NativeDef] = &[new_method("cls, iterable, start=0", |vm, args| {
    let &[cls, iterable, start] = args else {
        return Err(Throw::Python);
    };
    let class = vm.types.enumerate;
    if let Some(start) = start.as_small()
        && let Some(inner) = vm.pure_iter(iterable)?
    {
        let iter = vm.heap.new_iter(PyIter::Enumerate {
            inner,
            count: start,
        });
        return Ok(vm.of_class(cls, class, iter));
    }
    vm.wrap_generator("enumerate_new", &[iterable, start], cls, class)
})];

static ZIP: &[NativeDef] = &[new_method("cls, *iterables, strict=False", |vm, args| {
    let &[cls, iterables, strict] = args else {
        return Err(Throw::Python);
    };
    let class = vm.types.zip;
    let sources: SmallVec<[Value; 4]> = SmallVec::from_slice(vm.heap.tuple(iterables));
    let strict_now = vm.truthy(strict);
    let mut inner = SmallVec::<[Value; 4]>::new();
    for &source in &sources {
        match vm.pure_iter(source)? {
            Some(iter) => inner.push(iter),
            None => return vm.wrap_generator("zip_new", &[iterables, strict], cls, class),
        }
    }
    match strict_now {
        Ok(strict) => {
            let iter = vm.heap.new_iter(PyIter::Zip {
                inner: inner.into_vec().into(),
                strict,
            });
            Ok(vm.of_class(cls, class, iter))
        }
        Err(_) => vm.wrap_generator("zip_new", &[iterables, strict], cls, class),
    }
})];

static MAP: &[NativeDef] = &[new_method("cls, /, *args, strict=False", |vm, args| {
    let &[cls, given, strict] = args else {
        return Err(Throw::Python);
    };
    let class = vm.types.map;
    match *vm.heap.tuple(given) {
        [] | [_] => Err(vm.type_error("map() must have at least two arguments.")),
        [function, iterable] => vm.wrap_generator("map_new", &[function, iterable], cls, class),
        [function, ref iterables @ ..] => {
            let iterables = iterables.to_vec();
            let iterables = vm.tuple(&iterables);
            vm.wrap_generator("map_many_new", &[function, iterables, strict], cls, class)
        }
    }
})];

static FILTER: &[NativeDef] = &[new_method("cls, function, iterable, /", |vm, args| {
    let class = vm.types.filter;
    vm.wrap_generator("filter_new", &[args[1], args[2]], args[0], class)
})];

static REVERSED: &[NativeDef] = &[new_method("cls, sequence, /", |vm, args| {
    let (cls, sequence) = (args[0], args[1]);
    let class = vm.types.reversed;
    if let Some(method) = vm.lookup(vm.type_of(sequence), vm.names.reversed) {
        if method.is_none() {
            let message = format!("'{}' object is not reversible", vm.type_name(sequence));
            return Err(vm.type_error(message));
        }
        return vm.ask_special(method, sequence, &[], Value::UNBOUND, return_it);
    }
    if sequence.is(Kind::Tuple) {
        let next = vm.heap.tuple(sequence).len().checked_sub(1);
        let iter = vm.heap.new_iter(PyIter::Reversed {
            list: sequence,
            next,
        });
        return Ok(vm.of_class(cls, class, iter));
    }
    if sequence.is(Kind::Str) {
        let object = vm.heap.pystr(sequence);
        let (end, left) = (object.text.len(), object.chars as usize);
        let iter = vm.native_iterator(
            class,
            ReversedText {
                text: sequence,
                end,
                left,
            },
        );
        return Ok(vm.of_class(cls, class, iter));
    }
    let is_sequence = vm.lookup_special(sequence, vm.names.getitem).is_some()
        && !vm.is_instance(sequence, vm.types.dict);
    if !is_sequence {
        let message = format!("'{}' object is not reversible", vm.type_name(sequence));
        return Err(vm.type_error(message));
    }
    if vm.lookup_special(sequence, vm.names.len).is_none() {
        let message = format!("object of type '{}' has no len()", vm.type_name(sequence));
        return Err(vm.type_error(message));
    }
    vm.wrap_generator("reversed_new", &[sequence], cls, class)
})];

/// A str from its end.
struct ReversedText {
    text: Value,
    /// In bytes; `usize::MAX` until worked out.
    end: usize,
    /// In code points.
    left: usize,
}

impl NativeIter for ReversedText {
    fn next(&mut self, vm: &mut Vm) -> Res<Option<Value>> {
        let text = vm.heap.str(self.text);
        if self.end == usize::MAX {
            self.left = self.left.min(vm.heap.pystr(self.text).chars as usize);
            self.end = text
                .char_indices()
                .nth(self.left)
                .map_or(text.len(), |(at, _)| at);
        }
        let Some(c) = text[..self.end].chars().next_back() else {
            return Ok(None);
        };
        self.end -= c.len_utf8();
        self.left -= 1;
        let mut buffer = [0; 4];
        Ok(Some(vm.str(c.encode_utf8(&mut buffer))))
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.text);
    }
    fn place(&self) -> Option<(Value, usize)> {
        self.left.checked_sub(1).map(|place| (self.text, place))
    }
    fn set_place(&mut self, place: usize) {
        self.left = place.saturating_add(1);
        self.end = usize::MAX;
    }
    fn remaining(&self, _: &Vm) -> Option<usize> {
        Some(self.left)
    }
}

/// An index argument of a sequence: small ints at once; others by
/// `__index__`, with an `IndexError` where it does not fit.
pub(crate) fn sequence_index(vm: &mut Vm, key: Value, what: &str) -> Res<i64> {
    if let Some(index) = key.as_small() {
        return Ok(index);
    }
    if vm.as_int(key).is_some() || vm.lookup_special(key, vm.names.index).is_some() {
        return vm.subscript_index(key);
    }
    let message = format!(
        "{what} indices must be integers or slices, not {}",
        vm.type_name(key)
    );
    Err(vm.type_error(message))
}

/// Whether `value` leaves a binary operation to a Python method of its own.
pub(crate) fn has_python_operator(vm: &Vm, value: Value, name: Value) -> bool {
    vm.lookup_special(value, name)
        .is_some_and(|method| !method.is(Kind::Native))
}

/// The count that `sequence * count` repeats by; `None` to leave the
/// operation to the other operand.
pub(crate) fn repeat_count(vm: &mut Vm, count: Value) -> Res<Option<usize>> {
    if vm.as_int(count).is_none() && vm.lookup_special(count, vm.names.index).is_none() {
        if has_python_operator(vm, count, vm.names.rmul)
            || has_python_operator(vm, count, vm.names.mul)
        {
            return Ok(None);
        }
        let message = format!(
            "can't multiply sequence by non-int of type '{}'",
            vm.type_name(count)
        );
        return Err(vm.type_error(message));
    }
    let int = vm.index_big(count)?;
    match int.to_i64() {
        Some(count) if count < 0 => Ok(Some(0)),
        Some(count) => Ok(Some(usize::try_from(count).unwrap_or(usize::MAX))),
        None => {
            let message = format!(
                "cannot fit '{}' into an index-sized integer",
                vm.type_name(count)
            );
            Err(vm.overflow_error(message))
        }
    }
}

/// The items `count` times over, within the memory limit.
pub(crate) fn repeated(vm: &mut Vm, items: &[Value], count: usize) -> Res<Vec<Value>> {
    let Some(total) = items
        .len()
        .checked_mul(count)
        .filter(|total| *total < usize::MAX / 16)
    else {
        return Err(vm.memory_error(""));
    };
    vm.reserve(total * 8)?;
    vm.count_copy(total);
    Ok(items.repeat(count))
}

pub(crate) fn register(vm: &mut Vm) {
    let types = &vm.types;
    let with_hint = [
        types.list_iterator,
        types.tuple_iterator,
        types.range_iterator,
        types.str_iterator,
        types.bytes_iterator,
        types.dict_keyiterator,
        types.dict_valueiterator,
        types.dict_itemiterator,
        types.dict_reversekeyiterator,
        types.set_iterator,
        types.list_reverseiterator,
        types.iterator,
        types.reversed,
    ];
    let others = [
        types.callable_iterator,
        types.enumerate,
        types.zip,
        types.map,
        types.filter,
    ];
    for ty in with_hint {
        vm.add_methods(ty, ITERATOR_METHODS);
        vm.add_methods(ty, LENGTH_HINT);
        vm.add_methods(ty, REDUCE);
    }
    for ty in others {
        vm.add_methods(ty, ITERATOR_METHODS);
        vm.add_methods(ty, REDUCE);
    }
    for (ty, methods) in [
        (vm.types.enumerate, ENUMERATE),
        (vm.types.zip, ZIP),
        (vm.types.map, MAP),
        (vm.types.filter, FILTER),
        (vm.types.reversed, REVERSED),
    ] {
        vm.add_methods(ty, methods);
    }
}
