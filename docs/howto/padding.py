"""A product without aliases: the 3/2 rule."""

import heffte
import numpy as np
from mpi4py import MPI

comm = MPI.COMM_WORLD
N, FIRST, SECOND = 32, 12, 11

# cos(12 x) cos(11 x) is half of cos(x) and half of cos(23 x), which 32 points cannot hold: it comes back as cos(9 x).
u, v = heffte.DistArray((N, N, N), float, comm), heffte.DistArray((N, N, N), float, comm)
x, _, _ = (2 * np.pi / N * index for index in np.ogrid[u.slices])
u.local[...], v.local[...] = np.cos(FIRST * x), np.cos(SECOND * x)

aliased = heffte.rfftn(u * v, norm="forward")

u_hat, v_hat = heffte.rfftn(u, norm="forward"), heffte.rfftn(v, norm="forward")
fine = (3 * N // 2,) * 3
u_fine = heffte.irfftn(u_hat, fine, norm="forward", resample=True)
v_fine = heffte.irfftn(v_hat, fine, norm="forward", resample=True)
clean = heffte.rfftn(u_fine * v_fine, (N, N, N), norm="forward", resample=True)

plain, padded = aliased.gather(), clean.gather()
if plain is not None and padded is not None:
    waves = np.arange(N // 2 + 1)
    amplitudes = {"plain product": 2 * abs(plain[waves, 0, 0]), "with the 3/2 rule": 2 * abs(padded[waves, 0, 0])}
    for name, heights in amplitudes.items():
        found = ", ".join(f"{heights[k]:.2f} cos({k} x)" for k in waves if heights[k] > 1e-12)
        print(f"{name}: {found}")
    assert abs(padded[N - FIRST - SECOND, 0, 0]) < 1e-14 < abs(plain[N - FIRST - SECOND, 0, 0])

    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
    for shift, (name, heights) in zip((-0.2, 0.2), amplitudes.items()):
        axes.bar(waves + shift, heights, 0.4, label=name)
    axes.set(xlabel="wavenumber along x", ylabel="amplitude")
    axes.legend(frameon=False)
    figure.savefig("padding.png", dpi=120)
