//! How numbers are made.

use std::rc::Rc;

use airlock_vm::{Kind, Res, Throw, Value, Vm};
use num_bigint::BigUint;
use num_traits::Pow;

use super::coefficient::{Coefficient, MAX_TEXT_DIGITS};
use super::number::{FAR_EXPONENT, Finite, Form};
use super::settings::Signals;
use super::text::parse;
use super::world::{Number, World, world_of};

/// CPython's `MAX_EMAX`; the least exponent is twice as far away.
const MAX_EMAX: i64 = 999_999_999_999_999_999;
const MIN_ETINY: i64 = -2 * MAX_EMAX + 1;

/// `Decimal.__new__(cls, value, context)`.
pub fn new(vm: &mut Vm, args: &[Value]) -> Res {
    let &[class, _, context] = args else {
        return Err(vm.system_error("bad call"));
    };
    let Some(world) = world_of(vm, class) else {
        return Err(vm.type_error("Decimal.__new__(X): X is not a subtype of Decimal"));
    };
    if !context.is_none() && world.settings(vm, context).is_none() {
        return Err(vm.type_error("optional argument must be a context"));
    }
    let (form, value) = converted(vm, &world, args)?;
    let in_range = match form {
        Form::Finite => value.exponent >= MIN_ETINY && value.adjusted() <= MAX_EMAX,
        _ => true,
    };
    if !in_range {
        return Err(world.refuse(vm, context, "InvalidOperation"));
    }
    let number = world.make(vm, form, value);
    Ok(if class == world.class {
        number
    } else {
        vm.heap.new_instance(class, number)
    })
}

fn converted(vm: &mut Vm, world: &Rc<World>, args: &[Value]) -> Res<(Form, Finite)> {
    let &[class, given, context] = args else {
        return Err(vm.system_error("bad call"));
    };
    if let Some(value) = world.finite(vm, given) {
        return Ok((Form::Finite, value.into_owned()));
    }
    let plain = vm.heap.payload(given);
    if let Some(number) = vm.heap.downcast::<Number>(plain)
        && Rc::ptr_eq(&number.world, world)
    {
        return Ok((number.form, number.value.clone()));
    }
    if let Some(text) = vm.heap.as_str(plain) {
        if text.len() as i64 > MAX_TEXT_DIGITS {
            return Err(too_long(vm));
        }
        return match parse(text) {
            Some(parts) => Ok(parts),
            None => Err(world.refuse(vm, context, "ConversionSyntax")),
        };
    }
    if let Some(float) = plain.as_float() {
        let signaled = world
            .context(vm, context)
            .and_then(|context| world.signal(vm, context, Signals::FLOAT_OPERATION));
        return match signaled {
            Some(Ok(())) => Ok(of_float(float)),
            Some(Err(throw)) => Err(throw),
            None => Err(world.helper(vm, "_of_float", &[class, given, context])),
        };
    }
    if let Some(items) = vm.heap.as_items(plain) {
        let items = items.to_vec();
        return of_items(vm, &items);
    }
    if let Some(parts) = of_work(vm, world, given) {
        return Ok(parts);
    }
    let name = vm.type_name(given);
    Err(vm.type_error(format!(
        "conversion from {name} to Decimal is not supported"
    )))
}

pub fn too_long(vm: &mut Vm) -> Throw {
    vm.memory_error("the text of a number of so many digits would take too long")
}

/// Exactly.
pub fn of_float(float: f64) -> (Form, Finite) {
    let negative = float.is_sign_negative();
    if float.is_nan() {
        return (Form::Quiet, Finite::new(false, Coefficient::ZERO, 0));
    }
    if float.is_infinite() {
        return (Form::Infinity, Finite::new(negative, Coefficient::ZERO, 0));
    }
    const FRACTION_BITS: u32 = 52;
    let bits = float.to_bits();
    let stored = bits >> FRACTION_BITS & 0x7FF;
    let fraction = bits & ((1 << FRACTION_BITS) - 1);
    let (mantissa, exponent) = match stored {
        0 => (fraction, -1074),
        _ => (fraction | 1 << FRACTION_BITS, stored as i64 - 1075),
    };
    if mantissa == 0 {
        return (Form::Finite, Finite::new(negative, Coefficient::ZERO, 0));
    }
    let even = mantissa.trailing_zeros() as i64;
    let (mantissa, exponent) = (BigUint::from(mantissa >> even), exponent + even);
    let value = if exponent >= 0 {
        Finite::new(negative, (mantissa << exponent).into(), 0)
    } else {
        let fives = BigUint::from(5u32).pow(exponent.unsigned_abs() as u32);
        Finite::new(negative, (mantissa * fives).into(), exponent)
    };
    (Form::Finite, value)
}

/// Of a tuple as `as_tuple` gives it.
fn of_items(vm: &mut Vm, items: &[Value]) -> Res<(Form, Finite)> {
    let &[sign, digits, exponent] = items else {
        return Err(vm.value_error("argument must be a sequence of length 3"));
    };
    let negative = match vm.as_i64(sign) {
        Some(sign @ (0 | 1)) => sign == 1,
        _ => return Err(vm.value_error("sign must be an integer with the value 0 or 1")),
    };
    let form = match vm.as_text(exponent) {
        Some("F") => {
            return Ok((Form::Infinity, Finite::new(negative, Coefficient::ZERO, 0)));
        }
        Some("n") => Form::Quiet,
        Some("N") => Form::Signaling,
        Some(_) => {
            let message = "string argument in the third position must be 'F', 'n' or 'N'";
            return Err(vm.value_error(message));
        }
        None => Form::Finite,
    };
    let exponent = match form {
        Form::Finite if vm.as_int(exponent).is_none() => {
            return Err(vm.value_error("exponent must be an integer"));
        }
        Form::Finite => wide_exponent(vm, exponent),
        _ => 0,
    };
    let mut text = Vec::new();
    if vm.heap.as_items(digits).is_none() {
        return Err(vm.value_error("coefficient must be a tuple of digits"));
    }
    for digit in vm.collect(digits)? {
        match vm.as_i64(digit) {
            Some(digit @ 0..=9) => text.push(b'0' + digit as u8),
            _ => return Err(vm.value_error("coefficient must be a tuple of digits")),
        }
    }
    let coefficient = Coefficient::parse(&text).unwrap_or(Coefficient::ZERO);
    Ok((form, Finite::new(negative, coefficient, exponent)))
}

/// An int as exponent; one without room is as large as can be.
fn wide_exponent(vm: &Vm, value: Value) -> i64 {
    match vm.as_i64(value) {
        Some(exponent) => exponent.clamp(-FAR_EXPONENT, FAR_EXPONENT),
        None => {
            let negative = vm.as_int(value).is_some_and(|int| int < 0.into());
            if negative {
                -FAR_EXPONENT
            } else {
                FAR_EXPONENT
            }
        }
    }
}

/// Of the Python code's own kind of number.
fn of_work(vm: &mut Vm, world: &Rc<World>, value: Value) -> Option<(Form, Finite)> {
    if !value.is(Kind::Instance) {
        return None;
    }
    let class = vm.dict_get_text(world.namespace, "_WorkRep")?;
    if vm.heap.instance(value).class != class {
        return None;
    }
    let mut part = |name: &str| {
        let name = vm.intern(name);
        vm.get_attr(value, name).ok()
    };
    let (sign, int, exponent) = (part("sign")?, part("int")?, part("exp")?);
    let negative = vm.as_i64(sign)? == 1;
    let coefficient = vm.as_int(int)?.into_parts().1;
    let exponent = wide_exponent(vm, exponent);
    let value = Finite::new(negative, coefficient.into(), exponent);
    Some((Form::Finite, value))
}

/// `_dec_from_triple(sign, coefficient, exponent, special)` of the Python
/// code, whose coefficients are texts.
pub fn from_triple(vm: &mut Vm, args: &[Value]) -> Res {
    let &[class, sign, digits, exponent, special] = args else {
        return Err(vm.system_error("bad call"));
    };
    let Some(world) = world_of(vm, class) else {
        return Err(vm.type_error("a Decimal class is needed"));
    };
    let negative = vm.truthy(sign)?;
    let digits = vm.expect_str(digits, "coefficient")?;
    if digits.len() as i64 > MAX_TEXT_DIGITS {
        return Err(too_long(vm));
    }
    let Some(coefficient) = Coefficient::parse(digits.as_bytes()) else {
        return Err(vm.value_error("a coefficient has digits only"));
    };
    let special = vm.truthy(special)?;
    let form = match vm.as_text(exponent) {
        _ if !special => Form::Finite,
        Some("F") => Form::Infinity,
        Some("N") => Form::Signaling,
        _ => Form::Quiet,
    };
    let exponent = match form {
        Form::Finite => wide_exponent(vm, exponent),
        _ => 0,
    };
    Ok(world.make(vm, form, Finite::new(negative, coefficient, exponent)))
}
