//! `slice`.

use crate::gc::Tracer;
use crate::object::NativeObject;
use crate::{Value, Vm};

pub struct PySlice {
    pub start: Value,
    pub stop: Value,
    pub step: Value,
    pub(crate) class: Value,
}

impl NativeObject for PySlice {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[self.start, self.stop, self.step]);
    }
}

impl Vm {
    pub fn new_slice(&mut self, start: Value, stop: Value, step: Value) -> Value {
        let class = self.types.slice;
        self.heap.new_object(PySlice { start, stop, step, class })
    }
}

pub(crate) fn register(_vm: &mut Vm) {}
