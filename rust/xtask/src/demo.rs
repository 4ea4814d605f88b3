//! The demo: a turbulent flow on 2 ranks, and its picture.

use anyhow::Result;

use crate::paths::at;
use crate::setup::Tools;
use crate::{build, command};

/// Builds, installs, simulates, draws.
pub fn run(tools: &Tools) -> Result<()> {
    build::install(tools, &build::SHARED, None)?;
    let picture = at("build/taylor_green.png");
    eprintln!("The Taylor-Green vortex on 2 ranks:");
    let mut simulation = tools.on_ranks(2, &tools.python);
    simulation.arg(at("examples/python/taylor_green.py")).arg("--output").arg(&picture);
    command::show("the simulation", simulation.env("PYTHONPATH", build::SHARED.prefix().join("share/heffte/python")))?;
    println!("The picture is {}", picture.display());
    Ok(())
}
