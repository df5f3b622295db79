//! What the host tells the library about the program's surroundings.

use airlock_vm::{Extension, Stream, Tracer};

use crate::files::SharedFiles;

/// Where `sys.stdin` comes from.
pub trait Input {
    /// The next line with its newline, or nothing at the end. What the
    /// program has `printed` so far is shown first: it may be a prompt.
    fn read_line(&mut self, printed: Vec<(Stream, String)>) -> String;
}

/// Kept in the VM as an [`Extension`].
pub struct ProgramContext {
    pub files: SharedFiles,
    /// `os.environ` at the start.
    pub environment: Vec<(String, String)>,
    pub working_folder: String,
    /// None where nothing can be typed: `sys.stdin` is at its end.
    pub input: Option<Box<dyn Input>>,
    /// What was read of a line that a program takes in parts.
    pub(crate) input_left: String,
    /// State of the generator behind `os.urandom`. The same seed gives the
    /// same bytes; nothing secret should depend on them.
    pub entropy: u64,
}

impl ProgramContext {
    pub fn new(files: SharedFiles) -> ProgramContext {
        ProgramContext {
            files,
            environment: Vec::new(),
            working_folder: "/".into(),
            input: None,
            input_left: String::new(),
            entropy: 0,
        }
    }

    /// SplitMix64 (Steele, Lea, Flood 2014).
    pub(crate) fn next_random(&mut self) -> u64 {
        self.entropy = self.entropy.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.entropy;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

impl Extension for ProgramContext {
    fn trace(&self, _: &mut Tracer) {}
}
