//! The parser's errors in CPython's words.
//!
//! CPython parses a broken source a second time with rules that know common
//! mistakes; what none of them knows is `invalid syntax` at the token that
//! fits nowhere, which is mostly where our parser stops, too. Mistakes of
//! the tokenizer come first, wherever they are.

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{self as ast, Expr, Mod};
use ruff_python_parser::{
    InterpolatedStringErrorType, LexicalErrorType, ParseError, ParseErrorType, Parsed,
    UnsupportedSyntaxError,
};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::DiagnosticKind;
use super::tokens::{Tokens, expression_at, expression_name, span};
use crate::lines::LineIndex;
use crate::scan::{IndentationFault, Scan};

type Worded = (TextRange, DiagnosticKind, String);

fn syntax(range: impl Ranged, message: impl Into<String>) -> Worded {
    (range.range(), DiagnosticKind::SyntaxError, message.into())
}

/// The tokenizer's first mistake, if it made one.
pub(super) fn of_scan(source: &str, lines: &LineIndex, scan: &Scan) -> Option<Worded> {
    let mut faults: Vec<(u32, Worded)> = Vec::new();
    let one = |offset: u32| TextRange::at(TextSize::new(offset), TextSize::new(1));
    if let Some((offset, fault)) = scan.bad_indentation {
        let line = lines.line(offset);
        let start = TextSize::new(lines.start_of(line));
        let end = source[start.into()..].find(['\n', '\r']).map_or(source.len(), |at| {
            usize::from(start) + at
        });
        let range = span(start, TextSize::new(end as u32));
        faults.push((
            offset,
            match fault {
                IndentationFault::Inconsistent => (
                    range,
                    DiagnosticKind::TabError,
                    "inconsistent use of tabs and spaces in indentation".into(),
                ),
                IndentationFault::Unmatched => (
                    range,
                    DiagnosticKind::IndentationError,
                    "unindent does not match any outer indentation level".into(),
                ),
            },
        ));
    }
    if let Some(mismatch) = scan.mismatch {
        let closing = mismatch.closing as char;
        let field = if mismatch.in_field { "f-string: " } else { "" };
        let message = match mismatch.opening {
            None => format!("{field}unmatched '{closing}'"),
            Some((offset, opening)) => {
                let opening = opening as char;
                let line = lines.line(offset);
                if line == lines.line(mismatch.offset) {
                    format!(
                        "closing parenthesis '{closing}' does not match opening parenthesis \
                         '{opening}'"
                    )
                } else {
                    format!(
                        "closing parenthesis '{closing}' does not match opening parenthesis \
                         '{opening}' on line {line}"
                    )
                }
            }
        };
        faults.push((mismatch.offset, syntax(one(mismatch.offset), message)));
    }
    if let Some(string) = scan.unterminated {
        let line = lines.line(string.end.min(source.len() as u32));
        let kind = match (string.kind, string.ends_field, string.is_text) {
            (b'f', true, _) | (b'f', _, true) => "f-string",
            (b't', true, _) | (b't', _, true) => "t-string",
            _ => "string",
        };
        let message = if string.ends_field {
            format!("{kind}: expecting '}}'")
        } else if string.is_triple {
            // The line that the file ends on, not an empty one after it.
            let ends_line = source.ends_with(['\n', '\r']);
            let line = if ends_line && string.end as usize >= source.len() { line - 1 } else { line };
            format!("unterminated triple-quoted {kind} literal (detected at line {line})")
        } else {
            let escaped = string.escaped_quote;
            let hint = if escaped { "; perhaps you escaped the end quote?" } else { "" };
            format!("unterminated {kind} literal (detected at line {line}){hint}")
        };
        // An open field comes first: its brace was never closed.
        let at = TextRange::at(TextSize::new(string.start), TextSize::new(1));
        faults.push((string.start, syntax(at, message)));
    }
    if let Some((range, message)) = &scan.bad_number {
        faults.push((range.start().into(), syntax(*range, message.clone())));
    }
    if let Some(offset) = scan.bad_continuation {
        let message = if offset as usize >= source.len() {
            "unexpected EOF while parsing"
        } else {
            "unexpected character after line continuation character"
        };
        faults.push((offset, syntax(one(offset), message)));
    }
    faults.into_iter().min_by_key(|(offset, _)| *offset).map(|(_, worded)| worded)
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
                let end = self.tokens.at(range.start()).map_or(range, |token| token.range).end();
                let last = span(end.checked_sub(TextSize::new(1)).unwrap_or(end), end);
                (last, DiagnosticKind::IndentationError, "unexpected indent".into())
            }
            ParseErrorType::ExpectedToken { expected, found } => {
                self.expected_token(range, *expected, *found)
            }
            ParseErrorType::InvalidAssignmentTarget => self.assignment_target(range),
            ParseErrorType::InvalidNamedAssignmentTarget => {
                let name = self.name_of_expression(range);
                syntax(range, format!("cannot use assignment expressions with {name}"))
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
            ParseErrorType::PositionalAfterKeywordUnpacking => {
                syntax(range, "positional argument follows keyword argument unpacking")
            }
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
                let at = self.tokens.following(range.start(), TokenKind::Equal).unwrap_or(range);
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
            ParseErrorType::EmptyTypeParams => {
                syntax(range, "Type parameter list cannot be empty")
            }
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
        self.source.get(range.start().into()..range.end().into()).unwrap_or("")
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
            Some(TokenKind::Indent) => {
                (at, DiagnosticKind::IndentationError, "unexpected indent".into())
            }
            Some(TokenKind::Dedent) => {
                (at, DiagnosticKind::IndentationError, "unexpected unindent".into())
            }
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

    // Tokens.

    fn lexical(&self, range: TextRange, error: &LexicalErrorType) -> Worded {
        match error {
            LexicalErrorType::UnrecognizedToken { tok } => self.unrecognized(range, *tok),
            LexicalErrorType::IndentationError => (
                range,
                DiagnosticKind::IndentationError,
                "unindent does not match any outer indentation level".into(),
            ),
            LexicalErrorType::InvalidByteLiteral => {
                let at = self.tokens.at(range.start()).map_or(range, |token| token.range);
                syntax(at, "bytes can only contain ASCII literal characters")
            }
            LexicalErrorType::LineContinuationError => {
                syntax(range, "unexpected character after line continuation character")
            }
            LexicalErrorType::Eof => self.eof(range),
            LexicalErrorType::FStringError(kind) => self.interpolated(range, kind, "f-string"),
            LexicalErrorType::TStringError(kind) => self.interpolated(range, kind, "t-string"),
            LexicalErrorType::UnicodeError
            | LexicalErrorType::MissingUnicodeLbrace
            | LexicalErrorType::MissingUnicodeRbrace
            | LexicalErrorType::StringError => self.escape(range),
            LexicalErrorType::UnclosedStringError => syntax(
                range,
                format!(
                    "unterminated string literal (detected at line {})",
                    self.lines.line(range.start().into())
                ),
            ),
            LexicalErrorType::OtherError(_) => self.generic(range),
        }
    }

    fn unrecognized(&self, range: TextRange, char: char) -> Worded {
        if matches!(char, '$' | '?' | '!' | '`') {
            return self.generic(range);
        }
        let code = u32::from(char);
        let is_printable = !char.is_control()
            && !matches!(code, 0xA0 | 0xAD | 0x600..=0x605 | 0x200B..=0x200F | 0x2028..=0x202F
                | 0x205F..=0x206F | 0x3000 | 0xFEFF | 0xFFF9..=0xFFFB | 0xE000..=0xF8FF
                | 0x2000..=0x200A | 0x1680 | 0xF0000..);
        if is_printable {
            syntax(range, format!("invalid character '{char}' (U+{code:04X})"))
        } else {
            syntax(range, format!("invalid non-printable character U+{code:04X}"))
        }
    }

    fn eof(&self, range: TextRange) -> Worded {
        if let Some((opening, byte)) = self.scan.unclosed.last() {
            let range = TextRange::at(TextSize::new(*opening), TextSize::new(1));
            return syntax(range, format!("'{}' was never closed", *byte as char));
        }
        syntax(range, "unexpected EOF while parsing")
    }

    /// A broken escape in a string or bytes literal.
    fn escape(&self, range: TextRange) -> Worded {
        let token = self.tokens.at_or_before(range.start());
        let token_range = token.map_or(range, |token| token.range);
        crate::scan::literals::broken_escape(self.source, token_range)
            .map(|(kind, message)| match kind {
                crate::scan::literals::Broken::Escape => syntax(token_range, message),
                crate::scan::literals::Broken::UnknownName => {
                    (token_range, DiagnosticKind::Unsupported, message)
                }
            })
            .unwrap_or_else(|| {
                syntax(
                    token_range,
                    "(unicode error) 'unicodeescape' codec can't decode bytes: malformed escape",
                )
            })
    }

    fn interpolated(
        &self,
        range: TextRange,
        kind: &InterpolatedStringErrorType,
        what: &str,
    ) -> Worded {
        use InterpolatedStringErrorType as Kind;
        let message = match kind {
            Kind::UnclosedLbrace => return self.unclosed_field(range, what),
            Kind::InvalidConversionFlag => return self.conversion(range, what),
            Kind::SingleRbrace => "single '}' is not allowed",
            Kind::LambdaWithoutParentheses => {
                "lambda expressions are not allowed without parentheses"
            }
            Kind::ConversionFlagNotImmediatelyAfterExclamation => {
                "conversion type must come right after the exclamation mark"
            }
            Kind::NewlineInFormatSpec => {
                "newlines are not allowed in format specifiers for single quoted f-strings"
            }
            Kind::UnterminatedString => {
                let line = self.lines.line(range.start().into());
                return syntax(range, format!("unterminated {what} literal (detected at line {line})"));
            }
            Kind::UnterminatedTripleQuotedString => {
                let line = self.lines.line(self.source.trim_end().len() as u32);
                return syntax(
                    range,
                    format!(
                        "unterminated triple-quoted {what} literal (detected at line {line})"
                    ),
                );
            }
        };
        syntax(range, format!("{what}: {message}"))
    }

    /// A replacement field that does not end where it should.
    fn unclosed_field(&self, range: TextRange, what: &str) -> Worded {
        let found = self.tokens.at(range.start());
        let before = self.tokens.before(range.start(), 0);
        if before.is_some_and(|token| token.kind == TokenKind::Lbrace) {
            return syntax(range, format!("{what}: expecting a valid expression after '{{'"));
        }
        if let (Some(found), Some(before)) = (found, before)
            && found.begins_expression()
            && before.ends_expression()
            && let Some(start) = self.tokens.disjunction_start(range.start())
        {
            let end = self.tokens.expression_end(range.start());
            return syntax(
                span(start.offset, end),
                "invalid syntax. Perhaps you forgot a comma?",
            );
        }
        let seen = self.tokens.since_field(range.start());
        let expecting = if seen.contains(&TokenKind::Colon) {
            "expecting '}', or format specs"
        } else if seen.contains(&TokenKind::Exclamation) {
            "expecting ':' or '}'"
        } else if seen.contains(&TokenKind::Equal) {
            "expecting '!', or ':', or '}'"
        } else {
            match found.map(|token| token.kind) {
                Some(
                    TokenKind::FStringEnd
                    | TokenKind::TStringEnd
                    | TokenKind::Newline
                    | TokenKind::EndOfFile,
                )
                | None => "expecting '}'",
                _ => "expecting '=', or '!', or ':', or '}'",
            }
        };
        syntax(range, format!("{what}: {expecting}"))
    }

    fn conversion(&self, range: TextRange, what: &str) -> Worded {
        let text = self.text(range).trim_start_matches('!');
        let word: String =
            text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let token = self.tokens.at(range.start());
        let next = self.tokens.after(range.start());
        let word = if word.is_empty() {
            match (token, next) {
                (Some(token), Some(next)) if token.kind == TokenKind::Exclamation => {
                    self.text(next.range).to_string()
                }
                (Some(token), _) => self.text(token.range).to_string(),
                _ => String::new(),
            }
        } else {
            word
        };
        if word.is_empty() || word.starts_with(['}', ':']) {
            return syntax(range, format!("{what}: missing conversion character"));
        }
        if word.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return syntax(
                range,
                format!(
                    "{what}: invalid conversion character '{word}': expected 's', 'r', or 'a'"
                ),
            );
        }
        syntax(range, format!("{what}: invalid conversion character"))
    }

    // Statements.

    fn expected_token(&self, range: TextRange, expected: TokenKind, found: TokenKind) -> Worded {
        if let Some(worded) = self.mistaken_parameter(range) {
            return worded;
        }
        if let Some(worded) = self.mistaken_expression(range) {
            return worded;
        }
        match expected {
            TokenKind::Colon if self.wants_colon(range, found) => {
                if let Some(unclosed) = self.unclosed(range) {
                    return unclosed;
                }
                syntax(self.tokens.at(range.start()).map_or(range, |t| t.range), "expected ':'")
            }
            TokenKind::Lpar if self.is_definition(range) => syntax(range, "expected '('"),
            TokenKind::In if self.unclosed(range).is_none() && self.is_in_comprehension(range) => {
                syntax(range, "'in' expected after for-loop variables")
            }
            TokenKind::Else if found != TokenKind::Colon => {
                let start = self.if_expression_start(range);
                syntax(start.unwrap_or(range), "expected 'else' after 'if' expression")
            }
            TokenKind::Colon
                if matches!(found, TokenKind::Comma | TokenKind::Rbrace)
                    && self
                        .tokens
                        .enclosing_bracket(range.start())
                        .is_some_and(|bracket| bracket.kind == TokenKind::Lbrace) =>
            {
                let at = self.tokens.before(range.start(), 0).map_or(range, |token| token.range);
                syntax(at, "':' expected after dictionary key")
            }
            _ => self.generic(range),
        }
    }

    /// Parameters in parentheses, `/*`, bounds where none can be.
    fn mistaken_parameter(&self, range: TextRange) -> Option<Worded> {
        let token = self.tokens.at(range.start())?;
        let before = self.tokens.before(range.start(), 0)?;
        let is_lambda = self.tokens.is_in_lambda(range.start());
        let is_parameters = is_lambda || self.tokens.is_parameter_default(range.start());
        match token.kind {
            TokenKind::Star if is_parameters && before.kind == TokenKind::Slash => {
                Some(syntax(token.range, "expected comma between / and *"))
            }
            TokenKind::Lpar
                if is_parameters
                    && matches!(
                        before.kind,
                        TokenKind::Lpar | TokenKind::Comma | TokenKind::Lambda
                    ) =>
            {
                let end = self.tokens.names_in_parentheses(token.range.start())?;
                let what = if is_lambda { "Lambda expression" } else { "Function" };
                Some(syntax(
                    span(token.range.start(), end),
                    format!("{what} parameters cannot be parenthesized"),
                ))
            }
            TokenKind::Colon if before.kind == TokenKind::Name => {
                let star = self.tokens.before(range.start(), 1)?;
                let what = match star.kind {
                    TokenKind::DoubleStar => "ParamSpec",
                    TokenKind::Star => "TypeVarTuple",
                    _ => return None,
                };
                let bracket = self.tokens.enclosing_bracket(range.start())?;
                let keyword = self.tokens.before(bracket.range.start(), 1)?;
                if !matches!(
                    keyword.kind,
                    TokenKind::Def | TokenKind::Class | TokenKind::Type
                ) {
                    return None;
                }
                let bound = self.tokens.after(token.range.start())?;
                let kind =
                    if bound.kind == TokenKind::Lpar { "constraints" } else { "bound" };
                Some(syntax(token.range, format!("cannot use {kind} with {what}")))
            }
            _ => None,
        }
    }

    fn unclosed(&self, range: TextRange) -> Option<Worded> {
        let (opening, byte) = self.unclosed_before(range.start().into())?;
        let range = TextRange::at(TextSize::new(opening), TextSize::new(1));
        Some(syntax(range, format!("'{}' was never closed", byte as char)))
    }

    /// Whether CPython says that a colon is missing: at the end of the line,
    /// or anywhere after the words that nothing else can follow.
    fn wants_colon(&self, range: TextRange, found: TokenKind) -> bool {
        let statement = self.tokens.statement_start(range.start());
        let keyword = statement.map(|token| token.kind);
        match keyword {
            Some(TokenKind::Else | TokenKind::Try | TokenKind::Finally | TokenKind::Def) => true,
            Some(TokenKind::Async) => found == TokenKind::Newline || self.tokens.has_def(range),
            Some(
                TokenKind::If
                | TokenKind::Elif
                | TokenKind::While
                | TokenKind::For
                | TokenKind::With
                | TokenKind::Class
                | TokenKind::Except
                | TokenKind::Match
                | TokenKind::Case,
            ) => matches!(found, TokenKind::Newline | TokenKind::EndOfFile),
            _ => false,
        }
    }

    fn is_definition(&self, range: TextRange) -> bool {
        match self.tokens.statement_start(range.start()).map(|token| token.kind) {
            Some(TokenKind::Def) => true,
            Some(TokenKind::Async) => self.tokens.has_def(range),
            _ => false,
        }
    }

    fn is_in_comprehension(&self, range: TextRange) -> bool {
        self.tokens.level(range.start()) > 0
    }

    fn if_expression_start(&self, range: TextRange) -> Option<TextRange> {
        let index = self.tokens.last_before(range.start(), TokenKind::If)?;
        let start = self.tokens.expression_start(index)?;
        let end = self.tokens.before(range.start(), 0)?.range.end();
        Some(span(start, end))
    }

    /// Mistakes that CPython knows wherever an expression stands.
    fn mistaken_expression(&self, range: TextRange) -> Option<Worded> {
        let token = self.tokens.at(range.start())?;
        let before = self.tokens.before(range.start(), 0)?;
        let level = self.tokens.level(range.start());
        // `if x = 3`, `f(a.b=1)`, `[x = 1]`.
        if token.kind == TokenKind::Equal {
            return self.equal_sign(token.range, before.range, level);
        }
        if token.kind == TokenKind::If || token.kind == TokenKind::Else {
            return None;
        }
        if let Some(worded) = self.comprehension_target(range) {
            return Some(worded);
        }
        // `import x from y`.
        let statement = self.tokens.statement_start(range.start())?;
        if token.kind == TokenKind::From && statement.kind == TokenKind::Import {
            return Some(syntax(
                span(statement.range.start(), self.tokens.line_end(range.start())),
                "Did you mean to use 'from ... import ...' instead?",
            ));
        }
        // `print x`.
        if let Some(worded) = self.legacy_statement(range) {
            return Some(worded);
        }
        // `a{`: an operand that never ends.
        if before.ends_expression()
            && let Some((offset, byte)) = self.scan.unclosed.last()
            && TextSize::new(*offset) == token.range.start()
        {
            return Some(syntax(
                token.range,
                format!("'{}' was never closed", *byte as char),
            ));
        }
        // `(a b)`.
        if level > 0 && before.ends_expression() && token.begins_expression() {
            let start = self.tokens.disjunction_start(range.start())?;
            if start.is_soft_keyword
                || (before.kind == TokenKind::Name && token.is_string() && start.is_single)
            {
                return None;
            }
            if self.tokens.is_string_pair(range.start()) {
                return Some(syntax(
                    span(start.offset, self.tokens.expression_end(range.start())),
                    "invalid syntax. Is this intended to be part of the string?",
                ));
            }
            let end = self.tokens.expression_end(range.start());
            return Some(syntax(
                span(start.offset, end),
                "invalid syntax. Perhaps you forgot a comma?",
            ));
        }
        if self.tokens.is_string_pair(range.start()) {
            let start = self.tokens.disjunction_start(range.start())?;
            let end = self.tokens.expression_end(range.start());
            return Some(syntax(
                span(start.offset, end),
                "invalid syntax. Is this intended to be part of the string?",
            ));
        }
        None
    }

    /// `[x, y for x, y in z]`.
    fn comprehension_target(&self, range: TextRange) -> Option<Worded> {
        let token = self.tokens.at(range.start())?;
        if token.kind != TokenKind::For {
            return None;
        }
        let opening = self.tokens.enclosing_bracket(range.start())?;
        let has_comma = self.tokens.has_comma_between(opening.range.end(), range.start());
        if has_comma && matches!(opening.kind, TokenKind::Lsqb | TokenKind::Lbrace) {
            let first = self.tokens.after(opening.range.start())?;
            let last = self.tokens.before(range.start(), 0)?;
            return Some(syntax(
                span(first.range.start(), last.range.end()),
                "did you forget parentheses around the comprehension target?",
            ));
        }
        None
    }

    fn legacy_statement(&self, range: TextRange) -> Option<Worded> {
        let name = self.tokens.before(range.start(), 0)?;
        let token = self.tokens.at(range.start())?;
        let text = self.text(name.range);
        let is_legacy = matches!(text, "print" | "exec")
            && name.kind == TokenKind::Name
            && token.begins_expression()
            && token.kind != TokenKind::Lpar
            && self.tokens.begins_statement(name.range.start());
        if !is_legacy || !self.tokens.rest_is_expression(range.start()) {
            return None;
        }
        let end = self.tokens.line_end(range.start());
        Some(syntax(
            span(name.range.start(), end),
            format!("Missing parentheses in call to '{text}'. Did you mean {text}(...)?"),
        ))
    }

    /// An `=` where only a comparison or `:=` could stand.
    fn equal_sign(&self, equal: TextRange, before: TextRange, level: usize) -> Option<Worded> {
        let statement = self.tokens.statement_start(equal.start())?;
        let in_condition = matches!(
            statement.kind,
            TokenKind::If | TokenKind::Elif | TokenKind::While | TokenKind::Assert
        );
        if level == 0 && !in_condition {
            return None;
        }
        let start = self.tokens.bitwise_start(equal.start())?;
        let target = span(start, before.end());
        let is_call = self.tokens.is_call_argument(equal.start());
        let expression = self.expression_in(target);
        if is_call {
            let before = self.tokens.before(target.start(), 0).map(|token| token.kind);
            if before == Some(TokenKind::DoubleStar) {
                return Some(syntax(target, "cannot assign to keyword argument unpacking"));
            }
            return match expression {
                Some(Expr::BooleanLiteral(_) | Expr::NoneLiteral(_)) => {
                    let name = self.text(target).to_string();
                    Some(syntax(
                        span(target.start(), equal.end()),
                        format!("cannot assign to {name}"),
                    ))
                }
                _ => Some(syntax(
                    span(target.start(), equal.end()),
                    "expression cannot contain assignment, perhaps you meant \"==\"?",
                )),
            };
        }
        let end = self.tokens.expression_end(equal.end());
        match expression {
            Some(Expr::Name(_)) => Some(syntax(
                span(target.start(), end),
                "invalid syntax. Maybe you meant '==' or ':=' instead of '='?",
            )),
            Some(
                Expr::BooleanLiteral(_)
                | Expr::NoneLiteral(_)
                | Expr::List(_)
                | Expr::Tuple(_)
                | Expr::Generator(_),
            )
            | None => None,
            Some(expression) => {
                let name = expression_name(expression);
                Some(syntax(
                    target,
                    format!(
                        "cannot assign to {name} here. Maybe you meant '==' instead of '='?"
                    ),
                ))
            }
        }
    }

    /// What stands before `=` in a call is no name.
    fn keyword_name(&self, range: TextRange) -> Worded {
        let equal = self.tokens.following(range.end(), TokenKind::Equal).unwrap_or(range);
        let at = span(range.start(), equal.end().max(range.end()));
        let before = self.tokens.before(range.start(), 0).map(|token| token.kind);
        if before == Some(TokenKind::DoubleStar) {
            return syntax(range, "cannot assign to keyword argument unpacking");
        }
        match self.expression_in(range) {
            _ if matches!(self.text(range), "True" | "False" | "None") => {
                syntax(at, format!("cannot assign to {}", self.text(range)))
            }
            Some(Expr::Starred(_)) => {
                syntax(range, "cannot assign to iterable argument unpacking")
            }
            _ if self.text(range).starts_with('*') => {
                syntax(range, "cannot assign to iterable argument unpacking")
            }
            _ => syntax(
                at,
                "expression cannot contain assignment, perhaps you meant \"==\"?",
            ),
        }
    }

    fn expression_in(&self, range: TextRange) -> Option<&Expr> {
        expression_at(self.tree, range)
    }

    fn assignment_target(&self, range: TextRange) -> Worded {
        let Some(expression) = expression_at(self.tree, range) else {
            return self.generic(range);
        };
        if let Expr::Await(e) = expression
            && e.value.range().is_empty()
        {
            return self.generic(TextRange::empty(range.end()));
        }
        let name = expression_name(expression);
        let is_grouped = self
            .tokens
            .before(range.start(), 0)
            .is_some_and(|token| token.kind == TokenKind::Lpar && self.encloses(token.range, range));
        if matches!(expression, Expr::Yield(_) | Expr::YieldFrom(_)) && !is_grouped {
            return syntax(range, "assignment to yield expression not possible");
        }
        if let Expr::If(_) = expression
            && self.is_in_comprehension(range)
            && self.tokens.before(range.start(), 0).is_some_and(|t| t.kind == TokenKind::For)
        {
            let at = self.tokens.following(range.start(), TokenKind::If).unwrap_or(range);
            return syntax(at, "'in' expected after for-loop variables");
        }
        let statement = self.tokens.statement_start(range.start());
        if let Expr::Compare(_) = expression
            && statement.is_some_and(|token| token.kind == TokenKind::For)
        {
            return syntax(range, "invalid syntax");
        }
        let begins = statement.is_some_and(|token| {
            token.range.start() == range.start()
                || (is_grouped && token.kind == TokenKind::Lpar && token.range.start() < range.start())
        });
        let next = self.tokens.first_after(range.end());
        let has_value = next.is_some_and(|equal| {
            equal.kind == TokenKind::Equal
                && self
                    .tokens
                    .after(equal.range.start())
                    .is_some_and(|token| token.begins_operand())
        });
        let is_first_alone = begins && has_value && !self.tokens.has_second_equal(range.end());
        let is_bitwise = !matches!(
            expression,
            Expr::BoolOp(_)
                | Expr::Compare(_)
                | Expr::If(_)
                | Expr::Lambda(_)
                | Expr::Starred(_)
                | Expr::List(_)
                | Expr::Tuple(_)
                | Expr::Generator(_)
                | Expr::BooleanLiteral(_)
                | Expr::NoneLiteral(_)
                | Expr::Named(_)
        ) && !matches!(expression, Expr::UnaryOp(e) if e.op == ast::UnaryOp::Not);
        if is_first_alone && is_bitwise {
            return syntax(
                range,
                format!("cannot assign to {name} here. Maybe you meant '==' instead of '='?"),
            );
        }
        syntax(range, format!("cannot assign to {name}"))
    }

    /// Whether a parenthesis groups the expression at `range` alone.
    fn encloses(&self, opening: TextRange, range: TextRange) -> bool {
        opening.end() <= range.start()
            && self
                .tokens
                .at_or_after(range.end())
                .is_some_and(|token| token.kind == TokenKind::Rpar)
            && !self.tokens.is_call_argument(range.start())
    }

    fn empty_import(&self, range: TextRange) -> Worded {
        let statement = self.tokens.statement_start(range.start());
        match statement.map(|token| token.kind) {
            Some(TokenKind::Import | TokenKind::From)
                if self
                    .tokens
                    .at(range.start())
                    .is_none_or(|token| matches!(token.kind, TokenKind::Newline | TokenKind::EndOfFile)) =>
            {
                syntax(range, "Expected one or more names after 'import'")
            }
            _ => self.generic(range),
        }
    }

    fn starred(&self, range: TextRange) -> Worded {
        let statement = self.tokens.statement_start(range.start()).map(|token| token.kind);
        if self.text(range).starts_with("**") {
            return syntax(range, "invalid syntax");
        }
        let before = self.tokens.before(range.start(), 0).map(|token| token.kind);
        let is_index = self.tokens.is_starred_argument(range.start() + TextSize::new(1));
        if statement == Some(TokenKind::Del) && before != Some(TokenKind::Lpar) && !is_index {
            return syntax(range, "cannot delete starred");
        }
        let bracket = self.tokens.enclosing_bracket(range.start()).map(|token| token.kind);
        if before == Some(TokenKind::Colon) && bracket == Some(TokenKind::Lbrace) {
            return syntax(range, "cannot use a starred expression in a dictionary value");
        }
        let after = self.tokens.at_or_after(range.end()).map(|token| token.kind);
        if before == Some(TokenKind::Lpar) && after == Some(TokenKind::Rpar) {
            return syntax(range, "cannot use starred expression here");
        }
        self.generic(range)
    }

    fn other(&self, range: TextRange, message: &str) -> Worded {
        if let Some(clause) = message.strip_prefix("Expected an indented block after ") {
            return self.missing_block(range, clause);
        }
        if message == "Expected `case` block" {
            return self.generic(range);
        }
        if message == "Expected a parameter name" {
            return self.keyword_name(range);
        }
        let fixed = match message {
            "Only single target (not list) can be annotated" => {
                "only single target (not list) can be annotated"
            }
            "Only single target (not tuple) can be annotated" => {
                "only single target (not tuple) can be annotated"
            }
            "Bytes literal cannot be mixed with non-bytes literals" => {
                "cannot mix bytes and nonbytes literals"
            }
            "Cannot have both 'except' and 'except*' on the same 'try'" => {
                "cannot have both 'except' and 'except*' on the same 'try'"
            }
            "Expected one or more exception types" => "expected one or more exception types",
            "Multiple exception types must be parenthesized when using `as`" => {
                "multiple exception types must be parenthesized when using 'as'"
            }
            "Only one '*' parameter allowed" | "Only one '*' separator allowed" => {
                "* argument may appear only once"
            }
            "Keyword-only parameter separator not allowed after '*' parameter" => {
                "* argument may appear only once"
            }
            "Position-only parameter separator not allowed as first parameter" => {
                match self.tokens.first_parameter(range.start()).map(|token| token.kind) {
                    Some(TokenKind::Star) => "/ must be ahead of *",
                    _ if self.tokens.after(range.start()).is_some_and(|t| t.kind == TokenKind::Comma) => {
                        "at least one argument must precede /"
                    }
                    _ => return syntax(range, "invalid syntax"),
                }
            }
            "Only one '/' separator allowed" => "/ may appear only once",
            "'/' parameter must appear before '*' parameter" => "/ must be ahead of *",
            "Only one '**' parameter allowed" => {
                "arguments cannot follow var-keyword argument"
            }
            "Positional patterns cannot follow keyword patterns" => {
                "positional patterns follow keyword patterns"
            }
            "Expected `except` or `finally` after `try` block" => {
                "expected 'except' or 'finally' block"
            }
            "Trailing comma not allowed" => {
                if self.tokens.is_from_import(range.start()) {
                    "trailing comma not allowed without surrounding parentheses"
                } else {
                    return self.generic(range);
                }
            }
            "Invalid value for a class pattern" => "invalid pattern target",
            _ => {
                return match self.mistaken_parameter(range) {
                    Some(worded) => worded,
                    None => self.expected_expression(range),
                };
            }
        };
        syntax(range, fixed)
    }

    /// `expected an indented block after 'if' statement on line 1`.
    fn missing_block(&self, range: TextRange, clause: &str) -> Worded {
        let line_of = |kinds: &[TokenKind]| {
            self.tokens
                .clause_start(range.start(), kinds)
                .map_or(1, |start| self.lines.line(start.into()))
        };
        let (what, kinds): (&str, &[TokenKind]) = match clause {
            "`if` statement" => ("'if' statement", &[TokenKind::If]),
            "`else` clause" => ("'else' statement", &[TokenKind::Else]),
            "`elif` clause" => ("'elif' statement", &[TokenKind::Elif]),
            "`for` statement" => ("'for' statement", &[TokenKind::For]),
            "`with` statement" => ("'with' statement", &[TokenKind::With]),
            "`class` definition" => ("class definition", &[TokenKind::Class]),
            "`while` statement" => ("'while' statement", &[TokenKind::While]),
            "function definition" => ("function definition", &[TokenKind::Def]),
            "`case` block" => ("'case' statement", &[TokenKind::Case]),
            "`try` statement" => ("'try' statement", &[TokenKind::Try]),
            "`finally` clause" => ("'finally' statement", &[TokenKind::Finally]),
            "`match` statement" => ("'match' statement", &[TokenKind::Match]),
            _ => {
                if self.tokens.is_except_star(range.start()) {
                    ("'except*' statement", &[TokenKind::Except])
                } else {
                    ("'except' statement", &[TokenKind::Except])
                }
            }
        };
        let at = self.tokens.block_token(range.start()).unwrap_or(range);
        let message = format!("expected an indented block after {what} on line {}", line_of(kinds));
        (at, DiagnosticKind::IndentationError, message)
    }

    fn two_statements(&self, range: TextRange) -> Worded {
        let at = self.tokens.at_or_after(range.start()).map_or(range, |token| token.range);
        if let Some(worded) = self.unclosed(at) {
            return worded;
        }
        if let Some(worded) = self.mistaken_expression(at) {
            return worded;
        }
        self.generic(at)
    }

    fn expected_expression(&self, range: TextRange) -> Worded {
        let Some(token) = self.tokens.at(range.start()) else { return self.generic(range) };
        if let Some(worded) = self.field_without_expression(token.range) {
            return worded;
        }
        if let Some(worded) = self.unclosed(range) {
            return worded;
        }
        if let Some(worded) = self.mistaken_expression(range) {
            return worded;
        }
        let before = self.tokens.before(range.start(), 0);
        match (token.kind, before.map(|token| token.kind)) {
            (TokenKind::Not, Some(before)) if is_operator(before) => {
                let at = span(token.range.start(), self.tokens.expression_end(range.start()));
                syntax(at, "'not' after an operator must be parenthesized")
            }
            (TokenKind::Comma | TokenKind::Rpar, Some(TokenKind::Equal))
                if self.tokens.is_parameter_default(range.start()) =>
            {
                syntax(
                    before.map_or(range, |token| token.range),
                    "expected default value expression",
                )
            }
            (TokenKind::Comma | TokenKind::Rpar, Some(TokenKind::Equal))
                if self.tokens.is_call_argument(range.start()) =>
            {
                let start = self.tokens.before(range.start(), 1);
                let at = start.map_or(range, |start| {
                    span(start.range.start(), range.start())
                });
                syntax(at, "expected argument value expression")
            }
            (TokenKind::Comma | TokenKind::Rbrace, Some(TokenKind::Colon))
                if self.tokens.level(range.start()) > 0 =>
            {
                syntax(
                    before.map_or(range, |token| token.range),
                    "expression expected after dictionary key and ':'",
                )
            }
            (_, Some(TokenKind::Star)) if self.tokens.is_starred_argument(range.start()) => {
                syntax(before.map_or(range, |token| token.range), "Invalid star expression")
            }
            _ => self.generic(range),
        }
    }

    /// `f"{}"`, `f"{!r}"`.
    fn field_without_expression(&self, token: TextRange) -> Option<Worded> {
        let before = self.tokens.before(token.start(), 0)?;
        // Signs and the like before nothing do not make an expression.
        let seen = self.tokens.since_field(token.start());
        if let Some(bracket) = self.tokens.enclosing_bracket(token.start())
            && let Some(what) = self.tokens.field_kind(bracket.range.start())
            && !seen.is_empty()
            && seen.iter().all(|kind| is_operator(*kind))
        {
            return Some(syntax(
                token,
                format!("{what}: expecting a valid expression after '{{'"),
            ));
        }
        let what = self.tokens.field_kind(before.range.start())?;
        let kind = self.tokens.at(token.start())?.kind;
        let shown = match kind {
            TokenKind::Rbrace => "}",
            TokenKind::Exclamation => "!",
            TokenKind::Colon => ":",
            TokenKind::Equal => "=",
            _ => {
                return Some(syntax(
                    token,
                    format!("{what}: expecting a valid expression after '{{'"),
                ));
            }
        };
        Some(syntax(token, format!("{what}: valid expression required before '{shown}'")))
    }
}

fn is_operator(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Plus
            | TokenKind::Minus
            | TokenKind::Star
            | TokenKind::Slash
            | TokenKind::DoubleSlash
            | TokenKind::Percent
            | TokenKind::At
            | TokenKind::Amper
            | TokenKind::Vbar
            | TokenKind::CircumFlex
            | TokenKind::LeftShift
            | TokenKind::RightShift
            | TokenKind::DoubleStar
            | TokenKind::Tilde
            | TokenKind::Less
            | TokenKind::Greater
            | TokenKind::EqEqual
            | TokenKind::NotEqual
            | TokenKind::LessEqual
            | TokenKind::GreaterEqual
    )
}
