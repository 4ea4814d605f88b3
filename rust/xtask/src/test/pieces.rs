//! The tables of pieces. To add one, add a row: a lane that is free takes the first that may begin. So what others wait for and what takes
//! long stands before what fills gaps, and what a piece needs stands above it.

use super::report::Report;
use super::{
    bench, conda, cxx, docs, faults, gpu, gpu_programs, kernels, matrix, miri, missing, mpis, native, options, package,
    python, release, rust, sanitizers, semver, site, spack, valgrind, wheel,
};
use crate::fuzz;
use crate::setup::Tools;

/// A piece of the tests.
#[derive(Clone, Copy)]
pub struct Piece {
    pub name: &'static str,
    pub about: &'static str,
    pub run: fn(&Tools, &mut Report),
    /// Pieces that come before, where they run, too: those whose results it uses.
    pub needs: &'static [&'static str],
    /// What others take, too.
    resources: &'static [Resource],
    is_alone: bool,
}

/// What two pieces do not take at once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// `target/debug`, while much is compiled: cargo would let one wait for the other.
    Debug,
    /// `build/cargo`, what cargo compiles for CMake on the way, and the copy of the sources.
    Release,
    /// `build/shared`, where CMake builds and ctest keeps its logs.
    Shared,
    /// The cores, for ranks that wait for each other: those of two programs would hinder each other, and compilers give way.
    Ranks,
}

use Resource::{Debug, Ranks, Release, Shared};

/// One that may run at any time, beside any other.
pub const fn piece(name: &'static str, about: &'static str, run: fn(&Tools, &mut Report)) -> Piece {
    Piece { name, about, run, needs: &[], resources: &[], is_alone: false }
}

impl Piece {
    /// The same, when those have ended.
    pub const fn after(self, needs: &'static [&'static str]) -> Piece {
        Piece { needs, ..self }
    }

    /// The same, beside none that takes any of these.
    pub const fn takes(self, resources: &'static [Resource]) -> Piece {
        Piece { resources, ..self }
    }

    /// The same, beside nothing: for what measures, or takes all of the machine.
    pub const fn alone(self) -> Piece {
        Piece { is_alone: true, ..self }
    }

    /// Whether neither hinders the other.
    pub fn may_run_beside(&self, other: &Piece) -> bool {
        !self.is_alone && !other.is_alone && self.resources.iter().all(|resource| !other.resources.contains(resource))
    }
}

/// What every run takes.
pub static PIECES: [Piece; 29] = [
    piece("fmt", "the Rust sources are formatted", rust::fmt),
    piece("header", "heffte_c.h and heffte_abi.h are what rust/heffte-c makes", native::header),
    piece("licences", "the crates inside what we ship are under licences that deny.toml allows", release::licences),
    piece("docs", "commands in the documents are tested, or say that they are not", docs::run),
    piece("spack", "Spack's packages; by a real Spack where SPACK_ROOT names one", spack::run),
    piece("clippy", "no warnings in any crate", rust::clippy).takes(&[Debug]),
    piece("build", "CMake builds and installs the library and the Python package", native::build)
        .takes(&[Release, Shared]),
    piece("rust", "unit and documentation tests of the crates", rust::unit).takes(&[Debug]),
    piece("mpi", "tests of the library on 1 to 4 ranks, random transforms on 7", rust::mpi)
        .after(&["rust"])
        .takes(&[Ranks]),
    piece("wheel", "pip's wheel beside MPICH and beside Open MPI, and the source distribution", wheel::run)
        .after(&["build"])
        .takes(&[Release]),
    piece("conda", "conda packages, built by the recipe, installed into a fresh prefix, used", conda::run)
        .after(&["build"])
        .takes(&[Release]),
    piece("static", "the static library: built, installed, and the C tests with it", native::static_library)
        .after(&["build"])
        .takes(&[Release]),
    piece(
        "package",
        "find_package, the examples and programs as installed, the moved tree, make, options that are refused",
        package::run,
    )
    .after(&["build"])
    .takes(&[Release, Shared]),
    piece("python", "the Python tests on 1, 2 and 4 ranks", python::tests).after(&["build"]).takes(&[Ranks]),
    piece("c", "the C tests, and the examples in C and C++, in the build tree", native::c)
        .after(&["build"])
        .takes(&[Shared, Ranks]),
    piece(
        "faults",
        "calls of MPI that fail one by one, what plans leave behind, ranks that are killed or stopped",
        faults::run,
    )
    .after(&["rust", "build"])
    .takes(&[Ranks]),
    piece("gpu", "transforms on devices, by what stands in for CUDA and ROCm", gpu::run)
        .after(&["rust"])
        .takes(&[Ranks]),
    piece("site", "the pages of docs/, with the outputs of their programs", site::run)
        .after(&["build"])
        .takes(&[Ranks]),
    piece("demo", "the demo draws its picture", python::demo).after(&["build"]).takes(&[Ranks]),
    piece(
        "gpu-programs",
        "C and C++ programs, speed3d and an example on what stands in for devices",
        gpu_programs::run,
    )
    .after(&["build", "gpu"])
    .takes(&[Ranks]),
    piece("bench", "speed3d on 1, 2 and 4 ranks, and a comparison with scipy", bench::run)
        .after(&["rust"])
        .takes(&[Ranks]),
    piece("cxx", "each header is C++11, and all are C++20, without a warning; the C++ tests", cxx::run)
        .after(&["build"])
        .takes(&[Shared]),
    piece("missing", "what CMake says of what it needs and does not find", missing::run),
    piece(
        "options",
        "CMake, the crates, the documents and the packages have the options of cmake/options.json",
        options::run,
    ),
    piece("python-style", "types and style of the Python sources: mypy --strict, ruff", python::style)
        .after(&["build"]),
    piece("pythons", "the installed package under every other Python from 3.10", python::others)
        .after(&["build"])
        .takes(&[Ranks]),
    piece("taylor-green", "a flow ends at its published energy on 1, 2 and 4 ranks", python::taylor_green)
        .after(&["build"])
        .takes(&[Ranks]),
    piece("examples", "the Rust examples on 2 ranks", rust::examples).after(&["rust"]),
    piece("headers", "each header is C99 without a warning", native::headers).after(&["build"]),
];

/// What `--full` runs besides: what takes long, and seldom breaks alone.
pub static FULL: [Piece; 18] = [
    piece("valgrind", "the C tests read and write where they may, and free what they had", valgrind::run)
        .after(&["build"])
        .takes(&[Shared]),
    piece(
        "sanitizers",
        "the C and C++ tests with compilers' checks of memory, leaks and undefined behaviour",
        sanitizers::run,
    )
    .after(&["build"]),
    piece("mpi-matrix", "tests of the library and the C tests with Open MPI, on 2 ranks", mpis::run),
    piece("miri", "what knows no MPI, interpreted by Miri, where that is installed", miri::run),
    piece("big", "a message of more than 2^31 bytes between 2 ranks", rust::big).alone(),
    piece("clippy-more", "no warnings in the library with each backend alone", rust::clippy_of_each).takes(&[Debug]),
    piece("mpi-more", "tests of the library on 5, 6, 7 and 8 ranks", rust::mpi_more).after(&["rust"]),
    piece(
        "faults-more",
        "calls of MPI that fail on 4 ranks, 100,000 plans, a rank that is stopped for longer",
        faults::more,
    )
    .after(&["rust", "build", "faults"]),
    piece("fuzz", "100,000 random recipes, 1,000 random transforms", |tools, report| {
        report.check("random problems", || fuzz::run(tools, &fuzz::Options::of(100_000, 1_000)));
    })
    .after(&["rust"]),
    piece("semver", "what is public in Rust is what the last release had, or more", semver::run),
    piece("kernels", "the kernels of devices by the vendors' compilers", kernels::run),
    piece("cxx-more", "each header alone is C++20", cxx::each_by_new_standard).after(&["build", "cxx"]),
    piece("conda-more", "the other variants of the conda packages", conda::others)
        .after(&["conda", "gpu"])
        .takes(&[Release]),
    piece("matrix", "CMake 3.22 and the newest, Ninja and make, Release and Debug", matrix::run)
        .after(&["package"])
        .takes(&[Release]),
    piece("own-fftw", "Heffte_SUPERBUILD_DEPS where no FFTW is found", matrix::own_fftw).takes(&[Release]),
    piece("doxygen", "reference pages of the headers", matrix::doxygen),
    piece("workflows", "the presets, each by one command", matrix::workflows).takes(&[Release]),
    piece(
        "release",
        "cargo deny; cargo xtask dist, its checksums and its list of crates; the tarball built without a network",
        release::run,
    )
    .takes(&[Release]),
];
