//! Functions written in Rust: how they are declared, and how arguments are
//! bound to their signatures.
//!
//! A native never calls Python. When it needs to, it answers with a
//! [`Throw`](crate::Throw): run this call and give me its result
//! ([`Vm::call_then`](crate::Vm::call_then)), turn this iterable into a list and
//! call me again ([`Throw::Materialize`](crate::Throw::Materialize)), or let
//! the Python version of me do it ([`Throw::Python`](crate::Throw::Python),
//! see [`NativeDef::slow`]). Until it answers so it must not have changed
//! anything.

use crate::{Res, Value, Vm};

/// Receives one value for each parameter of the signature, in order:
/// [`Value::UNBOUND`] for an omitted optional one without a literal default,
/// a tuple for `*args`, a dict for `**kwargs`.
pub type NativeFn = fn(&mut Vm, &[Value]) -> Res;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NativeRole {
    /// A module's function; the signature names all parameters.
    #[default]
    Function,
    /// A method; the signature begins with `self`.
    Method,
    /// The signature begins with `cls`.
    ClassMethod,
    StaticMethod,
    /// `__new__`: a static method whose signature begins with `cls`.
    New,
}

/// A function written in Rust.
pub struct NativeDef {
    pub name: &'static str,
    /// As Python's `__text_signature__` without the parentheses, say
    /// `"self, key, default=None, /"`. Defaults are `None`, `True`, `False`,
    /// ints, quoted strings, or `...` for "omitted".
    pub signature: &'static str,
    pub function: NativeFn,
    pub role: NativeRole,
    /// Function of the prelude that does the same in Python; called with the
    /// bound arguments (`*args` as one tuple, `**kwargs` as one dict; trailing
    /// omitted ones left out, others None).
    pub slow: Option<&'static str>,
    /// Methods of built-in types receive the built-in value of an instance of
    /// a subclass; with this, the instance itself.
    pub raw_self: bool,
    parsed: Signature,
}

/// Declares a function of a module.
pub const fn function(
    name: &'static str,
    signature: &'static str,
    function: NativeFn,
) -> NativeDef {
    NativeDef {
        name,
        signature,
        function,
        role: NativeRole::Function,
        slow: None,
        raw_self: false,
        parsed: Signature::parse(signature),
    }
}

/// Declares a method of a type.
pub const fn method(name: &'static str, signature: &'static str, f: NativeFn) -> NativeDef {
    function(name, signature, f).role(NativeRole::Method)
}

pub const fn class_method(name: &'static str, signature: &'static str, f: NativeFn) -> NativeDef {
    function(name, signature, f).role(NativeRole::ClassMethod)
}

pub const fn static_method(name: &'static str, signature: &'static str, f: NativeFn) -> NativeDef {
    function(name, signature, f).role(NativeRole::StaticMethod)
}

/// Declares `__new__`; the signature begins with `cls`.
pub const fn new_method(signature: &'static str, f: NativeFn) -> NativeDef {
    function("__new__", signature, f).role(NativeRole::New)
}

/// The six comparison methods of a type, by a function that is told which one
/// is asked. The word, where there is one, begins the names of the prelude's
/// versions: `"seq"` for `seq_eq`, `seq_lt` and so on.
#[macro_export]
macro_rules! comparisons {
    ($compare:path $(, $word:literal)?) => {
        &[
            $crate::comparisons!(@one "__eq__", Eq, $compare $(, concat!($word, "_eq"))?),
            $crate::comparisons!(@one "__ne__", Ne, $compare $(, concat!($word, "_ne"))?),
            $crate::comparisons!(@one "__lt__", Lt, $compare $(, concat!($word, "_lt"))?),
            $crate::comparisons!(@one "__le__", Le, $compare $(, concat!($word, "_le"))?),
            $crate::comparisons!(@one "__gt__", Gt, $compare $(, concat!($word, "_gt"))?),
            $crate::comparisons!(@one "__ge__", Ge, $compare $(, concat!($word, "_ge"))?),
        ]
    };
    (@one $name:literal, $op:ident, $compare:path $(, $slow:expr)?) => {
        $crate::native::method($name, "self, value, /", |vm, args| {
            $compare(vm, args, $crate::CmpOp::$op)
        })
        $(.slow($slow))?
    };
}

impl NativeDef {
    pub const fn role(mut self, role: NativeRole) -> Self {
        self.role = role;
        self
    }

    /// Names the prelude's Python version.
    pub const fn slow(mut self, name: &'static str) -> Self {
        self.slow = Some(name);
        self
    }

    pub const fn raw_self(mut self) -> Self {
        self.raw_self = true;
        self
    }

    pub(crate) fn parsed(&self) -> &Signature {
        &self.parsed
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Default {
    Required,
    Omitted,
    None,
    Bool(bool),
    Int(i32),
    Str(&'static str),
}

impl Default {
    /// The value, unless it has to be made or there is none.
    pub(crate) const fn plain(self) -> Option<Value> {
        match self {
            Default::Omitted => Some(Value::UNBOUND),
            Default::None => Some(Value::NONE),
            Default::Bool(value) => Some(Value::bool(value)),
            Default::Int(value) => Some(Value::int32(value)),
            Default::Required | Default::Str(_) => None,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Param {
    pub name: &'static str,
    pub default: Default,
}

/// The most parameters a native may have.
pub(crate) const MAX_PARAMS: usize = 12;

/// A parsed signature. Parsed when compiled, so that tables of natives are
/// constants.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    pub params: Params,
    pub positional: usize,
    pub positional_only: usize,
    /// How many positional ones have no default; defaults may also be given
    /// to earlier ones, as `range` does, by declaring all as optional.
    pub required: usize,
    /// Index in the bound arguments at which `*args` stands: after the
    /// positional parameters.
    pub varargs: bool,
    pub varkw: bool,
    /// There is neither `*args` nor `**kwargs`, and every default is in
    /// `defaults`.
    pub plain: bool,
    /// What stands for parameters that are not given.
    pub defaults: [Value; MAX_PARAMS],
}

/// Positional parameters, then keyword-only ones.
#[derive(Clone, Debug)]
pub(crate) struct Params {
    items: [Param; MAX_PARAMS],
    count: usize,
}

impl std::ops::Deref for Params {
    type Target = [Param];
    #[inline]
    fn deref(&self) -> &[Param] {
        &self.items[..self.count]
    }
}

impl Signature {
    const fn parse(text: &'static str) -> Signature {
        let mut params = Params {
            items: [Param {
                name: "",
                default: Default::Required,
            }; MAX_PARAMS],
            count: 0,
        };
        let mut signature_positional = 0;
        let (mut positional_only, mut required) = (0, 0);
        let (mut varargs, mut varkw, mut keyword_only) = (false, false, false);
        let mut plain = true;
        let mut defaults = [Value::UNBOUND; MAX_PARAMS];
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let mut end = at;
            let mut quoted = false;
            while end < bytes.len() && (quoted || bytes[end] != b',') {
                quoted ^= bytes[end] == b'\'' || bytes[end] == b'"';
                end += 1;
            }
            let part = trim(text, at, end);
            let first = if part.is_empty() {
                0
            } else {
                part.as_bytes()[0]
            };
            if first == b'/' {
                positional_only = params.count;
            } else if first == b'*' {
                if part.len() > 1 && part.as_bytes()[1] == b'*' {
                    varkw = true;
                } else {
                    varargs = varargs || part.len() > 1;
                    keyword_only = true;
                }
            } else if first != 0 {
                let mut equals = 0;
                while equals < part.len() && part.as_bytes()[equals] != b'=' {
                    equals += 1;
                }
                let default = if equals < part.len() {
                    parse_default(trim(part, equals + 1, part.len()))
                } else {
                    Default::Required
                };
                params.items[params.count] = Param {
                    name: trim(part, 0, equals),
                    default,
                };
                match default.plain() {
                    Some(value) => defaults[params.count] = value,
                    // Required ones come first.
                    None => {
                        let first = params.count == required && !keyword_only;
                        plain = plain && matches!(default, Default::Required) && first;
                    }
                }
                params.count += 1;
                if !keyword_only {
                    signature_positional += 1;
                    required += matches!(default, Default::Required) as usize;
                }
            }
            at = end + 1;
        }
        Signature {
            params,
            positional: signature_positional,
            positional_only,
            required,
            varargs,
            varkw,
            plain: plain && !varargs && !varkw,
            defaults,
        }
    }

    /// How many values the native receives.
    pub fn slots(&self) -> usize {
        self.params.len() + self.varargs as usize + self.varkw as usize
    }
}

/// `text[start..end]` without blanks at its ends.
const fn trim(text: &'static str, mut start: usize, mut end: usize) -> &'static str {
    let bytes = text.as_bytes();
    while start < end && bytes[start] == b' ' {
        start += 1;
    }
    while end > start && bytes[end - 1] == b' ' {
        end -= 1;
    }
    text.split_at(end).0.split_at(start).1
}

const fn parse_default(text: &'static str) -> Default {
    match text.as_bytes() {
        b"None" => Default::None,
        b"True" => Default::Bool(true),
        b"False" => Default::Bool(false),
        b"..." => Default::Omitted,
        [b'\'' | b'"', ..] => Default::Str(text.split_at(text.len() - 1).0.split_at(1).1),
        bytes => match i32::from_str_radix(text, 10) {
            Ok(int) => Default::Int(int),
            Err(_) if bytes.is_empty() => Default::Required,
            Err(_) => Default::Str(text),
        },
    }
}
