//! Making a plan: every rank says what it wants, and either all get a plan or all get the same error.

use std::sync::Mutex;

use mpi::ffi::MPI_Comm;
use mpi::raw::AsRaw;

use super::assembly::{Known, ask, question};
use super::execute::{State, Way};
use super::program::{Program, messages_len};
use super::{Plan, Sizes};
use crate::array::ElementType;
use crate::comm::{Comm, Node};
use crate::error::{Error, Result};
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
        let Known { spec, problem, machine } = ask(&comm, spec.and_then(Spec::checked))?;
        let mut recipe = Recipe::new(problem, machine);
        let way = Way::new(&comm, &spec, &mut recipe)?;
        let sizes = Sizes::of(&recipe, &way, comm.rank());
        let mut plan = Plan { comm, spec, recipe, sizes, state: Mutex::new(State::new(way)) };
        if spec.options.tune {
            plan.tune()?;
        }
        Ok(plan)
    }

    /// What a plan finds out about its ranks where they are many, for tests with few. Collective.
    ///
    /// # Errors
    /// As for [`Plan::new`].
    #[doc(hidden)]
    pub fn problem_of_many(comm: &impl AsRaw<Raw = MPI_Comm>, spec: Spec) -> Result<Problem> {
        // SAFETY: the communicator is one of the mpi crate, so a handle of this MPI library.
        let comm = unsafe { Comm::duplicate(comm.as_raw()) }?;
        Ok(question(&comm, spec.checked())?.problem)
    }
}

impl Sizes {
    pub(super) fn of(recipe: &Recipe, way: &Way, rank: usize) -> Sizes {
        Sizes {
            needed: way.program.needed_len(),
            messages: messages_len(recipe, rank),
            largest_box: recipe.largest_complex_box(rank),
        }
    }
}

impl Way {
    /// Through shared memory where that is wanted and there, else by messages; the recipe is told. Collective.
    pub(super) fn new(comm: &Comm, spec: &Spec, recipe: &mut Recipe) -> Result<Way> {
        if spec.options.use_shared_memory && comm.size() > 1 && recipe.stages().len() > 1 {
            match Way::by_memory(comm, spec, recipe) {
                Ok(way) => return Ok(way),
                Err(error) => recipe.use_messages(format!("{} ({error})", spec.options.transport.name())),
            }
        }
        Way::by_messages(comm, spec, recipe)
    }

    /// Through the memory of the node of all ranks, where it has room for single transforms of the higher precision.
    ///
    /// # Errors
    /// Why there is none; the same on all ranks.
    fn by_memory(comm: &Comm, spec: &Spec, recipe: &Recipe) -> Result<Way> {
        if !recipe.machine().reads_memory(comm.size()) {
            return Err(Error::SharedMemory { reason: "the ranks are on several nodes".to_owned() });
        }
        let program = Program::of_node(recipe, spec, comm.rank());
        let ends_elsewhere = i64::from(program.ends_elsewhere(comm.rank()));
        let (node, ends_elsewhere) =
            Node::find(comm, program.area_lens(), ElementType::Complex128.size(), ends_elsewhere)?;
        Ok(Way { program, exchanges: Vec::new(), node: Some(node), ends_elsewhere: ends_elsewhere > 0 })
    }

    /// By messages. Collective.
    pub(super) fn by_messages(comm: &Comm, spec: &Spec, recipe: &Recipe) -> Result<Way> {
        let order = recipe.inner_order();
        let schedules = recipe.stages().windows(2).map(|pair| {
            // Forward, data leaves the first stage; its pieces are those of `after`, then of `before` of the second.
            Schedule::between(&pair[0].after, &pair[1].before, comm.rank(), order)
        });
        let exchanges = Exchange::prepare(comm, schedules.collect(), spec.options.transport, spec.options.count_limit)?;
        let program = Program::of_messages(recipe, spec, comm.rank(), &exchanges);
        Ok(Way { program, exchanges, node: None, ends_elsewhere: false })
    }
}
