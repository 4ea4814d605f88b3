//! Comparisons with other libraries, set-up included.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use regex::Regex;

use crate::setup::{Tools, peers};
use crate::test::rust::packages;
use crate::{command, paths};

/// The full matrix takes hours.
const LIMIT: Duration = Duration::from_secs(24 * 60 * 60);

/// What to compare.
#[derive(clap::Args)]
pub struct Options {
    /// Arguments of `heffte-bench compare`, such as --sizes 256 --ranks 1,2; without any, --short.
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Gets the peers, builds, compares.
pub fn run(tools: &Tools, options: &Options) -> Result<()> {
    let fftw = peers::prepare(tools)?;
    let program = build(tools, &["--release"], "heffte-bench")?;
    let mut compare = compare(tools, &program);
    if options.arguments.is_empty() {
        compare.arg("--short");
    }
    if let Some(root) = fftw {
        compare.env("HEFFTE_BENCH_FFTW", root);
    }
    command::show_within("the comparison", compare.args(&options.arguments), LIMIT)
}

/// `heffte-bench compare` with the project's MPI and Python.
pub fn compare(tools: &Tools, program: &PathBuf) -> Command {
    let mut command = tools.command(program);
    let launcher = format!("'{}' {}", tools.launcher.program().display(), tools.launcher.flags().join(" "));
    command.args(["compare", "--launcher", &launcher, "--python"]).arg(&tools.python);
    command.arg("--benchmarks").arg(paths::at("benchmarks"));
    command
}

/// Builds the programs of the crate; where the one named `program` is.
pub fn build(tools: &Tools, flags: &[&str], program: &str) -> Result<PathBuf> {
    let mut cargo = tools.cargo();
    cargo.args(["build", "--locked", "--bins", "--message-format=json"]).args(packages(tools)).args(flags);
    let output = command::step("building the benchmarks", &mut cargo)?;
    let pattern = Regex::new(r#""executable":"([^"]+)""#).expect("the pattern is sound");
    let mut programs = pattern.captures_iter(&output).map(|found| PathBuf::from(&found[1]));
    programs
        .find(|path| path.file_name().is_some_and(|name| name == program))
        .with_context(|| format!("cargo names no program {program}:\n{output}"))
}
