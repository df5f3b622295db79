//! What expressions and patterns define and use.

use ruff_python_ast::{self as ast, Expr, Pattern};
use ruff_text_size::TextRange;

use super::{Builder, Part, ScopeKind, Sym};

impl Builder<'_> {
    pub(super) fn expr_opt(&mut self, expr: Option<&Expr>) {
        if let Some(expr) = expr {
            self.expr(expr);
        }
    }

    pub(super) fn exprs(&mut self, exprs: &[Expr]) {
        for expr in exprs {
            self.expr(expr);
        }
    }

    pub(super) fn expr(&mut self, expr: &Expr) {
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
                        self.report
                            .syntax(keyword.range, "cannot assign to __debug__");
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
    pub(super) fn bin_op(&mut self, e: &ast::ExprBinOp) {
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

    pub(super) fn name(&mut self, e: &ast::ExprName) {
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

    pub(super) fn attribute(&mut self, e: &ast::ExprAttribute) {
        self.expr(&e.value);
        if e.ctx != ast::ExprContext::Load && e.attr.as_str() == "__debug__" {
            let verb = if e.ctx == ast::ExprContext::Del {
                "delete"
            } else {
                "assign to"
            };
            self.report.syntax(e, format!("cannot {verb} __debug__"));
        }
        let assigns_self = e.ctx == ast::ExprContext::Store
            && matches!(&*e.value, Expr::Name(name) if name.id.as_str() == "self")
            && self.kind().is_function_like();
        if assigns_self && let Some(class) = self.classes.last() {
            let class = *class;
            let name = self.table.mangle(self.private, &e.attr).into_owned();
            self.table
                .scope_mut(class)
                .static_attributes
                .push(name.into());
        }
    }

    pub(super) fn interpolation(&mut self, element: &ast::InterpolatedStringElement) {
        let ast::InterpolatedStringElement::Interpolation(element) = element else {
            return;
        };
        self.expr(&element.expression);
        if let Some(spec) = &element.format_spec {
            for element in &spec.elements {
                self.interpolation(element);
            }
        }
    }

    pub(super) fn lambda(&mut self, e: &ast::ExprLambda) {
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

    pub(super) fn comprehension<T>(
        &mut self,
        node: &T,
        kind: ScopeKind,
        generators: &[ast::Comprehension],
        first: &Expr,
        second: Option<&Expr>,
    ) {
        let Some((outermost, rest)) = generators.split_first() else {
            return;
        };
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

    pub(super) fn iteration_target(&mut self, target: &Expr) {
        match target {
            Expr::Name(name) => self.bind_iteration(&name.id, name.range),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|e| self.iteration_target(e)),
            Expr::List(list) => list.elts.iter().for_each(|e| self.iteration_target(e)),
            Expr::Starred(starred) => self.iteration_target(&starred.value),
            _ => self.expr(target),
        }
    }

    pub(super) fn await_(&mut self, e: &ast::ExprAwait) {
        self.check_forbidden("await expression", e.range);
        let here = self.here();
        self.table.scope_mut(here).has_await = true;
        self.expr(&e.value);
    }

    pub(super) fn yield_(&mut self, range: TextRange) {
        self.check_forbidden("yield expression", range);
        let here = self.here();
        if matches!(self.kind(), ScopeKind::Comprehension | ScopeKind::Generator) {
            let what = self
                .comprehension_texts
                .last()
                .copied()
                .unwrap_or("comprehension");
            self.report.syntax(range, format!("'yield' inside {what}"));
        }
        self.table.scope_mut(here).has_yield = true;
    }

    pub(super) fn check_forbidden(&mut self, what: &str, range: TextRange) {
        if matches!(self.kind(), ScopeKind::Comprehension | ScopeKind::Generator) {
            return;
        }
        let in_generic =
            (self.kind() == ScopeKind::TypeParams).then_some("the definition of a generic");
        if let Some(place) = in_generic.or(self.forbids.last().copied()) {
            self.report
                .syntax(range, format!("{what} cannot be used within {place}"));
        }
    }

    pub(super) fn named(&mut self, e: &ast::ExprNamed) {
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
    pub(super) fn extend_to_outer(&mut self, sym: Sym, target: &ast::ExprName) {
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

    pub(super) fn pattern(&mut self, pattern: &Pattern) {
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
                        self.report
                            .syntax(keyword.range, "cannot assign to __debug__");
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
