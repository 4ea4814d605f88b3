//! Copies between arrays and tiles: transposes in vector registers, and stores that leave the cache alone. What the CPU has is found out at run time.

use std::marker::PhantomData;
use std::ops::Range;

use pulp::{Simd, WithSimd};

use crate::backend::lanes::{ROW, dispatch, panel_lines, prefetch};
use crate::backend::{Real, Tile};

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stores {
    /// Through the cache: they are read again soon.
    Cached,
    /// Past it: they are not, and the cache has better things to hold.
    Streaming,
}

/// Memory by rows.
pub(super) trait Matrix: Copy {
    /// Where an element of so many bytes is.
    ///
    /// # Safety
    /// The element lies in the matrix.
    unsafe fn at(self, row: usize, column: usize, size: usize) -> *mut u8;
    /// Whether every row begins at a multiple of so many bytes.
    fn is_aligned(self, bytes: usize) -> bool;
}

/// Rows that are equally far apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows {
    begin: *mut u8,
    pitch: usize,
}

impl Rows {
    /// Rows of elements of `E`, so many of them apart.
    pub fn of<E>(begin: *const E, apart: usize) -> Rows {
        Rows { begin: begin.cast_mut().cast(), pitch: apart * size_of::<E>() }
    }

    /// Where a row begins.
    pub fn address(self, row: usize) -> usize {
        self.begin.wrapping_add(row * self.pitch).addr()
    }
}

impl Matrix for Rows {
    #[inline(always)]
    unsafe fn at(self, row: usize, column: usize, size: usize) -> *mut u8 {
        // SAFETY: by the caller's word.
        unsafe { self.begin.add(row * self.pitch + column * size) }
    }

    #[inline(always)]
    fn is_aligned(self, bytes: usize) -> bool {
        (self.begin as usize | self.pitch).is_multiple_of(bytes)
    }
}

/// The rows of one panel in an order of their own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed<'a> {
    pub begin: *mut u8,
    pub places: &'a [u32],
}

impl Matrix for Placed<'_> {
    #[inline(always)]
    unsafe fn at(self, row: usize, column: usize, size: usize) -> *mut u8 {
        // SAFETY: by the caller's word.
        unsafe { self.begin.add(*self.places.get_unchecked(row) as usize * ROW + column * size) }
    }

    fn is_aligned(self, _: usize) -> bool {
        false
    }
}

/// Writes the transpose of `from`, `counts.0` rows of `counts.1` elements, to `to`. Says `false`, and does nothing,
/// where this CPU has no better way than a loop.
///
/// # Safety
/// Both matrices hold elements of `E`, which is plain data; they do not overlap.
pub(super) unsafe fn transpose<E>(from: Rows, to: impl Matrix, counts: (usize, usize), stores: Stores) -> bool {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: by the caller's word; the instructions are those that were found.
    unsafe {
        match size_of::<E>() {
            16 if is_x86_feature_detected!("avx512f") => x86::transpose_16_by_avx512(from, to, counts, stores),
            16 if is_x86_feature_detected!("avx") => x86::transpose_16_by_avx(from, to, counts, stores),
            8 if is_x86_feature_detected!("avx512f") => x86::transpose_8_by_avx512(from, to, counts, stores),
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

/// Memory that is wanted soon: a stretch of cache lines in each row from the row `first` on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ahead {
    pub first: usize,
    /// Bytes from where a row of those that are copied begins to the stretch.
    pub offset: isize,
    /// Cache lines of a stretch.
    pub lines: usize,
}

/// Asks for one cache line after the other.
struct Asking {
    rows: Rows,
    ahead: Ahead,
    row: usize,
    line: usize,
}

impl Asking {
    #[inline(always)]
    fn ask(&mut self) {
        let offset = self.ahead.offset + (self.row * self.rows.pitch + self.line * ROW) as isize;
        prefetch(self.rows.begin.cast_const().wrapping_offset(offset));
        self.line += 1;
        if self.line == self.ahead.lines {
            (self.row, self.line) = (self.row + 1, 0);
        }
    }
}

/// Copies rows of `bytes` bytes, as many as there are `places`, to their places in panels, side by side. While at it, asks for
/// as many cache lines of what lies `ahead` as it copies.
///
/// # Safety
/// `from` holds the rows, and the panels have room for them.
pub(super) unsafe fn rows_in(from: Rows, tile: Tile, places: &[u32], bytes: usize, ahead: Option<Ahead>) {
    struct Copy<'a>(Rows, Tile, &'a [u32], usize, Option<Asking>);
    impl WithSimd for Copy<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            let Copy(from, tile, places, bytes, mut asking) = self;
            let (whole, rest) = (bytes / ROW, bytes % ROW);
            for (index, &place) in places.iter().enumerate() {
                for p in 0..whole {
                    // SAFETY: by the word of the caller of `rows_in`.
                    unsafe { copy_line::<S>(from.at(index, p, ROW), tile.row(p, place as usize)) };
                    if let Some(asking) = &mut asking {
                        asking.ask();
                    }
                }
                if rest > 0 {
                    // SAFETY: as above.
                    unsafe {
                        let (source, target) = (from.at(index, whole, ROW), tile.row(whole, place as usize));
                        std::ptr::copy_nonoverlapping(source, target, rest);
                    }
                }
            }
        }
    }
    let asking = ahead.map(|ahead| Asking { rows: from, ahead, row: ahead.first, line: 0 });
    dispatch(Copy(from, tile, places, bytes, asking));
}

/// Copies the `rows` of panels, `bytes` bytes side by side, to `to`; the reverse of [`rows_in`], in natural order.
///
/// # Safety
/// The panels hold the rows, and `to` has room for them.
pub(super) unsafe fn rows_out(tile: Tile, rows: Range<usize>, to: Rows, bytes: usize, stores: Stores) {
    struct Copy(Tile, Range<usize>, Rows, usize);
    impl WithSimd for Copy {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            let Copy(tile, rows, to, bytes) = self;
            let (whole, rest) = (bytes / ROW, bytes % ROW);
            for (index, at) in rows.enumerate() {
                // SAFETY: by the word of the caller of `rows_out`.
                unsafe {
                    for p in 0..whole {
                        copy_line::<S>(tile.row(p, at), to.at(index, p, ROW));
                    }
                    if rest > 0 {
                        std::ptr::copy_nonoverlapping(tile.row(whole, at), to.at(index, whole, ROW), rest);
                    }
                }
            }
        }
    }
    // Streaming takes whole cache lines: parts of them would each go to memory by themselves.
    #[cfg(target_arch = "x86_64")]
    if stores == Stores::Streaming && bytes.is_multiple_of(ROW) && to.is_aligned(ROW) {
        // SAFETY: by the caller's word; the instructions are those that were found.
        unsafe {
            if is_x86_feature_detected!("avx512f") {
                x86::stream_rows_by_avx512(tile, rows, to, bytes / ROW);
                return;
            }
            if is_x86_feature_detected!("avx") {
                x86::stream_rows_by_avx(tile, rows, to, bytes / ROW);
                return;
            }
        }
    }
    if stores == Stores::Streaming && bytes >= WORTH_JOINING {
        // SAFETY: by the caller's word.
        unsafe { join_and_stream(tile, rows, to, bytes) };
        return;
    }
    dispatch(Copy(tile, rows, to, bytes));
}

/// Bytes of a row from which it is worth joining to be streamed to where no cache line begins.
const WORTH_JOINING: usize = 4 * ROW;

/// As [`rows_out`], row by row by way of one buffer, so that all of it but its ends can be streamed.
///
/// # Safety
/// As for [`rows_out`].
unsafe fn join_and_stream(tile: Tile, rows: Range<usize>, to: Rows, bytes: usize) {
    const LONGEST: usize = 32;
    let mut joined = [[0u8; ROW]; LONGEST];
    for (index, at) in rows.enumerate() {
        let mut done = 0;
        while done < bytes {
            let part = (bytes - done).min(LONGEST * ROW);
            let buffer = joined.as_mut_ptr().cast::<u8>();
            // SAFETY: by the caller's word; the part fits the buffer.
            unsafe {
                for (p, offset) in (0..part).step_by(ROW).enumerate() {
                    let source = tile.row(done / ROW + p, at);
                    std::ptr::copy_nonoverlapping(source, buffer.add(offset), ROW.min(part - offset));
                }
                stream(buffer.cast_const(), to.at(index, done, 1), part);
            }
            done += part;
        }
    }
}

/// Copies rows of reals to panels of complex numbers, two rows at a time: real parts from the first, imaginary parts from the
/// second. Each pair of rows goes to its place.
///
/// # Safety
/// `from` holds two rows of `lines` reals for each of `places`, and the panels have room for them.
pub(super) unsafe fn zip_in<T: Real>(from: Rows, tile: Tile, places: &[u32], lines: usize) {
    struct Zip<'a, T>(Rows, Tile, &'a [u32], usize, PhantomData<T>);
    impl<T: Real> WithSimd for Zip<'_, T> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            let Zip(from, tile, places, lines, _) = self;
            for (pair, &place) in places.iter().enumerate() {
                for (p, first) in (0..lines).step_by(panel_lines::<T>()).enumerate() {
                    let count = panel_lines::<T>().min(lines - first);
                    // SAFETY: by the word of the caller of `zip_in`.
                    unsafe {
                        let re = from.at(2 * pair, first, size_of::<T>()).cast::<T>();
                        let im = from.at(2 * pair + 1, first, size_of::<T>()).cast::<T>();
                        let to = tile.row(p, place as usize).cast::<T>();
                        for line in 0..count {
                            to.add(2 * line).write(re.add(line).read());
                            to.add(2 * line + 1).write(im.add(line).read());
                        }
                    }
                }
            }
        }
    }
    dispatch(Zip(from, tile, places, lines, PhantomData::<T>));
}

/// Copies `rows` of panels of complex numbers to rows of reals; the reverse of [`zip_in`], in natural order.
///
/// # Safety
/// The panels hold the rows, and `to` has room for two rows of `lines` reals for each.
pub(super) unsafe fn unzip_out<T: Real>(tile: Tile, rows: Range<usize>, to: Rows, lines: usize) {
    struct Unzip<T>(Tile, Range<usize>, Rows, usize, PhantomData<T>);
    impl<T: Real> WithSimd for Unzip<T> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            let Unzip(tile, rows, to, lines, _) = self;
            for (pair, at) in rows.enumerate() {
                for (p, first) in (0..lines).step_by(panel_lines::<T>()).enumerate() {
                    let count = panel_lines::<T>().min(lines - first);
                    // SAFETY: by the word of the caller of `unzip_out`.
                    unsafe {
                        let re = to.at(2 * pair, first, size_of::<T>()).cast::<T>();
                        let im = to.at(2 * pair + 1, first, size_of::<T>()).cast::<T>();
                        let from = tile.row(p, at).cast::<T>();
                        for line in 0..count {
                            re.add(line).write(from.add(2 * line).read());
                            im.add(line).write(from.add(2 * line + 1).read());
                        }
                    }
                }
            }
        }
    }
    dispatch(Unzip(tile, rows, to, lines, PhantomData::<T>));
}

/// Copies a cache line.
///
/// # Safety
/// Both ends hold one.
#[inline(always)]
unsafe fn copy_line<S: Simd>(from: *const u8, to: *mut u8) {
    for part in 0..ROW / size_of::<S::u64s>() {
        // SAFETY: by the caller's word.
        unsafe { to.cast::<S::u64s>().add(part).write_unaligned(from.cast::<S::u64s>().add(part).read_unaligned()) };
    }
}

/// Multiplies numbers by `factor`.
pub(super) fn scale<T: Real>(values: &mut [T], factor: T) {
    struct Scale<'a, T>(&'a mut [T], T);
    impl<T: Real> WithSimd for Scale<'_, T> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            for value in self.0 {
                *value *= self.1;
            }
        }
    }
    dispatch(Scale(values, factor));
}

/// Copies `count` elements past the cache.
///
/// # Safety
/// Both arrays hold the elements, which are plain data, and do not overlap.
pub(super) unsafe fn stream<E>(from: *const E, to: *mut E, count: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: by the caller's word; the instructions are those that were found.
    unsafe {
        let (from, to, bytes) = (from.cast(), to.cast(), count * size_of::<E>());
        if is_x86_feature_detected!("avx512f") {
            return x86::stream_by_avx512(from, to, bytes);
        }
        if is_x86_feature_detected!("avx") {
            return x86::stream(from, to, bytes);
        }
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
mod x86;

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
                let target = Rows::of(to.as_mut_ptr(), to_pitch);
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
