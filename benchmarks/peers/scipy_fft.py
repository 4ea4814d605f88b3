"""scipy.fft, in one process."""

import scipy
import scipy.fft
from peer import run_in_one_process


def make(problem, data):
    workers = problem.threads
    result = {}
    if problem.is_real:

        def forward():
            result["out"] = scipy.fft.rfftn(data, workers=workers)
            return result["out"]

        def backward():
            return scipy.fft.irfftn(result["out"], s=problem.shape_in, norm="forward", workers=workers)

    else:

        def forward():
            result["out"] = scipy.fft.fftn(data, workers=workers)
            return result["out"]

        def backward():
            return scipy.fft.ifftn(result["out"], norm="forward", workers=workers)

    return forward, backward


run_in_one_process("scipy", f"scipy {scipy.__version__}", "", make)
