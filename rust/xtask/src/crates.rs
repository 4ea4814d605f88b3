//! The crates of others, gathered for machines without a network.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::paths::at;
use crate::setup::Tools;
use crate::terminal::say;
use crate::{archive, command};

/// The folder that cargo takes crates from, and that the archive has.
const FOLDER: &str = "vendor";

/// What Spack takes beside a checkout, with its checksum in a file beside it: spack/packages/heffte/package.py.
fn packed() -> PathBuf {
    at("build/crates").join(name())
}

fn name() -> String {
    format!("{}-crates.tar.gz", archive::name())
}

/// Packs them anew.
pub fn run(tools: &Tools) -> Result<()> {
    let packed = packed();
    let place = packed.parent().context("the archive is in a folder")?;
    if place.exists() {
        fs::remove_dir_all(place)?;
    }
    fs::create_dir_all(place).with_context(|| format!("cannot make {}", place.display()))?;
    gather(tools, &at(""), &place.join(FOLDER))?;
    archive::pack(place, FOLDER, &packed, &archive::time()?)?;
    fs::remove_dir_all(place.join(FOLDER))?;
    let sum = command::run("adding up", Command::new("sha256sum").arg(name()).current_dir(place))?;
    fs::write(format!("{}.sha256", packed.display()), sum).context("cannot write the checksum")?;
    say!("The crates are in {}", packed.display());
    Ok(())
}

/// Gathers them inside sources, where cargo finds them from then on.
pub fn vendor(tools: &Tools, sources: &Path) -> Result<()> {
    gather(tools, sources, &sources.join(FOLDER))?;
    let config = sources.join(".cargo/config.toml");
    let text = fs::read_to_string(&config).with_context(|| format!("cannot read {}", config.display()))?;
    let replaced = format!(
        "\n[source.crates-io]\nreplace-with = \"vendored-sources\"\n\n\
         [source.vendored-sources]\ndirectory = \"{FOLDER}\"\n\n[net]\noffline = true\n"
    );
    fs::write(&config, text + &replaced).context("cannot write where the crates are")
}

/// Packs those inside `sources` in `place`, beside the tarball of a release.
pub fn publish(sources: &Path, place: &Path, time: &str) -> Result<()> {
    archive::pack(sources, FOLDER, &place.join(name()), time)
}

fn gather(tools: &Tools, sources: &Path, folder: &Path) -> Result<()> {
    let mut vendor = tools.cargo();
    vendor.current_dir(sources).args(["vendor", "--locked", "--versioned-dirs", "--quiet"]).arg(folder);
    command::step("gathering the crates", &mut vendor)?;
    leave_out_libraries_of_windows(folder)
}

/// Two crates are libraries for Windows and hardly anything else, a third of all. cargo wants the crates to be there, but not these.
fn leave_out_libraries_of_windows(folder: &Path) -> Result<()> {
    for folder in fs::read_dir(folder)?.flatten().map(|entry| entry.path()) {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !(name.starts_with("winapi-") && name.contains("-pc-windows-gnu")) {
            continue;
        }
        fs::remove_dir_all(folder.join("lib")).with_context(|| format!("{name} has no libraries"))?;
        let list = folder.join(".cargo-checksum.json");
        let mut sums: Value = serde_json::from_str(&fs::read_to_string(&list)?)?;
        let files = sums["files"].as_object_mut().with_context(|| format!("{name} lists no files"))?;
        files.retain(|file, _| !file.starts_with("lib/"));
        ensure!(!files.is_empty(), "{name} has nothing but libraries");
        fs::write(&list, sums.to_string())?;
    }
    Ok(())
}
