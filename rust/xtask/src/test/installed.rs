//! What is installed, file by file, and what finds it: modules, pkg-config, packages.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use regex::Regex;

use super::configure::{self, WITHOUT_TESTS};
use super::package::{self, IN_C, IN_CXX};
use super::report::Report;
use crate::build::{NINJA, SHARED};
use crate::command;
use crate::paths::at;
use crate::setup::{self, Tools};
use crate::terminal::say;

/// The files in `prefix` are those of tests/installed/files.txt, all and no others.
pub fn files(prefix: &Path) -> Result<()> {
    let list = fs::read_to_string(at("tests/installed/files.txt"))?;
    let version = env!("CARGO_PKG_VERSION");
    let major = env!("CARGO_PKG_VERSION_MAJOR");
    let mut found = all_below(prefix)?;
    for line in list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (is_optional, name) = line.strip_prefix("optional ").map_or((false, line), |name| (true, name));
        let name = name.replace("X.Y.Z", version).replace("so.X", &format!("so.{major}"));
        let pattern = regex::escape(&name).replace(r"pythonX\.Y", r"python3\.\d+").replace(r"\*\*", ".*");
        let pattern = Regex::new(&format!("^{pattern}$"))?;
        let before = found.len();
        found.retain(|path| !pattern.is_match(path));
        ensure!(is_optional || found.len() < before, "{name} was not installed in {}", prefix.display());
    }
    ensure!(found.is_empty(), "installed, but not in tests/installed/files.txt: {found:?}");
    Ok(())
}

fn all_below(prefix: &Path) -> Result<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    let mut folders = vec![prefix.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?.flatten() {
            let path = entry.path();
            // Links to libraries are files of their own.
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if !path.to_string_lossy().contains("__pycache__") {
                all.insert(path.strip_prefix(prefix)?.to_string_lossy().into_owned());
            }
        }
    }
    Ok(all)
}

/// What finds the tree in `prefix`, which may have been moved, without CMake.
pub fn finders(tools: &Tools, report: &mut Report, prefix: &Path, work: &Path) {
    report.check("the packages of requirements/packaging.txt", || {
        setup::python::install("installing", &tools.python, ["--requirement", "requirements/packaging.txt"])
    });
    let module = prefix.join("share/heffte/modulefiles/heffte").join(env!("CARGO_PKG_VERSION"));
    let expected = prefix.display().to_string();
    if super::native::there(&["tclsh"]).is_empty() {
        say!("  left out: the module for Tcl");
    } else {
        let mut tcl = tools.command("tclsh");
        tcl.arg(at("tests/installed/module.tcl")).arg(&module).arg(&expected);
        report.program("the module for environment-modules", &mut tcl);
    }
    let mut lua = tools.command(&tools.python);
    lua.arg(at("tests/installed/module.py"))
        .arg(module.with_file_name(concat!(env!("CARGO_PKG_VERSION"), ".lua")))
        .arg(&expected);
    report.program("the module for Lmod", &mut lua);
    pkg_config(tools, report, prefix, work);
}

/// The same files where a packager gives folders as whole paths, as Nix and Guix do.
pub fn whole_paths(tools: &Tools, report: &mut Report, work: &Path) {
    report.check("folders that are whole paths", || {
        let binary = work.join("whole-paths");
        let mut configure = NINJA.configure(tools, &at(""), &binary);
        configure.args([WITHOUT_TESTS, "-DCMAKE_INSTALL_PREFIX=/opt/x", "-DCMAKE_INSTALL_LIBDIR=/opt/x/lib64"]);
        command::run("configuring", &mut configure)?;
        for (file, words) in [
            ("package/heffte.pc".to_owned(), "prefix=${pcfiledir}/../..\nlibdir=${prefix}/lib64\n"),
            (format!("modulefiles/{}", env!("CARGO_PKG_VERSION")), "LD_LIBRARY_PATH [file join $prefix lib64]"),
        ] {
            let text = fs::read_to_string(binary.join(&file))?;
            ensure!(text.contains(words), "{file} has nothing of {words:?}:\n{text}");
        }
        Ok(())
    });
}

/// A program by MPI's compiler, with the flags that pkg-config knows.
fn pkg_config(tools: &Tools, report: &mut Report, prefix: &Path, work: &Path) {
    let program = work.join("by-pkg-config");
    let built = report.check("pkg-config: build", || {
        let mut ask = tools.command(tools.python.with_file_name("pkgconf"));
        ask.args(["--cflags", "--libs", "heffte >= 2.4"]).env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig"));
        let flags = command::run("asking pkg-config", &mut ask)?;
        ensure!(flags.contains("-lheffte"), "pkg-config says {flags:?}");
        let mut compile = tools.command("sh");
        let line = format!("\"$0\" \"$1\" {} -lm -Wl,-rpath,\"$3\" -o \"$2\"", flags.trim());
        compile.arg("-c").arg(line).arg(&tools.mpicc).arg(at("examples/c/heffte_example_c.c")).arg(&program);
        command::run("compiling", compile.arg(prefix.join("lib"))).map(|_| ())
    });
    if built {
        report.program("pkg-config: 2 ranks", &mut tools.on_ranks(2, &program));
    }
}

/// The tarball and the package of Debian that cpack makes: each unpacked, and a program built with it.
pub fn cpack(tools: &Tools, report: &mut Report, work: &Path) {
    let place = work.join("cpack");
    let made = report.check("cpack", || {
        let mut cpack = tools.command(tools.python.with_file_name("cpack"));
        cpack.current_dir(SHARED.directory()).arg("-B").arg(&place);
        // The tarball is compressed; that the .deb is, too, would take as long again.
        cpack.args(["-D", "CPACK_DEBIAN_COMPRESSION_TYPE=none"]);
        command::run("packing", &mut cpack).map(|_| ())
    });
    if !made {
        return;
    }
    if let Some(prefix) = unpacked(report, "the tarball", &place, "tar.gz", |archive, target| {
        let mut tar = Command::new("tar");
        tar.args(["--strip-components=1", "-xzf"]).arg(archive).arg("-C").arg(target);
        tar
    }) {
        report.check("the tarball: its files", || files(&prefix));
        package::consumer(tools, report, &IN_C.of("the tarball"), &prefix, &work.join("consumer-tarball"));
    }
    if super::native::there(&["dpkg-deb"]).is_empty() {
        return;
    }
    report.check("the .deb, where MPI is from packages", || recommends(tools, work));
    let installed = unpacked(report, "the .deb", &place, "deb", |archive, root| deb("install", archive, root));
    if let Some(root) = installed {
        report.check("the .deb: its files", || files(&root.join("usr")));
        package::consumer(tools, report, &IN_CXX.of("the .deb"), &root.join("usr"), &work.join("consumer-deb"));
        report.check("the .deb: what it says", || described(&archive(&place, "deb")?));
        report.check("the .deb: removed", || {
            command::run("removing", &mut deb("remove", &archive(&place, "deb")?, &root))?;
            let left = if root.join("usr").exists() { all_below(&root.join("usr"))? } else { BTreeSet::new() };
            ensure!(left.is_empty(), "it leaves behind {left:?}");
            Ok(())
        });
    }
}

/// Does so with a .deb in a system that has nothing else.
fn deb(verb: &str, archive: &Path, root: &Path) -> Command {
    let mut script = Command::new(at("tests/installed/deb.sh"));
    script.arg(verb).arg(archive).arg(root);
    script
}

/// The .deb is of this version, and is not installed beside Debian's heFFTe.
fn described(archive: &Path) -> Result<()> {
    let said = command::run("asking dpkg-deb", Command::new("dpkg-deb").arg("--field").arg(archive))?;
    for line in
        ["Package: heffte", concat!("Version: ", env!("CARGO_PKG_VERSION")), "Conflicts: libheffte-dev, libheffte2"]
    {
        ensure!(said.lines().any(|said| said == line), "it does not say {line:?}:\n{said}");
    }
    Ok(())
}

/// The package of Debian asks for those with MPI's launcher and headers.
fn recommends(tools: &Tools, work: &Path) -> Result<()> {
    let programs = work.join("a dpkg of tests");
    fs::create_dir_all(&programs)?;
    command::script(programs.join("dpkg"), "echo \"$(basename \"$2\")-package:amd64: $2\"")?;
    for name in ["dpkg-deb", "dpkg-shlibdeps", "file"] {
        command::script(programs.join(name), "exit 1")?;
    }
    let binary = configure::fresh(work);
    let mut configure = NINJA.configure(tools, &at(""), &binary);
    configure.arg(WITHOUT_TESTS).arg(format!("-DMPIEXEC_EXECUTABLE={}", at("setup.py").display()));
    let given = configure.get_envs().find(|(name, _)| *name == "PATH").and_then(|(_, value)| value);
    let path = std::iter::once(programs).chain(given.iter().flat_map(std::env::split_paths));
    let path = std::env::join_paths(path)?;
    command::run("configuring", configure.env("PATH", path))?;
    let settings = fs::read_to_string(binary.join("CPackConfig.cmake"))?;
    for line in [
        "set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS \"ON\")",
        "set(CPACK_DEBIAN_PACKAGE_RECOMMENDS \"setup.py-package, mpi.h-package\")",
    ] {
        ensure!(settings.contains(line), "{} has no {line}", binary.join("CPackConfig.cmake").display());
    }
    Ok(())
}

/// The one archive in `place` with that ending, unpacked into an empty folder beside it.
fn unpacked(
    report: &mut Report,
    label: &str,
    place: &Path,
    ending: &str,
    unpack: fn(&Path, &Path) -> Command,
) -> Option<PathBuf> {
    let target = place.join(format!("unpacked-{ending}"));
    let done = report.check(&format!("{label}: unpack"), || {
        fs::create_dir_all(&target)?;
        command::run("unpacking", &mut unpack(&archive(place, ending)?, &target)).map(|_| ())
    });
    done.then_some(target)
}

/// The one file in `place` with that ending.
fn archive(place: &Path, ending: &str) -> Result<PathBuf> {
    let entries = fs::read_dir(place)?.flatten().map(|entry| entry.path());
    let archives: Vec<_> = entries.filter(|path| path.is_file() && path.to_string_lossy().ends_with(ending)).collect();
    let [archive] = &archives[..] else { anyhow::bail!("cpack made {archives:?}, not one {ending}") };
    Ok(archive.clone())
}
