"""Transforms of distributed arrays against scipy.fft and scipy.signal."""

import itertools

import heffte
import numpy as np
import pytest
import scipy.fft
import scipy.signal
from problems import BACKENDS, assert_close, assert_refused, random_field
from programs import on_one_rank, run_alone
from test_distributed import distributions

SHAPES = [(48,), (9, 14), (7, 6, 10), (2, 3, 5)]
NORMS = [None, "backward", "ortho", "forward"]


def scattered(comm, whole, **way):
    return heffte.scatter(whole if comm.rank == 0 else None, comm, **way)


def agree(x, expected):
    """That the parts of an array are those of scipy's, in the same precision."""
    assert isinstance(x, heffte.DistArray)
    assert x.global_shape == expected.shape
    assert x.dtype == expected.dtype, (x.dtype, expected.dtype)
    assert_close(x.comm, x.local, expected[x.slices], expected.size)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128", "int32", "bool"])
def test_fourier_transforms_agree_with_scipy(comm, shape, dtype):
    wide = "complex128" if dtype.startswith("complex") else "float64"
    whole = (3 * random_field(np.random.default_rng(1), shape, wide)).astype(dtype)
    for way in distributions(comm, shape):
        x = scattered(comm, whole, **way)
        agree(heffte.fftn(x), scipy.fft.fftn(whole))
        agree(heffte.ifftn(x), scipy.fft.ifftn(whole))
        agree(heffte.irfftn(x), scipy.fft.irfftn(whole))
        if x.dtype.kind != "c":
            agree(heffte.rfftn(x), scipy.fft.rfftn(whole))
        assert np.array_equal(x.local, whole[x.slices])


@pytest.mark.parametrize("norm", NORMS)
def test_norms_and_axes_agree_with_scipy(comm, norm):
    batch, shape = (2,), (7, 6, 10)
    whole = random_field(np.random.default_rng(2), batch + shape, "complex128")
    x = scattered(comm, whole, batch_axes=1)
    real = x.real
    subsets = [axes for n in (1, 2, 3) for axes in itertools.permutations((1, 2, 3), n)]
    for axes in [*subsets, (-1,), (-3, 2)]:
        agree(heffte.fftn(x, axes=axes, norm=norm), scipy.fft.fftn(whole, axes=axes, norm=norm))
        agree(heffte.ifftn(x, axes=axes, norm=norm), scipy.fft.ifftn(whole, axes=axes, norm=norm))
        agree(heffte.rfftn(real, axes=axes, norm=norm), scipy.fft.rfftn(whole.real, axes=axes, norm=norm))
        agree(heffte.irfftn(x, axes=axes, norm=norm), scipy.fft.irfftn(whole, axes=axes, norm=norm))
    agree(heffte.fftn(x), scipy.fft.fftn(whole, axes=(1, 2, 3)))
    agree(heffte.fftn(x, axes=()), whole)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("kind", ["dct", "dst"])
def test_cosine_and_sine_transforms_agree_with_scipy(comm, kind, norm):
    whole = random_field(np.random.default_rng(3), (7, 6, 10), "float64")
    plain = scattered(comm, whole)
    sideways = scattered(comm, whole, grid=(1, comm.size, 1), order="F")
    there, back = getattr(heffte, kind + "n"), getattr(heffte, "i" + kind + "n")
    scipy_there, scipy_back = getattr(scipy.fft, kind + "n"), getattr(scipy.fft, "i" + kind + "n")
    for type, orthogonalize in itertools.product((1, 2, 3), (None, True, False)):
        for x, axes in [(plain, None), (sideways, (0, 2)), (sideways, 1)]:
            options = dict(type=type, axes=axes, norm=norm, orthogonalize=orthogonalize)
            agree(there(x, **options), scipy_there(whole, **options))
            agree(back(x, **options), scipy_back(whole, **options))
    agree(there(plain, 2, (9, 4, 11), norm=norm), scipy_there(whole, 2, (9, 4, 11), norm=norm))
    agree(back(plain, 3, 12, norm=norm), scipy_back(whole, 3, (12,), axes=(-1,), norm=norm))
    wide = scattered(comm, whole * (1 + 2j))
    agree(there(wide, norm=norm), scipy_there(whole * (1 + 2j), norm=norm))
    agree(there(plain.astype("float32"), norm=norm), scipy_there(whole.astype("float32"), norm=norm))
    assert np.array_equal(plain.local, whole[plain.slices])


@pytest.mark.parametrize("s, axes", [((9, 4, 10), None), ((3, 12), None), ((11, 5), (0, 2)), (8, 1), ((2, 8, 7), (2, 0, 1))])
def test_points_are_cut_off_or_filled_up_as_scipy_does(comm, s, axes):
    whole = random_field(np.random.default_rng(4), (7, 6, 10), "complex128")
    rows = s if isinstance(s, tuple) else (s,)
    along = {} if axes is None else dict(axes=axes if isinstance(axes, tuple) else (axes,))
    for way in distributions(comm, whole.shape, 4):
        x = scattered(comm, whole, **way)
        agree(heffte.fftn(x, s, axes), scipy.fft.fftn(whole, rows, **along))
        agree(heffte.ifftn(x, s, axes), scipy.fft.ifftn(whole, rows, **along))
        agree(heffte.rfftn(x.real, s, axes), scipy.fft.rfftn(whole.real, rows, **along))
        agree(heffte.irfftn(x, s, axes), scipy.fft.irfftn(whole, rows, **along))


@pytest.mark.parametrize(
    "old, new",
    [((8, 9, 6), (12, 14, 9)), ((12, 14, 9), (8, 9, 6)), ((8, 7, 6), (8, 10, 5)), ((5, 4, 7), (4, 5, 8))],
)
@pytest.mark.parametrize("norm", NORMS)
def test_spectra_of_more_or_fewer_points_are_those_of_the_same_function(comm, old, new, norm):
    whole = random_field(np.random.default_rng(5), old, "complex128")
    real = whole.real

    def resampled(field):
        for axis, n in enumerate(new):
            field = scipy.signal.resample(field, n, axis=axis)
        return field

    for way in distributions(comm, old, 5)[::2]:
        x, y = scattered(comm, whole, **way), scattered(comm, real, **way)
        agree(heffte.ifftn(heffte.fftn(x, norm=norm), new, norm=norm, resample=True), resampled(whole))
        agree(heffte.ifftn(heffte.fftn(x, new, norm=norm, resample=True), norm=norm), resampled(whole))
        if old[2] % 2 == new[2] % 2:
            agree(heffte.irfftn(heffte.rfftn(y, norm=norm), new, norm=norm, resample=True), resampled(real))
        agree(heffte.irfftn(heffte.rfftn(y, new, norm=norm, resample=True), new, norm=norm), resampled(real))


def test_three_halves_of_the_points_keep_a_product_free_of_aliases(comm):
    n, fine = (8, 8, 8), (12, 12, 12)
    rng = np.random.default_rng(6)
    fields = [random_field(rng, n, "float64") for _ in range(2)]
    a_hat, b_hat = (heffte.rfftn(scattered(comm, field), norm="forward") for field in fields)
    a, b = (heffte.irfftn(f, fine, norm="forward", resample=True) for f in (a_hat, b_hat))
    product = heffte.rfftn(a * b, n, norm="forward", resample=True)
    # The convolution itself, of all pairs of frequencies below the highest.
    waves = [scipy.fft.fftn(field, norm="forward") for field in fields]
    k = np.fft.fftfreq(8, 1 / 8).astype(int)
    expected = np.zeros(n, complex)
    inner = range(-3, 4)
    for p in itertools.product(inner, repeat=3):
        reach = [[q for q in range(-4, 5) if abs(total - q) <= 4] for total in p]
        for q in itertools.product(*reach):
            r = tuple(total - own for total, own in zip(p, q))
            halves = 0.5 ** (sum(abs(i) == 4 for i in q) + sum(abs(i) == 4 for i in r))
            expected[p] += waves[0][q] * waves[1][r] * halves
    mine = product.local
    assert k[4] == -4
    keep = [np.isin(np.arange(s.start, s.stop), [0, 1, 2, 3, 5, 6, 7]) for s in product.slices]
    found, wanted = mine[np.ix_(*keep)], expected[product.slices][np.ix_(*keep)]
    assert np.allclose(found, wanted, atol=1e-15)


def test_results_lie_where_they_are_asked_for(comm):
    whole = random_field(np.random.default_rng(7), (8, 6, 10), "float64")
    x = scattered(comm, whole)
    assert heffte.fftn(x).box == x.box and heffte.rfftn(x).grid == x.grid
    y = heffte.rfftn(x, grid=(1, comm.size, 1), use_pencils=False, threads=2)
    assert y.grid == (1, comm.size, 1)
    agree(y, scipy.fft.rfftn(whole))
    boxes = distributions(comm, whole.shape, 8)[3]["boxes"]
    agree(heffte.irfftn(y, boxes=boxes), whole)
    assert heffte.irfftn(y, boxes=boxes).box == boxes[comm.rank]
    # Distributed arrays are in host memory.
    for tag in BACKENDS:
        agree(heffte.fftn(x, backend_tag=tag), scipy.fft.fftn(whole))


def test_plans_are_kept_and_let_go(comm, monkeypatch):
    from heffte._distributed import plans

    own = comm.Dup()
    x = heffte.DistArray((4, 4), comm=own)
    kept = plans.kept(own).plans
    for _ in range(3):
        heffte.ifftn(heffte.fftn(x))
    assert len(kept) == 1
    first = next(iter(kept.values()))
    for n in range(2, plans.MOST + 8):
        y = heffte.DistArray((4, n), comm=own)
        y.local[...] = 1
        total = heffte.fftn(y).gather(None)
        assert np.isclose(total[0, 0], 4 * n) and np.isclose(abs(total).sum(), 4 * n)
    assert len(kept) == plans.MOST
    with pytest.raises(heffte.heffte_input_error, match="the plan is closed"):
        first.size_inbox()
    monkeypatch.setattr(plans, "MANY_POINTS", 100)
    heffte.fftn(heffte.DistArray((4, 5, 100), comm=own))
    assert len(kept) == plans.FEW
    heffte.clear_plans(own)
    assert not kept
    heffte.fftn(x)
    last = next(iter(kept.values()))
    own.Free()
    assert not kept
    with pytest.raises(heffte.heffte_input_error, match="the plan is closed"):
        last.size_inbox()


@on_one_rank
@pytest.mark.parametrize("end", ["", "own.Free()", "MPI.Finalize()", "heffte.clear_plans()", "del x, own", "sys.x = x"])
def test_kept_plans_may_outlive_mpi_and_the_interpreter(end):
    script = f"""
import sys, heffte
from mpi4py import MPI
own = MPI.COMM_WORLD.Dup()
for comm in (own, MPI.COMM_WORLD, MPI.COMM_SELF):
    x = heffte.DistArray((8, 8, 8), comm=comm)
    x = heffte.ifftn(heffte.fftn(x))
    x.gather()
{end}
"""
    done = run_alone(script)
    assert (done.returncode, done.stderr) == (0, "")


@on_one_rank
def test_the_package_may_be_imported_before_mpi_is_initialized():
    script = """
import mpi4py
mpi4py.rc.initialize = False
import heffte
from mpi4py import MPI
MPI.Init()
print(heffte.fftn(heffte.DistArray((4, 4))).shape)
MPI.Finalize()
"""
    done = run_alone(script)
    assert (done.stdout, done.stderr) == ("(4, 4)\n", "")


@pytest.fixture(params=["every rank", "the last rank"])
def wrong(request, comm):
    return request.param == "every rank" or comm.rank == comm.size - 1


def test_transforms_that_cannot_be(comm, wrong):
    x = heffte.DistArray((2, 8, 6, 8), comm=comm, batch_axes=1)
    x.local[...] = 1

    def call(function=heffte.fftn, *arguments, x=x, **options):
        # A rank that is right does what all would have to do.
        return lambda: function(x, *(arguments if wrong else ()), **(options if wrong else {}))

    cases = [
        (call(axes=(0, 1)), "axis 0 is one of the 1 batch axes"),
        (call(axes=(1, -3)), "name an axis twice"),
        (call(axes=4), "axis 4 is none of an array of shape (2, 8, 6, 8)"),
        (call(axes=(1.5,)), "axes 1.5 is not a whole number"),
        (call(axes=dict), "neither a whole number nor a row"),
        (call(s=(2, 2), axes=(1,)), "s has 2 numbers, but 1 axes"),
        (call(s=(0,)), "s (0,) is impossible"),
        (call(s=(8, 8, 8, 8)), "s has 4 numbers, but 3 axes"),
        (call(norm="full"), "norm 'full' is unknown: use 'backward', 'ortho' or 'forward'"),
        (call(backend_tag="stock"), "backend_tag 'stock'"),
        (call(fast=True), "fast is no option of plans"),
        (call(threads=0), "threads is 0"),
        (call(grid=(9, 9, 9)), "grid (9, 9, 9) does not fit"),
        (call(heffte.dctn, type=4), "type 4 is not there: use 1, 2 or 3"),
        (call(heffte.rfftn, axes=()), "axes are none"),
    ]
    for refused, *words in cases:
        assert_refused(comm, refused, "rank ", *words)
    assert_refused(comm, lambda: heffte.fftn(x, backend_tag=heffte.backend.cufft), "cufft (10) is ")
    assert_refused(comm, lambda: heffte.rfftn(x.astype(complex)), "rfftn takes real numbers")
    assert_refused(comm, lambda: heffte.fftn(x.local), "x is a ndarray", "heffte.scatter")
    wide = heffte.DistArray((8, 8), np.longdouble, comm)
    assert_refused(comm, lambda: heffte.fftn(wide), "cannot be transformed")
    if comm.size > 1:
        last = comm.rank == comm.size - 1
        assert_refused(comm, lambda: heffte.fftn(x, norm="ortho" if last else None), "disagree on norm: 0 and 2")
        assert_refused(comm, lambda: (heffte.ifftn if last else heffte.fftn)(x), "disagree on the transform")
    assert heffte.fftn(x).gather(None)[1, 0, 0, 0] == 8 * 6 * 8
