//! What a playground is, and its share-link codec.
//!
//! A [`Playground`] is everything a run depends on: both programs and every
//! setting. [`encode`] turns one into the part of an address that follows the
//! page's own, [`decode`] turns it back. [`examples`] are the playgrounds that
//! the page offers to start from.
//!
//! This crate runs nothing and reads no clock. The page and the command line
//! share it, so a link means the same in both.

mod codec;
pub mod examples;
mod playground;

pub use codec::{DECODED_LIMIT_BYTES, DecodeError, EncodeError, decode, encode, link_of};
pub use playground::{Adapter, Clock, DEFAULT_PROFILE, Limits, Playground};
