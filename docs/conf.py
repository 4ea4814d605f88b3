"""How Sphinx makes the site of these pages; `cargo xtask test site` runs it, with the installed package on the path."""

import re
from pathlib import Path

import heffte
from sphinx.errors import ConfigError

project = "heFFTe in Rust"
version = release = heffte.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]

# Every link between pages, every anchor and every name in a docstring must be there.
nitpicky = True
# Types that are MPI's, numpy's, mpi4py's, Python's, or private names for these.
nitpick_ignore_regex = [
    ("c:identifier", r"MPI_\w+|size_t"),
    ("py:.*", r"(np|npt|numpy|MPI|mpi4py|collections|typing|os|ctypes|_core)(\..*)?"),
    ("py:.*", r"(Any|Callable|Iterator|Sequence|Unpack|Choices|Order|Triples|Kinds|optional|self)"),
]

myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "none"
# Options of a signature are explained below it; defaults are shown as they are written.
autodoc_preserve_defaults = True
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = project
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False

# The reference is a list by hand, in an order for readers: nothing may be left out.
_reference = (Path(__file__).parent / "reference/python.md").read_text()
_missing = [name for name in heffte.__all__ if not re.search(rf"\b{name}\b", _reference)]
if _missing:
    raise ConfigError(f"docs/reference/python.md has nothing about {', '.join(_missing)}")
