//! Calls of MPI that fail, each one in its turn: an error that names the call, on every rank, and nothing left behind.
//!
//! `mpiexec -n N env LD_PRELOAD=<failing_mpi.c, built> <this program> faults calls`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use heffte::{Error, PlanOptions, Transport};
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;

use super::preloaded::FailingMpi;
use super::programs::{Kind, Transforms};
use crate::harness::{Harness, Watchdog};
use crate::problem::TRANSPORTS;
use crate::threads::errors_are_returned;

/// Calls of each function that have their turn, where a program makes more.
const TURNS: usize = 40;

/// A plan, transforms and the plan's end may take so long, whatever fails.
const LIMIT: Duration = Duration::from_secs(5);

/// What is called first, and once, in a program.
const ONCE: [&str; 3] = ["MPI_Comm_create_keyval", "MPI_Comm_set_attr", "MPI_Comm_free_keyval"];

/// Calls whose failure may be made good, or may not matter: then results must be right. That of all others is an error.
const MAY_BE_MENDED: [&str; 12] = [
    "MPI_Comm_free",
    "MPI_Comm_free_keyval",
    "MPI_Comm_rank",
    "MPI_Comm_set_errhandler",
    "MPI_Comm_size",
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
    let program = Program::new(harness.comm, &mpi, Kind::Transforms);
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
        program.test(harness, name, *options, TURNS);
    }
}

/// Programs that do more than transform, with so many turns of each function.
pub fn run_others(harness: &mut Harness<'_>, turns: usize) {
    let mpi = FailingMpi::preloaded();
    for (kind, name) in [(Kind::Tunes, "tunes"), (Kind::Traces, "traces")] {
        let program = Program::new(harness.comm, &mpi, kind);
        for (way, options) in ways(harness.comm.size() as usize).into_iter().take(2) {
            program.test(harness, &format!("{name}, {way}"), options, turns);
        }
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

/// A program behind an MPI that fails.
struct Program<'a> {
    comm: &'a SimpleCommunicator,
    mpi: &'a FailingMpi,
    kind: Kind,
    transforms: Transforms<'a>,
}

impl<'a> Program<'a> {
    fn new(comm: &'a SimpleCommunicator, mpi: &'a FailingMpi, kind: Kind) -> Program<'a> {
        Program { comm, mpi, kind, transforms: Transforms::new(comm, kind) }
    }

    /// Tries all that may fail of it, with these options.
    fn test(&self, harness: &mut Harness<'_>, name: &str, options: PlanOptions, turns: usize) {
        let calls = self.calls(options);
        harness.test(&format!("each_mpi_call_that_fails_on_all_ranks_is_an_error_of_all ({name})"), || {
            self.try_each(options, (&calls, turns), &[None]);
        });
        harness.test(&format!("each_local_mpi_call_that_fails_on_one_rank_is_an_error_of_all ({name})"), || {
            let ranks: Vec<_> = (0..self.comm.size()).map(Some).collect();
            self.try_each(options, (&calls, turns), &ranks);
        });
    }

    /// Whether the results are right.
    fn run(&self, options: PlanOptions) -> heffte::Result<bool> {
        self.transforms.run(self.kind, options)
    }

    /// Whether a call of a function concerns no other rank.
    fn is_local(&self, name: &str) -> bool {
        LOCAL.contains(&name) || self.kind.repeats().contains(&name)
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
    fn try_each(&self, options: PlanOptions, (calls, turns): (&[usize], usize), ranks: &[Option<i32>]) {
        let mut problems = Vec::new();
        let mut tried = 0;
        for (function, &count) in calls.iter().enumerate() {
            for &rank in ranks.iter().filter(|rank| rank.is_none() || self.is_local(self.name(function))) {
                for call in spread(count, turns) {
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
        let may_be_mended = MAY_BE_MENDED.contains(&name) || self.kind.repeats().contains(&name);
        let is_fine = if any_struck && !may_be_mended {
            all_are(Outcome::Named)
        } else {
            all_are(Outcome::Right) || all_are(Outcome::Named)
        };
        let is_tidy = all.iter().all(|[_, _, census, handler]| census & handler == 1);
        let problem = format!("{case}: {outcomes:?} ({said}), then {works:?}; before {before:?}, after {after:?}");
        (!is_fine || !is_tidy || works != Ok(true)).then_some(problem)
    }
}

/// So many of `count` calls, or all of them: evenly, with the first and the last.
fn spread(count: usize, most: usize) -> impl Iterator<Item = usize> {
    let turns = count.min(most);
    (0..turns).map(move |turn| 1 + (count - 1) * turn / (turns - 1).max(1))
}

fn outcome_of(error: &Error, name: &str) -> Outcome {
    let text = error.to_string();
    let is_whole = text.contains("the failure that was asked for") || text.contains("is not usable");
    if is_whole && text.contains(&format!("{name} failed")) { Outcome::Named } else { Outcome::OtherError }
}
