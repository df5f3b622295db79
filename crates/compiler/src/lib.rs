//! Python source in, code objects or diagnostics out.
//!
//! The only room that names the parser. A source goes through four stages:
//! `scan` looks at its characters and refuses what would overflow a small
//! stack, the parser builds the tree, `symbols` decides what each name means,
//! and `codegen` writes register code that `assemble` finishes.
//!
//! Nothing here panics for any input: what cannot be compiled comes back as a
//! [`Diagnostic`].

mod assemble;
mod codegen;
mod constants;
mod diagnostics;
mod disassemble;
mod imports;
mod lines;
mod scan;
mod symbols;
mod unparse;

use std::borrow::Cow;
use std::rc::Rc;

use airlock_bytecode::Code;
use ruff_python_ast::{Mod, Stmt};
use ruff_python_parser::{Mode as ParserMode, ParseOptions, parse_unchecked};
use ruff_text_size::{Ranged, TextLen, TextRange};

pub use diagnostics::{Diagnostic, DiagnosticKind};
pub use disassemble::disassemble;
pub use imports::imports;

use diagnostics::Report;
use lines::LineIndex;

/// What a source is, and where its top-level names live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A module: top-level names are globals.
    Module,
    /// One expression over globals; its code returns the value.
    Eval,
    /// Statements whose top-level names go through a namespace, as in `exec`
    /// with separate locals.
    Exec,
    /// One expression whose names go through a namespace.
    EvalNamespace,
    /// One statement as an interactive prompt runs it: names go through a
    /// namespace, and `sys.displayhook` sees the values of expressions.
    Single,
}

impl Mode {
    fn is_expression(self) -> bool {
        matches!(self, Mode::Eval | Mode::EvalNamespace)
    }

    fn has_namespace(self) -> bool {
        matches!(self, Mode::Exec | Mode::EvalNamespace | Mode::Single)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Marks all code as part of the runtime, left out of tracebacks.
    pub hidden: bool,
    /// Keeps lines only: smaller code, no carets in tracebacks.
    pub strip_columns: bool,
    /// Drops `assert` statements and docstrings; `__debug__` is false.
    pub optimize: bool,
}

/// Compiles a whole source. The first diagnostic is the one that CPython
/// would raise; others follow in the order of the source.
pub fn compile(
    source: &str,
    filename: &str,
    mode: Mode,
    options: Options,
) -> Result<Rc<Code>, Vec<Diagnostic>> {
    let _ = filename;
    let mut report = Report::default();
    let source_text = prepare(source, mode);
    let source = &*source_text;
    let lines = LineIndex::new(source);

    scan::check(source, &mut report);
    if report.is_fatal() {
        return Err(report.finish(source, &lines));
    }

    let parser_mode = if mode.is_expression() {
        ParserMode::Expression
    } else {
        ParserMode::Module
    };
    let options_for_parser =
        ParseOptions::from(parser_mode).with_target_version(ruff_python_ast::PythonVersion::PY314);
    let parsed = parse_unchecked(source, options_for_parser);
    diagnostics::report_parse_errors(source, &parsed, &mut report);
    if !report.is_empty() {
        return Err(report.finish(source, &lines));
    }

    if let (Mode::Single, Mod::Module(module)) = (mode, parsed.syntax()) {
        check_single(source, &lines, &module.body, &mut report);
        if !report.is_empty() {
            return Err(report.finish(source, &lines));
        }
    }

    let symbols = symbols::SymbolTable::build(parsed.syntax(), mode, &mut report);
    if !report.is_empty() {
        return Err(report.finish(source, &lines));
    }
    let code = match parsed.syntax() {
        Mod::Module(module) => codegen::module(
            source,
            &lines,
            &symbols,
            &module.body,
            mode,
            options,
            &mut report,
        ),
        Mod::Expression(expression) => codegen::expression(
            source,
            &lines,
            &symbols,
            &expression.body,
            mode,
            options,
            &mut report,
        ),
    };
    if !report.is_empty() {
        return Err(report.finish(source, &lines));
    }
    Ok(code)
}

/// An interactive statement is one line, or one block.
fn check_single(source: &str, lines: &LineIndex, body: &[Stmt], report: &mut Report) {
    let (Some(first), Some(last)) = (body.first(), body.last()) else {
        report.syntax(TextRange::up_to(source.text_len()), "invalid syntax");
        return;
    };
    let end = lines.line(first.end().into());
    if last.start() != first.start() && lines.line(last.start().into()) != end {
        report.syntax(
            first,
            "multiple statements found while compiling a single statement",
        );
    }
}

/// Line ends are newlines, however they are written, in literals as well.
/// `eval` allows blanks before its expression where the parser does not: a
/// form feed resets the column, so as many of these mean no indentation and
/// shift no position.
fn prepare(source: &str, mode: Mode) -> Cow<'_, str> {
    let text: Cow<'_, str> = if source.contains('\r') {
        source.replace("\r\n", "\n").replace('\r', "\n").into()
    } else {
        source.into()
    };
    let blank = text.len() - text.trim_start_matches([' ', '\t']).len();
    if !mode.is_expression() || blank == 0 {
        return text;
    }
    let mut shifted = "\x0c".repeat(blank);
    shifted.push_str(&text[blank..]);
    shifted.into()
}
