"""Distributed-memory fast Fourier transforms over mpi4py, with heFFTe's interface.

The points of a three-dimensional world lie in boxes on MPI ranks. A plan, made once and collectively, transforms numpy
arrays of this rank's points: :func:`fft3d` for complex data, :func:`fft3d_r2c` for real data, :func:`transform` for cosine and
sine transforms and any mix of kinds.

>>> import heffte, numpy
>>> from mpi4py import MPI
>>> world = heffte.box3d([0, 0, 0], [7, 7, 7])
>>> boxes = heffte.split_world(world, heffte.proc_setup(world, MPI.COMM_WORLD.size))
>>> box = boxes[MPI.COMM_WORLD.rank]
>>> plan = heffte.fft3d(heffte.backend.stock, box, box, MPI.COMM_WORLD)
>>> ones = numpy.ones(plan.size_inbox())
>>> spectrum = numpy.empty(plan.size_outbox(), dtype=complex)
>>> plan.forward(ones, spectrum, heffte.scale.full)

An error on one rank is the same :class:`heffte_input_error` on all.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

try:
    from . import heffte_config
except ImportError as _error:
    raise ImportError(
        f"heffte in {__path__[0]} is not an installed package ({_error}): `pip install` the folder of the sources, or build heFFTe "
        "with -DHeffte_ENABLE_PYTHON=ON, install it, and put <prefix>/share/heffte/python on PYTHONPATH"
    ) from _error

from ._extension import load as _load

try:
    _load(Path(__file__).parent)
except ImportError as _error:
    if _error.path is None or "_core" not in _error.path:
        raise
    raise ImportError(
        f"heffte's extension module cannot be loaded: {_error}; is the MPI that it was built with still there?"
    ) from _error

from . import _mpi, capi
from ._box import box3d, proc_setup, split_world
from ._constants import axis, backend, reshape_algorithm, scale
from ._distributed import (
    DistArray,
    clear_plans,
    dctn,
    dstn,
    fftfreq,
    fftn,
    idctn,
    idstn,
    ifftn,
    irfftn,
    load,
    rfftfreq,
    rfftn,
    save,
    scatter,
)
from ._errors import heffte_input_error
from ._options import plan_options
from ._plan import fft3d, fft3d_r2c, heffte_fft_plan, transform
from ._trace import add_trace, finalize_tracing, init_tracing, trace
from ._wisdom import fftw_export_wisdom, fftw_import_wisdom
from .heffte_config import __version__, enable_cuda, enable_fftw, enable_mkl, enable_rocm, libheffte_path

_mpi.check_library()

__all__ = [
    "DistArray",
    "add_trace",
    "axis",
    "backend",
    "box3d",
    "capi",
    "clear_plans",
    "dctn",
    "dstn",
    "enable_cuda",
    "enable_fftw",
    "enable_mkl",
    "enable_rocm",
    "fft3d",
    "fft3d_r2c",
    "fftfreq",
    "fftn",
    "fftw_export_wisdom",
    "fftw_import_wisdom",
    "finalize_tracing",
    "heffte_config",
    "heffte_fft_plan",
    "heffte_input_error",
    "idctn",
    "idstn",
    "ifftn",
    "init_tracing",
    "irfftn",
    "libheffte_path",
    "load",
    "plan_options",
    "proc_setup",
    "reshape_algorithm",
    "rfftfreq",
    "rfftn",
    "save",
    "scale",
    "scatter",
    "split_world",
    "trace",
    "transform",
]


def __dir__() -> list[str]:
    """The names that are public, and those of every module."""
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})


def __getattr__(name: str) -> Any:
    """The ctypes objects of heFFTe's own Python module; the library is loaded when it is first asked for."""
    objects: dict[str, Callable[[], Any]] = {
        "libheffte": capi.library,
        "heffte_plan": lambda: capi.heffte_fft_plan,
        "LP_plan": lambda: capi.heffte_plan,
        "MPI_Comm": capi.comm_type,
    }
    if name in objects:
        return objects[name]()
    # What scipy.fft has for one axis or two, we have with `axes`.
    base = name.removesuffix("2")
    hint = f": use heffte.{base}n(x, axes=...)" if base + "n" in __all__ else ""
    raise AttributeError(f"module 'heffte' has no attribute {name!r}{hint}")
