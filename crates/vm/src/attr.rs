//! Attributes: lookup by MRO and instance dict, descriptors, and what
//! changing a class makes stale.
//!
//! The rules are those of CPython's `object.__getattribute__`,
//! `type.__getattribute__` and `super`. Where a descriptor is Python code the
//! answer is [`Throw::Call`].

use crate::builtins::descriptors::{ClassMethod, Member, Property, StaticMethod, Super};
use crate::class::GetSet;
use crate::native::NativeRole;
use crate::object::TypeFlags;
use crate::value::Kind;
use crate::{Completion, PyDict, Res, Throw, Value, Vm};

impl Vm {
    /// `value.name`, all of it: `__getattribute__`, descriptors, `__getattr__`.
    /// `name` must be interned.
    pub fn get_attr(&mut self, value: Value, name: Value) -> Res {
        let class = self.type_of(value);
        let flags = self.heap.ty(class).flags;
        let found = if flags.custom_getattribute {
            match self.lookup(class, self.names.getattribute) {
                Some(method) => self.call_special(method, value, &[name]),
                None => self.get_attr_generic(value, name),
            }
        } else {
            self.get_attr_generic(value, name)
        };
        if !flags.has_getattr {
            return found;
        }
        match found {
            Err(Throw::Call) => {
                Err(self.and_then([value, name, Value::NONE, Value::NONE], after_get_attr))
            }
            Err(Throw::Raise(exception)) => after_get_attr(
                self,
                [value, name, Value::NONE, Value::NONE],
                Completion::Raised(exception),
            ),
            other => other,
        }
    }

    /// As [`Vm::get_attr`] with `None` for an `AttributeError` raised at once.
    pub fn find_attr(&mut self, value: Value, name: Value) -> Res<Option<Value>> {
        match self.get_attr(value, name) {
            Ok(found) => Ok(Some(found)),
            Err(Throw::Raise(exception))
                if self.is_instance(exception, self.types.attribute_error) =>
            {
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    /// `object.__getattribute__` (or the type's own for types and modules).
    pub fn get_attr_generic(&mut self, value: Value, name: Value) -> Res {
        if value.is(Kind::Type) {
            return self.get_type_attr(value, name);
        }
        if let Some(super_) = self.heap.downcast::<Super>(self.heap.payload(value)) {
            let (class, object, object_type) =
                (super_.this_class, super_.object, super_.object_type);
            if !object.is_unbound() && name != self.names.class_ {
                let found = self.find_super(class, object_type, name);
                // What the classes do not have may be the super object's own.
                if found.is_some() || self.lookup(self.type_of(value), name).is_none() {
                    return self.get_super_attr(class, object, object_type, name);
                }
            }
        }
        self.get_object_attr(value, name)
    }

    fn get_object_attr(&mut self, value: Value, name: Value) -> Res {
        let class = self.type_of(value);
        let descriptor = self.lookup(class, name);
        if let Some(descriptor) = descriptor
            && self.comes_first(descriptor)
        {
            return self.bind(descriptor, value, class);
        }
        if let Some(found) = self.own_attr(value, name) {
            return Ok(found);
        }
        if let Some(descriptor) = descriptor {
            return self.bind(descriptor, value, class);
        }
        if value.is(Kind::Module) {
            return self.missing_module_attr(value, name);
        }
        Err(self.no_attribute(value, name))
    }

    fn get_type_attr(&mut self, class: Value, name: Value) -> Res {
        let metaclass = self.heap.ty(class).metaclass;
        let meta = self.lookup(metaclass, name);
        if let Some(descriptor) = meta
            && self.comes_first(descriptor)
        {
            return self.bind(descriptor, class, metaclass);
        }
        if let Some(found) = self.lookup(class, name) {
            return self.bind_to_class(found, class);
        }
        if let Some(descriptor) = meta {
            return self.bind(descriptor, class, metaclass);
        }
        Err(self.no_attribute(class, name))
    }

    /// `super(class, object).name`.
    pub(crate) fn get_super_attr(
        &mut self,
        class: Value,
        object: Value,
        object_type: Value,
        name: Value,
    ) -> Res {
        match self.find_super(class, object_type, name) {
            Some(found) if object == object_type => self.bind_to_class(found, object_type),
            Some(found) => self.bind(found, object, object_type),
            None => {
                let message = format!("'super' object has no attribute '{}'", self.heap.str(name));
                Err(self.attribute_error_for(message, object, name))
            }
        }
    }

    /// An attribute of the classes after `class` in the MRO.
    pub(crate) fn find_super(
        &self,
        class: Value,
        object_type: Value,
        name: Value,
    ) -> Option<Value> {
        let mro = &self.heap.ty(object_type).mro;
        let after = mro
            .iter()
            .position(|&entry| entry == class)
            .map_or(mro.len(), |at| at + 1);
        let hash = self.heap.str_table_hash(name);
        mro[after..].iter().find_map(|&entry| {
            let dict = self.heap.dict(self.heap.ty(entry).dict);
            dict.find_identical(name, hash)
                .and_then(|at| dict.entry(at))
                .map(|entry| entry.value)
        })
    }

    fn missing_module_attr(&mut self, module: Value, name: Value) -> Res {
        let dict = self.heap.module(module).dict;
        if let Some(getattr) = self.namespace_get(dict, self.names.getattr) {
            return Err(self.tail_call(getattr, &[name]));
        }
        let module_name = self.namespace_get(dict, self.names.name);
        let text = match module_name.and_then(|value| self.heap.as_str(value)) {
            Some(text) => format!("module '{text}' has no attribute '{}'", self.heap.str(name)),
            None => format!("module has no attribute '{}'", self.heap.str(name)),
        };
        Err(self.attribute_error_for(text, module, name))
    }

    /// The `AttributeError` for a missing attribute.
    #[cold]
    pub fn no_attribute(&mut self, value: Value, name: Value) -> Throw {
        let message = if value.is(Kind::Type) {
            format!(
                "type object '{}' has no attribute '{}'",
                self.told_name(value),
                self.heap.str(name)
            )
        } else {
            format!(
                "'{}' object has no attribute '{}'",
                self.type_name(value),
                self.heap.str(name)
            )
        };
        self.attribute_error_for(message, value, name)
    }

    fn attribute_error_for(&mut self, message: String, value: Value, name: Value) -> Throw {
        let throw = self.attribute_error(message);
        if let Throw::Raise(exception) = throw {
            self.set_exception_attr(exception, "name", name);
            self.set_exception_attr(exception, "obj", value);
        }
        throw
    }

    /// An attribute in the object's own dict.
    #[inline]
    pub fn own_attr(&self, value: Value, name: Value) -> Option<Value> {
        let hash = self.heap.str_table_hash(name);
        let table = match value.kind()? {
            Kind::Instance => {
                let instance = self.heap.instance(value);
                if instance.dict.is_none() {
                    let at = instance.attrs.find_identical(name, hash)?;
                    return instance.attrs.entry(at).map(|entry| entry.value);
                }
                return self.namespace_get(instance.dict, name);
            }
            Kind::Module => return self.namespace_get(self.heap.module(value).dict, name),
            Kind::Exception => &self.heap.exception(value).attrs,
            Kind::Function => {
                let dict = self.heap.function(value).dict;
                return if dict.is_none() {
                    None
                } else {
                    self.namespace_get(dict, name)
                };
            }
            Kind::Object => self.heap.object(value).attrs()?,
            _ => return None,
        };
        let at = table.find_identical(name, hash)?;
        table.entry(at).map(|entry| entry.value)
    }

    /// Sets an attribute in the object's own dict; false if it has none.
    pub fn set_own_attr(&mut self, value: Value, name: Value, new: Value) -> bool {
        let hash = self.heap.str_table_hash(name);
        let table = match value.kind() {
            Some(Kind::Instance) => {
                let instance = self.heap.instance_mut(value);
                if !instance.dict.is_none() {
                    let dict = instance.dict;
                    self.namespace_set(dict, name, new);
                    return true;
                }
                &mut instance.attrs
            }
            Some(Kind::Module) => {
                let dict = self.heap.module(value).dict;
                self.namespace_set(dict, name, new);
                return true;
            }
            Some(Kind::Exception) => &mut self.heap.exception_mut(value).attrs,
            Some(Kind::Function) => {
                let dict = self.attr_dict(value).unwrap_or(Value::NONE);
                self.namespace_set(dict, name, new);
                return true;
            }
            Some(Kind::Object) => match self.heap.object_mut(value).attrs_mut() {
                Some(attrs) => attrs,
                None => return false,
            },
            _ => return false,
        };
        match table.find_identical(name, hash) {
            Some(at) => table.set_value(at, new),
            None => {
                table.insert_new(name, new, hash);
                self.heap.charge(32);
            }
        }
        true
    }

    /// Removes an attribute from the object's own dict; whether it was there.
    pub fn delete_own_attr(&mut self, value: Value, name: Value) -> bool {
        let hash = self.heap.str_table_hash(name);
        let dict = match value.kind() {
            Some(Kind::Instance) => self.heap.instance(value).dict,
            Some(Kind::Module) => self.heap.module(value).dict,
            Some(Kind::Function) => self.heap.function(value).dict,
            _ => Value::NONE,
        };
        if !dict.is_none() {
            return matches!(self.dict_remove(dict, name), Ok(Some(_)));
        }
        let table = match value.kind() {
            Some(Kind::Instance) => &mut self.heap.instance_mut(value).attrs,
            Some(Kind::Exception) => &mut self.heap.exception_mut(value).attrs,
            Some(Kind::Object) => match self.heap.object_mut(value).attrs_mut() {
                Some(attrs) => attrs,
                None => return false,
            },
            _ => return false,
        };
        match table.find_identical(name, hash) {
            Some(at) => {
                table.remove_at(at);
                true
            }
            None => false,
        }
    }

    /// Whether a class attribute is read before the instance's dict: a data
    /// descriptor that can be read.
    pub(crate) fn comes_first(&self, value: Value) -> bool {
        self.is_data_descriptor(value)
            && (!value.is(Kind::Instance) || self.lookup_special(value, self.names.get).is_some())
    }

    /// Whether a class attribute has a say in setting or deleting.
    pub fn is_data_descriptor(&self, value: Value) -> bool {
        match value.kind() {
            Some(Kind::Object) => {
                let object: &dyn std::any::Any = &**self.heap.object(value);
                object.is::<GetSet>()
                    || object.is::<Member>()
                    || object.is::<Property>()
                    || self.lookup_special(value, self.names.set).is_some()
            }
            Some(Kind::Instance) => {
                self.lookup_special(value, self.names.set).is_some()
                    || self.lookup_special(value, self.names.delete).is_some()
            }
            _ => false,
        }
    }

    /// A class attribute as seen through an instance.
    pub fn bind(&mut self, found: Value, object: Value, class: Value) -> Res {
        match found.kind() {
            Some(Kind::Function) => Ok(self.heap.new_method(found, object)),
            Some(Kind::Native) => match self.heap.native(found).def.role {
                NativeRole::Method => Ok(self.heap.new_method(found, object)),
                NativeRole::ClassMethod => Ok(self.heap.new_method(found, class)),
                _ => Ok(found),
            },
            Some(Kind::Object) => {
                if let Some(getset) = self.heap.downcast::<GetSet>(found) {
                    let def = getset.def;
                    let receiver = if def.raw_self {
                        object
                    } else {
                        self.heap.payload(object)
                    };
                    return (def.get)(self, receiver);
                }
                if let Some(property) = self.heap.downcast::<Property>(found) {
                    let getter = property.get;
                    if getter.is_none() {
                        let message = format!(
                            "property {}of '{}' object has no getter",
                            self.property_name(found),
                            self.qualname_of_type(object)
                        );
                        return Err(self.attribute_error(message));
                    }
                    return Err(self.tail_call(getter, &[object]));
                }
                if let Some(member) = self.heap.downcast::<Member>(found) {
                    let name = member.name;
                    return match self.slot_value(object, name) {
                        Some(value) => Ok(value),
                        None => {
                            let class = self.type_of(object);
                            let text = format!(
                                "'{}' object has no attribute '{}'",
                                self.told_qualified_name(class),
                                self.heap.str(name)
                            );
                            Err(self.attribute_error_for(text, object, name))
                        }
                    };
                }
                if let Some(static_method) = self.heap.downcast::<StaticMethod>(found) {
                    return Ok(static_method.function);
                }
                if let Some(class_method) = self.heap.downcast::<ClassMethod>(found) {
                    let function = class_method.function;
                    return Ok(self.heap.new_method(function, class));
                }
                self.bind_by_get(found, object, class)
            }
            Some(Kind::Instance) => self.bind_by_get(found, object, class),
            _ => Ok(found),
        }
    }

    fn bind_by_get(&mut self, found: Value, object: Value, class: Value) -> Res {
        // Static and class methods of Python subclasses act as such.
        let plain = self.heap.payload(found);
        match self.lookup_special(found, self.names.get) {
            Some(get)
                if get.is(Kind::Native)
                    && plain != found
                    && self.heap.downcast::<Super>(plain).is_none() =>
            {
                self.bind(plain, object, class)
            }
            Some(get) if get.is(Kind::Native) => {
                self.call_native(get, &[found, object, class], Value::UNBOUND)
            }
            Some(get) => Err(self.tail_call(get, &[found, object, class])),
            None => Ok(found),
        }
    }

    /// Whether a native found on a class gets the instance: a module's
    /// function does not, as in `__call__ = print`.
    pub(crate) fn binds(&self, native: Value) -> bool {
        self.heap.native(native).def.role != NativeRole::Function
    }

    /// A class attribute as seen through the class.
    pub fn bind_to_class(&mut self, found: Value, class: Value) -> Res {
        match found.kind() {
            Some(Kind::Native) if self.heap.native(found).def.role == NativeRole::ClassMethod => {
                Ok(self.heap.new_method(found, class))
            }
            Some(Kind::Object) => {
                if let Some(static_method) = self.heap.downcast::<StaticMethod>(found) {
                    return Ok(static_method.function);
                }
                if let Some(class_method) = self.heap.downcast::<ClassMethod>(found) {
                    let function = class_method.function;
                    return Ok(self.heap.new_method(function, class));
                }
                let object: &dyn std::any::Any = &**self.heap.object(found);
                if object.is::<GetSet>() || object.is::<Property>() || object.is::<Member>() {
                    return Ok(found);
                }
                self.bind_by_get(found, Value::NONE, class)
            }
            Some(Kind::Instance) => {
                let plain = self.heap.payload(found);
                match self.lookup_special(found, self.names.get) {
                    Some(get) if get.is(Kind::Native) && plain != found => {
                        // A subclass of `property` read through the class is itself.
                        if self.heap.downcast::<Property>(plain).is_some() {
                            Ok(found)
                        } else {
                            self.bind_to_class(plain, class)
                        }
                    }
                    Some(get) => Err(self.tail_call(get, &[found, Value::NONE, class])),
                    None => Ok(found),
                }
            }
            _ => Ok(found),
        }
    }

    /// `value.name = new`; `new` unbound deletes. `name` must be interned.
    #[inline(never)]
    pub fn set_attr(&mut self, value: Value, name: Value, new: Value) -> Res<()> {
        let class = self.type_of(value);
        let flags = self.heap.ty(class).flags;
        let custom = if new.is_unbound() {
            flags.custom_delattr
        } else {
            flags.custom_setattr
        };
        if custom {
            let special = if new.is_unbound() {
                self.names.delattr
            } else {
                self.names.setattr
            };
            if let Some(method) = self.lookup(class, special) {
                let args = [name, new];
                let args = if new.is_unbound() {
                    &args[..1]
                } else {
                    &args[..]
                };
                return self.call_special(method, value, args).map(drop);
            }
        }
        self.set_attr_generic(value, name, new)
    }

    /// `object.__setattr__`, `type.__setattr__`.
    pub fn set_attr_generic(&mut self, value: Value, name: Value, new: Value) -> Res<()> {
        let class = self.type_of(value);
        let descriptor = self.lookup(class, name);
        if let Some(descriptor) = descriptor
            && self.set_by_descriptor(descriptor, value, name, new)?
        {
            return Ok(());
        }
        if value.is(Kind::Type) {
            return self.set_class_attr(value, name, new);
        }
        if new.is_unbound() {
            if self.delete_own_attr(value, name) {
                return Ok(());
            }
            if descriptor.is_some() && self.heap.ty(class).flags.no_dict {
                let message = format!(
                    "'{}' object attribute '{}' is read-only",
                    self.type_name(value),
                    self.heap.str(name)
                );
                return Err(self.attribute_error_for(message, value, name));
            }
            return Err(self.no_attribute(value, name));
        }
        if value.is(Kind::Instance) {
            let no_dict = self.heap.ty(class).flags.no_dict;
            let plain_object = class == self.types.object;
            if !no_dict && !plain_object {
                if descriptor.is_some() && !self.heap.ty(class).flags.shadowed {
                    self.heap.ty_mut(class).flags.shadowed = true;
                    self.class_changed(class);
                }
                self.set_own_attr(value, name, new);
                return Ok(());
            }
        } else if self.set_own_attr(value, name, new) {
            return Ok(());
        }
        let message = if descriptor.is_some() {
            format!(
                "'{}' object attribute '{}' is read-only",
                self.type_name(value),
                self.heap.str(name)
            )
        } else if !value.is(Kind::Type) {
            format!(
                "'{}' object has no attribute '{}' and no __dict__ for setting new attributes",
                self.type_name(value),
                self.heap.str(name)
            )
        } else {
            format!(
                "'{}' object has no attribute '{}'",
                self.type_name(value),
                self.heap.str(name)
            )
        };
        Err(self.attribute_error_for(message, value, name))
    }

    /// Whether the class attribute is a data descriptor and took the value.
    pub(crate) fn set_by_descriptor(
        &mut self,
        descriptor: Value,
        value: Value,
        name: Value,
        new: Value,
    ) -> Res<bool> {
        match descriptor.kind() {
            Some(Kind::Object) => {
                if let Some(getset) = self.heap.downcast::<GetSet>(descriptor) {
                    let def = getset.def;
                    let Some(set) = def.set else {
                        let message = format!(
                            "attribute '{}' of '{}' objects is not writable",
                            def.name,
                            self.told_name(
                                self.heap
                                    .downcast::<GetSet>(descriptor)
                                    .map_or(Value::NONE, |g| g.owner)
                            )
                        );
                        return Err(self.attribute_error(message));
                    };
                    let receiver = if def.raw_self {
                        value
                    } else {
                        self.heap.payload(value)
                    };
                    set(self, receiver, new)?;
                    return Ok(true);
                }
                if let Some(property) = self.heap.downcast::<Property>(descriptor) {
                    let setter = if new.is_unbound() {
                        property.delete
                    } else {
                        property.set
                    };
                    if setter.is_none() {
                        let message = format!(
                            "property {}of '{}' object has no {}",
                            self.property_name(descriptor),
                            self.qualname_of_type(value),
                            if new.is_unbound() {
                                "deleter"
                            } else {
                                "setter"
                            }
                        );
                        return Err(self.attribute_error(message));
                    }
                    return Err(if new.is_unbound() {
                        self.tail_call(setter, &[value])
                    } else {
                        self.tail_call(setter, &[value, new])
                    });
                }
                if let Some(member) = self.heap.downcast::<Member>(descriptor) {
                    let name = member.name;
                    if !self.set_slot(value, name, new) {
                        return Err(self.no_attribute(value, name));
                    }
                    return Ok(true);
                }
                self.set_by_method(descriptor, value, name, new)
            }
            Some(Kind::Instance) => {
                let plain = self.heap.payload(descriptor);
                let special = if new.is_unbound() {
                    self.names.delete
                } else {
                    self.names.set
                };
                match self.lookup_special(descriptor, special) {
                    Some(method) if method.is(Kind::Native) && plain != descriptor => {
                        self.set_by_descriptor(plain, value, name, new)
                    }
                    _ => self.set_by_method(descriptor, value, name, new),
                }
            }
            _ => Ok(false),
        }
    }

    fn set_by_method(
        &mut self,
        descriptor: Value,
        value: Value,
        name: Value,
        new: Value,
    ) -> Res<bool> {
        let special = if new.is_unbound() {
            self.names.delete
        } else {
            self.names.set
        };
        match self.lookup_special(descriptor, special) {
            Some(method) => {
                let args: &[Value] = &[descriptor, value, new];
                let args = if new.is_unbound() { &args[..2] } else { args };
                Err(self.tail_call(method, args))
            }
            None if self.is_data_descriptor(descriptor) => {
                let what = if new.is_unbound() {
                    "__delete__"
                } else {
                    "__set__"
                };
                let _ = name;
                Err(self.attribute_error(what))
            }
            None => Ok(false),
        }
    }

    fn set_class_attr(&mut self, class: Value, name: Value, new: Value) -> Res<()> {
        let flags = self.heap.ty(class).flags;
        if !flags.heap || flags.native_name {
            let message = format!(
                "cannot set '{}' attribute of immutable type '{}'",
                self.heap.str(name),
                self.told_name(class)
            );
            return Err(self.type_error(message));
        }
        let dict = self.heap.ty(class).dict;
        if new.is_unbound() {
            if self.dict_remove(dict, name)?.is_none() {
                return Err(self.no_attribute(class, name));
            }
        } else {
            let existed = self.namespace_get(dict, name).is_some();
            self.namespace_set(dict, name, new);
            if !existed {
                // Instances may already have an attribute of this name.
                self.mark_shadowed(class);
            }
        }
        self.class_changed(class);
        Ok(())
    }

    fn mark_shadowed(&mut self, class: Value) {
        for class in self.with_subclasses(class) {
            self.heap.ty_mut(class).flags.shadowed = true;
        }
    }

    /// Makes every inline cache that saw this class or a subclass stale, and
    /// works out its flags anew.
    pub fn class_changed(&mut self, class: Value) {
        for class in self.with_subclasses(class) {
            self.heap.renew_type_version(class);
            self.refresh_flags(class);
        }
    }

    /// The class, then all classes below it; each before those below it.
    pub(crate) fn with_subclasses(&self, class: Value) -> Vec<Value> {
        let mut found = vec![class];
        if self.heap.ty(class).subclasses.is_empty() {
            return found;
        }
        let mut seen: rustc_hash::FxHashSet<Value> = found.iter().copied().collect();
        let mut at = 0;
        while at < found.len() {
            let below = &self.heap.ty(found[at]).subclasses;
            found.extend(below.iter().copied().filter(|sub| seen.insert(*sub)));
            at += 1;
        }
        // The MRO of a class is longer than those of its bases.
        found.sort_by_key(|&class| self.heap.ty(class).mro.len());
        found
    }

    /// What of a class can be told from its special methods.
    pub(crate) fn refresh_flags(&mut self, class: Value) {
        let old = self.heap.ty(class).flags;
        if !old.heap {
            // A built-in type has said so itself and never changes.
            return;
        }
        let python = |vm: &Vm, name: Value| {
            vm.lookup(class, name)
                .is_some_and(|found| !found.is(Kind::Native))
        };
        let native_flags = self.heap.ty(class).mro.iter().skip(1).find_map(|&base| {
            let flags = self.heap.ty(base).flags;
            (!flags.heap).then_some(flags)
        });
        let base = native_flags.unwrap_or_default();
        let hash = self.lookup(class, self.names.hash);
        let flags = TypeFlags {
            custom_eq: python(self, self.names.eq) || python(self, self.names.ne) || base.custom_eq,
            custom_hash: hash.is_some_and(|found| !found.is(Kind::Native) && !found.is_none())
                || base.custom_hash,
            unhashable: hash == Some(Value::NONE),
            custom_getattribute: python(self, self.names.getattribute) || base.custom_getattribute,
            has_getattr: self.lookup(class, self.names.getattr).is_some(),
            custom_setattr: python(self, self.names.setattr) || base.custom_setattr,
            custom_delattr: python(self, self.names.delattr) || base.custom_delattr,
            has_del: self.lookup(class, self.names.del).is_some(),
            ..old
        };
        if flags.has_del && !flags.of_library {
            self.ends.arm();
        }
        self.heap.ty_mut(class).flags = flags;
    }

    /// `value.__dict__`: a dict whose changes are the object's. `None` if it
    /// has none.
    pub fn attr_dict(&mut self, value: Value) -> Option<Value> {
        match value.kind()? {
            Kind::Instance => {
                let instance = self.heap.instance(value);
                if !instance.dict.is_none() {
                    return Some(instance.dict);
                }
                let class = instance.class;
                if self.heap.ty(class).flags.no_dict || class == self.types.object {
                    return None;
                }
                // From now on keys may come and go unseen.
                if !self.heap.ty(class).flags.shadowed {
                    self.heap.ty_mut(class).flags.shadowed = true;
                    self.class_changed(class);
                }
                let attrs = std::mem::take(&mut self.heap.instance_mut(value).attrs);
                let (slots, attrs) = self.split_slots(class, attrs);
                let dict = self.heap.new_dict(attrs);
                let instance = self.heap.instance_mut(value);
                instance.dict = dict;
                instance.attrs = slots;
                Some(dict)
            }
            Kind::Module => Some(self.heap.module(value).dict),
            Kind::Exception => {
                let attrs = self.heap.exception(value).attrs.clone();
                Some(self.heap.new_dict(attrs))
            }
            Kind::Function => {
                if self.heap.function(value).dict.is_none() {
                    let dict = self.heap.new_dict(PyDict::default());
                    self.heap.function_mut(value).dict = dict;
                }
                Some(self.heap.function(value).dict)
            }
            Kind::Object => {
                let attrs = self.heap.object(value).attrs()?.clone();
                Some(self.heap.new_dict(attrs))
            }
            _ => None,
        }
    }

    /// Values of `__slots__`, which no `__dict__` shows, apart from the other
    /// attributes.
    fn split_slots(&self, class: Value, attrs: PyDict) -> (PyDict, PyDict) {
        let is_slot = |key: Value| {
            self.lookup(class, key)
                .is_some_and(|found| self.heap.downcast::<Member>(found).is_some())
        };
        if !attrs.iter().any(|(key, _)| is_slot(key)) {
            return (PyDict::default(), attrs);
        }
        let mut split = (PyDict::default(), PyDict::default());
        for entry in attrs.entries() {
            let table = if is_slot(entry.key) {
                &mut split.0
            } else {
                &mut split.1
            };
            table.insert_new(entry.key, entry.value, entry.hash);
        }
        split
    }

    /// Value of a slot: beside the dict, if that was handed out.
    fn slot_value(&self, object: Value, name: Value) -> Option<Value> {
        if !object.is(Kind::Instance) {
            return self.own_attr(object, name);
        }
        let attrs = &self.heap.instance(object).attrs;
        let at = attrs.find_identical(name, self.heap.str_table_hash(name))?;
        attrs.entry(at).map(|entry| entry.value)
    }

    /// Sets a slot, or with an unbound value empties it; false if it was
    /// empty.
    fn set_slot(&mut self, object: Value, name: Value, new: Value) -> bool {
        if !object.is(Kind::Instance) || self.heap.instance(object).dict.is_none() {
            return if new.is_unbound() {
                self.delete_own_attr(object, name)
            } else {
                self.set_own_attr(object, name, new)
            };
        }
        let hash = self.heap.str_table_hash(name);
        let attrs = &mut self.heap.instance_mut(object).attrs;
        match attrs.find_identical(name, hash) {
            Some(at) if new.is_unbound() => {
                attrs.remove_at(at);
            }
            Some(at) => attrs.set_value(at, new),
            None if new.is_unbound() => return false,
            None => {
                attrs.insert_new(name, new, hash);
            }
        }
        true
    }

    fn qualname_of_type(&self, value: Value) -> String {
        let ty = self.heap.ty(self.type_of(value));
        self.heap.as_str(ty.qualname).unwrap_or(&ty.name).to_owned()
    }

    fn property_name(&self, property: Value) -> String {
        match self
            .heap
            .downcast::<Property>(property)
            .map(|property| (property.name, property.get))
        {
            Some((name, _)) if self.heap.as_str(name).is_some() => {
                format!("'{}' ", self.heap.str(name))
            }
            Some((_, get)) if get.is(Kind::Function) => {
                let name = self.heap.function(get).name;
                format!("'{}' ", self.heap.as_str(name).unwrap_or_default())
            }
            _ => String::new(),
        }
    }
}

/// Asks `__getattr__` when the ordinary way ended in an `AttributeError`.
fn after_get_attr(vm: &mut Vm, [value, name, ..]: [Value; 4], completion: Completion) -> Res {
    match completion {
        Completion::Raised(exception) if vm.is_instance(exception, vm.types.attribute_error) => {
            match vm.lookup_special(value, vm.names.getattr) {
                Some(method) => match vm.call_special(method, value, &[name]) {
                    Err(Throw::Call) => {
                        Err(vm.and_then([value, name, Value::NONE, Value::NONE], name_missing))
                    }
                    other => other,
                },
                None => Err(Throw::Raise(exception)),
            }
        }
        other => other.value(),
    }
}

/// An `AttributeError` that `__getattr__` raised is told what was missing, for
/// "Did you mean".
fn name_missing(vm: &mut Vm, [value, name, ..]: [Value; 4], completion: Completion) -> Res {
    if let Completion::Raised(exception) = completion
        && vm.is_instance(exception, vm.types.attribute_error)
    {
        let keys = [vm.intern("name"), vm.intern("obj")];
        let is_set = |key: Value| {
            vm.own_attr(exception, key)
                .is_some_and(|found| !found.is_none())
        };
        if !keys.into_iter().any(is_set) {
            vm.set_exception_attr(exception, "name", name);
            vm.set_exception_attr(exception, "obj", value);
        }
    }
    completion.value()
}
