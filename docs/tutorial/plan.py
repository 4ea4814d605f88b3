"""A plan over boxes, and what an error looks like."""

import heffte
import numpy as np
from mpi4py import MPI

comm = MPI.COMM_WORLD

world = heffte.box3d([0, 0, 0], [63, 63, 63], order=[2, 1, 0])
halved = world.r2c(2)
inbox = heffte.split_world(world, [comm.size, 1, 1])[comm.rank]
outbox = heffte.split_world(halved, [1, comm.size, 1])[comm.rank]

with heffte.fft3d_r2c(heffte.backend.stock, inbox, outbox, 2, comm) as plan:
    if comm.rank == 0:
        print(plan)
    field = np.random.default_rng(comm.rank).random(inbox.size)
    spectrum = plan.forward(field, scaling=heffte.scale.full)
    again = plan.backward(spectrum)
    assert abs(again - field).max() < 1e-14

    # One rank is wrong; all ranks learn of it, and none of them hangs.
    wrong = field[1:] if comm.rank == 1 else field
    try:
        plan.forward(wrong)
    except heffte.heffte_input_error as error:
        messages = comm.gather(str(error))
        if messages is not None:
            print("rank 0:", messages[0], "", "rank 1:", messages[1], sep="\n")
    else:
        raise AssertionError("an array that is too short was taken")
