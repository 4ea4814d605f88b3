//! The C tests under valgrind: what is read before it is written, written where nothing is, never freed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::report::Report;
use crate::build::SHARED;
use crate::paths::at;
use crate::setup::Tools;
use crate::terminal::say;

/// A transform takes some thirty times as long.
const LIMIT: Duration = Duration::from_secs(15 * 60);
const MOST_RANKS: usize = 2;

pub fn run(tools: &Tools, report: &mut Report) {
    if Command::new("valgrind").arg("--version").output().is_err() {
        say!("  left out: valgrind, which is not installed");
        return;
    }
    let mut programs = Vec::new();
    report.check("the C tests are built", || {
        programs = built()?;
        Ok(())
    });
    for (program, ranks) in programs {
        let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut valgrind = tools.on_ranks(ranks, "valgrind");
        valgrind.args(["--quiet", "--error-exitcode=9", "--leak-check=full", "--show-leak-kinds=definite"]);
        valgrind.args(["--errors-for-leak-kinds=definite", "--suppressions=tests/valgrind/mpi.supp"]);
        valgrind.arg(&program).env("HEFFTE_TEST_SECONDS", LIMIT.as_secs().to_string());
        report.program_within(&format!("{name} on {ranks} ranks"), &mut valgrind, LIMIT);
    }
}

/// The tests, each with the most ranks that it is for.
fn built() -> Result<Vec<(PathBuf, usize)>> {
    let place = SHARED.directory().join("tests/c");
    let sources = fs::read_dir(at("tests/c"))?.collect::<std::io::Result<Vec<_>>>()?;
    let mut sources: Vec<_> = sources.iter().map(|source| source.path()).collect();
    sources.retain(|path| path.extension().is_some_and(|kind| kind == "c"));
    sources.sort();
    let test = |source: &PathBuf| {
        let program = place.join(source.file_stem().unwrap_or_default());
        ensure!(program.is_file(), "{} is missing: run the piece `build` first", program.display());
        Ok((program, ranks_of(source)?))
    };
    sources.iter().map(test).collect()
}

/// The most ranks of those that the first line of a test says, of the few that valgrind is given.
fn ranks_of(source: &Path) -> Result<usize> {
    let text = fs::read_to_string(source)?;
    let said = text.lines().next().and_then(|line| line.strip_prefix("// ranks:"));
    let ranks = said.map(|said| said.split_whitespace().filter_map(|word| word.parse().ok())).into_iter().flatten();
    ranks.filter(|ranks| *ranks <= MOST_RANKS).max().with_context(|| format!("{} says no ranks", source.display()))
}
