//! Documents: every command that a reader may copy is one that was run, or says that it was not.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::report::Report;
use crate::paths::at;
use crate::setup::Tools;

/// Commands that these tests run, as a document shows them: the beginning of a line is enough.
const RUN: [&str; 9] = [
    "cargo xtask demo",
    "cargo xtask test",
    "cargo xtask header",
    "cargo xtask setup",
    "cargo xtask build",
    "cargo xtask dist",
    "cargo xtask licences",
    "eval \"$(cargo xtask env)\"",
    "cargo test -p heffte --lib",
];

/// What a block that is not run says on the line before it.
const NOT_RUN: &str = "<!-- not run: ";

pub fn run(_: &Tools, report: &mut Report) {
    for path in documents() {
        let name = path.strip_prefix(at("")).unwrap_or(&path).to_string_lossy().into_owned();
        report.check(&name, || check(&path));
    }
}

fn documents() -> Vec<PathBuf> {
    let mut all = vec![at("README.md"), at("CONTRIBUTING.md")];
    let mut folders = vec![at("docs")];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let (inner, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
        folders.extend(inner);
        all.extend(files.into_iter().filter(|path| path.extension().is_some_and(|e| e == "md")));
    }
    all.sort();
    all
}

/// That each line of each block of shell commands is known, or the block is marked.
fn check(path: &PathBuf) -> Result<()> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut before = "";
    let mut in_shell = false;
    let mut is_marked = false;
    for (number, line) in text.lines().enumerate() {
        match line.trim() {
            "```sh" => (in_shell, is_marked) = (true, before.starts_with(NOT_RUN)),
            "```" => in_shell = false,
            command if in_shell && !is_marked && !is_known(command) => bail!(
                "{}:{}: no test runs `{command}`: add it to one, or mark the block {NOT_RUN}why -->",
                path.display(),
                number + 1
            ),
            _ => {}
        }
        if !line.trim().is_empty() {
            before = line.trim();
        }
    }
    Ok(())
}

/// Whether a line of a block is a command that tests run, or none.
fn is_known(line: &str) -> bool {
    line.is_empty() || line.starts_with('#') || RUN.iter().any(|known| line.starts_with(known))
}
