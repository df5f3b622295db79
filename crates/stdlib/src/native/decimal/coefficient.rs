//! The digits of a number: a natural number of any size that knows how many
//! decimal digits it has.

use std::borrow::Cow;
use std::cmp::Ordering;

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::{Pow, ToPrimitive, Zero};

/// Longer ones are left to the Python code, whose ints refuse what would take
/// too long.
pub const MAX_DIGITS: i64 = 40_000;

/// Texts of more digits would take seconds.
pub const MAX_TEXT_DIGITS: i64 = 400_000;

const POWERS: [u128; 39] = {
    let mut powers = [1; 39];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coefficient {
    Small(u128),
    /// What has no room in the other.
    Big(BigUint),
}

/// What is cut off, compared with half a unit of what is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    Nothing,
    Less,
    Half,
    More,
}

impl From<u128> for Coefficient {
    fn from(value: u128) -> Self {
        Coefficient::Small(value)
    }
}

impl From<BigUint> for Coefficient {
    fn from(value: BigUint) -> Self {
        match value.to_u128() {
            Some(small) => Coefficient::Small(small),
            None => Coefficient::Big(value),
        }
    }
}

fn ten_to(zeros: i64) -> BigUint {
    match POWERS.get(zeros as usize) {
        Some(&power) => power.into(),
        None => BigUint::from(10u32).pow(zeros as u32),
    }
}

impl Coefficient {
    pub const ZERO: Coefficient = Coefficient::Small(0);
    pub const ONE: Coefficient = Coefficient::Small(1);

    /// Of ASCII digits, zero for none; `None` for other characters.
    pub fn parse(digits: &[u8]) -> Option<Coefficient> {
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
        let digits = &digits[zeros..];
        if digits.len() < POWERS.len() {
            // Most numbers have room in a machine word.
            if digits.len() < 20 {
                let add = |value: u64, &digit: &u8| value * 10 + (digit - b'0') as u64;
                return Some(Coefficient::Small(digits.iter().fold(0, add) as u128));
            }
            let add = |value: u128, &digit: &u8| value * 10 + (digit - b'0') as u128;
            return Some(Coefficient::Small(digits.iter().fold(0, add)));
        }
        BigUint::parse_bytes(digits, 10).map(Coefficient::from)
    }

    pub fn text(&self) -> String {
        match self {
            Coefficient::Small(value) => match u64::try_from(*value) {
                Ok(value) => value.to_string(),
                Err(_) => value.to_string(),
            },
            Coefficient::Big(value) => value.to_str_radix(10),
        }
    }

    pub fn big(&self) -> Cow<'_, BigUint> {
        match self {
            Coefficient::Small(value) => Cow::Owned(BigUint::from(*value)),
            Coefficient::Big(value) => Cow::Borrowed(value),
        }
    }

    pub fn is_zero(&self) -> bool {
        *self == Coefficient::ZERO
    }

    pub fn is_odd(&self) -> bool {
        self.modulo(2) == 1
    }

    pub fn modulo(&self, divisor: u64) -> u64 {
        match self {
            Coefficient::Small(value) => match u64::try_from(*value) {
                Ok(value) => value % divisor,
                Err(_) => (value % divisor as u128) as u64,
            },
            Coefficient::Big(value) => (value % divisor).to_u64().unwrap_or(0),
        }
    }

    /// How many digits; zero has one.
    pub fn digits(&self) -> i64 {
        match self {
            Coefficient::Small(0) => 1,
            Coefficient::Small(value) => {
                let bits = 128 - value.leading_zeros() as usize;
                // 1233 / 4096 is the logarithm of two, near enough for 128 bits.
                let at_least = (bits * 1233) >> 12;
                (at_least + POWERS.get(at_least).is_some_and(|power| value >= power) as usize)
                    as i64
            }
            Coefficient::Big(value) => big_digits(value),
        }
    }

    pub fn plus(&self, other: &Coefficient) -> Coefficient {
        if let (Coefficient::Small(a), Coefficient::Small(b)) = (self, other)
            && let Some(sum) = a.checked_add(*b)
        {
            return Coefficient::Small(sum);
        }
        (&*self.big() + &*other.big()).into()
    }

    /// The difference to one that is not larger.
    pub fn minus(&self, other: &Coefficient) -> Coefficient {
        match (self, other) {
            (Coefficient::Small(a), Coefficient::Small(b)) => Coefficient::Small(a - b),
            _ => (&*self.big() - &*other.big()).into(),
        }
    }

    pub fn times(&self, other: &Coefficient) -> Coefficient {
        if let (Coefficient::Small(a), Coefficient::Small(b)) = (self, other) {
            if let (Ok(a), Ok(b)) = (u64::try_from(*a), u64::try_from(*b)) {
                return Coefficient::Small(a as u128 * b as u128);
            }
            if let Some(product) = a.checked_mul(*b) {
                return Coefficient::Small(product);
            }
        }
        (&*self.big() * &*other.big()).into()
    }

    /// Quotient and remainder by one that is not zero.
    pub fn divided(&self, other: &Coefficient) -> (Coefficient, Coefficient) {
        match (self, other) {
            (Coefficient::Small(a), Coefficient::Small(b)) => {
                let quotient = a / b;
                (quotient.into(), (a - quotient * b).into())
            }
            (Coefficient::Small(a), Coefficient::Big(_)) => (Coefficient::ZERO, (*a).into()),
            (Coefficient::Big(a), b) => {
                let (quotient, remainder) = a.div_rem(&b.big());
                (quotient.into(), remainder.into())
            }
        }
    }

    /// With so many zeros appended.
    pub fn with_zeros(&self, zeros: i64) -> Coefficient {
        if zeros <= 0 || self.is_zero() {
            return self.clone();
        }
        if let Coefficient::Small(value) = self
            && let Some(power) = POWERS.get(zeros as usize)
            && let Some(product) = value.checked_mul(*power)
        {
            return Coefficient::Small(product);
        }
        (&*self.big() * ten_to(zeros)).into()
    }

    /// Without its last digits, so many of them.
    pub fn split(&self, dropped: i64) -> (Coefficient, Rest) {
        if dropped <= 0 || self.is_zero() {
            return (self.clone(), Rest::Nothing);
        }
        if dropped > self.digits() {
            return (Coefficient::ZERO, Rest::Less);
        }
        let of = |remainder_is_zero: bool, order: Ordering| match order {
            _ if remainder_is_zero => Rest::Nothing,
            Ordering::Less => Rest::Less,
            Ordering::Equal => Rest::Half,
            Ordering::Greater => Rest::More,
        };
        match self {
            Coefficient::Small(value) => {
                // No more than they have, so that the power is in the table.
                let power = POWERS[dropped as usize % POWERS.len()];
                let quotient = value / power;
                let remainder = value - quotient * power;
                let rest = of(remainder == 0, remainder.cmp(&(power / 2)));
                (quotient.into(), rest)
            }
            Coefficient::Big(value) => {
                let power = ten_to(dropped);
                let (quotient, remainder) = value.div_rem(&power);
                let rest = of(remainder.is_zero(), (remainder << 1u32).cmp(&power));
                (quotient.into(), rest)
            }
        }
    }

    /// Without the zeros at its end, but no more than `most`; how many that
    /// were. Of one that is not zero.
    pub fn without_zeros(&self, most: i64) -> (Coefficient, i64) {
        let mut value = self.clone();
        let mut removed = 0;
        if value.modulo(10) != 0 {
            return (value, 0);
        }
        let most = most.min(value.digits() - 1);
        let mut step = 1;
        while step * 2 <= most {
            step *= 2;
        }
        while step > 0 {
            while removed + step <= most
                && let (shorter, Rest::Nothing) = value.split(step)
            {
                value = shorter;
                removed += step;
            }
            step /= 2;
        }
        (value, removed)
    }

    pub fn root(&self) -> Coefficient {
        self.big().sqrt().into()
    }
}

impl Ord for Coefficient {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Coefficient::Small(a), Coefficient::Small(b)) => a.cmp(b),
            (Coefficient::Small(_), Coefficient::Big(_)) => Ordering::Less,
            (Coefficient::Big(_), Coefficient::Small(_)) => Ordering::Greater,
            (Coefficient::Big(a), Coefficient::Big(b)) => a.cmp(b),
        }
    }
}

impl PartialOrd for Coefficient {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// By the logarithm of the first bits, whose error is far below the margin;
/// compared with the power of ten only close to one.
fn big_digits(value: &BigUint) -> i64 {
    const MARGIN: f64 = 1e-6;
    let shift = value.bits().saturating_sub(64);
    let first = (value >> shift).to_u64().unwrap_or(1) as f64;
    let logarithm = first.log10() + shift as f64 * std::f64::consts::LOG10_2;
    let nearest = logarithm.round();
    if (logarithm - nearest).abs() > MARGIN {
        return logarithm as i64 + 1;
    }
    nearest as i64 + (*value >= ten_to(nearest as i64)) as i64
}
