//! What the C++ headers call. The comments of the public items become those of `include/heffte_abi.h`.
//!
//! Programs carry compiled calls of these functions, so they keep their meaning while the soname stays: a struct may only
//! grow, at its end, and says how large it is.

mod execute;
mod geometry;
mod plan;
mod types;

use std::ffi::c_int;

use engine::{Error, ErrorKind, Result};

use crate::guard::guarded;

/// Runs `body`; the code that tells C++ which exception to throw.
fn coded(function: &str, body: impl FnOnce() -> Result<()>) -> c_int {
    match guarded(function, body) {
        Ok(()) => types::HEFFTE_ABI_SUCCESS,
        Err(error) if error.kind() == ErrorKind::InvalidArgument => types::HEFFTE_ABI_INVALID_ARGUMENT,
        Err(_) => types::HEFFTE_ABI_FAILURE,
    }
}

/// A struct that the headers filled, if it has all members that this library reads.
///
/// # Safety
/// `given` points to a struct that begins with its size, or is null.
unsafe fn known<T>(given: *const T, size: impl FnOnce(&T) -> usize) -> Result<&'static T> {
    // SAFETY: by the caller's word.
    match unsafe { given.as_ref() } {
        Some(given) if size(given) >= size_of::<T>() => Ok(given),
        _ => Err(Error::Caller {
            message: "the headers of this program belong to another version of the library: compile it again"
                .to_owned(),
        }),
    }
}
