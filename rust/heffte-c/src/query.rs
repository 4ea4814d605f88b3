//! What a plan tells about itself.

use std::ffi::c_int;

use engine::{Error, Plan, Result};

use crate::guard::guarded;
use crate::types::{heffte_fft_plan, heffte_plan};

/// The plan behind a handle.
///
/// # Errors
/// Where the handle is null.
///
/// # Safety
/// `plan` is null or was made by this library and not yet destroyed.
pub(crate) unsafe fn plan_of<'a>(plan: heffte_plan) -> Result<(&'a heffte_fft_plan, &'a Plan)> {
    // SAFETY: by the caller's word.
    unsafe {
        let handle = plan.as_ref().filter(|handle| !handle.fft.is_null()).ok_or_else(|| Error::Caller {
            message: "plan is NULL: make one with heffte_plan_create or heffte_plan_create_r2c".to_owned(),
        })?;
        Ok((handle, &*handle.fft.cast::<Plan>()))
    }
}

/// A number of elements as the interface has it.
fn narrow(elements: usize) -> Result<c_int> {
    c_int::try_from(elements).map_err(|_| Error::Caller {
        message: format!("{elements} elements do not fit the int that this function returns: use more ranks"),
    })
}

/// The answer, or -1 where there is none.
fn answer(function: &str, query: impl FnOnce() -> Result<c_int>) -> c_int {
    guarded(function, query).unwrap_or(-1)
}

/// Elements of this rank's inbox: real ones for an r2c plan. Returns -1 for a null plan, or where the number does not fit an
/// int (heffte_last_error() has it). Not collective.
///
/// # Safety
/// `plan` is null or was made by this library and not yet destroyed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_size_inbox(plan: heffte_plan) -> c_int {
    // SAFETY: by the caller's word.
    answer("heffte_size_inbox", || narrow(unsafe { plan_of(plan) }?.1.size_inbox()))
}

/// Complex elements of this rank's outbox. Returns -1 like heffte_size_inbox(). Not collective.
///
/// # Safety
/// As for heffte_size_inbox().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_size_outbox(plan: heffte_plan) -> c_int {
    // SAFETY: by the caller's word.
    answer("heffte_size_outbox", || narrow(unsafe { plan_of(plan) }?.1.size_outbox()))
}

/// Complex elements, of the precision of a transform, that its workspace must have. Returns -1 like heffte_size_inbox(). Not
/// collective.
///
/// # Safety
/// As for heffte_size_inbox().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_size_workspace(plan: heffte_plan) -> c_int {
    // SAFETY: by the caller's word.
    answer("heffte_size_workspace", || narrow(unsafe { plan_of(plan) }?.1.size_workspace()))
}

/// The backend of the plan, or -1 for a null plan. Not collective.
///
/// # Safety
/// As for heffte_size_inbox().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_get_backend(plan: heffte_plan) -> c_int {
    // SAFETY: by the caller's word.
    answer("heffte_get_backend", || Ok(unsafe { plan_of(plan) }?.0.backend_type))
}

/// Nonzero for a plan of real data, zero for a complex one, -1 for a null plan. Not collective.
///
/// # Safety
/// As for heffte_size_inbox().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_is_r2c(plan: heffte_plan) -> c_int {
    // SAFETY: by the caller's word.
    answer("heffte_is_r2c", || Ok(unsafe { plan_of(plan) }?.0.using_r2c))
}
