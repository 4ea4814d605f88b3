//! Communicators of plans: freed, stale, null, and outlived.

use heffte::geometry::{Box3d, split_world};
use heffte::{Complex, ErrorKind, Plan, Scale, Spec};
use mpi::ffi;
use mpi::traits::*;

use crate::harness::Harness;

/// Returns a plan that outlives MPI.
pub fn run(harness: &mut Harness<'_>) -> Plan {
    let comm = harness.comm;
    let mine = split_world(&Box3d::of_size([4, 4, 8]), [1, 1, i64::from(comm.size())])[comm.rank() as usize];
    harness.test("a_null_or_freed_communicator_is_an_error_and_ends_nothing", || {
        // SAFETY: null is allowed.
        let error = unsafe { Plan::from_raw(ffi::RSMPI_COMM_NULL, Ok(Spec::c2c(mine, mine))) }.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Mpi);
        assert!(error.to_string().contains("MPI_COMM_NULL"), "{error}");

        // Its handles are pointers, and those of what was freed lead nowhere.
        if heffte::mpi_library_version().contains("Open MPI") {
            if comm.rank() == 0 {
                eprintln!("left out: a communicator that was freed, which Open MPI cannot tell");
            }
            return;
        }
        let duplicate = comm.duplicate();
        let stale = duplicate.as_raw();
        drop(duplicate);
        // SAFETY: a freed handle is allowed.
        let error = unsafe { Plan::from_raw(stale, Ok(Spec::c2c(mine, mine))) }.unwrap_err();
        assert!(error.to_string().contains("was it freed?"), "{error}");
    });
    harness.test("many_plans_come_and_go", || {
        // MPICH has about two thousand communicators; plans that leaked theirs would run out of them. Ranks that share
        // cores take long to agree, and would find nothing new.
        let plans = if comm.size() <= 2 { 2200 } else { 100 };
        for _ in 0..plans {
            drop(Plan::new(comm, Spec::c2c(mine, mine)).expect("slabs are sound"));
        }
    });
    harness.test("a_plan_outlives_the_communicator_it_was_made_on", || {
        let duplicate = comm.duplicate();
        let plan = Plan::new(&duplicate, Spec::c2c(mine, mine)).expect("slabs are sound");
        drop(duplicate);
        let input = vec![1.0; plan.size_inbox()];
        let mut output = vec![Complex::<f64>::default(); plan.size_outbox()];
        plan.forward(&input, &mut output, Scale::None).expect("forward");
        if comm.rank() == 0 {
            assert_eq!(output[0], Complex::new(128.0, 0.0));
        }
    });
    Plan::new(comm, Spec::c2c(mine, mine)).expect("slabs are sound")
}
