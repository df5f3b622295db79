//! Any text is compiled or refused with a diagnostic at a place in it.

#![no_main]

use airlock_compiler::{Mode, Options, compile, disassemble};
use libfuzzer_sys::fuzz_target;

const MODES: [Mode; 5] = [
    Mode::Module,
    Mode::Eval,
    Mode::Exec,
    Mode::EvalNamespace,
    Mode::Single,
];

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let lines = text.matches(['\n', '\r']).count() as u32 + 1;
    for mode in MODES {
        match compile(&text, "fuzz.py", mode, Options::default()) {
            Ok(code) => drop(disassemble(&code)),
            Err(diagnostics) => {
                let first = diagnostics.first().expect("a refusal says why");
                assert!(first.line <= lines, "line {} of {lines}", first.line);
            }
        }
    }
});
