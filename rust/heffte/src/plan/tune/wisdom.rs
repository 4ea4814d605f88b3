//! A file that remembers which way was the fastest, for programs that come back with the same problem.

use std::fmt::Debug;
use std::fs;
use std::hash::Hasher;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use crate::plan::Plan;

/// The file, and what the problem at hand is called in it. Rank 0 alone has one.
pub(super) struct Wisdom {
    path: PathBuf,
    key: String,
}

/// What was measured.
pub(super) struct Entry {
    pub route: String,
    pub carrier: String,
    pub nanoseconds: u64,
}

impl Wisdom {
    /// The file that `HEFFTE_WISDOM` names, if it names one.
    pub fn from_environment(plan: &Plan) -> Option<Wisdom> {
        let path = std::env::var_os("HEFFTE_WISDOM").filter(|path| !path.is_empty())?;
        Some(Wisdom { path: path.into(), key: key(plan) })
    }

    /// What the file remembers of the problem. A file that cannot be read is as good as none, but for a warning.
    pub fn find(&self) -> Option<Entry> {
        let ways = self.read().map_err(|error| self.warn("is not wisdom, and will be replaced", &error)).ok()?;
        let way = ways.get(&self.key)?;
        let text = |name: &str| way.get(name).and_then(Value::as_str).map(str::to_owned);
        let nanoseconds = way.get("nanoseconds").and_then(Value::as_u64);
        // An entry of another shape is measured anew, and replaced.
        Some(Entry { route: text("route")?, carrier: text("carrier")?, nanoseconds: nanoseconds? })
    }

    /// Adds an entry, or replaces it. Who reads the file meanwhile sees the old one or the new one, never half of either.
    pub fn remember(&self, entry: Entry) {
        // Others may have added theirs since it was read last.
        let mut ways = self.read().unwrap_or_default();
        let Entry { route, carrier, nanoseconds } = entry;
        ways.insert(self.key.clone(), json!({ "route": route, "carrier": carrier, "nanoseconds": nanoseconds }));
        let text = format!("{:#}\n", json!({ "heffte wisdom": 1, "ways": ways }));
        let mut temporary = self.path.clone().into_os_string();
        temporary.push(format!(".{}", std::process::id()));
        let written = fs::write(&temporary, text).and_then(|()| fs::rename(&temporary, &self.path));
        if let Err(error) = written {
            // It may not even have been made.
            let _ = fs::remove_file(&temporary);
            self.warn("cannot be written", &error);
        }
    }

    /// The entries by key; none where there is no file.
    fn read(&self) -> io::Result<Map<String, Value>> {
        let text = match fs::read_to_string(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Map::new()),
            text => text?,
        };
        match serde_json::from_str::<Value>(&text)?.get_mut("ways").map(Value::take) {
            Some(Value::Object(ways)) => Ok(ways),
            _ => Err(io::Error::other("it has no ways")),
        }
    }

    fn warn(&self, what: &str, error: &io::Error) {
        eprintln!("heffte: warning: the wisdom file {} {what}: {error}", self.path.display());
    }
}

/// All that the fastest way depends on. The problem is hashed: its boxes may be many.
fn key(plan: &Plan) -> String {
    let problem = plan.recipe.problem();
    let options = &plan.spec.options;
    let [x, y, z] = problem.world_in.size();
    let ranks_per_node = plan.recipe.machine().ranks_per_node.min(problem.ranks);
    let shared = if plan.recipe.machine().shares_memory { "shared memory" } else { "messages" };
    let (cpu, cores) = cpu();
    format!(
        "{x} x {y} x {z}, {} ranks, {ranks_per_node} per node, threads {}, {}, {}, {shared}, {cpu}, {cores} cores, version {}, {:016x}",
        problem.ranks,
        options.threads,
        plan.backend().name(),
        options.effort.name(),
        env!("CARGO_PKG_VERSION"),
        hash(&problem)
    )
}

/// The same on every machine and for every build, as the standard library's hasher need not be (FNV-1a).
fn hash(value: &impl Debug) -> u64 {
    struct Fnv(u64);
    impl Hasher for Fnv {
        fn write(&mut self, bytes: &[u8]) {
            for byte in bytes {
                self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        }
        fn finish(&self) -> u64 {
            self.0
        }
    }
    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    hasher.write(format!("{value:?}").as_bytes());
    hasher.finish()
}

/// The model of the CPU and the number of its cores.
fn cpu() -> (String, usize) {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = model.map_or(std::env::consts::ARCH, |(_, model)| model.trim()).to_owned();
    (model, std::thread::available_parallelism().map_or(1, |cores| cores.get()))
}
