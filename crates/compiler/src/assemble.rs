//! The last stage: labels become indices, checks that cannot fail and code
//! that cannot be reached go away.

use airlock_bytecode::{ExceptionRange, Instr, Position, Reg};
use ruff_text_size::TextRange;

use crate::lines::LineIndex;

mod flow;

/// A place in the code, known once the code is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label(pub(crate) u32);

impl Label {
    pub(crate) const NONE: Label = Label(u32::MAX);
}

/// What handles an exception raised by an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HandlerId(pub(crate) u32);

impl HandlerId {
    /// Nothing in this code object does.
    pub(crate) const NONE: HandlerId = HandlerId(0);
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Handler {
    pub(crate) label: Label,
    pub(crate) exception: Reg,
}

/// An instruction as written. A jump's target is its label.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Op {
    pub(crate) instr: Instr,
    pub(crate) label: Label,
    pub(crate) handler: HandlerId,
    pub(crate) range: TextRange,
    pub(crate) role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Code,
    /// Unbinds a comprehension's variable: kept only where a check of that
    /// variable remains.
    Forget,
}

pub(crate) struct Draft {
    pub(crate) ops: Vec<Op>,
    pub(crate) labels: Vec<u32>,
    pub(crate) handlers: Vec<Handler>,
    pub(crate) registers: u32,
    /// How many registers are variables, and how many of these are bound
    /// when the code begins.
    pub(crate) variables: u32,
    pub(crate) params: u32,
}

pub(crate) struct Assembled {
    pub(crate) instrs: Box<[Instr]>,
    pub(crate) positions: Box<[(u32, Position)]>,
    pub(crate) exception_table: Box<[ExceptionRange]>,
    pub(crate) registers: u16,
}

/// Finishes a code object.
pub(crate) fn assemble(draft: Draft, lines: &LineIndex, columns: bool) -> Assembled {
    let targets = Targets {
        labels: &draft.labels,
        count: draft.ops.len(),
    };
    let mut keep = reachable(&draft, &targets);
    flow::drop_needless_checks(&draft, &targets, &mut keep);
    let code = Layout::new(&draft, &targets, keep);
    code.emit(lines, columns)
}

struct Targets<'d> {
    labels: &'d [u32],
    count: usize,
}

impl Targets<'_> {
    /// The index of the instruction a label stands before.
    fn of(&self, label: Label) -> usize {
        let index = self.labels.get(label.0 as usize).copied().unwrap_or(0);
        (index as usize).min(self.count - 1)
    }
}

/// Which instructions can be reached, by jumps, falls and exceptions.
fn reachable(draft: &Draft, targets: &Targets<'_>) -> Vec<bool> {
    let mut seen = vec![false; draft.ops.len()];
    let mut handled = vec![false; draft.handlers.len()];
    let mut work = vec![0];
    while let Some(start) = work.pop() {
        let mut index = start;
        while index < draft.ops.len() && !seen[index] {
            seen[index] = true;
            let op = &draft.ops[index];
            let handler = op.handler.0 as usize;
            if op.handler != HandlerId::NONE && !handled[handler] {
                handled[handler] = true;
                work.push(targets.of(draft.handlers[handler].label));
            }
            if op.label != Label::NONE {
                work.push(targets.of(op.label));
            }
            if op.instr.ends_flow() {
                break;
            }
            index += 1;
        }
    }
    seen
}

/// Where each instruction ends up.
struct Layout<'d> {
    draft: &'d Draft,
    keep: Vec<bool>,
    instrs: Vec<Instr>,
    /// The target of each jump, as an index into the draft.
    targets: Vec<u32>,
    /// Final index of each instruction of the draft, or of the next kept one.
    starts: Vec<u32>,
    /// Jumps too far for their offset, which go by way of a `Jump`.
    far: Vec<bool>,
    size: u32,
}

impl<'d> Layout<'d> {
    fn new(draft: &'d Draft, targets: &Targets<'_>, keep: Vec<bool>) -> Self {
        let count = draft.ops.len();
        let mut layout = Layout {
            draft,
            keep,
            instrs: draft.ops.iter().map(|op| op.instr).collect(),
            targets: vec![u32::MAX; count],
            starts: vec![0; count + 1],
            far: vec![false; count],
            size: 0,
        };
        layout.thread_jumps(targets);
        layout.turn_jumps_around();
        layout.place();
        while layout.drop_empty_jumps() {
            layout.place();
        }
        while layout.find_far_jumps() {
            layout.place();
        }
        layout
    }

    /// The first kept instruction at or after `index`.
    fn landing(&self, mut index: usize) -> usize {
        while index + 1 < self.keep.len() && !self.keep[index] {
            index += 1;
        }
        index
    }

    /// A jump to a `Jump` goes where that one goes.
    fn thread_jumps(&mut self, targets: &Targets<'_>) {
        for index in 0..self.draft.ops.len() {
            let op = &self.draft.ops[index];
            if !self.keep[index] || op.label == Label::NONE {
                continue;
            }
            let mut target = self.landing(targets.of(op.label));
            for _ in 0..8 {
                let there = &self.draft.ops[target];
                if !matches!(there.instr, Instr::Jump { .. }) || there.label == op.label {
                    break;
                }
                target = self.landing(targets.of(there.label));
            }
            self.targets[index] = target as u32;
        }
        // What only the jumps just shortened had reached may be dead now.
        self.drop_unreached();
    }

    /// A condition that jumps over a `Jump` becomes its opposite.
    fn turn_jumps_around(&mut self) {
        let entered = self.entered();
        for index in 0..self.draft.ops.len() {
            if !self.keep[index] || self.targets[index] == u32::MAX {
                continue;
            }
            let Some(opposite) = opposite(&self.draft.ops[index].instr) else {
                continue;
            };
            let next = self.landing(index + 1);
            if !matches!(self.draft.ops[next].instr, Instr::Jump { .. })
                || entered[next]
                || self.targets[next] == u32::MAX
                || self.landing(next + 1) != self.targets[index] as usize
            {
                continue;
            }
            self.instrs[index] = opposite;
            self.targets[index] = self.targets[next];
            self.keep[next] = false;
        }
    }

    /// Which instructions jumps or exceptions lead to.
    fn entered(&self) -> Vec<bool> {
        let count = self.draft.ops.len();
        let mut entered = vec![false; count];
        for handler in &self.draft.handlers {
            if let Some(index) = self.draft.labels.get(handler.label.0 as usize)
                && *index != u32::MAX
            {
                entered[self.landing((*index as usize).min(count - 1))] = true;
            }
        }
        for index in 0..count {
            if self.keep[index] && self.targets[index] != u32::MAX {
                entered[self.targets[index] as usize] = true;
            }
        }
        entered
    }

    fn drop_unreached(&mut self) {
        let ops = &self.draft.ops;
        let entered = self.entered();
        let mut falls = true;
        for index in 0..ops.len() {
            if !self.keep[index] {
                continue;
            }
            let is_jump = matches!(ops[index].instr, Instr::Jump { .. });
            if !falls && !entered[index] && is_jump {
                self.keep[index] = false;
                continue;
            }
            falls = !ops[index].instr.ends_flow();
        }
    }

    fn place(&mut self) {
        let mut at = 0;
        for index in 0..self.draft.ops.len() {
            self.starts[index] = at;
            if self.keep[index] {
                at += if self.far[index] { 3 } else { 1 };
            }
        }
        self.starts[self.draft.ops.len()] = at;
        self.size = at;
    }

    fn drop_empty_jumps(&mut self) -> bool {
        let mut dropped = false;
        for index in 0..self.draft.ops.len() {
            let is_jump = matches!(self.draft.ops[index].instr, Instr::Jump { .. });
            if self.keep[index] && is_jump {
                let target = self.starts[self.targets[index] as usize];
                if target == self.starts[index] + 1 {
                    self.keep[index] = false;
                    dropped = true;
                }
            }
        }
        dropped
    }

    fn find_far_jumps(&mut self) -> bool {
        let mut found = false;
        for index in 0..self.draft.ops.len() {
            if !self.keep[index] || self.far[index] || self.targets[index] == u32::MAX {
                continue;
            }
            let has_offset = !matches!(
                self.draft.ops[index].instr,
                Instr::Jump { .. }
                    | Instr::JumpIfTrue { .. }
                    | Instr::JumpIfFalse { .. }
                    | Instr::JumpIfNone { .. }
                    | Instr::JumpIfNotNone { .. }
            );
            if has_offset && self.offset(index).is_none() {
                self.far[index] = true;
                found = true;
            }
        }
        found
    }

    fn offset(&self, index: usize) -> Option<i16> {
        let from = self.starts[index] as i64 + 1;
        let to = self.starts[self.targets[index] as usize] as i64;
        i16::try_from(to - from).ok()
    }

    fn emit(&self, lines: &LineIndex, columns: bool) -> Assembled {
        let mut instrs: Vec<Instr> = Vec::with_capacity(self.size as usize);
        let mut positions: Vec<(u32, Position)> = Vec::new();
        let mut table: Vec<ExceptionRange> = Vec::new();
        let mut last_range = None;
        for (index, op) in self.draft.ops.iter().enumerate() {
            if !self.keep[index] {
                continue;
            }
            let start = instrs.len() as u32;
            if last_range != Some(op.range) {
                let position = lines.position(op.range, columns);
                if positions.last().is_none_or(|(_, last)| *last != position) {
                    positions.push((start, position));
                }
                last_range = Some(op.range);
            }
            if self.targets[index] == u32::MAX {
                instrs.push(self.instrs[index]);
            } else {
                let target = self.starts[self.targets[index] as usize];
                if self.far[index] {
                    // Over the next jump, or by it to what follows.
                    instrs.push(with_target(self.instrs[index], start + 2, 1));
                    instrs.push(Instr::Jump { target: start + 3 });
                    instrs.push(Instr::Jump { target });
                } else {
                    let offset = self.offset(index).unwrap_or(0);
                    instrs.push(with_target(self.instrs[index], target, offset));
                }
            }
            self.cover(op, start, instrs.len() as u32, &mut table);
        }
        Assembled {
            instrs: instrs.into(),
            positions: positions.into(),
            exception_table: table.into(),
            registers: self.draft.registers.min(u16::MAX as u32) as u16,
        }
    }

    fn cover(&self, op: &Op, start: u32, end: u32, table: &mut Vec<ExceptionRange>) {
        if op.handler == HandlerId::NONE || !may_raise(&op.instr) {
            return;
        }
        let handler = self.draft.handlers[op.handler.0 as usize];
        let at = self.draft.labels[handler.label.0 as usize] as usize;
        let target = self.starts[at.min(self.draft.ops.len() - 1)];
        if let Some(last) = table.last_mut()
            && last.handler == target
            && last.exception == handler.exception
            && last.end == start
        {
            last.end = end;
            return;
        }
        table.push(ExceptionRange {
            start,
            end,
            handler: target,
            exception: handler.exception,
        });
    }
}

/// Whether the table must cover an instruction: an exception may also arrive
/// from outside, at any place where the VM stops between instructions, so all
/// but plain returns count.
fn may_raise(instr: &Instr) -> bool {
    !matches!(instr, Instr::Nop)
}

/// The jump that happens when this one does not.
fn opposite(instr: &Instr) -> Option<Instr> {
    Some(match *instr {
        Instr::JumpIfTrue { src, target } => Instr::JumpIfFalse { src, target },
        Instr::JumpIfFalse { src, target } => Instr::JumpIfTrue { src, target },
        Instr::JumpIfNone { src, target } => Instr::JumpIfNotNone { src, target },
        Instr::JumpIfNotNone { src, target } => Instr::JumpIfNone { src, target },
        Instr::JumpIfCompare { op, a, b, offset } => Instr::JumpUnlessCompare { op, a, b, offset },
        Instr::JumpUnlessCompare { op, a, b, offset } => Instr::JumpIfCompare { op, a, b, offset },
        Instr::JumpIfCompareInt {
            op,
            a,
            value,
            offset,
        } => Instr::JumpUnlessCompareInt {
            op,
            a,
            value,
            offset,
        },
        Instr::JumpUnlessCompareInt {
            op,
            a,
            value,
            offset,
        } => Instr::JumpIfCompareInt {
            op,
            a,
            value,
            offset,
        },
        _ => return None,
    })
}

fn with_target(instr: Instr, to: u32, by: i16) -> Instr {
    let mut instr = instr;
    match &mut instr {
        Instr::Jump { target }
        | Instr::JumpIfTrue { target, .. }
        | Instr::JumpIfFalse { target, .. }
        | Instr::JumpIfNone { target, .. }
        | Instr::JumpIfNotNone { target, .. } => *target = to,
        Instr::JumpIfCompare { offset, .. }
        | Instr::JumpUnlessCompare { offset, .. }
        | Instr::JumpIfCompareInt { offset, .. }
        | Instr::JumpUnlessCompareInt { offset, .. }
        | Instr::ForNext { offset, .. } => *offset = by,
        _ => {}
    }
    instr
}
