//! `cargo xtask fuzz`: random programs, looking for differences and panics.
//! The programs and what is asked of them are in `tests/fuzz`.

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::process;
use crate::setup::{self, Needs};

const USAGE: &str = "usage: cargo xtask fuzz differential|compiler|vm [--minutes N] [--seed S]";

pub fn command(arguments: &[String]) -> Result<ExitCode> {
    let Some((kind, options)) = arguments.split_first() else {
        bail!(USAGE)
    };
    if !["differential", "compiler", "vm"].contains(&kind.as_str()) {
        bail!("nothing to fuzz called `{kind}`\n\n{USAGE}");
    }
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
