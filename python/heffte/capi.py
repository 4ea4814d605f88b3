"""heFFTe's C interface for ctypes: the structs, and every function with its types.

Importing this loads nothing; :func:`library` loads ``heffte_config.libheffte_path`` when it is first called.

>>> from heffte import capi
>>> options = capi.heffte_plan_options()
>>> capi.library().heffte_set_default_options(0, options)
0
"""

from __future__ import annotations

import ctypes
import functools
import os
from ctypes import POINTER, c_char_p, c_double, c_int, c_void_p
from typing import Any

from mpi4py import MPI


class heffte_plan_options(ctypes.Structure):
    """The options of a plan: four ints."""

    _fields_ = [("use_reorder", c_int), ("algorithm", c_int), ("use_pencils", c_int), ("use_gpu_aware", c_int)]


class heffte_fft_plan(ctypes.Structure):
    """A plan: its backend, whether it is r2c, and a private pointer."""

    _fields_ = [("backend_type", c_int), ("using_r2c", c_int), ("fft", c_void_p)]


#: A handle of a plan.
heffte_plan = POINTER(heffte_fft_plan)


def comm_type() -> type[Any]:
    """The ctypes type of ``MPI_Comm`` in the MPI of mpi4py: an int or a pointer."""
    return c_int if MPI._sizeof(MPI.Comm) == ctypes.sizeof(c_int) else c_void_p


def comm(communicator: MPI.Comm) -> Any:
    """The ``MPI_Comm`` of an mpi4py communicator, to be passed to functions of :func:`library`."""
    kind = comm_type()
    return kind(kind.from_address(MPI._addressof(communicator)).value)


@functools.cache
def library() -> ctypes.CDLL:
    """``libheffte``, with the argument and result types of each function set. A wheel does not have it: ImportError says so."""
    from .heffte_config import libheffte_path

    if not os.path.exists(libheffte_path):
        raise ImportError(
            f"{libheffte_path} is not there: heffte.capi needs the C library, which a heffte that pip installed comes without; "
            "build and install heFFTe with CMake (docs/install-cmake.md)"
        )
    loaded = ctypes.CDLL(libheffte_path)
    for name, (result, arguments) in prototypes().items():
        function = getattr(loaded, name)
        function.restype, function.argtypes = result, arguments
    return loaded


def prototypes() -> dict[str, tuple[Any, list[Any]]]:
    """The result type and the argument types of each function."""
    ints = POINTER(c_int)
    box = [ints, ints, ints]
    tail = [comm_type(), POINTER(heffte_plan_options), POINTER(heffte_plan)]
    functions: dict[str, tuple[Any, list[Any]]] = {
        "heffte_last_error": (c_char_p, []),
        "heffte_set_default_options": (c_int, [c_int, POINTER(heffte_plan_options)]),
        "heffte_plan_create": (c_int, [c_int, *box, *box, *tail]),
        "heffte_plan_create_r2c": (c_int, [c_int, *box, *box, c_int, *tail]),
        "heffte_plan_create_axes": (c_int, [c_int, *box, *box, ints, *tail]),
    }
    functions["heffte_trace_start"] = (c_int, [c_char_p, comm_type()])
    functions["heffte_trace_stop"] = (c_int, [])
    functions["heffte_trace_mark"] = (c_int, [c_char_p, c_double])
    functions["heffte_set_planning_effort"] = (c_int, [c_int])
    functions.update({f"heffte_fftw_{verb}_wisdom": (c_int, [c_char_p]) for verb in ("import", "export")})
    queries = ("plan_destroy", "size_inbox", "size_outbox", "size_workspace", "get_backend", "is_r2c")
    functions.update({f"heffte_{query}": (c_int, [heffte_plan]) for query in queries})
    kinds = {"forward": ("s2c", "d2z", "c2c", "z2z", "s2s", "d2d"), "backward": ("c2s", "z2d", "c2c", "z2z", "s2s", "d2d")}
    for direction, names in kinds.items():
        for name in names:
            arrays = [heffte_plan, c_void_p, c_void_p]
            functions[f"heffte_{direction}_{name}"] = (None, [*arrays, c_int])
            functions[f"heffte_{direction}_{name}_buffered"] = (None, [*arrays, c_void_p, c_int])
    return functions
