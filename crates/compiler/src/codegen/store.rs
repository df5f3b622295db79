//! Assignment targets.

use airlock_bytecode::{Instr, Reg};
use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextRange};

use super::Compiler;

impl<'a> Compiler<'a, '_> {
    /// Stores the value in `src` into a target.
    pub(super) fn store(&mut self, target: &'a Expr, src: Reg) {
        let mark = self.mark();
        match target {
            Expr::Name(e) => self.store_name(&e.id, src, e.range),
            Expr::Attribute(e) => {
                let obj = self.expr(&e.value, None);
                let name = self.mangled(&e.attr);
                let site = self.site(&name);
                let range = self.attribute_range(e, e.range);
                self.emit(Instr::StoreAttr { obj, src, site }, range);
            }
            Expr::Subscript(e) => {
                let obj = self.expr(&e.value, None);
                let key = self.expr(&e.slice, None);
                self.emit(Instr::StoreSubscr { obj, key, src }, e.range);
            }
            Expr::Tuple(e) => self.unpack(&e.elts, src, e.range),
            Expr::List(e) => self.unpack(&e.elts, src, e.range),
            Expr::Starred(e) => {
                self.report
                    .syntax(e, "starred assignment target must be in a list or tuple");
            }
            _ => self.report.syntax(target, "cannot assign to expression"),
        }
        self.free_to(mark);
    }

    /// Stores the items of the value in `src` into the targets. A temporary
    /// is not used again.
    fn unpack(&mut self, targets: &'a [Expr], src: Reg, range: TextRange) {
        let count = targets.len();
        let star = targets.iter().position(Expr::is_starred_expr);
        if let Some(star) = star {
            if targets[star + 1..].iter().any(Expr::is_starred_expr) {
                self.report
                    .syntax(range, "multiple starred expressions in assignment");
                return;
            }
            if star > u8::MAX as usize || count > 4000 {
                self.report
                    .syntax(range, "too many expressions in star-unpacking assignment");
                return;
            }
        }
        if count > 4000 {
            self.overflow("unpacking into this many targets", range);
            return;
        }
        // Unpacking may leave a list of the items where the value was.
        let src = if self.is_temp(src) {
            src
        } else {
            let copy = self.alloc();
            self.move_to(copy, src, range);
            copy
        };
        if star.is_none()
            && let Some(base) = self.consecutive_registers(targets)
        {
            self.emit(unpacking(src, base, count, None), range);
            return;
        }
        let base = self.alloc_many(count);
        self.emit(unpacking(src, base, count, star), range);
        for (index, target) in targets.iter().enumerate() {
            let target = match target {
                Expr::Starred(starred) => &starred.value,
                target => target,
            };
            self.store(target, base + index as Reg);
        }
    }

    /// The first register, if the targets are plain variables in registers
    /// one after another.
    fn consecutive_registers(&self, targets: &[Expr]) -> Option<Reg> {
        let mut registers = targets.iter().map(|target| match target {
            Expr::Name(name) => self.local_register(&name.id),
            _ => None,
        });
        let first = registers.next()??;
        registers
            .enumerate()
            .all(|(index, reg)| reg == Some(first + index as Reg + 1))
            .then_some(first)
    }

    /// The register a value can be written to directly if it is assigned to
    /// this target alone.
    pub(super) fn direct_register(&self, target: &Expr) -> Option<Reg> {
        match target {
            Expr::Name(name) => self.local_register(&name.id),
            _ => None,
        }
    }

    pub(super) fn assign(&mut self, e: &'a ast::StmtAssign) {
        if let [target] = &e.targets[..] {
            if let Some(dst) = self.direct_register(target) {
                self.expr(&e.value, Some(dst));
                return;
            }
            if self.assign_in_parallel(target, &e.value) {
                return;
            }
        }
        let value = self.expr(&e.value, None);
        // A variable's own register must not be assigned between two uses.
        let value = if e.targets.len() > 1 && !self.is_temp(value) {
            let copy = self.alloc();
            self.move_to(copy, value, e.range);
            copy
        } else {
            value
        };
        let (last, firsts) = match e.targets.split_last() {
            Some(parts) => parts,
            None => return,
        };
        for target in firsts {
            let mark = self.mark();
            let value = match target {
                Expr::Tuple(_) | Expr::List(_) => {
                    let copy = self.alloc();
                    self.move_to(copy, value, e.range);
                    copy
                }
                _ => value,
            };
            self.store(target, value);
            self.free_to(mark);
        }
        self.store(last, value);
    }

    /// `a, b = x, y` without making a tuple.
    fn assign_in_parallel(&mut self, target: &'a Expr, value: &'a Expr) -> bool {
        let targets = match target {
            Expr::Tuple(tuple) => &tuple.elts,
            Expr::List(list) => &list.elts,
            _ => return false,
        };
        let Expr::Tuple(values) = value else {
            return false;
        };
        let values = &values.elts;
        if targets.len() != values.len()
            || targets.len() > 16
            || targets.iter().chain(values).any(Expr::is_starred_expr)
        {
            return false;
        }
        let mut sources = Vec::with_capacity(values.len());
        for (index, value) in values.iter().enumerate() {
            let reg = self.expr(value, None);
            // A variable that an earlier target assigns must be read before.
            let is_clobbered = !self.is_temp(reg)
                && targets[..index]
                    .iter()
                    .any(|target| self.assigns(target, reg));
            let reg = if is_clobbered {
                let copy = self.alloc();
                self.move_to(copy, reg, value.range());
                copy
            } else {
                reg
            };
            sources.push(reg);
        }
        for (target, src) in targets.iter().zip(sources) {
            self.store(target, src);
        }
        true
    }

    fn assigns(&self, target: &Expr, reg: Reg) -> bool {
        match target {
            Expr::Name(_) => self.direct_register(target) == Some(reg),
            Expr::Tuple(tuple) => tuple.elts.iter().any(|target| self.assigns(target, reg)),
            Expr::List(list) => list.elts.iter().any(|target| self.assigns(target, reg)),
            Expr::Starred(starred) => self.assigns(&starred.value, reg),
            _ => false,
        }
    }

    pub(super) fn delete(&mut self, target: &'a Expr) {
        let mark = self.mark();
        match target {
            Expr::Name(e) => {
                self.delete_name(&e.id, e.range);
                let temps = mark.min(u16::MAX as u32) as Reg;
                self.emit(Instr::AfterDelete { temps }, e.range);
            }
            Expr::Attribute(e) => {
                let obj = self.expr(&e.value, None);
                let name = self.mangled(&e.attr);
                let site = self.site(&name);
                let range = self.attribute_range(e, e.range);
                self.emit(Instr::DeleteAttr { obj, site }, range);
            }
            Expr::Subscript(e) => {
                let obj = self.expr(&e.value, None);
                let key = self.expr(&e.slice, None);
                self.emit(Instr::DeleteSubscr { obj, key }, e.range);
            }
            Expr::Tuple(e) => e.elts.iter().for_each(|target| self.delete(target)),
            Expr::List(e) => e.elts.iter().for_each(|target| self.delete(target)),
            _ => self.report.syntax(target, "cannot delete expression"),
        }
        self.free_to(mark);
    }

    pub(super) fn aug_assign(&mut self, e: &'a ast::StmtAugAssign) {
        let op = super::expr::bin_op(e.op);
        let mark = self.mark();
        match &*e.target {
            Expr::Name(name) => {
                let dst = self.direct_register(&e.target);
                let a = self.load_name(&name.id, None, name.range);
                let result = self.in_place(e, a, mark, dst);
                if dst.is_none() {
                    self.store_name(&name.id, result, name.range);
                }
            }
            Expr::Attribute(target) => {
                let obj = self.expr(&target.value, None);
                let name = self.mangled(&target.attr);
                let range = self.attribute_range(target, target.range);
                let site = self.site(&name);
                let inner = self.mark();
                let a = self.alloc();
                self.emit(Instr::LoadAttr { dst: a, obj, site }, range);
                let src = self.in_place(e, a, inner, None);
                let site = self.site(&name);
                self.emit(Instr::StoreAttr { obj, src, site }, range);
            }
            Expr::Subscript(target) => {
                let obj = self.expr(&target.value, None);
                let key = self.expr(&target.slice, None);
                let inner = self.mark();
                let a = self.alloc();
                self.emit(Instr::LoadSubscr { dst: a, obj, key }, target.range);
                let src = self.in_place(e, a, inner, None);
                self.emit(Instr::StoreSubscr { obj, key, src }, target.range);
            }
            target => {
                let _ = op;
                self.report
                    .syntax(target, "illegal expression for augmented assignment");
            }
        }
        self.free_to(mark);
    }

    fn in_place(&mut self, e: &'a ast::StmtAugAssign, a: Reg, mark: u32, dst: Option<Reg>) -> Reg {
        if let Some(value) = self.small_addend(e.op, &e.value) {
            self.free_to(mark);
            let dst = self.target(dst);
            self.emit(Instr::InPlaceInt { dst, a, value }, e.range);
            return dst;
        }
        let b = self.expr(&e.value, None);
        self.free_to(mark);
        let dst = self.target(dst);
        let op = super::expr::bin_op(e.op);
        self.emit(Instr::InPlace { op, dst, a, b }, e.range);
        dst
    }
}

/// Takes `count` items of the value in `src` to the registers from `base` on;
/// at `star` those that are left go, as a list.
pub(super) fn unpacking(src: Reg, base: Reg, count: usize, star: Option<usize>) -> Instr {
    match star {
        None => Instr::UnpackSequence {
            src,
            base,
            count: count as u16,
        },
        Some(star) => Instr::UnpackEx {
            before: star as u8,
            src,
            base,
            after: (count - star - 1) as u16,
        },
    }
}
