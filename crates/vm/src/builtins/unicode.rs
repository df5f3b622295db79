//! Unicode properties as Python's `str` asks for them, and how lone
//! surrogates are kept.
//!
//! A Rust `str` holds scalar values only. Python code may also hold lone
//! surrogates (`'\ud800'`, `surrogateescape`): they stand in 2,048 code points
//! of the last private-use plane, so that text stays plain UTF-8. Those code
//! points themselves cannot be told from surrogates.

use unicode_general_category::{GeneralCategory, get_general_category};

/// Where U+D800 is kept.
const SURROGATE_BASE: u32 = 0x10_F000;
const SURROGATES: u32 = 0x800;

/// The char that a code point is kept as; `None` beyond U+10FFFF.
pub fn char_of(code: u32) -> Option<char> {
    match code {
        0xD800..=0xDFFF => char::from_u32(SURROGATE_BASE + code - 0xD800),
        _ => char::from_u32(code),
    }
}

/// The code point that a char is for Python.
#[inline]
pub fn code_of(c: char) -> u32 {
    let code = c as u32;
    if (SURROGATE_BASE..SURROGATE_BASE + SURROGATES).contains(&code) {
        0xD800 + code - SURROGATE_BASE
    } else {
        code
    }
}

/// Whether the char stands for a lone surrogate.
#[inline]
pub fn is_surrogate(c: char) -> bool {
    (SURROGATE_BASE..SURROGATE_BASE + SURROGATES).contains(&(c as u32))
}

/// Text from generalised UTF-8 (WTF-8), which may hold lone surrogates.
pub fn from_wtf8(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        match std::str::from_utf8(rest) {
            Ok(valid) => {
                text.push_str(valid);
                return text;
            }
            Err(error) => {
                let (valid, bad) = rest.split_at(error.valid_up_to());
                text.push_str(std::str::from_utf8(valid).unwrap_or_default());
                match surrogate_at(bad) {
                    Some(code) => {
                        text.extend(char_of(code));
                        rest = &bad[3..];
                    }
                    None => {
                        text.push('\u{FFFD}');
                        rest = &bad[1..];
                    }
                }
            }
        }
    }
}

/// The surrogate encoded in the first three bytes.
pub fn surrogate_at(bytes: &[u8]) -> Option<u32> {
    match bytes {
        [0xED, second @ 0xA0..=0xBF, third @ 0x80..=0xBF, ..] => {
            Some(0xD000 | (*second as u32 & 0x3F) << 6 | (*third as u32 & 0x3F))
        }
        _ => None,
    }
}

pub fn category(c: char) -> GeneralCategory {
    if is_surrogate(c) {
        GeneralCategory::Surrogate
    } else {
        get_general_category(c)
    }
}

pub fn is_alpha(c: char) -> bool {
    use GeneralCategory::*;
    if c.is_ascii() {
        return c.is_ascii_alphabetic();
    }
    matches!(
        category(c),
        UppercaseLetter | LowercaseLetter | TitlecaseLetter | ModifierLetter | OtherLetter
    )
}

pub fn is_decimal(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_digit()
    } else {
        category(c) == GeneralCategory::DecimalNumber
    }
}

/// Numeric type Digit beyond the decimals: superscripts, circled digits.
const OTHER_DIGITS: &[(u32, u32)] = &[
    (0xb2, 0xb3),
    (0xb9, 0xb9),
    (0x1369, 0x1371),
    (0x19da, 0x19da),
    (0x2070, 0x2070),
    (0x2074, 0x2079),
    (0x2080, 0x2089),
    (0x2460, 0x2468),
    (0x2474, 0x247c),
    (0x2488, 0x2490),
    (0x24ea, 0x24ea),
    (0x24f5, 0x24fd),
    (0x24ff, 0x24ff),
    (0x2776, 0x277e),
    (0x2780, 0x2788),
    (0x278a, 0x2792),
    (0x10a40, 0x10a43),
    (0x10e60, 0x10e68),
    (0x11052, 0x1105a),
    (0x1f100, 0x1f10a),
];

/// Ideographs that are numbers (Unihan's numeric fields), with their values.
const IDEOGRAPHS: &[(u32, u64)] = &[
    (0x3405, 5),
    (0x3483, 2),
    (0x382a, 5),
    (0x3b4d, 7),
    (0x4e00, 1),
    (0x4e03, 7),
    (0x4e07, 10000),
    (0x4e09, 3),
    (0x4e24, 2),
    (0x4e5d, 9),
    (0x4e8c, 2),
    (0x4e94, 5),
    (0x4e96, 4),
    (0x4eac, 10000000000000000),
    (0x4ebf, 100000000),
    (0x4ec0, 10),
    (0x4edf, 1000),
    (0x4ee8, 3),
    (0x4f0d, 5),
    (0x4f70, 100),
    (0x4fe9, 2),
    (0x5006, 2),
    (0x5104, 100000000),
    (0x5146, 1000000),
    (0x5169, 2),
    (0x516b, 8),
    (0x516d, 6),
    (0x5341, 10),
    (0x5343, 1000),
    (0x5344, 20),
    (0x5345, 30),
    (0x534c, 40),
    (0x53c1, 3),
    (0x53c2, 3),
    (0x53c3, 3),
    (0x53c4, 3),
    (0x56db, 4),
    (0x58f1, 1),
    (0x58f9, 1),
    (0x5e7a, 1),
    (0x5efe, 9),
    (0x5eff, 20),
    (0x5f0c, 1),
    (0x5f0d, 2),
    (0x5f0e, 3),
    (0x5f10, 2),
    (0x62d0, 7),
    (0x62fe, 10),
    (0x634c, 8),
    (0x67d2, 7),
    (0x6d1e, 0),
    (0x6f06, 7),
    (0x7396, 9),
    (0x767e, 100),
    (0x7695, 200),
    (0x79ed, 1000000000),
    (0x8086, 4),
    (0x842c, 10000),
    (0x8cae, 2),
    (0x8cb3, 2),
    (0x8d30, 2),
    (0x920e, 9),
    (0x94a9, 9),
    (0x9621, 1000),
    (0x9646, 6),
    (0x964c, 100),
    (0x9678, 6),
    (0x96f6, 0),
    (0xf96b, 3),
    (0xf973, 10),
    (0xf978, 2),
    (0xf9b2, 0),
    (0xf9d1, 6),
    (0xf9d3, 6),
    (0xf9fd, 10),
    (0x20001, 7),
    (0x20064, 4),
    (0x200e2, 4),
    (0x20121, 5),
    (0x2092a, 1),
    (0x20983, 30),
    (0x2098c, 40),
    (0x2099c, 40),
    (0x20aea, 6),
    (0x20afd, 3),
    (0x20b19, 3),
    (0x22390, 2),
    (0x22998, 3),
    (0x23b1b, 3),
    (0x2626d, 4),
    (0x2f890, 9),
];

/// The number an ideograph stands for.
pub fn ideograph_value(c: char) -> Option<u64> {
    let at = IDEOGRAPHS
        .binary_search_by_key(&(c as u32), |entry| entry.0)
        .ok()?;
    Some(IDEOGRAPHS[at].1)
}

pub fn is_digit(c: char) -> bool {
    let code = c as u32;
    is_decimal(c)
        || OTHER_DIGITS
            .iter()
            .any(|&(first, last)| (first..=last).contains(&code))
}

pub fn is_numeric(c: char) -> bool {
    use GeneralCategory::*;
    if c.is_ascii() {
        return c.is_ascii_digit();
    }
    matches!(category(c), DecimalNumber | LetterNumber | OtherNumber)
        || ideograph_value(c).is_some()
}

pub fn is_alnum(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric()
    } else {
        is_alpha(c) || is_numeric(c)
    }
}

pub fn is_space(c: char) -> bool {
    matches!(c, '\t'..='\r' | '\x1c'..=' ' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}'
        | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// Where `str.splitlines` breaks.
pub fn is_line_break(c: char) -> bool {
    matches!(c, '\n'..='\r' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether `repr` shows the character as it is.
pub fn is_printable(c: char) -> bool {
    use GeneralCategory::*;
    if c.is_ascii() {
        return (' '..='~').contains(&c);
    }
    !matches!(
        category(c),
        Control
            | Format
            | Surrogate
            | PrivateUse
            | Unassigned
            | LineSeparator
            | ParagraphSeparator
            | SpaceSeparator
    )
}

pub fn is_title(c: char) -> bool {
    !c.is_ascii() && category(c) == GeneralCategory::TitlecaseLetter
}

/// Whether the character has case in the sense of `str.title`.
pub fn is_cased(c: char) -> bool {
    c.is_lowercase() || c.is_uppercase() || is_title(c)
}

/// Case-ignorable, for the final-sigma rule: marks, modifiers, some
/// punctuation.
pub fn is_case_ignorable(c: char) -> bool {
    use GeneralCategory::*;
    matches!(
        c,
        '\'' | '.'
            | ':'
            | '\u{b7}'
            | '\u{387}'
            | '\u{55f}'
            | '\u{5f4}'
            | '\u{2018}'
            | '\u{2019}'
            | '\u{2024}'
            | '\u{2027}'
            | '\u{fe13}'
            | '\u{fe52}'
            | '\u{fe55}'
            | '\u{ff07}'
            | '\u{ff0e}'
            | '\u{ff1a}'
    ) || matches!(
        category(c),
        NonspacingMark | EnclosingMark | Format | ModifierLetter | ModifierSymbol
    )
}

/// Appends the full title-case mapping.
pub fn push_title(c: char, out: &mut String) {
    match c as u32 {
        0x10D0..=0x10FF => out.push(c),
        0x1C4..=0x1C6 => out.push('\u{1C5}'),
        0x1C7..=0x1C9 => out.push('\u{1C8}'),
        0x1CA..=0x1CC => out.push('\u{1CB}'),
        0x1F1..=0x1F3 => out.push('\u{1F2}'),
        code @ 0x1F80..=0x1FAF => out.extend(char::from_u32(code | 8)),
        0x1FB3 | 0x1FBC => out.push('\u{1FBC}'),
        0x1FC3 | 0x1FCC => out.push('\u{1FCC}'),
        0x1FF3 | 0x1FFC => out.push('\u{1FFC}'),
        0x1FB2 | 0x1FB4 | 0x1FB7 | 0x1FC2 | 0x1FC4 | 0x1FC7 | 0x1FF2 | 0x1FF4 | 0x1FF7 => {
            out.extend(
                c.to_uppercase()
                    .map(|c| if c == '\u{399}' { '\u{345}' } else { c }),
            );
        }
        0xDF | 0x587 | 0xFB00..=0xFB17 => {
            let mut chars = c.to_uppercase();
            out.extend(chars.next());
            for rest in chars {
                out.extend(rest.to_lowercase());
            }
        }
        _ => out.extend(c.to_uppercase()),
    }
}

/// Appends the full case folding.
pub fn push_fold(c: char, out: &mut String) {
    match c as u32 {
        0x00..=0x7F => out.push(c.to_ascii_lowercase()),
        0x131 | 0x13A0..=0x13F5 => out.push(c),
        code @ 0x13F8..=0x13FD => out.extend(char::from_u32(code - 8)),
        code @ 0xAB70..=0xABBF => out.extend(char::from_u32(code - 0xAB70 + 0x13A0)),
        0x1E9E => out.push_str("ss"),
        _ => {
            for upper in c.to_uppercase() {
                out.extend(upper.to_lowercase());
            }
        }
    }
}

/// The one-to-one lower-case mapping.
/// As CPython has it: the first character of the full mapping.
pub fn simple_lower(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// The one-to-one upper-case mapping; as for lower case.
pub fn simple_upper(c: char) -> char {
    c.to_uppercase().next().unwrap_or(c)
}

pub fn is_identifier_start(c: char) -> bool {
    c == '_' || unicode_ident::is_xid_start(c)
}

pub fn is_identifier_continue(c: char) -> bool {
    unicode_ident::is_xid_continue(c)
}

/// Whether the text is a Python identifier (keywords included).
pub fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(is_identifier_start) && chars.all(is_identifier_continue)
}
