//! Elementary functions whose results do not depend on the platform.
//!
//! The standard library's `f64` methods call the platform's C library, so a
//! program could print other digits in the browser than on the command line.
//! What the C libraries in use round correctly nearly always (`exp`, `log`,
//! `pow`, `sin`, ...) comes from `pxfm`, which rounds correctly; the rest
//! follows fdlibm, as glibc does, so the digits are CPython's.

pub use libm::{
    cbrt, ceil, erf, erfc, exp2, expm1, floor, fma, fmod, ldexp, log1p, round, sinh, sqrt, trunc,
};
pub use pxfm::{
    f_acos as acos, f_asin as asin, f_atan as atan, f_atan2 as atan2, f_cos as cos, f_exp as exp,
    f_log as log, f_log2 as log2, f_pow as pow, f_sin as sin, f_tan as tan,
};

const LN_2: f64 = std::f64::consts::LN_2;
/// 2^-28.
const TINY: f64 = 3.725290298461914e-9;

/// Mantissa in [0.5, 1) with the sign of `value`, and exponent. Zeros and
/// non-finite values are their own mantissa, with exponent 0.
pub fn frexp(value: f64) -> (f64, i32) {
    if value == 0.0 || !value.is_finite() {
        (value, 0)
    } else {
        libm::frexp(value)
    }
}

pub fn log10(x: f64) -> f64 {
    const LOG10_2HI: f64 = 0.30102999566361177;
    const LOG10_2LO: f64 = 3.694239077158931e-13;
    if x <= 0.0 || !x.is_finite() {
        return log(x);
    }
    let (mantissa, exponent) = frexp(x);
    // In [1, 2) for x >= 1, else in [0.5, 1).
    let (mantissa, y) = if exponent > 0 {
        (mantissa * 2.0, exponent - 1)
    } else {
        (mantissa, exponent)
    };
    let y = y as f64;
    let z = y * LOG10_2LO + std::f64::consts::LOG10_E * log(mantissa);
    z + y * LOG10_2HI
}

pub fn cosh(x: f64) -> f64 {
    let x = x.abs();
    if x < 0.5 * LN_2 {
        let t = expm1(x);
        let w = 1.0 + t;
        1.0 + (t * t) / (w + w)
    } else if x <= 22.0 {
        let t = exp(x);
        0.5 * t + 0.5 / t
    } else if x < 709.0 {
        0.5 * exp(x)
    } else {
        let w = exp(0.5 * x);
        0.5 * w * w
    }
}

pub fn tanh(x: f64) -> f64 {
    let magnitude = x.abs();
    if x.is_nan() || x == 0.0 {
        return x;
    }
    let z = if magnitude >= 22.0 {
        1.0
    } else if magnitude >= 1.0 {
        1.0 - 2.0 / (expm1(2.0 * magnitude) + 2.0)
    } else {
        let t = expm1(-2.0 * magnitude);
        -t / (t + 2.0)
    };
    z.copysign(x)
}

pub fn asinh(x: f64) -> f64 {
    let magnitude = x.abs();
    if !x.is_finite() || magnitude < TINY {
        return x;
    }
    let w = if magnitude > 268435456.0 {
        log(magnitude) + LN_2
    } else if magnitude > 2.0 {
        log(2.0 * magnitude + 1.0 / (sqrt(x * x + 1.0) + magnitude))
    } else {
        let t = x * x;
        log1p(magnitude + t / (1.0 + sqrt(1.0 + t)))
    };
    w.copysign(x)
}

pub fn acosh(x: f64) -> f64 {
    if x < 1.0 || x.is_nan() {
        f64::NAN
    } else if x > 268435456.0 {
        log(x) + LN_2
    } else if x > 2.0 {
        log(2.0 * x - 1.0 / (x + sqrt(x * x - 1.0)))
    } else {
        let t = x - 1.0;
        log1p(t + sqrt(2.0 * t + t * t))
    }
}

pub fn atanh(x: f64) -> f64 {
    let magnitude = x.abs();
    if magnitude > 1.0 || x.is_nan() {
        return f64::NAN;
    }
    let t = if magnitude < TINY {
        return x;
    } else if magnitude < 0.5 {
        let t = magnitude + magnitude;
        0.5 * log1p(t + t * magnitude / (1.0 - magnitude))
    } else {
        0.5 * log1p((magnitude + magnitude) / (1.0 - magnitude))
    };
    t.copysign(x)
}

/// Euclidean length of a vector, by the method of CPython's `vector_norm`
/// (scaled compensated summation with a corrected square root).
pub fn norm(vector: &[f64]) -> f64 {
    let mut max = 0.0f64;
    for &x in vector {
        if x.is_infinite() {
            return f64::INFINITY;
        }
        max = max.max(x.abs());
    }
    if vector.iter().any(|x| x.is_nan()) {
        return f64::NAN;
    }
    if max == 0.0 || vector.len() <= 1 {
        return max;
    }
    let (_, exponent) = frexp(max);
    if exponent < -1023 {
        // The scale would overflow: first lift everything out of the subnormals.
        let lifted: Vec<f64> = vector.iter().map(|x| x / f64::MIN_POSITIVE).collect();
        return f64::MIN_POSITIVE * norm(&lifted);
    }
    let scale = ldexp(1.0, -exponent);
    let (mut sum, mut low, mut lower) = (1.0, 0.0, 0.0);
    for &x in vector {
        let x = x * scale;
        let (high, rest) = square(x);
        let (total, error) = fast_two_sum(sum, high);
        sum = total;
        low += error;
        lower += rest;
    }
    let h = sqrt(sum - 1.0 + (low + lower));
    let (high, rest) = square(h);
    let (total, error) = fast_two_sum(sum, -high);
    sum = total;
    low += error;
    lower -= rest;
    let x = sum - 1.0 + (low + lower);
    (h + x / (2.0 * h)) / scale
}

pub fn hypot(x: f64, y: f64) -> f64 {
    norm(&[x, y])
}

/// `x * x` exactly, as a high and a low part (Dekker).
fn square(x: f64) -> (f64, f64) {
    product(x, x)
}

/// `x * y` exactly, as a high and a low part, barring overflow (Dekker).
pub fn product(x: f64, y: f64) -> (f64, f64) {
    let high = x * y;
    (high, fma(x, y, -high))
}

fn fast_two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    (sum, (a - sum) + b)
}

/// `a + b` exactly, as a high and a low part (Knuth).
pub fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let other = sum - a;
    (sum, (a - (sum - other)) + (b - other))
}
