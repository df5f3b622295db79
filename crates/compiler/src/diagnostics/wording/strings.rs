//! Errors in tokens: characters, strings, replacement fields.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{InterpolatedStringErrorType, LexicalErrorType};
use ruff_text_size::{TextRange, TextSize};

use super::{Context, DiagnosticKind, Worded, span, syntax};
use crate::scan::literals::broken_escape;

impl Context<'_> {
    pub(super) fn lexical(&self, range: TextRange, error: &LexicalErrorType) -> Worded {
        match error {
            LexicalErrorType::UnrecognizedToken { tok } => self.unrecognized(range, *tok),
            LexicalErrorType::IndentationError => (
                range,
                DiagnosticKind::IndentationError,
                "unindent does not match any outer indentation level".into(),
            ),
            LexicalErrorType::InvalidByteLiteral => {
                let at = self
                    .tokens
                    .at(range.start())
                    .map_or(range, |token| token.range);
                syntax(at, "bytes can only contain ASCII literal characters")
            }
            LexicalErrorType::LineContinuationError => syntax(
                range,
                "unexpected character after line continuation character",
            ),
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

    pub(super) fn unrecognized(&self, range: TextRange, char: char) -> Worded {
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
            syntax(
                range,
                format!("invalid non-printable character U+{code:04X}"),
            )
        }
    }

    pub(super) fn eof(&self, range: TextRange) -> Worded {
        if let Some((opening, byte)) = self.scan.unclosed.last() {
            let range = TextRange::at(TextSize::new(*opening), TextSize::new(1));
            return syntax(range, format!("'{}' was never closed", *byte as char));
        }
        syntax(range, "unexpected EOF while parsing")
    }

    /// A broken escape in a string or bytes literal.
    pub(super) fn escape(&self, range: TextRange) -> Worded {
        let token = self.tokens.at_or_before(range.start());
        let token_range = token.map_or(range, |token| token.range);
        broken_escape(self.source, token_range)
            .map(|message| syntax(token_range, message))
            .unwrap_or_else(|| {
                syntax(
                    token_range,
                    "(unicode error) 'unicodeescape' codec can't decode bytes: malformed escape",
                )
            })
    }

    pub(super) fn interpolated(
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
                return syntax(
                    range,
                    format!("unterminated {what} literal (detected at line {line})"),
                );
            }
            Kind::UnterminatedTripleQuotedString => {
                let line = self.lines.line(self.source.trim_end().len() as u32);
                return syntax(
                    range,
                    format!("unterminated triple-quoted {what} literal (detected at line {line})"),
                );
            }
        };
        syntax(range, format!("{what}: {message}"))
    }

    /// A replacement field that does not end where it should.
    pub(super) fn unclosed_field(&self, range: TextRange, what: &str) -> Worded {
        let found = self.tokens.at(range.start());
        let before = self.tokens.before(range.start(), 0);
        if before.is_some_and(|token| token.kind == TokenKind::Lbrace) {
            return syntax(
                range,
                format!("{what}: expecting a valid expression after '{{'"),
            );
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

    pub(super) fn conversion(&self, range: TextRange, what: &str) -> Worded {
        let text = self.text(range).trim_start_matches('!');
        let word: String = text
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
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
                format!("{what}: invalid conversion character '{word}': expected 's', 'r', or 'a'"),
            );
        }
        syntax(range, format!("{what}: invalid conversion character"))
    }
}
