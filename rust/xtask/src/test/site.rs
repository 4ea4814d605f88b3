//! The site of `docs/`: its programs run on a few ranks, and their output and pictures become part of its pages.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use regex::Regex;

use super::native::{CXX, compile, there};
use super::python::{is_png, python};
use super::report::Report;
use crate::command;
use crate::paths::at;
use crate::setup::{self, Tools};
use crate::terminal::say;

/// A program whose output is in the pages.
struct Program {
    path: &'static str,
    ranks: usize,
    /// What makes it short, and names its picture.
    arguments: &'static [&'static str],
    draws: bool,
}

const fn on_2_ranks(path: &'static str, arguments: &'static [&'static str], draws: bool) -> Program {
    Program { path, ranks: 2, arguments, draws }
}

const PROGRAMS: [Program; 11] = [
    on_2_ranks("docs/tutorial/arrays.py", &[], false),
    on_2_ranks("docs/tutorial/derivative.py", &[], false),
    on_2_ranks("docs/tutorial/heat.py", &[], true),
    on_2_ranks("docs/tutorial/plan.py", &[], false),
    on_2_ranks("docs/howto/save_and_load.py", &[], false),
    on_2_ranks("docs/howto/padding.py", &[], true),
    Program { path: "docs/howto/decompositions.py", ranks: 8, arguments: &[], draws: false },
    on_2_ranks("examples/python/poisson_walls.py", &["--n", "16", "32", "64", "--output", "poisson_walls.png"], true),
    on_2_ranks("examples/python/power_spectrum.py", &["--n", "64", "--output", "power_spectrum.png"], true),
    on_2_ranks("examples/python/filter_image.py", &["--output", "filter_image.png"], true),
    on_2_ranks("examples/python/from_mpi4py_fft.py", &["--output", "from_mpi4py_fft.png"], true),
];

pub fn run(tools: &Tools, report: &mut Report) {
    if !report.check("the packages of requirements/docs.txt", || packages(tools)) {
        return;
    }
    report.check("functions of heffte_c.h in docs/reference/c.md", functions_of_c);
    for compiler in there(&["g++"]) {
        let calls = at("docs/reference/calls.cpp");
        report.check("docs/reference/calls.cpp", || compile(tools, &CXX, compiler, "c++11", &calls));
    }
    // Nothing that an earlier run left behind becomes part of the pages.
    let place = at("build/site/run");
    let _ = fs::remove_dir_all(&place);
    let mut all = report.check("a place for outputs", || fs::create_dir_all(&place).context("cannot make it"));
    for program in &PROGRAMS {
        let label = format!("{} on {} ranks", program.path, program.ranks);
        all &= report.check(&label, || output(tools, &place, program));
    }
    if all {
        report.check("the pages", || pages(tools));
    }
}

/// Installs them into .venv, in the versions of requirements/dev.txt where both have one; says nothing where they are there.
fn packages(tools: &Tools) -> Result<()> {
    let files = ["--requirement", "requirements/docs.txt", "--constraint", "requirements/dev.txt"];
    setup::python::install("installing what makes the pages", &tools.python, files)
}

/// That the page, which is written by hand, leaves out no function of the header.
fn functions_of_c() -> Result<()> {
    let read = |path: &str| fs::read_to_string(at(path)).with_context(|| format!("cannot read {path}"));
    let (header, page) = (read("include/heffte_c.h")?, read("docs/reference/c.md")?);
    let pattern = Regex::new(r"(?m)^[a-z].*\b(heffte_\w+)\(").expect("the pattern is sound");
    let functions: Vec<&str> =
        pattern.captures_iter(&header).filter_map(|found| Some(found.get(1)?.as_str())).collect();
    ensure!(!functions.is_empty(), "no function was found in the header");
    // The page has one sentence for those with a workspace.
    let is_there = |name: &&str| page.contains(name.trim_end_matches("_buffered"));
    let missing: Vec<&str> = functions.into_iter().filter(|name| !is_there(name)).collect();
    ensure!(missing.is_empty(), "docs/reference/c.md has nothing about {}", missing.join(", "));
    Ok(())
}

/// Runs a program in `place`, and puts there what it says, under its name.
fn output(tools: &Tools, place: &Path, program: &Program) -> Result<()> {
    let name = PathBuf::from(Path::new(program.path).file_stem().unwrap_or(OsStr::new(program.path)));
    let mut command = python(tools, program.ranks);
    command.current_dir(place).arg(at(program.path)).args(program.arguments);
    let text = command::run(program.path, &mut command)?;
    fs::write(place.join(name.with_extension("txt")), text).context("cannot keep its output")?;
    if program.draws { is_png(&place.join(name.with_extension("png"))) } else { Ok(()) }
}

/// Makes all pages anew: warnings, which are errors, are only of pages that are made.
fn pages(tools: &Tools) -> Result<()> {
    let mut sphinx = python(tools, 1);
    sphinx.args(["-m", "sphinx", "-W", "--keep-going", "--fresh-env", "--quiet", "-b", "html", "-d"]);
    sphinx.arg(at("build/site/doctrees")).arg(at("docs")).arg(at("build/site/html"));
    command::run("making the pages", &mut sphinx)?;
    say!("         {}", at("build/site/html/index.html").display());
    Ok(())
}
