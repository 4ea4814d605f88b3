"""A progress bar on rank 0: tqdm's where it is installed, else a line that counts."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from mpi4py import MPI

T = TypeVar("T")


def progress(items: list[T], comm: MPI.Comm, unit: str) -> Iterable[T]:
    """The items, one after the other; rank 0 shows how far they are."""
    if comm.rank > 0:
        return items
    try:
        from tqdm import tqdm
    except ImportError:
        return _counted(items, unit)
    bar: Iterable[T] = tqdm(items, unit=unit, leave=False)
    return bar


def _counted(items: list[T], unit: str) -> Iterator[T]:
    for number, item in enumerate(items):
        print(f"\r{number} of {len(items)} {unit}s", end="", file=sys.stderr, flush=True)
        yield item
    print(f"\r{len(items)} of {len(items)} {unit}s", file=sys.stderr)
