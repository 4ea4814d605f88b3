"""Sums and extremes over all elements of an array."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _mpi
from .._errors import heffte_input_error, told
from .agreement import agree
from .plans import kept

if TYPE_CHECKING:
    from .array import DistArray

#: To add one that numpy has, add its name, and a method to :class:`DistArray`.
_REDUCTIONS: dict[str, Callable[[Any], Any]] = {"sum": np.sum, "max": np.max, "min": np.min}


def reduce(source: DistArray, verb: str, asked: str | None = None, **nothing: Any) -> Any:
    """numpy's number of that name for the whole array, on all ranks. Other arguments are there for numpy, and are None.

    ``asked`` is what the caller calls it where that is another word.
    """
    _mpi.handle(source.comm)
    whole = _REDUCTIONS[verb]
    problem, mine = None, None
    try:
        for name, given in nothing.items():
            if given is not None:
                raise heffte_input_error(
                    f"{name} {given!r}: {asked or verb} of a DistArray is over all its elements, in its type; for some axes, "
                    "reduce x.local and use comm.allreduce"
                )
        if source.size == 0 and verb != "sum":
            raise heffte_input_error(f"an array of shape {source.global_shape} has no elements, and so no {verb}")
        if source._data.size:
            mine = whole(source._data)
    except Exception as error:
        problem = told(error)
    agree(source.comm, problem, {"the reduction": verb, "array": (source.global_shape, source.dtype.str, source._layout.key)})
    private = kept(source.comm).private
    parts = private.gather(mine)
    # One rank puts the parts together, so that the bits are the same on all.
    result = None
    if parts is not None:
        there = [part for part in parts if part is not None]
        result = whole(np.array(there) if there else source._data[:0])
    return private.bcast(result)


def mean(source: DistArray, **nothing: Any) -> Any:
    """As numpy's: of whole numbers a float64, of float16 in float32 on the way."""
    short = source.dtype == np.float16
    total = reduce(source.astype(np.float32) if short else source, "sum", "mean", **nothing)
    if source.size == 0:
        raise heffte_input_error(f"an array of shape {source.global_shape} has no elements, and so no mean")
    return (total / source.size).astype(source.dtype) if short else total / source.size


def var(source: DistArray, ddof: float, asked: str, **nothing: Any) -> Any:
    """As numpy's: the mean square of what elements differ from their mean, in two passes; of float16 in float32 on the way."""
    agree(source.comm, None, {"ddof": ddof})
    short = source.dtype == np.float16
    wide = source.astype(np.float32) if short else source
    total = reduce(wide, "sum", asked, **nothing)
    if source.size <= ddof:
        raise heffte_input_error(
            f"an array of shape {source.global_shape} has {source.size} elements, too few for {asked} with ddof {ddof}"
        )
    squares = wide._of(wide._layout, wide._batch, np.abs(wide._data - total / source.size) ** 2)
    result = reduce(squares, "sum", asked) / (source.size - ddof)
    return result.astype(source.dtype) if short else result
