//! The matcher behind `_sre`: runs what CPython's `re._compiler` compiles.
//!
//! The code words are first translated to a program for a backtracking
//! machine with one explicit stack, so neither deep patterns nor long texts
//! recurse. Positions are byte offsets; a text is either one byte per
//! character (ASCII text and bytes) or UTF-8.
//!
//! Opcode numbers and meanings are those of CPython's `sre_constants.h`,
//! MAGIC 20230612.

use std::cell::Cell;

use airlock_vm::builtins::unicode as uni;

pub const MAGIC: i32 = 20230612;
pub const MAX_REPEAT: u32 = u32::MAX;
pub const MAX_GROUPS: i32 = i32::MAX / 2;

/// The stack may grow to this many entries; beyond, matching gives up.
const STACK_LIMIT: usize = 6_000_000;
/// Not all ones: to fill a few words with those would be a call of memset.
const NO_MARK: usize = usize::MAX - 1;
/// How many instructions are looked at for what a match may begin with.
const FIRST_STEPS: u32 = 500;

// Opcodes.
const FAILURE: u32 = 0;
const SUCCESS: u32 = 1;
const ANY: u32 = 2;
const ANY_ALL: u32 = 3;
const ASSERT: u32 = 4;
const ASSERT_NOT: u32 = 5;
const AT: u32 = 6;
const BRANCH: u32 = 7;
const CATEGORY: u32 = 8;
const CHARSET: u32 = 9;
const BIGCHARSET: u32 = 10;
const GROUPREF: u32 = 11;
const GROUPREF_EXISTS: u32 = 12;
const IN: u32 = 13;
const INFO: u32 = 14;
const JUMP: u32 = 15;
const LITERAL: u32 = 16;
const MARK: u32 = 17;
const MAX_UNTIL: u32 = 18;
const MIN_UNTIL: u32 = 19;
const NOT_LITERAL: u32 = 20;
const NEGATE: u32 = 21;
const RANGE: u32 = 22;
const REPEAT: u32 = 23;
const REPEAT_ONE: u32 = 24;
const MIN_REPEAT_ONE: u32 = 26;
const ATOMIC_GROUP: u32 = 27;
const POSSESSIVE_REPEAT: u32 = 28;
const POSSESSIVE_REPEAT_ONE: u32 = 29;
const GROUPREF_IGNORE: u32 = 30;
const IN_IGNORE: u32 = 31;
const LITERAL_IGNORE: u32 = 32;
const NOT_LITERAL_IGNORE: u32 = 33;
const GROUPREF_LOC_IGNORE: u32 = 34;
const IN_LOC_IGNORE: u32 = 35;
const LITERAL_LOC_IGNORE: u32 = 36;
const NOT_LITERAL_LOC_IGNORE: u32 = 37;
const GROUPREF_UNI_IGNORE: u32 = 38;
const IN_UNI_IGNORE: u32 = 39;
const LITERAL_UNI_IGNORE: u32 = 40;
const NOT_LITERAL_UNI_IGNORE: u32 = 41;
const RANGE_UNI_IGNORE: u32 = 42;

const INFO_PREFIX: u32 = 1;
const INFO_CHARSET: u32 = 4;

// Characters.

/// How case is ignored.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fold {
    None,
    Ascii,
    Unicode,
}

impl Fold {
    #[inline]
    fn lower(self, c: u32) -> u32 {
        match self {
            Fold::None => c,
            Fold::Ascii => lower_ascii(c),
            Fold::Unicode => lower_unicode(c),
        }
    }
}

pub fn lower_ascii(c: u32) -> u32 {
    if (65..=90).contains(&c) { c + 32 } else { c }
}

pub fn lower_unicode(c: u32) -> u32 {
    if c < 128 {
        return lower_ascii(c);
    }
    char::from_u32(c).map_or(c, |c| uni::simple_lower(c) as u32)
}

pub fn upper_unicode(c: u32) -> u32 {
    char::from_u32(c).map_or(c, |c| uni::simple_upper(c) as u32)
}

fn is_word_ascii(c: u32) -> bool {
    char::from_u32(c).is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn is_word_unicode(c: u32) -> bool {
    if c < 128 {
        return is_word_ascii(c);
    }
    uni::char_of(c).is_some_and(uni::is_alnum)
}

fn in_category(category: u32, c: u32) -> bool {
    let ascii = |holds: fn(&u8) -> bool| u8::try_from(c).is_ok_and(|c| holds(&c));
    let unicode = |holds: fn(char) -> bool| uni::char_of(c).is_some_and(holds);
    let is_space = |c: &u8| matches!(c, b'\t'..=b'\r' | b' ');
    match category {
        0 => ascii(u8::is_ascii_digit),
        1 => !ascii(u8::is_ascii_digit),
        2 => ascii(is_space),
        3 => !ascii(is_space),
        4 | 8 => is_word_ascii(c),
        5 | 9 => !is_word_ascii(c),
        6 => c == 10,
        7 => c != 10,
        10 => unicode(uni::is_decimal),
        11 => !unicode(uni::is_decimal),
        12 => unicode(uni::is_space),
        13 => !unicode(uni::is_space),
        14 => is_word_unicode(c),
        15 => !is_word_unicode(c),
        16 => unicode(uni::is_line_break),
        17 => !unicode(uni::is_line_break),
        _ => false,
    }
}

/// A set of characters; ASCII is answered by the bitmap.
#[derive(Debug)]
struct Set {
    ascii: u128,
    items: Box<[SetItem]>,
}

#[derive(Debug)]
enum SetItem {
    Negate,
    Literal(u32),
    Range(u32, u32),
    RangeIgnore(u32, u32),
    Category(u32),
    Bitmap(Box<[u32]>),
    Big { blocks: Box<[u8]>, bits: Box<[u32]> },
}

impl Set {
    fn new(items: Vec<SetItem>) -> Set {
        let mut set = Set {
            ascii: 0,
            items: items.into(),
        };
        set.ascii = (0..128)
            .filter(|c| set.search(*c))
            .fold(0, |bits, c| bits | 1 << c);
        set
    }

    #[inline]
    fn has(&self, c: u32) -> bool {
        if c < 128 {
            self.ascii >> c & 1 != 0
        } else {
            self.search(c)
        }
    }

    fn search(&self, c: u32) -> bool {
        let mut found = true;
        for item in &self.items {
            let hit = match item {
                SetItem::Negate => {
                    found = !found;
                    false
                }
                SetItem::Literal(other) => *other == c,
                SetItem::Range(low, high) => (*low..=*high).contains(&c),
                SetItem::RangeIgnore(low, high) => {
                    (*low..=*high).contains(&c) || (*low..=*high).contains(&upper_unicode(c))
                }
                SetItem::Category(category) => in_category(*category, c),
                SetItem::Bitmap(bits) => c < 256 && bits[c as usize / 32] >> (c % 32) & 1 != 0,
                SetItem::Big { blocks, bits } => {
                    c < 0x10000 && {
                        let block = blocks[c as usize >> 8] as usize;
                        bits.get(block * 8 + (c as usize & 255) / 32)
                            .is_some_and(|word| word >> (c % 32) & 1 != 0)
                    }
                }
            };
            if hit {
                return found;
            }
        }
        !found
    }
}

/// What matches exactly one character.
#[derive(Debug)]
enum One {
    Never,
    Any,
    AnyAll,
    Literal(u32),
    NotLiteral(u32),
    LiteralFold(u32, Fold),
    NotLiteralFold(u32, Fold),
    Set(Set, Fold),
}

impl One {
    /// The ASCII characters that it matches.
    fn ascii(&self) -> u128 {
        (0..128)
            .filter(|c| self.has(*c))
            .fold(0, |bits, c| bits | 1 << c)
    }

    #[inline]
    fn has(&self, c: u32) -> bool {
        match self {
            One::Never => false,
            One::Any => c != 10,
            One::AnyAll => true,
            One::Literal(literal) => c == *literal,
            One::NotLiteral(literal) => c != *literal,
            One::LiteralFold(literal, fold) => fold.lower(c) == *literal || c == *literal,
            One::NotLiteralFold(literal, fold) => fold.lower(c) != *literal && c != *literal,
            One::Set(set, Fold::None) => set.has(c),
            One::Set(set, fold) => set.has(fold.lower(c)),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Greed {
    Greedy,
    Lazy,
    Possessive,
}

#[derive(Debug)]
enum Inst {
    One(One),
    At(u32),
    Mark(usize),
    GroupRef(usize, Fold),
    /// Goes on if the group matched, else jumps.
    GroupExists(usize, usize),
    /// Goes on; on failure, jumps.
    Split(usize),
    Jump(usize),
    RepeatOne {
        one: One,
        min: u32,
        max: u32,
        greed: Greed,
    },
    /// Starts the loop of a slot and jumps to its end.
    Repeat {
        slot: usize,
        until: usize,
    },
    Until {
        slot: usize,
        min: u32,
        max: u32,
        body: usize,
        greed: Greed,
    },
    /// Looks ahead, or `back` characters behind; `end` follows its body.
    Assert {
        positive: bool,
        back: u32,
        end: usize,
    },
    Atomic,
    /// The end of the body of an assertion or atomic group.
    GroupEnd,
    Fail,
    Success,
}

/// A compiled pattern.
pub struct Program {
    insts: Vec<Inst>,
    slots: usize,
    marks: usize,
    /// Every match begins with these characters.
    prefix: Vec<u32>,
    /// The ASCII characters that a match can begin with; others always can.
    /// All of them if a match can be empty.
    first: u128,
    start: Start,
    min_width: usize,
    /// The memory of the last match, for the next one.
    spare: Cell<Option<Box<Memory>>>,
}

/// The only places where a match can begin.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Start {
    Anywhere,
    Text,
    Line,
}

/// The code is not what `re._compiler` makes.
#[derive(Debug)]
pub struct InvalidCode;

struct Translator<'a> {
    code: &'a [u32],
    program: Program,
    depth: u32,
}

impl Program {
    /// `groups` does not count group 0.
    pub fn new(code: &[u32], groups: usize) -> Result<Program, InvalidCode> {
        let program = Program {
            insts: Vec::new(),
            slots: 0,
            marks: groups.checked_mul(2).ok_or(InvalidCode)?,
            prefix: Vec::new(),
            first: u128::MAX,
            start: Start::Anywhere,
            min_width: 0,
            spare: Cell::new(None),
        };
        let mut translator = Translator {
            code,
            program,
            depth: 0,
        };
        translator.block(0, code.len())?;
        translator.program.insts.push(Inst::Success);
        let mut program = translator.program;
        program.first = program.first_from(0, &mut 0);
        program.start = match program
            .insts
            .iter()
            .find(|inst| !matches!(inst, Inst::Mark(_)))
        {
            Some(Inst::At(0 | 2)) => Start::Text,
            Some(Inst::At(1)) => Start::Line,
            _ => Start::Anywhere,
        };
        Ok(program)
    }

    /// The ASCII characters that a match of the rest, from an instruction on,
    /// can begin with.
    fn first_from(&self, pc: usize, steps: &mut u32) -> u128 {
        *steps += 1;
        if *steps > FIRST_STEPS {
            return u128::MAX;
        }
        let mut from = |pc: usize| self.first_from(pc, steps);
        match &self.insts[pc] {
            Inst::One(one) => one.ascii(),
            Inst::RepeatOne { one, min: 1.., .. } => one.ascii(),
            Inst::RepeatOne { one, .. } => one.ascii() | from(pc + 1),
            Inst::At(_) | Inst::Mark(_) | Inst::Atomic => from(pc + 1),
            Inst::Split(other) => from(pc + 1) | from(*other),
            Inst::Jump(target) => from(*target),
            Inst::Assert { end, .. } => from(*end),
            Inst::Repeat { until, .. } => match &self.insts[*until] {
                Inst::Until { min: 1.., body, .. } => from(*body),
                Inst::Until { body, .. } => from(*body) | from(until + 1),
                _ => u128::MAX,
            },
            Inst::Fail => 0,
            // A repeat's body may be empty and a group's end follows anything.
            Inst::Until { .. }
            | Inst::GroupEnd
            | Inst::GroupRef(..)
            | Inst::GroupExists(..)
            | Inst::Success => u128::MAX,
        }
    }

    #[inline]
    fn may_begin_with(&self, c: u32) -> bool {
        c >= 128 || self.first >> c & 1 != 0
    }
}

impl Translator<'_> {
    fn word(&self, at: usize) -> Result<u32, InvalidCode> {
        self.code.get(at).copied().ok_or(InvalidCode)
    }

    /// The position that the skip word at `at` leads to.
    fn skip(&self, at: usize) -> Result<usize, InvalidCode> {
        let target = at + self.word(at)? as usize;
        if target <= self.code.len() && target > at {
            Ok(target)
        } else {
            Err(InvalidCode)
        }
    }

    fn push(&mut self, inst: Inst) -> usize {
        self.program.insts.push(inst);
        self.program.insts.len() - 1
    }

    fn here(&self) -> usize {
        self.program.insts.len()
    }

    /// Translates `start..end`, up to a SUCCESS.
    fn block(&mut self, start: usize, end: usize) -> Result<(), InvalidCode> {
        self.depth += 1;
        if self.depth > 500 || end > self.code.len() {
            return Err(InvalidCode);
        }
        let mut at = start;
        while at < end {
            let op = self.word(at)?;
            at = match op {
                SUCCESS => break,
                FAILURE => {
                    self.push(Inst::Fail);
                    at + 1
                }
                INFO => {
                    let next = self.skip(at + 1)?;
                    self.info(at + 2, next)?;
                    next
                }
                AT => {
                    let place = self.word(at + 1)?;
                    self.push(Inst::At(place));
                    at + 2
                }
                MARK => {
                    let mark = self.word(at + 1)? as usize;
                    if mark >= self.program.marks {
                        return Err(InvalidCode);
                    }
                    self.push(Inst::Mark(mark));
                    at + 2
                }
                GROUPREF | GROUPREF_IGNORE | GROUPREF_LOC_IGNORE | GROUPREF_UNI_IGNORE => {
                    let group = self.word(at + 1)? as usize;
                    if group * 2 >= self.program.marks {
                        return Err(InvalidCode);
                    }
                    let fold = match op {
                        GROUPREF => Fold::None,
                        GROUPREF_UNI_IGNORE => Fold::Unicode,
                        _ => Fold::Ascii,
                    };
                    self.push(Inst::GroupRef(group, fold));
                    at + 2
                }
                GROUPREF_EXISTS => self.group_exists(at)?,
                BRANCH => self.branch(at)?,
                REPEAT => self.repeat(at)?,
                POSSESSIVE_REPEAT => {
                    let (min, max) = (self.word(at + 2)?, self.word(at + 3)?);
                    let success = self.skip(at + 1)?;
                    self.push(Inst::Atomic);
                    let slot = self.new_slot();
                    let head = self.push(Inst::Fail);
                    let body = self.push(Inst::Atomic);
                    self.block(at + 4, success)?;
                    self.push(Inst::GroupEnd);
                    let until = self.push(Inst::Until {
                        slot,
                        min,
                        max,
                        body,
                        greed: Greed::Greedy,
                    });
                    self.program.insts[head] = Inst::Repeat { slot, until };
                    self.push(Inst::GroupEnd);
                    success + 1
                }
                REPEAT_ONE | MIN_REPEAT_ONE | POSSESSIVE_REPEAT_ONE => {
                    let next = self.skip(at + 1)?;
                    let (min, max) = (self.word(at + 2)?, self.word(at + 3)?);
                    let (one, _) = self.one(at + 4)?.ok_or(InvalidCode)?;
                    let greed = match op {
                        REPEAT_ONE => Greed::Greedy,
                        MIN_REPEAT_ONE => Greed::Lazy,
                        _ => Greed::Possessive,
                    };
                    self.push(Inst::RepeatOne {
                        one,
                        min,
                        max,
                        greed,
                    });
                    next
                }
                ASSERT | ASSERT_NOT => {
                    let next = self.skip(at + 1)?;
                    let back = self.word(at + 2)?;
                    let head = self.push(Inst::Fail);
                    self.block(at + 3, next)?;
                    self.push(Inst::GroupEnd);
                    let end = self.here();
                    self.program.insts[head] = Inst::Assert {
                        positive: op == ASSERT,
                        back,
                        end,
                    };
                    next
                }
                ATOMIC_GROUP => {
                    let next = self.skip(at + 1)?;
                    self.push(Inst::Atomic);
                    self.block(at + 2, next)?;
                    self.push(Inst::GroupEnd);
                    next
                }
                _ => {
                    let (one, next) = self.one(at)?.ok_or(InvalidCode)?;
                    self.push(Inst::One(one));
                    next
                }
            };
        }
        self.depth -= 1;
        Ok(())
    }

    fn new_slot(&mut self) -> usize {
        self.program.slots += 1;
        self.program.slots - 1
    }

    fn branch(&mut self, at: usize) -> Result<usize, InvalidCode> {
        let mut at = at + 1;
        let mut jumps = Vec::new();
        let mut split = None;
        while self.word(at)? != 0 {
            let next = self.skip(at)?;
            if let Some(split) = split {
                let here = self.here();
                self.program.insts[split] = Inst::Split(here);
            }
            // The last alternative needs no way on.
            split = (self.word(next)? != 0).then(|| self.push(Inst::Fail));
            if next < at + 3 || self.word(next - 2)? != JUMP {
                return Err(InvalidCode);
            }
            self.block(at + 1, next - 2)?;
            jumps.push(self.push(Inst::Fail));
            at = next;
        }
        let end = self.here();
        for jump in jumps {
            self.program.insts[jump] = Inst::Jump(end);
        }
        Ok(at + 1)
    }

    fn repeat(&mut self, at: usize) -> Result<usize, InvalidCode> {
        let until_at = self.skip(at + 1)?;
        let (min, max) = (self.word(at + 2)?, self.word(at + 3)?);
        let greed = match self.word(until_at)? {
            MAX_UNTIL => Greed::Greedy,
            MIN_UNTIL => Greed::Lazy,
            _ => return Err(InvalidCode),
        };
        let slot = self.new_slot();
        let head = self.push(Inst::Fail);
        let body = self.here();
        self.block(at + 4, until_at)?;
        let until = self.push(Inst::Until {
            slot,
            min,
            max,
            body,
            greed,
        });
        self.program.insts[head] = Inst::Repeat { slot, until };
        Ok(until_at + 1)
    }

    fn group_exists(&mut self, at: usize) -> Result<usize, InvalidCode> {
        let group = self.word(at + 1)? as usize;
        if group * 2 >= self.program.marks {
            return Err(InvalidCode);
        }
        let otherwise = self.skip(at + 2)? - 1;
        let head = self.push(Inst::Fail);
        let has_jump = otherwise >= at + 5 && self.ends_with_jump(at + 3, otherwise)?;
        if !has_jump {
            self.block(at + 3, otherwise)?;
            let end = self.here();
            self.program.insts[head] = Inst::GroupExists(group, end);
            return Ok(otherwise);
        }
        self.block(at + 3, otherwise - 2)?;
        let jump = self.push(Inst::Fail);
        let no = self.here();
        self.program.insts[head] = Inst::GroupExists(group, no);
        let end = self.skip(otherwise - 1)?;
        self.block(otherwise, end)?;
        let here = self.here();
        self.program.insts[jump] = Inst::Jump(here);
        Ok(end)
    }

    /// Whether the last instruction of `start..end` is a JUMP.
    fn ends_with_jump(&self, start: usize, end: usize) -> Result<bool, InvalidCode> {
        let mut at = start;
        let mut last = FAILURE;
        while at < end {
            last = self.word(at)?;
            at = match last {
                FAILURE | SUCCESS | ANY | ANY_ALL => at + 1,
                REPEAT | POSSESSIVE_REPEAT => self.skip(at + 1)? + 1,
                INFO
                | IN
                | IN_IGNORE
                | IN_LOC_IGNORE
                | IN_UNI_IGNORE
                | REPEAT_ONE
                | MIN_REPEAT_ONE
                | POSSESSIVE_REPEAT_ONE
                | ASSERT
                | ASSERT_NOT
                | ATOMIC_GROUP => self.skip(at + 1)?,
                BRANCH => {
                    let mut next = at + 1;
                    while self.word(next)? != 0 {
                        next = self.skip(next)?;
                    }
                    next + 1
                }
                GROUPREF_EXISTS => {
                    // Its own jump, if any, leads on.
                    let otherwise = self.skip(at + 2)? - 1;
                    if otherwise >= at + 5 && self.ends_with_jump(at + 3, otherwise)? {
                        self.skip(otherwise - 1)?
                    } else {
                        otherwise
                    }
                }
                _ => at + 2,
            };
        }
        Ok(last == JUMP)
    }

    fn info(&mut self, at: usize, end: usize) -> Result<(), InvalidCode> {
        let flags = self.word(at)?;
        self.program.min_width = self.word(at + 1)? as usize;
        if flags & INFO_PREFIX != 0 {
            let length = self.word(at + 3)? as usize;
            let prefix = self.code.get(at + 5..at + 5 + length).ok_or(InvalidCode)?;
            self.program.prefix = prefix.to_vec();
        } else if flags & INFO_CHARSET != 0 {
            self.set(at + 3, end)?;
        }
        Ok(())
    }

    /// The single-character instruction at a place, and what follows it.
    fn one(&self, at: usize) -> Result<Option<(One, usize)>, InvalidCode> {
        let op = self.word(at)?;
        let argument = || self.word(at + 1);
        Ok(Some(match op {
            FAILURE => (One::Never, at + 1),
            ANY => (One::Any, at + 1),
            ANY_ALL => (One::AnyAll, at + 1),
            LITERAL => (One::Literal(argument()?), at + 2),
            NOT_LITERAL => (One::NotLiteral(argument()?), at + 2),
            LITERAL_IGNORE | LITERAL_LOC_IGNORE => (
                One::LiteralFold(lower_if(op == LITERAL_LOC_IGNORE, argument()?), Fold::Ascii),
                at + 2,
            ),
            NOT_LITERAL_IGNORE | NOT_LITERAL_LOC_IGNORE => (
                One::NotLiteralFold(
                    lower_if(op == NOT_LITERAL_LOC_IGNORE, argument()?),
                    Fold::Ascii,
                ),
                at + 2,
            ),
            LITERAL_UNI_IGNORE => (One::LiteralFold(argument()?, Fold::Unicode), at + 2),
            NOT_LITERAL_UNI_IGNORE => (One::NotLiteralFold(argument()?, Fold::Unicode), at + 2),
            CATEGORY => (
                One::Set(Set::new(vec![SetItem::Category(argument()?)]), Fold::None),
                at + 2,
            ),
            IN | IN_IGNORE | IN_LOC_IGNORE | IN_UNI_IGNORE => {
                let next = self.skip(at + 1)?;
                let set = self.set(at + 2, next)?;
                let fold = match op {
                    IN => Fold::None,
                    IN_UNI_IGNORE => Fold::Unicode,
                    _ => Fold::Ascii,
                };
                (One::Set(set, fold), next)
            }
            _ => return Ok(None),
        }))
    }

    fn set(&self, start: usize, end: usize) -> Result<Set, InvalidCode> {
        let mut items = Vec::new();
        let mut at = start;
        while at < end {
            let op = self.word(at)?;
            at += 1;
            match op {
                FAILURE => break,
                NEGATE => items.push(SetItem::Negate),
                LITERAL => {
                    items.push(SetItem::Literal(self.word(at)?));
                    at += 1;
                }
                RANGE | RANGE_UNI_IGNORE => {
                    let (low, high) = (self.word(at)?, self.word(at + 1)?);
                    items.push(match op {
                        RANGE => SetItem::Range(low, high),
                        _ => SetItem::RangeIgnore(low, high),
                    });
                    at += 2;
                }
                CATEGORY => {
                    items.push(SetItem::Category(self.word(at)?));
                    at += 1;
                }
                CHARSET => {
                    let bits = self.code.get(at..at + 8).ok_or(InvalidCode)?;
                    items.push(SetItem::Bitmap(bits.into()));
                    at += 8;
                }
                BIGCHARSET => {
                    let count = self.word(at)? as usize;
                    let map = self.code.get(at + 1..at + 65).ok_or(InvalidCode)?;
                    let blocks = map.iter().flat_map(|word| word.to_le_bytes()).collect();
                    let end = at + 65 + count.checked_mul(8).ok_or(InvalidCode)?;
                    let bits = self.code.get(at + 65..end).ok_or(InvalidCode)?;
                    items.push(SetItem::Big {
                        blocks,
                        bits: bits.into(),
                    });
                    at = end;
                }
                _ => return Err(InvalidCode),
            }
        }
        Ok(Set::new(items))
    }
}

/// Without a locale, "C" is in force: case is ASCII's.
fn lower_if(lower: bool, c: u32) -> u32 {
    if lower { lower_ascii(c) } else { c }
}

// Texts.

/// Random access by byte offsets that lie between characters.
pub trait Text: Copy {
    fn length(self) -> usize;
    /// The character at an offset below the length, and the next offset.
    fn next(self, at: usize) -> (u32, usize);
    /// The character before an offset above 0, and its offset.
    fn previous(self, at: usize) -> (u32, usize);
    /// The offset `count` characters before; `None` if there are not so many.
    fn back(self, at: usize, count: usize) -> Option<usize>;
    /// The first place of these characters from an offset on.
    fn find(self, at: usize, prefix: &[u32]) -> Option<usize>;
    /// Where a run of at most `limit` characters that pass the test ends.
    #[inline]
    fn span(self, at: usize, limit: usize, holds: impl Fn(u32) -> bool) -> usize {
        let (mut at, mut left) = (at, limit);
        while left > 0 && at < self.length() {
            let (c, next) = self.next(at);
            if !holds(c) {
                break;
            }
            at = next;
            left -= 1;
        }
        at
    }
    /// The first offset from `at` on that follows a newline; `None` if there
    /// is none.
    fn next_line(self, at: usize) -> Option<usize>;
}

/// One byte is one character.
#[derive(Clone, Copy)]
pub struct Narrow<'a>(pub &'a [u8]);

impl Text for Narrow<'_> {
    #[inline]
    fn length(self) -> usize {
        self.0.len()
    }
    #[inline]
    fn next(self, at: usize) -> (u32, usize) {
        (self.0[at] as u32, at + 1)
    }
    #[inline]
    fn previous(self, at: usize) -> (u32, usize) {
        (self.0[at - 1] as u32, at - 1)
    }
    fn back(self, at: usize, count: usize) -> Option<usize> {
        at.checked_sub(count)
    }
    fn find(self, at: usize, prefix: &[u32]) -> Option<usize> {
        let (&first, rest) = prefix.split_first()?;
        let first = u8::try_from(first).ok()?;
        let mut at = at;
        loop {
            at += memchr::memchr(first, self.0.get(at..)?)?;
            let after = self.0.get(at + 1..at + prefix.len())?;
            if after
                .iter()
                .zip(rest)
                .all(|(have, want)| *have as u32 == *want)
            {
                return Some(at);
            }
            at += 1;
        }
    }
    fn next_line(self, at: usize) -> Option<usize> {
        memchr::memchr(b'\n', self.0.get(at..)?).map(|found| at + found + 1)
    }
}

/// UTF-8.
#[derive(Clone, Copy)]
pub struct Wide<'a>(pub &'a str);

impl Text for Wide<'_> {
    #[inline]
    fn length(self) -> usize {
        self.0.len()
    }
    #[inline]
    fn next(self, at: usize) -> (u32, usize) {
        match self.0[at..].chars().next() {
            Some(c) => (uni::code_of(c), at + c.len_utf8()),
            None => (0, at + 1),
        }
    }
    #[inline]
    fn previous(self, at: usize) -> (u32, usize) {
        match self.0[..at].chars().next_back() {
            Some(c) => (uni::code_of(c), at - c.len_utf8()),
            None => (0, at - 1),
        }
    }
    fn back(self, at: usize, count: usize) -> Option<usize> {
        if count > at {
            return None;
        }
        (0..count).try_fold(at, |at, _| (at > 0).then(|| self.previous(at).1))
    }
    fn find(self, at: usize, prefix: &[u32]) -> Option<usize> {
        let needle: String = prefix.iter().filter_map(|c| uni::char_of(*c)).collect();
        memchr::memmem::find(&self.0.as_bytes()[at..], needle.as_bytes()).map(|found| found + at)
    }
    fn next_line(self, at: usize) -> Option<usize> {
        Narrow(self.0.as_bytes()).next_line(at)
    }
}

// Matching.

/// Where a pattern matched.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub start: usize,
    pub end: usize,
    /// Start and end of each group; `None` if it did not take part.
    pub groups: Vec<Option<(usize, usize)>>,
    /// The group that was closed last.
    pub last_index: Option<usize>,
}

/// Why a search has no answer.
pub enum Unfinished {
    /// The stack of a match grew beyond the limit.
    TooDeep,
    /// Its steps are spent; it can go on.
    Paused(Paused),
}

/// A search to be gone on with: the program, text and reach are the same then.
pub struct Paused {
    start: usize,
    reach: Reach,
    last_index: usize,
    memory: Box<Memory>,
}

impl Paused {
    /// What it holds, in bytes.
    pub fn bytes(&self) -> usize {
        self.memory.stack.len() * size_of::<Entry>()
    }
}

/// From where a search goes.
pub enum From {
    Start(usize),
    Paused(Paused),
}

#[derive(Clone, Copy, Default)]
struct Loop {
    /// Finished iterations, from -1.
    count: i64,
    /// Where the last optional iteration began.
    last: Option<usize>,
}

/// What to do when matching fails.
enum Entry {
    /// Go on here.
    Choice {
        pc: usize,
        at: usize,
    },
    Mark {
        mark: usize,
        old: usize,
        last_index: usize,
    },
    Loop {
        slot: usize,
        old: Loop,
    },
    /// Give up one character of a greedy repeat, down to `low`.
    Shrink {
        pc: usize,
        low: usize,
        at: usize,
    },
    /// Take one character more in a lazy repeat.
    Grow {
        pc: usize,
        at: usize,
        left: u32,
    },
    /// An assertion or atomic group is open.
    Group {
        pc: usize,
        at: usize,
    },
}

struct Machine<'a, T> {
    program: &'a Program,
    text: T,
    last_index: usize,
    memory: Box<Memory>,
    /// How much more may be tried: one for each failure and for each few
    /// characters passed over.
    steps: &'a mut i64,
}

/// Characters passed over for the price of a failure.
const SPAN: usize = 16;

/// What a match writes to.
#[derive(Default)]
struct Memory {
    marks: Vec<usize>,
    loops: Vec<Loop>,
    stack: Vec<Entry>,
    /// Places in the stack of the open assertions and atomic groups.
    groups: Vec<usize>,
}

impl<T> Drop for Machine<'_, T> {
    fn drop(&mut self) {
        let memory = std::mem::take(&mut self.memory);
        if memory.stack.capacity() <= 1024 {
            self.program.spare.set(Some(memory));
        }
    }
}

/// How far a match must reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reach {
    Anywhere,
    /// To the end of the text.
    Full,
    /// Beyond its own start.
    Advance,
}

/// A match that begins where it is told.
pub fn match_at<T: Text>(
    program: &Program,
    text: T,
    from: From,
    reach: Reach,
    steps: &mut i64,
) -> Result<Option<Found>, Unfinished> {
    let mut machine = Machine::new(program, text, steps);
    match from {
        From::Start(start) => machine.run(start, reach),
        From::Paused(paused) => machine.resume(paused),
    }
}

/// The first match from a place on. With [`Reach::Advance`] an empty match at
/// that place itself does not count.
pub fn search<T: Text>(
    program: &Program,
    text: T,
    from: From,
    reach: Reach,
    steps: &mut i64,
) -> Result<Option<Found>, Unfinished> {
    let mut machine = Machine::new(program, text, steps);
    let mut reach = reach;
    let mut at = match from {
        From::Start(start) => start,
        From::Paused(paused) => {
            let at = paused.start;
            if let Some(found) = machine.resume(paused)? {
                return Ok(Some(found));
            }
            if at >= text.length() || program.start == Start::Text {
                return Ok(None);
            }
            reach = Reach::Anywhere;
            text.next(at).1
        }
    };
    loop {
        if program.start == Start::Line && at > 0 && text.previous(at).0 != 10 {
            match text.next_line(at) {
                Some(next) => at = next,
                None => return Ok(None),
            }
            reach = Reach::Anywhere;
        } else if !program.prefix.is_empty() {
            match text.find(at, &program.prefix) {
                Some(found) => {
                    if found > at {
                        reach = Reach::Anywhere;
                    }
                    at = found;
                }
                None => return Ok(None),
            }
        } else if program.first != u128::MAX {
            let from = at;
            loop {
                if at >= text.length() {
                    return Ok(None);
                }
                let (c, next) = text.next(at);
                if program.may_begin_with(c) {
                    break;
                }
                at = next;
            }
            if at > from {
                reach = Reach::Anywhere;
            }
        }
        if text.length() - at < program.min_width {
            return Ok(None);
        }
        if let Some(found) = machine.run(at, reach)? {
            return Ok(Some(found));
        }
        if at >= text.length() || program.start == Start::Text {
            return Ok(None);
        }
        reach = Reach::Anywhere;
        at = text.next(at).1;
    }
}

impl<'a, T: Text> Machine<'a, T> {
    fn new(program: &'a Program, text: T, steps: &'a mut i64) -> Self {
        let mut memory = program.spare.take().unwrap_or_default();
        memory.marks.resize(program.marks, NO_MARK);
        memory.loops.resize(program.slots, Loop::default());
        Machine {
            program,
            text,
            last_index: 0,
            memory,
            steps,
        }
    }

    fn resume(&mut self, paused: Paused) -> Result<Option<Found>, Unfinished> {
        self.last_index = paused.last_index;
        self.memory = paused.memory;
        // It stopped where a match had failed.
        match self.back_up() {
            Some(place) => self.go_on(paused.start, paused.reach, place),
            None => Ok(None),
        }
    }

    fn run(&mut self, start: usize, reach: Reach) -> Result<Option<Found>, Unfinished> {
        for mark in &mut self.memory.marks {
            *mark = NO_MARK;
        }
        self.last_index = 0;
        self.memory.stack.clear();
        self.memory.groups.clear();
        self.go_on(start, reach, (0, start))
    }

    fn go_on(
        &mut self,
        start: usize,
        reach: Reach,
        place: (usize, usize),
    ) -> Result<Option<Found>, Unfinished> {
        let program = self.program;
        let text = self.text;
        let end = text.length();
        let (mut pc, mut at) = place;
        loop {
            let holds = match &program.insts[pc] {
                Inst::One(one) => {
                    if at < end {
                        let (c, next) = text.next(at);
                        at = next;
                        one.has(c)
                    } else {
                        false
                    }
                }
                Inst::At(place) => self.is_at(*place, at),
                Inst::Mark(mark) => {
                    let old = std::mem::replace(&mut self.memory.marks[*mark], at);
                    self.memory.stack.push(Entry::Mark {
                        mark: *mark,
                        old,
                        last_index: self.last_index,
                    });
                    if mark & 1 != 0 {
                        self.last_index = mark / 2 + 1;
                    }
                    true
                }
                Inst::GroupRef(group, fold) => match self.match_group(*group, *fold, at) {
                    Some(next) => {
                        at = next;
                        true
                    }
                    None => false,
                },
                Inst::GroupExists(group, otherwise) => {
                    if self.group(*group).is_none() {
                        pc = *otherwise;
                        continue;
                    }
                    true
                }
                Inst::Split(other) => {
                    self.memory.stack.push(Entry::Choice { pc: *other, at });
                    true
                }
                Inst::Jump(target) => {
                    pc = *target;
                    continue;
                }
                Inst::RepeatOne {
                    one,
                    min,
                    max,
                    greed,
                } => match self.repeat_one(pc, at, one, *min, *max, *greed) {
                    Some(next) => {
                        at = next;
                        true
                    }
                    None => false,
                },
                Inst::Repeat { slot, until } => {
                    self.set_loop(
                        *slot,
                        Loop {
                            count: -1,
                            last: None,
                        },
                    );
                    pc = *until;
                    continue;
                }
                Inst::Until {
                    slot,
                    min,
                    max,
                    body,
                    greed,
                } => {
                    let state = self.memory.loops[*slot];
                    let count = state.count + 1;
                    let more =
                        (count < *max as i64 || *max == MAX_REPEAT) && state.last != Some(at);
                    if count < *min as i64 {
                        self.set_loop(*slot, Loop { count, ..state });
                        pc = *body;
                        continue;
                    }
                    if *greed == Greed::Lazy {
                        if more {
                            // On failure of the rest: one iteration more.
                            self.memory.stack.push(Entry::Grow { pc, at, left: 0 });
                        }
                        true
                    } else if more {
                        if self.memory.stack.len() > STACK_LIMIT {
                            return Err(Unfinished::TooDeep);
                        }
                        self.memory.stack.push(Entry::Choice { pc: pc + 1, at });
                        self.set_loop(
                            *slot,
                            Loop {
                                count,
                                last: Some(at),
                            },
                        );
                        pc = *body;
                        continue;
                    } else {
                        true
                    }
                }
                Inst::Assert {
                    positive,
                    back,
                    end: after,
                } => {
                    match text.back(at, *back as usize) {
                        Some(from) => {
                            self.memory.groups.push(self.memory.stack.len());
                            self.memory.stack.push(Entry::Group { pc, at });
                            at = from;
                            true
                        }
                        // Nothing so far behind: the assertion's body fails.
                        None if *positive => false,
                        None => {
                            pc = *after;
                            continue;
                        }
                    }
                }
                Inst::Atomic => {
                    self.memory.groups.push(self.memory.stack.len());
                    self.memory.stack.push(Entry::Group { pc, at });
                    true
                }
                Inst::GroupEnd => {
                    let base = self.memory.groups.pop().unwrap_or(0);
                    let Some(Entry::Group {
                        pc: opener,
                        at: entered,
                    }) = self.memory.stack.get(base)
                    else {
                        return Ok(None);
                    };
                    let (opener, entered) = (*opener, *entered);
                    match &program.insts[opener] {
                        Inst::Assert {
                            positive: false, ..
                        } => {
                            self.undo_to(base);
                            false
                        }
                        inst => {
                            if matches!(inst, Inst::Assert { .. }) {
                                at = entered;
                            }
                            self.keep_changes(base);
                            true
                        }
                    }
                }
                Inst::Fail => false,
                Inst::Success => match reach {
                    Reach::Full if at != end => false,
                    Reach::Advance if at == start => false,
                    _ => {
                        return Ok(Some(Found {
                            start,
                            end: at,
                            groups: (0..self.memory.marks.len() / 2)
                                .map(|group| self.group(group))
                                .collect(),
                            last_index: (self.last_index > 0).then_some(self.last_index),
                        }));
                    }
                },
            };
            if holds {
                pc += 1;
                continue;
            }
            if self.memory.stack.len() > STACK_LIMIT {
                return Err(Unfinished::TooDeep);
            }
            *self.steps -= 1;
            if *self.steps < 0 {
                return Err(Unfinished::Paused(Paused {
                    start,
                    reach,
                    last_index: self.last_index,
                    memory: std::mem::take(&mut self.memory),
                }));
            }
            match self.back_up() {
                Some(place) => (pc, at) = place,
                None => return Ok(None),
            }
        }
    }

    fn set_loop(&mut self, slot: usize, new: Loop) {
        let old = std::mem::replace(&mut self.memory.loops[slot], new);
        self.memory.stack.push(Entry::Loop { slot, old });
    }

    /// Undoes changes up to the last choice; where to go on.
    fn back_up(&mut self) -> Option<(usize, usize)> {
        loop {
            match self.memory.stack.pop()? {
                Entry::Choice { pc, at } => return Some((pc, at)),
                Entry::Mark {
                    mark,
                    old,
                    last_index,
                } => {
                    self.memory.marks[mark] = old;
                    self.last_index = last_index;
                }
                Entry::Loop { slot, old } => self.memory.loops[slot] = old,
                Entry::Shrink { pc, low, mut at } => {
                    // If a literal follows, only places before it can match.
                    let literal = match self.program.insts.get(pc + 1) {
                        Some(Inst::One(One::Literal(c))) => Some(*c),
                        _ => None,
                    };
                    let from = at;
                    while at > low {
                        at = self.text.previous(at).1;
                        if literal.is_none_or(|c| self.text.next(at).0 == c) {
                            *self.steps -= ((from - at) / SPAN) as i64;
                            if at > low {
                                self.memory.stack.push(Entry::Shrink { pc, low, at });
                            }
                            return Some((pc + 1, at));
                        }
                    }
                    *self.steps -= ((from - low) / SPAN) as i64;
                }
                Entry::Grow { pc, at, left } => match &self.program.insts[pc] {
                    Inst::RepeatOne { one, .. } => {
                        if at >= self.text.length() {
                            continue;
                        }
                        let (c, next) = self.text.next(at);
                        if !one.has(c) {
                            continue;
                        }
                        if left > 1 {
                            let left = if left == MAX_REPEAT { left } else { left - 1 };
                            self.memory.stack.push(Entry::Grow { pc, at: next, left });
                        }
                        return Some((pc + 1, next));
                    }
                    Inst::Until { slot, body, .. } => {
                        let count = self.memory.loops[*slot].count + 1;
                        self.set_loop(
                            *slot,
                            Loop {
                                count,
                                last: Some(at),
                            },
                        );
                        return Some((*body, at));
                    }
                    _ => {}
                },
                Entry::Group { pc, at } => {
                    self.memory.groups.pop();
                    if let Inst::Assert {
                        positive: false,
                        end,
                        ..
                    } = &self.program.insts[pc]
                    {
                        return Some((*end, at));
                    }
                }
            }
        }
    }

    /// Undoes all changes since the stack had this height.
    fn undo_to(&mut self, height: usize) {
        while self.memory.stack.len() > height {
            match self.memory.stack.pop() {
                Some(Entry::Mark {
                    mark,
                    old,
                    last_index,
                }) => {
                    self.memory.marks[mark] = old;
                    self.last_index = last_index;
                }
                Some(Entry::Loop { slot, old }) => self.memory.loops[slot] = old,
                _ => {}
            }
        }
    }

    /// Drops the choices since the stack had this height; changes can still
    /// be undone.
    fn keep_changes(&mut self, height: usize) {
        let mut to = height;
        for from in height..self.memory.stack.len() {
            if matches!(
                self.memory.stack[from],
                Entry::Mark { .. } | Entry::Loop { .. }
            ) {
                self.memory.stack.swap(to, from);
                to += 1;
            }
        }
        self.memory.stack.truncate(to);
    }

    fn group(&self, group: usize) -> Option<(usize, usize)> {
        match (
            self.memory.marks[group * 2],
            self.memory.marks[group * 2 + 1],
        ) {
            (NO_MARK, _) | (_, NO_MARK) => None,
            (start, end) if end < start => None,
            pair => Some(pair),
        }
    }

    /// Matches what a group matched once more.
    fn match_group(&self, group: usize, fold: Fold, at: usize) -> Option<usize> {
        let (mut from, end) = self.group(group)?;
        let mut at = at;
        while from < end {
            if at >= self.text.length() {
                return None;
            }
            let (wanted, next_from) = self.text.next(from);
            let (c, next) = self.text.next(at);
            if fold.lower(wanted) != fold.lower(c) {
                return None;
            }
            (from, at) = (next_from, next);
        }
        Some(at)
    }

    /// Repeats one character; where that ends.
    fn repeat_one(
        &mut self,
        pc: usize,
        at: usize,
        one: &One,
        min: u32,
        max: u32,
        greed: Greed,
    ) -> Option<usize> {
        let (mut at, mut count) = (at, 0u32);
        let end = self.text.length();
        while count < min {
            if at >= end {
                return None;
            }
            let (c, next) = self.text.next(at);
            if !one.has(c) {
                return None;
            }
            at = next;
            count += 1;
        }
        if greed == Greed::Lazy {
            if max > min {
                let left = if max == MAX_REPEAT {
                    MAX_REPEAT
                } else {
                    max - min
                };
                self.memory.stack.push(Entry::Grow { pc, at, left });
            }
            return Some(at);
        }
        let low = at;
        let left = if max == MAX_REPEAT {
            usize::MAX
        } else {
            (max - count.min(max)) as usize
        };
        // A loop of its own for what is repeated most.
        at = match one {
            One::Set(set, Fold::None) => self.text.span(at, left, |c| set.has(c)),
            One::Any => self.text.span(at, left, |c| c != 10),
            one => self.text.span(at, left, |c| one.has(c)),
        };
        *self.steps -= ((at - low) / SPAN) as i64;
        if greed == Greed::Greedy && at > low {
            self.memory.stack.push(Entry::Shrink { pc, low, at });
        }
        Some(at)
    }

    fn is_at(&self, place: u32, at: usize) -> bool {
        let text = self.text;
        let end = text.length();
        let boundary = |is_word: fn(u32) -> bool| {
            let before = at > 0 && is_word(text.previous(at).0);
            let after = at < end && is_word(text.next(at).0);
            before != after
        };
        match place {
            0 | 2 => at == 0,
            1 => at == 0 || text.previous(at).0 == 10,
            3 | 8 => boundary(is_word_ascii),
            4 | 9 => !boundary(is_word_ascii),
            5 => at == end || (text.next(at).0 == 10 && text.next(at).1 == end),
            6 => at == end || text.next(at).0 == 10,
            7 => at == end,
            10 => boundary(is_word_unicode),
            11 => !boundary(is_word_unicode),
            _ => false,
        }
    }
}
