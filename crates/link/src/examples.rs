//! The pairs of programs that the page offers to start from.
//!
//! Each core's `main()` does with the event loop's overlap what its shell
//! does through the adapter, so the difference between the two is the cost.

use crate::{Adapter, Playground};

/// Under which heading the menu lists an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// What a working shell pays.
    Cost,
    /// What adapters and loops make go wrong.
    Failure,
}

/// A pair of programs with the adapter that shows its point best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// Stable name, for addresses and tests.
    pub key: &'static str,
    pub group: Group,
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
pub const ALL: [Example; 13] = [
    Example {
        key: "fan_out",
        group: Group::Cost,
        title: "Price fan-out",
        description: "Ten quotes: the core asks for all at once, the shell for one after another.",
        adapter: Adapter::Runner,
        core: include_str!("../examples/fan_out/core.py"),
        shell: include_str!("../examples/fan_out/shell.py"),
    },
    Example {
        key: "rate_limiter",
        group: Group::Cost,
        title: "Rate limiter",
        description: "Four starts in any 20 ms: through an adapter the shell is too slow to meet the limit.",
        adapter: Adapter::Runner,
        core: include_str!("../examples/rate_limiter/core.py"),
        shell: include_str!("../examples/rate_limiter/shell.py"),
    },
    Example {
        key: "chat_room",
        group: Group::Cost,
        title: "Chat room with queues",
        description: "Three visitors talk and listen at once in the core, and take turns in the shell.",
        adapter: Adapter::Greenlet,
        core: include_str!("../examples/chat_room/core.py"),
        shell: include_str!("../examples/chat_room/shell.py"),
    },
    Example {
        key: "timeouts",
        group: Group::Cost,
        title: "Timeouts and cancellation",
        description: "Deadlines, a race whose losers are cancelled, and errors that cross the adapter.",
        adapter: Adapter::Runner,
        core: include_str!("../examples/timeouts/core.py"),
        shell: include_str!("../examples/timeouts/shell.py"),
    },
    Example {
        key: "pipeline",
        group: Group::Cost,
        title: "Async generator as an iterator",
        description: "A plain for loop reads an async generator; between items the core stands still.",
        adapter: Adapter::Runner,
        core: include_str!("../examples/pipeline/core.py"),
        shell: include_str!("../examples/pipeline/shell.py"),
    },
    Example {
        key: "to_thread",
        group: Group::Cost,
        title: "Blocking work in a thread",
        description: "The core hands what blocks to a thread, so that its loop goes on and prices come in time.",
        adapter: Adapter::Runner,
        core: include_str!("../examples/to_thread/core.py"),
        shell: include_str!("../examples/to_thread/shell.py"),
    },
    Example {
        key: "deadlock",
        group: Group::Failure,
        title: "A deadlock",
        description: "The shell waits for an event that only the shell's next line would set.",
        adapter: Adapter::Runner,
        core: include_str!("../examples/deadlock/core.py"),
        shell: include_str!("../examples/deadlock/shell.py"),
    },
    Example {
        key: "background",
        group: Group::Failure,
        title: "Frozen background work",
        description: "The core starts a heartbeat; between two crossings it goes on, freezes or is cancelled, as the adapter has it.",
        adapter: Adapter::Runner,
        core: include_str!("../examples/background/core.py"),
        shell: include_str!("../examples/background/shell.py"),
    },
    Example {
        key: "different_loop",
        group: Group::Failure,
        title: "A lock of another loop",
        description: "With a new loop for each call, what the core keeps belongs to a loop that is gone.",
        adapter: Adapter::Run,
        core: include_str!("../examples/different_loop/core.py"),
        shell: include_str!("../examples/different_loop/shell.py"),
    },
    Example {
        key: "nested_loop",
        group: Group::Failure,
        title: "A loop inside a loop",
        description: "A helper that starts a loop works for sync callers and fails for async ones.",
        adapter: Adapter::Runner,
        core: include_str!("../examples/nested_loop/core.py"),
        shell: include_str!("../examples/nested_loop/shell.py"),
    },
    Example {
        key: "head_of_line",
        group: Group::Failure,
        title: "One blocks, all are late",
        description: "A task that blocks keeps the loop from all others: prices due after 5 ms come after 27 ms.",
        adapter: Adapter::Runner,
        core: include_str!("../examples/head_of_line/core.py"),
        shell: include_str!("../examples/head_of_line/shell.py"),
    },
    Example {
        key: "context_lost",
        group: Group::Failure,
        title: "A lost context variable",
        description: "What the core sets while it handles one call is gone in the next, because each call has a context of its own.",
        adapter: Adapter::Runner,
        core: include_str!("../examples/context_lost/core.py"),
        shell: include_str!("../examples/context_lost/shell.py"),
    },
    Example {
        key: "forgotten_await",
        group: Group::Failure,
        title: "A forgotten await",
        description: "A coroutine that nobody awaits does nothing; the adapter cannot know of it.",
        adapter: Adapter::Runner,
        core: include_str!("../examples/forgotten_await/core.py"),
        shell: include_str!("../examples/forgotten_await/shell.py"),
    },
];

/// The example with this key.
pub fn by_key(key: &str) -> Option<&'static Example> {
    ALL.iter().find(|example| example.key == key)
}
