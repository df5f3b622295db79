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
    /// How one adapter works; its shell runs through the others as well.
    Adapter,
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
pub const ALL: &[Example] = &[
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
        key: "no_adapter",
        group: Group::Adapter,
        title: "No adapter: the core alone",
        description: "With no adapter both sides run core.main(): what every other adapter is compared with.",
        adapter: Adapter::Direct,
        core: include_str!("../examples/no_adapter/core.py"),
        shell: include_str!("../examples/no_adapter/shell.py"),
    },
    Example {
        key: "fresh_loops",
        group: Group::Adapter,
        title: "asyncio.run: a loop for each call",
        description: "Twenty calls make and close twenty loops, which is nearly all of the cost.",
        adapter: Adapter::Run,
        core: include_str!("../examples/fresh_loops/core.py"),
        shell: include_str!("../examples/fresh_loops/shell.py"),
    },
    Example {
        key: "last_in_first_out",
        group: Group::Adapter,
        title: "Nested: last in, first out",
        description: "Two sync helpers run the loop inside each other: the quick one returns when the slow one has.",
        adapter: Adapter::Nested,
        core: include_str!("../examples/last_in_first_out/core.py"),
        shell: include_str!("../examples/last_in_first_out/shell.py"),
    },
    Example {
        key: "loop_thread",
        group: Group::Adapter,
        title: "Thread: the loop goes on",
        description: "The core reads ahead on a loop in its own thread while the shell works.",
        adapter: Adapter::Thread,
        core: include_str!("../examples/loop_thread/core.py"),
        shell: include_str!("../examples/loop_thread/shell.py"),
    },
    Example {
        key: "many_shells",
        group: Group::Adapter,
        title: "Greenlets: five shells at once",
        description: "Plain sequential code, five times side by side over one loop: nothing is lost.",
        adapter: Adapter::Greenlet,
        core: include_str!("../examples/many_shells/core.py"),
        shell: include_str!("../examples/many_shells/shell.py"),
    },
    Example {
        key: "pool_of_loops",
        group: Group::Adapter,
        title: "Pool: a loop in each thread",
        description: "Four shells wait side by side, each in a thread and on a loop of its own.",
        adapter: Adapter::Pool,
        core: include_str!("../examples/pool_of_loops/core.py"),
        shell: include_str!("../examples/pool_of_loops/shell.py"),
    },
    Example {
        key: "in_processes",
        group: Group::Adapter,
        title: "Processes: computing side by side",
        description: "Work that never waits gains from other processes only, once they have started.",
        adapter: Adapter::Process,
        core: include_str!("../examples/in_processes/core.py"),
        shell: include_str!("../examples/in_processes/shell.py"),
    },
    Example {
        key: "stack_switching",
        group: Group::Adapter,
        title: "Stack switching in the browser",
        description: "The browser puts the shell's stack aside while the core's loop turns.",
        adapter: Adapter::Jspi,
        core: include_str!("../examples/stack_switching/core.py"),
        shell: include_str!("../examples/stack_switching/shell.py"),
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
    Example {
        key: "own_loop",
        group: Group::Failure,
        title: "A loop that waits for itself",
        description: "A sync call waits on the loop's own thread for what only that loop can do.",
        adapter: Adapter::Runner,
        core: include_str!("../examples/own_loop/core.py"),
        shell: include_str!("../examples/own_loop/shell.py"),
    },
    Example {
        key: "pool_starvation",
        group: Group::Failure,
        title: "A pool waits for itself",
        description: "Two workers wait for calls that stand in their own pool's queue.",
        adapter: Adapter::Runner,
        core: include_str!("../examples/pool_starvation/core.py"),
        shell: include_str!("../examples/pool_starvation/shell.py"),
    },
    Example {
        key: "lost_work",
        group: Group::Failure,
        title: "Work cancelled between calls",
        description: "What a call leaves at work is cancelled when its loop ends with it.",
        adapter: Adapter::Run,
        core: include_str!("../examples/lost_work/core.py"),
        shell: include_str!("../examples/lost_work/shell.py"),
    },
    Example {
        key: "cancellation_lost",
        group: Group::Failure,
        title: "A timeout that cancels nothing",
        description: "The shell gives a call up, and the core carries it out all the same.",
        adapter: Adapter::Runner,
        core: include_str!("../examples/cancellation_lost/core.py"),
        shell: include_str!("../examples/cancellation_lost/shell.py"),
    },
    Example {
        key: "broken_section",
        group: Group::Failure,
        title: "A broken critical section",
        description: "A sync call that runs the loop lets others in where nothing seems to come between.",
        adapter: Adapter::Nested,
        core: include_str!("../examples/broken_section/core.py"),
        shell: include_str!("../examples/broken_section/shell.py"),
    },
    Example {
        key: "task_destroyed",
        group: Group::Failure,
        title: "A task destroyed pending",
        description: "A loop that is closed by hand leaves a task in the middle of its work.",
        adapter: Adapter::Runner,
        core: include_str!("../examples/task_destroyed/core.py"),
        shell: include_str!("../examples/task_destroyed/shell.py"),
    },
    Example {
        key: "unfinished_generator",
        group: Group::Failure,
        title: "An unfinished inner generator",
        description: "Leaving an async for early leaves the generator inside it open: who closes it, and when?",
        adapter: Adapter::Runner,
        core: include_str!("../examples/unfinished_generator/core.py"),
        shell: include_str!("../examples/unfinished_generator/shell.py"),
    },
];

/// The example with this key.
pub fn by_key(key: &str) -> Option<&'static Example> {
    ALL.iter().find(|example| example.key == key)
}
