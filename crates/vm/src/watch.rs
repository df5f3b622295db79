//! What `sys.settrace` and `sys.setprofile` set: functions that are told what
//! the frames of a thread do.
//!
//! While there is one, the interpreter finds a mark in the place of each
//! instruction of a frame and asks [`Vm::before_instruction`]. An event is a
//! call of Python with a continuation, after which the mark is met again,
//! until all has been told; then the instruction runs. Without a function the
//! interpreter runs as ever.

use std::rc::Rc;

use airlock_bytecode::Instr;
use rustc_hash::FxHashMap;

use crate::codeobj::CodeObj;
use crate::fiber::Frame;
use crate::gc::Tracer;
use crate::run::WATCHING;
use crate::value::Kind;
use crate::{Completion, FiberId, Res, Throw, Value, Vm};

/// The two functions a thread may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watcher {
    Trace,
    Profile,
}

#[derive(Default)]
pub(crate) struct Watch {
    threads: FxHashMap<u32, ThreadWatch>,
    /// What is known of the frames of each fiber, outermost first.
    rows: FxHashMap<FiberId, Vec<Row>>,
}

struct ThreadWatch {
    trace: Option<Value>,
    profile: Option<Value>,
    /// A function is being told something: what it does is not watched.
    busy: bool,
    /// Frames that were suspended by what they wait for, innermost first, and
    /// are told of as soon as the thread goes on.
    late: Vec<(Value, Watcher, Value)>,
}

/// What is known of one frame.
struct Row {
    /// Its place among the fiber's frames.
    at: usize,
    base: u32,
    code: Rc<CodeObj>,
    /// The frame object, or unbound if nobody asked for it.
    frame: Value,
    /// `f_locals` if it was asked for, or unbound.
    locals: Value,
    /// Since the last event: only then are they up to date.
    locals_seen: bool,
    /// `f_trace`, or None.
    trace: Value,
    lines: bool,
    opcodes: bool,
    /// Has not been told of yet.
    fresh: bool,
    line: u32,
    /// The instruction that ran last.
    last: u32,
    /// The instruction that is about to run, and how far telling of it is.
    next: u32,
    stage: u8,
    /// The native that is being called, or unbound.
    native: Value,
    /// How far telling of an exception is.
    raised: u8,
    newly_raised: bool,
}

const NOWHERE: u32 = u32::MAX;

/// Marks for the instructions of a frame that is watched. What is no
/// instruction of its own stays.
pub(crate) fn mark_all(instrs: &[Instr], marks: &mut Vec<Instr>) {
    marks.clear();
    marks.extend(instrs.iter().map(|instr| match instr {
        Instr::Extend { .. } => *instr,
        _ => Instr::Nop,
    }));
}

impl Watch {
    pub(crate) fn trace_values(&self, tracer: &mut Tracer) {
        for thread in self.threads.values() {
            tracer.extend(&[thread.trace, thread.profile].map(|it| it.unwrap_or(Value::NONE)));
            for &(frame, _, function) in &thread.late {
                tracer.extend(&[frame, function]);
            }
        }
        for row in self.rows.values().flatten() {
            tracer.extend(&[row.frame, row.locals, row.trace, row.native]);
        }
    }
}

impl Row {
    fn new(at: usize, base: u32, code: Rc<CodeObj>, pc: u32) -> Row {
        let line = match pc {
            0 => 0,
            _ => code.code.position(pc - 1).line,
        };
        Row {
            at,
            base,
            code,
            frame: Value::UNBOUND,
            locals: Value::UNBOUND,
            locals_seen: false,
            trace: Value::NONE,
            lines: true,
            opcodes: false,
            fresh: false,
            line,
            last: 0,
            next: NOWHERE,
            stage: 0,
            native: Value::UNBOUND,
            raised: 0,
            newly_raised: false,
        }
    }

    /// Whether a line begins with the instruction that is about to run: it is
    /// another, or a loop goes round on it.
    fn begins_line(&mut self) -> bool {
        let instrs = &self.code.code.instrs;
        let line = self.code.code.position(self.next).line;
        let round = match instrs[self.last as usize] {
            // To the next item, whose turn began at the bottom of the loop.
            Instr::ForNext { .. } => false,
            Instr::Jump { .. } if self.next > self.last => false,
            _ if self.next < self.last => true,
            _ => {
                let at_bottom = matches!(instrs[self.next as usize], Instr::ForNext { .. });
                at_bottom && self.next == self.last + 1
            }
        };
        if line == 0 || line == self.line && !round {
            return false;
        }
        self.line = line;
        true
    }
}

/// An event, and whom to tell.
struct Event {
    function: Value,
    name: &'static str,
    what: Value,
    watcher: Watcher,
}

impl Vm {
    fn thread(&self) -> u32 {
        self.fibers
            .get(self.current)
            .map_or(0, |fiber| fiber.thread)
    }

    /// The function that the current thread is watched by.
    pub fn watcher(&self, which: Watcher) -> Option<Value> {
        let thread = self.watch.as_ref()?.threads.get(&self.thread())?;
        match which {
            Watcher::Trace => thread.trace,
            Watcher::Profile => thread.profile,
        }
    }

    /// Sets or takes away such a function; `everywhere` for all threads.
    pub fn set_watcher(&mut self, which: Watcher, function: Option<Value>, everywhere: bool) {
        let current = self.thread();
        let mut threads = vec![current];
        if everywhere {
            let others = self.fibers.iter().filter(|fiber| !fiber.released);
            threads.extend(others.map(|fiber| fiber.thread));
        }
        for thread in threads {
            self.set_thread_watcher(which, function, thread);
        }
        let Some(watch) = &mut self.watch else { return };
        for row in watch.rows.values_mut().flatten() {
            row.native = Value::UNBOUND;
        }
        watch
            .threads
            .retain(|_, thread| thread.trace.is_some() || thread.profile.is_some() || thread.busy);
        self.watching = !watch.threads.is_empty();
        self.gear = self.gear & !WATCHING | self.watching as u8;
        // The frames that run already are not new to the function.
        for at in 0..self.frames.len() {
            self.row_at(at);
        }
    }

    fn set_thread_watcher(&mut self, which: Watcher, function: Option<Value>, thread: u32) {
        let watch = self.watch.get_or_insert_default();
        let thread = watch.threads.entry(thread).or_insert(ThreadWatch {
            trace: None,
            profile: None,
            busy: false,
            late: Vec::new(),
        });
        match which {
            Watcher::Trace => thread.trace = function,
            Watcher::Profile => thread.profile = function,
        }
    }

    /// Whether instructions of this code are to be told of now.
    #[cold]
    #[inline(never)]
    pub(crate) fn is_watched(&self, code: &CodeObj) -> bool {
        let thread = self.thread();
        let Some(watch) = &self.watch else {
            return false;
        };
        let busy = watch.threads.get(&thread).is_none_or(|it| it.busy);
        !busy && !code.code.flags.hidden
    }

    /// The row of frame `at` of the current fiber, made if there is none;
    /// `None` if that is no frame of the program.
    fn row_at(&mut self, at: usize) -> Option<&mut Row> {
        let Some(Frame::Python(frame)) = self.frames.get(at) else {
            return None;
        };
        if frame.code.code.flags.hidden {
            return None;
        }
        let (base, code, pc) = (frame.base, frame.code.clone(), frame.pc);
        let rows = self
            .watch
            .get_or_insert_default()
            .rows
            .entry(self.current)
            .or_default();
        let place = rows.partition_point(|row| row.at < at);
        let known = rows
            .get(place)
            .is_some_and(|row| row.at == at && row.base == base && Rc::ptr_eq(&row.code, &code));
        if !known {
            // What stood there or above it has gone since.
            let stale = rows.get(place).is_some_and(|row| row.at == at);
            if stale {
                rows.truncate(place);
            }
            rows.insert(place, Row::new(at, base, code, pc));
        }
        Some(&mut rows[place])
    }

    /// The frame object that stands for frame `at`, if one does already.
    pub(crate) fn known_frame(&self, at: usize) -> Option<Value> {
        let rows = self.watch.as_ref()?.rows.get(&self.current)?;
        let place = rows.binary_search_by_key(&at, |row| row.at).ok()?;
        let row = &rows[place];
        match self.frames.get(at) {
            Some(Frame::Python(frame))
                if frame.base == row.base && Rc::ptr_eq(&frame.code, &row.code) =>
            {
                row.frame.bound()
            }
            _ => None,
        }
    }

    /// `f_trace`, `f_trace_lines` and `f_trace_opcodes` of the frame `at`.
    pub(crate) fn frame_watch(&mut self, at: usize) -> (Value, bool, bool) {
        match self.watch.is_some().then(|| self.row_at(at)).flatten() {
            Some(row) => (row.trace, row.lines, row.opcodes),
            None => (Value::NONE, true, false),
        }
    }

    /// Sets what [`Vm::frame_watch`] gives, of the frame that `object` stands
    /// for.
    pub(crate) fn set_frame_watch(
        &mut self,
        (at, object): (usize, Value),
        (trace, lines, opcodes): (Value, bool, bool),
    ) {
        if let Some(row) = self.row_at(at) {
            row.frame = object;
            (row.trace, row.lines, row.opcodes) = (trace, lines, opcodes);
        }
    }

    /// `f_locals` of the function's frame `at` while it is watched: always the
    /// same dict, brought up to date. It may have names of its own.
    pub(crate) fn watched_locals(&mut self, at: usize) -> Option<Value> {
        let row = self.known_row(at)?;
        row.locals_seen = true;
        let (base, code, known) = (row.base as usize, row.code.clone(), row.locals);
        let registers = self.stack[base..base + code.code.varnames.len()].to_vec();
        let current = self.variables(&code, &registers);
        let Some(locals) = known.bound() else {
            self.known_row(at)?.locals = current;
            return Some(current);
        };
        for (name, value) in code.code.varnames.iter().zip(registers) {
            let name = self.intern(name);
            match self.namespace_get(current, name) {
                Some(value) => self.namespace_set(locals, name, value),
                None if !value.is_unbound() => {}
                None => drop(self.dict_remove(locals, name)),
            }
        }
        Some(locals)
    }

    /// What a function that was told of frame `at` changed in its `f_locals`
    /// goes into the variables.
    fn take_locals(&mut self, at: usize) {
        let Some(row) = self.known_row(at) else {
            return;
        };
        let (base, code) = (row.base as usize, row.code.clone());
        let seen = std::mem::take(&mut row.locals_seen);
        let Some(locals) = row.locals.bound().filter(|_| seen) else {
            return;
        };
        for (register, name) in code.code.varnames.iter().enumerate() {
            if name.is_empty() {
                continue;
            }
            let name = self.intern(name);
            let Some(value) = self.namespace_get(locals, name) else {
                continue;
            };
            let place = self.stack[base + register];
            match place.kind() {
                Some(Kind::Cell) => self.heap.cell_mut(place).value = value,
                _ => self.stack[base + register] = value,
            }
        }
    }

    /// Tells what is to be told before the instruction at `pc` of the top
    /// frame: [`Throw::Call`] for a call, after which it is asked again.
    #[cold]
    #[inline(never)]
    pub(crate) fn before_instruction(&mut self, pc: usize) -> Res<()> {
        if self.watcher(Watcher::Trace).is_none() && self.watcher(Watcher::Profile).is_none() {
            return Ok(());
        }
        self.tell_late()?;
        let (at, pc) = (self.frames.len() - 1, pc as u32);
        self.forget_rows_above(at);
        let new = self.known_row(at).is_none();
        let Some(row) = self.row_at(at) else {
            return Ok(());
        };
        if new {
            row.fresh = true;
            row.last = pc.saturating_sub(1);
            row.line = match pc {
                0 => 0,
                _ => row.code.code.position(pc - 1).line,
            };
        }
        if row.next != pc {
            let again = !row.native.is_unbound() && row.last == pc;
            row.stage = if again { 8 } else { 0 };
            row.next = pc;
        }
        while let Some(row) = self.known_row(at) {
            if row.stage >= 8 {
                let leaves = matches!(
                    row.code.code.instrs[pc as usize],
                    Instr::Return { .. } | Instr::ReturnNone | Instr::Yield { .. }
                );
                (row.last, row.next, row.fresh) = (pc, NOWHERE, false);
                if leaves {
                    self.forget_rows_above(at.wrapping_sub(1));
                }
                break;
            }
            let stage = row.stage;
            row.stage += 1;
            if let Some(event) = self.event_of(stage, at) {
                return Err(self.tell(at, event));
            }
        }
        Ok(())
    }

    /// What a stage of telling of the next instruction has to tell.
    fn event_of(&mut self, stage: u8, at: usize) -> Option<Event> {
        let (trace, profile) = (self.watcher(Watcher::Trace), self.watcher(Watcher::Profile));
        let row = self.known_row(at)?;
        let local = row.trace;
        let traced = (trace.is_some() && !local.is_none()).then_some(local);
        let instr = row.code.code.instrs[row.next as usize];
        let (function, name, what, watcher) = match stage {
            0 => {
                let native = std::mem::replace(&mut row.native, Value::UNBOUND).bound()?;
                (profile?, "c_return", native, Watcher::Profile)
            }
            1 if row.fresh => (trace?, "call", Value::NONE, Watcher::Trace),
            2 if row.fresh => (profile?, "call", Value::NONE, Watcher::Profile),
            3 if row.begins_line() && row.lines => (traced?, "line", Value::NONE, Watcher::Trace),
            4 if row.opcodes => (traced?, "opcode", Value::NONE, Watcher::Trace),
            5 | 6 => {
                let given = match instr {
                    Instr::Return { src } | Instr::Yield { src, .. } => Some(src),
                    Instr::ReturnNone => None,
                    _ => return None,
                };
                let base = row.base as usize;
                let value = given.map_or(Value::NONE, |src| self.stack[base + src as usize]);
                let value = value.bound().unwrap_or(Value::NONE);
                match stage {
                    5 => (traced?, "return", value, Watcher::Trace),
                    _ => (profile?, "return", value, Watcher::Profile),
                }
            }
            7 => {
                let profile = profile?;
                let base = row.base as usize;
                let native = self.native_called(instr, base)?;
                self.known_row(at)?.native = native;
                (profile, "c_call", native, Watcher::Profile)
            }
            _ => return None,
        };
        Some(Event {
            function,
            name,
            what,
            watcher,
        })
    }

    /// The native that an instruction calls, bound to what it is a method of.
    fn native_called(&mut self, instr: Instr, base: usize) -> Option<Value> {
        let (at, method) = match instr {
            Instr::Call { base: at, .. }
            | Instr::CallKw { base: at, .. }
            | Instr::CallEx { base: at, .. } => (base + at as usize, false),
            Instr::CallMethod { base: at, .. } | Instr::CallMethodKw { base: at, .. } => {
                (base + at as usize, true)
            }
            _ => return None,
        };
        let callee = self.stack[at];
        if method && callee.is_unbound() {
            let callee = self.stack[at + 1];
            return callee.is(Kind::Native).then_some(callee);
        }
        if !callee.is(Kind::Native) {
            return None;
        }
        Some(match method {
            true => self.heap.new_method(callee, self.stack[at + 1]),
            false => callee,
        })
    }

    fn known_row(&mut self, at: usize) -> Option<&mut Row> {
        let (base, code) = match self.frames.get(at)? {
            Frame::Python(frame) => (frame.base, &frame.code),
            Frame::Native(_) => return None,
        };
        let rows = self.watch.as_mut()?.rows.get_mut(&self.current)?;
        let place = rows.binary_search_by_key(&at, |row| row.at).ok()?;
        let row = &mut rows[place];
        (row.base == base && Rc::ptr_eq(&row.code, code)).then_some(row)
    }

    /// Frames of the current fiber above `at` are no more.
    fn forget_rows_above(&mut self, at: usize) {
        let current = self.current;
        if let Some(rows) = self.watch.as_mut().and_then(|it| it.rows.get_mut(&current)) {
            let keep = match at {
                usize::MAX => 0,
                _ => rows.partition_point(|row| row.at <= at),
            };
            rows.truncate(keep);
        }
    }

    fn thread_watch(&mut self) -> Option<&mut ThreadWatch> {
        let thread = self.thread();
        self.watch.as_mut()?.threads.get_mut(&thread)
    }

    fn set_busy(&mut self, busy: bool) {
        if let Some(thread) = self.thread_watch() {
            thread.busy = busy;
        }
    }

    /// Asks for the call that tells of an event in frame `at`, the top one.
    /// The instruction that is about to run is met again afterwards.
    fn tell(&mut self, at: usize, event: Event) -> Throw {
        let frame = self.told_frame(at);
        let called = event.name == "call";
        if called {
            // It stands where it was left, or at the line of its function.
            self.top().pc -= 1;
            let begun = self.top().pc > 0;
            self.mark_frame_begun(frame, begun);
        }
        let state = [
            event.function,
            Value::bool(event.watcher == Watcher::Trace),
            frame,
            Value::bool(called),
        ];
        self.call_watcher(&event, frame, state, told)
    }

    fn call_watcher(
        &mut self,
        event: &Event,
        frame: Value,
        state: [Value; 4],
        then: crate::Continuation,
    ) -> Throw {
        self.set_busy(true);
        let name = self.intern(event.name);
        self.call_then(event.function, &[frame, name, event.what], state, then)
    }

    fn told_frame(&mut self, at: usize) -> Value {
        let frame = self.frame_at(at);
        if let Some(row) = self.row_at(at) {
            row.frame = frame;
        }
        frame
    }

    /// After an event: notes `f_trace`, or that the function raised.
    fn after_event(&mut self, state: [Value; 4], completion: Completion) -> Res<()> {
        let [_, traced, ..] = state;
        self.set_busy(false);
        let at = self.frames.len() - 1;
        let result = completion.value();
        let trace = match &result {
            Ok(value) if traced == Value::TRUE && !value.is_none() => Some(*value),
            Err(_) if traced == Value::TRUE => Some(Value::NONE),
            _ => None,
        };
        if let Some(trace) = trace
            && let Some(row) = self.row_at(at)
        {
            row.trace = trace;
        }
        self.take_locals(at);
        if result.is_err() {
            let which = match traced == Value::TRUE {
                true => Watcher::Trace,
                false => Watcher::Profile,
            };
            self.set_watcher(which, None, false);
        }
        result.map(|_| ())
    }

    /// Tells of frames that were suspended meanwhile.
    fn tell_late(&mut self) -> Res<()> {
        let Some(thread) = self.thread_watch() else {
            return Ok(());
        };
        if thread.late.is_empty() {
            return Ok(());
        }
        let (frame, watcher, function) = thread.late.remove(0);
        let event = Event {
            function,
            name: "return",
            what: Value::NONE,
            watcher,
        };
        let state = [function, Value::NONE, frame, Value::NONE];
        Err(self.call_watcher(&event, frame, state, told))
    }

    /// The top frame is suspended by what it waits for.
    #[cold]
    #[inline(never)]
    pub(crate) fn note_suspension(&mut self) {
        let at = self.frames.len() - 1;
        let profile = self.watcher(Watcher::Profile);
        let trace = self.watcher(Watcher::Trace);
        let Some(row) = self.known_row(at) else {
            return;
        };
        let traced = trace.and((!row.trace.is_none()).then_some(row.trace));
        if traced.is_some() || profile.is_some() {
            let frame = self.told_frame(at);
            if let Some(thread) = self.thread_watch().filter(|thread| !thread.busy) {
                let functions = [(traced, Watcher::Trace), (profile, Watcher::Profile)];
                for (function, watcher) in functions {
                    thread.late.extend(function.map(|it| (frame, watcher, it)));
                }
            }
        }
        self.forget_rows_above(at.wrapping_sub(1));
    }

    /// Tells of an exception in the top frame, which `leaves` it unhandled or
    /// not and is `new` unless it goes on after `finally`; `None` when all is
    /// told.
    #[cold]
    #[inline(never)]
    pub(crate) fn before_unwinding(
        &mut self,
        exception: Value,
        new: bool,
        leaves: bool,
    ) -> Option<Throw> {
        let code = self.top().code.clone();
        if !self.is_watched(&code) {
            return None;
        }
        let at = self.frames.len() - 1;
        self.forget_rows_above(at);
        let (trace, profile) = (self.watcher(Watcher::Trace), self.watcher(Watcher::Profile));
        loop {
            let row = self.row_at(at)?;
            let stage = row.raised;
            row.raised += 1;
            if stage == 0 {
                row.newly_raised = new;
                (row.next, row.stage) = (NOWHERE, 0);
            }
            let traced = (trace.is_some() && !row.trace.is_none()).then_some(row.trace);
            let native = row.native;
            let told = match stage {
                0 => {
                    row.native = Value::UNBOUND;
                    let function = profile.filter(|_| !native.is_unbound());
                    function.map(|it| (it, "c_exception", native, Watcher::Profile))
                }
                1 => {
                    let function = traced.filter(|_| row.newly_raised);
                    function.map(|it| (it, "exception", Value::UNBOUND, Watcher::Trace))
                }
                2 => traced
                    .filter(|_| leaves)
                    .map(|it| (it, "return", Value::NONE, Watcher::Trace)),
                3 => profile
                    .filter(|_| leaves)
                    .map(|it| (it, "return", Value::NONE, Watcher::Profile)),
                _ => {
                    row.raised = 0;
                    if leaves {
                        self.forget_rows_above(at.wrapping_sub(1));
                    }
                    return None;
                }
            };
            let Some((function, name, what, watcher)) = told else {
                continue;
            };
            let what = match what.bound() {
                Some(what) => what,
                None => {
                    let traceback = self.traceback_of(exception);
                    self.tuple(&[self.type_of(exception), exception, traceback])
                }
            };
            let event = Event {
                function,
                name,
                what,
                watcher,
            };
            let frame = self.told_frame(at);
            let traced = Value::bool(watcher == Watcher::Trace);
            let state = [exception, traced, frame, Value::NONE];
            return Some(self.call_watcher(&event, frame, state, told_exception));
        }
    }
}

/// The instruction comes again.
fn told(vm: &mut Vm, state: [Value; 4], completion: Completion) -> Res {
    vm.mark_frame_begun(state[2], true);
    vm.after_event(state, completion)?;
    if state[3] != Value::TRUE {
        vm.top().pc -= 1;
    }
    Ok(Value::NONE)
}

/// The exception goes on.
fn told_exception(vm: &mut Vm, state: [Value; 4], completion: Completion) -> Res {
    vm.after_event(state, completion)?;
    vm.reraising = true;
    Err(Throw::Raise(state[0]))
}
