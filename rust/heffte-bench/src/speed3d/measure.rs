//! Transforming and taking the time.

use std::time::Instant;

use anyhow::Result;
use heffte::{BackendKind, Call, Complex, Direction, Element, Plan, RawArray, Scale};
use mpi::collective::SystemOperation;
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;
use num_traits::Float;

use super::arguments::Problem;
use super::arrays::{self, Array, Number, RealNumber};
use super::data::Uniform;
use super::grids;

/// What came of it, the same on all ranks but for the memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    pub ranks: usize,
    pub grids: [[i64; 3]; 5],
    /// What transformed the lines.
    pub backend: BackendKind,
    /// Of one transform of the batch, in one direction.
    pub seconds: f64,
    /// MiB of this rank's boxes and workspace.
    pub memory: usize,
    /// The greatest deviation on any rank, where it was asked for.
    pub error: Option<f64>,
}

impl Measured {
    /// Whether the result is right, as far as it was looked at. An error that is no number is wrong.
    pub fn is_right(&self, problem: &Problem) -> bool {
        self.error.is_none_or(|error| error <= problem.precision.tolerance())
    }
}

/// Complex data, forward and backward in one array.
pub fn complex<R: RealNumber>(comm: &SimpleCommunicator, problem: &Problem) -> Result<Measured>
where
    Complex<R>: Element,
{
    in_place(comm, problem, |count| Uniform::new().complexes(count), |a: Complex<R>, b| distance((a - b).norm()))
}

/// Real data by cosines or sines, forward and backward in one array.
pub fn cosines<R: RealNumber>(comm: &SimpleCommunicator, problem: &Problem) -> Result<Measured> {
    in_place(comm, problem, |count| Uniform::new().reals(count), |a: R, b| distance((a - b).abs()))
}

fn in_place<E: Number>(
    comm: &SimpleCommunicator,
    problem: &Problem,
    make: impl Fn(usize) -> Vec<E>,
    distance: impl Fn(E, E) -> f64,
) -> Result<Measured> {
    let plan = plan(comm, problem)?;
    let backend = plan.backend();
    let length = problem.batch * plan.size_inbox().max(plan.size_outbox());
    let input = make(problem.batch * plan.size_inbox());
    let mut data = Array::of(backend, &input, length)?;
    let array = data.raw();
    let mut workspace = Array::<E>::scratch(backend, problem.batch * plan.size_workspace())?;
    let seconds = seconds(comm, &plan, problem, [array, array], workspace.raw())?;
    let data = data.read()?;
    let deviation = input.iter().zip(&*data).map(|(a, b)| distance(*a, *b));
    Ok(measured(comm, problem, &plan, seconds, size_of::<E>(), deviation))
}

/// Real data, forward to another array and back.
pub fn real<R: RealNumber>(comm: &SimpleCommunicator, problem: &Problem) -> Result<Measured>
where
    Complex<R>: Element,
{
    let plan = plan(comm, problem)?;
    let backend = plan.backend();
    let input: Vec<R> = Uniform::new().reals(problem.batch * plan.size_inbox());
    let mut data = Array::of(backend, &input, input.len())?;
    let mut spectrum = Array::<Complex<R>>::scratch(backend, problem.batch * plan.size_outbox())?;
    let mut workspace = Array::<Complex<R>>::scratch(backend, problem.batch * plan.size_workspace())?;
    let seconds = seconds(comm, &plan, problem, [data.raw(), spectrum.raw()], workspace.raw())?;
    let data = data.read()?;
    let deviation = input.iter().zip(&*data).map(|(a, b)| distance((*a - *b).abs()));
    Ok(measured(comm, problem, &plan, seconds, size_of::<Complex<R>>(), deviation))
}

pub(super) fn plan(comm: &SimpleCommunicator, problem: &Problem) -> Result<Plan> {
    arrays::choose_device(comm, problem)?;
    let spec = grids::spec(problem, comm.rank() as usize, comm.size() as usize)?;
    Ok(Plan::new(comm, spec)?)
}

fn distance<R: Float>(value: R) -> f64 {
    value.to_f64().unwrap_or(f64::NAN)
}

/// Of one transform: a pair to warm up, then pairs with the caller's workspace, over twice their number.
fn seconds(
    comm: &SimpleCommunicator,
    plan: &Plan,
    problem: &Problem,
    [inbox, outbox]: [RawArray; 2],
    workspace: RawArray,
) -> Result<f64> {
    let pair = |workspace: Option<RawArray>| -> Result<()> {
        let forward =
            Call { workspace, batch: problem.batch, ..Call::new(Direction::Forward, inbox, outbox, Scale::Full) };
        let backward =
            Call { workspace, batch: problem.batch, ..Call::new(Direction::Backward, outbox, inbox, Scale::None) };
        // SAFETY: the caller's arrays have room for the batch and live until it returns; nobody else uses them.
        unsafe {
            plan.execute(Ok(forward))?;
            plan.execute(Ok(backward))?;
        }
        Ok(())
    };
    pair(None)?;
    arrays::finish(plan)?;
    comm.barrier();
    let begin = Instant::now();
    for _ in 0..problem.runs {
        pair(Some(workspace))?;
    }
    arrays::finish(plan)?;
    comm.barrier();
    Ok(maximum(comm, begin.elapsed().as_secs_f64()) / (2.0 * problem.runs as f64))
}

pub(super) fn measured(
    comm: &SimpleCommunicator,
    problem: &Problem,
    plan: &Plan,
    seconds: f64,
    element_bytes: usize,
    deviation: impl Iterator<Item = f64>,
) -> Measured {
    let elements = plan.size_inbox() + plan.size_outbox() + plan.size_workspace();
    // A maximum that would pass over what is no number would call it right.
    let worst = |a: f64, b: f64| if b.is_nan() || b > a { b } else { a };
    let error = problem.check_error.then(|| maximum(comm, deviation.fold(0.0, worst)));
    Measured {
        ranks: comm.size() as usize,
        grids: grids::of(&plan.recipe()),
        backend: plan.backend(),
        seconds,
        memory: (elements * element_bytes) >> 20,
        error,
    }
}

/// The greatest of all ranks; infinity where one has no number.
pub(super) fn maximum(comm: &SimpleCommunicator, own: f64) -> f64 {
    let own = if own.is_nan() { f64::INFINITY } else { own };
    let mut greatest = 0.0;
    comm.all_reduce_into(&own, &mut greatest, SystemOperation::max());
    greatest
}
