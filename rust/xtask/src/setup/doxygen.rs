//! doxygen from the distribution, unpacked: `cargo xtask test --full` makes the reference pages of the headers with it.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::debian::Apt;
use crate::paths::at;

/// What programs need in their environment to find it: the directories of programs and of libraries.
pub fn directories() -> Result<(PathBuf, PathBuf)> {
    let folder = at(".venv/doxygen");
    if !folder.is_dir() {
        let apt = Apt::new(None).context("this is for Debian and its like; elsewhere, install doxygen")?;
        // With what it needs and this machine has not.
        let arguments = ["install", "--download-only", "--yes", "--no-install-recommends", "doxygen"];
        apt.run("getting doxygen from the distribution", &arguments)?;
        apt.unpack(&folder)?;
    }
    let libraries = format!("usr/lib/{}-linux-gnu", std::env::consts::ARCH);
    Ok((folder.join("usr/bin"), folder.join(libraries)))
}
