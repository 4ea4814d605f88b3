"""Pictures: files where matplotlib is installed, characters in any case."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

#: From dark to bright.
_SHADES = " .:-=+*#%@"


def pyplot() -> Any:
    """matplotlib.pyplot that draws to files, or None where matplotlib is not installed."""
    try:
        import matplotlib
    except ImportError:
        return None
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    return plt


def shaded(values: npt.NDArray[Any], width: int = 64) -> str:
    """A plane of numbers in characters."""
    step = max(1, -(-values.shape[1] // width))
    # Characters are twice as high as wide.
    small = values[:: 2 * step, ::step].real
    low, high = small.min(), small.max()
    levels = np.minimum((small - low) / ((high - low) or 1) * len(_SHADES), len(_SHADES) - 1).astype(int)
    return "\n".join("".join(_SHADES[level] for level in row) for row in levels)


def bar(value: float, most: float, width: int = 24) -> str:
    """A bar of so many characters of ``width`` as ``value`` is of ``most``."""
    return "█" * max(1, round(width * value / most)) if most > 0 else ""
