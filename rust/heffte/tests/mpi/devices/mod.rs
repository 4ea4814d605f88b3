//! Backends that work in the memory of devices: the same tests as for the others, and what they have of their own.
//!
//! `mpiexec -n N <this program> devices cufft`, with a device or with what stands in for one.

mod faults;
mod stand_in;

use heffte::geometry::{Box3d, split_world};
use heffte::{BackendKind, Call, Complex, DeviceArray, Direction, Error, Plan, RawArray, Scale, Spec};
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;

use crate::failures::assert_same_error;
use crate::harness::Harness;
use crate::transforms;

pub fn run(harness: &mut Harness<'_>, which: &[&str]) {
    let comm = harness.comm;
    for name in which {
        let backend = BackendKind::built().find(|backend| backend.name() == *name).expect("a backend of this build");
        backend.check().expect("there is a device");
        transforms::by(harness, backend);
        let name = |test: &str| format!("{test} ({})", backend.name());
        harness.test(&name("host_memory_on_one_rank_is_an_error_of_all"), || host_memory(comm, backend));
        harness.test(&name("a_plan_says_which_device_it_works_on"), || recipe(comm, backend));
        faults::run(harness, backend);
    }
}

fn slab(comm: &SimpleCommunicator) -> Box3d {
    split_world(&Box3d::of_size([6, 5, 8]), [1, 1, i64::from(comm.size())])[comm.rank() as usize]
}

/// An array in host memory is an error that names it, and leaves the plan as it was.
fn host_memory(comm: &SimpleCommunicator, backend: BackendKind) {
    let mine = slab(comm);
    let plan = Plan::new(comm, Spec::c2c(mine, mine).with_backend(backend)).expect("slabs are sound");
    let on_host = vec![Complex::new(1.0, 0.0); mine.count()];
    let input = DeviceArray::of(backend, &on_host).expect("memory");
    let output = DeviceArray::of(backend, &on_host).expect("memory");
    let is_last = comm.rank() + 1 == comm.size();
    let given = if is_last { RawArray::of(&on_host) } else { input.raw() };
    let call = Call::new(Direction::Forward, given, output.raw(), Scale::None);
    // SAFETY: all arrays are as long as they say.
    let error = unsafe { plan.execute(Ok(call)) }.expect_err("it is in host memory");
    assert_same_error(comm, &error, &["input is in host memory", "(device 0)"]);
    let call = Call::new(Direction::Forward, input.raw(), output.raw(), Scale::None);
    // SAFETY: as above.
    unsafe { plan.execute(Ok(call)) }.expect("the plan is as it was");
}

fn recipe(comm: &SimpleCommunicator, backend: BackendKind) {
    let mine = slab(comm);
    let plan = Plan::new(comm, Spec::c2c(mine, mine).with_backend(backend)).expect("slabs are sound");
    let text = plan.recipe().to_string();
    assert!(plan.device() == Some(0) && text.contains("(device 0)"), "{text}");
    let error = DeviceArray::of(BackendKind::Stock, &[1.0_f64]).expect_err("stock has no device");
    assert!(matches!(error, Error::HostBackend { name: "stock" }), "{error}");
    let far = Plan::new(comm, Spec::c2c(mine, mine).with_backend(backend).with_device(Some(99))).expect_err("too far");
    assert_same_error(comm, &far, &["rank 0"]);
}
