//! This library as a peer.

use std::time::Instant;

use anyhow::{Result, ensure};
use heffte::geometry::{Box3d, split_world};
use heffte::{Complex, Element, Plan, PlanOptions, Scale, Spec};
use mpi::collective::SystemOperation;
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;

use super::case::{Kind, Precision, Shape, Size};
use super::record::Line;
use super::signal::Signal;

/// What `peer.h` documents.
#[derive(clap::Args)]
pub struct Options {
    nx: i64,
    ny: i64,
    nz: i64,
    kind: Kind,
    precision: Precision,
    shape: Shape,
    calls: usize,
    check: u8,
    scratch: String,
    threads: usize,
    /// `ours`, `messages` for the same without shared memory, or `threads` for the same with `threads` threads.
    variant: String,
}

/// Elements of one side of a transform, from and to complex numbers of the higher precision.
trait Scalar: Element {
    fn from_complex(value: Complex<f64>) -> Self;
    fn to_complex(self) -> Complex<f64>;
}

macro_rules! scalars {
    ($($real:ty),*) => {$(
        impl Scalar for $real {
            fn from_complex(value: Complex<f64>) -> $real {
                value.re as $real
            }
            fn to_complex(self) -> Complex<f64> {
                Complex::new(f64::from(self), 0.0)
            }
        }
        impl Scalar for Complex<$real> {
            fn from_complex(value: Complex<f64>) -> Complex<$real> {
                Complex::new(value.re as $real, value.im as $real)
            }
            fn to_complex(self) -> Complex<f64> {
                Complex::new(f64::from(self.re), f64::from(self.im))
            }
        }
    )*};
}
scalars!(f32, f64);

/// The whole program of a rank.
pub fn run(options: &Options) -> Result<()> {
    let universe = mpi::initialize();
    ensure!(universe.is_some(), "MPI cannot be initialised");
    let Some(comm) = universe.as_ref().map(mpi::environment::Universe::world) else { return Ok(()) };
    match (options.kind, options.precision) {
        (Kind::C2c, Precision::F32) => measure::<Complex<f32>, Complex<f32>>(&comm, options),
        (Kind::C2c, Precision::F64) => measure::<Complex<f64>, Complex<f64>>(&comm, options),
        (Kind::R2c, Precision::F32) => measure::<f32, Complex<f32>>(&comm, options),
        (Kind::R2c, Precision::F64) => measure::<f64, Complex<f64>>(&comm, options),
    }
}

fn measure<I: Scalar, O: Scalar>(comm: &SimpleCommunicator, options: &Options) -> Result<()> {
    let size = Size([options.nx, options.ny, options.nz]);
    let plan = plan(comm, options, size)?;
    let signal = Signal::new(size, options.kind);
    let input: Vec<I> = points(plan.inbox()).map(|at| I::from_complex(signal.input(at))).collect();
    let mut output = vec![O::from_complex(Complex::new(0.0, 0.0)); plan.size_outbox()];
    let mut back = vec![I::from_complex(Complex::new(0.0, 0.0)); plan.size_inbox()];

    let mut seconds = Vec::new();
    for _ in 0..=options.calls {
        comm.barrier();
        let begin = Instant::now();
        plan.forward(&input, &mut output, Scale::None)?;
        plan.backward(&output, &mut back, Scale::None)?;
        seconds.push(reduced(comm, begin.elapsed().as_secs_f64() / 2.0, SystemOperation::max()));
    }
    // The first was to warm up.
    seconds.remove(0);
    let memory = reduced(comm, peak_memory(), SystemOperation::max());
    let is_checked = options.check != 0;
    let forward_error = is_checked.then(|| error(comm, &output, plan.outbox(), 1.0, |at| signal.spectrum(at)));
    let scale = size.points().recip();
    let round_trip = is_checked.then(|| error(comm, &back, plan.inbox(), scale, |at| signal.input(at)));
    if comm.rank() == 0 {
        let carrier = match options.variant.as_str() {
            "messages" => "alltoallv",
            _ => "shared memory",
        };
        let line = Line {
            peer: options.variant.clone(),
            options: if comm.size() == 1 { String::new() } else { carrier.to_owned() },
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seconds,
            error: forward_error,
            round_trip,
            memory,
        };
        println!("{}", serde_json::to_string(&line)?);
    }
    Ok(())
}

fn plan(comm: &SimpleCommunicator, options: &Options, size: Size) -> Result<Plan> {
    let (rank, ranks) = (comm.rank() as usize, comm.size() as usize);
    let grid = options.shape.grid(size, ranks);
    let world = Box3d::of_size(size.0);
    let inbox = split_world(&world, grid)[rank];
    let spec = match options.kind {
        Kind::C2c => Spec::c2c(inbox, inbox),
        Kind::R2c => Spec::r2c(inbox, split_world(&world.r2c(0), grid)[rank], 0)?,
    };
    let threads = if options.variant == "threads" { options.threads } else { 1 };
    let plan_options = PlanOptions { use_shared_memory: options.variant != "messages", threads, ..spec.options };
    Ok(Plan::new(comm, spec.with_options(plan_options))?)
}

/// The points of a box in the order of its elements.
fn points(b: Box3d) -> impl Iterator<Item = [i64; 3]> {
    (b.low[2]..=b.high[2])
        .flat_map(move |z| (b.low[1]..=b.high[1]).flat_map(move |y| (b.low[0]..=b.high[0]).map(move |x| [x, y, z])))
}

/// How far `found` times `scale` is from what is expected, relative, in the L2 norm over all ranks.
fn error<T: Scalar>(
    comm: &SimpleCommunicator,
    found: &[T],
    b: Box3d,
    scale: f64,
    expected: impl Fn([i64; 3]) -> Complex<f64>,
) -> f64 {
    let (mut difference, mut norm) = (0.0, 0.0);
    for (value, at) in found.iter().zip(points(b)) {
        let expected = expected(at);
        difference += (value.to_complex() * scale - expected).norm_sqr();
        norm += expected.norm_sqr();
    }
    let sum = |own| reduced(comm, own, SystemOperation::sum());
    (sum(difference) / sum(norm)).sqrt()
}

fn reduced(comm: &SimpleCommunicator, own: f64, operation: SystemOperation) -> f64 {
    let mut all = 0.0;
    comm.all_reduce_into(&own, &mut all, operation);
    all
}

/// Bytes of this process.
fn peak_memory() -> f64 {
    let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_SELF);
    usage.map_or(f64::NAN, |usage| usage.max_rss() as f64 * 1024.0)
}
