//! All transports, shared memory and any number of threads give the same bits.

use heffte::geometry::{Box3d, split_world};
use heffte::{BackendKind, Complex, Plan, PlanOptions, Scale, Spec, Transport};
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;

use crate::harness::Harness;
use crate::oracle::Field;
use crate::problem::{Problem, TRANSPORTS};

pub fn run(harness: &mut Harness<'_>) {
    let comm = harness.comm;
    for backend in BackendKind::on_host() {
        let what = "every_transport_whole_or_in_chunks_and_shared_memory_and_threads_give_the_same";
        let (what, cases) = match backend {
            BackendKind::Stock => (format!("{what}_bits"), 80),
            // These may have other code for lines that are left over of a batch, and how many these are depends on the way.
            other => (format!("{what}_numbers ({})", other.name()), 12),
        };
        harness.test(&what, || {
            for seed in 1000..1000 + (cases / comm.size() as u64).max(1) {
                all_ways(comm, backend, seed);
            }
        });
    }
    #[cfg(target_os = "linux")]
    harness.test("where_shared_memory_is_refused_to_a_call_messages_give_the_same_bits", || refused_memory(comm));
}

/// That all ways give the same, but for the last bits of backends in libraries of others.
fn all_ways(comm: &SimpleCommunicator, backend: BackendKind, seed: u64) {
    let mut problem = Problem { backend, ..Problem::random(comm.size() as usize, seed) };
    let base = PlanOptions { count_limit: i64::from(i32::MAX), ..problem.options };
    let real = problem.is_r2c();
    let input = Field::random(problem.size, seed, real).local(&problem.inboxes[comm.rank() as usize]);
    let bound = if backend == BackendKind::Stock { 0.0 } else { 1e-15 * problem.points() as f64 };
    // What nodes there are may change the route, and with it the last bits; how data travels on it may not.
    for pretended_node in [0, 2] {
        let base = PlanOptions { pretended_node, ..base };
        let results: Vec<Vec<Complex<f64>>> = ways(base, seed)
            .into_iter()
            .map(|options| {
                problem.options = options;
                transformed(comm, &problem, &input)
            })
            .collect();
        for (index, result) in results.iter().enumerate() {
            let is_same = result.iter().zip(&results[0]).all(|(a, b)| (a - b).norm() <= bound);
            assert!(is_same, "way {index} gives other numbers, case {seed}: {problem:?}");
        }
    }
}

/// Files of this process, memory files too, may not grow beyond so many bytes, as long as this lives.
#[cfg(target_os = "linux")]
struct FileLimit(rustix::process::Rlimit);

#[cfg(target_os = "linux")]
impl FileLimit {
    fn set(bytes: u64) -> FileLimit {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        // SAFETY: to ignore a signal needs no handler; a file that would grow too far is then an error.
        unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
        let before = getrlimit(Resource::Fsize);
        setrlimit(Resource::Fsize, Rlimit { current: Some(bytes), maximum: before.maximum }).expect("a lower limit");
        FileLimit(before)
    }
}

#[cfg(target_os = "linux")]
impl Drop for FileLimit {
    fn drop(&mut self) {
        rustix::process::setrlimit(rustix::process::Resource::Fsize, self.0).expect("the limit that was");
    }
}

/// The first call asks for the memory that ranks share. Where the system refuses it to any rank, all send messages, the plan says
/// so, and results are the same.
#[cfg(target_os = "linux")]
fn refused_memory(comm: &SimpleCommunicator) {
    let world = Box3d::of_size([32, 24, 16]);
    let mine = split_world(&world, [1, 1, i64::from(comm.size())])[comm.rank() as usize];
    let options = |use_shared_memory| PlanOptions { use_shared_memory, ..PlanOptions::default() };
    let plan = |shared| Plan::new(comm, Spec::c2c(mine, mine).with_options(options(shared))).expect("sound");
    let (shared, messages) = (plan(true), plan(false));
    let input: Vec<Complex<f64>> = (0..mine.count()).map(|i| Complex::new(i as f64, comm.rank() as f64)).collect();
    let mut result = vec![Complex::default(); mine.count()];
    let mut expected = result.clone();
    let could_share = shared.recipe().to_string().contains("\n  shared memory");
    {
        // On the last rank only.
        let _limit = (comm.rank() + 1 == comm.size()).then(|| FileLimit::set(4096));
        shared.forward(&input, &mut result, Scale::None).expect("there are messages");
    }
    messages.forward(&input, &mut expected, Scale::None).expect("forward");
    assert!(result == expected, "messages in place of shared memory give other bits");
    let said = shared.recipe().to_string();
    assert!(!could_share || said.contains("\n  alltoallv (") && said.contains("File too large"), "{said}");
    shared.backward(&result, &mut expected, Scale::Full).expect("the plan goes on");
    let error = input.iter().zip(&expected).map(|(a, b)| (a - b).norm()).fold(0.0, f64::max);
    assert!(error < 1e-9, "there and back: {error}");
}

/// Every way to get the same result.
fn ways(base: PlanOptions, seed: u64) -> Vec<PlanOptions> {
    let of_transport = |transport: Transport| {
        let messages = PlanOptions { transport, use_shared_memory: false, ..base };
        let shared = PlanOptions { use_shared_memory: true, ..messages };
        let threads = 1 + (seed as usize + transport as usize) % 4;
        [messages, PlanOptions { count_limit: 3, ..messages }, shared].into_iter().flat_map(move |options| {
            [
                PlanOptions { threads: 1, treat_as_large: false, ..options },
                PlanOptions { threads, treat_as_large: true, ..options },
            ]
        })
    };
    TRANSPORTS.into_iter().flat_map(of_transport).collect()
}

fn transformed(comm: &SimpleCommunicator, problem: &Problem, input: &[Complex<f64>]) -> Vec<Complex<f64>> {
    let plan = Plan::new(comm, problem.spec(comm.rank() as usize)).expect("the problem is sound");
    let mut output = vec![Complex::default(); plan.size_outbox()];
    if problem.is_r2r() {
        let input: Vec<f64> = input.iter().map(|value| value.re).collect();
        let mut real = vec![0.0; plan.size_outbox()];
        plan.forward(&input, &mut real, Scale::None).expect("forward");
        output = real.into_iter().map(Complex::from).collect();
    } else if problem.is_r2c() {
        let input: Vec<f64> = input.iter().map(|value| value.re).collect();
        plan.forward(&input, &mut output, Scale::None).expect("forward");
    } else {
        plan.forward(input, &mut output, Scale::None).expect("forward");
    }
    output
}
