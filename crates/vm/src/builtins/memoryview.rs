//! `memoryview`.

use crate::Vm;

pub(crate) fn register(_vm: &mut Vm) {}
