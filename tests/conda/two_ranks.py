"""Transforms by the installed package on all ranks, beside numpy's; arguments: the prefix that all must come from, the backends."""

import sys
from pathlib import Path

import heffte
import mpi4py
import numpy as np
from mpi4py import MPI

SHAPE = (12, 10, 18)
comm = MPI.COMM_WORLD
prefix = Path(sys.argv[1]).resolve()
for module in (heffte, heffte.heffte_config):
    assert Path(module.__file__ or "").is_relative_to(prefix), module
assert Path(heffte.libheffte_path) == prefix / "lib/libheffte.so", heffte.libheffte_path
loaded = {line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "/libmpi.so" in line}
assert loaded == {str(next((prefix / "lib").glob("libmpi.so.*")))}, f"MPI is {loaded}, of mpi4py {mpi4py.__file__}"

whole = np.random.default_rng(7).standard_normal(SHAPE)
world = heffte.box3d([0, 0, 0], [n - 1 for n in SHAPE], order=[2, 1, 0])
box = heffte.split_world(world, [comm.size, 1, 1])[comm.rank]
mine = np.s_[box.low[0] : box.high[0] + 1]
expected = np.fft.fftn(whole)[mine]
bound = 5e-16 * np.sqrt(np.log2(whole.size)) * np.linalg.norm(expected)
for name in sys.argv[2:]:
    plan = heffte.fft3d(getattr(heffte.backend, name), box, box, comm)
    spectrum = np.empty(box.size, dtype=complex)
    plan.forward(whole[mine], spectrum)
    error = np.linalg.norm(spectrum - expected)
    # numpy's own error comes on top.
    assert error <= 2 * bound, (name, error, bound)
    back = np.empty(box.size)
    plan.backward(spectrum, back, heffte.scale.full)
    assert np.allclose(back, whole[mine], rtol=0, atol=1e-14), name
libraries = {line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "libfftw3" in line}
assert ("fftw" in sys.argv[2:]) == bool(libraries), libraries
assert all(Path(library).is_relative_to(prefix) for library in libraries), libraries
if comm.rank == 0:
    print(f"{len(sys.argv[2:])} passed, 0 failed")
