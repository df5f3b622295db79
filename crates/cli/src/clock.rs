//! The machine's clock, or none: on the virtual clock only waiting takes
//! time, and that at once.

use std::time::{Duration, Instant, SystemTime};

use airlock_core::{Charge, Host};

/// Copies show the same time.
#[derive(Clone)]
pub struct RealClock {
    start: Instant,
    /// 1970 to the start.
    epoch: Duration,
}

impl RealClock {
    pub fn new() -> RealClock {
        #[expect(
            clippy::disallowed_methods,
            reason = "the command is the host of the programs it runs"
        )]
        let (start, now) = (Instant::now(), SystemTime::now());
        RealClock {
            start,
            epoch: now
                .duration_since(SystemTime::UNIX_EPOCH)
                .unwrap_or_default(),
        }
    }

    fn passed(&self) -> Duration {
        #[expect(
            clippy::disallowed_methods,
            reason = "the command is the host of the programs it runs"
        )]
        self.start.elapsed()
    }
}

impl Host for RealClock {
    fn now_nanos(&mut self, _: u64) -> u64 {
        self.passed().as_nanos() as u64
    }

    fn unix_nanos(&mut self, _: u64) -> i128 {
        (self.epoch + self.passed()).as_nanos() as i128
    }

    fn charge(&mut self, _: Charge) {}

    fn advance_to(&mut self, nanos: u64) {
        let now = self.passed().as_nanos() as u64;
        #[expect(
            clippy::disallowed_methods,
            reason = "the command is the host of the programs it runs"
        )]
        std::thread::sleep(Duration::from_nanos(nanos.saturating_sub(now)));
    }

    fn is_virtual(&self) -> bool {
        false
    }

    fn seed(&self) -> u64 {
        self.epoch.as_nanos() as u64
    }
}

/// Starts at 2026-01-01; an instruction takes 10 ns.
#[derive(Default)]
pub struct VirtualClock {
    skipped: u64,
    /// What running took, when last asked.
    run: u64,
}

const START_UNIX_NANOS: i128 = 1_767_225_600_000_000_000;
const INSTRUCTION_NANOS: u64 = 10;

impl Host for VirtualClock {
    fn now_nanos(&mut self, instructions: u64) -> u64 {
        self.run = instructions.saturating_mul(INSTRUCTION_NANOS);
        self.run.saturating_add(self.skipped)
    }

    fn unix_nanos(&mut self, instructions: u64) -> i128 {
        START_UNIX_NANOS + self.now_nanos(instructions) as i128
    }

    fn charge(&mut self, _: Charge) {}

    fn advance_to(&mut self, nanos: u64) {
        self.skipped = self.skipped.max(nanos.saturating_sub(self.run));
    }

    fn is_virtual(&self) -> bool {
        true
    }

    fn seed(&self) -> u64 {
        0
    }
}
