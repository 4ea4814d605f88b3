//! Tracing.

use std::ffi::{CStr, OsStr, c_char, c_double, c_int};
use std::os::unix::ffi::OsStrExt;

use engine::{Result, trace};
use mpi::ffi::MPI_Comm;

use crate::guard::guarded;
use crate::plan::{code, null};

/// Begins to record what this library does when, and what the program marks. heffte_trace_stop() then writes, for each rank,
/// `<root>_<rank in MPI_COMM_WORLD>.log`, a line for each event; for all together `<root>.json`, which Chrome's and Perfetto's
/// viewers open, and `<root>.txt`, a table of all events. What was recorded before and not written is dropped.
///
/// Where the environment has HEFFTE_TRACE, which traces the whole run, nothing happens.
///
/// Collective over `comm`. Returns Heffte_SUCCESS; 2 where `root` is NULL, any rank cannot write its files, or `comm` cannot be
/// used: on all ranks.
///
/// # Safety
/// `root` is NULL or ends with a NUL. `comm` is a handle of the MPI that this library is linked with.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_trace_start(root: *const c_char, comm: MPI_Comm) -> c_int {
    code(guarded("heffte_trace_start", || {
        // SAFETY: by the caller's word.
        unsafe { trace::start_raw(comm, text(root, "root")) }
    }))
}

/// Ends the trace that heffte_trace_start() began, and writes its files; without one does nothing. Collective over the ranks
/// that began it.
///
/// Returns Heffte_SUCCESS; 2 where any rank cannot write its files: on all ranks.
#[unsafe(no_mangle)]
pub extern "C" fn heffte_trace_stop() -> c_int {
    code(guarded("heffte_trace_stop", trace::stop))
}

/// Records an event of the program's own, named `name`, that began at `begin` by MPI_Wtime and ends now. Without a trace does
/// nothing. Not collective.
///
/// Returns Heffte_SUCCESS; 2 where `name` is NULL.
///
/// # Safety
/// `name` is NULL or ends with a NUL. MPI is running.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_trace_mark(name: *const c_char, begin: c_double) -> c_int {
    code(guarded("heffte_trace_mark", || {
        // SAFETY: by the caller's word.
        let name = unsafe { text(name, "name") }?;
        trace::note(&name.to_string_lossy(), begin);
        Ok(())
    }))
}

/// The text at `given`.
///
/// # Safety
/// `given` is NULL or ends with a NUL, and stays as it is.
pub(crate) unsafe fn text<'a>(given: *const c_char, argument: &'static str) -> Result<&'a OsStr> {
    if given.is_null() {
        return Err(null(argument));
    }
    // SAFETY: by the caller's word.
    Ok(OsStr::from_bytes(unsafe { CStr::from_ptr(given) }.to_bytes()))
}
