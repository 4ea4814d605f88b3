//! Transposes in vector registers, and stores that leave the cache alone. What the CPU has is found out at run time.

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stores {
    /// Through the cache: they are read again soon.
    Cached,
    /// Past it: they are not, and the cache has better things to hold.
    Streaming,
}

/// A matrix in memory, by rows, in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows {
    begin: *const u8,
    pitch: usize,
}

impl Rows {
    /// Rows of elements of `E`, so many of them apart.
    pub fn of<E>(begin: *const E, apart: usize) -> Rows {
        Rows { begin: begin.cast(), pitch: apart * size_of::<E>() }
    }

    /// # Safety
    /// The element lies in the matrix.
    unsafe fn at(self, row: usize, column: usize, size: usize) -> *const u8 {
        // SAFETY: by the caller's word.
        unsafe { self.begin.add(row * self.pitch + column * size) }
    }
}

/// Writes the transpose of `from`, `counts.0` rows of `counts.1` elements, to `to`. Says `false`, and does nothing,
/// where this CPU has no better way than a loop.
///
/// # Safety
/// Both matrices hold elements of `E`, which is plain data; they do not overlap.
pub(super) unsafe fn transpose<E>(from: Rows, to: Rows, counts: (usize, usize), stores: Stores) -> bool {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: by the caller's word; the instructions are those that were found.
    unsafe {
        match size_of::<E>() {
            16 if is_x86_feature_detected!("avx512f") => x86::transpose_16_by_avx512(from, to, counts, stores),
            16 if is_x86_feature_detected!("avx") => x86::transpose_16_by_avx(from, to, counts, stores),
            8 if is_x86_feature_detected!("avx") => x86::transpose_8_by_avx(from, to, counts, stores),
            _ => return false,
        }
        true
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = (from, to, counts, stores);
        false
    }
}

/// Copies `count` elements past the cache.
///
/// # Safety
/// Both arrays hold the elements, which are plain data, and do not overlap.
pub(super) unsafe fn stream<E>(from: *const E, to: *mut E, count: usize) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx") {
        // SAFETY: by the caller's word.
        unsafe { x86::stream(from.cast(), to.cast(), count * size_of::<E>()) };
        return;
    }
    // SAFETY: by the caller's word.
    unsafe { std::ptr::copy_nonoverlapping(from, to, count) };
}

/// Lets all that was streamed be seen by others, before they are told of it.
pub(super) fn fence() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: SSE is part of x86-64.
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{Rows, Stores};

    /// Elements of 16 bytes.
    ///
    /// # Safety
    /// As for [`super::transpose`]; the CPU has AVX-512 F.
    #[target_feature(enable = "avx512f")]
    pub unsafe fn transpose_16_by_avx512(from: Rows, to: Rows, counts: (usize, usize), stores: Stores) {
        // SAFETY: by the caller's word.
        unsafe { blocks::<4, 16>(from, to, counts, stores, |from, to, stream| block_of_16_by_avx512(from, to, stream)) }
    }

    /// Elements of 16 bytes.
    ///
    /// # Safety
    /// As for [`super::transpose`]; the CPU has AVX.
    #[target_feature(enable = "avx")]
    pub unsafe fn transpose_16_by_avx(from: Rows, to: Rows, counts: (usize, usize), stores: Stores) {
        // SAFETY: by the caller's word.
        unsafe { blocks::<2, 16>(from, to, counts, stores, |from, to, stream| block_of_16_by_avx(from, to, stream)) }
    }

    /// Elements of 8 bytes.
    ///
    /// # Safety
    /// As for [`super::transpose`]; the CPU has AVX.
    #[target_feature(enable = "avx")]
    pub unsafe fn transpose_8_by_avx(from: Rows, to: Rows, counts: (usize, usize), stores: Stores) {
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
        to: Rows,
        (rows, columns): (usize, usize),
        stores: Stores,
        block: impl Fn(Rows, Rows, bool),
    ) {
        let (whole_rows, whole_columns) = (rows - rows % N, columns - columns % N);
        // SAFETY: all indices are below the counts.
        unsafe {
            for column in (0..whole_columns).step_by(N) {
                for row in (0..whole_rows).step_by(N) {
                    let source = Rows { begin: from.at(row, column, SIZE), ..from };
                    let target = Rows { begin: to.at(column, row, SIZE), ..to };
                    // Streaming needs aligned vectors, in each row of the block.
                    let aligned = (target.begin as usize | target.pitch).is_multiple_of(N * SIZE);
                    block(source, target, stores == Stores::Streaming && aligned);
                }
                edge::<SIZE>(from, to, whole_rows..rows, column..column + N);
            }
            edge::<SIZE>(from, to, 0..rows, whole_columns..columns);
        }
    }

    /// # Safety
    /// As for [`super::transpose`], for the elements in these ranges.
    unsafe fn edge<const SIZE: usize>(
        from: Rows,
        to: Rows,
        rows: std::ops::Range<usize>,
        columns: std::ops::Range<usize>,
    ) {
        for column in columns {
            for row in rows.clone() {
                // SAFETY: by the caller's word.
                unsafe {
                    let source = from.at(row, column, SIZE).cast::<[u8; SIZE]>();
                    to.at(column, row, SIZE).cast_mut().cast::<[u8; SIZE]>().write(source.read());
                }
            }
        }
    }

    /// 4 × 4 elements of 16 bytes.
    ///
    /// # Safety
    /// The CPU has AVX-512 F; both matrices hold the block, and the second is aligned if it is streamed to.
    #[target_feature(enable = "avx512f")]
    #[inline]
    unsafe fn block_of_16_by_avx512(from: Rows, to: Rows, stream: bool) {
        // SAFETY: by the caller's word.
        unsafe {
            let row = |r: usize| _mm512_loadu_pd(from.at(r, 0, 16).cast());
            let (a, b, c, d) = (row(0), row(1), row(2), row(3));
            let (ab_even, cd_even) = (_mm512_shuffle_f64x2::<0x88>(a, b), _mm512_shuffle_f64x2::<0x88>(c, d));
            let (ab_odd, cd_odd) = (_mm512_shuffle_f64x2::<0xdd>(a, b), _mm512_shuffle_f64x2::<0xdd>(c, d));
            let columns = [
                _mm512_shuffle_f64x2::<0x88>(ab_even, cd_even),
                _mm512_shuffle_f64x2::<0x88>(ab_odd, cd_odd),
                _mm512_shuffle_f64x2::<0xdd>(ab_even, cd_even),
                _mm512_shuffle_f64x2::<0xdd>(ab_odd, cd_odd),
            ];
            for (index, column) in columns.into_iter().enumerate() {
                let target = to.at(index, 0, 16).cast_mut().cast();
                if stream { _mm512_stream_pd(target, column) } else { _mm512_storeu_pd(target, column) }
            }
        }
    }

    /// 2 × 2 elements of 16 bytes.
    ///
    /// # Safety
    /// As for [`block_of_16_by_avx512`], with AVX.
    #[target_feature(enable = "avx")]
    #[inline]
    unsafe fn block_of_16_by_avx(from: Rows, to: Rows, stream: bool) {
        // SAFETY: by the caller's word.
        unsafe {
            let row = |r: usize| _mm256_loadu_pd(from.at(r, 0, 16).cast());
            let (a, b) = (row(0), row(1));
            store(to, 0, 16, _mm256_permute2f128_pd::<0x20>(a, b), stream);
            store(to, 1, 16, _mm256_permute2f128_pd::<0x31>(a, b), stream);
        }
    }

    /// 4 × 4 elements of 8 bytes.
    ///
    /// # Safety
    /// As for [`block_of_16_by_avx`].
    #[target_feature(enable = "avx")]
    #[inline]
    unsafe fn block_of_8_by_avx(from: Rows, to: Rows, stream: bool) {
        // SAFETY: by the caller's word.
        unsafe {
            let row = |r: usize| _mm256_loadu_pd(from.at(r, 0, 8).cast());
            let (a, b, c, d) = (row(0), row(1), row(2), row(3));
            let (ab_low, ab_high) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
            let (cd_low, cd_high) = (_mm256_unpacklo_pd(c, d), _mm256_unpackhi_pd(c, d));
            store(to, 0, 8, _mm256_permute2f128_pd::<0x20>(ab_low, cd_low), stream);
            store(to, 1, 8, _mm256_permute2f128_pd::<0x20>(ab_high, cd_high), stream);
            store(to, 2, 8, _mm256_permute2f128_pd::<0x31>(ab_low, cd_low), stream);
            store(to, 3, 8, _mm256_permute2f128_pd::<0x31>(ab_high, cd_high), stream);
        }
    }

    /// # Safety
    /// The row holds the vector, and is aligned if it is streamed to; the CPU has AVX.
    #[target_feature(enable = "avx")]
    unsafe fn store(to: Rows, row: usize, size: usize, vector: __m256d, stream: bool) {
        // SAFETY: by the caller's word.
        unsafe {
            let target = to.at(row, 0, size).cast_mut().cast();
            if stream { _mm256_stream_pd(target, vector) } else { _mm256_storeu_pd(target, vector) }
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
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Transposes a matrix of numbers of `E` in a larger one, and compares element by element.
    fn check<E: Copy + PartialEq + std::fmt::Debug>(number: impl Fn(usize) -> E, stores: Stores) {
        for (rows, columns) in [(1, 1), (4, 4), (8, 4), (5, 7), (3, 16), (17, 9)] {
            let (from_pitch, to_pitch) = (columns + 3, rows + 4);
            let from: Vec<E> = (0..rows * from_pitch).map(&number).collect();
            let mut to = vec![number(0); columns * to_pitch];
            // SAFETY: both matrices are as large as their pitches say.
            let done = unsafe {
                let target = Rows::of(to.as_mut_ptr().cast_const(), to_pitch);
                transpose::<E>(Rows::of(from.as_ptr(), from_pitch), target, (rows, columns), stores)
            };
            fence();
            if !done {
                eprintln!("left out: this CPU has no vector transpose for {} bytes", size_of::<E>());
                return;
            }
            for row in 0..rows {
                for column in 0..columns {
                    assert_eq!(to[column * to_pitch + row], from[row * from_pitch + column]);
                }
            }
        }
    }

    #[test]
    fn transposes_move_every_element_to_its_place() {
        for stores in [Stores::Cached, Stores::Streaming] {
            check(|i| [i as f64, -(i as f64)], stores);
            check(|i| i as f64, stores);
        }
    }

    #[test]
    fn streams_copy_every_byte_whatever_the_alignment() {
        let from: Vec<u8> = (0..200).collect();
        for offset in 0..40 {
            for count in [0, 1, 31, 32, 33, 64, 150] {
                let mut to = vec![0; 200];
                // SAFETY: both arrays are long enough.
                unsafe { stream(from.as_ptr(), to.as_mut_ptr().add(offset), count) };
                fence();
                assert_eq!(to[offset..offset + count], from[..count]);
                assert!(to[offset + count..].iter().all(|&byte| byte == 0));
            }
        }
    }
}
