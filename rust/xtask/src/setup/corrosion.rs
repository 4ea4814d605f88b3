//! Corrosion, the bridge between CMake and cargo: the one that is set, the system's, the distribution's, or else the one
//! that CMake fetches.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use regex::Regex;

use super::debian::Apt;

/// Debian's suites that have the package, the newest first.
const SUITES: [&str; 3] = ["sid", "forky", "trixie"];
/// What signs them, where the machine's own sources do not say.
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
    let listed =
        Command::new("apt-get").args(["update", "--print-uris"]).output().context("this machine has no apt")?;
    let archives = archives(&String::from_utf8_lossy(&listed.stdout));
    let sources = sources();
    let mut last = anyhow::anyhow!("apt names no archive");
    for archive in &archives {
        for suite in SUITES {
            match unpack(archive, keyring(archive, &sources), suite, target) {
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
    // Debian's own first: others will not have its suites.
    archives.sort_by_key(|archive| (!archive.ends_with("/debian"), archive.clone()));
    archives.dedup();
    archives
}

/// The entries of the machine's source lists, of both formats: stanzas, and lines.
fn sources() -> Vec<String> {
    let parts = fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten().flatten().map(|entry| entry.path());
    let files = parts.chain([PathBuf::from("/etc/apt/sources.list")]);
    let texts = files.filter_map(|path| {
        let are_stanzas = path.extension().is_some_and(|extension| extension == "sources");
        Some((fs::read_to_string(&path).ok()?, if are_stanzas { "\n\n" } else { "\n" }))
    });
    texts.flat_map(|(text, end)| text.split(end).map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// The keyring file that an entry of `sources` names for the archive.
fn keyring<'a>(archive: &str, sources: &'a [String]) -> &'a str {
    let pattern =
        Regex::new(r"(?m)^(?:[Ss]igned-[Bb]y:\s*|deb\s*\[.*signed-by=)(/[^\s\],]+)").expect("the pattern is sound");
    let named = |source: &&String| source.split_whitespace().any(|word| word.trim_end_matches('/') == archive);
    let found = sources.iter().filter(named).find_map(|source| pattern.captures(source));
    found.and_then(|found| Some(found.get(1)?.as_str())).unwrap_or(KEYRING)
}

fn unpack(archive: &str, keyring: &str, suite: &str, target: &Path) -> Result<()> {
    let apt = Apt::new(Some(&format!("deb [signed-by={keyring}] {archive} {suite} main\n")))?;
    apt.run("getting Corrosion from the distribution", &["download", "corrosion"])?;
    apt.unpack(target)
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

    #[test]
    fn keyrings_are_read_from_both_formats_of_sources() {
        let sources = [
            "Types: deb\nURIs: http://other.example/debian\nSuites: x\nSigned-By: /keys/other.gpg",
            "Types: deb\nURIs: http://stanza.example/debian/\nSuites: x\nSigned-By: /keys/stanza.gpg",
            "deb [arch=amd64 signed-by=/keys/line.gpg] http://line.example/debian x main",
            "deb http://plain.example/debian x main",
        ]
        .map(str::to_owned);
        let expected = [
            ("http://stanza.example/debian", "/keys/stanza.gpg"),
            ("http://line.example/debian", "/keys/line.gpg"),
            ("http://plain.example/debian", KEYRING),
            ("http://unknown.example/debian", KEYRING),
        ];
        for (archive, keyring_file) in expected {
            assert_eq!(keyring(archive, &sources), keyring_file, "{archive}");
        }
    }
}
