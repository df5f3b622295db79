//! The command line's form.

use std::ffi::OsString;

use lexopt::prelude::*;

pub const USAGE: &str = "\
usage: airlock py [--path DIR]... [--clock real|virtual] [--memory MIB] [--fuel N] [-W ACTION] (FILE | -c CODE | -m MODULE | -) [ARGS...]";

pub enum Command {
    Help,
    Version,
    Py(PyOptions),
    /// `run`, `compare`, `link` or `open`, whose arguments are still to be read.
    Playground(String, lexopt::Parser),
}

pub struct PyOptions {
    /// Searched after the program's own folder.
    pub path: Vec<String>,
    pub clock: Clock,
    /// What the program may keep, in MiB, and how many instructions it may
    /// run; `None` leaves the VM's own limit.
    pub memory_mib: Option<usize>,
    pub fuel: Option<u64>,
    /// Of each `-W`, as python3 takes it: `action:message:category:module:line`.
    pub warnings: Vec<String>,
    pub program: Program,
    /// `sys.argv[1:]`.
    pub args: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    Real,
    Virtual,
}

pub enum Program {
    File(String),
    Code(String),
    Module(String),
    /// From standard input.
    Input,
}

pub fn parse() -> Result<Command, lexopt::Error> {
    let mut parser = lexopt::Parser::from_env();
    match parser.next()? {
        None => Err("a command is missing".into()),
        Some(Long("help") | Short('h')) => Ok(Command::Help),
        Some(Long("version") | Short('V')) => Ok(Command::Version),
        Some(Value(name)) if name == "py" => parse_py(parser),
        Some(Value(name))
            if name == "run"
                || name == "compare"
                || name == "link"
                || name == "open"
                || name == "calibrate" =>
        {
            Ok(Command::Playground(name.string()?, parser))
        }
        Some(Value(name)) => Err(format!("there is no command {name:?}").into()),
        Some(other) => Err(other.unexpected()),
    }
}

fn parse_py(mut parser: lexopt::Parser) -> Result<Command, lexopt::Error> {
    let mut path = Vec::new();
    let mut clock = Clock::Real;
    let (mut memory_mib, mut fuel) = (None, None);
    let mut warnings = Vec::new();
    let program = loop {
        match parser.next()? {
            Some(Long("path")) => path.push(parser.value()?.string()?),
            Some(Long("clock")) => {
                clock = match parser.value()?.string()?.as_str() {
                    "real" => Clock::Real,
                    "virtual" => Clock::Virtual,
                    other => return Err(format!("--clock is real or virtual, not {other}").into()),
                };
            }
            Some(Long("memory")) => memory_mib = Some(parser.value()?.parse()?),
            Some(Long("fuel")) => fuel = Some(parser.value()?.parse()?),
            Some(Long("help") | Short('h')) => return Ok(Command::Help),
            Some(Long("version") | Short('V')) => return Ok(Command::Version),
            Some(Short('W')) => warnings.push(parser.value()?.string()?),
            // What is printed is shown at once, and no bytecode is kept, without being asked.
            Some(Short('u' | 'B')) => {}
            Some(Short('c')) => break Program::Code(parser.value()?.string()?),
            Some(Short('m')) => break Program::Module(parser.value()?.string()?),
            Some(Value(file)) if file == "-" => break Program::Input,
            Some(Value(file)) => break Program::File(file.string()?),
            Some(other) => return Err(other.unexpected()),
            None => return Err("a file, -c CODE, -m MODULE or - is missing".into()),
        }
    };
    // All that follows is the program's.
    let args = parser
        .raw_args()?
        .map(OsString::into_string)
        .collect::<Result<_, _>>()?;
    Ok(Command::Py(PyOptions {
        path,
        clock,
        memory_mib,
        fuel,
        warnings,
        program,
        args,
    }))
}
