//! Packed modules: an index of names, then each module's code, decoded when
//! first imported. Shared with the build script, which writes them.

use std::rc::Rc;

use airlock_bytecode::{Code, Const};
use serde::{Deserialize, Serialize};

/// What the index says of one module.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Full name.
    pub name: String,
    pub is_package: bool,
    /// Bytes of its code; modules follow each other in the index's order.
    pub length: u32,
}

/// Packs modules, which must be sorted by name.
#[allow(dead_code, reason = "only the build script packs")]
pub fn pack(modules: &[(Entry, Vec<u8>)]) -> Vec<u8> {
    let index: Vec<&Entry> = modules.iter().map(|(entry, _)| entry).collect();
    let index = postcard::to_allocvec(&index).expect("an index can be written");
    let mut bytes = (index.len() as u32).to_le_bytes().to_vec();
    bytes.extend(index);
    for (_, code) in modules {
        bytes.extend(code);
    }
    bytes
}

/// Writes one module's code.
#[allow(dead_code, reason = "only the build script packs")]
pub fn encode(code: &Code) -> Vec<u8> {
    let mut code = code.clone();
    map_positions(&mut code, &mut |positions| {
        let (mut last_pc, mut last_line) = (0, 0);
        for (pc, position) in positions {
            let (this_pc, this_line) = (*pc, position.line);
            *pc = this_pc.wrapping_sub(last_pc);
            position.end_line = zigzag(position.end_line.wrapping_sub(this_line));
            position.line = zigzag(this_line.wrapping_sub(last_line));
            (last_pc, last_line) = (this_pc, this_line);
        }
    });
    postcard::to_allocvec(&code).expect("code can be written")
}

/// Reads what [`encode`] wrote; `None` if it is not that.
#[allow(dead_code, reason = "the build script only packs")]
pub fn decode(bytes: &[u8]) -> Option<Rc<Code>> {
    let mut code: Code = postcard::from_bytes(bytes).ok()?;
    map_positions(&mut code, &mut |positions| {
        let (mut last_pc, mut last_line) = (0u32, 0u32);
        for (pc, position) in positions {
            *pc = last_pc.wrapping_add(*pc);
            position.line = last_line.wrapping_add(unzigzag(position.line));
            position.end_line = position.line.wrapping_add(unzigzag(position.end_line));
            (last_pc, last_line) = (*pc, position.line);
        }
    });
    Some(Rc::new(code))
}

/// Positions are packed as differences, which are small numbers.
fn map_positions(code: &mut Code, change: &mut dyn FnMut(&mut [(u32, airlock_bytecode::Position)])) {
    change(&mut code.positions);
    for constant in &mut code.consts {
        if let Const::Code(child) = constant {
            map_positions(Rc::make_mut(child), change);
        }
    }
}

#[allow(dead_code, reason = "only the build script packs")]
fn zigzag(difference: u32) -> u32 {
    let difference = difference as i32;
    ((difference << 1) ^ (difference >> 31)) as u32
}

#[allow(dead_code, reason = "the build script only packs")]
fn unzigzag(packed: u32) -> u32 {
    (packed >> 1) ^ (packed & 1).wrapping_neg()
}

/// Modules packed together.
#[allow(dead_code, reason = "the build script only packs")]
pub struct Bundle {
    bytes: std::borrow::Cow<'static, [u8]>,
    /// Sorted by name, with the offset of each module's code.
    index: Vec<(Entry, usize)>,
}

#[allow(dead_code, reason = "the build script only packs")]
impl Bundle {
    /// `None` if the bytes are not a bundle.
    pub fn open(bytes: impl Into<std::borrow::Cow<'static, [u8]>>) -> Option<Bundle> {
        let bytes = bytes.into();
        let length = u32::from_le_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
        let end = length.checked_add(4)?;
        let entries: Vec<Entry> = postcard::from_bytes(bytes.get(4..end)?).ok()?;
        let mut offset = end;
        let mut index = Vec::with_capacity(entries.len());
        for entry in entries {
            let length = entry.length as usize;
            index.push((entry, offset));
            offset = offset.checked_add(length)?;
        }
        (offset <= bytes.len()).then_some(Bundle { bytes, index })
    }

    /// The module's code and whether it is a package.
    pub fn find(&self, name: &str) -> Option<(Rc<Code>, bool)> {
        let at = self.index.binary_search_by(|(entry, _)| entry.name.as_str().cmp(name)).ok()?;
        let (entry, offset) = &self.index[at];
        let code = decode(&self.bytes[*offset..*offset + entry.length as usize])?;
        Some((code, entry.is_package))
    }

    pub fn contains(&self, name: &str) -> bool {
        self.index.binary_search_by(|(entry, _)| entry.name.as_str().cmp(name)).is_ok()
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.index.iter().map(|(entry, _)| entry.name.as_str())
    }
}
