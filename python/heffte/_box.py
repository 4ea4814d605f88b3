"""Boxes of grid points, and how worlds are divided among ranks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _core
from ._errors import heffte_input_error
from ._integers import integer, narrowed, triple

#: Low corner, high corner and order as the extension module takes them.
Triples = tuple[tuple[int, int, int], tuple[int, int, int], tuple[int, int, int]]

#: MPI counts ranks with an int.
_MOST_RANKS = 2**31 - 1


class box3d:
    """The grid points ``low[d] <= i[d] <= high[d]`` in the dimensions d = 0, 1, 2; both corners belong to the box.

    ``order`` names the dimensions from the fastest-varying in memory to the slowest: ``[0, 1, 2]`` is Fortran's layout,
    ``[2, 1, 0]`` that of a C-contiguous array indexed ``[i0, i1, i2]``. A box with ``high < low`` in any dimension is
    empty.

    ``low``, ``high`` and ``order`` are integer arrays of three (int32, or int64 where a coordinate needs it), and can
    be assigned.
    """

    def __init__(self, low: npt.ArrayLike, high: npt.ArrayLike, order: npt.ArrayLike = (0, 1, 2)) -> None:
        self.low = low
        self.high = high
        self.order = order

    @property
    def low(self) -> npt.NDArray[np.integer[Any]]:
        """The corner with the smallest indices."""
        return self._low

    @low.setter
    def low(self, low: npt.ArrayLike) -> None:
        self._low = triple("low", low)

    @property
    def high(self) -> npt.NDArray[np.integer[Any]]:
        """The corner with the largest indices, which belongs to the box."""
        return self._high

    @high.setter
    def high(self, high: npt.ArrayLike) -> None:
        self._high = triple("high", high)

    @property
    def order(self) -> npt.NDArray[np.integer[Any]]:
        """The dimensions from the fastest-varying in memory to the slowest."""
        return self._order

    @order.setter
    def order(self, order: npt.ArrayLike) -> None:
        given = triple("order", order)
        if sorted(given) != [0, 1, 2]:
            raise heffte_input_error(
                f"order {given.tolist()} is not a permutation of [0, 1, 2]: name each dimension once, "
                "the fastest-varying first"
            )
        self._order = given

    @property
    def size(self) -> npt.NDArray[np.integer[Any]]:
        """Points along each dimension."""
        return narrowed(self._sizes())

    def _sizes(self) -> list[int]:
        return [int(high) - int(low) + 1 for low, high in zip(self.low, self.high)]

    def count(self) -> int:
        """Number of points; 0 where the box is empty."""
        return 0 if self.empty() else math.prod(self._sizes())

    def empty(self) -> bool:
        """Whether the box has no points."""
        return bool((self.high < self.low).any())

    def r2c(self, direction: int) -> box3d:
        """The box of the stored half of the spectrum of real data in this box: ``size // 2 + 1`` points along
        ``direction`` (0, 1 or 2)."""
        if (axis := integer("direction", direction)) not in (0, 1, 2):
            raise heffte_input_error(f"direction {axis} is unknown: use 0, 1 or 2")
        high = self.high.copy()
        high[axis] = self.low[axis] + self.size[axis] // 2
        return box3d(self.low, high, self.order)

    def __eq__(self, other: object) -> bool:
        """Whether both boxes have the same corners; orders are not compared."""
        if not isinstance(other, box3d):
            return NotImplemented
        return bool((self.low == other.low).all() and (self.high == other.high).all())

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"box3d({self.low.tolist()}, {self.high.tolist()}, order={self.order.tolist()})"


def triples(box: Any, argument: str) -> Triples:
    """The box as the extension module takes it."""
    if not isinstance(box, box3d):
        raise heffte_input_error(f"{argument} is a {type(box).__name__}: pass a heffte.box3d")
    low, high, order = (triple(f"{argument}.{name}", getattr(box, name)).tolist() for name in ("low", "high", "order"))
    return tuple(low), tuple(high), tuple(order)


def proc_setup(world: box3d, num_procs: int) -> npt.NDArray[np.int32]:
    """The grid of ``num_procs`` processes over ``world`` with the least surface between bricks: three factors of
    ``num_procs``, int32. Not collective."""
    if not 1 <= (number := integer("num_procs", num_procs)) <= _MOST_RANKS:
        raise heffte_input_error(f"num_procs {number} is impossible: use 1 to {_MOST_RANKS}")
    return np.array(_core.proc_setup(triples(world, "world"), number), dtype=np.int32)


def split_world(world: box3d, proc_grid: Sequence[int] | npt.NDArray[np.integer[Any]]) -> list[box3d]:
    """The boxes into which a grid of processes divides ``world``, in its order: box (i, j, k) is at
    ``i + grid[0] * (j + grid[1] * k)``. More processes than points along a dimension give empty boxes. A plan
    takes a box of each rank, so that the grid is of as many processes as the communicator has, as that of :func:`proc_setup` is:
    with more of them the plan is of the part of the world that the ranks have. Not collective."""
    grid = triple("proc_grid", proc_grid)
    if (grid < 1).any() or math.prod(grid.tolist()) > _MOST_RANKS:
        raise heffte_input_error(
            f"proc_grid {grid.tolist()} is impossible: use factors from 1 with a product up to {_MOST_RANKS}"
        )
    corners = _core.split_world(triples(world, "world"), (int(grid[0]), int(grid[1]), int(grid[2])))
    return [box3d(low, high, world.order) for low, high in corners]
