//! Packed modules: an index of names, then the code of all of them in
//! columns, of which one module's part is decoded when it is first imported.
//! Shared with the build script, which writes them.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use airlock_bytecode::{Code, Const};

#[path = "columns.rs"]
mod columns;

use columns::{Columns, Known, Pool, Source};
pub(crate) use columns::{read_varint, write_varint};

/// A module to pack.
#[allow(dead_code, reason = "only the build script packs")]
pub struct Module {
    /// Full name.
    pub name: String,
    pub is_package: bool,
    pub code: Code,
}

/// Packs modules, which must be sorted by name.
#[allow(dead_code, reason = "only the build script packs")]
pub fn pack(modules: &[Module]) -> Vec<u8> {
    let codes: Vec<Code> = modules
        .iter()
        .map(|module| {
            let mut code = module.code.clone();
            condense(&mut code, None, true);
            code
        })
        .collect();
    let pool = pool(&codes);
    let mut columns = Columns::default();
    for (index, text) in pool.iter().enumerate() {
        columns.pool.insert(text.clone(), index);
    }
    let mut ends = Vec::new();
    for code in &codes {
        columns.add(code);
        ends.push(columns.streams.iter().map(Vec::len).collect::<Vec<_>>());
    }

    let mut bytes = Vec::new();
    let mut number = |value: usize| write_varint(&mut bytes, value as u64);
    number(pool.len());
    pool.iter().for_each(|text| number(text.len()));
    number(columns.names.len());
    columns.names.iter().for_each(|name| number(name.len()));
    number(modules.len());
    for (at, module) in modules.iter().enumerate() {
        number(module.name.len() << 1 | usize::from(module.is_package));
        for stream in 0..columns.names.len() {
            let end = |at: usize| ends[at].get(stream).copied().unwrap_or(0);
            number(end(at) - if at == 0 { 0 } else { end(at - 1) });
        }
    }
    for text in pool
        .iter()
        .chain(&columns.names)
        .chain(modules.iter().map(|module| &module.name))
    {
        bytes.extend(text.as_bytes());
    }
    columns
        .streams
        .iter()
        .for_each(|stream| bytes.extend(stream));
    bytes
}

/// Texts used more than once, the most frequent first.
#[allow(dead_code, reason = "only the build script packs")]
fn pool(codes: &[Code]) -> Vec<String> {
    fn count(constant: &Const, seen: &mut dyn FnMut(&str)) {
        match constant {
            Const::Str(text) | Const::BigInt(text) => seen(text),
            Const::Tuple(items) | Const::FrozenSet(items) => {
                items.iter().for_each(|item| count(item, seen))
            }
            Const::Code(code) => visit(code, seen),
            _ => {}
        }
    }
    fn visit(code: &Code, seen: &mut dyn FnMut(&str)) {
        seen(&code.name);
        seen(&code.qualname);
        code.names
            .iter()
            .chain(&code.varnames)
            .for_each(|name| seen(name));
        code.consts
            .iter()
            .for_each(|constant| count(constant, seen));
    }
    let mut counts = std::collections::BTreeMap::new();
    for code in codes {
        visit(code, &mut |text| {
            *counts.entry(text.to_owned()).or_insert(0usize) += 1
        });
    }
    let mut pool: Vec<(usize, String)> = counts
        .into_iter()
        .filter(|(_, count)| *count > 1)
        .map(|(text, count)| (count, text))
        .collect();
    pool.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    pool.into_iter().map(|(_, text)| text).collect()
}

/// Leaves out what [`restore`] can tell, and turns lines into differences.
#[allow(dead_code, reason = "only the build script packs")]
fn condense(code: &mut Code, parent: Option<(&str, bool)>, outermost: bool) {
    let qualname = code.qualname.clone();
    let is_class = code.flags.class_body;
    let first_line = code.first_line;
    for constant in &mut code.consts {
        if let Const::Code(child) = constant {
            let child = Rc::make_mut(child);
            condense(
                child,
                if outermost {
                    None
                } else {
                    Some((&qualname, is_class))
                },
                false,
            );
            child.first_line =
                columns::zigzag(i64::from(child.first_line) - i64::from(first_line)) as u32;
        }
    }
    if !outermost && code.qualname == inner_name(parent, &code.name) {
        code.qualname = "".into();
    }
    let (mut last_pc, mut last_line) = (0, first_line);
    for (pc, position) in &mut code.positions {
        let (this_pc, this_line) = (*pc, position.line);
        *pc = this_pc.wrapping_sub(last_pc);
        position.end_line = difference(position.end_line, this_line);
        position.line = difference(this_line, last_line);
        (last_pc, last_line) = (this_pc, this_line);
    }
}

#[allow(dead_code, reason = "the build script only packs")]
fn restore(code: &mut Code, parent: Option<(&str, bool)>, outermost: bool) {
    if !outermost && code.qualname.is_empty() {
        code.qualname = inner_name(parent, &code.name);
    }
    let (mut last_pc, mut last_line) = (0u32, code.first_line);
    for (pc, position) in &mut code.positions {
        *pc = last_pc.wrapping_add(*pc);
        position.line = sum(last_line, position.line);
        position.end_line = sum(position.line, position.end_line);
        (last_pc, last_line) = (*pc, position.line);
    }
    let Code {
        qualname,
        flags,
        first_line,
        consts,
        ..
    } = code;
    for constant in consts {
        if let Const::Code(child) = constant
            && let Some(child) = Rc::get_mut(child)
        {
            child.first_line = sum(*first_line, child.first_line);
            restore(
                child,
                if outermost {
                    None
                } else {
                    Some((qualname, flags.class_body))
                },
                false,
            );
        }
    }
}

/// The usual qualified name of what is defined in a class or function.
fn inner_name(parent: Option<(&str, bool)>, name: &str) -> Box<str> {
    match parent {
        None => name.into(),
        Some((outer, true)) => format!("{outer}.{name}").into(),
        Some((outer, false)) => format!("{outer}.<locals>.{name}").into(),
    }
}

fn difference(value: u32, from: u32) -> u32 {
    columns::zigzag(i64::from(value.wrapping_sub(from) as i32)) as u32
}

fn sum(from: u32, difference: u32) -> u32 {
    from.wrapping_add(columns::unzigzag(u64::from(difference)) as u32)
}

/// Modules packed together.
#[allow(dead_code, reason = "the build script only packs")]
pub struct Bundle {
    bytes: Cow<'static, [u8]>,
    /// Where each pooled text starts and ends.
    pool: Vec<(usize, usize)>,
    /// All pooled texts in one.
    pool_text: String,
    known: RefCell<Known>,
    streams: Vec<String>,
    /// Sorted by name.
    modules: Vec<Packed>,
}

struct Packed {
    name: String,
    is_package: bool,
    /// Start and length of its part of each stream.
    parts: Vec<(usize, usize)>,
}

#[allow(dead_code, reason = "the build script only packs")]
impl Bundle {
    /// `None` if the bytes are not a bundle.
    pub fn open(bytes: impl Into<Cow<'static, [u8]>>) -> Option<Bundle> {
        let bytes = bytes.into();
        let mut rest: &[u8] = &bytes;
        let mut number = || usize::try_from(read_varint(&mut rest)?).ok();
        let mut lengths = |count: usize| (0..count).map(|_| number()).collect::<Option<Vec<_>>>();
        let count = lengths(1)?[0];
        let pool_lengths = lengths(count)?;
        let count = lengths(1)?[0];
        let name_lengths = lengths(count)?;
        let count = lengths(1)?[0];
        let mut index = Vec::with_capacity(count.min(bytes.len()));
        for _ in 0..count {
            let head = lengths(1)?[0];
            index.push((head >> 1, head & 1 == 1, lengths(name_lengths.len())?));
        }

        let mut at = bytes.len() - rest.len();
        let mut take = |length: usize| {
            let start = at;
            at = at.checked_add(length).filter(|end| *end <= bytes.len())?;
            Some((start, at))
        };
        let pool = pool_lengths
            .into_iter()
            .map(&mut take)
            .collect::<Option<Vec<_>>>()?;
        let start = pool.first().map_or(0, |first| first.0);
        let end = pool.last().map_or(start, |last| last.1);
        let pool_text = std::str::from_utf8(&bytes[start..end]).ok()?.to_owned();
        let pool = pool.iter().map(|at| (at.0 - start, at.1 - start)).collect();
        let text = |(start, end): (usize, usize)| {
            Some(std::str::from_utf8(&bytes[start..end]).ok()?.to_owned())
        };
        let streams = name_lengths
            .into_iter()
            .map(|length| text(take(length)?))
            .collect::<Option<Vec<_>>>()?;
        let mut modules = Vec::with_capacity(index.len());
        for (length, is_package, parts) in index {
            let parts = parts.into_iter().map(|length| (0, length)).collect();
            modules.push(Packed {
                name: text(take(length)?)?,
                is_package,
                parts,
            });
        }
        for stream in 0..streams.len() {
            for module in &mut modules {
                module.parts[stream].0 = take(module.parts[stream].1)?.0;
            }
        }
        Some(Bundle {
            bytes,
            pool,
            pool_text,
            known: RefCell::default(),
            streams,
            modules,
        })
    }

    /// The module's code and whether it is a package.
    pub fn find(&self, name: &str) -> Option<(Rc<Code>, bool)> {
        let module = &self.modules[self.position(name)?];
        let streams = module
            .parts
            .iter()
            .map(|(start, length)| &self.bytes[*start..*start + *length])
            .collect();
        let mut code = Source {
            names: &self.streams,
            streams,
            pool: Pool {
                text: &self.pool_text,
                places: &self.pool,
            },
        }
        .read(&mut self.known.borrow_mut())?;
        restore(&mut code, None, true);
        Some((Rc::new(code), module.is_package))
    }

    pub fn contains(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.modules.iter().map(|module| module.name.as_str())
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.modules
            .binary_search_by(|module| module.name.as_str().cmp(name))
            .ok()
    }
}
