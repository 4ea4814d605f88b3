//! Transposes and streaming stores by the instructions of x86-64.

use std::arch::x86_64::*;

use super::{Matrix, Rows, Stores};
use crate::backend::Tile;
use crate::backend::lanes::ROW;
use crate::backend::lanes::transpose_x86::{transpose_2_of_16, transpose_4_of_8, transpose_4_of_16, transpose_8_of_8};

/// Elements of 16 bytes.
///
/// # Safety
/// As for [`super::transpose`]; the CPU has AVX-512 F.
#[target_feature(enable = "avx512f")]
pub unsafe fn transpose_16_by_avx512(from: Rows, to: impl Matrix, counts: (usize, usize), stores: Stores) {
    // SAFETY: by the caller's word.
    unsafe {
        blocks::<4, 16>(from, to, counts, stores, |from, to, stream| {
            block_by_avx512(from, to, stream, |rows| transpose_4_of_16(rows));
        })
    }
}

/// Elements of 8 bytes.
///
/// # Safety
/// As for [`super::transpose`]; the CPU has AVX-512 F.
#[target_feature(enable = "avx512f")]
pub unsafe fn transpose_8_by_avx512(from: Rows, to: impl Matrix, counts: (usize, usize), stores: Stores) {
    // SAFETY: by the caller's word.
    unsafe {
        blocks::<8, 8>(from, to, counts, stores, |from, to, stream| {
            block_by_avx512(from, to, stream, |rows| transpose_8_of_8(rows));
        })
    }
}

/// Elements of 16 bytes.
///
/// # Safety
/// As for [`super::transpose`]; the CPU has AVX.
#[target_feature(enable = "avx")]
pub unsafe fn transpose_16_by_avx(from: Rows, to: impl Matrix, counts: (usize, usize), stores: Stores) {
    // SAFETY: by the caller's word.
    unsafe {
        blocks::<2, 16>(from, to, counts, stores, |from, to, stream| {
            block_by_avx(from, to, stream, |rows| transpose_2_of_16(rows));
        })
    }
}

/// Elements of 8 bytes.
///
/// # Safety
/// As for [`super::transpose`]; the CPU has AVX.
#[target_feature(enable = "avx")]
pub unsafe fn transpose_8_by_avx(from: Rows, to: impl Matrix, counts: (usize, usize), stores: Stores) {
    // SAFETY: by the caller's word.
    unsafe {
        blocks::<4, 8>(from, to, counts, stores, |from, to, stream| {
            block_by_avx(from, to, stream, |rows| transpose_4_of_8(rows));
        })
    }
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

/// A block of `N` rows, transposed as `transpose` does it.
///
/// # Safety
/// The CPU has AVX-512 F; all rows hold the block, and those that are streamed to are aligned.
#[target_feature(enable = "avx512f")]
#[inline]
unsafe fn block_by_avx512<const N: usize>(
    from: [*const u8; N],
    to: [*mut u8; N],
    stream: bool,
    transpose: impl Fn([__m512d; N]) -> [__m512d; N],
) {
    // SAFETY: by the caller's word.
    unsafe {
        let rows = from.map(|row| _mm512_loadu_pd(row.cast()));
        for (target, column) in to.into_iter().zip(transpose(rows)) {
            store_512(target, column, stream);
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

/// A block of `N` rows, transposed as `transpose` does it.
///
/// # Safety
/// The CPU has AVX; all rows hold the block, and those that are streamed to are aligned.
#[target_feature(enable = "avx")]
#[inline]
unsafe fn block_by_avx<const N: usize>(
    from: [*const u8; N],
    to: [*mut u8; N],
    stream: bool,
    transpose: impl Fn([__m256d; N]) -> [__m256d; N],
) {
    // SAFETY: by the caller's word.
    unsafe {
        let rows = from.map(|row| _mm256_loadu_pd(row.cast()));
        for (target, column) in to.into_iter().zip(transpose(rows)) {
            store_256(target, column, stream);
        }
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
                let vector = _mm512_loadu_pd(tile.row(p, at).cast());
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
            unsafe {
                let (from, to) = (tile.row(p, at).cast::<f64>(), to.at(index, p, ROW).cast::<f64>());
                let halves = [_mm256_loadu_pd(from), _mm256_loadu_pd(from.add(4))];
                // Both at once, so that a cache line leaves whole.
                _mm256_stream_pd(to, halves[0]);
                _mm256_stream_pd(to.add(4), halves[1]);
            }
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
