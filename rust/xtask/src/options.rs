//! The options of the CMake build, `cmake/options.json`, and the tables that documents make of them.

use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::marks::Marks;
use crate::paths::at;

/// `cmake/options.json`.
#[derive(Deserialize)]
pub struct Table {
    pub options: Vec<BuildOption>,
}

/// A CMake option.
#[derive(Deserialize)]
pub struct BuildOption {
    pub name: String,
    pub help: String,
    /// `ON`, `OFF`, or the option whose value it has.
    pub default: String,
    /// The same in a project around ours; `None` where that project decides.
    subproject: Option<String>,
    pub kind: Kind,
    does: String,
    pub reason: String,
    pub remedy: String,
    /// The feature of our crates that it turns on.
    pub feature: Option<String>,
    pub conda: Packaged,
    pub spack: Packaged,
}

#[derive(Deserialize, PartialEq, Eq, Clone, Copy, Debug)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Feature,
    Installs,
    Ignored,
    Refused,
}

/// How a package has the option.
#[derive(Deserialize, PartialEq, Eq, Debug)]
#[serde(from = "String")]
pub enum Packaged {
    Always,
    Never,
    Variant(String),
}

impl From<String> for Packaged {
    fn from(text: String) -> Packaged {
        match text.as_str() {
            "always" => Packaged::Always,
            "never" => Packaged::Never,
            _ => Packaged::Variant(text),
        }
    }
}

impl Table {
    pub fn read() -> Result<Table> {
        let path = at("cmake/options.json");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} is no table of options", path.display()))
    }

    /// The default of an option, which may be another's.
    pub fn default_of<'a>(&'a self, option: &'a BuildOption) -> &'a str {
        let other = self.options.iter().find(|other| other.name == option.default);
        other.map_or(&option.default, |other| self.default_of(other))
    }

    /// The rows of `kinds` as a table of Markdown; links of `does` are as the root of the project sees them.
    fn markdown(&self, kinds: &[Kind]) -> String {
        let rows = self.options.iter().filter(|option| kinds.contains(&option.kind)).map(BuildOption::row);
        ["| option | default | |\n|---|---|---|\n".to_owned()].into_iter().chain(rows).collect()
    }
}

impl BuildOption {
    fn row(&self) -> String {
        let default = match &self.subproject {
            _ if self.default.starts_with("Heffte_") => format!("that of `{}`", self.default),
            Some(inside) if *inside != self.default => format!("`{}` (as a subproject `{inside}`)", self.default),
            _ => format!("`{}`", self.default),
        };
        let does = match self.kind {
            Kind::Feature | Kind::Installs => self.does.clone(),
            Kind::Ignored => format!("accepted, without effect: {}", self.reason),
            Kind::Refused => format!("`ON` is refused: {}", self.reason),
        };
        format!("| `{}` | {default} | {does} |\n", self.name)
    }
}

/// A document with a table of options, and the kinds that it lists.
struct Document {
    path: &'static str,
    kinds: &'static [Kind],
}

/// To have the table in one more document, add it here and put the two marks there.
const DOCUMENTS: [Document; 2] = [
    Document { path: "README.md", kinds: &[Kind::Feature, Kind::Installs] },
    Document { path: "docs/install-cmake.md", kinds: &[Kind::Feature, Kind::Installs, Kind::Ignored, Kind::Refused] },
];
const MARKS: Marks = Marks {
    begin: "<!-- made by `cargo xtask options` from cmake/options.json -->\n",
    end: "<!-- end of what is made -->\n",
    command: "cargo xtask options",
};

/// Writes the tables of the documents, or checks that they are as they would be written.
pub fn run(check: bool) -> Result<()> {
    let table = Table::read()?;
    DOCUMENTS.iter().try_for_each(|document| {
        let made = table.markdown(document.kinds);
        let made = if document.path.starts_with("docs/") { made.replace("](docs/", "](") } else { made };
        MARKS.fill(document.path, &made, check)
    })
}
