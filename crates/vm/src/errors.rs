//! Making exceptions.

use crate::{Throw, Value, Vm};

macro_rules! constructors {
    ($($name:ident => $ty:ident,)*) => {
        impl Vm { $(
            #[cold]
            pub fn $name(&mut self, message: impl AsRef<str>) -> Throw {
                let class = self.types.$ty;
                self.error(class, message.as_ref())
            }
        )* }
    };
}

constructors! {
    type_error => type_error,
    value_error => value_error,
    index_error => index_error,
    overflow_error => overflow_error,
    zero_division_error => zero_division_error,
    attribute_error => attribute_error,
    runtime_error => runtime_error,
    recursion_error => recursion_error,
    memory_error => memory_error,
    not_implemented_error => not_implemented_error,
    name_error => name_error,
    unbound_local_error => unbound_local_error,
    assertion_error => assertion_error,
    import_error => import_error,
    buffer_error => buffer_error,
    lookup_error => lookup_error,
    syntax_error => syntax_error,
    system_error => system_error,
    os_error => os_error,
    eof_error => eof_error,
    reference_error => reference_error,
    unicode_error => unicode_error,
}

impl Vm {
    /// An exception of a built-in class with one str argument.
    #[cold]
    pub fn error(&mut self, class: Value, message: &str) -> Throw {
        let text = self.heap.new_str(message);
        Throw::Raise(self.make_exception(class, &[text]))
    }

    /// A new exception of a class whose `__init__` need not run.
    pub fn make_exception(&mut self, class: Value, args: &[Value]) -> Value {
        let args = self.heap.new_tuple(args);
        self.heap.new_exception(class, args)
    }

    /// `KeyError(key)`.
    #[cold]
    pub fn key_error(&mut self, key: Value) -> Throw {
        let class = self.types.key_error;
        Throw::Raise(self.make_exception(class, &[key]))
    }

    #[cold]
    pub fn stop_iteration(&mut self, value: Value) -> Throw {
        let class = self.types.stop_iteration;
        let args: &[Value] = if value.is_none() { &[] } else { &[value] };
        Throw::Raise(self.make_exception(class, args))
    }

    /// "unsupported operand type(s) for +: 'int' and 'str'".
    #[cold]
    pub fn unsupported_operands(&mut self, operator: &str, a: Value, b: Value) -> Throw {
        let message = format!(
            "unsupported operand type(s) for {operator}: '{}' and '{}'",
            self.type_name(a),
            self.type_name(b)
        );
        self.type_error(message)
    }

    /// Attribute `key` of an exception, set by its constructor (`name` of an
    /// `ImportError`, say).
    pub fn set_exception_attr(&mut self, exception: Value, key: &str, value: Value) {
        let key = self.heap.intern(key);
        let hash = self.heap.str_table_hash(key);
        let attrs = &mut self.heap.exception_mut(exception).attrs;
        match attrs.find_identical(key, hash) {
            Some(position) => attrs.set_value(position, value),
            None => {
                attrs.insert_new(key, value, hash);
            }
        }
    }
}
