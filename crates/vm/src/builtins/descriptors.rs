//! `property`, `staticmethod`, `classmethod`, `super` and slot members.

use crate::gc::Tracer;
use crate::native::{NativeDef, method, new_method};
use crate::object::NativeObject;
use crate::value::Kind;
use crate::{
    Completion, PyDict, Res, Throw, Value, Vm, class::GetterDef, class::getter,
    class::getter_setter,
};

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
    /// The docstring was given, not taken from the getter.
    pub own_doc: bool,
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
        self.heap.new_object(StaticMethod {
            function,
            attrs: PyDict::default(),
            class,
        })
    }

    pub fn new_class_method(&mut self, function: Value) -> Value {
        let class = self.types.class_method;
        self.heap.new_object(ClassMethod {
            function,
            attrs: PyDict::default(),
            class,
        })
    }

    /// `super(class, object)`, checked.
    pub(crate) fn new_super(&mut self, this_class: Value, object: Value) -> Res {
        let object_type = self.super_type(this_class, object)?;
        let class = self.types.super_;
        Ok(self.heap.new_object(Super {
            this_class,
            object,
            object_type,
            class,
        }))
    }

    /// The type whose MRO `super(class, object)` walks.
    pub(crate) fn super_type(&mut self, this_class: Value, object: Value) -> Res {
        if !this_class.is(Kind::Type) {
            let message = format!(
                "super() argument 1 must be a type, not {}",
                self.type_name(this_class)
            );
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
        if cls == builtin {
            value
        } else {
            self.heap.new_instance(cls, value)
        }
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

/// As `functools.update_wrapper` does for static and class methods. What
/// only Python code could tell is left out.
fn copy_attrs(vm: &mut Vm, function: Value, wrapper: Value) {
    for name in [
        vm.names.module,
        vm.names.name,
        vm.names.qualname,
        vm.names.doc,
    ] {
        if let Ok(value) = vm.get_attr(function, name) {
            vm.set_own_attr(wrapper, name, value);
        }
    }
    if function.is(Kind::Function)
        && let Some(found) = vm.own_attr(function, vm.names.abstractmethods)
    {
        vm.set_own_attr(wrapper, vm.names.abstractmethods, found);
    }
}

fn wrapped_function(vm: &mut Vm, this: Value) -> Res {
    if let Some(object) = vm.heap.downcast::<StaticMethod>(this) {
        return Ok(object.function);
    }
    Ok(vm
        .heap
        .downcast::<ClassMethod>(this)
        .map_or(Value::NONE, |object| object.function))
}

fn wrapped_annotations(vm: &mut Vm, this: Value) -> Res {
    let function = wrapped_function(vm, this)?;
    vm.get_attr(function, vm.names.annotations)
}

fn wrapped_annotate(vm: &mut Vm, this: Value) -> Res {
    let function = wrapped_function(vm, this)?;
    vm.get_attr(function, vm.names.annotate)
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
    let class = if args[2].is_unbound() || args[2].is_none() {
        vm.type_of(args[1])
    } else {
        args[2]
    };
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
    let property = Property {
        get: none,
        set: none,
        delete: none,
        doc: none,
        own_doc: false,
        name: none,
        class,
    };
    let object = vm.heap.new_object(property);
    Ok(vm.wrap_payload(args[0], class, object))
}

fn property_init(vm: &mut Vm, args: &[Value]) -> Res {
    let (this, doc) = (args[0], args[4]);
    let plain = vm.heap.payload(this);
    if let Some(property) = vm.heap.downcast_mut::<Property>(plain) {
        property.get = args[1];
        property.set = args[2];
        property.delete = args[3];
        property.doc = doc;
        property.own_doc = !doc.is_none();
        property.name = Value::NONE;
    }
    let state = [this, Value::NONE, Value::NONE, Value::NONE];
    if !doc.is_none() || args[1].is_none() {
        return keep_doc(vm, state, Completion::Returned(doc));
    }
    let name = vm.names.doc;
    match vm.get_attr(args[1], name) {
        Ok(doc) => keep_doc(vm, state, Completion::Returned(doc)),
        Err(Throw::Raise(exception)) => keep_doc(vm, state, Completion::Raised(exception)),
        Err(Throw::Call) => Err(vm.and_then(state, keep_doc)),
        Err(other) => Err(other),
    }
}

/// Keeps a property's docstring, its getter's if it has none of its own. An
/// instance of a subclass has it among its attributes, because the class's
/// own docstring hides the property's.
fn keep_doc(vm: &mut Vm, [this, ..]: [Value; 4], completion: Completion) -> Res {
    let doc = match completion {
        Completion::Raised(exception) if vm.is_instance(exception, vm.types.exception) => {
            Value::NONE
        }
        other => other.value()?,
    };
    let plain = vm.heap.payload(this);
    if this != plain {
        let name = vm.names.doc;
        vm.set_attr(this, name, doc)?;
    } else if let Some(property) = vm.heap.downcast_mut::<Property>(plain) {
        property.doc = doc;
    }
    Ok(Value::NONE)
}

/// A copy of the property with one of its functions replaced, made by calling
/// its class.
fn property_copy(vm: &mut Vm, this: Value, change: impl FnOnce(&mut [Value; 3])) -> Res {
    let plain = vm.heap.payload(this);
    let class = vm.type_of(this);
    let Some(old) = vm.heap.downcast::<Property>(plain) else {
        return Err(vm.type_error("descriptor requires a 'property' object"));
    };
    let mut functions = [old.get, old.set, old.delete];
    let (doc, name) = (if old.own_doc { old.doc } else { Value::NONE }, old.name);
    change(&mut functions);
    // A new getter brings its docstring.
    let [get, set, delete] = functions;
    let state = [name, Value::NONE, Value::NONE, Value::NONE];
    Err(vm.call_then(
        class,
        &[get, set, delete, doc],
        state,
        |vm, [name, ..], completion| {
            let copy = completion.value()?;
            let plain = vm.heap.payload(copy);
            if let Some(property) = vm.heap.downcast_mut::<Property>(plain) {
                property.name = name;
            }
            Ok(copy)
        },
    ))
}

fn property_getter(vm: &mut Vm, args: &[Value]) -> Res {
    property_copy(vm, args[0], |[get, ..]| *get = args[1])
}

fn property_setter(vm: &mut Vm, args: &[Value]) -> Res {
    property_copy(vm, args[0], |[_, set, _]| *set = args[1])
}

fn property_deleter(vm: &mut Vm, args: &[Value]) -> Res {
    property_copy(vm, args[0], |[.., delete]| *delete = args[1])
}

fn property_set_name(vm: &mut Vm, args: &[Value]) -> Res {
    let &[owner_and_name] = &args[1..] else {
        return Ok(Value::NONE);
    };
    let &[_, name] = vm.heap.tuple(owner_and_name) else {
        let given = vm.heap.tuple(owner_and_name).len();
        return Err(vm.type_error(format!(
            "__set_name__() takes 2 positional arguments but {given} were given"
        )));
    };
    if let Some(property) = vm.heap.downcast_mut::<Property>(args[0]) {
        property.name = name;
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
    vm.set_by_descriptor(args[0], args[1], Value::NONE, args[2])?;
    Ok(Value::NONE)
}

fn property_delete(vm: &mut Vm, args: &[Value]) -> Res {
    vm.set_by_descriptor(args[0], args[1], Value::NONE, Value::UNBOUND)?;
    Ok(Value::NONE)
}

macro_rules! property_field {
    ($name:ident, $field:ident) => {
        fn $name(vm: &mut Vm, this: Value) -> Res {
            Ok(vm
                .heap
                .downcast::<Property>(this)
                .map_or(Value::NONE, |property| property.$field))
        }
    };
}
property_field!(property_fget, get);
property_field!(property_fset, set);
property_field!(property_fdel, delete);
property_field!(property_doc, doc);

fn property_name(vm: &mut Vm, this: Value) -> Res {
    let (name, get) = vm
        .heap
        .downcast::<Property>(this)
        .map_or((Value::NONE, Value::NONE), |p| (p.name, p.get));
    if !name.is_none() {
        return Ok(name);
    }
    let missing = |vm: &mut Vm| vm.attribute_error("'property' object has no attribute '__name__'");
    if get.is_none() {
        return Err(missing(vm));
    }
    match vm.get_attr(get, vm.names.name) {
        Err(Throw::Raise(exception)) if vm.is_instance(exception, vm.types.attribute_error) => {
            Err(missing(vm))
        }
        other => other,
    }
}

fn property_set_own_name(vm: &mut Vm, this: Value, name: Value) -> Res<()> {
    if let Some(property) = vm.heap.downcast_mut::<Property>(this) {
        property.name = name.bound().unwrap_or(Value::NONE);
    }
    Ok(())
}

fn property_set_doc(vm: &mut Vm, this: Value, doc: Value) -> Res<()> {
    if let Some(property) = vm.heap.downcast_mut::<Property>(this) {
        property.doc = doc;
    }
    Ok(())
}

fn property_is_abstract(vm: &mut Vm, this: Value) -> Res {
    let Some([get, set, delete]) = vm
        .heap
        .downcast::<Property>(this)
        .map(|p| [p.get, p.set, p.delete])
    else {
        return Ok(Value::FALSE);
    };
    Err(vm.tail_prelude("any_abstract", &[get, set, delete]))
}

fn super_new(vm: &mut Vm, args: &[Value]) -> Res {
    let (class, unbound) = (vm.types.super_, Value::UNBOUND);
    let object = Super {
        this_class: unbound,
        object: unbound,
        object_type: unbound,
        class,
    };
    let object = vm.heap.new_object(object);
    Ok(vm.wrap_payload(args[0], class, object))
}

fn super_init(vm: &mut Vm, args: &[Value]) -> Res {
    let (this_class, object) = (args[1], args[2]);
    if this_class.is_unbound() {
        return Err(vm.runtime_error("super(): no arguments"));
    }
    if !this_class.is(Kind::Type) {
        let message = format!(
            "super() argument 1 must be a type, not {}",
            vm.type_name(this_class)
        );
        return Err(vm.type_error(message));
    }
    let object = object.bound().filter(|object| !object.is_none());
    let object_type = match object {
        Some(object) => vm.super_type(this_class, object)?,
        None => Value::UNBOUND,
    };
    if let Some(super_) = vm.heap.downcast_mut::<Super>(args[0]) {
        super_.this_class = this_class;
        super_.object = object.unwrap_or(Value::UNBOUND);
        super_.object_type = object_type;
    }
    Ok(Value::NONE)
}

/// An unbound super object among a class's attributes is bound by its
/// instances.
fn super_get(vm: &mut Vm, args: &[Value]) -> Res {
    let (this, object) = (args[0], args[1]);
    let Some(super_) = vm.heap.downcast::<Super>(vm.heap.payload(this)) else {
        return Ok(this);
    };
    let (this_class, bound) = (super_.this_class, !super_.object.is_unbound());
    if object.is_none() || bound || this_class.is_unbound() {
        return Ok(this);
    }
    let class = vm.type_of(this);
    if class == vm.types.super_ {
        return vm.new_super(this_class, object);
    }
    Err(vm.tail_call(class, &[this_class, object]))
}

fn super_repr(vm: &mut Vm, args: &[Value]) -> Res {
    let Some(super_) = vm.heap.downcast::<Super>(args[0]) else {
        return Ok(Value::NONE);
    };
    let class = match super_.this_class.bound() {
        Some(class) => format!("<class '{}'>", vm.heap.ty(class).name),
        None => "NULL".to_owned(),
    };
    let object = match super_.object_type.bound() {
        Some(class) => format!("<{} object>", vm.heap.ty(class).name),
        None => "NULL".to_owned(),
    };
    Ok(vm.string(format!("<super: {class}, {object}>")))
}

fn super_this_class(vm: &mut Vm, this: Value) -> Res {
    Ok(vm
        .heap
        .downcast::<Super>(this)
        .and_then(|s| s.this_class.bound())
        .unwrap_or(Value::NONE))
}

fn super_self_class(vm: &mut Vm, this: Value) -> Res {
    Ok(vm
        .heap
        .downcast::<Super>(this)
        .and_then(|s| s.object_type.bound())
        .unwrap_or(Value::NONE))
}

fn super_self(vm: &mut Vm, this: Value) -> Res {
    Ok(vm
        .heap
        .downcast::<Super>(this)
        .and_then(|s| s.object.bound())
        .unwrap_or(Value::NONE))
}

fn getset_get(vm: &mut Vm, args: &[Value]) -> Res {
    if args[1].is_none() {
        return Ok(args[0]);
    }
    must_own(vm, args[0], args[1])?;
    let class = vm.type_of(args[1]);
    vm.bind(args[0], args[1], class)
}

fn getset_set(vm: &mut Vm, args: &[Value]) -> Res {
    must_own(vm, args[0], args[1])?;
    vm.set_by_descriptor(args[0], args[1], Value::NONE, args[2])?;
    Ok(Value::NONE)
}

fn getset_delete(vm: &mut Vm, args: &[Value]) -> Res {
    must_own(vm, args[0], args[1])?;
    vm.set_by_descriptor(args[0], args[1], Value::NONE, Value::UNBOUND)?;
    Ok(Value::NONE)
}

fn getset_qualname(vm: &mut Vm, this: Value) -> Res {
    let (name, owner) = (getset_name(vm, this)?, getset_owner(vm, this)?);
    let owner = vm
        .heap
        .as_str(vm.heap.ty(owner).qualname)
        .unwrap_or_default()
        .to_owned();
    Ok(vm.string(format!("{owner}.{}", vm.heap.str(name))))
}

/// A descriptor of one class is of no use for other classes' objects.
fn must_own(vm: &mut Vm, descriptor: Value, object: Value) -> Res<()> {
    let owner = getset_owner(vm, descriptor)?;
    let class = vm.type_of(object);
    if vm.is_subtype(class, owner) {
        return Ok(());
    }
    let name = getset_name(vm, descriptor)?;
    let message = format!(
        "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
        vm.heap.str(name),
        vm.heap.ty(owner).name,
        vm.heap.ty(class).name
    );
    Err(vm.type_error(message))
}

fn getset_name(vm: &mut Vm, this: Value) -> Res {
    if let Some(member) = vm.heap.downcast::<Member>(this) {
        return Ok(member.name);
    }
    let name = vm
        .heap
        .downcast::<crate::class::GetSet>(this)
        .map_or("", |getset| getset.def.name);
    Ok(vm.intern(name))
}

fn getset_owner(vm: &mut Vm, this: Value) -> Res {
    if let Some(member) = vm.heap.downcast::<Member>(this) {
        return Ok(member.owner);
    }
    Ok(vm
        .heap
        .downcast::<crate::class::GetSet>(this)
        .map_or(Value::NONE, |getset| getset.owner))
}

fn getset_repr(vm: &mut Vm, args: &[Value]) -> Res {
    let name = getset_name(vm, args[0])?;
    let owner = getset_owner(vm, args[0])?;
    let what = if vm.heap.downcast::<Member>(args[0]).is_some() {
        "member"
    } else {
        "attribute"
    };
    let text = format!(
        "<{what} '{}' of '{}' objects>",
        vm.heap.str(name),
        vm.heap.ty(owner).name
    );
    Ok(vm.string(text))
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
    getter("__annotations__", wrapped_annotations),
    getter("__annotate__", wrapped_annotate),
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
    method(
        "__init__",
        "self, fget=None, fset=None, fdel=None, doc=None",
        property_init,
    )
    .raw_self(),
    method("getter", "self, function, /", property_getter).raw_self(),
    method("setter", "self, function, /", property_setter).raw_self(),
    method("deleter", "self, function, /", property_deleter).raw_self(),
    method("__get__", "self, instance, owner=None, /", property_get),
    method("__set__", "self, instance, value, /", property_set),
    method("__delete__", "self, instance, /", property_delete),
    method("__set_name__", "self, *args", property_set_name),
];

static PROPERTY_GETTERS: &[GetterDef] = &[
    getter("fget", property_fget),
    getter("fset", property_fset),
    getter("fdel", property_fdel),
    getter_setter("__name__", property_name, property_set_own_name),
    getter_setter("__doc__", property_doc, property_set_doc),
    getter("__isabstractmethod__", property_is_abstract),
];

static SUPER: &[NativeDef] = &[
    new_method("cls, *args, **kwargs", super_new),
    method("__init__", "self, type=..., object=..., /", super_init),
    method("__get__", "self, instance, owner=None, /", super_get).raw_self(),
    method("__repr__", "self, /", super_repr),
];

static SUPER_GETTERS: &[GetterDef] = &[
    getter("__thisclass__", super_this_class),
    getter("__self__", super_self),
    getter("__self_class__", super_self_class),
];

static GETSET: &[NativeDef] = &[
    method("__get__", "self, instance, owner=None, /", getset_get),
    method("__set__", "self, instance, value, /", getset_set),
    method("__delete__", "self, instance, /", getset_delete),
    method("__repr__", "self, /", getset_repr),
];

static GETSET_GETTERS: &[GetterDef] = &[
    getter("__name__", getset_name),
    getter("__qualname__", getset_qualname),
    getter("__objclass__", getset_owner),
    getter("__doc__", getset_doc),
];

fn getset_doc(vm: &mut Vm, this: Value) -> Res {
    let (owner, name) = (getset_owner(vm, this)?, getset_name(vm, this)?);
    if vm.heap.ty(owner).flags.heap {
        return Ok(Value::NONE);
    }
    let owner = vm.heap.ty(owner).name.to_string();
    let name = vm.as_text(name).unwrap_or("").to_owned();
    Err(vm.ask_doc(&owner, &name))
}

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
