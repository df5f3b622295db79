//! Has the linker write where each piece of data lies (`engine.map`): the
//! page's build moves some of it into the engine's late part.

/// Where data begins. A number in the code that is also an address of a table
/// keeps that in the first part; above four mebibytes few numbers that mean
/// something else are that large, while the linker's own choice lies around
/// 0x110000, which every optional `char` has.
const DATA_START: u32 = 0x0051_0000;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let wasm = std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32");
    if let (true, Ok(folder)) = (wasm, std::env::var("OUT_DIR")) {
        println!("cargo::rustc-link-arg-bins=--Map={folder}/engine.map");
        println!("cargo::rustc-link-arg-bins=--global-base={DATA_START}");
    }
}
