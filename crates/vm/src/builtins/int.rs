//! `int` and `bool`.

use std::borrow::Cow;
use std::cmp::Ordering;

use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer;
use num_traits::{One, Pow, Signed, ToPrimitive, Zero};

use super::bytes::repr_bytes;
use super::format;
use crate::class::{GetterDef, getter};
use crate::elementary::ldexp;
use crate::fiber::Frame;
use crate::native::{NativeDef, class_method, method, new_method};
use crate::value::Kind;
use crate::{Completion, Res, Throw, Value, Vm};

/// Where the ten decimal digits of each script begin (Unicode 16, Nd).
const DIGIT_ZEROS: [u32; 74] = [
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66,
    0xDE6, 0xE50, 0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90,
    0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
    0x104A0, 0x10D30, 0x10D40, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0,
    0x11650, 0x116C0, 0x116D0, 0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0, 0x11C50, 0x11D50,
    0x11DA0, 0x11F50, 0x16A60, 0x16AC0, 0x16B50, 0x1CCF0, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC,
    0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E5F1, 0x1E950, 0x1FBF0,
];

/// The value of a decimal digit of any script.
pub fn decimal_digit(c: char) -> Option<u32> {
    if c.is_ascii() {
        return c.to_digit(10);
    }
    let at = DIGIT_ZEROS.partition_point(|&zero| zero <= c as u32);
    let digit = c as u32 - DIGIT_ZEROS[at.checked_sub(1)?];
    (digit < 10).then_some(digit)
}

/// What may stand around a number: of ASCII, C's whitespace only.
pub(crate) fn is_number_space(c: char) -> bool {
    if c.is_ascii() {
        matches!(c, ' ' | '\t'..='\r')
    } else {
        c.is_whitespace()
    }
}

/// The text of a number as its parsers take it: without surrounding
/// whitespace, decimal digits of any script as ASCII.
pub(crate) fn number_text(text: &str) -> Cow<'_, str> {
    let text = text.trim_matches(is_number_space);
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let ascii = |c: char| match decimal_digit(c) {
        Some(digit) if !c.is_ascii() => (b'0' + digit as u8) as char,
        _ => c,
    };
    Cow::Owned(text.chars().map(ascii).collect())
}

/// The plain int that an int, a bool or an instance of a subclass is: a small
/// one or a `BigInt` handle.
fn plain(vm: &Vm, value: Value) -> Option<Value> {
    let value = vm.heap.payload(value);
    if value.is_small() || value.is(Kind::BigInt) {
        Some(value)
    } else {
        value.as_bool().map(|bool| Value::int32(bool as i32))
    }
}

/// The plain int that the receiver of a method of `int` is.
fn receiver(vm: &Vm, value: Value) -> Value {
    plain(vm, value).unwrap_or(Value::int32(0))
}

fn big(vm: &Vm, value: Value) -> Cow<'_, BigInt> {
    match value.as_small() {
        Some(int) => Cow::Owned(BigInt::from(int)),
        None => Cow::Borrowed(vm.heap.bigint(value)),
    }
}

fn bits(vm: &Vm, value: Value) -> u64 {
    match value.as_small() {
        Some(int) => 64 - int.unsigned_abs().leading_zeros() as u64,
        None => vm.heap.bigint(value).bits(),
    }
}

fn is_zero(value: Value) -> bool {
    value.as_small() == Some(0)
}

/// Refuses results of more bits than memory has room for.
fn reserve_bits(vm: &mut Vm, bits: u64) -> Res<()> {
    vm.reserve(usize::try_from(bits / 8).unwrap_or(usize::MAX))
}

// Nothing can stop an operation on ints once it has begun, so what would take
// more than some seconds is refused. The figures are multiplications of two
// digits of 64 bits, about a nanosecond each.

const MAX_WORK: f64 = 2e9;

fn refuse_work(vm: &mut Vm, work: f64) -> Res<()> {
    if work > MAX_WORK {
        return Err(vm.memory_error("an operation on ints of this size would take too long"));
    }
    Ok(())
}

/// Refuses products that would take too long or have no room.
pub fn reserve_product(vm: &mut Vm, a_bits: u64, b_bits: u64) -> Res<()> {
    let bits = a_bits.saturating_add(b_bits);
    if bits < 1 << 20 {
        return Ok(());
    }
    reserve_bits(vm, bits)?;
    let (small, large) = (
        a_bits.min(b_bits) as f64 / 64.0,
        a_bits.max(b_bits) as f64 / 64.0,
    );
    // Karatsuba and Toom-3 from some 30 digits on.
    refuse_work(
        vm,
        if small < 32.0 {
            small * large
        } else {
            large * small.sqrt() * 4.0
        },
    )
}

/// Refuses square roots that would take too long: each step to one divides,
/// and there are about as many as the root's length has bits.
pub fn reserve_root(vm: &mut Vm, int: &BigInt) -> Res<()> {
    let digits = int.bits() as f64 / 64.0;
    refuse_work(vm, digits * digits / 8.0 * (int.bits() as f64 + 2.0).log2())
}

/// Refuses divisions that would take too long.
fn reserve_division(vm: &mut Vm, a: Value, b: Value) -> Res<()> {
    let (a_bits, b_bits) = (bits(vm, a), bits(vm, b));
    refuse_work(
        vm,
        a_bits.saturating_sub(b_bits) as f64 / 64.0 * (b_bits as f64 / 64.0) / 4.0,
    )
}

// Arithmetic on plain ints.

fn add(vm: &mut Vm, a: Value, b: Value) -> Res {
    if let (Some(x), Some(y)) = (a.as_small(), b.as_small()) {
        return Ok(vm.int(x + y));
    }
    let sum = &*big(vm, a) + &*big(vm, b);
    Ok(vm.heap.new_bigint(sum))
}

fn sub(vm: &mut Vm, a: Value, b: Value) -> Res {
    if let (Some(x), Some(y)) = (a.as_small(), b.as_small()) {
        return Ok(vm.int(x - y));
    }
    let difference = &*big(vm, a) - &*big(vm, b);
    Ok(vm.heap.new_bigint(difference))
}

fn mul(vm: &mut Vm, a: Value, b: Value) -> Res {
    if let (Some(x), Some(y)) = (a.as_small(), b.as_small())
        && let Some(product) = x.checked_mul(y)
    {
        return Ok(vm.int(product));
    }
    reserve_product(vm, bits(vm, a), bits(vm, b))?;
    let product = &*big(vm, a) * &*big(vm, b);
    Ok(vm.heap.new_bigint(product))
}

fn nonzero(vm: &mut Vm, b: Value, message: &str) -> Res<()> {
    if is_zero(b) {
        Err(vm.zero_division_error(message))
    } else {
        Ok(())
    }
}

fn floordiv(vm: &mut Vm, a: Value, b: Value) -> Res {
    nonzero(vm, b, "division by zero")?;
    if let (Some(x), Some(y)) = (a.as_small(), b.as_small()) {
        return Ok(vm.int(Integer::div_floor(&x, &y)));
    }
    reserve_division(vm, a, b)?;
    let quotient = big(vm, a).div_floor(&big(vm, b));
    Ok(vm.heap.new_bigint(quotient))
}

fn modulo(vm: &mut Vm, a: Value, b: Value) -> Res {
    nonzero(vm, b, "division by zero")?;
    if let (Some(x), Some(y)) = (a.as_small(), b.as_small()) {
        return Ok(vm.int(Integer::mod_floor(&x, &y)));
    }
    reserve_division(vm, a, b)?;
    let rest = big(vm, a).mod_floor(&big(vm, b));
    Ok(vm.heap.new_bigint(rest))
}

fn divmod(vm: &mut Vm, a: Value, b: Value) -> Res {
    nonzero(vm, b, "division by zero")?;
    reserve_division(vm, a, b)?;
    let (quotient, rest) = big(vm, a).div_mod_floor(&big(vm, b));
    let quotient = vm.heap.new_bigint(quotient);
    let rest = vm.heap.new_bigint(rest);
    Ok(vm.tuple(&[quotient, rest]))
}

fn truediv(vm: &mut Vm, a: Value, b: Value) -> Res {
    nonzero(vm, b, "division by zero")?;
    if let (Some(x), Some(y)) = (a.as_small(), b.as_small()) {
        // Small ints are exact as floats.
        return Ok(Value::float(x as f64 / y as f64));
    }
    let quotient = divide(&big(vm, a), &big(vm, b));
    match quotient {
        Some(quotient) => Ok(Value::float(quotient)),
        None => Err(vm.overflow_error("integer division result too large for a float")),
    }
}

/// `a / b` correctly rounded; `None` if it is too large. The method is that of
/// CPython's `long_true_divide`.
pub fn divide(a: &BigInt, b: &BigInt) -> Option<f64> {
    let negative = (a.sign() == Sign::Minus) != (b.sign() == Sign::Minus);
    let signed = |value: f64| if negative { -value } else { value };
    let (a, b) = (a.magnitude(), b.magnitude());
    let difference = a.bits() as i64 - b.bits() as i64;
    if a.is_zero() || difference < -1080 {
        return Some(signed(0.0));
    }
    if difference > 1024 {
        return None;
    }
    // The quotient gets two bits more than a float has, and the lowest one
    // also says whether anything was cut off.
    let shift = difference.max(-1021) - 55;
    let (shifted, mut inexact) = if shift <= 0 {
        (a << (-shift) as u64, false)
    } else {
        (
            a >> shift as u64,
            a.trailing_zeros().is_some_and(|zeros| zeros < shift as u64),
        )
    };
    let (quotient, rest) = shifted.div_rem(b);
    inexact |= !rest.is_zero();
    let mut quotient = quotient.to_u64()? | inexact as u64;
    let quotient_bits = 64 - quotient.leading_zeros() as i64;
    let extra = quotient_bits.max(-1021 - shift) - 53;
    let half = 1u64 << (extra - 1);
    if quotient & half != 0 && quotient & (3 * half - 1) != 0 {
        quotient += half;
    }
    quotient &= !(2 * half - 1);
    let result = ldexp(quotient as f64, shift as i32);
    if result.is_finite() {
        Some(signed(result))
    } else {
        None
    }
}

fn power(vm: &mut Vm, a: Value, b: Value) -> Res {
    if b.as_small().is_none_or(|b| b < 0) && big(vm, b).is_negative() {
        let (x, y) = (vm.to_float(a)?, vm.to_float(b)?);
        return super::float::power(vm, x, y);
    }
    if is_zero(b) {
        return Ok(Value::int32(1));
    }
    match a.as_small() {
        Some(0 | 1) => return Ok(a),
        Some(-1) => return Ok(Value::int32(if big(vm, b).is_even() { 1 } else { -1 })),
        _ => {}
    }
    let Some(exponent) = b.as_small().map(|b| b as u64) else {
        return Err(vm.memory_error(""));
    };
    let result_bits = (bits(vm, a) - 1).saturating_mul(exponent);
    reserve_bits(vm, result_bits)?;
    if a.as_small() != Some(2) {
        reserve_product(vm, result_bits / 2, result_bits / 2)?;
    }
    if let (Some(base), Ok(exponent)) = (a.as_small(), u32::try_from(exponent))
        && let Some(result) = base.checked_pow(exponent)
    {
        return Ok(vm.int(result));
    }
    let result = if a.as_small() == Some(2) {
        BigInt::one() << exponent
    } else {
        Pow::pow(&*big(vm, a), exponent)
    };
    Ok(vm.heap.new_bigint(result))
}

fn power_modulo(vm: &mut Vm, base: Value, exponent: Value, modulus: Value) -> Res {
    if is_zero(modulus) {
        return Err(vm.value_error("pow() 3rd argument cannot be 0"));
    }
    let (base, exponent, modulus) = (
        big(vm, base).into_owned(),
        big(vm, exponent).into_owned(),
        big(vm, modulus).into_owned(),
    );
    if modulus.magnitude().is_one() {
        return Ok(Value::int32(0));
    }
    let digits = modulus.bits() as f64 / 64.0;
    refuse_work(vm, exponent.bits() as f64 * digits * digits * 1.5)?;
    let result = if exponent.is_negative() {
        match base.modinv(&modulus) {
            Some(inverse) => inverse.modpow(&-exponent, &modulus),
            None => return Err(vm.value_error("base is not invertible for the given modulus")),
        }
    } else {
        base.modpow(&exponent, &modulus)
    };
    Ok(vm.heap.new_bigint(result))
}

/// A shift count; `None` if it is so large that nothing is left.
fn shift_count(vm: &mut Vm, b: Value) -> Res<Option<u64>> {
    match b.as_small() {
        Some(count) if count >= 0 => Ok(Some(count as u64)),
        None if !big(vm, b).is_negative() => Ok(None),
        _ => Err(vm.value_error("negative shift count")),
    }
}

fn lshift(vm: &mut Vm, a: Value, b: Value) -> Res {
    let count = shift_count(vm, b)?;
    if is_zero(a) {
        return Ok(a);
    }
    let Some(count) = count else {
        return Err(vm.overflow_error("too many digits in integer"));
    };
    if let Some(x) = a.as_small()
        && count < 16
    {
        return Ok(vm.int(x << count));
    }
    reserve_bits(vm, bits(vm, a).saturating_add(count))?;
    let result = &*big(vm, a) << count;
    Ok(vm.heap.new_bigint(result))
}

fn rshift(vm: &mut Vm, a: Value, b: Value) -> Res {
    let count = shift_count(vm, b)?.unwrap_or(u64::MAX);
    if let Some(x) = a.as_small() {
        return Ok(vm.int(x >> count.min(63)));
    }
    let result = if count > bits(vm, a) {
        if big(vm, a).is_negative() {
            BigInt::from(-1)
        } else {
            BigInt::zero()
        }
    } else {
        &*big(vm, a) >> count
    };
    Ok(vm.heap.new_bigint(result))
}

fn and(vm: &mut Vm, a: Value, b: Value) -> Res {
    if let (Some(x), Some(y)) = (a.as_small(), b.as_small()) {
        return Ok(vm.int(x & y));
    }
    let result = &*big(vm, a) & &*big(vm, b);
    Ok(vm.heap.new_bigint(result))
}

fn or(vm: &mut Vm, a: Value, b: Value) -> Res {
    if let (Some(x), Some(y)) = (a.as_small(), b.as_small()) {
        return Ok(vm.int(x | y));
    }
    let result = &*big(vm, a) | &*big(vm, b);
    Ok(vm.heap.new_bigint(result))
}

fn xor(vm: &mut Vm, a: Value, b: Value) -> Res {
    if let (Some(x), Some(y)) = (a.as_small(), b.as_small()) {
        return Ok(vm.int(x ^ y));
    }
    let result = &*big(vm, a) ^ &*big(vm, b);
    Ok(vm.heap.new_bigint(result))
}

type BinaryOp = fn(&mut Vm, Value, Value) -> Res;

/// Applies an operator if both operands are ints.
fn binary(vm: &mut Vm, a: Value, b: Value, op: BinaryOp) -> Res {
    match (plain(vm, a), plain(vm, b)) {
        (Some(a), Some(b)) => op(vm, a, b),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn compare(vm: &mut Vm, args: &[Value], holds: fn(Ordering) -> bool) -> Res {
    match (plain(vm, args[0]), plain(vm, args[1])) {
        (Some(a), Some(b)) => {
            let order = match (a.as_small(), b.as_small()) {
                (Some(x), Some(y)) => x.cmp(&y),
                _ => big(vm, a).cmp(&big(vm, b)),
            };
            Ok(Value::bool(holds(order)))
        }
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

fn pow_method(vm: &mut Vm, args: &[Value]) -> Res {
    pow(vm, args[0], args[1], args[2])
}

fn rpow_method(vm: &mut Vm, args: &[Value]) -> Res {
    pow(vm, args[1], args[0], args[2])
}

fn pow(vm: &mut Vm, base: Value, exponent: Value, modulus: Value) -> Res {
    let (Some(base), Some(exponent)) = (plain(vm, base), plain(vm, exponent)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if modulus.is_none() {
        return power(vm, base, exponent);
    }
    match plain(vm, modulus) {
        Some(modulus) => power_modulo(vm, base, exponent, modulus),
        None if vm.heap.payload(modulus).is_float() => {
            Err(vm.type_error("pow() 3rd argument not allowed unless all arguments are integers"))
        }
        None if vm.as_complex(modulus).is_some() => Err(vm.value_error("complex modulo")),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn neg(vm: &mut Vm, args: &[Value]) -> Res {
    sub(vm, Value::int32(0), receiver(vm, args[0]))
}

fn identity(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(receiver(vm, args[0]))
}

fn abs(vm: &mut Vm, args: &[Value]) -> Res {
    let value = receiver(vm, args[0]);
    if let Some(int) = value.as_small() {
        return Ok(vm.int(int.abs()));
    }
    let result = big(vm, value).abs();
    Ok(vm.heap.new_bigint(result))
}

fn invert(vm: &mut Vm, args: &[Value]) -> Res {
    let value = receiver(vm, args[0]);
    if let Some(int) = value.as_small() {
        return Ok(vm.int(!int));
    }
    let result = !big(vm, value).into_owned();
    Ok(vm.heap.new_bigint(result))
}

fn to_bool(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::bool(!is_zero(receiver(vm, args[0]))))
}

fn to_float(vm: &mut Vm, args: &[Value]) -> Res {
    let value = receiver(vm, args[0]);
    Ok(Value::float(vm.to_float(value)?))
}

fn hash(vm: &mut Vm, args: &[Value]) -> Res {
    let value = receiver(vm, args[0]);
    let hash = vm.hash(value)?;
    Ok(vm.int(hash))
}

// Text.

/// How many decimal digits may be converted, 0 for any number, where about so
/// many are to be. `decimal` counts digits by a context of its own; in CPython
/// it is C and asks nobody.
fn digit_limit(vm: &mut Vm, digits: usize) -> usize {
    let limit = vm.int_max_str_digits;
    if digits < limit {
        return limit;
    }
    // Its frames are hidden, as if it were C.
    let globals = vm.frames.iter().rev().find_map(|frame| match frame {
        Frame::Python(frame) => Some(frame.globals),
        _ => None,
    });
    let caller = globals.and_then(|globals| vm.namespace_get(globals, vm.names.name));
    match caller.and_then(|name| vm.as_text(name)) {
        Some("_pydecimal" | "decimal") => 0,
        _ => limit,
    }
}

/// Digits of the magnitude; `ValueError` beyond the limit on decimal digits.
pub fn magnitude_text(vm: &mut Vm, int: &BigInt, radix: u32) -> Res<String> {
    let digits = int.bits() as f64 * std::f64::consts::LOG10_2;
    let limit = match radix {
        10 => digit_limit(vm, digits as usize),
        _ => 0,
    };
    if limit > 0 {
        let too_long = digits > limit as f64 + 1.5;
        let text = if too_long {
            String::new()
        } else {
            int.magnitude().to_str_radix(10)
        };
        if too_long || text.len() > limit {
            return Err(vm.value_error(format!(
                "Exceeds the limit ({limit} digits) for integer string conversion; use \
                 sys.set_int_max_str_digits() to increase the limit"
            )));
        }
        return Ok(text);
    }
    reserve_bits(vm, int.bits().saturating_mul(8) / radix.ilog2() as u64)?;
    if !radix.is_power_of_two() {
        refuse_work(vm, (int.bits() as f64 / 64.0).powi(2) / 8.0)?;
    }
    Ok(int.magnitude().to_str_radix(radix))
}

/// `str(value)` of an int.
pub fn int_text(vm: &mut Vm, value: Value) -> Res<String> {
    let value = receiver(vm, value);
    if let Some(int) = value.as_small() {
        return Ok(int.to_string());
    }
    let int = big(vm, value).into_owned();
    let digits = magnitude_text(vm, &int, 10)?;
    Ok(if int.is_negative() {
        format!("-{digits}")
    } else {
        digits
    })
}

fn repr(vm: &mut Vm, args: &[Value]) -> Res {
    let text = int_text(vm, args[0])?;
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

/// Why a text is no int.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntTextError {
    Invalid,
    /// More decimal digits than the limit; how many.
    TooLong(usize),
}

/// The int that a text is in a base of 2..=36, or 0 for "as in source code".
pub fn parse_int(text: &str, base: u32, limit: usize) -> Result<BigInt, IntTextError> {
    let text = number_text(text);
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let prefixed = match text.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => 16,
        Some("0o") => 8,
        Some("0b") => 2,
        _ => 0,
    };
    let (radix, digits) = if prefixed != 0 && (base == 0 || base == prefixed) {
        // An underscore may follow the prefix.
        (prefixed, text[2..].strip_prefix('_').unwrap_or(&text[2..]))
    } else {
        (if base == 0 { 10 } else { base }, text)
    };
    let mut plain = Vec::with_capacity(digits.len());
    let mut after_digit = false;
    let mut valid = true;
    for c in digits.chars() {
        if c == '_' && after_digit {
            after_digit = false;
        } else {
            match c.to_digit(radix) {
                Some(digit) => plain.push(digit as u8),
                None => {
                    valid = false;
                    break;
                }
            }
            after_digit = true;
        }
    }
    if limit > 0 && plain.len() > limit && !radix.is_power_of_two() {
        return Err(IntTextError::TooLong(plain.len()));
    }
    if !valid || !after_digit {
        return Err(IntTextError::Invalid);
    }
    if base == 0 && radix == 10 && plain[0] == 0 && plain.iter().any(|&digit| digit != 0) {
        return Err(IntTextError::Invalid);
    }
    let magnitude = BigUint::from_radix_be(&plain, radix).ok_or(IntTextError::Invalid)?;
    Ok(BigInt::from_biguint(
        if negative { Sign::Minus } else { Sign::Plus },
        magnitude,
    ))
}

// Making ints.

fn int_new(vm: &mut Vm, args: &[Value]) -> Res {
    let (class, value, base) = (args[0], args[1], args[2]);
    let Some(base) = base.bound() else {
        let Some(value) = value.bound() else {
            return finish_new(vm, class, Value::int32(0));
        };
        return int_from(vm, class, value);
    };
    if value.is_unbound() {
        return Err(vm.type_error("int() missing string argument"));
    }
    let base = vm.index(base)?;
    if base != 0 && !(2..=36).contains(&base) {
        return Err(vm.value_error("int() base must be >= 2 and <= 36, or 0"));
    }
    let types = [vm.types.str, vm.types.bytes, vm.types.bytearray];
    let takes_base = types.iter().any(|&class| vm.is_instance(value, class));
    match text_of(vm, value) {
        Some(text) if takes_base => {
            let int = int_from_text(vm, value, &text, base as u32)?;
            finish_new(vm, class, int)
        }
        _ => Err(vm.type_error("int() can't convert non-string with explicit base")),
    }
}

/// Wraps a plain int in an instance if the class is a subclass.
fn finish_new(vm: &mut Vm, class: Value, int: Value) -> Res {
    if class == vm.types.int {
        Ok(int)
    } else {
        Ok(vm.heap.new_instance(class, int))
    }
}

/// The text of a str or a bytes-like object.
pub(crate) fn text_of(vm: &Vm, value: Value) -> Option<String> {
    let plain = vm.heap.payload(value);
    if let Some(text) = vm.heap.as_str(plain) {
        return Some(text.to_owned());
    }
    let data = vm.buffer_copy(plain)?;
    // Bytes beyond ASCII are neither digits nor spaces.
    Some(
        data.iter()
            .map(|&byte| {
                if byte.is_ascii() {
                    byte as char
                } else {
                    '\u{FFFD}'
                }
            })
            .collect(),
    )
}

fn int_from_text(vm: &mut Vm, value: Value, text: &str, base: u32) -> Res {
    let limit = digit_limit(vm, text.len());
    if !base.is_power_of_two() {
        // More digits than the limit are refused without work.
        let digits = if limit > 0 {
            text.len().min(limit)
        } else {
            text.len()
        };
        refuse_work(vm, (digits as f64 * 4.0 / 64.0).powi(2) / 2.0)?;
    }
    match parse_int(text, base, limit) {
        Ok(int) => Ok(vm.heap.new_bigint(int)),
        Err(IntTextError::TooLong(digits)) => Err(vm.value_error(format!(
            "Exceeds the limit ({limit} digits) for integer string conversion: value has {digits} digits; use \
             sys.set_int_max_str_digits() to increase the limit"
        ))),
        Err(IntTextError::Invalid) => {
            let plain = vm.heap.payload(value);
            let shown = match vm.buffer_copy(plain) {
                Some(data) => repr_bytes(&data),
                None => vm.repr(plain)?,
            };
            let shown: String = shown.chars().take(200).collect();
            Err(vm.value_error(format!("invalid literal for int() with base {base}: {shown}")))
        }
    }
}

/// The float truncated to an int.
pub fn int_from_float(vm: &mut Vm, value: f64) -> Res {
    if value.is_nan() {
        return Err(vm.value_error("cannot convert float NaN to integer"));
    }
    match big_from_float(value) {
        Some(int) => Ok(vm.heap.new_bigint(int)),
        None => Err(vm.overflow_error("cannot convert float infinity to integer")),
    }
}

/// The float truncated to an int; `None` if it is not finite.
pub fn big_from_float(value: f64) -> Option<BigInt> {
    if value.abs() < 9e18 {
        return Some(BigInt::from(value as i64));
    }
    <BigInt as num_traits::FromPrimitive>::from_f64(value)
}

fn int_from(vm: &mut Vm, class: Value, value: Value) -> Res {
    if value.is_small() || value.is(Kind::BigInt) {
        return finish_new(vm, class, value);
    }
    if let Some(float) = value.as_float() {
        let int = int_from_float(vm, float)?;
        return finish_new(vm, class, int);
    }
    for name in [vm.names.int, vm.names.index] {
        let Some(found) = vm.lookup_special(value, name) else {
            continue;
        };
        if found.is(Kind::Native) {
            let payload = vm.heap.payload(value);
            if let Some(int) = plain(vm, payload) {
                return finish_new(vm, class, int);
            }
            if let Some(float) = payload.as_float() {
                let int = int_from_float(vm, float)?;
                return finish_new(vm, class, int);
            }
        }
        let then = if name == vm.names.int {
            int_converted
        } else {
            index_converted
        };
        return vm.ask_special(found, value, &[], class, then);
    }
    match text_of(vm, value) {
        Some(text) => {
            let int = int_from_text(vm, value, &text, 10)?;
            finish_new(vm, class, int)
        }
        None => {
            let message = format!(
                "int() argument must be a string, a bytes-like object or a real number, not '{}'",
                vm.type_name(value)
            );
            Err(vm.type_error(message))
        }
    }
}

/// Continues `int(x)` after `x.__int__()`.
fn int_converted(vm: &mut Vm, state: [Value; 4], completion: Completion) -> Res {
    converted(vm, state, completion, "__int__")
}

/// Continues `int(x)` after `x.__index__()`.
fn index_converted(vm: &mut Vm, state: [Value; 4], completion: Completion) -> Res {
    converted(vm, state, completion, "__index__")
}

fn converted(vm: &mut Vm, state: [Value; 4], completion: Completion, how: &str) -> Res {
    let value = completion.value()?;
    if value.is_small() || value.is(Kind::BigInt) {
        return finish_new(vm, state[0], value);
    }
    let checked = vm.prelude("exact_int");
    let how = vm.intern(how);
    Err(
        vm.call_then(checked, &[value, how], state, |vm, state, completion| {
            let int = completion.value()?;
            finish_new(vm, state[0], int)
        }),
    )
}

fn is_little_endian(vm: &mut Vm, byteorder: Value) -> Res<bool> {
    match vm.as_text(byteorder) {
        Some("little") => Ok(true),
        Some("big") => Ok(false),
        Some(_) => Err(vm.value_error("byteorder must be either 'little' or 'big'")),
        None => {
            let message = format!(
                "argument 'byteorder' must be str, not {}",
                vm.type_name(byteorder)
            );
            Err(vm.type_error(message))
        }
    }
}

fn from_bytes(vm: &mut Vm, args: &[Value]) -> Res {
    let class = args[0];
    let little = is_little_endian(vm, args[2])?;
    let signed = vm.truthy(args[3])?;
    let plain = vm.heap.payload(args[1]);
    let data: Vec<u8> = if plain.is(Kind::Bytes) {
        vm.heap.pybytes(plain).data.to_vec()
    } else if plain.is(Kind::Str) {
        return Err(vm.type_error("cannot convert 'str' object to bytes"));
    } else if let Some(data) = vm.buffer_copy(plain) {
        data
    } else {
        let name = vm.intern("__bytes__");
        if vm.lookup_special(args[1], name).is_some() {
            return Err(Throw::Python);
        }
        if plain.is_small()
            || vm
                .native_iter(args[1])
                .is_err_and(|error| matches!(error, Throw::Raise(_)))
        {
            let message = format!("cannot convert '{}' object to bytes", vm.type_name(args[1]));
            return Err(vm.type_error(message));
        }
        let mut data = Vec::new();
        for item in vm.collect(args[1])? {
            match u8::try_from(vm.index(item)?) {
                Ok(byte) => data.push(byte),
                Err(_) => return Err(vm.value_error("bytes must be in range(0, 256)")),
            }
        }
        data
    };
    let int = match (little, signed) {
        (true, true) => BigInt::from_signed_bytes_le(&data),
        (true, false) => BigInt::from_bytes_le(Sign::Plus, &data),
        (false, true) => BigInt::from_signed_bytes_be(&data),
        (false, false) => BigInt::from_bytes_be(Sign::Plus, &data),
    };
    let int = vm.heap.new_bigint(int);
    if class == vm.types.int {
        Ok(int)
    } else {
        Err(vm.tail_call(class, &[int]))
    }
}

fn to_bytes(vm: &mut Vm, args: &[Value]) -> Res {
    let value = receiver(vm, args[0]);
    let length = vm.index(args[1])?;
    let little = is_little_endian(vm, args[2])?;
    let signed = vm.truthy(args[3])?;
    if length < 0 {
        return Err(vm.value_error("length argument must be non-negative"));
    }
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let int = big(vm, value).into_owned();
    if int.is_negative() && !signed {
        return Err(vm.overflow_error("can't convert negative int to unsigned"));
    }
    let mut data = if signed {
        int.to_signed_bytes_le()
    } else {
        int.magnitude().to_bytes_le()
    };
    if int.is_zero() {
        data.clear();
    }
    if data.len() > length {
        return Err(vm.overflow_error("int too big to convert"));
    }
    vm.reserve(length)?;
    data.resize(length, if int.is_negative() { 0xFF } else { 0 });
    if !little {
        data.reverse();
    }
    Ok(vm.bytes(&data))
}

// Other methods.

fn bit_length(vm: &mut Vm, args: &[Value]) -> Res {
    let bits = bits(vm, receiver(vm, args[0]));
    Ok(Value::count(bits as usize))
}

fn bit_count(vm: &mut Vm, args: &[Value]) -> Res {
    let value = receiver(vm, args[0]);
    let ones = match value.as_small() {
        Some(int) => int.unsigned_abs().count_ones() as u64,
        None => big(vm, value).magnitude().count_ones(),
    };
    Ok(Value::count(ones as usize))
}

fn as_integer_ratio(vm: &mut Vm, args: &[Value]) -> Res {
    let value = receiver(vm, args[0]);
    Ok(vm.tuple(&[value, Value::int32(1)]))
}

fn always_true(_: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::TRUE)
}

/// `round(int, ndigits)`: to the nearest multiple of a power of ten, ties to
/// the even one.
fn round(vm: &mut Vm, args: &[Value]) -> Res {
    let value = receiver(vm, args[0]);
    let Some(digits) = args[1].bound().filter(|digits| !digits.is_none()) else {
        return Ok(value);
    };
    let digits = vm.index(digits)?;
    if digits >= 0 {
        return Ok(value);
    }
    let int = big(vm, value).into_owned();
    if digits.unsigned_abs() > int.bits() {
        return Ok(Value::int32(0));
    }
    let unit: BigInt = Pow::pow(BigInt::from(10), digits.unsigned_abs());
    let (quotient, rest) = int.div_mod_floor(&unit);
    let up = match (&rest * 2u8).cmp(&unit) {
        Ordering::Less => false,
        Ordering::Equal => quotient.is_odd(),
        Ordering::Greater => true,
    };
    let result = (quotient + up as u8) * unit;
    Ok(vm.heap.new_bigint(result))
}

fn getnewargs(vm: &mut Vm, args: &[Value]) -> Res {
    let value = receiver(vm, args[0]);
    Ok(vm.tuple(&[value]))
}

fn sizeof(vm: &mut Vm, args: &[Value]) -> Res {
    // What CPython says: digits of 30 bits in 4 bytes each after a header.
    let bits = bits(vm, receiver(vm, args[0]));
    Ok(Value::count(24 + 4 * bits.div_ceil(30).max(1) as usize))
}

static METHODS: &[NativeDef] = &[
    new_method("cls, x=..., /, base=...", int_new).slow("int_new"),
    operator!("__add__", add),
    operator!(reflected "__radd__", add),
    operator!("__sub__", sub),
    operator!(reflected "__rsub__", sub),
    operator!("__mul__", mul),
    operator!(reflected "__rmul__", mul),
    operator!("__floordiv__", floordiv),
    operator!(reflected "__rfloordiv__", floordiv),
    operator!("__mod__", modulo),
    operator!(reflected "__rmod__", modulo),
    operator!("__divmod__", divmod),
    operator!(reflected "__rdivmod__", divmod),
    operator!("__truediv__", truediv),
    operator!(reflected "__rtruediv__", truediv),
    operator!("__lshift__", lshift),
    operator!(reflected "__rlshift__", lshift),
    operator!("__rshift__", rshift),
    operator!(reflected "__rrshift__", rshift),
    operator!("__and__", and),
    operator!(reflected "__rand__", and),
    operator!("__or__", or),
    operator!(reflected "__ror__", or),
    operator!("__xor__", xor),
    operator!(reflected "__rxor__", xor),
    method("__pow__", "self, value, mod=None, /", pow_method),
    method("__rpow__", "self, value, mod=None, /", rpow_method),
    comparison!("__eq__", Ordering::is_eq),
    comparison!("__ne__", Ordering::is_ne),
    comparison!("__lt__", Ordering::is_lt),
    comparison!("__le__", Ordering::is_le),
    comparison!("__gt__", Ordering::is_gt),
    comparison!("__ge__", Ordering::is_ge),
    method("__neg__", "self, /", neg),
    method("__pos__", "self, /", identity),
    method("__abs__", "self, /", abs),
    method("__invert__", "self, /", invert),
    method("__bool__", "self, /", to_bool),
    method("__int__", "self, /", identity),
    method("__index__", "self, /", identity),
    method("__float__", "self, /", to_float),
    method("__trunc__", "self, /", identity),
    method("__floor__", "self, /", identity),
    method("__ceil__", "self, /", identity),
    method("__round__", "self, ndigits=..., /", round).slow("number_round"),
    method("__hash__", "self, /", hash),
    method("__repr__", "self, /", repr),
    method("__format__", "self, format_spec, /", format_method).raw_self(),
    method("__getnewargs__", "self, /", getnewargs),
    method("__sizeof__", "self, /", sizeof),
    method("bit_length", "self, /", bit_length),
    method("bit_count", "self, /", bit_count),
    method("conjugate", "self, /", identity),
    method("as_integer_ratio", "self, /", as_integer_ratio),
    method("is_integer", "self, /", always_true),
    method(
        "to_bytes",
        "self, /, length=1, byteorder='big', *, signed=False",
        to_bytes,
    )
    .slow("int_to_bytes"),
    class_method(
        "from_bytes",
        "cls, /, bytes, byteorder='big', *, signed=False",
        from_bytes,
    )
    .slow("int_from_bytes"),
];

static GETTERS: &[GetterDef] = &[
    getter("real", |vm, value| Ok(receiver(vm, value))),
    getter("imag", |_, _| Ok(Value::int32(0))),
    getter("numerator", |vm, value| Ok(receiver(vm, value))),
    getter("denominator", |_, _| Ok(Value::int32(1))),
];

// bool

fn bool_new(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::bool(vm.truthy(args[1])?))
}

fn bool_repr(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(vm.intern(if args[0] == Value::TRUE {
        "True"
    } else {
        "False"
    }))
}

/// `&`, `|`, `^`: a bool for two bools, else as ints do.
fn bool_binary(vm: &mut Vm, args: &[Value], on_bools: fn(bool, bool) -> bool, op: BinaryOp) -> Res {
    match (args[0].as_bool(), args[1].as_bool()) {
        (Some(a), Some(b)) => Ok(Value::bool(on_bools(a, b))),
        _ => binary(vm, args[0], args[1], op),
    }
}

macro_rules! bool_operator {
    ($name:literal, $on_bools:expr, $op:expr) => {
        method($name, "self, value, /", |vm, args| {
            bool_binary(vm, args, $on_bools, $op)
        })
    };
}

static BOOL_METHODS: &[NativeDef] = &[
    new_method("cls, object=False, /", bool_new).slow("bool_new"),
    method("__repr__", "self, /", bool_repr),
    bool_operator!("__and__", |a, b| a && b, and),
    bool_operator!("__rand__", |a, b| a && b, and),
    bool_operator!("__or__", |a, b| a || b, or),
    bool_operator!("__ror__", |a, b| a || b, or),
    bool_operator!("__xor__", |a, b| a != b, xor),
    bool_operator!("__rxor__", |a, b| a != b, xor),
];

pub(crate) fn register(vm: &mut Vm) {
    vm.add_methods(vm.types.int, METHODS);
    vm.add_getters(vm.types.int, GETTERS);
    vm.add_methods(vm.types.bool, BOOL_METHODS);
}
