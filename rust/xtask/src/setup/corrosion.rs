//! Corrosion, the bridge between CMake and cargo: the one that is set, the system's, the distribution's, or else the one
//! that CMake fetches.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use regex::Regex;

use crate::command;

/// Debian's suites that have the package, the newest first.
const SUITES: [&str; 3] = ["sid", "forky", "trixie"];
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// The prefix to hand to CMake; `None` where CMake finds Corrosion by itself or has to fetch it.
pub fn prefix(venv: &Path) -> Result<Option<PathBuf>> {
    if let Some(given) = std::env::var_os("Corrosion_ROOT").filter(|value| !value.is_empty()) {
        return Ok(Some(given.into()));
    }
    if ["/usr/local", "/usr"].iter().any(|system| is_installed(Path::new(system))) {
        return Ok(None);
    }
    let own = venv.join("corrosion");
    if is_installed(&own.join("usr")) {
        return Ok(Some(own.join("usr")));
    }
    match from_distribution(&own) {
        Ok(()) => Ok(Some(own.join("usr"))),
        Err(reason) => {
            eprintln!(
                "Corrosion is not installed, and the distribution gave none ({reason:#}). CMake will fetch it from its git \
                 repository; where that cannot be reached, install Corrosion 0.5 or newer and set Corrosion_ROOT to its prefix."
            );
            Ok(None)
        }
    }
}

fn is_installed(prefix: &Path) -> bool {
    let config = "cmake/Corrosion/CorrosionConfig.cmake";
    let libraries = [prefix.join("lib"), prefix.join("lib64"), prefix.join("share")];
    libraries.iter().any(|library| {
        let below = fs::read_dir(library).into_iter().flatten().flatten().map(|entry| entry.path());
        std::iter::once(library.clone()).chain(below).any(|place| place.join(config).is_file())
    })
}

/// Unpacks Debian's package into `target`. The suite it comes from may be newer than the machine's: a private
/// configuration of apt looks there, so nothing is installed and no source list of the system changes.
fn from_distribution(target: &Path) -> Result<()> {
    let _ = fs::remove_dir_all(target);
    let listed =
        Command::new("apt-get").args(["update", "--print-uris"]).output().context("this machine has no apt")?;
    let archives = archives(&String::from_utf8_lossy(&listed.stdout));
    let mut last = anyhow::anyhow!("apt names no archive");
    for archive in &archives {
        for suite in SUITES {
            match unpack(archive, suite, target) {
                Ok(()) => return Ok(()),
                Err(error) => last = error,
            }
        }
    }
    Err(last)
}

/// The archives that apt would ask, each once.
fn archives(uris: &str) -> Vec<String> {
    let pattern = Regex::new(r"(?m)^'([^']+)/dists/[^']+/InRelease'").expect("the pattern is sound");
    let mut archives: Vec<String> = pattern.captures_iter(uris).map(|found| found[1].to_owned()).collect();
    archives.sort();
    archives.dedup();
    archives
}

fn unpack(archive: &str, suite: &str, target: &Path) -> Result<()> {
    let work = tempfile::tempdir()?;
    let list = work.path().join("sources.list");
    for directory in ["lists/partial", "cache/archives/partial"] {
        fs::create_dir_all(work.path().join(directory))?;
    }
    fs::write(&list, format!("deb [signed-by={KEYRING}] {archive} {suite} main\n"))?;
    let apt = |arguments: &[&str]| {
        let path = |name: &str| work.path().join(name).display().to_string();
        let mut command = Command::new("apt-get");
        for option in [
            format!("Dir::Etc::sourcelist={}", list.display()),
            "Dir::Etc::sourceparts=-".to_owned(),
            format!("Dir::State::lists={}", path("lists")),
            format!("Dir::Cache={}", path("cache")),
            // The downloading user of apt may not write into our temporary directory.
            "APT::Sandbox::User=".to_owned() + &whoami(),
        ] {
            command.arg("-o").arg(option);
        }
        command.args(arguments).current_dir(work.path());
        command::run("getting Corrosion from the distribution", &mut command)
    };
    apt(&["update"])?;
    apt(&["download", "corrosion"])?;
    let package = fs::read_dir(work.path())?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|e| e == "deb"));
    let Some(package) = package else { bail!("apt downloaded nothing") };
    fs::create_dir_all(target)?;
    command::run("unpacking Corrosion", Command::new("dpkg").arg("-x").arg(package).arg(target))?;
    Ok(())
}

fn whoami() -> String {
    std::env::var("USER").unwrap_or_else(|_| "root".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_are_read_from_what_apt_would_ask() {
        let uris = "\
'http://mirror.example/debian/dists/bookworm/InRelease' mirror.example_InRelease 0
'http://mirror.example/debian/dists/bookworm-updates/InRelease' x 0
'http://mirror.example/debian/dists/bookworm/main/binary-amd64/Packages.xz' y 0
'https://other.example/debian-security/dists/bookworm-security/InRelease' z 0
";
        assert_eq!(archives(uris), ["http://mirror.example/debian", "https://other.example/debian-security"]);
    }
}
