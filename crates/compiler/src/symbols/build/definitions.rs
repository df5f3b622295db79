//! Functions, classes, type aliases and their scopes.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;

use super::{Builder, Part, ScopeKind};

impl Builder<'_> {
    pub(super) fn function_def(&mut self, def: &ast::StmtFunctionDef) {
        self.bind(&def.name, def.name.range);
        for decorator in &def.decorator_list {
            self.expr(&decorator.expression);
        }
        self.defaults(&def.parameters);
        if let Some(type_params) = def.type_params.as_deref() {
            self.open_at(ScopeKind::TypeParams, def, Part::TypeParams);
            let has_defaults = def
                .parameters
                .iter_non_variadic_params()
                .any(|p| p.default.is_some());
            if has_defaults {
                for sym in [
                    self.table.known.dot_defaults,
                    self.table.known.dot_kwdefaults,
                ] {
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

    pub(super) fn function_annotations(&mut self, def: &ast::StmtFunctionDef) {
        let mut annotations = def
            .parameters
            .iter()
            .filter_map(|param| param.annotation())
            .chain(def.returns.as_deref())
            .peekable();
        if annotations.peek().is_none() {
            return;
        }
        self.open_at(ScopeKind::Annotations, def, Part::Annotations);
        let format = self.table.known.format;
        let usage = self.usage(format);
        usage.bound = true;
        usage.param = true;
        // Those that are kept as texts name nothing.
        let are_texts = self.table.future_annotations;
        if are_texts {
            self.open(ScopeKind::Dead);
        }
        for annotation in annotations {
            self.forbidden("an annotation", |this| this.expr(annotation));
        }
        if are_texts {
            self.close();
        }
        self.close();
    }

    pub(super) fn defaults(&mut self, parameters: &ast::Parameters) {
        for param in parameters.iter_non_variadic_params() {
            self.expr_opt(param.default.as_deref());
        }
    }

    pub(super) fn params(&mut self, parameters: &ast::Parameters) {
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

    pub(super) fn class_def(&mut self, def: &ast::StmtClassDef) {
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
            for sym in [
                self.table.known.dot_type_params,
                self.table.known.dot_generic_base,
            ] {
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

    pub(super) fn type_alias(&mut self, stmt: &ast::StmtTypeAlias) {
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

    pub(super) fn thunk<T>(&mut self, what: &'static str, value: &Expr, node: &T, part: Part) {
        self.open_at(ScopeKind::Thunk, node, part);
        let format = self.table.known.format;
        let usage = self.usage(format);
        usage.bound = true;
        usage.param = true;
        self.forbidden(what, |this| this.expr(value));
        self.close();
    }

    pub(super) fn type_params(&mut self, params: &ast::TypeParams) {
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
                    format!("non-default type parameter '{name}' follows default type parameter"),
                );
            }
            if let ast::TypeParam::TypeVar(ast::TypeParamTypeVar {
                bound: Some(bound), ..
            }) = param
            {
                let what = if bound.is_tuple_expr() {
                    "a TypeVar constraint"
                } else {
                    "a TypeVar bound"
                };
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
}
