//! Pieces that CMake and the C compiler run.

use std::fs;
use std::process::Command;

use anyhow::Result;

use super::package;
use super::report::Report;
use crate::build::{self, Flavour, SHARED, STATIC};
use crate::command;
use crate::header;
use crate::paths::at;
use crate::setup::Tools;

pub fn header(_: &Tools, report: &mut Report) {
    report.check("the generated headers", || header::run(true));
}

pub fn build(tools: &Tools, report: &mut Report) {
    report.check("shared library and Python package", || build::install(tools, &SHARED));
    report.check("the installed files", || {
        let major = "lib/libheffte.so.2";
        installed(
            &SHARED,
            &["lib/libheffte.so", major, "lib/libheffte.so.2.5.0", "share/heffte/python/heffte/_core.abi3.so"],
        )
    });
    report.program(
        "the soname",
        tools.command("sh").arg("-c").arg(format!(
            "nm -D {0} >/dev/null && readelf -d {0} | grep -q 'soname: .libheffte.so.2.$'",
            SHARED.prefix().join("lib/libheffte.so").display()
        )),
    );
}

/// Every header compiles alone, as C99, without a warning.
pub fn headers(tools: &Tools, report: &mut Report) {
    let compilers = ["gcc", "clang"].into_iter().filter(|compiler| {
        let is_there = Command::new(compiler).arg("--version").output().is_ok();
        if !is_there {
            println!("  left out: {compiler}, which is not installed");
        }
        is_there
    });
    for compiler in compilers {
        for name in ["heffte.h", "heffte_c.h", "heffte_c_defines.h", "heffte_config.h"] {
            report.check(&format!("{name} by {compiler}"), || compile_alone(tools, compiler, name));
        }
    }
}

fn compile_alone(tools: &Tools, compiler: &str, header: &str) -> Result<()> {
    let source = at("build").join(format!("includes_{header}.c"));
    // A program has at least one declaration, which the header need not have.
    fs::write(&source, format!("#include <{header}>\nextern int something;\n"))?;
    let mut command = tools.command(&tools.mpicc);
    // Both families of MPI let a variable choose the compiler behind their wrapper.
    command.env("MPICH_CC", compiler).env("OMPI_CC", compiler);
    command.args(["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only"]);
    command::run("compiling", command.arg("-I").arg(SHARED.prefix().join("include")).arg(source)).map(|_| ())
}

pub fn c(tools: &Tools, report: &mut Report) {
    ctest(tools, report, &SHARED);
}

pub fn static_library(tools: &Tools, report: &mut Report) {
    if report.check("static library", || build::install(tools, &STATIC)) {
        report.check("the installed files", || installed(&STATIC, &["lib/libheffte.a", "include/heffte.h"]));
        ctest(tools, report, &STATIC);
        package::consumer(tools, report, "find_package", &STATIC.prefix(), &at("build/consumer-static"));
    }
}

fn ctest(tools: &Tools, report: &mut Report, flavour: &Flavour) {
    let mut command = tools.command("ctest");
    report.program("ctest", command.arg("--test-dir").arg(flavour.directory()).args(["-V", "--no-tests=error"]));
}

fn installed(flavour: &Flavour, files: &[&str]) -> Result<()> {
    for file in files {
        let path = flavour.prefix().join(file);
        anyhow::ensure!(path.is_file(), "{} was not installed", path.display());
    }
    Ok(())
}
