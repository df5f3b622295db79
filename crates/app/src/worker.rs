//! One Worker as the page sees it: created warm, spoken to as
//! `airlock_protocol` says, thrown away when it no longer answers.
//!
//! `web/src/boot.js` creates Workers, because it is there before this wasm is
//! and can have the first two ready by then.

use airlock_protocol::{FromWorker, ToWorker};
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    type Booted;

    #[wasm_bindgen(catch, js_namespace = airlockBoot, js_name = startWorker)]
    fn start_worker() -> Result<Booted, JsValue>;

    #[wasm_bindgen(method)]
    fn listen(this: &Booted, receive: &Closure<dyn FnMut(JsValue)>);

    #[wasm_bindgen(method)]
    fn post(this: &Booted, text: &str);

    #[wasm_bindgen(method)]
    fn raise(this: &Booted);

    #[wasm_bindgen(method)]
    fn prepare(this: &Booted);

    #[wasm_bindgen(method)]
    fn end(this: &Booted);
}

/// A Worker and the flag by which it is stopped while it is blocked.
/// Dropping it terminates the Worker.
pub struct WorkerLink {
    booted: Booted,
    _receive: Closure<dyn FnMut(JsValue)>,
}

impl WorkerLink {
    /// Starts a Worker. Everything that comes of it, its failure to start
    /// included, arrives at `receive`.
    pub fn start(receive: impl Fn(FromWorker) + 'static) -> Result<Self, String> {
        let booted = start_worker().map_err(|error| {
            format!("the browser refuses to start a Worker: {}", text_of(&error))
        })?;
        let receive = Closure::new(move |data: JsValue| {
            receive(read(&data).unwrap_or_else(|error| FromWorker::Failed {
                message: format!("the Worker sent what this page does not understand: {error}"),
            }));
        });
        booted.listen(&receive);
        Ok(Self {
            booted,
            _receive: receive,
        })
    }

    pub fn send(&self, message: &ToWorker) {
        self.booted
            .post(&serde_json::to_string(message).expect("every message has a JSON form"));
    }

    /// To be called before each run: clears the flag of the run before.
    pub fn prepare_run(&self) {
        self.booted.prepare();
    }

    /// Tells the Worker to stop, in both ways that it may hear.
    pub fn stop(&self) {
        self.booted.raise();
        self.send(&ToWorker::Stop);
    }
}

impl Drop for WorkerLink {
    fn drop(&mut self) {
        self.booted.end();
    }
}

/// A message: text, or the bytes of events.
fn read(data: &JsValue) -> Result<FromWorker, String> {
    match data.dyn_ref::<Uint8Array>() {
        Some(bytes) => airlock_trace::unpack(&bytes.to_vec())
            .map(|events| FromWorker::Events { events })
            .ok_or_else(|| "events in another form".to_owned()),
        None => serde_json::from_str(&data.as_string().unwrap_or_default())
            .map_err(|error| error.to_string()),
    }
}

/// Whether a Worker of this page can block until it is told to go on.
#[cfg(target_arch = "wasm32")]
pub fn can_block() -> bool {
    Reflect::get(&js_sys::global(), &"crossOriginIsolated".into())
        .is_ok_and(|isolated| isolated.is_truthy())
}

/// Tests of the page's parts run outside a browser.
#[cfg(not(target_arch = "wasm32"))]
pub fn can_block() -> bool {
    false
}

/// Whether the browser can suspend a stack of wasm.
#[cfg(target_arch = "wasm32")]
pub fn can_switch_stacks() -> bool {
    Reflect::get(&js_sys::global(), &"WebAssembly".into())
        .and_then(|namespace| Reflect::has(&namespace, &"Suspending".into()))
        .unwrap_or(false)
}

#[cfg(not(target_arch = "wasm32"))]
pub fn can_switch_stacks() -> bool {
    false
}

fn text_of(error: &JsValue) -> String {
    Reflect::get(error, &"message".into())
        .ok()
        .and_then(|message| message.as_string())
        .unwrap_or_else(|| format!("{error:?}"))
}
