//! A release in build/dist: the sources with the crates, which build without a network, what lists them, and checksums.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::archive::{self, git, name};
use crate::paths::at;
use crate::setup::Tools;
use crate::terminal::say;
use crate::{command, crates, licences};

/// What a release is made with, installed by cargo where it is first needed.
pub const CYCLONEDX: Program = Program { crate_name: "cargo-cyclonedx", version: "0.5.9", binary: "cargo-cyclonedx" };
pub const DENY: Program = Program { crate_name: "cargo-deny", version: "0.20.2", binary: "cargo-deny" };
/// It reads what rustdoc writes in a form that changes now and then: a newer rustc may want a newer one.
pub const SEMVER_CHECKS: Program =
    Program { crate_name: "cargo-semver-checks", version: "0.51.0", binary: "cargo-semver-checks" };

/// A program of crates.
pub struct Program {
    crate_name: &'static str,
    version: &'static str,
    binary: &'static str,
}

impl Program {
    /// Its path; it is compiled where it is missing, which takes minutes.
    pub fn installed(&self) -> Result<PathBuf> {
        let root = at("build/tools").join(format!("{}-{}", self.crate_name, self.version));
        let program = root.join("bin").join(self.binary);
        if !program.exists() {
            let mut install = Command::new("cargo");
            install.args(["install", "--locked", "--quiet", "--debug", "--root"]).arg(&root);
            install.arg("--target-dir").arg(at("build/tools/target"));
            install.arg(format!("{}@{}", self.crate_name, self.version));
            command::step(&format!("compiling {} (minutes, once)", self.crate_name), install.current_dir(at("build")))?;
        }
        Ok(program)
    }
}

/// Where a release is made.
pub fn directory() -> PathBuf {
    at("build/dist")
}

/// Makes all of it anew.
pub fn run(tools: &Tools) -> Result<()> {
    let place = directory();
    if place.exists() {
        fs::remove_dir_all(&place)?;
    }
    fs::create_dir_all(&place)?;
    let sources = place.join(name());
    let time = export(&place)?;
    crates::vendor(tools, &sources)?;
    crates::publish(&sources, &place, &time)?;
    licences::write(&sources.join(licences::FILE))?;
    bill_of_materials(&place, &sources, &time)?;
    containers(tools, &place)?;
    archive::pack(&place, &name(), &place.join(format!("{}.tar.gz", name())), &time)?;
    wheel(tools, &place)?;
    fs::remove_dir_all(&sources)?;
    checksums(&place)?;
    say!("The release is in {}: {}", place.display(), files(&place)?.join(", "));
    Ok(())
}

/// The tracked files as they are now; returns the time of the last commit.
fn export(place: &Path) -> Result<String> {
    let time = archive::time()?;
    let changed = command::run("asking git for changes", git().args(["stash", "create"]))?;
    let what = if changed.trim().is_empty() { "HEAD" } else { changed.trim() };
    if what != "HEAD" {
        eprintln!("This release has changes that are not committed.");
    }
    let archive = place.join("sources.tar");
    let prefix = format!("--prefix={}/", name());
    command::run("exporting", git().args(["archive", "--format=tar", &prefix, "-o"]).arg(&archive).arg(what))?;
    command::run("unpacking", Command::new("tar").arg("-xf").arg(&archive).arg("-C").arg(place))?;
    fs::remove_file(&archive)?;
    Ok(time)
}

/// What is inside, in CycloneDX's form.
fn bill_of_materials(place: &Path, sources: &Path, time: &str) -> Result<()> {
    let mut list = Command::new(CYCLONEDX.installed()?);
    list.args(["cyclonedx", "--format", "json", "--spec-version", "1.5", "--target", "x86_64-unknown-linux-gnu"]);
    list.args(["--manifest-path", "rust/heffte-c/Cargo.toml", "--features", "fftw,mkl,cuda,rocm"]);
    list.args(["--override-filename", "sbom"]).current_dir(sources).env("SOURCE_DATE_EPOCH", time);
    command::run("listing what is inside", &mut list)?;
    // It writes beside the manifest of every crate of the workspace.
    let made = sources.join("rust/heffte-c/sbom.json");
    let text = fs::read_to_string(&made).with_context(|| format!("there is no {}", made.display()))?;
    // Where it was made is nobody's business.
    let text = text.replace(&sources.display().to_string(), "");
    fs::write(place.join(format!("{}.cdx.json", name())), text).context("cannot write the list")?;
    for folder in fs::read_dir(sources.join("rust"))?.flatten() {
        let _ = fs::remove_file(folder.path().join("sbom.json"));
    }
    Ok(())
}

/// The recipes for containers, with this version.
fn containers(tools: &Tools, place: &Path) -> Result<()> {
    let mut cmake = tools.command("cmake");
    cmake.arg(format!("-DDESTINATION={}", place.display())).arg("-P").arg(at("cmake/HeffteContainers.cmake"));
    command::run("writing the recipes for containers", &mut cmake).map(|_| ())
}

/// The wheel, as pip makes it.
fn wheel(tools: &Tools, place: &Path) -> Result<()> {
    let mut pip = tools.command(&tools.python);
    pip.args(["-m", "pip", "wheel", "--no-deps", "--disable-pip-version-check", "--wheel-dir"]).arg(place).arg(".");
    command::step("making the wheel", &mut pip).map(|_| ())
}

fn checksums(place: &Path) -> Result<()> {
    let names = files(place)?;
    ensure!(names.iter().any(|name| name.ends_with(".tar.gz")), "there is no tarball in {}", place.display());
    let sums = command::run("adding up", Command::new("sha256sum").args(&names).current_dir(place))?;
    fs::write(place.join("SHA256SUMS"), sums).context("cannot write the checksums")
}

fn files(place: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(place)?.flatten().filter(|entry| entry.path().is_file());
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}
