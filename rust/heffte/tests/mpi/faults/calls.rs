//! Calls of MPI that fail, each one in its turn: an error that names the call, on every rank, and nothing left behind.
//!
//! `mpiexec -n N env LD_PRELOAD=<failing_mpi.c, built> <this program> faults calls`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use heffte::geometry::{Box3d, split_world};
use heffte::{AxisKind, Complex, Direction, Error, Plan, PlanOptions, Scale, Spec, Transport};
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;

use super::preloaded::FailingMpi;
use crate::harness::{Harness, Watchdog};
use crate::oracle::{Field, is_close};
use crate::problem::TRANSPORTS;
use crate::threads::errors_are_returned;

/// Messages of it are too long to leave before somebody receives them.
const SIZE: [usize; 3] = [32, 48, 40];

/// A plan, transforms and the plan's end may take so long, whatever fails.
const LIMIT: Duration = Duration::from_secs(5);

/// What is called first, and once, in a program.
const ONCE: [&str; 3] = ["MPI_Comm_create_keyval", "MPI_Comm_set_attr", "MPI_Comm_free_keyval"];

/// Calls whose failure may be made good, or may not matter: then results must be right. That of all others is an error.
const MAY_BE_MENDED: [&str; 10] = [
    "MPI_Comm_free",
    "MPI_Comm_free_keyval",
    "MPI_Comm_set_errhandler",
    "MPI_Errhandler_free",
    "MPI_Finalized",
    "MPI_Get_count",
    "MPI_Initialized",
    "MPI_Iprobe",
    "MPI_Wait",
    "MPI_Waitall",
];

/// Calls that concern no other rank, so that one rank alone can fail in them. Of the others, an MPI promises nothing then.
const LOCAL: [&str; 16] = [
    "MPI_Comm_create_keyval",
    "MPI_Comm_free_keyval",
    "MPI_Comm_get_errhandler",
    "MPI_Comm_rank",
    "MPI_Comm_set_attr",
    "MPI_Comm_set_errhandler",
    "MPI_Comm_size",
    "MPI_Errhandler_free",
    "MPI_Finalized",
    "MPI_Get_count",
    "MPI_Initialized",
    "MPI_Iprobe",
    "MPI_Irecv",
    "MPI_Isend",
    "MPI_Send",
    "MPI_Waitall",
];

pub fn run(harness: &mut Harness<'_>) {
    let mpi = FailingMpi::preloaded();
    let program = Program::new(harness.comm, &mpi);
    let ways = ways(harness.comm.size() as usize);
    harness.test("what_a_program_calls_once_may_fail_the_first_time", || {
        let mut problems = Vec::new();
        for name in ONCE {
            let function = mpi.functions.iter().position(|function| function == name).expect("it is there");
            problems.extend(program.problem_with(ways[0].1, function, 1, None));
        }
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    });
    for (name, options) in &ways {
        let calls = program.calls(*options);
        harness.test(&format!("each_mpi_call_that_fails_on_all_ranks_is_an_error_of_all ({name})"), || {
            program.try_each(*options, &calls, &[None]);
        });
        harness.test(&format!("each_local_mpi_call_that_fails_on_one_rank_is_an_error_of_all ({name})"), || {
            let ranks: Vec<_> = (0..harness.comm.size()).map(Some).collect();
            program.try_each(*options, &calls, &ranks);
        });
    }
}

/// The ways between ranks, with their names.
pub fn ways(ranks: usize) -> Vec<(String, PlanOptions)> {
    let base = PlanOptions { use_shared_memory: false, ..PlanOptions::default() };
    let mut ways = vec![("shared memory".to_owned(), PlanOptions { use_shared_memory: true, ..base })];
    ways.extend(TRANSPORTS.map(|transport| (transport.name().to_owned(), PlanOptions { transport, ..base })));
    let in_chunks = PlanOptions { count_limit: 5000, ..base };
    ways.push(("chunks".to_owned(), in_chunks));
    if ranks > 2 {
        let pairs = PlanOptions { use_shared_memory: true, pretended_node: 2, ..base };
        for transport in [Transport::Alltoallv, Transport::P2pPlined] {
            ways.push((format!("shared memory and {}", transport.name()), PlanOptions { transport, ..pairs }));
        }
    }
    ways
}

/// What a rank came to.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Outcome {
    Right,
    Wrong,
    /// An error that names what failed.
    Named,
    /// Another one.
    OtherError,
    Panic,
}

const OUTCOMES: [Outcome; 5] = [Outcome::Right, Outcome::Wrong, Outcome::Named, Outcome::OtherError, Outcome::Panic];

/// A plan, a transform there and one back, and the end of the plan.
struct Program<'a> {
    comm: &'a SimpleCommunicator,
    mpi: &'a FailingMpi,
    inbox: Box3d,
    outbox: Box3d,
    input: Vec<Complex<f64>>,
    expected: Vec<Complex<f64>>,
}

impl<'a> Program<'a> {
    fn new(comm: &'a SimpleCommunicator, mpi: &'a FailingMpi) -> Program<'a> {
        let (rank, ranks) = (comm.rank() as usize, i64::from(comm.size()));
        let world = Box3d::of_size(SIZE.map(|n| n as i64));
        let (inbox, outbox) = (split_world(&world, [1, 1, ranks])[rank], split_world(&world, [1, ranks, 1])[rank]);
        let field = Field::random(SIZE, 7, false);
        let expected = field.transformed([AxisKind::C2c; 3], Direction::Forward).local(&outbox);
        Program { comm, mpi, inbox, outbox, input: field.local(&inbox), expected }
    }

    /// Whether the results are right.
    fn run(&self, options: PlanOptions) -> heffte::Result<bool> {
        let plan = Plan::new(self.comm, Spec::c2c(self.inbox, self.outbox).with_options(options))?;
        let mut output = vec![Complex::default(); plan.size_outbox()];
        let mut back = vec![Complex::default(); plan.size_inbox()];
        plan.forward(&self.input, &mut output, Scale::None)?;
        plan.backward(&output, &mut back, Scale::Full)?;
        Ok(is_close(&output, &self.expected) && is_close(&back, &self.input))
    }

    /// The calls of each function, the most of any rank, where nothing fails.
    fn calls(&self, options: PlanOptions) -> Vec<usize> {
        self.mpi.disarm();
        assert_eq!(self.run(options), Ok(true));
        let calls = self.mpi.calls();
        self.mpi.disarm();
        let own: Vec<u64> = calls.into_iter().map(|count| count as u64).collect();
        let mut most = vec![0_u64; own.len()];
        self.comm.all_reduce_into(&own[..], &mut most[..], mpi::collective::SystemOperation::max());
        most.into_iter().map(|count| count as usize).collect()
    }

    /// Lets each call fail on the ranks of each choice: one, or all for none.
    fn try_each(&self, options: PlanOptions, calls: &[usize], ranks: &[Option<i32>]) {
        let mut problems = Vec::new();
        let mut tried = 0;
        for (function, &count) in calls.iter().enumerate() {
            for &rank in ranks.iter().filter(|rank| rank.is_none() || LOCAL.contains(&self.name(function))) {
                // A rank that cannot even be told who it is in the communicator can tell nobody else.
                let is_first_question = ["MPI_Comm_rank", "MPI_Comm_size"].contains(&self.name(function));
                let first = if rank.is_some() && is_first_question { 2 } else { 1 };
                // What waits may ask more often than it did where nothing failed.
                for call in first..=count.min(40) {
                    problems.extend(self.problem_with(options, function, call, rank));
                    tried += 1;
                }
            }
        }
        assert!(tried > 10, "{tried} calls are too few to be all");
        assert!(problems.is_empty(), "{} of {tried}:\n{}", problems.len(), problems.join("\n"));
    }

    fn name(&self, function: usize) -> &str {
        &self.mpi.functions[function]
    }

    /// What is not as it should be where a call of a function fails, on one rank or on all.
    fn problem_with(&self, options: PlanOptions, function: usize, call: usize, rank: Option<i32>) -> Option<String> {
        let name = self.name(function);
        let case = format!("call {call} of {name} on {}", rank.map_or("all".to_owned(), |rank| format!("rank {rank}")));
        let watchdog = Watchdog::start(case.clone(), self.comm.rank() as usize, LIMIT);
        let before = (self.mpi.census(), errors_are_returned());
        if rank.is_none_or(|rank| rank == self.comm.rank()) {
            self.mpi.arm(function, call);
        }
        let result = catch_unwind(AssertUnwindSafe(|| self.run(options)));
        let struck = self.mpi.disarm();
        let said = format!("{result:?}");
        let outcome = match result {
            Err(_) => Outcome::Panic,
            Ok(Ok(right)) => {
                if right {
                    Outcome::Right
                } else {
                    Outcome::Wrong
                }
            }
            Ok(Err(error)) => outcome_of(&error, name),
        };
        let after = (self.mpi.census(), errors_are_returned());
        let mine = [outcome as i32, i32::from(struck), i32::from(before.0 == after.0), i32::from(before.1 == after.1)];
        let mut all = vec![[0; 4]; self.comm.size() as usize];
        self.comm.all_gather_into(&mine[..], all.as_flattened_mut());
        let works = self.run(options);
        watchdog.stop();
        let outcomes: Vec<_> = all.iter().map(|[outcome, ..]| OUTCOMES[*outcome as usize]).collect();
        let all_are = |wanted| outcomes.iter().all(|outcome| *outcome == wanted);
        let any_struck = all.iter().any(|[_, struck, ..]| *struck != 0);
        let is_fine = if any_struck && !MAY_BE_MENDED.contains(&name) {
            all_are(Outcome::Named)
        } else {
            all_are(Outcome::Right) || all_are(Outcome::Named)
        };
        let is_tidy = all.iter().all(|[_, _, census, handler]| census & handler == 1);
        let problem = format!("{case}: {outcomes:?} ({said}), then {works:?}; before {before:?}, after {after:?}");
        (!is_fine || !is_tidy || works != Ok(true)).then_some(problem)
    }
}

fn outcome_of(error: &Error, name: &str) -> Outcome {
    let text = error.to_string();
    let is_whole = text.contains("the failure that was asked for") || text.contains("is not usable");
    if is_whole && text.contains(&format!("{name} failed")) { Outcome::Named } else { Outcome::OtherError }
}
