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

/// A precision that has lanes on every instruction set.
pub trait LaneReal: Sized {
    /// Does a job on the widest instruction set of this CPU.
    fn run_lanes(job: impl LaneJob<Self>);
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
                dispatch(With(job, PhantomData));
            }
        }
    )*};
}
lane_real!(f32 f64);

/// Runs `operation` on the widest instruction set of this CPU.
pub(crate) fn dispatch<Op: WithSimd>(operation: Op) -> Op::Output {
    match Arch::new() {
        #[cfg(target_arch = "x86_64")]
        Arch::V4(simd) => Simd::vectorize(simd, operation),
        #[cfg(target_arch = "x86_64")]
        Arch::V3(simd) => Simd::vectorize(simd, operation),
        #[cfg(target_arch = "aarch64")]
        Arch::Neon(simd) => Simd::vectorize(simd, operation),
        // Not what the library calls scalar, whose complex numbers are wider than its vectors.
        _ => operation.with_simd(pulp::Scalar128b),
    }
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
