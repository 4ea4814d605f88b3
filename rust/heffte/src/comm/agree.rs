//! How ranks agree: on whether all of them can go on, and on doing the same thing.

use std::ffi::{c_int, c_void};

use mpi::ffi;

use super::node::Node;
use super::words::Words;
use super::{Comm, check, lifetime};
use crate::error::{Error, ErrorKind, Result};

impl Comm {
    /// `local` of this rank if every rank has an `Ok`; else, on every rank, the error of the lowest rank that has
    /// one. Collective.
    ///
    /// # Errors
    /// [`Error::OnRank`], the same on all ranks; [`Error::Mpi`].
    pub fn agree<T>(&self, local: Result<T>) -> Result<T> {
        let agreed =
            self.begin_agreement(None, local.is_err(), 0)?.finish(None, local.as_ref().err(), "", |_| String::new());
        agreed.and(local)
    }

    /// Begins to agree, as [`Comm::agree`] does, while this rank goes on with what nobody else sees. `signature`
    /// stands for what the rank is about to do and must be the same on all ranks. Ranks that share a `node` agree when
    /// they next meet there, the others by a reduction.
    ///
    /// # Errors
    /// [`Error::Communicator`] where MPI was finalized; [`Error::Mpi`].
    pub fn begin_agreement(&self, node: Option<&Node>, failed: bool, signature: i64) -> Result<PendingAgreement<'_>> {
        lifetime::check_running()?;
        let mine = Box::new(Words::new(self, failed, signature));
        if let Some(node) = node {
            node.say(&mine);
            return Ok(PendingAgreement { comm: self, mine, reduction: None });
        }
        let mut all = Box::new(Words([0; Words::COUNT]));
        // SAFETY: constant of the MPI library.
        let mut request = unsafe { ffi::RSMPI_REQUEST_NULL };
        // SAFETY: both buffers stay where they are until the request is complete, which `Reduction` sees to: it is
        // dropped, at the latest, with the agreement.
        check("MPI_Iallreduce", unsafe {
            ffi::MPI_Iallreduce(
                mine.0.as_ptr().cast(),
                all.0.as_mut_ptr().cast(),
                Words::COUNT as c_int,
                ffi::RSMPI_INT64_T,
                ffi::RSMPI_MAX,
                self.raw,
                &mut request,
            )
        })?;
        Ok(PendingAgreement { comm: self, mine, reduction: Some(Reduction { request, all }) })
    }

    /// Says that this rank has no more use for what ranks share, and hears in time that nobody has. It waits for nobody; the
    /// communicator may be freed at once.
    ///
    /// # Errors
    /// As for [`Comm::begin_agreement`].
    pub fn say_farewell(&self) -> Result<Farewell> {
        let PendingAgreement { mine, reduction, .. } = self.begin_agreement(None, false, 0)?;
        Ok(Farewell { reduction, _mine: mine })
    }

    /// Sends the error of `rank` to all ranks. Collective.
    fn spread(&self, rank: usize, local: Option<&Error>) -> Result<Error> {
        let mut kind = 0;
        let mut text = Vec::new();
        if rank == self.rank()
            && let Some(error) = local
        {
            kind = error.kind() as u8 as i64;
            text = error.to_string().into_bytes();
        }
        let mut header = [kind, text.len() as i64];
        // SAFETY: the header is two integers, as said.
        unsafe { self.broadcast(rank, header.as_mut_ptr().cast(), 2, ffi::RSMPI_INT64_T) }?;
        text.resize(header[1] as usize, 0);
        // SAFETY: every rank has room for the length just received.
        unsafe { self.broadcast(rank, text.as_mut_ptr().cast(), text.len() as c_int, ffi::RSMPI_UINT8_T) }?;
        let message = String::from_utf8_lossy(&text).into_owned();
        Ok(Error::OnRank { rank, kind: ErrorKind::from_code(header[0] as u8), message })
    }

    /// # Safety
    /// `data` holds `count` elements of `datatype`.
    unsafe fn broadcast(
        &self,
        root: usize,
        data: *mut c_void,
        count: c_int,
        datatype: ffi::MPI_Datatype,
    ) -> Result<()> {
        // SAFETY: the caller vouches for the buffer.
        check("MPI_Bcast", unsafe { ffi::MPI_Bcast(data, count, datatype, root as c_int, self.raw) })
    }

    /// The largest value of all ranks, word by word. Collective.
    ///
    /// # Errors
    /// [`Error::Mpi`].
    pub fn max(&self, words: &[i64]) -> Result<Vec<i64>> {
        let mut all = vec![0; words.len()];
        // SAFETY: both buffers hold as many integers as said, which is the same number on every rank.
        check("MPI_Allreduce", unsafe {
            ffi::MPI_Allreduce(
                words.as_ptr().cast(),
                all.as_mut_ptr().cast(),
                words.len() as c_int,
                ffi::RSMPI_INT64_T,
                ffi::RSMPI_MAX,
                self.raw,
            )
        })?;
        Ok(all)
    }

    /// The bits that any rank has set, word by word. Collective.
    ///
    /// # Errors
    /// [`Error::Mpi`].
    pub fn union(&self, words: &[u64]) -> Result<Vec<u64>> {
        let mut all = vec![0; words.len()];
        // SAFETY: as above, with words of eight bytes.
        check("MPI_Allreduce", unsafe {
            ffi::MPI_Allreduce(
                words.as_ptr().cast(),
                all.as_mut_ptr().cast(),
                words.len() as c_int,
                ffi::RSMPI_UINT64_T,
                ffi::RSMPI_BOR,
                self.raw,
            )
        })?;
        Ok(all)
    }

    /// `N` words of every rank, where each has an `Ok`; else, on every rank, the error of the lowest rank that has one.
    /// Like [`Comm::agree`] and [`Comm::all_gather`] in one. Collective.
    ///
    /// # Errors
    /// As for [`Comm::agree`].
    pub fn agree_and_gather<const N: usize>(&self, local: Result<[i64; N]>) -> Result<Vec<[i64; N]>> {
        let told = self.all_gather_both([i64::from(local.is_err())], *local.as_ref().unwrap_or(&[0; N]))?;
        match told.iter().position(|([failed], _)| *failed != 0) {
            Some(rank) => Err(self.spread(rank, local.as_ref().err())?),
            None => Ok(told.into_iter().map(|(_, words)| words).collect()),
        }
    }

    /// As [`Comm::all_gather`], for two groups of words. Collective.
    ///
    /// # Errors
    /// [`Error::Mpi`].
    pub fn all_gather_both<const M: usize, const N: usize>(
        &self,
        first: [i64; M],
        second: [i64; N],
    ) -> Result<Vec<([i64; M], [i64; N])>> {
        let own: Vec<i64> = first.into_iter().chain(second).collect();
        let mut all = vec![0; own.len() * self.size()];
        self.gather_words(&own, &mut all)?;
        let read = |words: &[i64]| {
            let (first, second) = words.split_at(M);
            (std::array::from_fn(|i| first[i]), std::array::from_fn(|i| second[i]))
        };
        Ok(all.chunks_exact(own.len()).map(read).collect())
    }

    /// The words of every rank, one after the other in rank order. Collective; every rank gives as many.
    ///
    /// # Errors
    /// [`Error::Mpi`].
    pub fn all_gather<const N: usize>(&self, words: [i64; N]) -> Result<Vec<[i64; N]>> {
        let mut all = vec![[0; N]; self.size()];
        self.gather_words(&words, all.as_flattened_mut())?;
        Ok(all)
    }

    fn gather_words(&self, own: &[i64], all: &mut [i64]) -> Result<()> {
        assert_eq!(all.len(), own.len() * self.size());
        // SAFETY: every rank gives as many integers, and there is room for those of all.
        check("MPI_Allgather", unsafe {
            ffi::MPI_Allgather(
                own.as_ptr().cast(),
                own.len() as c_int,
                ffi::RSMPI_INT64_T,
                all.as_mut_ptr().cast(),
                own.len() as c_int,
                ffi::RSMPI_INT64_T,
                self.raw,
            )
        })
    }
}

/// Puts a signature into words.
pub(crate) type Describe = fn(i64) -> String;

/// An agreement that was begun; dropping it waits for it.
#[must_use = "an agreement that is not finished protects nobody"]
pub struct PendingAgreement<'a> {
    comm: &'a Comm,
    /// Dropped before `mine`, which it reads.
    reduction: Option<Reduction>,
    mine: Box<Words>,
}

/// That all ranks have no more use for something, once they have said so.
pub struct Farewell {
    reduction: Option<Reduction>,
    /// What the reduction reads.
    _mine: Box<Words>,
}

// SAFETY: the request is a value, and is used by one thread at a time.
unsafe impl Send for Farewell {}

impl Farewell {
    /// Whether all ranks have said so. Waits for nobody.
    pub fn is_over(&mut self) -> bool {
        let Some(reduction) = &mut self.reduction else { return true };
        if lifetime::check_running().is_err() {
            return false;
        }
        let mut is_over = 0;
        // SAFETY: the request is ours; its buffers are there as long as it is.
        let code = unsafe { ffi::MPI_Test(&mut reduction.request, &mut is_over, ffi::RSMPI_STATUS_IGNORE) };
        let is_over = check("MPI_Test", code).is_ok() && is_over != 0;
        if is_over {
            self.reduction = None;
        }
        is_over
    }
}

impl Drop for Farewell {
    fn drop(&mut self) {
        if let Some(reduction) = self.reduction.take() {
            // It cannot be waited for: another rank may never say so. MPI may still write there.
            std::mem::forget((reduction, std::mem::replace(&mut self._mine, Box::new(Words([0; Words::COUNT])))));
        }
    }
}

/// A reduction under way.
struct Reduction {
    request: ffi::MPI_Request,
    all: Box<Words>,
}

impl PendingAgreement<'_> {
    /// Waits until all ranks have begun the same agreement; at a meeting on `node`, if it was begun there.
    ///
    /// # Errors
    /// [`Error::OnRank`] where a rank failed, [`Error::Disagreement`] where signatures differ: the same on all
    /// ranks. `local` is this rank's error, if it has one.
    pub fn finish(
        mut self,
        node: Option<&mut Node>,
        local: Option<&Error>,
        what: &'static str,
        describe: Describe,
    ) -> Result<()> {
        let all = match (self.reduction.take(), node) {
            (Some(mut reduction), _) => {
                reduction.wait()?;
                Words(reduction.all.0)
            }
            (None, Some(node)) => {
                node.meet(self.comm);
                node.heard()
            }
            (None, None) => Words(self.mine.0),
        };
        if let Some(rank) = all.failed_rank(self.comm) {
            return Err(self.comm.spread(rank, local)?);
        }
        if all.0[1] != -all.0[2] {
            return Err(self.disagreement(what, describe)?);
        }
        Ok(())
    }

    #[cold]
    fn disagreement(&self, what: &'static str, describe: Describe) -> Result<Error> {
        let signatures = self.comm.all_gather([self.mine.0[1]])?;
        let first = signatures[0][0];
        let other = signatures.iter().position(|s| s[0] != first).unwrap_or(0);
        Ok(Error::Disagreement {
            what,
            ranks: (0, other),
            first: describe(first),
            second: describe(signatures[other][0]),
        })
    }
}

impl Reduction {
    fn wait(&mut self) -> Result<()> {
        // SAFETY: the request is ours; waiting for a null request returns at once.
        let wait = |request: &mut _| check("MPI_Wait", unsafe { ffi::MPI_Wait(request, ffi::RSMPI_STATUS_IGNORE) });
        let waited = wait(&mut self.request);
        // A request that is still there was not waited for. The other ranks go on, and so must this one.
        // SAFETY: constant of the MPI library.
        let is_there = self.request != unsafe { ffi::RSMPI_REQUEST_NULL };
        if waited.is_err() && is_there { wait(&mut self.request) } else { waited }
    }
}

impl Drop for Reduction {
    fn drop(&mut self) {
        // The buffers must outlive the reduction, even where nobody wants its result any more.
        let _ = self.wait();
    }
}
