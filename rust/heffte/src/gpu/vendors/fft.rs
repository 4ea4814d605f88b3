//! cuFFT and hipFFT, whose functions differ in the first letters of their names and in what a handle is.

use std::ffi::{c_int, c_longlong, c_void};
use std::fmt::Debug;

use super::libraries::functions;
use crate::backend::loaded::Loaded;
use crate::error::{Error, Result};
use crate::gpu::device::{Address, Fft, Stream};
use crate::gpu::lines::{Numbers, Shape};
use crate::options::Direction;

functions! {
    /// The functions that are called.
    struct Api<H> {
        create: "Create" fn(*mut H) -> c_int;
        destroy: "Destroy" fn(H) -> c_int;
        set_auto_allocation: "SetAutoAllocation" fn(H, c_int) -> c_int;
        make_plan_many: "MakePlanMany64" fn(
            H, c_int, *mut c_longlong, *mut c_longlong, c_longlong, c_longlong, *mut c_longlong, c_longlong, c_longlong, c_int, c_longlong,
            *mut usize,
        ) -> c_int;
        set_work_area: "SetWorkArea" fn(H, *mut c_void) -> c_int;
        set_stream: "SetStream" fn(H, *mut c_void) -> c_int;
        c2c: "ExecC2C" fn(H, *mut c_void, *mut c_void, c_int) -> c_int;
        z2z: "ExecZ2Z" fn(H, *mut c_void, *mut c_void, c_int) -> c_int;
        r2c: "ExecR2C" fn(H, *mut c_void, *mut c_void) -> c_int;
        d2z: "ExecD2Z" fn(H, *mut c_void, *mut c_void) -> c_int;
        c2r: "ExecC2R" fn(H, *mut c_void, *mut c_void) -> c_int;
        z2d: "ExecZ2D" fn(H, *mut c_void, *mut c_void) -> c_int;
    }
}

/// A library of transforms.
#[derive(Debug)]
pub(super) struct Library<H: 'static> {
    api: Api<H>,
    /// Its name.
    name: &'static str,
}

/// The number of a kind of transforms in both libraries.
fn kind(numbers: Numbers, is_double: bool) -> c_int {
    let single = match numbers {
        Numbers::Complex => 0x29,
        Numbers::ToComplex => 0x2a,
        Numbers::ToReal => 0x2c,
    };
    if is_double { single + 0x40 } else { single }
}

/// What a code of both libraries means.
fn meaning(code: c_int) -> &'static str {
    match code {
        1 => "the plan is invalid",
        2 => "not enough memory",
        4 => "a value is invalid",
        5 => "an internal error",
        6 => "an execution failed",
        7 => "the library could not be set up: is its version for this driver?",
        8 => "the size is not supported",
        _ => "see its manual",
    }
}

impl<H: Copy + Debug + Send + Sync + 'static> Library<H> {
    /// That whose functions begin with `name`.
    ///
    /// # Errors
    /// That one is missing.
    pub fn of(library: &Loaded, name: &'static str) -> std::result::Result<Library<H>, String> {
        Ok(Library { api: Api::of(library, name)?, name })
    }

    fn done(&self, verb: &str, code: c_int) -> Result<()> {
        if code == 0 {
            return Ok(());
        }
        Err(Error::Device { call: format!("{}{verb}", self.name), message: format!("error {code}: {}", meaning(code)) })
    }

    /// Transforms of `shape`.
    ///
    /// # Errors
    /// [`Error::Device`].
    pub fn plan(&'static self, shape: &Shape, is_double: bool) -> Result<Box<dyn Fft>> {
        let mut handle = std::mem::MaybeUninit::uninit();
        // SAFETY: there is room for a handle, which is read where it was written.
        let handle = unsafe {
            self.done("Create", (self.api.create)(handle.as_mut_ptr()))?;
            handle.assume_init()
        };
        let mut plan = Plan { library: self, handle, numbers: shape.numbers, is_double, scratch: 0 };
        let (mut points, mut from, mut to) =
            (shape.points.clone(), shape.from.extents.clone(), shape.to.extents.clone());
        // SAFETY: the lists have as many entries as there are dimensions.
        unsafe {
            self.done("SetAutoAllocation", (self.api.set_auto_allocation)(handle, 0))?;
            let code = (self.api.make_plan_many)(
                handle,
                points.len() as c_int,
                points.as_mut_ptr(),
                from.as_mut_ptr(),
                shape.from.stride,
                shape.from.distance,
                to.as_mut_ptr(),
                shape.to.stride,
                shape.to.distance,
                kind(shape.numbers, is_double),
                shape.count,
                &mut plan.scratch,
            );
            self.done("MakePlanMany64", code)?;
        }
        Ok(Box::new(plan))
    }
}

/// A plan of the library.
struct Plan<H: Copy + Debug + Send + Sync + 'static> {
    library: &'static Library<H>,
    handle: H,
    numbers: Numbers,
    is_double: bool,
    scratch: usize,
}

impl<H: Copy + Debug + Send + Sync + 'static> Fft for Plan<H> {
    fn scratch(&self) -> usize {
        self.scratch
    }

    unsafe fn run(&self, from: Address, to: Address, way: Direction, scratch: Address, stream: Stream) -> Result<()> {
        let (api, handle) = (&self.library.api, self.handle);
        let (from, to) = (from as *mut c_void, to as *mut c_void);
        let sign = if way == Direction::Forward { -1 } else { 1 };
        // SAFETY: by the caller's word.
        unsafe {
            if self.scratch > 0 {
                self.library.done("SetWorkArea", (api.set_work_area)(handle, scratch as *mut c_void))?;
            }
            self.library.done("SetStream", (api.set_stream)(handle, stream as *mut c_void))?;
            match (self.numbers, self.is_double) {
                (Numbers::Complex, false) => self.library.done("ExecC2C", (api.c2c)(handle, from, to, sign)),
                (Numbers::Complex, true) => self.library.done("ExecZ2Z", (api.z2z)(handle, from, to, sign)),
                (Numbers::ToComplex, false) => self.library.done("ExecR2C", (api.r2c)(handle, from, to)),
                (Numbers::ToComplex, true) => self.library.done("ExecD2Z", (api.d2z)(handle, from, to)),
                (Numbers::ToReal, false) => self.library.done("ExecC2R", (api.c2r)(handle, from, to)),
                (Numbers::ToReal, true) => self.library.done("ExecZ2D", (api.z2d)(handle, from, to)),
            }
        }
    }
}

impl<H: Copy + Debug + Send + Sync + 'static> Drop for Plan<H> {
    fn drop(&mut self) {
        // SAFETY: the plan is ours, and nobody uses it any more.
        unsafe { (self.library.api.destroy)(self.handle) };
    }
}
