//! `cargo xtask test`: the pieces, some beside each other, and what became of them.

mod bench;
mod conda;
mod configure;
mod count;
mod cxx;
mod docs;
mod faults;
pub mod gpu;
mod gpu_programs;
mod installed;
mod kernels;
mod lanes;
mod make;
mod matrix;
mod miri;
mod missing;
mod mpis;
mod native;
mod options;
mod package;
mod pieces;
mod python;
mod release;
mod report;
pub mod rust;
mod sanitizers;
mod semver;
mod site;
mod sources;
mod spack;
mod valgrind;
mod verdict;
mod wheel;

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Result, bail};

use crate::paths::at;
use crate::setup::{self, Tools};
use crate::terminal::{self, say};
use pieces::{FULL, PIECES, Piece};
use report::Report;

/// What to test.
#[derive(clap::Args)]
pub struct Options {
    /// The pieces to run, all if none is named.
    pieces: Vec<String>,
    /// Lists the pieces and what each does.
    #[arg(long)]
    list: bool,
    /// Runs those that take an hour, too; naming one runs it without this.
    #[arg(long)]
    full: bool,
    /// How many pieces run beside each other, each of which is shown whole when it has ended. One at a time is shown as it goes on.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..))]
    lanes: u8,
}

/// Does the set-up; on a machine where nothing is there yet, cargo begins meanwhile.
pub fn set_up(options: &Options) -> Result<Tools> {
    let is_fresh = !at(".venv").exists() && !at("target/debug").exists();
    if is_fresh && options.pieces.is_empty() && !options.list { rust::beside(setup::tools) } else { setup::tools() }
}

/// Runs the pieces that were asked for.
pub fn run(tools: &Tools, options: &Options) -> Result<()> {
    let all = || PIECES.iter().map(|piece| (piece, false)).chain(FULL.iter().map(|piece| (piece, true)));
    let begin = Instant::now();
    if options.list {
        for (piece, is_full) in all() {
            say!("{:<14}{}{}", piece.name, piece.about, if is_full { " (--full)" } else { "" });
        }
        return Ok(());
    }
    let unknown: Vec<_> = options.pieces.iter().filter(|name| all().all(|(piece, _)| piece.name != **name)).collect();
    if !unknown.is_empty() {
        bail!("there is no piece {unknown:?}: `cargo xtask test --list` lists them");
    }
    let is_named = |piece: &Piece| options.pieces.iter().any(|name| name == piece.name);
    let is_chosen =
        |(piece, is_full): (&Piece, bool)| is_named(piece) || (options.pieces.is_empty() && (options.full || !is_full));
    let chosen: Vec<&Piece> = all().filter(|row| is_chosen(*row)).map(|(piece, _)| piece).collect();
    let mut report = in_lanes(tools, &chosen, usize::from(options.lanes).min(chosen.len()));
    report.tell_longest();
    say!("in {:.0} s", begin.elapsed().as_secs_f64());
    say!("{} passed, {} failed", report.passed, report.failed);
    if report.failed > 0 {
        std::process::exit(1);
    }
    Ok(())
}

/// Runs them, so many beside each other.
fn in_lanes(tools: &Tools, pieces: &[&Piece], lanes: usize) -> Report {
    tools.share_cores(lanes);
    let all = Mutex::new(Report::default());
    let bar = terminal::progress(pieces.len());
    lanes::run(pieces, lanes, |piece| {
        let work = || {
            say!("{}: {}", piece.name, piece.about);
            Report::of(piece.name, |report| (piece.run)(tools, report))
        };
        let report = if lanes > 1 { terminal::together(piece.name, work) } else { work() };
        all.lock().unwrap_or_else(PoisonError::into_inner).add_up(report);
        bar.inc(1);
    });
    bar.finish_and_clear();
    all.into_inner().unwrap_or_else(PoisonError::into_inner)
}
