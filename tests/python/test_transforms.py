"""Whole transforms against scipy.fft."""

import heffte
import numpy as np
import pytest
import scipy.fft
from mpi4py import MPI
from problems import BACKENDS, assert_close, local, random_boxes, random_field, slabs

SHAPES = [(8, 8, 8), (12, 10, 9), (7, 11, 13), (1, 16, 9), (15, 1, 1), (1, 1, 1), (2, 3, 97), (16, 5, 2)]
PRECISIONS = {"float32": "complex64", "float64": "complex128"}


def make(comm, shape, seed, direction=None, options=None, backend=heffte.backend.stock):
    """A plan over random boxes, with both boxes of this rank."""
    rng = np.random.default_rng(seed)
    half = list(shape)
    if direction is not None:
        half[direction] = shape[direction] // 2 + 1
    inbox = random_boxes(rng, shape, comm.size)[comm.rank]
    outbox = random_boxes(rng, tuple(half), comm.size)[comm.rank]
    if direction is None:
        return heffte.fft3d(backend, inbox, outbox, comm, options), inbox, outbox
    return heffte.fft3d_r2c(backend, inbox, outbox, direction, comm, options), inbox, outbox


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", ["complex64", "complex128", "float32", "float64"])
@pytest.mark.parametrize("backend", BACKENDS)
def test_c2c_plans_agree_with_scipy_both_ways(comm, shape, dtype, backend):
    rng = np.random.default_rng(1)
    field = random_field(rng, shape, dtype)
    wide = np.asarray(field, dtype=complex)
    for seed in range(4):
        plan, inbox, outbox = make(comm, shape, seed, backend=backend)
        data = local(field, inbox)
        untouched = data.copy()
        spectrum = np.empty(outbox.count(), dtype=PRECISIONS.get(dtype, dtype))
        plan.forward(data, spectrum)
        assert_close(comm, spectrum, local(scipy.fft.fftn(wide), outbox), field.size)
        assert np.array_equal(data, untouched)

        waves = random_field(np.random.default_rng(seed), shape, spectrum.dtype.name)
        data = local(waves, outbox)
        untouched = data.copy()
        result = np.empty(inbox.count(), dtype=dtype)
        plan.backward(data, result)
        expected = scipy.fft.ifftn(waves.astype(complex), norm="forward")
        expected = expected if result.dtype.kind == "c" else expected.real
        assert_close(comm, result, local(expected, inbox), field.size)
        assert np.array_equal(data, untouched)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("direction", [0, 1, 2])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("backend", BACKENDS)
def test_r2c_plans_agree_with_scipy_in_every_direction(comm, shape, direction, dtype, backend):
    field = random_field(np.random.default_rng(2), shape, dtype)
    axes = [axis for axis in range(3) if axis != direction] + [direction]
    for seed in range(3):
        plan, inbox, outbox = make(comm, shape, seed, direction, backend=backend)
        data = local(field, inbox)
        spectrum = np.empty(outbox.count(), dtype=PRECISIONS[dtype])
        plan.forward(data, spectrum)
        # scipy halves the last of the axes that it is given.
        expected = scipy.fft.rfftn(field.astype(float), axes=axes)
        assert_close(comm, spectrum, local(expected, outbox), field.size)

        halved = expected.astype(spectrum.dtype)
        data = local(halved, outbox)
        untouched = data.copy()
        result = np.empty(inbox.count(), dtype=dtype)
        plan.backward(data, result)
        sizes = [shape[axis] for axis in axes]
        real = scipy.fft.irfftn(halved.astype(complex), s=sizes, axes=axes, norm="forward")
        assert_close(comm, result, local(real, inbox), field.size)
        assert np.array_equal(data, untouched)


# Boxes that no cache holds, and planes that none holds either: results go another way to memory there.
@pytest.mark.parametrize("shape", [(128, 130, 128), (3, 800, 700)])
@pytest.mark.parametrize("dtype", ["complex128", "complex64", "float64", "float32"])
def test_large_boxes_agree_with_scipy(comm, shape, dtype):
    field = random_field(np.random.default_rng(8), shape, dtype)
    axis = int(np.argmax(shape))
    for order in ([2, 1, 0], [0, 1, 2]):
        real = field.dtype.kind == "f"
        world = heffte.box3d([0, 0, 0], np.array(shape) - 1, order)
        grid = np.ones(3, dtype=int)
        grid[axis] = comm.size
        inbox = heffte.split_world(world, grid)[comm.rank]
        outbox = heffte.split_world(world.r2c(2) if real else world, grid[[1, 0, 2]])[comm.rank]
        plan = heffte.fft3d_r2c(0, inbox, outbox, 2, comm) if real else heffte.fft3d(0, inbox, outbox, comm)
        spectrum = np.empty(outbox.count(), dtype=PRECISIONS.get(dtype, dtype))
        plan.forward(local(field, inbox), spectrum, heffte.scale.full)
        wide = field.astype(float if real else complex)
        expected = (scipy.fft.rfftn if real else scipy.fft.fftn)(wide, norm="forward")
        assert_close(comm, spectrum, local(expected, outbox), field.size)
        back = np.empty(inbox.count(), dtype=dtype)
        plan.backward(spectrum, back)
        assert_close(comm, back, local(field, inbox), field.size)


@pytest.mark.parametrize("there, back", [("none", "full"), ("full", "none"), ("symmetric", "symmetric")])
def test_scales_agree_with_scipy_and_make_a_round_trip(comm, there, back):
    shape = (6, 10, 7)
    norms = {"none": "backward", "full": "forward", "symmetric": "ortho"}
    field = random_field(np.random.default_rng(3), shape, "float64")
    plan, inbox, outbox = make(comm, shape, 5, 1)
    data = local(field, inbox)
    spectrum = np.empty(outbox.count(), dtype=complex)
    result = np.empty_like(data)
    plan.forward(data, spectrum, getattr(heffte.scale, there))
    expected = scipy.fft.rfftn(field, axes=(0, 2, 1), norm=norms[there])
    assert_close(comm, spectrum, local(expected, outbox), field.size)
    plan.backward(spectrum, result, getattr(heffte.scale, back))
    assert_close(comm, result, data, field.size)
    assert plan.get_scale_factor(heffte.scale.full) == pytest.approx(1 / field.size, rel=1e-15)
    assert plan.get_scale_factor(heffte.scale.symmetric) == pytest.approx(field.size**-0.5, rel=1e-15)
    assert plan.get_scale_factor(heffte.scale.none) == 1


def test_buffered_in_place_and_batched_calls_give_the_same_bits(comm):
    shape = (6, 8, 10)
    box = slabs(shape, comm.size)[comm.rank]
    plan = heffte.fft3d(heffte.backend.stock, box, box, comm)
    fields = random_field(np.random.default_rng(4), (3, *shape), "complex128")
    data = np.stack([local(field, box) for field in fields])
    expected = np.empty_like(data)
    for one, result in zip(data, expected):
        plan.forward(one, result)
    assert_close(comm, expected[1], local(scipy.fft.fftn(fields[1]), box), fields[1].size)

    workspace = np.full(3 * plan.size_workspace(), np.nan, dtype=complex)
    for call in (
        lambda out: [plan.forward_buffered(a, b, workspace) for a, b in zip(data, out)],
        lambda out: plan.forward(data, out, batch=3),
        lambda out: plan.forward_buffered(data, out, workspace, heffte.scale.none, batch=3),
    ):
        result = np.zeros_like(data)
        call(result)
        assert np.array_equal(result, expected)
    result = data.copy()
    for one in result:
        plan.forward(one, one)
    assert np.array_equal(result, expected)
    plan.backward_buffered(result, result, workspace, heffte.scale.full, batch=3)
    assert_close(comm, result, data, result.size)


@pytest.mark.parametrize("algorithm", ["alltoallv", "p2p_plined", "p2p", "alltoall"])
@pytest.mark.parametrize("use_pencils", [True, False])
def test_options_change_nothing_but_the_way(comm, algorithm, use_pencils):
    shape = (9, 8, 10)
    field = random_field(np.random.default_rng(6), shape, "float64")
    expected = scipy.fft.rfftn(field)
    odd = comm.Split(0 if comm.rank % 2 == 0 else MPI.UNDEFINED, comm.rank)
    cases = [("all", False), ("one", False), ("subcomm", False), ("all", True), ("subcomm", True), ("nobody", True)]
    for participants, shared in cases:
        number = getattr(heffte.reshape_algorithm, algorithm)
        options = heffte.plan_options(algorithm=number, use_pencils=use_pencils, use_shared_memory=shared)
        if participants == "one":
            options.use_num_subranks(1)
        elif participants == "subcomm":
            options.use_subcomm(odd)
        elif participants == "nobody":
            options.use_subcomm(MPI.COMM_NULL)
        plan, inbox, outbox = make(comm, shape, 7, 2, options)
        spectrum = np.empty(outbox.count(), dtype=complex)
        plan.forward(local(field, inbox), spectrum)
        assert_close(comm, spectrum, local(expected, outbox), field.size)
        assert str(plan).startswith("r2c 9 x 8 x 10 on")
        if comm.size > 1:
            assert ("shared memory" if shared else algorithm) in str(plan)


def test_tuned_plans_say_so_and_give_the_same(comm):
    shape = (9, 8, 10)
    field = random_field(np.random.default_rng(7), shape, "float64")
    plan, inbox, outbox = make(comm, shape, 7, 2, heffte.plan_options(tune=True))
    assert "measured, the fastest of" in str(plan)
    spectrum = np.empty(outbox.count(), dtype=complex)
    plan.forward(local(field, inbox), spectrum)
    assert_close(comm, spectrum, local(scipy.fft.rfftn(field), outbox), field.size)


@pytest.mark.parametrize("kind", [None, 2])
def test_threads_change_no_bit(comm, kind):
    shape = (64, 48, 40)
    field = random_field(np.random.default_rng(8), shape, "float64" if kind == 2 else "complex128")
    results = []
    for threads in (1, 3):
        plan, inbox, outbox = make(comm, shape, 7, kind, heffte.plan_options(threads=threads))
        spectrum = np.empty(outbox.count(), dtype=complex)
        plan.forward(local(field, inbox), spectrum)
        results.append(spectrum)
    assert np.array_equal(*results)
    expected = scipy.fft.rfftn(field) if kind == 2 else scipy.fft.fftn(field)
    assert_close(comm, results[0], local(expected, outbox), field.size)
