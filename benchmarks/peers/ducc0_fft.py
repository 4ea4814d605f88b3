"""ducc0.fft, in one process."""

import ducc0
import numpy as np
from peer import run_in_one_process


def make(problem, data):
    out = np.empty(problem.shape_out, problem.complex)
    back = np.empty(problem.shape_in, problem.input)
    axes, nthreads = (0, 1, 2), problem.threads
    if problem.is_real:

        def forward():
            return ducc0.fft.r2c(data, axes=axes, out=out, nthreads=nthreads)

        def backward():
            length = problem.shape_in[2]
            return ducc0.fft.c2r(out, axes=axes, lastsize=length, forward=False, out=back, nthreads=nthreads)

    else:

        def forward():
            return ducc0.fft.c2c(data, axes=axes, out=out, nthreads=nthreads)

        def backward():
            return ducc0.fft.c2c(out, axes=axes, forward=False, out=back, nthreads=nthreads)

    return forward, backward


run_in_one_process("ducc0", f"ducc0 {ducc0.__version__}", "", make)
