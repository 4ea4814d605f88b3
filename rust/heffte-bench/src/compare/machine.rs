//! What a comparison ran on: enough to judge it by, nothing that names the machine.

use std::collections::BTreeMap;
use std::fs;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Machine {
    pub cpu: String,
    pub cores: usize,
    pub mpi: String,
    /// Year, month and day.
    pub date: String,
    /// By peer.
    pub versions: BTreeMap<String, String>,
}

impl Machine {
    /// This one, today.
    pub fn here() -> Machine {
        Machine {
            cpu: cpu().unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            cores: cores(),
            mpi: first_line(&heffte::mpi_library_version()),
            date: jiff::Zoned::now().strftime("%Y-%m-%d").to_string(),
            versions: BTreeMap::new(),
        }
    }
}

/// Cores that this program may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn cpu() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The first line, with single spaces.
fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}
