//! All transports, shared memory and any number of threads give the same bits.

use heffte::{Complex, Plan, PlanOptions, Scale};
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
            let results: Vec<Vec<Complex<f64>>> = TRANSPORTS
                .into_iter()
                .flat_map(|transport| {
                    let messages = PlanOptions { transport, use_shared_memory: false, ..base };
                    let shared = PlanOptions { use_shared_memory: true, pretended_node: 0, ..messages };
                    let threads = 1 + (seed as usize + transport as usize) % 4;
                    let nodes = PlanOptions { pretended_node: 2, ..shared };
                    let ways = [messages, PlanOptions { count_limit: 3, ..messages }, shared, nodes];
                    ways.into_iter().flat_map(move |options| {
                        [
                            PlanOptions { threads: 1, treat_as_large: false, ..options },
                            PlanOptions { threads, treat_as_large: true, ..options },
                        ]
                    })
                })
                .map(|options| {
                    problem.options = options;
                    let plan = Plan::new(comm, problem.spec(rank)).expect("the problem is sound");
                    let mut output = vec![Complex::default(); plan.size_outbox()];
                    if real {
                        let input: Vec<f64> = input.iter().map(|value| value.re).collect();
                        plan.forward(&input, &mut output, Scale::None).expect("forward");
                    } else {
                        plan.forward(&input, &mut output, Scale::None).expect("forward");
                    }
                    output
                })
                .collect();
            for (index, result) in results.iter().enumerate() {
                assert_eq!(result, &results[0], "transport {index}, case {seed}: {problem:?}");
            }
        }
    });
}
