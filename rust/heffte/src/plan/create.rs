//! Making a plan: every rank says what it wants, and either all get a plan or all get the same error.

use std::sync::Mutex;

use mpi::ffi::MPI_Comm;
use mpi::raw::AsRaw;

use super::Plan;
use super::execute::State;
use super::program::Program;
use crate::array::ElementType;
use crate::comm::{Comm, Node};
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

        let mut recipe = Recipe::new(Problem::new(&specs)?);
        let order = recipe.inner_order();
        let schedules: Vec<Schedule> = recipe
            .stages()
            .windows(2)
            .map(|pair| {
                // Forward, data leaves the first stage; its pieces are those of `after`, then of `before` of the second.
                Schedule::between(&pair[0].after, &pair[1].before, comm.rank(), order)
            })
            .collect();
        let options = spec.options;
        let mut node = None;
        if options.use_shared_memory && comm.size() > 1 && !schedules.is_empty() {
            match share(&comm, &recipe, &schedules) {
                Ok(shared) => {
                    node = Some(shared);
                    recipe = recipe.carried_by("shared memory".to_owned());
                }
                Err(error) => {
                    let carrier = format!("{} ({error})", options.transport.name());
                    recipe = recipe.carried_by(carrier);
                }
            }
        }
        let mut exchanges =
            Exchange::prepare(&comm, schedules, options.transport, options.count_limit, node.is_some())?;
        if node.is_some() {
            exchanges.iter_mut().try_for_each(|exchange| exchange.learn_offsets(&comm))?;
        }
        let program = Program::new(&recipe, &spec, comm.rank(), &exchanges);
        Ok(Plan { comm, spec, recipe, program, state: Mutex::new(State::new(exchanges, node)) })
    }
}

/// The node of all ranks, where it has room for the largest exchange of a single transform of the higher precision.
///
/// # Errors
/// Why there is none; the same on all ranks.
fn share(comm: &Comm, recipe: &Recipe, schedules: &[Schedule]) -> Result<Node> {
    let slots = schedules.iter().enumerate().map(|(index, schedule)| {
        let len = schedule.near.len.max(schedule.far.len);
        if recipe.is_real_after(index) { len.div_ceil(2) } else { len }
    });
    Node::find(comm, slots.max().unwrap_or(0), ElementType::Complex128.size())
}
