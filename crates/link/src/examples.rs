//! The pairs of programs that the page offers to start from.
//!
//! Each core's `main()` does with the event loop's overlap what its shell
//! does through the adapter, so the difference between the two is the cost.

use crate::{Adapter, Playground};

/// A pair of programs with the adapter that shows its point best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// Stable name, for addresses and tests.
    pub key: &'static str,
    pub title: &'static str,
    /// One sentence.
    pub description: &'static str,
    pub adapter: Adapter,
    pub core: &'static str,
    pub shell: &'static str,
}

impl Example {
    pub fn playground(&self) -> Playground {
        Playground {
            core: self.core.to_owned(),
            shell: self.shell.to_owned(),
            adapter: self.adapter,
            ..Playground::default()
        }
    }
}

/// In the order of the menu; the first is there when the page opens.
pub const ALL: [Example; 6] = [
    Example {
        key: "fan_out",
        title: "Price fan-out",
        description: "Ten quotes: the core asks for all at once, the shell for one after another.",
        adapter: Adapter::Runner,
        core: include_str!("../examples/fan_out/core.py"),
        shell: include_str!("../examples/fan_out/shell.py"),
    },
    Example {
        key: "rate_limiter",
        title: "Rate limiter",
        description: "Four starts in any 20 ms: through an adapter the shell is too slow to meet the limit.",
        adapter: Adapter::Runner,
        core: include_str!("../examples/rate_limiter/core.py"),
        shell: include_str!("../examples/rate_limiter/shell.py"),
    },
    Example {
        key: "chat_room",
        title: "Chat room with queues",
        description: "Three visitors talk and listen at once in the core, and take turns in the shell.",
        adapter: Adapter::Greenlet,
        core: include_str!("../examples/chat_room/core.py"),
        shell: include_str!("../examples/chat_room/shell.py"),
    },
    Example {
        key: "timeouts",
        title: "Timeouts and cancellation",
        description: "Deadlines, a race whose losers are cancelled, and errors that cross the adapter.",
        adapter: Adapter::Runner,
        core: include_str!("../examples/timeouts/core.py"),
        shell: include_str!("../examples/timeouts/shell.py"),
    },
    Example {
        key: "pipeline",
        title: "Async generator as an iterator",
        description: "A plain for loop reads an async generator; between items the core stands still.",
        adapter: Adapter::Runner,
        core: include_str!("../examples/pipeline/core.py"),
        shell: include_str!("../examples/pipeline/shell.py"),
    },
    Example {
        key: "deadlock",
        title: "A deadlock",
        description: "The shell waits for an event that only the shell's next line would set.",
        adapter: Adapter::Runner,
        core: include_str!("../examples/deadlock/core.py"),
        shell: include_str!("../examples/deadlock/shell.py"),
    },
];

/// The example with this key.
pub fn by_key(key: &str) -> Option<&'static Example> {
    ALL.iter().find(|example| example.key == key)
}
