//! What FFTW's planner remembers.

use std::path::PathBuf;

use pyo3::prelude::*;

use crate::errors::{exception, guarded};

/// Reads wisdom. Not collective.
#[pyfunction]
pub fn fftw_import_wisdom(py: Python<'_>, path: PathBuf) -> PyResult<()> {
    py.detach(|| guarded(|| heffte::fftw_import_wisdom(&path))).map_err(|error| exception(&error))
}

/// Writes wisdom. Not collective.
#[pyfunction]
pub fn fftw_export_wisdom(py: Python<'_>, path: PathBuf) -> PyResult<()> {
    py.detach(|| guarded(|| heffte::fftw_export_wisdom(&path))).map_err(|error| exception(&error))
}
