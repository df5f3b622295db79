//! `cargo xtask bench`: Airlock beside Pyodide and native CPython.

use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::setup::{self, Needs};
use crate::{build, process};

/// The programs and the table are in `tests/bench/bench.mjs`.
pub fn command(options: &[String]) -> Result<ExitCode> {
    let mut suite = "page";
    let mut rows = Vec::new();
    let mut left = options.iter();
    while let Some(option) = left.next() {
        match (option.strip_prefix("--suite="), option.as_str()) {
            (Some(name), _) => suite = name,
            (None, "--suite") => {
                suite = left
                    .next()
                    .context("--suite wants a name: page, python or crossing")?
            }
            _ => rows.push(option),
        }
    }
    let tools = setup::run(Needs::BENCH)?;
    build::page(&tools)?;
    let mut bench = tools.native("node");
    bench
        .arg("tests/bench/bench.mjs")
        .arg(format!("--suite={suite}"))
        .args(rows);
    process::run(&mut bench)?;
    Ok(ExitCode::SUCCESS)
}
