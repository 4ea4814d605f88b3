//! What FFTW's planner remembers.

use std::ffi::{c_char, c_int};
use std::path::Path;

use super::coded;
use crate::trace::text;

/// Reads wisdom, as heffte_fftw_import_wisdom() of C does.
///
/// # Safety
/// `path` ends with a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_abi_fftw_import_wisdom(path: *const c_char) -> c_int {
    // SAFETY: by the caller's word.
    coded("heffte::fftw_import_wisdom", || engine::fftw_import_wisdom(Path::new(unsafe { text(path, "path") }?)))
}

/// Writes wisdom, as heffte_fftw_export_wisdom() of C does.
///
/// # Safety
/// `path` ends with a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_abi_fftw_export_wisdom(path: *const c_char) -> c_int {
    // SAFETY: by the caller's word.
    coded("heffte::fftw_export_wisdom", || engine::fftw_export_wisdom(Path::new(unsafe { text(path, "path") }?)))
}
