//! The source of the kernels, and what was compiled of it before.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use crate::error::Result;
use crate::files;

/// The kernels, for the compilers of all vendors.
pub(super) const SOURCE: &str = include_str!("kernels/heffte.cu");

/// The verbs of all kernels, with the kinds of numbers that each is there for.
pub(super) const NAMES: [(&str, &[&str]); 8] = [
    ("move", &["f32", "f64", "c32", "c64"]),
    ("promote", &["f32", "f64"]),
    ("extract", &["f32", "f64"]),
    ("scale", &["f32", "f64"]),
    ("fold", &["f32", "f64"]),
    ("unfold", &["f32", "f64"]),
    ("fold_back", &["f32", "f64"]),
    ("unfold_back", &["f32", "f64"]),
];

/// Threads of a block.
pub(super) const THREADS: u32 = 256;

/// The names of all kernels.
pub(super) fn names() -> impl Iterator<Item = String> {
    NAMES.into_iter().flat_map(|(verb, numbers)| numbers.iter().map(move |number| format!("{verb}_{number}")))
}

/// What was compiled for such a device by such a compiler, kept in the user's cache.
pub(super) struct Cache(Option<PathBuf>);

impl Cache {
    /// That for a device and a compiler, in their words.
    pub fn of(device: &str, compiler: &str) -> Cache {
        let mut hasher = DefaultHasher::new();
        (SOURCE, device, compiler).hash(&mut hasher);
        let folder = std::env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let folder = folder.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")));
        Cache(folder.map(|folder| folder.join("heffte").join(format!("kernels-{:016x}", hasher.finish()))))
    }

    /// What `load` makes of the image that is there, or else of the one that `compile` makes, which is kept.
    ///
    /// # Errors
    /// Those of `compile`, and of `load` for what it has made.
    pub fn loaded<K>(&self, load: impl Fn(&[u8]) -> Result<K>, compile: impl FnOnce() -> Result<Vec<u8>>) -> Result<K> {
        let known = self.0.as_ref().and_then(|file| std::fs::read(file).ok());
        if let Some(kernels) = known.and_then(|image| load(&image).ok()) {
            return Ok(kernels);
        }
        let image = compile()?;
        let kernels = load(&image)?;
        self.keep(&image);
        Ok(kernels)
    }

    /// Keeps `image`; where that cannot be, it is compiled again the next time.
    fn keep(&self, image: &[u8]) {
        let Some(file) = &self.0 else { return };
        let _ = file.parent().map(std::fs::create_dir_all).transpose().and_then(|_| files::replace(file, image));
    }
}
