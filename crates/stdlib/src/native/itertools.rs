//! `itertools`. What needs no Python gives its items here; the rest are
//! generators of the prelude under the right class.

use airlock_bytecode::BinOp;
use airlock_vm::builtins::iters::{ITERATOR_METHODS, LENGTH_HINT};
use airlock_vm::module::ModuleDef;
use airlock_vm::{
    Kind, Layout, NativeDef, NativeIter, PyIter, Res, Throw, Tracer, Value, Vm, class_method,
    function, method, new_method,
};

pub static MODULE: ModuleDef = ModuleDef {
    name: "itertools",
    functions: FUNCTIONS,
    init,
};

static FUNCTIONS: &[NativeDef] = &[function("tee", "iterable, n=2, /", |vm, args| {
    Err(vm.tail_prelude("tee_new", args))
})];

/// The types, each with what it has beside the iterator's own methods.
static TYPES: &[(&str, &[NativeDef])] = &[
    (
        "accumulate",
        &[new_method(
            "cls, iterable, func=None, *, initial=None",
            |vm, args| wrap(vm, "accumulate_new", args),
        )],
    ),
    (
        "batched",
        &[new_method(
            "cls, iterable, n, *, strict=False",
            |vm, args| wrap(vm, "batched_new", args),
        )],
    ),
    (
        "chain",
        &[
            new_method("cls, *iterables", chain),
            class_method("from_iterable", "cls, iterable, /", |vm, args| {
                wrap(vm, "chain_new", args)
            }),
        ],
    ),
    (
        "combinations",
        &[new_method("cls, iterable, r", |vm, args| {
            select(vm, args, Selection::Combinations)
        })
        .slow("combinations_slow")],
    ),
    (
        "combinations_with_replacement",
        &[new_method("cls, iterable, r", |vm, args| {
            select(vm, args, Selection::WithReplacement)
        })
        .slow("combinations_with_replacement_slow")],
    ),
    (
        "compress",
        &[new_method("cls, data, selectors", |vm, args| {
            wrap(vm, "compress_new", args)
        })],
    ),
    ("count", &[new_method("cls, start=0, step=1", count)]),
    (
        "cycle",
        &[new_method("cls, iterable, /", |vm, args| {
            wrap(vm, "cycle_new", args)
        })],
    ),
    (
        "dropwhile",
        &[new_method("cls, predicate, iterable, /", |vm, args| {
            wrap(vm, "dropwhile_new", args)
        })],
    ),
    (
        "filterfalse",
        &[new_method("cls, function, iterable, /", |vm, args| {
            wrap(vm, "filterfalse_new", args)
        })],
    ),
    (
        "groupby",
        &[new_method("cls, iterable, key=None", |vm, args| {
            wrap(vm, "groupby_new", args)
        })],
    ),
    (
        "islice",
        &[new_method("cls, iterable, /, *args", |vm, args| {
            wrap(vm, "islice_new", args)
        })],
    ),
    (
        "pairwise",
        &[new_method("cls, iterable, /", |vm, args| {
            wrap(vm, "pairwise_new", args)
        })],
    ),
    (
        "permutations",
        &[new_method("cls, iterable, r=None", |vm, args| {
            select(vm, args, Selection::Permutations)
        })
        .slow("permutations_slow")],
    ),
    (
        "product",
        &[new_method("cls, *iterables, repeat=1", product).slow("product_slow")],
    ),
    (
        "repeat",
        &[new_method("cls, object, times=...", repeat).slow("repeat_slow")],
    ),
    (
        "starmap",
        &[new_method("cls, function, iterable, /", |vm, args| {
            wrap(vm, "starmap_new", args)
        })],
    ),
    (
        "takewhile",
        &[new_method("cls, predicate, iterable, /", |vm, args| {
            wrap(vm, "takewhile_new", args)
        })],
    ),
    (
        "zip_longest",
        &[new_method("cls, *iterables, fillvalue=None", |vm, args| {
            wrap(vm, "zip_longest_new", args)
        })],
    ),
];

fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    for &(name, methods) in TYPES {
        let ty = vm.module_type(dict, name, methods, &[]);
        vm.add_methods(ty, ITERATOR_METHODS);
        if name == "repeat" {
            vm.add_methods(ty, LENGTH_HINT);
        }
        if name == "repeat" || name == "count" {
            vm.add_methods(ty, SHOWN);
        }
    }
    Ok(())
}

/// The built-in type that a class is, or inherits from.
pub(super) fn base(vm: &Vm, cls: Value) -> Value {
    match vm.heap.ty(cls).layout {
        Layout::Payload(base) => base,
        _ => cls,
    }
}

/// An iterator over what the prelude's function gives; all arguments but the
/// class go to it.
fn wrap(vm: &mut Vm, name: &str, args: &[Value]) -> Res {
    let class = base(vm, args[0]);
    vm.wrap_generator(name, &args[1..], args[0], class)
}

fn native(vm: &mut Vm, cls: Value, state: impl NativeIter + 'static) -> Res {
    let class = base(vm, cls);
    let iter = vm.native_iterator(class, state);
    Ok(vm.of_class(cls, class, iter))
}

/// Containers whose items come without Python, one after another.
struct Chain {
    sources: std::vec::IntoIter<Value>,
    current: Option<Value>,
}

impl NativeIter for Chain {
    fn next(&mut self, vm: &mut Vm) -> Res<Option<Value>> {
        loop {
            if let Some(current) = self.current {
                if let Some(item) = vm.iter_next(current)? {
                    return Ok(Some(item));
                }
                self.current = None;
            }
            match self.sources.next() {
                Some(source) => self.current = vm.native_iter(source)?,
                None => return Ok(None),
            }
        }
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(self.sources.as_slice());
        tracer.extend(self.current.as_slice());
    }
}

fn chain(vm: &mut Vm, args: &[Value]) -> Res {
    let sources = vm.heap.tuple(args[1]).to_vec();
    let plain = |vm: &Vm, source: &Value| {
        matches!(
            source.kind(),
            Some(Kind::List | Kind::Tuple | Kind::Dict | Kind::Set | Kind::Str | Kind::Bytes)
        ) || vm.is_pure_native_iter(*source)
    };
    if sources.iter().all(|source| plain(vm, source)) {
        return native(
            vm,
            args[0],
            Chain {
                sources: sources.into_iter(),
                current: None,
            },
        );
    }
    wrap(vm, "chain_new", args)
}

/// Counts by built-in numbers, whose sums need no Python.
struct Count {
    next: Value,
    step: Value,
}

impl NativeIter for Count {
    fn next(&mut self, vm: &mut Vm) -> Res<Option<Value>> {
        let item = self.next;
        self.next = match (item.as_small(), self.step.as_small()) {
            // Both have 48 bits.
            (Some(next), Some(step)) => vm.int(next + step),
            _ => vm.binary_slow(BinOp::Add, item, self.step)?,
        };
        Ok(Some(item))
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.next);
        tracer.value(self.step);
    }
    fn shown(&self) -> Option<Vec<Value>> {
        let mut shown = vec![self.next];
        if self.step.as_small() != Some(1) {
            shown.push(self.step);
        }
        Some(shown)
    }
}

fn count(vm: &mut Vm, args: &[Value]) -> Res {
    let is_plain = |vm: &Vm, value: Value| {
        let class = vm.type_of(value);
        [vm.types.int, vm.types.float, vm.types.complex].contains(&class)
    };
    let (next, step) = (args[1], args[2]);
    if is_plain(vm, next) && is_plain(vm, step) {
        return native(vm, args[0], Count { next, step });
    }
    wrap(vm, "count_new", args)
}

struct Repeat {
    object: Value,
    times: Option<usize>,
}

impl NativeIter for Repeat {
    fn next(&mut self, _: &mut Vm) -> Res<Option<Value>> {
        match &mut self.times {
            Some(0) => return Ok(None),
            Some(times) => *times -= 1,
            None => {}
        }
        Ok(Some(self.object))
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.object);
    }
    fn remaining(&self, _: &Vm) -> Option<usize> {
        self.times
    }
    fn shown(&self) -> Option<Vec<Value>> {
        Some(
            std::iter::once(self.object)
                .chain(self.times.map(Value::count))
                .collect(),
        )
    }
}

fn shown(vm: &Vm, value: Value) -> Option<Vec<Value>> {
    let iter = vm.heap.payload(value);
    if !iter.is(Kind::Iter) {
        return None;
    }
    match vm.heap.iter(iter) {
        PyIter::Native { state, .. } => state.shown(),
        _ => None,
    }
}

/// What the repr of an iterator shows, for those who must ask Python for the
/// reprs of these; nothing for other iterators.
pub(super) fn shown_arguments(vm: &mut Vm, args: &[Value]) -> Res {
    let shown = shown(vm, args[0]).unwrap_or_default();
    Ok(vm.tuple(&shown))
}

/// `count(5)`, `repeat('x', 3)`.
static SHOWN: &[NativeDef] = &[method("__repr__", "self, /", |vm, args| {
    let name = vm.plain_type_name(args[0]);
    let Some(shown) = shown(vm, args[0]) else {
        return Ok(vm.string(format!("{name}(...)")));
    };
    let mut texts = Vec::new();
    for value in shown {
        texts.push(vm.repr(value)?);
    }
    Ok(vm.string(format!("{name}({})", texts.join(", "))))
})
.raw_self()
.slow("iterator_repr")];

fn repeat(vm: &mut Vm, args: &[Value]) -> Res {
    let times = match args[2].bound() {
        Some(times) => Some(vm.index(times)?.max(0) as usize),
        None => None,
    };
    native(
        vm,
        args[0],
        Repeat {
            object: args[1],
            times,
        },
    )
}

#[derive(Clone, Copy, PartialEq)]
enum Selection {
    Combinations,
    WithReplacement,
    Permutations,
}

/// Combinations and permutations of a pool, by the positions in it.
struct Select {
    pool: Box<[Value]>,
    /// Positions selected now; for permutations, of all of the pool.
    indices: Vec<usize>,
    /// Permutations: how often each place is still to be rotated.
    cycles: Vec<usize>,
    what: Selection,
    length: usize,
    state: Progress,
}

#[derive(PartialEq)]
enum Progress {
    Fresh,
    Running,
    Ended,
}

impl Select {
    /// Moves to the next selection; whether there is one.
    fn advance(&mut self) -> bool {
        let (n, r) = (self.pool.len(), self.length);
        match self.what {
            Selection::Combinations => {
                let Some(at) = (0..r).rev().find(|&at| self.indices[at] != at + n - r) else {
                    return false;
                };
                self.indices[at] += 1;
                for next in at + 1..r {
                    self.indices[next] = self.indices[next - 1] + 1;
                }
                true
            }
            Selection::WithReplacement => {
                let Some(at) = (0..r).rev().find(|&at| self.indices[at] + 1 != n) else {
                    return false;
                };
                let value = self.indices[at] + 1;
                self.indices[at..].fill(value);
                true
            }
            Selection::Permutations => {
                for at in (0..r).rev() {
                    self.cycles[at] -= 1;
                    if self.cycles[at] == 0 {
                        self.indices[at..].rotate_left(1);
                        self.cycles[at] = n - at;
                    } else {
                        let other = n - self.cycles[at];
                        self.indices.swap(at, other);
                        return true;
                    }
                }
                false
            }
        }
    }
}

impl NativeIter for Select {
    fn next(&mut self, vm: &mut Vm) -> Res<Option<Value>> {
        match self.state {
            Progress::Fresh => self.state = Progress::Running,
            Progress::Running => {
                if !self.advance() {
                    self.state = Progress::Ended;
                    return Ok(None);
                }
            }
            Progress::Ended => return Ok(None),
        }
        let items: Vec<Value> = self.indices[..self.length]
            .iter()
            .map(|&at| self.pool[at])
            .collect();
        Ok(Some(vm.tuple(&items)))
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&self.pool);
    }
}

fn select(vm: &mut Vm, args: &[Value], what: Selection) -> Res {
    let &[cls, iterable, r] = args else {
        return Err(Throw::Python);
    };
    let pool = vm.collect_again(iterable)?;
    let n = pool.len();
    let length = if r.is_none() && what == Selection::Permutations {
        n as i64
    } else {
        vm.index(r)?
    };
    if length < 0 {
        return Err(vm.value_error("r must be non-negative"));
    }
    let length = length as usize;
    let possible = match what {
        Selection::WithReplacement => n > 0 || length == 0,
        _ => length <= n,
    };
    if possible {
        vm.reserve(length.saturating_mul(8))?;
    }
    let (indices, cycles) = match what {
        _ if !possible => (Vec::new(), Vec::new()),
        Selection::Combinations => ((0..length).collect(), Vec::new()),
        Selection::WithReplacement => (vec![0; length], Vec::new()),
        Selection::Permutations => ((0..n).collect(), (0..length).map(|at| n - at).collect()),
    };
    let state = if possible {
        Progress::Fresh
    } else {
        Progress::Ended
    };
    native(
        vm,
        cls,
        Select {
            pool: pool.into(),
            indices,
            cycles,
            what,
            length,
            state,
        },
    )
}

/// The Cartesian product; the last pool turns fastest.
struct Product {
    pools: Vec<Box<[Value]>>,
    indices: Vec<usize>,
    state: Progress,
}

impl Product {
    fn pool(&self, at: usize) -> &[Value] {
        &self.pools[at % self.pools.len()]
    }
}

impl NativeIter for Product {
    fn next(&mut self, vm: &mut Vm) -> Res<Option<Value>> {
        match self.state {
            Progress::Fresh => self.state = Progress::Running,
            Progress::Running => {
                let mut at = self.indices.len();
                loop {
                    if at == 0 {
                        self.state = Progress::Ended;
                        return Ok(None);
                    }
                    at -= 1;
                    self.indices[at] += 1;
                    if self.indices[at] < self.pool(at).len() {
                        break;
                    }
                    self.indices[at] = 0;
                }
            }
            Progress::Ended => return Ok(None),
        }
        let items: Vec<Value> = self
            .indices
            .iter()
            .enumerate()
            .map(|(at, &index)| self.pool(at)[index])
            .collect();
        Ok(Some(vm.tuple(&items)))
    }
    fn trace(&self, tracer: &mut Tracer) {
        for pool in &self.pools {
            tracer.extend(pool);
        }
    }
}

fn product(vm: &mut Vm, args: &[Value]) -> Res {
    let &[cls, iterables, repeat] = args else {
        return Err(Throw::Python);
    };
    let repeat = vm.index(repeat)?;
    if repeat < 0 {
        return Err(vm.value_error("repeat argument cannot be negative"));
    }
    let mut pools = Vec::new();
    for iterable in vm.heap.tuple(iterables).to_vec() {
        if !matches!(iterable.kind(), Some(Kind::List | Kind::Tuple)) {
            // The prelude makes lists of the others.
            return Err(Throw::Python);
        }
        pools.push(vm.collect(iterable)?.into_boxed_slice());
    }
    let repeat = if pools.is_empty() { 0 } else { repeat as usize };
    let places = pools.len().saturating_mul(repeat);
    vm.reserve(places.saturating_mul(16))?;
    let empty = places > 0 && pools.iter().any(|pool| pool.is_empty());
    let state = if empty {
        Progress::Ended
    } else {
        Progress::Fresh
    };
    native(
        vm,
        cls,
        Product {
            pools,
            indices: vec![0; places],
            state,
        },
    )
}
