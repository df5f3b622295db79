//! Traceback and frame objects. An exception notes code and instruction of
//! each frame it passed; the objects are made when somebody looks.

use std::rc::Rc;

use airlock_bytecode::Position;

use crate::class::{GetterDef, getter, getter_setter};
use crate::codeobj::CodeObj;
use crate::fiber::{FiberState, Frame, PyFrame};
use crate::gc::Tracer;
use crate::native::{NativeDef, method, new_method};
use crate::object::{NativeObject, TraceEntry};
use crate::value::Kind;
use crate::{FiberId, GeneratorState, PyDict, Res, Value, Vm};

pub struct PyTraceback {
    /// A frame object.
    pub frame: Value,
    pub pc: u32,
    pub line: i64,
    /// The traceback of the frame it called, or None.
    pub next: Value,
    class: Value,
}

impl NativeObject for PyTraceback {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[self.frame, self.next]);
    }
}

/// A frame as it stood when it was asked for.
pub struct FrameObject {
    pub code: Rc<CodeObj>,
    pub pc: u32,
    globals: Value,
    /// Unbound until asked for.
    locals: Value,
    /// The caller's frame object or None; unbound until asked for.
    back: Value,
    /// Where it stands on a fiber, unless it has ended already.
    place: Option<(FiberId, usize)>,
    /// Registers of its variables, if an exception ended it.
    kept: Option<Rc<[Value]>>,
    generator: Value,
    /// False for the frame of a generator that has not begun.
    begun: bool,
    class: Value,
}

impl NativeObject for FrameObject {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[self.globals, self.locals, self.back, self.generator]);
        tracer.extend(self.kept.as_deref().unwrap_or(&[]));
    }
}

impl Vm {
    /// An exception ends a function that a [`Shortcut`](crate::Shortcut) has
    /// run: the traceback shows it at its last instruction.
    pub fn pass_through(&mut self, exception: Value, function: Value) {
        let function = self.heap.function(function);
        let entry = TraceEntry {
            code: function.code.clone(),
            pc: (function.code.code.instrs.len() as u32).saturating_sub(1),
            globals: function.globals,
            kept: None,
        };
        self.heap.charge(24);
        let object = self.heap.exception_mut(exception);
        object.trace.push(entry);
        object.traceback = Value::UNBOUND;
    }

    /// `exception.__traceback__`; None if it was never raised.
    #[inline(never)]
    pub fn traceback_of(&mut self, exception: Value) -> Value {
        let object = self.heap.exception(exception);
        if let Some(known) = object.traceback.bound() {
            return known;
        }
        // Outermost frame first, so that each frame knows its caller.
        let trace: Vec<TraceEntry> = object.trace.iter().rev().cloned().collect();
        let mut frames = Vec::with_capacity(trace.len());
        let mut back = Value::NONE;
        for entry in &trace {
            // The outermost is the one that handles the exception, as a rule.
            let running = frames.is_empty().then(|| self.running_frame(entry));
            back = match running.flatten() {
                Some(at) => self.frame_at(at),
                None => self.ended_frame(entry, back),
            };
            frames.push(back);
        }
        let mut traceback = Value::NONE;
        for (entry, frame) in trace.iter().zip(frames).rev() {
            let line = i64::from(entry.code.code.position(entry.pc).line);
            traceback = self.new_traceback(traceback, frame, entry.pc, line);
        }
        self.heap.exception_mut(exception).traceback = traceback;
        traceback
    }

    /// Sets `exception.__traceback__`; `TypeError` for other values.
    pub fn set_traceback(&mut self, exception: Value, traceback: Value) -> Res<()> {
        let mut trace = Vec::new();
        let mut link = traceback;
        while !link.is_none() {
            let Some(object) = self.heap.downcast::<PyTraceback>(link) else {
                return Err(self.type_error("__traceback__ must be a traceback or None"));
            };
            if let Some(frame) = self.heap.downcast::<FrameObject>(object.frame) {
                trace.push(TraceEntry {
                    code: frame.code.clone(),
                    pc: object.pc,
                    globals: frame.globals,
                    kept: frame.kept.clone(),
                });
            }
            link = object.next;
        }
        trace.reverse();
        self.heap.charge(trace.len() * 24);
        let object = self.heap.exception_mut(exception);
        object.trace = trace;
        object.traceback = traceback;
        Ok(())
    }

    fn new_traceback(&mut self, next: Value, frame: Value, pc: u32, line: i64) -> Value {
        let class = self.types.traceback;
        self.heap.new_object(PyTraceback {
            frame,
            pc,
            line,
            next,
            class,
        })
    }

    /// Where the frame of an entry runs, if it has not ended.
    fn running_frame(&self, entry: &TraceEntry) -> Option<usize> {
        let ended = entry.kept.is_some();
        (0..self.frames.len()).rev().filter(|_| !ended).find(|&at| {
            self.visible_frame(at)
                .is_some_and(|frame| Rc::ptr_eq(&frame.code, &entry.code))
        })
    }

    fn ended_frame(&mut self, entry: &TraceEntry, back: Value) -> Value {
        let class = self.types.frame;
        self.heap.new_object(FrameObject {
            code: entry.code.clone(),
            pc: entry.pc,
            globals: entry.globals,
            locals: Value::UNBOUND,
            back,
            place: None,
            kept: entry.kept.clone(),
            generator: Value::NONE,
            begun: true,
            class,
        })
    }

    /// `sys._getframe(depth)`: 0 is the innermost frame of the program.
    pub fn frame_object(&mut self, depth: usize) -> Res {
        let found = (0..self.frames.len())
            .rev()
            .filter(|&at| self.visible_frame(at).is_some())
            .nth(depth);
        match found {
            Some(at) => Ok(self.frame_at(at)),
            None => Err(self.value_error("call stack is not deep enough")),
        }
    }

    /// The innermost frame of each thread by the thread's number: of the
    /// current one as it runs, of others as they stand.
    pub fn thread_frames(&mut self) -> Value {
        let dict = self.heap.new_dict(PyDict::default());
        for id in 0..self.fibers.len() {
            let fiber = &self.fibers[id];
            let thread = Value::count(fiber.thread as usize + 1);
            let frame = match fiber.state {
                _ if id == self.current => self.frame_object(0).unwrap_or(Value::NONE),
                FiberState::Ready | FiberState::Parked(_) => self.standing_frame(id),
                FiberState::Suspended | FiberState::Finished => continue,
            };
            if !frame.is_none() {
                let _ = self.dict_set(dict, thread, frame);
            }
        }
        dict
    }

    /// The innermost frame of a fiber that does not run.
    fn standing_frame(&mut self, fiber: FiberId) -> Value {
        let frames = self.fibers[fiber].frames.iter();
        let places: Vec<TraceEntry> = frames
            .filter_map(|frame| match frame {
                Frame::Python(frame) if !frame.code.code.flags.hidden => Some(TraceEntry {
                    code: frame.code.clone(),
                    pc: frame.pc.saturating_sub(1),
                    globals: frame.globals,
                    kept: None,
                }),
                _ => None,
            })
            .collect();
        places
            .iter()
            .fold(Value::NONE, |back, place| self.ended_frame(place, back))
    }

    /// The instruction where the program stands; `None` if it has not begun.
    pub(crate) fn visible_place(&self) -> Option<(Rc<CodeObj>, u32)> {
        let frame = (0..self.frames.len())
            .rev()
            .find_map(|at| self.visible_frame(at))?;
        Some((frame.code.clone(), frame.pc.saturating_sub(1)))
    }

    /// `cr_origin` of a coroutine made now: the calls that led here,
    /// innermost first, as many as the program asked for.
    pub(crate) fn coroutine_origin(&mut self) -> Value {
        if self.coroutine_origin_depth == 0 {
            return Value::NONE;
        }
        let places: Vec<(Rc<CodeObj>, u32)> = (0..self.frames.len())
            .rev()
            .filter_map(|at| self.visible_frame(at))
            .take(self.coroutine_origin_depth)
            .map(|frame| (frame.code.clone(), frame.pc.saturating_sub(1)))
            .collect();
        let mut calls = Vec::with_capacity(places.len());
        for (code, pc) in places {
            let line = Value::count(code.code.position(pc).line as usize);
            let call = [self.str(&code.filename), line, self.str(&code.code.name)];
            calls.push(self.tuple(&call));
        }
        self.tuple(&calls)
    }

    /// The frame of a generator or coroutine that has not ended.
    pub(crate) fn suspended_frame(
        &mut self,
        code: Rc<CodeObj>,
        pc: u32,
        globals: Value,
        generator: Value,
    ) -> Value {
        let running = (0..self.frames.len()).rev().find(|&at| {
            self.visible_frame(at)
                .is_some_and(|frame| frame.generator == generator)
        });
        if let Some(at) = running {
            return self.frame_at(at);
        }
        let object = self.heap.generator(generator);
        let begun = object.state != GeneratorState::Created;
        let pc = pc.saturating_sub(u32::from(!object.delegating));
        // Those of one that runs on another fiber are there.
        let running = object.state == GeneratorState::Running;
        let registers = if running {
            Default::default()
        } else {
            object.registers.clone()
        };
        let locals = self.variables(&code, &registers);
        let (class, back) = (self.types.frame, Value::NONE);
        self.heap.new_object(FrameObject {
            code,
            pc,
            globals,
            locals,
            back,
            place: None,
            kept: None,
            generator,
            begun,
            class,
        })
    }

    fn visible_frame(&self, at: usize) -> Option<&PyFrame> {
        match self.frames.get(at)? {
            Frame::Python(frame) if !frame.code.code.flags.hidden => Some(frame),
            _ => None,
        }
    }

    pub(crate) fn frame_at(&mut self, at: usize) -> Value {
        if let Some(known) = self.known_frame(at) {
            return known;
        }
        self.make_awaited(at);
        let Some(frame) = self.visible_frame(at) else {
            return Value::NONE;
        };
        let class = self.types.frame;
        let object = FrameObject {
            code: frame.code.clone(),
            pc: frame.pc.saturating_sub(1),
            globals: frame.globals,
            locals: Value::UNBOUND,
            back: Value::UNBOUND,
            place: Some((self.current, at)),
            kept: None,
            generator: frame.generator.bound().unwrap_or(Value::NONE),
            begun: true,
            class,
        };
        self.heap.new_object(object)
    }

    /// Whether a frame object stands for one that has begun: until then its
    /// line is that of the function.
    pub(crate) fn mark_frame_begun(&mut self, frame: Value, begun: bool) {
        if let Some(object) = self.heap.downcast_mut::<FrameObject>(frame) {
            object.begun = begun;
        }
    }

    /// A new dict of a frame's variables.
    pub(crate) fn variables(&mut self, code: &CodeObj, registers: &[Value]) -> Value {
        let dict = self.heap.new_dict(PyDict::default());
        for (name, &value) in code.code.varnames.iter().zip(registers) {
            let value = if value.is(Kind::Cell) {
                self.heap.cell(value).value
            } else {
                value
            };
            if !name.is_empty() && !value.is_unbound() {
                self.dict_set_text(dict, name, value);
            }
        }
        dict
    }
}

// Traceback objects.

fn traceback(vm: &Vm, this: Value) -> &PyTraceback {
    match vm.heap.downcast::<PyTraceback>(this) {
        Some(object) => object,
        None => unreachable!("the type's instances are all tracebacks"),
    }
}

fn traceback_new(vm: &mut Vm, args: &[Value]) -> Res {
    let &[_, next, frame, lasti, line] = args else {
        return Ok(Value::NONE);
    };
    if !next.is_none() && vm.heap.downcast::<PyTraceback>(next).is_none() {
        let message = format!(
            "expected traceback object or None, got '{}'",
            vm.type_name(next)
        );
        return Err(vm.type_error(message));
    }
    if vm.heap.downcast::<FrameObject>(frame).is_none() {
        let message = format!(
            "TracebackType() argument 'tb_frame' must be frame, not {}",
            vm.type_name(frame)
        );
        return Err(vm.type_error(message));
    }
    let (lasti, line) = (vm.index_exact(lasti)?, vm.index_exact(line)?);
    let pc = u32::try_from(lasti / 2).unwrap_or(0);
    Ok(vm.new_traceback(next, frame, pc, line))
}

fn set_next(vm: &mut Vm, this: Value, next: Value) -> Res<()> {
    let mut link = next;
    while let Some(object) = vm.heap.downcast::<PyTraceback>(link) {
        if link == this {
            return Err(vm.value_error("traceback loop detected"));
        }
        link = object.next;
    }
    if !link.is_none() {
        let message = if link.is_unbound() {
            "can't delete tb_next attribute".to_owned()
        } else {
            format!(
                "expected traceback object or None, got '{}'",
                vm.type_name(next)
            )
        };
        return Err(vm.type_error(message));
    }
    if let Some(object) = vm.heap.downcast_mut::<PyTraceback>(this) {
        object.next = next;
    }
    Ok(())
}

static TRACEBACK: &[NativeDef] = &[
    new_method("cls, tb_next, tb_frame, tb_lasti, tb_lineno", traceback_new),
    method("__dir__", "self, /", |vm, _| {
        let names = ["tb_frame", "tb_next", "tb_lasti", "tb_lineno"];
        let names = names.iter().map(|name| vm.intern(name)).collect();
        Ok(vm.list(names))
    }),
];

static TRACEBACK_GETTERS: &[GetterDef] = &[
    getter("tb_frame", |vm, this| Ok(traceback(vm, this).frame)),
    getter("tb_lineno", |vm, this| {
        let line = traceback(vm, this).line;
        Ok(vm.int(line))
    }),
    getter("tb_lasti", |vm, this| {
        Ok(Value::count(traceback(vm, this).pc as usize * 2))
    }),
    getter_setter("tb_next", |vm, this| Ok(traceback(vm, this).next), set_next),
];

// Frame objects.

fn frame(vm: &Vm, this: Value) -> &FrameObject {
    match vm.heap.downcast::<FrameObject>(this) {
        Some(object) => object,
        None => unreachable!("the type's instances are all frames"),
    }
}

/// The frame on the fiber, while it is still there.
fn live<'a>(vm: &'a Vm, object: &FrameObject) -> Option<(&'a PyFrame, usize)> {
    let (fiber, at) = object.place?;
    let frame = vm
        .visible_frame(at)
        .filter(|frame| Rc::ptr_eq(&frame.code, &object.code))?;
    (fiber == vm.current).then_some((frame, at))
}

fn position(vm: &Vm, this: Value) -> Position {
    let object = frame(vm, this);
    if !object.begun {
        return Position {
            line: object.code.code.first_line,
            ..Position::default()
        };
    }
    let pc = live(vm, object).map_or(object.pc, |(frame, _)| frame.pc.saturating_sub(1));
    object.code.code.position(pc)
}

fn back(vm: &mut Vm, this: Value) -> Res {
    let object = frame(vm, this);
    if let Some(back) = object.back.bound() {
        return Ok(back);
    }
    let below = live(vm, object)
        .and_then(|(_, at)| (0..at).rev().find(|&at| vm.visible_frame(at).is_some()));
    let back = below.map_or(Value::NONE, |at| vm.frame_at(at));
    if let Some(object) = vm.heap.downcast_mut::<FrameObject>(this) {
        object.back = back;
    }
    Ok(back)
}

fn locals(vm: &mut Vm, this: Value) -> Res {
    let code = frame(vm, this).code.clone();
    let in_module = &*code.code.name == "<module>";
    let running = live(vm, frame(vm, this));
    if let Some((running, at)) = running {
        if let Some(namespace) = running.namespace.bound() {
            return Ok(namespace);
        }
        if !in_module {
            let base = running.base as usize;
            if let Some(locals) = vm.watched_locals(at) {
                return Ok(locals);
            }
            let registers = vm.stack[base..base + code.code.varnames.len()].to_vec();
            return Ok(vm.variables(&code, &registers));
        }
    }
    let object = frame(vm, this);
    if in_module {
        return Ok(object.globals);
    }
    if let Some(locals) = object.locals.bound() {
        return Ok(locals);
    }
    let kept = object.kept.clone();
    let locals = vm.variables(&code, kept.as_deref().unwrap_or(&[]));
    if let Some(object) = vm.heap.downcast_mut::<FrameObject>(this) {
        object.locals = locals;
    }
    Ok(locals)
}

fn frame_repr(vm: &mut Vm, args: &[Value]) -> Res {
    let address = vm.address(args[0]);
    let line = position(vm, args[0]).line;
    let code = frame(vm, args[0]).code.clone();
    let text = format!(
        "<frame at {address}, file '{}', line {line}, code {}>",
        code.filename, code.code.name
    );
    Ok(vm.string(text))
}

/// `frame.clear()`: only the frame of a generator still has something that
/// can be given up; that of a call that runs must not be touched.
fn clear(vm: &mut Vm, args: &[Value]) -> Res {
    let object = frame(vm, args[0]);
    let generator = object.generator;
    if live(vm, object).is_some() {
        return Err(vm.runtime_error("cannot clear an executing frame"));
    }
    if let Some(object) = vm.heap.downcast_mut::<FrameObject>(args[0]) {
        object.locals = Value::UNBOUND;
        object.kept = None;
    }
    if generator.is_none() {
        return Ok(Value::NONE);
    }
    match vm.heap.generator(generator).state {
        GeneratorState::Created => Err(vm.tail_prelude("clear_unstarted", &[generator])),
        GeneratorState::Suspended => Err(vm.runtime_error("cannot clear a suspended frame")),
        GeneratorState::Running | GeneratorState::Finished => Ok(Value::NONE),
    }
}

/// What is told of a frame: `f_trace`, `f_trace_lines`, `f_trace_opcodes`.
fn watch_of(vm: &mut Vm, this: Value) -> (Value, bool, bool) {
    match live(vm, frame(vm, this)) {
        Some((_, at)) => vm.frame_watch(at),
        None => (Value::NONE, true, false),
    }
}

/// Changes that of a frame that still runs.
fn change_watch(
    vm: &mut Vm,
    this: Value,
    change: impl FnOnce(&mut (Value, bool, bool)),
) -> Res<()> {
    let Some((_, at)) = live(vm, frame(vm, this)) else {
        return Ok(());
    };
    let mut watch = vm.frame_watch(at);
    change(&mut watch);
    vm.set_frame_watch((at, this), watch);
    Ok(())
}

fn flag(vm: &mut Vm, value: Value) -> Res<bool> {
    match value.as_bool() {
        Some(flag) => Ok(flag),
        None => Err(vm.type_error("attribute value type must be bool")),
    }
}

static FRAME: &[NativeDef] = &[
    method("__repr__", "self, /", frame_repr),
    method("clear", "self, /", clear),
];

static FRAME_GETTERS: &[GetterDef] = &[
    getter("f_code", |vm, this| {
        let code = frame(vm, this).code.clone();
        Ok(vm.code_object(code))
    }),
    getter_setter(
        "f_lineno",
        |vm, this| Ok(Value::count(position(vm, this).line as usize)),
        |vm, _, _| Err(vm.value_error("the line of a frame cannot be set in Airlock")),
    ),
    getter("f_lasti", |vm, this| {
        Ok(Value::count(frame(vm, this).pc as usize * 2))
    }),
    getter("f_globals", |vm, this| Ok(frame(vm, this).globals)),
    getter("f_locals", locals),
    getter("f_builtins", |vm, _| Ok(vm.builtins)),
    getter("f_back", back),
    getter("f_generator", |vm, this| Ok(frame(vm, this).generator)),
    getter_setter(
        "f_trace",
        |vm, this| Ok(watch_of(vm, this).0),
        |vm, this, value| {
            let trace = value.bound().unwrap_or(Value::NONE);
            change_watch(vm, this, |watch| watch.0 = trace)
        },
    ),
    getter_setter(
        "f_trace_lines",
        |vm, this| Ok(Value::bool(watch_of(vm, this).1)),
        |vm, this, value| {
            let wanted = flag(vm, value)?;
            change_watch(vm, this, |watch| watch.1 = wanted)
        },
    ),
    getter_setter(
        "f_trace_opcodes",
        |vm, this| Ok(Value::bool(watch_of(vm, this).2)),
        |vm, this, value| {
            let wanted = flag(vm, value)?;
            change_watch(vm, this, |watch| watch.2 = wanted)
        },
    ),
];

pub(crate) fn register(vm: &mut Vm) {
    vm.add_methods(vm.types.traceback, TRACEBACK);
    vm.add_getters(vm.types.traceback, TRACEBACK_GETTERS);
    vm.add_methods(vm.types.frame, FRAME);
    vm.add_getters(vm.types.frame, FRAME_GETTERS);
}
