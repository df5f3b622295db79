//! The `SyntaxWarning`s of a source that compiles: what is allowed but hardly
//! meant. In CPython's order: tokens, then jumps out of `finally`, then the
//! rest as the compiler comes to it; each once a line.

use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{CmpOp, Expr, ExprContext, Mod, Number, Stmt};
use ruff_python_parser::Parsed;
use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::diagnostics::{Diagnostic, DiagnosticKind, Report};
use crate::lines::LineIndex;

pub(crate) fn find(source: &str, lines: &LineIndex, parsed: &Parsed<Mod>) -> Vec<Diagnostic> {
    let mut report = Report::default();
    for token in parsed.tokens() {
        match token.kind() {
            TokenKind::String | TokenKind::FStringMiddle | TokenKind::TStringMiddle => {
                escapes(source, token, &mut report);
            }
            TokenKind::Int | TokenKind::Float | TokenKind::Complex => {
                end_of_number(source, token.range(), &mut report);
            }
            _ => {}
        }
    }
    let mut jumps = Jumps {
        report: &mut report,
        in_finally: false,
        in_loop: false,
    };
    visit(&mut jumps, parsed.syntax());
    let mut oddities = Oddities {
        report: &mut report,
    };
    visit(&mut oddities, parsed.syntax());
    let mut found = report.finish(source, lines);
    let mut seen = Vec::new();
    found.retain(|warning| {
        let key = (warning.line, warning.message.clone());
        let is_new = !seen.contains(&key);
        seen.push(key);
        is_new
    });
    found
}

fn visit<'a>(visitor: &mut impl Visitor<'a>, syntax: &'a Mod) {
    match syntax {
        Mod::Module(module) => visitor.visit_body(&module.body),
        Mod::Expression(expression) => visitor.visit_expr(&expression.body),
    }
}

fn warn(report: &mut Report, range: impl Ranged, message: String) {
    report.push(range.range(), DiagnosticKind::SyntaxWarning, message);
}

fn warn_of_token(report: &mut Report, range: TextRange, message: String) {
    report.push(range, DiagnosticKind::TokenWarning, message);
}

fn escapes(source: &str, token: &Token, report: &mut Report) {
    let text = &source[token.range()];
    // A raw string's prefix has an `r`; parts of f-strings have none.
    let Some(flags) = token.string_flags().filter(|flags| !flags.is_raw_string()) else {
        return;
    };
    // Most strings have no backslash.
    if !text.contains('\\') {
        return;
    }
    let is_bytes = flags.is_byte_string();
    let mut rest = text.char_indices();
    while let Some((at, character)) = rest.next() {
        if character != '\\' {
            continue;
        }
        let Some((_, escaped)) = rest.next() else {
            break;
        };
        let known = match escaped {
            '\n' | '\\' | '\'' | '"' | 'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | 'x' => true,
            'N' | 'u' | 'U' => !is_bytes,
            '0'..='7' => true,
            // Doubled braces of f-strings come with their backslash alone.
            _ => false,
        };
        if !known && escaped.is_ascii() {
            let place = token.start() + TextSize::try_from(at).unwrap_or_default();
            let message = format!(
                "\"\\{escaped}\" is an invalid escape sequence. Such sequences will not work in the \
                 future. Did you mean \"\\\\{escaped}\"? A raw string is also an option."
            );
            warn_of_token(report, TextRange::at(place, TextSize::new(2)), message);
        }
    }
}

/// A number with a keyword right behind it: `0xfor x` is `0xf or x`.
fn end_of_number(source: &str, number: TextRange, report: &mut Report) {
    let rest = &source[usize::from(number.end())..];
    let keywords = ["and", "else", "for", "if", "in", "is", "not", "or"];
    if !keywords.iter().any(|keyword| rest.starts_with(keyword)) {
        return;
    }
    let digits = source[number].as_bytes();
    let what = match (digits.get(1), digits.last()) {
        (Some(b'x' | b'X'), _) => "hexadecimal",
        (Some(b'o' | b'O'), _) => "octal",
        (Some(b'b' | b'B'), _) => "binary",
        (_, Some(b'j' | b'J')) => "imaginary",
        _ => "decimal",
    };
    let last = number.end() - TextSize::new(1);
    let message = format!("invalid {what} literal");
    warn_of_token(report, TextRange::empty(last), message);
}

/// `return`, `break` and `continue` that leave a `finally` block.
struct Jumps<'r> {
    report: &'r mut Report,
    in_finally: bool,
    /// In a loop inside the `finally` block.
    in_loop: bool,
}

impl<'a> Jumps<'_> {
    fn inside(&mut self, in_finally: bool, in_loop: bool, visit: impl FnOnce(&mut Self)) {
        let outer = (self.in_finally, self.in_loop);
        (self.in_finally, self.in_loop) = (in_finally, in_loop);
        visit(self);
        (self.in_finally, self.in_loop) = outer;
    }

    fn jump(&mut self, stmt: &'a Stmt, word: &str) {
        let message = format!("'{word}' in a 'finally' block");
        warn(self.report, stmt, message);
    }
}

impl<'a> Visitor<'a> for Jumps<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(def) => self.inside(false, false, |this| this.visit_body(&def.body)),
            Stmt::ClassDef(def) => self.inside(false, false, |this| this.visit_body(&def.body)),
            Stmt::For(e) => {
                self.inside(self.in_finally, true, |this| this.visit_body(&e.body));
                self.visit_body(&e.orelse);
            }
            Stmt::While(e) => {
                self.inside(self.in_finally, true, |this| this.visit_body(&e.body));
                self.visit_body(&e.orelse);
            }
            Stmt::Try(e) => {
                self.visit_body(&e.body);
                for handler in &e.handlers {
                    self.visit_except_handler(handler);
                }
                self.visit_body(&e.orelse);
                self.inside(true, false, |this| this.visit_body(&e.finalbody));
            }
            Stmt::Return(_) if self.in_finally => self.jump(stmt, "return"),
            Stmt::Break(_) if self.in_finally && !self.in_loop => self.jump(stmt, "break"),
            Stmt::Continue(_) if self.in_finally && !self.in_loop => self.jump(stmt, "continue"),
            Stmt::If(_) | Stmt::With(_) | Stmt::Match(_) => walk_stmt(self, stmt),
            _ => {}
        }
    }

    // Statements only.
    fn visit_expr(&mut self, _: &'a Expr) {}
}

/// Literals that are called, subscripted or compared by identity.
struct Oddities<'r> {
    report: &'r mut Report,
}

impl<'a> Visitor<'a> for Oddities<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if let Stmt::Assert(e) = stmt
            && e.test
                .as_tuple_expr()
                .is_some_and(|tuple| !tuple.is_empty())
        {
            let message = "assertion is always true, perhaps remove parentheses?";
            warn(self.report, stmt, message.to_owned());
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(e) if !e.func.is_lambda_expr() => {
                if let Some(name) = known_type(&e.func) {
                    let message =
                        format!("'{name}' object is not callable; perhaps you missed a comma?");
                    warn(self.report, &*e.func, message);
                }
            }
            Expr::Subscript(e) if e.ctx == ExprContext::Load => self.subscript(e),
            Expr::Compare(e) => {
                let mut left = &*e.left;
                for (op, right) in e.ops.iter().zip(&e.comparators) {
                    let literal = [left, right]
                        .into_iter()
                        .find_map(|side| literal_type(side));
                    let (word, instead) = match op {
                        CmpOp::Is => ("is", "=="),
                        _ => ("is not", "!="),
                    };
                    if let (CmpOp::Is | CmpOp::IsNot, Some(name)) = (op, literal) {
                        let message = format!(
                            "\"{word}\" with '{name}' literal. Did you mean \"{instead}\"?"
                        );
                        warn(self.report, expr, message);
                    }
                    left = right;
                }
            }
            _ => {}
        }
        walk_expr(self, expr);
    }
}

impl Oddities<'_> {
    fn subscript(&mut self, e: &ruff_python_ast::ExprSubscript) {
        let Some(name) = known_type(&e.value) else {
            return;
        };
        let message = match name {
            "str" | "bytes" | "tuple" | "list" => match known_type(&e.slice) {
                Some(index) if !matches!(index, "int" | "bool") => format!(
                    "{name} indices must be integers or slices, not {index}; perhaps you missed a comma?"
                ),
                _ => return,
            },
            "dict" => return,
            _ => format!("'{name}' object is not subscriptable; perhaps you missed a comma?"),
        };
        warn(self.report, &*e.value, message);
    }
}

/// The type of what an expression makes, where its form says it.
fn known_type(expr: &Expr) -> Option<&'static str> {
    Some(match expr {
        Expr::Tuple(_) => "tuple",
        Expr::List(_) | Expr::ListComp(_) => "list",
        Expr::Dict(_) | Expr::DictComp(_) => "dict",
        Expr::Set(_) | Expr::SetComp(_) => "set",
        Expr::Generator(_) => "generator",
        Expr::Lambda(_) => "function",
        Expr::FString(_) => "str",
        Expr::TString(_) => "string.templatelib.Template",
        Expr::NoneLiteral(_) => "NoneType",
        Expr::BooleanLiteral(_) => "bool",
        Expr::EllipsisLiteral(_) => "ellipsis",
        _ => return literal_type(expr),
    })
}

/// The type of a constant that is no singleton.
fn literal_type(expr: &Expr) -> Option<&'static str> {
    Some(match expr {
        Expr::StringLiteral(_) => "str",
        Expr::BytesLiteral(_) => "bytes",
        Expr::NumberLiteral(e) => match e.value {
            Number::Int(_) => "int",
            Number::Float(_) => "float",
            Number::Complex { .. } => "complex",
        },
        Expr::UnaryOp(e) => return literal_type(&e.operand).filter(|_| e.op.is_u_sub()),
        Expr::Tuple(e) if e.iter().all(|item| literal_type(item).is_some()) => "tuple",
        _ => return None,
    })
}
