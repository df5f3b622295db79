//! Runs the programs of `tests/programs`, see the README there.

use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn programs_print_what_is_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/programs");
    let mut programs = Vec::new();
    collect(&root, &mut programs);
    programs.sort();
    assert!(!programs.is_empty(), "no programs in {}", root.display());

    let python = newer_python();
    let mut failures = Vec::new();
    for program in &programs {
        let expected =
            std::fs::read_to_string(program.with_extension("out")).expect("the output was found");
        let name = program
            .strip_prefix(&root)
            .unwrap_or(program)
            .display()
            .to_string();
        let ours = output(
            Command::new(env!("CARGO_BIN_EXE_airlock"))
                .arg("py")
                .arg(program),
        );
        if ours.text != expected {
            failures.push(format!(
                "{name}: {}\n{}",
                difference(&expected, &ours.text),
                ours.errors
            ));
        }
        if python.is_some_and(|minor| minor >= needed_minor(program)) {
            let theirs = output(Command::new("python3").arg("-B").arg(program));
            if theirs.text != expected {
                failures.push(format!(
                    "{name}, python3: {}",
                    difference(&expected, &theirs.text)
                ));
            }
        }
    }
    let count = failures.len();
    assert!(
        failures.is_empty(),
        "{count} of {}:\n{}",
        programs.len(),
        failures.join("\n")
    );
}

fn collect(folder: &Path, programs: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder)
        .expect("the folder can be read")
        .flatten()
    {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, programs);
        } else if path.extension().is_some_and(|extension| extension == "py")
            && path.with_extension("out").exists()
        {
            programs.push(path);
        }
    }
}

struct Output {
    text: String,
    errors: String,
}

fn output(command: &mut Command) -> Output {
    let output = command.output().expect("the program starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    // The end of a traceback says the most.
    let start = errors
        .char_indices()
        .rev()
        .nth(1500)
        .map_or(0, |(at, _)| at);
    Output {
        text: String::from_utf8_lossy(&output.stdout).into_owned(),
        errors: errors[start..].to_owned(),
    }
}

/// The minor version of `python3`, if there is one.
fn newer_python() -> Option<u32> {
    let code = "import sys; print(sys.version_info.minor)";
    let output = Command::new("python3").args(["-c", code]).output().ok()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

/// From the header comment; programs without one need nothing recent.
fn needed_minor(program: &Path) -> u32 {
    let text = std::fs::read_to_string(program).unwrap_or_default();
    let first = text.lines().next().unwrap_or_default();
    first
        .strip_prefix("# python: 3.")
        .and_then(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_digit());
            rest[..end.unwrap_or(rest.len())].parse().ok()
        })
        .unwrap_or(0)
}

/// The first line that differs.
fn difference(expected: &str, actual: &str) -> String {
    let (mut expected, mut actual) = (expected.lines(), actual.lines());
    let mut number = 0;
    loop {
        number += 1;
        match (expected.next(), actual.next()) {
            (None, None) => return "line ends differ".into(),
            (a, b) if a == b => {}
            (a, b) => {
                return format!(
                    "line {number}\n  expected: {}\n  printed:  {}",
                    a.unwrap_or("nothing"),
                    b.unwrap_or("nothing")
                );
            }
        }
    }
}
