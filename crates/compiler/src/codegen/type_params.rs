//! Type parameters: generic functions and classes, `type` statements.

use std::rc::Rc;

use airlock_bytecode::{Code, Const, Instr, Intrinsic, Params, Reg};
use ruff_python_ast::{self as ast, Expr, TypeParam};
use ruff_text_size::{Ranged, TextRange};

use super::Compiler;
use super::function::has_defaults;
use crate::symbols::{Part, ScopeId};

impl<'a> Compiler<'a, '_> {
    /// Starts the function that holds type parameters. Its qualified name is
    /// not part of the names inside, so the prefix of those is kept instead.
    pub(super) fn enter_type_params(
        &mut self,
        scope: ScopeId,
        name: &str,
        params: Params,
        range: TextRange,
    ) -> super::Unit<'a> {
        let inner = self.inner_qualname("");
        let full = format!("<generic parameters of {name}>");
        let qualname = self.inner_qualname(&full);
        let outer = self.enter(scope, &full, qualname, range);
        self.unit.inner_prefix = Some(inner);
        self.unit.params = params;
        self.declare_variables();
        outer
    }

    pub(super) fn leave_type_params(&mut self, outer: super::Unit<'a>) -> Rc<Code> {
        self.leave(outer)
    }

    pub(super) fn generic_function(
        &mut self,
        def: &'a ast::StmtFunctionDef,
        type_params: &'a ast::TypeParams,
        first: TextRange,
        header: TextRange,
    ) -> Reg {
        let mark = self.mark();
        let base = self.alloc();
        let with_defaults = has_defaults(&def.parameters);
        if with_defaults {
            let args = self.alloc_many(2);
            self.defaults(&def.parameters, args, header);
        }
        let argc = if with_defaults { 2 } else { 0 };
        let scope = self.symbols.scope_of(def, Part::TypeParams);
        let params = Params {
            positional: argc,
            positional_only: argc,
            ..Params::default()
        };
        let outer = self.enter_type_params(scope, &def.name, params, first);
        let tuple = self.alloc();
        self.type_param_tuple(type_params, tuple);
        let function = self.alloc();
        self.inner_generic_function(def, function, first, header);
        let set = Instr::Intrinsic {
            op: Intrinsic::SetTypeParams,
            dst: function,
            a: function,
            b: tuple,
        };
        self.emit(set, header);
        self.emit(Instr::Return { src: function }, header);
        let code = self.leave_type_params(outer);
        self.make_function(code, base, None, header);
        self.emit(
            Instr::Call {
                dst: base,
                base,
                argc,
            },
            header,
        );
        self.free_to(mark + 1);
        base
    }

    /// Makes the type parameters, binds their names, and leaves a tuple of
    /// them in `tuple`.
    pub(super) fn type_param_tuple(&mut self, params: &'a ast::TypeParams, tuple: Reg) {
        let mark = self.mark();
        let base = self.alloc_many(params.len());
        for (index, param) in params.iter().enumerate() {
            self.type_param(param, base + index as Reg);
        }
        self.free_to(mark);
        let count = params.len() as u16;
        self.emit(
            Instr::BuildTuple {
                dst: tuple,
                base,
                count,
            },
            params.range,
        );
    }

    fn type_param(&mut self, param: &'a TypeParam, dst: Reg) {
        let range = param.range();
        let name = param.name();
        let mark = self.mark();
        let a = self.alloc();
        self.load_str(name, a, range);
        let b = self.alloc();
        let op = match param {
            TypeParam::TypeVar(var) => match var.bound.as_deref() {
                Some(bound) => {
                    self.thunk(param, Part::Body, name, bound, b);
                    if bound.is_tuple_expr() {
                        Intrinsic::TypeVarConstrained
                    } else {
                        Intrinsic::TypeVar
                    }
                }
                None => {
                    self.emit(Instr::LoadNone { dst: b }, range);
                    Intrinsic::TypeVar
                }
            },
            TypeParam::ParamSpec(_) => {
                self.emit(Instr::LoadNone { dst: b }, range);
                Intrinsic::ParamSpec
            }
            TypeParam::TypeVarTuple(_) => {
                self.emit(Instr::LoadNone { dst: b }, range);
                Intrinsic::TypeVarTuple
            }
        };
        self.emit(Instr::Intrinsic { op, dst, a, b }, range);
        if let Some(default) = param.default() {
            self.thunk(param, Part::Default, name, default, b);
            let set = Instr::Intrinsic {
                op: Intrinsic::SetTypeParamDefault,
                dst,
                a: dst,
                b,
            };
            self.emit(set, default.range());
        }
        self.store_name(name, dst, range);
        self.free_to(mark);
    }

    /// A function of a format that evaluates `value`, called with 1 or
    /// without argument.
    fn thunk<T>(&mut self, node: &T, part: Part, name: &str, value: &'a Expr, dst: Reg) {
        let scope = self.symbols.scope_of(node, part);
        let qualname = self.inner_qualname(name);
        let outer = self.enter(scope, name, qualname, value.range());
        self.begin_annotation_scope(value.range());
        let result = match value {
            // `*Ts: *tuple` : the default of a TypeVarTuple is unpacked.
            Expr::Starred(starred) => {
                let mark = self.mark();
                let src = self.expr(&starred.value, None);
                self.free_to(mark);
                let base = self.alloc();
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
            value => self.expr(value, None),
        };
        self.emit(Instr::Return { src: result }, value.range());
        let code = self.leave(outer);
        let mark = self.mark();
        let base = self.alloc_many(3);
        self.load_const(Const::Tuple([Const::Int(1)].into()), base, value.range());
        self.emit(Instr::LoadNone { dst: base + 1 }, value.range());
        self.emit(Instr::LoadNone { dst: base + 2 }, value.range());
        self.make_function(code, dst, Some(base), value.range());
        self.free_to(mark);
    }

    pub(super) fn type_alias(&mut self, stmt: &'a ast::StmtTypeAlias) {
        let Expr::Name(name) = &*stmt.name else {
            self.report.syntax(stmt, "invalid syntax");
            return;
        };
        let mark = self.mark();
        let alias = self.alloc();
        match &stmt.type_params {
            None => {
                self.emit_alias(stmt, &name.id, None, alias);
            }
            Some(type_params) => {
                let scope = self.symbols.scope_of(stmt, Part::TypeParams);
                let params = Params::default();
                let outer = self.enter_type_params(scope, &name.id, params, stmt.range);
                let tuple = self.alloc();
                self.type_param_tuple(type_params, tuple);
                let result = self.alloc();
                self.emit_alias(stmt, &name.id, Some(tuple), result);
                self.emit(Instr::Return { src: result }, stmt.range);
                let code = self.leave_type_params(outer);
                self.make_function(code, alias, None, stmt.range);
                self.emit(
                    Instr::Call {
                        dst: alias,
                        base: alias,
                        argc: 0,
                    },
                    stmt.range,
                );
            }
        }
        self.store_name(&name.id, alias, name.range);
        self.free_to(mark);
    }

    fn emit_alias(
        &mut self,
        stmt: &'a ast::StmtTypeAlias,
        name: &str,
        type_params: Option<Reg>,
        dst: Reg,
    ) {
        let mark = self.mark();
        let pair = self.alloc_many(2);
        self.load_str(name, pair, stmt.range);
        match type_params {
            Some(tuple) => self.emit(
                Instr::Move {
                    dst: pair + 1,
                    src: tuple,
                },
                stmt.range,
            ),
            None => self.emit(Instr::LoadNone { dst: pair + 1 }, stmt.range),
        }
        self.emit(
            Instr::BuildTuple {
                dst: pair,
                base: pair,
                count: 2,
            },
            stmt.range,
        );
        let value = self.alloc();
        self.thunk(stmt, Part::Body, name, &stmt.value, value);
        let op = Intrinsic::TypeAlias;
        self.emit(
            Instr::Intrinsic {
                op,
                dst,
                a: pair,
                b: value,
            },
            stmt.range,
        );
        self.free_to(mark);
    }
}
