"""Times on a device beside plain cuFFT, as PyTorch calls it: medians of events, and the error beside each.

    mpiexec -n 1 python figures.py --output results.json
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path
from typing import Any

import heffte
from mpi4py import MPI

COMM = MPI.COMM_WORLD


#: Calls between two events, so that what the host takes for one hides behind the device's work for another.
CALLS = 10


def median_ms(torch: Any, act: Any, rounds: int = 20) -> float:
    """The median of some runs by events on the current stream, after some that warm up; the slowest rank counts."""
    for _ in range(3):
        act()
    times = []
    for _ in range(rounds):
        COMM.barrier()
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
        for _ in range(CALLS):
            act()
        end.record()
        end.synchronize()
        times.append(COMM.allreduce(begin.elapsed_time(end) / CALLS, MPI.MAX))
    return statistics.median(times)


def transforms(torch: Any, n: int, dtype: str) -> dict[str, Any]:
    """A cube of slabs, there, beside cuFFT on one device for the whole cube."""
    world = heffte.box3d([0, 0, 0], [n - 1] * 3, order=[2, 1, 0])
    box = heffte.split_world(world, [COMM.size, 1, 1])[COMM.rank]
    part = slice(int(box.low[0]), int(box.high[0]) + 1)
    torch.manual_seed(1)
    whole = torch.randn((n, n, n), dtype=getattr(torch, dtype), device="cuda")
    given = whole[part].contiguous()
    out = torch.empty_like(given)
    with heffte.fft3d(heffte.backend.cufft, box, box, COMM) as plan:
        ours = median_ms(torch, lambda: plan.forward(given, out))
        torch.cuda.synchronize()
        expected = torch.fft.fftn(whole)
        error = float(torch.linalg.vector_norm(out - expected[part]) / torch.linalg.vector_norm(expected[part]))
        way = str(plan).splitlines()
    spare = torch.empty_like(whole)
    theirs = median_ms(torch, lambda: torch.fft.fftn(whole, out=spare))
    return {"n": n, "dtype": dtype, "ours_ms": ours, "cufft_ms": theirs, "ratio": ours / theirs, "error": error, "plan": way}


def moves(torch: Any, n: int, dtype: str) -> dict[str, Any]:
    """A plan that only turns the order of a box round, beside a copy of the same memory."""
    near = heffte.box3d([0, 0, 0], [n - 1] * 3, order=[2, 1, 0])
    far = heffte.box3d([0, 0, 0], [n - 1] * 3, order=[0, 1, 2])
    given = torch.randn((n, n, n), dtype=getattr(torch, dtype), device="cuda")
    out = torch.empty_like(given)
    kinds = [heffte.axis.identity] * 3
    with heffte.transform(heffte.backend.cufft, near, far, kinds, MPI.COMM_SELF) as plan:
        turned = median_ms(torch, lambda: plan.forward(given, out))
        is_right = bool(torch.equal(out, given.permute(2, 1, 0).contiguous()))
    with heffte.transform(heffte.backend.cufft, near, near, kinds, MPI.COMM_SELF) as plan:
        straight = median_ms(torch, lambda: plan.forward(given, out))
    copied = median_ms(torch, lambda: out.copy_(given))
    gigabytes = 2 * given.numel() * given.element_size() / 1e9
    speed = {name: gigabytes / (ms / 1e3) for name, ms in (("turned", turned), ("straight", straight), ("copy", copied))}
    return {"n": n, "dtype": dtype, "gb_per_s": speed, "turned_of_copy": copied / turned, "straight_of_copy": copied / straight} | {
        "is_right": is_right
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--output", default="results.json")
    parser.add_argument("--short", action="store_true", help="256 alone")
    arguments = parser.parse_args()
    try:
        import torch
    except ImportError as error:
        print(f"skipped: {error}")
        return 0
    if not torch.cuda.is_available():
        print("skipped: PyTorch finds no device")
        return 0
    torch.cuda.set_device(COMM.rank % torch.cuda.device_count())
    sizes = [256] if arguments.short else [256, 512]
    rows = [transforms(torch, n, dtype) for n in sizes for dtype in ("complex64", "complex128")]
    turned = [moves(torch, n, dtype) for n in sizes for dtype in ("complex64", "complex128")] if COMM.size == 1 else []
    if COMM.rank == 0:
        file = Path(arguments.output)
        known = json.loads(file.read_text()) if file.exists() else {}
        known[f"{COMM.size} ranks"] = {"device": torch.cuda.get_device_name(), "transforms": rows, "moves": turned}
        file.write_text(json.dumps(known, indent=1) + "\n")
        for row in rows:
            print(f"{row['n']}^3 {row['dtype']:<11} ours {row['ours_ms']:.3f} ms, cuFFT {row['cufft_ms']:.3f} ms, "
                  f"ratio {row['ratio']:.3f}, error {row['error']:.1e}")
        for row in turned:
            speed = ", ".join(f"{name} {value:.0f} GB/s" for name, value in row["gb_per_s"].items())
            shares = f"{row['turned_of_copy']:.2f} and {row['straight_of_copy']:.2f} of a copy"
            print(f"{row['n']}^3 {row['dtype']:<11} {speed}: {shares}")
    bounds = {"complex64": 1e-5, "complex128": 1e-13}
    return 0 if all(row["error"] < bounds[row["dtype"]] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
