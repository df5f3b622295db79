//! What a playground is, and its share-link codec.

mod playground;

pub use playground::{Adapter, Clock, Limits, Playground};
