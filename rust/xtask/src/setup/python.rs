//! The Python environment .venv, with the packages of requirements/dev.txt.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};

use crate::command;
use crate::paths::at;

/// The oldest Python that will do.
const OLDEST: (u32, u32) = (3, 10);

/// Where .venv is; it is made where it is missing, out of date or was left half made.
pub fn environment() -> Result<PathBuf> {
    let venv = at(".venv");
    let requirements = at("requirements/dev.txt");
    let wanted =
        fs::read_to_string(&requirements).with_context(|| format!("cannot read {}", requirements.display()))?;
    let given = std::env::var("HEFFTE_PYTHON").ok().filter(|value| !value.is_empty());
    // Written last, so that an interrupted set-up is seen and made again. The programs in .venv know where it is, and
    // its packages are for its Python: a folder that was moved and another Python make it anew, too.
    let stamp = venv.join("requirements-installed");
    let stamp_for = |(major, minor): (u32, u32)| format!("Python {major}.{minor} in {}\n{wanted}", venv.display());
    if let Ok(installed) = fs::read_to_string(&stamp) {
        let wanted = given.as_deref().map_or_else(|| version(venv.join("bin/python")), version);
        if wanted.is_some_and(|version| installed == stamp_for(version)) && venv.join("bin/python").exists() {
            return Ok(venv);
        }
    }
    let (version, python) = find(given.as_deref())?;
    if venv.is_symlink() {
        // What is behind a link is another checkout's: it would be emptied.
        fs::remove_file(&venv).context("cannot remove the link .venv")?;
    }
    eprintln!("Making .venv with {} (once; it takes a minute)", python.display());
    command::run("making .venv", Command::new(&python).args(["-m", "venv", "--clear"]).arg(&venv)).context(
        "Python could not make a virtual environment: install its venv module (on Debian: apt install python3-venv)",
    )?;
    let mut install = Command::new(venv.join("bin/python"));
    install.args(["-m", "pip", "install", "--disable-pip-version-check", "--requirement"]).arg(&requirements);
    command::run("installing MPI, CMake and what tests compare with", &mut install)?;
    fs::write(&stamp, stamp_for(version))?;
    Ok(venv)
}

/// A Python that is new enough.
fn find(given: Option<&str>) -> Result<((u32, u32), PathBuf)> {
    let usual = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10", "python"];
    let candidates: Vec<&str> = given.map_or(usual.to_vec(), |given| vec![given]);
    let mut seen = Vec::new();
    for candidate in candidates {
        match version(candidate) {
            Some(found) if found >= OLDEST => return Ok((found, candidate.into())),
            Some((major, minor)) => seen.push(format!("{candidate} is {major}.{minor}")),
            // The usual names need not all be there; one that was given must be.
            None if given.is_some() => seen.push(format!("HEFFTE_PYTHON={candidate} is no Python")),
            None => {}
        }
    }
    let (major, minor) = OLDEST;
    let seen = if seen.is_empty() { "none was found".to_owned() } else { seen.join(", ") };
    bail!("Python {major}.{minor} or newer is needed ({seen}): install one, or let HEFFTE_PYTHON name it")
}

/// The Pythons of this machine that are new enough, one of each version: those on the path, and pyenv's.
pub fn all() -> BTreeMap<(u32, u32), PathBuf> {
    let on_path = (OLDEST.1..OLDEST.1 + 10).map(|minor| PathBuf::from(format!("python3.{minor}")));
    let pyenv = std::env::var_os("PYENV_ROOT").map(|root| Path::new(&root).join("versions"));
    let versions = pyenv.and_then(|versions| fs::read_dir(versions).ok()).into_iter().flatten().flatten();
    let candidates = on_path.chain(versions.map(|entry| entry.path().join("bin/python")));
    candidates.filter_map(|python| Some((version(&python).filter(|found| *found >= OLDEST)?, python))).collect()
}

/// Major and minor version of a Python; `None` where it is none.
pub fn version(python: impl AsRef<OsStr>) -> Option<(u32, u32)> {
    let output = Command::new(python).args(["-c", "import sys; print(*sys.version_info[:2])"]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut numbers = text.split_whitespace().map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// Installs into the `.venv` of that Python: packages, or a file of them behind `--requirement`, in the versions of the files behind
/// `--constraint`. One at a time, where pieces of the tests run beside each other.
pub fn install<T: AsRef<OsStr>>(label: &str, python: &Path, arguments: impl IntoIterator<Item = T>) -> Result<()> {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut install = Command::new(python);
    install.current_dir(at("")).args(["-m", "pip", "install", "--disable-pip-version-check"]).args(arguments);
    command::run(label, &mut install).map(|_| ())
}

/// A path inside the site-packages of `venv`.
pub fn package(venv: &Path, relative: &str) -> Result<PathBuf> {
    let lib = venv.join("lib");
    let mut places = fs::read_dir(&lib).with_context(|| format!("cannot read {}", lib.display()))?.flatten();
    places
        .find_map(|place| Some(place.path().join("site-packages").join(relative)).filter(|path| path.is_dir()))
        .with_context(|| format!("{relative} is missing in {}: remove .venv and run this again", venv.display()))
}
