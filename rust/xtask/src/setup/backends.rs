//! The libraries that backends are tested with: FFTW from the distribution, and MKL from the Python package index.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::debian::Apt;
use super::python::install;
use crate::paths::at;
use crate::terminal::say;

/// FFTW's libraries of both precisions, and its header.
const FFTW: [&str; 3] = ["libfftw3-double3", "libfftw3-single3", "libfftw3-dev"];

/// Features of backends whose libraries no build needs.
const DEVICES: [&str; 2] = ["cuda", "rocm"];

/// Where the libraries are; what is not to be had is left out of the tests, which say so.
pub struct Backends {
    /// The prefix of FFTW, and the directory of its libraries.
    fftw: Option<(PathBuf, PathBuf)>,
    /// The prefix of MKL.
    mkl: Option<PathBuf>,
}

impl Backends {
    /// Makes what is missing, in `venv`.
    pub fn prepare(python: &Path) -> Backends {
        let venv = at(".venv");
        let without = |name: &'static str| move |error: &anyhow::Error| say!("  left out: {name}: {error:#}");
        Backends {
            fftw: fftw(&venv).inspect_err(without("FFTW")).ok(),
            mkl: mkl(&venv, python).inspect_err(without("MKL")).ok(),
        }
    }

    /// The names of those that are there.
    pub fn names(&self) -> Vec<&'static str> {
        [self.fftw.as_ref().map(|_| "fftw"), self.mkl.as_ref().map(|_| "mkl")].into_iter().flatten().collect()
    }

    /// The cargo features of the library for those, and for devices, whose libraries are only looked for when a plan wants them.
    pub fn features(&self) -> Vec<&'static str> {
        self.names().into_iter().chain(DEVICES).collect()
    }

    /// What programs that were not built by CMake need in their environment.
    pub fn variables(&self) -> Vec<(&'static str, PathBuf)> {
        let fftw = self.fftw.iter().map(|(_, libraries)| ("HEFFTE_FFTW_LIBRARIES", libraries.clone()));
        fftw.chain(self.mkl.iter().map(|root| ("MKL_ROOT", root.clone()))).collect()
    }

    /// What CMake is told.
    pub fn options(&self) -> Vec<String> {
        let one = |name: &str, root: Option<&Path>| match root {
            Some(root) => vec![format!("-DHeffte_ENABLE_{name}=ON"), format!("-D{name}_ROOT={}", root.display())],
            None => vec![format!("-DHeffte_ENABLE_{name}=OFF")],
        };
        let fftw = self.fftw.as_ref().map(|(root, _)| root.as_path());
        let devices = DEVICES.map(|name| format!("-DHeffte_ENABLE_{}=ON", name.to_uppercase()));
        [one("FFTW", fftw), one("MKL", self.mkl.as_deref()), devices.to_vec()].concat()
    }
}

/// The prefix that is given, or the distribution's package, unpacked.
fn fftw(venv: &Path) -> Result<(PathBuf, PathBuf)> {
    let root = match std::env::var_os("FFTW_ROOT").filter(|value| !value.is_empty()) {
        Some(given) => PathBuf::from(given),
        None => unpacked(venv)?.join("usr"),
    };
    let places = ["lib".into(), "lib64".into(), format!("lib/{}-linux-gnu", std::env::consts::ARCH)];
    let libraries = places.iter().map(|place| root.join(place)).find(|place| place.join("libfftw3f.so").exists());
    let libraries = libraries.with_context(|| format!("libfftw3f.so is not below {}", root.display()))?;
    Ok((root, libraries))
}

fn unpacked(venv: &Path) -> Result<PathBuf> {
    let folder = venv.join("fftw3");
    if !folder.is_dir() {
        let apt = Apt::new(None).context("this is for Debian and its like; elsewhere, let FFTW_ROOT name a prefix")?;
        apt.run("getting FFTW from the distribution", &[&["download"], &FFTW[..]].concat())?;
        apt.unpack(&folder)?;
    }
    Ok(folder)
}

/// The package that requirements/bench.txt names.
fn mkl(venv: &Path, python: &Path) -> Result<PathBuf> {
    let there = || venv.join("lib").read_dir().into_iter().flatten().flatten();
    let is_there = || there().any(|entry| entry.file_name().to_string_lossy().starts_with("libmkl_rt.so"));
    if !is_there() {
        let constraints = ["--constraint", "requirements/dev.txt", "--constraint", "requirements/bench.txt"];
        install("installing MKL", python, ["mkl"].iter().chain(&constraints))?;
        ensure!(is_there(), "the package has no libmkl_rt.so");
    }
    Ok(venv.to_owned())
}
