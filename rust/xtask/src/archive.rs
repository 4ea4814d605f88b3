//! Tarballs of what git tracks, and of what goes along with it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::command;
use crate::paths::at;

/// `heffte-<version>`.
pub fn name() -> String {
    format!("heffte-{}", env!("CARGO_PKG_VERSION"))
}

pub fn git() -> Command {
    let mut git = Command::new("git");
    git.current_dir(at(""));
    // What is not committed yet is looked at as a commit of nobody's.
    for who in ["AUTHOR", "COMMITTER"] {
        git.env(format!("GIT_{who}_NAME"), "nobody").env(format!("GIT_{who}_EMAIL"), "nobody@localhost");
    }
    git
}

/// The time of the last commit, which the files of an archive have.
pub fn time() -> Result<String> {
    let time = command::run("asking git for the time", git().args(["log", "-1", "--format=%ct"]))
        .context("a release is made of the sources' git repository")?;
    Ok(time.trim().to_owned())
}

/// A tarball of a folder in `place`: the same bytes for the same files.
pub fn pack(place: &Path, folder: &str, archive: &Path, time: &str) -> Result<()> {
    let mut tar = Command::new("tar");
    tar.args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--format=posix"]);
    tar.arg("--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime").arg(format!("--mtime=@{time}"));
    tar.args(["--use-compress-program", "gzip -n -6", "-cf"]).arg(archive);
    command::step("packing", tar.arg("-C").arg(place).arg(folder)).map(|_| ())
}
