"""Plans take the arrays of CuPy, PyTorch, numba and JAX on their device, and return new ones of the same kind."""

import importlib

import heffte
import numpy as np
import pytest
from mpi4py import MPI

COMM = MPI.COMM_WORLD
SIZE = (16, 12, 20)


class Cupy:
    def __init__(self):
        self.cupy = importlib.import_module("cupy")

    def put(self, values):
        return self.cupy.asarray(values)

    def get(self, array):
        return self.cupy.asnumpy(array)

    def stream(self):
        return self.cupy.cuda.Stream(non_blocking=True)


class Torch:
    def __init__(self):
        self.torch = importlib.import_module("torch")
        if not self.torch.cuda.is_available():
            raise ImportError("PyTorch finds no device")

    def put(self, values):
        return self.torch.from_numpy(np.ascontiguousarray(values)).cuda()

    def get(self, array):
        return array.cpu().numpy()

    def stream(self):
        return self.torch.cuda.Stream()


class Numba:
    def __init__(self):
        self.cuda = importlib.import_module("numba.cuda")

    def put(self, values):
        return self.cuda.to_device(np.ascontiguousarray(values))

    def get(self, array):
        return array.copy_to_host()

    def stream(self):
        return self.cuda.stream()


class Jax:
    def __init__(self):
        self.jax = importlib.import_module("jax")
        self.jax.config.update("jax_enable_x64", True)
        if self.jax.default_backend() != "gpu":
            raise ImportError("JAX has no device")

    def put(self, values):
        return self.jax.device_put(values)

    def get(self, array):
        return np.asarray(array)

    def stream(self):
        return None


@pytest.fixture(params=[Cupy, Torch, Numba, Jax])
def library(request):
    try:
        return request.param()
    except Exception as error:
        pytest.skip(f"{request.param.__name__}: {error}")


def problem(dtype):
    world = heffte.box3d([0, 0, 0], [n - 1 for n in SIZE], order=[2, 1, 0])
    inbox = heffte.split_world(world, [COMM.size, 1, 1])[COMM.rank]
    outbox = heffte.split_world(world, [1, COMM.size, 1])[COMM.rank]
    rng = np.random.default_rng(1)
    field = rng.standard_normal(SIZE) + (1j * rng.standard_normal(SIZE) if np.dtype(dtype).kind == "c" else 0)
    parts = [tuple(slice(int(a), int(b) + 1) for a, b in zip(box.low, box.high)) for box in (inbox, outbox)]
    return inbox, outbox, field.astype(dtype), parts


@pytest.mark.parametrize("dtype, tolerance", [("complex128", 1e-13), ("complex64", 1e-5)])
def test_new_arrays_are_of_the_same_kind(library, dtype, tolerance):
    inbox, outbox, field, (mine, theirs) = problem(dtype)
    given = library.put(field[mine])
    with heffte.fft3d(heffte.backend.cufft, inbox, outbox, COMM) as plan:
        spectrum = plan.forward(given)
        back = plan.backward(spectrum, scaling=heffte.scale.full)
        plan.plan.synchronize(0)
    assert type(spectrum).__module__.split(".")[0] == type(given).__module__.split(".")[0]
    expected = np.fft.fftn(field)
    assert np.abs(library.get(spectrum) - expected[theirs]).max() < tolerance * np.abs(expected).max()
    assert np.abs(library.get(back) - field[mine]).max() < tolerance * 10


def test_the_work_is_done_in_the_order_of_a_stream(library):
    inbox, outbox, field, (mine, theirs) = problem("complex128")
    stream = library.stream()
    if stream is None or isinstance(library, Jax):
        pytest.skip("this library shows no streams")
    given, out = library.put(field[mine]), library.put(np.zeros(tuple(outbox.size), complex))
    with heffte.fft3d(heffte.backend.cufft, inbox, outbox, COMM) as plan:
        plan.forward(given, out, stream=stream)
        stream.synchronize()
        assert np.allclose(library.get(out), np.fft.fftn(field)[theirs], rtol=0, atol=1e-10)


def test_memory_is_given_back(library):
    inbox, outbox, field, (mine, _) = problem("complex128")
    if not isinstance(library, Torch):
        pytest.skip("PyTorch is asked for the free memory")
    given = library.put(field[mine])

    def free():
        return library.torch.cuda.mem_get_info()[0]

    for turn in range(30):
        if turn == 10:
            before = free()
        with heffte.fft3d(heffte.backend.cufft, inbox, outbox, COMM) as plan:
            plan.forward(given, library.put(np.zeros(tuple(outbox.size), complex)))
            plan.plan.synchronize(0)
        COMM.barrier()
    assert before - free() < 32 << 20
