//! The parser's tree to steps that build Python's.

use airlock_bytecode::Const;
use ruff_python_ast::token::{Token, TokenKind, Tokens};
use ruff_python_ast::{
    self as ast, BoolOp, CmpOp, ConversionFlag, ExceptHandler, Expr, ExprContext, FStringPart,
    Identifier, InterpolatedStringElement, Mod, Operator, Parameter, ParameterWithDefault, Pattern,
    Singleton, Stmt, TypeParam, UnaryOp,
};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::{Class, Span, Step};
use crate::codegen::source_text;
use crate::constants;
use crate::lines::LineIndex;

pub(crate) struct Writer<'a> {
    source: &'a str,
    lines: &'a LineIndex,
    tokens: &'a Tokens,
    /// Whether comments that tell types become fields.
    type_comments: bool,
    steps: Vec<Step>,
}

/// A piece of a string with fields: text with its place, or a field.
enum Piece<'a> {
    Text(TextRange, String, bool),
    Field(&'a ast::InterpolatedElement),
}

impl<'a> Writer<'a> {
    pub(crate) fn new(
        source: &'a str,
        lines: &'a LineIndex,
        tokens: &'a Tokens,
        type_comments: bool,
    ) -> Self {
        Writer {
            source,
            lines,
            tokens,
            type_comments,
            steps: Vec::new(),
        }
    }

    /// The whole tree; `interactive` for the statement of a prompt.
    pub(crate) fn finish(mut self, syntax: &Mod, interactive: bool) -> Vec<Step> {
        match syntax {
            Mod::Module(module) => {
                self.list(&module.body, Self::stmt);
                if interactive {
                    self.plain(Class::Interactive);
                } else {
                    self.type_ignores();
                    self.plain(Class::Module);
                }
            }
            Mod::Expression(expression) => {
                self.expr(&expression.body);
                self.plain(Class::Expression);
            }
        }
        self.steps
    }

    /// `(int, *str) -> bool`, as comments tell types of functions: the
    /// parameters' part parsed as the arguments of a call.
    pub(crate) fn finish_function_type(mut self, arguments: &[Expr], returns: &Expr) -> Vec<Step> {
        self.list(arguments, |this, argument| match argument {
            Expr::Starred(e) => this.expr(&e.value),
            other => this.expr(other),
        });
        self.expr(returns);
        self.plain(Class::FunctionType);
        self.steps
    }

    // Steps.

    fn value(&mut self, value: Const) {
        self.steps.push(Step::Value(value));
    }

    fn none(&mut self) {
        self.value(Const::None);
    }

    fn text(&mut self, text: &str) {
        self.value(Const::Str(text.into()));
    }

    fn int(&mut self, value: i64) {
        self.value(Const::Int(value));
    }

    fn maybe_name(&mut self, name: Option<&Identifier>) {
        match name {
            Some(name) => self.text(name),
            None => self.none(),
        }
    }

    /// A node without a place.
    fn plain(&mut self, class: Class) {
        self.steps.push(Step::Node(class, None));
    }

    fn node(&mut self, class: Class, range: TextRange) {
        let range = if class.has_body() {
            self.with_semicolon(range)
        } else {
            range
        };
        let (line, column) = self.lines.locate(range.start().into());
        let (end_line, end_column) = self.lines.locate(range.end().into());
        let span = Span {
            line,
            column,
            end_line,
            end_column,
        };
        self.steps.push(Step::Node(class, Some(span)));
    }

    /// What a statement with a body ends with may be a semicolon, which is no
    /// part of the body.
    fn with_semicolon(&self, range: TextRange) -> TextRange {
        match self.tokens_after(range.end()).first() {
            Some(token) if token.kind() == TokenKind::Semi => {
                TextRange::new(range.start(), token.end())
            }
            _ => range,
        }
    }

    fn tokens_after(&self, end: TextSize) -> &'a [Token] {
        let first = self.tokens.partition_point(|token| token.end() <= end);
        &self.tokens[first..]
    }

    fn list<T>(&mut self, items: &[T], write: impl Fn(&mut Self, &T)) {
        for item in items {
            write(self, item);
        }
        self.steps.push(Step::List(items.len() as u32));
    }

    fn exprs(&mut self, items: &[Expr]) {
        self.list(items, Self::expr);
    }

    fn body(&mut self, body: &[Stmt]) {
        self.list(body, Self::stmt);
    }

    fn maybe(&mut self, expr: Option<&Expr>) {
        match expr {
            Some(expr) => self.expr(expr),
            None => self.none(),
        }
    }

    // Comments.

    fn type_ignores(&mut self) {
        let mut count = 0;
        if self.type_comments {
            for token in self.tokens.iter() {
                if let Some(tag) = self.told(token.kind(), token.range())
                    && let Some(tag) = ignore_tag(tag)
                {
                    let line = self.lines.line(token.range().start().into());
                    self.int(line.into());
                    self.text(tag);
                    self.plain(Class::TypeIgnore);
                    count += 1;
                }
            }
        }
        self.steps.push(Step::List(count));
    }

    /// What a comment `# type: ...` says.
    fn told(&self, kind: TokenKind, range: TextRange) -> Option<&'a str> {
        if kind != TokenKind::Comment {
            return None;
        }
        let comment = self.source.get(range.start().into()..range.end().into())?;
        let told = comment
            .strip_prefix('#')?
            .trim_start_matches([' ', '\t'])
            .strip_prefix("type: ")?;
        Some(told.trim_start_matches([' ', '\t']))
    }

    /// The comment on the type of what ends at `end`: the next one, with
    /// nothing between but tokens of these kinds.
    fn type_comment(&mut self, end: TextSize, passed: &[TokenKind]) {
        let mut found = None;
        if self.type_comments {
            for token in self.tokens_after(end) {
                if let Some(told) = self.told(token.kind(), token.range()) {
                    found = Some(told).filter(|told| ignore_tag(told).is_none());
                    break;
                }
                if !passed.contains(&token.kind()) {
                    break;
                }
            }
        }
        match found {
            Some(told) => self.text(told),
            None => self.none(),
        }
    }

    // Statements.

    /// Where a definition starts once its decorators are over.
    fn keyword_start(&self, range: TextRange, decorators: &[ast::Decorator]) -> TextRange {
        let Some(last) = decorators.last() else {
            return range;
        };
        let end = last.range.end();
        let keyword = self.tokens_after(end).iter().find(|token| {
            matches!(
                token.kind(),
                TokenKind::Def | TokenKind::Class | TokenKind::Async
            )
        });
        keyword.map_or(range, |token| {
            TextRange::new(token.start(), range.end().max(token.end()))
        })
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let range = stmt.range();
        let class = match stmt {
            Stmt::FunctionDef(def) => return self.function(def),
            Stmt::ClassDef(def) => return self.class(def),
            Stmt::If(e) => return self.if_statement(e),
            Stmt::Return(e) => {
                self.maybe(e.value.as_deref());
                Class::Return
            }
            Stmt::Delete(e) => {
                self.exprs(&e.targets);
                Class::Delete
            }
            Stmt::TypeAlias(e) => {
                self.expr(&e.name);
                self.type_params(e.type_params.as_deref());
                self.expr(&e.value);
                Class::TypeAlias
            }
            Stmt::Assign(e) => {
                self.exprs(&e.targets);
                self.expr(&e.value);
                self.type_comment(range.end(), &[]);
                Class::Assign
            }
            Stmt::AugAssign(e) => {
                self.expr(&e.target);
                self.operator(e.op);
                self.expr(&e.value);
                Class::AugAssign
            }
            Stmt::AnnAssign(e) => {
                self.expr(&e.target);
                self.expr(&e.annotation);
                self.maybe(e.value.as_deref());
                self.int(e.simple.into());
                Class::AnnAssign
            }
            Stmt::For(e) => {
                self.expr(&e.target);
                self.expr(&e.iter);
                self.body(&e.body);
                self.body(&e.orelse);
                self.type_comment(e.iter.end(), &[TokenKind::Rpar, TokenKind::Colon]);
                pick(e.is_async, Class::AsyncFor, Class::For)
            }
            Stmt::While(e) => {
                self.expr(&e.test);
                self.body(&e.body);
                self.body(&e.orelse);
                Class::While
            }
            Stmt::With(e) => {
                self.list(&e.items, |this, item| {
                    this.expr(&item.context_expr);
                    this.maybe(item.optional_vars.as_deref());
                    this.plain(Class::withitem);
                });
                self.body(&e.body);
                let end = e.items.last().map_or(range.start(), Ranged::end);
                self.type_comment(end, &[TokenKind::Comma, TokenKind::Rpar, TokenKind::Colon]);
                pick(e.is_async, Class::AsyncWith, Class::With)
            }
            Stmt::Match(e) => {
                self.expr(&e.subject);
                self.list(&e.cases, |this, case| {
                    this.pattern(&case.pattern);
                    this.maybe(case.guard.as_deref());
                    this.body(&case.body);
                    this.plain(Class::match_case);
                });
                Class::Match
            }
            Stmt::Raise(e) => {
                self.maybe(e.exc.as_deref());
                self.maybe(e.cause.as_deref());
                Class::Raise
            }
            Stmt::Try(e) => {
                self.body(&e.body);
                self.list(&e.handlers, |this, ExceptHandler::ExceptHandler(e)| {
                    this.maybe(e.type_.as_deref());
                    this.maybe_name(e.name.as_ref());
                    this.body(&e.body);
                    this.node(Class::ExceptHandler, e.range);
                });
                self.body(&e.orelse);
                self.body(&e.finalbody);
                pick(e.is_star, Class::TryStar, Class::Try)
            }
            Stmt::Assert(e) => {
                self.expr(&e.test);
                self.maybe(e.msg.as_deref());
                Class::Assert
            }
            Stmt::Import(e) => {
                self.aliases(&e.names);
                Class::Import
            }
            Stmt::ImportFrom(e) => {
                self.maybe_name(e.module.as_ref());
                self.aliases(&e.names);
                self.int(e.level.into());
                Class::ImportFrom
            }
            Stmt::Global(e) => {
                self.list(&e.names, |this, name| this.text(name));
                Class::Global
            }
            Stmt::Nonlocal(e) => {
                self.list(&e.names, |this, name| this.text(name));
                Class::Nonlocal
            }
            Stmt::Expr(e) => {
                self.expr(&e.value);
                Class::Expr
            }
            Stmt::Pass(_) | Stmt::IpyEscapeCommand(_) => Class::Pass,
            Stmt::Break(_) => Class::Break,
            Stmt::Continue(_) => Class::Continue,
        };
        self.node(class, range);
    }

    fn function(&mut self, def: &ast::StmtFunctionDef) {
        self.text(&def.name);
        self.parameters(Some(&def.parameters));
        self.body(&def.body);
        self.decorators(&def.decorator_list);
        self.maybe(def.returns.as_deref());
        let header = def
            .returns
            .as_deref()
            .map_or(def.parameters.end(), Ranged::end);
        self.type_comment(
            header,
            &[
                TokenKind::Rpar,
                TokenKind::Colon,
                TokenKind::Newline,
                TokenKind::NonLogicalNewline,
                TokenKind::Indent,
            ],
        );
        self.type_params(def.type_params.as_deref());
        let range = self.keyword_start(def.range, &def.decorator_list);
        let class = pick(def.is_async, Class::AsyncFunctionDef, Class::FunctionDef);
        self.node(class, range);
    }

    fn class(&mut self, def: &ast::StmtClassDef) {
        self.text(&def.name);
        self.arguments(def.arguments.as_deref());
        self.body(&def.body);
        self.decorators(&def.decorator_list);
        self.type_params(def.type_params.as_deref());
        let range = self.keyword_start(def.range, &def.decorator_list);
        self.node(Class::ClassDef, range);
    }

    fn decorators(&mut self, decorators: &[ast::Decorator]) {
        self.list(decorators, |this, decorator| {
            this.expr(&decorator.expression)
        });
    }

    fn aliases(&mut self, names: &[ast::Alias]) {
        self.list(names, |this, alias| {
            this.text(&alias.name);
            this.maybe_name(alias.asname.as_ref());
            this.node(Class::alias, alias.range);
        });
    }

    /// Each `elif` is an `if` in the `else` of the one before.
    fn if_statement(&mut self, e: &ast::StmtIf) {
        let mut starts = vec![e.range.start()];
        self.expr(&e.test);
        self.body(&e.body);
        let mut has_else = false;
        for clause in &e.elif_else_clauses {
            if let Some(test) = &clause.test {
                starts.push(clause.range.start());
                self.expr(test);
            } else {
                has_else = true;
            }
            self.body(&clause.body);
        }
        if !has_else {
            self.body(&[]);
        }
        while let Some(start) = starts.pop() {
            self.node(Class::If, TextRange::new(start, e.range.end()));
            if !starts.is_empty() {
                self.steps.push(Step::List(1));
            }
        }
    }

    fn type_params(&mut self, params: Option<&ast::TypeParams>) {
        let params = params.map_or(&[][..], |params| &params.type_params);
        self.list(params, |this, param| {
            let class = match param {
                TypeParam::TypeVar(param) => {
                    this.text(&param.name);
                    this.maybe(param.bound.as_deref());
                    this.maybe(param.default.as_deref());
                    Class::TypeVar
                }
                TypeParam::TypeVarTuple(param) => {
                    this.text(&param.name);
                    this.maybe(param.default.as_deref());
                    Class::TypeVarTuple
                }
                TypeParam::ParamSpec(param) => {
                    this.text(&param.name);
                    this.maybe(param.default.as_deref());
                    Class::ParamSpec
                }
            };
            this.node(class, param.range());
        });
    }

    fn parameters(&mut self, parameters: Option<&ast::Parameters>) {
        let none = ast::Parameters::default();
        let parameters = parameters.unwrap_or(&none);
        let with_default = |this: &mut Self, param: &ParameterWithDefault| {
            let end = param.default().map_or(param.parameter.end(), Ranged::end);
            this.parameter(&param.parameter, end);
        };
        self.list(&parameters.posonlyargs, with_default);
        self.list(&parameters.args, with_default);
        self.maybe_parameter(parameters.vararg.as_deref());
        self.list(&parameters.kwonlyargs, with_default);
        self.list(&parameters.kwonlyargs, |this, param| {
            this.maybe(param.default())
        });
        self.maybe_parameter(parameters.kwarg.as_deref());
        let defaults: Vec<&Expr> = parameters
            .posonlyargs
            .iter()
            .chain(&parameters.args)
            .filter_map(ParameterWithDefault::default)
            .collect();
        self.list(&defaults, |this, default| this.expr(default));
        self.plain(Class::arguments);
    }

    fn maybe_parameter(&mut self, parameter: Option<&Parameter>) {
        match parameter {
            Some(parameter) => self.parameter(parameter, parameter.end()),
            None => self.none(),
        }
    }

    /// `whole` is where its default ends, if it has one.
    fn parameter(&mut self, parameter: &Parameter, whole: TextSize) {
        let name = &parameter.name;
        self.text(name);
        self.maybe(parameter.annotation());
        let end = parameter.annotation().map_or(name.end(), Ranged::end);
        self.type_comment(whole, &[TokenKind::Comma]);
        self.node(Class::arg, TextRange::new(name.start(), end));
    }

    // Expressions.

    fn expr(&mut self, expr: &Expr) {
        let range = expr.range();
        let class = match expr {
            Expr::BinOp(e) => return self.bin_op(e),
            Expr::FString(e) => return self.f_string(e),
            Expr::TString(e) => return self.t_string(e),
            Expr::Call(e) => return self.call(e),
            Expr::BoolOp(e) => {
                self.plain(match e.op {
                    BoolOp::And => Class::And,
                    BoolOp::Or => Class::Or,
                });
                self.exprs(&e.values);
                Class::BoolOp
            }
            Expr::Named(e) => {
                self.expr(&e.target);
                self.expr(&e.value);
                Class::NamedExpr
            }
            Expr::UnaryOp(e) => {
                self.plain(match e.op {
                    UnaryOp::Invert => Class::Invert,
                    UnaryOp::Not => Class::Not,
                    UnaryOp::UAdd => Class::UAdd,
                    UnaryOp::USub => Class::USub,
                });
                self.expr(&e.operand);
                Class::UnaryOp
            }
            Expr::Lambda(e) => {
                self.parameters(e.parameters.as_deref());
                self.expr(&e.body);
                Class::Lambda
            }
            Expr::If(e) => {
                self.expr(&e.test);
                self.expr(&e.body);
                self.expr(&e.orelse);
                Class::IfExp
            }
            Expr::Dict(e) => {
                self.list(&e.items, |this, item| this.maybe(item.key.as_ref()));
                self.list(&e.items, |this, item| this.expr(&item.value));
                Class::Dict
            }
            Expr::Set(e) => {
                self.exprs(&e.elts);
                Class::Set
            }
            Expr::ListComp(e) => {
                self.expr(&e.elt);
                self.generators(&e.generators);
                Class::ListComp
            }
            Expr::SetComp(e) => {
                self.expr(&e.elt);
                self.generators(&e.generators);
                Class::SetComp
            }
            Expr::DictComp(e) => {
                self.expr(e.key.as_deref().unwrap_or(&e.value));
                self.expr(&e.value);
                self.generators(&e.generators);
                Class::DictComp
            }
            Expr::Generator(e) => {
                self.expr(&e.elt);
                self.generators(&e.generators);
                Class::GeneratorExp
            }
            Expr::Await(e) => {
                self.expr(&e.value);
                Class::Await
            }
            Expr::Yield(e) => {
                self.maybe(e.value.as_deref());
                Class::Yield
            }
            Expr::YieldFrom(e) => {
                self.expr(&e.value);
                Class::YieldFrom
            }
            Expr::Compare(e) => {
                self.expr(&e.left);
                self.list(&e.ops, |this, op| this.plain(comparison(*op)));
                self.exprs(&e.comparators);
                Class::Compare
            }
            Expr::StringLiteral(e) => {
                self.constant(expr);
                self.kind(e.value.is_unicode());
                Class::Constant
            }
            Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::IpyEscapeCommand(_) => {
                self.constant(expr);
                self.none();
                Class::Constant
            }
            Expr::Attribute(e) => {
                self.expr(&e.value);
                self.text(&e.attr);
                self.context(e.ctx);
                Class::Attribute
            }
            Expr::Subscript(e) => {
                self.expr(&e.value);
                self.expr(&e.slice);
                self.context(e.ctx);
                Class::Subscript
            }
            Expr::Starred(e) => {
                self.expr(&e.value);
                self.context(e.ctx);
                Class::Starred
            }
            Expr::Name(e) => {
                self.text(&e.id);
                self.context(e.ctx);
                Class::Name
            }
            Expr::List(e) => {
                self.exprs(&e.elts);
                self.context(e.ctx);
                Class::List
            }
            Expr::Tuple(e) => {
                self.exprs(&e.elts);
                self.context(e.ctx);
                Class::Tuple
            }
            Expr::Slice(e) => {
                self.maybe(e.lower.as_deref());
                self.maybe(e.upper.as_deref());
                self.maybe(e.step.as_deref());
                Class::Slice
            }
        };
        self.node(class, range);
    }

    fn constant(&mut self, expr: &Expr) {
        let value = constants::fold(self.source, expr, false).unwrap_or(Const::None);
        self.value(value);
    }

    /// `Constant.kind`: whether a text has the prefix `u`.
    fn kind(&mut self, is_unicode: bool) {
        if is_unicode {
            self.text("u");
        } else {
            self.none();
        }
    }

    fn context(&mut self, context: ExprContext) {
        self.plain(match context {
            ExprContext::Load | ExprContext::Invalid => Class::Load,
            ExprContext::Store => Class::Store,
            ExprContext::Del => Class::Del,
        });
    }

    fn operator(&mut self, op: Operator) {
        self.plain(match op {
            Operator::Add => Class::Add,
            Operator::Sub => Class::Sub,
            Operator::Mult => Class::Mult,
            Operator::MatMult => Class::MatMult,
            Operator::Div => Class::Div,
            Operator::Mod => Class::Mod,
            Operator::Pow => Class::Pow,
            Operator::LShift => Class::LShift,
            Operator::RShift => Class::RShift,
            Operator::BitOr => Class::BitOr,
            Operator::BitXor => Class::BitXor,
            Operator::BitAnd => Class::BitAnd,
            Operator::FloorDiv => Class::FloorDiv,
        });
    }

    /// Walks the left side in a loop: it may be long.
    fn bin_op(&mut self, e: &ast::ExprBinOp) {
        let mut chain = vec![e];
        let mut left = &*e.left;
        while let Expr::BinOp(inner) = left {
            chain.push(inner);
            left = &inner.left;
        }
        self.expr(left);
        for node in chain.into_iter().rev() {
            self.operator(node.op);
            self.expr(&node.right);
            self.node(Class::BinOp, node.range);
        }
    }

    fn generators(&mut self, generators: &[ast::Comprehension]) {
        self.list(generators, |this, generator| {
            this.expr(&generator.target);
            this.expr(&generator.iter);
            this.exprs(&generator.ifs);
            this.int(generator.is_async.into());
            this.plain(Class::comprehension);
        });
    }

    fn call(&mut self, e: &ast::ExprCall) {
        self.expr(&e.func);
        self.arguments(Some(&e.arguments));
        self.node(Class::Call, e.range());
    }

    fn arguments(&mut self, arguments: Option<&ast::Arguments>) {
        let (args, keywords) = arguments.map_or((&[][..], &[][..]), |arguments| {
            (&*arguments.args, &*arguments.keywords)
        });
        self.list(args, |this, argument| {
            this.expr(argument);
            // A generator that shares the call's parentheses has them.
            if let (Expr::Generator(e), Some(arguments)) = (argument, arguments)
                && !e.parenthesized
            {
                this.steps.pop();
                this.node(Class::GeneratorExp, arguments.range);
            }
        });
        self.list(keywords, |this, keyword| {
            this.maybe_name(keyword.arg.as_ref());
            this.expr(&keyword.value);
            this.node(Class::keyword, keyword.range);
        });
    }

    fn f_string(&mut self, e: &ast::ExprFString) {
        let mut pieces = Vec::new();
        for part in e.value.iter() {
            match part {
                FStringPart::Literal(literal) => {
                    let is_unicode = literal.flags.prefix().is_unicode();
                    push_text(&mut pieces, literal.range, literal, is_unicode);
                }
                FStringPart::FString(f_string) => push_elements(&mut pieces, &f_string.elements),
            }
        }
        self.pieces(pieces, false);
        self.node(Class::JoinedStr, e.range);
    }

    fn t_string(&mut self, e: &ast::ExprTString) {
        let mut pieces = Vec::new();
        for t_string in e.value.iter() {
            push_elements(&mut pieces, &t_string.elements);
        }
        self.pieces(pieces, true);
        self.node(Class::TemplateStr, e.range);
    }

    fn pieces(&mut self, pieces: Vec<Piece<'_>>, is_template: bool) {
        self.list(&pieces, |this, piece| match piece {
            Piece::Text(range, text, is_unicode) => {
                this.text(text);
                this.kind(*is_unicode);
                this.node(Class::Constant, *range);
            }
            Piece::Field(field) => this.field(field, is_template),
        });
    }

    fn field(&mut self, field: &ast::InterpolatedElement, is_template: bool) {
        self.expr(&field.expression);
        if is_template {
            self.text(&source_text(self.source, field));
        }
        let conversion = match field.conversion {
            ConversionFlag::None if field.debug_text.is_some() && field.format_spec.is_none() => {
                i64::from(b'r')
            }
            flag => flag.to_byte().map_or(-1, i64::from),
        };
        self.int(conversion);
        match &field.format_spec {
            Some(spec) => {
                let mut pieces = Vec::new();
                push_elements(&mut pieces, &spec.elements);
                self.pieces(pieces, is_template);
                // The colon before it is part of it.
                let start = u32::from(spec.range.start()).saturating_sub(1);
                self.node(
                    Class::JoinedStr,
                    TextRange::new(start.into(), spec.range.end()),
                );
            }
            None => self.none(),
        }
        let class = pick(is_template, Class::Interpolation, Class::FormattedValue);
        self.node(class, field.range);
    }

    // Patterns.

    fn patterns(&mut self, patterns: &[Pattern]) {
        self.list(patterns, Self::pattern);
    }

    fn pattern(&mut self, pattern: &Pattern) {
        let class = match pattern {
            Pattern::MatchValue(e) => {
                self.expr(&e.value);
                Class::MatchValue
            }
            Pattern::MatchSingleton(e) => {
                self.value(match e.value {
                    Singleton::None => Const::None,
                    Singleton::True => Const::Bool(true),
                    Singleton::False => Const::Bool(false),
                });
                Class::MatchSingleton
            }
            Pattern::MatchSequence(e) => {
                self.patterns(&e.patterns);
                Class::MatchSequence
            }
            Pattern::MatchMapping(e) => {
                self.exprs(&e.keys);
                self.patterns(&e.patterns);
                self.maybe_name(e.rest.as_ref());
                Class::MatchMapping
            }
            Pattern::MatchClass(e) => {
                self.expr(&e.cls);
                self.patterns(&e.arguments.patterns);
                let keywords = &e.arguments.keywords;
                self.list(keywords, |this, keyword| this.text(&keyword.attr));
                self.list(keywords, |this, keyword| this.pattern(&keyword.pattern));
                Class::MatchClass
            }
            Pattern::MatchStar(e) => {
                self.maybe_name(e.name.as_ref());
                Class::MatchStar
            }
            Pattern::MatchAs(e) => {
                match &e.pattern {
                    Some(pattern) => self.pattern(pattern),
                    None => self.none(),
                }
                self.maybe_name(e.name.as_ref());
                Class::MatchAs
            }
            Pattern::MatchOr(e) => {
                self.patterns(&e.patterns);
                Class::MatchOr
            }
        };
        self.node(class, pattern.range());
    }
}

fn pick(condition: bool, yes: Class, no: Class) -> Class {
    if condition { yes } else { no }
}

/// What follows `ignore`, if a comment says that and no longer name.
fn ignore_tag(told: &str) -> Option<&str> {
    let tag = told.strip_prefix("ignore")?;
    let continues = tag.starts_with(|c: char| c.is_alphanumeric() || !c.is_ascii());
    (!continues).then_some(tag)
}

fn push_text(pieces: &mut Vec<Piece<'_>>, range: TextRange, text: &str, is_unicode: bool) {
    if text.is_empty() {
        return;
    }
    if let Some(Piece::Text(whole, last, _)) = pieces.last_mut() {
        last.push_str(text);
        *whole = TextRange::new(whole.start(), range.end().max(whole.start()));
        return;
    }
    pieces.push(Piece::Text(range, text.into(), is_unicode));
}

fn push_elements<'a>(pieces: &mut Vec<Piece<'a>>, elements: &'a ast::InterpolatedStringElements) {
    for element in elements {
        match element {
            InterpolatedStringElement::Literal(literal) => {
                push_text(pieces, literal.range, &literal.value, false);
            }
            InterpolatedStringElement::Interpolation(field) => {
                if let Some(debug) = &field.debug_text {
                    let start = field.range.start() + TextSize::from(1);
                    let end = start + TextSize::of(debug.as_str());
                    push_text(pieces, TextRange::new(start, end), debug.as_str(), false);
                }
                pieces.push(Piece::Field(field));
            }
        }
    }
}

fn comparison(op: CmpOp) -> Class {
    match op {
        CmpOp::Eq => Class::Eq,
        CmpOp::NotEq => Class::NotEq,
        CmpOp::Lt => Class::Lt,
        CmpOp::LtE => Class::LtE,
        CmpOp::Gt => Class::Gt,
        CmpOp::GtE => Class::GtE,
        CmpOp::Is => Class::Is,
        CmpOp::IsNot => Class::IsNot,
        CmpOp::In => Class::In,
        CmpOp::NotIn => Class::NotIn,
    }
}
