//! What happens to objects when they go: callbacks of weak references,
//! `__del__`, the end of suspended generators, coroutines nobody awaited.
//!
//! The collector keeps such objects for one more round; what they ask for
//! runs at the next safe point (`run_finalizers` of the prelude).

use crate::fiber::Ret;
use crate::gc::Tracer;
use crate::native::{NativeDef, function};
use crate::run::Exit;
use crate::value::Kind;
use crate::{FiberState, GeneratorKind, GeneratorState, Place, Res, Value, Vm, Wake};

/// What a generator that goes still wants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum LastWish {
    /// Its `finally` blocks may have something to do.
    Close,
    /// The event loop closes it.
    Hook,
    /// A warning that it was never awaited.
    Warning,
}

/// How often the heap may be marked to see what is gone: so many times at once,
/// and once more for as many instructions as it takes the time of.
pub(crate) struct Looks {
    left: u32,
    /// The instructions run when it got more.
    since: u64,
}

impl Default for Looks {
    fn default() -> Looks {
        Looks {
            left: Looks::MOST,
            since: 0,
        }
    }
}

impl Looks {
    const MOST: u32 = 100;
    const INSTRUCTIONS: u64 = 200_000;

    /// Whether there is one left, which is then taken.
    pub(crate) fn take(&mut self, now: u64) -> bool {
        let more = now.saturating_sub(self.since) / Looks::INSTRUCTIONS;
        let left = Looks::MOST.min(self.left.saturating_add(more as u32));
        self.left = left.saturating_sub(1);
        self.since += more * Looks::INSTRUCTIONS;
        left > 0
    }
}

impl Vm {
    /// An instance's `__del__` need not run: it would find nothing to do.
    pub fn forgo_end(&mut self, instance: Value) {
        self.ends.done.insert(instance);
    }

    /// After marking and [`Vm::clear_weakrefs`]: marks what was not reached
    /// but must run something first.
    pub(crate) fn keep_finalizable(&mut self) {
        let found: Vec<Value> = self
            .finalizable()
            .into_iter()
            .filter(|value| !self.heap.is_marked(*value))
            .collect();
        let mut tracer = Tracer::default();
        let mut kept = Vec::new();
        for value in found {
            // Seen before: this time it really goes.
            if value.is(Kind::Instance) && !self.ends.done.insert(value) {
                self.ends.done.remove(&value);
                continue;
            }
            tracer.value(value);
            kept.push(value);
        }
        self.heap.mark_all(&mut tracer);
        self.pending_finalizers.extend(kept);
    }

    /// All objects that want something run when they go.
    fn finalizable(&self) -> Vec<Value> {
        let mut found = Vec::new();
        if self
            .heap
            .types
            .iter()
            .any(|(_, ty)| ty.flags.has_del && ty.flags.heap)
        {
            for (index, instance) in self.heap.instances.iter() {
                if self.heap.ty(instance.class).flags.has_del {
                    found.push(Value::handle(Kind::Instance, index));
                }
            }
        }
        for (index, object) in self.heap.objects.iter() {
            if object.wants_end() {
                found.push(Value::handle(Kind::Object, index));
            }
        }
        for (index, _) in self.heap.generators.iter() {
            let value = Value::handle(Kind::Generator, index);
            if self.last_wish(value).is_some() {
                found.push(value);
            }
        }
        found
    }

    pub(crate) fn last_wish(&self, generator: Value) -> Option<LastWish> {
        let generator = self.heap.generator(generator);
        if generator.code.code.flags.hidden {
            return None;
        }
        match (generator.kind, generator.state) {
            (GeneratorKind::AsyncGenerator, GeneratorState::Suspended)
                if !generator.finalizer.is_none() =>
            {
                Some(LastWish::Hook)
            }
            (GeneratorKind::AsyncGenerator, _) => None,
            (GeneratorKind::Coroutine, GeneratorState::Created) if !generator.awaited => {
                Some(LastWish::Warning)
            }
            (_, GeneratorState::Suspended) if !generator.code.code.exception_table.is_empty() => {
                Some(LastWish::Close)
            }
            _ => None,
        }
    }

    /// After `del` of a name: whether something is to run because the object
    /// that it named is gone. Others wait for the collector; but programs that
    /// show how objects end write `del`, and expect to see it at once.
    ///
    /// There are no reference counts, so this looks at the whole heap. It does
    /// so for objects whose end somebody waits for, and only so often. What is
    /// part of a circle stays, as it would with counts.
    #[inline(never)]
    pub(crate) fn after_delete(&mut self, dead_from: usize) -> bool {
        let object = std::mem::replace(&mut self.forgotten, Value::UNBOUND);
        if self.is_awaited_end(object) {
            let now = self.instructions();
            if !self.looks_left.take(now) {
                return false;
            }
            let top = self.stack_top();
            self.stack[dead_from.min(top)..top].fill(Value::UNBOUND);
            self.end_unreachable(&[object]);
            return !self.pending_finalizers.is_empty();
        }
        self.drop_value(object);
        false
    }

    /// Whether the program can see the end of an object.
    fn is_awaited_end(&self, object: Value) -> bool {
        match object.kind() {
            Some(Kind::Generator) => self.last_wish(object).is_some(),
            Some(Kind::Object) => self.heap.object(object).wants_end(),
            Some(Kind::Instance) => self.has_del(object) || self.is_weakly_referenced(object),
            _ => false,
        }
    }

    /// As [`Vm::is_awaited_end`], for a name that gets another value, which
    /// may be all that a loop does: not if it takes long to know.
    #[inline]
    pub(crate) fn is_awaited_soon(&self, object: Value) -> bool {
        const FEW: usize = 64;
        match object.kind() {
            Some(Kind::Instance) => {
                self.has_del(object)
                    || self.weakrefs.len() <= FEW && self.is_weakly_referenced(object)
            }
            Some(Kind::Generator) => self.last_wish(object).is_some(),
            _ => false,
        }
    }

    pub(crate) fn has_del(&self, object: Value) -> bool {
        object.is(Kind::Instance) && {
            let class = self.heap.instance(object).class;
            self.heap.ty(class).flags.has_del
        }
    }

    /// Begins what [`Vm::pending_finalizers`] asks for, on top of the frame
    /// that is running.
    #[inline(never)]
    pub(crate) fn start_finalizers(&mut self) -> Result<(), Exit> {
        let name = self.intern("run_finalizers");
        // Neither while the VM starts nor where there is no room for frames.
        let ready = !self.prelude.is_unbound() && self.depth + 50 < self.limits.recursion;
        let Some(run) = ready
            .then(|| self.namespace_get(self.prelude, name))
            .flatten()
        else {
            return Ok(());
        };
        let items = std::mem::take(&mut self.pending_finalizers);
        let items = self.list(items);
        let throw = self.tail_call(run, &[items]);
        self.handle(throw, Ret::Discard)
    }

    /// With threads that all wait for others: one may go on once an object
    /// that is gone is finalized (the workers of a forgotten executor, say),
    /// which CPython would have done earlier. Whether there is something to
    /// run now.
    pub(crate) fn finalize_when_stuck(&mut self) -> bool {
        let mut stuck = 0;
        for fiber in &self.fibers {
            match fiber.state {
                FiberState::Parked(Wake {
                    deadline_nanos: None,
                    blocking: true,
                }) => stuck += 1,
                FiberState::Parked(Wake {
                    deadline_nanos: Some(_),
                    ..
                }) => return false,
                _ => {}
            }
        }
        if stuck < 2 || self.fibers_awaiting_news > 0 || self.heap.charged_since_gc() == 0 {
            return false;
        }
        self.collect_garbage();
        if self.pending_finalizers.is_empty() {
            return false;
        }
        let items = std::mem::take(&mut self.pending_finalizers);
        let items = self.list(items);
        let run = self.prelude("run_finalizers");
        self.spawn(run, &[items], Value::NONE, 0);
        true
    }
}

/// Runs what one object asks for.
fn finalize_now(vm: &mut Vm, args: &[Value]) -> Res {
    let value = args[0];
    if let Some(callback) = vm.weakref_callback(value) {
        return Err(vm.tail_call(callback, &[value]));
    }
    if value.is(Kind::Generator) {
        let generator = vm.heap.generator(value);
        let line = generator
            .made_at
            .as_ref()
            .map_or(0, |(code, pc)| code.code.position(*pc).line);
        let hook = generator.finalizer;
        return match vm.last_wish(value) {
            None => Ok(Value::NONE),
            Some(LastWish::Hook) => {
                vm.heap.generator_mut(value).finalizer = Value::NONE;
                Err(vm.tail_call(hook, &[value]))
            }
            Some(LastWish::Warning) => {
                vm.heap.generator_mut(value).awaited = true;
                if vm.unawaited.len() < 1000 {
                    let code = &vm.heap.generator(value).code;
                    let place = Place {
                        filename: code.filename.to_string(),
                        function: code.code.name.to_string(),
                        line,
                    };
                    vm.unawaited.push(place);
                }
                Err(vm.tail_prelude("warn_never_awaited", &[value, Value::count(line as usize)]))
            }
            Some(LastWish::Close) => match vm.lookup_special(value, vm.names.close) {
                Some(close) => vm.call_special(close, value, &[]),
                None => Ok(Value::NONE),
            },
        };
    }
    match vm.lookup_special(value, vm.names.del) {
        Some(method) => {
            if value.is(Kind::Instance) {
                vm.ends.done.insert(value);
            }
            vm.call_special(method, value, &[])
        }
        None => Ok(Value::NONE),
    }
}

/// At the end of the program: whatever still wants something run.
fn unfinalized(vm: &mut Vm, _: &[Value]) -> Res {
    let mut found = std::mem::take(&mut vm.pending_finalizers);
    for value in vm.finalizable() {
        let done = value.is(Kind::Instance) && vm.ends.done.contains(&value);
        let hooked = value.is(Kind::Generator) && vm.last_wish(value) == Some(LastWish::Hook);
        if !done && !hooked && !found.contains(&value) {
            found.push(value);
        }
    }
    Ok(vm.list(found))
}

/// Collects, then runs what the collection asked for.
pub fn collect_and_finalize(vm: &mut Vm, _: &[Value]) -> Res {
    let before = vm.heap.live_bytes();
    vm.collect_garbage();
    let freed = before.saturating_sub(vm.heap.live_bytes()) / 100;
    if vm.pending_finalizers.is_empty() {
        return Ok(Value::count(freed));
    }
    let items = std::mem::take(&mut vm.pending_finalizers);
    let items = vm.list(items);
    Err(vm.tail_prelude("run_finalizers", &[items]))
}

/// What `gc.get_objects` gives, after a collection.
pub fn objects(vm: &mut Vm, _: &[Value]) -> Res {
    let holders = vm.heap.holders();
    Ok(vm.list(holders))
}

/// `gc.get_referents`.
pub fn referents(vm: &mut Vm, args: &[Value]) -> Res {
    let objects = vm.heap.tuple(args[0]).to_vec();
    let mut held = Vec::new();
    for object in objects {
        // Numbers in place are no objects to the collector.
        match object.kind() {
            Some(Kind::List) => held.extend_from_slice(vm.heap.list(object)),
            Some(Kind::Tuple) => held.extend_from_slice(vm.heap.tuple(object)),
            Some(Kind::Dict) => {
                let pairs = vm.heap.dict(object).iter();
                held.extend(pairs.flat_map(|(key, value)| [key, value]));
            }
            _ => held.extend(vm.heap.held_by(object)),
        }
    }
    Ok(vm.list(held))
}

/// `gc.get_referrers`, after a collection.
pub fn referrers(vm: &mut Vm, args: &[Value]) -> Res {
    let objects = vm.heap.tuple(args[0]).to_vec();
    let mut found = vm.heap.holders_of(&objects);
    found.retain(|&holder| holder != args[0]);
    Ok(vm.list(found))
}

/// For the prelude.
pub static FINALIZER_FUNCTIONS: &[NativeDef] = &[
    function("finalize_now", "value, /", finalize_now),
    function("unfinalized", "", unfinalized),
    function("collect_and_finalize", "", collect_and_finalize),
];
