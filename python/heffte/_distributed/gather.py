"""The whole array on one rank, or on all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .. import _mpi
from .._errors import heffte_input_error, told
from .._integers import integer
from .agreement import agree
from .exchange import chunks
from .plans import kept

if TYPE_CHECKING:
    from .array import DistArray


def gather(source: DistArray, root: int | None) -> npt.NDArray[Any] | None:
    """:meth:`DistArray.gather`."""
    _mpi.handle(source.comm)
    comm = source.comm
    problem, whole, center = None, None, 0
    try:
        source._check_on_host()
        center = checked_root(root, comm.size)
        if root is None or comm.rank == center:
            whole = np.empty(source.global_shape, source.dtype)
    except Exception as error:
        problem = told(error)
    agree(comm, problem, {"root": root, "array": (source.global_shape, source.dtype.str, source._layout.key)})
    private = kept(comm).private
    if comm.rank != center:
        for chunk in chunks(source._data):
            private.Send(chunk, center)
    else:
        assert whole is not None
        _collect(source, whole, private)
    if root is None:
        assert whole is not None
        for chunk in chunks(whole):
            private.Bcast(chunk, center)
    return whole


def checked_root(root: Any, ranks: int) -> int:
    """The rank that has the whole; 0 where all are to have it."""
    center = 0 if root is None else integer("root", root)
    if not 0 <= center < ranks:
        raise heffte_input_error(f"root {center} is no rank of the {ranks}: use 0 to {ranks - 1}")
    return center


def _collect(source: DistArray, whole: npt.NDArray[Any], private: Any) -> None:
    """Puts the parts of all ranks into the whole."""
    whole[source.slices] = source.local
    for rank in range(private.size):
        if rank != private.rank:
            part = part_of(source, rank)
            for chunk in chunks(part._data):
                private.Recv(chunk, rank)
            whole[part.slices] = part.local


def part_of(array: DistArray, rank: int) -> DistArray:
    """An array without values that has the box of another rank where this rank's should be."""
    return array._empty(array._layout.seen_by(rank), array._batch, array.dtype)
