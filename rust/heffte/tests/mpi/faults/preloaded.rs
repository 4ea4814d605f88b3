//! The library that lies between this program and MPI, `failing_mpi.c`: it lets calls fail, and counts what is alive.

use std::ffi::{CStr, c_char, c_int, c_long, c_void};

type Arm = unsafe extern "C" fn(c_int, c_long);
type Ask = unsafe extern "C" fn() -> c_int;
type Count = unsafe extern "C" fn(c_int) -> c_long;
type Name = unsafe extern "C" fn(c_int) -> *const c_char;

/// What `failing_mpi.c` exports.
pub struct FailingMpi {
    arm: Arm,
    struck: Ask,
    calls: Count,
    alive: Count,
    /// The functions that can fail.
    pub functions: Vec<String>,
    objects: Vec<String>,
}

impl FailingMpi {
    /// What was put before MPI when this program began.
    pub fn preloaded() -> FailingMpi {
        // SAFETY: the functions have these types in `failing_mpi.c`.
        unsafe {
            FailingMpi {
                arm: std::mem::transmute::<*mut c_void, Arm>(symbol(c"failing_mpi_arm")),
                struck: std::mem::transmute::<*mut c_void, Ask>(symbol(c"failing_mpi_struck")),
                calls: std::mem::transmute::<*mut c_void, Count>(symbol(c"failing_mpi_calls")),
                alive: std::mem::transmute::<*mut c_void, Count>(symbol(c"failing_mpi_alive")),
                functions: names(symbol(c"failing_mpi_function")),
                objects: names(symbol(c"failing_mpi_object")),
            }
        }
    }

    /// Lets the `call`-th call of a function from now on fail, counted from 1.
    pub fn arm(&self, function: usize, call: usize) {
        // SAFETY: it takes any numbers.
        unsafe { (self.arm)(function as c_int, call as c_long) };
    }

    /// Lets no call fail, and counts calls from 0 again. Says whether the call that was to fail has come.
    pub fn disarm(&self) -> bool {
        // SAFETY: as above.
        unsafe {
            let struck = (self.struck)() != 0;
            (self.arm)(-1, 0);
            struck
        }
    }

    /// The calls of each function since [`FailingMpi::arm`] or [`FailingMpi::disarm`].
    pub fn calls(&self) -> Vec<usize> {
        // SAFETY: these are numbers of functions.
        (0..self.functions.len()).map(|function| unsafe { (self.calls)(function as c_int) } as usize).collect()
    }

    /// What MPI has made and not freed, in words.
    pub fn census(&self) -> String {
        // SAFETY: these are numbers of objects.
        let count = |object: usize| unsafe { (self.alive)(object as c_int) };
        let kinds = self.objects.iter().enumerate().map(|(object, name)| format!("{} {name}", count(object)));
        kinds.collect::<Vec<_>>().join(", ")
    }
}

fn symbol(name: &CStr) -> *mut c_void {
    // SAFETY: the name is a string of C.
    let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    assert!(!found.is_null(), "{name:?} is not here: `cargo xtask test faults` puts failing_mpi.c before MPI");
    found
}

/// What `of(0)`, `of(1)`, … are called, up to the first that has no name.
///
/// # Safety
/// `of` is a function that takes a number and returns a string that lives as long as the program, or null.
unsafe fn names(of: *mut c_void) -> Vec<String> {
    // SAFETY: by the caller's word.
    unsafe {
        let of = std::mem::transmute::<*mut c_void, Name>(of);
        let texts = (0..).map(|number| of(number)).take_while(|text| !text.is_null());
        texts.map(|text| CStr::from_ptr(text).to_string_lossy().into_owned()).collect()
    }
}
