//! Modules that CPython writes in C.

use airlock_vm::module::ModuleDef;

pub mod airlock_;
pub mod sys;
pub mod types_;

/// All native modules of this crate.
pub static MODULES: &[&ModuleDef] = &[&airlock_::MODULE, &sys::MODULE, &types_::MODULE];
