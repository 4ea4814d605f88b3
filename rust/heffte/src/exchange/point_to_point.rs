//! Exchanges by messages between pairs of ranks. A piece longer than one MPI call can count goes in chunks.
//!
//! A rank on which a call fails does what its peers wait for all the same: it receives what they send, and sends them empty messages,
//! by which they know.

use std::ops::Range;

use super::schedule::Side;
use super::shipment::Shipment;
use crate::comm::{Comm, Count, Request};
use crate::error::Result;
use crate::trace::{self, What};

/// A part of a piece that one message carries.
#[derive(Clone, Copy)]
struct Chunk {
    rank: usize,
    /// Bytes of the packed buffer before it.
    begin: usize,
    count: Count,
}

impl Chunk {
    /// Its bytes in the packed buffer.
    fn bytes(&self, shipment: &Shipment<'_>) -> Range<usize> {
        self.begin..self.begin + self.count as usize * shipment.size
    }
}

/// What brings chunks to the memory that messages are sent from, and takes them on from where they are received, while other chunks are
/// on their way. Chunks are bytes of a packed side.
pub(crate) trait Porter {
    /// Begins to bring a chunk that is to leave.
    ///
    /// # Errors
    /// Why that failed, as for all that follow.
    fn fetch(&mut self, chunk: Range<usize>) -> Result<()>;

    /// Waits until the memory that receives may be written.
    ///
    /// # Errors
    /// As for [`Porter::fetch`].
    fn make_room(&mut self) -> Result<()>;

    /// Waits for the chunk that was fetched as number `index`.
    ///
    /// # Errors
    /// As for [`Porter::fetch`].
    fn await_chunk(&mut self, index: usize) -> Result<()>;

    /// Begins to take on a chunk that has arrived.
    ///
    /// # Errors
    /// As for [`Porter::fetch`].
    fn deliver(&mut self, chunk: Range<usize>) -> Result<()>;
}

/// All receives are begun at once, and all sends; or these follow one after the other, if they are `blocking`. Where a `porter` brings the
/// chunks, each leaves as soon as it is there.
///
/// # Safety
/// As for `Exchange::run`.
pub(super) unsafe fn pair_by_pair(
    comm: &Comm,
    shipment: &Shipment<'_>,
    requests: &mut Request,
    blocking: bool,
    mut porter: Option<&mut dyn Porter>,
) -> Result<()> {
    // SAFETY: chunks lie inside the buffers, which stay untouched until all requests were waited for.
    unsafe {
        let fetched = porter.as_deref_mut().map_or(Ok(()), |porter| fetch_all(comm, shipment, porter));
        let (received, missed) = begin_receives(comm, shipment, requests);
        let (mut done, mut number) = (fetched.and(received), 0);
        for_each_chunk(comm, shipment, shipment.leaving, |chunk| {
            if done.is_ok() && !shipment.is_empty {
                let is_there = porter.as_deref_mut().map_or(Ok(()), |porter| porter.await_chunk(number));
                number += 1;
                done = is_there.and_then(|()| send(comm, shipment, requests, chunk, blocking));
                if done.is_ok() {
                    return;
                }
            }
            let data = shipment.from.add(chunk.begin);
            // If not even that can leave, there is nothing by which the other rank could know.
            let _ = comm.start_send(data, 0, shipment.size, chunk.rank, requests);
        });
        shipment.keep_own(comm.rank());
        for Chunk { rank, begin, count } in missed {
            // The error is there already.
            let _ = comm.receive(shipment.to.add(begin), count as usize, shipment.size, rank);
        }
        let _span = trace::span(|| What::WaitAll);
        if let Some(porter) = porter.filter(|_| done.is_ok()) {
            done = deliver_all(comm, shipment, requests, porter);
        }
        let waited = requests.wait_all();
        done.and(waited)
    }
}

/// Begins to bring all that is to leave.
///
/// # Errors
/// Those of the porter.
fn fetch_all(comm: &Comm, shipment: &Shipment<'_>, porter: &mut dyn Porter) -> Result<()> {
    let mut fetched = Ok(());
    if !shipment.is_empty {
        for_each_chunk(comm, shipment, shipment.leaving, |chunk| {
            if fetched.is_ok() {
                fetched = porter.fetch(chunk.bytes(shipment));
            }
        });
    }
    fetched.and(porter.make_room())
}

/// Takes on each chunk when it arrives; all receives were begun, before all else that is under way.
///
/// # Errors
/// Those of the porter; those of [`Request::wait_any`], and then the others are still to be waited for.
fn deliver_all(comm: &Comm, shipment: &Shipment<'_>, requests: &mut Request, porter: &mut dyn Porter) -> Result<()> {
    let mut chunks = Vec::new();
    for_each_chunk(comm, shipment, shipment.arriving, |chunk| chunks.push(chunk));
    for _ in 0..chunks.len() {
        let arrived = requests.wait_any(chunks.len())?;
        porter.deliver(chunks[arrived].bytes(shipment))?;
    }
    Ok(())
}

/// # Safety
/// As for `Exchange::run`; the caller waits for `requests`.
unsafe fn send(
    comm: &Comm,
    shipment: &Shipment<'_>,
    requests: &mut Request,
    Chunk { rank, begin, count }: Chunk,
    blocking: bool,
) -> Result<()> {
    let elements = count as usize;
    // SAFETY: the chunk lies inside the buffer, by the side it belongs to.
    unsafe {
        let data = shipment.from.add(begin);
        if blocking {
            let _span = trace::span(|| What::Send { elements, rank });
            comm.send(data, count, shipment.size, rank)
        } else {
            let _span = trace::span(|| What::StartSend { elements, rank });
            comm.start_send(data, count, shipment.size, rank, requests)
        }
    }
}

/// Begins to receive; where that fails, comes with it what is still to be received.
///
/// # Safety
/// As for `Exchange::run`; the caller waits for `requests`.
unsafe fn begin_receives(comm: &Comm, shipment: &Shipment<'_>, requests: &mut Request) -> (Result<()>, Vec<Chunk>) {
    let (mut done, mut missed) = (Ok(()), Vec::new());
    for_each_chunk(comm, shipment, shipment.arriving, |chunk| {
        let Chunk { rank, begin, count } = chunk;
        if done.is_ok() {
            let _span = trace::span(|| What::Receive { elements: count as usize, rank });
            // SAFETY: the chunk lies inside the buffer, by the side it belongs to.
            done = unsafe { comm.start_receive(shipment.to.add(begin), count, shipment.size, rank, requests) };
        }
        if done.is_err() {
            missed.push(chunk);
        }
    });
    (done, missed)
}

/// Calls `act` for the chunks of all pieces but our own, nearest rank above first, so that not all ranks begin with the same peer.
/// Both ends divide a piece alike, and messages do not overtake.
fn for_each_chunk(comm: &Comm, shipment: &Shipment<'_>, side: &Side, mut act: impl FnMut(Chunk)) {
    let limit = shipment.limit.min(Count::MAX as usize);
    let above = side.pieces.partition_point(|piece| piece.rank <= comm.rank());
    let (below, above) = side.pieces.split_at(above);
    for piece in above.iter().chain(below).filter(|piece| piece.rank != comm.rank() && shipment.travels(piece.rank)) {
        let (mut first, end) = (piece.offset * shipment.batch, (piece.offset + piece.len) * shipment.batch);
        while first < end {
            let count = (end - first).min(limit);
            act(Chunk { rank: piece.rank, begin: first * shipment.size, count: count as Count });
            first += count;
        }
    }
}
