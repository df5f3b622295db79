//! Tuples, lists, sets and dicts written out.

use airlock_bytecode::{Const, Instr, Reg};
use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::TextRange;

use super::Compiler;

/// Displays with more elements than this are filled one by one instead of
/// from as many registers.
const MAX_AT_ONCE: usize = 64;
/// From this many constants on, a list is made from a constant tuple.
const MIN_CONSTANTS: usize = 3;

impl<'a> Compiler<'a, '_> {
    pub(super) fn tuple(&mut self, expr: &'a Expr, e: &'a ast::ExprTuple, dst: Option<Reg>) -> Reg {
        if let Some(value) = self.fold(expr) {
            let dst = self.target(dst);
            self.load_const(value, dst, e.range);
            return dst;
        }
        if is_simple(&e.elts) {
            return self.build_from_registers(&e.elts, dst, e.range, |dst, base, count| {
                Instr::BuildTuple { dst, base, count }
            });
        }
        let mark = self.mark();
        let list = self.alloc();
        self.list_of(&e.elts, list, e.range);
        self.free_to(mark);
        let dst = self.target(dst);
        self.emit(Instr::ListToTuple { dst, src: list }, e.range);
        dst
    }

    pub(super) fn list(&mut self, e: &'a ast::ExprList, dst: Option<Reg>) -> Reg {
        let constants = self.constants(&e.elts);
        if is_simple(&e.elts) && constants.is_none() {
            return self.build_from_registers(&e.elts, dst, e.range, |dst, base, count| {
                Instr::BuildList { dst, base, count }
            });
        }
        self.build_apart(dst, e.range, |this, list| {
            this.list_of(&e.elts, list, e.range)
        })
    }

    pub(super) fn set(&mut self, e: &'a ast::ExprSet, dst: Option<Reg>) -> Reg {
        let constants = self.constants(&e.elts);
        if is_simple(&e.elts) && constants.is_none() {
            return self.build_from_registers(&e.elts, dst, e.range, |dst, base, count| {
                Instr::BuildSet { dst, base, count }
            });
        }
        self.build_apart(dst, e.range, |this, set| {
            let base = this.unit.next_temp as Reg;
            this.emit(
                Instr::BuildSet {
                    dst: set,
                    base,
                    count: 0,
                },
                e.range,
            );
            if let Some(items) = constants {
                let mark = this.mark();
                let iterable = this.alloc();
                this.load_const(Const::FrozenSet(items.into()), iterable, e.range);
                this.emit(Instr::SetUpdate { set, iterable }, e.range);
                this.free_to(mark);
                return;
            }
            for element in &e.elts {
                let mark = this.mark();
                if let Expr::Starred(starred) = element {
                    let iterable = this.expr(&starred.value, None);
                    this.emit(Instr::SetUpdate { set, iterable }, e.range);
                } else {
                    let item = this.expr(element, None);
                    this.emit(Instr::SetAdd { set, item }, e.range);
                }
                this.free_to(mark);
            }
        })
    }

    pub(super) fn dict(&mut self, e: &'a ast::ExprDict, dst: Option<Reg>) -> Reg {
        let is_simple = e.items.len() <= MAX_AT_ONCE && e.items.iter().all(|i| i.key.is_some());
        if is_simple {
            let mark = self.mark();
            let base = self.unit.next_temp as Reg;
            for item in &e.items {
                if let Some(key) = &item.key {
                    self.expr_to_temp(key);
                }
                self.expr_to_temp(&item.value);
            }
            self.free_to(mark);
            let dst = self.target(dst);
            let count = e.items.len() as u16;
            self.emit(Instr::BuildDict { dst, base, count }, e.range);
            return dst;
        }
        self.build_apart(dst, e.range, |this, dict| {
            let base = this.unit.next_temp as Reg;
            this.emit(
                Instr::BuildDict {
                    dst: dict,
                    base,
                    count: 0,
                },
                e.range,
            );
            for item in &e.items {
                let mark = this.mark();
                match &item.key {
                    Some(key) => {
                        let key = this.expr(key, None);
                        let value = this.expr(&item.value, None);
                        this.emit(Instr::DictInsert { dict, key, value }, e.range);
                    }
                    None => {
                        let mapping = this.expr(&item.value, None);
                        this.emit(Instr::DictUpdate { dict, mapping }, e.range);
                    }
                }
                this.free_to(mark);
            }
        })
    }

    /// Builds in a temporary: in `dst` itself if that is one.
    pub(super) fn build_apart(
        &mut self,
        dst: Option<Reg>,
        range: TextRange,
        build: impl FnOnce(&mut Self, Reg),
    ) -> Reg {
        match dst {
            Some(dst) if self.is_temp(dst) => {
                build(self, dst);
                dst
            }
            None => {
                let dst = self.alloc();
                build(self, dst);
                dst
            }
            Some(dst) => {
                let mark = self.mark();
                let temp = self.alloc();
                build(self, temp);
                self.free_to(mark);
                self.move_to(dst, temp, range);
                dst
            }
        }
    }

    fn build_from_registers(
        &mut self,
        elements: &'a [Expr],
        dst: Option<Reg>,
        range: TextRange,
        build: impl FnOnce(Reg, Reg, u16) -> Instr,
    ) -> Reg {
        let mark = self.mark();
        let base = self.unit.next_temp as Reg;
        for element in elements {
            self.expr_to_temp(element);
        }
        self.free_to(mark);
        let dst = self.target(dst);
        self.emit(build(dst, base, elements.len() as u16), range);
        dst
    }

    /// The elements as constants, if there are enough and all are.
    fn constants(&self, elements: &[Expr]) -> Option<Vec<Const>> {
        if elements.len() < MIN_CONSTANTS {
            return None;
        }
        elements.iter().map(|element| self.fold(element)).collect()
    }

    /// Makes a list of elements, starred ones unpacked, in the temporary
    /// `list`.
    pub(super) fn list_of(&mut self, elements: &'a [Expr], list: Reg, range: TextRange) {
        let base = self.unit.next_temp as Reg;
        if let Some(items) = self.constants(elements) {
            self.emit(
                Instr::BuildList {
                    dst: list,
                    base,
                    count: 0,
                },
                range,
            );
            let mark = self.mark();
            let iterable = self.alloc();
            self.load_const(Const::Tuple(items.into()), iterable, range);
            self.emit(Instr::ListExtend { list, iterable }, range);
            self.free_to(mark);
            return;
        }
        let plain = elements.iter().take_while(|e| !e.is_starred_expr()).count();
        let (first, rest) = elements.split_at(plain.min(MAX_AT_ONCE));
        let mark = self.mark();
        for element in first {
            self.expr_to_temp(element);
        }
        self.free_to(mark);
        self.emit(
            Instr::BuildList {
                dst: list,
                base,
                count: first.len() as u16,
            },
            range,
        );
        for element in rest {
            let mark = self.mark();
            if let Expr::Starred(starred) = element {
                let iterable = self.expr(&starred.value, None);
                self.emit(Instr::ListExtend { list, iterable }, range);
            } else {
                let item = self.expr(element, None);
                self.emit(Instr::ListAppend { list, item }, range);
            }
            self.free_to(mark);
        }
    }
}

fn is_simple(elements: &[Expr]) -> bool {
    elements.len() <= MAX_AT_ONCE && !elements.iter().any(Expr::is_starred_expr)
}
