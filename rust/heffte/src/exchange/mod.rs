//! Moving boxes between ranks: a [`Schedule`] says who gets which part, a [`Transport`] says how it travels.

mod collective;
mod point_to_point;
mod schedule;
mod transport;

pub(crate) use schedule::{Schedule, Side};
pub(crate) use transport::Exchange;
pub use transport::Transport;
