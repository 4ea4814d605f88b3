//! Intel MKL by its own interface (DFTI), loaded when a plan first wants it. Cosines and sines go by way of its Fourier transforms.

mod dfti;
mod library;

use std::sync::Arc;

use num_complex::Complex;

use self::dfti::{Descriptor, Settings};
use self::library::{Library, library};
use super::batches::{BATCH, batches, warn_of_stock};
use super::stock::Stock;
use super::{Backend, ComplexLines, ComplexTransform, Planner, Real, RealLines, RealTransform};
use crate::error::{Error, Result};
use crate::options::Direction;

/// Transforms by MKL.
pub(super) struct Mkl(&'static Library);

impl Mkl {
    /// # Errors
    /// Why MKL cannot be loaded.
    pub fn new() -> std::result::Result<Mkl, String> {
        library().map(Mkl)
    }
}

impl Backend for Mkl {
    fn single(&self) -> &dyn Planner<f32> {
        self
    }

    fn double(&self) -> &dyn Planner<f64> {
        self
    }
}

impl<T: Real> Planner<T> for Mkl {
    fn complex_lines(&self, length: usize, direction: Direction) -> ComplexTransform<T> {
        let settings = Settings { is_double: is_double::<T>(), is_real: false, length, distances: [length; 2] };
        match Duo::new(self.0, settings) {
            Ok(duo) => ComplexTransform::Lines(Arc::new(Complexes { length, direction, duo })),
            Err(reason) => {
                warn_of_stock(&format!("MKL ({reason})"), "complex", length);
                Stock.complex_lines(length, direction)
            }
        }
    }

    fn real_lines(&self, length: usize) -> RealTransform<T> {
        let half = length / 2 + 1;
        let duo =
            |distances| Duo::new(self.0, Settings { is_double: is_double::<T>(), is_real: true, length, distances });
        match (duo([length, half]), duo([half, length])) {
            (Ok(forward), Ok(backward)) => RealTransform::Lines(Arc::new(Reals { length, forward, backward })),
            (Err(reason), _) | (_, Err(reason)) => {
                warn_of_stock(&format!("MKL ({reason})"), "real", length);
                Stock.real_lines(length)
            }
        }
    }
}

fn is_double<T: Real>() -> bool {
    T::TYPE.is_double()
}

/// Descriptors of a batch of lines that lie one after the other, and of one line.
struct Duo {
    batch: Descriptor,
    one: Descriptor,
}

impl Duo {
    fn new(library: &'static Library, settings: Settings) -> std::result::Result<Duo, String> {
        Ok(Duo { batch: Descriptor::new(library, settings, BATCH)?, one: Descriptor::new(library, settings, 1)? })
    }

    /// Calls `compute` with a descriptor and the first of its lines, until all are transformed or one fails.
    fn run(
        &self,
        (count, length): (usize, usize),
        compute: impl Fn(&Descriptor, usize) -> std::result::Result<(), String>,
    ) -> Result<()> {
        for (line, lines) in batches(count) {
            compute(if lines == 1 { &self.one } else { &self.batch }, line).map_err(|reason| Error::Lines {
                library: "MKL",
                length,
                reason,
            })?;
        }
        Ok(())
    }
}

struct Complexes {
    length: usize,
    direction: Direction,
    duo: Duo,
}

impl<T: Real> ComplexLines<T> for Complexes {
    fn scratch_len(&self) -> usize {
        0
    }

    fn transform(&self, lines: &mut [Complex<T>], _: &mut [Complex<T>]) -> Result<()> {
        let begin = lines.as_mut_ptr();
        self.duo.run((lines.len() / self.length, self.length), |descriptor, line| {
            // SAFETY: the lines of a call are inside the slice, and the descriptor is for such an array, in place.
            unsafe { descriptor.compute_in_place(self.direction, begin.add(line * self.length).cast()) }
        })
    }
}

struct Reals {
    length: usize,
    forward: Duo,
    backward: Duo,
}

impl<T: Real> RealLines<T> for Reals {
    fn scratch_len(&self) -> usize {
        0
    }

    fn forward(&self, real: &mut [T], half: &mut [Complex<T>], _: &mut [Complex<T>]) -> Result<()> {
        let (n, from, to) = (self.length, real.as_mut_ptr(), half.as_mut_ptr());
        self.forward.run((real.len() / n, n), |descriptor, line| {
            // SAFETY: the lines of a call are inside the slices, and the descriptor is for such arrays.
            unsafe {
                let to = to.add(line * (n / 2 + 1));
                descriptor.compute(Direction::Forward, from.add(line * n).cast(), to.cast())
            }
        })
    }

    fn backward(&self, half: &mut [Complex<T>], real: &mut [T], _: &mut [Complex<T>]) -> Result<()> {
        let (n, from, to) = (self.length, half.as_mut_ptr(), real.as_mut_ptr());
        self.backward.run((real.len() / n, n), |descriptor, line| {
            // SAFETY: as above.
            unsafe {
                let from = from.add(line * (n / 2 + 1));
                descriptor.compute(Direction::Backward, from.cast(), to.add(line * n).cast())
            }
        })
    }
}
