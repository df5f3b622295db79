//! `property`, `staticmethod`, `classmethod`, `super` and slot members.

use crate::gc::Tracer;
use crate::native::{NativeDef, method, new_method};
use crate::object::NativeObject;
use crate::value::Kind;
use crate::{PyDict, Res, Value, Vm, class::GetterDef, class::getter, class::getter_setter};

macro_rules! wrapper {
    ($name:ident) => {
        pub struct $name {
            pub function: Value,
            pub attrs: PyDict,
            pub(crate) class: Value,
        }

        impl NativeObject for $name {
            fn class(&self) -> Value {
                self.class
            }
            fn trace(&self, tracer: &mut Tracer) {
                tracer.value(self.function);
                tracer.dict(&self.attrs);
            }
            fn attrs(&self) -> Option<&PyDict> {
                Some(&self.attrs)
            }
            fn attrs_mut(&mut self) -> Option<&mut PyDict> {
                Some(&mut self.attrs)
            }
        }
    };
}

wrapper!(StaticMethod);
wrapper!(ClassMethod);

pub struct Property {
    pub get: Value,
    pub set: Value,
    pub delete: Value,
    pub doc: Value,
    /// Set by `__set_name__`; else None.
    pub name: Value,
    pub(crate) class: Value,
}

impl NativeObject for Property {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[self.get, self.set, self.delete, self.doc, self.name]);
    }
}

/// The descriptor of one of `__slots__`.
pub struct Member {
    pub name: Value,
    pub owner: Value,
    pub(crate) class: Value,
}

impl NativeObject for Member {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[self.name, self.owner]);
    }
}

pub struct Super {
    pub this_class: Value,
    /// Unbound for an unbound super object.
    pub object: Value,
    pub object_type: Value,
    pub(crate) class: Value,
}

impl NativeObject for Super {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[self.this_class, self.object, self.object_type]);
    }
}

impl Vm {
    pub fn new_static_method(&mut self, function: Value) -> Value {
        let class = self.types.static_method;
        self.heap.new_object(StaticMethod { function, attrs: PyDict::default(), class })
    }

    pub fn new_class_method(&mut self, function: Value) -> Value {
        let class = self.types.class_method;
        self.heap.new_object(ClassMethod { function, attrs: PyDict::default(), class })
    }

    /// `super(class, object)`, checked.
    pub(crate) fn new_super(&mut self, this_class: Value, object: Value) -> Res {
        let object_type = self.super_type(this_class, object)?;
        let class = self.types.super_;
        Ok(self.heap.new_object(Super { this_class, object, object_type, class }))
    }

    /// The type whose MRO `super(class, object)` walks.
    pub(crate) fn super_type(&mut self, this_class: Value, object: Value) -> Res {
        if !this_class.is(Kind::Type) {
            let message = format!("super() argument 1 must be a type, not {}", self.type_name(this_class));
            return Err(self.type_error(message));
        }
        if object.is(Kind::Type) && self.is_subtype(object, this_class) {
            return Ok(object);
        }
        let class = self.type_of(object);
        if self.is_subtype(class, this_class) {
            return Ok(class);
        }
        let message = format!(
            "super(type, obj): obj (instance of {}) is not an instance or subtype of type ({}).",
            self.type_name(object),
            self.heap.ty(this_class).name
        );
        Err(self.type_error(message))
    }

    /// Wraps a built-in value for a class made in Python; the built-in type
    /// itself gets the plain value.
    pub fn wrap_payload(&mut self, cls: Value, builtin: Value, value: Value) -> Value {
        if cls == builtin { value } else { self.heap.new_instance(cls, value) }
    }
}

fn static_new(vm: &mut Vm, args: &[Value]) -> Res {
    let object = vm.new_static_method(args[1]);
    copy_attrs(vm, args[1], object);
    Ok(vm.wrap_payload(args[0], vm.types.static_method, object))
}

fn class_new(vm: &mut Vm, args: &[Value]) -> Res {
    let object = vm.new_class_method(args[1]);
    copy_attrs(vm, args[1], object);
    Ok(vm.wrap_payload(args[0], vm.types.class_method, object))
}

/// As `functools.update_wrapper` does for static and class methods.
fn copy_attrs(vm: &mut Vm, function: Value, wrapper: Value) {
    if !function.is(Kind::Function) {
        return;
    }
    let f = vm.heap.function(function);
    let pairs = [
        (vm.names.name, f.name),
        (vm.names.qualname, f.qualname),
        (vm.names.module, f.module),
        (vm.names.doc, f.doc),
    ];
    for (name, value) in pairs {
        vm.set_own_attr(wrapper, name, value);
    }
    if let Some(found) = vm.own_attr(function, vm.names.abstractmethods) {
        vm.set_own_attr(wrapper, vm.names.abstractmethods, found);
    }
}

fn wrapped_function(vm: &mut Vm, this: Value) -> Res {
    if let Some(object) = vm.heap.downcast::<StaticMethod>(this) {
        return Ok(object.function);
    }
    Ok(vm.heap.downcast::<ClassMethod>(this).map_or(Value::NONE, |object| object.function))
}

fn is_abstract(vm: &mut Vm, this: Value) -> Res {
    let function = wrapped_function(vm, this)?;
    let name = vm.intern("__isabstractmethod__");
    match vm.find_attr(function, name)? {
        Some(value) => Ok(Value::bool(vm.truthy(value)?)),
        None => Ok(Value::FALSE),
    }
}

fn wrapper_get(vm: &mut Vm, args: &[Value]) -> Res {
    let class = if args[2].is_unbound() || args[2].is_none() { vm.type_of(args[1]) } else { args[2] };
    vm.bind(args[0], args[1], class)
}

fn static_call(vm: &mut Vm, args: &[Value]) -> Res {
    let function = wrapped_function(vm, args[0])?;
    Err(vm.tail_call_with(function, args[1], args[2]))
}

fn object_dict(vm: &mut Vm, this: Value) -> Res {
    Ok(vm.attr_dict(this).unwrap_or(Value::NONE))
}

fn property_new(vm: &mut Vm, args: &[Value]) -> Res {
    let none = Value::NONE;
    let class = vm.types.property;
    let property = Property { get: none, set: none, delete: none, doc: none, name: none, class };
    let object = vm.heap.new_object(property);
    Ok(vm.wrap_payload(args[0], class, object))
}

fn property_init(vm: &mut Vm, args: &[Value]) -> Res {
    let mut doc = args[4];
    if doc.is_none() && args[1].is(Kind::Function) {
        doc = vm.heap.function(args[1]).doc;
    }
    if let Some(property) = vm.heap.downcast_mut::<Property>(args[0]) {
        property.get = args[1];
        property.set = args[2];
        property.delete = args[3];
        property.doc = doc;
    }
    Ok(Value::NONE)
}

/// A copy of the property with one of its functions replaced. A property of
/// a Python subclass is made by calling that class.
fn property_copy(vm: &mut Vm, this: Value, change: impl FnOnce(&mut Property)) -> Res {
    let plain = vm.heap.payload(this);
    let class = vm.type_of(this);
    let Some(old) = vm.heap.downcast::<Property>(plain) else {
        return Err(vm.type_error("descriptor requires a 'property' object"));
    };
    let mut new = Property {
        get: old.get,
        set: old.set,
        delete: old.delete,
        doc: old.doc,
        name: old.name,
        class: old.class,
    };
    change(&mut new);
    if class != vm.types.property {
        return Err(vm.tail_call(class, &[new.get, new.set, new.delete, new.doc]));
    }
    Ok(vm.heap.new_object(new))
}

fn property_getter(vm: &mut Vm, args: &[Value]) -> Res {
    property_copy(vm, args[0], |property| property.get = args[1])
}

fn property_setter(vm: &mut Vm, args: &[Value]) -> Res {
    property_copy(vm, args[0], |property| property.set = args[1])
}

fn property_deleter(vm: &mut Vm, args: &[Value]) -> Res {
    property_copy(vm, args[0], |property| property.delete = args[1])
}

fn property_set_name(vm: &mut Vm, args: &[Value]) -> Res {
    if let Some(property) = vm.heap.downcast_mut::<Property>(args[0]) {
        property.name = args[2];
    }
    Ok(Value::NONE)
}

fn property_get(vm: &mut Vm, args: &[Value]) -> Res {
    if args[1].is_none() {
        return Ok(args[0]);
    }
    let class = vm.type_of(args[1]);
    vm.bind(args[0], args[1], class)
}

fn property_set(vm: &mut Vm, args: &[Value]) -> Res {
    let Some(property) = vm.heap.downcast::<Property>(args[0]) else { return Ok(Value::NONE) };
    let setter = property.set;
    if setter.is_none() {
        return Err(vm.attribute_error("property has no setter"));
    }
    Err(vm.tail_call(setter, &[args[1], args[2]]))
}

fn property_delete(vm: &mut Vm, args: &[Value]) -> Res {
    let Some(property) = vm.heap.downcast::<Property>(args[0]) else { return Ok(Value::NONE) };
    let deleter = property.delete;
    if deleter.is_none() {
        return Err(vm.attribute_error("property has no deleter"));
    }
    Err(vm.tail_call(deleter, &[args[1]]))
}

macro_rules! property_field {
    ($name:ident, $field:ident) => {
        fn $name(vm: &mut Vm, this: Value) -> Res {
            Ok(vm.heap.downcast::<Property>(this).map_or(Value::NONE, |property| property.$field))
        }
    };
}
property_field!(property_fget, get);
property_field!(property_fset, set);
property_field!(property_fdel, delete);
property_field!(property_doc, doc);

fn property_name(vm: &mut Vm, this: Value) -> Res {
    let (name, get) = vm.heap.downcast::<Property>(this).map_or((Value::NONE, Value::NONE), |p| (p.name, p.get));
    if !name.is_none() {
        return Ok(name);
    }
    if get.is(Kind::Function) {
        return Ok(vm.heap.function(get).name);
    }
    Err(vm.attribute_error("'property' object has no attribute '__name__'"))
}

fn property_set_doc(vm: &mut Vm, this: Value, doc: Value) -> Res<()> {
    if let Some(property) = vm.heap.downcast_mut::<Property>(this) {
        property.doc = doc;
    }
    Ok(())
}

fn property_is_abstract(vm: &mut Vm, this: Value) -> Res {
    let name = vm.intern("__isabstractmethod__");
    let functions = vm.heap.downcast::<Property>(this).map(|p| [p.get, p.set, p.delete]);
    for function in functions.into_iter().flatten() {
        if let Some(value) = vm.find_attr(function, name)?
            && vm.truthy(value)?
        {
            return Ok(Value::TRUE);
        }
    }
    Ok(Value::FALSE)
}

fn super_new(vm: &mut Vm, args: &[Value]) -> Res {
    if args[1].is_unbound() {
        return Err(vm.runtime_error("super(): no arguments"));
    }
    if args[2].is_unbound() || args[2].is_none() {
        let class = vm.types.super_;
        let unbound = Value::UNBOUND;
        return Ok(vm.heap.new_object(Super { this_class: args[1], object: unbound, object_type: unbound, class }));
    }
    let object = vm.new_super(args[1], args[2])?;
    Ok(vm.wrap_payload(args[0], vm.types.super_, object))
}

fn super_repr(vm: &mut Vm, args: &[Value]) -> Res {
    let Some(super_) = vm.heap.downcast::<Super>(args[0]) else { return Ok(Value::NONE) };
    let name = vm.heap.ty(super_.this_class).name.clone();
    let text = if super_.object.is_unbound() {
        format!("<super: <class '{name}'>, NULL>")
    } else {
        format!("<super: <class '{name}'>, <{} object>>", vm.heap.ty(super_.object_type).name)
    };
    Ok(vm.string(text))
}

fn super_this_class(vm: &mut Vm, this: Value) -> Res {
    Ok(vm.heap.downcast::<Super>(this).map_or(Value::NONE, |s| s.this_class))
}

fn super_self(vm: &mut Vm, this: Value) -> Res {
    Ok(vm.heap.downcast::<Super>(this).and_then(|s| s.object.bound()).unwrap_or(Value::NONE))
}

fn getset_get(vm: &mut Vm, args: &[Value]) -> Res {
    if args[1].is_none() {
        return Ok(args[0]);
    }
    let class = vm.type_of(args[1]);
    vm.bind(args[0], args[1], class)
}

fn getset_set(vm: &mut Vm, args: &[Value]) -> Res {
    let name = getset_name(vm, args[0])?;
    vm.set_attr_generic(args[1], name, args[2])?;
    Ok(Value::NONE)
}

fn getset_name(vm: &mut Vm, this: Value) -> Res {
    if let Some(member) = vm.heap.downcast::<Member>(this) {
        return Ok(member.name);
    }
    let name = vm.heap.downcast::<crate::class::GetSet>(this).map_or("", |getset| getset.def.name);
    Ok(vm.intern(name))
}

fn getset_owner(vm: &mut Vm, this: Value) -> Res {
    if let Some(member) = vm.heap.downcast::<Member>(this) {
        return Ok(member.owner);
    }
    Ok(vm.heap.downcast::<crate::class::GetSet>(this).map_or(Value::NONE, |getset| getset.owner))
}

fn getset_repr(vm: &mut Vm, args: &[Value]) -> Res {
    let name = getset_name(vm, args[0])?;
    let owner = getset_owner(vm, args[0])?;
    let what = if vm.heap.downcast::<Member>(args[0]).is_some() { "member" } else { "attribute" };
    let text = format!("<{what} '{}' of '{}' objects>", vm.heap.str(name), vm.heap.ty(owner).name);
    Ok(vm.string(text))
}

fn none_doc(_: &mut Vm, _: Value) -> Res {
    Ok(Value::NONE)
}

static STATIC: &[NativeDef] = &[
    new_method("cls, function, /", static_new),
    method("__init__", "self, *args, **kwargs", |_, _| Ok(Value::NONE)),
    method("__get__", "self, instance, owner=None, /", wrapper_get),
    method("__call__", "self, *args, **kwargs", static_call),
];

static CLASS: &[NativeDef] = &[
    new_method("cls, function, /", class_new),
    method("__init__", "self, *args, **kwargs", |_, _| Ok(Value::NONE)),
    method("__get__", "self, instance, owner=None, /", wrapper_get),
];

static WRAPPER_GETTERS: &[GetterDef] = &[
    getter("__func__", wrapped_function),
    getter("__wrapped__", wrapped_function),
    getter("__isabstractmethod__", is_abstract),
    getter("__dict__", object_dict),
    getter("__annotations__", |vm, this| {
        let function = wrapped_function(vm, this)?;
        let name = vm.intern("__annotations__");
        vm.get_attr(function, name)
    }),
    getter("__annotate__", |vm, this| {
        let function = wrapped_function(vm, this)?;
        let name = vm.intern("__annotate__");
        vm.get_attr(function, name)
    }),
];

static PROPERTY: &[NativeDef] = &[
    new_method("cls, *args, **kwargs", property_new),
    method("__init__", "self, fget=None, fset=None, fdel=None, doc=None", property_init),
    method("getter", "self, function, /", property_getter).raw_self(),
    method("setter", "self, function, /", property_setter).raw_self(),
    method("deleter", "self, function, /", property_deleter).raw_self(),
    method("__get__", "self, instance, owner=None, /", property_get),
    method("__set__", "self, instance, value, /", property_set),
    method("__delete__", "self, instance, /", property_delete),
    method("__set_name__", "self, owner, name, /", property_set_name),
];

static PROPERTY_GETTERS: &[GetterDef] = &[
    getter("fget", property_fget),
    getter("fset", property_fset),
    getter("fdel", property_fdel),
    getter("__name__", property_name),
    getter_setter("__doc__", property_doc, property_set_doc),
    getter("__isabstractmethod__", property_is_abstract),
];

static SUPER: &[NativeDef] = &[
    new_method("cls, type=..., object=..., /", super_new),
    method("__init__", "self, *args, **kwargs", |_, _| Ok(Value::NONE)),
    method("__repr__", "self, /", super_repr),
];

static SUPER_GETTERS: &[GetterDef] =
    &[getter("__thisclass__", super_this_class), getter("__self__", super_self)];

static GETSET: &[NativeDef] = &[
    method("__get__", "self, instance, owner=None, /", getset_get),
    method("__set__", "self, instance, value, /", getset_set),
    method("__repr__", "self, /", getset_repr),
];

static GETSET_GETTERS: &[GetterDef] = &[
    getter("__name__", getset_name),
    getter("__qualname__", getset_name),
    getter("__objclass__", getset_owner),
    getter("__doc__", none_doc),
];

pub(crate) fn register(vm: &mut Vm) {
    vm.add_methods(vm.types.static_method, STATIC);
    vm.add_getters(vm.types.static_method, WRAPPER_GETTERS);
    vm.add_methods(vm.types.class_method, CLASS);
    vm.add_getters(vm.types.class_method, WRAPPER_GETTERS);
    vm.add_methods(vm.types.property, PROPERTY);
    vm.add_getters(vm.types.property, PROPERTY_GETTERS);
    vm.add_methods(vm.types.super_, SUPER);
    vm.add_getters(vm.types.super_, SUPER_GETTERS);
    for ty in [vm.types.getset, vm.types.member] {
        vm.add_methods(ty, GETSET);
        vm.add_getters(ty, GETSET_GETTERS);
    }
}
