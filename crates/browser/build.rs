//! Has the linker write where each piece of data lies (`engine.map`): the
//! page's build moves some of it into the engine's late part.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let wasm = std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32");
    if let (true, Ok(folder)) = (wasm, std::env::var("OUT_DIR")) {
        println!("cargo::rustc-link-arg-bins=--Map={folder}/engine.map");
    }
}
