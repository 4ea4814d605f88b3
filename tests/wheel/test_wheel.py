"""The wheel as pip installed it, with the MPI whose family ``HEFFTE_TEST_FAMILY`` names."""

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import heffte
import pytest
from heffte import _core, _extension, capi
from mpi4py import MPI
from programs import on_one_rank, run_alone

FAMILY = os.environ["HEFFTE_TEST_FAMILY"]


def test_the_extension_module_is_that_of_the_mpi():
    place = Path(heffte.__file__).parent
    assert place.is_relative_to(sys.prefix)
    assert _core.__file__ == str(place / f"_core_{FAMILY}.abi3.so") and sys.modules["heffte._core"] is _core
    assert sorted(file.name for file in place.glob("*.so")) == ["_core_mpich.abi3.so", "_core_openmpi.abi3.so"]
    assert _core.mpi_library_version().strip("\0\n ") == MPI.Get_library_version().strip("\0\n ")
    words = {"mpich": "MPICH", "openmpi": "Open MPI"}
    assert words[FAMILY] in MPI.Get_library_version()


def test_one_mpi_is_loaded_by_a_module_that_has_no_path_to_it():
    maps = Path("/proc/self/maps").read_text().split()
    loaded = {word for word in maps if Path(word).name.startswith("libmpi")}
    assert len(loaded) == 1, loaded
    for family, (_, soname) in _extension.FAMILIES.items():
        module = Path(heffte.__file__).with_name(f"_core_{family}.abi3.so")
        done = subprocess.run(["readelf", "-d", module], capture_output=True, text=True, check=True)
        assert f"[{soname}]" in done.stdout and "RPATH" not in done.stdout and "RUNPATH" not in done.stdout


def test_the_version_is_that_of_the_crates():
    data = importlib.metadata.metadata("heffte")
    assert data["Version"] == heffte.__version__ == _core.__version__
    assert data["License-Expression"] == "BSD-3-Clause" and data.get_all("License-File") == ["LICENSE"]
    assert "# heFFTe in Rust" in importlib.metadata.metadata("heffte").get_payload()
    assert {"mpich", "openmpi", "cuda"} <= set(data.get_all("Provides-Extra"))


def test_libraries_of_backends_are_loaded_when_they_are_wanted():
    built = {name: is_built for name, (_, is_built) in _core.backends().items()}
    assert set(built) == {"stock", "fftw", "mkl", "cufft", "rocfft"} and all(built.values())
    assert heffte.enable_fftw and heffte.enable_mkl and heffte.enable_cuda and heffte.enable_rocm


def test_there_is_no_c_library_and_it_says_so():
    with pytest.raises(ImportError, match=r"needs the C library.* build and install heFFTe with CMake"):
        capi.library()
    with pytest.raises(ImportError, match="needs the C library"):
        _ = heffte.libheffte
    import heffte_config

    assert heffte_config.libheffte_path == heffte.libheffte_path
    assert "not in wheels: build heFFTe with CMake" in heffte.libheffte_path


@on_one_rank
def test_an_mpi_of_neither_family_is_an_error_that_names_both():
    script = """
from mpi4py import MPI
class Other:
    def __getattr__(self, name):
        return getattr(MPI, name)
    def Get_library_version(self):
        return "Fancy MPI 3.0 of nobody"
import mpi4py
mpi4py.MPI = Other()
import heffte
"""
    done = run_alone(script)
    assert done.returncode == 1
    for words in ("'Fancy MPI 3.0 of nobody'", "(mpich)", "(openmpi)", "with CMake and your MPI"):
        assert words in done.stderr, done.stderr
