"""A random field, smoothed on NVIDIA devices: CuPy's arrays go into plans of the backend cufft, and stay on the device.

    mpiexec -n 2 python smooth_on_device.py --output smooth.png

A rank takes the device of its number on the node. The field is multiplied by a Gaussian in the spectrum, which is what heat does to
it; one wave of it is known beforehand, and must have shrunk by the known factor. Where there is no CuPy, no device, or no cufft in
this heffte, the program says so and ends. ``--host`` does the same with numpy's arrays and the backend stock.
"""

import argparse
import importlib
import math
import sys
from typing import Any

import heffte
import numpy as np
from mpi4py import MPI

comm = MPI.COMM_WORLD

#: The wave that is known, in periods along each side, and its height.
WAVE, HEIGHT = (3, 2, 1), 0.5


def missing() -> list[str]:
    """What this machine lacks for the program; nothing where it can run."""
    reasons = []
    try:
        cupy = importlib.import_module("cupy")
        if cupy.cuda.runtime.getDeviceCount() == 0:
            reasons.append("there is no device")
    except ImportError as error:
        reasons.append(f"CuPy is not installed ({error})")
    except Exception as error:
        # CuPy's own exceptions are known by CuPy alone.
        reasons.append(f"there is no device that CuPy can use ({error})")
    if not heffte.enable_cuda:
        reasons.append("this heffte has no backend cufft (heffte.enable_cuda is False)")
    return reasons


def smoothed(xp: Any, backend_tag: int, n: int, time: float) -> tuple[Any, Any, float]:
    """This rank's part of the field before and after, and how much the height of the known wave is off. ``xp`` is the module of
    the arrays."""
    world = heffte.box3d([0, 0, 0], [n - 1] * 3, order=[2, 1, 0])
    inbox = heffte.split_world(world, [comm.size, 1, 1])[comm.rank]
    outbox = heffte.split_world(world.r2c(2), [1, comm.size, 1])[comm.rank]
    i, j, k = (xp.arange(low, high + 1) for low, high in zip(inbox.low, inbox.high))
    wave = xp.cos(2 * math.pi / n * (WAVE[0] * i[:, None, None] + WAVE[1] * j[:, None] + WAVE[2] * k))
    noise = xp.random.RandomState(comm.rank).standard_normal(wave.shape)
    before, after = xp.empty(wave.shape), xp.empty(wave.shape)

    with heffte.fft3d_r2c(backend_tag, inbox, outbox, 2, comm) as plan:
        spectrum = xp.empty(tuple(outbox.size), dtype=complex)
        kx, ky, kz = (xp.arange(low, high + 1) for low, high in zip(outbox.low, outbox.high))
        kx, ky = ((xp.where(2 * k > n, k - n, k)) for k in (kx, ky))
        kx, ky = kx[:, None, None], ky[:, None]
        # The noise has nothing of the wave, whose height is known then.
        plan.forward(noise, spectrum, heffte.scale.full)
        spectrum[(kx == WAVE[0]) & (ky == WAVE[1]) & (kz == WAVE[2])] = 0
        plan.backward(spectrum, before)
        before += HEIGHT * wave

        plan.forward(before, spectrum, heffte.scale.full)
        spectrum *= xp.exp(-time * (kx**2 + ky**2 + kz**2))
        plan.backward(spectrum, after)

    height = comm.allreduce(2 / n**3 * float((after * wave).sum()))
    expected = HEIGHT * math.exp(-time * sum(w**2 for w in WAVE))
    return before, after, abs(height - expected)


def draw(path: str, before: Any, after: Any) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
    for each, plane, title in zip(axes, (before, after), ("before", "after")):
        figure.colorbar(each.imshow(plane, cmap="RdBu"), ax=each)
        each.set_title(title)
    figure.savefig(path, dpi=120)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--n", type=int, default=64, help="points along each side (%(default)s)")
    parser.add_argument("--time", type=float, default=0.02, help="how long the field is smoothed (%(default)s)")
    parser.add_argument("--host", action="store_true", help="with numpy and the backend stock, on no device")
    parser.add_argument("--output", default="smooth_on_device.png", help="the picture (%(default)s)")
    arguments = parser.parse_args()

    xp: Any = np
    if not arguments.host:
        reasons = comm.allgather(missing())
        if any(reasons):
            if comm.rank == 0:
                rank, why = next((rank, why) for rank, why in enumerate(reasons) if why)
                print(f"skipped, rank {rank}: {'; '.join(why)}; --host does it without a device")
            return 0
        xp = importlib.import_module("cupy")
        xp.cuda.Device(comm.Split_type(MPI.COMM_TYPE_SHARED).rank % xp.cuda.runtime.getDeviceCount()).use()

    tag = heffte.backend.stock if arguments.host else heffte.backend.cufft
    before, after, error = smoothed(xp, tag, arguments.n, arguments.time)
    if comm.rank == 0:
        print(f"{arguments.n}^3 points on {comm.size} rank{'s' if comm.size > 1 else ''}: the known wave is off by {error:.1e}")
        draw(arguments.output, *(plane if xp is np else xp.asnumpy(plane) for plane in (before[0], after[0])))
        print(f"the picture is {arguments.output}")
    return 0 if error < 1e-12 else 1


if __name__ == "__main__":
    sys.exit(main())
