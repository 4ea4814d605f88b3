//! `cargo xtask`: set-up, build, demo and tests of the project, on a machine that has cargo, a C compiler and Python.

mod build;
mod command;
mod demo;
mod header;
mod paths;
mod setup;
mod test;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Builds, shows and tests heFFTe. Every command does the set-up that it needs.
#[derive(Parser)]
#[command(name = "cargo xtask", version)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Builds and installs into ./prefix, then simulates the Taylor-Green vortex on 2 ranks and draws it.
    Demo,
    /// Runs all tests, or some pieces of them, and closes with `N passed, N failed`.
    Test(test::Options),
    /// Makes .venv with MPI and the build tools; does nothing where it is there.
    Setup,
    /// Prints the environment that plain cargo needs here: eval "$(cargo xtask env)".
    Env,
    /// Builds through CMake and installs into ./prefix.
    Build,
    /// Writes include/heffte_c.h from rust/heffte-c.
    Header {
        /// Writes nothing, and fails where the header is not up to date.
        #[arg(long)]
        check: bool,
    },
}

fn main() -> Result<()> {
    match Cli::parse().task {
        Task::Demo => demo::run(&setup::tools()?),
        Task::Test(options) => test::run(&setup::tools()?, &options),
        Task::Setup => setup::tools().map(|_| ()),
        Task::Env => {
            print!("{}", setup::tools()?.exports());
            Ok(())
        }
        Task::Build => build::install(&setup::tools()?, &build::SHARED, None),
        Task::Header { check } => header::run(check),
    }
}
