//! What CMake accepts and what it refuses, and with which words: our options, and the components of the installed package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::native::there;
use super::report::Report;
use super::verdict::Verdict::{self, Accepts, Refuses, Warns};
use crate::build;
use crate::command;
use crate::paths::at;
use crate::setup::Tools;

/// What is configured.
enum Source {
    /// The library itself.
    Library,
    /// Its sources, built in their own directory.
    InPlace,
    /// tests/cmake/components, which looks for the installed package.
    Components,
    /// The same, where the library is installed without Python.
    LibraryAlone,
    /// Another project below tests/cmake.
    Project(&'static str),
}

use Source::{Components, InPlace, Library, LibraryAlone, Project};

type Case = (&'static str, Source, &'static [&'static str], Verdict);

/// What these ask does not depend on tests, which want one more compiler looked for.
pub const WITHOUT_TESTS: &str = "-DHeffte_ENABLE_TESTING=OFF";

/// To add a case, add a row.
const CASES: &[Case] = &[
    (
        "options that recipes for heFFTe set are accepted",
        Library,
        &["-DHeffte_SEQUENTIAL_TESTING=ON", "-DHeffte_DISABLE_GPU_AWARE_MPI=ON", "-DHeffte_MKL_IOMP5="],
        Accepts(&[]),
    ),
    (
        "a slip in an option is a warning",
        Library,
        &["-DHeffte_ENABLE_FTTW=ON"],
        Warns(&[
            "Heffte_ENABLE_FTTW is no option of Heffte 2.5.0, and has no effect. The nearest is Heffte_ENABLE_FFTW.",
        ]),
    ),
    (
        "an option in capitals is a warning",
        Library,
        &["-DHEFFTE_ENABLE_PYTHON=ON"],
        Warns(&[
            "HEFFTE_ENABLE_PYTHON is no option of Heffte 2.5.0, and has no effect. The nearest is Heffte_ENABLE_PYTHON.",
        ]),
    ),
    (
        "FFTW that is not there",
        Library,
        &["-DHeffte_ENABLE_FFTW=ON", "-DFFTW_ROOT=/nowhere"],
        Refuses(&["needs libfftw3, FFTW's library of double precision: it is not in FFTW_ROOT (/nowhere)"]),
    ),
    (
        "FFTW of one precision",
        Library,
        &["-DHeffte_ENABLE_FFTW=ON", "-DFFTW_LIBRARIES=/nowhere/libfftw3f.so"],
        Refuses(&[
            "needs libfftw3, FFTW's library of double precision: FFTW_LIBRARIES (/nowhere/libfftw3f.so) does not name it",
        ]),
    ),
    (
        "FFTW in a file that is not there",
        Library,
        &["-DHeffte_ENABLE_FFTW=ON", "-DFFTW_LIBRARIES=/nowhere/libfftw3.so;/nowhere/libfftw3f.so"],
        Refuses(&["FFTW_LIBRARIES names /nowhere/libfftw3.so, which does not exist"]),
    ),
    (
        "MKL that is not there",
        Library,
        &["-DHeffte_ENABLE_MKL=ON", "-DMKL_ROOT=/nowhere"],
        Refuses(&["libmkl_rt is not in MKL_ROOT (/nowhere)", "Let MKL_ROOT name the folder that has lib/libmkl_rt.so"]),
    ),
    (
        "what is built is said in the end",
        Library,
        &["-DBUILD_SHARED_LIBS=OFF", "-DCMAKE_INSTALL_PREFIX=/nowhere"],
        Accepts(&["Heffte 2.5.0: libheffte.a, with the backend stock, for", "Release; installs into /nowhere"]),
    ),
    (
        "static Python is refused",
        Library,
        &["-DHeffte_ENABLE_PYTHON=ON", "-DBUILD_SHARED_LIBS=OFF"],
        Refuses(&["Heffte_ENABLE_PYTHON=ON contradicts BUILD_SHARED_LIBS=OFF"]),
    ),
    ("a build in the sources is refused", InPlace, &[], Refuses(&["not built in its source directory"])),
    ("components that are there", Components, &["-DCOMPONENTS=STOCK;BUILTIN;SHARED;PYTHON;INTRINSICS"], Accepts(&[])),
    (
        "a component that is not",
        Components,
        &["-DCOMPONENTS=STOCK;ONEAPI"],
        Refuses(&["has no component ONEAPI. It has: SHARED STOCK"]),
    ),
    (
        "a version that is too new",
        Components,
        &["-DVERSION=3.0"],
        Refuses(&["compatible with requested version \"3.0\". The following configuration files were considered"]),
    ),
    ("the library without Python", LibraryAlone, &["-DCOMPONENTS=STOCK;SHARED"], Accepts(&[])),
    (
        "Python that was left out",
        LibraryAlone,
        &["-DCOMPONENTS=PYTHON"],
        Refuses(&["has no component PYTHON. It has: SHARED STOCK"]),
    ),
    ("versions, too old, too new and in between", Project("versions"), &[], Accepts(&[])),
    ("a project without a language", Project("no_language"), &[], Accepts(&[])),
    ("a path that names the sources", Components, &["-DSOURCES_FIRST=ON"], Accepts(&[])),
];

/// The same of the static library.
const STATIC_CASES: &[Case] = &[
    ("components of the static library", Components, &["-DEXPECTED=STATIC;STOCK", "-DCOMPONENTS=STATIC"], Accepts(&[])),
    ("a component that it has not", Components, &["-DCOMPONENTS=SHARED"], Refuses(&["has no component SHARED"])),
];

/// Configures every case with the package that is installed in `prefix`.
pub fn run(tools: &Tools, report: &mut Report, prefix: &Path, work: &Path) {
    for each in CASES {
        report.check(each.0, || case(tools, each, prefix, work));
    }
    let languages = if there(&["c++"]).is_empty() { &["C"][..] } else { &["C", "CXX", "C;CXX"] };
    for languages in languages {
        report.check(&format!("MPI is found for {languages}"), || finds_mpi(tools, languages, prefix, work));
    }
    if languages.len() > 1 {
        for languages in ["C;CXX", "CXX"] {
            report.check(&format!("FetchContent in a project of {languages}"), || {
                let fetched = format!("-DFETCHCONTENT_SOURCE_DIR_HEFFTE={}", at("").display());
                let binary = work.join("fetched").join(languages.replace(';', "-"));
                let mut configure = build::configure(tools, &at("tests/cmake/fetch_content"), &binary);
                configure.arg(fetched).arg(format!("-DLANGUAGES={languages}"));
                command::run("configuring", &mut configure).map(|_| ())
            });
        }
    }
}

/// The same with the static library.
pub fn of_static(tools: &Tools, report: &mut Report, prefix: &Path, work: &Path) {
    for each in STATIC_CASES {
        report.check(each.0, || case(tools, each, prefix, work));
    }
}

/// A fresh place to configure in.
pub fn fresh(work: &Path) -> PathBuf {
    let binary = work.join("configured");
    let _ = fs::remove_dir_all(&binary);
    binary
}

/// CMake where nothing of the project's tools is on the path.
pub fn outside(tools: &Tools, source: &Path, binary: &Path) -> Command {
    let mut configure = tools.command(tools.python.with_file_name("cmake"));
    configure.env("PATH", "/usr/bin:/bin").args(["-G", "Ninja", "-S"]).arg(source).arg("-B").arg(binary);
    configure.arg(format!("-DCMAKE_MAKE_PROGRAM={}", tools.python.with_file_name("ninja").display()));
    configure
}

/// A program that says nothing about MPI, where nothing of it is on the path, gets the package's.
fn finds_mpi(tools: &Tools, languages: &str, prefix: &Path, work: &Path) -> Result<()> {
    let mpi = tools.mpicc.parent().context("MPI's compiler is in no directory")?;
    let mut configure = outside(tools, &at("tests/cmake/finds_mpi"), &fresh(work));
    configure.arg(format!("-DLANGUAGES={languages}"));
    configure.arg(format!("-DMPI_DIRECTORY={}", mpi.display())).arg(format!("-DHeffte_ROOT={}", prefix.display()));
    command::run("configuring", &mut configure).map(|_| ())
}

fn case(tools: &Tools, (_, source, options, verdict): &Case, prefix: &Path, work: &Path) -> Result<()> {
    let binary = fresh(work);
    let mut configure = build::configure(tools, &directory(source, &binary)?, &binary);
    if matches!(source, Library) {
        configure.arg(WITHOUT_TESTS);
    }
    let mut prefix = prefix.to_owned();
    if matches!(source, LibraryAlone) {
        prefix = library_alone(&prefix, work)?;
    }
    if matches!(source, Components | LibraryAlone) {
        let backends = tools.backends().features().join(";").to_uppercase();
        let python = if matches!(source, Components) { "PYTHON" } else { "" };
        let has = ["SHARED", "STOCK", &backends, "GPUAWARE", python];
        let has: Vec<&str> = has.into_iter().filter(|component| !component.is_empty()).collect();
        configure.arg(format!("-DEXPECTED={}", has.join(";")));
    }
    configure.args(*options).arg(format!("-DHeffte_ROOT={}", prefix.display()));
    verdict.holds_for(&mut configure)
}

/// What a package has that leaves Python to another.
fn library_alone(prefix: &Path, work: &Path) -> Result<PathBuf> {
    let alone = work.join("library alone");
    let _ = fs::remove_dir_all(&alone);
    fs::create_dir_all(alone.join("lib"))?;
    for name in ["include", "lib/cmake", "lib/libheffte.so", concat!("lib/libheffte.so.", env!("CARGO_PKG_VERSION"))] {
        let mut copy = Command::new("cp");
        command::run("copying", copy.arg("-a").arg(prefix.join(name)).arg(alone.join(name)))?;
    }
    Ok(alone)
}

fn directory(source: &Source, binary: &Path) -> Result<PathBuf> {
    Ok(match source {
        Library => at(""),
        Components | LibraryAlone => at("tests/cmake/components"),
        Project(name) => at("tests/cmake").join(name),
        InPlace => {
            // A copy: a test leaves nothing in the sources, even where it fails.
            fs::create_dir_all(binary)?;
            fs::copy(at("CMakeLists.txt"), binary.join("CMakeLists.txt"))?;
            binary.to_owned()
        }
    })
}
