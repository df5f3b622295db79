//! `cargo xtask check`: what can be said about the code without running it.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::setup::{self, Needs, Tools};
use crate::{process, rooms};

pub fn command() -> Result<ExitCode> {
    let tools = setup::run(Needs::NOTHING)?;
    let mut problems = Vec::new();
    let mut step = |name: &str, result: Result<()>| {
        match &result {
            Ok(()) => println!("{name}: ok"),
            Err(error) => println!("{name}: {error:#}"),
        }
        if result.is_err() {
            problems.push(name.to_owned());
        }
    };
    step("rooms", rooms::check(tools.root()));
    step(
        "fmt",
        process::run(tools.native("cargo").args(["fmt", "--all", "--check"])),
    );
    step("clippy", process::run(&mut clippy(&tools)));
    step("fuzz targets", process::run(&mut fuzz_targets(&tools)));
    step("doc", process::run(&mut documentation(&tools)));
    if process::find_on_path("cargo-deny").is_some() {
        step(
            "deny",
            process::run(tools.native("cargo").args(["deny", "check"])),
        );
    } else {
        println!("deny: passed over, because cargo-deny is not installed");
    }
    if problems.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    println!("check found problems in: {}", problems.join(", "));
    Ok(ExitCode::FAILURE)
}

fn clippy(tools: &Tools) -> Command {
    let mut command = tools.native("cargo");
    command.args(["clippy", "--workspace", "--all-targets", "--keep-going"]);
    for package in rooms::WASM_ONLY {
        command.args(["--exclude", package]);
    }
    command.args(["--", "-D", "warnings"]);
    command
}

/// They are no members of the workspace and are built on demand only.
fn fuzz_targets(tools: &Tools) -> Command {
    let mut command = tools.native("cargo");
    command.args(["clippy", "--manifest-path", "fuzz/Cargo.toml"]);
    command.args(["--target-dir", "target/fuzz/check", "--", "-D", "warnings"]);
    command
}

fn documentation(tools: &Tools) -> Command {
    let mut command = tools.native("cargo");
    command.args([
        "doc",
        "--workspace",
        "--no-deps",
        "--keep-going",
        "--document-private-items",
    ]);
    for package in rooms::WASM_ONLY {
        command.args(["--exclude", package]);
    }
    command.env("RUSTDOCFLAGS", "-D warnings");
    command
}
