"""Bad input: the same words on every rank, data untouched, and the next call works."""

import heffte
import numpy as np
import pytest
from mpi4py import MPI
from problems import assert_refused, slabs

SHAPE = (8, 6, 8)


@pytest.fixture
def box(comm):
    return slabs(SHAPE, comm.size)[comm.rank]


@pytest.fixture(params=["every rank", "the last rank"])
def wrong(request, comm):
    """Whether this rank is wrong; all are, or only the last."""
    return request.param == "every rank" or comm.rank == comm.size - 1


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
    # Not in this build, or without its library.
    assert_refused(comm, lambda: plan(tag=cufft if wrong else 0), "rank ", "cufft (10) is ")
    assert_refused(comm, lambda: plan(tag="stock" if wrong else 0), "backend_tag 'stock'")
    assert_refused(comm, lambda: plan(options=options), "algorithm 9")
    assert_refused(comm, lambda: plan(options="fast" if wrong else None), "options is a str")
    assert_refused(comm, lambda: plan(inbox=[0, 1, 2] if wrong else box), "inbox is a list", "box3d")
    half = slabs((8, 6, 5), comm.size)[comm.rank]
    direction = 3 if wrong else 2
    assert_refused(comm, lambda: heffte.fft3d_r2c(0, box, half, direction, comm), "r2c direction 3", "0, 1 or 2")
    assert_works(comm, box)


def test_what_no_plan_can_hold_on_one_rank_is_the_error_of_all(comm, box, wrong):
    class Undecided:
        def __bool__(self):
            raise ValueError("neither true nor false")

    twice = heffte.box3d(box.low, box.high)
    twice.order[0] = twice.order[1]

    class Flat(heffte.box3d):
        low = (0, 1)

    flat = Flat.__new__(Flat)
    flat.high, flat.order = box.high, box.order
    cases = [
        (dict(options=heffte.plan_options(algorithm=2**70)), f"algorithm {2**70} is not a whole number of 64 bits"),
        (dict(options=heffte.plan_options(threads=0)), "threads is 0: a rank has at least 1"),
        (dict(options=heffte.plan_options(use_pencils=Undecided())), "ValueError: neither true nor false"),
        (dict(tag=2**70), f"backend_tag {2**70}"),
        (dict(inbox=twice), "inbox order (1, 1, 2) is not a permutation of (0, 1, 2)"),
        (dict(inbox=flat), "inbox.low (0, 1) is not three integers"),
        (dict(inbox=heffte.box3d([0, 0, 0], [2**40] * 3)), "inbox (0, 0, 0)-(1099511627776, ", "too large"),
    ]
    for arguments, *words in cases:
        given = dict(tag=0, inbox=box, options=None) | (arguments if wrong else {})
        assert_refused(
            comm,
            lambda given=given: heffte.fft3d(given["tag"], given["inbox"], box, comm, given["options"]),
            "rank ",
            *words,
        )
    assert_works(comm, box)


@pytest.mark.skipif(MPI.COMM_WORLD.size == 1, reason="one rank cannot disagree with itself")
def test_ranks_that_ask_for_different_transforms(comm, box):
    last = comm.rank == comm.size - 1
    plan = heffte.fft3d(0, box, box, comm)
    array, out = np.ones(box.count(), dtype=complex), np.full(box.count(), 7j)

    def refused(call, *words):
        assert_refused(comm, call, f"ranks 0 and {comm.size - 1} disagree on the transform", *words)
        assert (out == 7j).all()

    refused(lambda: (plan.backward if last else plan.forward)(array, out), "forward from", "backward from")
    refused(
        lambda: plan.forward(array, out, heffte.scale.full if last else heffte.scale.none), "scale none", "scale full"
    )
    refused(lambda: plan.forward(array.real.copy() if last else array, out), "from complex128", "from float64")
    single = (array.astype("complex64"), out.astype("complex64"))
    refused(lambda: plan.forward(*(single if last else (array, out))), "from complex64 to complex64", "complex128")
    twice = (np.ones(2 * box.count(), dtype=complex), np.empty(2 * box.count(), dtype=complex))
    refused(lambda: plan.forward(*(twice if last else (array, out)), batch=2 if last else 1), "batch 1", "batch 2")
    assert_works(comm, box)


def test_corners_and_orders_are_refused_where_they_are_given(box):
    with pytest.raises(heffte.heffte_input_error, match=r"order \[0, 0, 1\] is not a permutation"):
        heffte.box3d([0, 0, 0], [1, 1, 1], [0, 0, 1])
    with pytest.raises(heffte.heffte_input_error, match=r"order \[0, 1, 3\]"):
        box.order = [0, 1, 3]
    with pytest.raises(heffte.heffte_input_error, match="three integers"):
        heffte.box3d([0, 0], [1, 1, 1])
    for values in ("abc", [0.5, 0, 0], [float("nan"), 0, 0], np.array([2**63 + 5, 0, 0], dtype="uint64"), None, 3):
        with pytest.raises(heffte.heffte_input_error, match=r"low .* is not three integers"):
            box.low = values
    with pytest.raises(heffte.heffte_input_error, match="direction 3"):
        box.r2c(3)


def test_boxes_that_do_not_tile_a_world(comm, box):
    last = comm.rank == comm.size - 1

    def refused(inbox, outbox, *words):
        assert_refused(comm, lambda: heffte.fft3d(0, inbox, outbox, comm), *words)

    shifted = heffte.box3d(box.low + 1, box.high + 1)
    refused(shifted, box, "inboxes begin at (1, 1, 1)", "must begin at (0, 0, 0)")
    wide = slabs((8, 7, 8), comm.size)[comm.rank]
    refused(box, wide, "outboxes fill (0, 0, 0)-(7, 6, 7)", "(0, 0, 0)-(7, 5, 7)")
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
        assert_refused(comm, lambda options=options: heffte.fft3d(0, box, box, comm, options), f"num_subranks {given}")
    assert_works(comm, box)


def test_arrays_that_do_not_fit(comm, box, wrong):
    plan = heffte.fft3d(0, box, box, comm)
    n = box.count()
    good = np.ones(n, dtype=complex)
    out = np.full(n, 7j)
    # The error is that of the first rank that is wrong.
    first = comm.allreduce(comm.rank if wrong else comm.size, MPI.MIN)
    points = comm.bcast(n, first)
    read_only = out.copy()
    read_only.flags.writeable = False

    def forward(array=good, result=out, scaling=heffte.scale.none):
        plan.forward(array if wrong else good, result if wrong else out, scaling if wrong else heffte.scale.none)

    cases = [
        (dict(array=good[:-1]), "inarray has dtype complex128 and shape", f"{points - 1} elements, but", f"{points} elements"),
        (dict(array=good.real.astype("int64")), "dtype int64", "float32 or float64 or complex64 or complex128"),
        (dict(array=good.astype(">c16")), "native byte order"),
        (dict(array=np.ones(2 * n)[::2]), "strides", "ascontiguousarray"),
        (dict(array=[1.0] * n), "inarray is a list, not an array"),
        (dict(array=None), "inarray is a NoneType"),
        (dict(result=np.empty(n + 1, dtype=complex)), "outarray", f"{points + 1} elements"),
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
    half = slabs((8, 6, 5), comm.size, axis=1)[comm.rank]
    plan = heffte.fft3d_r2c(0, box, half, 2, comm)
    real, waves = np.ones(box.count()), np.empty(half.count(), dtype=complex)
    wide = np.ones(box.count(), dtype=complex)
    assert_refused(comm, lambda: plan.forward(wide, waves), "inarray has dtype complex128")
    assert_refused(comm, lambda: plan.backward(waves, wide), "outarray has dtype complex128")
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
    cases = [(MPI.COMM_NULL, "COMM_NULL"), (freed, "was freed"), ("world", "comm is a str"), (None, "NoneType")]
    for given, words in cases:
        assert_refused(comm, lambda given=given: heffte.fft3d(0, box, box, given), words)
    if comm.size > 1:
        half = comm.Split(comm.rank % 2)
        inter = half.Create_intercomm(0, comm, 1 - comm.rank % 2)
        assert_refused(comm, lambda: heffte.fft3d(0, box, box, inter), "comm is an intercommunicator")
        inter.Free()
        half.Free()
    assert_works(comm, box)
