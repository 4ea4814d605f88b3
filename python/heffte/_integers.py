"""Integers as callers give them, checked before they go to the extension module, which takes 64 bits."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import numpy.typing as npt

from ._errors import heffte_input_error

#: Coordinates stay below this, so that differences of two of them fit 64 bits too.
_FARTHEST = 2**62


def integer(name: str, value: Any) -> int:
    """``value`` as an int that fits 64 bits."""
    try:
        given = operator.index(value)
    except TypeError:
        given = None
    if given is None or isinstance(value, bool) or not -(2**63) <= given < 2**63:
        raise heffte_input_error(f"{name} {value!r} is not a whole number of 64 bits")
    return given


def triple(name: str, values: Any) -> npt.NDArray[np.integer[Any]]:
    """Three integers, which may be floats without a fraction, as an array."""
    try:
        given = [int(value) for value in values]
        good = len(given) == 3 and all(a == b and abs(a) < _FARTHEST for a, b in zip(given, values))
    except (TypeError, ValueError, OverflowError):
        good = False
    if not good:
        raise heffte_input_error(f"{name} {_shown(values)} is not three integers: give one for each dimension")
    return narrowed(given)


def narrowed(values: list[int]) -> npt.NDArray[np.integer[Any]]:
    """The values as int32, or as int64 where one of them needs it."""
    small = all(abs(value) <= np.iinfo(np.int32).max for value in values)
    return np.array(values, dtype=np.int32 if small else np.int64)


def _shown(values: Any) -> str:
    shown = repr(values.tolist()) if isinstance(values, np.ndarray) else repr(values)
    return shown if len(shown) <= 100 else f"{shown[:100]}..."
