//! `airlock py`: runs one program as `python3` would.

use std::hash::{BuildHasher, Hasher};
use std::io::{BufRead, Read, Write};
use std::sync::Arc;

use airlock_core::{Core, Host, peers};
use airlock_engine::Session;
use airlock_link::{Limits, Playground};
use airlock_stdlib::{
    Input, LIBRARY_FOLDER, Library, Program as Main, ProgramContext, SharedFiles,
    StandardEnvironment, decode_source, exit_status, set_warning_options, start, start_program,
};
use airlock_vm::{Exit, Halt, Stream, Vm};
use anyhow::Context;

use crate::args::{Clock, Program, PyOptions};
use crate::clock::{RealClock, VirtualClock};
use crate::files::HostFiles;
use crate::peers::{Inbox, ThreadPeers};

/// Instructions between two looks at the output.
const SLICE: u64 = 1_000_000;

pub fn run(options: PyOptions) -> anyhow::Result<u8> {
    let files = SharedFiles::new(HostFiles);
    let mut library = Library::new();
    for module in airlock_core::MODULES
        .iter()
        .chain(airlock_engine::SHELL_MODULES)
    {
        library.add_native(module);
    }
    let mut vm = Vm::new(Box::new(StandardEnvironment::new(library, files.clone())));
    let clock = RealClock::new();
    let host: Box<dyn Host> = match options.clock {
        Clock::Real => Box::new(clock.clone()),
        Clock::Virtual => Box::new(VirtualClock::default()),
    };
    airlock_core::install(&mut vm, host, 0);
    vm.add_extension(context(files, options.clock)?);
    start(&mut vm);
    if let Some(mib) = options.memory_mib {
        vm.limits.heap_bytes = mib << 20;
    }
    if let Some(fuel) = options.fuel {
        vm.limits.instructions = fuel.saturating_add(vm.instructions());
    }

    set_warning_options(&mut vm, &warning_options(options.warnings));

    let (text, name) = match &options.program {
        Program::File(file) => {
            let data = std::fs::read(file).with_context(|| format!("can't open file {file:?}"))?;
            (decode_source(data), absolute(file)?)
        }
        Program::Code(code) => (code.clone(), "<string>".to_owned()),
        Program::Input => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text)?;
            (text, "<stdin>".to_owned())
        }
        Program::Module(_) => (String::new(), String::new()),
    };
    let (argv0, folder) = match &options.program {
        Program::File(file) => (file.as_str(), folder_of(file)?),
        Program::Code(_) => ("-c", String::new()),
        Program::Input => ("-", String::new()),
        Program::Module(_) => ("-m", working_folder()?),
    };
    let argv: Vec<String> = std::iter::once(argv0.to_owned())
        .chain(options.args)
        .collect();
    let mut path = vec![folder];
    path.extend(options.path);
    path.push(LIBRARY_FOLDER.to_owned());
    let main = match &options.program {
        Program::Module(module) => Main::Module { name: module },
        _ => Main::Source {
            text: &text,
            filename: &name,
        },
    };
    start_program(&mut vm, main, &argv, &path);
    let inbox = set_peers(&mut vm, path, options.memory_mib, clock);
    drive(&mut vm, &inbox)
}

/// Those of the environment come before those of the command line.
fn warning_options(given: Vec<String>) -> Vec<String> {
    let variable = std::env::var("PYTHONWARNINGS").unwrap_or_default();
    let parts = variable.split(',').filter(|part| !part.is_empty());
    parts.map(str::to_owned).chain(given).collect()
}

/// Lets the program start other processes; what its thread waits for.
fn set_peers(
    vm: &mut Vm,
    folders: Vec<String>,
    memory_mib: Option<usize>,
    clock: RealClock,
) -> Arc<Inbox> {
    let limits = Limits {
        instructions: u64::MAX,
        heap_bytes: memory_mib.map_or(1 << 30, |mib| (mib as u64) << 20),
        output_bytes: u64::MAX,
        trace_events: 0,
        ..Limits::default()
    };
    let playground = Playground {
        limits,
        ..Playground::default()
    };
    let make = move |peers: ThreadPeers| {
        let files = SharedFiles::new(HostFiles);
        let clock = Box::new(clock.clone());
        let mut session = Session::peer(&playground, clock, Library::new(), files, &folders);
        session.set_peers(Box::new(peers));
        session
    };
    let peers = ThreadPeers::new(Arc::new(make));
    let inbox = peers.inbox();
    vm.extension::<Core>().peering.host = Box::new(peers);
    inbox
}

/// A number from the system's entropy, which keys the standard library's
/// hashers.
#[expect(
    clippy::disallowed_types,
    reason = "a program on the real clock draws other numbers each time, as on python3"
)]
fn system_entropy() -> u64 {
    std::hash::RandomState::new().build_hasher().finish()
}

fn context(files: SharedFiles, clock: Clock) -> anyhow::Result<ProgramContext> {
    let mut context = ProgramContext::new(files);
    if clock == Clock::Real {
        context.entropy = system_entropy();
    }
    context.working_folder = working_folder()?;
    context.input = Some(Box::new(StandardInput));
    let variables = std::env::vars_os();
    context.environment = variables
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    Ok(context)
}

/// The command's own standard input.
struct StandardInput;

impl Input for StandardInput {
    fn read_line(&mut self, printed: Vec<(Stream, String)>) -> String {
        show(printed);
        let mut line = Vec::new();
        // Input that cannot be read is at its end.
        let _ = std::io::stdin().lock().read_until(b'\n', &mut line);
        String::from_utf8_lossy(&line).replace("\r\n", "\n")
    }
}

fn working_folder() -> anyhow::Result<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the command is the host of the programs it runs"
    )]
    let folder = std::env::current_dir().context("the working folder is gone")?;
    Ok(folder.to_string_lossy().into_owned())
}

fn absolute(file: &str) -> anyhow::Result<String> {
    if file.starts_with('/') {
        return Ok(file.to_owned());
    }
    Ok(format!(
        "{}/{}",
        working_folder()?,
        file.trim_start_matches("./")
    ))
}

fn folder_of(file: &str) -> anyhow::Result<String> {
    let path = std::fs::canonicalize(file)?;
    Ok(path
        .parent()
        .map_or_else(String::new, |folder| folder.to_string_lossy().into_owned()))
}

/// Runs to the end, printing as the program does.
fn drive(vm: &mut Vm, inbox: &Inbox) -> anyhow::Result<u8> {
    loop {
        let exit = vm.run(SLICE);
        print_output(vm);
        match exit {
            Exit::Finished(completion) => return Ok(exit_status(completion) as u8),
            Exit::OutOfFuel | Exit::Paused => {
                airlock_core::wake_due(vm);
                peers::take_news(vm);
            }
            Exit::Waiting { deadline_nanos, .. }
                if peers::is_awaited(vm, None)
                    && (deadline_nanos.is_some() || peers::may_tell(vm)) =>
            {
                let before = airlock_core::now(vm);
                inbox.wait(deadline_nanos.map(|deadline| deadline.saturating_sub(before)));
                let now = airlock_core::now(vm);
                vm.extension::<Core>().ledger.wait_ns += now.saturating_sub(before);
                airlock_core::wake_due(vm);
                peers::take_news(vm);
            }
            Exit::Waiting {
                deadline_nanos: Some(deadline),
                ..
            } => {
                let before = airlock_core::now(vm);
                vm.extension::<Core>().host.advance_to(deadline);
                let waited = airlock_core::now(vm).saturating_sub(before);
                vm.extension::<Core>().ledger.wait_ns += waited;
                vm.wake_due(deadline);
            }
            Exit::Waiting {
                deadline_nanos: None,
                ..
            } => {
                eprintln!("airlock: deadlock: everything waits and nothing can wake it");
                return Ok(4);
            }
            Exit::Halted(Halt::Exit(status)) => return Ok(status as u8),
            Exit::Halted(halt) => {
                eprintln!("airlock: stopped: {halt:?}");
                return Ok(3);
            }
        }
    }
}

fn print_output(vm: &mut Vm) {
    show(std::mem::take(&mut vm.output));
}

fn show(printed: Vec<(Stream, String)>) {
    for (stream, text) in printed {
        // A closed pipe ends the output, not the program.
        let _ = match stream {
            Stream::Out => std::io::stdout().write_all(text.as_bytes()),
            Stream::Error => std::io::stderr().write_all(text.as_bytes()),
        };
    }
    let _ = std::io::stdout().flush();
}
