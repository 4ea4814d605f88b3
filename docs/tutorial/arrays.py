"""Where the points of a distributed array are."""

import heffte
from mpi4py import MPI

comm = MPI.COMM_WORLD

u = heffte.DistArray((4, 6, 8), float, comm)
u.local[...] = comm.rank

mine = f"rank {comm.rank} has {u.local.size} points: {u.box.low} to {u.box.high}"
everyone = comm.gather(mine)
whole = u.gather()
if everyone is not None and whole is not None:
    print(u, *everyone, sep="\n")
    print("whole[:, 0, 0] is", whole[:, 0, 0])
