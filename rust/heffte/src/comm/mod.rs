//! MPI, checked: every return code is looked at, every count is narrowed with a check.

mod agree;
mod handlers;
mod lifetime;
mod memory;
mod node;
mod transfer;
mod words;

use std::ffi::{c_char, c_int};

use mpi::ffi;

pub(crate) use self::agree::{Describe, Farewell, PendingAgreement};
use self::handlers::ErrorsReturned;
pub(crate) use self::lifetime::on_finalize;
pub(crate) use self::node::Node;
pub use self::transfer::{Blocks, Count, Request, narrow};
use crate::error::{Error, Result};

/// The result of an MPI call that returned `code`.
pub(crate) fn check(call: &'static str, code: c_int) -> Result<()> {
    if code == ffi::MPI_SUCCESS as c_int { Ok(()) } else { Err(failure(call, code)) }
}

/// What `act` comes to, or where it fails, what it comes to then: for what nobody else would put back or free, and for what others wait for.
fn or_again<T>(mut act: impl FnMut() -> Result<T>) -> Result<T> {
    act().or_else(|_| act())
}

/// The result of a call that is tried once more where it fails.
fn insist(call: &'static str, mut act: impl FnMut() -> c_int) -> Result<()> {
    or_again(|| check(call, act()))
}

#[cold]
fn failure(call: &'static str, code: c_int) -> Error {
    let mut text = [0 as c_char; ffi::MPI_MAX_ERROR_STRING as usize + 1];
    let mut length = 0;
    // SAFETY: the buffer has the length that MPI asks for.
    let found = unsafe { ffi::MPI_Error_string(code, text.as_mut_ptr(), &mut length) } == ffi::MPI_SUCCESS as c_int;
    let message = if found { text_of(&text, length) } else { format!("error code {code}") };
    Error::Mpi { call, message }
}

fn text_of(text: &[c_char], length: c_int) -> String {
    let bytes: Vec<u8> = text.iter().take(length.max(0) as usize).map(|&c| c as u8).collect();
    String::from_utf8_lossy(&bytes).trim_end_matches(['\0', '\n']).to_owned()
}

/// What the MPI library that this library is linked with says of itself. Needs no `MPI_Init`.
#[must_use]
pub fn mpi_library_version() -> String {
    let mut text = vec![0 as c_char; ffi::MPI_MAX_LIBRARY_VERSION_STRING as usize + 1];
    let mut length = 0;
    // SAFETY: the buffer has the length that MPI asks for, and MPI allows the call at any time.
    let code = unsafe { ffi::MPI_Get_library_version(text.as_mut_ptr(), &mut length) };
    check("MPI_Get_library_version", code).map_or_else(|error| error.to_string(), |()| text_of(&text, length))
}

/// The communicator behind a Fortran handle, which is how communicators travel between languages.
///
/// # Safety
/// `handle` must come from `MPI_Comm_c2f` of the same MPI library (mpi4py: `comm.py2f()`).
#[must_use]
pub unsafe fn comm_from_fortran(handle: i64) -> ffi::MPI_Comm {
    // Only some MPI's bindings name the type of a Fortran integer.
    // SAFETY: the caller vouches for the handle.
    unsafe { ffi::MPI_Comm_f2c(handle as _) }
}

/// This rank among all of the program. It is asked for between collective calls, where a rank that fails alone would keep others waiting: so
/// again where that fails.
///
/// # Errors
/// [`Error::Communicator`] where MPI does not run, [`Error::Mpi`].
pub(crate) fn world_rank() -> Result<usize> {
    lifetime::check_running()?;
    // SAFETY: the predefined communicator is alive while MPI runs.
    or_again(|| unsafe {
        // By default its errors end the program.
        let (_predefined, returned) = ErrorsReturned::on(&[ffi::RSMPI_COMM_WORLD]);
        returned?;
        let mut rank = 0;
        check("MPI_Comm_rank", ffi::MPI_Comm_rank(ffi::RSMPI_COMM_WORLD, &mut rank))?;
        Ok(rank as usize)
    })
}

/// This rank in `raw`, and the number of its ranks. A rank that is not told can tell nobody: it asks again.
///
/// # Safety
/// MPI is running; `raw` is a handle of this MPI library, of which errors are returned.
unsafe fn rank_and_size(raw: ffi::MPI_Comm) -> Result<(usize, usize)> {
    let (mut rank, mut size) = (0, 0);
    // SAFETY: by the caller's word.
    unsafe {
        insist("MPI_Comm_size", || ffi::MPI_Comm_size(raw, &mut size))?;
        insist("MPI_Comm_rank", || ffi::MPI_Comm_rank(raw, &mut rank))?;
    }
    Ok((rank as usize, size as usize))
}

/// A communicator of our own: a duplicate, so that our messages meet no others, which returns errors.
///
/// It is freed when dropped, or by `MPI_Finalize` where that comes first; afterwards dropping it does nothing.
#[derive(Debug)]
pub struct Comm {
    raw: ffi::MPI_Comm,
    ticket: lifetime::Ticket,
    rank: usize,
    size: usize,
}

// SAFETY: an MPI handle is a value; the plan serialises the calls that use it.
unsafe impl Send for Comm {}
// SAFETY: as above.
unsafe impl Sync for Comm {}

impl Comm {
    /// Duplicates `raw`. Collective. What else went wrong comes besides: it is this rank's alone, and to be told to the others
    /// when they next agree, which they do on the duplicate.
    ///
    /// # Errors
    /// [`Error::Communicator`] where MPI is not running or `raw` is null or freed; [`Error::Mpi`].
    ///
    /// # Safety
    /// `raw` is a communicator handle of this MPI library; it may be null, and freed where handles are numbers, as those of MPICH are.
    pub unsafe fn duplicate(raw: ffi::MPI_Comm) -> Result<(Comm, Result<()>)> {
        lifetime::check_running()?;
        // SAFETY: constants of the MPI library.
        if raw == unsafe { ffi::RSMPI_COMM_NULL } {
            return Err(Error::Communicator { problem: "is MPI_COMM_NULL (or was freed): give a live one".into() });
        }
        // SAFETY: MPI is running; `raw` was given as a handle, and a stale one is what is being found out first.
        unsafe {
            // MPI reports a stale handle through the handlers of these two.
            let (_predefined, first) = ErrorsReturned::on(&[ffi::RSMPI_COMM_WORLD, ffi::RSMPI_COMM_SELF]);
            let (rank, size) = lifetime::check_alive(raw)?;
            // An MPI has only so many communicators to give; to want one more must not end the program.
            let (_given, second) = ErrorsReturned::on(&[raw]);
            let mut own = ffi::RSMPI_COMM_NULL;
            check("MPI_Comm_dup", ffi::MPI_Comm_dup(raw, &mut own))?;
            let comm = Comm { raw: own, ticket: lifetime::register(own), rank, size };
            let returns = comm.return_errors();
            Ok((comm, first.and(second).and(returns).and_then(|()| lifetime::hook())))
        }
    }

    /// Takes charge of `own`.
    ///
    /// # Safety
    /// `own` is alive, and nobody else's.
    unsafe fn adopt(own: ffi::MPI_Comm) -> Result<Comm> {
        let mut comm = Comm { raw: own, ticket: lifetime::register(own), rank: 0, size: 0 };
        comm.return_errors()?;
        // SAFETY: by the caller's word.
        (comm.rank, comm.size) = unsafe { rank_and_size(own) }?;
        Ok(comm)
    }

    fn return_errors(&self) -> Result<()> {
        // SAFETY: our communicator is alive.
        check("MPI_Comm_set_errhandler", unsafe { ffi::MPI_Comm_set_errhandler(self.raw, ffi::RSMPI_ERRORS_RETURN) })
    }

    /// This rank.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// The number of ranks.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }
}

impl Comm {
    /// The ranks on the node of this one; or as many neighbours as are to be taken for a node, if any are. Collective.
    ///
    /// # Errors
    /// [`Error::Mpi`].
    pub(crate) fn split_node(&self, pretended: Option<usize>) -> Result<Comm> {
        // SAFETY: our communicator is alive; the new one is ours.
        unsafe {
            let mut node = ffi::RSMPI_COMM_NULL;
            if let Some(ranks) = pretended {
                let color = narrow("MPI_Comm_split", self.rank / ranks.max(1))?;
                check("MPI_Comm_split", ffi::MPI_Comm_split(self.raw, color, 0, &mut node))?;
            } else {
                let kind = ffi::RSMPI_COMM_TYPE_SHARED;
                let code = ffi::MPI_Comm_split_type(self.raw, kind, 0, ffi::RSMPI_INFO_NULL, &mut node);
                check("MPI_Comm_split_type", code)?;
            }
            Comm::adopt(node)
        }
    }

    /// The ranks that take part, in the order of their `key`; none on the others. Collective.
    ///
    /// # Errors
    /// [`Error::Mpi`].
    pub(crate) fn split_off(&self, takes_part: bool, key: usize) -> Result<Option<Comm>> {
        let key = narrow("MPI_Comm_split", key)?;
        // SAFETY: our communicator is alive; the new one, if there is one, is ours.
        unsafe {
            let mut part = ffi::RSMPI_COMM_NULL;
            let color = if takes_part { 0 } else { ffi::RSMPI_UNDEFINED };
            check("MPI_Comm_split", ffi::MPI_Comm_split(self.raw, color, key, &mut part))?;
            takes_part.then(|| Comm::adopt(part)).transpose()
        }
    }
}

impl Drop for Comm {
    fn drop(&mut self) {
        lifetime::release(self.ticket);
    }
}
