"""Errors of forward transforms of random lines, beside those of other libraries, against transforms in extended precision.

    python benchmarks/accuracy.py RESULTS.json [--picture PICTURE.svg] [--document docs/reliability.md] [--short]

The reference is scipy.fft in long doubles of 80 bits. Figures are relative, in the L2 norm and in the maximum norm, divided by
√log₂ n. The exit status is 1 where ours is out of its bounds. HEFFTE_REFERENCE names the prefix of a heFFTe to be in the table.
"""

import argparse
import ctypes
import importlib.metadata
import json
import math
import multiprocessing
import os
import pathlib
import platform
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import heffte
import numpy as np
import scipy.fft
from mpi4py import MPI
from tqdm import tqdm

LINES = 8
KINDS = ["c2c", "r2c", "cos", "sin", "cos1", "sin1"]
PRECISIONS = {"f64": (np.float64, np.complex128), "f32": (np.float32, np.complex64)}
LENGTHS = {
    "powers of 2": [8, 64, 256, 1024, 4096, 65536],
    "factors 2, 3, 5, 7": [12, 100, 360, 1000, 3000, 30240],
    "primes": [11, 97, 251, 1009, 4099, 6007, 65537],
}
SHORT = {"powers of 2": [64], "factors 2, 3, 5, 7": [100], "primes": [97]}
# Of the L2 error over √log₂ n.
BOUNDS = {"f64": 3e-16, "f32": 1.5e-7}
BEGIN, END = "<!-- accuracy: begin -->", "<!-- accuracy: end -->"


def by_scipy(kind, lines):
    """What scipy.fft makes of lines in their own precision."""
    if kind == "c2c":
        return scipy.fft.fft(lines)
    if kind == "r2c":
        return scipy.fft.rfft(lines)
    transform = scipy.fft.dct if kind.startswith("cos") else scipy.fft.dst
    return transform(lines, type=1 if kind.endswith("1") else 2)


def by_ducc0(kind, lines):
    import ducc0

    if kind == "c2c":
        return ducc0.fft.c2c(lines, axes=[1])
    if kind == "r2c":
        return ducc0.fft.r2c(lines, axes=[1])
    transform = ducc0.fft.dct if kind.startswith("cos") else ducc0.fft.dst
    return transform(lines, type=1 if kind.endswith("1") else 2, axes=[1])


def by_ours(backend):
    def transform(kind, lines):
        count, n = lines.shape
        inbox = heffte.box3d([0, 0, 0], [n - 1, count - 1, 0])
        outbox = inbox.r2c(0) if kind == "r2c" else inbox
        kinds = [getattr(heffte.axis, kind), heffte.axis.identity, heffte.axis.identity]
        with heffte.transform(backend, inbox, outbox, kinds, MPI.COMM_SELF) as plan:
            return np.asarray(plan.forward(lines.reshape(-1))).reshape(count, -1)

    return transform


class Reference:
    """heFFTe, in a process of its own: it may write where it should not, which is not to be felt here."""

    def __init__(self, prefix, backend):
        self.place = prefix, backend
        self.pool = self.started()

    @staticmethod
    def started():
        return ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("spawn"))

    def __call__(self, kind, lines):
        # Its stock backend takes n² operations for a prime.
        if kind not in ("c2c", "r2c") or lines.shape[1] == LENGTHS["primes"][-1]:
            return None
        try:
            return self.pool.submit(by_reference, *self.place, kind, lines).result()
        except BrokenProcessPool:
            print(f"heFFTe ended the process: {kind} {lines.dtype} n = {lines.shape[1]}", file=sys.stderr)
            self.pool = self.started()
            return None


def by_reference(prefix, backend, kind, lines):
    """What heFFTe's C interface makes of lines, one at a time; None where it makes no plan."""
    library = ctypes.CDLL(os.path.join(prefix, "lib", "libheffte.so"))
    n = lines.shape[1]
    triple = ctypes.c_int * 3
    last = triple(n // 2 if kind == "r2c" else n - 1, 0, 0)
    comm = ctypes.c_int(MPI.COMM_SELF.handle)
    boxes = (triple(0, 0, 0), triple(n - 1, 0, 0), None, triple(0, 0, 0), last, None)
    plan = ctypes.c_void_p()
    if kind == "r2c":
        code = library.heffte_plan_create_r2c(backend, *boxes, 0, comm, None, ctypes.byref(plan))
    else:
        code = library.heffte_plan_create(backend, *boxes, comm, None, ctypes.byref(plan))
    if code != 0:
        return None
    complex_type = np.result_type(lines.dtype, np.complex64)
    found = np.empty((len(lines), last[0] + 1), complex_type)
    letter = {"f": "s", "d": "d", "F": "c", "D": "z"}
    forward = getattr(library, f"heffte_forward_{letter[lines.dtype.char]}2{letter[complex_type.char]}")
    for line, result in zip(lines, found):
        forward(plan, ctypes.c_void_p(line.ctypes.data), ctypes.c_void_p(result.ctypes.data), 0)
    library.heffte_plan_destroy(plan)
    return found


def peers():
    """Name, version, and what transforms lines, of each library that is there; a line for each that is not."""
    version = importlib.metadata.version
    yield "ours, stock", heffte.__version__, by_ours(heffte.backend.stock)
    for name, is_built in [("fftw", heffte.enable_fftw), ("mkl", heffte.enable_mkl)]:
        if not is_built:
            print(f"left out: ours, {name}: this build does not have it", file=sys.stderr)
            continue
        try:
            by_ours(getattr(heffte.backend, name))("c2c", np.ones((1, 8), complex))
        except heffte.heffte_input_error as error:
            print(f"left out: ours, {name}: {error}", file=sys.stderr)
            continue
        yield f"ours, {name}", heffte.__version__, by_ours(getattr(heffte.backend, name))
    prefix = os.environ.get("HEFFTE_REFERENCE")
    if prefix:
        yield "heFFTe, stock", "", Reference(prefix, 0)
        yield "heFFTe, fftw", "", Reference(prefix, 1)
    else:
        print("left out: heFFTe: HEFFTE_REFERENCE names none", file=sys.stderr)
    try:
        yield "ducc0", version("ducc0"), by_ducc0
    except importlib.metadata.PackageNotFoundError:
        print("left out: ducc0: it is not installed", file=sys.stderr)
    yield "scipy", version("scipy"), by_scipy


def random_lines(kind, precision, n):
    real, complex_ = PRECISIONS[precision]
    rng = np.random.default_rng(n)
    lines = rng.standard_normal((LINES, n))
    if kind == "c2c":
        return (lines + 1j * rng.standard_normal((LINES, n))).astype(complex_)
    return lines.astype(real)


def errors(found, exact, n):
    """Relative errors in the L2 and the maximum norm, over √log₂ n."""
    difference = np.abs(found - exact)
    scale = math.sqrt(math.log2(n))
    l2 = np.sqrt(np.sum(difference**2) / np.sum(np.abs(exact) ** 2))
    return float(l2) / scale, float(difference.max() / np.abs(exact).max()) / scale


def measure(lengths):
    known = list(peers())
    cases = [
        (kind, precision, family, n)
        for kind in KINDS
        for precision in PRECISIONS
        for family, ns in lengths.items()
        for n in ns
    ]
    rows = []
    for kind, precision, family, n in tqdm(cases, disable=None, unit="case"):
        lines = random_lines(kind, precision, n)
        extended = lines.astype(np.clongdouble if kind == "c2c" else np.longdouble)
        exact = by_scipy(kind, extended)
        for peer, _, transform in known:
            # A library may use its input as a room to work in.
            found = transform(kind, lines.copy())
            if found is not None:
                l2, most = errors(found, exact, n)
                rows.append(
                    {"kind": kind, "precision": precision, "family": family, "n": n, "peer": peer, "l2": l2, "max": most}
                )
    versions = {peer: version for peer, version, _ in known if version}
    return {"machine": platform.processor() or platform.machine(), "versions": versions, "rows": rows}


def table(results):
    """The worst of all lengths of a family, for each peer."""
    names = list(dict.fromkeys(row["peer"] for row in results["rows"]))
    worst = {}
    for row in results["rows"]:
        key = (row["kind"], row["precision"], row["family"])
        cell = worst.setdefault(key, {}).setdefault(row["peer"], [0.0, 0.0])
        cell[:] = max(cell[0], row["l2"]), max(cell[1], row["max"])
    yield "| kind | precision | lengths | " + " | ".join(names) + " |"
    yield "|---" * (3 + len(names)) + "|"
    for (kind, precision, family), cells in worst.items():
        shown = [f"{cells[n][0]:.1e} ({cells[n][1]:.1e})" if n in cells else "–" for n in names]
        yield f"| {kind} | {precision} | {family} | " + " | ".join(shown) + " |"


def put(document, lines):
    """Replaces what is between the marks of the document."""
    path = pathlib.Path(document)
    text = path.read_text()
    if BEGIN not in text or END not in text:
        raise SystemExit(f"{document} has no lines {BEGIN} and {END} to put the table between")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    path.write_text(before + BEGIN + "\n\n" + "\n".join(lines) + "\n\n" + END + after)


def draw(results, picture):
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "heffte"  # the same results give the same file
    import matplotlib.pyplot as plt

    families = list(dict.fromkeys(row["family"] for row in results["rows"]))
    names = list(dict.fromkeys(row["peer"] for row in results["rows"]))
    figure, axes = plt.subplots(2, len(families), figsize=(4.4 * len(families), 6.4), sharey="row", squeeze=False)
    for line, precision in zip(axes, PRECISIONS):
        for axis, family in zip(line, families):
            for colour, name in enumerate(names):
                points = [
                    (row["n"], row["l2"])
                    for row in results["rows"]
                    if (row["precision"], row["family"], row["peer"], row["kind"]) == (precision, family, name, "c2c")
                ]
                axis.loglog(*zip(*points), marker="o", markersize=3, color=f"C{colour}", label=name)
            axis.axhline(BOUNDS[precision], color="black", linewidth=0.8, linestyle=":")
            axis.set_title(f"c2c {precision}, {family}", fontsize=9)
            axis.tick_params(labelsize=8)
    axes[0][0].set_ylabel("L2 error over √log₂ n")
    axes[1][0].set_ylabel("L2 error over √log₂ n")
    axes[-1][-1].legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(picture, metadata={"Date": None})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", help="the JSON file to write")
    parser.add_argument("--picture", help="an SVG file to draw the complex transforms to")
    parser.add_argument("--document", help="a document to put the table into")
    parser.add_argument("--short", action="store_true", help="one length of each family")
    given = parser.parse_args()
    results = measure(SHORT if given.short else LENGTHS)
    pathlib.Path(given.results).write_text(json.dumps(results, indent=1) + "\n")
    lines = list(table(results))
    print("\n".join(lines))
    if given.document:
        put(given.document, lines)
    if given.picture:
        draw(results, given.picture)
    worse = [
        row for row in results["rows"] if row["peer"] == "ours, stock" and row["l2"] > BOUNDS[row["precision"]]
    ]
    for row in worse:
        print(f"out of bounds: {row['kind']} {row['precision']} n = {row['n']}: {row['l2']:.2e}", file=sys.stderr)
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
