"""Moving a program from mpi4py-fft, line by line.

    mpiexec -n 2 python from_mpi4py_fft.py --output moved.png

The same program twice: the vorticity of a field that shears and turns, and the product ``u dv/dx`` without aliases (the 3/2
rule). Each numbered line of :func:`before` is that of :func:`after`. Where mpi4py-fft is installed both run, and their results are
compared; where it is not, ``after`` runs alone and is compared with the exact answer.

What is otherwise: an array is made from its shape, without a plan, since transforms keep plans for themselves; functions return
arrays instead of filling them; and the factor is where scipy has it, so that ``norm="forward"`` is mpi4py-fft's.
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

#: The parts of the vorticity and of the product on this rank, and which they are of the whole.
Outcome = tuple[Field, Field, tuple[slice, ...]]


def velocity(x: Field, y: Field, z: Field) -> tuple[Field, Field]:
    """Two components of a flow."""
    u: Field = np.sin(x) * np.cos(2 * y) * (1 + 0.5 * np.cos(z))
    v: Field = np.cos(3 * x) * np.sin(y) * (1 + 0.5 * np.sin(z))
    return u, v


def exact(x: Field, y: Field, z: Field) -> tuple[Field, Field]:
    """Its vorticity ``dv/dx - du/dy``, and ``u dv/dx``."""
    u, _ = velocity(x, y, z)
    dvdx: Field = -3 * np.sin(3 * x) * np.sin(y) * (1 + 0.5 * np.sin(z))
    dudy: Field = -2 * np.sin(x) * np.sin(2 * y) * (1 + 0.5 * np.cos(z))
    return dvdx - dudy, u * dvdx


def before(n: int) -> Outcome:
    """With mpi4py-fft."""
    from mpi4py_fft import PFFT, newDistArray  # type: ignore[import-not-found, import-untyped, unused-ignore]

    fft = PFFT(comm, (n, n, n), dtype=float)  # 1
    padded = PFFT(comm, (n, n, n), dtype=float, padding=[1.5, 1.5, 1.5])  # 2
    u, v = newDistArray(fft, False), newDistArray(fft, False)  # 3
    x, y, z = (2 * np.pi / n * i for i in np.ogrid[u.local_slice()])  # 4
    u[...], v[...] = velocity(x, y, z)  # 5
    u_hat, v_hat = newDistArray(fft, True), newDistArray(fft, True)  # 6
    fft.forward(u, u_hat)  # 7
    fft.forward(v, v_hat)  # 7
    frequencies = [np.fft.fftfreq(n, 1 / n), np.fft.fftfreq(n, 1 / n), np.fft.rfftfreq(n, 1 / n)]  # 8
    own = [k[part] for k, part in zip(frequencies, u_hat.local_slice())]  # 8
    kx, ky, _ = np.meshgrid(*own, indexing="ij", sparse=True)  # 8
    vorticity = newDistArray(fft, False)  # 9
    fft.backward(1j * kx * v_hat - 1j * ky * u_hat, vorticity)  # 9
    a, b = newDistArray(padded, False), newDistArray(padded, False)  # 10
    padded.backward(u_hat, a)  # 10
    padded.backward(1j * kx * v_hat, b)  # 10
    product_hat = newDistArray(fft, True)  # 11
    padded.forward(a * b, product_hat)  # 11
    product = newDistArray(fft, False)  # 12
    fft.backward(product_hat, product)  # 12
    return np.asarray(vorticity), np.asarray(product), vorticity.local_slice()


def after(n: int) -> Outcome:
    """With heffte."""
    # 1: no plan to make
    fine = (3 * n // 2,) * 3  # 2
    u, v = heffte.DistArray((n, n, n), float, comm), heffte.DistArray((n, n, n), float, comm)  # 3
    x, y, z = (2 * np.pi / n * i for i in np.ogrid[u.slices])  # 4
    u.local[...], v.local[...] = velocity(x, y, z)  # 5
    # 6: transforms make their results
    u_hat, v_hat = heffte.rfftn(u, norm="forward"), heffte.rfftn(v, norm="forward")  # 7
    kx, ky, _ = heffte.rfftfreq(u_hat, length=2 * np.pi, n=n)  # 8
    vorticity = heffte.irfftn(1j * kx * v_hat - 1j * ky * u_hat, norm="forward")  # 9
    a = heffte.irfftn(u_hat, fine, norm="forward", resample=True)  # 10
    b = heffte.irfftn(1j * kx * v_hat, fine, norm="forward", resample=True)  # 10
    product_hat = heffte.rfftn(a * b, (n, n, n), norm="forward", resample=True)  # 11
    product = heffte.irfftn(product_hat, norm="forward")  # 12
    return vorticity.local, product.local, vorticity.slices


def largest_distance(outcome: Outcome, n: int) -> float:
    """From the exact answer, on all ranks."""
    vorticity, product, slices = outcome
    answers = exact(*(2 * np.pi / n * i for i in np.ogrid[slices]))
    distances = [float(abs(mine - true).max(initial=0)) for mine, true in zip((vorticity, product), answers)]
    largest: float = comm.allreduce(max(distances), MPI.MAX)
    return largest


def whole(part: Field, slices: tuple[slice, ...], n: int) -> npt.NDArray[Any] | None:
    """The plane z = 0 of what the ranks have, on rank 0."""
    plane = np.zeros((n, n))
    if slices[2].start == 0:
        plane[slices[:2]] = part[:, :, 0]
    total = np.zeros_like(plane)
    comm.Reduce(plane, total)
    return total if comm.rank == 0 else None


def draw(path: str, panels: dict[str, npt.NDArray[Any]]) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(panels), figsize=(4.6 * len(panels), 4), layout="constrained")
    for each, (title, plane) in zip(axes, panels.items()):
        image = each.imshow(plane.T, origin="lower", extent=(0, 2, 0, 2), cmap="RdBu_r", interpolation="bilinear")
        each.set(title=title, xlabel="x / π", ylabel="y / π")
        figure.colorbar(image, ax=each)
    figure.savefig(path, dpi=120)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--n", type=int, default=32, help="points along each side, an even number (%(default)s)")
    parser.add_argument("--output", default="from_mpi4py_fft.png", help="the picture (%(default)s)")
    arguments = parser.parse_args()

    n = arguments.n
    mine = after(n)
    panels = {"vorticity": whole(mine[0], mine[2], n), "u dv/dx": whole(mine[1], mine[2], n)}
    errors = {"heffte": largest_distance(mine, n)}
    try:
        theirs = before(n)
        errors["mpi4py-fft"] = largest_distance(theirs, n)
        panels["vorticity by mpi4py-fft"] = whole(theirs[0], theirs[2], n)
    except ImportError as missing:
        if comm.rank == 0:
            print(f"mpi4py-fft is left out: {missing}")
    if comm.rank == 0:
        for name, error in errors.items():
            print(f"{name}: largest distance from the exact answer {error:.1e}")
        draw(arguments.output, {title: plane for title, plane in panels.items() if plane is not None})
        print(f"the picture is {arguments.output}")
    return 0 if all(error < 1e-12 for error in errors.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
