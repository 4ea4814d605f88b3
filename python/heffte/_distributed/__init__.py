"""Arrays whose points lie on the ranks of a communicator, and what is done with whole arrays."""

from .array import DistArray
from .cosines import dctn, dstn, idctn, idstn
from .files import load, save
from .fourier import fftn, ifftn, irfftn, rfftn
from .frequencies import fftfreq, rfftfreq
from .plans import clear_plans
from .scatter import scatter

__all__ = [
    "DistArray",
    "clear_plans",
    "dctn",
    "dstn",
    "fftfreq",
    "fftn",
    "idctn",
    "idstn",
    "ifftn",
    "irfftn",
    "load",
    "rfftfreq",
    "rfftn",
    "save",
    "scatter",
]
