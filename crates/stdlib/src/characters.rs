//! Names of characters and what else `unicodedata` knows of them, from a table
//! that the build packs (`build/characters.rs`).
//!
//! The table is no part of the engine in the browser: it is fetched when a
//! program first asks, see [`set_source`].

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::bundle::{read_varint, write_varint};

/// Where a host gets the table from, which may take a while; `None` if it
/// cannot be had now.
type Source = fn() -> Option<&'static [u8]>;

static SOURCE: OnceLock<Source> = OnceLock::new();
static TABLE: OnceLock<Table> = OnceLock::new();

#[cfg(feature = "extra")]
static EMBEDDED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/characters.table"));

/// To be called before a program runs, by a host whose engine does not embed
/// the table.
pub fn set_source(source: Source) {
    _ = SOURCE.set(source);
}

fn bytes() -> Option<&'static [u8]> {
    #[cfg(feature = "extra")]
    return Some(EMBEDDED);
    #[cfg(not(feature = "extra"))]
    return SOURCE.get()?();
}

/// The table; `None` if it cannot be had.
pub fn table() -> Option<&'static Table> {
    if let Some(table) = TABLE.get() {
        return Some(table);
    }
    let table = Table::read(bytes()?)?;
    Some(TABLE.get_or_init(|| table))
}

/// What the compiler asks of `\N{...}`.
pub fn character(name: &str) -> Option<char> {
    table()?.character(name)
}

/// A run of code points that have something in common.
struct Run {
    first: u32,
    last: u32,
}

fn find_run<T>(runs: &[(Run, T)], code: u32) -> Option<&T> {
    let at = runs.partition_point(|(run, _)| run.last < code);
    let (run, value) = runs.get(at)?;
    (run.first <= code).then_some(value)
}

pub struct Table {
    words: Vec<&'static str>,
    /// In the order of code points: where in `spelled` a name begins.
    names: Vec<(u32, u32)>,
    /// Names as numbers of words, counted from 1; each ends with a 0.
    spelled: &'static [u8],
    bidirectional: Vec<(Run, &'static str)>,
    mirrored: Vec<(Run, ())>,
    decompositions: BTreeMap<u32, &'static str>,
    values: BTreeMap<u32, f64>,
    aliases: BTreeMap<&'static str, u32>,
}

impl Table {
    fn read(mut bytes: &'static [u8]) -> Option<Table> {
        let mut part = || {
            let length = read_number(&mut bytes)? as usize;
            let (part, rest) = bytes.split_at_checked(length)?;
            bytes = rest;
            Some(part)
        };
        let words = std::str::from_utf8(part()?).ok()?.split('\n').collect();
        let (mut steps, spelled, lines) = (part()?, part()?, part()?);
        let mut names = Vec::new();
        let (mut code, mut start) = (0, 0);
        while let Some(step) = read_number(&mut steps) {
            code += step;
            names.push((code, start as u32));
            start += spelled[start..].iter().position(|byte| *byte == 0)? + 1;
        }
        let mut table = Table {
            words,
            names,
            spelled,
            bidirectional: Vec::new(),
            mirrored: Vec::new(),
            decompositions: BTreeMap::new(),
            values: BTreeMap::new(),
            aliases: BTreeMap::new(),
        };
        for line in std::str::from_utf8(lines).ok()?.lines() {
            table.add_line(line);
        }
        Some(table)
    }

    fn add_line(&mut self, line: &'static str) -> Option<()> {
        let number = |digits| u32::from_str_radix(digits, 16).ok();
        let (kind, rest) = line.split_once(' ')?;
        let (code, rest) = rest.split_once(' ')?;
        let first = number(code)?;
        match kind {
            "b" => {
                let (last, class) = rest.split_once(' ')?;
                let last = number(last)?;
                self.bidirectional.push((Run { first, last }, class));
            }
            "m" => {
                let last = number(rest)?;
                self.mirrored.push((Run { first, last }, ()));
            }
            "d" => _ = self.decompositions.insert(first, rest),
            "n" => {
                let (over, under) = rest.split_once('/').unwrap_or((rest, "1"));
                let value = over.parse::<f64>().ok()? / under.parse::<f64>().ok()?;
                self.values.insert(first, value);
            }
            "a" => _ = self.aliases.insert(rest, first),
            _ => {}
        }
        Some(())
    }

    pub fn name(&self, c: char) -> Option<String> {
        let code = c as u32;
        if is_ideograph(code) {
            return Some(format!("CJK UNIFIED IDEOGRAPH-{code:X}"));
        }
        if let Some(letters) = syllable_letters(code) {
            return Some(format!("HANGUL SYLLABLE {letters}"));
        }
        let at = self.names.binary_search_by_key(&code, |name| name.0).ok()?;
        let mut rest = &self.spelled[self.names[at].1 as usize..];
        let mut name = String::new();
        while let Some(word) = read_number(&mut rest).filter(|word| *word != 0) {
            match self.words.get(word as usize - 1)? {
                &"-" => name.push_str(&format!("-{code:X}")),
                word => {
                    if !name.is_empty() {
                        name.push(' ');
                    }
                    name.push_str(word);
                }
            }
        }
        Some(name)
    }

    /// Of a name or another name; small letters stand for capitals, but not in
    /// names that follow from the code point.
    pub fn character(&self, name: &str) -> Option<char> {
        let code = match name.strip_prefix("CJK UNIFIED IDEOGRAPH-") {
            Some(digits) => u32::from_str_radix(digits, 16).ok().filter(|code| {
                is_ideograph(*code) && digits.len() <= 5 && !digits.contains(char::is_lowercase)
            }),
            None => match name.strip_prefix("HANGUL SYLLABLE ") {
                Some(letters) => (0xAC00..=0xD7A3)
                    .find(|code| syllable_letters(*code).as_deref() == Some(letters)),
                None => self.listed(&name.to_ascii_uppercase()),
            },
        };
        char::from_u32(code?)
    }

    fn listed(&self, name: &str) -> Option<u32> {
        if let Some(code) = self.aliases.get(name) {
            return Some(*code);
        }
        // A name ends with its code point or with a word of the list.
        let (stem, code) = match name.rsplit_once('-') {
            Some((stem, digits)) => (stem, u32::from_str_radix(digits, 16).ok()),
            None => (name, None),
        };
        let found = code.and_then(|code| {
            let mut spelled = self.spell(stem)?;
            spelled.extend(self.spell("-")?);
            self.spelled_as(&spelled)
                .find(|found| *found == code && name.ends_with(&format!("-{code:X}")))
        });
        found.or_else(|| self.spelled_as(&self.spell(name)?).next())
    }

    /// Numbers of a name's words as they stand in the table.
    fn spell(&self, name: &str) -> Option<Vec<u8>> {
        let mut spelled = Vec::new();
        for word in name.split(' ') {
            let place = self.words.iter().position(|known| *known == word)?;
            write_varint(&mut spelled, place as u64 + 1);
        }
        Some(spelled)
    }

    fn spelled_as<'t>(&'t self, spelled: &[u8]) -> impl Iterator<Item = u32> + use<'t> {
        let mut wanted = spelled.to_vec();
        wanted.push(0);
        self.names
            .iter()
            .filter(move |(_, start)| self.spelled[*start as usize..].starts_with(&wanted))
            .map(|(code, _)| *code)
    }

    pub fn bidirectional(&self, c: char) -> &'static str {
        find_run(&self.bidirectional, c as u32)
            .copied()
            .unwrap_or_default()
    }

    pub fn is_mirrored(&self, c: char) -> bool {
        find_run(&self.mirrored, c as u32).is_some()
    }

    /// One step of it, after the kind in angle brackets if it is no canonical one.
    pub fn decomposition(&self, c: char) -> &'static str {
        self.decompositions
            .get(&(c as u32))
            .copied()
            .unwrap_or_default()
    }

    /// What a character is worth that is no digit.
    pub fn value(&self, c: char) -> Option<f64> {
        self.values.get(&(c as u32)).copied()
    }
}

fn is_ideograph(code: u32) -> bool {
    matches!(
        code,
        0x3400..=0x4DBF
            | 0x4E00..=0x9FFF
            | 0x20000..=0x2A6DF
            | 0x2A700..=0x2B739
            | 0x2B740..=0x2B81D
            | 0x2B820..=0x2CEA1
            | 0x2CEB0..=0x2EBE0
            | 0x2EBF0..=0x2EE5D
            | 0x30000..=0x3134A
            | 0x31350..=0x323AF
    )
}

/// Korean syllables are named by their letters, as the Unicode Standard
/// describes in section 3.12.
fn syllable_letters(code: u32) -> Option<String> {
    const LEADS: [&str; 19] = [
        "G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S", "SS", "", "J", "JJ", "C", "K", "T",
        "P", "H",
    ];
    const VOWELS: [&str; 21] = [
        "A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE", "OE", "YO", "U", "WEO",
        "WE", "WI", "YU", "EU", "YI", "I",
    ];
    const TAILS: [&str; 28] = [
        "", "G", "GG", "GS", "N", "NJ", "NH", "D", "L", "LG", "LM", "LB", "LS", "LT", "LP", "LH",
        "M", "B", "BS", "S", "SS", "NG", "J", "C", "K", "T", "P", "H",
    ];
    let place = code.checked_sub(0xAC00).filter(|place| *place < 11_172)? as usize;
    Some(format!(
        "{}{}{}",
        LEADS[place / 588],
        VOWELS[place % 588 / 28],
        TAILS[place % 28]
    ))
}

fn read_number(bytes: &mut &[u8]) -> Option<u32> {
    u32::try_from(read_varint(bytes)?).ok()
}
