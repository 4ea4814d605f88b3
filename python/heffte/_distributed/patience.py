"""What a program is told that waits for a rank which does not come."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from mpi4py import MPI

#: Seconds that a rank waits before it says so.
PATIENCE = 60.0

#: Programs whose frames are not where the user called.
_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@dataclass
class _Wait:
    """That a thread waits, for which ranks, and since when."""

    comm: MPI.Comm
    since: float
    is_told: bool = False


#: By the number of the thread.
_waits: dict[int, _Wait] = {}
_watcher: threading.Thread | None = None


@contextmanager
def waiting(comm: MPI.Comm) -> Iterator[None]:
    """While the block waits for the other ranks of ``comm``, a thread looks whether they come."""
    thread = threading.get_ident()
    if comm.size > 1:
        _waits[thread] = _Wait(comm, time.monotonic())
        _start()
    try:
        yield
    finally:
        _waits.pop(thread, None)


def _start() -> None:
    global _watcher
    # A fork takes no threads along.
    if _watcher is None or not _watcher.is_alive():
        _watcher = threading.Thread(target=_watch, name="heffte-patience", daemon=True)
        _watcher.start()


def _watch() -> None:
    while True:
        time.sleep(PATIENCE / 4)
        now = time.monotonic()
        for thread, wait in list(_waits.items()):
            if now - wait.since > PATIENCE and not wait.is_told:
                wait.is_told = True
                print(_message(wait, now, thread), file=sys.stderr, flush=True)


def _message(wait: _Wait, now: float, thread: int) -> str:
    where = _where(sys._current_frames().get(thread))
    return (
        f"heffte: rank {wait.comm.rank} of {wait.comm.size} has waited {now - wait.since:.0f} s{where} for ranks that have not "
        "made the same call: they may be late, or have ended with an error. `mpiexec -n ... python -m mpi4py program.py` ends "
        "all ranks where one fails"
    )


def _where(frame: FrameType | None) -> str:
    """The line of the program that called."""
    while frame is not None and os.path.abspath(frame.f_code.co_filename).startswith(_OURS + os.sep):
        frame = frame.f_back
    return "" if frame is None else f" at {frame.f_code.co_filename}:{frame.f_lineno}"
