//! Devices and their memory, for programs that have no header of the vendor, by way of the language borders. Nothing here is collective.

use std::sync::Arc;

pub use super::device::Way;
use super::device::{Address, Device, Stream};
use super::vendors;
use crate::backend::BackendKind;
use crate::error::{Error, Result};

/// How many devices a backend has.
///
/// # Errors
/// [`Error::HostBackend`], [`Error::BackendNotBuilt`]; [`Error::BackendUnavailable`] where a library is missing, or there is no device.
pub fn count(backend: BackendKind) -> Result<i32> {
    check_device(backend)?;
    vendors::count(backend)
}

/// Makes a device that of this thread, in which plans and memory are made from now on.
///
/// # Errors
/// As for [`count`]; [`Error::NoSuchDevice`], [`Error::Device`].
pub fn choose(backend: BackendKind, ordinal: i32) -> Result<()> {
    let count = count(backend)?;
    if !(0..count).contains(&ordinal) {
        return Err(Error::NoSuchDevice { given: ordinal, name: backend.name(), count });
    }
    vendors::device_of(backend, Some(ordinal))?.make_current()
}

/// Memory of a device, or of this thread's where none is named; none at all where no byte is asked for. [`free`] gives it back.
///
/// # Errors
/// As for [`count`]; [`Error::Allocation`], [`Error::Device`].
pub fn allocate(backend: BackendKind, ordinal: Option<i32>, bytes: usize) -> Result<*mut u8> {
    check_device(backend)?;
    if bytes == 0 {
        return Ok(std::ptr::null_mut());
    }
    let device = vendors::device_of(backend, ordinal)?;
    let _entered = device.enter()?;
    device.allocate(bytes).map(|address| address as *mut u8)
}

/// Gives memory back that [`allocate`] or the vendor's own functions made; null is nothing to free.
///
/// # Errors
/// As for [`count`]; [`Error::Device`] where no device has it.
///
/// # Safety
/// Nobody uses it any more, by work that was queued either.
pub unsafe fn free(backend: BackendKind, memory: *mut u8) -> Result<()> {
    check_device(backend)?;
    if !memory.is_null() {
        let device = owner(backend, &[memory as Address])?;
        let _entered = device.enter()?;
        return device.free(memory as Address);
    }
    Ok(())
}

/// Queues a copy on a stream of the device that has the memory, and waits for all of that stream where this is asked for.
///
/// # Errors
/// As for [`free`].
///
/// # Safety
/// Both are valid for `bytes`, the one on the side of a device that `way` says is its memory, until the stream was waited for.
pub unsafe fn copy(
    backend: BackendKind,
    way: Way,
    (to, from): (*mut u8, *const u8),
    bytes: usize,
    (stream, waits): (Stream, bool),
) -> Result<()> {
    check_device(backend)?;
    if bytes == 0 {
        return Ok(());
    }
    let (to, from) = (to as Address, from as Address);
    let on_device: &[Address] = match way {
        Way::ToDevice => &[to],
        Way::ToHost => &[from],
        Way::Inside => &[to, from],
    };
    let device = owner(backend, on_device)?;
    let _entered = device.enter()?;
    // SAFETY: by the caller's word.
    unsafe { device.copy(way, to, from, bytes, stream) }?;
    if waits { device.synchronize(stream) } else { Ok(()) }
}

/// Waits for all that was queued on a stream of a device, or of this thread's where none is named.
///
/// # Errors
/// As for [`count`]; [`Error::Device`], also for what failed on the stream before.
pub fn synchronize(backend: BackendKind, ordinal: Option<i32>, stream: Stream) -> Result<()> {
    check_device(backend)?;
    let device = vendors::device_of(backend, ordinal)?;
    let _entered = device.enter()?;
    device.synchronize(stream)
}

fn check_device(backend: BackendKind) -> Result<()> {
    backend.check_built()?;
    if backend.is_device() { Ok(()) } else { Err(Error::HostBackend { name: backend.name() }) }
}

/// The device that has the memory at the first of these addresses; each is memory of one.
fn owner(backend: BackendKind, addresses: &[Address]) -> Result<Arc<dyn Device>> {
    let mut found = None;
    for address in addresses {
        let owner = vendors::owner(backend, *address)?;
        let ordinal = owner.ok_or(Error::NoDeviceMemory { address: *address, name: backend.name() })?;
        found = found.or(Some(ordinal));
    }
    vendors::device_of(backend, found)
}
