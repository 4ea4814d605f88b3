//! The layers of the library that know no MPI, interpreted by Miri, where a nightly toolchain has it.

use std::time::Duration;

use super::report::Report;
use crate::setup::Tools;
use crate::terminal::say;

/// What needs neither MPI nor the instructions of one processor.
const LAYERS: [&str; 4] = ["geometry::", "recipe::", "plan::workspace::", "array::"];
/// Random problems of each test: Miri takes a thousand times as long.
const CASES: &str = "2";
const LIMIT: Duration = Duration::from_secs(30 * 60);

pub fn run(tools: &Tools, report: &mut Report) {
    let mut version = tools.command("cargo");
    if !version.args(["+nightly", "miri", "--version"]).output().is_ok_and(|output| output.status.success()) {
        say!(
            "  left out: Miri, which no nightly toolchain has here: rustup toolchain install nightly --component miri,rust-src"
        );
        return;
    }
    let mut miri = tools.command("cargo");
    miri.args(["+nightly", "miri", "test", "--locked", "-p", "heffte", "--lib", "--"]).args(LAYERS);
    // Files, the clock and addresses as they are.
    miri.env("MIRIFLAGS", "-Zmiri-disable-isolation").env("PROPTEST_CASES", CASES);
    report.program_within("geometry and recipes by Miri", &mut miri, LIMIT);
}
