//! `cargo xtask fit` and `cargo xtask fidelity`: cost profiles, and how true
//! their predictions are.
//!
//! Both are Python programs in `tests/fidelity`, which need the native
//! `python3` beside the command.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::process;

const AIRLOCK: &str = "target/release/airlock";
const REQUIREMENTS: &str = "tests/fidelity/requirements.txt";

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
    let mut fidelity = process::command(adapters_python()?, Path::new("."));
    fidelity
        .args(["tests/fidelity/fidelity.py", AIRLOCK])
        .args(arguments);
    process::run(&mut fidelity)?;
    Ok(ExitCode::SUCCESS)
}

/// The interpreter of a virtual environment with the adapters from PyPI, in
/// the user's cache; made anew when the requirements change.
fn adapters_python() -> Result<PathBuf> {
    let wanted = std::fs::read(REQUIREMENTS)?;
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))
        .context("neither XDG_CACHE_HOME nor HOME says where the user's cache is")?;
    let folder = cache.join("airlock/fidelity");
    let python = folder.join("bin/python");
    let stamp = folder.join("installed.txt");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    let mut make = process::command("python3", Path::new("."));
    process::run(make.args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut install = process::command(&python, Path::new("."));
    install.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--requirement",
        REQUIREMENTS,
    ]);
    process::run(&mut install)?;
    std::fs::write(&stamp, wanted)?;
    Ok(python)
}

fn build() -> Result<()> {
    process::run(process::command("cargo", Path::new(".")).args([
        "build",
        "--release",
        "--package",
        "airlock-cli",
    ]))
}
