//! Imports.

use airlock_bytecode::{Const, Instr, Reg};
use ruff_python_ast as ast;
use ruff_text_size::TextRange;

use super::Compiler;

impl<'a> Compiler<'a, '_> {
    pub(super) fn import(&mut self, e: &'a ast::StmtImport) {
        if e.is_lazy {
            self.report.syntax(e, "invalid syntax");
        }
        for alias in &e.names {
            let mark = self.mark();
            let name = alias.name.as_str();
            let module = self.import_module(0, None, name, e.range);
            match &alias.asname {
                None => {
                    let first = name.split('.').next().unwrap_or(name);
                    self.store_name(first, module, alias.range);
                }
                Some(asname) => {
                    for part in name.split('.').skip(1) {
                        let part = self.name_index(part);
                        self.emit(
                            Instr::ImportFrom {
                                dst: module,
                                module,
                                name: part,
                            },
                            e.range,
                        );
                    }
                    self.store_name(asname, module, alias.range);
                }
            }
            self.free_to(mark);
        }
    }

    pub(super) fn import_from(&mut self, e: &'a ast::StmtImportFrom) {
        if e.is_lazy {
            self.report.syntax(e, "invalid syntax");
        }
        self.check_future_position(e);
        let mark = self.mark();
        let names: Vec<Const> = e
            .names
            .iter()
            .map(|alias| Const::Str(alias.name.as_str().into()))
            .collect();
        let module_name = e.module.as_ref().map_or("", |name| name.as_str());
        let from_list = Const::Tuple(names.into());
        let module = self.import_module(e.level, Some(from_list), module_name, e.range);
        for alias in &e.names {
            let name = alias.name.as_str();
            if name == "*" {
                self.emit(Instr::ImportStar { module }, e.range);
                continue;
            }
            let inner = self.mark();
            let bound = alias.asname.as_ref().unwrap_or(&alias.name);
            let dst = match self.local_register(bound) {
                Some(dst) => dst,
                None => self.alloc(),
            };
            let name = self.name_index(name);
            self.emit(Instr::ImportFrom { dst, module, name }, e.range);
            self.store_name(bound, dst, alias.range);
            self.free_to(inner);
        }
        self.free_to(mark);
    }

    fn import_module(
        &mut self,
        level: u32,
        from_list: Option<Const>,
        name: &str,
        range: TextRange,
    ) -> Reg {
        let base = self.alloc_many(2);
        self.load_const(Const::Int(level as i64), base, range);
        self.load_const(from_list.unwrap_or(Const::None), base + 1, range);
        let name = self.name_index(name);
        self.emit(
            Instr::ImportName {
                dst: base,
                name,
                base,
            },
            range,
        );
        self.free_to(base as u32 + 1);
        base
    }

    fn check_future_position(&mut self, e: &ast::StmtImportFrom) {
        let is_future = e.level == 0 && e.module.as_deref() == Some("__future__");
        if is_future && !self.allows_future {
            self.report.syntax(
                e,
                "from __future__ imports must occur at the beginning of the file",
            );
        }
    }
}
