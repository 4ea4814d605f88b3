//! The installed fragment for make: the examples with it, and paths that make does not like.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::native::there;
use super::report::Report;
use crate::command::{self, LIMIT};
use crate::paths::at;
use crate::setup::Tools;

/// All that is tested of it, with the tree in `prefix`, whose path has a space; moves the tree.
pub fn run(tools: &Tools, report: &mut Report, prefix: &Path, work: &Path) {
    if there(&["make"]).is_empty() {
        return;
    }
    let binary = work.join("by-make");
    let directory = format!("heffte_directory={}", prefix.join("share/heffte").display());
    if report.check("make, with a space in the path: build", || {
        command::run("making", consumer(tools, prefix, &binary)?.arg(directory)).map(|_| ())
    }) {
        report.program("make, with a space in the path: 2 ranks", &mut tools.on_ranks(2, binary.join("consumer")));
    }
    report.check("make, which is not told of the space", || {
        let outcome = command::capture("making", &mut consumer(tools, prefix, &binary)?, LIMIT)?;
        ensure!(!outcome.ok && outcome.output.contains("set heffte_directory"), "make said\n{}", outcome.output);
        Ok(())
    });
    let moved = work.join("moved-again");
    if report.check("moving the tree again", || fs::rename(prefix, &moved).context("cannot move the installed tree")) {
        examples(tools, report, &moved, &binary);
    }
}

/// The fragment of the static library.
pub fn of_static(tools: &Tools, report: &mut Report, prefix: &Path, binary: &Path) {
    if there(&["make"]).is_empty() {
        return;
    }
    if report.check("make: build", || command::run("making", &mut consumer(tools, prefix, binary)?).map(|_| ())) {
        report.program("make: 2 ranks", &mut tools.on_ranks(2, binary.join("consumer")));
    }
}

/// The examples, by the Makefile that is installed with them.
fn examples(tools: &Tools, report: &mut Report, prefix: &Path, binary: &Path) {
    let directory = prefix.join("share/heffte/examples");
    let mut programs = Vec::new();
    let built = report.check("make: the examples", || {
        let mut make = in_directory(tools, binary)?;
        command::run("making", make.arg("-j2").arg("-f").arg(directory.join("Makefile")))?;
        programs = sources(&directory)?;
        ensure!(programs.len() >= 6, "only {programs:?} were installed");
        Ok(())
    });
    for program in programs.iter().filter(|_| built) {
        // What they need is found from their own run-time path.
        let mut run = tools.on_ranks(2, binary.join(program));
        report.program(&format!("make: {program} on 2 ranks"), &mut run);
    }
}

/// A program of somebody else's, with the fragment of `prefix`.
fn consumer(tools: &Tools, prefix: &Path, binary: &Path) -> Result<Command> {
    let _ = fs::remove_dir_all(binary);
    let mut make = in_directory(tools, binary)?;
    make.arg("-f")
        .arg(at("tests/make/Makefile"))
        .arg(format!("SOURCE={}", at("tests/cmake/consumer/main.c").display()));
    make.arg(format!("FRAGMENT={}", prefix.join("share/heffte").display()));
    Ok(make)
}

/// make with MPI's compilers, in a directory that is there.
fn in_directory(tools: &Tools, binary: &Path) -> Result<Command> {
    fs::create_dir_all(binary).with_context(|| format!("cannot make {}", binary.display()))?;
    let mut make = tools.command("make");
    make.arg("-C").arg(binary).arg(format!("MPICC={}", tools.mpicc.display()));
    make.arg(format!("MPICXX={}", tools.mpicc.with_file_name("mpicxx").display()));
    Ok(make)
}

/// The programs that the sources in `directory` make.
fn sources(directory: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(directory).with_context(|| format!("cannot read {}", directory.display()))?;
    let paths = entries.flatten().map(|entry| entry.path());
    let is_source = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "c" || extension == "cpp");
    let mut names: Vec<String> =
        paths.filter(is_source).filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned())).collect();
    names.sort();
    Ok(names)
}
