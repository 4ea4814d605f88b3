"""Distributed arrays: where their points lie, and what numpy's functions do with them."""

import heffte
import numpy as np
import pytest
from mpi4py import MPI
from problems import assert_refused, random_boxes, random_field

SHAPES = [(37,), (9, 14), (7, 6, 10), (2, 3, 5)]


def distributions(comm, points, seed=0):
    """Ways to lay out an array of these points."""
    rng = np.random.default_rng(seed)
    last = [1] * len(points)
    last[-1] = comm.size
    boxes = random_boxes(rng, points + (1,) * (3 - len(points)), comm.size)
    return [{}, dict(order="F"), dict(grid=last), dict(boxes=boxes), dict(grid=last, order=tuple(range(len(points)))[1:] + (0,))]


def everywhere(x):
    """The whole array on all ranks, put together by mpi4py alone."""
    whole = np.zeros(x.global_shape, x.dtype)
    whole[x.slices] = x.local
    return x.comm.allreduce(whole) if x.dtype != bool else x.comm.allreduce(whole, MPI.LOR)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("batch", [(), (3,), (2, 2)])
def test_scattered_arrays_come_back(comm, shape, batch):
    whole = random_field(np.random.default_rng(1), batch + shape, "float64")
    for way in distributions(comm, shape):
        for root in {0, comm.size - 1}:
            x = heffte.scatter(whole if comm.rank == root else None, comm, root, batch_axes=len(batch), **way)
            assert x.global_shape == x.shape == whole.shape and x.dtype == whole.dtype and x.batch_axes == len(batch)
            assert np.array_equal(x.local, whole[x.slices])
            assert x.box.count() * np.prod(batch) == x.local.size
            assert np.array_equal(everywhere(x), whole)
            back = x.gather(root)
            assert np.array_equal(back, whole) if comm.rank == root else back is None
            assert np.array_equal(x.gather(None), whole)


@pytest.mark.parametrize("dtype", ["float32", "complex128", "int64", "bool", "int8"])
@pytest.mark.parametrize("batch", [(), (2,)])
def test_redistributed_arrays_are_the_same(comm, dtype, batch):
    shape = (5, 8, 6)
    whole = (random_field(np.random.default_rng(2), batch + shape, "float64") * 100).astype(dtype)
    ways = distributions(comm, shape, 3)
    for before in ways:
        x = heffte.scatter(whole if comm.rank == 0 else None, comm, batch_axes=len(batch), **before)
        for after in ways:
            y = x.redistribute(**after)
            expected = heffte.DistArray(whole.shape, dtype, comm, batch_axes=len(batch), **after)
            assert y.slices == (expected.slices if set(after) - {"order"} else x.slices)
            assert y.dtype == x.dtype and np.array_equal(y.local, whole[y.slices])
            assert np.array_equal(x.local, whole[x.slices])


def test_memory_is_in_the_order_that_was_asked_for(comm):
    for order, axes in [("C", (2, 1, 0)), ("F", (0, 1, 2)), ((1, 0, 2), (1, 0, 2))]:
        x = heffte.DistArray((4, 6, 8), np.float32, comm, order=order)
        assert x.order == axes and x.box.order.tolist() == list(axes)
        strides = [x.local.strides[axis] for axis in axes]
        assert strides == sorted(strides) and strides[0] == 4
    x = heffte.DistArray((4, 6), float, comm)
    assert x.local.flags.c_contiguous and x.box.order.tolist() == [2, 1, 0]


def test_grids_are_those_of_split_world(comm):
    for points in [(7, 6, 10), (1, 2, 3)]:
        world = heffte.box3d([0, 0, 0], np.array(points) - 1, [2, 1, 0])
        for grid in ([comm.size, 1, 1], [1, comm.size, 1], heffte.proc_setup(world, comm.size).tolist()):
            x = heffte.DistArray(points, comm=comm, grid=grid)
            assert x.grid == tuple(grid)
            for mine, theirs in zip(x.boxes, heffte.split_world(world, grid)):
                assert mine == theirs or (mine.empty() and theirs.empty())
    assert heffte.DistArray((1, 64, 64), comm=comm).grid == (1, comm.size, 1)


def test_functions_of_elements_keep_the_distribution(comm):
    rng = np.random.default_rng(4)
    a, b = random_field(rng, (3, 5, 6, 4), "float64"), random_field(rng, (5, 6, 4), "complex128")
    for way in distributions(comm, (5, 6, 4), 5):
        x = heffte.scatter(a, comm, batch_axes=1, **way)
        y = heffte.scatter(b, comm, **way)
        for result, expected in [
            (2 * x + 1, 2 * a + 1),
            (np.exp(y), np.exp(b)),
            (x * y, a * b),
            (y / abs(x), b / abs(a)),
            (x[1] - y, a[1] - b),
            (x > 0, a > 0),
            (y.real, b.real),
            (y.imag, b.imag),
            (y.conj(), b.conj()),
            (x.astype("float32"), a.astype("float32")),
            (x[::2], a[::2]),
            (x * b[y.slices], a * b),
            (b[y.slices] * x, a * b),
            (sum(c * c for c in x), (a * a).sum(axis=0)),
        ]:
            assert isinstance(result, heffte.DistArray) and result.dtype == expected.dtype
            assert result.box == x.box and result.order == x.order and result.global_shape == expected.shape
            assert np.allclose(result.local, expected[result.slices], rtol=1e-15)
        parts = np.modf(x)
        assert np.array_equal(parts[1].local, np.modf(a)[1][x.slices])
        before = x.local
        x += 1
        np.multiply(x, 2, out=x, where=x > 1)
        expected = np.where(a + 1 > 1, (a + 1) * 2, a + 1)
        assert np.array_equal(before, expected[x.slices])
        for part in (x.real, x.imag, x.conj()):
            part.local[...] = 7
        copied = x.copy()
        copied.local[...] = 0
        assert np.array_equal(x.local, expected[x.slices])


def test_an_array_of_the_caller_is_used_where_it_lies(comm):
    empty = heffte.DistArray((6, 5), comm=comm)
    mine = np.full(empty.local.shape, float(comm.rank))
    x = heffte.DistArray((6, 5), comm=comm, local=mine)
    mine[...] = 7
    assert x.dtype == float and (x.local == 7).all()
    assert_refused(
        comm,
        lambda: heffte.DistArray((6, 5), comm=comm, local=np.zeros((7, 7))),
        "rank 0: local has shape (7, 7), but this rank's part has",
    )
    whole = heffte.DistArray((8, 8), comm=comm)
    assert_refused(
        comm,
        lambda: heffte.DistArray((8, 8), comm=comm, local=np.asfortranarray(whole.local)),
        "local has strides",
        "numpy.ascontiguousarray(...), or say order=",
    )
    fortran = heffte.DistArray((8, 8), comm=comm, order="F", local=np.asfortranarray(whole.local))
    assert fortran.local.flags.f_contiguous


def test_frequencies_are_those_of_scipy_and_broadcast(comm):
    for shape in SHAPES:
        for way in distributions(comm, shape, 6):
            x = heffte.DistArray((2, *shape), complex, comm, batch_axes=1, **way)
            found = heffte.fftfreq(x, 0.5)
            assert len(found) == len(shape)
            for axis, (k, n) in enumerate(zip(found, shape)):
                assert np.array_equal(k.ravel(), np.fft.fftfreq(n, 0.5)[x.slices[1 + axis]])
                assert k.ndim == len(shape) and np.broadcast_shapes(k.shape, x.local.shape) == x.local.shape
            whole = heffte.fftfreq(x, length=[2 * np.pi] * len(shape))
            assert all(np.allclose(k, np.round(k), atol=1e-13) for k in whole)
            assert (sum(k**2 for k in whole) * x).global_shape == x.global_shape
            for n in (2 * shape[-1] - 2, 2 * shape[-1] - 1):
                half = heffte.rfftfreq(x, n=n)[-1].ravel()
                assert np.array_equal(half, np.fft.rfftfreq(n)[x.slices[-1]])


@pytest.fixture(params=["every rank", "the last rank"])
def wrong(request, comm):
    return request.param == "every rank" or comm.rank == comm.size - 1


def test_arrays_that_cannot_be(comm, wrong):
    def made(shape=(8, 6, 8), dtype=float, **way):
        return lambda: heffte.DistArray(shape if wrong else (8, 6, 8), dtype if wrong else float, comm, **(way if wrong else {}))

    box = heffte.box3d([0, 0, 0], [7, 5, 7])
    cases = [
        (made((8, 8, 8, 8)), "leaves 4 axes to distribute", "batch_axes says how many lead"),
        (made((8, 8), batch_axes=2), "leaves 0 axes"),
        (made((8, 0)), "(8, 0) is impossible"),
        (made("abc"), "global_shape 'a' is not a whole number"),
        (made(dtype="text"), "dtype 'text' is unknown"),
        (made(dtype=object), "dtype object is no number"),
        (made(order="K"), "order 'K' is unknown"),
        (made(order=(0, 0, 1)), "order (0, 0, 1) is unknown"),
        (made(grid=(comm.size + 1, 1, 1)), "does not fit", f"number of ranks, {comm.size}"),
        (made(grid=(1, 1, 1), boxes=[]), "give one of them"),
        (made(boxes=[box] * (comm.size + 1)), f"boxes are {comm.size + 1}, but there are {comm.size} ranks"),
        (made(boxes=[3] * comm.size), "boxes[0] is a int: pass a heffte.box3d"),
        (made(boxes=[heffte.box3d([0, 0, 0], [8, 5, 7])] * comm.size), "outside of an array"),
        (made(local=[1]), "local is a list"),
    ]
    for call, *words in cases:
        assert_refused(comm, call, "rank ", *words)
    if comm.size > 1:
        last = comm.rank == comm.size - 1
        assert_refused(comm, lambda: heffte.DistArray((8, 9 if last else 8)), "disagree on global_shape: (8, 8) and (8, 9)")
        half = [heffte.box3d([0, 0, 0], [3, 5, 7])] * 2 + [heffte.box3d([0, 0, 0], [-1, -1, -1])] * (comm.size - 2)
        assert_refused(comm, lambda: heffte.DistArray((8, 6, 8), boxes=half), "overlap")
    x = heffte.DistArray((8, 6, 8), comm=comm)
    x.local[...] = 1
    assert_refused(comm, lambda: x.gather(comm.size if wrong else 0), f"root {comm.size} is no rank")
    assert_refused(comm, lambda: heffte.scatter(None, comm), "array is a NoneType of Python objects")
    assert_refused(comm, lambda: x.redistribute(grid=(3, 3, 3) if wrong else (comm.size, 1, 1)), "grid (3, 3, 3)")
    assert comm.allreduce(x.local.sum()) == 8 * 6 * 8


def test_what_goes_across_ranks_is_no_function_of_elements(comm):
    x = heffte.DistArray((8, 6), comm=comm)
    with pytest.raises(TypeError, match="numpy.add.reduce goes across points of several ranks"):
        np.add.reduce(x)
    with pytest.raises(TypeError, match="numpy.matmul goes across"):
        x @ x
    with pytest.raises(TypeError, match="use x.local"):
        np.asarray(x)
    with pytest.raises(heffte.heffte_input_error, match="neither true nor false"):
        bool(x == x)
    with pytest.raises(heffte.heffte_input_error, match="goes beyond the 0 batch axes"):
        x[0]
    with pytest.raises(heffte.heffte_input_error, match="cannot be iterated over"):
        list(x)
    if comm.size > 1:
        with pytest.raises(heffte.heffte_input_error, match="other arrays must broadcast"):
            x + np.zeros((8, 6))
        with pytest.raises(heffte.heffte_input_error, match="different distributions"):
            x + x.redistribute(grid=(1, comm.size))
    assert repr(x) == f"DistArray((8, 6), float64, grid=({comm.size}, 1), order=(1, 0))"


def test_an_array_whose_communicator_was_freed_is_refused(comm):
    own = comm.Dup()
    x = heffte.DistArray((8, 8, 8), comm=own)
    heffte.fftn(x)
    own.Free()
    for call in (lambda: x.gather(), lambda: x.redistribute(order="F"), lambda: heffte.fftn(x), lambda: x.sum()):
        assert_refused(comm, call, "comm is MPI.COMM_NULL (or was freed)")
