"""Where the points of an array lie: which rank has which box, in which order in memory."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from mpi4py import MPI

from .. import _core
from .._box import box3d
from .._errors import heffte_input_error
from .._integers import integer

#: Lowest and highest indices of a box, both inside, one for each distributed axis.
Corners = tuple[tuple[int, ...], tuple[int, ...]]

#: What ``order`` may be.
Order = str | Sequence[int]


class Layout:
    """The boxes of all ranks over the distributed axes, one to three. Immutable.

    Axis ``a`` is dimension ``a`` of heFFTe's boxes, and dimensions beyond have one point. C order, the last axis varying
    fastest, is a box with the order (2, 1, 0).

    A grid is known by its factors, and boxes come from arithmetic; other boxes are a list.
    """

    def __init__(
        self,
        comm: MPI.Comm,
        points: tuple[int, ...],
        order: tuple[int, ...],
        grid: tuple[int, ...] | None,
        corners: tuple[Corners, ...] | None = None,
        rank: int | None = None,
    ) -> None:
        self.comm = comm
        self.rank = comm.rank if rank is None else rank
        self.points = points
        #: Axes from the fastest-varying in memory to the slowest.
        self.order = order
        self.grid = grid
        self.corners = corners
        #: What plans depend on.
        self.key = (points, order, grid, corners)

    @property
    def choices(self) -> dict[str, object]:
        """What ranks must agree on, by name."""
        return {"global_shape": self.points, "grid": self.grid, "boxes": self.corners, "order": self.order}

    def same_as(self, other: Layout) -> bool:
        """Whether both put the same points on the same ranks, in the same order."""
        return self is other or (self.comm == other.comm and self.key == other.key)

    def seen_by(self, rank: int) -> Layout:
        """The same, as another rank sees it."""
        return Layout(self.comm, self.points, self.order, self.grid, self.corners, rank)

    @cached_property
    def mine(self) -> Corners:
        """The corners of this rank's box."""
        return self.of(self.rank)

    @cached_property
    def size(self) -> tuple[int, ...]:
        """Points of this rank along each axis."""
        return box_size(self.mine)

    @cached_property
    def box(self) -> box3d:
        """This rank's box."""
        return self.box_of(self.rank)

    def box_of(self, rank: int) -> box3d:
        """The box of a rank."""
        (low, high), more = self.of(rank), 3 - len(self.points)
        beyond = tuple(range(len(self.points), 3))
        # Dimensions of one point may come anywhere; those beyond come first in C order, so that it is (2, 1, 0).
        order = beyond[::-1] + self.order if self.order == c_order(len(self.order)) else self.order + beyond
        return box3d(low + (0,) * more, high + (0,) * more, order)

    def of(self, rank: int) -> Corners:
        """The corners of a rank's box."""
        if self.grid is None:
            assert self.corners is not None
            return self.corners[rank]
        cells, rest = [], rank
        for factor in self.grid:
            rest, cell = divmod(rest, factor)
            cells.append(cell)
        ranges = [cut(points, factor, cell) for points, factor, cell in zip(self.points, self.grid, cells)]
        return tuple(low for low, _ in ranges), tuple(high for _, high in ranges)

    def owners(self, low: tuple[int, ...], high: tuple[int, ...]) -> Iterator[tuple[int, Corners]]:
        """Who has points of the box between two corners, and which."""
        if self.grid is None:
            assert self.corners is not None
            for rank, corners in enumerate(self.corners):
                common = overlap((low, high), corners)
                if common is not None:
                    yield rank, common
            return
        cells = [
            range(cell_of(points, factor, first), cell_of(points, factor, last) + 1)
            for points, factor, first, last in zip(self.points, self.grid, low, high)
        ]
        for cell in product(*cells):
            rank = sum(c * math.prod(self.grid[:axis]) for axis, c in enumerate(cell))
            common = overlap((low, high), self.of(rank))
            if common is not None:
                yield rank, common

    def over(self, points: tuple[int, ...]) -> Layout:
        """A layout of the same kind over other points: the same grid, or the usual one where boxes were a list."""
        if points == self.points:
            return self
        grid = usual_grid(points, self.comm.size) if self.grid is None else self.grid
        return Layout(self.comm, points, self.order, grid)


def make(comm: MPI.Comm, points: tuple[int, ...], grid: Any, boxes: Any, order: Any) -> Layout:
    """The layout that a caller describes. Not collective: what ranks find is to be compared.

    ``grid`` has a factor for each axis; ``boxes`` are those of all ranks. Without either, slabs across the first axis, or
    pencils where ranks are more than its points.
    """
    if grid is not None and boxes is not None:
        raise heffte_input_error("grid and boxes are both given: give one of them")
    if boxes is None:
        chosen = c_order(len(points)) if order is None else axes_order(order, len(points))
        factors = usual_grid(points, comm.size) if grid is None else _checked_grid(grid, len(points), comm.size)
        return Layout(comm, points, chosen, factors)
    return _from_boxes(comm, points, list(boxes), order)


def axes_order(order: Any, axes: int) -> tuple[int, ...]:
    """``"C"``, ``"F"``, or the axes from the fastest-varying in memory to the slowest."""
    if order == "C":
        return c_order(axes)
    if order == "F":
        return tuple(range(axes))
    given = () if isinstance(order, str) else tuple(integer("order", axis) for axis in order)
    if sorted(given) != list(range(axes)):
        raise heffte_input_error(
            f"order {order!r} is unknown: use 'C', 'F', or a permutation of {tuple(range(axes))}, the fastest-varying first"
        )
    return given


def c_order(axes: int) -> tuple[int, ...]:
    """The last axis varies fastest."""
    return tuple(range(axes))[::-1]


def usual_grid(points: tuple[int, ...], ranks: int) -> tuple[int, ...]:
    """Slabs across the first axis where each rank gets points, else the pencils along the last that give points to the most
    ranks, else bricks."""
    if len(points) == 1 or ranks <= points[0]:
        return (ranks,) + (1,) * (len(points) - 1)
    pairs = [(first, ranks // first) for first in range(points[0], 0, -1) if ranks % first == 0]
    fitting = [pair for pair in pairs if pair[1] <= points[1]]
    if len(points) == 2 or fitting:
        pair = fitting[0] if fitting else pairs[0]
        return pair + (1,) * (len(points) - 2)
    x, y, z = points
    return tuple(_core.proc_setup(((0, 0, 0), (x - 1, y - 1, z - 1), (0, 1, 2)), ranks))


def cut(points: int, parts: int, part: int) -> tuple[int, int]:
    """The first and the last point of a part of an axis; the first parts have one more where it does not divide. As
    :func:`heffte.split_world` cuts."""
    each, more = divmod(points, parts)
    low = part * each + min(part, more)
    return low, low + each + (part < more) - 1


def cell_of(points: int, parts: int, point: int) -> int:
    """The part that has a point."""
    each, more = divmod(points, parts)
    return point // (each + 1) if point < more * (each + 1) else more + (point - more * (each + 1)) // each


def box_size(corners: Corners) -> tuple[int, ...]:
    """Points along each axis."""
    return tuple(max(high - low + 1, 0) for low, high in zip(*corners))


def overlap(first: Corners, second: Corners) -> Corners | None:
    """The common points of two boxes."""
    low = tuple(map(max, first[0], second[0]))
    high = tuple(map(min, first[1], second[1]))
    return (low, high) if all(a <= b for a, b in zip(low, high)) else None


def _checked_grid(grid: Any, axes: int, ranks: int) -> tuple[int, ...]:
    factors = tuple(integer("grid", factor) for factor in grid)
    if len(factors) != axes or min(factors) < 1 or math.prod(factors) != ranks:
        raise heffte_input_error(
            f"grid {factors} does not fit: it has a factor for each of the {axes} distributed axes, and their product is the "
            f"number of ranks, {ranks}"
        )
    return factors


def _from_boxes(comm: MPI.Comm, points: tuple[int, ...], boxes: list[Any], order: Any) -> Layout:
    if len(boxes) != comm.size:
        raise heffte_input_error(f"boxes are {len(boxes)}, but there are {comm.size} ranks: give the box of each")
    axes = len(points)
    corners = []
    orders = set()
    for rank, box in enumerate(boxes):
        if not isinstance(box, box3d):
            raise heffte_input_error(f"boxes[{rank}] is a {type(box).__name__}: pass a heffte.box3d")
        low, high = tuple(map(int, box.low)), tuple(map(int, box.high))
        orders.add(tuple(axis for axis in map(int, box.order) if axis < axes))
        if box.empty():
            corners.append(((0,) * axes, (-1,) * axes))
            continue
        world = points + (1,) * (3 - axes)
        if min(low) < 0 or any(last >= n for last, n in zip(high, world)):
            raise heffte_input_error(f"boxes[{rank}] is {low}-{high}, outside of an array of {points} points")
        corners.append((low[:axes], high[:axes]))
    if order is None and len(orders) > 1:
        raise heffte_input_error(f"boxes have the orders {sorted(orders)}: give all of them one, or say order=")
    held = sum(math.prod(box_size(each)) for each in corners)
    if held != math.prod(points):
        raise heffte_input_error(f"boxes have {held} points together, but the array has {math.prod(points)}: each lies in one")
    chosen = orders.pop() if order is None else axes_order(order, axes)
    return Layout(comm, points, chosen, None, tuple(corners))


def as_points(shape: Any) -> tuple[int, ...]:
    """A shape as a tuple of whole numbers; one number stands for one axis."""
    given = (shape,) if isinstance(shape, int | np.integer) else tuple(shape)
    return tuple(integer("global_shape", n) for n in given)
