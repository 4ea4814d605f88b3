//! What builds without FFTW say of its wisdom.

use std::path::Path;

use super::BackendKind;
use crate::error::Result;

/// Reads the wisdom of FFTW, in builds that have it.
///
/// # Errors
/// [`Error::BackendNotBuilt`](crate::Error::BackendNotBuilt).
pub fn fftw_import_wisdom(_: &Path) -> Result<()> {
    BackendKind::Fftw.check_built()
}

/// Writes the wisdom of FFTW, in builds that have it.
///
/// # Errors
/// [`Error::BackendNotBuilt`](crate::Error::BackendNotBuilt).
pub fn fftw_export_wisdom(_: &Path) -> Result<()> {
    BackendKind::Fftw.check_built()
}
