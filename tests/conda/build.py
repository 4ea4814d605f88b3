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
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from rattler_build import Stage0Recipe, ToolConfiguration, VariantConfig

PROJECT = Path(__file__).resolve().parents[2]
VENV = Path(sys.prefix)
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
PYTHON_VERSION = ".".join(map(str, sys.version_info[:3]))


def answer(*command: str) -> str:
    """What a program prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def write_settings(work: Path, openmpi: Path | None, cuda: str) -> Path:
    """Where the tools are that stand-ins wrap, as a shell reads it: with that Open MPI, or else .venv's MPICH; and that CUDA."""
    toolchain = answer("rustc", "--print", "sysroot")
    cargo = {
        "CARGO_HOME": os.environ.get("CARGO_HOME", str(Path.home() / ".cargo")),
        # Where the project's builds by CMake keep what cargo compiles on the way.
        "CARGO_BUILD_BUILD_DIR": str(work / "cargo" if openmpi else PROJECT / "build/cargo"),
        "MPICC": str(openmpi / "bin/mpicc") if openmpi else os.environ["MPICC"],
        "LIBCLANG_PATH": os.environ["LIBCLANG_PATH"],
        "BINDGEN_EXTRA_CLANG_ARGS": os.environ["BINDGEN_EXTRA_CLANG_ARGS"],
        "PYO3_PYTHON": str(VENV / "bin/python"),
    }
    # With others than these cargo would not take what the project's builds have compiled.
    cargo |= {name: value for name, value in os.environ.items() if name.startswith("CARGO_PROFILE_")}
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
        "OPENMPI": openmpi or "",
        "CUDA": cuda,
        "CORROSION": os.environ.get("Corrosion_ROOT", ""),
        "FFTW": fftw,
        "FFTW_HEADER": next((str(up / "include/fftw3.h") for up in Path(fftw).parents if (up / "include/fftw3.h").exists()), ""),
    }
    file = work / "settings.sh"
    file.write_text("".join(f"{name}={shlex.quote(str(value))}\n" for name, value in settings.items()))
    return file


def build(recipe: Path, output: Path, channels: list[str], variants: dict[str, list[str]], test: Literal["skip", "native"]) -> None:
    """Builds and tests what a recipe says."""
    beside = recipe.with_name("variants.yaml")
    config = VariantConfig.from_file(beside) if beside.exists() else VariantConfig()
    Stage0Recipe.from_file(recipe).run_build(
        variant_config=config.merge(VariantConfig(variants)),
        tool_config=ToolConfiguration(test_strategy=test),
        output_dir=output,
        channels=channels,
        package_format="conda:-5",
        # cargo knows sources by where they are: these are at the same place each time.
        no_build_id=True,
    )


def stand_ins(work: Path, openmpi: Path | None, cuda: tuple[str, str]) -> Path:
    """Builds the channel of stand-ins; with CUDA's libraries from that folder, in that version, if there is one."""
    os.environ.update(
        STAND_IN_SETTINGS=str(write_settings(work, openmpi, cuda[0])),
        STAND_IN_PYTHON_VERSION=PYTHON_VERSION,
        STAND_IN_CMAKE_VERSION=version("cmake"),
        STAND_IN_NUMPY_VERSION=version("numpy"),
        STAND_IN_MPI4PY_VERSION=version("mpi4py"),
        STAND_IN_MPICH_VERSION=version("mpich"),
        STAND_IN_OPENMPI_VERSION=answer(str(openmpi / "bin/ompi_info"), "--version").split()[2].lstrip("v") if openmpi else "0",
        STAND_IN_FFTW=os.environ.get("HEFFTE_FFTW_LIBRARIES", ""),
        STAND_IN_CUDA_VERSION=cuda[1],
    )
    channel = work / "stand-ins"
    build(PROJECT / "tests/conda/stand-ins/recipe.yaml", channel, [], {}, "skip")
    return channel


def main() -> None:
    """Does what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--openmpi", type=Path, metavar="PREFIX", help="where Open MPI is, to build for it")
    parser.add_argument("--cuda", nargs=2, default=("", "0"), metavar=("FOLDER", "VERSION"), help="CUDA's libraries, to build for")
    parser.add_argument("--variant", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args()
    work = options.folder.resolve()
    work.mkdir(parents=True, exist_ok=True)
    # A staging output is known by its requirements, not by its sources: an earlier one would be taken for this one.
    for earlier in ("cache", "channel", "stand-ins"):
        shutil.rmtree(work / earlier, ignore_errors=True)
    variants = {name: [value] for name, value in (pair.split("=", 1) for pair in options.variant)}
    channel = stand_ins(work, options.openmpi and options.openmpi.resolve(), options.cuda).resolve().as_uri()
    variants |= {"python": [PYTHON_VERSION], "python_min": [PYTHON]}
    build(PROJECT / "conda-recipe/recipe.yaml", work / "channel", [channel], variants, "native")


if __name__ == "__main__":
    main()
