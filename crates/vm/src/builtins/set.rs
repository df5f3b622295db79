//! `set` and `frozenset`.

use crate::builtins::dict::table_iter;
use crate::builtins::list::repr_items;
use crate::native::{NativeDef, method, new_method};
use crate::gc::Tracer;
use crate::heap::Heap;
use crate::object::{NativeIter, TableItem};
use crate::value::Kind;
use crate::{Entry, PyDict, Res, Throw, Value, Vm};

static COMMON: &[NativeDef] = &[
    method("copy", "self, /", copy),
    method("difference", "self, /, *others", |vm, args| {
        fold_others(vm, args, |heap, table, other| difference_of(heap, &table, other))
    })
    .slow("set_difference"),
    method("intersection", "self, /, *others", |vm, args| {
        fold_others(vm, args, |heap, table, other| intersection_of(heap, &table, other))
    })
    .slow("set_intersection"),
    method("isdisjoint", "self, other, /", isdisjoint).slow("set_isdisjoint"),
    method("issubset", "self, other, /", |vm, args| {
        Ok(Value::bool(with_both(vm, args, is_subset)?))
    })
    .slow("set_issubset"),
    method("issuperset", "self, other, /", |vm, args| {
        Ok(Value::bool(with_both(vm, args, |heap, a, b| is_subset(heap, b, a))?))
    })
    .slow("set_issuperset"),
    method("symmetric_difference", "self, other, /", |vm, args| {
        let table = with_both(vm, args, symmetric_difference_of)?;
        Ok(like(vm, args[0], table))
    })
    .slow("set_symmetric_difference"),
    method("union", "self, /, *others", |vm, args| {
        fold_others(vm, args, union_of)
    })
    .slow("set_union"),
    method("__len__", "self, /", |vm, args| Ok(Value::count(vm.heap.set(args[0]).table.len()))),
    method("__reduce__", "self, /", |vm, args| Err(vm.tail_prelude("set_reduce", args))).raw_self(),
    method("__contains__", "self, key, /", contains).slow("set_contains"),
    method("__iter__", "self, /", iter),
    method("__repr__", "self, /", repr).raw_self().slow("set_repr"),
    method("__and__", "self, value, /", |vm, args| operation(vm, args, '&', false)).slow("set_and"),
    method("__rand__", "self, value, /", |vm, args| operation(vm, args, '&', true)).slow("set_rand"),
    method("__or__", "self, value, /", |vm, args| operation(vm, args, '|', false)).slow("set_or"),
    method("__ror__", "self, value, /", |vm, args| operation(vm, args, '|', true)).slow("set_ror"),
    method("__sub__", "self, value, /", |vm, args| operation(vm, args, '-', false)).slow("set_sub"),
    method("__rsub__", "self, value, /", |vm, args| operation(vm, args, '-', true)).slow("set_rsub"),
    method("__xor__", "self, value, /", |vm, args| operation(vm, args, '^', false)).slow("set_xor"),
    method("__rxor__", "self, value, /", |vm, args| operation(vm, args, '^', true)).slow("set_rxor"),
    method("__eq__", "self, value, /", |vm, args| compare(vm, args, "==")).slow("set_eq"),
    method("__ne__", "self, value, /", |vm, args| compare(vm, args, "!=")).slow("set_ne"),
    method("__lt__", "self, value, /", |vm, args| compare(vm, args, "<")).slow("set_lt"),
    method("__le__", "self, value, /", |vm, args| compare(vm, args, "<=")).slow("set_le"),
    method("__gt__", "self, value, /", |vm, args| compare(vm, args, ">")).slow("set_gt"),
    method("__ge__", "self, value, /", |vm, args| compare(vm, args, ">=")).slow("set_ge"),
];

static MUTABLE: &[NativeDef] = &[
    new_method("cls, *args, **kwargs", |vm, args| {
        let set = vm.heap.new_set(PyDict::default(), false);
        Ok(vm.of_class(args[0], vm.types.set, set))
    }),
    method("__init__", "self, iterable=..., /", init).slow("set_init"),
    method("add", "self, object, /", add).slow("set_add"),
    method("clear", "self, /", |vm, args| {
        vm.heap.set_mut(args[0]).table.clear();
        Ok(Value::NONE)
    }),
    method("discard", "self, object, /", |vm, args| {
        take(vm, args)?;
        Ok(Value::NONE)
    })
    .slow("set_discard"),
    method("pop", "self, /", pop),
    method("remove", "self, object, /", |vm, args| match take(vm, args)? {
        true => Ok(Value::NONE),
        false => Err(vm.key_error(args[1])),
    })
    .slow("set_remove"),
    method("update", "self, /, *others", |vm, args| {
        update_with(vm, args, union_of)
    })
    .slow("set_update"),
    method("difference_update", "self, /, *others", |vm, args| {
        update_with(vm, args, |heap, table, other| difference_of(heap, &table, other))
    })
    .slow("set_difference_update"),
    method("intersection_update", "self, /, *others", |vm, args| {
        update_with(vm, args, |heap, table, other| intersection_of(heap, &table, other))
    })
    .slow("set_intersection_update"),
    method("symmetric_difference_update", "self, other, /", |vm, args| {
        let table = with_both(vm, args, symmetric_difference_of)?;
        replace(vm, args[0], table)
    })
    .slow("set_symmetric_difference_update"),
    method("__iand__", "self, value, /", |vm, args| in_place(vm, args, '&')).raw_self().slow("set_iand"),
    method("__ior__", "self, value, /", |vm, args| in_place(vm, args, '|')).raw_self().slow("set_ior"),
    method("__isub__", "self, value, /", |vm, args| in_place(vm, args, '-')).raw_self().slow("set_isub"),
    method("__ixor__", "self, value, /", |vm, args| in_place(vm, args, '^')).raw_self().slow("set_ixor"),
];

static FROZEN: &[NativeDef] = &[
    new_method("cls, iterable=..., /", new_frozen).slow("frozenset_new"),
    method("__hash__", "self, /", |vm, args| {
        let hash = vm.hash(args[0])?;
        Ok(vm.int(hash))
    })
    .slow("frozenset_hash"),
];

/// Adds a key with a known hash to a table that is not in the heap.
pub(crate) fn table_add(vm: &mut Vm, table: &mut PyDict, key: Value, hash: u32) -> Res<()> {
    if vm.table_find(table, key, hash)?.is_none() {
        table.insert_new(key, Value::NONE, hash);
    }
    Ok(())
}

/// The items of an iterable as a set's table.
pub(crate) fn table_of(vm: &mut Vm, iterable: Value) -> Res<PyDict> {
    let plain = vm.heap.payload(iterable);
    let own_iter =
        plain == iterable || vm.lookup_special(iterable, vm.names.iter).is_some_and(|m| m.is(Kind::Native));
    if plain.is(Kind::Set) && own_iter {
        return Ok(vm.heap.set(plain).table.clone());
    }
    let mut table = PyDict::default();
    if plain.is(Kind::Dict) && own_iter {
        for entry in vm.heap.dict(plain).entries() {
            table.insert_new(entry.key, Value::NONE, entry.hash);
        }
        return Ok(table);
    }
    for key in vm.collect_again(iterable)? {
        let hash = vm.key_hash(key)?;
        table_add(vm, &mut table, key, hash)?;
    }
    Ok(table)
}

/// The set whose table an iterable has, if its class leaves iterating to it.
fn plain_set(vm: &Vm, iterable: Value) -> Option<Value> {
    let plain = vm.heap.payload(iterable);
    let own_iter =
        plain == iterable || vm.lookup_special(iterable, vm.names.iter).is_some_and(|m| m.is(Kind::Native));
    (plain.is(Kind::Set) && own_iter).then_some(plain)
}

/// What `combine` says of the two arguments' tables.
fn with_both<T>(
    vm: &mut Vm,
    args: &[Value],
    combine: impl FnOnce(&Heap, &PyDict, &PyDict) -> Res<T>,
) -> Res<T> {
    if let Some(other) = plain_set(vm, args[1]) {
        return combine(&vm.heap, &vm.heap.set(args[0]).table, &vm.heap.set(other).table);
    }
    let other = table_of(vm, args[1])?;
    combine(&vm.heap, &vm.heap.set(args[0]).table, &other)
}

/// A new set of the same type as `set`.
fn like(vm: &mut Vm, set: Value, table: PyDict) -> Value {
    let frozen = vm.heap.set(set).frozen;
    vm.heap.new_set(table, frozen)
}

fn replace(vm: &mut Vm, set: Value, table: PyDict) -> Res {
    let grown = table.positions().saturating_sub(vm.heap.set(set).table.positions());
    vm.heap.set_mut(set).table = table;
    vm.heap.charge(grown * 24);
    Ok(Value::NONE)
}

fn has(heap: &Heap, table: &PyDict, entry: &Entry) -> Res<bool> {
    match heap.find_in(table, entry.key, entry.hash) {
        Ok(found) => Ok(found.is_some()),
        Err(_) => Err(Throw::Python),
    }
}

pub(crate) fn union_of(heap: &Heap, mut table: PyDict, other: &PyDict) -> Res<PyDict> {
    if table.is_empty() {
        return Ok(other.clone());
    }
    for entry in other.entries() {
        if !has(heap, &table, &entry)? {
            table.insert_new(entry.key, Value::NONE, entry.hash);
        }
    }
    Ok(table)
}

pub(crate) fn intersection_of(heap: &Heap, a: &PyDict, b: &PyDict) -> Res<PyDict> {
    let (small, large) = if b.len() > a.len() { (a, b) } else { (b, a) };
    let mut table = PyDict::default();
    for entry in small.entries() {
        if has(heap, large, &entry)? {
            table.insert_new(entry.key, Value::NONE, entry.hash);
        }
    }
    Ok(table)
}

pub(crate) fn difference_of(heap: &Heap, a: &PyDict, b: &PyDict) -> Res<PyDict> {
    let mut table = PyDict::default();
    for entry in a.entries() {
        if !has(heap, b, &entry)? {
            table.insert_new(entry.key, Value::NONE, entry.hash);
        }
    }
    Ok(table)
}

pub(crate) fn symmetric_difference_of(heap: &Heap, a: &PyDict, b: &PyDict) -> Res<PyDict> {
    let mut table = difference_of(heap, a, b)?;
    for entry in difference_of(heap, b, a)?.entries() {
        table.insert_new(entry.key, Value::NONE, entry.hash);
    }
    Ok(table)
}

fn is_subset(heap: &Heap, a: &PyDict, b: &PyDict) -> Res<bool> {
    if a.len() > b.len() {
        return Ok(false);
    }
    for entry in a.entries() {
        if !has(heap, b, &entry)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The set combined with each of the others in turn.
fn fold(
    vm: &mut Vm,
    args: &[Value],
    combine: impl Fn(&Heap, PyDict, &PyDict) -> Res<PyDict>,
) -> Res<PyDict> {
    let mut table = vm.heap.set(args[0]).table.clone();
    for other in vm.heap.tuple(args[1]).to_vec() {
        vm.reserve(table.positions() * 24)?;
        if let Some(other) = plain_set(vm, other) {
            table = combine(&vm.heap, table, &vm.heap.set(other).table)?;
            continue;
        }
        let other = match table_of(vm, other) {
            // The arguments stand in a tuple: the prelude takes their items.
            Err(Throw::Materialize(_)) => return Err(Throw::Python),
            other => other?,
        };
        table = combine(&vm.heap, table, &other)?;
    }
    Ok(table)
}

fn fold_others(
    vm: &mut Vm,
    args: &[Value],
    combine: impl Fn(&Heap, PyDict, &PyDict) -> Res<PyDict>,
) -> Res {
    let table = fold(vm, args, combine)?;
    Ok(like(vm, args[0], table))
}

fn update_with(
    vm: &mut Vm,
    args: &[Value],
    combine: impl Fn(&Heap, PyDict, &PyDict) -> Res<PyDict>,
) -> Res {
    let table = fold(vm, args, combine)?;
    replace(vm, args[0], table)
}

fn operate(vm: &Vm, operator: char, left: Value, right: Value) -> Res<PyDict> {
    let heap = &vm.heap;
    let (left, right) = (&heap.set(left).table, &heap.set(right).table);
    match operator {
        '&' => intersection_of(heap, left, right),
        '|' => union_of(heap, left.clone(), right),
        '-' => difference_of(heap, left, right),
        _ => symmetric_difference_of(heap, left, right),
    }
}

fn operation(vm: &mut Vm, args: &[Value], operator: char, swapped: bool) -> Res {
    let other = vm.heap.payload(args[1]);
    if !other.is(Kind::Set) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (left, right) = if swapped { (other, args[0]) } else { (args[0], other) };
    vm.reserve(vm.heap.set(left).table.positions() * 24)?;
    let table = operate(vm, operator, left, right)?;
    Ok(like(vm, left, table))
}

fn in_place(vm: &mut Vm, args: &[Value], operator: char) -> Res {
    let (set, other) = (vm.heap.payload(args[0]), vm.heap.payload(args[1]));
    if !other.is(Kind::Set) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    if operator == '|' && other != set {
        // In place indeed: a large set grows by a small one at no great cost.
        for entry in vm.heap.set(other).table.entries().collect::<Vec<_>>() {
            if !has(&vm.heap, &vm.heap.set(set).table, &entry)? {
                vm.heap.set_mut(set).table.insert_new(entry.key, Value::NONE, entry.hash);
                vm.heap.charge(24);
            }
        }
        return Ok(args[0]);
    }
    let table = operate(vm, operator, set, other)?;
    replace(vm, set, table)?;
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
    let table = match args[1].bound() {
        Some(iterable) => table_of(vm, iterable)?,
        None => PyDict::default(),
    };
    replace(vm, args[0], table)
}

fn new_frozen(vm: &mut Vm, args: &[Value]) -> Res {
    let class = vm.types.frozenset;
    let set = match args[1].bound() {
        Some(set) if set.is(Kind::Set) && vm.heap.set(set).frozen => set,
        Some(iterable) => {
            let table = table_of(vm, iterable)?;
            vm.heap.new_set(table, true)
        }
        None => vm.heap.new_set(PyDict::default(), true),
    };
    Ok(vm.of_class(args[0], class, set))
}

fn copy(vm: &mut Vm, args: &[Value]) -> Res {
    if vm.heap.set(args[0]).frozen {
        return Ok(args[0]);
    }
    let table = vm.heap.set(args[0]).table.clone();
    Ok(vm.heap.new_set(table, false))
}

fn isdisjoint(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::bool(with_both(vm, args, intersection_of)?.is_empty()))
}

// Order. CPython's sets are in the order of their hash table. For numbers,
// and tuples of them, that order is the same in every run, so programs show
// it; here it is worked out for these from the order of insertion. Other
// keys' hashes differ from run to run in CPython, and theirs is the order of
// insertion.

/// Beyond this many keys working out the order would cost too much.
const MAX_ORDERED: usize = 1 << 16;
const MAX_ORDERED_TUPLES: usize = 1 << 12;

/// The keys as CPython would have them; `None` for the order of insertion.
pub(crate) fn ordered_keys(heap: &Heap, set: Value) -> Option<Vec<Value>> {
    let table = &heap.set(set).table;
    if table.len() < 2 || table.len() > MAX_ORDERED {
        return None;
    }
    let mut keys = Vec::with_capacity(table.len());
    let mut hashes = Vec::with_capacity(table.len());
    for (key, _) in table.iter() {
        if let Some(int) = key.as_small() {
            hashes.push(if int == -1 { -2 } else { int });
        } else if has_fixed_hash(heap, key, 0) && table.len() <= MAX_ORDERED_TUPLES {
            hashes.push(heap.hash(key).ok()?);
        } else {
            return None;
        }
        keys.push(key);
    }
    // In order already, as small ranges of ints mostly are.
    if hashes.windows(2).all(|pair| pair[0] < pair[1])
        && hashes[0] >= 0
        && hashes[hashes.len() - 1] < hashes.len() as i64
    {
        return Some(keys);
    }
    let mut slots: Vec<u32> = vec![NO_KEY; 8];
    for at in 0..keys.len() {
        place(&mut slots, &hashes, at as u32);
        let used = at + 1;
        if used * 5 >= (slots.len() - 1) * 3 {
            let wanted = if used > 50_000 { used * 2 } else { used * 4 };
            let old = std::mem::replace(&mut slots, vec![NO_KEY; (wanted + 1).next_power_of_two().max(8)]);
            for at in old.into_iter().filter(|&at| at != NO_KEY) {
                place(&mut slots, &hashes, at);
            }
        }
    }
    Some(slots.into_iter().filter(|&at| at != NO_KEY).map(|at| keys[at as usize]).collect())
}

const NO_KEY: u32 = u32::MAX;

/// Where `set_add_entry` of `setobject.c` puts a key.
fn place(slots: &mut [u32], hashes: &[i64], key: u32) {
    const LINEAR_PROBES: usize = 9;
    let mask = slots.len() - 1;
    let mut perturb = hashes[key as usize] as u64;
    let mut at = perturb as usize & mask;
    loop {
        let last = if at + LINEAR_PROBES <= mask { at + LINEAR_PROBES } else { at };
        for slot in &mut slots[at..=last] {
            if *slot == NO_KEY {
                *slot = key;
                return;
            }
        }
        perturb >>= 5;
        at = (at.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb as usize)) & mask;
    }
}

fn has_fixed_hash(heap: &Heap, key: Value, depth: u32) -> bool {
    heap.number(key).is_some()
        || key.is(Kind::Tuple)
            && depth < 3
            && heap.tuple(key).len() <= 8
            && heap.tuple(key).iter().all(|&item| has_fixed_hash(heap, item, depth + 1))
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
            Ok(vm.native_iterator(class, SetIter { set: args[0], keys: keys.into_iter(), size }))
        }
        None => Ok(table_iter(vm, args[0], TableItem::Key, false)),
    }
}

/// A set is looked up as the frozenset equal to it.
fn lookup_key(vm: &mut Vm, key: Value) -> Value {
    let plain = vm.heap.payload(key);
    if plain.is(Kind::Set) && !vm.heap.set(plain).frozen {
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
        vm.heap.set_mut(args[0]).table.remove_at(at);
    }
    Ok(found.is_some())
}

fn pop(vm: &mut Vm, args: &[Value]) -> Res {
    let table = &vm.heap.set(args[0]).table;
    let ordered = if table.len() <= 64 { ordered_keys(&vm.heap, args[0]) } else { None };
    let first = match ordered.as_deref() {
        Some(&[first, ..]) => (0..table.positions()).find(|&at| table.entry(at).is_some_and(|e| e.key == first)),
        _ => (0..table.positions()).find(|&at| table.entry(at).is_some()),
    };
    let table = &mut vm.heap.set_mut(args[0]).table;
    match first {
        Some(at) => Ok(table.remove_at(at).key),
        None => {
            let message = vm.str("pop from an empty set");
            Err(vm.key_error(message))
        }
    }
}

fn repr(vm: &mut Vm, args: &[Value]) -> Res {
    let set = vm.heap.payload(args[0]);
    let name = vm.type_name(args[0]);
    let items = keys_of(&vm.heap, set);
    if items.is_empty() {
        return Ok(vm.string(format!("{name}()")));
    }
    if vm.repr_running.contains(&set) {
        return Ok(vm.string(format!("{name}(...)")));
    }
    let inner = repr_items(vm, set, &items)?;
    let plain = args[0] == set && !vm.heap.set(set).frozen;
    Ok(vm.string(if plain { format!("{{{inner}}}") } else { format!("{name}({{{inner}}})") }))
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
