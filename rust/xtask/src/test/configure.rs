//! What CMake accepts and what it refuses, and with which words: our options, and the components of the installed package.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};

use super::report::Report;
use crate::build;
use crate::command::{self, LIMIT};
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
}

/// What CMake should do.
enum Verdict {
    Accepts,
    /// Refuses with these words.
    Refuses(&'static str),
}

use Source::{Components, InPlace, Library};
use Verdict::{Accepts, Refuses};

/// To add a case, add a row.
const CASES: [(&str, Source, &[&str], Verdict); 11] = [
    (
        "unknown options are accepted",
        Library,
        &["-DHeffte_SEQUENTIAL_TESTING=ON", "-DHeffte_ENABLE_NOVELTY=ON"],
        Accepts,
    ),
    ("AVX is accepted", Library, &["-DHeffte_ENABLE_AVX=ON", "-DHeffte_ENABLE_AVX512=ON"], Accepts),
    ("FFTW is refused", Library, &["-DHeffte_ENABLE_FFTW=ON"], Refuses("Heffte_ENABLE_FFTW=ON")),
    ("CUDA is refused", Library, &["-DHeffte_ENABLE_CUDA=ON"], Refuses("Heffte_ENABLE_CUDA=ON")),
    ("tracing is accepted", Library, &["-DHeffte_ENABLE_TRACING=ON"], Accepts),
    (
        "static Python is refused",
        Library,
        &["-DHeffte_ENABLE_PYTHON=ON", "-DBUILD_SHARED_LIBS=OFF"],
        Refuses("BUILD_SHARED_LIBS=ON"),
    ),
    ("a build in the sources is refused", InPlace, &[], Refuses("not built in its source directory")),
    (
        "components that are there, from C and C++",
        Components,
        &["-DCOMPONENTS=STOCK;BUILTIN;SHARED;PYTHON", "-DWITH_CXX=ON"],
        Accepts,
    ),
    ("a component that is not", Components, &["-DCOMPONENTS=STOCK;FFTW"], Refuses("has no component FFTW")),
    ("a version that is too new", Components, &["-DVERSION=3.0"], Refuses("3.0")),
    ("a path that names the sources", Components, &["-DSOURCES_FIRST=ON"], Accepts),
];

/// Configures every case with the package that is installed in `prefix`.
pub fn run(tools: &Tools, report: &mut Report, prefix: &Path, work: &Path) {
    for (label, source, options, verdict) in &CASES {
        report.check(label, || case(tools, source, options, verdict, prefix, work));
    }
}

fn case(tools: &Tools, source: &Source, options: &[&str], verdict: &Verdict, prefix: &Path, work: &Path) -> Result<()> {
    let binary = work.join("configured");
    let _ = fs::remove_dir_all(&binary);
    let mut configure = build::configure(tools, &directory(source, &binary)?, &binary);
    configure.args(options).arg(format!("-DHeffte_ROOT={}", prefix.display()));
    let outcome = command::capture("configuring", &mut configure, LIMIT)?;
    // CMake breaks the lines of its messages.
    let words = outcome.output.split_whitespace().collect::<Vec<_>>().join(" ");
    match (verdict, outcome.ok) {
        (Accepts, true) => {
            ensure!(!words.contains("CMake Warning"), "it was accepted with a warning:\n{}", outcome.output);
        }
        (Refuses(text), false) => {
            ensure!(words.contains(text), "the message lacks {text:?}:\n{}", outcome.output);
        }
        (Accepts, false) => bail!("it was refused:\n{}", outcome.output),
        (Refuses(_), true) => bail!("it was accepted:\n{}", outcome.output),
    }
    Ok(())
}

fn directory(source: &Source, binary: &Path) -> Result<PathBuf> {
    Ok(match source {
        Library => at(""),
        Components => at("tests/cmake/components"),
        InPlace => {
            // A copy: a test leaves nothing in the sources, even where it fails.
            fs::create_dir_all(binary)?;
            fs::copy(at("CMakeLists.txt"), binary.join("CMakeLists.txt"))?;
            binary.to_owned()
        }
    })
}
