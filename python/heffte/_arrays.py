"""What an array must be to be transformed where it lies."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._errors import heffte_input_error

#: Address, number of elements, name of their type: an array as the extension module takes it.
Description = tuple[int, int, str]

#: A description for a rank that has no array to describe, because it has an error to tell.
NOTHING: Description = (0, 0, "float64")


def describe(
    name: str, array: Any, count: int, dtypes: tuple[str, ...], purpose: str, *, written: bool, more: bool = False
) -> Description:
    """The description of ``array``, which must have ``count`` elements (or more, if so allowed) of one of ``dtypes``.

    Raises :class:`heffte_input_error` that names its dtype, its shape and what ``purpose`` needs.
    """
    needed = f"{purpose} needs {'at least ' if more else ''}{count} elements of {' or '.join(dtypes)}, C-contiguous"
    if not isinstance(array, np.ndarray):
        if hasattr(array, "device_ctypes_pointer"):
            raise heffte_input_error(
                f"{name} is in device memory (a {type(array).__name__}), which the stock backend cannot reach: copy it "
                "to the host, or use a build with cufft or rocfft"
            )
        raise heffte_input_error(f"{name} is a {type(array).__name__}, not a numpy array: {needed}")
    shown = f"{name} has dtype {array.dtype} and shape {array.shape}"
    if array.dtype.name not in dtypes or not array.dtype.isnative:
        raise heffte_input_error(f"{shown}, but {needed} and native byte order")
    if array.size < count or (array.size > count and not more):
        raise heffte_input_error(f"{shown}, {array.size} elements, but {needed}")
    if not array.flags.c_contiguous:
        raise heffte_input_error(
            f"{shown} and strides {array.strides}, but {needed}: pass numpy.ascontiguousarray(...)"
        )
    if not array.flags.aligned:
        raise heffte_input_error(f"{shown} and is not aligned to its elements: pass a copy")
    if written and not array.flags.writeable:
        raise heffte_input_error(f"{shown} and is read-only, but it is written: pass a writable array")
    return array.__array_interface__["data"][0], array.size, array.dtype.name
