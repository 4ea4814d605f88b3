//! A bundle that tests and measures the device backends on a machine with a GPU, without compilers or a network.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::command;
use crate::paths::at;
use crate::setup::Tools;
use crate::test::rust;

/// The Python and the system of such machines.
const PYTHON: &str = "3.12";
const PLATFORM: &str = "manylinux_2_28_x86_64";
/// What comes from the Python package index, in the versions of the set-up.
const WHEELS: [&str; 4] = ["mpich", "mpi4py", "pytest", "numpy"];
/// What runs there.
const FILES: [&str; 5] = [
    "tests/gpu/bundle/run.py",
    "tests/gpu/bundle/device.py",
    "tests/gpu/bundle/figures.py",
    "tests/gpu/bundle/test_libraries.py",
    "tests/python/test_devices.py",
];
/// A bundle travels to machines that take no more.
const MOST_BYTES: u64 = 60 << 20;

/// Makes it anew, and says where it is.
pub fn run(tools: &Tools) -> Result<()> {
    let place = at("build/gpu-bundle");
    let _ = fs::remove_dir_all(&place);
    let wheels = place.join("wheels");
    fs::create_dir_all(&wheels).with_context(|| format!("cannot make {}", wheels.display()))?;
    for file in FILES {
        let name = Path::new(file).file_name().unwrap_or_default();
        fs::copy(at(file), place.join(name)).with_context(|| format!("cannot copy {file}"))?;
    }
    let tests = rust::built_program(tools)?;
    let mut strip = Command::new("strip");
    command::run("leaving out what debuggers want", strip.arg("-o").arg(place.join("mpi")).arg(tests))?;
    let mut download = tools.command(&tools.python);
    download.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--only-binary=:all:"]);
    download.args(["--python-version", PYTHON, "--platform", PLATFORM, "--platform", "manylinux2014_x86_64", "--dest"]);
    download.arg(&wheels).arg("--constraint").arg(at("requirements/dev.txt")).args(WHEELS);
    command::run("downloading wheels", &mut download)?;
    let mut build = tools.command(&tools.python);
    build.args(["-m", "pip", "wheel", "--no-deps", "--wheel-dir"]).arg(&wheels).arg(at(""));
    command::step("building the wheel (minutes)", &mut build)?;
    let archive = at("build/gpu-bundle.tar.gz");
    let mut pack = Command::new("tar");
    pack.arg("-C").arg(at("build")).arg("-czf").arg(&archive).arg("gpu-bundle");
    command::run("packing", &mut pack)?;
    let bytes = fs::metadata(&archive)?.len();
    ensure!(bytes <= MOST_BYTES, "{} has {bytes} bytes, more than {MOST_BYTES}", archive.display());
    println!("The bundle is {} ({} MB).", archive.display(), bytes >> 20);
    println!("On a machine with a GPU: tar -xzf gpu-bundle.tar.gz && python3 gpu-bundle/run.py");
    Ok(())
}
