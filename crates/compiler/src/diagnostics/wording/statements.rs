//! Errors in statements and expressions that parse up to some token.

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::{Context, DiagnosticKind, Worded, expression_at, expression_name, span, syntax};

impl Context<'_> {
    pub(super) fn expected_token(
        &self,
        range: TextRange,
        expected: TokenKind,
        found: TokenKind,
    ) -> Worded {
        if let Some(worded) = self.mistaken_parameter(range) {
            return worded;
        }
        if let Some(worded) = self.mistaken_expression(range) {
            return worded;
        }
        match expected {
            TokenKind::Colon if self.wants_colon(range, found) => {
                if let Some(unclosed) = self.unclosed(range) {
                    return unclosed;
                }
                syntax(
                    self.tokens.at(range.start()).map_or(range, |t| t.range),
                    "expected ':'",
                )
            }
            TokenKind::Lpar if self.is_definition(range) => syntax(range, "expected '('"),
            TokenKind::In if self.unclosed(range).is_none() && self.is_in_comprehension(range) => {
                syntax(range, "'in' expected after for-loop variables")
            }
            TokenKind::Else if found != TokenKind::Colon => {
                let start = self.if_expression_start(range);
                syntax(
                    start.unwrap_or(range),
                    "expected 'else' after 'if' expression",
                )
            }
            TokenKind::Colon
                if matches!(found, TokenKind::Comma | TokenKind::Rbrace)
                    && self
                        .tokens
                        .enclosing_bracket(range.start())
                        .is_some_and(|bracket| bracket.kind == TokenKind::Lbrace) =>
            {
                let at = self
                    .tokens
                    .before(range.start(), 0)
                    .map_or(range, |token| token.range);
                syntax(at, "':' expected after dictionary key")
            }
            _ => self.generic(range),
        }
    }

    /// Parameters in parentheses, `/*`, bounds where none can be.
    pub(super) fn mistaken_parameter(&self, range: TextRange) -> Option<Worded> {
        let token = self.tokens.at(range.start())?;
        let before = self.tokens.before(range.start(), 0)?;
        let is_lambda = self.tokens.is_in_lambda(range.start());
        let is_parameters = is_lambda || self.tokens.is_parameter_default(range.start());
        match token.kind {
            TokenKind::Star if is_parameters && before.kind == TokenKind::Slash => {
                Some(syntax(token.range, "expected comma between / and *"))
            }
            TokenKind::Lpar
                if is_parameters
                    && matches!(
                        before.kind,
                        TokenKind::Lpar | TokenKind::Comma | TokenKind::Lambda
                    ) =>
            {
                let end = self.tokens.names_in_parentheses(token.range.start())?;
                let what = if is_lambda {
                    "Lambda expression"
                } else {
                    "Function"
                };
                Some(syntax(
                    span(token.range.start(), end),
                    format!("{what} parameters cannot be parenthesized"),
                ))
            }
            TokenKind::Colon if before.kind == TokenKind::Name => {
                let star = self.tokens.before(range.start(), 1)?;
                let what = match star.kind {
                    TokenKind::DoubleStar => "ParamSpec",
                    TokenKind::Star => "TypeVarTuple",
                    _ => return None,
                };
                let bracket = self.tokens.enclosing_bracket(range.start())?;
                let keyword = self.tokens.before(bracket.range.start(), 1)?;
                if !matches!(
                    keyword.kind,
                    TokenKind::Def | TokenKind::Class | TokenKind::Type
                ) {
                    return None;
                }
                let bound = self.tokens.after(token.range.start())?;
                let kind = if bound.kind == TokenKind::Lpar {
                    "constraints"
                } else {
                    "bound"
                };
                Some(syntax(
                    token.range,
                    format!("cannot use {kind} with {what}"),
                ))
            }
            _ => None,
        }
    }

    pub(super) fn unclosed(&self, range: TextRange) -> Option<Worded> {
        let (opening, byte) = self.unclosed_before(range.start().into())?;
        let range = TextRange::at(TextSize::new(opening), TextSize::new(1));
        Some(syntax(
            range,
            format!("'{}' was never closed", byte as char),
        ))
    }

    /// Whether CPython says that a colon is missing: at the end of the line,
    /// or anywhere after the words that nothing else can follow.
    pub(super) fn wants_colon(&self, range: TextRange, found: TokenKind) -> bool {
        let statement = self.tokens.statement_start(range.start());
        let keyword = statement.map(|token| token.kind);
        match keyword {
            Some(TokenKind::Else | TokenKind::Try | TokenKind::Finally | TokenKind::Def) => true,
            Some(TokenKind::Async) => found == TokenKind::Newline || self.tokens.has_def(range),
            Some(
                TokenKind::If
                | TokenKind::Elif
                | TokenKind::While
                | TokenKind::For
                | TokenKind::With
                | TokenKind::Class
                | TokenKind::Except
                | TokenKind::Match
                | TokenKind::Case,
            ) => matches!(found, TokenKind::Newline | TokenKind::EndOfFile),
            _ => false,
        }
    }

    pub(super) fn is_definition(&self, range: TextRange) -> bool {
        match self
            .tokens
            .statement_start(range.start())
            .map(|token| token.kind)
        {
            Some(TokenKind::Def) => true,
            Some(TokenKind::Async) => self.tokens.has_def(range),
            _ => false,
        }
    }

    pub(super) fn is_in_comprehension(&self, range: TextRange) -> bool {
        self.tokens.level(range.start()) > 0
    }

    pub(super) fn if_expression_start(&self, range: TextRange) -> Option<TextRange> {
        let index = self.tokens.last_before(range.start(), TokenKind::If)?;
        let start = self.tokens.expression_start(index)?;
        let end = self.tokens.before(range.start(), 0)?.range.end();
        Some(span(start, end))
    }

    /// Mistakes that CPython knows wherever an expression stands.
    pub(super) fn mistaken_expression(&self, range: TextRange) -> Option<Worded> {
        let token = self.tokens.at(range.start())?;
        let before = self.tokens.before(range.start(), 0)?;
        let level = self.tokens.level(range.start());
        // `if x = 3`, `f(a.b=1)`, `[x = 1]`.
        if token.kind == TokenKind::Equal {
            return self.equal_sign(token.range, before.range, level);
        }
        if token.kind == TokenKind::If || token.kind == TokenKind::Else {
            return None;
        }
        if let Some(worded) = self.comprehension_target(range) {
            return Some(worded);
        }
        // `import x from y`.
        let statement = self.tokens.statement_start(range.start())?;
        if token.kind == TokenKind::From && statement.kind == TokenKind::Import {
            return Some(syntax(
                span(statement.range.start(), self.tokens.line_end(range.start())),
                "Did you mean to use 'from ... import ...' instead?",
            ));
        }
        // `print x`.
        if let Some(worded) = self.legacy_statement(range) {
            return Some(worded);
        }
        // `a{`: an operand that never ends.
        if before.ends_expression()
            && let Some((offset, byte)) = self.scan.unclosed.last()
            && TextSize::new(*offset) == token.range.start()
        {
            return Some(syntax(
                token.range,
                format!("'{}' was never closed", *byte as char),
            ));
        }
        // `(a b)`.
        if level > 0 && before.ends_expression() && token.begins_expression() {
            let start = self.tokens.disjunction_start(range.start())?;
            if start.is_soft_keyword
                || (before.kind == TokenKind::Name && token.is_string() && start.is_single)
            {
                return None;
            }
            if self.tokens.is_string_pair(range.start()) {
                return Some(syntax(
                    span(start.offset, self.tokens.expression_end(range.start())),
                    "invalid syntax. Is this intended to be part of the string?",
                ));
            }
            let end = self.tokens.expression_end(range.start());
            return Some(syntax(
                span(start.offset, end),
                "invalid syntax. Perhaps you forgot a comma?",
            ));
        }
        if self.tokens.is_string_pair(range.start()) {
            let start = self.tokens.disjunction_start(range.start())?;
            let end = self.tokens.expression_end(range.start());
            return Some(syntax(
                span(start.offset, end),
                "invalid syntax. Is this intended to be part of the string?",
            ));
        }
        None
    }

    /// `[x, y for x, y in z]`.
    pub(super) fn comprehension_target(&self, range: TextRange) -> Option<Worded> {
        let token = self.tokens.at(range.start())?;
        if token.kind != TokenKind::For {
            return None;
        }
        let opening = self.tokens.enclosing_bracket(range.start())?;
        let has_comma = self
            .tokens
            .has_comma_between(opening.range.end(), range.start());
        if has_comma && matches!(opening.kind, TokenKind::Lsqb | TokenKind::Lbrace) {
            let first = self.tokens.after(opening.range.start())?;
            let last = self.tokens.before(range.start(), 0)?;
            return Some(syntax(
                span(first.range.start(), last.range.end()),
                "did you forget parentheses around the comprehension target?",
            ));
        }
        None
    }

    pub(super) fn legacy_statement(&self, range: TextRange) -> Option<Worded> {
        let name = self.tokens.before(range.start(), 0)?;
        let token = self.tokens.at(range.start())?;
        let text = self.text(name.range);
        let is_legacy = matches!(text, "print" | "exec")
            && name.kind == TokenKind::Name
            && token.begins_expression()
            && token.kind != TokenKind::Lpar
            && self.tokens.begins_statement(name.range.start());
        if !is_legacy || !self.tokens.rest_is_expression(range.start()) {
            return None;
        }
        let end = self.tokens.line_end(range.start());
        Some(syntax(
            span(name.range.start(), end),
            format!("Missing parentheses in call to '{text}'. Did you mean {text}(...)?"),
        ))
    }

    /// An `=` where only a comparison or `:=` could stand.
    pub(super) fn equal_sign(
        &self,
        equal: TextRange,
        before: TextRange,
        level: usize,
    ) -> Option<Worded> {
        let statement = self.tokens.statement_start(equal.start())?;
        let in_condition = matches!(
            statement.kind,
            TokenKind::If | TokenKind::Elif | TokenKind::While | TokenKind::Assert
        );
        if level == 0 && !in_condition {
            return None;
        }
        let start = self.tokens.bitwise_start(equal.start())?;
        let target = span(start, before.end());
        let is_call = self.tokens.is_call_argument(equal.start());
        let expression = self.expression_in(target);
        if is_call {
            let before = self
                .tokens
                .before(target.start(), 0)
                .map(|token| token.kind);
            if before == Some(TokenKind::DoubleStar) {
                return Some(syntax(
                    target,
                    "cannot assign to keyword argument unpacking",
                ));
            }
            return match expression {
                Some(Expr::BooleanLiteral(_) | Expr::NoneLiteral(_)) => {
                    let name = self.text(target).to_string();
                    Some(syntax(
                        span(target.start(), equal.end()),
                        format!("cannot assign to {name}"),
                    ))
                }
                _ => Some(syntax(
                    span(target.start(), equal.end()),
                    "expression cannot contain assignment, perhaps you meant \"==\"?",
                )),
            };
        }
        let end = self.tokens.expression_end(equal.end());
        match expression {
            Some(Expr::Name(_)) => Some(syntax(
                span(target.start(), end),
                "invalid syntax. Maybe you meant '==' or ':=' instead of '='?",
            )),
            Some(
                Expr::BooleanLiteral(_)
                | Expr::NoneLiteral(_)
                | Expr::List(_)
                | Expr::Tuple(_)
                | Expr::Generator(_),
            )
            | None => None,
            Some(expression) => {
                let name = expression_name(expression);
                Some(syntax(
                    target,
                    format!("cannot assign to {name} here. Maybe you meant '==' instead of '='?"),
                ))
            }
        }
    }

    /// What stands before `=` in a call is no name.
    pub(super) fn keyword_name(&self, range: TextRange) -> Worded {
        let equal = self
            .tokens
            .following(range.end(), TokenKind::Equal)
            .unwrap_or(range);
        let at = span(range.start(), equal.end().max(range.end()));
        let before = self.tokens.before(range.start(), 0).map(|token| token.kind);
        if before == Some(TokenKind::DoubleStar) {
            return syntax(range, "cannot assign to keyword argument unpacking");
        }
        match self.expression_in(range) {
            _ if matches!(self.text(range), "True" | "False" | "None") => {
                syntax(at, format!("cannot assign to {}", self.text(range)))
            }
            Some(Expr::Starred(_)) => syntax(range, "cannot assign to iterable argument unpacking"),
            _ if self.text(range).starts_with('*') => {
                syntax(range, "cannot assign to iterable argument unpacking")
            }
            _ => syntax(
                at,
                "expression cannot contain assignment, perhaps you meant \"==\"?",
            ),
        }
    }

    pub(super) fn expression_in(&self, range: TextRange) -> Option<&Expr> {
        expression_at(self.tree, range)
    }

    pub(super) fn assignment_target(&self, range: TextRange) -> Worded {
        let Some(expression) = expression_at(self.tree, range) else {
            return self.generic(range);
        };
        if let Expr::Await(e) = expression
            && e.value.range().is_empty()
        {
            return self.generic(TextRange::empty(range.end()));
        }
        let name = expression_name(expression);
        let is_grouped = self.tokens.before(range.start(), 0).is_some_and(|token| {
            token.kind == TokenKind::Lpar && self.encloses(token.range, range)
        });
        if matches!(expression, Expr::Yield(_) | Expr::YieldFrom(_)) && !is_grouped {
            return syntax(range, "assignment to yield expression not possible");
        }
        if let Expr::If(_) = expression
            && self.is_in_comprehension(range)
            && self
                .tokens
                .before(range.start(), 0)
                .is_some_and(|t| t.kind == TokenKind::For)
        {
            let at = self
                .tokens
                .following(range.start(), TokenKind::If)
                .unwrap_or(range);
            return syntax(at, "'in' expected after for-loop variables");
        }
        let statement = self.tokens.statement_start(range.start());
        if let Expr::Compare(_) = expression
            && statement.is_some_and(|token| token.kind == TokenKind::For)
        {
            return syntax(range, "invalid syntax");
        }
        let begins = statement.is_some_and(|token| {
            token.range.start() == range.start()
                || (is_grouped
                    && token.kind == TokenKind::Lpar
                    && token.range.start() < range.start())
        });
        let next = self.tokens.first_after(range.end());
        let has_value = next.is_some_and(|equal| {
            equal.kind == TokenKind::Equal
                && self
                    .tokens
                    .after(equal.range.start())
                    .is_some_and(|token| token.begins_operand())
        });
        let is_first_alone = begins && has_value && !self.tokens.has_second_equal(range.end());
        let is_bitwise = !matches!(
            expression,
            Expr::BoolOp(_)
                | Expr::Compare(_)
                | Expr::If(_)
                | Expr::Lambda(_)
                | Expr::Starred(_)
                | Expr::List(_)
                | Expr::Tuple(_)
                | Expr::Generator(_)
                | Expr::BooleanLiteral(_)
                | Expr::NoneLiteral(_)
                | Expr::Named(_)
        ) && !matches!(expression, Expr::UnaryOp(e) if e.op == ast::UnaryOp::Not);
        if is_first_alone && is_bitwise {
            return syntax(
                range,
                format!("cannot assign to {name} here. Maybe you meant '==' instead of '='?"),
            );
        }
        syntax(range, format!("cannot assign to {name}"))
    }

    /// Whether a parenthesis groups the expression at `range` alone.
    pub(super) fn encloses(&self, opening: TextRange, range: TextRange) -> bool {
        opening.end() <= range.start()
            && self
                .tokens
                .at_or_after(range.end())
                .is_some_and(|token| token.kind == TokenKind::Rpar)
            && !self.tokens.is_call_argument(range.start())
    }

    pub(super) fn empty_import(&self, range: TextRange) -> Worded {
        let statement = self.tokens.statement_start(range.start());
        match statement.map(|token| token.kind) {
            Some(TokenKind::Import | TokenKind::From)
                if self.tokens.at(range.start()).is_none_or(|token| {
                    matches!(token.kind, TokenKind::Newline | TokenKind::EndOfFile)
                }) =>
            {
                syntax(range, "Expected one or more names after 'import'")
            }
            _ => self.generic(range),
        }
    }

    pub(super) fn starred(&self, range: TextRange) -> Worded {
        let statement = self
            .tokens
            .statement_start(range.start())
            .map(|token| token.kind);
        if self.text(range).starts_with("**") {
            return syntax(range, "invalid syntax");
        }
        let before = self.tokens.before(range.start(), 0).map(|token| token.kind);
        let is_index = self
            .tokens
            .is_starred_argument(range.start() + TextSize::new(1));
        if statement == Some(TokenKind::Del) && before != Some(TokenKind::Lpar) && !is_index {
            return syntax(range, "cannot delete starred");
        }
        let bracket = self
            .tokens
            .enclosing_bracket(range.start())
            .map(|token| token.kind);
        if before == Some(TokenKind::Colon) && bracket == Some(TokenKind::Lbrace) {
            return syntax(
                range,
                "cannot use a starred expression in a dictionary value",
            );
        }
        let after = self.tokens.at_or_after(range.end()).map(|token| token.kind);
        if before == Some(TokenKind::Lpar) && after == Some(TokenKind::Rpar) {
            return syntax(range, "cannot use starred expression here");
        }
        self.generic(range)
    }

    pub(super) fn other(&self, range: TextRange, message: &str) -> Worded {
        if let Some(clause) = message.strip_prefix("Expected an indented block after ") {
            return self.missing_block(range, clause);
        }
        if message == "Expected `case` block" {
            return self.generic(range);
        }
        if message == "Expected a parameter name" {
            return self.keyword_name(range);
        }
        let fixed = match message {
            "Only single target (not list) can be annotated" => {
                "only single target (not list) can be annotated"
            }
            "Only single target (not tuple) can be annotated" => {
                "only single target (not tuple) can be annotated"
            }
            "Bytes literal cannot be mixed with non-bytes literals" => {
                "cannot mix bytes and nonbytes literals"
            }
            "Cannot have both 'except' and 'except*' on the same 'try'" => {
                "cannot have both 'except' and 'except*' on the same 'try'"
            }
            "Expected one or more exception types" => "expected one or more exception types",
            "Multiple exception types must be parenthesized when using `as`" => {
                "multiple exception types must be parenthesized when using 'as'"
            }
            "Only one '*' parameter allowed" | "Only one '*' separator allowed" => {
                "* argument may appear only once"
            }
            "Keyword-only parameter separator not allowed after '*' parameter" => {
                "* argument may appear only once"
            }
            "Position-only parameter separator not allowed as first parameter" => {
                match self
                    .tokens
                    .first_parameter(range.start())
                    .map(|token| token.kind)
                {
                    Some(TokenKind::Star) => "/ must be ahead of *",
                    _ if self
                        .tokens
                        .after(range.start())
                        .is_some_and(|t| t.kind == TokenKind::Comma) =>
                    {
                        "at least one argument must precede /"
                    }
                    _ => return syntax(range, "invalid syntax"),
                }
            }
            "Only one '/' separator allowed" => "/ may appear only once",
            "'/' parameter must appear before '*' parameter" => "/ must be ahead of *",
            "Only one '**' parameter allowed" => "arguments cannot follow var-keyword argument",
            "Positional patterns cannot follow keyword patterns" => {
                "positional patterns follow keyword patterns"
            }
            "Expected `except` or `finally` after `try` block" => {
                "expected 'except' or 'finally' block"
            }
            "Trailing comma not allowed" => {
                if self.tokens.is_from_import(range.start()) {
                    "trailing comma not allowed without surrounding parentheses"
                } else {
                    return self.generic(range);
                }
            }
            "Invalid value for a class pattern" => "invalid pattern target",
            _ => {
                return match self.mistaken_parameter(range) {
                    Some(worded) => worded,
                    None => self.expected_expression(range),
                };
            }
        };
        syntax(range, fixed)
    }

    /// `expected an indented block after 'if' statement on line 1`.
    pub(super) fn missing_block(&self, range: TextRange, clause: &str) -> Worded {
        let line_of = |kinds: &[TokenKind]| {
            self.tokens
                .clause_start(range.start(), kinds)
                .map_or(1, |start| self.lines.line(start.into()))
        };
        let (what, kinds): (&str, &[TokenKind]) = match clause {
            "`if` statement" => ("'if' statement", &[TokenKind::If]),
            "`else` clause" => ("'else' statement", &[TokenKind::Else]),
            "`elif` clause" => ("'elif' statement", &[TokenKind::Elif]),
            "`for` statement" => ("'for' statement", &[TokenKind::For]),
            "`with` statement" => ("'with' statement", &[TokenKind::With]),
            "`class` definition" => ("class definition", &[TokenKind::Class]),
            "`while` statement" => ("'while' statement", &[TokenKind::While]),
            "function definition" => ("function definition", &[TokenKind::Def]),
            "`case` block" => ("'case' statement", &[TokenKind::Case]),
            "`try` statement" => ("'try' statement", &[TokenKind::Try]),
            "`finally` clause" => ("'finally' statement", &[TokenKind::Finally]),
            "`match` statement" => ("'match' statement", &[TokenKind::Match]),
            _ => {
                if self.tokens.is_except_star(range.start()) {
                    ("'except*' statement", &[TokenKind::Except])
                } else {
                    ("'except' statement", &[TokenKind::Except])
                }
            }
        };
        let at = self.tokens.block_token(range.start()).unwrap_or(range);
        let message = format!(
            "expected an indented block after {what} on line {}",
            line_of(kinds)
        );
        (at, DiagnosticKind::IndentationError, message)
    }

    pub(super) fn two_statements(&self, range: TextRange) -> Worded {
        let at = self
            .tokens
            .at_or_after(range.start())
            .map_or(range, |token| token.range);
        if let Some(worded) = self.unclosed(at) {
            return worded;
        }
        if let Some(worded) = self.mistaken_expression(at) {
            return worded;
        }
        self.generic(at)
    }

    pub(super) fn expected_expression(&self, range: TextRange) -> Worded {
        let Some(token) = self.tokens.at(range.start()) else {
            return self.generic(range);
        };
        if let Some(worded) = self.field_without_expression(token.range) {
            return worded;
        }
        if let Some(worded) = self.unclosed(range) {
            return worded;
        }
        if let Some(worded) = self.mistaken_expression(range) {
            return worded;
        }
        let before = self.tokens.before(range.start(), 0);
        match (token.kind, before.map(|token| token.kind)) {
            (TokenKind::Not, Some(before)) if is_operator(before) => {
                let at = span(
                    token.range.start(),
                    self.tokens.expression_end(range.start()),
                );
                syntax(at, "'not' after an operator must be parenthesized")
            }
            (TokenKind::Comma | TokenKind::Rpar, Some(TokenKind::Equal))
                if self.tokens.is_parameter_default(range.start()) =>
            {
                syntax(
                    before.map_or(range, |token| token.range),
                    "expected default value expression",
                )
            }
            (TokenKind::Comma | TokenKind::Rpar, Some(TokenKind::Equal))
                if self.tokens.is_call_argument(range.start()) =>
            {
                let start = self.tokens.before(range.start(), 1);
                let at = start.map_or(range, |start| span(start.range.start(), range.start()));
                syntax(at, "expected argument value expression")
            }
            (TokenKind::Comma | TokenKind::Rbrace, Some(TokenKind::Colon))
                if self.tokens.level(range.start()) > 0 =>
            {
                syntax(
                    before.map_or(range, |token| token.range),
                    "expression expected after dictionary key and ':'",
                )
            }
            (_, Some(TokenKind::Star)) if self.tokens.is_starred_argument(range.start()) => syntax(
                before.map_or(range, |token| token.range),
                "Invalid star expression",
            ),
            _ => self.generic(range),
        }
    }

    /// `f"{}"`, `f"{!r}"`.
    pub(super) fn field_without_expression(&self, token: TextRange) -> Option<Worded> {
        let before = self.tokens.before(token.start(), 0)?;
        // Signs and the like before nothing do not make an expression.
        let seen = self.tokens.since_field(token.start());
        if let Some(bracket) = self.tokens.enclosing_bracket(token.start())
            && let Some(what) = self.tokens.field_kind(bracket.range.start())
            && !seen.is_empty()
            && seen.iter().all(|kind| is_operator(*kind))
        {
            return Some(syntax(
                token,
                format!("{what}: expecting a valid expression after '{{'"),
            ));
        }
        let what = self.tokens.field_kind(before.range.start())?;
        let kind = self.tokens.at(token.start())?.kind;
        let shown = match kind {
            TokenKind::Rbrace => "}",
            TokenKind::Exclamation => "!",
            TokenKind::Colon => ":",
            TokenKind::Equal => "=",
            _ => {
                return Some(syntax(
                    token,
                    format!("{what}: expecting a valid expression after '{{'"),
                ));
            }
        };
        Some(syntax(
            token,
            format!("{what}: valid expression required before '{shown}'"),
        ))
    }
}

fn is_operator(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Plus
            | TokenKind::Minus
            | TokenKind::Star
            | TokenKind::Slash
            | TokenKind::DoubleSlash
            | TokenKind::Percent
            | TokenKind::At
            | TokenKind::Amper
            | TokenKind::Vbar
            | TokenKind::CircumFlex
            | TokenKind::LeftShift
            | TokenKind::RightShift
            | TokenKind::DoubleStar
            | TokenKind::Tilde
            | TokenKind::Less
            | TokenKind::Greater
            | TokenKind::EqEqual
            | TokenKind::NotEqual
            | TokenKind::LessEqual
            | TokenKind::GreaterEqual
    )
}
