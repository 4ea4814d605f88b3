//! Visits: one pass over a box, in which lines are gathered, transformed and scattered.
//!
//! A visit reads a box that is cut into pieces and writes a box that is cut into pieces. A piece is an array of its
//! own: the caller's, a packed part of a message, or scratch. So packing, transforming and unpacking are one pass over
//! memory; and where two axes are complete, both are transformed while their plane is in cache.

mod cast;
mod engine;
mod flat;
mod job;
mod operand;
mod operation;
mod panels;
mod room;
mod simd;
mod straight;
mod sweep;
mod thresholds;
mod tile;
mod view;
mod visit;

pub(crate) use engine::{Engine, Passage};
pub(crate) use operand::{Begin, Layout, Operand};
pub(crate) use operation::LineOp;
pub(crate) use thresholds::Thresholds;
pub(crate) use view::{Piece, fits_cache, padded_strides};
pub(crate) use visit::Visit;
