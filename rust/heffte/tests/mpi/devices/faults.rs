//! Calls of a device's libraries that fail, each in its turn, on one rank: an error of all, or none and right results; and nothing is
//! left behind.

use std::time::Duration;

use heffte::geometry::{Box3d, split_world};
use heffte::{
    AxisKind, BackendKind, Call, Complex, DeviceArray, Direction, Plan, PlanOptions, R2rKind, RawArray, Result, Scale,
    Spec, Transport,
};
use mpi::collective::SystemOperation;
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;

use super::stand_in::StandIn;
use crate::arrays::once;
use crate::harness::{Harness, Watchdog};
use crate::oracle::{Field, is_close};

const SIZE: [usize; 3] = [6, 4, 5];
const KINDS: [AxisKind; 3] = [AxisKind::C2c, AxisKind::R2r(R2rKind::Cos), AxisKind::C2c];

/// Elements of a message, so that a piece goes in a few.
const CHUNK: i64 = 12;

/// A plan, a transform and the plan's end may take so long, whatever fails.
const LIMIT: Duration = Duration::from_secs(5);

/// What the engine calls, by the names of both vendors.
const CALLS: [(&str, &str); 18] = [
    ("cuMemAlloc", "hipMalloc"),
    ("cuMemFree", "hipFree"),
    ("cuMemHostAlloc", "hipHostMalloc"),
    ("cuMemFreeHost", "hipHostFree"),
    ("cuMemcpyHtoDAsync", "hipMemcpyAsync"),
    ("cuMemcpyDtoHAsync", "hipMemcpyAsync"),
    ("cuStreamSynchronize", "hipStreamSynchronize"),
    ("cuEventCreate", "hipEventCreateWithFlags"),
    ("cuEventRecord", "hipEventRecord"),
    ("cuEventSynchronize", "hipEventSynchronize"),
    ("cuEventDestroy", "hipEventDestroy"),
    ("cuLaunchKernel", "hipModuleLaunchKernel"),
    ("cuIpcGetMemHandle", "hipIpcGetMemHandle"),
    ("cuIpcOpenMemHandle", "hipIpcOpenMemHandle"),
    ("cuCtxPushCurrent", "hipSetDevice"),
    ("cufftCreate", "hipfftCreate"),
    ("cufftMakePlanMany64", "hipfftMakePlanMany64"),
    ("cufftExecZ2Z", "hipfftExecZ2Z"),
];

pub fn run(harness: &mut Harness<'_>, backend: BackendKind) {
    let comm = harness.comm;
    let Some(stand_in) = StandIn::loaded() else {
        println!("left out: calls that fail, which real devices do not let happen");
        return;
    };
    let whole = PlanOptions { use_shared_memory: false, ..PlanOptions::default() };
    let chunks = PlanOptions { transport: Transport::P2pPlined, count_limit: CHUNK, ..whole };
    let shared = PlanOptions::default();
    let ways = [("shared device memory", shared), ("host memory", whole), ("host memory in chunks", chunks)];
    // Where the environment asks for messages, the first way is the second.
    for (way, options) in ways.into_iter().skip(usize::from(!shared.use_shared_memory)) {
        harness.test(
            &format!("each_call_that_fails_on_one_rank_is_an_error_of_all ({way}, {})", backend.name()),
            || {
                let problems: Vec<String> =
                    CALLS.iter().flat_map(|names| problems_with(comm, &stand_in, backend, options, *names)).collect();
                assert!(problems.is_empty(), "{}", problems.join("\n"));
            },
        );
    }
}

/// What is wrong when the first, second … call of a function fails, until there is none to fail.
fn problems_with(
    comm: &SimpleCommunicator,
    stand_in: &StandIn,
    backend: BackendKind,
    options: PlanOptions,
    (cuda, hip): (&str, &str),
) -> Vec<String> {
    let name = if backend == BackendKind::Cufft { cuda } else { hip };
    let mut problems = Vec::new();
    let inboxes = split_world(&Box3d::of_size(SIZE.map(|n| n as i64)), [1, 1, i64::from(comm.size())]);
    let mine = inboxes[comm.rank() as usize];
    let field = Field::random(SIZE, 5, false);
    let expected = field.transformed(KINDS, Direction::Forward).local(&mine);
    let input = DeviceArray::of(backend, &field.local(&mine)).expect("memory");
    for call in 1.. {
        let before = settled(comm, stand_in, backend, mine);
        // The program's own arrays are there before anything fails.
        let output = DeviceArray::of(backend, &vec![Complex::<f64>::default(); mine.count()]).expect("memory");
        let arrays = [input.raw(), output.raw()];
        if comm.rank() == comm.size() - 1 {
            stand_in.arm(name, call);
        }
        let watchdog = Watchdog::start(format!("call {call} of {name}"), comm.rank() as usize, LIMIT);
        let spec = Spec::c2c(mine, mine).with_backend(backend).with_kinds(KINDS).with_options(options);
        let done = transform(comm, spec, arrays);
        watchdog.stop();
        let struck = any(comm, stand_in.disarm());
        let failed = any(comm, done.is_err());
        match done {
            Ok(()) if !is_close(&output.to_vec().expect("nothing fails now"), &expected) => {
                problems.push(format!("call {call} of {name}: wrong numbers"));
            }
            Ok(()) if failed => problems.push(format!("call {call} of {name}: an error of some ranks alone")),
            _ => {}
        }
        drop(output);
        let after = settled(comm, stand_in, backend, mine);
        if after != before {
            problems.push(format!("call {call} of {name}: {before} before, {after} after"));
        }
        if !struck || !any(comm, problems.is_empty()) {
            break;
        }
    }
    problems
}

/// One transform with a plan of its own.
fn transform(comm: &SimpleCommunicator, spec: Spec, [input, output]: [RawArray; 2]) -> Result<()> {
    let plan = Plan::new(comm, spec)?;
    let call = Call::new(Direction::Forward, input, output, Scale::None);
    // SAFETY: the arrays are as long as they say, and stay until the plan, which waits for what it has queued, is gone.
    unsafe { plan.execute(Ok(call)) }
}

/// What is alive once everybody has let go of what ranks share: the ends of other plans free that.
fn settled(comm: &SimpleCommunicator, stand_in: &StandIn, backend: BackendKind, mine: Box3d) -> String {
    let options = PlanOptions { use_shared_memory: false, ..PlanOptions::default() };
    for _ in 0..5 {
        comm.barrier();
        let spec = Spec::c2c(mine, mine).with_backend(backend).with_options(options);
        let plan = Plan::new(comm, spec).expect("nothing fails now");
        let input = vec![Complex::new(1.0, 0.0); plan.size_inbox()];
        let mut output = vec![Complex::<f64>::default(); plan.size_outbox()];
        once(&plan, Direction::Forward, &input, &mut output, Scale::None).expect("nothing fails now");
    }
    comm.barrier();
    stand_in.census()
}

fn any(comm: &SimpleCommunicator, here: bool) -> bool {
    let mut found = false;
    comm.all_reduce_into(&here, &mut found, SystemOperation::logical_or());
    found
}
