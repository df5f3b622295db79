//! `set` and `frozenset`.

use crate::builtins::dict::table_iter;
use crate::builtins::list::repr_items;
use crate::builtins::set_table::{Keys, Source, first_in_order, is_subset, ordered_keys};
use crate::gc::Tracer;
use crate::heap::Heap;
use crate::native::{NativeDef, method, new_method};
use crate::object::{NativeIter, TableItem};
use crate::value::Kind;
use crate::{Entry, PyDict, Res, Throw, Value, Vm};

static COMMON: &[NativeDef] = &[
    method("copy", "self, /", copy),
    method("difference", "self, /, *others", |vm, args| {
        fold_others(vm, args, Keys::difference)
    })
    .slow("set_difference"),
    method("intersection", "self, /, *others", |vm, args| {
        fold_others(vm, args, Keys::intersection)
    })
    .slow("set_intersection"),
    method("isdisjoint", "self, other, /", isdisjoint).slow("set_isdisjoint"),
    method("issubset", "self, other, /", |vm, args| {
        Ok(Value::bool(with_both(vm, args, is_subset)?))
    })
    .slow("set_issubset"),
    method("issuperset", "self, other, /", |vm, args| {
        Ok(Value::bool(with_both(vm, args, |heap, a, b| {
            is_subset(heap, b, a)
        })?))
    })
    .slow("set_issuperset"),
    method("symmetric_difference", "self, other, /", |vm, args| {
        let source = source_of(vm, args[1])?;
        let keys = own_keys(vm, args[0]).symmetric_difference(&vm.heap, source)?;
        Ok(like(vm, args[0], keys))
    })
    .slow("set_symmetric_difference"),
    method("union", "self, /, *others", |vm, args| {
        fold_others(vm, args, Keys::union)
    })
    .slow("set_union"),
    method("__len__", "self, /", |vm, args| {
        Ok(Value::count(vm.heap.set(args[0]).table.len()))
    }),
    method("__reduce__", "self, /", |vm, args| {
        Err(vm.tail_prelude("set_reduce", args))
    })
    .raw_self(),
    method("__contains__", "self, key, /", contains).slow("set_contains"),
    method("__iter__", "self, /", iter),
    method("__repr__", "self, /", repr)
        .raw_self()
        .slow("set_repr"),
    method("__and__", "self, value, /", |vm, args| {
        operation(vm, args, '&', false)
    })
    .slow("set_and"),
    method("__rand__", "self, value, /", |vm, args| {
        operation(vm, args, '&', true)
    })
    .slow("set_rand"),
    method("__or__", "self, value, /", |vm, args| {
        operation(vm, args, '|', false)
    })
    .slow("set_or"),
    method("__ror__", "self, value, /", |vm, args| {
        operation(vm, args, '|', true)
    })
    .slow("set_ror"),
    method("__sub__", "self, value, /", |vm, args| {
        operation(vm, args, '-', false)
    })
    .slow("set_sub"),
    method("__rsub__", "self, value, /", |vm, args| {
        operation(vm, args, '-', true)
    })
    .slow("set_rsub"),
    method("__xor__", "self, value, /", |vm, args| {
        operation(vm, args, '^', false)
    })
    .slow("set_xor"),
    method("__rxor__", "self, value, /", |vm, args| {
        operation(vm, args, '^', true)
    })
    .slow("set_rxor"),
    method("__eq__", "self, value, /", |vm, args| {
        compare(vm, args, "==")
    })
    .slow("set_eq"),
    method("__ne__", "self, value, /", |vm, args| {
        compare(vm, args, "!=")
    })
    .slow("set_ne"),
    method("__lt__", "self, value, /", |vm, args| {
        compare(vm, args, "<")
    })
    .slow("set_lt"),
    method("__le__", "self, value, /", |vm, args| {
        compare(vm, args, "<=")
    })
    .slow("set_le"),
    method("__gt__", "self, value, /", |vm, args| {
        compare(vm, args, ">")
    })
    .slow("set_gt"),
    method("__ge__", "self, value, /", |vm, args| {
        compare(vm, args, ">=")
    })
    .slow("set_ge"),
];

static MUTABLE: &[NativeDef] = &[
    new_method("cls, *args, **kwargs", |vm, args| {
        let set = vm.heap.new_set(PyDict::default(), false);
        Ok(vm.of_class(args[0], vm.types.set, set))
    }),
    method("__init__", "self, iterable=..., /", init).slow("set_init"),
    method("add", "self, object, /", add).slow("set_add"),
    method("clear", "self, /", |vm, args| {
        replace(vm, args[0], Keys::default())
    }),
    method("discard", "self, object, /", |vm, args| {
        take(vm, args)?;
        Ok(Value::NONE)
    })
    .slow("set_discard"),
    method("pop", "self, /", pop),
    method("remove", "self, object, /", |vm, args| {
        match take(vm, args)? {
            true => Ok(Value::NONE),
            false => Err(vm.key_error(args[1])),
        }
    })
    .slow("set_remove"),
    method("update", "self, /, *others", |vm, args| {
        for other in vm.heap.tuple(args[1]).to_vec() {
            let source = source_in_tuple(vm, other)?;
            vm.reserve(source.len() * 24)?;
            grow(vm, args[0], source)?;
        }
        Ok(Value::NONE)
    })
    .slow("set_update"),
    method("difference_update", "self, /, *others", |vm, args| {
        update_with(vm, args, Keys::without)
    })
    .slow("set_difference_update"),
    method("intersection_update", "self, /, *others", |vm, args| {
        update_with(vm, args, Keys::intersection)
    })
    .slow("set_intersection_update"),
    method(
        "symmetric_difference_update",
        "self, other, /",
        |vm, args| {
            let source = source_of(vm, args[1])?;
            let other = Keys::from_source(&vm.heap, source)?;
            let keys = own_keys(vm, args[0]).toggle(&vm.heap, other)?;
            replace(vm, args[0], keys)
        },
    )
    .slow("set_symmetric_difference_update"),
    method("__iand__", "self, value, /", |vm, args| {
        in_place(vm, args, '&')
    })
    .raw_self()
    .slow("set_iand"),
    method("__ior__", "self, value, /", |vm, args| {
        in_place(vm, args, '|')
    })
    .raw_self()
    .slow("set_ior"),
    method("__isub__", "self, value, /", |vm, args| {
        in_place(vm, args, '-')
    })
    .raw_self()
    .slow("set_isub"),
    method("__ixor__", "self, value, /", |vm, args| {
        in_place(vm, args, '^')
    })
    .raw_self()
    .slow("set_ixor"),
];

static FROZEN: &[NativeDef] = &[
    new_method("cls, iterable=..., /", new_frozen).slow("frozenset_new"),
    method("__hash__", "self, /", |vm, args| {
        let hash = vm.hash(args[0])?;
        Ok(vm.int(hash))
    })
    .slow("frozenset_hash"),
];

/// What an iterable gives for a set.
pub(crate) fn source_of(vm: &mut Vm, iterable: Value) -> Res<Source> {
    if let Some(source) = source_with_hashes(vm, iterable) {
        return Ok(source);
    }
    let mut entries = Vec::new();
    for key in vm.collect_again(iterable)? {
        let hash = vm.key_hash(key)?;
        entries.push(Entry {
            key,
            value: Value::NONE,
            hash,
        });
    }
    Ok(Source::Items(entries))
}

/// The keys of a set or a dict, whose hashes are known already. `None` for
/// other iterables.
pub(crate) fn source_with_hashes(vm: &Vm, iterable: Value) -> Option<Source> {
    if let Some(set) = plain_set(vm, iterable) {
        return Some(Source::Set(Keys::of(vm.heap.set(set))));
    }
    let plain = vm.heap.payload(iterable);
    let own_iter = plain == iterable
        || vm
            .lookup_special(iterable, vm.names.iter)
            .is_some_and(|m| m.is(Kind::Native));
    (plain.is(Kind::Dict) && own_iter)
        .then(|| Source::Dict(vm.heap.dict(plain).entries().collect()))
}

/// As [`source_of`] for an iterable in a tuple of arguments, whose items the
/// prelude takes if need be.
fn source_in_tuple(vm: &mut Vm, iterable: Value) -> Res<Source> {
    match source_of(vm, iterable) {
        Err(Throw::Materialize(_)) => Err(Throw::Python),
        other => other,
    }
}

/// The keys of an iterable as a set's.
pub(crate) fn keys_of_iterable(vm: &mut Vm, iterable: Value) -> Res<Keys> {
    let source = source_of(vm, iterable)?;
    Keys::from_source(&vm.heap, source)
}

fn own_keys(vm: &Vm, set: Value) -> Keys {
    Keys::of(vm.heap.set(set))
}

/// The set whose table an iterable has, if its class leaves iterating to it.
fn plain_set(vm: &Vm, iterable: Value) -> Option<Value> {
    let plain = vm.heap.payload(iterable);
    let own_iter = plain == iterable
        || vm
            .lookup_special(iterable, vm.names.iter)
            .is_some_and(|m| m.is(Kind::Native));
    (plain.is(Kind::Set) && own_iter).then_some(plain)
}

/// What `combine` says of the two arguments' tables.
fn with_both<T>(
    vm: &mut Vm,
    args: &[Value],
    combine: impl FnOnce(&Heap, &PyDict, &PyDict) -> Res<T>,
) -> Res<T> {
    if let Some(other) = plain_set(vm, args[1]) {
        return combine(
            &vm.heap,
            &vm.heap.set(args[0]).table,
            &vm.heap.set(other).table,
        );
    }
    let other = keys_of_iterable(vm, args[1])?;
    combine(&vm.heap, &vm.heap.set(args[0]).table, &other.table)
}

/// A new set of the same type as `set`.
fn like(vm: &mut Vm, set: Value, keys: Keys) -> Value {
    let frozen = vm.heap.set(set).frozen;
    vm.heap.new_set_of(keys, frozen)
}

fn replace(vm: &mut Vm, set: Value, keys: Keys) -> Res {
    vm.drop_contents(set);
    let object = vm.heap.set_mut(set);
    let grown = keys
        .table
        .positions()
        .saturating_sub(object.table.positions());
    object.table = keys.table;
    object.shape = keys.shape;
    vm.heap.charge(grown * 24);
    Ok(Value::NONE)
}

/// Adds to a set in place: a large one grows by a few keys at no great cost.
fn grow(vm: &mut Vm, set: Value, source: Source) -> Res<()> {
    if !source.fits(vm.heap.set(set)) {
        let keys = own_keys(vm, set).union(&vm.heap, source)?;
        replace(vm, set, keys)?;
        return Ok(());
    }
    for entry in source.entries(&vm.heap) {
        let table = &vm.heap.set(set).table;
        let found = vm
            .heap
            .find_in(table, entry.key, entry.hash)
            .map_err(|_| Throw::Python)?;
        if found.is_none() {
            vm.heap
                .set_mut(set)
                .table
                .insert_new(entry.key, Value::NONE, entry.hash);
            vm.heap.charge(24);
        }
    }
    Ok(())
}

/// Adds the items of one iterable.
pub(crate) fn update_one(vm: &mut Vm, set: Value, iterable: Value) -> Res<()> {
    let source = source_of(vm, iterable)?;
    vm.reserve(source.len() * 24)?;
    grow(vm, set, source)
}

fn isdisjoint(vm: &mut Vm, args: &[Value]) -> Res {
    let apart = with_both(vm, args, |heap, a, b| {
        let (each, within) = if b.len() > a.len() { (a, b) } else { (b, a) };
        for entry in each.entries() {
            match heap.find_in(within, entry.key, entry.hash) {
                Ok(None) => {}
                Ok(Some(_)) => return Ok(false),
                Err(_) => return Err(Throw::Python),
            }
        }
        Ok(true)
    })?;
    Ok(Value::bool(apart))
}

type Combine = fn(Keys, &Heap, Source) -> Res<Keys>;

/// The set combined with each of the others in turn.
fn fold(vm: &mut Vm, args: &[Value], combine: Combine) -> Res<Keys> {
    let mut keys = own_keys(vm, args[0]);
    for other in vm.heap.tuple(args[1]).to_vec() {
        vm.reserve(keys.table.positions() * 24)?;
        let source = source_in_tuple(vm, other)?;
        keys = combine(keys, &vm.heap, source)?;
    }
    Ok(keys)
}

fn fold_others(vm: &mut Vm, args: &[Value], combine: Combine) -> Res {
    let keys = fold(vm, args, combine)?;
    Ok(like(vm, args[0], keys))
}

fn update_with(vm: &mut Vm, args: &[Value], combine: Combine) -> Res {
    let keys = fold(vm, args, combine)?;
    replace(vm, args[0], keys)
}

fn operation(vm: &mut Vm, args: &[Value], operator: char, swapped: bool) -> Res {
    let other = vm.heap.payload(args[1]);
    if !other.is(Kind::Set) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (left, right) = if swapped {
        (other, args[0])
    } else {
        (args[0], other)
    };
    vm.reserve(vm.heap.set(left).table.positions() * 24)?;
    let (keys, source) = (own_keys(vm, left), Source::Set(own_keys(vm, right)));
    let heap = &vm.heap;
    let keys = match operator {
        '&' => keys.intersection(heap, source)?,
        '|' => Keys::from_source(heap, Source::Set(keys))?.union(heap, source)?,
        '-' => keys.difference(heap, source)?,
        _ => keys.symmetric_difference(heap, source)?,
    };
    Ok(like(vm, left, keys))
}

fn in_place(vm: &mut Vm, args: &[Value], operator: char) -> Res {
    let (set, other) = (vm.heap.payload(args[0]), vm.heap.payload(args[1]));
    if !other.is(Kind::Set) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let source = own_keys(vm, other);
    if operator == '|' {
        if other != set {
            grow(vm, set, Source::Set(source))?;
        }
        return Ok(args[0]);
    }
    let mut keys = own_keys(vm, set);
    let heap = &vm.heap;
    match operator {
        '&' => keys = keys.intersection(heap, Source::Set(source))?,
        '-' => keys = keys.without(heap, Source::Set(source))?,
        _ => keys = keys.toggle(heap, source)?,
    }
    replace(vm, set, keys)?;
    Ok(args[0])
}

fn compare(vm: &mut Vm, args: &[Value], operator: &str) -> Res {
    let other = vm.heap.payload(args[1]);
    if !other.is(Kind::Set) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let heap = &vm.heap;
    let (a, b) = (&heap.set(args[0]).table, &heap.set(other).table);
    Ok(Value::bool(match operator {
        "==" => a.len() == b.len() && is_subset(heap, a, b)?,
        "!=" => !(a.len() == b.len() && is_subset(heap, a, b)?),
        "<" => a.len() < b.len() && is_subset(heap, a, b)?,
        "<=" => is_subset(heap, a, b)?,
        ">" => b.len() < a.len() && is_subset(heap, b, a)?,
        _ => is_subset(heap, b, a)?,
    }))
}

fn init(vm: &mut Vm, args: &[Value]) -> Res {
    let keys = match args[1].bound() {
        Some(iterable) => keys_of_iterable(vm, iterable)?,
        None => Keys::default(),
    };
    replace(vm, args[0], keys)
}

fn new_frozen(vm: &mut Vm, args: &[Value]) -> Res {
    let class = vm.types.frozenset;
    let set = match args[1].bound() {
        Some(set) if set.is(Kind::Set) && vm.heap.set(set).frozen => set,
        Some(iterable) => {
            let keys = keys_of_iterable(vm, iterable)?;
            vm.heap.new_set_of(keys, true)
        }
        None => vm.heap.new_set(PyDict::default(), true),
    };
    Ok(vm.of_class(args[0], class, set))
}

fn copy(vm: &mut Vm, args: &[Value]) -> Res {
    if vm.heap.set(args[0]).frozen {
        return Ok(args[0]);
    }
    let keys = own_keys(vm, args[0]);
    let keys = Keys::from_source(&vm.heap, Source::Set(keys))?;
    Ok(vm.heap.new_set_of(keys, false))
}

/// The keys in the order that programs see.
pub(crate) fn keys_of(heap: &Heap, set: Value) -> Vec<Value> {
    match ordered_keys(heap, set) {
        Some(keys) => keys,
        None => heap.set(set).table.iter().map(|(key, _)| key).collect(),
    }
}

/// Iterates in a worked-out order.
struct SetIter {
    set: Value,
    keys: std::vec::IntoIter<Value>,
    size: usize,
}

impl NativeIter for SetIter {
    fn next(&mut self, vm: &mut Vm) -> Res<Option<Value>> {
        if vm.heap.set(self.set).table.len() != self.size {
            self.size = usize::MAX;
            return Err(vm.runtime_error("Set changed size during iteration"));
        }
        Ok(self.keys.next())
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.set);
        tracer.extend(self.keys.as_slice());
    }
    fn remaining(&self, _: &Vm) -> Option<usize> {
        Some(self.keys.len())
    }
}

fn iter(vm: &mut Vm, args: &[Value]) -> Res {
    match ordered_keys(&vm.heap, args[0]) {
        Some(keys) => {
            let size = keys.len();
            let class = vm.types.set_iterator;
            Ok(vm.native_iterator(
                class,
                SetIter {
                    set: args[0],
                    keys: keys.into_iter(),
                    size,
                },
            ))
        }
        None => Ok(table_iter(vm, args[0], TableItem::Key, false)),
    }
}

/// A set is looked up as the frozenset equal to it.
fn lookup_key(vm: &mut Vm, key: Value) -> Value {
    let plain = vm.heap.payload(key);
    let hashable =
        key.is(Kind::Instance) && !vm.heap.ty(vm.heap.instance(key).class).flags.unhashable;
    if plain.is(Kind::Set) && !vm.heap.set(plain).frozen && !hashable {
        let table = vm.heap.set(plain).table.clone();
        return vm.heap.new_set(table, true);
    }
    key
}

fn contains(vm: &mut Vm, args: &[Value]) -> Res {
    let key = lookup_key(vm, args[1]);
    Ok(Value::bool(vm.dict_find(args[0], key)?.0.is_some()))
}

fn add(vm: &mut Vm, args: &[Value]) -> Res {
    vm.set_add(args[0], args[1])?;
    Ok(Value::NONE)
}

fn take(vm: &mut Vm, args: &[Value]) -> Res<bool> {
    let key = lookup_key(vm, args[1]);
    let (found, _) = vm.dict_find(args[0], key)?;
    if let Some(at) = found {
        let key = vm.heap.set_mut(args[0]).table.remove_at(at).key;
        vm.drop_in_native(key);
    }
    Ok(found.is_some())
}

fn pop(vm: &mut Vm, args: &[Value]) -> Res {
    match first_in_order(&mut vm.heap, args[0]) {
        Some(at) => {
            let key = vm.heap.set_mut(args[0]).table.remove_at(at).key;
            vm.drop_in_native(key);
            Ok(key)
        }
        None => {
            let message = vm.str("pop from an empty set");
            Err(vm.key_error(message))
        }
    }
}

fn repr(vm: &mut Vm, args: &[Value]) -> Res {
    let set = vm.heap.payload(args[0]);
    let name = vm.plain_type_name(args[0]);
    let items = keys_of(&vm.heap, set);
    if items.is_empty() {
        return Ok(vm.string(format!("{name}()")));
    }
    if vm.repr_running.contains(&set) {
        return Ok(vm.string(format!("{name}(...)")));
    }
    let inner = repr_items(vm, set, &items)?;
    let plain = args[0] == set && !vm.heap.set(set).frozen;
    Ok(vm.string(if plain {
        format!("{{{inner}}}")
    } else {
        format!("{name}({{{inner}}})")
    }))
}

pub(crate) fn register(vm: &mut Vm) {
    let (set, frozenset) = (vm.types.set, vm.types.frozenset);
    vm.add_methods(set, COMMON);
    vm.add_methods(set, MUTABLE);
    vm.set_type_attr(set, "__hash__", Value::NONE);
    vm.heap.ty_mut(set).flags.unhashable = true;
    vm.add_methods(frozenset, COMMON);
    vm.add_methods(frozenset, FROZEN);
}
