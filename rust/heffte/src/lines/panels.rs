//! Lines side by side in a tile, panel by panel.

use num_complex::Complex;

use super::cast::Cast;
use super::job::{Job, Place};
use super::operand::Operand;
use super::operation::PanelOp;
use super::room::zeros;
use super::simd::{self, Matrix, Placed, Rows, Stores};
use super::straight::{Straight, goes_straight};
use super::sweep::Segment;
use crate::backend::lanes::{ROW, complete_spectrum, panel_lines, vector_bytes};
use crate::backend::{ComplexPanels, Ends, PanelRows, Real, Tile};
use crate::error::Result;
use crate::options::Direction;

/// Room for the panels of a tile, twice: some transforms go from one to the other.
pub(super) struct Panels<T> {
    memory: Vec<Complex<T>>,
    /// Elements of each half.
    len: usize,
    /// The natural order of rows.
    natural: Vec<u32>,
    /// Room for the lines of one panel, one after the other.
    lines: Vec<Complex<T>>,
    /// Room for what transforms need beside a tile.
    scratch: Vec<Complex<T>>,
    source: Aim,
    target: Aim,
}

/// Where the lines of a layer lie on one side, if a transform can take them in or hand them out by itself.
#[derive(Debug, Default)]
struct Aim {
    /// Where each row begins, for the first line; empty where rows are not like those of panels.
    begins: Vec<*mut u8>,
    /// How many bytes behind a cache line they begin; `None` where they do not all begin alike.
    phase: Option<usize>,
    is_streamed: bool,
}

// SAFETY: the pointers are set anew before they are used.
unsafe impl Send for Aim {}

impl Aim {
    /// Finds the rows of the layer `deep` of a cell, and puts that of each element of a line in its `place`.
    ///
    /// # Safety
    /// The operand holds the segments, of elements `E`, for the transform `index` of a batch.
    unsafe fn at<E>(
        &mut self,
        (operand, index): (&Operand<'_>, usize),
        segments: &[Segment],
        deep: usize,
        place: impl Fn(usize) -> usize,
    ) {
        self.begins.clear();
        if segments.iter().any(|segment| segment.across != 1) {
            return;
        }
        self.begins.resize(segments.iter().map(|segment| segment.len).sum(), std::ptr::null_mut());
        for segment in segments {
            // SAFETY: by the caller's word.
            let first = unsafe { operand.line::<E>(segment, index, (0, deep)) };
            let is_even = (segment.along * size_of::<E>()).is_multiple_of(ROW);
            let phase = Some(first as usize % ROW).filter(|_| is_even);
            self.phase = if segment.first == 0 { phase } else { self.phase.filter(|known| phase == Some(*known)) };
            for i in 0..segment.len {
                self.begins[place(segment.first + i)] = first.wrapping_add(i * segment.along).cast();
            }
        }
    }

    /// The rows of whole panels of the lines from `offset` bytes on, if these can be handed out: past the cache, cache line by cache line.
    fn rows(&self, offset: usize) -> Option<PanelRows<'_>> {
        let is_aligned = self.phase.is_some_and(|phase| (phase + offset).is_multiple_of(ROW));
        let can_write = !self.is_streamed || is_aligned && vector_bytes() == ROW;
        let is_streamed = self.is_streamed;
        (!self.begins.is_empty() && can_write).then_some(PanelRows { begins: &self.begins, offset, is_streamed })
    }
}

impl<T: Real> Panels<T> {
    /// Room for `elements` elements of lines of up to `length` elements, and for `scratch` rows.
    ///
    /// # Errors
    /// [`crate::Error::Allocation`].
    pub fn new(elements: usize, length: usize, scratch: usize) -> Result<Panels<T>> {
        let len = elements.next_multiple_of(panel_lines::<T>());
        // A panel more than that, so that there is room to begin with a cache line.
        let memory = zeros(2 * len + panel_lines::<T>())?;
        let lines = zeros(length * panel_lines::<T>())?;
        let scratch = zeros((scratch + 1) * panel_lines::<T>())?;
        let [source, target] = [Aim::default(), Aim::default()];
        Ok(Panels { memory, len, scratch, natural: (0..length as u32).collect(), lines, source, target })
    }

    /// Gets ready for the lines of the layer `deep` of a cell.
    ///
    /// # Safety
    /// The operands of the job hold the segments, of elements `S` and `D`.
    pub unsafe fn aim<S, D>(
        &mut self,
        op: &PanelOp<'_, T>,
        job: &Job<'_, T>,
        (read, write): (&[Segment], &[Segment]),
        deep: usize,
    ) where
        S: Cast<Complex<T>>,
        Complex<T>: Cast<D>,
    {
        let PanelOp::Complex(transform) = op else {
            self.source.begins.clear();
            self.target.begins.clear();
            return;
        };
        let can_read = S::IS_SAME && job.is_at_hand && transform.can_take_in();
        let can_write = <Complex<T> as Cast<D>>::IS_SAME && transform.can_hand_out();
        // SAFETY: by the caller's word.
        unsafe {
            let in_tile = |element: usize| transform.places()[element] as usize;
            self.source.at::<S>((&job.from, job.index), if can_read { read } else { &[] }, deep, in_tile);
            self.target.at::<D>((&job.to, job.index), if can_write { write } else { &[] }, deep, |element| element);
        }
        self.target.is_streamed = job.stores == Stores::Streaming;
    }

    /// Gathers the lines of `place`, of `lengths.0` elements, transforms them, and scatters the results, of `lengths.1`.
    ///
    /// # Safety
    /// The operands of the job hold the segments, of elements `S` and `D`, and there is room for the lines. The panels are aimed
    /// at the layer of the lines.
    pub unsafe fn carry<S, D>(
        &mut self,
        op: &PanelOp<'_, T>,
        job: &Job<'_, T>,
        (read, write): (&[Segment], &[Segment]),
        place: &Place,
        lengths: (usize, usize),
    ) where
        S: Cast<T> + Cast<Complex<T>>,
        T: Cast<D>,
        Complex<T>: Cast<D>,
    {
        let (rows, panels) = (lengths.0.max(lengths.1), place.lines.div_ceil(panel_lines::<T>()));
        let rows = match op {
            PanelOp::Complex(_) | PanelOp::Spectrum(_) => rows,
            PanelOp::Real(_) => rows / 2 + 1,
            PanelOp::R2r(transform) => transform.rows(),
            PanelOp::R2rPairs(transform) => transform.rows(),
        };
        let begin = self.memory.as_ptr().align_offset(ROW);
        let halves = self.memory[begin..begin + 2 * self.len].split_at_mut(self.len);
        assert!(panels * rows * panel_lines::<T>() <= self.len, "the tile has room for the lines");
        let [first, second] = [halves.0, halves.1].map(|half| Tile { begin: half.as_mut_ptr().cast(), panels, rows });
        let scratch = self.scratch.as_mut_ptr().wrapping_add(self.scratch.as_ptr().align_offset(ROW)).cast();
        // SAFETY: by the caller's word.
        unsafe {
            if goes_straight::<S, D, T>(op, job.direction, (read, write)) {
                let (rooms, results) = (first.begin.cast(), second.begin.cast());
                return Straight { op, job, lengths, rooms, results }.carry::<S, D>(read, write, place);
            }
            match (op, job.direction) {
                (PanelOp::Complex(transform), _) => {
                    let is_whole = |rows: &PanelRows<'_>| {
                        place.lines.is_multiple_of(panel_lines::<T>()) && rows.begins.len() == transform.places().len()
                    };
                    let from = self.source.rows(place.across * size_of::<S>()).filter(is_whole);
                    let to = self.target.rows(place.across * size_of::<D>()).filter(is_whole);
                    if from.is_none() {
                        gather::<S, T>(job, read, place, first, transform.places());
                    }
                    transform.transform(first, scratch, job.factor, Ends { from, to });
                    if to.is_none() {
                        scatter::<D, T>(job, write, place, first, &mut self.lines);
                    }
                }
                (PanelOp::Spectrum(transform), _) => {
                    gather::<S, T>(job, read, place, first, transform.places());
                    first.panels().for_each(|panel| complete_spectrum::<T>(panel, transform.places()));
                    transform.transform(first, scratch, job.factor, Ends::default());
                    scatter::<D, T>(job, write, place, first, &mut self.lines);
                }
                (PanelOp::R2r(transform), _) => {
                    gather::<S, T>(job, read, place, first, transform.places());
                    let result = transform.transform(first, second, scratch, job.factor);
                    scatter::<D, T>(job, write, place, result, &mut self.lines);
                }
                (PanelOp::R2rPairs(transform), _) => {
                    if !lengths.0.is_multiple_of(2) {
                        // What the last element has for a neighbour is computed with, though nothing comes of it.
                        first.panels().for_each(|panel| panel.add(lengths.0 / 2 * ROW).write_bytes(0, ROW));
                    }
                    gather_pairs::<S, T>(job, read, place, first, &self.natural);
                    let result = transform.transform(first, second, job.factor);
                    scatter_pairs::<D, T>(job, write, place, result, &mut self.lines);
                }
                (PanelOp::Real(transform), Direction::Forward) => {
                    gather_pairs::<S, T>(job, read, place, first, transform.places());
                    transform.forward(first, job.factor);
                    scatter::<D, T>(job, write, place, first, &mut self.lines);
                }
                (PanelOp::Real(transform), Direction::Backward) => {
                    gather::<S, T>(job, read, place, first, &self.natural);
                    transform.backward(first, second, job.factor);
                    scatter_pairs::<D, T>(job, write, place, second, &mut self.lines);
                }
            }
        }
    }
}

impl<T: Real> Panels<T> {
    /// Transforms the `head` first lines of a layer, and as many of its last as fill a panel with them. Where rows follow each other,
    /// a cache line that none of the other panels fills holds the end of one row and the begin of the next: it is streamed too.
    ///
    /// # Safety
    /// As for [`Panels::carry`], for a place of all lines of the layer. Results are complex, go to one segment whose rows follow each
    /// other and are whole cache lines long, and `head` lines lead to where a cache line begins.
    pub unsafe fn carry_seam<S: Cast<Complex<T>>>(
        &mut self,
        transform: &dyn ComplexPanels<T>,
        job: &Job<'_, T>,
        (read, write): (&[Segment], &Segment),
        place: &Place,
        head: usize,
    ) {
        let lanes = panel_lines::<T>();
        let line_of = |lane: usize| if lane < head { lane } else { place.lines - lanes + lane };
        let begin = self.memory.as_mut_ptr().wrapping_add(self.memory.as_ptr().align_offset(ROW));
        let panel = Tile { begin: begin.cast(), panels: 1, rows: transform.places().len() };
        let scratch = self.scratch.as_mut_ptr().wrapping_add(self.scratch.as_ptr().align_offset(ROW)).cast();
        // SAFETY: by the caller's word; the memory holds a panel.
        unsafe {
            for segment in read {
                let piece = job.source::<S>(segment, place);
                for i in 0..segment.len {
                    let row = transform.places()[segment.first + i] as usize;
                    for lane in 0..lanes {
                        let from = piece.add(i * segment.along + line_of(lane) * segment.across);
                        element::<T>(panel, row, lane).write(from.read().cast());
                    }
                }
            }
            transform.transform(panel, scratch, job.factor, Ends::default());
            let piece = job.target::<Complex<T>>(write, place);
            let (last, tail) = (write.len - 1, lanes - head);
            // The end of a row and the begin of the next are neighbours in the panel, too.
            let ends = Tile { begin: begin.add(head).cast(), ..panel };
            let to = Rows::of(piece.add(place.lines - tail), write.along);
            simd::rows_out(ends, 0..last, to, ROW, job.stores);
            std::ptr::copy_nonoverlapping(begin.cast_const(), piece, head);
            let end = piece.add(last * write.along + place.lines - tail);
            std::ptr::copy_nonoverlapping(element::<T>(panel, last, head).cast_const(), end, tail);
        }
    }
}

/// Where the complex element of a line is that lies in `row`.
fn element<T>(tile: Tile, index: usize, line: usize) -> *mut Complex<T> {
    let lanes = panel_lines::<T>();
    tile.row(line / lanes, index).cast::<Complex<T>>().wrapping_add(line % lanes)
}

/// Where element `index` of a real line is, whose pairs of neighbours are complex elements.
fn part_of_pair<T>(panel: Tile, row: usize, line: usize, index: usize) -> *mut T {
    element::<T>(panel, row, line).cast::<T>().wrapping_add(index % 2)
}

/// The panels of a tile, each with its first line and the number of its lines.
fn panels<T>(lines: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    let lanes = panel_lines::<T>();
    (0..lines.div_ceil(lanes)).map(move |p| (p, p * lanes, lanes.min(lines - p * lanes)))
}

/// Copies lines to panels, element `i` of each to the row `places[i]`.
///
/// # Safety
/// The operand that is read holds the segments, of elements `S`; the panels have room for the lines.
unsafe fn gather<S: Cast<Complex<T>>, T: Real>(
    job: &Job<'_, T>,
    segments: &[Segment],
    place: &Place,
    panel: Tile,
    places: &[u32],
) {
    for segment in segments {
        let places = &places[segment.first..segment.first + segment.len];
        // SAFETY: by the caller's word.
        unsafe {
            let piece = job.source::<S>(segment, place);
            if S::IS_SAME && segment.across == 1 {
                let ahead = place.ahead(segment, size_of::<S>(), job.stretch);
                simd::rows_in(Rows::of(piece, segment.along), panel, places, place.lines * size_of::<S>(), ahead);
            } else if !(S::IS_SAME && segment.along == 1 && transpose_in::<S, T>(piece, segment, place, panel, places))
            {
                for_each(segment, place, |i, j, offset| {
                    element::<T>(panel, places[i] as usize, j).write(piece.add(offset).read().cast());
                });
            }
        }
    }
}

/// Copies contiguous lines of `places.len()` elements of `E`, which are as wide as complex ones, to panels, by vectors. Says
/// `false` where there is no way.
///
/// # Safety
/// As for [`gather`].
unsafe fn transpose_in<E, T>(piece: *const E, segment: &Segment, place: &Place, panel: Tile, places: &[u32]) -> bool {
    panels::<T>(place.lines).all(|(p, first, count)| {
        // SAFETY: by the caller's word.
        unsafe {
            let from = Rows::of(piece.add(first * segment.across), segment.across);
            let to = Placed { begin: panel.row(p, 0), places };
            simd::transpose::<Complex<T>>(from, to, (count, places.len()), Stores::Cached)
        }
    })
}

/// Copies real lines to panels, the neighbours `2i` and `2i + 1` of each to the row `places[i]`.
///
/// # Safety
/// As for [`gather`].
unsafe fn gather_pairs<S: Cast<T>, T: Real>(
    job: &Job<'_, T>,
    segments: &[Segment],
    place: &Place,
    panel: Tile,
    places: &[u32],
) {
    for segment in segments {
        let (first, len) = (segment.first, segment.len);
        let whole_pairs = S::IS_SAME && first.is_multiple_of(2) && len.is_multiple_of(2);
        // SAFETY: by the caller's word.
        unsafe {
            let piece = job.source::<S>(segment, place);
            let pairs = &places[first / 2..(first + len).div_ceil(2)];
            if whole_pairs && segment.across == 1 {
                simd::zip_in::<T>(Rows::of(piece, segment.along), panel, pairs, place.lines);
            } else if !(whole_pairs && segment.along == 1 && transpose_in::<S, T>(piece, segment, place, panel, pairs))
            {
                for_each(segment, place, |i, j, offset| {
                    let row = places[(first + i) / 2] as usize;
                    part_of_pair::<T>(panel, row, j, first + i).write(piece.add(offset).read().cast());
                });
            }
        }
    }
}

/// Copies lines from panels, whose rows are in natural order; the reverse of [`gather`].
///
/// # Safety
/// The operand that is written has room for the segments, of elements `D`; the panels hold the lines.
unsafe fn scatter<D, T: Real>(
    job: &Job<'_, T>,
    segments: &[Segment],
    place: &Place,
    panel: Tile,
    lines: &mut [Complex<T>],
) where
    Complex<T>: Cast<D>,
{
    let is_same = <Complex<T> as Cast<D>>::IS_SAME;
    for segment in segments {
        let rows = segment.first..segment.first + segment.len;
        // SAFETY: by the caller's word.
        unsafe {
            let piece = job.target::<D>(segment, place);
            if is_same && segment.across == 1 {
                let to = Rows::of(piece, segment.along);
                simd::rows_out(panel, rows, to, place.lines * size_of::<D>(), job.stores);
            } else if !(is_same
                && segment.along == 1
                && transpose_out::<D, T>(job, piece, segment.across, place, (panel, rows.clone()), lines))
            {
                for_each(segment, place, |i, j, offset| {
                    piece.add(offset).write(element::<T>(panel, rows.start + i, j).read().cast());
                });
            }
        }
    }
}

/// Copies panels to contiguous lines, which are `across` elements apart, by vectors. Says `false` where there is no way.
///
/// # Safety
/// As for [`scatter`]; `lines` has room for the lines of a panel.
unsafe fn transpose_out<E, T: Real>(
    job: &Job<'_, T>,
    piece: *mut E,
    across: usize,
    place: &Place,
    (panel, rows): (Tile, std::ops::Range<usize>),
    lines: &mut [Complex<T>],
) -> bool {
    let counts = |count| (rows.len(), count);
    panels::<T>(place.lines).all(|(p, first, count)| {
        // SAFETY: by the caller's word.
        unsafe {
            let from = Rows::of(panel.row(p, rows.start).cast::<Complex<T>>(), panel_lines::<T>());
            let to = piece.add(first * across);
            if job.stores == Stores::Cached || Rows::of(to, across).is_aligned(ROW) {
                return simd::transpose::<Complex<T>>(from, Rows::of(to, across), counts(count), job.stores);
            }
            // Vectors would straddle cache lines: line by line, only the ends do.
            let between = Rows::of(lines.as_ptr(), rows.len());
            if !simd::transpose::<Complex<T>>(from, between, counts(count), Stores::Cached) {
                return false;
            }
            for (line, values) in lines.chunks_exact(rows.len().max(1)).take(count).enumerate() {
                simd::stream(values.as_ptr(), to.add(line * across).cast(), values.len());
            }
            true
        }
    })
}

/// Copies real lines from panels; the reverse of [`gather_pairs`], with rows in natural order.
///
/// # Safety
/// As for [`scatter`].
unsafe fn scatter_pairs<D, T: Real + Cast<D>>(
    job: &Job<'_, T>,
    segments: &[Segment],
    place: &Place,
    panel: Tile,
    lines: &mut [Complex<T>],
) {
    for segment in segments {
        let (first, len) = (segment.first, segment.len);
        let whole_pairs = <T as Cast<D>>::IS_SAME && first.is_multiple_of(2) && len.is_multiple_of(2);
        let rows = first / 2..(first + len).div_ceil(2);
        // SAFETY: by the caller's word.
        unsafe {
            let piece = job.target::<D>(segment, place);
            if whole_pairs && segment.across == 1 {
                simd::unzip_out::<T>(panel, rows, Rows::of(piece, segment.along), place.lines);
            } else if !(whole_pairs
                && segment.along == 1
                && transpose_out::<D, T>(job, piece, segment.across, place, (panel, rows), lines))
            {
                for_each(segment, place, |i, j, offset| {
                    piece.add(offset).write(part_of_pair::<T>(panel, (first + i) / 2, j, first + i).read().cast());
                });
            }
        }
    }
}

/// Calls `act(i, j, offset)` for element `i` of every line `j` of a segment, in the order in which they lie in memory.
fn for_each(segment: &Segment, place: &Place, mut act: impl FnMut(usize, usize, usize)) {
    let offset = |i: usize, j: usize| i * segment.along + j * segment.across;
    if segment.along <= segment.across {
        (0..place.lines).for_each(|j| (0..segment.len).for_each(|i| act(i, j, offset(i, j))));
    } else {
        (0..segment.len).for_each(|i| (0..place.lines).for_each(|j| act(i, j, offset(i, j))));
    }
}
