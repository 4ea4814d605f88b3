//! What runs on devices, on machines without one: libraries that stand in for CUDA's and ROCm's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use rayon::prelude::*;

use super::report::Report;
use super::rust;
use crate::command;
use crate::paths::at;
use crate::setup::Tools;
use crate::terminal::say;

const LIMIT: Duration = Duration::from_secs(120);
const SOURCES: &str = "tests/gpu/stand_in";
/// What the libraries of both vendors have in common.
const BODY: &str = "libheffte_stand_in.so";
/// It is read where the body lies.
const PRELUDE: &str = "prelude.h";
const SELF_TEST: &str = "self_test";
/// NVIDIA's, which belongs to a machine and not to CUDA.
const DRIVER: &str = "libcuda.so.1";
const RANKS: [usize; 3] = [1, 2, 3];
pub const VENDORS: [&str; 2] = ["cuda", "hip"];
/// Libraries, each with its vendor and the table of names that it is made of.
const LIBRARIES: [(&str, &str, &str); 6] = [
    ("cuda", DRIVER, "driver_names.cpp"),
    ("cuda", "libnvrtc.so.12", "compiler_names.cpp"),
    ("cuda", "libcufft.so.11", "fft_names.cpp"),
    ("hip", "libamdhip64.so.6", "driver_names.cpp"),
    ("hip", "libhiprtc.so.6", "compiler_names.cpp"),
    ("hip", "libhipfft.so.0", "fft_names.cpp"),
];

/// Makes the stand-ins, where they can be made.
pub fn is_ready(tools: &Tools, report: &mut Report) -> bool {
    if !tools.backends().names().contains(&"fftw") {
        say!("  left out: the stand-ins for CUDA and ROCm, which compute with FFTW");
        return false;
    }
    report.check("the stand-ins for CUDA and ROCm", || stand_ins(tools))
}

pub fn run(tools: &Tools, report: &mut Report) {
    if !is_ready(tools, report) {
        return;
    }
    for vendor in VENDORS {
        let mut test = tools.command(place().join(SELF_TEST));
        test.envs(tools.backends().variables()).arg(place()).arg(vendor);
        report.program_within(&format!("what stands in for {vendor} does what it is relied on for"), &mut test, LIMIT);
    }
    engine(tools, report);
}

/// The library's tests of device backends, on what stands in for their devices.
fn engine(tools: &Tools, report: &mut Report) {
    let Some(on_ranks) = rust::built(tools, report) else { return };
    let on_devices = |vendor: &str, ranks: usize| {
        let mut program = on_ranks(ranks);
        with_stand_ins(&mut program, tools, vendor).args(["devices", backend_of(vendor)]);
        program
    };
    for ranks in RANKS {
        report.program_within(&format!("cufft on {ranks} ranks"), &mut on_devices("cuda", ranks), LIMIT);
    }
    report.program_within("rocfft on 2 ranks", &mut on_devices("hip", 2), LIMIT);
    let mut lazy = on_devices("cuda", 2);
    report.program_within("2 ranks, work is put off", lazy.env("HEFFTE_STAND_IN_LAZY", "1"), LIMIT);
    // An MPI that says that it carries the memory of devices, where it does.
    let mut aware = on_devices("cuda", 2);
    aware.env("HEFFTE_STAND_IN_AWARE", "1").env("HEFFTE_SHARED_MEMORY", "0").env("LD_PRELOAD", place().join(BODY));
    report.program_within("2 ranks, MPI carries the memory of devices", &mut aware, LIMIT);
    for vendor in VENDORS {
        let mut memory = on_ranks(1);
        with_stand_ins(&mut memory, tools, vendor).env("HEFFTE_STAND_IN_DEVICES", "2");
        memory.args(["devices", "memory", backend_of(vendor)]);
        report.program_within(&format!("memory of one of two devices of {vendor}"), &mut memory, LIMIT);
    }
    let mut missing = on_ranks(1);
    missing.env("HEFFTE_STAND_IN_DEVICES", "0").args(["devices", "none"]);
    report.program_within("no driver", &mut missing, LIMIT);
}

/// The backend for the devices of a vendor.
pub fn backend_of(vendor: &str) -> &'static str {
    if vendor == "cuda" { "cufft" } else { "rocfft" }
}

/// Lets a command find the stand-ins of a vendor first.
pub fn with_stand_ins<'a>(command: &'a mut Command, tools: &Tools, vendor: &str) -> &'a mut Command {
    let folders = [place().join(vendor), place()].into_iter();
    let given = command.get_envs().find(|(name, _)| *name == "LD_LIBRARY_PATH").and_then(|(_, value)| value);
    let inherited = given.map_or_else(|| std::env::var_os("LD_LIBRARY_PATH"), |value| Some(value.to_owned()));
    let inherited: Vec<PathBuf> = inherited.iter().flat_map(std::env::split_paths).collect();
    let paths = std::env::join_paths(folders.chain(inherited)).expect("no path has a colon");
    command.envs(tools.backends().variables()).env("LD_LIBRARY_PATH", paths);
    // What was compiled for one process serves all that follow.
    command.env("HEFFTE_STAND_IN_CACHE", place().join("cache")).env("XDG_CACHE_HOME", place().join("cache"));
    command.env("HEFFTE_CUDA_LIBRARIES", place().join("cuda")).env("HEFFTE_ROCM_LIBRARIES", place().join("hip"))
}

/// Lets a command find the stand-in for NVIDIA's driver, and of CUDA nothing else.
pub fn with_driver<'a>(command: &'a mut Command, tools: &Tools) -> &'a mut Command {
    command.env("LD_LIBRARY_PATH", place().join("driver")).envs(tools.backends().variables());
    command.env("HEFFTE_STAND_IN_CACHE", place().join("cache")).env("XDG_CACHE_HOME", place().join("cache"))
}

/// Where the stand-ins are: a folder for each vendor, to be the first of `LD_LIBRARY_PATH`.
pub fn place() -> PathBuf {
    at("target/stand-in")
}

/// Builds the stand-ins, where they are older than their sources.
pub fn stand_ins(tools: &Tools) -> Result<()> {
    let common = [BODY, PRELUDE, SELF_TEST].map(|name| place().join(name));
    let libraries = LIBRARIES.iter().map(|(vendor, name, _)| place().join(vendor).join(name));
    let driver = place().join("driver").join(DRIVER);
    if are_newer_than_sources(common.into_iter().chain(libraries).chain([driver.clone()]))? {
        return Ok(());
    }
    VENDORS.iter().chain(&["driver"]).try_for_each(|folder| fs::create_dir_all(place().join(folder)))?;
    fs::copy(source(PRELUDE), place().join(PRELUDE)).with_context(|| format!("cannot copy {PRELUDE}"))?;
    let (body, test) = rayon::join(
        || compiled(library(tools, BODY, &place().join(BODY)).arg(source("stand_in.cpp")).arg("-ldl")),
        || {
            let mut compile = compiler(tools, &place().join(SELF_TEST));
            compiled(compile.arg(source("self_test.cpp")).arg("-ldl"))
        },
    );
    body.and(test)?;
    LIBRARIES.par_iter().try_for_each(|(vendor, name, table)| {
        let mut compile = library(tools, name, &place().join(vendor).join(name));
        compile.arg(format!("-DVENDOR_{}", vendor.to_uppercase())).arg(source(table)).arg("-Wl,-rpath,$ORIGIN/..");
        compiled(compile.arg(place().join(BODY)))
    })?;
    fs::copy(place().join("cuda").join(DRIVER), driver).map(|_| ()).context("cannot copy the driver")
}

fn are_newer_than_sources(mut files: impl Iterator<Item = PathBuf>) -> Result<bool> {
    let written = |path: &Path| fs::metadata(path).and_then(|file| file.modified()).ok();
    let newest = fs::read_dir(at(SOURCES))?.flatten().filter_map(|entry| written(&entry.path())).max();
    Ok(files.all(|file| written(&file) > newest))
}

fn source(name: &str) -> PathBuf {
    at(SOURCES).join(name)
}

fn compiler(tools: &Tools, output: &Path) -> Command {
    let given = std::env::var_os("CXX").filter(|name| !name.is_empty());
    let mut compile = tools.command(given.unwrap_or_else(|| "c++".into()));
    compile.args(["-std=c++17", "-Wall", "-Wextra", "-Werror", "-o"]).arg(output);
    compile
}

fn library(tools: &Tools, name: &str, output: &Path) -> Command {
    let mut compile = compiler(tools, output);
    compile.args(["-shared", "-fPIC"]).arg(format!("-Wl,-soname,{name}"));
    compile
}

fn compiled(command: &mut Command) -> Result<()> {
    command::run("compiling", command).map(|_| ())
}
