"""Bad input: the same words on every rank, data untouched, and the next call works."""

import time

import heffte
import numpy as np
import pytest
from mpi4py import MPI
from problems import slabs

SHAPE = (4, 6, 8)


@pytest.fixture
def box(comm):
    return slabs(SHAPE, comm.size)[comm.rank]


@pytest.fixture(params=["every rank", "the last rank"])
def wrong(request, comm):
    """Whether this rank is wrong; all are, or only the last."""
    return request.param == "every rank" or comm.rank == comm.size - 1


def assert_refused(comm, call, *words):
    """That ``call`` raises on all ranks, at once, one text that contains ``words``."""
    begin = time.monotonic()
    with pytest.raises(heffte.heffte_input_error) as caught:
        call()
    assert time.monotonic() - begin < 5
    message = caught.value.message
    assert len(set(comm.allgather(message))) == 1, comm.allgather(message)
    for word in words:
        assert word in message, message


def assert_works(comm, box):
    plan = heffte.fft3d(heffte.backend.stock, box, box, comm)
    out = np.empty(box.count(), dtype=complex)
    plan.forward(np.ones(box.count()), out)
    assert comm.bcast(out[0] if comm.rank == 0 else None) == np.prod(SHAPE)


def test_plans_that_one_rank_cannot_describe(comm, box, wrong):
    def plan(tag=heffte.backend.stock, inbox=box, outbox=box, options=None):
        return heffte.fft3d(tag, inbox, outbox, comm, options)

    options = heffte.plan_options(algorithm=9 if wrong else 0)
    assert_refused(comm, lambda: plan(tag=77 if wrong else 0), "rank ", "backend 77", "stock (0)")
    cufft = heffte.backend.cufft
    assert_refused(comm, lambda: plan(tag=cufft if wrong else 0), "rank ", "cufft (10) is not in this build", "stock")
    assert_refused(comm, lambda: plan(tag="stock" if wrong else 0), "backend_tag 'stock'")
    assert_refused(comm, lambda: plan(options=options), "algorithm 9")
    assert_refused(comm, lambda: plan(options="fast" if wrong else None), "options is a str")
    assert_refused(comm, lambda: plan(inbox=[0, 1, 2] if wrong else box), "inbox is a list", "box3d")
    half = slabs((4, 6, 5), comm.size)[comm.rank]
    assert_refused(comm, lambda: heffte.fft3d_r2c(0, box, half, 3 if wrong else 2, comm), "r2c direction 3", "0, 1 or 2")
    assert_works(comm, box)


def test_orders_with_duplicates_are_refused_where_they_are_given(box):
    with pytest.raises(heffte.heffte_input_error, match=r"order \[0, 0, 1\] is not a permutation"):
        heffte.box3d([0, 0, 0], [1, 1, 1], [0, 0, 1])
    with pytest.raises(heffte.heffte_input_error, match=r"order \[0, 1, 3\]"):
        box.order = [0, 1, 3]
    with pytest.raises(heffte.heffte_input_error, match="three integers"):
        heffte.box3d([0, 0], [1, 1, 1])


def test_boxes_that_do_not_tile_a_world(comm, box):
    last = comm.rank == comm.size - 1

    def refused(inbox, outbox, *words):
        assert_refused(comm, lambda: heffte.fft3d(0, inbox, outbox, comm), *words)

    shifted = heffte.box3d(box.low + 1, box.high + 1)
    refused(shifted, box, "inboxes begin at (1, 1, 1)", "must begin at (0, 0, 0)")
    wide = slabs((4, 7, 8), comm.size)[comm.rank]
    refused(box, wide, "outboxes fill (0, 0, 0)-(3, 6, 7)", "(0, 0, 0)-(3, 5, 7)")
    nothing = heffte.box3d([0, 0, 0], [-1, -1, -1])
    refused(nothing, nothing, "inboxes are empty on all")
    if comm.size > 1:
        greedy = heffte.box3d(box.low - [int(last), 0, 0], box.high)
        refused(greedy, box, f"inboxes of ranks {comm.size - 2} and {comm.size - 1} overlap", "both hold the point")
        holed = heffte.box3d(box.low, box.high - [0, int(last), 0])
        refused(box, holed, "outboxes leave a hole")
        options = heffte.plan_options(use_pencils=last)
        assert_refused(comm, lambda: heffte.fft3d(0, box, box, comm, options), f"ranks 0 and {comm.size - 1} disagree")
    for given in (0, comm.size + 1):
        options = heffte.plan_options()
        options.use_num_subranks(given)
        assert_refused(comm, lambda: heffte.fft3d(0, box, box, comm, options), f"num_subranks {given}")
    options = heffte.plan_options()
    options.use_subcomm(MPI.COMM_NULL)
    assert_refused(comm, lambda: heffte.fft3d(0, box, box, comm, options), "use_subcomm")
    assert_works(comm, box)


def test_arrays_that_do_not_fit(comm, box, wrong):
    plan = heffte.fft3d(0, box, box, comm)
    n = box.count()
    good = np.ones(n, dtype=complex)
    out = np.full(n, 7j)
    read_only = out.copy()
    read_only.flags.writeable = False

    def forward(array=good, result=out, scaling=heffte.scale.none):
        plan.forward(array if wrong else good, result if wrong else out, scaling if wrong else heffte.scale.none)

    cases = [
        (dict(array=good[:-1]), "inarray has dtype complex128 and shape", f"{n - 1} elements, but", f"{n} elements"),
        (dict(array=good.real.astype("int64")), "dtype int64", "float32 or float64 or complex64 or complex128"),
        (dict(array=good.astype(">c16")), "native byte order"),
        (dict(array=np.ones(2 * n)[::2]), "strides", "ascontiguousarray"),
        (dict(array=[1.0] * n), "inarray is a list, not a numpy array"),
        (dict(array=None), "inarray is a NoneType"),
        (dict(result=np.empty(n + 1, dtype=complex)), "outarray", f"{n + 1} elements"),
        (dict(result=np.empty(n)), "outarray has dtype float64", "complex64 or complex128"),
        (dict(result=np.empty(n, dtype="complex64")), "from complex128 to complex64"),
        (dict(result=read_only), "read-only"),
        (dict(scaling=3), "scale 3 is unknown"),
        (dict(scaling="full"), "scaling 'full'"),
    ]
    for arguments, *words in cases:
        assert_refused(comm, lambda arguments=arguments: forward(**arguments), "rank ", *words)
        assert (out == 7j).all() and (good == 1).all() and (read_only == 7j).all()

    short = np.empty(plan.size_workspace() - 1 if wrong else plan.size_workspace(), dtype=complex)
    assert_refused(comm, lambda: plan.forward_buffered(good, out, short), "workspace", "at least")
    single = np.empty(plan.size_workspace(), dtype="complex64" if wrong else complex)
    assert_refused(comm, lambda: plan.backward_buffered(good, out, single), "workspace has dtype complex64")
    assert_refused(comm, lambda: plan.forward(good, out, batch=0 if wrong else 1), "batch 0")
    assert (out == 7j).all()
    assert_works(comm, box)


def test_r2c_plans_take_real_input_only_and_check_the_right_boxes(comm, box):
    half = slabs((4, 6, 5), comm.size, axis=1)[comm.rank]
    plan = heffte.fft3d_r2c(0, box, half, 2, comm)
    real, waves = np.ones(box.count()), np.empty(half.count(), dtype=complex)
    assert_refused(comm, lambda: plan.forward(np.ones(box.count(), dtype=complex), waves), "inarray has dtype complex128")
    assert_refused(comm, lambda: plan.backward(waves, np.empty(box.count(), dtype=complex)), "outarray has dtype complex128")
    assert_refused(comm, lambda: plan.backward(real, waves), "inarray has dtype float64", "outbox")
    plan.forward(real, waves)
    plan.backward(waves, real, heffte.scale.full)
    assert np.allclose(real, 1, atol=1e-14)


def test_device_arrays_need_a_device_backend(comm, box):
    class DeviceArray:
        size, dtype, device_ctypes_pointer = box.count(), np.dtype(complex), None

    plan = heffte.fft3d(0, box, box, comm)
    out = np.empty(box.count(), dtype=complex)
    assert_refused(comm, lambda: plan.forward(DeviceArray(), out), "device memory", "cufft or rocfft")


def test_communicators_that_cannot_be_used(comm, box):
    freed = comm.Dup()
    freed.Free()
    for given, words in ((MPI.COMM_NULL, "COMM_NULL"), (freed, "was freed"), ("world", "comm is a str"), (None, "NoneType")):
        assert_refused(comm, lambda given=given: heffte.fft3d(0, box, box, given), words)
    assert_works(comm, box)
