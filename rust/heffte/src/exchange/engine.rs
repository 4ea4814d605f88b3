//! Carrying a schedule out.

use super::collective::{all_to_all, all_to_all_v};
use super::point_to_point::{blocking_sends, pipelined};
use super::schedule::Schedule;
use super::shipment::Shipment;
use crate::comm::{Blocks, Comm, Request};
use crate::error::Result;
use crate::options::{Direction, Transport};

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
    /// Where peers have the pieces that arrive here, where they can be read there.
    offsets: Offsets,
}

/// Elements between the begin of a peer's packed side and the piece that is for us, for each piece that arrives.
#[derive(Debug, Default)]
struct Offsets {
    /// For each piece of `far`: where its rank has it on the near side.
    near: Vec<usize>,
    /// For each piece of `near`: where its rank has it on the far side.
    far: Vec<usize>,
}

impl Exchange {
    /// The exchanges of a plan on `comm`, by messages unless `is_shared`. Collective.
    ///
    /// # Errors
    /// [`Error::Mpi`].
    pub fn prepare(
        comm: &Comm,
        mut schedules: Vec<Schedule>,
        transport: Transport,
        limit: i64,
        is_shared: bool,
    ) -> Result<Vec<Exchange>> {
        let lengths =
            |schedule: &Schedule| [schedule.largest_piece() as i64, schedule.near.len.max(schedule.far.len) as i64];
        let words: Vec<i64> = schedules.iter().flat_map(lengths).collect();
        let most = comm.max(&words)?;
        let exchanges = schedules.drain(..).zip(most.chunks_exact(2)).map(|(mut schedule, most)| {
            let mut longest = most[1] as usize;
            if transport == Transport::Alltoall && !is_shared {
                schedule.pad(most[0] as usize, comm.size());
                longest = schedule.near.len;
            }
            let limit = limit.max(1) as usize;
            Exchange {
                schedule,
                transport,
                longest,
                limit,
                blocks: Default::default(),
                requests: Request::default(),
                offsets: Offsets::default(),
            }
        });
        Ok(exchanges.collect())
    }

    /// The schedule that is carried out.
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// Finds out where peers have what arrives here, so that it can be read there. Collective.
    ///
    /// # Errors
    /// [`Error::Mpi`].
    pub fn learn_offsets(&mut self, comm: &Comm) -> Result<()> {
        let Schedule { near, far, .. } = &self.schedule;
        let mut tell = vec![[0u64; 2]; comm.size()];
        let mut learn = tell.clone();
        for (side, pieces) in [near, far].into_iter().enumerate() {
            for piece in &pieces.pieces {
                tell[piece.rank][side] = piece.offset as u64;
            }
        }
        // SAFETY: both arrays have two words of eight bytes for each rank.
        unsafe { comm.all_to_all(tell.as_ptr().cast(), learn.as_mut_ptr().cast(), 2, size_of::<u64>()) }?;
        self.offsets = Offsets {
            near: far.pieces.iter().map(|piece| learn[piece.rank][0] as usize).collect(),
            far: near.pieces.iter().map(|piece| learn[piece.rank][1] as usize).collect(),
        };
        Ok(())
    }

    /// Where peers have the pieces that arrive: elements after the begin of their packed side.
    pub fn arriving_offsets(&self, direction: Direction) -> &[usize] {
        match direction {
            Direction::Forward => &self.offsets.near,
            Direction::Backward => &self.offsets.far,
        }
    }

    /// Carries the schedule out, for `batch` transforms of elements of `size` bytes. Collective.
    ///
    /// # Errors
    /// [`Error::Mpi`].
    ///
    /// # Safety
    /// `from` and `to` hold `batch` times the elements of their sides and do not overlap.
    pub unsafe fn run(
        &mut self,
        comm: &Comm,
        direction: Direction,
        (from, to): (*const u8, *mut u8),
        size: usize,
        batch: usize,
    ) -> Result<()> {
        let (leaving, arriving) = self.schedule.sides(direction);
        let shipment = Shipment { from, leaving, to, arriving, size, batch, limit: self.limit };
        // Every rank decides the same: `longest` and `batch` are alike on all.
        let fits = self.longest.checked_mul(batch).is_some_and(|len| len <= self.limit);
        // SAFETY: the caller vouches for the buffers.
        unsafe {
            match (self.transport, self.schedule.block) {
                (Transport::Alltoall, Some(block)) if fits => all_to_all(comm, &shipment, block),
                (Transport::Alltoallv, _) if fits => all_to_all_v(comm, &shipment, &mut self.blocks),
                (Transport::P2p, _) => blocking_sends(comm, &shipment, &mut self.requests),
                _ => pipelined(comm, &shipment, &mut self.requests),
            }
        }
    }
}
