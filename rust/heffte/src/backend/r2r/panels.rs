//! Cosine and sine transforms of complex lines that lie side by side.

use std::sync::Arc;

use super::folding::Folding;
use crate::backend::lanes::RowStep;
use crate::backend::{ComplexPanels, Ends, Real, Tile};

/// A transform of the lines of panels.
pub(crate) struct R2rPanels<T: Real> {
    rows: usize,
    /// The row in which each element of a line must be before.
    places: Vec<u32>,
    /// From one panel to the other; `None` where the places are all that it takes.
    before: Option<RowStep<T>>,
    fourier: Arc<dyn ComplexPanels<T>>,
    after: RowStep<T>,
}

impl<T: Real> R2rPanels<T> {
    pub(super) fn new(length: usize, folding: &Folding, fourier: Arc<dyn ComplexPanels<T>>) -> R2rPanels<T> {
        let place = |element: usize| fourier.places()[element] as usize;
        let (places, before) = match folding.before.permutation() {
            Some(to) => (to.into_iter().map(|element| place(element) as u32).collect(), None),
            None => ((0..length as u32).collect(), Some(RowStep::new(&folding.before, place))),
        };
        let after = RowStep::new(&folding.after, |row| row);
        R2rPanels { rows: length.max(folding.period), places, before, fourier, after }
    }

    /// Rows of the panels that it works in.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Rows that it needs beside them.
    pub fn scratch_rows(&self) -> usize {
        self.fourier.scratch_rows()
    }

    /// The row in which each element of a line must be before a transform.
    pub fn places(&self) -> &[u32] {
        &self.places
    }

    /// Transforms the lines of `tile`, times `factor`, and leaves either tile with anything; results are in the one that it
    /// returns, in natural order.
    ///
    /// # Safety
    /// Both tiles have the [rows](R2rPanels::rows), and as many panels; `scratch` has those that are needed. None of them overlap.
    pub unsafe fn transform(&self, tile: Tile, other: Tile, scratch: *mut u8, factor: Option<T>) -> Tile {
        // SAFETY: by the caller's word.
        unsafe {
            let (period, result) = match &self.before {
                None => (tile, other),
                Some(before) => {
                    before.run(tile, other);
                    (other, tile)
                }
            };
            self.fourier.transform(period, scratch, factor, Ends::default());
            self.after.run(period, result);
            result
        }
    }
}
