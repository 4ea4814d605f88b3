"""The C interface by ctypes, declared from its documentation."""

import ctypes

import heffte
import numpy as np
import pytest
import scipy.fft
from heffte import capi
from problems import assert_close

Corner = ctypes.c_int * 3
SCALE_NONE, SCALE_FULL = 0, 1


def pointer(array):
    return array.ctypes.data_as(ctypes.c_void_p)


def slab(comm, nx, ny, nz):
    base, extra = divmod(nz, comm.size)
    first = comm.rank * base + min(comm.rank, extra)
    return Corner(0, 0, first), Corner(nx - 1, ny - 1, first + base + (comm.rank < extra) - 1)


def create(comm, inbox, outbox, direction=None, options=None):
    """A plan, and the code that its creation returned."""
    plan = capi.heffte_plan()
    boxes = (*inbox, None, *outbox, None)
    tail = (capi.comm(comm), options, plan)
    library = capi.library()
    if direction is None:
        return plan, library.heffte_plan_create(0, *boxes, *tail)
    return plan, library.heffte_plan_create_r2c(0, *boxes, direction, *tail)


def test_every_function_of_the_header_is_exported_and_declared():
    assert len(capi.prototypes()) == 41
    for name in capi.prototypes():
        assert getattr(capi.library(), name) is not None


def test_a_c2c_plan_does_what_programs_know(comm):
    library = capi.library()
    box = slab(comm, 4, 4, 4)
    plan, code = create(comm, box, box)
    assert code == 0 and library.heffte_last_error() == b""
    n = library.heffte_size_inbox(plan)
    assert n == library.heffte_size_outbox(plan) == 16 * (box[1][2] - box[0][2] + 1)
    assert (library.heffte_get_backend(plan), library.heffte_is_r2c(plan)) == (0, 0)
    assert (plan.contents.backend_type, plan.contents.using_r2c) == (0, 0)
    data = np.arange(n, dtype=float)
    out = np.empty(n, dtype=complex)
    library.heffte_forward_d2z(plan, pointer(data), pointer(out), SCALE_NONE)
    everything = np.concatenate(comm.allgather(data)).reshape(4, 4, 4)
    expected = np.ravel(scipy.fft.fftn(everything)[box[0][2] : box[1][2] + 1])
    assert_close(comm, out, expected, 64)
    if comm.size == 2:
        assert library.heffte_size_workspace(plan) == 96
        assert out[0] == pytest.approx([992, -512][comm.rank], abs=1e-11)
    back = np.empty(n)
    workspace = np.empty(library.heffte_size_workspace(plan), dtype=complex)
    library.heffte_backward_z2d_buffered(plan, pointer(out), pointer(back), pointer(workspace), SCALE_FULL)
    assert_close(comm, back, data, 64)
    assert library.heffte_plan_destroy(plan) == 0


def test_an_r2c_plan_has_the_sizes_that_programs_know(comm):
    library = capi.library()
    options = capi.heffte_plan_options(9, 9, 9, 9)
    assert library.heffte_set_default_options(0, options) == 0
    assert [getattr(options, name) for name, _ in options._fields_] == [1, 0, 1, 1]
    plan, code = create(comm, slab(comm, 4, 4, 4), slab(comm, 4, 4, 3), direction=2, options=options)
    assert code == 0 and library.heffte_is_r2c(plan) != 0
    if comm.size == 2:
        assert library.heffte_size_outbox(plan) == [32, 16][comm.rank]
        assert library.heffte_size_workspace(plan) == [96, 88][comm.rank]
    data = np.random.default_rng(comm.rank).uniform(size=library.heffte_size_inbox(plan)).astype("float32")
    out = np.empty(library.heffte_size_outbox(plan), dtype="complex64")
    back = np.empty_like(data)
    library.heffte_forward_s2c(plan, pointer(data), pointer(out), SCALE_NONE)
    library.heffte_backward_c2s(plan, pointer(out), pointer(back), SCALE_FULL)
    assert_close(comm, back, data, 64)
    assert library.heffte_plan_destroy(plan) == 0


def test_errors_have_codes_a_null_plan_and_words(comm):
    library = capi.library()
    box = slab(comm, 4, 4, 4)
    wide = slab(comm, 5, 4, 4)
    plan, code = create(comm, box, wide)
    assert code == 2 and not plan
    assert b"outboxes fill (0, 0, 0)-(4, 3, 3)" in library.heffte_last_error()
    assert len(set(comm.allgather(library.heffte_last_error()))) == 1
    plan, code = create(comm, box, box, direction=3 if comm.rank == 0 else 0)
    assert code == 2 and b"rank 0: r2c direction 3" in library.heffte_last_error()
    assert library.heffte_size_inbox(plan) == -1


def test_the_names_of_heffte_s_own_module_are_these_objects():
    assert heffte.libheffte is capi.library()
    assert heffte.heffte_plan is capi.heffte_fft_plan and heffte.LP_plan is capi.heffte_plan
    assert heffte.MPI_Comm is capi.comm_type()
    assert ctypes.sizeof(capi.heffte_plan_options) == 16
