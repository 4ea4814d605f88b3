//! `cargo xtask test`: the pieces, in order, each a row of the table below.

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
mod make;
mod matrix;
mod miri;
mod missing;
mod mpis;
mod native;
mod options;
mod package;
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

use std::time::Instant;

use anyhow::{Result, bail};

use crate::fuzz;
use crate::setup::Tools;
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
}

/// A piece of the tests.
struct Piece {
    name: &'static str,
    about: &'static str,
    run: fn(&Tools, &mut Report),
}

/// Pieces that only `--full` runs: what takes long, and seldom breaks alone.
const FULL: [Piece; 18] = [
    Piece {
        name: "valgrind",
        about: "the C tests read and write where they may, and free what they had",
        run: valgrind::run,
    },
    Piece {
        name: "sanitizers",
        about: "the C and C++ tests with compilers' checks of memory, leaks and undefined behaviour",
        run: sanitizers::run,
    },
    Piece {
        name: "mpi-matrix",
        about: "tests of the library and the C tests with Open MPI, on 2 ranks",
        run: mpis::run,
    },
    Piece { name: "miri", about: "what knows no MPI, interpreted by Miri, where that is installed", run: miri::run },
    Piece { name: "big", about: "a message of more than 2^31 bytes between 2 ranks", run: rust::big },
    Piece {
        name: "clippy-more",
        about: "no warnings in the library with each backend alone",
        run: rust::clippy_of_each,
    },
    Piece { name: "mpi-more", about: "tests of the library on 5, 6, 7 and 8 ranks", run: rust::mpi_more },
    Piece {
        name: "faults-more",
        about: "calls of MPI that fail on 4 ranks, 100,000 plans, a rank that is stopped for longer",
        run: faults::more,
    },
    Piece {
        name: "fuzz",
        about: "100,000 random recipes, 1,000 random transforms",
        run: |tools, report| {
            report.check("random problems", || fuzz::run(tools, &fuzz::Options::of(100_000, 1_000)));
        },
    },
    Piece { name: "semver", about: "what is public in Rust is what the last release had, or more", run: semver::run },
    Piece { name: "kernels", about: "the kernels of devices by the vendors' compilers", run: kernels::run },
    Piece { name: "cxx-more", about: "each header alone is C++20", run: cxx::each_by_new_standard },
    Piece { name: "conda-more", about: "the other variants of the conda packages", run: conda::others },
    Piece { name: "matrix", about: "CMake 3.22 and the newest, Ninja and make, Release and Debug", run: matrix::run },
    Piece { name: "own-fftw", about: "Heffte_SUPERBUILD_DEPS where no FFTW is found", run: matrix::own_fftw },
    Piece { name: "doxygen", about: "reference pages of the headers", run: matrix::doxygen },
    Piece { name: "workflows", about: "the presets, each by one command", run: matrix::workflows },
    Piece {
        name: "release",
        about: "cargo deny; cargo xtask dist, its checksums and its list of crates; the tarball built without a network",
        run: release::run,
    },
];

/// To add a piece, add a row. Cheap ones come first; those after `build` use what it installs.
const PIECES: [Piece; 29] = [
    Piece { name: "fmt", about: "the Rust sources are formatted", run: rust::fmt },
    Piece { name: "header", about: "heffte_c.h and heffte_abi.h are what rust/heffte-c makes", run: native::header },
    Piece {
        name: "options",
        about: "CMake, the crates, the documents and the packages have the options of cmake/options.json",
        run: options::run,
    },
    Piece { name: "missing", about: "what CMake says of what it needs and does not find", run: missing::run },
    Piece {
        name: "licences",
        about: "the crates inside what we ship are under licences that deny.toml allows",
        run: release::licences,
    },
    Piece { name: "clippy", about: "no warnings in any crate", run: rust::clippy },
    Piece { name: "rust", about: "unit and documentation tests of the crates", run: rust::unit },
    Piece { name: "mpi", about: "tests of the library on 1 to 4 ranks, random transforms on 7", run: rust::mpi },
    Piece { name: "examples", about: "the Rust examples on 2 ranks", run: rust::examples },
    Piece { name: "gpu", about: "transforms on devices, by what stands in for CUDA and ROCm", run: gpu::run },
    Piece { name: "bench", about: "speed3d on 1, 2 and 4 ranks, and a comparison with scipy", run: bench::run },
    Piece { name: "build", about: "CMake builds and installs the library and the Python package", run: native::build },
    Piece { name: "headers", about: "each header is C99 without a warning", run: native::headers },
    Piece { name: "c", about: "the C tests, and the examples in C and C++, in the build tree", run: native::c },
    Piece {
        name: "faults",
        about: "calls of MPI that fail one by one, what plans leave behind, ranks that are killed or stopped",
        run: faults::run,
    },
    Piece {
        name: "cxx",
        about: "each header is C++11, and all are C++20, without a warning; the C++ tests",
        run: cxx::run,
    },
    Piece {
        name: "gpu-programs",
        about: "C and C++ programs, speed3d and an example on what stands in for devices",
        run: gpu_programs::run,
    },
    Piece {
        name: "package",
        about: "find_package, the examples and programs as installed, the moved tree, make, options that are refused",
        run: package::run,
    },
    Piece { name: "python", about: "the Python tests on 1, 2 and 4 ranks", run: python::tests },
    Piece {
        name: "python-style",
        about: "types and style of the Python sources: mypy --strict, ruff",
        run: python::style,
    },
    Piece { name: "pythons", about: "the installed package under every other Python from 3.10", run: python::others },
    Piece {
        name: "taylor-green",
        about: "a flow ends at its published energy on 1, 2 and 4 ranks",
        run: python::taylor_green,
    },
    Piece { name: "demo", about: "the demo draws its picture", run: python::demo },
    Piece {
        name: "static",
        about: "the static library: built, installed, and the C tests with it",
        run: native::static_library,
    },
    Piece {
        name: "wheel",
        about: "pip's wheel beside MPICH and beside Open MPI, and the source distribution",
        run: wheel::run,
    },
    Piece {
        name: "conda",
        about: "conda packages, built by the recipe, installed into a fresh prefix, used",
        run: conda::run,
    },
    Piece { name: "spack", about: "Spack's packages; by a real Spack where SPACK_ROOT names one", run: spack::run },
    Piece { name: "site", about: "the pages of docs/, with the outputs of their programs", run: site::run },
    Piece { name: "docs", about: "commands in the documents are tested, or say that they are not", run: docs::run },
];

/// Runs the pieces that were asked for.
pub fn run(tools: &Tools, options: &Options) -> Result<()> {
    let all = || PIECES.iter().map(|piece| (piece, false)).chain(FULL.iter().map(|piece| (piece, true)));
    if options.list {
        for (piece, is_full) in all() {
            println!("{:<14}{}{}", piece.name, piece.about, if is_full { " (--full)" } else { "" });
        }
        return Ok(());
    }
    let unknown: Vec<_> = options.pieces.iter().filter(|name| all().all(|(piece, _)| piece.name != **name)).collect();
    if !unknown.is_empty() {
        bail!("there is no piece {unknown:?}: `cargo xtask test --list` lists them");
    }
    let begin = Instant::now();
    let mut report = Report::default();
    for (piece, is_full) in all() {
        let is_named = options.pieces.iter().any(|name| name == piece.name);
        if is_named || (options.pieces.is_empty() && (options.full || !is_full)) {
            println!("{}: {}", piece.name, piece.about);
            report.piece(piece.name, |report| (piece.run)(tools, report));
        }
    }
    report.tell_longest();
    println!("in {:.0} s", begin.elapsed().as_secs_f64());
    println!("{} passed, {} failed", report.passed, report.failed);
    if report.failed > 0 {
        std::process::exit(1);
    }
    Ok(())
}
