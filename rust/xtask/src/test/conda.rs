//! The conda packages: built by the recipe against stand-ins for conda-forge, installed into a fresh prefix, and used there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::native::there;
use super::report::Report;
use crate::command;
use crate::paths::at;
use crate::setup::Tools;

const LIMIT: Duration = Duration::from_secs(600);

pub fn run(tools: &Tools, report: &mut Report) {
    if !tools.mpicc.starts_with(at(".venv")) {
        println!(
            "  left out: {} is not the MPI of .venv, which the stand-in for mpich is a copy of",
            tools.mpicc.display()
        );
        return;
    }
    if there(&["c++"]).is_empty() {
        return;
    }
    if !report.check("the packages of requirements/conda.txt", || packages(tools)) {
        return;
    }
    report.program("all variants, and those that are refused", &mut python(tools, "variants.py"));
    let mut build = python(tools, "build.py");
    build.arg(work()).args(["--variant", "mpi=mpich"]);
    let backends = if tools.backends().names().contains(&"fftw") {
        build.args(["--variant", "with_fftw=yes"]);
        vec!["stock", "fftw"]
    } else {
        println!("  left out: the variant with FFTW, which this machine has none of");
        build.args(["--variant", "with_fftw=no"]);
        vec!["stock"]
    };
    if report.program_within("the recipe, with its tests", &mut build, LIMIT)
        && report.program("what is in the packages", python(tools, "contents.py").arg(work()))
        && report.program("installing into a fresh prefix", &mut install(tools))
    {
        consumers(tools, report);
        let mut transforms = on_2_ranks(tools, Path::new("python"));
        transforms.arg(at("tests/conda/two_ranks.py")).arg(prefix()).args(backends);
        report.program("Python on 2 ranks, beside numpy", &mut transforms);
        let mut speed3d = on_2_ranks(tools, Path::new("speed3d_c2c"));
        report.program("speed3d_c2c on 2 ranks", speed3d.args(["stock", "double", "16", "16", "16", "-n1"]));
    }
}

fn work() -> PathBuf {
    at("build/conda")
}

fn prefix() -> PathBuf {
    work().join("prefix")
}

/// Installs them into .venv, in the versions of requirements/dev.txt where both have one.
fn packages(tools: &Tools) -> Result<()> {
    let mut install = tools.command(&tools.python);
    install.args(["-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--requirement"]);
    install.arg(at("requirements/conda.txt")).arg("--constraint").arg(at("requirements/dev.txt"));
    command::run("installing what builds conda packages", &mut install).map(|_| ())
}

/// A script of tests/conda, with what it has to know.
fn python(tools: &Tools, script: &str) -> Command {
    let mut command = tools.command(&tools.python);
    command.envs(tools.backends().variables()).env("RATTLER_CACHE_DIR", work().join("cache"));
    command.envs(tools.corrosion.iter().map(|prefix| ("Corrosion_ROOT", prefix)));
    command.arg(at("tests/conda").join(script));
    command
}

fn install(tools: &Tools) -> Command {
    let mut command = python(tools, "install.py");
    command.arg(prefix());
    for channel in ["channel", "stand-ins"] {
        command.arg("--channel").arg(work().join(channel));
    }
    command.args(["heffte", "libheffte * mpi_mpich_*"]);
    command
}

/// A program of the prefix, or one that was built with it, on 2 ranks by the MPI of the prefix and without help in finding it.
fn on_2_ranks(tools: &Tools, program: &Path) -> Command {
    let bin = prefix().join("bin");
    let mut command = tools.command(bin.join("mpiexec"));
    command.env_remove("LD_LIBRARY_PATH").env_remove("HEFFTE_FFTW_LIBRARIES").args(["-n", "2"]).arg(bin.join(program));
    command
}

/// Programs in C and in C++ by find_package, which is told where the prefix is and nothing else.
fn consumers(tools: &Tools, report: &mut Report) {
    for project in ["consumer", "consumer_cxx"] {
        let binary = work().join(project);
        let built = report.check(&format!("find_package, {project}: build"), || {
            let _ = fs::remove_dir_all(&binary);
            let mut configure = tools.command("cmake");
            configure.args(["-G", "Ninja", "-S"]).arg(at("tests/cmake").join(project)).arg("-B").arg(&binary);
            configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix().display()));
            let said = command::run("configuring", configure.env_remove("MPICC"))?;
            ensure!(
                said.contains(&format!("Found Heffte: {}", prefix().display())),
                "another Heffte was found:\n{said}"
            );
            let cache = fs::read_to_string(binary.join("CMakeCache.txt")).context("there is no cache")?;
            let mpi = format!("MPIEXEC_EXECUTABLE:FILEPATH={}/bin/mpiexec", prefix().display());
            ensure!(cache.contains(&mpi), "another MPI was found:\n{said}");
            command::run("building", tools.command("cmake").arg("--build").arg(&binary)).map(|_| ())
        });
        if built {
            report.program(
                &format!("find_package, {project}: 2 ranks"),
                &mut on_2_ranks(tools, &binary.join("consumer")),
            );
        }
    }
}
