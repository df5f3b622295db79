//! Python's tree, as constants in the order of its nodes' fields, to the
//! parser's.
//!
//! Each node is the number of its class, its place as four numbers if its
//! class has one, and its fields; a list is its length and its items. That
//! the tree is valid is seen to before: what is not is only refused here.

use airlock_bytecode::Const;
use ruff_python_ast::{
    self as ast, BoolOp, CmpOp, ConversionFlag, Expr, ExprContext, Identifier,
    InterpolatedStringElement, Mod, Number, Operator, Pattern, Singleton, Stmt, TypeParam, UnaryOp,
};
use ruff_text_size::{Ranged, TextRange};

use super::{Class, TreeError};
use crate::lines::LineIndex;
use crate::scan;

/// How deep statements and expressions may lie inside one another: as deep as
/// in a source, in the units of the scan.
const STATEMENT_DEPTH: u32 = 40;
const EXPRESSION_DEPTH: u32 = 20;
const TRAILER_DEPTH: u32 = 12;
/// Operators whose left sides are operations themselves.
const MAX_CHAIN: usize = 4000;

type Read<T> = Result<T, TreeError>;

pub(crate) struct Reader<'a> {
    items: std::slice::Iter<'a, Const>,
    lines: LineIndex,
    depth: u32,
}

/// Positions are offsets into a page of lines of equal width.
fn width(items: &[Const]) -> u32 {
    let (mut last, mut widest) = (0, 0);
    for item in items {
        if let Const::Tuple(place) = item
            && let [
                Const::Int(line),
                Const::Int(column),
                Const::Int(end),
                Const::Int(end_column),
            ] = **place
        {
            last = last.max(line).max(end);
            widest = widest.max(column).max(end_column);
        }
    }
    // An offset has 32 bits: if need be, columns far to the right are one.
    let most = i64::from(u32::MAX) / (last.max(0) + 2);
    widest.saturating_add(2).clamp(1, most.max(1)) as u32
}

impl<'a> Reader<'a> {
    pub(crate) fn new(items: &'a [Const]) -> Self {
        Reader {
            items: items.iter(),
            lines: LineIndex::grid(width(items)),
            depth: 0,
        }
    }

    /// The tree, and where its positions lie.
    pub(crate) fn finish(mut self) -> Read<(Mod, LineIndex)> {
        let range = TextRange::default();
        let syntax = match self.class()? {
            Class::Module | Class::Interactive => Mod::Module(ast::ModModule {
                node_index: Default::default(),
                range,
                body: self.list(Self::stmt)?.into(),
            }),
            Class::Expression => Mod::Expression(ast::ModExpression {
                node_index: Default::default(),
                range,
                body: self.boxed()?,
            }),
            _ => return Err(TreeError::Malformed),
        };
        Ok((syntax, self.lines))
    }

    // Pieces.

    fn next(&mut self) -> Read<&'a Const> {
        self.items.next().ok_or(TreeError::Malformed)
    }

    fn int(&mut self) -> Read<i64> {
        match self.next()? {
            Const::Int(value) => Ok(*value),
            Const::Bool(value) => Ok((*value).into()),
            _ => Err(TreeError::Malformed),
        }
    }

    fn class(&mut self) -> Read<Class> {
        let number = self.int()?;
        let class = usize::try_from(number)
            .ok()
            .and_then(|number| Class::ALL.get(number));
        class.copied().ok_or(TreeError::Malformed)
    }

    fn is_next(&self, class: Class) -> bool {
        matches!(self.items.as_slice().first(), Some(Const::Int(number)) if *number == class as i64)
    }

    fn place(&mut self) -> Read<TextRange> {
        let Const::Tuple(place) = self.next()? else {
            return Err(TreeError::Malformed);
        };
        let [
            Const::Int(line),
            Const::Int(column),
            Const::Int(end_line),
            Const::Int(end_column),
        ] = **place
        else {
            return Err(TreeError::Malformed);
        };
        let start = self.lines.offset(line, column);
        let end = self.lines.offset(end_line, end_column).max(start);
        Ok(TextRange::new(start.into(), end.into()))
    }

    fn list<T>(&mut self, read: fn(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let count = self.int()?;
        (0..count).map(|_| read(self)).collect()
    }

    fn maybe<T>(&mut self, read: fn(&mut Self) -> Read<T>) -> Read<Option<T>> {
        match self.items.as_slice().first() {
            Some(Const::None) => {
                self.items.next();
                Ok(None)
            }
            _ => read(self).map(Some),
        }
    }

    fn text(&mut self) -> Read<&'a str> {
        match self.next()? {
            Const::Str(text) => Ok(text),
            _ => Err(TreeError::Malformed),
        }
    }

    fn name(&mut self, range: TextRange) -> Read<Identifier> {
        Ok(Identifier::new(self.text()?, range))
    }

    fn maybe_name(&mut self, range: TextRange) -> Read<Option<Identifier>> {
        let name = self.maybe(Self::text)?;
        Ok(name.map(|name| Identifier::new(name, range)))
    }

    fn boxed(&mut self) -> Read<Box<Expr>> {
        self.expr().map(Box::new)
    }

    fn maybe_boxed(&mut self) -> Read<Option<Box<Expr>>> {
        self.maybe(Self::boxed)
    }

    fn suite(&mut self) -> Read<ast::Suite> {
        self.list(Self::stmt).map(Into::into)
    }

    fn deeper<T>(&mut self, cost: u32, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.depth += cost;
        if self.depth > scan::MAX_DEPTH {
            return Err(TreeError::TooDeep);
        }
        let result = read(self);
        self.depth -= cost;
        result
    }

    // Statements.

    fn stmt(&mut self) -> Read<Stmt> {
        self.deeper(STATEMENT_DEPTH, Self::stmt_inside)
    }

    fn stmt_inside(&mut self) -> Read<Stmt> {
        let class = self.class()?;
        let range = self.place()?;
        let node_index = Default::default();
        Ok(match class {
            Class::FunctionDef | Class::AsyncFunctionDef => {
                return self.function(range, class == Class::AsyncFunctionDef);
            }
            Class::ClassDef => return self.class_statement(range),
            Class::If => return self.if_statement(range),
            Class::Return => Stmt::Return(ast::StmtReturn {
                node_index,
                range,
                value: self.maybe_boxed()?,
            }),
            Class::Delete => Stmt::Delete(ast::StmtDelete {
                node_index,
                range,
                targets: self.list(Self::expr)?,
            }),
            Class::Assign => {
                let statement = ast::StmtAssign {
                    node_index,
                    range,
                    targets: self.list(Self::expr)?,
                    value: self.boxed()?,
                };
                self.next()?;
                Stmt::Assign(statement)
            }
            Class::TypeAlias => Stmt::TypeAlias(ast::StmtTypeAlias {
                node_index,
                range,
                name: self.boxed()?,
                type_params: self.type_params(range)?,
                value: self.boxed()?,
            }),
            Class::AugAssign => Stmt::AugAssign(ast::StmtAugAssign {
                node_index,
                range,
                target: self.boxed()?,
                op: self.operator()?,
                value: self.boxed()?,
            }),
            Class::AnnAssign => Stmt::AnnAssign(ast::StmtAnnAssign {
                node_index,
                range,
                target: self.boxed()?,
                annotation: self.boxed()?,
                value: self.maybe_boxed()?,
                simple: self.int()? != 0,
            }),
            Class::For | Class::AsyncFor => {
                let statement = ast::StmtFor {
                    node_index,
                    range,
                    is_async: class == Class::AsyncFor,
                    target: self.boxed()?,
                    iter: self.boxed()?,
                    body: self.suite()?,
                    orelse: self.suite()?,
                };
                self.next()?;
                Stmt::For(statement)
            }
            Class::While => Stmt::While(ast::StmtWhile {
                node_index,
                range,
                test: self.boxed()?,
                body: self.suite()?,
                orelse: self.suite()?,
            }),
            Class::With | Class::AsyncWith => {
                let statement = ast::StmtWith {
                    node_index,
                    range,
                    is_async: class == Class::AsyncWith,
                    items: self.list(Self::with_item)?,
                    body: self.suite()?,
                };
                self.next()?;
                Stmt::With(statement)
            }
            Class::Match => Stmt::Match(ast::StmtMatch {
                node_index,
                range,
                subject: self.boxed()?,
                cases: self.list(Self::case)?,
            }),
            Class::Raise => Stmt::Raise(ast::StmtRaise {
                node_index,
                range,
                exc: self.maybe_boxed()?,
                cause: self.maybe_boxed()?,
            }),
            Class::Try | Class::TryStar => Stmt::Try(ast::StmtTry {
                node_index,
                range,
                body: self.suite()?,
                handlers: self.list(Self::handler)?,
                orelse: self.suite()?,
                finalbody: self.suite()?,
                is_star: class == Class::TryStar,
            }),
            Class::Assert => Stmt::Assert(ast::StmtAssert {
                node_index,
                range,
                test: self.boxed()?,
                msg: self.maybe_boxed()?,
            }),
            Class::Import => Stmt::Import(ast::StmtImport {
                node_index,
                range,
                names: self.list(Self::alias)?,
                is_lazy: false,
            }),
            Class::ImportFrom => Stmt::ImportFrom(ast::StmtImportFrom {
                node_index,
                range,
                module: self.maybe_name(range)?,
                names: self.list(Self::alias)?,
                level: self.maybe(Self::int)?.unwrap_or(0).max(0) as u32,
                is_lazy: false,
            }),
            Class::Global => Stmt::Global(ast::StmtGlobal {
                node_index,
                range,
                names: self.names(range)?,
            }),
            Class::Nonlocal => Stmt::Nonlocal(ast::StmtNonlocal {
                node_index,
                range,
                names: self.names(range)?,
            }),
            Class::Expr => Stmt::Expr(ast::StmtExpr {
                node_index,
                range,
                value: self.boxed()?,
            }),
            Class::Pass => Stmt::Pass(ast::StmtPass { node_index, range }),
            Class::Break => Stmt::Break(ast::StmtBreak { node_index, range }),
            Class::Continue => Stmt::Continue(ast::StmtContinue { node_index, range }),
            _ => return Err(TreeError::Malformed),
        })
    }

    fn names(&mut self, range: TextRange) -> Read<Vec<Identifier>> {
        let names = self.list(Self::text)?;
        let names = names.into_iter();
        Ok(names.map(|name| Identifier::new(name, range)).collect())
    }

    fn function(&mut self, range: TextRange, is_async: bool) -> Read<Stmt> {
        let name = self.name_after(range, if is_async { "async def " } else { "def " })?;
        let parameters = Box::new(self.parameters()?);
        let body = self.suite()?;
        let decorator_list = self.list(Self::decorator)?;
        let returns = self.maybe_boxed()?;
        self.next()?;
        Ok(Stmt::FunctionDef(ast::StmtFunctionDef {
            node_index: Default::default(),
            range: self.with_decorators(range, &decorator_list),
            is_async,
            decorator_list: decorator_list.into(),
            name,
            type_params: self.type_params(range)?,
            parameters,
            returns,
            body,
        }))
    }

    /// The name of a definition, which follows its keyword.
    fn name_after(&mut self, range: TextRange, keyword: &str) -> Read<Identifier> {
        let name = self.text()?;
        let (line, column) = self.lines.locate(range.start().into());
        let place = |column| self.lines.offset(line.into(), column);
        let start = i64::from(column) + keyword.len() as i64;
        let end = place(start + name.len() as i64);
        let range = TextRange::new(place(start).into(), end.into());
        Ok(Identifier::new(name, range))
    }

    /// A definition starts with the `@` of its first decorator.
    fn with_decorators(&self, range: TextRange, decorators: &[ast::Decorator]) -> TextRange {
        let Some(first) = decorators.first() else {
            return range;
        };
        let start = u32::from(first.range.start()).saturating_sub(1);
        TextRange::new(range.start().min(start.into()), range.end())
    }

    fn class_statement(&mut self, range: TextRange) -> Read<Stmt> {
        let name = self.name_after(range, "class ")?;
        let arguments = Some(Box::new(self.arguments(range)?));
        let body = self.suite()?;
        let decorator_list = self.list(Self::decorator)?;
        Ok(Stmt::ClassDef(ast::StmtClassDef {
            node_index: Default::default(),
            range: self.with_decorators(range, &decorator_list),
            decorator_list: decorator_list.into(),
            name,
            type_params: self.type_params(range)?,
            arguments,
            body,
        }))
    }

    fn decorator(&mut self) -> Read<ast::Decorator> {
        let expression = self.expr()?;
        Ok(ast::Decorator {
            range: expression.range(),
            node_index: Default::default(),
            expression,
        })
    }

    /// An `if` that is all there is in the `else` of another is an `elif`:
    /// there may be many.
    fn if_statement(&mut self, range: TextRange) -> Read<Stmt> {
        let test = self.boxed()?;
        let body = self.suite()?;
        let mut clauses = Vec::new();
        loop {
            let mut clause = ast::ElifElseClause {
                range,
                node_index: Default::default(),
                test: None,
                body: Default::default(),
            };
            match self.items.as_slice() {
                [Const::Int(0), ..] => {
                    self.items.next();
                    break;
                }
                [Const::Int(1), Const::Int(class), ..] if *class == Class::If as i64 => {
                    self.items.next();
                    self.items.next();
                    clause.range = self.place()?;
                    clause.test = Some(self.expr()?);
                    clause.body = self.suite()?;
                    clauses.push(clause);
                }
                _ => {
                    clause.body = self.suite()?;
                    clauses.push(clause);
                    break;
                }
            }
        }
        Ok(Stmt::If(ast::StmtIf {
            node_index: Default::default(),
            range,
            test,
            body,
            elif_else_clauses: clauses,
        }))
    }

    fn with_item(&mut self) -> Read<ast::WithItem> {
        self.class()?;
        let context_expr = self.expr()?;
        let optional_vars = self.maybe_boxed()?;
        let target = optional_vars.as_deref().unwrap_or(&context_expr);
        Ok(ast::WithItem {
            range: context_expr.range().cover(target.range()),
            node_index: Default::default(),
            context_expr,
            optional_vars,
        })
    }

    fn case(&mut self) -> Read<ast::MatchCase> {
        self.class()?;
        let pattern = self.pattern()?;
        Ok(ast::MatchCase {
            range: pattern.range(),
            node_index: Default::default(),
            pattern,
            guard: self.maybe_boxed()?,
            body: self.suite()?,
        })
    }

    fn handler(&mut self) -> Read<ast::ExceptHandler> {
        self.class()?;
        let range = self.place()?;
        Ok(ast::ExceptHandler::ExceptHandler(
            ast::ExceptHandlerExceptHandler {
                range,
                node_index: Default::default(),
                type_: self.maybe_boxed()?,
                name: self.maybe_name(range)?,
                body: self.suite()?,
            },
        ))
    }

    fn alias(&mut self) -> Read<ast::Alias> {
        self.class()?;
        let range = self.place()?;
        Ok(ast::Alias {
            range,
            node_index: Default::default(),
            name: self.name(range)?,
            asname: self.maybe_name(range)?,
        })
    }

    fn type_params(&mut self, range: TextRange) -> Read<Option<Box<ast::TypeParams>>> {
        let type_params = self.list(Self::type_param)?;
        Ok((!type_params.is_empty()).then(|| {
            Box::new(ast::TypeParams {
                range,
                node_index: Default::default(),
                type_params,
            })
        }))
    }

    fn type_param(&mut self) -> Read<TypeParam> {
        let class = self.class()?;
        let range = self.place()?;
        let node_index = Default::default();
        let name = self.name(range)?;
        Ok(match class {
            Class::TypeVar => TypeParam::TypeVar(ast::TypeParamTypeVar {
                node_index,
                range,
                name,
                bound: self.maybe_boxed()?,
                default: self.maybe_boxed()?,
            }),
            Class::TypeVarTuple => TypeParam::TypeVarTuple(ast::TypeParamTypeVarTuple {
                node_index,
                range,
                name,
                default: self.maybe_boxed()?,
            }),
            _ => TypeParam::ParamSpec(ast::TypeParamParamSpec {
                node_index,
                range,
                name,
                default: self.maybe_boxed()?,
            }),
        })
    }

    fn parameters(&mut self) -> Read<ast::Parameters> {
        self.class()?;
        let mut posonlyargs = self.list(Self::parameter)?;
        let mut args = self.list(Self::parameter)?;
        let vararg = self.maybe(Self::parameter)?;
        let mut kwonlyargs = self.list(Self::parameter)?;
        let kw_defaults = self.list(Self::maybe_boxed)?;
        let kwarg = self.maybe(Self::parameter)?;
        let defaults = self.list(Self::boxed)?;
        // Defaults are those of the last positional ones.
        let positional = posonlyargs.iter_mut().chain(&mut args).rev();
        for (parameter, default) in positional.zip(defaults.into_iter().rev()) {
            parameter.default = Some(default);
        }
        for (parameter, default) in kwonlyargs.iter_mut().zip(kw_defaults) {
            parameter.default = default;
        }
        Ok(ast::Parameters {
            range: TextRange::default(),
            node_index: Default::default(),
            posonlyargs: posonlyargs.into(),
            args: args.into(),
            vararg: vararg.map(|parameter| Box::new(parameter.parameter)),
            kwonlyargs: kwonlyargs.into(),
            kwarg: kwarg.map(|parameter| Box::new(parameter.parameter)),
        })
    }

    fn parameter(&mut self) -> Read<ast::ParameterWithDefault> {
        self.class()?;
        let range = self.place()?;
        let parameter = ast::Parameter {
            range,
            node_index: Default::default(),
            name: self.name(range)?,
            annotation: self.maybe_boxed()?,
        };
        self.next()?;
        Ok(ast::ParameterWithDefault {
            range,
            node_index: Default::default(),
            parameter,
            default: None,
        })
    }

    fn arguments(&mut self, range: TextRange) -> Read<ast::Arguments> {
        Ok(ast::Arguments {
            range,
            node_index: Default::default(),
            args: self.list(Self::expr)?.into(),
            keywords: self.list(Self::keyword)?.into(),
        })
    }

    fn keyword(&mut self) -> Read<ast::Keyword> {
        self.class()?;
        let range = self.place()?;
        Ok(ast::Keyword {
            range,
            node_index: Default::default(),
            arg: self.maybe_name(range)?,
            value: self.expr()?,
        })
    }

    // Expressions.

    /// The left sides of operators are read in a loop: they may be many.
    fn expr(&mut self) -> Read<Expr> {
        let mut pending = Vec::new();
        while self.is_next(Class::BinOp) {
            self.items.next();
            pending.push(self.place()?);
            if pending.len() > MAX_CHAIN {
                return Err(TreeError::TooDeep);
            }
        }
        let is_trailer = [Class::Attribute, Class::Call, Class::Subscript]
            .into_iter()
            .any(|class| self.is_next(class));
        let cost = if is_trailer {
            TRAILER_DEPTH
        } else {
            EXPRESSION_DEPTH
        };
        let mut expr = self.deeper(cost, Self::expr_inside)?;
        while let Some(range) = pending.pop() {
            expr = Expr::BinOp(ast::ExprBinOp {
                node_index: Default::default(),
                range,
                left: Box::new(expr),
                op: self.operator()?,
                right: self.boxed()?,
            });
        }
        Ok(expr)
    }

    fn expr_inside(&mut self) -> Read<Expr> {
        let class = self.class()?;
        let range = self.place()?;
        let node_index = Default::default();
        Ok(match class {
            Class::Constant => return self.constant(range),
            Class::JoinedStr | Class::TemplateStr => return self.string(class, range),
            Class::FormattedValue | Class::Interpolation => {
                let element = self.field(class, range)?;
                return Ok(string_of(class, range, vec![element]));
            }
            Class::BoolOp => Expr::BoolOp(ast::ExprBoolOp {
                node_index,
                range,
                op: match self.class()? {
                    Class::And => BoolOp::And,
                    _ => BoolOp::Or,
                },
                values: self.list(Self::expr)?,
            }),
            Class::NamedExpr => Expr::Named(ast::ExprNamed {
                node_index,
                range,
                target: self.boxed()?,
                value: self.boxed()?,
            }),
            Class::UnaryOp => Expr::UnaryOp(ast::ExprUnaryOp {
                node_index,
                range,
                op: match self.class()? {
                    Class::Invert => UnaryOp::Invert,
                    Class::Not => UnaryOp::Not,
                    Class::UAdd => UnaryOp::UAdd,
                    _ => UnaryOp::USub,
                },
                operand: self.boxed()?,
            }),
            Class::Lambda => Expr::Lambda(ast::ExprLambda {
                node_index,
                range,
                parameters: Some(Box::new(self.parameters()?)),
                body: self.boxed()?,
            }),
            Class::IfExp => Expr::If(ast::ExprIf {
                node_index,
                range,
                test: self.boxed()?,
                body: self.boxed()?,
                orelse: self.boxed()?,
            }),
            Class::Dict => {
                let keys = self.list(|this| this.maybe(Self::expr))?;
                let values = self.list(Self::expr)?;
                let items = keys.into_iter().zip(values);
                Expr::Dict(ast::ExprDict {
                    node_index,
                    range,
                    items: items
                        .map(|(key, value)| ast::DictItem { key, value })
                        .collect(),
                })
            }
            Class::Set => Expr::Set(ast::ExprSet {
                node_index,
                range,
                elts: self.list(Self::expr)?,
            }),
            Class::ListComp => Expr::ListComp(ast::ExprListComp {
                node_index,
                range,
                elt: self.boxed()?,
                generators: self.list(Self::generator)?,
            }),
            Class::SetComp => Expr::SetComp(ast::ExprSetComp {
                node_index,
                range,
                elt: self.boxed()?,
                generators: self.list(Self::generator)?,
            }),
            Class::DictComp => Expr::DictComp(ast::ExprDictComp {
                node_index,
                range,
                key: Some(self.boxed()?),
                value: self.boxed()?,
                generators: self.list(Self::generator)?,
            }),
            Class::GeneratorExp => Expr::Generator(ast::ExprGenerator {
                node_index,
                range,
                elt: self.boxed()?,
                generators: self.list(Self::generator)?,
                parenthesized: true,
            }),
            Class::Await => Expr::Await(ast::ExprAwait {
                node_index,
                range,
                value: self.boxed()?,
            }),
            Class::Yield => Expr::Yield(ast::ExprYield {
                node_index,
                range,
                value: self.maybe_boxed()?,
            }),
            Class::YieldFrom => Expr::YieldFrom(ast::ExprYieldFrom {
                node_index,
                range,
                value: self.boxed()?,
            }),
            Class::Compare => Expr::Compare(ast::ExprCompare {
                node_index,
                range,
                left: self.boxed()?,
                ops: self.list(Self::comparison)?.into(),
                comparators: self.list(Self::expr)?.into(),
            }),
            Class::Call => {
                let func = self.boxed()?;
                let arguments = TextRange::new(func.end().min(range.end()), range.end());
                Expr::Call(ast::ExprCall {
                    node_index,
                    range_start: range.start(),
                    func,
                    arguments: self.arguments(arguments)?,
                })
            }
            Class::Attribute => {
                let value = self.boxed()?;
                let attr = self.text()?;
                // The name is what the expression ends with.
                let (line, column) = self.lines.locate(range.end().into());
                let width = attr.len() as i64;
                let start = self
                    .lines
                    .offset(line.into(), i64::from(column) - width)
                    .clamp(range.start().into(), range.end().into());
                let attr_range = TextRange::new(start.into(), range.end());
                Expr::Attribute(ast::ExprAttribute {
                    node_index,
                    range,
                    value,
                    attr: Identifier::new(attr, attr_range),
                    ctx: self.context()?,
                })
            }
            Class::Subscript => Expr::Subscript(ast::ExprSubscript {
                node_index,
                range,
                value: self.boxed()?,
                slice: self.boxed()?,
                ctx: self.context()?,
            }),
            Class::Starred => Expr::Starred(ast::ExprStarred {
                node_index,
                range,
                value: self.boxed()?,
                ctx: self.context()?,
            }),
            Class::Name => Expr::Name(ast::ExprName {
                node_index,
                range,
                id: self.text()?.into(),
                ctx: self.context()?,
            }),
            Class::List => Expr::List(ast::ExprList {
                node_index,
                range,
                elts: self.list(Self::expr)?,
                ctx: self.context()?,
            }),
            Class::Tuple => Expr::Tuple(ast::ExprTuple {
                node_index,
                range,
                elts: self.list(Self::expr)?,
                ctx: self.context()?,
                parenthesized: true,
            }),
            Class::Slice => Expr::Slice(ast::ExprSlice {
                node_index,
                range,
                lower: self.maybe_boxed()?,
                upper: self.maybe_boxed()?,
                step: self.maybe_boxed()?,
            }),
            _ => return Err(TreeError::Malformed),
        })
    }

    fn constant(&mut self, range: TextRange) -> Read<Expr> {
        let value = self.next()?;
        self.next()?;
        literal(value, range)
    }

    fn string(&mut self, class: Class, range: TextRange) -> Read<Expr> {
        let elements = self.elements()?;
        Ok(string_of(class, range, elements))
    }

    fn elements(&mut self) -> Read<Vec<InterpolatedStringElement>> {
        self.list(Self::element)
    }

    fn element(&mut self) -> Read<InterpolatedStringElement> {
        if self.is_next(Class::FormattedValue) || self.is_next(Class::Interpolation) {
            let class = self.class()?;
            let range = self.place()?;
            return self.deeper(EXPRESSION_DEPTH, |this| this.field(class, range));
        }
        let expression = self.expr()?;
        let range = expression.range();
        let node_index = Default::default();
        Ok(match expression {
            Expr::StringLiteral(e) => {
                InterpolatedStringElement::Literal(ast::InterpolatedStringLiteralElement {
                    range,
                    node_index,
                    value: e.value.to_str().into(),
                })
            }
            expression => InterpolatedStringElement::Interpolation(ast::InterpolatedElement {
                range,
                node_index,
                expression: Box::new(expression),
                debug_text: None,
                conversion: ConversionFlag::None,
                format_spec: None,
            }),
        })
    }

    fn field(&mut self, class: Class, range: TextRange) -> Read<InterpolatedStringElement> {
        let expression = self.boxed()?;
        let text = match class {
            Class::Interpolation => Some(self.text()?),
            _ => None,
        };
        let conversion = match u8::try_from(self.int()?) {
            Ok(b'r') => ConversionFlag::Repr,
            Ok(b's') => ConversionFlag::Str,
            Ok(b'a') => ConversionFlag::Ascii,
            _ => ConversionFlag::None,
        };
        let format_spec = self.maybe(Self::format_spec)?.map(Box::new);
        let field = ast::InterpolatedElement {
            range,
            node_index: Default::default(),
            expression,
            debug_text: text.map(|text| ast::DebugText::new("", text, "")),
            conversion,
            format_spec,
        };
        if text.is_some() {
            // This text is that of the field, and no part of the result.
            field.node_index.set(crate::codegen::OWN_TEXT.into());
        }
        Ok(InterpolatedStringElement::Interpolation(field))
    }

    fn format_spec(&mut self) -> Read<ast::InterpolatedStringFormatSpec> {
        let (range, elements) = if self.is_next(Class::JoinedStr) {
            self.items.next();
            (
                self.place()?,
                self.deeper(EXPRESSION_DEPTH, Self::elements)?,
            )
        } else {
            let element = self.element()?;
            (element.range(), vec![element])
        };
        Ok(ast::InterpolatedStringFormatSpec {
            range,
            node_index: Default::default(),
            elements: elements.into(),
        })
    }

    fn generator(&mut self) -> Read<ast::Comprehension> {
        self.class()?;
        let target = self.expr()?;
        Ok(ast::Comprehension {
            range: target.range(),
            node_index: Default::default(),
            target,
            iter: self.expr()?,
            ifs: self.list(Self::expr)?,
            is_async: self.int()? != 0,
        })
    }

    fn context(&mut self) -> Read<ExprContext> {
        Ok(match self.class()? {
            Class::Store => ExprContext::Store,
            Class::Del => ExprContext::Del,
            _ => ExprContext::Load,
        })
    }

    fn operator(&mut self) -> Read<Operator> {
        Ok(match self.class()? {
            Class::Add => Operator::Add,
            Class::Sub => Operator::Sub,
            Class::Mult => Operator::Mult,
            Class::MatMult => Operator::MatMult,
            Class::Div => Operator::Div,
            Class::Mod => Operator::Mod,
            Class::Pow => Operator::Pow,
            Class::LShift => Operator::LShift,
            Class::RShift => Operator::RShift,
            Class::BitOr => Operator::BitOr,
            Class::BitXor => Operator::BitXor,
            Class::BitAnd => Operator::BitAnd,
            _ => Operator::FloorDiv,
        })
    }

    fn comparison(&mut self) -> Read<CmpOp> {
        Ok(match self.class()? {
            Class::Eq => CmpOp::Eq,
            Class::NotEq => CmpOp::NotEq,
            Class::Lt => CmpOp::Lt,
            Class::LtE => CmpOp::LtE,
            Class::Gt => CmpOp::Gt,
            Class::GtE => CmpOp::GtE,
            Class::Is => CmpOp::Is,
            Class::IsNot => CmpOp::IsNot,
            Class::In => CmpOp::In,
            _ => CmpOp::NotIn,
        })
    }

    // Patterns.

    fn pattern(&mut self) -> Read<Pattern> {
        self.deeper(EXPRESSION_DEPTH, Self::pattern_inside)
    }

    fn pattern_inside(&mut self) -> Read<Pattern> {
        let class = self.class()?;
        let range = self.place()?;
        let node_index = Default::default();
        Ok(match class {
            Class::MatchValue => Pattern::MatchValue(ast::PatternMatchValue {
                node_index,
                range,
                value: self.boxed()?,
            }),
            Class::MatchSingleton => Pattern::MatchSingleton(ast::PatternMatchSingleton {
                node_index,
                range,
                value: match self.next()? {
                    Const::None => Singleton::None,
                    Const::Bool(value) => (*value).into(),
                    _ => return Err(TreeError::Malformed),
                },
            }),
            Class::MatchSequence => Pattern::MatchSequence(ast::PatternMatchSequence {
                node_index,
                range,
                patterns: self.list(Self::pattern)?,
            }),
            Class::MatchMapping => Pattern::MatchMapping(ast::PatternMatchMapping {
                node_index,
                range,
                keys: self.list(Self::expr)?.into(),
                patterns: self.list(Self::pattern)?.into(),
                rest: self.maybe_name(range)?,
            }),
            Class::MatchClass => {
                let cls = self.boxed()?;
                let patterns = self.list(Self::pattern)?.into();
                let names = self.names(range)?;
                let values = self.list(Self::pattern)?;
                let keywords = names.into_iter().zip(values);
                Pattern::MatchClass(ast::PatternMatchClass {
                    node_index,
                    range,
                    cls,
                    arguments: ast::PatternArguments {
                        range,
                        node_index: Default::default(),
                        patterns,
                        keywords: keywords
                            .map(|(attr, pattern)| ast::PatternKeyword {
                                range,
                                node_index: Default::default(),
                                attr,
                                pattern,
                            })
                            .collect(),
                    },
                })
            }
            Class::MatchStar => Pattern::MatchStar(ast::PatternMatchStar {
                node_index,
                range,
                name: self.maybe_name(range)?,
            }),
            Class::MatchAs => Pattern::MatchAs(ast::PatternMatchAs {
                node_index,
                range,
                pattern: self.maybe(Self::pattern)?.map(Box::new),
                name: self.maybe_name(range)?,
            }),
            Class::MatchOr => Pattern::MatchOr(ast::PatternMatchOr {
                node_index,
                range,
                patterns: self.list(Self::pattern)?,
            }),
            _ => return Err(TreeError::Malformed),
        })
    }
}

fn string_of(class: Class, range: TextRange, elements: Vec<InterpolatedStringElement>) -> Expr {
    let node_index = Default::default();
    let elements = elements.into();
    if matches!(class, Class::TemplateStr | Class::Interpolation) {
        let value = ast::TStringValue::single(ast::TString {
            range,
            node_index: Default::default(),
            elements,
            flags: ast::TStringFlags::empty(),
        });
        return Expr::TString(ast::ExprTString {
            node_index,
            range,
            value,
        });
    }
    let value = ast::FStringValue::single(ast::FString {
        range,
        node_index: Default::default(),
        elements,
        flags: ast::FStringFlags::empty(),
    });
    Expr::FString(ast::ExprFString {
        node_index,
        range,
        value,
    })
}

/// A constant as the parser has it.
fn literal(value: &Const, range: TextRange) -> Read<Expr> {
    let node_index = Default::default();
    let number = |value: Number| {
        Expr::NumberLiteral(ast::ExprNumberLiteral {
            node_index: Default::default(),
            range,
            value,
        })
    };
    Ok(match value {
        Const::None => Expr::NoneLiteral(ast::ExprNoneLiteral { node_index, range }),
        Const::Ellipsis => Expr::EllipsisLiteral(ast::ExprEllipsisLiteral { node_index, range }),
        Const::Bool(value) => Expr::BooleanLiteral(ast::ExprBooleanLiteral {
            node_index,
            range,
            value: *value,
        }),
        Const::Int(value) => integer(&value.unsigned_abs().to_string(), *value < 0, range)?,
        Const::BigInt(digits) => {
            let magnitude = digits.trim_start_matches('-');
            integer(magnitude, magnitude.len() < digits.len(), range)?
        }
        Const::Float(value) => number(Number::Float(*value)),
        Const::Complex(real, imag) => number(Number::Complex {
            real: *real,
            imag: *imag,
        }),
        Const::Str(text) => Expr::StringLiteral(ast::ExprStringLiteral {
            node_index,
            range,
            value: ast::StringLiteralValue::single(ast::StringLiteral {
                // There is no source for it to be read from again.
                range: TextRange::new(0.into(), 2.into()),
                node_index: Default::default(),
                value: text.clone(),
                flags: ast::StringLiteralFlags::empty(),
            }),
        }),
        Const::Bytes(data) => Expr::BytesLiteral(ast::ExprBytesLiteral {
            node_index,
            range,
            value: ast::BytesLiteralValue::single(ast::BytesLiteral {
                range,
                node_index: Default::default(),
                value: data.clone(),
                flags: ast::BytesLiteralFlags::empty(),
            }),
        }),
        Const::Tuple(items) => Expr::Tuple(ast::ExprTuple {
            node_index,
            range,
            elts: items
                .iter()
                .map(|item| literal(item, range))
                .collect::<Read<_>>()?,
            ctx: ExprContext::Load,
            parenthesized: true,
        }),
        Const::FrozenSet(_) => {
            return Err(TreeError::Unsupported("a frozenset in an ast.Constant"));
        }
        Const::SurrogateStr(_) | Const::Code(_) => return Err(TreeError::Malformed),
    })
}

/// Literals have no sign of their own.
fn integer(digits: &str, is_negative: bool, range: TextRange) -> Read<Expr> {
    let value = digits.parse().map_err(|_| TreeError::Malformed)?;
    let literal = Expr::NumberLiteral(ast::ExprNumberLiteral {
        node_index: Default::default(),
        range,
        value: Number::Int(value),
    });
    if !is_negative {
        return Ok(literal);
    }
    Ok(Expr::UnaryOp(ast::ExprUnaryOp {
        node_index: Default::default(),
        range,
        op: UnaryOp::USub,
        operand: Box::new(literal),
    }))
}
