//! Modules written in Rust.

use crate::native::{NativeDef, NativeRole};
use crate::object::PyNative;
use crate::{PyDict, Res, Value, Vm};

/// Declares a module. It is made when first imported.
pub struct ModuleDef {
    pub name: &'static str,
    pub functions: &'static [NativeDef],
    /// Adds types and constants to the module's dict.
    pub init: fn(&mut Vm, dict: Value) -> Res<()>,
}

/// For a [`ModuleDef`] that needs nothing but its functions.
pub fn no_init(_: &mut Vm, _: Value) -> Res<()> {
    Ok(())
}

impl Vm {
    /// Makes the module object of a native module.
    pub fn make_native_module(&mut self, def: &'static ModuleDef) -> Res {
        let dict = self.heap.new_dict(PyDict::default());
        let name = self.intern(def.name);
        self.namespace_set(dict, self.names.name, name);
        self.namespace_set(dict, self.names.doc, Value::NONE);
        self.namespace_set(dict, self.names.package, self.names.empty);
        self.namespace_set(dict, self.names.loader, Value::NONE);
        self.namespace_set(dict, self.names.spec, Value::NONE);
        let module = self.heap.new_module(dict);
        self.add_functions(dict, name, def.functions);
        (def.init)(self, dict)?;
        Ok(module)
    }

    /// Adds functions to a module's dict. `module_name` becomes their
    /// `__module__`.
    pub fn add_functions(&mut self, dict: Value, module_name: Value, defs: &'static [NativeDef]) {
        for def in defs {
            debug_assert!(
                def.role == NativeRole::Function,
                "{} is a module's function",
                def.name
            );
            let native = PyNative {
                def,
                receiver: Value::UNBOUND,
                owner: module_name,
            };
            let value = self.heap.new_native(native);
            self.dict_set_text(dict, def.name, value);
        }
    }
}
