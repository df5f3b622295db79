//! The parser's errors in CPython's words.
//!
//! CPython parses a broken source a second time with rules that know common
//! mistakes; what none of them knows is `invalid syntax` at the token that
//! fits nowhere, which is mostly where our parser stops, too. Mistakes of
//! the tokenizer come first, wherever they are.

mod statements;
mod strings;
mod tokenizer;

use ruff_python_ast::Mod;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{
    InterpolatedStringErrorType, ParseError, ParseErrorType, Parsed, UnsupportedSyntaxError,
};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::DiagnosticKind;
use super::tokens::{Tokens, expression_at, expression_name, span};
use crate::lines::LineIndex;
use crate::scan::Scan;
pub(super) use tokenizer::of_scan;

type Worded = (TextRange, DiagnosticKind, String);

fn syntax(range: impl Ranged, message: impl Into<String>) -> Worded {
    (range.range(), DiagnosticKind::SyntaxError, message.into())
}

pub(super) fn of_parse_error(
    source: &str,
    lines: &LineIndex,
    scan: &Scan,
    parsed: &Parsed<Mod>,
    error: &ParseError,
) -> Worded {
    let context = Context {
        source,
        lines,
        scan,
        tokens: Tokens::new(source, parsed),
        tree: parsed.syntax(),
    };
    let worded = context.word(error);
    if worded.1 == DiagnosticKind::IndentationError {
        return worded;
    }
    // A bracket left open on a line before explains the rest.
    context.unclosed(error.location).unwrap_or(worded)
}

pub(super) fn of_version_error(error: &UnsupportedSyntaxError) -> String {
    use ruff_python_parser::UnsupportedSyntaxErrorKind as Kind;
    match error.kind {
        // The parser keeps the name of the type of this to itself.
        Kind::UnpackingInComprehension(kind) if format!("{kind:?}") == "DictInDict" => {
            "dict unpacking cannot be used in dict comprehension".into()
        }
        Kind::UnpackingInComprehension(_) => {
            "iterable unpacking cannot be used in comprehension".into()
        }
        _ => "invalid syntax".into(),
    }
}

/// Whether an error is about a replacement field, which CPython's parser
/// notices before its tokenizer sees the end of the string.
pub(super) fn is_of_field(error: &ParseError) -> bool {
    matches!(
        error.error,
        ParseErrorType::FStringError(
            InterpolatedStringErrorType::UnclosedLbrace
                | InterpolatedStringErrorType::InvalidConversionFlag
        ) | ParseErrorType::TStringError(
            InterpolatedStringErrorType::UnclosedLbrace
                | InterpolatedStringErrorType::InvalidConversionFlag
        ) | ParseErrorType::ExpectedExpression
    )
}

/// A `lambda` in a replacement field whose colon was taken for that of the
/// format; what the parser says before is a consequence.
pub(super) fn is_bare_lambda(error: &ParseError) -> bool {
    matches!(
        error.error,
        ParseErrorType::FStringError(InterpolatedStringErrorType::LambdaWithoutParentheses)
            | ParseErrorType::TStringError(InterpolatedStringErrorType::LambdaWithoutParentheses)
    )
}

struct Context<'a> {
    source: &'a str,
    lines: &'a LineIndex,
    scan: &'a Scan,
    tokens: Tokens<'a>,
    tree: &'a Mod,
}

impl Context<'_> {
    fn word(&self, error: &ParseError) -> Worded {
        let range = error.location;
        match &error.error {
            ParseErrorType::Lexical(lexical) => self.lexical(range, lexical),
            ParseErrorType::FStringError(kind) => self.interpolated(range, kind, "f-string"),
            ParseErrorType::TStringError(kind) => self.interpolated(range, kind, "t-string"),
            ParseErrorType::UnexpectedIndentation => {
                // Where the indentation ends.
                let end = self
                    .tokens
                    .at(range.start())
                    .map_or(range, |token| token.range)
                    .end();
                let last = span(end.checked_sub(TextSize::new(1)).unwrap_or(end), end);
                (
                    last,
                    DiagnosticKind::IndentationError,
                    "unexpected indent".into(),
                )
            }
            ParseErrorType::ExpectedToken { expected, found } => {
                self.expected_token(range, *expected, *found)
            }
            ParseErrorType::InvalidAssignmentTarget => self.assignment_target(range),
            ParseErrorType::InvalidNamedAssignmentTarget => {
                let name = self.name_of_expression(range);
                syntax(
                    range,
                    format!("cannot use assignment expressions with {name}"),
                )
            }
            ParseErrorType::InvalidAnnotatedAssignmentTarget => {
                let annotation = self
                    .tokens
                    .following(range.end(), TokenKind::Colon)
                    .and_then(|colon| self.tokens.after(colon.start()));
                match annotation {
                    Some(token) if token.begins_operand() => {
                        syntax(range, "illegal target for annotation")
                    }
                    Some(token) => syntax(token.range, "invalid syntax"),
                    None => self.generic(range),
                }
            }
            ParseErrorType::InvalidAugmentedAssignmentTarget => {
                let name = self.name_of_expression(range);
                syntax(
                    range,
                    format!("'{name}' is an illegal expression for augmented assignment"),
                )
            }
            ParseErrorType::InvalidDeleteTarget => {
                let name = self.name_of_expression(range);
                syntax(range, format!("cannot delete {name}"))
            }
            ParseErrorType::PositionalAfterKeywordArgument => {
                syntax(range, "positional argument follows keyword argument")
            }
            ParseErrorType::PositionalAfterKeywordUnpacking => syntax(
                range,
                "positional argument follows keyword argument unpacking",
            ),
            ParseErrorType::InvalidArgumentUnpackingOrder => syntax(
                range,
                "iterable argument unpacking follows keyword argument unpacking",
            ),
            ParseErrorType::IterableUnpackingInComprehension => {
                syntax(range, "iterable unpacking cannot be used in comprehension")
            }
            ParseErrorType::UnparenthesizedGeneratorExpression => {
                let statement = self.tokens.statement_start(range.start());
                if statement.is_some_and(|token| token.kind == TokenKind::Class) {
                    let at = self.tokens.following(range.start(), TokenKind::For);
                    return syntax(at.unwrap_or(range), "invalid syntax");
                }
                syntax(range, "Generator expression must be parenthesized")
            }
            ParseErrorType::NonDefaultParamAfterDefaultParam => syntax(
                range,
                "parameter without a default follows parameter with a default",
            ),
            ParseErrorType::ParamAfterVarKeywordParam => {
                syntax(range, "arguments cannot follow var-keyword argument")
            }
            ParseErrorType::VarParameterWithDefault => {
                let star = [TokenKind::Star, TokenKind::DoubleStar]
                    .into_iter()
                    .filter_map(|kind| self.tokens.last_before(range.end(), kind))
                    .max()
                    .map(|index| self.tokens.kind(index));
                let kind = if star == Some(TokenKind::DoubleStar) {
                    "var-keyword"
                } else {
                    "var-positional"
                };
                let at = self
                    .tokens
                    .following(range.start(), TokenKind::Equal)
                    .unwrap_or(range);
                syntax(at, format!("{kind} argument cannot have default value"))
            }
            ParseErrorType::ExpectedKeywordParam => {
                let next = self.tokens.after(range.start());
                if let Some(next) = next
                    && !matches!(
                        next.kind,
                        TokenKind::Rpar | TokenKind::Comma | TokenKind::Colon
                    )
                {
                    return syntax(next.range, "invalid syntax");
                }
                syntax(range, "named arguments must follow bare *")
            }
            ParseErrorType::EmptyTypeParams => syntax(range, "Type parameter list cannot be empty"),
            ParseErrorType::EmptyImportNames => self.empty_import(range),
            ParseErrorType::InvalidMatchPatternTarget => {
                match self.tokens.before(range.start(), 0).map(|token| token.kind) {
                    Some(TokenKind::DoubleStar) => syntax(range, "invalid syntax"),
                    _ => syntax(range, "cannot use '_' as a target"),
                }
            }
            ParseErrorType::ExpectedRealNumber => {
                syntax(range, "real number required in complex literal")
            }
            ParseErrorType::ExpectedImaginaryNumber => {
                syntax(range, "imaginary number required in complex literal")
            }
            ParseErrorType::InvalidStarredExpressionUsage => self.starred(range),
            ParseErrorType::OtherError(message) => self.other(range, message),
            ParseErrorType::SimpleStatementsOnSameLine
            | ParseErrorType::SimpleAndCompoundStatementOnSameLine => self.two_statements(range),
            ParseErrorType::UnexpectedExpressionToken | ParseErrorType::ExpectedExpression => {
                self.expected_expression(range)
            }
            _ => self.generic(range),
        }
    }

    fn text(&self, range: TextRange) -> &str {
        self.source
            .get(range.start().into()..range.end().into())
            .unwrap_or("")
    }

    /// `invalid syntax` at the token that fits nowhere, unless an open bracket
    /// on a line before explains it.
    fn generic(&self, range: TextRange) -> Worded {
        let offset: u32 = range.start().into();
        let token = self.tokens.at(range.start());
        let at = token.map_or(range, |token| token.range);
        if let Some((opening, byte)) = self.unclosed_before(offset) {
            let range = TextRange::at(TextSize::new(opening), TextSize::new(1));
            return syntax(range, format!("'{}' was never closed", byte as char));
        }
        match token.map(|token| token.kind) {
            Some(TokenKind::Indent) => (
                at,
                DiagnosticKind::IndentationError,
                "unexpected indent".into(),
            ),
            Some(TokenKind::Dedent) => (
                at,
                DiagnosticKind::IndentationError,
                "unexpected unindent".into(),
            ),
            _ => syntax(at, "invalid syntax"),
        }
    }

    /// The innermost bracket never closed, if it is on a line before the
    /// error or if the source ends there.
    fn unclosed_before(&self, offset: u32) -> Option<(u32, u8)> {
        let innermost = self.scan.unclosed.last().copied()?;
        let outermost_line = self.lines.line(innermost.0);
        let at_end = self
            .source
            .get(offset as usize..)
            .is_none_or(|rest| rest.trim().is_empty());
        (at_end || outermost_line < self.lines.line(offset)).then_some(innermost)
    }

    fn name_of_expression(&self, range: TextRange) -> &'static str {
        expression_at(self.tree, range).map_or("expression", expression_name)
    }
}
