//! What drivers print and what is kept.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::case::Case;
use super::machine::Machine;
use super::statistics::{maximum, median, percentile_95};

/// One line of a driver: one set of options.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub peer: String,
    pub options: String,
    pub version: String,
    /// Of each call: half of a forward and a backward transform, of the slowest rank.
    pub seconds: Vec<f64>,
    /// Of the forward transform, relative, in the L2 norm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<f64>,
    /// Of forward and backward, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round_trip: Option<f64>,
    /// Peak bytes of the largest process.
    pub memory: f64,
}

/// All rounds of one peer in one case.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Measurement {
    pub median: f64,
    pub p95: f64,
    pub max: f64,
    /// The peer's median over ours: more than 1 where ours is faster.
    pub ratio: f64,
    #[serde(flatten)]
    pub line: Line,
}

/// A case with all that was measured in it, ours first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outcome {
    #[serde(flatten)]
    pub case: Case,
    pub measurements: Vec<Measurement>,
    /// A few calls of each set of options that a peer offers, from which its best was chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub survey: Vec<Line>,
    /// Who could not be measured, and why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left_out: BTreeMap<String, String>,
}

/// A whole comparison.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Results {
    pub machine: Machine,
    pub rounds: usize,
    pub calls: usize,
    /// Peers that are missing altogether, and why.
    pub missing: BTreeMap<String, String>,
    pub outcomes: Vec<Outcome>,
}

impl Results {
    pub fn read(path: &Path) -> Result<Results> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} is no comparison", path.display()))
    }
}

/// Writes what was measured, in a folder that need not be there.
pub fn write(results: &impl Serialize, path: &Path) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let text = serde_json::to_string_pretty(results)?;
    fs::write(path, text + "\n").with_context(|| format!("cannot write {}", path.display()))
}

/// The lines of all rounds, those of the same peer and options joined.
#[derive(Debug, Default)]
pub struct Collection(Vec<Line>);

impl Collection {
    pub fn add(&mut self, line: Line) {
        match self.0.iter_mut().find(|known| known.peer == line.peer && known.options == line.options) {
            Some(known) => {
                known.seconds.extend(line.seconds);
                known.memory = known.memory.max(line.memory);
                known.error = known.error.or(line.error);
                known.round_trip = known.round_trip.or(line.round_trip);
            }
            None => self.0.push(line),
        }
    }

    /// The measurements; what `ours` names is what ratios refer to.
    pub fn measurements(self, ours: &str) -> Vec<Measurement> {
        let reference = self.0.iter().find(|line| line.peer == ours).map_or(f64::NAN, |line| median(&line.seconds));
        let measured = |line: Line| {
            let middle = median(&line.seconds);
            let (p95, max) = (percentile_95(&line.seconds), maximum(&line.seconds));
            Measurement { median: middle, p95, max, ratio: middle / reference, line }
        };
        self.0.into_iter().map(measured).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(peer: &str, seconds: &[f64], error: Option<f64>) -> Line {
        let (options, version) = (String::new(), String::new());
        Line { peer: peer.into(), options, version, seconds: seconds.into(), error, round_trip: None, memory: 1.0 }
    }

    #[test]
    fn rounds_are_joined_and_compared_with_ours() {
        let mut collection = Collection::default();
        collection.add(line("ours", &[1.0, 2.0], Some(1e-16)));
        collection.add(line("other", &[3.0], None));
        collection.add(line("ours", &[3.0], None));
        let measurements = collection.measurements("ours");
        assert_eq!(measurements.len(), 2);
        assert_eq!((measurements[0].median, measurements[0].max), (2.0, 3.0));
        assert_eq!(measurements[0].line.error, Some(1e-16));
        assert_eq!(measurements[1].ratio, 1.5);
    }

    #[test]
    fn what_drivers_print_is_read() {
        let text = r#"{"peer": "p", "options": "", "version": "1", "seconds": [0.5], "memory": 12}"#;
        let line: Line = serde_json::from_str(text).unwrap();
        assert_eq!((line.seconds, line.error, line.memory), (vec![0.5], None, 12.0));
    }
}
