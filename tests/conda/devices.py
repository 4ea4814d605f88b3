"""A plan for devices on all ranks, by the installed package; argument: the prefix that all but the driver must come from."""

import sys
from pathlib import Path

import heffte
from mpi4py import MPI

comm = MPI.COMM_WORLD
prefix = Path(sys.argv[1]).resolve()
assert Path(heffte.__file__).is_relative_to(prefix), heffte
world = heffte.box3d([0, 0, 0], [11, 9, 7])
box = heffte.split_world(world, [1, 1, comm.size])[comm.rank]
with heffte.fft3d(heffte.backend.cufft, box, box, comm) as plan:
    assert plan.size_inbox() > 0
loaded = {line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines()}
for name in ("libcufft.so", "libnvrtc.so"):
    places = {Path(file) for file in loaded if name in file}
    assert places and all(place.is_relative_to(prefix) for place in places), (name, places)
if comm.rank == 0:
    print("1 passed, 0 failed")
