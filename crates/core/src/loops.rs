//! The records of event loops.
//!
//! That of a closed loop serves the next one once nobody can see the loop any
//! more: `run` makes thousands, one after the other.

use std::cell::RefCell;
use std::ops::{Index, IndexMut};
use std::rc::Rc;

use crate::state::{LoopId, LoopState};

#[derive(Default)]
pub(crate) struct Loops {
    records: Vec<LoopState>,
    unused: Rc<RefCell<Vec<LoopId>>>,
    /// How many loops there were.
    pub made: usize,
}

/// What a loop's object has of its record: when the collector frees the one,
/// the other may be used again.
pub(crate) struct LoopTicket {
    pub id: LoopId,
    unused: Rc<RefCell<Vec<LoopId>>>,
}

impl Drop for LoopTicket {
    fn drop(&mut self) {
        self.unused.borrow_mut().push(self.id);
    }
}

impl Loops {
    /// A place for the record of a new loop. What stands there until it is
    /// written is a loop that is closed.
    pub fn reserve(&mut self) -> LoopTicket {
        self.made += 1;
        let free = self.unused.borrow_mut().pop();
        let id = free.unwrap_or_else(|| {
            self.records.push(LoopState::closed());
            self.records.len() - 1
        });
        LoopTicket {
            id,
            unused: self.unused.clone(),
        }
    }

    /// Closed ones are among them.
    pub fn iter(&self) -> impl Iterator<Item = &LoopState> {
        self.records.iter()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut LoopState> {
        self.records.iter_mut()
    }
}

impl Index<LoopId> for Loops {
    type Output = LoopState;

    fn index(&self, id: LoopId) -> &LoopState {
        &self.records[id]
    }
}

impl IndexMut<LoopId> for Loops {
    fn index_mut(&mut self, id: LoopId) -> &mut LoopState {
        &mut self.records[id]
    }
}
