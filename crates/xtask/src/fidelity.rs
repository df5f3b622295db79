//! `cargo xtask fit` and `cargo xtask fidelity`: cost profiles, and how true
//! their predictions are.
//!
//! Both are Python programs in `tests/fidelity`, which need the native
//! `python3` beside the command.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::process;

const AIRLOCK: &str = "target/release/airlock";

/// Writes the profile and the script of `airlock calibrate`.
pub fn fit(arguments: &[String]) -> Result<ExitCode> {
    let [bench] = arguments else {
        bail!("fit takes the file of measurements")
    };
    build()?;
    let mut fit = process::command("python3", Path::new("."));
    fit.args(["tests/fidelity/fit.py", bench.as_str(), AIRLOCK]);
    fit.args([
        "crates/engine/profiles/cpython-3.11.json",
        "crates/cli/src/calibrate.py",
    ]);
    process::run(&mut fit)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the table; draws it into the file that is named.
pub fn compare(arguments: &[String]) -> Result<ExitCode> {
    build()?;
    let mut fidelity = process::command("python3", Path::new("."));
    fidelity
        .args(["tests/fidelity/fidelity.py", AIRLOCK])
        .args(arguments);
    process::run(&mut fidelity)?;
    Ok(ExitCode::SUCCESS)
}

fn build() -> Result<()> {
    process::run(process::command("cargo", Path::new(".")).args([
        "build",
        "--release",
        "--package",
        "airlock-cli",
    ]))
}
