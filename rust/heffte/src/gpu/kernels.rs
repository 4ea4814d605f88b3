//! The source of the kernels, and what was compiled of it before.

use std::ffi::{CStr, CString};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use super::device::{Kernel, Verb};
use crate::error::Result;
use crate::files::{self, Readers};

/// The kernels, for the compilers of all vendors.
pub(super) const SOURCE: &str = include_str!("kernels/heffte.cu");

/// What kernels do, how their names begin, and whether they are there for complex numbers, too.
const VERBS: [(Verb, &str, bool); 9] = [
    (Verb::Move, "move", true),
    (Verb::Promote, "promote", false),
    (Verb::Extract, "extract", false),
    (Verb::Scale, "scale", false),
    (Verb::Multiply, "multiply", true),
    (Verb::Fold, "fold", false),
    (Verb::Unfold, "unfold", false),
    (Verb::FoldBack, "fold_back", false),
    (Verb::UnfoldBack, "unfold_back", false),
];

/// Threads of a block.
pub(super) const THREADS: u32 = 256;

/// The functions of a module, one for each kernel.
pub(super) struct Functions<F>([Option<F>; 4 * VERBS.len()]);

impl<F: Copy> Functions<F> {
    /// Those that `find` finds by their names.
    ///
    /// # Errors
    /// Those of `find`.
    pub fn found(find: impl Fn(&CStr) -> Result<F>) -> Result<Functions<F>> {
        let mut functions = [None; 4 * VERBS.len()];
        for (verb, name, has_complex) in VERBS {
            for (is_complex, letter) in [(false, 'f'), (true, 'c')].into_iter().take(1 + usize::from(has_complex)) {
                for (is_double, bits) in [(false, 32), (true, 64)] {
                    let name = CString::new(format!("{name}_{letter}{bits}")).expect("names have no zeros");
                    functions[place(Kernel { verb, is_complex, is_double })] = Some(find(&name)?);
                }
            }
        }
        Ok(Functions(functions))
    }

    /// The function of a kernel.
    pub fn of(&self, kernel: Kernel) -> F {
        self.0[place(kernel)].expect("steps have kernels that are there")
    }
}

fn place(kernel: Kernel) -> usize {
    4 * kernel.verb as usize + 2 * usize::from(kernel.is_complex) + usize::from(kernel.is_double)
}

/// What was compiled for such a device by such a compiler, kept in the user's cache, behind its checksum: a driver is given no length, and
/// reads on where an image ends too early.
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
        let known = self.0.as_ref().and_then(|file| files::read_own(file).ok());
        if let Some(kernels) = known.as_deref().and_then(checked).and_then(|image| load(image).ok()) {
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
        let content = [&checksum(image)[..], image].concat();
        let folder = file.parent().map(std::fs::create_dir_all).transpose();
        let _ = folder.and_then(|_| files::replace(file, &content, Readers::Owner));
    }
}

fn checksum(image: &[u8]) -> [u8; 8] {
    let mut hasher = DefaultHasher::new();
    image.hash(&mut hasher);
    hasher.finish().to_le_bytes()
}

/// The image of a file with this content, if it is whole.
fn checked(content: &[u8]) -> Option<&[u8]> {
    content.split_first_chunk().filter(|(sum, image)| **sum == checksum(image)).map(|(_, image)| image)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;

    use super::*;

    const IMAGE: &[u8] = b"what a compiler made of it";

    /// What is loaded, and whether it had to be compiled.
    fn load(cache: &Cache) -> (Vec<u8>, bool) {
        let is_compiled = Cell::new(false);
        let compile = || {
            is_compiled.set(true);
            Ok(IMAGE.to_vec())
        };
        let image = cache.loaded(|image| Ok(image.to_vec()), compile).expect("nothing fails");
        (image, is_compiled.get())
    }

    #[test]
    fn what_was_compiled_is_loaded_the_next_time_and_is_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache(Some(folder.path().join("heffte/kernels")));
        assert_eq!([load(&cache), load(&cache)], [(IMAGE.to_vec(), true), (IMAGE.to_vec(), false)]);
        assert_eq!(load(&Cache(None)), (IMAGE.to_vec(), true));
    }

    #[cfg(unix)]
    #[test]
    fn what_others_can_write_or_point_to_is_compiled_anew() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kernels");
        let cache = Cache(Some(file.clone()));
        load(&cache);
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o666)).unwrap();
        assert_eq!([load(&cache).1, load(&cache).1], [true, false]);
        let elsewhere = folder.path().join("elsewhere");
        std::fs::rename(&file, &elsewhere).unwrap();
        symlink(&elsewhere, &file).unwrap();
        assert_eq!([load(&cache).1, load(&cache).1], [true, false]);
    }

    proptest! {
        #[test]
        fn no_spoilt_image_is_loaded(
            spoils in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4), end in any::<prop::sample::Index>(),
        ) {
            let whole = [&checksum(IMAGE)[..], IMAGE].concat();
            let mut content = whole.clone();
            for (at, byte) in spoils {
                let at = at.index(content.len());
                content[at] = byte;
            }
            content.truncate(end.index(content.len() + 1));
            prop_assert!(checked(&content).is_none() || content == whole);
        }
    }
}
