//! include/heffte_c.h, which cbindgen makes from rust/heffte-c.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::paths::at;

/// Writes the header, or checks that it is as it would be written.
pub fn run(check: bool) -> Result<()> {
    let directory = at("rust/heffte-c");
    let config = cbindgen::Config::from_file(directory.join("cbindgen.toml")).map_err(anyhow::Error::msg)?;
    let bindings = cbindgen::Builder::new().with_crate(&directory).with_config(config).generate()?;
    let mut bytes = Vec::new();
    bindings.write(&mut bytes);
    let made = tidied(&String::from_utf8(bytes)?);

    let path = at("include/heffte_c.h");
    if !check {
        return fs::write(&path, made).with_context(|| format!("cannot write {}", path.display()));
    }
    if fs::read_to_string(&path).unwrap_or_default() != made {
        bail!("include/heffte_c.h is not what rust/heffte-c makes: run `cargo xtask header` and commit it");
    }
    Ok(())
}

/// Rust's section on what must hold for a call to be safe reads as a sentence in C.
fn tidied(header: &str) -> String {
    header.replace(" * # Safety\n * ", " * Requires: ")
}
