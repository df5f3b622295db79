//! Conditions as jumps.

use airlock_bytecode::{CmpOp, Instr};
use ruff_python_ast::{self as ast, BoolOp, Expr, UnaryOp};
use ruff_text_size::{Ranged, TextRange};

use super::Compiler;
use super::expr::{cmp_op, small_int};
use crate::assemble::Label;
use crate::constants;

impl<'a> Compiler<'a, '_> {
    /// Jumps to `target` if the truth of `expr` is `wanted`; else goes on.
    pub(super) fn jump_if(&mut self, expr: &'a Expr, wanted: bool, target: Label) {
        match expr {
            Expr::UnaryOp(e) if e.op == UnaryOp::Not => self.jump_if(&e.operand, !wanted, target),
            Expr::BoolOp(e) => self.jump_if_bool_op(e, wanted, target),
            Expr::Compare(e) => self.jump_if_compare(e, wanted, target),
            Expr::If(e) => self.jump_if_if(e, wanted, target),
            _ => self.jump_if_truth(expr, wanted, target),
        }
    }

    fn jump_if_truth(&mut self, expr: &'a Expr, wanted: bool, target: Label) {
        if let Some(value) = self.fold(expr) {
            if constants::truthy(&value) == wanted {
                self.jump(target, expr.range());
            }
            return;
        }
        let mark = self.mark();
        let src = match expr {
            // `while x := f()`: tested where it is stored.
            Expr::Named(e) if self.direct_register(&e.target).is_some() => {
                let dst = self.direct_register(&e.target);
                self.expr(&e.value, dst)
            }
            expr => self.expr(expr, None),
        };
        self.free_to(mark);
        let instr = if wanted {
            Instr::JumpIfTrue { src, target: 0 }
        } else {
            Instr::JumpIfFalse { src, target: 0 }
        };
        self.emit_jump(instr, target, expr.range());
    }

    fn jump_if_bool_op(&mut self, e: &'a ast::ExprBoolOp, wanted: bool, target: Label) {
        // The truth of one operand that decides the whole.
        let decisive = e.op == BoolOp::Or;
        let Some((last, firsts)) = e.values.split_last() else {
            return;
        };
        if decisive == wanted {
            for value in firsts {
                self.jump_if(value, wanted, target);
            }
            self.jump_if(last, wanted, target);
            return;
        }
        let end = self.new_label();
        for value in firsts {
            self.jump_if(value, decisive, end);
        }
        self.jump_if(last, wanted, target);
        self.place_label(end);
    }

    fn jump_if_if(&mut self, e: &'a ast::ExprIf, wanted: bool, target: Label) {
        let otherwise = self.new_label();
        let end = self.new_label();
        self.jump_if(&e.test, false, otherwise);
        self.jump_if(&e.body, wanted, target);
        self.jump(end, e.range);
        self.place_label(otherwise);
        self.jump_if(&e.orelse, wanted, target);
        self.place_label(end);
    }

    fn jump_if_compare(&mut self, e: &'a ast::ExprCompare, wanted: bool, target: Label) {
        let mark = self.mark();
        if let ([op], [right]) = (&*e.ops, &*e.comparators) {
            self.jump_if_compare_once(&e.left, *op, right, e.range, wanted, target);
            self.free_to(mark);
            return;
        }
        let end = self.new_label();
        let failed = if wanted { end } else { target };
        let mut a = self.expr(&e.left, None);
        for (index, (op, right)) in e.ops.iter().zip(&e.comparators).enumerate() {
            let is_last = index + 1 == e.ops.len();
            let b = self.expr(right, None);
            if is_last {
                self.compare_jump(cmp_op(*op), a, b, wanted, target, e.range);
            } else {
                self.compare_jump(cmp_op(*op), a, b, false, failed, e.range);
            }
            a = b;
        }
        self.free_to(mark);
        self.place_label(end);
    }

    fn jump_if_compare_once(
        &mut self,
        left: &'a Expr,
        op: ast::CmpOp,
        right: &'a Expr,
        range: TextRange,
        wanted: bool,
        target: Label,
    ) {
        let a = self.expr(left, None);
        if matches!(op, ast::CmpOp::Is | ast::CmpOp::IsNot) && right.is_none_literal_expr() {
            let instr = if (op == ast::CmpOp::Is) == wanted {
                Instr::JumpIfNone { src: a, target: 0 }
            } else {
                Instr::JumpIfNotNone { src: a, target: 0 }
            };
            self.emit_jump(instr, target, range);
            return;
        }
        let op_code = cmp_op(op);
        if is_ordering(op_code)
            && let Some(value) = small_int(right)
        {
            let instr = if wanted {
                Instr::JumpIfCompareInt {
                    op: op_code,
                    a,
                    value,
                    offset: 0,
                }
            } else {
                Instr::JumpUnlessCompareInt {
                    op: op_code,
                    a,
                    value,
                    offset: 0,
                }
            };
            self.emit_jump(instr, target, range);
            return;
        }
        let b = self.container(op, right);
        self.compare_jump(op_code, a, b, wanted, target, range);
    }

    /// Jumps to `target` if the truth of `a op b` is `wanted`.
    pub(super) fn compare_jump(
        &mut self,
        op: CmpOp,
        a: u16,
        b: u16,
        wanted: bool,
        target: Label,
        range: TextRange,
    ) {
        if matches!(op, CmpOp::In | CmpOp::NotIn) {
            let mark = self.mark();
            let dst = self.alloc();
            self.emit(Instr::Compare { op, dst, a, b }, range);
            self.free_to(mark);
            let instr = if wanted {
                Instr::JumpIfTrue {
                    src: dst,
                    target: 0,
                }
            } else {
                Instr::JumpIfFalse {
                    src: dst,
                    target: 0,
                }
            };
            self.emit_jump(instr, target, range);
            return;
        }
        let instr = if wanted {
            Instr::JumpIfCompare {
                op,
                a,
                b,
                offset: 0,
            }
        } else {
            Instr::JumpUnlessCompare {
                op,
                a,
                b,
                offset: 0,
            }
        };
        self.emit_jump(instr, target, range);
    }
}

fn is_ordering(op: CmpOp) -> bool {
    matches!(
        op,
        CmpOp::Lt | CmpOp::Le | CmpOp::Eq | CmpOp::Ne | CmpOp::Gt | CmpOp::Ge
    )
}
