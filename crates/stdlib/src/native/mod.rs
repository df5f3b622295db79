//! Modules that CPython writes in C.

use airlock_vm::module::ModuleDef;

pub mod airlock_;
pub mod array;
pub mod binascii;
pub mod bisect;
pub mod cmath;
pub mod codecs;
pub mod collections_;
pub mod csv;
pub mod datetime;
pub mod decimal;
mod east_asian_width;
pub mod functools;
#[cfg(feature = "hashes")]
pub mod hashes;
pub mod heapq;
pub mod itertools;
pub mod json;
pub mod math;
pub mod operator;
pub mod pickle;
pub mod random;
pub mod sre;
pub mod sre_engine;
pub mod string_;
pub mod struct_;
pub mod suggestions;
pub mod syntax;
pub mod sys;
pub mod types_;
pub mod unicodedata;
#[cfg(feature = "zlib")]
pub mod zlib_;

/// All native modules of this crate.
pub static MODULES: &[&ModuleDef] = &[
    &airlock_::MODULE,
    &array::MODULE,
    &binascii::MODULE,
    &bisect::MODULE,
    &cmath::MODULE,
    &codecs::MODULE,
    &collections_::MODULE,
    &csv::MODULE,
    &datetime::MODULE,
    &decimal::MODULE,
    &functools::MODULE,
    #[cfg(feature = "hashes")]
    &hashes::BLAKE2,
    #[cfg(feature = "hashes")]
    &hashes::MD5,
    #[cfg(feature = "hashes")]
    &hashes::SHA1,
    #[cfg(feature = "hashes")]
    &hashes::SHA2,
    #[cfg(feature = "hashes")]
    &hashes::SHA3,
    &heapq::MODULE,
    &itertools::MODULE,
    &json::MODULE,
    &math::MODULE,
    &operator::MODULE,
    &pickle::MODULE,
    &random::MODULE,
    &sre::MODULE,
    &string_::MODULE,
    &struct_::MODULE,
    &suggestions::MODULE,
    &syntax::MODULE,
    &sys::MODULE,
    &types_::MODULE,
    &unicodedata::MODULE,
    #[cfg(feature = "zlib")]
    &zlib_::MODULE,
];
