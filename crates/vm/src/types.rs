//! The built-in type objects, by name.

use crate::Value;

macro_rules! types {
    ($($field:ident,)*) => {
        /// Handles of the built-in types; unbound until registered.
        pub struct Types { $(pub $field: Value,)* }

        impl Types {
            pub(crate) fn unbound() -> Types {
                Types { $($field: Value::UNBOUND,)* }
            }

            pub(crate) fn all(&self) -> Vec<Value> {
                vec![$(self.$field,)*]
            }
        }
    };
}

types! {
    object, r#type, none, not_implemented, ellipsis,
    int, bool, float, complex, str, bytes, bytearray, memoryview,
    tuple, list, dict, set, frozenset, range, slice,
    dict_keys, dict_values, dict_items, mapping_proxy,
    function, builtin_function, method_descriptor, wrapper_descriptor, classmethod_descriptor, method,
    module, cell, code, frame, traceback,
    generator, coroutine, async_generator, async_generator_asend, async_generator_athrow, coroutine_wrapper,
    property, static_method, class_method, super_, getset, member,
    list_iterator, tuple_iterator, range_iterator, str_iterator, bytes_iterator, dict_keyiterator,
    dict_valueiterator, dict_itemiterator, dict_reversekeyiterator, set_iterator, list_reverseiterator, iterator, callable_iterator,
    enumerate, zip, map, filter, reversed,
    generic_alias, union, simple_namespace, weakref,
    // Exceptions.
    base_exception, exception, base_exception_group, exception_group, generator_exit, keyboard_interrupt, system_exit,
    arithmetic_error, assertion_error, attribute_error, buffer_error, eof_error, floating_point_error,
    import_error, module_not_found_error, index_error, key_error, lookup_error, memory_error,
    name_error, unbound_local_error, not_implemented_error, os_error, blocking_io_error,
    child_process_error, connection_error, broken_pipe_error, connection_aborted_error,
    connection_refused_error, connection_reset_error, file_exists_error, file_not_found_error,
    interrupted_error, is_a_directory_error, not_a_directory_error, permission_error,
    process_lookup_error, timeout_error, overflow_error, python_finalization_error, recursion_error,
    reference_error, runtime_error, stop_async_iteration, stop_iteration, syntax_error,
    indentation_error, tab_error, system_error, type_error, unicode_error, unicode_decode_error,
    unicode_encode_error, unicode_translate_error, value_error, zero_division_error, warning,
    bytes_warning, deprecation_warning, encoding_warning, future_warning, import_warning,
    pending_deprecation_warning, resource_warning, runtime_warning, syntax_warning, unicode_warning,
    user_warning,
}
