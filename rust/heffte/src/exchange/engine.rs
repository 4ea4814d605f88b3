//! Carrying a schedule out.

use std::sync::Arc;

use super::collective::{all_to_all, all_to_all_v};
use super::point_to_point::{Porter, pair_by_pair};
use super::schedule::Schedule;
use super::shipment::Shipment;
use crate::comm::{Blocks, Comm, Request};
use crate::error::Result;
use crate::options::{Direction, Transport};

/// The most bytes of a message that a [`Porter`] brings: it takes the buses of devices some hundred microseconds, many times what the begin
/// of a copy or of a message takes.
const PORTION: usize = 4 << 20;

/// A schedule with the transport that carries it out.
#[derive(Debug)]
pub(crate) struct Exchange {
    schedule: Schedule,
    transport: Transport,
    /// Elements of the longest packed buffer on any rank, which decides for all whether counts fit.
    longest: usize,
    limit: usize,
    /// Kept from call to call, so that an exchange allocates nothing after its first.
    blocks: [Blocks; 2],
    requests: Request,
    /// The ranks whose pieces travel another way; empty where there are none.
    near_by: Arc<[bool]>,
    /// This rank, where its own piece stays where it is.
    staying: Option<usize>,
}

impl Exchange {
    /// The exchanges of a plan on `comm`, but for the pieces of ranks that are `near_by`. Collective.
    ///
    /// # Errors
    /// [`Error::Mpi`].
    pub fn prepare(
        comm: &Comm,
        mut schedules: Vec<Schedule>,
        transport: Transport,
        limit: i64,
        near_by: &Arc<[bool]>,
    ) -> Result<Vec<Exchange>> {
        let lengths =
            |schedule: &Schedule| [schedule.largest_piece() as i64, schedule.near.len.max(schedule.far.len) as i64];
        let words: Vec<i64> = schedules.iter().flat_map(lengths).collect();
        let most = comm.max(&words)?;
        let exchanges = schedules.drain(..).zip(most.chunks_exact(2)).map(|(mut schedule, most)| {
            let mut longest = most[1] as usize;
            if transport == Transport::Alltoall && near_by.is_empty() {
                schedule.pad(most[0] as usize, comm.size());
                longest = schedule.near.len;
            }
            let limit = limit.max(1) as usize;
            let (blocks, requests) = Default::default();
            Exchange {
                schedule,
                transport,
                longest,
                limit,
                blocks,
                requests,
                near_by: Arc::clone(near_by),
                staying: None,
            }
        });
        Ok(exchanges.collect())
    }

    /// The schedule that is carried out.
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// Whether all pieces travel, in blocks of their own lengths or of one.
    pub fn carries_all(&self) -> bool {
        self.near_by.is_empty()
    }

    /// Leaves the piece of `rank`, which is this one, where it is.
    pub fn leave_own(&mut self, rank: usize) {
        self.staying = Some(rank);
    }

    /// Whether ranks exchange messages pair by pair, for `batch` transforms. A rank on which that fails goes on with the exchanges
    /// that follow, so that all others come to their ends.
    pub fn is_of_pairs(&self, batch: usize) -> bool {
        matches!(self.transport, Transport::P2p | Transport::P2pPlined) || !self.fits(batch)
    }

    /// Whether a [`Porter`] may bring and take what goes, chunk by chunk, for `batch` transforms.
    pub fn takes_porter(&self, batch: usize) -> bool {
        // Padded blocks have room for what does not travel.
        self.is_of_pairs(batch) && self.schedule.block.is_none()
    }

    /// Whether counts fit one MPI call. Every rank decides the same: `longest` and `batch` are alike on all.
    fn fits(&self, batch: usize) -> bool {
        self.longest.checked_mul(batch).is_some_and(|len| len <= self.limit)
    }

    /// Carries the schedule out, for `batch` transforms of elements of `size` bytes. Collective. A rank that `sends_nothing` lets its
    /// peers know that something before failed here; that is for exchanges of pairs. All ranks have a `porter` or none, and only where
    /// [`Exchange::takes_porter`] says so.
    ///
    /// # Errors
    /// [`Error::Mpi`]; [`Error::OnRank`] where another rank sends nothing; those of the porter.
    ///
    /// # Safety
    /// `from` and `to` hold `batch` times the elements of their sides and do not overlap.
    pub unsafe fn run(
        &mut self,
        comm: &Comm,
        direction: Direction,
        (from, to): (*const u8, *mut u8),
        (size, batch): (usize, usize),
        sends_nothing: bool,
        porter: Option<&mut dyn Porter>,
    ) -> Result<()> {
        let (leaving, arriving) = self.schedule.sides(direction);
        let near_by = &self.near_by[..];
        let limit = if porter.is_some() { self.limit.min(PORTION / size) } else { self.limit };
        let (staying, is_empty) = (self.staying, sends_nothing);
        let shipment = Shipment { from, leaving, to, arriving, size, batch, limit, near_by, staying, is_empty };
        let fits = self.fits(batch);
        // SAFETY: the caller vouches for the buffers.
        unsafe {
            match (self.transport, self.schedule.block) {
                (Transport::Alltoall, Some(block)) if fits => all_to_all(comm, &shipment, block),
                // Padded blocks would travel to everybody.
                (Transport::Alltoallv | Transport::Alltoall, _) if fits => {
                    all_to_all_v(comm, &shipment, &mut self.blocks)
                }
                (transport, _) => {
                    pair_by_pair(comm, &shipment, &mut self.requests, transport == Transport::P2p, porter)
                }
            }
        }
    }
}
