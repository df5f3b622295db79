//! Syntax trees of Python's own shape, for the module `ast`.
//!
//! What is parsed leaves as [`Step`]s, from which whoever owns Python objects
//! builds nodes; a tree to be compiled comes in as constants in the order of
//! its nodes' fields, and is made into the parser's tree again, so that one
//! compiler compiles both. Nobody else sees the parser's types.

mod read;
mod write;

use airlock_bytecode::Const;
use ruff_text_size::TextSize;

pub(crate) use read::Reader;
pub(crate) use write::Writer;

/// What one step does to the stack of values on which a tree is built.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Value(Const),
    /// Takes so many values off and puts their list there.
    List(u32),
    /// Takes off a value for each field of the class, and puts the node there.
    Node(Class, Option<Span>),
}

/// Where a node stands: lines from 1, columns in bytes from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
}

/// Why a tree cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TreeError {
    /// It is nested too deeply for the compiler's stack.
    TooDeep,
    /// The stream is none that a valid tree gives.
    Malformed,
    /// What trees from sources never have.
    Unsupported(&'static str),
    Diagnostics(Vec<crate::Diagnostic>),
}

macro_rules! classes {
    ($($name:ident)*) => {
        /// The classes of nodes, as Python spells them.
        #[expect(non_camel_case_types, reason = "Python's names")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Class { $($name),* }

        impl Class {
            /// In the order of their numbers.
            pub const ALL: &[Class] = &[$(Class::$name),*];
            pub const NAMES: &[&str] = &[$(stringify!($name)),*];
        }
    };
}

classes! {
    Module Interactive Expression FunctionType
    FunctionDef AsyncFunctionDef ClassDef Return Delete Assign TypeAlias AugAssign AnnAssign
    For AsyncFor While If With AsyncWith Match Raise Try TryStar Assert Import ImportFrom
    Global Nonlocal Expr Pass Break Continue
    BoolOp NamedExpr BinOp UnaryOp Lambda IfExp Dict Set ListComp SetComp DictComp GeneratorExp
    Await Yield YieldFrom Compare Call FormattedValue Interpolation JoinedStr TemplateStr
    Constant Attribute Subscript Starred Name List Tuple Slice
    Load Store Del And Or
    Add Sub Mult MatMult Div Mod Pow LShift RShift BitOr BitXor BitAnd FloorDiv
    Invert Not UAdd USub Eq NotEq Lt LtE Gt GtE Is IsNot In NotIn
    comprehension ExceptHandler arguments arg keyword alias withitem match_case
    MatchValue MatchSingleton MatchSequence MatchMapping MatchClass MatchStar MatchAs MatchOr
    TypeIgnore TypeVar ParamSpec TypeVarTuple
}

impl Class {
    fn has_body(self) -> bool {
        matches!(
            self,
            Class::FunctionDef
                | Class::AsyncFunctionDef
                | Class::ClassDef
                | Class::For
                | Class::AsyncFor
                | Class::While
                | Class::If
                | Class::With
                | Class::AsyncWith
                | Class::Match
                | Class::Try
                | Class::TryStar
                | Class::ExceptHandler
        )
    }
}

/// The parameters of a function's type as a list display that has every
/// parameter in the same place, and where what is after the arrow begins.
pub(crate) fn parameters_as_list(source: &str) -> Option<(String, TextSize)> {
    let mut bytes = source.as_bytes().to_vec();
    let open = bytes.iter().position(|byte| !byte.is_ascii_whitespace())?;
    if bytes[open] != b'(' {
        return None;
    }
    let mut depth = 0;
    let mut close = None;
    for at in open..bytes.len() {
        match bytes[at] {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            b'*' if depth == 1 && bytes.get(at + 1) == Some(&b'*') => bytes[at] = b' ',
            _ => {}
        }
        if depth == 0 {
            close = Some(at);
            break;
        }
    }
    let close = close?;
    (bytes[open], bytes[close]) = (b'[', b']');
    let rest = &source[close + 1..];
    let returns = rest.trim_start().strip_prefix("->")?.trim_start();
    bytes.truncate(close + 1);
    let parameters = String::from_utf8(bytes).ok()?;
    let start = TextSize::try_from(source.len() - returns.len()).ok()?;
    Some((parameters, start))
}
