//! NVRTC and hipRTC, whose functions differ in the first letters of their names: compiling kernels for the device at hand.

use std::ffi::{CStr, CString, c_char, c_int, c_void};

use super::libraries::functions;
use crate::backend::loaded::Loaded;
use crate::error::{Error, Result};
use crate::gpu::kernels;

functions! {
    /// The functions that are called.
    struct Api<P> {
        version: "Version" fn(*mut c_int, *mut c_int) -> c_int;
        create: "CreateProgram" fn(*mut P, *const c_char, *const c_char, c_int, *const *const c_char, *const *const c_char) -> c_int;
        compile: "CompileProgram" fn(P, c_int, *const *const c_char) -> c_int;
        log_size: "GetProgramLogSize" fn(P, *mut usize) -> c_int;
        log: "GetProgramLog" fn(P, *mut c_char) -> c_int;
        destroy: "DestroyProgram" fn(*mut P) -> c_int;
        error_string: "GetErrorString" fn(c_int) -> *const c_char;
    }
}

functions! {
    /// Those by which what was compiled is read.
    struct Image<P> {
        size: "Size" fn(P, *mut usize) -> c_int;
        read: "" fn(P, *mut c_char) -> c_int;
    }
}

/// A compiler of kernels.
#[derive(Debug)]
pub(super) struct Compiler {
    api: Api<*mut c_void>,
    image: Image<*mut c_void>,
    /// Its name.
    name: &'static str,
    version: (c_int, c_int),
}

impl Compiler {
    /// That of `library`, whose functions begin with `name`; images are read by functions that begin with `image`.
    ///
    /// # Errors
    /// That one is missing.
    pub fn of(library: &Loaded, name: &'static str, image: &str) -> std::result::Result<Compiler, String> {
        let (api, image) = (Api::of(library, name)?, Image::of(library, image)?);
        let (mut major, mut minor) = (0, 0);
        // SAFETY: there is room for both numbers.
        unsafe { (api.version)(&mut major, &mut minor) };
        Ok(Compiler { api, image, name, version: (major, minor) })
    }

    /// What tells its images from those of other compilers.
    pub fn describe(&self) -> String {
        format!("{}-{}.{}", self.name, self.version.0, self.version.1)
    }

    fn done(&self, verb: &str, code: c_int) -> Result<()> {
        if code == 0 {
            return Ok(());
        }
        // SAFETY: the library has a string for each code.
        let message = unsafe { CStr::from_ptr((self.api.error_string)(code)) }.to_string_lossy().into_owned();
        Err(Error::Device { call: format!("{}{verb}", self.name), message })
    }

    /// The kernels of the engine, compiled with these options.
    ///
    /// # Errors
    /// [`Error::Device`] with what the compiler says.
    pub fn compile(&self, options: &[String]) -> Result<Vec<u8>> {
        let options: Vec<CString> =
            options.iter().map(|option| CString::new(option.as_str()).expect("options have no zeros")).collect();
        let options: Vec<*const c_char> = options.iter().map(|option| option.as_ptr()).collect();
        let source = CString::new(kernels::SOURCE).expect("the source has no zeros");
        let mut program = std::ptr::null_mut();
        let none = std::ptr::null();
        // SAFETY: the strings are there until the program is destroyed, and buffers are as long as the library says.
        unsafe {
            let created = (self.api.create)(&mut program, source.as_ptr(), c"heffte.cu".as_ptr(), 0, none, none);
            self.done("CreateProgram", created)?;
            let compiled =
                self.done("CompileProgram", (self.api.compile)(program, options.len() as c_int, options.as_ptr()));
            let image = match compiled {
                Ok(()) => self.read(program),
                Err(Error::Device { call, message }) => {
                    Err(Error::Device { call, message: format!("{message}: {}", self.log_of(program)) })
                }
                Err(error) => Err(error),
            };
            (self.api.destroy)(&mut program);
            image
        }
    }

    /// # Safety
    /// The program was compiled.
    unsafe fn read(&self, program: *mut c_void) -> Result<Vec<u8>> {
        let mut size = 0;
        // SAFETY: the buffer is as long as the library says.
        unsafe {
            self.done("GetImageSize", (self.image.size)(program, &mut size))?;
            let mut image = vec![0; size];
            self.done("GetImage", (self.image.read)(program, image.as_mut_ptr().cast()))?;
            Ok(image)
        }
    }

    /// # Safety
    /// The program is one of the library.
    unsafe fn log_of(&self, program: *mut c_void) -> String {
        let mut size = 0;
        // SAFETY: the buffer is as long as the library says.
        unsafe {
            if (self.api.log_size)(program, &mut size) != 0 {
                return String::new();
            }
            let mut log = vec![0_u8; size];
            (self.api.log)(program, log.as_mut_ptr().cast());
            String::from_utf8_lossy(&log).trim_matches(['\0', '\n']).to_owned()
        }
    }
}
