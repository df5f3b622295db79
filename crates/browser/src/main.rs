//! The engine's wasm, whose exports are those of the library.

use airlock_browser as _;

fn main() {}
