//! Transforms with one line in each lane of the vector registers: no shuffles between the elements of a line.
//!
//! The lines of a panel lie side by side: a row of a panel, one cache line of memory, holds the same element of as many lines
//! as fit. A transform is a sequence of passes over the rows (Cooley and Tukey, decimation in time, in place); the rows come in
//! the order that the passes want, which costs nothing, because whoever fills a panel decides where each row goes.

mod butterfly;
mod complex;
mod convolution;
mod dispatch;
mod factors;
#[cfg(test)]
mod figures;
mod passes;
mod prefetch;
mod real;
mod rows;
mod steps;
mod straight;
mod transpose;
mod vector;

use num_complex::Complex;

pub(super) use complex::LaneComplexes;
pub(super) use convolution::LaneConvolutions;
pub use dispatch::LaneReal;
pub(crate) use dispatch::{dispatch, has_lanes, vector_bytes};
pub(super) use passes::unit_root;
pub(crate) use prefetch::{ask_for, prefetch};
pub(super) use real::LaneReals;
pub(crate) use rows::complete_spectrum;
pub(super) use steps::{PairStep, RowFactors, RowStep};
#[cfg(target_arch = "x86_64")]
pub(crate) use transpose::x86 as transpose_x86;

/// Bytes of a row of a panel.
pub(crate) const ROW: usize = 64;

/// Lines of a panel: the complex elements of a row.
pub(crate) const fn panel_lines<T>() -> usize {
    ROW / size_of::<Complex<T>>()
}

/// Whether there are butterflies for all factors of a length.
pub(super) fn has_butterflies(length: usize) -> bool {
    factors::radices(length).is_some()
}
