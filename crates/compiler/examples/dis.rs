//! Prints the bytecode of a Python file, or what is wrong with it:
//! `cargo run -p airlock-compiler --example dis -- FILE...`. With several
//! files, only the diagnostics and a count.

use airlock_compiler::{Mode, Options, compile, disassemble};

fn main() {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let mut refused = 0;
    for file in &files {
        let source = match std::fs::read(file).map(String::from_utf8) {
            Ok(Ok(source)) => source,
            _ => {
                println!("{file}: not readable as UTF-8");
                continue;
            }
        };
        match compile(&source, file, Mode::Module, Options::default()) {
            Ok(code) => {
                if files.len() == 1 {
                    print!("{}", disassemble(&code));
                }
                if let Err(fault) = airlock_bytecode::verify(&code) {
                    println!("{file}: {fault}");
                    refused += 1;
                }
            }
            Err(diagnostics) => {
                refused += 1;
                for diagnostic in diagnostics {
                    println!("{file}:{diagnostic}");
                }
            }
        }
    }
    println!("{} files, {refused} refused", files.len());
}
