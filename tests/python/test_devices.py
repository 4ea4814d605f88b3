"""Arrays in the memory of devices: with a real device, or with what stands in for one. Without either they are left out."""

import copy
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


class Memory:
    """Memory of the device, as long as any array is there."""

    def __init__(self, count):
        self.library = Library()
        self.address = self.library.allocate(count)

    def __del__(self):
        self.library.free(self.address)


class OnDevice:
    """An array on the device, as numba's and CuPy's show themselves."""

    device = 0

    def __init__(self, values, stream=None, read_only=False):
        values = values.copy(order="K")
        self.shape, self.dtype, self.stream, self.read_only = values.shape, values.dtype, stream, read_only
        self.strides = None if values.flags.c_contiguous else values.strides
        self.count = values.nbytes
        self.memory = Memory(self.count)
        self.library, self.address = self.memory.library, self.memory.address
        flat = values.ravel(order="K")
        self.library.copy(self.address, flat.ctypes.data, self.count, True)

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
        """A view, in the same memory."""
        made = copy.copy(self)
        turned = np.ndarray(self.shape, self.dtype, bytearray(self.count), strides=self.strides).transpose(axes)
        made.shape, made.strides = turned.shape, None if turned.flags.c_contiguous else turned.strides
        return made

    def values(self):
        """A copy on the host, in the shape of the array."""
        flat = np.empty(self.count // self.dtype.itemsize, self.dtype)
        self.library.copy(flat.ctypes.data, self.address, self.count, False)
        return np.ndarray(self.shape, self.dtype, flat, strides=self.strides)


class Tensor(ctypes.Structure):
    """``DLManagedTensor`` of DLPack's header, and what comes before it in a versioned one."""

    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device_kind", ctypes.c_int32),
        ("device_number", ctypes.c_int32),
        ("dimensions", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("offset", ctypes.c_uint64),
        ("manager", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
    ]


class ByDlpack:
    """An array on the device that has nothing but DLPack, before version 1."""

    device = 0

    def __init__(self, values, kind=None):
        self.array = OnDevice(values)
        self.kind = (2 if chosen() == "cufft" else 10) if kind is None else kind
        self.streams = []
        shape = (ctypes.c_int64 * values.ndim)(*values.shape)
        code = {"i": 0, "f": 2, "c": 5}[values.dtype.kind]
        # The address is that of the element before: offsets are counted, too.
        before = self.array.address - values.itemsize
        self.tensor = Tensor(before, self.kind, 0, values.ndim, code, 8 * values.itemsize, 1, shape, None, values.itemsize)

    def __dlpack_device__(self):
        return self.kind, 0

    def __dlpack__(self, *, stream):
        self.streams.append(stream)
        make = ctypes.pythonapi.PyCapsule_New
        make.restype, make.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
        return make(ctypes.addressof(self.tensor), b"dltensor", None)

    def __array_namespace__(self):
        return Namespace


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


def test_arrays_with_dlpack_alone():
    inbox, mine = slabs()
    given, out = ByDlpack(field()[mine]), ByDlpack(np.zeros(tuple(inbox.size), complex))
    with heffte.fft3d(tag(), inbox, inbox, COMM) as plan:
        plan.forward(given, out)
        expected = np.fft.fftn(field())[mine]
        assert np.allclose(out.array.values(), expected, rtol=0, atol=1e-12)
        # The default stream, as DLPack calls it for either vendor.
        assert set(given.streams) == {1 if chosen() == "cufft" else 0}
        assert np.allclose(plan.forward(given).values(), expected, rtol=0, atol=1e-12)
        with pytest.raises(heffte.heffte_input_error, match="inarray is a ByDlpack on a device of DLPack's kind 8, which no"):
            plan.forward(ByDlpack(field()[mine], kind=8), out)
        with pytest.raises(heffte.heffte_input_error, match="inarray has dtype int64"):
            plan.forward(ByDlpack(field()[mine].real.astype(int)), out)


@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16", "i4"])
@pytest.mark.parametrize("wanted", [{}, {"max_version": (1, 0)}])
def test_capsules_are_read_as_numpy_makes_them(dtype, wanted):
    whole = np.zeros((4, 6, 8), dtype)
    for array in (whole, whole[1:, ::2, 3:], whole.transpose(2, 0, 1), whole[0, 0, 0, ...], whole[:0]):
        kind, number, address, shape, strides, name, read_only = _core.dlpack(array.__dlpack__(**wanted))
        assert (kind, number, name, read_only) == (1, 0, array.dtype.name, False)
        assert tuple(shape) == array.shape
        if array.size:
            assert address == array.__array_interface__["data"][0]
            assert strides is None or [step * array.itemsize for step in strides] == list(array.strides)


def parts(shape=SIZE, **how):
    """An array whose points are on devices, and the whole of it."""
    world = field()
    like = heffte.DistArray(shape, complex, COMM, **how)
    own = world[like.slices]
    lies = np.asfortranarray(own) if how.get("order") == "F" else np.ascontiguousarray(own)
    return heffte.DistArray(shape, comm=COMM, local=OnDevice(lies), **how), world


@pytest.mark.parametrize("order", ["C", "F"])
def test_distributed_arrays_stay_on_devices(order):
    u, world = parts(order=order)
    assert (u.dtype, type(u.local), u.local.shape) == (np.dtype(complex), OnDevice, world[u.slices].shape)
    assert repr(u).endswith(", on a device)")
    spectrum = heffte.fftn(u, backend_tag=tag())
    assert type(spectrum.local) is OnDevice
    expected = np.fft.fftn(world)
    assert np.allclose(spectrum.local.values(), expected[spectrum.slices], rtol=0, atol=1e-12)
    back = heffte.ifftn(spectrum, backend_tag=tag(), grid=[COMM.size, 1, 1])
    assert back.grid == (COMM.size, 1, 1)
    assert np.allclose(back.local.values(), world[back.slices], rtol=0, atol=1e-13)
    assert np.allclose(u.local.values(), world[u.slices], rtol=0, atol=0)
    cosines = heffte.dctn(u, axes=1, norm="ortho", orthogonalize=False, backend_tag=tag())
    there_and_back = heffte.idctn(cosines, axes=1, norm="ortho", orthogonalize=False, backend_tag=tag())
    assert np.allclose(there_and_back.local.values(), world[u.slices], rtol=0, atol=1e-13)


def test_real_distributed_arrays_become_half_a_spectrum_there():
    world = field(is_complex=False, dtype=np.float64)
    like = heffte.DistArray(SIZE, float, COMM)
    u = heffte.DistArray(SIZE, comm=COMM, local=OnDevice(np.ascontiguousarray(world[like.slices])))
    spectrum = heffte.rfftn(u, backend_tag=tag())
    assert np.allclose(spectrum.local.values(), np.fft.rfftn(world)[spectrum.slices], rtol=0, atol=1e-12)
    back = heffte.irfftn(spectrum, backend_tag=tag())
    assert np.allclose(back.local.values(), world[back.slices], rtol=0, atol=1e-13)


def test_what_distributed_arrays_cannot_do_on_devices_is_said():
    u, world = parts()
    elsewhere = "is in the memory of a device, where there are only fftn and its kin"
    for refused in (
        lambda: heffte.fftn(u, s=[3, 3, 3], backend_tag=tag()),
        lambda: heffte.fftn(u, s=[8, 8, 8], resample=True, backend_tag=tag()),
        lambda: heffte.dctn(u, norm="ortho", backend_tag=tag()),
        lambda: u.redistribute(grid=[1, COMM.size, 1]),
        lambda: u.gather(),
        lambda: u.sum(),
        lambda: np.abs(u),
        lambda: u.real,
        lambda: u.copy(),
        lambda: heffte.save("nowhere.npy", u),
    ):
        with pytest.raises(heffte.heffte_input_error, match=elsewhere):
            refused()
    with pytest.raises(heffte.heffte_input_error, match="inarray is in device memory"):
        heffte.fftn(u)
    own = np.ascontiguousarray(world[u.slices])
    if COMM.size > 1:
        local = own if COMM.rank == 1 else OnDevice(own)
        with pytest.raises(heffte.heffte_input_error, match="disagree on where local is: 'a device' and 'host memory'"):
            heffte.DistArray(SIZE, comm=COMM, local=local)
    with pytest.raises(heffte.heffte_input_error, match="must lie in memory in the order"):
        heffte.DistArray(SIZE, comm=COMM, order="F", local=OnDevice(own))
    with pytest.raises(AttributeError, match="local is where the points of this rank lie"):
        u.local = OnDevice(own)


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
