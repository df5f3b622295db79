//! Which room may depend on which, checked against the manifests.
//!
//! `clippy.toml` keeps single functions out of a room; this keeps whole crates
//! out. A new arrow between rooms is a change to this table, and so cannot
//! slip in with something else.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Packages that only make sense as wasm.
pub const WASM_ONLY: &[&str] = &["airlock-app", "airlock-browser"];

/// Each room with the rooms it may depend on.
const ROOMS: &[(&str, &[&str])] = &[
    ("trace", &[]),
    ("bytecode", &[]),
    ("link", &[]),
    ("compiler", &["bytecode"]),
    ("protocol", &["trace", "link"]),
    ("vm", &["bytecode", "trace"]),
    ("stdlib", &["bytecode", "compiler", "vm"]),
    ("core", &["bytecode", "vm", "trace"]),
    ("shell", &["core", "vm", "trace", "bytecode"]),
    (
        "engine",
        &[
            "trace", "bytecode", "compiler", "vm", "stdlib", "core", "shell", "link", "protocol",
        ],
    ),
    ("browser", &["engine", "protocol", "link"]),
    ("app", &["trace", "link", "protocol"]),
    // `airlock py` drives the VM itself: a plain program is no playground.
    (
        "cli",
        &[
            "engine", "link", "trace", "protocol", "core", "stdlib", "vm",
        ],
    ),
    ("xtask", &[]),
];

/// Outside crates that only the rooms named may use, by prefix.
const RESERVED: &[(&str, &[&str])] = &[
    ("ruff_", &["compiler"]),
    ("wasm-bindgen", &["browser", "app"]),
    ("js-sys", &["browser", "app"]),
    ("web-sys", &["browser", "app"]),
    ("yew", &["app"]),
    ("gloo", &["browser", "app"]),
    ("anyhow", &["cli", "xtask"]),
];

/// An error that names every dependency which is not allowed.
pub fn check(root: &Path) -> Result<()> {
    let mut problems = Vec::new();
    for entry in fs::read_dir(root.join("crates"))? {
        let folder = entry?.path();
        let manifest = folder.join("Cargo.toml");
        let room = folder.file_name().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(&manifest)
            .with_context(|| format!("could not read {}", manifest.display()))?;
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            problems.push(format!("`{room}` is not in the table of rooms"));
            continue;
        };
        for dependency in dependencies(&text) {
            if let Some(other) = dependency.strip_prefix("airlock-")
                && other != room
                && !allowed.contains(&other)
            {
                problems.push(format!("`{room}` may not depend on `{other}`"));
            }
            for (prefix, rooms) in RESERVED {
                if dependency.starts_with(prefix) && !rooms.contains(&&*room) {
                    problems.push(format!("`{room}` may not name `{dependency}`"));
                }
            }
        }
    }
    if !problems.is_empty() {
        bail!(
            "{} (the table is in crates/xtask/src/rooms.rs)",
            problems.join("; ")
        );
    }
    Ok(())
}

/// The names in the `[dependencies]` and `[build-dependencies]` sections, for
/// every target. Development dependencies may reach anywhere.
fn dependencies(manifest: &str) -> Vec<&str> {
    let mut inside = false;
    let mut names = Vec::new();
    for line in manifest.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_end_matches(']');
            inside = section.ends_with("dependencies") && !section.ends_with("dev-dependencies");
        } else if inside
            && !line.starts_with('#')
            && let Some((name, _)) = line.split_once(['.', '=', ' '])
        {
            names.push(name.trim_matches('"'));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::dependencies;

    #[test]
    fn development_dependencies_are_not_counted() {
        let manifest = "[package]\nname = \"x\"\n\n[dependencies]\nserde.workspace = true\n\
                        # a comment\nanyhow = \"1\"\n\n[dev-dependencies]\nproptest = \"1\"\n\n\
                        [target.'cfg(unix)'.build-dependencies]\nlibc = { version = \"1\" }\n";
        assert_eq!(dependencies(manifest), ["serde", "anyhow", "libc"]);
    }
}
