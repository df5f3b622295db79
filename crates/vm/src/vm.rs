//! The machine: heap, types, modules, fibers, and what natives ask of it.

use std::any::{Any, TypeId};
use std::rc::Rc;

use airlock_bytecode::Code;
use compact_str::CompactString;
use rustc_hash::FxHashMap;

use crate::class::TypeCache;
use crate::codeobj::CodeObj;
use crate::fiber::{Fiber, FiberId, Frame};
use crate::gc::Tracer;
use crate::heap::Heap;
use crate::names::Names;
use crate::run::GC_BYTES;
use crate::throw::{Pending, Request};
use crate::types::Types;
use crate::value::Kind;
use crate::{Halt, Res, Throw, Value};

/// What a program may use.
#[derive(Clone, Debug)]
pub struct VmLimits {
    pub heap_bytes: usize,
    pub recursion: usize,
    pub output_bytes: usize,
    pub instructions: u64,
}

impl Default for VmLimits {
    fn default() -> Self {
        VmLimits {
            heap_bytes: 1 << 30,
            recursion: 1000,
            output_bytes: usize::MAX,
            instructions: u64::MAX,
        }
    }
}

/// One diagnostic of source compiled at run time.
#[derive(Clone, Debug)]
pub struct SourceError {
    /// `SyntaxError`, `IndentationError` or `TabError`.
    pub class: &'static str,
    pub message: String,
    pub filename: String,
    /// From 1; columns in characters from 1.
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
    /// The line itself, where no file need have it.
    pub text: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompileMode {
    Module,
    Eval,
    /// `exec` and `eval` whose names go through a namespace.
    Exec,
    EvalNamespace,
    /// One statement as an interactive prompt runs it.
    Single,
}

/// A module found by its full name.
pub enum Found {
    Code {
        code: Rc<Code>,
        filename: Rc<str>,
        is_package: bool,
        search_path: Option<String>,
    },
    /// A module written in Rust, to be filled by `init`.
    Native(&'static crate::module::ModuleDef),
    /// Exists in Python but cannot exist here; the text says why.
    Refused(String),
}

/// What the VM needs from outside and cannot do itself.
pub trait Environment {
    fn compile(
        &mut self,
        source: &str,
        filename: &str,
        mode: CompileMode,
    ) -> Result<Rc<Code>, Vec<SourceError>>;
    /// The module with this full name; `path` are the folders of its parent
    /// package's `__path__`, empty for a top-level module.
    fn find_module(
        &mut self,
        name: &str,
        path: &[String],
    ) -> Result<Option<Found>, Vec<SourceError>>;
    /// A line of a source file, for tracebacks; without its newline.
    fn source_line(&mut self, filename: &str, line: u32) -> Option<String>;
    /// What to take for a keyword on a line (from 1) of what was last refused
    /// or of a file; where it stands, from 0, and ends.
    fn keyword_typo(&mut self, _filename: &str, _line: u32) -> Option<(&'static str, u32, u32)> {
        None
    }
    /// The `SyntaxWarning`s of what was compiled since this was last asked.
    fn take_warnings(&mut self) -> Vec<SourceError> {
        Vec::new()
    }
    /// Notes the program's own source if it is no file.
    fn remember_source(&mut self, _filename: &str, _source: &str) {}
}

/// State that another crate keeps in the VM.
pub trait Extension: Any {
    fn trace(&self, tracer: &mut Tracer);
    /// After marking: forgets those of the values it does not keep alive that
    /// are about to go.
    fn forget(&mut self, is_alive: &dyn Fn(Value) -> bool) {
        let _ = is_alive;
    }
}

/// Where printed text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    Out,
    Error,
}

pub struct Vm {
    pub heap: Heap,
    pub types: Types,
    pub names: Names,
    pub limits: VmLimits,
    /// `sys.set_int_max_str_digits`; 0 for no limit.
    pub int_max_str_digits: usize,
    /// How many NaNs were made from texts.
    nans: u32,
    /// The dict of module `builtins`.
    pub builtins: Value,
    /// `sys.modules`, a dict.
    pub modules: Value,
    pub environment: Box<dyn Environment>,

    /// Printed and not yet taken by the host.
    pub output: Vec<(Stream, String)>,
    pub(crate) output_bytes: usize,

    pub(crate) pending: Pending,
    pub(crate) prelude: Value,
    pub(crate) prelude_functions: FxHashMap<&'static str, Value>,
    pub(crate) codes: Vec<std::rc::Weak<CodeObj>>,
    pub(crate) single_chars: Vec<Value>,
    pub(crate) single_bytes: Vec<Value>,
    pub(crate) empty_tuple: Value,
    /// `list.append` and `dict.get`, which the interpreter knows.
    pub(crate) list_append: Value,
    pub(crate) dict_get: Value,
    pub(crate) native_modules: FxHashMap<&'static str, Value>,
    /// Each with its type; those asked for last stand in front.
    extensions: Vec<(TypeId, Box<dyn Extension>)>,
    /// Values kept alive as long as the VM.
    pub(crate) pinned: Vec<Value>,
    pub(crate) weakrefs: Vec<Value>,
    pub(crate) pending_finalizers: Vec<Value>,
    /// What the last `del` of a name took away; unbound after a collection.
    pub(crate) forgotten: Value,
    /// The list that a native is being called again with: nobody else has it.
    pub(crate) fresh_list: Value,
    /// How often [`Vm::after_delete`] may still look.
    pub(crate) looks_left: crate::builtins::finalizers::Looks,

    pub(crate) fibers: Vec<Fiber>,
    pub(crate) current: FiberId,
    pub(crate) run_queue: std::collections::VecDeque<FiberId>,
    /// The current fiber's, swapped in while it runs.
    pub(crate) stack: Vec<Value>,
    pub(crate) frames: Vec<Frame>,
    /// How many Python frames the current fiber has.
    pub(crate) depth: usize,
    /// How deep Rust calls itself for the call being made: special methods
    /// asked for by natives, callables that lead to others.
    pub(crate) nested_calls: usize,
    /// The exception now being raised passed its frame before: its traceback
    /// has that frame already.
    pub(crate) reraising: bool,
    /// The exception now being raised was thrown into a generator: its
    /// context is settled.
    pub(crate) thrown_in: bool,
    /// The generator about to be suspended delegates to another.
    pub(crate) delegation: bool,
    pub(crate) last_fiber: FiberId,
    pub(crate) last_thread: u32,
    pub asyncgen_firstiter: Value,
    pub asyncgen_finalizer: Value,
    /// How many frames a coroutine notes when it is made.
    pub coroutine_origin_depth: usize,

    /// Instructions left in this slice; counted at calls and backward jumps.
    pub(crate) fuel: i64,
    pub(crate) spent: u64,
    pub(crate) slice_end: u64,
    pub(crate) gc_threshold: usize,
    pub(crate) type_cache: TypeCache,
    pub fiber_switches: u64,
    /// Switches to a fiber of another thread.
    pub thread_switches: u64,
    pub(crate) collections: u64,
    /// Where coroutines were made that were never awaited.
    pub unawaited: Vec<crate::Place>,
    /// Called when a fiber is put on the machine; whether it is another than
    /// the last.
    pub fiber_hook: Option<fn(&mut Vm, bool)>,
    /// How many of the parked fibers wait for what comes from outside.
    pub fibers_awaiting_news: usize,
    /// Set by the host to end the program at the next safe point.
    pub stop_requested: bool,
    /// Set by a native that parks its fiber or yields: [`Vm::run`] comes back
    /// with [`crate::Exit::Paused`] before another fiber is put on.
    pub pause_requested: bool,
    pub(crate) repr_running: Vec<Value>,
    /// Some thread is watched; see [`crate::watch`].
    pub(crate) watching: bool,
    /// What the interpreter must be told apart at each frame: [`WATCHING`](crate::run::WATCHING),
    /// [`ENDING`](crate::run::ENDING).
    pub(crate) gear: u8,
    pub(crate) ends: crate::ends::Ends,
    pub(crate) watch: Option<Box<crate::watch::Watch>>,
}

impl Vm {
    pub fn new(environment: Box<dyn Environment>) -> Vm {
        let mut heap = Heap::default();
        let names = Names::new(&mut heap);
        let single_chars = (0..128u8)
            .map(|c| heap.intern(&(c as char).to_string()))
            .collect();
        let single_bytes = (0..=255u8).map(|b| heap.new_bytes(vec![b])).collect();
        let empty_tuple = heap.new_tuple(Vec::new());
        let builtins = heap.new_dict(Default::default());
        let modules = heap.new_dict(Default::default());
        let mut vm = Vm {
            heap,
            types: Types::unbound(),
            names,
            limits: VmLimits::default(),
            int_max_str_digits: 4300,
            nans: 0,
            builtins,
            modules,
            environment,
            output: Vec::new(),
            output_bytes: 0,
            pending: Pending {
                what: Request::None,
                then: Default::default(),
            },
            prelude: Value::UNBOUND,
            prelude_functions: FxHashMap::default(),
            codes: Vec::new(),
            single_chars,
            single_bytes,
            empty_tuple,
            list_append: Value::UNBOUND,
            dict_get: Value::UNBOUND,
            native_modules: FxHashMap::default(),
            extensions: Vec::new(),
            pinned: Vec::new(),
            weakrefs: Vec::new(),
            pending_finalizers: Vec::new(),
            forgotten: Value::UNBOUND,
            fresh_list: Value::UNBOUND,
            looks_left: Default::default(),
            fibers: Vec::new(),
            current: 0,
            run_queue: Default::default(),
            stack: Vec::new(),
            frames: Vec::new(),
            depth: 0,
            nested_calls: 0,
            reraising: false,
            thrown_in: false,
            delegation: false,
            last_fiber: 0,
            last_thread: 0,
            asyncgen_firstiter: Value::NONE,
            asyncgen_finalizer: Value::NONE,
            coroutine_origin_depth: 0,
            fuel: 20_000,
            spent: 0,
            slice_end: 0,
            gc_threshold: GC_BYTES,
            type_cache: TypeCache::default(),
            fiber_switches: 0,
            thread_switches: 0,
            collections: 0,
            unawaited: Vec::new(),
            fiber_hook: None,
            fibers_awaiting_news: 0,
            stop_requested: false,
            pause_requested: false,
            repr_running: Vec::new(),
            watching: false,
            gear: 0,
            ends: crate::ends::Ends::default(),
            watch: None,
        };
        crate::builtins::register(&mut vm);
        let append = vm.heap.intern("append");
        vm.list_append = vm.lookup(vm.types.list, append).unwrap_or(Value::UNBOUND);
        let get = vm.heap.intern("get");
        vm.dict_get = vm.lookup(vm.types.dict, get).unwrap_or(Value::UNBOUND);
        vm
    }

    // Making values. More constructors are on `Heap`.

    pub fn str(&mut self, text: &str) -> Value {
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (None, _) => self.names.empty,
            (Some(c), None) if c.is_ascii() => self.single_chars[c as usize],
            _ => self.heap.new_str(text),
        }
    }

    pub fn string(&mut self, text: String) -> Value {
        self.text(text.into())
    }

    pub(crate) fn text(&mut self, text: CompactString) -> Value {
        if text.len() <= 1 {
            self.str(&text)
        } else {
            self.heap.new_str(text)
        }
    }

    pub fn intern(&mut self, text: &str) -> Value {
        self.heap.intern(text)
    }

    /// A NaN that is no other NaN.
    pub fn fresh_nan(&mut self, negative: bool) -> Value {
        self.nans = self.nans.wrapping_add(1);
        Value::nan(self.nans, negative)
    }

    pub fn int(&mut self, value: i64) -> Value {
        self.heap.new_int(value)
    }

    #[inline(never)]
    pub fn tuple(&mut self, items: &[Value]) -> Value {
        if items.is_empty() {
            self.empty_tuple
        } else {
            self.heap.new_tuple(items)
        }
    }

    pub fn list(&mut self, items: Vec<Value>) -> Value {
        self.heap.new_list(items)
    }

    pub fn bytes(&mut self, data: &[u8]) -> Value {
        match data {
            [byte] => self.single_bytes[*byte as usize],
            _ => self.heap.new_bytes(data),
        }
    }

    /// Refuses early what would not fit the memory limit.
    pub fn reserve(&mut self, bytes: usize) -> Res<()> {
        if bytes
            > self
                .limits
                .heap_bytes
                .saturating_sub(self.heap.live_bytes())
            && bytes > 1 << 20
        {
            return Err(self.memory_error(""));
        }
        Ok(())
    }

    // Dicts.

    fn key_failure(&mut self, error: crate::hash::KeyError) -> Throw {
        match error {
            crate::hash::KeyError::Python => Throw::Python,
            crate::hash::KeyError::Unhashable(value) => {
                let message = format!("unhashable type: '{}'", self.type_name(value));
                self.type_error(message)
            }
        }
    }

    #[cold]
    fn entry_failure(&mut self, error: crate::hash::KeyError, table: Value, key: Value) -> Throw {
        let crate::hash::KeyError::Unhashable(value) = error else {
            return Throw::Python;
        };
        let place = if table.is(Kind::Set) {
            "a set element"
        } else {
            "a dict key"
        };
        let (key, value) = (self.type_name(key), self.type_name(value));
        self.type_error(format!(
            "cannot use '{key}' as {place} (unhashable type: '{value}')"
        ))
    }

    /// Table hash of a key; `TypeError` if it is unhashable.
    #[inline]
    pub fn key_hash(&mut self, key: Value) -> Res<u32> {
        match self.heap.key_hash(key) {
            Ok(hash) => Ok(hash),
            Err(error) => Err(self.key_failure(error)),
        }
    }

    /// Python's `hash(value)`.
    pub fn hash(&mut self, value: Value) -> Res<i64> {
        match self.heap.hash(value) {
            Ok(hash) => Ok(hash),
            Err(error) => Err(self.key_failure(error)),
        }
    }

    pub fn equal(&mut self, a: Value, b: Value) -> Res<bool> {
        match self.heap.equal(a, b) {
            Ok(equal) => Ok(equal),
            Err(error) => Err(self.key_failure(error)),
        }
    }

    /// `a is b or a == b`.
    pub fn same_or_equal(&mut self, a: Value, b: Value) -> Res<bool> {
        if a == b { Ok(true) } else { self.equal(a, b) }
    }

    /// Position of `key` in the dict (or the set's table), with its hash.
    #[inline]
    pub fn dict_find(&mut self, dict: Value, key: Value) -> Res<(Option<usize>, u32)> {
        let hash = match self.heap.key_hash(key) {
            Ok(hash) => hash,
            Err(error) => return Err(self.entry_failure(error, dict, key)),
        };
        let table = if dict.is(Kind::Set) {
            &self.heap.set(dict).table
        } else {
            self.heap.dict(dict)
        };
        match self.heap.find_in(table, key, hash) {
            Ok(found) => Ok((found, hash)),
            Err(error) => Err(self.key_failure(error)),
        }
    }

    #[inline]
    pub fn dict_get(&mut self, dict: Value, key: Value) -> Res<Option<Value>> {
        let (found, _) = self.dict_find(dict, key)?;
        Ok(found
            .and_then(|at| self.heap.dict(dict).entry(at))
            .map(|entry| entry.value))
    }

    #[inline]
    pub fn dict_set(&mut self, dict: Value, key: Value, value: Value) -> Res<()> {
        match self.dict_find(dict, key)? {
            (Some(at), _) => self.heap.dict_mut(dict).set_value(at, value),
            (None, hash) => {
                self.heap.dict_mut(dict).insert_new(key, value, hash);
                self.heap.charge(32);
            }
        }
        Ok(())
    }

    /// Removes a key; its value, if it was there.
    pub fn dict_remove(&mut self, dict: Value, key: Value) -> Res<Option<Value>> {
        let (found, _) = self.dict_find(dict, key)?;
        Ok(found.map(|at| self.heap.dict_mut(dict).remove_at(at).value))
    }

    /// Adds to a set; whether it is new.
    pub fn set_add(&mut self, set: Value, key: Value) -> Res<bool> {
        let (found, hash) = self.dict_find(set, key)?;
        if found.is_none() {
            self.heap
                .set_mut(set)
                .table
                .insert_new(key, Value::NONE, hash);
            self.heap.charge(32);
        }
        Ok(found.is_none())
    }

    /// Value of an interned str key in a namespace dict.
    #[inline]
    pub fn namespace_get(&self, dict: Value, name: Value) -> Option<Value> {
        let table = self.heap.dict(dict);
        let hash = self.heap.str_table_hash(name);
        let found = self.heap.find_in(table, name, hash).ok()??;
        table.entry(found).map(|entry| entry.value)
    }

    /// Sets a str key; `name` should be interned.
    #[inline(never)]
    pub fn namespace_set(&mut self, dict: Value, name: Value, value: Value) {
        let hash = self.heap.str_table_hash(name);
        let found = self
            .heap
            .find_in(self.heap.dict(dict), name, hash)
            .ok()
            .flatten();
        match found {
            Some(at) => self.heap.dict_mut(dict).set_value(at, value),
            None => {
                self.heap.dict_mut(dict).insert_new(name, value, hash);
                self.heap.charge(32);
            }
        }
    }

    /// As [`Vm::namespace_set`]; what the name stood for, or unbound.
    pub(crate) fn namespace_swap(&mut self, dict: Value, name: Value, value: Value) -> Value {
        let hash = self.heap.str_table_hash(name);
        let found = self.heap.find_in(self.heap.dict(dict), name, hash);
        if let Ok(Some(at)) = found {
            let old = self.heap.dict(dict).value_at(at).unwrap_or(Value::UNBOUND);
            self.heap.dict_mut(dict).set_value(at, value);
            return old;
        }
        self.heap.dict_mut(dict).insert_new(name, value, hash);
        self.heap.charge(32);
        Value::UNBOUND
    }

    pub fn dict_get_text(&self, dict: Value, key: &str) -> Option<Value> {
        self.heap
            .dict(dict)
            .iter()
            .find(|(k, _)| self.heap.as_str(*k) == Some(key))
            .map(|(_, v)| v)
    }

    pub fn dict_set_text(&mut self, dict: Value, key: &str, value: Value) {
        let key = self.heap.intern(key);
        self.namespace_set(dict, key, value);
    }

    // Output.

    /// Prints text; ends the program if the output limit is reached.
    pub fn write(&mut self, stream: Stream, text: &str) -> Res<()> {
        let room = self.limits.output_bytes.saturating_sub(self.output_bytes);
        let fits = text.len() <= room;
        let mut end = text.len().min(room);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.output_bytes += end;
        match self.output.last_mut() {
            Some((last, buffer)) if *last == stream => buffer.push_str(&text[..end]),
            _ if end == 0 => {}
            _ => self.output.push((stream, text[..end].to_owned())),
        }
        if fits {
            Ok(())
        } else {
            Err(Throw::Halt(Halt::OutputLimit))
        }
    }

    /// How many Python frames the current fiber has.
    pub fn depth(&self) -> usize {
        self.depth
    }

    // Extensions.

    pub fn add_extension<T: Extension>(&mut self, extension: T) {
        self.extensions
            .push((TypeId::of::<T>(), Box::new(extension)));
    }

    /// The extension of this type; panics if it was not added.
    pub fn extension<T: Extension>(&mut self) -> &mut T {
        let wanted = TypeId::of::<T>();
        if self.extensions.first().is_none_or(|(id, _)| *id != wanted) {
            self.put_first(wanted);
        }
        let found: Option<&mut dyn Any> = self
            .extensions
            .first_mut()
            .map(|(_, extension)| &mut **extension as _);
        found
            .and_then(|found| found.downcast_mut::<T>())
            .expect("the extension was added when the VM was made")
    }

    /// What was asked for last is asked for again.
    #[cold]
    #[inline(never)]
    fn put_first(&mut self, wanted: TypeId) {
        if let Some(at) = self.extensions.iter().position(|(id, _)| *id == wanted) {
            self.extensions.swap(0, at);
        }
    }

    pub fn has_extension<T: Extension>(&self) -> bool {
        self.extensions
            .iter()
            .any(|(id, _)| *id == TypeId::of::<T>())
    }

    /// Keeps a value alive as long as the VM.
    pub fn pin(&mut self, value: Value) -> Value {
        self.pinned.push(value);
        value
    }

    /// A function of the prelude (`prelude.py` and its like, see
    /// `crates/stdlib`).
    pub fn prelude(&mut self, name: &str) -> Value {
        if self.prelude.is_unbound() {
            return Value::NONE;
        }
        let key = self.heap.intern(name);
        match self.namespace_get(self.prelude, key) {
            Some(value) => value,
            None => panic!("the prelude has no function {name}"),
        }
    }

    /// After marking: see [`Extension::forget`].
    pub(crate) fn forget_unmarked(&mut self) {
        let heap = &self.heap;
        for (_, extension) in &mut self.extensions {
            extension.forget(&|value| heap.is_marked(value));
        }
    }

    pub(crate) fn extensions(&self) -> impl Iterator<Item = &dyn Extension> {
        self.extensions.iter().map(|(_, extension)| &**extension)
    }
}
