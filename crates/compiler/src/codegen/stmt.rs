//! Statements that are not blocks.

use airlock_bytecode::{Const, Instr, Intrinsic, Reg};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::Compiler;
use super::function::{clean_doc, docstring};
use crate::symbols::{ScopeId, ScopeKind};

impl<'a> Compiler<'a, '_> {
    pub(super) fn module_body(&mut self, body: &'a [Stmt]) {
        let range = TextRange::default();
        let has_annotations = self.symbols.scope(ScopeId(0)).annotations.is_some();
        let start = self.new_label();
        let annotate = self.new_label();
        if self.symbols.future_annotations && body.iter().any(contains_annotation) {
            self.begin_text_annotations(range);
        }
        self.begin_annotations(ScopeId(0), range);
        if has_annotations {
            // `__annotate__` exists from the start, although what it holds is
            // only known at the end.
            self.jump(annotate, range);
        }
        self.place_label(start);
        let mut rest = body;
        if let Some((text, after)) = docstring(body).filter(|_| !self.interactive) {
            rest = after;
            if !self.options.strip_docs {
                let mark = self.mark();
                let doc = self.alloc();
                self.load_str(&clean_doc(text), doc, body[0].range());
                self.store_implicit("__doc__", doc, body[0].range());
                self.free_to(mark);
            }
        }
        self.allows_future = true;
        for stmt in rest {
            let is_future = matches!(
                stmt,
                Stmt::ImportFrom(import)
                    if import.level == 0 && import.module.as_deref() == Some("__future__")
            );
            self.allows_future &= is_future;
            self.stmt(stmt);
        }
        let end = self.here();
        self.emit(Instr::ReturnNone, end);
        if has_annotations {
            self.place_label(annotate);
            self.end_annotations(ScopeId(0), range);
            self.jump(start, range);
        }
    }

    pub(super) fn stmts(&mut self, body: &'a [Stmt]) {
        for stmt in body {
            self.stmt(stmt);
        }
    }

    /// A body that may not be reached, for annotations.
    pub(super) fn conditional_stmts(&mut self, body: &'a [Stmt]) {
        self.unit.conditional += 1;
        self.stmts(body);
        self.unit.conditional -= 1;
    }

    pub(super) fn stmt(&mut self, stmt: &'a Stmt) {
        let mark = self.mark();
        match stmt {
            Stmt::FunctionDef(e) => self.function_def(e),
            Stmt::ClassDef(e) => self.class_def(e),
            Stmt::Return(e) => self.return_(e),
            Stmt::Delete(e) => e.targets.iter().for_each(|target| self.delete(target)),
            Stmt::TypeAlias(e) => self.type_alias(e),
            Stmt::Assign(e) => self.assign(e),
            Stmt::AugAssign(e) => self.aug_assign(e),
            Stmt::AnnAssign(e) => self.ann_assign(e),
            Stmt::For(e) => self.for_(e),
            Stmt::While(e) => self.while_(e),
            Stmt::If(e) => self.if_(e),
            Stmt::With(e) => self.with(e),
            Stmt::Match(e) => self.match_(e),
            Stmt::Raise(e) => self.raise(e),
            Stmt::Try(e) => self.try_(e),
            Stmt::Assert(e) => self.assert(e),
            Stmt::Import(e) => self.import(e),
            Stmt::ImportFrom(e) => self.import_from(e),
            Stmt::Expr(e) if self.interactive && self.unit.scope == ScopeId(0) => {
                self.display(&e.value)
            }
            Stmt::Expr(e) => self.expr_for_effect(&e.value),
            Stmt::Break(e) => self.leave_loop(e.range, true),
            Stmt::Continue(e) => self.leave_loop(e.range, false),
            Stmt::Pass(_) | Stmt::Global(_) | Stmt::Nonlocal(_) => {}
            Stmt::IpyEscapeCommand(e) => self.report.syntax(e, "invalid syntax"),
        }
        self.free_to(mark);
    }

    /// What an interactive prompt does with the value of an expression.
    fn display(&mut self, value: &'a Expr) {
        let a = self.expr(value, None);
        let dst = self.alloc();
        self.emit(
            Instr::Intrinsic {
                op: Intrinsic::Display,
                dst,
                a,
                b: a,
            },
            value.range(),
        );
    }

    fn return_(&mut self, e: &'a ast::StmtReturn) {
        if !matches!(self.kind(), ScopeKind::Function | ScopeKind::Lambda) {
            self.report.syntax(e, "'return' outside function");
            return;
        }
        if e.value.is_some() && self.unit.flags.async_generator {
            self.report
                .syntax(e, "'return' with value in async generator");
        }
        if self.leaves_except_star(0) {
            self.report.syntax(
                e,
                "'break', 'continue' and 'return' cannot appear in an except* block",
            );
        }
        let Some(value) = e.value.as_deref() else {
            self.leave_blocks(0, e.range, |this| this.emit(Instr::ReturnNone, e.range));
            return;
        };
        if self.unit.blocks.is_empty() {
            self.return_value(value, e.range);
            return;
        }
        let constant = self.fold(value);
        let src = match constant {
            Some(_) => None,
            None => {
                let src = self.expr(value, None);
                // What runs on the way out may assign the variable.
                let src = if !self.is_temp(src) && self.leaving_runs_code() {
                    let copy = self.alloc();
                    self.move_to(copy, src, value.range());
                    copy
                } else {
                    src
                };
                Some(src)
            }
        };
        self.leave_blocks(0, e.range, |this| {
            let src = match (src, constant) {
                (Some(src), _) => src,
                (None, constant) => {
                    let src = this.alloc();
                    this.load_const(constant.unwrap_or(Const::None), src, value.range());
                    src
                }
            };
            this.emit(Instr::Return { src }, e.range);
        });
    }

    /// `return a if b else c` returns from each branch.
    fn return_value(&mut self, value: &'a Expr, range: TextRange) {
        let mark = self.mark();
        match value {
            Expr::If(e) if self.fold(&e.test).is_none() => {
                let otherwise = self.new_label();
                self.jump_if(&e.test, false, otherwise);
                self.return_value(&e.body, range);
                self.place_label(otherwise);
                self.return_value(&e.orelse, range);
            }
            value => {
                let src = self.expr(value, None);
                self.emit(Instr::Return { src }, range);
            }
        }
        self.free_to(mark);
    }

    fn leave_loop(&mut self, range: TextRange, breaks: bool) {
        let Some((depth, continue_, break_, iter)) = self.innermost_loop() else {
            let message = if self.leaves_except_star(0) {
                "'break', 'continue' and 'return' cannot appear in an except* block"
            } else if breaks {
                "'break' outside loop"
            } else {
                "'continue' not properly in loop"
            };
            self.report.syntax(range, message);
            return;
        };
        if self.leaves_except_star(depth) {
            self.report.syntax(
                range,
                "'break', 'continue' and 'return' cannot appear in an except* block",
            );
        }
        let target = if breaks { break_ } else { continue_ };
        self.leave_blocks(depth + 1, range, |this| {
            this.let_go(iter.filter(|_| breaks), range);
            this.jump(target, range);
        });
    }

    fn raise(&mut self, e: &'a ast::StmtRaise) {
        let Some(exc) = e.exc.as_deref() else {
            self.emit(Instr::RaiseActive, e.range);
            return;
        };
        let exc = self.expr(exc, None);
        match e.cause.as_deref() {
            None => self.emit(Instr::Raise { exc }, e.range),
            Some(cause) => {
                let cause = self.expr(cause, None);
                self.emit(Instr::RaiseFrom { exc, cause }, e.range);
            }
        }
    }

    fn assert(&mut self, e: &'a ast::StmtAssert) {
        if self.options.optimize {
            return;
        }
        let end = self.new_label();
        self.jump_if(&e.test, true, end);
        let range = e.test.range();
        let base = self.alloc();
        self.emit(Instr::LoadAssertionError { dst: base }, range);
        if let Some(msg) = e.msg.as_deref() {
            self.expr_to_temp(msg);
            self.emit(
                Instr::Call {
                    dst: base,
                    base,
                    argc: 1,
                },
                range,
            );
        }
        self.emit(Instr::Raise { exc: base }, range);
        self.place_label(end);
    }

    /// `name = None; del name`.
    pub(super) fn unbind_handler_name(&mut self, name: &'a str, range: TextRange) {
        let mark = self.mark();
        let none: Reg = match self.local_register(name) {
            Some(reg) => reg,
            None => self.alloc(),
        };
        self.emit(Instr::LoadNone { dst: none }, range);
        self.store_name(name, none, range);
        self.delete_name(name, range);
        self.free_to(mark);
    }
}

/// Whether a simple variable is annotated here or in a block of this body.
pub(super) fn contains_annotation(stmt: &Stmt) -> bool {
    let any = |body: &[Stmt]| body.iter().any(contains_annotation);
    match stmt {
        Stmt::AnnAssign(e) => e.simple && matches!(&*e.target, Expr::Name(_)),
        Stmt::For(e) => any(&e.body) || any(&e.orelse),
        Stmt::While(e) => any(&e.body) || any(&e.orelse),
        Stmt::If(e) => any(&e.body) || e.elif_else_clauses.iter().any(|c| any(&c.body)),
        Stmt::With(e) => any(&e.body),
        Stmt::Match(e) => e.cases.iter().any(|case| any(&case.body)),
        Stmt::Try(e) => {
            any(&e.body)
                || any(&e.orelse)
                || any(&e.finalbody)
                || e.handlers
                    .iter()
                    .any(|ast::ExceptHandler::ExceptHandler(h)| any(&h.body))
        }
        _ => false,
    }
}
