//! The library's own tests with rustc's checks of memory, and of what is lost of it at the end.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::super::report::Report;
use super::super::rust::executable;
use crate::command;
use crate::paths::at;
use crate::setup::Tools;
use crate::terminal::say;

const LIMIT: Duration = Duration::from_secs(10 * 60);
const RANKS: usize = 2;
/// Random problems of each unit test: the checks take ten times as long.
const CASES: &str = "500";
/// Random transforms; other tests on ranks count memory or limit it, which is another here.
const TRANSFORMS: [&str; 3] = ["fuzz", "1", "60"];
/// How the file ends that programs with these checks are linked with.
const RUNTIME: &str = "_rt.asan.a";

pub fn run(tools: &Tools, report: &mut Report) {
    let host = match host(tools) {
        Ok(host) => host,
        Err(error) => {
            say!("  left out: the library's tests with checks: {error:#}");
            return;
        }
    };
    let programs = report.made("the library's tests with checks", || {
        Ok([built(tools, &host, &["--lib"])?, built(tools, &host, &["--test", "mpi"])?])
    });
    let Some([alone, on_ranks]) = programs else { return };
    let mut unit = tools.command(alone);
    unit.current_dir(at("rust/heffte")).env("PROPTEST_CASES", CASES);
    let mut transforms = tools.on_ranks(RANKS, on_ranks);
    transforms.args(TRANSFORMS).envs(tools.launcher.variables_of_a_crowd().iter().copied());
    for (label, command) in [("the library", &mut unit), ("random transforms on 2 ranks", &mut transforms)] {
        command.envs(tools.backends().variables()).envs(super::options());
        report.program_within(label, command, LIMIT);
    }
}

/// The system that rustc compiles for, if it brings what programs with checks are linked with.
fn host(tools: &Tools) -> Result<String> {
    let said = command::run("asking rustc for its version", tools.command("rustc").arg("-vV"))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    let root = command::run("asking rustc for its place", tools.command("rustc").args(["--print", "sysroot"]))?;
    let place = Path::new(root.trim()).join("lib/rustlib").join(host).join("lib");
    let files = place.read_dir().with_context(|| format!("cannot read {}", place.display()))?;
    let is_there = files.flatten().any(|entry| entry.file_name().to_string_lossy().ends_with(RUNTIME));
    ensure!(is_there, "rustc has no librustc-*{RUNTIME} in {}; the toolchains of rustup for Linux do", place.display());
    Ok(host.to_owned())
}

/// A program of tests. The target is named, so that build scripts and what derives are compiled without checks.
fn built(tools: &Tools, host: &str, choice: &[&str]) -> Result<PathBuf> {
    let mut build = tools.cargo();
    build.args(["test", "--locked", "--no-run", "-p", "heffte", "--features", &tools.backends().features().join(",")]);
    build.args(["--target", host]).args(choice).env("CARGO_TARGET_DIR", at("build/sanitizers/library"));
    // A stable rustc takes the option from those who know what they do; the standard library it brings is compiled without it.
    build.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "-Zsanitizer=address -Cunsafe-allow-abi-mismatch=sanitizer");
    executable(&mut build)
}
