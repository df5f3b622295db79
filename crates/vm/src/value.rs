//! The 64-bit value: small ints, floats and singletons inline, all else a
//! handle into the heap.
//!
//! NaN-boxing. A float is its own bits (NaNs are made canonical, but for those
//! made from a text, which get a mark: each is a key of its own). The upper
//! 16 bits 0xFFF9 mark an int of 48 bits, 0xFFFA a singleton, 0xFFFB a heap
//! handle: the kind in bits 32..40, the arena index in bits 0..32.

use std::fmt;

/// A Python value. `==` compares identity (`is`), not Python equality.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Value(u64);

const TAG_INT: u64 = 0xFFF9 << 48;
const TAG_SINGLETON: u64 = 0xFFFA << 48;
const TAG_HANDLE: u64 = 0xFFFB << 48;
const TAG_MASK: u64 = 0xFFFF << 48;
const PAYLOAD_MASK: u64 = !TAG_MASK;
const CANONICAL_NAN: u64 = 0x7FF8 << 48;

/// Which arena a handle points into; in some cases more than one Python type
/// shares a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    Str,
    Bytes,
    BigInt,
    Tuple,
    List,
    Dict,
    /// `set` and `frozenset`.
    Set,
    Function,
    /// A function or method written in Rust.
    Native,
    /// A bound method.
    Method,
    Type,
    /// An instance of a class made by a `class` statement, and `object()`.
    Instance,
    Exception,
    Module,
    Cell,
    /// Generators, coroutines and async generators.
    Generator,
    /// Iterators written in Rust.
    Iter,
    /// Everything else: see [`crate::NativeObject`].
    Object,
}

impl Kind {
    /// By number. With a place for whatever five bits say, a look needs no check.
    const ALL: [Kind; 32] = {
        let known = [
            Kind::Str,
            Kind::Bytes,
            Kind::BigInt,
            Kind::Tuple,
            Kind::List,
            Kind::Dict,
            Kind::Set,
            Kind::Function,
            Kind::Native,
            Kind::Method,
            Kind::Type,
            Kind::Instance,
            Kind::Exception,
            Kind::Module,
            Kind::Cell,
            Kind::Generator,
            Kind::Iter,
        ];
        let mut all = [Kind::Object; 32];
        let mut at = 0;
        while at < known.len() {
            all[at] = known[at];
            at += 1;
        }
        all
    };
}

impl Value {
    /// No value at all: an unbound variable, an empty cell, an argument that
    /// was not given. Never visible to Python.
    pub const UNBOUND: Value = Value(TAG_SINGLETON);
    pub const NONE: Value = Value(TAG_SINGLETON | 1);
    pub const FALSE: Value = Value(TAG_SINGLETON | 2);
    pub const TRUE: Value = Value(TAG_SINGLETON | 3);
    pub const NOT_IMPLEMENTED: Value = Value(TAG_SINGLETON | 4);
    pub const ELLIPSIS: Value = Value(TAG_SINGLETON | 5);

    pub const SMALL_MAX: i64 = (1 << 47) - 1;
    pub const SMALL_MIN: i64 = -(1 << 47);

    #[inline(always)]
    pub const fn bool(value: bool) -> Value {
        if value { Value::TRUE } else { Value::FALSE }
    }

    #[inline(always)]
    pub fn float(value: f64) -> Value {
        if value.is_nan() {
            Value(CANONICAL_NAN)
        } else {
            Value(value.to_bits())
        }
    }

    /// A NaN with a mark that makes it another object than other NaNs.
    pub(crate) const fn nan(mark: u32, negative: bool) -> Value {
        Value(CANONICAL_NAN | mark as u64 | (negative as u64) << 63)
    }

    /// This float with the other sign, NaNs too.
    #[inline(always)]
    pub const fn negated(self) -> Value {
        debug_assert!(self.is_float());
        Value(self.0 ^ (1 << 63))
    }

    /// The bits of a float as others may see them: a NaN without its mark.
    pub fn ieee_bits(float: f64) -> u64 {
        if float.is_nan() {
            float.to_bits() & (0xFFF8 << 48) | CANONICAL_NAN
        } else {
            float.to_bits()
        }
    }

    /// The int, if it fits 48 bits; for any int use `Vm::int`.
    #[inline(always)]
    pub const fn small(value: i64) -> Option<Value> {
        if (value << 16) >> 16 == value {
            Some(Value(TAG_INT | (value as u64 & PAYLOAD_MASK)))
        } else {
            None
        }
    }

    /// An int known to fit 48 bits: a length, a count, an index.
    #[inline(always)]
    pub const fn count(value: usize) -> Value {
        Value(TAG_INT | (value as u64 & PAYLOAD_MASK))
    }

    /// An int of 32 bits.
    #[inline(always)]
    pub const fn int32(value: i32) -> Value {
        Value(TAG_INT | (value as i64 as u64 & PAYLOAD_MASK))
    }

    #[inline(always)]
    pub(crate) const fn handle(kind: Kind, index: u32) -> Value {
        Value(TAG_HANDLE | ((kind as u64) << 32) | index as u64)
    }

    #[inline(always)]
    pub const fn is_small(self) -> bool {
        self.0 & TAG_MASK == TAG_INT
    }

    /// The value of a small int; not a bool.
    #[inline(always)]
    pub const fn as_small(self) -> Option<i64> {
        if self.is_small() {
            Some(((self.0 << 16) as i64) >> 16)
        } else {
            None
        }
    }

    /// The small int that this is known to be.
    #[inline(always)]
    pub(crate) const fn small_unchecked(self) -> i64 {
        ((self.0 << 16) as i64) >> 16
    }

    #[inline(always)]
    pub const fn is_float(self) -> bool {
        self.0 < TAG_INT
    }

    #[inline(always)]
    pub const fn as_float(self) -> Option<f64> {
        if self.is_float() {
            Some(f64::from_bits(self.0))
        } else {
            None
        }
    }

    #[inline(always)]
    pub const fn as_bool(self) -> Option<bool> {
        if self.0 == Value::TRUE.0 {
            Some(true)
        } else if self.0 == Value::FALSE.0 {
            Some(false)
        } else {
            None
        }
    }

    #[inline(always)]
    pub const fn is_none(self) -> bool {
        self.0 == Value::NONE.0
    }

    #[inline(always)]
    pub const fn is_unbound(self) -> bool {
        self.0 == Value::UNBOUND.0
    }

    /// `None` for [`Value::UNBOUND`].
    #[inline(always)]
    pub const fn bound(self) -> Option<Value> {
        if self.is_unbound() { None } else { Some(self) }
    }

    #[inline(always)]
    pub const fn is_handle(self) -> bool {
        self.0 & TAG_MASK == TAG_HANDLE
    }

    /// The kind of a handle; `None` for inline values.
    #[inline(always)]
    pub const fn kind(self) -> Option<Kind> {
        if self.is_handle() {
            Some(Kind::ALL[self.upper_bits() as usize % Kind::ALL.len()])
        } else {
            None
        }
    }

    #[inline(always)]
    pub const fn is(self, kind: Kind) -> bool {
        self.0 >> 32 == (TAG_HANDLE >> 32) | kind as u64
    }

    #[inline(always)]
    pub(crate) const fn index(self) -> usize {
        self.0 as u32 as usize
    }

    /// Tag and kind of a handle.
    #[inline(always)]
    pub(crate) const fn upper_bits(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// The raw bits: distinct for values that are not identical.
    #[inline(always)]
    pub const fn bits(self) -> u64 {
        self.0
    }

    #[inline(always)]
    pub(crate) const fn from_bits(bits: u64) -> Value {
        Value(bits)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Value::float(value)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Value::UNBOUND => f.write_str("unbound"),
            Value::NONE => f.write_str("None"),
            Value::TRUE => f.write_str("True"),
            Value::FALSE => f.write_str("False"),
            Value::NOT_IMPLEMENTED => f.write_str("NotImplemented"),
            Value::ELLIPSIS => f.write_str("Ellipsis"),
            value => match (value.as_small(), value.as_float(), value.kind()) {
                (Some(int), _, _) => write!(f, "{int}"),
                (_, Some(float), _) => write!(f, "{float:?}"),
                (_, _, Some(kind)) => write!(f, "{kind:?}#{}", value.index()),
                _ => write!(f, "?{:x}", value.0),
            },
        }
    }
}
