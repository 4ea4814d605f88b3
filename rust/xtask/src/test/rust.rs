//! Pieces that cargo runs.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use regex::Regex;

use super::report::Report;
use crate::command;
use crate::setup::Tools;

/// Ranks of the library's tests: one, powers of two, and numbers that no grid of processes likes.
const RANKS: [usize; 6] = [1, 2, 3, 4, 6, 7];
const MPI_LIMIT: Duration = Duration::from_secs(240);

pub fn fmt(tools: &Tools, report: &mut Report) {
    report.program("cargo fmt", tools.cargo().args(["fmt", "--all", "--check"]));
}

pub fn clippy(tools: &Tools, report: &mut Report) {
    let arguments = ["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"];
    report.program("cargo clippy", tools.cargo().args(arguments));
}

pub fn unit(tools: &Tools, report: &mut Report) {
    report.program("cargo test (library)", tools.cargo().args(["test", "--locked", "-p", "heffte", "--lib"]));
    report.program("cargo test (documentation)", tools.cargo().args(["test", "--locked", "-p", "heffte", "--doc"]));
    let bench = ["test", "--locked", "-p", "heffte-bench", "--lib"];
    report.program("cargo test (benchmarks)", tools.cargo().args(bench));
    let xtask = ["test", "--locked", "--profile", "xtask", "-p", "xtask"];
    report.program("cargo test (xtask)", tools.cargo().args(xtask));
}

pub fn mpi(tools: &Tools, report: &mut Report) {
    let mut program = None;
    report.check("building the tests", || {
        program = Some(executable(tools, &["test", "--locked", "-p", "heffte", "--test", "mpi", "--no-run"])?);
        Ok(())
    });
    let Some(program) = program else { return };
    for ranks in RANKS {
        report.program_within(&format!("{ranks} ranks"), &mut tools.on_ranks(ranks, &program), MPI_LIMIT);
    }
    // MPICH can pretend that each rank is on a node of its own: memory cannot be shared, and messages go instead.
    let mut apart = tools.on_ranks(2, &program);
    report.program_within("2 ranks on pretended nodes", apart.env("MPIR_CVAR_NOLOCAL", "1"), MPI_LIMIT);
    // Or that there are two nodes: memory is shared inside each, and messages go between them.
    let mut pairs = tools.on_ranks(4, &program);
    report.program_within("4 ranks on 2 pretended nodes", pairs.env("MPIR_CVAR_NUM_CLIQUES", "2"), MPI_LIMIT);
}

pub fn examples(tools: &Tools, report: &mut Report) {
    let mut program = None;
    report.check("building the example", || {
        program =
            Some(executable(tools, &["test", "--locked", "-p", "heffte", "--example", "first_transform", "--no-run"])?);
        Ok(())
    });
    let Some(program) = program else { return };
    report.program_within("first_transform on 2 ranks", &mut tools.on_ranks(2, &program), MPI_LIMIT);
}

/// Where cargo puts the only program that `arguments` build.
fn executable(tools: &Tools, arguments: &[&str]) -> Result<PathBuf> {
    let output = command::run("cargo", tools.cargo().args(arguments))?;
    let pattern = Regex::new(r"Executable .*\((.+)\)").expect("the pattern is sound");
    let found = pattern.captures(&output).with_context(|| format!("cargo names no executable:\n{output}"))?;
    Ok(crate::paths::at(&found[1]))
}
