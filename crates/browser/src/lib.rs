//! The Worker: one side of a playground over the browser's clock and loop.
//!
//! The page's messages come in through [`handle`]; answers go out by
//! `self.postMessage`. While a program waits with its thread held, the Worker
//! really blocks (`Atomics.wait` on the stop flag), so its own event loop
//! stands still; otherwise it returns to the event loop and asks for one
//! wake-up.

mod clock;
mod late;
mod modules;
mod packages;
mod peers;
mod ring;
mod scope;
mod stack;
mod warm_up;
mod worker;

use wasm_bindgen::prelude::*;

pub use clock::BrowserClock;

/// Called once, with the Worker's flags where the page is cross-origin isolated
/// (the stop flag, and the bell that the page and other Workers ring), and the
/// addresses of the parts of the standard library that are being fetched, in
/// their order. `starter` calls [`drive_switching`] on a stack that can be
/// suspended, where the browser has those.
#[wasm_bindgen]
pub fn start(
    flags: Option<js_sys::Int32Array>,
    library: Vec<String>,
    starter: Option<js_sys::Function>,
) {
    worker::start(flags, library, starter);
}

/// Called after [`start`] in the Worker whose purpose it is; it runs programs of
/// our own and closes itself.
#[wasm_bindgen]
pub fn warm_up() {
    worker::warm_up_from(0);
}

/// Called instead of [`start`] in a Worker that is another one's peer; returns
/// when the peer has ended. `down` and `up` lead from the parent and to it; `origin_millis`
/// is when the parent's clock was at zero.
#[wasm_bindgen]
pub fn serve_peer(
    playground: &str,
    origin_millis: f64,
    flags: js_sys::Int32Array,
    parent: js_sys::Int32Array,
    down: &js_sys::SharedArrayBuffer,
    up: &js_sys::SharedArrayBuffer,
    library: Vec<String>,
) {
    if !peers::is_prepared() {
        modules::expect(library);
    }
    peers::serve(playground, origin_millis, flags, parent, down, up);
}

/// Called in a Worker that will be another one's peer, before that is known.
#[wasm_bindgen]
pub fn prepare_peer(library: Vec<String>) {
    modules::expect(library);
    peers::prepare();
}

/// Loads the late part of the engine. Nobody needs to call this; exported, so
/// that the engine imports what loads it.
#[wasm_bindgen]
pub fn load_late_part() {
    late::load();
}

/// Runs the shell's program on this stack, which is suspended whenever the
/// shell waits for the core.
#[wasm_bindgen]
pub fn drive_switching() {
    worker::drive_switching();
}

/// A part of the standard library, once it has been fetched; without bytes it
/// could not be had.
#[wasm_bindgen]
pub fn add_library(address: &str, bytes: Option<js_sys::Uint8Array>) {
    worker::add_library(address, bytes);
}

/// All packages that programs may import from now on, as
/// `airlock_protocol::packages` packs them.
#[wasm_bindgen]
pub fn set_packages(bytes: &[u8]) {
    packages::set(bytes);
}

/// One message of the page, as JSON.
#[wasm_bindgen]
pub fn handle(message: &str) {
    worker::handle(message);
}

/// Runs a playground (as JSON) on the virtual clock; the report that
/// `airlock run --json` prints.
///
/// # Errors
/// If the text is not a playground.
#[wasm_bindgen]
pub fn run_virtual(playground: &str) -> Result<String, JsError> {
    let playground = serde_json::from_str(playground)?;
    let report = airlock_engine::run_virtual(&playground);
    Ok(serde_json::to_string(&report)?)
}
