//! Transforms of lines that lie side by side.
//!
//! A panel is a sequence of rows of [`ROW`] bytes; a row has one element of each of the panel's lines.

use num_complex::Complex;

use super::Real;
use super::lanes::ROW;

/// Panels one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Tile {
    /// The first row of the first panel.
    pub begin: *mut u8,
    pub panels: usize,
    /// Rows of each panel.
    pub rows: usize,
}

impl Tile {
    /// The begin of a row of a panel.
    #[inline(always)]
    pub fn row(self, panel: usize, row: usize) -> *mut u8 {
        self.begin.wrapping_add((panel * self.rows + row) * ROW)
    }

    /// The begins of all panels.
    pub fn panels(self) -> impl Iterator<Item = *mut u8> {
        (0..self.panels).map(move |panel| self.row(panel, 0))
    }
}

/// Panels whose rows lie anywhere, those of one panel behind those of the one before.
#[derive(Debug, Clone, Copy)]
pub struct PanelRows<'a> {
    /// Where each row begins.
    pub begins: &'a [*mut u8],
    /// How many bytes further on the first panel does.
    pub offset: usize,
    /// Whether they are written past the cache; they begin with cache lines then.
    pub is_streamed: bool,
}

impl PanelRows<'_> {
    /// The begin of a row of a panel.
    ///
    /// # Safety
    /// There is such a row.
    #[inline(always)]
    pub unsafe fn row(self, panel: usize, row: usize) -> *mut u8 {
        // SAFETY: by the caller's word.
        unsafe { self.begins.get_unchecked(row).add(self.offset + panel * ROW) }
    }
}

/// Where the lines of a tile come from and go to, where that is not the tile itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ends<'a> {
    /// Rows in the order in which a tile has them before a transform.
    pub from: Option<PanelRows<'a>>,
    /// Rows in natural order.
    pub to: Option<PanelRows<'a>>,
}

/// A line whose elements are neighbours, and where its transform goes. Real lines count by pairs of neighbours.
#[derive(Debug, Clone, Copy)]
pub struct StraightLine<T> {
    /// It may lie in the first of the rooms.
    pub from: *const Complex<T>,
    pub to: *mut Complex<T>,
    /// Room for three lines.
    pub rooms: [*mut Complex<T>; 3],
    /// How many bytes further on lies what is wanted next.
    pub ahead: usize,
}

/// Transforms complex lines that lie side by side.
pub trait ComplexPanels<T: Real>: Send + Sync {
    /// The row in which each element of a line must be before a transform. Results are in natural order.
    fn places(&self) -> &[u32];
    /// Rows that it needs beside the tile.
    fn scratch_rows(&self) -> usize {
        0
    }
    /// Whether it can take lines from elsewhere.
    fn can_take_in(&self) -> bool {
        false
    }
    /// Whether it can put results elsewhere.
    fn can_hand_out(&self) -> bool;
    /// Transforms all lines of a tile, times `factor`: in place, or on their way from and to the `ends`, if it can; where they go
    /// elsewhere, the tile is left with anything.
    ///
    /// # Safety
    /// The tile and the ends have a row for each element of a line, in each panel; `scratch` has those that are needed.
    /// None of them overlap, but the ends may be the same memory where all lines are in the tile.
    unsafe fn transform(&self, tile: Tile, scratch: *mut u8, factor: Option<T>, ends: Ends<'_>);
    /// Whether it can transform lines whose elements are neighbours, as they lie.
    fn goes_straight(&self) -> bool {
        false
    }
    /// Transforms such a line, times `factor`, to the same bits as beside others, if it can.
    ///
    /// # Safety
    /// The line is as long as those of a panel, and there is room for its results. Nothing overlaps.
    unsafe fn transform_straight(&self, _line: StraightLine<T>, _factor: Option<T>) {
        unreachable!("asked only where it can");
    }
}

/// Transforms real lines of an even length that lie side by side, to the first half of their spectrum and back.
///
/// Neighbouring elements of a real line are taken for the parts of a complex number, so that a panel has half as many rows of
/// reals as lines have elements.
pub trait RealPanels<T: Real>: Send + Sync {
    /// The row in which each pair of neighbours must be before a forward transform. All else is in natural order.
    fn places(&self) -> &[u32];
    /// Transforms pairs to the spectrum, which has one row more, times `factor`.
    ///
    /// # Safety
    /// All panels have a row for each element of a spectrum.
    unsafe fn forward(&self, tile: Tile, factor: Option<T>);
    /// Transforms the spectrum in `half` to pairs in `tile`, times `factor`. Imaginary parts are ignored as by
    /// [`RealLines`](super::RealLines).
    ///
    /// # Safety
    /// As for [`RealPanels::forward`]; both tiles have as many panels and do not overlap.
    unsafe fn backward(&self, half: Tile, tile: Tile, factor: Option<T>);
    /// Whether it can transform lines whose elements are neighbours, as they lie.
    fn goes_straight(&self) -> bool {
        false
    }
    /// Transforms such a line to its spectrum, times `factor`, to the same bits as beside others, if it can.
    ///
    /// # Safety
    /// The line is as long as those of a panel, and there is room for its results. Nothing overlaps.
    unsafe fn forward_straight(&self, _line: StraightLine<T>, _factor: Option<T>) {
        unreachable!("asked only where it can");
    }
    /// Transforms a spectrum to such a line.
    ///
    /// # Safety
    /// As for [`RealPanels::forward_straight`].
    unsafe fn backward_straight(&self, _line: StraightLine<T>, _factor: Option<T>) {
        unreachable!("asked only where it can");
    }
}
