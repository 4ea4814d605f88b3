//! Pieces that cargo runs.

use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use regex::Regex;

use super::report::Report;
use crate::command;
use crate::paths::at;
use crate::setup::Tools;
use crate::terminal::say;

/// Ranks of the library's tests …
const RANKS: [usize; 4] = [1, 2, 3, 4];
/// … and those that only `--full` takes.
const MORE_RANKS: [usize; 4] = [5, 6, 7, 8];
/// What the library has beside its own backend, as features of cargo.
const ALL_BACKENDS: &str = "heffte/fftw,heffte/mkl,heffte/cuda,heffte/rocm";
const MPI_LIMIT: Duration = Duration::from_secs(400);
/// Bytes that the test of a big message takes, with something to spare.
const BIG: u64 = 14 << 30;
const BIG_LIMIT: Duration = Duration::from_secs(600);

pub fn fmt(tools: &Tools, report: &mut Report) {
    report.program("cargo fmt", tools.cargo().args(["fmt", "--all", "--check"]));
}

pub fn clippy(tools: &Tools, report: &mut Report) {
    for features in [ALL_BACKENDS, ""] {
        let with = if features.is_empty() { "the stock backend alone" } else { "all backends" };
        lint(tools, report, with, &["--workspace", "--features", features]);
    }
}

/// As those build the library who want one backend. (`own-fftw` builds the FFTW that a crate carries.)
pub fn clippy_of_each(tools: &Tools, report: &mut Report) {
    for feature in ["fftw", "mkl", "cuda", "rocm"] {
        lint(tools, report, feature, &["--package", "heffte", "--features", feature]);
    }
}

fn lint(tools: &Tools, report: &mut Report, label: &str, choice: &[&str]) {
    let mut clippy = tools.cargo();
    clippy.args(["clippy", "--locked", "--all-targets"]).args(choice).args(["--", "-D", "warnings"]);
    report.program(&format!("cargo clippy with {label}"), &mut clippy);
}

pub fn unit(tools: &Tools, report: &mut Report) {
    let mut libraries = tests(tools, &["--lib"]);
    libraries.envs(tools.backends().variables());
    report.program("cargo test (library and benchmarks)", &mut libraries);
    report.program("cargo test (documentation)", &mut tests(tools, &["--doc"]));
    let xtask = ["test", "--locked", "--profile", "xtask", "-p", "xtask"];
    report.program("cargo test (xtask)", tools.cargo().args(xtask));
}

/// `cargo test` of the library and the benchmarks, with the backends that are there: of the same packages with the same features
/// each time, so that cargo compiles the library once for all.
pub fn tests(tools: &Tools, choice: &[&str]) -> Command {
    let mut command = tools.cargo();
    command.args(["test", "--locked"]).args(packages(tools)).args(choice);
    command
}

/// Compiles those crates of others that need no MPI, while `set_up` gets one and waits for the network more than it computes. What becomes
/// of it nobody asks: the pieces compile what is missing.
pub fn beside<T>(set_up: impl FnOnce() -> T) -> T {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(at("")).args(["build", "--locked", "--keep-going", "--lib", "--tests"]);
    cargo.args(["-p", "heffte", "-p", "heffte-bench", "--features", ALL_BACKENDS]);
    // The bindings must not be those to an MPI that happens to be on the path.
    cargo.env("MPICC", "/nowhere/mpicc");
    thread::scope(|scope| {
        scope.spawn(|| command::capture("compiling what needs no MPI", &mut cargo, command::LIMIT));
        set_up()
    })
}

/// The library and the benchmarks, with the backends that are there.
pub fn packages(tools: &Tools) -> Vec<String> {
    let features: Vec<String> = tools.backends().features().into_iter().map(|name| format!("heffte/{name}")).collect();
    ["-p", "heffte", "-p", "heffte-bench", "--features", &features.join(",")].map(str::to_owned).into()
}

/// The program of the tests on several ranks, built.
pub fn program(tools: &Tools, report: &mut Report) -> Option<PathBuf> {
    report.made("building the tests", || built_program(tools))
}

/// The same, outside a test.
pub fn built_program(tools: &Tools) -> Result<PathBuf> {
    executable(&mut tests(tools, &["--test", "mpi", "--no-run"]))
}

/// The same; on how many ranks is for the caller to say.
pub fn built<'a>(tools: &'a Tools, report: &mut Report) -> Option<impl Fn(usize) -> Command + 'a> {
    let program = program(tools, report)?;
    Some(move |ranks: usize| {
        let mut command = tools.on_ranks(ranks, &program);
        command.envs(tools.backends().variables());
        command
    })
}

pub fn mpi(tools: &Tools, report: &mut Report) {
    let Some(on_ranks) = built(tools, report) else { return };
    for ranks in RANKS {
        report.program_within(&format!("{ranks} ranks"), &mut on_ranks(ranks), MPI_LIMIT);
    }
    // A number that no grid of processes likes: the first of the random problems that `fuzz` goes on with.
    report.program_within("7 ranks, random problems", on_ranks(7).args(["fuzz", "1", "20"]), MPI_LIMIT);
    // MPICH can pretend that each rank is on a node of its own: memory cannot be shared, and messages go instead.
    let mut apart = on_ranks(2);
    report.program_within("2 ranks on pretended nodes", apart.env("MPIR_CVAR_NOLOCAL", "1"), MPI_LIMIT);
    // Or that there are two nodes: memory is shared inside each, and messages go between them.
    let mut pairs = on_ranks(4);
    report.program_within("4 ranks on 2 pretended nodes", pairs.env("MPIR_CVAR_NUM_CLIQUES", "2"), MPI_LIMIT);
    report.program_within("2 ranks with threads that call MPI", on_ranks(2).arg("threads"), MPI_LIMIT);
    report.program_within("3 ranks with libraries that fail", on_ranks(3).args(["faults", "libraries"]), MPI_LIMIT);
}

/// The same on other numbers of ranks.
pub fn mpi_more(tools: &Tools, report: &mut Report) {
    let Some(on_ranks) = built(tools, report) else { return };
    for ranks in MORE_RANKS {
        report.program_within(&format!("{ranks} ranks"), &mut on_ranks(ranks), 2 * MPI_LIMIT);
    }
}

/// One message that no `int` can count the bytes of; where there is room for it.
pub fn big(tools: &Tools, report: &mut Report) {
    let room = available().unwrap_or_default();
    if room < BIG {
        say!("  left out: a message of more than 2^31 bytes, which takes {} GB; {} are free", BIG >> 30, room >> 30);
        return;
    }
    let build = || executable(&mut tests(tools, &["--release", "--test", "mpi", "--no-run"]));
    let Some(program) = report.made("building the tests, optimised", build) else { return };
    report.program_within("2 ranks", tools.on_ranks(2, &program).arg("big"), BIG_LIMIT);
}

/// Bytes that the system could give.
fn available() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kibibytes| kibibytes << 10)
}

pub fn examples(tools: &Tools, report: &mut Report) {
    let build = || executable(&mut tests(tools, &["--example", "first_transform", "--no-run"]));
    let Some(program) = report.made("building the example", build) else { return };
    report.program_within("first_transform on 2 ranks", &mut tools.on_ranks(2, &program), MPI_LIMIT);
}

/// Where cargo puts the only program that `build` builds.
pub fn executable(build: &mut Command) -> Result<PathBuf> {
    let output = command::run("cargo", build)?;
    let pattern = Regex::new(r"Executable .*\((.+)\)").expect("the pattern is sound");
    let found = pattern.captures(&output).with_context(|| format!("cargo names no executable:\n{output}"))?;
    Ok(at(&found[1]))
}
