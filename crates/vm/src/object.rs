//! What stands in the heap: one struct for each [`Kind`](crate::Kind).

use std::any::Any;
use std::cell::{Cell, OnceCell};
use std::cmp::Ordering;
use std::rc::Rc;

use compact_str::CompactString;
use smallvec::SmallVec;

use crate::builtins::set_table::Shape;
use crate::codeobj::CodeObj;
use crate::gc::Tracer;
use crate::native::NativeDef;
use crate::{PyDict, Res, Value, Vm};

/// Immutable text. Python's `str` counts code points.
pub struct PyStr {
    pub text: Text,
    /// Number of code points; equal to `text.len()` if all ASCII.
    pub chars: u32,
    /// 0 until first asked for.
    pub(crate) hash: Cell<u32>,
    pub(crate) interned: bool,
}

/// The characters of a str: written out, or two strs that follow each other
/// and have not been read as one yet. As a `str` it is what was written out;
/// `Heap::pystr` sees to that.
pub struct Text {
    /// Short ones stand right here: most texts a program makes are.
    flat: OnceCell<CompactString>,
    parts: Cell<Option<Box<Concat>>>,
}

/// A text that is `left`, then `right`.
#[derive(Clone, Copy)]
pub(crate) struct Concat {
    pub left: Value,
    pub right: Value,
    pub bytes: u32,
    /// How many such pairs it is made of.
    pub pieces: u32,
}

impl Text {
    pub(crate) fn of_parts(parts: Concat) -> Text {
        Text {
            flat: OnceCell::new(),
            parts: Cell::new(Some(Box::new(parts))),
        }
    }

    #[inline]
    pub(crate) fn is_flat(&self) -> bool {
        self.flat.get().is_some()
    }

    pub(crate) fn parts(&self) -> Option<Concat> {
        if self.is_flat() {
            return None;
        }
        let parts = self.parts.take();
        let copy = parts.as_deref().copied();
        self.parts.set(parts);
        copy
    }

    pub(crate) fn take_parts(&self) -> Option<Concat> {
        self.parts.take().map(|parts| *parts)
    }

    /// Once its parts were taken.
    pub(crate) fn set_flat(&self, text: CompactString) {
        let _ = self.flat.set(text);
    }

    #[inline]
    pub(crate) fn bytes(&self) -> usize {
        self.extent().0
    }

    /// How many bytes it has, and of how many pairs it is made.
    #[inline]
    pub(crate) fn extent(&self) -> (usize, u32) {
        match self.flat.get() {
            Some(text) => (text.len(), 0),
            None => self
                .parts()
                .map_or((0, 0), |parts| (parts.bytes as usize, parts.pieces)),
        }
    }
}

impl From<CompactString> for Text {
    fn from(text: CompactString) -> Self {
        Text {
            flat: OnceCell::from(text),
            parts: Cell::new(None),
        }
    }
}

impl std::ops::Deref for Text {
    type Target = str;
    #[inline]
    fn deref(&self) -> &str {
        self.flat.get().map_or("", |text| text)
    }
}

impl PyStr {
    #[inline]
    pub fn is_ascii(&self) -> bool {
        self.chars as usize == self.text.len()
    }
}

/// The items of a tuple: pairs and triples stand in their slot.
pub(crate) type TupleItems = SmallVec<[Value; INLINE_ITEMS]>;
pub(crate) const INLINE_ITEMS: usize = 3;

/// `bytes`.
pub struct PyBytes {
    pub data: Box<[u8]>,
}

pub struct PySet {
    /// Values are None.
    pub table: PyDict,
    pub(crate) shape: Shape,
    pub frozen: bool,
    /// Of a frozenset: nested ones would be hashed again and again.
    pub(crate) hash: Cell<Option<i64>>,
}

pub struct PyFunction {
    pub code: Rc<CodeObj>,
    pub globals: Value,
    pub closure: Box<[Value]>,
    /// A tuple, or None.
    pub defaults: Value,
    /// A dict, or None.
    pub kwdefaults: Value,
    pub name: Value,
    pub qualname: Value,
    pub module: Value,
    pub doc: Value,
    /// The `__annotate__` function, or None.
    pub annotate: Value,
    /// `__annotations__` once asked for or set; else unbound.
    pub annotations: Value,
    pub type_params: Value,
    /// A dict once an attribute was set or `__dict__` asked for; else None.
    pub dict: Value,
}

pub struct PyNative {
    pub def: &'static NativeDef,
    /// The module for a module's function, the class for a class method;
    /// unbound for methods and static methods.
    pub receiver: Value,
    /// The type it was registered on, or the module; None if neither.
    pub owner: Value,
}

pub struct PyMethod {
    pub function: Value,
    pub receiver: Value,
}

/// An instance of a class made in Python, or of `object`.
pub struct PyInstance {
    pub class: Value,
    /// Attributes, unless `dict` holds them.
    pub attrs: PyDict,
    /// The dict that was handed out as `__dict__`; None before that.
    pub dict: Value,
    /// For subclasses of built-in types: the built-in value; else unbound.
    pub payload: Value,
}

impl PyInstance {
    pub(crate) fn trace(&self, tracer: &mut Tracer) {
        tracer.dict(&self.attrs);
        tracer.extend(&[self.class, self.dict, self.payload]);
    }
}

pub struct PyException {
    pub class: Value,
    /// A tuple.
    pub args: Value,
    pub attrs: PyDict,
    pub cause: Value,
    pub context: Value,
    pub suppress_context: bool,
    /// Innermost frame first.
    pub trace: Vec<TraceEntry>,
    /// `__traceback__` as it was handed out or set; else unbound.
    pub traceback: Value,
}

/// One frame an exception passed through.
#[derive(Clone)]
pub struct TraceEntry {
    pub code: Rc<CodeObj>,
    pub pc: u32,
    pub globals: Value,
    /// The variables' registers as they stood when the frame ended so.
    pub kept: Option<Rc<[Value]>>,
}

pub struct PyModule {
    pub dict: Value,
    /// `ModuleType` or a subclass made in Python; unbound for the former.
    pub class: Value,
}

pub struct PyCell {
    pub value: Value,
}

/// What a native type's objects are. Use [`Heap::downcast`](crate::Heap::downcast)
/// to downcast.
pub trait NativeObject: Any {
    /// The Python type.
    fn class(&self) -> Value;
    /// Reports every [`Value`] held.
    fn trace(&self, tracer: &mut Tracer);
    /// Bytes held, for the memory limit; the same on every platform.
    fn bytes(&self) -> usize {
        64
    }
    /// Attributes set from Python, for types whose objects have a `__dict__`.
    fn attrs(&self) -> Option<&PyDict> {
        None
    }
    fn attrs_mut(&mut self) -> Option<&mut PyDict> {
        None
    }
    /// How `await` and `for` drive it without Python-level calls, if it is an
    /// iterator that runs no Python.
    fn stepper(&self) -> Option<Stepper> {
        None
    }
    /// The bytes held, for types that others may read as a buffer.
    fn buffer(&self) -> Option<&[u8]> {
        None
    }
    fn buffer_mut(&mut self) -> Option<&mut [u8]> {
        None
    }
    /// Whether its `__del__`, which ends this wish, is to run when it goes.
    fn wants_end(&self) -> bool {
        false
    }
    /// What it compares and hashes as, unbound if that is gone, and where its
    /// hash is kept: for weak references.
    fn referent(&self) -> Option<(Value, &Cell<Option<i64>>)> {
        None
    }
    /// Its hash, where that needs no Python code though the type has its own.
    fn own_hash(&self) -> Option<i64> {
        None
    }
    /// How it compares with an object of its kind, where that needs no Python
    /// code though the type has its own comparisons.
    fn own_order(&self, _: &dyn NativeObject) -> Option<Ordering> {
        None
    }
    /// The `struct` code and the size of a buffer's items.
    fn buffer_item(&self) -> (char, usize) {
        ('B', 1)
    }
}

/// Takes the next step of an iterator; the last argument is what was sent.
pub type Stepper = fn(&mut crate::Vm, Value, Value) -> crate::Res<IterStep>;

#[derive(Clone, Copy, Debug)]
pub enum IterStep {
    Item(Value),
    /// Ended, with the value a `StopIteration` would carry.
    Done(Value),
}

/// Iterators written in Rust.
pub enum PyIter {
    /// Over a list, live: sees appended items.
    List {
        list: Value,
        at: usize,
    },
    Tuple {
        tuple: Value,
        at: usize,
    },
    /// `remaining` more items: `next`, `next + step`, ...
    Range {
        next: i64,
        step: i64,
        remaining: u64,
    },
    /// Over a str, by byte position.
    Str {
        text: Value,
        at: usize,
    },
    Bytes {
        data: Value,
        at: usize,
    },
    /// Over a dict or a set's table; `size` is the length at the start, `left`
    /// how many items are to come.
    Table {
        table: Value,
        at: usize,
        size: usize,
        left: usize,
        what: TableItem,
        reversed: bool,
    },
    /// Items already collected.
    Items {
        items: Rc<[Value]>,
        at: usize,
    },
    Reversed {
        list: Value,
        next: Option<usize>,
    },
    Enumerate {
        inner: Value,
        count: i64,
    },
    Zip {
        inner: Box<[Value]>,
        strict: bool,
    },
    /// An iterator of class `class` whose items come from the Python
    /// generator `inner` (how `map`, `filter` and most of `itertools` work).
    Wrapped {
        class: Value,
        inner: Value,
    },
    /// `iter(callable, sentinel)` and sequences by `__getitem__` are wrapped
    /// generators as well.
    Exhausted {
        class: Value,
    },
    /// Any other, of class `class`.
    Native {
        class: Value,
        state: Box<dyn NativeIter>,
    },
}

/// What a [`PyIter::Native`] does.
pub trait NativeIter {
    /// The next item; `None` at the end. Must not need Python.
    fn next(&mut self, vm: &mut Vm) -> Res<Option<Value>>;
    /// Reports every [`Value`] held.
    fn trace(&self, tracer: &mut Tracer);
    /// The arguments that its repr shows, if it is not the usual one.
    fn shown(&self) -> Option<Vec<Value>> {
        None
    }
    /// The container and the place in it, for those that `__reduce__` makes
    /// again from these.
    fn place(&self) -> Option<(Value, usize)> {
        None
    }
    fn set_place(&mut self, _: usize) {}
    /// `__length_hint__`.
    fn remaining(&self, _: &Vm) -> Option<usize> {
        None
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableItem {
    Key,
    Value,
    Pair,
}

/// Where a type's instances keep what makes them special.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// [`PyInstance`] without payload.
    Object,
    /// [`PyInstance`] whose payload is a value of this built-in type (the
    /// index is that of the type object); the type itself if it is built in.
    Payload(Value),
    Exception,
    Type,
    /// Cannot be subclassed (`bool`, `NoneType`, functions, ...).
    Final,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct TypeFlags {
    /// Made by a class statement or `type(...)`.
    pub heap: bool,
    /// Made in Python, but by CPython in C: messages name its module too,
    /// and its attributes cannot be set.
    pub native_name: bool,
    /// `__eq__` is Python code (or otherwise not the built-in one).
    pub custom_eq: bool,
    pub custom_hash: bool,
    /// `__hash__` is None.
    pub unhashable: bool,
    pub custom_getattribute: bool,
    pub has_getattr: bool,
    pub custom_setattr: bool,
    pub custom_delattr: bool,
    /// An instance may have an attribute of the same name as a method.
    pub shadowed: bool,
    /// Instances have no `__dict__` (`__slots__` all the way up).
    pub no_dict: bool,
    pub has_del: bool,
    /// Made by the library's code, not the program's.
    pub of_library: bool,
    /// Has abstract methods, so that it cannot be instantiated.
    pub is_abstract: bool,
}

pub struct PyType {
    pub name: Box<str>,
    pub qualname: Value,
    pub metaclass: Value,
    pub bases: Vec<Value>,
    pub mro: Vec<Value>,
    /// A dict.
    pub dict: Value,
    pub layout: Layout,
    pub flags: TypeFlags,
    pub subclasses: Vec<Value>,
    /// Resolved when first instantiated; see `call::instantiate`.
    pub(crate) construct: Cell<Construct>,
    /// How many attributes instances were seen to have, as far as they need
    /// no index.
    pub(crate) room: u8,
}

/// How calling a class makes an instance.
#[derive(Clone, Copy)]
pub(crate) struct Construct {
    pub version: u32,
    /// `__new__` is `object.__new__`.
    pub plain_new: bool,
    /// The `__init__` function, or unbound if it is `object.__init__`.
    pub init: Value,
    /// The built-in class's own `__new__` if that is all; else unbound.
    pub native_new: Value,
}

impl Construct {
    /// Not looked up yet.
    pub const UNKNOWN: Construct = Construct {
        version: 0,
        plain_new: false,
        init: Value::UNBOUND,
        native_new: Value::UNBOUND,
    };
}
