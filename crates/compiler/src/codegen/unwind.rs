//! The blocks around a statement, and leaving them early by `return`,
//! `break` or `continue`.

use airlock_bytecode::{Instr, Reg};
use ruff_python_ast::Stmt;
use ruff_text_size::TextRange;

use super::{Compiler, MAX_BLOCKS};
use crate::assemble::{HandlerId, Label};

#[derive(Clone, Copy)]
pub(super) enum Block<'a> {
    /// Left by jumping to one of its labels, by `break` or `return` without
    /// the iterator.
    Loop {
        continue_: Label,
        break_: Label,
        iter: Option<Reg>,
    },
    /// The protected part of a `try` without `finally`: nothing to do.
    Try,
    /// The protected part of a `try ... finally`: its body runs.
    Finally { body: &'a [Stmt] },
    /// A handler: the exception handled before is handled again.
    Handling { saved: Reg },
    /// `except ... as name`: the name goes away.
    HandlerName { name: &'a str },
    /// `__exit__(None, None, None)` is called.
    With {
        exit: Reg,
        is_async: bool,
        range: TextRange,
    },
    /// The handlers of `except*`: cannot be left early.
    ExceptStar,
}

#[derive(Clone, Copy)]
pub(super) struct BlockEntry<'a> {
    pub(super) block: Block<'a>,
    /// What handles exceptions outside this block.
    outside: HandlerId,
}

impl<'a> Compiler<'a, '_> {
    /// Opens a block whose outside is what handles exceptions now.
    pub(super) fn push_block(&mut self, block: Block<'a>, range: TextRange) {
        let outside = self.unit.handler;
        self.push_block_outside(block, outside, range);
    }

    pub(super) fn push_block_outside(
        &mut self,
        block: Block<'a>,
        outside: HandlerId,
        range: TextRange,
    ) {
        if self.unit.blocks.len() == MAX_BLOCKS {
            self.report
                .syntax(range, "too many statically nested blocks");
        }
        self.unit.blocks.push(BlockEntry { block, outside });
    }

    pub(super) fn pop_block(&mut self) {
        self.unit.blocks.pop();
    }

    /// Emits what leaving all blocks above the first `keep` takes, and then
    /// `depart`, which is outside them. The blocks are as before afterwards:
    /// the code that follows is another path.
    pub(super) fn leave_blocks(
        &mut self,
        keep: usize,
        range: TextRange,
        depart: impl FnOnce(&mut Self),
    ) {
        let handler = self.unit.handler;
        let mut left = Vec::new();
        while self.unit.blocks.len() > keep {
            let Some(entry) = self.unit.blocks.pop() else {
                break;
            };
            left.push(entry);
            self.unit.handler = entry.outside;
            match entry.block {
                Block::Loop { iter, .. } => self.let_go(iter, range),
                Block::Try | Block::ExceptStar => {}
                Block::Finally { body } => self.stmts(body),
                Block::Handling { saved } => self.emit(Instr::PopHandled { saved }, range),
                Block::HandlerName { name } => self.unbind_handler_name(name, range),
                Block::With {
                    exit,
                    is_async,
                    range,
                } => {
                    let mark = self.mark();
                    self.call_exit_normally(exit, is_async, range);
                    self.free_to(mark);
                }
            }
        }
        depart(self);
        self.unit.blocks.extend(left.into_iter().rev());
        self.unit.handler = handler;
    }

    /// Forgets the iterator of a loop that is left early: a generator may
    /// have something to do when nobody wants more of it.
    pub(super) fn let_go(&mut self, iter: Option<Reg>, range: TextRange) {
        if let Some(reg) = iter {
            self.emit(Instr::LetGo { reg }, range);
        }
    }

    /// Whether leaving all blocks may run code of the program that assigns
    /// local variables.
    pub(super) fn leaving_runs_code(&self) -> bool {
        self.unit.blocks.iter().any(|entry| {
            matches!(
                entry.block,
                Block::Finally { .. } | Block::HandlerName { .. }
            )
        })
    }

    /// Whether leaving all blocks above the first `keep` leaves an `except*`.
    pub(super) fn leaves_except_star(&self, keep: usize) -> bool {
        self.unit.blocks[keep..]
            .iter()
            .any(|entry| matches!(entry.block, Block::ExceptStar))
    }

    /// The innermost loop: how many blocks are outside it, its labels and its
    /// iterator.
    pub(super) fn innermost_loop(&self) -> Option<(usize, Label, Label, Option<Reg>)> {
        self.unit
            .blocks
            .iter()
            .enumerate()
            .rev()
            .find_map(|(index, entry)| match entry.block {
                Block::Loop {
                    continue_,
                    break_,
                    iter,
                } => Some((index, continue_, break_, iter)),
                _ => None,
            })
    }
}
