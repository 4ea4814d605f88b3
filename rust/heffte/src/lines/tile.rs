//! A tile: some lines, in cache, between gathering and scattering.

use num_complex::Complex;

use super::cast::Cast;
use super::flat::Flat;
use super::job::{FEWEST_PANELS, Job, Part, Place};
use super::operation::{LineOp, PanelOp, Way};
use super::panels::Panels;
use super::simd::Stores;
use super::sweep::{Segment, Sweep};
use crate::backend::Real;
use crate::backend::lanes::{ROW, panel_lines, vector_bytes};
use crate::error::Result;
use crate::options::Direction;

/// Bytes of a tile, so that it stays in the first level of cache …
const TILE_BYTES: usize = 32 << 10;
/// … or in the second, where that gives it the panels it wants.
const LARGER_TILE_BYTES: usize = 256 << 10;

/// Panels of a tile that are worth the second level of cache. Where a vector fills a row of a panel, the last pass puts results where they
/// go, from the first level. Where vectors are shorter a copy does that, panels are transformed one by one, and what counts is how much
/// goes to neighbouring addresses at a time: 128 bytes at every 4 KiB are written at half the speed of 256 (Zen 3).
fn wanted_panels() -> usize {
    if vector_bytes() == ROW { FEWEST_PANELS } else { 4 }
}

/// The most panels of a tile.
const MOST_PANELS: usize = 16;

/// Lines of `length` elements in a tile: whole panels.
fn tile_width<T>(length: usize) -> usize {
    let fitting = |bytes: usize| bytes / (length.max(1) * ROW);
    let panels = fitting(TILE_BYTES).max(fitting(LARGER_TILE_BYTES).min(wanted_panels()));
    panels.clamp(FEWEST_PANELS, MOST_PANELS) * panel_lines::<T>()
}

/// Lines in a tile whose results are streamed to where no cache line begins: as many as a tile may have, because the ends of
/// each stretch are written through the cache.
fn wide_tile<T>(length: usize) -> usize {
    const MOST_BYTES: usize = 512 << 10;
    let panels = MOST_BYTES / (length.max(1) * ROW);
    panels.clamp(FEWEST_PANELS, MOST_PANELS) * panel_lines::<T>()
}

/// Room for the lines of any sweep of a plan, and for their transforms.
pub(crate) struct Tile<T: Real> {
    flat: Flat<T>,
    panels: Panels<T>,
}

impl<T: Real> Tile<T> {
    /// A tile for these sweeps.
    ///
    /// # Errors
    /// [`crate::Error::Allocation`].
    pub fn new<'a>(sweeps: impl Iterator<Item = (&'a Sweep, &'a LineOp<T>)>) -> Result<Tile<T>> {
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
        Ok(Tile { flat: Flat::new(elements, scratch)?, panels: Panels::new(panel_elements, longest, panel_rows)? })
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
