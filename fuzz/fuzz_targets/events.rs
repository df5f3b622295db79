//! Any bytes are packed events, which can be exported, or are refused; so is
//! any text as a message between page and Worker.

#![no_main]

use airlock_protocol::{FromWorker, ToWorker};
use airlock_trace::chrome::{TracedSide, to_json};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Some(events) = airlock_trace::unpack(data) {
        let end_nanos = events.last().map_or(0, |event| event.at_nanos);
        let sides = [TracedSide {
            name: "shell",
            events: &events,
            end_nanos,
        }];
        let exported = to_json(&sides);
        assert!(serde_json::from_str::<serde_json::Value>(&exported).is_ok());
    }
    let _ = serde_json::from_slice::<ToWorker>(data);
    let _ = serde_json::from_slice::<FromWorker>(data);
});
