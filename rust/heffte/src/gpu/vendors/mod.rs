//! The devices of this process, by backend and number. A vendor is a file that implements [`Device`], and its line in [`open`].

#[cfg(feature = "cuda")]
mod cuda;
#[cfg(any(feature = "cuda", feature = "rocm"))]
mod fft;
#[cfg(feature = "rocm")]
mod hip;
#[cfg(any(feature = "cuda", feature = "rocm"))]
mod libraries;
#[cfg(any(feature = "cuda", feature = "rocm"))]
mod rtc;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::device::{Address, Device};
use crate::backend::BackendKind;
use crate::error::{Error, Result};

/// Devices by backend and number.
type Devices = HashMap<(BackendKind, i32), Arc<dyn Device>>;

/// The devices that are open. They stay until the process ends: kernels are loaded once for each.
static OPEN: Mutex<Option<Devices>> = Mutex::new(None);

/// The device of that number, or that of this thread, for a device backend.
///
/// # Errors
/// [`Error::HostBackend`], [`Error::BackendNotBuilt`], [`Error::BackendUnavailable`], [`Error::Device`].
pub(crate) fn device_of(backend: BackendKind, ordinal: Option<i32>) -> Result<Arc<dyn Device>> {
    backend.check_built()?;
    if !backend.is_device() {
        return Err(Error::HostBackend { name: backend.name() });
    }
    let ordinal = ordinal.map_or_else(|| current(backend), Ok)?;
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    let devices = open.get_or_insert_default();
    if let Some(device) = devices.get(&(backend, ordinal)) {
        return Ok(Arc::clone(device));
    }
    let device = self::open(backend, ordinal)?;
    devices.insert((backend, ordinal), Arc::clone(&device));
    Ok(device)
}

/// That the libraries of a device backend can be loaded, and that there is a device.
///
/// # Errors
/// What is missing: [`Error::BackendNotBuilt`], [`Error::BackendUnavailable`].
pub(crate) fn check(backend: BackendKind) -> Result<()> {
    current(backend).map(drop)
}

/// How many devices a backend has.
///
/// # Errors
/// As for [`check`].
pub(crate) fn count(backend: BackendKind) -> Result<i32> {
    match backend {
        #[cfg(feature = "cuda")]
        BackendKind::Cufft => cuda::count(),
        #[cfg(feature = "rocm")]
        BackendKind::Rocfft => hip::count(),
        _ => backend.check_built().map(|()| 0),
    }
}

/// The number of this thread's device.
fn current(backend: BackendKind) -> Result<i32> {
    match backend {
        #[cfg(feature = "cuda")]
        BackendKind::Cufft => cuda::current(),
        #[cfg(feature = "rocm")]
        BackendKind::Rocfft => hip::current(),
        _ => backend.check_built().map(|()| 0),
    }
}

/// The device that has the memory at `address`, if one has. It opens none.
///
/// # Errors
/// As for [`check`].
#[cfg_attr(
    not(any(feature = "cuda", feature = "rocm")),
    expect(unused_variables, reason = "there is no device whose it could be")
)]
pub(crate) fn owner(backend: BackendKind, address: Address) -> Result<Option<i32>> {
    match backend {
        #[cfg(feature = "cuda")]
        BackendKind::Cufft => cuda::owner(address),
        #[cfg(feature = "rocm")]
        BackendKind::Rocfft => hip::owner(address),
        _ => backend.check_built().map(|()| None),
    }
}

#[cfg_attr(
    not(any(feature = "cuda", feature = "rocm")),
    expect(unused_variables, reason = "there is no device to open")
)]
fn open(backend: BackendKind, ordinal: i32) -> Result<Arc<dyn Device>> {
    match backend {
        #[cfg(feature = "cuda")]
        BackendKind::Cufft => Ok(Arc::new(cuda::Cuda::open(ordinal)?)),
        #[cfg(feature = "rocm")]
        BackendKind::Rocfft => Ok(Arc::new(hip::Hip::open(ordinal)?)),
        _ => Err(Error::HostBackend { name: backend.name() }),
    }
}

/// Whether the MPI library that is loaded says that it carries memory of a vendor's devices: by Open MPI's function of that name, or by
/// MPICH's with the vendor's number there.
#[cfg(any(feature = "cuda", feature = "rocm"))]
fn mpi_support(open_mpi: &str, mpich: std::ffi::c_int) -> bool {
    use std::ffi::c_int;
    let program = libloading::os::unix::Library::this();
    // SAFETY: these are the prototypes of both libraries.
    unsafe {
        if let Ok(query) = program.get::<unsafe extern "C" fn() -> c_int>(open_mpi.as_bytes()) {
            return query() == 1;
        }
        let query = program.get::<unsafe extern "C" fn(c_int, *mut c_int) -> c_int>(b"MPIX_GPU_query_support");
        let mut can = 0;
        query.is_ok_and(|query| query(mpich, &mut can) == 0 && can != 0)
    }
}
