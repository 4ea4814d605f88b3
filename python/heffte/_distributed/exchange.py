"""Moving parts of an array to other ranks and other places, where the plans of the library do not: between arrays of different
shapes, and of elements that no transform has."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from mpi4py import MPI

from .._errors import told
from .agreement import agree
from .layout import Corners, Layout, box_size, overlap
from .plans import kept

if TYPE_CHECKING:
    from .array import DistArray

#: Bytes of one message; the count of a longer one would not fit MPI's int.
CHUNK = 2**30


@dataclass(frozen=True)
class Segment:
    """Points in a row along an axis, from where they come and where they go."""

    source: int
    target: int
    points: int
    weight: float = 1.0


@dataclass(frozen=True)
class _Piece:
    """A part of this rank's box that another rank has or gets."""

    rank: int
    corners: Corners
    weight: float


def move(source: DistArray, target: DistArray, segments: Sequence[Sequence[Segment]]) -> None:
    """Adds to ``target`` what each combination of the axes' segments says, times its weights. Collective.

    Both have the same batch and type.
    """
    here, there = source._layout, target._layout
    comm = here.comm
    sends: dict[int, npt.NDArray[Any]] = {}
    arrivals: dict[int, list[_Piece]] = {}
    places: dict[int, npt.NDArray[Any]] = {}
    problem = None
    try:
        for rank, pieces in _by_rank(_pieces(here, there, segments, leaving=True)).items():
            parts = [_weighted(_view(source, here, piece), piece.weight) for piece in pieces]
            sends[rank] = np.concatenate([part.reshape(-1) for part in parts])
        arrivals = _by_rank(_pieces(there, here, segments, leaving=False))
        copies = math.prod(source._batch)
        for rank, pieces in arrivals.items():
            count = copies * sum(math.prod(box_size(piece.corners)) for piece in pieces)
            places[rank] = sends[rank] if rank == comm.rank else np.empty(count, source.dtype)
    except Exception as error:
        problem = told(error)
    agree(comm, problem)
    _exchange(kept(comm).private, sends, places)
    for rank, pieces in arrivals.items():
        begin = 0
        for piece in pieces:
            place = _view(target, there, piece)
            place += places[rank][begin : begin + place.size].reshape(place.shape)
            begin += place.size


def _pieces(mine: Layout, theirs: Layout, segments: Sequence[Sequence[Segment]], leaving: bool) -> Iterator[_Piece]:
    """The parts of this rank's box in ``mine`` that go to ranks of ``theirs``, or come from them. Both sides name the same
    parts in the same order."""
    for combination in product(*segments):
        begins = tuple(segment.source if leaving else segment.target for segment in combination)
        ends = tuple(begin + segment.points - 1 for begin, segment in zip(begins, combination))
        common = overlap(mine.mine, (begins, ends))
        if common is None:
            continue
        shift = tuple((s.target - s.source) * (1 if leaving else -1) for s in combination)
        weight = math.prod(segment.weight for segment in combination)
        for rank, corners in theirs.owners(*(_plus(corner, shift, 1) for corner in common)):
            low, high = (_plus(corner, shift, -1) for corner in corners)
            yield _Piece(rank, (low, high), weight)


def _plus(corner: tuple[int, ...], shift: tuple[int, ...], sign: int) -> tuple[int, ...]:
    return tuple(a + sign * b for a, b in zip(corner, shift))


def _by_rank(pieces: Iterator[_Piece]) -> dict[int, list[_Piece]]:
    grouped: dict[int, list[_Piece]] = {}
    for piece in pieces:
        grouped.setdefault(piece.rank, []).append(piece)
    return grouped


def _view(array: DistArray, layout: Layout, piece: _Piece) -> npt.NDArray[Any]:
    """The elements of a part of this rank's box."""
    origin, _ = layout.mine
    part = [slice(low - o, high - o + 1) for o, low, high in zip(origin, *piece.corners)]
    return array.local[(slice(None),) * len(array._batch) + tuple(part)]


def _weighted(values: npt.NDArray[Any], weight: float) -> npt.NDArray[Any]:
    # The type of the values decides: a weight of double precision must not widen them.
    return values if weight == 1 else values * values.dtype.type(weight)


def _exchange(comm: MPI.Comm, sends: dict[int, npt.NDArray[Any]], places: dict[int, npt.NDArray[Any]]) -> None:
    """Messages between pairs of ranks."""
    requests = [
        comm.Irecv(chunk, rank) for rank, place in places.items() if rank != comm.rank for chunk in chunks(place)
    ]
    requests += [
        comm.Isend(chunk, rank) for rank, values in sends.items() if rank != comm.rank for chunk in chunks(values)
    ]
    MPI.Request.Waitall(requests)


def chunks(values: npt.NDArray[Any]) -> Iterator[npt.NDArray[np.uint8]]:
    """The bytes of an array that is contiguous in memory, in messages that MPI can count."""
    flat = values.reshape(-1).view(np.uint8)
    return (flat[begin : begin + CHUNK] for begin in range(0, flat.size, CHUNK))


def whole(points: tuple[int, ...]) -> list[list[Segment]]:
    """Segments that keep each point where it is in the array."""
    return [[Segment(0, 0, n)] for n in points]
