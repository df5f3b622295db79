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
    /// CPython 3.11.7 on two shared cores. Derived by hand from measured
    /// medians: creating and closing a loop 23.6 µs; `await sleep(0)` 2.8 µs
    /// with one task and 1.3 µs each with a hundred (so an iteration is about
    /// 1.5 µs and a handle with its switch 1.3 µs); `await create_task()`
    /// 7.0 µs for two iterations, two handles and a task; a thread's start
    /// and join 46 µs; a lock's hand-over between threads 12 µs.
    pub fn cpython_311() -> CostProfile {
        CostProfile {
            name: CPYTHON_311.to_owned(),
            instruction_picos: 15_000,
            loop_created_nanos: 16_000,
            loop_closed_nanos: 7_600,
            iteration_nanos: 1_500,
            handle_nanos: 700,
            task_created_nanos: 1_400,
            task_switch_nanos: 600,
            fiber_switch_nanos: 300,
            thread_switch_nanos: 1_000,
            thread_started_nanos: 46_000,
            thread_woken_nanos: 12_000,
            pipe_woken_nanos: 12_000,
            crossing_nanos: 100,
        }
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
