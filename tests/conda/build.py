"""Builds conda packages of heFFTe by conda-recipe/, against a local channel of stand-ins for conda-forge's, without a network.

    python tests/conda/build.py <folder> --variant mpi=mpich --variant with_fftw=yes

The folder gets `stand-ins` and `channel`. The environment is that of `cargo xtask test conda`.
"""

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

from rattler_build.cli_api import build_recipes

# What is to take its place builds a staging output anew for each package that inherits from it; this does as the program does.
warnings.filterwarnings("ignore", "build_recipes is deprecated", DeprecationWarning)

PROJECT = Path(__file__).resolve().parents[2]
VENV = Path(sys.prefix)
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
PYTHON_VERSION = ".".join(map(str, sys.version_info[:3]))


def answer(*command: str) -> str:
    """What a program prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def write_settings(work: Path) -> Path:
    """Where the tools are that stand-ins wrap, as a shell reads it."""
    toolchain = answer("rustc", "--print", "sysroot")
    cargo = {
        "CARGO_HOME": os.environ.get("CARGO_HOME", str(Path.home() / ".cargo")),
        # Where the project's builds by CMake keep what cargo compiles on the way.
        "CARGO_BUILD_BUILD_DIR": str(PROJECT / "build/cargo"),
        "MPICC": os.environ["MPICC"],
        "LIBCLANG_PATH": os.environ["LIBCLANG_PATH"],
        "BINDGEN_EXTRA_CLANG_ARGS": os.environ["BINDGEN_EXTRA_CLANG_ARGS"],
        "PYO3_PYTHON": str(VENV / "bin/python"),
    }
    cargo_settings = work / "cargo-settings.sh"
    cargo_settings.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in cargo.items()))
    fftw = os.environ.get("HEFFTE_FFTW_LIBRARIES", "")
    settings = {
        "VENV": VENV,
        "MODULES": Path(answer(sys.executable, "-c", "import numpy; print(numpy.__path__[0])")).parent,
        "PYTHON_MINOR": PYTHON,
        "BASE_PYTHON": Path(sys.executable).resolve(),
        "CC": shutil.which(os.environ.get("CC", "cc")),
        "CXX": shutil.which(os.environ.get("CXX", "c++")),
        "TOOLCHAIN": toolchain,
        "CARGO_SETTINGS": cargo_settings,
        # The tool itself, or what does for tests.
        "LICENSES": shutil.which("cargo-bundle-licenses") or "",
        "LICENSES_SCRIPT": PROJECT / "tests/conda/stand-ins/licenses.py",
        "LIBCLANG": os.environ["LIBCLANG_PATH"],
        "CLANG_ARGUMENTS": os.environ["BINDGEN_EXTRA_CLANG_ARGS"],
        "CORROSION": os.environ.get("Corrosion_ROOT", ""),
        "FFTW": fftw,
        "FFTW_HEADER": next((str(up / "include/fftw3.h") for up in Path(fftw).parents if (up / "include/fftw3.h").exists()), ""),
    }
    file = work / "settings.sh"
    file.write_text("".join(f"{name}={shlex.quote(str(value))}\n" for name, value in settings.items()))
    return file


def stand_ins(work: Path) -> Path:
    """Builds the channel of stand-ins."""
    os.environ.update(
        STAND_IN_SETTINGS=str(write_settings(work)),
        STAND_IN_PYTHON_VERSION=PYTHON_VERSION,
        STAND_IN_CMAKE_VERSION=version("cmake"),
        STAND_IN_NUMPY_VERSION=version("numpy"),
        STAND_IN_MPI4PY_VERSION=version("mpi4py"),
        STAND_IN_MPICH_VERSION=version("mpich"),
        STAND_IN_FFTW=os.environ.get("HEFFTE_FFTW_LIBRARIES", ""),
    )
    channel = work / "stand-ins"
    build_recipes(
        [PROJECT / "tests/conda/stand-ins/recipe.yaml"], output_dir=channel, channel=[], test="skip", package_format="conda:-5"
    )
    return channel


def recipe(work: Path, channel: Path, variants: dict[str, list[str]]) -> None:
    """Builds and tests what the recipe says."""
    build_recipes(
        [PROJECT / "conda-recipe/recipe.yaml"],
        output_dir=work / "channel",
        channel=[channel.resolve().as_uri()],
        variant_overrides={"python": [PYTHON_VERSION], "python_min": [PYTHON], **variants},
        test="native",
        package_format="conda:-5",
        # cargo knows sources by where they are: these are at the same place each time.
        no_build_id=True,
    )


def main() -> None:
    """Does what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--variant", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args()
    work = options.folder.resolve()
    work.mkdir(parents=True, exist_ok=True)
    # A staging output is known by its requirements, not by its sources: an earlier one would be taken for this one.
    for earlier in ("cache", "channel", "stand-ins"):
        shutil.rmtree(work / earlier, ignore_errors=True)
    variants = {name: [value] for name, value in (pair.split("=", 1) for pair in options.variant)}
    recipe(work, stand_ins(work), variants)


if __name__ == "__main__":
    main()
