//! The standard library: CPython's own modules as packed bytecode, native
//! modules for what CPython writes in C, the import system and the prelude.
//!
//! Promises: nothing is compiled when a library module is imported, and only
//! imported modules are decoded. Files and fetched bundles come from the
//! host ([`Files`], [`Library::add_bundle`]).

mod bundle;
pub mod characters;
mod context;
mod environment;
mod files;
mod library;
pub mod native;
mod start;

pub use context::{Input, ProgramContext};
pub use environment::{StandardEnvironment, decode_source, source_error};
pub use files::{FileError, FileStatus, Files, MemoryFiles, SharedFiles};
pub use library::{LIBRARY_FOLDER, Library};
pub use start::{Program, exit_status, set_warning_options, start, start_program};
