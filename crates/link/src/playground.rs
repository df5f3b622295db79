//! Both programs and every setting that a run depends on.

use serde::{Deserialize, Serialize};

/// The cost profile used where none is named.
pub const DEFAULT_PROFILE: &str = "cpython-3.11";

/// The synchronous-to-asynchronous adapter between shell and core.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Adapter {
    Direct,
    Run,
    #[default]
    Runner,
    Nested,
    Thread,
    Greenlet,
    Pool,
    Process,
    Jspi,
}

impl Adapter {
    pub const ALL: [Adapter; 9] = [
        Adapter::Direct,
        Adapter::Run,
        Adapter::Runner,
        Adapter::Nested,
        Adapter::Thread,
        Adapter::Greenlet,
        Adapter::Pool,
        Adapter::Process,
        Adapter::Jspi,
    ];

    /// The key used on the command line, in links and in `airlock.use`.
    pub fn key(self) -> &'static str {
        match self {
            Adapter::Direct => "direct",
            Adapter::Run => "run",
            Adapter::Runner => "runner",
            Adapter::Nested => "nested",
            Adapter::Thread => "thread",
            Adapter::Greenlet => "greenlet",
            Adapter::Pool => "pool",
            Adapter::Process => "process",
            Adapter::Jspi => "jspi",
        }
    }

    /// Why hosts do not offer it, if so; a browser may be one that does.
    pub fn missing(self) -> Option<&'static str> {
        match self {
            Adapter::Jspi => Some("only a browser switches stacks"),
            _ => None,
        }
    }

    /// Those that hosts offer, in the order of the menu.
    pub fn offered() -> impl Iterator<Item = Adapter> {
        Self::ALL
            .into_iter()
            .filter(|adapter| adapter.missing().is_none())
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|adapter| adapter.key() == key)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// Timers are the host's, blocking blocks, figures are measured.
    #[default]
    Real,
    /// Time advances by what the cost profile says; exactly repeatable.
    Virtual,
}

/// What a program may use before it is stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Virtual machine instructions, per side.
    pub instructions: u64,
    pub heap_bytes: u64,
    pub recursion: u32,
    pub output_bytes: u64,
    pub trace_events: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            instructions: 20_000_000_000,
            heap_bytes: 64 << 20,
            recursion: 1000,
            output_bytes: 1 << 20,
            trace_events: 200_000,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Playground {
    pub core: String,
    pub shell: String,
    pub adapter: Adapter,
    pub clock: Clock,
    /// Name of the cost profile used on the virtual clock.
    pub profile: String,
    pub seed: u64,
    pub limits: Limits,
    /// Where the playhead stands, in nanoseconds since the run's start.
    pub playhead_nanos: Option<u64>,
}

impl Default for Playground {
    /// Two empty programs with the default settings.
    fn default() -> Self {
        Self {
            core: String::new(),
            shell: String::new(),
            adapter: Adapter::default(),
            clock: Clock::default(),
            profile: DEFAULT_PROFILE.to_owned(),
            seed: 0,
            limits: Limits::default(),
            playhead_nanos: None,
        }
    }
}
