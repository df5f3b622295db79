//! `bytes`, the methods that `bytearray` shares with it, and buffers.

use airlock_bytecode::CmpOp;
use memchr::memmem;

use super::iters::repeat_count;
use super::memoryview::PyMemoryView;
use super::str::{repeat_size, size_of};
use super::str_format::{Flavor, percent};
use crate::gc::Tracer;
use crate::native::{NativeDef, class_method, method, new_method, static_method};
use crate::object::{NativeIter, PyIter};
use crate::value::Kind;
use crate::{Res, Throw, Value, Vm};

pub(crate) fn register(vm: &mut Vm) {
    vm.add_methods(vm.types.bytes, SHARED);
    vm.add_methods(vm.types.bytes, METHODS);
    vm.add_methods(vm.types.bytes, COMPARISONS);
}

static METHODS: &[NativeDef] = &[
    new_method("cls, source=..., encoding=..., errors=...", new).slow("bytes_new"),
    method("__hash__", "self, /", hash),
    method("__bytes__", "self, /", itself),
    method("__getnewargs__", "self, /", getnewargs),
];

pub(crate) static COMPARISONS: &[NativeDef] = crate::comparisons!(compare);

/// What `bytes` and `bytearray` have in common.
pub(crate) static SHARED: &[NativeDef] = &[
    method("__repr__", "self, /", repr),
    method("__str__", "self, /", repr),
    method("__len__", "self, /", len),
    method("__iter__", "self, /", iter),
    method("__getitem__", "self, key, /", getitem).slow("bytes_getitem"),
    method("__contains__", "self, key, /", contains).slow("bytes_contains"),
    method("__add__", "self, value, /", add),
    method("__mul__", "self, value, /", mul).slow("bytes_mul"),
    method("__rmul__", "self, value, /", mul).slow("bytes_mul"),
    method("__mod__", "self, value, /", modulo).slow("bytes_mod"),
    method("__rmod__", "self, value, /", rmodulo),
    method("__sizeof__", "self, /", sizeof),
    method("capitalize", "self, /", capitalize),
    method("center", "self, width, fillchar=..., /", center).slow("bytes_center"),
    method("count", "self, sub, start=None, end=None, /", count).slow("bytes_count"),
    method(
        "decode",
        "self, /, encoding='utf-8', errors='strict'",
        decode,
    )
    .slow("bytes_decode"),
    method(
        "endswith",
        "self, suffix, start=None, end=None, /",
        endswith,
    )
    .slow("bytes_endswith"),
    method("expandtabs", "self, /, tabsize=8", expandtabs).slow("bytes_expandtabs"),
    method("find", "self, sub, start=None, end=None, /", find).slow("bytes_find"),
    class_method("fromhex", "cls, string, /", fromhex),
    method("hex", "self, /, sep=..., bytes_per_sep=1", hex),
    method("index", "self, sub, start=None, end=None, /", index).slow("bytes_index"),
    method("isalnum", "self, /", isalnum),
    method("isalpha", "self, /", isalpha),
    method("isascii", "self, /", isascii),
    method("isdigit", "self, /", isdigit),
    method("islower", "self, /", islower),
    method("isspace", "self, /", isspace),
    method("istitle", "self, /", istitle),
    method("isupper", "self, /", isupper),
    method("join", "self, iterable_of_bytes, /", join),
    method("ljust", "self, width, fillchar=..., /", ljust).slow("bytes_ljust"),
    method("lower", "self, /", lower),
    method("lstrip", "self, bytes=None, /", lstrip),
    static_method("maketrans", "frm, to, /", maketrans),
    method("partition", "self, sep, /", partition),
    method("removeprefix", "self, prefix, /", removeprefix),
    method("removesuffix", "self, suffix, /", removesuffix),
    method("replace", "self, old, new, count=-1, /", replace).slow("bytes_replace"),
    method("rfind", "self, sub, start=None, end=None, /", rfind).slow("bytes_rfind"),
    method("rindex", "self, sub, start=None, end=None, /", rindex).slow("bytes_rindex"),
    method("rjust", "self, width, fillchar=..., /", rjust).slow("bytes_rjust"),
    method("rpartition", "self, sep, /", rpartition),
    method("rsplit", "self, /, sep=None, maxsplit=-1", rsplit).slow("bytes_rsplit"),
    method("rstrip", "self, bytes=None, /", rstrip),
    method("split", "self, /, sep=None, maxsplit=-1", split).slow("bytes_split"),
    method("splitlines", "self, /, keepends=False", splitlines).slow("bytes_splitlines"),
    method(
        "startswith",
        "self, prefix, start=None, end=None, /",
        startswith,
    )
    .slow("bytes_startswith"),
    method("strip", "self, bytes=None, /", strip),
    method("swapcase", "self, /", swapcase),
    method("title", "self, /", title),
    method("translate", "self, table, /, delete=...", translate),
    method("upper", "self, /", upper),
    method("zfill", "self, width, /", zfill).slow("bytes_zfill"),
];

// Buffers.

impl Vm {
    pub fn empty_bytes(&mut self) -> Value {
        self.heap.new_bytes(Vec::new())
    }

    /// The bytes of an object that has them in one piece: `bytes`,
    /// `bytearray`, `memoryview`, arrays.
    pub fn buffer(&self, value: Value) -> Option<&[u8]> {
        let value = self.heap.payload(value);
        match value.kind()? {
            Kind::Bytes => Some(&self.heap.pybytes(value).data),
            Kind::Object => match self.heap.downcast::<PyMemoryView>(value) {
                Some(view) => view.contiguous(self),
                None => self.heap.object(value).buffer(),
            },
            _ => None,
        }
    }

    /// The bytes of any buffer, copied.
    pub fn buffer_copy(&self, value: Value) -> Option<Vec<u8>> {
        if let Some(data) = self.buffer(value) {
            return Some(data.to_vec());
        }
        self.heap
            .downcast::<PyMemoryView>(value)
            .and_then(|view| view.copied(self))
    }

    /// A bytes-like argument, else `TypeError`.
    pub fn expect_buffer(&mut self, value: Value) -> Res<Vec<u8>> {
        match self.buffer(value) {
            Some(data) => Ok(data.to_vec()),
            None if self.buffer_copy(value).is_some() => {
                Err(self.buffer_error("memoryview: underlying buffer is not C-contiguous"))
            }
            None => {
                let message = format!(
                    "a bytes-like object is required, not '{}'",
                    self.type_name(value)
                );
                Err(self.type_error(message))
            }
        }
    }

    /// The byte that an int is; `ValueError` beyond 0..=255.
    pub fn expect_byte(&mut self, value: Value, message: &str) -> Res<u8> {
        let int = self.int_argument(value)?;
        match u8::try_from(int) {
            Ok(byte) => Ok(byte),
            Err(_) => Err(self.value_error(message)),
        }
    }
}

/// Self's bytes.
fn data(vm: &Vm, value: Value) -> &[u8] {
    vm.buffer(value).unwrap_or_default()
}

/// A value of self's type.
fn like(vm: &mut Vm, value: Value, data: Vec<u8>) -> Value {
    if value.is(Kind::Bytes) {
        vm.bytes(&data)
    } else {
        vm.bytearray(data)
    }
}

/// Self where nothing changed; a bytearray is copied.
fn unchanged(vm: &mut Vm, value: Value) -> Value {
    if value.is(Kind::Bytes) {
        return value;
    }
    let data = data(vm, value).to_vec();
    vm.bytearray(data)
}

/// `repr` of bytes.
pub fn repr_bytes(data: &[u8]) -> String {
    let quote = if data.contains(&b'\'') && !data.contains(&b'"') {
        '"'
    } else {
        '\''
    };
    let mut out = String::with_capacity(data.len() + 3);
    out.push('b');
    out.push(quote);
    for &byte in data {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            _ if byte as char == quote => {
                out.push('\\');
                out.push(quote);
            }
            b' '..=b'~' => out.push(byte as char),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push(quote);
    out
}

// Construction and basics.

fn new(vm: &mut Vm, args: &[Value]) -> Res {
    let [class, source, encoding, errors] = args[..] else {
        return Ok(Value::NONE);
    };
    let value = if class == vm.types.bytes
        && source.is(Kind::Bytes)
        && encoding.is_unbound()
        && errors.is_unbound()
    {
        source
    } else {
        if source.bound().is_some() && encoding.is_unbound() && errors.is_unbound() {
            match vm.lookup(vm.type_of(source), vm.names.bytes) {
                Some(Value::NONE) => return Err(vm.type_error("'NoneType' object is not callable")),
                Some(method) if !method.is(Kind::Native) => return Err(Throw::Python),
                _ => {}
            }
        }
        let data = bytes_from(vm, source, encoding, errors, "bytes")?;
        vm.bytes(&data)
    };
    Ok(if class == vm.types.bytes {
        value
    } else {
        vm.heap.new_instance(class, value)
    })
}

/// What `bytes(source, encoding, errors)` holds.
pub(crate) fn bytes_from(
    vm: &mut Vm,
    source: Value,
    encoding: Value,
    errors: Value,
    what: &str,
) -> Res<Vec<u8>> {
    let Some(source) = source.bound() else {
        let message = if !encoding.is_unbound() {
            "encoding without a string argument"
        } else if !errors.is_unbound() {
            "errors without a string argument"
        } else {
            return Ok(Vec::new());
        };
        return Err(vm.type_error(message));
    };
    if let Some(text) = vm.as_text(source).map(str::to_owned) {
        if encoding.is_unbound() {
            return Err(vm.type_error("string argument without an encoding"));
        }
        let (encoding, errors) = vm.codec_arguments(encoding, errors)?;
        return vm.encode_text(&text, encoding, errors);
    }
    if !encoding.is_unbound() || !errors.is_unbound() {
        let word = if encoding.is_unbound() {
            "errors"
        } else {
            "encoding"
        };
        let message = format!("{word} without a string argument");
        return Err(vm.type_error(message));
    }
    if let Some(data) = vm.buffer_copy(source) {
        return Ok(data);
    }
    if let Some(int) = vm.as_int(source) {
        if int.sign() == num_bigint::Sign::Minus {
            return Err(vm.value_error("negative count"));
        }
        let Ok(count) = u32::try_from(&int) else {
            if u64::try_from(&int).is_ok_and(|count| count <= i64::MAX as u64) {
                return Err(vm.memory_error(""));
            }
            return Err(vm.overflow_error("cannot fit 'int' into an index-sized integer"));
        };
        vm.reserve(count as usize)?;
        return Ok(vec![0; count as usize]);
    }
    if vm.lookup_special(source, vm.names.index).is_some() {
        return Err(Throw::Python);
    }
    if vm.lookup_special(source, vm.names.iter).is_none()
        && vm.lookup_special(source, vm.names.getitem).is_none()
    {
        let message = format!("cannot convert '{}' object to {what}", vm.type_name(source));
        return Err(vm.type_error(message));
    }
    let items = vm.collect_again(source)?;
    bytes_of_items(vm, &items, what)
}

/// The bytes that a list of ints gives.
pub(crate) fn bytes_of_items(vm: &mut Vm, items: &[Value], what: &str) -> Res<Vec<u8>> {
    let message = match what {
        "bytes" => "bytes must be in range(0, 256)",
        _ => "byte must be in range(0, 256)",
    };
    let mut data = Vec::with_capacity(items.len());
    for &item in items {
        data.push(vm.expect_byte(item, message)?);
    }
    Ok(data)
}

fn itself(_: &mut Vm, args: &[Value]) -> Res {
    Ok(args[0])
}

fn hash(vm: &mut Vm, args: &[Value]) -> Res {
    let hash = vm.hash(args[0])?;
    Ok(vm.int(hash))
}

fn getnewargs(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(vm.tuple(&[args[0]]))
}

fn repr(vm: &mut Vm, args: &[Value]) -> Res {
    vm.reserve(data(vm, args[0]).len() * 4)?;
    let text = repr_bytes(data(vm, args[0]));
    let text = if args[0].is(Kind::Bytes) {
        text
    } else if text.starts_with("b\"") {
        // A bytearray's single quotes are escaped even so.
        format!("bytearray({})", text.replace('\'', "\\'"))
    } else {
        format!("bytearray({text})")
    };
    Ok(vm.string(text))
}

fn len(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::count(data(vm, args[0]).len()))
}

fn sizeof(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::count(data(vm, args[0]).len() + 33))
}

fn iter(vm: &mut Vm, args: &[Value]) -> Res {
    if args[0].is(Kind::Bytes) {
        return Ok(vm.heap.new_iter(PyIter::Bytes {
            data: args[0],
            at: 0,
        }));
    }
    let class = vm.types.bytes_iterator;
    Ok(vm.native_iterator(
        class,
        Live {
            bytes: args[0],
            at: 0,
        },
    ))
}

/// Over a bytearray, whose length may change meanwhile.
struct Live {
    bytes: Value,
    at: usize,
}

impl NativeIter for Live {
    fn next(&mut self, vm: &mut Vm) -> Res<Option<Value>> {
        if self.bytes.is_unbound() {
            return Ok(None);
        }
        let found = data(vm, self.bytes).get(self.at).copied();
        self.at += 1;
        if found.is_none() {
            self.bytes = Value::UNBOUND;
        }
        Ok(found.map(|byte| Value::count(byte as usize)))
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.bytes);
    }
    fn place(&self) -> Option<(Value, usize)> {
        self.bytes.bound().map(|bytes| (bytes, self.at))
    }
    fn set_place(&mut self, place: usize) {
        self.at = place;
    }
    fn remaining(&self, vm: &Vm) -> Option<usize> {
        Some(
            self.bytes
                .bound()
                .map_or(0, |bytes| data(vm, bytes).len().saturating_sub(self.at)),
        )
    }
}

fn getitem(vm: &mut Vm, args: &[Value]) -> Res {
    let (value, key) = (args[0], args[1]);
    let length = data(vm, value).len();
    if vm.is_instance(key, vm.types.slice) {
        let range = vm.slice_indices(key, length)?;
        if range.count == length && range.step == 1 {
            return Ok(unchanged(vm, value));
        }
        let bytes = data(vm, value);
        let part = if range.step == 1 {
            bytes[range.start as usize..range.start as usize + range.count].to_vec()
        } else {
            range.positions().map(|at| bytes[at]).collect()
        };
        return Ok(like(vm, value, part));
    }
    let what = if value.is(Kind::Bytes) {
        "byte"
    } else {
        "bytearray"
    };
    let index = sequence_index(vm, key, what)?;
    match Vm::position(index, length) {
        Some(at) => Ok(Value::count(data(vm, value)[at] as usize)),
        None if value.is(Kind::Bytes) => Err(vm.index_error("index out of range")),
        None => Err(vm.index_error("bytearray index out of range")),
    }
}

/// An index key, else `TypeError("{what} indices must be integers or slices, not ...")`.
pub(crate) fn sequence_index(vm: &mut Vm, key: Value, what: &str) -> Res<i64> {
    if vm.as_int(key).is_none() && vm.lookup_special(key, vm.names.index).is_none() {
        let message = format!(
            "{what} indices must be integers or slices, not {}",
            vm.type_name(key)
        );
        return Err(vm.type_error(message));
    }
    vm.subscript_index(key)
}

fn contains(vm: &mut Vm, args: &[Value]) -> Res {
    if let Some(part) = vm.buffer(args[1]) {
        return Ok(Value::bool(memmem::find(data(vm, args[0]), part).is_some()));
    }
    if vm.as_int(args[1]).is_none() && vm.lookup_special(args[1], vm.names.index).is_none() {
        vm.expect_buffer(args[1])?;
    }
    let byte = vm.expect_byte(args[1], "byte must be in range(0, 256)")?;
    Ok(Value::bool(data(vm, args[0]).contains(&byte)))
}

fn add(vm: &mut Vm, args: &[Value]) -> Res {
    let Some(right) = vm.buffer_copy(args[1]) else {
        if vm.has_python_reflected(args[1], vm.names.radd) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let (what, own) = (vm.type_name(args[1]), vm.type_name(args[0]));
        return Err(vm.type_error(format!("can't concat {what} to {own}")));
    };
    vm.reserve(data(vm, args[0]).len() + right.len())?;
    let joined = [data(vm, args[0]), &right].concat();
    Ok(like(vm, args[0], joined))
}

fn mul(vm: &mut Vm, args: &[Value]) -> Res {
    let Some(times) = repeat_count(vm, args[1])? else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let length = data(vm, args[0]).len();
    repeat_size(vm, length, times)?;
    let repeated = if length == 0 {
        Vec::new()
    } else {
        data(vm, args[0]).repeat(times)
    };
    Ok(like(vm, args[0], repeated))
}

fn modulo(vm: &mut Vm, args: &[Value]) -> Res {
    let template: String = data(vm, args[0]).iter().map(|byte| *byte as char).collect();
    let text = percent(vm, &template, args[1], Flavor::Bytes)?;
    let result = text.chars().map(|c| c as u8).collect();
    Ok(like(vm, args[0], result))
}

fn rmodulo(vm: &mut Vm, args: &[Value]) -> Res {
    match vm.heap.payload(args[1]) {
        left if left.is(Kind::Bytes) => modulo(vm, &[left, args[0]]),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn compare(vm: &mut Vm, args: &[Value], op: CmpOp) -> Res {
    // With other buffers, those are to decide.
    if args[0].is(Kind::Bytes) && !vm.heap.payload(args[1]).is(Kind::Bytes) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    match vm.buffer(args[1]) {
        Some(right) => Ok(Value::bool(crate::ops::holds(
            op,
            data(vm, args[0]).cmp(right),
        ))),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

// Case and predicates, ASCII only.

fn mapped(vm: &mut Vm, value: Value, map: impl Fn(u8) -> u8) -> Res {
    let mapped = data(vm, value).iter().map(|byte| map(*byte)).collect();
    Ok(like(vm, value, mapped))
}

fn lower(vm: &mut Vm, args: &[Value]) -> Res {
    mapped(vm, args[0], |byte| byte.to_ascii_lowercase())
}

fn upper(vm: &mut Vm, args: &[Value]) -> Res {
    mapped(vm, args[0], |byte| byte.to_ascii_uppercase())
}

fn swapcase(vm: &mut Vm, args: &[Value]) -> Res {
    mapped(vm, args[0], |byte| {
        if byte.is_ascii_lowercase() {
            byte.to_ascii_uppercase()
        } else {
            byte.to_ascii_lowercase()
        }
    })
}

fn capitalize(vm: &mut Vm, args: &[Value]) -> Res {
    let mut out = data(vm, args[0]).to_ascii_lowercase();
    if let Some(first) = out.first_mut() {
        first.make_ascii_uppercase();
    }
    Ok(like(vm, args[0], out))
}

fn title(vm: &mut Vm, args: &[Value]) -> Res {
    let mut out = data(vm, args[0]).to_ascii_lowercase();
    let mut in_word = false;
    for byte in &mut out {
        if !in_word {
            byte.make_ascii_uppercase();
        }
        in_word = byte.is_ascii_alphabetic();
    }
    Ok(like(vm, args[0], out))
}

/// The white space of `bytes.split` and `strip`.
fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ')
}

fn every(vm: &Vm, value: Value, holds: impl Fn(u8) -> bool) -> Res {
    let bytes = data(vm, value);
    Ok(Value::bool(
        !bytes.is_empty() && bytes.iter().all(|byte| holds(*byte)),
    ))
}

fn isalnum(vm: &mut Vm, args: &[Value]) -> Res {
    every(vm, args[0], |byte| byte.is_ascii_alphanumeric())
}

fn isalpha(vm: &mut Vm, args: &[Value]) -> Res {
    every(vm, args[0], |byte| byte.is_ascii_alphabetic())
}

fn isascii(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::bool(data(vm, args[0]).is_ascii()))
}

fn isdigit(vm: &mut Vm, args: &[Value]) -> Res {
    every(vm, args[0], |byte| byte.is_ascii_digit())
}

fn isspace(vm: &mut Vm, args: &[Value]) -> Res {
    every(vm, args[0], is_space)
}

fn islower(vm: &mut Vm, args: &[Value]) -> Res {
    let bytes = data(vm, args[0]);
    let found =
        bytes.iter().any(u8::is_ascii_lowercase) && !bytes.iter().any(u8::is_ascii_uppercase);
    Ok(Value::bool(found))
}

fn isupper(vm: &mut Vm, args: &[Value]) -> Res {
    let bytes = data(vm, args[0]);
    let found =
        bytes.iter().any(u8::is_ascii_uppercase) && !bytes.iter().any(u8::is_ascii_lowercase);
    Ok(Value::bool(found))
}

fn istitle(vm: &mut Vm, args: &[Value]) -> Res {
    let (mut in_word, mut found) = (false, false);
    for byte in data(vm, args[0]) {
        if byte.is_ascii_uppercase() {
            if in_word {
                return Ok(Value::FALSE);
            }
            (in_word, found) = (true, true);
        } else if byte.is_ascii_lowercase() {
            if !in_word {
                return Ok(Value::FALSE);
            }
        } else {
            in_word = false;
        }
    }
    Ok(Value::bool(found))
}

// Padding.

fn pad(vm: &mut Vm, args: &[Value], name: &str, share: fn(usize, usize) -> usize) -> Res {
    let width = vm.int_argument(args[1])?;
    let fill = match args[2].bound() {
        None => b' ',
        Some(fill) => match vm.buffer(fill) {
            Some([byte]) => *byte,
            Some(_) => {
                let message = format!(
                    "{name}() argument 2 must be a byte string of length 1, not a bytes object of length {}",
                    data(vm, fill).len()
                );
                return Err(vm.type_error(message));
            }
            None => {
                let message = format!(
                    "{name}() argument 2 must be a byte string of length 1, not {}",
                    vm.type_name(fill)
                );
                return Err(vm.type_error(message));
            }
        },
    };
    let length = data(vm, args[0]).len();
    if width <= length as i64 {
        return Ok(unchanged(vm, args[0]));
    }
    let width = size_of(width);
    let missing = width - length;
    repeat_size(vm, 1, width)?;
    let left = share(missing, width);
    let mut out = vec![fill; width];
    out[left..left + length].copy_from_slice(data(vm, args[0]));
    Ok(like(vm, args[0], out))
}

fn center(vm: &mut Vm, args: &[Value]) -> Res {
    pad(vm, args, "center", |missing, width| {
        missing / 2 + (missing & width & 1)
    })
}

fn ljust(vm: &mut Vm, args: &[Value]) -> Res {
    pad(vm, args, "ljust", |_, _| 0)
}

fn rjust(vm: &mut Vm, args: &[Value]) -> Res {
    pad(vm, args, "rjust", |missing, _| missing)
}

fn zfill(vm: &mut Vm, args: &[Value]) -> Res {
    let width = vm.int_argument(args[1])?;
    let length = data(vm, args[0]).len();
    if width <= length as i64 {
        return Ok(unchanged(vm, args[0]));
    }
    let missing = size_of(width) - length;
    repeat_size(vm, 1, size_of(width))?;
    let bytes = data(vm, args[0]);
    let sign = matches!(bytes.first(), Some(b'+' | b'-')) as usize;
    let mut out = bytes[..sign].to_vec();
    out.resize(sign + missing, b'0');
    out.extend(&bytes[sign..]);
    Ok(like(vm, args[0], out))
}

fn expandtabs(vm: &mut Vm, args: &[Value]) -> Res {
    let size = size_of(vm.int_argument(args[1])?);
    let bytes = data(vm, args[0]);
    let tabs = bytes.iter().filter(|byte| **byte == b'\t').count();
    if tabs.saturating_mul(size) > i32::MAX as usize {
        return Err(vm.overflow_error("result too long"));
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut column = 0;
    for &byte in bytes {
        if byte == b'\t' {
            if size > 0 {
                let spaces = size - column % size;
                out.resize(out.len() + spaces, b' ');
                column += spaces;
            }
        } else {
            out.push(byte);
            column = if matches!(byte, b'\n' | b'\r') {
                0
            } else {
                column + 1
            };
        }
    }
    Ok(like(vm, args[0], out))
}

// Searching.

/// The bytes to search for: bytes-like, or an int for one byte.
fn needle(vm: &mut Vm, value: Value) -> Res<Vec<u8>> {
    if let Some(data) = vm.buffer_copy(value) {
        return Ok(data);
    }
    if vm.as_int(value).is_none() && vm.lookup_special(value, vm.names.index).is_none() {
        let message = format!(
            "argument should be integer or bytes-like object, not '{}'",
            vm.type_name(value)
        );
        return Err(vm.type_error(message));
    }
    Ok(vec![
        vm.expect_byte(value, "byte must be in range(0, 256)")?,
    ])
}

fn find_position(vm: &mut Vm, args: &[Value], reverse: bool) -> Res<Option<usize>> {
    let needle = needle(vm, args[1])?;
    let (start, end) = vm.find_bounds(args[2], args[3], data(vm, args[0]).len())?;
    if start > end {
        return Ok(None);
    }
    let range = &data(vm, args[0])[start..end];
    let found = if reverse {
        memmem::rfind(range, &needle)
    } else {
        memmem::find(range, &needle)
    };
    Ok(found.map(|at| at + start))
}

fn find(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(find_position(vm, args, false)?.map_or(Value::int32(-1), Value::count))
}

fn rfind(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(find_position(vm, args, true)?.map_or(Value::int32(-1), Value::count))
}

fn index(vm: &mut Vm, args: &[Value]) -> Res {
    match find_position(vm, args, false)? {
        Some(at) => Ok(Value::count(at)),
        None => Err(vm.value_error("subsection not found")),
    }
}

fn rindex(vm: &mut Vm, args: &[Value]) -> Res {
    match find_position(vm, args, true)? {
        Some(at) => Ok(Value::count(at)),
        None => Err(vm.value_error("subsection not found")),
    }
}

fn count(vm: &mut Vm, args: &[Value]) -> Res {
    let needle = needle(vm, args[1])?;
    let (start, end) = vm.find_bounds(args[2], args[3], data(vm, args[0]).len())?;
    if start > end {
        return Ok(Value::count(0));
    }
    let range = &data(vm, args[0])[start..end];
    let found = if needle.is_empty() {
        range.len() + 1
    } else {
        memmem::find_iter(range, &needle).count()
    };
    Ok(Value::count(found))
}

fn affix(vm: &mut Vm, args: &[Value], name: &str, matches: fn(&[u8], &[u8]) -> bool) -> Res {
    let (start, end) = vm.find_bounds(args[2], args[3], data(vm, args[0]).len())?;
    let tuple = vm.heap.payload(args[1]);
    let candidates = if tuple.is(Kind::Tuple) {
        let mut candidates = Vec::new();
        for item in vm.heap.tuple(tuple).to_vec() {
            candidates.push(vm.expect_buffer(item)?);
        }
        candidates
    } else {
        match vm.buffer_copy(args[1]) {
            Some(one) => vec![one],
            None => {
                let message = format!(
                    "{name} first arg must be bytes or a tuple of bytes, not {}",
                    vm.type_name(args[1])
                );
                return Err(vm.type_error(message));
            }
        }
    };
    if start > end {
        return Ok(Value::FALSE);
    }
    let range = &data(vm, args[0])[start..end];
    Ok(Value::bool(
        candidates.iter().any(|part| matches(range, part)),
    ))
}

fn startswith(vm: &mut Vm, args: &[Value]) -> Res {
    affix(vm, args, "startswith", |range, part| {
        range.starts_with(part)
    })
}

fn endswith(vm: &mut Vm, args: &[Value]) -> Res {
    affix(vm, args, "endswith", |range, part| range.ends_with(part))
}

fn removeprefix(vm: &mut Vm, args: &[Value]) -> Res {
    let prefix = vm.expect_buffer(args[1])?;
    match data(vm, args[0]).strip_prefix(&*prefix) {
        Some(rest) if !prefix.is_empty() => {
            let rest = rest.to_vec();
            Ok(like(vm, args[0], rest))
        }
        _ => Ok(unchanged(vm, args[0])),
    }
}

fn removesuffix(vm: &mut Vm, args: &[Value]) -> Res {
    let suffix = vm.expect_buffer(args[1])?;
    match data(vm, args[0]).strip_suffix(&*suffix) {
        Some(rest) if !suffix.is_empty() => {
            let rest = rest.to_vec();
            Ok(like(vm, args[0], rest))
        }
        _ => Ok(unchanged(vm, args[0])),
    }
}

// Changing.

fn replace(vm: &mut Vm, args: &[Value]) -> Res {
    let old = vm.expect_buffer(args[1])?;
    let new = vm.expect_buffer(args[2])?;
    let limit = usize::try_from(vm.int_argument(args[3])?).unwrap_or(usize::MAX);
    let bytes = data(vm, args[0]);
    let found = if old.is_empty() {
        bytes.len() + 1
    } else {
        memmem::find_iter(bytes, &old).count()
    };
    let found = found.min(limit);
    if found == 0 {
        return Ok(unchanged(vm, args[0]));
    }
    let growth = new.len().saturating_sub(old.len());
    repeat_size(vm, growth, found)?;
    let bytes = data(vm, args[0]);
    let mut out = Vec::with_capacity(bytes.len() + growth * found);
    if old.is_empty() {
        for (at, &byte) in bytes.iter().enumerate() {
            if at < found {
                out.extend(&new);
            }
            out.push(byte);
        }
        if found > bytes.len() {
            out.extend(&new);
        }
    } else {
        let mut end = 0;
        for at in memmem::find_iter(bytes, &old).take(found) {
            out.extend(&bytes[end..at]);
            out.extend(&new);
            end = at + old.len();
        }
        out.extend(&bytes[end..]);
    }
    Ok(like(vm, args[0], out))
}

fn strip_with(vm: &mut Vm, args: &[Value], left: bool, right: bool) -> Res {
    let chars = if args[1].is_none() {
        None
    } else {
        Some(vm.expect_buffer(args[1])?)
    };
    let drop = |byte: &u8| match &chars {
        Some(chars) => chars.contains(byte),
        None => is_space(*byte),
    };
    let bytes = data(vm, args[0]);
    let start = if left {
        bytes.iter().take_while(|byte| drop(byte)).count()
    } else {
        0
    };
    let rest = &bytes[start..];
    let dropped = if right {
        rest.iter().rev().take_while(|byte| drop(byte)).count()
    } else {
        0
    };
    if start + dropped == 0 {
        return Ok(unchanged(vm, args[0]));
    }
    let part = rest[..rest.len() - dropped].to_vec();
    Ok(like(vm, args[0], part))
}

fn strip(vm: &mut Vm, args: &[Value]) -> Res {
    strip_with(vm, args, true, true)
}

fn lstrip(vm: &mut Vm, args: &[Value]) -> Res {
    strip_with(vm, args, true, false)
}

fn rstrip(vm: &mut Vm, args: &[Value]) -> Res {
    strip_with(vm, args, false, true)
}

fn join(vm: &mut Vm, args: &[Value]) -> Res {
    if vm.lookup_special(args[1], vm.names.iter).is_none()
        && vm.lookup_special(args[1], vm.names.getitem).is_none()
    {
        return Err(vm.type_error("can only join an iterable"));
    }
    let items = vm.collect(args[1])?;
    let mut out = Vec::new();
    for (at, &item) in items.iter().enumerate() {
        if at > 0 {
            out.extend(data(vm, args[0]));
        }
        match vm.buffer(item) {
            Some(part) => out.extend(part),
            None => match vm.buffer_copy(item) {
                Some(part) => out.extend(part),
                None => {
                    let message = format!(
                        "sequence item {at}: expected a bytes-like object, {} found",
                        vm.type_name(item)
                    );
                    return Err(vm.type_error(message));
                }
            },
        }
        if at % 256 == 0 {
            vm.reserve(out.len())?;
        }
    }
    Ok(like(vm, args[0], out))
}

fn maketrans(vm: &mut Vm, args: &[Value]) -> Res {
    let (from, to) = (vm.expect_buffer(args[0])?, vm.expect_buffer(args[1])?);
    if from.len() != to.len() {
        return Err(vm.value_error("maketrans arguments must have same length"));
    }
    let mut table: Vec<u8> = (0..=255).collect();
    for (from, to) in from.iter().zip(to) {
        table[*from as usize] = to;
    }
    Ok(vm.bytes(&table))
}

fn translate(vm: &mut Vm, args: &[Value]) -> Res {
    let table = if args[1].is_none() {
        None
    } else {
        Some(vm.expect_buffer(args[1])?)
    };
    if table.as_ref().is_some_and(|table| table.len() != 256) {
        return Err(vm.value_error("translation table must be 256 characters long"));
    }
    let drop = match args[2].bound() {
        Some(drop) => vm.expect_buffer(drop)?,
        None => Vec::new(),
    };
    let out = data(vm, args[0])
        .iter()
        .filter(|byte| !drop.contains(byte))
        .map(|byte| table.as_ref().map_or(*byte, |table| table[*byte as usize]))
        .collect();
    Ok(like(vm, args[0], out))
}

fn decode(vm: &mut Vm, args: &[Value]) -> Res {
    let (encoding, errors) = vm.codec_arguments(args[1], args[2])?;
    let bytes = data(vm, args[0]).to_vec();
    let text = vm.decode_bytes(&bytes, encoding, errors)?;
    Ok(vm.string(text))
}

// Hexadecimal.

fn fromhex(vm: &mut Vm, args: &[Value]) -> Res {
    let text: Vec<char> = match vm.as_text(args[1]) {
        Some(text) => text.chars().collect(),
        None => match vm.buffer(args[1]) {
            Some(data) => data.iter().map(|byte| *byte as char).collect(),
            None => {
                let message = format!(
                    "fromhex() argument must be str or bytes-like, not {}",
                    vm.type_name(args[1])
                );
                return Err(vm.type_error(message));
            }
        },
    };
    let mut out = Vec::with_capacity(text.len() / 2);
    let mut at = 0;
    while at < text.len() {
        if is_space_char(text[at]) {
            at += 1;
            continue;
        }
        let digit = |at: usize| text.get(at).and_then(|c| c.to_digit(16));
        match (digit(at), digit(at + 1)) {
            (Some(high), Some(low)) => out.push((high * 16 + low) as u8),
            (high, _) => {
                let bad = if high.is_some() { at + 1 } else { at };
                let message = if bad >= text.len() {
                    "fromhex() arg must contain an even number of hexadecimal digits".to_owned()
                } else {
                    format!("non-hexadecimal number found in fromhex() arg at position {bad}")
                };
                return Err(vm.value_error(message));
            }
        }
        at += 2;
    }
    let class = args[0];
    if class == vm.types.bytearray {
        return Ok(vm.bytearray(out));
    }
    let value = vm.bytes(&out);
    if class == vm.types.bytes {
        Ok(value)
    } else {
        Err(vm.tail_call(class, &[value]))
    }
}

fn is_space_char(c: char) -> bool {
    u8::try_from(c).is_ok_and(is_space)
}

fn hex(vm: &mut Vm, args: &[Value]) -> Res {
    let bytes = data(vm, args[0]).to_vec();
    let text = hex_text(vm, &bytes, args[1], args[2])?;
    Ok(vm.string(text))
}

/// `data.hex(sep, bytes_per_sep)`.
pub fn hex_text(vm: &mut Vm, data: &[u8], separator: Value, group: Value) -> Res<String> {
    let separator = match separator.bound() {
        None => None,
        Some(value) => {
            let text = match vm.as_text(value) {
                Some(text) => text.to_owned(),
                None => match vm.buffer(value) {
                    Some(data) => data.iter().map(|byte| *byte as char).collect(),
                    None => return Err(vm.type_error("sep must be str or bytes.")),
                },
            };
            let mut chars = text.chars();
            match (chars.next(), chars.next()) {
                (Some(c), None) if c.is_ascii() => Some(c),
                (Some(_), None) => return Err(vm.value_error("sep must be ASCII.")),
                _ => return Err(vm.value_error("sep must be length 1.")),
            }
        }
    };
    let group = vm.int_argument(group)?;
    vm.reserve(data.len().saturating_mul(3))?;
    let size = usize::try_from(group.unsigned_abs()).unwrap_or(usize::MAX);
    let mut out = String::with_capacity(data.len() * 2);
    for (at, byte) in data.iter().enumerate() {
        if let Some(separator) = separator
            && at > 0
            && size > 0
        {
            // A positive group counts from the right.
            let boundary = if group > 0 {
                (data.len() - at).is_multiple_of(size)
            } else {
                at % size == 0
            };
            if boundary {
                out.push(separator);
            }
        }
        out.push(char::from_digit((byte >> 4) as u32, 16).unwrap_or('0'));
        out.push(char::from_digit((byte & 15) as u32, 16).unwrap_or('0'));
    }
    Ok(out)
}

// Splitting.

fn parts(vm: &mut Vm, value: Value, ranges: &[(usize, usize)]) -> Res {
    vm.reserve(ranges.len().saturating_mul(64))?;
    let bytes = data(vm, value).to_vec();
    let items = ranges
        .iter()
        .map(|&(start, end)| like(vm, value, bytes[start..end].to_vec()))
        .collect();
    Ok(vm.list(items))
}

fn split(vm: &mut Vm, args: &[Value]) -> Res {
    split_with(vm, args, false)
}

fn rsplit(vm: &mut Vm, args: &[Value]) -> Res {
    split_with(vm, args, true)
}

fn split_with(vm: &mut Vm, args: &[Value], reverse: bool) -> Res {
    let limit = usize::try_from(vm.int_argument(args[2])?).unwrap_or(usize::MAX);
    let separator = if args[1].is_none() {
        None
    } else {
        Some(vm.expect_buffer(args[1])?)
    };
    if separator.as_ref().is_some_and(Vec::is_empty) {
        return Err(vm.value_error("empty separator"));
    }
    let bytes = data(vm, args[0]);
    let mut ranges = Vec::new();
    match (&separator, reverse) {
        (Some(separator), false) => {
            let mut start = 0;
            for at in memmem::find_iter(bytes, separator).take(limit) {
                ranges.push((start, at));
                start = at + separator.len();
            }
            ranges.push((start, bytes.len()));
        }
        (Some(separator), true) => {
            let mut end = bytes.len();
            for at in memmem::rfind_iter(bytes, separator).take(limit) {
                ranges.push((at + separator.len(), end));
                end = at;
            }
            ranges.push((0, end));
            ranges.reverse();
        }
        (None, false) => {
            let mut at = 0;
            loop {
                at += bytes[at..]
                    .iter()
                    .take_while(|byte| is_space(**byte))
                    .count();
                if at == bytes.len() {
                    break;
                }
                if ranges.len() == limit {
                    ranges.push((at, bytes.len()));
                    break;
                }
                let end = at
                    + bytes[at..]
                        .iter()
                        .take_while(|byte| !is_space(**byte))
                        .count();
                ranges.push((at, end));
                at = end;
            }
        }
        (None, true) => {
            let mut at = bytes.len();
            loop {
                at -= bytes[..at]
                    .iter()
                    .rev()
                    .take_while(|byte| is_space(**byte))
                    .count();
                if at == 0 {
                    break;
                }
                if ranges.len() == limit {
                    ranges.push((0, at));
                    break;
                }
                let start = at
                    - bytes[..at]
                        .iter()
                        .rev()
                        .take_while(|byte| !is_space(**byte))
                        .count();
                ranges.push((start, at));
                at = start;
            }
            ranges.reverse();
        }
    }
    parts(vm, args[0], &ranges)
}

fn splitlines(vm: &mut Vm, args: &[Value]) -> Res {
    let keep = vm.truthy(args[1])?;
    let bytes = data(vm, args[0]);
    let mut ranges = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < bytes.len() {
        let byte = bytes[at];
        at += 1;
        if byte != b'\n' && byte != b'\r' {
            continue;
        }
        let line_end = at - 1;
        if byte == b'\r' && bytes.get(at) == Some(&b'\n') {
            at += 1;
        }
        ranges.push((start, if keep { at } else { line_end }));
        start = at;
    }
    if start < bytes.len() {
        ranges.push((start, bytes.len()));
    }
    parts(vm, args[0], &ranges)
}

fn partition(vm: &mut Vm, args: &[Value]) -> Res {
    partition_with(vm, args, false)
}

fn rpartition(vm: &mut Vm, args: &[Value]) -> Res {
    partition_with(vm, args, true)
}

fn partition_with(vm: &mut Vm, args: &[Value], reverse: bool) -> Res {
    let separator = vm.expect_buffer(args[1])?;
    if separator.is_empty() {
        return Err(vm.value_error("empty separator"));
    }
    let bytes = data(vm, args[0]).to_vec();
    let found = if reverse {
        memmem::rfind(&bytes, &separator)
    } else {
        memmem::find(&bytes, &separator)
    };
    let [before, middle, after] = match found {
        Some(at) => [&bytes[..at], &separator, &bytes[at + separator.len()..]],
        None if reverse => [&[][..], &[][..], &bytes],
        None => [&bytes, &[][..], &[][..]],
    };
    let items = [
        like(vm, args[0], before.to_vec()),
        like(vm, args[0], middle.to_vec()),
        like(vm, args[0], after.to_vec()),
    ];
    Ok(vm.tuple(&items))
}
