//! The interpreter loop.
//!
//! Each arm is short: the common case inline, the rest in a leaf function
//! that answers with a value or a [`Throw`]. Nothing here recurses.

use std::cell::Cell;

use airlock_bytecode::{BinOp, CmpOp, Instr};

use crate::builtins::generator::AsyncSend;
use crate::call::Flow;
use crate::codeobj::{Cache, CodeObj};
use crate::fiber::{FiberState, Frame, NativeFrame, Ret};
use crate::object::{IterStep, PyFunction, PyIter, TableItem};
use crate::unwind::Undone;
use crate::value::Kind;
use crate::watch::mark_all;
use crate::{Completion, Halt, Res, Throw, Value, Vm};

/// Why [`Vm::run`] came back.
#[derive(Debug)]
pub enum Exit {
    /// The main program ended.
    Finished(Completion),
    /// The slice is spent; call again to go on.
    OutOfFuel,
    /// The current fiber left the machine and asked that the host looks before
    /// another is put on (see [`Vm::pause_requested`]).
    Paused,
    /// Every fiber waits. Without a deadline only an event from outside can
    /// go on; if none can come, this is a deadlock.
    Waiting {
        deadline_nanos: Option<u64>,
        blocking: bool,
    },
    Halted(Halt),
}

/// Between two looks at the collector and at other fibers.
pub(crate) const QUANTUM: i64 = 20_000;

/// Of [`Vm::gear`]: some thread is watched.
pub(crate) const WATCHING: u8 = 1;
/// Of [`Vm::gear`]: something was let go of, and its end may be seen.
pub(crate) const ENDING: u8 = 2;

/// What is allocated between two collections, at the least: half of what a
/// program may have by default, so that it seldom stands still for one.
pub(crate) const GC_BYTES: usize = 32 << 20;

impl Vm {
    /// Makes the main fiber and has it call `callee` when next run.
    pub fn start_main(&mut self, callee: Value, args: &[Value]) {
        self.fibers.clear();
        self.run_queue.clear();
        self.current = usize::MAX;
        self.spawn(callee, args, Value::NONE, 0);
    }

    /// Instructions charged so far.
    pub fn instructions(&self) -> u64 {
        self.spent.wrapping_add((QUANTUM - self.fuel).max(0) as u64)
    }

    /// Runs fibers until all wait, the main one ends, or about `slice`
    /// instructions were run.
    pub fn run(&mut self, slice: u64) -> Exit {
        let end = self.instructions().saturating_add(slice);
        self.slice_end = end.min(self.limits.instructions);
        if self.current == usize::MAX
            && let Err(exit) = self.schedule()
        {
            return exit;
        }
        loop {
            if self.gear & ENDING != 0 {
                self.gear &= !ENDING;
                if self.look_for_ends()
                    && let Err(exit) = self.start_finalizers()
                {
                    return exit;
                }
            }
            let ended = if self.watching {
                self.interpret::<true>()
            } else {
                self.interpret::<false>()
            };
            if let Err(exit) = ended {
                return exit;
            }
        }
    }

    /// Whether any fiber may run now.
    pub fn is_runnable(&self) -> bool {
        self.current != usize::MAX || !self.run_queue.is_empty()
    }

    /// A pause between instructions: counts, collects, lets others run.
    #[cold]
    #[inline(never)]
    fn safe_point(&mut self) -> Result<(), Exit> {
        self.spent = self.instructions();
        self.fuel = QUANTUM;
        if self.stop_requested {
            return Err(Exit::Halted(Halt::Stopped));
        }
        if self.spent >= self.limits.instructions {
            return Err(Exit::Halted(Halt::InstructionLimit));
        }
        if let Err(throw) = self.relieve_memory() {
            // It is raised where the frame is to go on. A loop jumps back to its
            // first instruction, and a `try` may begin there.
            self.top().pc += 1;
            self.handle(throw, Ret::Discard)?;
        }
        if !self.pending_finalizers.is_empty() {
            self.start_finalizers()?;
        }
        self.ends.renew();
        if self.ends.hurried {
            self.gear |= ENDING;
        } else {
            self.preempt_if_due()?;
        }
        if self.spent >= self.slice_end {
            // The next call of `run` goes on right here, so that slices of any
            // length give the same run.
            return Err(Exit::OutOfFuel);
        }
        Ok(())
    }

    fn preempt_if_due(&mut self) -> Result<(), Exit> {
        // About every fifth quantum, as CPython switches every 5 ms.
        if !self.run_queue.is_empty() && (self.spent / QUANTUM as u64).is_multiple_of(5) {
            self.preempt()?;
        }
        Ok(())
    }

    /// Collects if it is time; `MemoryError` if the limit is passed.
    #[inline(never)]
    pub(crate) fn relieve_memory(&mut self) -> Res<()> {
        if self.gc_threshold == 0 {
            self.gc_threshold = self.ends.gc_threshold;
        }
        let due = self.heap.charged_since_gc() > self.gc_threshold
            || self.heap.live_bytes() > self.limits.heap_bytes;
        if !due {
            return Ok(());
        }
        self.collect_garbage();
        if self.heap.live_bytes() > self.limits.heap_bytes {
            return Err(self.memory_error(""));
        }
        Ok(())
    }

    /// Runs the frame on top and what follows, until there is an `Exit`, or a
    /// frame for the other of the two: the one for `WATCHED` looks at each frame
    /// whether a function of `sys.settrace` watches it.
    #[inline(never)]
    fn interpret<const WATCHED: bool>(&mut self) -> Result<(), Exit> {
        // The instructions of a frame that is watched: all marks but the one that
        // is to run.
        let mut marks: Vec<Instr> = Vec::new();
        'frame: loop {
            if self.gear != WATCHED as u8 {
                return Ok(());
            }
            let frame = self.top();
            let code = frame.code.clone();
            let base = frame.base as usize;
            let mut pc = frame.pc as usize;
            let globals = frame.globals;
            let mut instrs: &[Instr] = &code.code.instrs;
            let mut unmarked = usize::MAX;
            if WATCHED && self.is_watched(&code) {
                mark_all(instrs, &mut marks);
                instrs = &marks;
            }

            macro_rules! get {
                ($register:expr) => {
                    self.stack[base + $register as usize]
                };
            }
            macro_rules! set {
                ($register:expr, $value:expr) => {{
                    let value = $value;
                    self.stack[base + $register as usize] = value;
                }};
            }
            macro_rules! save {
                () => {
                    self.top().pc = pc as u32
                };
            }
            // Leaves the instruction with something undone.
            macro_rules! fail {
                ($throw:expr, $ret:expr) => {{
                    let throw = $throw;
                    break (throw, $ret);
                }};
            }
            macro_rules! put {
                ($dst:expr, $result:expr) => {{
                    save!();
                    match $result {
                        Ok(value) => set!($dst, value),
                        Err(throw) => fail!(throw, Ret::Reg($dst)),
                    }
                }};
            }
            // The same for what asks nobody where it is called.
            macro_rules! put_plainly {
                ($dst:expr, $result:expr) => {{
                    match $result {
                        Ok(value) => set!($dst, value),
                        Err(throw) => fail!(throw, Ret::Reg($dst)),
                    }
                }};
            }
            macro_rules! run {
                ($result:expr) => {{
                    save!();
                    if let Err(throw) = $result {
                        fail!(throw, Ret::Discard);
                    }
                }};
            }
            // After something was forgotten that a program may see going.
            macro_rules! let_go {
                ($old:expr) => {{
                    let old = $old;
                    if old.is_handle() && self.lets_go_of(old) {
                        save!();
                        continue 'frame;
                    }
                }};
            }
            // As `let_go!`, where it is not worth looking at each value.
            macro_rules! let_go_if_armed {
                ($old:expr) => {{
                    let old = $old;
                    if self.ends.armed {
                        self.drop_value(old);
                        if self.gear != WATCHED as u8 {
                            save!();
                            continue 'frame;
                        }
                    }
                }};
            }
            // The outcome of a call: a value at once or a new frame.
            macro_rules! flow {
                ($dst:expr, $result:expr) => {{
                    match $result {
                        Ok(Flow::Done(value)) => {
                            set!($dst, value);
                            if self.heap.charged_since_gc() > self.gc_threshold {
                                run!(self.relieve_memory());
                                continue 'frame;
                            }
                        }
                        Ok(Flow::Pushed) => continue 'frame,
                        Err(throw) => fail!(throw, Ret::Reg($dst)),
                    }
                }};
            }
            macro_rules! fuel {
                ($cost:expr) => {{
                    self.fuel -= $cost as i64;
                    if self.fuel < 0 {
                        save!();
                        self.safe_point()?;
                        continue 'frame;
                    }
                }};
            }
            // Before a call is begun: it is begun again after the safe point.
            macro_rules! call_fuel {
                ($cost:expr) => {{
                    self.fuel -= $cost as i64;
                    if self.fuel < 0 {
                        pc -= 1;
                        save!();
                        self.safe_point()?;
                        continue 'frame;
                    }
                }};
            }
            macro_rules! jump {
                ($target:expr) => {{
                    let target = $target as usize;
                    if target < pc {
                        let cost = pc - target;
                        pc = target;
                        fuel!(cost);
                    } else {
                        pc = target;
                    }
                }};
            }
            macro_rules! jump_by {
                ($offset:expr) => {
                    jump!((pc as isize + $offset as isize) as usize)
                };
            }
            macro_rules! branch {
                ($src:expr, $when:literal, $target:expr) => {{
                    let value = get!($src);
                    let truth = if value == Value::TRUE {
                        true
                    } else if value == Value::FALSE || value.is_none() {
                        false
                    } else if value.is(Kind::List) {
                        !self.heap.list(value).is_empty()
                    } else {
                        save!();
                        let ret = Ret::Jump {
                            when: $when,
                            target: $target,
                        };
                        match self.truth(value, ret) {
                            Ok(truth) => truth,
                            Err(undone) => break undone,
                        }
                    };
                    if truth == $when {
                        jump!($target);
                    }
                }};
            }
            macro_rules! arithmetic {
                ($op:ident, $checked:ident, $dst:expr, $a:expr, $b:expr, $float:tt) => {{
                    let (a, b) = (get!($a), get!($b));
                    if a.is_small() && b.is_small() {
                        if let Some(result) = a.small_unchecked().$checked(b.small_unchecked())
                            && let Some(value) = Value::small(result)
                        {
                            set!($dst, value);
                            continue;
                        }
                    } else if let (Some(x), Some(y)) = (a.as_float(), b.as_float()) {
                        set!($dst, Value::float(x $float y));
                        continue;
                    }
                    put_plainly!($dst, self.binary_slow(BinOp::$op, a, b))
                }};
            }
            macro_rules! compare_jump {
                ($op:expr, $a:expr, $b:expr, $when:literal, $offset:expr) => {{
                    let (a, b) = ($a, $b);
                    let holds = if a.is_small() && b.is_small() {
                        compare_small($op, a.small_unchecked(), b.small_unchecked())
                    } else if let Some(holds) = compare_plain($op, a, b) {
                        holds
                    } else {
                        save!();
                        let target = (pc as isize + $offset as isize) as u32;
                        let ret = Ret::Jump {
                            when: $when,
                            target,
                        };
                        match self.compare_truth($op, a, b, ret) {
                            Ok(holds) => holds,
                            Err(undone) => break undone,
                        }
                    };
                    if holds == $when {
                        jump_by!($offset);
                    }
                }};
            }

            // One way out for all that fails: the less code here, the sooner a
            // browser has compiled it for good.
            let (throw, ret) = loop {
                let instr = instrs[pc];
                pc += 1;
                match instr {
                    Instr::Extend { .. } => {}
                    // The compiler makes none: a mark.
                    Instr::Nop if !WATCHED => {}
                    Instr::Nop => {
                        save!();
                        if let Err(throw) = self.before_instruction(pc - 1) {
                            self.handle(throw, Ret::Discard)?;
                            continue 'frame;
                        }
                        pc -= 1;
                        if let Some(mark) = marks.get_mut(unmarked) {
                            *mark = Instr::Nop;
                        }
                        unmarked = pc;
                        marks[pc] = code.code.instrs[pc];
                        instrs = &marks;
                    }

                    Instr::LoadConst { dst, index } => set!(dst, code.consts[index as usize]),
                    Instr::LoadInt { dst, value } => set!(dst, Value::int32(value)),
                    Instr::LoadNone { dst } => {
                        // What a temporary held before may be long gone.
                        let old = match code.code.varnames.get(dst as usize) {
                            Some(_) => get!(dst),
                            None => Value::NONE,
                        };
                        set!(dst, Value::NONE);
                        let_go!(old);
                    }
                    Instr::LetGo { reg } => {
                        let old = get!(reg);
                        set!(reg, Value::UNBOUND);
                        let_go!(old);
                    }
                    Instr::LoadBool { dst, value } => set!(dst, Value::bool(value)),
                    Instr::Move { dst, src } => set!(dst, get!(src)),

                    Instr::CheckLocal { src, name } => {
                        if get!(src).is_unbound() {
                            fail!(self.unbound_local(code.names[name as usize]), Ret::Discard)
                        }
                    }
                    Instr::DeleteLocal { reg, name } => {
                        if get!(reg).is_unbound() {
                            fail!(self.unbound_local(code.names[name as usize]), Ret::Discard)
                        }
                        self.forgotten = get!(reg);
                        set!(reg, Value::UNBOUND);
                    }
                    Instr::LoadGlobal { dst, site } => {
                        let cache = code.caches[site as usize].get();
                        let dict = self.heap.dict(globals);
                        if cache.version != 0 && dict.version() == cache.version {
                            if cache.value.is_unbound() {
                                if let Some(value) = dict.value_at(cache.index as usize) {
                                    set!(dst, value);
                                    continue;
                                }
                            } else {
                                let builtins = self.heap.dict(self.builtins);
                                if builtins.version() as u64 == cache.value.bits()
                                    && let Some(value) = builtins.value_at(cache.index as usize)
                                {
                                    set!(dst, value);
                                    continue;
                                }
                            }
                        }
                        put!(dst, self.load_global(&code, globals, site))
                    }
                    Instr::StoreGlobal { src, name } => {
                        let value = get!(src);
                        let old = self.namespace_swap(globals, code.names[name as usize], value);
                        let_go!(old);
                    }
                    Instr::DeleteGlobal { name } => {
                        run!(self.delete_name(globals, code.names[name as usize]))
                    }
                    Instr::LoadName { dst, name } => {
                        let namespace = self.top().namespace;
                        put!(
                            dst,
                            self.load_name(namespace, globals, code.names[name as usize])
                        )
                    }
                    Instr::StoreName { src, name } => {
                        let value = get!(src);
                        let namespace = self.top().namespace.bound().unwrap_or(globals);
                        let key = code.names[name as usize];
                        if namespace.is(Kind::Dict) {
                            let old = self.namespace_swap(namespace, key, value);
                            let_go!(old);
                        } else {
                            run!(self.store_subscript(namespace, key, value))
                        }
                    }
                    Instr::DeleteName { name } => {
                        let namespace = self.top().namespace.bound().unwrap_or(globals);
                        run!(self.delete_name(namespace, code.names[name as usize]))
                    }
                    Instr::MakeCell { reg } => {
                        let value = get!(reg);
                        set!(reg, self.heap.new_cell(value));
                    }
                    Instr::LoadCell { dst, cell, name } => {
                        let value = self.heap.cell(get!(cell)).value;
                        if value.is_unbound() {
                            fail!(self.empty_cell(&code, cell, name), Ret::Discard)
                        }
                        set!(dst, value);
                    }
                    Instr::StoreCell { cell, src } => {
                        let (cell, value) = (get!(cell), get!(src));
                        self.heap.cell_mut(cell).value = value;
                    }
                    Instr::DeleteCell { cell, name } => {
                        let object = get!(cell);
                        if self.heap.cell(object).value.is_unbound() {
                            fail!(self.empty_cell(&code, cell, name), Ret::Discard)
                        }
                        let cell = self.heap.cell_mut(object);
                        self.forgotten = std::mem::replace(&mut cell.value, Value::UNBOUND);
                    }
                    Instr::AfterDelete { temps } => {
                        save!();
                        if self.after_delete(base + temps as usize) {
                            self.start_finalizers()?;
                            continue 'frame;
                        }
                        if self.gear != WATCHED as u8 {
                            continue 'frame;
                        }
                    }
                    Instr::LoadClassCell { dst, cell, name } => {
                        let namespace = self.top().namespace;
                        let key = code.names[name as usize];
                        put!(
                            dst,
                            self.load_class_cell(&code, namespace, get!(cell), cell, key, name)
                        )
                    }
                    Instr::LoadFromNamespaceOrGlobal {
                        dst,
                        namespace,
                        name,
                    } => {
                        let namespace = get!(namespace);
                        put!(
                            dst,
                            self.load_name(namespace, globals, code.names[name as usize])
                        )
                    }
                    Instr::LoadFromNamespaceOrCell { dst, cell, name } => {
                        let namespace = get!(dst);
                        let key = code.names[name as usize];
                        put!(
                            dst,
                            self.load_class_cell(&code, namespace, get!(cell), cell, key, name)
                        )
                    }

                    Instr::LoadAttr { dst, obj, site } => {
                        let value = get!(obj);
                        if value.is(Kind::Instance) {
                            let instance = self.heap.instance(value);
                            let cache = code.caches[site as usize].get();
                            if cache.version == self.heap.type_version(instance.class) {
                                if cache.index != NOT_OWN {
                                    let at = cache.index as usize;
                                    if let Some(found) = instance.attrs.value_of(at, cache.value) {
                                        set!(dst, found);
                                        continue;
                                    }
                                } else if cache.value.is(Kind::Function) {
                                    set!(dst, self.heap.new_method(cache.value, value));
                                    continue;
                                } else {
                                    set!(dst, cache.value);
                                    continue;
                                }
                            }
                        }
                        put!(dst, self.load_attr_slow(&code, value, site))
                    }
                    Instr::StoreAttr { obj, src, site } => {
                        let (object, value) = (get!(obj), get!(src));
                        if object.is(Kind::Instance) {
                            let instance = self.heap.instance(object);
                            let cache = code.caches[site as usize].get();
                            if cache.version == self.heap.type_version(instance.class)
                                && instance.dict.is_none()
                            {
                                let name = cache.value;
                                let instance = self.heap.instance_mut(object);
                                let at = cache.index as usize;
                                if let Some(old) = instance.attrs.value_of(at, name) {
                                    instance.attrs.set_value(at, value);
                                    let_go_if_armed!(old);
                                    continue;
                                }
                                if at == instance.attrs.positions() && at <= 8 {
                                    // Attributes come in the order seen before.
                                    let hash = self.heap.str_table_hash(name);
                                    self.heap
                                        .instance_mut(object)
                                        .attrs
                                        .insert_new(name, value, hash);
                                    self.heap.charge(32);
                                    continue;
                                }
                            }
                        }
                        if self.ends.armed {
                            let name = code.names[code.code.sites[site as usize] as usize];
                            let old = self.own_attr(object, name);
                            run!(self.store_attr_slow(&code, object, site, value));
                            let_go_if_armed!(old.unwrap_or(Value::NONE));
                            continue;
                        }
                        run!(self.store_attr_slow(&code, object, site, value))
                    }
                    Instr::DeleteAttr { obj, site } => {
                        let name = code.names[code.code.sites[site as usize] as usize];
                        let object = get!(obj);
                        let old = match self.ends.armed {
                            true => self.own_attr(object, name).unwrap_or(Value::NONE),
                            false => Value::NONE,
                        };
                        run!(self.set_attr(object, name, Value::UNBOUND));
                        let_go_if_armed!(old);
                    }
                    Instr::LoadSuperAttr {
                        dst,
                        base: at,
                        site,
                    } => {
                        let (super_, class, object) = (get!(at), get!(at + 1), get!(at + 2));
                        let name = code.names[code.code.sites[site as usize] as usize];
                        put!(dst, self.load_super(super_, class, object, name))
                    }
                    Instr::LoadSubscr { dst, obj, key } => {
                        let (object, key) = (get!(obj), get!(key));
                        if let Some(index) = key.as_small() {
                            if object.is(Kind::List) {
                                let list = self.heap.list(object);
                                if let Some(at) = Vm::position(index, list.len()) {
                                    set!(dst, list[at]);
                                    continue;
                                }
                            } else if object.is(Kind::Tuple) {
                                let tuple = self.heap.tuple(object);
                                if let Some(at) = Vm::position(index, tuple.len()) {
                                    set!(dst, tuple[at]);
                                    continue;
                                }
                            }
                        }
                        if object.is(Kind::Dict)
                            && let Ok(hash) = self.heap.key_hash(key)
                            && let Ok(Some(at)) =
                                self.heap.find_in(self.heap.dict(object), key, hash)
                            && let Some(entry) = self.heap.dict(object).entry(at)
                        {
                            set!(dst, entry.value);
                            continue;
                        }
                        put_plainly!(dst, self.subscript(object, key))
                    }
                    Instr::StoreSubscr { obj, key, src } => {
                        let (object, key, value) = (get!(obj), get!(key), get!(src));
                        if object.is(Kind::List) {
                            if let Some(index) = key.as_small() {
                                let list = self.heap.list_mut(object);
                                if let Some(at) = Vm::position(index, list.len()) {
                                    let old = std::mem::replace(&mut list[at], value);
                                    let_go_if_armed!(old);
                                    continue;
                                }
                            }
                        } else if object.is(Kind::Dict) {
                            if self.ends.armed
                                && let Ok(Some(old)) = self.dict_get(object, key)
                            {
                                run!(self.dict_set(object, key, value));
                                let_go_if_armed!(old);
                                continue;
                            }
                            match self.dict_set(object, key, value) {
                                Ok(()) => continue,
                                Err(Throw::Python) => {}
                                Err(throw) => fail!(throw, Ret::Discard),
                            }
                        }
                        run!(self.store_subscript(object, key, value))
                    }
                    Instr::DeleteSubscr { obj, key } => {
                        let (object, key) = (get!(obj), get!(key));
                        if object.is(Kind::List)
                            && let Some(index) = key.as_small()
                        {
                            let list = self.heap.list_mut(object);
                            if let Some(at) = Vm::position(index, list.len()) {
                                let old = list.remove(at);
                                let_go_if_armed!(old);
                                continue;
                            }
                        }
                        if self.ends.armed
                            && object.is(Kind::Dict)
                            && let Ok(Some(old)) = self.dict_get(object, key)
                        {
                            run!(self.delete_subscript(object, key));
                            let_go_if_armed!(old);
                            continue;
                        }
                        run!(self.delete_subscript(object, key));
                        if self.gear != WATCHED as u8 {
                            continue 'frame;
                        }
                    }
                    Instr::BuildSlice { dst, base: at } => {
                        // The item or items that the next instruction wants.
                        match instrs[pc] {
                            Instr::LoadSubscr {
                                dst: items,
                                obj,
                                key,
                            } if key == dst && items <= dst => {
                                let bounds = [get!(at), get!(at + 1), get!(at + 2)];
                                if let Some(result) = self.load_slice(get!(obj), bounds) {
                                    pc += 1;
                                    put_plainly!(items, result);
                                    continue;
                                }
                            }
                            Instr::StoreSubscr { obj, key, src } if key == dst => {
                                let bounds = [get!(at), get!(at + 1), get!(at + 2)];
                                let object = get!(obj);
                                self.drop_contents(object);
                                if self.store_slice(object, bounds, get!(src)) {
                                    pc += 1;
                                    let_go_if_armed!(Value::NONE);
                                    continue;
                                }
                            }
                            _ => {}
                        }
                        let slice = self.new_slice(get!(at), get!(at + 1), get!(at + 2));
                        set!(dst, slice);
                    }

                    Instr::Add { dst, a, b } => {
                        arithmetic!(Add, checked_add, dst, a, b, +)
                    }
                    Instr::Sub { dst, a, b } => {
                        arithmetic!(Sub, checked_sub, dst, a, b, -)
                    }
                    Instr::Mul { dst, a, b } => {
                        arithmetic!(Mul, checked_mul, dst, a, b, *)
                    }
                    Instr::AddInt { dst, a, value } => {
                        let a = get!(a);
                        if a.is_small()
                            && let Some(result) = Value::small(a.small_unchecked() + value as i64)
                        {
                            set!(dst, result);
                        } else {
                            put_plainly!(dst, self.add_int(a, value))
                        }
                    }
                    Instr::InPlaceInt { dst, a, value } => {
                        let a = get!(a);
                        if a.is_small()
                            && let Some(result) = Value::small(a.small_unchecked() + value as i64)
                        {
                            set!(dst, result);
                        } else {
                            let (op, b) = if value < 0 {
                                (BinOp::Sub, Value::int32(-(value as i32)))
                            } else {
                                (BinOp::Add, Value::int32(value as i32))
                            };
                            put_plainly!(dst, self.in_place(op, a, b))
                        }
                    }
                    Instr::Binary { op, dst, a, b } => {
                        let (a, b) = (get!(a), get!(b));
                        if let Some(value) = binary_fast(op, a, b) {
                            set!(dst, value);
                        } else {
                            put_plainly!(dst, self.binary_slow(op, a, b))
                        }
                    }
                    Instr::InPlace { op, dst, a, b } => {
                        let (a, b) = (get!(a), get!(b));
                        if let Some(value) = binary_fast(op, a, b) {
                            set!(dst, value);
                        } else {
                            put_plainly!(dst, self.in_place(op, a, b))
                        }
                    }
                    Instr::Compare { op, dst, a, b } => {
                        let (a, b) = (get!(a), get!(b));
                        if a.is_small() && b.is_small() && !matches!(op, CmpOp::In | CmpOp::NotIn) {
                            set!(
                                dst,
                                Value::bool(compare_small(
                                    op,
                                    a.small_unchecked(),
                                    b.small_unchecked()
                                ))
                            );
                        } else if let Some(holds) =
                            compare_plain(op, a, b).or_else(|| self.compare_fast(op, a, b))
                        {
                            set!(dst, Value::bool(holds));
                        } else {
                            put_plainly!(dst, self.compare_slow(op, a, b))
                        }
                    }
                    Instr::Not { dst, src } => {
                        let value = get!(src);
                        save!();
                        match self.truth(value, Ret::Not(dst)) {
                            Ok(truth) => set!(dst, Value::bool(!truth)),
                            Err(undone) => break undone,
                        }
                    }
                    Instr::Negative { dst, src } => {
                        let value = get!(src);
                        if value.is_float() {
                            set!(dst, value.negated());
                        } else {
                            put!(dst, self.unary(value, self.names.neg, "-"))
                        }
                    }
                    Instr::Positive { dst, src } => {
                        put!(dst, self.unary(get!(src), self.names.pos, "+"))
                    }
                    Instr::Invert { dst, src } => {
                        put!(dst, self.unary(get!(src), self.names.invert, "~"))
                    }

                    Instr::Jump { target } => jump!(target),
                    Instr::JumpIfTrue { src, target } => branch!(src, true, target),
                    Instr::JumpIfFalse { src, target } => branch!(src, false, target),
                    Instr::JumpIfNone { src, target } => {
                        if get!(src).is_none() {
                            jump!(target);
                        }
                    }
                    Instr::JumpIfNotNone { src, target } => {
                        if !get!(src).is_none() {
                            jump!(target);
                        }
                    }
                    Instr::JumpIfCompare { op, a, b, offset } => {
                        compare_jump!(op, get!(a), get!(b), true, offset)
                    }
                    Instr::JumpUnlessCompare { op, a, b, offset } => {
                        compare_jump!(op, get!(a), get!(b), false, offset)
                    }
                    Instr::JumpIfCompareInt {
                        op,
                        a,
                        value,
                        offset,
                    } => {
                        compare_jump!(op, get!(a), Value::int32(value as i32), true, offset)
                    }
                    Instr::JumpUnlessCompareInt {
                        op,
                        a,
                        value,
                        offset,
                    } => {
                        compare_jump!(op, get!(a), Value::int32(value as i32), false, offset)
                    }

                    Instr::GetIter { dst, src } => {
                        let value = get!(src);
                        if value.is(Kind::List) {
                            set!(dst, self.heap.new_iter(PyIter::List { list: value, at: 0 }));
                        } else {
                            put_plainly!(dst, self.get_iter(value))
                        }
                    }
                    Instr::ForNext { iter, dst, offset } => {
                        let iter = get!(iter);
                        let target = (pc as isize + offset as isize) as u32;
                        if iter.is(Kind::Iter) {
                            match self.heap.iter_mut(iter) {
                                PyIter::Range {
                                    next,
                                    step,
                                    remaining,
                                } => {
                                    if *remaining == 0 {
                                        continue;
                                    }
                                    *remaining -= 1;
                                    let value = *next;
                                    *next = next.wrapping_add(*step);
                                    let value = match Value::small(value) {
                                        Some(small) => small,
                                        None => self.heap.new_int(value),
                                    };
                                    set!(dst, value);
                                    jump!(target);
                                    continue;
                                }
                                PyIter::List { list, at } => {
                                    let (list, position) = (*list, *at);
                                    *at += 1;
                                    match self.heap.list(list).get(position) {
                                        Some(&item) => {
                                            set!(dst, item);
                                            jump!(target);
                                        }
                                        None => {
                                            let class = self.types.list_iterator;
                                            *self.heap.iter_mut(iter) = PyIter::Exhausted { class };
                                            let_go_if_armed!(list);
                                        }
                                    }
                                    continue;
                                }
                                PyIter::Wrapped { inner, .. } => {
                                    let inner = *inner;
                                    save!();
                                    match self.resume(
                                        inner,
                                        Value::NONE,
                                        Ret::ForNext { dst, target },
                                    ) {
                                        Ok(Flow::Done(_)) => continue,
                                        Ok(Flow::Pushed) => {
                                            self.fuel -= 8;
                                            continue 'frame;
                                        }
                                        Err(throw) => fail!(throw, Ret::Discard),
                                    }
                                }
                                PyIter::Tuple { tuple, at } => {
                                    let (tuple, position) = (*tuple, *at);
                                    if let Some(&item) = self.heap.tuple(tuple).get(position) {
                                        if let PyIter::Tuple { at, .. } = self.heap.iter_mut(iter) {
                                            *at += 1;
                                        }
                                        set!(dst, item);
                                        jump!(target);
                                        continue;
                                    }
                                }
                                PyIter::Enumerate { .. }
                                | PyIter::Zip { .. }
                                | PyIter::Table {
                                    what: TableItem::Pair,
                                    ..
                                } => {
                                    // A pair that is unpacked at once is not made.
                                    let at = target as usize;
                                    if let Instr::UnpackSequence {
                                        src,
                                        base: first,
                                        count: 2,
                                    } = instrs[at]
                                        && src == dst
                                        && at < pc
                                        && let Some((left, right)) = self.next_pair(iter)
                                    {
                                        set!(first, left);
                                        set!(first + 1, right);
                                        let cost = pc - at;
                                        pc = at + 1;
                                        fuel!(cost);
                                        continue;
                                    }
                                }
                                _ => {}
                            }
                            match self.iter_next(iter) {
                                Ok(Some(item)) => {
                                    set!(dst, item);
                                    jump!(target);
                                }
                                Ok(None) => let_go_if_armed!(iter),
                                Err(Throw::Python) => {
                                    save!();
                                    let throw = self.next_by_method(iter);
                                    fail!(throw, Ret::ForNextCall { dst, target })
                                }
                                Err(throw) => fail!(throw, Ret::ForNextCall { dst, target }),
                            }
                        } else if iter.is(Kind::Generator) {
                            let free = base + code.registers as usize;
                            if self.resume_plainly(iter, free, pc, dst, target) {
                                self.fuel -= 8;
                                continue 'frame;
                            }
                            save!();
                            match self.resume(iter, Value::NONE, Ret::ForNext { dst, target }) {
                                Ok(Flow::Done(_)) => {}
                                Ok(Flow::Pushed) => {
                                    self.fuel -= 8;
                                    continue 'frame;
                                }
                                Err(throw) => fail!(throw, Ret::Discard),
                            }
                        } else {
                            save!();
                            match self.next_of(iter, Ret::ForNextCall { dst, target }) {
                                Ok(Some(Flow::Done(value))) => {
                                    set!(dst, value);
                                    jump!(target);
                                }
                                Ok(Some(Flow::Pushed)) => continue 'frame,
                                Ok(None) => {}
                                Err(throw) => fail!(throw, Ret::ForNextCall { dst, target }),
                            }
                        }
                    }
                    Instr::GetAsyncIter { dst, src } => {
                        put!(dst, self.get_async_iter(get!(src)))
                    }
                    Instr::GetAsyncNext { dst, iter } => {
                        put!(dst, self.get_async_next(get!(iter)))
                    }
                    Instr::EndAsyncFor { exc } => {
                        let exception = get!(exc);
                        if !self.is_instance(exception, self.types.stop_async_iteration) {
                            self.reraising = true;
                            fail!(Throw::Raise(exception), Ret::Discard)
                        }
                    }
                    Instr::UnpackSequence {
                        src,
                        base: first,
                        count,
                    } => {
                        let value = get!(src);
                        let count = count as usize;
                        let at = base + first as usize;
                        if let Some(items) = self.heap.as_items(value)
                            && items.len() == count
                        {
                            if let &[left, right] = items {
                                set!(first, left);
                                set!(first + 1, right);
                            } else {
                                self.stack[at..at + count].copy_from_slice(items);
                            }
                        } else {
                            save!();
                            match self.unpack(value, count) {
                                Ok(items) => self.stack[at..at + count].copy_from_slice(&items),
                                Err(Throw::Materialize(value)) => {
                                    // Unpacked again as a list.
                                    let count = Value::count(count);
                                    let throw = self.tail_prelude("unpack_items", &[value, count]);
                                    fail!(throw, Ret::Again(src))
                                }
                                Err(throw) => fail!(throw, Ret::Discard),
                            }
                        }
                    }
                    Instr::UnpackEx {
                        before,
                        src,
                        base: first,
                        after,
                    } => {
                        let value = get!(src);
                        let at = base + first as usize;
                        save!();
                        match self.unpack_ex(value, before as usize, after as usize) {
                            Ok(items) => self.stack[at..at + items.len()].copy_from_slice(&items),
                            Err(Throw::Materialize(value)) => {
                                let throw = self.tail_prelude("list_of", &[value]);
                                fail!(throw, Ret::Again(src))
                            }
                            Err(throw) => fail!(throw, Ret::Discard),
                        }
                    }

                    Instr::Call {
                        dst,
                        base: at,
                        argc,
                    } => {
                        let callee = get!(at);
                        let first = base + at as usize + 1;
                        call_fuel!(4);
                        if callee.is(Kind::Function) {
                            let argc = argc as usize;
                            if self.call_plainly(callee, first, argc, pc, dst) {
                                continue 'frame;
                            }
                            save!();
                            if self.await_at_once(&code, pc, callee, first, argc, dst) {
                                continue 'frame;
                            }
                            flow!(
                                dst,
                                self.call_function(
                                    callee,
                                    first,
                                    argc,
                                    Value::UNBOUND,
                                    Ret::Reg(dst)
                                )
                            )
                        } else {
                            save!();
                            flow!(
                                dst,
                                self.call_window(
                                    callee,
                                    first,
                                    argc as usize,
                                    Value::UNBOUND,
                                    Ret::Reg(dst)
                                )
                            )
                        }
                    }
                    Instr::CallKw {
                        dst,
                        base: at,
                        argc,
                    } => {
                        let callee = get!(at);
                        let names = call_names(&code, pc);
                        pc += 1;
                        save!();
                        let first = base + at as usize + 1;
                        flow!(
                            dst,
                            self.call_window(callee, first, argc as usize, names, Ret::Reg(dst))
                        )
                    }
                    Instr::LoadMethod { dst, obj, site } => {
                        let value = get!(obj);
                        let cache = code.caches[site as usize].get();
                        let known = if value.is(Kind::Instance) {
                            let class = self.heap.instance(value).class;
                            cache.index == NOT_OWN && cache.version == self.heap.type_version(class)
                        } else {
                            cache.index == OF_ONE_CLASS && cache.version == value.upper_bits()
                        };
                        if known {
                            set!(dst, cache.value);
                            set!(dst + 1, value);
                            continue;
                        }
                        save!();
                        match self.load_method(&code, value, site) {
                            Ok((method, receiver)) => {
                                set!(dst, method);
                                set!(dst + 1, receiver);
                            }
                            Err(throw) => {
                                set!(dst, Value::UNBOUND);
                                fail!(throw, Ret::Reg(dst + 1))
                            }
                        }
                    }
                    Instr::CallMethod {
                        dst,
                        base: at,
                        argc,
                    } => {
                        let callee = get!(at);
                        call_fuel!(4);
                        if callee.is_unbound() {
                            let callee = get!(at + 1);
                            let first = base + at as usize + 2;
                            save!();
                            flow!(
                                dst,
                                self.call_window(
                                    callee,
                                    first,
                                    argc as usize,
                                    Value::UNBOUND,
                                    Ret::Reg(dst)
                                )
                            )
                        } else {
                            let first = base + at as usize + 1;
                            let argc = argc as usize + 1;
                            if callee.is(Kind::Function) {
                                if self.call_plainly(callee, first, argc, pc, dst) {
                                    continue 'frame;
                                }
                                save!();
                                if self.await_at_once(&code, pc, callee, first, argc, dst) {
                                    continue 'frame;
                                }
                                flow!(
                                    dst,
                                    self.call_function(
                                        callee,
                                        first,
                                        argc,
                                        Value::UNBOUND,
                                        Ret::Reg(dst)
                                    )
                                )
                            } else if callee == self.list_append
                                && argc == 2
                                && self.stack[first].is(Kind::List)
                            {
                                let (list, item) = (self.stack[first], self.stack[first + 1]);
                                self.heap.charge(8);
                                self.heap.list_mut(list).push(item);
                                set!(dst, Value::NONE);
                                if self.heap.charged_since_gc() > self.gc_threshold {
                                    run!(self.relieve_memory());
                                }
                            } else if callee == self.dict_get
                                && let Some(value) = self.get_item_or_default(first, argc)
                            {
                                set!(dst, value);
                            } else if callee.is(Kind::Native) {
                                save!();
                                let result = self.call_native_window(callee, first, argc);
                                flow!(dst, result.map(Flow::Done))
                            } else {
                                save!();
                                flow!(
                                    dst,
                                    self.call_window(
                                        callee,
                                        first,
                                        argc,
                                        Value::UNBOUND,
                                        Ret::Reg(dst)
                                    )
                                )
                            }
                        }
                    }
                    Instr::CallMethodKw {
                        dst,
                        base: at,
                        argc,
                    } => {
                        let names = call_names(&code, pc);
                        pc += 1;
                        save!();
                        let callee = get!(at);
                        if callee.is_unbound() {
                            let callee = get!(at + 1);
                            let first = base + at as usize + 2;
                            flow!(
                                dst,
                                self.call_window(
                                    callee,
                                    first,
                                    argc as usize,
                                    names,
                                    Ret::Reg(dst)
                                )
                            )
                        } else {
                            let first = base + at as usize + 1;
                            flow!(
                                dst,
                                self.call_window(
                                    callee,
                                    first,
                                    argc as usize + 1,
                                    names,
                                    Ret::Reg(dst)
                                )
                            )
                        }
                    }
                    Instr::CallEx { dst, base: at } => {
                        let (callee, args, kwargs) = (get!(at), get!(at + 1), get!(at + 2));
                        call_fuel!(4);
                        save!();
                        flow!(dst, self.call_spread(callee, args, kwargs, Ret::Reg(dst)))
                    }
                    Instr::Return { src } => {
                        let value = get!(src);
                        self.return_value(value)?;
                        continue 'frame;
                    }
                    Instr::ReturnNone => {
                        self.return_value(Value::NONE)?;
                        continue 'frame;
                    }

                    Instr::BuildTuple {
                        dst,
                        base: at,
                        count,
                    } => {
                        let first = base + at as usize;
                        let tuple = match count {
                            0 => self.empty_tuple,
                            2 => self.heap.new_tuple([get!(at), get!(at + 1)]),
                            _ => {
                                let items = &self.stack[first..first + count as usize];
                                self.heap.new_tuple(items)
                            }
                        };
                        set!(dst, tuple);
                    }
                    Instr::BuildList {
                        dst,
                        base: at,
                        count,
                    } => {
                        let first = base + at as usize;
                        let items = self.stack[first..first + count as usize].to_vec();
                        set!(dst, self.heap.new_list(items));
                    }
                    Instr::BuildSet {
                        dst,
                        base: at,
                        count,
                    } => {
                        let first = base + at as usize;
                        let items = self.stack[first..first + count as usize].to_vec();
                        put_plainly!(dst, self.build_set(items))
                    }
                    Instr::BuildDict {
                        dst,
                        base: at,
                        count,
                    } => {
                        let first = base + at as usize;
                        let items = self.stack[first..first + 2 * count as usize].to_vec();
                        put_plainly!(dst, self.build_dict(items))
                    }
                    Instr::ListAppend { list, item } => {
                        let (list, item) = (get!(list), get!(item));
                        self.heap.list_mut(list).push(item);
                        self.heap.charge(8);
                    }
                    Instr::ListExtend { list, iterable } => {
                        run!(self.list_extend(get!(list), get!(iterable)))
                    }
                    Instr::SetAdd { set, item } => {
                        let (set, item) = (get!(set), get!(item));
                        if let Err(throw) = self.set_add_item(set, item) {
                            fail!(throw, Ret::Discard);
                        }
                    }
                    Instr::SetUpdate { set, iterable } => {
                        run!(self.set_update(get!(set), get!(iterable)))
                    }
                    Instr::DictInsert { dict, key, value } => {
                        let (dict, key, value) = (get!(dict), get!(key), get!(value));
                        run!(self.store_subscript(dict, key, value))
                    }
                    Instr::DictUpdate { dict, mapping } => {
                        run!(self.dict_update(get!(dict), get!(mapping)))
                    }
                    Instr::DictMerge {
                        dict,
                        mapping,
                        func,
                    } => {
                        run!(self.dict_merge(get!(dict), get!(mapping), get!(func)))
                    }
                    Instr::ListToTuple { dst, src } => {
                        let items = self.heap.as_items(get!(src)).unwrap_or(&[]).to_vec();
                        let tuple = self.tuple(&items);
                        set!(dst, tuple);
                    }
                    Instr::FormatValue {
                        conversion,
                        dst,
                        src,
                        spec,
                    } => {
                        let (value, spec) = (get!(src), get!(spec));
                        if conversion == 0 && spec.is_none() && value.is(Kind::Str) {
                            set!(dst, value);
                        } else {
                            put!(dst, self.format_field(conversion, value, spec))
                        }
                    }
                    Instr::BuildString {
                        dst,
                        base: at,
                        count,
                    } => {
                        let first = base + at as usize;
                        put_plainly!(dst, self.build_string(first, count as usize))
                    }

                    Instr::MakeFunction { dst, index } => {
                        let Instr::Extend { value: at } = instrs[pc] else {
                            unreachable!()
                        };
                        pc += 1;
                        let at = (at != u32::MAX).then(|| base + at as usize);
                        let function = self.make_function(&code, index as usize, base, at);
                        set!(dst, function);
                    }
                    Instr::LoadBuildClass { dst } => {
                        put!(dst, self.load_build_class(globals))
                    }
                    Instr::LoadNamespace { dst } => {
                        let namespace = self.top().namespace;
                        set!(dst, namespace.bound().unwrap_or(globals));
                    }
                    Instr::ImportName {
                        dst,
                        name,
                        base: at,
                    } => {
                        let (level, from_list) = (get!(at), get!(at + 1));
                        let name = code.names[name as usize];
                        put!(dst, self.import_name(name, globals, from_list, level))
                    }
                    Instr::ImportFrom { dst, module, name } => {
                        let name = code.names[name as usize];
                        put!(dst, self.import_from(get!(module), name))
                    }
                    Instr::ImportStar { module } => {
                        let namespace = self.top().namespace.bound().unwrap_or(globals);
                        let module = get!(module);
                        let throw = {
                            save!();
                            self.tail_prelude("import_star", &[module, namespace])
                        };
                        fail!(throw, Ret::Discard)
                    }

                    Instr::Raise { exc } => {
                        save!();
                        let throw = self.raise(get!(exc), Value::UNBOUND);
                        fail!(throw, Ret::Discard)
                    }
                    Instr::RaiseFrom { exc, cause } => {
                        save!();
                        let throw = self.raise(get!(exc), get!(cause));
                        fail!(throw, Ret::Discard)
                    }
                    Instr::RaiseActive => {
                        save!();
                        let handled = self.handled_exception();
                        if handled.is_none() {
                            fail!(
                                self.runtime_error("No active exception to reraise"),
                                Ret::Discard
                            )
                        }
                        self.reraising = true;
                        fail!(Throw::Raise(handled), Ret::Discard)
                    }
                    Instr::Reraise { exc } => {
                        let exception = get!(exc);
                        self.reraising = true;
                        fail!(Throw::Raise(exception), Ret::Discard)
                    }
                    Instr::PushHandled { saved, exc } => {
                        let exception = get!(exc);
                        let frame = self.top();
                        let before = std::mem::replace(&mut frame.handled, exception);
                        set!(saved, before);
                    }
                    Instr::PopHandled { saved } => {
                        let before = get!(saved);
                        let handled = std::mem::replace(&mut self.top().handled, before);
                        let_go_if_armed!(handled);
                    }
                    Instr::ExceptionMatches { dst, exc, ty } => {
                        let (exception, ty) = (get!(exc), get!(ty));
                        put!(dst, self.exception_matches(exception, ty))
                    }
                    Instr::ExceptionGroupSplit { dst, exc, ty } => {
                        save!();
                        let _ = dst;
                        let throw =
                            self.tail_prelude("exception_group_split", &[get!(exc), get!(ty)]);
                        // The pair is unpacked into `dst` and `dst + 1`.
                        let throw = self.split_into(throw, base + dst as usize);
                        fail!(throw, Ret::Discard)
                    }
                    Instr::ExceptionGroupRejoin { dst, raised, exc } => {
                        save!();
                        let throw =
                            self.tail_prelude("exception_group_rejoin", &[get!(raised), get!(exc)]);
                        fail!(throw, Ret::Reg(dst))
                    }
                    Instr::LoadSpecial { special, dst, obj } => {
                        put!(dst, self.load_special(special, get!(obj)))
                    }
                    Instr::ExceptionTriple { base: at, exc } => {
                        let exception = get!(exc);
                        let traceback = self.traceback_of(exception);
                        set!(at, self.type_of(exception));
                        set!(at + 1, exception);
                        set!(at + 2, traceback);
                    }
                    Instr::LoadAssertionError { dst } => set!(dst, self.types.assertion_error),

                    Instr::Yield { dst, src } => {
                        let value = get!(src);
                        self.fuel -= 8;
                        if let Some(Frame::Python(frame)) = self.frames.last()
                            && let Ret::Collect { list } = frame.ret
                        {
                            self.collect_item(list, value);
                            set!(dst, Value::NONE);
                            continue;
                        }
                        if self.suspend_plainly(value, pc, dst) {
                            continue 'frame;
                        }
                        save!();
                        let ret = self.top().ret;
                        if self.take_item(ret, value) {
                            set!(dst, Value::NONE);
                            continue;
                        }
                        self.delegation = false;
                        let item = code.code.flags.async_generator;
                        if let Err((throw, ret)) = self.suspend(value, item) {
                            self.handle(throw, ret)?;
                        } else {
                            self.settle()?;
                        }
                        continue 'frame;
                    }
                    Instr::YieldFrom { dst, iter, value } => {
                        let (object, sent) = (get!(iter), get!(value));
                        save!();
                        fuel_for_await(self);
                        match self.drive(object, sent, dst) {
                            Ok(Driven::Pushed) => continue 'frame,
                            Ok(Driven::Done(result)) => set!(dst, result),
                            Ok(Driven::Item(item)) => {
                                self.top().pc = pc as u32 - 1;
                                self.delegation = true;
                                if let Err((throw, ret)) = self.suspend(item, false) {
                                    self.handle(throw, ret)?;
                                } else {
                                    self.settle()?;
                                }
                                continue 'frame;
                            }
                            Err(throw) => {
                                // The frame it is thrown into may be on top by now,
                                // where no `StopIteration` is a value.
                                let is_frame = object.is(Kind::Generator)
                                    || self.heap.downcast::<AsyncSend>(object).is_some();
                                let ret = if is_frame {
                                    Ret::Discard
                                } else {
                                    Ret::YieldFromCall { dst }
                                };
                                self.handle(throw, ret)?;
                                continue 'frame;
                            }
                        }
                    }
                    Instr::GetYieldFromIter { dst, src } => {
                        let value = get!(src);
                        put!(dst, self.get_yield_from_iter(&code, value))
                    }
                    Instr::GetAwaitable { context, dst, src } => {
                        let value = get!(src);
                        put!(dst, self.get_awaitable(value, context))
                    }

                    Instr::MatchSequence { dst, src } => {
                        put!(dst, self.match_by("match_sequence", get!(src)))
                    }
                    Instr::MatchMapping { dst, src } => {
                        put!(dst, self.match_by("match_mapping", get!(src)))
                    }
                    Instr::MatchKeys { dst, src, keys } => {
                        let throw = {
                            save!();
                            self.tail_prelude("match_keys", &[get!(src), get!(keys)])
                        };
                        fail!(throw, Ret::Reg(dst))
                    }
                    Instr::MatchClass {
                        positional,
                        dst,
                        src,
                        base: at,
                    } => {
                        let args = [
                            get!(src),
                            get!(at),
                            Value::count(positional as usize),
                            get!(at + 1),
                        ];
                        save!();
                        let throw = self.tail_prelude("match_class", &args);
                        fail!(throw, Ret::Reg(dst))
                    }
                    Instr::Length { dst, src } => {
                        let value = get!(src);
                        match self.native_len(value) {
                            Some(length) => set!(dst, Value::count(length)),
                            None => {
                                save!();
                                let len = self.builtin("len");
                                let throw = self.tail_call(len, &[value]);
                                fail!(throw, Ret::Reg(dst))
                            }
                        }
                    }
                    Instr::Intrinsic { op, dst, a, b } => {
                        save!();
                        let name = intrinsic_name(op);
                        let throw = self.tail_prelude(name, &[get!(a), get!(b)]);
                        fail!(throw, Ret::Reg(dst))
                    }
                }
            };
            save!();
            self.handle(throw, ret)?;
        }
    }

    /// The truth of a value, which `ret` is to receive if Python gives it.
    #[inline(never)]
    fn truth(&mut self, value: Value, ret: Ret) -> Result<bool, Undone> {
        match self.truthy(value) {
            Ok(truth) => Ok(truth),
            Err(throw) => Err((self.truth_by_python(value, throw), ret)),
        }
    }

    /// Whether a comparison holds; `ret` is to receive it if Python says so.
    #[inline(never)]
    fn compare_truth(&mut self, op: CmpOp, a: Value, b: Value, ret: Ret) -> Result<bool, Undone> {
        if let Some(holds) = self.compare_fast(op, a, b) {
            return Ok(holds);
        }
        match self.compare_slow(op, a, b) {
            Ok(value) => self.truth(value, ret),
            Err(Throw::Call) => Err((self.and_then([Value::NONE; 4], truth_of_result), ret)),
            Err(throw) => Err((throw, Ret::Discard)),
        }
    }

    /// The function of constant `index` of the code that runs at `base`; its
    /// defaults and annotations stand at `at` if there are any.
    #[inline(never)]
    fn make_function(
        &mut self,
        code: &CodeObj,
        index: usize,
        base: usize,
        at: Option<usize>,
    ) -> Value {
        let none = Value::NONE;
        let (defaults, kwdefaults, annotate) = match at {
            Some(at) => (self.stack[at], self.stack[at + 1], self.stack[at + 2]),
            None => (none, none, none),
        };
        let Some(child) = code.children[index].clone() else {
            unreachable!()
        };
        let captured = child.code.captures.iter();
        let closure: Box<[Value]> = captured
            .map(|&register| self.stack[base + register as usize])
            .collect();
        let [name, qualname, doc] = self.labels_of(&child);
        let globals = self.top().globals;
        let module = self.namespace_get(globals, self.names.name).unwrap_or(none);
        self.heap.new_function(PyFunction {
            code: child,
            globals,
            closure,
            defaults,
            kwdefaults,
            name,
            qualname,
            module,
            doc,
            annotate,
            annotations: Value::UNBOUND,
            type_params: Value::UNBOUND,
            dict: Value::NONE,
        })
    }

    /// The frame on top returns a value.
    #[inline(always)]
    fn return_value(&mut self, value: Value) -> Result<(), Exit> {
        self.depth -= 1;
        self.fuel -= 4;
        if self.ends.armed {
            self.let_go_of_frame(value);
        }
        if let [.., Frame::Python(caller), Frame::Python(frame)] = &self.frames[..]
            && let Ret::Reg(dst) = frame.ret
            && frame.generator.is_unbound()
        {
            self.stack[caller.base as usize + dst as usize] = value;
            // Dropped where it stands: frames are too large to move about.
            self.frames.truncate(self.frames.len() - 1);
            return Ok(());
        }
        self.leave(value)
    }

    /// A frame returned a value to something other than a plain register.
    #[inline(never)]
    fn leave(&mut self, value: Value) -> Result<(), Exit> {
        let frame = self.top();
        let (ret, generator) = (frame.ret, frame.generator);
        self.frames.truncate(self.frames.len() - 1);
        if !generator.is_unbound() {
            self.heap.generator_mut(generator).finish();
            if let (Ret::YieldFrom { dst }, Some(Frame::Python(caller))) = (ret, self.frames.last())
            {
                self.stack[caller.base as usize + dst as usize] = value;
                return Ok(());
            }
        }
        match self.deliver(ret, Completion::Returned(value)) {
            Ok(()) => self.settle(),
            Err((throw, ret)) => self.handle(throw, ret),
        }
    }

    /// Drives an awaitable's iterator one step, for `YieldFrom`.
    #[inline(never)]
    fn drive(&mut self, object: Value, sent: Value, dst: u16) -> Res<Driven> {
        if object.is(Kind::Generator) {
            return match self.resume(object, sent, Ret::YieldFrom { dst })? {
                Flow::Done(value) => Ok(Driven::Done(value)),
                Flow::Pushed => Ok(Driven::Pushed),
            };
        }
        if object.is(Kind::Object) {
            if let Some(step) = self.heap.object(object).stepper() {
                return match step(self, object, sent)? {
                    IterStep::Item(item) => Ok(Driven::Item(item)),
                    IterStep::Done(value) => Ok(Driven::Done(value)),
                };
            }
            if self.heap.downcast::<AsyncSend>(object).is_some() {
                return self.drive_async(object, sent, dst);
            }
        }
        if object.is(Kind::Iter) {
            if let PyIter::Wrapped { inner, .. } = self.heap.iter(object) {
                let inner = *inner;
                return self.drive(inner, sent, dst);
            }
            if sent.is_none() && self.is_pure_native_iter(object) {
                return Ok(match self.iter_next(object)? {
                    Some(item) => Driven::Item(item),
                    None => Driven::Done(Value::NONE),
                });
            }
        }
        let ret = Ret::YieldFromCall { dst };
        let flow = if sent.is_none() {
            let Some(method) = self.lookup_special(object, self.names.next) else {
                let message = format!("'{}' object is not an iterator", self.type_name(object));
                return Err(self.type_error(message));
            };
            self.call_next(method, object, ret)?
        } else {
            let send = self.get_attr(object, self.names.send)?;
            self.call_args(send, &[sent], Value::UNBOUND, ret)?
        };
        Ok(match flow {
            Flow::Done(value) => Driven::Item(value),
            Flow::Pushed => Driven::Pushed,
        })
    }

    /// `__next__` of an iterator that is no generator and no built-in one;
    /// `None` at its end.
    #[inline(never)]
    fn next_of(&mut self, iter: Value, ret: Ret) -> Res<Option<Flow>> {
        if iter.is(Kind::Object)
            && let Some(step) = self.heap.object(iter).stepper()
        {
            return Ok(match step(self, iter, Value::NONE)? {
                IterStep::Item(item) => Some(Flow::Done(item)),
                IterStep::Done(_) => None,
            });
        }
        let Some(method) = self.lookup_special(iter, self.names.next) else {
            let message = format!("'{}' object is not an iterator", self.type_name(iter));
            return Err(self.type_error(message));
        };
        self.call_next(method, iter, ret).map(Some)
    }

    /// Calls `__next__` as found on the class, which need not be a function.
    fn call_next(&mut self, method: Value, iter: Value, ret: Ret) -> Res<Flow> {
        let binds = match method.kind() {
            Some(Kind::Function) => true,
            Some(Kind::Native) => self.binds(method),
            _ => false,
        };
        if binds {
            return self.call_args(method, &[iter], Value::UNBOUND, ret);
        }
        let class = self.type_of(iter);
        let bound = self.bind(method, iter, class)?;
        self.call_args(bound, &[], Value::UNBOUND, ret)
    }

    /// Calls through the class's `__next__`.
    #[inline(never)]
    fn next_by_method(&mut self, iter: Value) -> Throw {
        match self.lookup_special(iter, self.names.next) {
            Some(method) => self.tail_call(method, &[iter]),
            None => self.type_error("object is not an iterator"),
        }
    }

    /// Collects now. Only between instructions.
    pub fn collect_garbage(&mut self) {
        self.collections += 1;
        self.forgotten = Value::UNBOUND;
        self.mark_reachable();
        // A name that goes may leave its place to another.
        self.type_cache.clear();
        self.clear_weakrefs();
        self.forget_unmarked();
        self.keep_finalizable();
        let heap = &self.heap;
        self.ends.forget(|value| heap.is_marked(value));
        self.forget_weakrefs();
        self.heap.forget_subclasses();
        self.heap.sweep();
        self.gc_threshold = self.heap.live_bytes().max(GC_BYTES);
    }

    /// Marks what the program can still reach.
    pub(crate) fn mark_reachable(&mut self) {
        let mut tracer = crate::gc::Tracer::default();
        tracer.extend(&[
            self.builtins,
            self.modules,
            self.prelude,
            self.empty_tuple,
            self.list_append,
            self.dict_get,
            self.asyncgen_firstiter,
            self.asyncgen_finalizer,
        ]);
        tracer.extend(&self.names.all());
        tracer.extend(&self.types.all());
        tracer.extend(&self.single_chars);
        tracer.extend(&self.single_bytes);
        tracer.extend(&self.pinned);
        tracer.extend(&self.pending_finalizers);
        tracer.extend(&self.repr_running);
        for value in self
            .native_modules
            .values()
            .chain(self.prelude_functions.values())
        {
            tracer.value(*value);
        }
        for extension in self.extensions() {
            extension.trace(&mut tracer);
        }
        if let Some(watch) = &self.watch {
            watch.trace_values(&mut tracer);
        }
        self.codes.retain(|code| match code.upgrade() {
            Some(code) => {
                tracer.extend(&code.consts);
                tracer.extend(&code.names);
                tracer.extend(&code.params);
                if let Some(labels) = code.labels.get() {
                    tracer.extend(&labels);
                }
                true
            }
            None => false,
        });
        // Caches may hold what is gone; versions that match keep their
        // classes' attributes alive through the class itself.
        let top = self.stack_top();
        tracer.extend(&self.stack[..top.min(self.stack.len())]);
        trace_frames(&self.frames, &mut tracer);
        for fiber in &self.fibers {
            let top = frames_top(&fiber.frames);
            tracer.extend(&fiber.stack[..top.min(fiber.stack.len())]);
            trace_frames(&fiber.frames, &mut tracer);
            tracer.extend(&[fiber.owner, fiber.context]);
            for completion in [&fiber.inbox, &fiber.result].into_iter().flatten() {
                match completion {
                    Completion::Returned(value)
                    | Completion::Yielded(value)
                    | Completion::Item(value)
                    | Completion::Raised(value) => tracer.value(*value),
                }
            }
        }
        self.heap.begin_marking();
        self.heap.mark_all(&mut tracer);
    }

    /// A fiber that is parked, and for what.
    pub fn parked_fibers(&self) -> impl Iterator<Item = crate::FiberId> + '_ {
        self.fibers
            .iter()
            .enumerate()
            .filter(|(_, fiber)| matches!(fiber.state, FiberState::Parked(_)))
            .map(|(id, _)| id)
    }
}

/// The end of [`Vm::drive`].
pub(crate) enum Driven {
    Pushed,
    Item(Value),
    Done(Value),
}

/// Marks a cached attribute as found on the class.
pub(crate) const NOT_OWN: u32 = u32::MAX;

/// Marks a cached method of values that have no attributes of their own.
pub(crate) const OF_KIND: u32 = u32::MAX - 1;

/// Marks a cached method of values whose kind has one class: the version is
/// their upper bits.
pub(crate) const OF_ONE_CLASS: u32 = u32::MAX - 4;

/// Marks a cached method that an attribute of the value's own may hide.
pub(crate) const MAYBE_OWN: u32 = u32::MAX - 3;

/// Marks a cached attribute of a class, looked up on the class itself.
pub(crate) const OF_CLASS: u32 = u32::MAX - 2;

#[inline(always)]
fn fuel_for_await(vm: &mut Vm) {
    vm.fuel -= 4;
}

fn call_names(code: &CodeObj, pc: usize) -> Value {
    match code.code.instrs[pc] {
        Instr::Extend { value } => code.consts[value as usize],
        _ => unreachable!("keyword calls carry their names"),
    }
}

#[inline(always)]
fn compare_small(op: CmpOp, a: i64, b: i64) -> bool {
    match op {
        CmpOp::Lt => a < b,
        CmpOp::Le => a <= b,
        CmpOp::Eq | CmpOp::Is => a == b,
        CmpOp::Ne | CmpOp::IsNot => a != b,
        CmpOp::Gt => a > b,
        CmpOp::Ge => a >= b,
        CmpOp::In | CmpOp::NotIn => false,
    }
}

/// Identity, and comparisons of floats; `None` for all else.
#[inline(always)]
fn compare_plain(op: CmpOp, a: Value, b: Value) -> Option<bool> {
    if let CmpOp::Is | CmpOp::IsNot = op {
        return Some((a == b) == (op == CmpOp::Is));
    }
    let (a, b) = (a.as_float()?, b.as_float()?);
    match op {
        CmpOp::Lt => Some(a < b),
        CmpOp::Le => Some(a <= b),
        CmpOp::Eq => Some(a == b),
        CmpOp::Ne => Some(a != b),
        CmpOp::Gt => Some(a > b),
        CmpOp::Ge => Some(a >= b),
        CmpOp::Is | CmpOp::IsNot | CmpOp::In | CmpOp::NotIn => None,
    }
}

/// Operators on small ints and floats; `None` for all else.
#[inline]
fn binary_fast(op: BinOp, a: Value, b: Value) -> Option<Value> {
    if let (Some(a), Some(b)) = (a.as_small(), b.as_small()) {
        let result = match op {
            BinOp::Add => a + b,
            BinOp::Sub => a - b,
            BinOp::Mul => a.checked_mul(b)?,
            BinOp::FloorDiv if b != 0 => {
                let quotient = a / b;
                if a % b != 0 && (a < 0) != (b < 0) {
                    quotient - 1
                } else {
                    quotient
                }
            }
            BinOp::Mod if b != 0 => {
                let rest = a % b;
                if rest != 0 && (rest < 0) != (b < 0) {
                    rest + b
                } else {
                    rest
                }
            }
            // Both are exact as floats, so one rounding.
            BinOp::TrueDiv if b != 0 => return Some(Value::float(a as f64 / b as f64)),
            BinOp::And => a & b,
            BinOp::Or => a | b,
            BinOp::Xor => a ^ b,
            BinOp::LShift if (0..16).contains(&b) => a << b,
            BinOp::RShift if (0..63).contains(&b) => a >> b,
            _ => return None,
        };
        return Value::small(result);
    }
    let (a, b) = match (a.as_float(), b.as_float()) {
        (Some(a), Some(b)) => (a, b),
        (Some(a), None) => (a, b.as_small()? as f64),
        (None, Some(b)) => (a.as_small()? as f64, b),
        (None, None) => return None,
    };
    match op {
        BinOp::Add => Some(Value::float(a + b)),
        BinOp::Sub => Some(Value::float(a - b)),
        BinOp::Mul => Some(Value::float(a * b)),
        BinOp::TrueDiv if b != 0.0 => Some(Value::float(a / b)),
        _ => None,
    }
}

fn frames_top(frames: &[Frame]) -> usize {
    for frame in frames.iter().rev() {
        if let Frame::Python(frame) = frame {
            return frame.base as usize + frame.code.registers as usize;
        }
    }
    0
}

fn trace_frames(frames: &[Frame], tracer: &mut crate::gc::Tracer) {
    for frame in frames {
        match frame {
            Frame::Python(frame) => {
                tracer.extend(&[
                    frame.globals,
                    frame.namespace,
                    frame.generator,
                    frame.handled,
                    frame.function,
                ]);
                trace_ret(frame.ret, tracer);
            }
            Frame::Native(NativeFrame { state, ret, .. }) => {
                tracer.extend(state);
                trace_ret(*ret, tracer);
            }
        }
    }
}

fn trace_ret(ret: Ret, tracer: &mut crate::gc::Tracer) {
    match ret {
        Ret::Init { instance, .. } => tracer.value(instance),
        Ret::Collect { list } => tracer.value(list),
        Ret::AsyncItem { awaitable, .. } => tracer.value(awaitable),
        _ => {}
    }
}

fn truth_of_result(vm: &mut Vm, _: [Value; 4], completion: Completion) -> Res {
    let value = completion.value()?;
    match vm.truthy(value) {
        Ok(truth) => Ok(Value::bool(truth)),
        Err(throw) => Err(vm.truth_by_python(value, throw)),
    }
}

fn intrinsic_name(op: airlock_bytecode::Intrinsic) -> &'static str {
    use airlock_bytecode::Intrinsic::*;
    match op {
        TypeVar => "make_type_var",
        TypeVarConstrained => "make_type_var_constrained",
        ParamSpec => "make_param_spec",
        TypeVarTuple => "make_type_var_tuple",
        TypeAlias => "make_type_alias",
        SetTypeParamDefault => "set_type_param_default",
        GenericBase => "make_generic_base",
        SetTypeParams => "set_type_params",
        BuildTemplate => "build_template",
        BuildInterpolation => "build_interpolation",
        Display => "display",
    }
}

/// What an attribute cache starts from.
pub(crate) fn store_cache(cell: &Cell<Cache>, version: u32, index: u32, value: Value) {
    cell.set(Cache {
        version,
        index,
        value,
    });
}
