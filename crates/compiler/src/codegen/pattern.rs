//! `match` statements.
//!
//! Names are bound only once a whole pattern has matched: until then their
//! values wait in temporaries, one for each name.

use airlock_bytecode::{CmpOp, Const, Instr, Reg};
use ruff_python_ast::{self as ast, Pattern};
use ruff_text_size::{Ranged, TextRange};

use super::Compiler;
use super::store::unpacking;
use crate::assemble::Label;
use crate::constants;

/// The temporaries of the names that a pattern binds.
type Captures<'a> = Vec<(&'a str, Reg, TextRange)>;

impl<'a> Compiler<'a, '_> {
    pub(super) fn match_(&mut self, e: &'a ast::StmtMatch) {
        let subject = self.expr_to_temp(&e.subject);
        let end = self.new_label();
        let count = e.cases.len();
        for (index, case) in e.cases.iter().enumerate() {
            if index + 1 < count && case.guard.is_none() {
                self.check_refutable(&case.pattern);
            }
            let next = self.new_label();
            let mark = self.mark();
            let mut names = Vec::new();
            self.names_of(&case.pattern, &mut names);
            let captures: Captures<'a> = names
                .iter()
                .map(|(name, range)| (*name, self.alloc(), *range))
                .collect();
            self.pattern(&case.pattern, subject, &captures, next);
            for (name, reg, range) in &captures {
                self.store_name(name, *reg, *range);
            }
            self.free_to(mark);
            if let Some(guard) = case.guard.as_deref() {
                self.jump_if(guard, false, next);
            }
            self.conditional_stmts(&case.body);
            let range = self.here();
            self.jump(end, range);
            self.place_label(next);
        }
        self.place_label(end);
    }

    /// A pattern that always matches must be the last.
    fn check_refutable(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::MatchAs(ast::PatternMatchAs {
                pattern: None,
                name,
                range,
                ..
            }) => {
                let message = match name {
                    Some(name) => {
                        format!("name capture '{name}' makes remaining patterns unreachable")
                    }
                    None => "wildcard makes remaining patterns unreachable".into(),
                };
                self.report.syntax(*range, message);
            }
            Pattern::MatchAs(ast::PatternMatchAs {
                pattern: Some(pattern),
                ..
            }) => {
                self.check_refutable(pattern);
            }
            Pattern::MatchOr(or) => {
                if let Some(last) = or.patterns.last() {
                    self.check_refutable(last);
                }
            }
            _ => {}
        }
    }

    /// The names a pattern binds, in order; refuses names bound twice and
    /// alternatives that bind different names.
    fn names_of(&mut self, pattern: &'a Pattern, names: &mut Vec<(&'a str, TextRange)>) {
        match pattern {
            Pattern::MatchValue(_) | Pattern::MatchSingleton(_) => {}
            Pattern::MatchSequence(p) => {
                p.patterns
                    .iter()
                    .for_each(|pattern| self.names_of(pattern, names));
            }
            Pattern::MatchMapping(p) => {
                p.patterns
                    .iter()
                    .for_each(|pattern| self.names_of(pattern, names));
                if let Some(rest) = &p.rest {
                    self.add_name(rest, names);
                }
            }
            Pattern::MatchClass(p) => {
                p.arguments
                    .patterns
                    .iter()
                    .for_each(|pattern| self.names_of(pattern, names));
                for keyword in &p.arguments.keywords {
                    self.names_of(&keyword.pattern, names);
                }
            }
            Pattern::MatchStar(p) => {
                if let Some(name) = &p.name {
                    self.add_name(name, names);
                }
            }
            Pattern::MatchAs(p) => {
                if let Some(pattern) = &p.pattern {
                    self.names_of(pattern, names);
                }
                if let Some(name) = &p.name {
                    self.add_name(name, names);
                }
            }
            Pattern::MatchOr(p) => self.names_of_alternatives(p, names),
        }
    }

    fn names_of_alternatives(
        &mut self,
        p: &'a ast::PatternMatchOr,
        names: &mut Vec<(&'a str, TextRange)>,
    ) {
        for (index, pattern) in p.patterns.iter().enumerate() {
            if index + 1 < p.patterns.len() {
                self.check_refutable(pattern);
            }
        }
        let mut first: Option<Vec<(&'a str, TextRange)>> = None;
        for pattern in &p.patterns {
            let mut own = Vec::new();
            self.names_of(pattern, &mut own);
            match &first {
                None => first = Some(own),
                Some(first) => {
                    let same = first.len() == own.len()
                        && own
                            .iter()
                            .all(|(name, _)| first.iter().any(|(n, _)| n == name));
                    if !same {
                        self.report
                            .syntax(p, "alternative patterns bind different names");
                        return;
                    }
                }
            }
        }
        for (name, range) in first.unwrap_or_default() {
            self.add_name_at(name, range, names);
        }
    }

    fn add_name(&mut self, name: &'a ast::Identifier, names: &mut Vec<(&'a str, TextRange)>) {
        self.add_name_at(name.as_str(), name.range, names);
    }

    fn add_name_at(
        &mut self,
        name: &'a str,
        range: TextRange,
        names: &mut Vec<(&'a str, TextRange)>,
    ) {
        if names.iter().any(|(other, _)| *other == name) {
            self.report.syntax(
                range,
                format!("multiple assignments to name '{name}' in pattern"),
            );
            return;
        }
        names.push((name, range));
    }

    fn capture(&mut self, name: &str, src: Reg, captures: &Captures<'a>, range: TextRange) {
        if let Some((_, dst, _)) = captures.iter().find(|(other, ..)| *other == name) {
            self.move_to(*dst, src, range);
        }
    }

    /// Goes on if `src` matches, else jumps to `fail`.
    fn pattern(&mut self, pattern: &'a Pattern, src: Reg, captures: &Captures<'a>, fail: Label) {
        let mark = self.mark();
        match pattern {
            Pattern::MatchValue(p) => {
                self.check_value(&p.value);
                let b = self.expr(&p.value, None);
                self.compare_jump(CmpOp::Eq, src, b, false, fail, p.range);
            }
            Pattern::MatchSingleton(p) => self.singleton(p, src, fail),
            Pattern::MatchSequence(p) => self.sequence(p, src, captures, fail),
            Pattern::MatchMapping(p) => self.mapping(p, src, captures, fail),
            Pattern::MatchClass(p) => self.class_pattern(p, src, captures, fail),
            Pattern::MatchStar(p) => {
                if let Some(name) = &p.name {
                    self.capture(name.as_str(), src, captures, p.range);
                }
            }
            Pattern::MatchAs(p) => {
                if let Some(pattern) = &p.pattern {
                    self.pattern(pattern, src, captures, fail);
                }
                if let Some(name) = &p.name {
                    self.capture(name.as_str(), src, captures, p.range);
                }
            }
            Pattern::MatchOr(p) => {
                let matched = self.new_label();
                for (index, pattern) in p.patterns.iter().enumerate() {
                    if index + 1 == p.patterns.len() {
                        self.pattern(pattern, src, captures, fail);
                    } else {
                        let next = self.new_label();
                        self.pattern(pattern, src, captures, next);
                        self.jump(matched, pattern.range());
                        self.place_label(next);
                    }
                }
                self.place_label(matched);
            }
        }
        self.free_to(mark);
    }

    fn check_value(&mut self, value: &ast::Expr) {
        let allowed = self.fold(value).is_some() || value.is_attribute_expr();
        if !allowed {
            self.report.syntax(
                value,
                "patterns may only match literals and attribute lookups",
            );
        }
    }

    fn singleton(&mut self, p: &ast::PatternMatchSingleton, src: Reg, fail: Label) {
        let value = match p.value {
            ast::Singleton::None => {
                self.emit_jump(Instr::JumpIfNotNone { src, target: 0 }, fail, p.range);
                return;
            }
            ast::Singleton::True => true,
            ast::Singleton::False => false,
        };
        let b = self.alloc();
        self.emit(Instr::LoadBool { dst: b, value }, p.range);
        self.compare_jump(CmpOp::Is, src, b, false, fail, p.range);
    }

    fn sequence(
        &mut self,
        p: &'a ast::PatternMatchSequence,
        src: Reg,
        captures: &Captures<'a>,
        fail: Label,
    ) {
        let range = p.range;
        let count = p.patterns.len();
        let star = p.patterns.iter().position(Pattern::is_match_star);
        if let Some(star) = star
            && p.patterns[star + 1..].iter().any(Pattern::is_match_star)
        {
            self.report
                .syntax(p, "multiple starred names in sequence pattern");
            return;
        }
        if count > 255 {
            self.overflow("a sequence pattern with this many items", range);
            return;
        }
        let test = self.alloc();
        self.emit(Instr::MatchSequence { dst: test, src }, range);
        self.emit_jump(
            Instr::JumpIfFalse {
                src: test,
                target: 0,
            },
            fail,
            range,
        );
        let minimum = count - star.is_some() as usize;
        if star.is_none() || minimum > 0 {
            self.emit(Instr::Length { dst: test, src }, range);
            let op = if star.is_some() { CmpOp::Ge } else { CmpOp::Eq };
            let value = minimum as i16;
            let jump = Instr::JumpUnlessCompareInt {
                op,
                a: test,
                value,
                offset: 0,
            };
            self.emit_jump(jump, fail, range);
        }
        if p.patterns.iter().all(is_wildcard) {
            return;
        }
        match star {
            Some(star) if is_wildcard(&p.patterns[star]) => {
                self.items_around_star(p, star, src, test, captures, fail);
            }
            _ => {
                let base = self.alloc_many(count);
                // A copy: unpacking may put a list in its place, and other
                // patterns look at the same subject.
                self.move_to(base, src, range);
                self.emit(unpacking(base, base, count, star), range);
                for (index, pattern) in p.patterns.iter().enumerate() {
                    self.pattern(pattern, base + index as Reg, captures, fail);
                }
            }
        }
    }

    /// With `*_`, only the items that are matched are looked at.
    fn items_around_star(
        &mut self,
        p: &'a ast::PatternMatchSequence,
        star: usize,
        src: Reg,
        length: Reg,
        captures: &Captures<'a>,
        fail: Label,
    ) {
        let count = p.patterns.len();
        for (index, pattern) in p.patterns.iter().enumerate() {
            if index == star || is_wildcard(pattern) {
                continue;
            }
            let range = pattern.range();
            let mark = self.mark();
            let key = self.alloc();
            if index < star {
                self.load_const(Const::Int(index as i64), key, range);
            } else {
                // From the end: length - (count - index).
                let value = -((count - index) as i16);
                self.emit(
                    Instr::AddInt {
                        dst: key,
                        a: length,
                        value,
                    },
                    range,
                );
            }
            self.emit(
                Instr::LoadSubscr {
                    dst: key,
                    obj: src,
                    key,
                },
                range,
            );
            self.pattern(pattern, key, captures, fail);
            self.free_to(mark);
        }
    }

    fn mapping(
        &mut self,
        p: &'a ast::PatternMatchMapping,
        src: Reg,
        captures: &Captures<'a>,
        fail: Label,
    ) {
        let range = p.range;
        let count = p.keys.len();
        self.check_mapping_keys(p);
        let test = self.alloc();
        self.emit(Instr::MatchMapping { dst: test, src }, range);
        self.emit_jump(
            Instr::JumpIfFalse {
                src: test,
                target: 0,
            },
            fail,
            range,
        );
        if count > 0 {
            self.emit(Instr::Length { dst: test, src }, range);
            let value = count.min(i16::MAX as usize) as i16;
            let jump = Instr::JumpUnlessCompareInt {
                op: CmpOp::Ge,
                a: test,
                value,
                offset: 0,
            };
            self.emit_jump(jump, fail, range);
        }
        if count == 0 && p.rest.is_none() {
            return;
        }
        let base = self.alloc_many(count);
        for (index, key) in p.keys.iter().enumerate() {
            self.expr(key, Some(base + index as Reg));
        }
        if count > 0 {
            let keys = self.alloc();
            self.emit(
                Instr::BuildTuple {
                    dst: keys,
                    base,
                    count: count as u16,
                },
                range,
            );
            self.emit(
                Instr::MatchKeys {
                    dst: keys,
                    src,
                    keys,
                },
                range,
            );
            self.emit_jump(
                Instr::JumpIfNone {
                    src: keys,
                    target: 0,
                },
                fail,
                range,
            );
            let values = self.alloc_many(count);
            let unpack = Instr::UnpackSequence {
                src: keys,
                base: values,
                count: count as u16,
            };
            self.emit(unpack, range);
            for (index, pattern) in p.patterns.iter().enumerate() {
                self.pattern(pattern, values + index as Reg, captures, fail);
            }
        }
        if let Some(rest) = &p.rest {
            let dict = self.alloc();
            let empty = self.unit.next_temp as Reg;
            self.emit(
                Instr::BuildDict {
                    dst: dict,
                    base: empty,
                    count: 0,
                },
                range,
            );
            self.emit(Instr::DictUpdate { dict, mapping: src }, range);
            for index in 0..count {
                self.emit(
                    Instr::DeleteSubscr {
                        obj: dict,
                        key: base + index as Reg,
                    },
                    range,
                );
            }
            self.capture(rest.as_str(), dict, captures, rest.range);
        }
    }

    fn check_mapping_keys(&mut self, p: &ast::PatternMatchMapping) {
        let mut seen: Vec<Const> = Vec::new();
        for key in &p.keys {
            let Some(value) = self.fold(key) else {
                if !key.is_attribute_expr() {
                    self.report.syntax(
                        p,
                        "mapping pattern keys may only match literals and attribute lookups",
                    );
                }
                continue;
            };
            if seen.iter().any(|other| constants::equal(other, &value)) {
                let text = constants::repr(&value);
                self.report
                    .syntax(p, format!("mapping pattern checks duplicate key ({text})"));
            }
            seen.push(value);
        }
    }

    fn class_pattern(
        &mut self,
        p: &'a ast::PatternMatchClass,
        src: Reg,
        captures: &Captures<'a>,
        fail: Label,
    ) {
        let range = p.range;
        let arguments = &p.arguments;
        let positional = arguments.patterns.len();
        if positional > 255 {
            self.overflow("a class pattern with this many items", range);
            return;
        }
        for (index, keyword) in arguments.keywords.iter().enumerate() {
            if arguments.keywords[..index]
                .iter()
                .any(|other| other.attr.id == keyword.attr.id)
            {
                self.report.syntax(
                    keyword.pattern.range(),
                    format!("attribute name repeated in class pattern: {}", keyword.attr),
                );
            }
        }
        let base = self.alloc_many(2);
        self.expr(&p.cls, Some(base));
        let names: Vec<Const> = arguments
            .keywords
            .iter()
            .map(|keyword| Const::Str(keyword.attr.as_str().into()))
            .collect();
        self.load_const(Const::Tuple(names.into()), base + 1, range);
        self.emit(
            Instr::MatchClass {
                positional: positional as u8,
                dst: base,
                src,
                base,
            },
            range,
        );
        self.emit_jump(
            Instr::JumpIfNone {
                src: base,
                target: 0,
            },
            fail,
            range,
        );
        let count = positional + arguments.keywords.len();
        if count == 0 {
            return;
        }
        let values = self.alloc_many(count);
        let unpack = Instr::UnpackSequence {
            src: base,
            base: values,
            count: count as u16,
        };
        self.emit(unpack, range);
        let patterns = arguments
            .patterns
            .iter()
            .chain(arguments.keywords.iter().map(|keyword| &keyword.pattern));
        for (index, pattern) in patterns.enumerate() {
            self.pattern(pattern, values + index as Reg, captures, fail);
        }
    }
}

/// `_` and `*_`: match anything and bind nothing.
fn is_wildcard(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::MatchAs(p) => p.pattern.is_none() && p.name.is_none(),
        Pattern::MatchStar(p) => p.name.is_none(),
        _ => false,
    }
}
