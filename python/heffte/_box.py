"""Boxes of grid points, and how worlds are divided among ranks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _core
from ._errors import heffte_input_error

#: Low corner, high corner and order as the extension module takes them.
Triples = tuple[tuple[int, int, int], tuple[int, int, int], tuple[int, int, int]]


class box3d:
    """The grid points ``low[d] <= i[d] <= high[d]`` in the dimensions d = 0, 1, 2; both corners belong to the box.

    ``order`` names the dimensions from the fastest-varying in memory to the slowest: ``[0, 1, 2]`` is Fortran's layout,
    ``[2, 1, 0]`` that of a C-contiguous array indexed ``[i0, i1, i2]``. A box with ``high < low`` in any dimension is empty.

    ``low``, ``high`` and ``order`` are integer arrays of three (int32, or int64 where a coordinate needs it).
    """

    def __init__(self, low: npt.ArrayLike, high: npt.ArrayLike, order: npt.ArrayLike = (0, 1, 2)) -> None:
        self.low = _corner("low", low)
        self.high = _corner("high", high)
        self.order = order

    @property
    def order(self) -> npt.NDArray[np.integer[Any]]:
        """The dimensions from the fastest-varying in memory to the slowest."""
        return self._order

    @order.setter
    def order(self, order: npt.ArrayLike) -> None:
        given = _corner("order", order)
        if sorted(given) != [0, 1, 2]:
            raise heffte_input_error(
                f"order {given.tolist()} is not a permutation of [0, 1, 2]: name each dimension once, the fastest-varying first"
            )
        self._order = given

    @property
    def size(self) -> npt.NDArray[np.integer[Any]]:
        """Points along each dimension."""
        return self.high - self.low + 1

    def count(self) -> int:
        """Number of points; 0 where the box is empty."""
        return 0 if self.empty() else int(np.prod(self.size, dtype=np.int64))

    def empty(self) -> bool:
        """Whether the box has no points."""
        return bool((self.high < self.low).any())

    def r2c(self, direction: int) -> box3d:
        """The box of the stored half of the spectrum of real data in this box: ``size // 2 + 1`` points along ``direction``."""
        high = self.high.copy()
        high[direction] = self.low[direction] + self.size[direction] // 2
        return box3d(self.low, high, self.order)

    def __eq__(self, other: object) -> bool:
        """Whether both boxes have the same corners; orders are not compared."""
        if not isinstance(other, box3d):
            return NotImplemented
        return bool((self.low == other.low).all() and (self.high == other.high).all())

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"box3d({self.low.tolist()}, {self.high.tolist()}, order={self.order.tolist()})"


def _corner(name: str, values: npt.ArrayLike) -> npt.NDArray[np.integer[Any]]:
    """Three integers as an array."""
    given = np.asarray(values)
    if given.shape != (3,) or not (np.issubdtype(given.dtype, np.integer) or np.equal(np.mod(given, 1), 0).all()):
        raise heffte_input_error(f"{name} {np.asarray(values).tolist()} is not three integers: give one for each dimension")
    wide = given.astype(np.int64)
    return wide.astype(np.int32) if (np.abs(wide) <= np.iinfo(np.int32).max).all() else wide


def triples(box: Any, argument: str) -> Triples:
    """The box as the extension module takes it."""
    if not isinstance(box, box3d):
        raise heffte_input_error(f"{argument} is a {type(box).__name__}: pass a heffte.box3d")
    low, high, order = (tuple(int(x) for x in corner) for corner in (box.low, box.high, box.order))
    return low, high, order  # type: ignore[return-value]


def proc_setup(world: box3d, num_procs: int) -> npt.NDArray[np.int32]:
    """The grid of ``num_procs`` processes over ``world`` with the least surface between bricks: three factors of
    ``num_procs``, int32. Not collective."""
    if int(num_procs) != num_procs or num_procs < 1:
        raise heffte_input_error(f"num_procs {num_procs} is impossible: use a whole number from 1")
    return np.array(_core.proc_setup(triples(world, "world"), int(num_procs)), dtype=np.int32)


def split_world(world: box3d, proc_grid: Sequence[int] | npt.NDArray[np.integer[Any]]) -> list[box3d]:
    """The boxes into which a grid of processes divides ``world``, in its order: box (i, j, k) is at
    ``i + grid[0] * (j + grid[1] * k)``. More processes than points along a dimension give empty boxes. Not collective."""
    grid = _corner("proc_grid", proc_grid)
    if (grid < 1).any():
        raise heffte_input_error(f"proc_grid {grid.tolist()} is impossible: each factor is at least 1")
    corners = _core.split_world(triples(world, "world"), tuple(int(n) for n in grid))
    return [box3d(low, high, world.order) for low, high in corners]
