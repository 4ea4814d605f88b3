//! Tracing.

use std::ffi::{c_char, c_double, c_int};

use engine::trace;
use mpi::ffi::{self, MPI_Comm};

use super::coded;
use crate::guard::guarded;
use crate::trace::text;

/// Begins a trace, as heffte_trace_start() of C does. MPI_COMM_NULL stands for this rank alone, which is joined by those that
/// make its next plan; the call is then not collective.
///
/// # Safety
/// `root` ends with a NUL. `comm` is a handle of the MPI that this library is linked with.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_abi_trace_start(root: *const c_char, comm: MPI_Comm) -> c_int {
    coded("heffte::init_tracing", || {
        // SAFETY: by the caller's word; the handle is a constant of the MPI library.
        unsafe {
            let root = text(root, "root");
            if comm == ffi::RSMPI_COMM_NULL { trace::start_alone(root?) } else { trace::start_raw(comm, root) }
        }
    })
}

/// Ends the trace, as heffte_trace_stop() of C does.
#[unsafe(no_mangle)]
pub extern "C" fn heffte_abi_trace_stop() -> c_int {
    coded("heffte::finalize_tracing", trace::stop)
}

/// Nonzero where events are recorded.
#[unsafe(no_mangle)]
pub extern "C" fn heffte_abi_trace_is_on() -> c_int {
    c_int::from(trace::is_on())
}

/// Records an event of the program's own that began at `begin` by MPI_Wtime and ends now.
///
/// # Safety
/// `name` ends with a NUL. MPI is running.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_abi_trace_mark(name: *const c_char, begin: c_double) {
    // Who marks something cannot do anything about an error.
    let _ = guarded("heffte::add_trace", || {
        // SAFETY: by the caller's word.
        trace::note(&unsafe { text(name, "name") }?.to_string_lossy(), begin);
        Ok(())
    });
}
