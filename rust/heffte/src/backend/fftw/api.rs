//! The functions of FFTW that are called, in either precision.

use std::ffi::{c_char, c_int, c_uint, c_void};
use std::sync::{Mutex, MutexGuard, PoisonError};

use num_complex::Complex;

use crate::axis::R2rKind;
use crate::backend::loaded::Loaded;
use crate::options::{Direction, PlanningEffort};

/// What FFTW makes of a plan.
pub(super) type Handle = *mut c_void;

/// A loop of FFTW's: how often, and how far apart in what is read and written.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Dimension {
    pub n: isize,
    pub from: isize,
    pub to: isize,
}

impl Dimension {
    /// A loop of `n` turns, with one stride for both sides.
    pub fn of(n: usize, stride: usize) -> Dimension {
        Dimension::between(n, stride, stride)
    }

    /// A loop with a stride for each side.
    pub fn between(n: usize, from: usize, to: usize) -> Dimension {
        Dimension { n: n as isize, from: from as isize, to: to as isize }
    }
}

/// The numbers that fftw3.h gives to choices.
pub(super) struct Flags;

impl Flags {
    pub const DESTROY_INPUT: c_uint = 1;
    /// The plan runs on arrays that are aligned in any way.
    pub const UNALIGNED: c_uint = 1 << 1;
    pub const ESTIMATE: c_uint = 1 << 6;

    pub fn effort(effort: PlanningEffort) -> c_uint {
        match effort {
            PlanningEffort::Estimate => Flags::ESTIMATE,
            PlanningEffort::Measure => 0,
            PlanningEffort::Patient => 1 << 5,
        }
    }

    pub fn sign(direction: Direction) -> c_int {
        if direction == Direction::Forward { -1 } else { 1 }
    }

    /// FFTW_REDFT00 and its siblings.
    pub fn r2r_kind(kind: R2rKind, direction: Direction) -> c_int {
        match (kind, direction) {
            (R2rKind::Cos1, _) => 3,
            (R2rKind::Cos, Direction::Backward) => 4,
            (R2rKind::Cos, Direction::Forward) => 5,
            (R2rKind::Sin1, _) => 7,
            (R2rKind::Sin, Direction::Backward) => 8,
            (R2rKind::Sin, Direction::Forward) => 9,
        }
    }
}

type Loops = *const Dimension;

/// FFTW in one precision, by the names without their prefix.
pub(super) struct Api<T> {
    pub plan_dft:
        unsafe extern "C" fn(c_int, Loops, c_int, Loops, *mut Complex<T>, *mut Complex<T>, c_int, c_uint) -> Handle,
    pub plan_r2c: unsafe extern "C" fn(c_int, Loops, c_int, Loops, *mut T, *mut Complex<T>, c_uint) -> Handle,
    pub plan_c2r: unsafe extern "C" fn(c_int, Loops, c_int, Loops, *mut Complex<T>, *mut T, c_uint) -> Handle,
    pub plan_r2r: unsafe extern "C" fn(c_int, Loops, c_int, Loops, *mut T, *mut T, *const c_int, c_uint) -> Handle,
    pub execute_dft: unsafe extern "C" fn(Handle, *mut Complex<T>, *mut Complex<T>),
    pub execute_r2c: unsafe extern "C" fn(Handle, *mut T, *mut Complex<T>),
    pub execute_c2r: unsafe extern "C" fn(Handle, *mut Complex<T>, *mut T),
    pub execute_r2r: unsafe extern "C" fn(Handle, *mut T, *mut T),
    pub destroy_plan: unsafe extern "C" fn(Handle),
    pub alignment_of: unsafe extern "C" fn(*mut T) -> c_int,
    pub malloc: unsafe extern "C" fn(usize) -> *mut c_void,
    pub free: unsafe extern "C" fn(*mut c_void),
    pub import_wisdom: unsafe extern "C" fn(*const c_char) -> c_int,
    pub export_wisdom: unsafe extern "C" fn() -> *mut c_char,
}

impl<T> Api<T> {
    /// The functions that `address` finds by their names without a prefix.
    ///
    /// # Safety
    /// The functions are FFTW's, of the precision of `T`.
    pub unsafe fn of(address: impl Fn(&str) -> Result<*const c_void, String>) -> Result<Api<T>, String> {
        // SAFETY: the types are those of fftw3.h, in which complex numbers are two reals.
        unsafe {
            Ok(Api {
                plan_dft: function(address("plan_guru64_dft")?),
                plan_r2c: function(address("plan_guru64_dft_r2c")?),
                plan_c2r: function(address("plan_guru64_dft_c2r")?),
                plan_r2r: function(address("plan_guru64_r2r")?),
                execute_dft: function(address("execute_dft")?),
                execute_r2c: function(address("execute_dft_r2c")?),
                execute_c2r: function(address("execute_dft_c2r")?),
                execute_r2r: function(address("execute_r2r")?),
                destroy_plan: function(address("destroy_plan")?),
                alignment_of: function(address("alignment_of")?),
                malloc: function(address("malloc")?),
                free: function(address("free")?),
                import_wisdom: function(address("import_wisdom_from_string")?),
                export_wisdom: function(address("export_wisdom_to_string")?),
            })
        }
    }

    /// Those of a library, whose names begin with `prefix`.
    ///
    /// # Safety
    /// The prefix is that of the precision of `T`.
    pub unsafe fn of_library(library: &Loaded, prefix: &str) -> Result<Api<T>, String> {
        // SAFETY: by the caller's word; an address is what the loader has for a function.
        unsafe { Api::of(|name| library.function(&format!("{prefix}_{name}"))) }
    }

    /// Whether plans that were made on memory of FFTW's own run on this.
    pub fn is_aligned(&self, address: *mut T) -> bool {
        // SAFETY: it looks at the address alone.
        unsafe { (self.alignment_of)(address) == 0 }
    }
}

/// The function at an address.
///
/// # Safety
/// `F` is the type of the function that is there.
unsafe fn function<F: Copy>(address: *const c_void) -> F {
    assert_eq!(size_of::<F>(), size_of_val(&address));
    // SAFETY: by the caller's word; both are addresses.
    unsafe { std::mem::transmute_copy(&address) }
}

/// FFTW's planner, which one thread at a time may use; what it knows is one for the process.
pub(super) fn planner() -> MutexGuard<'static, ()> {
    static PLANNER: Mutex<()> = Mutex::new(());
    PLANNER.lock().unwrap_or_else(PoisonError::into_inner)
}
