"""What ranks tell each other before they act, so that an error of one is an error of all and nobody waits for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import NoReturn

import numpy as np
from mpi4py import MPI

from .._errors import heffte_input_error
from . import patience

#: Characters of a choice that an error shows.
_SHOWN = 160

#: The communicator whose ranks agreed last, of those with more than one rank.
_last: MPI.Comm | None = None


def agree(comm: MPI.Comm, problem: str | None, choices: Mapping[str, object] | None = None) -> None:
    """Returns where no rank has a problem and all made the same choices. Collective; one small reduction.

    Raises :class:`heffte_input_error` on all ranks: the problem of the first rank that has one, else the first choice in which
    a rank differs from rank 0, by its name.
    """
    global _last
    if comm.size > 1:
        _last = comm
    shown = {name: repr(value) for name, value in (choices or {}).items()}
    digest = int.from_bytes(hashlib.blake2b(repr(shown).encode(), digest_size=7).digest(), "big")
    mine = np.array([problem is not None, digest, -digest], dtype=np.int64)
    all_ranks = np.empty_like(mine)
    with patience.waiting(comm):
        comm.Allreduce(mine, all_ranks, MPI.MAX)
    if not all_ranks[0] and all_ranks[1] == -all_ranks[2]:
        return
    told = comm.allgather((problem, shown))
    for rank, (text, _) in enumerate(told):
        if text is not None:
            raise heffte_input_error(f"rank {rank}: {text}")
    first = told[0][1]
    other, theirs = next((rank, each) for rank, (_, each) in enumerate(told) if each != first)
    name = next(name for name in {**first, **theirs} if first.get(name) != theirs.get(name))
    values = " and ".join(str(each.get(name))[:_SHOWN] for each in (first, theirs))
    raise heffte_input_error(f"ranks 0 and {other} disagree on {name}: {values}; all ranks must ask for the same")


def refuse(problem: str) -> NoReturn:
    """Raises :class:`heffte_input_error` for a call that was given nothing from which to know its ranks.

    Those who make the call rightly tell each other, and so would wait for this rank. It tells the ranks with whom it agreed last:
    programs that use several communicators at a time may have meant others, which :mod:`patience` then tells of.
    """
    if _last is not None and _last != MPI.COMM_NULL:
        agree(_last, problem)
    raise heffte_input_error(problem)
