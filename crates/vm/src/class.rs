//! Types: registering built-in ones, method resolution order, making classes.

use std::cell::Cell;

use crate::gc::Tracer;
use crate::native::{NativeDef, NativeRole};
use crate::object::{Construct, Layout, NativeObject, PyNative, PyType, TypeFlags};
use crate::value::Kind;
use crate::{PyDict, Res, Value, Vm};

/// Sets the attribute of the first value to the second.
pub type Setter = fn(&mut Vm, Value, Value) -> Res<()>;

/// An attribute computed in Rust.
pub struct GetterDef {
    pub name: &'static str,
    pub get: fn(&mut Vm, Value) -> Res,
    pub set: Option<Setter>,
    /// The getter receives the instance itself, not its built-in value.
    pub raw_self: bool,
}

pub const fn getter(name: &'static str, get: fn(&mut Vm, Value) -> Res) -> GetterDef {
    GetterDef {
        name,
        get,
        set: None,
        raw_self: false,
    }
}

/// The setter receives [`Value::UNBOUND`] for a deletion.
pub const fn getter_setter(
    name: &'static str,
    get: fn(&mut Vm, Value) -> Res,
    set: fn(&mut Vm, Value, Value) -> Res<()>,
) -> GetterDef {
    GetterDef {
        name,
        get,
        set: Some(set),
        raw_self: false,
    }
}

impl GetterDef {
    pub const fn raw_self(mut self) -> Self {
        self.raw_self = true;
        self
    }
}

/// The descriptor of a [`GetterDef`] in a type's dict.
pub struct GetSet {
    pub def: &'static GetterDef,
    pub owner: Value,
    pub class: Value,
}

impl NativeObject for GetSet {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.owner);
    }
}

/// What was found of late for an attribute of a type, absence included
/// (unbound): valid as long as the type has its version.
pub(crate) struct TypeCache {
    entries: Box<[Cell<TypeCacheEntry>]>,
}

#[derive(Clone, Copy)]
struct TypeCacheEntry {
    version: u32,
    /// Index of the interned name.
    name: u32,
    value: Value,
}

const NOTHING_FOUND: TypeCacheEntry = TypeCacheEntry {
    version: 0,
    name: 0,
    value: Value::UNBOUND,
};
const TYPE_CACHE_ENTRIES: usize = 1024;

impl Default for TypeCache {
    fn default() -> Self {
        TypeCache {
            entries: vec![Cell::new(NOTHING_FOUND); TYPE_CACHE_ENTRIES].into(),
        }
    }
}

impl TypeCache {
    #[inline]
    fn entry(&self, version: u32, name: Value) -> &Cell<TypeCacheEntry> {
        let slot = version.wrapping_mul(0x9E37_79B9) >> 16 ^ name.index() as u32;
        &self.entries[slot as usize % TYPE_CACHE_ENTRIES]
    }

    #[inline]
    fn get(&self, version: u32, name: Value) -> Option<Value> {
        let entry = self.entry(version, name).get();
        (entry.version == version && entry.name == name.index() as u32).then_some(entry.value)
    }

    fn set(&self, version: u32, name: Value, value: Value) {
        self.entry(version, name).set(TypeCacheEntry {
            version,
            name: name.index() as u32,
            value,
        });
    }

    pub(crate) fn clear(&self) {
        for entry in &self.entries {
            entry.set(NOTHING_FOUND);
        }
    }
}

impl Vm {
    /// Makes a built-in type with one base. Methods are added with
    /// [`Vm::add_methods`].
    pub fn builtin_type(&mut self, name: &str, base: Value, layout: Layout) -> Value {
        let dict = self.heap.new_dict(PyDict::default());
        let (mro, flags) = if base.is_unbound() {
            (Vec::new(), TypeFlags::default())
        } else {
            let base = self.heap.ty(base);
            (
                base.mro.clone(),
                TypeFlags {
                    heap: false,
                    ..base.flags
                },
            )
        };
        let qualname = self.intern(name);
        let ty = self.heap.new_type(PyType {
            name: name.into(),
            qualname,
            metaclass: self.types.r#type,
            bases: if base.is_unbound() {
                Vec::new()
            } else {
                vec![base]
            },
            mro,
            dict,
            layout,
            flags,
            subclasses: Vec::new(),
            construct: Cell::new(Construct::UNKNOWN),
            room: 0,
        });
        let object = self.heap.ty_mut(ty);
        object.mro.insert(0, ty);
        if let Layout::Payload(payload) = &mut object.layout
            && payload.is_unbound()
        {
            *payload = ty;
        }
        if !base.is_unbound() {
            self.heap.ty_mut(base).subclasses.push(ty);
        }
        ty
    }

    /// A native module's type: added to the module's dict as `name`, with
    /// `__module__` set. Its objects are [`NativeObject`]s (or, for
    /// subclasses made in Python, instances with such a payload).
    pub fn module_type(
        &mut self,
        dict: Value,
        name: &str,
        methods: &'static [NativeDef],
        getters: &'static [GetterDef],
    ) -> Value {
        let ty = self.builtin_type(name, self.types.object, Layout::Payload(Value::UNBOUND));
        if let Some(module) = self.namespace_get(dict, self.names.name) {
            self.set_type_attr(ty, "__module__", module);
        }
        self.add_methods(ty, methods);
        self.add_getters(ty, getters);
        self.dict_set_text(dict, name, ty);
        ty
    }

    pub fn add_methods(&mut self, ty: Value, defs: &'static [NativeDef]) {
        let dict = self.heap.ty(ty).dict;
        for def in defs {
            let native = PyNative {
                def,
                receiver: Value::UNBOUND,
                owner: ty,
            };
            let mut value = self.heap.new_native(native);
            match def.role {
                NativeRole::Method | NativeRole::New | NativeRole::ClassMethod => {}
                NativeRole::StaticMethod => {
                    value = self.new_static_method(value);
                }
                NativeRole::Function => panic!("{} is declared as a function", def.name),
            }
            self.dict_set_text(dict, def.name, value);
            let flags = &mut self.heap.ty_mut(ty).flags;
            match def.name {
                "__getattribute__" if ty != self.types.object && ty != self.types.r#type => {
                    flags.custom_getattribute = true;
                }
                "__setattr__" if ty != self.types.object && ty != self.types.r#type => {
                    flags.custom_setattr = true
                }
                "__delattr__" if ty != self.types.object && ty != self.types.r#type => {
                    flags.custom_delattr = true
                }
                "__eq__" if matches!(self.heap.ty(ty).layout, Layout::Payload(_)) => {
                    // Object-kind natives compare by their own method; the
                    // built-in kinds are compared by `Heap::equal`.
                    self.heap.ty_mut(ty).flags.custom_eq = !self.has_builtin_equality(ty);
                }
                "__hash__" if matches!(self.heap.ty(ty).layout, Layout::Payload(_)) => {
                    self.heap.ty_mut(ty).flags.custom_hash = !self.has_builtin_equality(ty);
                }
                _ => {}
            }
        }
        self.renew_version(ty);
    }

    /// Types whose values `Heap::equal` and `Heap::hash` know.
    fn has_builtin_equality(&self, ty: Value) -> bool {
        let types = &self.types;
        [
            types.object,
            types.int,
            types.bool,
            types.float,
            types.complex,
            types.str,
            types.bytes,
            types.tuple,
            types.list,
            types.dict,
            types.set,
            types.frozenset,
            types.method,
            types.none,
        ]
        .contains(&ty)
    }

    pub fn add_getters(&mut self, ty: Value, defs: &'static [GetterDef]) {
        let dict = self.heap.ty(ty).dict;
        for def in defs {
            let object = GetSet {
                def,
                owner: ty,
                class: self.types.getset,
            };
            let value = self.heap.new_object(object);
            self.dict_set_text(dict, def.name, value);
        }
        self.renew_version(ty);
    }

    /// Sets a class attribute of a built-in type.
    pub fn set_type_attr(&mut self, ty: Value, name: &str, value: Value) {
        let dict = self.heap.ty(ty).dict;
        self.dict_set_text(dict, name, value);
        self.renew_version(ty);
    }

    /// Another one whenever an attribute of the class or of a base changes.
    pub fn type_version(&self, class: Value) -> u32 {
        self.heap.type_version(class)
    }

    /// Makes what was found on this type and its subclasses stale.
    pub(crate) fn renew_version(&mut self, ty: Value) {
        for class in self.with_subclasses(ty) {
            self.heap.renew_type_version(class);
        }
    }

    /// An attribute of a type by its MRO, without descriptors.
    #[inline]
    pub fn lookup(&self, ty: Value, name: Value) -> Option<Value> {
        let version = self.heap.type_version(ty);
        if let Some(known) = self.type_cache.get(version, name) {
            debug_assert_eq!(
                known.bound(),
                self.lookup_by_mro(ty, name),
                "{}",
                self.heap.str(name)
            );
            return known.bound();
        }
        let found = self.lookup_by_mro(ty, name);
        self.type_cache
            .set(version, name, found.unwrap_or(Value::UNBOUND));
        found
    }

    fn lookup_by_mro(&self, ty: Value, name: Value) -> Option<Value> {
        let hash = self.heap.str_table_hash(name);
        for &class in &self.heap.ty(ty).mro {
            let dict = self.heap.dict(self.heap.ty(class).dict);
            if let Some(at) = dict.find_identical(name, hash)
                && let Some(entry) = dict.entry(at)
            {
                return Some(entry.value);
            }
        }
        None
    }

    /// A special method as the operators look it up: on the type. `None` for
    /// built-in values that have none; `__hash__ = None` counts as none.
    #[inline]
    pub fn lookup_special(&self, value: Value, name: Value) -> Option<Value> {
        self.lookup(self.type_of(value), name)
            .filter(|found| !found.is_none())
    }

    /// The metaclass of a type.
    pub fn metaclass(&self, ty: Value) -> Value {
        debug_assert!(ty.is(Kind::Type));
        self.heap.ty(ty).metaclass
    }
}
