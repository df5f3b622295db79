//! `_struct`: packed binary data.

use airlock_vm::builtins::str::size_of;
use airlock_vm::module::ModuleDef;
use airlock_vm::{
    Extension, GetterDef, Kind, Layout, NativeDef, NativeIter, NativeObject, Number, Res, Tracer,
    Value, Vm, function, getter, method, new_method,
};
use num_bigint::BigInt;

pub static MODULE: ModuleDef = ModuleDef {
    name: "_struct",
    functions: FUNCTIONS,
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    function("calcsize", "format, /", |vm, args| {
        let format = parse_value(vm, args[0])?;
        Ok(Value::count(format.size))
    }),
    function("pack", "format, /, *v", |vm, args| {
        let format = parse_value(vm, args[0])?;
        let values = vm.heap.tuple(args[1]).to_vec();
        let data = pack(vm, &format, &values, "pack")?;
        Ok(vm.bytes(&data))
    })
    .slow("struct_pack"),
    function("pack_into", "format, buffer, offset, /, *v", |vm, args| {
        let format = parse_value(vm, args[0])?;
        let values = vm.heap.tuple(args[3]).to_vec();
        pack_into(vm, &format, args[1], args[2], &values)
    })
    .slow("struct_pack_into"),
    function("unpack", "format, buffer, /", |vm, args| {
        let format = parse_value(vm, args[0])?;
        unpack(vm, &format, args[1])
    }),
    function("unpack_from", "format, /, buffer, offset=0", |vm, args| {
        let format = parse_value(vm, args[0])?;
        unpack_from(vm, &format, args[1], args[2])
    }),
    function("iter_unpack", "format, buffer, /", |vm, args| {
        let format = parse_value(vm, args[0])?;
        iter_unpack(vm, format, args[1])
    }),
    function("_clearcache", "", |_, _| Ok(Value::NONE)),
];

struct StructTypes {
    error: Value,
}

impl Extension for StructTypes {
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.error);
    }
}

fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    let error = vm.builtin_type("error", vm.types.exception, Layout::Exception);
    let module = vm.intern("struct");
    vm.set_type_attr(error, "__module__", module);
    vm.dict_set_text(dict, "error", error);
    let ty = vm.module_type(dict, "Struct", STRUCT_METHODS, STRUCT_GETTERS);
    vm.set_type_attr(ty, "__module__", module);
    if !vm.has_extension::<StructTypes>() {
        vm.add_extension(StructTypes { error });
    }
    Ok(())
}

fn error(vm: &mut Vm, message: impl AsRef<str>) -> airlock_vm::Throw {
    let class = vm.extension::<StructTypes>().error;
    vm.error(class, message.as_ref())
}

// Formats.

#[derive(Clone, Debug)]
struct Item {
    code: char,
    /// Of one value; for `s` and `p` of the whole.
    size: usize,
    count: usize,
    /// Where the first value stands.
    offset: usize,
}

#[derive(Clone, Debug)]
struct Format {
    items: Vec<Item>,
    size: usize,
    big_endian: bool,
    /// How many values it takes.
    values: usize,
}

fn parse_value(vm: &mut Vm, value: Value) -> Res<Format> {
    let text = match vm.as_text(value) {
        Some(text) => text.to_owned(),
        None => match vm.heap.payload(value) {
            bytes if bytes.is(Kind::Bytes) => {
                String::from_utf8_lossy(&vm.heap.pybytes(bytes).data).into_owned()
            }
            _ => {
                let message = format!(
                    "Struct() argument 1 must be a str or bytes object, not {}",
                    vm.type_name(value)
                );
                return Err(vm.type_error(message));
            }
        },
    };
    match parse(&text) {
        Ok(format) => Ok(format),
        Err(message) => Err(error(vm, message)),
    }
}

fn parse(text: &str) -> Result<Format, &'static str> {
    let (native, big_endian, rest) = match text.chars().next() {
        Some('@') => (true, false, &text[1..]),
        Some('=' | '<') => (false, false, &text[1..]),
        Some('>' | '!') => (false, true, &text[1..]),
        _ => (true, false, text),
    };
    let mut format = Format {
        items: Vec::new(),
        size: 0,
        big_endian,
        values: 0,
    };
    if rest.contains('\0') {
        return Err("embedded null character");
    }
    let mut chars = rest.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_ascii_whitespace() {
            continue;
        }
        let mut code = c;
        let mut count = 1usize;
        if let Some(digit) = c.to_digit(10) {
            count = digit as usize;
            loop {
                match chars.next() {
                    Some(c) => match c.to_digit(10) {
                        Some(digit) => {
                            count = count
                                .checked_mul(10)
                                .and_then(|count| count.checked_add(digit as usize))
                                .filter(|count| *count < 1 << 30)
                                .ok_or("overflow in item count")?;
                        }
                        None => {
                            code = c;
                            break;
                        }
                    },
                    None => return Err("repeat count given without format specifier"),
                }
            }
        }
        let size = match code {
            'x' | 'c' | 'b' | 'B' | '?' | 's' | 'p' => 1,
            'h' | 'H' | 'e' => 2,
            'i' | 'I' | 'f' => 4,
            'l' | 'L' => {
                if native {
                    8
                } else {
                    4
                }
            }
            'q' | 'Q' | 'd' => 8,
            'n' | 'N' | 'P' if native => 8,
            'F' if native => 8,
            'D' if native => 16,
            _ => return Err("bad char in struct format"),
        };
        let align = match code {
            'F' => 4,
            'D' => 8,
            _ => size,
        };
        if native {
            format.size = format.size.div_ceil(align) * align;
        }
        let total = size
            .checked_mul(count)
            .ok_or("total struct size too long")?;
        let offset = format.size;
        format.size = format
            .size
            .checked_add(total)
            .filter(|size| *size < 1 << 30)
            .ok_or("total struct size too long")?;
        match code {
            'x' => {}
            's' | 'p' => {
                format.items.push(Item {
                    code,
                    size: count,
                    count: 1,
                    offset,
                });
                format.values += 1;
            }
            _ => {
                if count > 0 {
                    format.items.push(Item {
                        code,
                        size,
                        count,
                        offset,
                    });
                    format.values += count;
                }
            }
        }
    }
    Ok(format)
}

// Packing.

fn pack(vm: &mut Vm, format: &Format, values: &[Value], name: &str) -> Res<Vec<u8>> {
    if values.len() != format.values {
        let message = format!(
            "{name} expected {} items for packing (got {})",
            format.values,
            values.len()
        );
        return Err(error(vm, message));
    }
    vm.reserve(format.size)?;
    let mut out = vec![0; format.size];
    let mut values = values.iter();
    for item in &format.items {
        for at in 0..item.count {
            let Some(&value) = values.next() else { break };
            let start = item.offset + at * if item.count > 1 { item.size } else { 0 };
            pack_one(
                vm,
                item,
                format.big_endian,
                value,
                &mut out[start..start + item.size],
            )?;
        }
    }
    Ok(out)
}

fn pack_one(vm: &mut Vm, item: &Item, big_endian: bool, value: Value, out: &mut [u8]) -> Res<()> {
    let code = item.code;
    match code {
        'c' => match vm.buffer(value) {
            Some([byte]) => out[0] = *byte,
            _ => return Err(error(vm, "char format requires a bytes object of length 1")),
        },
        's' | 'p' => {
            let Some(data) = vm.buffer_copy(value) else {
                return Err(error(
                    vm,
                    format!("argument for '{code}' must be a bytes object"),
                ));
            };
            if code == 's' {
                let length = data.len().min(out.len());
                out[..length].copy_from_slice(&data[..length]);
            } else if !out.is_empty() {
                let length = data.len().min(out.len() - 1);
                out[0] = length.min(255) as u8;
                out[1..=length].copy_from_slice(&data[..length]);
            }
        }
        '?' => out[0] = vm.truthy(value)? as u8,
        'e' | 'f' | 'd' => {
            let number = real(vm, value)?;
            match code {
                'd' => place(out, Value::ieee_bits(number), big_endian),
                'f' => {
                    let single = number as f32;
                    if single.is_infinite() && number.is_finite() {
                        return Err(vm.overflow_error("float too large to pack with f format"));
                    }
                    place(out, single.to_bits() as u64, big_endian);
                }
                _ => match half_bits(number) {
                    Some(bits) => place(out, bits as u64, big_endian),
                    None => return Err(vm.overflow_error("float too large to pack with e format")),
                },
            }
        }
        'F' | 'D' => return Err(error(vm, "complex formats are not supported")),
        _ => {
            let int = integer(vm, value)?;
            let bits = item.size as u32 * 8;
            let signed = code.is_ascii_lowercase();
            let (low, high) = if signed {
                (
                    -(BigInt::from(1) << (bits - 1)),
                    (BigInt::from(1) << (bits - 1)) - 1,
                )
            } else {
                (BigInt::from(0), (BigInt::from(1) << bits) - 1)
            };
            if int < low || int > high {
                let message = match code {
                    'P' => "int too large to convert".to_owned(),
                    _ => format!("'{code}' format requires {low} <= number <= {high}"),
                };
                return Err(error(vm, message));
            }
            let raw = if int.sign() == num_bigint::Sign::Minus {
                i64::try_from(&int).unwrap_or(0) as u64
            } else {
                u64::try_from(&int).unwrap_or(0)
            };
            place(out, raw, big_endian);
        }
    }
    Ok(())
}

fn place(out: &mut [u8], raw: u64, big_endian: bool) {
    let bytes = raw.to_le_bytes();
    let length = out.len().min(8);
    out[..length].copy_from_slice(&bytes[..length]);
    if big_endian {
        out.reverse();
    }
}

fn integer(vm: &mut Vm, value: Value) -> Res<BigInt> {
    if let Some(int) = vm.as_int(value) {
        return Ok(int);
    }
    if vm.lookup_special(value, vm.names.index).is_none() {
        return Err(error(vm, "required argument is not an integer"));
    }
    vm.index_big(value)
}

fn real(vm: &mut Vm, value: Value) -> Res<f64> {
    let plain = vm.heap.payload(value);
    match vm.heap.number(plain) {
        Some(Number::Float(float)) => Ok(float),
        Some(Number::Int(_) | Number::Big(_)) => vm.to_float(plain),
        None => {
            let special = vm
                .lookup_special(value, vm.names.float)
                .or(vm.lookup_special(value, vm.names.index));
            if special.is_some() {
                return vm.to_float(value);
            }
            Err(error(vm, "required argument is not a float"))
        }
    }
}

/// The bits of a number as binary16, rounded half to even; `None` if it is
/// too large.
fn half_bits(number: f64) -> Option<u16> {
    let sign = if number.is_sign_negative() { 0x8000 } else { 0 };
    if number.is_nan() {
        return Some(sign | 0x7E00);
    }
    let size = number.abs();
    if size.is_infinite() {
        return Some(sign | 0x7C00);
    }
    // Units of the last place, whose size is 2^-24 below the normal range.
    let exponent = (((size.to_bits() >> 52) as i32) - 1023).max(-14);
    let units = size * 2f64.powi(10 - exponent);
    let mut rounded = units.floor();
    let rest = units - rounded;
    if rest > 0.5 || (rest == 0.5 && rounded % 2.0 == 1.0) {
        rounded += 1.0;
    }
    let bits = if rounded < 1024.0 {
        0
    } else {
        ((exponent + 14) as u32) << 10
    } + rounded as u32;
    if bits >= 0x7C00 {
        None
    } else {
        Some(sign | bits as u16)
    }
}

fn half_value(bits: u16) -> f64 {
    let sign = if bits & 0x8000 != 0 { -1.0 } else { 1.0 };
    let (exponent, fraction) = ((bits >> 10 & 31) as i32, (bits & 1023) as f64);
    sign * match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    }
}

fn pack_into(vm: &mut Vm, format: &Format, buffer: Value, offset: Value, values: &[Value]) -> Res {
    let data = pack(vm, format, values, "pack_into")?;
    let plain = vm.heap.payload(buffer);
    let length = match vm.buffer(plain) {
        Some(existing) if plain.is(Kind::Object) => existing.len(),
        _ => {
            let message = format!(
                "pack_into() argument 2 must be read-write bytes-like object, not {}",
                vm.type_name(buffer)
            );
            return Err(vm.type_error(message));
        }
    };
    let start = start_of(vm, format, offset, length, "pack_into", "packing")?;
    match vm.write_buffer(plain, start, &data) {
        true => Ok(Value::NONE),
        false => Err(vm.type_error("pack_into() requires a writable buffer")),
    }
}

/// Where in a buffer to begin; an error if the format does not fit there.
fn start_of(
    vm: &mut Vm,
    format: &Format,
    offset: Value,
    length: usize,
    name: &str,
    doing: &str,
) -> Res<usize> {
    let offset = vm.int_argument(offset)?;
    let size = format.size;
    let start = if offset < 0 {
        if offset + size as i64 > 0 {
            let message = if doing == "packing" {
                format!("no space to pack {size} bytes at offset {offset}")
            } else {
                format!("not enough data to unpack {size} bytes at offset {offset}")
            };
            return Err(error(vm, message));
        }
        if offset + (length as i64) < 0 {
            let message = format!("offset {offset} out of range for {length}-byte buffer");
            return Err(error(vm, message));
        }
        size_of(offset + length as i64)
    } else {
        size_of(offset)
    };
    if length < start || length - start < size {
        let message = format!(
            "{name} requires a buffer of at least {} bytes for {doing} {size} bytes at offset {start} \
             (actual buffer size is {length})",
            start.saturating_add(size)
        );
        return Err(error(vm, message));
    }
    Ok(start)
}

// Unpacking.

fn unpack_data(vm: &mut Vm, format: &Format, data: &[u8]) -> Value {
    let mut values = Vec::with_capacity(format.values);
    for item in &format.items {
        for at in 0..item.count {
            let start = item.offset + at * if item.count > 1 { item.size } else { 0 };
            values.push(unpack_one(
                vm,
                item,
                format.big_endian,
                &data[start..start + item.size],
            ));
        }
    }
    vm.tuple(&values)
}

fn unpack_one(vm: &mut Vm, item: &Item, big_endian: bool, data: &[u8]) -> Value {
    match item.code {
        'c' | 's' => return vm.bytes(data),
        'p' => {
            let length = data
                .first()
                .map_or(0, |length| *length as usize)
                .min(data.len().saturating_sub(1));
            return vm.bytes(data.get(1..1 + length).unwrap_or_default());
        }
        '?' => return Value::bool(data[0] != 0),
        _ => {}
    }
    let mut raw: u64 = 0;
    let mut push = |byte: &u8| raw = raw << 8 | *byte as u64;
    if big_endian {
        data.iter().take(8).for_each(&mut push);
    } else {
        data.iter().take(8).rev().for_each(&mut push);
    }
    let bits = item.size.min(8) as u32 * 8;
    match item.code {
        'd' => Value::float(f64::from_bits(raw)),
        'f' => Value::float(f32::from_bits(raw as u32) as f64),
        'e' => Value::float(half_value(raw as u16)),
        code if code.is_ascii_lowercase() => vm.int((raw as i64) << (64 - bits) >> (64 - bits)),
        _ => vm.heap.new_bigint(BigInt::from(raw)),
    }
}

fn unpack(vm: &mut Vm, format: &Format, buffer: Value) -> Res {
    let data = vm.expect_buffer(buffer)?;
    if data.len() != format.size {
        let message = format!("unpack requires a buffer of {} bytes", format.size);
        return Err(error(vm, message));
    }
    Ok(unpack_data(vm, format, &data))
}

fn unpack_from(vm: &mut Vm, format: &Format, buffer: Value, offset: Value) -> Res {
    let length = match vm.buffer(buffer) {
        Some(data) => data.len(),
        None => vm.expect_buffer(buffer)?.len(),
    };
    let start = start_of(vm, format, offset, length, "unpack_from", "unpacking")?;
    let data = match vm.buffer(buffer) {
        Some(data) => data[start..start + format.size].to_vec(),
        None => vm.expect_buffer(buffer)?[start..start + format.size].to_vec(),
    };
    Ok(unpack_data(vm, format, &data))
}

struct Unpacker {
    format: Format,
    data: Vec<u8>,
    at: usize,
}

impl NativeIter for Unpacker {
    fn next(&mut self, vm: &mut Vm) -> Res<Option<Value>> {
        let Some(part) = self.data.get(self.at..self.at + self.format.size) else {
            return Ok(None);
        };
        let values = unpack_data(vm, &self.format, part);
        self.at += self.format.size;
        Ok(Some(values))
    }
    fn trace(&self, _: &mut Tracer) {}
    fn remaining(&self, _: &Vm) -> Option<usize> {
        Some((self.data.len() - self.at) / self.format.size)
    }
}

fn iter_unpack(vm: &mut Vm, format: Format, buffer: Value) -> Res {
    let data = vm.expect_buffer(buffer)?;
    if format.size == 0 {
        return Err(error(
            vm,
            "cannot iteratively unpack with a struct of length 0",
        ));
    }
    if data.len() % format.size != 0 {
        let message = format!(
            "iterative unpacking requires a buffer of a multiple of {} bytes",
            format.size
        );
        return Err(error(vm, message));
    }
    Ok(vm.native_iterator(
        vm.types.iterator,
        Unpacker {
            format,
            data,
            at: 0,
        },
    ))
}

// Struct.

struct Struct {
    format: Format,
    text: Value,
    class: Value,
}

impl NativeObject for Struct {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.text);
    }
}

static STRUCT_METHODS: &[NativeDef] = &[
    new_method("cls, format", |vm, args| {
        let format = parse_value(vm, args[1])?;
        let text = match vm.as_text(args[1]).is_some() {
            true => vm.heap.payload(args[1]),
            false => {
                let data = vm.buffer_copy(args[1]).unwrap_or_default();
                vm.string(String::from_utf8_lossy(&data).into_owned())
            }
        };
        let struct_type = args[0];
        let value = vm.heap.new_object(Struct {
            format,
            text,
            class: struct_type,
        });
        Ok(value)
    }),
    method("pack", "self, /, *v", |vm, args| {
        let format = own_format(vm, args[0]);
        let values = vm.heap.tuple(args[1]).to_vec();
        let data = pack(vm, &format, &values, "pack")?;
        Ok(vm.bytes(&data))
    })
    .slow("struct_object_pack"),
    method("pack_into", "self, buffer, offset, /, *v", |vm, args| {
        let format = own_format(vm, args[0]);
        let values = vm.heap.tuple(args[3]).to_vec();
        pack_into(vm, &format, args[1], args[2], &values)
    })
    .slow("struct_object_pack_into"),
    method("unpack", "self, buffer, /", |vm, args| {
        let format = own_format(vm, args[0]);
        unpack(vm, &format, args[1])
    }),
    method("unpack_from", "self, /, buffer, offset=0", |vm, args| {
        let format = own_format(vm, args[0]);
        unpack_from(vm, &format, args[1], args[2])
    }),
    method("iter_unpack", "self, buffer, /", |vm, args| {
        let format = own_format(vm, args[0]);
        iter_unpack(vm, format, args[1])
    }),
    method("__repr__", "self, /", |vm, args| {
        let text = vm
            .heap
            .downcast::<Struct>(args[0])
            .map_or(Value::NONE, |object| object.text);
        let text = format!("Struct({})", vm.repr(text)?);
        Ok(vm.string(text))
    }),
];

static STRUCT_GETTERS: &[GetterDef] = &[
    getter("format", |vm, this| {
        Ok(vm
            .heap
            .downcast::<Struct>(this)
            .map_or(Value::NONE, |object| object.text))
    }),
    getter("size", |vm, this| {
        Ok(Value::count(own_format(vm, this).size))
    }),
];

fn own_format(vm: &Vm, value: Value) -> Format {
    match vm.heap.downcast::<Struct>(value) {
        Some(object) => object.format.clone(),
        None => Format {
            items: Vec::new(),
            size: 0,
            big_endian: false,
            values: 0,
        },
    }
}
