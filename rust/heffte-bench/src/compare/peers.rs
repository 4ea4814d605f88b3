//! The peers: where each is found, how it is started, and why it is missing where it is.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::ValueEnum;

use super::case::{Case, Precision, Shape};
use super::machine;

/// What peers need to know.
pub struct Context {
    /// MPI's launcher with its flags.
    pub launcher: Vec<String>,
    /// The Python that has the peers' packages.
    pub python: String,
    /// The folder of the drivers.
    pub drivers: PathBuf,
    /// A folder that lives as long as the comparison.
    pub scratch: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Peer {
    /// This library.
    Ours,
    /// This library in one process, with threads.
    Threads,
    /// This library with messages instead of shared memory.
    Messages,
    /// FFTW's MPI transforms.
    FftwMpi,
    /// mpi4py-fft on FFTW.
    Mpi4pyFft,
    /// heFFTe itself, where HEFFTE_REFERENCE names its prefix.
    Heffte,
    /// Intel MKL in one process.
    Mkl,
    /// ducc0 in one process.
    Ducc0,
    /// scipy in one process.
    Scipy,
}

/// A peer that is there.
pub struct Driver {
    pub peer: Peer,
    launch: Launch,
}

enum Launch {
    /// A Python program in one process; threads stand for ranks.
    OneProcess { script: PathBuf },
    /// A program on all ranks.
    OnRanks(OnRanks),
}

struct OnRanks {
    launcher: Vec<String>,
    /// By precision.
    program: fn(&OnRanks, Precision) -> Vec<OsString>,
    files: Vec<PathBuf>,
    environment: Vec<(&'static str, OsString)>,
    shapes: &'static [Shape],
    arguments: &'static str,
}

impl Peer {
    /// What it is called in tables.
    pub fn name(self) -> &'static str {
        match self {
            Peer::Ours => "ours",
            Peer::Threads => "threads",
            Peer::Messages => "messages",
            Peer::FftwMpi => "fftw-mpi",
            Peer::Mpi4pyFft => "mpi4py-fft",
            Peer::Heffte => "heffte",
            Peer::Mkl => "mkl",
            Peer::Ducc0 => "ducc0",
            Peer::Scipy => "scipy",
        }
    }

    /// Makes it ready.
    ///
    /// # Errors
    /// Why it is missing, in a sentence.
    pub fn find(self, context: &Context) -> Result<Driver, String> {
        let one_process = |script: &str, module: &str| {
            let script = context.drivers.join(script);
            must_run(Command::new(&context.python).arg("-c").arg(format!("import {module}")))
                .map(|()| Launch::OneProcess { script })
                .map_err(|_| format!("Python has no {module}: pip install -r requirements/bench.txt"))
        };
        let launch = match self {
            Peer::Ours => ours(context, "ours")?,
            Peer::Threads => ours(context, "threads")?,
            Peer::Messages => ours(context, "messages")?,
            Peer::FftwMpi => fftw_mpi(context)?,
            Peer::Mpi4pyFft => mpi4py_fft(context)?,
            Peer::Heffte => heffte(context)?,
            Peer::Mkl => one_process("mkl_dfti.py", "importlib.metadata as m; m.version('mkl')")
                .map_err(|_| "Python has no mkl: pip install -r requirements/bench.txt".to_owned())?,
            Peer::Ducc0 => one_process("ducc0_fft.py", "ducc0")?,
            Peer::Scipy => one_process("scipy_fft.py", "scipy.fft")?,
        };
        Ok(Driver { peer: self, launch })
    }
}

impl Driver {
    /// Whether the case makes sense for it.
    ///
    /// # Errors
    /// Why not.
    pub fn suits(&self, case: &Case) -> Result<(), String> {
        if self.peer == Peer::Messages && case.ranks == 1 {
            return Err("one rank sends no messages".to_owned());
        }
        if self.peer == Peer::Threads && case.ranks == 1 {
            return Err("one thread is what ours has".to_owned());
        }
        match &self.launch {
            Launch::OnRanks(on_ranks) if case.ranks > 1 && !on_ranks.shapes.contains(&case.shape) => {
                Err(format!("it has no {}s", case.shape.name()))
            }
            _ => Ok(()),
        }
    }

    /// What measures `calls` calls of a case.
    pub fn command(&self, case: &Case, calls: usize, check: bool, options: &str, context: &Context) -> Command {
        let (words, arguments): (Vec<OsString>, &str) = match &self.launch {
            Launch::OneProcess { script } => (vec![context.python.clone().into(), script.into()], options),
            Launch::OnRanks(on_ranks) => {
                let mut words: Vec<OsString> = on_ranks.launcher.iter().map(Into::into).collect();
                let ranks = if self.peer == Peer::Threads { 1 } else { case.ranks };
                words.extend(["-n".into(), ranks.to_string().into()]);
                words.extend((on_ranks.program)(on_ranks, case.precision));
                (words, if options.is_empty() { on_ranks.arguments } else { options })
            }
        };
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        command.args(case.size.0.map(|n| n.to_string()));
        command.args([case.kind.name(), case.precision.name(), case.shape.name()]);
        command.args([calls.to_string(), u8::from(check).to_string()]).arg(&context.scratch);
        let threads = case.ranks.min(machine::cores()).to_string();
        command.arg(&threads).arg(arguments);
        // Libraries take this as a limit, whatever their callers ask for.
        match &self.launch {
            Launch::OneProcess { .. } => command.env("OMP_NUM_THREADS", threads),
            Launch::OnRanks(on_ranks) => command.envs(on_ranks.environment.clone()).env("OMP_NUM_THREADS", "1"),
        };
        command
    }
}

const EVERY_SHAPE: &[Shape] = &[Shape::Slab, Shape::Pencil, Shape::Brick];

fn ours(context: &Context, variant: &'static str) -> Result<Launch, String> {
    let program = std::env::current_exe().map_err(|error| format!("this program cannot be found: {error}"))?;
    Ok(Launch::OnRanks(OnRanks {
        launcher: context.launcher.clone(),
        program: |on_ranks, _| vec![on_ranks.files[0].clone().into(), "driver".into()],
        files: vec![program],
        environment: Vec::new(),
        shapes: EVERY_SHAPE,
        arguments: variant,
    }))
}

/// The root of unpacked packages, where `HEFFTE_BENCH_FFTW` names one, and its folder of libraries.
fn fftw_root() -> Result<(PathBuf, PathBuf), String> {
    let given = std::env::var_os("HEFFTE_BENCH_FFTW").filter(|value| !value.is_empty());
    let root = given.ok_or("HEFFTE_BENCH_FFTW names no unpacked FFTW; `cargo xtask bench` unpacks one from Debian")?;
    let usr = Path::new(&root).join("usr");
    let triplet = fs::read_dir(usr.join("lib")).into_iter().flatten().flatten().map(|entry| entry.path());
    let library = triplet.into_iter().find(|path| path.join("libfftw3_mpi.so").exists());
    Ok((usr, library.ok_or("what HEFFTE_BENCH_FFTW names has no libfftw3_mpi.so")?))
}

/// FFTW's driver, compiled for each precision with Debian's FFTW and the Open MPI that it is built for.
fn fftw_mpi(context: &Context) -> Result<Launch, String> {
    let (usr, library) = fftw_root()?;
    let mpi = library.join("openmpi");
    let compile = |name: &str, suffix: &str, flag: &[&str]| {
        let program = context.scratch.join(name);
        let mut command = compiler("CC", "cc");
        command.args(flag).arg(context.drivers.join("fftw_mpi.c")).arg("-o").arg(&program);
        for include in [usr.join("include"), mpi.join("include"), mpi.join("include/openmpi")] {
            command.arg("-I").arg(include);
        }
        command.arg("-L").arg(&library).arg("-L").arg(mpi.join("lib"));
        command.args([&format!("-lfftw3{suffix}_mpi"), &format!("-lfftw3{suffix}"), "-lmpi", "-lm"]);
        command.arg("-Wl,--allow-shlib-undefined");
        must_run(&mut command).map(|()| program)
    };
    let files = vec![compile("fftw_mpi_f64", "", &[])?, compile("fftw_mpi_f32", "f", &["-DPEER_SINGLE"])?];
    // Some libraries of the packages lie beside usr, as on the system.
    let beside = usr.with_file_name("lib").join(library.file_name().unwrap_or_default());
    let mut path = library.clone().into_os_string();
    for folder in [mpi.join("lib"), beside] {
        path.push(":");
        path.push(folder);
    }
    // Shared memory carries its messages, and nothing ties ranks to cores, as with the other peers.
    let flags = ["--oversubscribe", "--bind-to", "none", "--mca", "btl", "self,vader"].map(str::to_owned);
    let launcher = usr.join("bin/mpiexec.openmpi").display().to_string();
    Ok(Launch::OnRanks(OnRanks {
        launcher: std::iter::once(launcher).chain(flags).collect(),
        program: |on_ranks, precision| vec![on_ranks.files[usize::from(precision == Precision::F32)].clone().into()],
        files,
        environment: vec![
            ("LD_LIBRARY_PATH", path),
            ("OPAL_PREFIX", usr.into()),
            ("OMPI_ALLOW_RUN_AS_ROOT", "1".into()),
            ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1".into()),
        ],
        shapes: &[Shape::Slab],
        arguments: "",
    }))
}

fn mpi4py_fft(context: &Context) -> Result<Launch, String> {
    let mut path = OsString::new();
    if let Ok((_, library)) = fftw_root() {
        // FFTW's libraries alone: with the Open MPI beside them mpi4py would take that one.
        let only = context.scratch.join("fftw");
        fs::create_dir_all(&only).map_err(|error| error.to_string())?;
        for entry in fs::read_dir(&library).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with("libfftw3") {
                let _ = std::os::unix::fs::symlink(entry.path(), only.join(entry.file_name()));
            }
        }
        path = only.into();
        path.push(":");
    }
    path.push(std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default());
    let mut import = Command::new(&context.python);
    must_run(import.args(["-c", "import mpi4py_fft"]).env("LD_LIBRARY_PATH", &path))
        .map_err(|reason| format!("Python cannot import mpi4py_fft ({reason}): pip has to build it with FFTW"))?;
    Ok(Launch::OnRanks(OnRanks {
        launcher: context.launcher.clone(),
        program: |on_ranks, _| on_ranks.files.iter().map(Into::into).collect(),
        files: vec![context.python.clone().into(), context.drivers.join("mpi4py_pfft.py")],
        environment: vec![("LD_LIBRARY_PATH", path)],
        shapes: &[Shape::Slab, Shape::Pencil],
        arguments: "",
    }))
}

/// heFFTe's driver, compiled against the prefix that was given with the MPI that was given.
fn heffte(context: &Context) -> Result<Launch, String> {
    let given = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let prefix = given("HEFFTE_REFERENCE").ok_or("HEFFTE_REFERENCE names no prefix of an installed heFFTe")?;
    let library = Path::new(&prefix).join("lib");
    let program = context.scratch.join("heffte_reference");
    let mut command = compiler("HEFFTE_REFERENCE_MPICXX", "mpicxx");
    command.arg("-std=c++17").arg(context.drivers.join("heffte_reference.cpp")).arg("-o").arg(&program);
    // Its headers call the libraries of its backends, which it alone knows.
    command.arg("-Wl,--copy-dt-needed-entries");
    command.arg("-I").arg(Path::new(&prefix).join("include")).arg("-L").arg(&library).arg("-lheffte");
    command.arg(format!("-Wl,-rpath,{}", library.display()));
    must_run(&mut command)?;
    let launcher = given("HEFFTE_REFERENCE_MPIEXEC").and_then(|words| shlex::split(&words));
    Ok(Launch::OnRanks(OnRanks {
        launcher: launcher.unwrap_or_else(|| context.launcher.clone()),
        program: |on_ranks, _| vec![on_ranks.files[0].clone().into()],
        files: vec![program],
        environment: Vec::new(),
        shapes: EVERY_SHAPE,
        arguments: "all",
    }))
}

/// The compiler that a variable names, or the usual one, with what makes peers fast.
fn compiler(variable: &str, usual: &str) -> Command {
    let given = std::env::var(variable).ok().filter(|value| !value.is_empty());
    let words = given.and_then(|words| shlex::split(&words)).unwrap_or_else(|| vec![usual.to_owned()]);
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).args(["-O3", "-march=native"]);
    command
}

fn must_run(command: &mut Command) -> Result<(), String> {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{program} cannot be started: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let complaint = said.lines().find(|line| line.contains("rror")).unwrap_or("it does not say why");
    Err(format!("{program} failed: {complaint}"))
}
