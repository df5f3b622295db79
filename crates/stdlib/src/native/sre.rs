//! `_sre`: patterns and matches for CPython's `re` package.

use std::rc::Rc;

use airlock_vm::builtins::bytes::repr_bytes;
use airlock_vm::builtins::str::{byte_at, char_at, repr_text, size_of};
use airlock_vm::module::ModuleDef;
use airlock_vm::{
    Completion, Extension, GetterDef, Kind, NativeDef, NativeIter, NativeObject, PyDict, Res,
    Throw, Tracer, Value, Vm, class_method, function, getter, method,
};

use super::sre_engine::{
    self as engine, Found, From, MAGIC, MAX_GROUPS, MAX_REPEAT, Narrow, Paused, Program, Reach,
    Unfinished, Wide, lower_ascii, lower_unicode, upper_unicode,
};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_sre",
    functions: FUNCTIONS,
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    function(
        "compile",
        "pattern, flags, code, groups, groupindex, indexgroup",
        compile,
    ),
    function("template", "pattern, template, /", template),
    function("getcodesize", "", |_, _| Ok(Value::count(4))),
    function("ascii_iscased", "character, /", |vm, args| {
        let c = code(vm, args[0])?;
        Ok(Value::bool(c < 128 && (c as u8).is_ascii_alphabetic()))
    }),
    function("unicode_iscased", "character, /", |vm, args| {
        let c = code(vm, args[0])?;
        Ok(Value::bool(lower_unicode(c) != c || upper_unicode(c) != c))
    }),
    function("ascii_tolower", "character, /", |vm, args| {
        Ok(Value::count(lower_ascii(code(vm, args[0])?) as usize))
    }),
    function("unicode_tolower", "character, /", |vm, args| {
        Ok(Value::count(lower_unicode(code(vm, args[0])?) as usize))
    }),
    function(
        "join_matches",
        "pattern, string, matches, parts, /",
        join_matches,
    ),
    function("expand_match", "template, match, /", expand_match),
];

/// The module's types.
struct SreTypes {
    pattern: Value,
    matched: Value,
    scanner: Value,
    template: Value,
    /// The last patterns made. An equal one is the same object again, so
    /// patterns compare and hash by identity.
    recent: std::collections::VecDeque<Value>,
}

const RECENT: usize = 128;

impl Extension for SreTypes {
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[self.pattern, self.matched, self.scanner, self.template]);
        self.recent
            .iter()
            .for_each(|pattern| tracer.value(*pattern));
    }
}

fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    vm.dict_set_text(dict, "MAGIC", Value::int32(MAGIC));
    vm.dict_set_text(dict, "CODESIZE", Value::int32(4));
    vm.dict_set_text(dict, "MAXREPEAT", Value::count(MAX_REPEAT as usize));
    vm.dict_set_text(dict, "MAXGROUPS", Value::int32(MAX_GROUPS));
    if !vm.has_extension::<SreTypes>() {
        let pattern = vm.module_type(dict, "Pattern", PATTERN_METHODS, PATTERN_GETTERS);
        let matched = vm.module_type(dict, "Match", MATCH_METHODS, MATCH_GETTERS);
        let scanner = vm.module_type(dict, "SRE_Scanner", SCANNER_METHODS, SCANNER_GETTERS);
        let template = vm.module_type(dict, "SRE_Template", &[], &[]);
        let re = vm.intern("re");
        for ty in [pattern, matched] {
            vm.set_type_attr(ty, "__module__", re);
        }
        let recent = Default::default();
        vm.add_extension(SreTypes {
            pattern,
            matched,
            scanner,
            template,
            recent,
        });
    }
    Ok(())
}

/// A code point argument.
fn code(vm: &mut Vm, value: Value) -> Res<u32> {
    let int = vm.index(value)?;
    match u32::try_from(int) {
        Ok(code) => Ok(code),
        Err(_) => Err(vm.value_error("character out of range")),
    }
}

// Patterns.

struct Pattern {
    program: Rc<Program>,
    code: Box<[u32]>,
    /// The source; None if compiled from a parsed pattern.
    pattern: Value,
    flags: i64,
    groups: usize,
    /// A dict from names to group numbers.
    group_index: Value,
    /// A tuple of the names by number.
    index_group: Value,
    /// For str, for bytes, or for both.
    kind: Option<Flavor>,
    class: Value,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Flavor {
    Text,
    Bytes,
}

impl NativeObject for Pattern {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[self.pattern, self.group_index, self.index_group]);
    }
    fn bytes(&self) -> usize {
        512
    }
}

static PATTERN_METHODS: &[NativeDef] = &[
    method("match", "self, /, string, pos=0, endpos=...", pattern_match),
    method(
        "fullmatch",
        "self, /, string, pos=0, endpos=...",
        pattern_fullmatch,
    ),
    method(
        "search",
        "self, /, string, pos=0, endpos=...",
        pattern_search,
    ),
    method("findall", "self, /, string, pos=0, endpos=...", findall),
    method("finditer", "self, /, string, pos=0, endpos=...", finditer),
    method("scanner", "self, /, string, pos=0, endpos=...", scanner),
    method("split", "self, /, string, maxsplit=0", split),
    method("sub", "self, /, repl, string, count=0", sub),
    method("subn", "self, /, repl, string, count=0", subn),
    method("__repr__", "self, /", pattern_repr),
    method("__copy__", "self, /", |_, args| Ok(args[0])),
    method("__deepcopy__", "self, memo, /", |_, args| Ok(args[0])),
    class_method("__class_getitem__", "cls, item, /", class_getitem),
];

static PATTERN_GETTERS: &[GetterDef] = &[
    getter("pattern", |vm, this| Ok(pattern(vm, this).pattern)),
    getter("flags", |vm, this| {
        let flags = pattern(vm, this).flags;
        Ok(vm.int(flags))
    }),
    getter("groups", |vm, this| {
        Ok(Value::count(pattern(vm, this).groups))
    }),
    getter("groupindex", |vm, this| {
        let index = pattern(vm, this).group_index;
        Err(vm.tail_call(vm.types.mapping_proxy, &[index]))
    }),
];

/// Self, which the binder has checked.
fn pattern(vm: &Vm, value: Value) -> &Pattern {
    match vm.heap.downcast::<Pattern>(value) {
        Some(pattern) => pattern,
        None => unreachable!("the owner type was checked"),
    }
}

fn class_getitem(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(vm.new_generic_alias(args[0], args[1]))
}

fn compile(vm: &mut Vm, args: &[Value]) -> Res {
    let [source, flags, words, groups, group_index, index_group] = args[..] else {
        return Ok(Value::NONE);
    };
    let flags = vm.index(flags)?;
    let groups = usize::try_from(vm.index(groups)?).unwrap_or(usize::MAX);
    let Some(words) = vm.heap.as_items(words).map(<[Value]>::to_vec) else {
        return Err(vm.type_error("compile() argument 'code' must be list"));
    };
    let mut code = Vec::with_capacity(words.len());
    for word in words {
        match vm.as_i64(word).and_then(|word| u32::try_from(word).ok()) {
            Some(word) => code.push(word),
            None => return Err(vm.overflow_error("regular expression code size limit exceeded")),
        }
    }
    let Ok(program) = Program::new(&code, groups) else {
        return Err(vm.runtime_error("invalid SRE code"));
    };
    let kind = if vm.as_text(source).is_some() {
        Some(Flavor::Text)
    } else if source.is_none() {
        None
    } else {
        Some(Flavor::Bytes)
    };
    let types = vm.extension::<SreTypes>();
    let class = types.pattern;
    let recent: Vec<Value> = types.recent.iter().copied().collect();
    for known in recent {
        let other = pattern(vm, known);
        let same_source = other.kind == kind
            && match kind {
                Some(Flavor::Text) => vm.as_text(other.pattern) == vm.as_text(source),
                Some(Flavor::Bytes) => vm.buffer(other.pattern) == vm.buffer(source),
                None => false,
            };
        if same_source && other.flags == flags && *other.code == *code {
            return Ok(known);
        }
    }
    let made = vm.heap.new_object(Pattern {
        program: Rc::new(program),
        code: code.into(),
        pattern: source,
        flags,
        groups,
        group_index,
        index_group,
        kind,
        class,
    });
    let recent = &mut vm.extension::<SreTypes>().recent;
    recent.push_back(made);
    if recent.len() > RECENT {
        recent.pop_front();
    }
    Ok(made)
}

const FLAG_NAMES: [(i64, &str); 8] = [
    (2, "re.IGNORECASE"),
    (4, "re.LOCALE"),
    (8, "re.MULTILINE"),
    (16, "re.DOTALL"),
    (32, "re.UNICODE"),
    (64, "re.VERBOSE"),
    (128, "re.DEBUG"),
    (256, "re.ASCII"),
];

fn pattern_repr(vm: &mut Vm, args: &[Value]) -> Res {
    let (source, mut flags) = {
        let pattern = pattern(vm, args[0]);
        (pattern.pattern, pattern.flags)
    };
    let text: String = vm.repr(source)?.chars().take(200).collect();
    if vm.as_text(source).is_some() && flags & (4 | 32 | 256) == 32 {
        flags &= !32;
    }
    let mut shown = Vec::new();
    for (bit, name) in FLAG_NAMES {
        if flags & bit != 0 {
            shown.push(name.to_owned());
            flags &= !bit;
        }
    }
    if flags != 0 {
        shown.push(format!("0x{flags:x}"));
    }
    let text = if shown.is_empty() {
        format!("re.compile({text})")
    } else {
        format!("re.compile({text}, {})", shown.join("|"))
    };
    Ok(vm.string(text))
}

// Subjects.

/// The text to search, with its bounds as byte offsets.
#[derive(Clone)]
struct Subject {
    /// As it was given: for `Match.string`.
    string: Value,
    flavor: Flavor,
    /// One byte is one character.
    narrow: bool,
    start: usize,
    end: usize,
}

impl Subject {
    fn new(vm: &mut Vm, this: Value, string: Value, pos: Value, endpos: Value) -> Res<Subject> {
        let kind = pattern(vm, this).kind;
        let pos = bound(vm, pos)?;
        let endpos = bound(vm, endpos)?;
        let plain = vm.heap.payload(string);
        let (flavor, narrow, length) = if plain.is(Kind::Str) {
            let object = vm.heap.pystr(plain);
            (Flavor::Text, object.is_ascii(), object.chars as usize)
        } else if let Some(data) = vm.buffer(string) {
            (Flavor::Bytes, true, data.len())
        } else {
            let message = format!(
                "expected string or bytes-like object, got '{}'",
                vm.type_name(string)
            );
            return Err(vm.type_error(message));
        };
        match (kind, flavor) {
            (Some(Flavor::Text), Flavor::Bytes) => {
                return Err(vm.type_error("cannot use a string pattern on a bytes-like object"));
            }
            (Some(Flavor::Bytes), Flavor::Text) => {
                return Err(vm.type_error("cannot use a bytes pattern on a string-like object"));
            }
            _ => {}
        }
        let end = endpos.min(length);
        let start = pos.min(end);
        let (start, end) = if narrow {
            (start, end)
        } else {
            let text = vm.heap.str(plain);
            let start_byte = byte_at(text, false, start);
            (
                start_byte,
                start_byte + byte_at(&text[start_byte..], false, end - start),
            )
        };
        Ok(Subject {
            string,
            flavor,
            narrow,
            start,
            end,
        })
    }

    fn bytes<'vm>(&self, vm: &'vm Vm) -> &'vm [u8] {
        let plain = vm.heap.payload(self.string);
        let data = match self.flavor {
            Flavor::Text => vm.heap.str(plain).as_bytes(),
            Flavor::Bytes => vm.buffer(plain).unwrap_or_default(),
        };
        // A bytearray may have shrunk meanwhile.
        &data[..self.end.min(data.len())]
    }

    fn run(
        &self,
        vm: &mut Vm,
        program: &Program,
        start: usize,
        how: How,
        pace: &mut Pace,
    ) -> Res<Option<Found>> {
        let data = self.bytes(vm);
        if *pace.length.get_or_insert(data.len()) != data.len() {
            return Err(vm.runtime_error("the buffer changed its size while it was searched"));
        }
        let data = self.bytes(vm);
        let from = match pace.paused.take() {
            Some(paused) => From::Paused(paused),
            None => From::Start(start.min(data.len())),
        };
        let steps = &mut pace.steps;
        let result = if self.narrow {
            how.run(program, Narrow(data), from, steps)
        } else {
            // The bounds lie between characters.
            let text = vm
                .heap
                .as_str(vm.heap.payload(self.string))
                .unwrap_or_default();
            how.run(program, Wide(&text[..data.len()]), from, steps)
        };
        match result {
            Ok(found) => Ok(found),
            Err(Unfinished::TooDeep) => Err(vm.memory_error("")),
            Err(Unfinished::Paused(paused)) => {
                pace.paused = Some(paused);
                // To be taken for a pause by `paced`.
                Err(Throw::Call)
            }
        }
    }

    /// A part of the subject, of its built-in type.
    fn part(&self, vm: &mut Vm, start: usize, end: usize) -> Value {
        match self.flavor {
            Flavor::Text => {
                let plain = vm.heap.payload(self.string);
                let text = vm.heap.str(plain);
                if start == 0 && end == text.len() {
                    return plain;
                }
                let part = text.get(start..end).unwrap_or_default().to_owned();
                vm.string(part)
            }
            Flavor::Bytes => {
                let data = vm.buffer(self.string).unwrap_or_default();
                let part = data
                    .get(start..end.min(data.len()))
                    .unwrap_or_default()
                    .to_vec();
                vm.bytes(&part)
            }
        }
    }

    /// Character index of a byte offset.
    fn index(&self, vm: &Vm, at: usize) -> usize {
        if self.narrow {
            at
        } else {
            char_at(vm.heap.str(vm.heap.payload(self.string)), false, at)
        }
    }

    fn empty(&self, vm: &mut Vm) -> Value {
        match self.flavor {
            Flavor::Text => vm.names.empty,
            Flavor::Bytes => vm.empty_bytes(),
        }
    }
}

#[derive(Clone, Copy)]
enum How {
    Match(Reach),
    Search(Reach),
}

impl How {
    fn run<T: engine::Text>(
        self,
        program: &Program,
        text: T,
        from: From,
        steps: &mut i64,
    ) -> Result<Option<Found>, Unfinished> {
        match self {
            How::Match(reach) => engine::match_at(program, text, from, reach, steps),
            How::Search(reach) => engine::search(program, text, from, reach, steps),
        }
    }
}

// Pauses: a search may take for ever, and the program must still be stopped,
// its other threads go on and its instructions be counted.

/// Steps of the matcher between two pauses, and how many are counted as an
/// instruction.
const STEPS: i64 = 1_000_000;
const STEPS_OF_INSTRUCTION: u64 = 1;

/// How far a function has come that searches once or more often. After a
/// pause it is called again with the same arguments.
#[derive(Default)]
struct Pace {
    steps: i64,
    /// The search in which it paused.
    paused: Option<Paused>,
    /// Where the next search begins, unless it is the first.
    place: Option<(usize, Reach)>,
    /// The text's, which must stay.
    length: Option<usize>,
    /// Values of the result, or its text.
    items: Vec<Value>,
    out: Vec<u8>,
    /// The end of the last match, and how many there were.
    last: usize,
    count: i64,
    /// How many parts went into the text.
    pieces: usize,
}

/// What it does, as far as it comes.
type Work = fn(&mut Vm, &[Value], &mut Pace) -> Res;

struct PausedWork {
    work: Work,
    pace: Option<Box<Pace>>,
    class: Value,
}

impl NativeObject for PausedWork {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        if let Some(pace) = &self.pace {
            tracer.extend(&pace.items);
        }
    }
    fn bytes(&self) -> usize {
        self.pace.as_ref().map_or(0, |pace| {
            pace.items.len() * 8 + pace.out.len() + pace.paused.as_ref().map_or(0, Paused::bytes)
        })
    }
}

impl Pace {
    fn new() -> Pace {
        Pace {
            steps: STEPS,
            ..Pace::default()
        }
    }
}

fn paced(vm: &mut Vm, args: &[Value], work: Work) -> Res {
    let mut pace = Pace::new();
    match work(vm, args, &mut pace) {
        Err(Throw::Call) if pace.paused.is_some() => pause(vm, args, work, Box::new(pace)),
        result => result,
    }
}

fn pause(vm: &mut Vm, args: &[Value], work: Work, mut pace: Box<Pace>) -> Res {
    let spent = (STEPS - pace.steps).max(0) as u64;
    pace.steps = STEPS;
    let held = PausedWork {
        work,
        pace: Some(pace),
        class: vm.types.object,
    };
    let state = [
        vm.tuple(args),
        vm.heap.new_object(held),
        Value::NONE,
        Value::NONE,
    ];
    Err(vm.pause_then(spent / STEPS_OF_INSTRUCTION, state, go_on))
}

fn go_on(vm: &mut Vm, [args, held, ..]: [Value; 4], completion: Completion) -> Res {
    completion.value()?;
    let args = vm.heap.tuple(args).to_vec();
    let Some((work, Some(mut pace))) = vm
        .heap
        .downcast_mut::<PausedWork>(held)
        .map(|held| (held.work, held.pace.take()))
    else {
        return Err(vm.system_error("a search was continued twice"));
    };
    match work(vm, &args, &mut pace) {
        Err(Throw::Call) if pace.paused.is_some() => pause(vm, &args, work, pace),
        result => result,
    }
}

/// A `pos` argument, clamped to what an index can be. Negative ones are 0.
fn bound(vm: &mut Vm, value: Value) -> Res<usize> {
    match value.as_small() {
        Some(int) => Ok(size_of(int)),
        None if value.is_unbound() => Ok(usize::MAX),
        None => Ok(size_of(vm.int_argument(value)?)),
    }
}

fn run_once(vm: &mut Vm, args: &[Value], how: How, pace: &mut Pace) -> Res {
    let subject = Subject::new(vm, args[0], args[1], args[2], args[3])?;
    let program = pattern(vm, args[0]).program.clone();
    let found = subject.run(vm, &program, subject.start, how, pace)?;
    Ok(match found {
        Some(found) => new_match(vm, args[0], &subject, found),
        None => Value::NONE,
    })
}

fn pattern_match(vm: &mut Vm, args: &[Value]) -> Res {
    paced(vm, args, |vm, args, pace| {
        run_once(vm, args, How::Match(Reach::Anywhere), pace)
    })
}

fn pattern_fullmatch(vm: &mut Vm, args: &[Value]) -> Res {
    paced(vm, args, |vm, args, pace| {
        run_once(vm, args, How::Match(Reach::Full), pace)
    })
}

fn pattern_search(vm: &mut Vm, args: &[Value]) -> Res {
    paced(vm, args, |vm, args, pace| {
        run_once(vm, args, How::Search(Reach::Anywhere), pace)
    })
}

/// Successive matches, as `finditer` finds them.
struct Cursor {
    pattern: Value,
    program: Rc<Program>,
    subject: Subject,
    at: usize,
    reach: Reach,
    done: bool,
}

impl Cursor {
    fn new(vm: &Vm, this: Value, subject: Subject) -> Cursor {
        let program = pattern(vm, this).program.clone();
        let at = subject.start;
        Cursor {
            pattern: this,
            program,
            subject,
            at,
            reach: Reach::Anywhere,
            done: false,
        }
    }

    /// The cursor of a function that may have paused.
    fn at_pace(vm: &Vm, this: Value, subject: Subject, pace: &Pace) -> Cursor {
        let mut cursor = Cursor::new(vm, this, subject);
        if let Some(place) = pace.place {
            (cursor.at, cursor.reach) = place;
        }
        cursor
    }

    fn advance(
        &mut self,
        vm: &mut Vm,
        how: fn(Reach) -> How,
        pace: &mut Pace,
    ) -> Res<Option<Found>> {
        if self.done {
            return Ok(None);
        }
        let found = self
            .subject
            .run(vm, &self.program, self.at, how(self.reach), pace)?;
        match &found {
            Some(found) => {
                self.at = found.end;
                self.reach = if found.start == found.end {
                    Reach::Advance
                } else {
                    Reach::Anywhere
                };
                pace.place = Some((self.at, self.reach));
            }
            None => self.done = true,
        }
        Ok(found)
    }

    /// As [`Cursor::advance`] for callers that cannot pause: only the end of
    /// the program is between steps.
    fn advance_at_once(&mut self, vm: &mut Vm, how: fn(Reach) -> How) -> Res<Option<Found>> {
        let mut pace = Pace::new();
        loop {
            let result = self.advance(vm, how, &mut pace);
            if pace.paused.is_none() {
                return result;
            }
            vm.spend(STEPS as u64 / STEPS_OF_INSTRUCTION)?;
            pace.steps = STEPS;
        }
    }
}

impl NativeIter for Cursor {
    fn next(&mut self, vm: &mut Vm) -> Res<Option<Value>> {
        let found = self.advance_at_once(vm, How::Search)?;
        Ok(found.map(|found| new_match(vm, self.pattern, &self.subject, found)))
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[self.pattern, self.subject.string]);
    }
}

fn findall(vm: &mut Vm, args: &[Value]) -> Res {
    paced(vm, args, findall_paced)
}

fn findall_paced(vm: &mut Vm, args: &[Value], pace: &mut Pace) -> Res {
    let subject = Subject::new(vm, args[0], args[1], args[2], args[3])?;
    let groups = pattern(vm, args[0]).groups;
    let mut cursor = Cursor::at_pace(vm, args[0], subject, pace);
    while let Some(found) = cursor.advance(vm, How::Search, pace)? {
        let subject = &cursor.subject;
        let item = match groups {
            0 => subject.part(vm, found.start, found.end),
            1 => group_or_empty(vm, subject, &found, 0),
            _ => {
                let parts: Vec<Value> = (0..groups)
                    .map(|group| group_or_empty(vm, subject, &found, group))
                    .collect();
                vm.tuple(&parts)
            }
        };
        pace.items.push(item);
        if pace.items.len().is_multiple_of(65536) {
            vm.reserve(pace.items.len() * 64)?;
        }
    }
    Ok(vm.list(std::mem::take(&mut pace.items)))
}

/// A group counted from 0 (the pattern's first).
fn group_or_empty(vm: &mut Vm, subject: &Subject, found: &Found, group: usize) -> Value {
    match found.groups.get(group).copied().flatten() {
        Some((start, end)) => subject.part(vm, start, end),
        None => subject.empty(vm),
    }
}

fn finditer(vm: &mut Vm, args: &[Value]) -> Res {
    let subject = Subject::new(vm, args[0], args[1], args[2], args[3])?;
    let cursor = Cursor::new(vm, args[0], subject);
    Ok(vm.native_iterator(vm.types.callable_iterator, cursor))
}

fn split(vm: &mut Vm, args: &[Value]) -> Res {
    paced(vm, args, split_paced)
}

fn split_paced(vm: &mut Vm, args: &[Value], pace: &mut Pace) -> Res {
    let limit = vm.int_argument(args[2])?;
    if limit < 0 {
        let only = args[1];
        Subject::new(
            vm,
            args[0],
            only,
            Value::count(0),
            Value::count(Value::SMALL_MAX as usize),
        )?;
        return Ok(vm.list(vec![only]));
    }
    let subject = Subject::new(
        vm,
        args[0],
        args[1],
        Value::count(0),
        Value::count(Value::SMALL_MAX as usize),
    )?;
    let groups = pattern(vm, args[0]).groups;
    let mut cursor = Cursor::at_pace(vm, args[0], subject, pace);
    while limit == 0 || pace.count < limit {
        let Some(found) = cursor.advance(vm, How::Search, pace)? else {
            break;
        };
        let subject = &cursor.subject;
        pace.items.push(subject.part(vm, pace.last, found.start));
        for group in 0..groups {
            pace.items
                .push(match found.groups.get(group).copied().flatten() {
                    Some((start, end)) => subject.part(vm, start, end),
                    None => Value::NONE,
                });
        }
        pace.last = found.end;
        pace.count += 1;
    }
    let end = cursor.subject.end;
    pace.items.push(cursor.subject.part(vm, pace.last, end));
    Ok(vm.list(std::mem::take(&mut pace.items)))
}

// Substitution.

/// A parsed replacement.
struct Template {
    /// Literals with the group that follows each.
    parts: Vec<(Value, Option<usize>)>,
    class: Value,
}

impl NativeObject for Template {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        for (literal, _) in &self.parts {
            tracer.value(*literal);
        }
    }
}

fn template(vm: &mut Vm, args: &[Value]) -> Res {
    let Some(items) = vm.heap.as_items(args[1]).map(<[Value]>::to_vec) else {
        return Err(vm.type_error("template() argument 2 must be list"));
    };
    let groups = match vm.heap.downcast::<Pattern>(args[0]) {
        Some(pattern) => pattern.groups,
        None => return Err(vm.type_error("template() argument 1 must be re.Pattern")),
    };
    let mut parts = Vec::new();
    for pair in items.chunks(2) {
        let group = match pair.get(1).and_then(|group| vm.as_i64(*group)) {
            Some(group) if group < 0 || size_of(group) > groups => {
                return Err(vm.index_error("invalid group reference"));
            }
            group => group.map(size_of),
        };
        parts.push((pair[0], group));
    }
    let class = vm.extension::<SreTypes>().template;
    Ok(vm.heap.new_object(Template { parts, class }))
}

/// Appends a str's or bytes' contents; whether it is of the subject's kind.
fn append(vm: &Vm, flavor: Flavor, value: Value, out: &mut Vec<u8>) -> bool {
    match flavor {
        Flavor::Text => match vm.as_text(value) {
            Some(text) => out.extend(text.as_bytes()),
            None => return false,
        },
        Flavor::Bytes => match vm.buffer(value) {
            Some(data) => out.extend(data),
            None => return false,
        },
    }
    true
}

/// The finished str or bytes.
fn finish(vm: &mut Vm, flavor: Flavor, data: Vec<u8>) -> Value {
    match flavor {
        Flavor::Text => {
            let text = String::from_utf8(data).unwrap_or_default();
            vm.string(text)
        }
        Flavor::Bytes => vm.bytes(&data),
    }
}

fn wrong_part(vm: &mut Vm, flavor: Flavor, at: usize, part: Value) -> Res {
    let expected = if flavor == Flavor::Text {
        "str instance"
    } else {
        "a bytes-like object"
    };
    let message = format!(
        "sequence item {at}: expected {expected}, {} found",
        vm.type_name(part)
    );
    Err(vm.type_error(message))
}

fn sub(vm: &mut Vm, args: &[Value]) -> Res {
    paced(vm, args, |vm, args, pace| sub_with(vm, args, false, pace))
}

fn subn(vm: &mut Vm, args: &[Value]) -> Res {
    paced(vm, args, |vm, args, pace| sub_with(vm, args, true, pace))
}

fn sub_with(vm: &mut Vm, args: &[Value], counted: bool, pace: &mut Pace) -> Res {
    let [this, replacement, string, count] = args[..] else {
        return Ok(Value::NONE);
    };
    let limit = vm.int_argument(count)?;
    let is_template = vm.heap.downcast::<Template>(replacement).is_some();
    if !is_template && vm.is_callable(replacement) {
        let matches = all_matches(vm, this, string, limit, pace)?;
        let matches = vm.list(matches);
        let args = [this, string, matches, replacement, Value::bool(counted)];
        return Err(vm.tail_prelude("re_sub_calling", &args));
    }
    if !is_template {
        let plain = match vm.as_text(replacement) {
            Some(text) => !text.contains('\\'),
            None => match vm.buffer(replacement) {
                Some(data) => !data.contains(&b'\\'),
                None => false,
            },
        };
        if !plain {
            let args = [this, replacement, string, count, Value::bool(counted)];
            return Err(vm.tail_prelude("re_sub_template", &args));
        }
    }
    let subject = Subject::new(
        vm,
        this,
        string,
        Value::count(0),
        Value::count(Value::SMALL_MAX as usize),
    )?;
    let mut cursor = Cursor::at_pace(vm, this, subject, pace);
    let flavor = cursor.subject.flavor;
    let parts = match vm.heap.downcast::<Template>(replacement) {
        Some(template) => template.parts.clone(),
        None => vec![(replacement, None)],
    };
    while limit <= 0 || pace.count < limit {
        let Some(found) = cursor.advance(vm, How::Search, pace)? else {
            break;
        };
        pace.pieces += (found.start > pace.last) as usize;
        let data = cursor.subject.bytes(vm);
        pace.out.extend(&data[pace.last..found.start]);
        for &(part, group) in &parts {
            if !append(vm, flavor, part, &mut pace.out) {
                return wrong_part(vm, flavor, pace.pieces, part);
            }
            pace.pieces += 1;
            if let Some(group) = group {
                let span = match group {
                    0 => Some((found.start, found.end)),
                    _ => found.groups.get(group - 1).copied().flatten(),
                };
                if let Some((start, end)) = span {
                    let data = cursor.subject.bytes(vm);
                    pace.out.extend(&data[start..end]);
                }
            }
        }
        pace.last = found.end;
        pace.count += 1;
        if pace.count % 1024 == 0 {
            vm.reserve(pace.out.len())?;
        }
    }
    let mut out = std::mem::take(&mut pace.out);
    let result = if pace.count == 0 && string == vm.heap.payload(string) {
        string
    } else {
        out.extend(&cursor.subject.bytes(vm)[pace.last..]);
        vm.reserve(out.len())?;
        finish(vm, flavor, out)
    };
    Ok(if counted {
        vm.tuple(&[result, Value::count(pace.count as usize)])
    } else {
        result
    })
}

fn all_matches(
    vm: &mut Vm,
    this: Value,
    string: Value,
    limit: i64,
    pace: &mut Pace,
) -> Res<Vec<Value>> {
    let subject = Subject::new(
        vm,
        this,
        string,
        Value::count(0),
        Value::count(Value::SMALL_MAX as usize),
    )?;
    let mut cursor = Cursor::at_pace(vm, this, subject, pace);
    while limit <= 0 || (pace.items.len() as i64) < limit {
        match cursor.advance(vm, How::Search, pace)? {
            Some(found) => {
                let found = new_match(vm, this, &cursor.subject, found);
                pace.items.push(found);
            }
            None => break,
        }
        if pace.items.len().is_multiple_of(16384) {
            vm.reserve(pace.items.len() * 200)?;
        }
    }
    Ok(std::mem::take(&mut pace.items))
}

/// The text between matches with what stands in their places.
fn join_matches(vm: &mut Vm, args: &[Value]) -> Res {
    let [this, string, matches, parts] = args[..] else {
        return Ok(Value::NONE);
    };
    let (Some(matches), Some(parts)) = (
        vm.heap.as_items(matches).map(<[Value]>::to_vec),
        vm.heap.as_items(parts).map(<[Value]>::to_vec),
    ) else {
        return Err(vm.type_error("join_matches() takes lists"));
    };
    let subject = Subject::new(
        vm,
        this,
        string,
        Value::count(0),
        Value::count(Value::SMALL_MAX as usize),
    )?;
    let mut out = Vec::new();
    let mut last = 0;
    let mut pieces = 0;
    for (matched, part) in matches.into_iter().zip(parts) {
        let Some(found) = vm
            .heap
            .downcast::<Match>(matched)
            .map(|matched| matched.found.clone())
        else {
            continue;
        };
        pieces += (found.start > last) as usize;
        out.extend(subject.bytes(vm).get(last..found.start).unwrap_or_default());
        if !part.is_none() {
            if !append(vm, subject.flavor, part, &mut out) {
                return wrong_part(vm, subject.flavor, pieces, part);
            }
            pieces += 1;
        }
        last = found.end;
    }
    out.extend(subject.bytes(vm).get(last..).unwrap_or_default());
    vm.reserve(out.len())?;
    Ok(finish(vm, subject.flavor, out))
}

/// `match.expand` with a parsed template.
fn expand_match(vm: &mut Vm, args: &[Value]) -> Res {
    let parts = match vm.heap.downcast::<Template>(args[0]) {
        Some(template) => template.parts.clone(),
        None => return Err(vm.type_error("expand_match() takes a template")),
    };
    let Some(matched) = vm.heap.downcast::<Match>(args[1]) else {
        return Err(vm.type_error("expand_match() takes a match"));
    };
    let (subject, found) = (matched.subject.clone(), matched.found.clone());
    let mut out = Vec::new();
    for (at, (part, group)) in parts.into_iter().enumerate() {
        if !append(vm, subject.flavor, part, &mut out) {
            return wrong_part(vm, subject.flavor, at, part);
        }
        if let Some((start, end)) = group.and_then(|group| span(&found, group)) {
            out.extend(subject.bytes(vm).get(start..end).unwrap_or_default());
        }
    }
    vm.reserve(out.len())?;
    Ok(finish(vm, subject.flavor, out))
}

// Scanners.

struct Scanner {
    cursor: Option<Cursor>,
    pattern: Value,
    class: Value,
}

impl NativeObject for Scanner {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.pattern);
        if let Some(cursor) = &self.cursor {
            cursor.trace(tracer);
        }
    }
}

static SCANNER_METHODS: &[NativeDef] = &[
    method("match", "self, /", |vm, args| scan(vm, args[0], How::Match)),
    method("search", "self, /", |vm, args| {
        scan(vm, args[0], How::Search)
    }),
];

static SCANNER_GETTERS: &[GetterDef] = &[getter("pattern", |vm, this| {
    Ok(vm
        .heap
        .downcast::<Scanner>(this)
        .map_or(Value::NONE, |scanner| scanner.pattern))
})];

fn scanner(vm: &mut Vm, args: &[Value]) -> Res {
    let subject = Subject::new(vm, args[0], args[1], args[2], args[3])?;
    let cursor = Some(Cursor::new(vm, args[0], subject));
    let class = vm.extension::<SreTypes>().scanner;
    Ok(vm.heap.new_object(Scanner {
        cursor,
        pattern: args[0],
        class,
    }))
}

fn scan(vm: &mut Vm, this: Value, how: fn(Reach) -> How) -> Res {
    let taken = vm
        .heap
        .downcast_mut::<Scanner>(this)
        .and_then(|scanner| scanner.cursor.take());
    let Some(mut cursor) = taken else {
        return Ok(Value::NONE);
    };
    let result = cursor.advance_at_once(vm, how);
    let answer = match result {
        Ok(Some(found)) => Ok(new_match(vm, cursor.pattern, &cursor.subject, found)),
        Ok(None) => Ok(Value::NONE),
        Err(error) => Err(error),
    };
    if let Some(scanner) = vm.heap.downcast_mut::<Scanner>(this) {
        scanner.cursor = Some(cursor);
    }
    answer
}

// Matches.

struct Match {
    pattern: Value,
    subject: Subject,
    /// By byte offsets.
    found: Found,
    class: Value,
}

impl NativeObject for Match {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[self.pattern, self.subject.string]);
    }
    fn bytes(&self) -> usize {
        96 + self.found.groups.len() * 16
    }
}

static MATCH_METHODS: &[NativeDef] = &[
    method("group", "self, /, *args", group).slow("re_group"),
    method("groups", "self, /, default=None", groups),
    method("groupdict", "self, /, default=None", groupdict),
    method("start", "self, group=0, /", |vm, args| {
        let span = char_span(vm, args[0], args[1])?;
        Ok(Value::int32(span.map_or(-1, |span| span.0 as i32)))
    })
    .slow("re_start"),
    method("end", "self, group=0, /", |vm, args| {
        let span = char_span(vm, args[0], args[1])?;
        Ok(Value::int32(span.map_or(-1, |span| span.1 as i32)))
    })
    .slow("re_end"),
    method("span", "self, group=0, /", |vm, args| {
        let span = char_span(vm, args[0], args[1])?;
        Ok(span_tuple(vm, span))
    })
    .slow("re_span"),
    method("expand", "self, /, template", |vm, args| {
        Err(vm.tail_prelude("re_expand", &[args[0], args[1]]))
    }),
    method("__getitem__", "self, key, /", |vm, args| {
        let at = group_number(vm, args[0], args[1])?;
        Ok(group_value(vm, args[0], at, Value::NONE))
    })
    .slow("re_getitem"),
    method("__repr__", "self, /", match_repr),
    method("__copy__", "self, /", |_, args| Ok(args[0])),
    method("__deepcopy__", "self, memo, /", |_, args| Ok(args[0])),
    class_method("__class_getitem__", "cls, item, /", class_getitem),
];

static MATCH_GETTERS: &[GetterDef] = &[
    getter("string", |vm, this| Ok(matched(vm, this).subject.string)),
    getter("re", |vm, this| Ok(matched(vm, this).pattern)),
    getter("pos", |vm, this| {
        let this = matched(vm, this);
        Ok(Value::count(this.subject.index(vm, this.subject.start)))
    }),
    getter("endpos", |vm, this| {
        let this = matched(vm, this);
        Ok(Value::count(this.subject.index(vm, this.subject.end)))
    }),
    getter("lastindex", |vm, this| {
        Ok(matched(vm, this)
            .found
            .last_index
            .map_or(Value::NONE, Value::count))
    }),
    getter("lastgroup", |vm, this| {
        let this = matched(vm, this);
        let names = vm
            .heap
            .as_items(pattern(vm, this.pattern).index_group)
            .unwrap_or_default();
        let name = this.found.last_index.and_then(|index| names.get(index));
        Ok(name.copied().unwrap_or(Value::NONE))
    }),
    getter("regs", |vm, this| {
        let count = matched(vm, this).found.groups.len() + 1;
        let spans: Vec<Value> = (0..count)
            .map(|group| {
                let span = char_span_at(vm, this, group);
                span_tuple(vm, span)
            })
            .collect();
        Ok(vm.tuple(&spans))
    }),
];

fn matched(vm: &Vm, value: Value) -> &Match {
    match vm.heap.downcast::<Match>(value) {
        Some(matched) => matched,
        None => unreachable!("the owner type was checked"),
    }
}

fn new_match(vm: &mut Vm, pattern: Value, subject: &Subject, found: Found) -> Value {
    let class = vm.extension::<SreTypes>().matched;
    vm.heap.new_object(Match {
        pattern,
        subject: subject.clone(),
        found,
        class,
    })
}

/// The number of a group given by number or name.
fn group_number(vm: &mut Vm, this: Value, key: Value) -> Res<usize> {
    let count = matched(vm, this).found.groups.len();
    let number = if vm.as_int(key).is_some() {
        vm.as_i64(key)
    } else if vm.lookup_special(key, vm.names.index).is_some() {
        Some(vm.index(key)?)
    } else {
        let index = pattern(vm, matched(vm, this).pattern).group_index;
        match vm.key_hash(key) {
            Ok(_) => vm
                .dict_get(index, key)?
                .and_then(|number| vm.as_i64(number)),
            Err(_) => None,
        }
    };
    match number
        .and_then(|number| usize::try_from(number).ok())
        .filter(|number| *number <= count)
    {
        Some(number) => Ok(number),
        None => Err(vm.index_error("no such group")),
    }
}

/// Byte offsets of a group.
fn span(found: &Found, group: usize) -> Option<(usize, usize)> {
    match group {
        0 => Some((found.start, found.end)),
        _ => found.groups.get(group - 1).copied().flatten(),
    }
}

fn group_value(vm: &mut Vm, this: Value, group: usize, default: Value) -> Value {
    let matched = matched(vm, this);
    match span(&matched.found, group) {
        Some((start, end)) => {
            let subject = matched.subject.clone();
            subject.part(vm, start, end)
        }
        None => default,
    }
}

fn char_span(vm: &mut Vm, this: Value, group: Value) -> Res<Option<(usize, usize)>> {
    let group = group_number(vm, this, group)?;
    Ok(char_span_at(vm, this, group))
}

fn char_span_at(vm: &Vm, this: Value, group: usize) -> Option<(usize, usize)> {
    let matched = matched(vm, this);
    let (start, end) = span(&matched.found, group)?;
    Some((
        matched.subject.index(vm, start),
        matched.subject.index(vm, end),
    ))
}

fn span_tuple(vm: &mut Vm, span: Option<(usize, usize)>) -> Value {
    let (start, end) = span.map_or((-1, -1), |(start, end)| (start as i32, end as i32));
    vm.tuple(&[Value::int32(start), Value::int32(end)])
}

fn group(vm: &mut Vm, args: &[Value]) -> Res {
    let keys = vm.heap.tuple(args[1]).to_vec();
    match keys[..] {
        [] => Ok(group_value(vm, args[0], 0, Value::NONE)),
        [key] => {
            let group = group_number(vm, args[0], key)?;
            Ok(group_value(vm, args[0], group, Value::NONE))
        }
        _ => {
            let mut items = Vec::with_capacity(keys.len());
            for key in keys {
                let group = group_number(vm, args[0], key)?;
                items.push(group_value(vm, args[0], group, Value::NONE));
            }
            Ok(vm.tuple(&items))
        }
    }
}

fn groups(vm: &mut Vm, args: &[Value]) -> Res {
    let count = matched(vm, args[0]).found.groups.len();
    let items: Vec<Value> = (1..=count)
        .map(|group| group_value(vm, args[0], group, args[1]))
        .collect();
    Ok(vm.tuple(&items))
}

fn groupdict(vm: &mut Vm, args: &[Value]) -> Res {
    let index = pattern(vm, matched(vm, args[0]).pattern).group_index;
    let pairs: Vec<(Value, Value)> = match vm.heap.payload(index) {
        dict if dict.is(Kind::Dict) => vm.heap.dict(dict).iter().collect(),
        _ => Vec::new(),
    };
    let result = vm.heap.new_dict(PyDict::default());
    for (name, number) in pairs {
        let group = vm.as_i64(number).unwrap_or(0) as usize;
        let value = group_value(vm, args[0], group, args[1]);
        vm.dict_set(result, name, value)?;
    }
    Ok(result)
}

fn match_repr(vm: &mut Vm, args: &[Value]) -> Res {
    let (start, end) = char_span_at(vm, args[0], 0).unwrap_or_default();
    let value = group_value(vm, args[0], 0, Value::NONE);
    let text = match vm.as_text(value) {
        Some(text) => repr_text(text),
        None => repr_bytes(vm.buffer(value).unwrap_or_default()),
    };
    let text: String = text.chars().take(50).collect();
    let text = format!("<re.Match object; span=({start}, {end}), match={text}>");
    Ok(vm.string(text))
}
