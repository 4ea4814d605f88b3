//! Calls of MPI that fail, what plans leave behind, and ranks that are killed or held up.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::report::Report;
use super::rust;
use crate::build::SHARED;
use crate::command;
use crate::paths::at;
use crate::setup::Tools;

const LIMIT: Duration = Duration::from_secs(120);
/// Ranks of which one is killed have ended after so long, and nothing is left of them.
const END_LIMIT: Duration = Duration::from_secs(20);
/// The ways between ranks.
const WAYS: [&str; 2] = ["shared", "messages"];

pub fn run(tools: &Tools, report: &mut Report) {
    let Some((library, program)) = parts(tools, report) else { return };
    report.check("it has all functions that the library calls", || {
        has_all(&SHARED.prefix().join("lib/libheffte.so"), &library)
    });
    let mut calls = behind(tools, &library, 2, &program);
    report.program_within("2 ranks with an MPI that fails", calls.args(["faults", "calls"]), LIMIT);
    let mut others = behind(tools, &library, 2, &program);
    report.program_within(
        "2 ranks that tune and trace, with an MPI that fails",
        others.args(["faults", "calls", "3"]),
        LIMIT,
    );
    for way in WAYS {
        report.check(&format!("a rank that is killed ({way})"), || killed(tools, &program, way));
        let mut stopped = tools.on_ranks(2, &program);
        stopped.args(["faults", "stopped", way, "2"]);
        report.program_within(&format!("a rank that is stopped for 2 s ({way})"), &mut stopped, LIMIT);
    }
}

/// The same for longer, and with more ranks.
pub fn more(tools: &Tools, report: &mut Report) {
    let Some((library, program)) = parts(tools, report) else { return };
    let mut calls = behind(tools, &library, 4, &program);
    report.program_within("4 ranks with an MPI that fails", calls.args(["faults", "calls"]), 5 * LIMIT);
    for ranks in [2, 4] {
        let mut others = behind(tools, &library, ranks, &program);
        let label = format!("{ranks} ranks that tune and trace, with an MPI that fails");
        report.program_within(&label, others.args(["faults", "calls", "40"]), 5 * LIMIT);
    }
    let mut cycles = behind(tools, &library, 2, &program);
    report.program_within("100,000 plans", cycles.args(["faults", "cycles", "17000"]), 5 * LIMIT);
    for way in WAYS {
        let mut stopped = tools.on_ranks(2, &program);
        stopped.args(["faults", "stopped", way, "10"]);
        report.program_within(&format!("a rank that is stopped for 10 s ({way})"), &mut stopped, LIMIT);
    }
}

/// The MPI that fails, and the program of the tests.
fn parts(tools: &Tools, report: &mut Report) -> Option<(PathBuf, PathBuf)> {
    let library = report.made("an MPI that fails when it is told to", || failing_mpi(tools));
    library.zip(rust::program(tools, report))
}

/// That ranks of which one is killed come to their end in time, and that neither processes nor files of plans are left of them.
fn killed(tools: &Tools, program: &Path, way: &str) -> Result<()> {
    let begin = Instant::now();
    let outcome = command::capture("", tools.on_ranks(2, program).args(["faults", "killed", way]), END_LIMIT)?;
    let output = &outcome.output;
    ensure!(!outcome.ok && begin.elapsed() < END_LIMIT, "a rank was killed, but:\n{output}");
    let named = |what: &'static str| output.lines().filter_map(move |line| line.strip_prefix(what));
    let processes: Vec<_> = named("process ").map(|number| Path::new("/proc").join(number)).collect();
    ensure!(processes.len() == 2, "the ranks do not say who they are:\n{output}");
    let is_left = |path: &PathBuf| path.exists();
    while processes.iter().any(is_left) && begin.elapsed() < END_LIMIT {
        sleep(Duration::from_millis(50));
    }
    // What an MPI leaves behind is its own affair, but not that of the machine.
    for file in named("file of MPI ").map(Path::new).filter(|file| file.exists()) {
        fs::remove_file(file)?;
    }
    let files = named("file /").map(|name| Path::new("/").join(name));
    let all = processes.into_iter().chain(files);
    let left: Vec<_> = all.filter(is_left).collect();
    ensure!(left.is_empty(), "{left:?} are left of ranks of which one was killed");
    Ok(())
}

/// `failing_mpi.c`, built.
fn failing_mpi(tools: &Tools) -> Result<PathBuf> {
    let library = at("build/libfailing_mpi.so");
    fs::create_dir_all(at("build"))?;
    let mut compile = tools.command(&tools.mpicc);
    compile.args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC", "-o"]);
    command::run("compiling", compile.arg(&library).arg(at("rust/heffte/tests/mpi/faults/failing_mpi.c")))?;
    Ok(library)
}

/// `program` on so many ranks, whose calls of MPI come to `library` first.
fn behind(tools: &Tools, library: &Path, ranks: usize, program: &Path) -> Command {
    // For the ranks alone, not for their launcher.
    let mut command = tools.on_ranks(ranks, "env");
    command.arg(format!("LD_PRELOAD={}", library.display())).arg(program);
    command
}

/// That no function of MPI which `caller` wants is missing from `library`: it would not fail, and what it makes not be counted.
fn has_all(caller: &Path, library: &Path) -> Result<()> {
    // It makes nothing, and has no error to return.
    const HARMLESS: [&str; 1] = ["MPI_Wtime"];
    let (wanted, there) = (functions(caller, "--undefined-only")?, functions(library, "--defined-only")?);
    ensure!(wanted.len() > 20, "{} wants no more than {wanted:?}", caller.display());
    let missing: Vec<_> = wanted.difference(&there).filter(|name| !HARMLESS.contains(&name.as_str())).collect();
    ensure!(
        missing.is_empty(),
        "the library calls {missing:?}: add them to rust/heffte/tests/mpi/faults/failing_mpi.c"
    );
    Ok(())
}

/// The functions of MPI among the names of a shared library.
fn functions(library: &Path, choice: &str) -> Result<BTreeSet<String>> {
    let names = command::run("nm", Command::new("nm").args(["-D", choice]).arg(library))?;
    let last = |line: &str| line.split_whitespace().last().map(str::to_owned);
    Ok(names.lines().filter_map(last).filter(|name| name.starts_with("MPI_")).collect())
}
