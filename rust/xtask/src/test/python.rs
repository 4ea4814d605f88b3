//! Pieces that run Python against the installed package.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::report::Report;
use crate::build::SHARED;
use crate::paths::at;
use crate::setup::{self, Tools};
use crate::terminal::say;
use crate::{command, demo};

const RANKS: [usize; 3] = [1, 2, 4];
/// Examples that check themselves and end in a picture, with what makes them short.
const PICTURES: [(&str, &[&str]); 5] = [
    ("poisson_walls", &["--n", "16", "32", "64"]),
    ("power_spectrum", &["--n", "64"]),
    ("filter_image", &[]),
    ("from_mpi4py_fft", &[]),
    ("smooth_on_device", &["--host", "--n", "32"]),
];
const LIMIT: Duration = Duration::from_secs(300);

/// Python on so many ranks, with the installed package.
pub fn python(tools: &Tools, ranks: usize) -> Command {
    let mut command = tools.on_ranks(ranks, &tools.python);
    command.env("PYTHONPATH", SHARED.prefix().join("share/heffte/python")).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

pub fn tests(tools: &Tools, report: &mut Report) {
    for ranks in RANKS {
        let mut command = python(tools, ranks);
        command.args(["-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider"]).arg(at("tests/python"));
        report.program_within(&format!("pytest on {ranks} ranks"), &mut command, LIMIT);
    }
    let mut example = python(tools, 2);
    report.program_within(
        "first_transform.py on 2 ranks",
        example.arg(at("examples/python/first_transform.py")),
        LIMIT,
    );
    report.check("smooth_on_device.py without a device", || without_device(tools));
    let mut accuracy = python(tools, 1);
    accuracy.envs(tools.backends().variables()).arg(at("benchmarks/accuracy.py")).arg("--short");
    report.program_within("accuracy.py, the short form", accuracy.arg(at("build/accuracy.json")), LIMIT);
    for (name, arguments) in PICTURES {
        let picture = at("build").join(format!("{name}.png"));
        let _ = fs::remove_file(&picture);
        let mut example = python(tools, 2);
        example.arg(at("examples/python").join(format!("{name}.py"))).arg("--output").arg(&picture).args(arguments);
        if report.program_within(&format!("{name}.py on 2 ranks"), &mut example, LIMIT) {
            report.check(&format!("the picture of {name}.py"), || is_png(&picture));
        }
    }
}

/// That the example for devices says why it does nothing.
fn without_device(tools: &Tools) -> Result<()> {
    let mut example = python(tools, 2);
    example.arg(at("examples/python/smooth_on_device.py"));
    let said = command::run("smooth_on_device.py", &mut example)?;
    ensure!(said.starts_with("skipped, rank 0: "), "it was not left out:\n{said}");
    ensure!(
        said.contains("CuPy is not installed") || said.contains("there is no device"),
        "it does not say why:\n{said}"
    );
    say!("         {}", said.trim());
    Ok(())
}

/// That a picture was drawn.
pub fn is_png(picture: &Path) -> Result<()> {
    let bytes = fs::read(picture).with_context(|| format!("{} was not drawn", picture.display()))?;
    ensure!(bytes.starts_with(b"\x89PNG\r\n"), "{} is no PNG file", picture.display());
    Ok(())
}

/// What mypy says of the package and of the examples, and ruff of all Python sources.
pub fn style(tools: &Tools, report: &mut Report) {
    let prefix = SHARED.prefix().join("share/heffte/python");
    let mypy = |arguments: &[&str]| {
        let mut command = tools.command(&tools.python);
        command.env("MYPYPATH", &prefix).args(["-m", "mypy", "--strict", "--cache-dir"]).arg(at("build/mypy"));
        command.args(arguments);
        command
    };
    report.program_within("mypy of the package", &mut mypy(&["-p", "heffte"]), LIMIT);
    report.program_within(
        "mypy of the examples",
        &mut mypy(&["examples/python", "docs/tutorial", "docs/howto"]),
        LIMIT,
    );
    let mut ruff = tools.command(&tools.python);
    ruff.args(["-m", "ruff", "check", "--no-cache"]);
    ruff.args(["setup.py", "python", "tests", "examples", "benchmarks", "docs", "rust/xtask", "spack"]);
    report.program_within("ruff", &mut ruff, LIMIT);
}

pub fn taylor_green(tools: &Tools, report: &mut Report) {
    for ranks in RANKS {
        let mut command = python(tools, ranks);
        command.arg(at("examples/python/taylor_green.py")).arg("--check");
        report.program_within(&format!("{ranks} ranks"), &mut command, LIMIT);
    }
}

/// What `cargo xtask demo` runs after the build.
pub fn demo(tools: &Tools, report: &mut Report) {
    let picture = demo::picture();
    let _ = fs::remove_file(&picture);
    if report.program_within("the simulation on 2 ranks", &mut demo::simulation(tools), LIMIT) {
        report.check("the picture", || is_png(&picture));
    }
}

/// The same installed package under every other Python of this machine: the extension module is one for all.
pub fn others(tools: &Tools, report: &mut Report) {
    let own = setup::python::version(&tools.python);
    let others = setup::python::all().into_iter().filter(|(version, _)| Some(*version) != own);
    let mut found = false;
    for ((major, minor), python) in others {
        found = true;
        let venv = at("build/pythons").join(format!("{major}.{minor}"));
        let label = format!("first_transform.py under Python {major}.{minor} on 2 ranks");
        if let Err(error) = environment(tools, &python, &venv) {
            report.check(&label, || Err(error));
            continue;
        }
        let mut command = tools.on_ranks(2, venv.join("bin/python"));
        command.env("PYTHONPATH", SHARED.prefix().join("share/heffte/python"));
        report.program_within(&label, command.arg(at("examples/python/first_transform.py")), LIMIT);
    }
    if !found {
        say!("  left out: this machine has no other Python from 3.10");
    }
}

/// An environment with what the package needs, in the versions of ours.
fn environment(tools: &Tools, python: &Path, venv: &Path) -> Result<()> {
    command::run("making an environment", tools.command(python).args(["-m", "venv", "--clear"]).arg(venv))?;
    let mut install = tools.command(venv.join("bin/python"));
    install.args(["-m", "pip", "install", "--constraint"]).arg(at("requirements/dev.txt")).args(["mpi4py", "numpy"]);
    command::run("installing mpi4py and numpy", &mut install).map(|_| ())
}
