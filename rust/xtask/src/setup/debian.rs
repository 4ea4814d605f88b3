//! Packages of the distribution, unpacked into a folder of ours: nothing is installed, and no source list of the system
//! changes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::command;

/// apt with lists and a cache of its own, which go with it.
pub struct Apt {
    work: tempfile::TempDir,
    options: Vec<String>,
}

impl Apt {
    /// An apt that knows what `source` lists, or else what the system's sources do.
    pub fn new(source: Option<&str>) -> Result<Apt> {
        let work = tempfile::tempdir()?;
        let path = |name: &str| work.path().join(name);
        for directory in ["lists/partial", "cache/archives/partial"] {
            fs::create_dir_all(path(directory))?;
        }
        let mut options = vec![
            format!("Dir::State::lists={}", path("lists").display()),
            format!("Dir::Cache={}", path("cache").display()),
            // The downloading user of apt may not write into our temporary directory.
            "APT::Sandbox::User=root".to_owned(),
            // Nothing is installed: the system's locks are not needed, and not ours to take.
            "Debug::NoLocking=1".to_owned(),
        ];
        if let Some(source) = source {
            fs::write(path("sources.list"), source)?;
            options.push(format!("Dir::Etc::sourcelist={}", path("sources.list").display()));
            options.push("Dir::Etc::sourceparts=-".to_owned());
        }
        let apt = Apt { work, options };
        apt.run("asking the distribution for its packages", &["update"])?;
        Ok(apt)
    }

    /// `apt-get` with `arguments`.
    pub fn run(&self, label: &str, arguments: &[&str]) -> Result<()> {
        let mut command = Command::new("apt-get");
        for option in &self.options {
            command.arg("-o").arg(option);
        }
        command::run(label, command.args(arguments).current_dir(self.work.path())).map(|_| ())
    }

    /// Unpacks all that was downloaded into `target`.
    pub fn unpack(&self, target: &Path) -> Result<()> {
        let folders = [self.work.path().to_owned(), self.work.path().join("cache/archives")];
        let entries = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
        let packages: Vec<PathBuf> =
            entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "deb")).collect();
        ensure!(!packages.is_empty(), "apt downloaded nothing");
        // It gets its name when it is whole, so that an interrupted set-up leaves nothing that looks right.
        let unfinished = target.with_extension("unfinished");
        for old in [unfinished.as_path(), target] {
            let _ = fs::remove_dir_all(old);
        }
        for package in packages {
            command::run("unpacking a package", Command::new("dpkg").arg("-x").arg(package).arg(&unfinished))?;
        }
        fs::rename(&unfinished, target).with_context(|| format!("cannot make {}", target.display()))
    }
}
