"""What plans do with slabs, pencils and bricks on 8 ranks: how many exchanges, and how much changes rank, by messages."""

import re

import heffte
from mpi4py import MPI

comm = MPI.COMM_WORLD
world = heffte.box3d([0, 0, 0], [255, 255, 255], order=[2, 1, 0])

CASES = {
    "slabs, and back in the same": ([8, 1, 1], [8, 1, 1]),
    "slabs, the result in others": ([8, 1, 1], [1, 8, 1]),
    "pencils, and back in the same": ([4, 2, 1], [4, 2, 1]),
    "pencils, the result in others": ([4, 2, 1], [1, 4, 2]),
    "bricks, and back in the same": ([2, 2, 2], [2, 2, 2]),
}

if comm.rank == 0:
    print(f"{'before, after':<32}{'exchanges':>9}{'passes':>8}{'messages':>10}{'MiB that change rank':>22}")
for name, grids in CASES.items():
    inbox, outbox = (heffte.split_world(world, grid)[comm.rank] for grid in grids)
    plan = heffte.fft3d(heffte.backend.stock, inbox, outbox, comm, use_shared_memory=False)
    recipe = str(plan)

    def number(what: str, recipe: str = recipe) -> int:
        return int(re.findall(rf"(\d+) {what}", recipe)[0])

    moved = sum(int(count) for count in re.findall(r"(\d+) elements change rank", recipe)) * 16 // 2**20
    if comm.rank == 0:
        print(f"{name:<32}{number('exchange'):>9}{number('pass'):>8}{number('message'):>10}{moved:>22}")
