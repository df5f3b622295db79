//! Code made ready to run: constants in the heap, names interned, room for
//! inline caches.

use std::cell::Cell;
use std::rc::Rc;

use airlock_bytecode::Code;

use crate::generator::GeneratorKind;
use crate::{Res, Value, Vm};

/// A loaded [`Code`]. Its constants and names are roots while it lives.
pub struct CodeObj {
    pub code: Rc<Code>,
    pub consts: Box<[Value]>,
    pub names: Box<[Value]>,
    /// Names of the parameters that may be given by name.
    pub(crate) params: Box<[Value]>,
    /// The code objects among the constants, at the same indexes.
    pub(crate) children: Box<[Option<Rc<CodeObj>>]>,
    pub(crate) caches: Box<[Cell<Cache>]>,
    /// Name, qualified name and docstring, once a function was made of it.
    pub(crate) labels: Cell<Option<[Value; 3]>>,
    /// See [`Vm::set_shortcut`].
    pub(crate) shortcut: Cell<Option<Shortcut>>,
    pub filename: Rc<str>,
    /// All parameters are positional: a call with as many arguments need not
    /// bind them.
    pub(crate) simple: bool,
    /// A call makes a generator or coroutine.
    pub(crate) suspends: bool,
    /// `simple`, and a call makes a coroutine.
    pub(crate) awaits: bool,
    /// `simple`, and a call does no more than push a frame.
    pub(crate) plain: bool,
    /// From the code, at hand for calls: how many parameters, variables and
    /// registers there are.
    pub(crate) arity: u32,
    pub(crate) variables: u32,
    pub(crate) registers: u32,
}

impl CodeObj {
    /// What a call makes, if it `suspends`.
    pub(crate) fn generator_kind(&self) -> GeneratorKind {
        let flags = self.code.flags;
        if flags.async_generator {
            GeneratorKind::AsyncGenerator
        } else if flags.coroutine {
            GeneratorKind::Coroutine
        } else {
            GeneratorKind::Generator
        }
    }
}

/// Does natively what a function with this code does, given the function, the
/// arguments and (unless unbound) a tuple of the last ones' names; `None`, with
/// nothing done, where only the code will do.
pub type Shortcut = fn(&mut Vm, Value, &[Value], Value) -> Option<Res>;

impl Vm {
    /// Calls of the functions that `function` defines under a name are to be
    /// tried natively: those that take these variables, in this order, from
    /// around them. Functions whose parameters are all positional are called
    /// without looking.
    pub fn set_shortcut(
        &mut self,
        function: Value,
        name: &str,
        captured: &[&str],
        shortcut: Shortcut,
    ) {
        for inner in self.heap.function(function).code.children.iter().flatten() {
            let code = &inner.code;
            let first = code.params.count();
            let names = code.varnames.get(first..first + code.captures.len());
            let names = names.unwrap_or(&[]).iter().map(|name| &**name);
            if &*code.name == name && !inner.simple && names.eq(captured.iter().copied()) {
                inner.shortcut.set(Some(shortcut));
            }
        }
    }

    /// The value of a variable that a function takes from around it, by its
    /// place among these; unbound if it has none yet.
    pub fn captured(&self, function: Value, at: usize) -> Value {
        let closure = &self.heap.function(function).closure;
        closure
            .get(at)
            .map_or(Value::UNBOUND, |&cell| self.heap.cell(cell).value)
    }
}

/// One inline cache: what was found at a site, and under which version.
#[derive(Clone, Copy)]
pub(crate) struct Cache {
    pub version: u32,
    pub index: u32,
    pub value: Value,
}

impl Cache {
    pub const EMPTY: Cache = Cache {
        version: 0,
        index: 0,
        value: Value::UNBOUND,
    };
}
