//! What each name means in each scope, decided before any code is written.
//!
//! The table is built in two passes, as CPython's: [`build`] walks the tree
//! and collects definitions and uses, [`resolve`] then finds the owner of
//! each name and marks the variables that must live in cells. List, set and
//! dict comprehensions are scopes of their own here, but share the *unit*
//! (the code object) of the scope around them.

mod build;
mod resolve;

use ruff_python_ast::Mod;
use rustc_hash::FxHashMap;

use crate::Mode;
use crate::diagnostics::Report;

/// An interned identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Sym(u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ScopeId(pub(crate) u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScopeKind {
    Module,
    Class,
    Function,
    Lambda,
    /// A list, set or dict comprehension: no code object of its own.
    Comprehension,
    Generator,
    /// The body of an `__annotate__` function.
    Annotations,
    /// Holds the type parameters of a generic function, class or alias.
    TypeParams,
    /// A lazily evaluated bound, default or alias value.
    Thunk,
    /// An annotation that is never evaluated (of a function's local).
    Dead,
}

impl ScopeKind {
    /// Whether names bound here are seen by the scopes inside.
    pub(crate) fn is_function_like(self) -> bool {
        !matches!(self, ScopeKind::Module | ScopeKind::Class)
    }

    /// Annotation scopes look into the class around them.
    fn sees_class(self) -> bool {
        matches!(
            self,
            ScopeKind::Annotations | ScopeKind::TypeParams | ScopeKind::Thunk
        )
    }
}

/// What a scope does with a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) bound: bool,
    pub(crate) param: bool,
    pub(crate) global: bool,
    pub(crate) nonlocal: bool,
    pub(crate) used: bool,
    pub(crate) annotated: bool,
    /// The target of a comprehension's `for`.
    pub(crate) iteration: bool,
    /// Assigned by `:=` inside a comprehension; belongs to a scope outside.
    pub(crate) outward: bool,
    pub(crate) type_param: bool,
    /// A parameter that is assigned or deleted.
    pub(crate) rebound: bool,
}

/// Where a name is found, from one scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A variable of this unit, in a register or in a cell held by one.
    Local(ScopeId),
    /// A cell that came with the function.
    Free,
    Global,
    /// Namespace, globals, builtins.
    Name,
    /// The class namespace, then a cell that came with the class body.
    ClassCell,
    /// In an annotation scope: the class namespace, then globals.
    ClassThenGlobal,
    /// In an annotation scope: the class namespace, then a free cell.
    ClassThenFree,
    /// In an annotation scope: the class namespace, then a variable here.
    ClassThenLocal(ScopeId),
}

pub(crate) struct Symbol {
    pub(crate) sym: Sym,
    pub(crate) usage: Usage,
    pub(crate) place: Place,
    /// Whether an inner function captures it, so that it lives in a cell.
    pub(crate) captured: bool,
}

pub(crate) struct Scope {
    pub(crate) kind: ScopeKind,
    pub(crate) parent: Option<ScopeId>,
    /// The scope whose code object this one belongs to.
    pub(crate) unit: ScopeId,
    pub(crate) symbols: Vec<Symbol>,
    index: FxHashMap<Sym, u32>,
    pub(crate) is_async: bool,
    pub(crate) has_yield: bool,
    /// For a generator expression: it awaits or iterates asynchronously.
    pub(crate) has_await: bool,
    pub(crate) is_nested: bool,
    /// Names assigned by `:=` anywhere in this unit.
    pub(crate) walrus_targets: Vec<Sym>,
    /// Free variables, for a scope that is its own unit.
    pub(crate) frees: Vec<Sym>,
    /// Comprehensions inside this unit, in the order of the source.
    pub(crate) comprehensions: Vec<ScopeId>,
    /// The scope of the `__annotate__` function of a module or class.
    pub(crate) annotations: Option<ScopeId>,
    /// Some annotation of the module or class may not be reached.
    pub(crate) has_conditional_annotations: bool,
    /// Names a class body must hold in cells for the functions inside.
    pub(crate) class_cell: bool,
    pub(crate) class_dict_cell: bool,
    pub(crate) conditional_annotations_cell: bool,
    /// The attributes of `self` that a class's functions assign.
    pub(crate) static_attributes: Vec<Box<str>>,
    /// The class whose private names are mangled here.
    pub(crate) private: Option<Sym>,
}

impl Scope {
    pub(crate) fn get(&self, sym: Sym) -> Option<&Symbol> {
        self.index
            .get(&sym)
            .map(|index| &self.symbols[*index as usize])
    }
}

/// The identifiers that the compiler itself needs.
#[derive(Clone, Copy)]
pub(crate) struct WellKnown {
    pub(crate) class: Sym,
    pub(crate) class_dict: Sym,
    pub(crate) conditional_annotations: Sym,
    pub(crate) super_: Sym,
    pub(crate) dot_zero: Sym,
    pub(crate) dot_defaults: Sym,
    pub(crate) dot_kwdefaults: Sym,
    pub(crate) dot_type_params: Sym,
    pub(crate) dot_generic_base: Sym,
    pub(crate) format: Sym,
}

pub(crate) struct SymbolTable {
    pub(crate) scopes: Vec<Scope>,
    by_node: FxHashMap<(usize, Part), ScopeId>,
    names: Vec<Box<str>>,
    index: FxHashMap<Box<str>, Sym>,
    pub(crate) known: WellKnown,
    /// `from __future__ import annotations`.
    pub(crate) future_annotations: bool,
    namespace: bool,
}

/// Which of a node's scopes is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    Body,
    Annotations,
    TypeParams,
    Default,
}

/// Nodes are told apart by where they are in memory: the tree stays put while
/// it is compiled.
pub(crate) fn node_key<T>(node: &T) -> usize {
    std::ptr::from_ref(node) as usize
}

impl SymbolTable {
    pub(crate) fn build(tree: &Mod, mode: Mode, report: &mut Report) -> Self {
        let mut table = SymbolTable {
            scopes: Vec::new(),
            by_node: FxHashMap::default(),
            names: Vec::new(),
            index: FxHashMap::default(),
            known: WellKnown {
                class: Sym(0),
                class_dict: Sym(0),
                conditional_annotations: Sym(0),
                super_: Sym(0),
                dot_zero: Sym(0),
                dot_defaults: Sym(0),
                dot_kwdefaults: Sym(0),
                dot_type_params: Sym(0),
                dot_generic_base: Sym(0),
                format: Sym(0),
            },
            future_annotations: false,
            namespace: mode.has_namespace(),
        };
        table.known = WellKnown {
            class: table.intern("__class__"),
            class_dict: table.intern("__classdict__"),
            conditional_annotations: table.intern("__conditional_annotations__"),
            super_: table.intern("super"),
            dot_zero: table.intern(".0"),
            dot_defaults: table.intern(".defaults"),
            dot_kwdefaults: table.intern(".kwdefaults"),
            dot_type_params: table.intern(".type_params"),
            dot_generic_base: table.intern(".generic_base"),
            format: table.intern("format"),
        };
        build::run(tree, &mut table, report);
        if report.is_empty() {
            resolve::run(&mut table);
        }
        table
    }

    pub(crate) fn intern(&mut self, name: &str) -> Sym {
        if let Some(sym) = self.index.get(name) {
            return *sym;
        }
        let sym = Sym(self.names.len() as u32);
        self.names.push(name.into());
        self.index.insert(name.into(), sym);
        sym
    }

    /// The symbol of a name that was seen while the table was built.
    pub(crate) fn sym(&self, name: &str) -> Option<Sym> {
        self.index.get(name).copied()
    }

    pub(crate) fn name(&self, sym: Sym) -> &str {
        &self.names[sym.0 as usize]
    }

    pub(crate) fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.0 as usize]
    }

    fn scope_mut(&mut self, id: ScopeId) -> &mut Scope {
        &mut self.scopes[id.0 as usize]
    }

    pub(crate) fn scope_of<T>(&self, node: &T, part: Part) -> ScopeId {
        self.by_node[&(node_key(node), part)]
    }

    pub(crate) fn find_scope<T>(&self, node: &T, part: Part) -> Option<ScopeId> {
        self.by_node.get(&(node_key(node), part)).copied()
    }

    /// `__name` in a class becomes `_Class__name`.
    pub(crate) fn mangle<'n>(
        &self,
        private: Option<Sym>,
        name: &'n str,
    ) -> std::borrow::Cow<'n, str> {
        let Some(private) = private else {
            return name.into();
        };
        if !name.starts_with("__") || name.ends_with("__") || name.contains('.') {
            return name.into();
        }
        let class = self.name(private).trim_start_matches('_');
        if class.is_empty() {
            return name.into();
        }
        format!("_{class}{name}").into()
    }

    /// The place of `sym` seen from `scope`.
    pub(crate) fn place(&self, scope: ScopeId, sym: Sym) -> Place {
        match self.scope(scope).get(sym) {
            Some(symbol) => symbol.place,
            // Names the compiler makes up: they follow the scope's default.
            None => match self.scope(scope).kind {
                ScopeKind::Class => Place::Name,
                ScopeKind::Module if self.namespace => Place::Name,
                _ => Place::Global,
            },
        }
    }
}
