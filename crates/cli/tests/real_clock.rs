//! What holds on the virtual clock holds on a real one: ledgers add up, what
//! fails is recognised, and nothing else is accused.

#[path = "../../engine/tests/support/generated.rs"]
mod generated;
#[path = "../../engine/tests/support/variants.rs"]
mod variants;

use std::path::PathBuf;
use std::process::Command;

use airlock_link::Adapter;
use serde_json::Value;
use variants::{Variant, marked, variants_in};

/// A folder of its own for each pair, as tests run side by side.
fn write(name: &str, core: &str, shell: &str) -> [PathBuf; 2] {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    [("core.py", core), ("shell.py", shell)].map(|(file, text)| {
        let path = folder.join(file);
        std::fs::write(&path, text).expect("the file can be written");
        path
    })
}

/// The report of `airlock run --json`.
fn run(name: &str, (core, shell): (&str, &str), adapter: Adapter) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_airlock"))
        .arg("run")
        .args(write(name, core, shell))
        .args(["--json", "--adapter", adapter.key()])
        .output()
        .expect("it starts");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        let said = String::from_utf8_lossy(&output.stderr);
        panic!("{name} through {}: {error}: {said}", adapter.key())
    })
}

fn number(report: &Value, path: &str) -> u64 {
    let number = report.pointer(path).and_then(Value::as_u64);
    number.unwrap_or_else(|| panic!("{path} is no count: {report}"))
}

/// Nothing that passed is missing from the ledgers, counted twice or longer
/// than the whole.
fn check_ledgers(report: &Value, told: &str) {
    for side in ["core", "shell"] {
        let of = |name: &str| number(report, &format!("/{side}/ledger/{name}"));
        let wall = of("wall_ns");
        let booked = of("python_ns") + of("wait_ns") + of("adapter_ns");
        assert_eq!(booked, wall, "{side} of {told}");
        for part in ["blocked_ns", "lag_max_ns", "longest_wait_ns"] {
            assert!(of(part) <= wall, "{part} of {side} of {told}: {report}");
        }
    }
    let cost = |name: &str| number(report, &format!("/cost/{name}"));
    assert!(cost("lost_concurrency_ns") <= cost("wait_ns"), "{told}");
}

fn kinds(report: &Value) -> Vec<(&str, &str, u64)> {
    let failures = report["failures"].as_array().expect("there is a list");
    failures
        .iter()
        .map(|failure| {
            (
                failure["kind"].as_str().unwrap_or_default(),
                failure["file"].as_str().unwrap_or_default(),
                failure["line"].as_u64().unwrap_or_default(),
            )
        })
        .collect()
}

/// Whether the failure is told at its line; else what is.
fn recognised(variant: &Variant) -> Result<(), String> {
    let pair = (&*variant.core, &*variant.shell);
    let report = run("failures", pair, variant.adapter);
    check_ledgers(&report, &variant.name);
    let told = kinds(&report);
    let place = marked(variant);
    let found = told.iter().any(|&(kind, file, line)| {
        kind == variant.kind && place.is_none_or(|(at, of)| (file, line) == (at, of.into()))
    });
    if found {
        Ok(())
    } else {
        Err(format!("{}: {told:?}, not at {place:?}", variant.name))
    }
}

/// A busy machine may wake everybody so late that nobody is late because of
/// another.
const TRIES: usize = 3;

#[test]
fn failures_are_recognised_as_time_passes() {
    let missed: Vec<String> = variants_in("failures")
        .iter()
        .filter_map(|variant| {
            let mut tries = (0..TRIES).map(|_| recognised(variant));
            tries.try_fold(String::new(), |_, tried| tried.err())
        })
        .collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn programs_that_work_are_not_accused_as_time_passes() {
    for variant in variants_in("correct") {
        let pair = (&*variant.core, &*variant.shell);
        let report = run("correct", pair, variant.adapter);
        check_ledgers(&report, &variant.name);
        assert_eq!(report["shell"]["stderr"], "", "{}", variant.name);
        assert_eq!(kinds(&report), [], "{}", variant.name);
    }
}

/// How many: AIRLOCK_GENERATED asks for more than are made for every change.
fn programs() -> u64 {
    std::env::var("AIRLOCK_GENERATED").map_or(60, |count| {
        count.parse().expect("AIRLOCK_GENERATED is a number")
    })
}

#[test]
fn generated_ledgers_add_up_as_time_passes() {
    let adapters: Vec<Adapter> = Adapter::offered().collect();
    for seed in 0..programs() {
        let (core, shell) = generated::pair(seed);
        let adapter = adapters[seed as usize % adapters.len()];
        let told = format!("seed {seed} through {}:\n{core}\n{shell}", adapter.key());
        let report = run("generated", (&core, &shell), adapter);
        check_ledgers(&report, &told);
        assert_eq!(report["shell"]["stderr"], "", "{told}");
        assert_eq!(kinds(&report), [], "{told}");
    }
}

#[test]
fn tracebacks_are_the_same_on_both_clocks() {
    let core = "async def fails(n):\n    raise ValueError(n)\n";
    let shell = "import airlock, core\nairlock.wrap(core).fails(1)\n";
    for adapter in [Adapter::Greenlet, Adapter::Thread] {
        let [passing, counted] = ["real", "virtual"].map(|clock| {
            let output = Command::new(env!("CARGO_BIN_EXE_airlock"))
                .arg("run")
                .args(write("tracebacks", core, shell))
                .args(["--json", "--clock", clock, "--adapter", adapter.key()])
                .output()
                .expect("it starts");
            let report: Value = serde_json::from_slice(&output.stdout).expect("it is a report");
            report["shell"]["stderr"].clone()
        });
        assert_eq!(passing, counted, "{}", adapter.key());
        let text = passing.as_str().unwrap_or_default();
        assert!(text.contains("_wrapping.py\", line 40, in call"), "{text}");
    }
}
