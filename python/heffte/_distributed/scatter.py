"""A distributed array of one that a rank has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from mpi4py import MPI

from .. import _mpi
from .._box import box3d
from .._errors import heffte_input_error, told
from .agreement import agree
from .array import DistArray
from .exchange import chunks
from .gather import checked_root, part_of
from .layout import Order
from .plans import kept


def scatter(
    array: npt.ArrayLike | None,
    comm: MPI.Comm = MPI.COMM_WORLD,
    root: int = 0,
    *,
    grid: Sequence[int] | None = None,
    boxes: Sequence[box3d] | None = None,
    order: Order | None = None,
    batch_axes: int = 0,
) -> DistArray:
    """Deals out an array that rank ``root`` has; what the others pass does not matter. Collective.

    Shape and type are those of ``array``; where the points go is said as for :class:`heffte.DistArray`.
    """
    _mpi.handle(comm)
    problem, whole, center = None, None, 0
    try:
        center = checked_root(root, comm.size)
        whole = _whole(array) if comm.rank == center else None
    except Exception as error:
        problem = told(error)
    agree(comm, problem, {"root": root})
    shape, dtype = comm.bcast(None if whole is None else (whole.shape, whole.dtype), center)
    made = DistArray(shape, dtype, comm, grid=grid, boxes=boxes, order=order, batch_axes=batch_axes)
    private = kept(comm).private
    if comm.rank != center:
        for chunk in chunks(made._data):
            private.Recv(chunk, center)
        return made
    assert whole is not None
    for rank in range(comm.size):
        if rank != center:
            part = part_of(made, rank)
            part.local[...] = whole[part.slices]
            for chunk in chunks(part._data):
                private.Send(chunk, rank)
    made.local[...] = whole[made.slices]
    return made


def _whole(array: Any) -> npt.NDArray[Any]:
    if isinstance(array, DistArray):
        raise heffte_input_error("array is a DistArray: use its redistribute(...)")
    whole = np.asarray(array)
    if whole.dtype.hasobject:
        raise heffte_input_error(f"array is a {type(array).__name__} of Python objects: the root passes an array of numbers")
    return whole
