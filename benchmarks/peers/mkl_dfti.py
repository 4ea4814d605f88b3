"""Intel MKL by its DFTI interface: all three axes in one call, in one process."""

import ctypes
import importlib.metadata
import os
import sys
from pathlib import Path

import numpy as np
from peer import Problem, run_in_one_process

# The names of mkl_dfti.h.
PLACEMENT, NOT_INPLACE = 11, 44
CONJUGATE_EVEN_STORAGE, COMPLEX_COMPLEX = 10, 39
INPUT_STRIDES, OUTPUT_STRIDES = 12, 13
COMPLEX, REAL = 32, 33
SINGLE, DOUBLE = 35, 36
LONG = ctypes.c_long


def library():
    """libmkl_rt, where pip puts it: in lib beside bin."""
    prefixes = [Path(sys.prefix), *(Path(p).parents[2] for p in sys.path if p.endswith("site-packages"))]
    for prefix in prefixes:
        for path in sorted((prefix / "lib").glob("libmkl_rt.so*")):
            return ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)
    raise SystemExit("libmkl_rt is not there: pip install mkl")


class Transform:
    """One direction of one problem."""

    def __init__(self, mkl, problem, source, target):
        self.mkl, self.source, self.target = mkl, source, target
        self.handle = ctypes.c_void_p()
        precision = SINGLE if problem.precision == "f32" else DOUBLE
        lengths = (LONG * 3)(*problem.shape_in)
        domain = REAL if problem.is_real else COMPLEX
        self._must(
            mkl.DftiCreateDescriptor(ctypes.byref(self.handle), precision, domain, LONG(3), lengths), "create"
        )
        self._set(PLACEMENT, ctypes.c_int(NOT_INPLACE))
        if problem.is_real:
            self._set(CONJUGATE_EVEN_STORAGE, ctypes.c_int(COMPLEX_COMPLEX))
            for name, array in [(INPUT_STRIDES, source), (OUTPUT_STRIDES, target)]:
                self._set(name, (LONG * 4)(0, *(s // array.itemsize for s in array.strides)))
        self._must(mkl.DftiCommitDescriptor(self.handle), "commit")

    def _set(self, name, value):
        self._must(self.mkl.DftiSetValue(self.handle, name, value), f"set {name}")

    def _must(self, status, what):
        if status:
            self.mkl.DftiErrorMessage.restype = ctypes.c_char_p
            raise SystemExit(f"MKL cannot {what}: {self.mkl.DftiErrorMessage(LONG(status)).decode()}")

    def run(self, function):
        addresses = (ctypes.c_void_p(array.ctypes.data) for array in (self.source, self.target))
        self._must(function(self.handle, *addresses), "compute")
        return self.target


def make(problem, data):
    mkl = library()
    mkl.MKL_Set_Num_Threads(problem.threads)
    for name in ("DftiCreateDescriptor", "DftiSetValue", "DftiCommitDescriptor"):
        getattr(mkl, name).restype = LONG
    mkl.DftiComputeForward.restype = mkl.DftiComputeBackward.restype = LONG
    out = np.empty(problem.shape_out, problem.complex)
    back = np.empty(problem.shape_in, problem.input)
    ahead, return_way = Transform(mkl, problem, data, out), Transform(mkl, problem, out, back)
    return lambda: ahead.run(mkl.DftiComputeForward), lambda: return_way.run(mkl.DftiComputeBackward)


os.environ["MKL_NUM_THREADS"] = str(Problem().threads)
run_in_one_process("mkl", f"MKL {importlib.metadata.version('mkl')}", "", make)
