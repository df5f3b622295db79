//! What we refuse and why, worded as CPython words it where it can be.

use std::fmt;

use ruff_python_ast::Mod;
use ruff_python_parser::{ParseErrorType, Parsed};
use ruff_text_size::{Ranged, TextRange};

use crate::lines::LineIndex;
use crate::scan;

mod tokens;
mod wording;

/// More errors than this from one source help nobody.
const MAX_ERRORS: usize = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiagnosticKind {
    SyntaxError,
    IndentationError,
    TabError,
    /// The source compiles.
    SyntaxWarning,
    /// The same about one token, seen before there is a tree.
    TokenWarning,
    /// Python that this compiler does not take.
    Unsupported,
}

/// A refusal at a place. Lines and columns count from 1, columns in
/// characters; the end is exclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
    pub kind: DiagnosticKind,
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {:?}: {}",
            self.line, self.column, self.kind, self.message
        )
    }
}

/// Collects refusals while stages run.
#[derive(Default)]
pub(crate) struct Report {
    entries: Vec<Entry>,
}

struct Entry {
    range: TextRange,
    kind: DiagnosticKind,
    message: String,
}

impl Report {
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether the parser must not see this source.
    pub(crate) fn is_fatal(&self) -> bool {
        !self.entries.is_empty()
    }

    pub(crate) fn push(
        &mut self,
        range: TextRange,
        kind: DiagnosticKind,
        message: impl Into<String>,
    ) {
        self.entries.push(Entry {
            range,
            kind,
            message: message.into(),
        });
    }

    pub(crate) fn syntax(&mut self, range: impl Ranged, message: impl Into<String>) {
        self.push(range.range(), DiagnosticKind::SyntaxError, message);
    }

    pub(crate) fn unsupported(&mut self, range: impl Ranged, message: impl Into<String>) {
        self.push(range.range(), DiagnosticKind::Unsupported, message);
    }

    pub(crate) fn finish(self, source: &str, lines: &LineIndex) -> Vec<Diagnostic> {
        let locate = |offset: u32| {
            if source.is_empty() {
                // A tree's positions have no text; bytes pass for characters.
                let (line, column) = lines.locate(offset);
                return (line, column + 1);
            }
            let offset = floor_boundary(source, offset);
            let (line, _) = lines.locate(offset);
            let start = lines.start_of(line) as usize;
            let column = source[start..offset as usize].chars().count() as u32 + 1;
            (line, column)
        };
        self.entries
            .into_iter()
            .map(|entry| {
                let (line, column) = locate(entry.range.start().into());
                let (end_line, end_column) = locate(entry.range.end().into());
                Diagnostic {
                    line,
                    column,
                    end_line,
                    end_column,
                    kind: entry.kind,
                    message: entry.message,
                }
            })
            .collect()
    }
}

/// The nearest character boundary at or before `offset`.
fn floor_boundary(source: &str, offset: u32) -> u32 {
    let mut offset = (offset as usize).min(source.len());
    while !source.is_char_boundary(offset) {
        offset -= 1;
    }
    offset as u32
}

/// Translates what the parser found wrong. The first error of each line
/// counts; what follows it there is mostly the parser finding its feet again.
pub(crate) fn report_parse_errors(source: &str, parsed: &Parsed<Mod>, report: &mut Report) {
    if parsed.errors().is_empty() {
        if let Some(error) = parsed.unsupported_syntax_errors().first() {
            report.push(
                error.range,
                DiagnosticKind::SyntaxError,
                wording::of_version_error(error),
            );
        }
        return;
    }
    let lines = LineIndex::new(source);
    let scan = scan::run(source);
    let mut seen = Vec::new();
    // The parser's own order for the first: what it looks back at, such as
    // the target of an assignment, comes after what it met on the way.
    let mut errors: Vec<_> = parsed.errors().iter().collect();
    if let Some(index) = errors
        .iter()
        .take(4)
        .position(|error| wording::is_bare_lambda(error))
    {
        errors.swap(0, index);
    }
    errors[1..].sort_by_key(|error| error.location.start());
    // CPython's parser stops at an indentation where none belongs; other
    // mistakes let its tokenizer look for one of its own first.
    let indented = errors
        .first()
        .filter(|error| matches!(error.error, ParseErrorType::UnexpectedIndentation))
        .map(|error| error.location.start());
    // What is wrong in a replacement field comes before the end of its string.
    let in_field = errors
        .first()
        .filter(|error| wording::is_of_field(error))
        .map(|error| error.location.start());
    if let Some((range, kind, message)) = wording::of_scan(source, &lines, &scan)
        && indented.is_none_or(|indented| indented >= range.start())
        && (in_field.is_none_or(|field| field >= range.start()) || scan.mismatch.is_some())
    {
        seen.push(lines.line(range.start().into()));
        report.push(range, kind, message);
    }
    for error in errors.into_iter().take(MAX_ERRORS) {
        let line = lines.line(error.location.start().into());
        if seen.contains(&line) {
            continue;
        }
        seen.push(line);
        let (range, kind, message) = wording::of_parse_error(source, &lines, &scan, parsed, error);
        // Blocks that the parser could not place are no mistakes of their own.
        let is_consequence = !report.is_empty()
            && (message.starts_with("unexpected ")
                || usize::from(range.start()) >= source.trim_end().len());
        if is_consequence {
            continue;
        }
        let line = lines.line(range.start().into());
        if line != *seen.last().unwrap_or(&0) && seen.contains(&line) {
            continue;
        }
        seen.push(line);
        report.push(range, kind, message);
    }
}
