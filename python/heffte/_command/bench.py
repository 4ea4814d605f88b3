"""``python -m heffte bench``."""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from mpi4py import MPI

from .. import _distributed as arrays
from .._distributed import DistArray
from .picture import bar, pyplot
from .progress import progress

ABOUT = "times of transforms there and back on these ranks: a table, and a plot"

#: There and back, the type of the elements, and how many flops of a complex transform it takes.
_KINDS: dict[str, tuple[Callable[..., DistArray], Callable[..., DistArray], str, float]] = {
    "c2c": (arrays.fftn, arrays.ifftn, "complex", 1.0),
    "r2c": (arrays.rfftn, arrays.irfftn, "real", 0.5),
    "dct": (arrays.dctn, arrays.idctn, "real", 0.5),
}


@dataclass
class Row:
    """What came of a case."""

    kind: str
    n: int
    seconds: float
    flops: float
    error: float


def arguments(parser: argparse.ArgumentParser) -> None:
    """The cases."""
    parser.add_argument("--n", type=int, nargs="+", default=[32, 64, 128], help="points along each side (32 64 128)")
    parser.add_argument("--kinds", nargs="+", choices=list(_KINDS), default=list(_KINDS), help="the transforms (all)")
    parser.add_argument("--single", action="store_true", help="in single precision")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long each case is repeated (%(default)s)")
    parser.add_argument("--threads", type=int, help="threads of each rank (HEFFTE_NUM_THREADS, or 1)")
    parser.add_argument("--plot", help="a picture of the table, such as bench.png (needs matplotlib)")


def run(chosen: argparse.Namespace, comm: MPI.Comm) -> int:
    """Collective; rank 0 prints. 1 where a transform there and back does not give the field back."""
    options = {} if chosen.threads is None else {"threads": chosen.threads}
    cases = [(kind, n) for kind in chosen.kinds for n in chosen.n]
    rows = [_measured(kind, n, chosen, options, comm) for kind, n in progress(cases, comm, "case")]
    if comm.rank == 0:
        most = max(row.flops for row in rows)
        print(f"one transform there or back on {comm.size} rank{'s' if comm.size > 1 else ''}: the best time of the slowest rank")
        print(f"{'':5}{'points':>9}{'ms':>10}{'GFlop/s':>10}{'error':>10}")
        for row in rows:
            numbers = f"{row.n:>7}^3{row.seconds * 1e3:>10.3f}{row.flops / 1e9:>10.2f}{row.error:>10.1e}"
            print(f"{row.kind:5}{numbers}  {bar(row.flops, most)}")
        if chosen.plot:
            _draw(chosen.plot, rows, comm.size)
    bound = 1e-5 if chosen.single else 1e-13
    return 0 if all(row.error < bound for row in rows) else 1


def _measured(kind: str, n: int, chosen: argparse.Namespace, options: dict[str, Any], comm: MPI.Comm) -> Row:
    there, back, numbers, share = _KINDS[kind]
    dtype = {"real": "float32" if chosen.single else "float64", "complex": "complex64" if chosen.single else "complex128"}[numbers]
    x = DistArray((n, n, n), dtype, comm)
    x.local[...] = np.random.default_rng(comm.rank).standard_normal(x.local.shape)
    # The grid of the result is cut across another axis, so that a transform has one exchange.
    grid = (1, comm.size, 1)
    again = {"s": (n, n, n)} if kind == "r2c" else {}
    y = back(there(x, grid=grid, **options), grid=x.grid, **again, **options)
    error = comm.allreduce(float(abs(y.local - x.local).max(initial=0)), MPI.MAX)
    best, end = math.inf, time.perf_counter() + chosen.seconds
    while True:
        comm.Barrier()
        begin = time.perf_counter()
        back(there(x, grid=grid, **options), grid=x.grid, **again, **options)
        best = min(best, comm.allreduce(time.perf_counter() - begin, MPI.MAX))
        if comm.bcast(time.perf_counter() > end):
            break
    return Row(kind, n, best / 2, share * 5 * n**3 * math.log2(n**3) / (best / 2), error)


def _draw(path: str, rows: list[Row], ranks: int) -> None:
    plt = pyplot()
    if plt is None:
        print(f"{path} is not drawn: matplotlib is not installed")
        return
    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    for kind in dict.fromkeys(row.kind for row in rows):
        mine = [row for row in rows if row.kind == kind]
        axes.plot([row.n for row in mine], [row.flops / 1e9 for row in mine], "o-", label=kind)
    axes.set(xlabel="points along each side", ylabel="GFlop/s", xscale="log", title=f"heffte on {ranks} ranks")
    axes.set_xticks(sorted({row.n for row in rows}), [str(n) for n in sorted({row.n for row in rows})])
    axes.set_ylim(0, None)
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    figure.savefig(path, dpi=120)
    plt.close(figure)
    print(f"the plot is {path}")
