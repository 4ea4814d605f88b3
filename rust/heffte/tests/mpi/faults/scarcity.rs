//! Memory that one rank does not get is an error of all ranks, after which the plan goes on; and how full `/dev/shm` is does not matter.

use heffte::geometry::{Box3d, split_world};
use heffte::{Complex, ErrorKind, Plan, PlanOptions, Scale, Spec};
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;

use crate::failures::assert_same_error;
use crate::harness::Harness;

pub fn run(harness: &mut Harness<'_>) {
    let comm = harness.comm;
    harness.test("memory_that_one_rank_does_not_get_is_an_error_of_all_and_the_plan_goes_on", || {
        let ranks = i64::from(comm.size());
        // Messages lie in a workspace; on one rank there are none.
        if ranks > 1 {
            refused_to_one(comm, Box3d::of_size([128, 128, 16 * ranks]), [1, 1, ranks], "for the workspace: ", 4 << 20);
        }
        // Lines lie in tiles. What a library wants to know about long ones is not refused here: it would not ask, but end the program.
        // Where the allocator has kept room for them, the workspace is refused that comes after.
        refused_to_one(comm, Box3d::of_size([1 << 19, 1, 1]), [ranks, 1, 1], "for the ", 48 << 20);
    });
    harness.test("plans_that_share_memory_take_nothing_of_dev_shm", || {
        let mine = split_world(&Box3d::of_size([64, 64, 64]), [1, 1, i64::from(comm.size())])[comm.rank() as usize];
        let before = names();
        let plan = Plan::new(comm, Spec::c2c(mine, mine)).expect("slabs are sound");
        let input = vec![Complex::new(1.0, 0.0); mine.count()];
        plan.forward(&input, &mut input.clone(), Scale::None).expect("forward");
        assert_eq!(names(), before);
    });
}

fn refused_to_one(comm: &SimpleCommunicator, world: Box3d, grid: [i64; 3], what: &str, room: u64) {
    let (rank, last) = (comm.rank() as usize, comm.size() as usize - 1);
    let mine = split_world(&world, grid)[rank];
    let options = PlanOptions { use_shared_memory: false, ..PlanOptions::default() };
    let plan = Plan::new(comm, Spec::c2c(mine, mine).with_options(options)).expect("the problem is sound");
    let input: Vec<Complex<f64>> = (0..mine.count()).map(|i| Complex::new(i as f64, rank as f64)).collect();
    let (mut output, mut back) = (vec![Complex::new(7.0, 7.0); mine.count()], input.clone());
    let refused = {
        // Whoever takes part in the transform takes memory for it, and the first rank always does.
        let _limit = (rank == 0).then(|| MemoryLimit::beyond_what_is_there(room));
        plan.forward(&input, &mut output, Scale::None)
    };
    let error = refused.expect_err("there is no memory");
    assert_eq!(error.kind(), ErrorKind::Memory);
    assert_same_error(
        comm,
        &error,
        &["rank 0: could not allocate ", &format!(" bytes {what}"), "use more ranks or smaller boxes"],
    );
    assert!(output.iter().all(|value| *value == Complex::new(7.0, 7.0)), "the output was written");
    plan.forward(&input, &mut output, Scale::None).expect("there is memory");
    plan.backward(&output, &mut back, Scale::Full).expect("backward");
    let error = input.iter().zip(&back).map(|(a, b)| (a - b).norm()).fold(0.0, f64::max);
    assert!(error < 1e-8, "there and back: {error}, rank {rank} of {last}");
}

/// This process gets no more memory, as long as this lives.
struct MemoryLimit(libc::rlimit);

impl MemoryLimit {
    /// So many bytes may be had yet.
    fn beyond_what_is_there(bytes: u64) -> MemoryLimit {
        let mut before = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        let pages: u64 = std::fs::read_to_string("/proc/self/statm")
            .ok()
            .and_then(|text| text.split_whitespace().next()?.parse().ok())
            .expect("the kernel says how much memory there is");
        // SAFETY: both are structures of the kind that the system asks for.
        unsafe {
            let page = libc::sysconf(libc::_SC_PAGESIZE) as u64;
            assert_eq!(libc::getrlimit(libc::RLIMIT_AS, &mut before), 0);
            let limit = libc::rlimit { rlim_cur: pages * page + bytes, ..before };
            assert_eq!(libc::setrlimit(libc::RLIMIT_AS, &limit), 0);
        }
        MemoryLimit(before)
    }
}

impl Drop for MemoryLimit {
    fn drop(&mut self) {
        // SAFETY: these are the limits that were.
        unsafe { libc::setrlimit(libc::RLIMIT_AS, &self.0) };
    }
}

/// The names in `/dev/shm` of what this process has in its memory.
pub fn names() -> Vec<String> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let names = maps.lines().filter_map(|line| line.find("/dev/shm/").map(|begin| line[begin..].to_owned()));
    names.map(|name| name.trim_end_matches(" (deleted)").to_owned()).collect()
}
