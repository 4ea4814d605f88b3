"""The choices of a plan."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, TypedDict

from mpi4py import MPI

from ._constants import backend as backends
from ._constants import reshape_algorithm
from ._errors import heffte_input_error
from ._integers import integer

if TYPE_CHECKING:
    from ._core import _Options


class Choices(TypedDict, total=False):
    """The choices of :class:`plan_options` as keywords of functions."""

    use_reorder: bool
    algorithm: int
    use_pencils: bool
    use_gpu_aware: bool
    use_shared_memory: bool | None
    tune: bool | None
    threads: int | None
    effort: str | None
    device: int | None


#: What others call what is called otherwise here.
_OTHER_NAMES = {"axis": "axes", "n": "s", "shape": "s", "workers": "threads", "backend": "backend_tag"}


def check_names(choices: Collection[str], options: Collection[str], arguments: Collection[str] = ()) -> None:
    """Raises where a keyword is no option, with what it may be meant for among ``options`` and a function's ``arguments``."""
    unknown = sorted(set(choices) - set(options))
    if not unknown:
        return
    known = [*arguments, *options]
    meant = [name for name in [_OTHER_NAMES.get(unknown[0])] if name in known] or difflib.get_close_matches(unknown[0], known, 1)
    hint = f"do you mean {meant[0]}=? Options" if meant else "these"
    raise heffte_input_error(f"{unknown[0]} is no option of plans: {hint} are {', '.join(options)}")


class plan_options:
    """How a plan computes its result; the result itself does not depend on it. The same on all ranks.

    Parameters
    ----------
    use_reorder
        Make lines contiguous before they are transformed. Accepted for heFFTe's sake; lines always are.
    algorithm
        How data travels: a number of :class:`reshape_algorithm`.
    use_pencils
        Transform one axis at a time (True), or whole planes where the boxes allow it (False).
    use_gpu_aware
        Hand device memory to MPI, where MPI says that it takes it and a trial shows it. Without effect on the CPU.
    use_shared_memory
        Let ranks of one node read each other's memory instead of sending messages. None stands for the default: yes,
        unless the environment has ``HEFFTE_SHARED_MEMORY=0``.
    tune
        Try the likely ways when a plan is made, and keep the fastest, whatever ``algorithm`` says. None stands for the
        default: no, unless the environment has ``HEFFTE_TUNE=1``. A file that ``HEFFTE_WISDOM`` names remembers the outcome.
    threads
        Threads of this rank, at least 1; ranks may have different numbers. None stands for the default: 1, or the number that
        the environment gives as ``HEFFTE_NUM_THREADS``.
    effort
        What FFTW spends on planning lines: ``"estimate"``, ``"measure"`` (seconds when lines of a length are first transformed) or
        ``"patient"`` (minutes); ranks may differ, and other backends take no notice. None stands for the default: an estimate, or
        what the environment gives as ``HEFFTE_FFTW_PLANNER``.
    device
        The number of the device of a plan with the backend cufft or rocfft; ranks may have different ones. None stands for the
        current one (``cupy.cuda.Device``, ``torch.cuda.set_device``, ``numba.cuda.select_device``).
    """

    def __init__(
        self,
        use_reorder: bool = True,
        algorithm: int = reshape_algorithm.alltoallv,
        use_pencils: bool = True,
        use_gpu_aware: bool = True,
        use_shared_memory: bool | None = None,
        tune: bool | None = None,
        threads: int | None = None,
        effort: str | None = None,
        device: int | None = None,
    ) -> None:
        self.use_reorder = use_reorder
        self.algorithm = algorithm
        self.use_pencils = use_pencils
        self.use_gpu_aware = use_gpu_aware
        self.use_shared_memory = use_shared_memory
        self.tune = tune
        self.threads = threads
        self.effort = effort
        self.device = device
        self._subranks: int | None = None
        self._member: bool | None = None

    @classmethod
    def default(cls, backend_tag: int = backends.stock) -> plan_options:
        """The defaults of a backend."""
        return cls(use_reorder=backend_tag not in (backends.mkl, backends.cufft))

    def _with(self, choices: Choices) -> plan_options:
        """A copy with some choices made otherwise."""
        check_names(choices, Choices.__annotations__)
        changed = copy.copy(self)
        vars(changed).update(choices)
        return changed

    def use_num_subranks(self, num_subranks: int) -> None:
        """Lets only the first ``num_subranks`` ranks take part between the input and the output boxes."""
        self._subranks, self._member = num_subranks, None

    def use_subcomm(self, comm: Any) -> None:
        """Lets only the ranks of a sub-communicator take part between the input and the output boxes. The others pass
        ``MPI.COMM_NULL``; where all do, all take part. The communicator may be freed at once."""
        if not isinstance(comm, MPI.Comm):
            raise heffte_input_error(f"comm is a {type(comm).__name__}: pass an mpi4py communicator, or MPI.COMM_NULL")
        self._subranks, self._member = None, comm != MPI.COMM_NULL

    def get_subranks(self) -> int:
        """The number given to :meth:`use_num_subranks`, -1 where there is none."""
        return -1 if self._subranks is None else self._subranks

    def _values(self) -> _Options:
        """The options as the extension module takes them."""
        algorithm = integer("algorithm", self.algorithm)
        flags = (bool(self.use_reorder), algorithm, bool(self.use_pencils), bool(self.use_gpu_aware))
        subranks = None if self._subranks is None else integer("num_subranks", self._subranks)
        shared = None if self.use_shared_memory is None else bool(self.use_shared_memory)
        tune = None if self.tune is None else bool(self.tune)
        threads = None if self.threads is None else integer("threads", self.threads)
        if threads is not None and threads < 1:
            raise heffte_input_error(f"threads is {threads}: a rank has at least 1")
        effort = self.effort
        if effort is not None and not isinstance(effort, str):
            raise heffte_input_error(f"effort is a {type(effort).__name__}: use 'estimate', 'measure' or 'patient'")
        device = None if self.device is None else integer("device", self.device)
        return (*flags, shared, tune, threads, effort, device), subranks, self._member

    def __repr__(self) -> str:
        values = f"use_reorder={self.use_reorder}, algorithm={self.algorithm}, use_pencils={self.use_pencils}"
        inner = ""
        if self._member is not None:
            inner = f" with use_subcomm, this rank {'in' if self._member else 'out'}"
        elif self._subranks is not None:
            inner = f" with use_num_subranks({self._subranks})"
        return f"plan_options({values}, use_gpu_aware={self.use_gpu_aware}){inner}"
