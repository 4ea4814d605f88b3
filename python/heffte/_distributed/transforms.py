"""What transforms of whole arrays have in common: reading their arguments, and running them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _mpi
from .._box import box3d
from .._constants import backend_number, scale
from .._errors import heffte_input_error, told
from .._integers import integer
from .._options import Choices, check_names, plan_options
from . import exchange, plans
from .agreement import agree, refuse
from .array import DistArray
from .exchange import Segment
from .layout import Layout
from .redistribute import beside

#: What a caller says about the boxes of a result.
Place = tuple[Sequence[int] | None, Sequence[box3d] | None]

#: What functions over arrays take besides options of plans.
_ARGUMENTS = ("s", "axes", "norm", "type", "resample", "grid", "boxes", "backend_tag")

_SCALES = {"backward": scale.none, "ortho": scale.symmetric, "forward": scale.full}
_INVERSE = {scale.none: scale.full, scale.symmetric: scale.symmetric, scale.full: scale.none}


@dataclass
class Task:
    """A transform that is ready to run: everything on this rank is checked and allocated."""

    #: Where the input of the plan's forward transform lies, and its output.
    inside: Layout
    outside: Layout
    #: A kind for each distributed axis.
    kinds: tuple[int, ...]
    is_forward: bool
    scaling: int
    source: DistArray
    target: DistArray
    #: How points are carried to the array that is transformed, and from the transformed one to the result.
    before: list[list[Segment]] | None = None
    after: list[list[Segment]] | None = None
    #: What is done to elements of this rank on the way in and out.
    entering: Callable[[DistArray], None] | None = None
    leaving: Callable[[DistArray], None] | None = None
    #: The arrays on the way, where points are carried.
    entry: DistArray | None = None
    exit: DistArray | None = None

    def with_arrays(self) -> Task:
        """The task with the arrays on the way."""
        if any(step is not None for step in (self.before, self.after, self.entering, self.leaving)):
            # Points are carried, and ends of axes multiplied, in host memory alone.
            self.source._check_on_host()
        near, far = (self.inside, self.outside) if self.is_forward else (self.outside, self.inside)
        batch = self.source._batch
        entry = None if self.before is None else DistArray._zeros(near, batch, self.source.dtype)
        exit = None if self.after is None else DistArray._empty(far, batch, self.target.dtype)
        if self.after is not None:
            self.target._data[...] = 0
        return replace(self, entry=entry, exit=exit)


def run(x: Any, verb: str, backend_tag: int, options: Any, prepare: Callable[[DistArray], Task]) -> DistArray:
    """Prepares a transform on each rank, and runs it where all could. Collective."""
    if not isinstance(x, DistArray):
        refuse(f"x is a {type(x).__name__}: {verb} takes a heffte.DistArray, which heffte.scatter makes of an array")
    _mpi.handle(x.comm)
    problem, choices = None, None
    try:
        tag = backend_number(backend_tag)
        check_names(options, Choices.__annotations__, _ARGUMENTS)
        chosen = plan_options.default(tag)._with(options)
        task = prepare(x).with_arrays()
        choices = {
            "the transform": (verb, task.kinds, task.is_forward),
            "the array": (x.global_shape, x.dtype.str, x._layout.key),
            "norm": task.scaling,
            "s": (task.before, task.after),
            "where the result lies": (task.inside.key, task.outside.key),
            "backend_tag": tag,
            "options": chosen._values(),
        }
    except Exception as error:
        problem = told(error)
    agree(x.comm, problem, choices)
    return _run(task, tag, chosen)


def _run(task: Task, backend_tag: int, options: plan_options) -> DistArray:
    source, target = task.source, task.target
    if task.before is not None:
        assert task.entry is not None
        exchange.move(source, task.entry, task.before)
        source = task.entry
    if task.entering is not None:
        task.entering(source)
    if task.exit is not None:
        target = task.exit
    plan = plans.plan(task.inside, task.outside, task.kinds, backend_tag, options)
    copies = math.prod(source._batch)
    if copies:
        execute = plan.forward if task.is_forward else plan.backward
        execute(source._memory, target._memory, task.scaling, batch=copies)
    if task.after is not None:
        exchange.move(target, task.target, task.after)
    if task.leaving is not None:
        task.leaving(task.target)
    return task.target


def scaling_of(norm: str | None, inverse: bool = False) -> int:
    """The scale that scipy's ``norm`` stands for."""
    try:
        forward = _SCALES["backward" if norm is None else norm]
    except (KeyError, TypeError):
        raise heffte_input_error(f"norm {norm!r} is unknown: use 'backward', 'ortho' or 'forward'") from None
    return _INVERSE[forward] if inverse else forward


def axes_of(x: DistArray, axes: int | Sequence[int] | None, s: int | Sequence[int] | None) -> tuple[int, ...]:
    """The distributed axes to transform, counted from the first distributed one, in the caller's order; all of them where
    nothing is said, the last ones where only ``s`` is."""
    leading, count = x.batch_axes, len(x._layout.points)
    if axes is None:
        wanted = count if s is None else len(_tuple("s", s))
        if wanted > count:
            raise heffte_input_error(f"s has {wanted} numbers, but {count} axes are distributed")
        return tuple(range(count - wanted, count))
    chosen = []
    for axis in _tuple("axes", axes):
        own = (axis if axis >= 0 else axis + x.ndim) - leading
        if not -leading <= own < count:
            raise heffte_input_error(f"axis {axis} is none of an array of shape {x.global_shape}")
        if own < 0:
            raise heffte_input_error(f"axis {axis} is one of the {leading} batch axes, which are not transformed")
        chosen.append(own)
    if len(set(chosen)) < len(chosen):
        raise heffte_input_error(f"axes {axes} name an axis twice")
    return tuple(chosen)


def lengths_of(x: DistArray, axes: tuple[int, ...], s: int | Sequence[int] | None) -> tuple[int, ...]:
    """The points along ``axes`` that ``s`` asks for; those of ``x`` where nothing is said."""
    if s is None:
        return tuple(x._layout.points[axis] for axis in axes)
    lengths = _tuple("s", s)
    if len(lengths) != len(axes):
        raise heffte_input_error(f"s has {len(lengths)} numbers, but {len(axes)} axes are transformed: give one for each")
    if any(n < 1 for n in lengths):
        raise heffte_input_error(f"s {lengths} is impossible: each axis has a point at least")
    return lengths


def with_points(points: tuple[int, ...], axes: Sequence[int], lengths: Sequence[int]) -> tuple[int, ...]:
    """Points with those along some axes replaced."""
    changed = list(points)
    for axis, n in zip(axes, lengths):
        changed[axis] = n
    return tuple(changed)


def placed(layout: Layout, place: Place) -> Layout:
    """The layout of a result: that of ``layout`` where the caller says nothing."""
    return beside(layout, place[0], place[1], None)


def precision_of(dtype: np.dtype[Any]) -> str:
    """``"float32"`` or ``"float64"``: in which precision numbers of a type are transformed."""
    if dtype.kind not in "biufc" or dtype.name in ("longdouble", "clongdouble") or dtype.itemsize > 16:
        raise heffte_input_error(f"dtype {dtype} cannot be transformed: convert to float32, float64, complex64 or complex128")
    if dtype.name == "float128" or (dtype.kind == "f" and dtype.itemsize > 8):
        raise heffte_input_error(f"dtype {dtype} cannot be transformed: convert to float64")
    return "float32" if dtype.name in ("float16", "float32", "complex64") else "float64"


def as_kind(x: DistArray, complex_numbers: bool) -> DistArray:
    """``x`` in the type that is transformed, itself where it has that already."""
    precision = precision_of(x.dtype)
    wanted: npt.DTypeLike = {"float32": "complex64", "float64": "complex128"}[precision] if complex_numbers else precision
    return x if x.dtype == wanted else x.astype(wanted)


def crop_or_fill(old: tuple[int, ...], new: tuple[int, ...]) -> list[list[Segment]] | None:
    """Segments that leave out what is too much at the end of each axis; None where nothing changes. What is missing stays 0."""
    return None if old == new else [[Segment(0, 0, min(a, b))] for a, b in zip(old, new)]


def _tuple(name: str, given: Any) -> tuple[int, ...]:
    if isinstance(given, int | np.integer):
        return (int(given),)
    try:
        return tuple(integer(name, value) for value in given)
    except TypeError:
        raise heffte_input_error(f"{name} {given!r} is neither a whole number nor a row of them") from None
