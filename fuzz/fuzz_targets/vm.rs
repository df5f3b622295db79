//! Any program ends by itself, by its fuel or by its memory.

#![no_main]

use airlock_engine::{CostProfile, Library, Poll, Session, VirtualClock};
use airlock_link::{Adapter, Clock, Playground};
use airlock_protocol::Side;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut playground = Playground {
        core: String::new(),
        shell: text.to_owned(),
        adapter: Adapter::Runner,
        clock: Clock::Virtual,
        ..Playground::default()
    };
    playground.limits.instructions = 2_000_000;
    playground.limits.heap_bytes = 32 << 20;
    let clock = VirtualClock::new(CostProfile::cpython_311(), 0);
    let mut session = Session::new(&playground, Side::Shell, Box::new(clock), Library::new());
    while session.poll(100_000) != Poll::Ended {}
    drop(session.take_output());
    drop(session.report());
});
