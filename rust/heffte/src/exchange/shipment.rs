//! What travels in one exchange.

use super::schedule::Side;

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
}

impl Shipment<'_> {
    /// Whether pieces for and from `rank` travel this way.
    pub fn travels(&self, rank: usize) -> bool {
        !self.near_by.get(rank).copied().unwrap_or(false)
    }
}
