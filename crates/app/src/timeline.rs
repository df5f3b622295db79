//! The timelines of both sides on one time axis.
//!
//! [`model`] turns events into lanes and rows, [`draw`] puts a part of them on
//! a canvas, [`view`] is the component with its keys and its tooltip.

mod draw;
mod model;
mod view;

pub use model::{Model, lane_of, outcome_name, state_name};
pub use view::{SharedModel, Step, TimelineView, Window};
