"""What those do who are new here, and what they are told."""

import inspect
import shutil
import subprocess
import sys
from pathlib import Path

import heffte
import numpy as np
import pytest
from heffte import _extension
from heffte._command import info, main
from mpi4py import MPI
from problems import assert_refused, random_boxes, random_field, slabs
from programs import bare_environment, on_one_rank


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128", "int8", "bool", "float16"])
def test_sums_and_extremes_are_numpys_and_the_same_on_all_ranks(comm, dtype):
    rng = np.random.default_rng(7)
    whole = random_field(rng, (2, 5, 8, 6), "complex128" if dtype.startswith("c") else "float64")
    whole = (whole * 100).astype(dtype)
    for way in ({}, dict(order="F", boxes=random_boxes(rng, (5, 8, 6), comm.size))):
        x = heffte.scatter(whole if comm.rank == 0 else None, comm, batch_axes=1, **way)
        all_found = []
        for verb in ("sum", "max", "min", "mean", "var", "std"):
            # numpy squares numbers of 16 bits in 16 bits, where they overflow.
            reference = whole.astype("float32") if (dtype, verb) in (("float16", "var"), ("float16", "std")) else whole
            with np.errstate(over="ignore"):
                expected = getattr(reference, verb)().astype(getattr(whole, verb)().dtype)
            found = getattr(x, verb)()
            assert found.dtype == expected.dtype and np.ndim(found) == 0
            exact = verb in ("max", "min") or (dtype in ("int8", "bool") and verb in ("sum", "mean"))
            total = abs(whole).astype(float) ** (2 if verb == "var" else 1)
            scale = max(total.sum() / (1 if verb == "sum" else whole.size), 1)
            assert abs(complex(found) - complex(expected)) <= (0 if exact else 4 * np.finfo(expected.dtype).eps * scale)
            all_found.append(found.tobytes())
        assert len(set(comm.allgather(b"".join(all_found)))) == 1


def test_numpys_functions_do_the_same(comm):
    x = heffte.DistArray((5, 8), comm=comm)
    x.local[...] = comm.rank
    assert (np.sum(x), np.max(x), np.min(x), np.mean(x)) == (x.sum(), x.max(), x.min(), x.mean())
    assert np.max(x) == min(comm.size, 5) - 1


def test_extremes_have_nan_and_ranks_without_points_do_not_matter(comm):
    x = heffte.DistArray((1, 4), comm=comm, grid=(comm.size, 1))
    x.local[...] = -3
    assert (x.max(), x.min(), x.sum(), x.mean()) == (-3, -3, -12, -3)
    if comm.rank == 0:
        x.local[0, 1] = np.nan
    assert np.isnan(x.max()) and np.isnan(x.min()) and np.isnan(x.sum())


def test_reductions_that_cannot_be(comm):
    last = comm.rank == comm.size - 1
    x = heffte.DistArray((2, 8, 6), comm=comm, batch_axes=1)
    assert_refused(comm, lambda: x.sum(axis=0 if last else None), "axis 0: sum of a DistArray is over all", "comm.allreduce")
    assert_refused(comm, lambda: np.max(x, axis=(1, 2)), "axis (1, 2): max of a DistArray")
    assert_refused(comm, lambda: x.min(out=np.empty(()) if last else None), "out array(")
    assert_refused(comm, lambda: np.mean(x, dtype="float32" if last else None), "dtype 'float32': mean of a DistArray")
    assert_refused(comm, lambda: np.std(x, axis=0 if last else None), "axis 0: std of a DistArray")
    assert_refused(comm, lambda: x.var(ddof=96), "96 elements, too few for var with ddof 96")
    if comm.size > 1:
        assert_refused(comm, lambda: x.var(ddof=int(last)), "disagree on ddof: 0 and 1")
    assert x[0:0].sum() == 0
    assert_refused(comm, lambda: x[0:0].max(), "shape (0, 8, 6) has no elements")
    assert_refused(comm, lambda: x[0:0].mean(), "has no elements")
    if comm.size > 1:
        assert_refused(comm, lambda: x.max() if last else x.min(), "disagree on the reduction: 'min' and 'max'")
    assert x.sum() == 0


def test_a_backend_by_name_is_told_its_number(comm):
    box = slabs((4, 4, 4), comm.size)[comm.rank]
    last = comm.rank == comm.size - 1

    def plan(tag):
        return lambda: heffte.fft3d(tag if last else heffte.backend.stock, box, box, comm)

    assert_refused(comm, plan("fftw"), "backend_tag 'fftw' is a text: write heffte.backend.fftw")
    assert_refused(comm, plan("MKL"), "backend_tag 'MKL' is a text: write heffte.backend.mkl")
    assert_refused(comm, plan("fast"), "heffte.backend has stock, fftw, mkl, cufft, rocfft, rocm, auto")
    x = heffte.DistArray((4, 4), comm=comm)
    assert_refused(comm, lambda: heffte.fftn(x, backend_tag="auto"), "write heffte.backend.auto")


def test_keywords_of_other_libraries_are_told_ours(comm):
    x = heffte.DistArray((4, 4), comm=comm)
    last = comm.rank == comm.size - 1
    for given, ours in [("axis", "axes"), ("n", "s"), ("workers", "threads"), ("use_pencil", "use_pencils"), ("nrm", "norm")]:
        words = f"{given} is no option of plans: do you mean {ours}=?"
        assert_refused(comm, lambda given=given: heffte.rfftn(x, **({given: 1} if last else {})), words)
    assert_refused(comm, lambda: heffte.dctn(x, typ=2), "do you mean type=?")
    assert_refused(comm, lambda: heffte.fftn(x, zzz=2), "zzz is no option of plans: these are use_reorder, algorithm")
    box = slabs((4, 4, 4), comm.size)[comm.rank]
    assert_refused(comm, lambda: heffte.fft3d(0, box, box, comm, thread=2), "do you mean threads=?")


def test_a_communicator_in_the_place_of_another_argument(comm):
    half = comm.Split(comm.rank % 2)
    # Only the ranks of that communicator are here.
    if comm.rank % 2 == 0:
        words = "is a communicator: write DistArray(global_shape, dtype, comm), or comm=..."
        assert_refused(half, lambda: heffte.DistArray(half, (8, 8)), f"global_shape {words}")
        assert_refused(half, lambda: heffte.DistArray((8, 8), half), f"dtype {words}")
    half.Free()
    last = comm.rank == comm.size - 1
    assert_refused(comm, lambda: heffte.DistArray((8, 8), comm if last else float), "dtype is a communicator")


@pytest.mark.parametrize("verb", ["fftn", "irfftn", "dctn", "idstn"])
def test_something_else_than_an_array_on_one_rank_is_an_error_on_all(comm, verb):
    last = comm.rank == comm.size - 1
    x = heffte.DistArray((4, 4), comm=comm)
    words = f"x is a ndarray: {verb} takes a heffte.DistArray, which heffte.scatter makes of an array"
    assert_refused(comm, lambda: getattr(heffte, verb)(x.local if last else x), words)
    # On all ranks, too.
    assert_refused(comm, lambda: getattr(heffte, verb)(x.local), words)
    # An array of one rank's own in between has nothing to do with the others.
    if last:
        heffte.DistArray((4, 4), comm=MPI.COMM_SELF).sum()
    assert_refused(comm, lambda: getattr(heffte, verb)(None if last else x), "x is a NoneType: ")


def test_something_else_to_save_on_one_rank_is_an_error_on_all(comm, tmp_path_factory):
    last = comm.rank == comm.size - 1
    path = comm.bcast(str(tmp_path_factory.mktemp("saved") / "x.npy"))
    x = heffte.DistArray((4, 4), comm=comm)
    assert_refused(comm, lambda: heffte.save(path, x.local if last else x), "x is a ndarray: save takes a heffte.DistArray")
    assert_refused(comm, lambda: heffte.save(3 if last else path, x), "cannot write 3: TypeError")
    assert list(Path(path).parent.iterdir()) == []


def test_after_an_error_with_a_freed_communicator_no_rank_is_asked(comm):
    other = comm.Dup()
    x = heffte.DistArray((4, 4), comm=other)
    other.Free()
    with pytest.raises(heffte.heffte_input_error, match="x is a int: fftn takes"):
        heffte.fftn(3)
    with pytest.raises(heffte.heffte_input_error, match="COMM_NULL"):
        heffte.fftn(x)


@on_one_rank
def test_who_waits_for_long_says_where_and_what_may_be_wrong():
    script = """
import sys, time
import heffte
from heffte._distributed import patience
from mpi4py import MPI
patience.PATIENCE = 0.4
x = heffte.DistArray((4, 4))
if MPI.COMM_WORLD.rank == 1:
    time.sleep(1.5)
x.sum()  # here
"""
    line = 1 + script.splitlines().index("x.sum()  # here")
    launcher = shutil.which("mpiexec")
    done = subprocess.run(
        [launcher, "-n", "2", sys.executable, "-c", script], env=bare_environment(), capture_output=True, text=True, timeout=60
    )
    told = [each for each in done.stderr.splitlines() if each.startswith("heffte: ")]
    assert done.returncode == 0 and len(told) == 1, done.stderr
    assert "rank 0 of 2 has waited" in told[0] and f" at <string>:{line} for ranks" in told[0]
    assert "python -m mpi4py" in told[0]


def test_names_of_scipy_that_are_not_here_are_told_ours():
    for theirs, ours in [("fft", "fftn"), ("irfft2", "irfftn"), ("dct", "dctn"), ("rfft", "rfftn")]:
        with pytest.raises(AttributeError, match=rf"no attribute '{theirs}': use heffte\.{ours}\(x, axes="):
            getattr(heffte, theirs)
    with pytest.raises(AttributeError, match="no attribute 'hfft'$"):
        _ = heffte.hfft
    for verb in ("fftfreq", "rfftfreq"):
        with pytest.raises(heffte.heffte_input_error, match=rf"x is a int: {verb} takes .*scipy\.fft\.{verb} takes a number"):
            getattr(heffte, verb)(8)


def test_a_scale_by_name_is_told_its_number(comm):
    box = slabs((4, 4, 4), comm.size)[comm.rank]
    last = comm.rank == comm.size - 1
    with heffte.fft3d(heffte.backend.stock, box, box, comm) as plan:
        given = np.ones(plan.size_inbox())
        for name, remedy in [("full", "write heffte.scale.full"), ("half", "heffte.scale has none, full, symmetric")]:
            words = f"scaling {name!r} is a text: {remedy}"
            assert_refused(comm, lambda name=name: plan.forward(given, scaling=name if last else heffte.scale.none), words)
        with pytest.raises(heffte.heffte_input_error, match=r"write heffte\.scale\.full"):
            plan.get_scale_factor("Full")


def test_points_of_several_ranks_are_not_indexed(comm):
    x = heffte.DistArray((4, 4), comm=comm)
    with pytest.raises(heffte.heffte_input_error, match=r"points that lie on several ranks: index x\.local.*x\.slices.*x\.gather"):
        x[0, 0]


def test_an_unknown_dtype(comm):
    last = comm.rank == comm.size - 1
    for given in ("text", "complex63", 3):
        words = (f"dtype {given!r} is unknown to numpy (", "use such as float, complex, 'float32', 'complex64'")
        assert_refused(comm, lambda given=given: heffte.DistArray((8, 8), given if last else float, comm), *words)


def test_assigning_to_local_says_how(comm):
    x = heffte.DistArray((8, 6), comm=comm)
    for values in (np.ones(x.local.shape), 1.0):
        with pytest.raises(AttributeError, match=r"assign to its elements, x\.local\[\.\.\.\] = values"):
            x.local = values
    assert x.sum() == 0
    x.local += 2
    assert x.sum() == 2 * 8 * 6


def test_the_names_that_are_shown_are_public():
    shown = {name for name in dir(heffte) if not name.startswith("__")}
    assert shown == set(heffte.__all__)
    assert all(not inspect.ismodule(getattr(heffte, name)) for name in shown - {"capi", "heffte_config"})


def test_the_command_alone_shows_its_help(comm, capsys):
    assert main([]) == 0
    out, err = capsys.readouterr()
    assert err == "" and (out != "") == (comm.rank == 0)
    if comm.rank == 0:
        assert "usage: python -m heffte" in out and "{info" not in out and "how fast" in out


def test_threads_are_what_plans_make_of_the_environment(monkeypatch):
    for given, said in [("3", "3 (HEFFTE_NUM_THREADS)"), (" 2 ", "2 (HEFFTE_NUM_THREADS)"), ("0", "1 ("), ("two", "1 (")]:
        monkeypatch.setenv("HEFFTE_NUM_THREADS", given)
        told = info._threads()
        assert told.startswith(said) and (f"is {given!r}, which is no number of threads" in told) == (said == "1 (")
    monkeypatch.delenv("HEFFTE_NUM_THREADS")
    assert info._threads().startswith("1 (HEFFTE_NUM_THREADS is not set)")


def test_the_family_of_an_mpi_is_read_from_what_it_says():
    for said in ("MPICH Version:      5.0.2", "Intel(R) MPI Library 2021.13", "MVAPICH Version: 3.0", "CRAY MPICH version 8.1"):
        assert _extension.family_of(said) == "mpich"
    assert _extension.family_of("Open MPI v5.0.11, package: Open MPI") == "openmpi"
    with pytest.raises(ImportError, match=r"'Fancy MPI 3' of itself.*\(mpich\).*\(openmpi\)"):
        _extension.family_of("Fancy MPI 3\0")


def test_an_mpi_of_another_name_is_an_error_that_names_both():
    version = MPI.Get_library_version()
    with pytest.raises(ImportError, match=r"by the name of libmpi\S*, but .* linked with libmpi\.so\.99"):
        _extension.check_loaded("libmpi.so.99", version)
    _extension.check_loaded(_extension.FAMILIES[_extension.family_of(version)][1], version)
