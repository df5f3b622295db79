//! Stack switching (`stack.js` beside this crate): only where [`is_offered`].
//!
//! wasm-bindgen has attributes for it, but what they make needs exceptions in
//! wasm, and with those the engine would not load in browsers that lack them.
//! One rule makes them needless: at most one stack is suspended at a time, so
//! what runs meanwhile lies below it in linear memory and is gone when it goes
//! on.

use std::cell::RefCell;

use js_sys::Function;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(raw_module = "./stack.js")]
extern "C" {
    /// Suspends the stack of the export that runs, which must have been called
    /// through [`starter`], until [`resume`].
    pub fn suspend();
    /// Calls back once the engine is left, before the event loop goes on.
    pub fn soon(callback: &Function);
    /// Lets the suspended stack go on when the event loop's turn is over.
    pub fn resume();
}

thread_local! {
    static STARTER: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Notes what calls `drive_switching` on a stack that can be suspended.
pub fn offer(starter: Option<Function>) {
    STARTER.set(starter);
}

pub fn is_offered() -> bool {
    STARTER.with_borrow(Option::is_some)
}

pub fn starter() -> Option<Function> {
    STARTER.with_borrow(Clone::clone)
}
