//! Libraries of others that are missing, or fail, on one rank: an error of all ranks, and no rank waits for ever.
//!
//! They are loaded once in a process, so these tests are a run of their own: `mpiexec -n N <this program> faults libraries`.

use std::path::{Path, PathBuf};
use std::process::Command;

use heffte::geometry::{Box3d, split_world};
use heffte::{AxisKind, BackendKind, Complex, Direction, Error, Plan, PlanOptions, R2rKind, Scale, Spec};
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;

use crate::failures::assert_same_error;
use crate::harness::Harness;
use crate::oracle::Field;
use crate::problem::TRANSPORTS;
use crate::transforms::assert_close;

const SIZE: [usize; 3] = [8, 6, 7];

pub fn run(harness: &mut Harness<'_>) {
    let comm = harness.comm;
    if BackendKind::Fftw.is_built() {
        harness.test("fftw_that_one_rank_cannot_load_is_an_error_of_all", || missing_on_one_rank(comm));
    }
    if BackendKind::Mkl.is_built() {
        harness.test("mkl_that_fails_on_one_rank_in_mid_transform_is_an_error_of_all", || failing_mkl(comm));
    }
}

fn slab(comm: &SimpleCommunicator) -> Box3d {
    split_world(&Box3d::of_size(SIZE.map(|n| n as i64)), [1, 1, i64::from(comm.size())])[comm.rank() as usize]
}

fn is_last(comm: &SimpleCommunicator) -> bool {
    comm.rank() + 1 == comm.size()
}

/// Sets a variable of the environment for what follows.
fn set(name: &str, value: impl AsRef<std::ffi::OsStr>) {
    // SAFETY: the harness's watchdog and idle threads of the library are the only other ones, and they look at no variable.
    unsafe { std::env::set_var(name, value) };
}

fn unset(name: &str) {
    // SAFETY: as above.
    unsafe { std::env::remove_var(name) };
}

fn missing_on_one_rank(comm: &SimpleCommunicator) {
    if is_last(comm) {
        set("HEFFTE_FFTW_LIBRARIES", "/nowhere");
    }
    let can = BackendKind::Fftw.check().is_ok();
    let mut all_can = vec![false; comm.size() as usize];
    comm.all_gather_into(&can, &mut all_can[..]);
    let first = all_can.iter().position(|can| !can).expect("the last rank cannot");
    let spec = Spec::c2c(slab(comm), slab(comm));
    for _ in 0..2 {
        let error = Plan::new(comm, spec.with_backend(BackendKind::Fftw)).unwrap_err();
        let name = format!("rank {first}: backend fftw (1) is in this build, but its library is not to be had");
        assert_same_error(comm, &error, &[&name, "libfftw3f.so.3", "HEFFTE_FFTW_LIBRARIES"]);
    }
    follows_the_definition(comm, &Plan::new(comm, spec).expect("the stock backend is there"), AxisKind::C2c);
    // Of such lengths FFTW was measured to be the fastest.
    let cube = split_world(&Box3d::of_size([13; 3]), [1, 1, i64::from(comm.size())])[comm.rank() as usize];
    let plan = Plan::new(comm, Spec::c2c(cube, cube).with_backend(BackendKind::Auto)).expect("stock can be picked");
    let said = plan.recipe().to_string();
    assert!(said.contains("stock, picked by auto: fftw should be faster, but not all ranks can load it"), "{said}");
}

/// Builds the library that fails, on rank 0, and lets all ranks find it.
fn build(comm: &SimpleCommunicator) -> PathBuf {
    let mut number = std::process::id();
    comm.process_at_rank(0).broadcast_into(&mut number);
    let root = std::env::temp_dir().join(format!("heffte-failing-mkl-{number}"));
    if comm.rank() == 0 {
        let lib = root.join("lib");
        std::fs::create_dir_all(&lib).expect("the temporary directory may be written to");
        for part in ["libmkl_core.so", "libmkl_sequential.so", "libmkl_intel_lp64.so"] {
            std::fs::write(lib.join(part), "").expect("as above");
        }
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mpi/faults/failing_mkl.c");
        let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
        let mut compile = Command::new(compiler);
        compile.args(["-shared", "-fPIC", "-O1", "-o"]).arg(lib.join("libmkl_rt.so.2")).arg(source).arg("-lm");
        assert!(compile.status().expect("there is a C compiler").success());
    }
    comm.barrier();
    set("MKL_ROOT", &root);
    root
}

fn failing_mkl(comm: &SimpleCommunicator) {
    let root = build(comm);
    let spec = Spec::c2c(slab(comm), slab(comm));
    for kind in [AxisKind::C2c, AxisKind::R2r(R2rKind::Cos)] {
        for (index, transport) in TRANSPORTS.into_iter().enumerate() {
            for use_shared_memory in [true, false] {
                let options = PlanOptions {
                    transport,
                    use_shared_memory,
                    threads: 1 + index % 3,
                    treat_as_large: index == 1,
                    ..PlanOptions::for_backend(BackendKind::Mkl)
                };
                let spec = spec.with_backend(BackendKind::Mkl).with_options(options);
                let plan = Plan::new(comm, spec.with_kinds([kind, AxisKind::C2c, kind])).expect("MKL is there");
                fails_and_goes_on(comm, &plan, kind);
            }
        }
    }
    comm.barrier();
    if comm.rank() == 0 {
        std::fs::remove_dir_all(root).expect("it is ours");
    }
}

fn fails_and_goes_on(comm: &SimpleCommunicator, plan: &Plan, kind: AxisKind) {
    let input = vec![Complex::new(1.0_f64, 0.0); plan.size_inbox()];
    let mut output = input.clone();
    // In the first visit, and in later ones.
    for calls in [0, 2, 5, 11] {
        if is_last(comm) {
            set("HEFFTE_TEST_MKL_FAILS_AFTER", calls.to_string());
        }
        let result = plan.forward(&input, &mut output, Scale::None);
        unset("HEFFTE_TEST_MKL_FAILS_AFTER");
        assert!(calls > 0 || result.is_err(), "it went well");
        let outcomes = gathered(comm, result.is_ok());
        assert!(outcomes.iter().all(|ok| *ok == outcomes[0]), "{calls} calls: {outcomes:?}");
        if let Err(error) = result {
            assert!(matches!(error, Error::OnRank { kind: heffte::ErrorKind::Backend, .. }), "{error:?}");
            let name = format!("rank {}: MKL could not transform lines of ", comm.size() - 1);
            assert_same_error(comm, &error, &[&name, "the test's own MKL is out of memory"]);
        }
        follows_the_definition(comm, plan, kind);
    }
}

fn gathered(comm: &SimpleCommunicator, mine: bool) -> Vec<bool> {
    let mut all = vec![false; comm.size() as usize];
    comm.all_gather_into(&mine, &mut all[..]);
    all
}

/// That the plan, or the next one, works as ever.
fn follows_the_definition(comm: &SimpleCommunicator, plan: &Plan, kind: AxisKind) {
    let field = Field::random(SIZE, 7, false).rounded();
    let mut output = vec![Complex::<f64>::default(); plan.size_outbox()];
    plan.forward(&field.local(&plan.inbox()), &mut output, Scale::None).expect("forward");
    let expected = field.transformed([kind, AxisKind::C2c, kind], Direction::Forward).local(&plan.outbox());
    assert_close(comm, &output, &expected, SIZE.iter().product(), plan.backend().name());
}
