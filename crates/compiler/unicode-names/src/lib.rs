//! Stands in for the crate of the same name, which the parser uses to read
//! `\N{name}` in strings. Its tables are most of what the parser adds to a
//! download, so only the names that programs use are here: Latin, Greek,
//! Cyrillic, punctuation, symbols, arrows, boxes, some emoji, and the names
//! that follow from a code point. Other names are refused where they stand.

/// The character of a name, in upper or lower case; `None` if it is not one
/// of those known here.
pub fn character(name: &str) -> Option<char> {
    let name = name.to_ascii_uppercase();
    listed(&name)
        .or_else(|| ideograph(&name))
        .or_else(|| syllable(&name))
}

/// Looks through the list: runs of names of consecutive code points, each
/// headed by `=` and the first code point.
fn listed(name: &str) -> Option<char> {
    let mut code = 0;
    for line in include_str!("names.txt").lines() {
        match line.strip_prefix('=') {
            Some(start) => code = u32::from_str_radix(start, 16).ok()?,
            None if line == name && !name.is_empty() => return char::from_u32(code),
            None => code += 1,
        }
    }
    None
}

fn ideograph(name: &str) -> Option<char> {
    let code = u32::from_str_radix(name.strip_prefix("CJK UNIFIED IDEOGRAPH-")?, 16).ok()?;
    matches!(code, 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0x20000..=0x2A6DF | 0x2A700..=0x2EBE0)
        .then(|| char::from_u32(code))
        .flatten()
}

/// Korean syllables are named by their letters, as the Unicode Standard
/// describes in section 3.12.
fn syllable(name: &str) -> Option<char> {
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
    let letters = name.strip_prefix("HANGUL SYLLABLE ")?;
    for (lead, lead_name) in LEADS.iter().enumerate() {
        let Some(rest) = letters.strip_prefix(lead_name) else {
            continue;
        };
        for (vowel, vowel_name) in VOWELS.iter().enumerate() {
            let Some(rest) = rest.strip_prefix(vowel_name) else {
                continue;
            };
            if let Some(tail) = TAILS.iter().position(|tail| *tail == rest) {
                let index = (lead * VOWELS.len() + vowel) * TAILS.len() + tail;
                return char::from_u32(0xAC00 + index as u32);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::character;

    #[test]
    fn names_are_found_in_any_case() {
        let cases = [
            ("EM DASH", '—'),
            ("greek small letter alpha", 'α'),
            ("LATIN CAPITAL LETTER P", 'P'),
            ("SNAKE", '🐍'),
            ("LINE FEED", '\n'),
            ("BOX DRAWINGS LIGHT HORIZONTAL", '─'),
            ("CJK UNIFIED IDEOGRAPH-4E2D", '中'),
            ("HANGUL SYLLABLE HAN", '한'),
        ];
        for (name, char) in cases {
            assert_eq!(character(name), Some(char), "{name}");
        }
        assert_eq!(character("NO SUCH THING"), None);
        assert_eq!(character(""), None);
    }
}
