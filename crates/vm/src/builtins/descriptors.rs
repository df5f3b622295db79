//! `property`, `staticmethod`, `classmethod`, `super`.

use crate::gc::Tracer;
use crate::object::NativeObject;
use crate::{PyDict, Value, Vm};

pub struct StaticMethod {
    pub function: Value,
    pub attrs: PyDict,
    pub(crate) class: Value,
}

impl NativeObject for StaticMethod {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.function);
    }
    fn attrs(&self) -> Option<&PyDict> {
        Some(&self.attrs)
    }
    fn attrs_mut(&mut self) -> Option<&mut PyDict> {
        Some(&mut self.attrs)
    }
}

impl Vm {
    pub fn new_static_method(&mut self, function: Value) -> Value {
        let class = self.types.static_method;
        self.heap.new_object(StaticMethod { function, attrs: PyDict::default(), class })
    }
}

pub(crate) fn register(_vm: &mut Vm) {}
