//! Which tests are not asked of us: those that fail on CPython 3.14 because it
//! is another version than the tests', and those that fail or are skipped on
//! the `python3` they came with.
//!
//! CPython 3.14 is npm's `pyodide` under node. It has neither processes nor
//! sockets nor threads and a small stack, so that it fails in tests where a
//! native 3.14 would not. Those failures are told by their words; see
//! [`CANNOT`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;

use super::run::{FileRun, Outcome, Python, Test};
use super::{FILES, Library, python_version, run_all};
use crate::setup::Tools;

const NAME: &str = "differs_in_314.txt";

/// What a failure says that comes from the place and not from the version.
const CANNOT: &[&str] = &[
    "can't start new thread",
    "thread",
    "emscripten",
    "Emscripten",
    "process",
    "fork",
    "signal",
    "socket",
    "select",
    "Function not implemented",
    "Not supported",
    "Operation not permitted",
    "Permission denied",
    "No such file or directory",
    "not available",
    "No module named '_",
    "No module named 'test.",
    "No module named 'ssl'",
    "No module named 'lzma'",
    "No module named 'sqlite3'",
    "No module named 'unittest.test'",
    "MemoryError",
    "RecursionError",
    "Maximum call stack",
    "asyncio.run() cannot be called from a running event loop",
    "This event loop is already running",
    "run_sync",
    "WebLoop",
    "JSPI",
    "locale",
    "time zone",
];

/// The names in the file; none if there is no such file.
pub fn read(folder: &Path) -> Result<BTreeSet<String>> {
    let path = folder.join(NAME);
    if !path.is_file() {
        return Ok(BTreeSet::new());
    }
    let text = std::fs::read_to_string(path)?;
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(lines
        .map(|line| line.split("  ").next().unwrap_or("").to_owned())
        .collect())
}

/// Runs the files on both and writes the list anew for them.
pub fn command(tools: &Tools, library: &Library, files: &[String]) -> Result<()> {
    let version = python_version(tools)?;
    let print = |run: &FileRun| super::print_row(run, &BTreeSet::new());
    println!("python3 {version}");
    let installed = Python::installed(tools.root(), library);
    let own = run_all(files, &installed, &installed, print);
    println!("\nCPython 3.14 (pyodide)");
    let newer = run_all(
        files,
        &Python::pyodide(tools.root(), library),
        &installed,
        print,
    );
    let path = tools.root().join("tests/conformance").join(NAME);
    let mut lines = kept_lines(&path, files);
    for (own, newer) in own.iter().zip(&newer) {
        lines.insert(own.file.clone(), not_asked(own, newer));
    }
    std::fs::write(path, text(&lines, &version))?;
    Ok(())
}

/// The lines for tests of one file.
fn not_asked(own: &FileRun, newer: &FileRun) -> Vec<String> {
    let newer: BTreeMap<&str, &Test> = newer.tests.iter().map(|test| (&*test.name, test)).collect();
    let mut lines = Vec::new();
    for test in &own.tests {
        if test.outcome != Outcome::Passed {
            lines.push(format!(
                "{}  here  {}  {}",
                test.name,
                test.outcome.word(),
                test.reason
            ));
        } else if let Some(newer) = newer.get(&*test.name)
            && differs(newer)
        {
            lines.push(format!(
                "{}  3.14  {}  {}",
                test.name,
                newer.outcome.word(),
                newer.reason
            ));
        }
    }
    lines
        .iter_mut()
        .for_each(|line| line.truncate(line.trim_end().len()));
    lines.sort();
    lines
}

fn differs(test: &Test) -> bool {
    matches!(test.outcome, Outcome::Failed | Outcome::Error)
        && !CANNOT.iter().any(|words| test.reason.contains(words))
}

/// What the file says of test files that are not asked about now.
fn kept_lines(path: &Path, files: &[String]) -> BTreeMap<String, Vec<String>> {
    let mut kept: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut file = String::new();
    for line in std::fs::read_to_string(path).unwrap_or_default().lines() {
        if let Some(name) = line.strip_prefix("# test_") {
            file = format!("test_{name}");
        } else if !line.is_empty() && !line.starts_with('#') && !files.contains(&file) {
            kept.entry(file.clone()).or_default().push(line.to_owned());
        }
    }
    kept
}

fn text(lines: &BTreeMap<String, Vec<String>>, version: &str) -> String {
    let mut text = format!(
        "# Tests of CPython {version} that are not asked of Airlock, which is a 3.14:\n\
         #   3.14  they pass on {version} and fail on CPython 3.14 because the language or\n\
         #         the library has changed;\n\
         #   here  they do not pass on the python3 that they came with, where this was made.\n\
         # Made by `cargo xtask conformance --reference`: python3, and npm's pyodide (a\n\
         # CPython 3.14) under node. What fails there for want of threads, processes,\n\
         # sockets or stack is not in this list; see reference.rs for how that is told.\n"
    );
    let others = lines
        .keys()
        .map(String::as_str)
        .filter(|file| !FILES.contains(file));
    for file in FILES.iter().copied().chain(others) {
        let Some(lines) = lines.get(file).filter(|lines| !lines.is_empty()) else {
            continue;
        };
        let _ = writeln!(text, "\n# {file}");
        lines.iter().for_each(|line| {
            let _ = writeln!(text, "{line}");
        });
    }
    text
}
