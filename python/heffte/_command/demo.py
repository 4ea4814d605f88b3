"""``python -m heffte demo``."""

from __future__ import annotations

import argparse

import numpy as np
from mpi4py import MPI

from .. import _distributed as arrays
from .picture import pyplot, shaded

ABOUT = "heat spreads on a periodic square, by distributed transforms, beside the answer that is known"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The size, and where the picture goes."""
    parser.add_argument("--n", type=int, default=256, help="points along each side (%(default)s)")
    parser.add_argument("--output", help="a picture, such as heat.png (needs matplotlib); else it is drawn in characters")


def run(chosen: argparse.Namespace, comm: MPI.Comm) -> int:
    """Collective; rank 0 prints. 1 where the answer is wrong."""
    n = chosen.n
    heat = arrays.DistArray((n, n), float, comm)
    x, y = np.ogrid[heat.slices]
    # Three drops of heat: Gaussians of a variance, which the heat equation makes wider. The square has sides of 1.
    drops = [(0.25, 0.30, 0.0012), (0.70, 0.45, 0.0030), (0.40, 0.75, 0.0020)]
    time, conductivity = 1.0, 0.002

    def drop(centre: tuple[float, float, float], t: float) -> np.ndarray:
        variance = centre[2] + 2 * conductivity * t
        values = np.zeros(heat.local.shape)
        # Periodic: each drop is there again and again.
        for i in (-1, 0, 1):
            for j in (-1, 0, 1):
                distance2 = (x / n - centre[0] + i) ** 2 + (y / n - centre[1] + j) ** 2
                values += np.exp(-distance2 / (2 * variance)) * centre[2] / variance
        return values

    heat.local[...] = sum(drop(centre, 0) for centre in drops)
    spectrum = arrays.rfftn(heat)
    k = arrays.rfftfreq(spectrum, length=1, n=n)
    decay = np.exp(-conductivity * time * sum(one**2 for one in k))
    later = arrays.irfftn(spectrum * decay, (n, n))
    exact = sum(drop(centre, time) for centre in drops)
    error = comm.allreduce(float(abs(later.local - exact).max(initial=0)), MPI.MAX)
    before, after = heat.gather(), later.gather()
    good = error < 1e-5
    if before is not None and after is not None:
        if not (chosen.output and _draw(chosen.output, before, after, comm.size)):
            print(shaded(np.concatenate([before, after], axis=1)))
        print(f"{n} x {n} points on {comm.size} rank{'s' if comm.size > 1 else ''}, {heat!r}")
        print(f"largest error against the exact answer: {error:.1e} – {'good' if good else 'WRONG'}")
    return 0 if good else 1


def _draw(path: str, before: np.ndarray, after: np.ndarray, ranks: int) -> bool:
    """Draws both; says so where it cannot."""
    plt = pyplot()
    if plt is None:
        print(f"{path} is not drawn: matplotlib is not installed")
        return False
    figure, axes = plt.subplots(1, 2, figsize=(9, 4.6), layout="constrained")
    for each, values, title in zip(axes, (before, after), ("at the start", "later")):
        image = each.imshow(values.T, origin="lower", extent=(0, 1, 0, 1), cmap="inferno", vmin=0, vmax=1)
        each.set(title=title, xlabel="x", ylabel="y")
    figure.colorbar(image, ax=axes, label="temperature")
    figure.suptitle(f"Heat on a periodic square, {ranks} ranks")
    figure.savefig(path, dpi=120)
    plt.close(figure)
    print(f"the picture is {path}")
    return True
