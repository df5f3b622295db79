//! Functions and lambdas.

use std::rc::Rc;

use airlock_bytecode::{Code, CodeFlags, Const, Instr, Params, Reg};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::Compiler;
use crate::symbols::{Part, ScopeId, ScopeKind, Sym};

impl<'a> Compiler<'a, '_> {
    pub(super) fn function_def(&mut self, def: &'a ast::StmtFunctionDef) {
        let name_range = def.name.range;
        let header = TextRange::new(def.start(), def.name.end());
        let first = def
            .decorator_list
            .first()
            .map_or(header, |decorator| decorator.range);
        let mark = self.mark();
        let decorators = self.decorators(&def.decorator_list);
        let target = if decorators.is_empty() {
            self.direct_name(&def.name)
        } else {
            None
        };
        let function = match &def.type_params {
            None => {
                let dst = match target {
                    Some(dst) => dst,
                    None => self.alloc(),
                };
                self.plain_function(def, dst, first, header);
                dst
            }
            Some(type_params) => self.generic_function(def, type_params, first, header),
        };
        let function = self.apply_decorators(&def.decorator_list, &decorators, function);
        self.store_name(&def.name, function, name_range);
        self.free_to(mark);
    }

    fn direct_name(&self, name: &str) -> Option<Reg> {
        self.local_register(name)
    }

    /// Evaluates decorators into the next registers, in order.
    pub(super) fn decorators(&mut self, decorators: &'a [ast::Decorator]) -> Vec<Reg> {
        decorators
            .iter()
            .map(|decorator| self.expr_to_temp(&decorator.expression))
            .collect()
    }

    /// Calls them, the last first, on the value in the register after them.
    pub(super) fn apply_decorators(
        &mut self,
        decorators: &'a [ast::Decorator],
        registers: &[Reg],
        mut value: Reg,
    ) -> Reg {
        for (decorator, base) in decorators.iter().zip(registers).rev() {
            let base = *base;
            self.move_to(base + 1, value, decorator.expression.range());
            self.emit(
                Instr::Call {
                    dst: base,
                    base,
                    argc: 1,
                },
                decorator.expression.range(),
            );
            value = base;
        }
        value
    }

    fn plain_function(
        &mut self,
        def: &'a ast::StmtFunctionDef,
        dst: Reg,
        first: TextRange,
        header: TextRange,
    ) {
        let mark = self.mark();
        let defaults = has_defaults(&def.parameters);
        let annotations = self.symbols.find_scope(def, Part::Annotations);
        let base = if defaults || annotations.is_some() {
            let base = self.alloc_many(3);
            self.defaults(&def.parameters, base, header);
            match annotations {
                Some(scope) => self.function_annotate(def, scope, base + 2),
                None => self.emit(Instr::LoadNone { dst: base + 2 }, header),
            }
            Some(base)
        } else {
            None
        };
        let code = self.function_code(def, first);
        self.make_function(code, dst, base, header);
        self.free_to(mark);
    }

    /// Inside the scope of its type parameters: defaults come as arguments.
    pub(super) fn inner_generic_function(
        &mut self,
        def: &'a ast::StmtFunctionDef,
        dst: Reg,
        first: TextRange,
        header: TextRange,
    ) {
        let mark = self.mark();
        let base = self.alloc_many(3);
        if has_defaults(&def.parameters) {
            self.emit(Instr::Move { dst: base, src: 0 }, header);
            self.emit(
                Instr::Move {
                    dst: base + 1,
                    src: 1,
                },
                header,
            );
        } else {
            self.emit(Instr::LoadNone { dst: base }, header);
            self.emit(Instr::LoadNone { dst: base + 1 }, header);
        }
        match self.symbols.find_scope(def, Part::Annotations) {
            Some(scope) => self.function_annotate(def, scope, base + 2),
            None => self.emit(Instr::LoadNone { dst: base + 2 }, header),
        }
        let code = self.function_code(def, first);
        self.make_function(code, dst, Some(base), header);
        self.free_to(mark);
    }

    /// Positional defaults as a tuple and keyword ones as a dict, or None.
    pub(super) fn defaults(
        &mut self,
        parameters: &'a ast::Parameters,
        base: Reg,
        range: TextRange,
    ) {
        let positional: Vec<&'a Expr> = parameters
            .posonlyargs
            .iter()
            .chain(&parameters.args)
            .filter_map(|param| param.default.as_deref())
            .collect();
        self.tuple_of_refs(&positional, base, range);
        let mark = self.mark();
        let pairs = self.unit.next_temp as Reg;
        let mut count = 0;
        for param in &parameters.kwonlyargs {
            let Some(default) = param.default.as_deref() else {
                continue;
            };
            let key = self.alloc();
            let name = self.mangled(&param.parameter.name);
            self.load_str(&name, key, param.range);
            self.expr_to_temp(default);
            count += 1;
        }
        self.free_to(mark);
        if count == 0 {
            self.emit(Instr::LoadNone { dst: base + 1 }, range);
        } else {
            self.emit(
                Instr::BuildDict {
                    dst: base + 1,
                    base: pairs,
                    count,
                },
                range,
            );
        }
    }

    fn tuple_of_refs(&mut self, items: &[&'a Expr], dst: Reg, range: TextRange) {
        if items.is_empty() {
            self.emit(Instr::LoadNone { dst }, range);
            return;
        }
        let constants: Option<Vec<Const>> = items.iter().map(|item| self.fold(item)).collect();
        if let Some(constants) = constants {
            self.load_const(Const::Tuple(constants.into()), dst, range);
            return;
        }
        let mark = self.mark();
        let base = self.unit.next_temp as Reg;
        for item in items {
            self.expr_to_temp(item);
        }
        self.free_to(mark);
        self.emit(
            Instr::BuildTuple {
                dst,
                base,
                count: items.len() as u16,
            },
            range,
        );
    }

    pub(super) fn make_function(
        &mut self,
        code: Rc<Code>,
        dst: Reg,
        base: Option<Reg>,
        range: TextRange,
    ) {
        let index = self.constant(Const::Code(code));
        self.emit(Instr::MakeFunction { dst, index }, range);
        let value = base.map_or(u32::MAX, u32::from);
        self.emit(Instr::Extend { value }, range);
    }

    pub(super) fn function_code(
        &mut self,
        def: &'a ast::StmtFunctionDef,
        first: TextRange,
    ) -> Rc<Code> {
        let scope = self.symbols.scope_of(def, Part::Body);
        let qualname = self.qualname_of(&def.name);
        let outer = self.enter(scope, &def.name, qualname, first);
        self.begin_function(scope, Some(&def.parameters));
        let body = match docstring(&def.body) {
            Some((text, rest)) => {
                if !self.options.strip_docs {
                    self.unit.doc = Some(clean_doc(text).into());
                }
                rest
            }
            None => &def.body,
        };
        self.stmts(body);
        if let (true, Some(last)) = (self.unit.ops.is_empty(), body.last()) {
            // `pass` alone: the end is at its line.
            self.emit(Instr::ReturnNone, last.range());
        }
        self.leave(outer)
    }

    fn begin_function(&mut self, scope_id: ScopeId, parameters: Option<&ast::Parameters>) {
        let scope = self.symbols.scope(scope_id);
        self.unit.params = parameters.map(params_of).unwrap_or_default();
        let (is_async, has_yield) = (scope.is_async, scope.has_yield);
        self.unit.flags = CodeFlags {
            generator: has_yield && !is_async,
            coroutine: is_async && !has_yield,
            async_generator: is_async && has_yield,
            ..self.unit.flags
        };
        self.declare_variables();
    }

    pub(super) fn lambda(&mut self, e: &'a ast::ExprLambda, dst: Option<Reg>) -> Reg {
        let scope = self.symbols.scope_of(e, Part::Body);
        let mark = self.mark();
        let parameters = e.parameters.as_deref();
        let base = match parameters {
            Some(parameters) if has_defaults(parameters) => {
                let base = self.alloc_many(3);
                self.defaults(parameters, base, e.range);
                self.emit(Instr::LoadNone { dst: base + 2 }, e.range);
                Some(base)
            }
            _ => None,
        };
        let qualname = self.inner_qualname("<lambda>");
        let outer = self.enter(scope, "<lambda>", qualname, e.range);
        self.begin_function(scope, parameters);
        let value = self.expr(&e.body, None);
        self.emit(Instr::Return { src: value }, e.body.range());
        let code = self.leave(outer);
        self.free_to(mark);
        let dst = self.target(dst);
        self.make_function(code, dst, base, e.range);
        dst
    }

    // Qualified names.

    /// The qualified name of a function or class defined here.
    pub(super) fn qualname_of(&self, name: &str) -> Box<str> {
        let is_global = self
            .sym(name)
            .is_some_and(|sym| self.is_declared_global(sym));
        if is_global {
            return name.into();
        }
        self.inner_qualname(name)
    }

    fn is_declared_global(&self, sym: Sym) -> bool {
        // Type parameters stand between a definition and its scope.
        let mut scope = self.symbols.scope(self.unit.current);
        while matches!(scope.kind, ScopeKind::TypeParams) {
            let Some(parent) = scope.parent else { break };
            scope = self.symbols.scope(parent);
        }
        scope.get(sym).is_some_and(|symbol| symbol.usage.global)
    }

    pub(super) fn inner_qualname(&self, name: &str) -> Box<str> {
        let prefix = &self.unit.qualname;
        match self.kind() {
            ScopeKind::Module => name.into(),
            ScopeKind::Class => format!("{prefix}.{name}").into(),
            // Kept out of names: the prefix is that of the scope around.
            ScopeKind::TypeParams => match &self.unit.inner_prefix {
                Some(prefix) => format!("{prefix}{name}").into(),
                None => name.into(),
            },
            _ => format!("{prefix}.<locals>.{name}").into(),
        }
    }
}

pub(super) fn has_defaults(parameters: &ast::Parameters) -> bool {
    parameters
        .iter_non_variadic_params()
        .any(|param| param.default.is_some())
}

fn params_of(parameters: &ast::Parameters) -> Params {
    Params {
        positional: (parameters.posonlyargs.len() + parameters.args.len()) as u16,
        positional_only: parameters.posonlyargs.len() as u16,
        keyword_only: parameters.kwonlyargs.len() as u16,
        varargs: parameters.vararg.is_some(),
        varkw: parameters.kwarg.is_some(),
    }
}

/// The text of a docstring and the statements after it.
pub(super) fn docstring(body: &[Stmt]) -> Option<(&str, &[Stmt])> {
    let (Stmt::Expr(first), rest) = body.split_first()? else {
        return None;
    };
    let Expr::StringLiteral(text) = &*first.value else {
        return None;
    };
    Some((text.value.to_str(), rest))
}

/// Takes the common indentation out, as CPython's compiler does since 3.13.
pub(super) fn clean_doc(text: &str) -> String {
    let expanded = expand_tabs(text);
    let mut lines = expanded.split('\n');
    let first = lines.next().unwrap_or("");
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let margin = lines
        .clone()
        .filter(|line| indent(line) < line.len())
        .map(indent)
        .min()
        .unwrap_or(0);
    let mut cleaned = first.trim_start_matches(' ').to_string();
    for line in lines {
        cleaned.push('\n');
        cleaned.push_str(line.get(margin.min(line.len())..).unwrap_or(""));
    }
    cleaned
}

fn expand_tabs(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains('\t') {
        return text.into();
    }
    let mut expanded = String::with_capacity(text.len());
    let mut column = 0;
    for char in text.chars() {
        match char {
            '\t' => {
                let width = 8 - column % 8;
                expanded.extend(std::iter::repeat_n(' ', width));
                column += width;
            }
            '\n' | '\r' => {
                expanded.push(char);
                column = 0;
            }
            _ => {
                expanded.push(char);
                column += 1;
            }
        }
    }
    expanded.into()
}
