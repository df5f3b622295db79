//! `cargo xtask test`: every test there is, stage by stage.
//!
//! A stage that fails does not keep the later ones from running, so that one
//! run says all that is wrong. The last line is `N passed, M failed`.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::setup::{self, Needs, Tools};
use crate::tally::Tally;
use crate::{build, process, rooms, serve};

struct Stage {
    name: &'static str,
    run: fn(&Tools, &mut Tally) -> Result<()>,
}

const STAGES: &[Stage] = &[
    Stage {
        name: "native",
        run: native,
    },
    Stage {
        name: "programs",
        run: programs,
    },
    Stage {
        name: "browser",
        run: browser,
    },
    Stage {
        name: "build",
        run: page,
    },
    Stage {
        name: "journeys",
        run: journeys,
    },
];

struct Report {
    name: &'static str,
    took: Duration,
    tally: Tally,
    error: Option<anyhow::Error>,
}

pub fn command(wanted: &[String]) -> Result<ExitCode> {
    for name in wanted {
        if !STAGES.iter().any(|stage| stage.name == name) {
            bail!("no stage `{name}`: native, programs, browser, build or journeys");
        }
    }
    let chosen = |name: &str| wanted.is_empty() || wanted.iter().any(|one| one == name);
    let start = Instant::now();
    let tools = setup::run(Needs {
        page: chosen("build"),
        browser_tests: chosen("browser"),
        browser: chosen("browser") || chosen("journeys"),
        journeys: chosen("journeys"),
        bench: false,
    })?;
    let mut reports = vec![Report {
        name: "setup",
        took: start.elapsed(),
        tally: Tally::default(),
        error: None,
    }];
    for stage in STAGES.iter().filter(|stage| chosen(stage.name)) {
        println!("\n=== {} ===", stage.name);
        let start = Instant::now();
        let mut tally = Tally::default();
        let error = (stage.run)(&tools, &mut tally).err();
        if let Some(error) = &error {
            println!("{}: {error:#}", stage.name);
            // A stage that ends badly without a failed test (it did not
            // compile, say) must still show in the sum.
            tally.failed = tally.failed.max(1);
        }
        let report = Report {
            name: stage.name,
            took: start.elapsed(),
            tally,
            error,
        };
        println!("=== {} ===", summary(&report));
        reports.push(report);
    }
    let mut total = Tally::default();
    println!("\nstages:");
    for report in &reports {
        println!("  {}", summary(report));
        if let Some(error) = &report.error {
            println!("    {error:#}");
        }
        total += report.tally;
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(if total.failed == 0 && total.passed > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn summary(report: &Report) -> String {
    format!(
        "{}: {} passed, {} failed, {:.1} s",
        report.name,
        report.tally.passed,
        report.tally.failed,
        report.took.as_secs_f64()
    )
}

/// Unit and integration tests of the native crates. The Python programs have a
/// stage of their own, because they want an optimised binary.
fn native(tools: &Tools, tally: &mut Tally) -> Result<()> {
    rooms::check(tools.root())?;
    let mut command = tools.native("cargo");
    command.args([
        "test",
        "--workspace",
        "--no-fail-fast",
        "--lib",
        "--bins",
        "--tests",
    ]);
    for package in rooms::WASM_ONLY {
        command.args(["--exclude", package]);
    }
    command.args(["--exclude", "airlock-cli"]);
    counted(&mut command, tally)
}

/// `tests/programs` and the like, by the command line's own test harness, with
/// the binary as people run it.
fn programs(tools: &Tools, tally: &mut Tally) -> Result<()> {
    let mut build = tools.native("cargo");
    build.args(["build", "--release", "--package", "airlock-cli"]);
    process::run(&mut build)?;
    let mut command = tools.native("cargo");
    command.args([
        "test",
        "--release",
        "--package",
        "airlock-cli",
        "--no-fail-fast",
    ]);
    counted(&mut command, tally)
}

/// The exported functions in a real browser.
fn browser(tools: &Tools, tally: &mut Tally) -> Result<()> {
    let mut command = tools.wasm("wasm-pack");
    command.args(["test", "--headless", "--chrome", "--mode", "no-install"]);
    command.arg("crates/browser");
    counted(&mut command, tally)
}

fn page(tools: &Tools, tally: &mut Tally) -> Result<()> {
    build::page(tools)?;
    tally.passed += 1;
    Ok(())
}

/// Playwright journeys through `dist/`, on the server that `serve` uses. They
/// find the page by `AIRLOCK_URL` and the browser by `AIRLOCK_CHROMIUM`.
fn journeys(tools: &Tools, tally: &mut Tally) -> Result<()> {
    let files = journey_files(tools)?;
    let dist = tools.root().join("dist");
    if !dist.join("index.html").is_file() {
        bail!("there is no built page in dist/");
    }
    let address = serve::in_background(dist)?;
    let mut command = tools.native("node");
    command.args(["--test", "--test-concurrency=1"]);
    command.args(files);
    command.env("AIRLOCK_URL", format!("http://{address}/"));
    counted(&mut command, tally)
}

fn journey_files(tools: &Tools) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if let Ok(entries) = fs::read_dir(tools.root().join("tests/e2e")) {
        for entry in entries {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.ends_with(".test.mjs") || name.ends_with(".test.js") {
                files.push(path);
            }
        }
    }
    if files.is_empty() {
        bail!("there are no journeys (tests/e2e/*.test.mjs)");
    }
    files.sort();
    Ok(files)
}

fn counted(command: &mut Command, tally: &mut Tally) -> Result<()> {
    let ended_well = process::run_watched(command, |line| tally.handle_line(line))?;
    if !ended_well {
        bail!("{} failed", command.get_program().to_string_lossy());
    }
    if tally.passed == 0 {
        bail!("no test ran");
    }
    Ok(())
}
