//! Hashing and equality as far as no Python code has to run.
//!
//! Numbers hash by the rules of CPython's `pyhash.c` (modulo 2^61 - 1), so
//! equal numbers of different types hash alike.

use std::cmp::Ordering;

use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;

use crate::builtins::complex::{PyComplex, hash_complex};
use crate::heap::Heap;
use crate::value::Kind;
use crate::{PyDict, Value};

const MODULUS: u64 = (1 << 61) - 1;
/// Nesting beyond this is left to Python code, whose recursion is limited.
const MAX_DEPTH: u32 = 64;

/// Why a key could not be hashed or compared here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// Python code decides.
    Python,
    /// This value has no hash.
    Unhashable(Value),
}

/// Python's `hash` folded for tables.
#[inline]
pub fn table_hash(hash: i64) -> u32 {
    hash as u32 ^ (hash >> 32) as u32
}

impl Heap {
    /// Table hash of a str.
    #[inline]
    pub fn str_table_hash(&self, value: Value) -> u32 {
        let hash = self.strs.get(value.index()).hash.get();
        if hash != 0 {
            return hash;
        }
        let object = self.pystr(value);
        let hash = table_hash(hash_bytes(object.text.as_bytes())).max(1);
        object.hash.set(hash);
        hash
    }

    /// Table hash of any key.
    #[inline]
    pub fn key_hash(&self, key: Value) -> Result<u32, KeyError> {
        if key.is(Kind::Str) {
            return Ok(self.str_table_hash(key));
        }
        if let Some(int) = key.as_small() {
            return Ok(table_hash(if int == -1 { -2 } else { int }));
        }
        let hash = self.hash(key)?;
        Ok(self.fold(key, hash))
    }

    /// Folds what Python's `hash(key)` gave.
    pub fn fold(&self, key: Value, hash: i64) -> u32 {
        // Strs keep 0 for "not yet computed".
        if self.payload(key).is(Kind::Str) {
            table_hash(hash).max(1)
        } else {
            table_hash(hash)
        }
    }

    /// Python's `hash`.
    pub fn hash(&self, value: Value) -> Result<i64, KeyError> {
        self.hash_nested(value, 0)
    }

    fn hash_nested(&self, value: Value, depth: u32) -> Result<i64, KeyError> {
        if let Some(int) = value.as_small() {
            return Ok(if int == -1 { -2 } else { int });
        }
        if let Some(float) = value.as_float() {
            // Each NaN is a key of its own.
            return Ok(if float.is_nan() {
                hash_identity(value)
            } else {
                hash_float(float)
            });
        }
        let Some(kind) = value.kind() else {
            return Ok(match value {
                Value::TRUE => 1,
                Value::FALSE => 0,
                other => hash_identity(other),
            });
        };
        if depth > MAX_DEPTH {
            return Err(KeyError::Python);
        }
        match kind {
            Kind::Str => Ok(hash_bytes(self.str(value).as_bytes())),
            Kind::Bytes => Ok(hash_bytes(&self.pybytes(value).data)),
            Kind::BigInt => Ok(hash_bigint(self.bigint(value))),
            Kind::Tuple => {
                // The xxHash-based tuple hash of CPython 3.8 and later.
                const PRIME_1: u64 = 11400714785074694791;
                const PRIME_2: u64 = 14029467366897019727;
                const PRIME_5: u64 = 2870177450012600261;
                let items = self.tuple(value);
                let mut acc = PRIME_5;
                for &item in items {
                    let lane = self.hash_nested(item, depth + 1)? as u64;
                    acc = acc.wrapping_add(lane.wrapping_mul(PRIME_2));
                    acc = acc.rotate_left(31).wrapping_mul(PRIME_1);
                }
                acc = acc.wrapping_add(items.len() as u64 ^ (PRIME_5 ^ 3527539));
                Ok(if acc == u64::MAX {
                    1546275796
                } else {
                    acc as i64
                })
            }
            Kind::Set => {
                let set = self.set(value);
                if !set.frozen {
                    return Err(KeyError::Unhashable(value));
                }
                if let Some(hash) = set.hash.get() {
                    return Ok(hash);
                }
                let mut acc: u64 = 0;
                for (key, _) in set.table.iter() {
                    let hash = self.hash_nested(key, depth + 1)? as u64;
                    acc ^= ((hash ^ 89869747) ^ (hash << 16)).wrapping_mul(3644798167);
                }
                acc ^= (set.table.len() as u64 + 1).wrapping_mul(1927868237);
                acc ^= (acc >> 11) ^ (acc >> 25);
                acc = acc.wrapping_mul(69069).wrapping_add(907133923);
                let hash = if acc == u64::MAX {
                    590923713
                } else {
                    acc as i64
                };
                set.hash.set(Some(hash));
                Ok(hash)
            }
            Kind::List | Kind::Dict => Err(KeyError::Unhashable(value)),
            Kind::Instance => {
                let instance = self.instance(value);
                let flags = self.ty(instance.class).flags;
                if flags.unhashable {
                    Err(KeyError::Unhashable(value))
                } else if flags.custom_hash {
                    Err(KeyError::Python)
                } else if instance.payload.is_unbound()
                    || instance.payload.as_float().is_some_and(f64::is_nan)
                {
                    Ok(hash_identity(value))
                } else {
                    match self.hash_nested(instance.payload, depth + 1) {
                        Err(KeyError::Unhashable(_)) => Err(KeyError::Unhashable(value)),
                        other => other,
                    }
                }
            }
            Kind::Exception => {
                let flags = self.ty(self.exception(value).class).flags;
                if flags.unhashable {
                    Err(KeyError::Unhashable(value))
                } else if flags.custom_hash {
                    Err(KeyError::Python)
                } else {
                    Ok(hash_identity(value))
                }
            }
            Kind::Type => {
                let metaclass = self.ty(value).metaclass;
                if metaclass.is(Kind::Type) && self.ty(metaclass).flags.custom_hash {
                    Err(KeyError::Python)
                } else {
                    Ok(hash_identity(value))
                }
            }
            Kind::Method => {
                let method = self.method(value);
                Ok(hash_identity(method.function) ^ hash_identity(method.receiver).rotate_left(7))
            }
            Kind::Object => {
                if let Some(complex) = self.downcast::<PyComplex>(value) {
                    return Ok(hash_complex(complex.re, complex.im));
                }
                if let Some((target, known)) = self.object(value).referent() {
                    if let Some(hash) = known.get() {
                        return Ok(hash);
                    }
                    let Some(target) = target.bound() else {
                        return Err(KeyError::Unhashable(value));
                    };
                    let hash = self.hash_nested(target, depth + 1)?;
                    known.set(Some(hash));
                    return Ok(hash);
                }
                let class = self.object(value).class();
                let flags = self.ty(class).flags;
                if flags.unhashable {
                    Err(KeyError::Unhashable(value))
                } else if flags.custom_hash {
                    self.object(value).own_hash().ok_or(KeyError::Python)
                } else {
                    Ok(hash_identity(value))
                }
            }
            _ => Ok(hash_identity(value)),
        }
    }

    /// Whether two keys are equal, `is` or `==`.
    #[inline]
    pub fn keys_equal(&self, a: Value, b: Value) -> Result<bool, KeyError> {
        if a == b {
            return Ok(true);
        }
        if a.is(Kind::Str) && b.is(Kind::Str) {
            return Ok(self.str(a) == self.str(b));
        }
        if a.is_small() && b.is_small() {
            return Ok(false);
        }
        self.equal_nested(a, b, 0)
    }

    /// `a == b` (not identity: a NaN is not equal to itself), or
    /// [`KeyError::Python`].
    pub fn equal(&self, a: Value, b: Value) -> Result<bool, KeyError> {
        if a.is_float() && b.is_float() {
            return Ok(a.as_float() == b.as_float());
        }
        if a == b && !(a.is(Kind::Instance) || a.is(Kind::Object) || a.is(Kind::Exception)) {
            return Ok(true);
        }
        self.equal_nested(a, b, 0)
    }

    fn equal_nested(&self, a: Value, b: Value, depth: u32) -> Result<bool, KeyError> {
        if depth > MAX_DEPTH || self.has_custom_eq(a) || self.has_custom_eq(b) {
            let order = self.own_order(a, b).ok_or(KeyError::Python)?;
            return Ok(order.is_eq());
        }
        let (a, b) = (self.payload(a), self.payload(b));
        if a == b {
            return Ok(!a.as_float().is_some_and(f64::is_nan));
        }
        if let (Some(a), Some(b)) = (self.number(a), self.number(b)) {
            return Ok(a.equals(&b));
        }
        if let (Some(a), Some(b)) = (self.complex_number(a), self.complex_number(b)) {
            return Ok(a.1 == b.1 && a.0.equals(&b.0));
        }
        let same = |a: Value, b: Value| {
            if a == b {
                Ok(true)
            } else {
                self.equal_nested(a, b, depth + 1)
            }
        };
        match (a.kind(), b.kind()) {
            (Some(Kind::Str), Some(Kind::Str)) => Ok(self.str(a) == self.str(b)),
            (Some(Kind::Bytes), Some(Kind::Bytes)) => {
                Ok(self.pybytes(a).data == self.pybytes(b).data)
            }
            (Some(Kind::Tuple), Some(Kind::Tuple)) | (Some(Kind::List), Some(Kind::List)) => {
                let (a, b) = (
                    self.as_items(a).unwrap_or(&[]),
                    self.as_items(b).unwrap_or(&[]),
                );
                if a.len() != b.len() {
                    return Ok(false);
                }
                for (&x, &y) in a.iter().zip(b) {
                    if !same(x, y)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Some(Kind::Dict), Some(Kind::Dict)) => {
                let (a, b) = (self.dict(a), self.dict(b));
                if a.len() != b.len() {
                    return Ok(false);
                }
                for entry in a.entries() {
                    match self.find_in(b, entry.key, entry.hash)? {
                        Some(at) => {
                            if !same(entry.value, b.entry(at).map_or(Value::UNBOUND, |e| e.value))?
                            {
                                return Ok(false);
                            }
                        }
                        None => return Ok(false),
                    }
                }
                Ok(true)
            }
            (Some(Kind::Set), Some(Kind::Set)) => {
                let (a, b) = (&self.set(a).table, &self.set(b).table);
                if a.len() != b.len() {
                    return Ok(false);
                }
                for entry in a.entries() {
                    if self.find_in(b, entry.key, entry.hash)?.is_none() {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Some(Kind::Method), Some(Kind::Method)) => {
                let (a, b) = (self.method(a), self.method(b));
                Ok(a.function == b.function && a.receiver == b.receiver)
            }
            (Some(Kind::Object), Some(Kind::Object)) => {
                match (self.object(a).referent(), self.object(b).referent()) {
                    (Some((a, _)), Some((b, _))) if !a.is_unbound() && !b.is_unbound() => {
                        same(a, b)
                    }
                    _ => Ok(false),
                }
            }
            (Some(Kind::Native), Some(Kind::Native)) => {
                let (a, b) = (self.native(a), self.native(b));
                Ok(std::ptr::eq(a.def, b.def) && a.receiver == b.receiver)
            }
            _ => Ok(false),
        }
    }

    /// Whether `==` on this value may run a method found on its class.
    /// The order of two native objects that know it.
    pub(crate) fn own_order(&self, a: Value, b: Value) -> Option<Ordering> {
        if !a.is(Kind::Object) || !b.is(Kind::Object) {
            return None;
        }
        self.object(a).own_order(&**self.object(b))
    }

    fn has_custom_eq(&self, value: Value) -> bool {
        match value.kind() {
            Some(Kind::Instance) => self.ty(self.instance(value).class).flags.custom_eq,
            Some(Kind::Exception) => self.ty(self.exception(value).class).flags.custom_eq,
            Some(Kind::Object) => self.ty(self.object(value).class()).flags.custom_eq,
            Some(Kind::Type) => {
                let metaclass = self.ty(value).metaclass;
                metaclass.is(Kind::Type) && self.ty(metaclass).flags.custom_eq
            }
            _ => false,
        }
    }

    /// Position of a key in a table.
    #[inline]
    pub fn find_in(&self, dict: &PyDict, key: Value, hash: u32) -> Result<Option<usize>, KeyError> {
        dict.find(key, hash, |other| self.keys_equal(other, key))
    }

    /// Real and imaginary part of any built-in number.
    fn complex_number(&self, value: Value) -> Option<(Number<'_>, f64)> {
        match self.downcast::<PyComplex>(value) {
            Some(complex) => Some((Number::Float(complex.re), complex.im)),
            None => self.number(value).map(|number| (number, 0.0)),
        }
    }

    /// The number that an int, bool or float is.
    pub fn number(&self, value: Value) -> Option<Number<'_>> {
        if let Some(int) = value.as_small() {
            Some(Number::Int(int))
        } else if let Some(float) = value.as_float() {
            Some(Number::Float(float))
        } else if let Some(bool) = value.as_bool() {
            Some(Number::Int(bool as i64))
        } else if value.is(Kind::BigInt) {
            Some(Number::Big(self.bigint(value)))
        } else {
            None
        }
    }
}

/// A real number of a built-in type.
#[derive(Clone, Copy, Debug)]
pub enum Number<'a> {
    Int(i64),
    Big(&'a BigInt),
    Float(f64),
}

impl Number<'_> {
    pub fn equals(&self, other: &Number<'_>) -> bool {
        self.compare(other) == Some(std::cmp::Ordering::Equal)
    }

    /// Exact order; `None` if one is a NaN.
    pub fn compare(&self, other: &Number<'_>) -> Option<Ordering> {
        use Number::*;
        match (self, other) {
            (Int(a), Int(b)) => Some(a.cmp(b)),
            (Float(a), Float(b)) => a.partial_cmp(b),
            (Big(a), Big(b)) => Some(a.cmp(b)),
            (Int(_), Big(b)) => Some(if b.sign() == Sign::Minus {
                std::cmp::Ordering::Greater
            } else {
                std::cmp::Ordering::Less
            }),
            // Small ints are exact as floats.
            (Int(a), Float(b)) => (*a as f64).partial_cmp(b),
            (Big(a), Float(b)) => {
                if b.is_nan() {
                    None
                } else if b.is_infinite() {
                    Some(if *b > 0.0 {
                        std::cmp::Ordering::Less
                    } else {
                        std::cmp::Ordering::Greater
                    })
                } else {
                    let whole = <BigInt as num_traits::FromPrimitive>::from_f64(b.trunc())?;
                    Some(match (*a).cmp(&whole) {
                        std::cmp::Ordering::Equal => 0.0.partial_cmp(&b.fract())?,
                        order => order,
                    })
                }
            }
            (Big(_), Int(_)) | (Float(_), _) => other.compare(self).map(|order| order.reverse()),
        }
    }
}

/// Identity hashes come from the handle, so they repeat from run to run.
fn hash_identity(value: Value) -> i64 {
    (value.bits().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 4) as i64
}

/// A multiply-and-fold hash over eight bytes at a time; the same on every
/// platform and in every run.
fn hash_bytes(data: &[u8]) -> i64 {
    const KEY: u64 = 0x9E37_79B9_7F4A_7C15;
    if data.is_empty() {
        return 0;
    }
    let mut hash = data.len() as u64 ^ 0x51_7C_C1_B7_27_22_0A_95;
    let mut chunks = data.chunks_exact(8);
    for chunk in &mut chunks {
        let word = u64::from_le_bytes(chunk.try_into().unwrap_or_default());
        hash = (hash ^ word).wrapping_mul(KEY);
        hash ^= hash >> 32;
    }
    let mut word = 0;
    for (at, &byte) in chunks.remainder().iter().enumerate() {
        word |= (byte as u64) << (at * 8);
    }
    hash = (hash ^ word).wrapping_mul(KEY);
    hash ^= hash >> 29;
    hash = hash.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    hash ^= hash >> 32;
    if hash == u64::MAX { -2 } else { hash as i64 }
}

fn hash_bigint(value: &BigInt) -> i64 {
    let hash = (value.magnitude() % MODULUS).to_i64().unwrap_or(0);
    let hash = if value.sign() == Sign::Minus {
        -hash
    } else {
        hash
    };
    if hash == -1 { -2 } else { hash }
}

/// `_Py_HashDouble` of CPython.
pub fn hash_float(value: f64) -> i64 {
    if value.is_infinite() {
        return if value > 0.0 { 314159 } else { -314159 };
    }
    if value.is_nan() {
        return 0;
    }
    let (mut mantissa, mut exponent) = frexp(value.abs());
    let mut x: u64 = 0;
    while mantissa != 0.0 {
        x = ((x << 28) & MODULUS) | (x >> (61 - 28));
        mantissa *= 268435456.0;
        exponent -= 28;
        let y = mantissa as u64;
        mantissa -= y as f64;
        x += y;
        if x >= MODULUS {
            x -= MODULUS;
        }
    }
    let exponent = exponent.rem_euclid(61) as u32;
    if exponent != 0 {
        x = ((x << exponent) & MODULUS) | (x >> (61 - exponent));
    }
    let hash = if value < 0.0 { -(x as i64) } else { x as i64 };
    if hash == -1 { -2 } else { hash }
}

/// Mantissa in [0.5, 1) and exponent, for a finite value that is not negative.
fn frexp(value: f64) -> (f64, i32) {
    if value == 0.0 {
        return (0.0, 0);
    }
    let bits = value.to_bits();
    let exponent = ((bits >> 52) & 0x7FF) as i32;
    if exponent == 0 {
        // Subnormal: scale into the normal range first.
        let (mantissa, exponent) = frexp(value * 2f64.powi(64));
        return (mantissa, exponent - 64);
    }
    (
        f64::from_bits((bits & !(0x7FF << 52)) | (1022 << 52)),
        exponent - 1022,
    )
}
