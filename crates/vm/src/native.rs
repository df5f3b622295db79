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

use std::sync::OnceLock;

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
    parsed: OnceLock<Signature>,
}

/// Declares a function of a module.
pub const fn function(name: &'static str, signature: &'static str, function: NativeFn) -> NativeDef {
    NativeDef {
        name,
        signature,
        function,
        role: NativeRole::Function,
        slow: None,
        raw_self: false,
        parsed: OnceLock::new(),
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
        self.parsed.get_or_init(|| Signature::parse(self.signature))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Default {
    Required,
    Omitted,
    None,
    Bool(bool),
    Int(i32),
    Str(&'static str),
}

#[derive(Clone, Debug)]
pub(crate) struct Param {
    pub name: &'static str,
    pub default: Default,
}

/// A parsed signature. Parameters: positional, then keyword-only.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    pub params: Vec<Param>,
    pub positional: usize,
    pub positional_only: usize,
    /// How many positional ones have no default; defaults may also be given
    /// to earlier ones, as `range` does, by declaring all as optional.
    pub required: usize,
    /// Index in the bound arguments at which `*args` stands: after the
    /// positional parameters.
    pub varargs: bool,
    pub varkw: bool,
}

impl Signature {
    fn parse(text: &'static str) -> Signature {
        let mut signature = Signature {
            params: Vec::new(),
            positional: 0,
            positional_only: 0,
            required: 0,
            varargs: false,
            varkw: false,
        };
        let mut keyword_only = false;
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            if part == "/" {
                signature.positional_only = signature.params.len();
            } else if part == "*" {
                keyword_only = true;
            } else if part.starts_with("**") {
                signature.varkw = true;
            } else if part.starts_with('*') {
                signature.varargs = true;
                keyword_only = true;
            } else {
                let (name, default) = match part.split_once('=') {
                    Some((name, value)) => (name.trim(), parse_default(value.trim())),
                    None => (part, Default::Required),
                };
                signature.params.push(Param { name, default });
                if !keyword_only {
                    signature.positional += 1;
                }
            }
        }
        signature.required = signature.params[..signature.positional]
            .iter()
            .filter(|param| param.default == Default::Required)
            .count();
        signature
    }

    /// How many values the native receives.
    pub fn slots(&self) -> usize {
        self.params.len() + self.varargs as usize + self.varkw as usize
    }
}

fn parse_default(text: &'static str) -> Default {
    match text {
        "None" => Default::None,
        "True" => Default::Bool(true),
        "False" => Default::Bool(false),
        "..." => Default::Omitted,
        _ => match text.parse() {
            Ok(int) => Default::Int(int),
            Err(_) => Default::Str(text.trim_matches(['\'', '"'])),
        },
    }
}
