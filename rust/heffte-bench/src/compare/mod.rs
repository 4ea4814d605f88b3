//! `heffte-bench`: this library beside others, in one interleaved run.
//!
//! Every peer is a program of its own, ours too, and is started anew in every round; `benchmarks/peers/peer.h` says how it is
//! called and what it prints.

mod backends;
mod case;
mod machine;
mod ours;
mod peers;
mod process;
mod record;
mod report;
mod results;
mod run;
mod signal;
mod statistics;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Compares this library's transforms with other libraries'.
#[derive(Parser)]
#[command(name = "heffte-bench", version)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Measures ours and its peers in turn, and writes a JSON file and a plot.
    Compare(run::Options),
    /// Measures the backends of this build beside each other on one rank, and writes a JSON file and a plot.
    Backends(backends::Options),
    /// Prints the table of a JSON file, or puts it into a document.
    Report(report::Options),
    /// This library as a peer: what `compare` starts on each rank.
    #[command(hide = true)]
    Driver(ours::Options),
}

/// The whole program.
#[must_use]
pub fn main() -> ExitCode {
    let outcome = match Cli::parse().task {
        Task::Compare(options) => run::compare(&options),
        Task::Backends(options) => backends::run(&options),
        Task::Report(options) => report::run(&options),
        Task::Driver(options) => ours::run(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // What went wrong and what to do: a backtrace would only hide it.
        Err(error) => {
            eprintln!("Error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
