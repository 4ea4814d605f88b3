//! Ranks that share a node: they meet, and read each other's memory where it lies.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::Comm;
use super::memory::SharedMemory;
use super::words::Words;
use crate::error::Result;

/// How long a rank looks for the others before it sleeps, where each has a core of its own.
const SPIN: Duration = Duration::from_micros(50);

/// What lies at the begin of rank 0's part: where ranks meet, and what they say when they do.
///
/// Each rank has two places for its words, used in turn: a rank that has left one meeting may write for the next while
/// others still read.
#[repr(C, align(64))]
struct Meeting {
    /// Ranks that have come.
    come: AtomicU32,
    /// Meetings that took place; ranks sleep on it.
    held: AtomicU32,
    /// Times that a rank was done with the areas of others; ranks sleep on it.
    left: AtomicU32,
}

/// The words of one rank, in a cache line of their own.
#[repr(C, align(64))]
struct Said([AtomicI64; Words::COUNT]);

/// All ranks of a communicator, when they share a node.
pub(crate) struct Node {
    board: SharedMemory,
    /// The areas of all ranks; made when the first call says how much it needs.
    areas: Option<SharedMemory>,
    /// Bytes of each rank's areas, for every byte of `scale`.
    area_lens: Vec<[usize; 2]>,
    /// Bytes of an element, times transforms of a batch, that the areas are made for.
    scale: usize,
    rank: usize,
    size: usize,
    spins: bool,
    /// Whether MPI sends from the areas.
    is_sent: bool,
    /// Meetings at which something was said so far; the same on all ranks.
    agreements: usize,
    /// Times that all ranks will have left before anybody may write where they read.
    departures: u32,
}

// SAFETY: the memory is shared between processes; in this one, the plan's lock orders its uses.
unsafe impl Send for Node {}

impl Node {
    /// The node of `comm`, all of whose ranks are on one, if that has room for areas of so many elements of `element` bytes
    /// for each rank. The areas themselves come with the first call that needs them; MPI may send from them, if `is_sent`. On the way,
    /// ranks learn each other's `word`. Collective.
    ///
    /// # Errors
    /// Why there is none; [`crate::Error::SharedMemory`] where all can go on without.
    pub fn find(
        comm: &Comm,
        area_lens: [usize; 2],
        element: usize,
        is_sent: bool,
        word: i64,
    ) -> Result<(Node, Vec<i64>)> {
        let (rank, size) = (comm.rank(), comm.size());
        let bytes = size_of::<Meeting>() + 2 * size * size_of::<Said>();
        let reserved = (area_lens[0] + area_lens[1]).saturating_mul(element);
        let words = [area_lens[0] as i64, area_lens[1] as i64, word];
        let (board, words) = SharedMemory::new(comm, if rank == 0 { bytes } else { 0 }, reserved, false, words)?;
        let area_lens = words.iter().map(|&[one, other, _]| [one as usize, other as usize]).collect();
        let told = words.iter().map(|words| words[2]).collect();
        let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
        let spins = size <= cores;
        let (agreements, departures) = (0, 0);
        let node = Node { board, areas: None, area_lens, scale: 0, rank, size, spins, is_sent, agreements, departures };
        Ok((node, told))
    }

    fn meeting(&self) -> &Meeting {
        // SAFETY: rank 0's part begins with it, is zeroed, and lives as long as `self`.
        unsafe { &*self.board.part(0).cast::<Meeting>() }
    }

    fn said(&self, rank: usize) -> &Said {
        let turn = self.agreements % 2;
        // SAFETY: the places follow the meeting, two for each rank.
        unsafe {
            let places = self.board.part(0).add(size_of::<Meeting>()).cast::<Said>();
            &*places.add(turn * self.size + rank)
        }
    }

    /// Says what this rank has to say at the next meeting.
    pub(super) fn say(&self, words: &Words) {
        for (place, word) in self.said(self.rank).0.iter().zip(words.0) {
            place.store(word, Ordering::Relaxed);
        }
    }

    /// What all have said at the meeting that just took place, by maximum.
    pub(super) fn heard(&mut self) -> Words {
        let mut all = Words([i64::MIN; Words::COUNT]);
        for rank in 0..self.size {
            for (most, place) in all.0.iter_mut().zip(&self.said(rank).0) {
                *most = (*most).max(place.load(Ordering::Relaxed));
            }
        }
        self.agreements += 1;
        all
    }

    /// Waits until all ranks have come. What they wrote before is seen after.
    pub fn meet(&self, comm: &Comm) {
        let meeting = self.meeting();
        let held = meeting.held.load(Ordering::Acquire);
        if meeting.come.fetch_add(1, Ordering::AcqRel) + 1 == self.size as u32 {
            meeting.come.store(0, Ordering::Relaxed);
            meeting.held.fetch_add(1, Ordering::Release);
            wake_all(&meeting.held);
        } else {
            self.wait(comm, &meeting.held, |now| now != held);
        }
    }

    /// Says that this rank is done with the areas of others, for this call.
    pub fn leave(&mut self) {
        self.departures = self.departures.wrapping_add(self.size as u32);
        let left = &self.meeting().left;
        if left.fetch_add(1, Ordering::AcqRel).wrapping_add(1) == self.departures {
            wake_all(left);
        }
    }

    /// Waits until all ranks have left the call before, so that areas may be written again.
    pub fn await_departures(&self, comm: &Comm) {
        // Nobody is a whole call ahead of the others, so a difference of less than half the numbers is a lead or a lag.
        self.wait(comm, &self.meeting().left, |now| now.wrapping_sub(self.departures) < u32::MAX / 2);
    }

    /// Waits until `word` is as wished: spins for a moment, then sleeps.
    fn wait(&self, comm: &Comm, word: &AtomicU32, is_done: impl Fn(u32) -> bool) {
        let begin = Instant::now();
        loop {
            let now = word.load(Ordering::Acquire);
            if is_done(now) {
                return;
            }
            if self.spins && begin.elapsed() < SPIN {
                std::hint::spin_loop();
            } else {
                sleep_while(word, now);
                // Somebody may not come before a message of the caller's arrives, which MPI carries on only when it is
                // called. If it cannot, the others are waited for all the same.
                let _ = comm.progress();
            }
        }
    }

    /// Makes areas for elements of so many bytes, times transforms of a batch, where those that there are do not
    /// suffice. Collective; all ranks ask for the same.
    ///
    /// # Errors
    /// [`crate::Error::SharedMemory`], the same on all ranks.
    pub fn reserve(&mut self, comm: &Comm, scale: usize) -> Result<()> {
        if !self.suffices(scale) {
            // The old areas first: nobody reads them any more, since all have come to this call.
            self.areas = None;
            self.scale = 0;
            let bytes = self.area_lens[self.rank].iter().map(|len| aligned(len * scale)).sum();
            self.areas = Some(SharedMemory::new(comm, bytes, 0, self.is_sent, [])?.0);
            self.scale = scale;
        }
        Ok(())
    }

    /// Whether the areas are large enough for that.
    pub fn suffices(&self, scale: usize) -> bool {
        self.scale >= scale
    }

    /// An area of `rank`.
    pub fn area(&self, rank: usize, index: usize) -> *mut u8 {
        let part = self.areas.as_ref().map_or(std::ptr::null_mut(), |areas| areas.part(rank));
        let before = self.area_lens[rank][..index].iter().map(|len| aligned(len * self.scale)).sum();
        // SAFETY: a part has both areas, one after the other.
        unsafe { part.add(before) }
    }
}

/// Areas begin where pages may, so that no cache line belongs to two.
fn aligned(bytes: usize) -> usize {
    bytes.next_multiple_of(4096)
}

/// Lets those who sleep on `word` look again.
fn wake_all(word: &AtomicU32) {
    #[cfg(target_os = "linux")]
    {
        use rustix::thread::futex;
        // Nobody may be asleep; an error could only mean that the word is not there, which it is.
        let _ = futex::wake(word, futex::Flags::empty(), i32::MAX as u32);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = word;
}

/// Sleeps until `word` is no longer `value`, or somebody wakes us, or some milliseconds have passed.
fn sleep_while(word: &AtomicU32, value: u32) {
    #[cfg(target_os = "linux")]
    {
        use rustix::thread::futex;
        let nap = rustix::fs::Timespec { tv_sec: 0, tv_nsec: 5_000_000 };
        // Whatever ended the sleep, the caller looks at the word again.
        let _ = futex::wait(word, futex::Flags::empty(), value, Some(&nap));
    }
    #[cfg(not(target_os = "linux"))]
    if word.load(Ordering::Relaxed) == value {
        std::thread::yield_now();
    }
}
