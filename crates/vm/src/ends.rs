//! Noticing that an object is gone as soon as CPython would.
//!
//! There are no reference counts. But programs that show how objects end (with
//! `__del__`, weak references, generators with `finally`) expect to see it
//! where a function returns or an attribute gets another value. So while a
//! program has such objects, the places that let go of references look at what
//! they let go of: if it leads to one whose end can be seen, it is written
//! down, and before the next instruction the heap is marked. What was written
//! down and not reached is taken apart as counts would: an object goes when
//! the last one that held it went, and what is part of a circle stays.
//!
//! All this is paid from two budgets that grow with the instructions run. Once
//! they are spent, ends come with a collection, as they do for all others.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::builtins::finalizers::Looks;
use crate::codeobj::CodeObj;
use crate::fiber::{Frame, Ret};
use crate::gc::Tracer;
use crate::run::{ENDING, QUANTUM};
use crate::value::Kind;
use crate::{GeneratorKind, GeneratorState, Value, Vm};

/// What is let go may lead so far to an object whose end can be seen.
const FAR: usize = 64;
/// Objects that may be visited on such ways between two safe points.
const VISITS: usize = 2_000;
/// How far what is let go is looked for before the whole heap is marked.
const NEAR: usize = 400;
/// How often marking the heap may be in vain for one object.
const IN_VAIN: u8 = 3;
/// What a call costs.
const CALL_FUEL: i64 = 4;
/// Larger heaps of garbage are left to the collector.
const TAKEN_APART: usize = 20_000;

/// What is known of objects whose end can be seen.
#[derive(Default)]
pub(crate) struct Ends {
    /// Places that let go of references look at them.
    pub(crate) armed: bool,
    /// The program has such objects or may make some.
    seen: bool,
    /// What was let go of and not looked for yet, in that order.
    dropped: Vec<Value>,
    /// Apart from those after `del`, which are never in vain so often.
    looks_left: Looks,
    /// Until [`Ends::armed`] is turned off.
    visits_left: usize,
    /// Instances that weak references were made to.
    weakly: FxHashSet<Value>,
    /// What was found alive by marking the heap, and how often.
    alive: FxHashMap<Value, u8>,
    /// What [`Vm::gc_threshold`] is to be again once a native's call was looked at.
    pub(crate) gc_threshold: usize,
    /// The next safe point comes early, only to look.
    pub(crate) hurried: bool,
    /// Instances whose `__del__` has been asked for: it runs once.
    pub(crate) done: FxHashSet<Value>,
}

/// Where something that was let go of was found.
#[derive(Clone, Copy, PartialEq)]
enum Nearby {
    /// In a temporary that the frame is about to read.
    Temporary,
    Held,
    Nowhere,
}

impl Ends {
    /// From now on there may be objects whose end can be seen.
    pub(crate) fn arm(&mut self) {
        self.seen = true;
        self.armed = true;
        self.visits_left = VISITS;
    }

    /// At a safe point: what was spent is there again.
    #[inline]
    pub(crate) fn renew(&mut self) {
        if self.seen {
            self.arm();
        }
    }

    pub(crate) fn note_weakref(&mut self, instance: Value) {
        self.weakly.insert(instance);
        self.arm();
    }

    /// In a collection, after all that stays is marked.
    pub(crate) fn forget(&mut self, is_marked: impl Fn(Value) -> bool) {
        self.dropped.clear();
        self.alive.clear();
        self.weakly.retain(|&value| is_marked(value));
        self.done.retain(|&value| is_marked(value));
    }
}

impl Vm {
    /// Whether code of the library (or of the prelude) runs.
    pub(crate) fn runs_library(&self) -> bool {
        let frame = self.frames.iter().rev().find_map(|frame| match frame {
            Frame::Python(frame) if !frame.code.code.flags.hidden => Some(frame),
            _ => None,
        });
        frame.is_none_or(|frame| is_of_library(&frame.code))
    }

    /// A generator was made: its end can be seen if it has `finally` blocks.
    #[inline]
    pub(crate) fn note_generator(&mut self, kind: GeneratorKind, code: &CodeObj) {
        if !code.code.exception_table.is_empty()
            && kind != GeneratorKind::Coroutine
            && !is_of_library(code)
        {
            self.ends.arm();
        }
    }

    /// The frame on top ends.
    #[cold]
    #[inline(never)]
    pub(crate) fn let_go_of_frame(&mut self, returned: Value) {
        let Some(Frame::Python(frame)) = self.frames.last() else {
            return;
        };
        if frame.code.code.flags.hidden {
            return;
        }
        let base = frame.base as usize;
        // Temporaries may be long gone. CPython clears the last of a frame first.
        let count = frame.code.variables as usize;
        for at in (base..base + count).rev() {
            self.drop_value(self.stack[at]);
        }
        self.drop_value(returned);
        // A variable of the caller is about to get another value.
        if let [.., Frame::Python(caller), Frame::Python(frame)] = &self.frames[..]
            && let Ret::Reg(dst) | Ret::Init { dst, .. } = frame.ret
            && u32::from(dst) < caller.code.variables
        {
            self.drop_value(self.stack[caller.base as usize + dst as usize]);
        }
    }

    /// A reference went, in the interpreter or between two instructions.
    #[inline]
    pub(crate) fn drop_value(&mut self, value: Value) {
        if value.is_handle() && self.ends.armed && self.leads_to_seen(value) {
            self.ends.dropped.push(value);
            self.gear |= ENDING;
        }
    }

    /// A name got another value; whether to look.
    #[inline]
    pub(crate) fn lets_go_of(&mut self, old: Value) -> bool {
        if self.is_awaited_soon(old) {
            self.ends.dropped.push(old);
            self.gear |= ENDING;
        } else if self.ends.armed {
            self.drop_value(old);
        }
        self.gear & ENDING != 0
    }

    /// As [`Vm::drop_value`], in a native: the interpreter is told to look
    /// before its next instruction.
    pub fn drop_in_native(&mut self, value: Value) {
        self.drop_value(value);
        self.hasten_look();
    }

    /// A native takes all these out of what held them.
    pub fn drop_all_in_native(&mut self, values: impl IntoIterator<Item = Value>) {
        if self.ends.armed {
            for value in values {
                self.drop_value(value);
            }
            self.hasten_look();
        }
    }

    /// As [`Vm::drop_value`] for all that a container holds, in a native that is
    /// about to take some of it out.
    pub(crate) fn drop_contents(&mut self, container: Value) {
        if self.ends.armed {
            let mut held = Vec::new();
            self.push_held(container, &mut held);
            if !container.is(Kind::Dict) {
                held.reverse();
            }
            self.drop_all_in_native(held);
        }
    }

    fn hasten_look(&mut self) {
        if self.gear & ENDING != 0 && self.gc_threshold != 0 {
            self.ends.gc_threshold = std::mem::take(&mut self.gc_threshold);
        }
    }

    /// Has a safe point come at the next call or jump backwards, without any
    /// instruction counted twice.
    fn hasten_safe_point(&mut self, again: bool) {
        // The call that a safe point came before is let through.
        let fuel = if again { CALL_FUEL } else { 0 };
        self.ends.hurried = true;
        if self.fuel > fuel {
            let left = (QUANTUM - fuel) as u64;
            self.spent = self.instructions().wrapping_sub(left);
            self.fuel = fuel;
        }
    }

    /// Whether an object is, or holds, one whose end can be seen.
    fn leads_to_seen(&mut self, root: Value) -> bool {
        let mut ahead = vec![root];
        let mut visited = 0;
        while let Some(value) = ahead.pop() {
            if self.is_end_seen(value) {
                return self
                    .ends
                    .alive
                    .get(&value)
                    .is_none_or(|&times| times < IN_VAIN);
            }
            visited += 1;
            if visited > FAR || self.ends.visits_left == 0 {
                break;
            }
            self.ends.visits_left -= 1;
            self.push_held(value, &mut ahead);
        }
        if self.ends.visits_left == 0 {
            self.ends.armed = false;
        }
        false
    }

    /// Whether the program can see the end of an object.
    fn is_end_seen(&self, object: Value) -> bool {
        match object.kind() {
            Some(Kind::Instance) => {
                self.has_del(object) && !self.ends.done.contains(&object)
                    || self.ends.weakly.contains(&object)
            }
            Some(Kind::Generator) => self.last_wish(object).is_some(),
            _ => false,
        }
    }

    /// Some of what a value holds, if it is of a kind that may hold anything.
    fn push_held(&self, value: Value, ahead: &mut Vec<Value>) {
        let mut push = |value: Value| {
            if ahead.len() < FAR * 4 && may_hold(value) {
                ahead.push(value);
            }
        };
        let heap = &self.heap;
        match value.kind() {
            Some(Kind::Instance) => {
                let instance = heap.instance(value);
                instance
                    .attrs
                    .iter()
                    .take(FAR)
                    .for_each(|(_, value)| push(value));
                push(instance.dict);
                push(instance.payload);
            }
            Some(Kind::List) => heap.list(value).iter().take(FAR).for_each(|&it| push(it)),
            Some(Kind::Tuple) => heap.tuple(value).iter().take(FAR).for_each(|&it| push(it)),
            Some(Kind::Dict) => heap.dict(value).iter().take(FAR).for_each(|(key, value)| {
                push(key);
                push(value);
            }),
            Some(Kind::Set) => {
                let items = heap.set(value).table.iter().take(FAR);
                items.for_each(|(item, _)| push(item));
            }
            Some(Kind::Cell) => push(heap.cell(value).value),
            Some(Kind::Function) => {
                let function = heap.function(value);
                function.closure.iter().for_each(|&cell| push(cell));
                push(function.defaults);
            }
            Some(Kind::Generator) if heap.generator(value).state != GeneratorState::Running => {
                let generator = heap.generator(value);
                let variables = generator.code.variables as usize;
                let registers = generator.registers.iter().take(variables);
                registers.take(FAR).for_each(|&it| push(it));
            }
            Some(Kind::Exception) => {
                let exception = heap.exception(value);
                let kept = exception
                    .trace
                    .iter()
                    .take(FAR)
                    .filter_map(|it| it.kept.as_ref());
                kept.for_each(|it| it.iter().take(FAR).for_each(|&it| push(it)));
                push(exception.context);
                push(exception.cause);
            }
            Some(Kind::Method | Kind::Iter | Kind::Object) => {
                let few = !value.is(Kind::Object) || heap.object(value).bytes() < FAR * 16;
                if few {
                    let mut tracer = Tracer::default();
                    heap.trace_parts(value, &mut tracer);
                    while let Some(value) = tracer.pop() {
                        push(value);
                    }
                }
            }
            _ => {}
        }
    }

    /// Between two instructions, if something was let go of: finds what is gone
    /// and whether something is to run because of it.
    #[cold]
    #[inline(never)]
    pub(crate) fn look_for_ends(&mut self) -> bool {
        let mut dropped = std::mem::take(&mut self.ends.dropped);
        let again = std::mem::take(&mut self.ends.hurried);
        self.forget_dead_temporaries();
        dropped.retain(|&root| match self.find_nearby(root) {
            Nearby::Held => false,
            Nearby::Nowhere => true,
            Nearby::Temporary => {
                self.ends.dropped.push(root);
                false
            }
        });
        if !self.ends.dropped.is_empty() {
            self.hasten_safe_point(again);
        }
        let now = self.instructions();
        if dropped.is_empty() || !self.ends.looks_left.take(now) {
            return false;
        }
        self.end_unreachable(&dropped);
        !self.pending_finalizers.is_empty()
    }

    /// Temporaries that the frame on top will not read again keep nothing.
    fn forget_dead_temporaries(&mut self) {
        let Some(Frame::Python(frame)) = self.frames.last() else {
            return;
        };
        let (code, base, pc) = (frame.code.clone(), frame.base as usize, frame.pc);
        for register in airlock_bytecode::dead_temporaries(&code.code, pc) {
            self.stack[base + register as usize] = Value::UNBOUND;
        }
    }

    /// Looks for a value where it most likely is, if it is not gone.
    fn find_nearby(&self, wanted: Value) -> Nearby {
        const FRAMES: usize = 3;
        let mut ahead = Vec::new();
        let mut above = self.stack_top();
        let mut frames = 0;
        for frame in self.frames.iter().rev() {
            let Frame::Python(frame) = frame else {
                continue;
            };
            let base = frame.base as usize;
            let variables = base + frame.code.variables as usize;
            for place in base..above {
                let value = self.stack[place];
                if value == wanted {
                    return match place < variables || frames > 0 {
                        true => Nearby::Held,
                        false => Nearby::Temporary,
                    };
                }
                // Temporaries may be long gone.
                if place < variables && may_hold(value) {
                    ahead.push(value);
                }
            }
            if frames == 0 {
                ahead.push(frame.globals);
            }
            above = above.min(base);
            frames += 1;
            if frames == FRAMES {
                break;
            }
        }
        let mut seen = FxHashSet::default();
        while let Some(value) = ahead.pop() {
            if value == wanted {
                return Nearby::Held;
            }
            if seen.len() < NEAR && seen.insert(value) {
                self.push_held(value, &mut ahead);
            }
        }
        Nearby::Nowhere
    }

    /// Marks what can be reached, and has those of the rest that the roots lead
    /// to end, in CPython's order.
    pub(crate) fn end_unreachable(&mut self, roots: &[Value]) {
        self.mark_reachable();
        for &root in roots {
            if self.heap.is_marked(root) && self.ends.alive.len() < 1000 {
                *self.ends.alive.entry(root).or_default() += 1;
            }
        }
        let Some((held, mut counts)) = self.count_garbage(roots) else {
            return;
        };
        let mut ahead: Vec<Value> = roots.iter().rev().copied().collect();
        while let Some(value) = ahead.pop() {
            let Some(count) = counts.get_mut(&value) else {
                continue;
            };
            *count -= 1;
            if *count > 0 {
                continue;
            }
            if let Some(parts) = held.get(&value) {
                ahead.extend(parts.iter().rev());
                self.end_one(value, roots == [value], &held);
            }
        }
    }

    /// What unmarked objects hold, in the order in which they let go of it, and
    /// how often each is held; `None` if it is too much.
    #[allow(clippy::type_complexity)]
    fn count_garbage(
        &mut self,
        roots: &[Value],
    ) -> Option<(FxHashMap<Value, Vec<Value>>, FxHashMap<Value, usize>)> {
        let mut held: FxHashMap<Value, Vec<Value>> = FxHashMap::default();
        let mut counts: FxHashMap<Value, usize> = FxHashMap::default();
        let mut ahead: Vec<Value> = Vec::new();
        for &root in roots {
            if !self.heap.is_marked(root) {
                ahead.push(root);
            }
        }
        for &root in &ahead {
            *counts.entry(root).or_default() += 1;
        }
        while let Some(value) = ahead.pop() {
            if held.contains_key(&value) {
                continue;
            }
            held.insert(value, Vec::new());
            let mut tracer = Tracer::default();
            self.heap.mark_one(value, &mut tracer);
            // A temporary of a generator may be long gone.
            if !self.heap.is_marked(value) {
                held.remove(&value);
                continue;
            }
            let mut parts: Vec<Value> = std::iter::from_fn(|| tracer.pop())
                .filter(|part| held.contains_key(part) || !self.heap.is_marked(*part))
                .collect();
            // Lists and tuples let go of the last item first.
            if !matches!(value.kind(), Some(Kind::List | Kind::Tuple)) {
                parts.reverse();
            }
            for &part in &parts {
                *counts.entry(part).or_default() += 1;
            }
            ahead.extend(&parts);
            held.insert(value, parts);
            if held.len() > TAKEN_APART {
                return None;
            }
        }
        Some((held, counts))
    }

    /// One object is gone.
    fn end_one(&mut self, value: Value, alone: bool, garbage: &FxHashMap<Value, Vec<Value>>) {
        match value.kind() {
            Some(Kind::Instance) if self.has_del(value) && self.ends.done.insert(value) => {
                self.pending_finalizers.push(value);
            }
            Some(Kind::Generator) if self.last_wish(value).is_some() => {
                self.pending_finalizers.push(value);
            }
            Some(Kind::Object) if alone && self.heap.object(value).wants_end() => {
                self.pending_finalizers.push(value);
            }
            _ => {}
        }
        self.clear_weakrefs_of(value, |weakref| garbage.contains_key(&weakref));
    }
}

/// Whether a value is of a kind that may hold objects of the program.
fn may_hold(value: Value) -> bool {
    !matches!(
        value.kind(),
        None | Some(
            Kind::Str | Kind::Bytes | Kind::BigInt | Kind::Native | Kind::Type | Kind::Module
        )
    )
}

fn is_of_library(code: &CodeObj) -> bool {
    code.code.flags.hidden || code.filename.starts_with("/lib/python3.14/")
}
