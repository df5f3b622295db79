//! f-strings and t-strings.

use airlock_bytecode::{Const, Instr, Intrinsic, Reg};
use ruff_python_ast::{self as ast, ConversionFlag, FStringPart, InterpolatedStringElement};
use ruff_text_size::{Ranged, TextRange};

use super::Compiler;

/// Strings are joined from at most this many registers at once.
const MAX_PARTS: usize = 64;

/// A piece of an f-string: text collected so far, or a value.
enum Piece<'a> {
    Text(String),
    Value(&'a ast::InterpolatedElement),
}

impl<'a> Compiler<'a, '_> {
    pub(super) fn f_string(&mut self, e: &'a ast::ExprFString, dst: Option<Reg>) -> Reg {
        let mut pieces = Vec::new();
        for part in e.value.iter() {
            match part {
                FStringPart::Literal(literal) => push_text(&mut pieces, literal.as_str()),
                FStringPart::FString(f_string) => push_elements(&mut pieces, &f_string.elements),
            }
        }
        self.join_pieces(pieces, dst, e.range)
    }

    fn join_pieces(&mut self, pieces: Vec<Piece<'a>>, dst: Option<Reg>, range: TextRange) -> Reg {
        if pieces.len() > MAX_PARTS {
            return self.join_many(pieces, dst, range);
        }
        match &pieces[..] {
            [] => {
                let dst = self.target(dst);
                self.load_str("", dst, range);
                return dst;
            }
            [Piece::Text(text)] => {
                let dst = self.target(dst);
                self.load_str(text, dst, range);
                return dst;
            }
            [Piece::Value(element)] => return self.format(element, dst),
            _ => {}
        }
        let mark = self.mark();
        let base = self.unit.next_temp as Reg;
        let count = pieces.len() as u16;
        for piece in pieces {
            let reg = self.alloc();
            match piece {
                Piece::Text(text) => self.load_str(&text, reg, range),
                Piece::Value(element) => {
                    self.format(element, Some(reg));
                }
            }
        }
        self.free_to(mark);
        let dst = self.target(dst);
        self.emit(Instr::BuildString { dst, base, count }, range);
        dst
    }

    fn join_many(&mut self, pieces: Vec<Piece<'a>>, dst: Option<Reg>, range: TextRange) -> Reg {
        let mark = self.mark();
        let base = self.alloc();
        self.load_str("", base, range);
        let mut pieces = pieces.into_iter().peekable();
        while pieces.peek().is_some() {
            let inner = self.mark();
            let mut count = 1;
            for piece in pieces.by_ref().take(MAX_PARTS - 1) {
                let reg = self.alloc();
                count += 1;
                match piece {
                    Piece::Text(text) => self.load_str(&text, reg, range),
                    Piece::Value(element) => {
                        self.format(element, Some(reg));
                    }
                }
            }
            self.free_to(inner);
            self.emit(
                Instr::BuildString {
                    dst: base,
                    base,
                    count,
                },
                range,
            );
        }
        self.free_to(mark);
        let dst = self.target(dst);
        self.move_to(dst, base, range);
        dst
    }

    fn format(&mut self, e: &'a ast::InterpolatedElement, dst: Option<Reg>) -> Reg {
        let mark = self.mark();
        let src = self.expr(&e.expression, None);
        let spec = self.alloc();
        self.format_spec(e, spec);
        self.free_to(mark);
        let dst = self.target(dst);
        let conversion = conversion(e);
        self.emit(
            Instr::FormatValue {
                conversion,
                dst,
                src,
                spec,
            },
            e.range,
        );
        dst
    }

    /// The format specification, or None, in `spec`.
    fn format_spec(&mut self, e: &'a ast::InterpolatedElement, spec: Reg) {
        match &e.format_spec {
            None => self.emit(Instr::LoadNone { dst: spec }, e.range),
            Some(format) => {
                let mut pieces = Vec::new();
                push_elements(&mut pieces, &format.elements);
                self.join_pieces(pieces, Some(spec), format.range);
            }
        }
    }

    pub(super) fn t_string(&mut self, e: &'a ast::ExprTString, dst: Option<Reg>) -> Reg {
        let mut pieces = Vec::new();
        for t_string in e.value.iter() {
            push_elements(&mut pieces, &t_string.elements);
        }
        let mark = self.mark();
        let list = self.alloc();
        let base = self.unit.next_temp as Reg;
        self.emit(
            Instr::BuildList {
                dst: list,
                base,
                count: 0,
            },
            e.range,
        );
        for piece in pieces {
            let mark = self.mark();
            let item = self.alloc();
            match piece {
                Piece::Text(text) => self.load_str(&text, item, e.range),
                Piece::Value(element) => self.interpolation(element, item),
            }
            self.emit(Instr::ListAppend { list, item }, e.range);
            self.free_to(mark);
        }
        self.emit(
            Instr::ListToTuple {
                dst: list,
                src: list,
            },
            e.range,
        );
        self.free_to(mark);
        let dst = self.target(dst);
        self.emit(
            Instr::Intrinsic {
                op: Intrinsic::BuildTemplate,
                dst,
                a: list,
                b: list,
            },
            e.range,
        );
        dst
    }

    /// `(value, expression text, conversion, format spec)`.
    fn interpolation(&mut self, e: &'a ast::InterpolatedElement, dst: Reg) {
        let mark = self.mark();
        let base = self.alloc_many(4);
        self.expr(&e.expression, Some(base));
        let text = source_text(self.source, e);
        self.load_str(&text, base + 1, e.range);
        match conversion(e) {
            0 => self.emit(Instr::LoadNone { dst: base + 2 }, e.range),
            byte => self.load_str(&(byte as char).to_string(), base + 2, e.range),
        }
        match &e.format_spec {
            None => self.load_const(Const::Str("".into()), base + 3, e.range),
            Some(_) => self.format_spec(e, base + 3),
        }
        self.emit(
            Instr::BuildTuple {
                dst: base,
                base,
                count: 4,
            },
            e.range,
        );
        self.emit(
            Instr::Intrinsic {
                op: Intrinsic::BuildInterpolation,
                dst,
                a: base,
                b: base,
            },
            e.range,
        );
        self.free_to(mark);
    }
}

/// Index of a field whose text is its own: in a tree that has no source, a
/// field brings the text along.
pub(crate) const OWN_TEXT: u32 = 0;

/// The text that `=` after a field's expression shows.
pub(crate) fn debug_text(e: &ast::InterpolatedElement) -> Option<&ast::DebugText> {
    let is_own = e.node_index.load().as_u32() == Some(OWN_TEXT);
    e.debug_text.as_ref().filter(|_| !is_own)
}

/// The source between the braces, without blanks around it.
pub(crate) fn source_text(source: &str, e: &ast::InterpolatedElement) -> String {
    if let Some(debug) = debug_text(e) {
        let text = debug.as_str().trim_end();
        return text.strip_suffix('=').unwrap_or(text).trim().into();
    }
    if let Some(own) = &e.debug_text {
        return own.as_str().into();
    }
    let text = |start: usize, end: usize| source.get(start..end).unwrap_or("");
    let expression = e.expression.range();
    let (start, end) = (expression.start().into(), expression.end().into());
    // Parentheses around the expression are part of the text.
    let before = text(usize::from(e.range.start()) + 1, start);
    let rest = text(end, e.range.end().into());
    let closing = rest.find(['!', ':', '}']).map_or("", |end| &rest[..end]);
    let middle = text(start, end);
    format!("{before}{middle}{closing}").trim().into()
}

fn conversion(e: &ast::InterpolatedElement) -> u8 {
    match e.conversion {
        ConversionFlag::None if debug_text(e).is_some() && e.format_spec.is_none() => b'r',
        ConversionFlag::None => 0,
        flag => flag.to_byte().unwrap_or(0),
    }
}

fn push_text(pieces: &mut Vec<Piece<'_>>, text: &str) {
    if text.is_empty() {
        return;
    }
    if let Some(Piece::Text(last)) = pieces.last_mut() {
        last.push_str(text);
        return;
    }
    pieces.push(Piece::Text(text.into()));
}

fn push_elements<'a>(pieces: &mut Vec<Piece<'a>>, elements: &'a ast::InterpolatedStringElements) {
    for element in elements {
        match element {
            InterpolatedStringElement::Literal(literal) => push_text(pieces, &literal.value),
            InterpolatedStringElement::Interpolation(element) => {
                if let Some(debug) = debug_text(element) {
                    push_text(pieces, debug.as_str());
                }
                pieces.push(Piece::Value(element));
            }
        }
    }
}
