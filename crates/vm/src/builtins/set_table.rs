//! The tables of sets, and the order of their keys.
//!
//! CPython's sets are in the order of their hash table. For numbers, and
//! tuples of them, that order is the same in every run, so programs show it;
//! here it is worked out for these from the order of insertion and from the
//! [`Shape`] that the operations leave behind. Other keys' hashes differ from
//! run to run in CPython, and theirs is the order of insertion.

use crate::heap::Heap;
use crate::object::PySet;
use crate::value::Kind;
use crate::{Entry, PyDict, Res, Throw, Value};

/// How CPython's table for these keys came to be: the first `placed` entries
/// were put at once into one of `slots` slots, the others added one by one.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    slots: u32,
    placed: u32,
    /// How many entries are known to stand in the order of their slots.
    sorted: u32,
}

impl Default for Shape {
    fn default() -> Self {
        Shape {
            slots: MIN_SLOTS as u32,
            placed: 0,
            sorted: 0,
        }
    }
}

impl Shape {
    /// How many slots a table with so many entries has.
    fn slots_with(self, fill: usize) -> usize {
        let mut slots = self.slots as usize;
        let mut at = (self.placed as usize).min(fill);
        loop {
            let full = ((slots - 1) * 3).div_ceil(5).max(at + 1);
            if full > fill {
                return slots;
            }
            slots = grown(full);
            at = full;
        }
    }
}

const MIN_SLOTS: usize = 8;
/// Beyond this many keys working out the order would cost too much.
const MAX_ORDERED: usize = 1 << 16;
const MAX_ORDERED_TUPLES: usize = 1 << 12;

/// A set's keys, not in the heap.
#[derive(Clone, Default)]
pub(crate) struct Keys {
    pub table: PyDict,
    pub shape: Shape,
}

/// What is combined with a set.
pub(crate) enum Source {
    Set(Keys),
    /// The keys of a dict, whose hashes are known.
    Dict(Vec<Entry>),
    /// Anything else; keys may come more than once.
    Items(Vec<Entry>),
}

impl Source {
    pub fn len(&self) -> usize {
        match self {
            Source::Set(keys) => keys.table.len(),
            Source::Dict(entries) | Source::Items(entries) => entries.len(),
        }
    }

    /// Whether a set takes these one by one, without room made at first.
    pub fn fits(&self, set: &PySet) -> bool {
        let fill = set.table.positions();
        match self {
            Source::Items(_) => true,
            _ => fill > 0 && !is_full(fill + self.len(), set.shape.slots_with(fill)),
        }
    }

    /// The keys in the order that programs see.
    pub fn entries(self, heap: &Heap) -> Vec<Entry> {
        match self {
            Source::Set(keys) => keys.entries(heap),
            Source::Dict(entries) | Source::Items(entries) => entries,
        }
    }
}

fn has(heap: &Heap, table: &PyDict, entry: &Entry) -> Res<bool> {
    Ok(find(heap, table, entry)?.is_some())
}

fn find(heap: &Heap, table: &PyDict, entry: &Entry) -> Res<Option<usize>> {
    heap.find_in(table, entry.key, entry.hash)
        .map_err(|_| Throw::Python)
}

/// The smallest table with more slots than this.
fn slots_for(more_than: usize) -> usize {
    (more_than + 1).next_power_of_two().max(MIN_SLOTS)
}

/// Slots of a table that has grown because it held this many.
fn grown(used: usize) -> usize {
    slots_for(if used > 50_000 { used * 2 } else { used * 4 })
}

/// Whether a table with this many entries must grow.
fn is_full(fill: usize, slots: usize) -> bool {
    fill * 5 >= (slots - 1) * 3
}

impl Keys {
    pub fn of(set: &PySet) -> Keys {
        Keys {
            table: set.table.clone(),
            shape: set.shape,
        }
    }

    /// The keys of `source` as a set of their own.
    pub fn from_source(heap: &Heap, source: Source) -> Res<Keys> {
        Keys::default().union(heap, source)
    }

    fn slots(&self) -> usize {
        self.shape.slots_with(self.table.positions())
    }

    /// Makes room for so many more keys at once.
    fn make_room(self, heap: &Heap, more: usize) -> Keys {
        if !is_full(self.table.positions() + more, self.slots()) {
            return self;
        }
        let slots = slots_for((self.table.len() + more) * 2) as u32;
        let mut table = PyDict::default();
        for entry in self.entries(heap) {
            table.insert_new(entry.key, Value::NONE, entry.hash);
        }
        let placed = table.positions() as u32;
        Keys {
            table,
            shape: Shape {
                slots,
                placed,
                sorted: 0,
            },
        }
    }

    fn add(&mut self, heap: &Heap, entry: &Entry) -> Res<()> {
        if !has(heap, &self.table, entry)? {
            self.table.insert_new(entry.key, Value::NONE, entry.hash);
        }
        Ok(())
    }

    fn discard(&mut self, heap: &Heap, entry: &Entry) -> Res<bool> {
        let found = find(heap, &self.table, entry)?;
        if let Some(at) = found {
            self.table.remove_at(at);
        }
        Ok(found.is_some())
    }

    pub fn union(self, heap: &Heap, source: Source) -> Res<Keys> {
        let other = match source {
            Source::Set(other) => other,
            Source::Dict(entries) => {
                return self
                    .make_room(heap, entries.len())
                    .union_each(heap, entries);
            }
            Source::Items(entries) => return self.union_each(heap, entries),
        };
        let mut keys = self.make_room(heap, other.table.len());
        if keys.table.positions() > 0 {
            let entries = other.entries(heap);
            return keys.union_each(heap, entries);
        }
        let slots = keys.slots();
        if slots == other.slots() && other.table.positions() == other.table.len() {
            return Ok(other);
        }
        for entry in other.entries(heap) {
            keys.table.insert_new(entry.key, Value::NONE, entry.hash);
        }
        keys.shape = Shape {
            slots: slots as u32,
            placed: keys.table.positions() as u32,
            sorted: 0,
        };
        Ok(keys)
    }

    fn union_each(mut self, heap: &Heap, entries: Vec<Entry>) -> Res<Keys> {
        for entry in &entries {
            self.add(heap, entry)?;
        }
        Ok(self)
    }

    pub fn intersection(self, heap: &Heap, source: Source) -> Res<Keys> {
        let (each, within) = match source {
            Source::Set(other) if other.table.len() > self.table.len() => {
                (Source::Set(self), other)
            }
            source => (source, self),
        };
        let mut keys = Keys::default();
        for entry in each.entries(heap) {
            if has(heap, &within.table, &entry)? {
                keys.add(heap, &entry)?;
            }
        }
        Ok(keys)
    }

    pub fn difference(self, heap: &Heap, source: Source) -> Res<Keys> {
        let few = self.table.len() >> 2 > source.len();
        let other = match source {
            Source::Set(other) if !few => other,
            Source::Dict(entries) if !few => Keys::from_source(heap, Source::Dict(entries))?,
            source => {
                return Keys::from_source(heap, Source::Set(self))?.without(heap, source);
            }
        };
        let mut keys = Keys::default();
        for entry in self.entries(heap) {
            if !has(heap, &other.table, &entry)? {
                keys.table.insert_new(entry.key, Value::NONE, entry.hash);
            }
        }
        Ok(keys)
    }

    /// Takes out each key of the other.
    pub fn without(mut self, heap: &Heap, source: Source) -> Res<Keys> {
        for entry in source.entries(heap) {
            self.discard(heap, &entry)?;
        }
        Ok(self)
    }

    /// Takes out what the other has too, and adds what it has alone.
    pub fn toggle(mut self, heap: &Heap, other: Keys) -> Res<Keys> {
        for entry in other.entries(heap) {
            if !self.discard(heap, &entry)? {
                self.table.insert_new(entry.key, Value::NONE, entry.hash);
            }
        }
        Ok(self)
    }

    pub fn symmetric_difference(self, heap: &Heap, source: Source) -> Res<Keys> {
        Keys::from_source(heap, source)?.toggle(heap, self)
    }

    /// The entries in the order that programs see.
    pub fn entries(&self, heap: &Heap) -> Vec<Entry> {
        match order(heap, &self.table, self.shape) {
            Some(order) => order
                .into_iter()
                .filter_map(|at| self.table.entry(at as usize))
                .collect(),
            None => self.table.entries().collect(),
        }
    }
}

pub(crate) fn is_subset(heap: &Heap, a: &PyDict, b: &PyDict) -> Res<bool> {
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

/// The keys as CPython would have them; `None` for the order of insertion.
pub(crate) fn ordered_keys(heap: &Heap, set: Value) -> Option<Vec<Value>> {
    let set = heap.set(set);
    let order = order(heap, &set.table, set.shape)?;
    Some(
        order
            .into_iter()
            .filter_map(|at| set.table.entry(at as usize))
            .map(|entry| entry.key)
            .collect(),
    )
}

/// Position of the first key in order. Puts the entries into that order, so
/// that taking one key after another is quick.
pub(crate) fn first_in_order(heap: &mut Heap, set: Value) -> Option<usize> {
    let object = heap.set(set);
    if object.shape.sorted as usize != object.table.positions()
        && let Some(order) = order(heap, &object.table, object.shape)
    {
        let slots = object.shape.slots_with(object.table.positions()) as u32;
        let mut table = PyDict::default();
        for entry in order
            .into_iter()
            .filter_map(|at| object.table.entry(at as usize))
        {
            table.insert_new(entry.key, Value::NONE, entry.hash);
        }
        let placed = table.positions() as u32;
        let object = heap.set_mut(set);
        object.table = table;
        object.shape = Shape {
            slots,
            placed,
            sorted: placed,
        };
    }
    heap.set(set).table.first()
}

const NO_KEY: u32 = u32::MAX;

/// The positions of the entries in the order of CPython's slots; `None` where
/// that is the order of insertion.
fn order(heap: &Heap, table: &PyDict, shape: Shape) -> Option<Vec<u32>> {
    if table.len() < 2 || table.positions() > MAX_ORDERED {
        return None;
    }
    let mut hashes = Vec::with_capacity(table.positions());
    for at in 0..table.positions() {
        hashes.push(match table.entry(at) {
            Some(entry) => fixed_hash(heap, entry.key, table.len())?,
            // Removed; what it displaced stays displaced.
            None => table.hash_at(at) as i64,
        });
    }
    let live = |&at: &u32| table.entry(at as usize).is_some();
    let placed = (shape.placed as usize).min(hashes.len());
    // In order already, as small ranges of ints mostly are.
    if hashes.windows(2).all(|pair| pair[0] < pair[1])
        && hashes[0] >= 0
        && hashes[hashes.len() - 1] < hashes.len() as i64
    {
        return Some((0..hashes.len() as u32).filter(live).collect());
    }
    let mut slots = vec![NO_KEY; shape.slots as usize];
    for at in 0..hashes.len() {
        place(&mut slots, &hashes, at as u32);
        let fill = at + 1;
        if fill > placed && is_full(fill, slots.len()) {
            let old = std::mem::replace(&mut slots, vec![NO_KEY; grown(fill)]);
            for at in old.into_iter().filter(|&at| at != NO_KEY) {
                place(&mut slots, &hashes, at);
            }
        }
    }
    Some(
        slots
            .into_iter()
            .filter(|at| *at != NO_KEY && live(at))
            .collect(),
    )
}

/// Where `set_add_entry` of `setobject.c` puts a key.
fn place(slots: &mut [u32], hashes: &[i64], key: u32) {
    const LINEAR_PROBES: usize = 9;
    let mask = slots.len() - 1;
    let mut perturb = hashes[key as usize] as u64;
    let mut at = perturb as usize & mask;
    loop {
        let last = if at + LINEAR_PROBES <= mask {
            at + LINEAR_PROBES
        } else {
            at
        };
        for slot in &mut slots[at..=last] {
            if *slot == NO_KEY {
                *slot = key;
                return;
            }
        }
        perturb >>= 5;
        at = (at
            .wrapping_mul(5)
            .wrapping_add(1)
            .wrapping_add(perturb as usize))
            & mask;
    }
}

/// The hash of a key that is the same in every run of CPython.
fn fixed_hash(heap: &Heap, key: Value, keys: usize) -> Option<i64> {
    if let Some(int) = key.as_small() {
        return Some(if int == -1 { -2 } else { int });
    }
    if keys <= MAX_ORDERED_TUPLES && has_fixed_hash(heap, key, 0) {
        heap.hash(key).ok()
    } else {
        None
    }
}

fn has_fixed_hash(heap: &Heap, key: Value, depth: u32) -> bool {
    heap.number(key).is_some()
        || key.is(Kind::Tuple)
            && depth < 3
            && heap.tuple(key).len() <= 8
            && heap
                .tuple(key)
                .iter()
                .all(|&item| has_fixed_hash(heap, item, depth + 1))
}
