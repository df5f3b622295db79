//! The virtual clock: time is what the profile says, and nothing else.

use airlock_core::{Charge, Host};

use crate::profile::CostProfile;

/// Instructions and charged events at their prices, plus the waiting that was
/// skipped.
pub struct VirtualClock {
    profile: CostProfile,
    charged_nanos: u64,
    skipped_nanos: u64,
    last_nanos: u64,
    seed: u64,
}

/// 2026-01-01T00:00:00Z: where the calendar stands when a run starts.
const EPOCH_NANOS: i128 = 1_767_225_600_000_000_000;

impl VirtualClock {
    pub fn new(profile: CostProfile, seed: u64) -> VirtualClock {
        VirtualClock {
            profile,
            charged_nanos: 0,
            skipped_nanos: 0,
            last_nanos: 0,
            seed,
        }
    }
}

impl Host for VirtualClock {
    fn now_nanos(&mut self, instructions: u64) -> u64 {
        let run = (instructions as u128 * self.profile.instruction_picos as u128 / 1000) as u64;
        self.last_nanos = run + self.charged_nanos + self.skipped_nanos;
        self.last_nanos
    }

    fn unix_nanos(&mut self, instructions: u64) -> i128 {
        EPOCH_NANOS + self.now_nanos(instructions) as i128
    }

    fn charge(&mut self, what: Charge) {
        self.charged_nanos += self.profile.price_nanos(what);
    }

    fn end_of_wait(&mut self, deadline: u64, polled: bool) -> u64 {
        let now = self.last_nanos;
        if deadline <= now {
            return deadline;
        }
        let granule = if polled {
            self.profile.poll_granule_nanos.max(1)
        } else {
            1
        };
        let wait = (deadline - now).div_ceil(granule).saturating_mul(granule);
        now.saturating_add(wait)
            .saturating_add(self.profile.wait_late_nanos)
    }

    fn advance_to(&mut self, nanos: u64) {
        self.skipped_nanos += nanos.saturating_sub(self.last_nanos);
    }

    fn is_virtual(&self) -> bool {
        true
    }

    fn keeps_stack(&self) -> Option<&'static str> {
        Some("stacks are switched on the real clock of a browser only")
    }

    fn seed(&self) -> u64 {
        self.seed
    }
}
