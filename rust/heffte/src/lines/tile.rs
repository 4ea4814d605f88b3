//! A tile: some lines, in cache, between gathering and scattering.

use std::ops::Range;

use num_complex::Complex;

use super::cast::Cast;
use super::flat::{Flat, FlatOp};
use super::operand::Operand;
use super::panels::{PanelOp, Panels};
use super::simd::{self, Ahead, Rows, Stores};
use super::sweep::{Segment, Sweep};
use crate::backend::lanes::{ROW, panel_lines};
use crate::backend::{ComplexTransform, R2rRealWay, R2rTransform, R2rWay, Real, RealTransform};
use crate::error::Result;
use crate::options::Direction;

/// What happens to the lines of a sweep.
#[derive(Clone)]
pub(crate) enum LineOp<T: Real> {
    /// They are moved.
    Copy,
    /// Complex lines are transformed: forward by the first, backward by the second.
    Complex([ComplexTransform<T>; 2]),
    /// Real lines become half their spectrum, and back.
    Real(RealTransform<T>),
    /// Lines are transformed by cosines or sines: forward by the first, backward by the second.
    R2r([R2rTransform<T>; 2]),
}

/// The operation of a sweep, by how lines lie in a tile.
enum Way<'a, T: Real> {
    Flat(FlatOp<'a, T>),
    Panels(PanelOp<'a, T>),
}

impl<T: Real> LineOp<T> {
    /// How lines go that `are_real` on both sides, or not.
    fn way(&self, direction: Direction, are_real: bool) -> Way<'_, T> {
        match self {
            LineOp::Copy => Way::Flat(FlatOp::Copy),
            LineOp::Complex(ways) => match &ways[usize::from(direction == Direction::Backward)] {
                ComplexTransform::Lines(lines) => Way::Flat(FlatOp::Complex(&**lines)),
                ComplexTransform::Panels(panels) => Way::Panels(PanelOp::Complex(&**panels)),
            },
            LineOp::Real(RealTransform::Lines(lines)) => Way::Flat(FlatOp::Real(&**lines)),
            LineOp::Real(RealTransform::Panels(panels)) => Way::Panels(PanelOp::Real(&**panels)),
            LineOp::Real(RealTransform::Complex(ways)) => Way::Panels(match direction {
                Direction::Forward => PanelOp::Complex(&*ways[0]),
                Direction::Backward => PanelOp::Spectrum(&*ways[1]),
            }),
            LineOp::R2r(ways) => {
                let R2rTransform { complex, real } = &ways[usize::from(direction == Direction::Backward)];
                match (real.as_ref().filter(|_| are_real), complex) {
                    (Some(R2rRealWay::Pairs(pairs)), _) => Way::Panels(PanelOp::R2rPairs(pairs)),
                    (Some(R2rRealWay::Lines(lines)), _) => Way::Flat(FlatOp::R2rReal(&**lines)),
                    (None, R2rWay::Lines(lines)) => Way::Flat(FlatOp::Complex(&**lines)),
                    (None, R2rWay::Panels(panels)) => Way::Panels(PanelOp::R2r(panels)),
                }
            }
        }
    }

    /// The rows of a panel, or the elements of a line in a tile, that it takes to transform lines of `length` elements.
    fn rows(&self, length: usize) -> usize {
        match self {
            LineOp::R2r(ways) => ways.iter().map(|way| way.rows(length)).max().unwrap_or(length),
            LineOp::Copy | LineOp::Complex(_) | LineOp::Real(_) => length,
        }
    }

    fn scratch_len(&self) -> usize {
        let of = |transform: &ComplexTransform<T>| match transform {
            ComplexTransform::Lines(lines) => lines.scratch_len(),
            ComplexTransform::Panels(_) => 0,
        };
        match self {
            LineOp::Complex(ways) => ways.iter().map(of).max().unwrap_or(0),
            LineOp::Real(RealTransform::Lines(lines)) => lines.scratch_len(),
            LineOp::R2r(ways) => ways.iter().map(R2rTransform::scratch_len).max().unwrap_or(0),
            LineOp::Copy | LineOp::Real(RealTransform::Panels(_) | RealTransform::Complex(_)) => 0,
        }
    }
}

/// Bytes of a tile, so that it stays in the first level of cache …
const TILE_BYTES: usize = 32 << 10;
/// … but as many lines as make use of cache lines where neighbours lie across: two of them, which are fetched together.
const PANELS: (usize, usize) = (2, 16);

/// Lines of `length` elements in a tile: whole panels.
fn tile_width<T>(length: usize) -> usize {
    let panels = TILE_BYTES / (length.max(1) * ROW);
    panels.clamp(PANELS.0, PANELS.1) * panel_lines::<T>()
}

/// Lines in a tile whose results are streamed to where no cache line begins: as many as a tile may have, because the ends of
/// each stretch are written through the cache.
fn wide_tile<T>(length: usize) -> usize {
    const MOST_BYTES: usize = 512 << 10;
    let panels = MOST_BYTES / (length.max(1) * ROW);
    panels.clamp(PANELS.0, PANELS.1) * panel_lines::<T>()
}

/// Room for the lines of any sweep of a plan, and for their transforms.
pub(crate) struct Tile<T: Real> {
    flat: Flat<T>,
    panels: Panels<T>,
}

impl<T: Real> Tile<T> {
    /// A tile for these sweeps.
    pub fn new<'a>(sweeps: impl Iterator<Item = (&'a Sweep, &'a LineOp<T>)>) -> Tile<T> {
        let (mut elements, mut scratch, mut panel_elements, mut panel_rows, mut longest) = (0, 0, 0, 0, 0);
        for (sweep, op) in sweeps {
            let length = op.rows(sweep.lengths().0.max(sweep.lengths().1));
            let len = length * wide_tile::<T>(length).max(tile_width::<T>(length));
            for are_real in [false, true] {
                match op.way(Direction::Forward, are_real) {
                    Way::Flat(_) => elements = elements.max(len),
                    Way::Panels(_) => panel_elements = panel_elements.max(len),
                }
            }
            match op.way(Direction::Forward, false) {
                Way::Panels(PanelOp::Complex(panels)) => panel_rows = panel_rows.max(panels.scratch_rows()),
                Way::Panels(PanelOp::R2r(panels)) => panel_rows = panel_rows.max(panels.scratch_rows()),
                _ => {}
            }
            scratch = scratch.max(op.scratch_len());
            longest = longest.max(length);
        }
        Tile { flat: Flat::new(elements, scratch), panels: Panels::new(panel_elements, longest, panel_rows) }
    }

    /// Passes the lines of `sweep` in a part of it through `op`, and the results on.
    ///
    /// # Errors
    /// As for [`ComplexLines::transform`](crate::backend::ComplexLines::transform); not all lines are done then.
    ///
    /// # Safety
    /// The operands hold the pieces of the sweep; what is written does not overlap what is read, or both are the same
    /// memory in the same layout.
    pub unsafe fn run(&mut self, sweep: &Sweep, op: &LineOp<T>, job: &Job<'_, T>, part: &Part) -> Result<()> {
        // SAFETY: by the caller's word; element types are those of the operands.
        unsafe {
            match (job.from.is_complex, job.to.is_complex) {
                (false, false) => self.run_typed::<T, T>(sweep, op, job, part),
                (false, true) => self.run_typed::<T, Complex<T>>(sweep, op, job, part),
                (true, false) => self.run_typed::<Complex<T>, T>(sweep, op, job, part),
                (true, true) => self.run_typed::<Complex<T>, Complex<T>>(sweep, op, job, part),
            }
        }
    }

    /// # Safety
    /// As for [`Tile::run`]; `S` and `D` are the element types.
    unsafe fn run_typed<S, D>(&mut self, sweep: &Sweep, op: &LineOp<T>, job: &Job<'_, T>, part: &Part) -> Result<()>
    where
        S: Cast<T> + Cast<Complex<T>>,
        T: Cast<D>,
        Complex<T>: Cast<D>,
    {
        let way = op.way(job.direction, !job.from.is_complex && !job.to.is_complex);
        let forward = job.direction == Direction::Forward;
        let (near_length, far_length) = sweep.lengths();
        let lengths = if forward { (near_length, far_length) } else { (far_length, near_length) };
        let longest = op.rows(near_length.max(far_length));
        let (narrow, wide) = (tile_width::<T>(longest), wide_tile::<T>(longest));
        for cell in sweep.cells(&part.layers) {
            let segments = sweep.segments(cell, forward);
            let common = cell.layers.start.max(part.layers.start)..cell.layers.end.min(part.layers.end);
            let lines = part.of(cell.across);
            let width = if is_ragged::<D>(job, segments.1) { wide } else { narrow };
            for layer in common.clone() {
                let deep = layer - cell.layers.start;
                if let Way::Panels(op) = &way {
                    // SAFETY: by the caller's word.
                    unsafe { self.panels.aim::<S, D>(op, job, segments, deep) };
                }
                let mut remaining = lines.clone();
                if let (Way::Panels(PanelOp::Complex(transform)), [write]) = (&way, segments.1) {
                    let place = Place { across: 0, deep, lines: cell.across, walked: lines.clone(), has_next: false };
                    // SAFETY: by the caller's word; the seam is that of all lines.
                    unsafe {
                        if let Some(head) = seam::<T, D>(job, write, &place).filter(|_| lines == (0..cell.across)) {
                            self.panels.carry_seam::<S>(*transform, job, (segments.0, write), &place, head);
                            remaining = head..head + cell.across - panel_lines::<T>();
                        }
                    }
                }
                let has_next = layer + 1 < common.end;
                let mut across = remaining.start;
                while across < remaining.end {
                    let left = width.min(remaining.end - across);
                    // SAFETY: the first line is one of the cell's, whose segments lie in the pieces; by the caller's word the
                    // operands hold these.
                    unsafe {
                        let count = lines_to_alignment::<D>(job, segments.1, (across, deep), left);
                        let place = Place { across, deep, lines: count, walked: remaining.clone(), has_next };
                        match &way {
                            Way::Flat(op) => self.flat.carry::<S, D>(op, job, segments, &place, lengths)?,
                            Way::Panels(op) => self.panels.carry::<S, D>(op, job, segments, &place, lengths),
                        }
                        across += count;
                    }
                }
            }
        }
        Ok(())
    }
}

/// A part of a sweep that one thread walks: some layers, and of each cell in them a share of the lines.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub layers: Range<usize>,
    /// Which share, of how many.
    pub share: (usize, usize),
}

impl Part {
    /// The lines of this part among `lines`; shares begin where panels may.
    fn of(&self, lines: usize) -> Range<usize> {
        const GRAIN: usize = 16;
        let (index, count) = self.share;
        let at = |share: usize| (lines * share / count).next_multiple_of(GRAIN).min(lines);
        if count == 1 { 0..lines } else { (if index == 0 { 0 } else { at(index) })..at(index + 1) }
    }
}

/// Bytes of a cache line, which is what streaming writes at a time.
const CACHE_LINE: usize = 64;

/// Whether results are streamed to rows that do not all begin alike in their cache lines.
fn is_ragged<D>(job: &Job<'_, impl Real>, write: &[Segment]) -> bool {
    let ragged = |s: &Segment| s.across == 1 && s.len > 1 && !(s.along * size_of::<D>()).is_multiple_of(CACHE_LINE);
    job.stores == Stores::Streaming && write.iter().any(ragged)
}

/// The number of lines before the first cache line that begins in a row, where rows of streamed results follow each other and each
/// shares a cache line with the next: see [`Panels::carry_seam`].
///
/// # Safety
/// The operand that is written holds the lines of `place`, all of a layer.
unsafe fn seam<T: Real, D>(job: &Job<'_, T>, write: &Segment, place: &Place) -> Option<usize>
where
    Complex<T>: Cast<D>,
{
    let follow = write.across == 1 && write.along == place.lines && write.len > 1;
    let whole = (place.lines * size_of::<D>()).is_multiple_of(CACHE_LINE) && place.lines > panel_lines::<T>();
    if job.stores != Stores::Streaming || !<Complex<T> as Cast<D>>::IS_SAME || !follow || !whole {
        return None;
    }
    // SAFETY: by the caller's word.
    let address = unsafe { job.target::<D>(write, place) } as usize;
    let beyond = address % CACHE_LINE;
    (beyond != 0 && beyond.is_multiple_of(size_of::<D>())).then(|| (CACHE_LINE - beyond) / size_of::<D>())
}

/// Lines for the next tile: `left`, or as many as lead to where cache lines begin, if results are streamed and lie beside each
/// other.
///
/// # Safety
/// The operand that is written holds the line at `(across, deep)` of the cell with these segments.
unsafe fn lines_to_alignment<D>(
    job: &Job<'_, impl Real>,
    write: &[Segment],
    (across, deep): (usize, usize),
    left: usize,
) -> usize {
    let Some(first) = write.first().filter(|segment| segment.across == 1 && job.stores == Stores::Streaming) else {
        return left;
    };
    // SAFETY: by the caller's word.
    let address = unsafe { job.to.line::<D>(first, job.index, (across, deep)) } as usize;
    let beyond = address % CACHE_LINE;
    if beyond == 0 || !beyond.is_multiple_of(size_of::<D>()) {
        return left;
    }
    left.min((CACHE_LINE - beyond) / size_of::<D>())
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
    /// Bytes of neighbouring columns that are asked for together.
    pub stretch: usize,
    /// Whether what is read is in the cache.
    pub is_at_hand: bool,
    /// The rows of memory whose columns are wanted next: each is asked for while the line with its number is read.
    pub next: Option<Rows>,
}

impl<T: Real> Job<'_, T> {
    /// Where the part of the first line of `place` begins that lies in a segment of the side that is read.
    ///
    /// # Safety
    /// That side holds the segment, of elements `E`, and the line.
    pub unsafe fn source<E>(&self, segment: &Segment, place: &Place) -> *const E {
        // SAFETY: by the caller's word.
        unsafe { self.from.line(segment, self.index, (place.across, place.deep)) }
    }

    /// The same on the side that is written.
    ///
    /// # Safety
    /// As for [`Job::source`].
    pub unsafe fn target<E>(&self, segment: &Segment, place: &Place) -> *mut E {
        // SAFETY: by the caller's word.
        unsafe { self.to.line(segment, self.index, (place.across, place.deep)) }
    }

    /// Multiplies results by the factor, where there is one.
    pub fn scale(&self, values: &mut [T]) {
        if let Some(factor) = self.factor {
            simd::scale(values, factor);
        }
    }

    /// The same for complex results.
    pub fn scale_complex(&self, values: &mut [Complex<T>]) {
        let (begin, len) = (values.as_mut_ptr().cast::<T>(), 2 * values.len());
        // SAFETY: a complex number is two reals, one after the other.
        self.scale(unsafe { std::slice::from_raw_parts_mut(begin, len) });
    }
}

/// Some lines of a cell.
pub(super) struct Place {
    pub across: usize,
    pub deep: usize,
    pub lines: usize,
    /// The lines of this layer that are walked.
    pub walked: Range<usize>,
    /// Whether the same lines of the next layer follow.
    pub has_next: bool,
}

/// Bytes of neighbouring columns that are asked for together: enough for memory to be read in order, few enough for two such
/// stretches of each row to stay in the second level of cache.
pub(super) const STRETCH: usize = 512;

impl Place {
    /// One of the lines.
    pub fn line(&self, line: usize) -> Place {
        Place { across: self.across + line, lines: 1, walked: self.walked.clone(), ..*self }
    }

    /// What to ask for while these columns are gathered, which are neighbours of `size` bytes: while all tiles of a stretch are, the
    /// whole next stretch of that many bytes, in this layer or the next.
    pub fn ahead(&self, segment: &Segment, size: usize, stretch: usize) -> Option<Ahead> {
        if self.lines * size < PANELS.0 * ROW {
            return None;
        }
        let tiles = (stretch / (self.lines * size)).max(1);
        let turn = self.across.saturating_sub(self.walked.start) / self.lines % tiles;
        let next = self.across + (tiles - turn) * self.lines;
        let distance = match (next < self.walked.end, self.has_next) {
            (true, _) => next.wrapping_sub(self.across),
            (false, true) => (segment.deep + self.walked.start).wrapping_sub(self.across),
            (false, false) => return None,
        };
        let lines = tiles * self.lines * size / ROW;
        Some(Ahead { first: segment.len * turn / tiles, offset: (distance as isize) * size as isize, lines })
    }
}
