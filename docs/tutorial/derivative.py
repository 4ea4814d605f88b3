"""A derivative by way of the spectrum."""

import heffte
import numpy as np
from mpi4py import MPI

comm = MPI.COMM_WORLD
N = 64

u = heffte.DistArray((N, N, N), float, comm)
x, y, z = (2 * np.pi / N * index for index in np.ogrid[u.slices])
u.local[...] = np.sin(3 * x) * np.cos(2 * y) * np.cos(z)

u_hat = heffte.rfftn(u)
kx, ky, kz = heffte.rfftfreq(u_hat, length=2 * np.pi)
dudx = heffte.irfftn(1j * kx * u_hat)

exact = 3 * np.cos(3 * x) * np.cos(2 * y) * np.cos(z)
error = comm.allreduce(abs(dudx.local - exact).max(), MPI.MAX)
if comm.rank == 0:
    print(f"{u_hat.shape} waves, of which rank 0 has {u_hat.local.shape}")
    print(f"the derivative is right to {error:.1e}")
assert error < 1e-12
