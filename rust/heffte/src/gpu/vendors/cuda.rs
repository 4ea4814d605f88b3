//! NVIDIA's devices, by the driver's own interface. The driver, NVRTC and cuFFT are loaded when a plan first wants them.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::fmt;
use std::sync::OnceLock;

use cudarc::driver::sys;

use super::fft::Library;
use super::libraries::{Places, functions};
use super::rtc::Compiler;
use crate::backend::BackendKind;
use crate::error::{Error, Result};
use crate::gpu::device::{Address, Device, Entered, Event, Fft, HANDLE_BYTES, Kernel, Stream, Way};
use crate::gpu::kernels::{self, Cache, Functions};
use crate::gpu::lines::Shape;

const PLACES: Places = Places {
    variable: "HEFFTE_CUDA_LIBRARIES",
    roots: &["CUDA_PATH", "CUDA_HOME", "CUDAToolkit_ROOT"],
    default: "/usr/local/cuda",
    wheels: "nvidia",
};

functions! {
    /// Which devices NVRTC makes images for.
    struct Architectures<> {
        count: "GetNumSupportedArchs" fn(*mut c_int) -> c_int;
        list: "GetSupportedArchs" fn(*mut c_int) -> c_int;
    }
}

/// The vendor's libraries.
#[derive(Debug)]
struct Libraries {
    fft: Library<c_int>,
    /// Compiles to instructions of a device, and to what the driver makes these of.
    compilers: [Compiler; 2],
    architectures: Architectures,
}

/// The libraries, once the driver is initialised.
///
/// # Errors
/// What is missing.
fn libraries() -> Result<&'static Libraries> {
    static LIBRARIES: OnceLock<std::result::Result<Libraries, String>> = OnceLock::new();
    let unavailable = |reason: &String| Error::BackendUnavailable {
        name: BackendKind::Cufft.name(),
        value: BackendKind::Cufft as i32,
        reason: reason.clone(),
    };
    LIBRARIES.get_or_init(load).as_ref().map_err(unavailable)
}

fn load() -> std::result::Result<Libraries, String> {
    // The bindings look for the driver by name, and find it there once it is loaded.
    PLACES.load("NVIDIA's driver", "libcuda", &[1])?;
    // SAFETY: the driver was found.
    done("cuInit", unsafe { sys::cuInit(0) }).map_err(|error| error.to_string())?;
    let fft = PLACES.load("cuFFT", "libcufft", &[12, 11])?;
    let rtc = PLACES.load("NVRTC", "libnvrtc", &[13, 12])?;
    let image = |reader| Compiler::of(rtc, "nvrtc", reader);
    Ok(Libraries {
        fft: Library::of(fft, "cufft")?,
        compilers: [image("nvrtcGetCUBIN")?, image("nvrtcGetPTX")?],
        architectures: Architectures::of(rtc, "nvrtc")?,
    })
}

/// The result of a call of the driver that returned `code`.
fn done(call: &str, code: sys::CUresult) -> Result<()> {
    if code == sys::CUresult::CUDA_SUCCESS {
        return Ok(());
    }
    let mut text: *const c_char = std::ptr::null();
    // SAFETY: the driver has a string for each code, or leaves the pointer as it is.
    let message = unsafe {
        let _ = sys::cuGetErrorString(code, &mut text);
        if text.is_null() { format!("{code:?}") } else { CStr::from_ptr(text).to_string_lossy().into_owned() }
    };
    Err(Error::Device { call: call.to_owned(), message })
}

/// How many devices there are.
///
/// # Errors
/// [`Error::BackendUnavailable`] where a library is missing, or there is no device.
pub(super) fn count() -> Result<i32> {
    libraries()?;
    let mut count = 0;
    // SAFETY: there is room for a number.
    done("cuDeviceGetCount", unsafe { sys::cuDeviceGetCount(&mut count) })?;
    if count == 0 {
        let reason = "the driver finds no device".to_owned();
        let (name, value) = (BackendKind::Cufft.name(), BackendKind::Cufft as i32);
        return Err(Error::BackendUnavailable { name, value, reason });
    }
    Ok(count)
}

/// The number of this thread's device: that of its context, else the first.
///
/// # Errors
/// As for [`count`].
pub(super) fn current() -> Result<i32> {
    count()?;
    let mut ordinal = 0;
    // SAFETY: there is room for a number; without a context it stays 0.
    let _ = unsafe { sys::cuCtxGetDevice(&mut ordinal) };
    Ok(ordinal)
}

/// The device that has the memory at `address`, if one has.
///
/// # Errors
/// [`Error::BackendUnavailable`].
pub(super) fn owner(address: Address) -> Result<Option<i32>> {
    libraries()?;
    let mut ordinal: c_int = -1;
    let attribute = sys::CUpointer_attribute::CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL;
    // SAFETY: there is room for a number; the driver looks the address up in its tables.
    let code = unsafe { sys::cuPointerGetAttribute((&raw mut ordinal).cast(), attribute, address) };
    Ok((code == sys::CUresult::CUDA_SUCCESS && ordinal >= 0).then_some(ordinal))
}

/// A device, and its kernels once somebody wants them.
pub(super) struct Cuda {
    ordinal: i32,
    name: String,
    device: sys::CUdevice,
    context: sys::CUcontext,
    kernels: OnceLock<Functions<sys::CUfunction>>,
    libraries: &'static Libraries,
}

// SAFETY: the driver may be called by any thread; contexts and functions are handles.
unsafe impl Send for Cuda {}
// SAFETY: as above.
unsafe impl Sync for Cuda {}

impl fmt::Debug for Cuda {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe())
    }
}

impl Cuda {
    /// The device of that number.
    ///
    /// # Errors
    /// [`Error::BackendUnavailable`], [`Error::Device`].
    pub fn open(ordinal: i32) -> Result<Cuda> {
        let libraries = libraries()?;
        let mut name = [0 as c_char; 128];
        let (mut device, mut context) = (0, std::ptr::null_mut());
        // SAFETY: there is room for what the driver writes.
        let name = unsafe {
            done("cuDeviceGet", sys::cuDeviceGet(&mut device, ordinal))?;
            done("cuDeviceGetName", sys::cuDeviceGetName(name.as_mut_ptr(), name.len() as c_int, device))?;
            done("cuDevicePrimaryCtxRetain", sys::cuDevicePrimaryCtxRetain(&mut context, device))?;
            CStr::from_ptr(name.as_ptr()).to_string_lossy().into_owned()
        };
        Ok(Cuda { ordinal, name, device, context, kernels: OnceLock::new(), libraries })
    }

    /// Compiles the kernels, or takes them from the cache.
    fn compile(&self) -> Result<Functions<sys::CUfunction>> {
        use sys::CUdevice_attribute::{
            CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR as MAJOR,
            CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR as MINOR,
        };
        let mut capability = [0; 2];
        for (number, attribute) in capability.iter_mut().zip([MAJOR, MINOR]) {
            // SAFETY: there is room for a number.
            done("cuDeviceGetAttribute", unsafe { sys::cuDeviceGetAttribute(number, attribute, self.device) })?;
        }
        let wanted = 10 * capability[0] + capability[1];
        let known = self.libraries.architectures.list();
        let [instructions, portable] = &self.libraries.compilers;
        // A device that is newer than the compiler takes what the driver makes of the portable form.
        let (compiler, option) = match known.iter().copied().filter(|known| *known <= wanted).max() {
            Some(best) if best != wanted => (portable, format!("--gpu-architecture=compute_{best}")),
            _ => (instructions, format!("--gpu-architecture=sm_{wanted}")),
        };
        let cache = Cache::of(&option, &compiler.describe());
        cache.loaded(load_kernels, || compiler.compile(&[option, "--std=c++17".to_owned()]))
    }
}

impl Architectures {
    /// The devices that the compiler knows.
    fn list(&self) -> Vec<i32> {
        let mut count = 0;
        // SAFETY: the list is as long as the library says.
        unsafe {
            if (self.count)(&mut count) != 0 {
                return Vec::new();
            }
            let mut list = vec![0; count as usize];
            if (self.list)(list.as_mut_ptr()) == 0 { list } else { Vec::new() }
        }
    }
}

/// The kernels of an image.
fn load_kernels(image: &[u8]) -> Result<Functions<sys::CUfunction>> {
    let mut module = std::ptr::null_mut();
    // SAFETY: the image is what a compiler made, and ends with a zero where it is text.
    done("cuModuleLoadData", unsafe { sys::cuModuleLoadData(&mut module, image.as_ptr().cast()) })?;
    Functions::found(|name| {
        let mut function = std::ptr::null_mut();
        // SAFETY: the module was loaded, and is never unloaded.
        done("cuModuleGetFunction", unsafe { sys::cuModuleGetFunction(&mut function, module, name.as_ptr()) })?;
        Ok(function)
    })
}

impl Device for Cuda {
    fn ordinal(&self) -> i32 {
        self.ordinal
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn is_known_to_mpi(&self) -> bool {
        super::mpi_support("MPIX_Query_cuda_support", 0)
    }

    fn enter(&self) -> Result<Entered<'_>> {
        // SAFETY: the context is this process's.
        done("cuCtxPushCurrent", unsafe { sys::cuCtxPushCurrent_v2(self.context) })?;
        Ok(Entered::new(self, 0))
    }

    fn make_current(&self) -> Result<()> {
        // SAFETY: the context is this process's.
        done("cuCtxSetCurrent", unsafe { sys::cuCtxSetCurrent(self.context) })
    }

    fn leave(&self, _before: usize) {
        let mut context = std::ptr::null_mut();
        // SAFETY: the context was pushed by `enter`.
        let _ = unsafe { sys::cuCtxPopCurrent_v2(&mut context) };
    }

    fn allocate(&self, bytes: usize) -> Result<Address> {
        let mut memory = 0;
        // SAFETY: there is room for an address.
        match unsafe { sys::cuMemAlloc_v2(&mut memory, bytes) } {
            sys::CUresult::CUDA_ERROR_OUT_OF_MEMORY => Err(Error::Allocation { what: "device", bytes }),
            code => done("cuMemAlloc", code).map(|()| memory),
        }
    }

    fn free(&self, memory: Address) -> Result<()> {
        // SAFETY: it was allocated here.
        done("cuMemFree", unsafe { sys::cuMemFree_v2(memory) })
    }

    fn allocate_pinned(&self, bytes: usize) -> Result<*mut u8> {
        let mut memory: *mut c_void = std::ptr::null_mut();
        // SAFETY: there is room for an address.
        match unsafe { sys::cuMemHostAlloc(&mut memory, bytes, 0) } {
            sys::CUresult::CUDA_ERROR_OUT_OF_MEMORY => Err(Error::Allocation { what: "pinned host memory", bytes }),
            code => done("cuMemHostAlloc", code).map(|()| memory.cast()),
        }
    }

    fn free_pinned(&self, memory: *mut u8) -> Result<()> {
        // SAFETY: it was allocated here.
        done("cuMemFreeHost", unsafe { sys::cuMemFreeHost(memory.cast()) })
    }

    unsafe fn copy(&self, way: Way, to: u64, from: u64, bytes: usize, stream: Stream) -> Result<()> {
        if bytes == 0 {
            return Ok(());
        }
        let stream = stream as sys::CUstream;
        // SAFETY: by the caller's word.
        unsafe {
            match way {
                Way::ToDevice => {
                    done("cuMemcpyHtoDAsync", sys::cuMemcpyHtoDAsync_v2(to, from as *const c_void, bytes, stream))
                }
                Way::ToHost => {
                    done("cuMemcpyDtoHAsync", sys::cuMemcpyDtoHAsync_v2(to as *mut c_void, from, bytes, stream))
                }
                Way::Inside => done("cuMemcpyDtoDAsync", sys::cuMemcpyDtoDAsync_v2(to, from, bytes, stream)),
            }
        }
    }

    fn synchronize(&self, stream: Stream) -> Result<()> {
        // SAFETY: the stream is one of this context's.
        done("cuStreamSynchronize", unsafe { sys::cuStreamSynchronize(stream as sys::CUstream) })
    }

    fn create_event(&self) -> Result<Event> {
        let mut event = std::ptr::null_mut();
        let without_times = sys::CUevent_flags::CU_EVENT_DISABLE_TIMING as u32;
        // SAFETY: there is room for a handle.
        done("cuEventCreate", unsafe { sys::cuEventCreate(&mut event, without_times) })?;
        Ok(event as Event)
    }

    fn destroy_event(&self, event: Event) -> Result<()> {
        // SAFETY: it was created here.
        done("cuEventDestroy", unsafe { sys::cuEventDestroy_v2(event as sys::CUevent) })
    }

    fn record(&self, event: Event, stream: Stream) -> Result<()> {
        // SAFETY: both are of this context.
        done("cuEventRecord", unsafe { sys::cuEventRecord(event as sys::CUevent, stream as sys::CUstream) })
    }

    fn await_event(&self, event: Event) -> Result<()> {
        // SAFETY: it was created here.
        done("cuEventSynchronize", unsafe { sys::cuEventSynchronize(event as sys::CUevent) })
    }

    fn load_kernels(&self) -> Result<()> {
        if self.kernels.get().is_none() {
            let _entered = self.enter()?;
            // Another thread may have been faster.
            let _ = self.kernels.set(self.compile()?);
        }
        Ok(())
    }

    unsafe fn launch(&self, kernel: Kernel, blocks: usize, arguments: &[u64], stream: Stream) -> Result<()> {
        let function = self.kernels.get().expect("by the caller's word").of(kernel);
        let mut pointers: Vec<*mut c_void> =
            arguments.iter().map(|argument| std::ptr::from_ref(argument).cast_mut().cast()).collect();
        let (stream, none) = (stream as sys::CUstream, std::ptr::null_mut());
        let (blocks, threads) = (blocks as u32, kernels::THREADS);
        // SAFETY: by the caller's word; the driver reads the arguments before it returns.
        let code = unsafe {
            sys::cuLaunchKernel(function, blocks, 1, 1, threads, 1, 1, 0, stream, pointers.as_mut_ptr(), none)
        };
        done("cuLaunchKernel", code)
    }

    fn fft(&self, shape: &Shape, is_double: bool) -> Result<Box<dyn Fft>> {
        self.libraries.fft.plan(shape, is_double)
    }

    fn owner(&self, address: Address) -> Option<i32> {
        owner(address).ok().flatten()
    }

    fn export(&self, memory: Address) -> Result<[u8; HANDLE_BYTES]> {
        let mut handle = sys::CUipcMemHandle { reserved: [0; HANDLE_BYTES] };
        // SAFETY: there is room for a handle.
        done("cuIpcGetMemHandle", unsafe { sys::cuIpcGetMemHandle(&mut handle, memory) })?;
        Ok(handle.reserved.map(|byte| byte as u8))
    }

    fn import(&self, handle: [u8; HANDLE_BYTES]) -> Result<Address> {
        let (mut memory, handle) = (0, sys::CUipcMemHandle { reserved: handle.map(|byte| byte as c_char) });
        let lazily = sys::CUipcMem_flags::CU_IPC_MEM_LAZY_ENABLE_PEER_ACCESS as u32;
        // SAFETY: there is room for an address.
        done("cuIpcOpenMemHandle", unsafe { sys::cuIpcOpenMemHandle_v2(&mut memory, handle, lazily) })?;
        Ok(memory)
    }

    fn close(&self, memory: Address) -> Result<()> {
        // SAFETY: it was opened here.
        done("cuIpcCloseMemHandle", unsafe { sys::cuIpcCloseMemHandle(memory) })
    }
}
