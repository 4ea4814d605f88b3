//! Moving elements between ranks.

use std::ffi::c_int;

use mpi::ffi;

use super::{Comm, check, insist, or_again};
use crate::error::{Error, ErrorKind, Result};

/// A count or displacement of elements as MPI takes it.
pub type Count = c_int;

/// One message at a time has this tag: our communicator carries nothing but exchanges, in the same order on all ranks.
const TAG: c_int = 0;

/// The datatype whose elements have `size` bytes.
fn datatype(size: usize) -> ffi::MPI_Datatype {
    // SAFETY: constants of the MPI library.
    unsafe {
        match size {
            1 => ffi::RSMPI_UINT8_T,
            4 => ffi::RSMPI_FLOAT,
            8 => ffi::RSMPI_DOUBLE,
            16 => ffi::RSMPI_DOUBLE_COMPLEX,
            _ => unreachable!("elements have 1, 4, 8 or 16 bytes"),
        }
    }
}

/// `count` as MPI takes it.
///
/// # Errors
/// [`Error::Mpi`] where it does not fit; exchanges divide what would not.
pub fn narrow(call: &'static str, count: usize) -> Result<Count> {
    Count::try_from(count)
        .map_err(|_| Error::Mpi { call, message: format!("{count} elements do not fit the count of one MPI call") })
}

/// Messages under way. Their buffers must stay where they are until [`Request::wait_all`] returns; dropping waits.
#[derive(Debug, Default)]
pub struct Request {
    handles: Vec<ffi::MPI_Request>,
    /// For each, what it is to receive.
    expected: Vec<Option<Expected>>,
    statuses: Vec<ffi::MPI_Status>,
}

/// What a message that is received should be.
#[derive(Debug, Clone, Copy)]
struct Expected {
    peer: usize,
    count: Count,
    size: usize,
}

// SAFETY: request handles are values; they are used by the thread that holds the plan's lock.
unsafe impl Send for Request {}

impl Request {
    fn push(&mut self, handle: ffi::MPI_Request, expected: Option<Expected>) {
        self.handles.push(handle);
        self.expected.push(expected);
    }

    /// Waits until all messages have arrived or left; none is under way afterwards.
    ///
    /// # Errors
    /// [`Error::Mpi`]; [`Error::OnRank`] where a message is shorter than it should be, which is how a rank says that it failed.
    pub fn wait_all(&mut self) -> Result<()> {
        let count = narrow("MPI_Waitall", self.handles.len())?;
        // SAFETY: a status is numbers, and MPI writes it.
        self.statuses.resize(self.handles.len(), unsafe { std::mem::zeroed() });
        let (handles, statuses) = (self.handles.as_mut_ptr(), self.statuses.as_mut_ptr());
        // SAFETY: the requests are ours, and their buffers are alive by the contract of the calls that made them; there are as many
        // statuses.
        let mut done = check("MPI_Waitall", unsafe { ffi::MPI_Waitall(count, handles, statuses) });
        if done.is_err() {
            done = self.wait_for_each().and_then(|all| if all { Ok(()) } else { done });
        }
        for (expected, status) in self.expected.iter().zip(&self.statuses) {
            done = done.and_then(|()| expected.map_or(Ok(()), |expected| expected.check(status)));
        }
        self.handles.clear();
        self.expected.clear();
        done
    }

    /// Waits until one of the first `count` messages has arrived or left, of those that were not waited for yet; its number.
    ///
    /// # Errors
    /// As for [`Request::wait_all`], which is still to be called then.
    pub fn wait_any(&mut self, count: usize) -> Result<usize> {
        let count = narrow("MPI_Waitany", count.min(self.handles.len()))?;
        // SAFETY: a status is numbers, and MPI writes it.
        let (mut index, mut status) = (0, unsafe { std::mem::zeroed() });
        // SAFETY: as for waiting for all.
        check("MPI_Waitany", unsafe { ffi::MPI_Waitany(count, self.handles.as_mut_ptr(), &mut index, &mut status) })?;
        let index = index as usize;
        self.expected[index].take().map_or(Ok(()), |expected| expected.check(&status)).map(|()| index)
    }

    /// Where waiting for all at once failed, those that are left are waited for one by one: their buffers are in use till then. Says
    /// whether all were left, so that nothing is amiss if this goes well.
    fn wait_for_each(&mut self) -> Result<bool> {
        // SAFETY: constant of the MPI library.
        let null = unsafe { ffi::RSMPI_REQUEST_NULL };
        let all = self.handles.iter().all(|handle| *handle != null);
        let mut done = Ok(all);
        for (handle, status) in self.handles.iter_mut().zip(&mut self.statuses).filter(|(handle, _)| **handle != null) {
            // SAFETY: as for waiting for all.
            let waited = insist("MPI_Wait", || unsafe { ffi::MPI_Wait(handle, status) });
            done = done.and_then(|all| waited.map(|()| all));
        }
        done
    }
}

impl Expected {
    /// That the message which `status` is about is as long as it should be.
    fn check(&self, status: &ffi::MPI_Status) -> Result<()> {
        let mut count = 0;
        // SAFETY: MPI wrote the status when the message came.
        insist("MPI_Get_count", || unsafe { ffi::MPI_Get_count(status, datatype(self.size), &mut count) })?;
        if count == self.count {
            return Ok(());
        }
        let message = "a call failed there, in an exchange of messages".to_owned();
        Err(Error::OnRank { rank: self.peer, kind: ErrorKind::Mpi, message })
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        if !self.handles.is_empty() {
            // There is nobody to tell of an error.
            let _ = self.wait_all();
        }
    }
}

impl Comm {
    /// Gives MPI the occasion to carry on whatever messages are under way.
    ///
    /// # Errors
    /// [`Error::Mpi`].
    pub fn progress(&self) -> Result<()> {
        let mut found = 0;
        // SAFETY: the communicator is alive, and nothing is received.
        check("MPI_Iprobe", unsafe {
            let (source, tag) = (ffi::RSMPI_ANY_SOURCE, ffi::RSMPI_ANY_TAG);
            ffi::MPI_Iprobe(source, tag, self.raw, &mut found, ffi::RSMPI_STATUS_IGNORE)
        })
    }

    /// Every rank sends `count` elements of `size` bytes to every rank. Collective.
    ///
    /// # Errors
    /// [`Error::Mpi`].
    ///
    /// # Safety
    /// `from` and `to` hold `count` elements for every rank and do not overlap.
    pub unsafe fn all_to_all(&self, from: *const u8, to: *mut u8, count: Count, size: usize) -> Result<()> {
        let unit = datatype(size);
        // SAFETY: the caller vouches for the buffers.
        check("MPI_Alltoall", unsafe { ffi::MPI_Alltoall(from.cast(), count, unit, to.cast(), count, unit, self.raw) })
    }

    /// Every rank sends `counts[r]` elements, which begin `displacements[r]` elements after `from`, to each rank `r`.
    /// Collective.
    ///
    /// # Errors
    /// [`Error::Mpi`].
    ///
    /// # Safety
    /// The buffers hold what counts and displacements say and do not overlap.
    pub unsafe fn all_to_all_v(&self, from: (*const u8, &Blocks), to: (*mut u8, &Blocks), size: usize) -> Result<()> {
        debug_assert!(from.1.counts.len() == self.size() && to.1.counts.len() == self.size());
        let unit = datatype(size);
        // SAFETY: the caller vouches for the buffers; there are as many counts as ranks.
        check("MPI_Alltoallv", unsafe {
            ffi::MPI_Alltoallv(
                from.0.cast(),
                from.1.counts.as_ptr(),
                from.1.displacements.as_ptr(),
                unit,
                to.0.cast(),
                to.1.counts.as_ptr(),
                to.1.displacements.as_ptr(),
                unit,
                self.raw,
            )
        })
    }

    /// Sends `count` elements to `peer` and returns when `data` may be used again.
    ///
    /// # Errors
    /// [`Error::Mpi`].
    ///
    /// # Safety
    /// `data` holds the elements.
    pub unsafe fn send(&self, data: *const u8, count: Count, size: usize, peer: usize) -> Result<()> {
        let peer = narrow("MPI_Send", peer)?;
        // SAFETY: the caller vouches for the buffer.
        check("MPI_Send", unsafe { ffi::MPI_Send(data.cast(), count, datatype(size), peer, TAG, self.raw) })
    }

    /// Begins to send `count` elements to `peer`.
    ///
    /// # Errors
    /// [`Error::Mpi`].
    ///
    /// # Safety
    /// `data` holds the elements, unchanged, until `requests` were waited for.
    pub unsafe fn start_send(
        &self,
        data: *const u8,
        count: Count,
        size: usize,
        peer: usize,
        requests: &mut Request,
    ) -> Result<()> {
        let peer = narrow("MPI_Isend", peer)?;
        // SAFETY: constant of the MPI library.
        let mut request = unsafe { ffi::RSMPI_REQUEST_NULL };
        // SAFETY: the caller vouches for the buffer.
        check("MPI_Isend", unsafe {
            ffi::MPI_Isend(data.cast(), count, datatype(size), peer, TAG, self.raw, &mut request)
        })?;
        requests.push(request, None);
        Ok(())
    }

    /// Begins to receive `count` elements from `peer`.
    ///
    /// # Errors
    /// [`Error::Mpi`].
    ///
    /// # Safety
    /// `data` has room for the elements and is not touched until `requests` were waited for.
    pub unsafe fn start_receive(
        &self,
        data: *mut u8,
        count: Count,
        size: usize,
        peer: usize,
        requests: &mut Request,
    ) -> Result<()> {
        let source = narrow("MPI_Irecv", peer)?;
        // SAFETY: constant of the MPI library.
        let mut request = unsafe { ffi::RSMPI_REQUEST_NULL };
        // SAFETY: the caller vouches for the buffer.
        check("MPI_Irecv", unsafe {
            ffi::MPI_Irecv(data.cast(), count, datatype(size), source, TAG, self.raw, &mut request)
        })?;
        requests.push(request, Some(Expected { peer, count, size }));
        Ok(())
    }
}

/// What few ranks tell one another now and then. It is sent and received one after the other, in the order of the calls. Since the peer waits
/// for it, a call that fails is repeated.
impl Comm {
    /// Sends numbers to `peer`.
    ///
    /// # Errors
    /// [`Error::Mpi`].
    pub fn send_words(&self, words: &[f64], peer: usize) -> Result<()> {
        let count = narrow("MPI_Send", words.len())?;
        // SAFETY: there are as many numbers as said.
        or_again(|| unsafe { self.send(words.as_ptr().cast(), count, size_of::<f64>(), peer) })
    }

    /// Receives `N` numbers from `peer`.
    ///
    /// # Errors
    /// [`Error::Mpi`].
    pub fn receive_words<const N: usize>(&self, peer: usize) -> Result<[f64; N]> {
        let mut words = [0.0; N];
        // SAFETY: there is room for as many numbers as said.
        or_again(|| unsafe { self.receive(words.as_mut_ptr().cast(), N, size_of::<f64>(), peer) })?;
        Ok(words)
    }

    /// Sends bytes to `peer`, fewer than 2^31.
    ///
    /// # Errors
    /// [`Error::Mpi`].
    pub fn send_bytes(&self, bytes: &[u8], peer: usize) -> Result<()> {
        // SAFETY: there are as many bytes as said.
        or_again(|| unsafe { self.send(bytes.as_ptr(), narrow("MPI_Send", bytes.len())?, 1, peer) })
    }

    /// Receives as many bytes from `peer` as there is room for.
    ///
    /// # Errors
    /// [`Error::Mpi`].
    pub fn receive_bytes(&self, bytes: &mut [u8], peer: usize) -> Result<()> {
        // SAFETY: there is as much room as said.
        or_again(|| unsafe { self.receive(bytes.as_mut_ptr(), bytes.len(), 1, peer) })
    }

    /// Receives `count` elements from `peer`, or fewer.
    ///
    /// # Errors
    /// [`Error::Mpi`].
    ///
    /// # Safety
    /// `data` has room for the elements.
    pub unsafe fn receive(&self, data: *mut u8, count: usize, size: usize, peer: usize) -> Result<()> {
        let (count, peer) = (narrow("MPI_Recv", count)?, narrow("MPI_Recv", peer)?);
        // SAFETY: the caller vouches for the buffer.
        check("MPI_Recv", unsafe {
            ffi::MPI_Recv(data.cast(), count, datatype(size), peer, TAG, self.raw, ffi::RSMPI_STATUS_IGNORE)
        })
    }
}

/// Counts and displacements in elements, one of each for every rank.
#[derive(Debug, Default)]
pub struct Blocks {
    /// Elements for or from each rank.
    pub counts: Vec<Count>,
    /// Elements between the buffer's begin and the block of each rank.
    pub displacements: Vec<Count>,
}
