//! Annotations: evaluated lazily by `__annotate__` functions, or kept as text.

use airlock_bytecode::{CmpOp, Const, Instr, Params, Reg};
use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextRange};

use super::Compiler;
use crate::symbols::{Place, ScopeId, ScopeKind};
use crate::unparse::unparse;

/// The annotation of a module's or class's variable.
pub(super) struct Deferred<'a> {
    pub(super) name: &'a str,
    pub(super) annotation: &'a Expr,
    /// Its number in `__conditional_annotations__`, if it may not be reached.
    pub(super) condition: Option<i64>,
}

impl<'a> Compiler<'a, '_> {
    /// Annotation scopes are functions of a format; they know formats 1 and 2.
    pub(super) fn begin_annotation_scope(&mut self, range: TextRange) {
        self.unit.params = Params {
            positional: 1,
            positional_only: 1,
            ..Params::default()
        };
        self.declare_variables();
        let known = self.new_label();
        let jump = Instr::JumpUnlessCompareInt {
            op: CmpOp::Gt,
            a: 0,
            value: 2,
            offset: 0,
        };
        self.emit_jump(jump, known, range);
        let exc = self.load_global("NotImplementedError", None, range);
        self.emit(Instr::Raise { exc }, range);
        self.free_to(exc as u32);
        self.place_label(known);
    }

    /// The `__annotate__` function of a function.
    pub(super) fn function_annotate(
        &mut self,
        def: &'a ast::StmtFunctionDef,
        scope: ScopeId,
        dst: Reg,
    ) {
        let range = TextRange::new(def.start(), def.name.end());
        let name = "__annotate__";
        let qualname = self.inner_qualname(&format!("{}.{name}", def.name));
        let outer = self.enter(scope, name, qualname, range);
        self.begin_annotation_scope(range);
        let dict = self.alloc();
        let base = self.unit.next_temp as Reg;
        self.emit(
            Instr::BuildDict {
                dst: dict,
                base,
                count: 0,
            },
            range,
        );
        for (name, annotation) in annotations_of(def) {
            let mark = self.mark();
            let key = self.alloc();
            let mangled = self.mangled(name);
            self.load_str(&mangled, key, annotation.range());
            let value = if self.symbols.future_annotations {
                let value = self.alloc();
                self.load_str(&unparse(annotation), value, annotation.range());
                value
            } else {
                self.annotation_value(annotation)
            };
            self.emit(Instr::DictInsert { dict, key, value }, annotation.range());
            self.free_to(mark);
        }
        self.emit(Instr::Return { src: dict }, range);
        let code = self.leave(outer);
        self.make_function(code, dst, None, range);
    }

    fn annotation_value(&mut self, annotation: &'a Expr) -> Reg {
        match annotation {
            // `*args: *Ts` stands for the one item of `*Ts`.
            Expr::Starred(starred) => {
                let base = self.alloc();
                let src = self.expr(&starred.value, Some(base));
                self.emit(
                    Instr::UnpackSequence {
                        src,
                        base,
                        count: 1,
                    },
                    starred.range,
                );
                base
            }
            annotation => self.expr(annotation, None),
        }
    }

    // Variables of modules and classes.

    /// What a module or class with annotated variables needs at its start.
    pub(super) fn begin_annotations(&mut self, scope_id: ScopeId, range: TextRange) {
        let scope = self.symbols.scope(scope_id);
        if scope.annotations.is_none() || !scope.has_conditional_annotations {
            return;
        }
        let mark = self.mark();
        let set = self.alloc();
        let base = self.unit.next_temp as Reg;
        self.emit(
            Instr::BuildSet {
                dst: set,
                base,
                count: 0,
            },
            range,
        );
        self.store_conditions(set, range);
        self.free_to(mark);
    }

    fn conditions_cell(&self) -> Option<Reg> {
        let sym = self.symbols.known.conditional_annotations;
        self.unit.registers.get(&(self.unit.scope, sym)).copied()
    }

    fn store_conditions(&mut self, src: Reg, range: TextRange) {
        match self.conditions_cell() {
            Some(cell) => self.emit(Instr::StoreCell { cell, src }, range),
            None => self.store_implicit("__conditional_annotations__", src, range),
        }
    }

    /// Makes the `__annotate__` function of a module or class once all its
    /// annotations are known.
    pub(super) fn end_annotations(&mut self, scope_id: ScopeId, range: TextRange) {
        let deferred = std::mem::take(&mut self.unit.annotations);
        let Some(annotations) = self.symbols.scope(scope_id).annotations else {
            return;
        };
        if deferred.is_empty() {
            return;
        }
        let mark = self.mark();
        let dst = self.alloc();
        let qualname = self.inner_qualname("__annotate__");
        let outer = self.enter(annotations, "__annotate__", qualname, range);
        self.begin_annotation_scope(range);
        let dict = self.alloc();
        let base = self.unit.next_temp as Reg;
        self.emit(
            Instr::BuildDict {
                dst: dict,
                base,
                count: 0,
            },
            range,
        );
        for entry in deferred {
            let mark = self.mark();
            let skip = self.new_label();
            let range = entry.annotation.range();
            if let Some(index) = entry.condition {
                let a = self.alloc();
                self.load_const(Const::Int(index), a, range);
                let b = self.load_conditions(range);
                self.compare_jump(CmpOp::In, a, b, false, skip, range);
            }
            let key = self.alloc();
            let mangled = self.mangled(entry.name);
            self.load_str(&mangled, key, range);
            let value = self.annotation_value(entry.annotation);
            self.emit(Instr::DictInsert { dict, key, value }, range);
            self.place_label(skip);
            self.free_to(mark);
        }
        self.emit(Instr::Return { src: dict }, range);
        let code = self.leave(outer);
        self.make_function(code, dst, None, range);
        let name = match self.kind() {
            ScopeKind::Class => "__annotate_func__",
            _ => "__annotate__",
        };
        self.store_implicit(name, dst, range);
        self.free_to(mark);
    }

    /// In an `__annotate__` function: the set of annotations reached.
    fn load_conditions(&mut self, range: TextRange) -> Reg {
        let sym = self.symbols.known.conditional_annotations;
        match self.symbols.place(self.unit.current, sym) {
            Place::Free => {
                let name = self.name_index("__conditional_annotations__");
                let cell = self.unit.frees.get(&sym).copied().unwrap_or(0);
                let dst = self.alloc();
                self.emit(Instr::LoadCell { dst, cell, name }, range);
                dst
            }
            _ => self.load_global("__conditional_annotations__", None, range),
        }
    }

    pub(super) fn ann_assign(&mut self, e: &'a ast::StmtAnnAssign) {
        if let Some(value) = &e.value {
            match self.direct_register(&e.target) {
                Some(dst) => {
                    self.expr(value, Some(dst));
                }
                None => {
                    let value = self.expr(value, None);
                    self.store(&e.target, value);
                }
            }
        }
        match &*e.target {
            Expr::Name(name) if e.simple && self.is_namespace_body() => {
                if self.symbols.future_annotations {
                    self.store_text_annotation(&name.id, &e.annotation, e.range);
                } else {
                    self.defer_annotation(&name.id, &e.annotation, e.range);
                }
            }
            // Evaluated for their effects, as CPython does.
            Expr::Attribute(target) if e.value.is_none() => self.expr_for_effect(&target.value),
            Expr::Subscript(target) if e.value.is_none() => {
                self.expr_for_effect(&target.value);
                self.expr_for_effect(&target.slice);
            }
            _ => {}
        }
    }

    fn store_text_annotation(&mut self, name: &str, annotation: &Expr, range: TextRange) {
        let mark = self.mark();
        let src = self.alloc();
        let text = unparse(annotation);
        self.load_str(&text, src, annotation.range());
        let obj = self.alloc();
        self.load_implicit("__annotations__", obj, range);
        let key = self.alloc();
        let mangled = self.mangled(name);
        self.load_str(&mangled, key, range);
        self.emit(Instr::StoreSubscr { obj, key, src }, range);
        self.free_to(mark);
    }

    fn defer_annotation(&mut self, name: &'a str, annotation: &'a Expr, range: TextRange) {
        let scope = self.symbols.scope(self.unit.scope);
        let is_conditional = self.kind() == ScopeKind::Module || self.unit.conditional > 0;
        let index = self.unit.annotations.len() as i64;
        let already = self
            .unit
            .annotations
            .iter()
            .any(|entry| std::ptr::eq(entry.annotation, annotation));
        let condition = (scope.has_conditional_annotations && is_conditional).then_some(index);
        if !already {
            self.unit.annotations.push(Deferred {
                name,
                annotation,
                condition,
            });
        }
        if condition.is_none() {
            return;
        }
        // A `finally` body stands in several places: same annotation, same number.
        let index = self
            .unit
            .annotations
            .iter()
            .position(|entry| std::ptr::eq(entry.annotation, annotation))
            .unwrap_or(0) as i64;
        let mark = self.mark();
        let set = self.alloc();
        match self.conditions_cell() {
            Some(cell) => {
                let name = self.name_index("__conditional_annotations__");
                self.emit(
                    Instr::LoadCell {
                        dst: set,
                        cell,
                        name,
                    },
                    range,
                );
            }
            None => self.load_implicit("__conditional_annotations__", set, range),
        }
        let item = self.alloc();
        self.load_const(Const::Int(index), item, range);
        self.emit(Instr::SetAdd { set, item }, range);
        self.free_to(mark);
    }

    /// With text annotations, the dict exists from the start.
    pub(super) fn begin_text_annotations(&mut self, range: TextRange) {
        let mark = self.mark();
        let dict = self.alloc();
        let base = self.unit.next_temp as Reg;
        self.emit(
            Instr::BuildDict {
                dst: dict,
                base,
                count: 0,
            },
            range,
        );
        self.store_implicit("__annotations__", dict, range);
        self.free_to(mark);
    }
}

fn annotations_of(def: &ast::StmtFunctionDef) -> impl Iterator<Item = (&str, &Expr)> {
    let parameters = &def.parameters;
    parameters
        .posonlyargs
        .iter()
        .chain(&parameters.args)
        .map(|param| &param.parameter)
        .chain(parameters.vararg.as_deref())
        .chain(parameters.kwonlyargs.iter().map(|param| &param.parameter))
        .chain(parameters.kwarg.as_deref())
        .filter_map(|param| Some((param.name.as_str(), param.annotation.as_deref()?)))
        .chain(def.returns.as_deref().map(|returns| ("return", returns)))
}
