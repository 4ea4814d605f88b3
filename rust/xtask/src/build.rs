//! Building through CMake, as those who install the library do.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::paths::at;
use crate::setup::Tools;
use crate::{command, licences};

/// A build of the whole project.
pub struct Flavour {
    name: &'static str,
    options: &'static [&'static str],
}

/// The shared library, with Python.
pub const SHARED: Flavour =
    Flavour { name: "shared", options: &["-DHeffte_ENABLE_PYTHON=ON", "-DHeffte_ENABLE_TESTING=ON"] };
/// The static library.
pub const STATIC: Flavour =
    Flavour { name: "static", options: &["-DBUILD_SHARED_LIBS=OFF", "-DHeffte_ENABLE_TESTING=ON"] };

impl Flavour {
    /// Where it is built.
    pub fn directory(&self) -> PathBuf {
        at("build").join(self.name)
    }

    /// Where it is installed.
    pub fn prefix(&self) -> PathBuf {
        if self.name == "shared" { at("prefix") } else { at("build").join(format!("prefix-{}", self.name)) }
    }
}

/// A CMake of the project's, or another, and the generator that it is to use.
#[derive(Clone, Copy)]
pub struct Generator<'a> {
    pub cmake: &'a str,
    pub name: &'a str,
}

/// The one that the project builds with.
pub const NINJA: Generator<'static> = Generator { cmake: "cmake", name: "Ninja" };

impl Generator<'_> {
    /// This CMake. All builds share what cargo compiles on the way: they differ in its last step only.
    pub fn command(&self, tools: &Tools) -> Command {
        let mut command = tools.compiler(self.cmake);
        command.env("CARGO_BUILD_BUILD_DIR", at("build/cargo"));
        if let Some(prefix) = &tools.corrosion {
            command.env("Corrosion_ROOT", prefix);
        }
        command
    }

    /// A CMake project at `source`, to be configured in `binary` with the project's MPI.
    pub fn configure(&self, tools: &Tools, source: &Path, binary: &Path) -> Command {
        let mut command = self.command(tools);
        command.args(["-G", self.name, "-S"]).arg(source).arg("-B").arg(binary).arg("-DCMAKE_BUILD_TYPE=Release");
        command.args(of_mpi(tools));
        command
    }
}

/// Which MPI CMake takes.
pub fn of_mpi(tools: &Tools) -> [String; 3] {
    [
        format!("-DMPI_C_COMPILER={}", tools.mpicc.display()),
        format!("-DMPIEXEC_EXECUTABLE={}", tools.launcher.program().display()),
        format!("-DMPIEXEC_PREFLAGS={}", tools.launcher.flags().join(";")),
    ]
}

/// The project's CMake.
pub fn cmake(tools: &Tools) -> Command {
    NINJA.command(tools)
}

/// As [`Generator::configure`], by the project's CMake.
pub fn configure(tools: &Tools, source: &Path, binary: &Path) -> Command {
    NINJA.configure(tools, source, binary)
}

/// Configures, with options besides the flavour's, builds and installs into the flavour's prefix.
pub fn install(tools: &Tools, flavour: &Flavour, options: &[String]) -> Result<()> {
    let binary = flavour.directory();
    licences::write(&at(licences::FILE))?;
    let mut command = configure(tools, &at(""), &binary);
    command.args(flavour.options).args(options).arg(format!("-DCMAKE_INSTALL_PREFIX={}", flavour.prefix().display()));
    command.arg(format!("-DPython_EXECUTABLE={}", tools.python.display()));
    command::step("configuring with CMake", &mut command)?;
    command::step("building with Corrosion (a minute or two)", cmake(tools).arg("--build").arg(&binary))?;
    command::step("installing", cmake(tools).arg("--install").arg(&binary))?;
    Ok(())
}

/// Says where things are, and what to tell CMake and Python of it.
pub fn tell_next(flavour: &Flavour) {
    let prefix = flavour.prefix();
    println!("Installed in {}. From C and C++:", prefix.display());
    println!("  cmake -B build -DCMAKE_PREFIX_PATH='{}'", prefix.display());
    let package = prefix.join("share/heffte/python");
    if package.is_dir() {
        println!("From Python, with this project's MPI:");
        println!("  eval \"$(cargo xtask env)\"");
        println!("  PYTHONPATH='{}' mpiexec -n 2 python program.py", package.display());
    }
}
