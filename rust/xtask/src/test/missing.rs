//! What CMake says of what has to be there and is not, or will not do: one message, with what to do about it.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::configure::{WITHOUT_TESTS, fresh, outside};
use super::matrix::empty;
use super::report::Report;
use super::verdict::Verdict::{self, Accepts, Refuses, Warns};
use crate::build::{Generator, NINJA};
use crate::command;
use crate::paths::at;
use crate::setup::Tools;
use crate::terminal::say;

struct Missing {
    label: &'static str,
    generator: &'static str,
    /// Takes it away from what is configured; the folder is one to make something in.
    without: fn(&mut Command, &Path) -> Result<()>,
    /// Why it cannot be tried here.
    unless: fn(&Tools) -> Option<&'static str>,
    /// What CMake does then.
    verdict: Verdict,
}

/// As most of them are.
const REFUSED: Missing =
    Missing { label: "", generator: "Ninja", without: |_, _| Ok(()), unless: |_| None, verdict: Refuses(&[]) };

/// To add a case, add a row.
const ALL: &[Missing] = &[
    Missing {
        label: "an MPI that is not there",
        without: |configure, _| option(configure, "MPI_C_COMPILER=/nowhere/mpicc"),
        verdict: Refuses(&[
            "Heffte needs MPI: MPI_C_COMPILER names /nowhere/mpicc, which does not exist",
            "libopenmpi-dev",
        ]),
        ..REFUSED
    },
    Missing {
        label: "an MPI with a space in its path",
        without: |configure, work| {
            let place = work.join("an MPI");
            fs::create_dir_all(&place)?;
            let mpicc = command::script(place.join("mpicc"), "exec mpicc \"$@\"")?;
            option(configure, &format!("MPI_C_COMPILER={}", mpicc.display()))
        },
        verdict: Refuses(&["Heffte cannot be built with an MPI whose path has a space (", "Install the MPI elsewhere"]),
        ..REFUSED
    },
    Missing {
        label: "no cargo",
        without: |configure, work| {
            let path = std::env::var_os("PATH").unwrap_or_default();
            let kept = std::env::split_paths(&path).filter(|folder| !folder.join("cargo").exists());
            let path = std::env::join_paths([at(".venv/bin")].into_iter().chain(kept))?;
            configure.env("PATH", path).env("HOME", work).env_remove("CARGO_HOME");
            Ok(())
        },
        unless: |_| Path::new("/usr/bin/cargo").exists().then_some("the system has one"),
        verdict: Refuses(&[
            "Heffte needs cargo, and there is none on the path. Install Rust 1.",
            "-DRust_CARGO name it",
        ]),
        ..REFUSED
    },
    Missing {
        label: "a cargo that is not there",
        without: |configure, _| option(configure, "Rust_CARGO=/nowhere/cargo"),
        verdict: Refuses(&[
            "Heffte needs cargo, and Rust_CARGO names /nowhere/cargo, which does not exist. Install Rust 1.",
        ]),
        ..REFUSED
    },
    Missing {
        label: "a cargo that is too old",
        without: |configure, work| {
            let cargo = command::script(work.join("cargo"), "echo 'cargo 1.70.0 (ec8a8a0ca 2023-04-25)'")?;
            option(configure, &format!("Rust_CARGO={}", cargo.display()))
        },
        verdict: Refuses(&["Heffte needs cargo 1.", "cargo is 1.70.0. Install Rust 1."]),
        ..REFUSED
    },
    Missing {
        label: "a generator of several configurations",
        generator: "Ninja Multi-Config",
        verdict: Refuses(&["Heffte is not built by the generator Ninja Multi-Config", "-G Ninja"]),
        ..REFUSED
    },
    Missing {
        label: "no libclang",
        without: |configure, _| {
            configure.env("LIBCLANG_PATH", "/nowhere");
            Ok(())
        },
        verdict: Refuses(&[
            "Heffte needs libclang, by which bindgen reads mpi.h: LIBCLANG_PATH names /nowhere, where it is not.",
            "libclang-dev in Debian",
        ]),
        ..REFUSED
    },
    Missing {
        label: "a libclang of C++ alone",
        without: |configure, work| {
            let folder = work.join("of C++");
            fs::create_dir_all(&folder)?;
            fs::write(folder.join("libclang-cpp.so.19.1"), "")?;
            configure.env("LIBCLANG_PATH", folder);
            Ok(())
        },
        verdict: Refuses(&["of C++, where it is not. Install it (libclang-dev in Debian"]),
        ..REFUSED
    },
    Missing {
        label: "no Corrosion, and no git host to fetch it from",
        without: |configure, _| {
            // Nobody listens there.
            configure.env("https_proxy", "http://127.0.0.1:9");
            option(configure, "CMAKE_DISABLE_FIND_PACKAGE_Corrosion=ON")
        },
        verdict: Refuses(&[
            "Heffte is built through Corrosion 0.5 or newer, which is neither installed nor can be fetched (",
            "-DCorrosion_ROOT=",
        ]),
        ..REFUSED
    },
    Missing {
        label: "no FFTW",
        without: |configure, _| option(configure, "Heffte_ENABLE_FFTW=ON"),
        // Nobody can take it away.
        unless: |tools| {
            let found = tools.command("cc").args(["-shared", "-o", "/dev/null", "-l:libfftw3.so.3"]).output();
            found.is_ok_and(|found| found.status.success()).then_some("the system has one")
        },
        verdict: Refuses(&[
            "Heffte_ENABLE_FFTW=ON needs libfftw3, FFTW's library of double precision: neither CMake nor pkg-config finds it",
            "-DHeffte_SUPERBUILD_DEPS=ON builds one",
        ]),
        ..REFUSED
    },
    Missing {
        label: "a Python that is not there",
        without: |configure, _| {
            option(configure, "Heffte_ENABLE_PYTHON=ON")?;
            option(configure, "Python_EXECUTABLE=/nowhere/python")
        },
        verdict: Refuses(&[
            "Heffte_ENABLE_PYTHON=ON needs Python 3.10 or newer, and Python_EXECUTABLE names /nowhere/python, which is none",
            "-DHeffte_ENABLE_PYTHON=OFF builds without",
        ]),
        ..REFUSED
    },
    Missing {
        label: "no Python",
        without: |configure, _| {
            option(configure, "Heffte_ENABLE_PYTHON=ON")?;
            option(configure, "CMAKE_DISABLE_FIND_PACKAGE_Python=ON")
        },
        verdict: Refuses(&["Heffte_ENABLE_PYTHON=ON needs Python 3.10 or newer, and none is found. Install one"]),
        ..REFUSED
    },
    Missing {
        label: "an mpi4py of another MPI",
        without: |configure, work| {
            let package = work.join("of another MPI/mpi4py");
            fs::create_dir_all(&package)?;
            fs::write(package.join("__init__.py"), "class rc: pass\n")?;
            fs::write(package.join("MPI.py"), "def Get_library_version(): return 'Another MPI 9.9, of tests\\0'\n")?;
            configure.env("PYTHONPATH", work.join("of another MPI"));
            option(configure, "Heffte_ENABLE_PYTHON=ON")
        },
        verdict: Warns(&["uses `Another MPI 9.9,`, and heffte cannot be imported beside it: install an mpi4py for"]),
        ..REFUSED
    },
    Missing {
        label: "no mpi4py",
        without: |configure, work| {
            let package = work.join("without mpi4py/mpi4py");
            fs::create_dir_all(&package)?;
            fs::write(package.join("__init__.py"), "raise ImportError\n")?;
            configure.env("PYTHONPATH", work.join("without mpi4py"));
            option(configure, "Heffte_ENABLE_PYTHON=ON")
        },
        verdict: Accepts(&["has no mpi4py that works: it is needed to import heffte"]),
        ..REFUSED
    },
    // As that of .venv is.
    Missing {
        label: "a libclang without headers",
        without: |configure, _| {
            configure.env_remove("BINDGEN_EXTRA_CLANG_ARGS");
            Ok(())
        },
        unless: |tools| {
            let has_clang = tools.command("clang").arg("--version").output().is_ok();
            (has_clang || std::env::var_os("LIBCLANG_PATH").is_some()).then_some("the machine has one with them")
        },
        verdict: Accepts(&["has no headers of its own: bindgen is given those in"]),
        ..REFUSED
    },
];

pub fn run(tools: &Tools, report: &mut Report) {
    let work = at("build/missing");
    if !report.check("a place to configure in", || empty(&work)) {
        return;
    }
    for missing in ALL {
        match (missing.unless)(tools) {
            Some(reason) => say!("  left out: {}, since {reason}", missing.label),
            None => _ = report.check(missing.label, || check(tools, missing, &work)),
        }
    }
    if Path::new("/usr/bin/mpicc").exists() {
        say!("  left out: no MPI, since the system has one");
    } else {
        report.check("no MPI", || no_mpi(tools, &work));
    }
}

fn check(tools: &Tools, missing: &Missing, work: &Path) -> Result<()> {
    let mut configure = Generator { name: missing.generator, ..NINJA }.configure(tools, &at(""), &fresh(work));
    (missing.without)(configure.arg(WITHOUT_TESTS), work)?;
    missing.verdict.holds_for(&mut configure)
}

/// Nobody says which MPI, and the path has none.
fn no_mpi(tools: &Tools, work: &Path) -> Result<()> {
    let mut configure = outside(tools, &at(""), &fresh(work));
    Refuses(&["Heffte needs MPI: no mpicc is on the path. Let -DMPI_C_COMPILER=", "libopenmpi-dev"])
        .holds_for(configure.arg(WITHOUT_TESTS))
}

fn option(configure: &mut Command, option: &str) -> Result<()> {
    configure.arg(format!("-D{option}"));
    Ok(())
}
