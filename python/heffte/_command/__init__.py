"""``python -m heffte``: what this build is, what it does, how fast it is."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout

from mpi4py import MPI

from . import bench, demo, info

#: To add a command, add its module, which has ``ABOUT``, ``arguments`` and ``run``.
COMMANDS = {"info": info, "demo": demo, "bench": bench}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command on all ranks; rank 0 talks. Returns what the program is to end with."""
    parser = argparse.ArgumentParser(prog="python -m heffte", description=__doc__)
    commands = parser.add_subparsers(dest="command", metavar="command")
    for name, module in COMMANDS.items():
        module.arguments(commands.add_parser(name, help=module.ABOUT, description=module.ABOUT))
    # All ranks read the same arguments, and one complaint is enough.
    silence = io.StringIO()
    quiet = MPI.COMM_WORLD.rank > 0
    with redirect_stdout(silence if quiet else sys.stdout), redirect_stderr(silence if quiet else sys.stderr):
        chosen = parser.parse_args(arguments)
        if chosen.command is None:
            parser.print_help()
            return 0
    ended: int = COMMANDS[chosen.command].run(chosen, MPI.COMM_WORLD)
    return ended
