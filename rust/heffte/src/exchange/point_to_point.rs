//! Exchanges by messages between pairs of ranks. A piece longer than one MPI call can count goes in chunks.

use super::schedule::{Piece, Side};
use super::shipment::Shipment;
use crate::comm::{Comm, Count, Request, narrow};
use crate::error::Result;
use crate::trace::{self, What};

/// All receives and sends are begun at once.
///
/// # Safety
/// As for `Exchange::run`.
pub(super) unsafe fn pipelined(comm: &Comm, shipment: &Shipment<'_>, requests: &mut Request) -> Result<()> {
    // SAFETY: chunks lie inside the buffers, which stay untouched until all requests were waited for.
    unsafe {
        begin_receives(comm, shipment, requests)?;
        for_each_chunk(comm, shipment, shipment.leaving, |piece, first, count| {
            let _span = trace::span(|| What::StartSend { elements: count as usize, rank: piece.rank });
            let data = shipment.from.add(first * shipment.size);
            comm.start_send(data, count, shipment.size, piece.rank, requests)
        })?;
        shipment.keep_own(comm.rank());
    }
    wait(requests)
}

/// All receives are begun at once; sends follow one after the other.
///
/// # Safety
/// As for `Exchange::run`.
pub(super) unsafe fn blocking_sends(comm: &Comm, shipment: &Shipment<'_>, requests: &mut Request) -> Result<()> {
    // SAFETY: as above.
    unsafe {
        begin_receives(comm, shipment, requests)?;
        for_each_chunk(comm, shipment, shipment.leaving, |piece, first, count| {
            let _span = trace::span(|| What::Send { elements: count as usize, rank: piece.rank });
            let data = shipment.from.add(first * shipment.size);
            comm.send(data, count, shipment.size, piece.rank)
        })?;
        shipment.keep_own(comm.rank());
    }
    wait(requests)
}

fn wait(requests: &mut Request) -> Result<()> {
    let _span = trace::span(|| What::WaitAll);
    requests.wait_all()
}

/// # Safety
/// As for `Exchange::run`; the caller waits for `requests`.
unsafe fn begin_receives(comm: &Comm, shipment: &Shipment<'_>, requests: &mut Request) -> Result<()> {
    for_each_chunk(comm, shipment, shipment.arriving, |piece, first, count| {
        let _span = trace::span(|| What::Receive { elements: count as usize, rank: piece.rank });
        // SAFETY: the chunk lies inside the buffer, by the side it belongs to.
        unsafe {
            let data = shipment.to.add(first * shipment.size);
            comm.start_receive(data, count, shipment.size, piece.rank, requests)
        }
    })
}

/// Calls `act(piece, first element, elements)` for the chunks of all pieces but our own, nearest rank above first, so
/// that not all ranks begin with the same peer. Both ends divide a piece alike, and messages do not overtake.
fn for_each_chunk(
    comm: &Comm,
    shipment: &Shipment<'_>,
    side: &Side,
    mut act: impl FnMut(&Piece, usize, Count) -> Result<()>,
) -> Result<()> {
    let above = side.pieces.partition_point(|piece| piece.rank <= comm.rank());
    let (below, above) = side.pieces.split_at(above);
    for piece in above.iter().chain(below).filter(|piece| piece.rank != comm.rank() && shipment.travels(piece.rank)) {
        let (mut first, end) = (piece.offset * shipment.batch, (piece.offset + piece.len) * shipment.batch);
        while first < end {
            let count = (end - first).min(shipment.limit);
            act(piece, first, narrow("MPI_Send", count)?)?;
            first += count;
        }
    }
    Ok(())
}
