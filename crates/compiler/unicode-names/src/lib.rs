//! Stands in for the crate of the same name, which the parser uses to read
//! `\N{name}` in strings. Its tables would be most of what the parser adds to
//! a download, and few programs name a character; so whoever embeds the parser
//! says where names are looked up, and may get hold of the tables only then.

use std::sync::OnceLock;

type Lookup = fn(&str) -> Option<char>;

static LOOKUP: OnceLock<Lookup> = OnceLock::new();

/// Says what knows the names. The first to say so is heard.
pub fn set_lookup(lookup: Lookup) {
    _ = LOOKUP.set(lookup);
}

/// The character of a name; `None` also where nothing knows names.
pub fn character(name: &str) -> Option<char> {
    LOOKUP.get()?(name)
}
