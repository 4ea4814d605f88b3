"""``python -m heffte info``."""

from __future__ import annotations

import argparse
import os
import platform
import re

import mpi4py
import numpy as np
from mpi4py import MPI

from .. import _core
from .._box import box3d, split_world
from .._constants import backend
from .._errors import heffte_input_error
from .._plan import fft3d
from ..heffte_config import __version__, libheffte_path

ABOUT = "the version, MPI, backends, threads, and how ranks reach each other"


def arguments(parser: argparse.ArgumentParser) -> None:
    """None."""


def run(_: argparse.Namespace, comm: MPI.Comm) -> int:
    """Collective; rank 0 prints."""
    rows = [
        ("heffte", f"{__version__}, {os.path.dirname(os.path.dirname(__file__))}"),
        ("libheffte", libheffte_path if os.path.exists(libheffte_path) else "none: only CMake builds it"),
        ("extension", os.path.basename(str(_core.__file__))),
        ("MPI", _one_line(MPI.Get_library_version())),
        ("mpi4py", f"{mpi4py.__version__}, MPI {MPI.VERSION}.{MPI.SUBVERSION}"),
        ("numpy", np.__version__),
        ("Python", f"{platform.python_version()} on {platform.machine()}"),
    ]
    rows += [(f"backend {name}", _state(name, number, is_built)) for name, (number, is_built) in _core.backends().items()]
    rows += [("threads", _threads()), ("ranks", _nodes(comm))]
    way = _way(comm)
    rows += [("between ranks", way)]
    if comm.rank == 0:
        for name, text in rows:
            print(f"{name:<16}{text}")
    return 0


def _one_line(text: str) -> str:
    return " ".join(text.strip("\0\n ").splitlines()[0].split())


def _state(name: str, number: int, is_built: bool) -> str:
    """Whether a plan can have a backend, and why not. Not collective: each rank asks for itself."""
    if not is_built:
        option = {"cufft": "CUDA", "rocfft": "ROCM"}.get(name, name.upper())
        return f"not in this build, which was configured without Heffte_ENABLE_{option}"
    box = box3d([0, 0, 0], [1, 1, 1])
    try:
        with fft3d(number, box, box, MPI.COMM_SELF):
            return "available" + (" (the default)" if number == backend.stock else "")
    except heffte_input_error as error:
        return f"absent: {error}"


def _threads() -> str:
    given, wanted = os.environ.get("HEFFTE_NUM_THREADS"), _core.wanted_threads()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if given is None:
        chosen = "1 (HEFFTE_NUM_THREADS is not set)"
    elif wanted is not None:
        chosen = f"{wanted} (HEFFTE_NUM_THREADS)"
    else:
        chosen = f"1 (HEFFTE_NUM_THREADS is {given!r}, which is no number of threads)"
    return f"{chosen} for each rank; this rank may use {cores} cores"


def _nodes(comm: MPI.Comm) -> str:
    """How many ranks are on how many nodes."""
    assert isinstance(comm, MPI.Intracomm)
    node = comm.Split_type(MPI.COMM_TYPE_SHARED)
    nodes = comm.allreduce(1 if node.rank == 0 else 0)
    most = comm.allreduce(node.size, MPI.MAX)
    node.Free()
    return f"{comm.size} on {nodes} node{'s' if nodes > 1 else ''}, at most {most} on one"


def _way(comm: MPI.Comm) -> str:
    """How data travels, as a small plan says it."""
    if comm.size == 1:
        return "nothing travels: this is one rank (start several with mpiexec -n)"
    world = box3d([0, 0, 0], [4 * comm.size - 1] * 3, [2, 1, 0])
    inbox, outbox = (split_world(world, grid)[comm.rank] for grid in ([comm.size, 1, 1], [1, comm.size, 1]))
    with fft3d(backend.stock, inbox, outbox, comm) as plan:
        lines = [line.strip() for line in str(plan).splitlines()]
    told = next((line for line in lines if "change rank" in line), lines[-1])
    # The name of the way, and the reason where memory cannot be shared; how much goes it is that of this plan alone.
    way = re.split(r"\s+\d+ elements change rank", told)[0]
    off = os.environ.get("HEFFTE_SHARED_MEMORY") == "0"
    return f"{way}{'; HEFFTE_SHARED_MEMORY=0 turns shared memory off' if off else ''}"
