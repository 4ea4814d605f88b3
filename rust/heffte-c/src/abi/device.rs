//! Devices and their memory. Nothing here is collective.

use std::ffi::{c_int, c_void};

use engine::Error;
use engine::devices::{self, Way};

use super::coded;
use super::plan::{heffte_abi_plan, plan_of};
use crate::device::backend_of;

/// A copy from host memory to that of a device.
pub const HEFFTE_ABI_TO_DEVICE: c_int = 0;
/// The other way.
pub const HEFFTE_ABI_TO_HOST: c_int = 1;
/// From memory of devices to memory of devices.
pub const HEFFTE_ABI_INSIDE: c_int = 2;

/// The device of the calling thread.
pub const HEFFTE_ABI_CURRENT_DEVICE: c_int = -1;

/// Writes the number of the device that the plan works on; HEFFTE_ABI_CURRENT_DEVICE for a plan in host memory.
///
/// # Safety
/// `plan` was made by heffte_abi_create() and not freed; `device` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_abi_get_device(plan: *const heffte_abi_plan, device: *mut c_int) -> c_int {
    coded("heffte::fft3d", || {
        // SAFETY: by the caller's word.
        unsafe { device.write(plan_of(plan)?.device().unwrap_or(HEFFTE_ABI_CURRENT_DEVICE)) };
        Ok(())
    })
}

/// Writes how many devices a backend, by its number in the C interface, has.
///
/// # Safety
/// `count` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_abi_device_count(backend: c_int, count: *mut c_int) -> c_int {
    coded("heffte::gpu::device_count", || {
        // SAFETY: by the caller's word.
        unsafe { count.write(devices::count(backend_of(backend)?)?) };
        Ok(())
    })
}

/// Makes a device that of this thread.
#[unsafe(no_mangle)]
pub extern "C" fn heffte_abi_device_set(backend: c_int, device: c_int) -> c_int {
    coded("heffte::gpu::device_set", || devices::choose(backend_of(backend)?, device))
}

/// Allocates memory of a device; NULL where no byte is asked for, and after an error.
///
/// # Safety
/// `memory` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_abi_device_allocate(
    backend: c_int,
    device: c_int,
    bytes: usize,
    memory: *mut *mut c_void,
) -> c_int {
    coded("heffte::gpu::vector", || {
        // SAFETY: by the caller's word.
        unsafe {
            memory.write(std::ptr::null_mut());
            memory.write(devices::allocate(backend_of(backend)?, numbered(device), bytes)?.cast());
        }
        Ok(())
    })
}

/// Frees it; NULL is nothing to free.
///
/// # Safety
/// Nobody uses it any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_abi_device_free(backend: c_int, memory: *mut c_void) -> c_int {
    // SAFETY: by the caller's word.
    coded("heffte::gpu::vector", || unsafe { devices::free(backend_of(backend)?, memory.cast()) })
}

/// Queues a copy in a stream, one of the ways HEFFTE_ABI_TO_DEVICE and its siblings, and waits for the stream where `waits` is nonzero.
///
/// # Safety
/// Both hold so many bytes until the stream was waited for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_abi_device_copy(
    backend: c_int,
    way: c_int,
    to: *mut c_void,
    from: *const c_void,
    bytes: usize,
    stream: *mut c_void,
    waits: c_int,
) -> c_int {
    coded("heffte::gpu::transfer", || {
        let way = match way {
            HEFFTE_ABI_TO_DEVICE => Way::ToDevice,
            HEFFTE_ABI_TO_HOST => Way::ToHost,
            HEFFTE_ABI_INSIDE => Way::Inside,
            unknown => {
                return Err(Error::Caller { message: format!("copy {unknown} is unknown: use 0, 1 or 2") });
            }
        };
        let ends = (to.cast(), from.cast());
        // SAFETY: by the caller's word.
        unsafe { devices::copy(backend_of(backend)?, way, ends, bytes, (stream as usize, waits != 0)) }
    })
}

/// Waits for all that a stream of a device holds.
#[unsafe(no_mangle)]
pub extern "C" fn heffte_abi_device_synchronize(backend: c_int, device: c_int, stream: *mut c_void) -> c_int {
    coded("heffte::synchronize_device", || {
        devices::synchronize(backend_of(backend)?, numbered(device), stream as usize)
    })
}

fn numbered(device: c_int) -> Option<i32> {
    (device != HEFFTE_ABI_CURRENT_DEVICE).then_some(device)
}
