//! Which modules a source imports.

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{Mod, Stmt};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

use crate::diagnostics::Report;
use crate::scan;

/// The names of the modules that a source imports anywhere, in functions too,
/// sorted. `from a import b` gives `a` and `a.b`, since `b` may be a module;
/// relative imports keep their leading dots. Broken sources give what could
/// be read.
pub fn imports(source: &str) -> Vec<String> {
    let mut report = Report::default();
    scan::check(source, &mut report);
    if report.is_fatal() {
        return Vec::new();
    }
    let parsed = parse_unchecked(source, ParseOptions::from(Mode::Module));
    let mut finder = Finder { names: Vec::new() };
    if let Mod::Module(module) = parsed.syntax() {
        finder.visit_body(&module.body);
    }
    finder.names.sort();
    finder.names.dedup();
    finder.names
}

struct Finder {
    names: Vec<String>,
}

impl<'a> Visitor<'a> for Finder {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(stmt) => {
                self.names
                    .extend(stmt.names.iter().map(|alias| alias.name.to_string()));
            }
            Stmt::ImportFrom(stmt) => {
                let mut module = ".".repeat(stmt.level as usize);
                if let Some(name) = &stmt.module {
                    module.push_str(name);
                }
                for alias in &stmt.names {
                    if alias.name.as_str() != "*" {
                        let dot = if module.ends_with('.') { "" } else { "." };
                        self.names.push(format!("{module}{dot}{}", alias.name));
                    }
                }
                self.names.push(module);
            }
            _ => walk_stmt(self, stmt),
        }
    }

    // Imports are statements: expressions need no visit.
    fn visit_expr(&mut self, _: &'a ruff_python_ast::Expr) {}
}
