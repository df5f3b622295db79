//! Packs the table that `src/characters.rs` reads: names of characters as
//! words, then the lines of `data/unicode.txt` as they stand.

use std::collections::BTreeMap;

use crate::bundle::write_varint;

const DATA: &str = include_str!("../data/unicode.txt");

/// Names that follow from the code point; Tangut ideographs have none in CPython.
const DERIVED: &[&str] = &[
    "CJK UNIFIED IDEOGRAPH-",
    "HANGUL SYLLABLE ",
    "TANGUT IDEOGRAPH-",
];

pub fn pack() -> Vec<u8> {
    let names: Vec<(u32, String)> = ('\0'..=char::MAX)
        .filter_map(|c| Some((c as u32, all_names::name(c)?.to_string())))
        .filter(|(_, name)| !DERIVED.iter().any(|prefix| name.starts_with(prefix)))
        .collect();
    let split = |code: u32, name: &str| -> Vec<String> {
        // A code point at the end is said by a `-` of its own.
        let suffix = format!("-{code:X}");
        let (stem, has_code) = match name.strip_suffix(&suffix) {
            Some(stem) => (stem, true),
            None => (name, false),
        };
        let mut words: Vec<String> = stem.split(' ').map(str::to_owned).collect();
        words.extend(has_code.then(|| "-".to_owned()));
        words
    };
    let mut counts = BTreeMap::new();
    for (code, name) in &names {
        for word in split(*code, name) {
            *counts.entry(word).or_insert(0_u32) += 1;
        }
    }
    let mut words: Vec<(String, u32)> = counts.into_iter().collect();
    words.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let places: BTreeMap<&str, usize> = words
        .iter()
        .enumerate()
        .map(|(place, (word, _))| (word.as_str(), place))
        .collect();

    let mut steps = Vec::new();
    let mut spelled = Vec::new();
    let mut last = 0;
    for (code, name) in &names {
        write_varint(&mut steps, u64::from(code - last));
        last = *code;
        for word in split(*code, name) {
            write_varint(&mut spelled, places[word.as_str()] as u64 + 1);
        }
        spelled.push(0);
    }
    let list: Vec<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
    let mut bytes = Vec::new();
    for part in [
        list.join("\n").as_bytes(),
        &steps,
        &spelled,
        DATA.as_bytes(),
    ] {
        write_varint(&mut bytes, part.len() as u64);
        bytes.extend(part);
    }
    bytes
}
