//! The benchmark programs: their output and how they end, and a comparison with a library that is not ours.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use regex::Regex;

use super::report::Report;
use crate::paths::at;
use crate::setup::Tools;
use crate::{bench, command};

const LIMIT: Duration = Duration::from_secs(120);
/// What stands for the backend that `auto` picks.
const AUTO: &str = "auto (ANY)";
/// The programs, with the backends that command lines are tried with.
const PROGRAMS: [(&str, &[(&str, &str)]); 4] = [
    ("speed3d_c2c", &[("stock", "stock"), ("auto", AUTO)]),
    ("speed3d_r2c", &[("stock", "stock"), ("auto", AUTO)]),
    (
        "speed3d_r2r",
        &[
            ("stock-cos", "stock-cos-type-II"),
            ("stock-sin", "stock-sin-type-II"),
            ("stock-cos1", "stock-cos-type-I"),
            ("stock-sin1", "stock-sin-type-I"),
        ],
    ),
    (
        "convolution",
        &[
            ("stock", r"Convolution FFT^{-1} ( FFT(X).* FFT(Y) ) "),
            ("auto", r"Convolution FFT^{-1} ( FFT(X).* FFT(Y) ) "),
        ],
    ),
];

/// Good command lines, with what depends on them: the size and the last lines of the output.
const GOOD: [(&str, &str, &str); 5] = [
    ("stock double 16 12 10 -n1", "16x12x10", "Tolerance:    1e-11\nMax error:    NUMBER\n"),
    ("stock float-long 8 9 10 -nruns2 -p2p_pl -slabs", "8x9x10", "Tolerance:    0.0005\nMax error:    NUMBER\n"),
    (
        "stock double 12 12 12 -io_pencils -a2a -no-reorder -batch 2",
        "12x12x12",
        "Tolerance:    1e-11\nMax error:    NUMBER\n",
    ),
    (
        "stock double 7 11 13 -no-shared-memory -p2p -subcomm 1",
        "7x11x13",
        "Tolerance:    1e-11\nMax error:    NUMBER\n",
    ),
    ("stock float 16 16 16 -no-error -no-gpu-aware -mps", "16x16x16", "(no error checking)\n"),
];

/// Bad ones, with what is said.
const BAD: [(&str, &str); 7] = [
    ("stock double 8 8 8 -p2pp", "unknown option '-p2pp' found"),
    ("stock double 8 8", "4 of the 5 arguments"),
    ("onemkl double 8 8 8", "Invalid backend onemkl\nThe available backends are: stock"),
    ("stock half 8 8 8", "Invalid precision!\nMust use float or double\n"),
    ("stock double 8 eight 8", "Cannot convert the sizes into positive integers!\nEncountered error: "),
    ("stock double 8 8 8 -ingrid 5 7 1", "-ingrid 5 7 1 makes 35 parts"),
    ("stock double 8 8 8 -subcomm 99", "num_subranks 99 is impossible"),
];

pub fn run(tools: &Tools, report: &mut Report) {
    // With the tests, which are built: so cargo takes the library that these were built with.
    let build = || bench::build(tools, &["--test", "mpi"], "heffte-bench");
    let Some(compare) = report.made("building the programs", build) else { return };
    for (name, backends) in PROGRAMS {
        let program = compare.with_file_name(name);
        for ranks in [1, 2, 4] {
            report.check(&format!("{name} on {ranks} rank{}", if ranks == 1 { "" } else { "s" }), || {
                // Several backends take turns.
                GOOD.iter().zip(backends.iter().cycle()).try_for_each(|(good, backend)| {
                    let arguments = good.0.replacen("stock", backend.0, 1);
                    accepted(tools, &program, ranks, &arguments, expected(name, ranks, backend.1, good))
                })
            });
        }
        report.check(&format!("{name} with wrong arguments"), || {
            let first = backends[0].0;
            BAD.iter().try_for_each(|(arguments, message)| {
                let message = message.replace("are: stock", &format!("are: {first}"));
                refused(tools, &program, &arguments.replacen("stock", first, 1), &message)
            })
        });
    }
    let speed3d = compare.with_file_name("speed3d_c2c");
    report.check("speed3d_c2c -trace", || traced(tools, &speed3d, "-trace", &[]));
    report.check("speed3d_c2c with HEFFTE_TRACE", || traced(tools, &speed3d, "-n5", &[("HEFFTE_TRACE", TRACE)]));
    report.check("a comparison with scipy", || comparison(tools, &compare));
    report.check("backends beside each other", || backends(tools, &compare));
}

fn output(tools: &Tools, program: &Path, ranks: usize, arguments: &str) -> Result<command::Outcome> {
    let mut command = tools.on_ranks(ranks, program);
    command::capture("speed3d", command.args(arguments.split(' ')), LIMIT)
}

/// The pattern of a program's output, to the byte.
fn expected(program: &str, ranks: usize, backend: &str, (_, size, end): &(&str, &str, &str)) -> String {
    let number = r"(?:\d+(?:\.\d+)?(?:e[-+]\d+)?)";
    let head = format!("{} \n", "-".repeat(77));
    let backend = regex::escape(backend).replace("ANY", "(?:stock|fftw|mkl)");
    let end = regex::escape(end).replace("NUMBER", number);
    let grids = r"Grids: \(\d+, \d+, \d+\)  (?:(?:\(\d+, \d+, \d+\)|-)  ){4}\n";
    let time = format!(r"Time per run: {number} \(s\)\n");
    let (sizes, results) = if program == "convolution" {
        (format!("Size input X:      {size}\nSize input Y:      {size}\n"), String::new())
    } else {
        let results = format!(r"Performance:  {number} GFlops/s\nMemory usage: \d+MB/rank\n");
        (format!("Size:      {size}\n"), results + &end)
    };
    let runs = if program == "convolution" { "" } else { r"Num runs:     \d+\n" };
    format!(
        "^\\n{head}heFFTe performance test\n{head}Backend:   {backend}\n{sizes}MPI ranks: {ranks:4}\n{grids}{runs}{time}{results}\\n$"
    )
}

/// That every byte of the output is what tools expect.
fn accepted(tools: &Tools, program: &Path, ranks: usize, arguments: &str, pattern: String) -> Result<()> {
    let outcome = output(tools, program, ranks, arguments)?;
    let is_as_expected = Regex::new(&pattern).context("the pattern")?.is_match(&outcome.output);
    ensure!(outcome.ok && is_as_expected, "{arguments}:\n{}\nis not\n{pattern}", outcome.output);
    Ok(())
}

fn refused(tools: &Tools, program: &Path, arguments: &str, message: &str) -> Result<()> {
    let outcome = output(tools, program, 2, arguments)?;
    ensure!(!outcome.ok, "{arguments}: this ended well:\n{}", outcome.output);
    let times = outcome.output.matches(message).count();
    ensure!(times == 1, "{arguments}: {message:?} is there {times} times:\n{}", outcome.output);
    Ok(())
}

/// Where heFFTe's programs leave the trace of such a problem.
const TRACE: &str = "speed3d_c2c_stock_double8_9_10";

/// That a trace is there, and has what was run: a pair to warm up and two more.
fn traced(tools: &Tools, program: &Path, flag: &str, variables: &[(&str, &str)]) -> Result<()> {
    let directory = at("build/bench/trace");
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory)?;
    let mut command = tools.on_ranks(2, program);
    command.args("stock double 8 9 10".split(' ')).args([flag, "-nruns2"]).current_dir(&directory);
    command.envs(variables.iter().copied());
    command::run("speed3d", &mut command)?;
    let read = |end: &str| {
        let path = directory.join(format!("{TRACE}{end}"));
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    for log in [read("_0.log")?, read("_1.log")?] {
        let count = |name: &str| log.lines().filter(|line| line.len() == 80 && line[..40].trim() == name).count();
        ensure!((count("forward"), count("backward"), count("plan")) == (3, 3, 1), "{log}");
    }
    ensure!(read(".json")?.contains("traceEvents") && read(".txt")?.contains("forward"), "a file for all is empty");
    Ok(())
}

/// That both libraries come to the numbers that are known, and that the file, the table and the plot are made.
fn comparison(tools: &Tools, program: &std::path::PathBuf) -> Result<()> {
    let file = at("build/bench/test.json");
    let picture = file.with_extension("svg");
    let _ = fs::remove_file(&picture);
    let arguments = "--sizes 12x10x9 --ranks 2 --peers ours,messages,scipy --rounds 2 --calls 1";
    let mut compare = bench::compare(tools, program);
    compare.args(arguments.split(' ')).arg("--output").arg(&file);
    command::run("the comparison", &mut compare)?;
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let pattern = Regex::new(r#""error": ([^,\s]+)"#).expect("the pattern is sound");
    let errors: Vec<f64> = pattern.captures_iter(&text).filter_map(|found| found[1].parse().ok()).collect();
    // Three libraries, c2c and r2c.
    let bound = 5e-16 * 1080_f64.log2().sqrt();
    ensure!(errors.len() == 6 && errors.iter().all(|error| *error < bound), "the errors are {errors:?}");
    ensure!(picture.is_file(), "{} was not drawn", picture.display());
    let table = command::run("the table", tools.command(program).arg("report").arg(&file))?;
    ensure!(table.contains("| 12×10×9 c2c f64, 2 ranks, slabs |") && table.contains("scipy"), "{table}");
    Ok(())
}

/// That the backends are measured, drawn, and made tables and a source file of.
fn backends(tools: &Tools, program: &Path) -> Result<()> {
    let file = at("build/bench/backends.json");
    let picture = file.with_extension("svg");
    let _ = fs::remove_file(&picture);
    let mut measure = tools.command(program);
    measure.args(["backends", "--lengths", "7,16", "--edges", "6", "--python"]).arg(&tools.python);
    measure.arg("--benchmarks").arg(at("benchmarks")).arg("--output").arg(&file);
    command::run("the measurement", &mut measure)?;
    ensure!(picture.is_file(), "{} was not drawn", picture.display());
    let table = command::run("the table", tools.command(program).arg("report").arg(&file))?;
    ensure!(table.contains("| lines of |") && table.contains("| 16 | "), "{table}");
    // What the library picks by is what was measured last.
    let source = at("build/bench/measured.rs");
    let results = at("benchmarks/results/backends.json");
    command::run("the source file", tools.command(program).arg("report").arg(results).arg("--source").arg(&source))?;
    let (made, kept) = (fs::read_to_string(&source)?, fs::read_to_string(at("rust/heffte/src/backend/measured.rs"))?);
    ensure!(made == kept, "rust/heffte/src/backend/measured.rs is not made of benchmarks/results/backends.json");
    Ok(())
}
