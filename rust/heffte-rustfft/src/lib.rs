//! The transforms of rustfft and realfft in both precisions.
//!
//! Generic code is compiled where its types are named, and of rustfft's there is more than of all of heffte's. Here they are named
//! once, so that it is not compiled again with each form of that crate: its tests, its features, another MPI.

use std::sync::Arc;

pub use realfft::{ComplexToReal, RealToComplex};
pub use rustfft::{Fft, FftDirection, FftNum};

use realfft::RealFftPlanner;
use rustfft::FftPlanner;

/// A precision of theirs.
pub trait Planned: FftNum {
    /// The transform of lines of `length` complex numbers.
    fn complex(length: usize, direction: FftDirection) -> Arc<dyn Fft<Self>>;
    /// The forward transform of lines of `length` real numbers.
    fn real_to_complex(length: usize) -> Arc<dyn RealToComplex<Self>>;
    /// The backward transform to lines of `length` real numbers.
    fn complex_to_real(length: usize) -> Arc<dyn ComplexToReal<Self>>;
}

macro_rules! planned {
    ($($real:ty)*) => {$(
        impl Planned for $real {
            fn complex(length: usize, direction: FftDirection) -> Arc<dyn Fft<$real>> {
                FftPlanner::new().plan_fft(length, direction)
            }

            fn real_to_complex(length: usize) -> Arc<dyn RealToComplex<$real>> {
                RealFftPlanner::new().plan_fft_forward(length)
            }

            fn complex_to_real(length: usize) -> Arc<dyn ComplexToReal<$real>> {
                RealFftPlanner::new().plan_fft_inverse(length)
            }
        }
    )*};
}
planned!(f32 f64);
