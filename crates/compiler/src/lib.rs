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
mod tree;
mod typo;
mod unparse;
mod warnings;

use std::borrow::Cow;
use std::rc::Rc;

use airlock_bytecode::{Code, Const};
use ruff_python_ast::{Expr, Mod, PythonVersion, Stmt};
use ruff_python_parser::{
    Mode as ParserMode, ParseOptions, Parsed, parse_expression_range, parse_unchecked,
};
use ruff_text_size::{Ranged, TextLen, TextRange};

pub use diagnostics::{Diagnostic, DiagnosticKind};
pub use disassemble::disassemble;
pub use imports::imports;
pub use tree::{Class, Span, Step, TreeError};
pub use typo::{KeywordTypo, keyword_typo};

use diagnostics::Report;
use lines::LineIndex;
use tree::{Reader, Writer};

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
    /// Drops `assert` statements; `__debug__` is false.
    pub optimize: bool,
    /// Drops docstrings.
    pub strip_docs: bool,
}

/// Compiles a whole source. The first diagnostic is the one that CPython
/// would raise; others follow in the order of the source.
pub fn compile(
    source: &str,
    filename: &str,
    mode: Mode,
    options: Options,
) -> Result<Rc<Code>, Vec<Diagnostic>> {
    compile_with_warnings(source, filename, mode, options).map(|(code, _)| code)
}

/// As [`compile`]; also what CPython would warn of.
pub fn compile_with_warnings(
    source: &str,
    filename: &str,
    mode: Mode,
    options: Options,
) -> Result<(Rc<Code>, Vec<Diagnostic>), Vec<Diagnostic>> {
    let _ = filename;
    let source = prepare(source, mode);
    let lines = LineIndex::new(&source);
    let parsed = parse(&source, &lines, mode, PythonVersion::PY314)?;
    let code = generate(
        &source,
        source.len(),
        &lines,
        parsed.syntax(),
        mode,
        options,
    )?;
    Ok((code, warnings::find(&source, &lines, &parsed)))
}

/// What a tree is asked for with.
#[derive(Clone, Copy, Debug)]
pub struct TreeOptions {
    pub mode: Mode,
    /// Whether comments tell types, and those that say `type: ignore` are kept.
    pub type_comments: bool,
    /// The minor version of Python whose syntax is allowed.
    pub feature_version: u8,
}

/// The syntax tree of a source, as steps that build it.
pub fn tree(source: &str, options: TreeOptions) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let source = prepare(source, options.mode);
    let lines = LineIndex::new(&source);
    let version = PythonVersion {
        major: 3,
        minor: options.feature_version.clamp(7, 14),
    };
    let parsed = parse(&source, &lines, options.mode, version)?;
    let writer = Writer::new(&source, &lines, parsed.tokens(), options.type_comments);
    Ok(writer.finish(parsed.syntax(), options.mode == Mode::Single))
}

/// The tree of a function's type as comments tell it: `(int, *str) -> bool`.
pub fn function_type_tree(source: &str) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let source = prepare(source, Mode::Eval);
    let lines = LineIndex::new(&source);
    let mut report = Report::default();
    scan::check(&source, &mut report);
    if report.is_fatal() {
        return Err(report.finish(&source, &lines));
    }
    if let Some((parameters, start)) = tree::parameters_as_list(&source) {
        let returns = TextRange::new(start, source.text_len());
        let parameters =
            parse_expression_range(&parameters, TextRange::up_to(parameters.text_len()));
        let returns = parse_expression_range(&source, returns);
        if let (Ok(parameters), Ok(returns)) = (parameters, returns)
            && let Expr::List(list) = &*parameters.syntax().body
        {
            let writer = Writer::new(&source, &lines, returns.tokens(), false);
            return Ok(writer.finish_function_type(&list.elts, &returns.syntax().body));
        }
    }
    report.syntax(TextRange::up_to(source.text_len()), "invalid syntax");
    Err(report.finish(&source, &lines))
}

/// Compiles a tree: see [`Step`]'s module for what the items are.
pub fn compile_tree(items: &[Const], mode: Mode, options: Options) -> Result<Rc<Code>, TreeError> {
    let (syntax, lines) = Reader::new(items).finish()?;
    // As large as a source with a few characters for each item.
    let size = items.len().saturating_mul(4);
    generate("", size, &lines, &syntax, mode, options).map_err(TreeError::Diagnostics)
}

fn parse(
    source: &str,
    lines: &LineIndex,
    mode: Mode,
    version: PythonVersion,
) -> Result<Parsed<Mod>, Vec<Diagnostic>> {
    let mut report = Report::default();
    scan::check(source, &mut report);
    if report.is_fatal() {
        return Err(report.finish(source, lines));
    }
    let parser_mode = if mode.is_expression() {
        ParserMode::Expression
    } else {
        ParserMode::Module
    };
    let options = ParseOptions::from(parser_mode).with_target_version(version);
    let parsed = parse_unchecked(source, options);
    diagnostics::report_parse_errors(source, &parsed, &mut report);
    if report.is_empty()
        && let (Mode::Single, Mod::Module(module)) = (mode, parsed.syntax())
    {
        check_single(source, lines, &module.body, &mut report);
    }
    if report.is_empty() {
        Ok(parsed)
    } else {
        Err(report.finish(source, lines))
    }
}

/// Code from the parser's tree; `size` bounds how large it may become.
fn generate(
    source: &str,
    size: usize,
    lines: &LineIndex,
    syntax: &Mod,
    mode: Mode,
    options: Options,
) -> Result<Rc<Code>, Vec<Diagnostic>> {
    let mut report = Report::default();
    let symbols = symbols::SymbolTable::build(syntax, mode, &mut report);
    if !report.is_empty() {
        return Err(report.finish(source, lines));
    }
    let input = codegen::Input {
        source,
        size,
        lines,
        symbols: &symbols,
        mode,
        options,
    };
    let code = match syntax {
        Mod::Module(module) => codegen::module(input, &module.body, &mut report),
        Mod::Expression(expression) => codegen::expression(input, &expression.body, &mut report),
    };
    if report.is_empty() {
        Ok(code)
    } else {
        Err(report.finish(source, lines))
    }
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
