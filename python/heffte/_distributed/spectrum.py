"""Spectra of the same function at more points, or at fewer."""

from __future__ import annotations

import math

from .exchange import Segment


def segments(old: tuple[int, ...], new: tuple[int, ...], halved: int | None, weight: float) -> list[list[Segment]]:
    """Where the frequencies of a spectrum of ``old`` points lie in one of ``new`` points, in real space; half of those along
    the axis ``halved`` are stored. All are multiplied by ``weight``.

    The highest frequency of an even number of points stands for two, of both signs: it is split where points become more,
    and joined where they become fewer.
    """
    ways = [
        _half(a, b) if axis == halved else _full(a, b) for axis, (a, b) in enumerate(zip(old, new))
    ]
    ways[0] = [Segment(way.source, way.target, way.points, way.weight * weight) for way in ways[0]]
    return ways


def weight(norm: str | None, old: tuple[int, ...], new: tuple[int, ...]) -> float:
    """The factor between transforms that count the points of the spectrum and of the function: a transform counts those
    of real space."""
    ratio = math.prod(new) / math.prod(old)
    return {"forward": 1.0, "ortho": math.sqrt(ratio)}.get(norm or "backward", ratio)


def _full(old: int, new: int) -> list[Segment]:
    """All frequencies: 0 and up, then the negative ones."""
    if old == new:
        return [Segment(0, 0, old)]
    least = min(old, new)
    up, down = (least + 1) // 2, (least - 1) // 2
    ways = [Segment(0, 0, up), Segment(old - down, new - down, down)]
    if least % 2 == 0:
        middle = least // 2
        if new > old:
            ways += [Segment(middle, middle, 1, 0.5), Segment(middle, new - middle, 1, 0.5)]
        else:
            ways += [Segment(middle, middle, 1), Segment(old - middle, middle, 1)]
    return [way for way in ways if way.points > 0]


def _half(old: int, new: int) -> list[Segment]:
    """0 and up."""
    if old == new:
        return [Segment(0, 0, old // 2 + 1)]
    least = min(old, new)
    ways = [Segment(0, 0, (least + 1) // 2)]
    if least % 2 == 0:
        ways.append(Segment(least // 2, least // 2, 1, 0.5 if new > old else 2.0))
    return ways
