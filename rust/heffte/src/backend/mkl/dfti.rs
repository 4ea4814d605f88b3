//! A descriptor of DFTI: one-dimensional lines in one precision.

use std::ffi::{CStr, c_int, c_long, c_void};

use super::library::{Handle, Library};
use crate::options::Direction;

// The numbers that mkl_dfti.h gives to its choices.
const NUMBER_OF_TRANSFORMS: c_int = 7;
const CONJUGATE_EVEN_STORAGE: c_int = 10;
const PLACEMENT: c_int = 11;
const INPUT_DISTANCE: c_int = 14;
const OUTPUT_DISTANCE: c_int = 15;
const THREAD_LIMIT: c_int = 27;
const COMPLEX: c_int = 32;
const REAL: c_int = 33;
const COMPLEX_COMPLEX: c_int = 39;
const NOT_INPLACE: c_int = 44;

/// What is transformed.
#[derive(Clone, Copy)]
pub(super) struct Settings {
    pub is_double: bool,
    /// From real lines to half their spectrum, not in place; else complex ones in place.
    pub is_real: bool,
    pub length: usize,
    /// Elements from a line to the next, in what is read and what is written.
    pub distances: [usize; 2],
}

/// A descriptor, committed.
pub(super) struct Descriptor {
    library: &'static Library,
    handle: Handle,
}

// SAFETY: several threads may compute with one committed descriptor, on arrays of their own.
unsafe impl Send for Descriptor {}
// SAFETY: as above.
unsafe impl Sync for Descriptor {}

impl Descriptor {
    /// That of so many lines.
    ///
    /// # Errors
    /// What MKL says.
    pub fn new(library: &'static Library, settings: Settings, lines: usize) -> Result<Descriptor, String> {
        let Settings { is_double, is_real, length, distances } = settings;
        let mut descriptor = Descriptor { library, handle: std::ptr::null_mut() };
        let create = if is_double { library.create_double } else { library.create_single };
        // SAFETY: the types are those that the function takes.
        let status = unsafe { create(&mut descriptor.handle, if is_real { REAL } else { COMPLEX }, length as c_long) };
        descriptor.must(status)?;
        if is_real {
            descriptor.choose(CONJUGATE_EVEN_STORAGE, COMPLEX_COMPLEX)?;
            descriptor.choose(PLACEMENT, NOT_INPLACE)?;
        }
        if lines > 1 {
            descriptor.set(NUMBER_OF_TRANSFORMS, lines)?;
            descriptor.set(INPUT_DISTANCE, distances[0])?;
            descriptor.set(OUTPUT_DISTANCE, distances[1])?;
        }
        descriptor.set(THREAD_LIMIT, 1)?;
        // SAFETY: the handle is that of a descriptor.
        descriptor.must(unsafe { (library.commit)(descriptor.handle) })?;
        Ok(descriptor)
    }

    fn choose(&self, parameter: c_int, value: c_int) -> Result<(), String> {
        // SAFETY: the parameter takes one of MKL's choices, which is an int.
        self.must(unsafe { (self.library.set_value)(self.handle, parameter, value) })
    }

    fn set(&self, parameter: c_int, value: usize) -> Result<(), String> {
        // SAFETY: the parameter takes an MKL_LONG.
        self.must(unsafe { (self.library.set_value)(self.handle, parameter, value as c_long) })
    }

    fn must(&self, status: c_long) -> Result<(), String> {
        if status == 0 {
            return Ok(());
        }
        // SAFETY: MKL returns a text of its own for any status, or null.
        let text = unsafe {
            let text = (self.library.error_message)(status);
            if text.is_null() { "no reason".into() } else { CStr::from_ptr(text).to_string_lossy() }
        };
        Err(text.into_owned())
    }

    /// # Errors
    /// What MKL says.
    ///
    /// # Safety
    /// The array holds the lines of an in-place descriptor.
    pub unsafe fn compute_in_place(&self, direction: Direction, lines: *mut c_void) -> Result<(), String> {
        // SAFETY: by the caller's word.
        let status = unsafe { self.function(direction)(self.handle, lines) };
        self.must(status)
    }

    /// # Errors
    /// What MKL says.
    ///
    /// # Safety
    /// The arrays hold the lines of a descriptor that is not in place.
    pub unsafe fn compute(&self, direction: Direction, from: *mut c_void, to: *mut c_void) -> Result<(), String> {
        // SAFETY: by the caller's word.
        let status = unsafe { self.function(direction)(self.handle, from, to) };
        self.must(status)
    }

    fn function(&self, direction: Direction) -> unsafe extern "C" fn(Handle, *mut c_void, ...) -> c_long {
        match direction {
            Direction::Forward => self.library.compute_forward,
            Direction::Backward => self.library.compute_backward,
        }
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        if !self.handle.is_null() {
            // SAFETY: the handle is that of a descriptor, which nobody has any more.
            unsafe { (self.library.free)(&mut self.handle) };
        }
    }
}
