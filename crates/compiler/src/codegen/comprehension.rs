//! Comprehensions, inlined, and generator expressions.

use airlock_bytecode::{CodeFlags, Instr, Params, Reg};
use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextRange};

use super::Compiler;
use crate::symbols::{Part, Place, ScopeId};

/// What happens with the value of one round.
#[derive(Clone, Copy)]
enum Collect<'a> {
    List {
        list: Reg,
        item: &'a Expr,
    },
    Set {
        set: Reg,
        item: &'a Expr,
    },
    Dict {
        dict: Reg,
        key: &'a Expr,
        value: &'a Expr,
    },
    Yield {
        item: &'a Expr,
    },
}

impl<'a> Compiler<'a, '_> {
    pub(super) fn list_comp(&mut self, e: &'a ast::ExprListComp, dst: Option<Reg>) -> Reg {
        let scope = self.symbols.scope_of(e, Part::Body);
        self.build_apart(dst, e.range, |this, list| {
            let build = |base| Instr::BuildList {
                dst: list,
                base,
                count: 0,
            };
            let collect = Collect::List { list, item: &e.elt };
            this.inlined(scope, &e.generators, build, collect, e.range);
        })
    }

    pub(super) fn set_comp(&mut self, e: &'a ast::ExprSetComp, dst: Option<Reg>) -> Reg {
        let scope = self.symbols.scope_of(e, Part::Body);
        self.build_apart(dst, e.range, |this, set| {
            let build = |base| Instr::BuildSet {
                dst: set,
                base,
                count: 0,
            };
            let collect = Collect::Set { set, item: &e.elt };
            this.inlined(scope, &e.generators, build, collect, e.range);
        })
    }

    pub(super) fn dict_comp(&mut self, e: &'a ast::ExprDictComp, dst: Option<Reg>) -> Reg {
        let scope = self.symbols.scope_of(e, Part::Body);
        let Some(key) = e.key.as_deref() else {
            self.report
                .syntax(e, "dict unpacking cannot be used in dict comprehension");
            return self.target(dst);
        };
        self.build_apart(dst, e.range, |this, dict| {
            let build = |base| Instr::BuildDict {
                dst: dict,
                base,
                count: 0,
            };
            let collect = Collect::Dict {
                dict,
                key,
                value: &e.value,
            };
            this.inlined(scope, &e.generators, build, collect, e.range);
        })
    }

    fn inlined(
        &mut self,
        scope: ScopeId,
        generators: &'a [ast::Comprehension],
        build: impl FnOnce(Reg) -> Instr,
        collect: Collect<'a>,
        range: TextRange,
    ) {
        let is_async = self.symbols.scope(scope).has_await;
        let is_inside_another = self.unit.current != self.unit.scope;
        if is_async && !self.allows_await() && !is_inside_another {
            self.report.syntax(
                range,
                "asynchronous comprehension outside of an asynchronous function",
            );
        }
        let mark = self.mark();
        // The first iterable belongs to the scope around.
        let iter = self.alloc();
        let first = &generators[0];
        let src = self.expr(&first.iter, None);
        self.free_to(iter as u32 + 1);
        let instr = if first.is_async {
            Instr::GetAsyncIter { dst: iter, src }
        } else {
            Instr::GetIter { dst: iter, src }
        };
        self.emit(instr, first.iter.range());

        let outer = std::mem::replace(&mut self.unit.current, scope);
        self.forget_variables(scope, range);
        self.emit(build(self.unit.next_temp as Reg), range);
        self.rounds(generators, iter, collect);
        self.let_variables_go(scope, range);
        self.unit.current = outer;
        self.free_to(mark);
    }

    /// Variables of a comprehension are unbound, in cells of their own, each
    /// time it begins.
    fn forget_variables(&mut self, scope: ScopeId, range: TextRange) {
        let symbols = self.symbols;
        for symbol in &symbols.scope(scope).symbols {
            if symbol.place != Place::Local(scope) {
                continue;
            }
            let Some(reg) = self.unit.registers.get(&(scope, symbol.sym)).copied() else {
                continue;
            };
            let name = self.name_index(symbols.name(symbol.sym));
            if symbol.captured {
                self.emit(Instr::LoadNone { dst: reg }, range);
                self.emit(Instr::DeleteLocal { reg, name }, range);
                self.emit(Instr::MakeCell { reg }, range);
            } else {
                self.emit_forget(reg, name, range);
            }
        }
    }

    /// Once it is done, what they named last may be gone.
    fn let_variables_go(&mut self, scope: ScopeId, range: TextRange) {
        let symbols = self.symbols;
        for symbol in &symbols.scope(scope).symbols {
            if symbol.place == Place::Local(scope) {
                let reg = self.unit.registers.get(&(scope, symbol.sym)).copied();
                self.let_go(reg, range);
            }
        }
    }

    fn rounds(&mut self, generators: &'a [ast::Comprehension], iter: Reg, collect: Collect<'a>) {
        let Some((generator, rest)) = generators.split_first() else {
            return;
        };
        if generator.is_async {
            self.async_rounds(generator, rest, iter, collect);
            return;
        }
        let range = generator.target.range();
        let body = self.new_label();
        let next = self.new_label();
        self.jump(next, range);
        self.place_label(body);
        let (item, is_direct) = self.loop_item(&generator.target);
        if !is_direct {
            self.store(&generator.target, item);
        }
        self.round(generator, rest, collect, next);
        self.place_label(next);
        let range = generator.iter.range();
        self.emit_jump(
            Instr::ForNext {
                iter,
                dst: item,
                offset: 0,
            },
            body,
            range,
        );
        if !is_direct {
            self.free_to(item as u32);
        }
    }

    /// The register for the item of a loop: the target's own if it is a plain
    /// variable.
    pub(super) fn loop_item(&mut self, target: &'a Expr) -> (Reg, bool) {
        match self.direct_register(target) {
            Some(reg) => (reg, true),
            None => (self.alloc(), false),
        }
    }

    fn round(
        &mut self,
        generator: &'a ast::Comprehension,
        rest: &'a [ast::Comprehension],
        collect: Collect<'a>,
        next: crate::assemble::Label,
    ) {
        for condition in &generator.ifs {
            self.jump_if(condition, false, next);
        }
        if let Some(inner) = rest.first() {
            let mark = self.mark();
            let iter = self.alloc();
            let src = self.expr(&inner.iter, None);
            self.free_to(iter as u32 + 1);
            let instr = if inner.is_async {
                Instr::GetAsyncIter { dst: iter, src }
            } else {
                Instr::GetIter { dst: iter, src }
            };
            self.emit(instr, inner.iter.range());
            self.rounds(rest, iter, collect);
            self.free_to(mark);
            return;
        }
        let mark = self.mark();
        match collect {
            Collect::List {
                list,
                item: Expr::Starred(starred),
            } => {
                let iterable = self.expr(&starred.value, None);
                self.emit(Instr::ListExtend { list, iterable }, starred.range);
            }
            Collect::List { list, item } => {
                let value = self.expr(item, None);
                self.emit(Instr::ListAppend { list, item: value }, item.range());
            }
            Collect::Set { set, item } => {
                let value = self.expr(item, None);
                self.emit(Instr::SetAdd { set, item: value }, item.range());
            }
            Collect::Dict { dict, key, value } => {
                let range = TextRange::new(key.start(), value.end());
                let key = self.expr(key, None);
                let value = self.expr(value, None);
                self.emit(Instr::DictInsert { dict, key, value }, range);
            }
            Collect::Yield { item } => {
                let src = self.expr(item, None);
                self.free_to(mark);
                let dst = self.alloc();
                self.emit(Instr::Yield { dst, src }, item.range());
            }
        }
        self.free_to(mark);
    }

    fn async_rounds(
        &mut self,
        generator: &'a ast::Comprehension,
        rest: &'a [ast::Comprehension],
        iter: Reg,
        collect: Collect<'a>,
    ) {
        let mark = self.mark();
        let next = self.new_label();
        self.place_label(next);
        let end = self.async_next(&generator.target, iter, generator.iter.range());
        self.round(generator, rest, collect, next);
        self.jump(next, generator.iter.range());
        self.end_async_for(end, generator.iter.range());
        self.free_to(mark);
    }

    pub(super) fn generator(&mut self, e: &'a ast::ExprGenerator, dst: Option<Reg>) -> Reg {
        let scope = self.symbols.scope_of(e, Part::Body);
        let Some(first) = e.generators.first() else {
            return self.target(dst);
        };
        let mark = self.mark();
        let base = self.alloc();
        let code = self.generator_code(e, scope);
        self.make_function(code, base, None, e.range);
        let arg = self.alloc();
        let src = self.expr(&first.iter, None);
        self.free_to(arg as u32 + 1);
        let instr = if first.is_async {
            Instr::GetAsyncIter { dst: arg, src }
        } else {
            Instr::GetIter { dst: arg, src }
        };
        self.emit(instr, first.iter.range());
        self.free_to(mark);
        let dst = self.target(dst);
        self.emit(Instr::Call { dst, base, argc: 1 }, e.range);
        dst
    }

    fn generator_code(
        &mut self,
        e: &'a ast::ExprGenerator,
        scope: ScopeId,
    ) -> std::rc::Rc<airlock_bytecode::Code> {
        let is_async = self.symbols.scope(scope).has_await;
        let qualname = self.inner_qualname("<genexpr>");
        let outer = self.enter(scope, "<genexpr>", qualname, e.range);
        self.unit.params = Params {
            positional: 1,
            positional_only: 1,
            ..Params::default()
        };
        self.unit.flags = CodeFlags {
            generator: !is_async,
            async_generator: is_async,
            ..self.unit.flags
        };
        self.declare_variables();
        self.rounds(&e.generators, 0, Collect::Yield { item: &e.elt });
        self.emit(Instr::ReturnNone, e.range);
        self.leave(outer)
    }
}
