//! `str`: code-point semantics over UTF-8, with shortcuts for ASCII.

use airlock_bytecode::CmpOp;
use compact_str::ToCompactString;

use super::iters::repeat_count;
use super::unicode as uni;
use crate::dict::PyDict;
use crate::native::{NativeDef, method, new_method, static_method};
use crate::object::PyIter;
use crate::value::Kind;
use crate::{Res, Throw, Value, Vm};

pub(crate) fn register(vm: &mut Vm) {
    vm.add_methods(vm.types.str, METHODS);
    vm.add_methods(vm.types.str, COMPARISONS);
    vm.add_methods(vm.types.str, super::str_format::METHODS);
}

static COMPARISONS: &[NativeDef] = crate::comparisons!(compare);

static METHODS: &[NativeDef] = &[
    new_method("cls, object=..., encoding=..., errors=...", new).slow("str_new"),
    method("__repr__", "self, /", repr),
    method("__str__", "self, /", str_self),
    method("__hash__", "self, /", hash),
    method("__len__", "self, /", len),
    method("__iter__", "self, /", iter),
    method("__getitem__", "self, key, /", getitem).slow("str_getitem"),
    method("__contains__", "self, key, /", contains),
    method("__add__", "self, value, /", add),
    method("__mul__", "self, value, /", mul).slow("str_mul"),
    method("__rmul__", "self, value, /", mul).slow("str_mul"),
    method("__getnewargs__", "self, /", getnewargs),
    method("__sizeof__", "self, /", sizeof),
    method("capitalize", "self, /", capitalize),
    method("casefold", "self, /", casefold),
    method("center", "self, width, fillchar=' ', /", center).slow("str_center"),
    method("count", "self, sub, start=None, end=None, /", count).slow("str_count"),
    method(
        "encode",
        "self, /, encoding='utf-8', errors='strict'",
        encode,
    )
    .slow("str_encode"),
    method(
        "endswith",
        "self, suffix, start=None, end=None, /",
        endswith,
    )
    .slow("str_endswith"),
    method("expandtabs", "self, /, tabsize=8", expandtabs).slow("str_expandtabs"),
    method("find", "self, sub, start=None, end=None, /", find).slow("str_find"),
    method("index", "self, sub, start=None, end=None, /", index).slow("str_index"),
    method("isalnum", "self, /", isalnum),
    method("isalpha", "self, /", isalpha),
    method("isascii", "self, /", isascii),
    method("isdecimal", "self, /", isdecimal),
    method("isdigit", "self, /", isdigit),
    method("isidentifier", "self, /", isidentifier),
    method("islower", "self, /", islower),
    method("isnumeric", "self, /", isnumeric),
    method("isprintable", "self, /", isprintable),
    method("isspace", "self, /", isspace),
    method("istitle", "self, /", istitle),
    method("isupper", "self, /", isupper),
    method("join", "self, iterable, /", join),
    method("ljust", "self, width, fillchar=' ', /", ljust).slow("str_ljust"),
    method("lower", "self, /", lower),
    method("lstrip", "self, chars=None, /", lstrip),
    static_method("maketrans", "x, y=..., z=..., /", maketrans).slow("str_maketrans"),
    method("partition", "self, sep, /", partition),
    method("removeprefix", "self, prefix, /", removeprefix),
    method("removesuffix", "self, suffix, /", removesuffix),
    method("replace", "self, old, new, /, count=-1", replace).slow("str_replace"),
    method("rfind", "self, sub, start=None, end=None, /", rfind).slow("str_rfind"),
    method("rindex", "self, sub, start=None, end=None, /", rindex).slow("str_rindex"),
    method("rjust", "self, width, fillchar=' ', /", rjust).slow("str_rjust"),
    method("rpartition", "self, sep, /", rpartition),
    method("rsplit", "self, /, sep=None, maxsplit=-1", rsplit).slow("str_rsplit"),
    method("rstrip", "self, chars=None, /", rstrip),
    method("split", "self, /, sep=None, maxsplit=-1", split).slow("str_split"),
    method("splitlines", "self, /, keepends=False", splitlines).slow("str_splitlines"),
    method(
        "startswith",
        "self, prefix, start=None, end=None, /",
        startswith,
    )
    .slow("str_startswith"),
    method("strip", "self, chars=None, /", strip),
    method("swapcase", "self, /", swapcase),
    method("title", "self, /", title),
    method("translate", "self, table, /", translate).slow("str_translate"),
    method("upper", "self, /", upper),
    method("zfill", "self, width, /", zfill).slow("str_zfill"),
];

// What other modules use.

/// `repr` of text.
pub fn repr_text(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        push_escaped(c, quote, &mut out);
    }
    out.push(quote);
    out
}

fn push_escaped(c: char, quote: char, out: &mut String) {
    match c {
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ if c == quote => {
            out.push('\\');
            out.push(c);
        }
        _ if uni::is_printable(c) => out.push(c),
        _ => push_code_escape(c, out),
    }
}

fn push_code_escape(c: char, out: &mut String) {
    match uni::code_of(c) {
        code @ 0..=0xFF => out.push_str(&format!("\\x{code:02x}")),
        code @ 0..=0xFFFF => out.push_str(&format!("\\u{code:04x}")),
        code => out.push_str(&format!("\\U{code:08x}")),
    }
}

/// `ascii()` of what `repr` gave.
pub fn ascii_text(repr: &str) -> String {
    let mut out = String::with_capacity(repr.len());
    for c in repr.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            push_code_escape(c, &mut out);
        }
    }
    out
}

/// Byte position of a character index of the text; its length if beyond.
pub fn byte_at(text: &str, ascii: bool, at: usize) -> usize {
    if ascii {
        return at.min(text.len());
    }
    if at == 0 {
        return 0;
    }
    // Characters begin at bytes that are no continuation: eight bytes at a
    // time, then one by one.
    let bytes = text.as_bytes();
    let (mut seen, mut start) = (0, 0);
    for chunk in bytes.chunks_exact(8) {
        let word = u64::from_le_bytes(chunk.try_into().unwrap_or_default());
        let continuations = (word >> 7) & !(word >> 6) & 0x0101_0101_0101_0101;
        let begun = 8 - continuations.count_ones() as usize;
        if seen + begun > at {
            break;
        }
        seen += begun;
        start += 8;
    }
    for (position, byte) in bytes.iter().enumerate().skip(start) {
        if byte & 0xC0 != 0x80 {
            if seen == at {
                return position;
            }
            seen += 1;
        }
    }
    text.len()
}

/// A size or position from an int: negative ones are 0, and what no address
/// reaches is the largest.
pub fn size_of(int: i64) -> usize {
    usize::try_from(int.max(0)).unwrap_or(usize::MAX)
}

/// Character index of a byte position.
pub fn char_at(text: &str, ascii: bool, at: usize) -> usize {
    if ascii {
        at
    } else {
        text[..at].chars().count()
    }
}

impl Vm {
    /// The character of a str at an index within it.
    pub fn str_index(&mut self, text: Value, at: usize) -> Value {
        let object = self.heap.pystr(text);
        if object.is_ascii() {
            return match object.text.as_bytes().get(at) {
                Some(&byte) => self.single_chars[byte as usize],
                None => self.names.empty,
            };
        }
        let start = byte_at(&object.text, false, at);
        match object.text[start..].chars().next() {
            Some(c) => self.char_value(c),
            None => self.names.empty,
        }
    }

    /// A str of one character.
    pub fn char_value(&mut self, c: char) -> Value {
        self.str(c.encode_utf8(&mut [0; 4]))
    }

    /// A str argument's text, else `TypeError(message)` with the type's name
    /// at the end.
    fn text_argument(&mut self, value: Value, message: &str) -> Res<String> {
        match self.as_text(value) {
            Some(text) => Ok(text.to_owned()),
            None => {
                let message = format!("{message}{}", self.type_name(value));
                Err(self.type_error(message))
            }
        }
    }

    /// An integer argument by `__index__`; `TypeError` as the argument
    /// parsers of CPython give it.
    pub fn int_argument(&mut self, value: Value) -> Res<i64> {
        if self.as_int(value).is_none() && self.lookup_special(value, self.names.index).is_none() {
            let message = format!(
                "'{}' object cannot be interpreted as an integer",
                self.type_name(value)
            );
            return Err(self.type_error(message));
        }
        self.index(value)
    }

    /// Start and end as `str.find` takes them, clamped to `0..=length`
    /// (start may lie beyond the end).
    pub fn find_bounds(&mut self, start: Value, end: Value, length: usize) -> Res<(usize, usize)> {
        let length = length as i64;
        let bound = |vm: &mut Vm, value: Value, default: i64| -> Res<i64> {
            let Some(value) = value.bound().filter(|value| !value.is_none()) else {
                return Ok(default);
            };
            if vm.as_int(value).is_none() && vm.lookup_special(value, vm.names.index).is_none() {
                return Err(vm.type_error(
                    "slice indices must be integers or None or have an __index__ method",
                ));
            }
            let index = vm.index(value)?;
            Ok(if index < 0 {
                index.saturating_add(length).max(0)
            } else {
                index
            })
        };
        let start = bound(self, start, 0)?;
        let end = bound(self, end, length)?.min(length);
        Ok((size_of(start), size_of(end)))
    }

    /// Whether a binary operator's other operand has a reflected method that
    /// is Python's to run first.
    pub(crate) fn has_python_reflected(&self, value: Value, name: Value) -> bool {
        self.lookup_special(value, name)
            .is_some_and(|method| !method.is(Kind::Native))
    }
}

// Construction and basics.

fn new(vm: &mut Vm, args: &[Value]) -> Res {
    let [class, object, encoding, errors] = args[..] else {
        return Ok(Value::NONE);
    };
    let text = if object.is_unbound() && encoding.is_unbound() && errors.is_unbound() {
        vm.names.empty
    } else if encoding.is_unbound() && errors.is_unbound() {
        if object.is(Kind::Str) {
            object
        } else if let Some(int) = object.as_small() {
            vm.text(int.to_compact_string())
        } else {
            // A `__str__` may give an instance of a subclass, to be kept.
            let text = vm.str_of(object)?;
            vm.string(text)
        }
    } else {
        let object = object.bound().unwrap_or(vm.empty_bytes());
        if vm.as_text(object).is_some() {
            return Err(vm.type_error("decoding str is not supported"));
        }
        if let Some(encoding) = encoding.bound()
            && vm.as_text(encoding).is_none()
        {
            let message = format!(
                "str() argument 'encoding' must be str, not {}",
                vm.type_name(encoding)
            );
            return Err(vm.type_error(message));
        }
        let Some(data) = vm.buffer_copy(object) else {
            let message = format!(
                "decoding to str: need a bytes-like object, {} found",
                vm.type_name(object)
            );
            return Err(vm.type_error(message));
        };
        let (encoding, errors) = vm.codec_arguments(encoding, errors)?;
        let text = vm.decode_bytes(&data, encoding, errors)?;
        vm.string(text)
    };
    Ok(if class == vm.types.str {
        text
    } else {
        vm.heap.new_instance(class, text)
    })
}

fn repr(vm: &mut Vm, args: &[Value]) -> Res {
    vm.reserve(vm.heap.str(args[0]).len() * 2)?;
    let text = repr_text(vm.heap.str(args[0]));
    Ok(vm.string(text))
}

fn str_self(_: &mut Vm, args: &[Value]) -> Res {
    Ok(args[0])
}

fn hash(vm: &mut Vm, args: &[Value]) -> Res {
    let hash = vm.hash(args[0])?;
    Ok(vm.int(hash))
}

fn len(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::count(vm.heap.str_len(args[0])))
}

fn iter(vm: &mut Vm, args: &[Value]) -> Res {
    // The iterator reads the text where it stands.
    vm.heap.pystr(args[0]);
    Ok(vm.heap.new_iter(PyIter::Str {
        text: args[0],
        at: 0,
    }))
}

fn getnewargs(vm: &mut Vm, args: &[Value]) -> Res {
    let text = vm.heap.str(args[0]).to_owned();
    let copy = vm.heap.new_str(text);
    Ok(vm.tuple(&[copy]))
}

fn sizeof(vm: &mut Vm, args: &[Value]) -> Res {
    let object = vm.heap.pystr(args[0]);
    let wide = object.text.chars().map(uni::code_of).max().unwrap_or(0);
    let (header, unit) = match wide {
        0..=0x7F => (41, 1),
        0x80..=0xFF => (57, 1),
        0x100..=0xFFFF => (58, 2),
        _ => (60, 4),
    };
    Ok(Value::count(
        header + (object.chars as usize + 1) * unit - (unit - 1),
    ))
}

fn getitem(vm: &mut Vm, args: &[Value]) -> Res {
    let (text, key) = (args[0], args[1]);
    let length = vm.heap.pystr(text).chars as usize;
    if vm.is_instance(key, vm.types.slice) {
        let range = vm.slice_indices(key, length)?;
        if range.count == length && range.step == 1 {
            return Ok(text);
        }
        let object = vm.heap.pystr(text);
        let ascii = object.is_ascii();
        if range.count == 0 {
            return Ok(vm.names.empty);
        }
        let part: String = if range.step == 1 {
            let start = byte_at(&object.text, ascii, range.start as usize);
            let end = start + byte_at(&object.text[start..], ascii, range.count);
            object.text[start..end].to_owned()
        } else if ascii {
            let bytes = object.text.as_bytes();
            range.positions().map(|at| bytes[at] as char).collect()
        } else {
            let chars: Vec<char> = object.text.chars().collect();
            range.positions().map(|at| chars[at]).collect()
        };
        return Ok(vm.string(part));
    }
    if vm.as_int(key).is_none() && vm.lookup_special(key, vm.names.index).is_none() {
        let message = format!(
            "string indices must be integers, not '{}'",
            vm.type_name(key)
        );
        return Err(vm.type_error(message));
    }
    let index = vm.subscript_index(key)?;
    match Vm::position(index, length) {
        Some(at) => Ok(vm.str_index(text, at)),
        None => Err(vm.index_error("string index out of range")),
    }
}

fn contains(vm: &mut Vm, args: &[Value]) -> Res {
    match vm.as_text(args[1]) {
        Some(part) => Ok(Value::bool(vm.heap.str(args[0]).contains(part))),
        None => {
            let message = format!(
                "'in <string>' requires string as left operand, not {}",
                vm.type_name(args[1])
            );
            Err(vm.type_error(message))
        }
    }
}

fn add(vm: &mut Vm, args: &[Value]) -> Res {
    let right = vm.heap.payload(args[1]);
    if !right.is(Kind::Str) {
        if vm.has_python_reflected(args[1], vm.names.radd) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let message = format!(
            "can only concatenate str (not \"{}\") to str",
            vm.type_name(args[1])
        );
        return Err(vm.type_error(message));
    }
    vm.concat(args[0], right)
}

fn mul(vm: &mut Vm, args: &[Value]) -> Res {
    let Some(times) = repeat_count(vm, args[1])? else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if times == 1 {
        return Ok(args[0]);
    }
    let length = vm.heap.str(args[0]).len();
    let total = repeat_size(vm, length, times)?;
    if total == 0 {
        return Ok(vm.names.empty);
    }
    let text = vm.heap.str(args[0]).repeat(times);
    Ok(vm.string(text))
}

/// The bytes that repeating takes, if they fit the memory limit.
pub(crate) fn repeat_size(vm: &mut Vm, length: usize, times: usize) -> Res<usize> {
    let Some(total) = length.checked_mul(times) else {
        return Err(vm.memory_error(""));
    };
    vm.reserve(total)?;
    Ok(total)
}

fn compare(vm: &mut Vm, args: &[Value], op: CmpOp) -> Res {
    match (vm.heap.str(args[0]), vm.as_text(args[1])) {
        (left, Some(right)) => Ok(Value::bool(crate::ops::holds(op, left.cmp(right)))),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

// Case.

/// Appends the lower-case form of the character at a byte position; sigma
/// depends on its neighbours.
fn push_lower(text: &str, at: usize, c: char, out: &mut String) {
    if c == 'Σ' {
        let before = text[..at]
            .chars()
            .rev()
            .find(|c| !uni::is_case_ignorable(*c));
        let after = text[at + c.len_utf8()..]
            .chars()
            .find(|c| !uni::is_case_ignorable(*c));
        let last = before.is_some_and(uni::is_cased) && !after.is_some_and(uni::is_cased);
        out.push(if last { 'ς' } else { 'σ' });
    } else {
        out.extend(c.to_lowercase());
    }
}

fn capitalize(vm: &mut Vm, args: &[Value]) -> Res {
    let text = vm.heap.str(args[0]);
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if at == 0 {
            uni::push_title(c, &mut out);
        } else {
            push_lower(text, at, c, &mut out);
        }
    }
    Ok(vm.string(out))
}

fn casefold(vm: &mut Vm, args: &[Value]) -> Res {
    let text = vm.heap.str(args[0]);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        uni::push_fold(c, &mut out);
    }
    Ok(vm.string(out))
}

fn lower(vm: &mut Vm, args: &[Value]) -> Res {
    let object = vm.heap.pystr(args[0]);
    let out = if object.is_ascii() {
        object.text.to_ascii_lowercase()
    } else {
        object.text.to_lowercase()
    };
    Ok(vm.string(out))
}

fn upper(vm: &mut Vm, args: &[Value]) -> Res {
    let object = vm.heap.pystr(args[0]);
    let out = if object.is_ascii() {
        object.text.to_ascii_uppercase()
    } else {
        object.text.to_uppercase()
    };
    Ok(vm.string(out))
}

fn title(vm: &mut Vm, args: &[Value]) -> Res {
    let text = vm.heap.str(args[0]);
    if text.is_ascii() {
        let mut in_word = false;
        let out = text
            .to_ascii_lowercase()
            .chars()
            .map(|c| {
                let shown = if in_word { c } else { c.to_ascii_uppercase() };
                in_word = c.is_ascii_alphabetic();
                shown
            })
            .collect();
        return Ok(vm.string(out));
    }
    let mut out = String::with_capacity(text.len());
    let mut in_word = false;
    for (at, c) in text.char_indices() {
        if in_word {
            push_lower(text, at, c, &mut out);
        } else {
            uni::push_title(c, &mut out);
        }
        in_word = uni::is_cased(c);
    }
    Ok(vm.string(out))
}

fn swapcase(vm: &mut Vm, args: &[Value]) -> Res {
    let text = vm.heap.str(args[0]);
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if c.is_uppercase() {
            push_lower(text, at, c, &mut out);
        } else if c.is_lowercase() {
            out.extend(c.to_uppercase());
        } else {
            out.push(c);
        }
    }
    Ok(vm.string(out))
}

// Predicates.

fn every(vm: &Vm, text: Value, holds: fn(char) -> bool) -> Res {
    let text = vm.heap.str(text);
    Ok(Value::bool(!text.is_empty() && text.chars().all(holds)))
}

fn isalnum(vm: &mut Vm, args: &[Value]) -> Res {
    every(vm, args[0], uni::is_alnum)
}

fn isalpha(vm: &mut Vm, args: &[Value]) -> Res {
    every(vm, args[0], uni::is_alpha)
}

fn isascii(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::bool(vm.heap.pystr(args[0]).is_ascii()))
}

fn isdecimal(vm: &mut Vm, args: &[Value]) -> Res {
    every(vm, args[0], uni::is_decimal)
}

fn isdigit(vm: &mut Vm, args: &[Value]) -> Res {
    every(vm, args[0], uni::is_digit)
}

fn isidentifier(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::bool(uni::is_identifier(vm.heap.str(args[0]))))
}

fn isnumeric(vm: &mut Vm, args: &[Value]) -> Res {
    every(vm, args[0], uni::is_numeric)
}

fn isprintable(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::bool(
        vm.heap.str(args[0]).chars().all(uni::is_printable),
    ))
}

fn isspace(vm: &mut Vm, args: &[Value]) -> Res {
    every(vm, args[0], uni::is_space)
}

fn islower(vm: &mut Vm, args: &[Value]) -> Res {
    let text = vm.heap.str(args[0]);
    let other = text.chars().any(|c| c.is_uppercase() || uni::is_title(c));
    Ok(Value::bool(!other && text.chars().any(char::is_lowercase)))
}

fn isupper(vm: &mut Vm, args: &[Value]) -> Res {
    let text = vm.heap.str(args[0]);
    let other = text.chars().any(|c| c.is_lowercase() || uni::is_title(c));
    Ok(Value::bool(!other && text.chars().any(char::is_uppercase)))
}

fn istitle(vm: &mut Vm, args: &[Value]) -> Res {
    let (mut in_word, mut found) = (false, false);
    for c in vm.heap.str(args[0]).chars() {
        if c.is_uppercase() || uni::is_title(c) {
            if in_word {
                return Ok(Value::FALSE);
            }
            (in_word, found) = (true, true);
        } else if c.is_lowercase() {
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

fn fill_char(vm: &mut Vm, value: Value) -> Res<char> {
    let message = "The fill character must be a unicode character, not ";
    let text = vm.text_argument(value, message)?;
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => Ok(c),
        _ => Err(vm.type_error("The fill character must be exactly one character long")),
    }
}

fn pad(vm: &mut Vm, args: &[Value], share: fn(usize, usize) -> usize) -> Res {
    let width = vm.int_argument(args[1])?;
    let fill = fill_char(vm, args[2])?;
    let length = vm.heap.pystr(args[0]).chars as usize;
    if width <= length as i64 {
        return Ok(args[0]);
    }
    let width = size_of(width);
    let missing = width - length;
    let left = share(missing, width);
    let bytes = repeat_size(vm, fill.len_utf8(), missing)?;
    let text = vm.heap.str(args[0]);
    let mut out = String::with_capacity(text.len() + bytes);
    out.extend(std::iter::repeat_n(fill, left));
    out.push_str(text);
    out.extend(std::iter::repeat_n(fill, missing - left));
    Ok(vm.string(out))
}

fn center(vm: &mut Vm, args: &[Value]) -> Res {
    pad(vm, args, |missing, width| {
        missing / 2 + (missing & width & 1)
    })
}

fn ljust(vm: &mut Vm, args: &[Value]) -> Res {
    pad(vm, args, |_, _| 0)
}

fn rjust(vm: &mut Vm, args: &[Value]) -> Res {
    pad(vm, args, |missing, _| missing)
}

fn zfill(vm: &mut Vm, args: &[Value]) -> Res {
    let width = vm.int_argument(args[1])?;
    let length = vm.heap.pystr(args[0]).chars as usize;
    if width <= length as i64 {
        return Ok(args[0]);
    }
    let missing = size_of(width) - length;
    repeat_size(vm, 1, missing)?;
    let text = vm.heap.str(args[0]);
    let sign = text.starts_with(['+', '-']) as usize;
    let mut out = String::with_capacity(text.len() + missing);
    out.push_str(&text[..sign]);
    out.extend(std::iter::repeat_n('0', missing));
    out.push_str(&text[sign..]);
    Ok(vm.string(out))
}

fn expandtabs(vm: &mut Vm, args: &[Value]) -> Res {
    let size = size_of(vm.int_argument(args[1])?);
    let text = vm.heap.str(args[0]);
    let tabs = text.bytes().filter(|byte| *byte == b'\t').count();
    let extra = tabs.saturating_mul(size);
    if extra > i32::MAX as usize {
        return Err(vm.overflow_error("result too long"));
    }
    let mut out = String::with_capacity(text.len() + extra);
    let mut column = 0;
    for c in text.chars() {
        match c {
            '\t' => {
                if size > 0 {
                    let spaces = size - column % size;
                    out.extend(std::iter::repeat_n(' ', spaces));
                    column += spaces;
                }
            }
            _ => {
                out.push(c);
                column = if c == '\n' || c == '\r' {
                    0
                } else {
                    column + 1
                };
            }
        }
    }
    Ok(vm.string(out))
}

// Searching.

/// Searches `args[1]` in the range of `args[0]` that the bounds select;
/// byte positions of the range with the needle, `None` if it cannot match.
fn search_range(vm: &mut Vm, args: &[Value], name: &str) -> Res<Option<(usize, usize, String)>> {
    let needle = match vm.as_text(args[1]) {
        Some(text) => text.to_owned(),
        None => {
            let message = format!(
                "{name}() argument 1 must be str, not {}",
                vm.type_name(args[1])
            );
            return Err(vm.type_error(message));
        }
    };
    let length = vm.heap.pystr(args[0]).chars as usize;
    let (start, end) = vm.find_bounds(args[2], args[3], length)?;
    if start > end {
        return Ok(None);
    }
    let object = vm.heap.pystr(args[0]);
    let ascii = object.is_ascii();
    let first = byte_at(&object.text, ascii, start);
    let last = first + byte_at(&object.text[first..], ascii, end - start);
    Ok(Some((first, last, needle)))
}

fn find_position(vm: &mut Vm, args: &[Value], name: &str, reverse: bool) -> Res<Option<usize>> {
    let Some((first, last, needle)) = search_range(vm, args, name)? else {
        return Ok(None);
    };
    let object = vm.heap.pystr(args[0]);
    let range = &object.text[first..last];
    let found = if reverse {
        range.rfind(&*needle)
    } else {
        range.find(&*needle)
    };
    Ok(found.map(|at| char_at(&object.text, object.is_ascii(), first + at)))
}

fn find(vm: &mut Vm, args: &[Value]) -> Res {
    let found = find_position(vm, args, "find", false)?;
    Ok(found.map_or(Value::int32(-1), Value::count))
}

fn rfind(vm: &mut Vm, args: &[Value]) -> Res {
    let found = find_position(vm, args, "rfind", true)?;
    Ok(found.map_or(Value::int32(-1), Value::count))
}

fn index(vm: &mut Vm, args: &[Value]) -> Res {
    match find_position(vm, args, "index", false)? {
        Some(at) => Ok(Value::count(at)),
        None => Err(vm.value_error("substring not found")),
    }
}

fn rindex(vm: &mut Vm, args: &[Value]) -> Res {
    match find_position(vm, args, "rindex", true)? {
        Some(at) => Ok(Value::count(at)),
        None => Err(vm.value_error("substring not found")),
    }
}

fn count(vm: &mut Vm, args: &[Value]) -> Res {
    let Some((first, last, needle)) = search_range(vm, args, "count")? else {
        return Ok(Value::count(0));
    };
    let range = &vm.heap.str(args[0])[first..last];
    let found = if needle.is_empty() {
        range.chars().count() + 1
    } else {
        range.matches(&*needle).count()
    };
    Ok(Value::count(found))
}

fn affix(vm: &mut Vm, args: &[Value], name: &str, matches: fn(&str, &str) -> bool) -> Res {
    let length = vm.heap.pystr(args[0]).chars as usize;
    let (start, end) = vm.find_bounds(args[2], args[3], length)?;
    if args[1].is(Kind::Str) && start == 0 && end == length {
        return Ok(Value::bool(matches(
            vm.heap.str(args[0]),
            vm.heap.str(args[1]),
        )));
    }
    let candidates = match vm.heap.payload(args[1]) {
        tuple if tuple.is(Kind::Tuple) => vm.heap.tuple(tuple).to_vec(),
        one => {
            if vm.as_text(one).is_none() {
                let message = format!(
                    "{name} first arg must be str or a tuple of str, not {}",
                    vm.type_name(args[1])
                );
                return Err(vm.type_error(message));
            }
            vec![one]
        }
    };
    if let Some(&bad) = candidates.iter().find(|&&item| vm.as_text(item).is_none()) {
        let message = format!(
            "tuple for {name} must only contain str, not {}",
            vm.type_name(bad)
        );
        return Err(vm.type_error(message));
    }
    if start > end {
        return Ok(Value::FALSE);
    }
    let object = vm.heap.pystr(args[0]);
    let ascii = object.is_ascii();
    let first = byte_at(&object.text, ascii, start);
    let last = first + byte_at(&object.text[first..], ascii, end - start);
    let range = &object.text[first..last];
    let found = candidates
        .iter()
        .any(|&item| vm.as_text(item).is_some_and(|item| matches(range, item)));
    Ok(Value::bool(found))
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
    let message = "removeprefix() argument must be str, not ";
    let prefix = vm.text_argument(args[1], message)?;
    match vm.heap.str(args[0]).strip_prefix(&*prefix) {
        Some(rest) if !prefix.is_empty() => {
            let rest = rest.to_owned();
            Ok(vm.string(rest))
        }
        _ => Ok(args[0]),
    }
}

fn removesuffix(vm: &mut Vm, args: &[Value]) -> Res {
    let message = "removesuffix() argument must be str, not ";
    let suffix = vm.text_argument(args[1], message)?;
    match vm.heap.str(args[0]).strip_suffix(&*suffix) {
        Some(rest) if !suffix.is_empty() => {
            let rest = rest.to_owned();
            Ok(vm.string(rest))
        }
        _ => Ok(args[0]),
    }
}

// Changing.

/// One character replaced by another everywhere: no search, and no other
/// length. `None` for all else.
fn replace_char(vm: &mut Vm, text: Value, old: Value, new: Value) -> Option<Value> {
    let ([from @ ..=127], [to @ ..=127]) =
        (vm.as_text(old)?.as_bytes(), vm.as_text(new)?.as_bytes())
    else {
        return None;
    };
    let (from, to) = (*from as char, *to as char);
    let plain = vm.heap.str(text);
    if from == to || !plain.contains(from) {
        return Some(text);
    }
    let mut out = String::with_capacity(plain.len());
    out.extend(plain.chars().map(|c| if c == from { to } else { c }));
    Some(vm.string(out))
}

fn replace(vm: &mut Vm, args: &[Value]) -> Res {
    if args[3] == Value::int32(-1)
        && let Some(text) = replace_char(vm, args[0], args[1], args[2])
    {
        return Ok(text);
    }
    let old = vm.text_argument(args[1], "replace() argument 1 must be str, not ")?;
    let new = vm.text_argument(args[2], "replace() argument 2 must be str, not ")?;
    let limit = vm.int_argument(args[3])?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let text = vm.heap.str(args[0]);
    let found = if old.is_empty() {
        text.chars().count() + 1
    } else {
        text.matches(&*old).count()
    };
    let found = found.min(limit);
    if found == 0 || old == new {
        return Ok(args[0]);
    }
    let growth = new.len().saturating_sub(old.len());
    let extra = repeat_size(vm, growth, found)?;
    let text = vm.heap.str(args[0]);
    let mut out = String::with_capacity(text.len() + extra);
    if old.is_empty() {
        let mut left = found;
        for c in text.chars() {
            if left > 0 {
                out.push_str(&new);
                left -= 1;
            }
            out.push(c);
        }
        if left > 0 {
            out.push_str(&new);
        }
    } else {
        let mut end = 0;
        for (at, part) in text.match_indices(&*old).take(found) {
            out.push_str(&text[end..at]);
            out.push_str(&new);
            end = at + part.len();
        }
        out.push_str(&text[end..]);
    }
    Ok(vm.string(out))
}

fn strip_with(vm: &mut Vm, args: &[Value], name: &str, left: bool, right: bool) -> Res {
    let chars = if args[1].is_none() {
        None
    } else {
        match vm.as_text(args[1]) {
            Some(text) => Some(text.to_owned()),
            None => {
                let message = format!("{name} arg must be None or str");
                return Err(vm.type_error(message));
            }
        }
    };
    let drop = |c: char| match &chars {
        Some(chars) => chars.contains(c),
        None => uni::is_space(c),
    };
    let text = vm.heap.str(args[0]);
    let mut part = text;
    if left {
        part = part.trim_start_matches(drop);
    }
    if right {
        part = part.trim_end_matches(drop);
    }
    if part.len() == text.len() {
        return Ok(args[0]);
    }
    let part = part.to_owned();
    Ok(vm.string(part))
}

fn strip(vm: &mut Vm, args: &[Value]) -> Res {
    strip_with(vm, args, "strip", true, true)
}

fn lstrip(vm: &mut Vm, args: &[Value]) -> Res {
    strip_with(vm, args, "lstrip", true, false)
}

fn rstrip(vm: &mut Vm, args: &[Value]) -> Res {
    strip_with(vm, args, "rstrip", false, true)
}

fn join(vm: &mut Vm, args: &[Value]) -> Res {
    let iterable = args[1];
    if vm.lookup_special(iterable, vm.names.iter).is_none()
        && vm.lookup_special(iterable, vm.names.getitem).is_none()
    {
        return Err(vm.type_error("can only join an iterable"));
    }
    let items = vm.collect(iterable)?;
    if let [only] = items[..]
        && only.is(Kind::Str)
    {
        return Ok(only);
    }
    let separator = vm.heap.str(args[0]);
    let mut total = separator
        .len()
        .saturating_mul(items.len().saturating_sub(1));
    for (at, &item) in items.iter().enumerate() {
        match vm.as_text(item) {
            Some(text) => total = total.saturating_add(text.len()),
            None => {
                let message = format!(
                    "sequence item {at}: expected str instance, {} found",
                    vm.type_name(item)
                );
                return Err(vm.type_error(message));
            }
        }
    }
    vm.reserve(total)?;
    let separator = vm.heap.str(args[0]);
    let mut out = String::with_capacity(total);
    for (at, &item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(separator);
        }
        out.push_str(vm.as_text(item).unwrap_or_default());
    }
    Ok(vm.string(out))
}

fn encode(vm: &mut Vm, args: &[Value]) -> Res {
    let (encoding, errors) = vm.codec_arguments(args[1], args[2])?;
    let text = vm.heap.str(args[0]).to_owned();
    let data = vm.encode_text(&text, encoding, errors)?;
    Ok(vm.bytes(&data))
}

// Splitting.

/// A list of parts of one text.
fn parts(vm: &mut Vm, text: &str, ranges: &[(usize, usize)]) -> Res {
    vm.reserve(ranges.len().saturating_mul(64))?;
    let items = ranges
        .iter()
        .map(|&(start, end)| vm.str(&text[start..end]))
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
    let limit = vm.int_argument(args[2])?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let separator = if args[1].is_none() {
        None
    } else {
        Some(vm.text_argument(args[1], "must be str or None, not ")?)
    };
    if separator.as_deref() == Some("") {
        return Err(vm.value_error("empty separator"));
    }
    let text: String = vm.heap.str(args[0]).to_owned();
    let mut ranges = Vec::new();
    match (&separator, reverse) {
        (Some(separator), false) => {
            let mut start = 0;
            for (at, part) in text.match_indices(&**separator).take(limit) {
                ranges.push((start, at));
                start = at + part.len();
            }
            ranges.push((start, text.len()));
        }
        (Some(separator), true) => {
            let mut end = text.len();
            for (at, part) in text.rmatch_indices(&**separator).take(limit) {
                ranges.push((at + part.len(), end));
                end = at;
            }
            ranges.push((0, end));
            ranges.reverse();
        }
        (None, false) => {
            let mut rest = 0;
            loop {
                let skipped =
                    text[rest..].len() - text[rest..].trim_start_matches(uni::is_space).len();
                rest += skipped;
                if rest == text.len() {
                    break;
                }
                if ranges.len() == limit {
                    ranges.push((rest, text.len()));
                    break;
                }
                let end = text[rest..]
                    .find(uni::is_space)
                    .map_or(text.len(), |at| rest + at);
                ranges.push((rest, end));
                rest = end;
            }
        }
        (None, true) => {
            let mut rest = text.len();
            loop {
                rest = text[..rest].trim_end_matches(uni::is_space).len();
                if rest == 0 {
                    break;
                }
                if ranges.len() == limit {
                    ranges.push((0, rest));
                    break;
                }
                let start = match text[..rest]
                    .char_indices()
                    .rev()
                    .find(|(_, c)| uni::is_space(*c))
                {
                    Some((at, c)) => at + c.len_utf8(),
                    None => 0,
                };
                ranges.push((start, rest));
                rest = start;
            }
            ranges.reverse();
        }
    }
    // Without a separator, a limit of 0 leaves trailing white space alone.
    parts(vm, &text, &ranges)
}

fn splitlines(vm: &mut Vm, args: &[Value]) -> Res {
    let keep = vm.truthy(args[1])?;
    let text: String = vm.heap.str(args[0]).to_owned();
    let mut ranges = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if !uni::is_line_break(c) {
            continue;
        }
        let mut end = at + c.len_utf8();
        if c == '\r' && chars.peek().is_some_and(|(_, next)| *next == '\n') {
            chars.next();
            end += 1;
        }
        ranges.push((start, if keep { end } else { at }));
        start = end;
    }
    if start < text.len() {
        ranges.push((start, text.len()));
    }
    parts(vm, &text, &ranges)
}

fn partition(vm: &mut Vm, args: &[Value]) -> Res {
    partition_with(vm, args, false)
}

fn rpartition(vm: &mut Vm, args: &[Value]) -> Res {
    partition_with(vm, args, true)
}

fn partition_with(vm: &mut Vm, args: &[Value], reverse: bool) -> Res {
    let separator = vm.text_argument(args[1], "must be str, not ")?;
    if separator.is_empty() {
        return Err(vm.value_error("empty separator"));
    }
    let text = vm.heap.str(args[0]);
    let found = if reverse {
        text.rfind(&*separator)
    } else {
        text.find(&*separator)
    };
    let empty = vm.names.empty;
    let items = match found {
        Some(at) => {
            let before = text[..at].to_owned();
            let after = text[at + separator.len()..].to_owned();
            [
                vm.string(before),
                vm.heap.payload(args[1]),
                vm.string(after),
            ]
        }
        None if reverse => [empty, empty, args[0]],
        None => [args[0], empty, empty],
    };
    Ok(vm.tuple(&items))
}

// Translation.

fn maketrans(vm: &mut Vm, args: &[Value]) -> Res {
    let [x, y, z] = args[..] else {
        return Ok(Value::NONE);
    };
    let result = vm.heap.new_dict(PyDict::default());
    if y.is_unbound() {
        if !vm.heap.payload(x).is(Kind::Dict) {
            return Err(
                vm.type_error("if you give only one argument to maketrans it must be a dict")
            );
        }
        let pairs: Vec<_> = vm.heap.dict(vm.heap.payload(x)).iter().collect();
        for (key, value) in pairs {
            let key = match vm.as_text(key) {
                Some(text) => {
                    let mut chars = text.chars();
                    match (chars.next(), chars.next()) {
                        (Some(c), None) => Value::count(uni::code_of(c) as usize),
                        _ => {
                            return Err(vm.value_error(
                                "string keys in translate table must be of length 1",
                            ));
                        }
                    }
                }
                None if vm.as_int(key).is_some() => key,
                None => {
                    return Err(
                        vm.type_error("keys in translate table must be strings or integers")
                    );
                }
            };
            vm.dict_set(result, key, value)?;
        }
        return Ok(result);
    }
    let from = match vm.as_text(x) {
        Some(text) => text.to_owned(),
        None => {
            return Err(vm.type_error(
                "first maketrans argument must be a string if there is a second argument",
            ));
        }
    };
    let to = vm.text_argument(y, "maketrans() argument 2 must be str, not ")?;
    if from.chars().count() != to.chars().count() {
        return Err(vm.value_error("the first two maketrans arguments must have equal length"));
    }
    let code = |c: char| Value::count(uni::code_of(c) as usize);
    for (from, to) in from.chars().zip(to.chars()) {
        vm.dict_set(result, code(from), code(to))?;
    }
    if let Some(z) = z.bound() {
        let drop = vm.text_argument(z, "maketrans() argument 3 must be str, not ")?;
        for c in drop.chars() {
            vm.dict_set(result, code(c), Value::NONE)?;
        }
    }
    Ok(result)
}

fn translate(vm: &mut Vm, args: &[Value]) -> Res {
    let table = args[1];
    if !table.is(Kind::Dict) {
        return Err(Throw::Python);
    }
    let text: String = vm.heap.str(args[0]).to_owned();
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match vm.dict_get(table, Value::count(uni::code_of(c) as usize))? {
            None => out.push(c),
            Some(Value::NONE) => {}
            Some(found) => {
                if let Some(text) = vm.as_text(found) {
                    out.push_str(text);
                    if out.len() > 1 << 20 {
                        vm.reserve(out.len())?;
                    }
                } else if let Some(code) = vm.as_i64(found) {
                    match u32::try_from(code).ok().and_then(uni::char_of) {
                        Some(c) => out.push(c),
                        None => {
                            return Err(
                                vm.value_error("character mapping must be in range(0x110000)")
                            );
                        }
                    }
                } else {
                    return Err(vm.type_error("character mapping must return integer, None or str"));
                }
            }
        }
    }
    Ok(vm.string(out))
}
