//! Where the libraries of a vendor are looked for.

use std::ffi::c_void;
use std::path::PathBuf;

use crate::backend::loaded::{Loaded, file_of, paths_in, versioned};

/// How a vendor's libraries are found.
pub(super) struct Places {
    /// The environment variable that lists folders to look into first.
    pub variable: &'static str,
    /// Environment variables that name where the vendor's toolkit is installed.
    pub roots: &'static [&'static str],
    /// Where it is installed by default.
    pub default: &'static str,
    /// The folder, beside that of this library where Python has installed it, in which wheels put the vendor's libraries.
    pub wheels: &'static str,
}

impl Places {
    /// The first of a library's `versions` that loads: in the folders that the environment names, then among what wheels have brought, then
    /// where the loader looks, then in the toolkit's default place. It stays loaded.
    ///
    /// # Errors
    /// What was wrong with each, and what may be done about it.
    pub fn load(&self, what: &str, stem: &str, versions: &[u32]) -> Result<&'static Loaded, String> {
        let names: Vec<String> = versions.iter().map(|version| versioned(stem, *version)).collect();
        let listed = paths_in(self.variable);
        let roots = self.roots.iter().filter_map(std::env::var_os).map(PathBuf::from);
        let in_root = |root: PathBuf| ["lib64", "lib"].map(|folder| root.join(folder));
        let first: Vec<PathBuf> = listed.into_iter().chain(roots.flat_map(in_root)).collect();
        let last = in_root(self.default.into());
        let files = |folders: &[PathBuf]| -> Vec<PathBuf> {
            folders
                .iter()
                .flat_map(|folder| names.iter().map(|name| folder.join(name)))
                .filter(|file| file.exists())
                .collect()
        };
        let of_wheels = files(&self.folders_of_wheels());
        let by_loader = names.iter().map(PathBuf::from);
        let candidates = files(&first).into_iter().chain(of_wheels).chain(by_loader).chain(files(&last));
        match Loaded::first(candidates, |_| Ok(())) {
            Ok(library) => Ok(Box::leak(Box::new(library))),
            Err(reasons) => {
                let folders: Vec<_> = first.iter().map(|folder| folder.display().to_string()).collect();
                let looked =
                    if folders.is_empty() { String::new() } else { format!(" (not in {})", folders.join(", ")) };
                Err(format!("{what} cannot be loaded{looked}: {reasons}; {} may name its folder", self.variable))
            }
        }
    }

    /// `lib` in each folder that the vendor's wheels have made.
    fn folders_of_wheels(&self) -> Vec<PathBuf> {
        let own = file_of(Places::load as *const c_void);
        // `site-packages/heffte/_core.abi3.so`, in one folder or another of that package.
        let wheels = own.iter().flat_map(|own| own.ancestors().skip(2).take(3)).map(|folder| folder.join(self.wheels));
        let inner = wheels.filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
        inner.map(|entry| entry.path().join("lib")).filter(|folder| folder.is_dir()).collect()
    }
}

/// The functions of a library that share a prefix, as a struct of their types.
macro_rules! functions {
    ($(#[$doc:meta])* struct $name:ident<$($handle:ident),*> { $($field:ident: $symbol:literal fn($($argument:ty),* $(,)?) $(-> $result:ty)?;)* }) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(super) struct $name<$($handle),*> {
            $(pub $field: unsafe extern "C" fn($($argument),*) $(-> $result)?,)*
        }

        impl<$($handle: Copy),*> $name<$($handle),*> {
            /// Those of `library`, whose names begin with `prefix`.
            ///
            /// # Errors
            /// That one is missing.
            pub fn of(library: &crate::backend::loaded::Loaded, prefix: &str) -> std::result::Result<Self, String> {
                // SAFETY: these are the vendors' prototypes.
                unsafe {
                    Ok($name { $($field: library.function(&format!("{prefix}{}", $symbol))?,)* })
                }
            }
        }
    };
}
pub(super) use functions;
