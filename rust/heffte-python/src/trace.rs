//! Tracing.

use std::path::PathBuf;

use heffte::trace;
use pyo3::prelude::*;

use crate::errors::{exception, from_python, guarded};

/// Begins a trace. Collective; a `problem` of one rank is the error of all.
#[pyfunction]
#[pyo3(signature = (root, comm, problem))]
pub fn trace_start(py: Python<'_>, root: PathBuf, comm: i64, problem: Option<String>) -> PyResult<()> {
    let root = from_python(problem).map(|()| root.as_os_str());
    // SAFETY: the face passes the handle of an mpi4py communicator, and has compared the MPI libraries.
    let begun = py.detach(|| guarded(|| unsafe { trace::start_raw(heffte::comm_from_fortran(comm), root) }));
    begun.map_err(|error| exception(&error))
}

/// Ends the trace and writes its files. Collective.
#[pyfunction]
pub fn trace_stop(py: Python<'_>) -> PyResult<()> {
    py.detach(|| guarded(trace::stop)).map_err(|error| exception(&error))
}

/// Records an event of the program's own that began at `begin` and ends now.
#[pyfunction]
pub fn trace_mark(name: &str, begin: f64) {
    trace::note(name, begin);
}
