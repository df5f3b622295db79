//! `cargo xtask bench`: Airlock beside Pyodide and native CPython.

use std::process::ExitCode;

use anyhow::Result;

use crate::setup::{self, Needs};
use crate::{build, process};

/// The programs and the table are in `tests/bench/bench.mjs`.
pub fn command(rows: &[String]) -> Result<ExitCode> {
    let tools = setup::run(Needs::BENCH)?;
    build::page(&tools)?;
    let mut bench = tools.native("node");
    bench.arg("tests/bench/bench.mjs").args(rows);
    process::run(&mut bench)?;
    Ok(ExitCode::SUCCESS)
}
