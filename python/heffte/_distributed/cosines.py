"""Cosine and sine transforms of distributed arrays, under scipy.fft's names."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .._box import box3d
from .._constants import axis as kinds_of_axes
from .._constants import backend
from .._errors import heffte_input_error
from .._options import Choices
from .array import DistArray
from .transforms import (
    Place,
    Task,
    as_kind,
    axes_of,
    crop_or_fill,
    lengths_of,
    placed,
    run,
    scaling_of,
    with_points,
)

if TYPE_CHECKING:
    from typing_extensions import Unpack

#: Kind of the plan, and whether its forward transform is meant, for cosine and sine transforms of each type.
_COSINES = {1: (kinds_of_axes.cos1, True), 2: (kinds_of_axes.cos, True), 3: (kinds_of_axes.cos, False)}
_SINES = {1: (kinds_of_axes.sin1, True), 2: (kinds_of_axes.sin, True), 3: (kinds_of_axes.sin, False)}
_INVERSE_TYPE = {1: 1, 2: 3, 3: 2}


def dctn(
    x: DistArray,
    type: int = 2,
    s: int | Sequence[int] | None = None,
    axes: int | Sequence[int] | None = None,
    norm: str | None = None,
    *,
    orthogonalize: bool | None = None,
    grid: Sequence[int] | None = None,
    boxes: Sequence[box3d] | None = None,
    backend_tag: int = backend.stock,
    **options: Unpack[Choices],
) -> DistArray:
    """The cosine transform of type 1, 2 or 3, with the numbers of ``scipy.fft.dctn``. Collective.

    Of complex numbers both parts are transformed for themselves. ``orthogonalize`` is as in scipy: the factors beside ``norm`` that
    make the transform orthogonal, applied where ``norm`` is ``"ortho"`` unless said otherwise. All else is as for :func:`fftn`.
    """
    return run(
        x, "dctn", backend_tag, options, lambda x: _task(x, True, type, s, axes, norm, False, orthogonalize, (grid, boxes))
    )


def idctn(
    x: DistArray,
    type: int = 2,
    s: int | Sequence[int] | None = None,
    axes: int | Sequence[int] | None = None,
    norm: str | None = None,
    *,
    orthogonalize: bool | None = None,
    grid: Sequence[int] | None = None,
    boxes: Sequence[box3d] | None = None,
    backend_tag: int = backend.stock,
    **options: Unpack[Choices],
) -> DistArray:
    """The inverse of :func:`dctn` of the same ``type``, with the numbers of ``scipy.fft.idctn``. Collective."""
    return run(
        x, "idctn", backend_tag, options, lambda x: _task(x, True, type, s, axes, norm, True, orthogonalize, (grid, boxes))
    )


def dstn(
    x: DistArray,
    type: int = 2,
    s: int | Sequence[int] | None = None,
    axes: int | Sequence[int] | None = None,
    norm: str | None = None,
    *,
    orthogonalize: bool | None = None,
    grid: Sequence[int] | None = None,
    boxes: Sequence[box3d] | None = None,
    backend_tag: int = backend.stock,
    **options: Unpack[Choices],
) -> DistArray:
    """The sine transform of type 1, 2 or 3, with the numbers of ``scipy.fft.dstn``. Collective. All else is as for
    :func:`dctn`."""
    return run(
        x, "dstn", backend_tag, options, lambda x: _task(x, False, type, s, axes, norm, False, orthogonalize, (grid, boxes))
    )


def idstn(
    x: DistArray,
    type: int = 2,
    s: int | Sequence[int] | None = None,
    axes: int | Sequence[int] | None = None,
    norm: str | None = None,
    *,
    orthogonalize: bool | None = None,
    grid: Sequence[int] | None = None,
    boxes: Sequence[box3d] | None = None,
    backend_tag: int = backend.stock,
    **options: Unpack[Choices],
) -> DistArray:
    """The inverse of :func:`dstn` of the same ``type``, with the numbers of ``scipy.fft.idstn``. Collective."""
    return run(
        x, "idstn", backend_tag, options, lambda x: _task(x, False, type, s, axes, norm, True, orthogonalize, (grid, boxes))
    )


def _task(
    x: DistArray,
    is_cosine: bool,
    type: Any,
    s: int | Sequence[int] | None,
    axes: int | Sequence[int] | None,
    norm: str | None,
    inverse: bool,
    orthogonalize: bool | None,
    place: Place,
) -> Task:
    if type not in (1, 2, 3):
        raise heffte_input_error(f"type {type!r} is not there: use 1, 2 or 3")
    chosen = axes_of(x, axes, s)
    lengths = lengths_of(x, chosen, s)
    old = x._layout.points
    new = with_points(old, chosen, lengths)
    which = _INVERSE_TYPE[type] if inverse else type
    kind, is_forward = (_COSINES if is_cosine else _SINES)[which]
    kinds = tuple(kind if axis in chosen else kinds_of_axes.identity for axis in range(len(old)))
    source = as_kind(x, x.dtype.kind == "c")
    at = x._layout.over(new)
    result = placed(at, place)
    target = x._new(result, source.dtype)
    near, far = (at, result) if is_forward else (result, at)
    task = Task(near, far, kinds, is_forward, scaling_of(norm, inverse), source, target, before=crop_or_fill(old, new))
    if norm == "ortho" if orthogonalize is None else orthogonalize:
        _orthogonalize(task, x, is_cosine, which, chosen, new)
    return task


def _orthogonalize(
    task: Task, x: DistArray, is_cosine: bool, which: int, axes: tuple[int, ...], points: tuple[int, ...]
) -> None:
    """Factors at the ends of axes, before and after the transform, that scipy has for this type."""
    root = math.sqrt(2)
    if is_cosine and which == 1:
        ends = [(axis, point) for axis in axes for point in (0, points[axis] - 1)]
        task.entering, task.leaving = _scaler(ends, root), _scaler(ends, 1 / root)
    elif which != 1:
        ends = [(axis, 0 if is_cosine else points[axis] - 1) for axis in axes]
        if which == 2:
            task.leaving = _scaler(ends, 1 / root)
        else:
            task.entering = _scaler(ends, root)
    # What is scaled on the way in must not be the caller's.
    if task.entering is not None and task.before is None and task.source is x:
        task.source = x.copy()


def _scaler(ends: list[tuple[int, int]], factor: float) -> Callable[[DistArray], None]:
    """Multiplies the points of an array that have these indices along these axes."""

    def apply(array: DistArray) -> None:
        low, high = array._layout.mine
        for axis, point in ends:
            if low[axis] <= point <= high[axis]:
                plane = (slice(None),) * (array.batch_axes + axis) + (point - low[axis],)
                array.local[plane] *= array.dtype.type(factor)

    return apply
