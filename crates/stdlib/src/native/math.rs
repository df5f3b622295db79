//! `math`.

use airlock_vm::builtins::format::float_repr;
use airlock_vm::builtins::int::{
    int_from_float, reserve_product as reserve_int_product, reserve_root,
};
use airlock_vm::elementary::{self as e, frexp, ldexp, product, two_sum};
use airlock_vm::module::ModuleDef;
use airlock_vm::{NativeDef, Res, Throw, Value, Vm, function};
use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

pub static MODULE: ModuleDef = ModuleDef {
    name: "math",
    functions: FUNCTIONS,
    init,
};

fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    for (name, value) in [
        ("pi", std::f64::consts::PI),
        ("e", std::f64::consts::E),
        ("tau", std::f64::consts::TAU),
        ("inf", f64::INFINITY),
        ("nan", f64::NAN),
    ] {
        vm.dict_set_text(dict, name, Value::float(value));
    }
    Ok(())
}

// Arguments.

/// A real argument of function `name`. If Python code must convert it, the
/// function is called again with all arguments converted.
fn real(vm: &mut Vm, name: &str, args: &[Value], at: usize) -> Res<f64> {
    match vm.to_float(args[at]) {
        Err(Throw::Python) => Err(again(vm, "math_again_floats", name, args)),
        other => other,
    }
}

/// An integer argument of function `name`, by `__index__`.
fn integer(vm: &mut Vm, name: &str, args: &[Value], at: usize) -> Res<BigInt> {
    match vm.index_big(args[at]) {
        Err(Throw::Python) => Err(again(vm, "math_again_ints", name, args)),
        other => other,
    }
}

fn again(vm: &mut Vm, helper: &str, name: &str, args: &[Value]) -> Throw {
    let given: Vec<Value> = args
        .iter()
        .copied()
        .filter(|arg| !arg.is_unbound())
        .collect();
    let name = vm.str(name);
    let given = vm.tuple(&given);
    vm.tail_prelude(helper, &[name, given])
}

fn domain_error(vm: &mut Vm) -> Throw {
    vm.value_error("math domain error")
}

fn range_error(vm: &mut Vm) -> Throw {
    vm.overflow_error("math range error")
}

/// A function of one float. A NaN that was not given, or an infinity from a
/// finite argument, is an error: `OverflowError` if the function can
/// overflow, else `ValueError` with the message ("{}" is the argument).
fn unary(
    vm: &mut Vm,
    name: &str,
    args: &[Value],
    f: fn(f64) -> f64,
    overflows: bool,
    message: &str,
) -> Res {
    let x = real(vm, name, args, 0)?;
    let result = f(x);
    let outside = result.is_nan() && !x.is_nan();
    let infinite = result.is_infinite() && x.is_finite();
    if infinite && overflows {
        return Err(range_error(vm));
    }
    if outside || infinite {
        return Err(vm.value_error(message.replace("{}", &float_repr(x))));
    }
    Ok(Value::float(result))
}

/// A function of two floats; errors as C99 Annex F says.
fn binary(vm: &mut Vm, name: &str, args: &[Value], f: fn(f64, f64) -> f64) -> Res {
    let x = real(vm, name, args, 0)?;
    let y = real(vm, name, args, 1)?;
    let result = f(x, y);
    if result.is_nan() && !x.is_nan() && !y.is_nan() {
        return Err(domain_error(vm));
    }
    if result.is_infinite() && x.is_finite() && y.is_finite() {
        return Err(range_error(vm));
    }
    Ok(Value::float(result))
}

macro_rules! unary {
    ($name:literal, $f:expr) => {
        unary!($name, $f, false, "math domain error")
    };
    ($name:literal, $f:expr, overflows) => {
        unary!($name, $f, true, "math domain error")
    };
    ($name:literal, $f:expr, $message:literal) => {
        unary!($name, $f, false, $message)
    };
    ($name:literal, $f:expr, $overflows:literal, $message:literal) => {
        function($name, "x, /", |vm, args| {
            unary(vm, $name, args, $f, $overflows, $message)
        })
    };
}

macro_rules! binary {
    ($name:literal, $signature:literal, $f:expr) => {
        function($name, $signature, |vm, args| binary(vm, $name, args, $f))
    };
}

macro_rules! predicate {
    ($name:literal, $f:expr) => {
        function($name, "x, /", |vm, args| {
            let x = real(vm, $name, args, 0)?;
            let holds: fn(f64) -> bool = $f;
            Ok(Value::bool(holds(x)))
        })
    };
}

static FUNCTIONS: &[NativeDef] = &[
    unary!(
        "acos",
        e::acos,
        "expected a number in range from -1 up to 1, got {}"
    ),
    unary!(
        "acosh",
        e::acosh,
        "expected argument value not less than 1, got {}"
    ),
    unary!(
        "asin",
        e::asin,
        "expected a number in range from -1 up to 1, got {}"
    ),
    unary!("asinh", e::asinh),
    unary!("atan", e::atan),
    binary!("atan2", "y, x, /", e::atan2),
    unary!(
        "atanh",
        e::atanh,
        "expected a number between -1 and 1, got {}"
    ),
    unary!("cbrt", e::cbrt),
    function("ceil", "x, /", ceil),
    function("comb", "n, k, /", comb),
    function("copysign", "x, y, /", |vm, args| {
        let x = real(vm, "copysign", args, 0)?;
        let y = real(vm, "copysign", args, 1)?;
        let result = Value::float(x.abs());
        Ok(if y.is_sign_negative() {
            result.negated()
        } else {
            result
        })
    }),
    unary!("cos", cos, "expected a finite input, got {}"),
    unary!("cosh", e::cosh, overflows),
    function("degrees", "x, /", |vm, args| {
        let x = real(vm, "degrees", args, 0)?;
        Ok(Value::float(x * (180.0 / std::f64::consts::PI)))
    }),
    function("dist", "p, q, /", dist).slow("math_dist"),
    unary!("erf", e::erf),
    unary!("erfc", e::erfc),
    unary!("exp", e::exp, overflows),
    unary!("exp2", e::exp2, overflows),
    unary!("expm1", e::expm1, overflows),
    unary!("fabs", f64::abs),
    function("factorial", "n, /", factorial),
    function("floor", "x, /", floor),
    function("fma", "x, y, z, /", fma),
    binary!(
        "fmod",
        "x, y, /",
        |x, y| if y.is_infinite() && x.is_finite() {
            x
        } else {
            e::fmod(x, y)
        }
    ),
    function("frexp", "x, /", frexp_function),
    function("fsum", "seq, /", fsum).slow("math_fsum"),
    function("gamma", "x, /", gamma_function),
    function("gcd", "*integers", gcd),
    function("hypot", "*coordinates", hypot),
    function("isclose", "a, b, *, rel_tol=..., abs_tol=...", isclose).slow("math_isclose"),
    predicate!("isfinite", f64::is_finite),
    predicate!("isinf", f64::is_infinite),
    predicate!("isnan", f64::is_nan),
    function("isqrt", "n, /", isqrt),
    function("lcm", "*integers", lcm),
    function("ldexp", "x, i, /", ldexp_function),
    function("lgamma", "x, /", lgamma_function),
    function("log", "x, base=..., /", log),
    function("log10", "x, /", |vm, args| {
        let result = logarithm(vm, "log10", args, 0, e::log10)?;
        Ok(Value::float(result))
    }),
    unary!("log1p", log1p, "expected argument value > -1, got {}"),
    function("log2", "x, /", |vm, args| {
        let result = logarithm(vm, "log2", args, 0, e::log2)?;
        Ok(Value::float(result))
    }),
    function("modf", "x, /", modf),
    function("nextafter", "x, y, /, *, steps=None", nextafter).slow("math_nextafter"),
    function("perm", "n, k=None, /", perm),
    function("pow", "x, y, /", pow),
    function("prod", "iterable, /, *, start=1", prod).slow("math_prod"),
    unary!("radians", |x| x * (std::f64::consts::PI / 180.0)),
    binary!("remainder", "x, y, /", remainder),
    unary!("sin", sin, "expected a finite input, got {}"),
    unary!("sinh", e::sinh, overflows),
    unary!("sqrt", e::sqrt, "expected a nonnegative input, got {}"),
    function("sumprod", "p, q, /", sumprod).slow("math_sumprod"),
    unary!("tan", tan, "expected a finite input, got {}"),
    unary!("tanh", e::tanh),
    function("trunc", "x, /", trunc),
    function("ulp", "x, /", ulp),
];

// Rounding to ints.

/// By the special method `name` of the value's type, else through a float.
fn rounded(vm: &mut Vm, function: &str, name: &str, args: &[Value], round: fn(f64) -> f64) -> Res {
    let value = args[0];
    if let Some(float) = value.as_float() {
        return int_from_float(vm, round(float));
    }
    if value.is_small() {
        return Ok(value);
    }
    let name = vm.intern(name);
    if let Some(method) = vm.lookup_special(value, name) {
        return vm.ask_special(method, value, &[], Value::UNBOUND, |_, _, completion| {
            completion.value()
        });
    }
    let float = real(vm, function, args, 0)?;
    int_from_float(vm, round(float))
}

fn floor(vm: &mut Vm, args: &[Value]) -> Res {
    rounded(vm, "floor", "__floor__", args, e::floor)
}

fn ceil(vm: &mut Vm, args: &[Value]) -> Res {
    rounded(vm, "ceil", "__ceil__", args, e::ceil)
}

fn trunc(vm: &mut Vm, args: &[Value]) -> Res {
    let name = vm.intern("__trunc__");
    if vm.lookup_special(args[0], name).is_none() {
        let message = format!(
            "type {} doesn't define __trunc__ method",
            vm.type_name(args[0])
        );
        return Err(vm.type_error(message));
    }
    rounded(vm, "trunc", "__trunc__", args, e::trunc)
}

// Floats.

fn sin(x: f64) -> f64 {
    if x.is_infinite() { f64::NAN } else { e::sin(x) }
}

fn cos(x: f64) -> f64 {
    if x.is_infinite() { f64::NAN } else { e::cos(x) }
}

fn tan(x: f64) -> f64 {
    if x.is_infinite() { f64::NAN } else { e::tan(x) }
}

fn log1p(x: f64) -> f64 {
    // The sign of zero is kept.
    if x == 0.0 { x } else { e::log1p(x) }
}

fn pow(vm: &mut Vm, args: &[Value]) -> Res {
    let x = real(vm, "pow", args, 0)?;
    let y = real(vm, "pow", args, 1)?;
    let odd = |y: f64| y.is_finite() && e::fmod(y.abs(), 2.0) == 1.0;
    let result = if y == 0.0 || x == 1.0 {
        1.0
    } else if x.is_nan() || y.is_nan() {
        f64::NAN
    } else if x.is_infinite() {
        let magnitude = if y > 0.0 { f64::INFINITY } else { 0.0 };
        if odd(y) {
            magnitude.copysign(x)
        } else {
            magnitude
        }
    } else if y.is_infinite() {
        match x.abs() {
            1.0 => 1.0,
            size if (size > 1.0) == (y > 0.0) => f64::INFINITY,
            _ => 0.0,
        }
    } else if x == 0.0 {
        if y < 0.0 {
            return Err(domain_error(vm));
        }
        if odd(y) { x } else { 0.0 }
    } else {
        if x < 0.0 && y != e::floor(y) {
            return Err(domain_error(vm));
        }
        let magnitude = if x == -1.0 { 1.0 } else { e::pow(x.abs(), y) };
        if magnitude.is_infinite() {
            return Err(range_error(vm));
        }
        if x < 0.0 && odd(y) {
            -magnitude
        } else {
            magnitude
        }
    };
    Ok(Value::float(result))
}

/// The logarithm of an argument, ints of any size included.
fn logarithm(vm: &mut Vm, name: &str, args: &[Value], at: usize, log: fn(f64) -> f64) -> Res<f64> {
    if let Some(int) = vm.as_int(args[at]) {
        if !int.is_positive() {
            return Err(vm.value_error("expected a positive input"));
        }
        let float = int.to_f64().unwrap_or(f64::INFINITY);
        if float.is_finite() {
            return Ok(log(float));
        }
        // value = mantissa * 2**exponent
        let exponent = int.bits();
        let top = (int >> (exponent - 64)).to_f64().unwrap_or(1.0);
        return Ok(log(ldexp(top, -64)) + log(2.0) * exponent as f64);
    }
    let x = real(vm, name, args, at)?;
    if x <= 0.0 {
        return Err(vm.value_error(format!("expected a positive input, got {}", float_repr(x))));
    }
    Ok(if x.is_finite() { log(x) } else { x })
}

fn log(vm: &mut Vm, args: &[Value]) -> Res {
    let numerator = logarithm(vm, "log", args, 0, e::log)?;
    if args[1].is_unbound() {
        return Ok(Value::float(numerator));
    }
    let denominator = logarithm(vm, "log", args, 1, e::log)?;
    if denominator == 0.0 {
        return Err(vm.zero_division_error("division by zero"));
    }
    Ok(Value::float(numerator / denominator))
}

fn fma(vm: &mut Vm, args: &[Value]) -> Res {
    let x = real(vm, "fma", args, 0)?;
    let y = real(vm, "fma", args, 1)?;
    let z = real(vm, "fma", args, 2)?;
    let result = e::fma(x, y, z);
    if result.is_nan() && !x.is_nan() && !y.is_nan() && !z.is_nan() {
        return Err(vm.value_error("invalid operation in fma"));
    }
    if result.is_infinite() && x.is_finite() && y.is_finite() && z.is_finite() {
        return Err(vm.overflow_error("overflow in fma"));
    }
    Ok(Value::float(result))
}

fn frexp_function(vm: &mut Vm, args: &[Value]) -> Res {
    let (mantissa, exponent) = frexp(real(vm, "frexp", args, 0)?);
    Ok(vm.tuple(&[Value::float(mantissa), Value::int32(exponent)]))
}

fn ldexp_function(vm: &mut Vm, args: &[Value]) -> Res {
    let x = real(vm, "ldexp", args, 0)?;
    let Some(exponent) = vm.as_int(args[1]) else {
        return Err(vm.type_error("Expected an int as second argument to ldexp."));
    };
    if x == 0.0 || !x.is_finite() {
        return Ok(Value::float(x));
    }
    let limit = if exponent.is_negative() { -5000 } else { 5000 };
    let result = ldexp(x, exponent.to_i32().map_or(limit, |e| e.clamp(-5000, 5000)));
    if result.is_infinite() {
        Err(range_error(vm))
    } else {
        Ok(Value::float(result))
    }
}

fn modf(vm: &mut Vm, args: &[Value]) -> Res {
    let x = real(vm, "modf", args, 0)?;
    let (fraction, whole) = if x.is_infinite() {
        (0f64.copysign(x), x)
    } else {
        ((x - e::trunc(x)).copysign(x), e::trunc(x))
    };
    Ok(vm.tuple(&[Value::float(fraction), Value::float(whole)]))
}

/// `x` minus the nearest multiple of `y`, ties to the even one; exact.
fn remainder(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    if x.is_infinite() || y == 0.0 {
        return f64::NAN;
    }
    if y.is_infinite() {
        return x;
    }
    let (size, modulus) = (x.abs(), y.abs());
    let rest = e::fmod(size, modulus);
    let complement = modulus - rest;
    let result = if rest < complement {
        rest
    } else if rest > complement {
        -complement
    } else {
        rest - 2.0 * e::fmod(0.5 * (size - rest), modulus)
    };
    1f64.copysign(x) * result
}

/// The place of a float among all floats, by order.
fn ordinal(x: f64) -> i64 {
    let bits = x.to_bits() as i64;
    if bits < 0 { -(bits & i64::MAX) } else { bits }
}

fn from_ordinal(ordinal: i64) -> f64 {
    if ordinal < 0 {
        -f64::from_bits(-ordinal as u64)
    } else {
        f64::from_bits(ordinal as u64)
    }
}

fn nextafter(vm: &mut Vm, args: &[Value]) -> Res {
    let (x, y) = (vm.to_float(args[0])?, vm.to_float(args[1])?);
    let steps = if args[2].is_none() {
        BigInt::one()
    } else {
        let steps = vm.index_big(args[2])?;
        if steps.is_negative() {
            return Err(vm.value_error("steps must be a non-negative integer"));
        }
        steps
    };
    if steps.is_zero() || x.is_nan() {
        return Ok(Value::float(x));
    }
    if y.is_nan() || x == y {
        return Ok(Value::float(y));
    }
    let steps = steps.to_i64().unwrap_or(i64::MAX);
    let (from, to) = (ordinal(x), ordinal(y));
    let reached = if to > from {
        from.saturating_add(steps).min(to)
    } else {
        from.saturating_sub(steps).max(to)
    };
    let result = from_ordinal(reached);
    // Zero is reached with the sign of where it was come from.
    Ok(Value::float(if result == 0.0 {
        0f64.copysign(x)
    } else {
        result
    }))
}

fn ulp(vm: &mut Vm, args: &[Value]) -> Res {
    let x = real(vm, "ulp", args, 0)?.abs();
    let result = if !x.is_finite() {
        x
    } else if x == f64::MAX {
        x - from_ordinal(ordinal(x) - 1)
    } else {
        from_ordinal(ordinal(x) + 1) - x
    };
    Ok(Value::float(result))
}

fn isclose(vm: &mut Vm, args: &[Value]) -> Res {
    let (a, b) = (vm.to_float(args[0])?, vm.to_float(args[1])?);
    let mut tolerance = |value: Value, default: f64| match value.bound() {
        Some(value) => vm.to_float(value),
        None => Ok(default),
    };
    let relative = tolerance(args[2], 1e-9)?;
    let absolute = tolerance(args[3], 0.0)?;
    if relative < 0.0 || absolute < 0.0 {
        return Err(vm.value_error("tolerances must be non-negative"));
    }
    if a == b {
        return Ok(Value::TRUE);
    }
    if a.is_infinite() || b.is_infinite() {
        return Ok(Value::FALSE);
    }
    let difference = (b - a).abs();
    let close = difference <= (relative * b).abs()
        || difference <= (relative * a).abs()
        || difference <= absolute;
    Ok(Value::bool(close))
}

fn floats(vm: &mut Vm, items: &[Value]) -> Res<Vec<f64>> {
    items.iter().map(|&item| vm.to_float(item)).collect()
}

fn hypot(vm: &mut Vm, args: &[Value]) -> Res {
    let items = vm.heap.tuple(args[0]).to_vec();
    match floats(vm, &items) {
        Err(Throw::Python) => Err(again(vm, "math_again_floats", "hypot", &items)),
        other => Ok(Value::float(e::norm(&other?))),
    }
}

fn dist(vm: &mut Vm, args: &[Value]) -> Res {
    let (p, q) = (vm.collect(args[0])?, vm.collect(args[1])?);
    if p.len() != q.len() {
        return Err(vm.value_error("both points must have the same number of dimensions"));
    }
    let (p, q) = (floats(vm, &p)?, floats(vm, &q)?);
    let differences: Vec<f64> = p.iter().zip(&q).map(|(p, q)| p - q).collect();
    Ok(Value::float(e::norm(&differences)))
}

/// Shewchuk's exact summation, rounded once at the end.
fn fsum(vm: &mut Vm, args: &[Value]) -> Res {
    let items = vm.collect(args[0])?;
    let mut partials: Vec<f64> = Vec::new();
    let (mut special, mut infinities) = (0.0, 0.0);
    for item in items {
        let given = vm.to_float(item)?;
        let mut x = given;
        let mut kept = 0;
        for at in 0..partials.len() {
            let mut y = partials[at];
            if x.abs() < y.abs() {
                std::mem::swap(&mut x, &mut y);
            }
            let high = x + y;
            let low = y - (high - x);
            if low != 0.0 {
                partials[kept] = low;
                kept += 1;
            }
            x = high;
        }
        partials.truncate(kept);
        if x != 0.0 {
            if x.is_finite() {
                partials.push(x);
            } else {
                if given.is_finite() {
                    return Err(vm.overflow_error("intermediate overflow in fsum"));
                }
                if given.is_infinite() {
                    infinities += given;
                }
                special += given;
                partials.clear();
            }
        }
    }
    if special != 0.0 {
        if infinities.is_nan() {
            return Err(vm.value_error("-inf + inf in fsum"));
        }
        return Ok(Value::float(special));
    }
    let Some(mut high) = partials.pop() else {
        return Ok(Value::float(0.0));
    };
    let mut low = 0.0;
    while let Some(y) = partials.pop() {
        let x = high;
        high = x + y;
        low = y - (high - x);
        if low != 0.0 {
            break;
        }
    }
    // Half-even rounding across several partials.
    if let Some(&next) = partials.last()
        && ((low < 0.0 && next < 0.0) || (low > 0.0 && next > 0.0))
    {
        let y = low * 2.0;
        let x = high + y;
        if y == x - high {
            high = x;
        }
    }
    Ok(Value::float(high))
}

/// The product as far as it consists of built-in numbers.
fn prod(vm: &mut Vm, args: &[Value]) -> Res {
    let start = args[1];
    let items = vm.collect(args[0])?;
    let Some(mut product) = plain_int(vm, start) else {
        let Some(float) = start.as_float() else {
            return Err(Throw::Python);
        };
        return float_prod(vm, float, &items);
    };
    // Ints of like size are multiplied first: one after another would take
    // time that grows with the square of their number.
    let mut factors = vec![std::mem::take(&mut product)];
    let mut bits = factors[0].bits();
    for (at, &item) in items.iter().enumerate() {
        match plain_int(vm, item) {
            Some(int) => {
                bits += int.bits();
                factors.push(int);
            }
            None if item.is_float() => {
                reserve_int_product(vm, bits / 2, bits / 2)?;
                let value = vm.heap.new_bigint(product_of_ints(&factors));
                let float = vm.to_float(value)?;
                return float_prod(vm, float, &items[at..]);
            }
            None => return Err(Throw::Python),
        }
    }
    reserve_int_product(vm, bits / 2, bits / 2)?;
    Ok(vm.heap.new_bigint(product_of_ints(&factors)))
}

fn product_of_ints(factors: &[BigInt]) -> BigInt {
    if factors.len() < 8 {
        return factors.iter().product();
    }
    let (left, right) = factors.split_at(factors.len() / 2);
    product_of_ints(left) * product_of_ints(right)
}

/// An int or a bool, but no instance of a subclass, whose operators may differ.
fn plain_int(vm: &Vm, value: Value) -> Option<BigInt> {
    if value.is(airlock_vm::Kind::Instance) {
        None
    } else {
        vm.as_int(value)
    }
}

fn float_prod(vm: &mut Vm, start: f64, items: &[Value]) -> Res {
    let mut product = start;
    for &item in items {
        if item.is(airlock_vm::Kind::Instance) || !(item.is_float() || vm.as_int(item).is_some()) {
            return Err(Throw::Python);
        }
        product *= vm.to_float(item)?;
    }
    Ok(Value::float(product))
}

/// The sum of products; with floats, in three times their precision.
fn sumprod(vm: &mut Vm, args: &[Value]) -> Res {
    let (p, q) = (vm.collect(args[0])?, vm.collect(args[1])?);
    if p.len() != q.len() {
        return Err(vm.value_error("Inputs are not the same length"));
    }
    let mut ints = BigInt::zero();
    let mut any_float = false;
    let (mut high, mut low, mut lowest) = (0.0f64, 0.0f64, 0.0f64);
    for (&a, &b) in p.iter().zip(&q) {
        if let (Some(a), Some(b)) = (plain_int(vm, a), plain_int(vm, b)) {
            ints += a * b;
            continue;
        }
        let plain = |vm: &Vm, v: Value| v.is_float() || plain_int(vm, v).is_some();
        if !plain(vm, a) || !plain(vm, b) {
            return Err(Throw::Python);
        }
        any_float = true;
        let (product_high, product_low) = product(vm.to_float(a)?, vm.to_float(b)?);
        let (sum, rest) = two_sum(high, product_high);
        let (first, first_rest) = two_sum(low, product_low);
        let (second, second_rest) = two_sum(first, rest);
        (high, low, lowest) = (sum, second, lowest + first_rest + second_rest);
    }
    if !any_float {
        return Ok(vm.heap.new_bigint(ints));
    }
    let total = if high.is_finite() && !low.is_nan() {
        let (last, rest) = two_sum(low, lowest);
        let (sum, sum_rest) = two_sum(high, last);
        sum + (sum_rest + rest)
    } else {
        // An infinity or a NaN among the products: they decide.
        let mut total = 0.0;
        for (&a, &b) in p.iter().zip(&q) {
            total += vm.to_float(a)? * vm.to_float(b)?;
        }
        return Ok(Value::float(total));
    };
    let ints = vm.heap.new_bigint(ints);
    Ok(Value::float(vm.to_float(ints)? + total))
}

// Gamma: Lanczos' approximation with the parameters of CPython (and Boost).

const LANCZOS_G: f64 = 6.02468004077673;
const LANCZOS_G_MINUS_HALF: f64 = 5.52468004077673;
const LANCZOS_NUMERATOR: [f64; 13] = [
    23531376880.41076,
    42919803642.6491,
    35711959237.35567,
    17921034426.03721,
    6039542586.352028,
    1439720407.3117216,
    248874557.86205417,
    31426415.585400194,
    2876370.6289353725,
    186056.26539522348,
    8071.672002365816,
    210.82427775157936,
    2.5066282746310002,
];
const LANCZOS_DENOMINATOR: [f64; 13] = [
    0.0,
    39916800.0,
    120543840.0,
    150917976.0,
    105258076.0,
    45995730.0,
    13339535.0,
    2637558.0,
    357423.0,
    32670.0,
    1925.0,
    66.0,
    1.0,
];

fn lanczos_sum(x: f64) -> f64 {
    let (mut numerator, mut denominator) = (0.0, 0.0);
    if x < 5.0 {
        for at in (0..13).rev() {
            numerator = numerator * x + LANCZOS_NUMERATOR[at];
            denominator = denominator * x + LANCZOS_DENOMINATOR[at];
        }
    } else {
        for at in 0..13 {
            numerator = numerator / x + LANCZOS_NUMERATOR[at];
            denominator = denominator / x + LANCZOS_DENOMINATOR[at];
        }
    }
    numerator / denominator
}

/// sin(pi * x), accurate near integers.
fn sin_pi(x: f64) -> f64 {
    use std::f64::consts::PI;
    let y = e::fmod(x.abs(), 2.0);
    let result = match e::round(2.0 * y) as i32 {
        0 => e::sin(PI * y),
        1 => e::cos(PI * (y - 0.5)),
        2 => e::sin(PI * (1.0 - y)),
        3 => -e::cos(PI * (y - 1.5)),
        _ => e::sin(PI * (y - 2.0)),
    };
    1f64.copysign(x) * result
}

/// NaN at poles; infinite beyond the range.
fn gamma(x: f64) -> f64 {
    if x.is_nan() || x == f64::INFINITY {
        return x;
    }
    if x == f64::NEG_INFINITY || x == 0.0 {
        return f64::NAN;
    }
    if x == e::floor(x) {
        if x < 0.0 {
            return f64::NAN;
        }
        if x <= 23.0 {
            return (1..x as u64).fold(1.0, |product, factor| product * factor as f64);
        }
    }
    let size = x.abs();
    if size < 1e-20 {
        return 1.0 / x;
    }
    if size > 200.0 {
        return if x < 0.0 {
            0.0 / sin_pi(x)
        } else {
            f64::INFINITY
        };
    }
    let y = size + LANCZOS_G_MINUS_HALF;
    let error = if size > LANCZOS_G_MINUS_HALF {
        (y - size) - LANCZOS_G_MINUS_HALF
    } else {
        (y - LANCZOS_G_MINUS_HALF) - size
    };
    let z = error * LANCZOS_G / y;
    if x < 0.0 {
        let mut result =
            -std::f64::consts::PI / sin_pi(size) / size * e::exp(y) / lanczos_sum(size);
        result -= z * result;
        if size < 140.0 {
            result / e::pow(y, size - 0.5)
        } else {
            let root = e::pow(y, size / 2.0 - 0.25);
            result / root / root
        }
    } else {
        let mut result = lanczos_sum(size) / e::exp(y);
        result += z * result;
        if size < 140.0 {
            result * e::pow(y, size - 0.5)
        } else {
            let root = e::pow(y, size / 2.0 - 0.25);
            result * root * root
        }
    }
}

/// NaN at poles.
fn lgamma(x: f64) -> f64 {
    const LOG_PI: f64 = 1.1447298858494002;
    if x.is_nan() {
        return x;
    }
    if x.is_infinite() {
        return f64::INFINITY;
    }
    if x == e::floor(x) && x <= 2.0 {
        return if x <= 0.0 { f64::NAN } else { 0.0 };
    }
    let size = x.abs();
    if size < 1e-20 {
        return -e::log(size);
    }
    let mut result = e::log(lanczos_sum(size)) - LANCZOS_G;
    result += (size - 0.5) * (e::log(size + LANCZOS_G - 0.5) - 1.0);
    if x < 0.0 {
        result = LOG_PI - e::log(sin_pi(size).abs()) - e::log(size) - result;
    }
    result
}

fn gamma_function(vm: &mut Vm, args: &[Value]) -> Res {
    unary(
        vm,
        "gamma",
        args,
        gamma,
        true,
        "expected a noninteger or positive integer, got {}",
    )
}

fn lgamma_function(vm: &mut Vm, args: &[Value]) -> Res {
    unary(
        vm,
        "lgamma",
        args,
        lgamma,
        true,
        "expected a noninteger or positive integer, got {}",
    )
}

// Integers.

fn integers(vm: &mut Vm, name: &str, args: &[Value]) -> Res<Vec<BigInt>> {
    let items = vm.heap.tuple(args[0]).to_vec();
    (0..items.len())
        .map(|at| integer(vm, name, &items, at))
        .collect()
}

fn gcd(vm: &mut Vm, args: &[Value]) -> Res {
    let ints = integers(vm, "gcd", args)?;
    let result = ints
        .iter()
        .fold(BigInt::zero(), |result, int| result.gcd(int));
    Ok(vm.heap.new_bigint(result.abs()))
}

fn lcm(vm: &mut Vm, args: &[Value]) -> Res {
    let ints = integers(vm, "lcm", args)?;
    let mut result = BigInt::one();
    for int in &ints {
        if int.is_zero() || result.is_zero() {
            return Ok(Value::int32(0));
        }
        vm.reserve(((result.bits() + int.bits()) / 8) as usize)?;
        result = result.lcm(int);
    }
    Ok(vm.heap.new_bigint(result.abs()))
}

fn isqrt(vm: &mut Vm, args: &[Value]) -> Res {
    let int = integer(vm, "isqrt", args, 0)?;
    if int.is_negative() {
        return Err(vm.value_error("isqrt() argument must be nonnegative"));
    }
    reserve_root(vm, &int)?;
    let root = int.sqrt();
    Ok(vm.heap.new_bigint(root))
}

/// The product of `first..=last`, by halves.
fn range_product(first: u64, last: u64) -> BigUint {
    if last - first < 8 {
        return (first..=last).fold(BigUint::one(), |product, factor| product * factor);
    }
    let middle = first + (last - first) / 2;
    range_product(first, middle) * range_product(middle + 1, last)
}

/// Refuses results that memory has no room for; the estimate is of `count`
/// factors up to `largest`.
fn reserve_product(vm: &mut Vm, count: u64, largest: u64) -> Res<()> {
    let bits = (count as f64 * (64 - largest.leading_zeros()) as f64 * 0.9) as u64;
    reserve_int_product(vm, bits / 2, bits / 2)
}

fn factorial(vm: &mut Vm, args: &[Value]) -> Res {
    let n = integer(vm, "factorial", args, 0)?;
    if n.is_negative() {
        return Err(vm.value_error("factorial() not defined for negative values"));
    }
    let Some(n) = n.to_i64() else {
        return Err(vm.overflow_error(format!(
            "factorial() argument should not exceed {}",
            i64::MAX
        )));
    };
    let n = n as u64;
    reserve_product(vm, n, n)?;
    let result = if n == 0 {
        BigUint::one()
    } else {
        range_product(1, n)
    };
    Ok(vm.heap.new_bigint(result.into()))
}

/// `n * (n - 1) * ...`, `count` factors.
fn falling(vm: &mut Vm, n: &BigInt, count: u64) -> Res<BigInt> {
    if let Some(n) = n.to_u64() {
        reserve_product(vm, count, n)?;
        return Ok(if count == 0 {
            BigInt::one()
        } else {
            range_product(n - count + 1, n).into()
        });
    }
    vm.reserve(usize::try_from((n.bits() / 8).saturating_mul(count)).unwrap_or(usize::MAX))?;
    Ok((0..count).fold(BigInt::one(), |product, at| product * (n - at)))
}

/// The arguments of `comb` and `perm`.
fn n_and_k(vm: &mut Vm, name: &str, args: &[Value]) -> Res<(BigInt, BigInt)> {
    let n = integer(vm, name, args, 0)?;
    let k = integer(vm, name, args, 1)?;
    if n.is_negative() {
        return Err(vm.value_error("n must be a non-negative integer"));
    }
    if k.is_negative() {
        return Err(vm.value_error("k must be a non-negative integer"));
    }
    Ok((n, k))
}

fn comb(vm: &mut Vm, args: &[Value]) -> Res {
    let (n, k) = n_and_k(vm, "comb", args)?;
    if k > n {
        return Ok(Value::int32(0));
    }
    let k = (&n - &k).min(k);
    let Some(k) = k.to_i64() else {
        return Err(vm.overflow_error(format!("min(n - k, k) must not exceed {}", i64::MAX)));
    };
    let k = k as u64;
    if k == 0 {
        return Ok(Value::int32(1));
    }
    if let Some(n) = n.to_u64().filter(|&n| n <= SIEVE_LIMIT && k > 64) {
        let result = comb_by_primes(n as usize, k as usize);
        return Ok(vm.heap.new_bigint(result.into()));
    }
    let result = falling(vm, &n, k)? / BigInt::from(range_product(1, k));
    Ok(vm.heap.new_bigint(result))
}

/// Up to this `n`, `comb` goes by prime factors.
const SIEVE_LIMIT: u64 = 1 << 23;

/// `comb(n, k)` without long division: by Legendre's formula for the exponent
/// of each prime. No prime power in it exceeds `n`.
fn comb_by_primes(n: usize, k: usize) -> BigUint {
    let mut composite = vec![false; n + 1];
    let mut factors = Vec::new();
    for prime in 2..=n {
        if composite[prime] {
            continue;
        }
        for multiple in (prime.saturating_mul(prime)..=n).step_by(prime) {
            composite[multiple] = true;
        }
        let mut factor = 1u64;
        let mut power = prime;
        while power <= n {
            if n / power > k / power + (n - k) / power {
                factor *= prime as u64;
            }
            power = power.saturating_mul(prime);
        }
        if factor > 1 {
            factors.push(factor);
        }
    }
    product_of(&factors)
}

/// The product of many factors, by halves.
fn product_of(factors: &[u64]) -> BigUint {
    if factors.len() < 8 {
        return factors
            .iter()
            .fold(BigUint::one(), |product, factor| product * factor);
    }
    let (left, right) = factors.split_at(factors.len() / 2);
    product_of(left) * product_of(right)
}

fn perm(vm: &mut Vm, args: &[Value]) -> Res {
    if args[1].is_none() {
        return factorial(vm, &args[..1]);
    }
    let (n, k) = n_and_k(vm, "perm", args)?;
    if k > n {
        return Ok(Value::int32(0));
    }
    let Some(k) = k.to_i64() else {
        return Err(vm.overflow_error(format!("k must not exceed {}", i64::MAX)));
    };
    let result = falling(vm, &n, k as u64)?;
    Ok(vm.heap.new_bigint(result))
}
