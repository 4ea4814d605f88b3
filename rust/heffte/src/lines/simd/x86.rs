//! Transposes and streaming stores by the instructions of x86-64.

use std::arch::x86_64::*;

use super::{Matrix, Rows, Stores, row};
use crate::backend::Tile;
use crate::backend::lanes::ROW;

/// Elements of 16 bytes.
///
/// # Safety
/// As for [`super::transpose`]; the CPU has AVX-512 F.
#[target_feature(enable = "avx512f")]
pub unsafe fn transpose_16_by_avx512(from: Rows, to: impl Matrix, counts: (usize, usize), stores: Stores) {
    // SAFETY: by the caller's word.
    unsafe { blocks::<4, 16>(from, to, counts, stores, |from, to, stream| block_of_16_by_avx512(from, to, stream)) }
}

/// Elements of 8 bytes.
///
/// # Safety
/// As for [`super::transpose`]; the CPU has AVX-512 F.
#[target_feature(enable = "avx512f")]
pub unsafe fn transpose_8_by_avx512(from: Rows, to: impl Matrix, counts: (usize, usize), stores: Stores) {
    // SAFETY: by the caller's word.
    unsafe { blocks::<8, 8>(from, to, counts, stores, |from, to, stream| block_of_8_by_avx512(from, to, stream)) }
}

/// Elements of 16 bytes.
///
/// # Safety
/// As for [`super::transpose`]; the CPU has AVX.
#[target_feature(enable = "avx")]
pub unsafe fn transpose_16_by_avx(from: Rows, to: impl Matrix, counts: (usize, usize), stores: Stores) {
    // SAFETY: by the caller's word.
    unsafe { blocks::<2, 16>(from, to, counts, stores, |from, to, stream| block_of_16_by_avx(from, to, stream)) }
}

/// Elements of 8 bytes.
///
/// # Safety
/// As for [`super::transpose`]; the CPU has AVX.
#[target_feature(enable = "avx")]
pub unsafe fn transpose_8_by_avx(from: Rows, to: impl Matrix, counts: (usize, usize), stores: Stores) {
    // SAFETY: by the caller's word.
    unsafe { blocks::<4, 8>(from, to, counts, stores, |from, to, stream| block_of_8_by_avx(from, to, stream)) }
}

/// Transposes block by block, and what is left over element by element. The blocks of one row of the result, which
/// lie in neighbouring memory, are written one after the other.
///
/// # Safety
/// As for [`super::transpose`]; `block` transposes `N × N` elements of `SIZE` bytes.
#[inline(always)]
unsafe fn blocks<const N: usize, const SIZE: usize>(
    from: Rows,
    to: impl Matrix,
    (rows, columns): (usize, usize),
    stores: Stores,
    block: impl Fn([*const u8; N], [*mut u8; N], bool),
) {
    let (whole_rows, whole_columns) = (rows - rows % N, columns - columns % N);
    // Streaming needs aligned vectors, in each row of the result.
    let stream = stores == Stores::Streaming && to.is_aligned(N * SIZE);
    // SAFETY: all indices are below the counts.
    unsafe {
        for column in (0..whole_columns).step_by(N) {
            for row in (0..whole_rows).step_by(N) {
                let source = std::array::from_fn(|r| from.at(row + r, column, SIZE).cast_const());
                let target = std::array::from_fn(|r| to.at(column + r, row, SIZE));
                block(source, target, stream);
            }
            edge::<SIZE>(from, to, whole_rows..rows, column..column + N);
        }
        edge::<SIZE>(from, to, 0..rows, whole_columns..columns);
    }
}

/// # Safety
/// As for [`super::transpose`], for the elements in these ranges.
#[inline(always)]
unsafe fn edge<const SIZE: usize>(
    from: Rows,
    to: impl Matrix,
    rows: std::ops::Range<usize>,
    columns: std::ops::Range<usize>,
) {
    for column in columns {
        for row in rows.clone() {
            // SAFETY: by the caller's word.
            unsafe {
                let source = from.at(row, column, SIZE).cast::<[u8; SIZE]>();
                to.at(column, row, SIZE).cast::<[u8; SIZE]>().write(source.read());
            }
        }
    }
}

/// Four rows of four quarters of a vector, transposed.
#[target_feature(enable = "avx512f")]
#[inline]
fn quarters([a, b, c, d]: [__m512d; 4]) -> [__m512d; 4] {
    let (ab_even, cd_even) = (_mm512_shuffle_f64x2::<0x88>(a, b), _mm512_shuffle_f64x2::<0x88>(c, d));
    let (ab_odd, cd_odd) = (_mm512_shuffle_f64x2::<0xdd>(a, b), _mm512_shuffle_f64x2::<0xdd>(c, d));
    [
        _mm512_shuffle_f64x2::<0x88>(ab_even, cd_even),
        _mm512_shuffle_f64x2::<0x88>(ab_odd, cd_odd),
        _mm512_shuffle_f64x2::<0xdd>(ab_even, cd_even),
        _mm512_shuffle_f64x2::<0xdd>(ab_odd, cd_odd),
    ]
}

/// 4 × 4 elements of 16 bytes.
///
/// # Safety
/// The CPU has AVX-512 F; all rows hold the block, and those that are streamed to are aligned.
#[target_feature(enable = "avx512f")]
#[inline]
unsafe fn block_of_16_by_avx512(from: [*const u8; 4], to: [*mut u8; 4], stream: bool) {
    // SAFETY: by the caller's word.
    unsafe {
        let rows = from.map(|row| _mm512_loadu_pd(row.cast()));
        for (target, column) in to.into_iter().zip(quarters(rows)) {
            store_512(target, column, stream);
        }
    }
}

/// 8 × 8 elements of 8 bytes.
///
/// # Safety
/// As for [`block_of_16_by_avx512`].
#[target_feature(enable = "avx512f")]
#[inline]
unsafe fn block_of_8_by_avx512(from: [*const u8; 8], to: [*mut u8; 8], stream: bool) {
    // SAFETY: by the caller's word.
    unsafe {
        let rows = from.map(|row| _mm512_loadu_pd(row.cast()));
        // Of each pair of rows the even elements, then the odd ones: these are quarters that belong together.
        let even: [__m512d; 4] = std::array::from_fn(|p| _mm512_unpacklo_pd(rows[2 * p], rows[2 * p + 1]));
        let odd: [__m512d; 4] = std::array::from_fn(|p| _mm512_unpackhi_pd(rows[2 * p], rows[2 * p + 1]));
        for (pair, (even, odd)) in quarters(even).into_iter().zip(quarters(odd)).enumerate() {
            store_512(to[2 * pair], even, stream);
            store_512(to[2 * pair + 1], odd, stream);
        }
    }
}

/// # Safety
/// The memory holds the vector, and is aligned if it is streamed to; the CPU has AVX-512 F.
#[target_feature(enable = "avx512f")]
#[inline]
unsafe fn store_512(target: *mut u8, vector: __m512d, stream: bool) {
    // SAFETY: by the caller's word.
    unsafe { if stream { _mm512_stream_pd(target.cast(), vector) } else { _mm512_storeu_pd(target.cast(), vector) } }
}

/// 2 × 2 elements of 16 bytes.
///
/// # Safety
/// As for [`block_of_16_by_avx512`], with AVX.
#[target_feature(enable = "avx")]
#[inline]
unsafe fn block_of_16_by_avx(from: [*const u8; 2], to: [*mut u8; 2], stream: bool) {
    // SAFETY: by the caller's word.
    unsafe {
        let [a, b] = from.map(|row| _mm256_loadu_pd(row.cast()));
        store_256(to[0], _mm256_permute2f128_pd::<0x20>(a, b), stream);
        store_256(to[1], _mm256_permute2f128_pd::<0x31>(a, b), stream);
    }
}

/// 4 × 4 elements of 8 bytes.
///
/// # Safety
/// As for [`block_of_16_by_avx`].
#[target_feature(enable = "avx")]
#[inline]
unsafe fn block_of_8_by_avx(from: [*const u8; 4], to: [*mut u8; 4], stream: bool) {
    // SAFETY: by the caller's word.
    unsafe {
        let [a, b, c, d] = from.map(|row| _mm256_loadu_pd(row.cast()));
        let (ab_low, ab_high) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
        let (cd_low, cd_high) = (_mm256_unpacklo_pd(c, d), _mm256_unpackhi_pd(c, d));
        store_256(to[0], _mm256_permute2f128_pd::<0x20>(ab_low, cd_low), stream);
        store_256(to[1], _mm256_permute2f128_pd::<0x20>(ab_high, cd_high), stream);
        store_256(to[2], _mm256_permute2f128_pd::<0x31>(ab_low, cd_low), stream);
        store_256(to[3], _mm256_permute2f128_pd::<0x31>(ab_high, cd_high), stream);
    }
}

/// # Safety
/// The memory holds the vector, and is aligned if it is streamed to; the CPU has AVX.
#[target_feature(enable = "avx")]
#[inline]
unsafe fn store_256(target: *mut u8, vector: __m256d, stream: bool) {
    // SAFETY: by the caller's word.
    unsafe { if stream { _mm256_stream_pd(target.cast(), vector) } else { _mm256_storeu_pd(target.cast(), vector) } }
}

/// Streams rows of a panel, cache lines, to where they belong.
///
/// # Safety
/// As for [`super::rows_out`], with whole panels; `to` is aligned to cache lines; the CPU has AVX-512 F.
#[target_feature(enable = "avx512f")]
pub unsafe fn stream_rows_by_avx512(tile: Tile, rows: std::ops::Range<usize>, to: Rows, panels: usize) {
    for (index, at) in rows.enumerate() {
        for p in 0..panels {
            // SAFETY: by the caller's word.
            unsafe {
                let vector = _mm512_loadu_pd(row(tile, p, at).cast());
                _mm512_stream_pd(to.at(index, p, ROW).cast(), vector);
            }
        }
    }
}

/// As [`stream`], by longer vectors.
///
/// # Safety
/// As for [`stream`], with AVX-512 F.
#[target_feature(enable = "avx512f")]
pub unsafe fn stream_by_avx512(from: *const u8, to: *mut u8, bytes: usize) {
    const VECTOR: usize = 64;
    // Vectors at a time, and how far ahead of them memory is asked for.
    const BLOCK: usize = 4 * VECTOR;
    const AHEAD: usize = 1024;
    let head = to.align_offset(VECTOR).min(bytes);
    let blocks = (bytes - head) / BLOCK * BLOCK;
    // SAFETY: head, blocks and tail make up the bytes; the vectors begin where `to` is aligned; a prefetch does nothing that
    // could be seen.
    unsafe {
        std::ptr::copy_nonoverlapping(from, to, head);
        for offset in (head..head + blocks).step_by(BLOCK) {
            let source = from.add(offset);
            let vectors: [__m512d; 4] = std::array::from_fn(|i| _mm512_loadu_pd(source.add(i * VECTOR).cast()));
            for (i, vector) in vectors.into_iter().enumerate() {
                _mm_prefetch::<_MM_HINT_T0>(source.wrapping_add(AHEAD + i * VECTOR).cast());
                _mm512_stream_pd(to.add(offset + i * VECTOR).cast(), vector);
            }
        }
        let mut done = head + blocks;
        while bytes - done >= VECTOR {
            _mm512_stream_pd(to.add(done).cast(), _mm512_loadu_pd(from.add(done).cast()));
            done += VECTOR;
        }
        std::ptr::copy_nonoverlapping(from.add(done), to.add(done), bytes - done);
    }
}

/// The same by shorter vectors.
///
/// # Safety
/// As for [`stream_rows_by_avx512`], with AVX.
#[target_feature(enable = "avx")]
pub unsafe fn stream_rows_by_avx(tile: Tile, rows: std::ops::Range<usize>, to: Rows, panels: usize) {
    for (index, at) in rows.enumerate() {
        for p in 0..panels {
            // SAFETY: by the caller's word.
            unsafe { stream(row(tile, p, at), to.at(index, p, ROW), ROW) };
        }
    }
}

/// Copies so many bytes past the cache, but for the ends that do not fill a vector.
///
/// # Safety
/// The CPU has AVX; both arrays hold the bytes and do not overlap.
#[target_feature(enable = "avx")]
pub unsafe fn stream(from: *const u8, to: *mut u8, bytes: usize) {
    const VECTOR: usize = 32;
    let head = to.align_offset(VECTOR).min(bytes);
    let whole = (bytes - head) / VECTOR * VECTOR;
    // SAFETY: head, vectors and tail make up the bytes; the vectors begin where `to` is aligned.
    unsafe {
        std::ptr::copy_nonoverlapping(from, to, head);
        for offset in (head..head + whole).step_by(VECTOR) {
            let vector = _mm256_loadu_pd(from.add(offset).cast());
            _mm256_stream_pd(to.add(offset).cast(), vector);
        }
        let done = head + whole;
        std::ptr::copy_nonoverlapping(from.add(done), to.add(done), bytes - done);
    }
}
