//! `list`.

use std::cmp::Ordering;

use airlock_bytecode::CmpOp;

use super::iters::{has_python_operator, repeat_count, repeated, sequence_index};
use super::slice::PySlice;
use crate::gc::Tracer;
use crate::native::{NativeDef, method, new_method};
use crate::object::{NativeObject, PyIter};
use crate::protocol::SliceRange;
use crate::value::Kind;
use crate::{Completion, Number, Res, Throw, Value, Vm};

/// Of tuples too.
pub(super) static COMPARISONS: &[NativeDef] = crate::comparisons!(compare, "seq");

static METHODS: &[NativeDef] = &[
    new_method("cls, *args, **kwargs", new),
    method("__init__", "self, iterable=..., /", init),
    method("append", "self, object, /", append),
    method("clear", "self, /", clear),
    method("copy", "self, /", copy),
    method("count", "self, value, /", count).slow("seq_count"),
    method("extend", "self, iterable, /", extend),
    method("index", "self, value, start=0, stop=..., /", index).slow("list_index"),
    method("insert", "self, index, object, /", insert).slow("list_insert"),
    method("pop", "self, index=-1, /", pop).slow("list_pop"),
    method("remove", "self, value, /", remove).slow("list_remove"),
    method("reverse", "self, /", reverse),
    method("sort", "self, /, *, key=None, reverse=False", sort).slow("list_sort"),
    method("__len__", "self, /", |vm, args| {
        Ok(Value::count(vm.heap.list(args[0]).len()))
    }),
    method("__getitem__", "self, index, /", getitem).slow("seq_getitem"),
    method("__setitem__", "self, key, value, /", setitem).slow("seq_setitem"),
    method("__delitem__", "self, key, /", delitem).slow("seq_delitem"),
    method("__contains__", "self, key, /", contains).slow("seq_contains"),
    method("__iter__", "self, /", iter),
    method("__reversed__", "self, /", reversed),
    method("__add__", "self, value, /", add),
    method("__iadd__", "self, value, /", iadd).raw_self(),
    method("__mul__", "self, value, /", mul).slow("seq_mul"),
    method("__rmul__", "self, value, /", mul).slow("seq_mul"),
    method("__imul__", "self, value, /", imul)
        .raw_self()
        .slow("list_imul"),
    method("__repr__", "self, /", repr).slow("list_repr"),
];

fn new(vm: &mut Vm, args: &[Value]) -> Res {
    let list = vm.list(Vec::new());
    Ok(vm.of_class(args[0], vm.types.list, list))
}

fn init(vm: &mut Vm, args: &[Value]) -> Res {
    let items = match args[1].bound() {
        Some(iterable) => vm.collect_own(iterable)?,
        None => Vec::new(),
    };
    vm.reserve(items.len() * 8)?;
    vm.heap.charge(items.len() * 8);
    *vm.heap.list_mut(args[0]) = items;
    Ok(Value::NONE)
}

fn append(vm: &mut Vm, args: &[Value]) -> Res {
    vm.heap.list_mut(args[0]).push(args[1]);
    vm.heap.charge(8);
    Ok(Value::NONE)
}

fn clear(vm: &mut Vm, args: &[Value]) -> Res {
    let items = std::mem::take(vm.heap.list_mut(args[0]));
    vm.drop_all_in_native(items.into_iter().rev());
    Ok(Value::NONE)
}

fn copy(vm: &mut Vm, args: &[Value]) -> Res {
    let items = vm.heap.list(args[0]).clone();
    vm.reserve(items.len() * 8)?;
    Ok(vm.list(items))
}

fn extend(vm: &mut Vm, args: &[Value]) -> Res {
    let items = vm.collect(args[1])?;
    vm.reserve(items.len() * 8)?;
    vm.heap.charge(items.len() * 8);
    vm.heap.list_mut(args[0]).extend(items);
    Ok(Value::NONE)
}

/// `count` of lists and tuples.
pub(super) fn count(vm: &mut Vm, args: &[Value]) -> Res {
    let mut count = 0;
    for at in 0..length(vm, args[0]) {
        let Some(item) = item(vm, args[0], at) else {
            break;
        };
        count += vm.same_or_equal(item, args[1])? as usize;
    }
    Ok(Value::count(count))
}

fn length(vm: &Vm, sequence: Value) -> usize {
    vm.heap.as_items(sequence).map_or(0, <[Value]>::len)
}

fn item(vm: &Vm, sequence: Value, at: usize) -> Option<Value> {
    vm.heap.as_items(sequence)?.get(at).copied()
}

/// The position of a value between the bounds that `index` takes.
pub(super) fn find(vm: &mut Vm, args: &[Value]) -> Res<Option<usize>> {
    let length = length(vm, args[0]);
    let mut bound = |value: Value, default: i64| -> Res<usize> {
        let Some(value) = value.bound() else {
            return Ok(default as usize);
        };
        let index = vm.slice_index(value)?;
        Ok(if index < 0 {
            index.saturating_add(length as i64).max(0)
        } else {
            index
        } as usize)
    };
    let start = bound(args[2], 0)?;
    let stop = bound(args[3], length as i64)?.min(length);
    for at in start..stop {
        let Some(item) = item(vm, args[0], at) else {
            break;
        };
        if vm.same_or_equal(item, args[1])? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

fn index(vm: &mut Vm, args: &[Value]) -> Res {
    match find(vm, args)? {
        Some(at) => Ok(Value::count(at)),
        None => Err(vm.value_error("list.index(x): x not in list")),
    }
}

fn insert(vm: &mut Vm, args: &[Value]) -> Res {
    let index = vm.index_exact(args[1])?;
    let list = vm.heap.list_mut(args[0]);
    let length = list.len() as i64;
    let at = if index < 0 {
        index.saturating_add(length).max(0)
    } else {
        index.min(length)
    };
    list.insert(at as usize, args[2]);
    vm.heap.charge(8);
    Ok(Value::NONE)
}

fn pop(vm: &mut Vm, args: &[Value]) -> Res {
    let index = vm.index_exact(args[1])?;
    let list = vm.heap.list_mut(args[0]);
    if list.is_empty() {
        return Err(vm.index_error("pop from empty list"));
    }
    match Vm::position(index, list.len()) {
        Some(at) => {
            let item = list.remove(at);
            vm.drop_in_native(item);
            Ok(item)
        }
        None => Err(vm.index_error("pop index out of range")),
    }
}

fn remove(vm: &mut Vm, args: &[Value]) -> Res {
    match find(vm, &[args[0], args[1], Value::UNBOUND, Value::UNBOUND])? {
        Some(at) => {
            let item = vm.heap.list_mut(args[0]).remove(at);
            vm.drop_in_native(item);
            Ok(Value::NONE)
        }
        None => Err(vm.value_error("list.remove(x): x not in list")),
    }
}

fn reverse(vm: &mut Vm, args: &[Value]) -> Res {
    vm.heap.list_mut(args[0]).reverse();
    Ok(Value::NONE)
}

fn is_slice(vm: &Vm, key: Value) -> bool {
    vm.heap.downcast::<PySlice>(key).is_some()
}

/// The items that a slice selects.
pub(crate) fn sliced(items: &[Value], range: SliceRange) -> Vec<Value> {
    if range.step == 1 {
        let start = range.start as usize;
        return items[start..start + range.count].to_vec();
    }
    range.positions().map(|at| items[at]).collect()
}

fn getitem(vm: &mut Vm, args: &[Value]) -> Res {
    let (list, key) = (args[0], args[1]);
    if is_slice(vm, key) {
        let range = vm.slice_indices(key, vm.heap.list(list).len())?;
        vm.reserve(range.count * 8)?;
        let items = sliced(vm.heap.list(list), range);
        return Ok(vm.list(items));
    }
    let index = sequence_index(vm, key, "list")?;
    let items = vm.heap.list(list);
    match Vm::position(index, items.len()) {
        Some(at) => Ok(items[at]),
        None => Err(vm.index_error("list index out of range")),
    }
}

fn setitem(vm: &mut Vm, args: &[Value]) -> Res {
    let &[list, key, value] = args else {
        return Err(Throw::Python);
    };
    if is_slice(vm, key) {
        return set_slice(vm, list, key, value);
    }
    let index = sequence_index(vm, key, "list")?;
    let items = vm.heap.list_mut(list);
    match Vm::position(index, items.len()) {
        Some(at) => {
            let old = std::mem::replace(&mut items[at], value);
            vm.drop_in_native(old);
            Ok(Value::NONE)
        }
        None => Err(vm.index_error("list assignment index out of range")),
    }
}

fn set_slice(vm: &mut Vm, list: Value, key: Value, value: Value) -> Res {
    let iterable = vm.heap.payload(value).is_handle()
        && (value.is(Kind::Iter)
            || value.is(Kind::Generator)
            || vm.lookup_special(value, vm.names.iter).is_some()
            || vm.lookup_special(value, vm.names.getitem).is_some());
    let range = vm.slice_indices(key, vm.heap.list(list).len())?;
    if !iterable {
        return Err(vm.type_error(if range.step == 1 {
            "can only assign an iterable"
        } else {
            "must assign iterable to extended slice"
        }));
    }
    let new = vm.collect(value)?;
    vm.drop_contents(list);
    vm.reserve(new.len() * 8)?;
    if range.step == 1 {
        vm.heap.charge(new.len() * 8);
        let items = vm.heap.list_mut(list);
        let start = range.start as usize;
        items.splice(start..start + range.count, new);
        return Ok(Value::NONE);
    }
    if new.len() != range.count {
        let message = format!(
            "attempt to assign sequence of size {} to extended slice of size {}",
            new.len(),
            range.count
        );
        return Err(vm.value_error(message));
    }
    let items = vm.heap.list_mut(list);
    for (at, value) in range.positions().zip(new) {
        items[at] = value;
    }
    Ok(Value::NONE)
}

fn delitem(vm: &mut Vm, args: &[Value]) -> Res {
    let (list, key) = (args[0], args[1]);
    if is_slice(vm, key) {
        let range = vm.slice_indices(key, vm.heap.list(list).len())?;
        vm.drop_contents(list);
        let items = vm.heap.list_mut(list);
        if range.step == 1 {
            let start = range.start as usize;
            items.drain(start..start + range.count);
        } else if range.count > 0 {
            let last = range.start + (range.count as i64 - 1) * range.step;
            let (first, step) = (range.start.min(last), range.step.abs());
            let mut at = -1;
            items.retain(|_| {
                at += 1;
                let offset = at - first;
                !(offset >= 0 && offset % step == 0 && offset / step < range.count as i64)
            });
        }
        return Ok(Value::NONE);
    }
    let index = sequence_index(vm, key, "list")?;
    let items = vm.heap.list_mut(list);
    match Vm::position(index, items.len()) {
        Some(at) => {
            let item = items.remove(at);
            vm.drop_in_native(item);
            Ok(Value::NONE)
        }
        None => Err(vm.index_error("list assignment index out of range")),
    }
}

/// `in` for lists and tuples.
pub(super) fn contains(vm: &mut Vm, args: &[Value]) -> Res {
    let found = find(vm, &[args[0], args[1], Value::UNBOUND, Value::UNBOUND])?;
    Ok(Value::bool(found.is_some()))
}

fn iter(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(vm.heap.new_iter(PyIter::List {
        list: args[0],
        at: 0,
    }))
}

fn reversed(vm: &mut Vm, args: &[Value]) -> Res {
    let next = vm.heap.list(args[0]).len().checked_sub(1);
    Ok(vm.heap.new_iter(PyIter::Reversed {
        list: args[0],
        next,
    }))
}

fn add(vm: &mut Vm, args: &[Value]) -> Res {
    let other = vm.heap.payload(args[1]);
    if !other.is(Kind::List) {
        if has_python_operator(vm, args[1], vm.names.radd) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let message = format!(
            "can only concatenate list (not \"{}\") to list",
            vm.type_name(args[1])
        );
        return Err(vm.type_error(message));
    }
    let (a, b) = (vm.heap.list(args[0]), vm.heap.list(other));
    let total = a.len() + b.len();
    vm.reserve(total * 8)?;
    vm.count_copy(total);
    let items = [&vm.heap.list(args[0])[..], &vm.heap.list(other)[..]].concat();
    Ok(vm.list(items))
}

fn iadd(vm: &mut Vm, args: &[Value]) -> Res {
    extend(vm, &[vm.heap.payload(args[0]), args[1]])?;
    Ok(args[0])
}

fn mul(vm: &mut Vm, args: &[Value]) -> Res {
    let Some(count) = repeat_count(vm, args[1])? else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let items = std::mem::take(vm.heap.list_mut(args[0]));
    let all = repeated(vm, &items, count);
    *vm.heap.list_mut(args[0]) = items;
    let all = all?;
    Ok(vm.list(all))
}

fn imul(vm: &mut Vm, args: &[Value]) -> Res {
    let Some(count) = repeat_count(vm, args[1])? else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let list = vm.heap.payload(args[0]);
    let items = vm.heap.list(list).clone();
    let all = repeated(vm, &items, count)?;
    vm.heap.charge(all.len().saturating_sub(items.len()) * 8);
    vm.drop_contents(list);
    *vm.heap.list_mut(list) = all;
    Ok(args[0])
}

/// The comparisons of lists and tuples.
fn compare(vm: &mut Vm, args: &[Value], op: CmpOp) -> Res {
    let other = vm.heap.payload(args[1]);
    if other.kind() != args[0].kind() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    Ok(Value::bool(vm.compare(op, args[0], other)?))
}

fn repr(vm: &mut Vm, args: &[Value]) -> Res {
    if vm.heap.list(args[0]).is_empty() {
        return Ok(vm.str("[]"));
    }
    if vm.repr_running.contains(&args[0]) {
        return Ok(vm.str("[...]"));
    }
    let items = vm.heap.list(args[0]).clone();
    let inner = repr_items(vm, args[0], &items)?;
    Ok(vm.string(format!("[{inner}]")))
}

/// The items' reprs, joined; `container` is guarded against recursion.
pub(super) fn repr_items(vm: &mut Vm, container: Value, items: &[Value]) -> Res<String> {
    repr_guarded(vm, container, |vm| {
        let mut text = String::new();
        for (at, &item) in items.iter().enumerate() {
            if at > 0 {
                text.push_str(", ");
            }
            text.push_str(&vm.repr(item)?);
            if text.len() > 1 << 20 {
                vm.reserve(text.len())?;
            }
        }
        Ok(text)
    })
}

/// Runs `write` while `container` is noted as being printed. Nesting beyond
/// what the Rust stack should bear is left to Python.
pub(super) fn repr_guarded(
    vm: &mut Vm,
    container: Value,
    write: impl FnOnce(&mut Vm) -> Res<String>,
) -> Res<String> {
    if vm.repr_running.len() >= 32 {
        return Err(Throw::Python);
    }
    vm.repr_running.push(container);
    let text = write(vm);
    vm.repr_running.pop();
    text
}

// Sorting.

fn sort(vm: &mut Vm, args: &[Value]) -> Res {
    let &[list, key, reverse] = args else {
        return Err(Throw::Python);
    };
    if !key.is_none() {
        return Err(Throw::Python);
    }
    let reverse = vm.truthy(reverse)?;
    let mut items = vm.heap.list(list).clone();
    sort_values(vm, &mut items, reverse)?;
    *vm.heap.list_mut(list) = items;
    Ok(Value::NONE)
}

/// Sorts values that compare without Python; stable, and stable in reverse
/// as well. [`Throw::Python`] if some do not.
pub(crate) fn sort_values(vm: &mut Vm, items: &mut Vec<Value>, reverse: bool) -> Res<()> {
    let order = sorted_order(vm, items, reverse)?;
    *items = order.into_iter().map(|at| items[at as usize]).collect();
    Ok(())
}

/// The positions of `keys` in sorted order.
pub(crate) fn sorted_order(vm: &mut Vm, keys: &[Value], reverse: bool) -> Res<Vec<u32>> {
    let mut order: Vec<u32> = (0..keys.len() as u32).collect();
    if keys.len() < 2 {
        return Ok(order);
    }
    // Reversed before and after: equal keys keep their order in reverse too.
    if reverse {
        order.reverse();
    }
    sort_positions(vm, keys, &mut order)?;
    if reverse {
        order.reverse();
    }
    Ok(order)
}

fn sort_positions(vm: &mut Vm, keys: &[Value], order: &mut Vec<u32>) -> Res<()> {
    let key = |at: u32| keys[at as usize];
    if keys.iter().all(|key| key.is_small()) {
        order.sort_by_key(|&at| key(at).as_small());
        return Ok(());
    }
    let heap = &vm.heap;
    if keys.iter().all(|key| key.is(Kind::Str)) {
        order.sort_by(|&a, &b| heap.str(key(a)).cmp(heap.str(key(b))));
        return Ok(());
    }
    let ordered = |key: &Value| match heap.number(*key) {
        Some(Number::Float(float)) => !float.is_nan(),
        Some(_) => true,
        None => false,
    };
    if keys.iter().all(ordered) {
        order.sort_by(|&a, &b| match (heap.number(key(a)), heap.number(key(b))) {
            (Some(a), Some(b)) => a.compare(&b).unwrap_or(Ordering::Equal),
            _ => Ordering::Equal,
        });
        return Ok(());
    }
    merge_sort(order, &mut |a, b| vm.compare(CmpOp::Lt, key(a), key(b)))
}

/// A stable merge sort that asks only "less than" and, unlike the standard
/// library's, bears answers that contradict each other.
fn merge_sort(order: &mut Vec<u32>, less: &mut impl FnMut(u32, u32) -> Res<bool>) -> Res<()> {
    const RUN: usize = 16;
    let length = order.len();
    for start in (0..length).step_by(RUN) {
        let end = (start + RUN).min(length);
        for at in start + 1..end {
            let item = order[at];
            let mut to = at;
            while to > start && less(item, order[to - 1])? {
                order[to] = order[to - 1];
                to -= 1;
            }
            order[to] = item;
        }
    }
    let mut width = RUN;
    let mut merged = Vec::with_capacity(length);
    while width < length {
        merged.clear();
        for start in (0..length).step_by(width * 2) {
            let middle = (start + width).min(length);
            let end = (start + width * 2).min(length);
            let (mut left, mut right) = (start, middle);
            if middle == end || !less(order[middle], order[middle - 1])? {
                // Already in order.
                merged.extend_from_slice(&order[start..end]);
                continue;
            }
            while left < middle && right < end {
                if less(order[right], order[left])? {
                    merged.push(order[right]);
                    right += 1;
                } else {
                    merged.push(order[left]);
                    left += 1;
                }
            }
            merged.extend_from_slice(&order[left..middle]);
            merged.extend_from_slice(&order[right..end]);
        }
        std::mem::swap(order, &mut merged);
        width *= 2;
    }
    Ok(())
}

/// `sort_order(keys, reverse)` of the prelude: the positions of the keys in
/// sorted order, by whatever `<` of theirs.
pub(super) fn sort_order(vm: &mut Vm, args: &[Value]) -> Res {
    let keys = vm.heap.as_items(args[0]).unwrap_or(&[]).to_vec();
    let reverse = args[1] == Value::TRUE;
    match sorted_order(vm, &keys, reverse) {
        Ok(order) => Ok(positions_list(vm, order)),
        Err(Throw::Python) => {
            let mut order: Vec<u32> = (0..keys.len() as u32).collect();
            if reverse {
                order.reverse();
            }
            let class = vm.types.object;
            let mut sorter = Sorter::new(keys, order, reverse, class);
            sorter.begin_pair();
            let sorter = vm.heap.new_object(sorter);
            run_sorter(vm, sorter)
        }
        Err(other) => Err(other),
    }
}

fn positions_list(vm: &mut Vm, order: Vec<u32>) -> Value {
    vm.list(
        order
            .into_iter()
            .map(|at| Value::count(at as usize))
            .collect(),
    )
}

/// A merge sort that can be left at each comparison and gone on with. Runs of
/// `width` positions in `order` are merged in pairs into `merged`.
struct Sorter {
    keys: Vec<Value>,
    order: Vec<u32>,
    merged: Vec<u32>,
    width: usize,
    /// Where the pair of runs begins.
    start: usize,
    left: usize,
    right: usize,
    /// Whether the pair is known not to be in order as it is.
    merging: bool,
    reverse: bool,
    class: Value,
}

impl NativeObject for Sorter {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&self.keys);
    }
    fn bytes(&self) -> usize {
        64 + self.keys.len() * 16
    }
}

impl Sorter {
    fn new(keys: Vec<Value>, order: Vec<u32>, reverse: bool, class: Value) -> Sorter {
        Sorter {
            keys,
            order,
            merged: Vec::new(),
            width: 1,
            start: 0,
            left: 0,
            right: 0,
            merging: false,
            reverse,
            class,
        }
    }

    fn middle(&self) -> usize {
        (self.start + self.width).min(self.order.len())
    }

    fn end(&self) -> usize {
        (self.start + self.width * 2).min(self.order.len())
    }

    fn begin_pair(&mut self) {
        self.left = self.start;
        self.right = self.middle();
        self.merging = false;
    }

    /// The keys to be compared next; `None` when all is sorted.
    fn question(&mut self) -> Option<(Value, Value)> {
        let key = |sorter: &Sorter, at: usize| sorter.keys[sorter.order[at] as usize];
        loop {
            let length = self.order.len();
            if self.width >= length {
                return None;
            }
            let (middle, end) = (self.middle(), self.end());
            if self.start >= length {
                std::mem::swap(&mut self.order, &mut self.merged);
                self.merged.clear();
                self.width *= 2;
                self.start = 0;
                self.begin_pair();
            } else if !self.merging && middle < end {
                return Some((key(self, middle), key(self, middle - 1)));
            } else if self.merging && self.left < middle && self.right < end {
                return Some((key(self, self.right), key(self, self.left)));
            } else {
                self.merged
                    .extend_from_slice(&self.order[self.left..middle]);
                self.merged.extend_from_slice(&self.order[self.right..end]);
                self.start = end;
                self.begin_pair();
            }
        }
    }

    /// Whether the first of the keys asked about is less.
    fn answer(&mut self, less: bool) {
        if !self.merging {
            if less {
                self.merging = true;
            } else {
                let end = self.end();
                self.merged.extend_from_slice(&self.order[self.start..end]);
                self.start = end;
                self.begin_pair();
            }
        } else if less {
            self.merged.push(self.order[self.right]);
            self.right += 1;
        } else {
            self.merged.push(self.order[self.left]);
            self.left += 1;
        }
    }
}

fn run_sorter(vm: &mut Vm, sorter: Value) -> Res {
    loop {
        let Some(state) = vm.heap.downcast_mut::<Sorter>(sorter) else {
            return Err(Throw::Python);
        };
        let Some((a, b)) = state.question() else {
            let mut order = std::mem::take(&mut state.order);
            if state.reverse {
                order.reverse();
            }
            return Ok(positions_list(vm, order));
        };
        let less = match vm.compare(CmpOp::Lt, a, b) {
            Ok(less) => less,
            Err(Throw::Python) => {
                let state = [sorter, a, b, Value::UNBOUND];
                let method = vm.lookup_special(a, vm.names.lt);
                return Err(match method {
                    // Of one class: its own method decides.
                    Some(method) if method.is(Kind::Function) && vm.type_of(a) == vm.type_of(b) => {
                        vm.call_then(method, &[a, b], state, compared)
                    }
                    _ => {
                        let less = vm.prelude("op_lt");
                        vm.call_then(less, &[a, b], state, compared)
                    }
                });
            }
            Err(other) => return Err(other),
        };
        if let Some(state) = vm.heap.downcast_mut::<Sorter>(sorter) {
            state.answer(less);
        }
    }
}

fn compared(vm: &mut Vm, [sorter, a, b, _]: [Value; 4], completion: Completion) -> Res {
    let answer = completion.value()?;
    let state = [sorter, a, b, Value::UNBOUND];
    if answer == Value::NOT_IMPLEMENTED {
        let less = vm.prelude("op_lt");
        return Err(vm.call_then(less, &[a, b], state, compared));
    }
    let less = match vm.truthy(answer) {
        Ok(less) => less,
        Err(Throw::Python) => {
            let truth = vm.prelude("truth");
            return Err(vm.call_then(truth, &[answer], state, compared));
        }
        Err(other) => return Err(other),
    };
    if let Some(state) = vm.heap.downcast_mut::<Sorter>(sorter) {
        state.answer(less);
    }
    run_sorter(vm, sorter)
}

pub(crate) fn register(vm: &mut Vm) {
    let list = vm.types.list;
    vm.add_methods(list, METHODS);
    vm.add_methods(list, COMPARISONS);
    vm.set_type_attr(list, "__hash__", Value::NONE);
    vm.heap.ty_mut(list).flags.unhashable = true;
}
