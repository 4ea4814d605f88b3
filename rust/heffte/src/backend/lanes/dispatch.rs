//! The instruction set that this CPU has, found out at run time.

use std::marker::PhantomData;

use pulp::{Arch, Simd, WithSimd};

use super::vector::Lanes;

/// Something to do with lanes of `T`.
pub trait LaneJob<T> {
    /// Does it on an instruction set.
    fn run<S: Simd>(self, simd: S)
    where
        T: Lanes<S>;
}

/// A precision that has lanes on every instruction set that [has any](has_lanes).
pub trait LaneReal: Sized {
    /// Does a job on the widest instruction set of this CPU.
    ///
    /// # Panics
    /// Where this CPU has no lanes.
    fn run_lanes(job: impl LaneJob<Self>);
}

/// Whether this CPU has vectors that are worth a line in each lane: with fewer than two numbers or without fused products,
/// transforms in lanes are slower than rustfft's, and twice as much to compile as all others.
pub(crate) fn has_lanes() -> bool {
    struct Nothing;
    impl WithSimd for Nothing {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {}
    }
    vectorized(Nothing).is_ok()
}

struct With<T, J>(J, PhantomData<T>);

macro_rules! lane_real {
    ($($real:ty)*) => {$(
        impl<J: LaneJob<$real>> WithSimd for With<$real, J> {
            type Output = ();

            #[inline(always)]
            fn with_simd<S: Simd>(self, simd: S) {
                self.0.run(simd);
            }
        }

        impl LaneReal for $real {
            fn run_lanes(job: impl LaneJob<$real>) {
                let job: With<$real, _> = With(job, PhantomData);
                if vectorized(job).is_err() {
                    unreachable!("lines are not put in lanes where the CPU has none");
                }
            }
        }
    )*};
}
lane_real!(f32 f64);

/// Runs `operation` on the widest instruction set of this CPU, or gives it back where that has no vectors that are worth it.
#[inline(always)]
fn vectorized<Op: WithSimd>(operation: Op) -> Result<Op::Output, Op> {
    match Arch::new() {
        #[cfg(target_arch = "x86_64")]
        Arch::V4(simd) => Ok(Simd::vectorize(simd, operation)),
        #[cfg(target_arch = "x86_64")]
        Arch::V3(simd) => Ok(Simd::vectorize(simd, operation)),
        #[cfg(target_arch = "aarch64")]
        Arch::Neon(simd) => Ok(Simd::vectorize(simd, operation)),
        _ => Err(operation),
    }
}

/// Runs `operation` on the widest instruction set of this CPU.
pub(crate) fn dispatch<Op: WithSimd>(operation: Op) -> Op::Output {
    // Not what the library calls scalar, whose complex numbers are wider than its vectors.
    vectorized(operation).unwrap_or_else(|operation| operation.with_simd(pulp::Scalar128b))
}

/// Bytes of a vector of the widest instruction set of this CPU.
pub(crate) fn vector_bytes() -> usize {
    struct Bytes;
    impl WithSimd for Bytes {
        type Output = usize;

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> usize {
            size_of::<S::f64s>()
        }
    }
    dispatch(Bytes)
}
