//! `cargo xtask fuzz`: random programs, looking for differences and panics.
//! Those made by rules, and what is asked of them, are in `tests/fuzz`; those
//! that libFuzzer finds by what code they reach, in `fuzz`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::setup::{self, Needs, Tools};

const USAGE: &str = "usage: cargo xtask fuzz differential|compiler|vm [--minutes N] [--seed S]
       cargo xtask fuzz bytes-compiler|bytes-vm|bytes-link|bytes-events [--minutes N] [--seed S]";

pub fn command(arguments: &[String]) -> Result<ExitCode> {
    let Some((kind, options)) = arguments.split_first() else {
        bail!(USAGE)
    };
    match kind.as_str() {
        "differential" | "compiler" | "vm" => by_rules(kind, options),
        "bytes-compiler" | "bytes-vm" | "bytes-link" | "bytes-events" => {
            by_coverage(kind.trim_start_matches("bytes-"), options)
        }
        _ => bail!("nothing to fuzz called `{kind}`\n\n{USAGE}"),
    }
}

fn by_rules(kind: &str, options: &[String]) -> Result<ExitCode> {
    // A difference is asked of a CPython 3.14 too, which is in that package.
    let tools = setup::run(Needs {
        bench: kind == "differential",
        ..Needs::NOTHING
    })?;
    let mut build = tools.native("cargo");
    build.args(["build", "--release", "--package", "airlock-cli"]);
    process::run(&mut build)?;
    let mut fuzz = tools.native("python3");
    fuzz.arg(format!("tests/fuzz/{kind}.py"))
        .arg("target/release/airlock")
        .args(options);
    if kind == "differential" {
        fuzz.args(["--reference", "node", "tests/fuzz/pyodide.mjs"]);
    }
    Ok(if fuzz.status()?.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The flags with which code tells libFuzzer where it has been. Those that
/// cargo-fuzz gives need no other toolchain than ours; its sanitizers would,
/// and look for what safe code cannot do.
const COVERAGE: &str = "--cfg fuzzing -Cpasses=sancov-module -Ccodegen-units=16 \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// A target of `fuzz/fuzz_targets`, begun with the texts that the tests have.
fn by_coverage(target: &str, options: &[String]) -> Result<ExitCode> {
    let (mut minutes, mut seed) = (1.0, "1");
    for pair in options.chunks(2) {
        match pair {
            [name, value] if name == "--minutes" => {
                minutes = value.parse().context("--minutes takes a number")?;
            }
            [name, value] if name == "--seed" => seed = value,
            _ => bail!(USAGE),
        }
    }
    let tools = setup::run(Needs::NOTHING)?;
    let program = build(&tools, target)?;
    let corpus = tools.root().join("target/fuzz").join(target);
    std::fs::create_dir_all(&corpus)?;
    let mut fuzz = tools.native(&program.to_string_lossy());
    fuzz.arg(&corpus);
    if matches!(target, "compiler" | "vm") {
        fuzz.args(["tests/programs", "-dict=fuzz/python.dict", "-max_len=4096"]);
    }
    fuzz.arg(format!("-max_total_time={}", (minutes * 60.0) as u64))
        .arg(format!("-seed={seed}"))
        .arg(format!("-artifact_prefix={}/found-", corpus.display()))
        .args(["-timeout=20", "-rss_limit_mb=2048", "-print_final_stats=1"]);
    Ok(if fuzz.status()?.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn build(tools: &Tools, target: &str) -> Result<PathBuf> {
    let mut rustc = tools.native("rustc");
    let asked = rustc.args(["--print", "host-tuple"]).output()?;
    let host = String::from_utf8(asked.stdout)?.trim().to_owned();
    let mut build = tools.native("cargo");
    // With a target named, build scripts and macros are built without flags.
    build
        .args(["build", "--release", "--manifest-path", "fuzz/Cargo.toml"])
        .args(["--target", &host, "--target-dir", "target/fuzz/build"])
        .args(["--bin", target])
        .env("RUSTFLAGS", COVERAGE);
    process::run(&mut build)?;
    let folder = tools.root().join("target/fuzz/build").join(host);
    Ok(folder.join("release").join(target))
}
