"""mpi4py: that it is the MPI of this build, and what a communicator is to the library."""

from typing import Any

from mpi4py import MPI

from . import _core
from ._errors import heffte_input_error


def check_library() -> None:
    """Raises ImportError where mpi4py and this build use different MPI libraries: a communicator of one means
    nothing to the other."""
    ours, theirs = _core.mpi_library_version().strip("\0\n "), MPI.Get_library_version().strip("\0\n ")
    if ours != theirs:
        raise ImportError(
            f"heffte was built with {_name(ours)}, but mpi4py uses {_name(theirs)}: install an mpi4py for the former, "
            "or build heffte with the MPI of mpi4py"
        )


def _name(version: str) -> str:
    """The first three words of what an MPI library says of itself, on one line."""
    return repr(" ".join(version.split()[:3]))


def handle(comm: Any) -> int:
    """The Fortran handle of an mpi4py communicator."""
    if not isinstance(comm, MPI.Comm):
        raise heffte_input_error(f"comm is a {type(comm).__name__}: pass an mpi4py communicator")
    if comm == MPI.COMM_NULL:
        raise heffte_input_error("comm is MPI.COMM_NULL (or was freed): pass a live communicator")
    if isinstance(comm, MPI.Intercomm):
        raise heffte_input_error("comm is an intercommunicator: pass one whose ranks are all in one group, or its Merge()")
    return comm.py2f()
