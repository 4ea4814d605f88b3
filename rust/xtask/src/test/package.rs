//! The installed package as others use it: by find_package, moved elsewhere, without CMake, inside another project.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::report::Report;
use crate::build::{self, SHARED};
use crate::command::{self, LIMIT};
use crate::paths::at;
use crate::setup::Tools;

pub fn run(tools: &Tools, report: &mut Report) {
    let work = at("build/package");
    let first = work.join("installed here");
    let moved = work.join("moved there");
    if !report.check("installing a copy", || copy(tools, &work, &first)) {
        return;
    }
    consumer(tools, report, "find_package", &first, &work.join("consumer"));
    if !report.check("moving it", || fs::rename(&first, &moved).context("cannot move the installed tree")) {
        return;
    }
    consumer(tools, report, "find_package in the moved tree", &moved, &work.join("consumer-moved"));
    by_mpicc(tools, report, &moved, &work);
    imports(tools, report, &moved);
    configurations(tools, report, &moved, &work);
}

fn copy(tools: &Tools, work: &Path, prefix: &Path) -> Result<()> {
    let _ = fs::remove_dir_all(work);
    let mut install = tools.command("cmake");
    command::run("installing", install.arg("--install").arg(SHARED.directory()).arg("--prefix").arg(prefix)).map(|_| ())
}

/// Builds tests/cmake/consumer against `prefix` and runs it on 2 ranks.
fn consumer(tools: &Tools, report: &mut Report, label: &str, prefix: &Path, binary: &Path) {
    let built = report.check(&format!("{label}: build"), || {
        let mut configure = build::configure(tools, &at("tests/cmake/consumer"), binary);
        let output = command::run("configuring", configure.arg(format!("-DHeffte_ROOT={}", prefix.display())))?;
        ensure!(output.contains("Found Heffte: "), "the package does not say that it was found:\n{output}");
        ensure!(output.contains(&prefix.display().to_string()), "another Heffte was found:\n{output}");
        command::run("building", tools.command("cmake").arg("--build").arg(binary)).map(|_| ())
    });
    if built {
        report.program(&format!("{label}: 2 ranks"), &mut tools.on_ranks(2, binary.join("consumer")));
    }
}

/// The C example by MPI's compiler alone.
fn by_mpicc(tools: &Tools, report: &mut Report, prefix: &Path, work: &Path) {
    let program = work.join("heffte_example_c");
    let library = prefix.join("lib");
    let mut compile = tools.command(&tools.mpicc);
    compile.arg(at("examples/c/heffte_example_c.c")).arg("-I").arg(prefix.join("include")).arg("-L").arg(&library);
    compile.arg(format!("-Wl,-rpath,{}", library.display())).args(["-lheffte", "-lm", "-o"]).arg(&program);
    if report.program("plain mpicc: build", &mut compile) {
        report.program("plain mpicc: 2 ranks", &mut tools.on_ranks(2, &program));
    }
}

/// Both copies of the Python package work in the moved tree, and know where the library is now.
fn imports(tools: &Tools, report: &mut Report, prefix: &Path) {
    let script = "import os, sys, heffte, heffte_config\n\
        assert heffte.__file__.startswith(sys.argv[1]), heffte.__file__\n\
        assert os.path.samefile(heffte_config.libheffte_path, os.path.join(sys.argv[1], 'lib/libheffte.so'))\n\
        assert heffte.heffte_config.libheffte_path == heffte_config.libheffte_path\n\
        assert heffte.capi.library().heffte_last_error() == b''";
    let site_packages = fs::read_dir(prefix.join("lib")).into_iter().flatten().flatten().map(|entry| entry.path());
    let site_packages: Vec<PathBuf> =
        site_packages.map(|path| path.join("site-packages")).filter(|path| path.is_dir()).collect();
    report.check("one site-packages directory", || {
        ensure!(site_packages.len() == 1, "found {site_packages:?}");
        Ok(())
    });
    for directory in site_packages.iter().chain([&prefix.join("share/heffte/python")]) {
        let mut python = tools.command(&tools.python);
        python.args(["-c", script]).arg(prefix).env("PYTHONPATH", directory);
        let name = directory.strip_prefix(prefix).unwrap_or(directory).display().to_string();
        report.program(&format!("import heffte from {name}"), &mut python);
    }
}

/// What is configured, from which sources with which options, and the words with which it is refused, if it is.
type Case = (&'static str, (PathBuf, &'static [&'static str]), Result<(), &'static str>);

/// Options and components: what is refused, with which words, and what is accepted.
fn configurations(tools: &Tools, report: &mut Report, prefix: &Path, work: &Path) {
    let binary = work.join("configured");
    let library = |options: &'static [&'static str]| (at(""), options);
    let components = |options: &'static [&'static str]| (at("tests/cmake/components"), options);
    let cases: [Case; 10] = [
        (
            "unknown options are accepted",
            library(&["-DHeffte_SEQUENTIAL_TESTING=ON", "-DHeffte_ENABLE_NOVELTY=ON"]),
            Ok(()),
        ),
        ("AVX is accepted", library(&["-DHeffte_ENABLE_AVX=ON", "-DHeffte_ENABLE_AVX512=ON"]), Ok(())),
        ("FFTW is refused", library(&["-DHeffte_ENABLE_FFTW=ON"]), Err("Heffte_ENABLE_FFTW=ON")),
        ("CUDA is refused", library(&["-DHeffte_ENABLE_CUDA=ON"]), Err("Heffte_ENABLE_CUDA=ON")),
        (
            "static Python is refused",
            library(&["-DHeffte_ENABLE_PYTHON=ON", "-DBUILD_SHARED_LIBS=OFF"]),
            Err("BUILD_SHARED_LIBS=ON"),
        ),
        ("as a subproject", (at("tests/cmake/subproject"), &[]), Ok(())),
        ("components that are there", components(&["-DCOMPONENTS=STOCK;BUILTIN;SHARED;PYTHON"]), Ok(())),
        ("a component that is not", components(&["-DCOMPONENTS=STOCK;FFTW"]), Err("has no component FFTW")),
        ("a version that is too new", components(&["-DVERSION=3.0"]), Err("3.0")),
        ("a path that names the sources", components(&["-DSOURCES_FIRST=ON"]), Ok(())),
    ];
    for (label, (source, options), expected) in cases {
        report.check(label, || {
            let _ = fs::remove_dir_all(&binary);
            let mut configure = build::configure(tools, &source, &binary);
            configure.args(options).arg(format!("-DHeffte_ROOT={}", prefix.display()));
            let outcome = command::capture("configuring", &mut configure, LIMIT)?;
            // CMake breaks the lines of its messages.
            let words = outcome.output.split_whitespace().collect::<Vec<_>>().join(" ");
            match expected {
                Ok(()) => ensure!(outcome.ok, "it was refused:\n{}", outcome.output),
                Err(text) => {
                    ensure!(!outcome.ok, "it was accepted");
                    ensure!(words.contains(text), "the message lacks {text:?}:\n{}", outcome.output);
                }
            }
            Ok(())
        });
    }
}
