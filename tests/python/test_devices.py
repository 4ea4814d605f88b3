"""Arrays in the memory of devices: with a real device, or with what stands in for one. Without either they are left out."""

import ctypes
import os

import heffte
import numpy as np
import pytest
from heffte import _core
from mpi4py import MPI

COMM = MPI.COMM_WORLD
SIZE = (6, 5, 8)

#: The backends to try, and the library that each allocates memory with here: its functions to allocate, free and copy.
NAMES = {
    "cufft": ("libcuda.so.1", "cuMemAlloc_v2", "cuMemFree_v2"),
    "rocfft": ("libamdhip64.so.6", "hipMalloc", "hipFree"),
}


def chosen() -> str:
    """The backend that the environment asks for."""
    return os.environ.get("HEFFTE_TEST_DEVICE", "cufft")


def missing() -> str:
    """Why there is nothing to test, if so."""
    tag = getattr(heffte.backend, chosen())
    box = heffte.box3d([0, 0, 0], [0, 0, 0])
    try:
        with heffte.fft3d(tag, box, box, MPI.COMM_SELF):
            return ""
    except heffte.heffte_input_error as error:
        return str(error)


pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "there is a device")


class Library:
    """The memory of a device by its vendor's library, in the context that everybody shares."""

    def __init__(self) -> None:
        name, allocate, free = NAMES[chosen()]
        self.library = ctypes.CDLL(name)
        self._allocate, self._free = getattr(self.library, allocate), getattr(self.library, free)
        self._free.argtypes = [ctypes.c_void_p]
        if chosen() == "cufft":
            context = ctypes.c_void_p()
            assert self.library.cuDevicePrimaryCtxRetain(ctypes.byref(context), 0) == 0
            assert self.library.cuCtxSetCurrent(context) == 0

    def allocate(self, count: int) -> int:
        address = ctypes.c_void_p()
        assert self._allocate(ctypes.byref(address), ctypes.c_size_t(max(count, 1))) == 0
        return address.value or 0

    def free(self, address: int) -> None:
        self._free(address)

    def copy(self, to: int, source: int, count: int, to_device: bool) -> None:
        arguments = [ctypes.c_void_p(to), ctypes.c_void_p(source), ctypes.c_size_t(count)]
        if chosen() == "cufft":
            verb = "cuMemcpyHtoDAsync_v2" if to_device else "cuMemcpyDtoHAsync_v2"
            assert getattr(self.library, verb)(*arguments, None) == 0
            assert self.library.cuStreamSynchronize(None) == 0
        else:
            assert self.library.hipMemcpyAsync(*arguments, 1 if to_device else 2, None) == 0
            assert self.library.hipStreamSynchronize(None) == 0


class Namespace:
    """What the array API has of a library, as far as results need it."""

    float32, float64, complex64, complex128 = (np.dtype(name) for name in ("f4", "f8", "c8", "c16"))

    @staticmethod
    def empty(shape, dtype, device):
        assert device == 0
        return OnDevice(np.full(shape, np.nan, dtype))


class OnDevice:
    """An array on the device, as numba's and CuPy's show themselves."""

    device = 0

    def __init__(self, values, stream=None, read_only=False):
        values = values.copy(order="K")
        self.shape, self.dtype, self.stream, self.read_only = values.shape, values.dtype, stream, read_only
        self.strides = None if values.flags.c_contiguous else values.strides
        self.library = Library()
        self.count = values.nbytes
        self.address = self.library.allocate(self.count)
        flat = values.ravel(order="K")
        self.library.copy(self.address, flat.ctypes.data, self.count, True)

    def __del__(self):
        self.library.free(self.address)

    @property
    def __cuda_array_interface__(self):
        interface = {
            "shape": self.shape,
            "typestr": self.dtype.str,
            "data": (self.address, self.read_only),
            "strides": self.strides,
            "version": 3,
        }
        return interface if self.stream is None else {**interface, "stream": self.stream}

    def __array_namespace__(self):
        return Namespace

    def reshape(self, *_):
        self.shape = (int(np.prod(self.shape)),)
        return self

    def transpose(self, axes):
        turned = np.empty(self.shape, self.dtype).transpose(axes)
        self.shape, self.strides = turned.shape, turned.strides
        return self

    def values(self):
        """A copy on the host, in the shape of the array."""
        flat = np.empty(self.count // self.dtype.itemsize, self.dtype)
        self.library.copy(flat.ctypes.data, self.address, self.count, False)
        return np.ndarray(self.shape, self.dtype, flat, strides=self.strides)


def field(is_complex=True, dtype=np.complex128):
    """The same random numbers on all ranks, indexed by dimensions."""
    rng = np.random.default_rng(3)
    values = rng.standard_normal(SIZE)
    return (values + 1j * rng.standard_normal(SIZE) if is_complex else values).astype(dtype)


def slabs(shape=SIZE, axis=2, order=(2, 1, 0)):
    """The part of this rank, as a box and as indices."""
    world = heffte.box3d([0, 0, 0], [n - 1 for n in shape], order=list(order))
    grid = [1, 1, 1]
    grid[axis] = COMM.size
    box = heffte.split_world(world, grid)[COMM.rank]
    return box, tuple(slice(int(low), int(high) + 1) for low, high in zip(box.low, box.high))


def tag() -> int:
    return getattr(heffte.backend, chosen())


@pytest.mark.parametrize("dtype, tolerance", [(np.complex128, 1e-14), (np.complex64, 1e-5)])
def test_a_transform_there_and_back(dtype, tolerance):
    inbox, mine = slabs()
    outbox, theirs = slabs(axis=0)
    world = field(dtype=dtype)
    given, out = OnDevice(world[mine]), OnDevice(np.zeros(tuple(outbox.size), dtype))
    with heffte.fft3d(tag(), inbox, outbox, COMM) as plan:
        assert plan.device == 0
        assert "(device 0)" in str(plan)
        plan.forward(given, out)
        expected = np.fft.fftn(world)[theirs]
        assert np.allclose(out.values(), expected, rtol=0, atol=tolerance * np.abs(expected).max())
        back = plan.backward(out, scaling=heffte.scale.full)
    assert type(back) is OnDevice
    assert back.dtype == dtype
    assert np.allclose(back.values(), world[mine], rtol=0, atol=tolerance)


def test_real_input_becomes_half_a_spectrum():
    inbox, mine = slabs()
    outbox, theirs = slabs((6, 5, 5), axis=0)
    world = field(is_complex=False, dtype=np.float64)
    with heffte.fft3d_r2c(tag(), inbox, outbox, 2, COMM) as plan:
        spectrum = plan.forward(OnDevice(world[mine]))
        expected = np.fft.rfftn(world)[theirs]
        assert np.allclose(spectrum.values(), expected, rtol=0, atol=1e-12)
        kept = spectrum.values()
        back = plan.backward(spectrum, scaling=heffte.scale.full)
        assert np.array_equal(spectrum.values(), kept)
    assert np.allclose(back.values(), world[mine], rtol=0, atol=1e-13)


def test_arrays_may_be_indexed_by_dimensions_in_another_order():
    inbox, mine = slabs(order=(0, 1, 2))
    world = field()
    with heffte.fft3d(tag(), inbox, inbox, COMM) as plan:
        out = plan.forward(OnDevice(np.asfortranarray(world[mine])))
    assert out.shape == tuple(inbox.size)
    assert np.allclose(out.values(), np.fft.fftn(world)[mine], rtol=0, atol=1e-12)


def test_batches_with_a_workspace():
    inbox, mine = slabs()
    both = np.stack([field()[mine], 2 * field()[mine]])
    with heffte.fft3d(tag(), inbox, inbox, COMM) as plan:
        out = OnDevice(np.zeros_like(both))
        space = OnDevice(np.zeros(2 * plan.size_workspace(), complex))
        plan.forward_buffered(OnDevice(both), out, space, batch=2)
    expected = np.fft.fftn(field())[mine]
    assert np.allclose(out.values(), np.stack([expected, 2 * expected]), rtol=0, atol=1e-12)


class Stream:
    """A stream as CuPy, PyTorch, numba and the protocol of streams have them."""

    def __init__(self, attribute, value):
        setattr(self, attribute, value)


@pytest.mark.parametrize(
    "attribute, value", [("ptr", 0), ("cuda_stream", 0), ("handle", ctypes.c_void_p(0)), ("__cuda_stream__", (0, 0))]
)
def test_streams_of_all_libraries_are_understood(attribute, value):
    inbox, mine = slabs()
    out = OnDevice(np.zeros(tuple(inbox.size), complex))
    with heffte.fft3d(tag(), inbox, inbox, COMM) as plan:
        plan.forward(OnDevice(field()[mine], stream=1), out, stream=Stream(attribute, value))
    assert np.allclose(out.values(), np.fft.fftn(field())[mine], rtol=0, atol=1e-12)


def test_what_is_wrong_on_one_rank_is_an_error_of_all():
    inbox, mine = slabs()
    good, out = OnDevice(field()[mine]), OnDevice(np.zeros(tuple(inbox.size), complex))
    is_last = COMM.rank == COMM.size - 1
    with heffte.fft3d(tag(), inbox, inbox, COMM) as plan:
        wrong = [
            ((field()[mine], out), "inarray is in host memory (a ndarray), but the plan works on a device"),
            ((good, OnDevice(np.zeros(3, complex))), "outarray has dtype complex128 and shape (3,)"),
            ((good, OnDevice(np.zeros(tuple(inbox.size), complex), read_only=True)), "is read-only"),
            ((OnDevice(np.zeros(tuple(inbox.size), "i8")), out), "dtype int64"),
        ]
        for arrays, expected in wrong:
            with pytest.raises(heffte.heffte_input_error) as caught:
                plan.forward(*(arrays if is_last else (good, out)))
            assert expected in str(caught.value)
            assert str(caught.value) == COMM.bcast(str(caught.value))
        with pytest.raises(heffte.heffte_input_error, match="stream is a str: pass its address"):
            plan.forward(good, out, stream="default")
        plan.forward(good, out)
    with heffte.fft3d(heffte.backend.stock, inbox, inbox, COMM) as plan:
        assert plan.device is None
        with pytest.raises(heffte.heffte_input_error, match="inarray is in device memory"):
            plan.forward(good, out)


def test_a_device_that_is_not_there_is_named():
    box, _ = slabs()
    with pytest.raises(heffte.heffte_input_error, match="rank 0"):
        heffte.fft3d(tag(), box, box, COMM, device=99)


def test_the_extension_knows_the_backend():
    number, is_built = _core.backends()[chosen()]
    assert (number, is_built) == (tag(), True)
