//! The parser's errors in CPython's words.

use ruff_python_ast::Mod;
use ruff_python_parser::{
    LexicalErrorType, ParseError, ParseErrorType, Parsed, UnsupportedSyntaxError,
};
use ruff_text_size::TextRange;

use super::DiagnosticKind;

pub(super) fn of_parse_error(
    source: &str,
    parsed: &Parsed<Mod>,
    error: &ParseError,
) -> (TextRange, DiagnosticKind, String) {
    let _ = (source, parsed);
    let kind = match &error.error {
        ParseErrorType::Lexical(LexicalErrorType::IndentationError)
        | ParseErrorType::UnexpectedIndentation => DiagnosticKind::IndentationError,
        _ => DiagnosticKind::SyntaxError,
    };
    (error.location, kind, error.error.to_string())
}

pub(super) fn of_version_error(error: &UnsupportedSyntaxError) -> String {
    error.to_string()
}
