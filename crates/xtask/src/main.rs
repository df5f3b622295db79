//! The workspace's chores: `cargo xtask serve`, `test`, `check`, `build`,
//! `bench`, `conformance`, `packages`,
//! `fuzz`, `setup`.
//!
//! Each command makes sure of what it needs first (see [`setup`]), so that a
//! fresh clone has only two commands to know. Nothing here is part of the
//! product; this is the one crate, with the command line, that may use
//! `anyhow`, start processes and ask the time.

#![expect(
    clippy::disallowed_methods,
    reason = "xtask is a host: it measures its own stages and waits for processes"
)]

mod bench;
mod build;
mod check;
mod conformance;
mod fidelity;
mod fuzz;
mod packages;
mod process;
mod rooms;
mod serve;
mod setup;
mod tally;
mod test;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
usage: cargo xtask COMMAND

  serve [--port N] [--host ADDRESS] [--no-build]
                  set up, build and serve the page (default 127.0.0.1:8080)
  test [STAGE]... set up and run all tests, or the stages named
                  (native, programs, browser, build, journeys)
  check           formatting, lints, documentation, rooms, licences
  build           set up and build the page into dist/
  bench [--suite page|python] [ROW]...
                  compare Airlock with Pyodide and python3
  conformance [FILE]... [--update | --reference]
                  CPython's own tests on `airlock py`, compared with a baseline
  fit BENCH.txt   fit the profile of CPython 3.11 to measurements; prints the residuals
  fidelity [PLOT.svg]
                  predicted and native wall times of pairs through adapters
  packages [NAME]...
                  packages from PyPI on `airlock py`, compared with python3
  fuzz differential|compiler|vm|bytes-TARGET [--minutes N] [--seed S]
                  random programs: differences from python3, panics, hangs
  setup           detect and install what the other commands need
  env             print the shell lines that make wasm builds work by hand:
                  eval \"$(cargo xtask env)\"";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next();
    let rest: Vec<String> = arguments.collect();
    match command.as_deref() {
        Some("serve") => serve::command(&rest),
        Some("test") => test::command(&rest),
        Some("check") => check::command(),
        Some("build") => {
            let tools = setup::run(setup::Needs::BUILD)?;
            build::page(&tools)?;
            Ok(ExitCode::SUCCESS)
        }
        Some("bench") => bench::command(&rest),
        Some("conformance") => conformance::command(&rest),
        Some("fit") => fidelity::fit(&rest),
        Some("fidelity") => fidelity::compare(&rest),
        Some("packages") => packages::command(&rest),
        Some("fuzz") => fuzz::command(&rest),
        Some("setup") => {
            setup::run(setup::Needs::ALL)?;
            Ok(ExitCode::SUCCESS)
        }
        Some("env") => {
            let tools = setup::run(setup::Needs::BY_HAND)?;
            print!("{}", tools.shell_lines());
            Ok(ExitCode::SUCCESS)
        }
        Some("help" | "--help" | "-h") => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        Some(other) => bail!("no command `{other}`\n\n{USAGE}"),
        None => {
            eprintln!("{USAGE}");
            Ok(ExitCode::from(2))
        }
    }
}
