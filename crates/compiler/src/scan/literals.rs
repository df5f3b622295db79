//! The text of literals, read from the source again.

use ruff_python_ast::{StringFlags, StringLiteralValue};

/// The value of a string literal with lone surrogates, as WTF-8. `None` if it
/// has none.
pub(crate) fn with_surrogates(source: &str, value: &StringLiteralValue) -> Option<Vec<u8>> {
    let mut code_points: Vec<u32> = Vec::new();
    for part in value.iter() {
        let range = part.content_range();
        let text = source.get(range.start().into()..range.end().into())?;
        if part.flags.prefix().is_raw() {
            code_points.extend(text.chars().map(u32::from));
        } else {
            decode(text, &part.value, &mut code_points);
        }
        let _ = part.flags.is_triple_quoted();
    }
    let has_surrogate = code_points
        .iter()
        .any(|point| (0xD800..0xE000).contains(point));
    has_surrogate.then(|| encode(&code_points))
}

/// Decodes escapes. `decoded` is what the parser made of the same text: it
/// supplies what cannot be decoded here (names of characters).
fn decode(text: &str, decoded: &str, out: &mut Vec<u32>) {
    let first = out.len();
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        if char == '\r' {
            // Line ends are newlines, however they are written.
            chars.next_if_eq(&'\n');
            out.push('\n' as u32);
            continue;
        }
        if char != '\\' {
            out.push(char as u32);
            continue;
        }
        let Some(escape) = chars.next() else { break };
        let mut hex = |digits: usize| {
            let mut value = 0;
            for _ in 0..digits {
                value = value * 16 + chars.next().and_then(|c| c.to_digit(16)).unwrap_or(0);
            }
            value
        };
        let point = match escape {
            '\n' => continue,
            '\r' => {
                chars.next_if_eq(&'\n');
                continue;
            }
            '\\' | '\'' | '"' => escape as u32,
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'n' => 10,
            'r' => 13,
            't' => 9,
            'v' => 11,
            'x' => hex(2),
            'u' => hex(4),
            'U' => hex(8),
            'N' => {
                while chars.next().is_some_and(|c| c != '}') {}
                let index = out.len() - first;
                decoded.chars().nth(index).map_or(0xFFFD, u32::from)
            }
            '0'..='7' => {
                let mut value = escape.to_digit(8).unwrap_or(0);
                for _ in 0..2 {
                    match chars.peek().and_then(|c| c.to_digit(8)) {
                        Some(digit) => {
                            value = value * 8 + digit;
                            chars.next();
                        }
                        None => break,
                    }
                }
                value
            }
            other => {
                out.push('\\' as u32);
                other as u32
            }
        };
        out.push(point);
    }
}

/// Generalised UTF-8; a high and a low surrogate side by side stay apart, as
/// they do in a Python str.
fn encode(code_points: &[u32]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(code_points.len());
    for point in code_points {
        match char::from_u32(*point) {
            Some(char) => bytes.extend(char.encode_utf8(&mut [0; 4]).as_bytes()),
            None => bytes.extend([
                0xE0 | (point >> 12) as u8,
                0x80 | (point >> 6 & 0x3F) as u8,
                0x80 | (point & 0x3F) as u8,
            ]),
        }
    }
    bytes
}

/// What is wrong with the escapes of the literal at `range`.
pub(crate) fn broken_escape(source: &str, range: ruff_text_size::TextRange) -> Option<String> {
    let text = source.get(range.start().into()..range.end().into())?;
    // The text of an f-string has no quotes of its own.
    let (prefix, body) = match text.find(['"', '\'']) {
        Some(quote) if quote <= 2 && !text.starts_with('\\') => {
            (&text[..quote], text[quote..].trim_matches(['"', '\'']))
        }
        _ => ("", text),
    };
    let is_bytes = prefix.contains(['b', 'B']);
    let bytes = body.as_bytes();
    let mut at = 0;
    while at + 1 < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        let digits = |count: usize| {
            bytes[at + 2..]
                .iter()
                .take(count)
                .take_while(|b| b.is_ascii_hexdigit())
                .count()
        };
        let escape = bytes[at + 1];
        if is_bytes {
            if escape == b'x' && digits(2) < 2 {
                let message = format!("(value error) invalid \\x escape at position {at}");
                return Some(message);
            }
            at += 2;
            continue;
        }
        let broken = |end: usize, what: &str| {
            // CPython counts in its own escaped form, the same for ASCII.
            Some(format!(
                "(unicode error) 'unicodeescape' codec can't decode bytes in position {at}-{end}: {what}"
            ))
        };
        let (count, what) = match escape {
            b'x' => (2, "truncated \\xXX escape"),
            b'u' => (4, "truncated \\uXXXX escape"),
            b'U' => (8, "truncated \\UXXXXXXXX escape"),
            b'N' => {
                if bytes.get(at + 2) != Some(&b'{') {
                    return broken(at + 1, "malformed \\N character escape");
                }
                let Some(length) = body[at + 3..].find('}') else {
                    return broken(bytes.len() - 1, "malformed \\N character escape");
                };
                if length == 0 {
                    return broken(at + 2, "malformed \\N character escape");
                }
                let name = &body[at + 3..at + 3 + length];
                if unicode_names2::character(name).is_none() {
                    return broken(at + 3 + length, "unknown Unicode character name");
                }
                at += length + 4;
                continue;
            }
            _ => {
                at += 2;
                continue;
            }
        };
        let found = digits(count);
        if found < count {
            return broken(at + 1 + found, what);
        }
        if escape == b'U' {
            let value = u32::from_str_radix(&body[at + 2..at + 10], 16).unwrap_or(u32::MAX);
            if value > 0x10FFFF {
                return broken(at + 9, "illegal Unicode character");
            }
        }
        at += 2 + count;
    }
    None
}
