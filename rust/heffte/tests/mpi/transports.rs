//! All transports, shared memory and any number of threads give the same bits.

use heffte::{Complex, Plan, PlanOptions, Scale, Transport};
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;

use crate::harness::Harness;
use crate::oracle::Field;
use crate::problem::{Problem, TRANSPORTS};

pub fn run(harness: &mut Harness<'_>) {
    let comm = harness.comm;
    harness.test("every_transport_whole_or_in_chunks_and_shared_memory_and_threads_give_the_same_bits", || {
        let rank = comm.rank() as usize;
        for seed in 1000..1000 + 80 / comm.size() as u64 {
            let mut problem = Problem::random(comm.size() as usize, seed);
            let base = PlanOptions { count_limit: i64::from(i32::MAX), ..problem.options };
            let real = problem.is_r2c();
            let input = Field::random(problem.size, seed, real).local(&problem.inboxes[rank]);
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
                    assert!(result == &results[0], "way {index} gives other bits, case {seed}: {problem:?}");
                }
            }
        }
    });
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
    if problem.is_r2c() {
        let input: Vec<f64> = input.iter().map(|value| value.re).collect();
        plan.forward(&input, &mut output, Scale::None).expect("forward");
    } else {
        plan.forward(input, &mut output, Scale::None).expect("forward");
    }
    output
}
