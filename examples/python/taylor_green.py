"""The Taylor-Green vortex: one smooth eddy that breaks up into turbulence.

    mpiexec -n 2 python taylor_green.py --output vortex.png

The incompressible Navier-Stokes equations on a periodic box, solved the pseudo-spectral way: derivatives in wave space,
products in real space, and nine distributed real-to-complex transforms for each evaluation of the right-hand side.
Rotational form, 2/3 rule against aliasing, classic fourth-order Runge-Kutta.

``--check`` runs a short case and compares its energy and enstrophy with published values.
"""

import argparse
import sys

import heffte
import numpy as np
from mpi4py import MPI
from tqdm import tqdm

comm = MPI.COMM_WORLD

# N = 32, nu = 0.000625, dt = 0.01, at t = 0.1: the values of spectralDNS (Mortensen and Langtangen, Computer Physics
# Communications 203, 2016).
PUBLISHED_ENERGY, PUBLISHED_ENSTROPHY = 0.124953117517, 0.375249930801


class Flow:
    """The velocity of a fluid in a periodic box of n points along each side, of length 2 pi."""

    def __init__(self, n: int, viscosity: float) -> None:
        self.n, self.viscosity = n, viscosity
        # Real space is cut along axis 0 and wave space along axis 1: one exchange for each transform.
        real = heffte.box3d([0, 0, 0], [n - 1] * 3, order=[2, 1, 0])
        self.inbox = heffte.split_world(real, [comm.size, 1, 1])[comm.rank]
        self.outbox = heffte.split_world(real.r2c(2), [1, comm.size, 1])[comm.rank]
        self.plan = heffte.fft3d_r2c(heffte.backend.stock, self.inbox, self.outbox, 2, comm)

        # This rank's wavenumbers, ready to broadcast; the last axis holds the half that is not redundant.
        frequencies = [np.fft.fftfreq(n, 1 / n), np.fft.fftfreq(n, 1 / n), np.arange(n // 2 + 1)]
        mine = [f[low : high + 1] for f, low, high in zip(frequencies, self.outbox.low, self.outbox.high)]
        self.k = np.meshgrid(*mine, indexing="ij", sparse=True)
        self.k2 = sum(k**2 for k in self.k)
        self.resolved = np.prod(np.broadcast_arrays(*(abs(k) < n / 3 for k in self.k)), axis=0).astype(bool)
        self.over_k2 = 1 / np.where(self.k2 == 0, 1, self.k2)

        i = np.ogrid[tuple(slice(low, high + 1) for low, high in zip(self.inbox.low, self.inbox.high))]
        x, y, z = (2 * np.pi / n * index for index in i)
        self.u = np.zeros((3, *self.inbox.size))
        self.u[0] = np.sin(x) * np.cos(y) * np.cos(z)
        self.u[1] = -np.cos(x) * np.sin(y) * np.cos(z)
        self.u_hat = self.to_waves(self.u)

    def to_waves(self, fields: np.ndarray) -> np.ndarray:
        waves = np.empty((3, *self.outbox.size), dtype=complex)
        self.plan.forward(fields, waves, heffte.scale.full, batch=3)
        return waves

    def to_space(self, waves: np.ndarray) -> np.ndarray:
        fields = np.empty((3, *self.inbox.size))
        self.plan.backward(waves, fields, batch=3)
        return fields

    def vorticity(self, u_hat: np.ndarray) -> np.ndarray:
        (kx, ky, kz), (u, v, w) = self.k, 1j * u_hat
        return self.to_space(np.stack([ky * w - kz * v, kz * u - kx * w, kx * v - ky * u]))

    def acceleration(self, u_hat: np.ndarray) -> np.ndarray:
        """The time derivative of ``u_hat``: convection without its gradient part, and friction."""
        (u, v, w), (a, b, c) = self.to_space(u_hat), self.vorticity(u_hat)
        rate = self.to_waves(np.stack([v * c - w * b, w * a - u * c, u * b - v * a]))
        rate *= self.resolved
        gradient = sum(k * r for k, r in zip(self.k, rate)) * self.over_k2
        for k, component in zip(self.k, rate):
            component -= k * gradient
        rate -= self.viscosity * self.k2 * u_hat
        return rate

    def step(self, dt: float) -> None:
        k1 = self.acceleration(self.u_hat)
        k2 = self.acceleration(self.u_hat + dt / 2 * k1)
        k3 = self.acceleration(self.u_hat + dt / 2 * k2)
        k4 = self.acceleration(self.u_hat + dt * k3)
        self.u_hat += dt / 6 * (k1 + 2 * (k2 + k3) + k4)

    def mean(self, values: np.ndarray) -> float:
        total: float = comm.allreduce(float(values.sum()))
        return total / self.n**3

    def energy(self) -> float:
        """The mean of |u|^2 / 2."""
        return self.mean(self.to_space(self.u_hat) ** 2) / 2

    def enstrophy(self) -> float:
        """The mean of |vorticity|^2 / 2; energy is lost at the rate 2 viscosity enstrophy."""
        return self.mean(self.vorticity(self.u_hat) ** 2) / 2

    def speed_of_rotation(self, axis2: int) -> "np.ndarray | None":
        """|vorticity| in the plane where the index along axis 2 is ``axis2``, on rank 0."""
        plane = np.sqrt((self.vorticity(self.u_hat)[..., axis2] ** 2).sum(axis=0))
        parts = comm.gather(plane)
        return np.concatenate(parts) if parts is not None else None


def simulate(flow: Flow, dt: float, t_end: float) -> np.ndarray:
    """Time, energy and enstrophy after each step."""
    steps = round(t_end / dt)
    history = [(0.0, flow.energy(), flow.enstrophy())]
    for step in tqdm(range(1, steps + 1), unit="step", mininterval=1, disable=comm.rank != 0):
        flow.step(dt)
        history.append((step * dt, flow.energy(), flow.enstrophy()))
    return np.array(history)


def check() -> bool:
    flow = Flow(32, viscosity=0.000625)
    _, energy, enstrophy = simulate(flow, dt=0.01, t_end=0.1)[-1]
    good = bool(abs(energy - PUBLISHED_ENERGY) < 5e-8 and abs(enstrophy - PUBLISHED_ENSTROPHY) < 5e-8)
    if comm.rank == 0:
        print(f"energy    {energy:.12f}, published {PUBLISHED_ENERGY}")
        print(f"enstrophy {enstrophy:.12f}, published {PUBLISHED_ENSTROPHY}")
        print("they agree" if good else "they DIFFER")
    return good


def draw(history: np.ndarray, plane: np.ndarray, viscosity: float, path: str) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    time, energy, enstrophy = history.T
    ink, paper, glow = "#e8e6e3", "#0f1117", "#ff9e64"
    with plt.rc_context(
        {
            "text.color": ink,
            "axes.labelcolor": ink,
            "xtick.color": ink,
            "ytick.color": ink,
            "axes.edgecolor": "#565f73",
            "figure.facecolor": paper,
            "axes.facecolor": paper,
            "font.size": 11,
        }
    ):
        figure = plt.figure(figsize=(12, 6), layout="constrained")
        left, right = np.asarray(figure.subfigures(1, 2, width_ratios=[1.15, 1], facecolor=paper), dtype=object)

        axes = left.subplots()
        # The flow is periodic, and each pixel has its grid point in the middle.
        edge = 1 / len(plane)
        extent = [-edge, 2 + edge, -edge, 2 + edge]
        plane = np.pad(plane, (0, 1), mode="wrap")
        image = axes.imshow(plane.T, origin="lower", extent=extent, cmap="inferno", interpolation="bicubic")
        axes.set(title=f"vorticity at t = {time[-1]:.1f}", xlabel="x / π", ylabel="y / π", xlim=(0, 2), ylim=(0, 2))
        left.colorbar(image, ax=axes, shrink=0.85, label="|ω|")

        above, below = right.subplots(2, sharex=True)
        above.plot(time, energy, color="#7aa2f7", linewidth=2)
        above.set(title="kinetic energy", ylim=(0, None))
        below.plot(time, 2 * viscosity * enstrophy, color=glow, linewidth=2, label="2ν × enstrophy")
        below.plot(time, -np.gradient(energy, time), color=ink, linewidth=1, linestyle=":", label="−dE/dt")
        below.set(title="dissipation", xlabel="time", xlim=(0, time[-1]), ylim=(0, None))
        below.legend(frameon=False)
        for axes in (above, below):
            axes.grid(color="#2a2f3a", linewidth=0.8)
            axes.spines[["top", "right"]].set_visible(False)
        figure.suptitle(f"Taylor–Green vortex, Re = {1 / viscosity:.0f}, {comm.size} ranks", fontsize=15)
        figure.savefig(path, dpi=130, facecolor=paper)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--n", type=int, default=64, help="points along each side (%(default)s)")
    parser.add_argument("--nu", type=float, default=1 / 400, help="viscosity (%(default)s)")
    parser.add_argument("--dt", type=float, default=0.05, help="time step (%(default)s)")
    parser.add_argument("--t-end", type=float, default=8.0, help="end of the simulation (%(default)s)")
    parser.add_argument("--output", default="taylor_green.png", help="the picture (%(default)s)")
    parser.add_argument("--check", action="store_true", help="compare a short run with published values")
    arguments = parser.parse_args()
    if arguments.check:
        return 0 if check() else 1

    flow = Flow(arguments.n, arguments.nu)
    if comm.rank == 0:
        print(flow.plan)
    history = simulate(flow, arguments.dt, arguments.t_end)
    plane = flow.speed_of_rotation(arguments.n // 4 if flow.n > 3 else 0)
    if plane is not None:
        draw(history, plane, arguments.nu, arguments.output)
        print(f"energy {history[0, 1]:.6f} at the start, {history[-1, 1]:.6f} at t = {arguments.t_end}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
