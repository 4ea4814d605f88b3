"""Plans and a private communicator for each communicator of a program, kept as its attribute."""

from __future__ import annotations

import functools
import math
from collections import OrderedDict
from typing import Any

from mpi4py import MPI

from .._constants import axis, backend
from .._options import plan_options
from .._plan import heffte_fft_plan
from .layout import Layout

#: Plans that are kept for a communicator, and how many where they hold much memory; the one that was not used for longest goes
#: first. Calls are collective, so all ranks let go of the same.
MOST, FEW = 32, 8

#: Points of a rank in all kept plans from which these hold much: a workspace is about as large as the arrays.
MANY_POINTS = 2**26


class Kept:
    """What is kept for a communicator. MPI tells when it is freed (or when it ends), and all goes."""

    def __init__(self, comm: MPI.Comm) -> None:
        #: For messages that must not meet those of the program.
        self.private = comm.Dup()
        self.plans: OrderedDict[tuple[Any, ...], heffte_fft_plan] = OrderedDict()

    def close(self) -> None:
        """Frees all of it. Collective."""
        for plan in self.plans.values():
            plan.close()
        self.plans.clear()
        if not MPI.Is_finalized() and self.private != MPI.COMM_NULL:
            self.private.Free()


def _freed(comm: MPI.Comm, keyval: int, kept: Kept) -> None:
    kept.close()


@functools.cache
def _keyval() -> int:
    """The name of the attribute; made late, since a program may import this before it initializes MPI."""
    return MPI.Comm.Create_keyval(delete_fn=_freed)


def kept(comm: MPI.Comm) -> Kept:
    """What is kept for ``comm``. Collective where nothing is yet."""
    found = comm.Get_attr(_keyval())
    if not isinstance(found, Kept):
        found = Kept(comm)
        comm.Set_attr(_keyval(), found)
    return found


def clear_plans(comm: MPI.Comm = MPI.COMM_WORLD) -> None:
    """Frees the plans that :func:`heffte.fftn` and its kin keep for a communicator, 32 at most and 8 where they are large.
    Collective over ``comm``.

    They are also freed with the communicator.
    """
    plans = kept(comm).plans
    for plan in plans.values():
        plan.close()
    plans.clear()


def plan(
    inside: Layout, outside: Layout, kinds: tuple[int, ...], backend_tag: int, options: plan_options
) -> heffte_fft_plan:
    """The plan between two layouts with a kind for each distributed axis, made where it is not kept. Collective."""
    store = kept(inside.comm).plans
    key = (inside.key, outside.key, kinds, backend_tag, options._values())
    found = store.get(key)
    if found is None:
        points = sum(math.prod(inside_key[0]) for inside_key, *_ in (key, *store)) // inside.comm.size
        while len(store) >= (FEW if points > MANY_POINTS else MOST):
            store.popitem(last=False)[1].close()
        beyond = (axis.identity,) * (3 - len(kinds))
        found = heffte_fft_plan(backend_tag, inside.box, outside.box, None, inside.comm, options, kinds=kinds + beyond)
        store[key] = found
    store.move_to_end(key)
    return found


def identity(inside: Layout, outside: Layout) -> heffte_fft_plan:
    """The plan that moves points alone. Collective."""
    return plan(inside, outside, (axis.identity,) * len(inside.points), backend.stock, plan_options())
