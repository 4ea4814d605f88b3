//! Moving boxes between ranks: a [`Schedule`] says who gets which part, a [`Transport`](crate::Transport) says how it
//! travels.

mod collective;
mod engine;
mod point_to_point;
mod schedule;
mod shipment;

pub(crate) use engine::Exchange;
pub(crate) use point_to_point::Porter;
pub(crate) use schedule::{Piece as SidePiece, Schedule, Side};
