//! The report of an exception that nothing caught, as CPython 3.14's
//! `traceback.py` writes it. Runs no Python: texts that only Python code can
//! give are handed in by the caller.

use std::rc::Rc;

use crate::codeobj::CodeObj;
use crate::native::{NativeDef, function};
use crate::object::TraceEntry;
use crate::unwind::closest;
use crate::value::Kind;
use crate::vm::Found;
use crate::{Res, Throw, Value, Vm};

const CAUSE: &str = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT: &str = "\nDuring handling of the above exception, another exception occurred:\n\n";
/// How often a repeated frame is shown before it is only counted.
const REPEATS_SHOWN: usize = 3;
const GROUP_WIDTH: usize = 15;
const GROUP_DEPTH: usize = 10;

impl Vm {
    /// The whole report: causes and contexts first, members of groups drawn
    /// below. Texts of exceptions whose `__str__` is Python are guessed from
    /// their arguments.
    pub fn format_exception(&mut self, exception: Value) -> String {
        self.format_exception_with(exception, &[])
    }

    /// As [`Vm::format_exception`] with what `str` gave for some exceptions.
    pub fn format_exception_with(&mut self, exception: Value, texts: &[(Value, String)]) -> String {
        let mut report = Report {
            texts,
            out: String::new(),
            depth: 0,
            needs_close: false,
            seen: Vec::new(),
        };
        report.chain(self, exception);
        report.out
    }
}

struct Report<'a> {
    texts: &'a [(Value, String)],
    out: String,
    /// How deep in exception groups.
    depth: usize,
    /// The last member of a group still wants its closing line.
    needs_close: bool,
    seen: Vec<Value>,
}

impl Report<'_> {
    fn chain(&mut self, vm: &mut Vm, exception: Value) {
        let mut links: Vec<(Option<&str>, Value)> = Vec::new();
        let mut next = Some(exception);
        while let Some(link) = next {
            self.seen.push(link);
            let object = vm.heap.exception(link);
            let (cause, context) = (object.cause, object.context);
            let suppress = object.suppress_context;
            let fresh = |value: Value| value.is(Kind::Exception) && !self.seen.contains(&value);
            let message;
            (message, next) = if fresh(cause) {
                (Some(CAUSE), Some(cause))
            } else if fresh(context) && !suppress {
                (Some(CONTEXT), Some(context))
            } else {
                (None, None)
            };
            links.push((message, link));
        }
        for (message, link) in links.into_iter().rev() {
            if let Some(message) = message {
                self.emit(message, '|');
            }
            self.one(vm, link);
        }
    }

    /// Indented text, behind the bar of the group it belongs to.
    fn emit(&mut self, text: &str, margin: char) {
        let mut prefix = "  ".repeat(self.depth);
        if self.depth > 0 {
            prefix.push(margin);
            prefix.push(' ');
        }
        for line in text.split_inclusive('\n') {
            self.out.push_str(&prefix);
            self.out.push_str(line);
        }
    }

    fn one(&mut self, vm: &mut Vm, exception: Value) {
        let members = if vm.is_instance(exception, vm.types.base_exception_group) {
            let name = vm.intern("exceptions");
            vm.own_attr(exception, name)
                .map(|members| vm.heap.as_items(members).unwrap_or(&[]).to_vec())
        } else {
            None
        };
        let stack = stack_text(vm, exception);
        let Some(members) = members else {
            if let Some(stack) = stack {
                self.emit("Traceback (most recent call last):\n", '|');
                self.emit(&stack, '|');
            }
            let last = self.exception_only(vm, exception);
            self.emit(&last, '|');
            return;
        };
        if self.depth > GROUP_DEPTH {
            self.emit(&format!("... (max_group_depth is {GROUP_DEPTH})\n"), '|');
            return;
        }
        let top_level = self.depth == 0;
        if top_level {
            self.depth = 1;
        }
        if let Some(stack) = stack {
            let margin = if top_level { '+' } else { '|' };
            self.emit(
                "Exception Group Traceback (most recent call last):\n",
                margin,
            );
            self.emit(&stack, '|');
        }
        let last = self.exception_only(vm, exception);
        self.emit(&last, '|');
        self.members(vm, &members);
        if top_level {
            self.depth = 0;
        }
    }

    fn members(&mut self, vm: &mut Vm, members: &[Value]) {
        let shown = members.len().min(GROUP_WIDTH + 1);
        self.needs_close = false;
        for (at, &member) in members.iter().take(shown).enumerate() {
            let last = at == shown - 1;
            if last {
                // A nested group may draw the closing line itself.
                self.needs_close = true;
            }
            let truncated = at >= GROUP_WIDTH;
            let title = if truncated {
                "...".to_owned()
            } else {
                (at + 1).to_string()
            };
            self.out.push_str(&"  ".repeat(self.depth));
            self.out.push_str(if at == 0 { "+-" } else { "  " });
            self.out
                .push_str(&format!("+---------------- {title} ----------------\n"));
            self.depth += 1;
            if truncated {
                let remaining = members.len() - GROUP_WIDTH;
                let plural = if remaining > 1 { "s" } else { "" };
                self.emit(&format!("and {remaining} more exception{plural}\n"), '|');
            } else if member.is(Kind::Exception) {
                self.chain(vm, member);
            }
            if last && self.needs_close {
                self.out.push_str(&"  ".repeat(self.depth));
                self.out.push_str("+------------------------------------\n");
                self.needs_close = false;
            }
            self.depth -= 1;
        }
    }

    /// The last lines: class and text, notes.
    fn exception_only(&self, vm: &mut Vm, exception: Value) -> String {
        let class = vm.type_of(exception);
        let name = class_name(vm, class);
        let mut out = if vm.is_subtype(class, vm.types.syntax_error) {
            self.syntax_error(vm, exception, &name)
        } else {
            let mut text = self.text(vm, exception);
            text.push_str(&suggestion(vm, exception));
            if text.is_empty() {
                format!("{name}\n")
            } else {
                format!("{name}: {text}\n")
            }
        };
        if let Some(notes) = vm.own_attr(exception, vm.names.notes) {
            match vm.heap.as_items(notes).map(<[Value]>::to_vec) {
                Some(notes) => {
                    for note in notes {
                        let note = vm
                            .str_of(note)
                            .unwrap_or_else(|_| "<note str() failed>".to_owned());
                        out.push_str(&note);
                        out.push('\n');
                    }
                }
                None if notes.is_none() => {}
                None => {
                    let notes = vm
                        .repr(notes)
                        .unwrap_or_else(|_| "<__notes__ repr() failed>".to_owned());
                    out.push_str(&notes);
                    out.push('\n');
                }
            }
        }
        out
    }

    fn text(&self, vm: &mut Vm, exception: Value) -> String {
        if let Some((_, text)) = self.texts.iter().find(|(known, _)| *known == exception) {
            return text.clone();
        }
        match vm.str_of(exception) {
            Ok(text) => text,
            Err(Throw::Python) => {
                let args = vm.heap.exception(exception).args;
                let texts: Vec<String> = vm
                    .heap
                    .tuple(args)
                    .to_vec()
                    .into_iter()
                    .filter_map(|arg| vm.str_of(arg).ok())
                    .collect();
                texts.join(", ")
            }
            Err(_) => "<exception str() failed>".to_owned(),
        }
    }

    fn syntax_error(&self, vm: &mut Vm, exception: Value, name: &str) -> String {
        let field = |vm: &mut Vm, name: &str| {
            let name = vm.intern(name);
            vm.own_attr(exception, name).unwrap_or(Value::NONE)
        };
        let filename = field(vm, "filename");
        let filename = vm.as_text(filename).map(str::to_owned);
        let line = field(vm, "lineno");
        let end_line = field(vm, "end_lineno");
        let typo = self.keyword_typo(vm, exception);
        let mut out = String::new();
        let mut suffix = String::new();
        if let Some(line) = vm.as_i64(line) {
            let file = filename
                .as_deref()
                .filter(|name| !name.is_empty())
                .unwrap_or("<string>");
            out.push_str(&format!("  File \"{file}\", line {line}\n"));
        } else if let Some(filename) = &filename {
            suffix = format!(" ({filename})");
        }
        let text = field(vm, "text");
        if let Some(text) = vm.as_text(text).map(str::to_owned) {
            let offset = field(vm, "offset");
            let end_offset = field(vm, "end_offset");
            let same_line = vm.as_i64(line) == vm.as_i64(end_line);
            let end = vm.as_i64(end_offset).filter(|end| *end != 0);
            let pointed = match typo {
                Some((_, at, end)) => pointed_line(&text, Some(at + 1), true, Some(end + 1)),
                None => pointed_line(&text, vm.as_i64(offset), same_line, end),
            };
            out.push_str(&pointed);
        }
        let message = field(vm, "msg");
        let message = match vm.str_of(message) {
            Ok(text) if !message.is_none() && !text.is_empty() => text,
            _ => {
                let args = vm.heap.exception(exception).args;
                let first = vm.heap.tuple(args).first().copied().unwrap_or(Value::NONE);
                let text = vm.str_of(first).unwrap_or_default();
                if first.is_none() || text.is_empty() {
                    "<no detail available>".to_owned()
                } else {
                    text
                }
            }
        };
        let message = match typo {
            Some((keyword, ..)) => format!("invalid syntax. Did you mean '{keyword}'?"),
            None => message,
        };
        out.push_str(&format!("{name}: {message}{suffix}\n"));
        out
    }

    /// What to take for a keyword in the line of a syntax error that says
    /// nothing more exact; where it stands.
    fn keyword_typo(&self, vm: &mut Vm, exception: Value) -> Option<(&'static str, i64, i64)> {
        let [message, filename, line] = ["msg", "filename", "lineno"].map(|name| {
            let name = vm.intern(name);
            vm.own_attr(exception, name).unwrap_or(Value::NONE)
        });
        let message = vm.as_text(message)?;
        if message != "invalid syntax" && !message.contains("Perhaps you forgot a comma") {
            return None;
        }
        let filename = vm.as_text(filename)?.to_owned();
        let line = u32::try_from(vm.as_i64(line)?).ok()?;
        let (keyword, at, end) = vm.environment.keyword_typo(&filename, line)?;
        Some((keyword, at.into(), end.into()))
    }
}

/// The line of a syntax error with carets below. Offsets count characters
/// from 1.
fn pointed_line(text: &str, offset: Option<i64>, same_line: bool, end: Option<i64>) -> String {
    let shown = text.trim_end_matches('\n');
    let stripped = shown.trim_start_matches([' ', '\n', '\x0c']);
    let length = |text: &str| text.chars().count() as i64;
    let spaces = length(shown) - length(stripped);
    let Some(mut offset) = offset else {
        return format!("    {stripped}\n");
    };
    let mut end = if same_line {
        end.unwrap_or(offset)
    } else {
        length(shown) + 1
    };
    if !text.is_empty() && offset > length(text) {
        offset = length(shown) + 1;
    }
    if !text.is_empty() && end > length(text) {
        end = length(shown) + 1;
    }
    if offset >= end || end < 0 {
        end = offset + 1;
    }
    let column = offset - 1 - spaces;
    let mut out = format!("    {stripped}\n");
    if column >= 0 {
        let blank: String = stripped
            .chars()
            .take(column as usize)
            .map(|c| if c.is_whitespace() { c } else { ' ' })
            .collect();
        let carets = "^".repeat((end - offset).max(0) as usize);
        out.push_str(&format!("    {blank}{carets}\n"));
    }
    out
}

/// `module.Class`, without the modules that go without saying.
fn class_name(vm: &Vm, class: Value) -> String {
    let ty = vm.heap.ty(class);
    let name = vm.heap.as_str(ty.qualname).unwrap_or(&ty.name);
    match vm
        .lookup(class, vm.names.module)
        .and_then(|module| vm.heap.as_str(module))
    {
        Some("builtins" | "__main__") => name.to_owned(),
        Some(module) => format!("{module}.{name}"),
        None => format!("<unknown>.{name}"),
    }
}

// Frames.

fn stack_text(vm: &mut Vm, exception: Value) -> Option<String> {
    let trace: Vec<TraceEntry> = vm
        .heap
        .exception(exception)
        .trace
        .iter()
        .rev()
        .cloned()
        .collect();
    if trace.is_empty() {
        return None;
    }
    let mut out = String::new();
    let mut last: Option<(Rc<CodeObj>, u32)> = None;
    let mut repeats = 0;
    for entry in &trace {
        let line = entry.code.code.position(entry.pc).line;
        let same = last.as_ref().is_some_and(|(code, last_line)| {
            *last_line == line
                && code.filename == entry.code.filename
                && code.code.name == entry.code.code.name
        });
        if !same {
            count_repeats(&mut out, repeats);
            last = Some((entry.code.clone(), line));
            repeats = 0;
        }
        repeats += 1;
        if repeats <= REPEATS_SHOWN {
            out.push_str(&frame_text(vm, entry));
        }
    }
    count_repeats(&mut out, repeats);
    Some(out)
}

fn count_repeats(out: &mut String, repeats: usize) {
    if repeats > REPEATS_SHOWN {
        let more = repeats - REPEATS_SHOWN;
        let plural = if more > 1 { "s" } else { "" };
        out.push_str(&format!(
            "  [Previous line repeated {more} more time{plural}]\n"
        ));
    }
}

fn frame_text(vm: &mut Vm, entry: &TraceEntry) -> String {
    let position = entry.code.code.position(entry.pc);
    let filename = entry.code.filename.clone();
    let mut out = format!(
        "  File \"{filename}\", line {}, in {}\n",
        position.line, entry.code.code.name
    );
    if position.line == 0 {
        return out;
    }
    let end_line = position
        .end_line
        .clamp(position.line, position.line.saturating_add(200));
    let mut lines = Vec::new();
    for number in position.line..=end_line {
        let line = vm
            .environment
            .source_line(&filename, number)
            .unwrap_or_default();
        lines.push(line.trim_end().to_owned());
    }
    if lines.iter().all(|line| line.trim().is_empty()) {
        return out;
    }
    let columns_known = position.column != position.end_column || position.end_line > position.line;
    if !columns_known {
        out.push_str(&format!("    {}\n", lines[0].trim()));
        return out;
    }
    for line in marked_lines(
        &lines,
        position.column as usize,
        position.end_column as usize,
    ) {
        out.push_str(&format!("    {line}\n"));
    }
    out
}

fn char_offset(line: &str, bytes: usize) -> usize {
    line.char_indices()
        .take_while(|(at, _)| *at < bytes)
        .count()
}

/// The lines of an instruction's source, dedented, with carets below those
/// that need them. Columns are bytes.
fn marked_lines(original: &[String], column: usize, end_column: usize) -> Vec<String> {
    let indent = original
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let lines: Vec<Vec<char>> = original
        .iter()
        .map(|line| line.get(indent..).unwrap_or("").chars().collect())
        .collect();
    let last = lines.len() - 1;
    let start = char_offset(&original[0], column)
        .saturating_sub(indent)
        .min(lines[0].len());
    let end = char_offset(&original[last], end_column)
        .saturating_sub(indent)
        .min(lines[last].len());

    let segment = segment_of(&lines, start, end);
    let anchors = find_anchors(&segment).map(|mut anchors| {
        if anchors.left.0 == 0 {
            anchors.left.1 += start;
        }
        if anchors.right.0 == 0 {
            anchors.right.1 += start;
        }
        anchors
    });
    let carets = shows_carets(&lines, &segment, start, end, anchors.is_some());

    // First and last line and what surrounds the anchors.
    let mut chosen = vec![0, last];
    if let Some(anchors) = &anchors {
        for line in [anchors.left.0, anchors.right.0] {
            chosen.extend(line.saturating_sub(1)..=(line + 1).min(last));
        }
    }
    chosen.sort_unstable();
    chosen.dedup();

    let width = |chars: &[char]| -> usize { chars.iter().map(|c| display_width(*c)).sum() };
    let (from, to) = (width(&lines[0][..start]), width(&lines[last][..end]));
    let put = |out: &mut Vec<String>, number: usize| {
        let line = &lines[number];
        out.push(line.iter().collect::<String>());
        if !carets {
            return;
        }
        let blanks = line.iter().take_while(|c| c.is_whitespace()).count();
        let count = if number == last { to } else { width(line) };
        let marks: String = (0..count)
            .map(|at| {
                if at < blanks || (number == 0 && at < from) {
                    return ' ';
                }
                match &anchors {
                    None => '^',
                    Some(anchors) => {
                        let left = width(
                            &lines[anchors.left.0]
                                [..anchors.left.1.min(lines[anchors.left.0].len())],
                        );
                        let right = width(
                            &lines[anchors.right.0]
                                [..anchors.right.1.min(lines[anchors.right.0].len())],
                        );
                        let after_left =
                            number > anchors.left.0 || (number == anchors.left.0 && at >= left);
                        let before_right =
                            number < anchors.right.0 || (number == anchors.right.0 && at < right);
                        if after_left && before_right { '^' } else { '~' }
                    }
                }
            })
            .collect();
        out.push(marks);
    };
    let mut out = Vec::new();
    let mut previous: Option<usize> = None;
    for number in chosen {
        if let Some(previous) = previous {
            match number - previous {
                2 => put(&mut out, number - 1),
                difference if difference > 2 => {
                    out.push(format!("...<{} lines>...", difference - 1))
                }
                _ => {}
            }
        }
        put(&mut out, number);
        previous = Some(number);
    }
    out
}

/// The text from the first line's `start` to the last line's `end`.
fn segment_of(lines: &[Vec<char>], start: usize, end: usize) -> Vec<Vec<char>> {
    let mut segment = lines.to_vec();
    if let Some(last) = segment.last_mut() {
        last.truncate(end);
    }
    let cut = start.min(segment[0].len());
    segment[0].drain(..cut);
    segment
}

/// No carets where they would mark all there is to see.
fn shows_carets(
    lines: &[Vec<char>],
    segment: &[Vec<char>],
    start: usize,
    end: usize,
    anchored: bool,
) -> bool {
    let before: String = lines[0][..start].iter().collect();
    let after: String = lines[lines.len() - 1][end..].iter().collect();
    let head = before.trim_end();
    let introduces_call = head == "return" || {
        let target = head.strip_suffix('=').map(str::trim_end).unwrap_or("");
        !target.is_empty() && target.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    if introduces_call && after.trim().is_empty() && is_plain_call(segment) {
        return false;
    }
    anchored || !before.trim_start().is_empty() || !after.trim_end().is_empty()
}

/// Whether the text is a call of a plain name.
fn is_plain_call(segment: &[Vec<char>]) -> bool {
    let name = segment[0]
        .iter()
        .take_while(|c| c.is_alphanumeric() || **c == '_')
        .count();
    name > 0
        && segment[0].get(name) == Some(&'(')
        && find_anchors(segment).is_some_and(|anchors| anchors.left == (0, name))
}

fn display_width(c: char) -> usize {
    let code = c as u32;
    let wide = matches!(code,
        0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0x33FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF
        | 0xA000..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6 | 0x1F300..=0x1F64F | 0x1F900..=0x1F9FF | 0x20000..=0x3FFFD);
    if wide { 2 } else { 1 }
}

// Anchors: which part of an expression is its operator, call or subscript.

/// Line and column where the anchor begins and where it ends.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Anchors {
    left: (usize, usize),
    right: (usize, usize),
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// A name, number or string.
    Operand,
    Word(String),
    Operator(String),
    Open(char),
    Close,
}

struct Placed {
    token: Token,
    at: (usize, usize),
    end: (usize, usize),
    depth: usize,
}

/// The anchors of a binary operator, call or subscript; `None` for other
/// expressions and for what is no expression.
fn find_anchors(segment: &[Vec<char>]) -> Option<Anchors> {
    let tokens = tokenize(segment)?;
    let top: Vec<usize> = (0..tokens.len())
        .filter(|&at| tokens[at].depth == 0)
        .collect();
    let mut best: Option<(u8, usize)> = None;
    let mut after_operand = false;
    let mut leading_unary = false;
    for &at in &top {
        match &tokens[at].token {
            Token::Operand | Token::Close => after_operand = true,
            Token::Open(_) => {}
            // Keywords make it another kind of expression, or none.
            Token::Word(_) => return None,
            Token::Operator(operator) => {
                if !after_operand {
                    if !matches!(operator.as_str(), "+" | "-" | "~") {
                        return None;
                    }
                    leading_unary |= at == 0;
                    continue;
                }
                if operator == "." {
                    after_operand = false;
                    // The name after the dot is the operand.
                    continue;
                }
                let level = match operator.as_str() {
                    "|" => 1,
                    "^" => 2,
                    "&" => 3,
                    "<<" | ">>" => 4,
                    "+" | "-" => 5,
                    "*" | "/" | "//" | "%" | "@" => 6,
                    "**" => 7,
                    _ => return None,
                };
                // The loosest binds last: the rightmost, but for powers.
                let replaces =
                    best.is_none_or(|(other, _)| level < other || (level == other && level != 7));
                if replaces {
                    best = Some((level, at));
                }
                after_operand = false;
            }
        }
    }
    if let Some((level, at)) = best {
        if level == 7 && leading_unary {
            return None;
        }
        let (line, column) = tokens[at].at;
        let mut end = tokens[at].end.1;
        // As CPython does, a parenthesis right after the operator counts.
        if end == column + 1 && opens_rest(&tokens, at + 1) && tokens[at + 1].at == (line, end) {
            end += 1;
        }
        return Some(Anchors {
            left: (line, column),
            right: (line, end),
        });
    }
    if leading_unary {
        return None;
    }
    // A call or subscript: the last bracket, after an operand.
    let last = tokens.last()?;
    if last.token != Token::Close {
        return None;
    }
    let open = *top
        .iter()
        .rev()
        .find(|&&at| matches!(tokens[at].token, Token::Open(_)))?;
    if open == 0 || !matches!(tokens[open].token, Token::Open('(' | '[')) {
        return None;
    }
    if !matches!(tokens[open - 1].token, Token::Operand | Token::Close) {
        return None;
    }
    Some(Anchors {
        left: tokens[open].at,
        right: last.end,
    })
}

/// Whether the tokens from `at` on are one parenthesised expression.
fn opens_rest(tokens: &[Placed], at: usize) -> bool {
    let Some(first) = tokens.get(at) else {
        return false;
    };
    if first.token != Token::Open('(') {
        return false;
    }
    let inner = &tokens[at + 1..tokens.len() - 1];
    tokens.last().is_some_and(|last| last.token == Token::Close)
        && !inner.is_empty()
        && inner.iter().all(|token| token.depth > 0)
        && !inner
            .iter()
            .any(|token| token.depth == 1 && token.token == Token::Operator(",".to_owned()))
        && !inner
            .iter()
            .any(|token| token.depth == 1 && token.token == Token::Word("for".to_owned()))
}

const KEYWORDS: [&str; 32] = [
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif",
    "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
    "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

fn tokenize(lines: &[Vec<char>]) -> Option<Vec<Placed>> {
    let mut tokens: Vec<Placed> = Vec::new();
    let mut depth = 0;
    let (mut row, mut column) = (0, 0);
    while row < lines.len() {
        let line = &lines[row];
        let Some(&c) = line.get(column) else {
            row += 1;
            column = 0;
            continue;
        };
        if c.is_whitespace() || c == '\\' {
            column += 1;
            continue;
        }
        if c == '#' {
            column = line.len();
            continue;
        }
        let at = (row, column);
        if c.is_alphanumeric() || c == '_' {
            let is_number = c.is_ascii_digit();
            let mut end = column;
            while end < line.len()
                && (line[end].is_alphanumeric()
                    || line[end] == '_'
                    || (is_number && line[end] == '.')
                    || (is_number
                        && matches!(line[end], '+' | '-')
                        && matches!(line[end - 1], 'e' | 'E')))
            {
                end += 1;
            }
            let word: String = line[column..end].iter().collect();
            let quote = line.get(end).copied();
            let is_prefix = word.len() <= 2 && word.chars().all(|c| "rRbBfFuUtT".contains(c));
            if is_prefix && matches!(quote, Some('\'' | '"')) {
                (row, column) = string_end(lines, row, end)?;
                tokens.push(Placed {
                    token: Token::Operand,
                    at,
                    end: (row, column),
                    depth,
                });
                continue;
            }
            let token = if KEYWORDS.contains(&word.as_str()) {
                Token::Word(word)
            } else {
                Token::Operand
            };
            column = end;
            tokens.push(Placed {
                token,
                at,
                end: (row, column),
                depth,
            });
            continue;
        }
        if c == '\'' || c == '"' {
            (row, column) = string_end(lines, row, column)?;
            tokens.push(Placed {
                token: Token::Operand,
                at,
                end: (row, column),
                depth,
            });
            continue;
        }
        column += 1;
        match c {
            '(' | '[' | '{' => {
                tokens.push(Placed {
                    token: Token::Open(c),
                    at,
                    end: (row, column),
                    depth,
                });
                depth += 1;
            }
            ')' | ']' | '}' => {
                depth = usize::checked_sub(depth, 1)?;
                tokens.push(Placed {
                    token: Token::Close,
                    at,
                    end: (row, column),
                    depth,
                });
            }
            _ => {
                let mut text = c.to_string();
                let next = line.get(column).copied();
                let doubled = matches!(c, '*' | '/' | '<' | '>') && next == Some(c);
                if doubled {
                    text.push(c);
                    column += 1;
                }
                if line.get(column) == Some(&'=') && c != '=' {
                    text.push('=');
                    column += 1;
                }
                tokens.push(Placed {
                    token: Token::Operator(text),
                    at,
                    end: (row, column),
                    depth,
                });
            }
        }
    }
    (depth == 0).then_some(tokens)
}

/// Where the string literal whose quote stands here ends.
fn string_end(lines: &[Vec<char>], mut row: usize, mut column: usize) -> Option<(usize, usize)> {
    let quote = *lines[row].get(column)?;
    let triple = lines[row][column..].starts_with(&[quote; 3]);
    column += if triple { 3 } else { 1 };
    loop {
        let line = lines.get(row)?;
        match line.get(column) {
            None if triple => {
                row += 1;
                column = 0;
            }
            None => return None,
            Some('\\') => column += 2,
            Some(&c) if c == quote && (!triple || line[column..].starts_with(&[quote; 3])) => {
                return Some((row, column + if triple { 3 } else { 1 }));
            }
            Some(_) => column += 1,
        }
    }
}

// Suggestions.

fn suggestion(vm: &mut Vm, exception: Value) -> String {
    let is_import = vm.is_instance(exception, vm.types.import_error);
    let is_name = vm.is_instance(exception, vm.types.name_error);
    let is_attribute = vm.is_instance(exception, vm.types.attribute_error);
    if !(is_import || is_name || is_attribute) {
        return String::new();
    }
    let wrong = vm.intern(if is_import { "name_from" } else { "name" });
    let Some(wrong) = vm.own_attr(exception, wrong) else {
        return String::new();
    };
    let Some(wrong) = vm.as_text(wrong).map(str::to_owned) else {
        return String::new();
    };
    let names = if is_name {
        visible_names(vm, exception)
    } else {
        let key = vm.intern(if is_import { "name" } else { "obj" });
        let mut owner = vm.own_attr(exception, key).unwrap_or(Value::UNBOUND);
        if is_import {
            owner = match vm.dict_get(vm.modules, owner) {
                Ok(Some(module)) => module,
                _ => return String::new(),
            };
        }
        attribute_names(vm, owner, &wrong)
    };
    let mut text = String::new();
    let found = if names.len() > 750 {
        None
    } else {
        closest(&wrong, names.iter().map(String::as_str))
    };
    if let Some(found) = found {
        text.push_str(&format!(". Did you mean: '{found}'?"));
    }
    if is_name && is_library_module(vm, &wrong) {
        let or = if text.is_empty() { ". Did" } else { " Or did" };
        text.push_str(&format!("{or} you forget to import '{wrong}'?"));
    }
    text
}

/// Names that the innermost frame could have meant.
fn visible_names(vm: &mut Vm, exception: Value) -> Vec<String> {
    let Some(entry) = vm.heap.exception(exception).trace.first().cloned() else {
        return Vec::new();
    };
    let mut names: Vec<String> = entry
        .code
        .code
        .varnames
        .iter()
        .filter(|name| !name.is_empty())
        .map(|name| name.to_string())
        .collect();
    for dict in [entry.globals, vm.builtins] {
        if dict.is(Kind::Dict) {
            let keys: Vec<Value> = vm.heap.dict(dict).iter().map(|(key, _)| key).collect();
            names.extend(
                keys.into_iter()
                    .filter_map(|key| vm.as_text(key).map(str::to_owned)),
            );
        }
    }
    names
}

fn attribute_names(vm: &mut Vm, owner: Value, wrong: &str) -> Vec<String> {
    if owner.is_unbound()
        || vm
            .lookup_special(owner, vm.names.dir)
            .is_some_and(|method| !method.is(Kind::Native))
    {
        return Vec::new();
    }
    let keys = super::object::dir_names(vm, owner);
    let mut names: Vec<String> = keys
        .into_iter()
        .filter_map(|key| vm.as_text(key).map(str::to_owned))
        .collect();
    if !wrong.starts_with('_') {
        names.retain(|name| !name.starts_with('_'));
    }
    names.sort();
    names
}

fn is_library_module(vm: &mut Vm, name: &str) -> bool {
    match vm
        .environment
        .find_module(name, &["/lib/python3.14".to_owned()])
    {
        Ok(Some(Found::Code { filename, .. })) => filename.starts_with("/lib/"),
        Ok(Some(Found::Native(_))) => true,
        _ => false,
    }
}

// For the library's own `traceback` and `linecache`.

fn caret_anchors(vm: &mut Vm, args: &[Value]) -> Res {
    let text = vm.expect_str(args[0], "segment")?;
    let lines: Vec<Vec<char>> = text
        .split('\n')
        .map(|line| line.chars().collect())
        .collect();
    let Some(anchors) = find_anchors(&lines) else {
        return Ok(Value::NONE);
    };
    let places = [
        anchors.left.0,
        anchors.left.1,
        anchors.right.0,
        anchors.right.1,
    ];
    Ok(vm.tuple(&places.map(Value::count)))
}

fn carets_shown(vm: &mut Vm, args: &[Value]) -> Res {
    let mut lines: Vec<Vec<char>> = Vec::new();
    for line in vm.collect(args[0])? {
        lines.push(vm.expect_str(line, "line")?.chars().collect());
    }
    if lines.is_empty() {
        return Ok(Value::FALSE);
    }
    let last = lines.len() - 1;
    let offset = |vm: &mut Vm, value: Value, line: &[char]| -> Res<usize> {
        Ok(usize::try_from(vm.index(value)?)
            .unwrap_or(0)
            .min(line.len()))
    };
    let start = offset(vm, args[1], &lines[0])?;
    let end = offset(vm, args[2], &lines[last])?;
    let segment = segment_of(&lines, start, end);
    Ok(Value::bool(shows_carets(
        &lines,
        &segment,
        start,
        end,
        args[3] == Value::TRUE,
    )))
}

/// All lines of a source file that the host knows, or None.
fn source_lines(vm: &mut Vm, args: &[Value]) -> Res {
    let filename = vm.expect_str(args[0], "filename")?;
    let mut lines = Vec::new();
    while let Some(line) = vm
        .environment
        .source_line(&filename, lines.len() as u32 + 1)
    {
        let line = vm.string(line);
        lines.push(line);
    }
    Ok(if lines.is_empty() {
        Value::NONE
    } else {
        vm.list(lines)
    })
}

/// For the prelude.
pub static REPORT_FUNCTIONS: &[NativeDef] = &[
    function("caret_anchors", "segment, /", caret_anchors),
    function(
        "carets_shown",
        "lines, start, end, anchored, /",
        carets_shown,
    ),
    function("source_lines", "filename, /", source_lines),
];
