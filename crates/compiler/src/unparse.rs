//! Expressions back to text, as `from __future__ import annotations` keeps
//! them: in CPython's own spacing and quotes, whatever the source had.

use ruff_python_ast::{
    self as ast, BoolOp, CmpOp, ConversionFlag, Expr, FStringPart, InterpolatedStringElement,
    Operator, UnaryOp,
};

use crate::codegen::debug_text;
use crate::constants;

/// How tightly an expression binds; what binds less tightly than its place
/// asks for is put in parentheses. The levels are those of `ast_unparse.c`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Tuple,
    Test,
    Or,
    And,
    Not,
    Compare,
    Expr,
    BitXor,
    BitAnd,
    Shift,
    Arith,
    Term,
    Factor,
    Power,
    Await,
    Atom,
}

impl Level {
    fn next(self) -> Level {
        match self {
            Level::Tuple => Level::Test,
            Level::Test => Level::Or,
            Level::Or => Level::And,
            Level::And => Level::Not,
            Level::Not => Level::Compare,
            Level::Compare => Level::Expr,
            Level::Expr => Level::BitXor,
            Level::BitXor => Level::BitAnd,
            Level::BitAnd => Level::Shift,
            Level::Shift => Level::Arith,
            Level::Arith => Level::Term,
            Level::Term => Level::Factor,
            Level::Factor => Level::Power,
            Level::Power => Level::Await,
            Level::Await | Level::Atom => Level::Atom,
        }
    }
}

/// The text of an annotation.
pub(crate) fn unparse(expr: &Expr) -> String {
    let mut writer = Writer {
        text: String::new(),
    };
    writer.expr(expr, Level::Test);
    writer.text
}

struct Writer {
    text: String,
}

impl Writer {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn grouped(&mut self, group: bool, write: impl FnOnce(&mut Self)) {
        if group {
            self.push("(");
        }
        write(self);
        if group {
            self.push(")");
        }
    }

    fn list<'e>(&mut self, items: impl IntoIterator<Item = &'e Expr>, level: Level) {
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            self.expr(item, level);
        }
    }

    fn expr(&mut self, expr: &Expr, level: Level) {
        match expr {
            Expr::BoolOp(e) => self.bool_op(e, level),
            Expr::Named(e) => self.grouped(level > Level::Tuple, |this| {
                this.expr(&e.target, Level::Atom);
                this.push(" := ");
                this.expr(&e.value, Level::Atom);
            }),
            Expr::BinOp(e) => self.bin_op(e, level),
            Expr::UnaryOp(e) => self.unary_op(e, level),
            Expr::Lambda(e) => self.grouped(level > Level::Test, |this| this.lambda(e)),
            Expr::If(e) => self.grouped(level > Level::Test, |this| {
                this.expr(&e.body, Level::Or);
                this.push(" if ");
                this.expr(&e.test, Level::Or);
                this.push(" else ");
                this.expr(&e.orelse, Level::Test);
            }),
            Expr::Dict(e) => self.dict(e),
            Expr::Set(e) => {
                self.push("{");
                self.list(&e.elts, Level::Test);
                self.push("}");
            }
            Expr::ListComp(e) => self.comprehension("[", &e.elt, None, &e.generators, "]"),
            Expr::SetComp(e) => self.comprehension("{", &e.elt, None, &e.generators, "}"),
            Expr::Generator(e) => self.comprehension("(", &e.elt, None, &e.generators, ")"),
            Expr::DictComp(e) => {
                let key = e.key.as_deref().unwrap_or(&e.value);
                self.comprehension("{", key, Some(&e.value), &e.generators, "}");
            }
            Expr::Await(e) => self.grouped(level > Level::Await, |this| {
                this.push("await ");
                this.expr(&e.value, Level::Atom);
            }),
            Expr::Yield(e) => {
                self.push("(yield");
                if let Some(value) = &e.value {
                    self.push(" ");
                    self.expr(value, Level::Test);
                }
                self.push(")");
            }
            Expr::YieldFrom(e) => {
                self.push("(yield from ");
                self.expr(&e.value, Level::Test);
                self.push(")");
            }
            Expr::Compare(e) => self.grouped(level > Level::Compare, |this| {
                this.expr(&e.left, Level::Expr);
                for (op, right) in e.ops.iter().zip(&e.comparators) {
                    this.push(compare_text(*op));
                    this.expr(right, Level::Expr);
                }
            }),
            Expr::Call(e) => self.call(e),
            Expr::FString(e) => self.f_string(e),
            Expr::TString(e) => self.t_string(e),
            Expr::StringLiteral(e) => {
                if e.value.is_unicode() {
                    self.push("u");
                }
                let text = constants::repr_str(e.value.to_str());
                self.push(&text);
            }
            Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_) => {
                if let Some(value) = constants::fold("", expr, false) {
                    // Infinity has no literal but one that overflows.
                    self.push(&constants::repr(&value).replace("inf", "1e309"));
                }
            }
            Expr::EllipsisLiteral(_) => self.push("..."),
            Expr::Attribute(e) => {
                self.expr(&e.value, Level::Atom);
                let is_int = matches!(
                    &*e.value,
                    Expr::NumberLiteral(ast::ExprNumberLiteral {
                        value: ast::Number::Int(_),
                        ..
                    })
                );
                self.push(if is_int { " ." } else { "." });
                self.push(&e.attr);
            }
            Expr::Subscript(e) => {
                self.expr(&e.value, Level::Atom);
                self.push("[");
                self.expr(&e.slice, Level::Tuple);
                self.push("]");
            }
            Expr::Starred(e) => {
                self.push("*");
                self.expr(&e.value, Level::Expr);
            }
            Expr::Name(e) => self.push(&e.id),
            Expr::List(e) => {
                self.push("[");
                self.list(&e.elts, Level::Test);
                self.push("]");
            }
            Expr::Tuple(e) => {
                if e.elts.is_empty() {
                    self.push("()");
                    return;
                }
                self.grouped(level > Level::Tuple, |this| {
                    this.list(&e.elts, Level::Test);
                    if e.elts.len() == 1 {
                        this.push(",");
                    }
                });
            }
            Expr::Slice(e) => {
                if let Some(lower) = &e.lower {
                    self.expr(lower, Level::Test);
                }
                self.push(":");
                if let Some(upper) = &e.upper {
                    self.expr(upper, Level::Test);
                }
                if let Some(step) = &e.step {
                    self.push(":");
                    self.expr(step, Level::Test);
                }
            }
            Expr::IpyEscapeCommand(_) => {}
        }
    }

    fn bool_op(&mut self, e: &ast::ExprBoolOp, level: Level) {
        let (own, text) = match e.op {
            BoolOp::And => (Level::And, " and "),
            BoolOp::Or => (Level::Or, " or "),
        };
        self.grouped(level > own, |this| {
            for (index, value) in e.values.iter().enumerate() {
                if index > 0 {
                    this.push(text);
                }
                this.expr(value, own.next());
            }
        });
    }

    /// Walks the left side in a loop, as all that look at it do.
    fn bin_op(&mut self, e: &ast::ExprBinOp, level: Level) {
        let mut chain = vec![(e, level)];
        loop {
            let Some((node, _)) = chain.last() else {
                return;
            };
            let (own, is_right) = operator_level(node.op);
            let left_level = if is_right { own.next() } else { own };
            match &*node.left {
                Expr::BinOp(inner) => chain.push((inner, left_level)),
                _ => break,
            }
        }
        for (node, level) in &chain {
            if *level > operator_level(node.op).0 {
                self.push("(");
            }
        }
        let mut is_first = true;
        for (node, level) in chain.iter().rev() {
            let (own, is_right) = operator_level(node.op);
            if is_first {
                self.expr(&node.left, if is_right { own.next() } else { own });
                is_first = false;
            }
            self.push(" ");
            self.push(node.op.as_str());
            self.push(" ");
            self.expr(&node.right, if is_right { own } else { own.next() });
            if *level > own {
                self.push(")");
            }
        }
    }

    fn unary_op(&mut self, e: &ast::ExprUnaryOp, level: Level) {
        let (own, text) = match e.op {
            UnaryOp::Not => (Level::Not, "not "),
            UnaryOp::Invert => (Level::Factor, "~"),
            UnaryOp::UAdd => (Level::Factor, "+"),
            UnaryOp::USub => (Level::Factor, "-"),
        };
        self.grouped(level > own, |this| {
            this.push(text);
            this.expr(&e.operand, own);
        });
    }

    fn lambda(&mut self, e: &ast::ExprLambda) {
        self.push("lambda");
        if let Some(parameters) = e.parameters.as_deref()
            && !parameters.is_empty()
        {
            self.push(" ");
            self.parameters(parameters);
        }
        self.push(": ");
        self.expr(&e.body, Level::Test);
    }

    fn parameters(&mut self, parameters: &ast::Parameters) {
        let mut is_first = true;
        let mut separate = |this: &mut Self| {
            if !std::mem::take(&mut is_first) {
                this.push(", ");
            }
        };
        let with_default = |this: &mut Self, param: &ast::ParameterWithDefault| {
            this.push(&param.parameter.name);
            if let Some(default) = &param.default {
                this.push("=");
                this.expr(default, Level::Test);
            }
        };
        for param in &parameters.posonlyargs {
            separate(self);
            with_default(self, param);
        }
        if !parameters.posonlyargs.is_empty() {
            self.push(", /");
        }
        for param in &parameters.args {
            separate(self);
            with_default(self, param);
        }
        match &parameters.vararg {
            Some(vararg) => {
                separate(self);
                self.push("*");
                self.push(&vararg.name);
            }
            None if !parameters.kwonlyargs.is_empty() => {
                separate(self);
                self.push("*");
            }
            None => {}
        }
        for param in &parameters.kwonlyargs {
            separate(self);
            with_default(self, param);
        }
        if let Some(kwarg) = &parameters.kwarg {
            separate(self);
            self.push("**");
            self.push(&kwarg.name);
        }
    }

    fn dict(&mut self, e: &ast::ExprDict) {
        self.push("{");
        for (index, item) in e.items.iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            match &item.key {
                Some(key) => {
                    self.expr(key, Level::Test);
                    self.push(": ");
                    self.expr(&item.value, Level::Test);
                }
                None => {
                    self.push("**");
                    self.expr(&item.value, Level::Expr);
                }
            }
        }
        self.push("}");
    }

    fn comprehension(
        &mut self,
        open: &str,
        first: &Expr,
        second: Option<&Expr>,
        generators: &[ast::Comprehension],
        close: &str,
    ) {
        self.push(open);
        self.expr(first, Level::Test);
        if let Some(second) = second {
            self.push(": ");
            self.expr(second, Level::Test);
        }
        for generator in generators {
            self.push(if generator.is_async {
                " async for "
            } else {
                " for "
            });
            self.expr(&generator.target, Level::Tuple);
            self.push(" in ");
            self.expr(&generator.iter, Level::Or);
            for condition in &generator.ifs {
                self.push(" if ");
                self.expr(condition, Level::Or);
            }
        }
        self.push(close);
    }

    fn call(&mut self, e: &ast::ExprCall) {
        self.expr(&e.func, Level::Atom);
        let arguments = &e.arguments;
        if let ([generator @ Expr::Generator(_)], []) = (&*arguments.args, &*arguments.keywords) {
            self.expr(generator, Level::Atom);
            return;
        }
        self.push("(");
        self.list(&arguments.args, Level::Test);
        for (index, keyword) in arguments.keywords.iter().enumerate() {
            if index > 0 || !arguments.args.is_empty() {
                self.push(", ");
            }
            match &keyword.arg {
                Some(name) => {
                    self.push(name);
                    self.push("=");
                }
                None => self.push("**"),
            }
            self.expr(&keyword.value, Level::Test);
        }
        self.push(")");
    }

    fn f_string(&mut self, e: &ast::ExprFString) {
        let mut body = Writer {
            text: String::new(),
        };
        for part in e.value.iter() {
            match part {
                FStringPart::Literal(literal) => body.literal(literal),
                FStringPart::FString(f_string) => body.elements(&f_string.elements),
            }
        }
        self.push("f");
        self.push(&constants::repr_str(&body.text));
    }

    fn t_string(&mut self, e: &ast::ExprTString) {
        let mut body = Writer {
            text: String::new(),
        };
        for t_string in e.value.iter() {
            body.elements(&t_string.elements);
        }
        self.push("t");
        self.push(&constants::repr_str(&body.text));
    }

    fn literal(&mut self, text: &str) {
        self.push(&text.replace('{', "{{").replace('}', "}}"));
    }

    fn elements(&mut self, elements: &ast::InterpolatedStringElements) {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(literal) => self.literal(&literal.value),
                InterpolatedStringElement::Interpolation(e) => self.interpolation(e),
            }
        }
    }

    fn interpolation(&mut self, e: &ast::InterpolatedElement) {
        let conversion = match e.conversion {
            ConversionFlag::None if debug_text(e).is_some() && e.format_spec.is_none() => Some('r'),
            flag => flag.to_char(),
        };
        if let Some(debug) = debug_text(e) {
            self.literal(debug.as_str());
        }
        let inner = {
            let mut writer = Writer {
                text: String::new(),
            };
            writer.expr(&e.expression, Level::Or);
            writer.text
        };
        // `{{` would be a brace, not a field that begins with one.
        self.push(if inner.starts_with('{') { "{ " } else { "{" });
        self.push(&inner);
        if let Some(conversion) = conversion {
            self.text.extend(['!', conversion]);
        }
        if let Some(spec) = &e.format_spec {
            self.push(":");
            self.elements(&spec.elements);
        }
        self.push("}");
    }
}

/// The level of an operator, and whether it groups to the right.
fn operator_level(op: Operator) -> (Level, bool) {
    match op {
        Operator::Add | Operator::Sub => (Level::Arith, false),
        Operator::Mult | Operator::MatMult | Operator::Div | Operator::Mod | Operator::FloorDiv => {
            (Level::Term, false)
        }
        Operator::LShift | Operator::RShift => (Level::Shift, false),
        Operator::BitOr => (Level::Expr, false),
        Operator::BitXor => (Level::BitXor, false),
        Operator::BitAnd => (Level::BitAnd, false),
        Operator::Pow => (Level::Power, true),
    }
}

fn compare_text(op: CmpOp) -> &'static str {
    match op {
        CmpOp::Eq => " == ",
        CmpOp::NotEq => " != ",
        CmpOp::Lt => " < ",
        CmpOp::LtE => " <= ",
        CmpOp::Gt => " > ",
        CmpOp::GtE => " >= ",
        CmpOp::Is => " is ",
        CmpOp::IsNot => " is not ",
        CmpOp::In => " in ",
        CmpOp::NotIn => " not in ",
    }
}

#[cfg(test)]
mod tests;
