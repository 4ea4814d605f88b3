"""What an array must be to be transformed where it lies, and arrays of the same kind for results."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _device
from ._box import Triples
from ._errors import heffte_input_error

#: Address, number of elements, name of their type: an array as the extension module takes it.
Description = tuple[int, int, str]

#: Makes a new array of a shape.
Make = Callable[[tuple[int, ...]], Any]

#: A description for a rank that has no array to describe, because it has an error to tell.
NOTHING: Description = (0, 0, "float64")


@dataclass(frozen=True)
class Form:
    """How the points of a box lie in memory: points along each dimension, the dimensions from the fastest-varying to the
    slowest, and how many such boxes follow each other."""

    name: str
    size: tuple[int, int, int]
    order: tuple[int, int, int]
    batch: int = 1

    @classmethod
    def of(cls, name: str, box: Triples, batch: int) -> Form:
        """The form of so many boxes."""
        low, high, order = box
        x, y, z = (max(b - a + 1, 0) for a, b in zip(low, high))
        return cls(name, (x, y, z), order, batch)

    @property
    def count(self) -> int:
        """The number of elements."""
        return self.batch * math.prod(self.size)

    def in_memory(self) -> tuple[int, ...]:
        """The shape of a C-contiguous array of these elements."""
        return self._batches() + tuple(self.size[d] for d in self.order[::-1])

    def _batches(self) -> tuple[int, ...]:
        return (self.batch,) if self.batch > 1 else ()

    def agrees_with(self, array: npt.NDArray[Any]) -> bool:
        """Whether an array that is indexed by dimensions 0, 1, 2, behind the batch, lies in memory in the order of the box.
        Dimensions of one point may be left out."""
        kept = [d for d in range(3) if self.size[d] != 1]
        bare = array.squeeze()
        if bare.shape != self._batches() + tuple(self.size[d] for d in kept):
            return False
        first = len(self._batches())
        axes = [*range(first), *(first + kept.index(d) for d in self.order[::-1] if d in kept)]
        return bare.transpose(axes).flags.c_contiguous

    def empty_for(self, given: npt.NDArray[Any], near: Form, make: Make) -> Any:
        """A new array of this form that ``make`` makes, indexed as ``given`` is, an array of the form ``near``."""
        made = make(self.in_memory())
        if given.ndim == 1 and near.in_memory() != given.shape:
            return made.reshape(-1)
        if given.shape[given.ndim - 3 :] == near.size and near.agrees_with(given):
            first = len(self._batches())
            return _device.turned(made, [*range(first), *(first + self.order[::-1].index(d) for d in range(3))])
        return made


@dataclass(frozen=True)
class Described:
    """An array that was checked. It is kept alive as long as this is."""

    view: npt.NDArray[Any]

    @property
    def description(self) -> Description:
        """The array as the extension module takes it."""
        return self.view.__array_interface__["data"][0], self.view.size, self.view.dtype.name


def describe(
    name: str, given: Any, form: Form | int, dtypes: tuple[str, ...], purpose: str, *, written: bool, on_device: bool
) -> Described:
    """The array, which must have the elements of ``form`` (or so many at least, for a workspace) of one of ``dtypes``, in the
    memory of a device or of the host.

    Raises :class:`heffte_input_error` that names its dtype, its shape and what ``purpose`` needs.
    """
    more = isinstance(form, int)
    count = form if isinstance(form, int) else form.count
    needed = f"{purpose} needs {'at least ' if more else ''}{count} elements of {' or '.join(dtypes)}, C-contiguous"
    array, is_writable = view(name, given, needed, written, on_device=on_device)
    shown = f"{name} has dtype {array.dtype} and shape {array.shape}"
    if array.dtype.name not in dtypes or not array.dtype.isnative:
        raise heffte_input_error(f"{shown}, but {needed} and native byte order")
    if array.size < count or (array.size > count and not more):
        raise heffte_input_error(f"{shown}, {array.size} elements, but {needed}")
    if not array.flags.c_contiguous and not (isinstance(form, Form) and form.agrees_with(array)):
        raise heffte_input_error(f"{shown} and strides {array.strides}, but {needed}: {_fix(array, form)}")
    if not array.flags.aligned:
        raise heffte_input_error(f"{shown} and is not aligned to its elements: pass a copy")
    if written and not is_writable:
        raise heffte_input_error(f"{shown} and is read-only, but it is written: pass a writable array")
    return Described(array)


def view(name: str, given: Any, needed: str, written: bool, *, on_device: bool = False) -> tuple[npt.NDArray[Any], bool]:
    """An array of any kind as one of numpy, in the same memory, and whether it may be written. Elements on a device are not to be
    looked at."""
    kind = type(given).__name__
    if on_device:
        if _device.is_on_device(given):
            return _device.view(name, given, needed)
        raise heffte_input_error(
            f"{name} is in host memory (a {kind}), but the plan works on a device: copy it there, or use the backend stock"
        )
    if isinstance(given, np.ndarray):
        return given, given.flags.writeable
    if _device.is_on_device(given):
        raise heffte_input_error(
            f"{name} is in device memory (a {kind}), which this plan's backend cannot reach: copy it to the host, or use the "
            "backend cufft or rocfft in a build that has it"
        )
    try:
        if hasattr(given, "__array_interface__"):
            array = np.asarray(given)
            return array, array.flags.writeable
        buffer = _buffer(given)
        if buffer is not None:
            return np.asarray(buffer), not buffer.readonly
        if hasattr(given, "__dlpack__"):
            array = np.from_dlpack(given)
            return array, array.flags.writeable or (written and _may_be_written(given))
    except Exception as error:
        raise heffte_input_error(f"{name} is a {kind} that cannot be read: {type(error).__name__}: {error}") from None
    raise heffte_input_error(
        f"{name} is a {kind}, not an array (of numpy, or with the buffer protocol, __array_interface__ or DLPack): {needed}"
    )


def same_kind(given: Any, result: Any) -> Any:
    """A new result as an array of the kind of ``given``: where that has only the buffer protocol, a memoryview."""
    if not isinstance(result, np.ndarray):
        return result
    if isinstance(given, np.ndarray):
        return result
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(given, torch.Tensor):
        return torch.from_numpy(result)
    if hasattr(given, "__array_namespace__"):
        namespace = given.__array_namespace__()
        return namespace.from_dlpack(result) if hasattr(namespace, "from_dlpack") else namespace.asarray(result)
    if not hasattr(given, "__array_interface__") and _buffer(given) is not None:
        return _buffer(result)
    return result


def _buffer(given: Any) -> memoryview | None:
    try:
        return memoryview(given)
    except TypeError:
        return None


def _may_be_written(given: Any) -> bool:
    """Whether an array may be written that numpy takes as read-only. DLPack before version 1 cannot say so, and numpy then
    assumes the worst; arrays of JAX are constants."""
    if type(given).__module__.partition(".")[0] in ("jax", "jaxlib"):
        return False
    try:
        capsule = given.__dlpack__(max_version=(1, 0))
    except TypeError:
        return True
    return "dltensor_versioned" not in repr(capsule)


def _fix(array: npt.NDArray[Any], form: Form | int) -> str:
    """What to do about an array that does not lie in memory as it must."""
    if isinstance(form, Form) and array.flags.f_contiguous:
        return (
            f"it is Fortran-ordered, and the {form.name} has the order {list(form.order)}; pass numpy.ascontiguousarray(...), or "
            "index it by dimensions and give the box the order [0, 1, 2]"
        )
    return "pass numpy.ascontiguousarray(...)"
