//! Tracing collection, run only between instructions.
//!
//! Because the VM is stackless, every root is in a fiber, a module, the
//! tables of the VM or an extension; nothing on the Rust stack has to be
//! found.

use crate::object::PyIter;
use crate::{PyDict, Value};

/// The values still to be visited.
#[derive(Default)]
pub struct Tracer {
    pending: Vec<Value>,
}

impl Tracer {
    #[inline]
    pub fn value(&mut self, value: Value) {
        if value.is_handle() {
            self.pending.push(value);
        }
    }

    pub fn extend(&mut self, values: &[Value]) {
        for &value in values {
            self.value(value);
        }
    }

    pub fn dict(&mut self, dict: &PyDict) {
        for (key, value) in dict.iter() {
            self.value(key);
            self.value(value);
        }
    }

    pub(crate) fn iter(&mut self, iter: &PyIter) {
        match iter {
            PyIter::List { list: inner, .. }
            | PyIter::Tuple { tuple: inner, .. }
            | PyIter::Str { text: inner, .. }
            | PyIter::Bytes { data: inner, .. }
            | PyIter::Table { table: inner, .. }
            | PyIter::Reversed { list: inner, .. }
            | PyIter::Enumerate { inner, .. } => self.value(*inner),
            PyIter::Range { .. } => {}
            PyIter::Items { items, .. } => self.extend(items),
            PyIter::Zip { inner, .. } => self.extend(inner),
            PyIter::Wrapped { class, inner } => self.extend(&[*class, *inner]),
            PyIter::Exhausted { class } => self.value(*class),
            PyIter::Native { class, state } => {
                self.value(*class);
                state.trace(self);
            }
        }
    }

    pub(crate) fn pop(&mut self) -> Option<Value> {
        self.pending.pop()
    }
}
