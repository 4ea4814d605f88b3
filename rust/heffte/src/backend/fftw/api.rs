//! The functions of FFTW that are called, in either precision, and where they are found.

use std::ffi::{c_char, c_int, c_uint, c_void};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use num_complex::Complex;

use crate::axis::R2rKind;
use crate::backend::loaded::{Loaded, paths, paths_in, versioned};
use crate::options::{Direction, PlanningEffort};

/// The environment variable that names FFTW's libraries; it is believed.
const VARIABLE: &str = "HEFFTE_FFTW_LIBRARIES";

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
    unsafe fn of_library(library: &Loaded, prefix: &str) -> Result<Api<T>, String> {
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

/// Both precisions.
pub(super) struct Library {
    pub single: Api<f32>,
    pub double: Api<f64>,
}

impl Library {
    /// Finds and loads FFTW.
    ///
    /// # Errors
    /// Which library is missing, or what is wrong with it, and what to do.
    pub fn load() -> Result<Library, String> {
        #[cfg(feature = "fftw-source")]
        if paths_in(VARIABLE).is_empty() {
            return super::inside::library();
        }
        // SAFETY: the prefixes are those that FFTW has for these types.
        unsafe { Ok(Library { single: find("fftwf", "libfftw3f")?, double: find("fftw", "libfftw3")? }) }
    }
}

/// # Safety
/// As for [`Api::of_library`].
unsafe fn find<T>(prefix: &str, stem: &str) -> Result<Api<T>, String> {
    let precision = if stem.ends_with('f') { "single" } else { "double" };
    let failed = |reason: String| {
        format!(
            "FFTW's {precision} precision, {}, cannot be loaded ({reason}); let {VARIABLE} name the directory or the \
             files of FFTW 3.3 or newer",
            versioned(stem, 3)
        )
    };
    // SAFETY: by the caller's word.
    let is_whole = |library: &Loaded| unsafe { Api::<T>::of_library(library, prefix) }.map(|_| ());
    let given = paths_in(VARIABLE);
    let library = if !given.is_empty() {
        let files = named(stem, given);
        let none = || format!("{VARIABLE} ({}) does not name it", std::env::var(VARIABLE).unwrap_or_default());
        let reason = |reason: String| failed(if reason.is_empty() { none() } else { reason });
        Loaded::first(files, is_whole).map_err(reason)?
    } else if let Some(library) = Loaded::already(&versioned(stem, 3)) {
        // The program's own copy is preferred to the one that was there when ours was built: its planner has one lock, and its
        // settings hold here, too.
        library
    } else {
        let found = paths(option_env!("HEFFTE_FFTW_FOUND").unwrap_or_default());
        let places = named(stem, found.collect()).into_iter().chain([versioned(stem, 3).into()]);
        Loaded::first(places, is_whole).map_err(failed)?
    };
    make_planner_safe(&library, prefix, stem);
    // SAFETY: by the caller's word.
    let api = unsafe { Api::of_library(&library, prefix) }.map_err(failed);
    // Plans live as long as the process.
    library.stay();
    api
}

/// Those of the paths that can be the library: in directories it has its usual names, and files are named like it.
fn named(stem: &str, paths: Vec<PathBuf>) -> Vec<PathBuf> {
    let versions = [versioned(stem, 3), format!("{stem}.so"), format!("{stem}.dylib")];
    let fits = |path: &PathBuf| {
        path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.split('.').next() == Some(stem))
    };
    let files = |path: PathBuf| {
        if !path.is_dir() {
            return if fits(&path) { vec![path] } else { vec![] };
        }
        let there: Vec<_> = versions.iter().map(|name| path.join(name)).filter(|file| file.exists()).collect();
        if there.is_empty() { vec![path.join(&versions[0])] } else { there }
    };
    paths.into_iter().flat_map(files).collect()
}

/// Lets FFTW lock its planner, in case that the program plans in other threads: FFTW's threads have the function, where they are
/// installed. What is planned here takes turns by [`planner`] anyway.
fn make_planner_safe(library: &Loaded, prefix: &str, stem: &str) {
    type Call = unsafe extern "C" fn();
    let symbol = format!("{prefix}_make_planner_thread_safe");
    let threads = versioned(&format!("{stem}_threads"), 3);
    let beside = library.directory(&format!("{prefix}_malloc")).map(|directory| directory.join(&threads));
    // SAFETY: the function takes and returns nothing.
    unsafe {
        if let Ok(call) = library.function::<Call>(&symbol) {
            return call();
        }
        let Ok(library) = Loaded::first(beside.into_iter().chain([threads.into()]), |_| Ok(())) else { return };
        if let Ok(call) = library.function::<Call>(&symbol) {
            call();
        }
        library.stay();
    }
}

/// FFTW's planner, which one thread at a time may use; what it knows is one for the process.
pub(super) fn planner() -> MutexGuard<'static, ()> {
    static PLANNER: Mutex<()> = Mutex::new(());
    PLANNER.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_other_precision_are_not_taken() {
        let files = ["/a/libfftw3.so.3", "/a/libfftw3f.so", "/a/libfftw3_threads.so"].map(PathBuf::from);
        assert_eq!(named("libfftw3", files.to_vec()), [PathBuf::from("/a/libfftw3.so.3")]);
        assert_eq!(named("libfftw3f", files.to_vec()), [PathBuf::from("/a/libfftw3f.so")]);
        assert_eq!(named("libfftw3f", vec!["/".into()]), [PathBuf::from("/").join(versioned("libfftw3f", 3))]);
    }
}
