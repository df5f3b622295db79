//! Functions, bound methods, built-in functions, cells and modules.

use crate::native::{NativeDef, NativeRole, method, new_method};
use crate::object::PyFunction;
use crate::value::Kind;
use crate::{PyDict, Res, Throw, Value, Vm, class::GetterDef, class::getter, class::getter_setter};

macro_rules! field {
    ($get:ident, $set:ident, $field:ident) => {
        fn $get(vm: &mut Vm, this: Value) -> Res {
            Ok(vm.heap.function(this).$field)
        }
        fn $set(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
            vm.heap.function_mut(this).$field = value.bound().unwrap_or(Value::NONE);
            Ok(())
        }
    };
}

field!(name, set_name_unchecked, name);
field!(qualname, set_qualname_unchecked, qualname);
field!(module, set_module, module);
field!(doc, set_doc, doc);
field!(kwdefaults, set_kwdefaults, kwdefaults);
field!(defaults, set_defaults_unchecked, defaults);

fn set_name(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    if vm.as_text(value).is_none() {
        return Err(vm.type_error("__name__ must be set to a string object"));
    }
    set_name_unchecked(vm, this, value)
}

fn set_qualname(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    if vm.as_text(value).is_none() {
        return Err(vm.type_error("__qualname__ must be set to a string object"));
    }
    set_qualname_unchecked(vm, this, value)
}

fn set_defaults(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    if !(value.is_unbound() || value.is_none() || value.is(Kind::Tuple)) {
        return Err(vm.type_error("__defaults__ must be set to a tuple object"));
    }
    set_defaults_unchecked(vm, this, value)
}

fn globals(vm: &mut Vm, this: Value) -> Res {
    Ok(vm.heap.function(this).globals)
}

fn builtins(vm: &mut Vm, _: Value) -> Res {
    Ok(vm.builtins)
}

fn closure(vm: &mut Vm, this: Value) -> Res {
    let cells = vm.heap.function(this).closure.clone();
    if cells.is_empty() {
        Ok(Value::NONE)
    } else {
        Ok(vm.heap.new_tuple(cells))
    }
}

fn code(vm: &mut Vm, this: Value) -> Res {
    let code = vm.heap.function(this).code.clone();
    Ok(vm.code_object(code))
}

fn set_code(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    match vm.code_of(value) {
        Some(code) => {
            vm.heap.function_mut(this).code = code;
            Ok(())
        }
        None => Err(vm.type_error("__code__ must be set to a code object")),
    }
}

fn annotations(vm: &mut Vm, this: Value) -> Res {
    let function = vm.heap.function(this);
    if let Some(found) = function.annotations.bound() {
        return Ok(found);
    }
    let annotate = function.annotate;
    if annotate.is_none() {
        let empty = vm.heap.new_dict(PyDict::default());
        vm.heap.function_mut(this).annotations = empty;
        return Ok(empty);
    }
    let state = [this, Value::NONE, Value::NONE, Value::NONE];
    Err(vm.call_then(
        annotate,
        &[Value::int32(1)],
        state,
        |vm, [this, ..], completion| {
            let value = completion.value()?;
            vm.heap.function_mut(this).annotations = value;
            Ok(value)
        },
    ))
}

fn set_annotations(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    let function = vm.heap.function_mut(this);
    function.annotations = if value.is_none() {
        Value::UNBOUND
    } else {
        value
    };
    function.annotate = Value::NONE;
    Ok(())
}

fn annotate(vm: &mut Vm, this: Value) -> Res {
    Ok(vm.heap.function(this).annotate)
}

fn set_annotate(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    let function = vm.heap.function_mut(this);
    function.annotate = value.bound().unwrap_or(Value::NONE);
    function.annotations = Value::UNBOUND;
    Ok(())
}

fn type_params(vm: &mut Vm, this: Value) -> Res {
    Ok(vm
        .heap
        .function(this)
        .type_params
        .bound()
        .unwrap_or(vm.empty_tuple))
}

fn set_type_params(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    vm.heap.function_mut(this).type_params = value;
    Ok(())
}

fn function_call(vm: &mut Vm, args: &[Value]) -> Res {
    Err(vm.tail_call_with(args[0], args[1], args[2]))
}

fn function_get(vm: &mut Vm, args: &[Value]) -> Res {
    if args[1].is_none() {
        let class = args[2];
        if class.is_unbound() || class.is_none() {
            return Err(vm.type_error("__get__(None, None) is invalid"));
        }
        return Ok(args[0]);
    }
    Ok(vm.heap.new_method(args[0], args[1]))
}

fn function_repr(vm: &mut Vm, args: &[Value]) -> Res {
    let qualname = vm.heap.function(args[0]).qualname;
    let qualname = vm.as_text(qualname).unwrap_or("");
    let text = match vm.is_native_in_c(args[0]) {
        true => format!("<built-in function {qualname}>"),
        false => format!("<function {qualname} at {}>", vm.address(args[0])),
    };
    Ok(vm.string(text))
}

/// Globals that are dicts of a class with `__missing__`, which is asked for
/// names they do not have: how `annotationlib` evaluates annotations. Only the
/// latest are known, for such functions are called as soon as they are made.
#[derive(Default)]
pub(crate) struct MissingGlobals {
    owners: Vec<(Value, Value)>,
}

impl MissingGlobals {
    fn note(&mut self, globals: Value, owner: Value) {
        if self.owners.len() == 32 {
            self.owners.remove(0);
        }
        self.owners.push((globals, owner));
    }

    /// The instance whose plain dict these globals are.
    pub(crate) fn owner(&self, globals: Value) -> Option<Value> {
        self.owners
            .iter()
            .rev()
            .find(|(dict, _)| *dict == globals)
            .map(|(_, owner)| *owner)
    }
}

impl crate::vm::Extension for MissingGlobals {
    fn trace(&self, tracer: &mut crate::gc::Tracer) {
        self.owners
            .iter()
            .for_each(|&(globals, owner)| tracer.extend(&[globals, owner]));
    }
}

fn function_new(vm: &mut Vm, args: &[Value]) -> Res {
    let [_, code, globals, name, defaults, closure, kwdefaults] = args[..] else {
        return Ok(Value::NONE);
    };
    let Some(code) = vm.code_of(code) else {
        return Err(vm.type_error("function() argument 'code' must be code"));
    };
    let owner = globals;
    let globals = vm.heap.payload(owner);
    if !globals.is(Kind::Dict) {
        return Err(vm.type_error("function() argument 'globals' must be dict"));
    }
    if owner != globals && vm.lookup_special(owner, vm.names.missing).is_some() {
        vm.extension::<MissingGlobals>().note(globals, owner);
    }
    let cells = if closure.is_none() {
        Vec::new()
    } else {
        vm.collect(closure)?
    };
    if cells.len() != code.code.captures.len() {
        let message = format!(
            "{} requires closure of length {}, not {}",
            code.code.name,
            code.code.captures.len(),
            cells.len()
        );
        return Err(vm.value_error(message));
    }
    let own_name = vm.intern(&code.code.name);
    let qualname = vm.intern(&code.code.qualname);
    let module = vm
        .namespace_get(globals, vm.names.name)
        .unwrap_or(Value::NONE);
    let doc = match &code.code.doc {
        Some(text) => vm.str(text),
        None => Value::NONE,
    };
    Ok(vm.heap.new_function(PyFunction {
        code,
        globals,
        closure: cells.into(),
        defaults,
        kwdefaults,
        name: if name.is_none() { own_name } else { name },
        qualname: if name.is_none() { qualname } else { name },
        module,
        doc,
        annotate: Value::NONE,
        annotations: Value::UNBOUND,
        type_params: Value::UNBOUND,
        dict: Value::NONE,
    }))
}

// Bound methods.

fn method_new(vm: &mut Vm, args: &[Value]) -> Res {
    if args[2].is_none() {
        return Err(vm.type_error("instance must not be None"));
    }
    Ok(vm.heap.new_method(args[1], args[2]))
}

fn method_function(vm: &mut Vm, this: Value) -> Res {
    Ok(vm.heap.method(this).function)
}

fn method_self(vm: &mut Vm, this: Value) -> Res {
    Ok(vm.heap.method(this).receiver)
}

fn method_call(vm: &mut Vm, args: &[Value]) -> Res {
    Err(vm.tail_call_with(args[0], args[1], args[2]))
}

fn method_getattribute(vm: &mut Vm, args: &[Value]) -> Res {
    let name = crate::builtins::object::attr_name(vm, args[1])?;
    let class = vm.types.method;
    let function = vm.heap.method(args[0]).function;
    if function.is(Kind::Native)
        && (name == vm.names.name || name == vm.names.qualname || name == vm.names.doc)
    {
        return vm.get_attr(function, name);
    }
    let of_function = [vm.names.doc, vm.names.dict].contains(&name);
    if vm.lookup(class, name).is_some() && !of_function {
        return vm.get_attr_generic(args[0], name);
    }
    vm.get_attr(function, name)
}

fn method_repr(vm: &mut Vm, args: &[Value]) -> Res {
    let object = vm.heap.method(args[0]);
    let (function, receiver) = (object.function, object.receiver);
    if function.is(Kind::Native) {
        let native = vm.heap.native(function);
        let name = native.def.name;
        let text = format!(
            "<built-in method {name} of {} object at {}>",
            vm.type_name(receiver),
            vm.address(receiver)
        );
        return Ok(vm.string(text));
    }
    if !function.is(Kind::Function) {
        return Err(vm.tail_prelude("method_repr", &[Value::NONE, function, receiver]));
    }
    let qualname = vm
        .as_text(vm.heap.function(function).qualname)
        .unwrap_or("?")
        .to_owned();
    match vm.repr(receiver) {
        Ok(text) => Ok(vm.string(format!("<bound method {qualname} of {text}>"))),
        Err(crate::Throw::Python) => {
            let qualname = vm.string(qualname);
            Err(vm.tail_prelude("method_repr", &[qualname, function, receiver]))
        }
        Err(other) => Err(other),
    }
}

fn method_eq(vm: &mut Vm, args: &[Value]) -> Res {
    if !args[1].is(Kind::Method) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (a, b) = (vm.heap.method(args[0]), vm.heap.method(args[1]));
    Ok(Value::bool(
        a.function == b.function && a.receiver == b.receiver,
    ))
}

fn method_hash(vm: &mut Vm, args: &[Value]) -> Res {
    let hash = vm.hash(args[0])?;
    Ok(vm.int(hash))
}

fn method_get(_: &mut Vm, args: &[Value]) -> Res {
    Ok(args[0])
}

fn method_reduce(vm: &mut Vm, args: &[Value]) -> Res {
    let object = vm.heap.method(args[0]);
    let (function, receiver) = (object.function, object.receiver);
    let name = vm.get_attr(function, vm.names.name)?;
    let getattr = vm.builtin("getattr");
    let args = vm.tuple(&[receiver, name]);
    Ok(vm.tuple(&[getattr, args]))
}

// Built-in functions.

fn native_name(vm: &mut Vm, this: Value) -> Res {
    let name = vm.heap.native(this).def.name;
    Ok(vm.intern(name))
}

fn native_qualname(vm: &mut Vm, this: Value) -> Res {
    let native = vm.heap.native(this);
    let (name, owner) = (native.def.name, native.owner);
    if owner.is(Kind::Type) {
        let text = format!(
            "{}.{name}",
            vm.as_text(vm.heap.ty(owner).qualname).unwrap_or("")
        );
        return Ok(vm.intern(&text));
    }
    Ok(vm.intern(name))
}

fn native_module(vm: &mut Vm, this: Value) -> Res {
    let owner = vm.heap.native(this).owner;
    Ok(if owner.is(Kind::Str) {
        owner
    } else {
        Value::NONE
    })
}

fn native_self(vm: &mut Vm, this: Value) -> Res {
    let native = vm.heap.native(this);
    if let Some(receiver) = native.receiver.bound() {
        return Ok(receiver);
    }
    let owner = native.owner;
    if matches!(
        native.def.role,
        NativeRole::Method | NativeRole::ClassMethod
    ) {
        let class = vm.type_of(this);
        let message = format!(
            "'{}' object has no attribute '__self__'",
            vm.heap.ty(class).name
        );
        return Err(vm.attribute_error(message));
    }
    if owner.is(Kind::Str)
        && let Ok(Some(module)) = vm.dict_get(vm.modules, owner)
    {
        return Ok(module);
    }
    Ok(if owner.is(Kind::Type) {
        owner
    } else {
        Value::NONE
    })
}

fn native_owner(vm: &mut Vm, this: Value) -> Res {
    Ok(vm.heap.native(this).owner)
}

fn native_doc(vm: &mut Vm, this: Value) -> Res {
    let native = vm.heap.native(this);
    let (owner, name) = (native.owner, native.def.name);
    let owner = match owner.is(Kind::Type) {
        true => vm.heap.ty(owner).name.to_string(),
        false => String::new(),
    };
    Err(vm.ask_doc(&owner, name))
}

impl Vm {
    /// Asks for the text of what is built in: it is in a download of its own.
    pub(crate) fn ask_doc(&mut self, owner: &str, name: &str) -> Throw {
        let (owner, name) = (self.intern(owner), self.intern(name));
        self.tail_prelude("native_doc", &[owner, name])
    }
}

/// Signatures with defaults that the natives' own do not spell: the owner's
/// name (none for functions of modules), the function's, and the parameters.
const SIGNATURES: &[(&str, &str, &str)] = &[
    ("", "isclose", "a, b, *, rel_tol=1e-09, abs_tol=0.0"),
    (
        "",
        "print",
        "*args, sep=' ', end='\\n', file=None, flush=False",
    ),
    ("bytearray", "center", "$self, width, fillchar=b' ', /"),
    ("bytearray", "ljust", "$self, width, fillchar=b' ', /"),
    ("bytearray", "rjust", "$self, width, fillchar=b' ', /"),
    ("bytearray", "translate", "$self, table, /, delete=b''"),
    ("bytes", "center", "$self, width, fillchar=b' ', /"),
    ("bytes", "ljust", "$self, width, fillchar=b' ', /"),
    ("bytes", "rjust", "$self, width, fillchar=b' ', /"),
    ("bytes", "translate", "$self, table, /, delete=b''"),
    ("float", "__round__", "$self, ndigits=None, /"),
    ("int", "__round__", "$self, ndigits=None, /"),
    (
        "list",
        "index",
        "$self, value, start=0, stop=sys.maxsize, /",
    ),
    ("memoryview", "tobytes", "$self, /, order='C'"),
    (
        "tuple",
        "index",
        "$self, value, start=0, stop=sys.maxsize, /",
    ),
];

fn native_text_signature(vm: &mut Vm, this: Value) -> Res {
    let native = vm.heap.native(this);
    let def = native.def;
    let owner = match native.owner.is(Kind::Type) {
        true => &*vm.heap.ty(native.owner).name,
        false => "",
    };
    let told = SIGNATURES
        .iter()
        .find(|(of, name, _)| *of == owner && *name == def.name);
    let signature = def.signature;
    let text = match def.role {
        _ if told.is_some() => told.map_or("", |(.., text)| text).to_owned(),
        NativeRole::New => "$type, *args, **kwargs".to_owned(),
        NativeRole::Method if def.name == "__init__" => "$self, /, *args, **kwargs".to_owned(),
        // Omitted ones without a literal have no spelling in Python.
        _ if signature.contains("...") => return Ok(Value::NONE),
        NativeRole::Method => signature.replacen("self", "$self", 1),
        NativeRole::ClassMethod => signature.replacen("cls", "$type", 1),
        _ => signature.to_owned(),
    };
    Ok(vm.string(format!("({text})")))
}

fn native_repr(vm: &mut Vm, args: &[Value]) -> Res {
    let native = vm.heap.native(args[0]);
    let name = native.def.name;
    let text = match native.def.role {
        NativeRole::Method if native.owner.is(Kind::Type) => {
            let kind = if name.starts_with("__") {
                "slot wrapper"
            } else {
                "method"
            };
            format!(
                "<{kind} '{name}' of '{}' objects>",
                vm.heap.ty(native.owner).name
            )
        }
        NativeRole::New | NativeRole::StaticMethod | NativeRole::ClassMethod => {
            format!(
                "<built-in method {name} of type object at {}>",
                vm.address(args[0])
            )
        }
        _ => format!("<built-in function {name}>"),
    };
    Ok(vm.string(text))
}

fn native_call(vm: &mut Vm, args: &[Value]) -> Res {
    Err(vm.tail_call_with(args[0], args[1], args[2]))
}

fn native_get(vm: &mut Vm, args: &[Value]) -> Res {
    if args[1].is_none() {
        let class = if args[2].is_unbound() {
            Value::NONE
        } else {
            args[2]
        };
        return if class.is(Kind::Type) {
            vm.bind_to_class(args[0], class)
        } else {
            Ok(args[0])
        };
    }
    let class = vm.type_of(args[1]);
    vm.bind(args[0], args[1], class)
}

fn native_reduce(vm: &mut Vm, args: &[Value]) -> Res {
    native_qualname(vm, args[0])
}

// Cells.

fn cell_new(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(vm.heap.new_cell(args[1]))
}

fn cell_contents(vm: &mut Vm, this: Value) -> Res {
    match vm.heap.cell(this).value.bound() {
        Some(value) => Ok(value),
        None => Err(vm.value_error("cell is empty")),
    }
}

fn set_cell_contents(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    vm.heap.cell_mut(this).value = value;
    Ok(())
}

fn cell_repr(vm: &mut Vm, args: &[Value]) -> Res {
    let value = vm.heap.cell(args[0]).value;
    let inner = match value.bound() {
        Some(value) => format!("{} object at {}", vm.type_name(value), vm.address(value)),
        None => "empty".to_owned(),
    };
    let text = format!("<cell at {}: {inner}>", vm.address(args[0]));
    Ok(vm.string(text))
}

// Modules.

fn module_new(vm: &mut Vm, args: &[Value]) -> Res {
    let dict = vm.heap.new_dict(PyDict::default());
    let module = vm.heap.new_module(dict);
    if args[0] != vm.types.module {
        vm.heap.module_mut(module).class = args[0];
    }
    Ok(module)
}

fn module_init(vm: &mut Vm, args: &[Value]) -> Res {
    let module = vm.heap.payload(args[0]);
    let pairs = [
        (vm.names.name, args[1]),
        (vm.names.doc, args[2]),
        (vm.names.package, Value::NONE),
        (vm.names.loader, Value::NONE),
        (vm.names.spec, Value::NONE),
    ];
    for (name, value) in pairs {
        let target = if args[0] == module { module } else { args[0] };
        vm.set_own_attr(target, name, value);
    }
    Ok(Value::NONE)
}

fn module_repr(vm: &mut Vm, args: &[Value]) -> Res {
    let module = args[0];
    let name = vm.own_attr(module, vm.names.name);
    let name = name
        .and_then(|name| vm.as_text(name))
        .unwrap_or("?")
        .to_owned();
    let file = vm.own_attr(module, vm.names.file);
    let text = match file.and_then(|file| vm.as_text(file)) {
        Some(file) => format!("<module '{name}' from '{file}'>"),
        None => {
            let loader = vm
                .own_attr(module, vm.names.loader)
                .is_some_and(|loader| !loader.is_none());
            if loader {
                format!("<module '{name}' (built-in)>")
            } else {
                format!("<module '{name}'>")
            }
        }
    };
    Ok(vm.string(text))
}

fn module_dict(vm: &mut Vm, this: Value) -> Res {
    Ok(vm.attr_dict(this).unwrap_or(Value::NONE))
}

fn module_dir(vm: &mut Vm, args: &[Value]) -> Res {
    if let Some(function) = vm.own_attr(args[0], vm.names.dir) {
        return Err(vm.tail_call(function, &[]));
    }
    let names = crate::builtins::object::dir_names(vm, args[0]);
    Ok(vm.heap.new_list(names))
}

fn module_annotations(vm: &mut Vm, this: Value) -> Res {
    let name = vm.names.annotations;
    if let Some(found) = vm.own_attr(this, name) {
        return Ok(found);
    }
    let state = [this, Value::NONE, Value::NONE, Value::NONE];
    match vm
        .own_attr(this, vm.names.annotate)
        .filter(|found| !found.is_none())
    {
        Some(annotate) => Err(vm.call_then(
            annotate,
            &[Value::int32(1)],
            state,
            |vm, [this, ..], completion| {
                let value = completion.value()?;
                vm.set_own_attr(this, vm.names.annotations, value);
                Ok(value)
            },
        )),
        None => {
            let empty = vm.heap.new_dict(PyDict::default());
            vm.set_own_attr(this, name, empty);
            Ok(empty)
        }
    }
}

fn set_module_annotations(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    if value.is_unbound() {
        vm.delete_own_attr(this, vm.names.annotations);
    } else {
        vm.set_own_attr(this, vm.names.annotations, value);
    }
    Ok(())
}

static FUNCTION: &[NativeDef] = &[
    new_method(
        "cls, code, globals, name=None, argdefs=None, closure=None, kwdefaults=None",
        function_new,
    ),
    method("__call__", "self, /, *args, **kwargs", function_call),
    method("__get__", "self, instance, owner=None, /", function_get),
    method("__repr__", "self, /", function_repr),
];

static FUNCTION_GETTERS: &[GetterDef] = &[
    getter_setter("__name__", name, set_name),
    getter_setter("__qualname__", qualname, set_qualname),
    getter_setter("__module__", module, set_module),
    getter_setter("__doc__", doc, set_doc),
    getter_setter("__defaults__", defaults, set_defaults),
    getter_setter("__kwdefaults__", kwdefaults, set_kwdefaults),
    getter("__globals__", globals),
    getter("__builtins__", builtins),
    getter("__closure__", closure),
    getter_setter("__code__", code, set_code),
    getter_setter("__annotations__", annotations, set_annotations),
    getter_setter("__annotate__", annotate, set_annotate),
    getter_setter("__type_params__", type_params, set_type_params),
];

static METHOD: &[NativeDef] = &[
    new_method("cls, function, instance, /", method_new),
    method("__call__", "self, /, *args, **kwargs", method_call),
    method("__getattribute__", "self, name, /", method_getattribute),
    method("__repr__", "self, /", method_repr),
    method("__eq__", "self, value, /", method_eq),
    method("__hash__", "self, /", method_hash),
    method("__get__", "self, instance, owner=None, /", method_get),
    method("__reduce__", "self, /", method_reduce),
];

static METHOD_GETTERS: &[GetterDef] = &[
    getter("__func__", method_function),
    getter("__self__", method_self),
];

static NATIVE: &[NativeDef] = &[
    method("__repr__", "self, /", native_repr),
    method("__call__", "self, /, *args, **kwargs", native_call),
    method("__reduce__", "self, /", native_reduce),
];

static DESCRIPTOR: &[NativeDef] = &[method(
    "__get__",
    "self, instance, owner=None, /",
    native_get,
)];

static NATIVE_GETTERS: &[GetterDef] = &[
    getter("__name__", native_name),
    getter("__qualname__", native_qualname),
    getter("__doc__", native_doc),
    getter("__text_signature__", native_text_signature),
];

static BUILTIN_GETTERS: &[GetterDef] = &[
    getter("__module__", native_module),
    getter("__self__", native_self),
];

static OWNER_GETTERS: &[GetterDef] = &[getter("__objclass__", native_owner)];

static CELL: &[NativeDef] = &[
    new_method("cls, contents=..., /", cell_new),
    method("__repr__", "self, /", cell_repr),
];

static CELL_GETTERS: &[GetterDef] = &[getter_setter(
    "cell_contents",
    cell_contents,
    set_cell_contents,
)];

static MODULE: &[NativeDef] = &[
    new_method("cls, *args, **kwargs", module_new),
    method("__init__", "self, name, doc=None", module_init).raw_self(),
    method("__repr__", "self, /", module_repr).raw_self(),
    method("__dir__", "self, /", module_dir).raw_self(),
];

static MODULE_GETTERS: &[GetterDef] = &[
    getter("__dict__", module_dict).raw_self(),
    getter_setter(
        "__annotations__",
        module_annotations,
        set_module_annotations,
    )
    .raw_self(),
];

pub(crate) fn register(vm: &mut Vm) {
    vm.add_extension(MissingGlobals::default());
    vm.add_methods(vm.types.function, FUNCTION);
    vm.add_getters(vm.types.function, FUNCTION_GETTERS);
    vm.add_methods(vm.types.method, METHOD);
    vm.add_getters(vm.types.method, METHOD_GETTERS);
    for ty in [
        vm.types.builtin_function,
        vm.types.method_descriptor,
        vm.types.wrapper_descriptor,
        vm.types.classmethod_descriptor,
    ] {
        vm.add_methods(ty, NATIVE);
        vm.add_getters(ty, NATIVE_GETTERS);
        if ty == vm.types.builtin_function {
            vm.add_getters(ty, BUILTIN_GETTERS);
        } else {
            vm.add_methods(ty, DESCRIPTOR);
            vm.add_getters(ty, OWNER_GETTERS);
        }
    }
    vm.add_methods(vm.types.cell, CELL);
    vm.add_getters(vm.types.cell, CELL_GETTERS);
    vm.add_methods(vm.types.module, MODULE);
    vm.add_getters(vm.types.module, MODULE_GETTERS);
}
