//! `dict`, its views, and the table functions of the prelude.
//!
//! Keys whose hash or equality is Python code are handled by the prelude,
//! which hashes and compares them in Python and reaches the entries by
//! position through [`TABLE_FUNCTIONS`].

use super::list::{repr_guarded, sort_order};
use super::set::source_of;
use super::set_table::{Keys, Source};
use crate::class::{GetterDef, getter};
use crate::gc::Tracer;
use crate::native::{NativeDef, class_method, function, method, new_method};
use crate::object::{NativeObject, PyIter, TableItem};
use crate::value::Kind;
use crate::{Entry, PyDict, Res, Throw, Value, Vm};

static METHODS: &[NativeDef] = &[
    new_method("cls, *args, **kwargs", new),
    method("__init__", "self, object=..., /, **kwargs", update).slow("dict_update"),
    class_method("fromkeys", "cls, iterable, value=None, /", fromkeys).slow("dict_fromkeys"),
    method("clear", "self, /", clear),
    method("copy", "self, /", copy),
    method("get", "self, key, default=None, /", get).slow("dict_get"),
    method("items", "self, /", |vm, args| {
        Ok(view(vm, args[0], TableItem::Pair))
    }),
    method("keys", "self, /", |vm, args| {
        Ok(view(vm, args[0], TableItem::Key))
    }),
    method("values", "self, /", |vm, args| {
        Ok(view(vm, args[0], TableItem::Value))
    }),
    method("pop", "self, key, default=..., /", pop).slow("dict_pop"),
    method("popitem", "self, /", popitem),
    method("setdefault", "self, key, default=None, /", setdefault).slow("dict_setdefault"),
    method("update", "self, object=..., /, **kwargs", update).slow("dict_update"),
    method("__len__", "self, /", |vm, args| {
        Ok(Value::count(vm.heap.dict(args[0]).len()))
    }),
    method("__getitem__", "self, key, /", getitem)
        .raw_self()
        .slow("dict_getitem"),
    method("__setitem__", "self, key, value, /", setitem).slow("dict_setitem"),
    method("__delitem__", "self, key, /", delitem).slow("dict_delitem"),
    method("__contains__", "self, key, /", contains).slow("dict_contains"),
    method("__iter__", "self, /", |vm, args| {
        Ok(table_iter(vm, args[0], TableItem::Key, false))
    }),
    method("__reversed__", "self, /", |vm, args| {
        Ok(table_iter(vm, args[0], TableItem::Key, true))
    }),
    method("__or__", "self, value, /", or).slow("dict_or"),
    method("__ror__", "self, value, /", ror).slow("dict_ror"),
    method("__ior__", "self, value, /", ior)
        .raw_self()
        .slow("dict_ior"),
    method("__eq__", "self, value, /", |vm, args| equal(vm, args, true)).slow("dict_eq"),
    method("__ne__", "self, value, /", |vm, args| {
        equal(vm, args, false)
    })
    .slow("dict_ne"),
    method("__repr__", "self, /", repr).slow("dict_repr"),
];

fn new(vm: &mut Vm, args: &[Value]) -> Res {
    let dict = vm.heap.new_dict(PyDict::default());
    Ok(vm.of_class(args[0], vm.types.dict, dict))
}

impl Vm {
    /// Sets what another table's entry says, without hashing its key again.
    fn dict_set_entry(&mut self, dict: Value, entry: Entry) -> Res<()> {
        match self
            .heap
            .find_in(self.heap.dict(dict), entry.key, entry.hash)
        {
            Ok(Some(at)) => self.heap.dict_mut(dict).set_value(at, entry.value),
            Ok(None) => {
                self.heap
                    .dict_mut(dict)
                    .insert_new(entry.key, entry.value, entry.hash);
                self.heap.charge(24);
            }
            Err(_) => return Err(Throw::Python),
        }
        Ok(())
    }

    /// `dict.update(source)` as far as no Python runs. [`Throw::Python`] may
    /// come when some entries are set already: setting them all again is the
    /// same.
    pub fn dict_update_from(&mut self, dict: Value, source: Value) -> Res<()> {
        let plain = self.heap.payload(source);
        let own_iter = || {
            plain == source
                || self
                    .lookup_special(source, self.names.iter)
                    .is_some_and(|m| m.is(Kind::Native))
        };
        if plain.is(Kind::Dict) && own_iter() {
            let entries: Vec<Entry> = self.heap.dict(plain).entries().collect();
            self.reserve(entries.len() * 24)?;
            for entry in entries {
                self.dict_set_entry(dict, entry)?;
            }
            return Ok(());
        }
        if source.is_handle() && self.lookup_special(source, self.names.keys).is_some() {
            return Err(Throw::Python);
        }
        if source.is(Kind::Instance) && self.own_attr(source, self.names.keys).is_some() {
            return Err(Throw::Python);
        }
        for item in self.collect_again(source)? {
            let Some(&[key, value]) = self.heap.as_items(item) else {
                return Err(Throw::Python);
            };
            self.dict_set(dict, key, value)?;
        }
        Ok(())
    }
}

fn update(vm: &mut Vm, args: &[Value]) -> Res {
    let &[dict, object, kwargs] = args else {
        return Err(Throw::Python);
    };
    vm.drop_contents(dict);
    if let Some(object) = object.bound() {
        vm.dict_update_from(dict, object)?;
    }
    if !vm.heap.dict(kwargs).is_empty() {
        vm.dict_update_from(dict, kwargs)?;
    }
    Ok(Value::NONE)
}

fn fromkeys(vm: &mut Vm, args: &[Value]) -> Res {
    let &[cls, iterable, value] = args else {
        return Err(Throw::Python);
    };
    if cls != vm.types.dict {
        return Err(Throw::Python);
    }
    if let Some(source) = super::set::source_with_hashes(vm, iterable) {
        vm.reserve(source.len() * 24)?;
        let mut table = PyDict::default();
        for entry in source.entries(&vm.heap) {
            table.insert_new(entry.key, value, entry.hash);
        }
        return Ok(vm.heap.new_dict(table));
    }
    let keys = vm.collect_again(iterable)?;
    let dict = vm.heap.new_dict(PyDict::default());
    for key in keys {
        vm.dict_set(dict, key, value)?;
    }
    Ok(dict)
}

fn clear(vm: &mut Vm, args: &[Value]) -> Res {
    vm.drop_contents(args[0]);
    vm.heap.dict_mut(args[0]).clear();
    Ok(Value::NONE)
}

fn copied(vm: &mut Vm, dict: Value) -> Res {
    vm.reserve(vm.heap.dict(dict).positions() * 24)?;
    let mut table = vm.heap.dict(dict).clone();
    table.set_version(0);
    Ok(vm.heap.new_dict(table))
}

fn copy(vm: &mut Vm, args: &[Value]) -> Res {
    copied(vm, args[0])
}

fn get(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(vm.dict_get(args[0], args[1])?.unwrap_or(args[2]))
}

fn pop(vm: &mut Vm, args: &[Value]) -> Res {
    if vm.heap.dict(args[0]).is_empty() {
        return args[2].bound().ok_or_else(|| vm.key_error(args[1]));
    }
    match vm.dict_remove(args[0], args[1])? {
        Some(value) => {
            vm.drop_in_native(value);
            Ok(value)
        }
        None => args[2].bound().ok_or_else(|| vm.key_error(args[1])),
    }
}

fn popitem(vm: &mut Vm, args: &[Value]) -> Res {
    match vm.heap.dict_mut(args[0]).pop_last() {
        Some(entry) => {
            let pair = vm.tuple(&[entry.key, entry.value]);
            vm.drop_in_native(pair);
            Ok(pair)
        }
        None => {
            let message = vm.str("popitem(): dictionary is empty");
            Err(vm.key_error(message))
        }
    }
}

fn setdefault(vm: &mut Vm, args: &[Value]) -> Res {
    let &[dict, key, default] = args else {
        return Err(Throw::Python);
    };
    match vm.dict_find(dict, key)? {
        (Some(at), _) => Ok(vm
            .heap
            .dict(dict)
            .entry(at)
            .map_or(default, |entry| entry.value)),
        (None, hash) => {
            vm.heap.dict_mut(dict).insert_new(key, default, hash);
            vm.heap.charge(32);
            Ok(default)
        }
    }
}

fn getitem(vm: &mut Vm, args: &[Value]) -> Res {
    let (object, key) = (args[0], args[1]);
    if let Some(value) = vm.dict_get(vm.heap.payload(object), key)? {
        return Ok(value);
    }
    if object.is(Kind::Instance)
        && let Some(missing) = vm.lookup_special(object, vm.names.missing)
    {
        return vm.ask_special(missing, object, &[key], Value::UNBOUND, |_, _, done| {
            done.value()
        });
    }
    Err(vm.key_error(key))
}

fn setitem(vm: &mut Vm, args: &[Value]) -> Res {
    vm.dict_set(args[0], args[1], args[2])?;
    Ok(Value::NONE)
}

fn delitem(vm: &mut Vm, args: &[Value]) -> Res {
    match vm.dict_remove(args[0], args[1])? {
        Some(_) => Ok(Value::NONE),
        None => Err(vm.key_error(args[1])),
    }
}

fn contains(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::bool(vm.dict_find(args[0], args[1])?.0.is_some()))
}

/// An iterator over a dict or a set.
pub(super) fn table_iter(vm: &mut Vm, table: Value, what: TableItem, reversed: bool) -> Value {
    let entries = if table.is(Kind::Set) {
        &vm.heap.set(table).table
    } else {
        vm.heap.dict(table)
    };
    let size = entries.len();
    let at = if reversed {
        entries.positions()
    } else {
        entries.first().unwrap_or(0)
    };
    vm.heap.new_iter(PyIter::Table {
        table,
        at,
        size,
        left: size,
        what,
        reversed,
    })
}

fn or(vm: &mut Vm, args: &[Value]) -> Res {
    merged(vm, args[0], args[1], args[1])
}

fn ror(vm: &mut Vm, args: &[Value]) -> Res {
    merged(vm, args[1], args[0], args[1])
}

fn merged(vm: &mut Vm, first: Value, second: Value, foreign: Value) -> Res {
    if !vm.heap.payload(foreign).is(Kind::Dict) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let dict = copied(vm, vm.heap.payload(first))?;
    vm.dict_update_from(dict, second)?;
    Ok(dict)
}

fn ior(vm: &mut Vm, args: &[Value]) -> Res {
    vm.dict_update_from(vm.heap.payload(args[0]), args[1])?;
    Ok(args[0])
}

fn equal(vm: &mut Vm, args: &[Value], wanted: bool) -> Res {
    let other = vm.heap.payload(args[1]);
    if !other.is(Kind::Dict) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    Ok(Value::bool(vm.equal(args[0], other)? == wanted))
}

fn repr(vm: &mut Vm, args: &[Value]) -> Res {
    if vm.heap.dict(args[0]).is_empty() {
        return Ok(vm.str("{}"));
    }
    if vm.repr_running.contains(&args[0]) {
        return Ok(vm.str("{...}"));
    }
    let entries: Vec<(Value, Value)> = vm.heap.dict(args[0]).iter().collect();
    let text = repr_guarded(vm, args[0], |vm| {
        let mut text = String::from("{");
        for (at, &(key, value)) in entries.iter().enumerate() {
            if at > 0 {
                text.push_str(", ");
            }
            text.push_str(&vm.repr(key)?);
            text.push_str(": ");
            text.push_str(&vm.repr(value)?);
            vm.reserve(text.len())?;
        }
        text.push('}');
        Ok(text)
    })?;
    Ok(vm.string(text))
}

// Views.

/// `dict.keys()`, `dict.values()` or `dict.items()`.
pub struct DictView {
    pub dict: Value,
    pub what: TableItem,
    class: Value,
}

impl NativeObject for DictView {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.dict);
    }
}

fn view(vm: &mut Vm, dict: Value, what: TableItem) -> Value {
    let class = match what {
        TableItem::Key => vm.types.dict_keys,
        TableItem::Value => vm.types.dict_values,
        TableItem::Pair => vm.types.dict_items,
    };
    vm.heap.new_object(DictView { dict, what, class })
}

fn view_parts(vm: &Vm, view: Value) -> (Value, TableItem) {
    match vm.heap.downcast::<DictView>(view) {
        Some(view) => (view.dict, view.what),
        None => (Value::NONE, TableItem::Key),
    }
}

static VIEW_METHODS: &[NativeDef] = &[
    method("__len__", "self, /", |vm, args| {
        let (dict, _) = view_parts(vm, args[0]);
        Ok(Value::count(vm.heap.dict(dict).len()))
    }),
    method("__iter__", "self, /", |vm, args| {
        let (dict, what) = view_parts(vm, args[0]);
        Ok(table_iter(vm, dict, what, false))
    }),
    method("__reversed__", "self, /", |vm, args| {
        let (dict, what) = view_parts(vm, args[0]);
        Ok(table_iter(vm, dict, what, true))
    }),
    method("__repr__", "self, /", view_repr).slow("view_repr"),
];

static VIEW_GETTERS: &[GetterDef] = &[getter("mapping", |vm, view| {
    let (dict, _) = view_parts(vm, view);
    Err(vm.tail_call(vm.types.mapping_proxy, &[dict]))
})];

static SET_VIEW_METHODS: &[NativeDef] = &[
    method("__contains__", "self, key, /", view_contains).slow("view_contains"),
    method("isdisjoint", "self, other, /", view_isdisjoint).slow("view_isdisjoint"),
    method("__and__", "self, value, /", |vm, args| {
        view_operation(vm, args, "&", false)
    })
    .slow("view_and"),
    method("__rand__", "self, value, /", |vm, args| {
        view_operation(vm, args, "&", true)
    })
    .slow("view_rand"),
    method("__or__", "self, value, /", |vm, args| {
        view_operation(vm, args, "|", false)
    })
    .slow("view_or"),
    method("__ror__", "self, value, /", |vm, args| {
        view_operation(vm, args, "|", true)
    })
    .slow("view_ror"),
    method("__sub__", "self, value, /", |vm, args| {
        view_operation(vm, args, "-", false)
    })
    .slow("view_sub"),
    method("__rsub__", "self, value, /", |vm, args| {
        view_operation(vm, args, "-", true)
    })
    .slow("view_rsub"),
    method("__xor__", "self, value, /", |vm, args| {
        view_operation(vm, args, "^", false)
    })
    .slow("view_xor"),
    method("__rxor__", "self, value, /", |vm, args| {
        view_operation(vm, args, "^", true)
    })
    .slow("view_rxor"),
    method("__eq__", "self, value, /", view_compare).slow("view_eq"),
    method("__ne__", "self, value, /", view_compare).slow("view_ne"),
    method("__lt__", "self, value, /", view_compare).slow("view_lt"),
    method("__le__", "self, value, /", view_compare).slow("view_le"),
    method("__gt__", "self, value, /", view_compare).slow("view_gt"),
    method("__ge__", "self, value, /", view_compare).slow("view_ge"),
];

fn view_items(vm: &mut Vm, view: Value) -> Vec<Value> {
    let (dict, what) = view_parts(vm, view);
    let entries: Vec<(Value, Value)> = vm.heap.dict(dict).iter().collect();
    let item = |(key, value): (Value, Value)| match what {
        TableItem::Key => key,
        TableItem::Value => value,
        TableItem::Pair => vm.heap.new_tuple([key, value]),
    };
    entries.into_iter().map(item).collect()
}

fn view_repr(vm: &mut Vm, args: &[Value]) -> Res {
    let view = args[0];
    let name = vm.plain_type_name(view);
    // The view stands for its dict: `d['k'] = d.items()` is recursive too.
    if vm.repr_running.contains(&view) {
        return Ok(vm.str("..."));
    }
    let items = view_items(vm, view);
    let inner = super::list::repr_items(vm, view, &items)?;
    Ok(vm.string(format!("{name}([{inner}])")))
}

fn view_contains(vm: &mut Vm, args: &[Value]) -> Res {
    let (dict, what) = view_parts(vm, args[0]);
    if what == TableItem::Key {
        return contains(vm, &[dict, args[1]]);
    }
    let pair = vm.heap.payload(args[1]);
    if !pair.is(Kind::Tuple) {
        return Ok(Value::FALSE);
    }
    let &[key, value] = vm.heap.tuple(pair) else {
        return Ok(Value::FALSE);
    };
    match vm.dict_get(dict, key)? {
        Some(found) => Ok(Value::bool(vm.same_or_equal(found, value)?)),
        None => Ok(Value::FALSE),
    }
}

fn view_isdisjoint(vm: &mut Vm, args: &[Value]) -> Res {
    for item in vm.collect_again(args[1])? {
        if view_contains(vm, &[args[0], item])? == Value::TRUE {
            return Ok(Value::FALSE);
        }
    }
    Ok(Value::TRUE)
}

/// The view's items for a set.
fn view_source(vm: &mut Vm, view: Value) -> Res<Source> {
    let (dict, what) = view_parts(vm, view);
    if what == TableItem::Key {
        return Ok(Source::Dict(vm.heap.dict(dict).entries().collect()));
    }
    let mut entries = Vec::new();
    for key in view_items(vm, view) {
        let hash = vm.key_hash(key)?;
        entries.push(Entry {
            key,
            value: Value::NONE,
            hash,
        });
    }
    Ok(Source::Items(entries))
}

fn view_operation(vm: &mut Vm, args: &[Value], operator: &str, swapped: bool) -> Res {
    if vm.heap.payload(args[1]).is_handle() {
        let own = view_source(vm, args[0])?;
        let other = source_of(vm, args[1])?;
        let own_first = operator == "&" && {
            let set = vm.heap.payload(args[1]).is(Kind::Set) && other.len() <= own.len();
            let view = vm.heap.downcast::<DictView>(args[1]).is_some() && other.len() > own.len();
            set || view
        };
        let heap = &vm.heap;
        let keys = if operator == "&" {
            // Goes through the smaller one, in its order.
            let (each, within) = if own_first {
                (own, other)
            } else {
                (other, own)
            };
            Keys::from_source(heap, within)?
                .intersection(heap, Source::Items(each.entries(heap)))?
        } else {
            let (left, right) = if swapped { (other, own) } else { (own, other) };
            let left = Keys::from_source(heap, left)?;
            match operator {
                "|" => left.union(heap, right)?,
                "-" => left.without(heap, right)?,
                _ => left.toggle(heap, Keys::from_source(heap, right)?)?,
            }
        };
        return Ok(vm.heap.new_set_of(keys, false));
    }
    let message = format!("'{}' object is not iterable", vm.type_name(args[1]));
    Err(vm.type_error(message))
}

/// Comparisons need no more than `len` and `in`, which the prelude asks.
fn view_compare(vm: &mut Vm, args: &[Value]) -> Res {
    let other = vm.heap.payload(args[1]);
    let set_like = other.is(Kind::Set)
        || vm
            .heap
            .downcast::<DictView>(other)
            .is_some_and(|view| view.what != TableItem::Value);
    if set_like {
        Err(Throw::Python)
    } else {
        Ok(Value::NOT_IMPLEMENTED)
    }
}

// For the prelude.

/// Raw access to dicts and sets by position, and what else the prelude's
/// versions of the natives here need.
pub static TABLE_FUNCTIONS: &[NativeDef] = &[
    function("table_len", "table, /", |vm, args| {
        with_table(vm, args[0], |table| Value::count(table.len()))
    }),
    function("table_find", "table, key, hash, /", table_find),
    function("table_candidates", "table, hash, /", |vm, args| {
        let hash = vm.as_i64(args[1]).unwrap_or(0);
        let plain = table(vm, args[0])?.candidates(crate::table_hash(hash));
        Ok(vm.list(plain.into_iter().map(Value::count).collect()))
    }),
    function("table_key", "table, position, /", |vm, args| {
        Ok(table_entry(vm, args)?.key)
    }),
    function("table_value", "table, position, /", |vm, args| {
        Ok(table_entry(vm, args)?.value)
    }),
    function("table_set", "table, position, value, /", |vm, args| {
        table_entry(vm, args)?;
        let at = args[1].as_small().unwrap_or(0) as usize;
        let dict = vm.heap.payload(args[0]);
        if dict.is(Kind::Dict) {
            vm.heap.dict_mut(dict).set_value(at, args[2]);
        }
        Ok(Value::NONE)
    }),
    function("table_insert", "table, key, value, hash, /", table_insert),
    function("table_remove", "table, position, /", |vm, args| {
        table_entry(vm, args)?;
        let at = args[1].as_small().unwrap_or(0) as usize;
        let table = vm.heap.payload(args[0]);
        if table.is(Kind::Set) {
            vm.heap.set_mut(table).table.remove_at(at);
        } else {
            vm.heap.dict_mut(table).remove_at(at);
        }
        Ok(Value::NONE)
    }),
    // Positions of the keys in sorted order.
    function("sort_order", "keys, reverse, /", sort_order),
    // The items at these positions.
    function("pick", "items, positions, /", |vm, args| {
        let items = vm.heap.as_items(args[0]).unwrap_or(&[]);
        let positions = vm.heap.as_items(args[1]).unwrap_or(&[]);
        let at = |at: &Value| at.as_small().and_then(|at| items.get(at as usize).copied());
        let picked = positions.iter().filter_map(at).collect();
        Ok(vm.list(picked))
    }),
    // The built-in value of an instance of a subclass of a built-in type.
    function("plain", "value, /", |vm, args| Ok(vm.heap.payload(args[0]))),
    function("view_dict", "view, /", |vm, args| {
        Ok(view_parts(vm, args[0]).0)
    }),
    function("replaced_stdout", "", super::functions::replaced_stdout),
    function("ascii_escaped", "text, /", |vm, args| {
        let text = super::functions::ascii_escaped(vm.as_text(args[0]).unwrap_or(""));
        Ok(vm.string(text))
    }),
];

fn table(vm: &mut Vm, value: Value) -> Res<&PyDict> {
    let plain = vm.heap.payload(value);
    match plain.kind() {
        Some(Kind::Set) => Ok(&vm.heap.set(plain).table),
        Some(Kind::Dict) => Ok(vm.heap.dict(plain)),
        _ => Err(vm.type_error("a dict or a set is needed")),
    }
}

fn with_table(vm: &mut Vm, value: Value, read: impl FnOnce(&PyDict) -> Value) -> Res {
    Ok(read(table(vm, value)?))
}

fn table_entry(vm: &mut Vm, args: &[Value]) -> Res<Entry> {
    let at = args[1].as_small().unwrap_or(-1);
    let found = table(vm, args[0])?.entry(usize::try_from(at).unwrap_or(usize::MAX));
    match found {
        Some(entry) => Ok(entry),
        None => {
            let is_set = vm.heap.payload(args[0]).is(Kind::Set);
            let what = if is_set { "Set" } else { "dictionary" };
            Err(vm.runtime_error(format!("{what} changed size during iteration")))
        }
    }
}

/// Position of the key, -1, or the list of the positions that only Python can
/// compare.
fn table_find(vm: &mut Vm, args: &[Value]) -> Res {
    let (key, hash) = (args[1], vm.as_i64(args[2]).unwrap_or(0));
    let hash = vm.heap.fold(key, hash);
    table(vm, args[0])?;
    let plain = vm.heap.payload(args[0]);
    let table = if plain.is(Kind::Set) {
        &vm.heap.set(plain).table
    } else {
        vm.heap.dict(plain)
    };
    match vm.heap.find_in(table, key, hash) {
        Ok(Some(at)) => Ok(Value::count(at)),
        Ok(None) => Ok(Value::int32(-1)),
        Err(_) => {
            let positions = table
                .candidates(hash)
                .into_iter()
                .map(Value::count)
                .collect();
            Ok(vm.list(positions))
        }
    }
}

fn table_insert(vm: &mut Vm, args: &[Value]) -> Res {
    let &[table, key, value, hash] = args else {
        return Err(Throw::Python);
    };
    let hash = vm.as_i64(hash).unwrap_or(0);
    let hash = vm.heap.fold(key, hash);
    let table = vm.heap.payload(table);
    match table.kind() {
        Some(Kind::Set) => vm
            .heap
            .set_mut(table)
            .table
            .insert_new(key, Value::NONE, hash),
        Some(Kind::Dict) => vm.heap.dict_mut(table).insert_new(key, value, hash),
        _ => return Err(vm.type_error("a dict or a set is needed")),
    };
    vm.heap.charge(32);
    Ok(Value::NONE)
}

pub(crate) fn register(vm: &mut Vm) {
    let dict = vm.types.dict;
    vm.add_methods(dict, METHODS);
    vm.set_type_attr(dict, "__hash__", Value::NONE);
    vm.heap.ty_mut(dict).flags.unhashable = true;
    for ty in [
        vm.types.dict_keys,
        vm.types.dict_values,
        vm.types.dict_items,
    ] {
        vm.add_methods(ty, VIEW_METHODS);
        vm.add_getters(ty, VIEW_GETTERS);
    }
    for ty in [vm.types.dict_keys, vm.types.dict_items] {
        vm.add_methods(ty, SET_VIEW_METHODS);
        vm.set_type_attr(ty, "__hash__", Value::NONE);
        let flags = &mut vm.heap.ty_mut(ty).flags;
        flags.unhashable = true;
        flags.custom_eq = true;
    }
}
