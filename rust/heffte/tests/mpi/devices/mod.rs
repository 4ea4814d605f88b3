//! Backends that work in the memory of devices: the same tests as for the others, and what they have of their own.
//!
//! `mpiexec -n N <this program> devices cufft`, with a device or with what stands in for one; `devices none` without either; `devices memory
//! cufft` where two stand-ins for devices are.

mod faults;
mod stand_in;

use heffte::geometry::{Box3d, split_world};
use heffte::{
    AxisKind, BackendKind, Call, Complex, DeviceArray, Direction, Error, ErrorKind, Plan, PlanOptions, RawArray, Scale,
    Spec, Transport, devices,
};
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;

use self::stand_in::StandIn;
use crate::arrays::once;
use crate::failures::assert_same_error;
use crate::harness::Harness;
use crate::oracle::{Field, is_close};
use crate::{transforms, tuning};

pub fn run(harness: &mut Harness<'_>, which: &[&str]) {
    let comm = harness.comm;
    if which == ["none"] {
        harness.test("what_a_device_lacks_is_said", || missing(comm));
        return;
    }
    let of_name =
        |name: &str| BackendKind::built().find(|backend| backend.name() == name).expect("a backend of this build");
    if let ["memory", name] = which {
        harness.test("memory_of_a_device_opens_no_other_and_compiles_nothing", || memory_alone(of_name(name)));
        return;
    }
    for name in which {
        let backend = of_name(name);
        backend.check().expect("there is a device");
        transforms::by(harness, backend);
        let name = |test: &str| format!("{test} ({})", backend.name());
        harness.test(&name("host_memory_on_one_rank_is_an_error_of_all"), || host_memory(comm, backend));
        harness.test(&name("a_plan_says_which_device_it_works_on"), || recipe(comm, backend));
        harness.test(&name("mpi_carries_the_memory_of_devices_where_it_says_so"), || aware(comm, backend));
        harness.test(&name("a_transform_costs_as_few_launches_as_it_can"), || launches(comm, backend));
        harness.test(&name("elements_are_multiplied_where_they_are"), || products(backend));
        harness.test(&name("messages_between_pairs_leave_chunk_by_chunk"), || chunks(comm, backend));
        tuning::by(harness, backend, 4);
        // More ranks than cores take long to agree, and would find nothing new.
        if comm.size() <= 2 {
            harness.test(&name("wisdom_knows_the_model_of_a_device"), || tuning::wisdom_of_devices(comm, backend));
            faults::run(harness, backend);
        }
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

/// One rank with a whole world makes a single call of the library; a factor is one launch more. Between slabs, each exchange is
/// packed by one launch and unpacked by another, which has the factor, too.
fn launches(comm: &SimpleCommunicator, backend: BackendKind) {
    let Some(stand_in) = StandIn::loaded() else {
        println!("left out: launches, which real devices do not count");
        return;
    };
    // Of more ranks some have nothing to do in a stage.
    if comm.size() > 5 {
        return;
    }
    let [launch, transform] = if backend == BackendKind::Cufft {
        ["cuLaunchKernel", "cufftExecZ2Z"]
    } else {
        ["hipModuleLaunchKernel", "hipfftExecZ2Z"]
    };
    let mine = slab(comm);
    let plan = Plan::new(comm, Spec::c2c(mine, mine).with_backend(backend)).expect("slabs are sound");
    let input = vec![Complex::new(1.0, 0.0); mine.count()];
    let mut output = input.clone();
    let (alone, exchanges) = (comm.size() == 1, plan.recipe().stages().len() as i64 - 1);
    for scale in [Scale::None, Scale::Full] {
        stand_in.disarm();
        once(&plan, Direction::Forward, &input, &mut output, scale).expect("forward");
        let expected = if alone { (i64::from(scale == Scale::Full), 1) } else { (2 * exchanges, exchanges.min(2)) };
        assert_eq!((stand_in.calls(launch), stand_in.calls(transform)), expected, "{}", plan.recipe());
    }
}

/// Products of elements of each type, and of arrays that are not alike.
fn products(backend: BackendKind) {
    fn check<E: heffte::Element + Default + PartialEq + std::fmt::Debug>(
        backend: BackendKind,
        number: impl Fn(i32) -> E,
        product: impl Fn(i32) -> E,
    ) {
        let all = |of: &dyn Fn(i32) -> E| (0..2100).map(of).collect::<Vec<E>>();
        let mut array = DeviceArray::of(backend, &all(&number)).expect("memory");
        let other = DeviceArray::of(backend, &all(&|i| number(i + 1))).expect("memory");
        array.multiply_by(&other).expect("they are alike");
        assert_eq!(array.to_vec::<E>().expect("they are on a device"), all(&product));
        let short = DeviceArray::of(backend, &[number(0)]).expect("memory");
        let error = array.multiply_by(&short).expect_err("it is too short").to_string();
        assert!(error.contains("2100 elements of") && error.contains("by 1 elements of"), "{error}");
    }
    // Whole numbers, so that products are exact.
    let (re, im) = (|i: i32| i * (i + 1) - 1, |i: i32| 2 * i + 1);
    check(backend, |i| i as f32, |i| (i * (i + 1)) as f32);
    check(backend, f64::from, |i| f64::from(i * (i + 1)));
    check(backend, |i| Complex::new(i as f32, 1.0), |i| Complex::new(re(i) as f32, im(i) as f32));
    check(backend, |i| Complex::new(f64::from(i), 1.0), |i| Complex::new(f64::from(re(i)), f64::from(im(i))));
}

/// Through host memory, each chunk for a peer is copied, marked, waited for and sent by itself, and each that arrives is copied
/// by itself; the stream is not waited for but where nothing leaves.
fn chunks(comm: &SimpleCommunicator, backend: BackendKind) {
    let Some(stand_in) = StandIn::loaded() else {
        println!("left out: copies of chunks, which real devices do not count");
        return;
    };
    if comm.size() == 1 {
        return;
    }
    let [to_host, to_device, record, wait, synchronize] = if backend == BackendKind::Cufft {
        ["cuMemcpyDtoHAsync", "cuMemcpyHtoDAsync", "cuEventRecord", "cuEventSynchronize", "cuStreamSynchronize"]
    } else {
        ["hipMemcpyAsync", "hipMemcpyAsync", "hipEventRecord", "hipEventSynchronize", "hipStreamSynchronize"]
    };
    let (mine, rank, limit) = (slab(comm), comm.rank() as usize, 7);
    let field = Field::random([6, 5, 8], 4, false);
    let expected = field.transformed([AxisKind::C2c; 3], Direction::Forward).local(&mine);
    for transport in [Transport::P2pPlined, Transport::P2p] {
        let options = PlanOptions {
            transport,
            use_shared_memory: false,
            use_gpu_aware: false,
            count_limit: limit as i64,
            ..PlanOptions::default()
        };
        let spec = Spec::c2c(mine, mine).with_backend(backend).with_options(options);
        let plan = Plan::new(comm, spec).expect("slabs are sound");
        let input = DeviceArray::of(backend, &field.local(&mine)).expect("memory");
        let output = DeviceArray::of(backend, &vec![Complex::<f64>::default(); mine.count()]).expect("memory");
        let call = Call::new(Direction::Forward, input.raw(), output.raw(), Scale::None);
        // What is made once is made by the first call.
        for _ in 0..2 {
            stand_in.disarm();
            // SAFETY: the arrays are as long as they say, and stay until the device was waited for.
            unsafe { plan.execute(Ok(call)) }.expect("forward");
        }
        let counted = [to_host, to_device, record, wait, synchronize].map(|name| stand_in.calls(name));
        let ([leaving, arriving], idle) = chunks_of(&plan, rank, limit);
        let copies = if to_host == to_device { [leaving + arriving; 2] } else { [leaving, arriving] };
        assert_eq!(counted, [copies[0], copies[1], leaving, leaving, idle], "{}", plan.recipe());
        assert!(is_close(&output.to_vec().expect("nothing fails"), &expected), "{}", plan.recipe());
    }
}

/// Chunks of so many elements that leave and arrive in a forward transform, and exchanges in which none leaves.
fn chunks_of(plan: &Plan, rank: usize, limit: usize) -> ([i64; 2], i64) {
    let of_pieces = |pieces: Vec<(usize, Box3d)>| -> i64 {
        pieces.iter().filter(|(peer, _)| *peer != rank).map(|(_, piece)| piece.count().div_ceil(limit) as i64).sum()
    };
    let (mut chunks, mut idle) = ([0; 2], 0);
    for pair in plan.recipe().stages().windows(2) {
        let (near, far) = (&pair[0].after, &pair[1].before);
        let leaving = of_pieces(far.overlaps(&near.box_of(rank)));
        chunks[0] += leaving;
        chunks[1] += of_pieces(near.overlaps(&far.box_of(rank)));
        idle += i64::from(leaving == 0);
    }
    (chunks, idle)
}

/// Without a driver, the error names the library that was looked for, and what may name its place.
fn missing(comm: &SimpleCommunicator) {
    let mine = slab(comm);
    let libraries = [
        (BackendKind::Cufft, "libcuda.so.1", "HEFFTE_CUDA_LIBRARIES"),
        (BackendKind::Rocfft, "libamdhip64.so.", "HEFFTE_ROCM_LIBRARIES"),
    ];
    for (backend, library, variable) in libraries.into_iter().filter(|(backend, ..)| backend.is_built()) {
        let error = Plan::new(comm, Spec::c2c(mine, mine).with_backend(backend)).expect_err("there is no driver");
        assert_same_error(comm, &error, &["rank 0", backend.name(), library, variable]);
        assert_eq!(error.kind(), ErrorKind::Backend, "{error}");
        let array = DeviceArray::of(backend, &[1.0_f64]).expect_err("there is no driver");
        assert!(array.to_string().contains(library), "{array}");
    }
}

/// A thread that has no device frees what another one has of the second: the first is not opened, and kernels are not wanted.
fn memory_alone(backend: BackendKind) {
    assert_eq!(devices::count(backend).expect("there are devices"), 2);
    let stand_in = StandIn::loaded().expect("it is loaded by now");
    let [opened, loaded] = if backend == BackendKind::Cufft {
        ["cuDeviceGetName", "cuModuleLoadData"]
    } else {
        ["hipDeviceGetName", "hipModuleLoadData"]
    };
    stand_in.disarm();
    let address = devices::allocate(backend, Some(1), 64).expect("there is memory") as usize;
    // SAFETY: nobody uses the memory.
    let free = move || unsafe { devices::free(backend, address as *mut u8) };
    std::thread::spawn(free).join().expect("no panic").expect("it is a device's");
    assert_eq!((stand_in.calls(opened), stand_in.calls(loaded)), (1, 0));
    assert!(stand_in.census().starts_with("0 memory"), "{}", stand_in.census());
}

/// Where MPI says that it carries the memory of devices, and a trial shows it, it is given that; else it is given host memory.
fn aware(comm: &SimpleCommunicator, backend: BackendKind) {
    if comm.size() == 1 {
        return;
    }
    let (mine, spec) =
        (slab(comm), |options| Spec::c2c(slab(comm), slab(comm)).with_backend(backend).with_options(options));
    let says_so = std::env::var_os("HEFFTE_STAND_IN_AWARE").is_some();
    for use_gpu_aware in [true, false] {
        let options = PlanOptions { use_gpu_aware, use_shared_memory: false, ..PlanOptions::default() };
        let plan = Plan::new(comm, spec(options)).expect("slabs are sound");
        let way =
            if use_gpu_aware && says_so { "alltoallv of device memory" } else { "alltoallv by way of host memory" };
        assert!(plan.recipe().to_string().contains(way), "{}", plan.recipe());
        let field = Field::random([6, 5, 8], 3, false);
        let mut output = vec![Complex::<f64>::default(); plan.size_outbox()];
        once(&plan, Direction::Forward, &field.local(&mine), &mut output, Scale::None).expect("forward");
        let expected = field.transformed([AxisKind::C2c; 3], Direction::Forward).local(&mine);
        assert!(is_close(&output, &expected), "{}", plan.recipe());
    }
}
