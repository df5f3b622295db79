//! The pairs of `tests/failures`: each failure is recognised, at its line;
//! and programs that work, those of `tests/correct` above all, are not accused
//! of any.

#[path = "support/variants.rs"]
mod variants;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use airlock_engine::{RunReport, run_virtual};
use airlock_link::examples::Group;
use airlock_link::{Adapter, Clock, Limits, Playground};
use variants::{Variant, folder, marked, variants_in};

fn run(variant: &Variant) -> RunReport {
    run_virtual(&Playground {
        core: variant.core.clone(),
        shell: variant.shell.clone(),
        adapter: variant.adapter,
        clock: Clock::Virtual,
        ..Playground::default()
    })
}

#[test]
fn failures_are_recognised_at_their_line() {
    let (mut count, mut missed) = (0, Vec::new());
    for variant in variants_in("failures") {
        count += 1;
        let report = run(&variant);
        let place = marked(&variant);
        let found = report.failures.iter().any(|failure| {
            failure.kind == variant.kind
                && place.is_none_or(|(file, line)| failure.file == file && failure.line == line)
                && failure.explanation.matches(". ").count() >= 1
        });
        if !found {
            let told: Vec<_> = report
                .failures
                .iter()
                .map(|failure| (&failure.kind, &failure.file, failure.line))
                .collect();
            missed.push(format!(
                "{}: {told:?}, not at {place:?}\n{}",
                variant.name, report.shell.stderr
            ));
        }
        assert!(
            variant.kind != "deadlock" || report.shell.error.is_some(),
            "{}",
            variant.name
        );
    }
    assert!(
        missed.is_empty(),
        "{} of {count} missed:\n{}",
        missed.len(),
        missed.join("\n")
    );
    assert!(count >= 60, "only {count} variants");
}

fn collect(folder: &Path, programs: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder)
        .expect("the folder can be read")
        .flatten()
    {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, programs);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            programs.push(path);
        }
    }
}

/// What programs say that fail on purpose: those are not asked.
const PROVOKED: &[&str] = &[
    "cannot be called from a running event loop",
    "event loop is already running",
    "different event loop",
    "different loop",
    "never awaited",
    "was destroyed",
];

/// How much of each program is run: some of those that are measured take long.
const INSTRUCTIONS: u64 = 8_000_000;

/// What is told of programs that fail in no way.
struct Accusations {
    asked: BTreeSet<String>,
    told: Vec<String>,
}

impl Accusations {
    /// `name` is for whoever reads of it.
    fn ask(&mut self, name: &str, program: &str, report: &RunReport) {
        self.asked.insert(program.to_owned());
        for failure in &report.failures {
            self.told.push(format!("{name}: {failure:?}"));
        }
    }
}

#[test]
fn programs_that_work_are_not_accused() {
    let mut accusations = Accusations {
        asked: BTreeSet::new(),
        told: Vec::new(),
    };
    for variant in variants_in("correct") {
        let report = run(&variant);
        assert_eq!(
            (report.shell.stderr.as_str(), &report.shell.error.is_none()),
            ("", &true),
            "{}",
            variant.name
        );
        let program = format!("{}{}", variant.core, variant.shell);
        accusations.ask(&variant.name, &program, &report);
    }
    // Through their own adapters: some fail through others.
    for example in airlock_link::examples::ALL {
        if example.group != Group::Failure && example.key != "last_in_first_out" {
            let playground = Playground {
                clock: Clock::Virtual,
                ..example.playground()
            };
            let program = format!("{}{}", example.core, example.shell);
            accusations.ask(example.key, &program, &run_virtual(&playground));
        }
    }
    let mut programs = Vec::new();
    collect(&folder("programs"), &mut programs);
    collect(&folder("bench/programs"), &mut programs);
    programs.sort();
    for path in programs {
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        let expected = std::fs::read_to_string(path.with_extension("out")).unwrap_or_default();
        if PROVOKED
            .iter()
            .any(|said| expected.contains(said) || text.contains(said))
        {
            continue;
        }
        let playground = Playground {
            shell: text.clone(),
            adapter: Adapter::Runner,
            clock: Clock::Virtual,
            limits: Limits {
                instructions: INSTRUCTIONS,
                ..Limits::default()
            },
            ..Playground::default()
        };
        let report = run_virtual(&playground);
        accusations.ask(&path.display().to_string(), &text, &report);
    }
    assert!(
        accusations.told.is_empty(),
        "{}",
        accusations.told.join("\n")
    );
    let count = accusations.asked.len();
    assert!(count >= 200, "only {count} programs");
}

/// The failures that examples are there to show; through the other adapters,
/// and where none is named, nothing goes wrong.
#[test]
fn examples_show_the_failures_they_are_about() {
    let every = || Adapter::offered().collect::<Vec<_>>();
    let crossing = || {
        Adapter::offered()
            .filter(|&adapter| adapter != Adapter::Direct)
            .collect::<Vec<_>>()
    };
    let all_but = |left_out: &[Adapter]| {
        let mut adapters = crossing();
        adapters.retain(|adapter| !left_out.contains(adapter));
        adapters
    };
    let shown = |example: &str| match example {
        "background" => vec![
            ("background_cancelled", vec![Adapter::Run]),
            (
                "background_frozen",
                vec![Adapter::Runner, Adapter::Nested, Adapter::Pool],
            ),
        ],
        // Both let a sync helper run the loop from inside it: only nested
        // loops can, and the pool and processes have others for it.
        "broken_section" | "last_in_first_out" => vec![
            (
                match example {
                    "broken_section" => "broken_critical_section",
                    _ => "head_of_line_blocking",
                },
                vec![Adapter::Nested],
            ),
            ("deadlock", vec![Adapter::Thread, Adapter::Greenlet]),
            ("nested_loop", vec![Adapter::Run, Adapter::Runner]),
            ("never_awaited", vec![Adapter::Run, Adapter::Runner]),
        ],
        "cancellation_lost" => vec![("cancellation_lost", crossing())],
        "context_lost" => vec![("context_lost", vec![Adapter::Pool])],
        "deadlock" => vec![("deadlock", crossing())],
        "different_loop" => vec![("different_loop", vec![Adapter::Run])],
        "forgotten_await" => vec![("never_awaited", every())],
        "head_of_line" => vec![("head_of_line_blocking", every())],
        "loop_thread" => vec![
            ("background_cancelled", vec![Adapter::Run]),
            (
                "background_frozen",
                vec![Adapter::Runner, Adapter::Nested, Adapter::Pool],
            ),
        ],
        "lost_work" => vec![("background_cancelled", vec![Adapter::Run])],
        "nested_loop" => vec![("nested_loop", every()), ("never_awaited", every())],
        // What greenlets wait for lets others of their thread go on.
        "own_loop" => vec![("deadlock", all_but(&[Adapter::Greenlet]))],
        "pipeline" => vec![("background_cancelled", vec![Adapter::Run])],
        "pool_starvation" => vec![("pool_starvation", crossing())],
        "task_destroyed" => vec![("task_destroyed", crossing())],
        // Nested loops, as nest_asyncio has them, know of no generators.
        "unfinished_generator" => vec![("unfinished_generator", all_but(&[Adapter::Nested]))],
        _ => Vec::new(),
    };
    for example in airlock_link::examples::ALL {
        for adapter in Adapter::offered() {
            let playground = Playground {
                adapter,
                clock: Clock::Virtual,
                ..example.playground()
            };
            let report = run_virtual(&playground);
            let mut kinds: Vec<&str> = report
                .failures
                .iter()
                .map(|failure| failure.kind.as_str())
                .collect();
            kinds.sort_unstable();
            kinds.dedup();
            let mut expected: Vec<&str> = shown(example.key)
                .into_iter()
                .filter(|(_, adapters)| adapters.contains(&adapter))
                .map(|(kind, _)| kind)
                .collect();
            expected.sort_unstable();
            assert_eq!(kinds, expected, "{} through {}", example.key, adapter.key());
        }
    }
}
