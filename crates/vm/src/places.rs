//! Where fibers stand: the frames of each, for traces and explanations.

use std::rc::Rc;

use airlock_bytecode::{Code, Instr};

use crate::codeobj::CodeObj;
use crate::fiber::{FiberId, Frame};
use crate::generator::{GeneratorKind, GeneratorState};
use crate::{Value, Vm};

/// A Python frame: its code's file and name, and the line it has reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub filename: String,
    pub function: String,
    pub line: u32,
}

impl Vm {
    /// The frames of a fiber, innermost first, as long as `wanted` takes
    /// another.
    pub fn fiber_places(&self, fiber: FiberId, mut wanted: impl FnMut(&Place) -> bool) {
        let frames = match self.fibers.get(fiber) {
            _ if fiber == self.current => &self.frames,
            Some(fiber) => &fiber.frames,
            None => return,
        };
        for frame in frames.iter().rev() {
            let Frame::Python(frame) = frame else {
                continue;
            };
            let code = &frame.code;
            let place = Place {
                filename: code.filename.to_string(),
                function: code.code.name.to_string(),
                line: code.code.position(frame.pc.saturating_sub(1)).line,
            };
            if !wanted(&place) {
                return;
            }
        }
    }

    /// The innermost frame of a fiber in a file that is asked for.
    pub fn fiber_place(&self, fiber: FiberId, wanted: impl Fn(&str) -> bool) -> Option<Place> {
        let mut found = None;
        self.fiber_places(fiber, |place| {
            if wanted(&place.filename) {
                found = Some(place.clone());
            }
            found.is_none()
        });
        found
    }

    /// Where a suspended generator or coroutine stands, innermost of those it
    /// waits for, in a file that is asked for.
    pub fn generator_place(
        &self,
        generator: Value,
        wanted: impl Fn(&str) -> bool,
    ) -> Option<Place> {
        let mut found = None;
        let mut at = generator;
        for _ in 0..1000 {
            if !at.is(crate::Kind::Generator) {
                break;
            }
            let generator = self.heap.generator(at);
            let code = &generator.code;
            if wanted(&code.filename) {
                found = Some(Place {
                    filename: code.filename.to_string(),
                    function: code.code.name.to_string(),
                    line: code.code.position(generator.pc).line,
                });
            }
            match self.awaited_of(at) {
                Some(next) if next != at => at = next,
                _ => break,
            }
        }
        found
    }
}

/// Async generators that iterate others.
impl Vm {
    /// Where the frame on top stands, if it is an async generator's.
    pub(crate) fn place_in_async_generator(&self) -> Option<(Rc<CodeObj>, u32)> {
        let Some(Frame::Python(frame)) = self.frames.last() else {
            return None;
        };
        let generator = Some(frame.generator).filter(|generator| !generator.is_unbound())?;
        let is_async = self.heap.generator(generator).kind == GeneratorKind::AsyncGenerator;
        is_async.then(|| (frame.code.clone(), frame.pc.saturating_sub(1)))
    }

    /// An async generator that has begun and not ended, and has a `finally`
    /// or `with` to leave: where another async generator iterates it.
    pub fn left_open_in(&self, generator: Value) -> Option<Place> {
        if !generator.is(crate::Kind::Generator) {
            return None;
        }
        let generator = self.heap.generator(generator);
        let (code, pc) = generator.made_at.as_ref()?;
        let is_open = generator.kind == GeneratorKind::AsyncGenerator
            && generator.state == GeneratorState::Suspended;
        (is_open && cleans_up(&generator.code.code, generator.pc)).then(|| Place {
            filename: code.filename.to_string(),
            function: code.code.name.to_string(),
            line: code.code.position(*pc).line,
        })
    }
}

/// Whether an exception at an instruction runs a `finally` or leaves a `with`:
/// not if all that looks at it is an `except` with its classes or an `async
/// for`.
fn cleans_up(code: &Code, pc: u32) -> bool {
    let at = pc.saturating_sub(1);
    let ranges = code.exception_table.iter();
    let mut covering = ranges.filter(|range| range.start <= at && at < range.end);
    covering.any(|range| {
        let mut handler = code.instrs[range.handler as usize..].iter();
        let first = handler.find(|instr| {
            !matches!(
                instr,
                Instr::PushHandled { .. }
                    | Instr::LoadGlobal { .. }
                    | Instr::LoadAttr { .. }
                    | Instr::BuildTuple { .. }
            )
        });
        !matches!(
            first,
            Some(
                Instr::ExceptionMatches { .. }
                    | Instr::ExceptionGroupSplit { .. }
                    | Instr::EndAsyncFor { .. }
                    | Instr::Reraise { .. }
                    | Instr::PopHandled { .. }
            )
        )
    })
}

impl Vm {
    /// What a suspended generator or coroutine delegates to.
    fn awaited_of(&self, generator: Value) -> Option<Value> {
        let object = self.heap.generator(generator);
        if object.state != crate::GeneratorState::Suspended || !object.delegating {
            return None;
        }
        let airlock_bytecode::Instr::YieldFrom { iter, .. } =
            object.code.code.instrs[object.pc as usize]
        else {
            return None;
        };
        let awaited = object.registers[iter as usize];
        match awaited.kind() {
            Some(crate::Kind::Iter) => match self.heap.iter(awaited) {
                crate::object::PyIter::Wrapped { inner, .. } => Some(*inner),
                _ => None,
            },
            _ => Some(awaited),
        }
    }
}

impl Vm {
    /// A variable of the innermost frame of a fiber that runs this function
    /// of this file.
    pub fn fiber_variable(
        &self,
        fiber: FiberId,
        file: &str,
        function: &str,
        name: &str,
    ) -> Option<Value> {
        let current = fiber == self.current;
        let other = self.fibers.get(fiber)?;
        let (frames, stack) = if current {
            (&self.frames, &self.stack)
        } else {
            (&other.frames, &other.stack)
        };
        frames.iter().rev().find_map(|frame| {
            let Frame::Python(frame) = frame else {
                return None;
            };
            if *frame.code.code.name != *function || !frame.code.filename.ends_with(file) {
                return None;
            }
            let register = frame
                .code
                .code
                .varnames
                .iter()
                .position(|known| **known == *name)?;
            stack.get(frame.base as usize + register).copied()
        })
    }

    /// The fibers that are not finished.
    pub fn live_fibers(&self) -> impl Iterator<Item = FiberId> + '_ {
        self.fibers
            .iter()
            .enumerate()
            .filter(|(_, fiber)| fiber.state != crate::FiberState::Finished)
            .map(|(id, _)| id)
    }
}
