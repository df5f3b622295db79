//! The ordered hash table behind dict, set, namespaces and attributes.
//!
//! Entries stand in insertion order; beyond eight of them an open-addressing
//! index (linear probing) finds them by hash. The layout is that of CPython's
//! compact dict. Key equality is asked of the caller, because comparing keys
//! needs the heap.

use crate::Value;

#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Unbound if the entry was removed.
    pub key: Value,
    pub value: Value,
    pub hash: u32,
}

/// Up to this many entries are searched one by one.
pub(crate) const SCAN_LIMIT: usize = 8;
const EMPTY: u32 = u32::MAX;

#[derive(Clone, Debug, Default)]
pub struct PyDict {
    entries: Vec<Entry>,
    index: Box<[u32]>,
    live: u32,
    /// Identifies the set of keys and their places for inline caches; 0 if
    /// no cache has looked since they last changed.
    version: u32,
}

impl PyDict {
    pub fn with_capacity(count: usize) -> Self {
        let mut dict = PyDict {
            entries: Vec::with_capacity(count),
            ..PyDict::default()
        };
        if count > SCAN_LIMIT {
            dict.rebuild_index(count);
        }
        dict
    }

    /// How many keys there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.live as usize
    }

    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// How many entries there are, removed ones included: the bound of the
    /// positions that [`PyDict::entry`] takes.
    #[inline]
    pub fn positions(&self) -> usize {
        self.entries.len()
    }

    /// The entry at a position, if it is in use.
    #[inline]
    pub fn entry(&self, position: usize) -> Option<Entry> {
        self.entries
            .get(position)
            .copied()
            .filter(|entry| !entry.key.is_unbound())
    }

    /// The value at a position known to be in use.
    #[inline]
    pub(crate) fn value_at(&self, position: usize) -> Option<Value> {
        self.entries.get(position).map(|entry| entry.value)
    }

    /// The value at a position if this key stands there.
    #[inline(always)]
    pub(crate) fn value_of(&self, position: usize, key: Value) -> Option<Value> {
        let entry = self.entries.get(position)?;
        (entry.key == key).then_some(entry.value)
    }

    #[inline]
    pub fn set_value(&mut self, position: usize, value: Value) {
        self.entries[position].value = value;
    }

    /// A position that no entry in use stands before. The first entry, once
    /// removed, keeps it as its value: taking from the front again and again
    /// must not scan what is gone.
    #[inline]
    fn first_hint(&self) -> usize {
        match self.entries.first() {
            Some(first) if first.key.is_unbound() => first.value.as_small().unwrap_or(1) as usize,
            _ => 0,
        }
    }

    /// The hash at a position, of a removed entry too.
    pub(crate) fn hash_at(&self, position: usize) -> u32 {
        self.entries[position].hash
    }

    /// Position of the first entry in use.
    pub fn first(&self) -> Option<usize> {
        (self.first_hint()..self.entries.len()).find(|&at| !self.entries[at].key.is_unbound())
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Value, Value)> + '_ {
        self.entries
            .iter()
            .filter(|entry| !entry.key.is_unbound())
            .map(|entry| (entry.key, entry.value))
    }

    pub fn entries(&self) -> impl DoubleEndedIterator<Item = Entry> + '_ {
        self.entries
            .iter()
            .filter(|entry| !entry.key.is_unbound())
            .copied()
    }

    #[inline]
    pub(crate) fn version(&self) -> u32 {
        self.version
    }

    pub(crate) fn set_version(&mut self, version: u32) {
        self.version = version;
    }

    /// Position of the key that is identical, or has the same hash and is
    /// `equal`. The first error of `equal` ends the search.
    #[inline]
    pub fn find<E>(
        &self,
        key: Value,
        hash: u32,
        mut equal: impl FnMut(Value) -> Result<bool, E>,
    ) -> Result<Option<usize>, E> {
        if self.index.is_empty() {
            for (position, entry) in self.entries.iter().enumerate() {
                if entry.key == key {
                    return Ok(Some(position));
                }
                if entry.hash == hash && !entry.key.is_unbound() && equal(entry.key)? {
                    return Ok(Some(position));
                }
            }
            return Ok(None);
        }
        let mask = self.index.len() - 1;
        let mut slot = spread(hash) & mask;
        loop {
            let position = self.index[slot];
            if position == EMPTY {
                return Ok(None);
            }
            let entry = &self.entries[position as usize];
            if entry.key == key
                || (entry.hash == hash && !entry.key.is_unbound() && equal(entry.key)?)
            {
                return Ok(Some(position as usize));
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Position of an interned str by identity alone.
    #[inline]
    pub fn find_identical(&self, key: Value, hash: u32) -> Option<usize> {
        if self.index.is_empty() {
            return self.entries.iter().position(|entry| entry.key == key);
        }
        let mask = self.index.len() - 1;
        let mut slot = spread(hash) & mask;
        loop {
            let position = self.index[slot];
            if position == EMPTY {
                return None;
            }
            if self.entries[position as usize].key == key {
                return Some(position as usize);
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Positions of all keys with this hash, for a search whose comparisons
    /// run Python.
    pub fn candidates(&self, hash: u32) -> Vec<usize> {
        let matches =
            |at: usize| self.entries[at].hash == hash && !self.entries[at].key.is_unbound();
        if self.index.is_empty() {
            return (0..self.entries.len()).filter(|&at| matches(at)).collect();
        }
        let mask = self.index.len() - 1;
        let mut slot = spread(hash) & mask;
        let mut found = Vec::new();
        while self.index[slot] != EMPTY {
            let at = self.index[slot] as usize;
            if matches(at) {
                found.push(at);
            }
            slot = (slot + 1) & mask;
        }
        found
    }

    /// Adds a key known not to be there; returns its position.
    pub fn insert_new(&mut self, key: Value, value: Value, hash: u32) -> usize {
        if self.entries.len() == self.entries.capacity()
            && (self.live as usize) < self.entries.len() / 2
        {
            self.compact();
        }
        let position = self.entries.len();
        self.entries.push(Entry { key, value, hash });
        self.live += 1;
        self.version = 0;
        if self.index.is_empty() {
            if self.entries.len() > SCAN_LIMIT {
                self.rebuild_index(self.entries.len() * 2);
            }
        } else if self.entries.len() * 3 > self.index.len() * 2 {
            self.rebuild_index(self.entries.len() * 2);
        } else {
            self.link(position);
        }
        position
    }

    /// Removes the entry at a position in use.
    pub fn remove_at(&mut self, position: usize) -> Entry {
        let entry = self.entries[position];
        self.entries[position] = Entry {
            key: Value::UNBOUND,
            value: Value::UNBOUND,
            hash: entry.hash,
        };
        if position == self.first_hint() {
            self.entries[0].value = Value::count(position + 1);
        }
        self.live -= 1;
        self.version = 0;
        if self.live == 0 && self.entries.len() > SCAN_LIMIT {
            self.clear();
        } else if self.entries.len() > 32 && (self.live as usize) < self.entries.len() / 4 {
            self.compact();
        }
        entry
    }

    /// Removes the last entry in use. Popping from the end again and again
    /// must not scan what is gone.
    pub fn pop_last(&mut self) -> Option<Entry> {
        while let Some(&last) = self.entries.last() {
            self.unlink(self.entries.len() - 1);
            self.entries.pop();
            if !last.key.is_unbound() {
                self.live -= 1;
                self.version = 0;
                return Some(last);
            }
        }
        None
    }

    pub fn clear(&mut self) {
        self.entries = Vec::new();
        self.index = Box::default();
        self.live = 0;
        self.version = 0;
    }

    /// Moves the entry at a position to the end (or the start).
    pub fn move_entry(&mut self, position: usize, last: bool) {
        let entry = self.entries.remove(position);
        if last {
            self.entries.push(entry);
        } else {
            self.entries.insert(0, entry);
        }
        self.compact();
    }

    fn compact(&mut self) {
        self.entries.retain(|entry| !entry.key.is_unbound());
        self.version = 0;
        if self.entries.len() > SCAN_LIMIT {
            self.rebuild_index(self.entries.len() * 2);
        } else {
            self.index = Box::default();
        }
    }

    fn rebuild_index(&mut self, capacity: usize) {
        let slots = (capacity * 3 / 2 + 1).next_power_of_two().max(16);
        self.index = vec![EMPTY; slots].into_boxed_slice();
        for position in 0..self.entries.len() {
            self.link(position);
        }
    }

    /// Takes a position out of the index, closing the gap in its probe
    /// sequence.
    fn unlink(&mut self, position: usize) {
        if self.index.is_empty() {
            return;
        }
        let mask = self.index.len() - 1;
        let mut gap = spread(self.entries[position].hash) & mask;
        while self.index[gap] != position as u32 {
            gap = (gap + 1) & mask;
        }
        let mut slot = gap;
        loop {
            slot = (slot + 1) & mask;
            let other = self.index[slot];
            if other == EMPTY {
                break;
            }
            let home = spread(self.entries[other as usize].hash) & mask;
            // Moves back unless its home lies after the gap.
            if (slot.wrapping_sub(home) & mask) >= (slot.wrapping_sub(gap) & mask) {
                self.index[gap] = other;
                gap = slot;
            }
        }
        self.index[gap] = EMPTY;
    }

    /// Enters a position into the index. Removed entries stay linked, since
    /// their slots keep probe sequences whole.
    fn link(&mut self, position: usize) {
        let mask = self.index.len() - 1;
        let mut slot = spread(self.entries[position].hash) & mask;
        while self.index[slot] != EMPTY {
            slot = (slot + 1) & mask;
        }
        self.index[slot] = position as u32;
    }
}

#[inline(always)]
fn spread(hash: u32) -> usize {
    (hash.wrapping_mul(0x9E37_79B9) >> 7) as usize
}
