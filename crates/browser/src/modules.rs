//! The standard library as far as it has been fetched. What nearly every
//! program needs is in the engine; the rest follows in a download of its own.

use airlock_engine::Library;

/// Modules that are there without the library.
const GIVEN: &[&str] = &["core", "shell", "airlock", "__main__"];

/// What `airlock` imports without naming it: template strings are built from
/// it. An engine that lacks it has to wait for the rest.
const NEEDED: &[&str] = &["_templates"];

#[derive(Clone, Copy, Default)]
pub enum Rest {
    #[default]
    OnItsWay,
    There(&'static [u8]),
    Missing,
}

impl Rest {
    /// What a fetch gave. The bytes stay for the Worker's life; each run
    /// reads them.
    pub fn fetched(bytes: Option<Vec<u8>>) -> Rest {
        bytes.map_or(Rest::Missing, |bytes| Rest::There(bytes.leak()))
    }

    /// The library of one run.
    pub fn library(self) -> Library {
        let mut library = Library::new();
        if let Rest::There(bytes) = self {
            library.add_bundle(bytes);
        }
        library
    }

    /// Whether a program names a module that may be in the part still on its
    /// way.
    pub fn must_wait(self, programs: &[&str]) -> bool {
        if !matches!(self, Rest::OnItsWay) {
            return false;
        }
        let library = Library::new();
        let known = library.names();
        let is_known = |name: &str| GIVEN.contains(&name) || known.binary_search(&name).is_ok();
        let named = programs.iter().flat_map(|program| imports(program));
        named.chain(NEEDED.iter().copied()).any(|name| !is_known(name))
    }
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
        assert!(Rest::OnItsWay.must_wait(&["", "import no_such_module\n"]));
        assert!(!Rest::Missing.must_wait(&["import no_such_module\n"]));
    }
}
