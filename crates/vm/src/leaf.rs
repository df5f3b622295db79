//! What the interpreter loop does not do inline: the general case of each
//! instruction.

use std::rc::Rc;

use airlock_bytecode::{BinOp, CmpOp, Instr, Special};
use compact_str::{CompactString, ToCompactString};
use smallvec::SmallVec;

use crate::builtins::function::MissingGlobals;
use crate::builtins::generator::{AsyncMode, AsyncSend};
use crate::builtins::list::sliced;
use crate::builtins::range::PyRange;
use crate::call::Flow;
use crate::codeobj::CodeObj;
use crate::dict::SCAN_LIMIT;
use crate::fiber::Ret;
use crate::protocol::SliceRange;
use crate::run::{Driven, MAYBE_OWN, NOT_OWN, OF_CLASS, OF_KIND, OF_ONE_CLASS, store_cache};
use crate::value::Kind;
use crate::{Completion, GeneratorKind, GeneratorState, PyDict, Res, Throw, Value, Vm};

impl Vm {
    // Names.

    #[inline(never)]
    pub(crate) fn load_global(&mut self, code: &Rc<CodeObj>, globals: Value, site: u16) -> Res {
        let name = code.names[code.code.sites[site as usize] as usize];
        let hash = self.heap.str_table_hash(name);
        let find = |vm: &Vm, dict: Value| {
            vm.heap
                .find_in(vm.heap.dict(dict), name, hash)
                .ok()
                .flatten()
        };
        if let Some(at) = find(self, globals) {
            let version = self.dict_version(globals);
            store_cache(
                &code.caches[site as usize],
                version,
                at as u32,
                Value::UNBOUND,
            );
            return Ok(self
                .heap
                .dict(globals)
                .entry(at)
                .map_or(Value::NONE, |entry| entry.value));
        }
        if let Some(owner) = self.extension::<MissingGlobals>().owner(globals)
            && let Some(method) = self.lookup_special(owner, self.names.missing)
        {
            return self.call_special(method, owner, &[name]);
        }
        let builtins = self.builtins_of(globals);
        if builtins != self.builtins {
            return match self.namespace_get(builtins, name) {
                Some(value) => Ok(value),
                None => Err(self.undefined_name(name)),
            };
        }
        if let Some(at) = find(self, builtins) {
            let version = self.dict_version(globals);
            let inner = self.dict_version(builtins);
            let mark = Value::from_bits(inner as u64);
            store_cache(&code.caches[site as usize], version, at as u32, mark);
            return Ok(self
                .heap
                .dict(builtins)
                .entry(at)
                .map_or(Value::NONE, |entry| entry.value));
        }
        Err(self.undefined_name(name))
    }

    /// What names are looked up in after these globals: as they say with
    /// `__builtins__`.
    pub(crate) fn builtins_of(&self, globals: Value) -> Value {
        let Some(own) = self.namespace_get(globals, self.names.builtins) else {
            return self.builtins;
        };
        if own.is(Kind::Module) {
            return self.heap.module(own).dict;
        }
        let plain = self.heap.payload(own);
        if plain.is(Kind::Dict) {
            plain
        } else {
            self.builtins
        }
    }

    fn dict_version(&mut self, dict: Value) -> u32 {
        let version = self.heap.dict(dict).version();
        if version != 0 {
            return version;
        }
        let version = self.heap.fresh_version();
        self.heap.dict_mut(dict).set_version(version);
        version
    }

    #[cold]
    fn undefined_name(&mut self, name: Value) -> Throw {
        let throw = self.name_error(format!("name '{}' is not defined", self.heap.str(name)));
        if let Throw::Raise(exception) = throw {
            self.set_exception_attr(exception, "name", name);
        }
        throw
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn unbound_local(&mut self, name: Value) -> Throw {
        let message = format!(
            "cannot access local variable '{}' where it is not associated with a value",
            self.heap.str(name)
        );
        self.unbound_local_error(message)
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn empty_cell(&mut self, code: &Rc<CodeObj>, cell: u16, name: u16) -> Throw {
        let name = code.names[name as usize];
        let first = code.code.first_capture();
        let free = (first..first + code.code.captures.len()).contains(&(cell as usize));
        if free {
            let message = format!(
                "cannot access free variable '{}' where it is not associated with a value in enclosing scope",
                self.heap.str(name)
            );
            let throw = self.name_error(message);
            if let Throw::Raise(exception) = throw {
                self.set_exception_attr(exception, "name", name);
            }
            throw
        } else {
            self.unbound_local(name)
        }
    }

    /// Namespace (unless unbound), globals, builtins.
    #[inline(never)]
    pub(crate) fn load_name(&mut self, namespace: Value, globals: Value, name: Value) -> Res {
        if let Some(namespace) = namespace.bound()
            && namespace != globals
        {
            let plain = self.heap.payload(namespace);
            if plain.is(Kind::Dict) && (plain == namespace || !self.overrides_getitem(namespace)) {
                if let Some(value) = self.namespace_get(plain, name) {
                    return Ok(value);
                }
            } else {
                // A mapping made by `__prepare__`.
                let state = [globals, name, Value::NONE, Value::NONE];
                return match self.subscript(namespace, name) {
                    Err(Throw::Call) => Err(self.and_then(state, after_namespace_lookup)),
                    Err(Throw::Raise(exception)) => {
                        after_namespace_lookup(self, state, Completion::Raised(exception))
                    }
                    other => other,
                };
            }
        }
        if let Some(value) = self.namespace_get(globals, name) {
            return Ok(value);
        }
        if let Some(owner) = self.extension::<MissingGlobals>().owner(globals)
            && let Some(method) = self.lookup_special(owner, self.names.missing)
        {
            return self.call_special(method, owner, &[name]);
        }
        match self.namespace_get(self.builtins_of(globals), name) {
            Some(value) => Ok(value),
            None => Err(self.undefined_name(name)),
        }
    }

    fn overrides_getitem(&self, namespace: Value) -> bool {
        self.lookup_special(namespace, self.names.getitem)
            .is_some_and(|method| !method.is(Kind::Native))
            || self.lookup_special(namespace, self.names.missing).is_some()
    }

    #[inline(never)]
    pub(crate) fn delete_name(&mut self, namespace: Value, name: Value) -> Res<()> {
        let plain = self.heap.payload(namespace);
        if !plain.is(Kind::Dict) {
            return self.delete_subscript(namespace, name);
        }
        match self.dict_remove(plain, name)? {
            Some(value) => self.forgotten = value,
            None => return Err(self.undefined_name(name)),
        }
        Ok(())
    }

    #[inline(never)]
    pub(crate) fn load_class_cell(
        &mut self,
        code: &Rc<CodeObj>,
        namespace: Value,
        cell: Value,
        register: u16,
        key: Value,
        name: u16,
    ) -> Res {
        let plain = if namespace.is_unbound() {
            namespace
        } else {
            self.heap.payload(namespace)
        };
        if plain.is(Kind::Dict)
            && let Some(value) = self.namespace_get(plain, key)
        {
            return Ok(value);
        }
        let value = self.heap.cell(cell).value;
        if value.is_unbound() {
            return Err(self.empty_cell(code, register, name));
        }
        Ok(value)
    }

    /// The line of the innermost frame whose file is one asked for, or 0.
    pub fn current_line(&self, wanted: impl Fn(&str) -> bool) -> u32 {
        self.current_place(wanted).map_or(0, |(_, line)| line)
    }

    /// File and line of the innermost running frame whose file is one asked
    /// for.
    pub fn current_place(&self, wanted: impl Fn(&str) -> bool) -> Option<(Rc<str>, u32)> {
        self.frames.iter().rev().find_map(|frame| match frame {
            crate::fiber::Frame::Python(frame) if wanted(&frame.code.filename) => {
                let line = frame.code.code.position(frame.pc.saturating_sub(1)).line;
                Some((frame.code.filename.clone(), line))
            }
            _ => None,
        })
    }

    /// File and line of the innermost frame of the main fiber whose file is
    /// one asked for.
    pub fn main_fiber_place(&self, wanted: impl Fn(&str) -> bool) -> Option<(String, u32)> {
        let fiber = self.fibers.first()?;
        let frames = if self.current == 0 {
            &self.frames
        } else {
            &fiber.frames
        };
        // A frame that could run on is at its next instruction, perhaps at the
        // target of a jump; every other is behind the call it waits for.
        let could_run = matches!(fiber.state, crate::fiber::FiberState::Ready);
        let last = frames.len().saturating_sub(1);
        frames
            .iter()
            .enumerate()
            .rev()
            .find_map(|(index, frame)| match frame {
                crate::fiber::Frame::Python(frame) if wanted(&frame.code.filename) => {
                    let behind = u32::from(!(could_run && index == last));
                    let line = frame
                        .code
                        .code
                        .position(frame.pc.saturating_sub(behind))
                        .line;
                    Some((frame.code.filename.to_string(), line))
                }
                _ => None,
            })
    }

    /// A member of module `builtins`.
    #[inline(never)]
    pub fn builtin(&mut self, name: &str) -> Value {
        let key = self.heap.intern(name);
        self.namespace_get(self.builtins, key)
            .unwrap_or(Value::NONE)
    }

    // Attributes, with caches.

    #[inline(never)]
    pub(crate) fn load_attr_slow(&mut self, code: &Rc<CodeObj>, value: Value, site: u16) -> Res {
        let name = code.names[code.code.sites[site as usize] as usize];
        if value.is(Kind::Module)
            && let Some(found) = self.load_module_attr(code, value, site)
        {
            return Ok(found);
        }
        if value.is(Kind::Type)
            && let Some(found) = self.load_class_attr(code, value, site)
        {
            return Ok(found);
        }
        if value.is(Kind::Instance) {
            let class = self.heap.instance(value).class;
            let ty = self.heap.ty(class);
            let (version, flags) = (self.heap.type_version(class), ty.flags);
            if !flags.custom_getattribute && self.heap.instance(value).dict.is_none() {
                let descriptor = self.lookup(class, name);
                let data = descriptor.is_some_and(|found| self.comes_first(found));
                let hash = self.heap.str_table_hash(name);
                if !data
                    && let Some(at) = self.heap.instance(value).attrs.find_identical(name, hash)
                {
                    store_cache(&code.caches[site as usize], version, at as u32, name);
                    if let Some(entry) = self.heap.instance(value).attrs.entry(at) {
                        return Ok(entry.value);
                    }
                }
                if !data
                    && !flags.shadowed
                    && let Some(found) = descriptor
                    && !found.is_handle() | found.is(Kind::Function) | is_plain(found)
                {
                    store_cache(&code.caches[site as usize], version, NOT_OWN, found);
                }
            }
        }
        self.get_attr(value, name)
    }

    /// A variable of a module, by way of the cache as for globals.
    fn load_module_attr(&mut self, code: &Rc<CodeObj>, module: Value, site: u16) -> Option<Value> {
        let cell = &code.caches[site as usize];
        let cache = cell.get();
        let globals = self.heap.module(module).dict;
        let dict = self.heap.dict(globals);
        if cache.version != 0 && cache.version == dict.version() {
            return dict.entry(cache.index as usize).map(|entry| entry.value);
        }
        let name = code.names[code.code.sites[site as usize] as usize];
        let at = dict.find_identical(name, self.heap.str_table_hash(name))?;
        let class = self.types.module;
        if self
            .lookup(class, name)
            .is_some_and(|found| self.is_data_descriptor(found))
        {
            return None;
        }
        let version = self.dict_version(globals);
        store_cache(cell, version, at as u32, Value::UNBOUND);
        self.heap.dict(globals).entry(at).map(|entry| entry.value)
    }

    /// An attribute of a class that needs no binding, by way of the cache.
    fn load_class_attr(&mut self, code: &Rc<CodeObj>, class: Value, site: u16) -> Option<Value> {
        let cell = &code.caches[site as usize];
        let cache = cell.get();
        let ty = self.heap.ty(class);
        if cache.version == self.heap.type_version(class) && cache.index == OF_CLASS {
            return Some(cache.value);
        }
        let (version, metaclass) = (self.heap.type_version(class), ty.metaclass);
        let name = code.names[code.code.sites[site as usize] as usize];
        if metaclass != self.types.r#type || self.lookup(metaclass, name).is_some() {
            return None;
        }
        let found = self.lookup(class, name)?;
        if found.is_handle() && !found.is(Kind::Function) && !is_plain(found) {
            return None;
        }
        store_cache(cell, version, OF_CLASS, found);
        Some(found)
    }

    #[inline(never)]
    pub(crate) fn store_attr_slow(
        &mut self,
        code: &Rc<CodeObj>,
        object: Value,
        site: u16,
        value: Value,
    ) -> Res<()> {
        let name = code.names[code.code.sites[site as usize] as usize];
        self.set_attr(object, name, value)?;
        if object.is(Kind::Instance) {
            let instance = self.heap.instance(object);
            let ty = self.heap.ty(instance.class);
            let (class, version, flags) = (
                instance.class,
                self.heap.type_version(instance.class),
                ty.flags,
            );
            if instance.dict.is_none()
                && !flags.custom_setattr
                && !flags.no_dict
                && self.lookup(class, name).is_none()
            {
                let hash = self.heap.str_table_hash(name);
                if let Some(at) = self.heap.instance(object).attrs.find_identical(name, hash) {
                    store_cache(&code.caches[site as usize], version, at as u32, name);
                    let ty = self.heap.ty_mut(class);
                    ty.room = ty.room.max((at + 1).min(SCAN_LIMIT) as u8);
                }
            }
        }
        Ok(())
    }

    /// For a method call: the function and self, or unbound and the bound
    /// attribute.
    #[inline(never)]
    pub(crate) fn load_method(
        &mut self,
        code: &Rc<CodeObj>,
        value: Value,
        site: u16,
    ) -> Res<(Value, Value)> {
        let class = self.type_of(value);
        let ty = self.heap.ty(class);
        let (version, flags) = (self.heap.type_version(class), ty.flags);
        let cache = code.caches[site as usize].get();
        if cache.version == version && cache.index == OF_KIND {
            return Ok((cache.value, value));
        }
        if cache.version == version
            && value.is(Kind::Instance)
            && let Some(own) = self
                .instance_attrs(value)
                .value_of(cache.index as usize, cache.value)
        {
            return Ok((Value::UNBOUND, own));
        }
        let name = code.names[code.code.sites[site as usize] as usize];
        if cache.version == version
            && cache.index == MAYBE_OWN
            && self.own_attr(value, name).is_none()
        {
            return Ok((cache.value, value));
        }
        if value.is(Kind::Module)
            && let Some(found) = self.load_module_attr(code, value, site)
        {
            return Ok((Value::UNBOUND, found));
        }
        if !value.is(Kind::Type)
            && !value.is(Kind::Module)
            && !flags.custom_getattribute
            && let Some(found) = self.lookup(class, name)
        {
            let is_method = found.is(Kind::Function)
                || found.is(Kind::Native)
                    && self.heap.native(found).def.role == crate::native::NativeRole::Method;
            if is_method
                && self.own_attr(value, name).is_none()
                && self
                    .heap
                    .downcast::<crate::builtins::descriptors::Super>(self.heap.payload(value))
                    .is_none()
            {
                if value.is(Kind::Instance) && !flags.shadowed {
                    store_cache(&code.caches[site as usize], version, NOT_OWN, found);
                } else if let Some(
                    Kind::Str | Kind::List | Kind::Dict | Kind::Tuple | Kind::Bytes,
                ) = value.kind()
                {
                    let version = value.upper_bits();
                    store_cache(&code.caches[site as usize], version, OF_ONE_CLASS, found);
                } else if self.has_no_attributes(value) {
                    store_cache(&code.caches[site as usize], version, OF_KIND, found);
                } else {
                    store_cache(&code.caches[site as usize], version, MAYBE_OWN, found);
                }
                return Ok((found, value));
            }
        }
        if value.is(Kind::Instance)
            && !flags.custom_getattribute
            && let Some((at, own)) = self.own_before_class(class, value, name)
        {
            store_cache(&code.caches[site as usize], version, at as u32, name);
            return Ok((Value::UNBOUND, own));
        }
        let found = self.get_attr(value, name)?;
        Ok((Value::UNBOUND, found))
    }

    /// Where an instance has its attributes.
    fn instance_attrs(&self, value: Value) -> &PyDict {
        let instance = self.heap.instance(value);
        if instance.dict.is_none() {
            &instance.attrs
        } else {
            self.heap.dict(instance.dict)
        }
    }

    /// An instance's own attribute, with its place there, unless its class has
    /// something that comes before it.
    fn own_before_class(&self, class: Value, value: Value, name: Value) -> Option<(usize, Value)> {
        let found = self.lookup(class, name);
        if found.is_some_and(|found| self.comes_first(found)) {
            return None;
        }
        let attrs = self.instance_attrs(value);
        let at = attrs.find_identical(name, self.heap.str_table_hash(name))?;
        attrs.entry(at).map(|entry| (at, entry.value))
    }

    /// Whether values of this kind cannot have attributes of their own.
    fn has_no_attributes(&self, value: Value) -> bool {
        match value.kind() {
            Some(Kind::Instance | Kind::Exception | Kind::Module | Kind::Function | Kind::Type) => {
                false
            }
            Some(Kind::Object) => self.heap.object(value).attrs().is_none(),
            _ => true,
        }
    }

    #[inline(never)]
    pub(crate) fn load_super(
        &mut self,
        super_: Value,
        class: Value,
        object: Value,
        name: Value,
    ) -> Res {
        if super_ != self.types.super_ {
            let state = [name, Value::NONE, Value::NONE, Value::NONE];
            return Err(self.call_then(
                super_,
                &[class, object],
                state,
                |vm, [name, ..], completion| {
                    let value = completion.value()?;
                    vm.get_attr(value, name)
                },
            ));
        }
        let object_type = self.super_type(class, object)?;
        if name == self.names.class_ {
            let class = self.types.super_;
            return Ok(class);
        }
        if self.find_super(class, object_type, name).is_none() {
            // It may be the super object's own.
            let super_ = self.new_super(class, object)?;
            return self.get_attr(super_, name);
        }
        self.get_super_attr(class, object, object_type, name)
    }

    // Calls of special methods.

    /// Asks for `method(receiver, *args)`, a class attribute not yet bound.
    pub(crate) fn call_special(&mut self, method: Value, receiver: Value, args: &[Value]) -> Res {
        // No special method takes more than three arguments beside self.
        let mut with_self = [receiver; 4];
        with_self[1..=args.len()].copy_from_slice(args);
        let with_self = &with_self[..=args.len()];
        match method.kind() {
            Some(Kind::Function) => Err(self.tail_call(method, with_self)),
            Some(Kind::Native) => {
                // A native may ask for another special method, which may be
                // the same again.
                self.check_nesting()?;
                self.nested_calls += 1;
                let with_self = &with_self[usize::from(!self.binds(method))..];
                let result = self.call_native(method, with_self, Value::UNBOUND);
                self.nested_calls -= 1;
                result
            }
            _ => {
                let class = self.type_of(receiver);
                match self.bind(method, receiver, class) {
                    Ok(bound) => Err(self.tail_call(bound, args)),
                    Err(Throw::Call) => {
                        let args = self.tuple(args);
                        let state = [args, Value::UNBOUND, Value::NONE, Value::NONE];
                        Err(self.and_then(state, crate::call::call_bound))
                    }
                    other => other,
                }
            }
        }
    }

    #[inline(never)]
    pub(crate) fn subscript(&mut self, object: Value, key: Value) -> Res {
        if let Some(range) = self.heap.downcast::<PyRange>(object)
            && range.big.is_none()
            && let Some(index @ 0..) = key.as_small()
            && let Some(offset) = index.checked_mul(range.step)
            && let Some(item) = range.start.checked_add(offset)
            && if range.step > 0 {
                item < range.stop
            } else {
                item > range.stop
            }
        {
            return Ok(self.int(item));
        }
        if let Some(method) = self.lookup_special(object, self.names.getitem) {
            return self.call_special(method, object, &[key]);
        }
        if object.is(Kind::Type) {
            let metaclass_method = self.lookup(object, self.names.class_getitem);
            if let Some(method) = metaclass_method {
                let bound = match method.kind() {
                    Some(Kind::Function) => self.heap.new_method(method, object),
                    _ => self.bind_to_class(method, object)?,
                };
                return Err(self.tail_call(bound, &[key]));
            }
            if object == self.types.r#type {
                return Ok(self.new_generic_alias(object, key));
            }
            let message = format!("type '{}' is not subscriptable", self.told_name(object));
            return Err(self.type_error(message));
        }
        let message = format!("'{}' object is not subscriptable", self.type_name(object));
        Err(self.type_error(message))
    }

    /// `dict.get` of the arguments at `first` of the stack, as far as that
    /// needs no Python; `None`, and nothing done, otherwise.
    #[inline(never)]
    pub(crate) fn get_item_or_default(&mut self, first: usize, argc: usize) -> Option<Value> {
        let (dict, key, default) = match self.stack[first..first + argc] {
            [dict, key] => (dict, key, Value::NONE),
            [dict, key, default] => (dict, key, default),
            _ => return None,
        };
        if !dict.is(Kind::Dict) {
            return None;
        }
        let hash = self.heap.key_hash(key).ok()?;
        let table = self.heap.dict(dict);
        let found = self.heap.find_in(table, key, hash).ok()?;
        Some(match found.and_then(|at| table.entry(at)) {
            Some(entry) => entry.value,
            None => default,
        })
    }

    /// `object[start:stop:step]` of a list, tuple or ASCII text by ints, without
    /// making the slice; `None` for the rest.
    #[inline(never)]
    pub(crate) fn load_slice(&mut self, object: Value, bounds: [Value; 3]) -> Option<Res> {
        if !bounds
            .iter()
            .all(|bound| bound.is_none() || bound.is_small())
        {
            return None;
        }
        let length = match object.kind()? {
            Kind::List => self.heap.list(object).len(),
            Kind::Tuple => self.heap.tuple(object).len(),
            Kind::Str if self.heap.pystr(object).is_ascii() => self.heap.str_len(object),
            _ => return None,
        };
        let [start, stop, step] = bounds;
        let range = if step.is_none() {
            SliceRange::of_bounds(start, stop, length)
        } else {
            match self.slice_range(start, stop, step, length) {
                Ok(range) => range,
                Err(throw) => return Some(Err(throw)),
            }
        };
        if let Err(throw) = self.reserve(range.count * 8) {
            return Some(Err(throw));
        }
        if range.step == 1 && range.count == length && !object.is(Kind::List) {
            return Some(Ok(object));
        }
        Some(Ok(match object.kind()? {
            Kind::List => {
                let items = sliced(self.heap.list(object), range);
                self.list(items)
            }
            Kind::Tuple => {
                let items = sliced(self.heap.tuple(object), range);
                self.tuple(&items)
            }
            _ if range.step == 1 => {
                let start = range.start as usize;
                let text = &self.heap.str(object)[start..start + range.count];
                let text = CompactString::from(text);
                self.text(text)
            }
            _ => {
                let bytes = self.heap.str(object).as_bytes();
                let bytes: SmallVec<[u8; 64]> = range.positions().map(|at| bytes[at]).collect();
                let text = CompactString::from_utf8_lossy(&bytes);
                self.text(text)
            }
        }))
    }

    /// `object[start:stop] = items` of a list and a list or tuple, without
    /// making the slice; whether it was done.
    #[inline(never)]
    pub(crate) fn store_slice(&mut self, object: Value, bounds: [Value; 3], value: Value) -> bool {
        let plain = object.is(Kind::List)
            && (value.is(Kind::List) || value.is(Kind::Tuple))
            && bounds
                .iter()
                .all(|bound| bound.is_none() || bound.is_small())
            && bounds[2].is_none();
        if !plain {
            return false;
        }
        let length = self.heap.list(object).len();
        let range = SliceRange::of_bounds(bounds[0], bounds[1], length);
        let items: SmallVec<[Value; 16]> = self.heap.as_items(value).unwrap_or(&[]).into();
        if self.reserve(items.len() * 8).is_err() {
            return false;
        }
        self.heap.charge(items.len() * 8);
        let start = range.start as usize;
        let list = self.heap.list_mut(object);
        if items.len() == range.count {
            list[start..start + range.count].copy_from_slice(&items);
        } else {
            list.splice(start..start + range.count, items);
        }
        true
    }

    #[inline(never)]
    pub(crate) fn store_subscript(&mut self, object: Value, key: Value, value: Value) -> Res<()> {
        match self.lookup_special(object, self.names.setitem) {
            Some(method) => self.call_special(method, object, &[key, value]).map(drop),
            None => {
                let what = "does not support item assignment";
                Err(self.no_item_method(object, self.names.delitem, self.names.setitem, what))
            }
        }
    }

    #[inline(never)]
    pub(crate) fn delete_subscript(&mut self, object: Value, key: Value) -> Res<()> {
        match self.lookup_special(object, self.names.delitem) {
            Some(method) => self.call_special(method, object, &[key]).map(drop),
            None => {
                let what = "doesn't support item deletion";
                Err(self.no_item_method(object, self.names.setitem, self.names.delitem, what))
            }
        }
    }

    /// Assigning and deleting share a slot in CPython: a class in Python that
    /// has one of the methods is asked for the other.
    #[cold]
    fn no_item_method(&mut self, object: Value, has: Value, wanted: Value, what: &str) -> Throw {
        let other = self.lookup_special(object, has);
        if other.is_some_and(|method| method.is(Kind::Function)) {
            let wanted = self.heap.str(wanted).to_owned();
            return self.attribute_error(wanted);
        }
        let message = format!("'{}' object {what}", self.type_name(object));
        self.type_error(message)
    }

    // Operators.

    #[inline(never)]
    pub(crate) fn add_int(&mut self, a: Value, value: i16) -> Res {
        if value < 0 {
            let b = Value::int32(-(value as i32));
            if let Some(float) = a.as_float() {
                return Ok(Value::float(float + value as f64));
            }
            self.binary_slow(BinOp::Sub, a, b)
        } else {
            if let Some(float) = a.as_float() {
                return Ok(Value::float(float + value as f64));
            }
            self.binary_slow(BinOp::Add, a, Value::int32(value as i32))
        }
    }

    fn operator_names(&self, op: BinOp) -> (Value, Value, Value, &'static str) {
        let n = &self.names;
        match op {
            BinOp::Add => (n.add, n.radd, n.iadd, "+"),
            BinOp::Sub => (n.sub, n.rsub, n.isub, "-"),
            BinOp::Mul => (n.mul, n.rmul, n.imul, "*"),
            BinOp::MatMul => (n.matmul, n.rmatmul, n.imatmul, "@"),
            BinOp::TrueDiv => (n.truediv, n.rtruediv, n.itruediv, "/"),
            BinOp::FloorDiv => (n.floordiv, n.rfloordiv, n.ifloordiv, "//"),
            BinOp::Mod => (n.r#mod, n.rmod, n.imod, "%"),
            BinOp::Pow => (n.pow, n.rpow, n.ipow, "** or pow()"),
            BinOp::LShift => (n.lshift, n.rlshift, n.ilshift, "<<"),
            BinOp::RShift => (n.rshift, n.rrshift, n.irshift, ">>"),
            BinOp::And => (n.and, n.rand, n.iand, "&"),
            BinOp::Or => (n.or, n.ror, n.ior, "|"),
            BinOp::Xor => (n.xor, n.rxor, n.ixor, "^"),
        }
    }

    /// `a op b` by the special methods of both.
    #[inline(never)]
    pub fn binary_slow(&mut self, op: BinOp, a: Value, b: Value) -> Res {
        if op == BinOp::Add && a.is(Kind::Str) && b.is(Kind::Str) {
            return self.concat(a, b);
        }
        let (name, reflected, _, _) = self.operator_names(op);
        self.binary_named(op, a, b, name, reflected, false)
    }

    /// `a + b` of two strs.
    pub fn concat(&mut self, a: Value, b: Value) -> Res {
        if self.heap.str_len(a) == 0 {
            return Ok(b);
        }
        if self.heap.str_len(b) == 0 {
            return Ok(a);
        }
        self.reserve(self.heap.str_bytes(a) + self.heap.str_bytes(b))?;
        Ok(self.heap.concat(a, b))
    }

    fn binary_named(
        &mut self,
        op: BinOp,
        a: Value,
        b: Value,
        name: Value,
        reflected: Value,
        in_place: bool,
    ) -> Res {
        let (ta, tb) = (self.type_of(a), self.type_of(b));
        let own = self.lookup(ta, name).filter(|found| !found.is_none());
        let other = if ta == tb {
            None
        } else {
            self.lookup(tb, reflected).filter(|found| !found.is_none())
        };
        let mut steps: SmallVec<[(Value, Value, Value); 2]> = SmallVec::new();
        let mut reflected_first = false;
        if let Some(other) = other
            && self.is_subtype(tb, ta)
            && self.lookup(ta, reflected) != Some(other)
        {
            steps.push((other, b, a));
            reflected_first = true;
        }
        if let Some(own) = own {
            steps.push((own, a, b));
        }
        if let Some(other) = other
            && !reflected_first
        {
            steps.push((other, b, a));
        }
        let mut at = 0;
        while at < steps.len() {
            let (method, receiver, arg) = steps[at];
            at += 1;
            match self.call_special(method, receiver, &[arg]) {
                Ok(Value::NOT_IMPLEMENTED) => {}
                Err(Throw::Call) => {
                    let next = match steps.get(at) {
                        Some(&(method, receiver, arg)) => {
                            self.heap.new_tuple(vec![method, receiver, arg])
                        }
                        None => Value::NONE,
                    };
                    let op = Value::int32(op as i32 | (in_place as i32) << 8);
                    return Err(self.and_then([op, a, b, next], after_binary));
                }
                other => return other,
            }
        }
        Err(self.no_binary(op, a, b, in_place))
    }

    #[cold]
    fn no_binary(&mut self, op: BinOp, a: Value, b: Value, in_place: bool) -> Throw {
        let (.., symbol) = self.operator_names(op);
        let symbol = match (op, in_place) {
            (BinOp::Pow, true) => "**=".to_owned(),
            (_, true) => format!("{symbol}="),
            _ => symbol.to_owned(),
        };
        if op == BinOp::Add && !in_place {
            // CPython's sequences word this themselves.
            let plain = self.heap.payload(a);
            match plain.kind() {
                Some(Kind::Str) => {
                    let message = format!(
                        "can only concatenate str (not \"{}\") to str",
                        self.type_name(b)
                    );
                    return self.type_error(message);
                }
                Some(Kind::List) => {
                    let message = format!(
                        "can only concatenate list (not \"{}\") to list",
                        self.type_name(b)
                    );
                    return self.type_error(message);
                }
                Some(Kind::Tuple) => {
                    let message = format!(
                        "can only concatenate tuple (not \"{}\") to tuple",
                        self.type_name(b)
                    );
                    return self.type_error(message);
                }
                _ => {}
            }
        }
        if op == BinOp::Mul {
            for (sequence, other) in [(a, b), (b, a)] {
                let plain = self.heap.payload(sequence);
                if matches!(
                    plain.kind(),
                    Some(Kind::Str | Kind::List | Kind::Tuple | Kind::Bytes)
                ) {
                    let message = format!(
                        "can't multiply sequence by non-int of type '{}'",
                        self.type_name(other)
                    );
                    return self.type_error(message);
                }
            }
        }
        self.unsupported_operands(&symbol, a, b)
    }

    /// `a op= b`.
    #[inline(never)]
    pub(crate) fn in_place(&mut self, op: BinOp, a: Value, b: Value) -> Res {
        if op == BinOp::Add && a.is(Kind::Str) && b.is(Kind::Str) {
            return self.concat(a, b);
        }
        if !a.is_handle() || a.is(Kind::Str) {
            let (name, reflected, ..) = self.operator_names(op);
            return self.binary_named(op, a, b, name, reflected, true);
        }
        let (name, reflected, in_place, _) = self.operator_names(op);
        if let Some(method) = self.lookup_special(a, in_place) {
            match self.call_special(method, a, &[b]) {
                Ok(Value::NOT_IMPLEMENTED) => {}
                Err(Throw::Call) => {
                    let op = Value::int32(op as i32);
                    return Err(self.and_then([op, a, b, Value::NONE], after_in_place));
                }
                other => return other,
            }
        }
        self.binary_named(op, a, b, name, reflected, true)
    }

    #[inline(never)]
    pub(crate) fn unary(&mut self, value: Value, name: Value, symbol: &str) -> Res {
        match self.lookup_special(value, name) {
            Some(method) => self.call_special(method, value, &[]),
            None => {
                let message = format!(
                    "bad operand type for unary {symbol}: '{}'",
                    self.type_name(value)
                );
                Err(self.type_error(message))
            }
        }
    }

    /// Comparisons that need no special methods; `None` for the others.
    #[inline(never)]
    pub(crate) fn compare_fast(&self, op: CmpOp, a: Value, b: Value) -> Option<bool> {
        match op {
            CmpOp::Is => return Some(a == b),
            CmpOp::IsNot => return Some(a != b),
            CmpOp::In | CmpOp::NotIn => {
                let found = self.contains_fast(b, a)?;
                return Some(found == (op == CmpOp::In));
            }
            _ => {}
        }
        if let (Some(x), Some(y)) = (self.heap.number(a), self.heap.number(b)) {
            return Some(match x.compare(&y) {
                Some(order) => crate::ops::holds(op, order),
                None => op == CmpOp::Ne,
            });
        }
        if a.is(Kind::Str) && b.is(Kind::Str) {
            let order = match op {
                CmpOp::Eq => return Some(a == b || self.heap.str(a) == self.heap.str(b)),
                CmpOp::Ne => return Some(a != b && self.heap.str(a) != self.heap.str(b)),
                _ => self.heap.str(a).cmp(self.heap.str(b)),
            };
            return Some(crate::ops::holds(op, order));
        }
        match op {
            CmpOp::Eq => self.heap.equal(a, b).ok(),
            CmpOp::Ne => self.heap.equal(a, b).ok().map(|equal| !equal),
            _ => None,
        }
    }

    fn contains_fast(&self, container: Value, item: Value) -> Option<bool> {
        match container.kind()? {
            Kind::Dict => {
                let hash = self.heap.key_hash(item).ok()?;
                Some(
                    self.heap
                        .find_in(self.heap.dict(container), item, hash)
                        .ok()?
                        .is_some(),
                )
            }
            Kind::Set => {
                let hash = self.heap.key_hash(item).ok()?;
                Some(
                    self.heap
                        .find_in(&self.heap.set(container).table, item, hash)
                        .ok()?
                        .is_some(),
                )
            }
            Kind::Tuple | Kind::List => {
                for &other in self.heap.as_items(container)? {
                    if other == item || self.heap.equal(other, item).ok()? {
                        return Some(true);
                    }
                }
                Some(false)
            }
            _ => None,
        }
    }

    /// A comparison by special methods.
    #[inline(never)]
    pub fn compare_slow(&mut self, op: CmpOp, a: Value, b: Value) -> Res {
        let n = &self.names;
        let (name, reflected) = match op {
            CmpOp::Lt => (n.lt, n.gt),
            CmpOp::Le => (n.le, n.ge),
            CmpOp::Eq => (n.eq, n.eq),
            CmpOp::Ne => (n.ne, n.ne),
            CmpOp::Gt => (n.gt, n.lt),
            CmpOp::Ge => (n.ge, n.le),
            CmpOp::Is => return Ok(Value::bool(a == b)),
            CmpOp::IsNot => return Ok(Value::bool(a != b)),
            CmpOp::In | CmpOp::NotIn => return self.contains_slow(op, a, b),
        };
        let (ta, tb) = (self.type_of(a), self.type_of(b));
        let own = self.lookup(ta, name).filter(|found| !found.is_none());
        let other = self.lookup(tb, reflected).filter(|found| !found.is_none());
        let mut steps: SmallVec<[(Value, Value, Value); 2]> = SmallVec::new();
        let mut reflected_first = false;
        if let Some(other) = other
            && ta != tb
            && self.is_subtype(tb, ta)
        {
            steps.push((other, b, a));
            reflected_first = true;
        }
        if let Some(own) = own {
            steps.push((own, a, b));
        }
        if let Some(other) = other
            && !reflected_first
        {
            steps.push((other, b, a));
        }
        let mut at = 0;
        while at < steps.len() {
            let (method, receiver, arg) = steps[at];
            at += 1;
            match self.call_special(method, receiver, &[arg]) {
                Ok(Value::NOT_IMPLEMENTED) => {}
                Err(Throw::Call) => {
                    let next = match steps.get(at) {
                        Some(&(method, receiver, arg)) => {
                            self.heap.new_tuple(vec![method, receiver, arg])
                        }
                        None => Value::NONE,
                    };
                    return Err(self.and_then([Value::int32(op as i32), a, b, next], after_compare));
                }
                other => return other,
            }
        }
        self.compare_default(op, a, b)
    }

    fn compare_default(&mut self, op: CmpOp, a: Value, b: Value) -> Res {
        let symbol = match op {
            CmpOp::Eq => return Ok(Value::bool(a == b)),
            CmpOp::Ne => return Ok(Value::bool(a != b)),
            CmpOp::Lt => "<",
            CmpOp::Le => "<=",
            CmpOp::Gt => ">",
            _ => ">=",
        };
        let message = format!(
            "'{symbol}' not supported between instances of '{}' and '{}'",
            self.type_name(a),
            self.type_name(b)
        );
        Err(self.type_error(message))
    }

    fn contains_slow(&mut self, op: CmpOp, item: Value, container: Value) -> Res {
        let negate = op == CmpOp::NotIn;
        let class = self.type_of(container);
        let result = match self.lookup(class, self.names.contains) {
            Some(Value::NONE) => {
                let message = format!("'{}' object is not a container", self.type_name(container));
                return Err(self.type_error(message));
            }
            Some(method) => self.call_special(method, container, &[item]),
            None => {
                let iterable = self.lookup_special(container, self.names.iter).is_some()
                    || self.lookup_special(container, self.names.getitem).is_some();
                if !iterable {
                    let message = format!(
                        "argument of type '{}' is not a container or iterable",
                        self.type_name(container)
                    );
                    return Err(self.type_error(message));
                }
                Err(self.tail_prelude("contains_by_iteration", &[container, item]))
            }
        };
        match result {
            Ok(value) => {
                let found = self.truthy(value)?;
                Ok(Value::bool(found != negate))
            }
            Err(Throw::Call) => Err(self.and_then(
                [Value::bool(negate), Value::NONE, Value::NONE, Value::NONE],
                after_contains,
            )),
            other => other,
        }
    }

    /// Asks for the truth of a value whose class decides in Python; `throw`
    /// is what [`Vm::truthy`] gave.
    #[inline(never)]
    pub(crate) fn truth_by_python(&mut self, value: Value, throw: Throw) -> Throw {
        if !matches!(throw, Throw::Python) {
            return throw;
        }
        let state = [value, Value::NONE, Value::NONE, Value::NONE];
        if let Some(method) = self.lookup_special(value, self.names.bool) {
            return match self.call_special(method, value, &[]) {
                Err(Throw::Call) => self.and_then(state, after_bool),
                Err(throw) => throw,
                Ok(_) => self.type_error("__bool__ should return bool"),
            };
        }
        let Some(method) = self.lookup_special(value, self.names.len) else {
            return self.type_error("object has no truth value");
        };
        match self.call_special(method, value, &[]) {
            Err(Throw::Call) => self.and_then(state, after_len),
            Err(throw) => throw,
            Ok(_) => self.type_error("__len__ should return an int"),
        }
    }

    // Iteration.

    #[inline(never)]
    pub(crate) fn get_iter(&mut self, value: Value) -> Res {
        match self.native_iter(value)? {
            Some(iter) => Ok(iter),
            None => {
                let iter = self.builtin("iter");
                Err(self.tail_call(iter, &[value]))
            }
        }
    }

    #[inline(never)]
    pub(crate) fn get_async_iter(&mut self, value: Value) -> Res {
        match self.lookup_special(value, self.names.aiter) {
            Some(method) => {
                let state = [value, Value::NONE, Value::NONE, Value::NONE];
                match self.call_special(method, value, &[]) {
                    Err(Throw::Call) => Err(self.and_then(state, check_async_iter)),
                    Ok(iter) => check_async_iter(self, state, Completion::Returned(iter)),
                    other => other,
                }
            }
            None => {
                let message = format!(
                    "'async for' requires an object with __aiter__ method, got {}",
                    self.type_name(value)
                );
                Err(self.type_error(message))
            }
        }
    }

    #[inline(never)]
    pub(crate) fn get_async_next(&mut self, iter: Value) -> Res {
        if iter.is(Kind::Generator)
            && self.heap.generator(iter).kind == GeneratorKind::AsyncGenerator
        {
            return self.async_send(iter, AsyncMode::Send, Value::NONE);
        }
        let Some(method) = self.lookup_special(iter, self.names.anext) else {
            let message = format!(
                "'async for' requires an iterator with __anext__ method, got {}",
                self.type_name(iter)
            );
            return Err(self.type_error(message));
        };
        let state = [iter, Value::NONE, Value::NONE, Value::NONE];
        match self.call_special(method, iter, &[]) {
            Err(Throw::Call) => Err(self.and_then(state, |vm, _, completion| {
                let value = completion.value()?;
                vm.await_next(value)
            })),
            Ok(value) => self.await_next(value),
            other => other,
        }
    }

    /// What `async for` awaits of what `__anext__` gave.
    fn await_next(&mut self, value: Value) -> Res {
        let state = [value, Value::NONE, Value::NONE, Value::NONE];
        match self.get_awaitable(value, 0) {
            Err(Throw::Raise(exception)) => {
                bad_async_next(self, state, Completion::Raised(exception))
            }
            Err(Throw::Call) => Err(self.and_then(state, bad_async_next)),
            other => other,
        }
    }

    /// The awaitable of one step of an async generator. The first one tells
    /// the hooks of `sys.set_asyncgen_hooks`.
    pub(crate) fn async_send(&mut self, generator: Value, mode: AsyncMode, value: Value) -> Res {
        let class = match mode {
            AsyncMode::Send => self.types.async_generator_asend,
            AsyncMode::Throw | AsyncMode::Close => self.types.async_generator_athrow,
        };
        let send = AsyncSend {
            generator,
            mode,
            value,
            started: false,
            finished: false,
            class,
        };
        let object = self.heap.new_object(send);
        let hooked = std::mem::replace(&mut self.heap.generator_mut(generator).hooks_inited, true);
        let first = self.asyncgen_firstiter;
        if !hooked {
            let outer = self.place_in_async_generator();
            let begun = self.heap.generator_mut(generator);
            begun.made_at = outer;
            begun.finalizer = self.asyncgen_finalizer;
            if !first.is_none() {
                let state = [object, Value::NONE, Value::NONE, Value::NONE];
                return Err(self.call_then(
                    first,
                    &[generator],
                    state,
                    |_, [object, ..], completion| {
                        completion.value()?;
                        Ok(object)
                    },
                ));
            }
        }
        Ok(object)
    }

    /// One step of `await agen.asend(...)` and the like.
    pub(crate) fn drive_async(&mut self, awaitable: Value, sent: Value, dst: u16) -> Res<Driven> {
        let flow = self.step_async(awaitable, Ok(sent), Ret::AsyncItem { dst, awaitable })?;
        Ok(match flow {
            Flow::Done(value) => Driven::Done(value),
            Flow::Pushed => Driven::Pushed,
        })
    }

    pub(crate) fn step_async(
        &mut self,
        awaitable: Value,
        sent: Result<Value, Value>,
        ret: Ret,
    ) -> Res<Flow> {
        let Some(send) = self.heap.downcast_mut::<AsyncSend>(awaitable) else {
            return Err(self.type_error("an async generator's awaitable is expected"));
        };
        let (generator, mode, value, started, finished) = (
            send.generator,
            send.mode,
            send.value,
            send.started,
            send.finished,
        );
        send.started = true;
        if finished {
            return Err(self.runtime_error(mode.reused()));
        }
        if started {
            return match sent {
                Ok(sent) => self.resume(generator, sent, ret),
                Err(exception) => self.throw_into(generator, exception, ret),
            };
        }
        let object = self.heap.generator(generator);
        let state = object.state;
        if object.running_async {
            if let Some(send) = self.heap.downcast_mut::<AsyncSend>(awaitable) {
                send.finished = true;
            }
            let what = match mode {
                AsyncMode::Send => "anext()",
                AsyncMode::Throw => "athrow()",
                AsyncMode::Close => "aclose()",
            };
            return Err(
                self.runtime_error(format!("{what}: asynchronous generator is already running"))
            );
        }
        if state == GeneratorState::Finished
            || (mode == AsyncMode::Close && state == GeneratorState::Created)
        {
            if let Some(send) = self.heap.downcast_mut::<AsyncSend>(awaitable) {
                send.finished = true;
            }
            if mode == AsyncMode::Close {
                self.heap.generator_mut(generator).state = GeneratorState::Finished;
                return Ok(Flow::Done(Value::NONE));
            }
            let class = self.types.stop_async_iteration;
            return Err(Throw::Raise(self.make_exception(class, &[])));
        }
        self.heap.generator_mut(generator).running_async = true;
        if let Err(exception) = sent {
            return self.throw_into(generator, exception, ret);
        }
        let result = match mode {
            AsyncMode::Send => {
                let sent = sent.unwrap_or(Value::NONE);
                self.resume(generator, if sent.is_none() { value } else { sent }, ret)
            }
            AsyncMode::Throw => self.throw_into(generator, value, ret),
            AsyncMode::Close => {
                let class = self.types.generator_exit;
                let exit = self.make_exception(class, &[]);
                self.throw_into(generator, exit, ret)
            }
        };
        if result.is_err() && self.heap.generator(generator).state != GeneratorState::Running {
            self.heap.generator_mut(generator).running_async = false;
        }
        result
    }

    #[inline(never)]
    pub(crate) fn get_yield_from_iter(&mut self, code: &Rc<CodeObj>, value: Value) -> Res {
        if value.is(Kind::Generator) {
            if self.heap.generator(value).kind == GeneratorKind::Coroutine
                && !code.code.flags.coroutine
            {
                let in_coroutine = self.top_is_iterable_coroutine();
                if !in_coroutine {
                    return Err(self.type_error(
                        "cannot 'yield from' a coroutine object in a non-coroutine generator",
                    ));
                }
            }
            return Ok(value);
        }
        self.get_iter(value)
    }

    fn top_is_iterable_coroutine(&mut self) -> bool {
        let generator = self.top().generator;
        !generator.is_unbound() && self.heap.generator(generator).iterable_coroutine
    }

    /// What `await value` drives. `context` names the place for the message.
    #[inline(never)]
    pub(crate) fn get_awaitable(&mut self, value: Value, context: u8) -> Res {
        if value.is(Kind::Generator) {
            let generator = self.heap.generator(value);
            if generator.kind == GeneratorKind::Coroutine {
                if generator.state == GeneratorState::Suspended && generator.delegating {
                    return Err(self.runtime_error("coroutine is being awaited already"));
                }
                return Ok(value);
            }
            if generator.iterable_coroutine {
                return Ok(value);
            }
        }
        if self.heap.downcast::<AsyncSend>(value).is_some() {
            return Ok(value);
        }
        if let Some(method) = self.lookup_special(value, self.names.r#await) {
            let state = [value, Value::NONE, Value::NONE, Value::NONE];
            return match self.call_special(method, value, &[]) {
                Err(Throw::Call) => Err(self.and_then(state, check_awaitable)),
                Ok(iter) => check_awaitable(self, state, Completion::Returned(iter)),
                other => other,
            };
        }
        let name = self.type_name(value);
        let message = match context {
            1 => format!(
                "'async with' received an object from __aenter__ that does not implement __await__: {name}"
            ),
            2 => format!(
                "'async with' received an object from __aexit__ that does not implement __await__: {name}"
            ),
            _ => format!("'{name}' object can't be awaited"),
        };
        Err(self.type_error(message))
    }

    // Unpacking and displays.

    #[inline(never)]
    pub(crate) fn unpack(&mut self, value: Value, count: usize) -> Res<Vec<Value>> {
        let items = match self.collect(value) {
            Err(Throw::Raise(exception)) if self.is_instance(exception, self.types.type_error) => {
                if self.lookup_special(value, self.names.iter).is_none()
                    && self.lookup_special(value, self.names.getitem).is_none()
                {
                    let message = format!(
                        "cannot unpack non-iterable {} object",
                        self.type_name(value)
                    );
                    return Err(self.type_error(message));
                }
                return Err(Throw::Raise(exception));
            }
            other => other?,
        };
        if items.len() > count {
            let sized = matches!(
                self.heap.payload(value).kind(),
                Some(Kind::List | Kind::Tuple | Kind::Dict)
            );
            let message = if sized {
                format!(
                    "too many values to unpack (expected {count}, got {})",
                    items.len()
                )
            } else {
                format!("too many values to unpack (expected {count})")
            };
            return Err(self.value_error(message));
        }
        if items.len() < count {
            let message = format!(
                "not enough values to unpack (expected {count}, got {})",
                items.len()
            );
            return Err(self.value_error(message));
        }
        Ok(items)
    }

    #[inline(never)]
    pub(crate) fn unpack_ex(
        &mut self,
        value: Value,
        before: usize,
        after: usize,
    ) -> Res<Vec<Value>> {
        let items = match self.collect(value) {
            Err(Throw::Raise(exception))
                if self.lookup_special(value, self.names.iter).is_none() =>
            {
                let _ = exception;
                let message = format!(
                    "cannot unpack non-iterable {} object",
                    self.type_name(value)
                );
                return Err(self.type_error(message));
            }
            other => other?,
        };
        if items.len() < before + after {
            let message = format!(
                "not enough values to unpack (expected at least {}, got {})",
                before + after,
                items.len()
            );
            return Err(self.value_error(message));
        }
        let tail = items.len() - after;
        let middle = self.heap.new_list(items[before..tail].to_vec());
        let mut result = items[..before].to_vec();
        result.push(middle);
        result.extend_from_slice(&items[tail..]);
        Ok(result)
    }

    #[inline(never)]
    pub(crate) fn build_set(&mut self, items: Vec<Value>) -> Res {
        let set = self.heap.new_set(PyDict::default(), false);
        for &item in &items {
            match self.set_add(set, item) {
                Ok(_) => {}
                Err(Throw::Python) => {
                    let list = self.heap.new_list(items);
                    return Err(self.tail_prelude("build_set", &[list]));
                }
                Err(throw) => return Err(throw),
            }
        }
        Ok(set)
    }

    #[inline(never)]
    pub(crate) fn build_dict(&mut self, items: Vec<Value>) -> Res {
        let dict = self.heap.new_dict(PyDict::with_capacity(items.len() / 2));
        for pair in items.chunks_exact(2) {
            match self.dict_set(dict, pair[0], pair[1]) {
                Ok(()) => {}
                Err(Throw::Python) => {
                    let list = self.heap.new_list(items);
                    return Err(self.tail_prelude("build_dict", &[list]));
                }
                Err(throw) => return Err(throw),
            }
        }
        Ok(dict)
    }

    #[inline(never)]
    pub(crate) fn list_extend(&mut self, list: Value, iterable: Value) -> Res<()> {
        match self.collect(iterable) {
            Ok(items) => {
                self.heap.charge(items.len() * 8);
                self.heap.list_mut(list).extend(items);
                Ok(())
            }
            Err(Throw::Materialize(_))
                if self.lookup_special(iterable, self.names.iter).is_some()
                    || self.lookup_special(iterable, self.names.getitem).is_some() =>
            {
                Err(self.tail_prelude("list_extend", &[list, iterable]))
            }
            Err(Throw::Raise(exception))
                if !self.is_instance(exception, self.types.type_error)
                    || self.lookup_special(iterable, self.names.iter).is_some() =>
            {
                Err(Throw::Raise(exception))
            }
            Err(Throw::Materialize(_) | Throw::Raise(_)) => {
                let what = match self.spread_callee() {
                    Some(callee) => format!("{} argument", self.callable_name(callee)),
                    None => "Value".to_owned(),
                };
                let found = self.type_name(iterable);
                let message = format!("{what} after * must be an iterable, not {found}");
                Err(self.type_error(message))
            }
            Err(other) => Err(other),
        }
    }

    /// What the running `ListExtend` collects all the positional arguments of
    /// a call for, if so: `f(*iterable)` is told otherwise than `f(1, *iterable)`.
    fn spread_callee(&mut self) -> Option<Value> {
        let frame = self.top();
        let (base, pc, code) = (frame.base, frame.pc as usize, frame.code.clone());
        let (before, after) = code.code.instrs.split_at_checked(pc)?;
        let Some(&Instr::ListExtend { list, .. }) = before.last() else {
            return None;
        };
        let built = before.iter().rev().find_map(|instr| match *instr {
            Instr::BuildList { dst, count, .. } if dst == list => Some(count),
            Instr::ListExtend { list: other, .. } if other == list => None,
            _ => None,
        });
        let next = after.iter().find_map(|instr| match *instr {
            Instr::CallEx { base, .. } if base + 1 == list => Some(Some(base)),
            Instr::ListExtend { list: other, .. } | Instr::ListAppend { list: other, .. }
                if other == list =>
            {
                Some(None)
            }
            _ => None,
        });
        match (built, next) {
            (Some(0), Some(Some(callee))) => Some(self.stack[base as usize + callee as usize]),
            _ => None,
        }
    }

    #[inline(never)]
    pub(crate) fn set_add_item(&mut self, set: Value, item: Value) -> Res<()> {
        match self.set_add(set, item) {
            Ok(_) => Ok(()),
            Err(Throw::Python) => Err(self.tail_prelude("set_add", &[set, item])),
            Err(throw) => Err(throw),
        }
    }

    #[inline(never)]
    pub(crate) fn set_update(&mut self, set: Value, iterable: Value) -> Res<()> {
        match crate::builtins::set::update_one(self, set, iterable) {
            Err(Throw::Python | Throw::Materialize(_)) => {
                Err(self.tail_prelude("set_update_one", &[set, iterable]))
            }
            other => other,
        }
    }

    #[inline(never)]
    pub(crate) fn dict_update(&mut self, dict: Value, mapping: Value) -> Res<()> {
        if mapping.is(Kind::Dict) {
            let pairs: Vec<(Value, Value)> = self.heap.dict(mapping).iter().collect();
            let mut plain = true;
            for (key, value) in pairs {
                match self.dict_set(dict, key, value) {
                    Ok(()) => {}
                    Err(Throw::Python) => {
                        plain = false;
                        break;
                    }
                    Err(throw) => return Err(throw),
                }
            }
            if plain {
                return Ok(());
            }
        } else if self.lookup_special(mapping, self.names.keys).is_none() {
            let message = format!("'{}' object is not a mapping", self.type_name(mapping));
            return Err(self.type_error(message));
        }
        Err(self.tail_prelude("dict_update_one", &[dict, mapping]))
    }

    #[inline(never)]
    pub(crate) fn dict_merge(&mut self, dict: Value, mapping: Value, func: Value) -> Res<()> {
        if mapping.is(Kind::Dict) {
            if self.heap.dict(mapping).is_empty() {
                return Ok(());
            }
            let pairs: Vec<(Value, Value)> = self.heap.dict(mapping).iter().collect();
            for (key, value) in pairs {
                if !self.heap.payload(key).is(Kind::Str) {
                    return Err(self.type_error("keywords must be strings"));
                }
                if self.dict_get(dict, key)?.is_some() {
                    let name = self.callable_name(func);
                    let text = self.as_text(key).unwrap_or_default().to_owned();
                    return Err(self.type_error(format!(
                        "{name} got multiple values for keyword argument '{text}'"
                    )));
                }
                self.dict_set(dict, key, value)?;
            }
            return Ok(());
        }
        let name = self.callable_name(func);
        if self.lookup_special(mapping, self.names.keys).is_none() {
            let found = self.type_name(mapping);
            let message = format!("{name} argument after ** must be a mapping, not {found}");
            return Err(self.type_error(message));
        }
        let name = self.string(name);
        Err(self.tail_prelude("dict_merge", &[dict, mapping, name]))
    }

    /// `f()` for messages.
    pub fn callable_name(&self, callee: Value) -> String {
        match callee.kind() {
            Some(Kind::Function) => {
                let function = self.heap.function(callee);
                let module = self.heap.as_str(function.module).unwrap_or("");
                let name = self.heap.as_str(function.qualname).unwrap_or("");
                if module.is_empty() || module == "builtins" {
                    format!("{name}()")
                } else {
                    format!("{module}.{name}()")
                }
            }
            Some(Kind::Native) => format!("{}()", self.heap.native(callee).def.name),
            Some(Kind::Method) => self.callable_name(self.heap.method(callee).function),
            Some(Kind::Type) => format!("{}()", self.heap.ty(callee).name),
            _ => format!("{} object", self.type_name(callee)),
        }
    }

    #[inline(never)]
    pub(crate) fn call_spread(
        &mut self,
        callee: Value,
        args: Value,
        kwargs: Value,
        ret: Ret,
    ) -> Res<Flow> {
        let mut all: SmallVec<[Value; 8]> = self.heap.as_items(args).unwrap_or(&[]).into();
        let mut names = Value::UNBOUND;
        if kwargs.is(Kind::Dict) && !self.heap.dict(kwargs).is_empty() {
            let pairs: Vec<(Value, Value)> = self.heap.dict(kwargs).iter().collect();
            let mut keys = Vec::with_capacity(pairs.len());
            for (key, value) in pairs {
                let plain = self.heap.payload(key);
                if !plain.is(Kind::Str) {
                    return Err(self.type_error("keywords must be strings"));
                }
                keys.push(plain);
                all.push(value);
            }
            names = self.tuple(&keys);
        }
        self.call_args(callee, &all, names, ret)
    }

    #[inline(never)]
    pub(crate) fn format_field(&mut self, conversion: u8, value: Value, spec: Value) -> Res {
        let converted = match conversion {
            b'r' | b'a' | b's' => {
                let text = match conversion {
                    b's' => self.str_of(value),
                    _ => self.repr(value),
                };
                match text {
                    Ok(text) if conversion == b'a' => {
                        let text = self.string(text);
                        let _ = text;
                        let ascii = self.builtin("ascii");
                        let state = [spec, Value::NONE, Value::NONE, Value::NONE];
                        return Err(self.call_then(ascii, &[value], state, after_conversion));
                    }
                    Ok(text) => self.string(text),
                    Err(Throw::Python) => {
                        let function = match conversion {
                            b's' => self.types.str,
                            b'r' => self.builtin("repr"),
                            _ => self.builtin("ascii"),
                        };
                        let state = [spec, Value::NONE, Value::NONE, Value::NONE];
                        return Err(self.call_then(function, &[value], state, after_conversion));
                    }
                    Err(throw) => return Err(throw),
                }
            }
            _ => value,
        };
        let empty = spec.is_none() || self.heap.as_str(spec).is_some_and(str::is_empty);
        if empty && conversion != 0 {
            return Ok(converted);
        }
        if empty && let Some(int) = converted.as_small() {
            return Ok(self.text(int.to_compact_string()));
        }
        if empty && (converted.is_float() || converted.is(Kind::Str) || converted.is(Kind::BigInt))
        {
            let text = self.str_of(converted)?;
            return Ok(self.string(text));
        }
        if let Some(text) = self.heap.as_str(spec)
            && let Some(text) = crate::builtins::format::format_plainly(converted, text)
        {
            return Ok(self.string(text));
        }
        let spec = if spec.is_none() {
            self.names.empty
        } else {
            spec
        };
        let Some(method) = self.lookup_special(converted, self.names.format) else {
            let format = self.builtin("format");
            return Err(self.tail_call(format, &[converted, spec]));
        };
        match self.call_special(method, converted, &[spec]) {
            Err(Throw::Call) => Err(self.and_then([Value::NONE; 4], check_format)),
            Ok(text) => check_format(self, [Value::NONE; 4], Completion::Returned(text)),
            other => other,
        }
    }

    /// The strs at `first` of the stack, joined.
    #[inline(never)]
    pub(crate) fn build_string(&mut self, first: usize, count: usize) -> Res {
        let parts = &self.stack[first..first + count];
        let bytes = parts.iter().map(|&part| self.heap.str_bytes(part)).sum();
        let mut text = CompactString::with_capacity(bytes);
        for &part in parts {
            text.push_str(self.heap.str(part));
        }
        self.reserve(bytes)?;
        Ok(self.text(text))
    }

    // Imports.

    #[inline(never)]
    pub(crate) fn load_build_class(&mut self, globals: Value) -> Res {
        let builtins = self.builtins_of(globals);
        match self.namespace_get(builtins, self.names.build_class) {
            Some(found) => Ok(found),
            None => Err(self.name_error("__build_class__ not found")),
        }
    }

    #[inline(never)]
    pub(crate) fn import_name(
        &mut self,
        name: Value,
        globals: Value,
        from_list: Value,
        level: Value,
    ) -> Res {
        // `import a.b` binds `a`, already loaded: the common case at once.
        let builtins = self.builtins_of(globals);
        let Some(import) = self.namespace_get(builtins, self.names.import) else {
            return Err(self.import_error("__import__ not found"));
        };
        let namespace = globals;
        let args = [name, globals, namespace, from_list, level];
        Err(self.tail_call(import, &args))
    }

    #[inline(never)]
    pub(crate) fn import_from(&mut self, module: Value, name: Value) -> Res {
        if module.is(Kind::Module)
            && let Some(value) = self.namespace_get(self.heap.module(module).dict, name)
        {
            return Ok(value);
        }
        Err(self.tail_prelude("import_from", &[module, name]))
    }

    // Exceptions.

    /// `raise exception from cause`; `cause` unbound for a plain `raise`.
    #[inline(never)]
    pub fn raise(&mut self, exception: Value, cause: Value) -> Throw {
        let base = self.types.base_exception;
        if exception.is(Kind::Type) && self.is_subtype(exception, base) {
            let state = [cause, exception, Value::NONE, Value::NONE];
            return self.call_then(exception, &[], state, |vm, [cause, class, ..], completion| {
                let instance = completion.value()?;
                if !instance.is(Kind::Exception) {
                    let message = format!(
                        "calling <class '{}'> should have returned an instance of BaseException, not <class '{}'>",
                        vm.qualified_name(class),
                        vm.qualified_name(vm.type_of(instance))
                    );
                    return Err(vm.type_error(message));
                }
                Err(vm.raise(instance, cause))
            });
        }
        if !exception.is(Kind::Exception) {
            return self.type_error("exceptions must derive from BaseException");
        }
        self.set_context(exception);
        if let Some(cause) = cause.bound() {
            if cause.is(Kind::Type) && self.is_subtype(cause, base) {
                let state = [exception, Value::NONE, Value::NONE, Value::NONE];
                return self.call_then(cause, &[], state, |vm, [exception, ..], completion| {
                    let made = completion.value()?;
                    Err(vm.raise(exception, made))
                });
            }
            if !cause.is_none() && !cause.is(Kind::Exception) {
                return self.type_error("exception causes must derive from BaseException");
            }
            let object = self.heap.exception_mut(exception);
            object.cause = cause;
            object.suppress_context = true;
        }
        Throw::Raise(exception)
    }

    /// `except ty:`.
    #[inline(never)]
    pub(crate) fn exception_matches(&mut self, exception: Value, ty: Value) -> Res {
        let base = self.types.base_exception;
        let class = self.type_of(exception);
        let classes = if ty.is(Kind::Tuple) {
            self.heap.tuple(ty)
        } else {
            std::slice::from_ref(&ty)
        };
        let all_valid = classes
            .iter()
            .all(|&class| class.is(Kind::Type) && self.is_subtype(class, base));
        if !all_valid {
            return Err(self.type_error(
                "catching classes that do not inherit from BaseException is not allowed",
            ));
        }
        Ok(Value::bool(
            classes.iter().any(|&ty| self.is_subtype(class, ty)),
        ))
    }

    /// Puts both items of the pair that a request gives into registers.
    #[inline(never)]
    pub(crate) fn split_into(&mut self, throw: Throw, at: usize) -> Throw {
        if !matches!(throw, Throw::Call) {
            return throw;
        }
        let state = [Value::count(at), Value::NONE, Value::NONE, Value::NONE];
        self.and_then(state, |vm, [at, ..], completion| {
            let pair = completion.value()?;
            let at = at.as_small().unwrap_or(0) as usize;
            if let &[matched, rest] = vm.heap.tuple(pair) {
                vm.stack[at] = matched;
                vm.stack[at + 1] = rest;
            }
            Ok(Value::NONE)
        })
    }

    #[inline(never)]
    pub(crate) fn load_special(&mut self, special: Special, object: Value) -> Res {
        let n = &self.names;
        let (name, word) = match special {
            Special::Enter => (n.enter, "context manager"),
            Special::Exit => (n.exit, "context manager"),
            Special::AsyncEnter => (n.aenter, "asynchronous context manager"),
            Special::AsyncExit => (n.aexit, "asynchronous context manager"),
        };
        match self.lookup_special(object, name) {
            Some(method) => {
                let class = self.type_of(object);
                self.bind(method, object, class)
            }
            None => {
                let class = self.type_of(object);
                let shown = self.told_qualified_name(class);
                let missing = self.heap.str(name).to_owned();
                let mut message = format!(
                    "'{shown}' object does not support the {word} protocol (missed {missing} method)"
                );
                let (others, protocol, statement) = if word == "context manager" {
                    (
                        [n.aenter, n.aexit],
                        "asynchronous context manager",
                        "async with",
                    )
                } else {
                    ([n.enter, n.exit], "context manager", "with")
                };
                if others
                    .iter()
                    .all(|&other| self.lookup_special(object, other).is_some())
                {
                    message.push_str(&format!(
                        " but it supports the {protocol} protocol. Did you mean to use '{statement}'?"
                    ));
                }
                Err(self.type_error(message))
            }
        }
    }

    #[inline(never)]
    pub(crate) fn match_by(&mut self, function: &str, value: Value) -> Res {
        match (function, value.kind()) {
            ("match_sequence", Some(Kind::List | Kind::Tuple)) => Ok(Value::TRUE),
            ("match_sequence", Some(Kind::Str | Kind::Bytes | Kind::Dict | Kind::Set) | None) => {
                Ok(Value::FALSE)
            }
            ("match_mapping", Some(Kind::Dict)) => Ok(Value::TRUE),
            ("match_mapping", Some(Kind::Str | Kind::List | Kind::Tuple | Kind::Set) | None) => {
                Ok(Value::FALSE)
            }
            _ => Err(self.tail_prelude(function, &[value])),
        }
    }
}

/// A class attribute that reads as itself through an instance.
fn is_plain(value: Value) -> bool {
    matches!(
        value.kind(),
        Some(
            Kind::Str
                | Kind::Bytes
                | Kind::BigInt
                | Kind::Tuple
                | Kind::List
                | Kind::Dict
                | Kind::Set
                | Kind::Type
        )
    )
}

fn after_namespace_lookup(
    vm: &mut Vm,
    [globals, name, ..]: [Value; 4],
    completion: Completion,
) -> Res {
    match completion {
        Completion::Raised(exception) if vm.is_instance(exception, vm.types.key_error) => {
            vm.load_name(Value::UNBOUND, globals, name)
        }
        other => other.value(),
    }
}

const BIN_OPS: [BinOp; 13] = [
    BinOp::Add,
    BinOp::Sub,
    BinOp::Mul,
    BinOp::MatMul,
    BinOp::TrueDiv,
    BinOp::FloorDiv,
    BinOp::Mod,
    BinOp::Pow,
    BinOp::LShift,
    BinOp::RShift,
    BinOp::And,
    BinOp::Or,
    BinOp::Xor,
];

const CMP_OPS: [CmpOp; 6] = [
    CmpOp::Lt,
    CmpOp::Le,
    CmpOp::Eq,
    CmpOp::Ne,
    CmpOp::Gt,
    CmpOp::Ge,
];

fn after_binary(vm: &mut Vm, [op, a, b, next]: [Value; 4], completion: Completion) -> Res {
    let value = completion.value()?;
    if value != Value::NOT_IMPLEMENTED {
        return Ok(value);
    }
    let code = op.as_small().unwrap_or(0);
    let (binary, in_place) = (BIN_OPS[(code & 0xFF) as usize], code >> 8 != 0);
    if next.is(Kind::Tuple) {
        let step: SmallVec<[Value; 3]> = vm.heap.tuple(next).into();
        return match vm.call_special(step[0], step[1], &[step[2]]) {
            Ok(Value::NOT_IMPLEMENTED) => Err(vm.no_binary(binary, a, b, in_place)),
            Err(Throw::Call) => Err(vm.and_then([op, a, b, Value::NONE], after_binary)),
            other => other,
        };
    }
    Err(vm.no_binary(binary, a, b, in_place))
}

fn after_in_place(vm: &mut Vm, [op, a, b, _]: [Value; 4], completion: Completion) -> Res {
    let value = completion.value()?;
    if value != Value::NOT_IMPLEMENTED {
        return Ok(value);
    }
    let op = BIN_OPS[op.as_small().unwrap_or(0) as usize];
    let (name, reflected, ..) = vm.operator_names(op);
    vm.binary_named(op, a, b, name, reflected, true)
}

fn after_compare(vm: &mut Vm, [op, a, b, next]: [Value; 4], completion: Completion) -> Res {
    let value = completion.value()?;
    if value != Value::NOT_IMPLEMENTED {
        return Ok(value);
    }
    if next.is(Kind::Tuple) {
        let step: SmallVec<[Value; 3]> = vm.heap.tuple(next).into();
        return match vm.call_special(step[0], step[1], &[step[2]]) {
            Ok(Value::NOT_IMPLEMENTED) => after_compare(vm, [op, a, b, Value::NONE], completion),
            Err(Throw::Call) => Err(vm.and_then([op, a, b, Value::NONE], after_compare)),
            other => other,
        };
    }
    let op = CMP_OPS[(op.as_small().unwrap_or(0) as usize).min(5)];
    vm.compare_default(op, a, b)
}

fn after_contains(vm: &mut Vm, [negate, ..]: [Value; 4], completion: Completion) -> Res {
    let value = completion.value()?;
    match vm.truthy(value) {
        Ok(found) => Ok(Value::bool(found != (negate == Value::TRUE))),
        Err(throw) => {
            let throw = vm.truth_by_python(value, throw);
            match throw {
                Throw::Call => Err(vm.and_then(
                    [negate, Value::NONE, Value::NONE, Value::NONE],
                    after_contains,
                )),
                other => Err(other),
            }
        }
    }
}

fn after_bool(vm: &mut Vm, _: [Value; 4], completion: Completion) -> Res {
    let value = completion.value()?;
    if value.as_bool().is_none() {
        let message = format!(
            "__bool__ should return bool, returned {}",
            vm.type_name(value)
        );
        return Err(vm.type_error(message));
    }
    Ok(value)
}

fn after_len(vm: &mut Vm, _: [Value; 4], completion: Completion) -> Res {
    let value = completion.value()?;
    let length = vm.index(value)?;
    if length < 0 {
        return Err(vm.value_error("__len__() should return >= 0"));
    }
    Ok(Value::bool(length > 0))
}

fn check_async_iter(vm: &mut Vm, _: [Value; 4], completion: Completion) -> Res {
    let iter = completion.value()?;
    if vm.lookup_special(iter, vm.names.anext).is_none() {
        let message = format!(
            "'async for' received an object from __aiter__ that does not implement __anext__: {}",
            vm.type_name(iter)
        );
        return Err(vm.type_error(message));
    }
    Ok(iter)
}

fn check_awaitable(vm: &mut Vm, _: [Value; 4], completion: Completion) -> Res {
    let iter = completion.value()?;
    if iter.is(Kind::Generator) && vm.heap.generator(iter).kind == GeneratorKind::Coroutine {
        return Err(vm.type_error("__await__() returned a coroutine"));
    }
    if vm.lookup_special(iter, vm.names.next).is_none() {
        let message = format!(
            "__await__() returned non-iterator of type '{}'",
            vm.type_name(iter)
        );
        return Err(vm.type_error(message));
    }
    Ok(iter)
}

fn after_conversion(vm: &mut Vm, [spec, ..]: [Value; 4], completion: Completion) -> Res {
    let text = completion.value()?;
    if spec.is_none() {
        Ok(text)
    } else {
        vm.format_field(0, text, spec)
    }
}

fn check_format(vm: &mut Vm, _: [Value; 4], completion: Completion) -> Res {
    let text = completion.value()?;
    if vm.as_text(text).is_none() {
        let message = format!("__format__ must return a str, not {}", vm.type_name(text));
        return Err(vm.type_error(message));
    }
    Ok(text)
}

/// `async for` says so itself when it cannot await what `__anext__` gave.
fn bad_async_next(vm: &mut Vm, [value, ..]: [Value; 4], completion: Completion) -> Res {
    let Completion::Raised(exception) = completion else {
        return completion.value();
    };
    let message = format!(
        "'async for' received an invalid object from __anext__: {}",
        vm.type_name(value)
    );
    let throw = vm.type_error(message);
    if let Throw::Raise(error) = throw {
        let object = vm.heap.exception_mut(error);
        object.cause = exception;
        object.context = exception;
        object.suppress_context = true;
    }
    Err(throw)
}
