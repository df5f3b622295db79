//! Modules that CPython writes in C.

use airlock_vm::module::ModuleDef;

pub mod airlock_;
pub mod cmath;
pub mod math;
pub mod random;
pub mod sys;
pub mod types_;

/// All native modules of this crate.
pub static MODULES: &[&ModuleDef] = &[&airlock_::MODULE, &cmath::MODULE, &math::MODULE, &random::MODULE, &sys::MODULE, &types_::MODULE];
