//! `heffte._core`: the library as the Python package sees it. Private; `python/heffte` is the face.
//!
//! Arrays arrive as addresses, which the face has checked and keeps alive, and communicators as Fortran handles. What
//! the face finds wrong on one rank arrives as `problem` and takes part in the agreement of all ranks.

mod arrays;
mod dlpack;
mod errors;
mod geometry;
mod plan;
mod trace;
mod wisdom;

use heffte::BackendKind;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// The module.
#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("HeffteError", module.py().get_type::<errors::HeffteError>())?;
    module.add_class::<plan::Plan>()?;
    module.add_function(wrap_pyfunction!(mpi_library_version, module)?)?;
    module.add_function(wrap_pyfunction!(wanted_threads, module)?)?;
    module.add_function(wrap_pyfunction!(backends, module)?)?;
    module.add_function(wrap_pyfunction!(dlpack::dlpack, module)?)?;
    module.add_function(wrap_pyfunction!(geometry::split_world, module)?)?;
    module.add_function(wrap_pyfunction!(geometry::proc_setup, module)?)?;
    module.add_function(wrap_pyfunction!(trace::trace_start, module)?)?;
    module.add_function(wrap_pyfunction!(trace::trace_stop, module)?)?;
    module.add_function(wrap_pyfunction!(trace::trace_mark, module)?)?;
    module.add_function(wrap_pyfunction!(wisdom::fftw_import_wisdom, module)?)?;
    module.add_function(wrap_pyfunction!(wisdom::fftw_export_wisdom, module)?)?;
    Ok(())
}

/// What the MPI library that this module is linked with says of itself.
#[pyfunction]
fn mpi_library_version() -> String {
    heffte::mpi_library_version()
}

/// The threads of a rank that the environment asks for.
#[pyfunction]
fn wanted_threads() -> Option<usize> {
    heffte::wanted_threads()
}

/// All backends by name: the number of each, and whether it is in this build.
#[pyfunction]
fn backends(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let all = PyDict::new(py);
    for kind in BackendKind::ALL {
        all.set_item(kind.name(), (kind as i32, kind.is_built()))?;
    }
    Ok(all)
}
