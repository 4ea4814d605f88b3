//! What compiled programs rely on, as it is recorded for the library's soname.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, bail, ensure};

use crate::build::SHARED;
use crate::command;
use crate::paths::at;
use crate::setup::Tools;

const RECORD: &str = "tests/abi/libheffte.so.2.txt";

/// Checks that the installed library and headers have all that is recorded, and nothing that is not.
pub fn check(tools: &Tools) -> Result<()> {
    let (recorded, found) = (recorded()?, found(tools)?);
    keeps(&recorded, &found)?;
    let new: Vec<_> = found.difference(&recorded).map(String::as_str).collect();
    ensure!(new.is_empty(), "{RECORD} lacks what is new; run `cargo xtask abi` and commit it:\n{}", new.join("\n"));
    Ok(())
}

/// Adds what is new to the record.
pub fn record(tools: &Tools) -> Result<()> {
    let found = found(tools)?;
    keeps(&recorded()?, &found)?;
    let text: String = found.into_iter().map(|line| line + "\n").collect();
    fs::write(at(RECORD), text).with_context(|| format!("cannot write {RECORD}"))
}

/// Fails where something that programs were compiled with is not there any more, or is otherwise.
fn keeps(recorded: &BTreeSet<String>, found: &BTreeSet<String>) -> Result<()> {
    let has_grown = |line: &str| found.iter().any(|other| grows(line, other));
    let gone: Vec<_> = recorded.difference(found).map(String::as_str).filter(|line| !has_grown(line)).collect();
    if !gone.is_empty() {
        bail!(
            "compiled programs that use libheffte.so.2 would break; keep this as it was, or give the library another soname and a record \
             of its own:\n{}",
            gone.join("\n")
        );
    }
    Ok(())
}

/// Whether a struct that says how large it is has got members at its end, and nothing else has changed.
fn grows(old: &str, new: &str) -> bool {
    let parts = |line: &'_ str| {
        let (head, members) = line.split_once(" bytes, ")?;
        Some((head.rsplit_once(": ")?.0.to_owned(), members.to_owned()))
    };
    let (Some((name, members)), Some((same, more))) = (parts(old), parts(new)) else { return false };
    name == same && members.contains("; struct_size at 0: size_t;") && more.starts_with(&members)
}

fn recorded() -> Result<BTreeSet<String>> {
    let text = fs::read_to_string(at(RECORD)).with_context(|| format!("cannot read {RECORD}"))?;
    Ok(text.lines().map(str::to_owned).collect())
}

fn found(tools: &Tools) -> Result<BTreeSet<String>> {
    let prefix = SHARED.prefix();
    let library = prefix.join("lib/libheffte.so");
    ensure!(library.is_file(), "{} is missing: run `cargo xtask build` first", library.display());
    let mut dump = tools.command(&tools.python);
    dump.arg(at("rust/xtask/src/test/dump_abi.py")).arg(library).arg(&tools.mpicc).arg(prefix.join("include"));
    Ok(command::run("reading the headers", &mut dump)?.lines().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_is_kept_and_what_is_changed_is_not() {
        let set = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<BTreeSet<_>>();
        let old = set(&["struct s: 8 bytes", "export f"]);
        assert!(keeps(&old, &set(&["struct s: 8 bytes", "export f", "export g"])).is_ok());
        let sized = "struct t: 8 bytes, aligned to 8; struct_size at 0: size_t;";
        let grown = "struct t: 16 bytes, aligned to 8; struct_size at 0: size_t; more at 8: int;";
        assert!(keeps(&set(&[sized]), &set(&[grown])).is_ok() && keeps(&set(&[grown]), &set(&[sized])).is_err());
        let error = keeps(&old, &set(&["struct s: 16 bytes", "export f"])).expect_err("the struct has grown");
        assert!(error.to_string().ends_with("soname and a record of its own:\nstruct s: 8 bytes"));
    }
}
