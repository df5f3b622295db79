//! `cargo xtask packages`: packages from PyPI, unmodified, on `airlock py`.
//!
//! `tests/packages/requirements.txt` pins them; pip puts them into the cache.
//! Each program beside it runs on python3 and on airlock and must print the
//! same.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};

use crate::process;
use crate::setup::{self, Needs, Tools};

pub fn command(wanted: &[String]) -> Result<ExitCode> {
    let tools = setup::run(Needs::NOTHING)?;
    let folder = tools.root().join("tests/packages");
    let site = install(&tools, &folder)?;
    let mut build = tools.native("cargo");
    build.args(["build", "--release", "--package", "airlock-cli"]);
    process::run(&mut build)?;
    let airlock = tools.root().join("target/release/airlock");
    let mut differing = 0;
    for program in programs(&folder, wanted)? {
        let mut theirs = process::command("python3", &folder);
        theirs
            .env("PYTHONPATH", &site)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .arg(&program);
        let mut ours = process::command(&airlock, &folder);
        ours.args(["py", "--path"]).arg(&site).arg(&program);
        let name = program.file_stem().unwrap_or_default().to_string_lossy();
        let (theirs, ours) = (printed(&mut theirs)?, printed(&mut ours)?);
        if theirs == ours {
            println!("{name:<20} same, {} lines", ours.lines().count());
        } else {
            differing += 1;
            println!("{name:<20} differs\n--- python3\n{theirs}--- airlock\n{ours}");
        }
    }
    println!("{differing} programs differ");
    Ok(if differing == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Pip's target for just these requirements.
fn install(tools: &Tools, folder: &Path) -> Result<PathBuf> {
    let requirements = folder.join("requirements.txt");
    let wanted = std::fs::read(&requirements)?;
    let site = tools.root().join("target/packages");
    let stamp = site.join("installed.txt");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(site);
    }
    let _ = std::fs::remove_dir_all(&site);
    let mut pip = tools.native("python3");
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-compile",
        "--target",
    ]);
    pip.arg(&site).arg("--requirement").arg(&requirements);
    process::run(&mut pip)?;
    std::fs::write(&stamp, wanted)?;
    Ok(site)
}

fn programs(folder: &Path, wanted: &[String]) -> Result<Vec<PathBuf>> {
    let mut programs = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let stem = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let is_wanted = wanted.is_empty() || wanted.contains(&stem);
        if is_wanted && path.extension().is_some_and(|extension| extension == "py") {
            programs.push(path);
        }
    }
    if programs.is_empty() {
        bail!("no such program in {}", folder.display());
    }
    programs.sort();
    Ok(programs)
}

/// Standard output, and how it ended if not well.
fn printed(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .context("could not start a Python")?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        text.push_str(&format!(
            "{}: {}\n",
            output.status,
            error.lines().last().unwrap_or("")
        ));
    }
    Ok(text)
}
