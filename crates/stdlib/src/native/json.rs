//! `_json`: whole documents of plain values at native speed. Hooks, other
//! classes and very deep nesting are left to CPython's own `json` in Python.

use std::collections::BTreeMap;

use airlock_vm::builtins::str::{byte_at, char_at};
use airlock_vm::builtins::unicode as uni;
use airlock_vm::module::ModuleDef;
use airlock_vm::{
    Extension, GetterDef, Kind, NativeDef, NativeObject, PyDict, Res, Throw, Tracer, Value, Vm,
    function, getter, method, new_method,
};
use num_bigint::BigInt;

pub static MODULE: ModuleDef = ModuleDef {
    name: "_json",
    functions: FUNCTIONS,
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    function("scanstring", "string, end, strict=True, /", scanstring),
    function("encode_basestring_ascii", "string, /", |vm, args| {
        encode_basestring(vm, args, true)
    }),
    function("encode_basestring", "string, /", |vm, args| {
        encode_basestring(vm, args, false)
    }),
];

/// Nesting that is scanned or encoded here.
const MAX_DEPTH: usize = 1000;

struct JsonTypes {
    scanner: Value,
    encoder: Value,
}

impl Extension for JsonTypes {
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[self.scanner, self.encoder]);
    }
}

fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    let scanner = vm.module_type(dict, "Scanner", SCANNER_METHODS, SCANNER_GETTERS);
    let encoder = vm.module_type(dict, "Encoder", ENCODER_METHODS, &[]);
    vm.dict_set_text(dict, "make_scanner", scanner);
    vm.dict_set_text(dict, "make_encoder", encoder);
    if !vm.has_extension::<JsonTypes>() {
        vm.add_extension(JsonTypes { scanner, encoder });
    }
    Ok(())
}

// Decoding.

struct Scanner {
    context: Value,
    strict: bool,
    /// Numbers and objects become what they are by default.
    plain: bool,
    class: Value,
}

impl NativeObject for Scanner {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.context);
    }
}

static SCANNER_METHODS: &[NativeDef] = &[
    new_method("cls, context", new_scanner),
    method("__call__", "self, string, idx", scan),
];

static SCANNER_GETTERS: &[GetterDef] = &[getter("context", |vm, this| {
    Ok(vm
        .heap
        .downcast::<Scanner>(this)
        .map_or(Value::NONE, |scanner| scanner.context))
})];

fn new_scanner(vm: &mut Vm, args: &[Value]) -> Res {
    let (class, context) = (args[0], args[1]);
    let field = |vm: &mut Vm, name: &str| {
        let name = vm.intern(name);
        vm.get_attr(context, name)
    };
    let strict = field(vm, "strict")?;
    let strict = vm.truthy(strict)?;
    let parse_constant = field(vm, "parse_constant")?;
    let own_constants = match parse_constant.kind() {
        Some(Kind::Method) => {
            let function = vm.heap.method(parse_constant).function;
            function.is(Kind::Native) && vm.heap.native(function).def.name == "__getitem__"
        }
        Some(Kind::Native) => vm.heap.native(parse_constant).def.name == "__getitem__",
        _ => false,
    };
    let plain = own_constants
        && field(vm, "parse_float")? == vm.types.float
        && field(vm, "parse_int")? == vm.types.int
        && field(vm, "object_hook")?.is_none()
        && field(vm, "object_pairs_hook")?.is_none();
    Ok(vm.heap.new_object(Scanner {
        context,
        strict,
        plain,
        class,
    }))
}

/// Why scanning stopped.
enum Stop {
    /// There is no value at this byte position.
    NoValue(usize),
    Error(&'static str, usize),
    Throw(Throw),
}

impl From<Throw> for Stop {
    fn from(throw: Throw) -> Self {
        Stop::Throw(throw)
    }
}

fn scan(vm: &mut Vm, args: &[Value]) -> Res {
    let [this, string, start] = args[..] else {
        return Ok(Value::NONE);
    };
    let Some((context, strict, plain)) = vm
        .heap
        .downcast::<Scanner>(this)
        .map(|scanner| (scanner.context, scanner.strict, scanner.plain))
    else {
        return Ok(Value::NONE);
    };
    let text = vm.heap.payload(string);
    if !text.is(Kind::Str) {
        let message = format!(
            "first argument must be a string, not {}",
            vm.type_name(string)
        );
        return Err(vm.type_error(message));
    }
    let index = vm.int_argument(start)?;
    if index < 0 {
        return Err(vm.value_error("idx cannot be negative"));
    }
    if !plain {
        return Err(vm.tail_prelude("json_scan", &[context, string, start]));
    }
    let object = vm.heap.pystr(text);
    let ascii = object.is_ascii();
    if index >= object.chars as i64 {
        return Err(vm.stop_iteration(start));
    }
    let at = byte_at(&object.text, ascii, index as usize);
    let copy: Box<str> = (*object.text).into();
    vm.reserve(copy.len().saturating_mul(2))?;
    let mut parser = Parser {
        text: &copy,
        strict,
        keys: BTreeMap::new(),
    };
    match parser.value(vm, at, 0) {
        Ok((value, end)) => {
            let end = Value::count(char_at(&copy, ascii, end));
            Ok(vm.tuple(&[value, end]))
        }
        Err(Stop::NoValue(at)) => {
            let at = Value::count(char_at(&copy, ascii, at.min(copy.len())));
            Err(vm.stop_iteration(at))
        }
        Err(Stop::Error(message, at)) => {
            let at = char_at(&copy, ascii, at.min(copy.len()));
            Err(decode_error(vm, message, string, at))
        }
        Err(Stop::Throw(throw)) => Err(throw),
    }
}

fn decode_error(vm: &mut Vm, message: &str, document: Value, at: usize) -> Throw {
    let message = vm.str(message);
    vm.tail_prelude("json_error", &[message, document, Value::count(at)])
}

struct Parser<'a> {
    text: &'a str,
    strict: bool,
    /// Keys seen, so that equal ones share one str.
    keys: BTreeMap<String, Value>,
}

impl Parser<'_> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn skip_blanks(&self, mut at: usize) -> usize {
        while matches!(self.byte(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            at += 1;
        }
        at
    }

    fn value(&mut self, vm: &mut Vm, at: usize, depth: usize) -> Result<(Value, usize), Stop> {
        if depth > MAX_DEPTH {
            let what = if self.byte(at) == Some(b'{') {
                "object"
            } else {
                "array"
            };
            let message = format!(
                "maximum recursion depth exceeded while decoding a JSON {what} from a unicode string"
            );
            return Err(vm.recursion_error(message).into());
        }
        let rest = &self.text[at..];
        match self.byte(at) {
            Some(b'"') => {
                let (text, end) = scan_text(self.text, at + 1, self.strict)?;
                Ok((vm.string(text), end))
            }
            Some(b'{') => self.object(vm, at + 1, depth),
            Some(b'[') => self.array(vm, at + 1, depth),
            Some(b'n') if rest.starts_with("null") => Ok((Value::NONE, at + 4)),
            Some(b't') if rest.starts_with("true") => Ok((Value::TRUE, at + 4)),
            Some(b'f') if rest.starts_with("false") => Ok((Value::FALSE, at + 5)),
            Some(b'N') if rest.starts_with("NaN") => Ok((Value::float(f64::NAN), at + 3)),
            Some(b'I') if rest.starts_with("Infinity") => Ok((Value::float(f64::INFINITY), at + 8)),
            Some(b'-') if rest.starts_with("-Infinity") => {
                Ok((Value::float(f64::NEG_INFINITY), at + 9))
            }
            Some(b'-' | b'0'..=b'9') => self.number(vm, at),
            _ => Err(Stop::NoValue(at)),
        }
    }

    fn object(&mut self, vm: &mut Vm, at: usize, depth: usize) -> Result<(Value, usize), Stop> {
        let dict = vm.heap.new_dict(PyDict::default());
        let mut at = self.skip_blanks(at);
        if self.byte(at) == Some(b'}') {
            return Ok((dict, at + 1));
        }
        loop {
            if self.byte(at) != Some(b'"') {
                return Err(Stop::Error(
                    "Expecting property name enclosed in double quotes",
                    at,
                ));
            }
            let (text, end) = scan_text(self.text, at + 1, self.strict)?;
            let key = match self.keys.get(&text) {
                Some(&key) => key,
                None => {
                    let key = vm.str(&text);
                    self.keys.insert(text, key);
                    key
                }
            };
            at = self.skip_blanks(end);
            if self.byte(at) != Some(b':') {
                return Err(Stop::Error("Expecting ':' delimiter", at));
            }
            at = self.skip_blanks(at + 1);
            let (value, end) = self.value(vm, at, depth + 1)?;
            vm.dict_set(dict, key, value)?;
            at = self.skip_blanks(end);
            match self.byte(at) {
                Some(b'}') => return Ok((dict, at + 1)),
                Some(b',') => {}
                _ => return Err(Stop::Error("Expecting ',' delimiter", at)),
            }
            let comma = at;
            at = self.skip_blanks(at + 1);
            if self.byte(at) == Some(b'}') {
                return Err(Stop::Error(
                    "Illegal trailing comma before end of object",
                    comma,
                ));
            }
        }
    }

    fn array(&mut self, vm: &mut Vm, at: usize, depth: usize) -> Result<(Value, usize), Stop> {
        let mut items = Vec::new();
        let mut at = self.skip_blanks(at);
        if self.byte(at) == Some(b']') {
            return Ok((vm.list(items), at + 1));
        }
        loop {
            let (value, end) = self.value(vm, at, depth + 1)?;
            items.push(value);
            at = self.skip_blanks(end);
            match self.byte(at) {
                Some(b']') => return Ok((vm.list(items), at + 1)),
                Some(b',') => {}
                _ => return Err(Stop::Error("Expecting ',' delimiter", at)),
            }
            let comma = at;
            at = self.skip_blanks(at + 1);
            if self.byte(at) == Some(b']') {
                return Err(Stop::Error(
                    "Illegal trailing comma before end of array",
                    comma,
                ));
            }
        }
    }

    fn number(&mut self, vm: &mut Vm, start: usize) -> Result<(Value, usize), Stop> {
        let digits = |mut at: usize| {
            while matches!(self.byte(at), Some(b'0'..=b'9')) {
                at += 1;
            }
            at
        };
        let mut at = start + (self.byte(start) == Some(b'-')) as usize;
        at = match self.byte(at) {
            Some(b'0') => at + 1,
            Some(b'1'..=b'9') => digits(at),
            _ => return Err(Stop::NoValue(start)),
        };
        let integer_end = at;
        if self.byte(at) == Some(b'.') && digits(at + 1) > at + 1 {
            at = digits(at + 1);
        }
        if matches!(self.byte(at), Some(b'e' | b'E')) {
            let sign = matches!(self.byte(at + 1), Some(b'+' | b'-')) as usize;
            let end = digits(at + 1 + sign);
            if end > at + 1 + sign {
                at = end;
            }
        }
        let text = &self.text[start..at];
        if at > integer_end {
            return Ok((Value::float(text.parse().unwrap_or(f64::NAN)), at));
        }
        if let Ok(int) = text.parse::<i64>() {
            return Ok((vm.int(int), at));
        }
        let length = text.trim_start_matches('-').len();
        let limit = vm.int_max_str_digits;
        if limit > 0 && length > limit {
            let message = format!(
                "Exceeds the limit ({limit} digits) for integer string conversion: value has {length} digits; \
                 use sys.set_int_max_str_digits() to increase the limit"
            );
            return Err(vm.value_error(message).into());
        }
        let big = text.parse::<BigInt>().unwrap_or_default();
        Ok((vm.heap.new_bigint(big), at))
    }
}

/// A JSON string whose opening quote stands before `start`; the text and the
/// position after the closing quote. Positions count bytes.
fn scan_text(text: &str, start: usize, strict: bool) -> Result<(String, usize), Stop> {
    let bytes = text.as_bytes();
    let unterminated = || Stop::Error("Unterminated string starting at", start.saturating_sub(1));
    let mut out = String::new();
    let mut at = start;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let plain = rest
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\\') || (strict && *byte < 0x20))
            .ok_or_else(unterminated)?;
        out.push_str(&text[at..at + plain]);
        at += plain;
        match bytes[at] {
            b'"' => return Ok((out, at + 1)),
            b'\\' => {}
            _ => return Err(Stop::Error("Invalid control character at", at)),
        }
        let escape = *bytes.get(at + 1).ok_or_else(unterminated)?;
        let plain = match escape {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\x08',
            b'f' => '\x0c',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let mut code =
                    hex4(bytes, at + 2).ok_or(Stop::Error("Invalid \\uXXXX escape", at + 1))?;
                at += 6;
                if (0xD800..=0xDBFF).contains(&code)
                    && bytes.get(at) == Some(&b'\\')
                    && bytes.get(at + 1) == Some(&b'u')
                {
                    let low =
                        hex4(bytes, at + 2).ok_or(Stop::Error("Invalid \\uXXXX escape", at + 1))?;
                    if (0xDC00..=0xDFFF).contains(&low) {
                        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                        at += 6;
                    }
                }
                out.extend(uni::char_of(code));
                continue;
            }
            _ => return Err(Stop::Error("Invalid \\escape", at)),
        };
        out.push(plain);
        at += 2;
    }
}

fn hex4(bytes: &[u8], at: usize) -> Option<u32> {
    let mut code = 0;
    for byte in bytes.get(at..at + 4)? {
        code = code * 16 + (*byte as char).to_digit(16)?;
    }
    Some(code)
}

fn scanstring(vm: &mut Vm, args: &[Value]) -> Res {
    let [string, end, strict] = args[..] else {
        return Ok(Value::NONE);
    };
    let text = vm.heap.payload(string);
    if !text.is(Kind::Str) {
        let message = format!(
            "first argument must be a string, not {}",
            vm.type_name(string)
        );
        return Err(vm.type_error(message));
    }
    let end = vm.int_argument(end)?;
    let strict = vm.truthy(strict)?;
    let object = vm.heap.pystr(text);
    if end < 0 || end > object.chars as i64 {
        return Err(vm.value_error("end is out of bounds"));
    }
    let ascii = object.is_ascii();
    let copy: Box<str> = (*object.text).into();
    match scan_text(&copy, byte_at(&copy, ascii, end as usize), strict) {
        Ok((text, end)) => {
            let end = Value::count(char_at(&copy, ascii, end));
            let text = vm.string(text);
            Ok(vm.tuple(&[text, end]))
        }
        Err(Stop::Error(message, at)) => {
            let at = char_at(&copy, ascii, at.min(copy.len()));
            Err(decode_error(vm, message, string, at))
        }
        Err(_) => Ok(Value::NONE),
    }
}

// Encoding.

fn push_text(text: &str, ascii: bool, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            '\0'..='\x1f' => out.push_str(&format!("\\u{:04x}", c as u32)),
            ' '..='~' => out.push(c),
            _ if !ascii => out.push(c),
            _ => match uni::code_of(c) {
                code @ 0..=0xFFFF => out.push_str(&format!("\\u{code:04x}")),
                code => {
                    let code = code - 0x10000;
                    let (high, low) = (0xD800 | code >> 10, 0xDC00 | code & 0x3FF);
                    out.push_str(&format!("\\u{high:04x}\\u{low:04x}"));
                }
            },
        }
    }
    out.push('"');
}

fn encode_basestring(vm: &mut Vm, args: &[Value], ascii: bool) -> Res {
    let Some(text) = vm.as_text(args[0]) else {
        let message = format!(
            "first argument must be a string, not {}",
            vm.type_name(args[0])
        );
        return Err(vm.type_error(message));
    };
    let mut out = String::with_capacity(text.len() + 2);
    push_text(text, ascii, &mut out);
    Ok(vm.string(out))
}

struct Encoder {
    /// The arguments of the constructor, for the version in Python.
    arguments: Value,
    /// Strings are ASCII; `None` if a function of the user encodes them.
    ascii: Option<bool>,
    indent: Option<String>,
    key_separator: String,
    item_separator: String,
    sort_keys: bool,
    skip_keys: bool,
    allow_nan: bool,
    class: Value,
}

impl NativeObject for Encoder {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.arguments);
    }
}

static ENCODER_METHODS: &[NativeDef] = &[
    new_method(
        "cls, markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan",
        new_encoder,
    ),
    method("__call__", "self, obj, _current_indent_level", encode),
];

fn new_encoder(vm: &mut Vm, args: &[Value]) -> Res {
    let class = args[0];
    let arguments = vm.tuple(&args[1..]);
    let encoder = args[3];
    let ascii = match encoder
        .is(Kind::Native)
        .then(|| vm.heap.native(encoder).def.name)
    {
        Some("encode_basestring_ascii") => Some(true),
        Some("encode_basestring") => Some(false),
        _ => None,
    };
    let indent = vm.as_text(args[4]).map(str::to_owned);
    let key_separator = vm.expect_str(args[5], "make_encoder() argument 5")?;
    let item_separator = vm.expect_str(args[6], "make_encoder() argument 6")?;
    let sort_keys = vm.truthy(args[7])?;
    let skip_keys = vm.truthy(args[8])?;
    let allow_nan = vm.truthy(args[9])?;
    Ok(vm.heap.new_object(Encoder {
        arguments,
        ascii,
        indent,
        key_separator,
        item_separator,
        sort_keys,
        skip_keys,
        allow_nan,
        class,
    }))
}

fn encode(vm: &mut Vm, args: &[Value]) -> Res {
    let [this, object, level] = args[..] else {
        return Ok(Value::NONE);
    };
    let Some(encoder) = vm.heap.downcast::<Encoder>(this) else {
        return Ok(Value::NONE);
    };
    let arguments = encoder.arguments;
    let writer = encoder.ascii.map(|ascii| Writer {
        ascii,
        indent: encoder.indent.clone(),
        key_separator: encoder.key_separator.clone(),
        item_separator: encoder.item_separator.clone(),
        sort_keys: encoder.sort_keys,
        skip_keys: encoder.skip_keys,
        allow_nan: encoder.allow_nan,
        out: String::new(),
    });
    if let Some(mut writer) = writer {
        match writer.value(vm, object, level.as_small().unwrap_or(0).max(0) as usize, 0) {
            Ok(()) => {
                vm.reserve(writer.out.len())?;
                let text = vm.string(writer.out);
                return Ok(vm.tuple(&[text]));
            }
            // Also where an error is to be raised: Python's version adds notes.
            Err(Throw::Python | Throw::Raise(_) | Throw::Materialize(_)) => {}
            Err(other) => return Err(other),
        }
    }
    Err(vm.tail_prelude("json_encode", &[arguments, object, level]))
}

struct Writer {
    ascii: bool,
    indent: Option<String>,
    key_separator: String,
    item_separator: String,
    sort_keys: bool,
    skip_keys: bool,
    allow_nan: bool,
    out: String,
}

impl Writer {
    fn value(&mut self, vm: &mut Vm, value: Value, level: usize, depth: usize) -> Res<()> {
        if depth > MAX_DEPTH {
            return Err(Throw::Python);
        }
        match value {
            Value::NONE => self.out.push_str("null"),
            Value::TRUE => self.out.push_str("true"),
            Value::FALSE => self.out.push_str("false"),
            _ => {
                let plain = vm.heap.payload(value);
                if let Some(int) = plain.as_small() {
                    self.out.push_str(&int.to_string());
                    return Ok(());
                }
                if plain.is_float() {
                    return self.float(vm, plain);
                }
                match plain.kind() {
                    Some(Kind::Str) => push_text(vm.heap.str(plain), self.ascii, &mut self.out),
                    Some(Kind::BigInt) => {
                        let text = vm.repr(plain)?;
                        self.out.push_str(&text);
                    }
                    Some(Kind::List | Kind::Tuple) => {
                        // A subclass may iterate in its own way.
                        if plain != value && vm.collect_now(value)?.is_none() {
                            return Err(Throw::Python);
                        }
                        return self.array(vm, plain, level, depth);
                    }
                    Some(Kind::Dict) => {
                        if plain != value {
                            let items = vm.intern("items");
                            let own = vm.lookup_special(value, items);
                            if !own.is_some_and(|method| method.is(Kind::Native)) {
                                return Err(Throw::Python);
                            }
                        }
                        return self.object(vm, plain, level, depth);
                    }
                    _ => return Err(Throw::Python),
                }
            }
        }
        Ok(())
    }

    fn float(&mut self, vm: &mut Vm, value: Value) -> Res<()> {
        let number = value.as_float().unwrap_or(0.0);
        if number.is_finite() {
            let text = vm.repr(value)?;
            self.out.push_str(&text);
        } else if !self.allow_nan {
            return Err(Throw::Python);
        } else if number.is_nan() {
            self.out.push_str("NaN");
        } else {
            self.out.push_str(if number > 0.0 {
                "Infinity"
            } else {
                "-Infinity"
            });
        }
        Ok(())
    }

    fn new_line(&mut self, level: usize) {
        if let Some(indent) = &self.indent {
            self.out.push('\n');
            self.out.push_str(&indent.repeat(level));
        }
    }

    fn array(&mut self, vm: &mut Vm, list: Value, level: usize, depth: usize) -> Res<()> {
        let count = vm.heap.as_items(list).map_or(0, <[Value]>::len);
        if count == 0 {
            self.out.push_str("[]");
            return Ok(());
        }
        self.out.push('[');
        for at in 0..count {
            if at > 0 {
                self.out.push_str(&self.item_separator);
            }
            self.new_line(level + 1);
            let item = vm
                .heap
                .as_items(list)
                .map_or(Value::NONE, |items| items[at]);
            self.value(vm, item, level + 1, depth + 1)?;
        }
        self.new_line(level);
        self.out.push(']');
        if self.out.len() > 1 << 20 {
            vm.reserve(self.out.len())?;
        }
        Ok(())
    }

    fn object(&mut self, vm: &mut Vm, dict: Value, level: usize, depth: usize) -> Res<()> {
        let mut pairs: Vec<(Value, Value)> = vm.heap.dict(dict).iter().collect();
        if pairs.is_empty() {
            self.out.push_str("{}");
            return Ok(());
        }
        if self.sort_keys {
            if pairs.iter().all(|(key, _)| key.is(Kind::Str)) {
                pairs.sort_by(|(a, _), (b, _)| vm.heap.str(*a).cmp(vm.heap.str(*b)));
            } else if pairs.iter().all(|(key, _)| key.is_small()) {
                pairs.sort_by_key(|(key, _)| key.as_small());
            } else {
                return Err(Throw::Python);
            }
        }
        self.out.push('{');
        let mut first = true;
        for (key, value) in pairs {
            let plain = vm.heap.payload(key);
            let text = match key {
                Value::NONE => Some("null".to_owned()),
                Value::TRUE => Some("true".to_owned()),
                Value::FALSE => Some("false".to_owned()),
                _ if plain.is(Kind::Str) => None,
                _ if plain.is_float() => {
                    let start = self.out.len();
                    self.float(vm, plain)?;
                    Some(self.out.split_off(start))
                }
                _ if plain.is_small() || plain.is(Kind::BigInt) => Some(vm.repr(plain)?),
                _ if self.skip_keys => continue,
                _ => return Err(Throw::Python),
            };
            if !first {
                self.out.push_str(&self.item_separator);
            }
            first = false;
            self.new_line(level + 1);
            match text {
                Some(text) => push_text(&text, self.ascii, &mut self.out),
                None => push_text(vm.heap.str(plain), self.ascii, &mut self.out),
            }
            self.out.push_str(&self.key_separator);
            self.value(vm, value, level + 1, depth + 1)?;
        }
        if !first {
            self.new_line(level);
        }
        self.out.push('}');
        if self.out.len() > 1 << 20 {
            vm.reserve(self.out.len())?;
        }
        Ok(())
    }
}
