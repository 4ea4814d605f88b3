//! Complex numbers changing places in registers: square blocks, a vector for each row, transposed, and vectors reversed.

use num_complex::Complex;

/// The most complex numbers of a vector.
pub(super) const MOST_LANES: usize = 8;

/// Complex numbers of the precision `T` in a vector `V`.
pub(super) const fn lanes<T, V>() -> usize {
    size_of::<V>() / size_of::<Complex<T>>()
}

/// Transposes the first vectors of `block`, as many as each of them has complex numbers of `T`.
///
/// # Safety
/// `V` is a vector of the instruction set that is in use, of numbers of `T`.
#[inline(always)]
pub(super) unsafe fn transpose<T, V: Copy>(block: [V; MOST_LANES]) -> [V; MOST_LANES] {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: by the caller's word.
    unsafe {
        match (size_of::<V>(), size_of::<Complex<T>>()) {
            (64, 16) => return through(block, |rows| x86::transpose_4_of_16(rows)),
            (64, 8) => return through(block, |rows| x86::transpose_8_of_8(rows)),
            (32, 16) => return through(block, |rows| x86::transpose_2_of_16(rows)),
            (32, 8) => return through(block, |rows| x86::transpose_4_of_8(rows)),
            _ => {}
        }
    }
    // SAFETY: by the caller's word.
    unsafe { element_by_element::<T, V>(block) }
}

/// Passes the first `N` vectors through `transpose`, which calls them `W`.
///
/// # Safety
/// Both are vectors of one size.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn through<V: Copy, W, const N: usize>(
    block: [V; MOST_LANES],
    transpose: impl FnOnce([W; N]) -> [W; N],
) -> [V; MOST_LANES] {
    let mut result = block;
    // SAFETY: by the caller's word.
    unsafe {
        let rows = transpose(std::array::from_fn(|row| std::mem::transmute_copy(&block[row])));
        for (to, row) in result.iter_mut().zip(&rows) {
            *to = std::mem::transmute_copy(row);
        }
    }
    result
}

/// # Safety
/// `V` has numbers of `T`, and nothing else.
#[inline(always)]
unsafe fn element_by_element<T, V: Copy>(block: [V; MOST_LANES]) -> [V; MOST_LANES] {
    let mut result = block;
    let lanes = lanes::<T, V>();
    let (from, to) = (block.as_ptr().cast::<Complex<T>>(), result.as_mut_ptr().cast::<Complex<T>>());
    for row in 0..lanes {
        for column in 0..lanes {
            // SAFETY: by the caller's word.
            unsafe { to.add(column * lanes + row).write(from.add(row * lanes + column).read()) };
        }
    }
    result
}

/// The complex numbers of `T` in a vector, the last one first.
///
/// # Safety
/// As for [`transpose`].
#[inline(always)]
pub(super) unsafe fn reversed<T, V: Copy>(vector: V) -> V {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: by the caller's word.
    unsafe {
        use std::mem::transmute_copy;
        match (size_of::<V>(), size_of::<Complex<T>>()) {
            (64, 16) => return transmute_copy(&x86::reversed_4_of_16(transmute_copy(&vector))),
            (64, 8) => return transmute_copy(&x86::reversed_8_of_8(transmute_copy(&vector))),
            (32, 16) => return transmute_copy(&x86::reversed_2_of_16(transmute_copy(&vector))),
            (32, 8) => return transmute_copy(&x86::reversed_4_of_8(transmute_copy(&vector))),
            _ => {}
        }
    }
    let mut result = vector;
    let lanes = lanes::<T, V>();
    let (from, to) = ((&raw const vector).cast::<Complex<T>>(), (&raw mut result).cast::<Complex<T>>());
    for lane in 0..lanes {
        // SAFETY: by the caller's word.
        unsafe { to.add(lane).write(from.add(lanes - 1 - lane).read()) };
    }
    result
}

/// By the instructions of x86-64.
#[cfg(target_arch = "x86_64")]
pub(crate) mod x86 {
    use std::arch::x86_64::*;

    /// 4 × 4 elements of 16 bytes.
    #[target_feature(enable = "avx512f")]
    #[inline]
    pub fn transpose_4_of_16([a, b, c, d]: [__m512d; 4]) -> [__m512d; 4] {
        let (ab_even, cd_even) = (_mm512_shuffle_f64x2::<0x88>(a, b), _mm512_shuffle_f64x2::<0x88>(c, d));
        let (ab_odd, cd_odd) = (_mm512_shuffle_f64x2::<0xdd>(a, b), _mm512_shuffle_f64x2::<0xdd>(c, d));
        [
            _mm512_shuffle_f64x2::<0x88>(ab_even, cd_even),
            _mm512_shuffle_f64x2::<0x88>(ab_odd, cd_odd),
            _mm512_shuffle_f64x2::<0xdd>(ab_even, cd_even),
            _mm512_shuffle_f64x2::<0xdd>(ab_odd, cd_odd),
        ]
    }

    /// 8 × 8 elements of 8 bytes.
    #[target_feature(enable = "avx512f")]
    #[inline]
    pub fn transpose_8_of_8(rows: [__m512d; 8]) -> [__m512d; 8] {
        // Of each pair of rows the even elements, then the odd ones: these are quarters that belong together.
        let even = transpose_4_of_16(std::array::from_fn(|p| _mm512_unpacklo_pd(rows[2 * p], rows[2 * p + 1])));
        let odd = transpose_4_of_16(std::array::from_fn(|p| _mm512_unpackhi_pd(rows[2 * p], rows[2 * p + 1])));
        std::array::from_fn(|column| if column.is_multiple_of(2) { even[column / 2] } else { odd[column / 2] })
    }

    /// 2 × 2 elements of 16 bytes.
    #[target_feature(enable = "avx")]
    #[inline]
    pub fn transpose_2_of_16([a, b]: [__m256d; 2]) -> [__m256d; 2] {
        [_mm256_permute2f128_pd::<0x20>(a, b), _mm256_permute2f128_pd::<0x31>(a, b)]
    }

    /// 4 × 4 elements of 8 bytes.
    #[target_feature(enable = "avx")]
    #[inline]
    pub fn transpose_4_of_8([a, b, c, d]: [__m256d; 4]) -> [__m256d; 4] {
        let (ab_low, ab_high) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
        let (cd_low, cd_high) = (_mm256_unpacklo_pd(c, d), _mm256_unpackhi_pd(c, d));
        [
            _mm256_permute2f128_pd::<0x20>(ab_low, cd_low),
            _mm256_permute2f128_pd::<0x20>(ab_high, cd_high),
            _mm256_permute2f128_pd::<0x31>(ab_low, cd_low),
            _mm256_permute2f128_pd::<0x31>(ab_high, cd_high),
        ]
    }

    /// 4 elements of 16 bytes.
    #[target_feature(enable = "avx512f")]
    #[inline]
    pub fn reversed_4_of_16(vector: __m512d) -> __m512d {
        _mm512_shuffle_f64x2::<0x1b>(vector, vector)
    }

    /// 8 elements of 8 bytes.
    #[target_feature(enable = "avx512f")]
    #[inline]
    pub fn reversed_8_of_8(vector: __m512d) -> __m512d {
        _mm512_permutexvar_pd(_mm512_set_epi64(0, 1, 2, 3, 4, 5, 6, 7), vector)
    }

    /// 2 elements of 16 bytes.
    #[target_feature(enable = "avx")]
    #[inline]
    pub fn reversed_2_of_16(vector: __m256d) -> __m256d {
        _mm256_permute2f128_pd::<0x01>(vector, vector)
    }

    /// 4 elements of 8 bytes.
    #[target_feature(enable = "avx2")]
    #[inline]
    pub fn reversed_4_of_8(vector: __m256d) -> __m256d {
        _mm256_permute4x64_pd::<0x1b>(vector)
    }
}
