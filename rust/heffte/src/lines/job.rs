//! One transform of a batch through one sweep, and the parts and places in which it is done.

use std::ops::Range;

use num_complex::Complex;

use super::operand::Operand;
use super::simd::{self, Ahead, Rows, Stores};
use super::sweep::Segment;
use crate::backend::Real;
use crate::backend::lanes::ROW;
use crate::options::Direction;

/// The fewest panels of a tile that make use of cache lines where neighbours lie across: two of them, which are fetched together.
pub(super) const FEWEST_PANELS: usize = 2;

/// A part of a sweep that one thread walks: some layers, and of each cell in them a share of the lines.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub layers: Range<usize>,
    /// Which share, of how many.
    pub share: (usize, usize),
}

impl Part {
    /// The lines of this part among `lines`; shares begin where panels may.
    pub fn of(&self, lines: usize) -> Range<usize> {
        const GRAIN: usize = 16;
        let (index, count) = self.share;
        let at = |share: usize| (lines * share / count).next_multiple_of(GRAIN).min(lines);
        if count == 1 { 0..lines } else { (if index == 0 { 0 } else { at(index) })..at(index + 1) }
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
        if self.lines * size < FEWEST_PANELS * ROW {
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
