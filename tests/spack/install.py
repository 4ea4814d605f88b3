"""Concretises, installs and tests heffte with a real Spack, and uses what it installed; with the tools of .venv for externals.

    python tests/spack/install.py <root of Spack> <folder>

What is built is what is checked out. Spack concretises with the Python that SPACK_PYTHON names, which has clingo. The environment
is that of `cargo xtask test spack`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
VENV = Path(sys.prefix)
SPEC = "heffte+fftw+python"
REFUSED = {
    "heffte+sycl": "use ~sycl",
    "heffte+python~shared": "use +python+shared",
}


def answer(*command: str) -> str:
    """What a program prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def external(spec: str, prefix: object, **extra: object) -> dict[str, object]:
    """A package that Spack finds ready."""
    return {"externals": [{"spec": spec, "prefix": str(prefix), **extra}], "buildable": False}


def externals(folder: Path) -> dict[str, object]:
    """What the machine and .venv have, as packages.yaml says it."""
    # Prefixes as Spack expects them, of what lies elsewhere.
    libclang, fftw = folder / "libclang", folder / "fftw"
    for place in (libclang / "lib", fftw):
        place.mkdir(parents=True, exist_ok=True)
    (libclang / "lib/libclang.so").symlink_to(Path(os.environ["LIBCLANG_PATH"]) / "libclang.so")
    libraries = Path(os.environ["HEFFTE_FFTW_LIBRARIES"])
    (fftw / "lib").symlink_to(libraries)
    (fftw / "include").symlink_to(next(up / "include" for up in libraries.parents if (up / "include/fftw3.h").exists()))
    rust = Path(answer("rustc", "--print", "sysroot"))
    corrosion = Path(os.environ["Corrosion_ROOT"])
    file = next(corrosion.rglob("CorrosionConfigVersion.cmake"))
    found = re.search(r'PACKAGE_VERSION "([\d.]+)"', file.read_text())
    make = answer("make", "--version").split()[2]
    return {
        "cmake": external(f"cmake@{version('cmake')}", VENV),
        "gmake": external(f"gmake@{make}", Path(shutil.which("make") or "/usr/bin/make").parents[1]),
        "rust": external(f"rust@{answer('rustc', '--version').split()[1]}", rust),
        "llvm": external("llvm@18.1.1+clang", libclang),
        "corrosion": external(f"corrosion@{found[1] if found else '0.5'}", corrosion),
        "mpich": external(f"mpich@{version('mpich')}", VENV),
        "mpi": {"require": ["mpich"]},
        "fftw": external("fftw@3.3.10 precision=double,float ~mpi~openmp", fftw),
        # Python of .venv with what is installed for it.
        "python": external(f"python@{'.'.join(map(str, sys.version_info[:3]))}", VENV),
        "py-numpy": external(f"py-numpy@{version('numpy')}", VENV),
        "py-mpi4py": external(f"py-mpi4py@{version('mpi4py')}", VENV),
    }


class Spack:
    """A Spack that leaves no trace outside of a folder."""

    def __init__(self, root: Path, folder: Path) -> None:
        # Its index of all packages, in the cache, takes a minute.
        for earlier in ("config", "installed", "stage", "test", "libclang", "fftw", "cargo"):
            shutil.rmtree(folder / earlier, ignore_errors=True)
        self.program, self.folder = root / "bin/spack", folder
        config = folder / "config"
        config.mkdir(parents=True)
        places = {"install_tree": {"root": str(folder / "installed")}, "build_stage": [str(folder / "stage")]}
        places["test_stage"] = str(folder / "test")
        files = {"config": places, "packages": externals(folder), "repos": [str(PROJECT / "spack")]}
        for name, content in files.items():
            # JSON is YAML.
            (config / f"{name}.yaml").write_text(json.dumps({name: content}, indent=1))
        self.environment = {
            **os.environ,
            "SPACK_USER_CONFIG_PATH": str(config),
            "SPACK_USER_CACHE_PATH": str(folder / "cache"),
            # No crate is at hand but those that `cargo xtask crates` packed, and nobody answers.
            "CARGO_HOME": str(folder / "cargo"),
            "CARGO_HTTP_PROXY": "http://127.0.0.1:9",
        }
        for name in ("LD_LIBRARY_PATH", "MPICC", "HEFFTE_FFTW_LIBRARIES", "MKL_ROOT"):
            self.environment.pop(name, None)

    def __call__(self, *arguments: str, fails: bool = False) -> str:
        done = subprocess.run(
            [str(self.program), *arguments], env=self.environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        assert (done.returncode != 0) == fails, f"spack {' '.join(arguments)}:\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr


def use(spack: Spack) -> None:
    """Loads the package into a shell, and transforms on 2 ranks."""
    shell = spack("load", "--sh", "heffte")
    script = f"{shell}\nset -e\nmpiexec -n 2 python {PROJECT / 'examples/python/first_transform.py'}\npython -m heffte info"
    # mpi4py from a wheel finds its MPI beside the Python that it was installed for, which is not Spack's.
    environment = {name: value for name, value in spack.environment.items() if name != "PYTHONPATH"}
    environment["LD_LIBRARY_PATH"] = f"{VENV}/lib"
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, cwd=spack.folder)
    prefix = spack("location", "--install-dir", "heffte").strip().splitlines()[-1]
    assert done.returncode == 0 and prefix in done.stdout, f"{done.stdout}\n{done.stderr}"


def main() -> None:
    """Does all of it, and says how much that was."""
    spack = Spack(Path(sys.argv[1]), Path(sys.argv[2]).resolve())
    spack("compiler", "find")
    for spec, message in REFUSED.items():
        said = spack("spec", spec, fails=True)
        assert message in said, f"{spec}: {message!r} is not in\n{said}"
    said = spack("spec", SPEC)
    assert all(need in said for need in ("heffte@2.5.0", "+fftw", "+python", "rust@", "corrosion@", "mpich@")), said
    spack("install", "--fail-fast", SPEC)
    spack("test", "run", "heffte")
    said = spack("test", "results", "-l")
    assert "PASSED" in said and "100% tests passed" in said, said
    use(spack)
    print(f"{len(REFUSED) + 4} passed, 0 failed")


if __name__ == "__main__":
    main()
