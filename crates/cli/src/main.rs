//! The `airlock` command: arguments in, an exit status out. What a run is
//! belongs to the engine.

mod args;
mod clock;
mod files;
mod peers;
mod playground;
mod py;

use std::process::ExitCode;

fn main() -> ExitCode {
    match args::parse() {
        Ok(args::Command::Help) => help(),
        Ok(args::Command::Version) => {
            println!("airlock {} (Python 3.14)", env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
        Ok(args::Command::Py(options)) => finish(py::run(options)),
        Ok(args::Command::Playground(name, mut parser)) => {
            match playground::command(&name, &mut parser).transpose() {
                Some(outcome) => finish(outcome),
                None => help(),
            }
        }
        Err(error) => {
            eprintln!("airlock: {error}\n\n{}\n{}", args::USAGE, playground::USAGE);
            ExitCode::from(2)
        }
    }
}

fn help() -> ExitCode {
    println!(
        "{}\n{}\n\n{}",
        args::USAGE,
        playground::USAGE,
        playground::help()
    );
    ExitCode::SUCCESS
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
