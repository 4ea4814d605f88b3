//! Everything that is needed beyond cargo, a C compiler and Python: made once in .venv, found again afterwards.

mod backends;
mod corrosion;
mod debian;
pub mod doxygen;
mod launcher;
pub mod peers;
pub mod python;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};

pub use backends::Backends;
pub use debian::Apt;
pub use launcher::Launcher;

use crate::command;
use crate::paths::at;

/// The tools of the project, all there.
pub struct Tools {
    /// The Python of .venv.
    pub python: PathBuf,
    /// MPI's C compiler.
    pub mpicc: PathBuf,
    /// MPI's launcher.
    pub launcher: Launcher,
    /// The prefix of Corrosion, where it is not left to CMake to find or to fetch it.
    pub corrosion: Option<PathBuf>,
    bin: PathBuf,
    libclang: PathBuf,
    clang_arguments: String,
    mpi_library: PathBuf,
    backends: OnceLock<Backends>,
    /// How many programs run beside each other.
    neighbours: AtomicUsize,
}

/// Makes what is missing.
pub fn tools() -> Result<Tools> {
    let venv = python::environment()?;
    let bin = venv.join("bin");
    let given = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let mpicc = given("MPICC").unwrap_or_else(|| bin.join("mpicc"));
    ensure!(
        !mpicc.to_string_lossy().contains(char::is_whitespace),
        "{} has a space in its path, which MPI's compilers take for the end of a word: move this folder, or let MPICC name an MPI \
         elsewhere",
        mpicc.display()
    );
    let libclang = match given("LIBCLANG_PATH") {
        Some(path) => path,
        None => python::package(&venv, "clang/native")?,
    };
    Ok(Tools {
        python: bin.join("python"),
        launcher: Launcher::beside(&mpicc)?,
        corrosion: corrosion::prefix(&venv)?,
        clang_arguments: clang_arguments()?,
        mpi_library: mpi_library(&mpicc)?,
        backends: OnceLock::new(),
        neighbours: AtomicUsize::new(1),
        bin,
        libclang,
        mpicc,
    })
}

impl Tools {
    /// The same with another MPI, whose compiler is given.
    pub fn with_mpi(&self, mpicc: PathBuf) -> Result<Tools> {
        Ok(Tools {
            python: self.python.clone(),
            launcher: Launcher::beside(&mpicc)?,
            corrosion: self.corrosion.clone(),
            bin: self.bin.clone(),
            libclang: self.libclang.clone(),
            clang_arguments: self.clang_arguments.clone(),
            mpi_library: mpi_library(&mpicc)?,
            backends: OnceLock::new(),
            neighbours: AtomicUsize::new(self.neighbours.load(Ordering::Relaxed)),
            mpicc,
        })
    }

    /// Has compilers give way where so many programs run beside each other.
    pub fn share_cores(&self, programs: usize) {
        self.neighbours.store(programs, Ordering::Relaxed);
    }

    /// Whether so many ranks have no core each.
    pub fn is_crowd(&self, ranks: usize) -> bool {
        std::thread::available_parallelism().is_ok_and(|cores| ranks > cores.get())
    }

    /// The libraries behind backends, which tests alone need.
    pub fn backends(&self) -> &Backends {
        self.backends.get_or_init(|| Backends::prepare(&self.python))
    }

    /// What builds and tests need in their environment.
    fn variables(&self) -> Vec<(&'static str, String)> {
        let path = |path: &Path| path.display().to_string();
        let toolchain =
            std::env::var("CARGO").ok().and_then(|cargo| Some(Path::new(&cargo).parent()?.parent()?.join("lib")));
        let before = |first: &Path, name: &str| {
            let given = std::env::var(name).unwrap_or_default();
            // What cargo adds for the programs that it runs itself is no business of others.
            let is_of_cargo = |entry: &Path| {
                entry.starts_with(at("target")) || toolchain.as_ref().is_some_and(|folder| entry.starts_with(folder))
            };
            let kept = given.split(':').filter(|entry| !entry.is_empty() && !is_of_cargo(Path::new(entry)));
            let first = path(first);
            let mut entries: Vec<&str> = Vec::new();
            for entry in std::iter::once(first.as_str()).chain(kept) {
                if !entries.contains(&entry) {
                    entries.push(entry);
                }
            }
            entries.join(":")
        };
        vec![
            ("MPICC", path(&self.mpicc)),
            ("LIBCLANG_PATH", path(&self.libclang)),
            ("BINDGEN_EXTRA_CLANG_ARGS", self.clang_arguments.clone()),
            ("LD_LIBRARY_PATH", before(&self.mpi_library, "LD_LIBRARY_PATH")),
            ("PATH", before(&self.bin, "PATH")),
        ]
    }

    /// The environment as lines for a shell.
    pub fn exports(&self) -> String {
        let corrosion = self.corrosion.iter().map(|prefix| ("Corrosion_ROOT", prefix.display().to_string()));
        self.variables()
            .into_iter()
            .chain(corrosion)
            .map(|(name, value)| format!("export {name}='{value}'\n"))
            .collect()
    }

    /// `program` in the environment of the project, at its root.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(at("")).envs(self.variables()).envs(self.launcher.variables().iter().copied());
        command
    }

    /// What compiles: ranks that wait for each other go first, where there are any beside it.
    pub fn compiler(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = self.command(program);
        if self.neighbours.load(Ordering::Relaxed) > 1 {
            command::give_way(&mut command);
        }
        command
    }

    /// The cargo that runs this.
    pub fn cargo(&self) -> Command {
        self.compiler(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    /// `program` on so many ranks.
    pub fn on_ranks(&self, ranks: usize, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = self.command(self.launcher.program());
        command.args(self.launcher.flags()).arg("-n").arg(ranks.to_string()).arg(program);
        if self.is_crowd(ranks) {
            command.envs(self.launcher.variables_of_a_crowd().iter().copied());
        }
        command
    }
}

/// bindgen's libclang comes without the compiler's own headers; those of the C compiler serve.
fn clang_arguments() -> Result<String> {
    if let Ok(given) = std::env::var("BINDGEN_EXTRA_CLANG_ARGS") {
        return Ok(given);
    }
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let answer =
        command::run("asking the C compiler for its headers", Command::new(&compiler).arg("-print-file-name=include"))
            .with_context(|| {
                format!("a C compiler is needed, and {compiler} is none: install gcc or clang, or set CC")
            })?;
    Ok(format!("-I{}", answer.trim()))
}

/// The directory of MPI's library, which `mpicc -show` names.
fn mpi_library(mpicc: &Path) -> Result<PathBuf> {
    let flags = command::run("asking mpicc for its flags", Command::new(mpicc).arg("-show"))
        .with_context(|| format!("{} is not an MPI compiler: unset MPICC or let it name one", mpicc.display()))?;
    let named = flags.split_whitespace().find_map(|flag| flag.strip_prefix("-L")).map(PathBuf::from);
    let directory = named.unwrap_or_else(|| mpicc.ancestors().nth(2).unwrap_or(Path::new("/usr")).join("lib"));
    ensure!(directory.is_dir(), "{}, which {} names, is not a directory", directory.display(), mpicc.display());
    Ok(directory)
}
