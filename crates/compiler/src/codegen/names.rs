//! Variables: where they live, loads, stores and deletions.

use airlock_bytecode::{Instr, Reg};
use ruff_text_size::TextRange;

use super::Compiler;
use crate::symbols::{Place, ScopeId, ScopeKind, Sym};

/// Where a store goes.
#[derive(Clone, Copy)]
pub(super) enum Variable {
    /// A plain register, with the scope and name it stands for.
    Register(Reg),
    Cell(Reg),
    Global,
    Name,
}

impl<'a> Compiler<'a, '_> {
    /// Gives registers to the parameters, free variables, other variables
    /// and those of comprehensions, in this order, and makes the cells.
    pub(super) fn declare_variables(&mut self) {
        let symbols = self.symbols;
        let scope_id = self.unit.scope;
        let scope = symbols.scope(scope_id);
        let mut cells = Vec::new();
        let param_count = self.unit.params.count();
        let is_function = scope.kind.is_function_like();
        if is_function {
            for symbol in scope
                .symbols
                .iter()
                .filter(|s| s.usage.param)
                .take(param_count)
            {
                let reg = self.declare(scope_id, symbol.sym, symbols.name(symbol.sym));
                if symbol.captured {
                    cells.push(reg);
                }
            }
        }
        for sym in &scope.frees {
            let reg = self.next_variable(symbols.name(*sym));
            self.unit.frees.insert(*sym, reg);
            self.unit.cell_registers.push(reg);
        }
        if is_function {
            for symbol in &scope.symbols {
                let already = self.unit.registers.contains_key(&(scope_id, symbol.sym));
                if already || symbol.place != Place::Local(scope_id) {
                    continue;
                }
                let reg = self.declare(scope_id, symbol.sym, symbols.name(symbol.sym));
                if symbol.captured {
                    cells.push(reg);
                }
            }
        }
        if scope.kind == ScopeKind::Class {
            let known = symbols.known;
            let implicit = [
                (scope.class_cell, known.class),
                (scope.class_dict_cell, known.class_dict),
                (
                    scope.conditional_annotations_cell,
                    known.conditional_annotations,
                ),
            ];
            for (wanted, sym) in implicit {
                if wanted {
                    cells.push(self.declare(scope_id, sym, symbols.name(sym)));
                }
            }
        }
        let mut pool = Vec::new();
        for comprehension in &scope.comprehensions {
            self.declare_comprehension(*comprehension, &mut pool);
        }
        self.unit.cell_registers.extend(&cells);
        let variables = self.unit.varnames.len() as u32;
        self.unit.first_temp = variables;
        self.unit.next_temp = variables;
        self.unit.max_temp = variables;
        for reg in cells {
            self.emit(Instr::MakeCell { reg }, TextRange::default());
        }
    }

    fn next_variable(&mut self, name: &str) -> Reg {
        let reg = self.unit.varnames.len();
        if reg > u16::MAX as usize - 8 {
            self.overflow("a function with this many variables", self.here());
            return 0;
        }
        self.unit.varnames.push(name.into());
        reg as Reg
    }

    fn declare(&mut self, scope: ScopeId, sym: Sym, name: &str) -> Reg {
        let reg = self.next_variable(name);
        self.unit.registers.insert((scope, sym), reg);
        reg
    }

    /// Variables of a comprehension are nameless to the outside. A register
    /// serves several comprehensions if they are not inside each other.
    fn declare_comprehension(&mut self, scope: ScopeId, pool: &mut Vec<(Reg, bool)>) {
        let symbols = self.symbols;
        let mut taken: Vec<Reg> = Vec::new();
        let mut around = symbols.scope(scope).parent;
        while let Some(id) = around.filter(|id| *id != self.unit.scope) {
            let registers = &self.unit.registers;
            taken.extend(
                symbols
                    .scope(id)
                    .symbols
                    .iter()
                    .filter_map(|s| registers.get(&(id, s.sym))),
            );
            around = symbols.scope(id).parent;
        }
        for symbol in &symbols.scope(scope).symbols {
            if symbol.place != Place::Local(scope) {
                continue;
            }
            let free = pool
                .iter()
                .find(|(reg, is_cell)| *is_cell == symbol.captured && !taken.contains(reg));
            let reg = match free {
                Some((reg, _)) => *reg,
                None => {
                    let reg = self.next_variable("");
                    pool.push((reg, symbol.captured));
                    if symbol.captured {
                        self.unit.cell_registers.push(reg);
                    }
                    reg
                }
            };
            taken.push(reg);
            self.unit.registers.insert((scope, symbol.sym), reg);
        }
    }

    pub(super) fn sym(&self, name: &str) -> Option<Sym> {
        let private = self.symbols.scope(self.unit.current).private;
        self.symbols.sym(&self.symbols.mangle(private, name))
    }

    pub(super) fn mangled(&self, name: &str) -> String {
        let private = self.symbols.scope(self.unit.current).private;
        self.symbols.mangle(private, name).into_owned()
    }

    fn place(&self, sym: Option<Sym>) -> Place {
        match sym {
            Some(sym) => self.symbols.place(self.unit.current, sym),
            None => Place::Global,
        }
    }

    fn is_captured(&self, owner: ScopeId, sym: Sym) -> bool {
        self.symbols
            .scope(owner)
            .get(sym)
            .is_some_and(|symbol| symbol.captured)
    }

    /// The register of this unit that holds the cell of `sym`, for a function
    /// made here.
    pub(super) fn cell_register(&mut self, sym: Sym) -> Reg {
        let mut scope = Some(self.unit.current);
        while let Some(id) = scope {
            let here = self.symbols.scope(id);
            if here.unit != self.unit.scope {
                break;
            }
            let owns = match here.kind {
                ScopeKind::Class => {
                    // Only the names that a class body itself provides.
                    let known = self.symbols.known;
                    sym == known.class
                        || sym == known.class_dict
                        || sym == known.conditional_annotations
                }
                _ => self.is_captured(id, sym),
            };
            if owns && let Some(reg) = self.unit.registers.get(&(id, sym)) {
                return *reg;
            }
            scope = here.parent;
        }
        self.unit.frees.get(&sym).copied().unwrap_or(0)
    }

    /// The register of a plain local variable, if `name` is one here.
    pub(super) fn local_register(&self, name: &str) -> Option<Reg> {
        match self.variable(name) {
            Variable::Register(reg) => Some(reg),
            _ => None,
        }
    }

    pub(super) fn variable(&self, name: &str) -> Variable {
        let sym = self.sym(name);
        match (self.place(sym), sym) {
            (Place::Local(owner) | Place::ClassThenLocal(owner), Some(sym)) => {
                let reg = self.unit.registers.get(&(owner, sym)).copied().unwrap_or(0);
                if self.is_captured(owner, sym) {
                    Variable::Cell(reg)
                } else {
                    Variable::Register(reg)
                }
            }
            (Place::Free | Place::ClassCell | Place::ClassThenFree, Some(sym)) => {
                Variable::Cell(self.unit.frees.get(&sym).copied().unwrap_or(0))
            }
            (Place::Name, _) => Variable::Name,
            _ => Variable::Global,
        }
    }

    /// The value of a variable: in its own register if `dst` is None and
    /// nothing later in the expression can assign it.
    pub(super) fn load_name(&mut self, name: &str, dst: Option<Reg>, range: TextRange) -> Reg {
        let sym = self.sym(name);
        let mangled = self.mangled(name);
        match (self.place(sym), sym) {
            (Place::Local(owner) | Place::ClassThenLocal(owner), Some(sym)) => {
                let reg = self.unit.registers.get(&(owner, sym)).copied().unwrap_or(0);
                if self.is_captured(owner, sym) {
                    return self.load_cell(reg, &mangled, dst, range);
                }
                let name = self.name_index(&mangled);
                self.emit(Instr::CheckLocal { src: reg, name }, range);
                let is_walrus_target = self
                    .symbols
                    .scope(self.unit.scope)
                    .walrus_targets
                    .contains(&sym);
                match dst {
                    None if !is_walrus_target => reg,
                    _ => {
                        let dst = self.target(dst);
                        self.move_to(dst, reg, range);
                        dst
                    }
                }
            }
            (Place::Free, Some(sym)) => {
                let cell = self.unit.frees.get(&sym).copied().unwrap_or(0);
                self.load_cell(cell, &mangled, dst, range)
            }
            (Place::ClassCell, Some(sym)) => {
                let cell = self.unit.frees.get(&sym).copied().unwrap_or(0);
                let name = self.name_index(&mangled);
                let dst = self.target(dst);
                self.emit(Instr::LoadClassCell { dst, cell, name }, range);
                dst
            }
            (Place::ClassThenFree, Some(sym)) => {
                let cell = self.unit.frees.get(&sym).copied().unwrap_or(0);
                let name = self.name_index(&mangled);
                let dst = self.target(dst);
                self.load_class_dict(dst, range);
                self.emit(Instr::LoadFromNamespaceOrCell { dst, cell, name }, range);
                dst
            }
            (Place::ClassThenGlobal, _) => {
                let name = self.name_index(&mangled);
                let dst = self.target(dst);
                let mark = self.mark();
                let namespace = self.alloc();
                self.load_class_dict(namespace, range);
                self.emit(
                    Instr::LoadFromNamespaceOrGlobal {
                        dst,
                        namespace,
                        name,
                    },
                    range,
                );
                self.free_to(mark);
                dst
            }
            (Place::Name, _) => {
                let name = self.name_index(&mangled);
                let dst = self.target(dst);
                self.emit(Instr::LoadName { dst, name }, range);
                dst
            }
            _ => self.load_global(&mangled, dst, range),
        }
    }

    pub(super) fn load_global(&mut self, name: &str, dst: Option<Reg>, range: TextRange) -> Reg {
        let site = self.site(name);
        let dst = self.target(dst);
        self.emit(Instr::LoadGlobal { dst, site }, range);
        dst
    }

    fn load_cell(&mut self, cell: Reg, name: &str, dst: Option<Reg>, range: TextRange) -> Reg {
        let name = self.name_index(name);
        let dst = self.target(dst);
        self.emit(Instr::LoadCell { dst, cell, name }, range);
        dst
    }

    fn load_class_dict(&mut self, dst: Reg, range: TextRange) {
        let sym = self.symbols.known.class_dict;
        let cell = self.unit.frees.get(&sym).copied().unwrap_or(0);
        self.load_cell(cell, "__classdict__", Some(dst), range);
    }

    pub(super) fn store_name(&mut self, name: &str, src: Reg, range: TextRange) {
        match self.variable(name) {
            Variable::Register(dst) => self.move_to(dst, src, range),
            Variable::Cell(cell) => self.emit(Instr::StoreCell { cell, src }, range),
            Variable::Global => {
                let name = self.mangled(name);
                let name = self.name_index(&name);
                self.emit(Instr::StoreGlobal { src, name }, range);
            }
            Variable::Name => {
                let name = self.mangled(name);
                let name = self.name_index(&name);
                self.emit(Instr::StoreName { src, name }, range);
            }
        }
    }

    pub(super) fn delete_name(&mut self, name: &str, range: TextRange) {
        let variable = self.variable(name);
        let mangled = self.mangled(name);
        let name = self.name_index(&mangled);
        let instr = match variable {
            Variable::Register(reg) => Instr::DeleteLocal { reg, name },
            Variable::Cell(cell) => Instr::DeleteCell { cell, name },
            Variable::Global => Instr::DeleteGlobal { name },
            Variable::Name => Instr::DeleteName { name },
        };
        self.emit(instr, range);
    }

    /// Stores into the module's or class's own namespace under a name that
    /// the compiler made up.
    pub(super) fn store_implicit(&mut self, name: &str, src: Reg, range: TextRange) {
        let by_name = self.kind() == ScopeKind::Class || self.unit.flags.namespace;
        let name = self.name_index(name);
        let instr = if by_name {
            Instr::StoreName { src, name }
        } else {
            Instr::StoreGlobal { src, name }
        };
        self.emit(instr, range);
    }

    pub(super) fn load_implicit(&mut self, name: &str, dst: Reg, range: TextRange) {
        if self.kind() == ScopeKind::Class || self.unit.flags.namespace {
            let name = self.name_index(name);
            self.emit(Instr::LoadName { dst, name }, range);
        } else {
            self.load_global(name, Some(dst), range);
        }
    }
}
