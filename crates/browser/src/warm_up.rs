//! The warm-up: programs of our own, run so that the browser compiles for good
//! what most programs need before a run's time counts.
//!
//! What it compiles, all Workers of a page share; a wasm memory never gets
//! smaller. So the page gives the warm-up a Worker of its own and throws that
//! away, at the latest when somebody presses Run.

use airlock_link::{Adapter, Clock, Limits, Playground};
use airlock_protocol::Side;

use crate::stack;

const CORE: &str = include_str!("warm_up.py");
const SHELL: &str = include_str!("warm_up_shell.py");
const SWITCHING: &str = include_str!("warm_up_switching.py");
const ANSWER: &str = "async def answer(number):\n    return number\n";
/// The page gets the events too.
const TRACE_EVENTS: u32 = 2_000;

/// What runs in which place, and on which side; `None` after the last.
pub fn program(place: usize) -> Option<(Side, Playground)> {
    let (side, core, shell, adapter) = match place {
        0 => (Side::Core, CORE, "", Adapter::Direct),
        1 => (Side::Shell, ANSWER, SHELL, Adapter::Direct),
        2 if stack::is_offered() => (Side::Shell, ANSWER, SWITCHING, Adapter::Jspi),
        _ => return None,
    };
    let playground = Playground {
        core: core.to_owned(),
        shell: shell.to_owned(),
        adapter,
        clock: Clock::Real,
        limits: Limits {
            trace_events: TRACE_EVENTS,
            ..Limits::default()
        },
        ..Playground::default()
    };
    Some((side, playground))
}
