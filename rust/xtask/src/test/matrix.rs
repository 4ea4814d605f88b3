//! What `cargo xtask test --full` builds besides: both CMakes, both generators, both kinds of build, and other ways to build.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::native::there;
use super::package::{self, IN_C};
use super::report::Report;
use crate::build::{self, Generator, NINJA};
use crate::command;
use crate::paths::at;
use crate::setup::{self, Tools};
use crate::terminal::say;

pub fn run(tools: &Tools, report: &mut Report) {
    let oldest = match oldest_cmake(tools) {
        Ok(path) => path.to_string_lossy().into_owned(),
        Err(error) => {
            report.check("the oldest CMake", || Err(error));
            return;
        }
    };
    let makes = there(&["make"]);
    for (version, cmake) in [("the oldest CMake", oldest.as_str()), ("the newest CMake", "cmake")] {
        for name in ["Ninja", "Unix Makefiles"] {
            for kind in ["Release", "Debug"] {
                if name == "Ninja" || !makes.is_empty() {
                    one(tools, report, &format!("{version}, {name}, {kind}"), Generator { cmake, name }, kind);
                }
            }
        }
    }
}

/// The workflows of presets, beside that of the static library.
pub fn workflows(tools: &Tools, report: &mut Report) {
    for preset in ["default", "dev", "python", "cuda", "rocm"] {
        workflow(tools, report, &at(""), preset, &[]);
    }
    let places = tools.backends().options().into_iter().filter(|option| option.contains("_ROOT="));
    let places: Vec<String> = places.collect();
    if places.len() < 2 {
        say!("  left out: the preset cpu-all, since this machine has not both FFTW and MKL");
        return;
    }
    workflow(tools, report, &at(""), "cpu-all", &places.iter().map(String::as_str).collect::<Vec<_>>());
}

/// The library alone, installed, and a program with it.
fn one(tools: &Tools, report: &mut Report, label: &str, generator: Generator, kind: &str) {
    let binary = at("build/matrix").join(label.replace([' ', ','], "-"));
    let prefix = binary.join("prefix");
    let built = report.check(&format!("{label}: build"), || {
        let _ = fs::remove_dir_all(&binary);
        let mut configure = generator.configure(tools, &at(""), &binary);
        configure.arg(format!("-DCMAKE_BUILD_TYPE={kind}")).arg("-DHeffte_ENABLE_TESTING=OFF");
        command::run("configuring", configure.arg(format!("-DCMAKE_INSTALL_PREFIX={}", prefix.display())))?;
        command::step("building", generator.command(tools).arg("--build").arg(&binary))?;
        command::run("installing", generator.command(tools).arg("--install").arg(&binary)).map(|_| ())
    });
    if built {
        let consumer = IN_C.of(label).by(generator);
        package::consumer(tools, report, &consumer, &prefix, &binary.join("consumer"));
    }
}

/// `Heffte_SUPERBUILD_DEPS=ON` where no FFTW is found: an FFTW of its own, which a plan uses.
pub fn own_fftw(tools: &Tools, report: &mut Report) {
    let binary = at("build/matrix/own-fftw");
    let mut is_own = false;
    report.check("Heffte_SUPERBUILD_DEPS: configure", || {
        let _ = fs::remove_dir_all(&binary);
        let mut configure = NINJA.configure(tools, &at(""), &binary);
        configure.args(["-DHeffte_ENABLE_FFTW=ON", "-DHeffte_SUPERBUILD_DEPS=ON"]);
        is_own = command::run("configuring", &mut configure)?.contains("the one that the crate fftw-src carries");
        Ok(())
    });
    if !is_own {
        say!("  left out: an FFTW of its own, since this machine has one");
        return;
    }
    let built = report.check("an FFTW of its own: build", || {
        let mut build = build::cmake(tools);
        build.arg("--build").arg(&binary).args(["--target", "cargo-build_speed3d_c2c"]);
        command::step("building", &mut build).map(|_| ())
    });
    if built {
        let mut program = tools.on_ranks(2, binary.join("speed3d_c2c"));
        report.program("an FFTW of its own: 2 ranks", program.args(["fftw", "double", "12", "10", "8", "-n1"]));
    }
}

/// `Heffte_ENABLE_DOXYGEN=ON`, with a doxygen and without one.
pub fn doxygen(tools: &Tools, report: &mut Report) {
    let binary = at("build/matrix/doxygen");
    let mut configure = NINJA.configure(tools, &at(""), &binary);
    configure.args(["-DHeffte_ENABLE_DOXYGEN=ON", "-DHeffte_ENABLE_TESTING=OFF"]);
    report.check("no doxygen", || {
        let _ = fs::remove_dir_all(&binary);
        configure.arg("-DCMAKE_DISABLE_FIND_PACKAGE_Doxygen=ON");
        let said = command::run("configuring", &mut configure)?;
        ensure!(said.contains("left out: Heffte_ENABLE_DOXYGEN=ON, for doxygen is not found"), "CMake says:\n{said}");
        Ok(())
    });
    report.check("the pages that doxygen makes", || {
        let (programs, libraries) = setup::doxygen::directories()?;
        let before = |first: &Path, command: &Command, name: &str| {
            let given = command.get_envs().find(|(key, _)| *key == name).and_then(|(_, value)| value);
            format!("{}:{}", first.display(), given.unwrap_or_default().to_string_lossy())
        };
        let mut build = build::cmake(tools);
        build.arg("--build").arg(&binary).args(["--target", "heffte_doxygen"]);
        configure.arg("-DCMAKE_DISABLE_FIND_PACKAGE_Doxygen=OFF");
        for command in [&mut configure, &mut build] {
            let paths = ["PATH", "LD_LIBRARY_PATH"]
                .map(|name| (name, before(if name == "PATH" { &programs } else { &libraries }, command, name)));
            command::run("making pages", command.envs(paths))?;
        }
        let pages = fs::read_dir(binary.join("doxygen/html"))?.flatten().map(|entry| entry.path());
        let texts: String = pages
            .filter(|path| path.extension().is_some_and(|e| e == "html"))
            .map(|path| fs::read_to_string(path).unwrap_or_default())
            .collect();
        for name in ["heffte_plan_create", "fft3d_r2c", "size_workspace"] {
            ensure!(texts.contains(name), "no page has {name}");
        }
        Ok(())
    });
}

/// Configures, with more options than the preset's, builds and tests, all by one command.
pub fn workflow(tools: &Tools, report: &mut Report, sources: &Path, preset: &str, options: &[&str]) -> bool {
    let configured = report.check(&format!("cmake --preset {preset}"), || {
        let mut configure = build::cmake(tools);
        configure.current_dir(sources);
        // Which MPI, and a generator for all: the presets leave both to the user.
        configure.args(["--fresh", "-G", "Ninja", "--preset", preset]).args(build::of_mpi(tools)).args(options);
        command::run("configuring", &mut configure).map(|_| ())
    });
    let mut workflow = build::cmake(tools);
    workflow.current_dir(sources).args(["--workflow", "--preset", preset]);
    workflow.env("CMAKE_BUILD_PARALLEL_LEVEL", "2").env("CTEST_PARALLEL_LEVEL", "2");
    // Some tests have more ranks than there are cores.
    workflow.envs(tools.launcher.variables_of_a_crowd().iter().copied());
    configured && report.program(&format!("cmake --workflow --preset {preset}"), &mut workflow)
}

/// Every preset can be listed, which reads the file whole.
pub fn presets(tools: &Tools, report: &mut Report) {
    report.check("cmake --list-presets=all", || {
        let listed = command::run("listing", tools.command("cmake").arg("--list-presets=all"))?;
        for preset in ["default", "cpu-all", "cuda", "rocm", "static", "dev", "python"] {
            let count = listed.matches(&format!("\"{preset}\"")).count();
            ensure!(count == 4, "{preset} is there {count} times, not once of each kind:\n{listed}");
        }
        Ok(())
    });
}

/// The CMake of requirements/oldest.txt.
pub fn oldest_cmake(tools: &Tools) -> Result<PathBuf> {
    let target = at(".venv/cmake-oldest");
    let program = target.join("cmake/data/bin/cmake");
    if !program.exists() {
        let mut install = tools.command(&tools.python);
        install.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-deps", "--target"]).arg(&target);
        command::run("installing the oldest CMake", install.arg("--requirement").arg(at("requirements/oldest.txt")))?;
    }
    program.is_file().then_some(program).context("the package cmake has no program of that name")
}

/// A folder that is empty.
pub fn empty(path: &Path) -> Result<()> {
    let _ = fs::remove_dir_all(path);
    fs::create_dir_all(path).with_context(|| format!("cannot make {}", path.display()))
}
