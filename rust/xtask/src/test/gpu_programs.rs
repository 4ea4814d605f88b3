//! C, C++ and Python with devices, on what stands in for them: the tests that CMake built, `speed3d_*`, arrays, an example.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::gpu::{backend_of, is_ready, with_stand_ins};
use super::python;
use super::report::Report;
use crate::build::SHARED;
use crate::command::{self, LIMIT};
use crate::paths::at;
use crate::setup::Tools;
use crate::terminal::say;

const SOON: Duration = Duration::from_secs(90);

/// Tests of `tests/gpu/programs`, by vendor and ranks.
const TESTS: [(&str, &str, &[usize]); 8] = [
    ("transforms", "cuda", &[1, 2, 4]),
    ("arrays_of_devices", "cuda", &[1, 2, 4]),
    ("vectors", "cuda", &[1]),
    ("streams", "cuda", &[2]),
    ("transforms", "hip", &[2]),
    ("arrays_of_devices", "hip", &[2]),
    ("vectors", "hip", &[1]),
    ("streams", "hip", &[2]),
];

/// Vendors and ranks of the tests in Python.
const ARRAYS: [(&str, usize); 4] = [("cuda", 1), ("cuda", 2), ("cuda", 4), ("hip", 2)];

/// Programs that are installed, with their first argument.
const INSTALLED: [(&str, &str, &str); 5] = [
    ("speed3d_c2c", "cuda", "cufft"),
    ("speed3d_r2c", "cuda", "cufft"),
    ("speed3d_r2r", "cuda", "cufft-cos"),
    ("speed3d_r2r", "hip", "rocfft-sin"),
    ("convolution", "hip", "rocfft"),
];

pub fn run(tools: &Tools, report: &mut Report) {
    if !is_ready(tools, report) {
        return;
    }
    for (name, vendor, counts) in TESTS {
        for ranks in counts {
            let mut test = test(tools, name, vendor, *ranks);
            report.program_within(&format!("{name} by {}: {ranks} ranks", backend_of(vendor)), &mut test, SOON);
        }
    }
    for name in ["streams", "arrays_of_devices"] {
        let mut lazy = test(tools, name, "cuda", 1);
        report.program_within(&format!("{name}, work is put off"), lazy.env("HEFFTE_STAND_IN_LAZY", "1"), SOON);
    }
    let mut devices = test(tools, "vectors", "cuda", 1);
    report.program_within("vectors, two devices", devices.env("HEFFTE_STAND_IN_DEVICES", "2"), SOON);
    for (name, vendor, backend) in INSTALLED {
        let mut program = tools.on_ranks(2, SHARED.prefix().join("bin").join(name));
        with_stand_ins(&mut program, tools, vendor).args([backend, "double", "12", "10", "8", "-n1", "-mps"]);
        report.program_within(&format!("bin/{name} {backend}: 2 ranks"), &mut program, SOON);
    }
    for (vendor, ranks) in ARRAYS {
        let mut tests = python::python(tools, ranks);
        with_stand_ins(&mut tests, tools, vendor).env("HEFFTE_TEST_DEVICE", backend_of(vendor));
        tests.args(["-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider"]).arg(at("tests/python/test_devices.py"));
        report.program_within(&format!("arrays in Python by {}: {ranks} ranks", backend_of(vendor)), &mut tests, SOON);
    }
    for ranks in [1, 2] {
        let mut figures = python::python(tools, ranks);
        with_stand_ins(&mut figures, tools, "cuda").arg(at("tests/gpu/bundle/figures.py")).args(["--sizes", "6"]);
        figures.arg("--output").arg(at("build/figures.json"));
        report.check(&format!("the bundle's figures are taken, whatever they are: {ranks} ranks"), || {
            let said = command::run("figures.py", &mut figures)?;
            let verdicts = said.matches(": PASS").count() + said.matches(": FAIL").count();
            ensure!(verdicts == if ranks == 1 { 6 } else { 2 } && said.contains("figures: "), "{said}");
            Ok(())
        });
    }
    let mut example = tools.on_ranks(2, example());
    report.program_within("the example", with_stand_ins(&mut example, tools, "cuda"), SOON);
    report.check("the example without a device", || without_device(tools));
    report.check("the example without a driver", || without_driver(tools));
}

fn test(tools: &Tools, name: &str, vendor: &str, ranks: usize) -> Command {
    let program = SHARED.directory().join("tests/gpu/programs").join(format!("{name}_{}", backend_of(vendor)));
    let mut command = tools.on_ranks(ranks, program);
    with_stand_ins(&mut command, tools, vendor);
    command
}

fn example() -> PathBuf {
    SHARED.directory().join("examples/heffte_example_gpu")
}

fn without_device(tools: &Tools) -> Result<()> {
    let mut program = tools.on_ranks(2, example());
    with_stand_ins(&mut program, tools, "cuda").env("HEFFTE_STAND_IN_DEVICES", "0");
    let said = command::run("running", &mut program)?;
    ensure!(said.contains("nothing to do: ") && said.contains("device"), "it does not say why:\n{said}");
    Ok(())
}

/// That a program says which library was looked for, and where.
fn without_driver(tools: &Tools) -> Result<()> {
    let mut program = tools.on_ranks(1, example());
    program.env("HEFFTE_CUDA_LIBRARIES", "/nowhere");
    let outcome = command::capture("running", &mut program, LIMIT)?;
    if outcome.ok && outcome.output.contains("error") && !outcome.output.contains("nothing to do") {
        say!("         there is one here");
        return Ok(());
    }
    for words in [
        "nothing to do: heffte::gpu::device_count: ",
        "NVIDIA's driver cannot be loaded (not in /nowhere",
        "libcuda.so.1",
    ] {
        ensure!(outcome.ok && outcome.output.contains(words), "it does not say {words:?}:\n{}", outcome.output);
    }
    Ok(())
}
