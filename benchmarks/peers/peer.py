"""What the drivers in Python share: the command line, the signal, and the line of JSON. peer.h says what each means."""

import argparse
import json
import resource
import time

import numpy as np

TERMS = 3


class Problem:
    """What is to be transformed. Arrays are indexed [z, y, x], so that x varies fastest."""

    def __init__(self):
        parser = argparse.ArgumentParser()
        parser.add_argument("size", type=int, nargs=3)
        parser.add_argument("kind", choices=["c2c", "r2c"])
        parser.add_argument("precision", choices=["f32", "f64"])
        parser.add_argument("shape", choices=["slab", "pencil", "brick"])
        parser.add_argument("calls", type=int)
        parser.add_argument("check", type=int)
        parser.add_argument("scratch")
        parser.add_argument("threads", type=int)
        parser.add_argument("options", nargs="?", default="")
        given = parser.parse_args()
        self.__dict__.update(vars(given))
        self.size = np.array(given.size)
        self.is_real = given.kind == "r2c"
        single = given.precision == "f32"
        self.real = np.dtype(np.float32 if single else np.float64)
        self.complex = np.dtype(np.complex64 if single else np.complex128)
        self.input = self.real if self.is_real else self.complex
        self.count = float(np.prod(self.size.astype(float)))
        self.amplitude = float(np.floor(np.sqrt(self.count)))
        nx, ny, nz = given.size
        self.shape_in = (nz, ny, nx)
        self.shape_out = (nz, ny, nx // 2 + 1) if self.is_real else self.shape_in
        terms = range(TERMS)
        self.waves = [[(2 * m + d + 1) * self.size[d] // 11 for d in range(3)] for m in terms]
        self.points = [[(3 * m + 2 * d + 2) * self.size[d] // 13 for d in range(3)] for m in terms]

    def _sum_of_products(self, places, sign, ranges):
        """The sum over the terms of exp(sign 2πi place·index / n), for the indices of ranges = (z, y, x)."""
        tables = []
        for d, indices in zip((2, 1, 0), ranges):
            n = self.size[d]
            steps = np.array([place[d] for place in places])[:, None] * np.arange(indices.start, indices.stop)
            # An angle of f64 alone would be wrong by more than what is to be measured.
            angles = sign * 2 * np.arccos(np.longdouble(-1)) * (steps % n) / n
            tables.append((np.cos(angles) + 1j * np.sin(angles)).astype(complex))
        z, y, x = tables
        return np.einsum("mz,my->zym", z, y) @ x

    def signal(self, ranges):
        """The input on a box."""
        values = self._sum_of_products(self.waves, 1, ranges)
        for point in self.points:
            at = _inside(reversed(point), ranges)
            if at:
                values[at] += self.amplitude
        return values.real.astype(self.input) if self.is_real else values.astype(self.input)

    def spectrum(self, ranges):
        """What its forward transform is on a box, by analysis."""
        values = self.amplitude * self._sum_of_products(self.points, -1, ranges)
        for wave in self.waves:
            opposite = [(n - k) % n for n, k in zip(self.size, wave)]
            for place, weight in [(wave, 0.5), (opposite, 0.5)] if self.is_real else [(wave, 1.0)]:
                at = _inside(reversed(place), ranges)
                if at:
                    values[at] += weight * self.count
        return values

    def whole_in(self):
        """The box of all input."""
        return tuple(range(n) for n in self.shape_in)

    def whole_out(self):
        """The box of all output."""
        return tuple(range(n) for n in self.shape_out)

    def measure(self, forward, backward, barrier=lambda: None):
        """The seconds of each call, after one to warm up."""
        seconds = []
        for _call in range(self.calls + 1):
            barrier()
            begin = time.perf_counter()
            forward()
            backward()
            seconds.append((time.perf_counter() - begin) / 2)
        return seconds[1:]

    def print(self, peer, options, version, seconds, errors, memory):
        """The line of JSON."""
        line = {"peer": peer, "options": options, "version": version, "seconds": seconds, "memory": memory}
        if errors:
            line.update(error=errors[0], round_trip=errors[1])
        print(json.dumps(line), flush=True)


def _inside(place, ranges):
    place = tuple(place)
    if all(p in r for p, r in zip(place, ranges)):
        return tuple(p - r.start for p, r in zip(place, ranges))
    return None


def squares(found, expected):
    """Squares of a difference and of what it is a difference from."""
    expected = expected.astype(complex)
    return np.array([np.sum(np.abs(found - expected) ** 2), np.sum(np.abs(expected) ** 2)])


def relative(sums):
    """The relative error from their sums."""
    return float(np.sqrt(sums[0] / sums[1]))


def peak_memory():
    """Bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def run_in_one_process(peer, version, options, make):
    """The whole program of a driver without MPI: `make(problem, data)` gives forward() and backward(), which return the
    arrays that they write."""
    problem = Problem()
    data = problem.signal(problem.whole_in())
    forward, backward = make(problem, data)
    seconds = problem.measure(forward, backward)
    memory = peak_memory()
    errors = None
    if problem.check:
        data[...] = problem.signal(problem.whole_in())
        error = relative(squares(forward(), problem.spectrum(problem.whole_out())))
        errors = (error, relative(squares(backward() / problem.count, problem.signal(problem.whole_in()))))
    threads = "1 thread" if problem.threads == 1 else f"{problem.threads} threads"
    problem.print(peer, ", ".join(filter(None, [options, threads])), version, seconds, errors, memory)
