"""What FFTW's planner has measured, in files."""

from __future__ import annotations

import os

from . import _core
from ._errors import heffte_input_error


def fftw_import_wisdom(path: str | os.PathLike[str]) -> None:
    """Reads what :func:`fftw_export_wisdom` or FFTW's own programs wrote: ``path`` for double precision, and the same with an
    ``f`` at its end for single. One that is not there counts for an empty one, where the other is. Not collective.

    Raises
    ------
    heffte_input_error
        Where FFTW cannot be had, neither file is there, or one is garbage or of another FFTW; what was known stays.
    """
    try:
        _core.fftw_import_wisdom(os.fspath(path))
    except _core.HeffteError as error:
        raise heffte_input_error(str(error)) from None


def fftw_export_wisdom(path: str | os.PathLike[str]) -> None:
    """Writes what FFTW's planner has measured in this process, or has read. Let one rank do it. Not collective.

    Raises
    ------
    heffte_input_error
        Where FFTW cannot be had, or a file cannot be written.
    """
    try:
        _core.fftw_export_wisdom(os.fspath(path))
    except _core.HeffteError as error:
        raise heffte_input_error(str(error)) from None
