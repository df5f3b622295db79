//! Calls: plain, of methods, through `super`, with unpacked arguments.

use airlock_bytecode::{Const, Instr, Reg};
use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextRange};

use super::Compiler;
use crate::symbols::{Place, ScopeKind};

/// More arguments than this are passed in a list.
const MAX_ARGUMENTS: usize = 2000;

impl<'a> Compiler<'a, '_> {
    pub(super) fn call(&mut self, e: &'a ast::ExprCall, dst: Option<Reg>) -> Reg {
        self.check_keywords(&e.arguments);
        let range = e.range();
        let arguments = &e.arguments;
        if let Expr::Attribute(attribute) = &*e.func {
            if !needs_unpacking(arguments) && self.super_arguments(&attribute.value).is_none() {
                return self.call_method(attribute, arguments, range, dst);
            }
            let mark = self.mark();
            let base = self.alloc();
            self.expr(&e.func, Some(base));
            let range = self.attribute_range(attribute, range);
            return self.call_with(base, mark, &arguments.args, &arguments.keywords, range, dst);
        }
        let mark = self.mark();
        let base = self.alloc();
        self.expr(&e.func, Some(base));
        if arguments.is_empty() && self.is_builtin_super(&e.func) && self.has_implicit_super() {
            self.implicit_super_arguments(e.func.range());
            self.free_to(mark);
            let dst = self.target(dst);
            self.emit(Instr::Call { dst, base, argc: 2 }, range);
            return dst;
        }
        self.call_with(base, mark, &arguments.args, &arguments.keywords, range, dst)
    }

    /// Where a traceback points for an attribute or a method call: from its
    /// name on if the expression before it began on another line.
    pub(super) fn attribute_range(&self, e: &ast::ExprAttribute, whole: TextRange) -> TextRange {
        let starts = self.lines.line(e.value.start().into());
        if starts == self.lines.line(e.attr.range.end().into()) {
            whole
        } else {
            TextRange::new(e.attr.start(), whole.end())
        }
    }

    /// Calls the callee in `base`, the temporary at `mark`, with what follows.
    pub(super) fn call_with(
        &mut self,
        base: Reg,
        mark: u32,
        args: &'a [Expr],
        keywords: &'a [ast::Keyword],
        range: TextRange,
        dst: Option<Reg>,
    ) -> Reg {
        if args_need_unpacking(args, keywords) {
            self.unpacked_arguments(base, args, keywords, range);
            self.free_to(mark);
            let dst = self.target(dst);
            self.emit(Instr::CallEx { dst, base }, range);
            return dst;
        }
        let argc = self.plain_arguments(args, keywords);
        let names = self.keyword_names(keywords);
        self.free_to(mark);
        let dst = self.target(dst);
        match names {
            None => self.emit(Instr::Call { dst, base, argc }, range),
            Some(value) => {
                self.emit(Instr::CallKw { dst, base, argc }, range);
                self.emit(Instr::Extend { value }, range);
            }
        }
        dst
    }

    fn call_method(
        &mut self,
        attribute: &'a ast::ExprAttribute,
        arguments: &'a ast::Arguments,
        range: TextRange,
        dst: Option<Reg>,
    ) -> Reg {
        let mark = self.mark();
        let obj = self.expr(&attribute.value, None);
        self.free_to(mark);
        let base = self.alloc_many(2);
        let name = self.mangled(&attribute.attr);
        let site = self.site(&name);
        let attribute_range = self.attribute_range(attribute, attribute.range);
        self.emit(
            Instr::LoadMethod {
                dst: base,
                obj,
                site,
            },
            attribute_range,
        );
        let range = self.attribute_range(attribute, range);
        let argc = self.plain_arguments(&arguments.args, &arguments.keywords);
        let names = self.keyword_names(&arguments.keywords);
        self.free_to(mark);
        let dst = self.target(dst);
        match names {
            None => self.emit(Instr::CallMethod { dst, base, argc }, range),
            Some(value) => {
                self.emit(Instr::CallMethodKw { dst, base, argc }, range);
                self.emit(Instr::Extend { value }, range);
            }
        }
        dst
    }

    /// Evaluates arguments into the next registers; how many there are.
    fn plain_arguments(&mut self, args: &'a [Expr], keywords: &'a [ast::Keyword]) -> u16 {
        for arg in args {
            self.expr_to_temp(arg);
        }
        for keyword in keywords {
            self.expr_to_temp(&keyword.value);
        }
        (args.len() + keywords.len()) as u16
    }

    /// The constant that names the keywords of a call.
    fn keyword_names(&mut self, keywords: &[ast::Keyword]) -> Option<u32> {
        if keywords.is_empty() {
            return None;
        }
        let names: Vec<Const> = keywords
            .iter()
            .filter_map(|keyword| keyword.arg.as_ref())
            .map(|name| Const::Str(name.as_str().into()))
            .collect();
        Some(self.constant(Const::Tuple(names.into())))
    }

    /// Evaluates arguments into a list and a dict after `base`.
    fn unpacked_arguments(
        &mut self,
        base: Reg,
        args: &'a [Expr],
        keywords: &'a [ast::Keyword],
        range: TextRange,
    ) {
        let list = self.alloc();
        match args {
            [Expr::Starred(starred)] if self.is_own_varargs(&starred.value) => {
                self.expr(&starred.value, Some(list));
            }
            [] => self.load_const(Const::Tuple(Box::default()), list, range),
            _ => self.list_of(args, list, range),
        }
        self.unpacked_keywords(base, keywords, range);
    }

    /// Evaluates keyword arguments into a dict, or None, in the next register.
    pub(super) fn unpacked_keywords(
        &mut self,
        base: Reg,
        keywords: &'a [ast::Keyword],
        range: TextRange,
    ) {
        let dict = self.alloc();
        if keywords.is_empty() {
            self.emit(Instr::LoadNone { dst: dict }, range);
            return;
        }
        let mut rest = keywords;
        let mut is_first = true;
        while let Some(keyword) = rest.first() {
            let mark = self.mark();
            if keyword.arg.is_none() {
                if is_first {
                    let base = self.unit.next_temp as Reg;
                    self.emit(
                        Instr::BuildDict {
                            dst: dict,
                            base,
                            count: 0,
                        },
                        range,
                    );
                }
                let mapping = self.expr(&keyword.value, None);
                self.emit(
                    Instr::DictMerge {
                        dict,
                        mapping,
                        func: base,
                    },
                    range,
                );
                rest = &rest[1..];
            } else {
                let named = rest.iter().take_while(|k| k.arg.is_some()).count().min(100);
                let pairs = self.unit.next_temp as Reg;
                for keyword in &rest[..named] {
                    let key = self.alloc();
                    if let Some(name) = &keyword.arg {
                        self.load_str(name, key, keyword.range);
                    }
                    self.expr_to_temp(&keyword.value);
                }
                let build = |dst| Instr::BuildDict {
                    dst,
                    base: pairs,
                    count: named as u16,
                };
                if is_first {
                    self.emit(build(dict), range);
                } else {
                    self.emit(build(pairs), range);
                    self.emit(
                        Instr::DictMerge {
                            dict,
                            mapping: pairs,
                            func: base,
                        },
                        range,
                    );
                }
                rest = &rest[named..];
            }
            self.free_to(mark);
            is_first = false;
        }
    }

    /// Whether the value is this function's `*args`, never assigned: a tuple
    /// for certain, which can be passed on as it is.
    fn is_own_varargs(&self, expr: &Expr) -> bool {
        let Expr::Name(name) = expr else { return false };
        if !self.unit.params.varargs {
            return false;
        }
        let index = self.unit.params.count() - 1 - self.unit.params.varkw as usize;
        let Some(sym) = self.sym(&name.id) else {
            return false;
        };
        let Some(symbol) = self.symbols.scope(self.unit.scope).get(sym) else {
            return false;
        };
        self.unit.registers.get(&(self.unit.scope, sym)) == Some(&(index as Reg))
            && !symbol.usage.rebound
            && !symbol.captured
    }

    fn check_keywords(&mut self, arguments: &ast::Arguments) {
        for (index, keyword) in arguments.keywords.iter().enumerate() {
            let Some(name) = &keyword.arg else { continue };
            let seen = arguments.keywords[..index]
                .iter()
                .any(|other| other.arg.as_ref().is_some_and(|other| other.id == name.id));
            if seen {
                self.report
                    .syntax(keyword, format!("keyword argument repeated: {name}"));
            }
        }
    }

    // `super`.

    fn is_builtin_super(&self, func: &Expr) -> bool {
        matches!(func, Expr::Name(name) if name.id.as_str() == "super")
            && self.is_in_function()
            && self
                .sym("super")
                .is_some_and(|sym| self.symbols.place(self.unit.current, sym) == Place::Global)
    }

    /// Whether `super()` finds `__class__` and a first argument here.
    fn has_implicit_super(&self) -> bool {
        let class = self.symbols.known.class;
        self.unit.params.positional > 0
            && self.symbols.place(self.unit.current, class) == Place::Free
    }

    /// The arguments of a `super` call whose attribute can be loaded without
    /// making the super object: none, or two plain ones.
    fn super_arguments(&self, expr: &'a Expr) -> Option<&'a [Expr]> {
        let Expr::Call(call) = expr else { return None };
        if !self.is_builtin_super(&call.func) || !call.arguments.keywords.is_empty() {
            return None;
        }
        match &*call.arguments.args {
            [] if self.has_implicit_super() => Some(&[]),
            args @ [first, second] if !first.is_starred_expr() && !second.is_starred_expr() => {
                Some(args)
            }
            _ => None,
        }
    }

    /// `__class__` and the first argument, into the next registers.
    fn implicit_super_arguments(&mut self, range: TextRange) {
        let class = self.alloc();
        self.load_name("__class__", Some(class), range);
        let first = self.alloc();
        let scope_id = self.unit.scope;
        let scope = self.symbols.scope(scope_id);
        let Some(symbol) = scope.symbols.iter().find(|symbol| symbol.usage.param) else {
            return;
        };
        let name = self.name_index(self.symbols.name(symbol.sym));
        let reg = self
            .unit
            .registers
            .get(&(scope_id, symbol.sym))
            .copied()
            .unwrap_or(0);
        if symbol.captured {
            self.emit(
                Instr::LoadCell {
                    dst: first,
                    cell: reg,
                    name,
                },
                range,
            );
        } else {
            self.emit(Instr::CheckLocal { src: reg, name }, range);
            self.emit(
                Instr::Move {
                    dst: first,
                    src: reg,
                },
                range,
            );
        }
    }

    pub(super) fn super_attribute(
        &mut self,
        e: &'a ast::ExprAttribute,
        dst: Option<Reg>,
    ) -> Option<Reg> {
        let args = self.super_arguments(&e.value)?;
        let Expr::Call(call) = &*e.value else {
            return None;
        };
        let mark = self.mark();
        let base = self.alloc();
        self.expr(&call.func, Some(base));
        match args {
            [] => self.implicit_super_arguments(call.range()),
            args => {
                for arg in args {
                    self.expr_to_temp(arg);
                }
            }
        }
        let name = self.mangled(&e.attr);
        let site = self.site(&name);
        self.free_to(mark);
        let dst = self.target(dst);
        self.emit(Instr::LoadSuperAttr { dst, base, site }, e.range);
        Some(dst)
    }

    /// Whether the code object is a class body or module.
    pub(super) fn is_namespace_body(&self) -> bool {
        matches!(self.kind(), ScopeKind::Class | ScopeKind::Module)
    }
}

fn needs_unpacking(arguments: &ast::Arguments) -> bool {
    args_need_unpacking(&arguments.args, &arguments.keywords)
}

pub(super) fn args_need_unpacking(args: &[Expr], keywords: &[ast::Keyword]) -> bool {
    args.iter().any(Expr::is_starred_expr)
        || keywords.iter().any(|keyword| keyword.arg.is_none())
        || args.len() + keywords.len() > MAX_ARGUMENTS
}
