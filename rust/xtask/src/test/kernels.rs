//! The kernels of devices, compiled by the vendors' own compilers: these need no device.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::report::Report;
use crate::command;
use crate::paths::at;
use crate::setup::{Apt, Tools};
use crate::terminal::say;

const LIMIT: Duration = Duration::from_secs(180);
const SOURCE: &str = "rust/heffte/src/gpu/kernels/heffte.cu";
/// NVIDIA's compiler, from the Python package index.
const NVRTC: &str = "nvidia-cuda-nvrtc-cu12";
/// AMD's runtime, in which its compiler is, and what that needs, from the distribution.
const HIP: [&str; 11] = [
    "libamdhip64-5",
    "libamd-comgr2",
    "libhiprtc-builtins5",
    "libhsa-runtime64-1",
    "libhsakmt1",
    "libllvm15",
    "liblld-15",
    "libclang-cpp15",
    "libnuma1",
    "libelf1",
    "libdrm-amdgpu1",
];

pub fn run(tools: &Tools, report: &mut Report) {
    let place = at("target/compilers");
    let mut compile = |vendor: &str, found: Result<PathBuf>, prefix: &str, architectures: &[&str]| {
        let library = match found {
            Ok(library) => library,
            Err(reason) => {
                say!("  left out: the compiler of {vendor}: {reason:#}");
                return;
            }
        };
        let mut command = tools.command(&tools.python);
        command.env("LD_LIBRARY_PATH", library.parent().unwrap_or(Path::new(".")));
        command.arg(at("tests/gpu/compile_kernels.py")).arg(&library).arg(prefix).arg(at(SOURCE)).args(architectures);
        report.program_within(&format!("the compiler of {vendor}"), &mut command, LIMIT);
    };
    compile("NVIDIA", nvrtc(tools, &place.join("nvidia")), "nvrtc", &["sm_75", "sm_80", "sm_90", "sm_100", "sm_120"]);
    compile("AMD", hip(&place.join("amd")), "hiprtc", &["gfx906", "gfx90a", "gfx1030"]);
}

/// The library of NVIDIA's compiler.
fn nvrtc(tools: &Tools, place: &Path) -> Result<PathBuf> {
    let folder = place.join("nvidia/cuda_nvrtc/lib");
    if !folder.is_dir() {
        let mut install = tools.command(&tools.python);
        install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"]);
        command::run("installing NVRTC", install.arg(place).arg(NVRTC))?;
    }
    first_in(&folder, "libnvrtc.so.")
}

/// The library of AMD's runtime.
fn hip(place: &Path) -> Result<PathBuf> {
    if !place.is_dir() {
        let apt = Apt::new(None)?;
        apt.run("downloading AMD's runtime", &[&["download"][..], &HIP].concat())?;
        apt.unpack(place)?;
    }
    let machine = command::run("asking the compiler", Command::new("cc").arg("-print-multiarch"))?;
    first_in(&place.join("usr/lib").join(machine.trim()), "libamdhip64.so.")
}

/// The first file of a folder whose name begins so.
fn first_in(folder: &Path, begin: &str) -> Result<PathBuf> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("{} is not there", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.file_name().and_then(OsStr::to_str).is_some_and(|name| name.starts_with(begin)));
    files.sort();
    files.into_iter().next().with_context(|| format!("{} has no {begin}*", folder.display()))
}
