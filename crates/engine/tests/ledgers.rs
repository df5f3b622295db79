//! The ledger of each example, through the adapter that it is about, against
//! the one that is kept in `golden/ledgers.txt`.
//!
//! Counts must be the same. Times may differ by a little: what one of our own
//! modules does in Python changes them, and nothing that an example is about.
//! After a change that is meant, `AIRLOCK_GOLDEN=write` writes the file anew.

use std::fmt::Write;
use std::path::Path;

use airlock_engine::run_virtual;
use airlock_link::{Adapter, Clock, examples};
use airlock_trace::Ledger;

/// In percent.
const TIMES_MAY_DIFFER_BY: u64 = 5;
/// What is too short to be compared in percent.
const SHORT_NANOS: u64 = 50_000;

/// Name and number; a name that ends in `_ns` is a time.
fn numbers(ledger: &Ledger, lost_concurrency_ns: u64) -> Vec<(&'static str, u64)> {
    vec![
        ("wall_ns", ledger.wall_ns),
        ("wait_ns", ledger.wait_ns),
        ("adapter_ns", ledger.adapter_ns),
        ("blocked_ns", ledger.blocked_ns),
        ("lost_concurrency_ns", lost_concurrency_ns),
        ("loops", ledger.loops),
        ("iterations", ledger.iterations),
        ("handles", ledger.handles),
        ("tasks", ledger.tasks),
        ("fiber_switches", ledger.fiber_switches),
        ("thread_wakes", ledger.thread_wakes),
        ("crossings", ledger.crossings),
        ("marshalled_bytes", ledger.marshalled_bytes),
        ("max_concurrency", ledger.max_concurrency),
    ]
}

fn lines() -> Vec<String> {
    let mut lines = Vec::new();
    for example in examples::ALL {
        let mut playground = example.playground();
        playground.clock = Clock::Virtual;
        // The one that only a browser has crosses as greenlets do.
        if playground.adapter == Adapter::Jspi {
            playground.adapter = Adapter::Greenlet;
        }
        let report = run_virtual(&playground);
        let mut line = format!("{} {}", example.key, playground.adapter.key());
        for (name, number) in numbers(&report.shell.ledger, report.cost.lost_concurrency_ns) {
            let _ = write!(line, " {name}={number}");
        }
        let mut kinds: Vec<&str> = report
            .failures
            .iter()
            .map(|failure| &*failure.kind)
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        let _ = write!(line, " failures={}", kinds.join(","));
        lines.push(line);
    }
    lines
}

/// Whether two words of a line say the same.
fn is_same(one: &str, other: &str) -> bool {
    let parts = |word: &str| -> Option<(String, u64)> {
        let (name, number) = word.split_once('=')?;
        Some((name.to_owned(), number.parse().ok()?))
    };
    match (parts(one), parts(other)) {
        (Some((name, one)), Some((other_name, other))) if name.ends_with("_ns") => {
            let allowed = (one.max(other) * TIMES_MAY_DIFFER_BY / 100).max(SHORT_NANOS);
            name == other_name && one.abs_diff(other) <= allowed
        }
        _ => one == other,
    }
}

#[test]
fn examples_have_the_ledgers_that_are_kept() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/ledgers.txt");
    let found = lines();
    if std::env::var_os("AIRLOCK_GOLDEN").is_some_and(|value| value == "write") {
        std::fs::write(&path, found.join("\n") + "\n").expect("the file can be written");
    }
    let kept = std::fs::read_to_string(&path).expect("the file can be read");
    let kept: Vec<&str> = kept.lines().collect();
    assert_eq!(found.len(), kept.len(), "an example was added or removed");
    for (found, kept) in found.iter().zip(kept) {
        let same = found.split(' ').count() == kept.split(' ').count()
            && found
                .split(' ')
                .zip(kept.split(' '))
                .all(|(one, other)| is_same(one, other));
        assert!(same, "{found}\nwas\n{kept}");
    }
}
