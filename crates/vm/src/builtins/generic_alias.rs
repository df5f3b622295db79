//! `list[int]` (`types.GenericAlias`) and `int | None` (`typing.Union`).

use crate::class::{GetterDef, getter};
use crate::gc::Tracer;
use crate::native::{NativeDef, class_method, method, new_method};
use crate::object::NativeObject;
use crate::value::Kind;
use crate::{Completion, Res, Throw, Value, Vm};

/// Aliases nested deeper than this are the same only if identical.
const MAX_DEPTH: u32 = 64;

pub struct GenericAlias {
    pub origin: Value,
    /// A tuple.
    pub args: Value,
    /// `*tuple[int]`, as iterating gives it.
    pub starred: bool,
    class: Value,
}

impl NativeObject for GenericAlias {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[self.origin, self.args]);
    }
}

pub struct Union {
    /// A tuple, without duplicates.
    pub args: Value,
    class: Value,
}

impl NativeObject for Union {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.args);
    }
}

/// For generic classes written in Rust: `deque[int]`.
pub static CLASS_GETITEM: &[NativeDef] = &[class_method(
    "__class_getitem__",
    "cls, item, /",
    |vm, args| Ok(vm.new_generic_alias(args[0], args[1])),
)];

impl Vm {
    /// `origin[item]`; a tuple gives several arguments.
    pub fn new_generic_alias(&mut self, origin: Value, item: Value) -> Value {
        let args = if item.is(Kind::Tuple) {
            item
        } else {
            self.tuple(&[item])
        };
        let class = self.types.generic_alias;
        self.heap.new_object(GenericAlias {
            origin,
            args,
            starred: false,
            class,
        })
    }

    /// The members of a union.
    pub fn union_args(&self, value: Value) -> Option<Vec<Value>> {
        let union = self.heap.downcast::<Union>(value)?;
        Some(self.heap.tuple(union.args).to_vec())
    }

    fn alias(&self, value: Value) -> Option<&GenericAlias> {
        self.heap.downcast::<GenericAlias>(self.heap.payload(value))
    }

    /// Whether two arguments of a union are the same type. Where Python code
    /// would decide, identity does.
    fn same_argument(&mut self, a: Value, b: Value, depth: u32) -> bool {
        if a == b {
            return true;
        }
        if let (Some(x), Some(y)) = (self.alias(a), self.alias(b)) {
            let (x, y) = ((x.origin, x.args, x.starred), (y.origin, y.args, y.starred));
            return x.0 == y.0
                && x.2 == y.2
                && depth < MAX_DEPTH
                && self.same_arguments(x.1, y.1, depth + 1);
        }
        if a.is(Kind::Type) || b.is(Kind::Type) {
            return false;
        }
        self.equal(a, b).unwrap_or(false)
    }

    fn same_arguments(&mut self, a: Value, b: Value, depth: u32) -> bool {
        let (a, b) = (self.heap.tuple(a).to_vec(), self.heap.tuple(b).to_vec());
        a.len() == b.len()
            && a.iter()
                .zip(&b)
                .all(|(&a, &b)| self.same_argument(a, b, depth))
    }

    /// The union of these: nested ones flattened, duplicates left out, None
    /// as its type; a single one is itself.
    pub fn new_union(&mut self, members: &[Value]) -> Value {
        let mut flat: Vec<Value> = Vec::new();
        for &member in members {
            let parts = match self.union_args(member) {
                Some(parts) => parts,
                None if member.is_none() => vec![self.types.none],
                None => vec![member],
            };
            for part in parts {
                if !flat
                    .clone()
                    .into_iter()
                    .any(|other| self.same_argument(other, part, 0))
                {
                    flat.push(part);
                }
            }
        }
        if let &[one] = flat.as_slice() {
            return one;
        }
        let args = self.tuple(&flat);
        let class = self.types.union;
        self.heap.new_object(Union { args, class })
    }

    fn can_join_union(&self, value: Value) -> bool {
        value.is_none()
            || value.is(Kind::Type)
            || self.alias(value).is_some()
            || self.heap.downcast::<Union>(value).is_some()
    }
}

/// `a | b` of types.
pub fn type_or(vm: &mut Vm, a: Value, b: Value) -> Res {
    if !vm.can_join_union(a) || !vm.can_join_union(b) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    Ok(vm.new_union(&[a, b]))
}

/// How a type shows inside `list[...]`; [`Throw::Python`] where its own
/// Python code decides.
fn argument_repr(vm: &mut Vm, value: Value) -> Res<String> {
    match value.kind() {
        _ if value == Value::ELLIPSIS => Ok("...".to_owned()),
        Some(Kind::Type) if value == vm.types.none => Ok("None".to_owned()),
        Some(Kind::Type) => Ok(vm.qualified_name(value)),
        Some(Kind::List) => {
            let items = vm.heap.list(value).clone();
            let inner = super::list::repr_guarded(vm, value, |vm| arguments_repr(vm, &items))?;
            Ok(format!("[{inner}]"))
        }
        Some(Kind::Function) => {
            let function = vm.heap.function(value);
            let module = vm.heap.as_str(function.module).unwrap_or("builtins");
            let name = vm.heap.as_str(function.qualname).unwrap_or("");
            Ok(if module == "builtins" {
                name.to_owned()
            } else {
                format!("{module}.{name}")
            })
        }
        Some(Kind::Instance) => Err(Throw::Python),
        _ => vm.repr(value),
    }
}

fn arguments_repr(vm: &mut Vm, items: &[Value]) -> Res<String> {
    let mut parts = Vec::with_capacity(items.len());
    for &item in items {
        parts.push(argument_repr(vm, item)?);
    }
    Ok(parts.join(", "))
}

fn fields(vm: &Vm, this: Value) -> (Value, Value, bool) {
    vm.alias(this)
        .map_or((Value::NONE, Value::NONE, false), |alias| {
            (alias.origin, alias.args, alias.starred)
        })
}

fn new(vm: &mut Vm, args: &[Value]) -> Res {
    let alias = vm.new_generic_alias(args[1], args[2]);
    Ok(vm.of_class(args[0], vm.types.generic_alias, alias))
}

fn repr(vm: &mut Vm, args: &[Value]) -> Res {
    let (origin, items, starred) = fields(vm, args[0]);
    if vm.repr_running.contains(&args[0]) {
        return Ok(vm.str("..."));
    }
    let items = vm.heap.tuple(items).to_vec();
    let text = super::list::repr_guarded(vm, args[0], |vm| {
        let origin = argument_repr(vm, origin)?;
        let inner = if items.is_empty() {
            "()".to_owned()
        } else {
            arguments_repr(vm, &items)?
        };
        Ok(format!(
            "{}{origin}[{inner}]",
            if starred { "*" } else { "" }
        ))
    })?;
    Ok(vm.string(text))
}

fn eq(vm: &mut Vm, args: &[Value]) -> Res {
    let (Some(_), Some(_)) = (vm.alias(args[0]), vm.alias(args[1])) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let (a, b) = (fields(vm, args[0]), fields(vm, args[1]));
    if a.2 != b.2 {
        return Ok(Value::FALSE);
    }
    let same = vm.equal(a.0, b.0)? && vm.equal(a.1, b.1)?;
    Ok(Value::bool(same))
}

fn ne(vm: &mut Vm, args: &[Value]) -> Res {
    let answer = eq(vm, args)?;
    Ok(answer.as_bool().map_or(answer, |same| Value::bool(!same)))
}

fn hash(vm: &mut Vm, args: &[Value]) -> Res {
    let (origin, items, _) = fields(vm, args[0]);
    let hash = vm.hash(origin)? ^ vm.hash(items)?;
    Ok(vm.int(if hash == -1 { -2 } else { hash }))
}

fn call(vm: &mut Vm, args: &[Value]) -> Res {
    let (origin, ..) = fields(vm, args[0]);
    vm.tail_call_with(origin, args[1], args[2]);
    Err(vm.and_then(
        [args[0], Value::NONE, Value::NONE, Value::NONE],
        set_orig_class,
    ))
}

fn set_orig_class(vm: &mut Vm, [alias, ..]: [Value; 4], completion: Completion) -> Res {
    let instance = completion.value()?;
    let name = vm.intern("__orig_class__");
    match vm.set_attr(instance, name, alias) {
        Ok(()) => Ok(instance),
        Err(Throw::Call) => Err(vm.and_then(
            [instance, Value::NONE, Value::NONE, Value::NONE],
            |vm, [instance, ..], completion| {
                completion
                    .value()
                    .or_else(|throw| ignore_refusal(vm, throw))?;
                Ok(instance)
            },
        )),
        Err(throw) => {
            ignore_refusal(vm, throw)?;
            Ok(instance)
        }
    }
}

/// Instances that take no attributes go without `__orig_class__`.
fn ignore_refusal(vm: &mut Vm, throw: Throw) -> Res {
    match throw {
        Throw::Raise(exception)
            if vm.is_instance(exception, vm.types.attribute_error)
                || vm.is_instance(exception, vm.types.type_error) =>
        {
            Ok(Value::NONE)
        }
        other => Err(other),
    }
}

/// Attributes are the origin's, but for those of the alias itself.
fn getattribute(vm: &mut Vm, args: &[Value]) -> Res {
    const OWN: [&str; 12] = [
        "__class__",
        "__origin__",
        "__args__",
        "__unpacked__",
        "__parameters__",
        "__typing_unpacked_tuple_args__",
        "__mro_entries__",
        "__reduce_ex__",
        "__reduce__",
        "__bases__",
        "__copy__",
        "__deepcopy__",
    ];
    let name = super::object::attr_name(vm, args[1])?;
    let text = vm.heap.str(name);
    if OWN.contains(&text) || vm.own_attr(args[0], name).is_some() {
        return vm.get_attr_generic(args[0], name);
    }
    let (origin, ..) = fields(vm, args[0]);
    vm.get_attr(origin, name)
}

/// Type parameters among the arguments.
fn parameters(vm: &mut Vm, this: Value) -> Res {
    let (_, items, _) = fields(vm, this);
    parameters_of(vm, items)
}

fn parameters_of(vm: &mut Vm, items: Value) -> Res {
    let plain = |item: &Value| item.is(Kind::Type) || !item.is_handle() || item.is(Kind::Str);
    if vm.heap.tuple(items).iter().all(plain) {
        return Ok(vm.tuple(&[]));
    }
    Err(vm.tail_prelude("alias_parameters", &[items]))
}

fn getitem(vm: &mut Vm, args: &[Value]) -> Res {
    let (_, items, _) = fields(vm, args[0]);
    Err(vm.tail_prelude("alias_getitem", &[args[0], items, args[1]]))
}

fn mro_entries(vm: &mut Vm, args: &[Value]) -> Res {
    let (origin, ..) = fields(vm, args[0]);
    Ok(vm.tuple(&[origin]))
}

/// Iterating gives the unpacked alias, once.
fn iter(vm: &mut Vm, args: &[Value]) -> Res {
    let (origin, items, _) = fields(vm, args[0]);
    let class = vm.types.generic_alias;
    let starred = unpacked(vm, &[class, origin, items])?;
    Ok(vm.items_iter(vec![starred]))
}

fn no_instance_check(vm: &mut Vm, _: &[Value]) -> Res {
    Err(vm.type_error("isinstance() argument 2 cannot be a parameterized generic"))
}

fn no_subclass_check(vm: &mut Vm, _: &[Value]) -> Res {
    Err(vm.type_error("issubclass() argument 2 cannot be a parameterized generic"))
}

fn reduce(vm: &mut Vm, args: &[Value]) -> Res {
    let (origin, items, starred) = fields(vm, args[0]);
    let plain = vm.tuple(&[origin, items]);
    if !starred {
        let class = vm.types.generic_alias;
        return Ok(vm.tuple(&[class, plain]));
    }
    let class = vm.types.generic_alias;
    let name = vm.intern("_unpacked");
    let make = vm.get_attr_generic(class, name)?;
    Ok(vm.tuple(&[make, plain]))
}

fn unpacked(vm: &mut Vm, args: &[Value]) -> Res {
    let (origin, class) = (args[1], vm.types.generic_alias);
    Ok(vm.heap.new_object(GenericAlias {
        origin,
        args: args[2],
        starred: true,
        class,
    }))
}

static METHODS: &[NativeDef] = &[
    new_method("cls, origin, args, /", new),
    method("__init__", "self, *args, **kwargs", |_, _| Ok(Value::NONE)),
    method("__repr__", "self, /", repr).slow("alias_repr"),
    method("__eq__", "self, value, /", eq).slow("alias_eq"),
    method("__ne__", "self, value, /", ne).slow("alias_ne"),
    method("__hash__", "self, /", hash).slow("alias_hash"),
    method("__call__", "self, /, *args, **kwargs", call).raw_self(),
    method("__getattribute__", "self, name, /", getattribute).raw_self(),
    method("__getitem__", "self, item, /", getitem),
    method("__mro_entries__", "self, bases, /", mro_entries),
    method("__iter__", "self, /", iter),
    method("__instancecheck__", "self, instance, /", no_instance_check),
    method("__subclasscheck__", "self, cls, /", no_subclass_check),
    method("__reduce__", "self, /", reduce),
    method("__dir__", "self, /", |vm, args| {
        let (origin, ..) = fields(vm, args[0]);
        Err(vm.tail_prelude("alias_dir", &[origin]))
    }),
    class_method("_unpacked", "cls, origin, args, /", unpacked),
    method("__or__", "self, value, /", |vm, args| {
        type_or(vm, args[0], args[1])
    })
    .raw_self(),
    method("__ror__", "self, value, /", |vm, args| {
        type_or(vm, args[1], args[0])
    })
    .raw_self(),
];

static GETTERS: &[GetterDef] = &[
    getter("__origin__", |vm, this| Ok(fields(vm, this).0)),
    getter("__args__", |vm, this| Ok(fields(vm, this).1)),
    getter("__parameters__", parameters),
    getter("__unpacked__", |vm, this| {
        Ok(Value::bool(fields(vm, this).2))
    }),
    getter("__typing_unpacked_tuple_args__", |vm, this| {
        let (origin, items, starred) = fields(vm, this);
        Ok(if starred && origin == vm.types.tuple {
            items
        } else {
            Value::NONE
        })
    }),
];

// Unions.

fn union_items(vm: &Vm, this: Value) -> Value {
    vm.heap
        .downcast::<Union>(this)
        .map_or(Value::NONE, |union| union.args)
}

fn union_repr(vm: &mut Vm, args: &[Value]) -> Res {
    let items = union_items(vm, args[0]);
    let items = vm.heap.tuple(items).to_vec();
    let text = super::list::repr_guarded(vm, args[0], |vm| {
        let mut parts = Vec::with_capacity(items.len());
        for &item in &items {
            parts.push(argument_repr(vm, item)?);
        }
        Ok(parts.join(" | "))
    })?;
    Ok(vm.string(text))
}

fn union_eq(vm: &mut Vm, args: &[Value]) -> Res {
    let (Some(a), Some(b)) = (vm.union_args(args[0]), vm.union_args(args[1])) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if a.len() != b.len() {
        return Ok(Value::FALSE);
    }
    let mut all = true;
    for &x in &a {
        all &= b.iter().any(|&y| vm.same_argument(x, y, 0));
    }
    Ok(Value::bool(all))
}

fn union_ne(vm: &mut Vm, args: &[Value]) -> Res {
    let answer = union_eq(vm, args)?;
    Ok(answer.as_bool().map_or(answer, |same| Value::bool(!same)))
}

/// As `hash(frozenset(args))`: the order does not matter.
fn union_hash(vm: &mut Vm, args: &[Value]) -> Res {
    let mut hash: i64 = 1927868237;
    for item in vm.union_args(args[0]).unwrap_or_default() {
        hash = hash.wrapping_add(vm.hash(item)?.wrapping_mul(3644798167));
    }
    Ok(vm.int(if hash == -1 { -2 } else { hash }))
}

fn union_class_getitem(vm: &mut Vm, args: &[Value]) -> Res {
    let members = if args[1].is(Kind::Tuple) {
        vm.heap.tuple(args[1]).to_vec()
    } else {
        vec![args[1]]
    };
    if members.is_empty() {
        return Err(vm.type_error("Cannot take a Union of no types."));
    }
    if members.iter().all(|&member| vm.can_join_union(member)) {
        return Ok(vm.new_union(&members));
    }
    let members = vm.tuple(&members);
    Err(vm.tail_prelude("union_of", &[members]))
}

/// The union of a tuple of types that need no more checks.
pub(crate) fn union_of_checked(vm: &mut Vm, args: &[Value]) -> Res {
    let members = vm.collect(args[0])?;
    Ok(vm.new_union(&members))
}

fn union_getitem(vm: &mut Vm, args: &[Value]) -> Res {
    let items = union_items(vm, args[0]);
    Err(vm.tail_prelude("union_getitem", &[args[0], items, args[1]]))
}

fn union_instance_check(vm: &mut Vm, args: &[Value]) -> Res {
    let items = union_items(vm, args[0]);
    Err(vm.tail_prelude("union_instance_check", &[items, args[1]]))
}

fn union_subclass_check(vm: &mut Vm, args: &[Value]) -> Res {
    let items = union_items(vm, args[0]);
    Err(vm.tail_prelude("union_subclass_check", &[items, args[1]]))
}

fn union_mro_entries(vm: &mut Vm, args: &[Value]) -> Res {
    let text = match vm.repr(args[0]) {
        Ok(text) => text,
        Err(_) => "a union".to_owned(),
    };
    Err(vm.type_error(format!("Cannot subclass {text}")))
}

fn union_reduce(vm: &mut Vm, args: &[Value]) -> Res {
    let items = union_items(vm, args[0]);
    let getitem = vm.intern("_make");
    let class = vm.types.union;
    let make = vm.get_attr(class, getitem)?;
    let arguments = vm.tuple(&[items]);
    Ok(vm.tuple(&[make, arguments]))
}

static UNION_METHODS: &[NativeDef] = &[
    new_method("cls, *args, **kwargs", |vm, _| {
        Err(vm.type_error("cannot create 'typing.Union' instances"))
    }),
    method("__repr__", "self, /", union_repr).slow("union_repr"),
    method("__eq__", "self, value, /", union_eq),
    method("__ne__", "self, value, /", union_ne),
    method("__hash__", "self, /", union_hash).slow("union_hash"),
    method("__or__", "self, value, /", |vm, args| {
        type_or(vm, args[0], args[1])
    }),
    method("__ror__", "self, value, /", |vm, args| {
        type_or(vm, args[1], args[0])
    }),
    method("__getitem__", "self, item, /", union_getitem),
    method(
        "__instancecheck__",
        "self, instance, /",
        union_instance_check,
    ),
    method("__subclasscheck__", "self, cls, /", union_subclass_check),
    method("__mro_entries__", "self, bases, /", union_mro_entries),
    method("__reduce__", "self, /", union_reduce),
    class_method("__class_getitem__", "cls, item, /", union_class_getitem),
    class_method("_make", "cls, members, /", |vm, args| {
        union_of_checked(vm, &args[1..])
    }),
];

static UNION_GETTERS: &[GetterDef] = &[
    getter("__args__", |vm, this| Ok(union_items(vm, this))),
    getter("__origin__", |vm, _| Ok(vm.types.union)),
    getter("__parameters__", |vm, this| {
        let items = union_items(vm, this);
        parameters_of(vm, items)
    }),
    getter("__name__", |vm, this| {
        let optional = vm
            .union_args(this)
            .is_some_and(|args| args.len() == 2 && args.contains(&vm.types.none));
        Ok(vm.intern(if optional { "Optional" } else { "Union" }))
    }),
    getter("__qualname__", |vm, _| Ok(vm.intern("Union"))),
];

pub(crate) fn register(vm: &mut Vm) {
    vm.add_methods(vm.types.generic_alias, METHODS);
    vm.add_getters(vm.types.generic_alias, GETTERS);
    let union = vm.types.union;
    vm.add_methods(union, UNION_METHODS);
    let flags = &mut vm.heap.ty_mut(union).flags;
    flags.custom_eq = true;
    flags.custom_hash = true;
    vm.add_getters(union, UNION_GETTERS);
    for (ty, module) in [(vm.types.generic_alias, "types"), (union, "typing")] {
        let module = vm.intern(module);
        vm.set_type_attr(ty, "__module__", module);
    }
    let generic = [
        vm.types.tuple,
        vm.types.list,
        vm.types.dict,
        vm.types.set,
        vm.types.frozenset,
        vm.types.enumerate,
        vm.types.generator,
        vm.types.coroutine,
        vm.types.async_generator,
        vm.types.mapping_proxy,
        vm.types.slice,
        vm.types.base_exception_group,
    ];
    for ty in generic {
        vm.add_methods(ty, CLASS_GETITEM);
    }
}
