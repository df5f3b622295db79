//! The operations. Results are those of the specification, exact or rounded
//! once.

use super::coefficient::{Coefficient, Rest};
use super::number::{Answer, Finite, Form, within};
use super::settings::{Rounding, Settings, Signals};

pub type Binary = fn(&Finite, &Finite, &Settings, &mut Signals) -> Answer;
pub type Unary = fn(&Finite, &Settings, &mut Signals) -> Answer;

pub fn plus(number: &Finite, settings: &Settings, signals: &mut Signals) -> Answer {
    let negative = number.negative && !(number.is_zero() && settings.rounding != Rounding::Floor);
    number.with_sign(negative).finished(settings, signals)
}

pub fn minus(number: &Finite, settings: &Settings, signals: &mut Signals) -> Answer {
    plus(&number.with_sign(!number.negative), settings, signals)
}

pub fn absolute(number: &Finite, settings: &Settings, signals: &mut Signals) -> Answer {
    plus(&number.with_sign(false), settings, signals)
}

pub fn subtract(a: &Finite, b: &Finite, settings: &Settings, signals: &mut Signals) -> Answer {
    add(a, &b.with_sign(!b.negative), settings, signals)
}

pub fn add(a: &Finite, b: &Finite, settings: &Settings, signals: &mut Signals) -> Answer {
    let exponent = a.exponent.min(b.exponent);
    let zero_sign = settings.rounding == Rounding::Floor;
    match (a.is_zero(), b.is_zero()) {
        (true, true) => {
            let negative = match a.negative == b.negative {
                true => a.negative,
                false => zero_sign,
            };
            return Finite::new(negative, Coefficient::ZERO, exponent).finished(settings, signals);
        }
        (true, false) => return padded_towards(b, exponent, settings)?.finished(settings, signals),
        (false, true) => return padded_towards(a, exponent, settings)?.finished(settings, signals),
        (false, false) => {}
    }
    let (a, b) = if a.exponent == b.exponent {
        (a.clone(), b.clone())
    } else {
        aligned(a, b, settings)?
    };
    let exponent = a.exponent;
    let sum = if a.negative == b.negative {
        Finite::new(a.negative, a.coefficient.plus(&b.coefficient), exponent)
    } else if a.coefficient == b.coefficient {
        Finite::new(zero_sign, Coefficient::ZERO, exponent)
    } else if a.coefficient > b.coefficient {
        Finite::new(a.negative, a.coefficient.minus(&b.coefficient), exponent)
    } else {
        Finite::new(b.negative, b.coefficient.minus(&a.coefficient), exponent)
    };
    sum.finished(settings, signals)
}

/// What is left of adding zero: as close to the exponent as its digits go.
fn padded_towards(number: &Finite, exponent: i64, settings: &Settings) -> Option<Finite> {
    let exponent = exponent.max(number.exponent - settings.precision - 1);
    number.rescaled(exponent, settings.rounding)
}

/// Both with one exponent. One that is far below the other's last digit
/// becomes as small a number as rounds the same way.
fn aligned(a: &Finite, b: &Finite, settings: &Settings) -> Option<(Finite, Finite)> {
    let (high, low) = if a.exponent < b.exponent {
        (b, a)
    } else {
        (a, b)
    };
    let digits = high.coefficient.digits();
    let floor = high.exponent + (digits - settings.precision - 2).min(-1);
    let mut low = low.clone();
    if low.adjusted() < floor {
        low = Finite::new(low.negative, Coefficient::ONE, floor);
    }
    let zeros = high.exponent - low.exponent;
    within(digits + zeros)?;
    let high = Finite::new(
        high.negative,
        high.coefficient.with_zeros(zeros),
        low.exponent,
    );
    Some(if a.exponent < b.exponent {
        (low, high)
    } else {
        (high, low)
    })
}

pub fn multiply(a: &Finite, b: &Finite, settings: &Settings, signals: &mut Signals) -> Answer {
    product(a, b)?.finished(settings, signals)
}

/// Exactly.
pub fn product(a: &Finite, b: &Finite) -> Option<Finite> {
    if let (Coefficient::Big(_), _) | (_, Coefficient::Big(_)) = (&a.coefficient, &b.coefficient) {
        within(a.coefficient.digits() + b.coefficient.digits())?;
    }
    Some(Finite::new(
        a.negative != b.negative,
        a.coefficient.times(&b.coefficient),
        a.exponent + b.exponent,
    ))
}

pub fn divide(a: &Finite, b: &Finite, settings: &Settings, signals: &mut Signals) -> Answer {
    if b.is_zero() {
        return None;
    }
    let negative = a.negative != b.negative;
    let ideal = a.exponent - b.exponent;
    if a.is_zero() {
        return Finite::new(negative, Coefficient::ZERO, ideal).finished(settings, signals);
    }
    let (a_digits, b_digits) = (a.coefficient.digits(), b.coefficient.digits());
    let shift = b_digits - a_digits + settings.precision + 1;
    within(a_digits + b_digits + shift.abs())?;
    let (mut quotient, remainder) = a
        .coefficient
        .with_zeros(shift)
        .divided(&b.coefficient.with_zeros(-shift));
    let mut exponent = ideal - shift;
    if remainder.is_zero() {
        let (shorter, zeros) = quotient.without_zeros(ideal - exponent);
        (quotient, exponent) = (shorter, exponent + zeros);
    } else {
        quotient = sticky(quotient);
    }
    Finite::new(negative, quotient, exponent).finished(settings, signals)
}

/// Of a result that is a little more than these digits: one more in the last
/// place where rounding would take it for exact or for a half.
fn sticky(coefficient: Coefficient) -> Coefficient {
    if coefficient.modulo(5) == 0 {
        coefficient.plus(&Coefficient::ONE)
    } else {
        coefficient
    }
}

/// Integer quotient and remainder, neither of them finished.
pub fn divided_whole(a: &Finite, b: &Finite, settings: &Settings) -> Option<(Finite, Finite)> {
    if b.is_zero() {
        return None;
    }
    let negative = a.negative != b.negative;
    let ideal = a.exponent.min(b.exponent);
    let distance = a.adjusted() - b.adjusted();
    if a.is_zero() || distance <= -2 {
        let remainder = a.rescaled(ideal, settings.rounding)?;
        return Some((Finite::new(negative, Coefficient::ZERO, 0), remainder));
    }
    if distance > settings.precision {
        return None;
    }
    let (a_zeros, b_zeros) = (a.exponent - ideal, b.exponent - ideal);
    within(a.coefficient.digits() + a_zeros)?;
    within(b.coefficient.digits() + b_zeros)?;
    let (quotient, remainder) = a
        .coefficient
        .with_zeros(a_zeros)
        .divided(&b.coefficient.with_zeros(b_zeros));
    if quotient.digits() > settings.precision {
        return None;
    }
    Some((
        Finite::new(negative, quotient, 0),
        Finite::new(a.negative, remainder, ideal),
    ))
}

pub fn divide_whole(a: &Finite, b: &Finite, settings: &Settings, signals: &mut Signals) -> Answer {
    divided_whole(a, b, settings)?.0.finished(settings, signals)
}

pub fn remainder(a: &Finite, b: &Finite, settings: &Settings, signals: &mut Signals) -> Answer {
    divided_whole(a, b, settings)?.1.finished(settings, signals)
}

pub fn normalize(number: &Finite, settings: &Settings, signals: &mut Signals) -> Answer {
    let (form, number) = number.clone().finished(settings, signals)?;
    if form != Form::Finite || number.is_zero() {
        return Some((form, Finite::new(number.negative, Coefficient::ZERO, 0)));
    }
    let room = settings.greatest_exponent() - number.exponent;
    let (coefficient, zeros) = number.coefficient.without_zeros(room);
    let shorter = Finite::new(number.negative, coefficient, number.exponent + zeros);
    Some((form, shorter))
}

pub fn quantize(
    number: &Finite,
    exponent: i64,
    settings: &Settings,
    signals: &mut Signals,
) -> Answer {
    if exponent < settings.etiny() || exponent > settings.emax {
        return None;
    }
    if number.is_zero() {
        return Finite::new(number.negative, Coefficient::ZERO, exponent)
            .finished(settings, signals);
    }
    let adjusted = number.adjusted();
    if adjusted > settings.emax || adjusted - exponent + 1 > settings.precision {
        return None;
    }
    let result = number.rescaled(exponent, settings.rounding)?;
    let digits = result.coefficient.digits();
    if digits + exponent - 1 > settings.emax || digits > settings.precision {
        return None;
    }
    if !result.is_zero() && digits + exponent - 1 < settings.emin {
        signals.add(Signals::SUBNORMAL);
    }
    if exponent > number.exponent {
        signal_rounded(number, exponent, signals);
    }
    result.finished(settings, signals)
}

fn signal_rounded(number: &Finite, exponent: i64, signals: &mut Signals) {
    if number.coefficient.split(exponent - number.exponent).1 != Rest::Nothing {
        signals.add(Signals::INEXACT);
    }
    signals.add(Signals::ROUNDED);
}

/// `to_integral_value`; signals only with `exact`.
pub fn to_integral(
    number: &Finite,
    rounding: Rounding,
    exact: bool,
    signals: &mut Signals,
) -> Answer {
    if number.exponent >= 0 {
        return Some((Form::Finite, number.clone()));
    }
    if exact && !number.is_zero() {
        signal_rounded(number, 0, signals);
    }
    Some((Form::Finite, number.rescaled(0, rounding)?))
}

pub fn square_root(number: &Finite, settings: &Settings, signals: &mut Signals) -> Answer {
    let settings = Settings {
        rounding: Rounding::HalfEven,
        ..*settings
    };
    let half = number.exponent >> 1;
    if number.is_zero() {
        return Finite::new(number.negative, Coefficient::ZERO, half).finished(&settings, signals);
    }
    if number.negative {
        return None;
    }
    // As an integer with twice as many digits as the root is to have.
    let square = number.coefficient.with_zeros(number.exponent & 1);
    let digits = square.digits();
    let shift = settings.precision + 1 - (digits + 1) / 2;
    within(digits + 2 * shift.abs())?;
    let (square, rest) = match shift >= 0 {
        true => (square.with_zeros(2 * shift), Rest::Nothing),
        false => square.split(-2 * shift),
    };
    let mut root = square.root();
    let exact = rest == Rest::Nothing && root.times(&root) == square;
    let mut exponent = half - shift;
    if exact {
        root = match shift >= 0 {
            true => root.split(shift).0,
            false => root.with_zeros(-shift),
        };
        exponent = half;
    } else {
        root = sticky(root);
    }
    Finite::new(false, root, exponent).finished(&settings, signals)
}

/// The value of an integer that is not too large to raise a number to.
fn small_integer(number: &Finite) -> Option<i64> {
    const MOST_ZEROS: i64 = 18;
    let whole = if number.exponent >= 0 {
        (number.exponent <= MOST_ZEROS).then(|| number.coefficient.with_zeros(number.exponent))?
    } else {
        match number.coefficient.split(-number.exponent) {
            (whole, Rest::Nothing) => whole,
            _ => return None,
        }
    };
    match whole {
        Coefficient::Small(value) => {
            let value = i64::try_from(value).ok()?;
            Some(if number.negative { -value } else { value })
        }
        Coefficient::Big(_) => None,
    }
}

/// For exponents that are integers. As libmpdec does it: by squaring, with
/// some more digits and rounded half even, then as the context says. So
/// results have its last digit, which for the other roundings is not always
/// the true one.
pub fn power(
    base: &Finite,
    exponent: &Finite,
    settings: &Settings,
    signals: &mut Signals,
) -> Answer {
    let times = small_integer(exponent)?;
    let one = Finite::new(false, Coefficient::ONE, 0);
    // One, too, has rules of its own.
    if base.is_zero() || base.with_sign(false).order(&one)?.is_eq() {
        return None;
    }
    if times == 0 {
        return Some((Form::Finite, one));
    }
    let more = exponent.coefficient.digits() + exponent.exponent + 2 + (times < 0) as i64;
    let work = Settings {
        precision: settings.precision + more,
        rounding: Rounding::HalfEven,
        clamp: false,
        ..*settings
    };
    within(2 * work.precision)?;
    let negative = base.negative && times % 2 != 0;
    let base = base.with_sign(false);
    let base = match times < 0 {
        true => divide(&one, &base, &work, signals)?,
        false => (Form::Finite, base),
    };
    let (form, result) = raised(base, times.unsigned_abs(), &work, signals)?;
    let result = result.with_sign(negative);
    match form {
        Form::Finite => result.finished(settings, signals),
        _ => result.overflown(settings, signals),
    }
}

/// Stops at infinity, and at zero after an underflow.
fn raised(base: (Form, Finite), times: u64, settings: &Settings, signals: &mut Signals) -> Answer {
    let (mut form, base) = base;
    let mut result = base.clone();
    for bit in (0..times.ilog2()).rev() {
        if form != Form::Finite || result.is_zero() {
            break;
        }
        (form, result) = multiply(&result, &result, settings, signals)?;
        if times >> bit & 1 == 1 && form == Form::Finite {
            (form, result) = multiply(&result, &base, settings, signals)?;
        }
    }
    Some((form, result))
}
