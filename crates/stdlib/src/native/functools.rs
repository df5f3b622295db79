//! `_functools`: `partial`, `reduce`, the wrapper of `lru_cache`.
//! `cmp_to_key` is that of `functools.py`.

use airlock_vm::module::ModuleDef;
use airlock_vm::{
    Completion, GetterDef, Kind, NativeDef, NativeObject, PyDict, Res, Throw, Tracer, Value, Vm,
    function, getter, method, new_method,
};

use super::itertools::base;

pub static MODULE: ModuleDef = ModuleDef {
    name: "_functools",
    functions: FUNCTIONS,
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    function(
        "reduce",
        "function, iterable, /, initial=...",
        |vm, args| {
            let end = if args[2].is_unbound() { 2 } else { 3 };
            Err(vm.tail_prelude("reduce_", &args[..end]))
        },
    ),
    function("cmp_to_key", "mycmp", |vm, args| {
        Err(vm.tail_prelude("KeyWrapper", args))
    }),
];

fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    let placeholder_type = vm.module_type(dict, "_PlaceholderType", PLACEHOLDER, &[]);
    let placeholder = vm.heap.new_object(Placeholder {
        class: placeholder_type,
    });
    vm.dict_set_text(dict, "Placeholder", placeholder);
    let partial = vm.module_type(dict, "partial", PARTIAL, PARTIAL_GETTERS);
    vm.add_methods(partial, airlock_vm::builtins::generic_alias::CLASS_GETITEM);
    // The methods find it here.
    vm.set_type_attr(partial, "_placeholder", placeholder);
    vm.module_type(dict, "_lru_cache_wrapper", CACHE, &[]);
    let functools = vm.intern("functools");
    for name in ["partial", "_PlaceholderType", "_lru_cache_wrapper"] {
        if let Some(ty) = vm.dict_get_text(dict, name) {
            vm.set_type_attr(ty, "__module__", functools);
        }
    }
    Ok(())
}

struct Placeholder {
    class: Value,
}

impl NativeObject for Placeholder {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, _: &mut Tracer) {}
}

static PLACEHOLDER: &[NativeDef] = &[
    method("__repr__", "self, /", |vm, _| Ok(vm.str("Placeholder"))),
    method("__reduce__", "self, /", |vm, _| Ok(vm.str("Placeholder"))),
];

fn is_placeholder(vm: &Vm, value: Value) -> bool {
    vm.heap.downcast::<Placeholder>(value).is_some()
}

/// `functools.partial`.
struct Partial {
    function: Value,
    /// A tuple.
    args: Value,
    /// A dict.
    keywords: Value,
    /// How many of `args` are placeholders.
    placeholders: usize,
    attrs: PyDict,
    class: Value,
}

impl NativeObject for Partial {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[self.function, self.args, self.keywords]);
    }
    fn attrs(&self) -> Option<&PyDict> {
        Some(&self.attrs)
    }
    fn attrs_mut(&mut self) -> Option<&mut PyDict> {
        Some(&mut self.attrs)
    }
}

static PARTIAL: &[NativeDef] = &[
    new_method("cls, /, *args, **keywords", partial_new),
    method("__call__", "self, /, *args, **keywords", partial_call),
    method("__get__", "self, instance, owner=None, /", bind_to_instance).raw_self(),
    method("__repr__", "self, /", |vm, args| {
        Err(vm.tail_prelude("partial_repr", args))
    })
    .raw_self(),
    method("__reduce__", "self, /", |vm, args| {
        Err(vm.tail_prelude("partial_reduce", args))
    })
    .raw_self(),
    method("__setstate__", "self, state, /", |vm, args| {
        Err(vm.tail_prelude("partial_setstate", args))
    })
    .raw_self(),
    // For the prelude's version of that.
    method("_set", "self, function, args, keywords, /", partial_set),
];

static PARTIAL_GETTERS: &[GetterDef] = &[
    getter("func", |vm, partial| Ok(partial_of(vm, partial)?.function)),
    getter("args", |vm, partial| Ok(partial_of(vm, partial)?.args)),
    getter("keywords", |vm, partial| {
        Ok(partial_of(vm, partial)?.keywords)
    }),
];

fn partial_of(vm: &mut Vm, value: Value) -> Res<&Partial> {
    let value = vm.heap.payload(value);
    if vm.heap.downcast::<Partial>(value).is_none() {
        return Err(vm.type_error("a partial object is needed"));
    }
    match vm.heap.downcast::<Partial>(value) {
        Some(partial) => Ok(partial),
        None => Err(Throw::Python),
    }
}

fn partial_new(vm: &mut Vm, args: &[Value]) -> Res {
    let &[cls, given, keywords] = args else {
        return Err(Throw::Python);
    };
    let Some((&function, given)) = vm.heap.tuple(given).split_first() else {
        return Err(vm.type_error("type 'partial' takes at least one argument"));
    };
    let given = given.to_vec();
    if !vm.is_callable(function) {
        return Err(vm.type_error("the first argument must be callable"));
    }
    if given.last().is_some_and(|&last| is_placeholder(vm, last)) {
        return Err(vm.type_error("trailing Placeholders are not allowed"));
    }
    let named: Vec<Value> = vm
        .heap
        .dict(keywords)
        .iter()
        .map(|(_, value)| value)
        .collect();
    if named.into_iter().any(|value| is_placeholder(vm, value)) {
        return Err(vm.type_error("Placeholder cannot be passed as a keyword argument"));
    }
    let inner = vm.heap.downcast::<Partial>(function);
    let flat = inner.filter(|inner| inner.attrs.is_empty());
    let (function, all, keywords) = match flat {
        None => (function, given, keywords),
        Some(inner) => {
            let (function, args, inner_keywords) = (inner.function, inner.args, inner.keywords);
            let before = vm.heap.tuple(args).to_vec();
            let all = filled(vm, before, &given);
            let merged = merged_keywords(vm, inner_keywords, keywords)?;
            (function, all, merged)
        }
    };
    let placeholders = all.iter().filter(|&&arg| is_placeholder(vm, arg)).count();
    let args = vm.tuple(&all);
    let class = base(vm, cls);
    let partial = Partial {
        function,
        args,
        keywords,
        placeholders,
        attrs: PyDict::default(),
        class,
    };
    let partial = vm.heap.new_object(partial);
    Ok(vm.of_class(cls, class, partial))
}

/// The arguments with the new ones in the placeholders' places, then the rest
/// of them.
fn filled(vm: &Vm, mut before: Vec<Value>, given: &[Value]) -> Vec<Value> {
    let mut given = given.iter().copied();
    for arg in &mut before {
        if is_placeholder(vm, *arg)
            && let Some(value) = given.next()
        {
            *arg = value;
        }
    }
    before.extend(given);
    before
}

fn merged_keywords(vm: &mut Vm, first: Value, second: Value) -> Res {
    if vm.heap.dict(second).is_empty() {
        return Ok(first);
    }
    let merged = vm.heap.new_dict(PyDict::default());
    vm.dict_update_from(merged, first)?;
    vm.dict_update_from(merged, second)?;
    Ok(merged)
}

fn partial_call(vm: &mut Vm, args: &[Value]) -> Res {
    let &[this, given, named] = args else {
        return Err(Throw::Python);
    };
    let partial = partial_of(vm, this)?;
    let (function, before, keywords, placeholders) = (
        partial.function,
        partial.args,
        partial.keywords,
        partial.placeholders,
    );
    let given = vm.heap.tuple(given).to_vec();
    if given.len() < placeholders {
        let message = format!(
            "missing positional arguments in 'partial' call; expected at least {placeholders}, got {}",
            given.len()
        );
        return Err(vm.type_error(message));
    }
    let before = vm.heap.tuple(before).to_vec();
    let mut all = filled(vm, before, &given);
    let keywords = merged_keywords(vm, keywords, named)?;
    Err(call_with(vm, function, &mut all, keywords))
}

/// Asks for a call with positional arguments and a dict of keywords.
fn call_with(vm: &mut Vm, function: Value, args: &mut Vec<Value>, keywords: Value) -> Throw {
    if vm.heap.dict(keywords).is_empty() {
        return vm.tail_call(function, args);
    }
    let (names, values): (Vec<Value>, Vec<Value>) = vm.heap.dict(keywords).iter().unzip();
    if names.iter().any(|&name| vm.as_text(name).is_none()) {
        return vm.type_error("keywords must be strings");
    }
    args.extend(values);
    let names = vm.tuple(&names);
    vm.call_kw_then(function, args, names, [Value::UNBOUND; 4], None)
}

/// A function's `__get__`: bound to an instance, as it is for a class.
fn bind_to_instance(vm: &mut Vm, args: &[Value]) -> Res {
    if args[1].is_none() {
        return Ok(args[0]);
    }
    Ok(vm.heap.new_method(args[0], args[1]))
}

/// The part of `__setstate__` that is not the attributes.
fn partial_set(vm: &mut Vm, args: &[Value]) -> Res {
    let &[this, function, before, keywords] = args else {
        return Err(Throw::Python);
    };
    if !before.is(Kind::Tuple) || !keywords.is(Kind::Dict) {
        return Err(vm.type_error("invalid partial state"));
    }
    if vm
        .heap
        .tuple(before)
        .last()
        .is_some_and(|&last| is_placeholder(vm, last))
    {
        return Err(vm.type_error("trailing Placeholders are not allowed"));
    }
    let placeholders = vm
        .heap
        .tuple(before)
        .iter()
        .filter(|&&arg| is_placeholder(vm, arg))
        .count();
    if let Some(partial) = vm.heap.downcast_mut::<Partial>(this) {
        partial.function = function;
        partial.args = before;
        partial.keywords = keywords;
        partial.placeholders = placeholders;
    }
    Ok(Value::NONE)
}

// lru_cache.

/// A function with its results. Entries form a ring by last use, through the
/// indexes `older` and `newer`; entry 0 is the ring's fixed end.
struct Cache {
    function: Value,
    /// A dict from keys to the indexes of their entries.
    table: Value,
    entries: Vec<CacheEntry>,
    free: Vec<u32>,
    max_size: Option<usize>,
    typed: bool,
    info: Value,
    /// Separates positional from named arguments in keys.
    mark: Value,
    hits: u64,
    misses: u64,
    attrs: PyDict,
    class: Value,
}

struct CacheEntry {
    key: Value,
    result: Value,
    older: u32,
    newer: u32,
}

impl NativeObject for Cache {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[self.function, self.table, self.info, self.mark]);
        for entry in &self.entries {
            tracer.extend(&[entry.key, entry.result]);
        }
    }
    fn bytes(&self) -> usize {
        128 + self.entries.len() * 24
    }
    fn attrs(&self) -> Option<&PyDict> {
        Some(&self.attrs)
    }
    fn attrs_mut(&mut self) -> Option<&mut PyDict> {
        Some(&mut self.attrs)
    }
}

impl Cache {
    fn clear(&mut self) {
        self.entries.clear();
        self.entries.push(CacheEntry {
            key: Value::NONE,
            result: Value::NONE,
            older: 0,
            newer: 0,
        });
        self.free.clear();
        self.hits = 0;
        self.misses = 0;
    }

    fn unlink(&mut self, at: u32) {
        let (older, newer) = (
            self.entries[at as usize].older,
            self.entries[at as usize].newer,
        );
        self.entries[older as usize].newer = newer;
        self.entries[newer as usize].older = older;
    }

    /// Makes it the newest.
    fn link(&mut self, at: u32) {
        let newest = self.entries[0].older;
        self.entries[at as usize].older = newest;
        self.entries[at as usize].newer = 0;
        self.entries[newest as usize].newer = at;
        self.entries[0].older = at;
    }
}

static CACHE: &[NativeDef] = &[
    new_method(
        "cls, user_function, maxsize, typed, cache_info_type",
        cache_new,
    ),
    method("__call__", "self, /, *args, **kwargs", cache_call).slow("lru_call"),
    method("__get__", "self, instance, owner=None, /", bind_to_instance).raw_self(),
    method("cache_info", "self, /", |vm, args| {
        let cache = cache_of(vm, args[0])?;
        let (hits, misses, max_size, info) = (cache.hits, cache.misses, cache.max_size, cache.info);
        let size = cache.entries.len() - 1 - cache.free.len();
        let max_size = max_size.map_or(Value::NONE, Value::count);
        let hits = vm.int(hits as i64);
        let misses = vm.int(misses as i64);
        Err(vm.tail_call(info, &[hits, misses, max_size, Value::count(size)]))
    }),
    method("cache_clear", "self, /", |vm, args| {
        let cache = cache_of(vm, args[0])?;
        let results: Vec<Value> = cache.entries.iter().map(|entry| entry.result).collect();
        cache.clear();
        let table = cache.table;
        vm.heap.dict_mut(table).clear();
        vm.drop_all_in_native(results);
        Ok(Value::NONE)
    }),
    method("__copy__", "self, /", |_, args| Ok(args[0])).raw_self(),
    method("__deepcopy__", "self, memo, /", |_, args| Ok(args[0])).raw_self(),
    // Pickled as the global that it is.
    method("__reduce__", "self, /", |vm, args| {
        let name = vm.names.qualname;
        vm.get_attr(args[0], name)
    })
    .raw_self(),
    // For the prelude's version of a call.
    method("_key", "self, args, kwargs, /", cache_key),
    method("_table", "self, /", |vm, args| {
        Ok(cache_of(vm, args[0])?.table)
    }),
    method("_function", "self, /", |vm, args| {
        Ok(cache_of(vm, args[0])?.function)
    }),
    method("_hit", "self, at, /", |vm, args| {
        cache_hit(vm, args[0], args[1])
    }),
    method("_miss", "self, /", |vm, args| {
        cache_of(vm, args[0])?.misses += 1;
        Ok(Value::NONE)
    }),
    method("_store", "self, key, hash, result, /", |vm, args| {
        let hash = vm.as_i64(args[2]).unwrap_or(0);
        let hash = vm.heap.fold(args[1], hash);
        store(vm, args[0], args[1], hash, args[3])?;
        Ok(Value::NONE)
    }),
];

fn cache_of(vm: &mut Vm, value: Value) -> Res<&mut Cache> {
    if vm.heap.downcast::<Cache>(value).is_none() {
        return Err(vm.type_error("an lru_cache wrapper is needed"));
    }
    match vm.heap.downcast_mut::<Cache>(value) {
        Some(cache) => Ok(cache),
        None => Err(Throw::Python),
    }
}

fn cache_new(vm: &mut Vm, args: &[Value]) -> Res {
    let &[cls, function, max_size, typed, info] = args else {
        return Err(Throw::Python);
    };
    if !vm.is_callable(function) {
        return Err(vm.type_error("the first argument must be callable"));
    }
    let max_size = if max_size.is_none() {
        None
    } else {
        match vm.as_i64(max_size) {
            Some(size) => Some(size.max(0) as usize),
            None => return Err(vm.type_error("maxsize should be integer or None")),
        }
    };
    let typed = vm.truthy(typed)?;
    let class = base(vm, cls);
    let table = vm.heap.new_dict(PyDict::default());
    let mark = vm.heap.new_instance(vm.types.object, Value::UNBOUND);
    let mut cache = Cache {
        function,
        table,
        entries: Vec::new(),
        free: Vec::new(),
        max_size,
        typed,
        info,
        mark,
        hits: 0,
        misses: 0,
        attrs: PyDict::default(),
        class,
    };
    cache.clear();
    let cache = vm.heap.new_object(cache);
    Ok(vm.of_class(cls, class, cache))
}

/// What the results of these arguments are kept under.
fn cache_key(vm: &mut Vm, args: &[Value]) -> Res {
    let &[this, given, named] = args else {
        return Err(Throw::Python);
    };
    let cache = cache_of(vm, this)?;
    let (typed, mark) = (cache.typed, cache.mark);
    let names: Vec<(Value, Value)> = vm.heap.dict(named).iter().collect();
    if names.is_empty() && !typed {
        return Ok(match *vm.heap.tuple(given) {
            [only] if only.is_small() || only.is(Kind::Str) => only,
            _ => given,
        });
    }
    let positional = vm.heap.tuple(given).to_vec();
    let mut key = positional.clone();
    if !names.is_empty() {
        key.push(mark);
        for &(name, value) in &names {
            key.extend([name, value]);
        }
    }
    if typed {
        let values = positional
            .iter()
            .copied()
            .chain(names.iter().map(|&(_, value)| value));
        let types: Vec<Value> = values.map(|value| vm.type_of(value)).collect();
        key.extend(types);
    }
    Ok(vm.tuple(&key))
}

fn cache_hit(vm: &mut Vm, this: Value, at: Value) -> Res {
    let cache = cache_of(vm, this)?;
    let at = at.as_small().unwrap_or(0) as u32;
    let Some(entry) = cache.entries.get(at as usize) else {
        return Ok(Value::NONE);
    };
    let result = entry.result;
    cache.hits += 1;
    if cache.max_size.is_some() {
        cache.unlink(at);
        cache.link(at);
    }
    Ok(result)
}

fn cache_call(vm: &mut Vm, args: &[Value]) -> Res {
    let &[this, given, named] = args else {
        return Err(Throw::Python);
    };
    let cache = cache_of(vm, this)?;
    let (function, table) = (cache.function, cache.table);
    let mut all = Vec::new();
    if cache.max_size == Some(0) {
        cache.misses += 1;
        all.extend_from_slice(vm.heap.tuple(given));
        return Err(call_with(vm, function, &mut all, named));
    }
    let key = cache_key(vm, args)?;
    let found = match vm.dict_find(table, key) {
        // Its message would be about dict keys.
        Err(Throw::Raise(exception)) => {
            vm.hash(key)?;
            return Err(Throw::Raise(exception));
        }
        found => found?,
    };
    if let (Some(at), _) = found {
        let index = vm
            .heap
            .dict(table)
            .entry(at)
            .map_or(Value::int32(0), |entry| entry.value);
        return cache_hit(vm, this, index);
    }
    cache_of(vm, this)?.misses += 1;
    all.extend_from_slice(vm.heap.tuple(given));
    let (names, values): (Vec<Value>, Vec<Value>) = vm.heap.dict(named).iter().unzip();
    all.extend(values);
    let names = if names.is_empty() {
        Value::UNBOUND
    } else {
        vm.tuple(&names)
    };
    let state = [this, key, Value::UNBOUND, Value::UNBOUND];
    Err(vm.call_kw_then(function, &all, names, state, Some(computed)))
}

fn computed(vm: &mut Vm, [this, key, ..]: [Value; 4], completion: Completion) -> Res {
    let result = completion.value()?;
    let table = cache_of(vm, this)?.table;
    // The call may have stored the same key itself.
    if let Ok((None, hash)) = vm.dict_find(table, key) {
        store(vm, this, key, hash, result)?;
    }
    Ok(result)
}

/// Keeps a result under a key that is not there, in the place of the oldest
/// if the cache is full.
fn store(vm: &mut Vm, this: Value, key: Value, hash: u32, result: Value) -> Res<()> {
    let cache = cache_of(vm, this)?;
    let table = cache.table;
    let size = cache.entries.len() - 1 - cache.free.len();
    let mut evicted = None;
    if cache.max_size.is_some_and(|max| size >= max && size > 0) {
        let oldest = cache.entries[0].newer;
        let entry = &mut cache.entries[oldest as usize];
        let old = std::mem::replace(&mut entry.result, Value::NONE);
        evicted = Some((entry.key, oldest, old));
        cache.unlink(oldest);
        cache.free.push(oldest);
    }
    let entry = CacheEntry {
        key,
        result,
        older: 0,
        newer: 0,
    };
    let at = match cache.free.pop() {
        Some(at) => {
            cache.entries[at as usize] = entry;
            at
        }
        None => {
            cache.entries.push(entry);
            (cache.entries.len() - 1) as u32
        }
    };
    cache.link(at);
    if let Some((key, index, result)) = evicted {
        remove_index(vm, table, key, index);
        vm.drop_in_native(result);
    }
    vm.heap
        .dict_mut(table)
        .insert_new(key, Value::count(at as usize), hash);
    vm.heap.charge(56);
    Ok(())
}

/// Removes the entry of an evicted key; by identity, since comparing it might
/// need Python.
fn remove_index(vm: &mut Vm, table: Value, key: Value, index: u32) {
    let dict = vm.heap.dict(table);
    let places = match vm.heap.key_hash(key) {
        Ok(hash) => dict.candidates(hash),
        Err(_) => (0..dict.positions()).collect(),
    };
    let wanted = Value::count(index as usize);
    let found = places.into_iter().find(|&at| {
        dict.entry(at)
            .is_some_and(|entry| entry.key == key && entry.value == wanted)
    });
    if let Some(at) = found {
        vm.heap.dict_mut(table).remove_at(at);
    }
}
