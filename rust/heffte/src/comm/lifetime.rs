//! When MPI may be called, and who frees a communicator: whichever comes first, the owner or `MPI_Finalize`.

use std::collections::HashMap;
use std::ffi::{c_int, c_void};
use std::sync::{Mutex, MutexGuard, PoisonError};

use mpi::ffi;

use super::check;
use crate::error::{Error, Result};

/// Names a registered communicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Ticket(u64);

/// A handle is an integer or a pointer, depending on the MPI; it is only ever used under the registry's lock.
struct Handle(ffi::MPI_Comm);

// SAFETY: a handle is a value, and the registry's lock orders its uses.
unsafe impl Send for Handle {}

#[derive(Default)]
struct Registry {
    live: HashMap<Ticket, Handle>,
    issued: u64,
    /// Whether `MPI_Finalize` will call [`free_all`].
    hooked: bool,
    /// What is done then, before communicators are freed.
    acts: Vec<fn()>,
}

static REGISTRY: Mutex<Option<Registry>> = Mutex::new(None);

fn lock() -> MutexGuard<'static, Option<Registry>> {
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

fn flag(query: unsafe extern "C" fn(*mut c_int) -> c_int) -> bool {
    let mut value = 0;
    // SAFETY: MPI_Initialized and MPI_Finalized may be called at any time.
    unsafe { query(&mut value) };
    value != 0
}

/// That MPI was initialised and not yet finalized.
pub(super) fn check_running() -> Result<()> {
    let problem = if !flag(ffi::MPI_Initialized) {
        "cannot be used before MPI_Init: initialise MPI first"
    } else if flag(ffi::MPI_Finalized) {
        "cannot be used after MPI_Finalize: make and use plans before it"
    } else {
        return Ok(());
    };
    Err(Error::Communicator { problem: problem.into() })
}

/// That `raw` is a communicator which was not freed. MPI reports a stale handle through the error handlers of its two
/// predefined communicators, which by default end the program; they return errors for the length of the question.
///
/// # Safety
/// MPI is running.
pub(super) unsafe fn check_alive(raw: ffi::MPI_Comm) -> Result<()> {
    // SAFETY: the predefined communicators are alive while MPI runs, and their handlers are put back.
    unsafe {
        let predefined = [ffi::RSMPI_COMM_WORLD, ffi::RSMPI_COMM_SELF];
        let mut handlers = [ffi::RSMPI_ERRORS_RETURN; 2];
        for (comm, handler) in predefined.into_iter().zip(&mut handlers) {
            check("MPI_Comm_get_errhandler", ffi::MPI_Comm_get_errhandler(comm, handler))?;
            check("MPI_Comm_set_errhandler", ffi::MPI_Comm_set_errhandler(comm, ffi::RSMPI_ERRORS_RETURN))?;
        }
        let mut size = 0;
        let answer = check("MPI_Comm_size", ffi::MPI_Comm_size(raw, &mut size));
        for (comm, mut handler) in predefined.into_iter().zip(handlers) {
            check("MPI_Comm_set_errhandler", ffi::MPI_Comm_set_errhandler(comm, handler))?;
            check("MPI_Errhandler_free", ffi::MPI_Errhandler_free(&mut handler))?;
        }
        // MPI's own words are left out: they name the handle, which is another on every rank.
        answer.map_err(|_| Error::Communicator { problem: "is not usable, was it freed? Give a live one".into() })
    }
}

/// Takes charge of `raw`: it is freed by [`release`] or when MPI is finalized.
pub(super) fn register(raw: ffi::MPI_Comm) -> Result<Ticket> {
    let mut guard = lock();
    let registry = guard.get_or_insert_default();
    registry.hook()?;
    registry.issued += 1;
    let ticket = Ticket(registry.issued);
    registry.live.insert(ticket, Handle(raw));
    Ok(ticket)
}

/// Does `act`, once, when `MPI_Finalize` begins, while MPI and all communicators can still be used.
///
/// # Errors
/// [`Error::Communicator`] where MPI is not running; [`Error::Mpi`].
pub(crate) fn on_finalize(act: fn()) -> Result<()> {
    check_running()?;
    let mut guard = lock();
    let registry = guard.get_or_insert_default();
    registry.hook()?;
    if !registry.acts.iter().any(|&known| std::ptr::fn_addr_eq(known, act)) {
        registry.acts.push(act);
    }
    Ok(())
}

impl Registry {
    /// Sees to it that `MPI_Finalize` calls [`free_all`].
    fn hook(&mut self) -> Result<()> {
        if !self.hooked {
            hook_finalize()?;
            self.hooked = true;
        }
        Ok(())
    }
}

/// Frees the communicator behind `ticket`, unless `MPI_Finalize` did so.
pub(super) fn release(ticket: Ticket) {
    let handle = lock().as_mut().and_then(|registry| registry.live.remove(&ticket));
    if let Some(Handle(mut raw)) = handle
        && check_running().is_ok()
    {
        // SAFETY: the communicator is ours and alive: finalizing would have emptied the registry.
        let code = unsafe { ffi::MPI_Comm_free(&mut raw) };
        debug_assert!(check("MPI_Comm_free", code).is_ok());
    }
}

/// Attaches an attribute to `MPI_COMM_SELF`, whose attributes `MPI_Finalize` deletes before anything else (MPI 4.1,
/// §11.2.4).
fn hook_finalize() -> Result<()> {
    let mut key = 0;
    // SAFETY: both callbacks have the signatures that MPI asks for and live as long as the program.
    unsafe {
        let code = ffi::MPI_Comm_create_keyval(Some(copy_nothing), Some(free_all), &mut key, std::ptr::null_mut());
        check("MPI_Comm_create_keyval", code)?;
        check("MPI_Comm_set_attr", ffi::MPI_Comm_set_attr(ffi::RSMPI_COMM_SELF, key, std::ptr::null_mut()))
    }
}

unsafe extern "C" fn copy_nothing(
    _: ffi::MPI_Comm,
    _: c_int,
    _: *mut c_void,
    _: *mut c_void,
    _: *mut c_void,
    copied: *mut c_int,
) -> c_int {
    // SAFETY: MPI passes a valid pointer.
    unsafe { *copied = 0 };
    ffi::MPI_SUCCESS as c_int
}

unsafe extern "C" fn free_all(_: ffi::MPI_Comm, _: c_int, _: *mut c_void, _: *mut c_void) -> c_int {
    let acts = lock().as_mut().map(|registry| std::mem::take(&mut registry.acts)).unwrap_or_default();
    for act in acts {
        // Nothing may unwind into MPI.
        let _ = std::panic::catch_unwind(act);
    }
    let live = lock().take().map(|registry| registry.live).unwrap_or_default();
    // In the order of registration, which is the same on all ranks of a communicator.
    let mut live: Vec<_> = live.into_iter().collect();
    live.sort_by_key(|(ticket, _)| ticket.0);
    for (_, Handle(mut raw)) in live {
        // SAFETY: the communicator is ours, alive, and leaves the registry here.
        unsafe { ffi::MPI_Comm_free(&mut raw) };
    }
    ffi::MPI_SUCCESS as c_int
}
