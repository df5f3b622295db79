//! The standard library as far as it has been fetched. What asyncio needs is
//! in the engine; the rest follows in downloads of its own.
//!
//! A run whose programs name a module that may still come is put off until it
//! has; what the library itself imports late is fetched on the spot. So is the
//! table of characters' names, which few programs ask for.

use std::cell::RefCell;

use airlock_engine::Library;
use js_sys::Uint8Array;

use crate::scope;

/// Modules that are there without the library.
const GIVEN: &[&str] = &["core", "shell", "airlock", "__main__"];

struct Part {
    address: String,
    state: State,
}

enum State {
    OnItsWay,
    /// Most programs do without: it takes no room in the engine's memory until
    /// one of its modules is wanted.
    Aside(Uint8Array),
    /// The bytes stay for the Worker's life; each run reads them.
    There(&'static [u8]),
    Missing,
}

/// What the address of the table of characters ends with.
const TABLE: &str = ".table";

thread_local! {
    static CHARACTERS: RefCell<Option<String>> = const { RefCell::new(None) };
    static PARTS: RefCell<Vec<Part>> = const { RefCell::new(Vec::new()) };
}

/// What is being fetched, in this order; and where the table of characters
/// lies.
pub fn expect(addresses: Vec<String>) {
    let (tables, addresses): (Vec<_>, Vec<_>) = addresses
        .into_iter()
        .partition(|address| address.ends_with(TABLE));
    CHARACTERS.set(tables.into_iter().next());
    airlock_engine::characters::set_source(|| {
        let address = CHARACTERS.with_borrow(Clone::clone)?;
        let bytes: &'static [u8] = scope::fetch_now(&address)?.to_vec().leak();
        Some(bytes)
    });
    PARTS.set(
        addresses
            .into_iter()
            .map(|address| Part {
                address,
                state: State::OnItsWay,
            })
            .collect(),
    );
}

/// What a fetch gave.
pub fn add(address: &str, bytes: Option<Uint8Array>) {
    PARTS.with_borrow_mut(|parts| {
        let expected = parts
            .iter_mut()
            .find(|part| part.address == address && matches!(part.state, State::OnItsWay));
        if let Some(part) = expected {
            part.state = bytes.map_or(State::Missing, State::Aside);
        }
    });
}

/// The library of one run.
pub fn library() -> Library {
    let mut library = Library::new();
    let mut late = Vec::new();
    PARTS.with_borrow(|parts| {
        for part in parts {
            match part.state {
                State::There(bytes) => _ = library.add_bundle(bytes),
                State::OnItsWay | State::Aside(_) => late.push(part.address.clone()),
                State::Missing => {}
            }
        }
    });
    let mut late = late.into_iter();
    library.set_more(Box::new(move || {
        late.find_map(|address| fetched_now(&address))
            .map(Into::into)
    }));
    library
}

/// A part that a program cannot go on without.
fn fetched_now(address: &str) -> Option<&'static [u8]> {
    let is_on_its_way = || {
        PARTS.with_borrow(|parts| {
            parts
                .iter()
                .any(|part| part.address == address && matches!(part.state, State::OnItsWay))
        })
    };
    if is_on_its_way() {
        add(address, scope::fetch_now(address));
    }
    PARTS.with_borrow_mut(|parts| {
        let part = parts.iter_mut().find(|part| part.address == address)?;
        take_in(part)
    })
}

/// Takes what lies aside into the engine's memory.
fn take_in(part: &mut Part) -> Option<&'static [u8]> {
    if let State::Aside(bytes) = &part.state {
        part.state = State::There(bytes.to_vec().leak());
    }
    match part.state {
        State::There(bytes) => Some(bytes),
        _ => None,
    }
}

/// Whether a program names a module that may be in a part still on its way.
/// What lies aside is taken in before the run's clock starts, if it is named.
pub fn must_wait(programs: &[&str]) -> bool {
    while names_unknown(programs) {
        let taken = PARTS.with_borrow_mut(|parts| {
            let aside = parts
                .iter_mut()
                .find(|part| matches!(part.state, State::Aside(_)));
            aside.and_then(take_in)
        });
        if taken.is_none() {
            return PARTS.with_borrow(|parts| {
                let mut states = parts.iter().map(|part| &part.state);
                states.any(|state| matches!(state, State::OnItsWay))
            });
        }
    }
    false
}

/// Whether a program names a module that is not in the engine's memory.
fn names_unknown(programs: &[&str]) -> bool {
    let library = library();
    let known = library.names();
    let is_known = |name: &str| GIVEN.contains(&name) || known.binary_search(&name).is_ok();
    programs
        .iter()
        .flat_map(|program| imports(program))
        .any(|name| !is_known(name))
}

/// The modules that lines of a program import. A line in a string looks the
/// same and costs no more than a wait.
fn imports(program: &str) -> impl Iterator<Item = &str> {
    program.lines().flat_map(|line| {
        let line = line.trim_start();
        let (names, many) = match (line.strip_prefix("import "), line.strip_prefix("from ")) {
            (Some(rest), _) => (rest, true),
            (_, Some(rest)) => (rest, false),
            _ => ("", false),
        };
        let end = names.find([';', '#']).unwrap_or(names.len());
        names[..end]
            .split(',')
            .take(if many { usize::MAX } else { 1 })
            .filter_map(|name| name.split_whitespace().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(program: &str) -> Vec<&str> {
        imports(program).collect()
    }

    #[test]
    fn imports_are_found_at_any_depth() {
        let program = "import airlock, core\ndef f():\n    from json.decoder import a, b  # c\n";
        assert_eq!(names(program), ["airlock", "core", "json.decoder"]);
        assert_eq!(names("import a as b, c.d as e; f()\nx = 1\n"), ["a", "c.d"]);
        assert_eq!(names("important = 1\nfromage = 2\n"), [""; 0]);
    }

    #[test]
    fn only_what_may_still_come_is_waited_for() {
        expect(vec!["rest".to_owned()]);
        assert!(must_wait(&["", "import no_such_module\n"]));
        assert!(!must_wait(&["import asyncio, core, airlock\n"]));
        add("rest", None);
        assert!(!must_wait(&["import no_such_module\n"]));
    }
}
