"""The same array in other boxes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .. import _mpi
from .._errors import told
from . import exchange, plans
from .agreement import agree
from .layout import Layout, axes_order, make

if TYPE_CHECKING:
    from .array import DistArray

#: Types that plans move.
MOVED_BY_PLANS = ("float32", "float64", "complex64", "complex128")


def redistribute(source: DistArray, grid: Any, boxes: Any, order: Any) -> DistArray:
    """:meth:`DistArray.redistribute`."""
    _mpi.handle(source.comm)
    problem, choices = None, None
    try:
        source._check_on_host()
        here = source._layout
        there = beside(here, grid, boxes, order)
        target = source._empty(there, source._batch, source.dtype)
        if source.dtype.name not in MOVED_BY_PLANS:
            # Exchanges add to what is there.
            target._data[...] = 0
        choices = {**there.choices, "array": (source.global_shape, source.dtype.str, here.key)}
    except Exception as error:
        problem = told(error)
    agree(source.comm, problem, choices)
    carry(source, target)
    return target


def beside(layout: Layout, grid: Any, boxes: Any, order: Any) -> Layout:
    """The layout over the same points that a caller describes; what is not said stays. Not collective."""
    if grid is None and boxes is None:
        chosen = layout.order if order is None else axes_order(order, len(layout.points))
        return Layout(layout.comm, layout.points, chosen, layout.grid, layout.corners)
    return make(layout.comm, layout.points, grid, boxes, layout.order if order is None and boxes is None else order)


def carry(source: DistArray, target: DistArray) -> None:
    """Moves all points to ``target``, an array of the same shape and type; of zeros, where no plan moves its type.
    Collective."""
    here, there = source._layout, target._layout
    if here.same_as(there):
        target._data[...] = source._data
    elif source.dtype.name in MOVED_BY_PLANS:
        plan = plans.identity(here, there)
        if source._batch == () or math.prod(source._batch) > 0:
            plan.forward(source._data, target._data, batch=math.prod(source._batch))
    else:
        if there.grid is None:
            plans.identity(there, there)
        exchange.move(source, target, exchange.whole(here.points))
