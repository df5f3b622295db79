//! `airlock run`, `compare`, `link` and `open`: playgrounds without a page.

use std::io::Write;
use std::rc::Rc;
use std::sync::Arc;

use airlock_engine::{
    CostProfile, Library, Packages, Poll, RunReport, Session, SideOutcome, VirtualClock,
    playground_files, run_report, virtual_peers,
};
use airlock_link::{Adapter, Clock, DEFAULT_PROFILE, Limits, Playground};
use airlock_protocol::{Ending, Failure, Side, SideReport};
use airlock_trace::chrome::{TracedSide, to_json};
use airlock_trace::unpack;
use anyhow::{Context, Result, bail};
use lexopt::prelude::*;

use crate::clock::RealClock;
use crate::files::PackageFolders;
use crate::peers::{Inbox, ThreadPeers};

pub const USAGE: &str = "       airlock run CORE.py SHELL.py [--adapter KEY] [--clock real|virtual] [--profile NAME|FILE] [--seed N] [--path DIR]... [--json] [--trace FILE]
       airlock compare CORE.py SHELL.py [same options] [--json]
       airlock link encode CORE.py SHELL.py [same options]
       airlock link decode LINK
       airlock open LINK [same options]
       airlock calibrate > FILE.py";

/// What follows the usage when help is asked for.
pub fn help() -> String {
    let adapters: Vec<&str> = Adapter::ALL.iter().map(|adapter| adapter.key()).collect();
    format!(
        "\
\x20 --adapter KEY    what carries a call of the shell into the core: {} (default: {})
  --clock CLOCK    real (the default): time as it passes here; virtual: it passes by a cost profile, and every run is
                   the same
  --profile NAME   what things cost on the virtual clock: {DEFAULT_PROFILE:?}, or a file that `airlock calibrate` made
  --seed N         what random numbers that nobody seeds start from, on the virtual clock
  --path DIR       where else modules are looked for; may be given again
  --json           one JSON object instead of text
  --trace FILE     writes the run's events for chrome://tracing and Perfetto
  --memory MIB     how much `py` lets the program keep
  --fuel N         how many instructions `py` lets it run

Exit status: 0 both programs ended well, 1 an exception was not caught, 2 arguments or a link that cannot be read,
3 a limit was hit, 4 a deadlock was proven.",
        adapters.join(", "),
        Adapter::default().key(),
    )
}

/// Instructions between two looks at the output.
const SLICE: u64 = 2_000_000;

pub struct Options {
    json: bool,
    trace: Option<String>,
    profile: CostProfile,
    adapter: Option<Adapter>,
    clock: Option<Clock>,
    profile_name: Option<String>,
    seed: Option<u64>,
    /// Folders of packages.
    path: Vec<String>,
    operands: Vec<String>,
}

/// None if help is asked for.
fn parse(parser: &mut lexopt::Parser) -> Result<Option<Options>> {
    let mut options = Options {
        json: false,
        trace: None,
        profile: CostProfile::cpython_311(),
        adapter: None,
        clock: None,
        profile_name: None,
        seed: None,
        path: Vec::new(),
        operands: Vec::new(),
    };
    while let Some(arg) = parser.next()? {
        match arg {
            Long("help") | Short('h') => return Ok(None),
            Long("json") => options.json = true,
            Long("trace") => options.trace = Some(parser.value()?.string()?),
            Long("adapter") => {
                let key = parser.value()?.string()?;
                let known: Vec<&str> = Adapter::ALL.iter().map(|adapter| adapter.key()).collect();
                let adapter = Adapter::from_key(&key);
                options.adapter = Some(adapter.with_context(|| {
                    format!("unknown adapter {key:?}; there are {}", known.join(", "))
                })?);
            }
            Long("clock") => {
                options.clock = Some(match parser.value()?.string()?.as_str() {
                    "real" => Clock::Real,
                    "virtual" => Clock::Virtual,
                    other => bail!("--clock is real or virtual, not {other}"),
                });
            }
            Long("profile") => {
                let name = parser.value()?.string()?;
                options.profile = load_profile(&name)?;
                options.profile_name = Some(options.profile.name.clone());
            }
            Long("path") => options.path.push(parser.value()?.string()?),
            Long("seed") => options.seed = Some(parser.value()?.parse()?),
            Value(operand) => options.operands.push(operand.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Some(options))
}

fn load_profile(name: &str) -> Result<CostProfile> {
    if let Some(profile) = CostProfile::by_name(name) {
        return Ok(profile);
    }
    let text = std::fs::read_to_string(name).with_context(|| {
        format!("{name:?} is neither a profile's name ({DEFAULT_PROFILE}) nor a file")
    })?;
    CostProfile::read(&text).map_err(|problem| anyhow::anyhow!("{name}: {problem}"))
}

/// Runs one of the subcommands; its exit status, or none if help is asked for.
pub fn command(name: &str, parser: &mut lexopt::Parser) -> Result<Option<u8>> {
    let Some(options) = parse(parser)? else {
        return Ok(None);
    };
    let status = match name {
        "run" => run(&from_files(&options.operands, &options)?, &options)?,
        "compare" => compare(&from_files(&options.operands, &options)?, &options)?,
        "open" => {
            let [link] = options.operands.as_slice() else {
                bail!("open takes one link")
            };
            let mut playground = decode(link)?;
            apply(&mut playground, &options);
            run(&playground, &options)?
        }
        "calibrate" => {
            print!("{}", include_str!("calibrate.py"));
            0
        }
        _ => link(&options)?,
    };
    Ok(Some(status))
}

fn link(options: &Options) -> Result<u8> {
    let operands: Vec<&str> = options.operands.iter().map(String::as_str).collect();
    match operands[..] {
        ["encode", ..] => {
            let playground = from_files(&options.operands[1..], options)?;
            println!("{}", airlock_link::encode(&playground)?);
        }
        ["decode", link] => println!("{}", serde_json::to_string_pretty(&decode(link)?)?),
        ["decode", ..] => bail!("link decode takes one link"),
        [] => bail!("link encode or link decode"),
        [other, ..] => bail!("link encode or link decode, not {other}"),
    }
    Ok(0)
}

fn decode(link: &str) -> Result<Playground> {
    airlock_link::decode(link).context("the link cannot be read")
}

fn from_files(operands: &[String], options: &Options) -> Result<Playground> {
    let [core, shell] = operands else {
        bail!("CORE.py and SHELL.py are needed")
    };
    let read = |path: &str| -> Result<String> {
        std::fs::read_to_string(path).with_context(|| format!("could not read {path}"))
    };
    let mut playground = Playground {
        core: read(core)?,
        shell: read(shell)?,
        adapter: Adapter::default(),
        clock: Clock::default(),
        profile: DEFAULT_PROFILE.to_owned(),
        seed: 0,
        limits: Limits::default(),
        playhead_nanos: None,
    };
    apply(&mut playground, options);
    Ok(playground)
}

fn apply(playground: &mut Playground, options: &Options) {
    playground.adapter = options.adapter.unwrap_or(playground.adapter);
    playground.clock = options.clock.unwrap_or(playground.clock);
    playground.seed = options.seed.unwrap_or(playground.seed);
    if let Some(name) = &options.profile_name {
        playground.profile = name.clone();
    }
}

struct Ran {
    outcome: SideOutcome,
    report: SideReport,
    status: u8,
    events: Vec<airlock_trace::Event>,
}

/// The folders of `--path`, for one VM.
fn packages(path: &[String]) -> Packages {
    Packages {
        files: Box::new(PackageFolders(path.to_vec())),
        folders: PackageFolders::shown(path.len()),
    }
}

/// Lets a side start peers; what its thread waits for.
fn set_peers(
    session: &mut Session,
    playground: &Playground,
    options: &Options,
    clock: RealClock,
) -> Arc<Inbox> {
    if playground.clock == Clock::Virtual {
        let library = Rc::new(Library::new);
        let path = options.path.clone();
        let packages = Rc::new(move || packages(&path));
        let peers = virtual_peers(playground, options.profile.clone(), library, packages);
        session.set_peers(Box::new(peers));
        return Arc::default();
    }
    let (of_peers, path) = (playground.clone(), options.path.clone());
    let make = move |peers: ThreadPeers| {
        let (files, folders) = playground_files(&of_peers, packages(&path));
        let clock = Box::new(clock.clone());
        let mut session = Session::peer(&of_peers, clock, Library::new(), files, &folders);
        session.set_peers(Box::new(peers));
        session
    };
    let peers = ThreadPeers::new(Arc::new(make));
    let inbox = peers.inbox();
    session.set_peers(Box::new(peers));
    inbox
}

/// Runs one side to its end; `echo` prints what it prints.
fn run_side(playground: &Playground, side: Side, options: &Options, echo: bool) -> Ran {
    let clock = RealClock::new();
    let host: Box<dyn airlock_engine::Host> = match playground.clock {
        Clock::Virtual => Box::new(VirtualClock::new(options.profile.clone(), playground.seed)),
        Clock::Real => Box::new(clock.clone()),
    };
    let packages = packages(&options.path);
    let mut session = Session::with_packages(playground, side, host, Library::new(), packages);
    let inbox = set_peers(&mut session, playground, options, clock);
    let (mut stdout, mut stderr) = (String::new(), String::new());
    let mut take = |session: &mut Session| {
        for (is_error, text) in session.take_output() {
            if echo {
                // A closed pipe ends the output, not the program.
                let _ = if is_error {
                    std::io::stderr().write_all(text.as_bytes())
                } else {
                    std::io::stdout().write_all(text.as_bytes())
                };
            }
            if is_error { &mut stderr } else { &mut stdout }.push_str(&text);
        }
    };
    loop {
        let poll = session.poll(SLICE);
        take(&mut session);
        match poll {
            // No stack is switched here.
            Poll::Working | Poll::Switching(_) => {}
            Poll::Ended => break,
            Poll::Waiting { deadline_nanos, .. } => {
                let now = session.now_nanos();
                inbox.wait(deadline_nanos.map(|deadline| deadline.saturating_sub(now)));
            }
        }
    }
    let events = session.take_events(0);
    let events = events
        .and_then(|packed| unpack(&packed))
        .unwrap_or_default();
    let report = session.report();
    let adapter = (side == Side::Shell).then(|| playground.adapter.key().to_owned());
    let outcome = SideOutcome {
        adapter,
        stdout,
        stderr,
        error: session.error(),
        ledger: report.ledger.clone(),
        crossings: report.crossings.clone(),
    };
    Ran {
        outcome,
        report,
        status: session.exit_status(),
        events,
    }
}

fn both(playground: &Playground, options: &Options, echo: bool) -> Result<(RunReport, u8)> {
    let core = run_side(playground, Side::Core, options, false);
    let shell = run_side(playground, Side::Shell, options, echo);
    if let Some(path) = &options.trace {
        let sides = [
            TracedSide {
                name: "core",
                events: &core.events,
                end_nanos: core.outcome.ledger.wall_ns,
            },
            TracedSide {
                name: "shell",
                events: &shell.events,
                end_nanos: shell.outcome.ledger.wall_ns,
            },
        ];
        let text = to_json(&sides);
        std::fs::write(path, text).with_context(|| format!("could not write {path}"))?;
    }
    for (name, ran) in [("core.py", &core), ("shell.py", &shell)] {
        // A failure that ended the run is named with the others.
        let named = |failure: &Failure| ran.report.explanation.contains(&failure.explanation);
        let told = matches!(ran.report.ending, Ending::Completed | Ending::Raised)
            || ran.report.failures.iter().any(named);
        if !options.json && echo && !told {
            let line = ran.report.problem.as_ref().map_or(String::new(), |placed| {
                format!(" ({}, line {})", placed.file, placed.problem.line)
            });
            eprintln!("airlock: {name}: {}{line}", ran.report.explanation);
        } else if !options.json && echo && name == "core.py" && ran.report.ending == Ending::Raised
        {
            eprint!("{}", ran.outcome.stderr);
        }
    }
    let status = shell.status.max(core.status);
    let status = if status > 4 { 1 } else { status };
    let report = run_report(
        playground,
        (core.outcome, &core.report),
        (shell.outcome, &shell.report),
    );
    Ok((report, status))
}

fn run(playground: &Playground, options: &Options) -> Result<u8> {
    let (report, status) = both(playground, options, !options.json)?;
    if options.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        for failure in &report.failures {
            let place = if failure.file.is_empty() {
                String::new()
            } else {
                format!("{}, line {}: ", failure.file, failure.line)
            };
            eprintln!("{place}{}: {}", failure.kind, failure.explanation);
        }
        eprintln!("{}", sentence(&report));
    }
    Ok(status)
}

fn compare(playground: &Playground, options: &Options) -> Result<u8> {
    let mut rows = Vec::new();
    let mut worst = 0;
    for adapter in Adapter::offered() {
        let playground = Playground {
            adapter,
            ..playground.clone()
        };
        let (mut report, status) = both(&playground, options, false)?;
        worst = worst.max(status);
        if playground.clock == Clock::Real {
            let playground = Playground {
                clock: Clock::Virtual,
                ..playground
            };
            report.predicted = Some(both(&playground, options, false)?.0.cost);
        }
        rows.push(report);
    }
    if options.json {
        println!("{}", airlock_engine::compare(&rows));
    } else {
        print_table(&rows);
        println!("{}", airlock_engine::compare_advice(&rows));
    }
    Ok(worst)
}

/// One row for each adapter, columns as wide as their widest cell.
fn print_table(rows: &[RunReport]) {
    let measured = rows.iter().any(|row| row.predicted.is_some());
    let mut head = vec![
        "adapter",
        "wall",
        "adapter cost",
        "per crossing",
        "lost concurrency",
        "loop stopped",
        "lag p99",
        "per waiting call",
    ];
    if measured {
        head.push("predicted wall");
    }
    head.push("failures");
    let mut table: Vec<Vec<String>> = vec![head.into_iter().map(str::to_owned).collect()];
    for row in rows {
        let ledger = &row.shell.ledger;
        let mut cells = vec![
            row.shell.adapter.clone().unwrap_or_default(),
            shown(row.cost.wall_ns),
            shown(row.cost.adapter_ns),
            shown(row.cost.per_crossing_ns),
            shown(row.cost.lost_concurrency_ns),
            shown(ledger.blocked_ns),
            shown(ledger.lag_p99_ns),
            format!("{} B", ledger.waiting_call_bytes),
        ];
        if measured {
            cells.push(
                row.predicted
                    .as_ref()
                    .map_or(String::new(), |cost| shown(cost.wall_ns)),
            );
        }
        let mut kinds: Vec<&str> = row
            .failures
            .iter()
            .map(|failure| failure.kind.as_str())
            .collect();
        kinds.dedup();
        let ending = row
            .shell
            .error
            .as_ref()
            .map(|error| error.kind.as_str())
            .filter(|_| kinds.is_empty());
        cells.push(if kinds.is_empty() {
            ending.unwrap_or("-").to_owned()
        } else {
            kinds.join(", ")
        });
        table.push(cells);
    }
    let columns = table[0].len();
    let widths: Vec<usize> = (0..columns)
        .map(|at| {
            table
                .iter()
                .map(|row| row[at].chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    for row in &table {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(at, (cell, &width))| match at {
                0 => format!("{cell:<width$}"),
                _ if at + 1 == columns => cell.clone(),
                _ => format!("{cell:>width$}"),
            })
            .collect();
        println!("{}", cells.join("  "));
    }
}

fn sentence(report: &RunReport) -> String {
    let crossings = report.shell.ledger.crossings;
    let lost_at = report.cost.lost_at.first();
    let most = match lost_at.filter(|lost| lost.line > 0) {
        Some(lost) => format!(", most of it at {}, line {}", lost.file, lost.line),
        None => String::new(),
    };
    format!(
        "{crossings} crossing{}; the shell took {} where the core alone takes {}: {} adapter, {} lost concurrency{most}",
        if crossings == 1 { "" } else { "s" },
        shown(report.cost.wall_ns),
        shown(report.core.ledger.wall_ns),
        shown(report.cost.adapter_ns),
        shown(report.cost.lost_concurrency_ns),
    )
}

fn shown(nanos: u64) -> String {
    match nanos {
        0 => "0".to_owned(),
        1..1_000 => format!("{nanos} ns"),
        1_000..1_000_000 => format!("{:.1} µs", nanos as f64 / 1e3),
        _ => format!("{:.1} ms", nanos as f64 / 1e6),
    }
}
