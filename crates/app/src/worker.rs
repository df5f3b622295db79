//! One Worker as the page sees it: created warm, spoken to in JSON, thrown
//! away when it no longer answers.

use std::rc::Rc;

use airlock_protocol::{FromWorker, ToWorker};
use gloo_events::EventListener;
use js_sys::{Atomics, Int32Array, Object, Promise, Reflect, SharedArrayBuffer};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{ErrorEvent, MessageEvent, WorkerOptions, WorkerType};

/// A Worker and the flag by which it is stopped while it is blocked.
/// Dropping it terminates the Worker.
pub struct WorkerLink {
    worker: web_sys::Worker,
    /// `None` where the page is not isolated, so that memory cannot be shared.
    stop_flag: Option<Int32Array>,
    _listeners: [EventListener; 3],
}

impl WorkerLink {
    /// Starts a Worker. Everything that comes of it, its failure to start
    /// included, arrives at `receive`.
    pub fn start(receive: impl Fn(FromWorker) + 'static) -> Result<Self, String> {
        let receive = Rc::new(receive);
        let boot = Boot::read()?;
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = web_sys::Worker::new_with_options(&boot.worker_address, &options)
            .map_err(|error| format!("the browser refuses to start a Worker: {}", text_of(&error)))?;
        let stop_flag = shared_flag();
        let listeners = [
            listen_to_messages(&worker, receive.clone()),
            listen_to_errors(&worker, "error", receive.clone()),
            listen_to_errors(&worker, "messageerror", receive.clone()),
        ];
        hand_over_engine(boot.engine, worker.clone(), stop_flag.clone(), receive);
        Ok(Self { worker, stop_flag, _listeners: listeners })
    }

    pub fn send(&self, message: &ToWorker) {
        let text = serde_json::to_string(message).expect("every message has a JSON form");
        // Posting text fails only for a Worker that is gone.
        let _ = self.worker.post_message(&text.into());
    }

    /// Clears the flag of the run before.
    pub fn lower_stop_flag(&self) {
        if let Some(flag) = &self.stop_flag {
            let _ = Atomics::store(flag, 0, 0);
        }
    }

    /// Tells the Worker to stop, in both ways that it may hear.
    pub fn stop(&self) {
        if let Some(flag) = &self.stop_flag {
            let _ = Atomics::store(flag, 0, 1);
            let _ = Atomics::notify(flag, 0);
        }
        self.send(&ToWorker::Stop);
    }
}

impl Drop for WorkerLink {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

/// Whether a Worker of this page can block until it is told to go on.
pub fn can_block() -> bool {
    Reflect::get(&js_sys::global(), &"crossOriginIsolated".into()).is_ok_and(|isolated| isolated.is_truthy())
}

/// What `web/src/boot.js` prepared before this wasm was there.
struct Boot {
    engine: Promise,
    worker_address: String,
}

impl Boot {
    fn read() -> Result<Self, String> {
        let incomplete = || "the page is incomplete: its start script is missing".to_owned();
        let boot = Reflect::get(&js_sys::global(), &"airlockBoot".into()).map_err(|_| incomplete())?;
        let engine = Reflect::get(&boot, &"engine".into()).ok().and_then(|engine| engine.dyn_into().ok());
        let worker_address = Reflect::get(&boot, &"worker".into()).ok().and_then(|address| address.as_string());
        Ok(Self {
            engine: engine.ok_or_else(incomplete)?,
            worker_address: worker_address.ok_or_else(incomplete)?,
        })
    }
}

/// Posts the compiled engine as soon as it is there. Messages sent earlier
/// wait in the Worker.
fn hand_over_engine(
    engine: Promise,
    worker: web_sys::Worker,
    stop_flag: Option<Int32Array>,
    receive: Rc<impl Fn(FromWorker) + 'static>,
) {
    spawn_local(async move {
        let handed_over = match JsFuture::from(engine).await {
            Ok(module) => {
                let message = Object::new();
                let flag = stop_flag.map_or(JsValue::UNDEFINED, JsValue::from);
                Reflect::set(&message, &"module".into(), &module)
                    .and_then(|_| Reflect::set(&message, &"stop".into(), &flag))
                    .and_then(|_| worker.post_message(&message))
            }
            Err(error) => Err(error),
        };
        if let Err(error) = handed_over {
            receive(FromWorker::Failed { message: format!("the engine could not be loaded: {}", text_of(&error)) });
        }
    });
}

fn listen_to_messages(worker: &web_sys::Worker, receive: Rc<impl Fn(FromWorker) + 'static>) -> EventListener {
    EventListener::new(worker, "message", move |event| {
        let data = event.unchecked_ref::<MessageEvent>().data();
        let text = data.as_string().unwrap_or_default();
        receive(serde_json::from_str(&text).unwrap_or_else(|error| FromWorker::Failed {
            message: format!("the Worker sent what this page does not understand: {error}"),
        }));
    })
}

fn listen_to_errors(
    worker: &web_sys::Worker,
    name: &'static str,
    receive: Rc<impl Fn(FromWorker) + 'static>,
) -> EventListener {
    EventListener::new(worker, name, move |event| {
        let message = match event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message) {
            Some(message) if !message.is_empty() => format!("the Worker failed: {message}"),
            // A script that could not be fetched gives an event without words.
            _ => "the Worker could not be started: its script could not be loaded".to_owned(),
        };
        receive(FromWorker::Failed { message });
    })
}

fn shared_flag() -> Option<Int32Array> {
    can_block().then(|| Int32Array::new(&SharedArrayBuffer::new(4)))
}

fn text_of(error: &JsValue) -> String {
    Reflect::get(error, &"message".into())
        .ok()
        .and_then(|message| message.as_string())
        .unwrap_or_else(|| format!("{error:?}"))
}
