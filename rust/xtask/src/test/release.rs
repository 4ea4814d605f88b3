//! A release as others get it: its checksums, what it lists, and a build of the tarball without a network.

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::matrix::empty;
use super::package::{self, IN_C};
use super::report::Report;
use crate::build::NINJA;
use crate::paths::at;
use crate::setup::{self, Tools};
use crate::terminal::say;
use crate::{archive, command, dist, licences};

/// The licences of what is inside, which costs no more than reading what cargo knows.
pub fn licences(_: &Tools, report: &mut Report) {
    let mut count = 0;
    report.check("the licences of the crates inside", || {
        count = licences::check()?;
        ensure!(count > 20, "only {count} crates were found");
        Ok(())
    });
    report.check("their texts", || {
        let file = at("build").join(licences::FILE);
        fs::create_dir_all(at("build"))?;
        licences::write(&file)?;
        let text = fs::read_to_string(file)?;
        for words in ["rustfft", "Permission is hereby granted, free of charge", "Apache License"] {
            ensure!(text.contains(words), "{} has nothing of {words:?}", licences::FILE);
        }
        Ok(())
    });
}

/// All of a release, made and tried.
pub fn run(tools: &Tools, report: &mut Report) {
    if report.check("cargo xtask dist", || dist::run(tools)) {
        release(tools, report);
    }
    report.check("cargo deny", || {
        let mut deny = tools.command(dist::DENY.installed()?);
        deny.args(["--workspace", "--all-features", "check", "licenses", "bans", "sources"]);
        command::run("asking cargo deny", &mut deny).map(|_| ())
    });
    advisories(tools, report);
}

/// Whether something is known against any crate, where the database of such things can be had.
fn advisories(tools: &Tools, report: &mut Report) {
    let Ok(deny) = dist::DENY.installed() else { return };
    let mut fetch = tools.command(&deny);
    let fetched = command::capture("fetching the advisories", fetch.args(["fetch", "db"]), Duration::from_secs(120));
    if !fetched.is_ok_and(|outcome| outcome.ok) {
        say!("  left out: the advisories, for their database cannot be fetched from its git host");
        return;
    }
    let mut check = tools.command(&deny);
    check.args(["--workspace", "--all-features", "check", "--disable-fetch", "advisories"]);
    report.program("advisories", &mut check);
}

/// What was made, tried.
fn release(tools: &Tools, report: &mut Report) {
    report.check("the checksums", || {
        let mut sums = Command::new("sha256sum");
        let said =
            command::run("adding up", sums.args(["--check", "--strict", "SHA256SUMS"]).current_dir(dist::directory()))?;
        for name in ["-crates.tar.gz", ".cdx.json", "Containerfile", "heffte.def"] {
            ensure!(said.contains(name), "SHA256SUMS has nothing of {name}:\n{said}");
        }
        Ok(())
    });
    report.check("what it lists", listed);
    offline(tools, report);
    containers(tools, report);
}

/// The components are those whose licences are known, and the versions are those of Cargo.lock.
fn listed() -> Result<()> {
    let text = fs::read_to_string(dist::directory().join(format!("{}.cdx.json", archive::name())))?;
    let bom: Value = serde_json::from_str(&text).context("the list is no JSON")?;
    ensure!(bom["bomFormat"] == "CycloneDX", "the list is of no known form");
    let components = bom["components"].as_array().context("it has no components")?;
    let lock = fs::read_to_string(at("Cargo.lock"))?;
    let mut names = Vec::new();
    for component in components {
        let [Some(name), Some(version)] = ["name", "version"].map(|key| component[key].as_str()) else {
            anyhow::bail!("a component has no name or no version: {component}");
        };
        let entry = format!("name = \"{name}\"\nversion = \"{version}\"");
        ensure!(lock.contains(&entry), "{name} {version} is not in Cargo.lock");
        names.push(name);
    }
    for name in ["rustfft", "realfft", "mpi", "rayon", "libloading"] {
        ensure!(names.contains(&name), "the list lacks {name}: {names:?}");
    }
    Ok(())
}

/// The tarball, built by a cargo that has nothing but what is in it, and may ask nobody.
fn offline(tools: &Tools, report: &mut Report) {
    let work = at("build/offline");
    let prefix = work.join("prefix");
    let built = report.check("the tarball, without a network: build", || {
        empty(&work)?;
        let tarball = dist::directory().join(format!("{}.tar.gz", archive::name()));
        command::run("unpacking", Command::new("tar").arg("-xzf").arg(tarball).arg("-C").arg(&work))?;
        let sources = work.join(archive::name());
        let third_party = sources.join(licences::FILE);
        ensure!(third_party.is_file(), "{} is not in it", third_party.display());
        let alone = |mut command: Command| {
            command.env("CARGO_HOME", work.join("cargo")).env("CARGO_NET_OFFLINE", "true");
            // Of its own: cargo would take what was compiled from elsewhere for the same.
            command.env("CARGO_BUILD_BUILD_DIR", work.join("cargo-build"));
            // Where nobody answers.
            command.env("https_proxy", "http://127.0.0.1:9").env("CARGO_HTTP_PROXY", "http://127.0.0.1:9");
            command
        };
        let mut configure = alone(NINJA.configure(tools, &sources, &work.join("build")));
        configure.arg("-DHeffte_ENABLE_TESTING=OFF").arg(format!("-DCMAKE_INSTALL_PREFIX={}", prefix.display()));
        command::run("configuring", &mut configure)?;
        command::step("building", alone(NINJA.command(tools)).arg("--build").arg(work.join("build")))?;
        command::run("installing", NINJA.command(tools).arg("--install").arg(work.join("build")))?;
        ensure!(prefix.join("share/doc/heffte").join(licences::FILE).is_file(), "the licences are not installed");
        Ok(())
    });
    if built {
        package::consumer(tools, report, &IN_C.of("the tarball, without a network"), &prefix, &work.join("consumer"));
    }
}

/// The recipes for containers, which nothing runs here, are read by what knows their languages.
fn containers(tools: &Tools, report: &mut Report) {
    report.check("the packages of requirements/containers.txt", || {
        setup::python::install("installing", &tools.python, ["--requirement", "requirements/containers.txt"])
    });
    let place = dist::directory();
    let mut hadolint = tools.command(tools.python.with_file_name("hadolint"));
    report.program("Containerfile", hadolint.arg(place.join("Containerfile")));
    report.check("heffte.def", || {
        let mut convert = tools.command(tools.python.with_file_name("spython"));
        convert.args(["recipe", "--parser", "singularity"]).arg(place.join("heffte.def"));
        let made = command::run("reading", &mut convert)?;
        let version = env!("CARGO_PKG_VERSION");
        for words in ["FROM rust", &format!("heffte-{version}.tar.gz"), "cmake --install build"] {
            ensure!(made.contains(words), "the definition has nothing of {words:?}:\n{made}");
        }
        Ok(())
    });
}
