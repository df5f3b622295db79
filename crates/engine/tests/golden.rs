//! The example pairs on the virtual clock, against `tests/golden`.
//!
//! When one fails: if the change was meant to alter instruction counts or
//! the trace, run with `UPDATE_EXPECT=1` and look at the difference.

use airlock_engine::run_virtual;
use airlock_link::{Adapter, Clock, examples};
use expect_test::expect_file;

#[test]
fn examples_give_the_same_trace_everywhere() {
    let mut text = String::new();
    for example in examples::ALL {
        for adapter in [Adapter::Run, Adapter::Runner, Adapter::Greenlet] {
            let mut playground = example.playground();
            playground.clock = Clock::Virtual;
            playground.adapter = adapter;
            let report = run_virtual(&playground);
            text.push_str(&format!("{} {} {}\n", example.key, adapter.key(), report.trace_hash));
        }
    }
    expect_file!["../../../tests/golden/trace_hashes.txt"].assert_eq(&text);
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

#[test]
fn ledger_parts_add_up_to_the_wall_time() {
    for example in examples::ALL {
        for adapter in [Adapter::Direct, Adapter::Run, Adapter::Runner, Adapter::Greenlet] {
            let mut playground = example.playground();
            playground.clock = Clock::Virtual;
            playground.adapter = adapter;
            let report = run_virtual(&playground);
            for ledger in [&report.core.ledger, &report.shell.ledger] {
                assert_eq!(
                    ledger.python_ns + ledger.wait_ns + ledger.adapter_ns,
                    ledger.wall_ns,
                    "{} through {}",
                    example.key,
                    adapter.key()
                );
            }
        }
    }
}
