//! `_codecs`: the registry (kept by the prelude) and the codecs written in
//! Rust.

use airlock_vm::builtins::bytes::repr_bytes;
use airlock_vm::builtins::encoding::{Encoding, Endian, Errors};
use airlock_vm::builtins::unicode as uni;
use airlock_vm::module::{ModuleDef, no_init};
use airlock_vm::{Kind, NativeDef, PyDict, Res, Throw, Value, Vm, function};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_codecs",
    functions: FUNCTIONS,
    init: no_init,
};

macro_rules! encoder {
    ($name:literal, $slow:literal, $encoding:expr) => {
        function($name, "str, errors=None, /", |vm, args| {
            encode_with(vm, args, $encoding)
        })
        .slow($slow)
    };
}

macro_rules! decoder {
    ($name:literal, $slow:literal, $encoding:expr) => {
        function($name, "data, errors=None, final=False, /", |vm, args| {
            decode_with(vm, args[0], args[1], args[2], $encoding)
        })
        .slow($slow)
    };
}

/// Decoders without state.
macro_rules! whole_decoder {
    ($name:literal, $slow:literal, $encoding:expr) => {
        function($name, "data, errors=None, /", |vm, args| {
            decode_with(vm, args[0], args[1], Value::TRUE, $encoding)
        })
        .slow($slow)
    };
}

static FUNCTIONS: &[NativeDef] = &[
    function("register", "search_function, /", |vm, args| {
        prelude(vm, "codec_register", args)
    }),
    function("unregister", "search_function, /", |vm, args| {
        prelude(vm, "codec_unregister", args)
    }),
    function("lookup", "encoding, /", |vm, args| {
        prelude(vm, "codec_lookup", args)
    }),
    function(
        "encode",
        "obj, encoding='utf-8', errors='strict'",
        |vm, args| prelude(vm, "codec_encode_any", args),
    ),
    function(
        "decode",
        "obj, encoding='utf-8', errors='strict'",
        |vm, args| prelude(vm, "codec_decode_any", args),
    ),
    function("register_error", "errors, handler, /", |vm, args| {
        prelude(vm, "codec_register_error", args)
    }),
    function("lookup_error", "name, /", |vm, args| {
        prelude(vm, "codec_lookup_error", args)
    }),
    encoder!("utf_8_encode", "codec_utf_8_encode", Encoding::Utf8),
    decoder!("utf_8_decode", "codec_utf_8_decode", Encoding::Utf8),
    encoder!("ascii_encode", "codec_ascii_encode", Encoding::Ascii),
    whole_decoder!("ascii_decode", "codec_ascii_decode", Encoding::Ascii),
    encoder!("latin_1_encode", "codec_latin_1_encode", Encoding::Latin1),
    whole_decoder!("latin_1_decode", "codec_latin_1_decode", Encoding::Latin1),
    function(
        "utf_16_encode",
        "str, errors=None, byteorder=0, /",
        |vm, args| {
            let encoding = Encoding::Utf16(byte_order(vm, args[2]));
            encode_with(vm, args, encoding)
        },
    )
    .slow("codec_utf_16_encode"),
    decoder!(
        "utf_16_decode",
        "codec_utf_16_decode",
        Encoding::Utf16(Endian::Marked)
    ),
    encoder!(
        "utf_16_le_encode",
        "codec_utf_16_le_encode",
        Encoding::Utf16(Endian::Little)
    ),
    decoder!(
        "utf_16_le_decode",
        "codec_utf_16_le_decode",
        Encoding::Utf16(Endian::Little)
    ),
    encoder!(
        "utf_16_be_encode",
        "codec_utf_16_be_encode",
        Encoding::Utf16(Endian::Big)
    ),
    decoder!(
        "utf_16_be_decode",
        "codec_utf_16_be_decode",
        Encoding::Utf16(Endian::Big)
    ),
    function(
        "utf_16_ex_decode",
        "data, errors=None, byteorder=0, final=False, /",
        |vm, args| ex_decode(vm, args, 2),
    ),
    function(
        "utf_32_encode",
        "str, errors=None, byteorder=0, /",
        |vm, args| {
            let encoding = Encoding::Utf32(byte_order(vm, args[2]));
            encode_with(vm, args, encoding)
        },
    )
    .slow("codec_utf_32_encode"),
    decoder!(
        "utf_32_decode",
        "codec_utf_32_decode",
        Encoding::Utf32(Endian::Marked)
    ),
    encoder!(
        "utf_32_le_encode",
        "codec_utf_32_le_encode",
        Encoding::Utf32(Endian::Little)
    ),
    decoder!(
        "utf_32_le_decode",
        "codec_utf_32_le_decode",
        Encoding::Utf32(Endian::Little)
    ),
    encoder!(
        "utf_32_be_encode",
        "codec_utf_32_be_encode",
        Encoding::Utf32(Endian::Big)
    ),
    decoder!(
        "utf_32_be_decode",
        "codec_utf_32_be_decode",
        Encoding::Utf32(Endian::Big)
    ),
    function(
        "utf_32_ex_decode",
        "data, errors=None, byteorder=0, final=False, /",
        |vm, args| ex_decode(vm, args, 4),
    ),
    encoder!(
        "unicode_escape_encode",
        "codec_unicode_escape_encode",
        Encoding::UnicodeEscape
    ),
    function(
        "unicode_escape_decode",
        "data, errors=None, final=True, /",
        |vm, args| decode_with(vm, args[0], args[1], args[2], Encoding::UnicodeEscape),
    )
    .slow("codec_unicode_escape_decode"),
    encoder!(
        "raw_unicode_escape_encode",
        "codec_raw_unicode_escape_encode",
        Encoding::RawUnicodeEscape
    ),
    function(
        "raw_unicode_escape_decode",
        "data, errors=None, final=True, /",
        |vm, args| decode_with(vm, args[0], args[1], args[2], Encoding::RawUnicodeEscape),
    )
    .slow("codec_raw_unicode_escape_decode"),
    function("charmap_build", "map, /", charmap_build),
    function(
        "charmap_encode",
        "str, errors=None, mapping=None, /",
        charmap_encode,
    )
    .slow("codec_charmap_encode"),
    function(
        "charmap_decode",
        "data, errors=None, mapping=None, /",
        charmap_decode,
    )
    .slow("codec_charmap_decode"),
    function("escape_encode", "data, errors=None, /", escape_encode),
    function("escape_decode", "data, errors=None, /", escape_decode),
    function(
        "readbuffer_encode",
        "data, errors=None, /",
        readbuffer_encode,
    ),
];

fn prelude(vm: &mut Vm, name: &str, args: &[Value]) -> Res {
    Err(vm.tail_prelude(name, args))
}

fn byte_order(vm: &Vm, value: Value) -> Endian {
    match vm.as_i64(value) {
        Some(order) if order < 0 => Endian::Little,
        Some(order) if order > 0 => Endian::Big,
        _ => Endian::Marked,
    }
}

fn encode_with(vm: &mut Vm, args: &[Value], encoding: Encoding) -> Res {
    let text = match vm.as_text(args[0]) {
        Some(text) => text.to_owned(),
        None => {
            let message = format!(
                "encode() argument 1 must be str, not {}",
                vm.type_name(args[0])
            );
            return Err(vm.type_error(message));
        }
    };
    let errors = vm.error_handler(args[1])?;
    let data = vm.encode_text(&text, encoding, errors)?;
    let pair = [vm.bytes(&data), Value::count(text.chars().count())];
    Ok(vm.tuple(&pair))
}

fn data_argument(vm: &mut Vm, value: Value) -> Res<Vec<u8>> {
    match vm.as_text(value) {
        // The escape decoders also take str.
        Some(text) => Ok(text.as_bytes().to_vec()),
        None => vm.expect_buffer(value),
    }
}

fn decode_with(vm: &mut Vm, data: Value, errors: Value, last: Value, encoding: Encoding) -> Res {
    let escapes = matches!(
        encoding,
        Encoding::UnicodeEscape | Encoding::RawUnicodeEscape
    );
    let data = if escapes {
        data_argument(vm, data)?
    } else {
        vm.expect_buffer(data)?
    };
    let errors = vm.error_handler(errors)?;
    let last = vm.truthy(last)?;
    let (text, used) = vm.decode_partial(&data, encoding, errors, last)?;
    let pair = [vm.string(text), Value::count(used)];
    Ok(vm.tuple(&pair))
}

/// Also answers with the byte order found: -1, 0 (none) or 1.
fn ex_decode(vm: &mut Vm, args: &[Value], unit: usize) -> Res {
    let data = vm.expect_buffer(args[0])?;
    let errors = vm.error_handler(args[1])?;
    let mut endian = byte_order(vm, args[2]);
    let last = vm.truthy(args[3])?;
    let mut skipped = 0;
    if endian == Endian::Marked && data.len() >= unit {
        let (little, big): (&[u8], &[u8]) = match unit {
            2 => (b"\xFF\xFE", b"\xFE\xFF"),
            _ => (b"\xFF\xFE\0\0", b"\0\0\xFE\xFF"),
        };
        if data.starts_with(little) {
            (endian, skipped) = (Endian::Little, unit);
        } else if data.starts_with(big) {
            (endian, skipped) = (Endian::Big, unit);
        }
    }
    let order = match endian {
        Endian::Little => -1,
        Endian::Big => 1,
        Endian::Marked => 0,
    };
    let actual = if endian == Endian::Marked {
        Endian::Little
    } else {
        endian
    };
    let encoding = if unit == 2 {
        Encoding::Utf16(actual)
    } else {
        Encoding::Utf32(actual)
    };
    let (text, used) = vm.decode_partial(&data[skipped..], encoding, errors, last)?;
    let items = [
        vm.string(text),
        Value::count(used + skipped),
        Value::int32(order),
    ];
    Ok(vm.tuple(&items))
}

// Character maps.

/// A dict from code points to bytes.
fn charmap_build(vm: &mut Vm, args: &[Value]) -> Res {
    let map = vm.expect_str(args[0], "charmap_build() argument")?;
    let dict = vm.heap.new_dict(PyDict::default());
    for (byte, c) in map.chars().take(256).enumerate() {
        if c != '\u{FFFE}' {
            vm.dict_set(
                dict,
                Value::count(uni::code_of(c) as usize),
                Value::count(byte),
            )?;
        }
    }
    Ok(dict)
}

fn charmap_encode(vm: &mut Vm, args: &[Value]) -> Res {
    if args[2].is_none() {
        return encode_with(vm, args, Encoding::Latin1);
    }
    let text = vm.expect_str(args[0], "charmap_encode() argument 1")?;
    let errors = vm.error_handler(args[1])?;
    if !args[2].is(Kind::Dict) {
        return Err(Throw::Python);
    }
    let mut out = Vec::with_capacity(text.len());
    let find = |vm: &mut Vm, c: char, out: &mut Vec<u8>| -> Res<bool> {
        match vm.dict_get(args[2], Value::count(uni::code_of(c) as usize))? {
            None | Some(Value::NONE) => Ok(false),
            Some(found) => match (vm.as_i64(found), vm.buffer_copy(found)) {
                (Some(byte @ 0..=255), _) => {
                    out.push(byte as u8);
                    Ok(true)
                }
                (_, Some(data)) => {
                    out.extend(data);
                    Ok(true)
                }
                _ => Err(vm.type_error("character mapping must be in range(256)")),
            },
        }
    };
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        if find(vm, chars[at], &mut out)? {
            at += 1;
            continue;
        }
        let mut end = at + 1;
        while end < chars.len() && !find(vm, chars[end], &mut Vec::new())? {
            end += 1;
        }
        for &c in &chars[at..end] {
            let code = uni::code_of(c);
            let replacement = match errors {
                Errors::Ignore => String::new(),
                Errors::Replace => "?".to_owned(),
                Errors::XmlCharRef => format!("&#{code};"),
                Errors::Backslash if code < 0x100 => format!("\\x{code:02x}"),
                Errors::Backslash if code < 0x10000 => format!("\\u{code:04x}"),
                Errors::Backslash => format!("\\U{code:08x}"),
                Errors::SurrogateEscape if (0xDC80..=0xDCFF).contains(&code) => {
                    out.push(code as u8);
                    continue;
                }
                Errors::Other => return Err(Throw::Python),
                _ => {
                    let object = vm.str(&text);
                    let class = vm.types.unicode_encode_error;
                    let reason = "character maps to <undefined>";
                    return Err(vm.unicode_error_object(class, "charmap", object, at, end, reason));
                }
            };
            for c in replacement.chars() {
                find(vm, c, &mut out)?;
            }
        }
        at = end;
    }
    let pair = [vm.bytes(&out), Value::count(chars.len())];
    Ok(vm.tuple(&pair))
}

fn charmap_decode(vm: &mut Vm, args: &[Value]) -> Res {
    if args[2].is_none() {
        return decode_with(vm, args[0], args[1], Value::TRUE, Encoding::Latin1);
    }
    let data = vm.expect_buffer(args[0])?;
    let errors = vm.error_handler(args[1])?;
    let table: Option<Vec<char>> = vm.as_text(args[2]).map(|text| text.chars().collect());
    if table.is_none() && !args[2].is(Kind::Dict) {
        return Err(Throw::Python);
    }
    let mut out = String::with_capacity(data.len());
    for (at, &byte) in data.iter().enumerate() {
        let found = match &table {
            Some(table) => table
                .get(byte as usize)
                .filter(|c| **c != '\u{FFFE}')
                .map(|c| c.to_string()),
            None => match vm.dict_get(args[2], Value::count(byte as usize))? {
                None | Some(Value::NONE) => None,
                Some(found) => match (vm.as_text(found), vm.as_i64(found)) {
                    (Some(text), _) => Some(text.to_owned()).filter(|text| text != "\u{FFFE}"),
                    (_, Some(0xFFFE)) => None,
                    (_, Some(code)) => match u32::try_from(code).ok().and_then(uni::char_of) {
                        Some(c) => Some(c.to_string()),
                        None => {
                            return Err(
                                vm.type_error("character mapping must be in range(0x110000)")
                            );
                        }
                    },
                    _ => {
                        return Err(
                            vm.type_error("character mapping must return integer, None or str")
                        );
                    }
                },
            },
        };
        match (found, errors) {
            (Some(text), _) => out.push_str(&text),
            (None, Errors::Ignore) => {}
            (None, Errors::Replace) => out.push('\u{FFFD}'),
            (None, Errors::Backslash) => out.push_str(&format!("\\x{byte:02x}")),
            (None, Errors::SurrogateEscape) if byte >= 0x80 => {
                out.extend(uni::char_of(0xDC00 + byte as u32));
            }
            (None, Errors::Other) => return Err(Throw::Python),
            (None, _) => {
                let object = vm.bytes(&data);
                let class = vm.types.unicode_decode_error;
                let reason = "character maps to <undefined>";
                return Err(vm.unicode_error_object(class, "charmap", object, at, at + 1, reason));
            }
        }
    }
    let pair = [vm.string(out), Value::count(data.len())];
    Ok(vm.tuple(&pair))
}

// Escapes of bytes.

fn escape_encode(vm: &mut Vm, args: &[Value]) -> Res {
    if !vm.heap.payload(args[0]).is(Kind::Bytes) {
        let message = format!(
            "escape_encode() argument 1 must be bytes, not {}",
            vm.type_name(args[0])
        );
        return Err(vm.type_error(message));
    }
    let data = vm.expect_buffer(args[0])?;
    let text = repr_bytes(&data);
    // Without the quotes; a double quote is never escaped.
    let mut inner = text[2..text.len() - 1].to_owned();
    if text.starts_with("b\"") {
        inner = inner.replace('\'', "\\'");
    }
    let pair = [vm.bytes(inner.as_bytes()), Value::count(data.len())];
    Ok(vm.tuple(&pair))
}

fn escape_decode(vm: &mut Vm, args: &[Value]) -> Res {
    let data = data_argument(vm, args[0])?;
    let errors = vm.error_handler(args[1])?;
    let mut out = Vec::with_capacity(data.len());
    let mut at = 0;
    while at < data.len() {
        if data[at] != b'\\' {
            out.push(data[at]);
            at += 1;
            continue;
        }
        let Some(&kind) = data.get(at + 1) else {
            return Err(vm.value_error("Trailing \\ in string"));
        };
        at += 2;
        match kind {
            b'\n' => {}
            b'\\' | b'\'' | b'"' => out.push(kind),
            b'a' => out.push(7),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'v' => out.push(11),
            b'0'..=b'7' => {
                let digits = data[at - 1..]
                    .iter()
                    .take(3)
                    .take_while(|b| (b'0'..=b'7').contains(b));
                let (mut code, mut used) = (0u32, 0);
                for digit in digits {
                    code = code * 8 + (digit - b'0') as u32;
                    used += 1;
                }
                out.push(code as u8);
                at += used - 1;
            }
            b'x' => {
                let digit = |at: usize| data.get(at).and_then(|byte| (*byte as char).to_digit(16));
                match (digit(at), digit(at + 1)) {
                    (Some(high), Some(low)) => {
                        out.push((high * 16 + low) as u8);
                        at += 2;
                    }
                    (high, _) => {
                        match errors {
                            Errors::Ignore => {}
                            Errors::Replace => out.push(b'?'),
                            _ => {
                                let message = format!("invalid \\x escape at position {}", at - 2);
                                return Err(vm.value_error(message));
                            }
                        }
                        at += high.is_some() as usize;
                    }
                }
            }
            _ => out.extend([b'\\', kind]),
        }
    }
    let pair = [vm.bytes(&out), Value::count(data.len())];
    Ok(vm.tuple(&pair))
}

fn readbuffer_encode(vm: &mut Vm, args: &[Value]) -> Res {
    let data = data_argument(vm, args[0])?;
    let pair = [vm.bytes(&data), Value::count(data.len())];
    Ok(vm.tuple(&pair))
}
