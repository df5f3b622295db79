//! What statements define and use.

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::TextRange;

use super::{Builder, ScopeId, ScopeKind, Sym};

impl Builder<'_> {
    pub(super) fn body(&mut self, body: &[Stmt]) {
        for stmt in body {
            self.stmt(stmt);
        }
    }

    pub(super) fn conditional_body(&mut self, body: &[Stmt]) {
        self.conditional += 1;
        self.body(body);
        self.conditional -= 1;
    }

    pub(super) fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::FunctionDef(def) => self.function_def(def),
            Stmt::ClassDef(def) => self.class_def(def),
            Stmt::Return(stmt) => self.expr_opt(stmt.value.as_deref()),
            Stmt::Delete(stmt) => {
                for target in &stmt.targets {
                    self.expr(target);
                }
            }
            Stmt::TypeAlias(stmt) => self.type_alias(stmt),
            Stmt::Assign(stmt) => {
                // As CPython: targets first, then the value.
                for target in &stmt.targets {
                    self.expr(target);
                }
                self.expr(&stmt.value);
            }
            Stmt::AugAssign(stmt) => {
                if let Expr::Name(name) = &*stmt.target {
                    self.use_name(&name.id);
                }
                self.expr(&stmt.target);
                self.expr(&stmt.value);
            }
            Stmt::AnnAssign(stmt) => self.ann_assign(stmt),
            Stmt::For(stmt) => {
                self.expr(&stmt.target);
                self.expr(&stmt.iter);
                self.conditional_body(&stmt.body);
                self.conditional_body(&stmt.orelse);
            }
            Stmt::While(stmt) => {
                self.expr(&stmt.test);
                self.conditional_body(&stmt.body);
                self.conditional_body(&stmt.orelse);
            }
            Stmt::If(stmt) => {
                self.expr(&stmt.test);
                self.conditional_body(&stmt.body);
                for clause in &stmt.elif_else_clauses {
                    self.expr_opt(clause.test.as_ref());
                    self.conditional_body(&clause.body);
                }
            }
            Stmt::With(stmt) => {
                for item in &stmt.items {
                    self.expr(&item.context_expr);
                    self.expr_opt(item.optional_vars.as_deref());
                }
                self.conditional_body(&stmt.body);
            }
            Stmt::Match(stmt) => {
                self.expr(&stmt.subject);
                for case in &stmt.cases {
                    self.pattern(&case.pattern);
                    self.expr_opt(case.guard.as_deref());
                    self.conditional_body(&case.body);
                }
            }
            Stmt::Raise(stmt) => {
                self.expr_opt(stmt.exc.as_deref());
                self.expr_opt(stmt.cause.as_deref());
            }
            Stmt::Try(stmt) => {
                self.conditional_body(&stmt.body);
                for ast::ExceptHandler::ExceptHandler(handler) in &stmt.handlers {
                    self.expr_opt(handler.type_.as_deref());
                    if let Some(name) = &handler.name {
                        self.bind(name, name.range);
                    }
                    self.conditional_body(&handler.body);
                }
                self.conditional_body(&stmt.orelse);
                self.conditional_body(&stmt.finalbody);
            }
            Stmt::Assert(stmt) => {
                self.expr(&stmt.test);
                self.expr_opt(stmt.msg.as_deref());
            }
            Stmt::Import(stmt) => {
                for alias in &stmt.names {
                    match &alias.asname {
                        Some(name) => self.bind(name, alias.range),
                        None => {
                            let name = alias.name.as_str();
                            let first = name.split('.').next().unwrap_or(name);
                            self.bind(first, alias.range);
                        }
                    }
                }
            }
            Stmt::ImportFrom(stmt) => {
                for alias in &stmt.names {
                    if alias.name.as_str() == "*" {
                        if self.kind() != ScopeKind::Module {
                            self.report
                                .syntax(stmt, "import * only allowed at module level");
                        }
                        continue;
                    }
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.bind(name, alias.range);
                }
            }
            Stmt::Global(stmt) => self.global(stmt),
            Stmt::Nonlocal(stmt) => self.nonlocal(stmt),
            Stmt::Expr(stmt) => self.expr(&stmt.value),
            Stmt::Pass(_) | Stmt::Break(_) | Stmt::Continue(_) | Stmt::IpyEscapeCommand(_) => {}
        }
    }

    pub(super) fn global(&mut self, stmt: &ast::StmtGlobal) {
        for name in &stmt.names {
            let sym = self.sym(name);
            let usage = *self.usage(sym);
            let message = if usage.param {
                Some(format!("name '{name}' is parameter and global"))
            } else if usage.used {
                Some(format!("name '{name}' is used prior to global declaration"))
            } else if usage.annotated {
                Some(format!("annotated name '{name}' can't be global"))
            } else if usage.bound {
                Some(format!(
                    "name '{name}' is assigned to before global declaration"
                ))
            } else if usage.nonlocal {
                Some(format!("name '{name}' is nonlocal and global"))
            } else {
                None
            };
            if let Some(message) = message {
                self.report.syntax(stmt, message);
            }
            self.usage(sym).global = true;
            // The module's own uses of the name then mean the global, too,
            // which matters where its names go through a namespace.
            self.usage_in(ScopeId(0), sym).global = true;
        }
    }

    pub(super) fn nonlocal(&mut self, stmt: &ast::StmtNonlocal) {
        for name in &stmt.names {
            let sym = self.sym(name);
            if self.kind() == ScopeKind::Module {
                self.report
                    .syntax(stmt, "nonlocal declaration not allowed at module level");
                continue;
            }
            let usage = *self.usage(sym);
            let message = if usage.param {
                Some(format!("name '{name}' is parameter and nonlocal"))
            } else if usage.used {
                Some(format!(
                    "name '{name}' is used prior to nonlocal declaration"
                ))
            } else if usage.annotated {
                Some(format!("annotated name '{name}' can't be nonlocal"))
            } else if usage.bound {
                Some(format!(
                    "name '{name}' is assigned to before nonlocal declaration"
                ))
            } else if usage.global {
                Some(format!("name '{name}' is nonlocal and global"))
            } else {
                None
            };
            self.usage(sym).nonlocal = true;
            match message {
                Some(message) => self.report.syntax(stmt, message),
                None => self.pending_nonlocal(sym, name, stmt.range),
            }
        }
    }

    /// The binding must exist in a function around, whose own bindings may
    /// still follow: looked at when the walk is over.
    pub(super) fn pending_nonlocal(&mut self, sym: Sym, name: &str, range: TextRange) {
        self.nonlocals.push((self.here(), sym, name.into(), range));
    }

    pub(super) fn ann_assign(&mut self, stmt: &ast::StmtAnnAssign) {
        if let Expr::Name(name) = &*stmt.target {
            let sym = self.sym(&name.id);
            let kind = self.kind();
            let usage = *self.usage(sym);
            if stmt.simple && (usage.global || usage.nonlocal) && kind != ScopeKind::Module {
                let what = if usage.global { "global" } else { "nonlocal" };
                self.report.syntax(
                    stmt,
                    format!("annotated name '{}' can't be {what}", name.id),
                );
            }
            if stmt.simple {
                self.bind(&name.id, name.range);
                self.usage(sym).annotated = true;
            } else if stmt.value.is_some() {
                self.bind(&name.id, name.range);
            }
        } else {
            self.expr(&stmt.target);
        }
        self.annotation_of_variable(stmt);
        self.expr_opt(stmt.value.as_deref());
    }

    pub(super) fn annotation_of_variable(&mut self, stmt: &ast::StmtAnnAssign) {
        let here = self.here();
        let kind = self.kind();
        let evaluated = stmt.simple
            && stmt.target.is_name_expr()
            && matches!(kind, ScopeKind::Module | ScopeKind::Class)
            && !self.table.future_annotations;
        if !evaluated {
            self.open(ScopeKind::Dead);
            self.forbidden("an annotation", |this| this.expr(&stmt.annotation));
            self.close();
            return;
        }
        if kind == ScopeKind::Module || self.conditional > 0 {
            self.table.scope_mut(here).has_conditional_annotations = true;
        }
        let annotations = match self.table.scope(here).annotations {
            Some(annotations) => {
                self.stack.push(annotations);
                annotations
            }
            None => {
                let annotations = self.open(ScopeKind::Annotations);
                let format = self.table.known.format;
                let usage = self.usage(format);
                usage.bound = true;
                usage.param = true;
                annotations
            }
        };
        self.table.scope_mut(here).annotations = Some(annotations);
        if self.table.scope(here).has_conditional_annotations {
            let sym = self.table.known.conditional_annotations;
            self.usage(sym).used = true;
        }
        let conditional = std::mem::take(&mut self.conditional);
        self.forbidden("an annotation", |this| this.expr(&stmt.annotation));
        self.conditional = conditional;
        self.close();
    }

    pub(super) fn forbidden(&mut self, place: &'static str, visit: impl FnOnce(&mut Self)) {
        self.forbids.push(place);
        visit(self);
        self.forbids.pop();
    }
}
