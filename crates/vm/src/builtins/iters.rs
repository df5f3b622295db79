//! Built-in iterators.

use crate::{Res, Value, Vm};

impl Vm {
    /// The next item of a built-in iterator ([`crate::Kind::Iter`]) that runs
    /// no Python; `None` at its end.
    pub fn iter_next(&mut self, iter: Value) -> Res<Option<Value>> {
        let _ = iter;
        Ok(None)
    }
}

pub(crate) fn register(_vm: &mut Vm) {}
