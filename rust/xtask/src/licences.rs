//! The licences of the crates that are inside what we ship: which they are, whether they are allowed, and their texts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, Package, PackageId};
use serde::Deserialize;
use spdx::{Expression, LicenseReq};

use crate::paths::at;

/// Where the texts are written; `cmake --install` takes them along, release tarballs have them.
pub const FILE: &str = "THIRD-PARTY.md";

/// What is shipped: the library, the Python module, the programs.
const SHIPPED: [&str; 3] = ["heffte-c", "heffte-python", "heffte-bench"];
/// With the backends that are loaded at run time. The FFTW that can be put inside is the builder's choice, and the GPL then.
const FEATURES: [&str; 6] = [
    "heffte-c/fftw",
    "heffte-c/mkl",
    "heffte-python/fftw",
    "heffte-python/mkl",
    "heffte-bench/fftw",
    "heffte-bench/mkl",
];

/// The part of `deny.toml` that is read here; `cargo deny` reads all of it.
#[derive(Deserialize)]
struct Deny {
    licenses: Licences,
}

#[derive(Deserialize)]
struct Licences {
    allow: Vec<String>,
}

/// Writes the names, the licences and their texts to `path`.
pub fn write(path: &Path) -> Result<()> {
    let metadata = metadata()?;
    fs::write(path, document(&shipped(&metadata)?)?).with_context(|| format!("cannot write {}", path.display()))
}

/// That every crate inside what we ship may be had under a licence that `deny.toml` allows; says how many there are.
pub fn check() -> Result<usize> {
    let text = fs::read_to_string(at("deny.toml")).context("cannot read deny.toml")?;
    let deny: Deny = toml::from_str(&text).context("deny.toml")?;
    let metadata = metadata()?;
    let packages = shipped(&metadata)?;
    for package in &packages {
        let name = &package.name;
        let licence = package.license.as_deref().with_context(|| format!("{name} names no licence"))?;
        ensure!(
            is_allowed(licence, &deny.licenses.allow)?,
            "{name} is under {licence}, which deny.toml does not allow: take another crate, or allow it there"
        );
    }
    Ok(packages.len())
}

fn is_allowed(licence: &str, allowed: &[String]) -> Result<bool> {
    let expression =
        Expression::parse_mode(licence, spdx::ParseMode::LAX).map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(expression.evaluate(|requirement: &LicenseReq| allowed.contains(&requirement.to_string())))
}

/// The same on every machine: what Linux on x86-64 needs.
fn metadata() -> Result<Metadata> {
    let mut command = MetadataCommand::new();
    command.current_dir(at("")).features(CargoOpt::NoDefaultFeatures);
    command.features(CargoOpt::SomeFeatures(FEATURES.map(str::to_owned).to_vec()));
    command.other_options(["--locked", "--filter-platform", "x86_64-unknown-linux-gnu"].map(str::to_owned).to_vec());
    command.exec().context("cargo metadata")
}

/// The crates of others that what we ship has inside, by name. What only builds it is not inside.
fn shipped(metadata: &Metadata) -> Result<Vec<&Package>> {
    let resolve = metadata.resolve.as_ref().context("cargo resolved nothing")?;
    let nodes: BTreeMap<&PackageId, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let ours = metadata.workspace_packages();
    let mut waiting: Vec<&PackageId> =
        ours.iter().filter(|package| SHIPPED.contains(&package.name.as_str())).map(|package| &package.id).collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        let node = nodes.get(id).context("cargo resolved a part only")?;
        if seen.insert(id) {
            let is_inside =
                |kinds: &[cargo_metadata::DepKindInfo]| kinds.iter().any(|kind| kind.kind == DependencyKind::Normal);
            waiting.extend(node.deps.iter().filter(|dep| is_inside(&dep.dep_kinds)).map(|dep| &dep.pkg));
        }
    }
    let is_other = |package: &&Package| seen.contains(&package.id) && !metadata.workspace_members.contains(&package.id);
    let mut packages: Vec<&Package> = metadata.packages.iter().filter(is_other).collect();
    packages.sort_by_key(|package| (package.name.to_string(), package.version.clone()));
    Ok(packages)
}

fn document(packages: &[&Package]) -> Result<String> {
    let mut text =
        "# Crates inside heFFTe in Rust, and their licences\n\n| crate | version | licence |\n|---|---|---|\n"
            .to_owned();
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in packages {
        let name = format!("{} {}", package.name, package.version);
        writeln!(text, "| {} | {} | {} |", package.name, package.version, package.license.as_deref().unwrap_or("?"))?;
        let folder = package.manifest_path.parent().context("a manifest is in no folder")?;
        for licence in licence_texts(folder.as_std_path())? {
            let users = texts.entry(licence).or_default();
            if !users.contains(&name) {
                users.push(name.clone());
            }
        }
    }
    for (licence, users) in &texts {
        write!(text, "\n## {}\n\n````text\n{}\n````\n", users.join(", "), licence.trim())?;
    }
    Ok(text)
}

/// The texts that lie beside a crate's manifest.
fn licence_texts(folder: &Path) -> Result<Vec<String>> {
    let beginnings = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.retain(|path| {
        let name = path.file_name().map(|name| name.to_string_lossy().to_uppercase()).unwrap_or_default();
        beginnings.iter().any(|beginning| name.starts_with(beginning))
    });
    files.sort();
    files.iter().map(|path| Ok(String::from_utf8_lossy(&fs::read(path)?).replace('\r', ""))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_several_licences_is_enough_and_all_of_several_are_needed() {
        let allowed = ["MIT", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned);
        for (licence, expected) in [
            ("MIT OR GPL-3.0-only", true),
            ("MIT/Apache-2.0", true),
            ("GPL-2.0-or-later", false),
            ("MIT AND GPL-2.0-or-later", false),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("Apache-2.0", false),
        ] {
            assert_eq!(is_allowed(licence, &allowed).expect("an expression"), expected, "{licence}");
        }
    }
}
