//! `type`: making classes and reading them.

use std::cell::Cell;

use smallvec::SmallVec;

use crate::builtins::descriptors::Member;
use crate::native::{NativeDef, class_method, method, new_method};
use crate::object::{Construct, Layout, PyType, TypeFlags};
use crate::value::Kind;
use crate::{PyDict, Res, Value, Vm, class::GetterDef, class::getter, class::getter_setter};

fn new(vm: &mut Vm, args: &[Value]) -> Res {
    let [metaclass, name, bases, namespace, kwargs] = args[..] else {
        return Ok(Value::NONE);
    };
    if bases.is_unbound() {
        if metaclass == vm.types.r#type && namespace.is_unbound() {
            return Ok(vm.type_of(name));
        }
        return Err(vm.type_error("type.__new__() takes exactly 3 arguments (1 given)"));
    }
    if namespace.is_unbound() {
        if metaclass == vm.types.r#type {
            return Err(vm.type_error("type() takes 1 or 3 arguments"));
        }
        return Err(vm.type_error("type.__new__() takes exactly 3 arguments (2 given)"));
    }
    let Some(text) = vm.as_text(name).map(str::to_owned) else {
        let message = format!(
            "type.__new__() argument 1 must be str, not {}",
            vm.type_name(name)
        );
        return Err(vm.type_error(message));
    };
    if !bases.is(Kind::Tuple) {
        let message = format!(
            "type.__new__() argument 2 must be tuple, not {}",
            vm.type_name(bases)
        );
        return Err(vm.type_error(message));
    }
    let namespace = vm.heap.payload(namespace);
    if !namespace.is(Kind::Dict) {
        let message = format!(
            "type.__new__() argument 3 must be dict, not {}",
            vm.type_name(namespace)
        );
        return Err(vm.type_error(message));
    }
    let mut bases: Vec<Value> = vm.heap.tuple(bases).to_vec();
    if bases.is_empty() {
        bases.push(vm.types.object);
    }
    // The most derived metaclass wins.
    let mut winner = metaclass;
    for &base in &bases {
        if !base.is(Kind::Type) {
            if vm.lookup_special(base, vm.names.mro_entries).is_some() {
                return Err(vm.type_error(
                    "type() doesn't support MRO entry resolution; use types.new_class()",
                ));
            }
            return Err(vm.type_error("bases must be types"));
        }
        let of_base = vm.heap.ty(base).metaclass;
        if vm.is_subtype(winner, of_base) {
            continue;
        }
        if vm.is_subtype(of_base, winner) {
            winner = of_base;
            continue;
        }
        return Err(vm.type_error(
            "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
        ));
    }
    if winner != metaclass
        && let Some(other) = vm.lookup(winner, vm.names.new)
        && !(other.is(Kind::Native) && vm.heap.native(other).owner == vm.types.r#type)
    {
        let bound = vm.bind_to_class(other, winner)?;
        let bases = vm.heap.new_tuple(bases);
        let args = vm.heap.new_tuple(vec![winner, name, bases, namespace]);
        return Err(vm.tail_call_with(bound, args, kwargs));
    }
    let class = vm.make_class(winner, &text, bases, namespace)?;
    let mro = vm.intern("mro");
    if vm
        .lookup(winner, mro)
        .is_some_and(|found| !found.is(Kind::Native))
    {
        return Err(vm.tail_prelude("finish_class_mro", &[class, kwargs]));
    }
    vm.finish_class(class, kwargs)
}

impl Vm {
    fn make_class(
        &mut self,
        metaclass: Value,
        name: &str,
        bases: Vec<Value>,
        namespace: Value,
    ) -> Res {
        if name.contains('\0') {
            return Err(self.value_error("type name must not contain null characters"));
        }
        let layout = self.class_layout(&bases)?;
        let mro = self.linearize(&bases)?;
        let entries: Vec<(Value, Value)> = self.heap.dict(namespace).iter().collect();
        let dict = self.heap.new_dict(PyDict::with_capacity(entries.len()));
        let mut qualname = self.intern(name);
        let mut cell = Value::UNBOUND;
        let mut slots = None;
        let module = self.namespace_get(namespace, self.names.module);
        let staticmethods = [self.names.new];
        let classmethods = [self.names.init_subclass, self.names.class_getitem];
        for (key, value) in entries {
            let plain = self.heap.payload(key);
            if !plain.is(Kind::Str) {
                self.dict_set(dict, key, value)?;
                continue;
            }
            let key = self.heap.intern_value(plain);
            if key == self.names.qualname {
                let text = self.heap.payload(value);
                if !text.is(Kind::Str) {
                    let message = format!(
                        "type __qualname__ must be a str, not {}",
                        self.type_name(value)
                    );
                    return Err(self.type_error(message));
                }
                qualname = text;
                continue;
            }
            if key == self.names.classcell && !value.is(Kind::Cell) {
                let message = format!(
                    "type.__new__: __classcell__ must be a nonlocal cell, not <class '{}'>",
                    self.qualified_name(self.type_of(value))
                );
                return Err(self.type_error(message));
            }
            if key == self.names.classcell {
                cell = value;
                continue;
            }
            if key == self.names.classdictcell && value.is(Kind::Cell) {
                // Annotations evaluated later look names up in the class.
                self.heap.cell_mut(value).value = dict;
                continue;
            }
            if key == self.names.slots {
                slots = Some(value);
            }
            let value = if value.is(Kind::Function) && staticmethods.contains(&key) {
                self.new_static_method(value)
            } else if value.is(Kind::Function) && classmethods.contains(&key) {
                self.new_class_method(value)
            } else if value.is(Kind::Function) && self.is_foreign_native(value, module) {
                self.new_static_method(value)
            } else {
                value
            };
            self.namespace_set(dict, key, value);
        }
        if self.namespace_get(dict, self.names.module).is_none() {
            let module = self.calling_module_name();
            self.namespace_set(dict, self.names.module, module);
        }
        // A class with __eq__ and without __hash__ is not hashable.
        if self.namespace_get(dict, self.names.eq).is_some()
            && self.namespace_get(dict, self.names.hash).is_none()
        {
            self.namespace_set(dict, self.names.hash, Value::NONE);
        }
        let base_has_dict = bases.iter().any(|&base| {
            let ty = self.heap.ty(base);
            // Of the built-in types, exceptions and subclasses of other ones.
            let native = ty.layout == Layout::Exception
                || matches!(ty.layout, Layout::Payload(own) if own != base && !own.is_unbound());
            !ty.flags.no_dict && (ty.flags.heap || native)
        });
        let mut no_dict = false;
        let mut weak_slot = true;
        let mut members = Vec::new();
        if let Some(slots) = slots {
            no_dict = !base_has_dict;
            weak_slot = false;
            let names = if self.heap.payload(slots).is(Kind::Str) {
                vec![slots]
            } else {
                self.collect(slots)?
            };
            let sized = [self.types.int, self.types.tuple, self.types.bytes];
            let sized = sized.iter().find(|&&ty| layout == self.heap.ty(ty).layout);
            if let Some(&sized) = sized.filter(|_| !names.is_empty()) {
                let message = format!(
                    "nonempty __slots__ not supported for subtype of '{}'",
                    self.heap.ty(sized).name
                );
                return Err(self.type_error(message));
            }
            for slot in names {
                let text = self.heap.payload(slot);
                let Some(slot_text) = self.heap.as_str(text) else {
                    let message = format!(
                        "__slots__ items must be strings, not '{}'",
                        self.type_name(slot)
                    );
                    return Err(self.type_error(message));
                };
                if slot_text == "__dict__" {
                    if !std::mem::take(&mut no_dict) {
                        let message = "__dict__ slot disallowed: we already got one";
                        return Err(self.type_error(message));
                    }
                    continue;
                }
                if slot_text == "__weakref__" {
                    let has_one = bases
                        .iter()
                        .any(|&base| self.lookup(base, self.names.weakref).is_some());
                    if has_one || std::mem::replace(&mut weak_slot, true) {
                        let message = "__weakref__ slot disallowed: we already got one";
                        return Err(self.type_error(message));
                    }
                    continue;
                }
                let mangled = mangle(name, slot_text);
                if !is_identifier(&mangled) {
                    return Err(self.type_error("__slots__ must be identifiers"));
                }
                let key = self.intern(&mangled);
                if self.namespace_get(dict, key).is_some() {
                    let message = format!("'{mangled}' in __slots__ conflicts with class variable");
                    return Err(self.value_error(message));
                }
                members.push(key);
            }
        }
        let mut getters: SmallVec<[&'static GetterDef; 2]> = SmallVec::new();
        let plain = self.lookup(self.types.object, self.names.dict);
        // What the class defines itself stays.
        let defines = |name| self.namespace_get(dict, name).is_some();
        if !no_dict
            && !defines(self.names.dict)
            && bases
                .iter()
                .all(|&base| self.lookup(base, self.names.dict) == plain)
        {
            getters.push(&super::object::DICT);
        }
        let sized = [self.types.int, self.types.tuple, self.types.bytes];
        let weak = weak_slot
            && !defines(self.names.weakref)
            && !sized.iter().any(|&ty| layout == self.heap.ty(ty).layout)
            && bases
                .iter()
                .all(|&base| self.lookup(base, self.names.weakref).is_none());
        if weak {
            getters.push(&super::object::WEAKREF);
        }
        if self.namespace_get(dict, self.names.doc).is_none() && !members.contains(&self.names.doc)
        {
            self.namespace_set(dict, self.names.doc, Value::NONE);
        }
        let base = bases[0];
        let inherited = self.heap.ty(base).flags;
        let class = self.heap.new_type(PyType {
            name: name.into(),
            qualname,
            metaclass,
            bases: bases.clone(),
            mro,
            dict,
            layout,
            flags: TypeFlags {
                heap: true,
                native_name: false,
                no_dict,
                shadowed: bases.iter().any(|&base| self.heap.ty(base).flags.shadowed),
                is_abstract: false,
                of_library: self.runs_library(),
                ..inherited
            },
            subclasses: Vec::new(),
            construct: Cell::new(Construct::UNKNOWN),
            room: 0,
        });
        self.heap.ty_mut(class).mro.insert(0, class);
        for member in members {
            let object = Member {
                name: member,
                owner: class,
                class: self.types.member,
            };
            let value = self.heap.new_object(object);
            self.namespace_set(dict, member, value);
        }
        for def in getters {
            let object = crate::class::GetSet {
                def,
                owner: class,
                class: self.types.getset,
            };
            let value = self.heap.new_object(object);
            self.dict_set_text(dict, def.name, value);
        }
        self.renew_version(class);
        for &base in &bases {
            self.heap.ty_mut(base).subclasses.push(class);
        }
        self.refresh_flags(class);
        if cell.is(Kind::Cell) {
            self.heap.cell_mut(cell).value = class;
        }
        Ok(class)
    }

    /// Name of the module whose code runs.
    /// Whether a function that a class of `module` has in its namespace is one
    /// of C in CPython: as a member of a class it does not bind.
    fn is_foreign_native(&self, function: Value, module: Option<Value>) -> bool {
        let object = self.heap.function(function);
        let module = module.and_then(|module| self.as_text(module));
        let foreign = self.as_text(object.module) != module && module != Some("_prelude");
        foreign && self.is_native_in_c(function)
    }

    /// Whether a function is of C in CPython.
    pub(crate) fn is_native_in_c(&self, function: Value) -> bool {
        const MODULES: [&str; 12] = [
            "_csv",
            "_io",
            "_warnings",
            "_weakref",
            "atexit",
            "gc",
            "marshal",
            "os",
            "posix",
            "select",
            "signal",
            "zlib",
        ];
        let object = self.heap.function(function);
        if self
            .as_text(object.qualname)
            .is_none_or(|it| it.contains('.'))
        {
            return false;
        }
        let code = &object.code;
        let file = code.filename.strip_prefix("/lib/python3.14/");
        let file = file.and_then(|file| file.strip_suffix(".py"));
        code.code.flags.hidden || file.is_some_and(|file| MODULES.contains(&file))
    }

    fn calling_module_name(&mut self) -> Value {
        let globals = self.current_globals();
        match globals {
            Some(globals) => self
                .namespace_get(globals, self.names.name)
                .unwrap_or(Value::NONE),
            None => Value::NONE,
        }
    }

    /// Globals of the innermost frame that is the program's.
    pub fn current_globals(&self) -> Option<Value> {
        self.frames.iter().rev().find_map(|frame| match frame {
            crate::fiber::Frame::Python(frame) if !frame.code.code.flags.hidden => {
                Some(frame.globals)
            }
            _ => None,
        })
    }

    fn class_layout(&mut self, bases: &[Value]) -> Res<Layout> {
        let mut layout = Layout::Object;
        for &base in bases {
            let ty = self.heap.ty(base);
            let of_base = ty.layout;
            if of_base == Layout::Final {
                let message = format!("type '{}' is not an acceptable base type", ty.name);
                return Err(self.type_error(message));
            }
            if of_base == Layout::Object || of_base == layout {
                continue;
            }
            if layout != Layout::Object {
                return Err(self.type_error("multiple bases have instance lay-out conflict"));
            }
            layout = of_base;
        }
        Ok(layout)
    }

    /// C3 linearisation of the bases (Barrett et al., OOPSLA 1996), without
    /// the class itself.
    fn linearize(&mut self, bases: &[Value]) -> Res<Vec<Value>> {
        for (at, &base) in bases.iter().enumerate() {
            if bases[..at].contains(&base) {
                let message = format!("duplicate base class {}", self.heap.ty(base).name);
                return Err(self.type_error(message));
            }
        }
        let mut lists: Vec<Vec<Value>> = bases
            .iter()
            .map(|&base| self.heap.ty(base).mro.clone())
            .collect();
        lists.push(bases.to_vec());
        let mut result = Vec::new();
        loop {
            lists.retain(|list| !list.is_empty());
            if lists.is_empty() {
                return Ok(result);
            }
            let head = lists
                .iter()
                .map(|list| list[0])
                .find(|head| !lists.iter().any(|list| list[1..].contains(head)));
            let Some(head) = head else {
                let mut names: Vec<String> = Vec::new();
                for list in &lists {
                    let name = self.heap.ty(list[0]).name.to_string();
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
                let message = format!(
                    "Cannot create a consistent method resolution order (MRO) for bases {}",
                    names.join(", ")
                );
                return Err(self.type_error(message));
            };
            result.push(head);
            for list in &mut lists {
                if list[0] == head {
                    list.remove(0);
                }
            }
        }
    }

    /// Works out the MROs of a class with new bases and of all classes below
    /// it: of all or of none.
    fn renew_mros(&mut self, class: Value) -> Res<()> {
        let classes = self.with_subclasses(class);
        let old: Vec<Vec<Value>> = classes
            .iter()
            .map(|&class| self.heap.ty(class).mro.clone())
            .collect();
        for &class in &classes {
            let bases = self.heap.ty(class).bases.clone();
            match self.linearize(&bases) {
                Ok(mut mro) => {
                    mro.insert(0, class);
                    self.heap.ty_mut(class).mro = mro;
                }
                Err(throw) => {
                    for (&class, mro) in classes.iter().zip(old) {
                        self.heap.ty_mut(class).mro = mro;
                    }
                    return Err(throw);
                }
            }
        }
        Ok(())
    }

    /// Sets what a metaclass's `mro()` gave.
    pub fn set_mro(&mut self, class: Value, mro: &[Value]) -> Res<()> {
        let layout = self.heap.ty(class).layout;
        for &entry in mro {
            if !entry.is(Kind::Type) {
                return Err(self.type_error(format!(
                    "mro() returned a non-class ('{}')",
                    self.type_name(entry)
                )));
            }
            let of_entry = self.heap.ty(entry).layout;
            if of_entry != Layout::Object && of_entry != layout {
                let name = self.heap.ty(entry).name.clone();
                return Err(self.type_error(format!(
                    "mro() returned base with unsuitable layout ('{name}')"
                )));
            }
        }
        self.heap.ty_mut(class).mro = mro.to_vec();
        self.class_changed(class);
        Ok(())
    }

    /// `__set_name__` of the attributes, then `__init_subclass__`.
    pub(crate) fn finish_class(&mut self, class: Value, kwargs: Value) -> Res {
        let entries: Vec<(Value, Value)> =
            self.heap.dict(self.heap.ty(class).dict).iter().collect();
        let mut named = Vec::new();
        for (key, value) in entries {
            if matches!(value.kind(), Some(Kind::Instance | Kind::Object))
                && let Some(method) = self.lookup_special(value, self.names.set_name)
            {
                if method.is(Kind::Native) {
                    self.call_native(method, &[value, class, key], Value::UNBOUND)?;
                } else {
                    named.push(self.heap.new_tuple(vec![value, key]));
                }
            }
        }
        let parent = self.heap.ty(class).mro[1..].iter().find_map(|&base| {
            self.namespace_get(self.heap.ty(base).dict, self.names.init_subclass)
        });
        let plain = parent.is_some_and(|found| found.is(Kind::Native));
        let has_kwargs = kwargs.is(Kind::Dict) && !self.heap.dict(kwargs).is_empty();
        if named.is_empty() && plain && !has_kwargs {
            return Ok(class);
        }
        let named = self.heap.new_list(named);
        Err(self.tail_prelude("finish_class", &[class, named, kwargs]))
    }
}

/// `__x` in class `C` becomes `_C__x`.
fn mangle(class: &str, name: &str) -> String {
    let class = class.trim_start_matches('_');
    if name.starts_with("__") && !name.ends_with("__") && !class.is_empty() {
        format!("_{class}{name}")
    } else {
        name.to_owned()
    }
}

fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c == '_' || c.is_alphabetic())
        && chars.all(|c| c == '_' || c.is_alphanumeric())
}

fn init(_: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::NONE)
}

fn call(vm: &mut Vm, args: &[Value]) -> Res {
    let (class, positional, kwargs) = (args[0], args[1], args[2]);
    if class == vm.types.r#type
        && vm.heap.tuple(positional).len() == 1
        && vm.heap.dict(kwargs).is_empty()
    {
        return Ok(vm.type_of(vm.heap.tuple(positional)[0]));
    }
    // `type.__call__` itself, past any metaclass's own: made by a continuation
    // so that `__new__` and `__init__` run as frames.
    let args: SmallVec<[Value; 6]> = vm.heap.tuple(positional).into();
    let pairs: Vec<(Value, Value)> = vm.heap.dict(kwargs).iter().collect();
    let mut all = args;
    let mut names = Value::UNBOUND;
    if !pairs.is_empty() {
        let keys: Vec<Value> = pairs.iter().map(|(key, _)| *key).collect();
        all.extend(pairs.iter().map(|(_, value)| *value));
        names = vm.tuple(&keys);
    }
    vm.instantiate_native(class, &all, names)
}

fn mro_method(vm: &mut Vm, args: &[Value]) -> Res {
    let bases = vm.heap.ty(args[0]).bases.clone();
    let mut mro = vm.linearize(&bases)?;
    mro.insert(0, args[0]);
    Ok(vm.heap.new_list(mro))
}

fn subclasses(vm: &mut Vm, args: &[Value]) -> Res {
    let subclasses = vm.heap.ty(args[0]).subclasses.clone();
    Ok(vm.heap.new_list(subclasses))
}

fn prepare(vm: &mut Vm, _: &[Value]) -> Res {
    Ok(vm.heap.new_dict(PyDict::default()))
}

fn instance_check(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::bool(vm.is_instance(args[1], args[0])))
}

fn subclass_check(vm: &mut Vm, args: &[Value]) -> Res {
    if !args[1].is(Kind::Type) {
        return Err(vm.type_error("issubclass() arg 1 must be a class"));
    }
    Ok(Value::bool(vm.is_subtype(args[1], args[0])))
}

fn repr(vm: &mut Vm, args: &[Value]) -> Res {
    let text = format!("<class '{}'>", vm.qualified_name(args[0]));
    Ok(vm.string(text))
}

fn or(vm: &mut Vm, args: &[Value]) -> Res {
    crate::builtins::generic_alias::type_or(vm, args[0], args[1])
}

fn ror(vm: &mut Vm, args: &[Value]) -> Res {
    crate::builtins::generic_alias::type_or(vm, args[1], args[0])
}

fn getattribute(vm: &mut Vm, args: &[Value]) -> Res {
    let name = crate::builtins::object::attr_name(vm, args[1])?;
    vm.get_attr_generic(args[0], name)
}

fn setattr(vm: &mut Vm, args: &[Value]) -> Res {
    let name = crate::builtins::object::attr_name(vm, args[1])?;
    vm.set_attr_generic(args[0], name, args[2])?;
    Ok(Value::NONE)
}

fn delattr(vm: &mut Vm, args: &[Value]) -> Res {
    let name = crate::builtins::object::attr_name(vm, args[1])?;
    vm.set_attr_generic(args[0], name, Value::UNBOUND)?;
    Ok(Value::NONE)
}

fn hash(vm: &mut Vm, args: &[Value]) -> Res {
    let bits = args[0].bits().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 4;
    Ok(vm.int((bits as i64) & ((1 << 60) - 1)))
}

fn dir(vm: &mut Vm, args: &[Value]) -> Res {
    let names = crate::builtins::object::dir_names(vm, args[0]);
    Ok(vm.heap.new_list(names))
}

fn name(vm: &mut Vm, this: Value) -> Res {
    let name = vm.heap.ty(this).name.clone();
    Ok(vm.intern(&name))
}

fn set_name(vm: &mut Vm, this: Value, name: Value) -> Res<()> {
    must_be_mutable(vm, this, "__name__")?;
    let Some(text) = vm.as_text(name).map(str::to_owned) else {
        let message = format!(
            "can only assign string to {}.__name__, not '{}'",
            vm.heap.ty(this).name,
            vm.type_name(name)
        );
        return Err(vm.type_error(message));
    };
    vm.heap.ty_mut(this).name = text.into();
    Ok(())
}

fn must_be_mutable(vm: &mut Vm, class: Value, attr: &str) -> Res<()> {
    let flags = vm.heap.ty(class).flags;
    if flags.heap && !flags.native_name {
        return Ok(());
    }
    let message = format!(
        "cannot set '{attr}' attribute of immutable type '{}'",
        vm.told_name(class)
    );
    Err(vm.type_error(message))
}

fn qualname(vm: &mut Vm, this: Value) -> Res {
    Ok(vm.heap.ty(this).qualname)
}

fn set_qualname(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    must_be_mutable(vm, this, "__qualname__")?;
    if vm.as_text(value).is_none() {
        return Err(vm.type_error("can only assign string to __qualname__"));
    }
    vm.heap.ty_mut(this).qualname = value;
    Ok(())
}

fn own_entry(vm: &Vm, this: Value, name: Value) -> Option<Value> {
    vm.namespace_get(vm.heap.ty(this).dict, name)
}

fn module(vm: &mut Vm, this: Value) -> Res {
    let found = vm.lookup(this, vm.names.module).unwrap_or(Value::NONE);
    if found.is(Kind::Object) {
        // The getter that a built-in type has for its instances.
        return Ok(vm.intern("builtins"));
    }
    Ok(found)
}

fn set_entry(vm: &mut Vm, this: Value, name: Value, value: Value) -> Res<()> {
    let text = vm.heap.str(name).to_owned();
    must_be_mutable(vm, this, &text)?;
    let dict = vm.heap.ty(this).dict;
    if value.is_unbound() {
        vm.dict_remove(dict, name)?;
    } else {
        vm.namespace_set(dict, name, value);
    }
    vm.class_changed(this);
    Ok(())
}

fn set_module(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    set_entry(vm, this, vm.names.module, value)
}

fn doc(vm: &mut Vm, this: Value) -> Res {
    let found = own_entry(vm, this, vm.names.doc);
    let ty = vm.heap.ty(this);
    if !ty.flags.heap && found.is_none_or(|found| found.is(Kind::Object)) {
        // At most the getter for the instances is there.
        let name = ty.name.to_string();
        return Err(vm.ask_doc("", &name));
    }
    match found {
        Some(found) => vm.bind_to_class(found, this),
        None => Ok(Value::NONE),
    }
}

fn set_doc(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    if value.is_unbound() {
        let name = vm.heap.ty(this).name.clone();
        return Err(vm.type_error(format!(
            "cannot delete '__doc__' attribute of immutable type '{name}'"
        )));
    }
    set_entry(vm, this, vm.names.doc, value)
}

fn bases(vm: &mut Vm, this: Value) -> Res {
    let bases = vm.heap.ty(this).bases.clone();
    Ok(vm.tuple(&bases))
}

fn set_bases(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    must_be_mutable(vm, this, "__bases__")?;
    let name = vm.heap.ty(this).name.clone();
    if value.is_unbound() {
        return Err(vm.type_error(format!(
            "cannot delete '__bases__' attribute of immutable type '{name}'"
        )));
    }
    if !value.is(Kind::Tuple) {
        let message = format!(
            "can only assign tuple to {name}.__bases__, not {}",
            vm.type_name(value)
        );
        return Err(vm.type_error(message));
    }
    let bases = vm.heap.tuple(value).to_vec();
    if bases.is_empty() {
        return Err(vm.type_error(format!(
            "can only assign non-empty tuple to {name}.__bases__, not ()"
        )));
    }
    for &base in &bases {
        if !base.is(Kind::Type) {
            let message = format!(
                "{name}.__bases__ must be tuple of classes, not '{}'",
                vm.type_name(base)
            );
            return Err(vm.type_error(message));
        }
        if vm.is_subtype(base, this) {
            return Err(vm.type_error("a __bases__ item causes an inheritance cycle"));
        }
    }
    if vm.class_layout(&bases)? != vm.heap.ty(this).layout {
        let message = format!(
            "__bases__ assignment: '{}' object layout differs from '{}'",
            vm.heap.ty(bases[0]).name,
            vm.heap.ty(vm.heap.ty(this).bases[0]).name
        );
        return Err(vm.type_error(message));
    }
    let old_bases = std::mem::replace(&mut vm.heap.ty_mut(this).bases, bases.clone());
    if let Err(throw) = vm.renew_mros(this) {
        vm.heap.ty_mut(this).bases = old_bases;
        return Err(throw);
    }
    for base in old_bases {
        vm.heap.ty_mut(base).subclasses.retain(|sub| *sub != this);
    }
    for base in bases {
        vm.heap.ty_mut(base).subclasses.push(this);
    }
    vm.class_changed(this);
    Ok(())
}

/// The base that says where instances keep what makes them special.
fn base(vm: &mut Vm, this: Value) -> Res {
    let ty = vm.heap.ty(this);
    let solid = ty
        .bases
        .iter()
        .find(|&&base| ty.layout != Layout::Object && vm.heap.ty(base).layout == ty.layout);
    Ok(solid.or(ty.bases.first()).copied().unwrap_or(Value::NONE))
}

fn mro(vm: &mut Vm, this: Value) -> Res {
    let mro = vm.heap.ty(this).mro.clone();
    Ok(vm.tuple(&mro))
}

fn dict(vm: &mut Vm, this: Value) -> Res {
    let dict = vm.heap.ty(this).dict;
    Ok(vm.new_mapping_proxy(dict))
}

fn abstract_methods(vm: &mut Vm, this: Value) -> Res {
    // `type` itself has only the getter.
    match own_entry(vm, this, vm.names.abstractmethods).filter(|found| !found.is(Kind::Object)) {
        Some(found) => Ok(found),
        None => Err(vm.no_attribute(this, vm.names.abstractmethods)),
    }
}

fn set_abstract_methods(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    if value.is_unbound() {
        abstract_methods(vm, this)?;
    }
    let is_abstract = !value.is_unbound() && vm.native_len(value).is_none_or(|length| length > 0);
    set_entry(vm, this, vm.names.abstractmethods, value)?;
    vm.heap.ty_mut(this).flags.is_abstract = is_abstract;
    vm.class_changed(this);
    Ok(())
}

fn annotations(vm: &mut Vm, this: Value) -> Res {
    for name in [vm.names.annotations, vm.names.annotations_cache] {
        if let Some(found) = own_entry(vm, this, name) {
            return Ok(found);
        }
    }
    if !vm.heap.ty(this).flags.heap {
        return Err(vm.no_attribute(this, vm.names.annotations));
    }
    let state = [this, Value::NONE, Value::NONE, Value::NONE];
    let function = own_entry(vm, this, vm.names.annotate_func).filter(|found| !found.is_none());
    match function {
        Some(function) => Err(vm.call_then(
            function,
            &[Value::int32(1)],
            state,
            |vm, [this, ..], completion| {
                let value = completion.value()?;
                vm.set_type_attr(this, "__annotations_cache__", value);
                Ok(value)
            },
        )),
        None => {
            let empty = vm.heap.new_dict(PyDict::default());
            vm.set_type_attr(this, "__annotations_cache__", empty);
            Ok(empty)
        }
    }
}

fn set_annotations(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    must_be_mutable(vm, this, "__annotations__")?;
    let dict = vm.heap.ty(this).dict;
    if value.is_unbound() {
        vm.dict_remove(dict, vm.names.annotations)?;
        vm.dict_remove(dict, vm.names.annotations_cache)?;
    } else {
        vm.namespace_set(dict, vm.names.annotations_cache, value);
    }
    vm.renew_version(this);
    Ok(())
}

fn annotate(vm: &mut Vm, this: Value) -> Res {
    if !vm.heap.ty(this).flags.heap {
        return Err(vm.no_attribute(this, vm.names.annotate));
    }
    Ok(own_entry(vm, this, vm.names.annotate_func).unwrap_or(Value::NONE))
}

fn set_annotate(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    let dict = vm.heap.ty(this).dict;
    vm.dict_remove(dict, vm.names.annotations_cache)?;
    set_entry(vm, this, vm.names.annotate_func, value)
}

fn type_params(vm: &mut Vm, this: Value) -> Res {
    Ok(own_entry(vm, this, vm.names.type_params).unwrap_or(vm.empty_tuple))
}

fn set_type_params(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    set_entry(vm, this, vm.names.type_params, value)
}

fn flags(vm: &mut Vm, this: Value) -> Res {
    let ty = vm.heap.ty(this);
    // The bits that library code asks for: HEAPTYPE, BASETYPE, IS_ABSTRACT.
    let mut bits = 0;
    if ty.flags.heap {
        bits |= 1 << 9;
    }
    if ty.layout != Layout::Final {
        bits |= 1 << 10;
    }
    if ty.flags.is_abstract {
        bits |= 1 << 20;
    }
    Ok(Value::int32(bits))
}

fn basic_size(_: &mut Vm, _: Value) -> Res {
    Ok(Value::int32(32))
}

fn zero(_: &mut Vm, _: Value) -> Res {
    Ok(Value::int32(0))
}

/// What CPython has for the types whose objects vary in size.
fn item_size(vm: &mut Vm, this: Value) -> Res {
    let types = &vm.types;
    let sizes = [
        (types.tuple, 8),
        (types.int, 4),
        (types.bytes, 1),
        (types.r#type, 40),
    ];
    let found = sizes
        .into_iter()
        .find(|&(class, _)| vm.is_subtype(this, class));
    Ok(Value::int32(found.map_or(0, |(_, size)| size)))
}

/// How built-in types are called, where CPython tells: type, parameters.
const CALLS: &[(&str, &str)] = &[
    ("MappingProxyType", "mapping"),
    ("accumulate", "iterable, func=None, *, initial=None"),
    ("batched", "iterable, n, *, strict=False"),
    ("bool", "object=False, /"),
    ("chain", "*iterables"),
    ("classmethod", "function, /"),
    ("combinations", "iterable, r"),
    ("combinations_with_replacement", "iterable, r"),
    ("complex", "real=0, imag=0"),
    ("compress", "data, selectors"),
    ("count", "start=0, step=1"),
    ("cycle", "iterable, /"),
    ("dropwhile", "predicate, iterable, /"),
    ("enumerate", "iterable, start=0"),
    ("filter", "function, iterable, /"),
    ("filterfalse", "function, iterable, /"),
    ("float", "x=0, /"),
    ("frozenset", "iterable=(), /"),
    ("groupby", "iterable, key=None"),
    ("itemgetter", "item, /, *items"),
    ("list", "iterable=(), /"),
    ("map", "function, iterable, /, *iterables, strict=False"),
    ("memoryview", "object"),
    ("object", ""),
    ("pairwise", "iterable, /"),
    ("partial", "func, /, *args, **keywords"),
    ("permutations", "iterable, r=None"),
    ("product", "*iterables, repeat=1"),
    ("property", "fget=None, fset=None, fdel=None, doc=None"),
    ("reversed", "sequence, /"),
    ("set", "iterable=(), /"),
    ("starmap", "function, iterable, /"),
    ("staticmethod", "function, /"),
    ("takewhile", "predicate, iterable, /"),
    ("tuple", "iterable=(), /"),
    ("zip", "*iterables, strict=False"),
    ("zip_longest", "*iterables, fillvalue=None"),
];

fn text_signature(vm: &mut Vm, this: Value) -> Res {
    let ty = vm.heap.ty(this);
    let told = match ty.flags.heap {
        true => None,
        false => CALLS.iter().find(|(name, _)| **name == *ty.name),
    };
    Ok(match told {
        Some((_, parameters)) => vm.string(format!("({parameters})")),
        None => Value::NONE,
    })
}

static METHODS: &[NativeDef] = &[
    new_method("cls, name, bases=..., dict=..., /, **kwargs", new),
    method("__init__", "self, *args, **kwargs", init).raw_self(),
    method("__call__", "self, /, *args, **kwargs", call).raw_self(),
    method("mro", "self, /", mro_method),
    method("__subclasses__", "self, /", subclasses),
    class_method("__prepare__", "cls, /, *args, **kwargs", prepare),
    method("__instancecheck__", "self, instance, /", instance_check),
    method("__subclasscheck__", "self, subclass, /", subclass_check),
    method("__repr__", "self, /", repr),
    method("__or__", "self, value, /", or),
    method("__ror__", "self, value, /", ror),
    method("__getattribute__", "self, name, /", getattribute),
    method("__setattr__", "self, name, value, /", setattr),
    method("__delattr__", "self, name, /", delattr),
    method("__hash__", "self, /", hash),
    method("__dir__", "self, /", dir),
];

static GETTERS: &[GetterDef] = &[
    getter_setter("__name__", name, set_name),
    getter_setter("__qualname__", qualname, set_qualname),
    getter_setter("__module__", module, set_module),
    getter_setter("__doc__", doc, set_doc),
    getter_setter("__bases__", bases, set_bases),
    getter("__base__", base),
    getter("__mro__", mro),
    getter("__dict__", dict),
    getter_setter(
        "__abstractmethods__",
        abstract_methods,
        set_abstract_methods,
    ),
    getter_setter("__annotations__", annotations, set_annotations),
    getter_setter("__annotate__", annotate, set_annotate),
    getter_setter("__type_params__", type_params, set_type_params),
    getter("__flags__", flags),
    getter("__basicsize__", basic_size),
    getter("__itemsize__", item_size),
    getter("__dictoffset__", zero),
    getter("__weakrefoffset__", zero),
    getter("__text_signature__", text_signature),
];

pub(crate) fn register(vm: &mut Vm) {
    vm.add_methods(vm.types.r#type, METHODS);
    vm.add_getters(vm.types.r#type, GETTERS);
}
