//! When MPI may be called, and who frees a communicator: whichever comes first, the owner or `MPI_Finalize`.

use std::collections::HashMap;
use std::ffi::{c_int, c_void};
use std::sync::{Mutex, MutexGuard, PoisonError};

use mpi::ffi;

use super::{check, insist, rank_and_size};
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

/// What MPI answers to a question that may be asked at any time; `otherwise` where it cannot.
fn flag(query: unsafe extern "C" fn(*mut c_int) -> c_int, otherwise: bool) -> bool {
    let mut value = 0;
    // SAFETY: MPI_Initialized and MPI_Finalized may be called at any time.
    let answer = check("MPI_Initialized or MPI_Finalized", unsafe { query(&mut value) });
    answer.map_or(otherwise, |()| value != 0)
}

/// That MPI was initialised and not yet finalized. A rank that cannot find out goes on: others would wait for it.
pub(super) fn check_running() -> Result<()> {
    let problem = if !flag(ffi::MPI_Initialized, true) {
        "cannot be used before MPI_Init: initialise MPI first"
    } else if flag(ffi::MPI_Finalized, false) {
        "cannot be used after MPI_Finalize: make and use plans before it"
    } else {
        return Ok(());
    };
    Err(Error::Communicator { problem: problem.into() })
}

/// This rank in `raw` and the number of its ranks, if it is a communicator which was not freed.
///
/// # Safety
/// MPI is running, and its predefined communicators return errors: MPI reports a stale handle through them.
pub(super) unsafe fn check_alive(raw: ffi::MPI_Comm) -> Result<(usize, usize)> {
    // SAFETY: by the caller's word.
    unsafe { rank_and_size(raw) }.map_err(|error| match error {
        // MPI's own words are left out: they name the handle, which is another on every rank.
        Error::Mpi { call, .. } => {
            Error::Communicator { problem: format!("is not usable ({call} failed), was it freed? Give a live one") }
        }
        other => other,
    })
}

/// Takes charge of `raw`: it is freed by [`release`] or, once there is a [`hook`], when MPI is finalized.
pub(super) fn register(raw: ffi::MPI_Comm) -> Ticket {
    let mut guard = lock();
    let registry = guard.get_or_insert_default();
    registry.issued += 1;
    let ticket = Ticket(registry.issued);
    registry.live.insert(ticket, Handle(raw));
    ticket
}

/// Sees to it that `MPI_Finalize` frees what is registered.
///
/// # Errors
/// [`Error::Mpi`].
pub(super) fn hook() -> Result<()> {
    lock().get_or_insert_default().hook()
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
        // Who drops a plan cannot be told of an error.
        let _ = insist("MPI_Comm_free", || unsafe { ffi::MPI_Comm_free(&mut raw) });
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
        let set = check("MPI_Comm_set_attr", ffi::MPI_Comm_set_attr(ffi::RSMPI_COMM_SELF, key, std::ptr::null_mut()));
        // MPI keeps a key as long as something has an attribute of it.
        insist("MPI_Comm_free_keyval", || ffi::MPI_Comm_free_keyval(&mut key)).and(set)
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
