//! The tokens around an error, and the expressions a broken tree holds.

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{self as ast, Expr, Mod};
use ruff_python_parser::Parsed;
use ruff_text_size::{Ranged, TextRange, TextSize};

#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) range: TextRange,
}

impl Token {
    pub(super) fn is_string(&self) -> bool {
        matches!(
            self.kind,
            TokenKind::String | TokenKind::FStringStart | TokenKind::TStringStart
        )
    }

    pub(super) fn ends_expression(&self) -> bool {
        matches!(
            self.kind,
            TokenKind::Name
                | TokenKind::Int
                | TokenKind::Float
                | TokenKind::Complex
                | TokenKind::String
                | TokenKind::FStringEnd
                | TokenKind::TStringEnd
                | TokenKind::Rpar
                | TokenKind::Rsqb
                | TokenKind::Rbrace
                | TokenKind::None
                | TokenKind::True
                | TokenKind::False
                | TokenKind::Ellipsis
                | TokenKind::Match
                | TokenKind::Case
                | TokenKind::Type
        )
    }

    /// As [`Self::begins_expression`], with signs.
    pub(super) fn begins_operand(&self) -> bool {
        self.begins_expression()
            || matches!(
                self.kind,
                TokenKind::Minus | TokenKind::Plus | TokenKind::Yield
            )
    }

    pub(super) fn begins_expression(&self) -> bool {
        self.is_string()
            || matches!(
                self.kind,
                TokenKind::Name
                    | TokenKind::Int
                    | TokenKind::Float
                    | TokenKind::Complex
                    | TokenKind::Lpar
                    | TokenKind::Lsqb
                    | TokenKind::Lbrace
                    | TokenKind::None
                    | TokenKind::True
                    | TokenKind::False
                    | TokenKind::Ellipsis
                    | TokenKind::Tilde
                    | TokenKind::Not
                    | TokenKind::Lambda
                    | TokenKind::Await
                    | TokenKind::Match
                    | TokenKind::Case
                    | TokenKind::Type
            )
    }
}

/// Where the expression before a place begins.
pub(super) struct Start {
    pub(super) offset: TextSize,
    pub(super) is_soft_keyword: bool,
    pub(super) is_single: bool,
}

pub(super) struct Tokens<'a> {
    source: &'a str,
    tokens: Vec<Token>,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(source: &'a str, parsed: &Parsed<Mod>) -> Self {
        let tokens = parsed
            .tokens()
            .iter()
            .map(|token| Token {
                kind: token.kind(),
                range: token.range(),
            })
            .filter(|token| {
                !matches!(
                    token.kind,
                    TokenKind::Comment | TokenKind::NonLogicalNewline
                )
            })
            .collect();
        Tokens { source, tokens }
    }

    /// The token at or after an offset.
    pub(super) fn at(&self, offset: TextSize) -> Option<Token> {
        let first = self
            .tokens
            .iter()
            .position(|token| token.range.start() >= offset)?;
        // An error within a token is that token's.
        match first.checked_sub(1).map(|index| self.tokens[index]) {
            Some(before) if before.range.end() > offset => Some(before),
            _ => Some(self.tokens[first]),
        }
    }

    pub(super) fn at_or_after(&self, offset: TextSize) -> Option<Token> {
        self.tokens
            .iter()
            .find(|token| token.range.start() >= offset)
            .copied()
    }

    pub(super) fn at_or_before(&self, offset: TextSize) -> Option<Token> {
        self.tokens
            .iter()
            .rev()
            .find(|token| token.range.start() <= offset)
            .copied()
    }

    pub(super) fn first_after(&self, offset: TextSize) -> Option<Token> {
        self.tokens
            .iter()
            .find(|token| token.range.start() >= offset && token.kind != TokenKind::Rpar)
            .copied()
    }

    /// The `back`th token before an offset, 0 for the nearest.
    pub(super) fn before(&self, offset: TextSize, back: usize) -> Option<Token> {
        self.tokens
            .iter()
            .rev()
            .filter(|token| token.range.start() < offset && token.range.end() <= offset)
            .filter(|token| !token.range.is_empty())
            .nth(back)
            .copied()
    }

    pub(super) fn after(&self, offset: TextSize) -> Option<Token> {
        self.tokens
            .iter()
            .find(|token| token.range.start() > offset)
            .copied()
    }

    pub(super) fn following(&self, offset: TextSize, kind: TokenKind) -> Option<TextRange> {
        self.tokens
            .iter()
            .find(|token| token.range.start() >= offset && token.kind == kind)
            .map(|token| token.range)
    }

    pub(super) fn last_before(&self, offset: TextSize, kind: TokenKind) -> Option<usize> {
        self.tokens
            .iter()
            .rposition(|token| token.range.start() < offset && token.kind == kind)
    }

    pub(super) fn kind(&self, index: usize) -> TokenKind {
        self.tokens[index].kind
    }

    /// Where parentheses end that hold names and commas only.
    pub(super) fn names_in_parentheses(&self, opening: TextSize) -> Option<TextSize> {
        let tokens = self.tokens.get(self.position(opening) + 1..)?;
        let end = tokens
            .iter()
            .position(|token| !matches!(token.kind, TokenKind::Name | TokenKind::Comma))?;
        (end > 0 && tokens[end].kind == TokenKind::Rpar).then(|| tokens[end].range.end())
    }

    /// The first token of the statement an offset is in.
    pub(super) fn statement_start(&self, offset: TextSize) -> Option<Token> {
        let end = self.tokens.iter().position(|t| t.range.start() >= offset);
        let end = end.unwrap_or(self.tokens.len());
        let mut start = None;
        let mut level = 0usize;
        let mut fresh = true;
        let mut lambda = 0usize;
        for token in &self.tokens[..(end + 1).min(self.tokens.len())] {
            match token.kind {
                TokenKind::Newline | TokenKind::Indent | TokenKind::Dedent => {
                    fresh = true;
                    level = 0;
                    lambda = 0;
                    continue;
                }
                TokenKind::Semi if level == 0 => {
                    fresh = true;
                    continue;
                }
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => level += 1,
                TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                    level = level.saturating_sub(1);
                }
                TokenKind::Lambda => lambda += 1,
                _ => {}
            }
            if fresh {
                start = Some(*token);
                fresh = false;
            }
            // `if x: y = 1`: the simple statement begins after the colon.
            if token.kind == TokenKind::Colon && level == 0 {
                if lambda > 0 {
                    lambda -= 1;
                } else if start.is_some_and(|start| begins_block(start.kind))
                    && token.range.end() <= offset
                {
                    fresh = true;
                }
            }
        }
        start
    }

    pub(super) fn begins_statement(&self, offset: TextSize) -> bool {
        self.statement_start(offset)
            .is_some_and(|token| token.range.start() == offset)
    }

    /// How many brackets are open at an offset.
    pub(super) fn level(&self, offset: TextSize) -> usize {
        let mut level = 0usize;
        for token in self
            .tokens
            .iter()
            .take_while(|token| token.range.start() < offset)
        {
            match token.kind {
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => level += 1,
                TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                    level = level.saturating_sub(1);
                }
                TokenKind::Newline => level = 0,
                _ => {}
            }
        }
        level
    }

    pub(super) fn enclosing_bracket(&self, offset: TextSize) -> Option<Token> {
        let mut open = Vec::new();
        for token in self
            .tokens
            .iter()
            .take_while(|token| token.range.start() < offset)
        {
            match token.kind {
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => open.push(*token),
                TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                    open.pop();
                }
                TokenKind::Newline => open.clear(),
                _ => {}
            }
        }
        open.pop()
    }

    /// Whether a comma separates elements of the bracket that both are in.
    pub(super) fn has_comma_between(&self, from: TextSize, to: TextSize) -> bool {
        let mut level = 0usize;
        for token in &self.tokens {
            if token.range.start() < from || token.range.start() >= to {
                continue;
            }
            match token.kind {
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => level += 1,
                TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                    level = level.saturating_sub(1);
                }
                TokenKind::Comma if level == 0 => return true,
                _ => {}
            }
        }
        false
    }

    pub(super) fn has_def(&self, range: TextRange) -> bool {
        let Some(start) = self.statement_start(range.start()) else {
            return false;
        };
        self.after(start.range.start())
            .is_some_and(|token| token.kind == TokenKind::Def)
    }

    /// Whether a `lambda` before still waits for its colon.
    pub(super) fn is_in_lambda(&self, offset: TextSize) -> bool {
        let Some(start) = self.statement_start(offset) else {
            return false;
        };
        let mut lambdas = 0usize;
        for token in &self.tokens {
            if token.range.start() < start.range.start() || token.range.start() >= offset {
                continue;
            }
            match token.kind {
                TokenKind::Lambda => lambdas += 1,
                TokenKind::Colon => lambdas = lambdas.saturating_sub(1),
                _ => {}
            }
        }
        lambdas > 0
    }

    /// The index where the operand before `index` begins, going back over
    /// balanced brackets to what `stops`.
    fn walk_back(&self, index: usize, stops: impl Fn(TokenKind) -> bool) -> usize {
        let mut level = 0usize;
        let mut at = index;
        while at > 0 {
            let kind = self.tokens[at - 1].kind;
            match kind {
                TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => level += 1,
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                    if level == 0 {
                        break;
                    }
                    level -= 1;
                }
                TokenKind::Newline | TokenKind::Indent | TokenKind::Dedent => break,
                kind if level == 0 && stops(kind) => break,
                _ => {}
            }
            at -= 1;
        }
        at
    }

    fn position(&self, offset: TextSize) -> usize {
        self.tokens
            .iter()
            .position(|token| token.range.start() >= offset)
            .unwrap_or(self.tokens.len())
    }

    /// Where the operand of `or` and weaker operators begins that ends before
    /// an offset.
    pub(super) fn disjunction_start(&self, offset: TextSize) -> Option<Start> {
        let index = self.position(offset);
        let start = self.walk_back(index, |kind| {
            matches!(
                kind,
                TokenKind::Comma
                    | TokenKind::Colon
                    | TokenKind::Equal
                    | TokenKind::ColonEqual
                    | TokenKind::Semi
                    | TokenKind::If
                    | TokenKind::Else
                    | TokenKind::Lambda
                    | TokenKind::For
                    | TokenKind::Return
                    | TokenKind::Assert
                    | TokenKind::Yield
                    | TokenKind::Del
                    | TokenKind::From
                    | TokenKind::Raise
                    | TokenKind::As
                    | TokenKind::Exclamation
            ) || is_augmented(kind)
        });
        // A star before an element is not part of it.
        let start = match self.tokens.get(start).map(|token| token.kind) {
            Some(TokenKind::Star | TokenKind::DoubleStar) => start + 1,
            _ => start,
        };
        let token = self.tokens.get(start)?;
        Some(Start {
            offset: token.range.start(),
            is_soft_keyword: matches!(
                token.kind,
                TokenKind::Match | TokenKind::Case | TokenKind::Type
            ) || (token.kind == TokenKind::Name
                && &self.source[token.range.start().into()..token.range.end().into()] == "_"),
            is_single: index == start + 1,
        })
    }

    /// Where the operand of a comparison begins that ends before an offset.
    pub(super) fn bitwise_start(&self, offset: TextSize) -> Option<TextSize> {
        let index = self.position(offset);
        let start = self.walk_back(index, |kind| {
            matches!(
                kind,
                TokenKind::Comma
                    | TokenKind::Colon
                    | TokenKind::Equal
                    | TokenKind::ColonEqual
                    | TokenKind::Semi
                    | TokenKind::If
                    | TokenKind::Elif
                    | TokenKind::Else
                    | TokenKind::While
                    | TokenKind::Assert
                    | TokenKind::Lambda
                    | TokenKind::For
                    | TokenKind::In
                    | TokenKind::Is
                    | TokenKind::And
                    | TokenKind::Or
                    | TokenKind::Not
                    | TokenKind::Less
                    | TokenKind::Greater
                    | TokenKind::EqEqual
                    | TokenKind::NotEqual
                    | TokenKind::LessEqual
                    | TokenKind::GreaterEqual
            )
        });
        Some(self.tokens.get(start)?.range.start())
    }

    pub(super) fn expression_start(&self, index: usize) -> Option<TextSize> {
        self.disjunction_start(self.tokens.get(index)?.range.start())
            .map(|start| start.offset)
    }

    /// Where the expression that begins at an offset seems to end.
    pub(super) fn expression_end(&self, offset: TextSize) -> TextSize {
        let mut level = 0usize;
        let mut end = offset;
        for token in &self.tokens[self.position(offset)..] {
            match token.kind {
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => level += 1,
                TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                    if level == 0 {
                        break;
                    }
                    level -= 1;
                }
                TokenKind::Newline | TokenKind::EndOfFile => break,
                TokenKind::Comma
                | TokenKind::Colon
                | TokenKind::Equal
                | TokenKind::Semi
                | TokenKind::For
                    if level == 0 =>
                {
                    break;
                }
                _ => {}
            }
            if level == 0
                && end > offset
                && token.begins_expression()
                && self
                    .before(token.range.start(), 0)
                    .is_some_and(|t| t.ends_expression())
                && !matches!(token.kind, TokenKind::Lpar | TokenKind::Lsqb)
            {
                break;
            }
            end = token.range.end();
        }
        end
    }

    pub(super) fn line_end(&self, offset: TextSize) -> TextSize {
        let mut end = offset;
        for token in &self.tokens[self.position(offset)..] {
            if matches!(
                token.kind,
                TokenKind::Newline | TokenKind::Semi | TokenKind::EndOfFile
            ) {
                break;
            }
            end = token.range.end();
        }
        end
    }

    /// Whether what follows up to the line's end could be an expression: no
    /// two operands side by side, no dot at an end.
    pub(super) fn rest_is_expression(&self, offset: TextSize) -> bool {
        let mut last: Option<Token> = None;
        for token in &self.tokens[self.position(offset)..] {
            if matches!(
                token.kind,
                TokenKind::Newline | TokenKind::Semi | TokenKind::EndOfFile
            ) {
                break;
            }
            if let Some(last) = last {
                let joins = matches!(token.kind, TokenKind::Lpar | TokenKind::Lsqb);
                if last.ends_expression()
                    && token.begins_expression()
                    && !joins
                    && !(last.is_string() && token.is_string())
                {
                    return false;
                }
                if last.kind == TokenKind::Dot && token.kind != TokenKind::Name {
                    return false;
                }
            }
            last = Some(*token);
        }
        last.is_some_and(|token| token.ends_expression() || token.kind == TokenKind::Comma)
    }

    /// `"..."name"..."`: a string that seems to have ended too early.
    pub(super) fn is_string_pair(&self, offset: TextSize) -> bool {
        let index = self.position(offset);
        let (Some(before), Some(token)) = (
            index
                .checked_sub(1)
                .and_then(|index| self.tokens.get(index)),
            self.tokens.get(index),
        ) else {
            return false;
        };
        if before.kind != TokenKind::String || token.kind != TokenKind::Name {
            return false;
        }
        self.tokens[index..]
            .iter()
            .take_while(|token| token.kind != TokenKind::Newline)
            .any(|token| token.kind == TokenKind::String)
    }

    /// Whether an offset is between the parentheses of a call.
    pub(super) fn is_call_argument(&self, offset: TextSize) -> bool {
        let Some(bracket) = self.enclosing_bracket(offset) else {
            return false;
        };
        if bracket.kind != TokenKind::Lpar {
            return false;
        }
        let callee = self.before(bracket.range.start(), 0);
        let before = self
            .before(bracket.range.start(), 1)
            .map(|token| token.kind);
        callee.is_some_and(|token| {
            token.ends_expression() && token.range.end() <= bracket.range.start()
        }) && !matches!(before, Some(TokenKind::Def))
    }

    /// Whether the star before an offset begins an argument or an index.
    pub(super) fn is_starred_argument(&self, offset: TextSize) -> bool {
        let before = self.before(offset, 1).map(|token| token.kind);
        if !matches!(
            before,
            Some(TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Comma)
        ) {
            return false;
        }
        let Some(bracket) = self.enclosing_bracket(offset) else {
            return false;
        };
        let callee = self.before(bracket.range.start(), 0);
        matches!(bracket.kind, TokenKind::Lpar | TokenKind::Lsqb)
            && callee.is_some_and(|token| token.ends_expression())
            && !matches!(
                self.before(bracket.range.start(), 1)
                    .map(|token| token.kind),
                Some(TokenKind::Def)
            )
    }

    /// The first token of the parameters that an offset is among.
    pub(super) fn first_parameter(&self, offset: TextSize) -> Option<Token> {
        match self.enclosing_bracket(offset) {
            Some(bracket) => self.after(bracket.range.start()),
            None => {
                let lambda = self.last_before(offset, TokenKind::Lambda)?;
                self.tokens.get(lambda + 1).copied()
            }
        }
    }

    pub(super) fn is_parameter_default(&self, offset: TextSize) -> bool {
        if self.is_in_lambda(offset) {
            return true;
        }
        let Some(bracket) = self.enclosing_bracket(offset) else {
            return false;
        };
        matches!(
            self.before(bracket.range.start(), 1)
                .map(|token| token.kind),
            Some(TokenKind::Def)
        )
    }

    pub(super) fn has_second_equal(&self, offset: TextSize) -> bool {
        self.tokens[self.position(offset)..]
            .iter()
            .take_while(|token| !matches!(token.kind, TokenKind::Newline | TokenKind::Semi))
            .filter(|token| token.kind == TokenKind::Equal)
            .count()
            > 1
    }

    pub(super) fn is_from_import(&self, offset: TextSize) -> bool {
        self.statement_start(offset)
            .is_some_and(|token| token.kind == TokenKind::From)
    }

    /// Where the clause begins whose block is missing at an offset.
    pub(super) fn clause_start(&self, offset: TextSize, kinds: &[TokenKind]) -> Option<TextSize> {
        let index = self.position(offset);
        let last = self.tokens[..index.min(self.tokens.len())]
            .iter()
            .rev()
            .find(|token| kinds.contains(&token.kind) && token.range.start() < offset)?;
        Some(last.range.start())
    }

    pub(super) fn is_except_star(&self, offset: TextSize) -> bool {
        let Some(start) = self.clause_start(offset, &[TokenKind::Except]) else {
            return false;
        };
        self.after(start)
            .is_some_and(|token| token.kind == TokenKind::Star)
    }

    /// The token where a block should begin: the first of the next line.
    pub(super) fn block_token(&self, offset: TextSize) -> Option<TextRange> {
        self.tokens[self.position(offset)..]
            .iter()
            .find(|token| {
                !matches!(
                    token.kind,
                    TokenKind::Newline | TokenKind::Dedent | TokenKind::Indent
                )
            })
            .map(|token| token.range)
    }

    /// Whether a brace opens a replacement field, and of what.
    pub(super) fn field_kind(&self, brace: TextSize) -> Option<&'static str> {
        let index = self
            .tokens
            .iter()
            .position(|token| token.range.start() == brace)?;
        if self.tokens[index].kind != TokenKind::Lbrace {
            return None;
        }
        let mut depth = 0usize;
        let mut is_first = true;
        let mut seen_colon = false;
        for token in self.tokens[..index].iter().rev() {
            match token.kind {
                TokenKind::FStringMiddle | TokenKind::FStringStart if is_first => {
                    return Some("f-string");
                }
                TokenKind::TStringMiddle | TokenKind::TStringStart if is_first => {
                    return Some("t-string");
                }
                TokenKind::Rbrace => depth += 1,
                TokenKind::Lbrace => {
                    if depth == 0 {
                        // A field in the format specification of a field.
                        return if seen_colon {
                            self.field_kind(token.range.start())
                        } else {
                            None
                        };
                    }
                    depth -= 1;
                }
                TokenKind::Newline => return None,
                TokenKind::Colon if depth == 0 => {
                    seen_colon = true;
                    is_first = false;
                }
                _ if depth == 0 => is_first = false,
                _ => {}
            }
        }
        None
    }

    /// The kinds of the tokens since the field around an offset opened.
    pub(super) fn since_field(&self, offset: TextSize) -> Vec<TokenKind> {
        let Some(bracket) = self.enclosing_bracket(offset) else {
            return Vec::new();
        };
        self.tokens
            .iter()
            .filter(|token| {
                token.range.start() > bracket.range.start() && token.range.start() < offset
            })
            .map(|token| token.kind)
            .collect()
    }
}

fn begins_block(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::If
            | TokenKind::Elif
            | TokenKind::Else
            | TokenKind::For
            | TokenKind::While
            | TokenKind::With
            | TokenKind::Try
            | TokenKind::Except
            | TokenKind::Finally
            | TokenKind::Def
            | TokenKind::Class
            | TokenKind::Async
            | TokenKind::Match
            | TokenKind::Case
    )
}

fn is_augmented(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::PlusEqual
            | TokenKind::MinusEqual
            | TokenKind::StarEqual
            | TokenKind::SlashEqual
            | TokenKind::DoubleSlashEqual
            | TokenKind::PercentEqual
            | TokenKind::AtEqual
            | TokenKind::AmperEqual
            | TokenKind::VbarEqual
            | TokenKind::CircumflexEqual
            | TokenKind::LeftShiftEqual
            | TokenKind::RightShiftEqual
            | TokenKind::DoubleStarEqual
    )
}

/// The expression with exactly this range, the outermost of several.
pub(super) fn expression_at(tree: &Mod, range: TextRange) -> Option<&Expr> {
    let mut finder = Finder { range, found: None };
    match tree {
        Mod::Module(module) => finder.visit_body(&module.body),
        Mod::Expression(expression) => finder.visit_expr(&expression.body),
    }
    finder.found
}

struct Finder<'t> {
    range: TextRange,
    found: Option<&'t Expr>,
}

impl<'t> Visitor<'t> for Finder<'t> {
    fn visit_expr(&mut self, expr: &'t Expr) {
        if self.found.is_some() {
            return;
        }
        if expr.range() == self.range {
            self.found = Some(expr);
            return;
        }
        walk_expr(self, expr);
    }
}

/// From one place to another: tokens of a broken source may be out of order.
pub(super) fn span(start: TextSize, end: TextSize) -> TextRange {
    TextRange::new(start.min(end), start.max(end))
}

/// What CPython's messages call an expression.
pub(super) fn expression_name(expr: &Expr) -> &'static str {
    match expr {
        Expr::Attribute(_) => "attribute",
        Expr::Subscript(_) => "subscript",
        Expr::Starred(_) => "starred",
        Expr::Name(name) if name.id.as_str() == "__debug__" => "__debug__",
        Expr::Name(_) => "name",
        Expr::List(_) => "list",
        Expr::Tuple(_) => "tuple",
        Expr::Lambda(_) => "lambda",
        Expr::Call(_) => "function call",
        Expr::BoolOp(_) | Expr::BinOp(_) | Expr::UnaryOp(_) => "expression",
        Expr::Generator(_) => "generator expression",
        Expr::Yield(_) | Expr::YieldFrom(_) => "yield expression",
        Expr::Await(_) => "await expression",
        Expr::ListComp(_) => "list comprehension",
        Expr::SetComp(_) => "set comprehension",
        Expr::DictComp(_) => "dict comprehension",
        Expr::Dict(_) => "dict literal",
        Expr::Set(_) => "set display",
        Expr::FString(_) => "f-string expression",
        Expr::TString(_) => "t-string expression",
        Expr::NoneLiteral(_) => "None",
        Expr::BooleanLiteral(ast::ExprBooleanLiteral { value: true, .. }) => "True",
        Expr::BooleanLiteral(_) => "False",
        Expr::EllipsisLiteral(_) => "ellipsis",
        Expr::StringLiteral(_) | Expr::BytesLiteral(_) | Expr::NumberLiteral(_) => "literal",
        Expr::Compare(_) => "comparison",
        Expr::If(_) => "conditional expression",
        Expr::Named(_) => "named expression",
        Expr::Slice(_) | Expr::IpyEscapeCommand(_) => "expression",
    }
}
