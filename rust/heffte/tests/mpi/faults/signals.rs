//! Ranks that are killed or held up in mid-transform. These are runs of their own: `mpiexec -n N <this program> faults killed <way>`, which
//! does not end well, and `… faults stopped <way> <seconds>`.

use std::process::Command;
use std::time::{Duration, Instant};

use heffte::geometry::{Box3d, split_world};
use heffte::{AxisKind, Complex, Direction, Plan, PlanOptions, Scale, Spec};
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;

use super::scarcity::names;
use crate::harness::Harness;
use crate::oracle::{Field, is_close};

const SIZE: [usize; 3] = [32, 48, 40];

/// When something happens to a rank that does nothing but transforms.
const AFTER: Duration = Duration::from_millis(300);

struct Work {
    plan: Plan,
    input: Vec<Complex<f64>>,
    expected: Vec<Complex<f64>>,
    output: Vec<Complex<f64>>,
}

impl Work {
    /// By `shared` memory, or by messages.
    fn new(comm: &SimpleCommunicator, way: &str) -> Work {
        let use_shared_memory = match way {
            "shared" => true,
            "messages" => false,
            other => panic!("{other} is neither `shared` nor `messages`"),
        };
        let (rank, ranks) = (comm.rank() as usize, i64::from(comm.size()));
        let mine = split_world(&Box3d::of_size(SIZE.map(|n| n as i64)), [1, 1, ranks])[rank];
        let options = PlanOptions { use_shared_memory, ..PlanOptions::default() };
        let plan = Plan::new(comm, Spec::c2c(mine, mine).with_options(options)).expect("slabs are sound");
        let field = Field::random(SIZE, 7, false);
        let expected = field.transformed([AxisKind::C2c; 3], Direction::Forward).local(&mine);
        Work { plan, input: field.local(&mine), output: vec![Complex::default(); mine.count()], expected }
    }

    fn transform(&mut self) {
        self.plan.forward(&self.input, &mut self.output, Scale::None).expect("forward");
    }

    fn is_right(&self) -> bool {
        is_close(&self.output, &self.expected)
    }
}

/// The last rank is killed while all transform. Says first who is there, and what has a name that could be left behind: MPI's, and what
/// the plan has besides.
pub fn killed(comm: &SimpleCommunicator, way: &str) -> ! {
    let of_mpi = names();
    let mut work = Work::new(comm, way);
    work.transform();
    println!("process {}", std::process::id());
    of_mpi.iter().for_each(|name| println!("file of MPI {name}"));
    names().iter().filter(|name| !of_mpi.contains(name)).for_each(|name| println!("file {name}"));
    comm.barrier();
    if comm.rank() + 1 == comm.size() {
        std::thread::spawn(|| {
            std::thread::sleep(AFTER);
            // SAFETY: it ends this process, and nothing else.
            unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
        });
    }
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(60) {
        work.transform();
    }
    println!("nobody ended rank {}", comm.rank());
    std::process::exit(0);
}

/// The last rank is stopped for a while, and goes on.
pub fn stopped(harness: &mut Harness<'_>, way: &str, seconds: u64) {
    let comm = harness.comm;
    harness.test(&format!("a_rank_that_is_stopped_for_{seconds}_s_and_goes_on_has_the_right_result ({way})"), || {
        let mut work = Work::new(comm, way);
        let process = std::process::id();
        let script =
            format!("sleep {}; kill -STOP {process}; sleep {seconds}; kill -CONT {process}", AFTER.as_secs_f64());
        let is_last = comm.rank() + 1 == comm.size();
        let helper = is_last.then(|| Command::new("sh").args(["-c", &script]).spawn().expect("there is a shell"));
        let (begin, whole) = (Instant::now(), Duration::from_secs(seconds));
        let mut longest = Duration::ZERO;
        // Ranks do not look at clocks of their own, or one would transform once more than the others.
        let mut go_on = true;
        while go_on {
            let some = Instant::now();
            (0..20).for_each(|_| work.transform());
            assert!(work.is_right(), "after {:?}", begin.elapsed());
            let mine = longest < whole / 2 && begin.elapsed() < 2 * whole + 4 * AFTER;
            comm.all_reduce_into(&mine, &mut go_on, mpi::collective::SystemOperation::logical_and());
            longest = longest.max(some.elapsed());
        }
        let (mut any, was_held_up) = (false, longest > whole / 2);
        comm.all_reduce_into(&was_held_up, &mut any, mpi::collective::SystemOperation::logical_or());
        assert!(any, "nothing took longer than {longest:?}");
        helper.into_iter().for_each(|mut helper| assert!(helper.wait().expect("it is ours").success()));
    });
}
