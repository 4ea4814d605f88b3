//! Where things are.

use std::path::{Path, PathBuf};

/// The root of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("this crate is at rust/xtask")
}

/// A path below the root.
pub fn at(relative: &str) -> PathBuf {
    root().join(relative)
}
