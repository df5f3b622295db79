//! The mistakes that CPython's tokenizer would find.

use ruff_text_size::{TextRange, TextSize};

use super::{DiagnosticKind, Worded, span, syntax};
use crate::lines::LineIndex;
use crate::scan::{IndentationFault, Scan};

/// The tokenizer's first mistake, if it made one.
pub(crate) fn of_scan(source: &str, lines: &LineIndex, scan: &Scan) -> Option<Worded> {
    let mut faults: Vec<(u32, Worded)> = Vec::new();
    let one = |offset: u32| TextRange::at(TextSize::new(offset), TextSize::new(1));
    if let Some((offset, fault)) = scan.bad_indentation {
        let line = lines.line(offset);
        let start = TextSize::new(lines.start_of(line));
        let end = source[start.into()..]
            .find(['\n', '\r'])
            .map_or(source.len(), |at| usize::from(start) + at);
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
            let line = if ends_line && string.end as usize >= source.len() {
                line - 1
            } else {
                line
            };
            format!("unterminated triple-quoted {kind} literal (detected at line {line})")
        } else {
            let escaped = string.escaped_quote;
            let hint = if escaped {
                "; perhaps you escaped the end quote?"
            } else {
                ""
            };
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
    faults
        .into_iter()
        .min_by_key(|(offset, _)| *offset)
        .map(|(_, worded)| worded)
}
