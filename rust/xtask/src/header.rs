//! The headers that cbindgen makes from rust/heffte-c.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::paths::at;

/// A header: its name, cbindgen's configuration, and the sources, in the order of their contents.
struct Header {
    name: &'static str,
    config: &'static str,
    sources: &'static [&'static str],
}

/// To add a source to a header, name it here.
const HEADERS: [Header; 2] = [
    Header {
        name: "heffte_c.h",
        config: "cbindgen.toml",
        sources: &[
            "guard.rs",
            "plan.rs",
            "query.rs",
            "transform.rs",
            "device.rs",
            "planner.rs",
            "trace.rs",
            "types.rs",
        ],
    },
    Header {
        name: "heffte_abi.h",
        config: "cbindgen_abi.toml",
        sources: &[
            "guard.rs",
            "abi/types.rs",
            "abi/plan.rs",
            "abi/execute.rs",
            "abi/device.rs",
            "abi/geometry.rs",
            "abi/planner.rs",
            "abi/trace.rs",
        ],
    },
];

/// Writes the headers, or checks that they are as they would be written.
pub fn run(check: bool) -> Result<()> {
    HEADERS.iter().try_for_each(|header| header.run(check))
}

impl Header {
    fn run(&self, check: bool) -> Result<()> {
        let directory = at("rust/heffte-c");
        let config = cbindgen::Config::from_file(directory.join(self.config)).map_err(anyhow::Error::msg)?;
        let sources = self.sources.iter().map(|source| directory.join("src").join(source));
        let builder = sources.fold(cbindgen::Builder::new().with_config(config), cbindgen::Builder::with_src);
        let mut bytes = Vec::new();
        builder.generate()?.write(&mut bytes);
        let made = tidied(&String::from_utf8(bytes)?);

        let path = at("include").join(self.name);
        if !check {
            return fs::write(&path, made).with_context(|| format!("cannot write {}", path.display()));
        }
        if fs::read_to_string(&path).unwrap_or_default() != made {
            bail!("include/{} is not what rust/heffte-c makes: run `cargo xtask header` and commit it", self.name);
        }
        Ok(())
    }
}

/// Rust's section on what must hold for a call to be safe reads as a sentence in C.
fn tidied(header: &str) -> String {
    header.replace(" * # Safety\n * ", " * Requires: ")
}
