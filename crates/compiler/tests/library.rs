//! The whole of CPython's library compiles, and its code keeps to its bounds.

use std::fs;
use std::path::{Path, PathBuf};

use airlock_bytecode::{Code, verify};
use airlock_compiler::{Mode, Options, compile, imports};

fn python_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("site-packages") {
            python_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            found.push(path);
        }
    }
}

/// Compiles and verifies each file; those that are refused, with the reason.
fn refused(folder: &Path) -> (usize, Vec<String>) {
    unicode_names2::set_lookup(all_names::character);
    let mut files = Vec::new();
    python_files(folder, &mut files);
    files.sort();
    let mut refused = Vec::new();
    for path in &files {
        // Other encodings are the importer's business.
        let Ok(source) = fs::read_to_string(path) else {
            continue;
        };
        let name = path
            .strip_prefix(folder)
            .unwrap_or(path)
            .display()
            .to_string();
        match compile(&source, &name, Mode::Module, Options::default()) {
            Ok(code) => {
                if let Err(fault) = verify(&code) {
                    refused.push(format!("{name}: {fault}"));
                }
            }
            Err(diagnostics) => refused.push(format!("{name}:{}", diagnostics[0])),
        }
    }
    (files.len(), refused)
}

#[test]
fn packed_library_compiles() {
    let (count, refused) = refused(Path::new(rustpython_pylib::LIB_PATH));
    assert!(count > 500, "{count} files found");
    assert!(refused.is_empty(), "{refused:#?}");
}

/// Whatever `python3` is on this machine has its library and, often, its
/// tests, some of which are broken on purpose.
#[test]
fn library_of_the_machine_compiles() {
    let command = "import os; print(os.path.dirname(os.__file__))";
    let Ok(output) = std::process::Command::new("python3")
        .args(["-c", command])
        .output()
    else {
        return;
    };
    let folder = String::from_utf8_lossy(&output.stdout).trim().to_string();
    let (_, refused) = refused(Path::new(&folder));
    // Broken on purpose.
    let expected = ["badsyntax", "bad_coding", "lib2to3", "nocaret"];
    let unexpected: Vec<&String> = refused
        .iter()
        .filter(|name| !expected.iter().any(|part| name.contains(part)))
        .collect();
    assert!(unexpected.is_empty(), "{unexpected:#?}");
}

#[test]
fn broken_sources_are_refused_without_panic() {
    let mut files = Vec::new();
    python_files(
        &Path::new(rustpython_pylib::LIB_PATH).join("asyncio"),
        &mut files,
    );
    files.sort();
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let pieces = [
        "(", "]", "{", "'", "f'{", ":", "\n", "    ", "=", "await ", "lambda ", "*", "\\", "é",
    ];
    for path in &files {
        let Ok(source) = fs::read_to_string(path) else {
            continue;
        };
        for _ in 0..20 {
            let mut text: String = source.chars().take(1 + next(4_000)).collect();
            for _ in 0..1 + next(4) {
                let mut at = next(text.len());
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                text.insert_str(at, pieces[next(pieces.len())]);
            }
            match compile(&text, "test.py", Mode::Module, Options::default()) {
                Ok(code) => verify(&code).expect("what compiles is well formed"),
                Err(diagnostics) => assert!(!diagnostics.is_empty()),
            }
        }
    }
}

#[test]
fn imports_are_found_wherever_they_are() {
    let source = "
import os.path as p, sys
from . import sibling
from ..package.module import name, other as o
def f():
    if x:
        from json import *
";
    let expected = [
        "..package.module",
        "..package.module.name",
        "..package.module.other",
        ".",
        ".sibling",
        "json",
        "os.path",
        "sys",
    ];
    let mut found = imports(source);
    found.sort();
    let mut expected = expected.map(String::from);
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn positions_can_be_left_out() {
    let source = "def f(x):\n    return x.a + x.b\n";
    let full = compile(source, "t", Mode::Module, Options::default()).expect("it compiles");
    let options = Options {
        strip_columns: true,
        ..Options::default()
    };
    let stripped = compile(source, "t", Mode::Module, options).expect("it compiles");
    fn entries(code: &Code) -> usize {
        let inner: usize = code
            .consts
            .iter()
            .map(|constant| match constant {
                airlock_bytecode::Const::Code(code) => entries(code),
                _ => 0,
            })
            .sum();
        code.positions.len() + inner
    }
    assert!(entries(&stripped) < entries(&full));
    assert_eq!(full.instrs, stripped.instrs);
}
