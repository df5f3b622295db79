//! The timelines of both sides on one time axis.
//!
//! [`model`] turns events into lanes and rows, [`draw`] puts a part of them on
//! a canvas, [`playhead`] walks over the events, [`view`] is the component with
//! its keys and its tooltip.

mod draw;
mod model;
mod playhead;
mod view;

pub use model::{Model, lane_of, outcome_name, state_name};
pub use playhead::{EventPlace, Playhead, Step, around};
pub use view::{SharedModel, TimelineView, Window};
