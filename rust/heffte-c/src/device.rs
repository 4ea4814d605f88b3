//! Streams of plans, and devices and their memory for programs that have no header of the vendor.

use std::ffi::{c_int, c_void};
use std::sync::atomic::Ordering;

use engine::devices::{self, Way};
use engine::{BackendKind, Error, Result};

use crate::guard::guarded;
use crate::plan::{code, null};
use crate::query::held;
use crate::types::heffte_plan;

/// Queues the transforms of `plan` from now on in `stream`: a cudaStream_t or hipStream_t of the plan's device; NULL, which a new plan
/// has, is the default stream. A transform returns when its work is queued: heffte_synchronize() waits for the result. heFFTe has no such
/// function.
///
/// Returns Heffte_SUCCESS; 2 where `plan` is NULL, or transforms host memory, which has no streams but NULL. Not collective.
///
/// # Safety
/// `plan` is NULL, or was made by this library and not freed. The stream lives while transforms use it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_set_stream(plan: heffte_plan, stream: *mut c_void) -> c_int {
    code(guarded("heffte_set_stream", || {
        // SAFETY: by the caller's word.
        let held = unsafe { held(plan) }?;
        if held.plan.device().is_none() && !stream.is_null() {
            let backend = held.plan.backend().name();
            let message =
                format!("the plan's backend {backend} transforms host memory, which has no streams: pass NULL");
            return Err(Error::Caller { message });
        }
        held.stream.store(stream as usize, Ordering::Relaxed);
        Ok(())
    }))
}

/// Waits until all that the plan's stream holds is done, such as transforms; a plan in host memory has nothing to wait for. heFFTe has no
/// such function.
///
/// Returns Heffte_SUCCESS; 1 where the device fails; 2 where `plan` is NULL. Not collective.
///
/// # Safety
/// `plan` is NULL, or was made by this library and not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_synchronize(plan: heffte_plan) -> c_int {
    code(guarded("heffte_synchronize", || {
        // SAFETY: by the caller's word.
        let held = unsafe { held(plan) }?;
        let Some(device) = held.plan.device() else { return Ok(()) };
        devices::synchronize(held.plan.backend(), Some(device), held.stream.load(Ordering::Relaxed))
    }))
}

/// Writes how many devices `backend`, Heffte_BACKEND_CUFFT or Heffte_BACKEND_ROCFFT, has in this process to `*count`.
///
/// Returns Heffte_SUCCESS; 1 where the backend is unknown, not in this build, or lacks a library or any device, as
/// heffte_last_error() says; 2 where it works in host memory, or `count` is NULL. Not collective. heFFTe has no such function.
///
/// # Safety
/// `count` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_device_count(backend: c_int, count: *mut c_int) -> c_int {
    code(guarded("heffte_device_count", || {
        let found = devices::count(backend_of(backend)?)?;
        if count.is_null() {
            return Err(null("count"));
        }
        // SAFETY: by the caller's word.
        unsafe { count.write(found) };
        Ok(())
    }))
}

/// Makes `device`, a number from 0, that of this thread, as cudaSetDevice() and hipSetDevice() do: plans and memory are made there from
/// now on.
///
/// Returns as heffte_device_count() does; 2 where there is no such device. Not collective. heFFTe has no such function.
#[unsafe(no_mangle)]
pub extern "C" fn heffte_device_set(backend: c_int, device: c_int) -> c_int {
    code(guarded("heffte_device_set", || devices::choose(backend_of(backend)?, device)))
}

/// Allocates `bytes` bytes on this thread's device, as cudaMalloc() and hipMalloc() do, and writes their address to `*memory`: NULL where
/// none are asked for, and after an error.
///
/// Returns as heffte_device_count() does; 2 where there is not so much memory. Not collective. heFFTe has no such function.
///
/// # Safety
/// `memory` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_device_allocate(backend: c_int, bytes: usize, memory: *mut *mut c_void) -> c_int {
    code(guarded("heffte_device_allocate", || {
        if memory.is_null() {
            return Err(null("memory"));
        }
        // SAFETY: by the caller's word.
        unsafe {
            memory.write(std::ptr::null_mut());
            memory.write(devices::allocate(backend_of(backend)?, None, bytes)?.cast());
        }
        Ok(())
    }))
}

/// Frees what heffte_device_allocate(), cudaMalloc() or hipMalloc() allocated. NULL is nothing to free.
///
/// Returns as heffte_device_count() does; 2 where `memory` is no device's. Not collective. heFFTe has no such function.
///
/// # Safety
/// `memory` is not used any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_device_free(backend: c_int, memory: *mut c_void) -> c_int {
    // SAFETY: by the caller's word.
    code(guarded("heffte_device_free", || unsafe { devices::free(backend_of(backend)?, memory.cast()) }))
}

/// Copies `bytes` bytes from `host` to `device`, memory of a device, in the default stream, and waits for that.
///
/// Returns as heffte_device_count() does; 2 where `device` is no device's memory. Not collective. heFFTe has no such function.
///
/// # Safety
/// Both hold so many bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_copy_to_device(
    backend: c_int,
    device: *mut c_void,
    host: *const c_void,
    bytes: usize,
) -> c_int {
    let ends = (device.cast(), host.cast());
    // SAFETY: by the caller's word.
    code(guarded("heffte_copy_to_device", || unsafe {
        devices::copy(backend_of(backend)?, Way::ToDevice, ends, bytes, (0, true))
    }))
}

/// Copies `bytes` bytes from `device`, memory of a device, to `host` in the default stream, and waits for that. Work in a stream that does
/// not wait for the default one is waited for by heffte_synchronize() before.
///
/// Returns as heffte_copy_to_device() does. Not collective. heFFTe has no such function.
///
/// # Safety
/// Both hold so many bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_copy_to_host(
    backend: c_int,
    host: *mut c_void,
    device: *const c_void,
    bytes: usize,
) -> c_int {
    let ends = (host.cast(), device.cast());
    // SAFETY: by the caller's word.
    code(guarded("heffte_copy_to_host", || unsafe {
        devices::copy(backend_of(backend)?, Way::ToHost, ends, bytes, (0, true))
    }))
}

/// The backend of that number in the C interface.
pub(crate) fn backend_of(number: c_int) -> Result<BackendKind> {
    BackendKind::try_from(i64::from(number))
}
