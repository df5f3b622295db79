//! `object`.

use crate::native::{NativeDef, class_method, method, new_method};
use crate::value::Kind;
use crate::{
    Completion, Res, Throw, Value, Vm, class::GetterDef, class::getter, class::getter_setter,
};

fn new(vm: &mut Vm, args: &[Value]) -> Res {
    let class = args[0];
    let extra = !vm.heap.tuple(args[1]).is_empty() || !vm.heap.dict(args[2]).is_empty();
    if !class.is(Kind::Type) {
        return Err(vm.type_error("object.__new__(X): X is not a type object"));
    }
    if extra {
        let own_new = vm.lookup(class, vm.names.new);
        let own_init = vm.lookup(class, vm.names.init);
        let is_object = |vm: &Vm, found: Option<Value>| {
            found.is_some_and(|f| f.is(Kind::Native) && vm.heap.native(f).owner == vm.types.object)
        };
        if !is_object(vm, own_new) {
            return Err(vm.type_error(
                "object.__new__() takes exactly one argument (the type to instantiate)",
            ));
        }
        if is_object(vm, own_init) {
            let message = format!("{}() takes no arguments", vm.heap.ty(class).name);
            return Err(vm.type_error(message));
        }
    }
    if vm.heap.ty(class).flags.is_abstract {
        return Err(vm.tail_prelude("raise_abstract", &[class]));
    }
    if vm.heap.ty(class).layout != crate::Layout::Object {
        let message = format!(
            "object.__new__({0}) is not safe, use {0}.__new__()",
            vm.heap.ty(class).name
        );
        return Err(vm.type_error(message));
    }
    Ok(vm.heap.new_instance(class, Value::UNBOUND))
}

fn init(vm: &mut Vm, args: &[Value]) -> Res {
    let extra = !vm.heap.tuple(args[1]).is_empty() || !vm.heap.dict(args[2]).is_empty();
    if extra {
        let class = vm.type_of(args[0]);
        let is_object = |vm: &Vm, name: Value| {
            vm.lookup(class, name)
                .is_some_and(|f| f.is(Kind::Native) && vm.heap.native(f).owner == vm.types.object)
        };
        if !is_object(vm, vm.names.init) {
            return Err(vm.type_error(
                "object.__init__() takes exactly one argument (the instance to initialize)",
            ));
        }
        if is_object(vm, vm.names.new) {
            let message = format!(
                "{}.__init__() takes exactly one argument (the instance to initialize)",
                vm.heap.ty(class).name
            );
            return Err(vm.type_error(message));
        }
    }
    Ok(Value::NONE)
}

/// `<module.Class object at 0x...>`.
pub(crate) fn default_repr(vm: &mut Vm, value: Value) -> String {
    let class = vm.type_of(value);
    format!(
        "<{} object at {}>",
        vm.qualified_name(class),
        vm.address(value)
    )
}

fn repr(vm: &mut Vm, args: &[Value]) -> Res {
    let text = default_repr(vm, args[0]);
    Ok(vm.string(text))
}

fn str(vm: &mut Vm, args: &[Value]) -> Res {
    match vm.lookup_special(args[0], vm.names.repr) {
        Some(method) => match vm.call_special(method, args[0], &[]) {
            Ok(text) => Ok(text),
            Err(Throw::Call) => Err(Throw::Call),
            Err(other) => Err(other),
        },
        None => repr(vm, args),
    }
}

fn eq(_: &mut Vm, args: &[Value]) -> Res {
    Ok(if args[0] == args[1] {
        Value::TRUE
    } else {
        Value::NOT_IMPLEMENTED
    })
}

fn ne(vm: &mut Vm, args: &[Value]) -> Res {
    let Some(method) = vm.lookup_special(args[0], vm.names.eq) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    match vm.call_special(method, args[0], &[args[1]]) {
        Err(Throw::Call) => Err(vm.and_then([Value::NONE; 4], invert)),
        Ok(value) => invert(vm, [Value::NONE; 4], Completion::Returned(value)),
        other => other,
    }
}

fn invert(vm: &mut Vm, _: [Value; 4], completion: Completion) -> Res {
    let value = completion.value()?;
    if value == Value::NOT_IMPLEMENTED {
        return Ok(value);
    }
    match vm.truthy(value) {
        Ok(truth) => Ok(Value::bool(!truth)),
        Err(throw) => {
            let throw = vm.truth_by_python(value, throw);
            Err(match throw {
                Throw::Call => vm.and_then([Value::NONE; 4], invert),
                other => other,
            })
        }
    }
}

fn not_implemented(_: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::NOT_IMPLEMENTED)
}

fn hash(vm: &mut Vm, args: &[Value]) -> Res {
    // The identity, whatever the class defines.
    let bits = args[0].bits().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 4;
    Ok(vm.int((bits as i64) & ((1 << 60) - 1)))
}

/// An attribute name given as a value.
pub(crate) fn attr_name(vm: &mut Vm, name: Value) -> Res {
    let plain = vm.heap.payload(name);
    if !plain.is(Kind::Str) {
        let message = format!(
            "attribute name must be string, not '{}'",
            vm.type_name(name)
        );
        return Err(vm.type_error(message));
    }
    Ok(vm.heap.intern_value(plain))
}

fn getattribute(vm: &mut Vm, args: &[Value]) -> Res {
    let name = attr_name(vm, args[1])?;
    vm.get_attr_generic(args[0], name)
}

/// A class's attributes are set by its own `__setattr__`, or caches would not
/// know of it.
fn not_for_types(vm: &mut Vm, this: Value, method: &str) -> Res<()> {
    if !this.is(Kind::Type) {
        return Ok(());
    }
    Err(vm.type_error(format!(
        "can't apply this {method} to {} object",
        vm.type_name(this)
    )))
}

fn setattr(vm: &mut Vm, args: &[Value]) -> Res {
    not_for_types(vm, args[0], "__setattr__")?;
    let name = attr_name(vm, args[1])?;
    vm.set_attr_generic(args[0], name, args[2])?;
    Ok(Value::NONE)
}

fn delattr(vm: &mut Vm, args: &[Value]) -> Res {
    not_for_types(vm, args[0], "__delattr__")?;
    let name = attr_name(vm, args[1])?;
    vm.set_attr_generic(args[0], name, Value::UNBOUND)?;
    Ok(Value::NONE)
}

fn format(vm: &mut Vm, args: &[Value]) -> Res {
    if vm.as_text(args[1]).is_none_or(|spec| !spec.is_empty()) {
        let message = if vm.as_text(args[1]).is_some() {
            format!(
                "unsupported format string passed to {}.__format__",
                vm.type_name(args[0])
            )
        } else {
            format!(
                "__format__() argument must be str, not {}",
                vm.type_name(args[1])
            )
        };
        return Err(vm.type_error(message));
    }
    let class = vm.types.str;
    Err(vm.tail_call(class, &[args[0]]))
}

fn class(vm: &mut Vm, this: Value) -> Res {
    Ok(vm.type_of(this))
}

/// Whether a class statement made the class.
fn is_heap_class(vm: &Vm, class: Value) -> bool {
    class.is(Kind::Type) && vm.heap.ty(class).flags.heap
}

fn set_class(vm: &mut Vm, this: Value, class: Value) -> Res<()> {
    if class.is_unbound() {
        return Err(vm.type_error("can't delete __class__ attribute"));
    }
    if !class.is(Kind::Type) {
        let message = format!(
            "__class__ must be set to a class, not '{}' object",
            vm.type_name(class)
        );
        return Err(vm.type_error(message));
    }
    match this.kind() {
        Some(Kind::Instance) => {
            let old = vm.heap.instance(this).class;
            if !vm.heap.ty(class).flags.heap || !vm.heap.ty(old).flags.heap {
                return Err(vm.type_error(
                    "__class__ assignment only supported for mutable types or ModuleType subclasses",
                ));
            }
            if !same_shape(vm, old, class) {
                let message = format!(
                    "__class__ assignment: '{}' object layout differs from '{}'",
                    vm.heap.ty(class).name,
                    vm.heap.ty(old).name
                );
                return Err(vm.type_error(message));
            }
            vm.heap.ty_mut(class).flags.shadowed = true;
            vm.class_changed(class);
            vm.heap.instance_mut(this).class = class;
            Ok(())
        }
        Some(Kind::Exception) if vm.heap.ty(class).layout == crate::Layout::Exception => {
            vm.heap.exception_mut(this).class = class;
            Ok(())
        }
        // A class whose metaclass is another from now on, itself perhaps.
        Some(Kind::Type)
            if is_heap_class(vm, vm.heap.ty(this).metaclass) && is_heap_class(vm, class) =>
        {
            if !vm.is_subtype(class, vm.types.r#type) {
                let message = format!(
                    "__class__ assignment: '{}' object layout differs from 'type'",
                    vm.heap.ty(class).name
                );
                return Err(vm.type_error(message));
            }
            vm.heap.ty_mut(this).metaclass = class;
            vm.class_changed(this);
            Ok(())
        }
        Some(Kind::Module) if vm.is_subtype(class, vm.types.module) => {
            vm.heap.module_mut(this).class = class;
            Ok(())
        }
        _ => Err(vm.type_error(
            "__class__ assignment only supported for mutable types or ModuleType subclasses",
        )),
    }
}

/// Whether instances of one class can become instances of the other.
fn same_shape(vm: &Vm, a: Value, b: Value) -> bool {
    let (x, y) = (vm.heap.ty(a), vm.heap.ty(b));
    let weak = |class| vm.lookup(class, vm.names.weakref).is_some();
    x.layout == y.layout
        && x.flags.no_dict == y.flags.no_dict
        && weak(a) == weak(b)
        && slots(vm, a) == slots(vm, b)
}

/// The names of all slots of a class.
fn slots(vm: &Vm, class: Value) -> std::collections::BTreeSet<&str> {
    let mut names = std::collections::BTreeSet::new();
    for &entry in &vm.heap.ty(class).mro {
        for (key, value) in vm.heap.dict(vm.heap.ty(entry).dict).iter() {
            if vm
                .heap
                .downcast::<super::descriptors::Member>(value)
                .is_some()
            {
                names.extend(vm.heap.as_str(key));
            }
        }
    }
    names
}

fn dict(vm: &mut Vm, this: Value) -> Res {
    match vm.attr_dict(this) {
        Some(dict) => Ok(dict),
        None => {
            let name = vm.names.dict;
            Err(vm.no_attribute(this, name))
        }
    }
}

fn set_dict(vm: &mut Vm, this: Value, dict: Value) -> Res<()> {
    let deleted = dict.is_unbound();
    let dict = if deleted {
        vm.heap.new_dict(Default::default())
    } else {
        dict
    };
    // Of a subclass, the dict in it: what it holds are the attributes.
    let plain = vm.heap.payload(dict);
    if !plain.is(Kind::Dict) {
        let message = format!(
            "__dict__ must be set to a dictionary, not a '{}'",
            vm.type_name(dict)
        );
        return Err(vm.type_error(message));
    }
    let dict = plain;
    if vm.attr_dict(this).is_none() {
        let name = vm.names.dict;
        return Err(vm.no_attribute(this, name));
    }
    match this.kind() {
        Some(Kind::Instance) => vm.heap.instance_mut(this).dict = dict,
        Some(Kind::Function) if deleted => return Err(vm.type_error("cannot delete __dict__")),
        Some(Kind::Function) => vm.heap.function_mut(this).dict = dict,
        _ if deleted => return Err(vm.type_error("cannot delete __dict__")),
        _ => return Err(vm.attribute_error("attribute '__dict__' of this object is not writable")),
    }
    Ok(())
}

fn nothing(_: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::NONE)
}

fn init_subclass(vm: &mut Vm, args: &[Value]) -> Res {
    if !vm.heap.dict(args[1]).is_empty() {
        let message = format!(
            "{}.__init_subclass__() takes no keyword arguments",
            vm.heap.ty(args[0]).name
        );
        return Err(vm.type_error(message));
    }
    Ok(Value::NONE)
}

fn dir(vm: &mut Vm, args: &[Value]) -> Res {
    let names = dir_names(vm, args[0]);
    Ok(vm.heap.new_list(names))
}

/// Names of an object's attributes, unsorted.
pub(crate) fn dir_names(vm: &mut Vm, value: Value) -> Vec<Value> {
    let mut names: Vec<Value> = Vec::new();
    if value.is(Kind::Module) {
        return vm
            .heap
            .dict(vm.heap.module(value).dict)
            .iter()
            .map(|(key, _)| key)
            .collect();
    }
    let is_type = value.is(Kind::Type);
    if !is_type && let Some(dict) = vm.attr_dict_view(value) {
        names.extend(dict);
    }
    let class = if is_type { value } else { vm.type_of(value) };
    for &entry in &vm.heap.ty(class).mro {
        names.extend(
            vm.heap
                .dict(vm.heap.ty(entry).dict)
                .iter()
                .map(|(key, _)| key),
        );
    }
    let mut seen = rustc_hash::FxHashSet::default();
    names.retain(|&name| seen.insert(name) && vm.heap.as_str(name).is_some());
    names
}

fn reduce_ex(vm: &mut Vm, args: &[Value]) -> Res {
    Err(vm.tail_prelude("object_reduce_ex", args))
}

fn reduce(vm: &mut Vm, args: &[Value]) -> Res {
    Err(vm.tail_prelude("object_reduce_ex", &[args[0], Value::int32(0)]))
}

fn get_state(vm: &mut Vm, args: &[Value]) -> Res {
    Err(vm.tail_prelude("object_getstate", args))
}

fn size_of(_: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::int32(64))
}

static METHODS: &[NativeDef] = &[
    new_method("cls, /, *args, **kwargs", new),
    method("__init__", "self, /, *args, **kwargs", init).raw_self(),
    method("__repr__", "self, /", repr).raw_self(),
    method("__str__", "self, /", str).raw_self(),
    method("__eq__", "self, value, /", eq).raw_self(),
    method("__ne__", "self, value, /", ne).raw_self(),
    method("__lt__", "self, value, /", not_implemented).raw_self(),
    method("__le__", "self, value, /", not_implemented).raw_self(),
    method("__gt__", "self, value, /", not_implemented).raw_self(),
    method("__ge__", "self, value, /", not_implemented).raw_self(),
    method("__hash__", "self, /", hash).raw_self(),
    method("__getattribute__", "self, name, /", getattribute).raw_self(),
    method("__setattr__", "self, name, value, /", setattr).raw_self(),
    method("__delattr__", "self, name, /", delattr).raw_self(),
    method("__format__", "self, format_spec, /", format).raw_self(),
    method("__dir__", "self, /", dir).raw_self(),
    method("__reduce_ex__", "self, protocol, /", reduce_ex).raw_self(),
    method("__reduce__", "self, /", reduce).raw_self(),
    method("__getstate__", "self, /", get_state).raw_self(),
    method("__sizeof__", "self, /", size_of).raw_self(),
    class_method("__init_subclass__", "cls, /, **kwargs", init_subclass),
    class_method("__subclasshook__", "cls, object, /", not_implemented),
];

static GETTERS: &[GetterDef] = &[getter_setter("__class__", class, set_class).raw_self()];

/// `__dict__` as CPython has it on each class with instances that have one.
pub(crate) static DICT: GetterDef = getter_setter("__dict__", dict, set_dict).raw_self();

/// `__weakref__`, for introspection alone.
pub(crate) static WEAKREF: GetterDef = getter("__weakref__", |_, _| Ok(Value::NONE)).raw_self();

pub(crate) fn register(vm: &mut Vm) {
    let _ = nothing;
    vm.add_methods(vm.types.object, METHODS);
    vm.add_getters(vm.types.object, GETTERS);
    vm.add_getters(vm.types.object, std::slice::from_ref(&DICT));
    let doc = vm.str("The base class of the class hierarchy.");
    vm.set_type_attr(vm.types.object, "__doc__", doc);
}

impl Vm {
    /// Keys of the object's own attributes.
    fn attr_dict_view(&mut self, value: Value) -> Option<Vec<Value>> {
        match value.kind()? {
            Kind::Instance => {
                let instance = self.heap.instance(value);
                Some(if instance.dict.is_none() {
                    instance.attrs.iter().map(|(key, _)| key).collect()
                } else {
                    self.heap
                        .dict(instance.dict)
                        .iter()
                        .map(|(key, _)| key)
                        .collect()
                })
            }
            _ => {
                let dict = self.attr_dict(value)?;
                Some(self.heap.dict(dict).iter().map(|(key, _)| key).collect())
            }
        }
    }

    /// `module.qualname` of a class; the qualname alone for builtins.
    pub fn qualified_name(&self, class: Value) -> String {
        let ty = self.heap.ty(class);
        let qualname = self.heap.as_str(ty.qualname).unwrap_or(&ty.name).to_owned();
        let module = self.lookup(class, self.names.module);
        match module.and_then(|module| self.heap.as_str(module)) {
            Some("builtins") | None => qualname,
            Some(module) => format!("{module}.{qualname}"),
        }
    }

    /// As [`Vm::qualified_name`], for messages: names of the program's own
    /// module stand without it.
    pub fn told_qualified_name(&self, class: Value) -> String {
        let name = self.qualified_name(class);
        match name.strip_prefix("__main__.") {
            Some(own) => own.to_owned(),
            None => name,
        }
    }

    /// What `repr` shows as an object's address: made from its handle, the
    /// same in every run.
    pub fn address(&self, value: Value) -> String {
        format!("{:#014x}", self.id(value))
    }

    /// `id(value)`.
    pub fn id(&self, value: Value) -> u64 {
        if value.is_handle() {
            let kind = value.bits() >> 32 & 0xFF;
            0x7f00_0000_0000 | kind << 36 | (value.bits() & 0xFFFF_FFFF) << 4
        } else {
            (value.bits().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 17) | 1
        }
    }
}
