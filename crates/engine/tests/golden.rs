//! The example pairs on the virtual clock.
//!
//! The hashes of their traces go to `target/golden`, where the browser's
//! tests read them: both platforms must give the same.

use std::collections::BTreeMap;
use std::path::Path;

use airlock_engine::run_virtual;
use airlock_link::{Adapter, Clock, examples};

#[test]
fn examples_have_traces_of_their_own_and_ledgers_that_add_up() {
    let mut text = String::new();
    let mut known: BTreeMap<String, &str> = BTreeMap::new();
    for example in examples::ALL {
        for adapter in Adapter::offered().filter(|&adapter| adapter != Adapter::Direct) {
            let mut playground = example.playground();
            playground.clock = Clock::Virtual;
            playground.adapter = adapter;
            let report = run_virtual(&playground);
            for ledger in [&report.core.ledger, &report.shell.ledger] {
                let parts = ledger.python_ns + ledger.wait_ns + ledger.adapter_ns;
                assert_eq!(
                    parts,
                    ledger.wall_ns,
                    "{} through {}",
                    example.key,
                    adapter.key()
                );
            }
            let line = format!("{} {} {}\n", example.key, adapter.key(), report.trace_hash);
            // One that makes its loops by hand runs the same through each.
            let owner = known.entry(report.trace_hash).or_insert(example.key);
            assert_eq!(*owner, example.key, "{line} is another pair's as well");
            text.push_str(&line);
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/golden");
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    std::fs::write(folder.join("trace_hashes.txt"), text)
        .expect("the target folder can be written");
}

#[test]
fn examples_give_the_same_report_twice() {
    for example in examples::ALL {
        let mut playground = example.playground();
        playground.clock = Clock::Virtual;
        let once = serde_json::to_string(&run_virtual(&playground)).expect("reports are JSON");
        let twice = serde_json::to_string(&run_virtual(&playground)).expect("reports are JSON");
        assert_eq!(once, twice, "{}", example.key);
    }
}
