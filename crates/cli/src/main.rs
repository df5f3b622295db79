//! The `airlock` command: arguments in, an exit status out. What a run is
//! belongs to the engine.

mod args;
mod clock;
mod files;
mod py;

use std::process::ExitCode;

fn main() -> ExitCode {
    match args::parse() {
        Ok(args::Command::Help) => {
            println!("{}", args::USAGE);
            ExitCode::SUCCESS
        }
        Ok(args::Command::Py(options)) => finish(py::run(options)),
        Err(error) => {
            eprintln!("airlock: {error}\n\n{}", args::USAGE);
            ExitCode::from(2)
        }
    }
}

fn finish(outcome: anyhow::Result<u8>) -> ExitCode {
    match outcome {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            eprintln!("airlock: {error:#}");
            ExitCode::from(2)
        }
    }
}
