//! One-dimensional transforms of tiles of lines. A backend knows nothing of ranks, boxes or strides.
//!
//! A new backend is one file with an implementation of [`Backend`], and its line in [`BackendKind::instance`].

mod auto;
#[cfg(any(feature = "fftw", feature = "mkl"))]
mod batches;
mod convolved;
#[cfg(feature = "fftw")]
mod fftw;
mod kind;
pub(crate) mod lanes;
#[cfg(any(feature = "fftw", feature = "mkl", feature = "cuda", feature = "rocm"))]
pub(crate) mod loaded;
#[cfg(all(test, any(feature = "fftw", feature = "mkl")))]
mod loaded_tests;
mod measured;
#[cfg(feature = "mkl")]
mod mkl;
mod panels;
mod r2r;
mod stock;
#[cfg(not(feature = "fftw"))]
mod without_fftw;

use std::sync::Arc;

use num_complex::Complex;
use num_traits::{Float, NumAssign};

pub(crate) use auto::faster_than_stock;
#[cfg(feature = "fftw")]
pub use fftw::{fftw_export_wisdom, fftw_import_wisdom};
pub use kind::BackendKind;
pub use panels::{ComplexPanels, Ends, PanelRows, RealPanels, StraightLine, Tile};
pub use r2r::R2rTransform;
pub(crate) use r2r::{R2rPairs, R2rPanels, R2rRealWay, R2rWay};
#[cfg(not(feature = "fftw"))]
pub use without_fftw::{fftw_export_wisdom, fftw_import_wisdom};

use crate::array::Element;
use crate::axis::R2rKind;
use crate::error::Result;
use crate::options::Direction;

/// The real numbers that are transformed: `f32` and `f64`.
pub trait Real: Element + Float + NumAssign + heffte_rustfft::Planned + lanes::LaneReal {
    /// The number nearest to `value`.
    fn nearest(value: f64) -> Self;
    /// This precision's planner of `backend`.
    fn planner(backend: &dyn Backend) -> &dyn Planner<Self>;
}

impl Real for f32 {
    fn nearest(value: f64) -> f32 {
        value as f32
    }

    fn planner(backend: &dyn Backend) -> &dyn Planner<f32> {
        backend.single()
    }
}

impl Real for f64 {
    fn nearest(value: f64) -> f64 {
        value
    }

    fn planner(backend: &dyn Backend) -> &dyn Planner<f64> {
        backend.double()
    }
}

/// A library of one-dimensional transforms.
pub trait Backend: Send + Sync {
    /// Its transforms of `f32` lines.
    fn single(&self) -> &dyn Planner<f32>;
    /// Its transforms of `f64` lines.
    fn double(&self) -> &dyn Planner<f64>;
}

/// Makes transforms of lines of one precision.
pub trait Planner<T: Real>: Send + Sync {
    /// Complex lines of `length` elements, in place.
    fn complex_lines(&self, length: usize, direction: Direction) -> ComplexTransform<T>;
    /// Real lines of `length` elements and their `length / 2 + 1` complex ones.
    fn real_lines(&self, length: usize) -> RealTransform<T>;
    /// Cosine or sine transforms of lines of `length` elements: forward the first, backward the second. They are made of the others
    /// where a backend has nothing better.
    fn r2r_lines(&self, kind: R2rKind, length: usize) -> [R2rTransform<T>; 2] {
        [Direction::Forward, Direction::Backward].map(|direction| R2rTransform::new(self, kind, length, direction))
    }
}

/// A transform of complex lines, and how it wants them to lie.
#[derive(Clone)]
pub enum ComplexTransform<T: Real> {
    /// One after the other.
    Lines(Arc<dyn ComplexLines<T>>),
    /// Side by side.
    Panels(Arc<dyn ComplexPanels<T>>),
}

/// A transform of real lines, and how it wants them to lie.
#[derive(Clone)]
pub enum RealTransform<T: Real> {
    /// One after the other.
    Lines(Arc<dyn RealLines<T>>),
    /// Side by side.
    Panels(Arc<dyn RealPanels<T>>),
    /// Side by side, as complex ones: forward by the first, backward by the second.
    Complex([Arc<dyn ComplexPanels<T>>; 2]),
}

/// Transforms complex lines in place, unscaled.
pub trait ComplexLines<T: Real>: Send + Sync {
    /// Complex elements of scratch that a call needs.
    fn scratch_len(&self) -> usize;
    /// Transforms the contiguous lines of `lines`, any number of them.
    ///
    /// # Errors
    /// [`Error::Lines`](crate::Error::Lines), of backends that [may fail](BackendKind::may_fail) alone; the lines hold anything then.
    fn transform(&self, lines: &mut [Complex<T>], scratch: &mut [Complex<T>]) -> Result<()>;
}

/// Transforms real lines to as many real numbers in place, unscaled.
pub trait R2rReals<T: Real>: Send + Sync {
    /// Transforms the contiguous lines of `lines`, any number of them.
    fn transform(&self, lines: &mut [T]);
}

/// Transforms real lines to the first half of their spectrum and back, unscaled.
pub trait RealLines<T: Real>: Send + Sync {
    /// Complex elements of scratch that a call needs.
    fn scratch_len(&self) -> usize;
    /// Transforms the contiguous lines of `real`, which it may overwrite, into those of `half`.
    ///
    /// # Errors
    /// As for [`ComplexLines::transform`].
    fn forward(&self, real: &mut [T], half: &mut [Complex<T>], scratch: &mut [Complex<T>]) -> Result<()>;
    /// Transforms the contiguous lines of `half`, which it may overwrite, into those of `real`. The imaginary parts of
    /// the first element, and of the last where the length is even, are ignored.
    ///
    /// # Errors
    /// As for [`ComplexLines::transform`].
    fn backward(&self, half: &mut [Complex<T>], real: &mut [T], scratch: &mut [Complex<T>]) -> Result<()>;
}
