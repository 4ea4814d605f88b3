"""The numbers that choose a backend, a scale, a reshape algorithm."""

from __future__ import annotations

from typing import Any

from ._errors import heffte_input_error
from ._integers import integer


class backend:
    """The libraries that transform lines. ``valid`` lists heFFTe's; a build need not have each of them."""

    stock = 0
    """Transforms in Rust, any length; in every build."""
    fftw = 1
    """FFTW."""
    mkl = 2
    """Intel MKL."""
    cufft = 10
    """cuFFT on NVIDIA devices."""
    rocfft = 11
    """rocFFT on AMD devices."""
    rocm = 11
    """The same as ``rocfft``."""
    auto = 100
    """That of the others which should be the fastest for a plan, which says when it is printed what was picked. heFFTe has none."""
    valid = [0, 1, 2, 10, 11]  # noqa: RUF012 – heFFTe has a list
    """All numbers that name a backend of heFFTe's."""


def backend_number(given: Any) -> int:
    """The number of a backend as callers give it. A name says which number is meant, but heFFTe's interface takes numbers."""
    return _number("backend_tag", given, backend)


def _number(name: str, given: Any, holder: type) -> int:
    """One of the numbers that ``holder`` names."""
    if isinstance(given, str):
        names = [each for each, number in vars(holder).items() if isinstance(number, int)]
        own = f"heffte.{holder.__name__}"
        remedy = f"write {own}.{given.lower()}" if given.lower() in names else f"{own} has {', '.join(names)}"
        raise heffte_input_error(f"{name} {given!r} is a text: {remedy}")
    return integer(name, given)


class scale:
    """The factor that a transform applies to its result; N is the number of points in real space, or what takes its place
    where cosines and sines are among the transforms (:func:`heffte.transform`)."""

    none = 0
    """No factor."""
    full = 1
    """1 / N."""
    symmetric = 2
    """1 / sqrt(N)."""


def scale_number(given: Any) -> int:
    """The number of a scale as callers give it."""
    return _number("scaling", given, scale)


class axis:
    """What happens along a dimension of n points; FFTW's names of the backward transform in brackets."""

    identity = 0
    """Nothing."""
    c2c = 1
    """The complex Fourier transform."""
    r2c = 2
    """The Fourier transform of real data, of which ``n // 2 + 1`` points are kept; one dimension at most has it."""
    cos = 3
    """DCT-II, REDFT10 (DCT-III, REDFT01); scipy's ``dct`` of type 2."""
    sin = 4
    """DST-II, RODFT10 (DST-III, RODFT01); scipy's ``dst`` of type 2."""
    cos1 = 5
    """DCT-I, REDFT00 (the same), of two points at least; scipy's ``dct`` of type 1."""
    sin1 = 6
    """DST-I, RODFT00 (the same); scipy's ``dst`` of type 1."""


class reshape_algorithm:
    """How data travels between ranks."""

    alltoallv = 0
    """One ``MPI_Alltoallv`` with exact counts."""
    p2p_plined = 1
    """Messages between pairs, all begun at once."""
    p2p = 2
    """Messages between pairs, with blocking sends."""
    alltoall = 3
    """One ``MPI_Alltoall`` with blocks padded to the largest."""
