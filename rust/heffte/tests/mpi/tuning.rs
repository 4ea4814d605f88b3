//! Plans that were measured: the same results on every way, the same choice on every rank, and a file that remembers it.

use heffte::recipe::Tuned;
use heffte::{BackendKind, Complex, Direction, Plan, PlanOptions, PlanningEffort, Scale};
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;

use crate::arrays::once;
use crate::harness::Harness;
use crate::oracle::Field;
use crate::problem::Problem;

pub fn run(harness: &mut Harness<'_>) {
    let comm = harness.comm;
    for backend in BackendKind::on_host() {
        // Others make the same choices, of the same ways.
        by(harness, backend, if backend == BackendKind::Stock { 24 } else { 6 });
    }
    harness.test("wisdom_is_written_and_read_and_garbage_is_replaced", || wisdom(comm));
}

/// Tuned plans by a backend: so many cases, shared by the ranks.
pub fn by(harness: &mut Harness<'_>, backend: BackendKind, cases: u64) {
    let comm = harness.comm;
    let name = format!("tuned_plans_follow_the_definition_and_are_the_same_on_all_ranks ({})", backend.name());
    harness.test(&name, || {
        for seed in 3000..3000 + (cases / comm.size() as u64).max(1) {
            tuned(comm, backend, seed);
        }
    });
}

/// A plan of a random problem, tuned, and what it says of that.
fn plan(comm: &SimpleCommunicator, problem: &Problem) -> (Plan, Tuned) {
    let spec = problem.spec(comm.rank() as usize);
    let options = PlanOptions { tune: true, ..spec.options };
    let plan = Plan::new(comm, spec.with_options(options)).expect("the problem is sound");
    let tuned = plan.recipe().tuned().expect("it is tuned");
    (plan, tuned)
}

fn transform(plan: &Plan, input: &[Complex<f64>]) -> Vec<Complex<f64>> {
    let mut output = vec![Complex::default(); plan.size_outbox()];
    if plan.is_r2c() {
        let input: Vec<f64> = input.iter().map(|value| value.re).collect();
        once(plan, Direction::Forward, &input, &mut output, Scale::None).expect("forward");
    } else {
        once(plan, Direction::Forward, input, &mut output, Scale::None).expect("forward");
    }
    output
}

fn tuned(comm: &SimpleCommunicator, backend: BackendKind, seed: u64) {
    let rank = comm.rank() as usize;
    let problem = Problem { backend, ..Problem::random(comm.size() as usize, seed) };
    let (plan, tuned) = plan(comm, &problem);
    let said = plan.recipe().to_string();
    assert!(said.contains("  tuned ") && said.contains("measured, the fastest of"), "{said}");
    assert!(tuned.ways >= 1 && tuned.nanoseconds > 0 && !tuned.is_remembered, "{tuned:?}");
    let mut root = said.clone().into_bytes();
    let mut length = root.len() as u64;
    comm.process_at_rank(0).broadcast_into(&mut length);
    root.resize(length as usize, 0);
    comm.process_at_rank(0).broadcast_into(&mut root[..]);
    assert_eq!(said.as_bytes(), root, "ranks differ: {said}");

    let field = Field::random(problem.size, seed, problem.is_r2c());
    let expected = field.transformed(problem.kinds, Direction::Forward).local(&problem.outboxes[rank]);
    let output = transform(&plan, &field.local(&problem.inboxes[rank]));
    let bound = 1e-13 * problem.points() as f64;
    for (value, expected) in output.iter().zip(&expected) {
        assert!((value - expected).norm() <= bound, "{value} is not {expected}, case {seed}: {problem:?}\n{said}");
    }
}

/// The fastest way on a device is remembered for devices of its model.
pub fn wisdom_of_devices(comm: &SimpleCommunicator, backend: BackendKind) {
    let folder = std::env::temp_dir().join(format!("heffte-wisdom-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for temporary files");
    let path = folder.join("wisdom.json");
    // SAFETY: the harness's watchdog is the only other thread, and it looks at no variable.
    unsafe { std::env::set_var("HEFFTE_WISDOM", &path) };
    let mut problem = Problem { backend, ..Problem::random(comm.size() as usize, 4000) };
    problem.options.pretended_node = 0;
    // What is measured through shared memory says nothing of messages; one rank has neither.
    for use_shared_memory in [true, false].into_iter().take(comm.size().min(2) as usize) {
        problem.options.use_shared_memory = use_shared_memory;
        let (first, measured) = plan(comm, &problem);
        let (second, remembered) = plan(comm, &problem);
        assert_eq!((measured.is_remembered, remembered), (false, Tuned { is_remembered: true, ..measured }));
        assert_eq!(first.recipe().stages(), second.recipe().stages());
        let said = second.recipe().to_string();
        let model = said.split_once(" (device 0)").expect("it names its device").0.rsplit("  ").next();
        if comm.rank() == 0 {
            let text = std::fs::read_to_string(&path).expect("it was written");
            assert!(
                text.contains(model.expect("there is a last word")) && text.contains(backend.name()),
                "{said}{text}"
            );
        }
        comm.barrier();
    }
    // SAFETY: as above.
    unsafe { std::env::remove_var("HEFFTE_WISDOM") };
    std::fs::remove_dir_all(&folder).expect("the folder is ours");
}

/// Only rank 0 looks at the file, which is why it alone has a path to it.
fn wisdom(comm: &SimpleCommunicator) {
    let is_root = comm.rank() == 0;
    let folder = std::env::temp_dir().join(format!("heffte-wisdom-{}", std::process::id()));
    let path = folder.join("wisdom.json");
    // SAFETY: the harness's watchdog is the only other thread, and it looks at no variable.
    unsafe { std::env::set_var("HEFFTE_WISDOM", &path) };
    let problem = Problem::random(comm.size() as usize, 4000);
    let field = Field::random(problem.size, 4000, problem.is_r2c());
    let input = field.local(&problem.inboxes[comm.rank() as usize]);

    // A file that cannot be written.
    assert!(!plan(comm, &problem).1.is_remembered);
    std::fs::create_dir_all(&folder).expect("a folder for temporary files");
    let (first, measured) = plan(comm, &problem);
    assert!(!measured.is_remembered);
    let (second, remembered) = plan(comm, &problem);
    assert_eq!(remembered, Tuned { is_remembered: true, ..measured });
    assert!(second.recipe().to_string().contains("remembered, the fastest of"));
    assert_eq!(first.recipe().stages(), second.recipe().stages());
    assert_eq!(transform(&first, &input), transform(&second, &input));
    // Another problem is not known; afterwards the file knows both.
    let other = Problem::random(comm.size() as usize, 4001);
    assert!(!plan(comm, &other).1.is_remembered);
    assert!(plan(comm, &problem).1.is_remembered && plan(comm, &other).1.is_remembered);
    // Nor is the same one by a backend that plans its lines otherwise.
    let mut thorough = problem.clone();
    thorough.options.effort = PlanningEffort::Patient;
    assert!(!plan(comm, &thorough).1.is_remembered);
    assert!(plan(comm, &problem).1.is_remembered && plan(comm, &thorough).1.is_remembered);

    let no_way = b"{\"ways\": {\"key\": 1}}";
    for garbage in [&b"{ not json"[..], b"", b"[1, 2]", b"{\"ways\": 7}", no_way, b"\x00\xff\xfe"] {
        comm.barrier();
        if is_root {
            std::fs::write(&path, garbage).expect("the file is ours");
        }
        let (plan, tuned) = plan(comm, &problem);
        assert!(!tuned.is_remembered, "{garbage:?}");
        assert_eq!(transform(&plan, &input).len(), plan.size_outbox());
    }
    let (_, tuned) = plan(comm, &problem);
    assert!(tuned.is_remembered, "garbage was replaced");
    if is_root {
        let files = std::fs::read_dir(&folder).expect("the folder is there").count();
        assert_eq!(files, 1, "nothing temporary is left");
    }
    // SAFETY: as above.
    unsafe { std::env::remove_var("HEFFTE_WISDOM") };
    std::fs::remove_dir_all(&folder).expect("the folder is ours");
}
