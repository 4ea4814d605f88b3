//! How much memory transforms take beside the caller's arrays, as the kernel counts it.

use heffte::geometry::{Box3d, split_world};
use heffte::{Complex, Plan, PlanOptions, Scale, Spec};
use mpi::collective::SystemOperation;
use mpi::traits::*;

use crate::harness::Harness;

pub fn run(harness: &mut Harness<'_>) {
    let comm = harness.comm;
    // Messages lie in memory of their own before and after they travel, but for what stays on a rank, and pieces are not all as long; with some of the ranks on other
    // nodes, those that are not on theirs lie in shared memory besides.
    let messages = 2.1 - 1.0 / f64::from(comm.size());
    let shared = if comm.split_shared(0).size() == comm.size() { 1.0 } else { 3.0 };
    for (carrier, use_shared_memory, bound) in [("shared memory", true, shared), ("messages", false, messages)] {
        harness.test(&format!("transforms_by_{carrier}_take_{bound:.1}_times_the_memory_of_an_array"), || {
            if resident().is_none() {
                eprintln!("left out: this system does not say how much memory a process has");
                return;
            }
            let ranks = i64::from(comm.size());
            let mine = split_world(&Box3d::of_size([128, 128, 96 * ranks]), [1, 1, ranks])[comm.rank() as usize];
            let options = PlanOptions { use_shared_memory, ..PlanOptions::default() };
            let plan = Plan::new(comm, Spec::c2c(mine, mine).with_options(options)).expect("the problem is sound");
            let input: Vec<_> = (0..mine.count()).map(|i| Complex::new(i as f64, 1.0)).collect();
            let (mut output, mut back) = (input.clone(), input.clone());
            let before = total(comm);
            plan.forward(&input, &mut output, Scale::None).expect("forward");
            plan.backward(&output, &mut back, Scale::Full).expect("backward");
            let taken = (total(comm) - before) / (ranks as f64 * size_of_val(&input[..]) as f64);
            // Rows and planes are padded, and what threads hold of them in caches counts too.
            assert!(taken <= bound + 0.1, "{taken:.2} times the memory of an array on each rank");
            assert!(taken > 0.1 || ranks == 1, "{taken:.2} is not what was measured");
        });
    }
}

/// Bytes of all ranks.
fn total(comm: &impl Communicator) -> f64 {
    comm.barrier();
    let mut all = 0.0;
    comm.all_reduce_into(&resident().unwrap_or(f64::NAN), &mut all, SystemOperation::sum());
    comm.barrier();
    all
}

/// Bytes of this process, and its share of what it shares with others. What is read from files is left out: how many processes share MPI's
/// library is no matter of transforms.
fn resident() -> Option<f64> {
    let figures = std::fs::read_to_string("/proc/self/smaps_rollup").ok()?;
    let bytes = |name: &str| {
        let line = figures.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok().map(|kib| 1024.0 * kib)
    };
    Some(bytes("Pss_Anon:")? + bytes("Pss_Shmem:")?)
}
