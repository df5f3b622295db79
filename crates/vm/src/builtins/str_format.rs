//! `str.format`, `str.__format__` and `%`.
//!
//! What only Python code can answer (attributes, `__format__` and `__str__` of
//! user classes) is left to the prelude's version of the whole operation.

use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;

use super::format::{FloatStyle, format_float};
use super::str::{ascii_text, repeat_size, size_of};
use super::unicode::{char_of, code_of};
use crate::native::{NativeDef, method};
use crate::value::Kind;
use crate::{Res, Throw, Value, Vm};

pub(crate) static METHODS: &[NativeDef] = &[
    method("__format__", "self, format_spec, /", dunder_format).raw_self(),
    method("format", "self, /, *args, **kwargs", format).slow("str_format"),
    method("format_map", "self, mapping, /", format_map).slow("str_format_map"),
    method("__mod__", "self, value, /", modulo).slow("str_mod"),
    method("__rmod__", "self, value, /", rmodulo),
];

/// A literal and the replacement field after it.
#[derive(Debug, Default, PartialEq)]
pub struct Piece {
    pub literal: String,
    pub field: Option<Field>,
}

#[derive(Debug, Default, PartialEq)]
pub struct Field {
    pub name: String,
    pub conversion: Option<char>,
    pub spec: String,
    /// The spec has fields of its own.
    pub nested: bool,
}

/// Splits a format string as CPython's `MarkupIterator` does; the error is a
/// `ValueError`'s message.
pub fn parse_markup(template: &str) -> Result<Vec<Piece>, &'static str> {
    let chars: Vec<char> = template.chars().collect();
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let mut literal = String::new();
        let mut bracket = None;
        while at < chars.len() {
            let c = chars[at];
            at += 1;
            if c == '{' || c == '}' {
                bracket = Some(c);
                break;
            }
            literal.push(c);
        }
        let Some(bracket) = bracket else {
            pieces.push(Piece {
                literal,
                field: None,
            });
            break;
        };
        let next = chars.get(at).copied();
        if next == Some(bracket) {
            at += 1;
            literal.push(bracket);
            pieces.push(Piece {
                literal,
                field: None,
            });
            continue;
        }
        if bracket == '}' {
            return Err("Single '}' encountered in format string");
        }
        if next.is_none() {
            return Err("Single '{' encountered in format string");
        }
        let field = parse_field(&chars, &mut at)?;
        pieces.push(Piece {
            literal,
            field: Some(field),
        });
    }
    Ok(pieces)
}

fn parse_field(chars: &[char], at: &mut usize) -> Result<Field, &'static str> {
    let mut field = Field::default();
    let mut end = None;
    while let Some(&c) = chars.get(*at) {
        *at += 1;
        match c {
            '{' => return Err("unexpected '{' in field name"),
            '[' => {
                field.name.push(c);
                while let Some(&inner) = chars.get(*at)
                    && inner != ']'
                {
                    field.name.push(inner);
                    *at += 1;
                }
            }
            '}' | ':' | '!' => {
                end = Some(c);
                break;
            }
            _ => field.name.push(c),
        }
    }
    let Some(end) = end else {
        return Err("expected '}' before end of string");
    };
    if end == '}' {
        return Ok(field);
    }
    if end == '!' {
        let Some(&conversion) = chars.get(*at) else {
            return Err("end of string while looking for conversion specifier");
        };
        *at += 1;
        field.conversion = Some(conversion);
        if let Some(&c) = chars.get(*at) {
            *at += 1;
            match c {
                '}' => return Ok(field),
                ':' => {}
                _ => return Err("expected ':' after conversion specifier"),
            }
        }
    }
    let mut depth = 1;
    while let Some(&c) = chars.get(*at) {
        *at += 1;
        match c {
            '{' => {
                field.nested = true;
                depth += 1;
            }
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return Ok(field);
                }
            }
            _ => {}
        }
        field.spec.push(c);
    }
    Err("unmatched '{' in format spec")
}

/// One lookup after a field's first name.
#[derive(Debug, PartialEq)]
pub enum Lookup {
    Attribute(String),
    Key(String),
    Index(i64),
}

/// The first name of a field and the lookups that follow.
pub fn split_field_name(name: &str) -> Result<(&str, Vec<Lookup>), &'static str> {
    let end = name.find(['.', '[']).unwrap_or(name.len());
    let (first, mut rest) = name.split_at(end);
    let mut lookups = Vec::new();
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        let part;
        match c {
            '.' => {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                (part, rest) = rest.split_at(end);
                lookups.push(Lookup::Attribute(part.to_owned()));
            }
            '[' => {
                let Some(end) = rest.find(']') else {
                    return Err("Missing ']' in format string");
                };
                part = &rest[..end];
                rest = &rest[end + 1..];
                lookups.push(match field_index(part)? {
                    Some(index) => Lookup::Index(index),
                    None => Lookup::Key(part.to_owned()),
                });
            }
            _ => return Err("Only '.' or '[' may follow ']' in format field specifier"),
        }
        if part.is_empty() {
            return Err("Empty attribute in format string");
        }
    }
    Ok((first, lookups))
}

/// The number that a name in a field is, if it is one.
pub fn field_index(name: &str) -> Result<Option<i64>, &'static str> {
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    match name.parse::<i64>() {
        Ok(index) => Ok(Some(index)),
        Err(_) => Err("Too many decimal digits in format string"),
    }
}

impl Vm {
    /// `format(value, spec)` for values whose `__format__` is built in.
    pub fn format_value(&mut self, value: Value, spec: &str) -> Res<String> {
        if spec.is_empty() && value.is(Kind::Str) {
            return Ok(self.heap.str(value).to_owned());
        }
        if value.is_small() || value.is_float() || value.is(Kind::Str) || value.is(Kind::BigInt) {
            if spec.is_empty() {
                return self.str_of(value);
            }
            return super::format::format_value(self, value, spec);
        }
        match self.lookup_special(value, self.names.format) {
            // Every built-in type formats by `str` without a spec.
            Some(method) if method.is(Kind::Native) && spec.is_empty() => self.str_of(value),
            Some(method) if method.is(Kind::Native) => {
                let spec = self.str(spec);
                let def = self.heap.native(method).def;
                let receiver = if def.raw_self {
                    value
                } else {
                    self.heap.payload(value)
                };
                let text = match (def.function)(self, &[receiver, spec]) {
                    // The call it asks for cannot be made from here.
                    Err(Throw::Call | Throw::Materialize(_)) => return Err(Throw::Python),
                    answer => answer?,
                };
                match self.as_text(text) {
                    Some(text) => Ok(text.to_owned()),
                    None => Err(self.type_error("__format__ must return a str")),
                }
            }
            _ => Err(Throw::Python),
        }
    }
}

// str.format

enum Arguments {
    Call { args: Vec<Value>, kwargs: Value },
    Mapping(Value),
}

#[derive(PartialEq)]
enum Numbering {
    Undecided,
    Automatic(usize),
    Manual,
}

fn format(vm: &mut Vm, args: &[Value]) -> Res {
    let template: String = vm.heap.str(args[0]).to_owned();
    let positional = vm.heap.tuple(args[1]).to_vec();
    let arguments = Arguments::Call {
        args: positional,
        kwargs: args[2],
    };
    let text = expand(vm, &template, &arguments, &mut Numbering::Undecided, 2)?;
    Ok(vm.string(text))
}

fn format_map(vm: &mut Vm, args: &[Value]) -> Res {
    let template: String = vm.heap.str(args[0]).to_owned();
    let arguments = Arguments::Mapping(args[1]);
    let text = expand(vm, &template, &arguments, &mut Numbering::Undecided, 2)?;
    Ok(vm.string(text))
}

fn expand(
    vm: &mut Vm,
    template: &str,
    arguments: &Arguments,
    numbering: &mut Numbering,
    depth: u32,
) -> Res<String> {
    if depth == 0 {
        return Err(vm.value_error("Max string recursion exceeded"));
    }
    let pieces = match parse_markup(template) {
        Ok(pieces) => pieces,
        // Fields before the fault are evaluated first: they may raise.
        Err(message) => return Err(vm.value_error(message)),
    };
    let mut out = String::new();
    for piece in pieces {
        out.push_str(&piece.literal);
        let Some(field) = piece.field else { continue };
        let value = field_value(vm, &field.name, arguments, numbering)?;
        let value = match field.conversion {
            None => value,
            Some(conversion) => {
                let text = match conversion {
                    's' => vm.str_of(value)?,
                    'r' => vm.repr(value)?,
                    'a' => ascii_text(&vm.repr(value)?),
                    other => {
                        let message = if (' '..='~').contains(&other) {
                            format!("Unknown conversion specifier {other}")
                        } else {
                            format!("Unknown conversion specifier \\x{:x}", code_of(other))
                        };
                        return Err(vm.value_error(message));
                    }
                };
                vm.string(text)
            }
        };
        let text = if field.nested {
            let spec = expand(vm, &field.spec, arguments, numbering, depth - 1)?;
            vm.format_value(value, &spec)?
        } else {
            vm.format_value(value, &field.spec)?
        };
        out.push_str(&text);
        vm.reserve(out.len())?;
    }
    Ok(out)
}

fn field_value(vm: &mut Vm, name: &str, arguments: &Arguments, numbering: &mut Numbering) -> Res {
    let first = &name[..name.find(['.', '[']).unwrap_or(name.len())];
    let index = match field_index(first) {
        Ok(index) => index,
        Err(message) => return Err(vm.value_error(message)),
    };
    let automatic = first.is_empty();
    let index = if automatic || index.is_some() {
        match (&mut *numbering, index) {
            (Numbering::Manual, None) => {
                return Err(vm.value_error(
                    "cannot switch from manual field specification to automatic field numbering",
                ));
            }
            (Numbering::Automatic(_), Some(_)) => {
                return Err(vm.value_error(
                    "cannot switch from automatic field numbering to manual field specification",
                ));
            }
            (_, Some(index)) => {
                *numbering = Numbering::Manual;
                Some(size_of(index))
            }
            (Numbering::Undecided, None) => {
                *numbering = Numbering::Automatic(1);
                Some(0)
            }
            (Numbering::Automatic(next), None) => {
                *next += 1;
                Some(*next - 1)
            }
        }
    } else {
        None
    };
    let mut value = match (arguments, index) {
        (Arguments::Call { args, .. }, Some(index)) => match args.get(index) {
            Some(&value) => value,
            None => {
                let message =
                    format!("Replacement index {index} out of range for positional args tuple");
                return Err(vm.index_error(message));
            }
        },
        (Arguments::Mapping(_), Some(_)) => {
            return Err(vm.value_error("Format string contains positional fields"));
        }
        (
            Arguments::Call {
                kwargs: mapping, ..
            }
            | Arguments::Mapping(mapping),
            None,
        ) => {
            if !mapping.is(Kind::Dict) {
                return Err(Throw::Python);
            }
            let key = vm.str(first);
            match vm.dict_get(*mapping, key)? {
                Some(value) => value,
                None => return Err(vm.key_error(key)),
            }
        }
    };
    let lookups = match split_field_name(name) {
        Ok((_, lookups)) => lookups,
        Err(message) => return Err(vm.value_error(message)),
    };
    for lookup in lookups {
        let items = vm.heap.as_items(value);
        value = match (lookup, items) {
            (Lookup::Index(index), Some(items)) => match items.get(size_of(index)) {
                Some(&item) => item,
                None => return Err(Throw::Python),
            },
            (Lookup::Index(index), None) if value.is(Kind::Dict) => {
                let key = vm.int(index);
                vm.dict_get(value, key)?.ok_or(Throw::Python)?
            }
            (Lookup::Key(key), _) if value.is(Kind::Dict) => {
                let key = vm.string(key);
                vm.dict_get(value, key)?.ok_or(Throw::Python)?
            }
            _ => return Err(Throw::Python),
        };
    }
    Ok(value)
}

// str.__format__

fn dunder_format(vm: &mut Vm, args: &[Value]) -> Res {
    let Some(spec) = vm.as_text(args[1]).map(str::to_owned) else {
        let message = format!(
            "__format__() argument must be str, not {}",
            vm.type_name(args[1])
        );
        return Err(vm.type_error(message));
    };
    if spec.is_empty() {
        // A subclass may have its own `__str__`.
        return match args[0].is(Kind::Str) {
            true => Ok(args[0]),
            false => Err(vm.tail_call(vm.types.str, &[args[0]])),
        };
    }
    let text: String = vm.as_text(args[0]).unwrap_or_default().to_owned();
    let type_name = vm.type_name(args[0]);
    let text = super::format::format_str(vm, &text, &spec, &type_name)?;
    Ok(vm.string(text))
}

// Percent formatting.

/// A conversion specifier of `%` formatting.
#[derive(Debug, Default)]
pub(crate) struct Conversion {
    left: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
    code: char,
}

/// What `%` formats: text, or bytes (as characters up to U+00FF).
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Flavor {
    Text,
    Bytes,
}

fn modulo(vm: &mut Vm, args: &[Value]) -> Res {
    let template: String = vm.heap.str(args[0]).to_owned();
    let text = percent(vm, &template, args[1], Flavor::Text)?;
    Ok(vm.string(text))
}

fn rmodulo(vm: &mut Vm, args: &[Value]) -> Res {
    let Some(template) = vm.as_text(args[1]).map(str::to_owned) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let text = percent(vm, &template, args[0], Flavor::Text)?;
    Ok(vm.string(text))
}

/// `template % arguments`.
pub(crate) fn percent(
    vm: &mut Vm,
    template: &str,
    arguments: Value,
    flavor: Flavor,
) -> Res<String> {
    let tuple = vm.heap.payload(arguments);
    let is_tuple = tuple.is(Kind::Tuple);
    let items = if is_tuple {
        vm.heap.tuple(tuple).to_vec()
    } else {
        vec![arguments]
    };
    let excluded = match flavor {
        Flavor::Text => tuple.is(Kind::Str),
        Flavor::Bytes => tuple.is(Kind::Str) || vm.buffer(tuple).is_some(),
    };
    let is_mapping =
        !is_tuple && !excluded && vm.lookup_special(arguments, vm.names.getitem).is_some();
    let bytes = template.as_bytes();
    let mut out = String::with_capacity(template.len() + 16);
    let mut next_item = 0;
    let mut at = 0;
    let mut used_mapping = false;
    while at < bytes.len() {
        let Some(literal) = template[at..].find('%') else {
            out.push_str(&template[at..]);
            break;
        };
        out.push_str(&template[at..at + literal]);
        at += literal + 1;
        // With flags or a width it is no conversion.
        if bytes.get(at) == Some(&b'%') {
            out.push('%');
            at += 1;
            continue;
        }
        let mut conversion = Conversion::default();
        let mut keyed = None;
        if bytes.get(at) == Some(&b'(') {
            if !is_mapping {
                return Err(vm.type_error("format requires a mapping"));
            }
            at += 1;
            let start = at;
            let mut depth = 1;
            while depth > 0 {
                match bytes.get(at) {
                    Some(b'(') => depth += 1,
                    Some(b')') => depth -= 1,
                    Some(_) => {}
                    None => return Err(vm.value_error("incomplete format key")),
                }
                at += 1;
            }
            let key = &template[start..at - 1];
            if !arguments.is(Kind::Dict) {
                return Err(Throw::Python);
            }
            let key = match flavor {
                Flavor::Text => vm.str(key),
                Flavor::Bytes => {
                    let key: Vec<u8> = key.chars().map(|c| c as u8).collect();
                    vm.bytes(&key)
                }
            };
            keyed = match vm.dict_get(arguments, key)? {
                Some(value) => Some(value),
                None => return Err(vm.key_error(key)),
            };
            used_mapping = true;
        }
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'-' => conversion.left = true,
                b'+' => conversion.plus = true,
                b' ' => conversion.space = true,
                b'#' => conversion.alternate = true,
                b'0' => conversion.zero = true,
                _ => break,
            }
            at += 1;
        }
        let mut take = |vm: &mut Vm| -> Res {
            match items.get(next_item) {
                Some(&item) if !used_mapping => {
                    next_item += 1;
                    Ok(item)
                }
                _ => Err(vm.type_error("not enough arguments for format string")),
            }
        };
        if let Some(width) = field_number(vm, bytes, &mut at, &mut take, "width")? {
            conversion.left |= width < 0;
            conversion.width = usize::try_from(width.unsigned_abs()).unwrap_or(usize::MAX);
        }
        if bytes.get(at) == Some(&b'.') {
            at += 1;
            let precision = field_number(vm, bytes, &mut at, &mut take, "precision")?.unwrap_or(0);
            if precision > i32::MAX as i64 {
                return Err(match bytes[at - 1] {
                    b'*' => vm.overflow_error("Python int too large to convert to C int"),
                    _ => vm.value_error("precision too big"),
                });
            }
            conversion.precision = Some(precision.max(0) as usize);
        }
        if matches!(bytes.get(at), Some(b'h' | b'l' | b'L')) {
            at += 1;
        }
        let Some(code) = template[at..].chars().next() else {
            return Err(vm.value_error("incomplete format"));
        };
        conversion.code = code;
        let code_at = at;
        at += code.len_utf8();
        let value = match keyed {
            Some(value) => value,
            None => take(vm)?,
        };
        if conversion.width > i32::MAX as usize
            || conversion.precision.is_some_and(|p| p > i32::MAX as usize)
        {
            vm.reserve(conversion.width)?;
            vm.reserve(conversion.precision.unwrap_or(0))?;
        }
        let known = match flavor {
            Flavor::Text => "diuxXoeEfFgGcrsa",
            Flavor::Bytes => "diuxXoeEfFgGcrsab",
        };
        if !known.contains(code) {
            let shown = if (' '..='~').contains(&code) {
                code
            } else {
                '?'
            };
            let message = format!(
                "unsupported format character '{shown}' (0x{:x}) at index {}",
                code_of(code),
                template[..code_at].chars().count()
            );
            return Err(vm.value_error(message));
        }
        convert(vm, &conversion, value, flavor, &mut out)?;
        vm.reserve(out.len())?;
    }
    if next_item < items.len() && !is_mapping {
        let what = if flavor == Flavor::Text {
            "string"
        } else {
            "bytes"
        };
        let message = format!("not all arguments converted during {what} formatting");
        return Err(vm.type_error(message));
    }
    Ok(out)
}

/// A width or precision: digits, or `*` for the next argument.
fn field_number(
    vm: &mut Vm,
    bytes: &[u8],
    at: &mut usize,
    take: &mut dyn FnMut(&mut Vm) -> Res,
    what: &str,
) -> Res<Option<i64>> {
    if bytes.get(*at) == Some(&b'*') {
        *at += 1;
        let value = take(vm)?;
        return match vm.as_i64(value) {
            Some(number) => Ok(Some(number)),
            None if vm.as_int(value).is_some() => {
                Err(vm.overflow_error("Python int too large to convert to C ssize_t"))
            }
            None => Err(vm.type_error("* wants int")),
        };
    }
    let mut number: Option<i64> = None;
    while let Some(byte @ b'0'..=b'9') = bytes.get(*at) {
        match number
            .unwrap_or(0)
            .checked_mul(10)
            .and_then(|n| n.checked_add((byte - b'0') as i64))
        {
            Some(next) => number = Some(next),
            None => {
                let message = format!("{what} too big");
                return Err(vm.value_error(message));
            }
        }
        *at += 1;
    }
    Ok(number)
}

/// Appends one converted value.
fn convert(
    vm: &mut Vm,
    conversion: &Conversion,
    value: Value,
    flavor: Flavor,
    out: &mut String,
) -> Res<()> {
    let code = conversion.code;
    if conversion.width == 0 && conversion.precision.is_none() && flavor == Flavor::Text {
        match (code, value.as_small()) {
            ('s', Some(int)) => {
                out.push_str(&int.to_string());
                return Ok(());
            }
            ('s', None) if value.is(Kind::Str) => {
                out.push_str(vm.heap.str(value));
                return Ok(());
            }
            _ => {}
        }
    }
    // Sign and prefix stand before the zeros that fill.
    let (sign, body, numeric) = match code {
        's' | 'b' if flavor == Flavor::Bytes => {
            let Some(data) = vm.buffer_copy(value) else {
                if vm.as_text(value).is_none() && vm.lookup_special(value, vm.names.bytes).is_some()
                {
                    return Err(Throw::Python);
                }
                let message = format!(
                    "%b requires a bytes-like object, or an object that implements __bytes__, not '{}'",
                    vm.type_name(value)
                );
                return Err(vm.type_error(message));
            };
            (
                String::new(),
                data.iter().map(|byte| *byte as char).collect(),
                false,
            )
        }
        's' => (String::new(), vm.str_of(value)?, false),
        'r' if flavor == Flavor::Text => (String::new(), vm.repr(value)?, false),
        'r' | 'a' => (String::new(), ascii_text(&vm.repr(value)?), false),
        'c' => (String::new(), character(vm, value, flavor)?, false),
        'd' | 'i' | 'u' | 'x' | 'X' | 'o' => {
            let (sign, body) = integer(vm, conversion, value)?;
            (sign, body, true)
        }
        _ => {
            let (sign, body) = float(vm, conversion, value, flavor)?;
            (sign, body, true)
        }
    };
    let body = match conversion.precision {
        Some(precision) if matches!(code, 's' | 'r' | 'a' | 'b') => {
            body.chars().take(precision).collect()
        }
        _ => body,
    };
    let length = sign.chars().count() + body.chars().count();
    let missing = conversion.width.saturating_sub(length);
    repeat_size(vm, 1, missing)?;
    if conversion.left {
        out.push_str(&sign);
        out.push_str(&body);
        out.extend(std::iter::repeat_n(' ', missing));
    } else if conversion.zero && numeric {
        out.push_str(&sign);
        out.extend(std::iter::repeat_n('0', missing));
        out.push_str(&body);
    } else {
        out.extend(std::iter::repeat_n(' ', missing));
        out.push_str(&sign);
        out.push_str(&body);
    }
    Ok(())
}

fn character(vm: &mut Vm, value: Value, flavor: Flavor) -> Res<String> {
    let kind = if flavor == Flavor::Text {
        "a unicode character"
    } else {
        "a single byte"
    };
    if let Some(int) = vm.as_int(value) {
        let limit = if flavor == Flavor::Text {
            0x110000
        } else {
            256
        };
        return match int.to_u32().filter(|code| *code < limit).and_then(char_of) {
            Some(c) => Ok(c.to_string()),
            None if flavor == Flavor::Text => {
                Err(vm.overflow_error("%c arg not in range(0x110000)"))
            }
            None => Err(vm.overflow_error("%c arg not in range(256)")),
        };
    }
    let text: Option<String> = match flavor {
        Flavor::Text => vm.as_text(value).map(str::to_owned),
        Flavor::Bytes if value.is(Kind::Object) || vm.heap.payload(value).is(Kind::Bytes) => vm
            .buffer_copy(value)
            .map(|data| data.iter().map(|byte| *byte as char).collect()),
        Flavor::Bytes => None,
    };
    match text {
        Some(text) if text.chars().count() == 1 => Ok(text),
        Some(text) if flavor == Flavor::Text => {
            let message = format!(
                "%c requires an int or a unicode character, not a string of length {}",
                text.chars().count()
            );
            Err(vm.type_error(message))
        }
        Some(text) => {
            let message = format!(
                "%c requires an integer in range(256) or a single byte, not a {} object of length {}",
                vm.type_name(value),
                text.chars().count()
            );
            Err(vm.type_error(message))
        }
        None => {
            if vm.lookup_special(value, vm.names.index).is_some() {
                return Err(Throw::Python);
            }
            let message = match flavor {
                Flavor::Text => {
                    format!("%c requires an int or {kind}, not {}", vm.type_name(value))
                }
                Flavor::Bytes => format!(
                    "%c requires an integer in range(256) or {kind}, not {}",
                    vm.type_name(value)
                ),
            };
            Err(vm.type_error(message))
        }
    }
}

/// Sign with prefix, and digits.
fn integer(vm: &mut Vm, conversion: &Conversion, value: Value) -> Res<(String, String)> {
    let code = conversion.code;
    let decimal = matches!(code, 'd' | 'i' | 'u');
    if decimal
        && conversion.precision.is_none()
        && let Some(small) = value.as_small()
    {
        return Ok((
            signs(conversion, small < 0),
            small.unsigned_abs().to_string(),
        ));
    }
    let int = match vm.as_int(value) {
        Some(int) => int,
        None => match vm.heap.payload(value).as_float() {
            Some(float) if decimal => {
                if float.is_nan() {
                    return Err(vm.value_error("cannot convert float NaN to integer"));
                }
                match <BigInt as num_traits::FromPrimitive>::from_f64(float.trunc()) {
                    Some(int) => int,
                    None => {
                        return Err(vm.overflow_error("cannot convert float infinity to integer"));
                    }
                }
            }
            _ => {
                let special = if decimal {
                    vm.lookup_special(value, vm.names.int)
                } else {
                    None
                };
                if special
                    .or(vm.lookup_special(value, vm.names.index))
                    .is_some_and(|m| !m.is(Kind::Native))
                {
                    return Err(Throw::Python);
                }
                let wanted = if decimal {
                    "a real number"
                } else {
                    "an integer"
                };
                let message = format!(
                    "%{code} format: {wanted} is required, not {}",
                    vm.type_name(value)
                );
                return Err(vm.type_error(message));
            }
        },
    };
    let (radix, prefix) = match code {
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        'o' => (8, "0o"),
        _ => (10, ""),
    };
    if radix == 10 && int.bits() > 14_300 {
        // The limit of 4,300 digits is `str`'s to check.
        let text = vm.new_big_text(int.clone())?;
        return Ok((signs(conversion, int.sign() == Sign::Minus), text));
    }
    let mut digits = int.magnitude().to_str_radix(radix);
    if code == 'X' {
        digits.make_ascii_uppercase();
    }
    if let Some(precision) = conversion.precision
        && digits.len() < precision
    {
        let missing = precision - digits.len();
        repeat_size(vm, 1, missing)?;
        digits.insert_str(0, &"0".repeat(missing));
    }
    let mut sign = signs(conversion, int.sign() == Sign::Minus);
    if conversion.alternate {
        sign.push_str(prefix);
    }
    Ok((sign, digits))
}

fn signs(conversion: &Conversion, negative: bool) -> String {
    if negative {
        "-".to_owned()
    } else if conversion.plus {
        "+".to_owned()
    } else if conversion.space {
        " ".to_owned()
    } else {
        String::new()
    }
}

impl Vm {
    /// Digits of a large int without its sign, by `int`'s own `__str__`.
    fn new_big_text(&mut self, int: BigInt) -> Res<String> {
        let value = self.heap.new_bigint(int);
        let text = self.str_of(value)?;
        Ok(text.trim_start_matches('-').to_owned())
    }
}

fn float(
    vm: &mut Vm,
    conversion: &Conversion,
    value: Value,
    flavor: Flavor,
) -> Res<(String, String)> {
    let plain = vm.heap.payload(value);
    let number = if let Some(float) = plain.as_float() {
        float
    } else if let Some(int) = vm.as_int(plain) {
        match int.to_f64().filter(|float| float.is_finite()) {
            Some(float) => float,
            None => return Err(vm.overflow_error("int too large to convert to float")),
        }
    } else {
        let special = vm
            .lookup_special(value, vm.names.float)
            .or(vm.lookup_special(value, vm.names.index));
        if special.is_some_and(|method| !method.is(Kind::Native)) {
            return Err(Throw::Python);
        }
        let name = vm.type_name(value);
        return Err(vm.type_error(match flavor {
            Flavor::Text => format!("must be real number, not {name}"),
            _ => format!("float argument required, not {name}"),
        }));
    };
    let precision = conversion.precision.unwrap_or(6);
    repeat_size(vm, 1, precision)?;
    let style = FloatStyle {
        code: conversion.code,
        precision,
        alternate: conversion.alternate,
        ..FloatStyle::default()
    };
    let text = format_float(number, style);
    match text.strip_prefix('-') {
        Some(body) => Ok(("-".to_owned(), body.to_owned())),
        None => Ok((signs(conversion, false), text)),
    }
}
