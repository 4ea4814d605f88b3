//! What ranks find out about each other before a plan is made.

use heffte::geometry::{Box3d, Distribution, split_world};
use heffte::{AxisKind, BackendKind, Complex, Direction, Participants, Plan, R2rKind, Scale, Spec, Transport};
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;

use crate::harness::Harness;
use crate::oracle::Field;
use crate::problem::Problem;
use crate::transforms::assert_close;

pub fn run(harness: &mut Harness<'_>) {
    let comm = harness.comm;
    harness.test("many_ranks_find_out_by_questions_what_few_tell_each_other", || questions(comm));
    harness.test("boxes_of_a_grid_are_known_as_one", || grids(comm));
    harness.test("a_backend_that_is_picked_is_named_and_follows_the_definition", || picked(comm));
}

fn questions(comm: &SimpleCommunicator) {
    let (rank, ranks) = (comm.rank() as usize, comm.size() as usize);
    for seed in 2000..2000 + 80 / ranks as u64 {
        let problem = Problem::random(ranks, seed);
        let told = Plan::new(comm, problem.spec(rank)).expect("the problem is sound");
        let asked = Plan::problem_of_many(comm, problem.spec(rank)).expect("the problem is sound");
        assert_eq!(told.recipe().problem(), &asked, "case {seed}: {problem:?}");
    }
    let mine = split_world(&Box3d::of_size([4, 4, 8]), [1, 1, ranks as i64])[rank];
    let is_last = rank + 1 == ranks;
    let spoils: [&dyn Fn(&mut Spec); 6] = [
        &|spec| spec.outbox.low[2] -= i64::from(is_last),
        &|spec| spec.inbox.low[0] += i64::from(is_last),
        &|spec| spec.inbox.high[1] += 1,
        &|spec| spec.inbox = Box3d::empty(),
        &|spec| spec.options.transport = if is_last { Transport::P2p } else { Transport::Alltoall },
        &|spec| spec.options.participants = Participants::First(if is_last { 1 } else { i64::MIN }),
    ];
    for (case, spoil) in spoils.into_iter().enumerate() {
        let mut spec = Spec::c2c(mine, mine);
        spoil(&mut spec);
        let (told, asked) = (Plan::new(comm, spec).map(|_| ()), Plan::problem_of_many(comm, spec).map(|_| ()));
        assert_eq!(told, asked, "case {case}");
    }
}

/// Lengths for which one backend or another should be the fastest, and kinds that nothing is known of.
fn picked(comm: &SimpleCommunicator) {
    let r2r = AxisKind::R2r(R2rKind::Sin);
    for (size, kind) in
        [([8, 6, 9], AxisKind::C2c), ([3, 5, 7], AxisKind::C2c), ([521, 1, 7], AxisKind::C2c), ([8, 6, 9], r2r)]
    {
        let mine = split_world(&Box3d::of_size(size), [1, 1, i64::from(comm.size())])[comm.rank() as usize];
        let kinds = [AxisKind::C2c, AxisKind::C2c, kind];
        let plan =
            Plan::new(comm, Spec::c2c(mine, mine).with_backend(BackendKind::Auto).with_kinds(kinds)).expect("sound");
        let (said, backend) = (plan.recipe().to_string(), plan.backend());
        assert!(said.contains(&format!("\n  backend   {}, picked by auto: ", backend.name())), "{said}");
        assert!(backend.is_built() && backend != BackendKind::Auto && (kind != r2r || backend == BackendKind::Stock));
        let mut root = said.clone().into_bytes();
        comm.process_at_rank(0).broadcast_into(&mut root[..]);
        assert_eq!(said.as_bytes(), root, "ranks differ: {said}");

        let field = Field::random(size.map(|n| n as usize), 5, false).rounded();
        let mut output = vec![Complex::<f64>::default(); plan.size_outbox()];
        plan.forward(&field.local(&mine), &mut output, Scale::None).expect("forward");
        let expected = field.transformed(kinds, Direction::Forward).local(&mine);
        assert_close(comm, &output, &expected, size.iter().product::<i64>() as usize, &said);
    }
}

/// Uneven cuts, on the first ranks, numbered with the last dimension fastest.
fn grids(comm: &SimpleCommunicator) {
    let (rank, ranks) = (comm.rank() as i64, i64::from(comm.size()));
    let parts = if ranks >= 4 { [2, 1, 2] } else { [1, 1, ranks.min(2)] };
    let [i, k] = [rank / parts[2], rank % parts[2]];
    let range = |part: i64, parts: i64| match (part, parts) {
        (_, 1) => (0, 8),
        (0, _) => (0, 2),
        _ => (3, 8),
    };
    let mine = if i < parts[0] {
        let ((x, last_x), (z, last_z)) = (range(i, parts[0]), range(k, parts[2]));
        Box3d::new([x, 0, z], [last_x, 4, last_z])
    } else {
        Box3d::empty()
    };
    let plan = Plan::new(comm, Spec::c2c(mine, mine)).expect("bricks tile the world");
    let recipe = plan.recipe();
    let Distribution::Grid(grid) = &recipe.problem().inboxes else { panic!("{recipe:?}") };
    assert_eq!(grid.parts(), parts);
    for other in 0..comm.size() {
        let mut corners = [mine.low, mine.high];
        comm.process_at_rank(other).broadcast_into(corners.as_flattened_mut());
        assert!(grid.box_of(other as usize).same_points(&Box3d::new(corners[0], corners[1])));
    }
}
