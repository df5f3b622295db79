//! `performance.now` as the engine's clock.

use airlock_engine::{Charge, Host};

use crate::{scope, stack};

pub struct BrowserClock {
    start_millis: f64,
    last_nanos: u64,
    /// How many instructions had run when the clock was read last, unless time has passed since.
    read_at: Option<u64>,
    seed: u64,
}

impl BrowserClock {
    pub fn new(seed: u64) -> BrowserClock {
        BrowserClock::since(scope::now_millis() + scope::origin_millis(), seed)
    }

    /// A clock that another Worker began, at this moment of the page's time.
    pub fn since(origin_millis: f64, seed: u64) -> BrowserClock {
        BrowserClock {
            start_millis: origin_millis - scope::origin_millis(),
            last_nanos: 0,
            read_at: None,
            seed,
        }
    }
}

impl BrowserClock {
    /// When it was at zero, for [`BrowserClock::since`].
    pub fn origin_millis(&self) -> f64 {
        self.start_millis + scope::origin_millis()
    }
}

impl Host for BrowserClock {
    /// Between two instructions the clock is read once: a reading takes 0.2 µs
    /// in Chromium, and an event loop asks four times for each step of a task.
    fn now_nanos(&mut self, instructions: u64) -> u64 {
        if self.read_at == Some(instructions) {
            return self.last_nanos;
        }
        self.read_at = Some(instructions);
        let nanos = ((scope::now_millis() - self.start_millis) * 1e6) as u64;
        self.last_nanos = self.last_nanos.max(nanos);
        self.last_nanos
    }

    fn unix_nanos(&mut self, _: u64) -> i128 {
        (js_sys::Date::now() * 1e6) as i128
    }

    fn charge(&mut self, _: Charge) {}

    fn advance_to(&mut self, _: u64) {}

    fn let_time_pass(&mut self) {
        self.read_at = None;
    }

    fn is_virtual(&self) -> bool {
        false
    }

    fn keeps_stack(&self) -> Option<&'static str> {
        (!stack::is_offered()).then_some("this browser has no stack switching (JSPI)")
    }

    fn seed(&self) -> u64 {
        self.seed
    }
}
