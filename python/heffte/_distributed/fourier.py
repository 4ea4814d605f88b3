"""Fourier transforms of distributed arrays, under scipy.fft's names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .._box import box3d
from .._constants import axis as kinds_of_axes
from .._constants import backend
from .._errors import heffte_input_error
from .._options import Choices
from . import spectrum
from .array import DistArray
from .layout import Layout
from .transforms import (
    Place,
    Task,
    as_kind,
    axes_of,
    crop_or_fill,
    lengths_of,
    placed,
    precision_of,
    run,
    scaling_of,
    with_points,
)

if TYPE_CHECKING:
    from typing_extensions import Unpack

_IDENTITY, _C2C, _R2C = kinds_of_axes.identity, kinds_of_axes.c2c, kinds_of_axes.r2c


def fftn(
    x: DistArray,
    s: int | Sequence[int] | None = None,
    axes: int | Sequence[int] | None = None,
    norm: str | None = None,
    *,
    resample: bool = False,
    grid: Sequence[int] | None = None,
    boxes: Sequence[box3d] | None = None,
    backend_tag: int = backend.stock,
    **options: Unpack[Choices],
) -> DistArray:
    """The Fourier transform, with the numbers of ``scipy.fft.fftn``. Collective; ``x`` is not changed.

    Parameters
    ----------
    x
        Real numbers are taken as complex ones.
    s
        Points along the transformed axes: at the end of each axis, points of ``x`` beyond are left out, and missing ones
        are 0. Where only ``s`` is given, it is for the last axes.
    axes
        The axes to transform, as numpy counts them; all distributed axes where None. Batch axes cannot be transformed.
    norm
        ``"backward"`` (the default), ``"ortho"`` or ``"forward"``: where the factor is.
    resample
        Where ``s`` has fewer points, all of ``x`` is transformed and the highest frequencies are left out; where it has more, those
        that are missing are 0. So two thirds of the points remove what the product of two functions folds back (the
        3/2 rule). The spectrum is that of the function at ``s`` points, as with ``scipy.signal.resample``, and ``norm``
        counts these.
    grid, boxes
        Where the result lies, as for :class:`DistArray`. The grid of ``x`` where nothing is said; another, such as one that is
        cut across another axis, may save an exchange. Where ``x`` lies in a list of boxes and the points change, the usual grid.
    backend_tag, options
        A number of :class:`backend`, and keywords of :class:`plan_options`. The plan is kept, and used again for arrays like this.

    Raises
    ------
    heffte_input_error
        On all ranks, whichever rank was wrong.
    """
    return run(x, "fftn", backend_tag, options, lambda x: _complex(x, s, axes, norm, False, resample, (grid, boxes)))


def ifftn(
    x: DistArray,
    s: int | Sequence[int] | None = None,
    axes: int | Sequence[int] | None = None,
    norm: str | None = None,
    *,
    resample: bool = False,
    grid: Sequence[int] | None = None,
    boxes: Sequence[box3d] | None = None,
    backend_tag: int = backend.stock,
    **options: Unpack[Choices],
) -> DistArray:
    """The inverse of :func:`fftn`, with the numbers of ``scipy.fft.ifftn``. Collective.

    With ``resample``, the result has the function of the spectrum ``x`` at ``s`` points: missing frequencies are 0, and
    those beyond are left out; ``norm`` counts the points of ``x``. All else is as for :func:`fftn`.
    """
    return run(x, "ifftn", backend_tag, options, lambda x: _complex(x, s, axes, norm, True, resample, (grid, boxes)))


def rfftn(
    x: DistArray,
    s: int | Sequence[int] | None = None,
    axes: int | Sequence[int] | None = None,
    norm: str | None = None,
    *,
    resample: bool = False,
    grid: Sequence[int] | None = None,
    boxes: Sequence[box3d] | None = None,
    backend_tag: int = backend.stock,
    **options: Unpack[Choices],
) -> DistArray:
    """The Fourier transform of real numbers, with those of ``scipy.fft.rfftn``: ``n // 2 + 1`` points along the last of
    ``axes``. Collective. All else is as for :func:`fftn`."""
    return run(x, "rfftn", backend_tag, options, lambda x: _real(x, s, axes, norm, resample, (grid, boxes)))


def irfftn(
    x: DistArray,
    s: int | Sequence[int] | None = None,
    axes: int | Sequence[int] | None = None,
    norm: str | None = None,
    *,
    resample: bool = False,
    grid: Sequence[int] | None = None,
    boxes: Sequence[box3d] | None = None,
    backend_tag: int = backend.stock,
    **options: Unpack[Choices],
) -> DistArray:
    """The inverse of :func:`rfftn`, with the numbers of ``scipy.fft.irfftn``. Collective.

    Along the last of ``axes`` the result has ``2 * (m - 1)`` points, where ``x`` has m; an odd number is said by ``s``. With
    ``resample`` ``x`` is taken as the spectrum of so many points, if ``s`` is even, and of one more if it is odd. All else is as
    for :func:`ifftn`.
    """
    return run(x, "irfftn", backend_tag, options, lambda x: _to_real(x, s, axes, norm, resample, (grid, boxes)))


def _complex(
    x: DistArray,
    s: int | Sequence[int] | None,
    axes: int | Sequence[int] | None,
    norm: str | None,
    inverse: bool,
    resample: bool,
    place: Place,
) -> Task:
    chosen = axes_of(x, axes, s)
    lengths = lengths_of(x, chosen, s)
    old = x._layout.points
    new = with_points(old, chosen, lengths)
    kinds = tuple(_C2C if axis in chosen else _IDENTITY for axis in range(len(old)))
    # Without an axis to transform, a plan does not know that its numbers are complex.
    source = as_kind(x, inverse or not chosen or x.dtype.kind == "c")
    result = placed(x._layout.over(new), place)
    target = x._new(result, as_complex(source))
    at = x._layout.over(old if resample and not inverse else new)
    scaling = scaling_of(norm, inverse)
    if not resample or old == new:
        near, far = (result, at) if inverse else (at, result)
        return Task(near, far, kinds, not inverse, scaling, source, target, before=crop_or_fill(old, new))
    weight = spectrum.weight(norm, old, new)
    ways = spectrum.segments(old, new, None, weight)
    if inverse:
        return Task(result, at, kinds, False, scaling, source, target, before=ways)
    return Task(at, at, kinds, True, scaling, source, target, after=ways)


def _real(
    x: DistArray,
    s: int | Sequence[int] | None,
    axes: int | Sequence[int] | None,
    norm: str | None,
    resample: bool,
    place: Place,
) -> Task:
    if x.dtype.kind == "c":
        raise heffte_input_error(f"x has dtype {x.dtype}, but rfftn takes real numbers: use fftn, or x.real")
    chosen = _some(axes_of(x, axes, s))
    lengths = lengths_of(x, chosen, s)
    old, last = x._layout.points, chosen[-1]
    new = with_points(old, chosen, lengths)
    source = as_kind(x, False)
    result = placed(x._layout.over(_halved(new, last)), place)
    target = x._new(result, as_complex(source))
    kinds = _kinds_with(last, chosen, len(old))
    if not resample or old == new:
        return Task(
            x._layout.over(new), result, kinds, True, scaling_of(norm), source, target, before=crop_or_fill(old, new)
        )
    ways = spectrum.segments(old, new, last, spectrum.weight(norm, old, new))
    full = x._layout.over(_halved(old, last))
    return Task(x._layout, full, kinds, True, scaling_of(norm), source, target, after=ways)


def _to_real(
    x: DistArray,
    s: int | Sequence[int] | None,
    axes: int | Sequence[int] | None,
    norm: str | None,
    resample: bool,
    place: Place,
) -> Task:
    chosen = _some(axes_of(x, axes, s))
    old, last = x._layout.points, chosen[-1]
    lengths = lengths_of(x, chosen, s)
    if s is None:
        lengths = (*lengths[:-1], 2 * (old[last] - 1))
        if lengths[-1] < 1:
            raise heffte_input_error("x has 1 point along the last axis, of which 2 * (1 - 1) = 0 come: say how many with s=")
    new = with_points(old, chosen, lengths)
    source = as_kind(x, True)
    result = placed(x._layout.over(new), place)
    target = x._new(result, precision_of(source.dtype))
    kinds = _kinds_with(last, chosen, len(old))
    needed = _halved(new, last)
    spectral: Layout = x._layout.over(needed)
    ways = crop_or_fill(old, needed)
    if resample:
        before = with_points(old, (last,), (2 * (old[last] - 1) + new[last] % 2,))
        if before[last] < 1:
            raise heffte_input_error("x has 1 point along the last axis, which is the spectrum of a single even number")
        ways = None if before == new else spectrum.segments(before, new, last, spectrum.weight(norm, before, new))
    return Task(result, spectral, kinds, False, scaling_of(norm, True), source, target, before=ways)


def as_complex(x: DistArray) -> str:
    """The complex type of the precision of ``x``."""
    return "complex64" if x.dtype.name in ("float32", "complex64") else "complex128"


def _some(axes: tuple[int, ...]) -> tuple[int, ...]:
    if not axes:
        raise heffte_input_error("axes are none: transforms of real numbers need one at least")
    return axes


def _halved(points: tuple[int, ...], axis: int) -> tuple[int, ...]:
    return with_points(points, (axis,), (points[axis] // 2 + 1,))


def _kinds_with(last: int, chosen: tuple[int, ...], axes: int) -> tuple[int, ...]:
    return tuple(_R2C if axis == last else _C2C if axis in chosen else _IDENTITY for axis in range(axes))
