"""Compiles sources by libclang, which the project has anyway, where no clang is installed; makes no program.

libclang.py WRAPPER SOURCE... -- FLAG... takes MPI's compiler for the language, and flags of clang. Prints what clang says, and ends
with 1 where that is anything.
"""

import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat

from clang.cindex import Index


def output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def flags_of(wrapper: str) -> list[str]:
    """What MPI's wrapper tells its compiler, and headers of the compiler itself, which libclang comes without."""
    mpi = [word for word in output(wrapper, "-show").split() if word.startswith("-I")]
    return [*mpi, "-isystem", output("cc", "-print-file-name=include")]


def said(source: str, flags: list[str]) -> list[str]:
    """What clang says of a source."""
    return [diagnostic.format() for diagnostic in Index.create().parse(source, flags).diagnostics]


def main() -> int:
    split = sys.argv.index("--")
    wrapper, *sources = sys.argv[1:split]
    flags = [*sys.argv[split + 1 :], *flags_of(wrapper)]
    with ProcessPoolExecutor() as processes:
        lines = [line for all_lines in processes.map(said, sources, repeat(flags)) for line in all_lines]
    print("\n".join(lines))
    return min(len(lines), 1)


if __name__ == "__main__":
    sys.exit(main())
