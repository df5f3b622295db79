//! All objects, by kind, with exact accounting of what they hold.
//!
//! Sizes are nominal: the same on every platform, so that limits and
//! collections come at the same instruction everywhere.

use std::cell::Cell;

use compact_str::CompactString;
use num_bigint::BigInt;
use rustc_hash::FxHashMap;

use crate::arena::{Arena, SLOT_BYTES};
use crate::builtins::set_table::Keys;
use crate::gc::Tracer;
use crate::generator::Generator;
use crate::object::*;
use crate::value::Kind;
use crate::{PyDict, Value};

/// How much more than its length a text may hold on to.
const SLACK_BYTES: usize = 32;
/// The same for a tuple.
const SLACK_ITEMS: usize = 4;
/// Nominal bytes of a text that stands as its parts.
const CONCAT_BYTES: usize = 32;
/// Shorter texts are written out at once.
const MIN_CONCAT_BYTES: usize = 256;
/// A text is written out when it has more parts than this, and more than one
/// for so many of its bytes.
const MIN_PIECES: usize = 256;
const BYTES_PER_PIECE: usize = 256;

#[derive(Default)]
pub struct Heap {
    pub(crate) strs: Arena<PyStr>,
    pub(crate) bytes: Arena<PyBytes>,
    pub(crate) bigints: Arena<BigInt>,
    pub(crate) tuples: Arena<TupleItems>,
    pub(crate) lists: Arena<Vec<Value>>,
    pub(crate) dicts: Arena<PyDict>,
    pub(crate) sets: Arena<PySet>,
    pub(crate) functions: Arena<PyFunction>,
    pub(crate) natives: Arena<PyNative>,
    pub(crate) methods: Arena<PyMethod>,
    pub(crate) types: Arena<Box<PyType>>,
    pub(crate) instances: Arena<PyInstance>,
    pub(crate) exceptions: Arena<Box<PyException>>,
    pub(crate) modules: Arena<PyModule>,
    pub(crate) cells: Arena<PyCell>,
    pub(crate) generators: Arena<Generator>,
    pub(crate) iters: Arena<PyIter>,
    pub(crate) objects: Arena<Box<dyn NativeObject>>,
    interned: FxHashMap<Box<str>, Value>,
    /// Bytes in use after the last collection.
    kept_bytes: usize,
    charged_since_gc: Cell<usize>,
    /// The most there were until the last collection.
    peak_bytes: usize,
    next_version: u32,
    /// Of each type, at its index: inline caches look at nothing else of it.
    type_versions: Vec<u32>,
}

macro_rules! accessors {
    ($($kind:ident, $arena:ident, $ty:ty, $get:ident, $get_mut:ident;)*) => { $(
        /// The object of this kind; panics for a value of another kind.
        #[inline(always)]
        pub fn $get(&self, value: Value) -> &$ty {
            debug_assert!(value.is(Kind::$kind), "{value:?} is no {}", stringify!($kind));
            self.$arena.get(value.index())
        }
        #[inline(always)]
        pub fn $get_mut(&mut self, value: Value) -> &mut $ty {
            debug_assert!(value.is(Kind::$kind), "{value:?} is no {}", stringify!($kind));
            self.$arena.get_mut(value.index())
        }
    )* };
}

impl Heap {
    accessors! {
        Bytes, bytes, PyBytes, pybytes, pybytes_mut;
        BigInt, bigints, BigInt, bigint, bigint_mut;
        Tuple, tuples, TupleItems, tuple_items, tuple_mut;
        List, lists, Vec<Value>, list, list_mut;
        Dict, dicts, PyDict, dict, dict_mut;
        Set, sets, PySet, set, set_mut;
        Function, functions, PyFunction, function, function_mut;
        Native, natives, PyNative, native, native_mut;
        Method, methods, PyMethod, method, method_mut;
        Type, types, Box<PyType>, ty, ty_mut;
        Instance, instances, PyInstance, instance, instance_mut;
        Exception, exceptions, Box<PyException>, exception, exception_mut;
        Module, modules, PyModule, module, module_mut;
        Cell, cells, PyCell, cell, cell_mut;
        Generator, generators, Generator, generator, generator_mut;
        Iter, iters, PyIter, iter, iter_mut;
        Object, objects, Box<dyn NativeObject>, object, object_mut;
    }

    /// The str; panics for other values.
    #[inline]
    pub fn pystr(&self, value: Value) -> &PyStr {
        debug_assert!(value.is(Kind::Str), "{value:?} is no Str");
        let object = self.strs.get(value.index());
        if !object.text.is_flat() {
            self.flatten(object);
        }
        object
    }

    #[inline]
    pub fn str(&self, value: Value) -> &str {
        &self.pystr(value).text
    }

    /// How many code points a str has.
    #[inline]
    pub fn str_len(&self, value: Value) -> usize {
        self.strs.get(value.index()).chars as usize
    }

    pub(crate) fn str_bytes(&self, value: Value) -> usize {
        self.strs.get(value.index()).text.bytes()
    }

    /// Writes out a text that stands as its parts.
    #[cold]
    #[inline(never)]
    fn flatten(&self, object: &PyStr) {
        let Some(parts) = object.text.take_parts() else {
            return;
        };
        let mut text = String::with_capacity(parts.bytes as usize);
        let mut left_over = vec![parts.right, parts.left];
        while let Some(part) = left_over.pop() {
            let part = &self.strs.get(part.index()).text;
            match part.parts() {
                Some(parts) => left_over.extend([parts.right, parts.left]),
                None => text.push_str(part),
            }
        }
        self.charge(text.len());
        object.text.set_flat(text.into());
    }

    /// `left + right`. Long texts stay as their parts until someone reads
    /// them, so that building a text piece by piece takes linear time.
    pub(crate) fn concat(&mut self, left: Value, right: Value) -> Value {
        let (left_bytes, left_pieces) = self.strs.get(left.index()).text.extent();
        let (right_bytes, right_pieces) = self.strs.get(right.index()).text.extent();
        let bytes = left_bytes + right_bytes;
        let pieces = left_pieces + right_pieces + 1;
        let whole = bytes < MIN_CONCAT_BYTES || bytes > u32::MAX as usize;
        if whole || pieces as usize > MIN_PIECES.max(bytes / BYTES_PER_PIECE) {
            let mut text = String::with_capacity(bytes);
            text.push_str(self.str(left));
            text.push_str(self.str(right));
            return self.new_str(text);
        }
        let chars = (self.str_len(left) + self.str_len(right)) as u32;
        self.charge(SLOT_BYTES + CONCAT_BYTES);
        let text = Text::of_parts(Concat {
            left,
            right,
            bytes: bytes as u32,
            pieces,
        });
        let object = PyStr {
            text,
            chars,
            hash: Cell::new(0),
            interned: false,
        };
        Value::handle(Kind::Str, self.strs.insert(object))
    }

    #[inline]
    pub fn tuple(&self, value: Value) -> &[Value] {
        self.tuple_items(value)
    }

    /// The text of a str; `None` for other values.
    pub fn as_str(&self, value: Value) -> Option<&str> {
        value.is(Kind::Str).then(|| self.str(value))
    }

    /// The items of a list or tuple; `None` for other values.
    pub fn as_items(&self, value: Value) -> Option<&[Value]> {
        match value.kind()? {
            Kind::List => Some(self.list(value)),
            Kind::Tuple => Some(self.tuple(value)),
            _ => None,
        }
    }

    /// A native object of a Rust type; `None` for other values.
    pub fn downcast<T: NativeObject>(&self, value: Value) -> Option<&T> {
        if !value.is(Kind::Object) {
            return None;
        }
        let object: &dyn std::any::Any = &**self.object(value);
        object.downcast_ref()
    }

    pub fn downcast_mut<T: NativeObject>(&mut self, value: Value) -> Option<&mut T> {
        if !value.is(Kind::Object) {
            return None;
        }
        let object: &mut dyn std::any::Any = &mut **self.object_mut(value);
        object.downcast_mut()
    }

    /// For an instance of a subclass of a built-in type: the built-in value.
    /// Other values are their own.
    #[inline]
    pub fn payload(&self, value: Value) -> Value {
        if value.is(Kind::Instance) {
            let payload = self.instance(value).payload;
            if payload.is_unbound() { value } else { payload }
        } else {
            value
        }
    }

    // Allocation.

    /// Counts bytes that an existing object has grown by.
    #[inline]
    pub fn charge(&self, bytes: usize) {
        self.charged_since_gc
            .set(self.charged_since_gc.get() + bytes);
    }

    #[inline]
    pub fn new_str(&mut self, text: impl Into<CompactString>) -> Value {
        self.new_text(text.into())
    }

    #[inline(never)]
    fn new_text(&mut self, mut text: CompactString) -> Value {
        if text.is_heap_allocated() && text.capacity() - text.len() > SLACK_BYTES {
            text.shrink_to_fit();
        }
        let chars = if text.is_ascii() {
            text.len() as u32
        } else {
            text.chars().count() as u32
        };
        self.charge(SLOT_BYTES + text.len());
        let object = PyStr {
            text: text.into(),
            chars,
            hash: Cell::new(0),
            interned: false,
        };
        Value::handle(Kind::Str, self.strs.insert(object))
    }

    /// The one str with this text that attribute and variable names share.
    pub fn intern(&mut self, text: &str) -> Value {
        if let Some(&value) = self.interned.get(text) {
            return value;
        }
        let value = self.new_str(text);
        self.strs.get_mut(value.index()).interned = true;
        self.interned.insert(text.into(), value);
        value
    }

    /// The interned str equal to `value`, if there is one.
    pub fn find_interned(&self, value: Value) -> Option<Value> {
        let object = self.pystr(value);
        if object.interned {
            Some(value)
        } else {
            self.interned.get(&*object.text).copied()
        }
    }

    /// Interns an existing str.
    pub fn intern_value(&mut self, value: Value) -> Value {
        if let Some(found) = self.find_interned(value) {
            return found;
        }
        let text: Box<str> = self.str(value).into();
        self.strs.get_mut(value.index()).interned = true;
        self.interned.insert(text, value);
        value
    }

    pub fn new_bytes(&mut self, data: impl Into<Box<[u8]>>) -> Value {
        let data: Box<[u8]> = data.into();
        self.charge(SLOT_BYTES + data.len());
        Value::handle(Kind::Bytes, self.bytes.insert(PyBytes { data }))
    }

    /// Any int.
    #[inline]
    pub fn new_int(&mut self, value: i64) -> Value {
        match Value::small(value) {
            Some(small) => small,
            None => self.new_bigint(BigInt::from(value)),
        }
    }

    /// An int; small ones are stored inline.
    pub fn new_bigint(&mut self, value: BigInt) -> Value {
        if let Ok(small) = i64::try_from(&value)
            && let Some(small) = Value::small(small)
        {
            return small;
        }
        self.charge(SLOT_BYTES + value.bits() as usize / 8);
        Value::handle(Kind::BigInt, self.bigints.insert(value))
    }

    #[inline]
    pub fn new_tuple(&mut self, items: impl AsRef<[Value]> + Into<Vec<Value>>) -> Value {
        match items.as_ref() {
            few if few.len() <= INLINE_ITEMS => self.new_short_tuple(few),
            _ => self.new_long_tuple(items.into()),
        }
    }

    fn new_short_tuple(&mut self, items: &[Value]) -> Value {
        self.charge(SLOT_BYTES + items.len() * 8);
        let items = TupleItems::from_slice(items);
        Value::handle(Kind::Tuple, self.tuples.insert(items))
    }

    #[inline(never)]
    fn new_long_tuple(&mut self, mut items: Vec<Value>) -> Value {
        self.charge(SLOT_BYTES + items.len() * 8);
        if items.capacity() - items.len() > SLACK_ITEMS {
            items.shrink_to_fit();
        }
        let items = TupleItems::from_vec(items);
        Value::handle(Kind::Tuple, self.tuples.insert(items))
    }

    pub fn new_list(&mut self, items: Vec<Value>) -> Value {
        self.charge(SLOT_BYTES + items.len() * 8);
        Value::handle(Kind::List, self.lists.insert(items))
    }

    pub fn new_dict(&mut self, dict: PyDict) -> Value {
        self.charge(SLOT_BYTES + dict.positions() * 24);
        Value::handle(Kind::Dict, self.dicts.insert(dict))
    }

    pub fn new_set(&mut self, table: PyDict, frozen: bool) -> Value {
        self.new_set_of(
            Keys {
                table,
                ..Keys::default()
            },
            frozen,
        )
    }

    pub(crate) fn new_set_of(&mut self, keys: Keys, frozen: bool) -> Value {
        self.charge(SLOT_BYTES + keys.table.positions() * 24);
        let set = PySet {
            table: keys.table,
            shape: keys.shape,
            frozen,
            hash: Cell::new(None),
        };
        Value::handle(Kind::Set, self.sets.insert(set))
    }

    pub fn new_function(&mut self, function: PyFunction) -> Value {
        self.charge(SLOT_BYTES + 160);
        Value::handle(Kind::Function, self.functions.insert(function))
    }

    pub fn new_native(&mut self, native: PyNative) -> Value {
        self.charge(SLOT_BYTES);
        Value::handle(Kind::Native, self.natives.insert(native))
    }

    pub fn new_method(&mut self, function: Value, receiver: Value) -> Value {
        self.charge(SLOT_BYTES);
        Value::handle(
            Kind::Method,
            self.methods.insert(PyMethod { function, receiver }),
        )
    }

    pub fn new_type(&mut self, ty: PyType) -> Value {
        self.charge(SLOT_BYTES + 400);
        let class = Value::handle(Kind::Type, self.types.insert(Box::new(ty)));
        self.renew_type_version(class);
        class
    }

    pub fn new_instance(&mut self, class: Value, payload: Value) -> Value {
        self.charge(SLOT_BYTES + 32);
        let room = self.ty(class).room as usize;
        let instance = PyInstance {
            class,
            attrs: PyDict::with_capacity(room),
            dict: Value::NONE,
            payload,
        };
        Value::handle(Kind::Instance, self.instances.insert(instance))
    }

    pub fn new_exception(&mut self, class: Value, args: Value) -> Value {
        self.charge(SLOT_BYTES + 120);
        let exception = PyException {
            class,
            args,
            attrs: PyDict::default(),
            cause: Value::NONE,
            context: Value::NONE,
            suppress_context: false,
            trace: Vec::new(),
            traceback: Value::UNBOUND,
        };
        Value::handle(Kind::Exception, self.exceptions.insert(Box::new(exception)))
    }

    pub fn new_module(&mut self, dict: Value) -> Value {
        self.charge(SLOT_BYTES);
        Value::handle(
            Kind::Module,
            self.modules.insert(PyModule {
                dict,
                class: Value::UNBOUND,
            }),
        )
    }

    #[inline]
    pub fn new_cell(&mut self, value: Value) -> Value {
        self.charge(SLOT_BYTES);
        Value::handle(Kind::Cell, self.cells.insert(PyCell { value }))
    }

    pub(crate) fn new_generator(&mut self, generator: Generator) -> Value {
        self.charge(SLOT_BYTES + 96 + generator.registers.len() * 8);
        Value::handle(Kind::Generator, self.generators.insert(generator))
    }

    pub fn new_iter(&mut self, iter: PyIter) -> Value {
        self.charge(SLOT_BYTES);
        Value::handle(Kind::Iter, self.iters.insert(iter))
    }

    pub fn new_object<T: NativeObject>(&mut self, object: T) -> Value {
        self.charge(SLOT_BYTES + object.bytes());
        Value::handle(Kind::Object, self.objects.insert(Box::new(object)))
    }

    // Accounting.

    pub fn live_bytes(&self) -> usize {
        self.kept_bytes + self.charged_since_gc.get()
    }

    pub fn peak_bytes(&self) -> usize {
        self.peak_bytes.max(self.live_bytes())
    }

    pub(crate) fn charged_since_gc(&self) -> usize {
        self.charged_since_gc.get()
    }

    /// A number no dict or type has had as its version.
    pub(crate) fn fresh_version(&mut self) -> u32 {
        self.next_version = self
            .next_version
            .checked_add(1)
            .expect("versions are exhausted");
        self.next_version
    }

    /// Changes whenever an attribute of this type or a base changes.
    #[inline(always)]
    pub(crate) fn type_version(&self, class: Value) -> u32 {
        self.type_versions[class.index()]
    }

    pub(crate) fn renew_type_version(&mut self, class: Value) {
        let at = class.index();
        if self.type_versions.len() <= at {
            self.type_versions.resize(at + 1, 0);
        }
        self.type_versions[at] = self.fresh_version();
    }

    // Collection.

    pub(crate) fn begin_marking(&mut self) {
        self.strs.begin_marking();
        self.bytes.begin_marking();
        self.bigints.begin_marking();
        self.tuples.begin_marking();
        self.lists.begin_marking();
        self.dicts.begin_marking();
        self.sets.begin_marking();
        self.functions.begin_marking();
        self.natives.begin_marking();
        self.methods.begin_marking();
        self.types.begin_marking();
        self.instances.begin_marking();
        self.exceptions.begin_marking();
        self.modules.begin_marking();
        self.cells.begin_marking();
        self.generators.begin_marking();
        self.iters.begin_marking();
        self.objects.begin_marking();
    }

    /// What a value holds.
    pub fn held_by(&mut self, value: Value) -> Vec<Value> {
        self.begin_marking();
        let mut tracer = Tracer::default();
        self.mark_one(value, &mut tracer);
        std::iter::from_fn(|| tracer.pop()).collect()
    }

    /// The values that hold one of these.
    pub fn holders_of(&mut self, values: &[Value]) -> Vec<Value> {
        self.begin_marking();
        let mut holders = self.holders();
        let mut tracer = Tracer::default();
        holders.retain(|&holder| {
            self.mark_one(holder, &mut tracer);
            std::iter::from_fn(|| tracer.pop())
                .filter(|it| values.contains(it))
                .count()
                > 0
        });
        holders
    }

    /// All values that may hold others.
    pub fn holders(&self) -> Vec<Value> {
        fn all<T>(kind: Kind, arena: &Arena<T>) -> impl Iterator<Item = Value> {
            arena
                .iter()
                .map(move |(index, _)| Value::handle(kind, index))
        }
        all(Kind::Tuple, &self.tuples)
            .chain(all(Kind::List, &self.lists))
            .chain(all(Kind::Dict, &self.dicts))
            .chain(all(Kind::Set, &self.sets))
            .chain(all(Kind::Function, &self.functions))
            .chain(all(Kind::Method, &self.methods))
            .chain(all(Kind::Type, &self.types))
            .chain(all(Kind::Instance, &self.instances))
            .chain(all(Kind::Exception, &self.exceptions))
            .chain(all(Kind::Module, &self.modules))
            .chain(all(Kind::Cell, &self.cells))
            .chain(all(Kind::Generator, &self.generators))
            .chain(all(Kind::Iter, &self.iters))
            .chain(all(Kind::Object, &self.objects))
            .collect()
    }

    /// Marks everything that `tracer` holds, transitively.
    pub(crate) fn mark_all(&mut self, tracer: &mut Tracer) {
        while let Some(value) = tracer.pop() {
            self.mark_one(value, tracer);
        }
    }

    /// Marks a value; `tracer` receives what it holds, unless it was marked
    /// before.
    #[inline(always)]
    pub(crate) fn mark_one(&mut self, value: Value, tracer: &mut Tracer) {
        let index = value.index();
        if let Some(kind) = value.kind() {
            match kind {
                Kind::Str => {
                    if self.strs.mark(index)
                        && let Some(parts) = self.strs.get(index).text.parts()
                    {
                        tracer.extend(&[parts.left, parts.right]);
                    }
                }
                Kind::Bytes => {
                    self.bytes.mark(index);
                }
                Kind::BigInt => {
                    self.bigints.mark(index);
                }
                Kind::Tuple => {
                    if self.tuples.mark(index) {
                        tracer.extend(self.tuples.get(index));
                    }
                }
                Kind::List => {
                    if self.lists.mark(index) {
                        tracer.extend(self.lists.get(index));
                    }
                }
                Kind::Dict => {
                    if self.dicts.mark(index) {
                        tracer.dict(self.dicts.get(index));
                    }
                }
                Kind::Set => {
                    if self.sets.mark(index) {
                        tracer.dict(&self.sets.get(index).table);
                    }
                }
                Kind::Function => {
                    if self.functions.mark(index) {
                        let function = self.functions.get(index);
                        tracer.extend(&function.closure);
                        tracer.extend(&[
                            function.globals,
                            function.defaults,
                            function.kwdefaults,
                            function.name,
                            function.qualname,
                            function.module,
                            function.doc,
                            function.annotate,
                            function.annotations,
                            function.type_params,
                            function.dict,
                        ]);
                    }
                }
                Kind::Native => {
                    if self.natives.mark(index) {
                        let native = self.natives.get(index);
                        tracer.extend(&[native.receiver, native.owner]);
                    }
                }
                Kind::Method => {
                    if self.methods.mark(index) {
                        let method = self.methods.get(index);
                        tracer.extend(&[method.function, method.receiver]);
                    }
                }
                Kind::Type => {
                    if self.types.mark(index) {
                        let ty = self.types.get(index);
                        tracer.extend(&ty.bases);
                        tracer.extend(&ty.mro);
                        tracer.extend(&[ty.qualname, ty.metaclass, ty.dict]);
                    }
                }
                Kind::Instance => {
                    if self.instances.mark(index) {
                        let instance = self.instances.get(index);
                        instance.trace(tracer);
                    }
                }
                Kind::Exception => {
                    if self.exceptions.mark(index) {
                        let exception = self.exceptions.get(index);
                        tracer.dict(&exception.attrs);
                        for entry in &exception.trace {
                            tracer.value(entry.globals);
                            tracer.extend(entry.kept.as_deref().unwrap_or(&[]));
                        }
                        tracer.extend(&[
                            exception.class,
                            exception.args,
                            exception.cause,
                            exception.context,
                            exception.traceback,
                        ]);
                    }
                }
                Kind::Module => {
                    if self.modules.mark(index) {
                        let module = self.modules.get(index);
                        tracer.extend(&[module.dict, module.class]);
                    }
                }
                Kind::Cell => {
                    if self.cells.mark(index) {
                        tracer.value(self.cells.get(index).value);
                    }
                }
                Kind::Generator => {
                    if self.generators.mark(index) {
                        self.generators.get(index).trace(tracer);
                    }
                }
                Kind::Iter => {
                    if self.iters.mark(index) {
                        tracer.iter(self.iters.get(index));
                    }
                }
                Kind::Object => {
                    if self.objects.mark(index) {
                        let object = self.objects.get(index);
                        tracer.value(object.class());
                        if let Some(attrs) = object.attrs() {
                            tracer.dict(attrs);
                        }
                        object.trace(tracer);
                    }
                }
            }
        }
    }

    /// What one of the kinds that bind others together refers to.
    pub(crate) fn trace_parts(&self, object: Value, tracer: &mut Tracer) {
        match object.kind() {
            Some(Kind::Instance) => self.instances.get(object.index()).trace(tracer),
            Some(Kind::Generator) => self.generators.get(object.index()).trace(tracer),
            Some(Kind::Method) => {
                let method = self.methods.get(object.index());
                tracer.extend(&[method.function, method.receiver]);
            }
            Some(Kind::Iter) => tracer.iter(self.iters.get(object.index())),
            Some(Kind::Object) => self.objects.get(object.index()).trace(tracer),
            _ => {}
        }
    }

    /// Classes know those below them without keeping them alive.
    pub(crate) fn forget_subclasses(&mut self) {
        let mut changed = Vec::new();
        for (index, ty) in self.types.iter() {
            if ty.subclasses.iter().any(|sub| !self.is_marked(*sub)) {
                let kept: Vec<Value> = ty
                    .subclasses
                    .iter()
                    .copied()
                    .filter(|sub| self.is_marked(*sub))
                    .collect();
                changed.push((index, kept));
            }
        }
        for (index, kept) in changed {
            self.types.get_mut(index as usize).subclasses = kept;
        }
    }

    pub(crate) fn is_marked(&self, value: Value) -> bool {
        let index = value.index();
        match value.kind() {
            None => true,
            Some(Kind::Str) => self.strs.is_marked(index),
            Some(Kind::Bytes) => self.bytes.is_marked(index),
            Some(Kind::BigInt) => self.bigints.is_marked(index),
            Some(Kind::Tuple) => self.tuples.is_marked(index),
            Some(Kind::List) => self.lists.is_marked(index),
            Some(Kind::Dict) => self.dicts.is_marked(index),
            Some(Kind::Set) => self.sets.is_marked(index),
            Some(Kind::Function) => self.functions.is_marked(index),
            Some(Kind::Native) => self.natives.is_marked(index),
            Some(Kind::Method) => self.methods.is_marked(index),
            Some(Kind::Type) => self.types.is_marked(index),
            Some(Kind::Instance) => self.instances.is_marked(index),
            Some(Kind::Exception) => self.exceptions.is_marked(index),
            Some(Kind::Module) => self.modules.is_marked(index),
            Some(Kind::Cell) => self.cells.is_marked(index),
            Some(Kind::Generator) => self.generators.is_marked(index),
            Some(Kind::Iter) => self.iters.is_marked(index),
            Some(Kind::Object) => self.objects.is_marked(index),
        }
    }

    /// Frees what is not marked and counts what is left.
    pub(crate) fn sweep(&mut self) {
        let strs = &self.strs;
        self.interned
            .retain(|_, value| strs.is_marked(value.index()));
        let table = |dict: &PyDict| dict.positions() * 24;
        let kept = self.strs.sweep(|item| {
            if item.text.is_flat() {
                item.text.len()
            } else {
                CONCAT_BYTES
            }
        }) + self.bytes.sweep(|item| item.data.len())
            + self.bigints.sweep(|item| item.bits() as usize / 8)
            + self.tuples.sweep(|item| item.len() * 8)
            + self.lists.sweep(|item| item.len() * 8)
            + self.dicts.sweep(|item| table(item))
            + self.sets.sweep(|item| table(&item.table))
            + self.functions.sweep(|_| 160)
            + self.natives.sweep(|_| 0)
            + self.methods.sweep(|_| 0)
            + self.types.sweep(|_| 400)
            + self.instances.sweep(|item| 32 + table(&item.attrs))
            + self.exceptions.sweep(|item| exception_bytes(item))
            + self.modules.sweep(|_| 0)
            + self.cells.sweep(|_| 0)
            + self.generators.sweep(|item| 96 + item.registers.len() * 8)
            + self.iters.sweep(|_| 0)
            + self.objects.sweep(|item| item.bytes());
        self.peak_bytes = self.peak_bytes();
        self.kept_bytes = kept;
        self.charged_since_gc.set(0);
    }
}

/// Nominal bytes that an exception holds beside its slot.
fn exception_bytes(exception: &PyException) -> usize {
    let kept = |entry: &TraceEntry| {
        entry
            .kept
            .as_ref()
            .map_or(0, |it| it.len().saturating_sub(8))
    };
    let entries = exception.trace.iter().map(|entry| 24 + 8 * kept(entry));
    120 + entries.sum::<usize>()
}
