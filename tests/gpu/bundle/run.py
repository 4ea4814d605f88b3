"""Tests and figures of the device backends on a machine that has a GPU: nothing is compiled, and no network is asked.

    python run.py [--short] [--seconds 290] [--output results.json]

It makes an environment beside itself from the wheels of this bundle, over what the machine's Python has (PyTorch, CuPy, numba,
JAX: those that are missing are left out, and said to be). Then it takes the figures, and runs the library's own tests and those of
arrays, all in so many seconds, and ends with `N passed, N failed, N left out`: what there was no time for is left out.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import subprocess
import sys
import sysconfig
import time
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
PLACE = HERE / "environment"
RANKS = (1, 2, 4)
#: A step that has less time is not begun.
LEAST_SECONDS = 10


class Steps:
    """What was run, and how it went."""

    def __init__(self, environment: dict[str, str], end: float) -> None:
        self.environment, self.end = environment, end
        self.passed, self.failed, self.left_out = 0, 0, 0

    def run(self, name: str, command: list[str], limit: float) -> None:
        """Runs a program, and counts the tests that it says it has passed; one, where it says nothing of the kind."""
        begin = time.monotonic()
        limit = min(limit, self.end - begin)
        print(f"== {name}, {max(limit, 0):.0f} s at most", flush=True)
        if limit < LEAST_SECONDS:
            self.left_out += 1
            print("left out: no time is left", flush=True)
            return
        try:
            done = subprocess.run(
                command, env=self.environment, cwd=HERE, timeout=limit, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
            output, is_good = done.stdout, done.returncode == 0
        except subprocess.TimeoutExpired as late:
            output, is_good = (late.stdout or b"").decode(errors="replace") + f"\nit took longer than {limit:.0f} s", False
        print("\n".join(output.splitlines()[-40 if is_good else -120 :]), flush=True)
        print(f"-- {time.monotonic() - begin:.1f} s", flush=True)
        passed = sum(int(count) for count in re.findall(r"(\d+) passed", output))
        failed = sum(int(count) for count in re.findall(r"(\d+) failed", output))
        self.passed += passed if passed or failed else int(is_good)
        self.failed += failed if failed or is_good else 1


def installed() -> Path:
    """The Python of an environment with the wheels of the bundle."""
    python = PLACE / "bin" / "python"
    if not python.exists():
        venv.create(PLACE, system_site_packages=True, with_pip=True)
        wheels = ["--no-index", "--find-links", str(HERE / "wheels"), "--no-deps"]
        names = sorted(wheel.name.split("-")[0] for wheel in (HERE / "wheels").glob("*.whl"))
        # What PyTorch and its like were built for stays what they find.
        names = [name for name in names if name != "numpy" or importlib.util.find_spec("numpy") is None]
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *wheels, *names], check=True, timeout=300)
    return python


def libraries() -> list[str]:
    """The folders of cuFFT and NVRTC among the machine's wheels."""
    roots = {sysconfig.get_paths()["purelib"], *(path for path in sys.path if path.endswith(("site-packages", "dist-packages")))}
    return [str(folder) for root in sorted(roots) for folder in sorted(Path(root, "nvidia").glob("*/lib"))]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--short", action="store_true", help="fewer sizes and ranks")
    parser.add_argument("--seconds", type=float, default=290, help="all of it takes so long at most (%(default)s)")
    parser.add_argument("--output", default=str(HERE / "results.json"), help="the figures (%(default)s)")
    arguments = parser.parse_args()
    end = time.monotonic() + arguments.seconds

    python = installed()
    paths = [str(PLACE / "lib"), *os.environ.get("LD_LIBRARY_PATH", "").split(":")]
    environment = {
        **os.environ,
        "PATH": f"{PLACE / 'bin'}:{os.environ['PATH']}",
        "LD_LIBRARY_PATH": ":".join(path for path in paths if path),
        "HEFFTE_CUDA_LIBRARIES": ":".join(filter(None, [os.environ.get("HEFFTE_CUDA_LIBRARIES", ""), *libraries()])),
        "PYTHONDONTWRITEBYTECODE": "1",
        "XDG_CACHE_HOME": str(PLACE / "cache"),
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
    }
    steps = Steps(environment, end)
    mpiexec = [str(PLACE / "bin" / "mpiexec"), "-n"]
    steps.run("what there is", [str(python), "-m", "heffte", "info"], 60)
    figures = [str(HERE / "figures.py"), "--output", arguments.output, *(["--sizes", "256"] if arguments.short else [])]
    steps.run("figures on 1 rank", [*mpiexec, "1", str(python), *figures], 90)
    steps.run("figures on 2 ranks", [*mpiexec, "2", str(python), *figures], 90)
    for ranks in RANKS[: 2 if arguments.short else 3]:
        pytest = [*mpiexec, str(ranks), str(python), "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider"]
        steps.run(f"arrays on {ranks} ranks", [*pytest, "test_devices.py", "test_libraries.py"], 90)
        of_library = [*mpiexec, str(ranks), str(HERE / "mpi"), "devices", "cufft"]
        steps.run(f"the library on {ranks} ranks", of_library, 120)
    print(f"{steps.passed} passed, {steps.failed} failed, {steps.left_out} left out")
    return 0 if steps.failed + steps.left_out == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
