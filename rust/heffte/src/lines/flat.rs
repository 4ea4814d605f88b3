//! Lines one after the other in a tile.

use num_complex::Complex;

use super::cast::Cast;
use super::job::{Job, Place};
use super::operation::FlatOp;
use super::room::zeros;
use super::simd;
use super::sweep::Segment;

use crate::backend::Real;
use crate::error::Result;
use crate::options::Direction;

/// Room for the lines of a tile one after the other, and for their transforms.
pub(super) struct Flat<T> {
    complex: Vec<Complex<T>>,
    real: Vec<T>,
    scratch: Vec<Complex<T>>,
}

impl<T: Real> FlatOp<'_, T> {
    /// Whether lines are gathered and whether they are scattered as real numbers.
    fn is_real(&self, job: &Job<'_, T>) -> (bool, bool) {
        let forward = job.direction == Direction::Forward;
        match self {
            FlatOp::Copy => [!job.from.is_complex && !job.to.is_complex; 2].into(),
            FlatOp::Complex(_) => (false, false),
            FlatOp::R2rReal(_) => (true, true),
            FlatOp::Real(_) => (forward, !forward),
        }
    }
}

impl<T: Real> Flat<T> {
    /// Room for `elements` elements of lines and `scratch` elements of scratch.
    ///
    /// # Errors
    /// [`crate::Error::Allocation`].
    pub fn new(elements: usize, scratch: usize) -> Result<Flat<T>> {
        Ok(Flat { complex: zeros(elements)?, real: zeros(elements)?, scratch: zeros(scratch)? })
    }

    /// Gathers the lines of `place`, of `lengths.0` elements, transforms them, and scatters the results, of `lengths.1`.
    ///
    /// # Errors
    /// As for [`ComplexLines::transform`]; nothing is scattered then.
    ///
    /// # Safety
    /// The operands of the job hold the segments, of elements `S` and `D`, and there is room for the lines.
    pub unsafe fn carry<S, D>(
        &mut self,
        op: &FlatOp<'_, T>,
        job: &Job<'_, T>,
        (read, write): (&[Segment], &[Segment]),
        place: &Place,
        lengths: (usize, usize),
    ) -> Result<()>
    where
        S: Cast<T> + Cast<Complex<T>>,
        T: Cast<D>,
        Complex<T>: Cast<D>,
    {
        if let (FlatOp::Copy, [from], [to], None) = (op, read, write, job.factor)
            && <Complex<T> as Cast<D>>::IS_SAME == <S as Cast<Complex<T>>>::IS_SAME
            && from.along == 1
            && to.along == 1
            && job.stores == simd::Stores::Streaming
        {
            // SAFETY: by the caller's word; `S` and `D` are both complex, or both real.
            unsafe { stream_lines::<S, D>(job, (from, to), place, lengths.0) };
            return Ok(());
        }
        let (begins_real, ends_real) = op.is_real(job);
        let (elements_in, elements_out) = (place.lines * lengths.0, place.lines * lengths.1);
        // SAFETY: by the caller's word.
        unsafe {
            if begins_real {
                gather_tile::<S, T>(job, read, place, self.real.as_mut_ptr(), lengths.0);
            } else {
                gather_tile::<S, Complex<T>>(job, read, place, self.complex.as_mut_ptr(), lengths.0);
            }
            self.transform(op, job.direction, elements_in, elements_out)?;
            if ends_real {
                job.scale(&mut self.real[..elements_out]);
                scatter_tile::<T, D>(job, write, place, self.real.as_ptr(), lengths.1);
            } else {
                job.scale_complex(&mut self.complex[..elements_out]);
                scatter_tile::<Complex<T>, D>(job, write, place, self.complex.as_ptr(), lengths.1);
            }
        }
        Ok(())
    }

    fn transform(
        &mut self,
        op: &FlatOp<'_, T>,
        direction: Direction,
        elements_in: usize,
        elements_out: usize,
    ) -> Result<()> {
        match (op, direction) {
            (FlatOp::Copy, _) => Ok(()),
            (FlatOp::Complex(lines), _) => lines.transform(&mut self.complex[..elements_in], &mut self.scratch),
            (FlatOp::R2rReal(lines), _) => {
                lines.transform(&mut self.real[..elements_in]);
                Ok(())
            }
            (FlatOp::Real(lines), Direction::Forward) => {
                lines.forward(&mut self.real[..elements_in], &mut self.complex[..elements_out], &mut self.scratch)
            }
            (FlatOp::Real(lines), Direction::Backward) => {
                lines.backward(&mut self.complex[..elements_in], &mut self.real[..elements_out], &mut self.scratch)
            }
        }
    }
}

/// Copies contiguous lines to contiguous lines, past the cache and past the tile.
///
/// # Safety
/// As for [`Flat::carry`]; `S` and `D` are the same.
unsafe fn stream_lines<S, D>(job: &Job<'_, impl Real>, (from, to): (&Segment, &Segment), place: &Place, length: usize) {
    // SAFETY: by the caller's word.
    unsafe {
        let source = job.source::<S>(from, place);
        let target = job.target::<D>(to, place).cast::<S>();
        if source == target.cast_const() {
            return;
        }
        if from.across == length && to.across == length {
            return simd::stream(source, target, place.lines * length);
        }
        for line in 0..place.lines {
            simd::stream(source.add(line * from.across), target.add(line * to.across), length);
        }
    }
}

/// # Safety
/// The operand that is read holds the segments, of elements `S`; the tile has room for the lines.
unsafe fn gather_tile<S: Cast<D>, D>(
    job: &Job<'_, impl Real>,
    segments: &[Segment],
    place: &Place,
    tile: *mut D,
    length: usize,
) {
    for segment in segments {
        // SAFETY: by the caller's word.
        unsafe {
            let piece = job.source::<S>(segment, place);
            gather(segment, piece, tile, length, place.lines);
        }
    }
}

/// # Safety
/// The operand that is written has room for the segments, of elements `D`; the tile holds the lines.
unsafe fn scatter_tile<S: Cast<D>, D>(
    job: &Job<'_, impl Real>,
    segments: &[Segment],
    place: &Place,
    tile: *const S,
    length: usize,
) {
    for segment in segments {
        // SAFETY: by the caller's word.
        unsafe {
            let piece = job.target::<D>(segment, place);
            scatter(segment, tile, piece, length, place.lines, job.stores);
        }
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
            let (from, to) = (simd::Rows::of(piece, segment.along), simd::Rows::of(tile, length));
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
            let (from, to) = (simd::Rows::of(tile, length), simd::Rows::of(piece, segment.along));
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
