//! Traces from Rust, also where ranks pretend to be on several nodes; what files hold is tested from Python.

use std::path::{Path, PathBuf};

use heffte::geometry::{Box3d, split_world};
use heffte::{Complex, Plan, Scale, Spec, trace};
use mpi::traits::*;
use serde_json::Value;

use crate::harness::Harness;

/// A file of the trace with that root.
fn file(root: &Path, end: &str) -> PathBuf {
    let mut path = root.as_os_str().to_owned();
    path.push(end);
    path.into()
}

/// How often each rank has an event in a file for viewers.
fn counts(path: &Path, name: &str, ranks: usize) -> Vec<usize> {
    let whole: Value =
        serde_json::from_str(&std::fs::read_to_string(path).expect("it was written")).expect("it is JSON");
    let events = whole["traceEvents"].as_array().expect("there are events");
    let count = |rank: usize| events.iter().filter(|event| event["pid"] == rank && event["name"] == name).count();
    (0..ranks).map(count).collect()
}

pub fn run(harness: &mut Harness<'_>) {
    let comm = harness.comm;
    let (rank, size) = (comm.rank() as usize, comm.size() as usize);
    let mine = split_world(&Box3d::of_size([6, 7, 16]), [1, 1, size as i64])[rank];
    let mut process = std::process::id();
    comm.process_at_rank(0).broadcast_into(&mut process);
    let root = std::env::temp_dir().join(format!("heffte-tests-{process}"));
    harness.test("a_trace_has_each_transform_and_exchange_on_each_rank", || {
        trace::start(comm, &root).expect("the directory is there");
        let plan = {
            let _mark = trace::mark("mine");
            Plan::new(comm, Spec::c2c(mine, mine)).expect("slabs are sound")
        };
        let input = vec![1.0; plan.size_inbox()];
        let mut output = vec![Complex::<f64>::default(); plan.size_outbox()];
        plan.forward(&input, &mut output, Scale::None).expect("forward");
        trace::stop().expect("there is room for the files");
        assert!(!trace::is_on());
        plan.forward(&input, &mut output, Scale::None).expect("forward");
        comm.barrier();

        let log = std::fs::read_to_string(file(&root, &format!("_{rank}.log"))).expect("it was written");
        let name = |line: &str| line[..40].trim().to_owned();
        let names: Vec<String> = log.lines().map(name).collect();
        let events = |name: &str| names.iter().filter(|known| *known == name).count();
        assert_eq!(["plan", "mine", "forward"].map(events), [1; 3], "{names:?}");
        // An exchange is a message or a meeting, one of which may be where ranks agree.
        let exchanges = plan.recipe().stages().len() - 1;
        assert!(events("exchange") == exchanges || events("meeting") + events("agreement") >= exchanges, "{names:?}");
        for name in ["plan", "mine", "forward"] {
            assert_eq!(counts(&file(&root, ".json"), name, size), vec![1; size]);
        }
    });
    comm.barrier();
    // A test that failed may have left fewer.
    let _ = std::fs::remove_file(file(&root, &format!("_{rank}.log")));
    if rank == 0 {
        [".json", ".txt"].iter().for_each(|end| _ = std::fs::remove_file(file(&root, end)));
    }
}
