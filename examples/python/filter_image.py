"""An image without its stripes: a distributed transform finds the waves that do not belong there, and leaves them out.

    mpiexec -n 2 python filter_image.py --output filtered.png

A scanner leaves regular stripes on a picture. In the spectrum they are two bright points, one of them in the half that is
stored; a notch removes them, and nearly all of the picture stays. ``--input`` takes a picture of your own (that matplotlib
reads), to which stripes are added.
"""

import argparse
import sys
from typing import Any

import heffte
import numpy as np
import numpy.typing as npt
from mpi4py import MPI

comm = MPI.COMM_WORLD

Image = npt.NDArray[np.float64]

#: The stripes: how often they repeat over the height and the width, and how strong they are.
WAVE, STRENGTH = (24, 17), 0.35


def painted(rows: int, columns: int) -> Image:
    """A picture of hills in front of a sun."""
    y, x = np.mgrid[0:1 : rows * 1j, 0:1 : columns * 1j]
    picture: Image = 0.55 + 0.3 * (1 - y)
    picture[(x - 0.68) ** 2 + (y - 0.32) ** 2 < 0.02] = 1.0
    for base, height, waves, grey in ((0.55, 0.10, 7.0, 0.45), (0.68, 0.08, 11.0, 0.28), (0.82, 0.06, 17.0, 0.12)):
        ridge = base - height * np.sin(waves * x + 3 * base) * np.cos(2.3 * waves * x)
        picture[y > ridge] = grey
    return picture


def notch(spectrum: heffte.DistArray, columns: int, radius: float = 1.5) -> Image:
    """1 everywhere but around the waves of the stripes."""
    ky, kx = heffte.rfftfreq(spectrum, d=[1 / spectrum.shape[0], 1 / columns], n=columns)
    keep: Image = np.ones(np.broadcast_shapes(ky.shape, kx.shape))
    for sign in (1, -1):
        keep[np.hypot(ky - sign * WAVE[0], kx - sign * WAVE[1]) < radius] = 0
    return keep


def draw(path: str, striped: Image, power: npt.NDArray[Any], clean: Image) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 3, figsize=(13, 4), layout="constrained")
    axes[0].imshow(striped, cmap="gray", vmin=0, vmax=1)
    axes[0].set_title("with stripes")
    # The long waves, those of both directions along y; half of the spectrum is stored.
    long = np.concatenate([power[-40:, :60], power[:40, :60]])
    axes[1].imshow(np.log10(long + 1e-9), cmap="magma", extent=(-0.5, 59.5, 39.5, -40.5))
    axes[1].plot(WAVE[1], WAVE[0], "o", markersize=14, markerfacecolor="none", color="cyan")
    axes[1].set_title("long waves of its spectrum")
    axes[2].imshow(clean, cmap="gray", vmin=0, vmax=1)
    axes[2].set_title("without the bright point")
    for each in axes:
        each.set_axis_off()
    figure.savefig(path, dpi=120)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--input", help="a picture to take instead of the painted one")
    parser.add_argument("--output", default="filter_image.png", help="the picture (%(default)s)")
    arguments = parser.parse_args()

    original = None
    if comm.rank == 0:
        original = painted(300, 480)
        if arguments.input:
            from matplotlib.image import imread

            given = np.asarray(imread(arguments.input), dtype=float)
            original = given if given.ndim == 2 else given[..., :3].mean(axis=2)
            original /= max(original.max(), 1e-9)
    # Rank 0 has the picture; from here on each rank has some of its rows.
    picture = heffte.scatter(original, comm)
    rows, columns = picture.shape
    i, j = np.ogrid[picture.slices]
    striped = picture + STRENGTH * np.cos(2 * np.pi * (WAVE[0] * i / rows + WAVE[1] * j / columns))

    spectrum = heffte.rfftn(striped)
    clean = heffte.irfftn(spectrum * notch(spectrum, columns), (rows, columns))

    def distance(one: heffte.DistArray) -> float:
        return float(np.sqrt(comm.allreduce(float(((one - picture).local ** 2).sum())) / picture.size))

    before, after = distance(striped), distance(clean)
    shown, power, result = striped.gather(), abs(spectrum).gather(), clean.gather()
    if shown is not None and power is not None and result is not None:
        print(f"{rows} x {columns} points: rms distance from the original {before:.4f} with stripes, {after:.4f} without")
        draw(arguments.output, shown, power, result)
        print(f"the picture is {arguments.output}")
    return 0 if after < before / 20 else 1


if __name__ == "__main__":
    sys.exit(main())
