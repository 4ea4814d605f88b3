//! Sweeps: one pass over a box, line by line, in which data is gathered, transformed and scattered.
//!
//! A sweep reads a box that is cut into pieces and writes a box that is cut into pieces. A piece is an array of its
//! own: the caller's, a packed part of a message, or scratch. So packing, transforming and unpacking are one sweep.

mod copy;
mod operand;
mod sweep;
mod tile;

pub(crate) use operand::{Layout, Operand};
pub(crate) use sweep::Sweep;
pub(crate) use tile::{LineOp, Tile};
