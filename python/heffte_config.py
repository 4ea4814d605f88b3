"""The configuration of the heFFTe beside this file, under the name that it has at the top level."""

from heffte.heffte_config import *  # noqa: F403
from heffte.heffte_config import __version__  # noqa: F401
