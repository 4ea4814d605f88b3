//! AMD's devices, by the HIP runtime. It, hipRTC and hipFFT are loaded when a plan first wants them: bindings that link with the runtime
//! would make its absence an error of the loader, for programs that never use it.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::fmt;
use std::sync::OnceLock;

use super::fft::Library;
use super::libraries::{Places, functions};
use super::rtc::Compiler;
use crate::backend::BackendKind;
use crate::error::{Error, Result};
use crate::gpu::device::{Address, Device, Entered, Event, Fft, HANDLE_BYTES, Kernel, Stream, Way};
use crate::gpu::kernels::{self, Cache, Functions};
use crate::gpu::lines::Shape;

const PLACES: Places = Places {
    variable: "HEFFTE_ROCM_LIBRARIES",
    roots: &["ROCM_PATH", "HIP_PATH"],
    default: "/opt/rocm",
    wheels: "_rocm_sdk_core",
};

/// A handle of another process's memory.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct IpcHandle([u8; HANDLE_BYTES]);

functions! {
    /// The functions of the runtime that are called.
    struct Api<> {
        init: "Init" fn(c_uint) -> c_int;
        count: "GetDeviceCount" fn(*mut c_int) -> c_int;
        get_device: "GetDevice" fn(*mut c_int) -> c_int;
        set_device: "SetDevice" fn(c_int) -> c_int;
        name: "DeviceGetName" fn(*mut c_char, c_int, c_int) -> c_int;
        capability: "DeviceComputeCapability" fn(*mut c_int, *mut c_int, c_int) -> c_int;
        version: "RuntimeGetVersion" fn(*mut c_int) -> c_int;
        malloc: "Malloc" fn(*mut *mut c_void, usize) -> c_int;
        free: "Free" fn(*mut c_void) -> c_int;
        host_malloc: "HostMalloc" fn(*mut *mut c_void, usize, c_uint) -> c_int;
        host_free: "HostFree" fn(*mut c_void) -> c_int;
        copy: "MemcpyAsync" fn(*mut c_void, *const c_void, usize, c_int, *mut c_void) -> c_int;
        synchronize: "StreamSynchronize" fn(*mut c_void) -> c_int;
        create_event: "EventCreateWithFlags" fn(*mut *mut c_void, c_uint) -> c_int;
        destroy_event: "EventDestroy" fn(*mut c_void) -> c_int;
        record: "EventRecord" fn(*mut c_void, *mut c_void) -> c_int;
        await_event: "EventSynchronize" fn(*mut c_void) -> c_int;
        load: "ModuleLoadData" fn(*mut *mut c_void, *const c_void) -> c_int;
        function: "ModuleGetFunction" fn(*mut *mut c_void, *mut c_void, *const c_char) -> c_int;
        launch: "ModuleLaunchKernel" fn(
            *mut c_void, c_uint, c_uint, c_uint, c_uint, c_uint, c_uint, c_uint, *mut c_void, *mut *mut c_void, *mut *mut c_void,
        ) -> c_int;
        pointer: "PointerGetAttribute" fn(*mut c_void, c_int, *mut c_void) -> c_int;
        export: "IpcGetMemHandle" fn(*mut IpcHandle, *mut c_void) -> c_int;
        import: "IpcOpenMemHandle" fn(*mut *mut c_void, IpcHandle, c_uint) -> c_int;
        close: "IpcCloseMemHandle" fn(*mut c_void) -> c_int;
        error_string: "GetErrorString" fn(c_int) -> *const c_char;
    }
}

/// Codes and constants of HIP's manual.
const OUT_OF_MEMORY: c_int = 2;
const DEVICE_ORDINAL: c_int = 9;
const LAZY_PEER_ACCESS: c_uint = 1;
const EVENT_WITHOUT_TIMES: c_uint = 2;

/// The vendor's libraries.
#[derive(Debug)]
struct Libraries {
    api: Api,
    /// A plan of hipFFT is a pointer.
    fft: Library<usize>,
    compiler: Compiler,
}

/// The libraries, once the runtime is initialised.
///
/// # Errors
/// What is missing.
fn libraries() -> Result<&'static Libraries> {
    static LIBRARIES: OnceLock<std::result::Result<Libraries, String>> = OnceLock::new();
    LIBRARIES.get_or_init(load).as_ref().map_err(|reason| unavailable(reason.clone()))
}

fn unavailable(reason: String) -> Error {
    Error::BackendUnavailable { name: BackendKind::Rocfft.name(), value: BackendKind::Rocfft as i32, reason }
}

fn load() -> std::result::Result<Libraries, String> {
    let runtime = PLACES.load("HIP's runtime", "libamdhip64", &[7, 6, 5])?;
    let api = Api::of(runtime, "hip")?;
    // SAFETY: the runtime takes no other flags.
    api.done("hipInit", unsafe { (api.init)(0) }).map_err(|error| error.to_string())?;
    let fft = Library::of(PLACES.load("hipFFT", "libhipfft", &[0])?, "hipfft")?;
    // In some distributions the compiler is part of the runtime.
    let compiler = PLACES
        .load("hipRTC", "libhiprtc", &[7, 6, 5])
        .and_then(|library| Compiler::of(library, "hiprtc", "hiprtcGetCode"))
        .or_else(|reason| Compiler::of(runtime, "hiprtc", "hiprtcGetCode").map_err(|_| reason))?;
    Ok(Libraries { api, fft, compiler })
}

impl Api {
    fn done(&self, call: &str, code: c_int) -> Result<()> {
        if code == 0 {
            return Ok(());
        }
        // SAFETY: the runtime has a string for each code.
        let message = unsafe { CStr::from_ptr((self.error_string)(code)) }.to_string_lossy().into_owned();
        Err(Error::Device { call: call.to_owned(), message })
    }

    /// An allocation that returned `code`.
    fn allocated(&self, call: &str, code: c_int, what: &'static str, bytes: usize) -> Result<()> {
        if code == OUT_OF_MEMORY { Err(Error::Allocation { what, bytes }) } else { self.done(call, code) }
    }
}

/// How many devices there are.
///
/// # Errors
/// [`Error::BackendUnavailable`] where a library is missing, or there is no device.
pub(super) fn count() -> Result<i32> {
    let api = &libraries()?.api;
    let mut count = 0;
    // SAFETY: there is room for a number.
    let counted = api.done("hipGetDeviceCount", unsafe { (api.count)(&mut count) });
    if counted.is_err() || count == 0 {
        return Err(unavailable("the driver finds no device".to_owned()));
    }
    Ok(count)
}

/// The number of this thread's device.
///
/// # Errors
/// As for [`count`].
pub(super) fn current() -> Result<i32> {
    count()?;
    let (api, mut ordinal) = (&libraries()?.api, 0);
    // SAFETY: there is room for a number.
    api.done("hipGetDevice", unsafe { (api.get_device)(&mut ordinal) })?;
    Ok(ordinal)
}

/// The device that has the memory at `address`, if one has.
///
/// # Errors
/// [`Error::BackendUnavailable`].
pub(super) fn owner(address: Address) -> Result<Option<i32>> {
    let (api, mut ordinal) = (&libraries()?.api, -1);
    // SAFETY: there is room for a number; the runtime looks the address up in its tables.
    let code = unsafe { (api.pointer)((&raw mut ordinal).cast(), DEVICE_ORDINAL, address as *mut c_void) };
    Ok((code == 0 && ordinal >= 0).then_some(ordinal))
}

/// A device, and its kernels once somebody wants them.
pub(super) struct Hip {
    ordinal: i32,
    name: String,
    kernels: OnceLock<Functions<*mut c_void>>,
    libraries: &'static Libraries,
}

// SAFETY: the runtime may be called by any thread; functions are handles.
unsafe impl Send for Hip {}
// SAFETY: as above.
unsafe impl Sync for Hip {}

impl fmt::Debug for Hip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe())
    }
}

impl Hip {
    /// The device of that number.
    ///
    /// # Errors
    /// [`Error::BackendUnavailable`], [`Error::Device`].
    pub fn open(ordinal: i32) -> Result<Hip> {
        let libraries = libraries()?;
        let api = &libraries.api;
        let mut name = [0 as c_char; 128];
        // SAFETY: there is room for a name.
        let name = unsafe {
            api.done("hipDeviceGetName", (api.name)(name.as_mut_ptr(), name.len() as c_int, ordinal))?;
            CStr::from_ptr(name.as_ptr()).to_string_lossy().into_owned()
        };
        Ok(Hip { ordinal, name, kernels: OnceLock::new(), libraries })
    }

    /// Compiles the kernels for the device, or takes them from the cache.
    fn compile(&self) -> Result<Functions<*mut c_void>> {
        let Libraries { api, compiler, .. } = self.libraries;
        let (mut major, mut minor, mut version) = (0, 0, 0);
        // SAFETY: there is room for a number each.
        unsafe {
            api.done("hipDeviceComputeCapability", (api.capability)(&mut major, &mut minor, self.ordinal))?;
            api.done("hipRuntimeGetVersion", (api.version)(&mut version))?;
        }
        // The compiler takes the device of this thread for its target; steppings differ in their names, too.
        let device = format!("{} {major}.{minor} {version}", self.name);
        let cache = Cache::of(&device, &compiler.describe());
        cache.loaded(|image| self.load_image(image), || compiler.compile(&["--std=c++17".to_owned()]))
    }

    /// The kernels of an image.
    fn load_image(&self, image: &[u8]) -> Result<Functions<*mut c_void>> {
        let api = &self.libraries.api;
        let mut module = std::ptr::null_mut();
        // SAFETY: the image is what the compiler made.
        api.done("hipModuleLoadData", unsafe { (api.load)(&mut module, image.as_ptr().cast()) })?;
        Functions::found(|name| {
            let mut function = std::ptr::null_mut();
            // SAFETY: the module was loaded, and is never unloaded.
            let code = unsafe { (api.function)(&mut function, module, name.as_ptr()) };
            api.done("hipModuleGetFunction", code).map(|()| function)
        })
    }

    fn api(&self) -> &Api {
        &self.libraries.api
    }
}

impl Device for Hip {
    fn ordinal(&self) -> i32 {
        self.ordinal
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn is_known_to_mpi(&self) -> bool {
        super::mpi_support("MPIX_Query_rocm_support", 2)
    }

    fn enter(&self) -> Result<Entered<'_>> {
        let mut before = 0;
        // SAFETY: there is room for a number.
        unsafe {
            self.api().done("hipGetDevice", (self.api().get_device)(&mut before))?;
            self.api().done("hipSetDevice", (self.api().set_device)(self.ordinal))?;
        }
        Ok(Entered::new(self, before as usize))
    }

    fn make_current(&self) -> Result<()> {
        // SAFETY: the runtime checks the number.
        self.api().done("hipSetDevice", unsafe { (self.api().set_device)(self.ordinal) })
    }

    fn leave(&self, before: usize) {
        // SAFETY: it was this thread's device.
        unsafe { (self.api().set_device)(before as c_int) };
    }

    fn allocate(&self, bytes: usize) -> Result<Address> {
        let mut memory = std::ptr::null_mut();
        // SAFETY: there is room for an address.
        let code = unsafe { (self.api().malloc)(&mut memory, bytes) };
        self.api().allocated("hipMalloc", code, "device", bytes).map(|()| memory as Address)
    }

    fn free(&self, memory: Address) -> Result<()> {
        // SAFETY: it was allocated here.
        self.api().done("hipFree", unsafe { (self.api().free)(memory as *mut c_void) })
    }

    fn allocate_pinned(&self, bytes: usize) -> Result<*mut u8> {
        let mut memory = std::ptr::null_mut();
        // SAFETY: there is room for an address.
        let code = unsafe { (self.api().host_malloc)(&mut memory, bytes, 0) };
        self.api().allocated("hipHostMalloc", code, "pinned host memory", bytes).map(|()| memory.cast())
    }

    fn free_pinned(&self, memory: *mut u8) -> Result<()> {
        // SAFETY: it was allocated here.
        self.api().done("hipHostFree", unsafe { (self.api().host_free)(memory.cast()) })
    }

    unsafe fn copy(&self, way: Way, to: u64, from: u64, bytes: usize, stream: Stream) -> Result<()> {
        if bytes == 0 {
            return Ok(());
        }
        let kind = match way {
            Way::ToDevice => 1,
            Way::ToHost => 2,
            Way::Inside => 3,
        };
        // SAFETY: by the caller's word.
        let code =
            unsafe { (self.api().copy)(to as *mut c_void, from as *const c_void, bytes, kind, stream as *mut c_void) };
        self.api().done("hipMemcpyAsync", code)
    }

    fn synchronize(&self, stream: Stream) -> Result<()> {
        // SAFETY: the stream is one of this device's.
        self.api().done("hipStreamSynchronize", unsafe { (self.api().synchronize)(stream as *mut c_void) })
    }

    fn create_event(&self) -> Result<Event> {
        let mut event = std::ptr::null_mut();
        // SAFETY: there is room for a handle.
        let code = unsafe { (self.api().create_event)(&mut event, EVENT_WITHOUT_TIMES) };
        self.api().done("hipEventCreateWithFlags", code).map(|()| event as Event)
    }

    fn destroy_event(&self, event: Event) -> Result<()> {
        // SAFETY: it was created here.
        self.api().done("hipEventDestroy", unsafe { (self.api().destroy_event)(event as *mut c_void) })
    }

    fn record(&self, event: Event, stream: Stream) -> Result<()> {
        // SAFETY: both are of this device.
        let code = unsafe { (self.api().record)(event as *mut c_void, stream as *mut c_void) };
        self.api().done("hipEventRecord", code)
    }

    fn await_event(&self, event: Event) -> Result<()> {
        // SAFETY: it was created here.
        self.api().done("hipEventSynchronize", unsafe { (self.api().await_event)(event as *mut c_void) })
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
        let (stream, none) = (stream as *mut c_void, std::ptr::null_mut());
        let (blocks, threads) = (blocks as c_uint, kernels::THREADS);
        // SAFETY: by the caller's word; the runtime reads the arguments before it returns.
        let code = unsafe {
            (self.api().launch)(function, blocks, 1, 1, threads, 1, 1, 0, stream, pointers.as_mut_ptr(), none)
        };
        self.api().done("hipModuleLaunchKernel", code)
    }

    fn fft(&self, shape: &Shape, is_double: bool) -> Result<Box<dyn Fft>> {
        self.libraries.fft.plan(shape, is_double)
    }

    fn owner(&self, address: Address) -> Option<i32> {
        owner(address).ok().flatten()
    }

    fn export(&self, memory: Address) -> Result<[u8; HANDLE_BYTES]> {
        let mut handle = IpcHandle([0; HANDLE_BYTES]);
        // SAFETY: there is room for a handle.
        let code = unsafe { (self.api().export)(&mut handle, memory as *mut c_void) };
        self.api().done("hipIpcGetMemHandle", code).map(|()| handle.0)
    }

    fn import(&self, handle: [u8; HANDLE_BYTES]) -> Result<Address> {
        let mut memory = std::ptr::null_mut();
        // SAFETY: there is room for an address.
        let code = unsafe { (self.api().import)(&mut memory, IpcHandle(handle), LAZY_PEER_ACCESS) };
        self.api().done("hipIpcOpenMemHandle", code).map(|()| memory as Address)
    }

    fn close(&self, memory: Address) -> Result<()> {
        // SAFETY: it was opened here.
        self.api().done("hipIpcCloseMemHandle", unsafe { (self.api().close)(memory as *mut c_void) })
    }
}
