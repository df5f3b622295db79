//! Slots of one kind of object, reused after collection.

/// Nominal bytes of one slot.
pub(crate) const SLOT_BYTES: usize = 48;

/// A growable table of slots with a free list and mark bits.
pub(crate) struct Arena<T> {
    slots: Vec<Option<T>>,
    free: Vec<u32>,
    marks: Vec<u64>,
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Arena {
            slots: Vec::new(),
            free: Vec::new(),
            marks: Vec::new(),
        }
    }
}

impl<T> Arena<T> {
    #[inline]
    pub fn insert(&mut self, item: T) -> u32 {
        if let Some(index) = self.free.pop() {
            self.slots[index as usize] = Some(item);
            index
        } else {
            let index = self.slots.len() as u32;
            self.slots.push(Some(item));
            index
        }
    }

    #[inline(always)]
    pub fn get(&self, index: usize) -> &T {
        match &self.slots[index] {
            Some(item) => item,
            None => stale(),
        }
    }

    #[inline(always)]
    pub fn get_mut(&mut self, index: usize) -> &mut T {
        match &mut self.slots[index] {
            Some(item) => item,
            None => stale(),
        }
    }

    pub fn begin_marking(&mut self) {
        self.marks.clear();
        self.marks.resize(self.slots.len().div_ceil(64), 0);
    }

    /// Marks a slot; whether it was in use and not marked before.
    #[inline]
    pub fn mark(&mut self, index: usize) -> bool {
        let bit = 1 << (index % 64);
        match self.marks.get_mut(index / 64) {
            Some(word) if *word & bit == 0 && self.slots[index].is_some() => {
                *word |= bit;
                true
            }
            _ => false,
        }
    }

    pub fn is_marked(&self, index: usize) -> bool {
        self.marks
            .get(index / 64)
            .is_some_and(|word| word & (1 << (index % 64)) != 0)
    }

    /// Frees every slot in use that is not marked; the nominal bytes of those
    /// that are, `size` giving what each holds beside its slot.
    pub fn sweep(&mut self, size: impl Fn(&T) -> usize) -> usize {
        self.free.clear();
        let mut kept = 0;
        // From the end, so that the lowest free slot is used first.
        for (at, slots) in self.slots.chunks_mut(64).enumerate().rev() {
            let marks = self.marks.get(at).copied().unwrap_or(0);
            for (bit, slot) in slots.iter_mut().enumerate().rev() {
                if marks & (1 << bit) == 0 {
                    *slot = None;
                    self.free.push((at * 64 + bit) as u32);
                } else if let Some(item) = slot {
                    kept += SLOT_BYTES + size(item);
                }
            }
        }
        kept
    }

    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.slots
            .iter()
            .enumerate()
            .filter_map(|(index, slot)| slot.as_ref().map(|item| (index as u32, item)))
    }
}

#[cold]
#[inline(never)]
fn stale() -> ! {
    panic!("a handle outlived its object")
}
