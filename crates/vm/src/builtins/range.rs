//! `range`.

use num_bigint::BigInt;

use crate::gc::Tracer;
use crate::object::NativeObject;
use crate::{Value, Vm};

/// Bounds within 64 bits are kept as such; others as Python ints.
pub struct PyRange {
    pub start: i64,
    pub stop: i64,
    pub step: i64,
    /// Start, stop and step when one of them does not fit.
    pub big: Option<Box<[BigInt; 3]>>,
    pub(crate) class: Value,
}

impl NativeObject for PyRange {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, _: &mut Tracer) {}
}

pub(crate) fn register(_vm: &mut Vm) {}
