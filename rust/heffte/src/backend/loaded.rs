//! Libraries that are found and loaded when a plan first wants them, so that ours loads without them.

use std::error::Error;
use std::ffi::{CStr, OsStr, c_void};
use std::io::Read;
use std::path::{Path, PathBuf};

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};

/// A library; one whose functions are kept must [stay](Loaded::stay), since plans and other threads may be in it.
pub(crate) struct Loaded {
    library: Library,
    /// How it was asked for, as messages name it.
    name: PathBuf,
}

impl Loaded {
    /// The first of `candidates` that loads and that `is_whole` finds nothing wrong with: paths, or names for the loader to look up.
    ///
    /// # Errors
    /// What was wrong with each of them.
    pub fn first(
        candidates: impl IntoIterator<Item = PathBuf>,
        is_whole: impl Fn(&Loaded) -> Result<(), String>,
    ) -> Result<Loaded, String> {
        let mut reasons = Vec::new();
        for name in candidates {
            // The loader's message for a path repeats it and tells nothing more.
            if name.components().count() > 1 && !name.exists() {
                reasons.push(format!("{} does not exist", name.display()));
                continue;
            }
            match Loaded::open(&name, RTLD_NOW | RTLD_LOCAL).and_then(|library| is_whole(&library).map(|()| library)) {
                Ok(library) => return Ok(library),
                // The loader says of a file for another kind of machine that it is not there.
                Err(reason) => reasons.push(another_machine(&name).unwrap_or(reason)),
            }
        }
        reasons.dedup();
        Err(reasons.join("; "))
    }

    /// The library of that name that the program has loaded already, if it has.
    #[cfg(any(feature = "fftw", feature = "mkl"))]
    pub fn already(name: &str) -> Option<Loaded> {
        Loaded::open(Path::new(name), RTLD_NOW | RTLD_LOCAL | libc::RTLD_NOLOAD).ok()
    }

    fn open(name: &Path, flags: i32) -> Result<Loaded, String> {
        // SAFETY: what these libraries do when they are loaded is sound; they are well-known ones.
        let library = unsafe { Library::open(Some(OsStr::new(name)), flags) }.map_err(|error| {
            // What the loader says, which names the file.
            error.source().map_or_else(|| error.to_string(), |reason| reason.to_string())
        })?;
        Ok(Loaded { library, name: name.to_owned() })
    }

    /// Keeps it loaded until the process ends.
    #[cfg(any(feature = "fftw", feature = "mkl"))]
    pub fn stay(self) {
        std::mem::forget(self.library);
    }

    /// The function of that name.
    ///
    /// # Errors
    /// That it has none.
    ///
    /// # Safety
    /// `F` is the type of the function.
    pub unsafe fn function<F: Copy>(&self, symbol: &str) -> Result<F, String> {
        // SAFETY: by the caller's word.
        let found = unsafe { self.library.get::<F>(symbol.as_bytes()) };
        found.map(|function| *function).map_err(|_| format!("{} has no function {symbol}", self.name.display()))
    }

    /// The directory of the file that has the function of that name.
    #[cfg(any(feature = "fftw", feature = "mkl"))]
    pub fn directory(&self, symbol: &str) -> Option<PathBuf> {
        // SAFETY: the address is looked at by the loader alone.
        let address = unsafe { self.function::<*const c_void>(symbol) }.ok()?;
        Some(file_of(address)?.parent()?.to_owned())
    }
}

/// What is wrong with a library for another kind of machine than this program is for.
fn another_machine(file: &Path) -> Option<String> {
    let own = machine(&std::env::current_exe().ok()?)?;
    let theirs = machine(file).filter(|theirs| *theirs != own)?;
    let [theirs, own] = [theirs, own].map(|(bits, number)| format!("{number} of {bits} bits"));
    Some(format!(
        "{} is for another kind of machine (ELF's number {theirs}; this program is for {own})",
        file.display()
    ))
}

/// The bits of an address and ELF's number of the machine that a program or library is for; none for other files.
fn machine(file: &Path) -> Option<(u32, u16)> {
    let mut header = [0; 20];
    std::fs::File::open(file).ok()?.read_exact(&mut header).ok()?;
    let number = [header[18], header[19]];
    let number = if header[5] == 2 { u16::from_be_bytes(number) } else { u16::from_le_bytes(number) };
    header.starts_with(b"\x7fELF").then_some((32 * u32::from(header[4]), number))
}

/// The file that the loader has mapped at this address.
pub(crate) fn file_of(address: *const c_void) -> Option<PathBuf> {
    let mut found = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: the loader fills the struct for any address, or returns 0; the name is a string of the loader's that lives as long as
    // the file is mapped.
    unsafe {
        if libc::dladdr(address, found.as_mut_ptr()) == 0 || found.assume_init_ref().dli_fname.is_null() {
            return None;
        }
        let name = CStr::from_ptr(found.assume_init_ref().dli_fname).to_str().ok()?;
        Some(std::fs::canonicalize(name).unwrap_or_else(|_| name.into()))
    }
}

/// The entries of a list of paths, as an environment variable or the build gives it. A tool that moves what is built may have put
/// shorter paths there, and zeros behind them.
pub(super) fn paths(list: &str) -> impl Iterator<Item = PathBuf> + '_ {
    let list = list.split('\0').next().unwrap_or_default();
    list.split([':', ';']).map(str::trim).filter(|entry| !entry.is_empty()).map(PathBuf::from)
}

/// The paths that the environment variable lists.
pub(crate) fn paths_in(variable: &str) -> Vec<PathBuf> {
    std::env::var(variable).map(|list| paths(&list).collect()).unwrap_or_default()
}

/// How the loader names version `version` of the library `stem`.
pub(crate) fn versioned(stem: &str, version: u32) -> String {
    if cfg!(target_os = "macos") { format!("{stem}.{version}.dylib") } else { format!("{stem}.so.{version}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_library_that_does_not_serve_has_its_reason() {
        let garbage = tempfile_with(b"no library");
        let candidates =
            [PathBuf::from("/nowhere/libx.so"), garbage.clone(), PathBuf::from("libheffte_is_not_this.so.99")];
        let reasons = Loaded::first(candidates, |_| Ok(())).err().expect("none of them is a library");
        std::fs::remove_file(&garbage).expect("it is ours");
        assert!(reasons.contains("/nowhere/libx.so does not exist"), "{reasons}");
        assert!(reasons.contains(&*garbage.to_string_lossy()), "{reasons}");
        assert!(reasons.contains("libheffte_is_not_this.so.99"), "{reasons}");
    }

    #[test]
    fn a_library_for_another_machine_is_said_to_be_one() {
        let own = std::env::current_exe().expect("a test is a program");
        if machine(&own).is_none() {
            println!("left out: programs of this system are not of ELF");
            return;
        }
        let mut foreign = std::fs::read(&own).expect("it is there")[..64].to_vec();
        foreign[18] ^= 0x55;
        let foreign = tempfile_with(&foreign);
        let reason = Loaded::first([foreign.clone()], |_| Ok(())).err().expect("it is none of ours");
        std::fs::remove_file(&foreign).expect("it is ours");
        let begin = format!("{} is for another kind of machine (ELF's number ", foreign.display());
        assert!(reason.starts_with(&begin), "{reason}");
    }

    fn tempfile_with(content: &[u8]) -> PathBuf {
        let name = format!("heffte-garbage-{}-{}.so", std::process::id(), content.len());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, content).expect("the temporary directory may be written to");
        path
    }

    #[test]
    fn a_function_that_is_not_there_is_named() {
        let c = Loaded::first([PathBuf::from(versioned("libc", 6))], |_| Ok(()));
        let Ok(c) = c else {
            println!("left out: the C library of this system has another name");
            return;
        };
        // SAFETY: it is not called.
        let missing = unsafe { c.function::<extern "C" fn()>("heffte_is_not_this") };
        assert_eq!(missing.unwrap_err(), "libc.so.6 has no function heffte_is_not_this");
        #[cfg(any(feature = "fftw", feature = "mkl"))]
        assert!(c.directory("malloc").is_some());
    }

    #[test]
    fn lists_of_paths_end_where_a_tool_has_ended_them() {
        assert_eq!(paths("/a:/b; /c\0\0").collect::<Vec<_>>(), ["/a", "/b", "/c"].map(PathBuf::from));
        assert_eq!(paths("").count(), 0);
    }
}
