"""mpi4py-fft with FFTW_MEASURE: slabs or pencils of the slowest axes before and after, in natural order."""

import importlib.metadata

import numpy as np
from mpi4py import MPI
from mpi4py_fft import PFFT
from peer import Problem, peak_memory, relative, squares

# FFTW's names of how thoroughly to plan.
PLANNER = "FFTW_MEASURE"


def main():
    comm = MPI.COMM_WORLD
    problem = Problem()
    grid = {"slab": (-1, 1, 1), "pencil": (0, 0, 1)}[problem.shape]
    fft = PFFT(
        comm, problem.shape_in, axes=(0, 1, 2), dtype=problem.input, grid=grid, backend="fftw", planner_effort=PLANNER
    )
    box_in, box_out = ranges(fft, False), ranges(fft, True)
    data = fft.forward.input_array
    data[...] = problem.signal(box_in)
    # Its transforms leave the spectrum in other slabs: half of the exchanges of a transform that brings it back.
    spectrum, back = fft.forward.output_array, fft.backward.output_array

    def forward():
        return fft.forward(normalize=False)

    def backward():
        return fft.backward(normalize=False)
    seconds = np.array(problem.measure(forward, backward, comm.Barrier))
    comm.Allreduce(MPI.IN_PLACE, seconds, MPI.MAX)
    memory = comm.allreduce(peak_memory(), MPI.MAX)
    errors = None
    if problem.check:
        data[...] = problem.signal(box_in)
        forward()
        sums = [squares(np.asarray(spectrum), problem.spectrum(box_out))]
        backward()
        sums.append(squares(np.asarray(back) / problem.count, problem.signal(box_in)))
        sums = comm.allreduce(np.array(sums))
        errors = [relative(row) for row in sums]
    if comm.rank == 0:
        version = f"mpi4py-fft {importlib.metadata.version('mpi4py-fft')}"
        options = "measure, the output in other slabs"
        problem.print("mpi4py-fft", options, version, seconds.tolist(), errors, memory)


def ranges(fft, is_output):
    return tuple(range(s.start, s.stop) for s in fft.local_slice(is_output))


main()
