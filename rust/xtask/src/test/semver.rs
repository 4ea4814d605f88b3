//! Whether programs in Rust that were written for the last release still compile: what is public, compared.

use std::process::Command;
use std::time::Duration;

use super::report::Report;
use crate::paths::at;
use crate::setup::Tools;
use crate::terminal::say;
use crate::{command, dist};

/// Two versions are compiled, for their documentation.
const LIMIT: Duration = Duration::from_secs(10 * 60);

pub fn run(tools: &Tools, report: &mut Report) {
    let Some(tag) = last_release() else {
        say!("  left out: the comparison with the last release, for nothing was released yet: no commit has a tag v*");
        return;
    };
    let Some(program) = report.made("cargo-semver-checks", || dist::SEMVER_CHECKS.installed()) else { return };
    let mut check = tools.command(program);
    check.args(["semver-checks", "--package", "heffte", "--only-explicit-features", "--baseline-rev", &tag]);
    check.args(["--features", &tools.backends().features().join(",")]).current_dir(at(""));
    report.program_within(&format!("what is public in Rust, beside {tag}"), &mut check, LIMIT);
}

/// The tag of the last release that this commit comes from.
fn last_release() -> Option<String> {
    let mut describe = Command::new("git");
    describe.args(["describe", "--tags", "--abbrev=0", "--match", "v*"]).current_dir(at(""));
    let outcome = command::capture("looking for a tag", &mut describe, Duration::from_secs(60)).ok()?;
    outcome.ok.then(|| outcome.output.trim().to_owned())
}
