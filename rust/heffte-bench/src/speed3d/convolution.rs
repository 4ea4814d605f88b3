//! The cyclic convolution of two fields, by way of their transforms.

use std::time::Instant;

use anyhow::Result;
use heffte::geometry::Box3d;
use heffte::{Call, Complex, Direction, Element, Plan, Scale};
use mpi::collective::SystemOperation;
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;
use num_traits::{Float, NumCast};

use super::arguments::Problem;
use super::arrays::{self, Array, Number, RealNumber};
use super::data::{Uniform, scattered};
use super::measure::{Measured, maximum, measured, plan};

/// Points at which the result is compared with the sum that defines it.
const SAMPLES: usize = 4;

/// `X * Y`, as often as is asked for; the time is that of one convolution.
pub fn measure<R: RealNumber>(comm: &SimpleCommunicator, problem: &Problem) -> Result<Measured>
where
    Complex<R>: Element,
{
    let plan = plan(comm, problem)?;
    let inbox = plan.inbox();
    let world = Points { size: problem.size };
    let (near, far) = (problem.batch * plan.size_inbox(), problem.batch * plan.size_outbox());
    let x: Vec<Complex<R>> = Uniform::new().complexes(near);
    // Every rank can tell every element of it.
    let once: Vec<Complex<R>> = points_of(&inbox).map(|point| second(world.index(point))).collect();
    let mut fields = Fields::new(&plan, problem.batch, [&x, &once.repeat(problem.batch)], far)?;
    fields.convolve(&plan)?;
    arrays::finish(&plan)?;
    comm.barrier();
    let begin = Instant::now();
    for _ in 0..problem.runs {
        fields.convolve(&plan)?;
    }
    arrays::finish(&plan)?;
    comm.barrier();
    let seconds = maximum(comm, begin.elapsed().as_secs_f64()) / problem.runs as f64;
    let errors = match problem.check_error {
        true => errors(comm, &world, &inbox, &x, &fields.result.read()?),
        false => Vec::new(),
    };
    Ok(measured(comm, problem, &plan, seconds, size_of::<Complex<R>>(), errors.into_iter()))
}

/// Two fields, their spectra, and what comes of them.
struct Fields<E> {
    batch: usize,
    fields: [Array<E>; 2],
    waves: [Array<E>; 2],
    result: Array<E>,
    workspace: Array<E>,
}

impl<E: Number> Fields<E> {
    fn new(plan: &Plan, batch: usize, [x, y]: [&[E]; 2], waves: usize) -> Result<Fields<E>> {
        let scratch = |length| Array::scratch(plan.backend(), length);
        let field = |data: &[E]| Array::of(plan.backend(), data, data.len());
        Ok(Fields {
            batch,
            fields: [field(x)?, field(y)?],
            waves: [scratch(waves)?, scratch(waves)?],
            result: scratch(x.len())?,
            workspace: scratch(batch * plan.size_workspace())?,
        })
    }

    fn convolve(&mut self, plan: &Plan) -> Result<()> {
        let (workspace, batch) = (Some(self.workspace.raw()), self.batch);
        let run = |direction, from, to, scale| {
            let call = Call { workspace, batch, ..Call::new(direction, from, to, scale) };
            // SAFETY: the arrays have room for the batch and live until the plan is done with them; nobody else uses them.
            unsafe { plan.execute(Ok(call)) }
        };
        for (field, waves) in self.fields.iter_mut().zip(&mut self.waves) {
            run(Direction::Forward, field.raw(), waves.raw(), Scale::None)?;
        }
        let [first, second] = &mut self.waves;
        first.multiply_by(second)?;
        Ok(run(Direction::Backward, first.raw(), self.result.raw(), Scale::Full)?)
    }
}

/// The world that all ranks share.
struct Points {
    size: [i64; 3],
}

impl Points {
    fn index(&self, [x, y, z]: [i64; 3]) -> u64 {
        (x + self.size[0] * (y + self.size[1] * z)) as u64
    }

    fn count(&self) -> i64 {
        self.size.iter().product()
    }
}

/// The points of a box as they lie in memory.
fn points_of(b: &Box3d) -> impl Iterator<Item = [i64; 3]> {
    let (low, size, order) = (b.low, b.size(), b.order.dimensions());
    (0..b.count() as i64).map(move |mut index| {
        let mut point = low;
        for axis in order {
            point[axis] += index % size[axis];
            index /= size[axis];
        }
        point
    })
}

/// An element of the second field.
fn second<R: Float>(index: u64) -> Complex<R> {
    let number = |index| <R as NumCast>::from(scattered(index)).expect("a number from 0 to 1 fits any float");
    Complex::new(number(2 * index), number(2 * index + 1))
}

/// How far the first convolution of the batch is from its definition, as a fraction of the number of points, at some of them: the
/// same on all ranks. Collective.
fn errors<R: Float>(
    comm: &SimpleCommunicator,
    world: &Points,
    inbox: &Box3d,
    x: &[Complex<R>],
    result: &[Complex<R>],
) -> Vec<f64> {
    let wide =
        |value: Complex<R>| Complex::new(value.re.to_f64().unwrap_or(f64::NAN), value.im.to_f64().unwrap_or(f64::NAN));
    let error = |sample: usize| {
        let mut rest = world.count() * sample as i64 / SAMPLES as i64;
        let at = world.size.map(|n| {
            let coordinate = rest % n;
            rest /= n;
            coordinate
        });
        let mut difference = Complex::new(0.0, 0.0);
        for (index, point) in points_of(inbox).enumerate() {
            let shifted = std::array::from_fn(|d| (at[d] - point[d]).rem_euclid(world.size[d]));
            difference += wide(x[index]) * wide(second(world.index(shifted)));
            if point == at {
                difference -= wide(result[index]);
            }
        }
        let mut all = [0.0; 2];
        comm.all_reduce_into(&[difference.re, difference.im], &mut all, SystemOperation::sum());
        all[0].hypot(all[1]) / world.count() as f64
    };
    (0..SAMPLES).map(error).collect()
}
