//! Has the linker write where each piece of data lies (`engine.map`): the
//! page's build moves some of it into the engine's late part.

/// Where data begins. What looks like an address of a table, in the code or in
/// other data, keeps that in the first part. The linker's own choice lies around
/// 0x110000, which every optional `char` has; from 0x300000 on, addresses look
/// like texts (0x6b6361 is "ack").
const DATA_START: u32 = 0x0012_8000;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let wasm = std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32");
    if let (true, Ok(folder)) = (wasm, std::env::var("OUT_DIR")) {
        println!("cargo::rustc-link-arg-bins=--Map={folder}/engine.map");
        println!("cargo::rustc-link-arg-bins=--global-base={DATA_START}");
    }
}
