//! Exchanges by one collective call.

use super::schedule::Side;
use super::shipment::Shipment;
use crate::comm::{Blocks, Comm, narrow};
use crate::error::Result;
use crate::trace::{self, What};

/// `MPI_Alltoall` of blocks padded to the same length.
///
/// # Safety
/// As for `Exchange::run`; the sides are padded to `block` elements for every rank.
pub(super) unsafe fn all_to_all(comm: &Comm, shipment: &Shipment<'_>, block: usize) -> Result<()> {
    let count = narrow("MPI_Alltoall", block * shipment.batch)?;
    let _span = trace::span(|| What::AllToAll);
    // SAFETY: padded buffers hold a block for every rank.
    unsafe { comm.all_to_all(shipment.from, shipment.to, count, shipment.size) }
}

/// `MPI_Alltoallv` with the exact counts.
///
/// # Safety
/// As for `Exchange::run`.
pub(super) unsafe fn all_to_all_v(comm: &Comm, shipment: &Shipment<'_>, blocks: &mut [Blocks; 2]) -> Result<()> {
    let [leaving, arriving] = blocks;
    fill(leaving, shipment, shipment.leaving, comm)?;
    fill(arriving, shipment, shipment.arriving, comm)?;
    let span = trace::span(|| What::AllToAllV);
    // SAFETY: the caller vouches for the buffers; counts and displacements are those of the sides.
    unsafe {
        comm.all_to_all_v((shipment.from, leaving), (shipment.to, arriving), shipment.size)?;
        drop(span);
        shipment.keep_own(comm.rank());
    }
    Ok(())
}

/// Writes the counts and displacements of `side` into `blocks`, but for what stays on this rank: MPI libraries may take three times
/// as long for that as a plain copy.
fn fill(blocks: &mut Blocks, shipment: &Shipment<'_>, side: &Side, comm: &Comm) -> Result<()> {
    for list in [&mut blocks.counts, &mut blocks.displacements] {
        list.clear();
        list.resize(comm.size(), 0);
    }
    for piece in side.pieces.iter().filter(|piece| piece.rank != comm.rank() && shipment.travels(piece.rank)) {
        blocks.counts[piece.rank] = narrow("MPI_Alltoallv", piece.len * shipment.batch)?;
        blocks.displacements[piece.rank] = narrow("MPI_Alltoallv", piece.offset * shipment.batch)?;
    }
    Ok(())
}
