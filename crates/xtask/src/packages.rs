//! `cargo xtask packages`: packages from PyPI, unmodified, on Airlock.
//!
//! `tests/packages/requirements.txt` pins them; pip puts them into the cache.
//! Each program beside it runs on python3 and on airlock and must print the
//! same; each shell in `pairs` runs over the core there, and its ledger must
//! hold the counts of `ledger.txt`.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};

use crate::process;
use crate::setup::{self, Needs, Tools};

/// Where the two Pythons find what pip installed.
struct Sites {
    shared: PathBuf,
    /// What only python3 needs.
    python3: PathBuf,
}

pub fn command(wanted: &[String]) -> Result<ExitCode> {
    let tools = setup::run(Needs::NOTHING)?;
    let folder = tools.root().join("tests/packages");
    let sites = Sites {
        shared: install(&tools, &folder.join("requirements.txt"), "packages")?,
        python3: install(
            &tools,
            &folder.join("requirements-python3.txt"),
            "packages-python3",
        )?,
    };
    let mut build = tools.native("cargo");
    build.args(["build", "--release", "--package", "airlock-cli"]);
    process::run(&mut build)?;
    let airlock = tools.root().join("target/release/airlock");
    let pairs = folder.join("pairs");
    let (programs, shells) = (
        python_files(&folder, wanted)?,
        python_files(&pairs, wanted)?,
    );
    if programs.is_empty() && shells.is_empty() {
        bail!("no such program in {}", folder.display());
    }
    let mut differing = 0;
    for program in programs {
        let theirs = printed(&mut python3(&program, &sites, &folder))?;
        let mut ours = process::command(&airlock, &folder);
        ours.args(["py", "--path"]).arg(&sites.shared).arg(&program);
        differing += u32::from(!tell(&name_of(&program), &theirs, &printed(&mut ours)?));
    }
    let expected = std::fs::read_to_string(pairs.join("ledger.txt"))?;
    for shell in shells.iter().filter(|shell| name_of(shell) != "core") {
        let name = name_of(shell);
        let mut theirs = printed(&mut python3(shell, &sites, &pairs))?;
        let counts = expected
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name} ")))
            .unwrap_or("");
        theirs.push_str(&format!("{}\n", counts.trim()));
        let mut ours = process::command(&airlock, &pairs);
        ours.args(["run", "core.py"]).arg(shell);
        ours.args(["--clock", "virtual", "--json", "--path"])
            .arg(&sites.shared);
        let ours = counted(&mut ours, counts)?;
        if tell(&name, &theirs, &ours) {
            println!("    {}", counts.trim());
        } else {
            differing += 1;
        }
    }
    println!("{differing} programs differ");
    Ok(if differing == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn python3(program: &Path, sites: &Sites, folder: &Path) -> Command {
    let mut command = process::command("python3", folder);
    let path = std::env::join_paths([&sites.shared, &sites.python3]).unwrap_or_default();
    command
        .env("PYTHONPATH", path)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(program);
    command
}

/// Says how the two compare; whether they are the same.
fn tell(name: &str, theirs: &str, ours: &str) -> bool {
    if theirs == ours {
        println!("{name:<20} same, {} lines", ours.lines().count());
    } else {
        println!("{name:<20} differs\n--- wanted\n{theirs}--- airlock\n{ours}");
    }
    theirs == ours
}

fn name_of(program: &Path) -> String {
    let stem = program.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

/// What a shell printed, and those counts of its ledger that are named in
/// `counts` (`crossings=4 loops=1`).
fn counted(command: &mut Command, counts: &str) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .context("could not start airlock")?;
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)
        .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
    let shell = &report["shell"];
    let mut text = shell["stdout"].as_str().unwrap_or("").to_owned();
    if !shell["error"].is_null() {
        text.push_str(&format!("{}\n", shell["error"]));
    }
    let found: Vec<String> = counts
        .split_whitespace()
        .filter_map(|count| count.split_once('='))
        .map(|(name, _)| format!("{name}={}", shell["ledger"][name]))
        .collect();
    text.push_str(&format!("{}\n", found.join(" ")));
    Ok(text)
}

/// Pip's target for just these requirements.
fn install(tools: &Tools, requirements: &Path, target: &str) -> Result<PathBuf> {
    let wanted = std::fs::read(requirements)?;
    let site = tools.root().join("target").join(target);
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
    pip.arg(&site).arg("--requirement").arg(requirements);
    process::run(&mut pip)?;
    std::fs::write(&stamp, wanted)?;
    Ok(site)
}

fn python_files(folder: &Path, wanted: &[String]) -> Result<Vec<PathBuf>> {
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
