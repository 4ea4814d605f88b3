"""Tracing: what the library and the program do when, written to files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mpi4py import MPI

from . import _core, _mpi
from ._errors import heffte_input_error, told


def init_tracing(root: str | os.PathLike[str], comm: Any = MPI.COMM_WORLD) -> None:
    """Begins to record; :func:`finalize_tracing` writes the files. Collective over ``comm``.

    Each rank gets ``<root>_<rank in COMM_WORLD>.log``, a line for each event, in heFFTe's format; all together
    ``<root>.json``, which Chrome's and Perfetto's viewers open, and ``<root>.txt``, a table of all events. What was
    recorded before and not written is dropped. Where the environment has ``HEFFTE_TRACE``, which traces the whole run,
    nothing happens.

    Raises
    ------
    heffte_input_error
        Where any rank cannot write its files, on all ranks.
    """
    handle = _mpi.handle(comm)
    path, problem = "", None
    try:
        path = os.fspath(root)
    except Exception as error:
        problem = told(error)
    try:
        _core.trace_start(path, handle, problem)
    except _core.HeffteError as error:
        raise heffte_input_error(str(error)) from None


def finalize_tracing() -> None:
    """Ends recording and writes the files; without :func:`init_tracing` does nothing. Collective over the ranks that trace
    together.

    Raises
    ------
    heffte_input_error
        Where any rank cannot write its files, on all ranks.
    """
    try:
        _core.trace_stop()
    except _core.HeffteError as error:
        raise heffte_input_error(str(error)) from None


@contextmanager
def trace(root: str | os.PathLike[str], comm: Any = MPI.COMM_WORLD) -> Iterator[None]:
    """Traces a block: :func:`init_tracing` before it, :func:`finalize_tracing` behind it, also where it raises.

    >>> with heffte.trace("/tmp/my_trace"):
    ...     plan.forward(ones, spectrum)
    """
    init_tracing(root, comm)
    try:
        yield
    finally:
        finalize_tracing()


@contextmanager
def add_trace(name: str) -> Iterator[None]:
    """Records a block as an event of the program's own, if events are recorded. Not collective."""
    begin = MPI.Wtime()
    try:
        yield
    finally:
        _core.trace_mark(name, begin)
