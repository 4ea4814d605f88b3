//! A copy of the sources, at a path with spaces, in which nobody may write for a while.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result, ensure};

use crate::command;
use crate::paths::at;

/// What is built from, by CMake and by pip, and tests with it.
const PARTS: [&str; 17] = [
    ".cargo",
    "CMakeLists.txt",
    "CMakePresets.json",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "MANIFEST.in",
    "README.md",
    "cmake",
    "examples",
    "include",
    "packaging",
    "pyproject.toml",
    "python",
    "rust",
    "setup.py",
    "tests",
];
/// Ours are compiled anew at that place, so quickly: what they compute is tested elsewhere.
const CRATES: [&str; 4] = ["heffte", "heffte-bench", "heffte-c", "heffte-rustfft"];

/// Where it is: cargo knows sources by their place.
pub fn root() -> PathBuf {
    at("build/a copy of the sources")
}

pub struct ReadOnly {
    before: BTreeMap<PathBuf, SystemTime>,
}

impl ReadOnly {
    /// Makes the copy.
    pub fn copy() -> Result<ReadOnly> {
        let root = &root();
        if root.exists() {
            permit(root, "u+w")?;
            clear(root)?;
        }
        fs::create_dir_all(root).with_context(|| format!("cannot make {}", root.display()))?;
        let mut copy = Command::new("cp");
        copy.arg("-a").args(PARTS.map(at)).arg(root);
        command::run("copying the sources", &mut copy)?;
        let mut settings = fs::OpenOptions::new().append(true).open(root.join(".cargo/config.toml"))?;
        for crate_name in CRATES {
            writeln!(settings, "[profile.release.package.{crate_name}]\nopt-level = 0")?;
        }
        permit(root, "a-w")?;
        Ok(ReadOnly { before: files(root)? })
    }

    /// That all is as it was, which the system's administrator could have changed nevertheless.
    pub fn are_untouched(&self) -> Result<()> {
        let after = files(&root())?;
        let changed = after.iter().filter(|(path, time)| self.before.get(*path) != Some(time));
        let changed: Vec<_> = changed.map(|(path, _)| path).collect();
        ensure!(changed.is_empty() && after.len() == self.before.len(), "these were written or made: {changed:?}");
        Ok(())
    }
}

impl Drop for ReadOnly {
    fn drop(&mut self) {
        // So that whoever removes them may.
        let _ = permit(&root(), "u+w");
    }
}

/// Removes all but what was built there.
fn clear(root: &Path) -> Result<()> {
    for path in fs::read_dir(root)?.flatten().map(|entry| entry.path()).filter(|path| !path.ends_with("build")) {
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.with_context(|| format!("cannot remove {}", path.display()))?;
    }
    Ok(())
}

fn permit(root: &Path, mode: &str) -> Result<()> {
    command::run("changing permissions", Command::new("chmod").args(["-R", mode]).arg(root)).map(|_| ())
}

/// All files and folders, and when each was written.
fn files(root: &Path) -> Result<BTreeMap<PathBuf, SystemTime>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?.flatten() {
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            }
            all.insert(entry.path(), entry.metadata()?.modified()?);
        }
    }
    Ok(all)
}
