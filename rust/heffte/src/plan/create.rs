//! Making a plan: every rank says what it wants, and either all get a plan or all get the same error.

use std::sync::{Arc, Mutex};

use mpi::ffi::MPI_Comm;
use mpi::raw::AsRaw;

use super::assembly::{Known, Nodes, ask, question};
use super::execute::{State, Way};
use super::program::{Program, messages_len};
use super::vicinity::Vicinity;
use super::{Body, Plan, Sizes};
use crate::backend::{BackendKind, faster_than_stock};
use crate::comm::{Comm, Node};
use crate::error::{Error, ErrorKind, Result};
use crate::exchange::{Exchange, Schedule};
use crate::gpu;
use crate::recipe::{Problem, Recipe};
use crate::spec::Spec;
use crate::trace::{self, What};

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
    /// `comm` is a communicator handle of this MPI library; it may be null, and freed where handles are numbers, as those of MPICH are.
    pub unsafe fn from_raw(comm: MPI_Comm, spec: Result<Spec>) -> Result<Plan> {
        // SAFETY: the caller vouches for the handle.
        let (comm, duplicated) = unsafe { Comm::duplicate(comm) }?;
        let begin = trace::now();
        let Known { mut spec, problem, nodes, is_waiting } = ask(&comm, duplicated.and(spec).and_then(Spec::checked))?;
        if let Some(is_waiting) = is_waiting {
            trace::join(&comm, is_waiting)?;
        }
        let picked = (spec.backend == BackendKind::Auto).then(|| pick(&comm, &problem)).transpose()?;
        spec.backend = picked.as_ref().map_or(spec.backend, |(backend, _)| *backend);
        let mut recipe = Recipe::new(problem, nodes.machine);
        let (needed, body) = if spec.backend.is_device() {
            let engine = gpu::Engine::new(&comm, &spec, &mut recipe, nodes.is_one)?;
            (engine.needed_len(), Body::Device(engine))
        } else {
            let way = Way::new(&comm, nodes, &spec, &mut recipe)?;
            (way.program.needed_len(), Body::Host(Mutex::new(State::new(way))))
        };
        let sizes = Sizes::of(&recipe, needed, comm.rank());
        let mut plan = Plan { comm, spec, recipe, sizes, body };
        if spec.options.tune {
            plan.tune()?;
        }
        if let Some((_, words)) = picked {
            plan.recipe.set_picked(words);
        }
        trace::record(What::Plan, begin);
        Ok(plan)
    }

    /// What a plan finds out about its ranks where they are many, for tests with few. Collective.
    ///
    /// # Errors
    /// As for [`Plan::new`].
    #[doc(hidden)]
    pub fn problem_of_many(comm: &impl AsRaw<Raw = MPI_Comm>, spec: Spec) -> Result<Problem> {
        // SAFETY: the communicator is one of the mpi crate, so a handle of this MPI library.
        let (comm, duplicated) = unsafe { Comm::duplicate(comm.as_raw()) }?;
        Ok(question(&comm, duplicated.and(spec.checked()))?.problem)
    }
}

/// The backend that should be the fastest of those that all ranks can load, and why, in words. Collective.
fn pick(comm: &Comm, problem: &Problem) -> Result<(BackendKind, String)> {
    let mut refused = Vec::new();
    for (backend, ratio) in faster_than_stock(problem.world_in.size(), problem.kinds) {
        if comm.max(&[i64::from(backend.check().is_err())])?[0] == 0 {
            let words =
                format!("{}, picked by auto: its lines should take {ratio:.2} of the time of stock's", backend.name());
            return Ok((backend, words));
        }
        refused.push(backend.name());
    }
    let reason = match &refused[..] {
        [] => "no other should be faster".to_owned(),
        names => format!("{} should be faster, but not all ranks can load it", names.join(" or ")),
    };
    Ok((BackendKind::Stock, format!("stock, picked by auto: {reason}")))
}

impl Sizes {
    /// With what a transform uses of a workspace.
    pub(super) fn of(recipe: &Recipe, needed: usize, rank: usize) -> Sizes {
        Sizes { needed, messages: messages_len(recipe, rank), largest_box: recipe.largest_box(rank) }
    }
}

impl Way {
    /// Through shared memory where that is wanted and there, else by messages; the recipe is told. Collective.
    pub(super) fn new(comm: &Comm, nodes: Nodes, spec: &Spec, recipe: &mut Recipe) -> Result<Way> {
        let transport = spec.options.transport.name();
        recipe.set_carrier(transport.to_owned(), false);
        if !spec.options.use_shared_memory || comm.size() == 1 || recipe.stages().len() == 1 {
            return Way::by_messages(comm, spec, recipe);
        }
        let (way, carrier) = if nodes.is_apart {
            let reason = "each rank is on a node of its own".to_owned();
            (Err(Error::SharedMemory { reason }), String::new())
        } else if nodes.is_one {
            (Way::by_memory(comm, spec, recipe), "shared memory".to_owned())
        } else {
            (Way::by_both(comm, nodes.local, spec, recipe), format!("shared memory and {transport}"))
        };
        match way {
            Ok(way) => {
                recipe.set_carrier(carrier, true);
                Ok(way)
            }
            Err(error) if error.kind() == ErrorKind::Memory => {
                recipe.set_carrier(format!("{transport} ({error})"), false);
                Way::by_messages(comm, spec, recipe)
            }
            Err(error) => Err(error),
        }
    }

    /// Through the memory of the node of all ranks, where it has room for single transforms of the higher precision.
    ///
    /// # Errors
    /// Why there is none; the same on all ranks.
    fn by_memory(comm: &Comm, spec: &Spec, recipe: &Recipe) -> Result<Way> {
        let program = Program::of_node(recipe, spec, comm.rank());
        let ends = i64::from(program.ends_elsewhere(comm.rank()));
        let (node, ends) = Node::find(comm, program.area_lens(), spec.domain().usual().size(), false, ends)?;
        let ends_elsewhere = ends.contains(&1);
        Ok(Way { program, exchanges: Vec::new(), node: Some(node), vicinity: None, ends_elsewhere })
    }

    /// Through shared memory inside each node, and by messages between them.
    ///
    /// # Errors
    /// Why that cannot be; the same on all ranks.
    fn by_both(comm: &Comm, local: Comm, spec: &Spec, recipe: &Recipe) -> Result<Way> {
        let schedules = schedules(comm, recipe);
        let vicinity = Vicinity::new(comm, local, recipe, &schedules)?;
        let exchanges = prepare(comm, schedules, spec, &vicinity.near_by())?;
        let program = Program::of_messages(recipe, spec, comm.rank(), &exchanges);
        Ok(Way { program, exchanges, node: None, vicinity: Some(vicinity), ends_elsewhere: false })
    }

    /// By messages. Collective.
    pub(super) fn by_messages(comm: &Comm, spec: &Spec, recipe: &Recipe) -> Result<Way> {
        let mut exchanges = prepare(comm, schedules(comm, recipe), spec, &Arc::default())?;
        let program = Program::of_messages(recipe, spec, comm.rank(), &exchanges);
        program.keeping_own().for_each(|index| exchanges[index].leave_own(comm.rank()));
        Ok(Way { program, exchanges, node: None, vicinity: None, ends_elsewhere: false })
    }
}

/// This rank's part in the exchanges of `recipe`.
fn schedules(comm: &Comm, recipe: &Recipe) -> Vec<Schedule> {
    let order = recipe.inner_order();
    let pairs = recipe.stages().windows(2);
    // Forward, data leaves the first stage; its pieces are those of `after`, then of `before` of the second.
    pairs.map(|pair| Schedule::between(&pair[0].after, &pair[1].before, comm.rank(), order)).collect()
}

fn prepare(comm: &Comm, schedules: Vec<Schedule>, spec: &Spec, near_by: &Arc<[bool]>) -> Result<Vec<Exchange>> {
    Exchange::prepare(comm, schedules, spec.options.transport, spec.options.count_limit, near_by)
}
