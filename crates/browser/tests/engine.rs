//! The exported functions and the engine on the browser's clock, in a real
//! browser: `wasm-pack test --headless --chrome`.
#![cfg(target_arch = "wasm32")]

use airlock_browser::BrowserClock;
use airlock_engine::{Library, Poll, Session};
use airlock_link::{Adapter, Clock, Playground, examples};
use airlock_protocol::{Ending, Side};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

fn first(clock: Clock, adapter: Adapter) -> Playground {
    let mut playground = examples::ALL[0].playground();
    playground.clock = clock;
    playground.adapter = adapter;
    playground
}

/// Made natively by `crates/engine/tests/golden.rs`, which has to run first.
const GOLDEN: &str = include_str!("../../../target/golden/trace_hashes.txt");

#[wasm_bindgen_test]
fn traces_equal_those_of_the_command_line() {
    for line in GOLDEN.lines() {
        let [key, adapter, hash] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let example = examples::by_key(key).expect("a known example");
        let mut playground = example.playground();
        playground.clock = Clock::Virtual;
        playground.adapter = Adapter::from_key(adapter).expect("a known adapter");
        let text = serde_json::to_string(&playground).expect("playgrounds are JSON");
        let report = airlock_browser::run_virtual(&text)
            .ok()
            .expect("the playground is readable");
        let report: serde_json::Value = serde_json::from_str(&report).expect("reports are JSON");
        assert_eq!(report["trace_hash"], hash, "{key} through {adapter}");
    }
}

#[wasm_bindgen_test]
fn text_that_is_no_playground_is_an_error() {
    assert!(airlock_browser::run_virtual("{}").is_err());
}

/// A promise that is kept after so many milliseconds.
async fn sleep(millis: f64) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let global = js_sys::global();
        let set_timeout: js_sys::Function = js_sys::Reflect::get(&global, &"setTimeout".into())
            .expect("workers have it")
            .into();
        set_timeout
            .call2(&global, &resolve, &millis.into())
            .expect("a timer can be set");
    });
    JsFuture::from(promise).await.expect("timers are kept");
}

/// Runs a side on the browser's clock and loop; its output and how it ended.
async fn run(playground: &Playground, side: Side) -> (String, Ending, u64) {
    let mut session = Session::new(
        playground,
        side,
        Box::new(BrowserClock::new(0)),
        Library::new(),
    );
    let mut output = String::new();
    loop {
        let poll = session.poll(1_000_000);
        output.extend(session.take_output().into_iter().map(|(_, text)| text));
        match poll {
            Poll::Ended => break,
            Poll::Working | Poll::Switching(_) => {}
            Poll::Waiting { deadline_nanos, .. } => {
                let left = deadline_nanos
                    .unwrap_or(0)
                    .saturating_sub(session.now_nanos());
                sleep(left as f64 / 1e6).await;
            }
        }
    }
    let report = session.report();
    let ledger = report.ledger;
    assert_eq!(
        ledger.python_ns + ledger.wait_ns + ledger.adapter_ns,
        ledger.wall_ns
    );
    (output, report.ending, ledger.wall_ns)
}

#[wasm_bindgen_test]
async fn core_alone_overlaps_its_waits_on_the_real_loop() {
    let (output, ending, wall) = run(&first(Clock::Real, Adapter::Runner), Side::Core).await;
    assert_eq!(
        (output.as_str(), ending),
        ("total 140\n", Ending::Completed)
    );
    assert!(wall >= 5_000_000, "ten waits of 5 ms took {wall} ns");
}

#[wasm_bindgen_test]
async fn shell_waits_for_each_call_in_turn() {
    for adapter in [Adapter::Run, Adapter::Runner, Adapter::Greenlet] {
        let (output, ending, wall) = run(&first(Clock::Real, adapter), Side::Shell).await;
        assert_eq!(
            (output.as_str(), ending),
            ("total 140\n", Ending::Completed),
            "{adapter:?}"
        );
        assert!(
            wall >= 50_000_000,
            "{adapter:?}: ten calls of 5 ms took {wall} ns"
        );
    }
}

#[wasm_bindgen_test]
fn stop_ends_a_program_that_never_would() {
    let playground = Playground {
        shell: "while True: pass".to_owned(),
        ..first(Clock::Real, Adapter::Runner)
    };
    let mut session = Session::new(
        &playground,
        Side::Shell,
        Box::new(BrowserClock::new(0)),
        Library::new(),
    );
    assert_eq!(session.poll(1_000_000), Poll::Working);
    session.stop();
    assert_eq!(session.ending(), Some(Ending::Stopped));
}
