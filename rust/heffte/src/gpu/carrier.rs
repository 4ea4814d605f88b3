//! How data gets from the device of one rank to those of the others.

use std::sync::{Arc, Mutex, PoisonError};

use super::device::{Address, Device, HANDLE_BYTES, insist};
use super::memory::Memory;
use crate::comm::{Comm, Count, Farewell, Request, on_finalize};
use crate::error::{Error, Result};

/// What carries exchanges.
#[derive(Debug)]
pub(super) enum Carrier {
    /// MPI reads and writes pinned host memory, which the device fills and empties.
    Staged([Memory; 2]),
    /// MPI reads and writes the memory of the device.
    Aware,
    /// The ranks of the node read each other's memory.
    Shared(Shared),
}

impl Carrier {
    /// The memory by way of which exchanges go, in words.
    pub fn memory(&self) -> &'static str {
        match self {
            Carrier::Staged(_) => "by way of host memory",
            Carrier::Aware => "of device memory",
            Carrier::Shared(_) => "in shared device memory",
        }
    }
}

/// Memory that all ranks of a node read.
#[derive(Debug)]
pub(super) struct Shared {
    own: Memory,
    /// Real numbers of half of it, for a single transform.
    numbers: usize,
    /// Bytes of a real number times transforms of a batch that there is room for.
    scale: usize,
    peers: Vec<Imported>,
}

/// The memory of a peer, of which each half has room for so many numbers of a single transform.
#[derive(Debug)]
struct Imported {
    device: Arc<dyn Device>,
    begin: Address,
    numbers: usize,
    is_own: bool,
}

impl Drop for Imported {
    fn drop(&mut self) {
        if !self.is_own {
            insist(&*self.device, || self.device.close(self.begin));
        }
    }
}

/// Memory that peers may still have open, until all ranks have said that they have not.
static RETIRED: Mutex<Vec<(Farewell, Memory)>> = Mutex::new(Vec::new());

/// Frees what nobody has open any more.
pub(super) fn free_retired() {
    RETIRED.lock().unwrap_or_else(PoisonError::into_inner).retain_mut(|(farewell, _)| !farewell.is_over());
}

/// Words for a handle.
const WORDS: usize = HANDLE_BYTES / 8;

impl Shared {
    /// None so far, for exchanges of so many real numbers.
    pub fn new(device: &Arc<dyn Device>, numbers: usize) -> Shared {
        // Halves begin where any element may.
        let numbers = numbers.next_multiple_of(64);
        Shared { own: Memory::none(device), numbers, scale: 0, peers: Vec::new() }
    }

    /// Whether there is room for real numbers of so many bytes, times transforms of a batch. The same on all ranks.
    pub fn suffices(&self, scale: usize) -> bool {
        scale <= self.scale
    }

    /// Makes room, and opens the memory of the others. Collective.
    ///
    /// # Errors
    /// Why there is none; the same on all ranks, and then there is no room at all.
    pub fn reserve(&mut self, comm: &Comm, device: &Arc<dyn Device>, scale: usize) -> Result<()> {
        free_retired();
        // Nobody holds memory open that its owner frees.
        self.peers.clear();
        self.scale = 0;
        comm.agree(Ok(()))?;
        let mine = self.own.reserve((2 * self.numbers * scale).max(1)).and_then(|begin| {
            let _entered = device.enter()?;
            device.export(begin)
        });
        let told = comm.agree_and_gather(mine.map(|handle| {
            let mut words = [0; WORDS + 1];
            for (word, bytes) in words.iter_mut().zip(handle.chunks_exact(8)) {
                *word = i64::from_ne_bytes(bytes.try_into().expect("they are eight"));
            }
            words[WORDS] = self.numbers as i64;
            words
        }))?;
        let peers = told.iter().enumerate().map(|(rank, words)| self.open(comm, device, rank, words));
        let peers = peers.collect::<Result<Vec<_>>>();
        self.peers = comm.agree(peers)?;
        self.scale = scale;
        Ok(())
    }

    fn open(&self, comm: &Comm, device: &Arc<dyn Device>, rank: usize, words: &[i64; WORDS + 1]) -> Result<Imported> {
        let is_own = rank == comm.rank();
        let mut handle = [0; HANDLE_BYTES];
        for (bytes, word) in handle.chunks_exact_mut(8).zip(words) {
            bytes.copy_from_slice(&word.to_ne_bytes());
        }
        let _entered = device.enter()?;
        let begin = if is_own { self.own.begin() } else { device.import(handle)? };
        Ok(Imported { device: Arc::clone(device), begin, numbers: words[WORDS] as usize, is_own })
    }

    /// Lets go of the memory of others, and of our own once they have, too. Waits for nobody; nothing of this rank's is under way there.
    pub fn retire(&mut self, comm: &Comm, device: &Arc<dyn Device>) {
        self.peers.clear();
        let own = std::mem::replace(&mut self.own, Memory::none(device));
        match comm.say_farewell() {
            Ok(farewell) => {
                RETIRED.lock().unwrap_or_else(PoisonError::into_inner).push((farewell, own));
                let _ = on_finalize(free_retired);
            }
            // Without MPI, nobody can say anything any more; the process is about to end, and the memory with it.
            Err(_) => std::mem::forget(own),
        }
    }

    /// Where the memory of `rank` for exchanges of that parity begins, in calls of that scale.
    pub fn begin(&self, rank: usize, parity: usize, scale: usize) -> Address {
        let peer = &self.peers[rank];
        peer.begin + (parity * peer.numbers * scale) as u64
    }
}

/// Whether MPI carries the memory of all ranks' devices as it should: all ranks' libraries say so, and a trial shows it. Collective.
///
/// # Errors
/// [`Error::Mpi`], [`Error::Device`]; the same on all ranks.
pub(super) fn mpi_carries(comm: &Comm, device: &Arc<dyn Device>) -> Result<bool> {
    if comm.max(&[i64::from(!device.is_known_to_mpi())])?[0] != 0 {
        return Ok(false);
    }
    const WORDS: usize = 1024;
    let (own, left) = (comm.rank(), (comm.rank() + comm.size() - 1) % comm.size());
    let pattern = |rank: usize| -> Vec<u64> { (0..WORDS).map(|word| (rank * WORDS + word) as u64).collect() };
    let bytes = WORDS * size_of::<u64>();
    let prepared = Memory::new(device, 2 * bytes).and_then(|memory| {
        memory.write(0, &pattern(own))?;
        Ok(memory)
    });
    let memory = comm.agree(prepared)?;
    let arrived = memory.begin() + bytes as u64;
    let (mut requests, right) = (Request::default(), (own + 1) % comm.size());
    let (size, count) = (size_of::<u64>(), WORDS as Count);
    // SAFETY: both halves hold as many words, and stay until the requests were waited for; MPI says that it can be given such addresses.
    let sent = unsafe {
        let received = comm.start_receive(arrived as *mut u8, count, size, left, &mut requests);
        received.and(comm.start_send(memory.begin() as *const u8, count, size, right, &mut requests))
    };
    let sent = sent.and(requests.wait_all());
    let got = sent.and_then(|()| {
        let mut words = vec![0; WORDS];
        memory.read(bytes, &mut words)?;
        Ok(words)
    });
    let is_right = got.is_ok_and(|words| words == pattern(left));
    Ok(comm.max(&[i64::from(!is_right)])?[0] == 0)
}

/// Why ranks do not share the memory of their devices, in words for a recipe.
pub(super) fn refusal(error: &Error) -> String {
    format!("the devices' memory cannot be shared: {error}")
}
