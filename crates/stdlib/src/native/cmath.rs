//! `cmath`.
//!
//! The methods are those of CPython's `cmathmodule.c`; what infinities and
//! NaNs give is C99 Annex G's. Most functions commute with conjugation, so
//! their special values are stated for an imaginary part that is not negative.

use std::f64::consts::{E, FRAC_PI_2, FRAC_PI_4, LN_2, LN_10, PI, TAU};

use airlock_vm::builtins::complex::{quotient, to_complex};
use airlock_vm::elementary as e;
use airlock_vm::module::ModuleDef;
use airlock_vm::{NativeDef, Res, Throw, Value, Vm, function};

pub static MODULE: ModuleDef = ModuleDef {
    name: "cmath",
    functions: FUNCTIONS,
    init,
};

const INFINITY: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;
const THREE_PI_4: f64 = 3.0 * FRAC_PI_4;
/// Beyond it squares and sums could overflow.
const LARGE: f64 = f64::MAX / 4.0;
const LOG_LARGE: f64 = 708.3964185322641;

fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    for (name, value) in [
        ("pi", PI),
        ("e", E),
        ("tau", TAU),
        ("inf", INFINITY),
        ("nan", NAN),
    ] {
        vm.dict_set_text(dict, name, Value::float(value));
    }
    for (name, im) in [("infj", INFINITY), ("nanj", NAN)] {
        let value = vm.complex(0.0, im);
        vm.dict_set_text(dict, name, value);
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Complex {
    re: f64,
    im: f64,
}

const fn c(re: f64, im: f64) -> Complex {
    Complex { re, im }
}

impl Complex {
    fn is_finite(self) -> bool {
        self.re.is_finite() && self.im.is_finite()
    }

    /// -i times the number.
    fn divided_by_i(self) -> Complex {
        c(self.im, -self.re)
    }

    fn times_i(self) -> Complex {
        c(-self.im, self.re)
    }

    /// Gives the imaginary part the sign of `im`, NaNs counting as positive.
    fn im_signed(self, im: f64) -> Complex {
        if im.is_sign_negative() && !im.is_nan() {
            c(self.re, -self.im)
        } else {
            self
        }
    }

    fn re_signed(self, re: f64) -> Complex {
        if re.is_sign_negative() && !re.is_nan() {
            c(-self.re, self.im)
        } else {
            self
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Failure {
    Domain,
    Range,
}

type Outcome = Result<Complex, Failure>;

/// What part of the number line a real is on.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    MinusInfinity,
    Zero,
    Finite,
    PlusInfinity,
    Nan,
}

fn part(x: f64) -> Part {
    match x {
        x if x.is_nan() => Part::Nan,
        f64::NEG_INFINITY => Part::MinusInfinity,
        INFINITY => Part::PlusInfinity,
        0.0 => Part::Zero,
        _ => Part::Finite,
    }
}

fn signed(x: f64, sign: f64) -> f64 {
    x.copysign(sign)
}

fn exp(z: Complex) -> Outcome {
    if !z.is_finite() {
        if z.re.is_infinite() && z.im.is_finite() && z.im != 0.0 {
            let size = if z.re > 0.0 { INFINITY } else { 0.0 };
            return Ok(c(signed(size, e::cos(z.im)), signed(size, e::sin(z.im))));
        }
        if z.im.is_infinite() && (z.re.is_finite() || z.re > 0.0) {
            return Err(Failure::Domain);
        }
        return Ok(match (part(z.re), part(z.im)) {
            (Part::MinusInfinity, Part::Zero) => c(0.0, z.im),
            (Part::MinusInfinity, _) => c(0.0, 0.0),
            (Part::PlusInfinity, Part::Zero) => c(INFINITY, z.im),
            (Part::PlusInfinity, _) => c(INFINITY, NAN),
            (Part::Nan, Part::Zero) => c(NAN, z.im),
            _ => c(NAN, NAN),
        });
    }
    let result = if z.re > LOG_LARGE {
        let length = e::exp(z.re - 1.0);
        c(length * e::cos(z.im) * E, length * e::sin(z.im) * E)
    } else {
        let length = e::exp(z.re);
        c(length * e::cos(z.im), length * e::sin(z.im))
    };
    if result.re.is_infinite() || result.im.is_infinite() {
        Err(Failure::Range)
    } else {
        Ok(result)
    }
}

fn log(z: Complex) -> Outcome {
    if !z.is_finite() {
        let result = match (part(z.re), part(z.im.abs())) {
            (Part::MinusInfinity, Part::PlusInfinity) => c(INFINITY, THREE_PI_4),
            (Part::PlusInfinity, Part::PlusInfinity) => c(INFINITY, FRAC_PI_4),
            (Part::Nan, Part::PlusInfinity) => c(INFINITY, NAN),
            (_, Part::PlusInfinity) => c(INFINITY, FRAC_PI_2),
            (Part::MinusInfinity | Part::PlusInfinity, Part::Nan) => c(INFINITY, NAN),
            (Part::MinusInfinity, _) => c(INFINITY, PI),
            (Part::PlusInfinity, _) => c(INFINITY, 0.0),
            _ => c(NAN, NAN),
        };
        return Ok(result.im_signed(z.im));
    }
    let (re, im) = (z.re.abs(), z.im.abs());
    let length = if re > LARGE || im > LARGE {
        e::log(e::hypot(re / 2.0, im / 2.0)) + LN_2
    } else if re < f64::MIN_POSITIVE && im < f64::MIN_POSITIVE {
        if re == 0.0 && im == 0.0 {
            return Err(Failure::Domain);
        }
        e::log(e::hypot(e::ldexp(re, 53), e::ldexp(im, 53))) - 53.0 * LN_2
    } else {
        let length = e::hypot(re, im);
        if (0.71..=1.73).contains(&length) {
            let (larger, smaller) = (re.max(im), re.min(im));
            e::log1p((larger - 1.0) * (larger + 1.0) + smaller * smaller) / 2.0
        } else {
            e::log(length)
        }
    };
    Ok(c(length, e::atan2(z.im, z.re)))
}

fn log10(z: Complex) -> Outcome {
    let result = log(z)?;
    Ok(c(result.re / LN_10, result.im / LN_10))
}

fn sqrt(z: Complex) -> Outcome {
    if !z.is_finite() {
        let result = match (part(z.re), part(z.im.abs())) {
            (_, Part::PlusInfinity) => c(INFINITY, INFINITY),
            (Part::MinusInfinity, Part::Nan) => c(NAN, INFINITY),
            (Part::PlusInfinity, Part::Nan) => c(INFINITY, NAN),
            (Part::MinusInfinity, _) => c(0.0, INFINITY),
            (Part::PlusInfinity, _) => c(INFINITY, 0.0),
            _ => c(NAN, NAN),
        };
        return Ok(result.im_signed(z.im));
    }
    if z.re == 0.0 && z.im == 0.0 {
        return Ok(c(0.0, z.im));
    }
    let (re, im) = (z.re.abs(), z.im.abs());
    let s = if re < f64::MIN_POSITIVE && im < f64::MIN_POSITIVE && (re > 0.0 || im > 0.0) {
        let re = e::ldexp(re, 54);
        e::ldexp(e::sqrt(re + e::hypot(re, e::ldexp(im, 54))), -27) / std::f64::consts::SQRT_2
    } else {
        2.0 * e::sqrt(re / 8.0 + e::hypot(re / 8.0, im / 8.0))
    };
    let d = im / (2.0 * s);
    Ok(if z.re >= 0.0 {
        c(s, signed(d, z.im))
    } else {
        c(d, signed(s, z.im))
    })
}

fn acos(z: Complex) -> Outcome {
    if !z.is_finite() {
        let result = match (part(z.re), part(z.im.abs())) {
            (Part::MinusInfinity, Part::PlusInfinity) => c(THREE_PI_4, -INFINITY),
            (Part::PlusInfinity, Part::PlusInfinity) => c(FRAC_PI_4, -INFINITY),
            (Part::Nan, Part::PlusInfinity) => c(NAN, -INFINITY),
            (_, Part::PlusInfinity) => c(FRAC_PI_2, -INFINITY),
            (Part::MinusInfinity | Part::PlusInfinity, Part::Nan) => c(NAN, INFINITY),
            (Part::Zero, Part::Nan) => c(FRAC_PI_2, NAN),
            (Part::MinusInfinity, _) => c(PI, -INFINITY),
            (Part::PlusInfinity, _) => c(0.0, -INFINITY),
            _ => c(NAN, NAN),
        };
        return Ok(result.im_signed(z.im));
    }
    if z.re.abs() > LARGE || z.im.abs() > LARGE {
        let length = e::log(e::hypot(z.re / 2.0, z.im / 2.0)) + 2.0 * LN_2;
        return Ok(c(e::atan2(z.im.abs(), z.re), signed(length, -z.im)));
    }
    let s1 = sqrt(c(1.0 - z.re, -z.im))?;
    let s2 = sqrt(c(1.0 + z.re, z.im))?;
    Ok(c(
        2.0 * e::atan2(s1.re, s2.re),
        e::asinh(s2.re * s1.im - s2.im * s1.re),
    ))
}

fn acosh(z: Complex) -> Outcome {
    if !z.is_finite() {
        let result = match (part(z.re), part(z.im.abs())) {
            (Part::Zero, Part::Nan) => c(NAN, FRAC_PI_2),
            _ => return log(z),
        };
        return Ok(result);
    }
    if z.re.abs() > LARGE || z.im.abs() > LARGE {
        let length = e::log(e::hypot(z.re / 2.0, z.im / 2.0)) + 2.0 * LN_2;
        return Ok(c(length, e::atan2(z.im, z.re)));
    }
    let s1 = sqrt(c(z.re - 1.0, z.im))?;
    let s2 = sqrt(c(z.re + 1.0, z.im))?;
    Ok(c(
        e::asinh(s1.re * s2.re + s1.im * s2.im),
        2.0 * e::atan2(s1.im, s2.re),
    ))
}

fn asin(z: Complex) -> Outcome {
    Ok(asinh(z.times_i())?.divided_by_i())
}

fn asinh(z: Complex) -> Outcome {
    if !z.is_finite() {
        let result = match (part(z.re.abs()), part(z.im.abs())) {
            (Part::PlusInfinity, Part::PlusInfinity) => c(INFINITY, FRAC_PI_4),
            (Part::Nan, Part::PlusInfinity) => c(INFINITY, NAN),
            (_, Part::PlusInfinity) => c(INFINITY, FRAC_PI_2),
            (Part::PlusInfinity, Part::Nan) => c(INFINITY, NAN),
            (Part::PlusInfinity, _) => c(INFINITY, 0.0),
            (Part::Nan, Part::Zero) => c(NAN, 0.0),
            _ => c(NAN, NAN),
        };
        return Ok(result.im_signed(z.im).re_signed(z.re));
    }
    if z.re.abs() > LARGE || z.im.abs() > LARGE {
        let length = e::log(e::hypot(z.re / 2.0, z.im / 2.0)) + 2.0 * LN_2;
        return Ok(c(signed(length, z.re), e::atan2(z.im, z.re.abs())));
    }
    let s1 = sqrt(c(1.0 + z.im, -z.re))?;
    let s2 = sqrt(c(1.0 - z.im, z.re))?;
    Ok(c(
        e::asinh(s1.re * s2.im - s2.re * s1.im),
        e::atan2(z.im, s1.re * s2.re - s1.im * s2.im),
    ))
}

fn atan(z: Complex) -> Outcome {
    Ok(atanh(z.times_i())?.divided_by_i())
}

fn atanh(z: Complex) -> Outcome {
    if !z.is_finite() {
        let result = match (part(z.re.abs()), part(z.im.abs())) {
            (_, Part::PlusInfinity) => c(0.0, FRAC_PI_2),
            (Part::PlusInfinity | Part::Zero, Part::Nan) => c(0.0, NAN),
            (Part::PlusInfinity, _) => c(0.0, FRAC_PI_2),
            _ => c(NAN, NAN),
        };
        return Ok(result.im_signed(z.im).re_signed(z.re));
    }
    if z.re.is_sign_negative() {
        let result = atanh(c(-z.re, -z.im))?;
        return Ok(c(-result.re, -result.im));
    }
    let im = z.im.abs();
    let root_large = e::sqrt(LARGE);
    if z.re > root_large || im > root_large {
        let h = e::hypot(z.re / 2.0, z.im / 2.0);
        return Ok(c(z.re / 4.0 / h / h, signed(FRAC_PI_2, z.im)));
    }
    if z.re == 1.0 && im < e::sqrt(f64::MIN_POSITIVE) {
        if im == 0.0 {
            return Err(Failure::Domain);
        }
        let re = -e::log(e::sqrt(im) / e::sqrt(e::hypot(im, 2.0)));
        return Ok(c(re, signed(e::atan2(2.0, -im) / 2.0, z.im)));
    }
    let rest = 1.0 - z.re;
    Ok(c(
        e::log1p(4.0 * z.re / (rest * rest + im * im)) / 4.0,
        -e::atan2(-2.0 * z.im, rest * (1.0 + z.re) - im * im) / 2.0,
    ))
}

fn cos(z: Complex) -> Outcome {
    cosh(z.times_i())
}

fn cosh(z: Complex) -> Outcome {
    if !z.is_finite() {
        if z.re.is_infinite() && z.im.is_finite() && z.im != 0.0 {
            let im = signed(INFINITY, e::sin(z.im));
            return Ok(c(
                signed(INFINITY, e::cos(z.im)),
                if z.re > 0.0 { im } else { -im },
            ));
        }
        if z.im.is_infinite() && !z.re.is_nan() {
            return Err(Failure::Domain);
        }
        return Ok(match (part(z.re.abs()), part(z.im)) {
            (Part::PlusInfinity, Part::Zero) => c(INFINITY, if z.re > 0.0 { z.im } else { -z.im }),
            (Part::PlusInfinity, _) => c(INFINITY, NAN),
            (Part::Zero, _) | (Part::Nan, Part::Zero) => c(NAN, 0.0),
            _ => c(NAN, NAN),
        });
    }
    finite_hyperbolic(z, e::cosh, e::sinh)
}

fn sin(z: Complex) -> Outcome {
    Ok(sinh(z.times_i())?.divided_by_i())
}

fn sinh(z: Complex) -> Outcome {
    if !z.is_finite() {
        if z.re.is_infinite() && z.im.is_finite() && z.im != 0.0 {
            let re = signed(INFINITY, e::cos(z.im));
            return Ok(c(
                if z.re > 0.0 { re } else { -re },
                signed(INFINITY, e::sin(z.im)),
            ));
        }
        if z.im.is_infinite() && !z.re.is_nan() {
            return Err(Failure::Domain);
        }
        return Ok(match (part(z.re.abs()), part(z.im)) {
            (Part::PlusInfinity, Part::Zero) => z,
            (Part::PlusInfinity, _) => c(INFINITY, NAN),
            (Part::Zero, _) => c(0.0, NAN),
            (Part::Nan, Part::Zero) => c(NAN, z.im),
            _ => c(NAN, NAN),
        });
    }
    finite_hyperbolic(z, e::sinh, e::cosh)
}

/// cos(im) * first(re) + i sin(im) * second(re).
fn finite_hyperbolic(z: Complex, first: fn(f64) -> f64, second: fn(f64) -> f64) -> Outcome {
    let result = if z.re.abs() > LOG_LARGE {
        let less = z.re - signed(1.0, z.re);
        c(
            e::cos(z.im) * first(less) * E,
            e::sin(z.im) * second(less) * E,
        )
    } else {
        c(e::cos(z.im) * first(z.re), e::sin(z.im) * second(z.re))
    };
    if result.re.is_infinite() || result.im.is_infinite() {
        Err(Failure::Range)
    } else {
        Ok(result)
    }
}

fn tan(z: Complex) -> Outcome {
    Ok(tanh(z.times_i())?.divided_by_i())
}

fn tanh(z: Complex) -> Outcome {
    if !z.is_finite() {
        if z.re.is_infinite() && z.im.is_finite() && z.im != 0.0 {
            return Ok(c(
                signed(1.0, z.re),
                signed(0.0, 2.0 * e::sin(z.im) * e::cos(z.im)),
            ));
        }
        if z.im.is_infinite() && z.re.is_finite() {
            return Err(Failure::Domain);
        }
        return Ok(match (part(z.re.abs()), part(z.im)) {
            (Part::PlusInfinity, Part::Zero) => c(signed(1.0, z.re), z.im),
            (Part::PlusInfinity, _) => c(signed(1.0, z.re), 0.0),
            (Part::Zero, _) => c(z.re, NAN),
            (Part::Nan, Part::Zero) => c(NAN, z.im),
            _ => c(NAN, NAN),
        });
    }
    if z.re.abs() > LOG_LARGE {
        let im = 4.0 * e::sin(z.im) * e::cos(z.im) * e::exp(-2.0 * z.re.abs());
        return Ok(c(signed(1.0, z.re), im));
    }
    let (tx, ty) = (e::tanh(z.re), e::tan(z.im));
    let cx = 1.0 / e::cosh(z.re);
    let both = tx * ty;
    let denominator = 1.0 + both * both;
    Ok(c(
        tx * (1.0 + ty * ty) / denominator,
        ((ty / denominator) * cx) * cx,
    ))
}

// Calling them.

/// An argument of function `name`. If Python code must convert it, the
/// function is called again with all arguments converted.
fn complex(vm: &mut Vm, name: &str, args: &[Value], at: usize) -> Res<Complex> {
    if let Some((re, im)) = to_complex(vm, args[at])? {
        return Ok(c(re, im));
    }
    if vm.lookup_special(args[at], vm.names.complex).is_none() {
        match vm.to_float(args[at]) {
            Err(Throw::Python) => {}
            other => return Ok(c(other?, 0.0)),
        }
    }
    let given: Vec<Value> = args
        .iter()
        .copied()
        .filter(|arg| !arg.is_unbound())
        .collect();
    let name = vm.str(name);
    let given = vm.tuple(&given);
    Err(vm.tail_prelude("cmath_again", &[name, given]))
}

fn finish(vm: &mut Vm, outcome: Outcome) -> Res {
    match outcome {
        Ok(z) => Ok(vm.complex(z.re, z.im)),
        Err(Failure::Domain) => Err(vm.value_error("math domain error")),
        Err(Failure::Range) => Err(vm.overflow_error("math range error")),
    }
}

macro_rules! unary {
    ($name:literal, $f:expr) => {
        function($name, "z, /", |vm, args| {
            let z = complex(vm, $name, args, 0)?;
            finish(vm, $f(z))
        })
    };
}

macro_rules! predicate {
    ($name:literal, $f:expr) => {
        function($name, "z, /", |vm, args| {
            let z = complex(vm, $name, args, 0)?;
            let holds: fn(Complex) -> bool = $f;
            Ok(Value::bool(holds(z)))
        })
    };
}

static FUNCTIONS: &[NativeDef] = &[
    unary!("acos", acos),
    unary!("acosh", acosh),
    unary!("asin", asin),
    unary!("asinh", asinh),
    unary!("atan", atan),
    unary!("atanh", atanh),
    unary!("cos", cos),
    unary!("cosh", cosh),
    unary!("exp", exp),
    function("isclose", "a, b, *, rel_tol=..., abs_tol=...", isclose).slow("cmath_isclose"),
    predicate!("isfinite", |z| z.is_finite()),
    predicate!("isinf", |z| z.re.is_infinite() || z.im.is_infinite()),
    predicate!("isnan", |z| z.re.is_nan() || z.im.is_nan()),
    function("log", "z, base=..., /", log_function),
    unary!("log10", log10),
    function("phase", "z, /", phase),
    function("polar", "z, /", polar),
    function("rect", "r, phi, /", rect).slow("cmath_rect"),
    unary!("sin", sin),
    unary!("sinh", sinh),
    unary!("sqrt", sqrt),
    unary!("tan", tan),
    unary!("tanh", tanh),
];

fn log_function(vm: &mut Vm, args: &[Value]) -> Res {
    let z = complex(vm, "log", args, 0)?;
    if args[1].is_unbound() {
        return finish(vm, log(z));
    }
    let base = complex(vm, "log", args, 1)?;
    let outcome = log(z).and_then(|numerator| {
        let denominator = log(base)?;
        match quotient(
            (numerator.re, numerator.im),
            (denominator.re, denominator.im),
        ) {
            Some((re, im)) => Ok(c(re, im)),
            None => Err(Failure::Domain),
        }
    });
    finish(vm, outcome)
}

fn phase(vm: &mut Vm, args: &[Value]) -> Res {
    let z = complex(vm, "phase", args, 0)?;
    Ok(Value::float(e::atan2(z.im, z.re)))
}

fn polar(vm: &mut Vm, args: &[Value]) -> Res {
    let z = complex(vm, "polar", args, 0)?;
    let length = e::hypot(z.re, z.im);
    if length.is_infinite() && z.is_finite() {
        return Err(vm.overflow_error("math range error"));
    }
    Ok(vm.tuple(&[Value::float(length), Value::float(e::atan2(z.im, z.re))]))
}

fn rect(vm: &mut Vm, args: &[Value]) -> Res {
    let (r, phi) = (vm.to_float(args[0])?, vm.to_float(args[1])?);
    let z = if r.is_infinite() && phi.is_finite() && phi != 0.0 {
        c(r * signed(1.0, e::cos(phi)), r * signed(1.0, e::sin(phi)))
    } else if !r.is_finite() || !phi.is_finite() {
        if phi.is_infinite() && r != 0.0 && !r.is_nan() {
            return Err(vm.value_error("math domain error"));
        }
        match (part(r.abs()), part(phi)) {
            (Part::PlusInfinity, Part::Zero) => c(r, if r > 0.0 { phi } else { -phi }),
            (Part::PlusInfinity, _) => c(INFINITY, NAN),
            (Part::Zero, _) => c(0.0, 0.0),
            (Part::Nan, Part::Zero) => c(NAN, 0.0),
            _ => c(NAN, NAN),
        }
    } else if phi == 0.0 {
        c(r, r * phi)
    } else {
        c(r * e::cos(phi), r * e::sin(phi))
    };
    Ok(vm.complex(z.re, z.im))
}

fn isclose(vm: &mut Vm, args: &[Value]) -> Res {
    // The Python version converts what needs Python code.
    let operand = |vm: &mut Vm, value: Value| match to_complex(vm, value)? {
        Some((re, im)) => Ok(c(re, im)),
        None if vm.lookup_special(value, vm.names.complex).is_some() => Err(Throw::Python),
        None => Ok(c(vm.to_float(value)?, 0.0)),
    };
    let a = operand(vm, args[0])?;
    let b = operand(vm, args[1])?;
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
    let infinite = |z: Complex| z.re.is_infinite() || z.im.is_infinite();
    if infinite(a) || infinite(b) {
        return Ok(Value::FALSE);
    }
    let difference = e::hypot(a.re - b.re, a.im - b.im);
    let close = difference <= relative * e::hypot(b.re, b.im)
        || difference <= relative * e::hypot(a.re, a.im)
        || difference <= absolute;
    Ok(Value::bool(close))
}
