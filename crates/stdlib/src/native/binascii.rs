//! `binascii`: hexadecimal, base64, quoted-printable, uuencode, CRCs.

use airlock_vm::builtins::bytes::hex_text;
use airlock_vm::module::ModuleDef;
use airlock_vm::{Extension, Layout, NativeDef, Res, Throw, Tracer, Value, Vm, function};

pub static MODULE: ModuleDef = ModuleDef {
    name: "binascii",
    functions: FUNCTIONS,
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    function("hexlify", "data, sep=..., bytes_per_sep=1", hexlify),
    function("b2a_hex", "data, sep=..., bytes_per_sep=1", hexlify),
    function("unhexlify", "hexstr, /", unhexlify),
    function("a2b_hex", "hexstr, /", unhexlify),
    function("b2a_base64", "data, /, *, newline=True", b2a_base64),
    function("a2b_base64", "data, /, *, strict_mode=False", a2b_base64),
    function("b2a_uu", "data, /, *, backtick=False", b2a_uu),
    function("a2b_uu", "data, /", a2b_uu),
    function(
        "b2a_qp",
        "data, quotetabs=False, istext=True, header=False",
        b2a_qp,
    ),
    function("a2b_qp", "data, header=False", a2b_qp),
    function("crc32", "data, crc=0, /", crc32),
    function("crc_hqx", "data, crc, /", crc_hqx),
];

struct BinasciiTypes {
    error: Value,
}

impl Extension for BinasciiTypes {
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.error);
    }
}

fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    let module = vm.intern("binascii");
    let error = vm.builtin_type("Error", vm.types.value_error, Layout::Exception);
    let incomplete = vm.builtin_type("Incomplete", vm.types.exception, Layout::Exception);
    for (name, ty) in [("Error", error), ("Incomplete", incomplete)] {
        vm.set_type_attr(ty, "__module__", module);
        vm.dict_set_text(dict, name, ty);
    }
    if !vm.has_extension::<BinasciiTypes>() {
        vm.add_extension(BinasciiTypes { error });
    }
    Ok(())
}

fn error(vm: &mut Vm, message: impl AsRef<str>) -> Throw {
    let class = vm.extension::<BinasciiTypes>().error;
    vm.error(class, message.as_ref())
}

/// Bytes, or a str that is all ASCII.
fn ascii_argument(vm: &mut Vm, value: Value) -> Res<Vec<u8>> {
    if let Some(text) = vm.as_text(value) {
        if !text.is_ascii() {
            return Err(vm.value_error("string argument should contain only ASCII characters"));
        }
        return Ok(text.as_bytes().to_vec());
    }
    match vm.buffer_copy(value) {
        Some(_) => vm.expect_buffer(value),
        None => {
            let message = format!(
                "argument should be bytes, buffer or ASCII string, not '{}'",
                vm.type_name(value)
            );
            Err(vm.type_error(message))
        }
    }
}

fn hexlify(vm: &mut Vm, args: &[Value]) -> Res {
    let data = vm.expect_buffer(args[0])?;
    let text = hex_text(vm, &data, args[1], args[2])?;
    Ok(vm.bytes(text.as_bytes()))
}

fn unhexlify(vm: &mut Vm, args: &[Value]) -> Res {
    let data = ascii_argument(vm, args[0])?;
    if data.len() % 2 != 0 {
        return Err(error(vm, "Odd-length string"));
    }
    let mut out = Vec::with_capacity(data.len() / 2);
    for pair in data.chunks(2) {
        match (
            (pair[0] as char).to_digit(16),
            (pair[1] as char).to_digit(16),
        ) {
            (Some(high), Some(low)) => out.push((high * 16 + low) as u8),
            _ => return Err(error(vm, "Non-hexadecimal digit found")),
        }
    }
    Ok(vm.bytes(&out))
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn b2a_base64(vm: &mut Vm, args: &[Value]) -> Res {
    let data = vm.expect_buffer(args[0])?;
    let newline = vm.truthy(args[1])?;
    vm.reserve(data.len() / 3 * 4 + 5)?;
    let mut out = Vec::with_capacity(data.len() / 3 * 4 + 5);
    for chunk in data.chunks(3) {
        let word = (chunk[0] as u32) << 16
            | (chunk.get(1).copied().unwrap_or(0) as u32) << 8
            | chunk.get(2).copied().unwrap_or(0) as u32;
        for at in 0..4 {
            if at <= chunk.len() {
                out.push(BASE64[(word >> (18 - 6 * at) & 63) as usize]);
            } else {
                out.push(b'=');
            }
        }
    }
    if newline {
        out.push(b'\n');
    }
    Ok(vm.bytes(&out))
}

fn a2b_base64(vm: &mut Vm, args: &[Value]) -> Res {
    let data = ascii_argument(vm, args[0])?;
    let strict = vm.truthy(args[1])?;
    let mut out = Vec::with_capacity(data.len() / 4 * 3);
    if strict && data.first() == Some(&b'=') {
        return Err(error(vm, "Leading padding not allowed"));
    }
    let (mut quad, mut left, mut pads, mut padded) = (0, 0u8, 0, false);
    for (at, &byte) in data.iter().enumerate() {
        if byte == b'=' {
            padded = true;
            if quad >= 2 {
                pads += 1;
                if quad + pads >= 4 {
                    if strict && at + 1 < data.len() {
                        return Err(error(vm, "Excess data after padding"));
                    }
                    return Ok(vm.bytes(&out));
                }
            } else if strict {
                return Err(error(vm, "Discontinuous padding not allowed"));
            }
            continue;
        }
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => {
                if strict {
                    return Err(error(vm, "Only base64 data is allowed"));
                }
                continue;
            }
        };
        if strict && padded {
            return Err(error(vm, "Discontinuous padding not allowed"));
        }
        pads = 0;
        match quad {
            0 => left = value,
            1 => {
                out.push(left << 2 | value >> 4);
                left = value & 15;
            }
            2 => {
                out.push(left << 4 | value >> 2);
                left = value & 3;
            }
            _ => out.push(left << 6 | value),
        }
        quad = (quad + 1) % 4;
    }
    match quad {
        0 => Ok(vm.bytes(&out)),
        1 => {
            let message = format!(
                "Invalid base64-encoded string: number of data characters ({}) cannot be 1 more than a multiple of 4",
                out.len() / 3 * 4 + 1
            );
            Err(error(vm, message))
        }
        _ => Err(error(vm, "Incorrect padding")),
    }
}

fn b2a_uu(vm: &mut Vm, args: &[Value]) -> Res {
    let data = vm.expect_buffer(args[0])?;
    let backtick = vm.truthy(args[1])?;
    if data.len() > 45 {
        return Err(error(vm, "At most 45 bytes at once"));
    }
    let show = |value: u8| {
        if value == 0 && backtick {
            b'`'
        } else {
            value + b' '
        }
    };
    let mut out = vec![show(data.len() as u8)];
    for chunk in data.chunks(3) {
        let word = (chunk[0] as u32) << 16
            | (chunk.get(1).copied().unwrap_or(0) as u32) << 8
            | chunk.get(2).copied().unwrap_or(0) as u32;
        out.extend((0..4).map(|at| show((word >> (18 - 6 * at) & 63) as u8)));
    }
    out.push(b'\n');
    Ok(vm.bytes(&out))
}

fn a2b_uu(vm: &mut Vm, args: &[Value]) -> Res {
    let data = ascii_argument(vm, args[0])?;
    let length = data.first().map_or(32, |byte| byte.wrapping_sub(b' ') & 63) as usize;
    let mut out = Vec::with_capacity(length);
    let mut bits: u32 = 0;
    let mut count = 0;
    let mut rest = data.get(1..).unwrap_or_default().iter();
    while out.len() < length {
        let value = match rest.next() {
            None | Some(b'\n' | b'\r') => 0,
            Some(byte @ b' '..=b'`') => (byte - b' ') & 63,
            Some(_) => return Err(error(vm, "Illegal char")),
        };
        bits = bits << 6 | value as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    if rest.any(|byte| !matches!(byte, b' ' | b'`' | b'\n' | b'\r')) {
        return Err(error(vm, "Trailing garbage"));
    }
    Ok(vm.bytes(&out))
}

fn a2b_qp(vm: &mut Vm, args: &[Value]) -> Res {
    let data = ascii_argument(vm, args[0])?;
    let header = vm.truthy(args[1])?;
    let mut out = Vec::with_capacity(data.len());
    let mut at = 0;
    while at < data.len() {
        match data[at] {
            b'=' => {
                let hex = |at: usize| data.get(at).and_then(|byte| (*byte as char).to_digit(16));
                match (data.get(at + 1), hex(at + 1), hex(at + 2)) {
                    (None, ..) => at += 1,
                    (Some(b'\n' | b'\r'), ..) => {
                        // A soft line break.
                        at += 1;
                        while at < data.len() && data[at] != b'\n' {
                            at += 1;
                        }
                        at += 1;
                    }
                    (Some(b'='), ..) => {
                        out.push(b'=');
                        at += 2;
                    }
                    (_, Some(high), Some(low)) => {
                        out.push((high * 16 + low) as u8);
                        at += 3;
                    }
                    _ => {
                        out.push(b'=');
                        at += 1;
                    }
                }
            }
            b'_' if header => {
                out.push(b' ');
                at += 1;
            }
            byte => {
                out.push(byte);
                at += 1;
            }
        }
    }
    Ok(vm.bytes(&out))
}

fn b2a_qp(vm: &mut Vm, args: &[Value]) -> Res {
    const MAX_LINE: usize = 76;
    let data = vm.expect_buffer(args[0])?;
    let quote_tabs = vm.truthy(args[1])?;
    let is_text = vm.truthy(args[2])?;
    let header = vm.truthy(args[3])?;
    // Line ends as the first one is.
    let crlf = data
        .iter()
        .position(|byte| *byte == b'\n')
        .is_some_and(|at| at > 0 && data[at - 1] == b'\r');
    let mut out: Vec<u8> = Vec::with_capacity(data.len());
    let mut line = 0;
    let mut at = 0;
    let soft_break = |out: &mut Vec<u8>| {
        out.push(b'=');
        if crlf {
            out.push(b'\r');
        }
        out.push(b'\n');
    };
    while at < data.len() {
        let byte = data[at];
        let next = data.get(at + 1).copied();
        let ends_line = at + 1 == data.len() || matches!(next, Some(b'\r' | b'\n'));
        let quote = byte > 126
            || byte == b'='
            || (header && byte == b'_')
            || (byte == b'.'
                && line == 0
                && (next.is_none() || matches!(next, Some(b'\n' | b'\r' | 0))))
            || (!is_text && matches!(byte, b'\r' | b'\n'))
            || (matches!(byte, b'\t' | b' ') && at + 1 == data.len())
            || (byte < 33 && !matches!(byte, b'\r' | b'\n' | b'\t' | b' '))
            || (byte < 33
                && !matches!(byte, b'\r' | b'\n')
                && (quote_tabs || !matches!(byte, b'\t' | b' ')));
        if quote {
            if line + 3 >= MAX_LINE {
                soft_break(&mut out);
                line = 0;
            }
            out.extend(format!("={byte:02X}").into_bytes());
            line += 3;
            at += 1;
            continue;
        }
        if is_text && (byte == b'\n' || (byte == b'\r' && next == Some(b'\n'))) {
            // White space before a line end is quoted.
            if let Some(last @ (b' ' | b'\t')) = out.last().copied() {
                out.pop();
                out.extend(format!("={last:02X}").into_bytes());
            }
            if crlf {
                out.push(b'\r');
            }
            out.push(b'\n');
            at += if byte == b'\r' { 2 } else { 1 };
            line = 0;
            continue;
        }
        if !ends_line && line + 1 >= MAX_LINE {
            soft_break(&mut out);
            line = 0;
        }
        line += 1;
        out.push(if header && byte == b' ' { b'_' } else { byte });
        at += 1;
    }
    Ok(vm.bytes(&out))
}

/// CRC-32 of IEEE 802.3, continued from `crc`.
pub fn crc32_of(data: &[u8], crc: u32) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut at = 0;
        while at < 256 {
            let mut word = at as u32;
            let mut bit = 0;
            while bit < 8 {
                word = if word & 1 != 0 {
                    word >> 1 ^ 0xEDB8_8320
                } else {
                    word >> 1
                };
                bit += 1;
            }
            table[at] = word;
            at += 1;
        }
        table
    };
    !data.iter().fold(!crc, |crc, byte| {
        crc >> 8 ^ TABLE[((crc ^ *byte as u32) & 255) as usize]
    })
}

fn crc32(vm: &mut Vm, args: &[Value]) -> Res {
    let start = vm.index_big(args[1])? & num_bigint::BigInt::from(u32::MAX);
    let start = u32::try_from(&start).unwrap_or(0);
    let data = vm.expect_buffer(args[0])?;
    Ok(Value::count(crc32_of(&data, start) as usize))
}

/// CRC-CCITT as BinHex uses it.
fn crc_hqx(vm: &mut Vm, args: &[Value]) -> Res {
    let mut crc = (vm.index(args[1])? & 0xFFFF) as u32;
    for byte in vm.expect_buffer(args[0])? {
        crc ^= (byte as u32) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 != 0 {
                crc << 1 ^ 0x1021
            } else {
                crc << 1
            };
        }
        crc &= 0xFFFF;
    }
    Ok(Value::count(crc as usize))
}
