//! Expressions.

use airlock_bytecode::{BinOp, CmpOp, Const, Instr, Reg};
use ruff_python_ast::{self as ast, BoolOp, Expr, Operator, UnaryOp};
use ruff_text_size::{Ranged, TextRange};

use super::Compiler;
use crate::constants;
use crate::symbols::ScopeKind;

impl<'a> Compiler<'a, '_> {
    /// Evaluates `expr`. With a `dst` the value ends up there; without, it is
    /// in a variable's own register or in the temporary that was next.
    pub(super) fn expr(&mut self, expr: &'a Expr, dst: Option<Reg>) -> Reg {
        match expr {
            Expr::Name(e) => {
                if e.id.as_str() == "__debug__" {
                    let dst = self.target(dst);
                    let value = !self.options.optimize;
                    self.emit(Instr::LoadBool { dst, value }, e.range);
                    return dst;
                }
                self.load_name(&e.id, dst, e.range)
            }
            Expr::NoneLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::StringLiteral(_)
            | Expr::BytesLiteral(_) => {
                let value = self.fold(expr).unwrap_or(Const::None);
                let dst = self.target(dst);
                self.load_const(value, dst, expr.range());
                dst
            }
            Expr::BinOp(e) => self.bin_op(e, dst),
            Expr::UnaryOp(e) => self.unary_op(expr, e, dst),
            Expr::BoolOp(e) => self.bool_op(e, dst),
            Expr::Compare(e) => self.compare(e, dst),
            Expr::Call(e) => self.call(e, dst),
            Expr::Attribute(e) => self.attribute(e, dst),
            Expr::Subscript(e) => self.subscript(e, dst),
            Expr::Named(e) => self.named(e, dst),
            Expr::If(e) => self.if_expr(e, dst),
            Expr::Lambda(e) => self.lambda(e, dst),
            Expr::Tuple(e) => self.tuple(expr, e, dst),
            Expr::List(e) => self.list(e, dst),
            Expr::Set(e) => self.set(e, dst),
            Expr::Dict(e) => self.dict(e, dst),
            Expr::ListComp(e) => self.list_comp(e, dst),
            Expr::SetComp(e) => self.set_comp(e, dst),
            Expr::DictComp(e) => self.dict_comp(e, dst),
            Expr::Generator(e) => self.generator(e, dst),
            Expr::Await(e) => self.await_(e, dst),
            Expr::Yield(e) => self.yield_(e, dst),
            Expr::YieldFrom(e) => self.yield_from(e, dst),
            Expr::FString(e) => self.f_string(e, dst),
            Expr::TString(e) => self.t_string(e, dst),
            Expr::Slice(e) => self.slice(e, dst),
            Expr::Starred(e) => {
                self.report.syntax(e, "can't use starred expression here");
                self.target(dst)
            }
            Expr::IpyEscapeCommand(e) => {
                self.report.syntax(e, "invalid syntax");
                self.target(dst)
            }
        }
    }

    /// Evaluates into a fresh temporary.
    pub(super) fn expr_to_temp(&mut self, expr: &'a Expr) -> Reg {
        let dst = self.alloc();
        self.expr(expr, Some(dst))
    }

    /// Evaluates and forgets.
    pub(super) fn expr_for_effect(&mut self, expr: &'a Expr) {
        if self.fold(expr).is_some() {
            return;
        }
        let mark = self.mark();
        self.expr(expr, None);
        self.free_to(mark);
    }

    fn fold_to(&mut self, expr: &'a Expr, dst: Option<Reg>) -> Option<Reg> {
        let value = self.fold(expr)?;
        let dst = self.target(dst);
        self.load_const(value, dst, expr.range());
        Some(dst)
    }

    /// Walks the left side in a loop: `a + b + c + ...` is deep there.
    fn bin_op(&mut self, e: &'a ast::ExprBinOp, dst: Option<Reg>) -> Reg {
        let mut chain = vec![e];
        let mut left = &*e.left;
        while let Expr::BinOp(inner) = left {
            chain.push(inner);
            left = &inner.left;
        }
        // As far as all operands are constants, so is the value.
        let mut range = left.range();
        let mut constant = self.fold(left);
        while let (Some(value), Some(node)) = (&constant, chain.last()) {
            let folded = self
                .fold(&node.right)
                .and_then(|right| constants::binary(node.op, value, &right));
            let Some(folded) = folded else { break };
            constant = Some(folded);
            range = node.range;
            chain.pop();
        }
        let mark = self.mark();
        let mut value = match constant {
            Some(constant) => {
                let to = if chain.is_empty() { dst } else { None };
                let reg = self.target(to);
                self.load_const(constant, reg, range);
                reg
            }
            None => self.expr(left, None),
        };
        while let Some(node) = chain.pop() {
            let dst = if chain.is_empty() { dst } else { None };
            value = self.binary(node, value, mark, dst);
        }
        value
    }

    fn binary(&mut self, node: &'a ast::ExprBinOp, a: Reg, mark: u32, dst: Option<Reg>) -> Reg {
        if let Some(value) = self.small_addend(node.op, &node.right) {
            self.free_to(mark);
            let dst = self.target(dst);
            self.emit(Instr::AddInt { dst, a, value }, node.range);
            return dst;
        }
        let b = self.expr(&node.right, None);
        self.free_to(mark);
        let dst = self.target(dst);
        self.emit(binary_instr(node.op, dst, a, b), node.range);
        dst
    }

    /// The addend of `x + 1` or `x - 1` if it is a small literal.
    pub(super) fn small_addend(&self, op: Operator, right: &Expr) -> Option<i16> {
        let value = small_int(right)?;
        match op {
            Operator::Add => Some(value),
            // `x - 0` keeps its sign: the message of an error tells by it.
            Operator::Sub if value > 0 => Some(-value),
            _ => None,
        }
    }

    fn unary_op(&mut self, expr: &'a Expr, e: &'a ast::ExprUnaryOp, dst: Option<Reg>) -> Reg {
        if let Some(reg) = self.fold_to(expr, dst) {
            return reg;
        }
        if e.op == UnaryOp::Not
            && let Expr::Compare(compare) = &*e.operand
            && let [op @ (ast::CmpOp::Is | ast::CmpOp::IsNot | ast::CmpOp::In | ast::CmpOp::NotIn)] =
                &*compare.ops
        {
            return self.compare_once(
                &compare.left,
                op.negate(),
                &compare.comparators[0],
                e.range,
                dst,
            );
        }
        let mark = self.mark();
        let src = self.expr(&e.operand, None);
        self.free_to(mark);
        let dst = self.target(dst);
        let instr = match e.op {
            UnaryOp::Not => Instr::Not { dst, src },
            UnaryOp::USub => Instr::Negative { dst, src },
            UnaryOp::UAdd => Instr::Positive { dst, src },
            UnaryOp::Invert => Instr::Invert { dst, src },
        };
        self.emit(instr, e.range);
        dst
    }

    fn bool_op(&mut self, e: &'a ast::ExprBoolOp, dst: Option<Reg>) -> Reg {
        // A variable must not be written before all operands are read.
        let (result, dst) = match dst {
            Some(dst) if !self.is_temp(dst) => (self.alloc(), Some(dst)),
            dst => (self.target(dst), None),
        };
        let end = self.new_label();
        let Some((last, firsts)) = e.values.split_last() else {
            return result;
        };
        for value in firsts {
            if let Some(constant) = self.fold(value) {
                if constants::truthy(&constant) == (e.op == BoolOp::And) {
                    continue;
                }
                self.load_const(constant, result, value.range());
                self.jump(end, value.range());
                continue;
            }
            self.expr(value, Some(result));
            let instr = match e.op {
                BoolOp::And => Instr::JumpIfFalse {
                    src: result,
                    target: 0,
                },
                BoolOp::Or => Instr::JumpIfTrue {
                    src: result,
                    target: 0,
                },
            };
            self.emit_jump(instr, end, value.range());
        }
        self.expr(last, Some(result));
        self.place_label(end);
        match dst {
            Some(dst) => {
                self.move_to(dst, result, e.range);
                self.unit.next_temp = result as u32;
                dst
            }
            None => result,
        }
    }

    fn compare(&mut self, e: &'a ast::ExprCompare, dst: Option<Reg>) -> Reg {
        if let ([op], [right]) = (&*e.ops, &*e.comparators) {
            return self.compare_once(&e.left, *op, right, e.range, dst);
        }
        let (result, dst) = match dst {
            Some(dst) if !self.is_temp(dst) => (self.alloc(), Some(dst)),
            dst => (self.target(dst), None),
        };
        let end = self.new_label();
        let mark = self.mark();
        let mut a = self.expr(&e.left, None);
        for (index, (op, right)) in e.ops.iter().zip(&e.comparators).enumerate() {
            let b = self.expr(right, None);
            self.emit(
                Instr::Compare {
                    op: cmp_op(*op),
                    dst: result,
                    a,
                    b,
                },
                e.range,
            );
            if index + 1 < e.ops.len() {
                self.emit_jump(
                    Instr::JumpIfFalse {
                        src: result,
                        target: 0,
                    },
                    end,
                    e.range,
                );
            }
            a = b;
        }
        self.free_to(mark);
        self.place_label(end);
        match dst {
            Some(dst) => {
                self.move_to(dst, result, e.range);
                self.unit.next_temp = result as u32;
                dst
            }
            None => result,
        }
    }

    fn compare_once(
        &mut self,
        left: &'a Expr,
        op: ast::CmpOp,
        right: &'a Expr,
        range: TextRange,
        dst: Option<Reg>,
    ) -> Reg {
        let mark = self.mark();
        let a = self.expr(left, None);
        let b = self.container(op, right);
        self.free_to(mark);
        let dst = self.target(dst);
        self.emit(
            Instr::Compare {
                op: cmp_op(op),
                dst,
                a,
                b,
            },
            range,
        );
        dst
    }

    /// The right side of a comparison: `x in [1, 2]` looks in a tuple made
    /// once, `x in {1, 2}` in a frozen set.
    pub(super) fn container(&mut self, op: ast::CmpOp, right: &'a Expr) -> Reg {
        if !matches!(op, ast::CmpOp::In | ast::CmpOp::NotIn) {
            return self.expr(right, None);
        }
        let (elements, is_set) = match right {
            Expr::List(list) => (&list.elts, false),
            Expr::Set(set) => (&set.elts, true),
            _ => return self.expr(right, None),
        };
        let items: Option<Vec<Const>> = elements.iter().map(|element| self.fold(element)).collect();
        let Some(items) = items else {
            return self.expr(right, None);
        };
        let value = if is_set {
            Const::FrozenSet(items.into())
        } else {
            Const::Tuple(items.into())
        };
        let dst = self.alloc();
        self.load_const(value, dst, right.range());
        dst
    }

    fn attribute(&mut self, e: &'a ast::ExprAttribute, dst: Option<Reg>) -> Reg {
        if let Some(reg) = self.super_attribute(e, dst) {
            return reg;
        }
        let mark = self.mark();
        let obj = self.expr(&e.value, None);
        self.free_to(mark);
        let dst = self.target(dst);
        let name = self.mangled(&e.attr);
        let site = self.site(&name);
        self.emit(Instr::LoadAttr { dst, obj, site }, e.range);
        dst
    }

    fn subscript(&mut self, e: &'a ast::ExprSubscript, dst: Option<Reg>) -> Reg {
        let mark = self.mark();
        let obj = self.expr(&e.value, None);
        let key = self.expr(&e.slice, None);
        self.free_to(mark);
        let dst = self.target(dst);
        self.emit(Instr::LoadSubscr { dst, obj, key }, e.range);
        dst
    }

    fn slice(&mut self, e: &'a ast::ExprSlice, dst: Option<Reg>) -> Reg {
        let mark = self.mark();
        let base = self.unit.next_temp as Reg;
        for part in [&e.lower, &e.upper, &e.step] {
            let reg = self.alloc();
            match part {
                Some(part) => {
                    self.expr(part, Some(reg));
                }
                None => self.emit(Instr::LoadNone { dst: reg }, e.range),
            }
        }
        self.free_to(mark);
        let dst = self.target(dst);
        self.emit(Instr::BuildSlice { dst, base }, e.range);
        dst
    }

    fn named(&mut self, e: &'a ast::ExprNamed, dst: Option<Reg>) -> Reg {
        let Expr::Name(target) = &*e.target else {
            self.report
                .syntax(e, "cannot use assignment expressions with this target");
            return self.target(dst);
        };
        let value = match dst {
            Some(dst) if self.is_temp(dst) => self.expr(&e.value, Some(dst)),
            _ => self.expr_to_temp(&e.value),
        };
        self.store_name(&target.id, value, e.range);
        match dst {
            Some(dst) if dst != value => {
                self.move_to(dst, value, e.range);
                self.unit.next_temp = value as u32;
                dst
            }
            _ => value,
        }
    }

    fn if_expr(&mut self, e: &'a ast::ExprIf, dst: Option<Reg>) -> Reg {
        if let Some(value) = self.fold(&e.test) {
            let chosen = if constants::truthy(&value) {
                &e.body
            } else {
                &e.orelse
            };
            let dst = self.target(dst);
            return self.expr(chosen, Some(dst));
        }
        let dst = self.target(dst);
        let otherwise = self.new_label();
        let end = self.new_label();
        self.jump_if(&e.test, false, otherwise);
        self.expr(&e.body, Some(dst));
        self.jump(end, e.range);
        self.place_label(otherwise);
        self.expr(&e.orelse, Some(dst));
        self.place_label(end);
        dst
    }

    fn await_(&mut self, e: &'a ast::ExprAwait, dst: Option<Reg>) -> Reg {
        self.check_await(e.range);
        let mark = self.mark();
        let src = self.expr(&e.value, None);
        self.free_to(mark);
        let iter = self.alloc();
        self.emit(
            Instr::GetAwaitable {
                context: 0,
                dst: iter,
                src,
            },
            e.range,
        );
        self.drive(iter, mark, dst, e.range)
    }

    /// `YieldFrom` of `iter`, which is the temporary at `mark`.
    pub(super) fn drive(
        &mut self,
        iter: Reg,
        mark: u32,
        dst: Option<Reg>,
        range: TextRange,
    ) -> Reg {
        let value = self.alloc();
        self.emit(Instr::LoadNone { dst: value }, range);
        self.free_to(mark);
        let dst = self.target(dst);
        self.emit(Instr::YieldFrom { dst, iter, value }, range);
        dst
    }

    pub(super) fn check_await(&mut self, range: TextRange) {
        if self.allows_await() {
            return;
        }
        let message = if self.is_in_function() {
            "'await' outside async function"
        } else {
            "'await' outside function"
        };
        self.report.syntax(range, message);
    }

    /// Whether the code object may suspend by `await`.
    pub(super) fn allows_await(&self) -> bool {
        let scope = self.symbols.scope(self.unit.scope);
        scope.is_async || scope.kind == ScopeKind::Generator
    }

    pub(super) fn is_in_function(&self) -> bool {
        matches!(
            self.kind(),
            ScopeKind::Function | ScopeKind::Lambda | ScopeKind::Generator
        )
    }

    fn yield_(&mut self, e: &'a ast::ExprYield, dst: Option<Reg>) -> Reg {
        if !self.is_in_function() {
            self.report.syntax(e, "'yield' outside function");
        }
        let mark = self.mark();
        let src = match e.value.as_deref() {
            Some(value) => self.expr(value, None),
            None => {
                let src = self.alloc();
                self.emit(Instr::LoadNone { dst: src }, e.range);
                src
            }
        };
        self.free_to(mark);
        let dst = self.target(dst);
        self.emit(Instr::Yield { dst, src }, e.range);
        dst
    }

    fn yield_from(&mut self, e: &'a ast::ExprYieldFrom, dst: Option<Reg>) -> Reg {
        if !self.is_in_function() {
            self.report.syntax(e, "'yield from' outside function");
        } else if self.symbols.scope(self.unit.scope).is_async {
            self.report.syntax(e, "'yield from' inside async function");
        }
        let mark = self.mark();
        let src = self.expr(&e.value, None);
        self.free_to(mark);
        let iter = self.alloc();
        self.emit(Instr::GetYieldFromIter { dst: iter, src }, e.range);
        self.drive(iter, mark, dst, e.range)
    }
}

/// A literal that fits an instruction, with its sign.
pub(super) fn small_int(expr: &Expr) -> Option<i16> {
    match expr {
        Expr::NumberLiteral(ast::ExprNumberLiteral {
            value: ast::Number::Int(int),
            ..
        }) => int.as_i16_checked(),
        Expr::UnaryOp(ast::ExprUnaryOp {
            op: UnaryOp::USub,
            operand,
            ..
        }) => match &**operand {
            Expr::NumberLiteral(ast::ExprNumberLiteral {
                value: ast::Number::Int(int),
                ..
            }) => int.as_i16_checked().map(|value| -value),
            _ => None,
        },
        _ => None,
    }
}

trait SmallInt {
    fn as_i16_checked(&self) -> Option<i16>;
}

impl SmallInt for ast::Int {
    fn as_i16_checked(&self) -> Option<i16> {
        self.as_i64().and_then(|value| i16::try_from(value).ok())
    }
}

pub(super) fn cmp_op(op: ast::CmpOp) -> CmpOp {
    match op {
        ast::CmpOp::Eq => CmpOp::Eq,
        ast::CmpOp::NotEq => CmpOp::Ne,
        ast::CmpOp::Lt => CmpOp::Lt,
        ast::CmpOp::LtE => CmpOp::Le,
        ast::CmpOp::Gt => CmpOp::Gt,
        ast::CmpOp::GtE => CmpOp::Ge,
        ast::CmpOp::Is => CmpOp::Is,
        ast::CmpOp::IsNot => CmpOp::IsNot,
        ast::CmpOp::In => CmpOp::In,
        ast::CmpOp::NotIn => CmpOp::NotIn,
    }
}

pub(super) fn bin_op(op: Operator) -> BinOp {
    match op {
        Operator::Add => BinOp::Add,
        Operator::Sub => BinOp::Sub,
        Operator::Mult => BinOp::Mul,
        Operator::MatMult => BinOp::MatMul,
        Operator::Div => BinOp::TrueDiv,
        Operator::Mod => BinOp::Mod,
        Operator::Pow => BinOp::Pow,
        Operator::LShift => BinOp::LShift,
        Operator::RShift => BinOp::RShift,
        Operator::BitOr => BinOp::Or,
        Operator::BitXor => BinOp::Xor,
        Operator::BitAnd => BinOp::And,
        Operator::FloorDiv => BinOp::FloorDiv,
    }
}

fn binary_instr(op: Operator, dst: Reg, a: Reg, b: Reg) -> Instr {
    match op {
        Operator::Add => Instr::Add { dst, a, b },
        Operator::Sub => Instr::Sub { dst, a, b },
        Operator::Mult => Instr::Mul { dst, a, b },
        op => Instr::Binary {
            op: bin_op(op),
            dst,
            a,
            b,
        },
    }
}
