//! What the host tells the library about the program's surroundings.

use airlock_vm::{Extension, Tracer};

use crate::files::SharedFiles;

/// Kept in the VM as an [`Extension`].
pub struct ProgramContext {
    pub files: SharedFiles,
    /// `os.environ` at the start.
    pub environment: Vec<(String, String)>,
    pub working_folder: String,
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
