//! Generated pairs: whatever the programs do, the ledger adds up, and no
//! program that works is accused of a failure.

#[path = "support/generated.rs"]
mod generated;

use airlock_engine::run_virtual;
use airlock_link::{Adapter, Clock, Playground};

/// How many: AIRLOCK_GENERATED asks for more than are made for every change.
fn programs() -> u64 {
    std::env::var("AIRLOCK_GENERATED").map_or(300, |count| {
        count.parse().expect("AIRLOCK_GENERATED is a number")
    })
}

#[test]
fn ledger_adds_up_and_nobody_is_accused() {
    let adapters: Vec<Adapter> = Adapter::offered()
        .filter(|&adapter| adapter != Adapter::Direct)
        .collect();
    for seed in 0..programs() {
        let (core, shell) = generated::pair(seed);
        let adapter = adapters[seed as usize % adapters.len()];
        let playground = Playground {
            core,
            shell,
            adapter,
            clock: Clock::Virtual,
            seed,
            ..Playground::default()
        };
        let report = run_virtual(&playground);
        let told = format!(
            "seed {seed} through {}:\n{}\n{}",
            adapter.key(),
            playground.core,
            playground.shell
        );
        assert_eq!(
            (report.core.stderr.as_str(), report.shell.stderr.as_str()),
            ("", ""),
            "{told}"
        );
        for ledger in [&report.core.ledger, &report.shell.ledger] {
            assert_eq!(
                ledger.python_ns + ledger.wait_ns + ledger.adapter_ns,
                ledger.wall_ns,
                "{told}"
            );
            assert!(
                ledger.overlapped_ns == 0 || ledger.longest_wait_ns > 0,
                "{told}"
            );
        }
        let crossings = &report.shell.crossings;
        assert_eq!(
            crossings.adapter.total_ns + crossings.outside_ns,
            report.shell.ledger.adapter_ns,
            "{told}"
        );
        assert_eq!(
            crossings.adapter.count, report.shell.ledger.crossings,
            "{told}"
        );
        assert!(
            report.cost.lost_concurrency_ns <= report.cost.wait_ns,
            "{told}"
        );
        assert!(report.failures.is_empty(), "{:?}\n{told}", report.failures);
    }
}
