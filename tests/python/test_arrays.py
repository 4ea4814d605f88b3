"""Arrays of other kinds than numpy's, results that are made, options by name, and plans that are closed."""

import array
import sys
import types

import heffte
import numpy as np
import pytest
import scipy.fft
from problems import assert_close, assert_refused, local, random_field, slabs

SHAPE = (8, 6, 10)


class Interface:
    """An array that has ``__array_interface__`` alone."""

    def __init__(self, values):
        self.values = values

    @property
    def __array_interface__(self):
        return self.values.__array_interface__


class Exchanged:
    """An array that has DLPack alone, of the version before 1 as PyTorch's had, or of version 1."""

    def __init__(self, values, version=0, device=1):
        self.values, self.version, self.device = values, version, device

    def __dlpack_device__(self):
        return (self.device, 0)

    def __dlpack__(self, *, max_version=None, **options):
        if self.version == 0 and max_version is not None:
            raise TypeError("max_version is unknown")
        return self.values.__dlpack__(max_version=max_version) if self.version else self.values.__dlpack__()

    def __array_namespace__(self):
        return Exchanges


class Exchanges:
    """The functions for such arrays."""

    @staticmethod
    def from_dlpack(values):
        return Exchanged(np.from_dlpack(values))


class OnDevice:
    """An array of which a program can only know that it is on a GPU."""

    shape, typestr = (8,), "<f8"
    __cuda_array_interface__ = {"shape": (8,), "typestr": "<f8", "data": (64, False), "version": 3}  # noqa: RUF012


@pytest.fixture
def box(comm):
    return slabs(SHAPE, comm.size)[comm.rank]


def kinds_of(values):
    """The same elements in arrays of each kind, and what numpy makes of an array of that kind."""
    flat = values.reshape(-1).view(values.real.dtype)
    buffers = [(memoryview(values), np.asarray)]
    if values.dtype.kind == "f":
        buffers.append((array.array("f" if values.dtype.itemsize == 4 else "d", flat.tolist()), np.asarray))
    return [(Interface(values), np.asarray), (Exchanged(values), np.from_dlpack), (Exchanged(values, 1), np.from_dlpack), *buffers]


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
def test_arrays_of_all_kinds_are_transformed_where_they_lie(comm, box, dtype):
    field = random_field(np.random.default_rng(1), SHAPE, dtype)
    expected = local(scipy.fft.fftn(field), box)
    plan = heffte.fft3d(heffte.backend.stock, box, box, comm)
    for given, as_numpy in kinds_of(local(field, box).reshape(box.size)):
        result = np.zeros(box.size, np.result_type(dtype, "complex64"))
        for out, _ in kinds_of(result):
            result[...] = 0
            assert plan.forward(given, out) is None
            assert_close(comm, result.ravel(), expected, field.size)
        made = as_numpy(plan.forward(given))
        assert made.dtype == result.dtype and made.size == result.size
        assert_close(comm, made.ravel(), expected, field.size)


def test_a_new_array_is_of_the_same_kind_and_indexed_alike(comm, box):
    half = heffte.split_world(heffte.box3d([0, 0, 0], [7, 5, 5], [2, 1, 0]), [1, comm.size, 1])[comm.rank]
    field = random_field(np.random.default_rng(2), SHAPE, "float64")
    mine = local(field, box).reshape(box.size)
    waves = local(scipy.fft.rfftn(field), half).reshape(half.size)
    plan = heffte.fft3d_r2c(heffte.backend.stock, box, half, 2, comm)
    spectrum = plan.forward(mine)
    assert spectrum.shape == tuple(half.size) and spectrum.dtype == complex
    assert_close(comm, spectrum, waves, field.size)
    assert plan.forward(mine.ravel()).shape == (half.count(),)
    assert plan.forward(np.stack([mine, mine]), batch=2).shape == (2, *half.size)
    back = plan.backward(spectrum, scaling=heffte.scale.full)
    assert back.dtype == float and back.shape == mine.shape
    assert_close(comm, back, mine, field.size)
    assert plan.forward(mine.astype("float32")).dtype == np.complex64
    assert isinstance(plan.forward(Exchanged(mine)), Exchanged)
    assert isinstance(plan.forward(memoryview(mine)), memoryview)
    cosines = heffte.transform(heffte.backend.stock, box, box, [heffte.axis.cos] * 3, comm)
    assert cosines.forward(mine).dtype == float and cosines.forward(mine + 0j).dtype == complex


def test_tensors_of_torch_come_back_as_such(comm, box, monkeypatch):
    class Tensor(Exchanged):
        """What PyTorch's tensors show of themselves: DLPack, and a module with a function that makes them."""

        __array_namespace__ = None

    torch = types.SimpleNamespace(Tensor=Tensor, from_numpy=Tensor)
    monkeypatch.setitem(sys.modules, "torch", torch)
    plan = heffte.fft3d(heffte.backend.stock, box, box, comm)
    ones = np.ones(box.size)
    made = plan.forward(Tensor(ones))
    assert isinstance(made, Tensor) and made.values.shape == tuple(box.size)
    assert_close(comm, made.values, plan.forward(ones), 480)


def test_fortran_ordered_arrays_are_for_boxes_of_that_order(comm, box):
    field = random_field(np.random.default_rng(3), SHAPE, "complex128")
    expected = scipy.fft.fftn(field)
    fortran = heffte.box3d(box.low, box.high, [0, 1, 2])
    part = tuple(slice(low, high + 1) for low, high in zip(box.low, box.high))
    given = np.asfortranarray(field[part])
    for batch in (1, 2):
        plan = heffte.fft3d(heffte.backend.stock, fortran, fortran, comm)
        several = given if batch == 1 else np.stack([given.T, given.T]).transpose(0, 3, 2, 1)
        result = plan.forward(several, batch=batch)
        assert result.shape == several.shape and result.strides == several.strides
        for each in result if batch == 2 else [result]:
            assert_close(comm, each, expected[part], field.size)
    mixed = heffte.fft3d(heffte.backend.stock, fortran, box, comm)
    result = mixed.forward(given)
    assert result.flags.c_contiguous and result.shape == given.shape
    assert_close(comm, result, expected[part], field.size)
    plan = heffte.fft3d(heffte.backend.stock, box, box, comm)
    assert_refused(comm, lambda: plan.forward(given), "it is Fortran-ordered, and the inbox has the order [2, 1, 0]")


@pytest.mark.parametrize("everywhere", [True, False])
def test_arrays_that_cannot_be_reached_are_told_of_on_all_ranks(comm, box, everywhere):
    plan = heffte.fft3d(heffte.backend.stock, box, box, comm)
    good = np.ones(box.count(), dtype=complex)
    is_wrong = everywhere or comm.rank == comm.size - 1
    constant = np.ones(box.count(), dtype=complex)
    constant.flags.writeable = False

    class Constant:
        """An array of a kind that has no writable ones."""

        __module__ = "jaxlib.stand_in"

        def __dlpack_device__(self):
            return (1, 0)

        def __dlpack__(self, **options):
            return good.__dlpack__()

    cases = [
        (OnDevice(), None, "inarray is in device memory (a OnDevice)", "copy it to the host"),
        (Exchanged(good, device=2), None, "inarray is in device memory (a Exchanged)"),
        (good, OnDevice(), "outarray is in device memory"),
        (memoryview(b"12345678"), None, "inarray has dtype uint8"),
        (good, memoryview(constant), "outarray", "read-only"),
        (good, Constant(), "outarray", "read-only"),
        (heffte.DistArray((4,), comm=comm), None, "inarray is a DistArray, not an array"),
        ("text", None, "inarray is a str, not an array"),
    ]
    for given, out, *words in cases:
        result = np.full(box.count(), 7j)
        target = result if out is None or not is_wrong else out
        assert_refused(comm, lambda a=given, b=target: plan.forward(a if is_wrong else good, b), "rank ", *words)
        assert (result == 7j).all()
        if out is None:
            assert_refused(comm, lambda a=given: plan.forward(a if is_wrong else good), "rank ", *words)
    plan.forward(good)


def test_options_have_names(comm, box):
    options = heffte.plan_options(use_pencils=True)
    slabs_of = heffte.fft3d(heffte.backend.stock, box, box, comm, options, use_pencils=False, use_shared_memory=False)
    assert str(slabs_of) == str(heffte.fft3d(0, box, box, comm, heffte.plan_options(use_pencils=False, use_shared_memory=False)))
    assert options.use_pencils is True
    half = slabs((8, 6, 6), comm.size)[comm.rank]
    for make in (
        lambda **choices: heffte.fft3d(0, box, box, comm, **choices),
        lambda **choices: heffte.fft3d_r2c(0, box, half, 2, comm, **choices),
        lambda **choices: heffte.transform(0, box, box, [1, 1, 1], comm, **choices),
    ):
        make(threads=2, tune=False)
        wrong = dict(threads=0) if comm.rank == comm.size - 1 else {}
        assert_refused(comm, lambda make=make, wrong=wrong: make(**wrong), "threads is 0")
        wrong = dict(fast=1) if comm.rank == comm.size - 1 else {}
        assert_refused(comm, lambda make=make, wrong=wrong: make(**wrong), "fast is no option of plans: these are use_reorder")


def test_plans_are_closed_at_the_end_of_a_block(comm, box):
    ones = np.ones(box.count())
    with heffte.fft3d(heffte.backend.stock, box, box, comm) as plan:
        assert repr(plan) == f"<plan {str(plan).splitlines()[0]}>"
        plan.forward(ones)
    assert repr(plan) == "<closed plan>"
    plan.close()
    for call in (lambda: plan.forward(ones), plan.size_inbox, lambda: str(plan)):
        assert_refused(comm, call, "the plan is closed")
    with pytest.raises(ValueError, match="of the program"):
        with heffte.fft3d(heffte.backend.stock, box, box, comm) as plan:
            raise ValueError("of the program")
    assert_refused(comm, plan.size_outbox, "the plan is closed")
    own = comm.Dup()
    plan = heffte.fft3d(heffte.backend.stock, box, box, own)
    own.Free()
    assert_refused(comm, lambda: plan.forward(ones), "the communicator of the plan was freed")
