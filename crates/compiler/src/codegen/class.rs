//! Class definitions.

use std::rc::Rc;

use airlock_bytecode::{Code, CodeFlags, Const, Instr, Params, Reg};
use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::Compiler;
use super::call::args_need_unpacking;
use super::function::{clean_doc, docstring};
use super::stmt::contains_annotation;
use crate::symbols::Part;

impl<'a> Compiler<'a, '_> {
    pub(super) fn class_def(&mut self, def: &'a ast::StmtClassDef) {
        // What goes wrong in making the class is shown with all of its
        // statement, as CPython does, but for its decorators.
        let before = match def.decorator_list.last() {
            Some(decorator) => decorator.end(),
            None => def.start(),
        };
        // A tree is compiled without a source to look in.
        let keyword = self
            .source
            .get(std::ops::Range::<usize>::from(TextRange::new(
                before.min(def.name.start()),
                def.name.start(),
            )))
            .and_then(|text| TextSize::try_from(text.rfind("class")?).ok())
            .unwrap_or_default();
        let header = TextRange::new(before + keyword, def.end());
        let first = def
            .decorator_list
            .first()
            .map_or(header, |decorator| decorator.range);
        let mark = self.mark();
        let decorators = self.decorators(&def.decorator_list);
        let class = match &def.type_params {
            None => self.build_class(def, first, header, None),
            Some(type_params) => self.generic_class(def, type_params, first, header),
        };
        let class = self.apply_decorators(&def.decorator_list, &decorators, class);
        self.store_name(&def.name, class, def.name.range);
        self.free_to(mark);
    }

    /// Calls `__build_class__`; the class is left in the next temporary.
    fn build_class(
        &mut self,
        def: &'a ast::StmtClassDef,
        first: TextRange,
        header: TextRange,
        generic_base: Option<Reg>,
    ) -> Reg {
        let mark = self.mark();
        let base = self.alloc();
        self.emit(Instr::LoadBuildClass { dst: base }, header);
        let body = self.alloc();
        let code = self.class_code(def, first, header);
        self.make_function(code, body, None, header);
        let name = self.alloc();
        self.load_str(&def.name, name, header);
        let (args, keywords) = match def.arguments.as_deref() {
            Some(arguments) => (&*arguments.args, &*arguments.keywords),
            None => (&[][..], &[][..]),
        };
        for (index, keyword) in keywords.iter().enumerate() {
            let Some(arg) = &keyword.arg else { continue };
            if keywords[..index]
                .iter()
                .any(|k| k.arg.as_ref().is_some_and(|k| k.id == arg.id))
            {
                self.report
                    .syntax(keyword, format!("keyword argument repeated: {arg}"));
            }
        }
        if args_need_unpacking(args, keywords) {
            // The list begins with the body and the name.
            let inner = self.mark();
            let callee = self.alloc();
            self.emit(
                Instr::Move {
                    dst: callee,
                    src: base,
                },
                header,
            );
            let list = self.alloc();
            self.emit(
                Instr::BuildList {
                    dst: list,
                    base: body,
                    count: 2,
                },
                header,
            );
            for arg in args {
                let mark = self.mark();
                match arg {
                    ast::Expr::Starred(starred) => {
                        let iterable = self.expr(&starred.value, None);
                        self.emit(Instr::ListExtend { list, iterable }, starred.range);
                    }
                    arg => {
                        let item = self.expr(arg, None);
                        self.emit(Instr::ListAppend { list, item }, header);
                    }
                }
                self.free_to(mark);
            }
            if let Some(item) = generic_base {
                self.emit(Instr::ListAppend { list, item }, header);
            }
            self.unpacked_keywords(callee, keywords, header);
            self.emit(
                Instr::CallEx {
                    dst: base,
                    base: callee,
                },
                header,
            );
            self.free_to(inner);
        } else {
            let mut argc = 2 + args.len() + keywords.len();
            for arg in args {
                self.expr_to_temp(arg);
            }
            if let Some(src) = generic_base {
                let dst = self.alloc();
                self.emit(Instr::Move { dst, src }, header);
                argc += 1;
            }
            let mut names = Vec::new();
            for keyword in keywords {
                if let Some(arg) = &keyword.arg {
                    names.push(Const::Str(arg.as_str().into()));
                }
                self.expr_to_temp(&keyword.value);
            }
            let argc = argc as u16;
            if names.is_empty() {
                self.emit(
                    Instr::Call {
                        dst: base,
                        base,
                        argc,
                    },
                    header,
                );
            } else {
                let value = self.constant(Const::Tuple(names.into()));
                self.emit(
                    Instr::CallKw {
                        dst: base,
                        base,
                        argc,
                    },
                    header,
                );
                self.emit(Instr::Extend { value }, header);
            }
        }
        self.free_to(mark + 1);
        base
    }

    fn generic_class(
        &mut self,
        def: &'a ast::StmtClassDef,
        type_params: &'a ast::TypeParams,
        first: TextRange,
        header: TextRange,
    ) -> Reg {
        let mark = self.mark();
        let dst = self.alloc();
        let scope = self.symbols.scope_of(def, Part::TypeParams);
        let outer = self.enter_type_params(scope, &def.name, Params::default(), first);
        let tuple = self.alloc();
        self.type_param_tuple(type_params, tuple);
        self.store_name(".type_params", tuple, header);
        let generic_base = self.alloc();
        let op = airlock_bytecode::Intrinsic::GenericBase;
        self.emit(
            Instr::Intrinsic {
                op,
                dst: generic_base,
                a: tuple,
                b: tuple,
            },
            header,
        );
        let class = self.build_class(def, first, header, Some(generic_base));
        self.emit(Instr::Return { src: class }, header);
        let code = self.leave_type_params(outer);
        self.make_function(code, dst, None, header);
        self.emit(
            Instr::Call {
                dst,
                base: dst,
                argc: 0,
            },
            header,
        );
        self.free_to(mark + 1);
        dst
    }

    fn class_code(
        &mut self,
        def: &'a ast::StmtClassDef,
        first: TextRange,
        header: TextRange,
    ) -> Rc<Code> {
        let scope_id = self.symbols.scope_of(def, Part::Body);
        let scope = self.symbols.scope(scope_id);
        let qualname = self.qualname_of(&def.name);
        let outer = self.enter(scope_id, &def.name, qualname.clone(), first);
        self.unit.flags = CodeFlags {
            class_body: true,
            namespace: true,
            ..self.unit.flags
        };
        self.declare_variables();
        let known = self.symbols.known;
        let mark = self.mark();
        let temp = self.alloc();

        let name = self.name_index("__name__");
        self.emit(Instr::LoadName { dst: temp, name }, header);
        self.store_implicit("__module__", temp, header);
        self.load_str(&qualname, temp, header);
        self.store_implicit("__qualname__", temp, header);
        let line = self.lines.line(first.start().into());
        self.load_const(Const::Int(line as i64), temp, header);
        self.store_implicit("__firstlineno__", temp, header);
        if let Some(_type_params) = &def.type_params {
            self.load_name(".type_params", Some(temp), header);
            self.store_implicit("__type_params__", temp, header);
        }
        let class_dict = self
            .unit
            .registers
            .get(&(scope_id, known.class_dict))
            .copied();
        if let Some(cell) = class_dict {
            self.emit(Instr::LoadNamespace { dst: temp }, header);
            self.emit(Instr::StoreCell { cell, src: temp }, header);
        }
        self.begin_annotations(scope_id, header);
        if self.symbols.future_annotations && def.body.iter().any(contains_annotation) {
            self.begin_text_annotations(header);
        }
        let body = match docstring(&def.body) {
            Some((text, rest)) => {
                if !self.options.strip_docs {
                    let text = clean_doc(text);
                    self.load_str(&text, temp, def.body[0].range());
                    self.store_implicit("__doc__", temp, def.body[0].range());
                }
                rest
            }
            None => &def.body,
        };
        self.free_to(mark);
        self.stmts(body);

        let temp = self.alloc();
        let header = self.here();
        self.end_annotations(scope_id, header);
        let attributes: Vec<Const> = scope
            .static_attributes
            .iter()
            .map(|name| Const::Str(name.clone()))
            .collect();
        self.load_const(Const::Tuple(attributes.into()), temp, header);
        self.store_implicit("__static_attributes__", temp, header);
        if let Some(cell) = class_dict {
            self.store_implicit("__classdictcell__", cell, header);
        }
        match self.unit.registers.get(&(scope_id, known.class)).copied() {
            Some(cell) => {
                self.store_implicit("__classcell__", cell, header);
                self.emit(Instr::Return { src: cell }, header);
            }
            None => self.emit(Instr::ReturnNone, header),
        }
        self.leave(outer)
    }
}
