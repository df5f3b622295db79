//! Pairs taken from an iterator straight into two variables, as in
//! `for index, item in enumerate(items)`: no tuple is made.

use crate::object::{PyIter, TableItem};
use crate::value::Kind;
use crate::{Value, Vm};

impl Vm {
    /// The next pair of `enumerate`, of `zip` of two, or of a dict's items,
    /// over built-in containers. `None`, and nothing changed, for all else,
    /// the end among it.
    #[inline(never)]
    pub(crate) fn next_pair(&mut self, iter: Value) -> Option<(Value, Value)> {
        match self.heap.iters.get_mut(iter.index()) {
            PyIter::Enumerate { inner, count } => {
                let (inner, number) = (*inner, *count);
                let next = number.checked_add(1)?;
                let item = self.next_at_hand(inner)?;
                if let PyIter::Enumerate { count, .. } = self.heap.iter_mut(iter) {
                    *count = next;
                }
                Some((self.heap.new_int(number), item))
            }
            PyIter::Zip { inner, .. } => {
                let &mut [first, second] = &mut **inner else {
                    return None;
                };
                // Nothing may be taken from the first in vain.
                if first == second || !self.has_next_at_hand(second) {
                    return None;
                }
                let first = self.next_at_hand(first)?;
                Some((first, self.next_at_hand(second)?))
            }
            PyIter::Table {
                table,
                at,
                size,
                left,
                what: TableItem::Pair,
                reversed: false,
            } if table.is(Kind::Dict) && *left > 0 => {
                let dict = self.heap.dicts.get(table.index());
                if dict.len() != *size {
                    return None;
                }
                let entry = dict.entry(*at)?;
                *at += 1;
                *left -= 1;
                Some((entry.key, entry.value))
            }
            _ => None,
        }
    }

    /// The next item of an iterator over a list, a tuple or a range, if it is
    /// not at its end.
    fn next_at_hand(&mut self, iter: Value) -> Option<Value> {
        if !iter.is(Kind::Iter) {
            return None;
        }
        match self.heap.iters.get_mut(iter.index()) {
            PyIter::List { list, at } => {
                let item = *self.heap.lists.get(list.index()).get(*at)?;
                *at += 1;
                Some(item)
            }
            PyIter::Tuple { tuple, at } => {
                let item = *self.heap.tuples.get(tuple.index()).get(*at)?;
                *at += 1;
                Some(item)
            }
            PyIter::Range {
                next,
                step,
                remaining,
            } if *remaining > 0 => {
                let item = *next;
                *remaining -= 1;
                *next = item.wrapping_add(*step);
                Some(self.heap.new_int(item))
            }
            _ => None,
        }
    }

    fn has_next_at_hand(&self, iter: Value) -> bool {
        iter.is(Kind::Iter)
            && match self.heap.iter(iter) {
                PyIter::List { list, at } => *at < self.heap.list(*list).len(),
                PyIter::Tuple { tuple, at } => *at < self.heap.tuple(*tuple).len(),
                PyIter::Range { remaining, .. } => *remaining > 0,
                _ => false,
            }
    }
}
