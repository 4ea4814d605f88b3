//! Making a plan: every rank says what it wants, and either all get a plan or all get the same error.

use std::sync::Mutex;

use mpi::ffi::MPI_Comm;
use mpi::raw::AsRaw;

use super::Plan;
use super::execute::State;
use super::program::Program;
use crate::comm::Comm;
use crate::error::Result;
use crate::exchange::{Exchange, Schedule};
use crate::recipe::{Problem, Recipe};
use crate::spec::Spec;

impl Plan {
    /// A plan for what all ranks of `comm` say in their `spec`. Collective.
    ///
    /// # Errors
    /// What any rank finds wrong with its own spec, or all find wrong with the specs together: the same on all ranks.
    pub fn new(comm: &impl AsRaw<Raw = MPI_Comm>, spec: Spec) -> Result<Plan> {
        // SAFETY: the communicator is one of the mpi crate, so a handle of this MPI library.
        unsafe { Plan::from_raw(comm.as_raw(), Ok(spec)) }
    }

    /// As [`Plan::new`], for the language borders: a rank that could not even make its spec passes its error, which
    /// then all ranks return. Collective.
    ///
    /// # Errors
    /// As for [`Plan::new`]. A communicator that cannot be used is this rank's error alone, since it reaches nobody.
    ///
    /// # Safety
    /// `comm` is a communicator handle of this MPI library; it may be null or freed.
    pub unsafe fn from_raw(comm: MPI_Comm, spec: Result<Spec>) -> Result<Plan> {
        // SAFETY: the caller vouches for the handle.
        let comm = unsafe { Comm::duplicate(comm) }?;
        let spec = comm.agree(spec.and_then(Spec::checked))?;
        let words = comm.all_gather(spec.to_words())?;
        let specs: Vec<Spec> = words.iter().map(Spec::from_words).collect::<Result<_>>()?;

        let recipe = Recipe::new(Problem::new(&specs)?);
        let order = recipe.inner_order();
        let schedules = recipe.stages().windows(2).map(|pair| {
            // Forward, data leaves the first stage; its pieces are those of `after`, then of `before` of the second.
            Schedule::between(&pair[0].after, &pair[1].before, comm.rank(), order)
        });
        let options = spec.options;
        let exchanges = Exchange::prepare(&comm, schedules.collect(), options.transport, options.count_limit)?;
        let program = Program::new(&recipe, &spec, comm.rank(), &exchanges);
        Ok(Plan { comm, spec, recipe, program, state: Mutex::new(State::new(exchanges)) })
    }
}
