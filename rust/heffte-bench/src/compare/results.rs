//! The files of results, and the plots beside them.

use std::path::{Path, PathBuf};

/// Where files of a comparison lie, for those who only read it.
const RESULTS: &str = "benchmarks/results/results.json";

/// A path as the user may have given it.
pub fn given_or_default(path: Option<&Path>) -> PathBuf {
    path.map_or_else(|| RESULTS.into(), Path::to_owned)
}

/// Draws a JSON file beside it, where that can be done.
pub fn plot(python: &str, benchmarks: &Path, results: &Path) {
    let picture = results.with_extension("svg");
    let script = benchmarks.join("plot.py");
    let drawn = std::process::Command::new(python).arg(script).arg(results).arg(&picture).output();
    match drawn {
        Ok(output) if output.status.success() => println!("{}", picture.display()),
        Ok(output) => println!("no plot: {}", last_line(&output.stderr)),
        Err(error) => println!("no plot: {error}"),
    }
}

fn last_line(text: &[u8]) -> String {
    String::from_utf8_lossy(text).lines().last().unwrap_or("nobody says why").to_owned()
}
