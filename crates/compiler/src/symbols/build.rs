//! First pass: which names each scope defines and uses.

use ruff_python_ast::{self as ast, Expr, Mod, Pattern, Stmt};
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxHashMap;

use super::{Part, Place, Scope, ScopeId, ScopeKind, Sym, Symbol, SymbolTable, Usage, node_key};
use crate::diagnostics::Report;

pub(super) fn run(tree: &Mod, table: &mut SymbolTable, report: &mut Report) {
    let mut builder = Builder {
        table,
        report,
        stack: Vec::new(),
        private: None,
        conditional: 0,
        comprehension_iterables: 0,
        forbids: Vec::new(),
        classes: Vec::new(),
        comprehension_texts: Vec::new(),
        nonlocals: Vec::new(),
    };
    let module = builder.open(ScopeKind::Module);
    match tree {
        Mod::Module(module) => {
            builder.table.future_annotations = check_futures(&module.body, builder.report);
            builder.body(&module.body);
        }
        Mod::Expression(expression) => builder.expr(&expression.body),
    }
    builder.close();
    debug_assert_eq!(module, ScopeId(0));
    for (scope, sym, name, range) in std::mem::take(&mut builder.nonlocals) {
        use super::resolve::Outer;
        let message = match super::resolve::outer_variable(builder.table, scope, sym) {
            Outer::Variable => continue,
            Outer::TypeParam => {
                format!("nonlocal binding not allowed for type parameter '{name}'")
            }
            Outer::None => {
                format!("no binding for nonlocal '{}' found", builder.table.name(sym))
            }
        };
        builder.report.syntax(range, message);
    }
}

/// Finds `from __future__ import annotations`; refuses late and unknown ones.
fn check_futures(body: &[Stmt], report: &mut Report) -> bool {
    const FEATURES: [&str; 10] = [
        "nested_scopes",
        "generators",
        "division",
        "absolute_import",
        "with_statement",
        "print_function",
        "unicode_literals",
        "barry_as_FLUFL",
        "generator_stop",
        "annotations",
    ];
    let mut found = false;
    for (index, stmt) in body.iter().enumerate() {
        let Stmt::ImportFrom(import) = stmt else {
            let is_docstring = index == 0
                && matches!(stmt, Stmt::Expr(stmt) if stmt.value.is_string_literal_expr());
            if is_docstring {
                continue;
            }
            break;
        };
        if import.level != 0 || import.module.as_deref() != Some("__future__") {
            break;
        }
        for alias in &import.names {
            let name = alias.name.as_str();
            if name == "braces" {
                report.syntax(import, "not a chance");
            } else if !FEATURES.contains(&name) {
                report.syntax(import, format!("future feature {name} is not defined"));
            }
            found |= name == "annotations";
        }
    }
    found
}

struct Builder<'r> {
    table: &'r mut SymbolTable,
    report: &'r mut Report,
    stack: Vec<ScopeId>,
    private: Option<Sym>,
    /// How many conditional blocks the current statement is in, within its
    /// module or class body.
    conditional: u32,
    comprehension_iterables: u32,
    /// Where `yield`, `await` and `:=` are not allowed, innermost last.
    forbids: Vec<&'static str>,
    /// The classes around, innermost last.
    classes: Vec<ScopeId>,
    /// What messages call the comprehensions around, innermost last.
    comprehension_texts: Vec<&'static str>,
    /// The names declared nonlocal, to be found at the end.
    nonlocals: Vec<(ScopeId, Sym, Box<str>, TextRange)>,
}

impl Builder<'_> {
    // Scopes.

    fn open(&mut self, kind: ScopeKind) -> ScopeId {
        let id = ScopeId(self.table.scopes.len() as u32);
        let parent = self.stack.last().copied();
        let unit = match parent {
            Some(parent) if kind == ScopeKind::Comprehension => self.table.scope(parent).unit,
            _ => id,
        };
        let is_nested = parent.is_some_and(|parent| {
            let parent = self.table.scope(parent);
            parent.is_nested || parent.kind.is_function_like()
        });
        self.table.scopes.push(Scope {
            kind,
            parent,
            unit,
            symbols: Vec::new(),
            index: FxHashMap::default(),
            is_async: false,
            has_yield: false,
            has_await: false,
            is_nested,
            walrus_targets: Vec::new(),
            frees: Vec::new(),
            comprehensions: Vec::new(),
            annotations: None,
            has_conditional_annotations: false,
            class_cell: false,
            class_dict_cell: false,
            conditional_annotations_cell: false,
            static_attributes: Vec::new(),
            private: self.private,
        });
        if kind == ScopeKind::Comprehension {
            self.table.scope_mut(unit).comprehensions.push(id);
        }
        self.stack.push(id);
        id
    }

    fn open_at<T>(&mut self, kind: ScopeKind, node: &T, part: Part) -> ScopeId {
        let id = self.open(kind);
        self.table.by_node.insert((node_key(node), part), id);
        id
    }

    fn close(&mut self) {
        self.stack.pop();
    }

    fn here(&self) -> ScopeId {
        *self.stack.last().expect("a scope is open while the tree is walked")
    }

    fn kind(&self) -> ScopeKind {
        self.table.scope(self.here()).kind
    }

    // Symbols.

    fn sym(&mut self, name: &str) -> Sym {
        let mangled = self.table.mangle(self.private, name).into_owned();
        self.table.intern(&mangled)
    }

    fn usage_in(&mut self, scope: ScopeId, sym: Sym) -> &mut Usage {
        let scope = self.table.scope_mut(scope);
        let index = match scope.index.get(&sym) {
            Some(index) => *index as usize,
            None => {
                let index = scope.symbols.len();
                scope.symbols.push(Symbol {
                    sym,
                    usage: Usage::default(),
                    place: Place::Global,
                    captured: false,
                });
                scope.index.insert(sym, index as u32);
                index
            }
        };
        &mut scope.symbols[index].usage
    }

    fn usage(&mut self, sym: Sym) -> &mut Usage {
        self.usage_in(self.here(), sym)
    }

    fn bind(&mut self, name: &str, range: TextRange) {
        if name == "__debug__" {
            self.report.syntax(range, "cannot assign to __debug__");
        }
        let sym = self.sym(name);
        let usage = self.usage(sym);
        usage.rebound |= usage.param;
        usage.bound = true;
    }

    fn bind_iteration(&mut self, name: &str, range: TextRange) {
        let sym = self.sym(name);
        let outward = self.usage(sym).outward;
        if outward {
            self.report.syntax(
                range,
                format!(
                    "comprehension inner loop cannot rebind assignment expression target '{name}'"
                ),
            );
        }
        self.bind(name, range);
        self.usage(sym).iteration = true;
    }

    fn use_name(&mut self, name: &str) {
        let sym = self.sym(name);
        self.usage(sym).used = true;
        if sym == self.table.known.super_ && self.kind().is_function_like() {
            let class = self.table.known.class;
            self.usage(class).used = true;
        }
    }

    // Statements.

    fn body(&mut self, body: &[Stmt]) {
        for stmt in body {
            self.stmt(stmt);
        }
    }

    fn conditional_body(&mut self, body: &[Stmt]) {
        self.conditional += 1;
        self.body(body);
        self.conditional -= 1;
    }

    fn stmt(&mut self, stmt: &Stmt) {
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
                            self.report.syntax(stmt, "import * only allowed at module level");
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
            Stmt::Pass(_)
            | Stmt::Break(_)
            | Stmt::Continue(_)
            | Stmt::IpyEscapeCommand(_) => {}
        }
    }

    fn global(&mut self, stmt: &ast::StmtGlobal) {
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
                Some(format!("name '{name}' is assigned to before global declaration"))
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

    fn nonlocal(&mut self, stmt: &ast::StmtNonlocal) {
        for name in &stmt.names {
            let sym = self.sym(name);
            if self.kind() == ScopeKind::Module {
                self.report.syntax(stmt, "nonlocal declaration not allowed at module level");
                continue;
            }
            let usage = *self.usage(sym);
            let message = if usage.param {
                Some(format!("name '{name}' is parameter and nonlocal"))
            } else if usage.used {
                Some(format!("name '{name}' is used prior to nonlocal declaration"))
            } else if usage.annotated {
                Some(format!("annotated name '{name}' can't be nonlocal"))
            } else if usage.bound {
                Some(format!("name '{name}' is assigned to before nonlocal declaration"))
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
    fn pending_nonlocal(&mut self, sym: Sym, name: &str, range: TextRange) {
        self.nonlocals.push((self.here(), sym, name.into(), range));
    }

    fn ann_assign(&mut self, stmt: &ast::StmtAnnAssign) {
        if let Expr::Name(name) = &*stmt.target {
            let sym = self.sym(&name.id);
            let kind = self.kind();
            let usage = *self.usage(sym);
            if stmt.simple && (usage.global || usage.nonlocal) && kind != ScopeKind::Module {
                let what = if usage.global { "global" } else { "nonlocal" };
                self.report
                    .syntax(stmt, format!("annotated name '{}' can't be {what}", name.id));
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

    fn annotation_of_variable(&mut self, stmt: &ast::StmtAnnAssign) {
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

    fn forbidden(&mut self, place: &'static str, visit: impl FnOnce(&mut Self)) {
        self.forbids.push(place);
        visit(self);
        self.forbids.pop();
    }

    // Functions and classes.

    fn function_def(&mut self, def: &ast::StmtFunctionDef) {
        self.bind(&def.name, def.name.range);
        for decorator in &def.decorator_list {
            self.expr(&decorator.expression);
        }
        self.defaults(&def.parameters);
        if let Some(type_params) = def.type_params.as_deref() {
            self.open_at(ScopeKind::TypeParams, def, Part::TypeParams);
            let has_defaults = def.parameters.iter_non_variadic_params().any(|p| p.default.is_some());
            if has_defaults {
                for sym in [self.table.known.dot_defaults, self.table.known.dot_kwdefaults] {
                    let usage = self.usage(sym);
                    usage.bound = true;
                    usage.param = true;
                }
            }
            self.type_params(type_params);
        }
        self.function_annotations(def);
        self.open_at(ScopeKind::Function, def, Part::Body);
        let here = self.here();
        self.table.scope_mut(here).is_async = def.is_async;
        self.params(&def.parameters);
        let conditional = std::mem::take(&mut self.conditional);
        let forbids = std::mem::take(&mut self.forbids);
        self.body(&def.body);
        self.forbids = forbids;
        self.conditional = conditional;
        self.close();
        if def.type_params.is_some() {
            self.close();
        }
    }

    fn function_annotations(&mut self, def: &ast::StmtFunctionDef) {
        let mut annotations = def
            .parameters
            .iter()
            .filter_map(|param| param.annotation())
            .chain(def.returns.as_deref())
            .peekable();
        if annotations.peek().is_none() {
            return;
        }
        if self.table.future_annotations {
            self.open(ScopeKind::Dead);
        } else {
            self.open_at(ScopeKind::Annotations, def, Part::Annotations);
            let format = self.table.known.format;
            let usage = self.usage(format);
            usage.bound = true;
            usage.param = true;
        }
        for annotation in annotations {
            self.forbidden("an annotation", |this| this.expr(annotation));
        }
        self.close();
    }

    fn defaults(&mut self, parameters: &ast::Parameters) {
        for param in parameters.iter_non_variadic_params() {
            self.expr_opt(param.default.as_deref());
        }
    }

    fn params(&mut self, parameters: &ast::Parameters) {
        let in_order = parameters
            .posonlyargs
            .iter()
            .chain(&parameters.args)
            .chain(&parameters.kwonlyargs)
            .map(|param| &param.parameter)
            .chain(parameters.vararg.as_deref())
            .chain(parameters.kwarg.as_deref());
        for param in in_order {
            let sym = self.sym(&param.name);
            if self.usage(sym).param {
                self.report.syntax(
                    param.name.range,
                    format!("duplicate argument '{}' in function definition", param.name),
                );
            }
            self.bind(&param.name, param.name.range);
            self.usage(sym).param = true;
        }
    }

    fn class_def(&mut self, def: &ast::StmtClassDef) {
        self.bind(&def.name, def.name.range);
        for decorator in &def.decorator_list {
            self.expr(&decorator.expression);
        }
        let outer_private = self.private;
        let class_name = self.table.intern(&def.name);
        if let Some(type_params) = def.type_params.as_deref() {
            self.open_at(ScopeKind::TypeParams, def, Part::TypeParams);
            self.private = Some(class_name);
            let here = self.here();
            self.table.scope_mut(here).private = self.private;
            for sym in [self.table.known.dot_type_params, self.table.known.dot_generic_base] {
                self.usage(sym).bound = true;
            }
            self.type_params(type_params);
        }
        if let Some(arguments) = def.arguments.as_deref() {
            for base in &arguments.args {
                self.expr(base);
            }
            for keyword in &arguments.keywords {
                self.expr(&keyword.value);
            }
        }
        self.private = Some(class_name);
        let class = self.open_at(ScopeKind::Class, def, Part::Body);
        if def.type_params.is_some() {
            let sym = self.table.known.dot_type_params;
            self.usage(sym).used = true;
        }
        self.classes.push(class);
        let conditional = std::mem::take(&mut self.conditional);
        let forbids = std::mem::take(&mut self.forbids);
        self.body(&def.body);
        self.forbids = forbids;
        self.conditional = conditional;
        self.classes.pop();
        let attributes = &mut self.table.scope_mut(class).static_attributes;
        attributes.sort();
        attributes.dedup();
        self.close();
        if def.type_params.is_some() {
            self.close();
        }
        self.private = outer_private;
    }

    fn type_alias(&mut self, stmt: &ast::StmtTypeAlias) {
        self.expr(&stmt.name);
        if let Some(type_params) = stmt.type_params.as_deref() {
            self.open_at(ScopeKind::TypeParams, stmt, Part::TypeParams);
            self.type_params(type_params);
        }
        self.thunk("a type alias", &stmt.value, stmt, Part::Body);
        if stmt.type_params.is_some() {
            self.close();
        }
    }

    fn thunk<T>(&mut self, what: &'static str, value: &Expr, node: &T, part: Part) {
        self.open_at(ScopeKind::Thunk, node, part);
        let format = self.table.known.format;
        let usage = self.usage(format);
        usage.bound = true;
        usage.param = true;
        self.forbidden(what, |this| this.expr(value));
        self.close();
    }

    fn type_params(&mut self, params: &ast::TypeParams) {
        let mut seen_default = false;
        for param in params.iter() {
            let name = param.name();
            let sym = self.sym(name);
            if self.usage(sym).type_param {
                self.report
                    .syntax(param.range(), format!("duplicate type parameter '{name}'"));
            }
            self.bind(name, name.range);
            self.usage(sym).type_param = true;
            if param.default().is_some() {
                seen_default = true;
            } else if seen_default {
                self.report.syntax(
                    param.range(),
                    format!(
                        "non-default type parameter '{name}' follows default type parameter"
                    ),
                );
            }
            if let ast::TypeParam::TypeVar(ast::TypeParamTypeVar { bound: Some(bound), .. }) = param
            {
                let what =
                    if bound.is_tuple_expr() { "a TypeVar constraint" } else { "a TypeVar bound" };
                self.thunk(what, bound, param, Part::Body);
            }
            if let Some(default) = param.default() {
                let what = match param {
                    ast::TypeParam::TypeVar(_) => "a TypeVar default",
                    ast::TypeParam::TypeVarTuple(_) => "a TypeVarTuple default",
                    ast::TypeParam::ParamSpec(_) => "a ParamSpec default",
                };
                self.thunk(what, default, param, Part::Default);
            }
        }
    }

    // Expressions.

    fn expr_opt(&mut self, expr: Option<&Expr>) {
        if let Some(expr) = expr {
            self.expr(expr);
        }
    }

    fn exprs(&mut self, exprs: &[Expr]) {
        for expr in exprs {
            self.expr(expr);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::BoolOp(e) => self.exprs(&e.values),
            Expr::Named(e) => self.named(e),
            Expr::BinOp(e) => self.bin_op(e),
            Expr::UnaryOp(e) => self.expr(&e.operand),
            Expr::Lambda(e) => self.lambda(e),
            Expr::If(e) => {
                self.expr(&e.test);
                self.expr(&e.body);
                self.expr(&e.orelse);
            }
            Expr::Dict(e) => {
                for item in &e.items {
                    self.expr_opt(item.key.as_ref());
                    self.expr(&item.value);
                }
            }
            Expr::Set(e) => self.exprs(&e.elts),
            Expr::ListComp(e) => {
                self.comprehension_texts.push("list comprehension");
                self.comprehension(e, ScopeKind::Comprehension, &e.generators, &e.elt, None);
                self.comprehension_texts.pop();
            }
            Expr::SetComp(e) => {
                self.comprehension_texts.push("set comprehension");
                self.comprehension(e, ScopeKind::Comprehension, &e.generators, &e.elt, None);
                self.comprehension_texts.pop();
            }
            Expr::DictComp(e) => {
                self.comprehension_texts.push("dict comprehension");
                let (first, second) = match e.key.as_deref() {
                    Some(key) => (key, Some(&*e.value)),
                    None => (&*e.value, None),
                };
                self.comprehension(e, ScopeKind::Comprehension, &e.generators, first, second);
                self.comprehension_texts.pop();
            }
            Expr::Generator(e) => {
                self.comprehension_texts.push("generator expression");
                self.comprehension(e, ScopeKind::Generator, &e.generators, &e.elt, None);
                self.comprehension_texts.pop();
            }
            Expr::Await(e) => self.await_(e),
            Expr::Yield(e) => {
                self.expr_opt(e.value.as_deref());
                self.yield_(e.range);
            }
            Expr::YieldFrom(e) => {
                self.expr(&e.value);
                self.yield_(e.range);
            }
            Expr::Compare(e) => {
                self.expr(&e.left);
                self.exprs(&e.comparators);
            }
            Expr::Call(e) => {
                self.expr(&e.func);
                self.exprs(&e.arguments.args);
                for keyword in &e.arguments.keywords {
                    if let Some(arg) = &keyword.arg
                        && arg.as_str() == "__debug__"
                    {
                        self.report.syntax(keyword.range, "cannot assign to __debug__");
                    }
                    self.expr(&keyword.value);
                }
            }
            Expr::FString(e) => {
                for element in e.value.elements() {
                    self.interpolation(element);
                }
            }
            Expr::TString(e) => {
                for element in e.value.elements() {
                    self.interpolation(element);
                }
            }
            Expr::Attribute(e) => self.attribute(e),
            Expr::Subscript(e) => {
                self.expr(&e.value);
                self.expr(&e.slice);
            }
            Expr::Starred(e) => self.expr(&e.value),
            Expr::Name(e) => self.name(e),
            Expr::List(e) => self.exprs(&e.elts),
            Expr::Tuple(e) => self.exprs(&e.elts),
            Expr::Slice(e) => {
                self.expr_opt(e.lower.as_deref());
                self.expr_opt(e.upper.as_deref());
                self.expr_opt(e.step.as_deref());
            }
            Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::IpyEscapeCommand(_) => {}
        }
    }

    /// Walks down the left side in a loop: `a + b + c + ...` is deep there.
    fn bin_op(&mut self, e: &ast::ExprBinOp) {
        let mut rights = vec![&*e.right];
        let mut left = &*e.left;
        while let Expr::BinOp(inner) = left {
            rights.push(&inner.right);
            left = &inner.left;
        }
        self.expr(left);
        for right in rights.into_iter().rev() {
            self.expr(right);
        }
    }

    fn name(&mut self, e: &ast::ExprName) {
        match e.ctx {
            ast::ExprContext::Store => self.bind(&e.id, e.range),
            ast::ExprContext::Del => {
                if e.id.as_str() == "__debug__" {
                    self.report.syntax(e.range, "cannot delete __debug__");
                }
                let sym = self.sym(&e.id);
                let usage = self.usage(sym);
                usage.rebound |= usage.param;
                usage.bound = true;
            }
            _ => self.use_name(&e.id),
        }
    }

    fn attribute(&mut self, e: &ast::ExprAttribute) {
        self.expr(&e.value);
        if e.ctx != ast::ExprContext::Load && e.attr.as_str() == "__debug__" {
            let verb = if e.ctx == ast::ExprContext::Del { "delete" } else { "assign to" };
            self.report.syntax(e, format!("cannot {verb} __debug__"));
        }
        let assigns_self = e.ctx == ast::ExprContext::Store
            && matches!(&*e.value, Expr::Name(name) if name.id.as_str() == "self")
            && self.kind().is_function_like();
        if assigns_self && let Some(class) = self.classes.last() {
            let class = *class;
            let name = self.table.mangle(self.private, &e.attr).into_owned();
            self.table.scope_mut(class).static_attributes.push(name.into());
        }
    }

    fn interpolation(&mut self, element: &ast::InterpolatedStringElement) {
        let ast::InterpolatedStringElement::Interpolation(element) = element else { return };
        self.expr(&element.expression);
        if let Some(spec) = &element.format_spec {
            for element in &spec.elements {
                self.interpolation(element);
            }
        }
    }

    fn lambda(&mut self, e: &ast::ExprLambda) {
        if let Some(parameters) = e.parameters.as_deref() {
            self.defaults(parameters);
        }
        self.open_at(ScopeKind::Lambda, e, Part::Body);
        if let Some(parameters) = e.parameters.as_deref() {
            self.params(parameters);
        }
        let forbids = std::mem::take(&mut self.forbids);
        self.expr(&e.body);
        self.forbids = forbids;
        self.close();
    }

    fn comprehension<T>(
        &mut self,
        node: &T,
        kind: ScopeKind,
        generators: &[ast::Comprehension],
        first: &Expr,
        second: Option<&Expr>,
    ) {
        let Some((outermost, rest)) = generators.split_first() else { return };
        self.comprehension_iterables += 1;
        self.expr(&outermost.iter);
        self.comprehension_iterables -= 1;

        let scope = self.open_at(kind, node, Part::Body);
        if kind == ScopeKind::Generator {
            let zero = self.table.known.dot_zero;
            let usage = self.usage(zero);
            usage.bound = true;
            usage.param = true;
            let has_await = outermost.is_async;
            self.table.scope_mut(scope).has_await |= has_await;
        }
        self.iteration_target(&outermost.target);
        self.exprs(&outermost.ifs);
        for generator in rest {
            self.table.scope_mut(scope).has_await |= generator.is_async;
            self.iteration_target(&generator.target);
            self.comprehension_iterables += 1;
            self.expr(&generator.iter);
            self.comprehension_iterables -= 1;
            self.exprs(&generator.ifs);
        }
        self.table.scope_mut(scope).has_await |= outermost.is_async;
        self.expr(first);
        self.expr_opt(second);
        self.close();
        // An asynchronous comprehension makes the one around it so, too.
        let has_await = self.table.scope(scope).has_await;
        if kind == ScopeKind::Comprehension && has_await {
            let here = self.here();
            self.table.scope_mut(here).has_await = true;
        }
    }

    fn iteration_target(&mut self, target: &Expr) {
        match target {
            Expr::Name(name) => self.bind_iteration(&name.id, name.range),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|e| self.iteration_target(e)),
            Expr::List(list) => list.elts.iter().for_each(|e| self.iteration_target(e)),
            Expr::Starred(starred) => self.iteration_target(&starred.value),
            _ => self.expr(target),
        }
    }

    fn await_(&mut self, e: &ast::ExprAwait) {
        self.check_forbidden("await expression", e.range);
        let here = self.here();
        self.table.scope_mut(here).has_await = true;
        self.expr(&e.value);
    }

    fn yield_(&mut self, range: TextRange) {
        self.check_forbidden("yield expression", range);
        let here = self.here();
        if matches!(self.kind(), ScopeKind::Comprehension | ScopeKind::Generator) {
            let what = self.comprehension_texts.last().copied().unwrap_or("comprehension");
            self.report.syntax(range, format!("'yield' inside {what}"));
        }
        self.table.scope_mut(here).has_yield = true;
    }

    fn check_forbidden(&mut self, what: &str, range: TextRange) {
        if matches!(self.kind(), ScopeKind::Comprehension | ScopeKind::Generator) {
            return;
        }
        let in_generic =
            (self.kind() == ScopeKind::TypeParams).then_some("the definition of a generic");
        if let Some(place) = in_generic.or(self.forbids.last().copied()) {
            self.report.syntax(range, format!("{what} cannot be used within {place}"));
        }
    }

    fn named(&mut self, e: &ast::ExprNamed) {
        self.check_forbidden("named expression", e.range);
        if self.comprehension_iterables > 0 {
            self.report.syntax(
                e.range,
                "assignment expression cannot be used in a comprehension iterable expression",
            );
        }
        self.expr(&e.value);
        let Expr::Name(target) = &*e.target else {
            return self.expr(&e.target);
        };
        let sym = self.sym(&target.id);
        let unit = self.table.scope(self.here()).unit;
        self.table.scope_mut(unit).walrus_targets.push(sym);
        if matches!(self.kind(), ScopeKind::Comprehension | ScopeKind::Generator) {
            self.extend_to_outer(sym, target);
        } else {
            self.bind(&target.id, target.range);
        }
    }

    /// A name assigned by `:=` in a comprehension belongs to the function or
    /// module around all comprehensions.
    fn extend_to_outer(&mut self, sym: Sym, target: &ast::ExprName) {
        if target.id.as_str() == "__debug__" {
            self.report.syntax(target, "cannot assign to __debug__");
        }
        for index in (0..self.stack.len()).rev() {
            let scope = self.stack[index];
            match self.table.scope(scope).kind {
                ScopeKind::Comprehension | ScopeKind::Generator => {
                    let usage = self.usage_in(scope, sym);
                    if usage.iteration {
                        self.report.syntax(
                            target,
                            format!(
                                "assignment expression cannot rebind comprehension iteration \
                                 variable '{}'",
                                target.id
                            ),
                        );
                        return;
                    }
                    usage.outward = true;
                    usage.used = true;
                }
                ScopeKind::Class => {
                    self.report.syntax(
                        target,
                        "assignment expression within a comprehension cannot be used in a class \
                         body",
                    );
                    return;
                }
                ScopeKind::Annotations
                | ScopeKind::TypeParams
                | ScopeKind::Thunk
                | ScopeKind::Dead => {
                    let place = match self.table.scope(scope).kind {
                        ScopeKind::TypeParams => "within the definition of a generic".into(),
                        ScopeKind::Thunk => {
                            let what = self.forbids.last().unwrap_or(&"a type alias");
                            format!("in {what}")
                        }
                        _ => String::from("within an annotation"),
                    };
                    self.report.syntax(
                        target,
                        format!(
                            "assignment expression within a comprehension cannot be used {place}"
                        ),
                    );
                    return;
                }
                ScopeKind::Module | ScopeKind::Function | ScopeKind::Lambda => {
                    let is_module = self.table.scope(scope).kind == ScopeKind::Module;
                    let usage = self.usage_in(scope, sym);
                    usage.rebound |= usage.param;
                    usage.bound = true;
                    let unit = self.table.scope(scope).unit;
                    self.table.scope_mut(unit).walrus_targets.push(sym);
                    if is_module || self.usage_in(scope, sym).global {
                        for at in index + 1..self.stack.len() {
                            let usage = self.usage_in(self.stack[at], sym);
                            if is_module {
                                usage.outward = true;
                            }
                        }
                    }
                    return;
                }
            }
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::MatchValue(p) => self.expr(&p.value),
            Pattern::MatchSingleton(_) => {}
            Pattern::MatchSequence(p) => p.patterns.iter().for_each(|p| self.pattern(p)),
            Pattern::MatchMapping(p) => {
                self.exprs(&p.keys);
                p.patterns.iter().for_each(|p| self.pattern(p));
                if let Some(rest) = &p.rest {
                    self.bind(rest, rest.range);
                }
            }
            Pattern::MatchClass(p) => {
                self.expr(&p.cls);
                p.arguments.patterns.iter().for_each(|p| self.pattern(p));
                for keyword in &p.arguments.keywords {
                    if keyword.attr.as_str() == "__debug__" {
                        self.report.syntax(keyword.range, "cannot assign to __debug__");
                    }
                    self.pattern(&keyword.pattern);
                }
            }
            Pattern::MatchStar(p) => {
                if let Some(name) = &p.name {
                    self.bind(name, name.range);
                }
            }
            Pattern::MatchAs(p) => {
                if let Some(pattern) = &p.pattern {
                    self.pattern(pattern);
                }
                if let Some(name) = &p.name {
                    self.bind(name, name.range);
                }
            }
            Pattern::MatchOr(p) => p.patterns.iter().for_each(|p| self.pattern(p)),
        }
    }
}
