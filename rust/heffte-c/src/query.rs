//! What a plan tells about itself.

use std::ffi::c_int;

use engine::{Error, Plan, Result};

use crate::guard::guarded;
use crate::types::{Held, heffte_fft_plan, heffte_plan};

/// What a handle holds.
///
/// # Errors
/// Where it holds nothing.
///
/// # Safety
/// `plan` is null or was made by this library and not yet destroyed.
pub(crate) unsafe fn held<'a>(plan: heffte_plan) -> Result<&'a Held> {
    // SAFETY: by the caller's word.
    unsafe { plan_of(plan).map(|(handle, _)| &*handle.fft.cast::<Held>()) }
}

/// The plan behind a handle.
///
/// # Errors
/// Where there is none.
///
/// # Safety
/// `plan` is null or was made by this library and not yet destroyed.
pub(crate) unsafe fn plan_of<'a>(plan: heffte_plan) -> Result<(&'a heffte_fft_plan, &'a Plan)> {
    // SAFETY: by the caller's word.
    unsafe {
        let handle = plan.as_ref().filter(|handle| !handle.fft.is_null()).ok_or_else(|| Error::Caller {
            message: "plan is NULL or holds no transform: make one with heffte_plan_create or heffte_plan_create_r2c"
                .to_owned(),
        })?;
        Ok((handle, &(*handle.fft.cast::<Held>()).plan))
    }
}

/// A number of elements as the interface has it.
fn narrow(elements: usize) -> Result<c_int> {
    c_int::try_from(elements).map_err(|_| Error::Caller {
        message: format!("{elements} elements do not fit the int that this function returns: use more ranks"),
    })
}

/// The answer, or -1 where there is none.
///
/// # Safety
/// `plan` is null or was made by this library and not yet destroyed.
unsafe fn answer(
    function: &str,
    plan: heffte_plan,
    query: impl FnOnce(&heffte_fft_plan, &Plan) -> Result<c_int>,
) -> c_int {
    let asked = guarded(function, || {
        // SAFETY: by the caller's word.
        let (handle, plan) = unsafe { plan_of(plan) }?;
        query(handle, plan)
    });
    asked.unwrap_or(-1)
}

/// Elements of this rank's inbox: real ones for an r2c plan. Returns -1 for a NULL plan, and where the number does not
/// fit an int (heffte_last_error() has it). Not collective.
///
/// # Safety
/// `plan` is NULL, or was made by this library and not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_size_inbox(plan: heffte_plan) -> c_int {
    // SAFETY: by the caller's word.
    unsafe { answer("heffte_size_inbox", plan, |_, plan| narrow(plan.size_inbox())) }
}

/// Elements of this rank's outbox: complex ones, where the plan has a Fourier axis. Returns -1 where heffte_size_inbox()
/// would. Not collective.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_size_outbox(plan: heffte_plan) -> c_int {
    // SAFETY: by the caller's word.
    unsafe { answer("heffte_size_outbox", plan, |_, plan| narrow(plan.size_outbox())) }
}

/// Elements that a workspace must have on this rank: complex ones, float or double as the transform's, but real ones for
/// transforms from real to real. It stays the same while the plan lives. Returns -1 where heffte_size_inbox() would. Not collective.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_size_workspace(plan: heffte_plan) -> c_int {
    // SAFETY: by the caller's word.
    unsafe { answer("heffte_size_workspace", plan, |_, plan| narrow(plan.size_workspace())) }
}

/// The backend of the plan, such as Heffte_BACKEND_STOCK; -1 for a NULL plan. Not collective.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_get_backend(plan: heffte_plan) -> c_int {
    // SAFETY: by the caller's word.
    unsafe { answer("heffte_get_backend", plan, |handle, _| Ok(handle.backend_type)) }
}

/// 1 for a plan of heffte_plan_create_r2c(), 0 for one of heffte_plan_create(), -1 for a NULL plan. Not collective.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_is_r2c(plan: heffte_plan) -> c_int {
    // SAFETY: by the caller's word.
    unsafe { answer("heffte_is_r2c", plan, |handle, _| Ok(handle.using_r2c)) }
}
