//! A file that remembers which way was the fastest, for programs that come back with the same problem.

use std::fmt::Debug;
use std::fs;
use std::hash::Hasher;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use crate::files::{self, Readers};
use crate::plan::{Body, Plan};

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
        entry(&ways, &self.key)
    }

    /// Adds an entry, or replaces it.
    pub fn remember(&self, entry: Entry) {
        // Others may have added theirs since it was read last.
        let mut ways = self.read().unwrap_or_default();
        let Entry { route, carrier, nanoseconds } = entry;
        ways.insert(self.key.clone(), json!({ "route": route, "carrier": carrier, "nanoseconds": nanoseconds }));
        if let Err(error) = files::replace(&self.path, written(&ways).as_bytes(), Readers::Any) {
            self.warn("cannot be written", &error);
        }
    }

    /// The entries by key; none where there is no file.
    fn read(&self) -> io::Result<Map<String, Value>> {
        match fs::read_to_string(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Map::new()),
            text => ways(&text?),
        }
    }

    fn warn(&self, what: &str, error: &io::Error) {
        eprintln!("heffte: warning: the wisdom file {} {what}: {error}", self.path.display());
    }
}

/// The text of a file with these entries.
fn written(ways: &Map<String, Value>) -> String {
    format!("{:#}\n", json!({ "heffte wisdom": 1, "ways": ways }))
}

/// The entries of a file with this text.
fn ways(text: &str) -> io::Result<Map<String, Value>> {
    match serde_json::from_str::<Value>(text)?.get_mut("ways").map(Value::take) {
        Some(Value::Object(ways)) => Ok(ways),
        _ => Err(io::Error::other("it has no ways")),
    }
}

/// The entry of that key. One of another shape is none: it is measured anew, and replaced.
fn entry(ways: &Map<String, Value>, key: &str) -> Option<Entry> {
    let way = ways.get(key)?;
    let text = |name: &str| way.get(name).and_then(Value::as_str).map(str::to_owned);
    let nanoseconds = way.get("nanoseconds").and_then(Value::as_u64);
    // Ranks tell each other of it in signed words.
    let nanoseconds = nanoseconds.filter(|time| i64::try_from(*time).is_ok());
    Some(Entry { route: text("route")?, carrier: text("carrier")?, nanoseconds: nanoseconds? })
}

/// All that the fastest way depends on. The problem is hashed: its boxes may be many.
fn key(plan: &Plan) -> String {
    let problem = plan.recipe.problem();
    let options = &plan.spec.options;
    let [x, y, z] = problem.world_in.size();
    let ranks_per_node = plan.recipe.machine().ranks_per_node.min(problem.ranks);
    let conditions = match &plan.body {
        Body::Host(_) => {
            let shared = if plan.recipe.machine().shares_memory { "shared memory" } else { "messages" };
            let (cpu, cores) = cpu();
            format!("{shared}, {cpu}, {cores} cores")
        }
        Body::Device(engine) => engine.conditions(),
    };
    format!(
        "{x} x {y} x {z}, {} ranks, {ranks_per_node} per node, threads {}, {}, {}, {conditions}, version {}, {:016x}",
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: &str = "a problem";

    fn known() -> Map<String, Value> {
        let way = json!({ "route": "slabs", "carrier": "alltoallv", "nanoseconds": 1_234_567 });
        Map::from_iter([(KEY.to_owned(), way)])
    }

    /// Any JSON, of depths that a parser that calls itself would feel.
    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ];
        let name = prop_oneof!["ways|route|carrier|nanoseconds|a problem", ".{0,6}"];
        leaf.prop_recursive(6, 64, 6, move |inner| {
            let object = prop::collection::btree_map(name.clone(), inner.clone(), 0..6);
            prop_oneof![
                prop::collection::vec(inner, 0..6).prop_map(Value::from),
                object.prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    #[test]
    fn what_is_written_is_found_again() {
        let found = entry(&ways(&written(&known())).unwrap(), KEY).unwrap();
        assert_eq!((&*found.route, &*found.carrier, found.nanoseconds), ("slabs", "alltoallv", 1_234_567));
    }

    #[test]
    fn a_time_that_no_rank_could_tell_is_no_entry() {
        let text = written(&known()).replace("1234567", &u64::MAX.to_string());
        assert!(entry(&ways(&text).unwrap(), KEY).is_none());
    }

    #[test]
    fn what_is_nested_without_end_is_an_error() {
        assert!(ways(&"[".repeat(1 << 20)).is_err());
    }

    proptest! {
        #[test]
        fn no_text_does_harm(text in ".{0,200}") {
            if let Ok(ways) = ways(&text) {
                entry(&ways, KEY);
            }
        }

        #[test]
        fn no_json_does_harm(json in any_json()) {
            if let Ok(ways) = ways(&json.to_string()) {
                let way = &json["ways"][KEY];
                let is_whole = way["route"].is_string() && way["carrier"].is_string() && way["nanoseconds"].is_u64();
                prop_assert!(entry(&ways, KEY).is_none() || is_whole);
            }
        }

        #[test]
        fn a_spoilt_file_is_wisdom_or_an_error(
            spoils in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4), end in any::<prop::sample::Index>(),
        ) {
            let mut bytes = written(&known()).into_bytes();
            for (at, byte) in spoils {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes.truncate(end.index(bytes.len() + 1));
            if let Ok(ways) = ways(&String::from_utf8_lossy(&bytes)) {
                entry(&ways, KEY);
            }
        }
    }
}
