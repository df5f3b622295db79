//! `float`.

use std::cmp::Ordering;

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{One, Pow, ToPrimitive, Zero};

use super::format::{self, float_repr};
use super::int::{self, big_from_float, int_from_float, number_text, text_of};
use crate::class::{GetterDef, getter};
use crate::elementary;
use crate::native::{NativeDef, class_method, method, new_method};
use crate::value::Kind;
use crate::{Completion, Res, Throw, Value, Vm};

fn receiver(vm: &Vm, value: Value) -> f64 {
    vm.heap.payload(value).as_float().unwrap_or(0.0)
}

/// The float that an operand is: a float, or an int that is not too large.
/// `None` for other values.
pub(crate) fn operand(vm: &mut Vm, value: Value) -> Res<Option<f64>> {
    let plain = vm.heap.payload(value);
    if let Some(float) = plain.as_float() {
        return Ok(Some(float));
    }
    if let Some(int) = plain.as_small() {
        return Ok(Some(int as f64));
    }
    if let Some(bool) = plain.as_bool() {
        return Ok(Some(bool as u8 as f64));
    }
    if plain.is(Kind::BigInt) {
        return vm.to_float(plain).map(Some);
    }
    Ok(None)
}

type BinaryOp = fn(&mut Vm, f64, f64) -> Res;

fn binary(vm: &mut Vm, a: Value, b: Value, op: BinaryOp) -> Res {
    let Some(x) = operand(vm, a)? else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let Some(y) = operand(vm, b)? else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    op(vm, x, y)
}

fn divisor(vm: &mut Vm, y: f64) -> Res<()> {
    if y == 0.0 {
        Err(vm.zero_division_error("division by zero"))
    } else {
        Ok(())
    }
}

fn truediv(vm: &mut Vm, x: f64, y: f64) -> Res {
    divisor(vm, y)?;
    Ok(Value::float(x / y))
}

/// Quotient and remainder as `//` and `%` give them.
pub fn float_divmod(x: f64, y: f64) -> (f64, f64) {
    let mut rest = elementary::fmod(x, y);
    let mut quotient = (x - rest) / y;
    if rest != 0.0 {
        if (y < 0.0) != (rest < 0.0) {
            rest += y;
            quotient -= 1.0;
        }
    } else {
        rest = 0f64.copysign(y);
    }
    if quotient != 0.0 {
        let floor = elementary::floor(quotient);
        quotient = if quotient - floor > 0.5 {
            floor + 1.0
        } else {
            floor
        };
    } else {
        quotient = 0f64.copysign(x / y);
    }
    (quotient, rest)
}

fn floordiv(vm: &mut Vm, x: f64, y: f64) -> Res {
    divisor(vm, y)?;
    Ok(Value::float(float_divmod(x, y).0))
}

fn modulo(vm: &mut Vm, x: f64, y: f64) -> Res {
    divisor(vm, y)?;
    Ok(Value::float(float_divmod(x, y).1))
}

fn divmod(vm: &mut Vm, x: f64, y: f64) -> Res {
    divisor(vm, y)?;
    let (quotient, rest) = float_divmod(x, y);
    Ok(vm.tuple(&[Value::float(quotient), Value::float(rest)]))
}

fn is_odd(x: f64) -> bool {
    elementary::fmod(x.abs(), 2.0) == 1.0
}

/// `x ** y`; a complex number for a negative base and a fractional exponent.
pub fn power(vm: &mut Vm, x: f64, y: f64) -> Res {
    let result = if y == 0.0 {
        1.0
    } else if x.is_nan() {
        x
    } else if y.is_nan() {
        if x == 1.0 { 1.0 } else { y }
    } else if y.is_infinite() {
        let x = x.abs();
        if x == 1.0 {
            1.0
        } else if (y > 0.0) == (x > 1.0) {
            f64::INFINITY
        } else {
            0.0
        }
    } else if x.is_infinite() {
        let magnitude = if y > 0.0 { f64::INFINITY } else { 0.0 };
        if is_odd(y) {
            magnitude.copysign(x)
        } else {
            magnitude
        }
    } else if x == 0.0 {
        if y < 0.0 {
            return Err(vm.zero_division_error("zero to a negative power"));
        }
        if is_odd(y) { x } else { 0.0 }
    } else {
        if x < 0.0 && y != elementary::floor(y) {
            return super::complex::power(vm, (x, 0.0), (y, 0.0));
        }
        let magnitude = if x.abs() == 1.0 {
            1.0
        } else {
            elementary::pow(x.abs(), y)
        };
        if magnitude.is_infinite() {
            return Err(out_of_range(vm));
        }
        if x < 0.0 && is_odd(y) {
            -magnitude
        } else {
            magnitude
        }
    };
    Ok(Value::float(result))
}

/// `OverflowError(34, 'Numerical result out of range')`.
fn out_of_range(vm: &mut Vm) -> Throw {
    let text = vm.str("Numerical result out of range");
    let class = vm.types.overflow_error;
    Throw::Raise(vm.make_exception(class, &[Value::int32(34), text]))
}

fn pow_method(vm: &mut Vm, args: &[Value]) -> Res {
    pow(vm, args[0], args[1], args[2])
}

fn rpow_method(vm: &mut Vm, args: &[Value]) -> Res {
    pow(vm, args[1], args[0], args[2])
}

fn pow(vm: &mut Vm, base: Value, exponent: Value, modulus: Value) -> Res {
    if !modulus.is_none() {
        return Err(
            vm.type_error("pow() 3rd argument not allowed unless all arguments are integers")
        );
    }
    binary(vm, base, exponent, power)
}

fn compare(vm: &mut Vm, args: &[Value], holds: fn(Option<Ordering>) -> bool) -> Res {
    let (a, b) = (vm.heap.payload(args[0]), vm.heap.payload(args[1]));
    match (vm.heap.number(a), vm.heap.number(b)) {
        (Some(a), Some(b)) => Ok(Value::bool(holds(a.compare(&b)))),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

macro_rules! operator {
    ($name:literal, $op:expr) => {
        method($name, "self, value, /", |vm, args| {
            binary(vm, args[0], args[1], $op)
        })
    };
    (reflected $name:literal, $op:expr) => {
        method($name, "self, value, /", |vm, args| {
            binary(vm, args[1], args[0], $op)
        })
    };
}

macro_rules! comparison {
    ($name:literal, $holds:expr) => {
        method($name, "self, value, /", |vm, args| {
            compare(vm, args, $holds)
        })
    };
}

// Conversion.

/// The float that a text is; `None` if it is none.
pub fn parse_float(text: &str) -> Option<f64> {
    let text = number_text(text);
    if !text.contains('_') {
        return text.parse().ok();
    }
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut plain = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if c != '_' {
            plain.push(c);
        } else if at == 0 || !digit(at - 1) || !digit(at + 1) {
            return None;
        }
    }
    plain.parse().ok()
}

fn float_new(vm: &mut Vm, args: &[Value]) -> Res {
    let (class, value) = (args[0], args[1]);
    // Subclasses may have an `__init__` with keyword arguments of its own.
    if !vm.heap.dict(args[2]).is_empty()
        && vm
            .lookup(class, vm.names.init)
            .is_none_or(|init| init.is(Kind::Native))
    {
        let message = format!("{}() takes no keyword arguments", vm.heap.ty(class).name);
        return Err(vm.type_error(message));
    }
    let Some(value) = value.bound() else {
        return finish_new(vm, class, Value::float(0.0));
    };
    if value.is_float() {
        return finish_new(vm, class, value);
    }
    for name in [vm.names.float, vm.names.index] {
        let Some(found) = vm.lookup_special(value, name) else {
            continue;
        };
        if found.is(Kind::Native)
            && let Some(float) = operand(vm, value)?
        {
            return finish_new(vm, class, Value::float(float));
        }
        let then = if name == vm.names.float {
            float_converted
        } else {
            index_converted
        };
        return vm.ask_special(found, value, &[], class, then);
    }
    if let Some(text) = text_of(vm, value) {
        return match parse_float(&text) {
            Some(float) if float.is_nan() => {
                let nan = vm.fresh_nan(float.is_sign_negative());
                finish_new(vm, class, nan)
            }
            Some(float) => finish_new(vm, class, Value::float(float)),
            None => {
                let plain = vm.heap.payload(value);
                let shown = vm.repr(plain)?;
                Err(vm.value_error(format!("could not convert string to float: {shown}")))
            }
        };
    }
    let message = format!(
        "float() argument must be a string or a real number, not '{}'",
        vm.type_name(value)
    );
    Err(vm.type_error(message))
}

fn finish_new(vm: &mut Vm, class: Value, float: Value) -> Res {
    if class == vm.types.float {
        Ok(float)
    } else {
        Ok(vm.heap.new_instance(class, float))
    }
}

/// Continues `float(x)` after `x.__float__()`.
fn float_converted(vm: &mut Vm, state: [Value; 4], completion: Completion) -> Res {
    let value = completion.value()?;
    if value.is_float() {
        return finish_new(vm, state[0], value);
    }
    let checked = vm.prelude("exact_float");
    let owner = vm.type_name(state[1]);
    let owner = vm.string(owner);
    Err(
        vm.call_then(checked, &[value, owner], state, |vm, state, completion| {
            let float = completion.value()?;
            finish_new(vm, state[0], float)
        }),
    )
}

/// Continues `float(x)` after `x.__index__()`.
fn index_converted(vm: &mut Vm, state: [Value; 4], completion: Completion) -> Res {
    let value = completion.value()?;
    if vm.as_int(value).is_none() {
        let message = format!("__index__ returned non-int (type {})", vm.type_name(value));
        return Err(vm.type_error(message));
    }
    let float = vm.to_float(value)?;
    finish_new(vm, state[0], Value::float(float))
}

fn from_number(vm: &mut Vm, args: &[Value]) -> Res {
    let (class, value) = (args[0], args[1]);
    let float = Value::float(vm.to_float(value)?);
    if class == vm.types.float {
        Ok(float)
    } else {
        Err(vm.tail_call(class, &[float]))
    }
}

fn to_int(vm: &mut Vm, args: &[Value]) -> Res {
    let value = receiver(vm, args[0]);
    int_from_float(vm, value)
}

fn floor(vm: &mut Vm, args: &[Value]) -> Res {
    let value = receiver(vm, args[0]);
    int_from_float(vm, elementary::floor(value))
}

fn ceil(vm: &mut Vm, args: &[Value]) -> Res {
    let value = receiver(vm, args[0]);
    int_from_float(vm, elementary::ceil(value))
}

fn repr(vm: &mut Vm, args: &[Value]) -> Res {
    let text = float_repr(receiver(vm, args[0]));
    Ok(vm.string(text))
}

fn format_method(vm: &mut Vm, args: &[Value]) -> Res {
    let spec = vm.expect_str(args[1], "__format__() argument 1")?;
    if spec.is_empty() {
        let class = vm.types.str;
        return Err(vm.tail_call(class, &[args[0]]));
    }
    let text = format::format_value(vm, args[0], &spec)?;
    Ok(vm.string(text))
}

fn hash(vm: &mut Vm, args: &[Value]) -> Res {
    let value = vm.heap.payload(args[0]);
    let hash = vm.hash(value)?;
    Ok(vm.int(hash))
}

// Other methods.

fn identity(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(vm.heap.payload(args[0]))
}

fn neg(vm: &mut Vm, args: &[Value]) -> Res {
    let value = vm.heap.payload(args[0]);
    Ok(value.negated())
}

fn abs(vm: &mut Vm, args: &[Value]) -> Res {
    let value = vm.heap.payload(args[0]);
    let negative = value.as_float().is_some_and(f64::is_sign_negative);
    Ok(if negative { value.negated() } else { value })
}

fn to_bool(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::bool(receiver(vm, args[0]) != 0.0))
}

fn is_integer(vm: &mut Vm, args: &[Value]) -> Res {
    let value = receiver(vm, args[0]);
    Ok(Value::bool(
        value.is_finite() && elementary::floor(value) == value,
    ))
}

fn as_integer_ratio(vm: &mut Vm, args: &[Value]) -> Res {
    let value = receiver(vm, args[0]);
    if value.is_infinite() {
        return Err(vm.overflow_error("cannot convert Infinity to integer ratio"));
    }
    if value.is_nan() {
        return Err(vm.value_error("cannot convert NaN to integer ratio"));
    }
    let (mantissa, exponent) = elementary::frexp(value);
    let mut numerator = BigInt::from((mantissa * 9007199254740992.0) as i64);
    let mut exponent = exponent - 53;
    let zeros = numerator.trailing_zeros().unwrap_or(0) as i32;
    numerator >>= zeros;
    exponent += zeros;
    let denominator = if exponent < 0 && !numerator.is_zero() {
        BigInt::one() << -exponent
    } else {
        numerator <<= exponent.max(0);
        BigInt::one()
    };
    let numerator = vm.heap.new_bigint(numerator);
    let denominator = vm.heap.new_bigint(denominator);
    Ok(vm.tuple(&[numerator, denominator]))
}

fn round(vm: &mut Vm, args: &[Value]) -> Res {
    let value = receiver(vm, args[0]);
    let Some(digits) = args[1].bound().filter(|digits| !digits.is_none()) else {
        return int_from_float(vm, round_half_even(value));
    };
    let digits = vm.index(digits)?;
    match round_to(value, digits) {
        Some(rounded) => Ok(Value::float(rounded)),
        None => Err(vm.overflow_error("rounded value too large to represent")),
    }
}

fn round_half_even(value: f64) -> f64 {
    let rounded = elementary::round(value);
    if (value - rounded).abs() == 0.5 {
        2.0 * elementary::round(value / 2.0)
    } else {
        rounded
    }
}

/// To the nearest decimal of so many digits after the point; `None` if the
/// result is too large. As exact as CPython's `double_round`.
fn round_to(value: f64, digits: i64) -> Option<f64> {
    if !value.is_finite() || value == 0.0 || digits > 323 {
        return Some(value);
    }
    if digits < -308 {
        return Some(0f64.copysign(value));
    }
    let magnitude = value.abs();
    let rounded = if digits >= 0 {
        // The decimal expansion is exact and rounds half to even.
        format!("{magnitude:.*}", digits as usize)
            .parse::<f64>()
            .ok()?
    } else {
        let whole = elementary::trunc(magnitude);
        let unit: BigInt = Pow::pow(BigInt::from(10), -digits as u32);
        let (quotient, rest) = big_from_float(whole)?.div_mod_floor(&unit);
        let up = match (rest * 2u8).cmp(&unit) {
            Ordering::Less => false,
            Ordering::Equal => magnitude > whole || quotient.is_odd(),
            Ordering::Greater => true,
        };
        ((quotient + up as u8) * unit)
            .to_f64()
            .filter(|result| result.is_finite())?
    };
    Some(rounded.copysign(value))
}

fn hex(vm: &mut Vm, args: &[Value]) -> Res {
    let value = receiver(vm, args[0]);
    if !value.is_finite() {
        let text = float_repr(value);
        return Ok(vm.string(text));
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let bits = value.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    let exponent = ((bits >> 52) & 0x7FF) as i32;
    let text = if value == 0.0 {
        format!("{sign}0x0.0p+0")
    } else if exponent == 0 {
        format!("{sign}0x0.{fraction:013x}p-1022")
    } else {
        format!("{sign}0x1.{fraction:013x}p{:+}", exponent - 1023)
    };
    Ok(vm.string(text))
}

fn fromhex(vm: &mut Vm, args: &[Value]) -> Res {
    let class = args[0];
    let Some(text) = vm.as_text(args[1]) else {
        let message = format!(
            "fromhex() argument must be str, not {}",
            vm.type_name(args[1])
        );
        return Err(vm.type_error(message));
    };
    let float = match parse_hex(text.trim_matches(int::is_number_space)) {
        None => return Err(vm.value_error("invalid hexadecimal floating-point string")),
        Some(float) if float.is_infinite() && !text.to_ascii_lowercase().contains("inf") => {
            return Err(vm.overflow_error("hexadecimal value too large to represent as a float"));
        }
        Some(float) => Value::float(float),
    };
    if class == vm.types.float {
        Ok(float)
    } else {
        Err(vm.tail_call(class, &[float]))
    }
}

/// Infinite if the number is too large.
fn parse_hex(text: &str) -> Option<f64> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let signed = |value: f64| if negative { -value } else { value };
    let text = text.to_ascii_lowercase();
    match &*text {
        "inf" | "infinity" => return Some(signed(f64::INFINITY)),
        "nan" => return Some(signed(f64::NAN)),
        _ => {}
    }
    let text = text.strip_prefix("0x").unwrap_or(&text);
    let (digits, exponent) = match text.split_once('p') {
        Some((digits, exponent)) => {
            let plain = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if plain.is_empty() || !plain.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            // Beyond 64 bits the outcome is infinity or zero all the same.
            let limit = if exponent.starts_with('-') {
                i64::MIN / 4
            } else {
                i64::MAX / 4
            };
            (
                digits,
                exponent
                    .parse::<i64>()
                    .map_or(limit, |e| e.clamp(i64::MIN / 4, i64::MAX / 4)),
            )
        }
        None => (text, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    if all.is_empty() || !all.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mantissa = BigInt::parse_bytes(all.as_bytes(), 16)?;
    let exponent = exponent - 4 * fraction.len() as i64;
    let top = mantissa.bits() as i64 + exponent;
    if mantissa.sign() == Sign::NoSign || top < -1080 {
        return Some(signed(0.0));
    }
    if top > 1025 {
        return Some(signed(f64::INFINITY));
    }
    let value = if exponent >= 0 {
        int::divide(&(mantissa << exponent as u64), &BigInt::one())
    } else {
        int::divide(&mantissa, &(BigInt::one() << (-exponent) as u64))
    };
    Some(signed(value.unwrap_or(f64::INFINITY)))
}

fn getformat(vm: &mut Vm, args: &[Value]) -> Res {
    if vm.as_text(args[1]).is_none() {
        let message = format!(
            "__getformat__() argument must be str, not {}",
            vm.type_name(args[1])
        );
        return Err(vm.type_error(message));
    }
    match vm.as_text(args[1]) {
        Some("double" | "float") => Ok(vm.str("IEEE, little-endian")),
        _ => Err(vm.value_error("__getformat__() argument 1 must be 'double' or 'float'")),
    }
}

fn getnewargs(vm: &mut Vm, args: &[Value]) -> Res {
    let value = Value::float(receiver(vm, args[0]));
    Ok(vm.tuple(&[value]))
}

fn sizeof(_: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::int32(24))
}

static METHODS: &[NativeDef] = &[
    new_method("cls, x=..., /, **kwargs", float_new).slow("float_new"),
    operator!("__add__", |_, x, y| Ok(Value::float(x + y))),
    operator!(reflected "__radd__", |_, x, y| Ok(Value::float(x + y))),
    operator!("__sub__", |_, x, y| Ok(Value::float(x - y))),
    operator!(reflected "__rsub__", |_, x, y| Ok(Value::float(x - y))),
    operator!("__mul__", |_, x, y| Ok(Value::float(x * y))),
    operator!(reflected "__rmul__", |_, x, y| Ok(Value::float(x * y))),
    operator!("__truediv__", truediv),
    operator!(reflected "__rtruediv__", truediv),
    operator!("__floordiv__", floordiv),
    operator!(reflected "__rfloordiv__", floordiv),
    operator!("__mod__", modulo),
    operator!(reflected "__rmod__", modulo),
    operator!("__divmod__", divmod),
    operator!(reflected "__rdivmod__", divmod),
    method("__pow__", "self, value, mod=None, /", pow_method),
    method("__rpow__", "self, value, mod=None, /", rpow_method),
    comparison!("__eq__", |order| order == Some(Ordering::Equal)),
    comparison!("__ne__", |order| order != Some(Ordering::Equal)),
    comparison!("__lt__", |order| order.is_some_and(Ordering::is_lt)),
    comparison!("__le__", |order| order.is_some_and(Ordering::is_le)),
    comparison!("__gt__", |order| order.is_some_and(Ordering::is_gt)),
    comparison!("__ge__", |order| order.is_some_and(Ordering::is_ge)),
    method("__neg__", "self, /", neg),
    method("__pos__", "self, /", identity),
    method("__abs__", "self, /", abs),
    method("__bool__", "self, /", to_bool),
    method("__int__", "self, /", to_int),
    method("__float__", "self, /", identity),
    method("__trunc__", "self, /", to_int),
    method("__floor__", "self, /", floor),
    method("__ceil__", "self, /", ceil),
    method("__round__", "self, ndigits=..., /", round).slow("number_round"),
    method("__hash__", "self, /", hash),
    method("__repr__", "self, /", repr),
    method("__format__", "self, format_spec, /", format_method).raw_self(),
    method("__getnewargs__", "self, /", getnewargs),
    method("__sizeof__", "self, /", sizeof),
    class_method("__getformat__", "cls, typestr, /", getformat),
    class_method("from_number", "cls, number, /", from_number).slow("float_from_number"),
    class_method("fromhex", "cls, string, /", fromhex),
    method("conjugate", "self, /", identity),
    method("is_integer", "self, /", is_integer),
    method("as_integer_ratio", "self, /", as_integer_ratio),
    method("hex", "self, /", hex),
];

static GETTERS: &[GetterDef] = &[
    getter("real", |vm, value| Ok(Value::float(receiver(vm, value)))),
    getter("imag", |_, _| Ok(Value::float(0.0))),
];

pub(crate) fn register(vm: &mut Vm) {
    vm.add_methods(vm.types.float, METHODS);
    vm.add_getters(vm.types.float, GETTERS);
}
