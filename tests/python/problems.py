"""Problems for the tests, the same on every rank for the same seed, and how results are judged."""

from __future__ import annotations

import time

import heffte
import numpy as np
from mpi4py import MPI

#: The largest relative L2 error, to be multiplied by sqrt(log2 N).
TOLERANCE = {"float32": 2.5e-7, "complex64": 2.5e-7, "float64": 5e-16, "complex128": 5e-16}

ON_DEVICES = (heffte.backend.cufft, heffte.backend.rocfft)
#: The backends of this build that transform arrays of the host, by number.
BACKENDS = [number for number, is_built in heffte._core.backends().values() if is_built and number not in ON_DEVICES]


def random_boxes(rng: np.random.Generator, shape: tuple[int, ...], ranks: int) -> list[heffte.box3d]:
    """A world divided by repeated bisection among at most ``ranks`` ranks, dealt out at random; the rest is empty."""
    order = rng.permutation(3)
    boxes = [heffte.box3d([0, 0, 0], np.array(shape) - 1, order)]
    for _ in range(int(rng.integers(1, ranks + 1)) - 1):
        largest = max(range(len(boxes)), key=lambda i: boxes[i].count())
        box = boxes[largest]
        axes = np.flatnonzero(box.size > 1)
        if len(axes) == 0:
            break
        axis = rng.choice(axes)
        cut = rng.integers(box.low[axis], box.high[axis])
        below, above = box.high.copy(), box.low.copy()
        below[axis], above[axis] = cut, cut + 1
        boxes[largest] = heffte.box3d(box.low, below, order)
        boxes.append(heffte.box3d(above, box.high, order))
    boxes += [heffte.box3d([0, 0, 0], [-1, -1, -1], order)] * (ranks - len(boxes))
    return [boxes[i] for i in rng.permutation(ranks)]


def slabs(shape: tuple[int, ...], ranks: int, axis: int = 0) -> list[heffte.box3d]:
    """The world in slabs across ``axis``, in numpy's order."""
    grid = [1, 1, 1]
    grid[axis] = ranks
    return heffte.split_world(heffte.box3d([0, 0, 0], np.array(shape) - 1, [2, 1, 0]), grid)


def random_field(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Random numbers of the type, the same on every rank."""
    field = rng.uniform(-1, 1, shape)
    if dtype.startswith("complex"):
        field = field + 1j * rng.uniform(-1, 1, shape)
    return field.astype(dtype)


def local(field: np.ndarray, box: heffte.box3d) -> np.ndarray:
    """The part of a field of the world that lies in ``box``, as it lies in memory."""
    if box.empty():
        return np.empty(0, dtype=field.dtype)
    part = field[tuple(slice(low, high + 1) for low, high in zip(box.low, box.high))]
    return np.ascontiguousarray(part.transpose(box.order[::-1])).ravel()


def assert_close(comm: MPI.Comm, found: np.ndarray, expected: np.ndarray, points: int) -> None:
    """That the relative L2 error over all ranks is within the tolerance of ``found``'s type."""
    assert found.shape == expected.shape
    mine = np.array([np.sum(abs(found.astype(complex) - expected) ** 2), np.sum(abs(expected) ** 2)])
    error, norm = comm.allreduce(mine)
    bound = TOLERANCE[found.dtype.name] * np.sqrt(max(np.log2(points), 1))
    assert np.sqrt(error) <= bound * np.sqrt(norm), f"{np.sqrt(error / norm):.2e} exceeds {bound:.2e}"


def assert_refused(comm, call, *words):
    """That ``call`` raises on all ranks, at once, one text that contains ``words``."""
    begin = time.monotonic()
    message = "nothing was raised"
    try:
        call()
    except heffte.heffte_input_error as error:
        message = error.message
    seconds = time.monotonic() - begin
    # Every rank learns what all were told before any rank fails.
    messages = comm.allgather(message)
    assert len(set(messages)) == 1, messages
    for word in words:
        assert word in message, message
    assert seconds < 5
