//! Pieces that run Python against the installed package.

use std::process::Command;
use std::time::Duration;

use super::report::Report;
use crate::build::SHARED;
use crate::paths::at;
use crate::setup::Tools;

const RANKS: [usize; 3] = [1, 2, 4];
const LIMIT: Duration = Duration::from_secs(300);

/// Python on so many ranks, with the installed package.
fn python(tools: &Tools, ranks: usize) -> Command {
    let mut command = tools.on_ranks(ranks, &tools.python);
    command.env("PYTHONPATH", SHARED.prefix().join("share/heffte/python")).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

pub fn tests(tools: &Tools, report: &mut Report) {
    for ranks in RANKS {
        let mut command = python(tools, ranks);
        command.args(["-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider"]).arg(at("tests/python"));
        report.program_within(&format!("pytest on {ranks} ranks"), &mut command, LIMIT);
    }
    let mut example = python(tools, 2);
    report.program_within(
        "first_transform.py on 2 ranks",
        example.arg(at("examples/python/first_transform.py")),
        LIMIT,
    );
}

pub fn taylor_green(tools: &Tools, report: &mut Report) {
    for ranks in RANKS {
        let mut command = python(tools, ranks);
        command.arg(at("examples/python/taylor_green.py")).arg("--check");
        report.program_within(&format!("{ranks} ranks"), &mut command, LIMIT);
    }
}
