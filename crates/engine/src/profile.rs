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
    #[serde(default)]
    pub greenlet_started_nanos: u64,
    #[serde(default)]
    pub greenlet_crossing_nanos: u64,
    #[serde(default)]
    pub greenlet_resumed_nanos: u64,
    #[serde(default)]
    pub patched_task_nanos: u64,
    #[serde(default)]
    pub patched_switch_nanos: u64,
    /// How much later than asked for the system ends a wait.
    #[serde(default)]
    pub wait_late_nanos: u64,
    /// An event loop waits for whole multiples of this, rounded up.
    #[serde(default)]
    pub poll_granule_nanos: u64,
    /// Until the new process has imported what it needs.
    #[serde(default = "peer_started_nanos")]
    pub peer_started_nanos: u64,
    /// Writing or reading 1,024 bytes of a message.
    #[serde(default = "marshalled_kib_nanos")]
    pub marshalled_kib_nanos: u64,
}

/// Profiles made before there were peers say nothing of them: CPython 3.11's
/// figures on two shared cores, measured with `spawn`ed processes that import a
/// small program, and dicts of ints and short texts.
fn peer_started_nanos() -> u64 {
    55_000_000
}

fn marshalled_kib_nanos() -> u64 {
    9_000
}

/// Ten seconds: dearer things would make the clock overflow.
const DEAREST: u64 = 10_000_000_000;
const LONGEST_NAME: usize = 60;

/// Name of the built-in profile.
pub const CPYTHON_311: &str = "cpython-3.11";

impl CostProfile {
    /// CPython 3.11.7 on two shared cores, as `cargo xtask fit` fitted it to
    /// measured medians.
    pub fn cpython_311() -> CostProfile {
        serde_json::from_str(include_str!("../profiles/cpython-3.11.json"))
            .expect("the profile is part of the build")
    }

    /// The profile in a text, as `airlock calibrate`'s script prints it; else
    /// what is wrong with it.
    pub fn read(text: &str) -> Result<CostProfile, String> {
        let profile: CostProfile = serde_json::from_str(text.trim())
            .map_err(|error| format!("this is no cost profile: {error}"))?;
        let name = profile.name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(format!(
                "the profile's name must have 1 to {LONGEST_NAME} characters"
            ));
        }
        // Through JSON, so that no price can be forgotten here.
        let fields = serde_json::to_value(&profile).map_err(|error| error.to_string())?;
        let dear = fields
            .as_object()
            .into_iter()
            .flatten()
            .find(|(_, price)| price.as_u64().is_some_and(|price| price > DEAREST));
        match dear {
            Some((field, price)) => Err(format!(
                "{field} is {price}; no price may be above {DEAREST}"
            )),
            None => Ok(profile),
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
            Charge::GreenletStarted => self.greenlet_started_nanos,
            Charge::GreenletCrossing => self.greenlet_crossing_nanos,
            Charge::GreenletResumed => self.greenlet_resumed_nanos,
            Charge::PatchedTask => self.patched_task_nanos,
            Charge::PatchedSwitch => self.patched_switch_nanos,
            Charge::PeerStarted => self.peer_started_nanos,
            Charge::Marshalled(bytes) => bytes * self.marshalled_kib_nanos / 1024,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_with(change: impl Fn(&mut serde_json::Value)) -> String {
        let mut value = serde_json::to_value(CostProfile::cpython_311()).unwrap();
        value["name"] = "mine".into();
        change(&mut value);
        value.to_string()
    }

    #[test]
    fn what_calibrate_prints_is_read() {
        let profile = CostProfile::read(&format!("  {}\n", text_with(|_| ()))).unwrap();
        assert_eq!(profile.name, "mine");
    }

    #[test]
    fn bad_profiles_are_told_apart() {
        for (text, problem) in [
            ("not JSON".to_owned(), "expected ident"),
            ("{}".to_owned(), "missing field `name`"),
            (
                text_with(|value| value["handle_nanos"] = "3".into()),
                "invalid type: string",
            ),
            (
                text_with(|value| value["handle_nanos"] = (-3).into()),
                "invalid value: integer `-3`",
            ),
            (
                text_with(|value| value["handle_nanos"] = u64::MAX.into()),
                "handle_nanos is 18446744073709551615",
            ),
            (
                text_with(|value| value["name"] = " ".into()),
                "1 to 60 characters",
            ),
        ] {
            let error = CostProfile::read(&text).unwrap_err();
            assert!(error.contains(problem), "{text}: {error}");
        }
    }
}
