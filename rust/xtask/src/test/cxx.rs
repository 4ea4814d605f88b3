//! The C++ interface: each installed header alone, and the tests and examples in C++.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use rayon::prelude::*;

use super::native::{CXX, CXX_TESTS, compile, compile_alone, compile_by_libclang, ctest, including, there};
use super::report::Report;
use crate::build::SHARED;
use crate::paths::at;
use crate::setup::Tools;
use crate::terminal::say;

/// The oldest standard that programs may be written in, and a new one.
const OLD: &str = "c++11";
const NEW: &str = "c++20";

/// Headers that programs written for heFFTe include; more are installed.
const KNOWN: [&str; 28] = [
    "heffte.h",
    "heffte_backend_cuda.h",
    "heffte_backend_data_transfer.h",
    "heffte_backend_fftw.h",
    "heffte_backend_mkl.h",
    "heffte_backend_oneapi.h",
    "heffte_backend_rocm.h",
    "heffte_backend_stock.h",
    "heffte_backend_vector.h",
    "heffte_backends.h",
    "heffte_c_defines.h",
    "heffte_common.h",
    "heffte_compute_transform.h",
    "heffte_config.h",
    "heffte_fft3d.h",
    "heffte_fft3d_r2c.h",
    "heffte_geometry.h",
    "heffte_magma_helpers.h",
    "heffte_pack3d.h",
    "heffte_plan_logic.h",
    "heffte_r2r_executor.h",
    "heffte_reshape3d.h",
    "heffte_trace.h",
    "heffte_utils.h",
    "stock_fft/heffte_stock_algos.h",
    "stock_fft/heffte_stock_complex.h",
    "stock_fft/heffte_stock_tree.h",
    "stock_fft/heffte_stock_vec_types.h",
];

/// What cannot be compiled, with a word of why: the statements of a function that has a `box`.
const REFUSED: &[(&str, &str, &str)] = &[
    (
        "a backend that is not built",
        "heffte::fft3d<heffte::backend::onemkl> plan(box, box, comm);",
        "not in this build",
    ),
    ("what is no backend", "heffte::fft3d<heffte::tag::cpu> plan(box, box, comm);", "the tag of a backend"),
    (
        "two precisions",
        "heffte::fft3d<heffte::backend::stock> plan(box, box, comm); double x[1]; std::complex<float> y[1]; plan.forward(x, y);",
        "of the same precision",
    ),
    (
        "complex input of fft3d_r2c",
        "heffte::fft3d_r2c<heffte::backend::stock> plan(box, box, 0, comm); std::complex<float> x[1], y[1]; plan.forward(x, y);",
        "with fft3d also from complex numbers",
    ),
    (
        "a container of integers",
        "heffte::fft3d<heffte::backend::stock> plan(box, box, comm); plan.forward(std::vector<int>(1));",
        "forward() takes containers of float, double",
    ),
];

pub fn run(tools: &Tools, report: &mut Report) {
    let compilers = there(&["g++", "clang++"]);
    if compilers.is_empty() {
        say!("  left out: the C++ interface, for which there is no compiler");
        return;
    }
    let mut headers = Vec::new();
    if !report.check("the installed headers", || {
        headers = installed()?;
        Ok(())
    }) {
        return;
    }
    for compiler in &compilers {
        report.check(&format!("the tests by {compiler} -std={NEW}"), || {
            tests()?.par_iter().try_for_each(|source| compile(tools, &CXX, compiler, NEW, source))
        });
        report.check(&format!("a program written for heFFTe by {compiler}"), || {
            compile(tools, &CXX, compiler, OLD, &at("benchmarks/peers/heffte_reference.cpp"))
        });
        report.check(&format!("what {compiler} refuses"), || {
            REFUSED.iter().try_for_each(|(label, statements, words)| refused(tools, compiler, label, statements, words))
        });
        report.check(&format!("{} headers by {compiler} -std={OLD}", headers.len()), || {
            alone(tools, compiler, OLD, &headers)
        });
        report.check(&format!("{} headers together by {compiler} -std={NEW}", headers.len()), || {
            compile(tools, &CXX, compiler, NEW, &including(&CXX, &headers)?)
        });
    }
    if !compilers.contains(&"clang++") {
        for standard in [OLD, NEW] {
            report.check(&format!("{} headers and the tests by libclang -std={standard}", headers.len()), || {
                let all = including(&CXX, &headers)?;
                compile_by_libclang(tools, &CXX, standard, &[vec![all], tests()?].concat())
            });
        }
    }
    ctest(tools, report, &SHARED, &["-R", CXX_TESTS]);
}

/// Each header alone by the new standard, which takes three times as long as by the old one.
pub fn each_by_new_standard(tools: &Tools, report: &mut Report) {
    for compiler in there(&["g++", "clang++"]) {
        report.check(&format!("each header by {compiler} -std={NEW}"), || alone(tools, compiler, NEW, &installed()?));
    }
}

fn alone(tools: &Tools, compiler: &str, standard: &str, headers: &[String]) -> Result<()> {
    headers.par_iter().try_for_each(|header| compile_alone(tools, &CXX, compiler, standard, header))
}

/// That the compiler stops at these statements, with these words.
fn refused(tools: &Tools, compiler: &str, label: &str, statements: &str, words: &str) -> Result<()> {
    let source = at("build/refused.cpp");
    fs::write(
        &source,
        format!("#include <heffte.h>\nvoid f(heffte::box3d<> box, MPI_Comm comm) {{ {statements} }}\n"),
    )?;
    let Err(error) = compile(tools, &CXX, compiler, OLD, &source) else { bail!("{label} was accepted") };
    let message = format!("{error:#}");
    ensure!(message.contains(words), "{label}: the message lacks {words:?}:\n{message}");
    Ok(())
}

/// The tests, which CMake compiles by the old standard.
fn tests() -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(at("tests/cxx")).context("cannot read tests/cxx")?;
    let paths = entries.flatten().map(|entry| entry.path());
    Ok(paths.filter(|path| path.extension().is_some_and(|extension| extension == "cpp")).collect())
}

/// Every installed header but the one that is for C alone.
fn installed() -> Result<Vec<String>> {
    let root = SHARED.prefix().join("include");
    let mut found = Vec::new();
    collect(&root, &root, &mut found)?;
    found.retain(|name| name != "heffte_c.h");
    found.sort();
    let missing: Vec<_> = KNOWN.iter().filter(|name| !found.iter().any(|there| there == *name)).collect();
    ensure!(missing.is_empty(), "{missing:?} are not in {}", root.display());
    Ok(found)
}

/// The headers below `directory`, as programs that look into `root` include them.
fn collect(root: &Path, directory: &Path, found: &mut Vec<String>) -> Result<()> {
    let entries = fs::read_dir(directory).with_context(|| format!("cannot read {}", directory.display()))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(root, &path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "h") {
            found.push(path.strip_prefix(root)?.to_string_lossy().into_owned());
        }
    }
    Ok(())
}
