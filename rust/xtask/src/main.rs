//! `cargo xtask`: set-up, build, demo and tests of the project, on a machine that has cargo, a C compiler and Python.

mod abi;
mod archive;
mod bench;
mod build;
mod command;
mod coverage;
mod crates;
mod demo;
mod dist;
mod fuzz;
mod gpu_bundle;
mod header;
mod licences;
mod marks;
mod options;
mod paths;
mod setup;
mod terminal;
mod test;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Builds, shows and tests heFFTe. Every command does the set-up that it needs.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
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
    /// Tries random problems in large numbers, far more than the tests do.
    Fuzz(fuzz::Options),
    /// Counts which lines of the library the tests run, and writes the table of docs/reliability.md.
    Coverage,
    /// Compares ours with other libraries in one interleaved run; behind `--` come arguments of `heffte-bench compare`.
    Bench(bench::Options),
    /// Makes .venv with MPI and the build tools; does nothing where it is there.
    Setup,
    /// Prints the environment that plain cargo needs here: eval "$(cargo xtask env)".
    Env,
    /// Builds through CMake and installs into ./prefix.
    Build {
        /// The static library instead, without Python, into ./build/prefix-static.
        #[arg(long = "static")]
        is_static: bool,
        /// Options for CMake, behind `--`.
        #[arg(last = true)]
        options: Vec<String>,
    },
    /// Makes a release in ./build/dist: a tarball of the sources with the crates, a list of what is inside, checksums.
    Dist,
    /// Packs the crates of others in ./build/crates, from where Spack builds without a network.
    Crates,
    /// Makes ./build/gpu-bundle.tar.gz: what tests and measures the device backends on a machine with a GPU, without compilers or a network.
    GpuBundle,
    /// Writes the licences of the crates that are inside to ./THIRD-PARTY.md, or elsewhere.
    Licences {
        #[arg(default_value = licences::FILE)]
        file: std::path::PathBuf,
    },
    /// Adds what is new in libheffte and its C headers to what compiled programs may rely on, tests/abi/libheffte.so.2.txt.
    Abi,
    /// Writes include/heffte_c.h and include/heffte_abi.h from rust/heffte-c.
    Header {
        /// Writes nothing, and fails where a header is not up to date.
        #[arg(long)]
        check: bool,
    },
    /// Writes the tables of CMake's options in README.md and docs/install-cmake.md from cmake/options.json.
    Options {
        /// Writes nothing, and fails where a table is not up to date.
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        // What went wrong and what to do: a backtrace would only hide it.
        Err(error) => {
            eprintln!("Error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    command::pass_on_interrupts()?;
    match Cli::parse().task {
        Task::Demo => demo::run(&setup::tools()?),
        Task::Test(options) => test::run(&test::set_up(&options)?, &options),
        Task::Fuzz(options) => fuzz::run(&setup::tools()?, &options),
        Task::Coverage => coverage::run(&setup::tools()?),
        Task::Abi => abi::record(&setup::tools()?),
        Task::Bench(options) => bench::run(&setup::tools()?, &options),
        Task::Setup => setup::tools().map(|_| ()),
        Task::Env => {
            print!("{}", setup::tools()?.exports());
            Ok(())
        }
        Task::Build { is_static, options } => {
            let flavour = if is_static { &build::STATIC } else { &build::SHARED };
            build::install(&setup::tools()?, flavour, &options)?;
            build::tell_next(flavour);
            Ok(())
        }
        Task::Dist => dist::run(&setup::tools()?),
        Task::Crates => crates::run(&setup::tools()?),
        Task::GpuBundle => gpu_bundle::run(&setup::tools()?),
        Task::Licences { file } => licences::write(&file),
        Task::Header { check } => header::run(check),
        Task::Options { check } => options::run(check),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_behind_two_dashes_goes_to_cmake() {
        let cli =
            Cli::try_parse_from(["cargo xtask", "build", "--static", "--", "-DHeffte_ENABLE_TRACING=ON", "-G", "x"]);
        let Ok(Cli { task: Task::Build { is_static: true, options } }) = cli else { panic!("it is not taken") };
        assert_eq!(options, ["-DHeffte_ENABLE_TRACING=ON", "-G", "x"]);
    }
}
