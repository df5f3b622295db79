//! Values as bytes, for another VM: a compact binary form.
//!
//! Plain values are written and read here, and so are the cycles and the
//! sharing among them. What takes Python (how an instance is reduced, what a
//! name stands for, a call that makes a thing again) is asked of
//! `airlock._marshal`: the modules `encode` and `decode` stop, say
//! what they need, and go on with the answer. Neither recurses.
//!
//! A message is a program for a machine with a stack and a memo. Each value
//! is pushed by its tag; a container that can hold itself is pushed and
//! remembered empty, then filled.

mod decode;
mod encode;

use airlock_vm::{Extension, Kind, Res, Tracer, Value, Vm};
use rustc_hash::FxHashMap;

/// One byte before each value or step.
mod tag {
    pub const NONE: u8 = b'N';
    pub const TRUE: u8 = b'T';
    pub const FALSE: u8 = b'F';
    pub const ELLIPSIS: u8 = b'.';
    pub const NOT_IMPLEMENTED: u8 = b'-';
    /// Zigzag, as a varint.
    pub const INT: u8 = b'i';
    /// Length and bytes, two's complement, little end first.
    pub const BIG_INT: u8 = b'I';
    /// Eight bytes, little end first.
    pub const FLOAT: u8 = b'f';
    pub const COMPLEX: u8 = b'c';
    /// Length in bytes, UTF-8. Remembered.
    pub const STR: u8 = b's';
    pub const BYTES: u8 = b'b';
    pub const BYTEARRAY: u8 = b'a';
    /// How many items; takes them off the stack. Remembered.
    pub const TUPLE: u8 = b't';
    pub const FROZENSET: u8 = b'z';
    /// Empty; the count is of what is to come.
    pub const LIST: u8 = b'l';
    pub const DICT: u8 = b'd';
    pub const SET: u8 = b'e';
    /// How many items; puts them into the container below them.
    pub const APPEND: u8 = b'L';
    pub const SET_ITEMS: u8 = b'D';
    pub const ADD: u8 = b'E';
    /// The place in the memo.
    pub const AGAIN: u8 = b'r';
    /// A tuple that was remembered meanwhile, inside of itself: drops so many
    /// values, then pushes that of the place.
    pub const DROP_AGAIN: u8 = b'R';
    /// Module and qualified name, both texts. Remembered.
    pub const GLOBAL: u8 = b'g';
    /// Calls a function with a tuple, both from the stack. Remembered.
    pub const CALL: u8 = b'C';
    /// Gives the thing below a tuple its state and its items.
    pub const BUILD: u8 = b'B';
    pub const END: u8 = b';';
}

pub(crate) struct Types {
    encoder: Value,
    decoder: Value,
    /// Functions and classes whose module and name Python has told.
    named: FxHashMap<Value, [Value; 2]>,
}

/// How many names are remembered.
const NAMED_LIMIT: usize = 1_000;

impl Extension for Types {
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[self.encoder, self.decoder]);
        for (&thing, names) in &self.named {
            tracer.value(thing);
            tracer.extend(names);
        }
    }
}

/// What a loaded module has under a name without dots, if that is plain to
/// see.
fn find(vm: &mut Vm, module: Value, name: Value) -> Option<Value> {
    let found = vm.dict_get(vm.modules, module).ok()??;
    if !found.is(Kind::Module) {
        return None;
    }
    let dict = vm.heap.module(found).dict;
    vm.dict_get(dict, name).ok()?
}

/// The bytes of a value that takes no Python to write, after `start`.
pub(crate) fn plain_bytes(vm: &mut Vm, start: Vec<u8>, value: Value) -> Option<Vec<u8>> {
    encode::plain(vm, start, value)
}

/// The value that a message has from a place on; none if it takes Python to
/// read it.
pub(crate) fn plain_value(vm: &mut Vm, message: Value, at: usize) -> Res<Option<Value>> {
    decode::plain(vm, message, at)
}

/// Adds both to the shell's native module.
pub(crate) fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    let encoder = vm.module_type(dict, "Encoder", encode::METHODS, &[]);
    let decoder = vm.module_type(dict, "Decoder", decode::METHODS, &[]);
    if !vm.has_extension::<Types>() {
        vm.add_extension(Types {
            encoder,
            decoder,
            named: FxHashMap::default(),
        });
    }
    Ok(())
}
