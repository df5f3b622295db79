//! The late part of the engine, which the page's build splits off: functions
//! that first runs do without. Whoever calls one of them loads it.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(raw_module = "./late.js")]
extern "C" {
    /// Puts the late part beside this one. The build has the stubs of late
    /// functions call it.
    pub fn load();
}
