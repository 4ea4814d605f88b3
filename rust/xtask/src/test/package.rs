//! The installed package as others use it: by find_package, moved elsewhere, by make, without either, inside another project.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::native::there;
use super::report::Report;
use super::sources::{self, ReadOnly};
use super::{configure, installed, make, matrix};
use crate::build::{self, Generator, NINJA, SHARED};
use crate::command;
use crate::paths::at;
use crate::setup::Tools;

pub fn run(tools: &Tools, report: &mut Report) {
    let work = at("build/package");
    let first = work.join("installed here");
    let moved = work.join("moved there");
    test_install(tools, report);
    if !report.check("installing a copy", || copy(tools, &work, &first)) {
        return;
    }
    report.check("the installed files", || installed::files(&first));
    consumer(tools, report, &IN_C, &first, &work.join("consumer"));
    if !report.check("moving it", || fs::rename(&first, &moved).context("cannot move the installed tree")) {
        return;
    }
    consumer(tools, report, &IN_C_MOVED, &moved, &work.join("consumer-moved"));
    consumer(tools, report, &IN_CXX, &moved, &work.join("consumer-cxx"));
    for example in ["examples/c/heffte_example_c.c", "examples/cxx/first_transform.cpp"] {
        by_wrapper(tools, report, example, &moved, &work);
    }
    programs(tools, report, &moved);
    threads(tools, report, &moved);
    installed::finders(tools, report, &moved, &work);
    installed::whole_paths(tools, report, &work);
    installed::cpack(tools, report, &work);
    subproject(tools, report, &work);
    imports(tools, report, &moved);
    configure::run(tools, report, &moved, &work);
    make::run(tools, report, &moved, &work);
}

/// The examples by find_package, as they are installed: the target test_install.
fn test_install(tools: &Tools, report: &mut Report) {
    let mut build = build::cmake(tools);
    report.program("test_install", build.arg("--build").arg(SHARED.directory()).args(["--target", "test_install"]));
}

/// The installed programs find MPI without help.
fn programs(tools: &Tools, report: &mut Report, prefix: &Path) {
    let stock =
        [("speed3d_c2c", "stock"), ("speed3d_r2c", "stock"), ("speed3d_r2r", "stock-cos"), ("convolution", "stock")];
    let others = tools.backends().names().into_iter().map(|backend| ("speed3d_c2c", backend));
    for (name, backend) in stock.into_iter().chain(others) {
        let mut program = tools.on_ranks(2, prefix.join("bin").join(name));
        program.args([backend, "double", "12", "10", "8", "-n1"]).env_remove("LD_LIBRARY_PATH");
        report.program(&format!("bin/{name} {backend}: 2 ranks"), &mut program);
    }
}

/// A number of threads that is none is said once, by the first rank.
fn threads(tools: &Tools, report: &mut Report, prefix: &Path) {
    report.check("HEFFTE_NUM_THREADS=many", || {
        let mut program = tools.on_ranks(2, prefix.join("bin/speed3d_c2c"));
        program.args(["stock", "double", "8", "8", "8", "-n1"]).env("HEFFTE_NUM_THREADS", "many");
        let output = command::run("running", &mut program)?;
        let said = "HEFFTE_NUM_THREADS is many, which is no number of threads: 1 is taken";
        ensure!(output.matches(said).count() == 1, "it does not say once: {said}\n{output}");
        Ok(())
    });
}

fn copy(tools: &Tools, work: &Path, prefix: &Path) -> Result<()> {
    let _ = fs::remove_dir_all(work);
    let mut install = tools.command("cmake");
    command::run("installing", install.arg("--install").arg(SHARED.directory()).arg("--prefix").arg(prefix)).map(|_| ())
}

/// A program of somebody else's: what is tested with it, where it is, and how it is told where the package is.
#[derive(Clone, Copy)]
pub struct Consumer<'a> {
    label: &'a str,
    source: &'static str,
    hint: fn(&Path) -> String,
    generator: Generator<'a>,
}

impl<'a> Consumer<'a> {
    /// The same of a tree that is called `label`.
    pub fn of(self, label: &'a str) -> Consumer<'a> {
        Consumer { label, ..self }
    }

    /// The same by another CMake.
    pub fn by(self, generator: Generator<'a>) -> Consumer<'a> {
        Consumer { generator, ..self }
    }
}

pub const IN_C: Consumer = Consumer {
    label: "find_package",
    source: "tests/cmake/consumer",
    hint: |prefix| format!("-DHeffte_ROOT={}", prefix.display()),
    generator: NINJA,
};
const IN_C_MOVED: Consumer = Consumer {
    label: "find_package in the moved tree",
    hint: |prefix| format!("-DHeffte_DIR={}", prefix.join("lib/cmake/Heffte").display()),
    ..IN_C
};
pub const IN_CXX: Consumer = Consumer {
    label: "find_package from C++ alone",
    source: "tests/cmake/consumer_cxx",
    hint: |prefix| format!("-DCMAKE_PREFIX_PATH={}", prefix.display()),
    generator: NINJA,
};

/// Builds a consumer against `prefix` and runs it on 2 ranks.
pub fn consumer(tools: &Tools, report: &mut Report, consumer: &Consumer, prefix: &Path, binary: &Path) {
    let label = consumer.label;
    let built = report.check(&format!("{label}: build"), || {
        let _ = fs::remove_dir_all(binary);
        let mut configure = consumer.generator.configure(tools, &at(consumer.source), binary);
        let output = command::run("configuring", configure.arg((consumer.hint)(prefix)))?;
        ensure!(output.contains("Found Heffte: "), "the package does not say that it was found:\n{output}");
        ensure!(output.contains(&prefix.display().to_string()), "another Heffte was found:\n{output}");
        command::run("building", consumer.generator.command(tools).arg("--build").arg(binary)).map(|_| ())
    });
    if built {
        report.program(&format!("{label}: 2 ranks"), &mut tools.on_ranks(2, binary.join("consumer")));
    }
}

/// The consumer's program in a project that has heFFTe inside; by the oldest CMake, and make, where it is there. All paths have
/// spaces, and the sources are not to be written to.
fn subproject(tools: &Tools, report: &mut Report, work: &Path) {
    let binary = work.join("built elsewhere");
    let prepared = report.made("the oldest CMake, and a copy of the sources", || {
        let cmake = matrix::oldest_cmake(tools)?.to_string_lossy().into_owned();
        Ok((cmake, ReadOnly::copy()?))
    });
    let Some((cmake, sources)) = prepared else { return };
    let name = if there(&["make"]).is_empty() { "Ninja" } else { "Unix Makefiles" };
    let generator = Generator { cmake: &cmake, name };
    let built = report.check("as a subproject: build", || {
        let _ = fs::remove_dir_all(&binary);
        command::run(
            "configuring",
            &mut generator.configure(tools, &sources::root().join("tests/cmake/subproject"), &binary),
        )?;
        command::run("building", generator.command(tools).arg("--build").arg(&binary))?;
        let mut install = generator.command(tools);
        install.arg("--install").arg(&binary).arg("--prefix").arg(work.join("installed by the subproject"));
        command::run("installing", &mut install)?;
        sources.are_untouched()
    });
    if built {
        report.program("as a subproject: 2 ranks", &mut tools.on_ranks(2, binary.join("consumer")));
    }
}

/// An example by MPI's compiler alone.
fn by_wrapper(tools: &Tools, report: &mut Report, example: &str, prefix: &Path, work: &Path) {
    let is_cxx = example.ends_with(".cpp");
    let wrapper = if is_cxx { tools.mpicc.with_file_name("mpicxx") } else { tools.mpicc.clone() };
    let name = if is_cxx { "plain mpicxx" } else { "plain mpicc" };
    let source = at(example);
    let program = work.join(source.file_stem().unwrap_or_default());
    let library = prefix.join("lib");
    let mut compile = tools.command(wrapper);
    compile.args(is_cxx.then_some("-std=c++11")).arg(source);
    compile.arg("-I").arg(prefix.join("include")).arg("-L").arg(&library);
    compile.arg(format!("-Wl,-rpath,{}", library.display())).args(["-lheffte", "-lm", "-o"]).arg(&program);
    if report.program(&format!("{name}: build"), &mut compile) {
        report.program(&format!("{name}: 2 ranks"), &mut tools.on_ranks(2, &program));
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
