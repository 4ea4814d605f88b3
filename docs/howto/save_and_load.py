"""One .npy file, written and read by all ranks."""

import heffte
import numpy as np
from mpi4py import MPI

comm = MPI.COMM_WORLD

u = heffte.DistArray((6, 8, 10), float, comm)
u.local[...] = np.arange(480).reshape(u.shape)[u.slices]
heffte.save("field.npy", u)

again = heffte.load("field.npy", comm)
assert (again.local == u.local).all()

across = heffte.load("field.npy", comm, grid=[1, comm.size, 1])
lines = comm.gather(f"rank {comm.rank} read {across.local.shape}")
if lines is not None:
    print(*lines, sep="\n")
    print("numpy.load reads", np.load("field.npy").shape)
