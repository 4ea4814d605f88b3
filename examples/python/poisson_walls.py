"""Poisson's equation between walls, by cosine transforms, and how fast its error falls.

    mpiexec -n 2 python poisson_walls.py --output poisson.png

The pressure p of a fluid in a closed box obeys ``laplacian p = f`` with no flow through the walls: the normal derivative of p is 0
there. Second differences at the middles of cells turn into factors under the cosine transform of type 2, so that the discrete
equation is solved exactly, and the error against the true p falls with the square of the cell's width.
"""

import argparse
import sys
from typing import Any

import heffte
import numpy as np
import numpy.typing as npt
from mpi4py import MPI

comm = MPI.COMM_WORLD

Field = npt.NDArray[np.float64]


def true_pressure(x: Field, y: Field, z: Field) -> Field:
    """A pressure whose normal derivative is 0 at the walls 0 and 1; its mean is 0."""
    values: Field = np.cos(np.pi * x) * np.cos(2 * np.pi * y) + 0.5 * np.cos(3 * np.pi * x) * np.cos(np.pi * z)
    return values


def source(x: Field, y: Field, z: Field) -> Field:
    """Its Laplacian."""
    first: Field = -5 * np.pi**2 * np.cos(np.pi * x) * np.cos(2 * np.pi * y)
    second: Field = -5 * np.pi**2 * np.cos(3 * np.pi * x) * np.cos(np.pi * z)
    return first + second


def solve(n: int) -> tuple[heffte.DistArray, float]:
    """The pressure on n cells along each side, and its largest error."""
    f = heffte.DistArray((n, n, n), float, comm)
    x, y, z = ((index + 0.5) / n for index in np.ogrid[f.slices])
    f.local[...] = source(x, y, z)

    waves = heffte.dctn(f)
    # What second differences do to each cosine: this rank's indices along each axis are in the slices.
    i, j, k = (4 * n**2 * np.sin(np.pi * index / (2 * n)) ** 2 for index in np.ogrid[waves.slices])
    factor = -(i + j + k)
    # The mean of the pressure is free: 0.
    waves /= np.where(factor == 0, np.inf, factor)
    pressure = heffte.idctn(waves)

    error = abs(pressure.local - true_pressure(x, y, z)).max(initial=0)
    return pressure, comm.allreduce(float(error), MPI.MAX)


def draw(path: str, plane: npt.NDArray[Any], sizes: list[int], errors: list[float]) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.4), layout="constrained")
    image = left.imshow(plane.T, origin="lower", extent=(0, 1, 0, 1), cmap="RdBu_r")
    left.contour(plane.T, levels=12, extent=(0, 1, 0, 1), colors="k", linewidths=0.5)
    left.set(title="the pressure at a wall, z = 0", xlabel="x", ylabel="y")
    figure.colorbar(image, ax=left)
    right.loglog(sizes, errors, "o-", label="largest error")
    right.loglog(sizes, [errors[0] * (sizes[0] / n) ** 2 for n in sizes], "k:", label="second order")
    right.set(xlabel="cells along each side", title="the error against the true pressure")
    right.set_xticks(sizes, [str(n) for n in sizes])
    right.minorticks_off()
    right.legend(frameon=False)
    right.grid(alpha=0.3)
    figure.savefig(path, dpi=120)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--n", type=int, nargs="+", default=[16, 32, 64, 128], help="cells along each side (16 32 64 128)")
    parser.add_argument("--output", default="poisson_walls.png", help="the picture (%(default)s)")
    arguments = parser.parse_args()

    solutions = [solve(n) for n in arguments.n]
    errors = [error for _, error in solutions]
    orders = [
        np.log(errors[i] / errors[i + 1]) / np.log(arguments.n[i + 1] / arguments.n[i]) for i in range(len(errors) - 1)
    ]
    whole = solutions[-1][0].gather()
    if whole is not None:
        for n, error, order in zip(arguments.n, errors, [None, *orders]):
            print(f"{n:>5}^3 cells: largest error {error:.3e}" + (f", order {order:.3f}" if order else ""))
        draw(arguments.output, whole[:, :, 0], arguments.n, errors)
        print(f"the picture is {arguments.output}")
    return 0 if all(abs(order - 2) < 0.05 for order in orders) else 1


if __name__ == "__main__":
    sys.exit(main())
