//! Ways that compete.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::array::{ElementType, RawArray};
use crate::comm::Comm;
use crate::error::{Error, Result};
use crate::gpu::{self, DeviceArray};
use crate::options::{Direction, Scale, Transport};
use crate::plan::assembly::Nodes;
use crate::plan::execute::{State, Way};
use crate::plan::{Body, Call, Plan, Sizes};
use crate::recipe::Recipe;

/// Time to spend on all ways together, after each was run once.
const NANOSECONDS: u64 = 1_000_000_000;

/// The most transforms that are timed of each way.
const ROUNDS: u64 = 5;

/// A way that may be the fastest.
pub(super) struct Trial {
    recipe: Recipe,
    /// What it is carried by, if not by shared memory.
    transport: Option<Transport>,
    /// There from [`Trial::prepare`] on.
    body: Option<Body>,
}

impl Trial {
    /// All ways to try: the routes through shared memory where `plan` goes through that alone, else by each transport. Without
    /// an exchange there is nothing to carry.
    pub fn all(plan: &Plan, recipes: Vec<Recipe>) -> Vec<Trial> {
        let transports = [Transport::Alltoallv, Transport::P2pPlined, Transport::P2p, Transport::Alltoall].map(Some);
        let carriers = if plan.body.shares_all() { &[None][..] } else { &transports };
        let of_recipe = |recipe: Recipe| {
            let worth_it = if recipe.stages().len() == 1 { &transports[..1] } else { carriers };
            worth_it.iter().map(move |&transport| Trial { recipe: recipe.clone(), transport, body: None })
        };
        recipes.into_iter().flat_map(of_recipe).collect()
    }

    /// What a wisdom file calls it: the route and the carrier.
    pub fn names(&self) -> (String, String) {
        (self.recipe.route_name(), self.transport.map_or("shared memory", Transport::name).to_owned())
    }

    /// Whether a wisdom file calls it that.
    pub fn is(&self, route: &str, carrier: &str) -> bool {
        let (own_route, own_carrier) = self.names();
        own_route == route && own_carrier == carrier
    }

    /// Makes what it takes to run. Collective.
    ///
    /// # Errors
    /// [`Error::Mpi`], [`Error::Device`].
    pub fn prepare(&mut self, plan: &Plan) -> Result<()> {
        let mut spec = plan.spec;
        spec.options.transport = self.transport.unwrap_or(spec.options.transport);
        let (nodes, _) = Nodes::find(&plan.comm, &spec, 0)?;
        self.body = Some(if spec.backend.is_device() {
            spec.device = plan.device();
            Body::Device(gpu::Engine::new(&plan.comm, &spec, &mut self.recipe, nodes.is_one)?)
        } else {
            let way = Way::new(&plan.comm, nodes, &spec, &mut self.recipe)?;
            Body::Host(Mutex::new(State::new(way)))
        });
        Ok(())
    }

    /// Lets go of what it shares with other ranks. Waits for none.
    pub fn retire(&self, comm: &Comm) {
        if let Some(Body::Device(engine)) = &self.body {
            engine.retire(comm);
        }
    }
}

impl Body {
    /// Whether all ranks read each other's memory.
    fn shares_all(&self) -> bool {
        match self {
            Body::Host(state) => state.lock().unwrap_or_else(PoisonError::into_inner).way().node.is_some(),
            Body::Device(engine) => engine.is_shared(),
        }
    }

    /// Gives its way to `other` for the one there; the workspace, which serves any way, stays. Elements of it that the new way needs.
    fn change_ways(&mut self, other: &mut Body) -> usize {
        match (self, other) {
            (Body::Host(own), Body::Host(other)) => {
                let [own, other] = [own, other].map(|state| state.get_mut().unwrap_or_else(PoisonError::into_inner));
                own.change_ways(other);
                own.way().program.needed_len()
            }
            (Body::Device(own), Body::Device(other)) => {
                own.change_ways(other);
                own.needed_len()
            }
            _ => unreachable!("ways of a plan are in the same memory"),
        }
    }
}

impl Plan {
    /// Changes the ways of the plan and of a trial that is prepared. The workspace stays with the plan.
    pub(super) fn change_places(&mut self, trial: &mut Trial) {
        if let Some(other) = &mut trial.body {
            let needed = self.body.change_ways(other);
            std::mem::swap(&mut self.recipe, &mut trial.recipe);
            self.sizes = Sizes::of(&self.recipe, needed, self.comm.rank());
        }
    }
}

/// An array to tune with, where the plan wants its arrays.
enum Scratch {
    Host(Vec<f64>, ElementType),
    Device(DeviceArray),
}

impl Scratch {
    fn new(plan: &Plan, len: usize, element: ElementType) -> Result<Scratch> {
        match &plan.body {
            Body::Host(_) => zeros(len * element.size()).map(|memory| Scratch::Host(memory, element)),
            // A device takes its time whatever the numbers are.
            Body::Device(engine) => engine.array(len, element).map(Scratch::Device),
        }
    }

    fn raw(&mut self) -> RawArray {
        match self {
            Scratch::Host(memory, element) => {
                RawArray { address: memory.as_mut_ptr().cast(), len: None, element: *element }
            }
            Scratch::Device(array) => array.raw(),
        }
    }
}

/// The nanoseconds that each way takes for a forward transform in double precision: the least of some on each rank, the most
/// of all ranks. Collective.
///
/// # Errors
/// Where there is no memory for that, the same on all ranks; [`Error::Mpi`].
pub(super) fn race(plan: &mut Plan, trials: &mut [Trial]) -> Result<Vec<u64>> {
    let output = plan.domain().usual();
    let input = if plan.is_r2c() { ElementType::Float64 } else { output };
    let of_boxes = Scratch::new(plan, plan.size_inbox(), input)
        .and_then(|input| Ok([input, Scratch::new(plan, plan.size_outbox(), output)?]));
    let mut scratch = plan.comm.agree(of_boxes)?;
    let [from, to] = scratch.each_mut().map(Scratch::raw);
    let call = Call::new(Direction::Forward, from, to, Scale::None);

    let mut first = 0;
    for trial in trials.iter_mut() {
        trial.prepare(plan)?;
        // Everything that a first call makes is made here.
        first += time(plan, trial, call)?;
    }
    let first = plan.comm.max(&[first as i64])?[0] as u64;
    let rounds = (NANOSECONDS / first.max(1)).clamp(1, ROUNDS);
    let mut least = vec![i64::MAX; trials.len()];
    // In turn, so that what else happens on the machine happens to all alike.
    for _ in 0..rounds {
        for (least, trial) in least.iter_mut().zip(&mut *trials) {
            *least = time(plan, trial, call)?.min(*least as u64) as i64;
        }
    }
    let most = plan.comm.max(&least)?;
    Ok(most.into_iter().map(|nanoseconds| nanoseconds as u64).collect())
}

fn time(plan: &mut Plan, trial: &mut Trial, call: Call) -> Result<u64> {
    plan.change_places(trial);
    let begin = Instant::now();
    // SAFETY: both arrays are as long as the boxes need, and are ours.
    let mut result = unsafe { plan.execute(Ok(call)) }.and(plan.synchronize(call.stream));
    let nanoseconds = begin.elapsed().as_nanos() as u64;
    plan.change_places(trial);
    if plan.device().is_some() {
        // A device may fail in what was queued when the ranks had agreed.
        result = plan.comm.agree(result);
    }
    result.map(|()| nanoseconds)
}

/// Zeros in so many bytes.
fn zeros(bytes: usize) -> Result<Vec<f64>> {
    let mut memory = Vec::new();
    let len = bytes.div_ceil(size_of::<f64>());
    memory.try_reserve_exact(len).map_err(|_| Error::Allocation { what: "arrays to tune with", bytes })?;
    memory.resize(len, 0.0);
    Ok(memory)
}
