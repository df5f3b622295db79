//! The built-in functions that are not types, but for those about names,
//! attributes and code.

use airlock_bytecode::CmpOp;
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};

use super::list::sort_values;
use super::unicode::{char_of, code_of};
use crate::native::{NativeDef, function};
use crate::throw::Request;
use crate::value::Kind;
use crate::{Completion, GeneratorKind, Number, Res, Stream, Throw, Value, Vm};

static FUNCTIONS: &[NativeDef] = &[
    function("abs", "x, /", |vm, args| {
        let name = vm.intern("__abs__");
        let Some(method) = vm.lookup_special(args[0], name) else {
            let message = format!("bad operand type for abs(): '{}'", vm.type_name(args[0]));
            return Err(vm.type_error(message));
        };
        vm.ask_special(method, args[0], &[], Value::UNBOUND, answer)
    }),
    function("all", "iterable, /", |vm, args| every(vm, args[0], true)).slow("all_"),
    function("any", "iterable, /", |vm, args| every(vm, args[0], false)).slow("any_"),
    function("ascii", "obj, /", |vm, args| {
        let text = vm.repr(args[0])?;
        Ok(vm.string(ascii_escaped(&text)))
    })
    .slow("ascii_"),
    function("bin", "number, /", |vm, args| in_base(vm, args[0], 2, "0b")).slow("bin_"),
    function("callable", "obj, /", |vm, args| {
        Ok(Value::bool(vm.is_callable(args[0])))
    }),
    function("chr", "i, /", chr).slow("chr_"),
    function("divmod", "x, y, /", |vm, args| {
        numbers(vm, args, vm.names.divmod)
    })
    .slow("divmod_"),
    function("format", "value, format_spec='', /", format),
    function("hash", "obj, /", hash),
    function("hex", "number, /", |vm, args| {
        in_base(vm, args[0], 16, "0x")
    })
    .slow("hex_"),
    function("id", "obj, /", |vm, args| Ok(vm.id_of(args[0]))),
    function("isinstance", "obj, class_or_tuple, /", isinstance).slow("isinstance_"),
    function("issubclass", "cls, class_or_tuple, /", issubclass).slow("issubclass_"),
    function("iter", "object, sentinel=..., /", iter),
    function("len", "obj, /", len),
    function(
        "max",
        "iterable=..., /, *args, key=None, default=...",
        |vm, args| extreme(vm, args, "max"),
    )
    .slow("max_"),
    function(
        "min",
        "iterable=..., /, *args, key=None, default=...",
        |vm, args| extreme(vm, args, "min"),
    )
    .slow("min_"),
    function("next", "iterator, default=..., /", |vm, args| {
        vm.next_or(args[0], args[1])
    }),
    function("oct", "number, /", |vm, args| in_base(vm, args[0], 8, "0o")).slow("oct_"),
    function("ord", "c, /", ord).slow("ord_"),
    function("pow", "base, exp, mod=None", |vm, args| {
        numbers(vm, args, vm.names.pow)
    })
    .slow("pow_"),
    function(
        "print",
        "*args, sep=' ', end='\n', file=None, flush=False",
        print,
    )
    .slow("print_"),
    function("repr", "obj, /", repr),
    function("round", "number, ndigits=None", round),
    function("sorted", "iterable, /, *, key=None, reverse=False", sorted).slow("sorted_"),
    function("sum", "iterable, /, start=0", sum).slow("sum_"),
];

fn answer(_: &mut Vm, _: [Value; 4], completion: Completion) -> Res {
    completion.value()
}

impl Vm {
    /// `callable(value)`.
    pub fn is_callable(&self, value: Value) -> bool {
        match value.kind() {
            Some(Kind::Function | Kind::Native | Kind::Method | Kind::Type) => true,
            Some(_) => self.lookup_special(value, self.names.call).is_some(),
            None => false,
        }
    }

    /// `id(value)`: one int for each object as long as it lives.
    pub fn id_of(&mut self, value: Value) -> Value {
        if value.is_handle() {
            // Looks like an address, and fits a small int.
            let handle = (value.bits() & 0xFF_FFFF_FFFF) << 4;
            return self.int(0x5500_0000_0000 + handle as i64);
        }
        self.heap.new_bigint(BigInt::from(value.bits()))
    }

    /// `repr(value)` through its method, whatever it runs.
    pub fn call_repr(&mut self, value: Value) -> Res {
        match self.lookup_special(value, self.names.repr) {
            Some(method) => {
                let then = |vm: &mut Vm, _: [Value; 4], completion: Completion| {
                    let text = completion.value()?;
                    if vm.as_text(text).is_some() {
                        return Ok(text);
                    }
                    let message =
                        format!("__repr__ returned non-string (type {})", vm.type_name(text));
                    Err(vm.type_error(message))
                };
                self.ask_special(method, value, &[], Value::UNBOUND, then)
            }
            None => Err(self.type_error("object has no repr")),
        }
    }
}

/// `all` for `wanted`, `any` for its opposite, over items at hand; iterators
/// are taken one by one in Python, so that no more are taken than needed.
fn every(vm: &mut Vm, iterable: Value, wanted: bool) -> Res {
    if let Some(generator) = vm.plain_generator(iterable) {
        let what = Request::While {
            generator,
            truth: wanted,
        };
        let state = [Value::bool(wanted), generator, Value::NONE, Value::NONE];
        return Err(vm.run_then(what, state, looked_through));
    }
    if !(iterable.is(Kind::List) || iterable.is(Kind::Tuple)) {
        if vm.native_len(iterable).is_none() || iterable.is(Kind::Instance) {
            return Err(Throw::Python);
        }
        for item in vm.collect(iterable)? {
            if vm.truthy(item)? != wanted {
                return Ok(Value::bool(!wanted));
            }
        }
        return Ok(Value::bool(wanted));
    }
    let mut at = 0;
    while let Some(&item) = vm.heap.as_items(iterable).and_then(|items| items.get(at)) {
        if vm.truthy(item)? != wanted {
            return Ok(Value::bool(!wanted));
        }
        at += 1;
    }
    Ok(Value::bool(wanted))
}

/// The end of [`every`] over a generator, or an item that decides, if Python
/// says so.
fn looked_through(vm: &mut Vm, [wanted, generator, ..]: [Value; 4], completion: Completion) -> Res {
    match completion {
        Completion::Raised(exception) => Err(Throw::Raise(exception)),
        Completion::Returned(_) => {
            vm.fuel -= 4;
            Ok(wanted)
        }
        Completion::Yielded(item) | Completion::Item(item) => match vm.truthy(item) {
            Ok(truth) => {
                vm.fuel -= 4;
                Ok(Value::bool(truth))
            }
            Err(_) => {
                let name = if wanted == Value::TRUE {
                    "all_rest"
                } else {
                    "any_rest"
                };
                Err(vm.tail_prelude(name, &[item, generator]))
            }
        },
    }
}

pub(crate) fn ascii_escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let code = code_of(c);
        match code {
            0..0x80 => out.push(c),
            0x80..0x100 => out.push_str(&format!("\\x{code:02x}")),
            0x100..0x10000 => out.push_str(&format!("\\u{code:04x}")),
            _ => out.push_str(&format!("\\U{code:08x}")),
        }
    }
    out
}

fn in_base(vm: &mut Vm, value: Value, base: u32, prefix: &str) -> Res {
    let int = vm.index_big(value)?;
    let sign = if int.is_negative() { "-" } else { "" };
    let digits = int.magnitude().to_str_radix(base);
    Ok(vm.string(format!("{sign}{prefix}{digits}")))
}

fn chr(vm: &mut Vm, args: &[Value]) -> Res {
    let code = vm.index_big(args[0])?;
    match code.to_u32().filter(|code| *code < 0x110000) {
        Some(code) => Ok(vm.string(char_of(code).map(String::from).unwrap_or_default())),
        None if code.to_i32().is_none() => Err(vm.overflow_error(if code.to_i64().is_some() {
            "signed integer is greater than maximum"
        } else {
            "Python int too large to convert to C int"
        })),
        None => Err(vm.value_error("chr() arg not in range(0x110000)")),
    }
}

fn ord(vm: &mut Vm, args: &[Value]) -> Res {
    let value = vm.heap.payload(args[0]);
    let length = match value.kind() {
        Some(Kind::Str) => {
            let mut chars = vm.heap.str(value).chars();
            if let (Some(c), None) = (chars.next(), chars.next()) {
                return Ok(Value::count(code_of(c) as usize));
            }
            vm.heap.pystr(value).chars as usize
        }
        Some(Kind::Bytes) => {
            let data = &vm.heap.pybytes(value).data;
            if let [byte] = **data {
                return Ok(Value::int32(byte as i32));
            }
            data.len()
        }
        // A bytearray, perhaps.
        _ if vm.is_instance(args[0], vm.types.bytearray) => return Err(Throw::Python),
        _ => {
            let message = format!(
                "ord() expected string of length 1, but {} found",
                vm.type_name(args[0])
            );
            return Err(vm.type_error(message));
        }
    };
    let message = format!("ord() expected a character, but string of length {length} found");
    Err(vm.type_error(message))
}

/// `divmod` and `pow` of built-in numbers.
fn numbers(vm: &mut Vm, args: &[Value], name: Value) -> Res {
    let plain = args
        .iter()
        .all(|&arg| vm.heap.number(arg).is_some() || arg.is_none());
    let (Some(method), true) = (vm.lookup_special(args[0], name), plain) else {
        return Err(Throw::Python);
    };
    if vm.type_of(args[0]) != vm.type_of(args[1]) || !method.is(Kind::Native) {
        return Err(Throw::Python);
    }
    let given = args
        .iter()
        .rposition(|arg| !arg.is_none())
        .map_or(0, |last| last + 1);
    vm.call_special(method, args[0], &args[1..given.max(2)])
}

fn format(vm: &mut Vm, args: &[Value]) -> Res {
    if vm.as_text(args[1]).is_none() {
        let message = format!(
            "format() argument 2 must be str, not {}",
            vm.type_name(args[1])
        );
        return Err(vm.type_error(message));
    }
    let Some(method) = vm.lookup_special(args[0], vm.names.format) else {
        return Err(vm.type_error("Type does not define __format__"));
    };
    vm.ask_special(
        method,
        args[0],
        &[args[1]],
        Value::UNBOUND,
        |vm, _, completion| {
            let text = completion.value()?;
            if vm.as_text(text).is_some() {
                return Ok(text);
            }
            let message = format!("__format__ must return a str, not {}", vm.type_name(text));
            Err(vm.type_error(message))
        },
    )
}

fn hash(vm: &mut Vm, args: &[Value]) -> Res {
    match vm.hash(args[0]) {
        Ok(hash) => Ok(vm.int(hash)),
        Err(Throw::Python) => {
            let Some(method) = vm.lookup_special(args[0], vm.names.hash) else {
                let message = format!("unhashable type: '{}'", vm.type_name(args[0]));
                return Err(vm.type_error(message));
            };
            vm.ask_special(method, args[0], &[], Value::UNBOUND, hash_answered)
        }
        Err(other) => Err(other),
    }
}

fn hash_answered(vm: &mut Vm, _: [Value; 4], completion: Completion) -> Res {
    let answer = completion.value()?;
    match vm.as_int(answer) {
        None => Err(vm.type_error("__hash__ method should return an integer")),
        Some(int) => match int.to_i64() {
            Some(-1) => Ok(Value::int32(-2)),
            Some(hash) => Ok(vm.int(hash)),
            None => {
                let int = vm.heap.new_bigint(int);
                let hash = vm.hash(int)?;
                Ok(vm.int(hash))
            }
        },
    }
}

// isinstance, issubclass.

fn isinstance(vm: &mut Vm, args: &[Value]) -> Res {
    let (value, class) = (args[0], args[1]);
    match isinstance_now(vm, value, class, 0) {
        Some(answer) => Ok(Value::bool(answer)),
        None if class.is(Kind::Type) => check_by(vm, class, value, vm.names.instancecheck),
        None => Err(Throw::Python),
    }
}

/// The answer, unless Python code decides or the argument is no class.
fn isinstance_now(vm: &Vm, value: Value, class: Value, depth: u32) -> Option<bool> {
    if class.is(Kind::Type) {
        let own = vm.type_of(value);
        if own == class {
            return Some(true);
        }
        if !has_plain_check(vm, class, vm.names.instancecheck) {
            return None;
        }
        if vm.is_subtype(own, class) {
            return Some(true);
        }
        // `__class__` may say something else.
        let overridden = value.is(Kind::Instance)
            && (vm.heap.ty(own).flags.custom_getattribute
                || vm.lookup(own, vm.names.class_) != vm.lookup(vm.types.object, vm.names.class_));
        return if overridden { None } else { Some(false) };
    }
    any_class(vm, class, depth, |vm, class, depth| {
        isinstance_now(vm, value, class, depth)
    })
}

fn any_class(
    vm: &Vm,
    classes: Value,
    depth: u32,
    test: impl Fn(&Vm, Value, u32) -> Option<bool>,
) -> Option<bool> {
    let classes = vm.heap.payload(classes);
    if !classes.is(Kind::Tuple) || depth > 16 {
        return None;
    }
    for &class in vm.heap.tuple(classes) {
        if test(vm, class, depth + 1)? {
            return Some(true);
        }
    }
    Some(false)
}

/// Whether the metaclass leaves the check to `type`.
fn has_plain_check(vm: &Vm, class: Value, name: Value) -> bool {
    let metaclass = vm.heap.ty(class).metaclass;
    metaclass == vm.types.r#type
        || vm
            .lookup(metaclass, name)
            .is_none_or(|check| check.is(Kind::Native))
}

/// Asks the metaclass.
fn check_by(vm: &mut Vm, class: Value, subject: Value, name: Value) -> Res {
    if has_plain_check(vm, class, name) {
        return Err(Throw::Python);
    }
    let Some(check) = vm.lookup_special(class, name) else {
        return Err(Throw::Python);
    };
    vm.ask_special(
        check,
        class,
        &[subject],
        Value::UNBOUND,
        |vm, _, completion| {
            let answer = completion.value()?;
            match vm.truthy(answer) {
                Ok(answer) => Ok(Value::bool(answer)),
                Err(_) => Err(vm.tail_prelude("truth", &[answer])),
            }
        },
    )
}

fn issubclass(vm: &mut Vm, args: &[Value]) -> Res {
    let (sub, class) = (args[0], args[1]);
    match issubclass_now(vm, sub, class, 0) {
        Some(answer) => Ok(Value::bool(answer)),
        None if class.is(Kind::Type) => check_by(vm, class, sub, vm.names.subclasscheck),
        None => Err(Throw::Python),
    }
}

fn issubclass_now(vm: &Vm, sub: Value, class: Value, depth: u32) -> Option<bool> {
    if class.is(Kind::Type) {
        if !sub.is(Kind::Type) || !has_plain_check(vm, class, vm.names.subclasscheck) {
            return None;
        }
        return Some(vm.is_subtype(sub, class));
    }
    any_class(vm, class, depth, |vm, class, depth| {
        issubclass_now(vm, sub, class, depth)
    })
}

fn iter(vm: &mut Vm, args: &[Value]) -> Res {
    let (object, sentinel) = (args[0], args[1]);
    if !sentinel.is_unbound() {
        if !vm.is_callable(object) {
            return Err(vm.type_error("iter(v, w): v must be callable"));
        }
        let class = vm.types.callable_iterator;
        return vm.wrap_generator("callable_items", &[object, sentinel], class, class);
    }
    if let Some(iter) = vm.native_iter(object)? {
        return checked_iterator(vm, iter);
    }
    match vm.lookup_special(object, vm.names.iter) {
        Some(method) => vm.ask_special(method, object, &[], Value::UNBOUND, |vm, _, completion| {
            let iter = completion.value()?;
            checked_iterator(vm, iter)
        }),
        None => {
            let class = vm.types.iterator;
            vm.wrap_generator("sequence_items", &[object], class, class)
        }
    }
}

/// The iterator, if it is one.
fn checked_iterator(vm: &mut Vm, iter: Value) -> Res {
    let is_iterator = match iter.kind() {
        Some(Kind::Iter) => true,
        Some(Kind::Generator) => vm.heap.generator(iter).kind == GeneratorKind::Generator,
        _ => vm.lookup_special(iter, vm.names.next).is_some(),
    };
    if is_iterator {
        return Ok(iter);
    }
    let message = format!(
        "iter() returned non-iterator of type '{}'",
        vm.type_name(iter)
    );
    Err(vm.type_error(message))
}

fn len(vm: &mut Vm, args: &[Value]) -> Res {
    let value = args[0];
    if !value.is(Kind::Instance)
        && let Some(length) = vm.native_len(value)
    {
        return Ok(Value::count(length));
    }
    let Some(method) = vm.lookup_special(value, vm.names.len) else {
        let message = format!("object of type '{}' has no len()", vm.type_name(value));
        return Err(vm.type_error(message));
    };
    vm.ask_special(method, value, &[], Value::UNBOUND, |vm, _, completion| {
        let length = completion.value()?;
        if length.as_small().is_some_and(|length| length >= 0) {
            return Ok(length);
        }
        match vm.index_big(length) {
            Ok(int) if int.is_negative() => Err(vm.value_error("__len__() should return >= 0")),
            Ok(int) if int.to_i64().is_some() => Ok(vm.heap.new_bigint(int)),
            Ok(_) => {
                let message = format!(
                    "cannot fit '{}' into an index-sized integer",
                    vm.type_name(length)
                );
                Err(vm.overflow_error(message))
            }
            Err(Throw::Python) => Err(vm.tail_prelude("index_of", &[length])),
            Err(other) => Err(other),
        }
    })
}

fn extreme(vm: &mut Vm, args: &[Value], name: &str) -> Res {
    let &[first, rest, key, default] = args else {
        return Err(Throw::Python);
    };
    if first.is_unbound() {
        return Err(vm.type_error(format!("{name} expected at least 1 argument, got 0")));
    }
    let rest = vm.heap.tuple(rest).to_vec();
    if key.is_none()
        && rest.is_empty()
        && let Some(found) = super::range::extreme(vm, first, name == "max")
    {
        return Ok(vm.heap.new_bigint(found));
    }
    let items = if rest.is_empty() {
        items_at_hand(vm, first)?
    } else {
        if !default.is_unbound() {
            let message =
                format!("Cannot specify a default for {name}() with multiple positional arguments");
            return Err(vm.type_error(message));
        }
        let mut items = vec![first];
        items.extend(rest);
        items
    };
    let Some((&first, rest)) = items.split_first() else {
        return match default.bound() {
            Some(default) => Ok(default),
            None => Err(vm.value_error(format!("{name}() iterable argument is empty"))),
        };
    };
    if !key.is_none() {
        return Err(Throw::Python);
    }
    let op = if name == "max" { CmpOp::Gt } else { CmpOp::Lt };
    let mut best = first;
    for &item in rest {
        if vm.compare(op, item, best)? {
            best = item;
        }
    }
    Ok(best)
}

/// Prints at once if everything printed is built in and nobody has put
/// another `sys.stdout` in place.
fn print(vm: &mut Vm, args: &[Value]) -> Res {
    let &[items, sep, end, file, flush] = args else {
        return Err(Throw::Python);
    };
    let separator = print_part(vm, sep, "sep", " ")?;
    let ending = print_part(vm, end, "end", "\n")?;
    if !file.is_none() || !has_own_stdout(vm) {
        return Err(Throw::Python);
    }
    let _ = flush;
    let items = vm.heap.tuple(items).to_vec();
    let mut text = String::new();
    for (at, &item) in items.iter().enumerate() {
        if at > 0 {
            text.push_str(&separator);
        }
        match vm.heap.as_str(item) {
            Some(item) => text.push_str(item),
            None => text.push_str(&vm.str_of(item)?),
        }
    }
    text.push_str(&ending);
    vm.write(Stream::Out, &text)?;
    Ok(Value::NONE)
}

fn print_part(vm: &mut Vm, value: Value, name: &str, default: &str) -> Res<String> {
    if value.is_none() {
        return Ok(default.to_owned());
    }
    match vm.as_text(value) {
        Some(text) => Ok(text.to_owned()),
        None => {
            let message = format!(
                "{name} must be None or a string, not {}",
                vm.type_name(value)
            );
            Err(vm.type_error(message))
        }
    }
}

/// An attribute of module `sys`, if that is imported.
fn sys_attr(vm: &mut Vm, name: &str) -> Option<Value> {
    let sys = vm.intern("sys");
    let sys = vm.namespace_get(vm.modules, sys)?;
    if !sys.is(Kind::Module) {
        return None;
    }
    let name = vm.intern(name);
    vm.namespace_get(vm.heap.module(sys).dict, name)
}

fn has_own_stdout(vm: &mut Vm) -> bool {
    let current = sys_attr(vm, "stdout");
    current.is_none() || current == sys_attr(vm, "__stdout__")
}

fn repr(vm: &mut Vm, args: &[Value]) -> Res {
    let value = args[0];
    vm.call_repr(value)
}

fn round(vm: &mut Vm, args: &[Value]) -> Res {
    let (number, digits) = (args[0], args[1]);
    let Some(method) = vm.lookup_special(number, vm.names.round) else {
        let message = format!(
            "type {} doesn't define __round__ method",
            vm.type_name(number)
        );
        return Err(vm.type_error(message));
    };
    let more: &[Value] = if digits.is_none() { &[] } else { &[digits] };
    vm.ask_special(method, number, more, Value::UNBOUND, answer)
}

fn sorted(vm: &mut Vm, args: &[Value]) -> Res {
    let &[iterable, key, reverse] = args else {
        return Err(Throw::Python);
    };
    let mut items = vm.collect_again(iterable)?;
    if !key.is_none() {
        return Err(Throw::Python);
    }
    let reverse = vm.truthy(reverse)?;
    sort_values(vm, &mut items, reverse)?;
    Ok(vm.list(items))
}

/// The items of an iterable that holds them already. Others are left to
/// Python code, which takes one at a time: they may be many.
fn items_at_hand(vm: &mut Vm, iterable: Value) -> Res<Vec<Value>> {
    if super::range::is_long(vm, iterable) {
        return Err(Throw::Python);
    }
    match vm.collect_again(iterable) {
        Err(Throw::Materialize(_)) => Err(Throw::Python),
        other => other,
    }
}

fn sum(vm: &mut Vm, args: &[Value]) -> Res {
    let (iterable, start) = (args[0], args[1]);
    let plain = vm.heap.payload(start);
    for (class, what) in [
        (vm.types.str, "strings [use ''.join(seq)"),
        (vm.types.bytes, "bytes [use b''.join(seq)"),
        (vm.types.bytearray, "bytearray [use b''.join(seq)"),
    ] {
        if vm.is_instance(plain, class) {
            return Err(vm.type_error(format!("sum() can't sum {what} instead]")));
        }
    }
    if let Some((total, length)) = super::range::sum(vm, iterable, start) {
        // As if it were added up, but for huge ranges, whose sum is no more
        // than one multiplication.
        vm.count_instructions(length.min(1 << 22) as u64 * 3);
        return Ok(vm.heap.new_bigint(total));
    }
    if (start.is_small() || start.is_float())
        && let Some(generator) = vm.plain_generator(iterable)
    {
        let state = [start, Value::float(0.0), generator, Value::NONE];
        return Err(vm.run_then(Request::Sum(generator), state, summed));
    }
    let mut items = items_at_hand(vm, iterable)?.into_iter();
    let mut total = match vm.heap.number(start) {
        Some(Number::Float(float)) => Err(float),
        Some(_) => Ok(vm.as_int(start).unwrap_or_default()),
        None => return Err(Throw::Python),
    };
    if items.len() == 0 {
        return Ok(start);
    }
    // Ints first, exactly; small ones in a machine word.
    if let Ok(big) = &mut total {
        let mut small: i64 = 0;
        let mut float = None;
        for item in items.by_ref() {
            if let Some(int) = item.as_small()
                && let Some(sum) = small.checked_add(int)
            {
                small = sum;
                continue;
            }
            match vm.heap.number(item) {
                Some(Number::Int(int)) => *big += int,
                Some(Number::Big(int)) => *big += int,
                Some(Number::Float(item)) => {
                    float = Some(item);
                    break;
                }
                None => return Err(Throw::Python),
            }
        }
        *big += small;
        match float {
            None => {
                let big = std::mem::take(big);
                return Ok(vm.heap.new_bigint(big));
            }
            Some(float) => {
                let int = vm.heap.new_bigint(std::mem::take(big));
                total = Err(vm.to_float(int)? + float);
            }
        }
    }
    // Then floats, by Neumaier's compensated sum as CPython does.
    let mut high = total.err().unwrap_or(0.0);
    let mut low = 0.0;
    for item in items {
        let x = match vm.heap.number(item) {
            Some(Number::Float(x)) => x,
            Some(Number::Int(int)) => int as f64,
            Some(Number::Big(_)) => vm.to_float(item)?,
            None => return Err(Throw::Python),
        };
        let sum = high + x;
        low += if high.abs() >= x.abs() {
            (high - sum) + x
        } else {
            (x - sum) + high
        };
        high = sum;
    }
    Ok(compensated(high, low))
}

fn compensated(high: f64, low: f64) -> Value {
    Value::float(if low != 0.0 && low.is_finite() {
        high + low
    } else {
        high
    })
}

/// The end of a sum over a generator, or what is to be added in Python.
fn summed(vm: &mut Vm, [total, low, generator, _]: [Value; 4], completion: Completion) -> Res {
    let total = match (total.as_float(), low.as_float()) {
        (Some(high), Some(low)) => compensated(high, low),
        _ => total,
    };
    match completion {
        Completion::Raised(exception) => Err(Throw::Raise(exception)),
        Completion::Returned(_) => {
            // What the return of a function in Python costs.
            vm.fuel -= 4;
            Ok(total)
        }
        Completion::Yielded(item) | Completion::Item(item) => {
            Err(vm.tail_prelude("sum_rest", &[total, item, generator]))
        }
    }
}

/// For the prelude: `sys.stdout` where it was replaced, None where there is
/// none; `...` where it is our own.
pub(super) fn replaced_stdout(vm: &mut Vm, _: &[Value]) -> Res {
    if has_own_stdout(vm) {
        return Ok(Value::ELLIPSIS);
    }
    Ok(sys_attr(vm, "stdout").unwrap_or(Value::NONE))
}

pub(crate) fn register(vm: &mut Vm) {
    let module = vm.intern("builtins");
    vm.add_functions(vm.builtins, module, FUNCTIONS);
}
