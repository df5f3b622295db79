//! Finite numbers, and what the General Decimal Arithmetic Specification
//! (<https://speleotrove.com/decimal/decarith.html>) does with them. An
//! operation that is invalid or that would take very many digits answers `None`: the Python code knows what to do.

use std::cmp::Ordering;

use super::coefficient::{Coefficient, MAX_DIGITS, Rest};
use super::settings::{Rounding, Settings, Signals};

/// What a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Finite,
    Infinity,
    Quiet,
    Signaling,
}

/// What an operation gives: with another form than the first, only the sign
/// counts.
pub type Answer = Option<(Form, Finite)>;

/// The number `coefficient * 10 ** exponent`, or its negative.
#[derive(Clone, Debug)]
pub struct Finite {
    pub negative: bool,
    pub coefficient: Coefficient,
    pub exponent: i64,
}

/// Exponents are kept so far from the ends of an `i64` that sums of a few
/// cannot overflow.
pub const MAX_EXPONENT: i64 = 1 << 61;

/// In the place of exponents that are beyond.
pub const FAR_EXPONENT: i64 = 1 << 62;

impl Finite {
    pub fn new(negative: bool, coefficient: Coefficient, exponent: i64) -> Finite {
        Finite {
            negative,
            coefficient,
            exponent,
        }
    }

    pub fn is_zero(&self) -> bool {
        self.coefficient.is_zero()
    }

    /// The exponent of the first digit.
    pub fn adjusted(&self) -> i64 {
        self.exponent.saturating_add(self.coefficient.digits() - 1)
    }

    pub fn with_sign(&self, negative: bool) -> Finite {
        Finite {
            negative,
            ..self.clone()
        }
    }

    /// As a context has results: rounded to its precision, the exponent
    /// within its limits.
    pub fn finished(self, settings: &Settings, signals: &mut Signals) -> Answer {
        let (etiny, etop) = (settings.etiny(), settings.etop());
        if self.exponent.abs() > MAX_EXPONENT {
            return None;
        }
        if self.is_zero() {
            // Not `clamp`: a context may have these two the wrong way round.
            let exponent = self.exponent.max(etiny).min(settings.greatest_exponent());
            if exponent != self.exponent {
                signals.add(Signals::CLAMPED);
            }
            return Some((Form::Finite, Finite { exponent, ..self }));
        }
        let mut least = self.coefficient.digits() + self.exponent - settings.precision;
        if least > etop {
            return self.overflown(settings, signals);
        }
        let subnormal = least < etiny;
        if subnormal {
            least = etiny;
        }
        if self.exponent < least {
            return self.cut(least, subnormal, settings, signals);
        }
        if subnormal {
            signals.add(Signals::SUBNORMAL);
        }
        if settings.clamp && self.exponent > etop {
            signals.add(Signals::CLAMPED);
            let padded = self.rescaled(etop, settings.rounding)?;
            return Some((Form::Finite, padded));
        }
        Some((Form::Finite, self))
    }

    /// Infinity, or the largest number if it is rounded towards zero.
    pub fn overflown(self, settings: &Settings, signals: &mut Signals) -> Answer {
        signals.add(Signals::OVERFLOW);
        signals.add(Signals::INEXACT);
        signals.add(Signals::ROUNDED);
        let to_infinity = match settings.rounding {
            Rounding::Down | Rounding::ZeroFiveUp => false,
            Rounding::Ceiling => !self.negative,
            Rounding::Floor => self.negative,
            _ => true,
        };
        if to_infinity {
            let infinity = Finite::new(self.negative, Coefficient::ZERO, 0);
            return Some((Form::Infinity, infinity));
        }
        within(settings.precision)?;
        let nines = Coefficient::ONE
            .with_zeros(settings.precision)
            .minus(&Coefficient::ONE);
        let largest = Finite::new(self.negative, nines, settings.etop());
        Some((Form::Finite, largest))
    }

    /// Rounded to an exponent that is larger than its own.
    fn cut(
        self,
        exponent: i64,
        subnormal: bool,
        settings: &Settings,
        signals: &mut Signals,
    ) -> Answer {
        let dropped = exponent - self.exponent;
        let (coefficient, exact) = self.rounded(dropped, settings.rounding);
        let mut result = Finite::new(self.negative, coefficient, exponent);
        if result.coefficient.digits() > settings.precision {
            // Nines became a power of ten.
            result.coefficient = result.coefficient.split(1).0;
            result.exponent += 1;
        }
        if result.exponent > settings.etop() {
            return result.overflown(settings, signals);
        }
        if subnormal {
            signals.add(Signals::SUBNORMAL);
        }
        if !exact {
            signals.add(Signals::INEXACT);
            if subnormal {
                signals.add(Signals::UNDERFLOW);
            }
        }
        signals.add(Signals::ROUNDED);
        if result.is_zero() {
            signals.add(Signals::CLAMPED);
        }
        Some((Form::Finite, result))
    }

    /// The coefficient without its last digits, and whether these were zeros.
    fn rounded(&self, dropped: i64, rounding: Rounding) -> (Coefficient, bool) {
        let (kept, rest) = self.coefficient.split(dropped);
        let up = match rounding {
            _ if rest == Rest::Nothing => return (kept, true),
            Rounding::Down => false,
            Rounding::Up => true,
            Rounding::Ceiling => !self.negative,
            Rounding::Floor => self.negative,
            Rounding::ZeroFiveUp => kept.modulo(5) == 0,
            Rounding::HalfUp => rest != Rest::Less,
            Rounding::HalfDown => rest == Rest::More,
            Rounding::HalfEven => rest == Rest::More || rest == Rest::Half && kept.is_odd(),
        };
        let kept = if up {
            kept.plus(&Coefficient::ONE)
        } else {
            kept
        };
        (kept, false)
    }

    /// With this exponent; no signals.
    pub fn rescaled(&self, exponent: i64, rounding: Rounding) -> Option<Finite> {
        let coefficient = if self.is_zero() {
            Coefficient::ZERO
        } else if self.exponent >= exponent {
            self.padded(self.exponent - exponent)?
        } else {
            self.rounded(exponent - self.exponent, rounding).0
        };
        Some(Finite::new(self.negative, coefficient, exponent))
    }

    /// The coefficient with zeros appended.
    fn padded(&self, zeros: i64) -> Option<Coefficient> {
        (zeros <= MAX_DIGITS).then(|| self.coefficient.with_zeros(zeros))
    }

    /// Rounded to so many digits; no signals.
    pub fn rounded_to(&self, digits: i64, rounding: Rounding) -> Option<Finite> {
        if self.is_zero() {
            return Some(self.clone());
        }
        let result = self.rescaled(self.adjusted() + 1 - digits, rounding)?;
        if result.adjusted() == self.adjusted() {
            return Some(result);
        }
        result.rescaled(result.adjusted() + 1 - digits, rounding)
    }

    pub fn order(&self, other: &Finite) -> Option<Ordering> {
        let (zero, other_zero) = (self.is_zero(), other.is_zero());
        let sign = |negative: bool, zero: bool| match (zero, negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let (sign, other_sign) = (sign(self.negative, zero), sign(other.negative, other_zero));
        if sign != other_sign || sign == 0 {
            return Some(sign.cmp(&other_sign));
        }
        let mut order = self.adjusted().cmp(&other.adjusted());
        if order.is_eq() {
            let least = self.exponent.min(other.exponent);
            order = match self.exponent == other.exponent {
                true => self.coefficient.cmp(&other.coefficient),
                false => self
                    .padded(self.exponent - least)?
                    .cmp(&other.padded(other.exponent - least)?),
            };
        }
        Some(if sign < 0 { order.reverse() } else { order })
    }

    /// Python's hash of numbers: modulo 2^61 - 1.
    pub fn hash(&self) -> i64 {
        const MODULUS: u64 = (1 << 61) - 1;
        const fn times(a: u64, b: u64) -> u64 {
            (a as u128 * b as u128 % MODULUS as u128) as u64
        }
        const fn power(mut base: u64, mut exponent: u64) -> u64 {
            let mut result = 1;
            while exponent > 0 {
                if exponent & 1 == 1 {
                    result = times(result, base);
                }
                base = times(base, base);
                exponent >>= 1;
            }
            result
        }
        const TENTH: u64 = power(10, MODULUS - 2);
        let base = if self.exponent < 0 { TENTH } else { 10 };
        let scale = power(base, self.exponent.unsigned_abs());
        let hash = times(self.coefficient.modulo(MODULUS), scale) as i64;
        match (self.negative, hash) {
            (true, 1) => -2,
            (true, hash) => -hash,
            (false, hash) => hash,
        }
    }
}

/// Whether so many digits are few enough.
pub fn within(digits: i64) -> Option<()> {
    (digits <= MAX_DIGITS).then_some(())
}
