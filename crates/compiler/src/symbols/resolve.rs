//! Second pass: the owner of each name, and which variables are captured.

use super::{Place, ScopeId, ScopeKind, Sym, SymbolTable};

pub(super) fn run(table: &mut SymbolTable) {
    for index in 0..table.scopes.len() {
        let scope = ScopeId(index as u32);
        if table.scope(scope).kind == ScopeKind::Dead {
            continue;
        }
        for symbol in 0..table.scopes[index].symbols.len() {
            let sym = table.scopes[index].symbols[symbol].sym;
            let place = place_of(table, scope, sym);
            table.scopes[index].symbols[symbol].place = place;
        }
    }
}

fn place_of(table: &mut SymbolTable, scope: ScopeId, sym: Sym) -> Place {
    let this = table.scope(scope);
    let usage = this.get(sym).map(|symbol| symbol.usage).unwrap_or_default();
    let kind = this.kind;
    if usage.global {
        return Place::Global;
    }
    if usage.bound && !usage.nonlocal && !usage.outward {
        return match kind {
            ScopeKind::Module if table.namespace => Place::Name,
            ScopeKind::Module => Place::Global,
            ScopeKind::Class => Place::Name,
            _ => Place::Local(scope),
        };
    }
    if kind == ScopeKind::Module {
        return if table.namespace {
            Place::Name
        } else {
            Place::Global
        };
    }
    let found = find_outer(table, scope, sym);
    match found {
        Found::Module { seen_class: None } => match kind {
            ScopeKind::Class => Place::Name,
            // A comprehension sits in its unit's namespace.
            ScopeKind::Comprehension
                if table.namespace
                    && table.scope(table.scope(scope).unit).kind == ScopeKind::Module =>
            {
                Place::Name
            }
            _ => Place::Global,
        },
        Found::Module {
            seen_class: Some(class),
        } => {
            capture_class_dict(table, scope, class);
            Place::ClassThenGlobal
        }
        Found::Global {
            seen_class: Some(class),
        } => {
            capture_class_dict(table, scope, class);
            Place::ClassThenGlobal
        }
        Found::Global { seen_class: None } => {
            if kind == ScopeKind::Class {
                Place::Name
            } else {
                Place::Global
            }
        }
        Found::Variable { owner, seen_class } => {
            let place = reach(table, scope, owner, sym);
            match (seen_class, place) {
                (Some(class), Place::Free) => {
                    capture_class_dict(table, scope, class);
                    Place::ClassThenFree
                }
                (Some(class), Place::Local(owner)) => {
                    capture_class_dict(table, scope, class);
                    Place::ClassThenLocal(owner)
                }
                (None, Place::Free) if kind == ScopeKind::Class && !usage.nonlocal => {
                    Place::ClassCell
                }
                (_, place) => place,
            }
        }
    }
}

/// What `nonlocal` finds in the functions around.
pub(super) enum Outer {
    Variable,
    TypeParam,
    None,
}

pub(super) fn outer_variable(table: &SymbolTable, scope: ScopeId, sym: Sym) -> Outer {
    match find_outer(table, scope, sym) {
        Found::Variable { owner, .. } => match table.scope(owner).get(sym) {
            Some(symbol) if symbol.usage.type_param => Outer::TypeParam,
            _ => Outer::Variable,
        },
        _ => Outer::None,
    }
}

enum Found {
    Variable {
        owner: ScopeId,
        seen_class: Option<ScopeId>,
    },
    /// Some scope between says `global`.
    Global {
        seen_class: Option<ScopeId>,
    },
    Module {
        seen_class: Option<ScopeId>,
    },
}

/// Annotation scopes look into the class around them, and so do the
/// comprehensions in them.
fn sees_class(table: &SymbolTable, mut scope: ScopeId) -> bool {
    loop {
        let here = table.scope(scope);
        match (here.kind, here.parent) {
            (ScopeKind::Comprehension | ScopeKind::Generator, Some(parent)) => scope = parent,
            (kind, _) => return kind.sees_class(),
        }
    }
}

fn find_outer(table: &SymbolTable, scope: ScopeId, sym: Sym) -> Found {
    let mut seen_class = None;
    let mut looks_into_class = sees_class(table, scope);
    let mut at = table.scope(scope).parent;
    while let Some(id) = at {
        let here = table.scope(id);
        match here.kind {
            ScopeKind::Module => return Found::Module { seen_class },
            ScopeKind::Class => {
                let implicit = sym == table.known.class
                    || sym == table.known.class_dict
                    || (sym == table.known.conditional_annotations
                        && here.has_conditional_annotations);
                if implicit && !(sym == table.known.class && looks_into_class) {
                    return Found::Variable {
                        owner: id,
                        seen_class: None,
                    };
                }
                if looks_into_class && seen_class.is_none() {
                    seen_class = Some(id);
                    if here.get(sym).is_some_and(|symbol| symbol.usage.global) {
                        return Found::Global { seen_class: None };
                    }
                }
                looks_into_class = false;
            }
            _ => {
                if let Some(symbol) = here.get(sym) {
                    let usage = symbol.usage;
                    if usage.global {
                        return Found::Global { seen_class };
                    }
                    if usage.bound && !usage.nonlocal && !usage.outward {
                        return Found::Variable {
                            owner: id,
                            seen_class,
                        };
                    }
                }
                looks_into_class &= sees_class(table, id);
            }
        }
        at = here.parent;
    }
    Found::Module { seen_class }
}

/// Makes the variable `sym` of `owner` reachable from `scope`.
fn reach(table: &mut SymbolTable, scope: ScopeId, owner: ScopeId, sym: Sym) -> Place {
    let owner_unit = table.scope(owner).unit;
    let mut unit = table.scope(scope).unit;
    if unit == owner_unit {
        return Place::Local(owner);
    }
    mark_captured(table, owner, sym);
    while unit != owner_unit {
        let frees = &mut table.scope_mut(unit).frees;
        if !frees.contains(&sym) {
            frees.push(sym);
        }
        let Some(parent) = table.scope(unit).parent else {
            break;
        };
        unit = table.scope(parent).unit;
    }
    Place::Free
}

fn mark_captured(table: &mut SymbolTable, owner: ScopeId, sym: Sym) {
    let known = table.known;
    let scope = table.scope_mut(owner);
    if scope.kind == ScopeKind::Class {
        if sym == known.class {
            scope.class_cell = true;
        } else if sym == known.class_dict {
            scope.class_dict_cell = true;
        } else if sym == known.conditional_annotations {
            scope.conditional_annotations_cell = true;
        }
        return;
    }
    if let Some(index) = scope.index.get(&sym) {
        scope.symbols[*index as usize].captured = true;
    }
}

fn capture_class_dict(table: &mut SymbolTable, scope: ScopeId, class: ScopeId) {
    let sym = table.known.class_dict;
    reach(table, scope, class, sym);
}
