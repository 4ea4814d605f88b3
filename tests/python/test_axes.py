"""A kind of transform for each dimension, against scipy.fft."""

import itertools

import heffte
import numpy as np
import pytest
import scipy.fft
from heffte import axis
from problems import BACKENDS, assert_close, local, random_boxes, random_field

REAL_KINDS = [axis.cos, axis.sin, axis.cos1, axis.sin1]
SHAPES = [(8, 8, 8), (12, 10, 9), (7, 11, 13), (2, 3, 97)]


def transformed(field, kinds, backward=False):
    """What scipy makes of a field: the real kinds first, forward, and the one that halves before the complex ones."""
    result = field.astype(complex if np.iscomplexobj(field) else float)
    turns = {axis.r2c: 1, axis.c2c: 2}
    order = sorted(range(3), key=lambda d: turns.get(kinds[d], 0), reverse=backward)
    for d in order:
        kind = kinds[d]
        if kind in (axis.cos, axis.cos1, axis.sin, axis.sin1):
            kind_of = {axis.cos: 3 if backward else 2, axis.sin: 3 if backward else 2, axis.cos1: 1, axis.sin1: 1}[kind]
            one = scipy.fft.dct if kind in (axis.cos, axis.cos1) else scipy.fft.dst
            result = one(result, type=kind_of, axis=d)
        elif kind == axis.c2c:
            result = scipy.fft.ifft(result, axis=d, norm="forward") if backward else scipy.fft.fft(result, axis=d)
        elif kind == axis.r2c:
            result = scipy.fft.rfft(result, axis=d)
    return result


def make(comm, shape, kinds, seed, options=None, backend=heffte.backend.stock):
    """A plan over random boxes, with both boxes of this rank."""
    rng = np.random.default_rng(seed)
    half = tuple(n // 2 + 1 if kind == axis.r2c else n for n, kind in zip(shape, kinds))
    inbox = random_boxes(rng, shape, comm.size)[comm.rank]
    outbox = random_boxes(rng, half, comm.size)[comm.rank]
    return heffte.transform(backend, inbox, outbox, kinds, comm, options), inbox, outbox


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("backend", BACKENDS)
def test_cosines_and_sines_agree_with_scipy_both_ways(comm, shape, dtype, backend):
    field = random_field(np.random.default_rng(1), shape, dtype)
    mixes = [(kind,) * 3 for kind in REAL_KINDS] + [(axis.sin, axis.identity, axis.cos1), (axis.cos, axis.sin1, axis.cos)]
    for seed, kinds in enumerate(mixes):
        plan, inbox, outbox = make(comm, shape, kinds, seed, backend=backend)
        data = local(field, inbox)
        untouched = data.copy()
        result = np.empty(outbox.count(), dtype=dtype)
        plan.forward(data, result)
        assert_close(comm, result, local(transformed(field, kinds), outbox), field.size)
        assert np.array_equal(data, untouched)

        result = np.empty(inbox.count(), dtype=dtype)
        workspace = np.empty(plan.size_workspace(), dtype=dtype)
        plan.backward_buffered(local(field, outbox), result, workspace)
        assert_close(comm, result, local(transformed(field, kinds, backward=True), inbox), field.size)


def test_scipy_s_dctn_and_dstn_are_plans_of_one_kind(comm):
    field = random_field(np.random.default_rng(5), (6, 9, 8), "float64")
    for kind, expected in [
        (axis.cos, scipy.fft.dctn(field, type=2)),
        (axis.sin, scipy.fft.dstn(field, type=2)),
        (axis.cos1, scipy.fft.dctn(field, type=1)),
        (axis.sin1, scipy.fft.dstn(field, type=1)),
    ]:
        plan, inbox, outbox = make(comm, field.shape, (kind,) * 3, 3)
        result = np.empty(outbox.count())
        plan.forward(local(field, inbox), result)
        assert_close(comm, result, local(expected, outbox), field.size)


@pytest.mark.parametrize("dtype", ["float64", "complex128", "float32"])
def test_mixes_with_complex_transforms_agree_with_scipy(comm, dtype):
    shape = (9, 6, 10)
    field = random_field(np.random.default_rng(2), shape, dtype)
    wide = "complex64" if dtype == "float32" else "complex128"
    for seed, kinds in enumerate(itertools.product([axis.cos, axis.sin1, axis.c2c], repeat=3)):
        if axis.c2c not in kinds:
            continue
        plan, inbox, outbox = make(comm, shape, kinds, seed)
        result = np.empty(outbox.count(), dtype=wide)
        plan.forward(local(field, inbox), result)
        assert_close(comm, result, local(transformed(field, kinds), outbox), field.size)
        waves = random_field(np.random.default_rng(seed), shape, wide)
        back = np.empty(inbox.count(), dtype=dtype)
        plan.backward(local(waves, outbox), back)
        expected = transformed(waves, kinds, backward=True)
        expected = expected if back.dtype.kind == "c" else expected.real
        assert_close(comm, back, local(expected, inbox), field.size)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_mixes_with_real_to_complex_transforms_agree_with_scipy(comm, dtype):
    shape = (9, 6, 10)
    field = random_field(np.random.default_rng(2), shape, dtype)
    wide = "complex64" if dtype == "float32" else "complex128"
    others = [axis.cos, axis.sin1, axis.c2c, axis.identity]
    for seed, (direction, first, second) in enumerate(itertools.product(range(3), others, others)):
        kinds = [first, second]
        kinds.insert(direction, axis.r2c)
        plan, inbox, outbox = make(comm, shape, kinds, seed)
        assert plan.use_r2c
        spectrum = np.empty(outbox.count(), dtype=wide)
        plan.forward(local(field, inbox), spectrum)
        assert_close(comm, spectrum, local(transformed(field, kinds), outbox), field.size)
        back = np.empty(inbox.count(), dtype=dtype)
        plan.backward(spectrum, back, heffte.scale.full)
        assert_close(comm, back, local(field.astype(float), inbox), field.size**2)


def test_a_round_trip_in_a_batch_and_in_place_is_the_identity(comm):
    kinds = [axis.cos, axis.sin1, axis.cos1]
    plan, inbox, outbox = make(comm, (6, 7, 8), kinds, 4)
    assert np.isclose(plan.get_scale_factor(heffte.scale.full), 1 / (12 * 16 * 14), rtol=1e-15)
    assert str(plan).startswith("r2r 6 x 7 x 8")
    fields = [random_field(np.random.default_rng(b), (6, 7, 8), "float64") for b in range(2)]
    data = np.concatenate([local(field, inbox) for field in fields])
    result = np.empty(2 * outbox.count())
    plan.forward(data, result, heffte.scale.symmetric, batch=2)
    back = np.empty_like(data)
    plan.backward(result, back, heffte.scale.symmetric, batch=2)
    assert_close(comm, back, data, 2 * fields[0].size)
    rng = np.random.default_rng(6)
    box = random_boxes(rng, (6, 7, 8), comm.size)[comm.rank]
    plan = heffte.transform(heffte.backend.stock, box, box, kinds, comm)
    data = local(fields[0], box)
    plan.forward(data, data)
    assert_close(comm, data, local(transformed(fields[0], kinds), box), fields[0].size)


def test_wrong_kinds_and_types_are_told(comm):
    with pytest.raises(heffte.heffte_input_error, match="kind 7 of axis 1 is unknown"):
        make(comm, (4, 4, 4), [axis.cos, 7, axis.cos], 0)
    with pytest.raises(heffte.heffte_input_error, match="kinds .* is not three integers"):
        box = heffte.box3d([0, 0, 0], [3, 3, 3])
        heffte.transform(heffte.backend.stock, box, box, [axis.cos, axis.cos], comm)
    with pytest.raises(heffte.heffte_input_error, match="axis 2 has 1 point, but a cos1 transform"):
        make(comm, (4, 4, 1), [axis.cos, axis.cos, axis.cos1], 0)
    plan, inbox, outbox = make(comm, (4, 4, 4), [axis.cos] * 3, 0)
    real, wide = np.zeros(inbox.count()), np.zeros(outbox.count(), dtype=complex)
    with pytest.raises(heffte.heffte_input_error, match="a r2r plan cannot go from float64 to complex128"):
        plan.forward(real, wide)
    workspace = np.empty(plan.size_workspace(), dtype=complex)
    with pytest.raises(heffte.heffte_input_error, match="workspace has dtype complex128"):
        plan.forward_buffered(real, np.zeros(outbox.count()), workspace)
