//! Code objects: one for each module, class body, function, lambda and
//! generator expression.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::{Instr, Reg};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Code {
    pub name: Box<str>,
    pub qualname: Box<str>,
    pub flags: CodeFlags,
    pub params: Params,
    pub instrs: Box<[Instr]>,
    pub consts: Box<[Const]>,
    /// Identifiers that instructions name by index.
    pub names: Box<[Box<str>]>,
    /// For each inline-cache site, an index into `names`. Each instruction
    /// with a `site` operand has a site of its own.
    pub sites: Box<[u16]>,
    /// Names of the variables in the first registers; temporaries follow.
    /// A name may be empty (a cell of an inlined comprehension, say).
    pub varnames: Box<[Box<str>]>,
    /// The registers, among the first `varnames.len()`, that hold cells.
    pub cell_registers: Box<[Reg]>,
    /// For each free variable, the register of the *enclosing* frame that
    /// holds its cell when the function is made. The cells are copied into
    /// the registers that follow the parameters.
    pub captures: Box<[Reg]>,
    /// How many registers a frame needs.
    pub registers: u16,
    /// Sorted and disjoint: at most one range covers an instruction.
    pub exception_table: Box<[ExceptionRange]>,
    /// Run-length: from this instruction on, until the next entry. Sorted.
    pub positions: Box<[(u32, Position)]>,
    pub doc: Option<Box<str>>,
    pub first_line: u32,
}

impl Code {
    /// Where the instruction at `pc` came from.
    pub fn position(&self, pc: u32) -> Position {
        let after = self.positions.partition_point(|(start, _)| *start <= pc);
        match after.checked_sub(1) {
            Some(index) => self.positions[index].1,
            None => Position {
                line: self.first_line,
                ..Position::default()
            },
        }
    }

    /// Index of the first free variable's register.
    pub fn first_capture(&self) -> usize {
        self.params.count()
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeFlags {
    pub generator: bool,
    pub coroutine: bool,
    pub async_generator: bool,
    /// A generator whose objects can be awaited (`types.coroutine`).
    pub iterable_coroutine: bool,
    pub class_body: bool,
    /// Names go through the frame's namespace (`LoadName`), as in a class
    /// body and in `exec` with separate locals.
    pub namespace: bool,
    /// Part of the runtime itself: left out of tracebacks.
    pub hidden: bool,
    /// Defined inside another function.
    pub nested: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Params {
    /// Positional parameters, the positional-only ones included.
    pub positional: u16,
    pub positional_only: u16,
    pub keyword_only: u16,
    pub varargs: bool,
    pub varkw: bool,
}

impl Params {
    /// Registers that the parameters take.
    pub fn count(&self) -> usize {
        self.positional as usize
            + self.keyword_only as usize
            + self.varargs as usize
            + self.varkw as usize
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Const {
    None,
    Bool(bool),
    Ellipsis,
    Int(i64),
    /// Decimal digits of an integer that does not fit `Int`.
    BigInt(Box<str>),
    Float(f64),
    Complex(f64, f64),
    Str(Box<str>),
    /// A str with lone surrogates, in generalised UTF-8 (WTF-8).
    SurrogateStr(Box<[u8]>),
    Bytes(Box<[u8]>),
    Tuple(Box<[Const]>),
    FrozenSet(Box<[Const]>),
    Code(Rc<Code>),
}

/// An exception raised at `start <= pc < end` is stored in `exception` and
/// the frame goes on at `handler`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionRange {
    pub start: u32,
    pub end: u32,
    pub handler: u32,
    pub exception: Reg,
}

/// Lines count from 1; columns are UTF-8 bytes and count from 0. A line of 0
/// means unknown; equal columns mean that only the line is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    pub line: u32,
    pub end_line: u32,
    pub column: u16,
    pub end_column: u16,
}
