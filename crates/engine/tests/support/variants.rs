//! The pairs of `tests/failures` and `tests/correct`, for tests on both clocks.

use std::path::{Path, PathBuf};

use airlock_link::Adapter;

pub struct Variant {
    pub name: String,
    /// Of the failure; empty where there is none.
    pub kind: String,
    pub adapter: Adapter,
    pub core: String,
    pub shell: String,
}

/// Every combination of adapter and value that a file asks for.
fn variants(name: &str, text: &str) -> Vec<Variant> {
    let (head, programs) = text
        .split_once("--- core.py\n")
        .expect("the core follows the head");
    let (core, shell) = programs
        .split_once("--- shell.py\n")
        .expect("the shell follows the core");
    let field = |key: &str| {
        head.lines().find_map(|line| {
            line.strip_prefix("# ")?
                .strip_prefix(key)?
                .strip_prefix(": ")
        })
    };
    let vary = head
        .lines()
        .find_map(|line| line.strip_prefix("# vary ")?.split_once(": "));
    let (placeholder, values) = vary.unwrap_or(("", ""));
    let mut found = Vec::new();
    for key in field("adapters").expect("adapters are named").split(", ") {
        for value in values.split(", ") {
            let fill = |program: &str| program.replace(&format!("{{{placeholder}}}"), value);
            found.push(Variant {
                name: format!("{name} through {key} with {placeholder}={value}"),
                kind: field("kind").unwrap_or_default().to_owned(),
                adapter: Adapter::from_key(key).expect("the adapter exists"),
                core: fill(core),
                shell: fill(shell),
            });
        }
    }
    found
}

/// The file and the line that carry the mark.
pub fn marked(variant: &Variant) -> Option<(&'static str, u32)> {
    [("core.py", &variant.core), ("shell.py", &variant.shell)]
        .into_iter()
        .find_map(|(file, program)| {
            let line = program.lines().position(|line| line.contains("# here"))?;
            Some((file, line as u32 + 1))
        })
}

pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests")
        .join(name)
}

/// The variants of all pairs in a folder of `tests`.
pub fn variants_in(name: &str) -> Vec<Variant> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder(name))
        .expect("the folder can be read")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    files.sort();
    files
        .iter()
        .flat_map(|file| {
            let text = std::fs::read_to_string(file).expect("the file can be read");
            let name = file.file_stem().unwrap_or_default().to_string_lossy();
            variants(&name, &text)
        })
        .collect()
}
