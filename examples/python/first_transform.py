"""The smallest distributed FFT in Python: a plane wave on a 32 x 32 x 32 grid has all of its energy at one wavenumber.

    mpiexec -n 2 python first_transform.py
"""

import heffte
import numpy as np
from mpi4py import MPI

N, WAVE = 32, (3, 5, 30)
comm = MPI.COMM_WORLD

# Every rank holds a slab of the grid. Order [2, 1, 0] is numpy's: the last index varies fastest.
world = heffte.box3d([0, 0, 0], [N - 1] * 3, order=[2, 1, 0])
box = heffte.split_world(world, [comm.size, 1, 1])[comm.rank]
plan = heffte.fft3d(heffte.backend.stock, box, box, comm)
if comm.rank == 0:
    print(plan)

i0, i1, i2 = np.ogrid[box.low[0] : box.high[0] + 1, :N, :N]
wave = np.exp(2j * np.pi * (WAVE[0] * i0 + WAVE[1] * i1 + WAVE[2] * i2) / N)

spectrum = np.empty(box.size, dtype=complex)
plan.forward(wave, spectrum, heffte.scale.full)

if box.low[0] <= WAVE[0] <= box.high[0]:
    peak = abs(spectrum[WAVE[0] - box.low[0], WAVE[1], WAVE[2]])
    print(f"rank {comm.rank} holds the wave at {WAVE}: amplitude {peak:.12f}")
total = comm.allreduce(np.sum(abs(spectrum) ** 2))
assert abs(total - 1) < 1e-12, total
