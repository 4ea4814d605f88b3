//! Threads of a rank that each have a plan of their own, with `MPI_THREAD_MULTIPLE`: a run of its own, `mpiexec -n N <this program> threads`.

use heffte::geometry::{Box3d, split_world};
use heffte::{AxisKind, Complex, Direction, Plan, PlanOptions, Scale, Spec};
use mpi::ffi;
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;

use crate::harness::Harness;
use crate::oracle::{Field, is_close};
use crate::problem::TRANSPORTS;

const SIZE: [usize; 3] = [8, 6, 10];

pub fn run(harness: &mut Harness<'_>) {
    let comm = harness.comm;
    assert_eq!(
        mpi::environment::threading_support(),
        mpi::Threading::Multiple,
        "this MPI has no calls from several threads"
    );
    for use_shared_memory in [true, false] {
        let carrier = if use_shared_memory { "shared memory" } else { "messages" };
        harness.test(&format!("threads_make_use_and_end_plans_of_their_own_at_once ({carrier})"), || {
            let field = Field::random(SIZE, 7, false);
            let expected = field.transformed([AxisKind::C2c; 3], Direction::Forward);
            // Plans are made on a communicator of each thread: calls on one would meet in any order.
            let comms: Vec<SimpleCommunicator> = TRANSPORTS.iter().map(|_| comm.duplicate()).collect();
            std::thread::scope(|scope| {
                for (comm, transport) in comms.iter().zip(TRANSPORTS) {
                    let options = PlanOptions { transport, use_shared_memory, ..PlanOptions::default() };
                    let (comm, field, expected) = (OfThread(comm), &field, &expected);
                    scope.spawn(move || {
                        let comm = comm.get();
                        (0..20).for_each(|_| work(comm, options, field, expected));
                    });
                }
            });
            assert!(!errors_are_returned(), "the world's error handler was not put back");
        });
    }
}

/// The communicator of one thread. With some MPIs its handle is a pointer, which rustc would not let go to another.
struct OfThread<'a>(&'a SimpleCommunicator);

// SAFETY: a handle is a value, and MPI was started for calls from several threads.
unsafe impl Send for OfThread<'_> {}

impl<'a> OfThread<'a> {
    fn get(self) -> &'a SimpleCommunicator {
        self.0
    }
}

/// Whether the world communicator returns errors; by default they end the program.
pub fn errors_are_returned() -> bool {
    // SAFETY: the communicator is alive, and the handle is given back.
    unsafe {
        let mut handler = ffi::RSMPI_ERRORS_RETURN;
        ffi::MPI_Comm_get_errhandler(ffi::RSMPI_COMM_WORLD, &mut handler);
        let returns = handler == ffi::RSMPI_ERRORS_RETURN;
        ffi::MPI_Errhandler_free(&mut handler);
        returns
    }
}

/// A plan, some transforms, and the end of the plan.
fn work(comm: &SimpleCommunicator, options: PlanOptions, field: &Field, expected: &Field) {
    let world = Box3d::of_size(SIZE.map(|n| n as i64));
    let mine = split_world(&world, [1, 1, i64::from(comm.size())])[comm.rank() as usize];
    let plan = Plan::new(comm, Spec::c2c(mine, mine).with_options(options)).expect("slabs are sound");
    let (input, expected) = (field.local(&mine), expected.local(&mine));
    for _ in 0..10 {
        let mut output = vec![Complex::<f64>::default(); mine.count()];
        plan.forward(&input, &mut output, Scale::None).expect("forward");
        assert!(is_close(&output, &expected), "{options:?}");
    }
}
