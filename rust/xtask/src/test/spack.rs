//! Spack's packages: read without Spack, and installed by a real one where `SPACK_ROOT` names it.

use std::path::PathBuf;
use std::time::Duration;

use super::report::Report;
use crate::crates;
use crate::paths::at;
use crate::setup::Tools;
use crate::terminal::say;

/// A real Spack compiles the library anew.
const LIMIT: Duration = Duration::from_secs(1800);

pub fn run(tools: &Tools, report: &mut Report) {
    let mut check = tools.command(&tools.python);
    report.program("the packages, beside the table of options", check.arg(at("tests/spack/check.py")));
    let Some(root) = std::env::var_os("SPACK_ROOT").filter(|value| !value.is_empty()) else {
        say!("  left out: SPACK_ROOT names no Spack to install with");
        return;
    };
    // It builds where nobody answers.
    if !report.check("cargo xtask crates", || crates::run(tools)) {
        return;
    }
    let mut install = tools.command(&tools.python);
    install.arg(at("tests/spack/install.py")).arg(PathBuf::from(root)).arg(at("build/spack"));
    install.envs(tools.backends().variables()).envs(tools.corrosion.iter().map(|prefix| ("Corrosion_ROOT", prefix)));
    report.program_within("Spack: concretised, installed, tested", &mut install, LIMIT);
}
