//! The Worker's global scope: messages, the clock, turns of the event loop.

use js_sys::{Array, Function, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, XmlHttpRequest, XmlHttpRequestResponseType};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, millis: f64) -> JsValue;
    #[wasm_bindgen(js_name = setInterval)]
    fn set_interval(callback: &Function, millis: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearInterval)]
    fn clear_interval(id: &JsValue);
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

thread_local! {
    static PERFORMANCE: Option<web_sys::Performance> = scope().performance();
}

/// Milliseconds since the Worker started, at the browser's resolution.
pub fn now_millis() -> f64 {
    PERFORMANCE.with(|performance| performance.as_ref().map_or(0.0, web_sys::Performance::now))
}

/// When the Worker started, by a clock that all Workers of a page share.
pub fn origin_millis() -> f64 {
    PERFORMANCE.with(|performance| {
        performance
            .as_ref()
            .map_or(0.0, web_sys::Performance::time_origin)
    })
}

/// Ends the Worker after this turn of its event loop.
pub fn close() {
    scope().close();
}

pub fn post(text: &str) {
    // The page may be gone; then nobody is left to tell.
    let _ = scope().post_message(&JsValue::from_str(text));
}

/// Posts a request to the page's own script.
pub fn post_value(value: &JsValue) {
    let _ = scope().post_message(value);
}

/// How many Workers the machine can run side by side.
pub fn processors() -> usize {
    (scope().navigator().hardware_concurrency() as usize).max(1)
}

/// Posts bytes, which the page then owns.
pub fn post_bytes(bytes: &[u8]) {
    let bytes = Uint8Array::from(bytes);
    let _ = scope().post_message_with_transfer(&bytes, &Array::of1(&bytes.buffer()));
}

/// Calls back in a later turn of the event loop, after `delay_millis`.
/// `scheduler.postTask` where there is one: nested timers are held to 4 ms.
pub fn call_later(callback: &Function, delay_millis: f64) {
    let scheduler = Reflect::get(&scope(), &"scheduler".into()).unwrap_or(JsValue::UNDEFINED);
    if let Ok(post_task) = Reflect::get(&scheduler, &"postTask".into())
        && let Ok(post_task) = post_task.dyn_into::<Function>()
    {
        let options = Object::new();
        let _ = Reflect::set(&options, &"delay".into(), &delay_millis.max(0.0).into());
        if post_task.call2(&scheduler, callback, &options).is_ok() {
            return;
        }
    }
    set_timeout(callback, delay_millis);
}

/// Calls back about every `millis`; the answer stops it.
pub fn call_every(callback: &Function, millis: f64) -> JsValue {
    set_interval(callback, millis)
}

pub fn stop_calling(id: &JsValue) {
    clear_interval(id);
}

/// What lies at an address, while the Worker stands still; `None` if it cannot
/// be had.
pub fn fetch_now(address: &str) -> Option<Uint8Array> {
    let request = XmlHttpRequest::new().ok()?;
    request.open_with_async("GET", address, false).ok()?;
    request.set_response_type(XmlHttpRequestResponseType::Arraybuffer);
    request.send().ok()?;
    let found = request
        .status()
        .is_ok_and(|status| (200..300).contains(&status));
    found
        .then(|| request.response().ok())
        .flatten()
        .map(|buffer| Uint8Array::new(&buffer))
}
