//! The demo: a turbulent flow on 2 ranks, and its picture.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::paths::at;
use crate::setup::Tools;
use crate::{build, command};

/// Builds, installs, simulates, draws.
pub fn run(tools: &Tools) -> Result<()> {
    build::install(tools, &build::SHARED, &[])?;
    eprintln!("The Taylor-Green vortex on 2 ranks:");
    command::show("the simulation", &mut simulation(tools))?;
    println!("The picture is {}", picture().display());
    Ok(())
}

/// Where it is drawn.
pub fn picture() -> PathBuf {
    at("build/taylor_green.png")
}

/// The simulation, with what is installed.
pub fn simulation(tools: &Tools) -> Command {
    let mut command = tools.on_ranks(2, &tools.python);
    command.arg(at("examples/python/taylor_green.py")).arg("--output").arg(picture());
    command.env("PYTHONPATH", build::SHARED.prefix().join("share/heffte/python"));
    command
}
