"""Heat spreads from a hot spot: the exact solution of the heat equation in one step."""

import heffte
import numpy as np
from mpi4py import MPI

comm = MPI.COMM_WORLD
N, WIDTH, TIME = 64, 0.35, 0.08

start = heffte.DistArray((N, N, N), float, comm)
distance2 = sum((2 * np.pi / N * index - np.pi) ** 2 for index in np.ogrid[start.slices])
start.local[...] = np.exp(-distance2 / (2 * WIDTH**2))

waves = heffte.rfftn(start)
k2 = sum(k**2 for k in heffte.rfftfreq(waves, length=2 * np.pi))
later = heffte.irfftn(np.exp(-k2 * TIME) * waves)

# A Gaussian stays one: its width squared grows by 2 t, and its heat stays the same.
wider2 = WIDTH**2 + 2 * TIME
exact = (WIDTH**2 / wider2) ** 1.5 * np.exp(-distance2 / (2 * wider2))
error = comm.allreduce(abs(later.local - exact).max(), MPI.MAX)
assert error < 1e-6

before, after = start.gather(), later.gather()
if before is not None and after is not None:
    print(f"the hottest point falls from {before.max():.3f} to {after.max():.3f}; largest error {error:.1e}")

    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(8.4, 3.8), layout="constrained", sharey=True)
    for each, field, title in zip(axes, (before, after), ("t = 0", f"t = {TIME}")):
        image = each.imshow(field[:, :, N // 2].T, origin="lower", extent=(0, 2, 0, 2), cmap="inferno", vmin=0, vmax=1)
        each.set(title=title, xlabel="x / π", ylabel="y / π")
    figure.colorbar(image, ax=axes, label="temperature")
    figure.savefig("heat.png", dpi=120)
