"""The power spectrum of a random field: a known slope is put in, and found again.

    mpiexec -n 2 python power_spectrum.py --output spectrum.png

White noise is filtered in wave space so that its power falls as ``k ** slope``; the field is then measured as one would measure
density in cosmology or velocity in turbulence: transform, square, average over shells of equal |k|.
"""

import argparse
import sys
from typing import Any

import heffte
import numpy as np
import numpy.typing as npt
from mpi4py import MPI

comm = MPI.COMM_WORLD


def wavenumber(waves: heffte.DistArray, n: int) -> npt.NDArray[np.float64]:
    """|k| of this rank's waves; whole numbers along each axis."""
    k = heffte.rfftfreq(waves, length=2 * np.pi, n=n)
    size: npt.NDArray[np.float64] = np.sqrt(sum(one**2 for one in k))
    return size


def random_field(n: int, slope: float) -> heffte.DistArray:
    """A real field of n points along each side, whose power falls as ``k ** slope``."""
    noise = heffte.DistArray((n, n, n), float, comm)
    # A seed for each plane: the same field on any number of ranks, which hold whole planes.
    first = noise.slices[0].start
    for i, plane in enumerate(noise.local):
        plane[...] = np.random.default_rng([7, first + i]).standard_normal(plane.shape)
    waves = heffte.rfftn(noise)
    k = wavenumber(waves, n)
    waves *= np.where(k > 0, np.maximum(k, 1) ** (slope / 2), 0)
    return heffte.irfftn(waves, (n, n, n))


def power_spectrum(field: heffte.DistArray) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """|k| and the mean power in each shell, on all ranks."""
    n = field.shape[0]
    waves = heffte.rfftn(field, norm="forward")
    k = wavenumber(waves, n)
    shell = np.rint(k).astype(int)
    # Half of the waves are stored: those that are not their own mirror images count twice.
    last = np.arange(waves.slices[2].start, waves.slices[2].stop)
    twice = np.broadcast_to(np.where((last == 0) | (2 * last == n), 1, 2), k.shape)
    shells = n // 2
    sums = np.zeros((3, int(np.sqrt(3) * n) + 2))
    for row, weights in zip(sums, (twice, twice * k, twice * abs(waves.local) ** 2)):
        row[...] = np.bincount(shell.ravel(), weights.ravel(), minlength=row.size)
    count, total_k, total_power = comm.allreduce(sums)[:, 1:shells]
    return total_k / count, total_power / count


def draw(path: str, plane: npt.NDArray[Any], k: npt.NDArray[Any], power: npt.NDArray[Any], fit: tuple[float, float]) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.4), layout="constrained")
    image = left.imshow(plane.T, origin="lower", cmap="magma")
    left.set(title="a plane of the field", xlabel="x", ylabel="y")
    figure.colorbar(image, ax=left)
    right.loglog(k, power, ".", label="power in shells")
    right.loglog(k, np.exp(fit[1]) * k ** fit[0], "k-", linewidth=1, label=f"slope {fit[0]:.3f}")
    ticks = [2**i for i in range(1, int(np.log2(k[-1])) + 1)]
    right.set_xticks(ticks, [str(tick) for tick in ticks])
    right.minorticks_off()
    right.set(xlabel="|k|", ylabel="mean power", title="its spectrum")
    right.legend(frameon=False)
    right.grid(alpha=0.3)
    figure.savefig(path, dpi=120)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--n", type=int, default=128, help="points along each side (%(default)s)")
    parser.add_argument("--slope", type=float, default=-11 / 3, help="of the power (%(default).3f, Kolmogorov's)")
    parser.add_argument("--output", default="power_spectrum.png", help="the picture (%(default)s)")
    arguments = parser.parse_args()

    field = random_field(arguments.n, arguments.slope)
    k, power = power_spectrum(field)
    # Shells of few waves scatter.
    several = k > 3
    slope, height = np.polyfit(np.log(k[several]), np.log(power[several]), 1)
    whole = field.gather()
    if whole is not None:
        print(f"slope {slope:.3f} was found, {arguments.slope:.3f} was put in ({len(k)} shells, {comm.size} ranks)")
        draw(arguments.output, whole[:, :, 0], k, power, (slope, height))
        print(f"the picture is {arguments.output}")
    return 0 if abs(slope - arguments.slope) < 0.05 else 1


if __name__ == "__main__":
    sys.exit(main())
