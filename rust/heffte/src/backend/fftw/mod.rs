//! FFTW, loaded when a plan first wants it.

mod api;
#[cfg(feature = "fftw-source")]
mod inside;
mod library;
mod lines;
mod wisdom;

use std::sync::{Arc, OnceLock};

use num_complex::Complex;

use self::api::{Api, Flags};
use self::library::Library;
use self::lines::{Complexes, RealR2rs, Reals};
pub use self::wisdom::{fftw_export_wisdom, fftw_import_wisdom};
use super::batches::warn_of_stock;
use super::stock::Stock;
use super::{Backend, ComplexTransform, Planner, R2rTransform, Real, RealTransform};
use crate::axis::{AxisKind, R2rKind};
use crate::options::{Direction, PlanningEffort};

/// Transforms by FFTW, planned with some effort.
pub(super) struct Fftw {
    single: Plans<f32>,
    double: Plans<f64>,
}

struct Plans<T: Real> {
    api: &'static Api<T>,
    effort: PlanningEffort,
}

impl Fftw {
    /// # Errors
    /// Why FFTW cannot be loaded.
    pub fn new(effort: PlanningEffort) -> Result<Fftw, String> {
        let Library { single, double } = library()?;
        Ok(Fftw { single: Plans { api: single, effort }, double: Plans { api: double, effort } })
    }
}

/// FFTW, loaded once; so is the wisdom that the environment names.
fn library() -> Result<&'static Library, String> {
    static LIBRARY: OnceLock<Result<Library, String>> = OnceLock::new();
    let library = LIBRARY.get_or_init(|| Library::load().inspect(wisdom::import_from_environment));
    library.as_ref().map_err(Clone::clone)
}

impl Backend for Fftw {
    fn single(&self) -> &dyn Planner<f32> {
        &self.single
    }

    fn double(&self) -> &dyn Planner<f64> {
        &self.double
    }
}

impl<T: Real> Planner<T> for Plans<T> {
    fn complex_lines(&self, length: usize, direction: Direction) -> ComplexTransform<T> {
        match Complexes::fourier(self.api, length, direction, self.effort) {
            Some(lines) => ComplexTransform::Lines(Arc::new(lines)),
            None => {
                warn_of_stock("FFTW", "complex", length);
                Stock.complex_lines(length, direction)
            }
        }
    }

    fn real_lines(&self, length: usize) -> RealTransform<T> {
        match Reals::new(self.api, length, self.effort) {
            Some(lines) => RealTransform::Lines(Arc::new(lines)),
            None => {
                warn_of_stock("FFTW", "real", length);
                Stock.real_lines(length)
            }
        }
    }

    fn r2r_lines(&self, kind: R2rKind, length: usize) -> [R2rTransform<T>; 2] {
        let ways = [Direction::Forward, Direction::Backward].map(|direction| {
            let kind = Flags::r2r_kind(kind, direction);
            let complex = Complexes::part_by_part(self.api, length, kind, self.effort)?;
            let real = RealR2rs::new(self.api, length, kind, self.effort)?;
            Some(R2rTransform::of_lines(Arc::new(complex), Arc::new(real)))
        });
        if let [Some(forward), Some(backward)] = ways {
            return [forward, backward];
        }
        warn_of_stock("FFTW", AxisKind::R2r(kind).name(), length);
        Stock.r2r_lines(kind, length)
    }
}

/// The real numbers that complex ones are made of.
fn parts<T>(complex: *mut Complex<T>) -> *mut T {
    complex.cast()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_of_every_effort_follow_the_definition() {
        use crate::backend::stock::tests::{assert_close, direct, sample};
        const LENGTH: usize = 12;
        for effort in PlanningEffort::ALL {
            let Ok(fftw) = Fftw::new(effort).inspect_err(|reason| println!("left out: {reason}")) else { return };
            let ComplexTransform::Lines(lines) = fftw.double().complex_lines(LENGTH, Direction::Forward) else {
                panic!("it wants lines one after the other")
            };
            let mut tile = sample(LENGTH).repeat(19);
            lines.transform(&mut tile, &mut []).expect("the transform");
            for line in tile.chunks_exact(LENGTH) {
                assert_close(line, &direct(&sample(LENGTH), -1.0));
            }
        }
    }

    #[test]
    fn it_is_loaded_and_says_why_not() {
        match library() {
            Ok(library) => assert!(std::ptr::eq(library, super::library().expect("it was loaded"))),
            Err(reason) => {
                assert!(reason.contains("HEFFTE_FFTW_LIBRARIES"), "{reason}");
                println!("left out: {reason}");
            }
        }
    }
}
