//! What travels in one exchange.

use super::schedule::Side;
use crate::trace::{self, What};

/// What one exchange moves: packed elements from one buffer to another.
#[derive(Clone, Copy)]
pub(super) struct Shipment<'a> {
    pub from: *const u8,
    pub leaving: &'a Side,
    pub to: *mut u8,
    pub arriving: &'a Side,
    /// Bytes of an element.
    pub size: usize,
    /// Transforms that travel together: `batch` copies of each piece lie one after the other.
    pub batch: usize,
    /// The largest count for one MPI call.
    pub limit: usize,
    /// The ranks whose pieces travel another way.
    pub near_by: &'a [bool],
    /// The rank whose piece stays where it is: this one.
    pub staying: Option<usize>,
    /// Whether empty messages go in place of pieces, since an exchange before failed on this rank.
    pub is_empty: bool,
}

impl Shipment<'_> {
    /// Whether pieces for and from `rank` travel this way.
    pub fn travels(&self, rank: usize) -> bool {
        self.staying != Some(rank) && !self.near_by.get(rank).copied().unwrap_or(false)
    }

    /// Copies the piece that stays on this rank.
    ///
    /// # Safety
    /// As for `Exchange::run`.
    pub unsafe fn keep_own(&self, rank: usize) {
        if !self.travels(rank) {
            return;
        }
        let own = |side: &Side| side.pieces.iter().find(|piece| piece.rank == rank).copied();
        if let (Some(leaving), Some(arriving)) = (own(self.leaving), own(self.arriving)) {
            let _span = trace::span(|| What::KeepOwn);
            let bytes = |elements: usize| elements * self.batch * self.size;
            // SAFETY: both are the same points, so as many elements; the buffers do not overlap.
            unsafe {
                let (from, to) = (self.from.add(bytes(leaving.offset)), self.to.add(bytes(arriving.offset)));
                std::ptr::copy_nonoverlapping(from, to, bytes(leaving.len));
            }
        }
    }
}
