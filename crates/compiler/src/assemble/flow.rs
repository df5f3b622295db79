//! Which checks of local variables can fail.
//!
//! A forward analysis over basic blocks: at each place, the set of variables
//! that are bound on every way there. An exception may leave a block at any
//! of its instructions, so a handler begins with what is bound all through
//! the blocks it covers.

use airlock_bytecode::{Instr, Operand, Reg};

use super::{Draft, HandlerId, Label, Role, Targets};

/// Takes out of `keep` each `CheckLocal` that always passes, and the
/// unbinding of comprehension variables that nothing checks.
pub(super) fn drop_needless_checks(draft: &Draft, targets: &Targets<'_>, keep: &mut [bool]) {
    let has_checks = draft
        .ops
        .iter()
        .zip(keep.iter())
        .any(|(op, keep)| *keep && matches!(op.instr, Instr::CheckLocal { .. }));
    let mut checked = vec![false; draft.variables as usize];
    if has_checks {
        let flow = Flow::run(draft, targets, keep);
        for block in &flow.blocks {
            let Some(mut bound) = block.bound.clone() else {
                continue;
            };
            let range = block.start..block.end;
            for (op, keep) in draft.ops[range.clone()].iter().zip(&mut keep[range]) {
                if !*keep {
                    continue;
                }
                if let Instr::CheckLocal { src, .. } = op.instr {
                    if bound.has(src) {
                        *keep = false;
                    } else if let Some(checked) = checked.get_mut(src as usize) {
                        *checked = true;
                    }
                }
                step(&op.instr, &mut bound);
            }
        }
    }
    for (op, keep) in draft.ops.iter().zip(keep) {
        if op.role == Role::Forget {
            let (Instr::LoadNone { dst: reg } | Instr::DeleteLocal { reg, .. }) = op.instr else {
                continue;
            };
            *keep &= checked.get(reg as usize).copied().unwrap_or(false);
        }
    }
}

#[derive(Clone, PartialEq, Eq)]
struct Bound {
    words: Box<[u64]>,
    variables: u32,
}

impl Bound {
    fn none(variables: u32) -> Self {
        Bound {
            words: vec![0; (variables as usize).div_ceil(64)].into(),
            variables,
        }
    }

    fn has(&self, reg: Reg) -> bool {
        let reg = reg as u32;
        reg >= self.variables || self.words[reg as usize / 64] & (1 << (reg % 64)) != 0
    }

    fn add(&mut self, reg: Reg) {
        if (reg as u32) < self.variables {
            self.words[reg as usize / 64] |= 1 << (reg % 64);
        }
    }

    fn remove(&mut self, reg: Reg) {
        if (reg as u32) < self.variables {
            self.words[reg as usize / 64] &= !(1 << (reg % 64));
        }
    }

    fn intersect(&mut self, other: &Bound) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= other;
        }
    }
}

/// What is bound after an instruction that went on to the next.
fn step(instr: &Instr, bound: &mut Bound) {
    match *instr {
        Instr::DeleteLocal { reg, .. } => bound.remove(reg),
        Instr::CheckLocal { src, .. } => bound.add(src),
        _ => instr.operands(None, |operand| match operand {
            Operand::Write(reg) => bound.add(reg),
            Operand::WriteMany(base, count) => {
                (0..count).for_each(|offset| bound.add(base + offset));
            }
            _ => {}
        }),
    }
}

struct Block {
    start: usize,
    end: usize,
    /// What is bound where it begins, once some way there is known.
    bound: Option<Bound>,
}

struct Flow<'d> {
    draft: &'d Draft,
    blocks: Vec<Block>,
    /// The block that each instruction belongs to.
    block_of: Vec<u32>,
}

impl<'d> Flow<'d> {
    fn run(draft: &'d Draft, targets: &Targets<'_>, keep: &[bool]) -> Self {
        let mut flow = Flow::split(draft, targets);
        let mut start = Bound::none(draft.variables);
        (0..draft.params).for_each(|reg| start.add(reg as Reg));
        flow.blocks[0].bound = Some(start);
        let mut work = vec![0];
        while let Some(block) = work.pop() {
            let mut reached = Vec::new();
            flow.leave(block, targets, keep, &mut reached);
            for (index, bound) in reached {
                let target = flow.block_of[index] as usize;
                match &mut flow.blocks[target].bound {
                    Some(known) => {
                        let before = known.clone();
                        known.intersect(&bound);
                        if *known != before {
                            work.push(target);
                        }
                    }
                    unknown => {
                        *unknown = Some(bound);
                        work.push(target);
                    }
                }
            }
        }
        flow
    }

    fn split(draft: &'d Draft, targets: &Targets<'_>) -> Self {
        let count = draft.ops.len();
        let mut begins = vec![false; count + 1];
        begins[0] = true;
        for (index, op) in draft.ops.iter().enumerate() {
            if op.label != Label::NONE {
                begins[targets.of(op.label)] = true;
            }
            if op.label != Label::NONE || op.instr.ends_flow() {
                begins[index + 1] = true;
            }
            if index > 0 && draft.ops[index - 1].handler != op.handler {
                begins[index] = true;
            }
            if op.handler != HandlerId::NONE {
                begins[targets.of(draft.handlers[op.handler.0 as usize].label)] = true;
            }
        }
        let mut blocks: Vec<Block> = Vec::new();
        let mut block_of = Vec::with_capacity(count);
        for (index, begins) in begins[..count].iter().enumerate() {
            if *begins {
                blocks.push(Block {
                    start: index,
                    end: index,
                    bound: None,
                });
            }
            if let Some(block) = blocks.last_mut() {
                block.end = index + 1;
            }
            block_of.push(blocks.len() as u32 - 1);
        }
        Flow {
            draft,
            blocks,
            block_of,
        }
    }

    /// Where control goes from a block, and what is bound then.
    fn leave(
        &self,
        block: usize,
        targets: &Targets<'_>,
        keep: &[bool],
        reached: &mut Vec<(usize, Bound)>,
    ) {
        let Block { start, end, bound } = &self.blocks[block];
        let Some(mut bound) = bound.clone() else {
            return;
        };
        // What is bound all through the block, for its handler.
        let mut throughout = bound.clone();
        let mut falls = true;
        for (op, keep) in self.draft.ops[*start..*end].iter().zip(&keep[*start..*end]) {
            if !keep {
                continue;
            }
            step(&op.instr, &mut bound);
            if let Instr::DeleteLocal { .. } = op.instr {
                throughout.intersect(&bound);
            }
            if op.label != Label::NONE {
                let mut jumped = bound.clone();
                if let Instr::ForNext { dst, .. } = op.instr {
                    jumped.add(dst);
                }
                reached.push((targets.of(op.label), jumped));
            }
            falls = !op.instr.ends_flow();
        }
        let handler = self.draft.ops[*start].handler;
        if handler != HandlerId::NONE {
            let handler = self.draft.handlers[handler.0 as usize];
            throughout.add(handler.exception);
            reached.push((targets.of(handler.label), throughout));
        }
        if falls && *end < self.draft.ops.len() {
            reached.push((*end, bound));
        }
    }
}
