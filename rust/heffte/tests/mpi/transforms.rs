//! Whole transforms against the definition.

use heffte::geometry::{Box3d, Order, split_world};
use heffte::{
    AxisKind, BackendKind, Call, Complex, Direction, Element, Participants, Plan, PlanOptions, R2rKind, RawArray,
    Scale, Spec,
};
use mpi::collective::SystemOperation;
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;

use crate::arrays::{in_place as in_place_of, once, transform};
use crate::harness::Harness;
use crate::oracle::Field;
use crate::problem::{Problem, TRANSPORTS};

/// Random problems: fewer for more ranks, which share few cores where these tests run, and fewer for backends that others test too.
fn cases(comm: &SimpleCommunicator, backend: BackendKind) -> std::ops::Range<u64> {
    let (first, count) = match backend {
        BackendKind::Stock => (0, 240),
        other => (1000 * other as u64, 80),
    };
    first..first + count / comm.size() as u64
}

/// A random problem for the backend.
fn problem(comm: &SimpleCommunicator, backend: BackendKind, seed: u64) -> Problem {
    Problem { backend, ..Problem::random(comm.size() as usize, seed) }
}

/// An element type of the tests: how it is made from, and turned into, the numbers of the oracle.
pub trait Value: Element + PartialEq + std::fmt::Debug + Default {
    /// The largest relative L2 error, to be multiplied by √log₂ N.
    const TOLERANCE: f64;
    fn of(value: Complex<f64>) -> Self;
    fn value(self) -> Complex<f64>;
}

impl Value for f64 {
    const TOLERANCE: f64 = 5e-16;
    fn of(value: Complex<f64>) -> f64 {
        value.re
    }
    fn value(self) -> Complex<f64> {
        self.into()
    }
}

impl Value for f32 {
    const TOLERANCE: f64 = 2.5e-7;
    fn of(value: Complex<f64>) -> f32 {
        value.re as f32
    }
    fn value(self) -> Complex<f64> {
        f64::from(self).into()
    }
}

impl Value for Complex<f64> {
    const TOLERANCE: f64 = f64::TOLERANCE;
    fn of(value: Complex<f64>) -> Complex<f64> {
        value
    }
    fn value(self) -> Complex<f64> {
        self
    }
}

impl Value for Complex<f32> {
    const TOLERANCE: f64 = f32::TOLERANCE;
    fn of(value: Complex<f64>) -> Complex<f32> {
        Complex::new(value.re as f32, value.im as f32)
    }
    fn value(self) -> Complex<f64> {
        Complex::new(self.re.into(), self.im.into())
    }
}

pub fn run(harness: &mut Harness<'_>) {
    for backend in BackendKind::on_host() {
        by(harness, backend);
    }
    let comm = harness.comm;
    harness.test("shared_memory_grows_with_the_batch_and_serves_every_call", || growing_batches(comm));
    harness.test("a_message_of_the_caller_gets_through_while_ranks_wait_for_each_other", || message_under_way(comm));
    harness.test("workspace_sizes_are_those_of_heffte", || workspace_sizes(comm));
    harness.test("a_plan_on_a_part_of_the_ranks_leaves_the_others_alone", || parts(comm));
}

/// What each backend is tested for.
pub fn by(harness: &mut Harness<'_>, backend: BackendKind) {
    let comm = harness.comm;
    let name = |test: &str| format!("{test} ({})", backend.name());
    harness.test(&name("random_problems_follow_the_definition_in_both_precisions"), || {
        cases(comm, backend).for_each(|seed| definition(comm, backend, seed));
    });
    harness.test(&name("in_place_transforms_are_those_out_of_place"), || {
        cases(comm, backend).for_each(|seed| in_places(comm, backend, seed));
    });
    harness.test(&name("scales_make_a_round_trip_the_identity"), || scales(comm, backend));
    harness
        .test(&name("scales_make_a_round_trip_of_cosines_and_sines_the_identity_too"), || real_scales(comm, backend));
    harness.test(&name("batches_and_given_workspaces_change_nothing"), || {
        for seed in cases(comm, backend).step_by(2) {
            batches::<Complex<f64>>(comm, &problem(comm, backend, seed), seed);
            batches::<f64>(comm, &problem(comm, backend, seed), seed);
        }
    });
    harness.test(&name("long_lines_follow_the_definition"), || long_lines(comm, backend));
    harness.test(&name("what_a_rank_does_alone_follows_the_definition"), || alone(comm, backend));
}

/// A random problem follows the definition, in each kind of elements that it can have.
fn definition(comm: &SimpleCommunicator, backend: BackendKind, seed: u64) {
    follows_definition(comm, problem(comm, backend, seed), seed);
}

/// What one rank does alone for all, between the same boxes, by each transport: pieces that leave come back to where they were.
fn alone(comm: &SimpleCommunicator, backend: BackendKind) {
    let ranks = i64::from(comm.size());
    let parts = if ranks % 2 == 0 { [1, 2, ranks / 2] } else { [1, 1, ranks] };
    for (seed, transport) in TRANSPORTS.into_iter().enumerate() {
        for turn in 0..3 {
            let (mut parts, size) = (parts, [7, 11, 13]);
            parts.rotate_right(turn);
            let boxes = split_world(&Box3d::of_size(size.map(|n| n as i64)), parts);
            let options = PlanOptions {
                transport,
                participants: Participants::First(1),
                use_shared_memory: false,
                ..PlanOptions::default()
            };
            let (kinds, members) = ([AxisKind::C2c; 3], Vec::new());
            let (inboxes, outboxes) = (boxes.clone(), boxes);
            let problem = Problem { backend, size, kinds, inboxes, outboxes, options, members };
            follows_definition(comm, problem, seed as u64);
        }
    }
}

fn follows_definition(comm: &SimpleCommunicator, problem: Problem, seed: u64) {
    let plan = Plan::new(comm, problem.spec(comm.rank() as usize)).expect("the problem is sound");
    let case = format!("case {seed}: {problem:?}\n{}", plan.recipe());
    let expected = |real: [bool; 2]| Expected::of(&problem, seed, real);
    if problem.is_r2c() {
        let real = expected([true, false]);
        both_ways::<f64, Complex<f64>>(comm, &plan, &problem, &real, &case);
        both_ways::<f32, Complex<f32>>(comm, &plan, &problem, &real, &case);
        return;
    }
    let complex = expected([false, false]);
    both_ways::<Complex<f64>, Complex<f64>>(comm, &plan, &problem, &complex, &case);
    both_ways::<Complex<f32>, Complex<f32>>(comm, &plan, &problem, &complex, &case);
    if problem.is_r2r() {
        let real = expected([true, true]);
        both_ways::<f64, f64>(comm, &plan, &problem, &real, &case);
        both_ways::<f32, f32>(comm, &plan, &problem, &real, &case);
    } else {
        both_ways::<f64, Complex<f64>>(comm, &plan, &problem, &expected([true, false]), &case);
    }
}

fn in_places(comm: &SimpleCommunicator, backend: BackendKind, seed: u64) {
    in_place::<Complex<f64>>(comm, problem(comm, backend, seed), seed);
    in_place::<f64>(comm, problem(comm, backend, seed), seed);
}

/// The random problems `seeds`, by all backends that are there.
pub fn fuzz(harness: &mut Harness<'_>, seeds: std::ops::Range<u64>) {
    let comm = harness.comm;
    for backend in BackendKind::on_host() {
        harness.test(&format!("random problems {seeds:?} ({})", backend.name()), || {
            for seed in seeds.clone() {
                definition(comm, backend, seed);
                in_places(comm, backend, seed);
            }
        });
    }
}

/// Lines of more points than random problems have: of many factors of two, of other small ones, and of a large prime.
fn long_lines(comm: &SimpleCommunicator, backend: BackendKind) {
    for (seed, (n, first)) in [256, 360, 211].into_iter().zip([AxisKind::C2c, AxisKind::R2c, AxisKind::C2c]).enumerate()
    {
        let kinds = [first, AxisKind::Identity, AxisKind::R2r(R2rKind::Sin)];
        let size = [n, comm.size() as usize, 3];
        let half = [if first == AxisKind::R2c { n / 2 + 1 } else { n }, size[1], size[2]];
        let boxes =
            |size: [usize; 3]| split_world(&Box3d::of_size(size.map(|n| n as i64)), [1, i64::from(comm.size()), 1]);
        let problem = Problem {
            backend,
            size,
            kinds,
            inboxes: boxes(size),
            outboxes: boxes(half),
            options: PlanOptions::for_backend(backend),
            members: Vec::new(),
        };
        let plan = Plan::new(comm, problem.spec(comm.rank() as usize)).expect("the problem is sound");
        let case = format!("{problem:?}");
        let expected = Expected::of(&problem, seed as u64, [problem.is_r2c(), false]);
        if problem.is_r2c() {
            both_ways::<f64, Complex<f64>>(comm, &plan, &problem, &expected, &case);
            both_ways::<f32, Complex<f32>>(comm, &plan, &problem, &expected, &case);
        } else {
            both_ways::<Complex<f64>, Complex<f64>>(comm, &plan, &problem, &expected, &case);
            both_ways::<Complex<f32>, Complex<f32>>(comm, &plan, &problem, &expected, &case);
        }
    }
}

/// A problem both ways by the definition, for both precisions: what is given, and what comes of it.
struct Expected {
    forward: [Field; 2],
    backward: [Field; 2],
}

impl Expected {
    /// Of arrays that are real, or not, before and after a forward transform.
    fn of(problem: &Problem, seed: u64, real: [bool; 2]) -> Expected {
        let before = Field::random(problem.size, seed, real[0]).rounded();
        let after = before.transformed(problem.kinds, Direction::Forward);
        // Backward, from numbers of which the oracle's are exact, to a spectrum that need not be that of a real field.
        let half = problem.is_r2c();
        let spectrum = if half { after.clone() } else { Field::random(problem.size, seed + 1, real[1]) }.rounded();
        let result = if half {
            full_spectrum(&spectrum, problem).transformed(problem.kinds, Direction::Backward)
        } else {
            spectrum.transformed(problem.kinds, Direction::Backward)
        };
        Expected { forward: [before, after], backward: [spectrum, result] }
    }
}

/// Forward and backward, each against the definition; the input stays as it was.
fn both_ways<I: Value, O: Value>(
    comm: &SimpleCommunicator,
    plan: &Plan,
    problem: &Problem,
    expected: &Expected,
    case: &str,
) {
    let input: Vec<I> = local(&expected.forward[0], comm, &problem.inboxes);
    let untouched = input.clone();
    let mut output = vec![O::default(); plan.size_outbox()];
    once(plan, Direction::Forward, &input, &mut output, Scale::None).expect("forward");
    assert_eq!(input, untouched, "{case}");
    let rank = comm.rank() as usize;
    assert_close::<O>(comm, &output, &expected.forward[1].local(&problem.outboxes[rank]), problem.points(), case);

    let spectrum: Vec<O> = local(&expected.backward[0], comm, &problem.outboxes);
    let untouched = spectrum.clone();
    let mut result = vec![I::default(); plan.size_inbox()];
    once(plan, Direction::Backward, &spectrum, &mut result, Scale::None).expect("backward");
    assert_eq!(spectrum, untouched, "{case}");
    let mut expected = expected.backward[1].local(&problem.inboxes[rank]);
    if !I::TYPE.is_complex() {
        // A real output of a c2c plan drops the imaginary part, and so does `of`.
        expected.iter_mut().for_each(|value| value.im = 0.0);
    }
    assert_close::<I>(comm, &result, &expected, problem.points(), case);
}

/// The whole spectrum of a real field from its stored half: `X[−k] = conj(X[k])` over the transformed axes.
fn full_spectrum(half: &Field, problem: &Problem) -> Field {
    let axis = problem.kinds.iter().position(|kind| *kind == AxisKind::R2c).expect("an r2c problem");
    let mut full = Field::random(problem.size, 0, true);
    for index in 0..full.values.len() {
        let size = problem.size;
        let mut point = [index % size[0], index / size[0] % size[1], index / size[0] / size[1]];
        let stored = point[axis] <= size[axis] / 2;
        if !stored {
            for d in 0..3 {
                if problem.kinds[d].is_fourier() {
                    point[d] = (size[d] - point[d]) % size[d];
                }
            }
        }
        full.values[index] = if stored { half.at(point) } else { half.at(point).conj() };
    }
    full
}

/// That the relative L2 error over all ranks is at most the tolerance of the type times √log₂ `points`.
pub fn assert_close<V: Value>(
    comm: &SimpleCommunicator,
    found: &[V],
    expected: &[Complex<f64>],
    points: usize,
    case: &str,
) {
    assert_eq!(found.len(), expected.len(), "{case}");
    let error: f64 = found.iter().zip(expected).map(|(a, b)| (a.value() - b).norm_sqr()).sum();
    let norm: f64 = expected.iter().map(Complex::norm_sqr).sum();
    let mut sums = [0.0_f64; 2];
    comm.all_reduce_into(&[error, norm][..], &mut sums[..], SystemOperation::sum());
    let relative = (sums[0] / sums[1].max(f64::MIN_POSITIVE)).sqrt();
    let bound = V::TOLERANCE * (points as f64).log2().max(1.0).sqrt();
    assert!(relative <= bound, "error {relative:e} exceeds {bound:e}: {case}");
}

/// Whether a plan for the problem goes from that type to the same.
fn keeps<V: Value>(problem: &Problem) -> bool {
    if V::TYPE.is_complex() { !problem.is_r2c() } else { problem.is_r2r() }
}

/// This rank's part of a field.
fn local<V: Value>(field: &Field, comm: &SimpleCommunicator, boxes: &[Box3d]) -> Vec<V> {
    field.local(&boxes[comm.rank() as usize]).into_iter().map(V::of).collect()
}

fn in_place<V: Value>(comm: &SimpleCommunicator, mut problem: Problem, seed: u64) {
    if !keeps::<V>(&problem) {
        return;
    }
    problem.options.count_limit = i64::from(i32::MAX);
    let rank = comm.rank() as usize;
    let plan = Plan::new(comm, problem.spec(rank)).expect("the problem is sound");
    let input: Vec<V> = local(&Field::random(problem.size, seed, false), comm, &problem.inboxes);
    let mut apart = vec![V::default(); plan.size_outbox()];
    once(&plan, Direction::Forward, &input, &mut apart, Scale::Symmetric).expect("forward");

    let mut data = input;
    data.resize(plan.size_inbox().max(plan.size_outbox()), V::default());
    in_place_of(&plan, Direction::Forward, &mut data, Scale::Symmetric).expect("in place");
    assert_eq!(data[..apart.len()], apart[..], "case {seed}: {problem:?}\n{}", plan.recipe());
}

/// Real-to-real transforms that are scaled forward, backward or both, with and without twice the backward one.
fn real_scales(comm: &SimpleCommunicator, backend: BackendKind) {
    let cos = AxisKind::R2r(R2rKind::Cos);
    let mine = slabs(comm, [6, 5, 8]);
    let input: Vec<f64> = local(&Field::random([6, 5, 8], 7, true), comm, &all_slabs(comm, [6, 5, 8]));
    let mixed = [AxisKind::R2r(R2rKind::Sin1), AxisKind::Identity, AxisKind::R2r(R2rKind::Cos1)];
    for (kinds, points, doubling) in [([cos; 3], 8.0 * 240.0, 8.0), (mixed, 2.0 * 7.0 * 2.0 * 7.0, 4.0)] {
        for doubled in [false, true] {
            let spec = Spec::c2c(mine, mine).with_backend(backend).with_kinds(kinds).with_doubled_backward(doubled);
            let plan = Plan::new(comm, spec).expect("slabs are sound");
            let factor = if doubled { doubling } else { 1.0 };
            assert_eq!(plan.scale_factor(Scale::Full), 1.0 / (points * factor));
            for (there, back) in
                [(Scale::None, Scale::Full), (Scale::Full, Scale::None), (Scale::Symmetric, Scale::Symmetric)]
            {
                let mut output = vec![0.0; plan.size_outbox()];
                let mut result = vec![0.0; plan.size_inbox()];
                once(&plan, Direction::Forward, &input, &mut output, there).expect("forward");
                once(&plan, Direction::Backward, &output, &mut result, back).expect("backward");
                let expected: Vec<_> = input.iter().map(|v| Complex::from(*v)).collect();
                assert_close(comm, &result, &expected, 240, "round trip");
            }
            let mut result = vec![0.0; plan.size_inbox()];
            once(&plan, Direction::Backward, &input, &mut result, Scale::None).expect("backward");
            let field = Field::random([6, 5, 8], 7, true).transformed(kinds, Direction::Backward);
            let expected: Vec<_> = field.local(&mine).into_iter().map(|v| v * factor).collect();
            assert_close(comm, &result, &expected, 240, "backward");
        }
    }
}

fn all_slabs(comm: &SimpleCommunicator, size: [i64; 3]) -> Vec<Box3d> {
    split_world(&Box3d::of_size(size), [1, 1, i64::from(comm.size())])
}

fn slabs(comm: &SimpleCommunicator, size: [i64; 3]) -> Box3d {
    all_slabs(comm, size)[comm.rank() as usize]
}

fn scales(comm: &SimpleCommunicator, backend: BackendKind) {
    let mine = slabs(comm, [6, 5, 8]);
    let plan = Plan::new(comm, Spec::c2c(mine, mine).with_backend(backend)).expect("slabs are sound");
    assert_eq!(plan.scale_factor(Scale::Full), 1.0 / 240.0);
    let input = Field::random([6, 5, 8], 7, false).local(&mine);
    for (there, back) in [(Scale::None, Scale::Full), (Scale::Full, Scale::None), (Scale::Symmetric, Scale::Symmetric)]
    {
        let mut output = vec![Complex::<f64>::default(); plan.size_outbox()];
        let mut result = vec![Complex::<f64>::default(); plan.size_inbox()];
        once(&plan, Direction::Forward, &input, &mut output, there).expect("forward");
        once(&plan, Direction::Backward, &output, &mut result, back).expect("backward");
        assert_close(comm, &result, &input, 240, "round trip");
    }
}

fn batches<V: Value>(comm: &SimpleCommunicator, problem: &Problem, seed: u64) {
    const BATCH: usize = 3;
    if !keeps::<V>(problem) {
        return;
    }
    let rank = comm.rank() as usize;
    let plan = Plan::new(comm, problem.spec(rank)).expect("the problem is sound");
    let fields: Vec<_> = (0..BATCH as u64).map(|b| Field::random(problem.size, seed + b, false)).collect();
    let input: Vec<V> = fields.iter().flat_map(|f| local(f, comm, &problem.inboxes)).collect();
    let one_by_one: Vec<V> = (0..BATCH)
        .flat_map(|b| {
            let mut output = vec![V::default(); plan.size_outbox()];
            let n = plan.size_inbox();
            once(&plan, Direction::Forward, &input[b * n..(b + 1) * n], &mut output, Scale::Full).expect("one of them");
            output
        })
        .collect();
    for gives_workspace in [false, true] {
        let mut output = vec![V::default(); BATCH * plan.size_outbox()];
        let arrays = (&input[..], &mut output[..]);
        transform(&plan, Direction::Forward, arrays, Scale::Full, (BATCH, gives_workspace)).expect("the batch");
        assert_eq!(output, one_by_one, "case {seed}: {problem:?}\n{}", plan.recipe());
    }
}

/// Larger and smaller batches of both precisions in turn, with plans that take turns too.
fn growing_batches(comm: &SimpleCommunicator) {
    let mine = slabs(comm, [5, 6, 9]);
    let plans = [(); 2].map(|()| Plan::new(comm, Spec::c2c(mine, mine)).expect("slabs are sound"));
    let field = Field::random([5, 6, 9], 11, false);
    let expected = field.transformed([AxisKind::C2c; 3], Direction::Forward).local(&mine);
    let one = field.local(&mine);
    for (turn, batch) in [1, 4, 2, 7, 1].into_iter().enumerate() {
        let plan = &plans[turn % 2];
        let input = one.repeat(batch);
        let mut output = vec![Complex::<f64>::default(); input.len()];
        let (from, to) = (RawArray::of(&input), RawArray::of_mut(&mut output));
        // SAFETY: both arrays are as long as the batch needs.
        unsafe { plan.execute(Ok(Call { batch, ..Call::new(Direction::Forward, from, to, Scale::None) })) }
            .expect("batch");
        assert_close(comm, &output, &expected.repeat(batch), field.values.len(), "batch");

        let single: Vec<Complex<f32>> = one.iter().copied().map(Value::of).collect();
        let mut output = vec![Complex::<f32>::default(); single.len()];
        plan.forward(&single, &mut output, Scale::None).expect("f32");
        assert_close(comm, &output, &expected, field.values.len(), "f32 in between");
    }
    if comm.size() > 1 {
        let how = plans[0].recipe().to_string();
        assert!(how.contains("shared memory") || how.contains("no memory can be shared"), "{how}");
    }
}

/// Each rank sends a message too long to leave by itself, and transforms; all but the first receive theirs before they
/// come to the transform. Who waits must carry the messages on.
fn message_under_way(comm: &SimpleCommunicator) {
    let mine = slabs(comm, [5, 6, 9]);
    let plan = Plan::new(comm, Spec::c2c(mine, mine)).expect("slabs are sound");
    let (rank, size) = (comm.rank(), comm.size());
    let long = vec![rank; 4_000_000];
    let mut received = vec![-1; if rank > 0 { long.len() } else { 0 }];
    let input = vec![1.0; plan.size_inbox()];
    let mut output = vec![Complex::<f64>::default(); plan.size_outbox()];
    mpi::request::scope(|scope| {
        let sent = (rank + 1 < size).then(|| comm.process_at_rank(rank + 1).immediate_send(scope, &long[..]));
        if rank > 0 {
            comm.process_at_rank(rank - 1).receive_into(&mut received[..]);
        }
        once(&plan, Direction::Forward, &input, &mut output, Scale::None).expect("forward");
        sent.map(mpi::request::Request::wait);
    });
    assert!(received.iter().all(|&value| value == rank - 1));
}

/// 4 × 4 × 4 on two ranks, split in z: sizes that programs written for heFFTe know.
fn workspace_sizes(comm: &SimpleCommunicator) {
    if comm.size() != 2 {
        return;
    }
    let rank = comm.rank() as usize;
    let mine = slabs(comm, [4, 4, 4]);
    let plan = Plan::new(comm, Spec::c2c(mine, mine)).expect("slabs are sound");
    assert_eq!((plan.size_inbox(), plan.size_outbox(), plan.size_workspace()), (32, 32, 96));

    let half = slabs(comm, [4, 4, 3]);
    let plan = Plan::new(comm, Spec::r2c(mine, half, 2).expect("a direction")).expect("slabs are sound");
    assert_eq!(plan.size_outbox(), [32, 16][rank]);
    assert_eq!(plan.size_workspace(), [96, 88][rank]);
}

fn parts(comm: &SimpleCommunicator) {
    let odd = comm.rank() % 2 == 1;
    let colour = mpi::topology::Color::with_value(i32::from(odd));
    let part = comm.split_by_color(colour).expect("every rank has a colour");
    let order = Order::new([2, 1, 0], "inbox").expect("a permutation");
    let size = if odd { [7, 4, 5] } else { [3, 8, 6] };
    let mine = slabs(&part, size).with_order(order);
    let plan = Plan::new(&part, Spec::c2c(mine, mine)).expect("slabs are sound");
    let field = Field::random(size.map(|n| n as usize), 3, false);
    let mut output = vec![Complex::<f64>::default(); plan.size_outbox()];
    plan.forward(&field.local(&mine), &mut output, Scale::None).expect("forward");
    let expected = field.transformed([AxisKind::C2c; 3], Direction::Forward).local(&mine);
    assert_close(&part, &output, &expected, field.values.len(), "part of the ranks");
}
