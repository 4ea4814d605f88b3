//! What ours is compared with: Python packages, and FFTW with its MPI transforms from the distribution. What cannot be had
//! is left out of comparisons, which say so.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::Tools;
use super::debian::Apt;
use crate::command;
use crate::paths::at;

/// FFTW for C and MPI, the libraries behind it, and the Open MPI that the distribution builds it for. They are unpacked
/// where the system has them, too: the folder is to be whole.
const FFTW: [&str; 7] = [
    "libfftw3-mpi-dev",
    "libfftw3-dev",
    "libfftw3-double3",
    "libfftw3-single3",
    "libfftw3-long3",
    "libopenmpi-dev",
    "openmpi-bin",
];

/// Makes what is missing; the root of the unpacked FFTW, where there is one.
pub fn prepare(tools: &Tools) -> Result<Option<PathBuf>> {
    let venv = at(".venv");
    let fftw = fftw(&venv).inspect_err(|error| eprintln!("FFTW cannot be unpacked: {error:#}")).ok();
    packages(tools, &venv, fftw.as_deref())?;
    Ok(fftw)
}

fn fftw(venv: &Path) -> Result<PathBuf> {
    let root = venv.join("fftw");
    if root.is_dir() {
        return Ok(root);
    }
    let apt = Apt::new(None)?;
    let install = ["install", "--yes", "--download-only", "--reinstall", "--no-install-recommends"];
    apt.run("getting FFTW from the distribution", &[&install[..], &FFTW[..]].concat())?;
    apt.unpack(&root)?;
    Ok(root)
}

/// The packages of requirements/bench.txt, each alone: one that cannot be built keeps no other away.
fn packages(tools: &Tools, venv: &Path, fftw: Option<&Path>) -> Result<()> {
    let requirements = at("requirements/bench.txt");
    let wanted =
        fs::read_to_string(&requirements).with_context(|| format!("cannot read {}", requirements.display()))?;
    let stamp = venv.join("bench-requirements-installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let is_package = |line: &&str| !line.trim().is_empty() && !line.starts_with('#');
    let mut all_are_there = true;
    for package in wanted.lines().filter(is_package) {
        let mut install = tools.command(&tools.python);
        install.args(["-m", "pip", "install", "--disable-pip-version-check"]);
        // What others of these and the tests need stays as it is.
        for constraint in ["requirements/dev.txt", "requirements/bench.txt"] {
            install.arg("--constraint").arg(at(constraint));
        }
        if let Some(root) = fftw {
            install.env("FFTW_ROOT", root.join("usr"));
        }
        if let Err(error) = command::step(&format!("installing {package}"), install.arg(package)) {
            eprintln!("{package} cannot be installed: {error:#}");
            all_are_there = false;
        }
    }
    if all_are_there {
        fs::write(&stamp, wanted)?;
    }
    Ok(())
}
