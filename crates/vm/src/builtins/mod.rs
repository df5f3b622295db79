//! The built-in types and functions.
//!
//! [`register`] makes every type object; each module then adds the methods of
//! its type.

use crate::object::Layout;
use crate::{Value, Vm};

pub mod bytearray;
pub mod bytes;
pub mod code;
pub mod complex;
pub mod descriptors;
pub mod dict;
pub mod encoding;
pub mod exceptions;
pub mod finalizers;
pub mod float;
pub mod format;
pub mod function;
pub mod functions;
pub mod generator;
pub mod generic_alias;
pub mod int;
pub mod iters;
pub mod list;
pub mod matching;
pub mod memoryview;
pub mod misc;
pub mod object;
pub mod range;
pub mod report;
pub mod scope;
pub mod set;
pub mod set_table;
pub mod slice;
pub mod str;
pub mod str_format;
pub mod tracebacks;
pub mod tuple;
pub mod types;
pub mod unicode;
pub mod weakref;

/// Makes all built-in types and fills the `builtins` dict.
pub(crate) fn register(vm: &mut Vm) {
    make_types(vm);
    object::register(vm);
    types::register(vm);
    exceptions::register(vm);
    function::register(vm);
    descriptors::register(vm);
    generator::register(vm);
    int::register(vm);
    float::register(vm);
    complex::register(vm);
    str::register(vm);
    bytes::register(vm);
    bytearray::register(vm);
    memoryview::register(vm);
    tuple::register(vm);
    list::register(vm);
    dict::register(vm);
    set::register(vm);
    range::register(vm);
    slice::register(vm);
    iters::register(vm);
    functions::register(vm);
    misc::register(vm);
    scope::register(vm);
}

fn make_types(vm: &mut Vm) {
    // `type` and `object` refer to each other; the first two are patched.
    vm.types.object = vm.builtin_type("object", Value::UNBOUND, Layout::Object);
    let object = vm.types.object;
    vm.types.r#type = vm.builtin_type("type", object, Layout::Type);
    let metaclass = vm.types.r#type;
    vm.heap.ty_mut(object).metaclass = metaclass;
    vm.heap.ty_mut(metaclass).metaclass = metaclass;

    macro_rules! make {
        ($layout:expr, $base:ident: $($field:ident = $name:literal),* $(,)?) => { $(
            vm.types.$field = vm.builtin_type($name, vm.types.$base, $layout);
        )* };
    }
    // Types that Python classes may inherit from, keeping the built-in value
    // as the instance's payload.
    let payload = Layout::Payload(Value::UNBOUND);
    make!(payload, object: int = "int", float = "float", complex = "complex", str = "str", bytes = "bytes",
        bytearray = "bytearray", tuple = "tuple", list = "list", dict = "dict", set = "set",
        frozenset = "frozenset", property = "property", static_method = "staticmethod",
        class_method = "classmethod", super_ = "super", enumerate = "enumerate", zip = "zip",
        map = "map", filter = "filter", reversed = "reversed", module = "module",
        simple_namespace = "SimpleNamespace", weakref = "ReferenceType", generic_alias = "GenericAlias");
    make!(Layout::Final, int: bool = "bool");
    make!(Layout::Final, object: none = "NoneType", not_implemented = "NotImplementedType",
        ellipsis = "ellipsis", memoryview = "memoryview", range = "range", slice = "slice",
        dict_keys = "dict_keys", dict_values = "dict_values", dict_items = "dict_items",
        mapping_proxy = "mappingproxy", function = "function",
        builtin_function = "builtin_function_or_method", method_descriptor = "method_descriptor",
        wrapper_descriptor = "wrapper_descriptor", classmethod_descriptor = "classmethod_descriptor",
        method = "method", cell = "cell", code = "code", frame = "frame", traceback = "traceback",
        generator = "generator", coroutine = "coroutine", async_generator = "async_generator",
        async_generator_asend = "async_generator_asend",
        async_generator_athrow = "async_generator_athrow", coroutine_wrapper = "coroutine_wrapper",
        getset = "getset_descriptor", member = "member_descriptor", list_iterator = "list_iterator",
        tuple_iterator = "tuple_iterator", range_iterator = "range_iterator",
        str_iterator = "str_ascii_iterator", bytes_iterator = "bytes_iterator",
        dict_keyiterator = "dict_keyiterator", dict_valueiterator = "dict_valueiterator",
        dict_itemiterator = "dict_itemiterator", dict_reversekeyiterator = "dict_reversekeyiterator",
        set_iterator = "set_iterator", list_reverseiterator = "list_reverseiterator",
        iterator = "iterator", callable_iterator = "callable_iterator", union = "Union");

    make!(Layout::Exception, object: base_exception = "BaseException");
    make!(Layout::Exception, base_exception: exception = "Exception", base_exception_group = "BaseExceptionGroup",
        generator_exit = "GeneratorExit", keyboard_interrupt = "KeyboardInterrupt", system_exit = "SystemExit");
    make!(Layout::Exception, exception: arithmetic_error = "ArithmeticError", assertion_error = "AssertionError",
        attribute_error = "AttributeError", buffer_error = "BufferError", eof_error = "EOFError",
        import_error = "ImportError", lookup_error = "LookupError", memory_error = "MemoryError",
        name_error = "NameError", os_error = "OSError", reference_error = "ReferenceError",
        runtime_error = "RuntimeError", stop_async_iteration = "StopAsyncIteration",
        stop_iteration = "StopIteration", syntax_error = "SyntaxError", system_error = "SystemError",
        type_error = "TypeError", value_error = "ValueError", warning = "Warning");
    make!(Layout::Exception, arithmetic_error: floating_point_error = "FloatingPointError",
        overflow_error = "OverflowError", zero_division_error = "ZeroDivisionError");
    make!(Layout::Exception, import_error: module_not_found_error = "ModuleNotFoundError");
    make!(Layout::Exception, lookup_error: index_error = "IndexError", key_error = "KeyError");
    make!(Layout::Exception, name_error: unbound_local_error = "UnboundLocalError");
    make!(Layout::Exception, os_error: blocking_io_error = "BlockingIOError",
        child_process_error = "ChildProcessError", connection_error = "ConnectionError",
        file_exists_error = "FileExistsError", file_not_found_error = "FileNotFoundError",
        interrupted_error = "InterruptedError", is_a_directory_error = "IsADirectoryError",
        not_a_directory_error = "NotADirectoryError", permission_error = "PermissionError",
        process_lookup_error = "ProcessLookupError", timeout_error = "TimeoutError");
    make!(Layout::Exception, connection_error: broken_pipe_error = "BrokenPipeError",
        connection_aborted_error = "ConnectionAbortedError",
        connection_refused_error = "ConnectionRefusedError",
        connection_reset_error = "ConnectionResetError");
    make!(Layout::Exception, runtime_error: not_implemented_error = "NotImplementedError",
        recursion_error = "RecursionError", python_finalization_error = "PythonFinalizationError");
    make!(Layout::Exception, syntax_error: indentation_error = "IndentationError");
    make!(Layout::Exception, indentation_error: tab_error = "TabError");
    make!(Layout::Exception, value_error: unicode_error = "UnicodeError");
    make!(Layout::Exception, unicode_error: unicode_decode_error = "UnicodeDecodeError",
        unicode_encode_error = "UnicodeEncodeError", unicode_translate_error = "UnicodeTranslateError");
    make!(Layout::Exception, warning: bytes_warning = "BytesWarning", deprecation_warning = "DeprecationWarning",
        encoding_warning = "EncodingWarning", future_warning = "FutureWarning",
        import_warning = "ImportWarning", pending_deprecation_warning = "PendingDeprecationWarning",
        resource_warning = "ResourceWarning", runtime_warning = "RuntimeWarning",
        syntax_warning = "SyntaxWarning", unicode_warning = "UnicodeWarning", user_warning = "UserWarning");
    // `ExceptionGroup` has two bases.
    let group = vm.builtin_type(
        "ExceptionGroup",
        vm.types.base_exception_group,
        Layout::Exception,
    );
    let exception = vm.types.exception;
    let base_exception_group = vm.types.base_exception_group;
    let (base_exception, object) = (vm.types.base_exception, vm.types.object);
    let ty = vm.heap.ty_mut(group);
    ty.bases = vec![base_exception_group, exception];
    ty.mro = vec![
        group,
        base_exception_group,
        exception,
        base_exception,
        object,
    ];
    vm.types.exception_group = group;

    // What `builtins` names.
    let types = &vm.types;
    let visible = [
        types.object,
        types.r#type,
        types.int,
        types.bool,
        types.float,
        types.complex,
        types.str,
        types.bytes,
        types.bytearray,
        types.memoryview,
        types.tuple,
        types.list,
        types.dict,
        types.set,
        types.frozenset,
        types.range,
        types.slice,
        types.property,
        types.static_method,
        types.class_method,
        types.super_,
        types.enumerate,
        types.zip,
        types.map,
        types.filter,
        types.reversed,
    ];
    for ty in visible {
        publish(vm, ty);
    }
    let mut pending = vec![vm.types.base_exception];
    while let Some(ty) = pending.pop() {
        publish(vm, ty);
        pending.extend(vm.heap.ty(ty).subclasses.clone());
    }
    let os_error = vm.types.os_error;
    for alias in ["EnvironmentError", "IOError"] {
        vm.dict_set_text(vm.builtins, alias, os_error);
    }
    let builtins_name = vm.intern("builtins");
    for ty in vm.types.all() {
        if !ty.is_unbound() {
            vm.set_type_attr(ty, "__module__", builtins_name);
        }
    }
    for (name, value) in [
        ("None", Value::NONE),
        ("True", Value::TRUE),
        ("False", Value::FALSE),
        ("NotImplemented", Value::NOT_IMPLEMENTED),
        ("Ellipsis", Value::ELLIPSIS),
        ("__debug__", Value::TRUE),
    ] {
        vm.dict_set_text(vm.builtins, name, value);
    }
}

fn publish(vm: &mut Vm, ty: Value) {
    let name = vm.heap.ty(ty).name.clone();
    vm.dict_set_text(vm.builtins, &name, ty);
}
