//! Variables that a frame has read and goes on to store: what a critical
//! section without a lock lives on.

use airlock_bytecode::Instr;

use crate::fiber::{FiberId, Frame, PyFrame};
use crate::{Place, Value, Vm};

/// Where such a variable lives.
#[derive(Clone, Copy, Debug)]
enum Owner {
    /// A dict of globals.
    Globals(Value),
    Cell(Value),
    Object(Value),
}

/// A variable outside the frame, and its value when it was looked at.
#[derive(Clone, Debug)]
pub struct Held {
    /// The frame that goes on to store it.
    pub place: Place,
    pub name: String,
    owner: Owner,
    key: Value,
    value: Option<Value>,
}

impl Held {
    /// Values that must stay alive for [`Vm::is_unchanged`].
    pub fn values(&self) -> [Value; 2] {
        let owner = match self.owner {
            Owner::Globals(value) | Owner::Cell(value) | Owner::Object(value) => value,
        };
        [owner, self.value.unwrap_or(Value::NONE)]
    }
}

impl Vm {
    /// The variables that frames of a fiber, in files that are asked for, have
    /// read before the instruction they stand at and store after it.
    pub fn held_variables(&self, fiber: FiberId, wanted: impl Fn(&str) -> bool) -> Vec<Held> {
        let mut found = Vec::new();
        let Some(other) = self.fibers.get(fiber) else {
            return found;
        };
        let current = fiber == self.current;
        let (frames, stack) = if current {
            (&self.frames, &self.stack)
        } else {
            (&other.frames, &other.stack)
        };
        for frame in frames {
            if let Frame::Python(frame) = frame
                && wanted(&frame.code.filename)
            {
                self.held_by(frame, stack, &mut found);
            }
        }
        found
    }

    fn held_by(&self, frame: &PyFrame, stack: &[Value], found: &mut Vec<Held>) {
        let code = &frame.code;
        let at = (frame.pc as usize).min(code.code.instrs.len());
        let (before, after) = code.code.instrs.split_at(at);
        let site_name = |site: u16| code.code.sites[site as usize];
        for instr in after {
            let (owner, name) = match *instr {
                Instr::StoreGlobal { name, .. } => {
                    let read = |instr: &Instr| matches!(*instr, Instr::LoadGlobal { site, .. } if site_name(site) == name);
                    if !before.iter().any(read) {
                        continue;
                    }
                    (Owner::Globals(frame.globals), name)
                }
                Instr::StoreCell { cell, .. } => {
                    let read = before.iter().find_map(|instr| match *instr {
                        Instr::LoadCell {
                            cell: other, name, ..
                        } if other == cell => Some(name),
                        _ => None,
                    });
                    let (Some(name), Some(&value)) =
                        (read, stack.get(frame.base as usize + cell as usize))
                    else {
                        continue;
                    };
                    (Owner::Cell(value), name)
                }
                Instr::StoreAttr { obj, site, .. } if (obj as usize) < code.code.varnames.len() => {
                    let name = site_name(site);
                    let read = |instr: &Instr| matches!(*instr, Instr::LoadAttr { obj: other, site, .. } if other == obj && site_name(site) == name);
                    let Some(&object) = stack.get(frame.base as usize + obj as usize) else {
                        continue;
                    };
                    if !before.iter().any(read) {
                        continue;
                    }
                    (Owner::Object(object), name)
                }
                _ => continue,
            };
            let key = code.names[name as usize];
            let position = code.code.position(frame.pc.saturating_sub(1));
            found.push(Held {
                place: Place {
                    filename: code.filename.to_string(),
                    function: code.code.name.to_string(),
                    line: position.line,
                },
                name: code.code.names[name as usize].to_string(),
                owner,
                key,
                value: self.value_held(owner, key),
            });
        }
    }

    fn value_held(&self, owner: Owner, key: Value) -> Option<Value> {
        match owner {
            Owner::Globals(dict) => self.namespace_get(dict, key),
            Owner::Cell(cell) => cell
                .is(crate::Kind::Cell)
                .then(|| self.heap.cell(cell).value),
            Owner::Object(object) => self.own_attr(object, key),
        }
    }

    /// Whether a variable still has the value it had.
    pub fn is_unchanged(&self, held: &Held) -> bool {
        self.value_held(held.owner, held.key) == held.value
    }
}
