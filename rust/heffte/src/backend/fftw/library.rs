//! Where FFTW is found.

use std::path::PathBuf;

use super::api::Api;
use crate::backend::loaded::{Loaded, paths, paths_in, versioned};

/// The environment variable that names FFTW's libraries; it is believed.
const VARIABLE: &str = "HEFFTE_FFTW_LIBRARIES";

/// FFTW in both precisions.
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
            return super::inside::functions().map(|(single, double)| Library { single, double });
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
