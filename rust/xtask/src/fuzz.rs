//! Random problems in large numbers: recipes point by point without MPI, then transforms on several ranks.

use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};

use crate::command;
use crate::setup::Tools;
use crate::terminal::say;
use crate::test::rust::{executable, tests};

/// Problems of one run of a program: a bar that moves, and one that fails tells which it was.
const RECIPES_AT_ONCE: u64 = 10_000;
const TRANSFORMS_AT_ONCE: u64 = 50;

/// Ranks that transforms are tried on, in turn.
const MOST_RANKS: u64 = 8;

/// How long one run may take.
const LIMIT: Duration = Duration::from_secs(10 * 60);

/// How many problems to try.
#[derive(clap::Args)]
pub struct Options {
    /// Problems whose recipes are followed point by point.
    #[arg(long, default_value_t = 1_000_000)]
    recipes: u64,
    /// Problems that are transformed by each backend, on 1 to 8 ranks, and compared with the definition.
    #[arg(long, default_value_t = 10_000)]
    transforms: u64,
    /// The first of these; another one each time, if none is given.
    #[arg(long)]
    seed: Option<u64>,
}

impl Options {
    /// So many problems, others each time.
    pub fn of(recipes: u64, transforms: u64) -> Options {
        Options { recipes, transforms, seed: None }
    }
}

/// Builds the tests optimised, and runs them again and again with other problems.
pub fn run(tools: &Tools, options: &Options) -> Result<()> {
    if options.recipes > 0 {
        let library = ["--release", "--lib", "recipe::fuzz"];
        command::step("building the tests of the library", tests(tools, &library).arg("--no-run"))?;
        let ways = bar("recipes", options.recipes);
        for first in (0..options.recipes).step_by(RECIPES_AT_ONCE as usize) {
            let cases = RECIPES_AT_ONCE.min(options.recipes - first);
            try_out(&ways, tests(tools, &library).env("PROPTEST_CASES", cases.to_string()), cases)?;
        }
        ways.finish();
    }
    if options.transforms > 0 {
        eprintln!("building the tests on several ranks");
        let program = executable(&mut tests(tools, &["--release", "--test", "mpi", "--no-run"]))?;
        let begin = options.seed.map_or_else(clock, Ok)?;
        let lines = bar("transforms", options.transforms);
        for (nth, first) in (0..options.transforms).step_by(TRANSFORMS_AT_ONCE as usize).enumerate() {
            let cases = TRANSFORMS_AT_ONCE.min(options.transforms - first);
            let ranks = nth as u64 % MOST_RANKS + 1;
            let mut run = tools.on_ranks(ranks as usize, &program);
            run.envs(tools.backends().variables());
            run.args(["fuzz", &(begin + first).to_string(), &cases.to_string()]);
            try_out(&lines, &mut run, cases)?;
        }
        lines.finish();
    }
    say!("{} recipes, {} transforms: no failure", options.recipes, options.transforms);
    Ok(())
}

/// Runs `command`, which tries so many problems.
fn try_out(bar: &ProgressBar, command: &mut Command, cases: u64) -> Result<()> {
    let outcome = command::capture("", command, LIMIT)?;
    if !outcome.ok {
        bar.abandon();
        bail!("{}\n{}", command::shown(command), outcome.output);
    }
    bar.inc(cases);
    Ok(())
}

/// A first problem that nobody had before.
fn clock() -> Result<u64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?.as_secs())
}

fn bar(what: &'static str, count: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:>10} {wide_bar} {pos}/{len} {eta}");
    ProgressBar::new(count).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())).with_message(what)
}
