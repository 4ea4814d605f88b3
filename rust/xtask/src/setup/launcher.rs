//! MPI's launcher, which differs between MPIs in what it says to more ranks than cores and to the root user.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::command;

/// Seconds after which the launcher ends the program by itself.
const SECONDS: &str = "600";

/// `mpiexec`.
pub struct Launcher {
    program: PathBuf,
    is_open_mpi: bool,
}

impl Launcher {
    /// The launcher that lies beside `mpicc`, or the one that `MPIEXEC` names.
    pub fn beside(mpicc: &Path) -> Result<Launcher> {
        let given = std::env::var_os("MPIEXEC").filter(|value| !value.is_empty()).map(PathBuf::from);
        let program = given.unwrap_or_else(|| mpicc.with_file_name("mpiexec"));
        let version = command::run("asking mpiexec for its version", Command::new(&program).arg("--version"))
            .with_context(|| format!("{} does not answer: let MPIEXEC name MPI's launcher", program.display()))?;
        let is_open_mpi = version.contains("Open MPI") || version.contains("OpenRTE") || version.contains("PRTE");
        Ok(Launcher { program, is_open_mpi })
    }

    /// The program.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// What it wants on its command line to run more ranks than there are cores.
    pub fn flags(&self) -> &'static [&'static str] {
        if self.is_open_mpi { &["--oversubscribe"] } else { &[] }
    }

    /// What it wants in its environment besides for more ranks than there are cores: MPICH's ranks spin while they wait, and
    /// hinder those they wait for, unless they sleep now and then. In collective calls through shared memory they never sleep; in
    /// those made of messages they do. Open MPI's ranks let others run where it knows that there are too many; of other programs it does not know.
    pub fn variables_of_a_crowd(&self) -> &'static [(&'static str, &'static str)] {
        if self.is_open_mpi {
            &[("OMPI_MCA_mpi_yield_when_idle", "1")]
        } else {
            &[
                ("MPIR_CVAR_ENABLE_HEAVY_YIELD", "1"),
                ("MPIR_CVAR_POLLS_BEFORE_YIELD", "100"),
                ("MPIR_CVAR_DEVICE_COLLECTIVES", "none"),
            ]
        }
    }

    /// What it wants in its environment: a time limit, and leave to run for the root user.
    pub fn variables(&self) -> &'static [(&'static str, &'static str)] {
        const LIMIT: (&str, &str) = ("MPIEXEC_TIMEOUT", SECONDS);
        if self.is_open_mpi {
            &[LIMIT, ("OMPI_ALLOW_RUN_AS_ROOT", "1"), ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1")]
        } else {
            &[LIMIT]
        }
    }
}
