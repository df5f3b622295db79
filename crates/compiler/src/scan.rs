//! A look at the characters of a source before the parser sees it.
//!
//! The parser and what follows it call themselves for what is nested, and
//! the stack they run on may be small: what is nested too deeply is refused
//! here. On the way the scan notes brackets and strings left open, which
//! CPython's messages name and the parser's do not.

pub(crate) mod literals;
mod numbers;

use ruff_text_size::{TextRange, TextSize};

use crate::diagnostics::{DiagnosticKind, Report};

/// Brackets inside one another, as in CPython's tokenizer.
const MAX_BRACKETS: usize = 200;
/// f-strings inside one another, as in CPython's tokenizer.
const MAX_FSTRINGS: usize = 150;
/// Fields in the format specifications of fields, as in CPython's tokenizer.
const MAX_FIELDS: usize = 3;
/// Levels of indentation, as in CPython's tokenizer.
const MAX_INDENTS: usize = 100;
/// Bytes; offsets are 32 bits wide.
const MAX_SOURCE: usize = 1 << 28;
/// How much stack the parser and the compiler may take for what is nested,
/// in units of about 120 bytes as measured in an unoptimised build: the whole
/// stays under 640 KB. The costs of each kind follow.
pub(crate) const MAX_DEPTH: u32 = 5000;
const BRACKET_DEPTH: u32 = 20;
/// A block is indented once more.
const INDENT_DEPTH: u32 = 20;
/// `-x`, `not x`, `lambda: x`, `x if y else z`, `x ** y`.
const PREFIX_DEPTH: u32 = 16;
/// `x.y`, `x()`, `x[y]`.
const TRAILER_DEPTH: u32 = 12;
/// `x + y`: chains of these are walked in loops.
const OPERATOR_DEPTH: u32 = 1;
/// Each operator that still waits for the operand a bracket opens, up to as
/// many as there are precedences.
const PENDING_DEPTH: u32 = 8;
const MAX_PENDING: u32 = 12;

/// What the scan found, with byte offsets.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// Brackets never closed, outermost first.
    pub(crate) unclosed: Vec<(u32, u8)>,
    pub(crate) mismatch: Option<Mismatch>,
    pub(crate) unterminated: Option<Unterminated>,
    /// The first number that is none; the parser takes some of these.
    pub(crate) bad_number: Option<(TextRange, String)>,
    /// The first line whose indentation fits no other.
    pub(crate) bad_indentation: Option<(u32, IndentationFault)>,
    /// A backslash that is not the last of its line.
    pub(crate) bad_continuation: Option<u32>,
    too_many_brackets: Option<u32>,
    too_many_fstrings: Option<u32>,
    too_many_fields: Option<u32>,
    too_deep: Option<u32>,
    too_indented: Option<u32>,
}

/// A closing bracket that closes nothing, or something else.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mismatch {
    pub(crate) offset: u32,
    pub(crate) closing: u8,
    pub(crate) opening: Option<(u32, u8)>,
    /// It stands in a replacement field, where CPython says so.
    pub(crate) in_field: bool,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Unterminated {
    pub(crate) start: u32,
    /// Where the search for its end stopped.
    pub(crate) end: u32,
    pub(crate) is_triple: bool,
    /// `f` or `t` for interpolated strings, else 0.
    pub(crate) kind: u8,
    /// Its last quote is there, but escaped.
    pub(crate) escaped_quote: bool,
    /// It begins with the quote that would end the f-string around.
    pub(crate) ends_field: bool,
    /// It is the f-string or t-string itself, not a string in a field of it.
    pub(crate) is_text: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IndentationFault {
    /// Tabs and blanks could mean one thing or another.
    Inconsistent,
    /// Back to a level that there was not.
    Unmatched,
}

/// Refuses what must not reach the parser.
pub(crate) fn check(source: &str, report: &mut Report) {
    let at = |offset: u32| TextRange::at(TextSize::new(offset), TextSize::new(1));
    if source.len() > MAX_SOURCE {
        report.unsupported(
            TextRange::default(),
            "a source of this size is not supported",
        );
        return;
    }
    if let Some(offset) = source.bytes().position(|byte| byte == 0) {
        report.syntax(at(offset as u32), "source code cannot contain null bytes");
        return;
    }
    let scan = run(source);
    let fatal = [
        (
            scan.too_many_brackets,
            DiagnosticKind::SyntaxError,
            "too many nested parentheses",
        ),
        (
            scan.too_many_fstrings,
            DiagnosticKind::SyntaxError,
            "too many nested f-strings or t-strings",
        ),
        (
            scan.too_many_fields,
            DiagnosticKind::SyntaxError,
            "f-string: expressions nested too deeply",
        ),
        (
            scan.too_indented,
            DiagnosticKind::IndentationError,
            "too many levels of indentation",
        ),
        (
            scan.too_deep,
            DiagnosticKind::Unsupported,
            "an expression nested this deeply is not supported",
        ),
    ];
    for (offset, kind, message) in fatal {
        if let Some(offset) = offset {
            report.push(at(offset), kind, message);
            return;
        }
    }
    if let Some((range, message)) = scan.bad_number
        && scan
            .unterminated
            .is_none_or(|string| string.start > range.start().into())
        && scan
            .bad_continuation
            .is_none_or(|offset| offset > range.start().into())
        && scan
            .mismatch
            .is_none_or(|mismatch| mismatch.offset > range.start().into())
    {
        report.syntax(range, message);
    }
}

/// What the scanner is inside of.
enum Level {
    Bracket {
        offset: u32,
        byte: u8,
        base: u32,
        depth: u32,
        operators: u32,
    },
    /// The text of an f-string or t-string.
    Text {
        offset: u32,
        quote: u8,
        is_triple: bool,
        is_raw: bool,
        kind: u8,
    },
    /// A replacement field, up to its format specification.
    Field { offset: u32, depth: u32 },
    /// A format specification.
    Spec,
}

#[derive(Clone, Copy, Default)]
struct Indent {
    wide: usize,
    narrow: usize,
}

struct Scanner<'s> {
    bytes: &'s [u8],
    at: usize,
    levels: Vec<Level>,
    brackets: usize,
    fstrings: usize,
    /// The depth of the expression outside all brackets, and its operators.
    depth: u32,
    operators: u32,
    /// The depths of all open levels together.
    total: u32,
    indents: Vec<Indent>,
    at_line_start: bool,
    found: Scan,
}

pub(crate) fn run(source: &str) -> Scan {
    let mut scanner = Scanner {
        bytes: source.as_bytes(),
        at: 0,
        levels: Vec::new(),
        brackets: 0,
        fstrings: 0,
        depth: 0,
        operators: 0,
        total: 0,
        indents: Vec::new(),
        at_line_start: true,
        found: Scan::default(),
    };
    scanner.run();
    let mut found = scanner.found;
    if found.mismatch.is_some() || found.bad_continuation.is_some() {
        return found;
    }
    for level in &scanner.levels {
        match level {
            Level::Bracket { offset, byte, .. } => found.unclosed.push((*offset, *byte)),
            Level::Field { offset, .. } => found.unclosed.push((*offset, b'{')),
            Level::Text { .. } | Level::Spec => {}
        }
    }
    if let Some(Level::Text {
        offset,
        is_triple,
        kind,
        ..
    }) = scanner.levels.last()
    {
        found.unterminated.get_or_insert(Unterminated {
            start: *offset,
            end: source.len() as u32,
            is_triple: *is_triple,
            kind: *kind,
            escaped_quote: false,
            ends_field: false,
            is_text: true,
        });
    }
    found
}

impl Scanner<'_> {
    fn run(&mut self) {
        while let Some(byte) = self.bytes.get(self.at).copied() {
            match self.levels.last() {
                Some(Level::Text { .. }) => self.text(byte),
                Some(Level::Spec) => self.spec(byte),
                _ => self.code(byte),
            }
            if self.found.too_many_brackets.is_some()
                || self.found.too_many_fstrings.is_some()
                || self.found.too_deep.is_some()
                || self.found.too_indented.is_some()
                || self.found.mismatch.is_some()
            {
                return;
            }
        }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn code(&mut self, byte: u8) {
        if self.at_line_start && self.levels.is_empty() {
            self.at_line_start = false;
            self.indentation();
            return;
        }
        match byte {
            b'#' => {
                while !matches!(self.peek(0), b'\n' | b'\r' | 0) {
                    self.at += 1;
                }
                if self.peek(0) == 0 {
                    self.at = self.at.max(self.at + (self.at < self.bytes.len()) as usize);
                }
            }
            b'\n' | b'\r' => {
                self.at += 1;
                if self.levels.is_empty() {
                    self.end_element();
                    self.at_line_start = true;
                }
            }
            b'\\' => {
                self.at += 1;
                if self.peek(0) == b'\r' && self.peek(1) == b'\n' {
                    self.at += 1;
                }
                if !matches!(self.peek(0), b'\n' | b'\r') || self.at + 1 >= self.bytes.len() {
                    let at = if self.peek(0) == b'\n' {
                        self.at + 1
                    } else {
                        self.at
                    };
                    self.found.bad_continuation.get_or_insert(at as u32);
                    self.at = self.bytes.len();
                    return;
                }
                self.at += 1;
            }
            b'"' | b'\'' => self.string(byte, 0),
            b'(' | b'[' | b'{' => self.open(byte),
            b')' | b']' | b'}' => self.close(byte),
            b',' | b';' => {
                self.at += 1;
                self.end_element();
            }
            b'!' if self.peek(1) != b'='
                && matches!(self.levels.last(), Some(Level::Field { .. })) =>
            {
                self.at += 1;
            }
            b':' if matches!(self.levels.last(), Some(Level::Field { .. })) => {
                self.at += 1;
                self.levels.push(Level::Spec);
            }
            b'-' | b'+' | b'~' => {
                self.at += 1;
                // A sign after another operator is a prefix.
                if self.is_prefix() {
                    self.deepen(PREFIX_DEPTH);
                } else {
                    self.operator();
                }
            }
            b'*' if self.peek(1) == b'*' => {
                self.at += 2;
                self.deepen(PREFIX_DEPTH);
            }
            b'.' if self.peek(1).is_ascii_digit() => self.number(),
            b'.' => {
                self.at += 1;
                self.deepen(TRAILER_DEPTH);
            }
            b'*' | b'/' | b'%' | b'@' | b'<' | b'>' | b'&' | b'|' | b'^' => {
                self.at += 1;
                self.operator();
            }
            b'0'..=b'9' => self.number(),
            byte if is_identifier(byte) => self.word(),
            _ => self.at += 1,
        }
    }

    fn number(&mut self) {
        let start = self.at;
        let end = match numbers::scan(&self.bytes[start..]) {
            Ok(length) => start + length,
            Err(fault) => {
                if self.found.bad_number.is_none() {
                    let from = if fault.is_whole {
                        start
                    } else {
                        start + fault.at.saturating_sub(1)
                    };
                    let range = TextRange::new(
                        TextSize::new(from as u32),
                        TextSize::new((start + fault.at.max(1)) as u32),
                    );
                    self.found.bad_number = Some((range, fault.message));
                }
                start + fault.at.max(1)
            }
        };
        self.at = end;
    }

    /// Whether the operator just read follows an operator or opening.
    fn is_prefix(&self) -> bool {
        let before = self.bytes[..self.at - 1]
            .iter()
            .rev()
            .find(|b| !matches!(b, b' ' | b'\t'));
        before.is_none_or(|byte| {
            !is_identifier(*byte) && !matches!(byte, b')' | b']' | b'}' | b'"' | b'\'' | b'.')
        })
    }

    fn indentation(&mut self) {
        // Columns with tabs as wide as eight blanks, and as one: both must
        // agree on how lines compare.
        let mut indent = Indent::default();
        let mut end = self.at;
        loop {
            match self.bytes.get(end) {
                Some(b' ') => {
                    indent = Indent {
                        wide: indent.wide + 1,
                        narrow: indent.narrow + 1,
                    }
                }
                Some(b'\t') => {
                    indent = Indent {
                        wide: (indent.wide / 8 + 1) * 8,
                        narrow: indent.narrow + 1,
                    };
                }
                Some(b'\x0c') => indent = Indent::default(),
                Some(b'\\') if matches!(self.bytes.get(end + 1), Some(b'\n' | b'\r')) => {
                    // A joined line: what follows counts no further.
                    break;
                }
                _ => break,
            }
            end += 1;
        }
        let start = self.at;
        self.at = end;
        if matches!(self.peek(0), b'\n' | b'\r' | b'#' | b'\\' | 0) {
            return;
        }
        let current = self.indents.last().copied().unwrap_or_default();
        let mut fault = None;
        if indent.wide == current.wide {
            if indent.narrow != current.narrow {
                fault = Some(IndentationFault::Inconsistent);
            }
        } else if indent.wide > current.wide {
            if indent.narrow <= current.narrow {
                fault = Some(IndentationFault::Inconsistent);
            }
            self.indents.push(indent);
            self.total += INDENT_DEPTH;
            if self.indents.len() >= MAX_INDENTS {
                self.found.too_indented = Some(start as u32);
            }
        } else {
            while self
                .indents
                .last()
                .is_some_and(|level| level.wide > indent.wide)
            {
                self.indents.pop();
                self.total -= INDENT_DEPTH;
            }
            let level = self.indents.last().copied().unwrap_or_default();
            if level.wide != indent.wide {
                fault = Some(IndentationFault::Unmatched);
            } else if level.narrow != indent.narrow {
                fault = Some(IndentationFault::Inconsistent);
            }
        }
        if let Some(fault) = fault {
            self.found
                .bad_indentation
                .get_or_insert((end as u32, fault));
        }
    }

    /// A name, keyword or string prefix.
    fn word(&mut self) {
        let start = self.at;
        while is_identifier(self.peek(0)) {
            self.at += 1;
        }
        let word = &self.bytes[start..self.at];
        if matches!(self.peek(0), b'"' | b'\'') && word.len() <= 2 {
            let lower: Vec<u8> = word.iter().map(u8::to_ascii_lowercase).collect();
            let is_prefix = matches!(
                &lower[..],
                b"r" | b"u" | b"b" | b"f" | b"t" | b"br" | b"rb" | b"fr" | b"rf" | b"tr" | b"rt"
            );
            if is_prefix {
                let quote = self.peek(0);
                self.prefixed_string(quote, start, &lower);
                return;
            }
        }
        match word {
            b"not" | b"lambda" | b"else" | b"await" | b"if" => self.deepen(PREFIX_DEPTH),
            b"and" | b"or" | b"in" | b"is" | b"for" => self.operator(),
            _ => {}
        }
    }

    fn prefixed_string(&mut self, quote: u8, start: usize, prefix: &[u8]) {
        let kind = prefix
            .iter()
            .copied()
            .find(|byte| matches!(byte, b'f' | b't'));
        let Some(kind) = kind else {
            self.string(quote, self.at - start);
            return;
        };
        let is_triple = self.peek(1) == quote && self.peek(2) == quote;
        self.at += if is_triple { 3 } else { 1 };
        self.fstrings += 1;
        if self.fstrings >= MAX_FSTRINGS {
            self.found.too_many_fstrings = Some(start as u32);
        }
        self.levels.push(Level::Text {
            offset: start as u32,
            quote,
            is_triple,
            is_raw: prefix.contains(&b'r'),
            kind,
        });
        self.total += BRACKET_DEPTH;
    }

    /// Skips a string without interpolation, which begins at the quote.
    fn string(&mut self, quote: u8, prefix: usize) {
        let start = self.at - prefix;
        let is_triple = self.peek(1) == quote && self.peek(2) == quote;
        self.at += if is_triple { 3 } else { 1 };
        let mut escaped = false;
        let around = self.text_around();
        loop {
            let unterminated = |end: usize| Unterminated {
                start: start as u32,
                end: end as u32,
                is_triple,
                kind: around.map_or(0, |(.., kind)| kind),
                escaped_quote: escaped,
                ends_field: around.is_some_and(|(q, triple, _)| q == quote && triple == is_triple),
                is_text: false,
            };
            match self.bytes.get(self.at) {
                None => {
                    self.found.unterminated.get_or_insert(unterminated(self.at));
                    return;
                }
                Some(b'\\') => {
                    self.at += 1;
                    if self.peek(0) == b'\r' && self.peek(1) == b'\n' {
                        self.at += 1;
                    }
                    escaped |= self.peek(0) == quote;
                    self.at += 1;
                }
                Some(b'\n' | b'\r') if !is_triple => {
                    self.found.unterminated.get_or_insert(unterminated(self.at));
                    return;
                }
                Some(byte) if *byte == quote => {
                    if !is_triple {
                        self.at += 1;
                        return;
                    }
                    if self.peek(1) == quote && self.peek(2) == quote {
                        self.at += 3;
                        return;
                    }
                    self.at += 1;
                }
                Some(_) => self.at += 1,
            }
        }
    }

    /// One step in the text of an f-string.
    fn text(&mut self, byte: u8) {
        let Some(Level::Text {
            offset,
            quote,
            is_triple,
            is_raw,
            kind,
        }) = self.levels.last()
        else {
            return;
        };
        let (offset, quote, is_triple, is_raw, kind) =
            (*offset, *quote, *is_triple, *is_raw, *kind);
        match byte {
            b'\\' => {
                // `\N{...}` is an escape, not a field; `\{` is a field.
                if !is_raw && self.peek(1) == b'N' && self.peek(2) == b'{' {
                    self.at += 3;
                    while !matches!(self.peek(0), b'}' | b'\n' | 0) && self.peek(0) != quote {
                        self.at += 1;
                    }
                    if self.peek(0) == b'}' {
                        self.at += 1;
                    }
                } else {
                    self.at += 1;
                    if !matches!(self.peek(0), b'{' | b'}') {
                        self.at += 1;
                    }
                }
            }
            b'{' if self.peek(1) == b'{' => self.at += 2,
            b'}' if self.peek(1) == b'}' => self.at += 2,
            b'{' => self.open_field(),
            b'\n' | b'\r' if !is_triple => {
                self.found.unterminated.get_or_insert(Unterminated {
                    start: offset,
                    end: self.at as u32,
                    is_triple,
                    kind,
                    escaped_quote: false,
                    ends_field: false,
                    is_text: true,
                });
                self.leave_text();
            }
            byte if byte == quote => {
                if !is_triple {
                    self.at += 1;
                    self.leave_text();
                } else if self.peek(1) == quote && self.peek(2) == quote {
                    self.at += 3;
                    self.leave_text();
                } else {
                    self.at += 1;
                }
            }
            _ => self.at += 1,
        }
    }

    /// Quote, tripleness and kind of the f-string around.
    fn text_around(&self) -> Option<(u8, bool, u8)> {
        self.levels.iter().rev().find_map(|level| match level {
            Level::Text {
                quote,
                is_triple,
                kind,
                ..
            } => Some((*quote, *is_triple, *kind)),
            _ => None,
        })
    }

    fn leave_text(&mut self) {
        self.levels.pop();
        self.fstrings -= 1;
        self.total -= BRACKET_DEPTH;
    }

    fn open_field(&mut self) {
        let offset = self.at as u32;
        self.at += 1;
        self.levels.push(Level::Field {
            offset,
            depth: BRACKET_DEPTH,
        });
        self.count_bracket(offset, BRACKET_DEPTH);
    }

    /// One step in a format specification.
    fn spec(&mut self, byte: u8) {
        // The string around: its end also ends a broken specification.
        let around = self
            .text_around()
            .map(|(quote, is_triple, _)| (quote, is_triple));
        match byte {
            b'{' => self.open_field(),
            b'}' => {
                self.levels.pop();
                self.close(b'}');
            }
            byte if around == Some((byte, false)) => self.abandon_fields(),
            b'\n' | b'\r' if around.is_some_and(|(_, is_triple)| !is_triple) => {
                self.abandon_fields();
            }
            _ => self.at += 1,
        }
    }

    /// Back to the text of the string around.
    fn abandon_fields(&mut self) {
        while let Some(level) = self.levels.last() {
            match level {
                Level::Text { .. } => return,
                Level::Field { depth, .. } | Level::Bracket { depth, .. } => {
                    self.total -= depth;
                    self.brackets -= 1;
                }
                Level::Spec => {}
            }
            self.levels.pop();
        }
    }

    fn open(&mut self, byte: u8) {
        let offset = self.at as u32;
        self.at += 1;
        // A call or subscript goes around what stands before it.
        self.deepen(TRAILER_DEPTH);
        let pending = (*self.level_operators()).min(MAX_PENDING) * PENDING_DEPTH;
        let depth = BRACKET_DEPTH + pending;
        self.levels.push(Level::Bracket {
            offset,
            byte,
            base: depth,
            depth,
            operators: 0,
        });
        self.count_bracket(offset, depth);
    }

    fn count_bracket(&mut self, offset: u32, depth: u32) {
        let fields = self
            .levels
            .iter()
            .rev()
            .take_while(|level| !matches!(level, Level::Text { .. }));
        if fields
            .filter(|level| matches!(level, Level::Field { .. }))
            .count()
            > MAX_FIELDS
        {
            self.found.too_many_fields = Some(offset);
        }
        self.total += depth;
        self.brackets += 1;
        if self.brackets > MAX_BRACKETS {
            self.found.too_many_brackets = Some(offset);
        }
        self.check_total(offset);
    }

    fn close(&mut self, byte: u8) {
        let offset = self.at as u32;
        self.at += 1;
        let opening = match self.levels.last() {
            Some(Level::Bracket { offset, byte, .. }) => Some((*offset, *byte)),
            Some(Level::Field { offset, .. }) => Some((*offset, b'{')),
            _ => None,
        };
        let matches = matches!(
            (opening, byte),
            (Some((_, b'(')), b')') | (Some((_, b'[')), b']') | (Some((_, b'{')), b'}')
        );
        if !matches {
            let in_field = opening
                .is_none_or(|_| matches!(self.levels.last(), Some(Level::Field { .. })))
                && self
                    .levels
                    .iter()
                    .any(|level| matches!(level, Level::Field { .. }));
            let opening = opening.filter(|_| !in_field);
            self.found.mismatch = Some(Mismatch {
                offset,
                closing: byte,
                opening,
                in_field,
            });
            return;
        }
        if let Some(Level::Bracket { depth, .. } | Level::Field { depth, .. }) = self.levels.pop() {
            self.total -= depth;
            self.brackets -= 1;
        }
    }

    fn level_depth(&mut self) -> &mut u32 {
        match self.levels.last_mut() {
            Some(Level::Bracket { depth, .. } | Level::Field { depth, .. }) => depth,
            _ => &mut self.depth,
        }
    }

    /// How many operators stand in the current element so far.
    fn level_operators(&mut self) -> &mut u32 {
        match self.levels.last_mut() {
            Some(Level::Bracket { operators, .. }) => operators,
            _ => &mut self.operators,
        }
    }

    fn operator(&mut self) {
        *self.level_operators() += 1;
        self.deepen(OPERATOR_DEPTH);
    }

    fn deepen(&mut self, by: u32) {
        *self.level_depth() += by;
        self.total += by;
        self.check_total(self.at as u32 - 1);
    }

    fn check_total(&mut self, offset: u32) {
        if self.total > MAX_DEPTH {
            self.found.too_deep = Some(offset);
        }
    }

    /// After a comma or at the end of a statement, a new expression begins.
    fn end_element(&mut self) {
        *self.level_operators() = 0;
        let base = match self.levels.last() {
            Some(Level::Bracket { base, .. }) => *base,
            Some(Level::Field { .. }) => BRACKET_DEPTH,
            _ => 0,
        };
        let depth = self.level_depth();
        let by = *depth - base;
        *depth = base;
        self.total -= by;
    }
}

fn is_identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}
