//! Any bytes are packed events or are refused; so is any text as a message
//! between page and Worker.

#![no_main]

use airlock_protocol::{FromWorker, ToWorker};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Some(events) = airlock_trace::unpack(data) {
        let packed = airlock_trace::pack(&events);
        assert_eq!(airlock_trace::unpack(&packed), Some(events));
    }
    let _ = serde_json::from_slice::<ToWorker>(data);
    let _ = serde_json::from_slice::<FromWorker>(data);
});
