//! A tile: some lines, contiguous and in cache, between gathering and scattering.

use std::ops::Range;
use std::sync::Arc;

use num_complex::Complex;
use num_traits::Zero;

use super::copy::{Cast, gather, scatter};
use super::operand::Operand;
use super::simd::Stores;
use super::sweep::{Cell, Segment, Sweep};
use crate::backend::{ComplexLines, Real, RealLines};
use crate::options::Direction;

/// What happens to the lines of a sweep.
#[derive(Clone)]
pub(crate) enum LineOp<T: Real> {
    /// They are moved.
    Copy,
    /// Complex lines are transformed: forward by the first, backward by the second.
    Complex([Arc<dyn ComplexLines<T>>; 2]),
    /// Real lines become half their spectrum, and back.
    Real(Arc<dyn RealLines<T>>),
}

impl<T: Real> LineOp<T> {
    fn scratch_len(&self) -> usize {
        match self {
            LineOp::Copy => 0,
            LineOp::Complex(lines) => lines.iter().map(|l| l.scratch_len()).max().unwrap_or(0),
            LineOp::Real(lines) => lines.scratch_len(),
        }
    }
}

/// Elements of a tile, so that it stays in the first or second level of cache …
const TILE_ELEMENTS: usize = 2048;
/// … but as many lines as make use of a cache line where neighbours lie across.
const LINES: (usize, usize) = (4, 64);

/// Lines of `length` elements in a tile.
fn tile_width(length: usize) -> usize {
    (TILE_ELEMENTS / length.max(1)).clamp(LINES.0, LINES.1)
}

/// Room for the lines of any sweep of a plan, and for their transforms.
pub(crate) struct Tile<T: Real> {
    complex: Vec<Complex<T>>,
    real: Vec<T>,
    scratch: Vec<Complex<T>>,
}

impl<T: Real> Tile<T> {
    /// A tile for these sweeps.
    pub fn new<'a>(sweeps: impl Iterator<Item = (&'a Sweep, &'a LineOp<T>)>) -> Tile<T> {
        let (mut elements, mut scratch) = (0, 0);
        for (sweep, op) in sweeps {
            let length = sweep.lengths().0.max(sweep.lengths().1);
            elements = elements.max(length * tile_width(length));
            scratch = scratch.max(op.scratch_len());
        }
        Tile {
            complex: vec![Complex::zero(); elements],
            real: vec![T::zero(); elements],
            scratch: vec![Complex::zero(); scratch],
        }
    }

    /// Passes the lines of `sweep` in `layers` through `op`, and the results on.
    ///
    /// # Safety
    /// The operands hold the pieces of the sweep; what is written does not overlap what is read, or both are the same
    /// memory in the same layout.
    pub unsafe fn run(&mut self, sweep: &Sweep, op: &LineOp<T>, job: &Job<'_, T>, layers: Range<usize>) {
        // SAFETY: by the caller's word; element types are those of the operands.
        unsafe {
            match (job.from.is_complex, job.to.is_complex) {
                (false, false) => self.run_typed::<T, T>(sweep, op, job, layers),
                (false, true) => self.run_typed::<T, Complex<T>>(sweep, op, job, layers),
                (true, false) => self.run_typed::<Complex<T>, T>(sweep, op, job, layers),
                (true, true) => self.run_typed::<Complex<T>, Complex<T>>(sweep, op, job, layers),
            }
        }
    }

    /// # Safety
    /// As for [`Tile::run`]; `S` and `D` are the element types.
    unsafe fn run_typed<S, D>(&mut self, sweep: &Sweep, op: &LineOp<T>, job: &Job<'_, T>, layers: Range<usize>)
    where
        S: Cast<T> + Cast<Complex<T>>,
        T: Cast<D>,
        Complex<T>: Cast<D>,
    {
        let forward = job.direction == Direction::Forward;
        let (near_length, far_length) = sweep.lengths();
        let (length_in, length_out) = if forward { (near_length, far_length) } else { (far_length, near_length) };
        let width = tile_width(near_length.max(far_length));
        for cell in sweep.cells(&layers) {
            let (read, write) = sweep.segments(cell, forward);
            let common = cell.layers.start.max(layers.start)..cell.layers.end.min(layers.end);
            for layer in common {
                let deep = layer - cell.layers.start;
                let mut across = 0;
                while across < cell.across {
                    // SAFETY: the first line is one of the cell's.
                    let lines = unsafe { lines_to_alignment::<D>(job, write, cell, (across, deep), width) };
                    let place = Place { across, deep, lines };
                    across += lines;
                    // SAFETY: the tile is inside the cell, whose segments lie in the pieces; by the caller's word the
                    // operands hold these.
                    unsafe {
                        if job.begins_real(op) {
                            gather_tile::<S, T>(job, read, &place, self.real.as_mut_ptr(), length_in);
                        } else {
                            gather_tile::<S, Complex<T>>(job, read, &place, self.complex.as_mut_ptr(), length_in);
                        }
                        self.transform(op, job.direction, lines * length_in, lines * length_out);
                        if job.ends_real(op) {
                            scale(&mut self.real[..lines * length_out], job.factor, |x, f| *x *= f);
                            scatter_tile::<T, D>(job, write, &place, self.real.as_ptr(), length_out);
                        } else {
                            scale(&mut self.complex[..lines * length_out], job.factor, |x, f| *x = x.scale(f));
                            scatter_tile::<Complex<T>, D>(job, write, &place, self.complex.as_ptr(), length_out);
                        }
                    }
                }
            }
        }
    }
}

/// Bytes of a cache line, which is what streaming writes at a time.
const CACHE_LINE: usize = 64;

/// Lines for the next tile: `width`, or as many as lead to where cache lines begin, if results are streamed and lie
/// beside each other.
///
/// # Safety
/// The operand that is written holds the line at `(across, deep)` of the cell.
unsafe fn lines_to_alignment<D>(
    job: &Job<'_, impl Real>,
    write: &[Segment],
    cell: &Cell,
    (across, deep): (usize, usize),
    width: usize,
) -> usize {
    let left = width.min(cell.across - across);
    let Some(first) = write.first().filter(|segment| segment.across == 1 && job.stores == Stores::Streaming) else {
        return left;
    };
    let place = Place { across, deep, lines: left };
    // SAFETY: by the caller's word.
    let address = unsafe { job.to.piece::<D>(first.piece, job.index).add(place.offset(first)) } as usize;
    let beyond = address % CACHE_LINE;
    if beyond == 0 || !beyond.is_multiple_of(size_of::<D>()) {
        return left;
    }
    left.min((CACHE_LINE - beyond) / size_of::<D>())
}

impl<T: Real> Tile<T> {
    /// Transforms the first lines of the tile.
    fn transform(&mut self, op: &LineOp<T>, direction: Direction, elements_in: usize, elements_out: usize) {
        match (op, direction) {
            (LineOp::Copy, _) => {}
            (LineOp::Complex([forward, _]), Direction::Forward) => {
                forward.transform(&mut self.complex[..elements_in], &mut self.scratch);
            }
            (LineOp::Complex([_, backward]), Direction::Backward) => {
                backward.transform(&mut self.complex[..elements_in], &mut self.scratch);
            }
            (LineOp::Real(lines), Direction::Forward) => {
                let (real, half) = (&mut self.real[..elements_in], &mut self.complex[..elements_out]);
                lines.forward(real, half, &mut self.scratch);
            }
            (LineOp::Real(lines), Direction::Backward) => {
                let (half, real) = (&mut self.complex[..elements_in], &mut self.real[..elements_out]);
                lines.backward(half, real, &mut self.scratch);
            }
        }
    }
}

/// One transform of a batch through one sweep.
#[derive(Clone, Copy)]
pub(super) struct Job<'a, T: Real> {
    pub direction: Direction,
    pub from: Operand<'a>,
    pub to: Operand<'a>,
    /// Which of the batch.
    pub index: usize,
    pub factor: Option<T>,
    pub stores: Stores,
}

impl<T: Real> Job<'_, T> {
    /// Whether only real numbers pass.
    fn is_real(&self, op: &LineOp<T>) -> bool {
        matches!(op, LineOp::Copy) && !self.from.is_complex && !self.to.is_complex
    }

    /// Whether lines are gathered as real numbers.
    fn begins_real(&self, op: &LineOp<T>) -> bool {
        self.is_real(op) || matches!(op, LineOp::Real(_)) && self.direction == Direction::Forward
    }

    /// Whether lines are scattered as real numbers.
    fn ends_real(&self, op: &LineOp<T>) -> bool {
        self.is_real(op) || matches!(op, LineOp::Real(_)) && self.direction == Direction::Backward
    }
}

/// Some lines of a cell.
struct Place {
    across: usize,
    deep: usize,
    lines: usize,
}

impl Place {
    /// Elements between the begin of the segment's piece and its part of the first of these lines.
    fn offset(&self, segment: &Segment) -> usize {
        segment.origin + self.across * segment.across + self.deep * segment.deep
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
            let piece = job.from.piece::<S>(segment.piece, job.index).add(place.offset(segment));
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
            let piece = job.to.piece::<D>(segment.piece, job.index).add(place.offset(segment));
            scatter(segment, tile, piece, length, place.lines, job.stores);
        }
    }
}

/// Multiplies `values` by `factor`, where there is one.
fn scale<T: Real, E>(values: &mut [E], factor: Option<T>, multiply: impl Fn(&mut E, T)) {
    if let Some(factor) = factor {
        values.iter_mut().for_each(|value| multiply(value, factor));
    }
}
