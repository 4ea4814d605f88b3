//! Bad input: the same words on every rank, nothing written, and the next call works.

use heffte::geometry::{Box3d, Order, split_world};
use heffte::{
    AxisKind, BackendKind, Call, Complex, Direction, Error, Participants, Plan, R2rKind, RawArray, Scale, Spec,
    Transport,
};
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;

use crate::harness::Harness;

pub fn run(harness: &mut Harness<'_>) {
    let comm = harness.comm;
    harness.test("a_spec_that_one_rank_could_not_make_is_an_error_of_all", || one_bad_spec(comm));
    harness.test("boxes_that_do_not_tile_the_world_are_refused", || bad_boxes(comm));
    harness.test("ranks_that_want_different_things_are_told_so", || disagreements(comm));
    harness.test("arrays_that_do_not_fit_on_one_rank_stop_all_and_leave_outputs_alone", || bad_arrays(comm));
}

fn slab(comm: &SimpleCommunicator) -> Box3d {
    split_world(&Box3d::of_size([4, 4, 8]), [1, 1, i64::from(comm.size())])[comm.rank() as usize]
}

/// That all ranks have the same message, which contains each of `parts`.
pub fn assert_same_error(comm: &SimpleCommunicator, error: &Error, parts: &[&str]) {
    let message = error.to_string();
    for part in parts {
        assert!(message.contains(part), "{message:?} lacks {part:?}");
    }
    let mut root = message.clone().into_bytes();
    let mut length = root.len() as u64;
    comm.process_at_rank(0).broadcast_into(&mut length);
    root.resize(length as usize, 0);
    comm.process_at_rank(0).broadcast_into(&mut root[..]);
    assert_eq!(message.as_bytes(), root, "ranks differ: {message}");
}

/// The plan still works, or a new one does: an array of ones has its sum at the origin.
fn assert_alive(comm: &SimpleCommunicator, plan: &Plan) {
    let input = vec![1.0_f32; plan.size_inbox()];
    let mut output = vec![Complex::<f32>::default(); plan.size_outbox()];
    plan.forward(&input, &mut output, Scale::None).expect("the next transform works");
    if comm.rank() == 0 {
        assert_eq!(output[0].re, 128.0);
    }
}

fn one_bad_spec(comm: &SimpleCommunicator) {
    let mine = slab(comm);
    let last = comm.size() as usize - 1;
    let is_last = comm.rank() as usize == last;
    let name = format!("rank {last}: ");
    let bad: [(heffte::Result<Spec>, &[&str]); 7] = [
        (Spec::r2c(mine, mine, 3), &["r2c direction 3"]),
        (Order::new([0, 0, 2], "inbox").map(|o| Spec::c2c(mine.with_order(o), mine)), &["inbox order (0, 0, 2)"]),
        (BackendKind::try_from(77).map(|b| Spec::c2c(mine, mine).with_backend(b)), &["backend 77", "stock (0)"]),
        (absent_backend(mine), &["cufft (10)"]),
        (Transport::try_from(9).map(|_| Spec::c2c(mine, mine)), &["algorithm 9"]),
        (Ok(Spec::c2c(Box3d::new([0; 3], [1 << 40, 1 << 40, 1]), mine)), &["inbox (0, 0, 0)-(1099511627776"]),
        (Ok(Spec::c2c(mine, mine).with_kinds([AxisKind::R2c; 3])), &["axes 0 and 1 are both"]),
    ];
    for (spec, parts) in bad {
        let spec = if is_last { spec } else { Ok(Spec::c2c(mine, mine)) };
        // SAFETY: the communicator is alive.
        let error = unsafe { Plan::from_raw(comm.as_raw(), spec) }.unwrap_err();
        assert_same_error(comm, &error, &[&[name.as_str()], parts].concat());
    }
    assert_alive(comm, &Plan::new(comm, Spec::c2c(mine, mine)).expect("slabs are sound"));
}

/// What wants a backend that this build or this machine does not have.
fn absent_backend(mine: Box3d) -> heffte::Result<Spec> {
    let spec = Spec::c2c(mine, mine).with_backend(BackendKind::Cufft);
    // Where there is a device, somebody else's error has to do.
    if BackendKind::Cufft.check().is_ok() {
        Err(Error::Caller { message: "no cufft (10) today".to_owned() })
    } else {
        Ok(spec)
    }
}

fn bad_boxes(comm: &SimpleCommunicator) {
    let mine = slab(comm);
    let rank = comm.rank() as usize;
    let last = comm.size() as usize - 1;
    let is_last = rank == last;
    let refused = |inbox: Box3d, outbox: Box3d, parts: &[&str]| {
        let error = Plan::new(comm, Spec::c2c(inbox, outbox)).unwrap_err();
        assert_same_error(comm, &error, parts);
    };
    // The world of the others stays whole where the last rank has no points or some of its neighbour's.
    if last > 0 {
        let mut greedy = mine;
        greedy.low[2] -= i64::from(is_last);
        let parts = [format!("inboxes of ranks {} and {last} overlap", last - 1)];
        refused(greedy, mine, &[&parts[0], "both hold the point"]);
        let mut holed = mine;
        holed.low[0] += i64::from(is_last);
        refused(mine, holed, &["outboxes leave a hole", "point (0, 0,", "the world (0, 0, 0)-(3, 3, 7)"]);
    }
    let shift = |b: Box3d| Box3d { low: b.low.map(|x| x + 1), high: b.high.map(|x| x + 1), ..b };
    refused(shift(mine), mine, &["inboxes begin at (1, 1, 1)", "rank 0 has (1, 1, 1)-"]);
    let wider = split_world(&Box3d::of_size([4, 5, 8]), [1, 1, i64::from(comm.size())])[rank];
    refused(mine, wider, &["outboxes fill (0, 0, 0)-(3, 4, 7)", "c2c", "(0, 0, 0)-(3, 3, 7)"]);
    refused(Box3d::empty(), Box3d::empty(), &["inboxes are empty on all"]);

    let flat = split_world(&Box3d::of_size([1, 4, 8]), [1, 1, i64::from(comm.size())])[rank];
    let cos1 = Spec::c2c(flat, flat).with_kinds([AxisKind::R2r(R2rKind::Cos1); 3]);
    let error = Plan::new(comm, cos1).unwrap_err();
    assert_same_error(comm, &error, &["axis 0 has 1 point", "a cos1 transform takes at least 2"]);

    let error = Plan::new(comm, Spec::r2c(mine, mine, 0).expect("a direction")).unwrap_err();
    assert_same_error(comm, &error, &["r2c transform in direction 0", "(0, 0, 0)-(2, 3, 7)"]);
    assert_alive(comm, &Plan::new(comm, Spec::c2c(mine, mine)).expect("slabs are sound"));
}

fn disagreements(comm: &SimpleCommunicator) {
    let mine = slab(comm);
    let is_last = comm.rank() == comm.size() - 1;
    let with = |change: &dyn Fn(&mut Spec)| {
        let mut spec = Spec::c2c(mine, mine);
        change(&mut spec);
        Plan::new(comm, spec)
    };
    if comm.size() > 1 {
        let error = with(&|spec| spec.doubles_backward = is_last).unwrap_err();
        assert_same_error(comm, &error, &["whether backward transforms are doubled", "false and true"]);
        let error = with(&|spec| {
            if is_last {
                spec.kinds[1] = AxisKind::R2r(R2rKind::Sin);
            }
        });
        assert_same_error(comm, &error.unwrap_err(), &["the kinds of the axes", "c2c, c2c, c2c and c2c, sin, c2c"]);
    }
    let real = Plan::new(comm, Spec::c2c(mine, mine).with_kinds([AxisKind::R2r(R2rKind::Cos); 3])).expect("sound");
    let (input, mut output) = (vec![0.0; mine.count()], vec![Complex::new(0.0, 0.0); mine.count()]);
    let error = real.forward(&input, &mut output, Scale::None).unwrap_err();
    assert_same_error(comm, &error, &["forward transform of a r2r plan", "float64 to complex128", "for both"]);
    for given in [0, i64::from(comm.size()) + 1] {
        let error = with(&|spec| spec.options.participants = Participants::First(given)).unwrap_err();
        assert_same_error(comm, &error, &[&format!("num_subranks {given}"), &format!("{} ranks", comm.size())]);
    }
    if comm.size() > 1 {
        let ranks = format!("ranks 0 and {}", comm.size() - 1);
        let error = with(&|spec| {
            if is_last {
                spec.options.transport = Transport::P2p;
            }
        })
        .unwrap_err();
        assert_same_error(comm, &error, &[&ranks, "reshape algorithm", "alltoallv", "p2p"]);
        let error = with(&|spec| spec.options.use_pencils = is_last).unwrap_err();
        assert_same_error(comm, &error, &[&ranks, "use_pencils", "true", "false"]);

        let plan = Plan::new(comm, Spec::c2c(mine, mine)).expect("slabs are sound");
        let input = vec![Complex::<f64>::default(); plan.size_inbox()];
        let mut output = vec![Complex::<f64>::new(5.0, 5.0); plan.size_outbox()];
        let scale = if is_last { Scale::Full } else { Scale::None };
        let error = plan.forward(&input, &mut output, scale).unwrap_err();
        assert_same_error(comm, &error, &[&ranks, "scale none", "scale full"]);
        assert!(output.iter().all(|value| *value == Complex::new(5.0, 5.0)));
        assert_alive(comm, &plan);
    }
}

fn bad_arrays(comm: &SimpleCommunicator) {
    let mine = slab(comm);
    let rank = comm.rank() as usize;
    // The rank that is wrong must have points: the first always has.
    let name = "rank 0: ";
    let plan = Plan::new(comm, Spec::c2c(mine, mine)).expect("slabs are sound");
    let mark = Complex::new(5.0_f64, 5.0);
    let input = vec![Complex::<f64>::default(); plan.size_inbox()];
    let reals = vec![0.0_f64; plan.size_inbox()];
    let mut workspace = vec![Complex::<f64>::default(); plan.size_workspace()];
    let good = Call::new(Direction::Forward, RawArray::of(&input), RawArray::of(&input), Scale::None);
    let count = plan.size_inbox();
    let held = mine.to_string();

    type Spoil<'a> = &'a dyn Fn(&mut Call);
    let short = format!("input has {} elements, but {count} are needed for the inbox {held}", count.saturating_sub(1));
    let cases: [(Spoil<'_>, Vec<&str>); 7] = [
        (&|c| c.input.len = Some(count - 1), vec![&short]),
        (&|c| c.output.len = Some(0), vec!["output has 0 elements", "outbox"]),
        (&|c| c.input.address = std::ptr::null_mut(), vec!["input is null", "inbox"]),
        (&|c| c.output.address = std::ptr::null_mut(), vec!["output is null", "outbox"]),
        (&|c| c.output.element = heffte::ElementType::Float64, vec!["from complex128 to float64", "c2c"]),
        (&|c| c.workspace.as_mut().unwrap().len = Some(1), vec!["workspace has 1 elements"]),
        (&|c| c.workspace = Some(RawArray { len: None, ..c.input }), vec!["workspace overlaps the input"]),
    ];
    for (spoil, parts) in cases {
        let mut output = vec![mark; plan.size_outbox()];
        let mut call =
            Call { output: RawArray::of_mut(&mut output), workspace: Some(RawArray::of_mut(&mut workspace)), ..good };
        if rank == 0 {
            spoil(&mut call);
        }
        // SAFETY: arrays are as long as they say or need not be.
        let error = unsafe { plan.execute(Ok(call)) }.unwrap_err();
        let mut parts = if rank == 0 { parts } else { vec![] };
        parts.push(name);
        assert_same_error(comm, &error, &parts);
        assert!(output.iter().all(|value| *value == mark), "the output was written");
    }

    let caller = Error::Caller { message: "list is not an array".into() };
    let mut output = vec![mark; plan.size_outbox()];
    let call = Call { output: RawArray::of_mut(&mut output), ..good };
    // SAFETY: as above.
    let error = unsafe { plan.execute(if rank == 0 { Err(caller) } else { Ok(call) }) }.unwrap_err();
    assert_same_error(comm, &error, &["rank 0: list is not an array"]);
    assert_alive(comm, &plan);

    let half = split_world(&Box3d::of_size([3, 4, 8]), [1, 1, i64::from(comm.size())])[rank];
    let r2c = Plan::new(comm, Spec::r2c(mine, half, 0).expect("a direction")).expect("slabs are sound");
    let mut output = vec![mark; r2c.size_outbox()];
    let error = r2c.forward(&input, &mut output, Scale::None).unwrap_err();
    assert_same_error(comm, &error, &["forward transform of a r2c plan", "from complex128 to complex128", "float64"]);
    let mut output = vec![Complex::<f32>::new(5.0, 5.0); r2c.size_outbox()];
    let error = r2c.forward(&reals, &mut output, Scale::None).unwrap_err();
    assert_same_error(comm, &error, &["from float64 to complex64"]);
    assert_alive(comm, &r2c);
}
