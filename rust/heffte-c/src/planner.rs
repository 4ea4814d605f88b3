//! What the planners of libraries spend, and what FFTW's remembers.

use std::ffi::{c_char, c_int};
use std::path::Path;

use engine::PlanningEffort;

use crate::guard::guarded;
use crate::plan::code;
use crate::trace::text;

/// Sets what FFTW spends on planning lines in plans that this process makes from now on: Heffte_EFFORT_ESTIMATE (the default),
/// Heffte_EFFORT_MEASURE (seconds when lines of a length are first transformed) or Heffte_EFFORT_PATIENT (minutes). Without this
/// call, the environment's HEFFTE_FFTW_PLANNER says so. Other backends take no notice.
///
/// Returns Heffte_SUCCESS; 2 where there is no such effort. Not collective; ranks may differ. heFFTe has no such function.
#[unsafe(no_mangle)]
pub extern "C" fn heffte_set_planning_effort(effort: c_int) -> c_int {
    code(guarded("heffte_set_planning_effort", || {
        engine::set_planning_effort(PlanningEffort::try_from(i64::from(effort))?);
        Ok(())
    }))
}

/// Reads what FFTW's planner has measured from files that heffte_fftw_export_wisdom() or FFTW's own programs wrote: `path` for double
/// precision, and the same with an f at its end for single. One that is not there counts for an empty one, where the other is.
///
/// Returns Heffte_SUCCESS; 1 where FFTW is not in this build or cannot be loaded; 2 where `path` is NULL, neither file is there, or one
/// is garbage or of another FFTW, and what was known stays. Not collective. heFFTe has no such function.
///
/// # Safety
/// `path` is NULL or ends with a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_fftw_import_wisdom(path: *const c_char) -> c_int {
    // SAFETY: by the caller's word.
    code(guarded("heffte_fftw_import_wisdom", || engine::fftw_import_wisdom(Path::new(unsafe { text(path, "path") }?))))
}

/// Writes what FFTW's planner has measured in this process, or has read: double precision to `path`, single to the same with an f at
/// its end. Let one rank do it.
///
/// Returns Heffte_SUCCESS; 1 where FFTW is not in this build or cannot be loaded; 2 where `path` is NULL or cannot be written. Not
/// collective. heFFTe has no such function.
///
/// # Safety
/// `path` is NULL or ends with a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_fftw_export_wisdom(path: *const c_char) -> c_int {
    // SAFETY: by the caller's word.
    code(guarded("heffte_fftw_export_wisdom", || engine::fftw_export_wisdom(Path::new(unsafe { text(path, "path") }?))))
}
