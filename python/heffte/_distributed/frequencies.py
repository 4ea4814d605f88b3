"""Wavenumbers of the points that this rank has."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .._errors import heffte_input_error
from .._integers import integer
from .array import DistArray


def fftfreq(
    x: DistArray, d: float | Sequence[float] = 1.0, *, length: float | Sequence[float] | None = None
) -> tuple[npt.NDArray[np.float64], ...]:
    """The frequencies of this rank's part of a spectrum of :func:`heffte.fftn`: an array for each distributed axis, which
    broadcasts against ``x.local`` and against ``x``. Not collective.

    Parameters
    ----------
    x
        The spectrum, or any array with its points and boxes.
    d
        The distance of points in real space, one for all axes or one for each: the numbers are those of
        ``scipy.fft.fftfreq(n, d)``, in cycles.
    length
        The length of the domain, in place of ``d``: the numbers are wavenumbers in radians, ``2 pi k / length``; so 1j times
        them is the derivative, and a length of ``2 pi`` gives whole numbers.
    """
    _check("fftfreq", x)
    return _frequencies(x, x._layout.points, d, length, None)


def rfftfreq(
    x: DistArray,
    d: float | Sequence[float] = 1.0,
    *,
    n: int | None = None,
    axis: int = -1,
    length: float | Sequence[float] | None = None,
) -> tuple[npt.NDArray[np.float64], ...]:
    """As :func:`fftfreq` for a spectrum of :func:`heffte.rfftn`, with the numbers of ``scipy.fft.rfftfreq(n, d)`` along
    ``axis``, the last that was transformed. There ``n`` points in real space are stored as ``n // 2 + 1``; an even number, unless
    ``n`` says otherwise."""
    _check("rfftfreq", x)
    points = x._layout.points
    own = (axis if axis >= 0 else axis + x.ndim) - x.batch_axes
    if not 0 <= own < len(points):
        raise heffte_input_error(f"axis {axis} is no distributed axis of an array of shape {x.global_shape}")
    real = max(2 * (points[own] - 1), 1) if n is None else integer("n", n)
    if real < 1 or real // 2 + 1 != points[own]:
        stored = points[own]
        raise heffte_input_error(
            f"n {n} does not fit: {stored} points along axis {axis} are half of {2 * stored - 2} or {2 * stored - 1}"
        )
    return _frequencies(x, points[:own] + (real,) + points[own + 1 :], d, length, own)


def _check(verb: str, x: Any) -> None:
    if not isinstance(x, DistArray):
        raise heffte_input_error(
            f"x is a {type(x).__name__}: {verb} takes the heffte.DistArray whose part of the frequencies is wanted; "
            f"scipy.fft.{verb} takes a number of points"
        )


def _frequencies(
    x: DistArray, points: tuple[int, ...], d: Any, length: Any, halved: int | None
) -> tuple[npt.NDArray[np.float64], ...]:
    spacings = _each("d", d, len(points))
    if length is not None:
        spacings = [own / (2 * math.pi * n) for own, n in zip(_each("length", length, len(points)), points)]
    found: list[npt.NDArray[np.float64]] = []
    for axis, (n, spacing, part) in enumerate(zip(points, spacings, x.slices[x.batch_axes :])):
        every = (np.fft.rfftfreq if axis == halved else np.fft.fftfreq)(n, spacing).astype(np.float64)
        found.append(every[part].reshape(tuple(-1 if a == axis else 1 for a in range(len(points)))))
    return tuple(found)


def _each(name: str, given: Any, axes: int) -> list[float]:
    """A number for each axis."""
    numbers = np.broadcast_to(np.asarray(given, dtype=float), (axes,)) if np.ndim(given) == 0 else np.asarray(given, float)
    if numbers.shape != (axes,) or not (numbers > 0).all():
        raise heffte_input_error(f"{name} {given!r} does not fit: give a positive number, or one for each of {axes} axes")
    return [float(number) for number in numbers]
