//! What things cost on the virtual clock.

use airlock_core::Charge;
use serde::{Deserialize, Serialize};

/// Prices in nanoseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CostProfile {
    pub name: String,
    /// Per VM instruction, in thousandths of a nanosecond.
    pub instruction_picos: u64,
    pub loop_created_nanos: u64,
    pub loop_closed_nanos: u64,
    pub iteration_nanos: u64,
    pub handle_nanos: u64,
    pub task_created_nanos: u64,
    pub task_switch_nanos: u64,
    pub fiber_switch_nanos: u64,
    pub thread_switch_nanos: u64,
    pub thread_started_nanos: u64,
    pub thread_woken_nanos: u64,
    pub pipe_woken_nanos: u64,
    pub crossing_nanos: u64,
}

/// Name of the built-in profile.
pub const CPYTHON_311: &str = "cpython-3.11";

impl CostProfile {
    /// CPython 3.11.7 on two shared cores, as `cargo xtask fit` fitted it to
    /// measured medians.
    pub fn cpython_311() -> CostProfile {
        serde_json::from_str(include_str!("../profiles/cpython-3.11.json"))
            .expect("the profile is part of the build")
    }

    /// A built-in profile by its name.
    pub fn by_name(name: &str) -> Option<CostProfile> {
        (name == CPYTHON_311).then(CostProfile::cpython_311)
    }

    pub fn price_nanos(&self, what: Charge) -> u64 {
        match what {
            Charge::LoopCreated => self.loop_created_nanos,
            Charge::LoopClosed => self.loop_closed_nanos,
            Charge::Iteration => self.iteration_nanos,
            Charge::Handle => self.handle_nanos,
            Charge::TaskCreated => self.task_created_nanos,
            Charge::TaskSwitch => self.task_switch_nanos,
            Charge::FiberSwitch => self.fiber_switch_nanos,
            Charge::ThreadSwitch => self.thread_switch_nanos,
            Charge::PipeWoken => self.pipe_woken_nanos,
            Charge::ThreadStarted => self.thread_started_nanos,
            Charge::ThreadWoken => self.thread_woken_nanos,
            Charge::Crossing => self.crossing_nanos,
        }
    }
}
