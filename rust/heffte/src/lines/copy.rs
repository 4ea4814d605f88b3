//! Copies between arrays and tiles.

use num_complex::Complex;

use super::simd;
use super::sweep::Segment;
use crate::backend::Real;

/// Makes an element of one type of an element of another.
pub(super) trait Cast<To>: Copy {
    /// Whether nothing changes, so that bytes can be copied.
    const IS_SAME: bool;
    fn cast(self) -> To;
}

impl<T: Real> Cast<T> for T {
    const IS_SAME: bool = true;
    fn cast(self) -> T {
        self
    }
}

impl<T: Real> Cast<Complex<T>> for Complex<T> {
    const IS_SAME: bool = true;
    fn cast(self) -> Complex<T> {
        self
    }
}

/// A real number is a complex one without an imaginary part …
impl<T: Real> Cast<Complex<T>> for T {
    const IS_SAME: bool = false;
    fn cast(self) -> Complex<T> {
        Complex::new(self, T::zero())
    }
}

/// … which a real array has no place for.
impl<T: Real> Cast<T> for Complex<T> {
    const IS_SAME: bool = false;
    fn cast(self) -> T {
        self.re
    }
}

/// Copies `width` lines from `piece`, the begin of the segment's lines, to their places in `tile`, whose lines are
/// `length` elements apart.
///
/// # Safety
/// `piece` and `tile` hold what the segment says.
pub(super) unsafe fn gather<S: Cast<D>, D>(
    segment: &Segment,
    piece: *const S,
    tile: *mut D,
    length: usize,
    width: usize,
) {
    // SAFETY: by the caller's word.
    unsafe {
        let tile = tile.add(segment.first);
        if S::IS_SAME && segment.across == 1 && segment.along != 1 {
            let (from, to) = (simd::Rows::of(piece, segment.along), simd::Rows::of(tile.cast_const(), length));
            if simd::transpose::<S>(from, to, (segment.len, width), simd::Stores::Cached) {
                return;
            }
        }
        copy(piece, (segment.along, segment.across), tile, (1, length), (segment.len, width));
    }
}

/// Copies `width` lines from `tile` to their places in `piece`; the reverse of [`gather`].
///
/// # Safety
/// As for [`gather`].
pub(super) unsafe fn scatter<S: Cast<D>, D>(
    segment: &Segment,
    tile: *const S,
    piece: *mut D,
    length: usize,
    width: usize,
    stores: simd::Stores,
) {
    // SAFETY: by the caller's word.
    unsafe {
        let tile = tile.add(segment.first);
        if S::IS_SAME && segment.across == 1 && segment.along != 1 {
            let (from, to) = (simd::Rows::of(tile, length), simd::Rows::of(piece.cast_const(), segment.along));
            if simd::transpose::<S>(from, to, (width, segment.len), stores) {
                return;
            }
        }
        if S::IS_SAME && segment.along == 1 && stores == simd::Stores::Streaming {
            for line in 0..width {
                simd::stream(tile.add(line * length).cast::<D>(), piece.add(line * segment.across), segment.len);
            }
            return;
        }
        copy(tile, (1, length), piece, (segment.along, segment.across), (segment.len, width));
    }
}

/// Copies `counts.0 × counts.1` elements between arrays of two strides. The inner loop goes along the direction in
/// which the array outside the cache is denser; a tile is always in cache.
///
/// # Safety
/// Both arrays hold the elements.
unsafe fn copy<S: Cast<D>, D>(
    from: *const S,
    from_strides: (usize, usize),
    to: *mut D,
    to_strides: (usize, usize),
    counts: (usize, usize),
) {
    let rows = from_strides.0 == 1 && to_strides.0 == 1;
    let along_is_dense = rows || from_strides.0.max(to_strides.0) <= from_strides.1.min(to_strides.1);
    // SAFETY: every index is below the counts that the caller vouches for.
    unsafe {
        if rows && S::IS_SAME {
            for j in 0..counts.1 {
                let from = from.add(j * from_strides.1).cast::<D>();
                std::ptr::copy(from, to.add(j * to_strides.1), counts.0);
            }
        } else if along_is_dense {
            for j in 0..counts.1 {
                let (from, to) = (from.add(j * from_strides.1), to.add(j * to_strides.1));
                for i in 0..counts.0 {
                    to.add(i * to_strides.0).write(from.add(i * from_strides.0).read().cast());
                }
            }
        } else {
            for i in 0..counts.0 {
                let (from, to) = (from.add(i * from_strides.0), to.add(i * to_strides.0));
                for j in 0..counts.1 {
                    to.add(j * to_strides.1).write(from.add(j * from_strides.1).read().cast());
                }
            }
        }
    }
}
