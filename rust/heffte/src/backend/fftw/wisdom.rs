//! What FFTW's planner has measured, in files: one for each precision, with the names and in the form that FFTW's own tools have.

use std::ffi::{CStr, CString};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::api::{Api, planner};
use super::library::Library;
use crate::error::{Error, Result};
use crate::files::{self, Readers};

/// The environment variable that names the files.
const VARIABLE: &str = "HEFFTE_FFTW_WISDOM";

/// Reads what [`fftw_export_wisdom`], or FFTW's own programs, wrote: `path` for double precision, and the same with an `f` at its end
/// for single. Not collective. A file that is not there counts for an empty one, where the other is.
///
/// # Errors
/// [`Error::Wisdom`] where neither file is there, or one cannot be read or is not of this FFTW; what was known stays.
/// [`Error::BackendUnavailable`].
pub fn fftw_import_wisdom(path: &Path) -> Result<()> {
    import(library()?, path)
}

/// Writes what the planner has measured, in this process and in files that were read. Not collective: let one rank do it.
///
/// # Errors
/// [`Error::File`], [`Error::BackendUnavailable`].
pub fn fftw_export_wisdom(path: &Path) -> Result<()> {
    let library = library()?;
    let texts = {
        let _lock = planner();
        (told(&library.double), told(&library.single))
    };
    write(path, &texts.0)?;
    write(&single_path(path), &texts.1)
}

fn library() -> Result<&'static Library> {
    super::library().map_err(|reason| Error::BackendUnavailable { name: "fftw", value: 1, reason })
}

/// Where the wisdom of single precision is.
fn single_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("f");
    name.into()
}

fn import(library: &Library, path: &Path) -> Result<()> {
    let _lock = planner();
    let double = learn(&library.double, path)?;
    let single = learn(&library.single, &single_path(path))?;
    if double || single {
        return Ok(());
    }
    Err(Error::Wisdom { file: path.display().to_string(), reason: "it does not exist".to_owned() })
}

/// Reads a file; `false` where it is not there.
fn learn<T>(api: &Api<T>, path: &Path) -> Result<bool> {
    let wrong = |reason: String| Error::Wisdom { file: path.display().to_string(), reason };
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(wrong(error.to_string())),
    };
    let text = CString::new(text).map_err(|_| wrong("it is no text".to_owned()))?;
    // SAFETY: the text ends with a zero; the caller has the lock.
    if unsafe { (api.import_wisdom)(text.as_ptr()) } == 0 {
        return Err(wrong("it is garbage, or of another FFTW or precision".to_owned()));
    }
    Ok(true)
}

/// What FFTW tells of its wisdom. The caller has the lock.
fn told<T>(api: &Api<T>) -> Vec<u8> {
    // SAFETY: FFTW returns a text that is its caller's to free, or null.
    unsafe {
        let text = (api.export_wisdom)();
        if text.is_null() {
            return Vec::new();
        }
        let copy = CStr::from_ptr(text).to_bytes().to_owned();
        (api.free)(text.cast());
        copy
    }
}

fn write(path: &Path, text: &[u8]) -> Result<()> {
    let failed = |error: std::io::Error| Error::File { file: path.display().to_string(), reason: error.to_string() };
    files::replace(path, text, Readers::Any).map_err(failed)
}

/// Where the environment wants wisdom to be.
fn place() -> Option<PathBuf> {
    std::env::var_os(VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Reads the files that the environment names, where they are there. Those that make no sense are a warning.
pub(super) fn import_from_environment(library: &Library) {
    let Some(path) = place().filter(|path| path.exists() || single_path(path).exists()) else { return };
    if let Err(error) = import(library, &path) {
        eprintln!("heffte: warning: {error}; FFTW plans without it");
    }
}

/// Writes the files that the environment names, where there is something new. The caller has the lock.
pub(super) fn export_to_environment() {
    static WRITTEN: Mutex<Option<[Vec<u8>; 2]>> = Mutex::new(None);
    let (Some(path), Ok(library)) = (place(), library()) else { return };
    let texts = [told(&library.double), told(&library.single)];
    let mut written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    if written.as_ref() == Some(&texts) {
        return;
    }
    if let Err(error) = write(&path, &texts[0]).and_then(|()| write(&single_path(&path), &texts[1])) {
        eprintln!("heffte: warning: {error}");
    }
    *written = Some(texts);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::Backend;
    use crate::error::ErrorKind;
    use crate::options::{Direction, PlanningEffort};

    #[test]
    fn wisdom_is_written_and_read_and_garbage_is_refused() {
        let Ok(fftw) =
            crate::backend::fftw::Fftw::new(PlanningEffort::Measure).inspect_err(|e| println!("left out: {e}"))
        else {
            return;
        };
        let folder = std::env::temp_dir().join(format!("heffte-fftw-wisdom-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary directory may be written to");
        let file = folder.join("wisdom");
        let kind = |result: Result<()>| result.map_err(|error| error.kind());

        assert_eq!(kind(fftw_import_wisdom(&file)), Err(ErrorKind::File), "it is not there");
        fftw.double().complex_lines(96, Direction::Forward);
        fftw.single().complex_lines(96, Direction::Forward);
        fftw_export_wisdom(&file).expect("the folder may be written to");
        for (path, name) in [(file.clone(), "fftw_wisdom"), (single_path(&file), "fftwf_wisdom")] {
            let text = std::fs::read_to_string(path).expect("it was written");
            assert!(text.contains(name) && text.lines().count() > 2, "{text}");
        }
        fftw_import_wisdom(&file).expect("it is its own");
        for garbage in [&b"(fftw-3.3.99 fftw_wisdom #x0 #x1 #x2 #x3\n)"[..], b"garbage", b"", b"\0\xff"] {
            std::fs::write(&file, garbage).expect("the folder may be written to");
            let error = fftw_import_wisdom(&file).expect_err("it is garbage");
            assert!(error.to_string().contains(&file.display().to_string()), "{error}");
        }
        assert_eq!(kind(fftw_export_wisdom(&folder.join("nowhere/wisdom"))), Err(ErrorKind::File));
        std::fs::remove_dir_all(&folder).expect("it is ours");
    }
}
