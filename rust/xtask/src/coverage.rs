//! Which lines of the library the tests run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use regex::Regex;

use crate::command;
use crate::marks::Marks;
use crate::paths::{at, root};
use crate::setup::Tools;
use crate::test::gpu;
use crate::test::rust::{executable, tests};

/// Reads what programs count that rustc instruments. It need not be as new as rustc's LLVM, whose own tools are seldom installed.
const READER: (&str, &str) = ("llvm_profparser", "0.15.0");
const LIMIT: Duration = Duration::from_secs(20 * 60);
const DOCUMENT: &str = "docs/reliability.md";
const MARKS: Marks =
    Marks { begin: "<!-- coverage: begin -->\n", end: "<!-- coverage: end -->\n", command: "cargo xtask coverage" };
/// Ranks on which the tests of the library run.
const RANKS: [usize; 2] = [2, 4];
/// Sources that are there for tests alone.
const OF_TESTS: &str = r"/(fuzz/|figures\.rs|scaling\.rs|\w*tests\.rs)";

/// Builds the tests with counters, runs them, and writes the table of docs/reliability.md.
pub fn run(tools: &Tools) -> Result<()> {
    let place = at("build/coverage");
    let counts = place.join("counts");
    let _ = fs::remove_dir_all(&counts);
    fs::create_dir_all(&counts).with_context(|| format!("cannot make {}", counts.display()))?;
    let reader = reader(tools, &place)?;
    let programs = built(tools, &place)?;
    let [unit, mpi] = &programs;
    let mut alone = tools.command(unit);
    alone.current_dir(at("rust/heffte"));
    counted(tools, alone, &counts, "tests of the library")?;
    for ranks in RANKS {
        counted(tools, tools.on_ranks(ranks, mpi), &counts, &format!("tests on {ranks} ranks"))?;
    }
    let mut faults = tools.on_ranks(3, mpi);
    faults.args(["faults", "libraries"]);
    counted(tools, faults, &counts, "tests with libraries that fail")?;
    devices(tools, mpi, &counts)?;

    let mut show = tools.command(reader);
    show.arg("show");
    for entry in fs::read_dir(&counts)? {
        show.arg("--instr-profile").arg(entry?.path());
    }
    programs.iter().for_each(|program| _ = show.arg("--object").arg(program));
    let table = table(&lines(&command::run("counting lines", &mut show)?)?);
    print!("{table}");
    MARKS.fill(DOCUMENT, &table, false)
}

/// Tests on what stands in for the devices of each vendor.
fn devices(tools: &Tools, program: &Path, counts: &Path) -> Result<()> {
    gpu::stand_ins(tools)?;
    for vendor in gpu::VENDORS {
        let mut test = tools.on_ranks(2, program);
        gpu::with_stand_ins(&mut test, tools, vendor).args(["devices", gpu::backend_of(vendor)]);
        counted(tools, test, counts, &format!("tests on what stands in for {vendor}"))?;
    }
    Ok(())
}

/// The program that reads counts, installed below `place`.
fn reader(tools: &Tools, place: &Path) -> Result<PathBuf> {
    let program = place.join("bin/cov");
    if !program.is_file() {
        let (name, version) = READER;
        let mut install = tools.cargo();
        install.args(["install", "--locked", name, "--version", version, "--features", "cli", "--root"]).arg(place);
        command::step(&format!("installing {name} (two minutes)"), &mut install)?;
    }
    Ok(program)
}

/// The unit tests and the tests on several ranks, with counters in our crates alone.
fn built(tools: &Tools, place: &Path) -> Result<[PathBuf; 2]> {
    let wrapper = command::script(place.join("rustc"), "exec \"$@\" -C instrument-coverage")?;
    let build = |choice: &[&str]| {
        let mut build = tests(tools, choice);
        build.arg("--no-run").env("RUSTC_WORKSPACE_WRAPPER", &wrapper).env("CARGO_TARGET_DIR", place.join("target"));
        // What the build scripts count is nobody's question.
        executable(build.env("LLVM_PROFILE_FILE", "/dev/null"))
    };
    eprintln!("building the tests with counters");
    Ok([build(&["-p", "heffte", "--lib"])?, build(&["--test", "mpi"])?])
}

/// Runs a program, each of whose processes leaves its counts.
fn counted(tools: &Tools, mut program: Command, counts: &Path, label: &str) -> Result<()> {
    program.envs(tools.backends().variables()).env("LLVM_PROFILE_FILE", counts.join(format!("{label}-%p.profraw")));
    let outcome = command::capture(label, &mut program, LIMIT)?;
    ensure!(outcome.ok, "{}\n{}", command::shown(&program), outcome.output);
    Ok(())
}

/// For each folder or file right below the library's sources, how many lines ran, and of how many.
fn lines(shown: &str) -> Result<BTreeMap<String, (usize, usize)>> {
    let (line, of_tests) = (Regex::new(r"^ *\d+\| *([^| ]*)\|(.*)$")?, Regex::new(OF_TESTS)?);
    let sources = format!("{}/rust/heffte/src/", root().display());
    let mut found = BTreeMap::new();
    let mut part: Option<String> = None;
    for text in shown.lines() {
        match (line.captures(text), &part) {
            (None, _) => {
                let file = text.strip_prefix(&sources).filter(|_| !of_tests.is_match(text));
                part = file.map(|file| file.split('/').next().unwrap_or(file).to_owned());
            }
            // Tests stand at the ends of files.
            (Some(row), _) if row[2].trim_start().starts_with("mod tests") => part = None,
            (Some(row), Some(part)) if !row[1].is_empty() => {
                let (ran, all): &mut (usize, usize) = found.entry(part.clone()).or_default();
                (*ran, *all) = (*ran + usize::from(&row[1] != "0"), *all + 1);
            }
            _ => {}
        }
    }
    ensure!(!found.is_empty(), "no line of {sources} was counted");
    Ok(found)
}

fn table(lines: &BTreeMap<String, (usize, usize)>) -> String {
    let row = |name: &str, (ran, all): (usize, usize)| {
        format!("| {name} | {ran} | {all} | {:.1} % |\n", 100.0 * ran as f64 / all as f64)
    };
    let total = lines.values().fold((0, 0), |sum, each| (sum.0 + each.0, sum.1 + each.1));
    let rows = lines.iter().map(|(part, counts)| row(&format!("`{part}`"), *counts));
    let head = "\n| rust/heffte/src | lines that ran | of | |\n|---|---|---|---|\n".to_owned();
    [head].into_iter().chain(rows).chain([row("all", total), "\n".to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_by_folder_and_without_tests() {
        let sources = format!("{}/rust/heffte/src", root().display());
        let shown = format!(
            "{sources}/plan/mod.rs\n    1|       |// why\n    2|     12|fn a() {{\n    3|      0|}}\n   4|   |mod tests {{\n    5|  1|x\n\
             {sources}/recipe/fuzz/mod.rs\n    1|      1|a\n/elsewhere/plan.rs\n    1|      1|a\n\
             {sources}/error.rs\n    1|    1.2k|a\n"
        );
        let found = lines(&shown).expect("some lines are there");
        let expected = [("error.rs".to_owned(), (1, 1)), ("plan".to_owned(), (1, 2))];
        assert_eq!(found, BTreeMap::from(expected));
        assert!(table(&found).ends_with("| all | 2 | 3 | 66.7 % |\n\n"));
        assert!(lines("").is_err());
    }
}
