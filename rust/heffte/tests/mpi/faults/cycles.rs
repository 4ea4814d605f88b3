//! Plans that come and go leave nothing behind: no objects of MPI, no memory, no files, no mappings.
//!
//! Behind `failing_mpi.c`, which counts: `… faults calls`, or `… faults cycles <count>` for more of them.

use std::time::Duration;

use heffte::geometry::{Box3d, split_world};
use heffte::{Complex, Plan, PlanOptions, Scale, Spec};
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;

use super::calls::ways;
use super::preloaded::FailingMpi;
use crate::harness::Harness;

/// Bytes of the heap, bytes of pages, and mappings that may come besides, since allocators and MPI keep some for themselves …
const SPARE: [i64; 3] = [16 << 10, 256 << 10, 8];
/// … and bytes that may come for each plan: the more, the more often ranks are apart and messages wait. The smallest thing that the
/// allocator gives takes 32, so that one of eight plans has nothing to leave.
const SPARE_FOR_EACH: i64 = 4;

/// So many cycles of each way between ranks.
pub fn run(harness: &mut Harness<'_>, count: usize) {
    let mpi = FailingMpi::preloaded();
    let comm = harness.comm;
    // Some milliseconds for each, where other programs are about.
    let limit = Duration::from_secs(60) + count as u32 * Duration::from_millis(10);
    for (name, options) in ways(comm.size() as usize) {
        harness.test_within(&format!("{count}_plans_leave_nothing_behind ({name})"), limit, || {
            // What a process makes once: threads, an allocator's first pages, what MPI keeps for its first messages.
            (0..300).for_each(|_| cycle(comm, options));
            let before = Belongings::now(&mpi);
            (0..count).for_each(|_| cycle(comm, options));
            comm.barrier();
            let after = Belongings::now(&mpi);
            assert_eq!((&after.objects, after.files), (&before.objects, before.files));
            let grown = [after.heap, after.pages, after.mappings].map(|now| now as i64);
            let grown: [i64; 3] =
                std::array::from_fn(|i| grown[i] - [before.heap, before.pages, before.mappings][i] as i64);
            let for_all = SPARE_FOR_EACH * count as i64;
            let spare = [SPARE[0] + for_all, SPARE[1] + for_all, SPARE[2]];
            let is_flat = grown.iter().zip(spare).all(|(grown, spare)| *grown <= spare);
            assert!(is_flat, "{grown:?} bytes of the heap, bytes of pages, and mappings more after {count} plans");
        });
    }
}

/// A plan, a transform there and one back, and the end of the plan.
fn cycle(comm: &SimpleCommunicator, options: PlanOptions) {
    let ranks = i64::from(comm.size());
    let world = Box3d::of_size([8, 6, 7]);
    let (inbox, outbox) = (split_world(&world, [1, 1, ranks]), split_world(&world, [1, ranks, 1]));
    let rank = comm.rank() as usize;
    let plan = Plan::new(comm, Spec::c2c(inbox[rank], outbox[rank]).with_options(options)).expect("slabs are sound");
    let input = vec![Complex::new(1.0, 0.0); plan.size_inbox()];
    let (mut output, mut back) = (vec![Complex::<f64>::default(); plan.size_outbox()], input.clone());
    plan.forward(&input, &mut output, Scale::None).expect("forward");
    plan.backward(&output, &mut back, Scale::Full).expect("backward");
    let error = input.iter().zip(&back).map(|(a, b)| (a - b).norm()).fold(0.0, f64::max);
    assert!(error < 1e-14, "there and back: {error}");
}

/// What a process has.
struct Belongings {
    objects: String,
    files: usize,
    mappings: usize,
    /// Bytes that an allocator has given and not got back.
    heap: usize,
    /// Bytes of this process alone.
    pages: usize,
}

impl Belongings {
    fn now(mpi: &FailingMpi) -> Belongings {
        let text = |path: &str| std::fs::read_to_string(path).expect("the kernel tells of this process");
        let status = text("/proc/self/status");
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("Linux has it since 4.5");
        let kib: usize = line.trim().trim_end_matches(" kB").parse().expect("a number");
        let files = std::fs::read_dir("/proc/self/fd").expect("as above").count();
        let mappings = text("/proc/self/maps").lines().count();
        Belongings { objects: mpi.census(), files, mappings, heap: heap(), pages: kib << 10 }
    }
}

#[cfg(target_env = "gnu")]
fn heap() -> usize {
    // SAFETY: it only reads the allocator's figures.
    let info = unsafe { libc::mallinfo2() };
    info.uordblks + info.hblkhd
}

/// Others do not say.
#[cfg(not(target_env = "gnu"))]
fn heap() -> usize {
    0
}
