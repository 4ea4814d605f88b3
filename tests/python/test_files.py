"""One .npy file of a distributed array, against numpy.save and numpy.load."""

import os

import heffte
import numpy as np
import pytest
from heffte._distributed import exchange, files
from problems import assert_refused, random_field
from test_distributed import distributions


@pytest.fixture
def folder(comm, tmp_path):
    """A folder that all ranks see."""
    found = comm.bcast(tmp_path)
    yield found
    comm.Barrier()


def numpy_load(comm, path):
    """The file as numpy reads it, on all ranks."""
    return comm.bcast(np.load(path) if comm.rank == 0 else None)


@pytest.mark.parametrize("dtype", ["float32", "complex128", "int16", "bool"])
@pytest.mark.parametrize("shape, batch", [((37,), 0), ((9, 14), 0), ((7, 6, 10), 0), ((3, 5, 4, 6), 1)])
def test_numpy_reads_what_all_ranks_write_and_the_reverse(comm, folder, dtype, shape, batch):
    whole = (random_field(np.random.default_rng(1), shape, "float64") * 9).astype(dtype)
    if comm.rank == 0:
        np.save(folder / "c.npy", whole)
        np.save(folder / "f.npy", np.asfortranarray(whole))
        np.save(folder / "swapped.npy", whole.astype(whole.dtype.newbyteorder(">")))
    comm.Barrier()
    for number, way in enumerate(distributions(comm, shape[batch:], 2)):
        x = heffte.scatter(whole if comm.rank == 0 else None, comm, batch_axes=batch, **way)
        heffte.save(folder / f"{number}", x)
        assert np.array_equal(numpy_load(comm, folder / f"{number}.npy"), whole)
        for name in ("c", "f", "swapped", f"{number}"):
            y = heffte.load(folder / f"{name}.npy", comm, batch_axes=batch, **way)
            assert y.dtype == whole.dtype and y.order == x.order
            assert np.array_equal(y.local, whole[x.slices])
    assert not [name for name in os.listdir(folder) if name.endswith(".part")]


@pytest.mark.parametrize("bytes_of_a_message", [64, 8])
def test_parts_that_mpi_cannot_count_go_in_several(comm, folder, monkeypatch, bytes_of_a_message):
    for module in (exchange, files):
        monkeypatch.setattr(module, "CHUNK", bytes_of_a_message)
    whole = random_field(np.random.default_rng(3), (2, 5, 4, 3), "float64")
    for way in distributions(comm, (5, 4, 3), 4):
        x = heffte.scatter(whole if comm.rank == 0 else None, comm, batch_axes=1, **way)
        heffte.save(folder / "x.npy", x)
        assert np.array_equal(numpy_load(comm, folder / "x.npy"), whole)
        assert np.array_equal(heffte.load(folder / "x.npy", comm, batch_axes=1, **way).local, x.local)
        assert np.array_equal(x.gather(None), whole)
        bits = (x > 0).redistribute(grid=(1, 1, comm.size))
        assert np.array_equal(bits.local, (whole > 0)[bits.slices])


def test_boxes_of_billions_are_cut_into_what_mpi_can_count():
    size = [3, 1, 2000, 1500, 1024]
    blocks = list(files._blocks([0] * 5, size, 16))
    assert all(np.prod(part, dtype=object) * 16 <= exchange.CHUNK < 2**31 for _, part in blocks)
    assert sum(np.prod(part, dtype=object) for _, part in blocks) == np.prod(size, dtype=object)
    # Each begins where the one before ended.
    strides = np.array([np.prod(size[axis + 1 :], dtype=object) for axis in range(5)])
    ends = 0
    for begin, part in blocks:
        assert (strides * begin).sum() == ends
        ends += np.prod(part, dtype=object)


def test_files_that_cannot_be_written_or_read(comm, folder):
    x = heffte.DistArray((8, 6), comm=comm)
    x.local[...] = 1
    assert_refused(comm, lambda: heffte.save(folder / "nowhere/x.npy", x), "rank 0: cannot write", "No such file")
    assert_refused(comm, lambda: heffte.save(folder / "x.npy", x.local), "x is a ndarray")
    assert_refused(comm, lambda: heffte.save(3, x), "cannot write 3: TypeError")
    assert_refused(comm, lambda: heffte.load(folder / "nowhere.npy", comm), "rank 0: cannot read", "No such file")
    heffte.save(folder / "x.npy", x)
    if comm.rank == 0:
        (folder / "words.npy").write_text("no numbers")
        np.save(folder / "objects.npy", np.array([{}, None]))
        (folder / "short.npy").write_bytes((folder / "x.npy").read_bytes()[:-1])
    comm.Barrier()
    assert_refused(comm, lambda: heffte.load(folder / "words.npy", comm), "magic string")
    assert_refused(comm, lambda: heffte.load(folder / "objects.npy", comm), "Python objects")
    assert_refused(comm, lambda: heffte.load(folder / "short.npy", comm), "511 bytes", "needs 512")
    assert_refused(comm, lambda: heffte.load(folder / "x.npy", comm, batch_axes=2), "leaves 0 axes")
    if comm.rank == 0:
        (folder / "x.npy.part").mkdir()
    comm.Barrier()
    assert_refused(comm, lambda: heffte.save(folder / "x.npy", x), "IsADirectoryError")
    assert (numpy_load(comm, folder / "x.npy") == 1).all()
    if comm.rank == 0:
        (folder / "x.npy.part").rmdir()
        (folder / "victim").write_text("untouched")
        (folder / "x.npy.part").symlink_to(folder / "victim")
    comm.Barrier()
    heffte.save(folder / "x.npy", x)
    if comm.rank == 0:
        assert (folder / "victim").read_text() == "untouched"
        assert not (folder / "x.npy").is_symlink()
    comm.Barrier()
    if comm.size > 1:
        last = comm.rank == comm.size - 1
        assert_refused(comm, lambda: heffte.load(folder / ("y" if last else "x.npy"), comm), "disagree on file")
        words = f"rank {comm.size - 1}: cannot"
        assert_refused(comm, lambda: heffte.save(3 if last else folder / "z.npy", x), f"{words} write 3: TypeError")
        assert_refused(comm, lambda: heffte.load(3 if last else folder / "x.npy", comm), f"{words} read 3: TypeError")
