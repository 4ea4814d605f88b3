//! Pieces that CMake and the C compiler run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::report::Report;
use super::sources::{self, ReadOnly};
use super::{configure, make, matrix, package};
use crate::abi;
use crate::build::{self, Flavour, SHARED, STATIC};
use crate::command;
use crate::header;
use crate::paths::at;
use crate::setup::Tools;
use crate::terminal::say;

pub fn header(_: &Tools, report: &mut Report) {
    report.check("the generated headers", || header::run(true));
}

pub fn build(tools: &Tools, report: &mut Report) {
    report.check("shared library and Python package", || build::install(tools, &SHARED, &tools.backends().options()));
    matrix::presets(tools, report);
    report.program(
        "the soname",
        tools.command("sh").arg("-c").arg(format!(
            "nm -D {0} >/dev/null && readelf -d {0} | grep -q 'soname: .libheffte.so.2.$'",
            SHARED.prefix().join("lib/libheffte.so").display()
        )),
    );
    report.check("what compiled programs rely on", || abi::check(tools));
}

/// Every header of the C interface compiles alone, as C99, without a warning.
pub fn headers(tools: &Tools, report: &mut Report) {
    let names = ["heffte.h", "heffte_c.h", "heffte_c_defines.h", "heffte_config.h"];
    let compilers = there(&["gcc", "clang"]);
    for compiler in &compilers {
        for name in names {
            report.check(&format!("{name} by {compiler}"), || compile_alone(tools, &C, compiler, "c99", name));
        }
    }
    if !compilers.contains(&"clang") {
        report.check("the headers by libclang", || {
            let sources = names.into_iter().map(|name| including(&C, &[name])).collect::<Result<Vec<_>>>()?;
            compile_by_libclang(tools, &C, "c99", &sources)
        });
    }
}

/// A language, as compiling a header alone needs it.
pub struct Language {
    suffix: &'static str,
    /// What chooses the compiler behind the wrappers of both families of MPI.
    variables: [&'static str; 2],
    wrapper: fn(&Tools) -> PathBuf,
}

const C: Language = Language { suffix: "c", variables: ["MPICH_CC", "OMPI_CC"], wrapper: |tools| tools.mpicc.clone() };
pub const CXX: Language = Language {
    suffix: "cpp",
    variables: ["MPICH_CXX", "OMPI_CXX"],
    wrapper: |tools| tools.mpicc.with_file_name("mpicxx"),
};

/// Those of the compilers that are installed; says which are not. libclang stands in for clang.
pub fn there(compilers: &[&'static str]) -> Vec<&'static str> {
    let is_there = |compiler: &&&str| {
        let found = Command::new(**compiler).arg("--version").output().is_ok();
        if !found && !compiler.starts_with("clang") {
            say!("  left out: {compiler}, which is not installed");
        }
        found
    };
    compilers.iter().filter(is_there).copied().collect()
}

/// What a source has to be free of.
const WARNINGS: [&str; 3] = ["-Wall", "-Wextra", "-Wpedantic"];

/// Writes a file that includes nothing but these headers.
pub fn including<T: AsRef<str>>(language: &Language, headers: &[T]) -> Result<PathBuf> {
    let name = headers.iter().map(AsRef::as_ref).collect::<Vec<_>>();
    let name = if let [only] = name[..] { only.replace('/', "_") } else { "all".to_owned() };
    let source = at("build").join(format!("includes_{name}.{}", language.suffix));
    let lines: String = headers.iter().map(|header| format!("#include <{}>\n", header.as_ref())).collect();
    // A program has at least one declaration, which headers need not have.
    fs::write(&source, lines + "extern int something;\n")?;
    Ok(source)
}

/// Compiles a file that includes nothing but `header`, without a warning.
pub fn compile_alone(tools: &Tools, language: &Language, compiler: &str, standard: &str, header: &str) -> Result<()> {
    compile(tools, language, compiler, standard, &including(language, &[header])?)
}

/// Compiles `source` with the installed headers, without a warning; makes no program.
pub fn compile(tools: &Tools, language: &Language, compiler: &str, standard: &str, source: &Path) -> Result<()> {
    let mut command = tools.command((language.wrapper)(tools));
    language.variables.iter().for_each(|variable| _ = command.env(variable, compiler));
    command.arg(format!("-std={standard}")).args(WARNINGS).args(["-Werror", "-fsyntax-only"]);
    command::run("compiling", command.arg("-I").arg(SHARED.prefix().join("include")).arg(source)).map(|_| ())
}

/// The same by libclang, for several sources.
pub fn compile_by_libclang(tools: &Tools, language: &Language, standard: &str, sources: &[PathBuf]) -> Result<()> {
    let mut command = tools.command(&tools.python);
    command.arg(at("rust/xtask/src/test/libclang.py")).arg((language.wrapper)(tools)).args(sources);
    command.arg("--").arg(format!("-std={standard}")).args(WARNINGS);
    command::run("compiling", command.arg("-I").arg(SHARED.prefix().join("include"))).map(|_| ())
}

pub fn c(tools: &Tools, report: &mut Report) {
    ctest(tools, report, &SHARED, &["-E", &format!("{CXX_TESTS}|{GPU_TESTS}")]);
}

pub fn static_library(tools: &Tools, report: &mut Report) {
    let prefix = STATIC.prefix();
    // The C++ headers call the same C interface: a program in C++ below is enough.
    let made = report.check("a copy of the sources", || ReadOnly::copy().map(drop))
        && matrix::workflow(tools, report, &sources::root(), "static", &["-DCMAKE_CXX_COMPILER=NOTFOUND"])
        && report.check("installing", || {
            let mut install = build::cmake(tools);
            command::run(
                "installing",
                install.arg("--install").arg(sources::root().join("build/static")).arg("--prefix").arg(&prefix),
            )
            .map(|_| ())
        });
    if made {
        report.check("the installed files", || static_files(&prefix));
        package::consumer(tools, report, &package::IN_C, &STATIC.prefix(), &at("build/consumer-static"));
        package::consumer(tools, report, &package::IN_CXX, &STATIC.prefix(), &at("build/consumer-static-cxx"));
        configure::of_static(tools, report, &STATIC.prefix(), &at("build"));
        make::of_static(tools, report, &STATIC.prefix(), &at("build/make-static"));
    }
}

/// The names of the tests in C++.
pub const CXX_TESTS: &str = r"^cxx\.";
/// Those of the tests on devices, which the piece `gpu-programs` runs.
const GPU_TESTS: &str = r"^gpu\.";

/// Runs the tests that CMake built, or those that `choice` picks; as many at a time as their ranks have cores.
pub fn ctest(tools: &Tools, report: &mut Report, flavour: &Flavour, choice: &[&str]) {
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get()).to_string();
    let mut command = tools.command("ctest");
    command.arg("--test-dir").arg(flavour.directory()).args(["-V", "--no-tests=error", "--parallel", &cores]);
    // Some have more ranks than there are cores.
    command.envs(tools.launcher.variables_of_a_crowd().iter().copied()).args(choice);
    report.program("ctest", &mut command);
}

fn static_files(prefix: &Path) -> Result<()> {
    for file in ["lib/libheffte.a", "include/heffte.h", "lib/pkgconfig/heffte.pc"] {
        let path = prefix.join(file);
        anyhow::ensure!(path.is_file(), "{} was not installed", path.display());
    }
    Ok(())
}
