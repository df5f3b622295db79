//! First pass: which names each scope defines and uses.

mod definitions;
mod expressions;
mod statements;

use ruff_python_ast::{Mod, Stmt};
use ruff_text_size::TextRange;
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
                format!(
                    "no binding for nonlocal '{}' found",
                    builder.table.name(sym)
                )
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
        *self
            .stack
            .last()
            .expect("a scope is open while the tree is walked")
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
}
