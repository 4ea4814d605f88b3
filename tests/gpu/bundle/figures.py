"""Times on a device beside plain cuFFT and plain copies: medians of events, taken in turn, with the error beside each time.

    mpiexec -n 1 python figures.py --output results.json
    mpiexec -n 2 python figures.py --output results.json

Each line ends with what is to be held and whether it is, and the last one counts. On one rank: a transform takes at most 1.03 of
the time of cuFFT, and what packs and unpacks has at least 0.80 of the bandwidth of a copy. On two ranks of one device: a transform
takes at most 1.60 of the time of one rank. Wrong numbers are the one thing that the exit status tells.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import heffte
import numpy as np
from device import Array, Clock, Device, Transform
from mpi4py import MPI

COMM = MPI.COMM_WORLD

MOST_OF_CUFFT, LEAST_OF_COPY, MOST_OF_ONE_RANK = 1.03, 0.80, 1.60

#: The largest relative L2 error.
BOUNDS = {"complex64": 1e-5, "complex128": 1e-13}

#: Calls between two events, so that what the host takes for one hides behind the device's work for another; and such runs.
CALLS, ROUNDS = 10, 15

#: Planes of a cube that are compared.
PLANES = 8


def medians(device: Device, acts: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Milliseconds of each act, which run in turn, so that what the clocks of the device do happens to all alike; the slowest rank
    counts."""
    clock = Clock(device)
    times: dict[str, list[float]] = {name: [] for name in acts}
    for act in acts.values():
        act()
        act()
    for _ in range(ROUNDS):
        for name, act in acts.items():
            device.wait()
            COMM.barrier()
            clock.begin()
            for _ in range(CALLS):
                act()
            times[name].append(COMM.allreduce(clock.end() / CALLS, MPI.MAX))
    clock.free()
    return {name: statistics.median(each) for name, each in times.items()}


def factors_of(n: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Random numbers of which a cube is the product: one for each plane, and a plane."""
    rng = np.random.default_rng(1)
    return rng.standard_normal(n), rng.standard_normal((n, n)) + 1j * rng.standard_normal((n, n))


def cube(n: int, dtype: str, planes: slice) -> np.ndarray[Any, Any]:
    """Some planes of a cube."""
    each, plane = factors_of(n)
    return (each[planes, None, None] * plane).astype(dtype)


def expected(n: int, planes: slice) -> np.ndarray[Any, Any]:
    """The transform of the whole cube in these planes, by numpy: that of a product is the product of theirs."""
    each, plane = factors_of(n)
    return np.fft.fft(each)[planes, None, None] * np.fft.fft2(plane)


def error_of(out: Array, n: int, begin: int) -> float:
    """The relative L2 error of the first planes of this rank; the largest of all ranks."""
    planes = min(PLANES, out.shape[0])
    right = expected(n, slice(begin, begin + planes)).ravel()
    given = out.get(right.size)
    return COMM.allreduce(float(np.linalg.norm(given - right) / np.linalg.norm(right)), MPI.MAX)


def transforms(device: Device, n: int, dtype: str) -> dict[str, Any]:
    """A cube of slabs: on one rank beside cuFFT, on more beside one rank."""
    world = heffte.box3d([0, 0, 0], [n - 1] * 3, order=[2, 1, 0])
    box = heffte.split_world(world, [COMM.size, 1, 1])[COMM.rank]
    part = slice(int(box.low[0]), int(box.high[0]) + 1)
    given, out = (Array(device, (part.stop - part.start, n, n), dtype) for _ in range(2))
    given.put(cube(n, dtype, part))
    with heffte.fft3d(heffte.backend.cufft, box, box, COMM) as plan:
        acts: dict[str, Callable[[], Any]] = {"ours": lambda: plan.forward(given, out)}
        if COMM.size == 1:
            transform = Transform(device, n, dtype)
            row = medians(device, {**acts, "cufft": lambda: transform.run(given, out)})
            transform.free()
        else:
            row = beside_one_rank(device, acts, world, dtype)
        plan.forward(given, out)
        row["error"] = error_of(out, n, part.start)
        way = str(plan).splitlines()
    given.free()
    out.free()
    return {"n": n, "dtype": dtype, **row, "plan": way}


def beside_one_rank(device: Device, acts: dict[str, Callable[[], Any]], world: heffte.box3d, dtype: str) -> dict[str, float]:
    """The same on one rank, while the others wait."""
    if COMM.rank > 0:
        return medians(device, {**acts, "one rank": lambda: None})
    n = int(world.high[0]) + 1
    given, out = (Array(device, (n, n, n), dtype) for _ in range(2))
    given.put(cube(n, dtype, slice(0, None)))
    with heffte.fft3d(heffte.backend.cufft, world, world, MPI.COMM_SELF) as alone:
        row = medians(device, {**acts, "one rank": lambda: alone.forward(given, out)})
    given.free()
    out.free()
    return row


def moves(device: Device, n: int, dtype: str) -> dict[str, Any]:
    """Plans of identities, which launch what packs and unpacks and nothing else: in the order that is there, and turned round;
    beside a copy of the same memory."""
    near = heffte.box3d([0, 0, 0], [n - 1] * 3, order=[2, 1, 0])
    far = heffte.box3d([0, 0, 0], [n - 1] * 3, order=[0, 1, 2])
    given, out = (Array(device, (n, n, n), dtype) for _ in range(2))
    given.put(cube(n, dtype, slice(0, None)))
    kinds = [heffte.axis.identity] * 3
    with (
        heffte.transform(heffte.backend.cufft, near, near, kinds, MPI.COMM_SELF) as straight,
        heffte.transform(heffte.backend.cufft, near, far, kinds, MPI.COMM_SELF) as turned,
    ):
        acts = {
            "straight": lambda: straight.forward(given, out),
            "turned": lambda: turned.forward(given, out),
            "copy": lambda: given.copy_to(out),
        }
        row = medians(device, acts)
        turned.forward(given, out)
        planes, (each, plane) = min(PLANES, n), factors_of(n)
        right = (each * plane.T[:planes, :, None]).astype(dtype)
        is_right = bool(np.array_equal(out.get(right.size), right.ravel()))
    gigabytes = 2 * given.bytes / 1e9
    for array in (given, out):
        array.free()
    return {"n": n, "dtype": dtype, **row, "copy_gb_per_s": gigabytes / (row["copy"] / 1e3), "is_right": is_right}


class Verdicts:
    """Figures that are held or not."""

    def __init__(self) -> None:
        self.held, self.missed = 0, 0

    def tell(self, row: dict[str, Any], what: str, ratio: float, bound: str, is_held: bool) -> None:
        self.held += is_held
        self.missed += not is_held
        print(f"{row['n']}^3 {row['dtype']:<11} {what}: {ratio:.3f}, {bound}: {'PASS' if is_held else 'FAIL'}")


def report(rows: list[dict[str, Any]], moved: list[dict[str, Any]]) -> None:
    verdicts = Verdicts()
    for row in rows:
        other, most = ("cufft", MOST_OF_CUFFT) if "cufft" in row else ("one rank", MOST_OF_ONE_RANK)
        ratio = row["ours"] / row[other]
        what = f"ours {row['ours']:.3f} ms, {other} {row[other]:.3f} ms, error {row['error']:.1e}, ratio"
        verdicts.tell(row, what, ratio, f"at most {most:.2f}", ratio <= most)
    for row in moved:
        for name in ("straight", "turned"):
            ratio = row["copy"] / row[name]
            copied = f"a copy {row['copy']:.3f} ms ({row['copy_gb_per_s']:.0f} GB/s)"
            what = f"{name} {row[name]:.3f} ms, {copied}, of its bandwidth"
            verdicts.tell(row, what, ratio, f"at least {LEAST_OF_COPY:.2f}", ratio >= LEAST_OF_COPY)
    print(f"figures: {verdicts.held} passed, {verdicts.missed} failed")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--output", default="results.json")
    parser.add_argument("--sizes", default="256,512", help="points along each axis of a cube (%(default)s)")
    arguments = parser.parse_args()
    try:
        # Ranks of figures share one device, however many there are.
        device = Device(0)
    except (OSError, RuntimeError) as error:
        print(f"skipped: {error}")
        return 0
    cases = [(int(n), dtype) for n in arguments.sizes.split(",") for dtype in BOUNDS]
    rows = [transforms(device, n, dtype) for n, dtype in cases]
    moved = [moves(device, n, dtype) for n, dtype in cases] if COMM.size == 1 else []
    if COMM.rank == 0:
        file = Path(arguments.output)
        known = json.loads(file.read_text()) if file.exists() else {}
        known[f"{COMM.size} ranks"] = {"device": device.name, "transforms": rows, "moves": moved}
        file.write_text(json.dumps(known, indent=1) + "\n")
        report(rows, moved)
    is_right = all(row["error"] < BOUNDS[row["dtype"]] for row in rows) and all(row["is_right"] for row in moved)
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
