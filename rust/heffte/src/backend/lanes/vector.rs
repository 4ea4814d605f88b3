//! Vectors of complex numbers of either precision, real and imaginary parts alternating, on any instruction set.

use num_complex::Complex;
use pulp::{Simd, cast};

use crate::backend::Real;

/// Complex numbers of one precision in a vector register of the instruction set `S`.
pub trait Lanes<S: Simd>: Real {
    /// A vector; half as many complex numbers as it has lanes.
    type Vector: Copy;

    /// `value` in every lane.
    fn splat(simd: S, value: Self) -> Self::Vector;
    /// `value.re` in every even lane, `value.im` in every odd one.
    fn splat_complex(simd: S, value: Complex<Self>) -> Self::Vector;
    fn sum(simd: S, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn difference(simd: S, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn product(simd: S, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a b + c`.
    fn fused(simd: S, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// `c − a b`.
    fn negated_fused(simd: S, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// Every complex number with its parts exchanged.
    fn swapped(simd: S, a: Self::Vector) -> Self::Vector;
}

/// Writes a vector past the cache, where there is a way.
///
/// # Safety
/// There is room for it, aligned to its size.
#[inline(always)]
pub(super) unsafe fn stream<V: Copy>(to: *mut V, value: V) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: by the caller's word; a vector of this size is one of the instruction set that is in use.
    unsafe {
        use std::arch::x86_64::{_mm_stream_pd, _mm256_stream_pd, _mm512_stream_pd};
        use std::mem::transmute_copy;
        match size_of::<V>() {
            64 => _mm512_stream_pd(to.cast(), transmute_copy(&value)),
            32 => _mm256_stream_pd(to.cast(), transmute_copy(&value)),
            _ => _mm_stream_pd(to.cast(), transmute_copy(&value)),
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    // SAFETY: by the caller's word.
    unsafe {
        to.write_unaligned(value);
    }
}

macro_rules! lanes {
    ($real:ty, $reals:ident, $complex:ident, $complexes:ident, $splat:ident, $splat_complex:ident, $add:ident, $sub:ident,
     $mul:ident, $mul_add:ident, $neg_mul_add:ident, $swap:ident) => {
        impl<S: Simd> Lanes<S> for $real {
            type Vector = S::$reals;

            #[inline(always)]
            fn splat(simd: S, value: Self) -> Self::Vector {
                simd.$splat(value)
            }
            #[inline(always)]
            fn splat_complex(simd: S, value: Complex<Self>) -> Self::Vector {
                cast(simd.$splat_complex(pulp::$complex { re: value.re, im: value.im }))
            }
            #[inline(always)]
            fn sum(simd: S, a: Self::Vector, b: Self::Vector) -> Self::Vector {
                simd.$add(a, b)
            }
            #[inline(always)]
            fn difference(simd: S, a: Self::Vector, b: Self::Vector) -> Self::Vector {
                simd.$sub(a, b)
            }
            #[inline(always)]
            fn product(simd: S, a: Self::Vector, b: Self::Vector) -> Self::Vector {
                simd.$mul(a, b)
            }
            #[inline(always)]
            fn fused(simd: S, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
                simd.$mul_add(a, b, c)
            }
            #[inline(always)]
            fn negated_fused(simd: S, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
                simd.$neg_mul_add(a, b, c)
            }
            #[inline(always)]
            fn swapped(simd: S, a: Self::Vector) -> Self::Vector {
                cast(simd.$swap(cast::<_, S::$complexes>(a)))
            }
        }
    };
}

lanes!(
    f32,
    f32s,
    c32,
    c32s,
    splat_f32s,
    splat_c32s,
    add_f32s,
    sub_f32s,
    mul_f32s,
    mul_add_e_f32s,
    negate_mul_add_e_f32s,
    swap_re_im_c32s
);
lanes!(
    f64,
    f64s,
    c64,
    c64s,
    splat_f64s,
    splat_c64s,
    add_f64s,
    sub_f64s,
    mul_f64s,
    mul_add_e_f64s,
    negate_mul_add_e_f64s,
    swap_re_im_c64s
);

/// A factor for complex numbers, as [`Math::times`] wants it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C)]
pub(super) struct Factor<T> {
    re: T,
    /// Minus the imaginary part, and the imaginary part.
    im: Complex<T>,
}

impl<T: Real> From<Complex<T>> for Factor<T> {
    fn from(factor: Complex<T>) -> Factor<T> {
        Factor { re: factor.re, im: Complex::new(-factor.im, factor.im) }
    }
}

impl<T: Real> Factor<T> {
    /// What multiplies the parts of a number, and what multiplies them exchanged.
    pub fn real_parts(&self) -> [T; 2] {
        [self.re; 2]
    }

    pub fn imaginary_parts(&self) -> [T; 2] {
        [self.im.re, self.im.im]
    }
}

/// The arithmetic of one instruction set and one direction.
#[derive(Clone, Copy)]
pub(super) struct Math<S: Simd, T: Lanes<S>> {
    simd: S,
    /// What turns a swapped number by a quarter: clockwise forward, the other way backward.
    turn: T::Vector,
}

impl<S: Simd, T: Lanes<S>> Math<S, T> {
    #[inline(always)]
    pub fn new(simd: S, forward: bool) -> Math<S, T> {
        let one = if forward { T::one() } else { -T::one() };
        Math { simd, turn: T::splat_complex(simd, Complex::new(one, -one)) }
    }

    #[inline(always)]
    pub fn add(self, a: T::Vector, b: T::Vector) -> T::Vector {
        T::sum(self.simd, a, b)
    }

    #[inline(always)]
    pub fn sub(self, a: T::Vector, b: T::Vector) -> T::Vector {
        T::difference(self.simd, a, b)
    }

    /// `a x + c` with a real `x`.
    #[inline(always)]
    pub fn scaled_add(self, a: T::Vector, x: f64, c: T::Vector) -> T::Vector {
        T::fused(self.simd, a, T::splat(self.simd, T::nearest(x)), c)
    }

    /// `a x` with a real `x`.
    #[inline(always)]
    pub fn scaled(self, a: T::Vector, x: f64) -> T::Vector {
        T::product(self.simd, a, T::splat(self.simd, T::nearest(x)))
    }

    /// `a x` with a real `x` of the precision.
    #[inline(always)]
    pub fn multiplied(self, a: T::Vector, x: T) -> T::Vector {
        T::product(self.simd, a, T::splat(self.simd, x))
    }

    /// `a` turned by a quarter in the direction of the transform: `∓i a`.
    #[inline(always)]
    pub fn turned(self, a: T::Vector) -> T::Vector {
        T::product(self.simd, T::swapped(self.simd, a), self.turn)
    }

    /// `a` and `b` turned, added and subtracted: `(a ∓ i b, a ± i b)`.
    #[inline(always)]
    pub fn turned_sums(self, a: T::Vector, b: T::Vector) -> (T::Vector, T::Vector) {
        let b = T::swapped(self.simd, b);
        (T::fused(self.simd, b, self.turn, a), T::negated_fused(self.simd, b, self.turn, a))
    }

    /// `a` times a complex factor.
    #[inline(always)]
    pub fn times(self, a: T::Vector, factor: &Factor<T>) -> T::Vector {
        let (re, im) = (T::splat(self.simd, factor.re), T::splat_complex(self.simd, factor.im));
        T::fused(self.simd, a, re, T::product(self.simd, T::swapped(self.simd, a), im))
    }
}

impl<S: Simd, T: Lanes<S>> Math<S, T> {
    /// `value` in every place.
    #[inline(always)]
    pub fn splat_complex(self, value: Complex<T>) -> T::Vector {
        T::splat_complex(self.simd, value)
    }

    /// The first number of `a`.
    #[inline(always)]
    pub fn first(self, a: T::Vector) -> Complex<T> {
        // SAFETY: a vector has a complex number at least.
        unsafe { (&raw const a).cast::<Complex<T>>().read_unaligned() }
    }

    /// Each number of `a` times a complex factor of its own: their [`Factor::real_parts`] and [`Factor::imaginary_parts`].
    #[inline(always)]
    pub fn times_each(self, a: T::Vector, re: T::Vector, im: T::Vector) -> T::Vector {
        T::fused(self.simd, a, re, T::product(self.simd, T::swapped(self.simd, a), im))
    }

    /// `c` plus `a` times the real part of a factor.
    #[inline(always)]
    pub fn plus_real_part(self, c: T::Vector, a: T::Vector, factor: &Factor<T>) -> T::Vector {
        T::fused(self.simd, a, T::splat(self.simd, factor.re), c)
    }

    /// `a` times the imaginary part of a factor, and `i`.
    #[inline(always)]
    pub fn imaginary_part(self, a: T::Vector, factor: &Factor<T>) -> T::Vector {
        T::product(self.simd, T::swapped(self.simd, a), T::splat_complex(self.simd, factor.im))
    }

    /// `c` plus `a` times the imaginary part of a factor, and `i`.
    #[inline(always)]
    pub fn plus_imaginary_part(self, c: T::Vector, a: T::Vector, factor: &Factor<T>) -> T::Vector {
        T::fused(self.simd, T::swapped(self.simd, a), T::splat_complex(self.simd, factor.im), c)
    }
}

impl<S: Simd, T: Lanes<S>> Math<S, T> {
    /// `a` with its parts exchanged.
    #[inline(always)]
    pub fn swapped(self, a: T::Vector) -> T::Vector {
        T::swapped(self.simd, a)
    }

    /// `a` without its imaginary part.
    #[inline(always)]
    pub fn real_part(self, a: T::Vector) -> T::Vector {
        T::product(self.simd, a, T::splat_complex(self.simd, Complex::new(T::one(), T::zero())))
    }

    /// The complex conjugate of `a`.
    #[inline(always)]
    pub fn conjugate(self, a: T::Vector) -> T::Vector {
        T::product(self.simd, a, T::splat_complex(self.simd, Complex::new(T::one(), -T::one())))
    }
}
