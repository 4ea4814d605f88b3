//! cmake/options.json against what reads or repeats it: CMake, cargo, the documents, the conda recipe, the Spack package.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use cargo_metadata::{Metadata, MetadataCommand};
use regex::Regex;

use super::report::Report;
use super::verdict::words_of;
use crate::build;
use crate::command::{self, LIMIT};
use crate::options::{self, BuildOption, Kind, Packaged, Table};
use crate::paths::at;
use crate::setup::Tools;
use crate::terminal::say;

/// Where all of this is configured: once from nothing, then again and again with other options.
const BINARY: &str = "build/options";

pub fn run(tools: &Tools, report: &mut Report) {
    let table = match Table::read() {
        Ok(table) => table,
        Err(error) => {
            report.check("cmake/options.json", || Err(error));
            return;
        }
    };
    report.check("the tables in the documents", || options::run(true));
    report.check("the entries make sense", || table.options.iter().try_for_each(sense));
    report.check("CMake's cache", || cache(tools, &table));
    report.check("what CMake says of each option", || words(tools, &table));
    report.check("the features of the crates", || features(&table));
    packages(report, &table);
}

/// What is ignored says why, and what is refused says what to do, too.
fn sense(option: &BuildOption) -> Result<()> {
    let is_without = matches!(option.kind, Kind::Ignored | Kind::Refused);
    ensure!(is_without != option.reason.is_empty(), "{} wants a reason if, and only if, it has no effect", option.name);
    ensure!(
        (option.kind == Kind::Refused) != option.remedy.is_empty(),
        "{}: a remedy is for what is refused",
        option.name
    );
    ensure!((option.kind == Kind::Feature) == option.feature.is_some(), "{}: a feature is for that kind", option.name);
    Ok(())
}

/// The default and the help of each option are in the cache of a fresh configuration, and there is no other.
fn cache(tools: &Tools, table: &Table) -> Result<()> {
    let binary = at(BINARY);
    let _ = fs::remove_dir_all(&binary);
    command::run("configuring", &mut build::configure(tools, &at(""), &binary))?;
    let text = fs::read_to_string(binary.join("CMakeCache.txt"))?;
    let pattern = Regex::new(r"(?m)^//(.*)\n(BUILD_SHARED_LIBS|Heffte_[A-Z]\w*):BOOL=(\w+)$").expect("sound");
    let entry = |found: regex::Captures| (found[2].to_owned(), (found[3].to_owned(), found[1].trim().to_owned()));
    let entries: BTreeMap<_, _> = pattern.captures_iter(&text).map(entry).collect();
    for option in &table.options {
        let (value, help) = entries.get(&option.name).with_context(|| format!("CMake has no {}", option.name))?;
        let default = table.default_of(option);
        ensure!(value == default, "{} is {value}, not {default}", option.name);
        // CMake breaks long help into lines, of which this is the last.
        ensure!(option.help.ends_with(help), "{} is explained as {help:?}, not {:?}", option.name, option.help);
    }
    let known: BTreeSet<_> = table.options.iter().map(|option| &option.name).collect();
    let unknown: Vec<_> = entries.keys().filter(|name| !known.contains(name)).collect();
    ensure!(unknown.is_empty(), "CMake has {unknown:?}, which cmake/options.json lacks");
    Ok(())
}

/// What has no effect says so once, in one configuration for all; each that is refused says why and what to do.
fn words(tools: &Tools, table: &Table) -> Result<()> {
    let configure = |options: &[String]| {
        command::capture("configuring", build::configure(tools, &at(""), &at(BINARY)).args(options), LIMIT)
    };
    let of_kind = |kind: Kind| table.options.iter().filter(move |option| option.kind == kind);
    let set = |option: &BuildOption, value: &str| format!("-D{}={value}", option.name);
    let outcome = configure(&of_kind(Kind::Ignored).map(|option| set(option, "ON")).collect::<Vec<_>>())?;
    let output = words_of(&outcome.output);
    ensure!(outcome.ok && !output.contains("CMake Warning"), "CMake does not take them as they are:\n{output}");
    for option in of_kind(Kind::Ignored) {
        let said = format!("{}=ON has no effect on what is built: {}", option.name, words_of(&option.reason));
        ensure!(output.matches(&said).count() == 1, "CMake does not say once: {said}\n{output}");
    }
    let off: Vec<String> = of_kind(Kind::Refused).map(|option| set(option, "OFF")).collect();
    for option in of_kind(Kind::Refused) {
        let outcome = configure(&[&off[..], &[set(option, "ON")]].concat())?;
        ensure!(!outcome.ok, "{} was accepted", option.name);
        let output = words_of(&outcome.output);
        for said in [&option.reason, &option.remedy] {
            ensure!(output.contains(&words_of(said)), "CMake does not say: {said}\n{output}");
        }
    }
    Ok(())
}

/// Every feature of the table is one of each crate that CMake builds, and these have no other.
fn features(table: &Table) -> Result<()> {
    let metadata: Metadata = MetadataCommand::new().current_dir(at("")).no_deps().exec()?;
    let named: BTreeSet<&str> = table.options.iter().filter_map(|option| option.feature.as_deref()).collect();
    // What the comparisons of developers need is no matter of the library.
    let own = ["default", "compare"];
    for name in ["heffte", "heffte-c", "heffte-python", "heffte-bench"] {
        let package = metadata.packages.iter().find(|package| package.name.as_str() == name);
        let package = package.with_context(|| format!("there is no crate {name}"))?;
        let has: BTreeSet<&str> =
            package.features.keys().map(String::as_str).filter(|feature| !own.contains(feature)).collect();
        ensure!(has == named, "{name} has the features {has:?}, cmake/options.json names {named:?}");
    }
    Ok(())
}

/// A package that others make of ours.
struct Packages {
    files: &'static [&'static str],
    of: fn(&BuildOption) -> &Packaged,
    /// Places that declare a variant, and that pass it on as the option of a name: all must be there.
    has_variant: fn(&str, &str) -> [String; 2],
    /// A place that turns the option of a name on in every build.
    turns_on: fn(&str) -> String,
}

const CONDA: Packages = Packages {
    files: &["conda-recipe/variants.yaml", "conda-recipe/recipe.yaml"],
    of: |option| &option.conda,
    has_variant: |variant, name| [format!(r"(?m)^{variant}\s*:"), format!(r"-D{name}(:BOOL)?=")],
    turns_on: |name| format!(r"-D{name}(:BOOL)?=ON\b"),
};
const SPACK: Packages = Packages {
    files: &["spack/packages/heffte/package.py", "spack/repo.yaml"],
    of: |option| &option.spack,
    has_variant: |variant, name| {
        let declared = match variant {
            // A base class declares these.
            "cuda" => r"\bCudaPackage\b".to_owned(),
            "rocm" => r"\bROCmPackage\b".to_owned(),
            _ => format!(r#"(?m)^\s*variant\(\s*"{variant}""#),
        };
        [declared, format!(r#"define_from_variant\(\s*"{name}",\s*"{variant}"\s*\)"#)]
    },
    turns_on: |name| format!(r#"define\(\s*"{name}",\s*True\s*\)"#),
};

fn packages(report: &mut Report, table: &Table) {
    for (label, package) in [("the conda recipe", &CONDA), ("the Spack package", &SPACK)] {
        if let Some(missing) = package.files.iter().find(|file| !at(file).exists()) {
            say!("  left out: {label}: there is no {missing}");
            continue;
        }
        report.check(label, || package.check(table));
    }
}

impl Packages {
    fn check(&self, table: &Table) -> Result<()> {
        let texts = self.files.iter().map(|file| texts_of(&at(file)));
        let text = texts.collect::<Result<Vec<_>>>()?.join("\n");
        let has = |pattern: &str| anyhow::Ok(Regex::new(pattern)?.is_match(&text));
        for option in &table.options {
            let name = &option.name;
            let is_on = has(&(self.turns_on)(name))?;
            match (self.of)(option) {
                Packaged::Variant(variant) => {
                    for pattern in (self.has_variant)(variant, name) {
                        ensure!(has(&pattern)?, "{name}, variant {variant}: {:?} has no {pattern}", self.files);
                    }
                }
                Packaged::Always => {
                    let is_on = is_on || table.default_of(option) == "ON";
                    ensure!(is_on, "{name} is always on, but {:?} leaves it off", self.files);
                }
                Packaged::Never => ensure!(!is_on, "{name} is never on, but {:?} turns it on", self.files),
            }
        }
        Ok(())
    }
}

/// A recipe, with the scripts beside it.
fn texts_of(path: &Path) -> Result<String> {
    let mut text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let beside = path.parent().into_iter().flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten());
    for script in beside.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "sh")) {
        text += &fs::read_to_string(&script)?;
    }
    Ok(text)
}
