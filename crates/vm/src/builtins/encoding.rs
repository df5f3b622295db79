//! Text encodings written in Rust: UTF-8, ASCII, Latin-1, UTF-16, UTF-32 and
//! the escape codecs, with CPython's error handlers.
//!
//! Other encodings come from the library's `encodings` package, other error
//! handlers from `codecs.register_error`; both are Python, so the answer is
//! then [`Throw::Python`].

use super::unicode::{char_of, code_of, surrogate_at};
use crate::{Res, Throw, Value, Vm};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endian {
    Little,
    Big,
    /// By the byte order mark; little if there is none. Writes one.
    Marked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    /// Writes and skips a byte order mark.
    Utf8Sig,
    Ascii,
    Latin1,
    Utf16(Endian),
    Utf32(Endian),
    UnicodeEscape,
    RawUnicodeEscape,
}

impl Encoding {
    /// By any of the names that Python's `encodings.aliases` has for it.
    pub fn by_name(name: &str) -> Option<Encoding> {
        let mut key = String::with_capacity(name.len());
        for c in name.chars() {
            key.push(match c {
                '-' | ' ' => '_',
                other => other.to_ascii_lowercase(),
            });
        }
        Some(match &*key {
            "utf_8" | "utf8" | "u8" | "utf" | "cp65001" | "utf8_ucs2" | "utf8_ucs4" => {
                Encoding::Utf8
            }
            "utf_8_sig" | "utf8_sig" => Encoding::Utf8Sig,
            "ascii" | "us_ascii" | "us" | "646" | "ansi_x3.4_1968" | "iso646_us" | "cp367"
            | "ibm367" | "csascii" | "ansi_x3.4_1986" | "iso_ir_6" | "iso_646.irv_1991" => {
                Encoding::Ascii
            }
            "latin_1" | "latin1" | "latin" | "l1" | "iso_8859_1" | "iso8859_1" | "iso8859"
            | "8859" | "cp819" | "ibm819" | "csisolatin1" | "iso_8859_1_1987" | "iso_ir_100" => {
                Encoding::Latin1
            }
            "utf_16" | "utf16" | "u16" => Encoding::Utf16(Endian::Marked),
            "utf_16_le" | "utf_16le" | "utf16_le" | "utf16le" | "unicodelittleunmarked" => {
                Encoding::Utf16(Endian::Little)
            }
            "utf_16_be" | "utf_16be" | "utf16_be" | "utf16be" | "unicodebigunmarked" => {
                Encoding::Utf16(Endian::Big)
            }
            "utf_32" | "utf32" | "u32" => Encoding::Utf32(Endian::Marked),
            "utf_32_le" | "utf_32le" | "utf32_le" | "utf32le" => Encoding::Utf32(Endian::Little),
            "utf_32_be" | "utf_32be" | "utf32_be" | "utf32be" => Encoding::Utf32(Endian::Big),
            "unicode_escape" | "unicodeescape" => Encoding::UnicodeEscape,
            "raw_unicode_escape" | "rawunicodeescape" => Encoding::RawUnicodeEscape,
            _ => return None,
        })
    }

    /// The name in error messages.
    fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 | Encoding::Utf8Sig => "utf-8",
            Encoding::Ascii => "ascii",
            Encoding::Latin1 => "latin-1",
            Encoding::Utf16(Endian::Marked) => "utf-16",
            Encoding::Utf16(Endian::Little) => "utf-16-le",
            Encoding::Utf16(Endian::Big) => "utf-16-be",
            Encoding::Utf32(Endian::Marked) => "utf-32",
            Encoding::Utf32(Endian::Little) => "utf-32-le",
            Encoding::Utf32(Endian::Big) => "utf-32-be",
            Encoding::UnicodeEscape => "unicodeescape",
            Encoding::RawUnicodeEscape => "rawunicodeescape",
        }
    }
}

/// What to do with what cannot be encoded or decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errors {
    Strict,
    Ignore,
    Replace,
    XmlCharRef,
    Backslash,
    SurrogateEscape,
    SurrogatePass,
    /// Registered from Python; asked for only when an error occurs.
    Other,
}

impl Errors {
    pub fn by_name(name: &str) -> Errors {
        match name {
            "strict" => Errors::Strict,
            "ignore" => Errors::Ignore,
            "replace" => Errors::Replace,
            "xmlcharrefreplace" => Errors::XmlCharRef,
            "backslashreplace" => Errors::Backslash,
            "surrogateescape" => Errors::SurrogateEscape,
            "surrogatepass" => Errors::SurrogatePass,
            _ => Errors::Other,
        }
    }
}

/// What went wrong at a place of a decoder's input: bytes from `at`, `length`
/// of them.
struct Fault {
    at: usize,
    length: usize,
    reason: &'static str,
}

/// How to write one character that an encoding lacks.
fn escape(c: char) -> String {
    match code_of(c) {
        code @ 0..=0xFF => format!("\\x{code:02x}"),
        code @ 0..=0xFFFF => format!("\\u{code:04x}"),
        code => format!("\\U{code:08x}"),
    }
}

impl Vm {
    /// `text.encode(encoding, errors)`. [`Throw::Python`] for an error
    /// handler written in Python.
    pub fn encode_text(&mut self, text: &str, encoding: Encoding, errors: Errors) -> Res<Vec<u8>> {
        let unit = match encoding {
            Encoding::Utf16(_) => 2,
            Encoding::Utf32(_) => 4,
            _ => 1,
        };
        self.reserve(text.len().saturating_mul(unit))?;
        let has_surrogates = |text: &str| text.chars().any(super::unicode::is_surrogate);
        match encoding {
            Encoding::Utf8 if !has_surrogates(text) => return Ok(text.as_bytes().to_vec()),
            Encoding::Ascii | Encoding::Latin1 if text.is_ascii() => {
                return Ok(text.as_bytes().to_vec());
            }
            _ => {}
        }
        let mut out = Vec::with_capacity(text.len());
        match encoding {
            Encoding::Utf8Sig => out.extend(b"\xEF\xBB\xBF"),
            Encoding::Utf16(Endian::Marked) => out.extend(b"\xFF\xFE"),
            Encoding::Utf32(Endian::Marked) => out.extend(b"\xFF\xFE\0\0"),
            _ => {}
        }
        let mut chars = text.chars().enumerate().peekable();
        while let Some((at, c)) = chars.next() {
            if push_encoded(c, encoding, &mut out) {
                continue;
            }
            // A run of characters is one error.
            let mut run = vec![c];
            while let Some(&(_, next)) = chars.peek() {
                if push_encoded(next, encoding, &mut Vec::new()) {
                    break;
                }
                run.push(next);
                chars.next();
            }
            self.handle_encode_error(text, at, &run, encoding, errors, &mut out)?;
        }
        Ok(out)
    }

    fn handle_encode_error(
        &mut self,
        text: &str,
        at: usize,
        run: &[char],
        encoding: Encoding,
        errors: Errors,
        out: &mut Vec<u8>,
    ) -> Res<()> {
        let reason = match encoding {
            Encoding::Ascii => "ordinal not in range(128)",
            Encoding::Latin1 => "ordinal not in range(256)",
            _ => "surrogates not allowed",
        };
        for (offset, &c) in run.iter().enumerate() {
            let code = code_of(c);
            let replacement = match errors {
                Errors::Ignore => continue,
                Errors::Replace => "?".to_owned(),
                Errors::XmlCharRef => format!("&#{code};"),
                Errors::Backslash => escape(c),
                Errors::SurrogateEscape if (0xDC80..=0xDCFF).contains(&code) => {
                    match encoding {
                        Encoding::Utf16(_) | Encoding::Utf32(_) => {
                            push_unit(code as u8 as u32, encoding, out);
                        }
                        _ => out.push(code as u8),
                    }
                    continue;
                }
                Errors::SurrogatePass
                    if (0xD800..=0xDFFF).contains(&code)
                        && !matches!(encoding, Encoding::Ascii | Encoding::Latin1) =>
                {
                    match encoding {
                        Encoding::Utf8 | Encoding::Utf8Sig => out.extend([
                            0xED,
                            0x80 | (code >> 6 & 0x3F) as u8,
                            0x80 | (code & 0x3F) as u8,
                        ]),
                        _ => push_unit(code, encoding, out),
                    }
                    continue;
                }
                Errors::Other => return Err(Throw::Python),
                Errors::Strict | Errors::SurrogateEscape | Errors::SurrogatePass => {
                    let object = self.str(text);
                    let start = at + offset;
                    return Err(self.unicode_error_object(
                        self.types.unicode_encode_error,
                        encoding.name(),
                        object,
                        start,
                        at + run.len(),
                        reason,
                    ));
                }
            };
            for c in replacement.chars() {
                push_encoded(c, encoding, out);
            }
        }
        Ok(())
    }

    /// A `UnicodeEncodeError` or `UnicodeDecodeError`.
    pub fn unicode_error_object(
        &mut self,
        class: Value,
        encoding: &str,
        object: Value,
        start: usize,
        end: usize,
        reason: &str,
    ) -> Throw {
        let (encoding, reason) = (self.str(encoding), self.str(reason));
        let (start, end) = (Value::count(start), Value::count(end));
        let exception = self.make_exception(class, &[encoding, object, start, end, reason]);
        for (key, value) in [
            ("encoding", encoding),
            ("object", object),
            ("start", start),
            ("end", end),
            ("reason", reason),
        ] {
            self.set_exception_attr(exception, key, value);
        }
        Throw::Raise(exception)
    }

    /// `data.decode(encoding, errors)`.
    pub fn decode_bytes(&mut self, data: &[u8], encoding: Encoding, errors: Errors) -> Res<String> {
        Ok(self.decode_partial(data, encoding, errors, true)?.0)
    }

    /// As [`Vm::decode_bytes`]; unless `last`, an incomplete sequence at the
    /// end is left. Also gives how many bytes were used.
    pub fn decode_partial(
        &mut self,
        data: &[u8],
        encoding: Encoding,
        errors: Errors,
        last: bool,
    ) -> Res<(String, usize)> {
        self.reserve(data.len())?;
        if matches!(
            encoding,
            Encoding::Utf8 | Encoding::Ascii | Encoding::Latin1
        ) && data.is_ascii()
        {
            return Ok((String::from_utf8_lossy(data).into_owned(), data.len()));
        }
        let mut out = String::with_capacity(data.len());
        let mut at = 0;
        let mut encoding = encoding;
        match encoding {
            Encoding::Utf8Sig => {
                if data.starts_with(b"\xEF\xBB\xBF") {
                    at = 3;
                } else if !last && data.len() < 3 && b"\xEF\xBB\xBF".starts_with(data) {
                    return Ok((out, 0));
                }
                encoding = Encoding::Utf8;
            }
            Encoding::Utf16(Endian::Marked) => {
                let endian = match data {
                    [0xFE, 0xFF, ..] => Endian::Big,
                    _ => Endian::Little,
                };
                if data.starts_with(b"\xFF\xFE") || endian == Endian::Big {
                    at = 2;
                }
                encoding = Encoding::Utf16(endian);
            }
            Encoding::Utf32(Endian::Marked) => {
                let endian = match data {
                    [0, 0, 0xFE, 0xFF, ..] => Endian::Big,
                    _ => Endian::Little,
                };
                if data.starts_with(b"\xFF\xFE\0\0") || endian == Endian::Big {
                    at = 4;
                }
                encoding = Encoding::Utf32(endian);
            }
            _ => {}
        }
        while at < data.len() {
            match decode_step(data, at, encoding, last, &mut out) {
                Ok(0) => break,
                Ok(used) => at += used,
                // The start of a surrogate, of which more may come.
                Err(fault)
                    if !last
                        && errors == Errors::SurrogatePass
                        && encoding == Encoding::Utf8
                        && matches!(data[fault.at..], [0xED, 0xA0..=0xBF]) =>
                {
                    break;
                }
                Err(fault) => {
                    at = self.handle_decode_error(data, fault, encoding, errors, &mut out)?;
                }
            }
        }
        Ok((out, at))
    }

    /// Appends what the handler gives; where to go on.
    fn handle_decode_error(
        &mut self,
        data: &[u8],
        fault: Fault,
        encoding: Encoding,
        errors: Errors,
        out: &mut String,
    ) -> Res<usize> {
        let end = (fault.at + fault.length).min(data.len());
        let bad = &data[fault.at..end];
        match errors {
            Errors::Ignore => return Ok(end),
            Errors::Replace => {
                out.push('\u{FFFD}');
                return Ok(end);
            }
            Errors::Backslash => {
                for byte in bad {
                    out.push_str(&format!("\\x{byte:02x}"));
                }
                return Ok(end);
            }
            Errors::SurrogateEscape if bad.iter().all(|byte| *byte >= 0x80) => {
                for &byte in bad {
                    out.extend(char_of(0xDC00 + byte as u32));
                }
                return Ok(end);
            }
            Errors::SurrogatePass => {
                let rest = &data[fault.at..];
                let found = match encoding {
                    Encoding::Utf8 => surrogate_at(rest).map(|code| (code, 3)),
                    Encoding::Utf16(endian) => read_unit(rest, 2, endian).map(|code| (code, 2)),
                    Encoding::Utf32(endian) => read_unit(rest, 4, endian).map(|code| (code, 4)),
                    _ => None,
                };
                if let Some((code, used)) = found
                    && (0xD800..=0xDFFF).contains(&code)
                {
                    out.extend(char_of(code));
                    return Ok(fault.at + used);
                }
            }
            Errors::Other => return Err(Throw::Python),
            _ => {}
        }
        let object = self.bytes(data);
        let class = self.types.unicode_decode_error;
        Err(self.unicode_error_object(class, encoding.name(), object, fault.at, end, fault.reason))
    }

    /// Names of encoding and error handler from a native's arguments, unbound
    /// or None for the defaults. [`Throw::Python`] for other encodings.
    pub fn codec_arguments(&mut self, encoding: Value, errors: Value) -> Res<(Encoding, Errors)> {
        let errors = self.error_handler(errors)?;
        let encoding = match encoding.bound().filter(|value| !value.is_none()) {
            Some(name) => {
                let name = self.expect_codec_text(name, "encoding")?;
                Encoding::by_name(&name).ok_or(Throw::Python)?
            }
            None => Encoding::Utf8,
        };
        Ok((encoding, errors))
    }

    /// The error handler an argument names; strict if unbound or None.
    pub fn error_handler(&mut self, errors: Value) -> Res<Errors> {
        match errors.bound().filter(|value| !value.is_none()) {
            Some(name) => Ok(Errors::by_name(&self.expect_codec_text(name, "errors")?)),
            None => Ok(Errors::Strict),
        }
    }

    fn expect_codec_text(&mut self, value: Value, what: &str) -> Res<String> {
        match self.as_text(value) {
            Some(text) => Ok(text.to_owned()),
            None => {
                let message = format!(
                    "argument '{what}' must be str, not {}",
                    self.type_name(value)
                );
                Err(self.type_error(message))
            }
        }
    }
}

fn push_unit(code: u32, encoding: Encoding, out: &mut Vec<u8>) {
    match encoding {
        Encoding::Utf16(Endian::Big) => out.extend((code as u16).to_be_bytes()),
        Encoding::Utf16(_) => out.extend((code as u16).to_le_bytes()),
        Encoding::Utf32(Endian::Big) => out.extend(code.to_be_bytes()),
        _ => out.extend(code.to_le_bytes()),
    }
}

/// Appends one character; whether the encoding has it.
fn push_encoded(c: char, encoding: Encoding, out: &mut Vec<u8>) -> bool {
    let code = code_of(c);
    let surrogate = (0xD800..=0xDFFF).contains(&code);
    match encoding {
        Encoding::Utf8 | Encoding::Utf8Sig => {
            if surrogate {
                return false;
            }
            out.extend(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Encoding::Ascii | Encoding::Latin1 => {
            if code
                >= if encoding == Encoding::Ascii {
                    0x80
                } else {
                    0x100
                }
            {
                return false;
            }
            out.push(code as u8);
        }
        Encoding::Utf16(_) => {
            if surrogate {
                return false;
            }
            for unit in c.encode_utf16(&mut [0; 2]) {
                push_unit(*unit as u32, encoding, out);
            }
        }
        Encoding::Utf32(_) => {
            if surrogate {
                return false;
            }
            push_unit(code, encoding, out);
        }
        Encoding::UnicodeEscape => match c {
            '\n' => out.extend(b"\\n"),
            '\r' => out.extend(b"\\r"),
            '\t' => out.extend(b"\\t"),
            '\\' => out.extend(b"\\\\"),
            ' '..='~' => out.push(code as u8),
            _ => out.extend(escape(c).into_bytes()),
        },
        Encoding::RawUnicodeEscape => {
            if code < 0x100 {
                out.push(code as u8);
            } else {
                out.extend(escape(c).into_bytes());
            }
        }
    }
    true
}

fn read_unit(data: &[u8], size: usize, endian: Endian) -> Option<u32> {
    let bytes = data.get(..size)?;
    let fold = |acc: u32, byte: &u8| acc << 8 | *byte as u32;
    Some(match endian {
        Endian::Big => bytes.iter().fold(0, fold),
        _ => bytes.iter().rev().fold(0, fold),
    })
}

/// Decodes at least one character; how many bytes it used, 0 if the rest is
/// incomplete and more may come.
fn decode_step(
    data: &[u8],
    at: usize,
    encoding: Encoding,
    last: bool,
    out: &mut String,
) -> Result<usize, Fault> {
    let rest = &data[at..];
    let fault = |length, reason| Err(Fault { at, length, reason });
    match encoding {
        Encoding::Utf8 | Encoding::Utf8Sig => match std::str::from_utf8(rest) {
            Ok(text) => {
                out.push_str(text);
                Ok(rest.len())
            }
            Err(error) if error.valid_up_to() > 0 => {
                let valid = &rest[..error.valid_up_to()];
                out.push_str(std::str::from_utf8(valid).unwrap_or_default());
                Ok(valid.len())
            }
            Err(error) => match error.error_len() {
                None if !last => Ok(0),
                None => fault(rest.len(), "unexpected end of data"),
                Some(length) => {
                    let start = matches!(rest[0], 0x80..=0xC1 | 0xF5..=0xFF);
                    fault(
                        length,
                        if start {
                            "invalid start byte"
                        } else {
                            "invalid continuation byte"
                        },
                    )
                }
            },
        },
        Encoding::Ascii => {
            if rest[0] >= 0x80 {
                return fault(1, "ordinal not in range(128)");
            }
            let end = rest
                .iter()
                .position(|byte| *byte >= 0x80)
                .unwrap_or(rest.len());
            out.push_str(&String::from_utf8_lossy(&rest[..end]));
            Ok(end)
        }
        Encoding::Latin1 => {
            out.extend(rest.iter().map(|byte| *byte as char));
            Ok(rest.len())
        }
        Encoding::Utf16(endian) => {
            let Some(unit) = read_unit(rest, 2, endian) else {
                return if last {
                    fault(rest.len(), "truncated data")
                } else {
                    Ok(0)
                };
            };
            match unit {
                0xD800..=0xDBFF => match read_unit(&rest[2..], 2, endian) {
                    None if last => fault(rest.len(), "unexpected end of data"),
                    None => Ok(0),
                    Some(low @ 0xDC00..=0xDFFF) => {
                        let code = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                        out.extend(char::from_u32(code));
                        Ok(4)
                    }
                    Some(_) => fault(2, "illegal UTF-16 surrogate"),
                },
                0xDC00..=0xDFFF => fault(2, "illegal encoding"),
                _ => {
                    out.extend(char::from_u32(unit));
                    Ok(2)
                }
            }
        }
        Encoding::Utf32(endian) => {
            let Some(code) = read_unit(rest, 4, endian) else {
                return if last {
                    fault(rest.len(), "truncated data")
                } else {
                    Ok(0)
                };
            };
            match char::from_u32(code) {
                Some(c) => {
                    out.push(c);
                    Ok(4)
                }
                None if code < 0x110000 => fault(
                    4,
                    "code point in surrogate code point range(0xd800, 0xe000)",
                ),
                None => fault(4, "code point not in range(0x110000)"),
            }
        }
        Encoding::UnicodeEscape => unescape(data, at, last, false, out),
        Encoding::RawUnicodeEscape => unescape(data, at, last, true, out),
    }
}

/// One character or escape sequence of `unicode_escape` (or of
/// `raw_unicode_escape`, which knows `\u` and `\U` only).
fn unescape(
    data: &[u8],
    at: usize,
    last: bool,
    raw: bool,
    out: &mut String,
) -> Result<usize, Fault> {
    let rest = &data[at..];
    let fault = |length, reason| Err(Fault { at, length, reason });
    if rest[0] != b'\\' {
        out.push(rest[0] as char);
        return Ok(1);
    }
    let Some(&kind) = rest.get(1) else {
        if raw && last {
            out.push('\\');
            return Ok(1);
        }
        return if last {
            fault(1, "\\ at end of string")
        } else {
            Ok(0)
        };
    };
    let digits = match kind {
        b'x' if !raw => 2,
        b'u' => 4,
        b'U' => 8,
        _ if raw => {
            out.push('\\');
            out.push(kind as char);
            return Ok(2);
        }
        b'\n' => return Ok(2),
        b'0'..=b'7' => {
            let octal = rest[1..]
                .iter()
                .take(3)
                .take_while(|byte| (b'0'..=b'7').contains(byte));
            let (mut code, mut used) = (0, 1);
            for byte in octal {
                code = code * 8 + (byte - b'0') as u32;
                used += 1;
            }
            out.extend(char::from_u32(code));
            return Ok(used);
        }
        b'N' => {
            let end = rest
                .iter()
                .position(|byte| *byte == b'}')
                .filter(|_| rest.get(2) == Some(&b'{'));
            let Some(end) = end else {
                if !last {
                    return Ok(0);
                }
                let used = if rest.get(2) == Some(&b'{') {
                    rest.len()
                } else {
                    2
                };
                return fault(used, "malformed \\N character escape");
            };
            let name = std::str::from_utf8(&rest[3..end]).ok();
            return match name.and_then(unicode_names2::character) {
                Some(c) => {
                    out.push(c);
                    Ok(end + 1)
                }
                None if end == 3 => fault(4, "malformed \\N character escape"),
                None => fault(end + 1, "unknown Unicode character name"),
            };
        }
        _ => {
            match kind {
                b'\\' | b'\'' | b'"' => out.push(kind as char),
                b'a' => out.push('\x07'),
                b'b' => out.push('\x08'),
                b'f' => out.push('\x0c'),
                b'n' => out.push('\n'),
                b'r' => out.push('\r'),
                b't' => out.push('\t'),
                b'v' => out.push('\x0b'),
                _ => {
                    out.push('\\');
                    out.push(kind as char);
                }
            }
            return Ok(2);
        }
    };
    let hex: Vec<u32> = rest[2..]
        .iter()
        .take(digits)
        .map_while(|byte| (*byte as char).to_digit(16))
        .collect();
    if hex.len() < digits {
        if !last && rest.len() == 2 + hex.len() {
            return Ok(0);
        }
        let reason = match digits {
            2 => "truncated \\xXX escape",
            4 => "truncated \\uXXXX escape",
            _ => "truncated \\UXXXXXXXX escape",
        };
        return fault(2 + hex.len(), reason);
    }
    let code = hex
        .iter()
        .fold(0u32, |acc, digit| acc.wrapping_mul(16).wrapping_add(*digit));
    match char_of(code) {
        Some(c) => {
            out.push(c);
            Ok(2 + digits)
        }
        None => fault(2 + digits, "illegal Unicode character"),
    }
}
