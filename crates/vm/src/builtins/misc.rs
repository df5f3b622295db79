//! `None`, `...` and `NotImplemented`, `types.MappingProxyType`,
//! `types.SimpleNamespace`.

use crate::class::{GetterDef, getter};
use crate::gc::Tracer;
use crate::native::{NativeDef, method, new_method};
use crate::object::{Layout, NativeObject};
use crate::value::Kind;
use crate::{Completion, Res, Throw, Value, Vm};

/// A read-only view of a mapping.
pub struct MappingProxy {
    pub mapping: Value,
    class: Value,
}

impl NativeObject for MappingProxy {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.mapping);
    }
}

impl Vm {
    pub fn new_mapping_proxy(&mut self, mapping: Value) -> Value {
        let class = self.types.mapping_proxy;
        self.heap.new_object(MappingProxy { mapping, class })
    }
}

// The singletons.

fn singleton(vm: &mut Vm, args: &[Value], value: Value, name: &str) -> Res {
    if !vm.heap.tuple(args[1]).is_empty() || !vm.heap.dict(args[2]).is_empty() {
        return Err(vm.type_error(format!("{name} takes no arguments")));
    }
    Ok(value)
}

fn identity_equal(_: &mut Vm, args: &[Value]) -> Res {
    Ok(if args[0] == args[1] {
        Value::TRUE
    } else {
        Value::NOT_IMPLEMENTED
    })
}

static NONE: &[NativeDef] = &[
    new_method("cls, *args, **kwargs", |vm, args| {
        singleton(vm, args, Value::NONE, "NoneType")
    }),
    method("__repr__", "self, /", |vm, _| Ok(vm.intern("None"))),
    method("__bool__", "self, /", |_, _| Ok(Value::FALSE)),
    method("__eq__", "self, value, /", identity_equal),
];

static ELLIPSIS: &[NativeDef] = &[
    new_method("cls, *args, **kwargs", |vm, args| {
        singleton(vm, args, Value::ELLIPSIS, "EllipsisType")
    }),
    method("__repr__", "self, /", |vm, _| Ok(vm.intern("Ellipsis"))),
    method("__reduce__", "self, /", |vm, _| Ok(vm.intern("Ellipsis"))),
];

static NOT_IMPLEMENTED: &[NativeDef] = &[
    new_method("cls, *args, **kwargs", |vm, args| {
        singleton(vm, args, Value::NOT_IMPLEMENTED, "NotImplementedType")
    }),
    method("__repr__", "self, /", |vm, _| {
        Ok(vm.intern("NotImplemented"))
    }),
    method("__reduce__", "self, /", |vm, _| {
        Ok(vm.intern("NotImplemented"))
    }),
    method("__bool__", "self, /", |vm, _| {
        Err(vm.type_error("NotImplemented should not be used in a boolean context"))
    }),
];

// Mapping proxies.

fn mapping(vm: &Vm, this: Value) -> Value {
    vm.heap
        .downcast::<MappingProxy>(this)
        .map_or(Value::NONE, |proxy| proxy.mapping)
}

fn proxy_new(vm: &mut Vm, args: &[Value]) -> Res {
    let is_mapping = vm.lookup_special(args[1], vm.names.getitem).is_some()
        && !matches!(
            vm.heap.payload(args[1]).kind(),
            Some(Kind::List | Kind::Tuple)
        );
    if !is_mapping {
        let message = format!(
            "mappingproxy() argument must be a mapping, not {}",
            vm.type_name(args[1])
        );
        return Err(vm.type_error(message));
    }
    Ok(vm.new_mapping_proxy(args[1]))
}

/// Calls the mapping's own method, as found on its type.
fn forward(vm: &mut Vm, args: &[Value], name: &str) -> Res {
    let mapping = mapping(vm, args[0]);
    let given = args
        .iter()
        .rposition(|arg| !arg.is_unbound())
        .map_or(1, |last| last + 1);
    let key = vm.intern(name);
    match vm.lookup_special(mapping, key) {
        Some(method) => vm.call_special(method, mapping, &args[1..given]),
        None if name == "__contains__" => {
            Err(vm.tail_prelude("contains_by_iteration", &[mapping, args[1]]))
        }
        None => {
            let message = format!(
                "'{}' object has no attribute '{name}'",
                vm.type_name(mapping)
            );
            Err(vm.attribute_error(message))
        }
    }
}

/// As [`forward`], with the other operand taken out of its proxy.
fn forward_operator(vm: &mut Vm, args: &[Value], name: &str) -> Res {
    let this = mapping(vm, args[0]);
    let other = vm
        .heap
        .downcast::<MappingProxy>(args[1])
        .map_or(args[1], |proxy| proxy.mapping);
    let key = vm.intern(name);
    match vm.lookup_special(this, key) {
        Some(method) => vm.call_special(method, this, &[other]),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// The text of the mapping, put into `prefix(...)`.
fn proxy_repr(vm: &mut Vm, args: &[Value]) -> Res {
    let mapping = mapping(vm, args[0]);
    match vm.repr(mapping) {
        Ok(text) => Ok(vm.string(format!("mappingproxy({text})"))),
        Err(Throw::Python) => {
            let repr = vm.builtin("repr");
            Err(vm.call_then(
                repr,
                &[mapping],
                [Value::NONE; 4],
                |vm, _, completion: Completion| {
                    let text = completion.value()?;
                    let text = format!("mappingproxy({})", vm.as_text(text).unwrap_or_default());
                    Ok(vm.string(text))
                },
            ))
        }
        Err(other) => Err(other),
    }
}

fn proxy_str(vm: &mut Vm, args: &[Value]) -> Res {
    let mapping = mapping(vm, args[0]);
    let class = vm.types.str;
    Err(vm.tail_call(class, &[mapping]))
}

fn proxy_hash(vm: &mut Vm, args: &[Value]) -> Res {
    let mapping = mapping(vm, args[0]);
    let hash = vm.builtin("hash");
    Err(vm.tail_call(hash, &[mapping]))
}

static PROXY: &[NativeDef] = &[
    new_method("cls, mapping, /", proxy_new),
    method("__getitem__", "self, key, /", |vm, args| {
        let mapping = mapping(vm, args[0]);
        vm.subscript(mapping, args[1])
    }),
    method("__len__", "self, /", |vm, args| {
        forward(vm, args, "__len__")
    }),
    method("__contains__", "self, key, /", |vm, args| {
        forward(vm, args, "__contains__")
    }),
    method("__iter__", "self, /", |vm, args| {
        forward(vm, args, "__iter__")
    }),
    method("__reversed__", "self, /", |vm, args| {
        forward(vm, args, "__reversed__")
    }),
    method("get", "self, key, default=..., /", |vm, args| {
        forward(vm, args, "get")
    }),
    method("keys", "self, /", |vm, args| forward(vm, args, "keys")),
    method("values", "self, /", |vm, args| forward(vm, args, "values")),
    method("items", "self, /", |vm, args| forward(vm, args, "items")),
    method("copy", "self, /", |vm, args| forward(vm, args, "copy")),
    method("__or__", "self, value, /", |vm, args| {
        forward_operator(vm, args, "__or__")
    }),
    method("__ror__", "self, value, /", |vm, args| {
        forward_operator(vm, args, "__ror__")
    }),
    method("__ior__", "self, value, /", |vm, args| {
        let message = format!(
            "'|=' is not supported by {}; use '|' instead",
            vm.type_name(args[0])
        );
        Err(vm.type_error(message))
    }),
    method("__eq__", "self, value, /", |vm, args| {
        forward_operator(vm, args, "__eq__")
    }),
    method("__ne__", "self, value, /", |vm, args| {
        forward_operator(vm, args, "__ne__")
    }),
    method("__lt__", "self, value, /", |vm, args| {
        forward_operator(vm, args, "__lt__")
    }),
    method("__le__", "self, value, /", |vm, args| {
        forward_operator(vm, args, "__le__")
    }),
    method("__gt__", "self, value, /", |vm, args| {
        forward_operator(vm, args, "__gt__")
    }),
    method("__ge__", "self, value, /", |vm, args| {
        forward_operator(vm, args, "__ge__")
    }),
    method("__hash__", "self, /", proxy_hash),
    method("__repr__", "self, /", proxy_repr),
    method("__str__", "self, /", proxy_str),
];

// Simple namespaces are instances like those of a Python class.

fn namespace_new(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(vm.heap.new_instance(args[0], Value::UNBOUND))
}

fn namespace_init(vm: &mut Vm, args: &[Value]) -> Res {
    let (this, positional, keywords) = (args[0], args[1], args[2]);
    let mut pairs: Vec<(Value, Value)> = Vec::new();
    match *vm.heap.tuple(positional) {
        [] => {}
        [source] => {
            if source.is(Kind::Dict) {
                pairs.extend(vm.heap.dict(source).iter());
            } else {
                return Err(vm.tail_prelude("namespace_init", &[this, source, keywords]));
            }
        }
        ref more => {
            let message = format!(
                "{} expected at most 1 argument, got {}",
                vm.type_name(this),
                more.len()
            );
            return Err(vm.type_error(message));
        }
    }
    pairs.extend(vm.heap.dict(keywords).iter());
    for (key, _) in &pairs {
        if !vm.heap.payload(*key).is(Kind::Str) {
            return Err(vm.type_error("keywords must be strings"));
        }
    }
    for (key, value) in pairs {
        let key = vm.heap.payload(key);
        let key = vm.heap.intern_value(key);
        vm.set_own_attr(this, key, value);
    }
    Ok(Value::NONE)
}

fn namespace_pairs(vm: &mut Vm, this: Value) -> Vec<(Value, Value)> {
    match vm.attr_dict(this) {
        Some(dict) => vm.heap.dict(dict).iter().collect(),
        None => Vec::new(),
    }
}

fn namespace_repr(vm: &mut Vm, args: &[Value]) -> Res {
    let this = args[0];
    let class = vm.type_of(this);
    let name = if class == vm.types.simple_namespace {
        "namespace".into()
    } else {
        vm.heap.ty(class).name.clone()
    };
    if vm.repr_running.contains(&this) {
        return Ok(vm.string(format!("{name}(...)")));
    }
    let pairs = namespace_pairs(vm, this);
    let text = super::list::repr_guarded(vm, this, |vm| {
        let mut parts = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            let value = vm.repr(value)?;
            parts.push(format!("{}={value}", vm.as_text(key).unwrap_or_default()));
        }
        Ok(parts.join(", "))
    })?;
    Ok(vm.string(format!("{name}({text})")))
}

fn namespace_compare(vm: &mut Vm, args: &[Value], equal: bool) -> Res {
    let class = vm.types.simple_namespace;
    if !vm.is_instance(args[0], class) || !vm.is_instance(args[1], class) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (Some(a), Some(b)) = (vm.attr_dict(args[0]), vm.attr_dict(args[1])) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    Ok(Value::bool(vm.equal(a, b)? == equal))
}

fn namespace_reduce(vm: &mut Vm, args: &[Value]) -> Res {
    let class = vm.type_of(args[0]);
    let dict = vm.attr_dict(args[0]).unwrap_or(Value::NONE);
    let empty = vm.tuple(&[]);
    Ok(vm.tuple(&[class, empty, dict]))
}

static NAMESPACE: &[NativeDef] = &[
    new_method("cls, *args, **kwargs", namespace_new),
    method("__init__", "self, /, *args, **kwargs", namespace_init).raw_self(),
    method("__repr__", "self, /", namespace_repr)
        .raw_self()
        .slow("namespace_repr"),
    method("__eq__", "self, value, /", |vm, args| {
        namespace_compare(vm, args, true)
    })
    .raw_self()
    .slow("namespace_eq"),
    method("__ne__", "self, value, /", |vm, args| {
        namespace_compare(vm, args, false)
    })
    .raw_self()
    .slow("namespace_ne"),
    method("__reduce__", "self, /", namespace_reduce).raw_self(),
    method("__replace__", "self, /, **changes", |vm, args| {
        Err(vm.tail_prelude("namespace_replace", args))
    })
    .raw_self(),
];

static NAMESPACE_GETTERS: &[GetterDef] = &[getter("__dict__", |vm, this| {
    Ok(vm.attr_dict(this).unwrap_or(Value::NONE))
})
.raw_self()];

pub(crate) fn register(vm: &mut Vm) {
    vm.add_methods(vm.types.none, NONE);
    vm.add_methods(vm.types.ellipsis, ELLIPSIS);
    vm.add_methods(vm.types.not_implemented, NOT_IMPLEMENTED);

    let proxy = vm.types.mapping_proxy;
    vm.add_methods(proxy, PROXY);
    let flags = &mut vm.heap.ty_mut(proxy).flags;
    flags.custom_eq = true;
    flags.custom_hash = true;

    let namespace = vm.types.simple_namespace;
    vm.add_methods(namespace, NAMESPACE);
    vm.add_getters(namespace, NAMESPACE_GETTERS);
    vm.set_type_attr(namespace, "__hash__", Value::NONE);
    let module = vm.intern("types");
    vm.set_type_attr(namespace, "__module__", module);
    let ty = vm.heap.ty_mut(namespace);
    ty.layout = Layout::Object;
    ty.flags.custom_eq = true;
    ty.flags.unhashable = true;
    // Attributes come and go through `__dict__` from the start.
    ty.flags.shadowed = true;

    super::code::register(vm);
    super::tracebacks::register(vm);
    super::weakref::register(vm);
    super::generic_alias::register(vm);
}
