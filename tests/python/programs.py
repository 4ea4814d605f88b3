"""Programs of their own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from mpi4py import MPI

#: Of tests that start programs.
on_one_rank = pytest.mark.skipif(MPI.COMM_WORLD.size > 1, reason="starts programs of its own, which one rank does well enough")


def run_alone(script: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a script in an MPI program of its own, on one rank, with these variables in its environment."""
    env = bare_environment() | variables
    return subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, timeout=60)


def bare_environment() -> dict[str, str]:
    """The environment without what the launcher of this program put there."""
    launcher = ("PMI", "MPI", "HYD", "OMPI", "PRTE", "PMIX")
    return {name: value for name, value in os.environ.items() if not name.startswith(launcher)}
