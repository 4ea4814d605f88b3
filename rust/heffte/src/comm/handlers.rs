//! Error handlers of communicators that are not ours: put aside for a while, and put back.

use std::sync::{Mutex, MutexGuard, PoisonError};

use mpi::ffi;

use super::{check, insist};
use crate::error::Result;

/// A communicator whose handler was put aside, for so many threads at once: the last of them puts it back.
struct Aside {
    comm: ffi::MPI_Comm,
    handler: ffi::MPI_Errhandler,
    users: usize,
}

// SAFETY: handles are values, and the lock below orders their uses.
unsafe impl Send for Aside {}

static ASIDE: Mutex<Vec<Aside>> = Mutex::new(Vec::new());

fn lock() -> MutexGuard<'static, Vec<Aside>> {
    ASIDE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Communicators that return errors as long as this lives; by default theirs would end the program.
pub(super) struct ErrorsReturned(Vec<ffi::MPI_Comm>);

impl ErrorsReturned {
    /// Puts the handlers of `comms` aside, one after the other, up to the first where that fails; and how that went.
    ///
    /// # Safety
    /// MPI is running, and the communicators live as long as what is returned.
    pub unsafe fn on(comms: &[ffi::MPI_Comm]) -> (ErrorsReturned, Result<()>) {
        let mut kept = ErrorsReturned(Vec::with_capacity(comms.len()));
        let mut all = lock();
        // SAFETY: by the caller's word.
        let done = comms.iter().try_for_each(|&comm| unsafe {
            if let Some(aside) = all.iter_mut().find(|aside| aside.comm == comm) {
                aside.users += 1;
                kept.0.push(comm);
                return Ok(());
            }
            let mut handler = ffi::RSMPI_ERRORS_RETURN;
            check("MPI_Comm_get_errhandler", ffi::MPI_Comm_get_errhandler(comm, &mut handler))?;
            all.push(Aside { comm, handler, users: 1 });
            kept.0.push(comm);
            check("MPI_Comm_set_errhandler", ffi::MPI_Comm_set_errhandler(comm, ffi::RSMPI_ERRORS_RETURN))
        });
        drop(all);
        (kept, done)
    }
}

impl Drop for ErrorsReturned {
    fn drop(&mut self) {
        let mut all = lock();
        for comm in self.0.drain(..) {
            let Some(index) = all.iter().position(|aside| aside.comm == comm) else { continue };
            all[index].users -= 1;
            if all[index].users > 0 {
                continue;
            }
            let Aside { mut handler, .. } = all.swap_remove(index);
            // SAFETY: the communicator is alive, and the handle of its handler is ours to give back. There is nobody to tell of
            // errors.
            unsafe {
                let _ = insist("MPI_Comm_set_errhandler", || ffi::MPI_Comm_set_errhandler(comm, handler));
                let _ = insist("MPI_Errhandler_free", || ffi::MPI_Errhandler_free(&mut handler));
            }
        }
    }
}
