//! What the C++ headers call. The comments of the public items become those of `include/heffte_abi.h`.
//!
//! Programs carry compiled calls of these functions, so they keep their meaning while the soname stays: a struct may only
//! grow, at its end, and says how large it is.

mod device;
mod execute;
mod geometry;
mod plan;
mod planner;
mod trace;
mod types;

use std::ffi::c_int;
use std::mem::MaybeUninit;

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

/// A struct that begins with the size that it had where the program was compiled.
///
/// # Safety
/// The first member is that size, a `usize`, and zeros stand for members that the program knows nothing of.
unsafe trait Growing: Sized {}

/// A struct of the program, with zeros for members that it was compiled without.
///
/// # Safety
/// `given` is null, or points to as many bytes as its first member says.
unsafe fn whole<T: Growing>(given: *const T) -> Result<T> {
    if given.is_null() {
        return Err(Error::Caller { message: "internal error, please report it: a description is NULL".to_owned() });
    }
    let mut copy = MaybeUninit::<T>::zeroed();
    // SAFETY: the trait says that zeros are valid and what the first member is, the caller that the bytes are there.
    unsafe {
        let bytes = given.cast::<usize>().read().min(size_of::<T>());
        copy.as_mut_ptr().cast::<u8>().copy_from_nonoverlapping(given.cast(), bytes);
        Ok(copy.assume_init())
    }
}
