//! The tree to register code.
//!
//! A [`Unit`] is a code object under construction. Its registers are the
//! variables first and a stack of temporaries above them: an expression
//! leaves its result in a variable's own register or in the temporary that
//! was next when it began, so a call's callee and arguments, evaluated one
//! after another, stand in consecutive registers at the top.
//!
//! Every expression writes its destination last and in one instruction if
//! that is a variable, so a variable never shows a half-made value to the
//! operands or to an exception handler.

mod annotation;
mod blocks;
mod call;
mod class;
mod comprehension;
mod condition;
mod display;
mod expr;
mod function;
mod import;
mod names;
mod pattern;
mod stmt;
mod store;
mod template;
mod type_params;
mod unwind;

use std::rc::Rc;

use airlock_bytecode::{Code, CodeFlags, Const, Instr, Params, Reg};
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxHashMap;

use crate::assemble::{self, HandlerId, Label, Op, Role};
use crate::diagnostics::Report;
use crate::lines::LineIndex;
use crate::symbols::{ScopeId, ScopeKind, Sym, SymbolTable};
use crate::{Mode, Options, constants};
pub(crate) use template::{OWN_TEXT, debug_text, source_text};
use unwind::BlockEntry;

/// More instructions than this in one code object are refused.
const MAX_INSTRUCTIONS: usize = 1 << 24;
/// So are more than this for each byte of the source: `finally` bodies are
/// written several times, and multiply inside one another.
const MAX_GROWTH: usize = 50;
/// More blocks than this inside one another are refused, as in CPython.
const MAX_BLOCKS: usize = 40;

/// What code is made of, and how.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a> {
    /// Empty for a tree that was not parsed.
    pub(crate) source: &'a str,
    /// The bytes of the source or what stands for them: bounds the code.
    pub(crate) size: usize,
    pub(crate) lines: &'a LineIndex,
    pub(crate) symbols: &'a SymbolTable,
    pub(crate) mode: Mode,
    pub(crate) options: Options,
}

pub(crate) fn module(input: Input<'_>, body: &[Stmt], report: &mut Report) -> Rc<Code> {
    let mut compiler = Compiler::new(input, report);
    compiler.unit.first_line = 1;
    compiler.module_body(body);
    compiler.finish(None)
}

pub(crate) fn expression(input: Input<'_>, expr: &Expr, report: &mut Report) -> Rc<Code> {
    let mut compiler = Compiler::new(input, report);
    compiler.unit.first_line = 1;
    let value = compiler.expr(expr, None);
    compiler.emit(Instr::Return { src: value }, expr.range());
    compiler.finish(None)
}

pub(crate) struct Compiler<'a, 'r> {
    source: &'a str,
    lines: &'a LineIndex,
    symbols: &'a SymbolTable,
    options: Options,
    /// Whether the values of expression statements are displayed.
    interactive: bool,
    report: &'r mut Report,
    /// Whether `from __future__` may still stand here.
    allows_future: bool,
    /// How many instructions were written, and how many may be.
    emitted: usize,
    most_emitted: usize,
    unit: Unit<'a>,
}

/// A code object under construction.
pub(crate) struct Unit<'a> {
    scope: ScopeId,
    /// The scope names are looked up in: `scope`, or a comprehension in it.
    current: ScopeId,
    name: Box<str>,
    qualname: Box<str>,
    flags: CodeFlags,
    params: Params,
    doc: Option<Box<str>>,
    /// For a scope of type parameters: what the names inside begin with.
    inner_prefix: Option<Box<str>>,
    first_line: u32,

    ops: Vec<Op>,
    labels: Vec<u32>,
    handlers: Vec<assemble::Handler>,
    handler: HandlerId,

    consts: Vec<Const>,
    const_index: FxHashMap<ConstKey, u32>,
    names: Vec<Box<str>>,
    name_index: FxHashMap<Box<str>, u16>,
    sites: Vec<u16>,

    varnames: Vec<Box<str>>,
    cell_registers: Vec<Reg>,
    registers: FxHashMap<(ScopeId, Sym), Reg>,
    frees: FxHashMap<Sym, Reg>,
    next_temp: u32,
    max_temp: u32,
    first_temp: u32,

    blocks: Vec<BlockEntry<'a>>,
    /// Annotations of a module's or class's variables, for `__annotate__`.
    annotations: Vec<annotation::Deferred<'a>>,
    /// The conditional blocks around the current statement.
    conditional: u32,
    /// Set once something did not fit, so that it is reported once.
    overflowed: bool,
}

#[derive(PartialEq, Eq, Hash)]
enum ConstKey {
    Int(i64),
    Float(u64),
    Str(Box<str>),
    Other(String),
}

impl<'a, 'r> Compiler<'a, 'r> {
    fn new(input: Input<'a>, report: &'r mut Report) -> Self {
        let Input {
            source,
            size,
            lines,
            symbols,
            mode,
            options,
        } = input;
        let scope = ScopeId(0);
        let mut unit = Unit::new(symbols, scope, "<module>".into(), "<module>".into());
        unit.flags.hidden = options.hidden;
        unit.flags.namespace = mode.has_namespace();
        let mut compiler = Compiler {
            source,
            lines,
            symbols,
            options,
            interactive: mode == Mode::Single,
            report,
            allows_future: false,
            emitted: 0,
            most_emitted: 50_000 + MAX_GROWTH * size,
            unit,
        };
        compiler.declare_variables();
        compiler
    }

    // Emission.

    fn emit(&mut self, instr: Instr, range: TextRange) {
        self.emit_op(instr, Label::NONE, range);
    }

    fn emit_jump(&mut self, instr: Instr, label: Label, range: TextRange) {
        self.emit_op(instr, label, range);
    }

    fn emit_op(&mut self, instr: Instr, label: Label, range: TextRange) {
        self.emitted += 1;
        if self.unit.ops.len() >= MAX_INSTRUCTIONS || self.emitted > self.most_emitted {
            self.overflow("code that grows this much", range);
            return;
        }
        let handler = self.unit.handler;
        self.unit.ops.push(Op {
            instr,
            label,
            handler,
            range,
            role: Role::Code,
        });
    }

    /// Instructions that go if they turn out not to matter.
    fn emit_forget(&mut self, reg: Reg, name: u16, range: TextRange) {
        // Bound and deleted: unbound, whatever it was.
        for instr in [
            Instr::LoadNone { dst: reg },
            Instr::DeleteLocal { reg, name },
        ] {
            self.emit(instr, range);
            if let Some(op) = self.unit.ops.last_mut() {
                op.role = Role::Forget;
            }
        }
    }

    fn jump(&mut self, label: Label, range: TextRange) {
        self.emit_jump(Instr::Jump { target: 0 }, label, range);
    }

    fn new_label(&mut self) -> Label {
        let label = Label(self.unit.labels.len() as u32);
        self.unit.labels.push(u32::MAX);
        label
    }

    fn place_label(&mut self, label: Label) {
        self.unit.labels[label.0 as usize] = self.unit.ops.len() as u32;
    }

    /// A place where exceptions go on, with the register that receives them.
    fn new_handler(&mut self, exception: Reg) -> (HandlerId, Label) {
        let label = self.new_label();
        let id = HandlerId(self.unit.handlers.len() as u32);
        self.unit
            .handlers
            .push(assemble::Handler { label, exception });
        (id, label)
    }

    fn overflow(&mut self, what: &str, range: TextRange) {
        if !self.unit.overflowed {
            self.unit.overflowed = true;
            self.report
                .unsupported(range, format!("{what} is not supported"));
        }
    }

    // Registers.

    fn alloc(&mut self) -> Reg {
        self.alloc_many(1)
    }

    fn alloc_many(&mut self, count: usize) -> Reg {
        let base = self.unit.next_temp;
        let next = base + count as u32;
        if next > u16::MAX as u32 - 8 {
            self.overflow(
                "a function with this many variables or temporaries",
                self.here(),
            );
            return self.unit.first_temp as Reg;
        }
        self.unit.next_temp = next;
        self.unit.max_temp = self.unit.max_temp.max(next);
        base as Reg
    }

    fn mark(&self) -> u32 {
        self.unit.next_temp
    }

    fn free_to(&mut self, mark: u32) {
        self.unit.next_temp = mark;
    }

    fn is_temp(&self, reg: Reg) -> bool {
        reg as u32 >= self.unit.first_temp
    }

    /// `dst`, or the next temporary.
    fn target(&mut self, dst: Option<Reg>) -> Reg {
        match dst {
            Some(dst) => dst,
            None => self.alloc(),
        }
    }

    fn move_to(&mut self, dst: Reg, src: Reg, range: TextRange) {
        if dst != src {
            self.emit(Instr::Move { dst, src }, range);
        }
    }

    /// The range of the last instruction, for what has no place of its own.
    fn here(&self) -> TextRange {
        self.unit.ops.last().map(|op| op.range).unwrap_or_default()
    }

    // Constants and names.

    fn constant(&mut self, value: Const) -> u32 {
        let key = match &value {
            Const::Int(value) => Some(ConstKey::Int(*value)),
            Const::Float(value) => Some(ConstKey::Float(value.to_bits())),
            Const::Str(text) => Some(ConstKey::Str(text.clone())),
            Const::Code(_) => None,
            // `0.0` and `-0.0` differ in debug form, and so do `1` and `1.0`.
            other => Some(ConstKey::Other(format!("{other:?}"))),
        };
        if let Some(key) = &key
            && let Some(index) = self.unit.const_index.get(key)
        {
            return *index;
        }
        let index = self.unit.consts.len() as u32;
        self.unit.consts.push(value);
        if let Some(key) = key {
            self.unit.const_index.insert(key, index);
        }
        index
    }

    fn load_const(&mut self, value: Const, dst: Reg, range: TextRange) {
        let instr = match value {
            Const::None => Instr::LoadNone { dst },
            Const::Bool(value) => Instr::LoadBool { dst, value },
            Const::Int(value) if i32::try_from(value).is_ok() => Instr::LoadInt {
                dst,
                value: value as i32,
            },
            value => Instr::LoadConst {
                dst,
                index: self.constant(value),
            },
        };
        self.emit(instr, range);
    }

    fn load_str(&mut self, text: &str, dst: Reg, range: TextRange) {
        self.load_const(Const::Str(text.into()), dst, range);
    }

    fn name_index(&mut self, name: &str) -> u16 {
        if let Some(index) = self.unit.name_index.get(name) {
            return *index;
        }
        let Ok(index) = u16::try_from(self.unit.names.len()) else {
            self.overflow("a function with this many names", self.here());
            return 0;
        };
        self.unit.names.push(name.into());
        self.unit.name_index.insert(name.into(), index);
        index
    }

    fn site(&mut self, name: &str) -> u16 {
        let name = self.name_index(name);
        match u16::try_from(self.unit.sites.len()) {
            Ok(site) => {
                self.unit.sites.push(name);
                site
            }
            // Out of sites: share one that looks for the same name.
            Err(_) => match self.unit.sites.iter().position(|site| *site == name) {
                Some(site) => site as u16,
                None => {
                    self.overflow("a function with this many attributes", self.here());
                    0
                }
            },
        }
    }

    fn fold(&self, expr: &Expr) -> Option<Const> {
        constants::fold(self.source, expr, self.options.optimize)
    }

    // Units.

    /// Starts a code object inside this one; [`Self::leave`] ends it.
    fn enter(
        &mut self,
        scope: ScopeId,
        name: &str,
        qualname: Box<str>,
        first: TextRange,
    ) -> Unit<'a> {
        let mut unit = Unit::new(self.symbols, scope, name.into(), qualname);
        unit.flags.hidden = self.options.hidden;
        unit.flags.nested = self.symbols.scope(scope).is_nested;
        unit.first_line = self.lines.line(first.start().into());
        std::mem::replace(&mut self.unit, unit)
    }

    /// Ends the code object begun by [`Self::enter`] and goes on with `outer`.
    fn leave(&mut self, outer: Unit<'a>) -> Rc<Code> {
        self.finish(Some(outer))
    }

    fn finish(&mut self, outer: Option<Unit<'a>>) -> Rc<Code> {
        let range = self.here();
        self.emit(Instr::ReturnNone, TextRange::empty(range.start()));
        let placeholder =
            outer.unwrap_or_else(|| Unit::new(self.symbols, ScopeId(0), "".into(), "".into()));
        let unit = std::mem::replace(&mut self.unit, placeholder);
        if !self.report.is_empty() {
            // Nobody will see the code: what is refused may not even be whole.
            return Rc::default();
        }
        let frees: Vec<Sym> = self.symbols.scope(unit.scope).frees.clone();
        let captures = match self.symbols.scope(unit.scope).parent {
            Some(_) => frees.iter().map(|sym| self.cell_register(*sym)).collect(),
            None => Vec::new(),
        };
        let code = assemble::assemble(
            assemble::Draft {
                ops: unit.ops,
                labels: unit.labels,
                handlers: unit.handlers,
                registers: unit.max_temp,
                variables: unit.first_temp,
                params: unit.params.count() as u32,
            },
            self.lines,
            !self.options.strip_columns,
        );
        Rc::new(Code {
            name: unit.name,
            qualname: unit.qualname,
            flags: unit.flags,
            params: unit.params,
            instrs: code.instrs,
            consts: unit.consts.into(),
            names: unit.names.into(),
            sites: unit.sites.into(),
            varnames: unit.varnames.into(),
            cell_registers: unit.cell_registers.into(),
            captures: captures.into(),
            registers: code.registers,
            exception_table: code.exception_table,
            positions: code.positions,
            doc: unit.doc,
            first_line: unit.first_line,
        })
    }

    fn kind(&self) -> ScopeKind {
        self.symbols.scope(self.unit.scope).kind
    }
}

impl<'a> Unit<'a> {
    fn new(symbols: &SymbolTable, scope: ScopeId, name: Box<str>, qualname: Box<str>) -> Self {
        let _ = symbols;
        Unit {
            scope,
            current: scope,
            name,
            qualname,
            flags: CodeFlags::default(),
            params: Params::default(),
            doc: None,
            inner_prefix: None,
            first_line: 1,
            ops: Vec::new(),
            labels: Vec::new(),
            handlers: vec![assemble::Handler {
                label: Label::NONE,
                exception: 0,
            }],
            handler: HandlerId::NONE,
            consts: Vec::new(),
            const_index: FxHashMap::default(),
            names: Vec::new(),
            name_index: FxHashMap::default(),
            sites: Vec::new(),
            varnames: Vec::new(),
            cell_registers: Vec::new(),
            registers: FxHashMap::default(),
            frees: FxHashMap::default(),
            next_temp: 0,
            max_temp: 0,
            first_temp: 0,
            blocks: Vec::new(),
            annotations: Vec::new(),
            conditional: 0,
            overflowed: false,
        }
    }
}
