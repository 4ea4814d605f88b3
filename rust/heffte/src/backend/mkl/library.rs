//! Where MKL is found, and its functions that are called.

use std::ffi::{c_char, c_int, c_long, c_void};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::backend::loaded::{Loaded, file_of, paths, paths_in, versioned};

/// MKL's descriptor of a transform.
pub(super) type Handle = *mut c_void;

/// The functions of mkl_dfti.h, by the ends of their names.
pub(super) struct Library {
    pub create_single: unsafe extern "C" fn(*mut Handle, c_int, c_long) -> c_long,
    pub create_double: unsafe extern "C" fn(*mut Handle, c_int, c_long) -> c_long,
    pub set_value: unsafe extern "C" fn(Handle, c_int, ...) -> c_long,
    pub commit: unsafe extern "C" fn(Handle) -> c_long,
    pub compute_forward: unsafe extern "C" fn(Handle, *mut c_void, ...) -> c_long,
    pub compute_backward: unsafe extern "C" fn(Handle, *mut c_void, ...) -> c_long,
    pub free: unsafe extern "C" fn(*mut Handle) -> c_long,
    pub error_message: unsafe extern "C" fn(c_long) -> *const c_char,
}

impl Library {
    fn of(library: &Loaded) -> Result<Library, String> {
        // SAFETY: the types are those of mkl_dfti.h, where an MKL_LONG is a long.
        unsafe {
            Ok(Library {
                create_single: library.function("DftiCreateDescriptor_s_1d")?,
                create_double: library.function("DftiCreateDescriptor_d_1d")?,
                set_value: library.function("DftiSetValue")?,
                commit: library.function("DftiCommitDescriptor")?,
                compute_forward: library.function("DftiComputeForward")?,
                compute_backward: library.function("DftiComputeBackward")?,
                free: library.function("DftiFreeDescriptor")?,
                error_message: library.function("DftiErrorMessage")?,
            })
        }
    }
}

/// MKL, loaded once.
///
/// # Errors
/// Why it cannot be loaded, and what to do.
pub(super) fn library() -> Result<&'static Library, String> {
    static LIBRARY: OnceLock<Result<Library, String>> = OnceLock::new();
    LIBRARY.get_or_init(load).as_ref().map_err(Clone::clone)
}

/// The versions of MKL's interface, the newest first.
const VERSIONS: [u32; 3] = [3, 2, 1];

fn load() -> Result<Library, String> {
    let names = VERSIONS.map(|version| versioned("libmkl_rt", version));
    // What the program itself has loaded works in the way that the program has chosen.
    let own = names.iter().find_map(|name| Loaded::already(name));
    let is_own = own.is_some();
    let loaded = match own {
        Some(loaded) => loaded,
        None => found(&names)?,
    };
    let library = Library::of(&loaded)?;
    if !is_own && std::env::var_os("MKL_THREADING_LAYER").is_none() {
        choose_sequential_layer(&loaded);
    }
    loaded.stay();
    Ok(library)
}

/// The library where the environment says that it is, else elsewhere. One that is named and does not serve is a warning, then.
fn found(names: &[String]) -> Result<Loaded, String> {
    let roots: Vec<PathBuf> = ["MKL_ROOT", "MKLROOT"].into_iter().flat_map(paths_in).collect();
    let named = roots.iter().flat_map(|root| below(root, names, true));
    let refused = match Loaded::first(named, is_whole) {
        Ok(library) => return Ok(library),
        Err(reason) => reason,
    };
    match Loaded::first(candidates(names), is_whole) {
        Ok(library) => {
            if !refused.is_empty() {
                eprintln!("heffte: warning: MKL is not where MKL_ROOT or MKLROOT say ({refused}); another is used");
            }
            Ok(library)
        }
        Err(reason) => {
            let reasons = if refused.is_empty() { reason } else { format!("{refused}; {reason}") };
            Err(format!(
                "libmkl_rt cannot be loaded ({reasons}); let MKL_ROOT name the prefix of MKL, whose lib has it"
            ))
        }
    }
}

/// Threads of MKL's would fight with the ranks of a node; and their layer ends the program where the library behind it is missing.
fn choose_sequential_layer(library: &Loaded) {
    const SEQUENTIAL: c_int = 1;
    // SAFETY: the type is that of mkl_service.h; nothing of MKL was called yet, so that the choice holds.
    unsafe {
        if let Ok(choose) = library.function::<unsafe extern "C" fn(c_int) -> c_int>("MKL_Set_Threading_Layer") {
            choose(SEQUENTIAL);
        }
    }
}

/// Whether all is there that MKL loads when it is first used; where it is not, MKL ends the program.
fn is_whole(library: &Loaded) -> Result<(), String> {
    Library::of(library)?;
    let Some(directory) = library.directory("DftiCommitDescriptor") else { return Ok(()) };
    let files: Vec<String> = std::fs::read_dir(&directory)
        .map(|entries| entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect())
        .unwrap_or_default();
    for part in ["libmkl_core.", "libmkl_sequential.", "libmkl_intel_lp64."] {
        if !files.iter().any(|file| file.starts_with(part)) {
            return Err(format!("{} has libmkl_rt, but no {part}so beside it", directory.display()));
        }
    }
    Ok(())
}

/// Where else MKL may be: where it was when this was built, beside us, or where the loader looks.
fn candidates(names: &[String]) -> Vec<PathBuf> {
    let built: Vec<PathBuf> = paths(option_env!("HEFFTE_MKL_FOUND").unwrap_or_default()).collect();
    let environments = ["CONDA_PREFIX", "VIRTUAL_ENV"].into_iter().flat_map(paths_in);
    let mut found: Vec<PathBuf> = built.into_iter().filter(|file| file.exists()).collect();
    found.extend(prefixes().into_iter().chain(environments).flat_map(|prefix| below(&prefix, names, false)));
    found.extend(names.iter().map(PathBuf::from));
    found
}

/// The files of these names in a prefix; where none is there but one `is_expected`, the first that should be.
fn below(prefix: &Path, names: &[String], is_expected: bool) -> Vec<PathBuf> {
    let places = ["lib", "lib/intel64", "lib64", "lib/x86_64-linux-gnu", ""].map(|place| prefix.join(place));
    let all = places.iter().flat_map(|place| names.iter().map(|name| place.join(name)));
    let there: Vec<PathBuf> = all.filter(|file| file.exists()).collect();
    if there.is_empty() && is_expected { vec![prefix.join("lib").join(&names[0])] } else { there }
}

/// The directories above our own library, where conda and pip put theirs in `lib`.
fn prefixes() -> Vec<PathBuf> {
    const LEVELS: usize = 6;
    let own = file_of(load as *const c_void);
    own.map(|file| file.ancestors().skip(1).take(LEVELS).map(Path::to_owned).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_mkl_is_not_taken_for_the_whole() {
        let names = VERSIONS.map(|version| versioned("libmkl_rt", version));
        let roots = ["MKL_ROOT", "MKLROOT"].into_iter().flat_map(paths_in);
        let named: Vec<PathBuf> = roots.flat_map(|root| below(&root, &names, true)).collect();
        let Some(whole) = named.into_iter().chain(candidates(&names)).find(|file| file.is_file()) else {
            println!("left out: MKL is not found in a file");
            return;
        };
        let folder = std::env::temp_dir().join(format!("heffte-mkl-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary directory may be written to");
        let part = folder.join(whole.file_name().expect("it is a file"));
        std::fs::copy(&whole, &part).expect("there is room for it");
        let reason = Loaded::first([part], is_whole).err();
        std::fs::remove_dir_all(&folder).expect("it is ours");
        assert!(reason.as_deref().is_some_and(|r| r.contains("no libmkl_core.so beside it")), "{reason:?}");
    }

    #[test]
    fn a_root_that_is_named_has_its_reason_where_nothing_is_there() {
        let names = ["libmkl_rt.so.3".to_owned()];
        assert_eq!(below(Path::new("/nowhere"), &names, true), [PathBuf::from("/nowhere/lib/libmkl_rt.so.3")]);
        assert!(below(Path::new("/nowhere"), &names, false).is_empty());
    }
}
