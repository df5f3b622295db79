//! `weakref.ref`. The collector clears references whose objects it did not
//! reach; their callbacks run at the next safe point.

use std::cell::Cell;

use rustc_hash::FxHashMap;

use crate::class::{GetterDef, getter};
use crate::gc::Tracer;
use crate::native::{NativeDef, class_method, method, new_method, static_method};
use crate::object::NativeObject;
use crate::value::Kind;
use crate::{Completion, Res, Throw, Value, Vm};

pub struct WeakRef {
    /// Unbound once the object is gone.
    target: Value,
    callback: Value,
    /// The instance whose payload this is, for subclasses of `ref`; else
    /// this object itself.
    outer: Value,
    hash: Cell<Option<i64>>,
    class: Value,
}

impl NativeObject for WeakRef {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[self.callback, self.outer]);
    }
    fn referent(&self) -> Option<(Value, &Cell<Option<i64>>)> {
        Some((self.target, &self.hash))
    }
}

impl Vm {
    /// Clears what refers to objects that the collector has not marked.
    /// References whose callbacks are to run go to `pending_finalizers`.
    pub(crate) fn clear_weakrefs(&mut self) {
        self.clear_weakrefs_if(
            |vm, target| !vm.heap.is_marked(target),
            |vm, weakref| vm.heap.is_marked(weakref),
        );
    }

    /// As [`Vm::clear_weakrefs`] for one object alone; whether a reference goes
    /// as well.
    pub(crate) fn clear_weakrefs_of(&mut self, object: Value, goes: impl Fn(Value) -> bool) {
        self.clear_weakrefs_if(|_, target| target == object, |_, weakref| !goes(weakref));
    }

    fn clear_weakrefs_if(
        &mut self,
        is_gone: impl Fn(&Vm, Value) -> bool,
        stays: impl Fn(&Vm, Value) -> bool,
    ) {
        let mut refs = std::mem::take(&mut self.weakrefs);
        // By object; of one object's callbacks the newest runs first.
        let mut dying: Vec<(Value, Vec<Value>)> = Vec::new();
        let mut places: FxHashMap<Value, usize> = FxHashMap::default();
        refs.retain(|&value| {
            let Some(target) = self
                .heap
                .downcast::<WeakRef>(value)
                .map(|object| object.target)
            else {
                return false;
            };
            if !is_gone(self, target) {
                return true;
            }
            // One that goes too calls nobody back.
            let stays = stays(self, value);
            if let Some(object) = self.heap.downcast_mut::<WeakRef>(value) {
                object.target = Value::UNBOUND;
                if stays && !object.callback.is_none() {
                    let place = *places.entry(target).or_insert(dying.len());
                    if place == dying.len() {
                        dying.push((target, Vec::new()));
                    }
                    dying[place].1.push(object.outer);
                }
            }
            false
        });
        self.weakrefs = refs;
        for (_, callbacks) in dying {
            self.pending_finalizers.extend(callbacks.into_iter().rev());
        }
    }

    /// Forgets references that the collector frees. Those that finalizers can
    /// still reach are marked by now.
    pub(crate) fn forget_weakrefs(&mut self) {
        let heap = &self.heap;
        self.weakrefs.retain(|&value| heap.is_marked(value));
    }

    /// Whether there are weak references to an object. Looks at few only: a
    /// program with many does without.
    pub(crate) fn is_weakly_referenced(&self, object: Value) -> bool {
        const LOOK: usize = 1000;
        self.weakrefs.iter().rev().take(LOOK).any(|&value| {
            self.heap
                .downcast::<WeakRef>(value)
                .is_some_and(|weakref| weakref.target == object)
        })
    }

    /// For a weak reference among `pending_finalizers`: its callback, to be
    /// called with the reference.
    pub fn weakref_callback(&mut self, value: Value) -> Option<Value> {
        let plain = self.heap.payload(value);
        let object = self.heap.downcast_mut::<WeakRef>(plain)?;
        Some(std::mem::replace(&mut object.callback, Value::NONE))
            .filter(|callback| !callback.is_none())
    }

    /// Whether instances of a class may be weakly referenced: not with
    /// `__slots__` that leave out `__weakref__`.
    fn takes_weakrefs(&self, class: Value) -> bool {
        let ty = self.heap.ty(class);
        if !ty.flags.no_dict {
            return class != self.types.object;
        }
        ty.mro.iter().any(|&base| {
            let slots = self.namespace_get(self.heap.ty(base).dict, self.names.slots);
            let Some(slots) = slots else { return false };
            let names = self
                .heap
                .as_items(slots)
                .unwrap_or(std::slice::from_ref(&slots));
            names
                .iter()
                .any(|&name| self.heap.as_str(name) == Some("__weakref__"))
        })
    }

    /// A new weak reference.
    pub fn new_weakref(&mut self, cls: Value, target: Value, callback: Value) -> Res {
        let allowed = match target.kind() {
            Some(
                Kind::Str
                | Kind::Bytes
                | Kind::BigInt
                | Kind::Tuple
                | Kind::List
                | Kind::Dict
                | Kind::Cell,
            )
            | None => false,
            Some(Kind::Instance) => self.takes_weakrefs(self.heap.instance(target).class),
            Some(Kind::Exception) => self.heap.ty(self.type_of(target)).flags.heap,
            _ => true,
        };
        if !allowed {
            let message = format!(
                "cannot create weak reference to '{}' object",
                self.type_name(target)
            );
            return Err(self.type_error(message));
        }
        let class = self.types.weakref;
        let object = WeakRef {
            target,
            callback,
            outer: Value::NONE,
            hash: Cell::new(None),
            class,
        };
        let value = self.heap.new_object(object);
        self.weakrefs.push(value);
        if target.is(Kind::Instance)
            && !self
                .heap
                .ty(self.heap.instance(target).class)
                .flags
                .of_library
        {
            self.ends.note_weakref(target);
            self.drop_in_native(target);
        }
        let outer = self.of_class(cls, class, value);
        if let Some(object) = self.heap.downcast_mut::<WeakRef>(value) {
            object.outer = outer;
        }
        Ok(outer)
    }
}

fn new(vm: &mut Vm, args: &[Value]) -> Res {
    if args[0] == vm.types.weakref && args[2].is_none() {
        let existing = vm.weakrefs.iter().rev().take(16).copied().find(|&value| {
            vm.heap.downcast::<WeakRef>(value).is_some_and(|object| {
                object.target == args[1] && object.callback.is_none() && object.outer == value
            })
        });
        if let Some(existing) = existing {
            return Ok(existing);
        }
    }
    vm.new_weakref(args[0], args[1], args[2])
}

fn init(_: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::NONE)
}

fn target(vm: &Vm, this: Value) -> Value {
    vm.heap
        .downcast::<WeakRef>(this)
        .map_or(Value::UNBOUND, |object| object.target)
}

fn call(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(target(vm, args[0]).bound().unwrap_or(Value::NONE))
}

fn callback(vm: &mut Vm, this: Value) -> Res {
    Ok(vm
        .heap
        .downcast::<WeakRef>(this)
        .map_or(Value::NONE, |object| object.callback))
}

fn hash(vm: &mut Vm, args: &[Value]) -> Res {
    let Some(object) = vm.heap.downcast::<WeakRef>(args[0]) else {
        return Err(Throw::Python);
    };
    if let Some(hash) = object.hash.get() {
        return Ok(vm.int(hash));
    }
    let Some(target) = object.target.bound() else {
        return Err(vm.type_error("weak object has gone away"));
    };
    let function = vm.builtin("hash");
    let state = [args[0], Value::NONE, Value::NONE, Value::NONE];
    Err(vm.call_then(
        function,
        &[target],
        state,
        |vm, [this, ..], completion: Completion| {
            let value = completion.value()?;
            if let (Some(hash), Some(object)) =
                (vm.as_i64(value), vm.heap.downcast::<WeakRef>(this))
            {
                object.hash.set(Some(hash));
            }
            Ok(value)
        },
    ))
}

fn compare(vm: &mut Vm, args: &[Value], equal: bool) -> Res {
    let other = vm.heap.payload(args[1]);
    if vm.heap.downcast::<WeakRef>(other).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    match (target(vm, args[0]).bound(), target(vm, other).bound()) {
        (Some(a), Some(b)) => match vm.equal(a, b) {
            Ok(same) => Ok(Value::bool(same == equal)),
            Err(Throw::Python) => {
                let name = if equal { "weakref_eq" } else { "weakref_ne" };
                Err(vm.tail_prelude(name, &[a, b]))
            }
            Err(other) => Err(other),
        },
        _ => Ok(Value::bool((args[0] == other) == equal)),
    }
}

fn repr(vm: &mut Vm, args: &[Value]) -> Res {
    let outer = vm
        .heap
        .downcast::<WeakRef>(args[0])
        .map_or(args[0], |object| object.outer);
    let address = vm.address(outer);
    let text = match target(vm, args[0]).bound() {
        Some(target) => {
            format!(
                "<weakref at {address}; to '{}' at {}>",
                vm.type_name(target),
                vm.address(target)
            )
        }
        None => format!("<weakref at {address}; dead>"),
    };
    Ok(vm.string(text))
}

/// All live references to an object, as `weakref.getweakrefs` gives them.
fn references_to(vm: &mut Vm, args: &[Value]) -> Res {
    let mut found: Vec<Value> = Vec::new();
    for &value in &vm.weakrefs {
        if let Some(object) = vm
            .heap
            .downcast::<WeakRef>(value)
            .filter(|object| object.target == args[0])
        {
            // The plain reference, which is shared, stands first.
            let plain = object.callback.is_none() && object.outer == value;
            let at = if plain { 0 } else { found.len() };
            found.insert(at, object.outer);
        }
    }
    Ok(vm.list(found))
}

static METHODS: &[NativeDef] = &[
    new_method("cls, object, callback=None, /, **kwargs", new),
    method("__init__", "self, object, callback=None, /", init),
    method("__call__", "self, /", call),
    method("__hash__", "self, /", hash),
    method("__eq__", "self, value, /", |vm, args| {
        compare(vm, args, true)
    }),
    method("__ne__", "self, value, /", |vm, args| {
        compare(vm, args, false)
    }),
    method("__repr__", "self, /", repr),
    static_method("_references_to", "object, /", references_to),
    class_method("__class_getitem__", "cls, item, /", |vm, args| {
        Ok(vm.new_generic_alias(args[0], args[1]))
    }),
];

static GETTERS: &[GetterDef] = &[getter("__callback__", callback)];

pub(crate) fn register(vm: &mut Vm) {
    let class = vm.types.weakref;
    vm.add_methods(class, METHODS);
    vm.add_getters(class, GETTERS);
    let module = vm.intern("weakref");
    vm.set_type_attr(class, "__module__", module);
    // The heap compares and hashes references by their objects.
    let flags = &mut vm.heap.ty_mut(class).flags;
    flags.custom_eq = false;
    flags.custom_hash = false;
}
